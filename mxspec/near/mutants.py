"""Mutants of a spec, and which of them the answers of a guard tell apart from it.

A mutant is the spec with one change: a condition dropped, a bound moved by one step, a part of a pattern
widened, a key optional instead of required, a member less (each of the first 100; of a set of 1,000 and
more, the first three). A guard tells it apart if, about a value on which the two differ, it answers as the
spec does. This needs only the values that the guard judged and its answers, so the guard may be a web service
or a constraint of a database.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import itertools
import math
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from mxspec.base import names
from mxspec.base.predicate_rows import TESTS, row_of, whole
from mxspec.base.value_types import NUMBERS
from mxspec.base.values import short_repr
from mxspec.changes.borders.constants import neighbours
from mxspec.changes.borders.leaf_borders import MOST_ALIKE
from mxspec.changes.borders.texts import loosened_patterns
from mxspec.changes.proof import Version, is_covered
from mxspec.errors import SpecDefinitionError, SpecError
from mxspec.predicates import is_any, is_dict, is_inst
from mxspec.questions.operations import valid
from mxspec.specs.collections import Every, HomogeneousMap, Tuple
from mxspec.specs.comparisons import Less, less
from mxspec.specs.core.lenses import ELEMENTS, parts_of, with_part
from mxspec.specs.core.rewriting import with_parts
from mxspec.specs.core.spec import Predicate, Reference, Spec, as_part, text_of
from mxspec.specs.key_groups import Key, KeyGroup
from mxspec.specs.logic import And, Or, and_, asks_nothing
from mxspec.specs.maps import Keys, RequiredKey, key_of
from mxspec.specs.ranges import (
    FloatIn,
    InstIn,
    IntIn,
    Range,
    RangeOf,
    StrIn,
    float_in,
    int_in,
    range_of,
    str_in,
)
from mxspec.specs.regex.matching import NestedRegex
from mxspec.specs.wrappers import Nilable, Wrapper

_MOST: Final = 200  # mutants to test
_MOST_SPECS: Final = 16_000  # specs in all of these, which take about two seconds
_MOST_MADE: Final = 10_000  # mutants that are counted
_MOST_LACKING: Final = 8  # right values to take a key from
_LARGE: Final = 1000  # members of a set; compiling a mutant of 100,000 takes 0.15 seconds
_LONGEST: Final = 80  # characters of the text of a mutant
_MOST_PROOFS: Final = (
    5  # survivors that may be proved to be the spec; if there are more, values were left out
)


class Mutant(NamedTuple):
    """A spec with one change.

    Attributes:
        where: the keys and indices that lead to the changed part; "*" is any.
        text: the changed part.
        make: a function that returns the whole spec with it.
    """

    where: tuple[Any, ...]
    text: str
    make: Callable[[], Spec]

    def __str__(self) -> str:
        return ".".join(map(str, self.where)) + ": " * bool(self.where) + self.text[:_LONGEST]


@dataclasses.dataclass(frozen=True)
class MutantScore:
    """The mutants of a spec that the answers of a guard tell apart from it.

    Mutants that provably accept the same values as the spec do not count; with more than five survivors no
    proof is tried. Nor does a key count as optional that a relation needs: some right values were each
    refused without the key.

    Attributes:
        killed: the number of mutants that are told apart.
        all: the number of mutants.
        unnoticed: the mutants that agree with the spec on all values that the guard judged, as text.
        alike: the mutants that answer as the guard does wherever they differ from the spec, as text; for each
            fault the mutant that answers most like the guard, or several between which no value decides.
        unmutated: the parts with conditions that have no mutants, as text.
        left: the number of mutants that were left out: after 200, or fewer of a large spec.
    """

    killed: int
    all: int
    unnoticed: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    unmutated: tuple[str, ...] = ()
    left: int = 0

    def __str__(self) -> str:
        left = f"; {self.left} more left out" if self.left else ""
        return f"{self.killed} of {self.all} mutants told apart{left}"


def score_of(spec: Spec, answers: Sequence[tuple[Any, bool, bool]], shows: bool = True) -> MutantScore:
    """Return the mutants of a spec that answers tell apart from it.

    Args:
        answers: values, each with True if the spec lets it pass, and with True if the guard does. Values on
            which the spec answers otherwise now, since a name has changed, are left out.
        shows: False if a refusal of the guard shows nothing, since it refuses all examples.
    """
    known = [each for each in answers if _is_valid_for_spec(spec, each[0]) == each[1]]
    unmutated: dict[str, None] = {}
    mutants = [*itertools.islice(mutants_within(spec, unmutated), _MOST_MADE)]
    count = min(len(mutants), _MOST, 1 + _MOST_SPECS // spec.size)
    chosen = [mutants[i * len(mutants) // count] for i in range(count)]  # spread over the parts
    killed = impossible = 0
    alive: list[tuple[str, Spec | None]] = []
    unnoticed: dict[str, None] = {}
    alike: list[tuple[int, frozenset[int], str]] = []
    for mutant in chosen:
        try:
            whole_spec = mutant.make()
        except (SpecError, RecursionError):  # only a class knows what may stand there
            unmutated[str(mutant)] = None
            impossible += 1
            continue
        judged = [(_is_valid_for_spec(whole_spec, x), right, passes) for x, right, passes in known]
        differing = frozenset(i for i, (answer, right, _) in enumerate(judged) if answer != right)
        if any(judged[i][1] == judged[i][2] and (shows or judged[i][2]) for i in differing):
            killed += 1
        elif not differing and not _may_lack_key(mutant, whole_spec, [x for x, right, _ in known if right]):
            impossible += 1
        elif differing and shows:
            wrong = sum(answer != passes for answer, _, passes in judged)
            alike.append((wrong, differing, str(mutant)))
        else:
            alive.append((str(mutant), None if differing else whole_spec))
    for text, same in alive:
        if same is not None and len(alive) <= _MOST_PROOFS and _is_equivalent(spec, same):
            impossible += 1
        else:
            unnoticed[text] = None
    score = killed, count - impossible, (*unnoticed,), _most_alike(alike), (*unmutated,), len(mutants) - count
    return MutantScore(*score)


def _most_alike(several: list[tuple[int, frozenset[int], str]]) -> tuple[str, ...]:
    """Return the mutants that answer most like the guard, one for each fault.

    Args:
        several: the number of values that each mutant answers otherwise than the guard, the values on which
            it differs from the spec, and its text.
    """
    named: dict[frozenset[int], list[str]] = {}
    for _, differing, text in sorted(several, key=lambda row: row[0]):
        if differing in named or not any(differing & other for other in named):
            named.setdefault(differing, []).append(text)
    return tuple(" or ".join(texts) for texts in named.values())


def _is_valid_for_spec(spec: Spec, x: Any) -> bool:
    try:
        return valid(spec, x)
    except Exception:
        return False


def _may_lack_key(mutant: Mutant, whole_spec: Spec, values: list[Any]) -> bool:
    """False if a mutant makes a key optional, and refuses values without it, since a relation needs it."""
    lacking = [x for value in values[:_MOST_LACKING] for x in _without_key(value, mutant.where, mutant.text)]
    return not lacking or any(_is_valid_for_spec(whole_spec, x) for x in lacking)


def _without_key(x: Any, where: tuple[Any, ...], text: str) -> list[Any]:
    """Return a value without the key that a mutant makes optional; nothing if it makes none so."""
    if not where:
        several = [key for key in x if text == f"key {key!r} optional"] if isinstance(x, dict) else []
        return [{key: y for key, y in x.items() if key != each} for each in several]
    inner = [(step, y) for step, y in parts_of(x) if where[0] in (step, "*")][:1]
    return [with_part(x, step, new) for step, y in inner for new in _without_key(y, where[1:], text)]


def _is_equivalent(spec: Spec, mutant: Spec) -> bool:
    """True if it is proved that a mutant accepts the same values, since the rest of the spec implies them."""
    sides = [Version(each, names.current) for each in (spec, mutant)]
    try:
        return is_covered(*sides) and is_covered(*sides[::-1])
    except Exception:  # not proved
        return False


def mutants_within(
    spec: Spec, unmutated: dict[str, None], where: tuple[Any, ...] = (), passed: frozenset[str] = frozenset()
) -> Iterator[Mutant]:
    """Yield the mutants of a spec and of all its parts, with one change at a time.

    Args:
        unmutated: gets the text of each part of a kind without mutants.
        passed: the names on the way here; inside itself, a recursive spec is not changed.

    Example:
        >>> import mxspec as s
        >>> [str(mutant) for mutant in mutants_within(s.and_(s.keys({"n": s.is_pos_int})), {})]
        ["key 'n' optional", 'n: range_of(int, 0, None)', ..., 'n: int', 'n: any in place of is_pos_int']
    """
    if isinstance(spec, Reference):
        target = None if spec.to in passed else names.current.find(spec.to)
        yield from mutants_within(target, unmutated, where, passed | {spec.to}) if target is not None else ()
        return
    try:
        held = [] if isinstance(spec, Range) else [*spec.held_specs()]
        own = [*mutants_of(spec)]
        parts = spec.places(names.current.find)
    except SpecError:  # a name in a hint is not defined
        held, own, parts = [], [], []
        unmutated[text_of(spec)[:_LONGEST]] = None
    if type(spec) is not And and mutants_of.dispatch(type(spec)) is mutants_of.dispatch(Spec):
        unmutated[text_of(spec)[:_LONGEST]] = None
    for text, new in own:
        yield Mutant(where, text, lambda new=new: new)  # type: ignore[misc]
    for i, part in enumerate(held):
        if isinstance(spec, HomogeneousMap) and isinstance(part, Predicate) and part.pred is is_dict:
            continue  # whatever its kind, it has entries of maps
        place = parts[i] if len(parts) == len(held) and parts[i].spec is part else None
        step = () if place is None else ("*",) if place.lens is ELEMENTS else (place.at,)
        step = () if step == (None,) or isinstance(spec, (And, Wrapper, Nilable)) else step
        for mutant in mutants_within(part, unmutated, (*where, *step), passed):
            make = functools.partial(_with_part, spec, held, i, mutant.make)
            yield mutant._replace(make=make)


def _with_part(spec: Spec, held: list[Spec], i: int, make: Callable[[], Spec]) -> Spec:
    return with_parts(spec, [*held[:i], make(), *held[i + 1 :]])


# --- the mutants of each kind -----------------------------------------------------------------------------

Change = tuple[str, Spec]
"""The text of a changed spec, and the spec."""


@functools.singledispatch
def mutants_of(spec: Spec) -> Iterator[Change]:
    """Yield the mutants of a kind's own conditions, not of its parts; a kind without a method has none."""
    yield from ()


