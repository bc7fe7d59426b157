"""Predicates of annotations alone: `float`, `Literal`, `type[X]`, and the conditions of `Annotated`."""

from __future__ import annotations

import dataclasses
import functools
import re
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Final

from mxspec.addresses import with_address
from mxspec.base.forms import call_text
from mxspec.base.lazy import lazy
from mxspec.base.patterns import has_match
from mxspec.base.predicate_rows import ENDS, LIMITS, PredicateRow, is_in_zone
from mxspec.base.strategies import combine, simple
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import is_hashable, same_kind
from mxspec.errors import Problem
from mxspec.predicates import is_any, is_none
from mxspec.specs.collections import Every, Options
from mxspec.specs.core.generation import Context, strategy_of
from mxspec.specs.core.question import Place, Question
from mxspec.specs.core.spec import Predicate, Spec, as_part
from mxspec.specs.core.writer import Code
from mxspec.specs.logic import And, UnionType
from mxspec.transform.annotations import owners
from mxspec.transform.annotations.tagged_unions import TaggedUnion
from mxspec.transform.annotations.valid import SpecMetadata


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Condition(Predicate, inherits=True):
    """A predicate that problems name by a form, as `("ge", 0)` for the partial that tests it.

    Attributes:
        call: the form.
        examples: values that fit, to make examples of.
    """

    call: tuple[Any, ...] = ()
    examples: tuple[Any, ...] = ()

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        return [{**problem, "pred": self.call} for problem in super().explain(x, place, question)]

    def strategy(self, context: Context) -> Strategy | None:
        if not self.examples:
            return super().strategy(context)
        return combine.one_of(map(combine.just, self.examples))

    def form(self) -> Any:
        return self.call

    def __repr__(self) -> str:
        return call_text(self.call)


# --- float and complex ------------------------------------------------------------------------------------

_PROMOTED: Final[Mapping[type, tuple[type, ...]]] = {float: (float, int), complex: (complex, float, int)}


class PromotingType(Predicate, inherits=True):
    """The annotation float, which accepts an int too, or complex, which accepts an int and a float.

    See https://typing.python.org/en/latest/spec/special-types.html. Here too a bool is not a number.
    """

    def __post_init__(self) -> None:
        object.__setattr__(self, "test", functools.partial(_is_promoted, _PROMOTED[self.pred]))

    @lazy
    def row(self) -> PredicateRow:
        """The classes of the annotation."""
        return PredicateRow(classes=_PROMOTED[self.pred], excluded=(bool,))

    def expression(self, code: Code, v: str) -> str:
        return f"(type({v}) is {self.pred.__name__} or {self.test_call(code, v)})"


@with_address
def _is_promoted(types: tuple[type, ...], x: object) -> bool:
    return isinstance(x, types) and not isinstance(x, bool)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class CallableType(Predicate, inherits=True):
    """The annotation Callable[[int], str]. It accepts any callable, since the accepted calls are unknown.

    Attributes:
        tp: the annotation.
    """

    tp: Any = None


def literal(values: tuple[Any, ...]) -> Spec:
    """Accept one of several values; 1, 1.0 and True differ, and None and False are allowed."""
    return Literal(functools.partial(_is_one_of, values), call=("literal", *values), examples=values)


@with_address
def _is_one_of(values: tuple[Any, ...], x: object) -> bool:
    return any(_is_same(x, value) for value in values)


def _is_same(x: object, value: object) -> bool:
    # An instance of a user's class may call itself equal to anything.
    return x is value or (type(x) is type(value) and bool(x == value) and same_kind(x, value))


class Literal(Condition, inherits=True):
    """One of its examples."""

    @property
    def has_hash(self) -> bool:  # type: ignore[override]
        return any(map(is_hashable, self.examples))

    @property
    def most_values(self) -> float:  # type: ignore[override]
        return len(self.examples)

    def members(self) -> Sequence[Any]:
        return self.examples

    def expression(self, code: Code, v: str) -> str:
        call = super().expression(code, v)
        if not all(type(value) is str for value in self.examples):
            return call
        return f"({v} in {code.const(frozenset(self.examples))} if type({v}) is str else {call})"


def subclass_of(bases: tuple[type, ...]) -> Spec:
    """Accept a class that is one of bases, or a subclass of one."""
    return Condition(functools.partial(_is_subclass, bases), call=("subclass", *bases), examples=bases)


