"""Words of property tests for their examples: notes beside a failing one, events in the statistics."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Sequence
from typing import Final

_MOST_LABELS: Final = 50
"""How many labels are told apart in statistics."""

_WATCHING: Final = 3  # the number that Hypothesis registers under

# The least confidence of each group, and its name.
_CONFIDENCES: Final = ((0.99, "0.99 or more"), (0.9, "0.9 to 0.99"), (0.5, "0.5 to 0.9"), (0.0, "below 0.5"))


class DeferredText:
    """A text that is worked out when Hypothesis prints it, which it does for a failing example alone."""

    def __init__(self, text: Callable[[], str]) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text()


def record_call(value: object, function: Callable[[], str], args: Sequence[Callable[[], str]]) -> None:
    """Have Hypothesis print a value as a call, as it does what `builds` and `map` return.

    Where it has no such record, as in another version, the repr has to do.

    Args:
        function: a function that returns what is called, as source.
        args: functions that return the arguments as source.
    """
    with contextlib.suppress(ImportError, AttributeError, TypeError):
        from hypothesis.control import current_build_context

        current_build_context().record_call(
            value, DeferredText(function), args=[DeferredText(text) for text in args], kwargs={}
        )


def _is_traced() -> bool:
    """True if Hypothesis may be watching which lines run.

    It prints those that ran for failing examples alone, and it prints failing examples alone. The lines that
    put an example in words are no explanation of a failure, so they have to run for all.
    """
    monitoring = getattr(sys, "monitoring", None)  # from Python 3.12 on
    return sys.gettrace() is not None or (
        monitoring is not None and monitoring.get_tool(_WATCHING) is not None
    )


class ExampleReporter:
    """The words of one spec for the examples that it generates.

    Args:
        name: the name of the spec.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._labels: set[str] = set()

    def tell(self, value: object, label: str, confidence: float | None, note: Callable[[], str]) -> None:
        """Tell Hypothesis, within one of its tests, how an example was read.

        Args:
            value: the example.
            label: the label as text.
            confidence: how sure that is, or None if it is unknown.
            note: a function that returns a line to print beside a failing example.
        """
        from hypothesis import currently_in_test_context, event
        from hypothesis import note as write

        if not currently_in_test_context():
            return
        if label not in self._labels and len(self._labels) >= _MOST_LABELS:
            label = "any other"
        self._labels.add(label)
        event(f"{self._name}: label {label}")
        if confidence is not None:
            group = next((name for least, name in _CONFIDENCES if confidence >= least), "below 0.5")
            event(f"{self._name}: confidence {group}")
        write(DeferredText(note))
        if _is_traced():
            repr(value), note()
