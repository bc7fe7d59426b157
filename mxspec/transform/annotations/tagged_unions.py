"""Unions with a tag that chooses the branch: pydantic's discriminator, or the tags of msgspec's structs.

For `Annotated[Cat | Dog, Field(discriminator="kind")]` the map {"kind": "dog"} is meant for a Dog, whatever
else is in it. So its problems come from the branch of Dog. A map without a tag, or with an unknown tag, has
one problem, which names the tags.
"""

from __future__ import annotations

import contextlib
import dataclasses
import types
import typing
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from mxspec.base.fields import is_struct, struct_tag
from mxspec.base.lazy import lazy
from mxspec.base.messages.reasons import NO_METHOD, known_tags
from mxspec.base.values import INVALID, is_hashable
from mxspec.errors import Problem, SpecError
from mxspec.specs.core.question import Place, Question, refusal
from mxspec.specs.core.spec import Spec
from mxspec.specs.logic import UnionType
from mxspec.specs.wrappers import Wrapper
from mxspec.transform.annotations.owners import ask_pydantic, attribute


class Tags(NamedTuple):
    """The tags of a union.

    Attributes:
        keys: the keys that the tag may stand under in a map; none if a function tells the tag.
        read: a function from a value to its tag, or to NO_TAG without one.
        branches: the index of the branch of each tag.
    """

    keys: Sequence[str]
    read: Callable[[Any], Any]
    branches: Mapping[Hashable, int]


NO_TAG: Final = object()
"""The tag of a value without one."""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class TaggedUnion(UnionType, inherits=True):
    """A union with a tag that chooses the branch; it accepts the union's values, and names fewer problems.

    Attributes:
        choices: the annotations of the branches.
        discriminator: the name of the field of the tag, or a function from a value to its tag, as pydantic
            has it; None for the tags of structs.
    """

    choices: tuple[Any, ...] = dataclasses.field(kw_only=True)
    discriminator: Any = dataclasses.field(default=None, kw_only=True)

    @lazy
    def tags(self) -> Tags | None:
        """The tags; None if they can't be read, so that every branch is explained."""
        if self.discriminator is None:
            return _tags_of_structs(self.choices)
        several = [_tags_of_choice(choice, self.discriminator) for choice in self.choices]
        branches = {tag: i for i, (_, tags) in enumerate(several) for tag in tags}
        if callable(self.discriminator):
            return Tags((), self.discriminator, branches) if branches else None
        keys = [*dict.fromkeys(keys for keys, tags in several if tags)]
        return _tags_under(keys[0], self.discriminator, branches) if len(keys) == 1 else None

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        tags = self.tags
        if tags is None or self.conform(x, question) is not INVALID:
            return super().explain(x, place, question)
        try:
            tag = tags.read(x)
        except Exception as error:  # of the user's function, or of an attribute
            refusal(error)
            return super().explain(x, place, question)
        chosen = tags.branches.get(tag) if is_hashable(tag) else None
        if chosen is not None:
            step, part = self.branches[chosen]
            return part.explain(x, place.choice(step).under(part.name), question)
        if type(x) is not dict:
            return super().explain(x, place, question)
        if not tags.keys:
            methods = {tag: self.branches[i][1].form() for tag, i in tags.branches.items()}
            form = ("multi_spec", tags.read, {"methods": methods})
            return [place.at(tag).problem(form, x, reason=NO_METHOD)]
        if tag is NO_TAG:
            return [place.problem(("contains", tags.keys[-1]), x, reason=known_tags(tags.branches))]
        key = next(key for key in tags.keys if key in x)
        return [place.into(key).problem(("literal", *tags.branches), tag)]


def chosen_by_field(spec: Spec, field: Any) -> Spec:
    """Return the spec of the annotation of a field of a pydantic model, with the field's discriminator."""
    union = spec.pred if isinstance(spec, Wrapper) else spec
    if field.discriminator is None or not isinstance(union, UnionType):
        return spec
    chosen_by = attribute(field.discriminator, "discriminator") or field.discriminator
    return TaggedUnion(union.branches, choices=typing.get_args(field.annotation), discriminator=chosen_by)


def _tags_under(keys: Sequence[str], name: str, branches: Mapping[Hashable, int]) -> Tags:
    """Return the tags under the first of some keys that a map has, and in an attribute of an instance."""

    def read(x: Any) -> Any:
        if type(x) is not dict:
            return getattr(x, name, NO_TAG)
        return next((x[key] for key in keys if key in x), NO_TAG)

    return Tags(keys, read, branches)


# --- pydantic ---------------------------------------------------------------------------------------------


def _tags_of_choice(choice: Any, discriminator: Any) -> tuple[tuple[str, ...], Sequence[Hashable]]:
    """Return the keys of a branch's tag, its alias last, and its tags; none for the branch None."""
    if callable(discriminator):
        metadata = getattr(choice, "__metadata__", ())
        return (), [attribute(part, "tag") for part in metadata if type(part).__name__ == "Tag"]
    with contextlib.suppress(SpecError, KeyError, TypeError):
        import pydantic

        mark = pydantic.Field(discriminator=discriminator)
        schema = ask_pydantic(typing.Annotated[choice, mark]).adapter.core_schema
        while "choices" not in schema:
            schema = schema["schema"]
        paths = schema["discriminator"]
        keys = (paths,) if type(paths) is str else (*(path[0] for path in paths if len(path) == 1),)
        return keys, [*schema["choices"]] if keys else ()
    return (), ()


# --- msgspec ----------------------------------------------------------------------------------------------

_NO_MAPS: Final = frozenset({int, str, float, bool, bytes, list, tuple, set, frozenset, types.NoneType})


def _tags_of_structs(choices: Sequence[Any]) -> Tags | None:
    """Return the tags of the structs of a union, if they alone may be maps and each has another tag."""
    structs = {i: struct_tag(tp) for i, tp in enumerate(choices) if isinstance(tp, type) and is_struct(tp)}
    others = [typing.get_origin(tp) or tp for i, tp in enumerate(choices) if i not in structs]
    branches = {tag.value: i for i, tag in structs.items() if tag.key is not None and not tag.is_list}
    keys = [*dict.fromkeys(tag.key for tag in structs.values() if tag.key is not None)]
    if len(keys) != 1 or len(branches) < max(2, len(structs)) or not _NO_MAPS.issuperset(others):
        return None
    return _tags_under(keys, "", branches)
