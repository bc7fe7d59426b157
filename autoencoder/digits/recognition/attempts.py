"""Pictures for a reader of digits: unchanged, or else without what is around or on the digit.

`notes_of` an image says how its picture was changed, or why it is refused.

A picture that is cropped to its ink on all sides may be a part of a digit that looks like another, and its
remark says so; so may a picture smaller than 60 pixels with ink at two opposite borders, such as the 8x8
pixels of scikit-learn's digits. A sign beside a digit, or above it, is two parts, each several strokes high,
that are a stroke apart, or three at any distance. The dots and segments of a display do not count.
"""

import dataclasses
import weakref
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

import mxspec as s
from autoencoder.data.ink import Ink, crop_ink, is_apart, is_stacked
from autoencoder.data.pictures import (
    Frame,
    Image,
    LoadedPicture,
    Picture,
    load_picture,
    place_ink,
    scale_picture,
)
from autoencoder.data.surroundings import Grey
from autoencoder.digits.recognition.additions import (
    INK,
    fill_outline,
    join_dots,
    remove_ring,
    remove_underline,
)

AROUND = "there is something around the page; crop to it"
CUT = "the ink touches the border of the picture, which may cut it off; leave a margin around it"
CLOSE = "though it touches the border of the picture"
APART = "there is another sign beside the digit; crop the picture to one"
STACKED = "there is a sign above another; crop the picture to one"

ON_PAGE = "without what lies around the page"
IN_RING = "without the ring around it"
FIRST = "in the first picture of the file"

ADDITIONS: dict[Callable[[Grey], Grey | None], str] = {
    remove_underline: "without the line under it",
    remove_ring: IN_RING,
    fill_outline: "with its outline filled",
    join_dots: "with its dots joined",
}
"""The changes that are tried on the ink of a refused picture, and what they do in words."""

SURE = 0.05
"""The least p-value of a digit in a ring, where letters and icons are as common."""

CHECKED = (remove_underline, remove_ring, fill_outline)
"""These are tried on recognised pictures too: a 9 and its line may pass for a 2, a 7 in a ring for a 0."""


# --- notes ------------------------------------------------------------------------------------------------


class PictureNotes(NamedTuple):
    """Facts about the picture that an image was read from.

    Attributes:
        remark: what was changed in the picture, or what it lacks, in words that follow "read as 3"; "" for
            nothing.
        reason: why the picture is refused, unless more is known; "" for nothing.
        is_refused: True if it is refused whatever the image looks like.
    """

    remark: str = ""
    reason: str = ""
    is_refused: bool = False


_NOTES: dict[int, tuple[Any, int, PictureNotes]] = {}  # by id: a weak reference, a checksum, the notes


def notes_of(image: Any) -> PictureNotes | None:
    """Return the notes on an image that a `PictureReader` returned; None for a copy or a changed image.

    >>> notes_of(np.zeros((1, 784))) is None
    True
    """
    if (entry := _NOTES.get(id(image))) is None or entry[0]() is not image:
        return None
    return entry[2] if zlib.crc32(image.tobytes()) == entry[1] else None


def _note(image: Image, notes: PictureNotes) -> Image:
    key = id(image)
    _NOTES[key] = (weakref.ref(image, lambda _: _NOTES.pop(key, None)), zlib.crc32(image.tobytes()), notes)
    return image


# --- reading a picture ------------------------------------------------------------------------------------


class _Attempt(NamedTuple):
    """An image (height, width) of a picture, what was done for it, and why it is refused in any case."""

    image: Grey
    remark: str = ""
    flaw: str = ""


