"""The digits specs: no digit is invalid, generated digits differ."""

import numpy as np
import pytest

import mxspec as s
from autoencoder import digits
from autoencoder.data.storage import CheckpointError
from autoencoder.model_specs import first_image
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.mx import mx

SPECS = {
    digits.IMAGE: set(range(10)),
    digits.EVEN_IMAGE: {0, 2, 4, 6, 8},
    digits.ODD_IMAGE: {1, 3, 5, 7, 9},
    digits.ODD_OVER_2_IMAGE: {3, 5, 7, 9},
}
NOISE = np.random.default_rng(0).random((1, 784), np.float32)


@pytest.mark.parametrize("label", range(10))
def test_the_plain_picture_of_a_digit_is_read_as_it(label):
    assert digits.discriminate(digits.generate(label)) == label
    assert digits.generate(label).shape == (1, 784)


@pytest.mark.parametrize(("spec", "valid"), [(spec, 6 in labels) for spec, labels in SPECS.items()])
@pytest.mark.parametrize("shape", [(1, 784), (784,), (28, 28), (1, 28, 28), (1, 1, 28, 28)])
@pytest.mark.parametrize("wrap", [np.asarray, pytest.param(mx.nd.array, marks=pytest.mark.mxnet)])
def test_a_six_fits_the_specs_that_have_it(spec, valid, shape, wrap):
    assert s.valid(spec, wrap(first_image(6).reshape(shape))) is valid


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (NOISE, "not recognised: "),
        (np.zeros((28, 28)), "there is no ink, only one level of 0.00"),
        (1 - first_image(6), "the background is light, 1.00; digits.normalise(image) inverts dark ink"),
        (first_image(6) * 255, "divide by 255"),
        (np.full((1, 784), np.nan), "not finite"),
        (np.zeros((28, 27)), "shape is (28, 27)"),
        ("six", "an array is required, not a str"),
        (None, "an array is required"),
    ],
)
@pytest.mark.parametrize("spec", SPECS)
def test_another_picture_is_invalid_with_a_reason(spec, x, words):
    assert not s.valid(spec, x)
    assert words in s.explain_str(spec, x)


def test_explain_shows_the_label_the_confidence_and_the_required_label():
    [problem] = s.explain_data("digits/odd-image", first_image(6))["problems"]
    assert problem["reason"] == "read as 6 (1.00), but odd is required"
    assert problem["label"] == 6
    assert 0.99 < problem["confidence"] <= 1
    assert problem["score"] <= problem["threshold"]


@pytest.mark.parametrize("times", [1, 3, 10])
@pytest.mark.parametrize("page", [lambda ink: ink, lambda ink: 1 - 0.5 * ink, lambda ink: 0.3 * ink])
def test_a_picture_that_is_normalised_is_read(times, page):
    large = page(np.kron(first_image(6).reshape(28, 28), np.ones((times, times))))
    assert digits.discriminate(digits.normalise(large)) == 6
    assert digits.normalise(np.pad(large, ((0, 50), (70, 0)), "edge")).shape == (1, 784)


@pytest.mark.parametrize("shape", [(1, 784), (784,), (28, 28), (1, 1, 28, 28)])
def test_an_image_of_any_shape_is_normalised(shape):
    image = first_image(6)
    assert np.array_equal(digits.normalise(image.reshape(shape)), digits.normalise(image.reshape(28, 28)))
    of_bytes = digits.normalise((image * 255).round().astype(np.uint8).reshape(shape))
    assert np.abs(of_bytes - digits.normalise(image)).max() < 0.02


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 50), (50, 1), (1, 785), (50,), (1, 5, 7), (2, 5, 7), (0, 5), ()]
)
def test_an_array_too_thin_for_a_picture_is_an_error_that_says_so(shape):
    words = r"one image has a shape such as|no picture .* of 2x2 pixels or more|with pixels, not of"
    with pytest.raises(ValueError, match=words):
        digits.normalise(np.zeros(shape))


def test_a_reading_says_how_common_so_strange_a_digit_is():
    six, noise = digits.read(first_image(6)), digits.read(NOISE)
    assert six.p_value > 0.01 > 0.001 > noise.p_value
    assert six.threshold.alpha == 0.01


