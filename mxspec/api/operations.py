"""The operations on specs: define, valid, conform, unform, form."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mxspec.api.compiled import compiled, conform_by_name, valid_by_name
from mxspec.core.asking import Circular, out_of_stack
from mxspec.core.parts import specize
from mxspec.core.spec import Spec
from mxspec.errors import SpecDefinitionError, SpecError, UnformError, naming_the_limit
from mxspec.names.forms import describe_form
from mxspec.names.registry import aliases, check_name, name_of_function, register, registry, resolve, settled
from mxspec.regex.worded import with_message
from mxspec.values.invalid import INVALID
from mxspec.values.text import shown
from mxspec.words.reasons import exception_text

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
    name = check_name(name)
    if spec is None:
        register(name, None)
    elif isinstance(spec, str):
        resolve(spec)
        if name in aliases(spec):
            raise SpecDefinitionError(f"{name!r} can't be an alias of {spec!r}, which leads to {name!r}")
        register(name, spec)
    else:
        register(name, dataclasses.replace(specize(spec), name=name))
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
    return registry().get(name if isinstance(name, str) else name_of_function(name))


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

    Example:
        >>> import mxspec as s
        >>> s.conform(s.or_(name=str, id=int), 7)
        ('id', 7)
        >>> s.conform(int, "seven")
        INVALID
    """
    ready = conform_by_name.get(spec) if type(spec) is str else None
    try:
        if ready is not None:
            conformed = ready(x)
            if conform_by_name.get(spec) is ready:  # nothing was redefined meanwhile
                return conformed
        return settled(_conform, spec, x)
    except (RecursionError, Circular):
        return settled(_conform_at_any_depth, spec, x)


def _conform(spec: Any, x: Any) -> Any:
    functions = compiled(spec) if isinstance(spec, (str, Spec)) else None
    return functions.conform(x) if functions is not None else _conform_at_any_depth(spec, x)


def valid(spec: Any, x: Any) -> bool:
    """True if x fits spec (s/valid?).

    Args:
        spec: a spec, a predicate, a type, a set or a registered name.
        x: any value.

    Raises:
        UnknownSpecError: spec names nothing.

    Example:
        >>> import mxspec as s
        >>> s.valid(s.and_(int, s.is_even), 4)
        True
    """
    ready = valid_by_name.get(spec) if type(spec) is str else None
    try:
        if ready is not None:
            answer = ready(x)
            if valid_by_name.get(spec) is ready:
                return answer
        return settled(_valid, spec, x)
    except (RecursionError, Circular):
        return settled(_conform_at_any_depth, spec, x) is not INVALID


def _conform_at_any_depth(spec: Any, x: Any) -> Any:
    """Return what conform does without the functions that spec was compiled to, see mxspec.core.asking."""
    try:
        return specize(spec).conform(x)
    except RecursionError as error:
        out_of_stack(error, spec)
        return INVALID
    except Circular:
        return INVALID


def _valid(spec: Any, x: Any) -> bool:
    functions = compiled(spec) if isinstance(spec, (str, Spec)) else None
    return functions.valid(x) if functions is not None else _conform_at_any_depth(spec, x) is not INVALID


def unform(spec: Any, x: Any) -> Any:
    """Return the value that conforms to x (s/unform).

    Raises:
        UnformError: spec has a conformer without an inverse, or x is not a conformed value of it.

    Example:
        >>> import mxspec as s
        >>> s.unform(s.or_(name=str, id=int), ("id", 7))
        7
    """
    try:
        return settled(_unform, spec, x)
    except RecursionError as error:
        out_of_stack(error, spec)
        raise UnformError("the value is nested too deeply to be unformed", spec=spec, value=x) from None
    except Circular as error:
        raise UnformError(str(error), spec=spec, value=x) from None
    except SpecError:
        raise
    except Exception as error:
        words = f"{shown(x)} is nothing that {shown(specize(spec))} conforms to: {exception_text(error)}"
        raise UnformError(words, spec=spec, value=x) from error


def _unform(spec: Any, x: Any) -> Any:
    return specize(spec).unform(x)


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
    own = specize(pred).standalone()
    if isinstance(pred, str) and own.name is None:
        own = dataclasses.replace(own, name=specize(pred).name)
    worded = own if message is None else with_message(own, message)
    return worded.with_gen(gen) if gen else worded


def with_gen(spec: Any, gen_fn: Callable[[], SearchStrategy[Any]]) -> Spec:
    """Return the same spec with examples from the strategy that gen_fn returns (s/with-gen).

    Example:
        >>> import mxspec as s
        >>> cat = s.with_gen(str, lambda: s.gen({"Suki", "Bill"}))
        >>> s.valid(cat, "Peaches"), s.generate(cat, seed=1) in {"Suki", "Bill"}
        (True, True)
    """
    return specize(spec).with_gen(gen_fn)
