"""YAML as JSON has it: the core schema of YAML 1.2, with keys as they are written.

    on: {200: yes, 0o17: [1:30, ~, 1_000]}

is {"on": {"200": "yes", "0o17": ["1:30", null, "1_000"]}}. PyYAML reads YAML 1.1, where `on` and `yes` are
true, 1:30 is 90, and 200 and "200" are two keys. So its parser alone is used: it yields events, and this
module makes values of them. The merge key `<<`, which YAML 1.2 has no longer, is still read, since documents
in two versions of YAML have it. No library of YAML 1.2 is both fast and known to install everywhere.
"""

from __future__ import annotations

import dataclasses
import importlib
import re
from typing import Any, Final

from mxspec.base.values import short_repr
from mxspec.specs.core.budget import spend
from mxspec.transform.schemas.json_files import MOST_DIGITS, MOST_VALUES, finite_float

_MOST_LEVELS: Final = 900  # as many as Python's reader of JSON takes
_MOST_TAGS: Final = 100  # that the head may define: the parser compares each with all before it
_WORDS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_BASES: Final = {"0o": 8, "0x": 16}
_WHOLE: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_JSON: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_TAG: Final = "tag:yaml.org,2002:"
_MERGE: Final = object()  # the key `<<`
_NO_KEY: Final = "a key is a string, not a list or an object"
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "null": (type(None),), "bool": (bool,), "int": (int,), "float": (float, int), "str": (str,),
}  # fmt: skip


