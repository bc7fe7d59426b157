"""Bounds of pictures in files, checked before Pillow opens or decodes them: a short file can ask for much.

Pillow bounds the number of pixels alone, and below 179 million it only warns. When it opens a TIFF, it makes
an object for each strip or tile; libtiff decodes whole tiles, though the picture may be a corner of one; a
JPEG's decoder goes through the whole picture for each scan. 4 MB hold 127,000 scans.
"""

import math
import re
import struct
from typing import BinaryIO

MOST_A_SIDE = 65_535  # pixels; more than any JPEG can have
MOST_SCANS = 100  # of a JPEG; a progressive one has ten
MOST_PARTS = 100_000  # strips or tiles of a TIFF, or values of a tag: a second of Pillow's time

_READ = 1 << 27  # bytes of a JPEG that are looked through
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])", re.DOTALL)  # neither data nor a restart
_BARE, _SCAN, _END = (0x01, 0xD8), 0xDA, 0xD9  # of JPEG's markers; others have a length behind them

# https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf, section 2.
_TIFF = {b"II*\0": "<", b"MM\0*": ">"}
_WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_HEIGHT = 256, 257, 322, 323
_PLACES = (273, 324)  # of strips and of tiles
_INTEGERS = {1: "B", 3: "H", 4: "I"}
_TEXTS = (1, 2, 6, 7)  # types of single bytes, which Pillow keeps as they are


def size_excess(size: tuple[int, int], largest: int) -> str:
    """Return in words what is too large about the size of a picture, or "".

    Args:
        size: (width, height) in pixels.
        largest: the maximum number of pixels.

    >>> size_excess((4000, 3000), 16_000_000), size_excess((80_000_000, 1), 89_478_485)
    ('', 'it has 80000000x1 pixels, 65,535 a side at most are read')
    """
    width, height = size
    if max(size) > MOST_A_SIDE:
        return f"it has {width}x{height} pixels, {MOST_A_SIDE:,} a side at most are read"
    return f"it has {width}x{height} pixels, {largest:,} at most are read" if width * height > largest else ""


def file_excess(file: BinaryIO, largest: int) -> str:
    """Return in words what a picture's file demands too much of, or ""; the file is left at its start.

    Args:
        file: an open file that can seek.
        largest: the maximum number of pixels.

    >>> import io
    >>> scan = b"\\xff\\xda\\0\\2" + b"data"
    >>> file_excess(io.BytesIO(b"\\xff\\xd8" + 200 * scan + b"\\xff\\xd9"), 100)
    'it has 200 scans, 100 at most are read'
    """
    file.seek(0)
    head = file.read(8)
    try:
        if head[:2] == b"\xff\xd8":
            file.seek(0)
            scans = _count_scans(file.read(_READ))
            return f"it has {scans:,} scans, {MOST_SCANS} at most are read" if scans > MOST_SCANS else ""
        if head[:4] in _TIFF:
            return _tiff_excess(file, head, largest)
        return "BigTIFF is not read" if head[:2] in (b"II", b"MM") and b"+" in head[2:4] else ""
    finally:
        file.seek(0)


def _count_scans(content: bytes) -> int:
    scans = place = 0
    while (match := _MARKER.search(content, place)) and (kind := match[1][0]) != _END:
        scans += kind == _SCAN
        place = match.end()
        if kind not in _BARE:
            place += int.from_bytes(content[place : place + 2])
    return scans


def _tiff_excess(file: BinaryIO, head: bytes, largest: int) -> str:
    """Return what the first directory of a TIFF, which Pillow reads, demands too much of."""
    order = _TIFF[head[:4]]
    file.seek(struct.unpack(f"{order}I", head[4:].ljust(4, b"\0"))[0])
    (count,) = struct.unpack(f"{order}H", file.read(2).ljust(2, b"\0"))
    sides: dict[int, int] = {}
    entries = file.read(12 * count)
    for tag, kind, length, value in struct.iter_unpack(f"{order}HHI4s", entries[: len(entries) // 12 * 12]):
        if length > MOST_PARTS and (tag in _PLACES or kind not in _TEXTS):
            return f"its tag {tag} has {length:,} values, {MOST_PARTS:,} at most are read"
        if tag in (_WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_HEIGHT):
            code = _INTEGERS.get(kind, "")
            if tag in sides or length != 1 or not code:
                return f"its tag {tag} is not one number"
            sides[tag] = struct.unpack_from(f"{order}{code}", value)[0]
    if not sides.keys() & {_TILE_WIDTH, _TILE_HEIGHT}:
        return ""
    try:
        whole = [
            math.ceil(sides[side] / sides[tile]) * sides[tile]
            for side, tile in ((_WIDTH, _TILE_WIDTH), (_HEIGHT, _TILE_HEIGHT))
        ]
    except (KeyError, ZeroDivisionError):
        return "its tiles have no size"
    tiles = math.prod(whole)
    return f"it has tiles of {tiles:,} pixels, {largest:,} at most are read" if tiles > largest else ""
