"""Rows of a user's predicates: conditions stated once for words, schemas, examples and proofs."""

from __future__ import annotations

import dataclasses
import functools
import types
from collections.abc import Callable
from typing import Any, Final, TypeVar

from mxspec.base.messages.wrong_options import name_options
from mxspec.base.patterns import LETTERS, check_pattern, has_pattern
from mxspec.base.predicate_rows import LIMITS, ROWS, TESTS, PredicateRow, is_multiple
from mxspec.base.strategies.by_predicate import PARTLY, accepts_safely, own_generators
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import plain_text, short_repr
from mxspec.errors import SpecDefinitionError

F = TypeVar("F", bound=Callable[..., Any])


@name_options()
def predicate_row(
    words: str,
    kind: Any = object,
    *,
    ge: Any = None,
    gt: Any = None,
    le: Any = None,
    lt: Any = None,
    multiple_of: Any = None,
    min_length: int | None = None,
    max_length: int | None = None,
    pattern: str | None = None,
    type: str = "predicate_failed",
    exact: bool = True,
    gen: Callable[[], Strategy] | None = None,
) -> Callable[[F], F]:
    r"""State the conditions of a function, so that it can do all that the predicates of mxspec can.

    The function gets words in `explain_json`, a JSON Schema, examples, a reader in `decode`, code in a
    compiled spec, an expression in a frame, and proofs in `check_compatible`. They all believe the row. So
    the function is called with the bounds, their neighbours and values of other types, and has to answer as
    the row does.

    Args:
        words: what is required, as in "a port is required".
        kind: the type of the values, or a tuple of types; as everywhere in mxspec, int is not bool.
        ge, gt, le, lt: the bounds: at least, more than, at most, less than.
        multiple_of: a number that divides the value.
        min_length, max_length: the bounds of its length, both included.
        pattern: a regular expression that the whole string matches; `\d` and `\w` match ASCII alone.
        type: the type of the error, a word for programs.
        exact: True if the function accepts just the values of the row; False if it refuses some of them, such
            as numbers with a wrong check digit. Then the row proves nothing valid, and the function is
            called.
        gen: a function that returns a Hypothesis strategy; without it, examples are drawn within the row.

    Returns:
        A decorator, which notes the row and returns the function.

    Raises:
        SpecDefinitionError: it is not a function, it has a row, an option makes no sense, or the function and
            the row differ on a value.

    Example:
        >>> import mxspec as s
        >>> @s.predicate_row("a port", int, ge=1, le=65535)
        ... def is_port(x):
        ...     return s.is_int(x) and 1 <= x <= 65535
        >>> s.explain_json(is_port, 0)[0]["msg"], s.json_schema(is_port)["maximum"]
        ('a port is required', 65535)
        >>> s.check_compatible(is_port, s.int_in(0, 70000)).verdict
        'proved'
    """
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if not kinds or not all(isinstance(each, _TYPE) for each in kinds):
        raise SpecDefinitionError(f"the kind of a row is a type or several, not {short_repr(kind)}")
    if not (isinstance(words, str) and words.strip() and isinstance(type, str) and type):
        raise SpecDefinitionError(f"a row has words and a type, not {short_repr(words)}, {short_repr(type)}")
    limits = {"ge": ge, "gt": gt, "le": le, "lt": lt, "multiple_of": multiple_of}
    limits |= {"min_length": min_length, "max_length": max_length}
    row = PredicateRow(
        plain_text(type), plain_text(words), kinds, (bool,) if int in kinds and bool not in kinds else ()
    )
    for name, limit in limits.items():
        if limit is not None:
            row = _with_limit(row, name, limit)
    if pattern is not None:
        check_pattern(pattern)
        row = dataclasses.replace(row, pattern=plain_text(pattern))

    def note(pred: F) -> F:
        if not isinstance(pred, types.FunctionType):
            raise SpecDefinitionError(f"a row is of a function, not of {short_repr(pred)}")
        if pred in ROWS:
            raise SpecDefinitionError(f"{short_repr(pred)} has a row, {short_repr(ROWS[pred].words)}")
        _check_agreement(pred, row, exact)
        mark = f"{PARTLY}{pred.__module__}.{pred.__qualname__} {id(pred)}"
        ROWS[pred] = row if exact else dataclasses.replace(row, marks=frozenset({mark}))
        if gen is not None:
            own_generators[pred] = gen
        return pred

    return note


