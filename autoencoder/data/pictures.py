"""Images of any accepted shape, and pictures from files, normalised as images of a data set."""

import contextlib
import dataclasses
import functools
import inspect
import io
import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import autoencoder.data.libraries  # noqa: F401  # first: it says what to install

# isort: split
import numpy as np
import numpy.typing as npt
import PIL.Image
import scipy
from PIL import ImageOps, UnidentifiedImageError

import mxspec as s
from autoencoder.data.bounds import file_excess, size_excess
from autoencoder.data.idx import Dataset
from autoencoder.data.ink import FAINT, LEAST_CONTRAST, LEAST_SIDE, Ink, crop_ink, find_ink, pen_widths
from autoencoder.data.storage import open_file
from autoencoder.data.surroundings import Colours, Grey, border_of, cover_surroundings
from mxspec.errors import BriefError

# --- images -----------------------------------------------------------------------------------------------

LONGEST_SIDE = 4096  # pixels of the longest side of an image

Array = npt.NDArray[Any]
Image = npt.NDArray[np.float32]  # (1, pixels), 0.0 is black and 1.0 is white

HINT = "np.asarray makes one of lists, digits.read_image of a file or a picture"


def as_numbers(values: Any) -> npt.NDArray[np.float32]:
    """Return numbers as an array of float32.

    Raises:
        ValueError: they are not; numpy's own message quotes all of a text.
    """
    try:
        return np.asarray(values, np.float32)
    except ValueError as error:
        raise BriefError(error) from None


def image_spec(shape: tuple[int, int]) -> s.Spec:
    """Return the spec of an image of (height, width) pixels: an array of values within 0..1.

    >>> s.explain(image_spec((28, 28)), np.full((28, 28), 255.0))
    value 255.0 ... above max 1, ... Then divide by 255 - value: array of shape (28, 28), ...
    >>> s.explain(image_spec((28, 28)), "three.png")
    an array is required, not a str; ...read_image of a file or a picture - value: 'three.png'
    """
    height, width = shape
    pixels = height * width
    shapes = [(pixels,), (1, pixels), shape, (1, *shape), (1, 1, *shape)]
    return s.array(shapes, min=0, max=1, finite=True, hint=HINT)


def as_rows(images: Sequence[Any]) -> Image:
    """Return images of one size, in any of the shapes of an image, as float32 (n, pixels).

    Args:
        images: a sequence of images, or one array with an image in each row.

    Raises:
        ValueError: an image is not an array of numbers, or has another shape.

    >>> as_rows(np.zeros((5, 1, 28, 28))).shape, as_rows([np.zeros(784), np.zeros((28, 28))]).shape
    ((5, 784), (2, 784))
    """
    if len(images) == 1:
        return as_row(images[0])
    if not isinstance(images, np.ndarray) or not len(images):
        return np.concatenate([as_row(image) for image in images])
    as_row(images[0])  # raises if the shape is wrong
    return as_numbers(images).reshape(len(images), -1)


def as_row(image: Any) -> Image:
    """Return one image, in any of the shapes of an image, as float32 (1, pixels).

    A Pillow picture is refused although numpy converts it: its values are 0 to 255, its ink may be dark and
    of any size. Use `digits.read_image` to normalise it.

    Raises:
        ValueError: the image is not an array of numbers, or has another shape.

    >>> as_row(np.zeros((28, 28))).shape
    (1, 784)
    """
    if hasattr(image, "getbands"):
        raise ValueError(f"an image is an array of numbers, not {type(image).__name__} of Pillow's; {HINT}")
    try:
        values = np.asarray(image.asnumpy() if hasattr(image, "asnumpy") else image, np.float32)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"an image is an array of numbers, not {type(image).__name__}; {HINT}") from error
    if values.ndim > 4 or not 1 <= values.ndim - values.shape.count(1) <= 2:
        raise ValueError(f"one image has a shape such as (1, 784) or (28, 28), not {values.shape}")
    return values.reshape(1, -1)


