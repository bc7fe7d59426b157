"""Is a change of a spec breaking? check_compatible, and what it answers."""

from __future__ import annotations

import dataclasses
import itertools
import typing
from collections.abc import Iterator
from typing import Any, Final, Literal

from mxspec import names
from mxspec.api.examples import sample
from mxspec.changes.classes import NoTwinError, as_twin, payload_of
from mxspec.changes.proof import Version, is_covered
from mxspec.changes.sameness import Sameness
from mxspec.changes.witnesses import Constants, shrink, variants_of, weight
from mxspec.core.generation import accepts
from mxspec.core.question import START, ask_spec
from mxspec.core.spec import Reference, Spec, walk
from mxspec.errors import SpecDefinitionError, SpecError
from mxspec.functions.check import NUM_TESTS, new_seed
from mxspec.functions.fspec import FSpec
from mxspec.messages.explanations import problems_text
from mxspec.messages.text import short_repr
from mxspec.specs.maps import Keys

Verdict = Literal["proved", "broken", "not refuted"]
Direction = Literal["requests", "responses"]

_DIRECTIONS: Final = typing.get_args(Direction)
_SUCCESS: Final = "Success!"
_MOST_SPECS: Final = 10_000  # that give constants to try
_EXAMPLES: Final = 40  # that are tried with constants in them


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Compatibility:
    """The answer of `check_compatible`: false if the change breaks something.

    Attributes:
        verdict: "proved" if each value of the one spec is valid for the other, "broken" if one is not, and
            "not refuted" if neither a proof nor such a value was found.
        witness: the smallest value that was found which one of them accepts and the other refuses.
        old, new: what the two specs explain of the witness, `"Success!"` where it is valid; None without one.
        examples: how many values were tried.
        part: of functions, which part is broken: "args" or "ret".
    """

    verdict: Verdict
    witness: Any = None
    old: str | None = None
    new: str | None = None
    examples: int = 0
    part: str | None = None

    def __bool__(self) -> bool:
        return self.verdict != "broken"

    def __repr__(self) -> str:
        if self.verdict == "proved":
            return "proved: no valid value is refused"
        if self.verdict == "not refuted":
            return f"not refuted: {self.examples:,} examples are accepted, which is no proof"
        is_old = self.old != _SUCCESS
        reason = self.old if is_old else self.new
        where = "" if self.part is None else f"{self.part}: "
        side, other = ("new", "old") if is_old else ("old", "new")
        return f"broken: {where}{short_repr(self.witness)} fits {side}, but {other} says\n{reason}"


def check_compatible(
    old: Any,
    new: Any,
    *,
    direction: Direction = "requests",
    num_tests: int = NUM_TESTS,
    seed: int | None = None,
) -> Compatibility:
    """Check whether every value of one version of a spec is valid for another, and show one that is not.

    First a proof is tried, from what the specs are made of. If there is none, values at the borders of both
    are tried, the smallest first, then examples from the generator, and a witness is shrunk. It is always
    asked about: one version accepts it, the other refuses it.

    A proof speaks of values that keep Python's promises: an instance of a subclass behaves as its class does,
    comparisons are transitive, and a predicate answers alike when asked again. A value that a
    set accepts is of the type of the member that it equals: that `{1}` accepts numpy's int64(1) too, which is
    not an int, is passed over. Of two
    predicates that are functions it is known only that they are the same, or a named predicate of mxspec.

    A registered name may be a key of any open map, and is checked there. So a new name, or a stricter one,
    may break maps that do not list it; such a change is not proved.

    Args:
        old, new: specs, predicates, types, sets, names or annotations. A class with typed fields (a
            dataclass, a NamedTuple, a TypedDict, a pydantic model) stands for dicts of its fields.
        direction: "requests" for what comes in: new has to accept all that old did, it may only widen.
            "responses" for what goes out: all that new accepts has to be valid for old, it may only narrow.
            Of two fspecs the args are requests, and the ret is a response, whatever is said here.
        num_tests: how many examples are drawn from the generator.
        seed: an int for the same examples every time.

    Raises:
        SpecDefinitionError: old or new is not a spec, or direction is another word.
        UnknownSpecError: a name is not registered.

    Example:
        >>> import mxspec as s
        >>> s.check_compatible(s.int_in(0, 10), s.int_in(0, 100))
        proved: no valid value is refused
        >>> s.check_compatible(s.coll_of(s.int_in(0, 100)), s.coll_of(s.int_in(0, 10)))
        broken: [10] fits old, but new says
        10 - failed: int_in(0, 10) in: [0]
        >>> s.check_compatible(s.int_in(0, 100), s.int_in(0, 10), direction="responses").verdict
        'proved'
    """
    before = payload_of(old, is_received=direction == "responses")
    after = payload_of(new, is_received=direction == "requests")
    versions = Version(before, names.current), Version(after, names.current)
    return compare_versions(*versions, direction=direction, num_tests=num_tests, seed=seed)


