"""Kinds of specs that only JSON Schema needs: any JSON value, numbers, objects, not, oneOf and contains.

A JSON number is an int or a finite float, and 1.0 is an integer. An object has one rule for the keys that it
lists, one for the keys that match a pattern, and one for all others. Other schemas become existing specs of
mxspec (`mxspec.transform.schemas.json_facts`).
"""

from __future__ import annotations

import dataclasses
import functools
import math
import operator
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mxspec.addresses import with_address
from mxspec.base.lazy import LateModule, lazy
from mxspec.base.messages import reasons
from mxspec.base.patterns import compile_pattern, has_match
from mxspec.base.predicate_rows import Bound, PredicateRow
from mxspec.base.strategies import combine, simple
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import INVALID
from mxspec.errors import Problem
from mxspec.specs.core.generation import NEVER, Context, branch_strategy, filter_valid, strategy_of
from mxspec.specs.core.lenses import ELEMENTS, JSON_VALUES
from mxspec.specs.core.parts import ONE_OF, OPTIONAL, Part
from mxspec.specs.core.question import Place, Question
from mxspec.specs.core.rewriting import LateReference
from mxspec.specs.core.spec import Find, Predicate, Spec
from mxspec.specs.core.writer import Code
from mxspec.specs.logic import UnionType
from mxspec.specs.maps import Keys

if TYPE_CHECKING:
    from hypothesis import strategies as st
else:
    st = LateModule("hypothesis.strategies")

# --- any value, and none ----------------------------------------------------------------------------------


def json_values() -> Strategy:
    """Return a strategy of JSON values: scalars, and small lists and objects of scalars."""
    scalars = st.one_of(st.none(), st.booleans(), simple.ints(), simple.floats(False, False), simple.texts())
    return st.one_of(
        scalars, st.lists(scalars, max_size=3), st.dictionaries(simple.texts(), scalars, max_size=3)
    )


@with_address
def is_json_value(x: object) -> bool:
    """True if a value, and everything in it, is JSON: keys are strings, and floats are finite."""
    waiting, seen = [x], set[int]()
    while waiting:
        each: Any = waiting.pop()
        kind = json_type(each)
        if kind is None or (kind == "number" and not is_finite(each)):
            return False
        if kind in ("array", "object") and id(each) not in seen:
            seen.add(id(each))
            if kind == "object" and not all(isinstance(key, str) for key in each):
                return False
            waiting += each if kind == "array" else each.values()
    return True


def is_finite(x: float) -> bool:
    """True unless a number is infinite or NaN. An int may be too large for `math.isfinite`."""
    return not isinstance(x, float) or math.isfinite(x)


def json_type(x: Any) -> str | None:
    """Return the JSON type of a value, or None."""
    if isinstance(x, bool):
        return "boolean"
    exact = _TYPES.get(type(x))  # three times as fast as the search, and schemas have many values
    return exact or next((word for cls, word in _TYPES.items() if isinstance(x, cls)), None)


_TYPES: Final[Mapping[type, str]] = {
    type(None): "null", int: "number", float: "number", str: "string", list: "array", dict: "object"
}  # fmt: skip


class SchemaPredicate(Predicate, inherits=True):
    """A predicate shown as a JSON Schema in its problems."""

    def schema(self) -> Any:
        """Return the JSON Schema of this predicate."""
        raise NotImplementedError

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        return [] if self.conform(x, question) is not INVALID else [place.problem(self.form(), x)]

    def form(self) -> Any:
        return ("from_json_schema", self.schema(), {})

    def __repr__(self) -> str:
        return f"from_json_schema({self.schema()})"


class JsonValue(SchemaPredicate, inherits=True):
    """Any JSON value."""

    @lazy
    def row(self) -> PredicateRow:
        """The types of the value; the mark means that its contents are JSON too."""
        return PredicateRow("json_type", "a value of JSON", (*_TYPES,), marks=frozenset({"json"}))

    def schema(self) -> Any:
        return True

    def strategy(self, context: Context) -> Strategy | None:
        return json_values()


@with_address
def accept_nothing(x: object) -> bool:
    """Return False: the schema `false` accepts no value."""
    return False


class NoValue(SchemaPredicate, inherits=True):
    """No value at all."""

    def schema(self) -> Any:
        return False

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        return [place.problem(self.form(), x, reason="no value is allowed here")]

    @lazy
    def row(self) -> PredicateRow:
        return PredicateRow("nothing", "nothing", members=())

    def example_parts(self) -> Sequence[Part]:
        return [Part(self)]  # an example would need an example of itself


