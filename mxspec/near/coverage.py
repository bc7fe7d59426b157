"""The conditions of a spec, and how many near misses break each alone.

int_in(0, 10) has five: its type, and each bound on both sides. A guard is known to check a condition only if
it has judged a value that breaks this condition alone. The report lists the conditions that were never
broken.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final, NamedTuple

from mxspec.base import names
from mxspec.base.forms import call_text
from mxspec.base.predicate_rows import PredicateRow
from mxspec.changes.borders.constants import LEAVES
from mxspec.changes.borders.inner import fits, is_leaf
from mxspec.changes.borders.leaf_borders import (
    MOST_ALIKE,
    Border,
    is_known_pred,
    preds_of,
    row_of_pred,
    text_pattern,
)
from mxspec.changes.borders.texts import parts_alone
from mxspec.models.model_spec import ModelSpec
from mxspec.near.presence import keys_within, presences_of, words_of_keys
from mxspec.near.sites import Site, relations_of
from mxspec.near.survey import NearMiss, Survey
from mxspec.specs.arrays import ArraySpec
from mxspec.specs.collections import Every, Tuple
from mxspec.specs.core.spec import AskKind, Predicate, Spec, text_of
from mxspec.specs.logic import And, Or, asks_nothing
from mxspec.specs.maps import Keys
from mxspec.specs.multi_specs import MultiSpec
from mxspec.specs.wrappers import Conformer, Nilable
from mxspec.transform.annotations.model_instances import ModelInstance
from mxspec.transform.annotations.records import RecordInstance

_TYPES: Final = ("type", "look-alike", "None", "dtype")
_LONGEST: Final = 120  # characters in the text of a condition


class ConditionCount(NamedTuple):
    """A condition of a spec, and the number of values that break it alone.

    Attributes:
        text: the condition.
        where: the keys and indices that lead to the part; "*" stands for any.
        found: the number of values that break it alone; for the right side of a bound, of values that lie
            there.
        asked: the number of these values that the guard judged; `n`, `json` and `lax` leave some out.
        may_lack: True if a relation may rule out every value there.
    """

    text: str
    where: tuple[Any, ...]
    found: int
    asked: int
    may_lack: bool = False

    def __str__(self) -> str:
        return self.text + (f" in {[*self.where]}" if self.where else "")


class Rule(NamedTuple):
    """A condition of a kind.

    Attributes:
        text: the condition.
        is_met: a test for the near misses that break it, or just meet it.
        is_right: True if right values meet it.
    """

    text: str
    is_met: Callable[[NearMiss], bool]
    is_right: bool = False


def conditions_of(survey: Survey, asked: Collection[int]) -> list[ConditionCount]:
    """Return the conditions of a spec, each with the number of near misses of a survey that break it alone.

    Args:
        asked: the ids of the near misses that the guard judged.
    """
    of_site: dict[int, list[NearMiss]] = {}
    of_relation: dict[Any, list[NearMiss]] = {}
    for (i, border, side), several in survey.found.items():
        of_site.setdefault(i, []).extend(several)
        if border.kind == "relation" and side == "wrong":  # found at the part that was changed
            of_relation.setdefault((repr(several[0].where), border), []).extend(several)
    conditions: list[ConditionCount] = []

    def count(site: Site, text: str, misses: list[NearMiss], may_lack: bool = False) -> None:
        asked_of = sum(id(miss) in asked for miss in misses)
        conditions.append(ConditionCount(text, site.where, len(misses), asked_of, may_lack))

    for i, site in enumerate(survey.sites):
        own = of_site.get(i, [])
        is_of_anything = is_leaf(site.spec) and accepts_anything(site.spec)
        if site.is_again or site.is_of_tag or isinstance(site.spec, ModelInstance) or is_of_anything:
            continue
        if site.is_later:
            if is_leaf(site.spec) and (own or site.may_have_two):
                count(site, "an element after the first", [miss for miss in own if miss.side == "wrong"])
            continue
        if not own and _is_judged(site.spec):
            count(site, f"a value of {text_of(site.spec)[:_LONGEST]}", [])
            continue
        for rule in rules_of(site.spec):
            may_lack = rule.is_right and (bool(site.relations) or _has_own_function(site.spec))
            count(site, rule.text, [miss for miss in own if rule.is_met(miss)], may_lack)
        keys = keys_within(site.spec) if isinstance(site.spec, And) else []
        for pred in relations_of(site.spec) if isinstance(site.spec, And) else ():
            border = Border("relation", text_of(pred))
            text = text_of(pred)[:_LONGEST] + words_of_keys(pred, keys)
            fault = call_text(pred.form())
            variants = [miss for miss in own if (miss.border.kind, miss.fault) == ("variant", fault)]
            count(site, text, of_relation.get((repr(site.where), border), []) + variants)
    return conditions


def _has_own_function(spec: Spec) -> bool:
    """True for a leaf with an unknown condition, which may refuse values at the bounds of the others."""
    return is_leaf(spec) and not all(map(is_known_pred, preds_of(spec)))


def _is_judged(spec: Spec) -> bool:
    """True if a spec judges values itself, not through parts that see the same value."""
    return is_leaf(spec) or any(part.is_piece for part in spec.places(names.current.find))


def unbroken_parts(survey: Survey) -> list[str]:
    """Return the parts that accept anything, as text, each with its place."""
    texts: dict[str, None] = {}
    for site in survey.sites:
        at = f" at {[*site.where]}" if site.where else ""
        if isinstance(site.spec, ModelInstance):  # pydantic has checked its fields
            texts[f"the fields of {text_of(site.spec)}{at}"] = None
        elif is_leaf(site.spec) and accepts_anything(site.spec):
            texts[f"{text_of(site.spec)}{at}"] = None
    return [*texts]


def accepts_anything(spec: Spec) -> bool:
    """True for a leaf that no value can break."""
    return all(map(asks_nothing, preds_of(spec))) or all(fits(spec, x) for x in LEAVES)


# --- the conditions of each kind --------------------------------------------------------------------------


def _wrong(text: str, *kinds: str, at: Any = ...) -> Rule:
    """Return the rule of a condition that wrong values break at borders of some kinds, by default all."""

    def is_met(miss: NearMiss) -> bool:
        is_there = miss.border.kind in kinds and (at is ... or miss.border == Border(miss.border.kind, at))
        return miss.side == "wrong" and (is_there or not kinds)

    return Rule(text, is_met)


def _right(text: str, border: Border) -> Rule:
    return Rule(text, lambda miss: miss.side == "right" and miss.border == border, is_right=True)


def _own_rule(spec: Spec) -> Rule:
    """Return the rule of an unknown condition: values of the right type break it."""
    text = call_text(spec.form())

    def is_met(miss: NearMiss) -> bool:
        return miss.side == "wrong" and miss.fault == text and miss.border.kind not in _TYPES

    return Rule(text_of(spec)[:_LONGEST], is_met)


@functools.singledispatch
def rules_of(spec: Spec) -> Iterator[Rule]:
    """Yield the conditions of a kind itself, without its parts' conditions."""
    if is_leaf(spec):
        for pred in preds_of(spec):
            yield from _rules_of_pred(pred)
    else:
        yield _own_rule(spec) if _is_of_user(spec) else _wrong(text_of(spec)[:_LONGEST])


