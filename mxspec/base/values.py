"""Values: INVALID, clojure's equality, order, text."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Set
from itertools import islice
from typing import Any, Final, final

from mxspec.addresses import reduce_by_name
from mxspec.base.value_types import VALUE_TYPES


@final
class Invalid:
    """The conformed value of an invalid one, a singleton: compare with `is` (::s/invalid)."""

    _one: Invalid | None = None

    def __new__(cls) -> Invalid:
        if cls._one is None:
            cls._one = super().__new__(cls)
        return cls._one

    def __repr__(self) -> str:
        return "INVALID"

    def __bool__(self) -> bool:
        # 0, None and False are possible conformed values, so a truth test is always a mistake.
        raise TypeError("INVALID has no truth value; compare with 'is INVALID' or ask s.is_invalid(...)")

    __reduce_ex__ = reduce_by_name  # __new__ returns the one


INVALID: Final = Invalid()
"""The answer of conform for a value that does not fit (:clojure.spec.alpha/invalid)."""


class Nothing:
    """The type of NOTHING."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING: Final = Nothing()
"""The match of a part of a regex that has matched no element, in contrast to None."""


def is_invalid(x: object) -> bool:
    """True for INVALID alone (s/invalid?).

    Example:
        >>> import mxspec as s
        >>> s.is_invalid(s.conform(int, "3")), s.is_invalid(s.conform(int, 0))
        (True, False)
    """
    return x is INVALID


_MOST_DIGITS: Final = 4000  # Python writes out ints of 4,300 digits, as it is set up


def repr_of(x: object) -> str:
    """Return repr(x), or a text in its place if it raises.

    Example:
        >>> repr_of([1]), repr_of(10**5000)
        ('[1]', '<int of 5001 digits>')
    """
    if type(x) is int and is_long(x):
        return f"<int of {math.floor(x.bit_length() * math.log10(2)) + 1} digits>"
    try:
        text = repr(x)
        # numpy 1 omits the type in the repr of a scalar, numpy 2 writes np.int64(1).
        return f"np.{class_name(x)}({text})" if is_numpy_scalar(x) and not text.startswith("np.") else text
    except RecursionError:
        return f"<{class_name(x)} that is nested too deeply>"
    except Exception as error:
        return f"<{class_name(x)} whose repr raises {class_name(error)}>"


def plain_text(x: Any) -> Any:
    """Return a string of a subclass as a plain one, and any other value as it is.

    The methods of a subclass may answer anything: its repr may not be a literal, nor its hash the hash of its
    letters.

    Example:
        >>> class Name(str):
        ...     def __repr__(self):
        ...         return f"Name({str(self)})"
        >>> Name("a"), plain_text(Name("a")), plain_text(3)
        (Name(a), 'a', 3)
    """
    return str.__str__(x) if issubclass(type(x), str) else x


def is_numpy_scalar(x: object) -> bool:
    """True for a value of one of numpy's scalar types, such as numpy.int64."""
    return type(x).__module__ == "numpy" and any(base.__name__ == "generic" for base in type(x).__mro__)


def is_long(x: int) -> bool:
    """True if an int has too many digits to be written out."""
    return x.bit_length() > _MOST_DIGITS * 3


def class_name(x: object) -> str:
    """Return the name of the class of x, by type's own way: a metaclass may answer anything."""
    return str(type.__dict__["__name__"].__get__(type(x)))


# --- a value in an error ----------------------------------------------------------------------------------

LONGEST_QUOTE: Final = 400
"""The number of characters of a value that an error quotes."""

_MOST_QUOTED: Final = 100  # of one value that are quoted


_MOST_PLAIN: Final = 8  # characters; repr may write each as ten

_LIMITS: Final = {
    **dict.fromkeys(("maxdict", "maxlist", "maxtuple", "maxset", "maxfrozenset"), 6),
    **dict.fromkeys(("maxstring", "maxother"), 80),
}


class _Quote(reprlib.Repr):
    """One line about a value: the parts that come first, arrays by shape, type and range.

    A list of six lists of six, six levels deep, has 46,656 parts; so the parts of one quote are counted.
    """

    def __init__(self) -> None:
        super().__init__()
        vars(self).update(_LIMITS)
        self._left = _MOST_QUOTED

    def repr1(self, x: object, level: int) -> str:
        self._left -= 1
        if self._left < 0:
            return "..."
        try:
            if is_numpy_scalar(x):
                return repr_of(x)
            # Of its class: a mock has every attribute.
            if hasattr(type(x), "shape") and hasattr(type(x), "dtype"):
                generated_text = getattr(type(x), "generated_text", None)
                return (generated_text and generated_text(x)) or array_text(x)
            return super().repr1(x, level)
        except Exception as error:
            return f"<{class_name(x)} whose repr raises {class_name(error)}{_error_words(error)}>"

    def repr_instance(self, x: object, level: int) -> str:
        text = repr(x)  # reprlib would hide the error
        half = (self.maxother - 3) // 2
        return text if len(text) <= self.maxother else f"{text[:half]}...{text[half + 3 - self.maxother :]}"

    def repr_int(self, x: int, level: int) -> str:
        return repr_of(x) if type(x) is int and is_long(x) else super().repr_int(x, level)


def _error_words(error: Exception) -> str:
    try:
        return f": {error}"[:100]
    except Exception:
        return ""


def short_repr(x: object) -> str:
    """Return a value as an error quotes it: one line of at most LONGEST_QUOTE characters.

    Example:
        >>> short_repr([[i, "x" * 300] for i in range(9)])[:40], len(short_repr(["x" * 79] * 9))
        ("[[0, 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 400)
    """
    if type(x) is str and len(x) <= _MOST_PLAIN:
        return repr(x)  # most steps of a path: .1 us for 1.3
    text = _Quote().repr(x)
    if not text.isprintable():
        text = " ".join(text.split())
    if len(text) <= LONGEST_QUOTE:
        return text
    end = LONGEST_QUOTE // 4
    return f"{text[: LONGEST_QUOTE - end - 3]}...{text[-end:]}"


