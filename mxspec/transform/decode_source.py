"""The code that decodes a spec: the readers of its parts in one function, for JSON of the usual types.

A reader calls a reader for each of its parts. The code for a dataclass with a name and a day takes both out
of the map, reads the day, and makes the instance. JSON of an unusual type, and parts without code here, go to
the reader of the part, so that the meaning is defined once.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import operator
from collections.abc import Callable, Mapping
from keyword import iskeyword
from typing import Any, Final

from mxspec.base.value_types import TEXTS
from mxspec.predicates import is_list, is_none
from mxspec.specs.collections import CollOf, Every, HomogeneousMap
from mxspec.specs.compiled import execute, valid_test
from mxspec.specs.core.generation import accepts
from mxspec.specs.core.parts import NEEDED
from mxspec.specs.core.spec import Predicate, Spec
from mxspec.specs.core.writer import expanded_size
from mxspec.specs.logic import And, UnionType
from mxspec.specs.maps import Keys, is_known
from mxspec.specs.wrappers import Nilable, Wrapper
from mxspec.transform.annotations.containers import HomogeneousCollection
from mxspec.transform.annotations.owners import AskPydantic
from mxspec.transform.annotations.records import RecordInstance
from mxspec.transform.decode import Read, Readers, leave, make_reader, spec_of_fields
from mxspec.transform.schemas.json_schema import first_parts
from mxspec.transform.source_lines import SourceLines, is_plain_dataclass

MOST_LINES: Final = 300
MOST_NESTED: Final = 8
MOST_LOOPS: Final = 3  # in each other: a list may hold one list many times, which readers remember


def _reader_of_text(make: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(x: str) -> Any:
        try:
            return make(x)
        except Exception:  # another text
            return x

    return read


_READERS_OF_TEXT: Final = {row.cls: _reader_of_text(row.read) for row in TEXTS if row.read is not None}


def as_set_of_texts(x: list[Any]) -> set[str] | None:
    """Return a list of texts as a set; None for other members, which a set may lose."""
    return set(x) if {*map(type, x)} == _TEXT else None


_TEXT: Final = {str}


def keep_same(x: list[Any], parts: list[Any]) -> list[Any]:
    """Return x if it holds these very objects as parts, else the parts."""
    return x if all(map(operator.is_, x, parts)) else parts


def make_decoder(readers: Readers) -> Read | None:
    """Return a function that reads like `readers.whole`, or None.

    Args:
        readers: the readers of the spec, for JSON and without options.
    """
    try:
        source = DecoderSource(readers)
        result = source.expression(readers.spec, "x")
        own = ["def decode(x, state):", *source.lines, f"    return {result}", ""]
        text = "\n".join([*source.functions, *own])
        constants = {"as_set_of_texts": as_set_of_texts, "keep_same": keep_same, **source.constants}
        return execute(text, constants)["decode"]  # type: ignore[no-any-return]
    except Exception:  # a class can't be read, or has too many parts
        return None


class _NotSureError(Exception):
    """The error for a class with parts that may not fit though their types do."""


class DecoderSource(SourceLines):
    """The lines of one decoder.

    Args:
        readers: as in `make_decoder`.

    Attributes:
        functions: the lines of the functions for recursive specs.
    """

    def __init__(self, readers: Readers) -> None:
        super().__init__()
        self.readers = readers
        self.functions: list[str] = []
        self._names: dict[int, str] = {}  # names of these functions, by the ids of their specs
        self._nested = self._loops = 0

    def expression(self, spec: Spec, v: str) -> str:
        """Write the code that reads a part, and return the expression of its value.

        Args:
            spec: the spec of the part.
            v: the variable of the JSON; the expression is v itself if it stays as it is.
        """
        part, spec = spec, self.readers.resolve(spec)
        if self.readers.reader(spec) is leave:
            return v
        if part is not spec and self._leads_back(spec):
            call = f"{self._function(part, spec)}({v}, state)"
            return f"({call} if type({v}) is dict else {self._by_reader(part, v)})"
        return self._code_of(spec, v)

    def _code_of(self, spec: Spec, v: str) -> str:
        write = _KINDS.get(make_reader.dispatch(type(spec)))
        if write is None or self._nested >= MOST_NESTED or self._size() > MOST_LINES:
            return self._by_reader(spec, v)
        self._nested += 1
        result = write(self, spec, v)
        self._nested -= 1
        return self._by_reader(spec, v) if result is None else result

    def _by_reader(self, spec: Spec, v: str) -> str:
        return f"{self.const(self.readers.reader(spec))}({v}, state)"

    def _size(self) -> int:
        return len(self.functions) + len(self.lines)

    def _leads_back(self, spec: Spec) -> bool:
        """True if a spec is a part of itself."""
        seen, waiting = set[int](), [spec]
        while waiting:
            for part in waiting.pop().parts():
                target = self.readers.resolve(part.spec)
                if target is spec:
                    return True
                if id(target) not in seen:
                    seen.add(id(target))
                    waiting.append(target)
        return False

    def _function(self, part: Spec, spec: Spec) -> str:
        """Return the name of the function for maps of a recursive spec.

        The function and the reader of the name share a memo: a value may hold one map many times, and inside
        a value that contains itself, this value stays as it is.

        Args:
            part: the reference to the spec.
            spec: the spec.
        """
        if id(part) not in self._names:
            name = self._names[id(part)] = self.name("read")
            outer = self.lines, self.indentation, self._nested, self._loops
            self.lines, self.indentation, self._nested, self._loops = [], 1, 0, 0
            self.line(f"key = {self.const(id(self.readers.reader(part)))}, id(x)")
            self.line("known = state.known.get(key)")
            with self.block("if known is None:"):
                self.line("known = state.known[key] = [x, x]")
                self.line(f"known[1] = {self._code_of(spec, 'x')}")
            self.line("return known[1]")
            self.functions += [f"def {name}(x, state):", *self.lines]
            self.lines, self.indentation, self._nested, self._loops = outer
        return self._names[id(part)]

    # --- kinds: the expression, or None where the part's reader is called -----------------------------------

    def _by_parts(self, spec: Spec, v: str) -> str | None:
        parts = spec.parts()
        if parts[0].role != NEEDED:
            return None
        steps = [part for part in first_parts(parts) if self.readers.reader(part) is not leave]
        return self.expression(steps[0], v) if len(steps) == 1 else None

    def _and(self, spec: And, v: str) -> str | None:
        return None if any(type(part) is AskPydantic for part in spec.preds) else self._by_parts(spec, v)

    def _predicate(self, spec: Predicate, v: str) -> str | None:
        pred: Any = spec.pred
        if type(spec) is not Predicate or not isinstance(pred, type):
            return None
        if pred in _READERS_OF_TEXT:
            read = self.const(_READERS_OF_TEXT[pred])
            return f"({read}({v}) if type({v}) is str else {self._by_reader(spec, v)})"
        if pred in (int, float):
            return f"({v} if type({v}) is {pred.__name__} else {self._by_reader(spec, v)})"
        fields = spec_of_fields(pred) if is_plain_dataclass(pred) else None
        if fields is None or expanded_size(fields, self.readers.uses.table)[1]:
            return None
        record = self.readers.resolve(fields.parts()[0].spec)
        return self._record(record, v, spec) if isinstance(record, RecordInstance) else None

    def _nilable(self, spec: Nilable, v: str) -> str:
        result = self.name("r")
        self.line(f"{result} = None")
        with self.block(f"if {v} is not None:"):
            self.line(f"{result} = {self.expression(spec.pred, v)}")
        return result

    def _union(self, spec: UnionType, v: str) -> str | None:
        """Return the expression of a value that needs no JSON, or None."""
        parts = [self.readers.resolve(part) for _, part in spec.branches]
        others = [part for part in parts if not (type(part) is Predicate and part.pred is is_none)]
        if len(parts) == 2 and len(others) == 1 and type(others[0]) is RecordInstance:
            return self._optional_record(spec, others[0], v)
        if len(parts) != 2 or len(others) != 1 or type(others[0]) is not Predicate:
            return None
        pred = others[0].pred
        if pred not in _READERS_OF_TEXT or valid_test(others[0])(None):
            return None
        read = self.const(_READERS_OF_TEXT[pred])
        return f"(None if {v} is None else {read}({v}) if type({v}) is str else {self._by_reader(spec, v)})"

    def _optional_record(self, spec: UnionType, record: RecordInstance, v: str) -> str | None:
        """Return the expression of an instance, or of None; a result that does not fit leaves the JSON."""
        if not is_plain_dataclass(record.tp):
            return None
        [part] = (part for _, part in spec.branches if self.readers.resolve(part) is record)
        result, read = self.name("r"), self.name("e")
        self.line(f"{result} = {v}")
        with self.block(f"if type({v}) is dict:"):
            sure = self._sure_function(record)
            if sure is not None:
                self.line(f"{result} = {sure}({v}, state)")
            with self.block(f"if {result} is None:" if sure else "if True:"):
                self.line(f"{result} = {v}")
                self.line(f"{read} = {self.expression(part, v)}")
                with self.block(f"if {read} is not {v} and state.fits({self.const(record)}, {read}):"):
                    self.line(f"{result} = {read}")
        with self.block(f"elif {v} is not None:"):
            self.line(f"{result} = {self._by_reader(spec, v)}")
        return result

    # --- values that are sure to fit ------------------------------------------------------------------------

    def _sure_function(self, record: RecordInstance) -> str | None:
        """Return the name of a function that reads values sure to fit and returns None for the rest, if any.

        An optional instance has to fit its class, and so do the instances in it. A check of each takes most
        of the time: a tree of 511 nodes takes 2.9 ms with checks, .5 without.
        """
        names, count = dict(self._names), len(self.functions)
        outer = self.lines, self.indentation, self._loops
        try:
            return self._sure_record(record)
        except _NotSureError:
            del self.functions[count:]
            self._names = names
            return None
        finally:
            self.lines, self.indentation, self._loops = outer

    def _sure_record(self, record: RecordInstance) -> str:
        names = self._plain_fields(record)
        if not names or self._size() > MOST_LINES:
            raise _NotSureError
        if (known := self._names.get(-id(record))) is not None:
            return known
        name = self._names[-id(record)] = self.name("sure")
        outer = self.lines, self.indentation, self._loops
        self.lines, self.indentation, self._loops = [], 1, 0
        self.line(f"key = {self.const(name)}, id(x)")
        with self.block("if key in state.known:"):
            self.line("return state.known[key][1]")
        # Inside a value that contains itself, nothing is sure.
        self.line("known = state.known[key] = [x, None]")
        with self.block(f"if type(x) is not dict or not x.keys() <= {self.const(frozenset(names))}:"):
            self.line("return None")
        self.line("a = {}")
        for field in names:
            with self.block(f"if {field!r} in x:"):
                self.line(f"e = x[{field!r}]")
                self.line(f"a[{field!r}] = {self._sure_part(record.key_specs[field], 'e')}")
            if record.arguments[field]:
                with self.block("else:"):
                    self.line("return None")
        with self.block("try:"):
            self.line(f"made = {self.const(record.tp)}(**a)")
        with self.block("except Exception:"):  # of a default's factory
            self.line("return None")
        for field in names:
            part = record.key_specs[field]
            if not (record.arguments[field] or self._fits_default(record, field)):
                self._end_unless(f"{field!r} in a or state.fits({self.const(part)}, made.{field})")
        self.line("known[1] = made")
        self.line("return made")
        self.functions += [f"def {name}(x, state):", *self.lines]
        self.lines, self.indentation, self._loops = outer
        return name

    def _fits_default(self, record: RecordInstance, name: str) -> bool:
        """True if a plain default fits its field, so that no check is needed."""
        [default] = (field.default for field in dataclasses.fields(record.tp) if field.name == name)
        is_plain = default is None or type(default) in (bool, int, str)
        return is_plain and accepts(record.key_specs[name], default, self.readers.uses.table)

    def _sure_part(self, spec: Spec, v: str) -> str:
        """Write code that ends the function unless a part is sure to fit, and return its value's expression.

        Raises:
            _NotSureError: no code is known for the kind of the part.
        """
        spec = self.readers.resolve(spec)
        pred: Any = spec.pred if type(spec) is Predicate else None
        result = self.name("s")
        if pred in (int, float, str):
            self._end_unless(f"type({v}) is {pred.__name__}")
            return v
        if pred in _READERS_OF_TEXT:
            self._end_unless(f"type({v}) is str")
            self.line(f"{result} = {self.const(_READERS_OF_TEXT[pred])}({v})")
            self._end_unless(f"{result} is not {v}")
            return result
        if type(spec) is RecordInstance:
            self.line(f"{result} = {self._sure_record(spec)}({v}, state)")
            self._end_unless(f"{result} is not None")
            return result
        if self.readers.reader(spec) is leave:
            self._end_unless(f"state.fits({self.const(spec)}, {v})")
            return v
        parts = [self.readers.resolve(part) for _, part in spec.branches] if type(spec) is UnionType else []
        others = [part for part in parts if not (type(part) is Predicate and part.pred is is_none)]
        if len(parts) == 2 and len(others) == 1:
            self.line(f"{result} = {v}")
            with self.block(f"if {v} is not None:"):
                self.line(f"{result} = {self._sure_part(others[0], v)}")
            return result
        if isinstance(spec, Wrapper):
            return self._sure_part(spec.pred, v)
        if type(spec) is not HomogeneousCollection or spec.cls is not list or self._loops >= MOST_LOOPS:
            raise _NotSureError
        if spec.options.distinct or spec.options.sizes() != (0, math.inf):
            raise _NotSureError
        return self._sure_list(spec, v)

    def _sure_list(self, spec: HomogeneousCollection, v: str) -> str:
        self._end_unless(f"type({v}) is list")
        result, part = self.name("s"), self.name("e")
        self.line(f"{result} = []")
        self._loops += 1
        with self.block(f"for {part} in {v}:"):
            self.line(f"{result}.append({self._sure_part(spec.pred, part)})")
        self._loops -= 1
        self.line(f"{result} = keep_same({v}, {result})")
        return result

    def _end_unless(self, condition: str) -> None:
        with self.block(f"if not ({condition}):"):
            self.line("return None")

    # --- classes and collections ----------------------------------------------------------------------------

    def _plain_fields(self, spec: RecordInstance) -> list[str]:
        """Return the fields of a plain dataclass that are keys of JSON; none for a different class."""
        names = [field.name for field in dataclasses.fields(spec.tp)] if is_plain_dataclass(spec.tp) else []
        is_usual = all(name.isascii() and not iskeyword(name) for name in names)
        return names if is_usual and spec.json_keys == {name: name for name in names} else []

    def _record(self, spec: RecordInstance, v: str, asked: Spec | None = None) -> str | None:
        fields = self._plain_fields(spec)
        if not fields:
            return None
        result, arguments, part = (self.name(prefix) for prefix in "rae")
        needed = [name for name in fields if spec.arguments[name]]
        has_needed = "".join(f" and {name!r} in {v}" for name in needed)
        has_others = f"len({v}) == {len(fields)}"
        if len(needed) < len(fields):
            has_others = f"{v}.keys() <= {self.const(frozenset(fields))}"
        with self.block(f"if type({v}) is dict and {has_others}{has_needed}:"):
            self.line(f"{arguments} = {{}}")
            for name in fields:
                is_there = contextlib.nullcontext() if name in needed else self.block(f"if {name!r} in {v}:")
                with is_there:
                    self.line(f"{part} = {v}[{name!r}]")
                    self.line(f"{arguments}[{name!r}] = {self.expression(spec.key_specs[name], part)}")
            with self.block("try:"):
                self.line(f"{result} = {self.const(spec.tp)}(**{arguments})")
            with self.block("except Exception:"):  # of a default's factory
                self.line(f"{result} = {self._by_reader(asked or spec, v)}")
        with self.block("else:"):
            self.line(f"{result} = {self._by_reader(asked or spec, v)}")
        return result

    def _keys(self, spec: Keys, v: str) -> str | None:
        uses = self.readers.uses
        parts = {key: part for key, part in spec.key_specs.items() if is_known(part, uses)}
        if not all(type(key) is str for key in parts):
            return None
        result, key, part = (self.name(prefix) for prefix in "rke")
        listed = self.const(frozenset(parts))
        self.line(f"{result} = {v}")
        with self.block(f"if type({v}) is dict:"):
            # A key that is no text, or that is a registered name, is left to the reader.
            takes_names = type(spec).spec_at is Keys.spec_at
            is_name = f" or state.table.find({key}) is not None" if takes_names else ""
            is_other = f"type({key}) is not str or ({key} not in {listed} and (False{is_name}))"
            with self.block(f"for {key} in {v}:"), self.block(f"if {is_other}:"):
                self.line(f"{result} = {self._by_reader(spec, v)}")
                self.line("break")
            with self.block("else:"):
                self.line("pass")
                for name, inner in parts.items():
                    if self.readers.reader(self.readers.resolve(inner)) is leave:
                        continue
                    with self.block(f"if {name!r} in {v}:"):
                        self.line(f"{part} = {v}[{name!r}]")
                        read = self.name("e")
                        self.line(f"{read} = {self.expression(inner, part)}")
                        with self.block(f"if {read} is not {part}:"):
                            with self.block(f"if {result} is {v}:"):
                                self.line(f"{result} = {{**{v}}}")
                            self.line(f"{result}[{name!r}] = {read}")
        return result

    def _every(self, spec: Every, v: str) -> str | None:
        o = spec.options
        kind = None if o.kind is None else self.readers.resolve(o.kind)
        if self._loops >= MOST_LOOPS or isinstance(spec, HomogeneousMap):
            return None
        if kind is None:
            goes_into = type(spec) in (Every, CollOf) and o.into in (tuple, set, frozenset)
            cls: Any = o.into if goes_into else list
        elif type(kind) is Predicate:
            cls = list if kind.pred is is_list else kind.pred
        else:
            return None
        is_left = self.readers.reader(self.readers.resolve(spec.pred)) is leave
        if cls is not list and not (cls is set and is_left):
            return None
        result = self.name("r")
        with self.block(f"if type({v}) is list:"):
            if cls is set:
                self.line(f"{result} = as_set_of_texts({v})")
                with self.block(f"if {result} is None:"):
                    self.line(f"{result} = {self._by_reader(spec, v)}")
            elif is_left:
                self.line(f"{result} = {v}")
            else:
                part = self.name("e")
                self.line(f"{result} = []")
                self._loops += 1
                with self.block(f"for {part} in {v}:"):
                    self.line(f"{result}.append({self.expression(spec.pred, part)})")
                self._loops -= 1
                self.line(f"{result} = keep_same({v}, {result})")
        with self.block("else:"):
            self.line(f"{result} = {self._by_reader(spec, v)}")
        return result


_KINDS: Final[Mapping[Any, Callable[..., str | None]]] = {
    make_reader.dispatch(object): DecoderSource._by_parts,
    make_reader.dispatch(And): DecoderSource._and,
    make_reader.dispatch(Every): DecoderSource._every,
    make_reader.dispatch(Keys): DecoderSource._keys,
    make_reader.dispatch(Nilable): DecoderSource._nilable,
    make_reader.dispatch(Predicate): DecoderSource._predicate,
    make_reader.dispatch(RecordInstance): DecoderSource._record,
    make_reader.dispatch(UnionType): DecoderSource._union,
}
"""By the reader of a kind, the method that writes its code; it writes no line if it returns None."""
