"""Specs that a value's own tag picks: multi_spec."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from mxspec.core.asking import CONFORM, UNFORM, Steps
from mxspec.core.context import GenContext
from mxspec.core.heights import Ask
from mxspec.core.parts import as_pred, branch_strategy, explaining_pred, form_of, specize
from mxspec.core.problems import Place, pass_on
from mxspec.core.spec import Pred, Spec
from mxspec.errors import SpecDefinitionError, UnformError
from mxspec.lazy import lazy
from mxspec.predicates import is_dict
from mxspec.strategies import combine
from mxspec.values.equality import hashable, same_kind
from mxspec.values.invalid import INVALID
from mxspec.values.text import shown
from mxspec.words import reasons

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

DEFAULT_TAG: Final = "default"
"""The tag of generated values of the default method (clojure's :default)."""


def multi_spec(
    dispatch: Hashable | Callable[[Any], Any],
    methods: Mapping[Any, Any],
    *,
    retag: Hashable | Callable[[Any, Any], Any] | None = None,
    default: Any = None,
) -> Spec:
    """Accept what the spec accepts that a value's own tag picks (s/multi-spec).

    Args:
        dispatch: a function of the value, or a key of it.
        methods: from tag to spec; a mapping that may grow later, read at every use.
        retag: the key that a generated value gets its tag at, or a function of the value and the tag that
            puts it there; by default the dispatch key.
        default: the spec of values whose tag is not among the methods; without one they are invalid.

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
        raise SpecDefinitionError(f"methods is a mapping from tag to spec, not {methods!r}")
    if retag is None:
        if callable(dispatch):
            raise SpecDefinitionError(
                "with a function for dispatch, say with retag= how a value gets its tag"
            )
        retag = dispatch
    return MultiSpec(dispatch, methods, retag, None if default is None else as_pred(default))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class MultiSpec(Spec):
    constructive: ClassVar[bool] = False
    dispatch: Any
    methods: Mapping[Any, Any]
    retag: Any
    default: Pred | None = None

    def _tag(self, x: Any) -> Any:
        if callable(self.dispatch):
            return self.dispatch(x)
        return x.get(self.dispatch) if is_dict(x) else None

    def _method(self, tag: Any) -> Pred | None:
        tag = hashable(tag)
        try:
            method = self.methods.get(tag)
        except TypeError:  # an unhashable tag cannot be the tag of a method
            return self.default
        if method is None or not any(key == tag and same_kind(key, tag) for key in self.methods):
            return self.default
        return as_pred(method)

    def conforming(self, x: Any) -> Steps:
        try:
            method = self._method(self._tag(x))
        except Exception as error:
            pass_on(error)
            return INVALID
        return INVALID if method is None else (yield CONFORM, specize(method), x)

    def unforming(self, x: Any) -> Steps:
        tag = self._tag(x)
        method = self._method(tag)
        if method is None:
            raise UnformError(f"{self!r} has no method for the tag {shown(tag)}", spec=self, value=x)
        return (yield UNFORM, specize(method), x)

    def explaining(self, x: Any, place: Place) -> Steps:
        try:
            tag = self._tag(x)
            method = self._method(tag)
        except Exception as error:
            pass_on(error)
            return [place.problem(self.form(), x, reason=reasons.exception_text(error))]
        if method is None:
            return [place.at(tag).problem(self.form(), x, reason=reasons.NO_METHOD)]
        return (yield from explaining_pred(method, x, place.at(tag)))

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        inside = context.entered(self)
        methods = dict(self._all_methods())
        branches = [
            combine.fmap(
                lambda x, tag=tag: self._retagged(x, tag),  # type: ignore[misc]
                branch_strategy(methods[tag], inside.at(tag)),
            )
            for tag in inside.open_branches(self, methods.items())
        ]
        return combine.one_of(branches) if branches else None

    def least_height(self, context: GenContext, ask: Ask) -> float:
        heights = [ask(method, context.at(tag)) for tag, method in self._all_methods()]
        return 1 + min(heights) if heights else 0.0

    def _all_methods(self) -> list[tuple[Any, Any]]:
        """Return the methods, and the default under a tag of its own, as in clojure."""
        default = {} if self.default is None else {DEFAULT_TAG: self.default}
        return [(tag, self._pred(method)) for tag, method in {**default, **self.methods}.items()]

    def _pred(self, method: Any) -> Pred:
        """Return a method as a pred, the same one each time."""
        if isinstance(method, (str, Spec)):
            return as_pred(method)
        if id(method) not in self._preds:
            self._preds[id(method)] = (method, as_pred(method))  # the method too, which keeps its id its own
        return self._preds[id(method)][1]

    @lazy
    def _preds(self) -> dict[int, tuple[Any, Pred]]:
        return {}

    def _retagged(self, x: Any, tag: Any) -> Any:
        if callable(self.retag):
            return self.retag(x, tag)
        return {**x, self.retag: tag} if is_dict(x) else x

    def form(self) -> Any:
        options: dict[str, Any] = {
            "methods": {tag: form_of(as_pred(method)) for tag, method in self.methods.items()}
        }
        if self.retag is not self.dispatch:
            options["retag"] = self.retag
        if self.default is not None:
            options["default"] = form_of(self.default)
        return ("multi_spec", self.dispatch, options)
