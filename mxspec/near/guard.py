"""`check_guard` tests a guard on both sides of each border; `untouched` lists borders missed by test data."""

from __future__ import annotations

import collections
import dataclasses
import itertools
import json as json_of
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

from mxspec.base.lazy import lazy
from mxspec.base.messages.text import jsonable
from mxspec.base.strategies.sampling import check_count
from mxspec.base.values import are_equal, repr_of, short_repr
from mxspec.changes.borders.inner import fits
from mxspec.changes.borders.leaf_borders import Border
from mxspec.changes.borders.parts import weight
from mxspec.errors import GeneratorError, SpecDefinitionError
from mxspec.functions.arguments import copy_containers
from mxspec.near.coverage import ConditionCount, conditions_of, unbroken_parts
from mxspec.near.misses import EXAMPLE, values_near
from mxspec.near.mutants import MutantScore, score_of
from mxspec.near.presence import presences_of
from mxspec.near.survey import BorderedSpec, NearMiss, survey_of
from mxspec.promises.answers import Answer, Guard
from mxspec.specs.core.spec import Spec, text_of
from mxspec.specs.logic import And

_MOST_LINES: Final = 20
_MOST_NAMED: Final = 3
_LONGEST: Final = 300  # characters of the text of the spec

reports_in_tests: Final[collections.deque[GuardReport]] = collections.deque(maxlen=100)
"""The reports of the running test, which mxspec's plugin of pytest takes and shows with -v."""

__all__ = ["GuardReport", "check_guard", "untouched"]


