"""Specs with dicts of fields in place of the classes in them, as versions of specs are compared.

{"user": User} becomes {"user": {"name": str}}: an instance of the old class is none of the new one, but both
versions make theirs of the same dict. So a class of fields stands for its fields, at any depth and behind
names. A predicate that looks at a value with instances in it sees instances that are made of the dict.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mxspec.annotations.from_type import Annotation, ForwardRef
from mxspec.annotations.records import RecordInstance, RecordOf
from mxspec.changes.classes import Payload, has_model_fields, instance_of, payload_of
from mxspec.core.question import Place, Question, refusal
from mxspec.core.spec import Predicate, Reference, Spec
from mxspec.errors import Problem, SpecDefinitionError
from mxspec.functions.fspec import FSpec
from mxspec.functions.hints import HintSpec
from mxspec.names import Names
from mxspec.predicates import is_any
from mxspec.regex.combinators import Amp
from mxspec.specs.logic import And
from mxspec.specs.maps import Keys, MultiSpec, RequiredKey, RequiredKeys


class Payloads:
    """The specs of a table of names, with dicts of fields in place of classes.

    Attributes:
        names: the table with these specs; the same table if none of them leads to a class.
    """

    def __init__(self, table: Names) -> None:
        self._table = table
        self._known: dict[int, tuple[Spec, Spec]] = {}  # with the first spec, which keeps its id
        self._plain: dict[int, Spec] = {}  # the specs that lead to no class
        self._references: dict[str, PayloadReference] = {}
        entries = dict(table.entries)
        specs = [entry for entry in entries.values() if isinstance(entry, Spec)]
        if any(map(self._leads_to_class, specs)):
            table = Names({name: self.of(x) if isinstance(x, Spec) else x for name, x in entries.items()})
        self.names = table

    def of(self, spec: Spec) -> Spec:
        """Return a spec with dicts of fields in place of classes; the spec itself if it has none."""
        if not self._leads_to_class(spec):
            return spec
        if id(spec) not in self._known:
            try:
                new = self._rewrite(spec)
            except SpecDefinitionError:  # an annotation of a field is no spec: only the class knows
                new = spec
            self._known[id(spec)] = spec, new
        return self._known[id(spec)][1]

    def find(self, name: Any) -> Spec | None:
        """Return the spec at the end of a name, with dicts of fields."""
        spec = self._table.find(name)
        return spec and self.of(spec)

    def _rewrite(self, spec: Any) -> Any:
        match spec:
            case HintSpec():
                return HintSpec(vars(spec)["tp"], {}, lambda: self.of(spec.to))
            case ForwardRef():
                return ForwardRef(vars(spec)["tp"], vars(spec)["names"], lambda: self.of(spec.to))
            case Reference():
                if spec.to not in self._references:
                    self._references[spec.to] = PayloadReference(
                        spec.to, {}, lambda: self.of(self._table.resolve(spec.to))
                    )
                return self._references[spec.to]
            case Annotation():
                return _give_name(payload_of(spec.tp, spec.names), spec.name)
            case RecordInstance():
                return _give_name(payload_of(spec.tp, spec.forward), spec.name)
            case Predicate():
                return _give_name(payload_of(spec.pred), spec.name)
            case Keys():
                return self._keys(spec)
        new = self._with_parts(spec)
        match new:
            case And():
                base = next(y for x, y in zip(spec.preds, new.preds, strict=True) if x is not y)
                return dataclasses.replace(new, preds=tuple(self._of_instance(x, base) for x in new.preds))
            case Amp():
                preds = tuple(self._of_instance(pred, new.part) for pred in new.preds.preds)
                return dataclasses.replace(new, preds=And(preds))
            case FSpec() if new.fn is not None:
                return dataclasses.replace(new, fn=self._of_instance(new.fn, new))
            case MultiSpec() if callable(spec.dispatch):
                dispatch = spec.dispatch
                return dataclasses.replace(new, dispatch=lambda x: dispatch(x))  # never the same
        return new

    def _keys(self, spec: Keys) -> Spec:
        """Return a map with the specs of its values written anew; names among its keys stay keys."""

        def entry(each: Any) -> Any:
            if isinstance(each, RequiredKey):
                return RequiredKey(self.of(each.part), each.key)
            return RequiredKeys(each.is_any, tuple(map(entry, each.choices)))

        new = dataclasses.replace(spec, gen_fn=None)
        for field in ("required_keys", "optional_keys"):
            object.__setattr__(new, field, tuple(map(entry, getattr(spec, field))))
        key_specs = {key: self.of(part) for key, part in spec.key_specs.items()}
        object.__setattr__(new, "key_specs", key_specs)
        return new

    def _with_parts(self, spec: Spec) -> Any:
        """Return a spec with each spec in its fields written anew."""

        def inner(x: Any) -> Any:
            if isinstance(x, Spec):
                return self.of(x)
            if type(x) is tuple:
                parts: Any = tuple(map(inner, x))
                return x if all(a is b for a, b in zip(x, parts, strict=True)) else parts
            return {key: inner(part) for key, part in x.items()} if isinstance(x, Mapping) else x

        fields = {each.name: getattr(spec, each.name) for each in dataclasses.fields(spec) if each.init}
        changed = {name: y for name, x in fields.items() if (y := inner(x)) is not x}
        return dataclasses.replace(spec, **{**changed, "gen_fn": None})

    def _of_instance(self, spec: Spec, base: Spec) -> Spec:
        """Return a predicate of a value with instances, as a predicate of the value with dicts."""
        if not isinstance(spec, Predicate) or isinstance(spec, InstancePredicate) or spec.pred is is_any:
            return spec
        classes = tuple(cls for x in self._walk(base, {}) if (cls := _asked_class(x)) is not None)
        return InstancePredicate(
            functools.partial(_ask_instance, classes, spec.pred), of=spec, base=base, find=self.find
        )

    # --- which specs lead to a class ------------------------------------------------------------------------

    def _leads_to_class(self, spec: Spec) -> bool:
        if id(spec) in self._plain:
            return False
        seen: dict[int, Spec] = {}
        if any(_asked_class(x) is not None and not isinstance(x, Payload) for x in self._walk(spec, seen)):
            return True
        self._plain |= seen
        return False

    def _walk(self, spec: Spec, seen: dict[int, Spec]) -> Iterator[Spec]:
        waiting = [spec]
        while waiting:
            spec = waiting.pop()
            if id(spec) in seen or id(spec) in self._plain:
                continue
            seen[id(spec)] = spec
            yield spec
            if isinstance(spec, Reference):
                with contextlib.suppress(SpecDefinitionError):  # a name in a hint is not defined
                    waiting += [] if (target := self._table.find(spec.to)) is None else [target]
            elif isinstance(spec, FSpec):  # it says nothing of parts, which are those of calls
                waiting += [part for part in (spec.args, spec.ret, spec.fn) if part is not None]
            else:
                waiting += [part.spec for part in spec.parts()]


def _asked_class(spec: Any) -> Any:
    """Return the class that a spec asks an instance of, or makes one of; None for other specs."""
    if isinstance(spec, Payload):
        return spec.cls
    if isinstance(spec, RecordInstance) and not isinstance(spec, RecordOf):
        return spec.tp
    is_of_model = isinstance(spec, Predicate) and isinstance(spec.pred, type) and has_model_fields(spec.pred)
    return spec.pred if is_of_model else None


def _give_name(spec: Spec, name: str | None) -> Spec:
    """Give a new spec a name, which explain shows."""
    object.__setattr__(spec, "name", name)
    return spec


class PayloadReference(ForwardRef, inherits=True):
    """A name that leads to a class, in a spec with dicts of fields."""

    def form(self) -> Any:
        return vars(self)["tp"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class InstancePredicate(Predicate, inherits=True):
    """A predicate of a value with instances of classes, asked about the value with dicts of their fields.

    Two are the same if they have one predicate and the very same classes: a method may have changed.

    Attributes:
        of: the predicate.
        base: the spec of the value with dicts.
        find: a function that finds the spec of a name in base.
    """

    of: Predicate = dataclasses.field(compare=False)
    base: Spec = dataclasses.field(compare=False)
    find: Callable[[Any], Spec | None] = dataclasses.field(compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "test", lambda x: self.of.test(instance_of(self.base, x, self.find)))

    def form(self) -> Any:
        return self.of.form()

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        try:
            return [] if self.test(x) else [place.problem(self.of.pred, x)]
        except Exception as error:
            return [place.problem(self.of.pred, x, reason=refusal(error))]


def _ask_instance(classes: tuple[type, ...], pred: Any, x: Any) -> Any:
    """Stand for a predicate of instances of classes, which `InstancePredicate` asks."""
    raise NotImplementedError
