"""The spec of what senders send for the values of a spec: a dict of its fields instead of an instance.

{"user": User} becomes {"user": {"name": str}}. Two versions of a class accept no instances of each other, but
`decode` makes instances of both from the same dict. So wherever a spec leads to a class, at any depth and
behind names, the dict of its fields stands for it. A condition on instances judges the instances that
`decode` makes. Everything else stays a Python value: a date does not become text.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Final

from mxspec.base import names
from mxspec.base.fields import class_fields, init_only_names
from mxspec.base.names import Names
from mxspec.base.values import INVALID, plain_text
from mxspec.changes.borders.inner import leads_to_change, preds_before_change
from mxspec.errors import LimitError, Problem, SpecError
from mxspec.functions.fspec import FSpec
from mxspec.predicates import is_any
from mxspec.specs.collections import CollOf, Options, Tuple
from mxspec.specs.core.generation import accepts
from mxspec.specs.core.parts import Part
from mxspec.specs.core.question import Place, Question, ask_spec
from mxspec.specs.core.rewriting import Rewriting, RewrittenReference, with_parts
from mxspec.specs.core.spec import AskKind, Find, Predicate, Spec, as_part, walk
from mxspec.specs.logic import And, UnionType
from mxspec.specs.maps import Keys
from mxspec.specs.multi_specs import MultiSpec
from mxspec.specs.regex.combinators import Amp, Cat, Maybe, Plus, Star
from mxspec.specs.regex.matching import NestedRegex
from mxspec.specs.wrappers import Nonconforming, Wrapper
from mxspec.transform.annotations.constraints import literal
from mxspec.transform.annotations.constructors import own_code
from mxspec.transform.annotations.model_instances import ModelInstance
from mxspec.transform.annotations.owners import AskPydantic, ask_pydantic
from mxspec.transform.annotations.records import RecordInstance, RecordOf, annotation_with
from mxspec.transform.decode import decode


def wire(spec: Any) -> Spec:
    """Return the spec of what senders send for the values of a spec.

    A sender's dict for a pydantic model has values of the annotated types. On the receiving side pydantic
    alone decides, with its conversions.

    Example:
        >>> import dataclasses, mxspec as s
        >>> @dataclasses.dataclass
        ... class Pet:
        ...     name: str
        ...     legs: int = 4
        >>> s.valid(wire({"pet": Pet}), {"pet": {"name": "Suki"}}), s.valid(wire(Pet), {"legs": 4})
        (True, False)
    """
    return Wire(names.current).of(as_part(spec))


class Wire:
    """The specs of what is sent for the specs of a table of names.

    Attributes:
        table: the table.
        names: the table with what is sent; the same one if none of its specs leads to a class.
        of: a function from a spec of the table to the spec of what is sent.
    """

    def __init__(self, table: Names) -> None:
        self.table = table
        self.of = Rewriting(lambda spec, new: _sent_spec(spec, new, self), _is_class, table.find).of
        self.names = _rewritten_names(table, self.of)

    def may_change(self, spec: Spec) -> bool:
        """True unless it is sure that conform returns the value itself."""
        return leads_to_change(spec, self.table)

    def condition(self, new: Spec, spec: Spec, base: Spec | None) -> Spec:
        """Return a part of what is sent; a condition judges the instances that base makes."""
        return (
            OnInstance(spec, base, self.table, name=spec.name) if new is spec and _is_condition(spec) else new
        )


def _rewritten_names(table: Names, of: Callable[[Spec], Spec]) -> Names:
    """Return a table with rewritten specs; the same one if all of them stay."""
    entries = dict(table.entries)
    new = {name: of(x) if isinstance(x, Spec) else x for name, x in entries.items()}
    return Names(new) if any(x is not entries[name] for name, x in new.items()) else table


def output_of(spec: Spec, table: Names) -> tuple[Spec, Names]:
    """Return what classes write for a spec of what is sent, and the table with what is written.

    A class reads a dict without a field that has a default, but writes all its fields.
    """
    of, table = _output_rewriting(table)
    return of(spec), table


@functools.lru_cache(maxsize=2)  # each function of a file needs it again
def _output_rewriting(table: Names) -> tuple[Callable[[Spec], Spec], Names]:
    of = Rewriting(_output_spec, lambda part: isinstance(part, (SentFields, SentList)), table.find).of
    return of, _rewritten_names(table, of)


def _output_spec(spec: Spec, new: Any) -> Spec:
    if isinstance(spec, ModelPayload) and isinstance(spec.preds[-1], AskPydantic):
        return ModelPayload((new.preds[0], AskOutput(spec.preds[-1].pred, bare=True)), name=spec.name)
    if isinstance(spec, SentList):
        return And((new, CollOf(ANYTHING, Options(min_count=spec.count))))
    if not isinstance(spec, SentFields):
        return new  # type: ignore[no-any-return]
    omits = getattr(getattr(spec.cls, "__struct_config__", None), "omit_defaults", False)
    if omits or init_only_names(spec.cls):
        return new  # type: ignore[no-any-return]
    return new.with_specs(new.key_specs, {*spec.key_specs})  # type: ignore[no-any-return]


def _is_class(spec: Spec) -> bool:
    """True for the instances of a class that senders send as dicts, also within a kind of a user."""
    if isinstance(spec, AskKind):
        return any(map(_is_class, (spec.of, *(part for part in walk(spec) if not isinstance(part, AskKind)))))
    is_record = isinstance(spec, RecordInstance) and not isinstance(spec, RecordOf)
    return isinstance(spec, ModelInstance) or is_record


def _is_condition(spec: Spec) -> bool:
    """True for a function, which sees an instance and not the dict that was sent."""
    if isinstance(spec, Predicate):
        return not isinstance(spec, AskPydantic) and spec.pred is not is_any
    return (isinstance(spec, Wrapper) and _is_condition(spec.pred)) or (
        isinstance(spec, And) and all(map(_is_condition, spec.preds))
    )


# --- what is sent for each kind ---------------------------------------------------------------------------


@functools.singledispatch
def _sent_spec(spec: Spec, new: Any, wire: Wire) -> Spec:
    """Return what is sent for a spec, given the spec made of what is sent for its parts."""
    return new  # type: ignore[no-any-return]


@_sent_spec.register
def _sent_for_kind(spec: AskKind, new: AskKind, wire: Wire) -> Spec:
    return OnInstance(spec, None, wire.table, name=spec.name)  # decode makes no instances for it


@_sent_spec.register
def _sent_for_record(spec: RecordInstance, new: RecordInstance, wire: Wire) -> Spec:
    if not _is_class(spec):
        return spec  # its attributes are not dicts, since it is an instance itself
    if hasattr(spec.tp, "__pydantic_fields__"):
        return _sent_for_fields(spec, spec.tp, new.key_specs)
    tag, asked = spec.struct, _asked_code(spec)
    specs: dict[str, Spec] = {} if tag.key is None else {tag.key: literal((tag.value,))}
    specs |= {key: _without_datetimes(new.key_specs[name]) for key, name in spec.json_keys.items()}
    needed = _needed_keys(spec, is_asked=asked is not None)
    reader = OnInstance(spec, spec, wire.table)
    sent: Spec = SentFields.of_class(spec, spec.tp, specs, needed, closed=not tag.is_open, reader=reader)
    if tag.is_list:
        sent = _sent_list(spec, specs, needed | ({*specs} - {*spec.json_keys}))
    if asked is None:
        return sent
    return OwnPayload((sent, reader), asked=asked, name=spec.name)


def _without_datetimes(spec: Spec) -> Spec:
    """Return the spec of a field that takes no datetime for a date: owners refuse its text."""
    if isinstance(spec, Predicate):
        return And((spec, Predicate(is_no_datetime))) if spec.pred is datetime.date else spec
    if isinstance(spec, (SentFields, ModelPayload, OnInstance)):
        return spec
    return with_parts(spec, [*map(_without_datetimes, spec.held_specs())])


def is_no_datetime(x: Any) -> bool:
    """True unless x is a datetime."""
    return not isinstance(x, datetime.datetime)


def _sent_list(spec: RecordInstance, specs: Mapping[str, Spec], needed: set[str]) -> SentList:
    """Return what is sent for a struct that is a list, with its tag first; its last fields may be missing."""
    parts = [(key, NestedRegex(part) if part.is_regex else part) for key, part in specs.items()]
    least = max((i for i, (key, _) in enumerate(parts, 1) if key in needed), default=0)

    def elements(*rest: tuple[str, Spec]) -> Spec:
        for part in reversed(parts[least:]):
            rest = (("rest", Maybe(Cat((part, *rest)))),)
        return Nonconforming(Cat((*parts[:least], *rest)))

    others = [("others", Star(ANYTHING, ANYTHING))] if spec.struct.is_open else []
    received = And((Predicate(list), elements(*others)))
    is_open = spec.struct.is_open
    return SentList((elements(), received), count=len(parts), is_open=is_open, name=spec.name)


def _asked_code(spec: RecordInstance) -> str | None:
    """Return the name of what decides about the arguments of a class beside their types, or None."""
    others = [name for name in spec.key_specs if name not in spec.arguments and not _fits_default(spec, name)]
    unread = (f"{spec.tp.__name__}.{name}" for name in (*init_only_names(spec.tp), *others))
    return own_code(spec.tp, spec.said_by_specs) or next(unread, None)


def _needed_keys(spec: RecordInstance, *, is_asked: bool) -> set[str]:
    """Return the keys that every instance needs; for code of the author, its signature tells."""
    if not is_asked:
        keys = spec.json_keys.items()
        return {key for key, name in keys if spec.arguments[name] or not _fits_default(spec, name)}
    try:
        parameters = inspect.signature(spec.tp).parameters
    except Exception:  # a class may hide its signature
        return set()
    needed = {name for name, parameter in parameters.items() if parameter.default is parameter.empty}
    return {key for key, name in spec.json_keys.items() if spec.argument_names[name] in needed}


def _fits_default(spec: RecordInstance, name: str) -> bool:
    """True if an instance without an argument has a default that its annotation accepts."""
    field = next(field for field in class_fields(spec.tp) if field.name == name)
    try:
        default = field.default if field.make_default is None else field.make_default()
    except Exception:  # of the author's function
        return False
    with contextlib.suppress(SpecError):
        return default is not dataclasses.MISSING and accepts(spec.key_specs[name], default)
    return True


@_sent_spec.register
def _sent_for_union(spec: UnionType, new: UnionType, wire: Wire) -> Spec:
    """Return what is sent for a union: msgspec needs the tag of a struct only to choose between several."""
    parts = [part.target(wire.table.find) for _, part in spec.branches]
    tags = [part.struct.key if isinstance(part, RecordInstance) else None for part in parts]
    branches = [
        (step, sent if key is None else And((sent, Keys(req_un={key: ANYTHING}))))
        for key, (step, sent) in zip(tags, new.branches, strict=True)
    ]
    return dataclasses.replace(new, branches=tuple(branches)) if len([*filter(None, tags)]) > 1 else new


@_sent_spec.register
def _sent_for_model(spec: ModelInstance, new: ModelInstance, wire: Wire) -> Spec:
    def look_up() -> Spec:
        specs = {name: wire.of(part) for name, part in spec.field_specs.items()}
        if getattr(spec.pred, "__pydantic_root_model__", False):
            return ModelPayload((specs["root"], ask_pydantic(spec.pred)), name=spec.name)
        return _sent_for_fields(spec, spec.pred, specs)

    return RewrittenReference(spec, look_up)  # a model may be a part of itself


def _sent_for_fields(spec: Spec, tp: Any, specs: Mapping[str, Spec]) -> Spec:
    """Return what is sent for a class with fields of pydantic."""
    fields = tp.__pydantic_fields__
    below: dict[str, list[tuple[AliasPath, Spec]]] = {}  # what is under each key
    needed, hints = set[str](), dict[str, Any]()
    for name, field in fields.items():
        (key, *path), *others = _paths_of_field(name, field)
        below.setdefault(key, []).append((tuple(path), specs[name]))
        for other, *path in others:  # a sender may use any of several aliases
            below.setdefault(other, []).append((tuple(path), specs[name]))
        needed |= {key} if field.is_required() else set()
        hints[key] = annotation_with(field.annotation, field)
    by_key = {key: _spec_below(several) for key, several in below.items()}
    config = getattr(tp, "model_config", None) or getattr(tp, "__pydantic_config__", None) or {}
    extra = config.get("extra")
    sent = SentFields.of_class(spec, tp, by_key, needed, extra == "forbid", hints, extra == "allow")
    return ModelPayload((sent, ask_pydantic(getattr(spec, "alias", None) or tp)), name=spec.name)


ANYTHING: Final = Predicate(is_any)

AliasPath = tuple[Any, ...]
"""The keys and indices that lead to a field in a dict."""


def _paths_of_field(name: str, field: Any) -> list[AliasPath]:
    """Return the paths that pydantic reads a field from, by its alias or one of several."""
    alias = field.validation_alias or field.alias or name
    several = getattr(alias, "choices", [alias])
    return [(x,) if isinstance(x, str) else tuple(x.path) for x in several]


def _spec_below(several: Sequence[tuple[AliasPath, Spec]]) -> Spec:
    """Return the spec of a value with fields at several paths."""
    whole = next((spec for path, spec in several if not path), None)
    if whole is not None:
        return whole
    by_step = {path[0]: [(p[1:], spec) for p, spec in several if p[0] == path[0]] for path, _ in several}
    if all(isinstance(step, str) for step in by_step):
        return Keys(req_un={step: _spec_below(more) for step, more in by_step.items()})
    if all(isinstance(step, int) and step >= 0 for step in by_step):
        parts = [
            _spec_below(by_step[i]) if i in by_step else Predicate(is_any) for i in range(max(by_step) + 1)
        ]
        return Tuple(tuple(parts))
    return Predicate(is_any)


@_sent_spec.register
def _sent_for_and(spec: And, new: And, wire: Wire) -> Spec:
    seen = preds_before_change(spec.preds, wire.may_change)
    base = next(x for x, y in zip(spec.preds, new.preds, strict=True) if x is not y)
    if len(seen) == len(spec.preds):
        several = zip(new.preds, spec.preds, strict=True)
        return dataclasses.replace(new, preds=tuple(wire.condition(x, y, base) for x, y in several))
    # The other preds see what the last of these conforms an instance to.
    *first, last = (wire.condition(*pair, spec) for pair in zip(new.preds, seen, strict=False))
    return And((*first, Nonconforming(last), OnInstance(spec, spec, wire.table)), name=spec.name)


@_sent_spec.register
def _sent_for_amp(spec: Amp, new: Amp, wire: Wire) -> Spec:
    part = spec.part.target(wire.table.find)
    is_list = isinstance(part, (Star, Plus)) and not part.part.is_regex and not wire.may_change(part.part)
    base = spec.part if is_list else None  # else the preds see a match, which decode does not read
    preds = (wire.condition(*pair, base) for pair in zip(new.preds.preds, spec.preds.preds, strict=True))
    return dataclasses.replace(new, preds=And(tuple(preds)))


@_sent_spec.register
def _sent_for_function(spec: FSpec, new: FSpec, wire: Wire) -> Spec:
    if spec.fn is None or new.fn is None:
        return new
    return dataclasses.replace(new, fn=wire.condition(new.fn, spec.fn, spec))


@_sent_spec.register
def _sent_by_tag(spec: MultiSpec, new: MultiSpec, wire: Wire) -> Spec:
    if not callable(spec.dispatch):
        return new
    return dataclasses.replace(new, dispatch=functools.partial(_tag_by_class, spec, spec.dispatch))


def _tag_by_class(spec: MultiSpec, dispatch: Callable[[Any], Any], x: Any) -> Any:
    """Return the tag of a value; two such functions are equal if they dispatch on the same classes."""
    return dispatch(x)


# --- the kinds of specs that only a wire has --------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class SentFields(Keys, inherits=True):
    """A dict of the fields of a class. As it is sent, it never has a key that another version alone lists.

    Attributes:
        cls: the class.
        hints: the annotations of its fields by their keys, if pydantic reads them.
        has_others: True if the class keeps other keys, so that senders may add any.
        reader: the spec of what `decode` reads beside what is sent, such as the value of an enum's member.
    """

    cls: type
    hints: Mapping[str, Any]
    has_others: bool = False
    reader: OnInstance | None = dataclasses.field(default=None, compare=False)

    kind: ClassVar[Any] = dict
    takes_names: ClassVar[bool] = False
    changes: ClassVar[bool | None] = False  # as an instance, which conforms to itself
    plain_types: ClassVar[Sequence[str]] = ()

    @classmethod
    def of_class(
        cls,
        spec: Spec,
        tp: type,
        specs: Mapping[str, Spec],
        needed: set[str],
        closed: bool,
        hints: Mapping[str, Any] = MappingProxyType({}),
        has_others: bool = False,
        reader: OnInstance | None = None,
    ) -> SentFields:
        """Return what is sent for a spec of a class: a dict of specs by their keys."""
        req = {key: part for key, part in specs.items() if key in needed}
        opt = {key: part for key, part in specs.items() if key not in needed}
        options: dict[str, Any] = {"hints": hints, "has_others": has_others, "reader": reader}
        return cls(req_un=req, opt_un=opt, closed=closed, cls=tp, name=spec.name, **options)

    def with_specs(self, specs: Mapping[str, Spec], needed: set[str]) -> SentFields:
        """Return what is sent for the class, with other specs of its keys."""
        return SentFields.of_class(self, self.cls, specs, needed, self.closed, self.hints, self.has_others)

    def _entries(self, x: Any) -> dict[Any, Any] | None:
        return x if type(x) is dict else None  # decode makes an instance of no other map

    def spec_at(self, key: Any, question: Question) -> Spec | None:
        return self.key_specs.get(plain_text(key) if issubclass(type(key), str) else key)

    def conform(self, x: Any, question: Question) -> Any:
        if super().conform(x, question) is INVALID:
            reader = self.reader if question.unsent is None and type(x) is dict else None
            return INVALID if reader is None else reader.conform(x, question)
        is_sent = self.has_others or not (question.unsent or set()).intersection(x) - self.key_specs.keys()
        return x if is_sent else INVALID

    def unform(self, x: Any, question: Question) -> Any:
        return x

    def form(self) -> Any:
        return ("from_type", self.cls)


class AskOutput(AskPydantic, inherits=True):
    """A dict that pydantic accepts, with all fields of the model, as it writes them."""


class ModelPayload(And, inherits=True):
    """A value for a class that may read more than is sent, as a pydantic model does.

    As it is sent, both preds decide; as it is received, the last one alone, and the first one explains.
    """

    def conform(self, x: Any, question: Question) -> Any:
        if question.unsent is not None:
            return super().conform(x, question)
        return self.preds[-1].conform(x, question)

    def places(self, find: Find) -> Sequence[Part]:
        return ()  # pydantic decides

    def form(self) -> Any:
        return self.preds[0].form()

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        if question.unsent is not None:
            return super().explain(x, place, question)
        problems = self.preds[-1].explain(x, place, question)
        return (problems and self.preds[0].explain(x, place, question)) or problems


@dataclasses.dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class SentList(ModelPayload, inherits=True):
    """A list of the fields of a struct. As it is received, it may have further elements.

    Attributes:
        count: the number of elements that the struct writes.
        is_open: True if it passes further elements over.
    """

    count: int
    is_open: bool


@dataclasses.dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class OwnPayload(ModelPayload, inherits=True):
    """A dict for a class with code of its author that makes the instances, and decides as pydantic does.

    Attributes:
        asked: the name of that code.
    """

    asked: str = dataclasses.field(compare=False)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class OnInstance(Spec):
    """A condition on instances, which judges what `decode` makes of the dicts that were sent.

    Attributes:
        of: the spec that judges a value with instances.
        base: the spec that decode reads such a value by; None if it can't read it, so that no answer is
            possible.
        table: the table for the names of both.
    """

    of: Spec
    base: Spec | None
    table: Names = dataclasses.field(compare=False)

    changes: ClassVar[bool | None] = False

    def held_specs(self) -> Sequence[Spec]:
        return ()  # it judges instances as a whole

    def conform(self, x: Any, question: Question) -> Any:
        return x if accepts(self.of, self._made_of(x), self.table) else INVALID

    def _made_of(self, x: Any) -> Any:
        """Return a value with instances instead of the dicts of their fields."""
        if self.base is None:
            raise LimitError(f"no instances are made for {self.of!r}", spec=self)
        is_current = names.current is self.table
        with contextlib.nullcontext() if is_current else names.look_up_in(self.table):
            return decode(self.base, x)

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        instance = self._made_of(x)
        if accepts(self.of, instance, self.table):
            return []
        own = x if self.of is self.base else instance
        problems = ask_spec(lambda inner: self.of.explain(own, place, inner), self.of, self.table)
        for problem in problems:
            problem["val"] = x if problem["val"] is instance else problem["val"]
        return problems or [place.problem(self.form(), x)]

    def form(self) -> Any:
        return self.of.form()
