"""The code that decodes a spec: the readers of its parts in one function, for JSON of the usual types.

A reader calls one for each of its parts. The code of a dataclass with a name and a day takes both out of the
map, reads the day, and makes the instance. JSON of another type, and a part of another kind, go to the reader
of that part, so that all have one meaning.
"""

from __future__ import annotations

import dataclasses
import datetime
import operator
import uuid
from collections.abc import Callable, Mapping
from keyword import iskeyword
from typing import Any, Final

from mxspec.annotations.owners import AskPydantic
from mxspec.annotations.records import RecordInstance
from mxspec.core.parts import NEEDED
from mxspec.core.spec import Predicate, Spec
from mxspec.core.writer import expanded_size
from mxspec.predicates import is_list, is_none
from mxspec.schemas.json_schema import first_parts
from mxspec.specs.collections import CollOf, Every, HomogeneousMap
from mxspec.specs.compiled import execute, valid_test
from mxspec.specs.logic import And, UnionType
from mxspec.specs.maps import Keys, is_known
from mxspec.specs.wrappers import Nilable
from mxspec.transform.decode import Read, Readers, leave, make_reader, spec_of_fields
from mxspec.transform.json_values import read_moment
from mxspec.transform.source_lines import SourceLines, is_plain_dataclass

MOST_LINES: Final = 300
MOST_NESTED: Final = 8
MOST_LOOPS: Final = 3  # in each other: a list may hold one list many times, which readers remember

_OF_TEXT: Final[Mapping[type, Callable[[str], Any]]] = {
    datetime.date: datetime.date.fromisoformat,
    datetime.datetime: read_moment,
    datetime.time: datetime.time.fromisoformat,
    uuid.UUID: uuid.UUID,
}
"""The functions that the readers of classes call with a text."""


def _reader_of_text(make: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(x: str) -> Any:
        try:
            return make(x)
        except Exception:  # another text
            return x

    return read


_READERS_OF_TEXT: Final = {cls: _reader_of_text(make) for cls, make in _OF_TEXT.items()}


def as_set_of_texts(x: list[Any]) -> set[str] | None:
    """Return the set of a list of texts, or None for other members, which may be lost in a set."""
    return set(x) if {*map(type, x)} == _TEXT else None


_TEXT: Final = {str}


def keep_same(x: list[Any], parts: list[Any]) -> list[Any]:
    """Return x if its parts are these very ones, else the parts."""
    return x if all(map(operator.is_, x, parts)) else parts


def make_decoder(readers: Readers) -> Read | None:
    """Return a function that reads as `readers.whole` does; None for a spec that leads back to itself.

    Args:
        readers: the readers of the spec, for JSON and without options.
    """
    try:
        # Inside a value that contains itself, the readers leave it as it is.
        if expanded_size(readers.spec, readers.uses.table)[1]:
            return None
        source = DecoderSource(readers)
        result = source.expression(readers.spec, "x")
        text = "\n".join(["def decode(x, state):", *source.lines, f"    return {result}", ""])
        constants = {"as_set_of_texts": as_set_of_texts, "keep_same": keep_same, **source.constants}
        return execute(text, constants)["decode"]  # type: ignore[no-any-return]
    except Exception:  # a class can't be read, or has too many parts
        return None


class DecoderSource(SourceLines):
    """The lines of one decoder.

    Args:
        readers: as in `make_decoder`.
    """

    def __init__(self, readers: Readers) -> None:
        super().__init__()
        self.readers = readers
        self._nested = self._loops = 0

    def expression(self, spec: Spec, v: str) -> str:
        """Write the reading of a part, and return the expression of its value.

        Args:
            spec: the spec of the part.
            v: the variable of the JSON; the expression is v itself if it stays as it is.
        """
        spec = self.readers.resolve(spec)
        if self.readers.reader(spec) is leave:
            return v
        write = _KINDS.get(make_reader.dispatch(type(spec)))
        if write is None or self._nested >= MOST_NESTED or len(self.lines) > MOST_LINES:
            return self._by_reader(spec, v)
        self._nested += 1
        result = write(self, spec, v)
        self._nested -= 1
        return self._by_reader(spec, v) if result is None else result

    def _by_reader(self, spec: Spec, v: str) -> str:
        return f"{self.const(self.readers.reader(spec))}({v}, state)"

    # --- kinds: the expression, or None for a part that its reader reads -----------------------------------

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
        """Return the expression of a value without JSON, or None."""
        parts = [self.readers.resolve(part) for _, part in spec.branches]
        others = [part for part in parts if not (type(part) is Predicate and part.pred is is_none)]
        if len(parts) != 2 or len(others) != 1 or type(others[0]) is not Predicate:
            return None
        pred = others[0].pred
        if pred not in _READERS_OF_TEXT or valid_test(others[0])(None):
            return None
        read = self.const(_READERS_OF_TEXT[pred])
        return f"(None if {v} is None else {read}({v}) if type({v}) is str else {self._by_reader(spec, v)})"

    def _record(self, spec: RecordInstance, v: str, asked: Spec | None = None) -> str | None:
        fields = [field.name for field in dataclasses.fields(spec.tp)] if is_plain_dataclass(spec.tp) else []
        is_usual = all(name.isascii() and not iskeyword(name) for name in fields)
        if not fields or not is_usual or spec.json_keys != {name: name for name in fields}:
            return None
        result, parts = self.name("r"), {name: self.name("e") for name in fields}
        has_all = " and ".join(f"{name!r} in {v}" for name in fields)
        with self.block(f"if type({v}) is dict and len({v}) == {len(fields)} and {has_all}:"):
            arguments = []
            for name, part in parts.items():
                self.line(f"{part} = {v}[{name!r}]")
                arguments.append(f"{name}={self.expression(spec.key_specs[name], part)}")
            self.line(f"{result} = {self.const(spec.tp)}({', '.join(arguments)})")
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
            # A key of another type, or that is a registered name, is left to the reader.
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
