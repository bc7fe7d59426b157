"""How good generated digits are, told by a judge that took no part in making them, beside real test digits.

The judge is a small convolutional network, trained here on the half of the training digits that the choice of
the generator never saw. What is measured, of samples with as many of each label, none of them filtered:

- how many the judge reads as their label, over all and in the worst class;
- the Frechet distance of the judge's last features between samples and training digits (Heusel et al. 2017,
  "GANs Trained by a Two Time-Scale Update Rule", with this judge in the place of Inception);
- diversity: the mean distance of two samples of a class over that of two real digits of the class;
- how far the nearest training digit is, over pixels: memorised samples have it closer than test digits do.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autoencoder import checkpoints, discriminator, generator, inference, networks, training
from autoencoder._files import replace_files
from autoencoder._mxnet import mx
from autoencoder.data import DataError, Dataset, load
from autoencoder.digit_generator import EPOCHS, DigitGenerator, styles
from autoencoder.layers import CLASSES, classes, dense
from autoencoder.runs import Folder

Floats = npt.NDArray[np.floating[Any]]
Reader = Callable[[networks.Array], networks.Array]  # images (n, 784) -> how likely each digit is, (n, 10)

SAMPLES = 10_000
JUDGE_EPOCHS = 8
JUDGE_BATCH = 100
FEATURES = 128
MAX_SHIFT = 2  # pixels

# What samples have to reach, lowest and highest. The yardstick beside is real test digits, by the same judge.
BARS: dict[str, tuple[float, float]] = {
    "accuracy": (0.99, 1.0),
    "worst_class": (0.97, 1.0),
    "diversity": (0.95, 1.05),
    "frechet": (0.0, 3.0),
    "plain": (0.99, 1.0),
}


class Measures(NamedTuple):
    """What is measured of 10,000 images with known labels.

    Attributes:
        accuracy: the share, 0..1, that the judge reads as labelled.
        worst_class: the lowest such share of a class.
        diversity: the mean distance of two images of a class, over that of training digits, mean of classes.
        frechet: the Frechet distance from training digits in the judge's features.
        nearest_median, nearest_least: the distance to the nearest training digit, Euclidean over pixels 0..1.
    """

    accuracy: float
    worst_class: float
    diversity: float
    frechet: float
    nearest_median: float
    nearest_least: float


def judge_symbol(pixels: int) -> mx.sym.Symbol:
    """The judge's graph: 28x28 images in, how likely each digit is out; after LeNet-5 (LeCun et al. 1998)."""
    x = mx.sym.reshape(mx.sym.Variable(networks.DATA), (-1, 1, 28, 28))  # (batch, 784) -> (batch, 1, 28, 28)
    for name, filters in [("conv1", 16), ("conv2", 32)]:
        x = mx.sym.Convolution(x, name=name, kernel=(5, 5), pad=(2, 2), num_filter=filters, no_bias=True)
        x = mx.sym.BatchNorm(x, name=f"{name}_norm", fix_gamma=False)
        x = mx.sym.Activation(x, act_type="relu")
        x = mx.sym.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max")  # -> 14x14 -> 7x7
    x = dense(x, "dense", FEATURES)  # (batch, 32, 7, 7) -> (batch, 128)
    x = mx.sym.Activation(x, name="features", act_type="relu")
    x = dense(x, "result", CLASSES)  # -> (batch, 10)
    return mx.sym.SoftmaxOutput(x, mx.sym.Variable(networks.LABEL), name="output")


def shifted(images: networks.Array, random: np.random.Generator) -> networks.Array:
    """28x28 images (n, 784), each moved by up to two pixels each way; what comes in is black."""
    padded = np.pad(images.reshape(-1, 28, 28), [(0, 0), (MAX_SHIFT, MAX_SHIFT), (MAX_SHIFT, MAX_SHIFT)])
    down, right = random.integers(0, 2 * MAX_SHIFT + 1, (2, len(images), 1)) + np.arange(28)  # each (n, 28)
    moved: networks.Array = padded[np.arange(len(images))[:, None, None], down[:, :, None], right[:, None]]
    return moved.reshape(images.shape)


