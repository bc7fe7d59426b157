"""The function `check_compatible`, which finds whether a change of a spec breaks something."""

from __future__ import annotations

import dataclasses
import inspect
import itertools
import typing
from typing import Any, Final, Literal

from mxspec.base import names
from mxspec.base.messages.wrong_options import name_options
from mxspec.base.strategies.sampling import check_count, read_seed
from mxspec.base.values import short_repr
from mxspec.changes.answers import Compatibility, join_answers
from mxspec.changes.calls import are_predicates, compare_functions, resolve, signature_of
from mxspec.changes.core_schemas import other_writing
from mxspec.changes.proof import Version
from mxspec.changes.search import compare_values
from mxspec.changes.table_changes import compare_tables
from mxspec.changes.wire import Wire, output_of
from mxspec.errors import SpecDefinitionError
from mxspec.functions.check import NUM_TESTS, new_seed
from mxspec.functions.fspec import FSpec, spec_of_calls
from mxspec.specs.core.budget import SECONDS, Deadline, read_limit
from mxspec.specs.core.spec import Spec, as_part, walk
from mxspec.transform.annotations.owners import AskPydantic

__all__ = ["Compatibility", "Direction", "check_compatible", "compare_versions"]

Direction = Literal["requests", "responses"]

_DIRECTIONS: Final = typing.get_args(Direction)


@name_options()
def check_compatible(
    old: Any,
    new: Any,
    *,
    direction: Direction = "requests",
    num_tests: int = NUM_TESTS,
    seed: int | None = None,
    limit: float = SECONDS,
) -> Compatibility:
    """Check that a new version of a spec accepts every value of the old one, or show a value that it refuses.

    First, the set of values of one spec is taken from that of the other: nothing left is a proof, and what is
    left is tried. Without an answer, parts at the same place are compared, and values that tell them apart
    are tried within the whole. Then come values at the borders of both specs, the smallest first, and
    examples from the generator. A witness is shrunk. Every witness was checked: one version accepts it, the
    other refuses it. The work ends after `limit` seconds; an answer that lacks some of it states this.

    A proof assumes values that keep Python's promises: an instance of a subclass behaves as its class does,
    comparisons are transitive, and a predicate gives the same answer twice. It assumes that a value which a
    set accepts has the type of the member that it equals, or is numpy's scalar of it. Of functions, a proof
    knows whether two are the same, and what mxspec's named predicates mean; nothing else.

    A registered name may be a key of any open map, and is checked there. So a new name, or a stricter one,
    may break maps that do not list it; such a change is not proved.

    Args:
        old, new: specs, predicates, types, sets, names or annotations. A class with typed fields (a
            dataclass, a NamedTuple, a TypedDict, a pydantic model) stands for dicts of its fields. Two
            functions with `fdef` or with hints stand for their calls, unless the hints make them predicates.
        direction: "requests" for what comes in: new has to accept all that old did, it may only widen.
            "responses" for what goes out: old has to accept all that new accepts, so new may only narrow.
            A class writes all its fields, so a further default breaks no reader.
            In two fspecs the args are requests and the ret is a response, whatever the direction.
        num_tests: the number of examples to draw from the generator.
        seed: an int for the same examples every time.
        limit: the seconds of the processor's time after which the comparison of two specs ends. Examples are
            drawn beside that time, for as long again at most. Two functions are compared part by part, each
            within the limit.

    Raises:
        SpecDefinitionError: old or new is not a spec, direction is another word, or limit is not positive.
        UnknownSpecError: a name is not registered.

    Example:
        >>> import mxspec as s
        >>> s.check_compatible(s.int_in(0, 10), s.int_in(0, 100))
        proved: no valid value is refused
        >>> s.check_compatible(s.coll_of(s.int_in(0, 100)), s.coll_of(s.int_in(0, 10)))
        broken: [10] fits old, but new says
        an int from 0 to 9 is required, not 10 - failed: int_in(0, 10) in: [0]
        >>> s.check_compatible(s.int_in(0, 100), s.int_in(0, 10), direction="responses").verdict
        'proved'
    """
    answers: list[Compatibility] = []
    wire = Wire(names.current)

    def compare(before: Spec, after: Spec) -> None:
        versions = [Version(wire.of(spec), wire.names) for spec in (before, after)]
        answers.append(
            compare_versions(*versions, direction=direction, num_tests=num_tests, seed=seed, limit=limit)
        )

    functions = _functions_of(old, new)
    if functions is None or are_predicates(old, new):
        compare(as_part(old), as_part(new))
    if functions is not None and all(answers):
        compare(*functions)
    return join_answers(answers)


