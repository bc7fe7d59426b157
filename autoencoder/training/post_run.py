"""The training of the networks of the post: load, look, train, look, save."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autoencoder import auto_encoder, discriminator, generator
from autoencoder.checkpoints import mxnet_files
from autoencoder.data import idx
from autoencoder.data.edition import Edition
from autoencoder.data.idx import Dataset
from autoencoder.data.images import pictures
from autoencoder.data.labels import Labels
from autoencoder.inference.predictor import predict
from autoencoder.networks.mx import mx
from autoencoder.networks.network import BATCH_SIZE, EPOCHS, Network, build
from autoencoder.training import loop
from autoencoder.training.run import DEFAULT, SHOWN, Run, bookmark_of, save_labels
from autoencoder.viz import im_sav, save_curve


@dataclass(frozen=True)
class Look:
    """A look at a network on test images, before training or after.

    Attributes:
        network, module: the network and its module.
        test: the test images.
        labels: the names of their labels.
        moment: "before" or "after".
    """

    network: Network
    module: mx.mod.Module
    test: Dataset
    labels: Labels
    moment: str


def train(name: str, run: Run = DEFAULT) -> loop.Trained:
    """Train a network of the post, and save a checkpoint and pictures.

    The steps are those of the original's comment blocks: load, look, train, look, save. The pictures are
    `originals.jpg`, `curve-NAME.png` and those of the looks.

    Args:
        name: the name of the network, one of NETWORKS.
        run: the data, the folders and the rest.

    Raises:
        DataError, TrainingError, ValueError: as `idx.load` and `loop.train` do.
        FolderInUseError, CheckpointError, OSError: as `edition` does.
    """
    network_of, show = NETWORKS[name]
    if run.group is not None and run.group.rank > 0:
        labels, images = run.load()
        network = network_of(len(labels))
        epochs = EPOCHS if run.epochs is None else run.epochs
        return loop.train(
            network, images, epochs, seed=run.seed, progress=False, report=lambda line: None, group=run.group
        )
    with run.editing() as new:
        return _train_network(network_of, show, run, new)


def _train_network(
    network_of: Callable[[int], Network], show: Callable[[Look, Run], object], run: Run, new: Edition
) -> loop.Trained:
    output, epochs = Path(run.output), EPOCHS if run.epochs is None else run.epochs
    labels, images = run.load()
    test = labels.zero_based(idx.load("t10k", run.data_dir))
    network = network_of(len(labels))
    im_sav("originals", output, pictures(images.images[:SHOWN], images.shape))
    batch_size = min(BATCH_SIZE, len(images))
    module = build(network, images.images.shape[1], batch_size=batch_size, seed=run.seed)
    show(Look(network, module, test, labels, "before"), run)
    trained = loop.train(
        network,
        images,
        epochs,
        seed=run.seed,
        module=module,
        progress=run.progress,
        report=run.report,
        bookmark=None if run.group is not None else bookmark_of(network.name, labels, run, new),
        group=run.group,
    )
    show(Look(network, trained.module, test, labels, "after"), run)
    save_labels(labels, new)
    mxnet_files.save(trained.module, Path(run.model_dir) / network.name, epochs, to=new)
    save_curve(network.name, network.metric, trained.values, output)
    return trained


def draw_predictions(look: Look, run: Run) -> None:
    """Draw the outputs of a network, which are images, for the first test images or their labels."""
    inputs, _ = look.network.feed(look.test.images[:SHOWN], look.test.labels[:SHOWN])
    images = pictures(predict(look.module, inputs), look.test.shape)
    im_sav(f"{look.network.name}-{look.moment}-training-preds", run.output, images)


def _show_readings(look: Look, run: Run) -> None:
    """Draw the first test images, and report how they are read, and the accuracy on all of them."""
    im_sav("test-images", run.output, pictures(look.test.images[:SHOWN], look.test.shape))
    numbers = predict(look.module, look.test.images[:10]).argmax(axis=1)
    names = " ".join(str(look.labels.name(number)) for number in numbers)
    name, moment = look.network.name, look.moment
    run.report(f"{name} {moment} training reads the first test images as {names}")
    run.report(f"{name} {moment} training: test accuracy {accuracy(look.module, look.test):.4f}")


def accuracy(module: mx.mod.Module, dataset: Dataset) -> float:
    """Return the accuracy of a trained classifier on labelled images, 0..1."""
    labels = predict(module, dataset.images).argmax(axis=1)
    return float((labels == dataset.labels).mean())


# For each network a function that returns it for a number of labels, and one that looks at it.
NETWORKS: dict[str, tuple[Callable[[int], Network], Callable[[Look, Run], object]]] = {
    "autoencoder": (lambda labels: auto_encoder.NETWORK, draw_predictions),
    "discriminator": (discriminator.network, _show_readings),
    "generator": (generator.network, draw_predictions),
}
