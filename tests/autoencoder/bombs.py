"""Short files of pictures that ask for much: the bytes of each."""

import io
import struct
import zlib

from PIL import Image

MB = 1 << 20


def chunk(kind, data):
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def zeros(count, level=9):
    """A number of zeros, compressed to a thousandth."""
    stream = zlib.compressobj(level)
    parts = [stream.compress(bytes(min(MB, count - start))) for start in range(0, count, MB)]
    return b"".join([*parts, stream.flush()])


def png(width, height, *chunks, pixels=None):
    """A black PNG with a byte for each pixel; its data may be others, and there may be chunks before them."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zeros((width + 1) * height) if pixels is None else pixels
    parts = [chunk(b"IHDR", head), *chunks, chunk(b"IDAT", data), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def text_chunks(count):
    """Chunks of text that unpack to a MB each."""
    text = zeros(MB)
    return [chunk(b"zTXt", b"key%d\0\0" % i + text) for i in range(count)]


def icon(content, width=16, height=16):
    """An icon that says its size, and in it a picture that may have another."""
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, width, height, 0, 0, 1, 32, len(content), 22) + content


def gif(screen, frame):
    """A GIF of a frame on a screen, with hardly any data."""
    head = struct.pack("<HHBBB", *screen, 0x80, 0, 0) + bytes(6)
    return b"GIF89a" + head + b"," + struct.pack("<HHHHB", 0, 0, *frame, 0) + b"\x02\x02\x4c\x01\0;"


def bitmap(width, height):
    """A BMP with hardly any data."""
    return (
        b"BM"
        + struct.pack("<IHHIIiiHHIIiiII", 56, 0, 0, 54, 40, width, height, 1, 8, 1, 0, 0, 0, 0, 0)
        + b"\0\1"
    )


def jpeg(size, scans):
    """A progressive JPEG whose last scan, of 31 bytes, recurs."""
    file = io.BytesIO()
    Image.new("L", size, 128).save(file, "JPEG", progressive=True)
    content = file.getvalue()
    last = content[content.rindex(b"\xff\xda") : -2]
    return content[:-2] + last * scans + content[-2:]


LONG, SHORT = 4, 3  # types of a TIFF


def tiff(width, height, *tags, data=b"", order="<", compression=1):
    """A grey TIFF; a tag is a number, a type, and its values as a list.

    A place of -1 becomes that of the data.
    """
    rows = [
        (256, LONG, [width]), (257, LONG, [height]), (258, SHORT, [8]), (259, SHORT, [compression]),
        (262, SHORT, [1]), (277, SHORT, [1]), *tags,
    ]  # fmt: skip
    rows.sort(key=lambda row: row[0])
    codes, sizes = {1: "B", SHORT: "H", LONG: "I", 5: "Q"}, {1: 1, SHORT: 2, LONG: 4, 5: 8}
    start = 8 + 2 + 12 * len(rows) + 4
    end = start + sum(n for _, kind, values in rows if (n := sizes[kind] * len(values)) > 4)
    table, values_after = b"", b""
    for tag, kind, values in rows:
        values = [end if value == -1 else value for value in values]
        packed = struct.pack(f"{order}{len(values)}{codes[kind]}", *values)
        if len(packed) > 4:
            place = start + len(values_after)
            values_after += packed
            packed = struct.pack(f"{order}I", place)
        table += struct.pack(f"{order}HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, len(rows))
    return head + table + bytes(4) + values_after + data


def tiled(width, height, tile, data, *, places=(-1,), compression=8, order="<"):
    """A TIFF in tiles."""
    tags = [
        (322, LONG, [tile[0]]),
        (323, LONG, [tile[1]]),
        (324, LONG, list(places)),
        (325, LONG, [len(data)]),
    ]
    return tiff(width, height, *tags, data=data, compression=compression, order=order)


def in_strips(width, height, count, kind=SHORT):
    """A TIFF of many strips, all in one place."""
    return tiff(width, height, (273, kind, [8] * count), (278, LONG, [1]), (279, LONG, [1]))
