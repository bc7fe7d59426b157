"""From a value to JSON, which decode turns back into the value: encode."""

from __future__ import annotations

import collections
import decimal
import sys
from collections.abc import Callable, Mapping, Set
from typing import Any, Final

from mxspec.base import names
from mxspec.base.fields import class_fields, has_typed_fields
from mxspec.base.values import short_repr
from mxspec.errors import EncodeError, LimitError, SpecError
from mxspec.questions.operations import explain_data, explanation, valid
from mxspec.specs.compiled import has_many
from mxspec.specs.core.question import Place
from mxspec.specs.core.spec import as_part
from mxspec.specs.core.swapped import spec_before
from mxspec.transform.decode import decode, readers_of
from mxspec.transform.encode_source import make_encoder
from mxspec.transform.json_values import JsonWriter, NoJsonError


def encode(spec: Any, x: Any, *, strings: bool = False) -> Any:
    """Return a value as JSON that `decode` turns back into the value (malli.core/encode).

    The value decides on its JSON: moments are text in ISO 8601, bytes base64, UUIDs, paths, decimals and
    fractions text, sets, tuples and arrays lists, an instance with typed fields an object, an enum's member
    its value. A map with other keys than text writes them as text, or is a list of entries. JSON excludes NaN
    and infinity (RFC 8259), and as text they would not be numbers to `json_schema` and other programs; so
    they are an error, except in keys, with `strings=True`, and in decimals, which are text anyway.

    The spec decides if the value comes back: the JSON is decoded and compared, so that `decode(spec,
    json.loads(json.dumps(encode(spec, x)))) == x`. An error names the loss, even if it is only a type: by
    `or_(n=int, m=Colour)` a member of the IntEnum Colour would come back as an int.

    Args:
        spec: a spec, a predicate, a type, a set or a registered name.
        x: the value.
        strings: True to write numbers, booleans and None as text too, for `decode(..., strings=True)`.

    Raises:
        EncodeError: x does not fit spec; or a part of it can't be written as JSON, or would come back as
            another value: a tuple as a list where the spec takes any sequence, a member of an IntEnum as an
            int where it takes any int.
            The message and the `loc` of `errors()` name the part.
        UnknownSpecError: spec or a part of it names nothing.

    Example:
        >>> import datetime, mxspec as s
        >>> s.encode(s.map_of(int, datetime.date), {3: datetime.date(2019, 10, 11)})
        {'3': '2019-10-11'}
        >>> s.encode(s.coll_of(int), [1, (2, 3)])
        Traceback (most recent call last):
        mxspec.errors.EncodeError: the value at [1] does not come back by coll_of(int): (2, 3) would be [2, 3]
    """
    json = write_json(spec, x, strings=strings)
    if valid(spec, x):
        return json
    data: Any = explain_data(spec, x) or {"problems": []}
    text = f"encode writes values that fit:\n{explanation(data)}"
    raise EncodeError(text, problems=data["problems"], spec=spec, value=x)


def write_json(spec: Any, x: Any, *, strings: bool = False) -> Any:
    """Return what `encode` does, also for a value that does not fit."""
    write = None if strings else _encoder_of(spec, x)
    if write is not None:
        try:
            return write(x)
        except Exception:  # the walks know the reason and the place
            pass
    return encode_by_walks(spec, x, strings=strings)


def encode_by_walks(spec: Any, x: Any, *, strings: bool = False) -> Any:
    """Return what `write_json` does, without its code: write the value, decode the JSON, and compare."""
    part = as_part(spec)
    writer = JsonWriter(strings)
    try:
        json = writer.write(x)
        difference = _difference(x, decode(spec, json, strings=strings), {})
    except NoJsonError as error:
        at, why = writer.at, f"has no JSON: {error}"
    except (RecursionError, LimitError):
        raise EncodeError(
            f"nested deeper than Python's recursion limit of {sys.getrecursionlimit():,} lets encode follow",
            spec=spec,
            value=x,
        ) from None
    else:
        if difference is None:
            return json
        at, before, after = difference
        words = f"{short_repr(before)} would be {short_repr(after)}"
        why = f"does not come back by {short_repr(part)}: {words}"
    text = f"the value {f'at {short_repr(at)} ' if at else ''}{why}"
    problem = Place(in_=tuple(at)).problem(part.form(), x, reason=text)
    raise EncodeError(text, problems=[problem], spec=part, value=x)


