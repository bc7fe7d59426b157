"""The search for a value that one version accepts and the other refuses, where there is no proof.

The leaves of both specs are compared first, in pairs, with the constants that the two specs name: 5 tells
int_in(0, 10) from int_in(0, 5), and {"n": 5, "code": "a"} tells apart the maps around them. This finds most
breaking changes without a draw. Then values at the borders of both specs are tried, the smallest first, and
examples. A part without a generator has no example: {"n": 5, "code": <any value of is_code>} shows that `n`
may no longer be 5, whatever a code is.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any, Final

from mxspec.annotations.constraints import CallableType
from mxspec.annotations.from_type import annotation_text
from mxspec.annotations.owners import ask_pydantic
from mxspec.annotations.records import RecordInstance
from mxspec.api.examples import sample_within
from mxspec.changes.answers import SUCCESS, AnyValue, Compatibility, explain_witness
from mxspec.changes.cases import inner_spec
from mxspec.changes.core_schemas import validators_in
from mxspec.changes.inclusion import strings_apart
from mxspec.changes.proof import Version, is_covered
from mxspec.changes.wire import ModelPayload, SentFields, fields_decide
from mxspec.changes.witnesses import Constants, shrink, variants_of, weight, with_plain_parts
from mxspec.core.question import START, Place
from mxspec.core.spec import Predicate, Reference, Spec, text_of, walk
from mxspec.errors import SpecDefinitionError, SpecError
from mxspec.lazy import lazy
from mxspec.messages.explanations import problems_text
from mxspec.predicates import is_any, is_list
from mxspec.specs.collections import Every, HomogeneousMap, Tuple
from mxspec.specs.logic import And, Or
from mxspec.specs.maps import Keys, RequiredKey, is_known
from mxspec.specs.multi_specs import MultiSpec
from mxspec.specs.wrappers import Nilable
from mxspec.strategies.sampling import Effort, count_effort

_MOST_SPECS: Final = 10_000  # that give constants to try
_EXAMPLES: Final = 40  # that are tried with constants in them
_ANY: Final = Predicate(is_any)
_MOST_LEAVES: Final = 500
_MOST_WITHOUT: Final = 3  # parts without an example that are named


def compare_values(asked: Version, other: Version, num_tests: int, seed: int) -> Compatibility:
    """Return the answer whether other accepts every value of asked, which is the old one in the answer."""
    for version in (asked, other):
        if isinstance(version.spec, Reference):
            version.table.resolve(version.spec.to)  # raises for an unknown name
    with other.in_force():
        several = itertools.islice(walk(other.spec), _MOST_SPECS)
        keys = [key for spec in several if isinstance(spec, Keys) for key in spec.key_specs]
    # The leaves are compared one by one later, so their proofs are kept.
    proofs = {} if asked.proofs is None else asked.proofs
    asked = dataclasses.replace(asked, unsent=frozenset(keys), proofs=proofs)
    if is_covered(asked, other):
        return Compatibility("proved")

    def is_witness(x: Any) -> bool:
        return asked.verdict(x) is True and other.verdict(x) is False

    constants, effort = constants_of(asked, other), Effort()
    fillings = Fillings(asked, other, constants)
    leaves = Leaves(asked, other, fillings)
    named = () if leaves.answer is None else (leaves.answer.witness,)
    fitting = 0
    # The witness that the leaves show comes before anything is drawn.
    for x in itertools.chain(named, values_to_try(asked, constants, num_tests, seed, fillings)):
        with count_effort(effort):
            if effort.is_spent:
                break
            if asked.verdict(x) is not True:
                continue
            fitting += 1
            if other.verdict(x) is not False:
                continue
            effort.renew()
            plain = with_plain_parts(x)
            x = shrink(plain if is_witness(plain) else x, lambda x: not effort.is_spent and is_witness(x))
            return Compatibility("broken", x, SUCCESS, explain_witness(other, x), examples=fitting)
    without = fillings.without_example()
    if leaves.answer is not None and without:
        return leaves.answer
    unproved = tuple(leaves.unproved)[:_MOST_WITHOUT] or (_unproved_text(_unwrap(other, other.spec)),)
    return Compatibility("not refuted", examples=fitting, without=tuple(without), unproved=unproved)


def values_to_try(
    asked: Version, constants: Constants, num_tests: int, seed: int, fillings: Fillings
) -> Iterator[Any]:
    """Yield values that may tell two specs apart: constants, examples, examples with constants in them."""
    yield from constants.values
    fillings.effort.renew()
    examples = sorted(fillings.draw(asked, min(num_tests, _EXAMPLES), seed), key=weight)
    yield from examples
    yield from variants_of([*filter(asked.verdict, constants.values), *examples], constants)
    yield from fillings.draw(asked, num_tests, seed)


def constants_of(*versions: Version) -> Constants:
    """Return the constants of versions, the other one's first."""
    several: list[list[Spec]] = []
    for version in reversed(versions):
        with version.in_force():
            several.append([*itertools.islice(walk(version.spec), _MOST_SPECS)])
    constants = Constants(itertools.chain.from_iterable(several))
    texts = dict.fromkeys(strings_apart(several[-1], several[0]))
    constants.values = sorted([*constants.values, *texts], key=weight)
    return constants


