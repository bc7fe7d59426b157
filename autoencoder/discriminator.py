"""The discriminator of the post: a classifier of images, with a probability for each of the ten digits."""

from autoencoder.data.idx import Dataset
from autoencoder.data.images import Array, pictures
from autoencoder.data.labels import DIGITS, as_floats
from autoencoder.inference.predictor import predict
from autoencoder.networks.layers import dense, sigmoid
from autoencoder.networks.mx import mx
from autoencoder.networks.network import DATA, LABEL, Network
from autoencoder.training.loop import Trained
from autoencoder.training.post_run import Look, train_network
from autoencoder.training.run import DEFAULT, SHOWN, Run
from autoencoder.viz import im_sav


def get_symbol(pixels: int, labels: int = len(DIGITS)) -> mx.sym.Symbol:
    """Return the graph for images of `pixels` pixels and this number of labels."""
    x = mx.sym.Variable(DATA)  # (batch, pixels)
    x = sigmoid(dense(x, "encode1", 100), "sigmoid1")  # -> (batch, 100)
    x = sigmoid(dense(x, "encode2", 50), "sigmoid2")  # -> (batch, 50)
    x = dense(x, "result", labels)  # -> (batch, 10)
    return mx.sym.SoftmaxOutput(x, mx.sym.Variable(LABEL), name="output")


def network(labels: int) -> Network:
    """Return the network for a number of labels: inputs are images (n, pixels), targets are labels (n,)."""

    def feed(images: Array, classes: Array) -> tuple[Array, Array]:
        return images, as_floats(classes, labels)

    return Network(
        "discriminator",
        lambda pixels: get_symbol(pixels, labels),
        feed,
        metric="accuracy",
        pixels_axis=("encode1_weight", 1),
        classes=labels,
    )


NETWORK = network(len(DIGITS))


def accuracy(module: mx.mod.Module, dataset: Dataset) -> float:
    """Return the accuracy of a trained module on labelled images, 0..1."""
    labels = predict(module, dataset.images).argmax(axis=1)
    return float((labels == dataset.labels).mean())


def train(run: Run = DEFAULT) -> Trained:
    """Train the discriminator, save it, and report how it reads test images before and after training.

    Argument, result and errors are those of `train_network`.
    """
    return train_network(network, _show, run)


def _show(look: Look, run: Run) -> None:
    im_sav("test-images", run.output, pictures(look.test.images[:SHOWN], look.test.shape))
    numbers = predict(look.module, look.test.images[:10]).argmax(axis=1)
    names = " ".join(str(look.labels.name(number)) for number in numbers)
    name, moment = look.network.name, look.moment
    run.report(f"{name} {moment} training reads the first test images as {names}")
    run.report(f"{name} {moment} training: test accuracy {accuracy(look.module, look.test):.4f}")
