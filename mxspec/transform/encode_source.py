"""The code that encodes a spec: for values of the usual types, one function instead of three walks.

`encode` writes a value, decodes the JSON, and compares. But a dict of lists of dates is known to come back by
map_of(str, coll_of(datetime.date)), so its code is

    if not type(x) is dict:
        raise Unsure
    ...
        [e2.isoformat() if type(e2) is date else unsure() for e2 in e1]

A value that may not come back the same is unsure: a value of a different type, a class with code in its
construction. Then encode walks three times, and gets the JSON or the error. So a kind has code where its
reader in `mxspec.transform.decode` shows that decode returns the value. Parts of other kinds are written,
read and compared separately.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import datetime
import decimal
import enum
import inspect
import types
from collections.abc import Callable, Mapping, Sequence
from keyword import iskeyword
from typing import Any, Final

from mxspec.base import names
from mxspec.base.fields import is_unset
from mxspec.base.value_types import VALUE_TYPES, ValueType
from mxspec.base.values import stable_order
from mxspec.predicates import is_dict, is_list, is_none
from mxspec.specs.collections import CollOf, Every, HomogeneousMap, Tuple
from mxspec.specs.compiled import execute, valid_test
from mxspec.specs.core.parts import NEEDED
from mxspec.specs.core.spec import Predicate, Spec
from mxspec.specs.logic import And, UnionType
from mxspec.specs.maps import Keys, Merge, is_known
from mxspec.specs.wrappers import Nilable, Wrapper
from mxspec.transform.annotations.owners import AskPydantic
from mxspec.transform.annotations.records import RecordInstance
from mxspec.transform.decode import Decoding, Readers, leave, make_reader, spec_of_fields
from mxspec.transform.json_values import JsonWriter, NoJsonError, is_written_as_it_is
from mxspec.transform.schemas.json_schema import first_parts
from mxspec.transform.source_lines import SourceLines, is_plain_dataclass

Difference = Callable[[Any, Any], Any]
"""A function that returns None for two values if one comes back as the other."""

MOST_NESTED: Final = 8  # parts that are written into each other; the next one is a function
MOST_LINES: Final = 300  # in one function before its next part is one
MOST_LOOPS: Final = 3  # in each other: a list may hold one list many times, which the walks remember
MOST_LEVELS: Final = 50  # of functions that lead back; beyond them the walks know what the stack allows
MOST_CALLS: Final = 100_000  # of such functions; a tree may hold one tree many times


class Unsure(Exception):
    """The error for a value that the code does not know to come back."""


def unsure() -> Any:
    """Raise Unsure."""
    raise Unsure


# --- values without parts ---------------------------------------------------------------------------------

_PLAIN: Final[Mapping[str, str]] = {
    "str": "(type({v}) is str and ({v}.isascii() or is_written_as_it_is({v})))",
    "int": "(type({v}) is int and (-10**18 < {v} < 10**18 or is_written_as_it_is({v})))",
    "float": "(type({v}) is float and {v} - {v} == 0)",
    "bool": "(type({v}) is bool)",
    "none": "({v} is None)",
}
"""By the name of a type, the test of a value that is its own JSON."""

_WITH_TEXT: Final = [row for row in VALUE_TYPES.values() if row.write and row.kinds and row.has_hash]
_IF: Final[Mapping[type, str]] = {
    datetime.datetime: " and ({v}.tzinfo is None or type({v}.tzinfo) is timezone)",
    datetime.time: " and {v}.tzinfo is None",
}
"""What else is tested, since a time zone of somebody else may do anything."""


def _test_and_text(row: ValueType) -> tuple[str, str]:
    write: Any = row.write
    is_method = isinstance(write, types.MethodDescriptorType)
    text = f"{{v}}.{write.__name__}()" if is_method else f"{write.__name__}({{v}})"
    return f"(type({{v}}) is {row.cls.__name__}{_IF.get(row.cls, '')})", text


_TEXTS: Final[Mapping[type, tuple[str, str]]] = {row.cls: _test_and_text(row) for row in _WITH_TEXT}
"""By class, the test of a value, and its text, from which the reader of the class makes the value."""

_MANY_LEVELS: Final = 20


def write_plain(x: Any) -> Any:
    """Return a value that is its own JSON, with copies of its lists and maps; raise Unsure for another."""
    return _write_plain(x, {}, _MANY_LEVELS)


def _write_plain(x: Any, known: dict[int, Any], levels: int) -> Any:
    if is_written_as_it_is(x):
        return x
    if id(x) in known:
        return known[id(x)]
    if not levels or type(x) not in (list, dict):
        raise Unsure
    if type(x) is list:
        written: Any = [_write_plain(each, known, levels - 1) for each in x]
    else:
        if not all(type(key) is str and is_written_as_it_is(key) for key in x):
            raise Unsure
        written = {key: _write_plain(each, known, levels - 1) for key, each in x.items()}
    known[id(x)] = written
    return written


_GLOBALS: Final[dict[str, Any]] = {
    **{cls.__name__: cls for cls in (*_TEXTS, collections.deque, Unsure)},
    **{f.__name__: f for f in (is_written_as_it_is, stable_order, write_plain, unsure)},
    **{row.write.__name__: row.write for row in _WITH_TEXT if row.write is not None},
    "timezone": datetime.timezone,
    "names": names,
}


# --- the source -------------------------------------------------------------------------------------------


def make_encoder(readers: Readers, difference: Difference) -> Callable[[Any], Any] | None:
    """Return a function from a value to its JSON, which raises an exception where it is not sure; or None.

    Args:
        readers: the readers of the spec, for JSON and not for strings.
        difference: the comparison of a value with what decode returns.
    """
    try:
        source = EncoderSource(readers, difference)
        call = source.call(readers.resolve(readers.spec), "x")
        budget = f"calls = [{MOST_CALLS}, {MOST_LEVELS}]"
        text = source.text(f"def encode(x):\n    {budget}\n    return {call}")
        return execute(text, {**_GLOBALS, **source.constants})["encode"]  # type: ignore[no-any-return]
    except Exception:  # a name is unknown, or a class can't be read; the walks report it
        return None


_COUNTING: Final = """\
    calls[0] -= 1
    calls[1] -= 1
    if calls[0] < 0 or calls[1] < 0:
        raise Unsure""".splitlines()
_COUNTED: Final = ["    calls[1] += 1"]


class EncoderSource(SourceLines):
    """The functions of one encoder, and the constants that they use.

    Args:
        readers: as in `make_encoder`.
        difference: as in `make_encoder`.
    """

    def __init__(self, readers: Readers, difference: Difference) -> None:
        super().__init__()
        self.readers = readers
        self._difference = difference
        self._texts: list[str] = []
        self._functions: dict[int, str] = {}
        self._kept: list[Spec] = []  # so that no id is used again
        self._above: list[int] = []  # the specs with functions that are being written
        self._lead_back: set[int] = set()
        self._written: set[int] = set()  # the specs that are being written into each other
        self._nested = self._loops = 0

    def text(self, last: str) -> str:
        """Return the source of all functions, with one more."""
        return "\n\n\n".join([*self._texts, last]) + "\n"

    def unless(self, test: str) -> None:
        """Write that the code is unsure unless a test is true."""
        with self.block(f"if not {test}:"):
            self.line("raise Unsure")

    # --- specs --------------------------------------------------------------------------------------------

    def call(self, spec: Spec, v: str) -> str:
        """Return a call of the function of a spec, which is written at its first call."""
        name = self._functions.get(id(spec))
        if name is None:
            if len(self._above) >= MOST_NESTED:
                return self._by_walks(spec, v)
            name = self._functions[id(spec)] = f"write{len(self._functions) + 1}"
            self._kept.append(spec)
            outside = self.lines, self.indentation, self._nested, self._loops
            self.lines, self.indentation, self._nested, self._loops = [], 1, 0, 0
            self._above.append(id(spec))
            result = self._by_kind(spec, "x")
            self._above.pop()
            lines = [*self.lines, f"    return {result}"]
            if id(spec) in self._lead_back:
                lines = [*_COUNTING, *self.lines, f"    result = {result}", *_COUNTED, "    return result"]
            self._texts.append("\n".join([f"def {name}(x, calls):", *lines]))
            self.lines, self.indentation, self._nested, self._loops = outside
        elif id(spec) in self._above:
            self._lead_back.add(id(spec))
        return f"{name}({v}, calls)"

    def expression(self, spec: Spec, v: str) -> str:
        """Write the tests of a value, and return the expression of its JSON.

        Args:
            spec: the spec.
            v: the variable of the value.
        """
        spec = self.readers.resolve(spec)
        is_large = self._nested >= MOST_NESTED or len(self.lines) > MOST_LINES
        # A spec that leads back to itself has a function where it is met a second time.
        if is_large or id(spec) in self._functions or id(spec) in self._written:
            return self.call(spec, v)
        self._nested += 1
        self._written.add(id(spec))
        self._kept.append(spec)
        result = self._by_kind(spec, v)
        self._written.discard(id(spec))
        self._nested -= 1
        return result

    def _by_kind(self, spec: Spec, v: str) -> str:
        if self.readers.reader(spec) is leave:
            return self._plain(spec, v)
        write = _KINDS.get(make_reader.dispatch(type(spec)))
        result = None if write is None else write(self, spec, v)
        return self._by_walks(spec, v) if result is None else result

    def _by_walks(self, spec: Spec, v: str) -> str:
        """Return a call that writes a part, reads it and compares."""
        readers, difference = self.readers, self._difference
        read = readers.reader(spec)

        def write(x: Any) -> Any:
            written = JsonWriter().write(x)
            again = read(written, Decoding(readers.uses.table, readers, {}))
            if is_unset(x) or difference(x, again) is not None:
                raise Unsure
            return written

        return f"{self.const(write)}({v})"

    def _plain(self, spec: Spec, v: str) -> str:
        """Return the expression of a value that decode leaves as it is."""
        first = next((self.readers.resolve(part.spec) for part in spec.parts()), spec)
        usual = spec.types or first.types or ()
        tests = [_PLAIN[name].format(v=v) for name in usual if name in _PLAIN]
        return f"({v} if {tests[0]} else write_plain({v}))" if len(tests) == 1 else f"write_plain({v})"

    def _if_it_passes(self, predicates: Sequence[Any], v: str) -> str:
        """Return the expression of a value that is its own JSON if it passes, since its readers leave it."""
        tests = [f"{self.const(each.test)}({v})" for each in predicates]
        return f"({v} if is_written_as_it_is({v}) and {' and '.join(tests)} else unsure())"

    # --- kinds: the expression, or None for a part that only the walks know --------------------------------

    def _steps(self, parts: Sequence[Spec], v: str) -> str | None:
        """Return the expression of a value that several parts read one after the other."""
        steps = [self.readers.resolve(part) for part in parts if self.readers.reader(part) is not leave]
        if len(steps) == 1:
            return self.expression(steps[0], v)
        if all(make_reader.dispatch(type(step)) is _OF_PREDICATE for step in steps):
            return self._if_it_passes(steps, v)
        return None

    def _by_parts(self, spec: Spec, v: str) -> str | None:
        parts = spec.parts()
        return self._steps(first_parts(parts), v) if parts[0].role == NEEDED else None

    def _and(self, spec: And, v: str) -> str | None:
        asked = [part for part in spec.preds if type(part) is AskPydantic]
        return None if asked else self._by_parts(spec, v)

    def _merge(self, spec: Merge, v: str) -> str | None:
        return self._steps(spec.open_parts(self.readers.uses.find), v)

    def _predicate(self, spec: Predicate, v: str) -> str | None:
        pred: Any = spec.pred
        if type(spec) is not Predicate or not isinstance(pred, type):
            return self._if_it_passes([spec], v)
        if pred in _TEXTS:
            test, text = (each.format(v=v) for each in _TEXTS[pred])
            return f"({text} if {test} else unsure())"
        if pred in (int, float):
            return f"({v} if {_PLAIN[pred.__name__].format(v=v)} else unsure())"
        if issubclass(pred, enum.Enum):
            return self._member(spec, v)
        cls: Any = pred  # which has a hash
        fields = spec_of_fields(cls) if is_plain_dataclass(pred) else None
        return self._if_it_passes([spec], v) if fields is None else self.expression(fields, v)

    def _member(self, spec: Predicate, v: str) -> str | None:
        """Return the expression of a member of an enum: a look-up among the members that come back."""
        cls: Any = spec.pred
        if inspect.getattr_static(cls, "value") is not vars(enum.Enum)["value"]:
            return None
        written = {}
        state = Decoding(self.readers.uses.table, self.readers, {})
        for member in cls:
            with contextlib.suppress(NoJsonError):
                json = JsonWriter().write(member)
                if type(json) in (str, int) and self.readers.reader(spec)(json, state) is member:
                    written[member._name_] = json
        return f"({self.const(written)}[{v}._name_] if type({v}) is {self.const(cls)} else unsure())"

    def _nilable(self, spec: Nilable, v: str) -> str | None:
        return self._optional(spec.pred, v) if self._is_never_null(spec.pred) else None

    def _union(self, spec: UnionType, v: str) -> str | None:
        """Return the expression of a value or None; decode reads the value if the other spec accepts it."""
        parts = [self.readers.resolve(part) for _, part in spec.branches]
        is_null = [type(part) is Predicate and part.pred in (is_none, type(None)) for part in parts]
        others = [part for part, is_none in zip(parts, is_null, strict=True) if not is_none]
        if len(parts) != 2 or len(others) != 1 or not self._is_never_null(others[0]):
            return None
        [part] = others
        is_valid = valid_test(part)
        if is_valid(None):
            return None
        if not (type(part) is Predicate and part.pred in _TEXTS):
            with self.block(f"if {v} is not None:"):
                self.unless(f"{self.const(is_valid)}({v})")
        return self._optional(part, v)

    def _is_never_null(self, spec: Spec) -> bool:
        """True for a spec with code that never writes a value as null."""
        spec = self.readers.resolve(spec)
        if type(spec) is Predicate:
            pred: Any = spec.pred
            is_class = isinstance(pred, type) and (is_plain_dataclass(pred) or issubclass(pred, enum.Enum))
            return pred in (*_TEXTS, int, float, str) or is_class
        if isinstance(spec, Wrapper) and make_reader.dispatch(type(spec)) is _OF_OTHERS:
            return self._is_never_null(spec.pred)
        is_record = isinstance(spec, RecordInstance) and is_plain_dataclass(spec.tp)
        return is_record or isinstance(spec, (Keys, Every, Tuple))

    def _optional(self, spec: Spec, v: str) -> str:
        before, result = len(self.lines), self.name("r")
        self.line(f"{result} = None")
        with self.block(f"if {v} is not None:"):
            written = self.expression(spec, v)
            if len(self.lines) > before + 2:
                self.line(f"{result} = {written}")
                return result
        del self.lines[before:]
        return f"(None if {v} is None else {written})"

    def _record(self, spec: RecordInstance, v: str) -> str | None:
        fields = [field.name for field in dataclasses.fields(spec.tp)] if is_plain_dataclass(spec.tp) else []
        if not fields or spec.json_keys != {name: name for name in fields}:
            return None
        self.unless(f"type({v}) is {self.const(spec.tp)}")
        entries = []
        for name in fields:
            part = self.name("e")
            # Python reads a name beyond ASCII in its normal form.
            is_usual = name.isascii() and name.isidentifier() and not iskeyword(name)
            self.line(f"{part} = {v}.{name}" if is_usual else f"{part} = getattr({v}, {name!r})")
            entries.append(f"{name!r}: {self.expression(spec.key_specs[name], part)}")
        return f"{{{', '.join(entries)}}}"

    def _keys(self, spec: Keys, v: str) -> str | None:
        uses = self.readers.uses
        parts = {key: part for key, part in spec.key_specs.items() if is_known(part, uses)}
        if not all(type(key) is str and is_written_as_it_is(key) for key in parts):
            return None
        takes_names = type(spec).spec_at is Keys.spec_at
        result, left, key, part = (self.name(prefix) for prefix in "rnke")
        self.unless(f"type({v}) is dict")
        with self.block(f"for {key} in {v}:"):
            self.unless(f"type({key}) is str")
        self.line(f"{result} = {v}.copy()")
        self.line(f"{left} = len({result})")
        for listed, inner in parts.items():
            with self.block(f"if {listed!r} in {result}:"):
                each = self.name("e")
                self.line(f"{left} -= 1")
                self.line(f"{each} = {result}[{listed!r}]")
                self.line(f"{result}[{listed!r}] = {self.expression(inner, each)}")
        with self.block(f"if {left}:"):
            others = self.const(frozenset(parts))
            with self.block(f"for {key}, {part} in {v}.items():"), self.block(f"if {key} not in {others}:"):
                is_no_name = f" and names.current.find({key}) is None" if takes_names else ""
                self.unless(f"(is_written_as_it_is({key}){is_no_name})")
                self.line(f"{result}[{key}] = write_plain({part})")
        return result

    def _tuple(self, spec: Tuple, v: str) -> str:
        self.unless(f"(type({v}) is {spec.into.__name__} and len({v}) == {len(spec.preds)})")
        parts = [self.name("e") for _ in spec.preds]
        if parts:
            self.line(f"{', '.join(parts)}, = {v}")
        written = [self.expression(pred, part) for pred, part in zip(spec.preds, parts, strict=True)]
        return f"[{', '.join(written)}]"

    def _every(self, spec: Every, v: str) -> str | None:
        o = spec.options
        kind = None if o.kind is None else self.readers.resolve(o.kind)
        if self._loops >= MOST_LOOPS or not (kind is None or type(kind) is Predicate):
            return None
        if isinstance(spec, HomogeneousMap):
            return self._map(spec, v) if kind is None or kind.pred in (dict, is_dict, Mapping) else None
        if kind is None:
            goes_into = type(spec) in (Every, CollOf) and o.into in (tuple, set, frozenset)
            cls: Any = o.into if goes_into else list
        else:
            cls = list if kind.pred is is_list else kind.pred
        is_set = cls in (set, frozenset)
        if cls not in (list, tuple, set, frozenset, collections.deque) or (
            is_set and not self._is_atom(spec.pred)
        ):
            return None
        self.unless(f"type({v}) is {cls.__name__}")
        part = self.name("e")
        head = f"for {part} in {f'stable_order({v})' if is_set else v}"
        return self._loop(head, lambda: self.expression(spec.pred, part))

    def _is_atom(self, spec: Spec) -> bool:
        """True for the spec of members of a set that are not collections, and equal only themselves."""
        spec = self.readers.resolve(spec)
        pred: Any = spec.pred if type(spec) is Predicate else None
        is_enum = isinstance(pred, type) and issubclass(pred, enum.Enum)
        has_usual_hash = is_enum and (pred.__eq__, pred.__hash__) == _USUAL
        is_known = pred in (int, float) or (
            pred in _TEXTS and pred is not decimal.Decimal
        )  # one NaN is another
        return self.readers.reader(spec) is leave or is_known or has_usual_hash

    def _map(self, spec: HomogeneousMap, v: str) -> str | None:
        entry = self.readers.resolve(spec.pred)
        if not isinstance(entry, Tuple) or len(entry.preds) != 2:
            return None
        key, part = self.name("k"), self.name("e")
        key_spec = self.readers.resolve(entry.preds[0])
        pred: Any = key_spec.pred if type(key_spec) is Predicate else None
        if self.readers.reader_of_keys(key_spec) is leave:
            test, text = _PLAIN["str"], "{v}"
        elif pred is int:
            test, text = _PLAIN["int"], "str({v})"
        elif pred in _TEXTS and self._is_atom(key_spec):
            test, text = _TEXTS[pred]
        else:
            return None
        self.unless(f"type({v}) is dict")
        written = f"({text} if {test} else unsure())".format(v=key)
        return self._loop(
            f"for {key}, {part} in {v}.items()", lambda: self.expression(entry.preds[1], part), written
        )

    def _loop(self, head: str, write: Callable[[], str], key: str | None = None) -> str:
        """Return the expression of a list, or with keys of a map; a comprehension where it needs no lines."""
        before, result = len(self.lines), self.name("r")
        self.line(f"{result} = {'[]' if key is None else '{}'}")
        self._loops += 1
        with self.block(f"{head}:"):
            written = write()
            has_lines = len(self.lines) > before + 2
            self.line(f"{result}.append({written})" if key is None else f"{result}[{key}] = {written}")
        self._loops -= 1
        if has_lines:
            return result
        del self.lines[before:]
        return f"[{written} {head}]" if key is None else f"{{{key}: {written} {head}}}"


_USUAL: Final[Any] = (object.__eq__, enum.Enum.__hash__)
_OF_OTHERS: Final = make_reader.dispatch(object)
_OF_PREDICATE: Final = make_reader.dispatch(Predicate)

_KINDS: Final[Mapping[Any, Callable[..., str | None]]] = {
    _OF_OTHERS: EncoderSource._by_parts,
    _OF_PREDICATE: EncoderSource._predicate,
    make_reader.dispatch(And): EncoderSource._and,
    make_reader.dispatch(Every): EncoderSource._every,
    make_reader.dispatch(Keys): EncoderSource._keys,
    make_reader.dispatch(Merge): EncoderSource._merge,
    make_reader.dispatch(Nilable): EncoderSource._nilable,
    make_reader.dispatch(RecordInstance): EncoderSource._record,
    make_reader.dispatch(Tuple): EncoderSource._tuple,
    make_reader.dispatch(UnionType): EncoderSource._union,
}
"""By the reader of a kind, the method that writes its code; it writes no line if it returns None."""
