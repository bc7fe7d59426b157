"""The cases of a valid value: each case lists specs that the value fits.

A value of or_(n=int, t=str) is an int in one case, and a str in the other. A value of nilable(and_(int,
is_even)) is None, or it fits the `and_`, int and is_even. Any other kind of spec has one case: the value fits
the spec.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from mxspec.borders.inner import inner_spec, preds_before_change
from mxspec.core.parts import may_change
from mxspec.core.spec import Predicate, Reference, Spec
from mxspec.inference.from_examples import ExamplesSpec
from mxspec.models.model_spec import ModelSpec
from mxspec.names import Names
from mxspec.predicates import is_coll, is_dict, is_none, is_sequential
from mxspec.regex.matching import Regex
from mxspec.schemas.json_kinds import Contains, DifferentElements, OneOf
from mxspec.specs.collections import CollOf, Every, Tuple
from mxspec.specs.logic import And, Or
from mxspec.specs.maps import Keys, Merge
from mxspec.specs.multi_specs import MultiSpec
from mxspec.specs.wrappers import Nilable

if TYPE_CHECKING:
    from mxspec.changes.proof import Proof

Cases = list[list[Spec]]
"""For each case, the specs that a value fits in it."""

Inside = tuple[str, ...]
"""The names that lead to a spec."""

_NONE: Final = Predicate(is_none)
COLL: Final = Predicate(is_coll)
DICT: Final = Predicate(is_dict)
_SEQUENTIAL: Final = Predicate(is_sequential)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class TagOf(Spec):
    """A fact about a value: it fits a `multi_spec` by the method of a tag, or by the default if is_other is
    True.
    """

    spec: MultiSpec
    tag: Any
    is_other: bool = False


# --- the cases of each kind -------------------------------------------------------------------------------


@functools.singledispatch
def cases_of(spec: Spec, proof: Proof, inside: Inside = ()) -> Cases:
    """Return the cases of a value that fits a spec of the old version."""
    inner = inner_spec(spec, proof.old.table.find)
    return [[spec]] if inner is None or inner is spec else cases_of(inner, proof, inside)


def _cases_of_all(specs: Sequence[Spec], proof: Proof, inside: Inside) -> Cases:
    return proof.product(cases_of(spec, proof, inside) for spec in specs)


def _with_spec(spec: Spec, cases: Cases) -> Cases:
    return [[spec, *case] for case in cases]


@cases_of.register(Reference)
def _cases_of_reference(spec: Reference, proof: Proof, inside: Inside = ()) -> Cases:
    if spec.to in inside:
        return []  # a name that leads to itself without looking into the value accepts nothing
    target = proof.old.table.find(spec.to)
    return [[]] if target is None else cases_of(target, proof, (*inside, spec.to))


@cases_of.register(Nilable)
def _cases_of_nilable(spec: Nilable, proof: Proof, inside: Inside = ()) -> Cases:
    return [[_NONE], *cases_of(spec.pred, proof, inside)]


@cases_of.register(Or)
def _cases_of_or(spec: Or, proof: Proof, inside: Inside = ()) -> Cases:
    return [case for _, branch in spec.branches for case in cases_of(branch, proof, inside)]


@cases_of.register(OneOf)
def _cases_of_one_of(spec: OneOf, proof: Proof, inside: Inside = ()) -> Cases:
    return _with_spec(spec, [case for pred in spec.preds for case in cases_of(pred, proof, inside)])


@cases_of.register(And)
def _cases_of_and(spec: And, proof: Proof, inside: Inside = ()) -> Cases:
    return _with_spec(spec, _cases_of_all(seen_preds(spec, proof, proof.old.table), proof, inside))


def seen_preds(spec: And, proof: Proof, table: Names) -> Sequence[Spec]:
    """Return the preds of an `and_` that see the value itself, or at least a list of the same elements."""
    if all(_looks_at_elements(pred, proof, table) for pred in spec.preds):
        return spec.preds
    return preds_before_change(spec.preds, lambda pred: proof.may_change(pred, table))


def _looks_at_elements(pred: Spec, proof: Proof, table: Names) -> bool:
    """True if a spec of lists looks at the elements alone, and conforms them to a list of the same ones."""
    if not isinstance(pred, CollOf):
        return isinstance(pred, (Contains, DifferentElements))
    kind, into = pred.options.kind, pred.options.into
    is_list = isinstance(kind, Predicate) and kind.pred is list and into in (None, list)
    return is_list and not proof.may_change(pred.pred, table)


@cases_of.register(Merge)
def _cases_of_merge(spec: Merge, proof: Proof, inside: Inside = ()) -> Cases:
    return _cases_of_all(proof.remember(spec.open_parts, proof.old.table.find), proof, inside)


@cases_of.register(MultiSpec)
def _cases_of_multi_spec(spec: MultiSpec, proof: Proof, inside: Inside = ()) -> Cases:
    is_map = [] if callable(spec.dispatch) else [DICT]
    cases = [
        [proof.remember(TagOf, spec, tag), *(is_map if tag is not None else []), *case]
        for tag in spec.methods
        if (method := spec.method_of(tag)) is not None
        for case in cases_of(method, proof, inside)
    ]
    other = [] if spec.default is None else cases_of(spec.default, proof, inside)
    return cases + _with_spec(proof.remember(TagOf, spec, None, True), other)


@cases_of.register(Every)
def _cases_of_every(spec: Every, proof: Proof, inside: Inside = ()) -> Cases:
    return _with_spec(spec, cases_of(spec.options.kind or COLL, proof, inside))


@cases_of.register(Tuple)
@cases_of.register(Keys)
def _cases_of_tuple_or_keys(spec: Tuple | Keys, proof: Proof, inside: Inside = ()) -> Cases:
    return [[spec, proof.remember(Predicate, spec.kind)]]


@cases_of.register(ModelSpec)
def _cases_of_model(spec: ModelSpec, proof: Proof, inside: Inside = ()) -> Cases:
    return _with_spec(spec, [[]] if spec.input is None else cases_of(spec.input, proof, inside))


@cases_of.register(ExamplesSpec)
def _cases_of_from_examples(spec: ExamplesSpec, proof: Proof, inside: Inside = ()) -> Cases:
    return _with_spec(spec, _cases_of_all([part.spec for part in spec.parts()], proof, inside))


@cases_of.register(Regex)
def _cases_of_regex(spec: Regex, proof: Proof, inside: Inside = ()) -> Cases:
    # A regex takes None for an empty sequence, as in clojure.
    return [[_NONE, spec], [spec, _SEQUENTIAL]]


def leads_to_change(spec: Spec, table: Names) -> bool:
    """True unless it is sure that conform returns the value itself, with names looked up in a table."""
    specs = map(table.find, table.entries)
    return may_change(spec, table.find, at_names=[spec for spec in specs if spec is not None])