# --- parts without an example -------------------------------------------------------------------------------


class Fillings:
    """Values for the parts of a version: an example of each, or an `AnyValue` where none is known.

    None is known of an instance either that the other version can't judge.
    """

    def __init__(self, version: Version, other: Version, constants: Constants) -> None:
        self.version = version
        self.other = other
        self.constants = constants.values
        self.effort = Effort()
        self._known: dict[int, tuple[Spec, Any]] = {}
        self._undrawn: dict[int, Spec] = {}

    def draw(self, part: Version, n: int, seed: int) -> list[Any]:
        """Return n examples of a part, or fewer if the steps are spent; none if it has no generator."""
        if id(part.spec) in self._undrawn:
            return []
        try:
            with part.in_force():
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

    def of_keys(self, spec: Keys) -> dict[Any, Any]:
        """Return the entries of a map with its required keys alone."""
        needed: dict[str, Spec] = {}
        for group in spec.required_keys:
            is_choice = not isinstance(group, RequiredKey) and group.is_any
            several = [group] if isinstance(group, RequiredKey) else group.choices[: 1 if is_choice else None]
            needed |= {key: part for one in several for key, part in one.entries()}
        return {key: self.of(part) for key, part in needed.items()}

    def _example(self, part: Version) -> Any:
        known = next((x for x in self.constants if part.verdict(x) is True), None)
        if known is not None or part.verdict(None) is True:
            return known
        drawn = sorted(self.draw(part, 5, seed=0), key=weight)
        if not drawn:
            return self._fill_parts(_unwrap(part, part.spec))
        fitting = (x for x in drawn if part.verdict(x) is True)
        return next((x for x in fitting if self.other.verdict(x) is not None), AnyValue(part.spec))

    def _fill_parts(self, spec: Spec) -> Any:
        """Return a value of a spec that has a part without an example."""
        match spec:
            case Keys() if not isinstance(spec, RecordInstance):
                return self.of_keys(spec)
            case ModelPayload():
                return self.of(spec.preds[0])
            case Tuple():
                return [*map(self.of, spec.preds)]
            case Or() if spec.branches:
                return self.of(spec.branches[0][1])
            case Every() if accepts_lists(spec):
                return [self.of(spec.pred)] * spec.options.sizes()[0]
        return AnyValue(spec)

    def without_example(self) -> list[str]:
        """Return the parts without an example, each as text with its path."""
        texts: dict[str, None] = {}
        waiting: list[tuple[Spec, tuple[Any, ...]]] = [(self.version.spec, ())]
        seen: set[int] = set()
        with self.version.in_force():
            while waiting and len(texts) < _MOST_WITHOUT and len(seen) < _MOST_LEAVES:
                spec, path = waiting.pop()
                if id(spec) in seen:
                    continue
                seen.add(id(spec))
                fields = spec.preds[0] if isinstance(spec, ModelPayload) else spec
                parts = [] if isinstance(fields, And) or spec.gen_fn is not None else fields.parts()
                waiting += [(p.spec, path if p.at is None else (*path, p.at)) for p in reversed(parts)]
                if not parts and not spec.is_regex and isinstance(self.of(spec), AnyValue):
                    texts[f"{text_of(spec)}{f' at {[*path]}' if path else ''}"] = None
        return [*texts]


