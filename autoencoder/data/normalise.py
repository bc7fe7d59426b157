"""Pictures that people make, normalised as the images of a data set were.

MNIST's digits were cut out, scaled into 20x20 pixels with antialiasing, and laid into 28x28 so that their
centre of mass is in the middle (LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to
document recognition", 1998). A network that learnt them expects that of whatever it is shown. Here a picture
is first freed of its background and lighting, so that paper, screens and photographs come out alike.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image
import scipy

from autoencoder.data.idx import Dataset
from autoencoder.data.images import LONGEST_SIDE
from autoencoder.data.ink import FAINT, Grey, cut, find_ink

WORKING = 256  # pixels of the longer side that ink is looked for in; more would only take longer
PEN = 0.02  # the share of a data set's images whose pen is thinner than the pens that are thickened


@dataclass(frozen=True)
class Frame:
    """The place of the ink within the images of a data set.

    Attributes:
        shape: (height, width) of an image in pixels.
        box: (height, width) of the box that the ink is scaled into.
        centre: (row, column) that the ink is centred on, in pixels from the first one's middle.
        by_mass: True if the centre of mass is laid there, False if it is the middle of the ink's box.
        pen: the least width of a stroke in pixels; thinner ones are thickened. 0 leaves all as they are.
        bare: True if the background of each image is black. Else pictures are only scaled, since their
            background is not known.
        largest: the longer side of the largest box of ink of any image, in pixels. None if ink has no size.

    >>> MNIST.box, MNIST.centre
    ((20, 20), (14.0, 14.0))
    """

    shape: tuple[int, int]
    box: tuple[int, int]
    centre: tuple[float, float]
    by_mass: bool = True
    pen: float = 0.0
    bare: bool = True
    largest: int | None = None

    @classmethod
    def of(cls, dataset: Dataset) -> "Frame":
        """Return the frame of a data set, measured on its images.

        >>> images = np.zeros((3, 64), np.float32)
        >>> images[:, 18:22] = images[:, 26:30] = 1  # 4 wide and 2 high
        >>> Frame.of(Dataset(images, np.arange(3), (8, 8))).box
        (4, 4)
        """
        height, width = dataset.shape
        images = dataset.images.reshape(-1, height, width)
        tops, bottoms = _ends(images.max(axis=2) > FAINT)
        lefts, rights = _ends(images.max(axis=1) > FAINT)
        sides = [images[:, [0, -1]], images[:, :, [0, -1]]]
        edges = np.concatenate([side.reshape(len(images), -1) for side in sides], axis=1)
        if np.median(np.median(edges, axis=1)) > FAINT:
            return cls.plain(dataset.shape)
        longer = np.maximum(bottoms - tops, rights - lefts)
        side = int(np.median(longer))
        boxes = np.stack([tops + bottoms - 1, lefts + rights - 1]) / 2
        masses = np.stack(_centres(images))
        # Whatever the data set was centred by varies least over its images.
        by_mass = bool(masses.std(axis=1).sum() < boxes.std(axis=1).sum())
        row, column = (masses if by_mass else boxes).mean(axis=1).round(1).tolist()
        pen = float(np.quantile(pen_widths(images[:5000]), PEN).round(2))
        box, largest = (min(side, height), min(side, width)), int(longer.max())
        return cls(dataset.shape, box, (row, column), by_mass, pen, largest=largest)

    @classmethod
    def plain(cls, shape: tuple[int, int]) -> "Frame":
        """Return the frame of images that fill their picture and have backgrounds of their own."""
        height, width = shape
        return cls(shape, shape, ((height - 1) / 2, (width - 1) / 2), by_mass=False, bare=False)

    def as_data(self) -> dict[str, Any]:
        """Return numbers and lists, for a JSON file."""
        return {
            "shape": list(self.shape),
            "box": list(self.box),
            "centre": list(self.centre),
            "by_mass": self.by_mass,
            "pen": self.pen,
            "bare": self.bare,
            "largest": self.largest,
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Frame":
        """Return the opposite of `as_data`.

        Raises:
            LookupError, TypeError, ValueError: the data are not those of a frame.
        """
        (height, width), (tall, wide), centre = data["shape"], data["box"], data["centre"]
        row, column = map(float, centre)
        pen, by_mass, bare = float(data["pen"]), data["by_mass"], data["bare"]
        if not all(type(number) is int for number in (height, width, tall, wide)):
            raise TypeError(f"expected whole numbers of pixels, found {data['shape']} and {data['box']}")
        inside = 0 < tall <= height <= LONGEST_SIDE and 0 < wide <= width <= LONGEST_SIDE
        if not (inside and 0 <= row <= height and 0 <= column <= width and 0 <= pen <= max(height, width)):
            raise ValueError(f"expected a box and a centre inside of images, found {data}")
        if type(by_mass) is not bool or type(bare) is not bool:
            raise TypeError(f"expected true or false, found {by_mass!r} and {bare!r}")
        if (largest := data["largest"]) is not None and (type(largest) is not int or largest < 1):
            raise TypeError(f"expected a number of pixels, found {largest!r}")
        return cls((height, width), (tall, wide), (row, column), by_mass, pen, bare, largest)


# As Frame.of measures it on the training images, which a test does again.
MNIST = Frame((28, 28), (20, 20), (14.0, 14.0), pen=1.6, largest=20)


def normalise(grey: npt.ArrayLike, frame: Frame = MNIST) -> Grey:
    """Return a picture as the images of a data set are: light on dark, cut out, scaled and centred.

    Args:
        grey: (height, width) of any size, 0..1, or 0..255 if they are bytes; dark on light or light on dark,
            on a background of any level and lighting.
        frame: where the ink has its place.

    Returns:
        float32 of the shape of the frame, 0.0 is black and 1.0 is white; black where there is no ink.

    Raises:
        ValueError: the picture has no pixels, or values that are not finite.

    >>> paper = np.full((90, 60), 0.8)
    >>> paper[20:70, 28:32] = 0.3
    >>> normalise(paper).max(axis=1).nonzero()[0][[0, -1]].tolist()
    [4, 23]
    """
    picture = _checked(grey)
    if not frame.bare:
        return scaled(picture, frame)
    ink = find_ink(_reduced(picture))
    return place(thickened(ink, frame), frame) if ink.any() else np.zeros(frame.shape, np.float32)


def thickened(ink: Grey, frame: Frame) -> Grey:
    """Return ink of a pen that is not thinner than the frame's, once it is scaled."""
    scale = min(frame.box[0] / ink.shape[0], frame.box[1] / ink.shape[1])
    lacking = frame.pen - float(pen_widths(ink[None])[0]) * scale
    if lacking <= 0:
        return ink
    fine = max(1, math.ceil(4 * scale))  # so that a quarter of a pixel of the frame is a pixel here
    large = _resized(ink, (ink.shape[0] * fine, ink.shape[1] * fine))
    radius = max(1, round(lacking / 2 / scale * fine))
    grey = (np.pad(large, radius + 1) * 255).astype(np.uint8)
    return cut(scipy.ndimage.maximum_filter(grey, 2 * radius + 1).astype(np.float32) / 255)


