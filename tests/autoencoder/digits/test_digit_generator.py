"""The generator of digits: what it draws, what it is trained to, and who judges it."""

import numpy as np
import pytest

from autoencoder import discriminator
from autoencoder.data import idx
from autoencoder.data.labels import Labels
from autoencoder.data.storage import CheckpointError
from autoencoder.digits.digit_generator import (
    NAME,
    NEAREST,
    STYLE,
    TRUNCATION,
    TUNED,
    DigitGenerator,
    generator_inputs,
    generator_network,
    styles,
)
from autoencoder.digits.training import gan, judge, tuning
from autoencoder.digits.training.gan import train_generator
from autoencoder.networks import checkpoint
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.mx import plain_copy
from autoencoder.networks.predictor import predict
from autoencoder.networks.run import TrainingRun
from tests.autoencoder.conftest import write_data
from tests.autoencoder.networks.post_networks import SILENT, build

pytestmark = [pytest.mark.mxnet, pytest.mark.few(2)]

DIGITS = np.arange(10)


@pytest.fixture(scope="module")
def draw():
    return DigitGenerator()


def test_images_are_float32_within_0_and_1_and_no_style_is_the_style_0(draw):
    images = draw(DIGITS, styles(10, 0))
    assert (images.shape, images.dtype) == ((10, 784), np.float32)
    assert 0 <= images.min() < 0.01 < 0.99 < images.max() <= 1
    assert (draw(DIGITS) == draw(DIGITS, np.zeros((10, STYLE)))).all()
    assert draw([]).shape == (0, 784)


def test_an_image_depends_on_its_label_and_style_alone(draw):
    labels, z = np.repeat(DIGITS, 7), styles(70, 1)  # more than one batch, and a short last one
    together = draw(labels, z)
    for row in (0, 33, 69):
        alone = draw(labels[row : row + 1], z[row : row + 1])[0]
        np.testing.assert_allclose(together[row], alone, rtol=0, atol=1e-5)


def test_styles_make_different_images_and_the_same_style_the_same(draw):
    labels, z = np.full(20, 3), styles(20, 2)
    images = draw(labels, z)
    assert judge.nearest_distances(images[:1], images[1:]).min() > 1
    assert (images == draw(labels, z)).all()
    assert (z == styles(20, 2)).all()


@pytest.mark.parametrize(
    ("labels", "z", "words"),
    [
        ([10], None, r"within 0\.\.9, found 10"),
        ([-1], None, r"within 0\.\.9, found -1"),
        ([1.5], None, "whole numbers"),
        (["3"], None, "whole numbers"),
        (3, None, r"try \[label\]"),
        ([3], np.zeros(STYLE), "16 numbers for each label, found an array of shape .16,."),
        ([3], np.zeros((2, STYLE)), "for each label, found an array of shape .2, 16."),
        ([3], [2], "a style of 16 numbers for each label, found one number"),
        ([3], np.full((1, STYLE), np.nan), "finite"),
    ],
)
def test_invalid_labels_and_styles_are_refused(draw, labels, z, words):
    with pytest.raises(ValueError, match=words):
        draw(labels, z)


@pytest.mark.parametrize("shape", [(28, 28), (20, 16), (4, 4), (9, 30), (5, 7)])
@pytest.mark.parametrize("count", [1, 2, 47])
def test_images_have_the_size_of_the_data_set(shape, count):
    module = plain_copy(build(generator_network(shape, count), batch_size=3), for_training=True)
    images = predict(module, generator_inputs(np.arange(3) % count, styles(3, 0), count))
    assert images.shape == (3, shape[0] * shape[1])


def test_images_of_less_than_4_pixels_a_side_are_refused():
    with pytest.raises(idx.DataError, match="4x4 pixels or more, found 28x3"):
        generator_network((28, 3), 10)


def test_the_graph_of_mnist_has_the_parameters_of_the_shipped_checkpoint():
    module = checkpoint.load_module(SHIPPED / NAME, 12, generator_network((28, 28), 10))
    arguments, auxiliaries = module.get_params()
    assert set(TUNED) < set(arguments)
    assert arguments["spread_weight"].shape == (1, 1)
    assert len(auxiliaries) == 6


def test_a_generator_knows_the_labels_beside_it(tmp_path):
    labels = Labels((20, 16), ("a", "b", "c"))
    description = generator_network(labels.shape, len(labels))
    checkpoint.save_module(build(description), tmp_path / NAME, 1)
    labels.save(tmp_path)
    draw = DigitGenerator(tmp_path, 1)
    assert draw.labels == labels
    assert draw([0, 2]).shape == (2, 320)
    with pytest.raises(idx.DataError, match=r"within 0\.\.2, found 3"):
        draw([3])


