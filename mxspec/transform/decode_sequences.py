"""Sequences from JSON: for each element, the values that the parts of a regex read.

By cat(day=datetime.date, n=int) the list ["2019-10-11", 3] becomes [datetime.date(2019, 10, 11), 3]: the
first element may stay text or become a date, and the regex continues with the value that it accepts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Final

from mxspec.specs.core.spec import Spec
from mxspec.specs.maps import Keys
from mxspec.specs.regex.combinators import Amp, KeysStar
from mxspec.specs.regex.matching import MOST_STEPS, STEPS_AN_ELEMENT, ElementState, shape

if TYPE_CHECKING:
    from mxspec.transform.decode import Decoding, Readers

_MOST_WAYS: Final = 200
"""The greatest number of ways to read the first elements of a sequence that are kept."""


def read_sequence(spec: Spec, x: Sequence[Any], readers: Readers, state: Decoding) -> list[Any]:
    """Return the elements of a sequence, each as a regex reads it; as they are from where it reads none.

    Args:
        spec: the regex.
        x: a list or a tuple.
        readers: the readers of the parts.
        state: the state of the decode.
    """
    elements, maps, has_preds = _parts_of_regex(spec, readers)
    # A way is the rest of the regex, and the chosen values as a chain: (the chain before, the last
    # value).
    ways: list[tuple[Spec, Any]] = [(spec, None)]
    question = state.question
    read = 0
    most_steps = question.steps + MOST_STEPS
    for i, element in enumerate(x):
        most_steps += STEPS_AN_ELEMENT
        choices = _read_element(element, x[i - 1] if i else None, elements, maps, readers, state)
        shapes: dict[Any, Any] = {}
        after: dict[Any, tuple[Spec, Any]] = {}
        for choice in choices:
            question.element = ElementState(shapes, most_steps)
            for way, before in ways:
                left = way.derivative(choice, question)
                if left is not None:
                    # Of two ways with the same rest the first wins, unless preds of an amp look back at
                    # the elements.
                    key = len(after) if has_preds else shape(left, question)
                    after.setdefault(key, (left, (before, choice)))
        if not after:
            break
        read = i + 1
        ways = [*after.values()][:_MOST_WAYS]
    question.element = ElementState()
    # A way through the whole sequence, else the way that came furthest; the elements that it has read are
    # kept.
    complete = [way for way in ways if read == len(x) and way[0].nullable(question)]
    decoded = [*x]
    link = (complete or ways)[0][1]
    for i in reversed(range(read)):
        link, decoded[i] = link
    return decoded


def _parts_of_regex(regex: Spec, readers: Readers) -> tuple[list[Spec], list[Keys], bool]:
    """Return the parts of a regex for one element, the maps of its keys_star, and True if it has preds."""
    elements: list[Spec] = []
    maps: list[Keys] = []
    has_preds = False
    waiting, seen = [regex], set()
    while waiting:
        spec = readers.resolve(waiting.pop())
        if id(spec) in seen:
            continue
        seen.add(id(spec))
        has_preds = has_preds or isinstance(spec, Amp)
        if isinstance(spec, KeysStar):
            keys = readers.resolve(spec.keys)
            maps += [keys] if isinstance(keys, Keys) else []
        elif spec.is_regex:
            waiting += reversed([part.spec for part in spec.parts()])
        else:
            elements.append(spec)
    return elements, maps, has_preds


def _read_element(
    x: Any,
    before: Any,
    elements: Collection[Spec],
    maps: Collection[Keys],
    readers: Readers,
    state: Decoding,
) -> list[Any]:
    """Return what x may become: by the key before it, by parts that accept it, by parts that decode it."""
    of_keys = [keys.spec_at(before, state.question) for keys in maps] if type(before) is str else []
    choices = [readers.reader(part)(x, state) for part in of_keys if part is not None]
    accepting = [part for part in elements if state.fits(part, x)]
    choices += ([x] if maps else []) + [readers.reader(part)(x, state) for part in accepting]
    for part in elements:
        if part not in accepting:
            decoded = readers.reader(part)(x, state)
            choices += [decoded] if decoded is not x and state.fits(part, decoded) else []
    return [*{id(choice): choice for choice in choices}.values()]
