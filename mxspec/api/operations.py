"""The operations on specs: define, valid, conform, unform, form."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mxspec import names
from mxspec.api.compiled import compiled
from mxspec.core.predicate import specize
from mxspec.core.question import ask
from mxspec.core.spec import Reference, Spec
from mxspec.errors import UnformError, naming_the_limit
from mxspec.forms import describe_form
from mxspec.regex.combinators import with_message
from mxspec.regex.matching import NestedRegex
from mxspec.specs.reading import Unreadable
from mxspec.values import INVALID, repr_of

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def def_(name: str, spec: Any) -> str:
    """Register spec under name, or remove name if spec is None (s/def).

    Args:
        name: a qualified name, `"namespace/name"`.
        spec: a spec, a predicate, a type, a set, or the name of a registered spec, which makes an alias.

    Returns:
        name.

    Raises:
        SpecDefinitionError: name is not qualified, spec is not one, or an alias would lead back to itself.
        UnknownSpecError: spec is a name that is not registered.

    Example:
        >>> import mxspec as s
        >>> s.def_("doc/digit", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
        'doc/digit'
        >>> s.valid("doc/digit", 7)
        True
    """
    name = names.check_name(name)
    if isinstance(spec, Reference):
        spec = spec.to
    entry = spec if spec is None or isinstance(spec, str) else dataclasses.replace(specize(spec), name=name)
    names.register(name, entry)
    return name


def get_spec(name: Any) -> Any:
    """Return the spec under name, the other name if it is an alias, or None (s/get-spec).

    Args:
        name: a qualified name, or a function, whose spec `fdef` registers.

    Example:
        >>> import mxspec as s
        >>> s.get_spec("doc/nothing-here") is None
        True
    """
    return names.current.entries.get(name if isinstance(name, str) else names.name_of_function(name))


def is_spec(x: object) -> bool:
    """True if x is a spec object; a sequence regex is not one until s.spec(...) wraps it (s/spec?).

    Example:
        >>> import mxspec as s
        >>> s.is_spec(s.and_(int)), s.is_spec(int), s.is_spec(s.star(int)), s.is_spec(s.spec(s.star(int)))
        (True, False, False, True)
    """
    return isinstance(x, Spec) and not x.is_regex


def is_regex(x: object) -> bool:
    """True if x is a sequence regex (s/regex?).

    Example:
        >>> import mxspec as s
        >>> s.is_regex(s.star(int)), s.is_regex(s.coll_of(int))
        (True, False)
    """
    return isinstance(x, Spec) and x.is_regex


def conform(spec: Any, x: Any) -> Any:
    """Return x as spec sees it: itself, a destructured form of it, or INVALID (s/conform).

    Raises:
        UnknownSpecError: spec, or a part of it that is asked, names nothing.
        SpecError: x contains itself, x or spec is nested too deeply, or a regex goes on in too many ways.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.or_(name=str, id=int), 7)
        ('id', 7)
        >>> s.conform(int, "seven")
        INVALID
    """
    ready = names.current.conform.get(spec) if type(spec) is str else None
    if ready is None:
        functions = compiled(spec)
        ready = None if functions is None else functions.conform
    if ready is not None:
        try:
            return ready(x)
        except RecursionError:  # the meaning says how deep
            pass
    whole = specize(spec)
    return ask(lambda question: whole.conform(x, question), spec)


def valid(spec: Any, x: Any) -> bool:
    """True if x fits spec (s/valid?).

    Args:
        spec: a spec, a predicate, a type, a set or a registered name.
        x: any value.

    Raises:
        UnknownSpecError, SpecError: as in `conform`.

    Example:
        >>> import mxspec as s
        >>> s.valid(s.and_(int, s.is_even), 4)
        True
    """
    ready = names.current.valid.get(spec) if type(spec) is str else None
    if ready is None:
        functions = compiled(spec)
        ready = None if functions is None else functions.valid
    if ready is not None:
        try:
            answer: bool = ready(x)
            return answer
        except RecursionError:
            pass
    whole = specize(spec)
    return ask(lambda question: whole.conform(x, question), spec) is not INVALID


def unform(spec: Any, x: Any) -> Any:
    """Return the value that conforms to x (s/unform).

    Raises:
        UnformError: spec has a conformer without an inverse, or x is not a conformed value of it.

    Example:
        >>> import mxspec as s
        >>> s.unform(s.or_(name=str, id=int), ("id", 7))
        7
    """
    whole = specize(spec)
    try:
        return ask(lambda question: whole.unform(x, question), spec)
    except Unreadable as error:
        raise UnformError(f"{repr_of(x)} can't be read: {error}", spec=spec, value=x) from None


def form(spec: Any) -> Any:
    """Return spec as data, from which `from_form` builds it again (s/form).

    Example:
        >>> import mxspec as s
        >>> s.form(s.nilable("doc/digit"))
        ('nilable', 'doc/digit')
    """
    with naming_the_limit("the form", spec):
        return specize(spec).form()


def describe(spec: Any) -> Any:
    """Return spec as plain data, with predicates by their short names (s/describe).

    Example:
        >>> import mxspec as s
        >>> s.describe(s.and_(int, s.is_even))
        ('and_', 'int', 'is_even')
    """
    with naming_the_limit("the form", spec):
        return describe_form(form(spec))


def spec(
    pred: Any, gen: Callable[[], SearchStrategy[Any]] | None = None, *, message: str | None = None
) -> Spec:
    """Return pred as a spec of its own, with a generator; a regex then does not splice into others (s/spec).

    Args:
        pred: a spec, a predicate, a type, a set or a name.
        gen: a function of no argument that returns a strategy.
        message: why a value is refused, in words for whoever sent it, as `with_message` has it.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.cat(xs=s.spec(s.star(int)), y=int), [[1, 2], 3])
        {'xs': [1, 2], 'y': 3}
        >>> s.explain(s.spec(lambda n: n % 5 == 0, message="prices are multiples of 5"), 7)
        7 - failed: prices are multiples of 5
    """
    own = specize(pred)
    if own.is_regex:
        own = NestedRegex(own, name=own.name if isinstance(pred, str) else None)
    worded = own if message is None else with_message(own, message)
    return with_gen(worded, gen) if gen else worded


def with_gen(spec: Any, gen_fn: Callable[[], SearchStrategy[Any]]) -> Spec:
    """Return the same spec with examples from the strategy that gen_fn returns (s/with-gen).

    Example:
        >>> import mxspec as s
        >>> cat = s.with_gen(str, lambda: s.gen({"Suki", "Bill"}))
        >>> s.valid(cat, "Peaches"), s.generate(cat, seed=1) in {"Suki", "Bill"}
        (True, True)
    """
    own = specize(spec)
    return dataclasses.replace(own, gen_fn=gen_fn, name=own.name if own.is_regex else None)
