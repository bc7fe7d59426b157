"""Calls as text: Python source that makes a generated value again."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any, Final

from mxspec.forms import predicate_text

_NUMBERS: Final = "biuf"  # the kinds of numpy's dtypes whose arrays are written as numbers
_MOST_NUMBERS: Final = 256  # of an array that is written in full
_FEW_NUMBERS: Final = 4  # of one that is written in full also where all are 0

# Where a function is called by its bare name: it is defined in the file that the call is pasted into.
_HOMES: Final = ("__main__", "builtins", "conftest")


def generated_call(generate: Callable[..., Any], arguments: tuple[Any, ...], spec: str | None = None) -> str:
    """Return the call of a generator as Python source that runs where its spec is used.

    A function of a test file, or of the prompt, has its bare name there; one of another module that of the
    module before it, as after `from package import module`. A function that can't be imported is reached
    through the registered spec.

    Args:
        generate: the generator.
        arguments: what it is called with.
        spec: the name of the model spec that it belongs to.

    Example:
        >>> import textwrap, numpy as np
        >>> generated_call(textwrap.dedent, ("x",)), generated_call(abs, (np.float32([0, 1.5]),))
        ("textwrap.dedent('x')", 'abs(np.float32([0, 1.5]))')
        >>> generated_call(lambda n: n * "x", (3,), "doc/word")
        "s.get_spec('doc/word').generate(3)"
    """
    return f"{callee_text(generate, spec)}({', '.join(map(argument_text, arguments))})"


def callee_text(generate: Callable[..., Any], spec: str | None = None) -> str:
    """Return what `generated_call` calls, as Python source."""
    name = getattr(generate, "__qualname__", "<none>")
    is_function = isinstance(generate, (types.FunctionType, types.BuiltinFunctionType, type))
    if is_function and "<lambda>" not in name:
        module = (generate.__module__ or "builtins").rpartition(".")[2]
        is_home = module in _HOMES or module.startswith("test_") or module.endswith("_test")
        if is_home:
            return name.rpartition("<locals>.")[2]
        if "<locals>" not in name:
            return f"{'np' if module == 'numpy' else module}.{name}"
    if spec is not None:
        return f"s.get_spec({spec!r}).generate"
    text = predicate_text(generate)
    return f"({text})" if text.startswith("lambda") else text


def argument_text(x: Any) -> str:
    """Return an argument as Python source, in which numpy is np.

    Example:
        >>> import numpy as np
        >>> argument_text(("a", np.zeros(2))), argument_text(np.float32(1.5)), argument_text(float("inf"))
        ("('a', np.float64([0, 0]))", 'np.float32(1.5)', "float('inf')")
    """
    if hasattr(x, "dtype") and hasattr(x, "shape"):
        return _array_text(x)
    if type(x) is float and x - x != 0:  # infinite or NaN, whose repr is no source
        return f"float('{x}')"
    if type(x) is tuple:
        return f"({', '.join(map(argument_text, x))}{',' * (len(x) == 1)})"
    if type(x) is list:
        return f"[{', '.join(map(argument_text, x))}]"
    if type(x) is dict:
        return f"{{{', '.join(f'{key!r}: {argument_text(value)}' for key, value in x.items())}}}"
    return repr(x)


def _array_text(x: Any) -> str:
    import numpy as np

    if type(x) is not np.ndarray and not isinstance(x, np.generic):
        return repr(x)  # of a generated array, too, a call
    if x.dtype.kind not in _NUMBERS or x.size > _MOST_NUMBERS:
        return f"array of shape {x.shape}, {x.dtype}"
    name = "bool_" if x.dtype.kind == "b" else x.dtype.name
    if x.size > _FEW_NUMBERS and not x.any():
        return f"np.zeros({x.size if x.ndim == 1 else x.shape}, np.{name})"
    return f"np.{name}({numbers_text(x)})"


def numbers_text(x: Any) -> str:
    """Return an array of numbers as the source of lists, each as short as its dtype has it.

    Example:
        >>> import numpy as np
        >>> numbers_text(np.array([[0, 1.53], [-2, np.nan]], np.float32))
        '[[0, 1.53], [-2, np.nan]]'
    """
    if x.ndim:
        return f"[{', '.join(map(numbers_text, x))}]"
    text = str(x[()])
    if text in ("nan", "inf", "-inf"):
        return text.replace("nan", "np.nan").replace("inf", "np.inf")
    return text if text == "-0.0" else text.removesuffix(".0")