_TYPE: Final = type


def _with_limit(row: PredicateRow, name: str, limit: Any) -> PredicateRow:
    """Return a row with one more limit; raise SpecDefinitionError for a second one, or one without order."""
    stated = TESTS[LIMITS[name]](limit)
    changes = {
        field: getattr(stated, field)
        for field in ("low", "high", "factor", "least", "most")
        if getattr(stated, field) is not None
    }
    if any(getattr(row, field) is not None for field in changes):
        raise SpecDefinitionError(f"a row has one bound of each side, not {name}={short_repr(limit)} too")
    is_length = name.endswith("_length")
    is_number = isinstance(limit, (int, float)) and not isinstance(limit, bool)
    if (is_length and not (_TYPE(limit) is int and limit >= 0)) or limit != limit:
        raise SpecDefinitionError(f"{name} of a row is not {short_repr(limit)}")
    if name == "multiple_of" and not (is_number and limit > 0):
        raise SpecDefinitionError(f"multiple_of of a row is a number above 0, not {short_repr(limit)}")
    return dataclasses.replace(row, **changes)


# --- the function and its row agree -----------------------------------------------------------------------

_PROBES: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    2,
    0.5,
    1.0,
    "",
    "a",
    "1",
    b"",
    [],
    [1],
    (),
    {},
    {"a": 1},
    set(),
)


def _check_agreement(pred: Callable[[Any], Any], row: PredicateRow, exact: bool) -> None:
    """Raise SpecDefinitionError if a function and its row differ on a value next to a bound, or of a type."""
    for x in [*_PROBES, *_near_bounds(row)]:
        is_accepted, fits = accepts_safely(pred, x), meets(row, x)
        if is_accepted and not fits:
            raise SpecDefinitionError(f"{pred.__name__} accepts {short_repr(x)}, which its row refuses")
        if exact and fits and not is_accepted:
            raise SpecDefinitionError(
                f"{pred.__name__} refuses {short_repr(x)}, which its row accepts; exact=False says that a "
                "row is a part of what a function asks"
            )


def _near_bounds(row: PredicateRow) -> list[Any]:
    """Return the bounds of a row as its values, and ints next to them; texts and lists of its lengths."""
    values: list[Any] = []
    for _, limit in row.ends:
        values.append(limit)
        if _TYPE(limit) in (int, float):
            steps = (-1, 0, 1) if abs(limit) < _LARGE else (0,)
            values += [int(limit) + n for n in steps] + [float(limit) + n for n in steps]
    if row.factor is not None:
        values += [row.factor, row.factor + 1, row.factor * 3]
    for length in (row.least, row.most):
        if length is not None and length < LETTERS:
            lengths = range(max(0, length - 1), length + 2)
            values += [part * n for n in lengths for part in ("a", "1", [1])]
    return values


_LARGE: Final = 1e15


def meets(row: PredicateRow, x: Any) -> bool:
    """True if a value meets the conditions of a row, its marks, members and zones aside.

    Example:
        >>> meets(ROWS[int], 3), meets(ROWS[int], True), meets(PredicateRow(low=(3, True)), 3)
        (True, False, False)
    """
    if not isinstance(x, row.classes) or isinstance(x, row.excluded):
        return False
    tests: list[Callable[[Any], Any]] = [functools.partial(end.test, limit) for end, limit in row.ends]
    if row.factor is not None:
        tests.append(functools.partial(is_multiple, row.factor))
    if row.least is not None:
        tests.append(lambda x: len(x) >= row.least)
    if row.most is not None:
        tests.append(lambda x: len(x) <= row.most)
    if row.pattern is not None:
        tests.append(functools.partial(has_pattern, row.pattern))
    return all(accepts_safely(test, x) for test in tests)
