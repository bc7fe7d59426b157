"""The way from JSON, or from strings, to the values that a spec asks for: a visitor of its parts.

A predicate or a type reads a scalar (`mxspec.transform.json_values`). Parts that see the whole value read it
one after the other, alternatives until one accepts what it has read, and kinds with parts that see pieces
have a function here, by their class. A regex is followed by its derivatives, by what each of its parts makes
of an element.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from mxspec import names
from mxspec.annotations.constraints import Literal
from mxspec.annotations.containers import HomogeneousIterable
from mxspec.annotations.from_type import from_type
from mxspec.annotations.records import RecordInstance, is_record
from mxspec.core.question import ElementState, Question, ask_spec, refusal
from mxspec.core.spec import NEEDED, Predicate, Reference, Spec, as_part, spec_before
from mxspec.errors import SpecDefinitionError
from mxspec.models.model_spec import ModelSpec
from mxspec.regex.combinators import Amp, KeysStar
from mxspec.regex.matching import Regex, shape
from mxspec.schemas.json_schema import first_parts
from mxspec.specs import reading
from mxspec.specs.arrays import ArraySpec, are_lists_of_few, read_lists
from mxspec.specs.collections import CollOf, Every, HomogeneousMap, Tuple
from mxspec.specs.logic import And
from mxspec.specs.maps import Keys, Merge, MultiSpec, RequiredKeys
from mxspec.specs.wrappers import Nilable, Wrapper
from mxspec.transform.json_values import as_member, read_member, read_number_text, read_scalar
from mxspec.values import INVALID


def decode(
    spec: Any,
    x: Any,
    *,
    strings: bool = False,
    strip: bool = False,
    defaults: Mapping[str, Any] | None = None,
) -> Any:
    """Return JSON as the value that a spec asks for (malli.core/decode).

    Text becomes a date, datetime, time, timedelta, UUID, Decimal, Fraction, complex, Path or bytes (base64);
    a list a tuple, set, frozenset, deque or array; an object a dataclass, a NamedTuple, or a map with other
    keys than text; a value the enum's or the set's member that has it; 3 becomes 3.0 where a float is asked
    for. What can't be decoded stays as it is, and `explain` says the rest. A value that is valid stays too,
    but for the `into` of a collection without a kind, and for what strip and defaults ask. Of alternatives
    the first is taken that accepts the value as it is, else the first that accepts what it has decoded.

    Args:
        spec: a spec, a predicate, a type, a set or a registered name.
        x: what json.loads returns, or for strings a map of text, as a query or a row of CSV is.
        strings: True to read numbers, booleans and None ("" and "null") from text too, as malli's
            string-transformer does, beside its json-transformer.
        strip: True to drop the keys that the spec of a map does not list, be the map closed or open, as
            malli's strip-extra-keys-transformer does, and those that a class has no field for. A map whose
            spec lists no keys keeps all, and so does the sequence of a `keys_star`.
        defaults: values by the names of specs, for keys of `keys` that are missing, required or optional; a
            callable is called for each.

    Raises:
        UnknownSpecError: spec, or a part of it, or one of defaults, names nothing.
        LimitError: x is nested too deeply, or contains itself, as in `valid`.

    Example:
        >>> import datetime, mxspec as s
        >>> _ = s.def_("doc/day", datetime.date), s.def_("doc/seats", s.coll_of(int, kind=set))
        >>> trip = s.keys(req_un=["doc/day"], opt_un=["doc/seats"], closed=True)
        >>> s.decode(trip, {"day": "2019-10-11", "seats": [3, 4]})
        {'day': datetime.date(2019, 10, 11), 'seats': {3, 4}}
        >>> s.decode(trip, {"day": "2019-10-11", "x": 1}, strip=True, defaults={"doc/seats": set})
        {'day': datetime.date(2019, 10, 11), 'seats': set()}
        >>> s.decode(int, "12"), s.decode(int, "12", strings=True), s.decode(int, "x", strings=True)
        ('12', 12, 'x')
    """
    spec_before(spec, x)
    part = as_part(spec)
    for name in (*(defaults or ()), *([part.to] if isinstance(part, Reference) else [])):
        names.current.resolve(name)

    def read(question: Question) -> Any:
        question.waiting = None  # models answer at once
        return Decoder(question, strings, strip, defaults or {}).part(part, x)

    return ask_spec(read, spec)


Beside = frozenset[str] | None
"""The keys of a map that specs beside the one that decodes it list; None if they allow all."""

_NONE: Final[frozenset[str]] = frozenset()
_COLLECTIONS: Final = frozenset({list, dict, tuple, set, frozenset})


class Decoder:
    """The state of one decode; what a spec makes of a part is remembered.

    Attributes:
        question: the question that specs are asked, whose answers are remembered too.
        strings: True if numbers come as text.
        strip: True to drop keys that are not listed.
        defaults: values for missing keys, by the names of their specs.
    """

    def __init__(self, question: Question, strings: bool, strip: bool, defaults: Mapping[str, Any]) -> None:
        self.question = question
        self.strings = strings
        self.strip = strip
        self.defaults = defaults
        self._known: dict[Any, list[Any]] = {}
        self._firsts: dict[Spec, list[Spec]] = {}

    @functools.cached_property
    def of_keys(self) -> Decoder:
        """The decoder of the keys of maps, which are text in JSON."""
        return Decoder(self.question, True, self.strip, self.defaults)

    def part(self, spec: Spec, x: Any, beside: Beside = _NONE) -> Any:
        """Return x as a part asks for it."""
        spec = self.resolve(spec)
        decode_kind = decode_value.dispatch(type(spec))
        if type(x) not in _COLLECTIONS:
            return decode_kind(spec, x, self, beside)
        key = id(spec), id(x), beside
        known = self._known.get(key)
        if known is None:
            # Inside itself, a value that contains itself stays as it is.
            known = self._known[key] = [x, spec, x]
            known[2] = decode_kind(spec, x, self, beside)
        return known[2]

    def resolve(self, spec: Spec) -> Spec:
        """Return the spec that a reference leads to, or the spec itself."""
        return self.question.names.resolve(spec.to) if isinstance(spec, Reference) else spec

    def fits(self, spec: Spec, x: Any) -> bool:
        """True if a spec accepts x."""
        return spec.conform(x, self.question) is not INVALID

    def first_parts(self, spec: Spec) -> list[Spec]:
        """Return the parts that see the value itself, those that know its inside before bare predicates."""
        if spec not in self._firsts:
            parts = first_parts(spec.parts())
            parts.sort(key=lambda part: isinstance(self.resolve(part), Predicate))
            self._firsts[spec] = parts
        return self._firsts[spec]


@functools.singledispatch
def decode_value(spec: Spec, x: Any, decoder: Decoder, beside: Beside) -> Any:
    """Return x as a spec asks for it, by its kind; a kind without pieces by the roles of its parts."""
    parts = spec.parts()
    if not parts or any(part.is_piece for part in parts):
        return x
    if parts[0].role == NEEDED:
        return _decode_by_all(decoder.first_parts(spec), x, decoder, beside)
    # Alternatives: the first that accepts the value, else the first that accepts what it has decoded.
    for part in parts:
        if decoder.fits(part.spec, x):
            return decoder.part(part.spec, x, beside)
    for part in parts:
        decoded = decoder.part(part.spec, x, beside)
        if decoded is not x and decoder.fits(part.spec, decoded):
            return decoded
    return x


def _decode_by_all(parts: Sequence[Spec], x: Any, decoder: Decoder, beside: Beside) -> Any:
    """Return x as decoded by one part after the other; each leaves the keys that another lists."""
    listed = [listed_keys(part, decoder) for part in parts] if decoder.strip and len(parts) > 1 else []
    for i, part in enumerate(parts):
        others = _union([beside, *listed[:i], *listed[i + 1 :]])
        x = decoder.part(part, x, others)
    return x


@decode_value.register
def _decode_nilable(spec: Nilable, x: Any, decoder: Decoder, beside: Beside) -> Any:
    if x is None:
        return None
    decoded = decoder.part(spec.pred, x, beside)
    is_none = decoder.strings and type(x) is str and x in ("", "null")
    return None if is_none and not decoder.fits(spec.pred, decoded) else decoded


@decode_value.register
def _decode_predicate(spec: Predicate, x: Any, decoder: Decoder, beside: Beside) -> Any:
    if decoder.fits(spec, x):
        return x
    if isinstance(spec, Literal):
        return read_member(spec.examples, x, decoder.strings)
    fields = _spec_of_fields(spec.pred) if type(x) in (dict, list) and isinstance(spec.pred, type) else None
    return read_scalar(spec.pred, x, decoder.strings) if fields is None else decoder.part(fields, x, beside)


@functools.lru_cache(maxsize=1000)
def _spec_of_fields(cls: type) -> Spec | None:
    """Return the spec of a class with typed fields, or None for another class."""
    try:
        return from_type(cls) if is_record(cls) else None
    except SpecDefinitionError:
        return None


# --- maps -------------------------------------------------------------------------------------------------


@decode_value.register
def _decode_merge(spec: Merge, x: Any, decoder: Decoder, beside: Beside) -> Any:
    return _decode_by_all(spec.open_parts(decoder.question.names.find), x, decoder, beside)


@decode_value.register
def _decode_keys(spec: Keys, x: Any, decoder: Decoder, beside: Beside) -> Any:
    if type(x) is not dict:
        return x
    entries = dict(x)
    if decoder.strip and beside is not None and (spec.key_specs or spec.closed):
        listed = {*spec.key_specs, *spec.beside, *beside}
        entries = {key: value for key, value in x.items() if type(key) is str and key in listed}
    for required in (*spec.required_keys, *spec.optional_keys) if decoder.defaults else ():
        if not (isinstance(required, RequiredKeys) and required.is_in(entries)):
            for key, part in required.entries():
                if key not in entries and isinstance(part, Reference) and part.to in decoder.defaults:
                    default = decoder.defaults[part.to]
                    entries[key] = default() if callable(default) else default
    is_same = entries.keys() == x.keys()
    for key, value in [*entries.items()]:
        part_at = spec.spec_at(key, decoder.question)
        if part_at is not None:
            decoded = decoder.part(part_at, value)
            if decoded is not value:
                entries[key] = decoded
                is_same = False
    return x if is_same else entries


@decode_value.register
def _decode_record_instance(spec: RecordInstance, x: Any, decoder: Decoder, beside: Beside) -> Any:
    fields = spec.arguments
    if type(x) is list and issubclass(spec.tp, tuple) and len(x) == len(fields):
        x = dict(zip(fields, x, strict=True))  # as others write a NamedTuple
    if type(x) is not dict:
        return x
    arguments = {}
    for name, value in x.items():
        if name in fields:
            arguments[name] = decoder.part(spec.key_specs[name], value)
    if len(arguments) == len(x) or decoder.strip:
        try:
            return spec.tp(**arguments)
        except Exception as error:  # a field is missing, or the class refuses one
            refusal(error)
    return {**x, **arguments}


@decode_value.register
def _decode_multi_spec(spec: MultiSpec, x: Any, decoder: Decoder, beside: Beside) -> Any:
    method = None
    try:
        method = spec.method_for(x)
    except Exception as error:  # of a tag that is still text
        refusal(error)
    for each in [*([] if method is None else [method]), *spec.all_methods().values()]:
        decoded = decoder.part(each, x, beside)
        if decoder.fits(spec, decoded):
            return decoded
    return x if method is None else decoder.part(method, x, beside)


def listed_keys(spec: Spec, decoder: Decoder) -> Beside:
    """Return the keys that a spec of a map lists, for strip; None if it allows all."""
    spec = decoder.resolve(spec)
    if isinstance(spec, Keys):
        return frozenset(spec.key_specs) | spec.beside if spec.key_specs or spec.closed else None
    if isinstance(spec, Predicate):
        return _NONE
    if isinstance(spec, (And, Merge, Wrapper, Nilable)):
        parts = [part.spec for part in spec.parts()]
        return _union([listed_keys(part, decoder) for part in parts])
    return None


def _union(several: Sequence[Beside]) -> Beside:
    keys = [each for each in several if each is not None]
    return frozenset().union(*keys) if len(keys) == len(several) else None


# --- collections ------------------------------------------------------------------------------------------


@decode_value.register
def _decode_tuple(spec: Tuple, x: Any, decoder: Decoder, beside: Beside) -> Any:
    if type(x) not in (list, tuple):
        return x
    decoded = [*map(decoder.part, spec.preds, x), *x[len(spec.preds) :]]
    return _rebuild(x, decoded, tuple if spec.into is tuple else type(x))


@decode_value.register
def _decode_every(spec: Every, x: Any, decoder: Decoder, beside: Beside) -> Any:
    o = spec.options
    entry = decoder.resolve(spec.pred)
    if type(x) is dict:
        if isinstance(spec, HomogeneousIterable):
            return x
        decoded = _decode_entries(entry, x, decoder)
    elif type(x) in _COLLECTIONS:
        parts = [*map(functools.partial(decoder.part, spec.pred), x)]  # a comprehension takes a frame more
        decoded = _rebuild(x, parts, type(x))
        is_plain = type(spec) in (Every, CollOf) and o.kind is None
        if is_plain and type(x) is list and o.into in (tuple, set, frozenset):
            return read_scalar(o.into, decoded, False)
        if isinstance(spec, HomogeneousMap) and parts and o.kind is not None and not decoder.fits(o.kind, x):
            decoded = _as_map(parts, decoded)
    else:
        return x
    return decoded if o.kind is None or decoder.fits(o.kind, decoded) else decoder.part(o.kind, decoded)


def _as_map(entries: list[Any], x: Any) -> Any:
    """Return a map of entries, as JSON has one whose keys are not text; x if they are none."""
    try:
        decoded = {as_member(key): value for key, value in entries}
    except Exception:  # no entry, or of a class that refuses to be read
        return x
    return decoded if len(decoded) == len(entries) else x


def _decode_entries(entry: Spec, x: dict[Any, Any], decoder: Decoder) -> Any:
    """Return a map with decoded entries; its keys are text in JSON."""
    pairs: list[Any] = []
    is_pair = isinstance(entry, Tuple) and len(entry.preds) == 2
    for key, value in x.items():
        if is_pair:
            key_spec, value_spec = entry.preds  # type: ignore[attr-defined]
            is_text = type(key) is str and not decoder.fits(key_spec, key)
            decoded_key = decoder.of_keys.part(key_spec, key) if is_text else key
            pairs.append((decoded_key, decoder.part(value_spec, value)))
        else:
            pairs.append(decoder.part(entry, [key, value]))
    decoded = reading.collect(pairs, dict)
    if decoded is None or len(decoded) != len(x):
        return x  # two keys are the same
    is_same = all(
        a is b for pair, item in zip(pairs, x.items(), strict=True) for a, b in zip(pair, item, strict=True)
    )
    return x if is_same else decoded


def _rebuild(x: Any, decoded: Any, into: type) -> Any:
    """Return decoded elements in a type of collection, x itself if nothing differs."""
    if all(map(operator.is_, x, decoded)) and type(x) is into:
        return x
    rebuilt = reading.collect(decoded, into)
    return decoded if rebuilt is None else rebuilt


@decode_value.register
def _decode_array_spec(spec: ArraySpec, x: Any, decoder: Decoder, beside: Beside) -> Any:
    import numpy as np

    is_number = type(x) in (int, float, bool) and (spec.shapes is None or () in spec.exact)
    if not (is_number or are_lists_of_few(x)):
        return x
    kind = getattr(spec.dtype, "kind", "c" if spec.dtype is np.complexfloating else "")
    try:
        if kind in ("U", "c"):
            dtype = spec.dtype if isinstance(spec.dtype, np.dtype) else None
            array = np.asarray(_with_numbers(x, complex) if kind == "c" else x, dtype)
        elif type(x) is list:
            read = functools.partial(read_number_text, strings=decoder.strings)
            array = read_lists(_with_numbers(x, read), spec.dtype)
        else:
            array = np.asarray(x)
        if isinstance(array, np.ndarray) and not array.size:
            # Lists of no length tell nothing of what is in them.
            shapes = [tuple(length or 0 for length in lengths) for lengths in spec.shapes or ()]
            array = array.reshape(next((lengths for lengths in shapes if 0 in lengths), array.shape))
    except Exception:  # of an element that refuses
        return x
    return array


@decode_value.register
def _decode_model_spec(spec: ModelSpec, x: Any, decoder: Decoder, beside: Beside) -> Any:
    if spec.input is not None:
        return decoder.part(spec.input, x, beside)
    if type(x) is not list or decoder.fits(spec, x):
        return x
    array = read_lists(x)
    return array if array is not x and decoder.fits(spec, array) else x


def _with_numbers(x: Any, read: Any) -> Any:
    """Return nested lists with numbers in place of text."""
    if type(x) is list:
        return [_with_numbers(part, read) for part in x]
    return read(x) if type(x) is str else x


# --- sequences --------------------------------------------------------------------------------------------

_MOST_WAYS: Final = 200
"""The greatest number of ways to read the first elements of a sequence; further ones are given up."""


@decode_value.register
def _decode_regex(spec: Regex, x: Any, decoder: Decoder, beside: Beside) -> Any:
    if type(x) not in (list, tuple):
        return x
    elements, maps, has_preds = _parts_of_regex(spec, decoder)
    ways: list[tuple[Spec, Any]] = [(spec, None)]
    question = decoder.question
    read = 0
    for i, element in enumerate(x):
        choices = _read_element(element, x[i - 1] if i else None, elements, maps, decoder)
        shapes: dict[Any, Any] = {}
        after: dict[Any, tuple[Spec, Any]] = {}
        for choice in choices:
            question.element = ElementState(shapes)
            for state, before in ways:
                left = state.derivative(choice, question)
                if left is not None:
                    # Of two ways that go on alike the first wins, unless preds of an amp look back.
                    key = len(after) if has_preds else shape(left, question)
                    after.setdefault(key, (left, (before, choice)))
        if not after:
            break
        read = i + 1
        ways = [*after.values()][:_MOST_WAYS]
    question.element = ElementState()
    complete = [way for way in ways if read == len(x) and way[0].nullable(question)]
    decoded = [*x]
    link = (complete or ways)[0][1]
    for i in reversed(range(read)):
        link, decoded[i] = link
    return _rebuild(x, decoded, type(x))


def _parts_of_regex(regex: Spec, decoder: Decoder) -> tuple[list[Spec], list[Keys], bool]:
    """Return the parts of a regex that match one element, the maps of keys_star, and True if it has preds."""
    elements: list[Spec] = []
    maps: list[Keys] = []
    has_preds = False
    waiting, seen = [regex], set()
    while waiting:
        spec = decoder.resolve(waiting.pop())
        if id(spec) in seen:
            continue
        seen.add(id(spec))
        has_preds = has_preds or isinstance(spec, Amp)
        if isinstance(spec, KeysStar):
            keys = decoder.resolve(spec.keys)
            maps += [keys] if isinstance(keys, Keys) else []
        elif spec.is_regex:
            waiting += reversed([part.spec for part in spec.parts()])
        else:
            elements.append(spec)
    return elements, maps, has_preds


def _read_element(
    x: Any, before: Any, elements: Collection[Spec], maps: Collection[Keys], decoder: Decoder
) -> list[Any]:
    """Return what x may be decoded to: under the key before it, by parts that accept it, by other parts."""
    of_keys = [keys.spec_at(before, decoder.question) for keys in maps]
    choices = [decoder.part(part, x) for part in of_keys if part is not None]
    choices += [x] if maps else []
    accepting = [part for part in elements if decoder.fits(part, x)]
    choices += [decoder.part(part, x) for part in accepting]
    for part in elements:
        if part not in accepting:
            decoded = decoder.part(part, x)
            choices += [decoded] if decoded is not x and decoder.fits(part, decoded) else []
    return [*{id(choice): choice for choice in choices}.values()]