def _is_of_user(spec: Spec) -> bool:
    return type(spec).__module__.partition(".")[0] != "mxspec"


def _rules_of_pred(pred: Spec) -> Iterator[Rule]:
    if accepts_anything(pred):
        return
    row = row_of_pred(pred)
    if row is not None:
        yield from _rules_of_row(row)
    pattern = text_pattern(pred)
    if pattern:
        text = call_text(pred.form())
        yield Rule(f"pattern {pattern}", lambda miss: _is_of_pattern(miss, pattern, text))
        for words in parts_alone(pattern).values():
            yield _wrong(f"pattern {pattern} ({words})", "pattern", at=f"{pattern} ({words})")
    if isinstance(pred, Predicate) and type(pred) is not Predicate:
        yield _wrong(text_of(pred)[:_LONGEST])  # a class of annotations
    elif not (pattern or is_known_pred(pred) or isinstance(pred, Conformer)):
        yield _own_rule(pred)
    if _is_of_user(pred) and type(pred).parts is Spec.parts:
        yield Rule(f"the parts of {text_of(pred)}", lambda miss: False)


def _is_of_pattern(miss: NearMiss, pattern: str, text: str) -> bool:
    """True if a text breaks a pattern: it lies at a border, or the predicate of the pattern refuses it."""
    is_near = miss.border.kind == "pattern" and str(miss.border.at).startswith(f"{pattern} (")
    return miss.side == "wrong" and (is_near or (miss.fault == text and miss.border.kind not in _TYPES))


