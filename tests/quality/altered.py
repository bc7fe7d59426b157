"""Positives for the measurements: test digits altered as by cameras, pens and files, and other digits."""

import functools
import io

import numpy as np
import scipy
from PIL import Image, ImageFilter

from autoencoder.data.pictures import normalise_picture
from tests.quality import ink, scenes, written_over

SMALL = 20  # pixels a side of the smaller picture of "down and up"


# --- test digits, altered ---------------------------------------------------------------------------------


def affine(turn=0, scale=1, shift=0):
    """Return a change that turns a picture by degrees to either side, scales it, or shifts it to any side."""

    def change(picture, random):
        angle = np.radians(turn) * random.choice([-1, 1])
        height, width = picture.shape
        matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / scale
        middle = np.array([width, height]) / 2
        direction = random.choice([[0, 1], [1, 0], [0, -1], [-1, 0]]) * shift
        offset = middle - matrix @ (middle + direction)
        flat = (*matrix[0], offset[0], *matrix[1], offset[1])
        result = Image.fromarray(picture).transform(
            (width, height), Image.Transform.AFFINE, flat, Image.Resampling.BICUBIC
        )
        return np.asarray(result)

    return change


def blur(deviation):
    """Return a change that blurs a picture by a Gaussian."""
    return lambda picture, random: scipy.ndimage.gaussian_filter(
        picture.astype(float), deviation, mode="constant", truncate=4 / deviation
    )


def noise(deviation):
    """Return a change that adds Gaussian noise."""
    return lambda picture, random: picture + deviation * random.standard_normal(picture.shape)


def levels(contrast=1, ground=0):
    """Return a change that lowers the contrast, or puts a picture on a grey background."""
    return lambda picture, random: ground + (1 - ground) * contrast * picture


def thicker(picture, random):
    """Make the line of a picture wider by half a pixel on each side."""
    large = Image.fromarray((picture * 255).astype(np.uint8)).resize((56, 56), Image.Resampling.BICUBIC)
    wide = large.filter(ImageFilter.MaxFilter(3)).resize((28, 28), Image.Resampling.BOX)
    return np.asarray(wide, np.float32) / 255


def binary(picture, random):
    """Make a picture black and white."""
    return picture > 0.5


def jpeg(quality):
    """Return a change that compresses a picture by JPEG."""

    def change(picture, random):
        file = io.BytesIO()
        Image.fromarray((picture * 255).astype(np.uint8)).save(file, "JPEG", quality=quality)
        return np.asarray(Image.open(file), np.float32) / 255

    return change


def down_and_up(picture, random):
    """Scale a picture down to 20x20, and up again."""
    small = Image.fromarray(picture).resize((SMALL, SMALL), Image.Resampling.BILINEAR)
    return np.asarray(small.resize((picture.shape[1], picture.shape[0]), Image.Resampling.BILINEAR))


CHANGES = {
    "turned by 10 degrees": affine(turn=10),
    "scaled by 0.8": affine(scale=0.8),
    "scaled by 1.1": affine(scale=1.1),
    "shifted by 2 pixels": affine(shift=2),
    "blurred by 0.7": blur(0.7),
    "blurred by 1": blur(1.0),
    "noise of 0.1": noise(0.1),
    "contrast of 0.6": levels(contrast=0.6),
    "on a ground of 0.05": levels(ground=0.05),
    "thicker": thicker,
    "black and white": binary,
    "JPEG of quality 25": jpeg(25),
    "down to 20x20 and up": down_and_up,
}


def altered_digits(change, digits, count, random):
    """Return some digits, altered, (count, height * width), and their labels."""
    rows = random.choice(len(digits), min(count, len(digits)), replace=False)
    pictures = digits.images[rows].reshape(-1, *digits.shape)
    altered = np.stack([np.asarray(change(picture, random), np.float32) for picture in pictures])
    return altered.clip(0, 1).reshape(len(rows), -1), digits.labels[rows]


# --- digits from elsewhere --------------------------------------------------------------------------------


def typed(digits, count, random):
    """Return typed digits of the fonts of `ink`."""
    return _lettered(count, random, by_hand=False)


def hand_like(digits, count, random):
    """Return digits of the fonts of `ink`, bent and slanted as by a hand."""
    return _lettered(count, random, by_hand=True)


def scikit_learns_normalised(digits, count, random):
    """Return scikit-learn's digits of 8x8 pixels, normalised."""
    images, labels = _scikit_learns()
    return np.stack([normalise_picture(image).ravel() for image in images[:count]]), labels[:count]


def scikit_learns_in_the_box(digits, count, random):
    """Return scikit-learn's digits of 8x8 pixels, each scaled as it is into the middle 20x20 pixels."""
    images, labels = _scikit_learns()
    large = [Image.fromarray(image).resize((20, 20), Image.Resampling.BICUBIC) for image in images[:count]]
    framed = np.pad(np.stack([np.asarray(image) for image in large]), ((0, 0), (4, 4), (4, 4)))
    return framed.clip(0, 1).reshape(len(framed), -1), labels[:count]


# --- users' files: pictures of other sizes that are normalised ----------------------------------------------


