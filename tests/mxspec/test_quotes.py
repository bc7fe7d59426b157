"""No error quotes more than a line of a value, in whichever argument of whichever public call it is."""

import functools
import inspect
import warnings

import numpy as np
import pytest

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

CALLS = {name: getattr(s, name) for name in s.__all__ if not name.startswith("is_") or "range" in name}
CALLS = {name: call for name, call in CALLS.items() if callable(call) and not isinstance(call, type)}
# To print, and to switch for the whole process.
CALLS = {name: call for name, call in CALLS.items() if name not in {"explain", "show", "set_explain_printer"}}
METHODS = {
    "a call": lambda x: s.fspec(args=s.cat(a=int), ret=x).conform_arguments("a/f", None, [x], {}),
    "the errors of an error": lambda x: s.SpecError(x, value=x).errors(),
    "Valid": lambda x: s.Valid[x],
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


def longest_quotes(name, kinds):
    """The lines of errors and warnings that are too long, and the messages that have too many."""
    for call in large_calls({**CALLS, **METHODS}[name], kinds):
        lines = message_of(call).split("\n")
        if max(map(len, lines)) > errors.LONGEST_LINE or len(lines) > 2 * errors.MOST_WARNINGS + 2:
            yield lines


@pytest.mark.parametrize("name", {**CALLS, **METHODS})
def test_no_error_quotes_more_than_a_line_of_a_value(name):
    assert [*longest_quotes(name, FEW)] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", {**CALLS, **METHODS})
def test_no_error_quotes_more_than_a_line_of_any_large_value(name):
    assert [*longest_quotes(name, LARGE)] == []


def test_an_error_of_many_problems_counts_those_after_a_few_lines():
    s.check_asserts(True)
    try:
        with pytest.raises(s.SpecAssertionError) as caught:
            s.assert_(s.coll_of(int), ["q" * 300] * 1000)  # noqa: PT009
    finally:
        s.check_asserts(False)
    lines = str(caught.value).split("\n")
    assert (len(lines), lines[-1]) == (errors.MOST_MESSAGE_LINES, "... 977 more lines")
    assert len(caught.value.problems) == 1000
