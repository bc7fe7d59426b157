"""The choice of the library that networks answer with: MXNet where it is installed, else ONNX Runtime."""

import importlib.util
import os
from typing import Final

from autoencoder.networks import mx

MXNET, ONNX = "mxnet", "onnx"
RUNTIME: Final = "AUTOENCODER_RUNTIME"  # an environment variable

_INSTALL = (
    "pip install 'mxspec[mxnet]' (it trains as well; Python 3.11 or 3.12) "
    "or 'mxspec[onnx]' (Python 3.11 or later)"
)


class RuntimeNameError(ValueError):
    """A runtime is asked for that there is not; the message names those that there are."""


def runtime(asked: str | None = None) -> str:
    """Return "mxnet" or "onnx".

    Args:
        asked: one of the two; None means the environment variable AUTOENCODER_RUNTIME, and if that is not
            set, MXNet if it is installed.

    Raises:
        RuntimeNameError: it is neither of them.
        ImportError: it is not installed.

    >>> runtime() in (MXNET, ONNX)
    True
    """
    name = asked or os.environ.get(RUNTIME) or (MXNET if mx.is_installed() else ONNX)
    if name not in (MXNET, ONNX):
        where = "runtime" if asked else RUNTIME
        raise RuntimeNameError(f"{where} is {MXNET!r} or {ONNX!r}, not {name!r}")
    if not _is_installed(name):
        raise ImportError(f"the runtime {name!r} is not installed; {_INSTALL}")
    return name


def _is_installed(name: str) -> bool:
    return mx.is_installed() if name == MXNET else importlib.util.find_spec("onnxruntime") is not None


if not (_is_installed(MXNET) or _is_installed(ONNX)):
    raise ImportError(f"autoencoder needs one of two libraries: {_INSTALL}")