def check_finite(rows: Image) -> None:
    """Check that rows of pixels hold finite numbers only.

    Raises:
        ValueError: a value is infinite or NaN.

    >>> check_finite(np.zeros((1, 784), np.float32))
    """
    if not np.isfinite(rows).all():
        count, images = np.count_nonzero(~np.isfinite(rows)), "image" if len(rows) == 1 else "images"
        raise ValueError(f"{count} values of the {images} are not finite")


def pictures(images: Any, shape: tuple[int, int] | None = None) -> Image:
    """Return images in the shape (n, 1, height, width), as `im_sav` draws them.

    Args:
        images: a sequence of images as `discriminate` takes them, all of one size.
        shape: (height, width) in pixels; None means squares if the number of pixels is a square, else lines.

    >>> pictures([np.zeros((1, 784)), np.ones((28, 28))]).shape
    (2, 1, 28, 28)
    """
    rows = as_rows(images)
    if shape is None:
        side = math.isqrt(rows.shape[1])
        shape = (side, side) if side * side == rows.shape[1] else (1, rows.shape[1])
    return rows.reshape(-1, 1, *shape)


# --- pictures, normalised as the images of a data set -----------------------------------------------------

WORKING = 256  # pixels of the longer side when searching for ink; more take longer and find no more
FEWEST = 20  # pixels of the longer side; pictures of fewer are enlarged
PEN = 0.02  # the quantile of a data set's stroke widths; thinner strokes are thickened to it


@dataclass(frozen=True)
class Frame:
    """The place and the size of the ink in the images of a data set.

    Attributes:
        shape: (height, width) of an image in pixels.
        box: (height, width) of the box that the ink is scaled into.
        centre: (row, column) of the ink's centre, in pixels from the middle of the first pixel.
        by_mass: True if the centre is the centre of mass, False if it is the middle of the ink's box.
        pen: the least width of a stroke in pixels; thinner strokes are thickened. 0 means any width.
        bare: True if the background of each image is black; else pictures are only scaled.
        largest: the longest side of the ink's box in any image, in pixels; None if the images are not bare.

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
        # The kind of centre that the data set uses varies least over its images.
        by_mass = bool(masses.std(axis=1).sum() < boxes.std(axis=1).sum())
        row, column = (masses if by_mass else boxes).mean(axis=1).round(1).tolist()
        pen = float(np.quantile(pen_widths(images[:5000]), PEN).round(2))
        box, largest = (min(side, height), min(side, width)), int(longer.max())
        return cls(dataset.shape, box, (row, column), by_mass, pen, largest=largest)

    @classmethod
    def plain(cls, shape: tuple[int, int]) -> "Frame":
        """Return the frame of images that are scaled as a whole and keep their background."""
        height, width = shape
        return cls(shape, shape, ((height - 1) / 2, (width - 1) / 2), by_mass=False, bare=False)

    def as_data(self) -> dict[str, Any]:
        """Return the frame as values for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Frame":
        """Return the frame of the values that `as_data` returned.

        Raises:
            LookupError, TypeError, ValueError: the values do not describe a frame.
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


# The result of Frame.of for MNIST's training images; a test measures it again.
MNIST = Frame((28, 28), (20, 20), (14.0, 14.0), pen=1.6, largest=20)


def normalise_picture(grey: npt.ArrayLike, frame: Frame = MNIST, *, may_have_frame: bool = True) -> Grey:
    """Normalise a picture like the images of a data set: light on dark, cut out, scaled and centred.

    Args:
        grey: (height, width) of any size, 0..1, or 0..255 for bytes; dark on light or light on dark, on any
            background and under any lighting.
        frame: the place of the ink.
        may_have_frame: if False, skip the search for frames of a form, which takes most of the time.

    Returns:
        float32 of the frame's shape, 0.0 is black and 1.0 is white; all black without ink.

    Raises:
        ValueError: the picture is empty, or has values that are not finite.

    >>> paper = np.full((90, 60), 0.8)
    >>> paper[20:70, 28:32] = 0.3
    >>> normalise_picture(paper).max(axis=1).nonzero()[0][[0, -1]].tolist()
    [4, 23]
    """
    picture = _check_grey(grey)
    if not frame.bare:
        return scale_picture(picture, frame)
    return place_ink(find_ink(_fit(picture), may_have_frame).grey, frame)


def place_ink(ink: Grey, frame: Frame) -> Grey:
    """Bring cut-out ink into a frame; all black without ink."""
    return place(thicken_ink(ink, frame), frame) if ink.any() else np.zeros(frame.shape, np.float32)


def thicken_ink(ink: Grey, frame: Frame) -> Grey:
    """Thicken ink so that its strokes, once scaled, are as wide as the frame's pen."""
    scale = min(frame.box[0] / ink.shape[0], frame.box[1] / ink.shape[1])
    lacking = frame.pen - float(pen_widths(ink[None])[0]) * scale
    if lacking <= 0:
        return ink
    fine = max(1, math.ceil(4 * scale))  # enlarge so that a pixel here is a quarter of a pixel of the frame
    large = _resize(ink, (ink.shape[0] * fine, ink.shape[1] * fine))
    radius = max(1, round(lacking / 2 / scale * fine))
    grey = (np.pad(large, radius + 1) * 255).astype(np.uint8)
    return crop_ink(scipy.ndimage.maximum_filter(grey, 2 * radius + 1).astype(np.float32) / 255)