def compare_versions(
    old: Version,
    new: Version,
    *,
    direction: Direction = "requests",
    num_tests: int = NUM_TESTS,
    seed: int | None = None,
) -> Compatibility:
    """Return the answer of `check_compatible` about two versions of a spec; the arguments are its own."""
    if direction not in _DIRECTIONS:
        raise SpecDefinitionError(f"direction is {' or '.join(map(repr, _DIRECTIONS))}, not {direction!r}")
    seed = new_seed() if seed is None else seed
    first, second = _spec_of_version(old), _spec_of_version(new)
    if isinstance(first, FSpec) and isinstance(second, FSpec):
        return _compare_functions(old, new, first, second, num_tests, seed)
    asked, other = (old, new) if direction == "requests" else (new, old)
    answer = _compare(asked, other, num_tests, seed)
    if answer.verdict != "broken":
        return answer
    return dataclasses.replace(answer, old=_explain(old, answer.witness), new=_explain(new, answer.witness))


def _explain(version: Version, x: Any) -> str:
    """Return why x does not fit, or "Success!"."""
    spec = version.spec
    try:
        x = as_twin(x, version.twins)
        with version.in_force():
            problems = ask_spec(lambda question: spec.explain(x, START, question), spec, version.table)
            return _SUCCESS if accepts(spec, x, version.table) else problems_text(problems, spec)
    except (NoTwinError, SpecError) as error:
        return str(error)


def _spec_of_version(version: Version) -> Spec:
    spec = version.spec
    return version.table.resolve(spec.to) if isinstance(spec, Reference) else spec


def _compare_functions(
    old: Version, new: Version, first: FSpec, second: FSpec, num_tests: int, seed: int
) -> Compatibility:
    """Return the answer about two fspecs: new takes all arguments that old did, and returns nothing else."""
    parts: list[tuple[str, Spec | None, Spec | None, Direction]] = [
        ("args", first.args, second.args, "requests"),
        ("ret", first.ret, second.ret, "responses"),
    ]
    answers = [
        dataclasses.replace(
            compare_versions(
                old.part(before), new.part(after), direction=direction, num_tests=num_tests, seed=seed
            ),
            part=part,
        )
        for part, before, after, direction in parts
    ]
    for answer in answers:
        if answer.verdict == "broken":
            return answer
    examples = sum(answer.examples for answer in answers)
    sameness = Sameness(old.table, new.table, new.twins)
    keeps_relation = first.fn is None or (second.fn is not None and sameness.is_same(first.fn, second.fn))
    is_proved = keeps_relation and all(answer.verdict == "proved" for answer in answers)
    return Compatibility("proved" if is_proved else "not refuted", examples=examples)


# --- one direction ----------------------------------------------------------------------------------------


def _compare(asked: Version, other: Version, num_tests: int, seed: int) -> Compatibility:
    """Return the answer whether every value of asked is valid for other, without explanations."""
    for version in (asked, other):
        _spec_of_version(version)  # which raises for an unknown name
    with other.in_force():
        several = itertools.islice(walk(other.spec), _MOST_SPECS)
        keys = [key for spec in several if isinstance(spec, Keys) for key in spec.key_specs]
    asked = dataclasses.replace(asked, unsent=frozenset(keys))
    if is_covered(asked, other):
        return Compatibility("proved")

    def is_witness(x: Any) -> bool:
        return asked.verdict(x) is True and other.verdict(x) is False

    tried = 0
    for x in values_to_try(asked, other, num_tests, seed):
        tried += 1
        if is_witness(x):
            return Compatibility("broken", shrink(x, is_witness), examples=tried)
    return Compatibility("not refuted", examples=tried)


def values_to_try(asked: Version, other: Version, num_tests: int, seed: int) -> Iterator[Any]:
    """Yield what may tell two specs apart: constants, examples with constants in them, and examples."""
    with other.in_force():
        specs = [*itertools.islice(walk(other.spec), _MOST_SPECS)]
    with asked.in_force():
        specs += itertools.islice(walk(asked.spec), _MOST_SPECS)
    constants = Constants(specs)

    def draw(n: int) -> list[Any]:
        with asked.in_force():
            try:
                return sample(asked.spec, n, seed)
            except SpecError:  # there is no generator
                return []

    yield from constants.values
    examples = sorted(draw(min(num_tests, _EXAMPLES)), key=weight)
    yield from examples
    yield from variants_of([*filter(asked.verdict, constants.values), *examples], constants)
    yield from draw(num_tests)
