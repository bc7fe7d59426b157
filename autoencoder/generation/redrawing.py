"""A picture drawn again: the nearest image that the generator of a model can draw.

A model spec has two halves, one that reads and one that draws. The difference between a picture and the
nearest image that the second half draws is what the label does not explain, such as a stroke too many.
"""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import mxspec as s
from autoencoder.data.images import Image, as_row, as_rows
from autoencoder.models import Models

BANK = 100  # pictures of each label, drawn once, among which the search begins
ROUNDS = 8  # of the search
ROUND = 32  # pictures in a round, a power of two, as batches are
ELITE = 8  # the nearest of them, around which the next round is drawn
WIDENING = 0.05  # the deviation added in each round, so that the styles do not collapse to one

Styles = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Redrawn:
    """A picture, and the nearest image that the generator drew.

    Attributes:
        shown: (1, pixels), the picture.
        again: (1, pixels), the generator's image.
        label: its label.
        style: its latent, as a list; None if each label has one picture.
    """

    shown: Image
    again: Image
    label: Any
    style: list[float] | None

    @property
    def difference(self) -> Image:
        """The picture minus the drawing, (1, pixels); values above 0 are ink that the drawing lacks."""
        return self.shown - self.again

    @property
    def unexplained(self) -> float:
        """The share of the picture's ink that the drawing lacks, 0 to 1; 0 if there is no ink."""
        ink = float(self.shown.sum())
        return float(self.difference.clip(0).sum()) / ink if ink else 0.0


class Redrawer:
    """Draws pictures again: searches the images of a model's generator for the nearest.

    The search is the cross-entropy method (Rubinstein 1999, "The Cross-Entropy Method for Combinatorial and
    Continuous Optimization"): styles are drawn, the nearest are kept, and the next are drawn around them.
    Latents that are not arrays of numbers are drawn, but not searched. The same picture always gives the same
    drawing.

    Args:
        models: the two networks.

    >>> from autoencoder import digits
    >>> redrawer = Redrawer(digits.family.models)
    >>> three = digits.generate(3)
    >>> redrawn = redrawer.redraw(three, 3)
    >>> redrawn.label, redrawn.unexplained < 0.2
    (3, True)
    """

    def __init__(self, models: Models) -> None:
        self._models = models

    @functools.cached_property
    def _bank(self) -> tuple[list[Any], list[Any] | None, Image]:
        """The labels, latents (None if there are none) and pictures among which a search begins."""
        names: list[Any] = list(self._models.labels.names)
        if self._models.latent is None:
            return names, None, as_rows(self._models.generate_many(names))
        sample = s.sample(self._models.latent(), BANK, seed=0)
        labels = [name for name in names for _ in sample]
        latents = sample * len(names)
        return labels, latents, as_rows(self._models.generate_many(labels, latents))

    def redraw(self, image: Any, label: Any = None) -> Redrawn:
        """Draw a picture again.

        Args:
            image: in any shape of an image.
            label: the label to draw; None for the one whose pictures come nearest.

        Raises:
            ValueError: image is not an array of numbers.
        """
        row = as_row(image)
        labels, latents, rows = self._bank
        distances = _distances(rows, row)
        if label is None:
            label = labels[int(distances.argmin())]
        places = [place for place, name in enumerate(labels) if name == label]
        order = sorted(places, key=lambda place: distances[place])
        nearest = order[0]
        if latents is None:
            return Redrawn(row, rows[[nearest]], label, None)
        if not isinstance(latents[nearest], np.ndarray) or latents[nearest].dtype.kind != "f":
            return Redrawn(row, rows[[nearest]], label, None)
        styles = np.stack([latents[place] for place in order[:ELITE]]).astype(np.float64)
        farthest = float(max(np.linalg.norm(latent) for latent in latents))
        style, again = self._search(row, label, styles, rows[[nearest]], farthest)
        return Redrawn(row, again, label, style.ravel().tolist())

    def _search(
        self, row: Image, label: Any, styles: Styles, again: Image, farthest: float
    ) -> tuple[Styles, Image]:
        """Return the style and the picture nearest to row, from the nearest styles so far, best first.

        No style is longer than farthest, since a generator is not trained on longer ones.
        """
        random = np.random.default_rng(0)
        best, least = styles[0], float(_distances(again, row)[0])
        for _ in range(ROUNDS):
            spread = styles.std(axis=0) + WIDENING
            around = styles.mean(axis=0) + spread * random.standard_normal((ROUND, *best.shape))
            lengths = np.linalg.norm(around.reshape(ROUND, -1), axis=1).reshape(-1, *[1] * best.ndim)
            around *= farthest / np.maximum(lengths, farthest)
            rows = as_rows(self._models.generate_many([label] * ROUND, list(around)))
            distances = _distances(rows, row)
            order = distances.argsort()
            styles = around[order[:ELITE]]
            if distances[order[0]] < least:
                best, least, again = styles[0], float(distances[order[0]]), rows[order[:1]]
        return best, again


def _distances(rows: Image, row: Image) -> npt.NDArray[np.float64]:
    """Return the mean square by which each of rows differs from row, (n,)."""
    squares: npt.NDArray[np.float64] = np.square(rows.astype(np.float64) - row)
    return np.asarray(squares.mean(axis=1))
