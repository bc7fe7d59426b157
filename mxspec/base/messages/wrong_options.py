"""Options of other libraries that users pass to a call of mxspec, and the options to use instead."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, ParamSpec, TypeVar

from mxspec.base.values import short_repr
from mxspec.errors import SpecDefinitionError, did_you_mean

P = ParamSpec("P")
R = TypeVar("R")

_LEAST: Final = "min minimum min_length minLength min_size min_items minItems min_value ge"
_MOST: Final = "max maximum max_length maxLength max_size max_items maxItems max_value le"
_ABOVE: Final = "gt exclusiveMinimum exclude_min"
_BELOW: Final = "lt exclusiveMaximum exclude_max"
_CLOSED: Final = "extra strict additionalProperties additional_properties unknown"

# The right option, and its names in other libraries: for some calls, and for all other calls. The user's
# value replaces an example in <> if both have the same type.
_ELSEWHERE: Final = {
    "collection": {
        "min_count=<1> is the least number of elements": _LEAST,
        "max_count=<9> is the largest number of elements": _MOST,
        "count=<3> is the number of elements": "length size",
        "distinct=True lets none repeat": "unique unique_items uniqueItems unique_by",
        "the spec of an element comes first: s.coll_of(int)": "items elements",
    },
    "keys": {
        "s.keys({...}, closed=True) refuses other keys; without it they may be there": _CLOSED,
        "s.keys({'age': s.optional(int)}) has a key that may be missing": "required optional",
        "s.and_({...}, lambda x: ...) asks about the whole map": "validator checks check",
    },
    "frame": {
        "s.frame(s.keys({...}, closed=True)) refuses other columns": _CLOSED,
        "the spec of a row is a dict, as in s.frame({'age': int})": "columns schema dtype",
        "s.contract(spec, unique=<'id'>) has no value of a column repeat": "unique index",
    },
    "int_in": {
        "s.int_in(min=<1>) has a least value": _LEAST,
        "s.int_in(max=<9>) has a largest value": _MOST,
        "s.int_in(min=<0> + 1) is above <0>": _ABOVE,
        "s.int_in(max=<10> - 1) is below <10>": _BELOW,
    },
    "float_in": {
        "s.float_in(min=<0.0>) has a least value": _LEAST,
        "s.float_in(max=<1.0>) has a largest value": _MOST,
        "s.and_(float, lambda x: x > <0.0>) leaves the bound out": _ABOVE,
        "s.and_(float, lambda x: x < <1.0>) leaves the bound out": _BELOW,
        "s.float_in(infinite=False, nan=False) is of finite numbers": "allow_nan allow_inf_nan",
    },
    "inst_in range_of": {
        "s.range_of(datetime.date, low, high) has both bounds, each included, or one": (
            f"{_LEAST} {_MOST} start end before after"
        ),
    },
    "str_in": {
        "s.str_in(min_length=<1>) is the least length": _LEAST,
        "s.str_in(max_length=<9>) is the largest length": _MOST,
        "s.str_in(<5>, <5>) has one length": "length size",
        "s.str_in(pattern=<'a+'>) is matched as a whole": "regex re",
        "s.str_in(format=<'email'>) has formats": "email uuid url",
        "s.decode(spec, x, strip=True) strips strings": "strip strip_whitespace trim",
    },
    "array": {
        "s.array(shape=(None, 3)) has a size, or None, for each axis": "ndim size",
        "s.array(min=<0.0>) bounds the values": _LEAST,
        "s.array(max=<1.0>) bounds the values": _MOST,
    },
    "tuple_": {
        "s.tuple_(int, str) has a spec for each element, s.coll_of(int, min_count=<1>) one for all": _LEAST,
        "s.tuple_(int, str) has a spec for each element, s.coll_of(int, max_count=<9>) one for all": _MOST,
    },
    "nilable": {"s.decode(spec, x, defaults={...}) fills in what is missing": "default"},
    "multi_spec": {
        "s.multi_spec(<'kind'>, {'a': ...}) chooses by the value of a key, which comes first": (
            "discriminator"
        ),
    },
    "sample gen": {
        "s.sample(spec, <5>) returns as many examples": "size n max_examples",
        "s.sample(spec, 5, seed=<1>) repeats its examples": "random_state random",
    },
    "infer": {
        "s.infer(rows, refuse=0.01, confidence=0.99) bounds the share of rows that are refused": "threshold",
    },
    "check": {
        "s.check(f, num_tests=<20>) makes <20> calls": "n max_examples",
        "s.fdef(f, args=s.cat(n=int), ret=int) specifies it first": "args ret",
    },
    "check_compatible": {
        "s.check_compatible(old, new, direction='responses') is for what is written": "mode",
    },
    "accept": {"s.accept(scores, right, wrong_at_most=<0.01>) bounds the share": "wrong alpha"},
    "spec": {"s.spec(pred, message='...') has words of its own": "msg error"},
    "": {
        "s.with_message(spec, '...') has words of its own": "message msg error error_message",
        "s.def_('app/age', spec, doc='...') has a text": "description title doc",
        "s.nilable(spec) accepts None too": "nullable null optional",
        "s.decode(spec, x, defaults={...}) fills in what is missing": "default default_factory",
        "s.decode(spec, x) turns JSON or, with strings=True, text into values": "coerce",
        "s.with_gen(spec, lambda: strategy) has own examples": "strategy examples gen",
        "s.and_(spec, lambda x: ...) asks more": "validator checks check",
        "s.and_(spec, lambda x: x % <5> == 0) asks for multiples": "multiple_of multipleOf",
    },
}  # fmt: skip


_EXAMPLE: Final = re.compile(r"<([^<> ]+)>")
_RENAMED: Final = re.compile(r"(?:s\.(\w+)\()?(\w+=<[^<> ]+>(?: [+-] 1)?)\)? [a-z]")
"""The start of a hint that renames an option, with the call around it if there is one."""


def _hint_of(call: str, name: str) -> str:
    """Return the hint for an option, or an empty string."""
    for calls, hints in _ELSEWHERE.items():
        if call in calls.split() or (not calls and call != "keys"):  # users often mean its options as keys
            for hint, names in hints.items():
                if name in names.split():
                    return hint
    return ""


def _with_value(hint: str, value: Any) -> str:
    """Return a hint with a value in place of its examples; an example of a different type stays.

    Example:
        >>> _with_value("min_count=<1>", 5), _with_value("min=<0.0>", 5), _with_value("min_count=<1>", "five")
        ('min_count=5', 'min=5', 'min_count=1')
    """

    def replace(match: re.Match[str]) -> str:
        kind = type(ast.literal_eval(match[1]))
        is_alike = type(value) is kind or (kind is float and type(value) is int)
        return short_repr(value) if is_alike else match[1]

    return _EXAMPLE.sub(replace, hint)


def option_hints(
    call: str,
    unknown: Mapping[str, Any],
    options: Collection[str],
    hint: Callable[[Mapping[str, Any]], str] = lambda unknown: "",
) -> str:
    """Return a closing clause that names the options to use instead, or the nearest; or an empty string.

    Args:
        call: the name of a function, or "collection" for the makers of specs of collections.
        unknown: the options that the call does not take, with their values.
        options: the options that the call takes.
        hint: returns a clause for unknown options that this module has no hint for.

    Example:
        >>> option_hints("collection", {"unique": True}, []), option_hints("nilable", {"zebra": 3}, ["pred"])
        ('; distinct=True lets none repeat', '')
        >>> option_hints("collection", {"min": 2, "max": 5}, ["min_count", "max_count"])
        '; say min_count=2, max_count=5'
        >>> option_hints("int_in", {"ge": 2, "le": 5}, ["min", "max"])
        '; say s.int_in(min=2, max=5)'
    """
    hints = {name: _hint_of(call, name) for name in unknown}
    renamed = [match for words in hints.values() if (match := _RENAMED.match(words))]
    if 1 < len(hints) == len(renamed) and len({match[1] for match in renamed}) == 1:
        pairs = zip(renamed, unknown.values(), strict=True)
        words = ", ".join(_with_value(match[2], value) for match, value in pairs)
        return f"; say s.{renamed[0][1]}({words})" if renamed[0][1] else f"; say {words}"
    others = {name: value for name, value in unknown.items() if not hints[name]}
    clauses = [f"; {_with_value(words, unknown[name])}" for name, words in hints.items() if words]
    clauses += [hint(others)] if hint(others) else [did_you_mean(name, options) for name in others]
    return "".join(dict.fromkeys(clauses))


def no_option(what: str, unknown: Iterable[str], hints: str) -> str:
    """Return the message about something without such options, with a closing clause.

    Example:
        >>> no_option("a collection", ["min", "max"], "; say min_count=2, max_count=5")
        "a collection has no options 'min', 'max'; say min_count=2, max_count=5"
    """
    names = [*map(repr, unknown)]
    return f"{what} has no option{'s' * (len(names) > 1)} {', '.join(names)}{hints}"


def name_options(
    hint: Callable[[Mapping[str, Any]], str] = lambda unknown: "",
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function name its options, and the ones to use instead, when it gets unknown options.

    Args:
        hint: as in `option_hints`.

    Example:
        >>> import mxspec as s
        >>> s.int_in(ge=2)
        Traceback (most recent call last):
        mxspec.errors.SpecDefinitionError: int_in takes start, end, min, max, not 'ge'; s.int_in(min=2) ...
        >>> s.nilable(int, null=True)
        Traceback (most recent call last):
        mxspec.errors.SpecDefinitionError: nilable takes pred, not 'null'; s.nilable(spec) accepts None too
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        code = function.__code__
        known = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        options = (*known, *code.co_varnames[len(known) : len(known) + bool(code.co_flags & _VARARGS)])

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            unknown = {name: value for name, value in kwargs.items() if name not in known}
            if unknown:
                call = function.__name__
                names = ", ".join(map(repr, unknown))
                hints = option_hints(call, unknown, options, hint)
                raise SpecDefinitionError(f"{call} takes {', '.join(options)}, not {names}{hints}")
            return function(*args, **kwargs)

        return call

    return decorate


_VARARGS: Final = 4  # of code: the function takes *args
