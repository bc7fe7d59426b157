"""The training of the networks of the post: load, look, train, look, save."""

from collections.abc import Callable
from pathlib import Path

from autoencoder import auto_encoder, discriminator, generator
from autoencoder.data import idx
from autoencoder.data.idx import Dataset
from autoencoder.data.images import pictures
from autoencoder.networks import checkpoint
from autoencoder.networks.mx import mx
from autoencoder.networks.network import BATCH_SIZE, EPOCHS, Network, build
from autoencoder.networks.predictor import predict
from autoencoder.training import loop
from autoencoder.training.run import DEFAULT, SHOWN, Run, save_labels
from autoencoder.viz import im_sav, save_curve

# For the name of each network a function that returns it for a number of labels.
NETWORKS: dict[str, Callable[[int], Network]] = {
    "autoencoder": lambda labels: auto_encoder.NETWORK,
    "discriminator": discriminator.network,
    "generator": generator.network,
}


def train_network(name: str, run: Run = DEFAULT) -> loop.Trained:
    """Train a network of the post, and save a checkpoint and pictures.

    The steps are those of the original's comment blocks: load, look, train, look, save. The pictures are
    `originals.jpg`, `curve-NAME.png` and, for networks that draw, what they draw before training and after;
    for the discriminator the test images, which it reads in the report.

    Args:
        name: of NETWORKS.
        run: the data, the folders and the rest.

    Raises:
        DataError, TrainingError, ValueError: as `idx.load` and `loop.train` do.
        FolderInUseError, CheckpointError, OSError: as `edition` does.
    """
    epochs = EPOCHS if run.epochs is None else run.epochs
    if run.group is not None and run.group.rank > 0:  # worker 0 looks and saves
        labels, images = run.load()
        network = NETWORKS[name](len(labels))
        return loop.train(network, images, epochs, seed=run.seed, report=None, group=run.group)
    with run.editing() as new:
        labels, images = run.load()
        test = labels.zero_based(idx.load("t10k", run.data_dir))
        network = NETWORKS[name](len(labels))

        def look(module: mx.mod.Module, moment: str) -> None:
            if name == "discriminator":
                im_sav("test-images", run.output, pictures(test.images[:SHOWN], test.shape))
                numbers = predict(module, test.images[:10]).argmax(axis=1)
                names = " ".join(str(labels.name(number)) for number in numbers)
                run.report(f"{name} {moment} training reads the first test images as {names}")
                run.report(f"{name} {moment} training: test accuracy {accuracy(module, test):.4f}")
            else:
                inputs, _ = network.feed(test.images[:SHOWN], test.labels[:SHOWN])
                drawn = pictures(predict(module, inputs), test.shape)
                im_sav(f"{name}-{moment}-training-preds", run.output, drawn)

        im_sav("originals", run.output, pictures(images.images[:SHOWN], images.shape))
        module = build(
            network, images.images.shape[1], batch_size=min(BATCH_SIZE, len(images)), seed=run.seed
        )
        look(module, "before")
        trained = loop.train(
            network,
            images,
            epochs,
            seed=run.seed,
            module=module,
            progress=run.progress,
            report=run.report,
            bookmark=None if run.group else run.bookmark(name, labels, new),
            group=run.group,
        )
        look(trained.module, "after")
        save_labels(labels, new)
        checkpoint.save(trained.module, Path(run.model_dir) / name, epochs, to=new)
        save_curve(name, network.metric, trained.values, run.output)
    return trained


def accuracy(module: mx.mod.Module, dataset: Dataset) -> float:
    """Return the accuracy of a trained classifier on labelled images, 0..1."""
    labels = predict(module, dataset.images).argmax(axis=1)
    return float((labels == dataset.labels).mean())
