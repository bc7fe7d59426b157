"""The one import of mxnet: everything else says `from autoencoder.networks.mx import mx`."""

import contextlib
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from typing import IO

import numpy as np

# mxnet 1.9.1 reads np.bool, at import and at run time. numpy deprecated it in 1.20 and dropped it in 1.24.
# Written into the namespace it is found before numpy's own __getattr__ can warn; it always was the builtin.
vars(np).setdefault("bool", bool)

# Or MXNet tells standard error which backend it uses, whenever a graph is first bound for inference.
os.environ.setdefault("MXNET_SUBGRAPH_VERBOSE", "0")


def _processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# How many threads an operator takes. MXNet's own rule is half of the processors; but it keeps to it in the
# main thread alone, and elsewhere takes them all.
_per_operator = os.environ.get("OMP_NUM_THREADS") or str(max(1, _processors() // 2))
if not _per_operator.isdecimal() or not int(_per_operator):  # or MXNet would abort the process
    raise ValueError(f"OMP_NUM_THREADS is a number of threads, 1 or more, not {_per_operator!r}")

# How many networks can be at work at once, in a thread each, without waiting for each other's processors.
AT_ONCE = max(1, _processors() // int(_per_operator))


@contextlib.contextmanager
def _settings() -> Iterator[None]:
    """MXNet's settings, while it is loaded and reads them; other libraries and processes do not see them."""
    # By default MXNet hands every operator to a thread of its own and awaits the answer from there, which
    # takes longer than one image takes a network of the post; and only this engine is for several threads.
    settings = {"MXNET_ENGINE_TYPE": "NaiveEngine", "OMP_NUM_THREADS": _per_operator}
    ours = {name: value for name, value in settings.items() if not os.environ.get(name)}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            del os.environ[name]


@contextlib.contextmanager
def _without_greeting() -> Iterator[None]:
    """What native code writes to standard error, but for the line that names the engine."""
    with contextlib.ExitStack() as stack:
        try:
            said = stack.enter_context(tempfile.TemporaryFile())
            standard_error = os.dup(2)
        except OSError:  # there is no place to keep it, or no standard error
            pass
        else:
            stack.callback(_say_all_but_greeting, said, standard_error)
            os.dup2(said.fileno(), 2)
        yield


def _say_all_but_greeting(said: IO[bytes], standard_error: int) -> None:
    os.dup2(standard_error, 2)
    os.close(standard_error)
    said.seek(0)
    os.write(2, b"".join(line for line in said if b"MXNet start using engine" not in line))


with warnings.catch_warnings():
    # mxnet asks numpy and distutils for more that is deprecated; its user can do nothing about that.
    warnings.simplefilter("ignore")
    if "mxnet" in sys.modules:
        import mxnet as mx
    else:
        # Who asks for an engine is told which it is.
        greets = bool(os.environ.get("MXNET_ENGINE_TYPE"))
        with _settings():
            import mxnet as mx

            with contextlib.nullcontext() if greets else _without_greeting():
                mx.nd.waitall()  # MXNet makes its engine when it is first asked something

__all__ = ["AT_ONCE", "mx"]
