"""Any value as JSON; calls as Python source that makes a value; text of others in one line.

Text of others, such as a name in a document, a column or a file, may hold line breaks, codes for a terminal,
signs that turn the reading direction, or half characters. `in_one_line` escapes them as JSON does. Whatever
is printed passes through it (`command_line.ending`), and so does each comment in a source and each report.
"""

from __future__ import annotations

import json
import math
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from mxspec.base.forms import predicate_text
from mxspec.base.value_types import value_type_of
from mxspec.base.values import short_repr, stable_order


def head_of(form: object) -> str:
    """Return the name of the function that a form calls, "" for a predicate."""
    return form[0] if isinstance(form, tuple) and form and isinstance(form[0], str) else ""


# --- text of others ---------------------------------------------------------------------------------------


def in_one_line(x: str) -> str:
    """Return text with each unprintable character escaped as in JSON, line breaks too.

    So JSON with such characters in its strings stays JSON, and means the same.

    Example:
        >>> print(in_one_line("café" + chr(10) + chr(27) + "[2J" + chr(0x202E)))
        café\\n\\u001b[2J\\u202e
    """
    if x.isprintable():
        return x
    return "".join(letter if letter.isprintable() else json.dumps(letter)[1:-1] for letter in x)


def in_lines(x: str) -> str:
    """Return text with each unprintable character escaped, except line feeds."""
    return "\n".join(map(in_one_line, x.split("\n")))


# --- any value as JSON ------------------------------------------------------------------------------------

MOST_PARTS: Final = 1000  # of one value; the rest is text
MOST_LEVELS: Final = 20
MOST_CHARACTERS: Final = 1000
MORE: Final = "..."
WIDEST_INT: Final = 64  # bits: many readers of JSON know no larger numbers

_BUILTIN: Final = (list, tuple, set, frozenset)
_FUNCTIONS: Final = (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType)


def jsonable(x: object) -> Any:
    """Return x as json.dumps takes it with allow_nan=False, and as UTF-8 can hold it.

    None, bools, ints of 64 bits, finite floats, strings, lists and dicts with string keys stay the same, up
    to a thousand parts and twenty levels; tuples and sets become lists, NaN and infinity "NaN" and
    "Infinity". Arrays become their shape, dtype and range, functions and classes their names, moments ISO
    8601, and other values their short repr. A value that raises becomes text too.

    Example:
        >>> import numpy as np
        >>> jsonable({"a": (1, float("nan")), 2: {"y", "x"}, "f": len, "b": b"no text"})
        {'a': [1, 'NaN'], '2': ['x', 'y'], 'f': 'len', 'b': "b'no text'"}
        >>> jsonable(np.zeros((28, 28))), jsonable(np.float32(0.5))
        ('array of shape (28, 28), float64, 0.0 to 0.0', 0.5)
    """
    return _JsonConverter().value(x, MOST_LEVELS)


def text(x: str) -> str:
    """Return a string, truncated, and with lone surrogates escaped, since UTF-8 can't hold them.

    Example:
        >>> text("caf\\ud800"), text("x" * 2000)[-23:]
        ('caf\\\\ud800', '... (2,000 characters)')
    """
    # A subclass may answer anything to its own methods.
    plain = str.__str__(x)
    if len(plain) <= MOST_CHARACTERS and plain.isascii():
        return plain
    if len(plain) > MOST_CHARACTERS:
        plain = f"{plain[:MOST_CHARACTERS]}... ({len(plain):,} characters)"
    return plain.encode("utf-8", "backslashreplace").decode("utf-8")


def repr_text(x: object) -> str:
    """Return the short repr of x in UTF-8, or the name of its type if its repr raises."""
    try:
        return text(short_repr(x))
    except Exception:
        return f"<{type(x).__name__}>"


