"""The rotation of a generator's styles: the first three numbers get a meaning, and nothing is trained.

Styles are standard normal, and stay so when an orthogonal matrix turns them: the same images are drawn, each
in a style of other numbers. The matrix goes into the weights that styles are multiplied by. Härkönen,
Hertzmann, Lehtinen and Paris 2020, "GANSpace: Discovering Interpretable GAN Controls".
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from autoencoder.data.labels import Labels
from autoencoder.data.pictures import Array
from autoencoder.digits.digit_generator import EPOCHS, NAME, generator_inputs, generator_network, styles
from autoencoder.digits.style_axes import AXES, Draw, Floats, axis_correlations, measure_shapes
from autoencoder.networks import checkpoint
from autoencoder.networks.checkpoint import epochs_of
from autoencoder.networks.mx import mx, plain_copy
from autoencoder.networks.predictor import predict
from autoencoder.networks.run import DEFAULT, TrainingRun

LEARNT = 20_000  # images to fit the matrix

# The weights that a style is multiplied by: after the labels' columns, or in its rows.
_INPUTS, _OUTPUT = ("truncation1_weight", "grow1_dense_weight"), "plain_weight"


def find_rotation(draw: Draw, count: int, shape: tuple[int, int], seed: int) -> Floats:
    """Return the orthogonal matrix (STYLE, STYLE) with the axes of slant, thickness and width as columns.

    Each measure grows most in a direction, and thick digits are wide ones: the axes are the perpendicular
    ones that are nearest to the three directions (the polar factor; Higham 1986, "Computing the polar
    decomposition with applications"). The columns after them are as near as can be to the identity's.

    Args:
        draw: draws images.
        count: the number of labels.
        shape: (height, width) of an image in pixels.
        seed: the seed of the random styles.
    """
    labels, z = np.arange(LEARNT) % count, styles(LEARNT, [seed, 6])
    directions = axis_correlations(z, labels, measure_shapes(draw(labels, z), shape))
    left, _, right = np.linalg.svd(directions)
    rest = left[:, len(AXES) :]
    one, _, other = np.linalg.svd(rest.T[:, len(AXES) :])
    rotation: Floats = np.concatenate([left[:, : len(AXES)] @ right, rest @ one @ other], axis=1)
    return rotation


def turn_styles(module: mx.mod.Module, rotation: Floats, count: int) -> None:
    """Turn the styles of a generator: in the style z it draws what it drew in the style rotation @ z.

    Args:
        module: the generator, bound for training: MXNet keeps the weights of others in its own layout.
        rotation: an orthogonal matrix (STYLE, STYLE).
        count: the number of labels.
    """
    arguments, auxiliaries = module.get_params()
    for name in _INPUTS:
        weight = arguments[name].asnumpy().astype(np.float64)  # (units, count + STYLE)
        weight[:, count:] = weight[:, count:] @ rotation
        arguments[name][:] = weight
    arguments[_OUTPUT][:] = rotation.T @ arguments[_OUTPUT].asnumpy()  # (STYLE, count)
    module.set_params(arguments, auxiliaries)


def give_meaning(module: mx.mod.Module, count: int, shape: tuple[int, int], seed: int) -> Floats:
    """Turn the styles of a generator so that the first three numbers are slant, thickness and width.

    Returns:
        The correlations of these numbers with their meanings, (3,), in images of other styles.
    """

    def draw(labels: Array, z: Array) -> Array:
        return predict(module, generator_inputs(labels, z, count))

    turn_styles(module, find_rotation(draw, count, shape, seed), count)
    labels, z = np.arange(LEARNT) % count, styles(LEARNT, [seed, 7])
    return np.diag(axis_correlations(z, labels, measure_shapes(draw(labels, z), shape)))


def train_styles(run: TrainingRun = DEFAULT) -> None:
    """Give the styles of a saved generator their meaning, and save it; nothing is trained.

    Raises:
        CheckpointError: the generator of the folder is missing or damaged.
        OSError: the generator can't be saved.
    """
    with run.edit() as new:
        labels = Labels.load(run.model_dir, new)
        prefix, count = Path(run.model_dir) / NAME, len(labels)
        epochs = epochs_of(prefix, EPOCHS, new)
        network = generator_network(labels.shape, count)
        # A copy, bound for training: its weights can be set anew.
        module = plain_copy(
            checkpoint.load_module(prefix, epochs, network, files=new), 100, for_training=True
        )
        reached = give_meaning(module, count, labels.shape, run.seed)
        checkpoint.save_module(module, new.folder / NAME, epochs, dtype="float16", to=new)
    shares = ", ".join(f"{name} {share:.2f}" for name, share in zip(AXES, reached, strict=True))
    run.report(f"{NAME}: the first numbers of a style go with {shares}")
