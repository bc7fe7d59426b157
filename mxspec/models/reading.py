"""What is asked of the two halves of a model, and how many questions are asked at once.

A half is a function of one value; a batch function beside it (`batched`) answers for many, and stands in
for it wherever it gives as many answers.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar, cast

from mxspec.core.spec import Spec
from mxspec.values.invalid import INVALID

F = TypeVar("F", bound=Callable[..., Any])


@dataclasses.dataclass(frozen=True)
class Reading:
    """What a classifier says of a value; `discriminate` may return one in place of a bare label.

    Attributes:
        label: the label, or None where the value has none of those that the classifier knows.
        confidence: how sure it is of the label, 0 to 1.
        score: how foreign the value is to it; the larger, the more.
        threshold: the largest score that it accepts.
        reason: why there is no label, in words.

    Example:
        >>> import mxspec as s
        >>> vowel = s.model_spec({"a", "e"}, lambda x: s.Reading(x, confidence=0.6), str, min_confidence=0.9)
        >>> s.explain(vowel, "a")
        'a' - failed: read as 'a' (0.60), but a confidence of 0.9 is required
    """

    label: Any
    confidence: float | None = None
    score: float | None = None
    threshold: float | None = None
    reason: str | None = None

    def data(self) -> Any:
        """Return the facts that are known, as parts of a Problem."""
        facts = {
            "label": self.label,
            "confidence": self.confidence,
            "score": self.score,
            "threshold": self.threshold,
        }
        return {key: value for key, value in facts.items() if value is not None}


def as_reading(said: Any) -> Reading:
    """What discriminate said as a Reading, with a scalar of a numeric library as Python's own."""
    reading = said if isinstance(said, Reading) else Reading(said)
    label = reading.label
    if getattr(label, "shape", None) == () and hasattr(label, "item"):
        return dataclasses.replace(reading, label=label.item())
    return reading


def batched(many: Callable[..., Any]) -> Callable[[F], F]:
    """A decorator for discriminate or generate that says how to ask about many values at once.

    Args:
        many: for discriminate, a function from a sequence of values to that many labels or readings; for
            generate, from a list of labels, and with latent one of what latent drew, to that many values.
            Each has to be what the decorated function answers by itself. One that raises, or answers for
            more or fewer, is asked one by one.

    The sequence is a list, or one array whose rows are the values: `np.asarray(xs)` costs no copy where an
    input spec (`s.array`) has put them together to look at them.

    Example:
        >>> import mxspec as s
        >>> @s.batched(lambda words: [len(word) for word in words])
        ... def length(word):
        ...     return len(word)
        >>> @s.batched(lambda numbers: ["x" * n for n in numbers])
        ... def word(n):
        ...     return "x" * n
        >>> short = s.model_spec(s.int_in(0, 4), length, word)
        >>> s.valid(s.coll_of(short), ["a", "ab", "abc"])  # one call of the first function above
        True
        >>> set(s.sample(short, 50, seed=1)) == {"", "x", "xx", "xxx"}  # one of each
        True
    """

    def with_batch(one: F) -> F:
        try:
            one.batch = many  # type: ignore[attr-defined]
        except AttributeError:  # a builtin or a bound method, which takes no attribute; one around it does
            around: Any = functools.partial(one)
            around.batch = many
            return cast(F, around)
        return one

    return with_batch


def together(
    fn: Callable[..., Any], *args: Sequence[Any], as_list: Callable[[Any], list[Any]] = list
) -> list[Any] | None:
    """What the batch function of fn answers for each of some arguments, or None where it does not.

    It does not where there is none, where it raises, as one of the arguments is to blame for, which only
    asking one by one can tell, and where it answers for more or fewer.
    """
    batch = getattr(fn, "batch", None)
    if batch is None or len(args[0]) < 2:
        return None
    try:
        answers = as_list(batch(*args))
    except Exception:
        return None
    return answers if len(answers) == len(args[0]) else None


# The types whose equal values are one and the same label. 0.0 and -0.0 are equal, and tell themselves apart.
_PLAIN: Final = frozenset({int, str, bool, bytes, type(None)})


def are_plain(labels: Iterable[Any]) -> bool:
    """Whether all of labels are bare ones that are told by their type and hash."""
    return _PLAIN.issuperset(map(type, labels))


def as_labels(said: Any) -> list[Any]:
    """What a batch of discriminate said as plain labels, if all of them are, or else as readings."""
    # tolist makes Python's own numbers of those of an array, all in one go.
    labels = said.tolist() if getattr(said, "ndim", None) == 1 else list(said)
    return labels if are_plain(labels) else list(map(as_reading, labels))


class Verdicts(dict[tuple[type, Any], bool]):
    """Which labels a spec accepts, by type and label: many readings have few labels, each asked once."""

    def __init__(self, spec: Spec) -> None:
        super().__init__()
        self._spec = spec

    def __missing__(self, key: tuple[type, Any]) -> bool:
        self[key] = verdict = self._accepts(key[1])
        return verdict

    def _accepts(self, label: Any) -> bool:
        return label is not None and self._spec.conform(label) is not INVALID

    def of(self, label: Any) -> bool:
        """The verdict on any label; one that may not be told by its hash is asked about each time."""
        return self[type(label), label] if type(label) in _PLAIN else self._accepts(label)

    def of_plain(self, labels: list[Any]) -> list[bool]:
        """The verdict on each of some plain labels."""
        kinds = set(map(type, labels))
        if len(kinds) > 1:
            return [self[type(label), label] for label in labels]
        # Of one type, they are told apart by themselves, and looked up without a step of Python for each.
        verdicts = {label: self[kind, label] for kind in kinds for label in set(labels)}
        return list(map(verdicts.__getitem__, labels))


def copied(x: Any) -> Any:
    """A copy of x: a model may hand out the buffer that its next answer overwrites."""
    return x.copy() if hasattr(x, "copy") else copy.copy(x)
