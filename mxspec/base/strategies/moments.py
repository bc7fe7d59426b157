"""Strategies of dates, times, moments and spans of time between two ends, with or without a time zone."""

from __future__ import annotations

import datetime as dt
import operator
import zoneinfo
from typing import Any, Final

from mxspec.base.predicate_rows import Zone
from mxspec.base.strategies.combine import Strategy
from mxspec.base.value_types import time_after
from mxspec.base.values import short_repr
from mxspec.errors import GeneratorError

KINDS: Final = (dt.datetime, dt.date, dt.time, dt.timedelta)
"""The types that `moments_between` knows; a datetime is a date too, so it comes before it."""

_SOME: Final = (dt.UTC, dt.timezone(dt.timedelta(hours=-5)), dt.timezone(dt.timedelta(hours=5, minutes=30)))


def moments_between(kind: type, low: Any = None, high: Any = None, *zones: Zone) -> Strategy | None:
    """Return a strategy of values of kind from low to high, both included, or None if the range is empty.

    If the bounds are in different time zones, or clocks are put back between them, a few values may lie
    outside.

    Args:
        kind: one of KINDS.
        low, high: the bounds, None for none.
        zones: conditions on the time zone of a value. Without any, the value is in the zone of the bounds,
            and a datetime without bounds is in UTC.

    Raises:
        GeneratorError: this machine knows no zone of that name.
    """
    from hypothesis import strategies as st

    if kind is dt.timedelta:
        return None if _is_crossed(low, high) else st.timedeltas(*_end_moments(kind, low, high))
    if kind is dt.date:
        return None if _is_crossed(low, high) else st.dates(*_end_moments(kind, low, high))
    wanted = _zones_of(kind, [bound for bound in (low, high) if bound is not None], zones)
    if not wanted:
        return None
    first, last = (None if bound is None else _local(bound, wanted[0]) for bound in (low, high))
    if kind is dt.time and wanted[0] is not None and first is not None and last is not None and first > last:
        first = last = None  # the two lie on different days there, and a time knows no days
    if _is_crossed(first, last):
        return None
    timezones: Any = st.sampled_from(wanted)
    if kind is dt.time:
        return st.times(*_end_moments(kind, first, last), timezones=timezones)
    return st.datetimes(*_end_moments(kind, first, last), timezones=timezones)


def _end_moments(kind: Any, low: Any, high: Any) -> tuple[Any, Any]:
    """Return two bounds, with the ends of the type for None; a span of no time is a bound, though false."""
    return (kind.min if low is None else low), (kind.max if high is None else high)


def _is_crossed(low: Any, high: Any) -> bool:
    return low is not None and high is not None and low > high


def next_moment(bound: Any, steps: int = 1) -> Any:
    """Return the first value after a bound (with -1 the last one before it), or None without one."""
    add = time_after if isinstance(bound, dt.time) else operator.add
    try:
        return add(bound, steps * bound.resolution)
    except (OverflowError, ValueError):
        return None


def _zones_of(kind: type, bounds: list[Any], zones: tuple[Zone, ...]) -> list[dt.tzinfo | None]:
    """Return the time zones that values may be in, with None for no zone; [] if the conditions contradict."""
    named = [_zone(zone) for zone in zones if isinstance(zone, (str, dt.tzinfo))]
    if any(zone != named[0] for zone in named):
        return []
    is_aware = {bound.tzinfo is not None for bound in bounds} | {zone is not None for zone in zones}
    if len(is_aware) > 1:
        return []
    if named:
        return [named[0]]
    if bounds:
        return [bounds[0].tzinfo]
    if zones:
        return [None] if zones[0] is None else [*_SOME]
    return [dt.UTC if kind is dt.datetime else None]


def _zone(zone: str | dt.tzinfo) -> dt.tzinfo:
    if not isinstance(zone, str):
        return zone
    if zone == "UTC":
        return dt.UTC
    try:
        return zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise GeneratorError(
            f"there is no time zone {short_repr(zone)} here to make examples in: {error}"
        ) from error


def _local(bound: Any, zone: dt.tzinfo | None) -> Any:
    """Return a bound in the local time of a zone, or None if it is beyond all dates."""
    if zone is not None and bound.tzinfo is not zone:
        try:
            if isinstance(bound, dt.time):
                bound = dt.datetime.combine(dt.date(2000, 1, 2), bound).astimezone(zone).timetz()
            else:
                bound = bound.astimezone(zone)
        except OverflowError:
            return None
    return bound.replace(tzinfo=None)