@dataclasses.dataclass(frozen=True, repr=False)
class GuardReport:
    """The answers of a guard at the borders of a spec; true if it agrees, and if each condition was broken.

    A difference by a scalar of numpy, such as np.int64(1) for 1, is listed, and leaves the report true.

    Attributes:
        guard, spec: the guard and the spec as text.
        missed: for each border that it does not notice, the simplest wrong value that it lets pass.
        stricter: for each border where it refuses a right value, the simplest such value; last an example
            that it refuses where no border tells why, so if it refuses all examples.
        values: the number of different values that it judged.
        borders: the number of borders at which those values lie.
        left: the number of borders that n left out, counting each side of a border.
        beyond: the texts of parts too numerous to survey, such as members of a set after 100.
        hidden: True if the guard lets no example pass: then nothing is known of the borders that it notices.
        unbroken: the parts that accept anything.
        conditions: the conditions of the spec, each with the number of values that break it alone.
        allows_untried: True if it may be true although conditions were never broken.
        judged: the spec, and the values that the guard judged, each with the answers of the spec and the
            guard.
    """

    guard: str
    spec: str
    missed: tuple[NearMiss, ...]
    stricter: tuple[NearMiss, ...]
    values: int
    borders: int
    left: int = 0
    beyond: tuple[str, ...] = ()
    hidden: bool = False
    unbroken: tuple[str, ...] = ()
    conditions: tuple[ConditionCount, ...] = ()
    allows_untried: bool = False
    judged: tuple[Spec, tuple[tuple[Any, bool, bool], ...]] | None = dataclasses.field(
        default=None, compare=False
    )

    @lazy
    def score(self) -> MutantScore:
        """The mutants of the spec that the answers tell apart from it; the guard is not called again."""
        return MutantScore(0, 0) if self.judged is None else score_of(*self.judged, shows=not self.hidden)

    @property
    def untried(self) -> tuple[str, ...]:
        """The conditions that no value was found to break alone, as text."""
        missing = [each for each in self.conditions if not each.found and not each.may_lack]
        return tuple(dict.fromkeys(map(str, missing)))

    @property
    def differs(self) -> bool:
        """True if the guard differs from the spec, otherwise than by scalars of numpy alone."""
        return not all(miss.is_of_numpy for miss in (*self.missed, *self.stricter))

    def __bool__(self) -> bool:
        return not self.differs and (self.allows_untried or not self.untried)

    def __repr__(self) -> str:
        spec = self.spec if len(self.spec) <= _LONGEST else f"{self.spec[:_LONGEST]}..."
        lines = [
            self._head(),
            f"  {self.guard}, asked {self.values} values at {self.borders} borders of {spec}",
            *(f"  {line}" for line in self._score_lines()),
        ]
        for head, several in (("lets pass", self.missed), ("refuses", self.stricter)):
            causes = _lines(several)
            lines += [f"  {head} {line}" for line in causes[:_MOST_LINES]]
            more = len(causes) - _MOST_LINES
            lines += [f"  {head} {more} more"] if more > 0 else []
        lines += ["  no example passes, so what it notices is unknown"] if self.hidden else []
        lines += [f"  not asked: {self.left} more sides of borders, by a greater n"] if self.left else []
        unmet = tuple(str(each) for each in self.conditions if each.may_lack and not each.found)
        for head, texts in (
            ("no right value was found at", unmet),
            ("too many to survey:", self.beyond),
            ("no wrong value was found of", self.unbroken),
        ):
            lines += [f"  {head} {_some(texts)}"] if texts else []
        if self.untried and not self.allows_untried:
            lines.append("  untried='allow' lets conditions be that were never broken")
        return "\n".join(lines)

    def _head(self) -> str:
        is_alike = not (self.missed or self.stricter)
        verdict = "differs" if self.differs else "agrees" if is_alike else "agrees, numpy's scalars apart"
        broken = sum(each.asked > 0 for each in self.conditions)
        conditions = sum(each.found > 0 or not each.may_lack for each in self.conditions)
        head = f"{verdict}: {broken} of {conditions} conditions broken alone"
        left = sum(each.found > each.asked == 0 for each in self.conditions)
        head += f"; {left} left out by n, json or lax" if left else ""
        return head + (f"; never broken: {_some(self.untried)}" if self.untried else "")

    @property
    def summary(self) -> str:
        """The report in a line, which `pytest -v` shows."""
        return f"{self.guard}: {self._head()}; {self.score}"

    def _score_lines(self) -> list[str]:
        score = self.score
        heads = ("your guard looks like:", score.alike), ("would not have been noticed:", score.unnoticed)
        lines = [
            f"{head} {_some(texts)}" for head, texts in (*heads, ("not mutated:", score.unmutated)) if texts
        ]
        return [str(score), *lines] if score.all or score.unmutated else []

    def to_dict(self) -> dict[str, Any]:
        """Return the report as values that JSON can hold."""
        sides = {"missed": self.missed, "stricter": self.stricter}
        rows = {side: [_as_json_row(miss) for miss in several] for side, several in sides.items()}
        conditions = [{**each._asdict(), "where": jsonable([*each.where])} for each in self.conditions]
        return {
            "guard": self.guard,
            "spec": self.spec,
            "agrees": bool(self),
            "values": self.values,
            "borders": self.borders,
            "left": self.left,
            "beyond": [*self.beyond],
            "hidden": self.hidden,
            "unbroken": [*self.unbroken],
            "conditions": conditions,
            "untried": [*self.untried],
            "score": {**dataclasses.asdict(self.score)},
            **rows,
        }


def _some(texts: tuple[str, ...]) -> str:
    return ", ".join([*texts[:_MOST_NAMED], *["..."] * (len(texts) > _MOST_NAMED)])


def _lines(misses: tuple[NearMiss, ...]) -> list[str]:
    """Return a line for each cause: slips against one pattern or one condition are one."""
    causes: dict[Any, list[NearMiss]] = {}
    for miss in misses:
        at = miss.border.at
        is_slip = miss.border.kind in _SLIPS and isinstance(at, str) and at.endswith(")")
        base = at.rpartition(" (")[0] if is_slip else miss.border
        cause = miss.border.kind, base
        if miss.border.kind in _OF_KEYS and miss.fault:
            cause = _OF_KEYS[0], miss.fault
        causes.setdefault((miss.where, *cause), []).append(miss)
    return [_line(several) for several in causes.values()]


_OF_KEYS: Final = ("relation", "presence", "variant")
_SLIPS: Final = {"pattern": "the pattern", "condition": "the condition", "member": "the members"}