@with_address
def _is_subclass(bases: tuple[type, ...], x: Any) -> bool:
    return isinstance(x, type) and issubclass(x, bases)


# The attributes of annotated-types' metadata, and of pydantic's, and their tests.
_TESTS: Final[dict[str, Callable[[Any, Any], Any]]] = {**LIMITS, "pattern": has_match}
_ZONES: Final = {True: ..., False: None}  # msgspec's `tz` as annotated-types' Timezone


def annotated_spec(base: Spec, tp: Any) -> Spec:
    """Return the spec of `Annotated[base, *metadata]`: the spec of base, then the conditions.

    The lengths of a collection become options of its spec, so that its examples have the right length. If
    pydantic alone can judge a part, it checks the whole annotation last. On a type or None, a limit does not
    apply to None, as in pydantic: `Annotated[int | None, Ge(0)]`.

    Raises:
        SpecDefinitionError: a part of the metadata looks like a constraint and is not understood, or pydantic
            is needed, and can't validate it.
    """
    parts = [*_conditions(tp.__metadata__)]
    if isinstance(base, UnionType) and any(_is_none(part) for _, part in base.branches):
        asked = _ASKED if any(part is _PYDANTIC for part in parts) else ()
        limits = [part for part in parts if isinstance(part, Condition) and part.call[0] not in asked]
        base = UnionType(
            tuple(
                (tag, part if _is_none(part) else _spec_with(part, limits, tp)) for tag, part in base.branches
            )
        )
        parts = [part for part in parts if part not in limits]
    return _spec_with(base, parts, tp)


_ASKED: Final = ("pattern", "digits")
"""The conditions that pydantic itself has to check: its patterns are not Python's, and it counts digits."""

_MAKERS: Final = (*_ASKED, "instance_of")
"""The conditions that make examples better than the type before them."""


def _is_none(spec: Spec) -> bool:
    return isinstance(spec, Predicate) and spec.pred is is_none


def _spec_with(base: Spec, parts: Sequence[Spec], tp: Any) -> Spec:
    """Return the spec of base with conditions, which the annotation tp has in its metadata."""
    conditions: list[Spec] = []
    makers: list[Spec] = []
    is_asked = False
    for part in parts:
        name, limit = part.call[:2] if isinstance(part, Condition) else ("", None)
        if part is _PYDANTIC:
            is_asked = True
        elif isinstance(base, Every) and name in ("min_length", "max_length"):
            base = dataclasses.replace(base, options=_with_length(base.options, name, limit))
        else:
            conditions.append(part)
            makers += [part] if name in _MAKERS or not isinstance(part, Predicate) else []
    if is_asked:
        chosen_by = owners.discriminator_of(tp)
        if isinstance(base, UnionType) and chosen_by is not None:
            choices = typing.get_args(tp.__origin__)
            base = TaggedUnion(base.branches, choices=choices, discriminator=chosen_by)
        conditions = [c for c in conditions if not isinstance(c, Condition) or c.call[0] not in _ASKED]
        conditions.append(owners.ask_pydantic(tp))
    if conditions and all(isinstance(maker, Condition) for maker in makers):
        makers += _optional_maker(base, tp)
    if makers:
        return ConstrainedType((base, *conditions), makers[-1])
    return And((base, *conditions)) if conditions else base


def _optional_maker(base: Spec, tp: Any) -> list[Spec]:
    """Return the maker of a type or None: conditions narrow the examples of the type, and None is apart."""
    branches = base.branches if isinstance(base, UnionType) else ()
    some = [(tag, part) for tag, part in branches if not _is_none(part)]
    if len(branches) != 2 or len(some) != 1:
        return []
    [(tag, part)] = some
    return [UnionType(tuple({**dict(branches), tag: annotated_spec(part, tp)}.items()))]


def _with_length(options: Options, name: str, limit: int) -> Options:
    """Return the options of a collection with the tighter of its length limit and a given one."""
    if name == "min_length":
        return dataclasses.replace(options, min_count=max(limit, options.min_count or 0))
    most = limit if options.max_count is None else min(limit, options.max_count)
    return dataclasses.replace(options, max_count=most)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class ConstrainedType(And, inherits=True):
    """A type, then conditions; maker, the last condition with a strategy, makes the examples."""

    maker: Spec

    def _leaves(self, context: Context) -> list[Spec]:
        return [self.maker, *super()._leaves(context)]