def place(ink: Grey, frame: Frame) -> Grey:
    """Return cut-out ink scaled into the box of a frame, and centred.

    >>> float(place(np.ones((40, 20), np.float32), MNIST).sum())
    200.0
    """
    height, width = frame.shape
    scale = min(frame.box[0] / ink.shape[0], frame.box[1] / ink.shape[1])
    size = [max(1, round(length * scale)) for length in ink.shape]
    small = _resized(ink, (size[0], size[1]))
    small /= max(float(small.max()), 1e-6)  # a pen thinner than a pixel is not as dark as one pixel
    if frame.by_mass:
        row, column = (float(centre[0]) for centre in _centres(small[None]))
    else:
        row, column = (size[0] - 1) / 2, (size[1] - 1) / 2
    top = min(max(round(frame.centre[0] - row), 0), height - size[0])
    left = min(max(round(frame.centre[1] - column), 0), width - size[1])
    result = np.zeros((height, width), np.float32)
    result[top : top + size[0], left : left + size[1]] = small
    return result


def scaled(picture: Grey, frame: Frame) -> Grey:
    """Return a whole picture scaled into a frame, with a margin as grey as its edge where it is narrower."""
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    height, width = frame.shape
    scale = min(height / picture.shape[0], width / picture.shape[1])
    size = [max(1, round(length * scale)) for length in picture.shape]
    result = np.full(frame.shape, np.median(edge), np.float32)
    top, left = (height - size[0]) // 2, (width - size[1]) // 2
    result[top : top + size[0], left : left + size[1]] = _resized(picture, (size[0], size[1]))
    return result.clip(0, 1)


def pen_widths(images: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return the width of the strokes of images (n, height, width) in pixels, (n,).

    It is the width of a long bar of the same area and outline. The outline is the total variation, by which
    slanted edges are too long: by 4 / pi over all directions.

    >>> bar = np.zeros((1, 100, 100))
    >>> bar[:, 10:90, 50:53] = 1
    >>> float(pen_widths(bar)[0].round(1))
    3.7
    """
    padded = np.pad(np.asarray(images, np.float64), ((0, 0), (1, 1), (1, 1)))
    outline = sum(np.abs(np.diff(padded, axis=axis)).sum(axis=(1, 2)) for axis in (1, 2))
    return np.asarray(2 * padded.sum(axis=(1, 2)) / np.maximum(outline, 1e-9) * 4 / np.pi)


def _checked(grey: npt.ArrayLike) -> Grey:
    values = np.asarray(grey)
    if values.ndim != 2 or not values.size:
        raise ValueError(f"a picture is an array (height, width) with pixels, not of shape {values.shape}")
    picture = values.astype(np.float32) / (255 if values.dtype == np.uint8 else 1)
    if not np.isfinite(picture).all():
        raise ValueError(f"{np.count_nonzero(~np.isfinite(picture))} values of the picture are not finite")
    return picture


def _reduced(picture: Grey) -> Grey:
    largest = max(picture.shape)
    if largest <= WORKING:
        return picture
    height, width = (max(1, round(length * WORKING / largest)) for length in picture.shape)
    return _resized(picture, (height, width))


def _resized(picture: Grey, size: tuple[int, int]) -> Grey:
    if picture.shape == size:
        return picture.copy()
    smaller = size[0] < picture.shape[0]
    kernel = PIL.Image.Resampling.HAMMING if smaller else PIL.Image.Resampling.BICUBIC
    result = PIL.Image.fromarray(picture).resize((size[1], size[0]), kernel)
    return np.asarray(result, np.float32).clip(0, 1)


def _ends(there: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the first place of each row (n, length) that is True, and the one after the last."""
    return there.argmax(axis=1), there.shape[1] - there[:, ::-1].argmax(axis=1)


def _centres(images: npt.NDArray[Any]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the row and the column of the centre of mass of images (n, height, width), (n,) each."""
    mass = np.maximum(images.sum(axis=(1, 2), dtype=np.float64), 1e-9)
    rows, columns = (np.arange(length) for length in images.shape[1:])
    down, across = (images.sum(axis=axis, dtype=np.float64) for axis in (2, 1))
    return down @ rows / mass, across @ columns / mass
