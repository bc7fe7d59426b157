"""Functions of bytes that raise nothing but what their readers document: a target of the fuzzer each."""

import contextlib
import functools
import json
import math
import tempfile
from pathlib import Path

import mxspec as s

# --- specs --------------------------------------------------------------------------------------------------

_ODD = [True, 10**5000, 1.5, math.nan, math.inf, "\ud800", b"x", {1}, range(3)]


@functools.cache
def _compare_answers():
    """Return a function of bytes, by which Hypothesis draws a random spec of the tests and a value."""
    from hypothesis import given
    from hypothesis import strategies as st

    from tests.mxspec.random_specs import specs
    from tests.mxspec.random_values import values

    odd = st.sampled_from(_ODD)

    @given(specs(), values | odd | st.lists(odd, max_size=3))
    def compare(spec, x):
        for _ in range(2):
            valid = s.valid(spec, x)
            assert (s.conform(spec, x) is not s.INVALID) == valid
            assert (s.explain_data(spec, x) is None) == valid
            assert isinstance(s.explain_str(spec, x), str)
        with contextlib.suppress(s.SpecError):
            s.unform(spec, x)

    return compare.hypothesis.fuzz_one_input


def specs(content):
    """All answers of a spec agree, asked plainly and compiled; return the bytes that were read, if enough."""
    return _compare_answers()(content)


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
    from autoencoder.data.pictures import ImageFileError, load_image

    with contextlib.suppress(ImageFileError):
        load_image(_file("picture.png", content))


TARGETS = {target.__name__: target for target in (specs, idx, parameters, graph, labels, picture)}