def _rules_of_row(row: PredicateRow) -> Iterator[Rule]:
    if row.classes != (object,):
        yield _wrong(f"type {' or '.join(cls.__name__ for cls in row.classes[:3])}", *_TYPES)
    limits = [("low", row.low and row.low[0]), ("high", row.high and row.high[0])]
    limits += [("least length", row.least or None), ("greatest length", row.most)]
    for kind, limit in limits:
        if limit is not None and not (isinstance(limit, float) and math.isinf(limit)):
            yield _wrong(f"{kind} {limit!r}", kind, at=limit)
            yield _right(f"{kind} {limit!r}, just right", Border(kind, limit))
    if row.factor is not None:
        yield _wrong(f"multiple {row.factor!r}", "multiple")
    if row.members is not None:
        yield _wrong("no other member", "member", "value")
    members = row.members if row.members is not None else row.values or ()
    yield from (_right(f"member {x!r}", Border("member", x)) for x in members[:MOST_ALIKE])
    if row.zones:
        yield Rule("time zone", lambda miss: miss.side == "wrong" and "time zone" in str(miss.border))
    yield from (_wrong(mark, "value") for mark in sorted(row.marks) if mark in ("not nan", "not infinite"))


@rules_of.register
def _rules_of_and(spec: And) -> Iterator[Rule]:
    if is_leaf(spec):
        yield from rules_of.dispatch(Spec)(spec)
        return
    for border in presences_of(spec):
        yield Rule(f"a value {border.at}", lambda miss, border=border: miss.border == border)  # type: ignore[misc]


@rules_of.register(Or)
def _rules_of_or(spec: Or) -> Iterator[Rule]:
    yield from ()  # its branches are parts


@rules_of.register
def _rules_of_nilable(spec: Nilable) -> Iterator[Rule]:
    yield _right("None", Border("None"))


@rules_of.register
def _rules_of_keys(spec: Keys) -> Iterator[Rule]:
    yield _wrong("type dict", *_TYPES)
    for group in spec.required_keys[:MOST_ALIKE]:
        keys = [key for key, _ in group.entries()]
        at = keys[0] if len(keys) == 1 else tuple(keys)
        yield _wrong(f"missing key {at!r}", "missing key", at=at)
    for optional in spec.optional_keys[:MOST_ALIKE]:
        yield _right(f"missing key {optional.key!r}", Border("missing key", optional.key))
    yield from [_wrong("extra key", "extra key")] if spec.closed else []


@rules_of.register
def _rules_of_instance(spec: RecordInstance) -> Iterator[Rule]:
    yield _wrong("type of an instance", *_TYPES)


@rules_of.register
def _rules_of_tuple(spec: Tuple) -> Iterator[Rule]:
    yield _wrong("count", "count", "least length", "greatest length")


@rules_of.register
def _rules_of_every(spec: Every) -> Iterator[Rule]:
    yield _wrong("type of a collection", *_TYPES)
    least, most = spec.options.sizes()
    for kind, n in (("least length", least), ("greatest length", most)):
        if 0 < n < math.inf:
            yield _wrong(f"{kind} {n}", kind)
            yield _right(f"{kind} {n}, just right", Border(kind, n))
    yield from [_wrong("repeat", "repeat")] if spec.options.distinct else []


@rules_of.register
def _rules_of_multi_spec(spec: MultiSpec) -> Iterator[Rule]:
    yield from [_wrong("another tag", "tag", *_TYPES)] if spec.default is None else []


@rules_of.register
def _rules_of_model(spec: ModelSpec) -> Iterator[Rule]:
    yield _wrong(text_of(spec)[:_LONGEST])
    yield from [] if spec.others is None else [_wrong("values of another kind", "another kind")]


@rules_of.register
def _rules_of_array(spec: ArraySpec) -> Iterator[Rule]:
    yield _wrong("type or dtype", *_TYPES)
    for kind, limit in (("low", spec.min), ("high", spec.max)):
        if limit is not None:
            yield _wrong(f"{kind} {limit!r}", kind)
            yield _right(f"{kind} {limit!r}, just right", Border(kind, limit))


@rules_of.register
def _rules_of_asked(spec: AskKind) -> Iterator[Rule]:
    yield from rules_of(spec.of)
    yield _own_rule(spec)
