"""Kanji and Hangul for the measurements alone, as strokes.

They are neither letters nor anything else that a refusal has a name for.
"""

import numpy as np

# The strokes of each, whose points are two hexadecimal digits, right and down in a square of 10.
KANJI = [
    "2282 2575 1999", "1393 505a 5319 5399", "1393 505a 5319 5399 3777", "212a 21818a 2585 2a8a",
    "202a 20808a 2383 2686 2a8a", "1119 119199 5159 1595 1999", "1216 129296 1696 505a",
    "5059 1419 9499 1999", "21281a 515a 818a", "50541a 549a", "505419 549a 2346 8364",
    "505a 134418 8452 529a", "2474 515a 0aaa", "1191 2585 1999 5159", "3023 2383 2676 0aaa 505a",
    "207045 454a3a 05a5", "40258a 70641a 04a4", "1191 2327 238387 2585 2787 0999 505a",
    "5014 5094 2474 2777 545a 0aaa", "0191 1319 139399 5159 3545 3747 6575 6777",
    "505a 1595 2143 8163 5519 5599", "1191 2327 238387 2585 2787 505a 5719 5799",
    "0343 202a 2309 2346 54a4 707a 7459 74a9", "1191 5108 3639 367679 3979",
    "111a 114145 1343 1545 919a 916165 9363 9565", "111a 11919a 1a9a 3373 3575 3878 5358 6777",
    "2132 8172 1484 2676 1999 535a", "2181 1494 5154 541a 549a",
]  # fmt: skip

_CIRCLE = np.stack([np.cos(np.linspace(0, 2 * np.pi, 24)), np.sin(np.linspace(0, 2 * np.pi, 24))], axis=1)

# Consonants in a unit square; None is the ring.
CONSONANTS = [
    [[(0, 0), (1, 0), (1, 1)]],
    [[(0, 0), (0, 1), (1, 1)]],
    [[(1, 0), (0, 0), (0, 1), (1, 1)]],
    [[(0, 0), (1, 0), (1, 0.5), (0, 0.5), (0, 1), (1, 1)]],
    [[(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]],
    [[(0, 0), (0, 1), (1, 1), (1, 0)], [(0, 0.5), (1, 0.5)]],
    [[(0.5, 0), (0, 1)], [(0.5, 0.2), (1, 1)]],
    [None],
    [[(0, 0), (1, 0)], [(0.6, 0), (0, 1)], [(0.5, 0.3), (1, 1)]],
    [[(0.5, -0.3), (0.5, 0)], [(0, 0), (1, 0)], [(0.6, 0), (0, 1)], [(0.5, 0.3), (1, 1)]],
    [[(1, 0), (0, 0), (0, 1), (1, 1)], [(0, 0.5), (1, 0.5)]],
    [[(0, 0), (1, 0)], [(0.3, 0), (0.3, 1)], [(0.7, 0), (0.7, 1)], [(0, 1), (1, 1)]],
]
UPRIGHT = [  # vowels on the right
    [[(0, 0), (0, 1)], [(0, 0.5), (1, 0.5)]],
    [[(1, 0), (1, 1)], [(0, 0.5), (1, 0.5)]],
    [[(0.5, 0), (0.5, 1)]],
    [[(0, 0), (0, 1)], [(0, 0.35), (1, 0.35)], [(0, 0.65), (1, 0.65)]],
    [[(0.6, 0), (0.6, 1)], [(1, 0), (1, 1)], [(0, 0.5), (0.6, 0.5)]],
]
LEVEL = [  # vowels below
    [[(0, 1), (1, 1)], [(0.5, 0), (0.5, 1)]],
    [[(0, 0), (1, 0)], [(0.5, 0), (0.5, 1)]],
    [[(0, 0.5), (1, 0.5)]],
    [[(0, 1), (1, 1)], [(0.3, 0), (0.3, 1)], [(0.7, 0), (0.7, 1)]],
]


def syllable(random):
    """Return the strokes of a syllable of Hangul: a consonant, a vowel and, in half of them, a consonant."""
    first, last = (CONSONANTS[random.integers(len(CONSONANTS))] for _ in range(2))
    low = random.uniform(0.55, 0.65) if random.random() < 0.5 else 1.0  # the end of the upper part
    if random.random() < 0.6:
        parts = [(first, 0, 0.05, 0.55, 0.9 * low), (UPRIGHT[random.integers(5)], 0.7, 0, 0.95, low)]
    else:
        middle = 0.5 * low
        parts = [(first, 0.2, 0, 0.8, middle), (LEVEL[random.integers(4)], 0, middle + 0.1, 1, low)]
    if low < 1:
        parts.append((last, 0.15, low + 0.12, 0.85, 1.0))
    result = []
    for strokes, left, top, right, bottom in parts:
        size = np.array([right - left, bottom - top])
        for stroke in strokes:
            points = (_CIRCLE + 1) / 2 if stroke is None else np.array(stroke, float)
            result.append(points * size + [left, top])
    return result