def _line(several: list[NearMiss]) -> str:
    miss = several[0]
    if miss.border is EXAMPLE:
        return f"{short_repr(miss.value)}, an example"
    part = f"{_path_text(miss.path)}: " if miss.path else ""
    if len(several) > 1 and miss.border.kind in _SLIPS:
        slip = str(miss.border.at).rpartition(" (")[2]
        what = f"{len(several)} borders of {_SLIPS[miss.border.kind]}"
        return f"{part}{what}, such as {short_repr(miss.part)} ({slip}"
    miss = next((each for each in several if each.border.kind == "relation"), miss)
    kind = " (a conversion)" if miss.lax else " (a scalar of numpy)" if miss.is_of_numpy else ""
    return f"{part}{short_repr(miss.part)} - {miss.border}{kind}"


def _path_text(path: tuple[Any, ...]) -> str:
    """Return a path as one would write it: lines[0].n."""
    words = (f".{at}" if isinstance(at, str) and at.isidentifier() else f"[{at!r}]" for at in path)
    return "".join(words).removeprefix(".")


def _as_json_row(miss: NearMiss) -> dict[str, Any]:
    border = {"kind": miss.border.kind, "at": jsonable(miss.border.at)}
    return {
        "value": jsonable(miss.value),
        "repr": repr_of(miss.value),  # np.int64(1), which JSON writes as 1
        "path": jsonable([*miss.path]),
        "border": border,
        "problem": miss.problem,
        "lax": miss.lax,
    }


def check_guard(
    guard: Any,
    spec: Any,
    n: int | None = None,
    seed: int = 0,
    *,
    lax: bool = False,
    json: bool = False,
    raises: type[Exception] | tuple[type[Exception], ...] | None = None,
    workers: int = 1,
    untried: Literal["fail", "allow"] = "fail",
) -> GuardReport:
    """Check that a guard refuses what a spec refuses, and lets the rest pass, on both sides of each border.

    The values are `near_misses` of both sides, and some examples. The spec certifies each value, so a guard
    that differs is wrong, or stricter than the spec. The parts at the borders stand in examples that the
    guard lets pass, so that a fault of one part is not blamed on another.

    Args:
        guard: a function of one value, which may be `batched` or a coroutine function; a pydantic model,
            which validates; or a spec, such as `from_json_schema(...)`. True lets a value pass; False or
            any exception refuses it.
        spec: the spec, as in `near_misses`.
        n: the number of values; by default 200, or as many as there are borders. The report states how many
            borders a smaller number leaves out. At least seven of the values are examples, also if n is less.
        seed: selects the values.
        lax: True to leave out wrong values that a converting guard may take, such as "3" for 3.
        json: True to use only values that JSON keeps as they are, for a guard that sends JSON.
        raises: the exceptions that mean a refusal. Then every returned answer lets the value pass, and
            other exceptions are reraised.
        workers: the number of values to check at a time, in threads or as coroutines.
        untried: "allow" for a report that is true although no value was found that breaks some condition
            alone; the report lists those.

    Returns:
        a `GuardReport`: true if the guard agrees, and judged values that break each condition; its repr has a
        line for each cause where it does not. Its `score` counts the mutants of the spec that the answers
        tell apart from it.

    Raises:
        GeneratorError: spec lacks a generator, or no value is left to check.
        SpecDefinitionError: an answer is neither True nor False, or an argument is invalid.

    Example:
        >>> import mxspec as s
        >>> order = {"item": {"tea", "cake"}, "n": s.int_in(1, 10)}
        >>> def accept(order):
        ...     return order["item"] in ("tea", "cake") and 1 <= order["n"] <= 10
        >>> s.check_guard(accept, order, lax=True)
        differs: ... of ... conditions broken alone
          accept, asked ... values at ... borders of {'item': {...}, 'n': int_in(1, 10)}
          ... of ... mutants told apart
          your guard looks like: n: int_in(1, 11)
          would not have been noticed: n: int_in(1, 10) of any type
          lets pass n: 10 - high 10
    """
    if n is not None:
        check_count("the number of values", n, 1)
    if untried not in ("fail", "allow"):
        raise SpecDefinitionError(f"untried is 'fail' or 'allow', not {short_repr(untried)}")
    asked = _with_spec_of_values(Guard.of(_validating(guard), raises, workers), spec)
    if raises is None and not isinstance(asked.ask, Spec):
        asked = dataclasses.replace(asked, raises=(Exception,))
    examples: list[tuple[Any, bool]] = []

    def passing(xs: list[Any]) -> list[Any]:
        """Return the examples that the guard lets pass: others would hide its answers about their parts."""
        sent = [x for x in xs if not json or _survives_json(x)]
        examples.extend(zip(sent, _verdicts(asked, sent, json), strict=True))
        return [x for x, passes in examples if passes]

    near = values_near(spec, n, seed, passing)
    values = [miss for miss in near.misses if miss.border is not EXAMPLE and _is_asked(miss, lax, json)]
    if not values:
        why = "JSON keeps none as it is" if json else "a guard that converts may take each"
        raise GeneratorError(f"no value near {text_of(spec)} is left to ask about: {why}", spec=spec)
    answers = [*zip(values, _verdicts(asked, [miss.value for miss in values], json), strict=True)]
    missed = [miss for miss, passes in answers if passes and miss.side == "wrong"]
    # A right value that passes clears its border; another one there is refused for something else in it.
    clear = {(miss.where, miss.border) for miss, passes in answers if passes and miss.side == "right"}
    is_hidden = bool(examples) and not any(passes for _, passes in examples)
    stricter = [
        miss
        if not is_hidden and (miss.where, miss.border) not in clear
        else NearMiss(miss.value, (), EXAMPLE)
        for miss, passes in answers
        if not passes and miss.side == "right"
    ]
    stricter += [NearMiss(x, (), EXAMPLE) for x, passes in examples if not passes]
    judged = tuple((miss.value, miss.side == "right", passes) for miss, passes in answers)
    judged += tuple((x, True, passes) for x, passes in examples)
    borders = len({(miss.where, miss.border) for miss in values})
    several = [*(miss.value for miss in values), *(x for x, _ in examples)]
    different = len({(type(x), repr_of(x)) for x in several})
    report = GuardReport(
        *(asked.text, text_of(spec), _plainest(missed), _plainest(stricter), different, borders),
        *(near.left, tuple(near.beyond), is_hidden, tuple(unbroken_parts(near.survey))),
        tuple(conditions_of(near.survey, {id(miss) for miss in values})),
        untried == "allow",
        (near.survey.subject.spec, judged),
    )
    if "PYTEST_CURRENT_TEST" in os.environ:
        reports_in_tests.append(report)
    return report


