"""The only import of mxnet, and its engine: all other files say `from autoencoder.networks.mx import mx`.

Where MXNet is not installed, `mx` raises as soon as something of it is called.
"""

import contextlib
import os
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from typing import IO, Any, NoReturn

import numpy as np

# mxnet 1.9.1 reads np.bool, at import and at run time. numpy deprecated it in 1.20 and dropped it in 1.24.
# Written into the namespace it is found before numpy's own __getattr__ can warn; it always was the builtin.
vars(np).setdefault("bool", bool)

# Or MXNet names its backend on standard error, whenever a graph is first bound for inference.
os.environ.setdefault("MXNET_SUBGRAPH_VERBOSE", "0")

THREADS = "OMP_NUM_THREADS"
ENGINE = "MXNET_ENGINE_TYPE"
ENGINES = ("NaiveEngine", "ThreadedEngine", "ThreadedEnginePerDevice")
MOST_THREADS = 64


class SettingError(ValueError):
    """An environment variable has a value that can't be used; the message says which ones can."""


def _processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# How many threads an operator takes. MXNet's own rule is half of the processors; but it keeps to it in the
# main thread alone, and elsewhere takes them all.
_asked = os.environ.get(THREADS, "")
_is_number = _asked.isascii() and _asked.isdecimal() and int(_asked[:9]) > 0
# OpenMP takes as many threads as it is told to, or ends the process where there can't be so many.
_threads = min(int(_asked[:9]), MOST_THREADS) if _is_number else max(1, _processors() // 2)


# By one that there is not MXNet would fail even as Python ends, where nobody has used it.
_unknown_engine = os.environ.get(ENGINE, "")
if _unknown_engine in ENGINES:
    _unknown_engine = ""
elif _unknown_engine:
    del os.environ[ENGINE]


def threads() -> int:
    """Return the number of threads that an operator takes."""
    return _threads


def check_settings() -> None:
    """Check what the user asks for.

    Raises:
        SettingError: OMP_NUM_THREADS is not a number of threads, or MXNET_ENGINE_TYPE not an engine.
    """
    if _asked and not _is_number:
        raise SettingError(f"{THREADS} is a number of threads, 1 or more, not {_asked!r}")
    if _unknown_engine:
        raise SettingError(f"{ENGINE} is {', '.join(ENGINES[:-1])} or {ENGINES[-1]}, not {_unknown_engine!r}")


def at_once() -> int:
    """Return how many networks can work at once, in a thread each, with processors enough for all of them."""
    return max(1, _processors() // _threads)


@contextlib.contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """Set a variable while MXNet reads it; other libraries and child processes do not see it."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


_starting = threading.Lock()
_started = "mxnet" in sys.modules  # whoever imported it before has the engine of their choice

MISSING = (
    "this needs MXNet: pip install 'mxspec[mxnet]', with Python 3.11 or 3.12; "
    "ONNX Runtime alone answers, and does not train"
)


class _Missing:
    """Stands for MXNet where that can't be imported: whatever is called of it raises.

    Names in annotations, defaults and lists of base classes are only looked up, so that all modules can be
    imported, and ask ONNX Runtime.
    """

    def __getattr__(self, name: str) -> "_Missing":
        if name.startswith("__"):  # or copy and inspect would take it for everything
            raise AttributeError(name)
        return self

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        return ()

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ImportError(MISSING)


def is_installed() -> bool:
    """True if MXNet can be used."""
    return not isinstance(mx, _Missing)


with warnings.catch_warnings(), _environment(THREADS, str(_threads)):
    # mxnet asks numpy and distutils for more that is deprecated; its user can do nothing about that.
    warnings.simplefilter("ignore")
    try:
        import mxnet as mx
    except (ImportError, TypeError):  # the second with python -OO: it joins docstrings
        mx = _Missing()

# mx.nd.array looks for scipy's matrices where scipy warns that they have moved, whatever it is given.
if (moved := sys.modules.get("scipy.sparse.csr")) is not None:
    vars(moved).setdefault("csr_matrix", sys.modules["scipy.sparse"].csr_matrix)


def start_engine(engine: str = "NaiveEngine") -> None:
    """Make MXNet start the engine that suits small networks; every use of MXNet begins with this.

    By default MXNet hands each operator to a thread of its own and awaits the answer from there, which takes
    longer than an image takes a network of the post. The synchronous engine, NaiveEngine, has no such
    threads, and it alone serves several threads that train at once. A user's own MXNET_ENGINE_TYPE is left as
    it is. MXNet starts its engine when it is first asked something, and reads the variable then.

    Args:
        engine: the engine, if it is not started yet and the user has chosen none.

    Raises:
        SettingError: as `check_settings` does.
        ImportError: MXNet is not installed.
    """
    global _started
    if _started:
        return
    with _starting:
        if _started:
            return
        check_settings()
        if os.environ.get(ENGINE):
            mx.nd.waitall()  # its greeting is for the user who chose it
        else:
            with _environment(ENGINE, engine), _without_greeting():
                mx.nd.waitall()
        _started = True


def prepare_fork() -> None:
    """Have MXNet answer in the child that this thread is about to fork.

    MXNet starts an engine at a fork if there is none, so it had better be the right one. The threads that
    work for this one inside an operator are ended: a child has none of them, and GNU's OpenMP would wait for
    them. The next operator starts others.
    """
    if not is_installed():
        return
    with contextlib.suppress(ValueError):  # of OMP_NUM_THREADS, which the first use reports
        start_engine()
    if _threads > 1:
        with contextlib.suppress(AttributeError):  # another OpenMP, or one before 5.0
            mx.base._LIB.omp_pause_resource_all(_PAUSE_HARD)


_PAUSE_HARD = 2  # omp_pause_hard


@contextlib.contextmanager
def _without_greeting() -> Iterator[None]:
    """Keep MXNet's line about a chosen engine from standard error.

    MXNet has no setting for it and writes it from C++, past sys.stderr. So the descriptor points to a file
    while the engine starts, some microseconds, and whatever else was written goes to standard error after it.
    """
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(tempfile.TemporaryFile())
            standard_error = os.dup(2)
        except OSError:  # no place for the file, or standard error is closed
            pass
        else:
            stack.callback(_write_all_but_greeting, file, standard_error)
            os.dup2(file.fileno(), 2)
        yield


def _write_all_but_greeting(file: IO[bytes], standard_error: int) -> None:
    os.dup2(standard_error, 2)
    os.close(standard_error)
    file.seek(0)
    os.write(2, b"".join(line for line in file if b"MXNet start using engine" not in line))


__all__ = [
    "SettingError",
    "at_once",
    "check_settings",
    "is_installed",
    "mx",
    "prepare_fork",
    "start_engine",
    "threads",
]