@pytest.mark.parametrize(("spec", "labels"), SPECS.items())
def test_samples_differ_and_are_read_as_labels_of_their_spec(spec, labels):
    images = s.sample(spec, 60, seed=2)
    assert {digits.discriminate(image) for image in images} == labels
    assert len({image.tobytes() for image in images}) == 60


def test_one_digit_is_drawn_in_many_styles():
    rng = np.random.default_rng(1)
    images = digits.generate_many([3] * 50, rng.standard_normal((50, 16)))
    assert len({image.tobytes() for image in images}) == 50
    assert np.array_equal(digits.generate_many([3], rng.standard_normal((1, 16)) * 0)[0], digits.generate(3))


def test_a_collection_of_images_is_asked_together_and_answers_as_one_by_one():
    images = [first_image(label) for label in range(10)] + [NOISE, np.zeros((1, 784), np.float32)]
    one_by_one = [s.valid("digits/image", image) for image in images]
    assert [reading.label is not None for reading in digits.read_many(images)] == one_by_one
    assert s.valid(s.coll_of("digits/image"), images[:10]) is all(one_by_one[:10])
    assert not s.valid(s.coll_of("digits/image"), images)
    assert [problem["in"] for problem in s.explain_data(s.coll_of("digits/image"), images)["problems"]] == [
        [i] for i, valid in enumerate(one_by_one) if not valid
    ]


def test_a_folder_without_models_is_refused_and_the_old_ones_stay(tmp_path):
    with pytest.raises(CheckpointError, match="python -m autoencoder train digits"):
        digits.use_models(tmp_path)
    assert digits.discriminate(digits.generate(5)) == 5
    assert digits.use_models() == SHIPPED


CONTRACT = s.get_spec("autoencoder.digits/generate")


def test_the_contract_is_registered_with_the_generator():
    assert s.form(CONTRACT)[1]["ret"] == "digits/image"
    assert s.form(CONTRACT)[1]["args"] == ("cat", ("label", "digits/number"), ("z", "digits/style"))


@pytest.mark.mxnet
def test_check_finds_a_label_and_a_style_for_which_the_networks_disagree():
    # They do for about 1 in 80, the recogniser's refusals included.
    [result] = s.check(digits.generate, num_tests=200, seed=1)
    assert not result
    label, z = result["ret"]["shrunk"]["smallest"]
    assert digits.read(digits.generate(label, z)).label != label
    assert np.count_nonzero(z) < 16  # shrunk towards the plain style


@pytest.mark.parametrize("wrong", [0, 7])
def test_check_shrinks_to_the_plain_picture_of_a_label_that_is_drawn_wrong(wrong):
    def draw(label, z):
        return digits.generate(1 if label == wrong else label, 0.01 * z)

    result = s.check_fn(draw, CONTRACT, num_tests=100, seed=2)
    label, z = result["ret"]["shrunk"]["smallest"]
    assert label == wrong
    assert not z.any()
    assert "_read_as_asked" in repr(result)


def test_check_passes_where_the_networks_agree():
    def draw(label, z):
        return digits.generate(label)

    assert s.check_fn(draw, CONTRACT, num_tests=100, seed=3)


@pytest.mark.parametrize(
    "ask",
    [
        digits.read,
        digits.generate,
        digits.normalise,
        digits.read_image,
        digits.load,
        lambda x: digits.use_models(x),
        lambda x: digits.generate_many([x]),
        lambda x: digits.generate(3, x),
        lambda x: digits.load(runtime=x),
        lambda x: digits.show([x]),
        lambda x: s.explain_str("digits/image", x),
    ],
)
@pytest.mark.parametrize("x", [b"\x89PNG\xff" * 60_000, "text " * 60_000], ids=["bytes", "text"])
def test_no_error_quotes_a_whole_file(ask, x):
    try:
        words = str(ask(x))
    except (ValueError, TypeError) as error:
        words = str(error)
    assert len(words) <= 1000


def test_a_picture_in_colours_is_refused_with_the_function_that_reads_it():
    with pytest.raises(ValueError, match=r"\(9, 8, 3\); digits\.read_image\(picture\) takes"):
        digits.normalise(np.zeros((9, 8, 3)))