def _verdicts(guard: Guard, xs: list[Any], json: bool) -> Iterator[bool]:
    """Yield whether the guard lets each value pass."""
    answers = guard.judge_in_turn([copy_containers(x) for x in xs])  # it may change them
    for x, (_, answer) in zip(xs, answers, strict=True):
        _check_sent(answer, x, json)
        yield answer[0]


def _plainest(misses: list[NearMiss]) -> tuple[NearMiss, ...]:
    """Return the near miss with the simplest value at each border, an example last.

    What lies far from a bound tells nothing more where the bound itself is missed.
    """
    bounds = {miss.where for miss in misses if miss.border.kind in ("low", "high")}
    misses = [miss for miss in misses if miss.border.kind != "far" or miss.where not in bounds]
    plainest: dict[Any, NearMiss] = {}
    for miss in sorted(misses, key=_plainness):
        plainest.setdefault((miss.where, miss.border), miss)
    return tuple(plainest.values())


def _plainness(miss: NearMiss) -> Any:
    return miss.border is EXAMPLE, miss.is_of_numpy, weight(miss.part), weight(miss.value)


def _validating(guard: Any) -> Any:
    """Return a function that validates with a pydantic model; return any other guard as it is."""
    if not (isinstance(guard, type) and hasattr(guard, "model_validate")):
        return guard

    def validate(x: Any) -> bool:
        guard.model_validate(x)
        return True

    validate.__qualname__ = validate.__name__ = guard.__name__
    return validate


def _with_spec_of_values(guard: Guard, spec: Any) -> Guard:
    """Return the guard; a spec of a function or of a pydantic model becomes the spec of its values."""
    asked = BorderedSpec.of(spec)
    if not isinstance(guard.ask, Spec) or not (asked.is_of_calls or asked.owner is not None):
        return guard
    own = BorderedSpec.of(guard.ask)
    return dataclasses.replace(guard, ask=own.spec if own.owner is None else And((own.spec, own.owner)))


def _is_asked(miss: NearMiss, lax: bool, json: bool) -> bool:
    return not (lax and miss.lax) and (not json or _survives_json(miss.value))