def typed_file(digits, count, random):
    """Return digits typed in black at a random place of a white page."""
    labels = random.integers(10, size=count)
    result = []
    for label in labels:
        size = int(random.integers(30, 120))
        character = ink.filled(ink.outlines(str(random.choice(ink.FONTS)), str(label)), size)
        result.append(normalise_picture(1 - _laid(character, int(size * random.uniform(1.2, 2.5)), random)))
    return _rows(result), labels


def mouse_file(digits, count, random):
    """Return digits as drawn with a mouse: lines of test digits, of one width, 280 pixels a side."""

    def draw(picture):
        large = Image.fromarray((picture * 255).astype(np.uint8)).resize((280, 280), Image.Resampling.BICUBIC)
        # The middle line of the ink: pixels that lie deeper in it than the pixels on both sides, in two
        # directions or more, since at the edge of a bend some do in one.
        depth = np.asarray(large.filter(ImageFilter.GaussianBlur(8)), np.float32)
        depth = depth * (np.asarray(large) > 100)
        directions = np.zeros(depth.shape, int)
        for dy, dx in ((0, 3), (3, 0), (3, 3), (3, -3)):
            ahead, behind = (np.roll(depth, (n * dy, n * dx), (0, 1)) for n in (1, -1))
            directions += (depth > ahead) & (depth > behind)
        line = Image.fromarray(((directions >= 2) & (depth > 40)).astype(np.uint8) * 255)
        for _ in range(random.integers(2, 6)):
            line = line.filter(ImageFilter.MaxFilter(3))
        return np.asarray(line, np.float32) / 255

    return _files(digits, count, random, lambda picture: 1 - draw(picture))


def small_file(digits, count, random):
    """Return test digits of 12 to 18 pixels in a large black picture."""

    def draw(picture):
        side = int(random.integers(18, 27))
        small = np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BILINEAR))
        return _laid(small.clip(0, 1), int(random.integers(60, 120)), random)

    return _files(digits, count, random, draw)


def off_centre_file(digits, count, random):
    """Return test digits that are off centre by 6 to 8 pixels, in pictures of 44 pixels a side."""

    def draw(picture):
        down, right = random.integers(6, 9, 2) * random.choice([-1, 1], 2)
        result = np.zeros((44, 44), np.float32)
        result[8 + down : 36 + down, 8 + right : 36 + right] = picture
        return result

    return _files(digits, count, random, draw)


def paper_file(digits, count, random):
    """Return test digits photographed on paper: grey ink, uneven light, noise, blur and JPEG."""

    def draw(picture):
        side = int(random.integers(100, 200))
        large = Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC)
        inked = np.asarray(large).clip(0, 1)
        y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
        angle = random.uniform(0, 2 * np.pi)
        light = random.uniform(0.65, 0.85) + random.uniform(0, 0.2) * (np.cos(angle) * x + np.sin(angle) * y)
        light -= random.uniform(0, 0.1) * (x * x + y * y)
        page = light * (1 - random.uniform(0.5, 0.85) * inked) + random.normal(0, 0.02, inked.shape)
        grey = Image.fromarray((page.clip(0, 1) * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1))
        return jpeg(60)(np.asarray(grey, np.float32) / 255, random)

    return _files(digits, count, random, draw)


ELSEWHERE = {
    "typed digits": typed,
    "hand-like digits": hand_like,
    "files, typed": typed_file,
    "files, by mouse": mouse_file,
    "files, small": small_file,
    "files, off centre": off_centre_file,
    "files, on paper": paper_file,
    "files, in a frame": scenes.framed_file,
    "files, photographed": scenes.photographed_file,
    "scikit-learn's, normalised": scikit_learns_normalised,
    "scikit-learn's, in the box": scikit_learns_in_the_box,
}
KINDS = {
    **{f"test digits, {name}": functools.partial(altered_digits, change) for name, change in CHANGES.items()},
    **written_over.POSITIVES,
    **ELSEWHERE,
}


def _lettered(count, random, *, by_hand):
    labels = random.integers(10, size=count)
    fonts = random.choice(ink.FONTS, count)
    return _rows(
        [
            ink.outlined(str(font), str(label), random if by_hand else None)
            for font, label in zip(fonts, labels, strict=True)
        ]
    ), labels


@functools.cache
def _scikit_learns():
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    return (images.reshape(-1, 8, 8) / 16).astype(np.float32), labels.astype(np.int64)


def _files(digits, count, random, draw):
    rows = random.choice(len(digits), min(count, len(digits)), replace=False)
    pictures = [draw(digits.images[row].reshape(digits.shape)) for row in rows]
    return _rows([normalise_picture(picture) for picture in pictures]), digits.labels[rows]


def _laid(picture, side, random):
    """Return a picture at a random place of a black square."""
    side = max(side, *picture.shape)
    result = np.zeros((side, side), np.float32)
    y, x = (int(random.integers(0, side - length + 1)) for length in picture.shape)
    result[y : y + picture.shape[0], x : x + picture.shape[1]] = picture
    return result


def _rows(pictures):
    return np.array([np.ravel(picture) for picture in pictures], np.float32)
