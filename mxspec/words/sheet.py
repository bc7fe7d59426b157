"""Arrays that look like pictures as a sheet of them, for notebooks.

PNG is written here, and not by Pillow, so that the core needs no library for it.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from typing import Any, Final

MOST: Final = 200  # pictures on a sheet
_WIDTH: Final = 56  # of a picture in a notebook, in pixels of the screen


def html_sheet(arrays: Sequence[Any], captions: Sequence[str]) -> str | None:
    """Return arrays as pictures with captions, as HTML; None if one of them does not look like a picture.

    Args:
        arrays: numpy arrays. A picture has numbers from 0, black, to 1, white, in rows and columns, or in one
            row as many as a square has.
        captions: one for each.
    """
    pictures = [_grey(array) for array in arrays[:MOST]]
    if not pictures or any(picture is None for picture in pictures):
        return None
    figures = [_figure(picture, caption) for picture, caption in zip(pictures, captions, strict=False)]
    more = f"<p>and {len(arrays) - MOST:,} more</p>" if len(arrays) > MOST else ""
    return f"<div style='display:flex;flex-wrap:wrap;gap:8px'>{''.join(figures)}</div>{more}"


def _figure(picture: Any, caption: str) -> str:
    import base64
    import html

    source = base64.b64encode(png(picture)).decode("ascii")
    text = html.escape(caption)
    return (
        f"<figure style='margin:0;text-align:center'><img alt='{text}' width='{_WIDTH}' "
        f"style='image-rendering:pixelated' src='data:image/png;base64,{source}'>"
        f"<figcaption style='font-size:80%'>{text}</figcaption></figure>"
    )


def _grey(array: Any) -> Any:
    """Return an array as grey bytes (height, width), or None if it does not look like a picture."""
    import numpy as np

    values = np.squeeze(np.asarray(array))
    if values.ndim == 1 and math.isqrt(values.size) ** 2 == values.size:
        values = values.reshape(math.isqrt(values.size), -1)
    if values.ndim != 2 or min(values.shape) < 2 or values.dtype.kind not in "biuf":
        return None
    if not (np.isfinite(values).all() and values.min() >= 0 and values.max() <= 1):
        return None
    return np.rint(values * 255.0).astype(np.uint8)


def png(grey: Any) -> bytes:
    """Return grey bytes (height, width) as a PNG file (ISO/IEC 15948).

    Example:
        >>> import numpy as np
        >>> png(np.zeros((2, 3), np.uint8))[:8]
        b'\\x89PNG\\r\\n\\x1a\\n'
    """
    height, width = grey.shape
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    rows = b"".join(b"\0" + row.tobytes() for row in grey)  # each with its filter, none
    chunks = ((b"IHDR", size + b"\x08\0\0\0\0"), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return len(data).to_bytes(4, "big") + kind + data + checksum.to_bytes(4, "big")
