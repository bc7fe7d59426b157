"""Addresses in pickles: a pickle names `mxspec.specs`, whatever file has the class or the function.

Python pickles a class by the name of its module. Here that is a file within the package, which may move. So
an object is pickled as a call of `make_by_name` or `new_by_name`, functions of `mxspec.specs`, with the name
of its class, and a function as an attribute of `mxspec.specs`. A name stands for one thing in the package.
Names are found in the table below, and in those that `mxspec.specs` hands on, where a new kind has its class
beside its function. A class that both lack, such as one of a user, is pickled as all classes are.

Pickles of an earlier layout name its files. `OldAddresses` imports a module also by the name that it had.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

PUBLIC: Final = "mxspec.specs"

MODULES: Final = {
    "mxspec.addresses": "make_by_name new_by_name",
    "mxspec.base.formats": "has_format is_from",
    "mxspec.base.messages.explanations": "ProblemTable",
    "mxspec.base.patterns": "has_pattern",
    "mxspec.base.predicate_rows": "has_length_from has_length_to is_in_zone is_less is_less_or_equal "
    "is_not_infinite is_not_nan",
    "mxspec.base.values": "Invalid",
    "mxspec.changes.answers": "Compatibility",
    "mxspec.changes.payload_parts": "AskPart",
    "mxspec.changes.wire": "AskOutput ModelPayload OnInstance OwnPayload SentFields SentList",
    "mxspec.frames.frame_spec": "FrameSpec",
    "mxspec.functions.fspec": "FSpec",
    "mxspec.functions.hints": "HintSpec",
    "mxspec.inference.contract": "Contract",
    "mxspec.inference.inside_terms": "Inside",
    "mxspec.inference.layouts": "Layout Position Run",
    "mxspec.inference.profile": "Profile RefusedValue",
    "mxspec.inference.sketch": "Kind Shape Sketch Values",
    "mxspec.inference.table_terms": "TableTerms",
    "mxspec.inference.terms": "ColumnTerm LeastRows Missing Monotone Unique",
    "mxspec.inference.value_terms": "Depends Fresh MostRows Occur Share",
    "mxspec.models.boundary": "Boundary",
    "mxspec.models.from_examples": "ExamplesModel ExamplesSpec",
    "mxspec.models.linear_autoencoder": "LinearAutoencoder",
    "mxspec.models.model_spec": "LearntSpec ModelSpec Reading",
    "mxspec.predicates": "TaggedValue",
    "mxspec.promises.accept": "Acceptance",
    "mxspec.promises.conformal": "ConformalThreshold LabelThresholds",
    "mxspec.promises.power": "Power",
    "mxspec.promises.production": "Standing",
    "mxspec.promises.promise": "Promise PromisedSpec",
    "mxspec.specs.arrays": "ArraySpec",
    "mxspec.specs.collections": "CollOf Every HomogeneousMap MapOf Options Tuple",
    "mxspec.specs.comparisons": "Less",
    "mxspec.specs.core.rewriting": "LateReference RewrittenReference",
    "mxspec.specs.core.spec": "Accept AskKind Predicate Reference as_part registered_spec specize",
    "mxspec.specs.key_groups": "KeyGroup",
    "mxspec.specs.logic": "And Or UnionType",
    "mxspec.specs.maps": "Keys Merge RequiredKey RequiredKeys",
    "mxspec.specs.multi_specs": "MultiSpec",
    "mxspec.specs.ranges": "FloatIn InstIn IntIn Range RangeOf StrIn",
    "mxspec.specs.regex.combinators": "Alt Amp Cat KeysStar Maybe MoreTurns Plus RegexWithMessage Star "
    "_to_dict _to_pairs",
    "mxspec.specs.regex.matching": "Either Matches NestedRegex Regex",
    "mxspec.specs.wrappers": "Conformer Nilable Nonconforming WithMessage Wrapper",
    "mxspec.transform.annotations.constraints": "CallableType Condition ConstrainedType Digits InstanceOf "
    "Literal Member Pattern PromotingType _is_in _is_of_classes _is_one_of _is_promoted _is_subclass",
    "mxspec.transform.annotations.containers": "ClassCollection HomogeneousCollection HomogeneousIterable "
    "HomogeneousMapping TupleType",
    "mxspec.transform.annotations.converted": "HeldValue _is_held",
    "mxspec.transform.annotations.from_type": "Annotation ForwardRef TypeReader known_annotation",
    "mxspec.transform.annotations.model_instances": "ModelInstance",
    "mxspec.transform.annotations.owners": "AskPydantic is_accepted",
    "mxspec.transform.annotations.records": "Record RecordInstance RecordOf TypedDictSpec",
    "mxspec.transform.annotations.tagged_unions": "TaggedUnion",
    "mxspec.transform.annotations.valid": "SpecMetadata Valid",
    "mxspec.transform.schemas.facts": "has_scale",
    "mxspec.transform.schemas.from_json_schema": "JsonSchemaSpec _read_again",
    "mxspec.transform.schemas.json_kinds": "ByType Contains DifferentElements JsonNumber JsonObject "
    "JsonValue NoValue Not OneOf SchemaPredicate SchemaReference accept_nothing has_different_elements "
    "is_json_number is_json_value",
    "mxspec.transform.schemas.places": "NamedType",
}
"""The names that a pickle may have, in one string, by the module that defines them."""

_PLACES: Final = {name: module for module, names in MODULES.items() for name in names.split()}


def _module_of(name: str) -> str | None:
    """Return the module that defines a name of a pickle, or None for other names."""
    handed_on = vars(importlib.import_module(PUBLIC)).get("_late", {})
    own = (module for module, names in handed_on.items() if name in names.split())
    return _PLACES.get(name) or next(own, None)


def is_kept(name: str) -> bool:
    """True for a name that a pickle may have."""
    return name in _PLACES


def find_by_name(name: str) -> Any:
    """Return the class or the function of a name, or raise an AttributeError, as pickle does."""
    if (module := _module_of(name)) is None:
        raise AttributeError(
            f"mxspec has no {name!r}, which a pickle names; a later version may have written it"
        )
    return getattr(importlib.import_module(module), name)


def has_address(x: Any) -> bool:
    """True for a class that a pickle names without its file."""
    return bool(_module_of(x.__qualname__) == x.__module__)


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


# --- addresses of earlier layouts -------------------------------------------------------------------------

MOVED: Final = {
    "annotations": "transform.annotations",
    "api": "questions",
    "borders": "changes.borders",
    "core": "specs.core",
    "documents": "changes.documents",
    "fields": "base.fields",
    "files": "base.files",
    "forks": "base.forks",
    "form_makers": "notation.form_makers",
    "formats": "base.formats",
    "forms": "base.forms",
    "generated": "base.generated",
    "inference.copula": "models.copula",
    "inference.from_examples": "models.from_examples",
    "inference.linear_autoencoder": "models.linear_autoencoder",
    "inference.score_choice": "models.score_choice",
    "lazy": "base.lazy",
    "messages": "base.messages",
    "names": "base.names",
    "next_contract": "notation.next_contract",
    "own_rows": "base.own_rows",
    "patterns": "base.patterns",
    "predicate_rows": "base.predicate_rows",
    "regex": "specs.regex",
    "schemas": "transform.schemas",
    "spec_source": "notation.spec_source",
    "strategies": "base.strategies",
    "values": "base.values",
}
"""The modules and folders that an earlier layout had elsewhere, below mxspec: pickles of it name them."""


def new_address(name: str) -> str | None:
    """Return the name of a module that has moved, or None for all others.

    Example:
        >>> [new_address(f"mxspec.{inner}") for inner in ("core.spec", "specs")]
        ['mxspec.specs.core.spec', None]
    """
    package, _, inner = name.partition(".")
    for old, new in MOVED.items():
        if package == "mxspec" and (inner == old or inner.startswith(f"{old}.")):
            return f"{package}.{new}{inner[len(old) :]}"
    return None


class OldAddresses:
    """The import of a module by its old name: it is the module itself, never a second one.

    It answers where no other finder knows a module. A folder by its old name is empty: with a path it would
    have its files loaded twice. It has no base of `importlib.abc`: that is a twentieth of `import mxspec`.
    """

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        new = new_address(name)
        if new is None or (own := importlib.util.find_spec(new)) is None:
            return None
        loader: Any = self
        return ModuleSpec(name, loader, is_package=own.submodule_search_locations is not None)

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        if hasattr(module, "__path__"):
            return
        package, *folders, _ = module.__name__.split(".")
        if folders:  # the import system has set it, and it would hide a name of another library, as `regex`
            vars(sys.modules[package]).pop(folders[0], None)
        sys.modules[module.__name__] = importlib.import_module(str(new_address(module.__name__)))


def keep_old_addresses() -> None:
    """Have modules imported by their old names too."""
    if not any(isinstance(finder, OldAddresses) for finder in sys.meta_path):
        sys.meta_path.append(OldAddresses())
