"""Values within values, one part of a value many times, and callers deep in Python's stack."""

import sys


def nested(x, deeper, levels):
    """Return x within as many levels."""
    for _ in range(levels):
        x = deeper(x)
    return x


def pairs(leaf):
    """Return a tree of 40 levels, each of which holds the one below twice."""
    return nested(leaf, lambda x: [x, x], 40)


def maps(leaf):
    """Return the like of maps."""
    return nested(leaf, lambda x: {"left": x, "right": x}, 40)


def at_frame(depth, ask):
    """Return what ask answers to a caller at a depth of Python's stack."""
    frame, here = sys._getframe(), 0
    while frame is not None:
        frame, here = frame.f_back, here + 1
    return ask() if here >= depth else at_frame(depth, ask)
