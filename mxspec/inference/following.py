"""Limits that follow a column that grows or drifts, which no contract bounds.

    a meter that counts up, 1,204 kWh after 1,198 and 1,201  ->  within the limits that followed
    120,700 kWh after them, the decimal point lost           ->  suspect: a jump

The score of a value is its distance from the median of the 50 values before, in widths of their range. It
lies outside of the limits if its score is above q. Then q grows by a half; otherwise it falls by 0.005
(quantile tracking). Scores are cut at 5, so q stays below 5.5: of n values, at most 9 plus a hundredth of n
lie outside, in any order and from any source. This bounds how many are outside; it promises nothing about
which. A slow drift passes, and so does a value that is not a number. A file of the same bytes is not
followed twice.

A jump is a value more than 5 ranges away, whatever q is. The first two jumps in succession are left out of
the last 50 values, so that one error does not hide the next; a third is taken for a new level.

Example:
    >>> import pathlib, tempfile, mxspec as s
    >>> meter = [{"kwh": 3 * i + i % 7 / 10, "plan": ["day", "night"][i * i % 3 == 0]} for i in range(2000)]
    >>> contract = s.infer(meter[:1000])
    >>> state = pathlib.Path(tempfile.mkdtemp(), "meter.json")
    >>> profile = s.profile(contract, meter[:1000], state=state)
    >>> meter[1500]["kwh"] *= 100
    >>> for line in s.profile(contract, meter[1000:], state=state).followed:
    ...     print(line)
    limits that follow the last 50 values, where nothing is promised:
    'kwh': 10 of 1,000 values lie outside, 19 of 1,950 by now; 5... to 60... for the next
      suspect: a jump to 450..., after 4350... to 449... in row 501

Source: Gibbs and Candès, "Adaptive conformal inference under distribution shift" (2021); Angelopoulos, Candès
and Tibshirani, "Conformal PID control for time series prediction" (2023), for quantile tracking.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from mxspec.base.values import short_repr
from mxspec.inference.delimited import Chunk
from mxspec.predicates import is_number
from mxspec.promises.promise import promise_of
from mxspec.promises.state_file import locked_state, read_state, write_state
from mxspec.specs.collections import coll_of
from mxspec.specs.core.spec import Spec
from mxspec.specs.maps import keys
from mxspec.specs.ranges import int_in

LIMITS: Final = "limits that follow"
WINDOW: Final = 50  # values before
STEP: Final = 0.5
OUTSIDE: Final = 0.01  # the share of values that lie outside
FAR: Final = 5.0  # ranges
HELD: Final = 2  # jumps in succession that are left out
SHOWN: Final = 3  # jumps of a column
FILES: Final = 100  # that are known again


def is_finite_number(x: Any) -> bool:
    """True for a number that is finite as a float."""
    return is_number(x) and math.isfinite(_as_float(x))


_COUNT: Final = int_in(0, 2**53)
_COLUMN: Final = keys(
    req_un={
        "last": coll_of(is_finite_number, kind=list, max_count=WINDOW),
        "width": is_finite_number, "n": _COUNT, "outside": _COUNT, "held": _COUNT,
    },
    closed=True,
)  # fmt: skip
_NAMED: Final = keys(req_un={"name": str, "limits": _COLUMN}, closed=True)
_STATE: Final = keys(
    req_un={"columns": coll_of(_NAMED, kind=list), "files": coll_of(str, kind=list)}, closed=True
)


@dataclasses.dataclass
class FollowingLimits:
    """The limits of one column.

    Attributes:
        last: the last values, 50 at most.
        width: how many ranges of them a value may lie from their median.
        n, outside: the number of values that were judged, and of those outside.
        held: the number of jumps in succession that were left out.

    Example:
        >>> meter = FollowingLimits()
        >>> [words for i in range(1000) if (words := meter.count(i if i != 700 else 70000))]
        ['a jump to 70000, after 650 to 699']
        >>> meter.n, meter.outside
        (950, 9)
    """

    last: list[float] = dataclasses.field(default_factory=list)
    width: float = 1.0
    n: int = 0
    outside: int = 0
    held: int = 0

    def count(self, x: float) -> str | None:
        """Count a value; return the words for it if it is a jump."""
        words = None
        if len(self.last) == WINDOW:
            low, middle, high = self._ends()
            score = abs(x - middle) / (high - low or abs(high) or 1.0)
            is_outside = min(score, FAR) > self.width
            self.n, self.outside = self.n + 1, self.outside + is_outside
            self.width = max(0.0, self.width + STEP * (is_outside - OUTSIDE))
            if score > FAR:
                words = f"a jump to {x:.6g}, after {low:.6g} to {high:.6g}"
                if self.held < HELD:
                    self.held += 1
                    return words
            else:
                self.held = 0
        self.last = [*self.last[1 - WINDOW :], x]
        return words

    def _ends(self) -> tuple[float, float, float]:
        rising = sorted(self.last)
        return rising[0], (rising[WINDOW // 2 - 1] + rising[WINDOW // 2]) / 2, rising[-1]

    @property
    def words(self) -> str:
        """The limits of the next value in words."""
        if len(self.last) < WINDOW:
            return f"none yet, {len(self.last):,} of {WINDOW} values are known"
        low, middle, high = self._ends()
        far = self.width * (high - low or abs(high) or 1.0)
        return f"{middle - far:.6g} to {middle + far:.6g} for the next"


class FollowedColumns:
    """The columns of a contract without a bound, each with limits that follow.

    Args:
        spec: the contract; a spec without open columns has nothing to follow.
        content: the content of the state, None at the start.
    """

    def __init__(self, spec: Spec, content: Mapping[str, Any] | None = None) -> None:
        own = promise_of(spec)
        before = {each["name"]: each["limits"] for each in content["columns"]} if content else {}
        self.keys = () if own is None else tuple(own.open)
        self.limits = {key: FollowingLimits(**before.get(repr(key), {})) for key in self.keys}
        self._start = {key: (each.n, each.outside) for key, each in self.limits.items()}
        self._jumps: dict[Any, list[str]] = {key: [] for key in self.keys}
        self._files: list[str] = [*content["files"]] if content else []
        self._known: list[str] = []

    def knows(self, file: str | os.PathLike[str]) -> bool:
        """Return True if a file with the same bytes was followed before, and remember this one."""
        if not Path(file).is_file():
            return False
        with open(file, "rb") as rows:
            digest = hashlib.file_digest(rows, "sha256").hexdigest()[:16]
        if digest in self._files:
            self._known.append(os.fspath(file))
            return True
        self._files = [*self._files[1 - FILES :], digest]
        return False

    def add(self, chunk: Chunk, place: str = "row ") -> None:
        """Follow the rows of a chunk in their order; place is the text before their numbers."""
        for key, limits in self.limits.items():
            values = chunk.rows() if key == () else chunk.column(key)
            for number, x in zip(chunk.numbers, values, strict=False):
                if is_finite_number(x) and (jump := limits.count(_as_float(x))):
                    self._jumps[key].append(f"{jump} in {place}{number:,}")

    def lines(self) -> tuple[str, ...]:
        """Return the counts of this run in words, and the limits of the next one."""
        lines = [f"{file} was followed before, and is not followed again" for file in self._known]
        others = []
        for key, limits in self.limits.items():
            name, (n, outside) = "a row" if key == () else short_repr(key), self._start[key]
            if not limits.last:
                others.append(name)
                continue
            some = f"{limits.outside - outside:,} of {limits.n - n:,} values lie outside"
            lines.append(f"{name}: {some}, {limits.outside:,} of {limits.n:,} by now; {limits.words}")
            lines += [f"  suspect: {jump}" for jump in self._jumps[key][:SHOWN]]
            more = len(self._jumps[key]) - SHOWN
            lines += [f"  and {more:,} more such"] * (more > 0)
        lines += [f"without numbers, and not followed: {', '.join(others)}"] * bool(others)
        if not self.keys:
            return ("all columns have bounds, so that there is none to follow",)
        return (f"limits that follow the last {WINDOW} values, where nothing is promised:", *lines)

    def content(self) -> dict[str, Any]:
        """Return the content of the state."""
        columns = [
            {"name": repr(key), "limits": dataclasses.asdict(each)} for key, each in self.limits.items()
        ]
        return {"columns": columns, "files": self._files}


def _as_float(x: Any) -> float:
    try:
        return float(x)
    except (OverflowError, ValueError):  # a Decimal may be a signaling NaN
        return math.inf


@contextlib.contextmanager
def follow_columns(spec: Spec, path: str | os.PathLike[str]) -> Iterator[FollowedColumns]:
    """Yield the columns without a bound as earlier runs left them in a file, and write the file at the end.

    Runs that overlap wait for each other. If the block raises, the file stays as it was.

    Args:
        spec: the contract.
        path: the file of the state; the first run makes it.

    Raises:
        SpecDefinitionError: the file is not such a state.
        OSError: the file can't be read or written.
    """
    path = Path(path)
    with locked_state(path) as before:
        columns = FollowedColumns(spec, read_state(path, LIMITS, _STATE))
        yield columns
        write_state(path, LIMITS, columns.content(), before)
