"""Specs as data, and data as the text a reader would have typed.

A form is a tuple that starts with the name of the function that makes the spec: `("and_", int, is_even)`.
Its leaves are the predicates themselves and registered names; tagged parts are `("tag", form)` pairs, and
keyword arguments are one dict at the end.
"""

from __future__ import annotations

import dataclasses
import functools
import keyword
import types
import unicodedata
import weakref
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeVar

from mxspec.base.function_syntax import lambda_source
from mxspec.base.values import repr_of, stable_order


def describe_form(form: Any) -> Any:
    """Return the form with every predicate replaced by its short name, as plain data (s/abbrev)."""
    if isinstance(form, tuple):
        return tuple(describe_form(part) for part in form)
    if isinstance(form, dict):
        return {key: describe_form(value) for key, value in form.items()}
    if callable(form):
        return predicate_text(form)
    return repr_of(form) if hasattr(type(form), "form") else form  # a spec without a form


MOST_LEVELS: Final = 50
"""The number of levels in the text of a form. The rest of a regex may have any number of levels."""

MOST_PARTS: Final = 20_000
"""The number of parts in the text of a form; a list that never ends has more."""


_P = TypeVar("_P")


@dataclasses.dataclass
class _Rest:
    """The number of parts that a text may still have."""

    parts: int = MOST_PARTS

    def ends(self, levels: int) -> bool:
        """Count a part; True if it does not fit into the text."""
        self.parts -= 1
        return not levels or self.parts < 0

    def of(self, parts: Iterable[_P]) -> Iterator[_P]:
        """Yield parts as long as they fit, and one more with a text that marks the end."""
        for part in parts:
            yield part
            if self.parts < 0:
                return


def call_text(form: object) -> str:
    """Return the form as the call that makes its spec: `and_(int, is_even)`."""
    return _call_text(form, MOST_LEVELS, _Rest())


def _call_text(form: object, levels: int, rest: _Rest) -> str:
    if rest.ends(levels):
        return "..."
    if isinstance(form, tuple) and form and isinstance(form[0], str):
        head, *arguments = form
        options = arguments.pop() if arguments and type(arguments[-1]) is dict else {}
        parts = [_part_text(part, levels - 1, rest) for part in arguments]
        parts += [f"{key}={_leaf_text(value, levels - 1, rest)}" for key, value in options.items()]
        return f"{head}({', '.join(parts)})"
    return _leaf_text(form, levels, rest)


def _part_text(part: object, levels: int, rest: _Rest) -> str:
    """Return an argument of a call as text; a tagged one is a pair of a tag and a form."""
    if not _answers(part):
        return repr_of(part)
    if isinstance(part, tuple) and len(part) == 2 and isinstance(part[0], Tag):
        tag, form = part
        text = _call_text(form, levels, rest)
        return f"{tag}={text}" if is_parameter(tag) else f"({str(tag)!r}, {text})"
    return _call_text(part, levels, rest)


def is_parameter(tag: str) -> bool:
    """True if a tag can be written as `tag=`: Python reads a ligature there as its letters (NFKC).

    Example:
        >>> is_parameter("fi"), is_parameter("\ufb01"), is_parameter("no name"), is_parameter("__debug__")
        (True, False, False, False)
    """
    is_read = tag.isascii() or unicodedata.normalize("NFKC", tag) == tag
    return tag.isidentifier() and is_read and tag != "__debug__"  # a constant, which takes no value


def is_word(name: object) -> bool:
    """True if a name can stand alone in Python's syntax, and is read there as it is written."""
    return isinstance(name, str) and is_parameter(name) and not keyword.iskeyword(name)


def _answers(x: object) -> bool:
    """True unless the class of a value raises."""
    try:
        return x.__class__ is not None
    except Exception:
        return False


class Tag(str):
    """A string that names a branch, kept apart from a string that names a spec or a function."""

    __slots__ = ()


def _leaf_text(leaf: object, levels: int, rest: _Rest) -> str:
    if rest.ends(levels):
        return "..."
    if isinstance(leaf, tuple) and leaf and isinstance(leaf[0], str) and not isinstance(leaf[0], Tag):
        return _call_text(leaf, levels, rest)
    if isinstance(leaf, list):
        return f"[{', '.join(_leaf_text(part, levels - 1, rest) for part in rest.of(leaf))}]"
    if isinstance(leaf, dict):
        pairs = ((repr_of(key), _leaf_text(value, levels - 1, rest)) for key, value in rest.of(leaf.items()))
        return f"{{{', '.join(map(': '.join, pairs))}}}"
    if isinstance(leaf, (set, frozenset)):
        return f"{{{', '.join(map(repr_of, stable_order(leaf)))}}}" if leaf else "set()"
    if isinstance(leaf, type) or callable(leaf):
        return predicate_text(leaf)
    return repr_of(leaf)


def predicate_text(pred: Any) -> str:
    """Return pred as a reader would call it: by its name, or as the source of a lambda.

    Example:
        >>> predicate_text(int), predicate_text(len)
        ('int', 'len')
    """
    try:
        return _predicate_text(pred)
    except Exception:  # a user's class may raise at any question
        return repr_of(pred)


_SOURCES: Final[weakref.WeakKeyDictionary[Any, str]] = weakref.WeakKeyDictionary()


def _predicate_text(pred: Any) -> str:
    if isinstance(pred, functools.partial):
        args = [
            *map(repr_of, pred.args),
            *(f"{key}={repr_of(value)}" for key, value in pred.keywords.items()),
        ]
        return f"partial({', '.join([predicate_text(pred.func), *args])})"
    if getattr(getattr(pred, "__origin__", None), "__parameters__", ()):  # a generic class with arguments
        arguments = (predicate_text(None if x is types.NoneType else x) for x in pred.__args__)
        return f"{predicate_text(pred.__origin__)}[{', '.join(arguments)}]"
    if hasattr(pred, "__origin__"):  # list[int] calls itself list
        return repr_of(pred).removeprefix("typing.")
    name = getattr(pred, "__name__", None)
    if name == "<lambda>":
        if pred not in _SOURCES:  # 0.25 ms; near misses need it thousands of times
            _SOURCES[pred] = lambda_source(pred) or "lambda"
        return _SOURCES[pred]
    return name if isinstance(name, str) else repr_of(pred)


def shown_fields(spec: Any) -> dict[str, Any]:
    """Return the fields, except empty ones, of a spec without a form."""
    fields = {f.name: getattr(spec, f.name) for f in dataclasses.fields(spec) if f.init}
    shown = {name: x.form() if hasattr(type(x), "form") else x for name, x in fields.items()}
    return {name: x for name, x in shown.items() if x is not None and x != {}}
