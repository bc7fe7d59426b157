"""Values within values, and callers deep in Python's stack."""

import sys


def nested(x, deeper, levels):
    """Return x within as many levels."""
    for _ in range(levels):
        x = deeper(x)
    return x


def at_frame(depth, ask):
    """Return what ask answers to a caller at a depth of Python's stack."""
    frame, here = sys._getframe(), 0
    while frame is not None:
        frame, here = frame.f_back, here + 1
    return ask() if here >= depth else at_frame(depth, ask)
