"""The training of all networks of a data set, and an estimate of its time before it begins."""

import math

from autoencoder.digits.digit_generator import EPOCHS as GENERATOR_EPOCHS
from autoencoder.digits.recognition import kinds, reader
from autoencoder.digits.training import gan, judge, learning, readers
from autoencoder.digits.training.gan import train_generator
from autoencoder.digits.training.kinds import COUNT, train_kinds
from autoencoder.digits.training.readers import train_recognition
from autoencoder.digits.training.synthetic import positives
from autoencoder.digits.training.synthetic.sources import ImageSource
from autoencoder.networks.run import DEFAULT, TrainingRun

# Seconds of one processor for an image of 28x28 pixels in an epoch, for a picture that is drawn, and for the
# tuning: 1.6 times what a fast processor took, so that 2,500 images take the 8 minutes that they took others.
_READER, _KINDS, _JUDGE, _GAN, _DRAWN, _TUNING = 0.0004, 0.0005, 0.0002, 0.0012, 0.0009, 90.0
_PIXELS = 28 * 28


def train_all(run: TrainingRun = DEFAULT, *, with_generator: bool = True) -> None:
    """Train the readers, the network of kinds and the generator of a data set, in this order.

    The first line of the report is the time that they take.

    Args:
        run: the settings.
        with_generator: False leaves out the generator, which `train_generator` adds to the folder later.

    Raises:
        DataError, TrainingError, OSError: as in `train_recognition` and `train_generator`.
    """
    labels, dataset = run.load()
    labels.check_complete(dataset)
    are_digits = ImageSource.of(dataset, labels).are_digits
    size = len(dataset), labels.pixels, len(labels)
    least = training_minutes(*size, are_digits=are_digits, with_generator=False)
    most = training_minutes(*size, are_digits=are_digits)
    height, width = labels.shape
    run.report(
        f"{len(dataset):,} images of {height}x{width} pixels take about "
        f"{time_text(most if with_generator else least)} of one processor"
        + f", or {time_text(least)} --without-generator"
        * with_generator
    )
    train_recognition(run)
    train_kinds(run)
    if with_generator:
        train_generator(run)


def training_minutes(
    images: int, pixels: int, labels: int, *, are_digits: bool, with_generator: bool = True
) -> float:
    """Return the minutes of one processor that the training of a data set takes, about.

    Few images take as many steps as more do, since an epoch has a least number of them.

    Args:
        images: the number of training images.
        pixels: the number of pixels of an image.
        labels: the number of labels.
        are_digits: True for the digits 0 to 9, which have more negatives and names for what is refused.
        with_generator: False leaves out the generator.

    >>> [round(training_minutes(n, 784, 10, are_digits=False)) for n in (2500, 10_000)]
    [8, 15]
    >>> round(training_minutes(60_000, 784, 10, are_digits=True))
    120
    """
    held_back = readers.held_back_share(images, labels)
    learnt = images * (1 - held_back)
    further = learnt * positives.SHARE * are_digits
    shown = learnt + further + images * readers.NEGATIVES
    drawn = (further + images * readers.NEGATIVES) * are_digits
    seconds = 2 * _READER * _passes(shown, reader.EPOCHS)
    if are_digits:
        named = min(COUNT, 5 * images)
        seconds += _KINDS * _passes(named, kinds.EPOCHS)
        drawn += named
    if with_generator:
        seconds += _JUDGE * _passes(images / 2, judge.EPOCHS)
        seconds += _GAN * GENERATOR_EPOCHS * max(images, gan.FEWEST_STEPS * gan.BATCH_SIZE)
        seconds += _TUNING
    return (seconds + _DRAWN * drawn) * pixels / _PIXELS / 60


def _passes(images: float, epochs: int) -> float:
    """Return the number of images that a training shows, in all epochs."""
    return max(images * epochs, learning.FEWEST_STEPS * min(images, gan.BATCH_SIZE))


def time_text(minutes: float) -> str:
    """Return a time in minutes, or in hours and halves of them.

    >>> [time_text(minutes) for minutes in (0.2, 8.4, 89, 119, 200)]
    ['1 minute', '9 minutes', '89 minutes', '2 hours', '3.5 hours']
    """
    if minutes > 90:
        return f"{math.ceil(minutes / 30) / 2:g} hours"
    whole = max(1, math.ceil(minutes))
    return f"{whole} minute{'s' * (whole > 1)}"
