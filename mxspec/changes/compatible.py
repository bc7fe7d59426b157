"""Is a change of a spec breaking? check_compatible."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from typing import Any, Final, Literal

from mxspec import names
from mxspec.changes.answers import Compatibility
from mxspec.changes.calls import compare_functions, resolve
from mxspec.changes.classes import payload_of
from mxspec.changes.proof import Version
from mxspec.changes.search import compare_values
from mxspec.core.spec import Spec
from mxspec.errors import SpecDefinitionError
from mxspec.functions.check import NUM_TESTS, new_seed
from mxspec.functions.fspec import FSpec, spec_of_function
from mxspec.values import short_repr

__all__ = ["Compatibility", "Direction", "check_compatible", "compare_versions"]

Direction = Literal["requests", "responses"]

_DIRECTIONS: Final = typing.get_args(Direction)


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
            dataclass, a NamedTuple, a TypedDict, a pydantic model) stands for dicts of its fields. Two
            functions with `fdef`, or with other hints than those of a predicate, stand for their calls.
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
    before, after = map(_function_of, (old, new))
    if before is None or after is None:
        before = payload_of(old, is_received=direction == "responses")
        after = payload_of(new, is_received=direction == "requests")
    versions = [Version(spec, names.current) for spec in (before, after)]
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
        raise SpecDefinitionError(
            f"direction is {' or '.join(map(repr, _DIRECTIONS))}, not {short_repr(direction)}"
        )
    seed = new_seed() if seed is None else seed
    if isinstance(resolve(old), FSpec) and isinstance(resolve(new), FSpec):

        def compare_results(old: Version, new: Version) -> Compatibility:
            return compare_versions(old, new, direction="responses", num_tests=num_tests, seed=seed)

        return compare_functions(old, new, num_tests, seed, compare_results)
    if direction == "requests":
        return compare_values(old, new, num_tests, seed)
    answer = compare_values(new, old, num_tests, seed)
    return dataclasses.replace(answer, old=answer.new, new=answer.old)


def _function_of(x: Any) -> Spec | None:
    """Return the spec of a function with its own name in calls, or None if x stands for no function."""
    spec = spec_of_function(x) if inspect.isroutine(x) else None
    return spec and dataclasses.replace(spec, name=names.name_of_function(x))
