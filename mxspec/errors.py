"""The errors of mxspec: one family, so that a caller needs one except clause."""

from __future__ import annotations

import difflib
import heapq
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypedDict

# "in" is a keyword, so that the class syntax can't name it.
_Required = TypedDict(
    "_Required", {"path": list[Any], "pred": Any, "val": Any, "via": list[str], "in": list[Any]}
)


class ReadingFacts(TypedDict, total=False):
    """The reading of a value by a model, as a part of a Problem."""

    label: Any
    confidence: float
    score: float
    threshold: float
    p_value: float


class Problem(_Required, ReadingFacts, total=False):
    """One reason why a value does not fit, as explain_data lists it.

    path: the tags and keys in the spec that lead to the predicate.
    pred: the form that refused.
    val: the part of the value that it refused.
    via: the names of the specs on the way.
    in: the keys and indices in the value that lead to val.
    reason: why, in words, where there are any beside the form.
    label, confidence, score, threshold, p_value: what a model read in the value.
    index: of an array, the index of the first element that is out of bounds.
    """

    reason: str
    index: tuple[int, ...]


class Explanation(TypedDict):
    """The answer of explain_data for a value that does not fit: its problems, the spec and the value."""

    problems: list[Problem]
    spec: Any
    value: Any


class SpecError(ValueError):
    """The base of every error mxspec raises on purpose.

    It is a ValueError so that frameworks which turn those into messages of their own (pydantic, argparse)
    do so here too.

    Attributes:
        problems: as `explain_data` lists them; empty where the error is not about a value.
        spec: the spec that was asked, or None.
        value: the value that was refused, or None.
        data: further facts, such as `failure` and `fn`; what ex-data carries in clojure.spec.

    Example:
        >>> import mxspec as s
        >>> try:
        ...     s.valid("doc/wrod", "x")
        ... except s.SpecError as error:
        ...     print(type(error).__name__, error.spec)
        UnknownSpecError doc/wrod
    """

    def __init__(
        self,
        message: str,
        *,
        problems: Sequence[Problem] = (),
        spec: object = None,
        value: object = None,
        **data: Any,
    ) -> None:
        super().__init__(message)
        self.problems = list(problems)
        self.spec: Any = spec
        self.value: Any = value
        self.data = data


class UnknownSpecError(SpecError):
    """A name that nothing is registered under."""


class SpecDefinitionError(SpecError):
    """A spec, a name or an option that makes no sense, refused when it is written down."""


class UnformError(SpecError):
    """A conformed value that cannot be turned back."""


class GeneratorError(SpecError):
    """A spec that has no generator, or one whose generator finds no valid value."""


class SpecAssertionError(SpecError):
    """A value that `assert_` refused."""


class CallError(SpecError):
    """A call that the spec of an instrumented function refused."""


class CheckError(SpecError):
    """The failure in a result of `check`; `data["failure"]` says of which kind."""


MOST_COMPARED: Final = 200
"""The number of words that one is compared with: of more, those with most of its letters."""


def did_you_mean(word: str, vocabulary: Iterable[str]) -> str:
    """Return a closing clause that names the word of vocabulary nearest to word, or an empty string.

    Example:
        >>> did_you_mean("mnist/numbr", ["mnist/number", "cats/name"])
        "; did you mean 'mnist/number'?"
        >>> did_you_mean("zebra", ["mnist/number"])
        ''
    """
    words = list(vocabulary)
    if len(words) > MOST_COMPARED:
        # To compare two words takes 6 us, to compare their letters half of one.
        letters = set(word)
        alike = [other for other in words if abs(len(other) - len(word)) <= 2]
        words = heapq.nlargest(MOST_COMPARED, alike, key=lambda other: len(letters.intersection(other)))
    near = difflib.get_close_matches(word, words, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
