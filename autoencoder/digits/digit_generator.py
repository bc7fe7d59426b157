"""The generator of digits in many styles, and the redrawing of pictures with it."""

import functools
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import mxspec as s
from autoencoder.data.labels import Labels, as_floats
from autoencoder.data.pictures import Array, Image, as_numbers, as_row, as_rows
from autoencoder.data.storage import FileSet
from autoencoder.networks.checkpoint import SHIPPED, epochs_of
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network, check_image_size
from autoencoder.networks.pair import Models
from autoencoder.networks.predictor import Predictor
from autoencoder.networks.runtime import ONNX

# --- the network ------------------------------------------------------------------------------------------

NAME = "digits-generator"
STYLE = 16  # the length of a style, standard normal numbers
EPOCHS = 12  # in the name of the shipped checkpoint; the networks of the post have 3

# The inputs of the batch normalisations NAME_norm.
NORMED = ("grow1", "grow2", "grow3")
# `tuning` sets these parameters after training, which does not change them.
TRUNCATION = ("truncation1_weight", "truncation1_bias", "truncation2_weight", "truncation2_bias")
TUNED = ("plain_weight", "spread_weight", *TRUNCATION)

NEAREST = 0.6  # the scale of surely misread styles; so near to 0, hardly any style is misread
_UNITS = 64  # of the truncating perceptron; 128 predict no better
_GROWTH = 4  # pixels a side of an image for each pixel of the first grid


def get_image(x: Any, shape: tuple[int, int], count: int, sym: Any = mx.sym) -> Any:
    """Return the graph from rows of a label and a style (batch, 1 + STYLE) to images (batch, pixels).

    Args:
        x: the rows.
        shape: (height, width) of an image in pixels.
        count: the number of labels.
        sym: the operators.
    """
    grid = tuple(math.ceil(length / _GROWTH) for length in shape)
    # For 28x28 pixels and 10 labels:
    label = sym.reshape(sym.slice_axis(x, axis=1, begin=0, end=1), (-1,))  # -> (batch,)
    z = sym.slice_axis(x, axis=1, begin=1, end=None, name="style")  # -> (batch, 16)
    label = sym.one_hot(label, depth=count, name="onehot")  # -> (batch, 10)
    # At z = 0 the style is the plain one of the label. Random styles hardly change: the sum of their squares
    # is about 16, which adds exp(-4) = 0.02 of the plain style; 1 in 1,000 gets 0.37 of it or more.
    plain = sym.FullyConnected(label, name="plain", num_hidden=STYLE, no_bias=True)  # -> (batch, 16)
    nearness = sym.exp(-0.25 * sym.sum(sym.square(z), axis=1, keepdims=True))  # -> (batch, 1)
    z = sym.broadcast_mul(z, sym.Variable("spread_weight", shape=(1, 1)))
    z = truncate(label, z, sym) + sym.broadcast_mul(plain, nearness)
    x = sym.concat(label, z, dim=1)  # -> (batch, 26)
    x = sym.FullyConnected(x, name="grow1_dense", num_hidden=48 * math.prod(grid), no_bias=True)
    x = sym.reshape(x, (-1, 48, *grid), name="grow1")  # before the norm: oneDNN fails if it comes after
    x = _normalise_batch(x, "grow1", sym)  # -> (batch, 48, 7, 7)
    x = _convolve(x, "grow2_conv", 3, 4 * 32, sym)  # -> (batch, 128, 7, 7)
    x = _normalise_batch(
        sym.depth_to_space(x, block_size=2, name="grow2"), "grow2", sym
    )  # -> (batch, 32, 14, 14)
    x = _normalise_batch(_convolve(x, "grow3", 3, 32, sym), "grow3", sym)  # -> (batch, 32, 14, 14)
    # Sixteen filters, though four are used: oneDNN is several times slower with fewer.
    x = _convolve(x, "result", 5, 16, sym)  # -> (batch, 16, 14, 14)
    x = sym.slice_axis(x, axis=1, begin=0, end=4)  # -> (batch, 4, 14, 14)
    x = sym.depth_to_space(x, block_size=2)  # -> (batch, 1, 28, 28)
    for axis, (length, grown) in enumerate(zip(shape, grid, strict=True), start=2):
        if length < _GROWTH * grown:
            x = sym.slice_axis(x, axis=axis, begin=0, end=length)
    x = sym.flatten(x) - 2  # so training begins near black, like most pixels
    return sym.Activation(x, act_type="sigmoid", name="image")  # -> (batch, 784)


