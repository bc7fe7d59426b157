"""The way back from a form to its spec: from_form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from mxspec.base.values import short_repr
from mxspec.errors import SpecDefinitionError, did_you_mean, name_recursion_limit
from mxspec.frames.frame_spec import frame
from mxspec.functions.fspec import fspec
from mxspec.models.from_examples import ExamplesSpec
from mxspec.models.model_spec import model_spec
from mxspec.questions.operations import spec
from mxspec.specs.arrays import array
from mxspec.specs.collections import coll_of, every, every_kv, map_of, tuple_
from mxspec.specs.comparisons import less
from mxspec.specs.core.spec import Spec, specize
from mxspec.specs.logic import and_, is_tagged, or_
from mxspec.specs.maps import keys, merge
from mxspec.specs.multi_specs import multi_spec
from mxspec.specs.ranges import float_in, inst_in, int_in, range_of, str_in
from mxspec.specs.regex.combinators import alt, amp, cat, keys_star, maybe, plus, star, with_message
from mxspec.specs.wrappers import conformer, nilable, nonconforming
from mxspec.transform.annotations.from_type import from_type
from mxspec.transform.annotations.records import record_of
from mxspec.transform.schemas.from_json_schema import from_json_schema

_BRANCHING: Final = frozenset(("or_", "cat", "alt"))
_FUNCTIONS: Final[tuple[Callable[..., Spec], ...]] = (
    *(
        alt,
        amp,
        and_,
        array,
        cat,
        coll_of,
        conformer,
        every,
        every_kv,
        float_in,
        frame,
        fspec,
        inst_in,
        int_in,
    ),
    *(keys, keys_star, less, map_of, maybe, merge, model_spec, multi_spec, nilable, nonconforming, or_, plus),
    *(from_json_schema, from_type, range_of, record_of, spec, star, str_in, tuple_, with_message),
)
MAKERS: Final[Mapping[str, Callable[..., Spec]]] = MappingProxyType(
    {**{f.__name__: f for f in _FUNCTIONS}, "from_examples": ExamplesSpec}
)
"""The functions that make specs, by the names that forms begin with."""

FORMS_BY_KEY: Final = ("methods", "req_un", "opt_un", "fields")
"""The options that may hold forms by key."""

OPTIONS_OF_FORMS: Final = ("kind", "default", "args", "ret", "fn", "input", "latent")
"""The options that are forms."""


def from_form(form: Any) -> Spec:
    """Return the spec of a form: the inverse of `form`.

    A form holds no generators: `with_gen` or `gen=` has to give them again.

    Args:
        form: a tuple that starts with the name of one of mxspec's functions, followed by its arguments, where
            or_, cat and alt take `("tag", form)` pairs and options come as one dict at the end; or a
            predicate, a type, a set or the name of a spec. A branch of or_ without a tag is not a tuple of
            two: empty options make it three, as in `("nilable", int, {})`.

    Raises:
        SpecDefinitionError: form does not start with such a name, or its arguments make no sense to it.
        UnknownSpecError: form is a name that nothing is registered under.

    Example:
        >>> import mxspec as s
        >>> s.from_form(("coll_of", ("or_", ("id", int), ("name", str)), {"min_count": 1}))
        coll_of(or_(id=int, name=str), min_count=1)
        >>> s.from_form(s.form(s.nilable("doc/digit")))
        nilable('doc/digit')
    """
    with name_recursion_limit("the form", None):
        return specize(_part(form))


def _part(form: Any) -> Any:
    """Return form as an argument: the spec of the form, or the form itself."""
    if not (isinstance(form, tuple) and form and isinstance(form[0], str)):
        return form
    head, *parts = form
    make = MAKERS.get(head)
    if make is None:
        raise SpecDefinitionError(f"{short_repr(head)} makes no spec{did_you_mean(head, MAKERS)}")
    options = dict(parts.pop()) if parts and isinstance(parts[-1], Mapping) else {}
    try:
        if head in _BRANCHING:
            return make(*map(_branch, parts))
        return make(*map(_part, parts), **{key: _option(key, value) for key, value in options.items()})
    except (TypeError, ValueError) as error:
        if isinstance(error, SpecDefinitionError):
            raise
        raise SpecDefinitionError(f"{short_repr(form)} is not a form of {head}: {error}") from error


def _branch(form: Any) -> Any:
    """Return a branch of or_, cat or alt: a pair of a tag and a form as such, or the spec of a form.

    A form of two items reads as a pair; with empty options, `("nilable", int, {})`, it does not, nor does a
    function's name with options, `("keys", {"req_un": ...})`.
    """
    is_pair = is_tagged(form) and not (type(form[1]) is dict and form[0] in MAKERS)
    return (str(form[0]), _part(form[1])) if is_pair else _part(form)


def _option(key: str, value: Any) -> Any:
    """Return an option as an argument; some hold forms."""
    if key in FORMS_BY_KEY and isinstance(value, Mapping):
        return {tag: _part(method) for tag, method in value.items()}
    return _part(value) if key in OPTIONS_OF_FORMS else value
