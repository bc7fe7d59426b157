"""A strategy that can be handed out before Hypothesis is imported."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mxspec.lazy import lazy
from mxspec.strategies import combine

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


class Deferred:
    """A strategy to Hypothesis, and an object without any effect to everybody else.

    Hypothesis and libraries that check read the metadata of annotations in any order, and some keep what they
    read. So all of them get the same object, made without importing Hypothesis, which takes longer than most
    checks. It passes for a strategy as lazy objects do (Django's, wrapt's): isinstance looks at `__class__`
    if the type does not match, and whoever asks for a SearchStrategy has imported Hypothesis.

    Args:
        build: a function that returns the strategy, called at its first draw.
    """

    def __init__(self, build: Callable[[], SearchStrategy[Any]]) -> None:
        self._build = build

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return getattr(sys.modules.get("hypothesis.strategies"), "SearchStrategy", type(self))

    @lazy
    def wrapped_strategy(self) -> SearchStrategy[Any]:
        """The strategy itself, under the name that Hypothesis's own lazy strategies have for theirs."""
        return combine.lazy(self._build)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "hypothesis" not in sys.modules:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self.wrapped_strategy, name)

    def __or__(self, other: SearchStrategy[Any]) -> SearchStrategy[Any]:
        return self.wrapped_strategy | other  # operators do not come by way of __getattr__

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._build!r})"


class Named(Deferred):
    """A strategy that prints as the call that returned it, and is that strategy in all else.

    Args:
        strategy: the strategy.
        text: a function that returns the call, as text.
    """

    def __init__(self, strategy: SearchStrategy[Any], text: Callable[[], str]) -> None:
        super().__init__(lambda: strategy)
        self._text = text

    @property
    def wrapped_strategy(self) -> SearchStrategy[Any]:
        """The strategy itself, so that what filters and maps it sees what it is."""
        return self._build()

    def __repr__(self) -> str:
        return self._text()