ANY: Final = JsonValue(is_json_value, bare=True)
NO_VALUE: Final = NoValue(accept_nothing, bare=True)


# --- numbers ----------------------------------------------------------------------------------------------


@with_address
def is_json_number(
    whole: bool, low: Bound | None, high: Bound | None, factors: Sequence[Any], x: Any
) -> bool:
    """True if x is a JSON number within bounds and a multiple of all factors, in decimal arithmetic.

    Example:
        >>> is_json_number(True, (0, True), None, (), 1.0), is_json_number(False, None, None, (0.01,), 4.35)
        (True, True)
    """
    if json_type(x) != "number" or not is_finite(x):
        return False
    return bool(
        (not whole or x == int(x))
        and (low is None or (x > low[0] or (x == low[0] and not low[1])))
        and (high is None or (x < high[0] or (x == high[0] and not high[1])))
        and all(exact_number(x) % exact_number(factor) == 0 for factor in factors)
    )


def exact_number(x: float) -> Fraction:
    """Return a number exactly as written: 1/10 for 0.1."""
    return Fraction(x) if isinstance(x, int) else Fraction(repr(x))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class JsonNumber(SchemaPredicate, inherits=True):
    """A JSON number within bounds. A whole number may be a float.

    Attributes:
        whole: True to allow only whole numbers.
        low, high: its bounds.
        factors: numbers that must divide it.
    """

    whole: bool = False
    low: Bound | None = None
    high: Bound | None = None
    factors: tuple[Any, ...] = ()

    @lazy
    def row(self) -> PredicateRow:
        """The conditions; a factor other than an int becomes a mark."""
        ints = [factor for factor in self.factors if type(factor) is int]
        marks = {f"a multiple of {exact_number(each)}" for each in self.factors if type(each) is not int}
        words = "an integer" if self.whole else "a number"
        return PredicateRow(
            "number_type", words, (int, float), (bool,), self.low, self.high,
            factor=math.lcm(*ints) if ints else None,
            marks=frozenset({"json number", *({"whole"} if self.whole or ints else ()), *marks}),
        )  # fmt: skip

    def strategy(self, context: Context) -> Strategy | None:
        if self.low is not None and self.low == self.high:
            return combine.just(self.low[0])
        some = []
        first, last = _first_whole(self.low, 1), _first_whole(self.high, -1)
        step = common_step([Fraction(1), *map(exact_number, self.factors)])
        if first is None or last is None or -(-first // step) <= last // step:
            least = None if first is None else int(-(-first // step))
            most = None if last is None else int(last // step)
            some.append(combine.fmap(lambda n: n * step, simple.ints(least, most)))
        if not self.whole and not self.factors:
            low, high = (None if bound is None else bound[0] for bound in (self.low, self.high))
            floats = (
                simple.floats(False, False)
                if low is high is None
                else simple.floats_between(low, high, False)
            )
            some += [] if floats is None else [floats]
        elif not self.whole:
            size = common_step(map(exact_number, self.factors))
            some.append(combine.fmap(lambda n: float(n * size), simple.ints(
                None if self.low is None else math.ceil(exact_number(self.low[0]) / size),
                None if self.high is None else math.floor(exact_number(self.high[0]) / size),
            )))  # fmt: skip
        return filter_valid(self, combine.one_of(some), repr(self)) if some else None

    def schema(self) -> Any:
        lows, highs = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))
        several = [(bound, words) for bound, words in ((self.low, lows), (self.high, highs)) if bound]
        limits = {words[is_open]: limit for (limit, is_open), words in several}
        factors = [{"multipleOf": factor} for factor in self.factors]
        schema = {"type": "integer" if self.whole else "number", **limits, **(factors[0] if factors else {})}
        return {**schema, "allOf": factors[1:]} if factors[1:] else schema


def number_of_json(
    whole: bool = False, low: Bound | None = None, high: Bound | None = None, factors: Iterable[Any] = ()
) -> JsonNumber:
    """Return the spec of JSON numbers within bounds; whole numbers get whole bounds."""
    if whole:
        low = None if low is None else (_first_whole(low, 1), False)
        high = None if high is None else (_first_whole(high, -1), False)
    several = tuple(dict.fromkeys(int(each) if each == int(each) else each for each in factors))
    test = functools.partial(is_json_number, whole, low, high, several)
    return JsonNumber(test, bare=True, whole=whole, low=low, high=high, factors=several)


def _first_whole(bound: Bound | None, direction: int) -> int | None:
    """Return the first whole number within a bound, going up (direction 1) or down (-1)."""
    if bound is None:
        return None
    limit = exact_number(bound[0])
    near = math.ceil(limit) if direction == 1 else math.floor(limit)
    return near + direction if bound[1] and near == limit else near


def common_step(factors: Iterable[Fraction]) -> Any:
    """Return the least common multiple of fractions, as an int if it is whole."""
    step = functools.reduce(
        lambda a, b: Fraction(math.lcm(a.numerator, b.numerator), math.gcd(a.denominator, b.denominator)),
        factors,
    )
    return step.numerator if step.denominator == 1 else step


# --- elements ---------------------------------------------------------------------------------------------


def json_key(x: Any) -> Any:
    """Return a key shared by equal JSON values: 1 and 1.0 have the same key, 1 and True do not."""
    if isinstance(x, dict):
        return "object", frozenset((key, json_key(value)) for key, value in x.items())
    if isinstance(x, list):
        return "array", tuple(map(json_key, x))
    return type(x) is bool, x


@with_address
def has_different_elements(x: Any) -> bool:
    """True if no two elements of a list are equal in JSON."""
    return len({*map(json_key, x)}) == len(x)


class DifferentElements(SchemaPredicate, inherits=True):
    """The keyword uniqueItems: no two elements of a list are equal."""

    def schema(self) -> Any:
        return {"uniqueItems": True}


DIFFERENT: Final = DifferentElements(has_different_elements, bare=True)


# --- objects ----------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class JsonObject(Keys, inherits=True):
    """An object: its listed keys have specs, and rules apply to the values under other keys.

    Attributes:
        patterns: patterns of keys, each with the spec of the values under matching keys.
        additional: the spec of the values under unlisted keys that match no pattern.
        key_spec: the spec of each key.
        least, most: the bounds of the number of keys.
    """

    patterns: tuple[tuple[str, Spec], ...] = ()
    additional: Spec = ANY
    key_spec: Spec = ANY
    least: int = 0
    most: int | None = None

    kind: ClassVar[Any] = dict
    takes_names: ClassVar[bool] = False
    changes: ClassVar[bool | None] = False
    constructive: ClassVar[bool] = False

    def _entries(self, x: Any) -> dict[Any, Any] | None:
        return x if isinstance(x, dict) and all(isinstance(key, str) for key in x) else None

    @property
    def is_plain(self) -> bool:
        """True if only the listed keys have specs, so that compiled code can check them one by one."""
        is_open = self.closed or self.additional is ANY
        return is_open and not self.patterns and self.key_spec is ANY and not self.least and self.most is None

    def parts(self) -> Sequence[Part]:
        others = [spec for _, spec in self.patterns] + [self.additional]
        return [
            *super().parts(),
            *(Part(spec, OPTIONAL, lens=JSON_VALUES) for spec in others if spec is not NO_VALUE),
        ]

    def places(self, find: Find) -> Sequence[Part]:
        others = [*(spec for _, spec in self.patterns), self.additional]
        rest = [Part(spec, OPTIONAL, lens=JSON_VALUES) for spec in others if spec is not NO_VALUE]
        return [*super().places(find), *rest]

    def held_specs(self) -> Sequence[Spec]:
        return [
            *self.key_specs.values(),
            *(spec for _, spec in self.patterns),
            self.additional,
            self.key_spec,
        ]

    def made_of(self, specs: Sequence[Spec]) -> Spec:
        n = len(self.key_specs)
        own: Any = super().made_of(specs[:n])
        patterns = tuple(zip((pattern for pattern, _ in self.patterns), specs[n:-2], strict=True))
        changed: Spec = dataclasses.replace(own, patterns=patterns, additional=specs[-2], key_spec=specs[-1])
        return changed

    def specs_at(self, key: Any) -> list[Spec]:
        """Return all specs for the value under a key."""
        specs = [self.key_specs[key]] if key in self.key_specs else []
        specs += [spec for pattern, spec in self.patterns if has_match(pattern, key, re.ASCII)]
        return specs or [self.additional]

    def specs_of_matching(self, matched: Collection[str]) -> list[Spec]:
        """Return all specs for the value under an unlisted key that matches some patterns."""
        return [spec for pattern, spec in self.patterns if pattern in matched] or [self.additional]

    def conform(self, x: Any, question: Question) -> Any:
        entries = self._entries(x)
        if entries is None or not all(required.is_in(entries) for required in self.required_keys):
            return INVALID
        if not self.least <= len(entries) <= (math.inf if self.most is None else self.most):
            return INVALID
        for key, value in entries.items():
            if self.key_spec is not ANY and self.key_spec.conform(key, question) is INVALID:
                return INVALID
            if any(spec.conform(value, question) is INVALID for spec in self.specs_at(key)):
                return INVALID
        return x

    def unform(self, x: Any, question: Question) -> Any:
        return x

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        entries = self._entries(x)
        if entries is None:
            return [place.problem(self.kind, x)]
        problems = [place.problem(each.form(), x) for each in self.required_keys if not each.is_in(entries)]
        if not self.least <= len(entries) <= (math.inf if self.most is None else self.most):
            problems.append(place.problem(("count", self.least, self.most), x))
        for key, value in entries.items():
            if self.key_spec.conform(key, question) is INVALID:
                problems += self.key_spec.explain(key, place.into(key), question)
            for spec in self.specs_at(key):
                if spec is NO_VALUE:
                    listed = [name for name, part in self.key_specs.items() if part is not NO_VALUE]
                    absent = [name for name in listed if name not in entries]
                    reason = reasons.no_such_key(key, absent)
                    pred = ("closed", *listed)
                    problems.append(place.into(key).problem(pred, value, reason=reason))
                elif spec.conform(value, question) is INVALID:
                    problems += spec.explain(value, place.part(key), question)
        return problems

    def strategy(self, context: Context) -> Strategy | None:
        listed = super().strategy(context)
        inside = context.enter(self)
        rules = [(pattern, spec) for pattern, spec in self.patterns if spec is not NO_VALUE]
        is_asked = self.additional is not ANY or not self.key_specs or self.least > len(self.key_specs)
        if NO_VALUE not in (self.additional, self.key_spec) and is_asked:
            rules.append(("", self.additional))
        rules = [rule for rule in rules if inside.height(rule[1]) < NEVER]
        is_deep = inside.times(self) > inside.limit
        if listed is None or (is_deep and not self.least) or not rules:
            return listed if listed is None or self.is_plain else filter_valid(self, listed, repr(self))
        by_rule = [
            combine.tuples([self._keys(pattern, inside), branch_strategy(spec, inside)])
            for pattern, spec in rules
        ]
        missing = max(0, self.least - len(self.required_keys))
        room = 3 if self.most is None else self.most - len(self.required_keys)
        entries = st.lists(
            combine.one_of(by_rule), min_size=missing, max_size=max(missing, min(room, missing + 3))
        )
        both = combine.tuples([listed, entries])
        return filter_valid(self, combine.fmap(self._join, both), repr(self))

    def _keys(self, pattern: str, inside: Context) -> Strategy:
        """Return a strategy of keys that match a pattern; without a pattern, for any keys."""
        if pattern:
            return simple.texts_of(compile_pattern(pattern)).filter(lambda key: len(key) < _LONGEST_KEY)
        return simple.texts(0, 8) if self.key_spec is ANY else strategy_of(self.key_spec, inside)

    def _join(self, drawn: tuple[dict[str, Any], list[tuple[str, Any]]]) -> dict[str, Any]:
        """Return drawn entries as one dict, with at most the allowed number of keys."""
        own, others = drawn
        free = {key: value for key, value in others if key not in self.key_specs}
        if self.most is not None and len(own) > self.most:
            needed = {key for each in self.required_keys for key, _ in each.entries()}
            spare = [key for key in own if key not in needed]
            own = {key: value for key, value in own.items() if key not in spare[self.most - len(needed) :]}
        left = math.inf if self.most is None else self.most - len(own)
        return own | {key: value for i, (key, value) in enumerate(free.items()) if i < left}

    def expression(self, code: Code, v: str) -> str | None:
        return super().expression(code, v) if self.is_plain else code.meaning_expression(self, v)

    def write_valid(self, code: Code, v: str) -> None:
        if self.is_plain:
            super().write_valid(code, v)
        else:
            code.refuse_if(f"not {code.meaning_expression(self, v)}")

    def write_conform(self, code: Code, v: str) -> str:
        return super().write_conform(code, v) if self.is_plain else code.conform_by_meaning(self, v)

    def write_wrong_keys(self, code: Code, v: str) -> bool:
        return super().write_wrong_keys(code, v) if self.is_plain else False

    def _write_keys(self, code: Code, v: str, write_value: Callable[[Spec, str, str], None]) -> str:
        # The interpreter checks the values under any other keys.
        return super()._write_keys(code, v, write_value).partition(" and ")[0]

    def form(self) -> Any:
        [head, *options] = super().form()
        more = {"patterns": dict(self.patterns), "additional": self.additional, "key_spec": self.key_spec}
        own = {name: value for name, value in more.items() if value not in ({}, ANY)}
        own |= {name: n for name, n in (("min_count", self.least), ("max_count", self.most)) if n}
        shown = {name: x.form() if isinstance(x, Spec) else x for name, x in own.items()}
        return (head, {**(options[0] if options else {}), **shown}) if shown else (head, *options)


_LONGEST_KEY: Final = 40


# --- not, oneOf and contains ------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Not(Spec):
    """Accept the JSON values that a spec refuses."""

    pred: Spec

    changes: ClassVar[bool | None] = False

    def parts(self) -> Sequence[Part]:
        return [Part(self.pred, OPTIONAL)]

    def places(self, find: Find) -> Sequence[Part]:
        return self.parts()  # the value itself

    def conform(self, x: Any, question: Question) -> Any:
        return x if is_json_value(x) and self.pred.conform(x, question) is INVALID else INVALID

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        return [] if self.conform(x, question) is not INVALID else [place.problem(self.form(), x)]

    def strategy(self, context: Context) -> Strategy | None:
        return json_values()

    def form(self) -> Any:
        return ("not", self.pred.form())


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class OneOf(Spec):
    """Accept a value that exactly one of several specs accepts."""

    preds: tuple[Spec, ...]

    changes: ClassVar[bool | None] = False

    def parts(self) -> Sequence[Part]:
        return [Part(pred, ONE_OF) for pred in self.preds]

    def _fitting(self, x: Any, question: Question) -> int:
        return sum(pred.conform(x, question) is not INVALID for pred in self.preds)

    def conform(self, x: Any, question: Question) -> Any:
        return x if self._fitting(x, question) == 1 else INVALID

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        fitting = self._fitting(x, question)
        if fitting:
            reason = f"{fitting} of {len(self.preds)} schemas accept it, and exactly one may"
            return [place.problem(self.form(), x, reason=reason)] if fitting > 1 else []
        return [problem for pred in self.preds for problem in pred.explain(x, place, question)]

    def strategy(self, context: Context) -> Strategy | None:
        inside = context.enter(self)
        some = [pred for pred in self.preds if inside.height(pred) < NEVER]
        return combine.one_of([branch_strategy(pred, inside) for pred in some]) if some else None

    def form(self) -> Any:
        return ("one_of", *(pred.form() for pred in self.preds))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Contains(Spec):
    """Accept a list with the right number of elements that fit a spec."""

    pred: Spec
    least: int = 1
    most: int | None = None

    changes: ClassVar[bool | None] = False

    def parts(self) -> Sequence[Part]:
        return [Part(self.pred, OPTIONAL, lens=ELEMENTS)]

    def conform(self, x: Any, question: Question) -> Any:
        most = math.inf if self.most is None else self.most
        return x if self.least <= self._count_fitting(x, question) <= most else INVALID

    def _count_fitting(self, x: Any, question: Question) -> float:
        if not isinstance(x, list):
            return math.nan
        return sum(self.pred.conform(element, question) is not INVALID for element in x)

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        if self.conform(x, question) is not INVALID:
            return []
        reason = f"{self._count_fitting(x, question)} of its elements fit" if isinstance(x, list) else None
        return [place.problem(self.form(), x, reason=reason)]

    def strategy(self, context: Context) -> Strategy | None:
        fitting = branch_strategy(self.pred, context)
        some = st.lists(
            fitting, min_size=self.least, max_size=self.least + 2 if self.most is None else self.most
        )
        return combine.fmap(
            lambda xs: operator.add(*xs), combine.tuples([some, st.lists(json_values(), max_size=2)])
        )

    def form(self) -> Any:
        return ("contains_some", self.pred.form(), self.least, self.most)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class ByType(UnionType, inherits=True):
    """A union with one branch for each JSON type; problems come from the branch of the value's type."""

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        own = dict(self.branches).get(str(json_type(x)))
        if own is None:
            return super().explain(x, place, question)
        return own.explain(x, place, question) if own.conform(x, question) is INVALID else []


# --- references ---------------- ------------------------------------------------------------------


class SchemaReference(LateReference, inherits=True):
    """A `$ref`: a reference to the spec of a schema, possibly recursive."""

    def __init__(self, ref: str, look_up: Callable[[], Spec]) -> None:
        super().__init__(look_up)
        vars(self)["ref"] = ref

    def form(self) -> Any:
        return ("from_json_schema", {"$ref": vars(self)["ref"]}, {})
