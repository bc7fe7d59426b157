"""From JSON, or from strings, to the values that a spec requires: a visitor of its parts.

By map_of(int, coll_of(datetime.date, kind=set)) the object {"3": ["2019-10-11"]} becomes
{3: {datetime.date(2019, 10, 11)}}: the reader of the map calls one reader for each key and one for each
value.

A reader is a function that `make_reader` makes for each kind of spec, from the readers of its parts; it is
made again when a name in the spec is redefined. Predicates and types read scalars
(`mxspec.transform.json_values`). A part with nothing to read has the reader `leave`, which others skip. Parts
that all have to accept the whole value read it one after the other; of alternatives, the first that accepts
its own result decides. A regex tries, for each element, the values that its parts read.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mxspec.base import names
from mxspec.base.fields import StructTag
from mxspec.base.lazy import LateModule
from mxspec.base.names import Names, Uses
from mxspec.base.values import INVALID
from mxspec.errors import SpecDefinitionError, UnknownSpecError, did_you_mean
from mxspec.frames.frame_spec import PLAIN, FrameSpec, spec_of_frames
from mxspec.frames.named_frames import is_frame
from mxspec.models.model_spec import ModelSpec
from mxspec.specs import reading
from mxspec.specs.arrays import ArraySpec, read_lists
from mxspec.specs.collections import CollOf, Every, HomogeneousMap, Tuple
from mxspec.specs.compiled import has_many, note_names
from mxspec.specs.core.parts import NEEDED
from mxspec.specs.core.question import Question, ask_spec, refusal
from mxspec.specs.core.spec import Predicate, Reference, Spec, as_part, walk
from mxspec.specs.core.swapped import spec_before
from mxspec.specs.logic import And, UnionType
from mxspec.specs.maps import Keys, Merge, RequiredKeys, is_known
from mxspec.specs.multi_specs import MultiSpec
from mxspec.specs.regex.matching import Regex
from mxspec.specs.wrappers import Nilable, Wrapper
from mxspec.transform.annotations.constraints import Literal
from mxspec.transform.annotations.containers import HomogeneousIterable
from mxspec.transform.annotations.converted import HeldValue, read_sent
from mxspec.transform.annotations.from_type import from_type
from mxspec.transform.annotations.model_instances import ModelInstance
from mxspec.transform.annotations.owners import (
    AskPydantic,
    discriminator_of,
    gives,
    read_model_map,
    takes_json,
)
from mxspec.transform.annotations.records import RecordInstance, is_record
from mxspec.transform.decode_sequences import read_sequence
from mxspec.transform.json_values import array_reader, as_map, as_query, member_reader, scalar_reader
from mxspec.transform.schemas.json_schema import first_parts


def decode(
    spec: Any,
    x: Any,
    *,
    strings: bool = False,
    strip: bool = False,
    defaults: Mapping[str, Any] | None = None,
) -> Any:
    """Return JSON as the value that a spec requires (malli.core/decode).

    Text becomes a date, datetime, time, timedelta, UUID, Decimal, Fraction, complex, Path or bytes (base64).
    A list becomes a tuple, set, frozenset, deque or array. An object becomes a dataclass, a NamedTuple, or a
    map with keys that are not text, a map one of pydantic's models. The value of an enum's member becomes the
    member, and 3 becomes 3.0 by the predicate float. The annotation float, as on a field, accepts an int too,
    so that 3 stays.

    What can't be decoded stays as it is, and `explain` reports it. A valid value stays too, except that
    strip and defaults apply to it, and a collection without a kind goes into its `into`. Of several
    alternatives, the first one that accepts the value reads it. If none accepts it, the first that accepts
    its own decoded value decides.

    Args:
        spec: a spec, a predicate, a type, a set or a registered name.
        x: what json.loads returns, not the text; or for strings a query or a row of CSV: a map of text, the
            pairs of parse_qsl, or a multidict.
        strings: True to read numbers, booleans ("true", "1", "yes", "on" and their contraries) and None (""
            and "null") from text too, as malli's string-transformer does, beside its json-transformer. The
            values under a key that recurs are a list; a list of one text is a single value where the spec
            requires one.
        strip: True to drop the keys that the spec of a map does not list, and keys without a field in a
            class, as malli's strip-extra-keys-transformer does. Open maps lose them as well as closed ones.
            If the spec lists no keys, the map keeps all, and so does the sequence of a `keys_star`.
        defaults: values by the names of specs, or by keys, for keys of `keys` and fields of classes that are
            missing, required or optional; a callable is called for each.

    Raises:
        UnknownSpecError: spec or a part of it names nothing, or a default names neither a spec nor a key.
        SpecDefinitionError: x is a frame.
        LimitError: x is nested too deeply, or contains itself, as in `valid`.

    Example:
        >>> import datetime, mxspec as s
        >>> _ = s.def_("doc/day", datetime.date), s.def_("doc/seats", s.coll_of(int, kind=set))
        >>> trip = s.keys(req_un=["doc/day"], opt_un=["doc/seats"], closed=True)
        >>> s.decode(trip, {"day": "2019-10-11", "seats": [3, 4]})
        {'day': datetime.date(2019, 10, 11), 'seats': {3, 4}}
        >>> s.decode(trip, {"day": "2019-10-11", "x": 1}, strip=True, defaults={"seats": set})
        {'day': datetime.date(2019, 10, 11), 'seats': set()}
        >>> s.decode(int, "12"), s.decode(int, "12", strings=True), s.decode(int, "x", strings=True)
        ('12', 12, 'x')
    """
    table = names.current
    if type(x) not in PLAIN and is_frame(x):
        _refuse_frame(spec, x)
    # A name is the usual spec: .1 us instead of .9.
    readers = table.readers.get(spec) if type(spec) is str and not (strings or strip or defaults) else None
    if readers is None:
        spec_before(spec, x)
        readers = readers_of(spec, table, bool(strings), bool(strip), bool(defaults))
    if defaults:
        readers.check_defaults(defaults)
    if readers.decoder is None:
        _compile(readers, x)
    read = readers.decoder or readers.whole
    try:
        return read(x, Decoding(table, readers, defaults or {}))
    except RuntimeError:  # too deep, or changed meanwhile: ask_spec reads it again, and its error says which
        return ask_spec(lambda question: read(x, Decoding(table, readers, defaults or {})), spec)


def _refuse_frame(spec: Any, x: Any) -> None:
    """Raise SpecDefinitionError for a frame where a spec requires frames or rows."""
    whole = as_part(spec).target(names.current.resolve)
    if isinstance(whole, FrameSpec) or spec_of_frames(whole, x) is not None:
        raise SpecDefinitionError(
            "decode reads rows, not a frame: cast its columns in its library, as frame.cast and "
            "frame.astype do, or decode each row, a dict"
        )


def _compile(readers: Readers, x: Any) -> None:
    """Compile the reader of a spec; without a name, at the second question."""
    if readers.strings or readers.strip or readers.has_defaults:
        readers.decoder = False
    elif readers.is_decoded or readers.spec.name is not None or has_many(x):
        readers.decoder = late.make_decoder(readers) or False
    readers.is_decoded = True


late: Final = LateModule("mxspec.transform.decode_source")  # it calls the readers here

_specs_of_classes: Final[dict[int, Spec]] = {}  # by id, since a metaclass may call any two equal


def _spec_of_class(cls: type) -> Spec:
    """Return the spec of a class, the same object each time: it keeps its readers."""
    spec = _specs_of_classes.get(id(cls))
    if spec is None:
        if len(_specs_of_classes) >= _MOST_CLASSES:
            _specs_of_classes.clear()
        spec = _specs_of_classes[id(cls)] = as_part(cls)
    return spec


_MOST_CLASSES: Final = 1000


class Decoding:
    """The state of one decode.

    Attributes:
        table: the table to look names up in.
        readers: the readers of the spec.
        defaults: values for missing keys, by the names of their specs or by key.
        known: what the readers of names have read, with the values, by the ids of both.
    """

    __slots__ = ("_question", "defaults", "known", "readers", "table")

    def __init__(self, table: Names, readers: Readers, defaults: Mapping[str, Any]) -> None:
        self.table = table
        self.readers = readers
        self.defaults = defaults
        self.known: dict[tuple[int, int], list[Any]] = {}
        self._question: Question | None = None

    @property
    def question(self) -> Question:
        """The question for all specs; it remembers their answers."""
        if self._question is None:
            self._question = Question(self.table)
            self._question.waiting = None  # models answer directly
        return self._question

    def fits(self, spec: Spec, x: Any) -> bool:
        """True if a spec accepts x."""
        if isinstance(spec, Predicate):
            try:
                return bool(spec.test(x))
            except Exception as error:
                refusal(error)
                return False
        return spec.conform(x, self.question) is not INVALID


Read = Callable[[Any, Decoding], Any]
"""A reader: a function from JSON to a value."""

Beside = frozenset[str] | None
"""The keys that other specs of the same map list, which strip has to leave; None if they allow all keys."""

_NONE: Final[frozenset[str]] = frozenset()
_COLLECTIONS: Final = frozenset({list, dict, tuple, set, frozenset})


def leave(x: Any, state: Decoding) -> Any:
    """Return x as it is; the reader for values that JSON has."""
    return x


class Readers:
    """The readers of a spec and its parts.

    Attributes:
        spec: the spec.
        whole: its reader.
        uses: the names that the readers depend on.
        strings: True if numbers come as text.
        strip: True to drop keys that are not listed.
        has_defaults: True to fill in missing keys.
        encoder: the function that `encode` has compiled for the spec, or False without one; None before it is
            made.
        decoder: the same for `decode`.
        is_encoded, is_decoded: True once encode, decode has been called.
    """

    encoder: Any = None
    decoder: Any = None
    is_encoded = False
    is_decoded = False

    def __init__(self, spec: Spec, uses: Uses, strings: bool, strip: bool, has_defaults: bool) -> None:
        self.spec = spec
        self.uses = uses
        self.strings = strings
        self.strip = strip
        self.has_defaults = has_defaults
        self._known: dict[tuple[int, Beside], tuple[Spec, Read]] = {}
        self._keys: frozenset[Any] | None = None
        self.whole = self.reader(spec)

    def reader(self, spec: Spec, beside: Beside = _NONE) -> Read:
        """Return the reader of a spec, made at its first use."""
        known = self._known.get((id(spec), beside))
        if known is None:
            read = make_reader.dispatch(type(spec))(spec, self, beside)
            known = self._known[id(spec), beside] = spec, read
        return known[1]

    def reader_of_keys(self, spec: Spec) -> Read:
        """Return the reader of a spec for the keys of a map, which are text in JSON."""
        return Readers(spec, self.uses, True, self.strip, self.has_defaults).whole

    def resolve(self, spec: Spec) -> Spec:
        """Return the spec that a reference leads to, or the spec itself."""
        if not isinstance(spec, Reference):
            return spec
        target: Spec | None = self.uses.find(spec.to)
        return self.uses.table.resolve(spec.to) if target is None else target

    def check_defaults(self, defaults: Mapping[str, Any]) -> None:
        """Raise UnknownSpecError for a default that names neither a spec nor a key."""
        if self._keys is None:
            classes = (each.pred for each in walk(self.spec) if isinstance(each, Predicate))
            fields = (spec_of_fields(cls) for cls in classes if isinstance(cls, type))
            parts = itertools.chain(walk(self.spec), *(walk(each) for each in fields if each is not None))
            self._keys = frozenset(key for each in parts if isinstance(each, Keys) for key in each.key_specs)
        for name in defaults:
            if name not in self._keys and self.uses.table.find(name) is None:
                listed = [key for key in self._keys if isinstance(key, str)]
                hint = did_you_mean(name, [*listed, *self.uses.table.entries])
                raise UnknownSpecError(f"no spec and no key is named {name!r}, of defaults{hint}", spec=name)


def readers_of(spec: Any, table: Names, *options: bool) -> Readers:
    """Return the readers of a spec, a name and so on; the spec keeps them.

    Args:
        spec: as in `decode`.
        table: the table to look names up in.
        options: the `strings`, `strip` and `has_defaults` of the readers.
    """
    if type(spec) is str:
        whole: Spec = table.resolve(spec)
    else:
        whole = _spec_of_class(spec) if isinstance(spec, type) else as_part(spec)
        whole = whole.target(table.resolve)
    kept: dict[tuple[bool, ...], Readers] = vars(whole).get("_readers") or vars(whole).setdefault(
        "_readers", {}
    )
    readers = kept.get(options)
    if readers is None or not readers.uses.are_current(table):
        uses = Uses(table)
        note_names(whole, uses)
        readers = kept[options] = Readers(whole, uses, *options)
    if type(spec) is str and not any(options):
        table.readers[spec] = readers
    return readers


@functools.singledispatch
def make_reader(spec: Spec, readers: Readers, beside: Beside) -> Read:
    """Return the reader of a spec, by its kind."""
    return _reader_of_parts(spec, readers, beside)


def _reader_of_parts(spec: Spec, readers: Readers, beside: Beside) -> Read:
    """Return the reader of a spec by the roles of its parts."""
    parts = spec.parts()
    if not parts or not spec.by_parts or any(part.is_piece for part in parts):
        return leave
    if parts[0].role == NEEDED:
        return _reader_by_all(_sort_first_parts(spec, readers), readers, beside)
    # Alternatives: the first that accepts the value, else the first that accepts its own result.
    branches = [(part.spec, readers.reader(part.spec, beside)) for part in parts]
    able = [(part, read) for part, read in branches if read is not leave]
    if not able:
        return leave

    def read_alternatives(x: Any, state: Decoding) -> Any:
        for part, read in branches:
            if state.fits(part, x):
                return read(x, state)
        for part, read in able:
            decoded = read(x, state)
            if decoded is not x and state.fits(part, decoded):
                return decoded
        return x

    return read_alternatives


def _sort_first_parts(spec: Spec, readers: Readers) -> list[Spec]:
    """Return the parts that see the value itself: first parts that look into it, then bare predicates."""
    return sorted(first_parts(spec.parts()), key=lambda part: isinstance(readers.resolve(part), Predicate))


def _reader_by_all(parts: Sequence[Spec], readers: Readers, beside: Beside) -> Read:
    """Return a reader that applies one part after the other; each leaves the keys that another lists."""
    listed = [listed_keys(part, readers) for part in parts] if readers.strip and len(parts) > 1 else []
    steps = [
        readers.reader(part, _union([beside, *listed[:i], *listed[i + 1 :]])) for i, part in enumerate(parts)
    ]
    steps = [read for read in steps if read is not leave]
    if len(steps) < 2:
        return steps[0] if steps else leave

    def read_by_all(x: Any, state: Decoding) -> Any:
        for read in steps:
            x = read(x, state)
        return x

    return read_by_all


@make_reader.register
def _reader_of_reference(spec: Reference, readers: Readers, beside: Beside) -> Read:
    read: Read | None = None  # made at the first value, since names may lead back here

    def read_name(x: Any, state: Decoding) -> Any:
        nonlocal read
        if read is None:
            read = readers.reader(readers.resolve(spec), beside)
        # A collection may hold the same part many times, or itself, so what a name reads of it is remembered.
        if type(x) not in _COLLECTIONS:
            return read(x, state)
        key = id(read_name), id(x)
        known = state.known.get(key)
        if known is None:
            # A value that contains itself stays, inside itself, as it is.
            known = state.known[key] = [x, x]
            known[1] = read(x, state)
        return known[1]

    target = readers.uses.find(spec.to)
    is_leaf = isinstance(target, Predicate) or (target is not None and not target.parts())
    return readers.reader(target, beside) if is_leaf else read_name


@make_reader.register
def _reader_of_nilable(spec: Nilable, readers: Readers, beside: Beside) -> Read:
    read = readers.reader(spec.pred, beside)
    if read is leave and not readers.strings:
        return leave

    def read_nilable(x: Any, state: Decoding) -> Any:
        if x is None:
            return None
        decoded = read(x, state)
        is_none = readers.strings and type(x) is str and x in ("", "null")
        return None if is_none and not state.fits(spec.pred, decoded) else decoded

    return read_nilable


@make_reader.register
def _reader_of_predicate(spec: Predicate, readers: Readers, beside: Beside) -> Read:
    if isinstance(spec, Literal):
        convert: Callable[[Any], Any] | None = member_reader(spec.examples, readers.strings)
    else:
        convert = scalar_reader(spec.pred, readers.strings)
    fields = spec_of_fields(spec.pred) if isinstance(spec.pred, type) else None
    if fields is not None:
        inner = readers.reader(Reference(fields), beside)  # type: ignore[arg-type]  # may lead back here
        return lambda x, state: x if state.fits(spec, x) else inner(x, state)
    if convert is None:
        return leave
    test, convert_scalar = spec.test, convert

    def read_scalar(x: Any, state: Decoding) -> Any:
        try:
            if test(x):
                return x
        except Exception as error:
            refusal(error)
        try:
            return convert_scalar(x)
        except Exception:  # a class of the user may raise anything
            return x

    return read_scalar


@make_reader.register
def _reader_of_held(spec: HeldValue, readers: Readers, beside: Beside) -> Read:
    def read_held(x: Any, state: Decoding) -> Any:
        if state.fits(spec, x):
            return x
        value = read_sent(spec, x)
        return x if value is INVALID else value

    return read_held


@make_reader.register
def _reader_of_and(spec: And, readers: Readers, beside: Beside) -> Read:
    read = _reader_of_parts(spec, readers, beside)
    asked = next((part for part in spec.preds if type(part) is AskPydantic), None)
    if asked is None or isinstance(asked.tp, type):
        return read
    is_chosen = discriminator_of(asked.tp) is not None

    def read_asked(x: Any, state: Decoding) -> Any:
        """Return what the type reads, if pydantic reads it too, which may be strict."""
        if state.fits(spec, x):
            return read(x, state)
        if is_chosen and type(x) is dict:
            value = read_sent(asked, x)
            return x if value is INVALID or not state.fits(spec, value) else value
        decoded = read(x, state)
        if decoded is not x:
            is_read = type(x) is str or read_sent(asked, x) is not INVALID
            return decoded if is_read or not state.fits(spec, decoded) else x
        value = read_sent(asked, x)
        # A value that pydantic reads as itself is not converted: the type above has read it, or refused.
        is_converted = value is not INVALID and not gives(asked.adapter, value, value)
        return value if is_converted and state.fits(spec, value) else x

    return read_asked


@make_reader.register
def _reader_of_model(spec: ModelInstance, readers: Readers, beside: Beside) -> Read:
    def read_model(x: Any, state: Decoding) -> Any:
        query = as_query(x) if readers.strings else x
        if not takes_json(spec.pred, query):
            return x
        try:
            return read_model_map(spec.pred, query)
        except Exception:  # explain gives the reason
            return x

    return read_model


@functools.lru_cache(maxsize=1000)
def spec_of_fields(cls: type) -> Spec | None:
    """Return the spec of a class with typed fields, or None for another class."""
    try:
        return from_type(cls) if is_record(cls) else None
    except SpecDefinitionError:
        return None


# --- maps -------------------------------------------------------------------------------------------------


@make_reader.register
def _reader_of_merge(spec: Merge, readers: Readers, beside: Beside) -> Read:
    return _reader_by_all(spec.open_parts(readers.uses.find), readers, beside)


@make_reader.register
def _reader_of_keys(spec: Keys, readers: Readers, beside: Beside) -> Read:
    strips = readers.strip and beside is not None and bool(spec.key_specs or spec.closed)
    listed = frozenset() if beside is None else beside.union(spec.key_specs, spec.beside)
    parts = {key: part for key, part in spec.key_specs.items() if is_known(part, readers.uses)}
    by_key = {key: readers.reader(part) for key, part in parts.items()}
    if readers.strings:
        by_key = {key: _recurring_reader(parts[key], read) for key, read in by_key.items()}
    takes_names = type(spec).spec_at is Keys.spec_at

    def read_keys(x: Any, state: Decoding) -> Any:
        if type(x) is not dict:
            x = as_query(x) if readers.strings else x
            if type(x) is not dict:
                return x
        entries = x
        if strips:
            entries = {key: value for key, value in x.items() if type(key) is str and key in listed}
        if readers.has_defaults:
            entries = _fill_in(spec, entries, state.defaults)
        changed: dict[Any, Any] = {}
        for key, value in [*entries.items()]:
            read = by_key.get(key) if type(key) is str else None
            if read is None:
                if type(key) is str and not (takes_names and key not in parts and state.table.find(key)):
                    continue
                part = spec.spec_at(key, state.question)
                if part is None:
                    continue
                read = state.readers.reader(part)
            decoded = read(value, state)
            if decoded is not value:
                changed[key] = decoded
        if changed:
            return {**entries, **changed}
        return x if len(entries) == len(x) else entries

    return read_keys


def _fill_in(spec: Keys, x: dict[Any, Any], defaults: Mapping[str, Any]) -> dict[Any, Any]:
    """Return a map with defaults for missing keys; the keys of a group only if the group is not fulfilled."""
    entries = dict(x)
    for required in (*spec.required_keys, *spec.optional_keys):
        if not (isinstance(required, RequiredKeys) and required.is_in(entries)):
            for key, part in required.entries():
                name = part.to if isinstance(part, Reference) and part.to in defaults else key
                if key not in entries and name in defaults:
                    default = defaults[name]
                    entries[key] = default() if callable(default) else default
    return entries


def _recurring_reader(part: Spec, read: Read) -> Read:
    """Return a reader for a key of a query: it reads a text as a list of one, or a list of one as a text."""

    def read_recurring(x: Any, state: Decoding) -> Any:
        decoded = read(x, state)
        if type(x) is str:
            other: Any = [x]
        elif type(x) is list and len(x) == 1 and type(x[0]) is str:
            other = x[0]
        else:
            return decoded
        if state.fits(part, decoded):
            return decoded
        several = read(other, state)
        return several if state.fits(part, several) else decoded

    return read_recurring


@make_reader.register
def _reader_of_record_instance(spec: RecordInstance, readers: Readers, beside: Beside) -> Read:
    keys, tag = spec.json_keys, spec.struct
    by_key = {key: readers.reader(spec.key_specs[name]) for key, name in keys.items()}
    if readers.strings:
        by_key = {key: _recurring_reader(spec.key_specs[keys[key]], read) for key, read in by_key.items()}
    is_list = tag.is_list or issubclass(spec.tp, tuple)  # other programs write a NamedTuple as a list

    def read_record(x: Any, state: Decoding) -> Any:
        if type(x) is list and is_list:
            x = _as_object(x, [*([tag.key] if tag.key else []), *keys], tag)
        elif type(x) is not dict and readers.strings and not issubclass(type(x), spec.tp):
            x = as_query(x)
        elif tag.is_list:
            return x
        if type(x) is not dict:
            return x
        if readers.has_defaults:
            missing = {
                key: state.defaults[name]
                for key, name in keys.items()
                if name in state.defaults and key not in x
            }
            x = {**x, **{key: value() if callable(value) else value for key, value in missing.items()}}
        values = {key: by_key[key](value, state) for key, value in x.items() if key in by_key}
        is_tagged = tag.key in x
        if is_tagged and x[tag.key] != tag.value:  # msgspec takes one without a tag, if no other class may be
            return x
        if len(values) + is_tagged == len(x) or readers.strip or tag.is_open:
            # A dataclass of pydantic reads the input itself.
            sent = {key: value for key, value in x.items() if key in by_key}
            for each in (values, sent) if hasattr(spec.tp, "__pydantic_fields__") else (values,):
                try:
                    return spec.build({keys[key]: value for key, value in each.items()})
                except Exception as error:  # a field is missing, or the class refuses one
                    refusal(error)
        return {**x, **values}

    return read_record


def _as_object(x: list[Any], keys: Sequence[str], tag: StructTag) -> Any:
    """Return a list of the values of a record as an object; of a struct, the last may be missing."""
    is_short, is_long = len(x) < len(keys), len(x) > len(keys)
    is_read = (tag.is_list or not is_short) and (tag.is_open or not is_long)
    return dict(zip(keys, x, strict=False)) if is_read else x


@make_reader.register
def _reader_of_union_type(spec: UnionType, readers: Readers, beside: Beside) -> Read:
    read = _reader_of_parts(spec, readers, beside)
    records = [readers.resolve(part) for _, part in spec.branches]
    tags = [each.struct.key for each in records if isinstance(each, RecordInstance) and each.struct.key]
    if len(tags) < 2 or len({*tags}) != 1 or read is leave:
        return read  # msgspec reads the one struct of a union without its tag
    tag = tags[0]

    def read_tagged(x: Any, state: Decoding) -> Any:
        return x if type(x) is dict and tag not in x else read(x, state)

    return read_tagged


@make_reader.register
def _reader_of_multi_spec(spec: MultiSpec, readers: Readers, beside: Beside) -> Read:
    def read_by_tag(x: Any, state: Decoding) -> Any:
        method = None
        try:
            method = spec.method_for(x)
        except Exception as error:  # the tag may still be text
            refusal(error)
        for each in [*([] if method is None else [method]), *spec.all_methods().values()]:
            decoded = readers.reader(each, beside)(x, state)
            if state.fits(spec, decoded):
                return decoded
        return x if method is None else readers.reader(method, beside)(x, state)

    return read_by_tag


def listed_keys(spec: Spec, readers: Readers) -> Beside:
    """Return the keys that a spec of a map lists, for strip; None if it allows all keys."""
    spec = readers.resolve(spec)
    if isinstance(spec, Keys):
        return frozenset(spec.key_specs) | spec.beside if spec.key_specs or spec.closed else None
    if isinstance(spec, Predicate):
        return _NONE
    if isinstance(spec, (And, Merge, Wrapper, Nilable)):
        parts = [part.spec for part in spec.parts()]
        return _union([listed_keys(part, readers) for part in parts])
    return None


def _union(several: Sequence[Beside]) -> Beside:
    keys = [each for each in several if each is not None]
    return frozenset().union(*keys) if len(keys) == len(several) else None


# --- collections ------------------------------------------------------------------------------------------


@make_reader.register
def _reader_of_tuple(spec: Tuple, readers: Readers, beside: Beside) -> Read:
    reads = [readers.reader(pred) for pred in spec.preds]
    if spec.into is list and all(read is leave for read in reads):
        return leave

    def read_tuple(x: Any, state: Decoding) -> Any:
        if type(x) not in (list, tuple):
            return x
        decoded = [read(element, state) for read, element in zip(reads, x, strict=False)]
        return _rebuild(x, [*decoded, *x[len(reads) :]], tuple if spec.into is tuple else type(x))

    return read_tuple


@make_reader.register
def _reader_of_every(spec: Every, readers: Readers, beside: Beside) -> Read:
    o = spec.options
    read, read_entries = readers.reader(spec.pred), _entries_reader(spec.pred, readers)
    into: Any = o.into if type(spec) in (Every, CollOf) and o.kind is None else None
    to_set = scalar_reader(into, False) if into in (tuple, set, frozenset) else None
    kind, read_kind = o.kind, leave if o.kind is None else readers.reader(o.kind)
    asks_kind = not isinstance(o.kind, Predicate)  # the reader of a predicate calls the predicate itself
    is_map = isinstance(spec, HomogeneousMap)

    def read_collection(x: Any, state: Decoding) -> Any:
        if type(x) is dict:
            if isinstance(spec, HomogeneousIterable):
                return x
            decoded = read_entries(x, state)
        elif type(x) in _COLLECTIONS:
            decoded = x
            if read is not leave:
                parts = [*map(read, x, itertools.repeat(state))]  # a comprehension takes one more frame
                decoded = _rebuild(x, parts, type(x))
            if type(x) is list and to_set is not None:
                with contextlib.suppress(Exception):  # an element may be unhashable
                    return to_set(decoded)
                return decoded
            if is_map and kind is not None and x and not state.fits(kind, x):
                decoded = as_map(decoded)
        else:
            return x
        if kind is None or (asks_kind and state.fits(kind, decoded)):
            return decoded
        return read_kind(decoded, state)

    return read_collection


def _entries_reader(pred: Spec, readers: Readers) -> Read:
    """Return a reader of maps by the spec of their entries; the keys are text in JSON."""
    entry = readers.resolve(pred)
    is_pair = isinstance(entry, Tuple) and len(entry.preds) == 2
    if is_pair:
        key_spec, value_spec = entry.preds  # type: ignore[attr-defined]
        read_key, read_value = readers.reader_of_keys(key_spec), readers.reader(value_spec)
        if read_key is leave and read_value is leave:
            return leave
    else:
        read_entry = readers.reader(pred)

    def read_entries(x: Any, state: Decoding) -> Any:
        pairs: list[Any] = []
        items = [*x.items()]
        for key, value in items:
            if is_pair:
                is_text = type(key) is str and read_key is not leave and not state.fits(key_spec, key)
                pairs.append((read_key(key, state) if is_text else key, read_value(value, state)))
            else:
                pairs.append(read_entry([key, value], state))
        decoded = reading.collect(pairs, dict)
        if decoded is None or len(decoded) != len(items):
            return x  # two keys are the same
        is_same = all(
            a is b for pair, item in zip(pairs, items, strict=True) for a, b in zip(pair, item, strict=True)
        )
        return x if is_same else decoded

    return read_entries


def _rebuild(x: Any, decoded: Any, into: type) -> Any:
    """Return decoded elements in a collection of a type, or x itself if no element differs."""
    if all(map(operator.is_, x, decoded)) and type(x) is into:
        return x
    rebuilt = reading.collect(decoded, into)
    return decoded if rebuilt is None else rebuilt


@make_reader.register
def _reader_of_array_spec(spec: ArraySpec, readers: Readers, beside: Beside) -> Read:
    read = array_reader(spec, readers.strings)
    return lambda x, state: read(x)


@make_reader.register
def _reader_of_model_spec(spec: ModelSpec, readers: Readers, beside: Beside) -> Read:
    if spec.input is not None:
        return readers.reader(spec.input, beside)

    def read_for_model(x: Any, state: Decoding) -> Any:
        if type(x) is not list or state.fits(spec, x):
            return x
        array = read_lists(x)
        return array if array is not x and state.fits(spec, array) else x

    return read_for_model


# --- sequences --------------------------------------------------------------------------------------------


@make_reader.register
def _reader_of_regex(spec: Regex, readers: Readers, beside: Beside) -> Read:
    def read_regex(x: Any, state: Decoding) -> Any:
        if type(x) not in (list, tuple):
            return x
        return _rebuild(x, read_sequence(spec, x, readers, state), type(x))

    return read_regex
