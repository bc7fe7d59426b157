"""The numbers of a style that have a meaning: what they measure, and the rotation that gives it to them."""

import shutil

import numpy as np
import pytest

import mxspec as s
from autoencoder import digits
from autoencoder.digits.digit_generator import (
    NAME,
    STYLE,
    DigitGenerator,
    generator_inputs,
    generator_network,
    styles,
)
from autoencoder.digits.style_axes import AXES, axis_correlations, axis_names, measure_shapes
from autoencoder.digits.training import rotation
from autoencoder.networks.checkpoint import SHIPPED
from autoencoder.networks.mx import plain_copy
from autoencoder.networks.predictor import predict
from autoencoder.networks.run import TrainingRun
from tests.autoencoder.networks.post_networks import build

SHAPE = (28, 28)
NAMELESS = [None] * STYLE


@pytest.fixture(scope="module")
def draw():
    return DigitGenerator()


def stroke(lean=0.0, thick=3, wide=0):
    """Two strokes as far apart as they are wide together, each moved to the right by lean for each row up."""
    picture = np.zeros(SHAPE)
    for row in range(4, 24):
        for start in {11 - wide, 11 + wide}:
            left = start + round(lean * (14 - row))
            picture[row, left : left + thick] = 1
    return picture


@pytest.mark.parametrize(
    ("axis", "less", "more"),
    [
        (0, {"lean": -0.3}, {}),
        (0, {}, {"lean": 0.4}),
        (0, {"lean": 0.2, "thick": 5}, {"lean": 0.4}),
        (1, {"thick": 2}, {"thick": 4}),
        (1, {"thick": 2, "wide": 4}, {"thick": 4}),
        (2, {"thick": 2}, {"thick": 2, "wide": 5}),
        (2, {"wide": 2, "lean": 0.4}, {"wide": 5}),
    ],
)
def test_a_measure_grows_with_what_it_is_named_after(axis, less, more):
    few, many = measure_shapes(np.stack([stroke(**less), stroke(**more)]), SHAPE)[:, axis]
    assert few < many


def test_the_slant_is_that_of_the_strokes_and_a_mirror_turns_its_sign():
    leaning = stroke(lean=0.4)
    slants = measure_shapes(np.stack([leaning, leaning[:, ::-1], np.zeros(SHAPE)]), SHAPE)[:, 0]
    assert slants == pytest.approx([0.4, -0.4, 0], abs=0.02)


def test_the_first_three_numbers_are_slant_thickness_and_width(draw):
    labels, z = np.arange(2000) % 10, styles(2000, 123)
    correlations = axis_correlations(z, labels, measure_shapes(draw(labels, z), SHAPE))
    assert (np.diag(correlations) > [0.9, 0.8, 0.7]).all()
    assert np.abs(correlations[3:]).max() < 0.35
    assert axis_names(draw, 10, SHAPE, STYLE) == [*AXES, *NAMELESS[3:]]


def test_numbers_without_a_meaning_have_no_name(draw):
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((STYLE, STYLE)))[0]
    assert axis_names(lambda labels, z: draw(labels, z @ turn), 10, SHAPE, STYLE) == NAMELESS
    flipped = axis_names(lambda labels, z: draw(labels, z * [-1, *[1] * 15]), 10, SHAPE, STYLE)
    assert flipped == [None, *AXES[1:], *NAMELESS[3:]]
    assert axis_names(lambda labels, z: np.zeros((len(z), 784)), 10, SHAPE, 2) == [None, None]


def test_styles_are_standard_normal_so_that_turned_ones_are_as_well():
    z = np.array(s.sample(digits.style(), 4000, seed=1))
    assert np.abs(z.mean(axis=0)).max() < 0.08
    assert np.abs(np.cov(z.T) - np.eye(STYLE)).max() < 0.12
    assert np.percentile(z, [2.5, 97.5]) == pytest.approx([-1.96, 1.96], abs=0.06)


@pytest.mark.slow
@pytest.mark.mxnet
@pytest.mark.parametrize(("shape", "count"), [((28, 28), 10), ((9, 6), 2)])
def test_a_turned_generator_draws_the_same_images_in_turned_styles(shape, count):
    module = build(generator_network(shape, count), batch_size=20)
    module = plain_copy(module, for_training=True)
    arguments, auxiliaries = module.get_params()
    random = np.random.default_rng(0)
    for name in ("plain_weight", "truncation1_weight", "truncation2_weight"):
        arguments[name][:] = random.standard_normal(arguments[name].shape)
    module.set_params(arguments, auxiliaries)

    def drawn(labels, z):
        return predict(module, generator_inputs(labels, z, count))

    turn = rotation.find_rotation(
        lambda labels, z: random.random((len(z), shape[0] * shape[1])), count, shape, 0
    )
    assert turn.T @ turn == pytest.approx(np.eye(STYLE), abs=1e-12)
    labels, z = np.arange(40) % count, np.concatenate([styles(30, 1), 0.1 * styles(10, 2)])
    before = drawn(labels, z @ turn.T)
    assert np.abs(before - drawn(labels, z)).max() > 0.01
    rotation.turn_styles(module, turn, count)
    assert drawn(labels, z) == pytest.approx(before, abs=1e-3)


@pytest.mark.mxnet
def test_the_command_gives_meaning_to_a_folder_and_again_changes_hardly_anything(tmp_path, monkeypatch):
    monkeypatch.setattr(rotation, "LEARNT", 1500)
    kept = {
        "labels.json",
        f"{NAME}-symbol.json",
        f"{NAME}-0012.params",
        "manifest.json",
        "digits-kinds-0012.params",
    }
    shutil.copytree(SHIPPED, tmp_path / "model", ignore=lambda _, names: set(names) - kept)
    lines = []
    rotation.train_styles(TrainingRun(None, tmp_path / "model", tmp_path, report=lines.append))
    [line] = lines
    assert line.startswith("digits-generator: the first numbers of a style go with slant 0.9")
    z = styles(20, 5)
    before, after = (
        DigitGenerator(folder, runtime="mxnet")(np.arange(20) % 10, z)
        for folder in (SHIPPED, tmp_path / "model")
    )
    assert np.abs(before - after).mean() < 0.02
