"""Functions of bytes that raise nothing but what their readers document: a target of the fuzzer each."""

import contextlib
import functools
import json
import math
import tempfile
from pathlib import Path

import mxspec as s

# --- specs by values ----------------------------------------------------------------------------------------


class Bytes:
    """Decisions read from bytes; zeros after their end."""

    def __init__(self, content):
        self._content = content
        self._place = 0

    def number(self, below):
        self._place += 1
        byte = self._content[self._place - 1] if self._place <= len(self._content) else 0
        return byte % below

    def text(self):
        return "".join(chr(32 + self.number(96)) for _ in range(self.number(6)))


_LEAVES = [int, str, float, bool, s.is_any, s.is_none, s.is_even, {1, "a"}, s.int_in(0, 9), s.float_in(0, 1)]
_VALUES = [None, True, 0, 1, -1, 10**5000, 1.5, math.nan, math.inf, "", "a", "\ud800", b"x", {1}, range(3)]


def spec_of(read, depth=3):
    """A spec that the bytes pick."""
    part = functools.partial(spec_of, read, depth - 1)
    kind = read.number(16) if depth else 0
    if kind < 3:
        return _LEAVES[read.number(len(_LEAVES))]
    if kind == 3:
        return s.and_(part(), part())
    if kind == 4:
        return s.or_((read.text(), part()), ("b", part()))
    if kind == 5:
        return s.nilable(part())
    if kind == 6:
        return s.tuple_(part(), part())
    if kind == 7:
        return s.coll_of(part(), distinct=bool(read.number(2)), max_count=read.number(9))
    if kind == 8:
        return s.map_of(part(), part(), conform_keys=bool(read.number(2)))
    if kind == 9:
        return s.every(part(), kind=[None, s.is_list, s.is_tuple][read.number(3)])
    if kind == 10:
        return s.cat((read.text(), part()), ("b", s.maybe(part())))
    if kind == 11:
        return s.alt(a=part(), b=s.star(part()))
    if kind == 12:
        return s.spec(s.plus(part()))
    if kind == 13:
        return s.amp(s.star(part()), s.is_any)
    if kind == 14:
        return s.multi_spec("a", {1: part(), "a": part()})
    return s.nonconforming(part())


def value_of(read, depth=4):
    """A value that the bytes pick."""
    kind = read.number(8) if depth else 0
    if kind < 3:
        return _VALUES[read.number(len(_VALUES))]
    if kind == 3:
        return read.text()
    parts = [value_of(read, depth - 1) for _ in range(read.number(4))]
    if kind in (4, 5):
        return parts
    return tuple(parts) if kind == 6 else dict(zip(["a", "b", 1], parts, strict=False))


def specs(content):
    """All answers of a spec agree, asked plainly and compiled."""
    read = Bytes(content)
    spec, x = spec_of(read), value_of(read)
    for _ in range(2):
        valid = s.valid(spec, x)
        assert (s.conform(spec, x) is not s.INVALID) == valid
        assert (s.explain_data(spec, x) is None) == valid
        assert isinstance(s.explain_str(spec, x), str)
    with contextlib.suppress(s.SpecError):
        s.unform(spec, x)


# --- files --------------------------------------------------------------------------------------------------


@functools.cache
def _folder():
    return tempfile.TemporaryDirectory()


def _file(name, content):
    path = Path(_folder().name, name)
    path.write_bytes(content)
    return path


def idx(content):
    """A file of images or labels is read, or refused by a DataError."""
    from autoencoder.data.idx import DataError, read_idx

    with contextlib.suppress(DataError):
        read_idx(_file("data-idx3-ubyte", content))
    with contextlib.suppress(DataError):
        read_idx(_file("data-idx3-ubyte.gz", content))


def parameters(content):
    """A file of parameters is read, or refused by a ParamsError."""
    from autoencoder.networks.checkpoint import ParamsError, read_params

    with contextlib.suppress(ParamsError):
        read_params(content)


def graph(content):
    """A file of a graph is read, or refused by one of the errors that graph_of names."""
    from autoencoder.networks.checkpoint import graph_of

    with contextlib.suppress(ValueError, LookupError, TypeError, AttributeError, RecursionError):
        graph_of(json.loads(content))


def labels(content):
    """A file of labels is read, or refused by a CheckpointError."""
    from autoencoder.data.labels import LABELS_FILE, Labels
    from autoencoder.data.storage import CheckpointError

    path = _file(LABELS_FILE, content)
    with contextlib.suppress(CheckpointError):
        Labels.load(path.parent)


def picture(content):
    """A picture is read, or refused by an ImageFileError."""
    from autoencoder.data.pictures import ImageFileError, read_image

    with contextlib.suppress(ImageFileError):
        read_image(_file("picture.png", content))


TARGETS = {target.__name__: target for target in (specs, idx, parameters, graph, labels, picture)}