def truncate(label: Any, z: Any, sym: Any = mx.sym) -> Any:
    """Return the graph from one-hot labels (batch, labels) and styles (batch, n) to scaled styles.

    The truncation of Brock et al. 2019, "Large Scale GAN Training for High Fidelity Natural Image Synthesis",
    scales all styles alike, and loses variety even where no image is misread. Here a perceptron predicts from
    label and style how surely a reader reads the image. A style with a prediction below 0 is scaled down; if
    all parameters are 0, no style is. So drawing needs no reader, an image depends only on its label and
    style, and near styles give near images.
    """
    prediction = predict_log_odds(sym.concat(label, z, dim=1), sym)
    missing = sym.Activation(-1 * prediction, act_type="relu", name="truncation3_relu")
    missing = sym.Activation(missing, act_type="tanh", name="truncation3")  # -> (batch, 1), 0..1
    return sym.broadcast_mul(z, 1 + (NEAREST - 1) * missing)


def predict_log_odds(x: Any, sym: Any = mx.sym) -> Any:
    """Return the perceptron from labels and styles (batch, labels + n) to log-odds (batch, 1)."""
    x = sym.FullyConnected(x, name="truncation1", num_hidden=_UNITS)
    x = sym.Activation(x, act_type="relu", name="truncation1_relu")
    return sym.FullyConnected(x, name="truncation2", num_hidden=1)