@mutants_of.register(And)
@mutants_of.register(Wrapper)
@mutants_of.register(NestedRegex)
def _mutants_by_parts(spec: Spec) -> Iterator[Change]:
    yield from ()


def _as_changes(specs: Iterator[Spec]) -> Iterator[Change]:
    yield from ((text_of(spec), spec) for spec in specs)


def _drop_option(spec: Spec) -> Iterator[Change]:
    yield f"any in place of {text_of(spec)}", as_part(is_any)


def _move_bound(bound: Any) -> list[Any]:
    """Return the values of the same type just below and just above a bound."""
    if isinstance(bound, bool):
        return []
    near = [y for y in neighbours(bound) if type(y) is type(bound)]
    below, above = [y for y in near if y < bound], [y for y in near if y > bound]
    return [*([max(below)] if below else []), *([min(above)] if above else [])]


_WRITTEN: Final[dict[type, Callable[[Any], tuple[Callable[..., Spec], dict[str, Any]]]]] = {
    IntIn: lambda ints: (int_in, {"min": ints.start, "max": ints.end - 1}),
    FloatIn: lambda floats: (float_in, *floats.form()[1:]),
    InstIn: lambda moments: (
        functools.partial(range_of, is_inst),
        {"low": moments.start, "high": moments.end - datetime.timedelta(microseconds=1)},
    ),
    RangeOf: lambda range_: (
        functools.partial(range_of, range_.kind),
        {"low": range_.low, "high": range_.high},
    ),
    StrIn: lambda texts: (str_in, *texts.form()[1:]),
}
"""How a range is written: a function, and its options."""


