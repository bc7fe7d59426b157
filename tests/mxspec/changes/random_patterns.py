"""Random patterns over a small alphabet, with `re.fullmatch` as the judge of what they match.

$ python -m tests.mxspec.changes.random_patterns 3000
"""

import argparse
import collections
import functools
import itertools
import random
import re
import warnings

from mxspec.base.patterns import has_match, has_pattern
from mxspec.changes.inclusion import UndecidedError, language_of, string_outside

LETTERS = "ab1_ \n-é"
TEXTS = ["".join(x) for n in range(5) for x in itertools.product("ab1\n", repeat=n)]
TEXTS += ["".join(x) for n in range(3) for x in itertools.product(LETTERS, repeat=n)]
ATOMS = [
    "a", "b", "1", r"\d", r"\w", r"\s", r"\D", r"\W", ".", "[ab]", "[^a]", "[a-z]", r"[^\d]", r"[\w-]", "ab",
    "(?s:.)",
]  # fmt: skip
TIMES = ["", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "+?", "??"]
OTHERS = ["(?=a)", r"\b", "(?:a)*+", r"(a)\1", "(?i:a)", "(?<!b)"]  # which are no regular expressions here


def pattern_of(drawing, depth=2):
    """A random pattern."""
    if depth == 0 or drawing.random() < 0.2:
        return drawing.choice(ATOMS)
    match drawing.choice("cccaarg"):
        case "c":
            return "".join(pattern_of(drawing, depth - 1) for _ in range(drawing.randint(1, 3)))
        case "a":
            return "|".join(pattern_of(drawing, depth - 1) for _ in range(2))
        case "r":
            return f"(?:{pattern_of(drawing, depth - 1)}){drawing.choice(TIMES)}"
        case _:
            return f"({pattern_of(drawing, depth - 1)}){drawing.choice(TIMES)}"


def anchored(pattern, drawing):
    """A pattern with anchors, or with what is not regular, at times."""
    if drawing.random() < 0.2:
        pattern = f"^{pattern}$" if drawing.random() < 0.5 else rf"\A(?:{pattern})\Z"
    if drawing.random() < 0.05:
        pattern += drawing.choice(OTHERS)
    return pattern


def edited(pattern, drawing):
    """A pattern that differs a little from another, or in all."""
    if drawing.random() < 0.4:
        return anchored(pattern_of(drawing), drawing)
    before, after = drawing.choice(
        [("a", "[ab]"), ("+", "*"), ("?", "{0,2}"), (r"\d", r"\w"), ("[ab]", "a"), ("b", ".")]
    )
    return pattern.replace(before, after, 1)


def check_patterns(seed, is_search=False):
    """Check the answer about a pair of patterns by all short strings; return what it was.

    Both patterns match a whole string, or for is_search a part of it.
    """
    drawing = random.Random(seed)
    first = anchored(pattern_of(drawing), drawing)
    second = edited(first, drawing)
    try:
        warnings.simplefilter("ignore", FutureWarning)  # of [[ and --
        a, b = (re.compile(pattern, re.ASCII) for pattern in (first, second))
    except re.error:
        return None
    if is_search:
        preds, asked = [a.search, b.search], [functools.partial(has_match, each) for each in (a, b)]
    else:
        preds = [a.fullmatch, b.fullmatch]
        asked = [functools.partial(has_pattern, pattern) for pattern in (first, second)]
    regexes = [*map(language_of, asked)]
    if None in regexes:
        return "not regular"
    try:
        text = string_outside(regexes[:1], regexes[1])
    except UndecidedError:
        return "undecided"
    if text is not None:
        assert preds[0](text), (first, second, text)
        assert not preds[1](text), (first, second, text)
        return "not included"
    wrong = next((x for x in TEXTS if preds[0](x) and not preds[1](x)), None)
    assert wrong is None, (first, second, wrong)
    return "included"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pairs", type=int)
    print(collections.Counter(map(check_patterns, range(parser.parse_args().pairs))))
