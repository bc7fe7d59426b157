"""The report of property tests on their examples: notes beside a failing one, events in the statistics."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Sequence
from typing import Final

_MOST_LABELS: Final = 50
"""The number of labels that are counted separately in statistics."""

_WATCHING: Final = 3  # the number of the tool that Hypothesis registers in sys.monitoring

# The least confidence of each group, and its name.
_CONFIDENCES: Final = ((0.99, "0.99 or more"), (0.9, "0.9 to 0.99"), (0.5, "0.5 to 0.9"), (0.0, "below 0.5"))


class DeferredText:
    """A text that is computed when Hypothesis prints it; it prints only failing examples."""

    def __init__(self, text: Callable[[], str]) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text()


def record_call(value: object, function: Callable[[], str], args: Sequence[Callable[[], str]]) -> None:
    """Make Hypothesis print a value as a call; the functions return the call's source.

    A version of Hypothesis without such a record prints the repr.
    """
    with contextlib.suppress(ImportError, AttributeError, TypeError):
        from hypothesis.control import current_build_context

        current_build_context().record_call(
            value, DeferredText(function), args=[DeferredText(text) for text in args], kwargs={}
        )


def _is_traced() -> bool:
    """True if Hypothesis may be tracing lines.

    Hypothesis reports the lines that ran only for failing examples. The lines of `DeferredText` explain no
    failure, so under tracing they run for all examples.
    """
    monitoring = getattr(sys, "monitoring", None)  # from Python 3.12 on
    return sys.gettrace() is not None or (
        monitoring is not None and monitoring.get_tool(_WATCHING) is not None
    )


class ExampleReporter:
    """A reporter of the examples that a named spec generates."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._labels: set[str] = set()

    def tell(self, value: object, label: str, confidence: float | None, note: Callable[[], str]) -> None:
        """Report the reading of an example to Hypothesis, inside one of its tests.

        Beside a failing example Hypothesis prints the line that note returns.
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