@mutants_of.register
def _mutants_of_range(spec: Range) -> Iterator[Change]:
    """Yield a range with each option moved, or dropped, the range of any type, and any value."""
    make, *written = _WRITTEN[type(spec)](spec) if type(spec) in _WRITTEN else (and_,)
    options: dict[str, Any] = dict(*written)
    for name, value in options.items():
        changes = [] if value is None or isinstance(value, str) else _move_bound(value)
        changes += [*loosened_patterns(value)] if name == "pattern" else []
        changes += [True] if value is False else [None] if value is not None else []
        for change in changes:
            try:
                new = make(**{**options, name: change})
            except SpecDefinitionError:  # an empty range; or no bound is left
                if change is not None:
                    continue
                new = spec.preds[0]
            yield text_of(new), new
    # Texts and moments in the options compare with values of the same type alone.
    if options and all(value is None or isinstance(value, NUMBERS) for value in options.values()):
        yield f"{text_of(spec)} of any type", And(spec.preds[1:])
    yield from _drop_option(spec)


@mutants_of.register
def _mutants_of_predicate(spec: Predicate) -> Iterator[Change]:
    if asks_nothing(spec):
        return
    row = row_of(spec.pred) if type(spec) is Predicate else None
    if isinstance(spec.pred, functools.partial) and spec.pred.func in TESTS and len(spec.pred.args) == 1:
        several = (functools.partial(spec.pred.func, new) for new in _move_bound(spec.pred.args[0]))
        yield from _as_changes(map(as_part, several))
    elif isinstance(spec, Less):
        yield from _as_changes(
            less(*keys, or_equal=not spec.or_equal) for keys in (spec.keys, spec.keys[::-1])
        )
    elif row is not None and row.members and isinstance(spec.pred, (set, frozenset)):
        members = frozenset(row.members)
        most = MOST_ALIKE if len(members) < _LARGE else 3
        for member in row.members[:most] if len(members) > 1 else ():
            is_other = as_part(functools.partial(operator.ne, member))
            yield f"without {short_repr(member)}", And((spec, is_other))  # a copy of a large set takes memory
        near = (
            y for x in row.members for y in neighbours(x) if type(y) is type(x) and y and y not in members
        )
        yield from ((f"also {short_repr(y)}", Predicate(members | {y})) for y in itertools.islice(near, 1))
        types = {type(member) for member in row.members}
        yield from _as_changes(map(as_part, types if len(types) == 1 else ()))
    elif row is not None and row.classes == (int,) and row.factor is None and (row.low or row.high):
        low, high = row.low and whole(row.low, up=True)[0], row.high and whole(row.high, up=False)[0]
        ends = [(new, high) for new in _move_bound(low)] if row.low else []
        ends += [(low, new) for new in _move_bound(high)] if row.high else []
        yield from _as_changes(int_in(min=least, max=most) for least, most in ends)
        yield text_of(int), as_part(int)
    yield from _drop_option(spec)


