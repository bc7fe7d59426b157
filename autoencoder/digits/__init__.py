"""Specs of digits that refuse other pictures, and generate digits in many styles; and what is behind them.

>>> import mxspec as s
>>> s.valid("digits/even-image", generate(4)), s.valid("digits/even-image", generate(3))
(True, False)
"""

from autoencoder.digits.digit_generator import STYLE
from autoencoder.digits.digit_specs import (
    EVEN_IMAGE,
    IMAGE,
    INPUT,
    NUMBER,
    ODD_IMAGE,
    ODD_OVER_2_IMAGE,
    STYLE_SPEC,
    discriminate,
    family,
    generate,
    generate_many,
    load,
    normalise,
    read,
    read_image,
    read_many,
    show,
    style,
    use_models,
)

__all__ = [
    "EVEN_IMAGE",
    "IMAGE",
    "INPUT",
    "NUMBER",
    "ODD_IMAGE",
    "ODD_OVER_2_IMAGE",
    "STYLE",
    "STYLE_SPEC",
    "discriminate",
    "family",
    "generate",
    "generate_many",
    "load",
    "normalise",
    "read",
    "read_image",
    "read_many",
    "show",
    "style",
    "use_models",
]
