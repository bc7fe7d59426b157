"""Values of several shapes that a tag tells apart: multi_spec."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, ClassVar, Final

from mxspec.base.messages import reasons
from mxspec.base.messages.wrong_options import name_options
from mxspec.base.strategies import combine
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import INVALID, hashable, same_kind, short_repr
from mxspec.errors import Problem, SpecDefinitionError, UnformError
from mxspec.predicates import is_dict
from mxspec.specs.core.generation import Context, branch_strategy
from mxspec.specs.core.lenses import Retold
from mxspec.specs.core.parts import ONE_OF, Part
from mxspec.specs.core.question import Place, Question, refusal
from mxspec.specs.core.spec import Find, Spec, as_part

DEFAULT_TAG: Final = "default"
"""The tag of generated values of the default method (clojure's :default)."""


@name_options()
def multi_spec(
    dispatch: Hashable | Callable[[Any], Any],
    methods: Mapping[Any, Any],
    *,
    retag: Hashable | Callable[[Any, Any], Any] | None = None,
    default: Any = None,
) -> Spec:
    """Accept a value by the spec for its tag (s/multi-spec).

    Args:
        dispatch: a function of the value, or a key of it.
        methods: a mapping from tag to spec; it may grow later, since every use reads it.
        retag: the key for the tag of a generated value, or a function from value and tag to the tagged value;
            by default the dispatch key.
        default: the spec of values with another tag; without it they are invalid.

    Example:
        >>> import mxspec as s
        >>> shapes = {"circle": s.keys(), "square": s.keys()}
        >>> shape = s.multi_spec("kind", shapes)
        >>> s.valid(shape, {"kind": "circle"}), s.valid(shape, {"kind": "star"})
        (True, False)
        >>> shapes["star"] = s.keys()
        >>> s.valid(shape, {"kind": "star"})
        True
    """
    if not isinstance(methods, Mapping):
        words = "multi_spec(dispatch, {tag: spec}), where dispatch is the key of the tag, or a function"
        raise SpecDefinitionError(
            f"methods is a mapping from tag to spec, not {short_repr(methods)}: {words}"
        )
    if retag is None:
        if callable(dispatch):
            raise SpecDefinitionError(
                "with a function for dispatch, say with retag= how a value gets its tag"
            )
        retag = dispatch
    return MultiSpec(dispatch, methods, retag, None if default is None else as_part(default))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class MultiSpec(Spec):
    dispatch: Any
    methods: Mapping[Any, Any]
    retag: Any
    default: Spec | None = None
    # The methods that are predicates as parts, by their ids, with themselves to keep the ids their own.
    _parts: dict[int, tuple[Any, Spec]] = dataclasses.field(init=False, default_factory=dict)

    constructive: ClassVar[bool] = False
    by_parts: ClassVar[bool] = True
    changes: ClassVar[bool | None] = True

    def parts(self) -> Sequence[Part]:
        return [Part(method, ONE_OF, tag) for tag, method in self.all_methods().items()]

    def places(self, find: Find) -> Sequence[Part]:
        return [self._place(tag, method) for tag, method in self.all_methods().items()]

    def _place(self, tag: Any, method: Spec) -> Part:
        lens = Retold(lambda x: self.method_for(x) is method, lambda x: self.set_tag(x, tag))
        return Part(method, ONE_OF, tag, lens)

    def held_specs(self) -> Sequence[Spec]:
        default = () if self.default is None else (self.default,)
        return [*default, *map(self._part, self.methods.values())]

    def made_of(self, specs: Sequence[Spec]) -> Spec:
        default, *methods = [None, *specs] if self.default is None else specs
        by_tag = dict(zip(self.methods, methods, strict=True))  # methods that are added later are not in it
        return dataclasses.replace(self, methods=by_tag, default=default, gen_fn=None)

    def all_methods(self) -> dict[Any, Spec]:
        """Return the methods by tag, and the default under a special tag, as in clojure."""
        default = {} if self.default is None else {DEFAULT_TAG: self.default}
        return {**default, **{tag: self._part(method) for tag, method in self.methods.items()}}

    def _part(self, method: Any) -> Spec:
        """Return a method as a part, the same one each time."""
        if isinstance(method, Spec):
            return as_part(method)
        if id(method) not in self._parts:
            self._parts[id(method)] = (method, as_part(method))
        return self._parts[id(method)][1]

    def _tag(self, x: Any) -> Any:
        if callable(self.dispatch):
            return self.dispatch(x)
        return x.get(self.dispatch) if is_dict(x) else None

    def method_of(self, tag: Any) -> Spec | None:
        """Return the method of a tag, or the default; None if there is none."""
        tag = hashable(tag)
        try:
            method = self.methods.get(tag)
        except TypeError:  # an unhashable tag cannot be the tag of a method
            return self.default
        if method is None or not any(key == tag and same_kind(key, tag) for key in self.methods):
            return self.default
        return self._part(method)

    def method_for(self, x: Any) -> Spec | None:
        """Return the method for the tag of x, or None; dispatch may raise anything."""
        return self.method_of(self._tag(x))

    def _dispatch(self, x: Any) -> tuple[Any, Spec | None, str | None]:
        """Return the tag of x, its method if there is one, and the reason if dispatch raised."""
        try:
            tag = self._tag(x)
            return tag, self.method_of(tag), None
        except Exception as error:
            return None, None, refusal(error)

    def conform(self, x: Any, question: Question) -> Any:
        _, method, _ = self._dispatch(x)
        return INVALID if method is None else method.conform(x, question)

    def unform(self, x: Any, question: Question) -> Any:
        tag, method, reason = self._dispatch(x)
        if reason is not None:
            raise UnformError(f"{self!r} can't tell the tag of {short_repr(x)}: {reason}", spec=self, value=x)
        if method is None:
            raise UnformError(f"{self!r} has no method for the tag {short_repr(tag)}", spec=self, value=x)
        return method.unform(x, question)

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        tag, method, reason = self._dispatch(x)
        if reason is not None:
            return [place.problem(self.form(), x, reason=reason)]
        if method is None:
            return [place.at(tag).problem(self.form(), x, reason=reasons.NO_METHOD)]
        return method.explain(x, place.at(tag).under(method.name), question)

    def strategy(self, context: Context) -> Strategy | None:
        inside = context.enter(self)
        methods = self.all_methods()
        branches = [
            combine.fmap(
                lambda x, tag=tag: self.set_tag(x, tag),  # type: ignore[misc]
                branch_strategy(methods[tag], inside.at(tag)),
            )
            for tag in inside.open_branches(self, methods.items())
        ]
        return combine.one_of(branches) if branches else None

    def set_tag(self, x: Any, tag: Any) -> Any:
        """Return a generated value with its tag."""
        if callable(self.retag):
            return self.retag(x, tag)
        return {**x, self.retag: tag} if is_dict(x) else x

    def form(self) -> Any:
        options: dict[str, Any] = {
            "methods": {tag: as_part(method).form() for tag, method in self.methods.items()}
        }
        if self.retag is not self.dispatch:
            options["retag"] = self.retag
        if self.default is not None:
            options["default"] = self.default.form()
        return ("multi_spec", self.dispatch, options)