JUDGE = networks.Network(
    "judge",
    judge_symbol,
    lambda images, labels: (images, classes(labels)),
    metric="accuracy",
    pixels_axis=784,
    initializer=mx.init.Xavier,
    decay=0.7,
    augment=shifted,
)


def halves(dataset: Dataset) -> tuple[Dataset, Dataset]:
    """The half by which a generator is chosen, and the half that its judge is trained on; always the same.

    Drawn by lot and not in turns: MNIST alternates between its two sources, and a network that is trained on
    every second digit misreads 6% of the others.
    """
    order = np.random.default_rng(0).permutation(len(dataset))
    middle = len(dataset) // 2

    def part(rows: npt.NDArray[np.int64]) -> Dataset:
        return Dataset(dataset.images[rows], dataset.labels[rows], dataset.shape)

    return part(order[middle:]), part(order[:middle])


class Judge:
    """A trained judge: features and probabilities of images.

    Args:
        dataset: what it is trained on.
        seed: makes it repeatable.
        epochs: how long it is trained.
        progress, report: as `training.train` takes them.
    """

    def __init__(
        self,
        dataset: Dataset,
        seed: int = 0,
        epochs: int = JUDGE_EPOCHS,
        *,
        progress: bool = True,
        report: Callable[[str], object] = print,
    ) -> None:
        module = training.train(
            JUDGE, dataset, epochs, seed=seed, batch_size=JUDGE_BATCH, progress=progress, report=report
        ).module
        arguments, auxiliaries = module.get_params()
        self._weight = arguments["result_weight"].asnumpy()
        self._bias = arguments["result_bias"].asnumpy()
        features = module.symbol.get_internals()["features_output"]
        self._module = mx.mod.Module(features, data_names=[networks.DATA], label_names=None)
        self._module.bind([(networks.DATA, (500, 784))], for_training=False)
        self._module.set_params(arguments, auxiliaries, allow_extra=True)

    def features(self, images: networks.Array) -> npt.NDArray[np.float32]:
        """Images (n, 784) -> what the last layer reads of them, (n, 128)."""
        return inference.predict(self._module, images)

    def probabilities(self, images: networks.Array) -> npt.NDArray[np.float32]:
        """Images (n, 784) -> how likely each is each digit, (n, 10), rows sum to 1."""
        return self.read(self.features(images))

    def read(self, features: networks.Array) -> npt.NDArray[np.float32]:
        """As `probabilities`, from features (n, 128)."""
        logits = features @ self._weight.T + self._bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities: npt.NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
        return probabilities


class Moments(NamedTuple):
    """The Gaussian of the same mean (d,) and covariance (d, d) as some features (n, d)."""

    mean: Floats
    covariance: Floats

    @classmethod
    def of(cls, features: networks.Array) -> "Moments":
        features = np.asarray(features, np.float64)
        return cls(features.mean(axis=0), np.cov(features, rowvar=False))


