"""Values for the parts of a spec: an example of each, or an `AnyValue` where no example is known."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import Any, Final

from mxspec.base.strategies.sampling import Effort
from mxspec.changes.answers import AnyValue
from mxspec.changes.borders.constants import Constants
from mxspec.changes.borders.inner import inner_spec
from mxspec.changes.borders.parts import pieces_of, weight
from mxspec.changes.core_schemas import functions_in, validators_in
from mxspec.changes.inclusion import strings_apart
from mxspec.changes.payload_parts import Openings, PartAdapter
from mxspec.changes.proof import Version
from mxspec.changes.wire import ModelPayload, OwnPayload
from mxspec.errors import SpecError
from mxspec.questions.examples import sample_within
from mxspec.specs.core.budget import Deadline
from mxspec.specs.core.spec import Spec, text_of, walk
from mxspec.specs.logic import And
from mxspec.specs.maps import is_known
from mxspec.transform.annotations.constraints import CallableType
from mxspec.transform.annotations.from_type import annotation_text
from mxspec.transform.annotations.owners import AskPydantic
from mxspec.transform.schemas.json_kinds import NO_VALUE, JsonObject

_MOST_SPECS: Final = 10_000  # that give constants to try
_MOST_PARTS: Final = 500
_SHARE: Final = 0.65  # of the time, after which no more patterns are compared
_MOST_LETTERS: Final = 300  # of the text of a part; a schema of 100 kB may have a part as long
_MOST_WITHOUT: Final = 3  # parts without an example that are named


class TimedEffort(Effort):
    """The work of a search that also ends at a deadline."""

    __slots__ = ("deadline",)

    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self.deadline = deadline

    @property
    def is_spent(self) -> bool:
        return self.steps > self.most or self.deadline.is_over


def constants_of(*versions: Version) -> Constants:
    """Return the constants of versions, the other one's first."""
    several: list[list[Spec]] = []
    for version in reversed(versions):
        with version.in_force():
            several.append([*itertools.islice(walk(version.spec), _MOST_SPECS)])
    constants = Constants([spec for each in several for spec in each], _validators_of(several))
    deadline = versions[0].deadline
    texts = dict.fromkeys(strings_apart(several[-1], several[0], lambda: deadline.is_after(_SHARE)))
    if texts:
        constants.values = sorted([*constants.values, *texts], key=weight)
    return constants


def _validators_of(several: list[list[Spec]]) -> Iterator[Any]:
    """Yield the functions that pydantic calls to validate values for these specs."""
    asked = (spec for each in several for spec in each if isinstance(spec, AskPydantic))
    return (each["function"] for spec in asked for each in functions_in(spec.adapter.core_schema))


class Fillings:
    """Values for the parts of a version: an example of each, or an `AnyValue` where no example is known.

    An instance that the other version can't judge does not count as a known example.
    """

    def __init__(self, version: Version, other: Version, constants: Constants) -> None:
        self.version = version
        self.other = other
        self.constants = constants.values
        self.effort = TimedEffort(version.deadline)
        self.openings = Openings(functools.partial(unwrap, version))
        self._known: dict[int, tuple[Spec, Any]] = {}
        self._undrawn: dict[int, Spec] = {}

    def draw(self, part: Version, n: int, seed: int) -> list[Any]:
        """Return n examples of a part, or fewer if the steps are spent; none without a generator."""
        if id(part.spec) in self._undrawn:
            return []
        try:
            with part.in_force(), self.version.deadline.drawing():
                return sample_within(part.spec, n, seed, self.effort)
        except SpecError:
            self._undrawn[id(part.spec)] = part.spec
            return []

    def of(self, spec: Spec) -> Any:
        """Return an example of a spec, the smallest that is known."""
        if not is_known(spec, self.version.table):
            return None  # the key's name is not registered, so any value fits
        if id(spec) not in self._known:
            self._known[id(spec)] = spec, AnyValue(spec)  # the example of a spec that leads back to itself
            self._known[id(spec)] = spec, self._example(self.version.part(spec))
        return self._known[id(spec)][1]

    def smallest(self, spec: Spec, n: int = 0) -> Any:
        """Return a smallest value made of examples of the parts of a spec, as far as they exist."""
        opened = self.openings.of(spec)
        try:
            return opened.spec.smallest(self.of, n) if opened.accepts else AnyValue(spec)
        except (LookupError, TypeError):  # the example of a part has no hash
            return AnyValue(spec)

    def _example(self, part: Version) -> Any:
        spec = unwrap(part, part.spec)
        filled = self.smallest(spec)
        if isinstance(filled, AnyValue) or not is_whole(filled) or part.verdict(filled) is not True:
            known = next((x for x in self.constants if part.verdict(x) is True), None)
            if known is not None or part.verdict(None) is True:
                return known
        if is_whole(filled) and part.verdict(filled) is True and self.other.verdict(filled) is not None:
            return filled
        if is_whole(filled) or isinstance(spec, JsonObject):  # it may require more than its parts do
            filled = AnyValue(part.spec)
        drawn = sorted(self.draw(part, 5, seed=0), key=weight)
        if not drawn:
            return filled
        fitting = (x for x in drawn if part.verdict(x) is True)
        return next((x for x in fitting if self.other.verdict(x) is not None), AnyValue(part.spec))

    def without_example(self) -> list[str]:
        """Return the parts without an example, each as text with its path."""
        texts: dict[str, None] = {}
        waiting: list[tuple[Spec, tuple[Any, ...]]] = [(self.version.spec, ())]
        seen: set[int] = set()
        with self.version.in_force():
            is_over = self.version.deadline.is_over  # past the deadline, parts without an example are unknown
            while waiting and not is_over and len(texts) < _MOST_WITHOUT and len(seen) < _MOST_PARTS:
                spec, path = waiting.pop()
                if id(spec) in seen:
                    continue
                seen.add(id(spec))
                fields = spec.preds[0] if isinstance(spec, ModelPayload) else spec
                parts = [] if isinstance(fields, And) or spec.gen_fn is not None else fields.parts()
                some = [part for part in reversed(parts) if part.spec is not NO_VALUE]
                waiting += [(p.spec, path if p.at is None else (*path, p.at)) for p in some]
                if not parts and not spec.is_regex and isinstance(self.of(spec), AnyValue):
                    texts[f"{text_of(spec)}{f' at {[*path]}' if path else ''}"] = None
        return [*texts]


def unwrap(version: Version, spec: Spec) -> Spec:
    """Return the spec behind names and wrappers; an unknown name is returned itself."""
    inner = inner_spec(spec, version.table.find)
    return spec if inner is None or inner is spec else unwrap(version, inner)


def unproved_text(spec: Spec) -> str:
    """Return the text of a spec without a proof; for a pydantic model, the validators that only it knows."""
    if isinstance(spec, CallableType):
        return annotation_text(spec.tp)
    if isinstance(spec, OwnPayload):
        return f"{text_of(spec)}, since {spec.asked} is asked"
    if not isinstance(spec, ModelPayload) or not isinstance(spec.preds[-1], AskPydantic):
        text = text_of(spec)
        return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}..."
    asked: Any = spec.preds[-1]
    names = [*dict.fromkeys(validators_in(asked.adapter.core_schema))]
    text = asked.tp.text if isinstance(asked.tp, PartAdapter) else annotation_text(asked.tp)
    return text + (f" with {', '.join(names)}" if names else "")


def is_whole(x: Any) -> bool:
    """True if no part of a value stands for any value."""
    return not any(isinstance(part, AnyValue) for part in pieces_of(x))
