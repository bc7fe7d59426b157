"""Random signatures, and all small calls: Python itself says which of them a function takes.

$ python -m tests.mxspec.changes.signatures 3000
"""

import argparse
import collections
import itertools
import random

import mxspec as s
from tests.amounts import amount

NAMES = ["a", "b", "c"]
TYPES = {"": (int, str), ": int": (int,), ": str": (str,), ": int | str": (int, str)}
DEFAULTS = {"": "0", ": int": "0", ": str": "'x'", ": int | str": "0"}
VALUES = (0, "x")


def signature_of(drawing):
    """The text of a random signature."""
    kinds = sorted(drawing.choices("pqk", k=drawing.randint(0, 3)), key="pqk".index)  # only, either, keyword
    names = drawing.sample(NAMES, len(kinds))
    parts, has_default, star = [], False, drawing.random() < 0.25
    for i, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        if kind == "k" and "k" not in kinds[:i]:
            parts.append(f"*rest{drawing.choice([*TYPES])}" if star else "*")
        has_default = drawing.random() < 0.4 or (has_default and kind != "k")
        hint = drawing.choice([*TYPES])
        parts.append(f"{name}{hint}{f' = {DEFAULTS[hint]}' if has_default else ''}")
        if kind == "p" and kinds[i + 1 : i + 2] != ["p"]:
            parts.append("/")
    if star and "k" not in kinds:
        parts.append(f"*rest{drawing.choice([*TYPES])}")
    if drawing.random() < 0.25:
        parts.append(f"**more{drawing.choice([*TYPES])}")
    return ", ".join(parts)


def edited(text, drawing):
    """A signature that differs a little, or in all."""
    if drawing.random() < 0.3:
        return signature_of(drawing)
    edits = [
        ("a", "b"),
        (": int", ""),
        (": int", ": int | str"),
        (" = 0", ""),
        ("*, ", ""),
        ("/, ", ""),
        ("b", "d"),
    ]
    before, after = drawing.choice(edits)
    return (
        text.replace(before, after, 1) if drawing.random() < 0.5 else text.replace(after or before, before, 1)
    )


def function_of(text):
    """A function of a signature, which returns its arguments; None if Python knows no such signature."""
    scope = {"__name__": "drawn"}
    try:
        exec(f"def price({text}) -> object:\n    return locals()", scope)
    except SyntaxError:
        return None
    return scope["price"]


def takes(function, args, kwargs):
    """True if Python takes a call, and each argument is of the hint of its parameter."""
    try:
        arguments = function(*args, **kwargs)
    except TypeError:
        return False
    hints = function.__annotations__

    def fits(name, x):
        hint = hints.get(name, object)
        return isinstance(x, hint)

    several = [*(("rest", x) for x in arguments.pop("rest", ()))]
    several += [("more", x) for x in arguments.pop("more", {}).values()]
    return all(fits(name, x) for name, x in [*arguments.items(), *several])


def calls():
    """All calls with few arguments."""
    for count in range(5):
        for names in itertools.chain.from_iterable(itertools.combinations("abcdz", n) for n in range(4)):
            for values in itertools.product(VALUES, repeat=min(count + len(names), 4)):
                values = (values * 2)[: count + len(names)]
                yield values[:count], dict(zip(names, values[count:], strict=True))


def check_pair(seed):
    """Check the answer about a pair of functions; return whether a call breaks, and the verdict."""
    drawing = random.Random(seed)
    first = signature_of(drawing)
    f, g = function_of(first), function_of(edited(first, drawing))
    if f is None or g is None:
        return None
    answer = s.check_compatible(f, g, num_tests=20, seed=0)
    breaking = next((call for call in calls() if takes(f, *call) and not takes(g, *call)), None)
    if answer.verdict == "broken":
        assert takes(f, answer.witness.args, answer.witness.kwargs), (seed, answer)
        assert not takes(g, answer.witness.args, answer.witness.kwargs), (seed, answer)
    else:
        assert breaking is None, (seed, answer, breaking)
    return breaking is not None, answer.verdict


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pairs", type=int)
    print(collections.Counter(map(check_pair, range(amount(parser.parse_args().pairs, 300)))))
