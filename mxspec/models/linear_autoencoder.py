"""A linear autoencoder: principal components, and the codes of its training examples.

The best linear autoencoder of k units for squared errors is the projection on the first k principal
components (Baldi and Hornik, "Neural networks and principal component analysis", 1989), which takes one
matrix decomposition in place of training.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final

import numpy as np

from mxspec.addresses import reduce_by_name

Floats = np.ndarray[Any, np.dtype[np.float64]]

EXPLAINED: Final = 0.95
"""The share of the variance that the components explain."""
NEARLY_ALL: Final = 1 - 1e-9
"""The share with which distances of codes equal distances of rows; what is left is rounding."""

# The number of nearest codes in an anomaly score, and the weight of the reconstruction error. These were the
# best pair on scikit-learn's digits and MNIST's training digits together: with more weight letters pass, with
# less weight shuffled pixels pass.
NEAREST: Final = 3
WEIGHT: Final = 0.25

# Deviations beyond this many units count by their logarithm: else the rarest rows of skewed columns would set
# the threshold, and a row of zeros stay below it.
_LINEAR: Final = 3.0
_ONE_UNIT: Final = 2.0  # columns have one unit if the ranges of most are within this factor of the largest

_AT_ONCE: Final = 1000  # codes; their distances to all others are held in memory
_ROUNDING: Final = 1e-9  # of the largest number: a column that varies less holds equal numbers
_LEAST: Final = 1e-12  # of the variance: smaller differences are rounding


@dataclasses.dataclass(frozen=True, eq=False)
class LinearAutoencoder:
    """An autoencoder of rows of numbers (n, d), by k components.

    Attributes:
        mean: (d,), the mean of the rows.
        scale: (d,), the unit of each column, None if all have one unit.
        centre: (d,), the mean of the deviations; codes and errors describe deviations from it.
        components: (k, d), orthonormal.
        codes: (n, k), the codes of the training rows, in order of the mean distance to their nearest codes.
        order: (n,), the numbers of the training rows in this order.
        distance: the mean squared distance of these codes to their nearest codes.
        error: the mean squared error of the reconstructions of the training rows.
        variances: (k,), the variances of the codes.
        noise: the variance outside of the components, per dimension.
    """

    __reduce_ex__ = reduce_by_name

    mean: Floats
    scale: Floats | None
    centre: Floats
    components: Floats
    codes: Floats
    order: np.ndarray[Any, np.dtype[np.int64]]
    distance: float
    error: float
    variances: Floats
    noise: float

    def encode(self, rows: Floats) -> tuple[Floats, Floats]:
        """Return the codes of rows (n, d), (n, k), and the squared errors of their reconstructions, (n,)."""
        centred = _deviations(rows, self.mean, self.scale) - self.centre
        codes = centred @ self.components.T
        errors = _squares(centred) - _squares(codes)
        return codes, errors.clip(min=0)

    def decode(self, codes: Floats) -> Floats:
        """Return the rows (n, d) of codes (n, k)."""
        deviations = codes @ self.components + self.centre
        excess = (np.abs(deviations) / _LINEAR - 1).clip(0, 500)
        linear = deviations.clip(-_LINEAR, _LINEAR)
        rows: Floats = deviations if self.scale is None else linear * np.exp(excess) * self.scale
        return rows + self.mean

    def anomaly_scores(self, rows: Floats) -> Floats:
        """Return the anomaly scores of rows (n, d), (n,).

        A score adds two numbers: the mean squared distance of the code to its nearest training codes, and,
        weighted, the squared error of the reconstruction. Each is divided by its mean over the training rows.
        The distance alone misses everything outside the components. The error alone accepts everything that
        the components can draw, and most of that resembles no example (Sun, Ming, Zhu and Li,
        "Out-of-distribution detection with deep nearest neighbors", 2022).
        """
        codes, errors = self.encode(rows)
        return self._code_distances(codes) / self.distance + WEIGHT * errors / self.error

    def residuals(self, rows: Floats) -> Floats:
        """Return the squared errors of the reconstructions of rows (n, d), (n,)."""
        return self.encode(rows)[1]

    def nearest_distances(self, rows: Floats) -> Floats:
        """Return the mean squared distance of rows (n, d) to their nearest training rows, (n,).

        Outside of the components it is the squared error of the row: the error of training rows is taken for
        0, which is right if the components explain nearly all.
        """
        codes, errors = self.encode(rows)
        return self._code_distances(codes) + errors

    def mahalanobis_distances(self, rows: Floats) -> Floats:
        """Return the squared Mahalanobis distance of rows (n, d) from their mean, (n,).

        The covariance follows probabilistic principal components (Tipping and Bishop, "Probabilistic
        principal component analysis", 1999), with one variance for all directions outside of the components.
        """
        codes, errors = self.encode(rows)
        distances: Floats = np.square(codes) @ (1 / self.variances) + errors / self.noise
        return distances

    def _code_distances(self, codes: Floats) -> Floats:
        """Return the mean squared distance of codes (n, k) to their nearest training codes, (n,)."""
        parts = (codes[start : start + _AT_ONCE] for start in range(0, len(codes), _AT_ONCE))
        return np.concatenate([_mean_nearest(_squared_distances(part, self.codes)) for part in parts])

    def neighbours(self, i: int, n: int) -> Floats:
        """Return the n codes (n, k) next to the i-th, the nearest first."""
        distances = _squared_distances(self.codes[i : i + 1], self.codes)[0]
        distances[i] = -1  # the code itself sorts first, also before an equal one
        nearest: Floats = self.codes[np.argsort(distances, kind="stable")[1 : n + 1]]
        return nearest


def _deviations(rows: Floats, mean: Floats, scale: Floats | None) -> Floats:
    """Return the deviations of rows (n, d) from the mean; with a scale, in its units, shrunk past _LINEAR."""
    if scale is None:
        return rows - mean
    units: Floats = (rows - mean) / scale
    excess = np.log(np.maximum(np.abs(units) / _LINEAR, 1))
    deviations: Floats = units.clip(-_LINEAR, _LINEAR) * (1 + excess)
    return deviations


def have_one_unit(rows: Floats) -> bool:
    """Return True if the columns of rows (n, d) seem to have one unit, as the pixels of a picture do.

    Most of them then have about the same range. In their own units, pixels that are seldom lit would count
    most of all.
    """
    ranges = np.ptp(rows, axis=0)
    return bool(np.mean(ranges[ranges > 0] * _ONE_UNIT >= ranges.max()) > 0.5) if ranges.any() else False


def column_scales(rows: Floats) -> Floats:
    """Return the scale of each column of rows (n, d), (d,): its standard deviation, and never 0.

    A column of equal numbers gets the standard deviation that it would have if one of n rows differed from
    the others by that number, or by 1 if it is 0: a value that differs there is as far from the others as a
    rare one.
    """
    deviations: Floats = rows.std(axis=0)
    largest = np.abs(rows).max(axis=0)
    if_one_differed = np.where(largest > 0, largest, 1) / np.sqrt(len(rows))
    return np.where(deviations > _ROUNDING * largest, deviations, if_one_differed)


def learn(rows: Floats, scale: Floats | None = None, explained: float | None = None) -> LinearAutoencoder:
    """Return the linear autoencoder of rows (n, d), with n larger than NEAREST.

    Args:
        scale: (d,), the unit of each column; None leaves all as they are.
        explained: the share of the variance that the components explain; None means EXPLAINED.
    """
    mean = rows.mean(axis=0)
    deviations = _deviations(rows, mean, scale)
    centre = deviations.mean(axis=0)
    centred = deviations - centre
    # The smaller of the two Gram matrices has all nonzero eigenvalues.
    is_wide = len(rows) < rows.shape[1]
    variances, vectors = np.linalg.eigh(centred @ centred.T if is_wide else centred.T @ centred)
    vectors = centred.T @ vectors if is_wide else vectors
    variances, vectors = variances[::-1].clip(min=0), vectors[:, ::-1]
    shares = np.cumsum(variances) / max(variances.sum(), np.finfo(np.float64).tiny)
    k = min(
        int(np.searchsorted(shares, EXPLAINED if explained is None else explained)) + 1,
        int((variances > 0).sum()),
    )
    components = (vectors[:, :k] / np.linalg.norm(vectors[:, :k], axis=0)).T
    codes = centred @ components.T
    to_others = _squared_distances(codes, codes)
    np.fill_diagonal(to_others, np.inf)
    distances = _mean_nearest(to_others)
    order = np.argsort(distances, kind="stable")
    variance = float(_squares(centred).mean())
    error = variance - float(_squares(codes).mean())
    least = max(_LEAST * variance, float(np.finfo(np.float32).tiny))
    error = max(error, least)
    outside = max(min(len(rows) - 1, rows.shape[1]) - k, 1)
    return LinearAutoencoder(
        mean,
        scale,
        centre,
        components,
        codes[order],
        order,
        distance=max(float(distances.mean()), least),
        error=error,
        variances=np.square(codes).mean(axis=0).clip(min=least),
        noise=error / outside,
    )


def _mean_nearest(distances: Floats) -> Floats:
    smallest: Floats = np.partition(distances, NEAREST - 1, axis=1)[:, :NEAREST].mean(axis=1)
    return smallest


def _squared_distances(a: Floats, b: Floats) -> Floats:
    """Return the squared distances (n, m) of codes (n, k) to codes (m, k)."""
    return (_squares(a)[:, None] + _squares(b) - 2 * (a @ b.T)).clip(min=0)


def _squares(rows: Floats) -> Floats:
    """Return the squared length of each row, (n,)."""
    lengths: Floats = np.einsum("ij,ij->i", rows, rows)
    return lengths