def compare_versions(
    old: Version,
    new: Version,
    *,
    direction: Direction = "requests",
    num_tests: int = NUM_TESTS,
    seed: int | None = None,
    limit: float = SECONDS,
    deadline: Deadline | None = None,
) -> Compatibility:
    """Return the answer of `check_compatible` for two versions of a spec; the arguments are the same.

    A deadline, if there is one, is in place of a limit: it has begun with other work on the same part.
    """
    if direction not in _DIRECTIONS:
        raise SpecDefinitionError(
            f"direction is {' or '.join(map(repr, _DIRECTIONS))}, not {short_repr(direction)}"
        )
    check_count("num_tests", num_tests)
    deadline = Deadline(read_limit(limit)) if deadline is None else deadline
    asked_seed = read_seed(seed)
    seed = new_seed() if asked_seed is None else asked_seed
    if isinstance(resolve(old), FSpec) and isinstance(resolve(new), FSpec):

        def compare_results(old: Version, new: Version) -> Compatibility:
            return compare_versions(
                old, new, direction="responses", num_tests=num_tests, seed=seed, limit=limit
            )

        return compare_functions(old, new, num_tests, seed, limit, compare_results)
    if direction == "requests":
        return compare_tables(old, new, compare_values(old, new, num_tests, seed, deadline), seed)
    spec, table = output_of(new.spec, new.table)
    sent = dataclasses.replace(new, spec=spec, table=table, written_from=new.table)
    answer = compare_tables(sent, old, compare_values(sent, old, num_tests, seed, deadline), seed)
    if answer.verdict != "broken" and (rules := _other_writing(old, new)):
        return join_answers([answer, Compatibility("not refuted", unproved=rules)])
    return dataclasses.replace(answer, old=answer.new, new=answer.old)


def _other_writing(old: Version, new: Version) -> tuple[str, ...]:
    """Return words for the models that do not write their fields as the old version's models do."""
    asked: list[list[AskPydantic]] = []
    for version in (old, new):
        with version.in_force():
            asked.append([spec for spec in walk(version.spec) if isinstance(spec, AskPydantic)])
    words: dict[str, None] = {}
    for a, b in itertools.zip_longest(*asked):
        schemas = [{} if x is None else x.adapter.core_schema for x in (a, b)]
        rule = other_writing(*schemas)
        if rule is not None:
            words[f"what {getattr((b or a).tp, '__name__', (b or a).tp)} writes, by {rule}"] = None
    return tuple(words)


def _functions_of(old: Any, new: Any) -> tuple[FSpec, FSpec] | None:
    """Return the specs of two functions by their calls; None for two predicates, or without functions.

    Two predicates of one name are two versions of a function, so their calls count if the signature changed.
    """
    if not inspect.isroutine(old) or not inspect.isroutine(new):
        return None
    if are_predicates(old, new) and (old.__name__ != new.__name__ or signature_of(old) == signature_of(new)):
        return None
    first, second = spec_of_calls(old), spec_of_calls(new)
    if first is None or second is None:
        return None
    before, after = names.name_of_function(old), names.name_of_function(new)
    return dataclasses.replace(first, name=before), dataclasses.replace(second, name=after)
