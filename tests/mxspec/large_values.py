"""Large values, and calls with one in each argument, the others lawful."""

import functools
import inspect
import warnings

import numpy as np

import mxspec as s
from mxspec import errors
from tests.mxspec.levels import nested

IMAGES = [np.linspace(0, 1, 784).reshape(28, 28) for _ in range(40)]
LARGE = {
    "list of arrays": IMAGES,
    "array": np.stack(IMAGES),
    "tuple of arrays": ("tag", IMAGES),
    "dict of arrays": dict(enumerate(IMAGES)),
    "text": "q" * 300_000,
    "lines": "line\n" * 60_000,
    "name": "n/" + "a" * 300_000,
    "bytes": b"\x89PNG" * 75_000,
    "list": list(range(100_000)),
    "words": ["word"] * 50_000,
    "nest": nested([1] * 9, lambda x: [x] * 9, 5),
    "deep": nested(1, lambda x: {"key": [x]}, 80),
    "set": set(range(100_000)),
    "keys": {f"key {i}": i for i in range(50_000)},
    "int": 10**5000,
    "below 0": -(10**5000),
    "class": type("Long" * 30_000, (), {}),
    "object": type("Text", (), {"__repr__": lambda self: "repr\n" * 60_000})(),
}

# An int of thousands of digits is a lawful number of examples, and a text of as many characters many values.
LAWFUL_LARGE = {
    *((name, "int") for name in ("n", "num_tests", "max_examples")),
    *(
        (name, kind)
        for name in ("values", "rows")
        for kind in ("text", "lines", "name", "bytes", "list", "words", "set")
    ),
}
FEW = ("list of arrays", "text", "lines", "int", "object")

# A lawful argument of each kind by the name of the parameter, so that an error is about the large one.
LAWFUL = {
    "spec": int, "pred": int, "preds": int, "specs": s.keys(), "name": "quotes/name", "x": 1, "n": 1,
    "k": str, "v": int, "f": abs, "fn": abs, "fns": (), "label": 1, "discriminate": len, "generate": str,
    "dispatch": "kind", "methods": {}, "start": 0, "end": 9, "kind": int, "low": 0, "high": 9,
    "re": s.star(int), "seed": 1, "keys": ["a"], "rows": [1, 2], "values": [1], "xs": [1], "guard": s.is_int,
    "old": int, "new": int,
    "form": int, "tp": int, "target": abs, "message": "words", "fields": {}, "scores": [1.0], "examples": [1],
    "batch": list, "strategy": None, "call": "f()", "parts": "a/b", "num_tests": 2,
    "max_examples": 3, "steps": 2,
}  # fmt: skip


def large_calls(call, kinds):
    """Calls with a large value in each argument, the others lawful; for the second and later ones, too."""
    parameters = list(inspect.signature(call).parameters.values())
    for place in parameters:
        for kind in set(kinds) - {kind for name, kind in LAWFUL_LARGE if name == place.name}:
            x = LARGE[kind]
            args, kwargs = [], {}
            for p in parameters:
                is_large = p is place
                value = x if is_large else LAWFUL.get(p.name, p.default)
                if p.kind is p.VAR_POSITIONAL:
                    args += [value] if is_large or p.name in LAWFUL else []
                elif p.kind is p.VAR_KEYWORD:
                    kwargs |= {"no_such_option": x} if is_large else {}
                elif p.kind is p.KEYWORD_ONLY:
                    kwargs |= {p.name: value} if is_large else {}
                elif is_large or p.default is p.empty or p.name in LAWFUL:
                    if p.kind is p.POSITIONAL_ONLY:
                        args.append(value)
                    else:
                        kwargs[p.name] = value
            if any(p.kind is p.VAR_POSITIONAL for p in parameters):
                named = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD and p.name in kwargs]
                args = [*(kwargs.pop(name) for name in named), *args]
            yield functools.partial(call, *args, **kwargs)


def message_of(call):
    """The message of the error that a call raises, and the warnings before it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            call()
            message = ""
        except Exception as error:
            message = str(error)
    return "\n".join([message, *(str(each.message) for each in caught)])


def longest_quotes(call, kinds):
    """The lines of errors and warnings that are too long, and the messages that have too many."""
    for each in large_calls(call, kinds):
        lines = message_of(each).split("\n")
        if max(map(len, lines)) > errors.LONGEST_LINE or len(lines) > 2 * errors.MOST_WARNINGS + 2:
            yield lines
