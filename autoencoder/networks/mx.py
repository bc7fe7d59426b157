"""The import of MXNet and its engine; other modules use `from autoencoder.networks.mx import mx`.

MXNet takes a second to import, so it is imported at its first use: where ONNX Runtime answers, never. If
MXNet is not installed, its first use raises an ImportError. Modules with MXNet in their annotations can be
imported without it: `from __future__ import annotations` keeps these from being a use.
"""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from mxspec.base.forks import renewed_lock
from mxspec.errors import BriefError

THREADS = "OMP_NUM_THREADS"
ENGINE = "MXNET_ENGINE_TYPE"
ENGINES = ("NaiveEngine", "ThreadedEngine", "ThreadedEnginePerDevice")
MOST_THREADS = 64
MISSING = (
    'this needs MXNet: pip install "mxspec[mxnet]", with Python 3.11 or 3.12; '
    "ONNX Runtime alone answers, and does not train"
)


class SettingError(BriefError):
    """An environment variable has an invalid value; the message lists the valid ones."""


def threads() -> int:
    """Return the number of threads of an operator: OMP_NUM_THREADS, else half of the processors.

    MXNet's default is half of the processors in the main thread, but all of them in other threads. OpenMP
    ends the process if it can't start the threads.
    """
    return _threads


def network_slots() -> int:
    """Return the number of networks that can run in parallel threads without sharing processors."""
    return max(1, _processors() // _threads)


def check_settings() -> None:
    """Check the environment variables OMP_NUM_THREADS and MXNET_ENGINE_TYPE.

    Raises:
        SettingError: a value is not a number of threads, or not an engine.
    """
    if _setting and not _is_number:
        raise SettingError(f"{THREADS} is a number of threads, 1 or more, not {_setting!r}")
    if _unknown_engine:
        raise SettingError(f"{ENGINE} is {', '.join(ENGINES[:-1])} or {ENGINES[-1]}, not {_unknown_engine!r}")


def _processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_setting = os.environ.get(THREADS, "")
_is_number = _setting.isascii() and _setting.isdecimal() and int(_setting[:9]) > 0
_threads = min(int(_setting[:9]), MOST_THREADS) if _is_number else max(1, _processors() // 2)

# MXNet would fail on an unknown engine even at exit, without ever being used.
_unknown_engine = "" if (_engine := os.environ.get(ENGINE, "")) in ENGINES else _engine
if _unknown_engine:
    del os.environ[ENGINE]


@contextlib.contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """Set a variable only while MXNet reads it, hidden from other libraries and child processes."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


# mxnet 1.9.1 reads np.bool, at import and at run time. numpy deprecated it in 1.20 and dropped it in 1.24.
# An entry in the namespace is found before numpy's own __getattr__ can warn; np.bool always was the builtin.
vars(np).setdefault("bool", bool)
# Otherwise MXNet prints its backend to standard error whenever it first binds a graph for inference.
os.environ.setdefault("MXNET_SUBGRAPH_VERBOSE", "0")
_started = "mxnet" in sys.modules  # if imported before, its engine may have been chosen

_loading = renewed_lock()
_module: Any = None  # MXNet, once it is loaded


def load_mxnet() -> Any:
    """Return MXNet, imported at the first call.

    Raises:
        ImportError: MXNet is not installed.
    """
    global _module
    if _module is None:
        with _loading:
            if _module is None:
                _module = _import_mxnet()
    return _module


def _import_mxnet() -> Any:
    with warnings.catch_warnings(), _environment(THREADS, str(_threads)):
        # mxnet uses deprecated parts of numpy and distutils; users can't change that.
        warnings.simplefilter("ignore")
        try:
            import mxnet
        except (ImportError, TypeError):  # TypeError with python -OO, since mxnet joins docstrings
            raise ImportError(MISSING) from None
    # mx.nd.array looks up scipy's sparse matrices at their old place, where scipy warns that they have moved.
    if (old_place := sys.modules.get("scipy.sparse.csr")) is not None:
        vars(old_place).setdefault("csr_matrix", sys.modules["scipy.sparse"].csr_matrix)
    return mxnet


class _LazyModule:
    """A module that is loaded when one of its attributes is looked up."""

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # copy, inspect and doctest ask for these
            raise AttributeError(name)
        return getattr(self._load(), name)


if TYPE_CHECKING:
    import mxnet as mx
else:
    mx = _LazyModule(load_mxnet)
    mx.sym = _LazyModule(lambda: load_mxnet().sym)  # the default of arguments, which are evaluated at import


def is_installed() -> bool:
    """True if MXNet can be used; it is imported to find out."""
    try:
        load_mxnet()
    except ImportError:
        return False
    return True


_starting = renewed_lock()


def start_engine() -> None:
    """Start the MXNet engine for small networks; every use of MXNet calls this first.

    MXNet's default engine hands each operator to another thread and waits for it, which takes longer than the
    post's networks take for an image. The synchronous NaiveEngine has no such threads, and is the only engine
    that works for several training threads. A user's MXNET_ENGINE_TYPE takes precedence. MXNet reads the
    variable when it starts its engine, at its first operation.

    Raises:
        SettingError: as `check_settings` does.
        ImportError: MXNet is not installed.
    """
    global _started
    if _started:
        return
    check_settings()
    load_mxnet()
    with _starting:
        if _started:
            return
        if os.environ.get(ENGINE):
            mx.nd.waitall()  # the user chose it, so its greeting may show
        else:
            with _environment(ENGINE, "NaiveEngine"), _silence_greeting():
                mx.nd.waitall()
        _started = True


@contextlib.contextmanager
def _silence_greeting() -> Iterator[None]:
    """Keep MXNet's line about its engine off standard error.

    MXNet writes it from C++ and has no setting for it, so the descriptor is redirected for the microseconds
    of the engine's start.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # standard error is closed
            standard_error = os.dup(2)
            stack.callback(os.close, standard_error)
            stack.callback(os.dup2, standard_error, 2)
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 2)
            os.close(nowhere)
        yield


# Threads may use graph executors of their own at once, but not make them: two binds that overlap now and then
# end the process, with oneDNN in about one of five runs, in BuildSubgraph of graph_executor.cc
# (https://github.com/apache/mxnet/issues/20296, and a review thread of its pull request 16654).
binding = renewed_lock()
"""Held while an executor is made, by Module.bind, Module.reshape or Symbol.bind: milliseconds each."""


def _prepare_fork() -> None:
    """Prepare MXNet for a fork by this thread, so that it works in the child.

    A fork makes MXNet start an engine, so the right engine is started first. A child lacks the OpenMP threads
    of this one, and GNU's OpenMP would wait for them forever, so they are ended; the next operator starts new
    ones. Nobody waits for other threads: where one of them computes, the child may find MXNet locked.
    """
    if _module is None:
        return
    with contextlib.suppress(ValueError):  # of a wrong OMP_NUM_THREADS; the first use reports it
        start_engine()
    if _threads > 1:
        with contextlib.suppress(AttributeError):  # another OpenMP, or one before 5.0
            mx.base._LIB.omp_pause_resource_all(_PAUSE_HARD)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_prepare_fork)

_PAUSE_HARD = 2  # omp_pause_hard


def plain_copy(
    module: mx.mod.Module, batch_size: int | None = None, *, for_training: bool = False
) -> mx.mod.Module:
    """Return a copy of a module without its optimizer, with parameters of its own.

    Args:
        module: a bound module with parameters.
        batch_size: the batch size; None means that of the module.
        for_training: as in Module.bind. If False, do not call set_params again: MXNet caches convolution
            weights in its own layout, and would use old weights or a mixture.
    """
    copy = type(module)(module.symbol, data_names=module.data_names, label_names=module.label_names)
    shapes = [
        [(name, (shape[0] if batch_size is None else batch_size, *shape[1:])) for name, shape in descriptions]
        for descriptions in (module.data_shapes, module.label_shapes or [])
    ]
    with binding:
        copy.bind(shapes[0], shapes[1] or None, for_training=for_training)
    copy.set_params(*module.get_params())
    return copy


__all__ = ["mx"]  # or mypy takes it for an import of this file's own