class _JsonConverter:
    """Turns one value into JSON, part by part, until it has turned MOST_PARTS of them."""

    def __init__(self) -> None:
        self._parts = 0

    def value(self, x: Any, levels: int) -> Any:
        # By the type of x: `__class__` may lie or raise.
        kind = type(x)
        self._parts += 1
        try:
            if x is None or x is True or x is False:
                return x
            if issubclass(kind, str):
                return text(x)
            if issubclass(kind, int):
                n = int.__int__(x)
                return n if n.bit_length() < WIDEST_INT else repr_text(n)
            if issubclass(kind, float):
                return _float(float.__float__(x))
            if not issubclass(kind, (Mapping, *_BUILTIN)):
                return self._leaf(x, kind, levels)
            if not levels or self._parts >= MOST_PARTS:
                return MORE
            if issubclass(kind, Mapping):
                items = dict.items(x) if issubclass(kind, dict) else x.items()
                return self._mapping(items, levels - 1)
            # By the method of the builtin: the method of a subclass may never end.
            elements = next(builtin for builtin in _BUILTIN if issubclass(kind, builtin)).__iter__(x)
            is_set = issubclass(kind, (set, frozenset))
            return self._elements(stable_order(elements) if is_set else elements, levels - 1)
        except Exception:  # a value's own methods may raise anything
            return repr_text(x)

    def _elements(self, xs: Iterable[object], levels: int) -> list[Any]:
        elements = []
        for x in xs:
            if self._parts >= MOST_PARTS:
                elements.append(MORE)
                break
            elements.append(self.value(x, levels))
        return elements

    def _mapping(self, items: Iterable[tuple[Any, object]], levels: int) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        for key, value in items:
            if self._parts >= MOST_PARTS:
                entries[MORE] = MORE
                break
            name = text(key) if issubclass(type(key), str) else repr_text(key)
            if name in entries:  # 1 beside "1"
                name = f"{name} ({type(key).__name__})"
            entries[name] = self.value(value, levels)
        return entries

    def _leaf(self, x: Any, kind: type, levels: int) -> Any:
        if kind.__module__ == "numpy" and getattr(x, "shape", None) == () and kind.__name__ != "ndarray":
            item = x.item()
            return repr_text(item) if type(item) is kind else self.value(item, levels)
        row = value_type_of(kind)
        if row is not None and row.words is not None:
            return text(row.words(x))
        return text(predicate_text(x)) if issubclass(kind, _FUNCTIONS) else repr_text(x)


def _float(x: float) -> float | str:
    if math.isfinite(x):
        return x
    return "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"


def words_of(say: Callable[[Any], str], x: object) -> str:
    """Return the text of a function for x in UTF-8, or the short repr of x if the function raises."""
    try:
        return text(say(x))
    except Exception:
        return repr_text(x)


# --- numbers ----------------------------------------------------------------------------------------------

_MOST_BITS: Final = 14_000  # Python writes out no ints of more than 4,300 digits


def json_number(x: Any) -> int | float | None:
    """Return a number that JSON holds exactly, or None."""
    if isinstance(x, (str, bytes, bool)) or x is None:
        return None
    try:
        number = x if type(x) is int else float(x)
        return number if is_json_scalar(number) and number == x else None
    except (TypeError, ValueError, ArithmeticError):
        return None


def is_json_scalar(x: object) -> bool:
    """True for None, a bool, a string, or a number that JSON holds; False for subclasses."""
    if type(x) is int:
        return x.bit_length() <= _MOST_BITS
    return math.isfinite(x) if type(x) is float else type(x) in (str, bool, type(None))


# --- calls ------------------------------------------------------------------------------------------------

_NUMBERS: Final = "biuf"  # the kinds of dtypes of arrays that are written as numbers
_MOST_NUMBERS: Final = 256  # in an array that is written in full
_FEW_NUMBERS: Final = 4  # in an array that is written in full even if all are 0

# Where a function is called by its bare name: it is defined in the file that the call is pasted into.
_HOMES: Final = ("__main__", "builtins", "conftest")


def generated_call(generate: Callable[..., Any], arguments: tuple[Any, ...], spec: str | None = None) -> str:
    """Return the call of a generator as Python source that runs where its spec is used.

    A function of a test file or of the prompt is called by its bare name, a function in any other module by
    `module.name`, as after `from package import module`. A function that can't be imported is reached through
    the spec of that name.

    Example:
        >>> import textwrap, numpy as np
        >>> generated_call(textwrap.dedent, ("x",)), generated_call(abs, (np.float32([0, 1.5]),))
        ("textwrap.dedent('x')", 'abs(np.float32([0, 1.5]))')
        >>> generated_call(lambda n: n * "x", (3,), "doc/word")
        "s.get_spec('doc/word').generate(3)"
    """
    return f"{callee_text(generate, spec)}({', '.join(map(argument_text, arguments))})"


def callee_text(generate: Callable[..., Any], spec: str | None = None) -> str:
    """Return the function in `generated_call` as Python source."""
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
    """Return an argument as Python source, with np for numpy.

    Example:
        >>> import numpy as np
        >>> argument_text(("a", np.zeros(2))), argument_text(np.float32(1.5)), argument_text(float("inf"))
        ("('a', np.float64([0, 0]))", 'np.float32(1.5)', "float('inf')")
    """
    if hasattr(x, "dtype") and hasattr(x, "shape"):
        return _array_text(x)
    if type(x) is float and x - x != 0:  # infinity or NaN: the repr is not source
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
        return repr(x)  # also for a generated array, which is a call
    if x.dtype.kind not in _NUMBERS or x.size > _MOST_NUMBERS:
        return f"array of shape {x.shape}, {x.dtype}"
    name = "bool_" if x.dtype.kind == "b" else x.dtype.name
    if x.size > _FEW_NUMBERS and not x.any():
        return f"np.zeros({x.size if x.ndim == 1 else x.shape}, np.{name})"
    return f"np.{name}({numbers_text(x)})"


def numbers_text(x: Any) -> str:
    """Return an array of numbers as the source of lists; each number is as short as its dtype allows.

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