def place(ink: Grey, frame: Frame) -> Grey:
    """Scale cut-out ink into the box of a frame and centre it.

    >>> float(place(np.ones((40, 20), np.float32), MNIST).sum())
    200.0
    """
    height, width = frame.shape
    scale = min(frame.box[0] / ink.shape[0], frame.box[1] / ink.shape[1])
    size = [max(1, round(length * scale)) for length in ink.shape]
    small = _resize(ink, (size[0], size[1]))
    small /= max(float(small.max()), 1e-6)  # scaling makes a pen thinner than a pixel paler
    if frame.by_mass:
        row, column = (float(centre[0]) for centre in _centres(small[None]))
    else:
        row, column = (size[0] - 1) / 2, (size[1] - 1) / 2
    top = min(max(round(frame.centre[0] - row), 0), height - size[0])
    left = min(max(round(frame.centre[1] - column), 0), width - size[1])
    result = np.zeros((height, width), np.float32)
    result[top : top + size[0], left : left + size[1]] = small
    return result


def scale_picture(picture: Grey, frame: Frame) -> Grey:
    """Scale a whole picture into a frame; fill the margins with the median grey of its edge."""
    edge = border_of(picture)
    height, width = frame.shape
    scale = min(height / picture.shape[0], width / picture.shape[1])
    size = [max(1, round(length * scale)) for length in picture.shape]
    result = np.full(frame.shape, np.median(edge), np.float32)
    top, left = (height - size[0]) // 2, (width - size[1]) // 2
    result[top : top + size[0], left : left + size[1]] = _resize(picture, (size[0], size[1]))
    return result.clip(0, 1)


def _check_grey(grey: npt.ArrayLike) -> Grey:
    values = np.asarray(grey)
    if values.ndim != 2 or not values.size:
        raise ValueError(f"a picture is an array (height, width) with pixels, not of shape {values.shape}")
    picture = values.astype(np.float32) / (255 if values.dtype == np.uint8 else 1)
    if not np.isfinite(picture).all():
        raise ValueError(f"{np.count_nonzero(~np.isfinite(picture))} values of the picture are not finite")
    return picture


def _fit(picture: Grey) -> Grey:
    """Reduce a large picture to WORKING pixels a side, and enlarge one of fewer pixels than digits have.

    The ink of 8x8 pixels has edges as wide as its strokes: enlarged first, 92.5% of scikit-learn's digits
    were read right, and 90.5% as they are. It stays smaller than a photograph, which other rules hold for.
    """
    largest = max(picture.shape)
    if FEWEST <= largest <= WORKING:
        return picture
    scale = (LEAST_SIDE - 1) // largest if largest < FEWEST else WORKING / largest
    height, width = (max(1, round(length * scale)) for length in picture.shape)
    return _resize(picture, (height, width))


def _resize(picture: Grey, size: tuple[int, int]) -> Grey:
    if picture.shape == size:
        return picture.copy()
    smaller = size[0] < picture.shape[0]
    kernel = PIL.Image.Resampling.HAMMING if smaller else PIL.Image.Resampling.BICUBIC
    result = PIL.Image.fromarray(picture).resize((size[1], size[0]), kernel)
    return np.asarray(result, np.float32).clip(0, 1)


