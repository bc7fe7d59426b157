"""The options of collections besides the pred of their elements."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypedDict

from mxspec.core.parts import as_pred, form_of
from mxspec.core.spec import Pred
from mxspec.errors import SpecDefinitionError, did_you_mean
from mxspec.predicates import is_nat_int
from mxspec.values.text import shown

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

GEN_MAX: Final = 20  # the largest collection that is generated where nothing else is said


class CollectionOptions(TypedDict, total=False):
    """The options of every, coll_of, every_kv and map_of besides the pred.

    kind: a pred that the collection satisfies, such as `s.is_list`.
    count, min_count, max_count: how many elements it has.
    distinct: if True, all elements must differ.
    into: list, tuple, set, frozenset or dict: what is generated, and what conform makes of a coll_of.
    gen_max: the largest collection that is generated, 20 unless said.
    gen: a function of no argument that returns a strategy for the whole collection.
    """

    kind: Any
    count: int | None
    min_count: int | None
    max_count: int | None
    distinct: bool
    into: Any
    gen_max: int
    gen: Callable[[], SearchStrategy[Any]] | None


@dataclasses.dataclass(frozen=True)
class Options:
    """Checked CollectionOptions."""

    kind: Pred | None = None
    count: int | None = None
    min_count: int | None = None
    max_count: int | None = None
    distinct: bool = False
    into: type | None = None
    gen_max: int = GEN_MAX
    conform_keys: bool = False

    def form(self) -> dict[str, Any]:
        """Return the options that differ from their defaults, as a part of a form."""
        return {
            field.name: form_of(self.kind) if field.name == "kind" and self.kind else value
            for field in dataclasses.fields(self)
            if (value := getattr(self, field.name)) != field.default
        }

    def size(self) -> tuple[int, int]:
        """Return the least and the greatest number of elements to generate."""
        if self.count is not None:
            return self.count, self.count
        least = self.min_count or 0
        if self.max_count is not None:
            return least, self.max_count
        return least, self.gen_max if self.min_count is None else max(self.gen_max, 2 * least)


BUILTIN: Final = frozenset((list, tuple, set, frozenset, dict))


def checked(options: CollectionOptions, conform_keys: bool = False) -> Options:
    """Return the checked options; raise SpecDefinitionError if one is unknown or makes no sense."""
    unknown = options.keys() - CollectionOptions.__annotations__.keys()
    if unknown:
        name = min(unknown)
        raise SpecDefinitionError(
            f"a collection has no option {name!r}{did_you_mean(name, CollectionOptions.__annotations__)}"
        )
    kind, into = options.get("kind"), options.get("into")
    into_type = into if into is None or isinstance(into, type) else type(into)
    if into_type is not None and into_type not in BUILTIN:
        raise SpecDefinitionError(f"into is one of list, tuple, set, frozenset and dict, not {into!r}")
    count, low, high = options.get("count"), options.get("min_count"), options.get("max_count")
    gen_max = options.get("gen_max", GEN_MAX)
    for name, number in {"count": count, "min_count": low, "max_count": high, "gen_max": gen_max}.items():
        if number is not None and not is_nat_int(number):
            raise SpecDefinitionError(f"{name} is an int from 0, not {shown(number)}")
    if low is not None and high is not None and low > high:
        raise SpecDefinitionError(f"min_count is at most max_count, not {shown(low)} and {shown(high)}")
    count, low, high = (None if n is None else int.__int__(n) for n in (count, low, high))
    return Options(
        None if kind is None else as_pred(kind),
        count,
        low,
        high,
        bool(options.get("distinct", False)),
        into_type,
        GEN_MAX if gen_max is None else int.__int__(gen_max),
        conform_keys,
    )
