"""Addresses in pickles: a pickle names `mxspec.specs`, whatever file has the class or the function.

Python pickles a class by the name of its module. Here that is a file within the package, which may move. So
an object is pickled as a call of `make_by_name` or `new_by_name`, functions of `mxspec.specs`, with the name
of its class, and a function as an attribute of `mxspec.specs`. A name stands for one thing in the package. A
class that the table lacks, such as one of a user, is pickled as all classes are.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Final, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

PUBLIC: Final = "mxspec.specs"

MODULES: Final = {
    "mxspec.addresses": "make_by_name new_by_name",
    "mxspec.annotations.constraints": "CallableType Condition ConstrainedType Digits InstanceOf Literal "
    "Member Pattern PromotingType _is_in _is_of_classes _is_one_of "
    "_is_promoted _is_subclass",
    "mxspec.annotations.containers": "ClassCollection HomogeneousCollection HomogeneousIterable "
    "HomogeneousMapping TupleType",
    "mxspec.annotations.converted": "HeldValue _is_held",
    "mxspec.annotations.from_type": "Annotation ForwardRef TypeReader known_annotation",
    "mxspec.annotations.model_instances": "ModelInstance",
    "mxspec.annotations.owners": "AskPydantic is_accepted",
    "mxspec.annotations.records": "Record RecordInstance RecordOf TypedDictSpec",
    "mxspec.annotations.tagged_unions": "TaggedUnion",
    "mxspec.annotations.valid": "SpecMetadata Valid",
    "mxspec.changes.answers": "Compatibility",
    "mxspec.changes.payload_parts": "AskPart",
    "mxspec.changes.wire": "AskOutput ModelPayload OnInstance OwnPayload SentFields SentList",
    "mxspec.core.rewriting": "LateReference RewrittenReference",
    "mxspec.core.spec": "Accept AskKind Predicate Reference as_part registered_spec specize",
    "mxspec.formats": "has_format is_from",
    "mxspec.frames.frame_spec": "FrameSpec",
    "mxspec.functions.fspec": "FSpec",
    "mxspec.functions.hints": "HintSpec",
    "mxspec.inference.contract": "Contract",
    "mxspec.inference.from_examples": "ExamplesModel ExamplesSpec",
    "mxspec.inference.inside_terms": "Inside",
    "mxspec.inference.layouts": "Layout Position Run",
    "mxspec.inference.linear_autoencoder": "LinearAutoencoder",
    "mxspec.inference.profile": "Profile RefusedValue",
    "mxspec.inference.sketch": "Kind Shape Sketch Values",
    "mxspec.inference.table_terms": "TableTerms",
    "mxspec.inference.terms": "ColumnTerm LeastRows Missing Monotone Unique",
    "mxspec.inference.value_terms": "Depends Fresh MostRows Occur Share",
    "mxspec.messages.explanations": "ProblemTable",
    "mxspec.models.boundary": "Boundary",
    "mxspec.models.model_spec": "LearntSpec ModelSpec Reading",
    "mxspec.patterns": "has_pattern",
    "mxspec.predicate_rows": "has_length_from has_length_to is_in_zone is_less is_less_or_equal "
    "is_not_infinite is_not_nan",
    "mxspec.predicates": "TaggedValue",
    "mxspec.promises.accept": "Acceptance",
    "mxspec.promises.conformal": "ConformalThreshold LabelThresholds",
    "mxspec.promises.power": "Power",
    "mxspec.promises.production": "Standing",
    "mxspec.promises.promise": "Promise PromisedSpec",
    "mxspec.regex.combinators": "Alt Amp Cat KeysStar Maybe MoreTurns Plus RegexWithMessage Star _to_dict "
    "_to_pairs",
    "mxspec.regex.matching": "Either Matches NestedRegex Regex",
    "mxspec.schemas.from_json_schema": "JsonSchemaSpec _read_again",
    "mxspec.schemas.json_kinds": "ByType Contains DifferentElements JsonNumber JsonObject JsonValue NoValue "
    "Not OneOf SchemaPredicate SchemaReference accept_nothing "
    "has_different_elements is_json_number is_json_value",
    "mxspec.specs.arrays": "ArraySpec",
    "mxspec.specs.collections": "CollOf Every HomogeneousMap MapOf Options Tuple",
    "mxspec.specs.comparisons": "Less",
    "mxspec.specs.key_groups": "KeyGroup",
    "mxspec.specs.logic": "And Or UnionType",
    "mxspec.specs.maps": "Keys Merge RequiredKey RequiredKeys",
    "mxspec.specs.multi_specs": "MultiSpec",
    "mxspec.specs.ranges": "FloatIn InstIn IntIn Range RangeOf StrIn",
    "mxspec.specs.wrappers": "Conformer Nilable Nonconforming WithMessage Wrapper",
    "mxspec.values": "Invalid",
}
"""The names that a pickle may have, in one string, by the module that defines them."""

_PLACES: Final = {name: module for module, names in MODULES.items() for name in names.split()}


def is_kept(name: str) -> bool:
    """True for a name that a pickle may have."""
    return name in _PLACES


def find_by_name(name: str) -> Any:
    """Return the class or the function of a name, or raise an AttributeError, as pickle does."""
    if not is_kept(name):
        raise AttributeError(
            f"mxspec has no {name!r}, which a pickle names; a later version may have written it"
        )
    return getattr(importlib.import_module(_PLACES[name]), name)


def has_address(x: Any) -> bool:
    """True for a class that a pickle names without its file."""
    return bool(_PLACES.get(x.__qualname__) == x.__module__)


def with_address(function: F) -> F:
    """Give a function its address in pickles, as a decorator."""
    function.__module__ = PUBLIC
    return function


@with_address
def make_by_name(name: str, /, *arguments: Any, **fields: Any) -> Any:
    """Return the result of a class that is called, or of a function, by its name: for pickle."""
    return find_by_name(name)(*arguments, **fields)


@with_address
def new_by_name(name: str, /, *arguments: Any) -> Any:
    """Return an object of a class by its name, which gets its state from pickle."""
    cls = find_by_name(name)
    return cls.__new__(cls, *arguments)


def reduce_by_name(self: Any, protocol: Any) -> Any:
    """Return the state of an object for pickle: a class with an address has this as `__reduce_ex__`."""
    reduced: Any = object.__reduce_ex__(self, max(protocol, 2))
    new, arguments, *state = reduced
    if arguments[0] is type(self) and has_address(type(self)):
        new, arguments = new_by_name, (type(self).__name__, *arguments[1:])
    return new, arguments, *state