@mutants_of.register
def _mutants_of_nilable(spec: Nilable) -> Iterator[Change]:
    yield f"{text_of(spec)} without None", spec.pred


@mutants_of.register
def _mutants_of_union(spec: Or) -> Iterator[Change]:
    for i, (tag, _) in enumerate(spec.branches if len(spec.branches) > 1 else ()):
        rest = spec.branches[:i] + spec.branches[i + 1 :]
        yield f"no branch {tag!r}", dataclasses.replace(spec, branches=rest, gen_fn=None)


@mutants_of.register
def _mutants_of_keys(spec: Keys) -> Iterator[Change]:
    needed = [key.key for key in spec.required_keys if isinstance(key, RequiredKey)]
    for key in needed[:MOST_ALIKE]:
        yield from ((f"key {key!r} optional", new) for new in _with_key_moved(spec, key, "req", "opt"))
    for key in [optional.key for optional in spec.optional_keys[:MOST_ALIKE]]:
        yield from ((f"key {key!r} required", new) for new in _with_key_moved(spec, key, "opt", "req"))
    for name, other in (("req", "opt"), ("req_un", "opt_un")):
        entries, optional = getattr(spec, name), getattr(spec, other)
        groups = [] if isinstance(entries, dict) or isinstance(optional, dict) else entries
        for i, group in enumerate(groups):
            for rest, dropped in _smaller_groups(group):
                fields: dict[str, Any] = {
                    name: (*entries[:i], rest, *entries[i + 1 :]),
                    other: (*optional, *dropped),
                }
                yield f"{rest!r} in place of {group!r}", dataclasses.replace(spec, **fields, gen_fn=None)
    if spec.closed:
        yield "other keys allowed", dataclasses.replace(spec, closed=False, gen_fn=None)


