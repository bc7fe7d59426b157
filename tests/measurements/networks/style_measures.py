"""The numbers of a style, judged by measures of ink that share no code with what has turned the styles."""

import numpy as np

from autoencoder.digits.digit_generator import styles

LEVEL = 0.5  # of ink
COUNT = 10_000


def slant(picture):
    """Return the pixels to the right for each pixel up: the usual slant, of the moments of the ink."""
    y, x = np.nonzero(picture)
    moments = np.cov(-y, x, aweights=picture[y, x])
    return moments[0, 1] / moments[0, 0]


def thickness(picture):
    """Return twice the mean distance of ridges from the ground: of pixels as far from it as all around."""
    from scipy.ndimage import distance_transform_edt, maximum_filter, zoom

    distances = distance_transform_edt(zoom(picture, 3, order=1) > LEVEL)
    ridge = (distances >= maximum_filter(distances, 3)) & (distances > 0)
    return 2 * distances[ridge].mean() / 3


def width(picture):
    """Return the width over the height of the box around the ink, once the slant is undone."""
    y, x = np.nonzero(picture > LEVEL)
    straight = x + slant(picture) * y
    return (np.ptp(straight) + 1) / (np.ptp(y) + 1)


MEASURES = {"slant": slant, "thickness": thickness, "width": width}


def correlations(generate, count, shape, seed):
    """Return the correlation of the first numbers of a style with slant, thickness and width, by name.

    It is the mean over labels of the correlation among images of the label, in fresh styles.

    Args:
        generate: draws images of labels (n,) in styles (n, STYLE).
        count: the number of labels.
        shape: (height, width) of an image.
        seed: the seed of the styles.
    """
    labels, z = np.arange(COUNT) % count, styles(COUNT, [seed, 38])
    pictures = np.reshape(generate(labels, z), (-1, *shape))
    result = {}
    for place, (name, measure) in enumerate(MEASURES.items()):
        values = np.array([measure(picture) for picture in pictures])
        each = [
            np.corrcoef(z[labels == label, place], values[labels == label])[0, 1] for label in range(count)
        ]
        result[name] = float(np.mean(each))
    return result