def _survives_json(x: Any) -> bool:
    """True if JSON preserves a value and its type."""
    try:
        return _is_same_json(json_of.loads(json_of.dumps(x, allow_nan=False)), x)
    except (TypeError, ValueError, RecursionError):
        return False


def _is_same_json(read: Any, x: Any) -> bool:
    if type(read) is not type(x):
        return False
    if isinstance(read, dict):
        return read.keys() == x.keys() and all(_is_same_json(read[key], x[key]) for key in read)
    return all(map(_is_same_json, read, x)) if isinstance(read, list) else bool(read == x)


def _check_sent(answer: Answer, x: Any, json: bool) -> None:
    """Raise an error if a guard could not send a value."""
    is_unsent = isinstance(answer[1], (TypeError, ValueError)) and "JSON" in str(answer[1])
    if not json and is_unsent and not _survives_json(x):
        raise SpecDefinitionError(
            f"the guard sends JSON, which can't say {short_repr(x)}; try check_guard(..., json=True)"
        )


# --- the borders of test data -----------------------------------------------------------------------------


def untouched(spec: Any, values: Iterable[Any]) -> list[NearMiss]:
    """Return the borders of a spec that test data never touches.

    The value next to a bound touches it; a text of exactly the border's length, the member itself, a value
    of the branch or the tag, a map without the optional key, a map with and without each pair of the optional
    keys of a relation, and a collection with an element after the first touch theirs.

    Args:
        spec: an argument of `near_misses`.
        values: the test data; values that spec refuses are ignored.

    Returns:
        near misses of the side "right", one for each such border, with a value that touches it.

    Example:
        >>> import mxspec as s
        >>> order = {"item": {"tea", "cake"}, "n": s.int_in(1, 10)}
        >>> for miss in s.untouched(order, [{"item": "tea", "n": 1}, {"item": "tea", "n": 5}]):
        ...     print(miss.border, [*miss.path], miss.value["item"], miss.value["n"])
        member 'cake' ['item'] cake ...
        high 10 ['n'] ... 9
    """
    if isinstance(values, (str, Mapping)) or not isinstance(values, Iterable):
        raise SpecDefinitionError(
            f"untouched takes a list of values, not {short_repr(values)}; one value is [{short_repr(values)}]"
        )
    survey = survey_of(spec, 24, most=2)
    valid = [x for x in values if fits(survey.subject.drawn, x)]
    parts = [[part for x in valid for part in site.parts_of(x)] for site in survey.sites]
    missing: list[NearMiss] = []
    for i, site in enumerate(survey.sites):
        step = site.steps[-1] if site.steps else None
        right = {
            border: misses for (j, border, side), misses in survey.found.items() if (j, side) == (i, "right")
        }
        if site.is_later:
            if right and step is not None and step.is_later and not any(map(site.has_later, valid)):
                miss = next(iter(right.values()))[0]
                missing.append(dataclasses.replace(miss, border=Border("element", "after the first")))
            continue
        if step is not None and step.part.is_choice and not parts[i]:
            several = (x for x in survey.drawn if site.parts_of(x))
            missing += [NearMiss(x, (), Border("branch", step.part.at)) for x in itertools.islice(several, 1)]
        presences = presences_of(site.spec) if isinstance(site.spec, And) else {}
        for border, misses in right.items():
            if border in presences:
                if not any(map(presences[border], parts[i])):
                    missing.append(misses[0])
            elif border.kind in _TOUCHED:
                spot = site.parts_of(misses[0].value)
                if not any(_lies_at(border, part, spot) for part in parts[i]):
                    missing.append(misses[0])
    return missing


_TOUCHED: Final = ("low", "high", "least length", "greatest length", "member", "None", "missing key")


def _lies_at(border: Border, part: Any, edge: list[Any]) -> bool:
    """True if a part lies at a border, as the parts in `edge` do."""
    if border.kind == "None":
        return part is None
    if border.kind == "missing key":
        keys = border.at if isinstance(border.at, tuple) else (border.at,)
        return not any(key in part for key in keys)
    if border.kind in ("least length", "greatest length"):
        return hasattr(part, "__len__") and len(part) == border.at
    if border.kind == "member":
        return are_equal(part, border.at)
    return any(type(part) is type(each) and are_equal(part, each) for each in edge)
