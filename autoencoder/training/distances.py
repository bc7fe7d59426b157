"""Distances of images: over their pixels, and as clouds of features."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]

_ROWS, _OTHERS = 500, 10_000  # distances computed at a time, which take 20 MB


class Moments(NamedTuple):
    """The mean (d,) and covariance (d, d) of some features (n, d), as of a Gaussian."""

    mean: Floats
    covariance: Floats

    @classmethod
    def of(cls, features: Floats) -> "Moments":
        """Return the moments of features (n, d)."""
        features = np.asarray(features, np.float64)
        if len(features) < 2:  # a single point has no extent, and numpy would divide by 0
            return cls(features.mean(axis=0), np.zeros((features.shape[1],) * 2))
        return cls(features.mean(axis=0), np.cov(features, rowvar=False))


def frechet_distance(a: Moments, b: Moments) -> float:
    """Return the squared Frechet (2-Wasserstein) distance of two Gaussians (Dowson, Landau 1982).

    >>> round(frechet_distance(Moments(np.zeros(2), np.eye(2)), Moments(np.ones(2), 4 * np.eye(2))), 6)
    4.0
    """
    # The trace of (AB)^(1/2), from the eigenvalues of A^(1/2) B A^(1/2), which is symmetric.
    values, vectors = np.linalg.eigh(a.covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    both = np.linalg.eigvalsh(root @ b.covariance @ root)
    cross = np.sqrt(np.maximum(both, 0)).sum()
    difference = a.mean - b.mean
    return float(difference @ difference + np.trace(a.covariance) + np.trace(b.covariance) - 2 * cross)


def mean_pairwise_distance(images: Floats, most: int = 1500) -> float:
    """Return the mean Euclidean distance of two of the images (n, pixels), NaN for fewer than two images.

    Only the first `most` images are compared.
    """
    images = images[:most]
    if len(images) < 2:
        return float("nan")
    squares = (images * images).sum(axis=1)
    between = squares[:, None] + squares - 2 * (images @ images.T)
    np.fill_diagonal(between, 0)
    # Rounding may leave the distance of equal images a little below 0.
    return float(np.sqrt(np.maximum(between, 0)).sum() / (len(images) * (len(images) - 1)))


def nearest(
    images: Floats, others: Floats, without: npt.NDArray[np.integer[Any]] | None = None
) -> npt.NDArray[np.float32]:
    """Return the Euclidean distance (n,) of each image (n, pixels) to the nearest of others (m, pixels).

    Args:
        images, others: the images.
        without: (n,) for each image a row of others to exclude, such as the image itself.

    >>> nearest(np.array([[0.0], [5.0]]), np.array([[0.0], [3.0]]))
    array([0., 2.], dtype=float32)
    >>> nearest(np.array([[0.0], [5.0]]), np.array([[0.0], [3.0]]), without=np.array([0, 1]))
    array([3., 5.], dtype=float32)
    """
    result = np.empty(len(images), np.float32)
    squares = np.einsum("ij,ij->i", others, others)
    for start in range(0, len(images), _ROWS):
        rows = images[start : start + _ROWS]
        best = np.full(len(rows), np.inf, np.float32)
        for first in range(0, len(others), _OTHERS):
            # |a - b|^2 = |a|^2 - 2ab + |b|^2, where |a|^2 does not change which b is nearest.
            distances = (-2 * rows) @ others[first : first + _OTHERS].T
            distances += squares[first : first + _OTHERS]
            if without is not None:
                column = without[start : start + _ROWS] - first
                here = np.flatnonzero((column >= 0) & (column < distances.shape[1]))
                distances[here, column[here]] = np.inf
            best = np.minimum(best, distances.min(axis=1))
        best += np.einsum("ij,ij->i", rows, rows)
        result[start : start + _ROWS] = np.sqrt(np.maximum(best, 0))
    return result
