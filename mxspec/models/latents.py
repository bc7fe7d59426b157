"""Latents that are floats or arrays of floats: the line between two, and latents near one."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Any, Final

_FINEST: Final = 16  # the number of blocks, at most, that `plainer` takes a latent apart into


def are_points(*latents: Any) -> bool:
    """True if all latents are floats, or arrays of floats of one shape, so that there are others between."""
    import numpy as np

    return all(
        isinstance(latent, (float, np.ndarray))
        and np.size(latent) > 0
        and np.asarray(latent).dtype.kind == "f"
        and np.shape(latent) == np.shape(latents[0])
        for latent in latents
    )


def between(start: Any, end: Any, place: float) -> Any:
    """Return the latent at a place from 0, the start, to 1, the end.

    Example:
        >>> between(1.0, 3.0, 0.25)
        1.5
    """
    return end if place == 1 else _like(end, start + place * (end - start))


def plainer(latent: Any, plainest: Any) -> Iterator[tuple[slice, Any]]:
    """Yield the blocks of a latent, large ones first, and what plainest has there."""
    import numpy as np

    size = int(np.size(latent))
    for blocks in (1 << i for i in range(1, _FINEST.bit_length())):
        if np.ndim(latent) and blocks <= size:
            for i in range(blocks):
                block = slice(i * size // blocks, (i + 1) * size // blocks)
                yield block, np.ravel(plainest)[block]


def with_block(latent: Any, block: slice, values: Any) -> Any:
    """Return a copy of an array whose elements in a block, counted through all axes, are values."""
    copy = latent.copy()
    copy.reshape(-1)[block] = values
    return copy


@dataclasses.dataclass
class Range:
    """The least and the greatest number in the latents that were seen."""

    low: float = math.inf
    high: float = -math.inf

    def see(self, latent: Any) -> None:
        """Widen the range to a latent."""
        import numpy as np

        self.low, self.high = min(self.low, float(np.min(latent))), max(self.high, float(np.max(latent)))

    def turned(self, latent: Any, towards: Any, angle: float) -> Any:
        """Return a latent that is turned towards another by an angle, and is within the range.

        A normal distribution stays the same when two independent draws of it are turned into each other, so
        that a latent does not leave the region where draws lie (the proposal of preconditioned
        Crank-Nicolson: Cotter, Roberts, Stuart and White, "MCMC methods for functions", 2013). Where latents
        are distributed otherwise, the range keeps them from where there are none.
        """
        import numpy as np

        turned = math.cos(angle) * latent + math.sin(angle) * towards
        return _like(latent, np.clip(turned, self.low, self.high))


def _like(example: Any, latent: Any) -> Any:
    """Return a latent as an array of the dtype of an example, or as a float if that is one."""
    return float(latent) if isinstance(example, float) else latent.astype(example.dtype)
