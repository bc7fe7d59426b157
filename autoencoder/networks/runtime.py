"""The choice of the library that networks answer with: MXNet or ONNX Runtime."""

import importlib.util
import os
from typing import Final

from autoencoder.networks.mx import is_installed
from mxspec.base.values import short_repr
from mxspec.errors import BriefError

MXNET, ONNX = "mxnet", "onnx"
RUNTIME: Final = "AUTOENCODER_RUNTIME"  # an environment variable

_INSTALL = (
    'pip install "mxspec[mxnet]" (it trains as well; Python 3.11 or 3.12) '
    'or "mxspec[onnx]" (Python 3.11 or later); in a clone, ".[mxnet]" or ".[onnx]"'
)


class RuntimeNameError(BriefError):
    """There is no runtime of that name; the message lists the runtimes."""


def choose(name: str | None = None, fastest: str = MXNET, *, exported: bool = True) -> str:
    """Return the runtime of a network, "mxnet" or "onnx".

    Args:
        name: one of the two; None means the environment variable AUTOENCODER_RUNTIME or, if it is not set,
            the fastest installed runtime with files of the network.
        fastest: the fastest runtime of the network.
        exported: True if there is a file for ONNX Runtime.

    Raises:
        RuntimeNameError: the name is neither of them.
        ImportError: the runtime is not installed.

    >>> choose("mxnet"), choose("onnx", exported=False)
    ('mxnet', 'onnx')
    """
    if choice := name or os.environ.get(RUNTIME):
        if choice not in (MXNET, ONNX):
            setting = "runtime" if name else RUNTIME
            raise RuntimeNameError(f"{setting} is {MXNET!r} or {ONNX!r}, not {short_repr(choice)}")
        if not _is_installed(choice):
            raise ImportError(f"the runtime {choice!r} is not installed; {_INSTALL}")
        return choice
    # First what needs no MXNet, which takes a second to import.
    if fastest == ONNX and exported and _is_installed(ONNX):
        return ONNX
    return MXNET if _is_installed(MXNET) else ONNX


def _is_installed(name: str) -> bool:
    return is_installed() if name == MXNET else importlib.util.find_spec("onnxruntime") is not None


if not (_is_installed(ONNX) or _is_installed(MXNET)):
    raise ImportError(f"autoencoder needs one of two libraries: {_INSTALL}")