def frechet_distance(a: Moments, b: Moments) -> float:
    """The squared Frechet (2-Wasserstein) distance of two Gaussians, 0 for equal ones (Dowson, Landau 1982).

    >>> round(frechet_distance(Moments(np.zeros(2), np.eye(2)), Moments(np.ones(2), 4 * np.eye(2))), 6)
    4.0
    """
    # The trace of (AB)^(1/2) by the roots of the eigenvalues of A^(1/2) B A^(1/2), which is symmetric.
    values, vectors = np.linalg.eigh(a.covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    both = np.linalg.eigvalsh(root @ b.covariance @ root)
    cross = np.sqrt(np.maximum(both, 0)).sum()
    difference = a.mean - b.mean
    return float(difference @ difference + np.trace(a.covariance) + np.trace(b.covariance) - 2 * cross)


def mean_pairwise_distance(images: networks.Array) -> float:
    """The mean Euclidean distance of two different ones of (n, pixels) images, at most 1,500 of them."""
    images = images[:1500]
    squares = squared_distances(images, images)
    np.fill_diagonal(squares, 0)
    return float(np.sqrt(squares).sum() / (len(images) * (len(images) - 1)))


def nearest(images: networks.Array, others: networks.Array) -> npt.NDArray[np.float32]:
    """How far the nearest of others (m, pixels) is from each image (n, pixels): Euclidean, (n,)."""
    result = np.empty(len(images), np.float32)
    for start in range(0, len(images), 500):
        rows = images[start : start + 500]
        best = np.full(len(rows), np.inf, np.float32)
        for first in range(0, len(others), 10_000):  # 500 x 10,000 distances are 20 MB
            best = np.minimum(best, squared_distances(rows, others[first : first + 10_000]).min(axis=1))
        result[start : start + 500] = np.sqrt(best)
    return result


def squared_distances(a: networks.Array, b: networks.Array) -> npt.NDArray[np.float32]:
    """Between (n, pixels) and (m, pixels) images: (n, m)."""
    squares: npt.NDArray[np.float32] = (a * a).sum(1)[:, None] + (b * b).sum(1)[None] - 2 * (a @ b.T)
    return np.maximum(squares, 0)  # rounding may leave the distance of equal images a little below 0


class Yardstick:
    """Training digits, and a judge: what images are measured against.

    Args:
        judge: reads the images.
        train: digits that samples are compared with.
    """

    def __init__(self, judge: Judge, train: Dataset) -> None:
        self.judge = judge
        self._train = train
        self._moments = Moments.of(judge.features(train.images))
        self._spread = _spread(train.images, train.labels)

    def score(self, images: networks.Array, labels: networks.Array) -> str:
        """A line of what is fast to measure, for those who train."""
        features = self.judge.features(images)
        right = self.judge.read(features).argmax(axis=1) == labels
        worst = min(float(right[labels == digit].mean()) for digit in range(CLASSES))
        distance = frechet_distance(Moments.of(features), self._moments)
        spread = float((_spread(images, labels) / self._spread).mean())
        return f"read {right.mean():.4f}, worst {worst:.3f}, distance {distance:.2f}, diversity {spread:.3f}"

    def measure(self, images: networks.Array, labels: networks.Array) -> Measures:
        """Measure images (n, 784) that should be the digits labels (n,), a few hundred of each."""
        features = self.judge.features(images)
        right = self.judge.read(features).argmax(axis=1) == labels
        distances = nearest(images, self._train.images)
        return Measures(
            accuracy=float(right.mean()),
            worst_class=min(float(right[labels == digit].mean()) for digit in range(CLASSES)),
            diversity=float((_spread(images, labels) / self._spread).mean()),
            frechet=frechet_distance(Moments.of(features), self._moments),
            nearest_median=float(np.median(distances)),
            nearest_least=float(distances.min()),
        )


def _spread(images: networks.Array, labels: networks.Array) -> Floats:
    return np.array([mean_pairwise_distance(images[labels == digit]) for digit in range(CLASSES)])


def evaluate(
    model_dir: Folder = checkpoints.SHIPPED,
    data_dir: Folder | None = None,
    seed: int = 0,
    *,
    epochs: int = EPOCHS,
    samples: int = SAMPLES,
    readers: Mapping[str, Reader] | None = None,
    progress: bool = True,
    report: Callable[[str], object] = print,
) -> dict[str, Any]:
    """Measure a generator of digits; takes about a minute.

    Args:
        model_dir: the folder of its checkpoint.
        data_dir: the digits, as `data.load` takes it; those that it was trained on.
        seed: of the samples and of the judge.
        epochs: the number in the name of the checkpoint.
        samples: how many, as many of each label.
        readers: who else, by name, has to read the digits of style 0 with 0.99; None asks the shipped
            discriminator of the post. Each may know more classes than the ten.
        progress, report: as `training.train` takes them.

    Returns:
        `samples`, `real` (the test digits) and `post` (the post's generator), each a dict of `Measures`;
        `plain`, for each reader the least that it gives to the label of a digit of style 0;
        `missed`, a line for each bar that was not reached. All as JSON has it.

    Raises:
        DataError, CheckpointError: the digits or a network cannot be read.
    """
    generate = DigitGenerator(model_dir, epochs)
    train, test = load("train", data_dir), load("t10k", data_dir)
    if train.shape != (28, 28):
        raise DataError(f"the generator draws digits of 28x28 pixels, found {train}; try MNIST")
    judge = Judge(halves(train)[1], seed, progress=progress, report=report)
    yardstick = Yardstick(judge, train)
    if readers is None:
        readers = {"post": _post("discriminator", discriminator.NETWORK)}
    labels = np.repeat(np.arange(CLASSES), samples // CLASSES)
    digits = np.arange(CLASSES)
    plain = generate(digits)
    post = _post("generator", generator.NETWORK)(labels)
    measures = {
        "samples": yardstick.measure(generate(labels, styles(len(labels), seed)), labels),
        "real": yardstick.measure(test.images, test.labels),
        "post": yardstick.measure(post, labels),
    }
    result: dict[str, Any] = {name: values._asdict() for name, values in measures.items()}
    everyone = {"judge": judge.probabilities, **readers}
    result["plain"] = {name: float(read(plain)[digits, digits].min()) for name, read in everyone.items()}
    result["missed"] = missed(result)
    return result


def missed(result: Mapping[str, Any]) -> list[str]:
    """A line for each bar that a result of `evaluate` does not reach."""
    found = {name: result["samples"][name] for name in BARS if name != "plain"}
    found["plain"] = min(result["plain"].values())
    lines = [
        f"{name} is {found[name]:.4f}, expected {lowest} to {highest}"
        for name, (lowest, highest) in BARS.items()
        if not lowest <= found[name] <= highest
    ]
    for name in ("nearest_median", "nearest_least"):
        if result["samples"][name] < result["real"][name]:
            lines.append(
                f"{name} is {result['samples'][name]:.3f}, of test digits {result['real'][name]:.3f}"
            )
    return lines


def table(result: Mapping[str, Any]) -> str:
    """What `evaluate` returns, for people."""
    lines = [f"{'':16}{'samples':>10}{'test digits':>13}{'the post':>10}  bar"]
    for name in Measures._fields:
        values = [result[column][name] for column in ("samples", "real", "post")]
        lowest, highest = BARS.get(name, (result["real"][name], np.inf))
        bar = f"at least {lowest:.4g}" if highest in (1, np.inf) else f"{lowest:g} to {highest:g}"
        lines.append(f"{name:16}{values[0]:10.4f}{values[1]:13.4f}{values[2]:10.4f}  {bar}")
    for name, value in result["plain"].items():
        lines.append(f"{'plain, ' + name:16}{value:10.4f}{'':23}  at least {BARS['plain'][0]}")
    return "\n".join([*lines, *(f"missed: {line}" for line in result["missed"])])


def _post(name: str, network: networks.Network) -> inference.Predictor:
    return inference.Predictor(checkpoints.SHIPPED / name, networks.EPOCHS, network, batch_size=100)


def main(argv: Sequence[str] | None = None) -> int:
    """The command line: `python -m autoencoder.evaluate_generator --help`; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description="Measure the generator of digits.")
    add = parser.add_argument
    add(
        "--model-dir", default=checkpoints.SHIPPED, help="folder of the checkpoint (default: the shipped one)"
    )
    add("--data-dir", help="folder of the four idx files (default: MXNET_DATA_DIR, else the embedded MNIST)")
    add("--epochs", type=int, default=EPOCHS, help="in the name of the checkpoint (default: %(default)s)")
    add("--seed", type=int, default=0, help="of the samples and of the judge (default: %(default)s)")
    add("--json", type=Path, help="a file to write the figures to")
    options = vars(parser.parse_args(argv))
    path = options.pop("json")
    try:
        result = evaluate(**options)
        if path is not None:
            replace_files({path: lambda temporary: temporary.write_text(json.dumps(result, indent=2) + "\n")})
    except (DataError, checkpoints.CheckpointError, OSError) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    print(table(result))
    return 1 if result["missed"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
