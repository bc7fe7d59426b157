"""The errors of mxspec: one family, so that a caller needs one except clause.

    of a value       ValidationError SpecAssertionError CallError
    of a spec        SpecDefinitionError UnknownSpecError GeneratorError UnformError EncodeError
    of a test        CheckError PromiseError
    of a question    LimitError, which names the limit that it passes
    all of them      SpecError; UnmatchedNameWarning is a warning

    >>> import mxspec as s
    >>> from mxspec.errors import SpecError
    >>> try:
    ...     s.validate({"age": int}, {"age": "7"})
    ... except SpecError as error:
    ...     print([each["loc"] for each in error.errors()])
    [['age']]

Each error is a ValueError, so that frameworks such as pydantic and argparse turn it into their own messages.
"""

from __future__ import annotations

import contextlib
import difflib
import heapq
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, TypedDict

from mxspec.subjects import hand_on

# `python -m docs.reference` writes these names from the map above, and keeps an import with `as`.
# fmt: off
__all__ = [
    "CallError", "CheckError", "EncodeError", "GeneratorError", "LimitError", "PromiseError",
    "SpecAssertionError", "SpecDefinitionError", "SpecError", "UnformError", "UnknownSpecError",
    "UnmatchedNameWarning", "ValidationError",
]
# fmt: on

hand_on(__name__, {})

# "in" is a keyword, which the class syntax does not allow.
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
    looks_like: str
    remark: str


class Problem(_Required, ReadingFacts, total=False):
    """One reason why a value does not fit, as explain_data lists it.

    path: the tags and keys in the spec that lead to the predicate.
    pred: the failed form.
    val: the part of the value that failed it.
    via: the names of the specs on the path.
    in: the keys and indices in the value that lead to val.
    reason: the reason in words, if it is more precise than the form.
    message: the message of the spec's author (`with_message`).
    label, confidence, score, threshold, p_value, looks_like, remark: the reading of a model.
    index: the index of the first bad element in an array.
    """

    reason: str
    message: str
    index: tuple[int, ...]


class Explanation(TypedDict):
    """The answer of explain_data for a value that does not fit: its problems, the spec and the value."""

    problems: list[Problem]
    spec: Any
    value: Any


class ErrorDetails(TypedDict):
    """One problem for a program to hand on, in the shape of pydantic's errors; json.dumps takes it.

    type: the kind of problem, a stable word: one of `ERROR_TYPES`.
    loc: the keys and indices in the value that lead to it, then the key that is missing there, or the index
    in an array. A value in a map_of is at [key, 1], a key at [key, 0].
    msg: the reason in words.
    input: the refused part of the value; a value without JSON is text, an array its shape and range.
    ctx: pred (the form that refused), spec (the spec of the question), path and via as in Problem, and what a
    model read: label, confidence, score, threshold, p_value, looks_like, remark.
    """

    type: str
    loc: list[str | int]
    msg: str
    input: Any
    ctx: dict[str, Any]


LONGEST_LINE: Final = 1000
"""The number of characters in a line of an error's message."""

MOST_MESSAGE_LINES: Final = 25
"""The number of lines in an error's message; its `problems` are complete."""


def shorten_lines(message: str) -> str:
    """Return a message with the middle of long lines left out, and the lines beyond the limit counted.

    Example:
        >>> shorten_lines("short"), len(shorten_lines("x" * 300_000))
        ('short', 1000)
        >>> print(shorten_lines("\\n".join(map(str, range(1000))))[-22:])
        23
        ... 976 more lines
    """
    lines = message.split("\n")
    if len(lines) > MOST_MESSAGE_LINES:
        left_out = len(lines) - MOST_MESSAGE_LINES + 1
        lines[MOST_MESSAGE_LINES - 1 :] = [f"... {left_out:,} more lines"]
    elif len(message) <= LONGEST_LINE:
        return message
    return "\n".join(map(_shorten_line, lines))


def _shorten_line(line: str) -> str:
    if len(line) <= LONGEST_LINE:
        return line
    end = LONGEST_LINE // 4
    return f"{line[: LONGEST_LINE - end - 3]}...{line[-end:]}"


class BriefError(ValueError):
    """An error with a message that quotes a part of what was refused, never a whole file."""

    def __init__(self, message: object = "") -> None:
        super().__init__(shorten_lines(str(message)))


