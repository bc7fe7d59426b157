"""Specs inside annotations, for `from_type`, Hypothesis and pydantic: Valid."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from mxspec.annotations.for_pydantic import core_schema
from mxspec.api.examples import gen
from mxspec.core.predicate import part_of
from mxspec.core.spec import Reference, Spec
from mxspec.strategies import combine

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

# A spec in an annotation is asked by pydantic, which looks for this method.
Spec.__get_pydantic_core_schema__ = core_schema  # type: ignore[attr-defined]


class Examples:
    """A group of metadata, in which there is a strategy for whoever looks for one.

    Whoever does has imported Hypothesis, which takes longer than most checks, so nobody else has to. Who
    keeps the parts of Valid that were read before keeps such a group.
    """

    __is_annotated_types_grouped_metadata__: ClassVar[bool] = True

    def __init__(self, spec: Spec | str) -> None:
        self._spec = spec

    def __iter__(self) -> Iterator[SearchStrategy[Any]]:
        if "hypothesis.strategies" in sys.modules:
            yield combine.lazy(functools.partial(gen, self._spec))


class Valid:
    """A spec as a part of an annotation: `Annotated[np.ndarray, s.Valid["mnist/mnist-image"]]`.

    `from_type` reads it, Hypothesis's `from_type` draws from the spec, and pydantic asks the spec after the
    type; the value stays as it came, whatever the spec conforms it to. (A spec that stands there itself,
    without Valid, is read by `from_type` and asked by pydantic, but Hypothesis does not know it.)

    To pydantic each problem is an error of its own, as `explain_json` lists it, at its place in the value;
    its JSON schema is the type's with that of the spec. A numpy array may come as a list of numbers, or of
    such lists, as JSON has it, unless pydantic is strict, and goes into JSON as one.

    Args:
        spec: in brackets, a spec, a predicate, a type, a set or a name, which is looked up when it is used.

    Raises:
        SpecDefinitionError: spec is none of these.

    Example:
        >>> from typing import Annotated
        >>> import mxspec as s
        >>> Digit = Annotated[int, s.Valid[s.int_in(0, 10)]]
        >>> s.valid(s.from_type(list[Digit]), [1, 9]), s.valid(s.from_type(list[Digit]), [1, 10])
        (True, False)
    """

    # By this and __iter__ Hypothesis and pydantic take it for annotated-types' GroupedMetadata, and use its
    # parts in its place.
    __is_annotated_types_grouped_metadata__: ClassVar[bool] = True

    def __init__(self, spec: Any) -> None:
        part = part_of(spec)
        self.spec: Spec | str = part.to if isinstance(part, Reference) else part

    def __class_getitem__(cls, spec: Any) -> Valid:
        return cls(spec)

    def __iter__(self) -> Iterator[SearchStrategy[Any] | Examples | Spec]:
        examples = Examples(self.spec)
        yield from [*examples] or [examples]
        yield part_of(self.spec)

    def __repr__(self) -> str:
        return f"Valid[{self.spec!r}]"

    def __eq__(self, other: object) -> bool:
        return self.spec == other.spec if isinstance(other, Valid) else NotImplemented

    def __hash__(self) -> int:
        return hash((Valid, self.spec))