def _smaller_groups(group: Key) -> Iterator[tuple[KeyGroup, list[str]]]:
    """Yield a group of keys without one of its parts, at any depth, and the names that it no longer has."""
    if not isinstance(group, KeyGroup):
        return
    for j, part in enumerate(group.parts):
        before, after = group.parts[:j], group.parts[j + 1 :]
        if before or after:
            yield (
                KeyGroup(group.call, before + after),
                [*part.names()] if isinstance(part, KeyGroup) else [part],
            )
        for rest, dropped in _smaller_groups(part):
            yield KeyGroup(group.call, (*before, rest, *after)), dropped


def _with_key_moved(spec: Keys, key: Any, source: str, to: str) -> Iterator[Spec]:
    """Yield a map with a key moved from the fields req and req_un to opt and opt_un, or back."""
    for own, other, is_qualified in ((source, to, True), (f"{source}_un", f"{to}_un", False)):
        entries, others = getattr(spec, own), getattr(spec, other)
        written = [entry for entry in entries if isinstance(entries, dict) or isinstance(entry, str)]
        is_dict = isinstance(entries, dict)
        for entry in written:
            if entry != key if is_dict else key_of(entry, is_qualified) != key:
                continue
            rest: Any = {k: part for k, part in entries.items() if k != entry} if is_dict else None
            rest = tuple(each for each in entries if each != entry) if rest is None else rest
            if is_dict or isinstance(others, dict):
                if isinstance(others, tuple) and others:
                    return  # names are there, and this key has none
                more: Any = {**dict(others), key: spec.key_specs[key]}
            else:
                more = (*others, entry)
            yield dataclasses.replace(spec, **{own: rest, other: more}, gen_fn=None)


@mutants_of.register
def _mutants_of_tuple(spec: Tuple) -> Iterator[Change]:
    for text, preds in (("one element less", spec.preds[:-1]), ("one more", (*spec.preds, as_part(is_any)))):
        if preds:
            yield text, dataclasses.replace(spec, preds=preds, gen_fn=None)


@mutants_of.register
def _mutants_of_collection(spec: Every) -> Iterator[Change]:
    least, most = spec.options.sizes()
    sizes = [(n, most) for n in (least - 1, least + 1, 0) if least > 0 and n <= most]
    sizes += [(least, n) for n in (most - 1, most + 1, math.inf) if most < math.inf and n >= least]
    changes: list[tuple[str, dict[str, Any]]] = [
        (f"count from {low}" + ("" if high == math.inf else f" to {high}"),
         {"count": None, "min_count": low, "max_count": None if high == math.inf else high})
        for low, high in dict.fromkeys(sizes)
    ]  # fmt: skip
    changes += [("repeats allowed", {"distinct": False})] if spec.options.distinct else []
    for text, options in changes:
        new = dataclasses.replace(spec.options, **options)
        yield text, dataclasses.replace(spec, options=new, gen_fn=None)
