"""The requirement of a predicate or a form that refused a value, in words, and the type of the error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from mxspec import predicates as p
from mxspec.forms import call_text
from mxspec.values import in_order
from mxspec.words.jsonable import said
from mxspec.words.problems import keys_text
from mxspec.words.reasons import required_text
from mxspec.words.values import short

MISSING: Final = "missing"


_NEEDS: Final[Mapping[Any, tuple[str, str]]] = MappingProxyType(
    {
        **dict.fromkeys((int, p.is_int), ("int_type", "an int")),
        **dict.fromkeys((float, p.is_float), ("float_type", "a float")),
        **dict.fromkeys((str, p.is_str), ("string_type", "a string")),
        **dict.fromkeys((bool, p.is_bool), ("bool_type", "True or False")),
        **dict.fromkeys((bytes, p.is_bytes), ("bytes_type", "a bytes object")),
        **dict.fromkeys((list, p.is_list), ("list_type", "a list")),
        **dict.fromkeys((tuple, p.is_tuple), ("tuple_type", "a tuple")),
        **dict.fromkeys((dict, p.is_dict), ("dict_type", "a map")),
        **dict.fromkeys((set, p.is_set), ("set_type", "a set")),
        frozenset: ("frozen_set_type", "a frozenset"),
        **dict.fromkeys((type(None), p.is_none), ("none_required", "None")),
        p.is_true: ("true", "True"),
        p.is_false: ("false", "False"),
        p.is_some: ("some", "anything but None"),
        p.is_coll: ("coll_type", "a collection"),
        p.is_sequential: ("sequential_type", "a sequence"),
        p.is_indexed: ("sequential_type", "a sequence"),
        p.is_seqable: ("seqable_type", "something to iterate over"),
        p.is_associative: ("associative_type", "a map or a list"),
        p.is_empty: ("empty", "something empty"),
        p.is_callable: ("callable_type", "a function"),
        p.is_number: ("number_type", "a number"),
        p.is_decimal: ("decimal_type", "a Decimal"),
        p.is_rational: ("rational_type", "an int, a Fraction or a Decimal"),
        p.is_ratio: ("ratio_type", "a Fraction that is not whole"),
        p.is_inst: ("datetime_type", "a datetime"),
        p.is_uuid: ("uuid_type", "a UUID"),
        p.is_uri: ("uri", "a URI"),
        p.is_char: ("char", "a string of one character"),
        p.is_ident: ("ident", "a name"),
        p.is_simple_ident: ("simple_ident", "a name without a namespace"),
        p.is_qualified_ident: ("qualified_ident", "a name with a namespace"),
        p.is_even: ("even", "an even int"),
        p.is_odd: ("odd", "an odd int"),
        p.is_pos: ("pos", "a number above 0"),
        p.is_neg: ("neg", "a number below 0"),
        p.is_zero: ("zero", "0"),
        p.is_pos_int: ("pos_int", "an int above 0"),
        p.is_neg_int: ("neg_int", "an int below 0"),
        p.is_nat_int: ("nat_int", "an int from 0"),
        p.is_nan: ("nan", "NaN"),
        p.is_infinite: ("infinite", "an infinite float"),
    }
)


def _float_in(options: Mapping[str, Any]) -> str:
    low, high = options.get("min"), options.get("max")
    finite = "a finite float" if not options.get("infinite", True) else "a float"
    if low is not None and high is not None:
        return f"{finite} from {low} to {high}"
    if low is not None or high is not None:
        return f"{finite} of at {f'least {low}' if high is None else f'most {high}'}"
    return f"{finite} other than NaN" if not options.get("nan", True) else finite


def _count(low: int, *high: int | None) -> str:
    if not high:
        return f"a count of {low}"
    [most] = high
    return f"a count of at least {low}" if most is None else f"a count from {low} to {most}"


_MOST_CHOICES: Final = 10


def _one_of(choices: Iterable[object]) -> str:
    texts = [short(choice) for choice in choices]
    if len(texts) > _MOST_CHOICES:
        texts[_MOST_CHOICES:] = [f"{len(texts) - _MOST_CHOICES} more"]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}" if texts else "nothing"


# By the head of a form; a function of the rest of it words what is required.
_FORMS: Final[Mapping[str, tuple[str, Callable[..., str]]]] = MappingProxyType(
    {
        "int_in": ("int_in", lambda start, end: f"an int from {start} to {end - 1}"),
        "float_in": ("float_in", _float_in),
        "inst_in": ("inst_in", lambda start, end: f"a datetime from {start} up to {end}"),
        "count": ("too_short", _count),
        "distinct": ("distinct", lambda: "a collection of distinct elements"),
        "literal": ("enum", lambda *values: _one_of(values)),
        "subclass": ("is_subclass_of", lambda *bases: f"a subclass of {_one_of(b.__name__ for b in bases)}"),
        "gt": ("greater_than", lambda bound: f"more than {short(bound)}"),
        "ge": ("greater_than_equal", lambda bound: f"at least {short(bound)}"),
        "lt": ("less_than", lambda bound: f"less than {short(bound)}"),
        "le": ("less_than_equal", lambda bound: f"at most {short(bound)}"),
        "multiple_of": ("multiple_of", lambda factor: f"a multiple of {short(factor)}"),
        "min_length": ("too_short", lambda least: f"a length of at least {least}"),
        "max_length": ("too_long", lambda most: f"a length of at most {most}"),
    }
)


_LONGEST_FORM: Final = 300  # characters


def form_text(form: object) -> str:
    """Return a form as the call that makes its spec, cut off where it is long."""
    words = said(call_text, form)
    return words if len(words) <= _LONGEST_FORM else f"{words[: _LONGEST_FORM - 3]}..."


def needed(pred: Any, val: object) -> tuple[str, str]:
    """Return the type of the error for a form that refused a value, and what it requires in words.

    Example:
        >>> needed(int, "x"), needed(("int_in", 0, 10), 12), needed(("count", 1, 2), [])
        (('int_type', 'an int'), ('int_in', 'an int from 0 to 9'), ('too_short', 'a count from 1 to 2'))
    """
    try:
        if pred in _NEEDS:
            return _NEEDS[pred]
    except Exception:  # not hashable, or a form with such a part
        pass
    if isinstance(pred, (set, frozenset)):
        return "enum", said(lambda members: _one_of(in_order(members)), pred)
    if isinstance(pred, type):
        return "is_instance_of", f"an instance of {pred.__name__}"
    if isinstance(pred, tuple) and pred and isinstance(pred[0], str):
        head, *rest = pred
        if head == "spec" and len(rest) == 1:
            return needed(rest[0], val)
        if head in ("contains", "or", "and"):
            return MISSING, said(keys_text, pred)
        if head in _FORMS:
            kind, say = _FORMS[head]
            words = said(lambda parts: say(*parts), rest)
            return (_count_type(rest[0], val) if head == "count" else kind), words
        return "conformer_failed" if head == "conformer" else "spec", form_text(pred)
    return "predicate_failed", said(required_text, pred)


def _count_type(low: int, val: Any) -> str:
    try:
        return "too_short" if len(val) < low else "too_long"
    except Exception:
        return "too_long"


TYPES: Final = frozenset(
    {
        *(kind for kind, _ in (*_NEEDS.values(), *_FORMS.values())),
        *(MISSING, "is_instance_of", "predicate_failed", "conformer_failed", "spec"),
    }
)
"""The types that `needed` returns; those that pydantic has too mean the same there."""