def _convolve(x: Any, name: str, kernel: int, filters: int, sym: Any) -> Any:
    """Return a convolution, (batch, anything, h, w) -> (batch, filters, h, w)."""
    size, pad = (kernel, kernel), (kernel // 2, kernel // 2)
    return sym.Convolution(x, name=name, kernel=size, pad=pad, num_filter=filters, no_bias=True)


def _normalise_batch(x: Any, name: str, sym: Any) -> Any:
    x = sym.BatchNorm(x, name=f"{name}_norm", fix_gamma=False)
    return sym.Activation(x, act_type="relu", name=f"{name}_relu")


def generator_network(shape: tuple[int, int], count: int) -> Network:
    """Return the generator of a data set.

    Args:
        shape: (height, width) of an image in pixels.
        count: the number of labels, from 0 up.

    Raises:
        DataError: images have a side of less than 4 pixels.
    """
    check_image_size(shape)

    def get_symbol(pixels: int, sym: Any = mx.sym) -> Any:
        image = get_image(sym.Variable(DATA), shape, count, sym)
        return sym.LinearRegressionOutput(image, sym.Variable(LABEL), name="output")

    def feed(images: Array, numbers: Array) -> tuple[Array, Array]:
        return generator_inputs(numbers, np.zeros((len(numbers), STYLE), np.float32), count), images

    return Network(
        NAME, get_symbol, feed, metric="mse", pixels=math.prod(shape), trained_as="digits", fastest=ONNX
    )


def generator_inputs(numbers: Array, z: Array, count: int) -> npt.NDArray[np.float32]:
    """Return labels (n,) and styles (n, STYLE) as inputs of the network, float32 (n, 1 + STYLE).

    Raises:
        DataError: a label is not within 0..count - 1.
    """
    column = as_floats(np.asarray(numbers), count)[:, None]
    return np.concatenate([column, np.asarray(z, np.float32)], axis=1)


def styles(count: int, seed: int | Sequence[int]) -> npt.NDArray[np.float32]:
    """Return random styles of a seed, standard normal numbers, float32 (count, STYLE)."""
    return np.random.default_rng(seed).standard_normal((count, STYLE)).astype(np.float32)


class DigitGenerator:
    """A trained generator of digits or other labels; safe for threads.

    Args:
        model_dir: the folder of `digits-generator-symbol.json`, `digits-generator-NNNN.params` and, for
            other labels than digits, `labels.json`.
        epochs: the number in the file name; None means the largest in the folder.
        runtime, files: as `Predictor` takes them.

    Attributes:
        labels: the names of the labels, and the size of the images.
        epochs: the number of training epochs.

    Raises:
        CheckpointError, LabelError: as `checkpoint.load_module` and `Labels.load` do.

    >>> DigitGenerator()([7, 2]).shape
    (2, 784)
    """

    def __init__(
        self,
        model_dir: str | os.PathLike[str] = SHIPPED,
        epochs: int | None = None,
        *,
        runtime: str | None = None,
        files: FileSet | None = None,
    ) -> None:
        files = files or FileSet.of(model_dir)
        self.labels = Labels.load(model_dir, files)
        prefix = Path(model_dir) / NAME
        self.epochs = epochs_of(prefix, EPOCHS, files) if epochs is None else epochs
        description = generator_network(self.labels.shape, len(self.labels))
        self._predict = Predictor(prefix, self.epochs, description, runtime=runtime, files=files)

    def __call__(self, numbers: Any, z: Any = None) -> npt.NDArray[np.float32]:
        """Draw digits.

        Args:
            numbers: (n,) the numbers of labels, 0 to 9 for ten labels.
            z: (n, STYLE) the styles, standard normal numbers; None means 0, plain digits.

        Returns:
            float32 (n, pixels) within 0..1, a new array. A row depends only on its label and style; its
            rounding, by 1e-5 or less, depends on the number of rows.

        Raises:
            DataError: a number is not a label.
            ValueError: z is not a style of STYLE finite numbers for each label.
        """
        numbers = np.asarray(numbers)
        if numbers.ndim != 1:
            raise ValueError(
                f"expected labels of shape (n,), found {numbers.shape}; try [label] for a single one"
            )
        if numbers.dtype.kind not in "iuf" or not (numbers == np.floor(numbers)).all():
            raise ValueError(f"expected whole numbers as labels, found {numbers}")
        z = np.zeros((len(numbers), STYLE)) if z is None else as_numbers(z)
        if z.shape != (len(numbers), STYLE):
            single = {1: "one number", 2: f"{z.shape[-1]} numbers"} if len(z) == len(numbers) else {}
            shape = single.get(z.ndim, f"an array of shape {z.shape}")
            raise ValueError(f"expected a style of {STYLE} numbers for each label, found {shape}")
        if not np.isfinite(z).all():
            raise ValueError("expected styles of finite numbers; try those of a standard normal distribution")
        return self._predict(generator_inputs(numbers, z, len(self.labels)))

    def draw(self, names: Sequence[Any], z: Any = None) -> list[Image]:
        """Return an image (1, pixels) of each label name; z is as in `__call__`."""
        numbers = np.array([self.labels.number(name) for name in names], np.int64)
        return list(self(numbers, z)[:, None])


# --- redrawing --------------------------------------------------------------------------------------------

BANK = 100  # images of each label, drawn once, to begin searches with
ROUNDS = 8  # of the search
ROUND = 32  # pictures in a round, a power of two, as batches are
ELITE = 8  # the nearest pictures of a round; the next round is drawn around them
WIDENING = 0.05  # the deviation added in each round, to keep the styles apart

Styles = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Redrawing:
    """A picture and the nearest generated image.

    Attributes:
        shown: the picture, (1, pixels).
        again: the generated image, (1, pixels).
        label: the label of the generated image.
        style: its latent, as a list; None if each label has only one image.
    """

    shown: Image
    again: Image
    label: Any
    style: list[float] | None

    @property
    def difference(self) -> Image:
        """The picture minus the generated image, (1, pixels); positive where ink is missing."""
        return self.shown - self.again

    @property
    def unexplained_share(self) -> float:
        """The share of the picture's ink that is missing in the generated image, 0 to 1; 0 without ink."""
        ink = float(self.shown.sum())
        return float(self.difference.clip(0).sum()) / ink if ink else 0.0


class Redrawer:
    """Redraws pictures: searches the generator's images for the nearest one.

    The search is the cross-entropy method (Rubinstein 1999, "The Cross-Entropy Method for Combinatorial and
    Continuous Optimization"): it draws styles, keeps the nearest, and draws the next styles around them.
    Latents that are not arrays of numbers are sampled only once. The search is deterministic.

    Args:
        models: the reader and the generator.

    >>> from autoencoder import digits
    >>> redrawer = Redrawer(digits.family.models)
    >>> three = digits.generate(3)
    >>> redrawn = redrawer.redraw(three, 3)
    >>> redrawn.label, redrawn.unexplained_share < 0.25
    (3, True)
    """

    def __init__(self, models: Models) -> None:
        self._models = models

    @functools.cached_property
    def _bank(self) -> tuple[list[Any], list[Any] | None, Image]:
        """The labels, the latents or None, and the images that a search begins with."""
        names: list[Any] = list(self._models.labels.names)
        if self._models.latent is None:
            return names, None, as_rows(self._models.generate_many(names))
        sample = s.sample(self._models.latent(), BANK, seed=0)
        labels = [name for name in names for _ in sample]
        latents = sample * len(names)
        return labels, latents, as_rows(self._models.generate_many(labels, latents))

    def redraw(self, image: Any, label: Any = None) -> Redrawing:
        """Return the generated image nearest to a picture.

        Args:
            image: the picture, in any shape of an image.
            label: the label to draw; None, or a label that the generator does not have, means the label of
                the nearest image.

        Raises:
            ValueError: the picture is not an array of numbers.
        """
        row = as_row(image)
        labels, latents, rows = self._bank
        distances = _mean_squares(rows, row)
        # Compared as texts: a user's label may be of any type, and True is not the label 1.
        label = next((name for name in self._models.labels.names if str(name) == str(label)), None)
        if label is None:
            label = labels[int(distances.argmin())]
        places = [place for place, name in enumerate(labels) if name == label]
        order = sorted(places, key=lambda place: distances[place])
        nearest = order[0]
        if latents is None:
            return Redrawing(row, rows[[nearest]], label, None)
        if not isinstance(latents[nearest], np.ndarray) or latents[nearest].dtype.kind != "f":
            return Redrawing(row, rows[[nearest]], label, None)
        styles = np.stack([latents[place] for place in order[:ELITE]]).astype(np.float64)
        farthest = float(max(np.linalg.norm(latent) for latent in latents))
        style, again = self._search(row, label, styles, rows[[nearest]], farthest)
        return Redrawing(row, again, label, style.ravel().tolist())

    def _search(
        self, row: Image, label: Any, styles: Styles, again: Image, farthest: float
    ) -> tuple[Styles, Image]:
        """Return the style and the image nearest to row, starting from styles sorted by distance.

        Styles end at the length `farthest`, since the generator was not trained on longer ones.
        """
        random = np.random.default_rng(0)
        best, least = styles[0], float(_mean_squares(again, row)[0])
        for _ in range(ROUNDS):
            spread = styles.std(axis=0) + WIDENING
            around = styles.mean(axis=0) + spread * random.standard_normal((ROUND, *best.shape))
            lengths = np.linalg.norm(around.reshape(ROUND, -1), axis=1).reshape(-1, *[1] * best.ndim)
            around *= farthest / np.maximum(lengths, farthest)
            rows = as_rows(self._models.generate_many([label] * ROUND, list(around)))
            distances = _mean_squares(rows, row)
            order = distances.argsort()
            styles = around[order[:ELITE]]
            if distances[order[0]] < least:
                best, least, again = styles[0], float(distances[order[0]]), rows[order[:1]]
        return best, again


def _mean_squares(rows: Image, row: Image) -> npt.NDArray[np.float64]:
    """Return the mean squared difference of each of rows from row, (n,)."""
    squares: npt.NDArray[np.float64] = np.square(rows.astype(np.float64) - row)
    return np.asarray(squares.mean(axis=1))