@dataclasses.dataclass(frozen=True)
class PictureReader:
    """Makes an image of a picture for a reader of labels.

    The picture is taken as it is. Where the reader recognises nothing in that, or the ink reaches the
    border, or a sign is beside it or above it, it is tried without what lies around the page, and for
    digits without ADDITIONS; the result is a recognised image, if all recognised images agree about the
    label.

    Attributes:
        read: returns the reading of each image.
        frame: the place of the ink in the images.
        are_digits: True if the labels are digits: then a sign beside or above a digit does not belong to it.
    """

    read: Callable[[Sequence[Any]], list[s.Reading]]
    frame: Frame
    are_digits: bool = True

    def __call__(self, picture: Picture | npt.NDArray[Any]) -> Image:
        """Return the image (1, pixels) of a picture, or of grey values (height, width)."""
        if isinstance(picture, np.ndarray):
            loaded = LoadedPicture.of_grey(picture)
        else:
            loaded = load_picture(picture, self.frame)
        if not self.frame.bare:
            return scale_picture(loaded.grey, self.frame).reshape(1, -1)
        first = self._attempt(loaded.ink)
        of_file = FIRST if loaded.is_first else ""
        if loaded.grey.shape == self.frame.shape:  # an image of the data set, where ink may touch the border
            image = first.image.reshape(1, -1)
            return _note(image, PictureNotes(of_file)) if of_file else image
        (label,) = self._labels([first])
        is_accepted = label is not None and not first.flaw
        others = [*self._others(loaded, is_accepted)]
        attempts = [first, *others]
        labels = [label, *self._labels(others)]
        labels = [None if each.flaw else label for each, label in zip(attempts, labels, strict=True)]
        read_as = {number: label for number, label in enumerate(labels) if label is not None}
        if len(set(read_as.values())) > 1:
            words = [f"as {label!r} {attempts[each].remark or 'as it is'}" for each, label in read_as.items()]
            return self._refuse(first._replace(flaw=f"it can be read {', and '.join(words)}"))
        if read_as:
            best = attempts[min(read_as)]
            image = best.image.reshape(1, -1)
            remark = ", ".join(filter(None, [best.remark, of_file]))
            return _note(image, PictureNotes(remark)) if remark else image
        if others and others[0].remark == ON_PAGE and others[0].image.any():
            return self._refuse(others[0], AROUND)
        return self._refuse(first, first.flaw)

    def _refuse(self, attempt: _Attempt, known: str = "") -> Image:
        """Return the image of an attempt that is refused.

        Args:
            attempt: as it was made. Its flaw is the reason if its image would be recognised.
            known: the reason where nothing else is known but the score.
        """
        image = attempt.image.reshape(1, -1)
        if attempt.flaw and self._labels([attempt]) != [None]:
            image = self._enlarge(attempt.image).reshape(1, -1)
            return _note(image, PictureNotes(reason=attempt.flaw, is_refused=True))
        return _note(image, PictureNotes(reason=known)) if known else image

    def _others(self, loaded: LoadedPicture, is_accepted: bool) -> Iterator[_Attempt]:
        if not is_accepted and (page := next(pages := map(self._attempt, loaded.inks_on_pages()), None)):
            flaw = page.flaw
            if not flaw and self._labels([page]) != [None] and self._labels([*pages]) not in ([], [None]):
                flaw = APART  # as in the two halves of a page with a shadow on one
            yield page._replace(remark=ON_PAGE, flaw=flaw)
        if self.are_digits and not loaded.ink.is_cut:
            # Lines of dots may have been taken for the frame of a form.
            is_whole = is_accepted and not loaded.ink.has_frame
            grey = loaded.ink.grey if is_whole else loaded.ink_with_frames.grey
            for change, remark in ADDITIONS.items():
                if is_whole and change not in CHECKED:
                    continue
                if (ink := change(grey)) is not None:
                    strokes, are_dots = ink > INK, change is join_dots
                    beside = not are_dots and is_apart(strokes)
                    stacked = is_stacked(grey > INK if are_dots else strokes)
                    changed = Ink(ink, is_apart=beside, is_stacked=stacked)
                    yield self._attempt(changed)._replace(remark=remark)

    def _attempt(self, ink: Ink) -> _Attempt:
        flaw = CUT if ink.is_cut else ""
        if self.are_digits and not flaw:
            flaw = APART if ink.is_apart else STACKED if ink.is_stacked else ""
        return _Attempt(place_ink(ink.grey, self.frame), CLOSE if ink.is_close else "", flaw)

    def _enlarge(self, image: Grey) -> Grey:
        """Return an image that fills the frame with broad strokes, which no reader takes for a label.

        So it is refused also where its notes are lost, as in a copy.
        """
        return place_ink(crop_ink(image), dataclasses.replace(self.frame, box=self.frame.shape, pen=5.0))

    def _labels(self, attempts: list[_Attempt]) -> list[Any]:
        if not attempts:
            return []
        images = [np.ascontiguousarray(each.image).reshape(1, -1) for each in attempts]
        readings = zip(attempts, self.read(images), strict=True)
        return [
            None if each.remark == IN_RING and (reading.p_value or 1.0) < SURE else reading.label
            for each, reading in readings
        ]