def test_a_checkpoint_of_other_labels_is_named(tmp_path):
    checkpoint.save_module(build(generator_network((28, 28), 10)), tmp_path / NAME, 1)
    Labels((28, 28), ("a", "b")).save(tmp_path)
    with pytest.raises(CheckpointError, match=r"expected the layers onehot\(2\), found onehot\(10\)"):
        DigitGenerator(tmp_path, 1)


def test_a_missing_checkpoint_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"digits-generator-symbol\.json"):
        DigitGenerator(tmp_path)


def test_the_shipped_checkpoint_is_small():
    files = list(SHIPPED.glob("digits-generator-*"))
    assert {path.suffix for path in files} == {".json", ".onnx", ".params"}
    assert sum(path.stat().st_size for path in files) < 600_000


def test_the_post_reads_the_plain_digits(draw):
    module = checkpoint.load_module(SHIPPED / "discriminator", 3, discriminator.network(), batch_size=10)
    read = predict(module, draw(DIGITS))
    assert read[DIGITS, DIGITS].min() >= 0.99


def test_a_step_changes_both_networks_but_not_the_tuned_parameters(small_train):
    duel = gan.GanTrainer((28, 28), 10, steps=4, batch_size=20)
    before = params(duel)
    losses = [duel.step(small_train.images[:20], small_train.labels[:20]) for _ in range(2)]
    assert np.isfinite(losses).all()
    after = params(duel)
    same = {name for name, value in before.items() if (value == after[name]).all()}
    assert same == set(TUNED)
    assert not after["plain_weight"].any()
    assert (after["spread_weight"] == 1).all()
    assert not any(after[name].any() for name in TRUNCATION)
    means = duel.statistics(generator_inputs(DIGITS, styles(10, 0), 10))
    assert sorted(means) == sorted(generator_network((28, 28), 10).get_symbol(784).list_auxiliary_states())


def test_the_same_seed_makes_the_same_step(small_train):
    def step():
        duel = gan.GanTrainer((28, 28), 10, steps=4, seed=5, batch_size=20)
        return duel.step(small_train.images[:20], small_train.labels[:20])

    assert step() == pytest.approx(step(), rel=1e-5)


def params(duel):
    modules = (duel.generator, duel.critic)
    return {name: value.asnumpy() for module in modules for name, value in module.get_params()[0].items()}


def test_the_critics_weights_stay_within_the_spectral_norm(small_train):
    duel = gan.GanTrainer((28, 28), 10, steps=50, batch_size=20)
    arguments, auxiliaries = duel.critic.get_params()
    arguments["look2_weight"][:] *= 100
    duel.critic.set_params(arguments, auxiliaries)
    for _ in range(10):
        duel.step(small_train.images[:20], small_train.labels[:20])
    weight = duel.critic.get_params()[0]["look2_weight"].asnumpy()
    assert np.linalg.norm(weight.reshape(len(weight), -1), 2) < 1.1 * gan.SPECTRAL_NORM


def test_the_learning_rate_falls_in_the_second_half():
    falling = gan.DecaySchedule(100)
    rates = [falling(step) / gan.LEARNING_RATE for step in (1, 50, 75, 100, 101)]
    assert rates == pytest.approx([1, 1, 0.5, 0, 0])


def test_training_leaves_a_checkpoint_that_loads(small_train, tmp_path, hasty):
    images = np.rint(small_train.images[:150] * 255).astype(np.uint8).reshape(-1, 28, 28)
    write_data(tmp_path, images, small_train.labels[:150])
    lines = []
    words = {"groups": {"round": ["0", "8"]}, "progress": False, "report": lines.append}
    module = train_generator(TrainingRun(tmp_path, tmp_path / "model", tmp_path / "results", 2, **words))
    assert (tmp_path / "results" / "digits-generator.png").is_file()
    z = styles(10, 0)
    drawn = DigitGenerator(tmp_path / "model", 2)(DIGITS, z)
    # The checkpoint has half of the bits; what was judged and finished after each epoch is what it draws.
    assert predict(module, generator_inputs(DIGITS, z, 10)) == pytest.approx(drawn, abs=0.02)
    assert Labels.load(tmp_path / "model").groups == {"round": (0, 8)}
    assert len(lines) == 2
    assert lines[0].startswith("digits-generator epoch 1: critic's loss ")


@pytest.mark.parametrize("shape", [(4, 5), (9, 6), (20, 16)])
def test_images_of_any_size_are_learnt_also_where_they_are_few(shape, tmp_path, hasty):
    images = np.random.default_rng(0).integers(0, 256, (30, *shape), np.uint8)
    write_data(tmp_path, images, np.arange(30) % 2)
    train_generator(TrainingRun(tmp_path, tmp_path, tmp_path, 1, names=["a", "b"], **SILENT))
    draw = DigitGenerator(tmp_path, 1)
    assert draw.labels == Labels(shape, ("a", "b"))
    assert np.isfinite(draw([0, 1], styles(2, 0))).all()