def array_text(x: Any) -> str:
    """Return an array, or what has an asnumpy(), by its shape, dtype and range.

    Example:
        >>> import numpy as np
        >>> array_text(np.linspace(0, 1, 784, dtype="float32").reshape(1, 784))
        'array of shape (1, 784), float32, 0.0 to 1.0'
    """
    import numpy as np

    values = np.asarray(x.asnumpy() if hasattr(x, "asnumpy") else x)
    text = f"array of shape {values.shape}, {values.dtype}"
    if values.size and values.dtype.kind in "biuf":
        numbers = values[np.isfinite(values)] if values.dtype.kind == "f" else values
        if numbers.size:
            text += f", {numbers.min()} to {numbers.max()}"
        if numbers.size < values.size:
            text += f", {values.size - numbers.size} not finite"
    return text


def stable_order(elements: Iterable[Any]) -> list[Any]:
    """Return the elements of a set in an order that does not change from process to process."""
    elements = list(elements)
    try:
        return sorted(elements)
    except Exception:  # elements of several types, or with a comparison that raises
        return sorted(elements, key=lambda e: (class_name(e), repr_of(e)))


# --- equality: 1, 1.0, Decimal(1) and True differ, and a list equals a tuple ------------------------------


_APART: Final = tuple(cls for cls, row in VALUE_TYPES.items() if row.is_apart)


def same_kind(a: object, b: object) -> bool:
    """True if two values that are equal to Python are equal to clojure too."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(same_kind, a, b))
    return type(a) is type(b) or _kind_of(a) == _kind_of(b)


def _kind_of(x: Any) -> str:
    known = next((kind.__name__ for kind in _APART if isinstance(x, kind)), None)
    if known is None:
        return _kind_of(x.item()) if is_numpy_scalar(x) and not is_numpy_scalar(x.item()) else "other"
    return known


def _elements(x: Any) -> Iterable[Any]:
    """Return the elements of a collection, at most as many as its length: it might be endless."""
    return islice(x, len(x))


def hashable(x: Any) -> Any:
    """Return x with tuples instead of lists, so that it has a hash; x itself if it is too deep."""
    try:
        return _with_tuples(x)
    except RecursionError:
        return x


def _with_tuples(x: Any) -> Any:
    return tuple(map(_with_tuples, _elements(x))) if isinstance(x, list) else x


def freeze(x: Any) -> Any:
    """Return x, or without a hash, x with tuples for lists and frozensets for sets at any depth."""
    if is_hashable(x):
        return x
    if type(x) in (list, tuple):
        return tuple(map(freeze, x))
    return frozenset(x) if type(x) is set else x


def is_hashable(x: object) -> bool:
    """True if x can be a member of a set or the key of a dict."""
    try:
        hash(x)
    except Exception:
        return False
    return True


def are_distinct(xs: Iterable[object]) -> bool:
    """True if no two are equal, where 1, 1.0, Decimal(1) and True differ and a list equals a tuple.

    Raises:
        RecursionError: one of them contains itself, or is nested too deeply.
    """
    keys = [*map(_IdentityKeys().key, xs)]
    return len(set(keys)) == len(keys)


def are_equal(a: object, b: object) -> bool:
    """True if clojure calls two values equal; a list equals a tuple, 1, 1.0 and True differ.

    NaN is equal to NaN here, and an array to one of the same dtype, shape and elements.

    Example:
        >>> are_equal([1, float("nan")], (1, float("nan"))), are_equal({"a": 1}, {"a": True})
        (True, False)
    """
    return a is b or _comparison_key(a) == _comparison_key(b)


def _comparison_key(x: object) -> Hashable:
    if hasattr(x, "dtype") and hasattr(x, "tobytes"):
        return ("array", str(x.dtype), getattr(x, "shape", None), x.tobytes())
    if isinstance(x, float) and x != x:
        return ("nan",)
    return _key_of(x, _comparison_key)


def identity_key(x: object) -> Hashable:
    """Return a hashable key, equal for two values just when clojure calls these equal."""
    return _key_of(x, identity_key)


def _key_of(x: object, part_key: Callable[[object], Hashable]) -> Hashable:
    """Return the key of a value, made of the keys of its parts."""
    if isinstance(x, (list, tuple)):
        return ("seq", *map(part_key, _elements(x)))
    if isinstance(x, Mapping):
        items = islice(x.items(), len(x))
        return ("map", frozenset((part_key(key), part_key(value)) for key, value in items))
    if isinstance(x, Set):
        return ("set", frozenset(map(part_key, _elements(x))))
    return _leaf_key(x)


class _IdentityKeys:
    """The keys of several values, equal just when their `identity_key`s are; a collection has a number.

    So a part that is in a value many times is read once, and the hash of a key takes no walk.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, Hashable]] = {}  # by id; the collection keeps its id
        self._numbers: dict[Hashable, int] = {}

    def key(self, x: object) -> Hashable:
        known = self._known.get(id(x))
        if known is not None:
            return known[1]
        if not isinstance(x, (list, tuple, Mapping, Set)):
            return _leaf_key(x)
        parts = _key_of(x, self.key)
        key = ("collection", self._numbers.setdefault(parts, len(self._numbers)))
        self._known[id(x)] = x, key
        return key


def _leaf_key(x: object) -> Hashable:
    try:
        hash(x)
    except TypeError:
        return ("object", id(x))
    return (_kind_of(x), x)
