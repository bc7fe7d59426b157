"""Options from other libraries that users pass to a call here, and the options to use instead."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Final, ParamSpec, TypeVar

from mxspec.errors import SpecDefinitionError, did_you_mean

P = ParamSpec("P")
R = TypeVar("R")

_LEAST: Final = "min minimum min_length minLength min_len min_size minSize min_items minItems minlength ge"
_MOST: Final = "max maximum max_length maxLength max_len max_size maxSize max_items maxItems maxlength le"
_BEYOND: Final = "gt lt above below exclusiveMinimum exclusiveMaximum exclusive_minimum exclusive_maximum"
_WORDS: Final = "message msg error errors error_message error_msg err invalid_type_error required_error"
_CLOSED: Final = (
    "extra strict additionalProperties additional_properties unknown allow_unknown allow_extra extra_fields "
    "forbid forbid_extra purge_unknown open"
)

# The right option, and the names of it elsewhere: by the calls, and of all other calls.
_ELSEWHERE: Final = {
    "collection": {
        "min_count=1 is the least number of elements": _LEAST,
        "max_count=9 is the largest number of elements": _MOST,
        "count=3 is the number of elements": "length len size exact exact_length n",
        "distinct=True lets none repeat": "unique unique_items uniqueItems unique_by no_duplicates",
        "kind=s.is_list asks for a kind of collection": "type cls container dtype",
        "the spec of an element comes first: s.coll_of(int)": "items item element elements each schema of",
    },
    "keys": {
        "s.keys({...}, closed=True) refuses other keys; without it they may be there": _CLOSED,
        "s.keys({'age': s.optional(int)}) has a key that may be missing": (
            "required optional partial total missing allow_missing require_all"
        ),
        "s.and_({...}, lambda x: ...) asks about the whole map": "validator validators check checks refine",
    },
    "frame": {
        "s.frame(s.keys({...}, closed=True)) refuses other columns": _CLOSED,
        "the spec of a row is a dict, as in s.frame({'age': int})": "columns schema dtype dtypes fields",
        "s.contract(spec, unique='id') has no value of a column repeat": "unique unique_columns index",
    },
    "int_in": {
        "s.int_in(min=1) and s.int_in(0, 10) have a least value": f"{_LEAST} min_value gte",
        "s.int_in(max=9) and s.int_in(0, 10) have a largest value": f"{_MOST} max_value lte",
        "s.int_in(min=1) is above 0, s.int_in(max=9) below 10": _BEYOND,
    },
    "float_in": {
        "s.float_in(min=0) has a least value": f"{_LEAST} min_value gte",
        "s.float_in(max=1) has a largest value": f"{_MOST} max_value lte",
        "s.and_(float, lambda x: x > 0) leaves the bound out": _BEYOND,
        "s.float_in(infinite=False, nan=False) is of finite numbers": "allow_nan allow_inf_nan finite",
    },
    "inst_in range_of": {
        "s.range_of(datetime.date, low, high) has both bounds, each included, or one": (
            f"{_LEAST} {_MOST} start end since until after before from_ to"
        ),
    },
    "str_in": {
        "s.str_in(min_length=1) is the least length": _LEAST,
        "s.str_in(max_length=9) is the largest length": _MOST,
        "s.str_in(5, 5) has one length": "length len size exact",
        "s.str_in(pattern='a+') is matched as a whole": "regex regexp re match matches pattern_",
        "s.str_in(format='email') has formats": "email url uri uuid kind type",
        "s.and_(str, str.islower) asks a method of the string": "lowercase uppercase to_lower to_upper",
        "s.decode(spec, x, strip=True) strips strings": "strip trim strip_whitespace",
    },
    "array": {
        "s.array(shape=(None, 3)) has a size, or None, for each axis": "ndim ndims rank size dims length",
        "s.array(min=0, max=1) bounds the values": f"{_LEAST} {_MOST} gt lt",
        "s.array(dtype='float32') is the type of the values": "type kind dtypes",
        "s.array(finite=True) refuses nan and infinity": "allow_nan nan infinite",
    },
    "tuple_": {
        "s.tuple_(int, str) has a spec for each element, s.coll_of(int, max_count=9) one for all": (
            f"{_LEAST} {_MOST} items length rest"
        ),
    },
    "nilable": {"s.decode(spec, x, defaults={...}) fills in what is missing": "default"},
    "multi_spec": {
        "s.multi_spec('kind', {'a': ...}) chooses by the value of a key, which comes first": (
            "discriminator tag key on by property propertyName"
        ),
        "specs by tag come second: s.multi_spec('kind', {'a': ...})": "mapping options specs schemas cases",
    },
    "sample gen": {
        "s.sample(spec, 5) returns five examples": "size count num k number examples max_examples length",
        "s.sample(spec, 5, seed=1) repeats its examples": "random_state random_seed rng random",
    },
    "infer": {
        "s.infer(rows, refuse=0.01, confidence=0.99) bounds the share of rows that are refused": (
            "threshold alpha tolerance error_rate strictness level"
        ),
    },
    "check": {
        "s.check(f, num_tests=20) makes 20 calls": (
            "n runs max_examples iterations trials times num count examples tests repeat"
        ),
        "s.fdef(f, args=s.cat(n=int), ret=int) specifies it first": "args ret arguments returns",
    },
    "check_compatible": {
        "s.check_compatible(old, new, direction='responses') is for what is written": (
            "mode compatibility type kind side backward forward"
        ),
    },
    "spec": {"s.spec(pred, message='...') has words of its own": _WORDS},
    "": {
        "s.with_message(spec, '...') has words of its own": f"{_WORDS} messages",
        "s.def_('app/age', spec, doc='...') has a text": "description title doc label meta metadata help",
        "s.nilable(spec) accepts None too": "nullable null allow_none allow_null none nilable optional",
        "s.decode(spec, x, defaults={...}) fills in what is missing": "default default_factory factory",
        "s.decode(spec, x) turns JSON or, with strings=True, text into values": "coerce convert cast parse",
        "s.with_gen(spec, lambda: strategy) has own examples": "generator strategy example examples gen",
        "s.and_(spec, lambda x: ...) asks more": "validator validators check checks refine predicate where",
        "s.and_(spec, lambda x: x % 5 == 0) asks for multiples": "multiple_of multipleOf step divisible_by",
    },
}  # fmt: skip


def option_hint(call: str, name: str) -> str:
    """Return a closing clause that names the option to use instead, or an empty string.

    Args:
        call: the name of a function, or "collection" for the makers of specs of collections.
        name: an option that it does not take.

    Example:
        >>> option_hint("collection", "unique"), option_hint("nilable", "zebra")
        ('; distinct=True lets none repeat', '')
    """
    for calls, hints in _ELSEWHERE.items():
        if call in calls.split() or (not calls and call != "keys"):  # its options are often meant as keys
            for hint, names in hints.items():
                if name in names.split():
                    return f"; {hint}"
    return ""


def wrong_option(call: str, name: str, options: Iterable[str], hint: str = "") -> str:
    """Return the words for a call's unknown option, with the option to use instead, or the nearest.

    Args:
        call: the name of the function.
        name: the option.
        options: the options that it takes.
        hint: a closing clause where no other is known.

    Example:
        >>> wrong_option("int_in", "ge", ["min", "max"])
        "int_in takes min, max, not 'ge'; s.int_in(min=1) and s.int_in(0, 10) have a least value"
    """
    options = [*options]
    near = option_hint(call, name) or hint or did_you_mean(name, options)
    return f"{call} takes {', '.join(options)}, not {name!r}{near}"


def name_options(hint: str = "") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function name its options, and the option to use instead, when it gets an unknown one.

    Example:
        >>> import mxspec as s
        >>> s.coll_of(int, unique=True)
        Traceback (most recent call last):
        mxspec.errors.SpecDefinitionError: a collection has no option 'unique'; distinct=True lets none repeat
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
            for name in kwargs:
                if name not in known:
                    closing = hint.format(name=name)
                    raise SpecDefinitionError(wrong_option(function.__name__, name, options, closing))
            return function(*args, **kwargs)

        return call

    return decorate


_VARARGS: Final = 4  # of code: the function takes *args