_PYDANTIC: Final = Predicate(is_any)
"""The condition that stands for a part that pydantic has to check."""


def _conditions(metadata: Iterable[Any]) -> Iterator[Spec]:
    """Yield the conditions in the metadata, and _PYDANTIC for each part that pydantic has to check.

    The parts are recognised by their attributes, without an import of their library. Parts that are not about
    the value are skipped, as typing requires.

    Raises:
        SpecDefinitionError: a part looks like a constraint and is not understood.
    """
    for part in metadata:
        if owners.is_of_other_things(part):
            continue
        if isinstance(part, (SpecMetadata, Spec)):
            yield as_part(part.spec if isinstance(part, SpecMetadata) else part)
        elif owners.attribute(part, "__is_annotated_types_grouped_metadata__") is True:
            yield from _conditions(part)
        elif isinstance(part, slice):  # annotated-types' short form of Len
            yield from _limits({"min_length": part.start, "max_length": part.stop})
        elif owners.is_field_info(part):
            yield from _conditions(part.metadata)
            yield from [_PYDANTIC] * owners.is_asked_of_pydantic(part)
        elif type(part).__name__ == "Timezone" and hasattr(part, "tz"):
            yield Condition(functools.partial(is_in_zone, part.tz), call=("timezone", part.tz))
        elif type(part).__name__ == "Not" and callable(part):
            yield Predicate(part)
        elif owners.is_asked_of_pydantic(part):
            yield from _limits({"pattern": owners.attribute(part, "pattern")})
            yield from _digit_conditions(
                owners.attribute(part, "max_digits"), owners.attribute(part, "decimal_places")
            )
            yield _PYDANTIC
        elif callable(owners.attribute(part, "func")) and not callable(part):
            yield Predicate(part.func)
        else:
            limits = [*_limits({name: owners.attribute(part, name) for name in _TESTS})]
            is_of_msgspec = type(part).__module__.partition(".")[0] == "msgspec"
            if is_of_msgspec and (zone := owners.attribute(part, "tz")) is not None:
                wanted = _ZONES[zone]
                limits.append(Condition(functools.partial(is_in_zone, wanted), call=("timezone", wanted)))
            yield from limits
            if not limits:
                owners.refuse_constraint(part)


def _limits(limits_by_name: dict[str, Any]) -> Iterator[Condition]:
    for name, limit in limits_by_name.items():
        if limit is not None and not callable(limit):
            kind = Pattern if name == "pattern" else Condition
            yield kind(functools.partial(_TESTS[name], limit), call=(name, limit))


class Pattern(Condition, inherits=True):
    """A string with a match of a regular expression, anywhere unless the expression is anchored."""

    def strategy(self, context: Context) -> Strategy | None:
        return simple.texts_with(self.call[1])


def _digit_conditions(digits: int | None, places: int | None) -> Iterator[Condition]:
    """Yield the condition on a decimal's most digits and decimal places, for examples."""
    if digits is not None or places is not None:
        yield Digits(is_any, call=("digits", digits, places))


class Digits(Condition, inherits=True):
    """A decimal of some digits and decimal places, for examples alone: pydantic counts them."""

    def strategy(self, context: Context) -> Strategy | None:
        _, digits, places = self.call
        return simple.decimals_of(digits, places)


# --- validators of attrs ----------------------------------------------------------------------------------


def limits_of_validators(tp: Any, name: str, hint: Any) -> list[Any]:
    """Return metadata for the requirements of a field's attrs validators, as far as they can be read.

    The class still validates. With this metadata, examples, words and JSON Schema keep to its limits.

    Args:
        tp: the class.
        name: the field.
        hint: the annotation of the field.
    """
    validators = [owners.attribute_of(tp, name).validator]
    limits: list[Any] = []
    while validators:
        validator = validators.pop(0)
        match type(validator).__name__ if type(validator).__module__.startswith("attr.") else "":
            case "_AndValidator":
                validators += validator._validators
            case "_OptionalValidator" if type(None) in typing.get_args(hint):  # limits leave None alone
                inner = validator.validator
                validators += inner if isinstance(inner, (list, tuple)) else [inner]
            case "_NumberValidator" if validator.compare_op in _COMPARISONS:
                limits.append(SimpleNamespace(**{_COMPARISONS[validator.compare_op]: validator.bound}))
            case "_MinLengthValidator":
                limits.append(SimpleNamespace(min_length=validator.min_length))
            case "_MaxLengthValidator":
                limits.append(SimpleNamespace(max_length=validator.max_length))
            case "_MatchesReValidator" if validator.match_func == validator.pattern.fullmatch:
                whole = re.compile(rf"\A(?:{validator.pattern.pattern})\Z", validator.pattern.flags)
                is_plain = whole.flags == re.UNICODE  # the text is complete
                limits.append(SimpleNamespace(pattern=whole.pattern if is_plain else whole))
            case "_InValidator":
                options = tuple(validator.options)
                limits.append(
                    Member(functools.partial(_is_in, options), call=("in_", *options), examples=options)
                )
            case "_InstanceOfValidator" if hint is Any:
                classes = validator.type if isinstance(validator.type, tuple) else (validator.type,)
                test = functools.partial(_is_of_classes, classes)
                limits.append(InstanceOf(test, call=("instance_of", *classes), examples=classes))
    return limits


