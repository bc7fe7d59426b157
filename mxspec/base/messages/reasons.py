"""The reasons of problems, a function or a constant for each kind, worded from the facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from mxspec.base.forms import call_text
from mxspec.base.values import class_name, repr_of, short_repr
from mxspec.errors import did_you_mean, shorten_lines

TOO_DEEP: Final = "nested too deeply"
NO_METHOD: Final = "no method"
NOT_READ: Final = (
    "a path is not read here; s.profile(spec, path) asks the rows of a file, as mxspec valid does"
)
AS_BEFORE: Final = "refused as where it was met before"
NO_MEMBERS: Final = "as in clojure, a set accepts neither None nor False; s.nilable and s.is_false do"
EXTRA_INPUT: Final = "Extra input"  # this and the next in the words of clojure.spec
INSUFFICIENT_INPUT: Final = "Insufficient input"


def exception_text(error: BaseException) -> str:
    """Return the class and the message of an exception.

    Example:
        >>> exception_text(ValueError("no digit")), exception_text(ValueError())
        ('ValueError: no digit', 'ValueError')
    """
    try:
        message = str(error)
    except Exception:
        message = ""
    return f"{class_name(error)}: {shorten_lines(message)}" if message else class_name(error)


def message_text(error: BaseException) -> str:
    """Return the message of an exception, as clojure does; a KeyError and a SystemExit get their class too.

    Example:
        >>> message_text(ValueError("no digit")), message_text(KeyError("id"))
        ('no digit', "KeyError: 'id'")
    """
    # A KeyError's message is the key alone, a SystemExit's the code.
    whole = exception_text(error)
    return (
        whole if isinstance(error, (KeyError, SystemExit)) else whole.removeprefix(f"{class_name(error)}: ")
    )


def elements_make_no(kind: type) -> str:
    """Return the reason why elements that fit one by one do not fit into a kind of collection."""
    return f"its elements make no {kind.__name__}"


def no_such_key(key: object, absent: Iterable[str]) -> str:
    """Return the reason why a closed map refuses a key; absent are the allowed keys that are missing.

    Example:
        >>> no_such_key("nme", ["name", "age"]), no_such_key(3, ["name"])
        ("no such key; did you mean 'name'?", 'no such key')
    """
    names = [name for name in absent if isinstance(name, str)]
    return f"no such key{did_you_mean(key, names) if isinstance(key, str) else ''}"


def no_such_tag(tag: object, tags: Collection[object]) -> str:
    """Return the reason why a value is refused: its tag is not among the tags with a method.

    Example:
        >>> no_such_tag("serch", ["search", "fetch"]), no_such_tag(3, [])
        ("'serch' is none of 'search', 'fetch'; did you mean 'search'?", '3 is a tag, and there are none')
    """
    if not tags:
        return f"{short_repr(tag)} is a tag, and there are none"
    near = did_you_mean(tag, [each for each in tags if isinstance(each, str)]) if isinstance(tag, str) else ""
    return f"{short_repr(tag)} is none of {_tags_text(tags)}{near}"


def known_tags(tags: Collection[object]) -> str:
    """Return the clause that lists the tags for a sender without a tag.

    Example:
        >>> known_tags(["search", "fetch"]), known_tags([])
        ("the tags are 'search', 'fetch'", 'there are no tags')
    """
    return f"the tags are {_tags_text(tags)}" if tags else "there are no tags"


def _tags_text(tags: Collection[object]) -> str:
    words = [short_repr(each) for each in tags]
    if len(words) > _MOST_TAGS:
        words[_MOST_TAGS:] = [f"{len(words) - _MOST_TAGS} more"]
    return ", ".join(words)


_MOST_TAGS: Final = 20


def decode_makes(kind: type) -> str:
    """Return the reason why a map with the fields of a class is refused: the class requires an instance."""
    return f"s.decode({kind.__name__}, x) makes an instance of it"


def not_loaded(x: object) -> str:
    """Return a clause for a text that looks like JSON's of a map or a list; an empty one for other values.

    Example:
        >>> not_loaded('{"a": 1}'), not_loaded(b"[1]"), not_loaded("a")
        ('; a text of JSON: json.loads reads it', '; a text of JSON: json.loads reads it', '')
    """
    is_text = type(x) in (str, bytes, bytearray)
    ends = (x[:1], x[-1:]) if is_text else ()  # type: ignore[index]
    return "; a text of JSON: json.loads reads it" if ends in _ENDS else ""


_ENDS: Final = (("{", "}"), ("[", "]"), (b"{", b"}"), (b"[", b"]"))


def fits_from_type(kind: str, annotation: str) -> str:
    """Return the reason for a value of a kind that only specs of annotations accept."""
    return f"s.from_type({annotation}) takes {kind}"


# --- arrays -----------------------------------------------------------------------------------------------

MASKED: Final = "an array without a mask is required, not a masked array"


def not_an_array(x: object, hint: str | None) -> str:
    """Return the reason why x is refused where an array is required, with a hint by the spec's author.

    Example:
        >>> not_an_array([0.5], None), not_an_array("a.png", "read_image(path) makes one")
        ('an array is required, not a list; np.asarray(x) makes one', 'an array is required, not a str; ...')
    """
    call = hint or ("np.asarray(x) makes one" if type(x) in (list, tuple) else None)
    return f"an array is required, not {kind_text(x)}{f'; {call}' if call else ''}"


def required_lists(shapes: Iterable[Sequence[int | None]] | None, actual: Sequence[int] | None = None) -> str:
    """Return the reason for a value that is not an array of one of some shapes, in words of JSON: lists.

    A shape that differs from another only by dimensions of length 1 is left out.

    Args:
        shapes: the shapes; None means any.
        actual: the shape of the refused lists of numbers; None if it is something else.

    Example:
        >>> required_lists([(784,), (28, 28)], (27, 28))
        'a list of 784 numbers, or 28 lists of 28, is required, not 27 lists of 28 numbers'
        >>> required_lists([(784,), (1, 784), (28, 28)]), required_lists([(None, 2)])
        ('a list of 784 numbers, or 28 lists of 28, is required', 'lists of 2 numbers are required')
        >>> required_lists(None)
        'a list of numbers, or of such lists, is required'
    """
    if shapes is None:
        return "a list of numbers, or of such lists, is required"
    by_lengths: dict[tuple[int | None, ...], Sequence[int | None]] = {}
    for shape in sorted(shapes, key=len):
        by_lengths.setdefault(tuple(n for n in shape if n != 1), shape)
    texts = [_list_text(shape) for shape in by_lengths.values()]
    difference = "" if actual is None else f", not {_list_text(actual)}"
    words = ", or ".join([*texts[:1], *(text.removesuffix(" numbers") for text in texts[1:])])
    verb = "is" if words.startswith(("a ", "1 ")) else "are"
    return f"{words}{',' * (len(texts) > 1)} {verb} required{difference}"


def _list_text(shape: Sequence[int | None]) -> str:
    if not shape:
        return "a number"
    *outer, last = shape
    lists = [f"{'' if n is None else f'{n} '}list{'' if n == 1 else 's'}" for n in outer]
    return " of ".join(
        [*(lists or ["a list"]), "numbers" if last is None else f"{last} number{'' if last == 1 else 's'}"]
    )


def kind_text(x: object) -> str:
    """Return the type of x in words: `a list`, `an int`, `None`."""
    name = class_name(x) or "object"
    return "None" if x is None else f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


# --- models -----------------------------------------------------------------------------------------------


def not_recognised(reason: str | None) -> str:
    """Return the reason why a value is refused: the classifier gave it no label."""
    return f"not recognised: {reason or 'read as none of the labels'}"


def score_above_threshold(below: int, n: int, alpha: float, of: str) -> str:
    """Return the reason why a value is refused: its score is above `below` of n held-back scores.

    Example:
        >>> score_above_threshold(2991, 3000, 0.01, "digits")
        'anomaly score above 99.7% of 3,000 digits, the limit is 99%'
        >>> score_above_threshold(60, 60, 0.05, "examples")
        'anomaly score above all 60 examples, the limit is 95%'
        >>> score_above_threshold(250, 250, 0.018252057, "images")
        'anomaly score above all 250 images, the limit is 98.2%'
    """
    # Truncate instead of rounding, so that all but one of many are not 100.0%.
    digits = max(1, len(str(n)) - 3)
    share = 100 * below * 10**digits // n / 10**digits
    exceeded = f"all {n:,}" if below == n else f"{share:.{digits}f}% of {n:,}"
    return f"anomaly score above {exceeded} {of}, the limit is {accepted_share(alpha)}"


def accepted_share(alpha: float) -> str:
    """Return the share of accepted values where alpha is refused, with two digits of the smaller share.

    Example:
        >>> accepted_share(0.01), accepted_share(0.018252057), accepted_share(0.00012345)
        ('99%', '98.2%', '99.988%')
    """
    accepted = 100 * (1 - alpha) if alpha > 0.5 else 100 - float(f"{100 * alpha:.2g}")
    return f"{accepted:.{2 if alpha > 0.5 else 10}g}%"


SCORE_IS_NAN: Final = "the anomaly score is NaN, which no threshold accepts"


def score_too_large(score: float | None, threshold: float) -> str:
    """Return the reason for a score above a threshold, or for a missing score.

    Example:
        >>> score_too_large(2.5, 1.0), score_too_large(float("nan"), 1.0) == SCORE_IS_NAN
        ('a score of 2.5 is above the threshold of 1', True)
    """
    if score is None:
        return f"a score of at most {threshold:.6g} is required and there is none"
    if score != score:
        return SCORE_IS_NAN
    return f"a score of {score:.6g} is above the threshold of {threshold:.6g}"


def no_threshold(label: object) -> str:
    """Return the reason for a score of a label without a threshold, if there are thresholds by label."""
    return f"no threshold was set for the label {repr_of(label)}"


def read_as(
    label: object,
    confidence: float | None,
    *,
    required: Iterable[Iterable[object]],
    min_confidence: float | None,
    but: str | None = None,
    remark: str | None = None,
) -> str:
    """Return the reason why a value is refused: the classifier read it as this label.

    `required` has the forms that refused the label, each in a list of its alternatives; it is empty if only
    the confidence is too small. `but` is a reason that replaces them: the reason of the score, or the message
    of the label spec's author. `remark` is the reading's remark on the label.

    Example:
        >>> from mxspec import is_odd
        >>> read_as(6, 0.98, required=[[is_odd]], min_confidence=None)
        'read as 6 (0.98), but odd is required'
        >>> read_as(6, 0.98, required=[[{0}, None]], min_confidence=None)
        'read as 6 (0.98), but {0} or None is required'
        >>> read_as(6, 0.98, required=[], min_confidence=None, but="anomaly score above all 500 examples")
        'read as 6 (0.98), but anomaly score above all 500 examples'
        >>> read_as(6, 0.98, required=[[is_odd]], min_confidence=None, remark="without the ring around it")
        'read as 6 (0.98) without the ring around it, but odd is required'
    """
    if but is None:
        texts = dict.fromkeys(" or ".join(dict.fromkeys(map(required_text, forms))) for forms in required)
        words = " and ".join(f"({text})" if " or " in text and len(texts) > 1 else text for text in texts)
        but = f"{words or f'a confidence of {min_confidence}'} is required"
    return f"{reading_text(label, confidence, None)}{f' {remark}' if remark else ''}, but {but}"


NOT_AN_INPUT: Final = "it does not fit the spec of the input"


def reading_text(label: object, confidence: float | None, reason: str | None) -> str:
    """Return a reading in words.

    Example:
        >>> reading_text(9, 0.514, None), reading_text(None, None, "a shoe"), reading_text(None, 0.5, None)
        ('read as 9 (0.51)', 'not recognised: a shoe', 'not recognised: read as none of the labels')
    """
    if label is None:
        return not_recognised(reason)
    return (
        f"read as {repr_of(label)}" if confidence is None else f"read as {repr_of(label)} ({confidence:.2f})"
    )


def boundary_text(label: object, towards: object, reading: str, *, is_crossed: bool, tried: int) -> str:
    """Return the outcome of a search for the boundary of a label.

    Example:
        >>> boundary_text(4, None, "read as 9 (0.51)", is_crossed=True, tried=17)
        '4, read as 9 (0.51), after 17 examples'
        >>> boundary_text(4, 9, "read as 4 (0.71)", is_crossed=False, tried=300)
        'no boundary: none of 300 examples is read as 9; the least sure is 4, read as 4 (0.71)'
    """
    if is_crossed:
        return f"{label!r}, {reading}, after {tried} example{'s' * (tried != 1)}"
    missed = "is read otherwise than it was generated" if towards is None else f"is read as {towards!r}"
    return f"no boundary: none of {tried} examples {missed}; the least sure is {label!r}, {reading}"


def required_text(form: object) -> str:
    """Return a form as a sentence names it: `odd` for is_odd, `n > 2` for `lambda n: n > 2`.

    Example:
        >>> from mxspec import is_odd
        >>> required_text(is_odd), required_text(lambda n: n > 2), required_text(("int_in", 0, 10))
        ('odd', 'n > 2', 'int_in(0, 10)')
    """
    text = call_text(form)
    if text.startswith("lambda "):
        return text.partition(": ")[2]
    if text == "is_none":
        return "None"
    if text == "lambda":  # its file can't be read
        return "a value that a lambda accepts"
    return text.removeprefix("is_").replace("_", " ") if text.startswith("is_") else text