class SpecError(BriefError):
    """The base of every error mxspec raises on purpose.

    It is a ValueError, so that frameworks such as pydantic and argparse turn it into their own messages.

    Attributes:
        problems: the problems of `explain_data`; empty if the error is not about a value.
        spec: the spec of the question, or None.
        value: the refused value, or None.
        data: further facts, such as `failure` and `fn`, like ex-data in clojure.spec.

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

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            call = _CALLS_OF_PYDANTIC.get(name)
            hint = f"; {call} is that" if call else ""
            raise AttributeError(f"{type(self).__name__} has no {name!r}{hint}", name=name, obj=self)

    def errors(self) -> list[ErrorDetails]:
        """Return the problems in the shape of pydantic's errors, as JSON can hold them.

        An error that is not about a value, such as an unknown name, is one error without a place.

        Example:
            >>> import mxspec as s
            >>> try:
            ...     s.unform(s.or_(id=int), 7)
            ... except s.SpecError as error:
            ...     print(error.errors()[0]["type"], error.errors()[0]["loc"])
            unform_error []
        """
        if self.problems:
            return _error_list(self.problems, self.spec)
        # CamelCase to snake_case, as in "unknown_spec_error".
        kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(self).__name__).lower()
        problem: Problem = {"path": [], "pred": None, "val": self.value, "via": [], "in": []}
        problem["reason"] = str(self)
        [error] = _error_list([problem], self.spec)
        return [{**error, "type": kind, "msg": str(self)}]


_CALLS_OF_PYDANTIC: Final = {
    "json": "json.dumps(error.errors())",
    "error_count": "len(error.errors())",
    "messages": "[each['msg'] for each in error.errors()]",
    "message": "str(error)",
}

ErrorList = Callable[[Sequence[Problem], Any], list[ErrorDetails]]
_error_list: ErrorList


def list_errors_by(error_list: ErrorList) -> None:
    """Set the function behind `SpecError.errors`; the package that words problems calls this."""
    global _error_list
    _error_list = error_list


class UnknownSpecError(SpecError):
    """A name that nothing is registered under."""


class SpecDefinitionError(SpecError):
    """A spec, a name or an option that makes no sense, refused when it is written down."""


class LimitError(SpecError):
    """A question without an answer: it passes the limit that the message names."""


class UnformError(SpecError):
    """A conformed value that cannot be turned back."""


class EncodeError(SpecError):
    """A value that does not fit, or without JSON, or with JSON that decode does not turn back into it."""


class GeneratorError(SpecError):
    """A spec without a generator, or with a generator that finds no valid value."""


class ValidationError(SpecError):
    """A value that does not fit its spec: raised by `validate`, and the base of other errors about a value.

    It has the text of `explain_str`, and `errors()` is the list of `explain_json`.

    Example:
        >>> import mxspec as s
        >>> try:
        ...     s.validate({"age": int}, {"age": "7"})
        ... except s.ValidationError as error:
        ...     print(error)
        ...     print(error.errors() == s.explain_json({"age": int}, {"age": "7"}))
        an int is required, not '7'; s.decode(int, ...) reads it - failed: int in: ['age'] at: ['age']
        True
    """


class SpecAssertionError(ValidationError):
    """A value that `assert_` refused."""


class PromiseError(SpecError, AssertionError):
    """A guard that breaks the promise that `check_promise` checks."""


class CallError(ValidationError):
    """A call that the spec of an instrumented function refused."""


@contextlib.contextmanager
def name_recursion_limit(what: str, spec: object, error_type: type[SpecError] = SpecError) -> Iterator[None]:
    """Turn a RecursionError in the block into an error that names what is nested too deeply."""
    try:
        yield
    except RecursionError:
        limit = sys.getrecursionlimit()
        raise error_type(
            f"{what} is nested deeper than Python's recursion limit of {limit:,} lets it be followed",
            spec=spec,
        ) from None


class UnmatchedNameWarning(UserWarning):
    """A name or a pattern that names nothing, so that the call does nothing for it."""


MOST_WARNINGS: Final = 5
"""The number of warnings of one call; the last one counts the others."""


def warn_of_unmatched(
    words: Sequence[object], why: Callable[[Any], str], vocabulary: Iterable[str], otherwise: str = ""
) -> None:
    """Warn the caller of mxspec of words that name nothing, each with the nearest word of vocabulary.

    Args:
        words: the words.
        why: a function from a word to the text of its warning.
        vocabulary: the words that name something.
        otherwise: a clause where no word is near.
    """
    frame, level = sys._getframe(), 1
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith("mxspec."):
        frame, level = frame.f_back, level + 1
    vocabulary = [*vocabulary] if words else []
    for i, word in enumerate(words[:MOST_WARNINGS]):
        near = did_you_mean(word, vocabulary) if isinstance(word, str) else ""
        others = f"; and {len(words) - i - 1:,} more" if i == MOST_WARNINGS - 1 < len(words) - 1 else ""
        warnings.warn(
            shorten_lines(f"{why(word)}{near or otherwise}{others}"), UnmatchedNameWarning, stacklevel=level
        )


class CheckError(SpecError):
    """The failure in a result of `check`; `data["failure"]` is its kind."""


MOST_COMPARED: Final = 200
"""The number of words to compare with one: the words that share most letters with it."""


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
        # Comparing two words takes 6 us, comparing their letters half a microsecond.
        letters = set(word)
        alike = [other for other in words if abs(len(other) - len(word)) <= 2]
        words = heapq.nlargest(MOST_COMPARED, alike, key=lambda other: len(letters.intersection(other)))
    near = difflib.get_close_matches(word, words, n=1)
    near = near or [other for other in words if other.casefold() == word.casefold()]
    return f"; did you mean {str.__repr__(near[0])}?" if near else ""