# --- leaves in pairs ----------------------------------------------------------------------------------------


class Leaves:
    """Pairs of parts, one of each version, that stand at the same place of a value.

    Every value of the first part may stand there. So each pair is compared by itself, with the constants, and
    two maps by their keys too. Examples fill the rest of the value.
    """

    def __init__(self, asked: Version, other: Version, fillings: Fillings) -> None:
        self.asked, self.other, self.fillings = asked, other, fillings
        self.unproved: dict[str, None] = {}  # the second parts of the smallest pairs without a proof, as text
        self._seen: set[tuple[int, int]] = set()

    @lazy
    def answer(self) -> Compatibility | None:
        """The answer with a value that the second part of a pair refuses, or None."""
        return self._find(self.asked.spec, self.other.spec, START)

    def _find(self, a: Spec, b: Spec, place: Place) -> Compatibility | None:
        a, b = _unwrap(self.asked, a), _unwrap(self.other, b)
        if (id(a), id(b)) in self._seen or len(self._seen) > _MOST_LEAVES:
            return None
        first, second = self.asked.part(a), self.other.part(b)
        if self._seen and is_covered(first, second):  # the whole is known to have no proof
            return None
        self._seen.add((id(a), id(b)))
        for x in self.fillings.constants:
            if first.verdict(x) is True and second.verdict(x) is False:
                return Compatibility("broken", x, SUCCESS, explain_witness(second, x, place))
        match a, b:
            case (Or(), _):
                return self._first(self._find(branch, b, place) for _, branch in a.branches)
            case (Nilable(), Nilable()):
                return self._find(a.pred, b.pred, place)
            case (Nilable(), _):
                return self._find(a.pred, b, place)
            case (_, Nilable()):
                return self._find(a, b.pred, place)
            case (Keys(), Keys()) if not isinstance(a, RecordInstance) and not isinstance(b, RecordInstance):
                return self._keys(a, b, place)
            case (ModelPayload(), ModelPayload()) if fields_decide(a) and fields_decide(b):
                answer = self._keys(a.preds[0], b.preds[0], place, are_models=True)
                if answer is not None:
                    return answer
            case (HomogeneousMap(), HomogeneousMap()) if a.options.sizes()[0] <= 1 <= a.options.sizes()[1]:
                inner = self._find(a.pred.preds[1], b.pred.preds[1], place.part("key"))  # type: ignore[attr-defined]
                return self._inside(inner, lambda x: {self.fillings.of(a.pred.preds[0]): x})  # type: ignore[attr-defined]
            case (Tuple(), Tuple()) if len(a.preds) == len(b.preds):
                return self._first(self._place(a, b, i, place) for i in range(len(a.preds)))
            case (Every(), Every()) if a.options.sizes()[1] and accepts_lists(a):
                return self._list(a, b, place)
            case (MultiSpec(), MultiSpec()) if isinstance(a.dispatch, str) and a.dispatch == b.dispatch:
                return self._first(self._method(a, b, tag, place) for tag in a.methods)
        path = f" at {[*place.in_]}" if place.in_ else ""
        self.unproved[f"{_unproved_text(b)}{path}"] = None
        return None

    def _first(self, answers: Iterator[Compatibility | None]) -> Compatibility | None:
        return next((answer for answer in answers if answer is not None), None)

    def _inside(self, answer: Compatibility | None, whole: Any) -> Compatibility | None:
        return None if answer is None else dataclasses.replace(answer, witness=whole(answer.witness))

    def _list(self, a: Every, b: Every, place: Place) -> Compatibility | None:
        (least, most), (lowest, highest) = a.options.sizes(), b.options.sizes()
        part = self.fillings.of(a.pred)
        for n in ([least] if least < lowest else []) + ([int(highest) + 1] if highest < most else []):
            x = [part] * n
            return Compatibility("broken", x, SUCCESS, explain_witness(self.other.part(b), x, place))
        inner = self._find(a.pred, b.pred, place.into(0))
        return self._inside(inner, lambda x: [x, *[part] * (least - 1)])

    def _method(self, a: MultiSpec, b: MultiSpec, tag: Any, place: Place) -> Compatibility | None:
        """Compare the methods of a tag, if the method of a is a map that may hold the tag."""
        key, method, other = a.dispatch, a.method_of(tag), b.method_of(tag)
        own = _unwrap(self.asked, method) if method is not None else None
        if (
            not isinstance(own, Keys)
            or own.closed
            or key in own.key_specs
            or is_known(Reference(key), self.asked.table)
        ):
            return None
        entries = {key: tag, **self.fillings.of_keys(own)}
        if other is None:
            return Compatibility(
                "broken", entries, SUCCESS, explain_witness(self.other.part(b), entries, place)
            )
        inner = self._find(own, other, place)
        if inner is None or not isinstance(inner.witness, dict):
            return None
        return self._inside(inner, lambda x: {**x, key: tag})

    def _place(self, a: Tuple, b: Tuple, i: int, place: Place) -> Compatibility | None:
        values = [*map(self.fillings.of, a.preds)]
        inner = self._find(a.preds[i], b.preds[i], place.part(i))
        return self._inside(inner, lambda x: [*values[:i], x, *values[i + 1 :]])

    def _keys(self, a: Any, b: Any, place: Place, are_models: bool = False) -> Compatibility | None:
        """Compare two maps by their keys, or the fields of two models that are read by themselves."""
        entries = self.fillings.of_keys(a)
        missing = [group for group in b.required_keys if not group.is_in(entries)]
        problems = [place.problem(group.form(), entries) for group in missing]
        if problems:
            return Compatibility("broken", entries, SUCCESS, problems_text(problems, b))
        for key in b.key_specs:
            if key not in a.key_specs and (a.closed or isinstance(a, SentFields)):
                continue  # a has no such key, or nothing is known of it
            pair = self._fields(a, b, key) if are_models else self._values(a, b, key)
            inner = pair and self._find(*pair, place.part(key))
            if inner is not None:
                return self._inside(inner, lambda x, key=key: {**entries, key: x})
        return None

    def _values(self, a: Keys, b: Keys, key: Any) -> tuple[Spec, Spec]:
        own = a.key_specs.get(key) or Reference(key)
        return own if is_known(own, self.asked.table) else _ANY, b.key_specs[key]

    def _fields(self, a: Any, b: Any, key: Any) -> tuple[Spec, Spec] | None:
        """Return a field of two models as pydantic reads it, by its annotation alone."""
        try:
            return field_payload(a, key, self.asked), field_payload(b, key, self.other)
        except SpecDefinitionError:  # its annotation refers to what its class alone knows
            return None