def says_validators(tp: Any, name: str, hint: Any) -> bool:
    """True if a field's attrs validators refuse nothing that its annotation with these limits accepts.

    Args:
        tp: the class.
        name: the field.
        hint: the annotation of the field, without the limits.
    """
    validator = owners.attribute_of(tp, name).validator
    return validator is None or _is_said(validator, hint, has_limits=True)


def _is_said(validator: Any, hint: Any, *, has_limits: bool) -> bool:
    """True if a validator refuses nothing that an annotation accepts, with its limits or without."""
    members = _choices_of_hint(hint)
    if isinstance(validator, (list, tuple)):
        return all(_is_said(each, hint, has_limits=has_limits) for each in validator)
    match type(validator).__name__ if type(validator).__module__.startswith("attr.") else "":
        case "_AndValidator":
            return _is_said(validator._validators, hint, has_limits=has_limits)
        case "_OptionalValidator" if type(None) in members:
            others = tuple(each for each in members if each is not type(None))
            inner = validator.validator
            return bool(others) and _is_said(inner, typing.Union[others], has_limits=has_limits)  # noqa: UP007
        case "_InstanceOfValidator":
            classes = validator.type if isinstance(validator.type, tuple) else (validator.type,)
            return (has_limits and hint is Any) or _is_instance_of(members, classes)
        case "_DeepIterable":
            if typing.get_origin(hint) not in (list, set, frozenset):
                return False
            several = (
                (validator.iterable_validator, hint),
                (validator.member_validator, *typing.get_args(hint)),
            )
            return all(each is None or _is_said(each, part, has_limits=False) for each, part in several)
        case "_NumberValidator" if has_limits and validator.compare_op in _COMPARISONS:
            return all(each in (int, float) for each in members)
        case "_MinLengthValidator" | "_MaxLengthValidator" if has_limits:
            return all(each is str or typing.get_origin(each) in (list, tuple, dict) for each in members)
        case "_MatchesReValidator" if has_limits:
            return members == (str,) and validator.match_func == validator.pattern.fullmatch
        case "_InValidator":
            return has_limits
    return False


def _choices_of_hint(hint: Any) -> tuple[Any, ...]:
    is_union = typing.get_origin(hint) in (typing.Union, type(int | None))
    return typing.get_args(hint) if is_union else (hint,)


def _is_instance_of(members: Sequence[Any], classes: tuple[type, ...]) -> bool:
    """True if each value of some annotations is an instance of one of some classes."""
    kinds = [typing.get_origin(each) or each for each in members]
    # An int is a float, too, as annotations have it.
    kinds += [int] if float in kinds or complex in kinds else []
    return all(isinstance(kind, type) and issubclass(kind, classes) for kind in kinds)


_COMPARISONS: Final = {end.sign: name for name, end in ENDS.items()}


@with_address
def _is_in(options: tuple[Any, ...], x: object) -> bool:
    return x in options


@with_address
def _is_of_classes(classes: tuple[type, ...], x: object) -> bool:
    return isinstance(x, classes)


class Member(Condition, inherits=True):
    """A value that equals one of its examples, by Python's `in`."""

    def members(self) -> Sequence[Any]:
        return self.examples


class InstanceOf(Condition, inherits=True):
    """An instance of the classes that are its examples, by isinstance: True is an int."""

    def strategy(self, context: Context) -> Strategy | None:
        return combine.one_of([strategy_of(as_part(cls), context) for cls in self.examples])
