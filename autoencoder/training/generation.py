"""The training of the generator of digits: its epochs are scored by a judge, and it is tuned at the end."""

import functools
import math

import numpy as np

from autoencoder import discriminator
from autoencoder.data.idx import Dataset
from autoencoder.data.images import pictures
from autoencoder.data.labels import Labels
from autoencoder.generation.network import EPOCHS, NAME, network, rows, styles
from autoencoder.networks import checkpoint
from autoencoder.networks.mx import mx
from autoencoder.networks.network import build, check_size
from autoencoder.networks.predictor import predict
from autoencoder.progress import clock, progress_bar
from autoencoder.training import loop
from autoencoder.training.gan import BATCH_SIZE, Duel
from autoencoder.training.judge import Judge, Reader, Yardstick, halves
from autoencoder.training.resume import Bookmark, State, digest_of
from autoencoder.training.run import DEFAULT, Run, save_labels
from autoencoder.training.tuning import tune
from autoencoder.viz import im_sav

FEWEST_STEPS = 150  # of an epoch, which goes through a small data set more than once
SCORED = 2000  # samples that score an epoch
POST_EPOCHS = 6  # twice those of the post, on half of the digits


def train_generator(run: Run = DEFAULT) -> mx.mod.Module:
    """Train the generator of digits, or of the labels of any data set, and save it and a picture.

    A judge, trained on one half of the digits, scores each epoch and decides in `tuning`; the other half is
    left to `evaluation.samples`. The generator itself learns from both. The model dir gets
    `digits-generator-symbol.json`, `digits-generator-NNNN.params` and `labels.json`; the output gets
    `digits-generator.png`, ten digits of each label, the first with the style 0.

    Args:
        run: the data, the folders and the rest.

    Returns:
        The generator, a Module from rows of a label and a style to images.

    Raises:
        DataError: images are smaller than 4x4, or there are none of a label.
        TrainingError: the losses are no longer finite numbers.
        ValueError: run.epochs is less than 1.
    """
    epochs = EPOCHS if run.epochs is None else run.epochs
    if epochs < 1:
        raise ValueError(f"training takes 1 epoch or more, not {epochs}")
    with run.editing() as new:
        labels, dataset = run.load()
        labels.check_complete(dataset)
        check_size(labels.shape)
        half, count = halves(dataset)[0], len(labels)
        judge = Judge(
            half,
            count,
            run.seed,
            progress=run.progress,
            report=lambda line: None,
            bookmark=run.bookmark("judge", labels, new),
        )
        yardstick = Yardstick(judge, dataset)
        bookmark = run.bookmark(NAME, labels, new)
        module = _train_epochs(epochs, labels, dataset, yardstick, run, bookmark)
        with clock(f"{NAME}: tuning", run.progress):
            tune(module, yardstick, _post_readers(half, count, run.seed), dataset, run.seed)
        save_labels(labels, new)
        checkpoint.save(module, new.folder / NAME, epochs, dtype="float16", to=new)
        z = styles(10 * count, run.seed)
        z[::10] = 0
        drawn = predict(module, rows(np.repeat(np.arange(count), 10), z, count))
        im_sav(f"{NAME}.png", run.output, pictures(drawn, labels.shape))
    return module


def _train_epochs(
    epochs: int, labels: Labels, dataset: Dataset, yardstick: Yardstick, run: Run, bookmark: Bookmark
) -> mx.mod.Module:
    """Return the generator, trained in a Duel; each epoch is scored and bookmarked."""
    count, batch_size = len(labels), min(BATCH_SIZE, len(dataset))
    module = build(network(labels.shape, count), labels.pixels, batch_size=batch_size, seed=run.seed)
    passes = max(1, math.ceil(FEWEST_STEPS * batch_size / len(dataset)))  # over the data set in an epoch
    steps = passes * len(dataset) // batch_size
    duel = Duel(labels.shape, count, epochs * steps, run.seed, batch_size)
    shuffle = np.random.default_rng([run.seed, 1])
    sample_labels = np.repeat(np.arange(count), SCORED // count)
    samples = rows(sample_labels, styles(len(sample_labels), run.seed), count)
    bookmark = bookmark.of(epochs=epochs, data=digest_of(dataset), batch=batch_size)
    finished = 0
    if (state := bookmark.load()) is not None:
        finished = state.numbers["epoch"]
        duel.set_state(state)
        shuffle.bit_generator.state = state.numbers["shuffle"]
        module.set_params(duel.averaged, duel.statistics(samples))
        run.report(f"{NAME}: resuming after epoch {finished} of {epochs}")
    for epoch in range(finished + 1, epochs + 1):
        title = f"{NAME} epoch {epoch}"
        order = np.concatenate([shuffle.permutation(len(dataset)) for _ in range(passes)])
        batches = order[: steps * batch_size].reshape(steps, batch_size)
        bar = progress_bar(batches, f"{title} of {epochs}", steps, run.progress)
        losses = [duel.step(dataset.images[batch], dataset.labels[batch]) for batch in bar]
        loss, score = np.mean(losses, axis=0)
        if not np.isfinite([loss, score]).all():
            raise loop.TrainingError(f"{title}: expected finite losses, found {loss} and {score}")
        module.set_params(duel.averaged, duel.statistics(samples))
        scores = yardstick.score(predict(module, samples), sample_labels)
        arrays, numbers = duel.state()
        bookmark.save(State(arrays, {**numbers, "epoch": epoch, "shuffle": shuffle.bit_generator.state}))
        run.report(f"{title}: critic's loss {loss:.3f}, score of samples {score:.3f}; {scores}")
    return module


def _post_readers(half: Dataset, count: int, seed: int) -> list[Reader]:
    """Return three of the post's discriminators, trained on half of the digits for twice the epochs."""
    post, epochs = loop.stretch(discriminator.network(count), POST_EPOCHS, len(half))
    modules = [loop.train(post, half, epochs, seed=seed + offset, report=None).module for offset in (1, 2, 3)]
    return [functools.partial(predict, module) for module in modules]