def field_payload(spec: SentFields, key: str, version: Version) -> Spec:
    """Return what a model asks of a field: the spec of a nested model, or of a value that pydantic checks."""
    part = spec.key_specs[key]
    if isinstance(_unwrap(version, part), ModelPayload):
        return part
    with version.in_force():
        return ModelPayload((part, ask_pydantic(spec.hints[key])))


def _unproved_text(spec: Spec) -> str:
    """Return the text of a spec without a proof; for a pydantic model, the validators that only it knows."""
    if isinstance(spec, CallableType):
        return annotation_text(spec.tp)
    if not isinstance(spec, ModelPayload):
        return text_of(spec)
    asked: Any = spec.preds[-1]
    names = [*dict.fromkeys(validators_in(asked.adapter.core_schema))]
    return annotation_text(asked.tp) + (f" with {', '.join(names)}" if names else "")


def accepts_lists(spec: Every) -> bool:
    """True if a collection may be a list with equal elements."""
    kind = spec.options.kind
    is_plain = kind is None or (isinstance(kind, Predicate) and kind.pred in (is_list, list))
    return is_plain and not isinstance(spec, HomogeneousMap) and not spec.options.distinct


def _unwrap(version: Version, spec: Spec) -> Spec:
    """Return the spec behind names and wrappers; an unknown name is returned itself."""
    inner = inner_spec(spec, version.table.find)
    return spec if inner is None or inner is spec else _unwrap(version, inner)