@pytest.mark.parametrize(
    ("shape", "numbers", "names", "words"),
    [
        ((3, 28), [0, 1, 2, 0], None, "4x4 pixels or more, found 3x28"),
        ((9, 6), [0, 1, 4, 4], None, "each of the 5 labels, found no image of 2, 3;"),
        ((9, 6), [1, 1, 2, 2], ["a", "b", "c"], "each of the 3 labels, found no image of a;"),
        ((9, 6), [0, 1, 0, 1], ["a", "b", "c"], "each of the 3 labels, found no image of c;"),
    ],
)
def test_unsuitable_data_are_refused_before_training(shape, numbers, names, words, tmp_path):
    write_data(tmp_path, np.zeros((4, *shape), np.uint8), numbers)
    with pytest.raises(idx.DataError, match=words):
        train_generator(TrainingRun(tmp_path, tmp_path, tmp_path, names=names))


def drawn(module, z, **parameters):
    """Plain digits in the style z, by a module whose tuning is undone but for these parameters."""
    arguments, auxiliaries = module.get_params()
    for name in TUNED:
        arguments[name][:] = parameters.get(name, float(name == "spread_weight"))
    module.set_params(arguments, auxiliaries)
    return predict(module, generator_inputs(DIGITS, z, 10))


def test_a_style_is_scaled_only_if_it_is_predicted_to_be_misread():
    random = np.random.default_rng(0)
    labels, z = np.arange(3000) % 10, random.standard_normal((3000, STYLE))
    inputs = np.concatenate([np.eye(10)[labels], z], axis=1)
    learnt = tuning.learn_truncation(inputs, np.where(labels == 5, -4.0, 4.0), seed=0)
    module = plain_copy(build(generator_network((28, 28), 10), batch_size=10), for_training=True)
    z = np.full((10, STYLE), 0.5, np.float32)
    far, near = drawn(module, z), drawn(module, NEAREST * z)
    scaled = drawn(module, z, **tuning.apply_caution(learnt, 0.0))
    kept = DIGITS != 5
    assert (scaled[kept] == far[kept]).all()
    assert 3 * np.abs(scaled[5] - near[5]).mean() < np.abs(far[5] - near[5]).mean()


def test_training_takes_an_epoch_or_more(tmp_path):
    with pytest.raises(ValueError, match="1 epoch or more, not 0"):
        train_generator(TrainingRun(None, tmp_path, tmp_path, 0))


def test_the_halves_share_no_digit(small_train):
    numbered = idx.Dataset(small_train.images, np.arange(len(small_train)), small_train.shape)
    chosen, judged = judge.halves(numbered)
    assert sorted([*chosen.labels, *judged.labels]) == list(range(500))


def test_equal_features_have_the_distance_0_and_shifted_ones_the_square_of_the_shift():
    features = np.random.default_rng(0).standard_normal((500, 6))
    moments = judge.Moments.of(features)
    assert judge.frechet_distance(moments, moments) == pytest.approx(0, abs=1e-9)
    moved = judge.Moments.of(features + 2)
    assert judge.frechet_distance(moments, moved) == pytest.approx(6 * 2**2)


def test_distances_are_those_of_the_definition():
    random = np.random.default_rng(0)
    images, others = random.random((7, 784), np.float32), random.random((9, 784), np.float32)
    between = np.linalg.norm(images[:, None] - others, axis=2)
    assert judge.nearest_distances(images, others) == pytest.approx(between.min(axis=1), rel=1e-4)
    among = np.linalg.norm(images[:, None] - images, axis=2)
    assert judge.mean_pairwise_distance(images) == pytest.approx(among.sum() / (7 * 6), rel=1e-4)


def test_a_single_image_has_no_distance_and_no_extent():
    assert np.isnan(judge.mean_pairwise_distance(np.zeros((1, 784), np.float32)))
    assert not judge.Moments.of(np.ones((1, 3))).covariance.any()


def test_a_yardstick_measures_labels_that_are_there(small_train, small_test):
    train = idx.Dataset(small_train.images, small_train.labels, small_train.shape)
    reader = judge.Judge(train, 12, epochs=1, **SILENT)
    some = small_test.labels < 3
    images, numbers = small_test.images[some], small_test.labels[some]
    measures = judge.SampleEvaluator(reader, train).measure(images, numbers)
    right = reader.probabilities(images).argmax(axis=1) == numbers
    assert measures.accuracy == right.mean()
    assert measures.worst_class == min(right[numbers == label].mean() for label in range(3))
    assert 0.8 < measures.diversity < 1.2
    assert measures.nearest_least <= measures.nearest_median
    assert reader.probabilities(images).sum(axis=1) == pytest.approx(1, abs=1e-5)
