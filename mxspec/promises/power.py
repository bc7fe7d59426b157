"""The power of a spec: the share of wrong values that it notices. It is the other side of a promise.

    wrong: at most 0.26% of rows like these     -  so much of what is right it refuses
    notices 88% of 15 kinds of errors in a cell -  so much of what is wrong

A spec that refuses nothing keeps every promise, and its power is 0. The figure is about rows like the ones
that errors were planted in: of rows of the next year, it is worth nothing where the spec refuses all of them.
So it is never said without the columns with next values that are likely to come.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, Final

from mxspec.addresses import reduce_by_name
from mxspec.base.values import short_repr
from mxspec.errors import SpecDefinitionError

MOST_IN_LIST: Final = 3
_MOST_KINDS: Final = 1000
_FEW: Final = 0.5  # the power of kinds that are named as noticed least
HARDLY: Final = 1 / 3  # the power in columns where errors are hardly noticed


@dataclasses.dataclass(frozen=True, repr=False)
class Power:
    """The share of errors that a spec notices, each planted in one cell of a row that it accepts.

    Attributes:
        kinds: the kinds of errors that are not always noticed, each with the share that is.
        count: the number of all kinds.
        hardly: the columns where hardly any error is noticed.
        always: the columns with next values that are likely to come; of rows with such a value nothing is
            said.

    Example:
        >>> Power({"typo": 0.3}, 2, hardly=("name",), always=("year",))
        notices 65% of 2 kinds of errors in a cell of rows like these, new values of 'year' aside; hardly any
        in 'name'; least: typo (30%)
    """

    __reduce_ex__ = reduce_by_name

    kinds: Mapping[str, float] = dataclasses.field(hash=False)
    count: int
    hardly: tuple[Any, ...] = ()
    always: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        kinds, count = self.kinds, self.count
        if not isinstance(kinds, Mapping) or not all(map(_is_kind_of_error, kinds.items())):
            raise SpecDefinitionError(f"a power is a map from kinds to shares, not {short_repr(kinds)}")
        if type(count) is not int or not 0 < count < _MOST_KINDS or count < len(kinds):
            raise SpecDefinitionError(f"the number of all kinds of errors is an int, not {short_repr(count)}")

    @property
    def share(self) -> float:
        """The share of errors that is noticed, where each kind has the same weight."""
        return (sum(self.kinds.values()) + self.count - len(self.kinds)) / self.count

    def __repr__(self) -> str:
        return self.words(f" of rows like these{words_of_next(self.always)}")

    def words(self, rows: str = "") -> str:
        """Return the sentence, with words for the rows that errors are planted in."""
        kinds = f"{self.count} kind{'s' * (self.count != 1)} of errors"
        text = f"notices {_percent(self.share)} of {kinds} in a cell{rows}"
        if self.hardly:
            text += f"; hardly any in {list_names(self.hardly)}"
        least = sorted((share, kind) for kind, share in self.kinds.items() if share < _FEW)
        if least:
            some = least[:MOST_IN_LIST]
            text += f"; least: {', '.join(f'{kind} ({_percent(share)})' for share, kind in some)}"
        return text

    def words_by_kind(self) -> str:
        """Return the share of each kind."""
        shares = [f"{_percent(share)} of {kind}" for kind, share in self.kinds.items()]
        others = self.count - len(self.kinds)
        return ", ".join([*shares, *([f"all of {others} other kinds"] if others else [])])


def _is_kind_of_error(item: tuple[Any, Any]) -> bool:
    kind, share = item
    is_share = isinstance(share, (int, float)) and not isinstance(share, bool) and 0 <= share <= 1
    return isinstance(kind, str) and kind.isprintable() and is_share


def _percent(share: float) -> str:
    """Return a share as a percentage, rounded down: 100% is all."""
    return f"{math.floor(round(100 * share, 6))}%"


def list_names(keys: tuple[Any, ...]) -> str:
    """Return the names of columns, of many the first three and the number of the others.

    Example:
        >>> list_names(("a", "b", "c", "d", "e"))
        "'a', 'b', 'c' and 2 more"
    """
    more = f" and {len(keys) - MOST_IN_LIST} more" if len(keys) > MOST_IN_LIST else ""
    return ", ".join(map(short_repr, keys[:MOST_IN_LIST])) + more


def words_of_next(always: tuple[Any, ...]) -> str:
    """Return the words for the next values that a sentence about rows like these does not cover.

    Example:
        >>> words_of_next(("year",)), words_of_next(())
        (", new values of 'year' aside", '')
    """
    return f", new values of {list_names(always)} aside" if always else ""
