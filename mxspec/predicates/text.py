"""Text, bytes and names."""

from __future__ import annotations

import re


def is_str(x: object) -> bool:
    """True for a string (string?).

    Example:
        >>> is_str("x"), is_str(b"x")
        (True, False)
    """
    return isinstance(x, str)


def is_char(x: object) -> bool:
    """True for a string of one character (char?).

    Example:
        >>> is_char("x"), is_char("xy")
        (True, False)
    """
    return isinstance(x, str) and len(x) == 1


def is_bytes(x: object) -> bool:
    """True for a bytes or bytearray (bytes?).

    Example:
        >>> is_bytes(b"x"), is_bytes("x")
        (True, False)
    """
    return isinstance(x, (bytes, bytearray))


def is_ident(x: object) -> bool:
    """True for a name, qualified or not (ident?, keyword?, symbol?).

    Example:
        >>> is_ident("number"), is_ident("mnist/number"), is_ident("a b")
        (True, True, False)
    """
    return is_simple_ident(x) or is_qualified_ident(x)


def is_simple_ident(x: object) -> bool:
    """True for a name without a namespace, such as `"number"` (simple-ident?).

    Example:
        >>> is_simple_ident("number"), is_simple_ident("mnist/number")
        (True, False)
    """
    return isinstance(x, str) and re.fullmatch(r"[^\s/]+", x) is not None


def is_qualified_ident(x: object) -> bool:
    """True for a name with a namespace, such as `"mnist/number"` (qualified-ident?).

    Example:
        >>> is_qualified_ident("mnist/number"), is_qualified_ident("number")
        (True, False)
    """
    return isinstance(x, str) and re.fullmatch(r"[^\s/]+/[^\s/]+", x) is not None


def is_uri(x: object) -> bool:
    """True for a string with a scheme, such as `"http://example.com"` (uri?).

    Example:
        >>> is_uri("http://example.com"), is_uri("example")
        (True, False)
    """
    return isinstance(x, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", x) is not None
