"""Facts of a value: the type and the limits that a language of schemas states, and the spec made of them.

    Avro  {"type": "int"}                                           ValueFacts(int, -(2**31), 2**31 - 1)
    ODCS  {"logicalType": "date", "logicalTypeOptions": {...}}      ValueFacts(date, date(2026, 1, 1))

Each language has its own words for types and limits. Its reader turns the words into facts, and the spec
follows from them; its writer turns the facts of a spec into words. Lists, maps and records need no facts:
their specs state as much. A language of JSON values alone, as JSON Schema, makes the specs of
`mxspec.transform.schemas.json_facts` instead: there 1.0 is an int, and a date is a text.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
from collections.abc import Mapping
from decimal import Decimal
from types import FunctionType
from typing import Any

from mxspec.addresses import with_address
from mxspec.base.predicate_rows import has_length_from, has_length_to, is_in_zone
from mxspec.base.strategies import simple
from mxspec.specs.core.spec import Spec, as_part
from mxspec.specs.logic import and_
from mxspec.specs.ranges import float_in, inst_in, int_in, range_of, str_in


@dataclasses.dataclass(frozen=True)
class ValueFacts:
    """The facts that a language states about a value without parts.

    Attributes:
        kind: the type of the value, or a predicate in its place, as `is_number`.
        low, high: its bounds, both included.
        end: the first moment after all values, in place of high.
        text: the conditions of a text: the arguments of `str_in`.
        size: the number of bytes.
        precision, scale: the most digits of a Decimal, and the most of them after the point.
        zone: True for a moment with a time zone, False for one without.
    """

    kind: Any
    low: Any = None
    high: Any = None
    end: Any = None
    text: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    size: int | None = None
    precision: int | None = None
    scale: int = 0
    zone: bool | None = None

    def spec(self) -> Spec:
        """Return the spec of the values."""
        if self.text:
            return str_in(**self.text)
        if self.size is not None:
            return _bytes_spec(self.size)
        if self.precision is not None:
            return _decimal_spec(self.precision, self.scale)
        if self.zone is not None:
            return and_(self.kind, functools.partial(is_in_zone, ... if self.zone else None))
        if self.end is not None:
            return inst_in(self.low, self.end)
        if self.low is self.high is None:
            return as_part(self.kind)
        if None not in (self.low, self.high) and self.kind in (int, float):
            is_whole = self.kind is int
            return int_in(self.low, self.high + 1) if is_whole else float_in(self.low, self.high)
        return range_of(self.kind, self.low, self.high)


def facts_of_form(form: Any) -> ValueFacts | None:
    """Return the facts of the form of a type, a predicate or a range; None if it says something else.

    Example:
        >>> facts_of_form(("int_in", 0, 10)) == ValueFacts(int, 0, 9), facts_of_form(("cat",))
        (True, None)
    """
    match form:
        case ("int_in", low, end):
            return ValueFacts(int, low, end - 1)
        case ("float_in", {**ends}) if ends.keys() <= {"min", "max"}:
            return ValueFacts(float, ends.get("min"), ends.get("max"))
        case ("inst_in", low, end):
            return ValueFacts(datetime.datetime, low, end=end)
        case ("range_of", kind, low, high):
            return ValueFacts(kind, low, high)
        case ("str_in", {**text}):
            return ValueFacts(str, text={str(name): x for name, x in text.items()})
    return ValueFacts(form) if isinstance(form, (type, FunctionType)) else None


def _bytes_spec(size: int) -> Spec:
    tests = (functools.partial(test, size) for test in (has_length_from, has_length_to))
    return dataclasses.replace(
        and_(bytes, *tests), gen_fn=functools.partial(simple.sized_text, True, size, size)
    )


@with_address
def has_scale(scale: int, x: Any) -> bool:
    """True for a Decimal of at most some digits after the point."""
    return isinstance(x, Decimal) and x.is_finite() and -int(x.as_tuple().exponent) <= scale


def _decimal_spec(precision: int, scale: int) -> Spec:
    most = Decimal((0, (9,) * precision, -scale))
    spec = and_(range_of(Decimal, -most, most), functools.partial(has_scale, scale))
    return dataclasses.replace(spec, gen_fn=functools.partial(simple.decimals_of, precision, scale))
