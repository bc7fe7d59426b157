"""The comparison of two versions: a proof, or a value that one version accepts and the other refuses.

The sets of both versions decide most pairs directly (`mxspec.changes.proof`). The other pairs are compared
leaf by leaf (`mxspec.changes.leaves`). Then values at the borders of both specs are tried, the smallest
first, and examples. The work on one pair of specs ends at a deadline, which the answer names if it cut the
work short.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any, Final

from mxspec.base.strategies.sampling import count_effort
from mxspec.changes.answers import SUCCESS, Compatibility, explain_witness
from mxspec.changes.borders.constants import Constants
from mxspec.changes.borders.parts import shrink, weight, with_plain_parts, with_plain_scalars
from mxspec.changes.fillings import Fillings, TimedEffort, constants_of, unproved_text, unwrap
from mxspec.changes.leaves import Leaves
from mxspec.changes.proof import Proof, Version
from mxspec.changes.witnesses import variants_of
from mxspec.specs.core.budget import Deadline
from mxspec.specs.core.spec import Reference, walk
from mxspec.specs.maps import Keys

_MOST_SPECS: Final = 10_000  # the most specs to look at for keys
_EXAMPLES: Final = 40  # the examples that are tried with constants in them


def compare_values(
    asked: Version, other: Version, num_tests: int, seed: int, deadline: Deadline | None = None
) -> Compatibility:
    """Return the answer whether other accepts every value of asked, the old version in the answer."""
    deadline = Deadline() if deadline is None else deadline
    for version in (asked, other):
        if isinstance(version.spec, Reference):
            version.table.resolve(version.spec.to)  # raises for an unknown name
    with other.in_force():
        several = itertools.islice(walk(other.spec), _MOST_SPECS)
        keys = [key for spec in several if isinstance(spec, Keys) for key in spec.key_specs]
    asked = dataclasses.replace(asked, unsent=frozenset(keys), deadline=deadline)

    def is_witness(x: Any) -> bool:
        return asked.verdict(x) is True and other.verdict(x) is False

    effort = TimedEffort(asked.deadline)

    def broken_by(x: Any, fitting: int) -> Compatibility:
        effort.renew()
        plain = with_plain_parts(x)
        x = shrink(plain if is_witness(plain) else x, lambda x: not effort.is_spent and is_witness(x))
        return Compatibility("broken", x, SUCCESS, explain_witness(other, x), examples=fitting)

    proof = Proof(asked, other)
    is_proved, candidates = proof.compare(asked.spec, other.spec)
    if is_proved:
        return Compatibility("proved")
    # A class accepts an instance of its subclass, and a `Literal` does not: nobody sends one.
    plain = map(with_plain_scalars, candidates)
    witness = [*itertools.islice(filter(is_witness, plain), 1)]
    if witness:
        with count_effort(effort):
            return broken_by(witness[0], 1)
    constants = constants_of(asked, other)
    fillings = Fillings(asked, other, constants)
    leaves = Leaves(asked, other, fillings, proof)
    named = () if leaves.answer is None else (leaves.answer.witness,)
    fitting = 0
    # The witness from the leaves comes before any draw.
    for x in itertools.chain(named, values_to_try(asked, constants, num_tests, seed, fillings)):
        with count_effort(effort):
            if effort.is_spent:
                break
            if asked.verdict(x) is not True:
                continue
            fitting += 1
            if other.verdict(x) is not False:
                continue
            return broken_by(x, fitting)
    without = fillings.without_example()
    if leaves.answer is not None and without:
        return leaves.answer
    unproved = tuple(leaves.unproved) or (unproved_text(unwrap(other, other.spec)),)
    limit = deadline.limit if deadline.has_ended else None
    return Compatibility(
        "not refuted", examples=fitting, without=tuple(without), unproved=unproved, ended_after=limit
    )


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