def values_of_yaml(data: bytes) -> Any:
    """Return the value of a document in YAML 1.2, made of JSON's values alone.

    Raises:
        ValueError: it is not YAML, holds something that JSON lacks, or repeats a key.
        LimitError: the budget in force is spent.
        ImportError: PyYAML is not installed.

    Example:
        >>> values_of_yaml(b"on: {200: yes, 0o17: [0o17, 1:30, ~]}")
        {'on': {'200': 'yes', '0o17': [15, '1:30', None]}}
    """
    yaml: Any = importlib.import_module("yaml")
    if data.count(b"%TAG") > _MOST_TAGS:
        raise ValueError(f"it has more than {_MOST_TAGS} %TAG")
    maker = _ValueMaker()
    try:
        for event in yaml.parse(data, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            maker.take(event)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    return maker.value


@dataclasses.dataclass
class _Container:
    """A list or an object that has begun.

    Attributes:
        whole: its value.
        anchor: its anchor, or None.
        size: the number of values in it, itself included.
        key: the key of the next value in an object, `_MERGE` if that is merged; None if a key comes next.
        merged: the objects that are merged into it.
    """

    whole: Any
    anchor: str | None
    size: int = 1
    key: Any = None
    merged: list[dict[str, Any]] = dataclasses.field(default_factory=list)


class _ValueMaker:
    """The maker of values out of the events of a parser.

    Attributes:
        value: the value of the document.
    """

    def __init__(self) -> None:
        self.value: Any = None
        self._around: list[_Container] = []
        # Under each anchor stands its value, the number of values in it, and its text if it is a scalar.
        self._anchors: dict[str, tuple[Any, int, str | None]] = {}
        self._documents = self._size = 0
        self._methods = {
            "DocumentStartEvent": self._begin_document,
            "ScalarEvent": self._add_scalar,
            "AliasEvent": self._add_alias,
            "SequenceStartEvent": lambda event: self._begin([], event, "seq"),
            "MappingStartEvent": lambda event: self._begin({}, event, "map"),
            "SequenceEndEvent": self._end,
            "MappingEndEvent": self._end,
        }

    def take(self, event: Any) -> None:
        """Take the next event; the ends of documents and streams are skipped."""
        method = self._methods.get(type(event).__name__)
        if method is not None:
            method(event)

    def _begin_document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise ValueError("it holds several documents")
        if event.version not in (None, (1, 2)):
            raise ValueError(f"it is YAML {'.'.join(map(str, event.version))}; YAML 1.2 is read")

    def _add_scalar(self, event: Any) -> None:
        is_key = self._is_at_key()
        if is_key and event.value == "<<" and event.implicit[0]:
            self._around[-1].key = _MERGE
            return
        value = event.value if is_key and not event.tag else _scalar_value(event)
        self._add(value, 1, event.value, event.anchor)

    def _add_alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            raise ValueError(f"the alias *{event.anchor} has no anchor before it")
        value, size, text = self._anchors[event.anchor]
        self._count(size - 1)
        self._add(_copy_of(value), size, text, None)

    def _begin(self, whole: Any, event: Any, name: str) -> None:
        if event.tag not in (None, "!", _TAG + name):
            raise ValueError(f"the tag {short_repr(event.tag)} is none of JSON's")
        if self._is_at_key():
            raise ValueError(_NO_KEY)
        if len(self._around) >= _MOST_LEVELS:
            raise ValueError("it is nested too deep")
        self._around.append(_Container(whole, event.anchor))

    def _end(self, event: Any) -> None:
        done = self._around.pop()
        merged: dict[str, Any] = {}
        for each in reversed(done.merged):  # of several, the first one counts
            merged.update(each)
        self._add({**merged, **done.whole} if merged else done.whole, done.size, None, done.anchor)

    def _is_at_key(self) -> bool:
        return bool(self._around) and type(self._around[-1].whole) is dict and self._around[-1].key is None

    def _count(self, values: int) -> None:
        spend(values)
        self._size += values
        if self._size > MOST_VALUES:
            raise ValueError(f"it has more than {MOST_VALUES:,} values")

    def _add(self, value: Any, size: int, text: str | None, anchor: str | None) -> None:
        """Add a value, or a key with its text, to the list or the object around it."""
        self._count(1)
        if anchor is not None:
            self._anchors[anchor] = value, size, text
        if not self._around:
            self.value = value
            return
        around = self._around[-1]
        around.size += size
        if type(around.whole) is list:
            around.whole.append(value)
        elif around.key is None:
            if text is None:
                raise ValueError(_NO_KEY)
            if text in around.whole:
                raise ValueError(f"the key {short_repr(text)} stands twice in an object")
            around.key = text
        else:
            if around.key is _MERGE:
                around.merged += self._objects(value)
            else:
                around.whole[around.key] = value
            around.key = None

    def _objects(self, value: Any) -> list[dict[str, Any]]:
        """Return the objects that a merge key merges."""
        several = value if type(value) is list else [value]
        if not all(type(each) is dict for each in several):
            raise ValueError("<< merges an object, or a list of objects")
        self._count(sum(map(len, several)))
        return several


def _copy_of(x: Any) -> Any:
    """Return a copy of lists and objects, since a document of JSON shares none."""
    if type(x) is dict:
        return {key: _copy_of(y) for key, y in x.items()}
    return [*map(_copy_of, x)] if type(x) is list else x


def _scalar_value(event: Any) -> Any:
    """Return the value of a scalar by the core schema, or by its tag."""
    text, tag = event.value, event.tag
    if tag in (None, "!"):
        return _plain_value(text) if tag is None and event.implicit[0] else text
    kinds = _TYPES.get(tag.removeprefix(_TAG)) if tag.startswith(_TAG) else None
    if kinds is None:
        raise ValueError(f"the tag {short_repr(tag)} is none of JSON's")
    value = text if kinds == (str,) else _plain_value(text)
    if type(value) not in kinds:
        raise ValueError(f"{short_repr(text)} is no {tag.removeprefix(_TAG)}")
    return float(value) if kinds[0] is float else value


def _plain_value(text: str) -> Any:
    """Return the value of a scalar without quotes.

    Example:
        >>> [_plain_value(x) for x in ("no", "NULL", "0x1F", "-.5e1", "1e3", "1_000", "0b1", "007")]
        ['no', None, 31, -5.0, 1000.0, '1_000', '0b1', 7]
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if len(text) > MOST_DIGITS and (_WHOLE.fullmatch(text) or _FLOAT.fullmatch(text)):
        raise ValueError(f"a number of {len(text):,} digits is too long")
    if _WHOLE.fullmatch(text):
        base = _BASES.get(text[:2], 10)
        return int(text if base == 10 else text[2:], base)
    if _NO_JSON.fullmatch(text):
        raise ValueError(f"{text} is no JSON")
    return finite_float(text) if _FLOAT.fullmatch(text) else text