def _ends(there: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the index of the first True in each row (n, length), and the index after the last True."""
    return there.argmax(axis=1), there.shape[1] - there[:, ::-1].argmax(axis=1)


def _centres(images: npt.NDArray[Any]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the row and the column of the centre of mass of images (n, height, width), (n,) each."""
    mass = np.maximum(images.sum(axis=(1, 2), dtype=np.float64), 1e-9)
    rows, columns = (np.arange(length) for length in images.shape[1:])
    down, across = (images.sum(axis=axis, dtype=np.float64) for axis in (2, 1))
    return down @ rows / mass, across @ columns / mass


# --- pictures in files ------------------------------------------------------------------------------------

# Only raster formats: for others Pillow starts programs, such as Ghostscript for PostScript, and it decides
# by content, not by name. No icons (ICO), which Pillow decodes when it opens them, whatever size they say.
FORMATS = ("PNG", "JPEG", "MPO", "GIF", "BMP", "DIB", "WEBP", "AVIF", "TIFF", "PPM")
LARGEST = 89_478_485  # pixels; Pillow warns about larger pictures
LARGE = 4 * WORKING  # pixels of the longer side; more are averaged first
_STRIP = 1 << 20  # pixels that are converted at a time
_ORIENTATION = 0x0112  # of Exif


class ImageFileError(BriefError):
    """A file is missing or not a picture; the message names the file."""


Picture = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO | PIL.Image.Image
"""A picture: the path of a file, its bytes, an open binary file, or a picture of Pillow's."""


def load_image(picture: Picture, frame: Frame = MNIST) -> npt.NDArray[np.float32]:
    """Load a picture of any size and mode, normalised like the images of a data set, without a network.

    Args:
        picture: the path of a file in one of FORMATS with LARGEST pixels or fewer (`bounds` has further
            limits, which no camera's picture reaches), the bytes of such a file,
            an open binary file, which stays open, or a Pillow picture. Where its longer side has 2 * LARGE
            pixels or more, it is scaled down to LARGE or somewhat more while it is read.
        frame: the place of the ink in the data set.

    Returns:
        float32 (1, height * width), 0.0 is black and 1.0 is white. Dark ink on a light background is
        inverted, the background and uneven light are removed, and the ink is scaled and centred.

    Raises:
        ImageFileError: the file is missing, not a picture, damaged or too large.
        TypeError: picture is something else.

    >>> page = PIL.Image.new("RGB", (200, 100), "white")
    >>> page.paste("navy", (90, 10, 96, 90))
    >>> load_image(page).shape, float(load_image(page).max())
    ((1, 784), 1.0)
    """
    loaded = load_picture(picture, frame)
    if not frame.bare:
        return normalise_picture(loaded.grey, frame).reshape(1, -1)
    ink = loaded.ink
    page = next(loaded.inks_on_pages(), None) if ink.is_cut or not ink.grey.any() else None
    if page is not None and page.grey.any() and not page.is_cut:
        ink = page
    return place_ink(ink.grey, frame).reshape(1, -1)


@dataclass(frozen=True)
class LoadedPicture:
    """A picture that was loaded.

    Attributes:
        grey: (height, width), 0.0 is black and 1.0 is white.
        colours: returns the picture with its colours (height, width, 3), reduced to WORKING pixels.
        is_first: True if it is the first of several in a file, such as the frames of a GIF.
    """

    grey: Grey
    colours: Callable[[], Colours]
    is_first: bool = False

    @classmethod
    def of_grey(cls, grey: npt.ArrayLike, is_first: bool = False) -> "LoadedPicture":
        """Return a picture of grey values, as `normalise_picture` takes them."""
        picture = _check_grey(grey)
        return cls(picture, lambda: np.repeat(_fit(picture)[..., None], 3, axis=2), is_first)

    @functools.cached_property
    def ink(self) -> Ink:
        """The ink of the picture as it is."""
        return find_ink(_fit(self.grey))

    @functools.cached_property
    def ink_with_frames(self) -> Ink:
        """The ink of the picture with any frames of a form, which a digit of dots or an outline may be."""
        return find_ink(_fit(self.grey), may_have_frame=False)

    def inks_on_pages(self) -> Iterator[Ink]:
        """Yield the ink on the page in the middle, then on another page beside it, if any.

        It yields nothing if no page is found, or if nothing lies around it.
        """
        colours = self.colours() if min(self.grey.shape) >= LEAST_SIDE else None
        if colours is None or (page := cover_surroundings(colours)) is None:
            return
        yield find_ink(page.grey, page=page.inside)
        if (other := cover_surroundings(colours, but=page.inside)) is not None:
            yield find_ink(other.grey, page=other.inside)


def load_picture(picture: Picture, frame: Frame = MNIST) -> LoadedPicture:
    """Load a picture; arguments and errors are as in `load_image`."""
    longest, is_first = max(LARGE, *frame.shape), False
    with contextlib.ExitStack() as stack:
        if isinstance(picture, PIL.Image.Image):
            stack.enter_context(_picture_errors("a picture of Pillow's"))
            if excess := size_excess(picture.size, LARGEST):
                raise ImageFileError(excess)
            opened = picture
        else:
            opened = stack.enter_context(open_picture(picture))
            # The second picture of a MPO is a small copy that a camera adds.
            is_first = getattr(opened, "is_animated", False) and opened.format != "MPO"
        if opened.mode == "LAB":
            raise ImageFileError(
                "its colours are those of LAB, which are not read; save it in RGB or in grey"
            )
        if opened.getexif().get(_ORIENTATION, 1) != 1:  # or it would be copied
            opened = ImageOps.exif_transpose(opened)
        grey = _grey(opened, longest)
    if opened.mode.startswith("I") or opened.mode == "F" or opened.has_transparency_data:
        return LoadedPicture.of_grey(grey, is_first)
    return LoadedPicture(grey, functools.partial(_colours, opened), is_first)


@contextlib.contextmanager
def open_picture(
    source: str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO,
) -> Iterator[PIL.Image.Image]:
    """Open a picture in one of FORMATS; errors name its file, including errors raised in the block.

    Args:
        source: the path of a file, its bytes, or an open binary file, which stays open.

    Raises:
        ImageFileError: the file is missing, not a picture, damaged or too large.
        TypeError: source is something else.
    """
    name, opened = _open_source(source)
    with _picture_errors(name), opened() as file, open_raster(_seekable(file)) as picture:
        yield picture


@contextlib.contextmanager
def _picture_errors(name: str) -> Iterator[None]:
    """Raise ImageFileErrors that begin with the name of a picture for all exceptions."""
    try:
        yield
    except FileNotFoundError:
        raise ImageFileError(f"{name}: there is no such file") from None
    except UnidentifiedImageError:
        formats = ", ".join(FORMATS)
        raise ImageFileError(f"{name}: this is not a picture in a format that is read: {formats}") from None
    except Exception as error:  # Pillow's readers raise many kinds of errors, such as struct.error
        # The reason of a system error alone: the error also names the file.
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        if "truncated" in reason:
            reason = "the file is cut short"
        elif not isinstance(error, BriefError) and not getattr(error, "strerror", None):
            reason = f"the file is damaged, or of a kind that Pillow does not read ({reason})"
        raise ImageFileError(f"{name}: the picture can't be read: {reason}") from error


def _open_source(source: Any) -> tuple[str, Callable[[], contextlib.AbstractContextManager[BinaryIO]]]:
    """Return what errors call the source of a picture, and a function that opens it.

    Raises:
        TypeError: it is not one.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        size = memoryview(source).nbytes
        return f"a file of {size:,} bytes", lambda: io.BytesIO(source)
    if isinstance(source, (str, os.PathLike)):
        path = os.fspath(source)
        return path, lambda: open_file(path)
    read = getattr(source, "read", None)
    if not callable(read) or inspect.iscoroutinefunction(read):
        hint = "its .file is one" if hasattr(source, "file") else "digits.normalise takes an array"
        raise TypeError(
            "a picture is the path of a file, its bytes, an open binary file or a picture of Pillow's, "
            f"not {type(source).__name__}; {hint}"
        )
    path = getattr(source, "name", None)
    name = path if isinstance(path, str) and path else "an open file"
    return name, lambda: contextlib.nullcontext(source)


def _seekable(file: Any) -> BinaryIO:
    """Return an open binary file, or the rest of a file without a position, which Pillow needs.

    Raises:
        ImageFileError: it is open as text, or is longer than any picture that is read.
        ValueError: it is closed.
    """
    if isinstance(file, io.TextIOBase):
        raise ImageFileError('it is open as text; open(path, "rb") opens it')
    if not hasattr(file, "seekable") or file.seekable():
        return file  # type: ignore[no-any-return]
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ImageFileError(f"it has more than {LARGEST:,} bytes")
    return io.BytesIO(content)


def open_raster(file: BinaryIO, largest: int = LARGEST) -> PIL.Image.Image:
    """Return the picture in an open file without decoding its pixels.

    Raises:
        ImageFileError: the picture has more than `largest` pixels, or exceeds another of `bounds`.
        Exception: the file is damaged or in another format; Pillow raises many kinds of errors.
    """
    PIL.Image.init()
    if excess := file_excess(file, largest):
        raise ImageFileError(excess)
    picture = PIL.Image.open(file, formats=[name for name in FORMATS if name in PIL.Image.OPEN])
    if excess := size_excess(picture.size, largest):
        raise ImageFileError(excess)
    return picture


def _grey(picture: PIL.Image.Image, longest: int) -> Grey:
    """Return a picture as grey values 0..1, (height, width).

    A transparent picture is laid on white, or on black if it is invisible on white.

    Args:
        picture: the picture, as it was opened.
        longest: where the longer side has twice as many pixels or more, squares of pixels are averaged, so
            that it still has as many.
    """
    factor = max(1, max(picture.size) // longest)
    if picture.mode.startswith("I") or picture.mode == "F":
        # Pillow would clip these at 255 instead of scaling them.
        values = _average(picture, factor, _numbers)
        return (values / (values.max() or 1.0)).clip(0, 1).astype(np.float32)
    if picture.has_transparency_data:
        on_white = _average(picture, factor, functools.partial(_grey_on, "white"))
        if np.ptp(on_white) >= LEAST_CONTRAST:
            return on_white
        return _average(picture, factor, functools.partial(_grey_on, "black"))
    return _average(picture, factor, lambda part: np.asarray(part.convert("L"), np.float32) / 255)


def _colours(picture: PIL.Image.Image) -> Colours:
    """Return a picture with its colours 0..1, (height, width, 3), reduced to WORKING pixels."""
    factor = max(1, max(picture.size) // WORKING)
    bands = [_average(picture, factor, functools.partial(_band, number)) for number in range(3)]
    return np.stack([_fit(band) for band in bands], axis=-1)


def _band(number: int, picture: PIL.Image.Image) -> Grey:
    return np.asarray(picture.convert("RGB").getchannel(number), np.float32) / 255


def _average(
    picture: PIL.Image.Image, factor: int, convert: Callable[[PIL.Image.Image], npt.NDArray[Any]]
) -> npt.NDArray[Any]:
    """Return the means of squares of factor x factor pixels, converted strip by strip to spare memory."""
    if factor == 1:
        return convert(picture)
    width, height = picture.size
    step = factor * max(1, _STRIP // (factor * width))
    strips = []
    for top in range(0, height, step):
        values = convert(picture.crop((0, top, width, min(top + step, height))))
        for axis, length in enumerate(values.shape):
            starts = np.arange(0, length, factor)
            counts = np.minimum(factor, length - starts)
            values = np.add.reduceat(values, starts, axis) / np.expand_dims(counts, 1 - axis)
        strips.append(values.astype(np.float32))
    return np.concatenate(strips)


def _numbers(picture: PIL.Image.Image) -> npt.NDArray[np.float64]:
    return np.nan_to_num(np.asarray(picture, np.float64), nan=0.0, posinf=0.0, neginf=0.0)


def _grey_on(page: str, picture: PIL.Image.Image) -> Grey:
    picture = picture.convert("RGBA")
    laid = PIL.Image.alpha_composite(PIL.Image.new("RGBA", picture.size, page), picture)
    return np.asarray(laid.convert("L"), np.float32) / 255