def _encoder_of(spec: Any, x: Any) -> Callable[[Any], Any] | None:
    """Return the compiled function from a value to its JSON, made at the second question; or None."""
    table = names.current
    # A name is the usual spec: .1 us instead of .9.
    readers = table.readers.get(spec) if type(spec) is str else None
    if readers is None:
        spec_before(spec, x)
        try:
            readers = readers_of(spec, table, False, False, False)
        except SpecError:  # a part is unknown
            return None
    if readers.encoder is None:
        if not readers.is_encoded and readers.spec.name is None and not has_many(x):
            readers.is_encoded = True
            return None
        readers.encoder = make_encoder(readers, lambda a, b: _difference(a, b, {})) or False
    return readers.encoder or None


def _difference(a: Any, b: Any, known: dict[tuple[int, int], Any]) -> tuple[list[Any], Any, Any] | None:
    """Return the steps to the first parts of a and b that differ, and these parts, or None.

    Each pair of parts is compared once.
    """
    if a is b or (id(a), id(b)) in known:
        return None
    try:
        pairs = _pairs(a, b)
        if pairs is None:
            return None if _are_equal(a, b) else ([], a, b)
    except Exception:  # a value may raise when it is read or compared
        return [], a, b
    for step, inner, other in pairs:
        difference = _difference(inner, other, known)
        if difference is not None:
            at, before, after = difference
            return [step, *at], before, after
    known[id(a), id(b)] = a, b
    return None


_SEQUENCES: Final = (list, tuple, collections.deque)


def _pairs(a: Any, b: Any) -> list[tuple[Any, Any, Any]] | None:
    """Return the parts of two collections of one kind and length in pairs, after their steps; else None."""
    if any(isinstance(a, kind) and isinstance(b, kind) for kind in _SEQUENCES):
        return [(i, *pair) for i, pair in enumerate(zip(a, b, strict=True))] if len(a) == len(b) else None
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        keys = {key: key for key in b}
        if len(a) != len(b) or not all(key in keys and _difference(key, keys[key], {}) is None for key in a):
            return None
        return [(key, a[key], b[key]) for key in a]
    if type(a) is type(b) and has_typed_fields(type(a)):
        return [(f.name, getattr(a, f.name), getattr(b, f.name)) for f in class_fields(a)]
    return None


def _are_equal(a: Any, b: Any) -> bool:
    """True if two values are equal and of one type; NaN equals NaN.

    Two lists or two maps get here only if they differ in type or length.
    """
    if hasattr(b, "dtype"):
        import numpy as np

        array = a.asnumpy() if hasattr(a, "asnumpy") else a
        if not isinstance(array, (np.ndarray, np.generic)) or array.dtype != b.dtype:
            return False
        return bool(np.array_equal(array, b, equal_nan=b.dtype.kind in "fc"))
    if isinstance(a, (list, tuple, Mapping)):
        return False
    if isinstance(a, decimal.Decimal):  # a signalling NaN may not be compared
        return type(a) is type(b) and str(a) == str(b)
    if isinstance(a, Set):
        members = {member: member for member in b}
        is_like = isinstance(a, frozenset) == isinstance(b, frozenset) and bool(a == b)
        return is_like and all(_difference(member, members[member], {}) is None for member in a)
    return type(a) is type(b) and (bool(a == b) or (str(a) == str(b) and a != a and b != b))
