"""The functions that the corpus names, and the relations of their arguments and returns."""

import functools
import sys
import types


def raise_boom(*args):
    raise RuntimeError("boom")


def pair_or_one(a, *b):
    return [a, *b] if b else a


def call_g_bad(x):
    return sys.modules["fnt"].g("bad")


IMPLEMENTATIONS = {
    "add": lambda a, b: a + b,
    "inc1": lambda x: x + 1,
    "ident": lambda x: x,
    "const-str": lambda x: "oops",
    "ret-end": lambda start, end: end,
    "sum": lambda *xs: sum(xs),
    "raise": raise_boom,
    "bad-above-5": lambda x: "big" if x > 5 else x,
    "apply-fn": lambda f, x: f(x),
    "call-g-bad": call_g_bad,
    "pair-or-one": pair_or_one,
    "first": lambda *args: args[0] if args else None,
    "args": lambda *args: list(args),
    "count": lambda *args: len(args),
}

RELATIONS = {
    "ret-in-range": lambda m: m["args"]["start"] <= m["ret"] < m["args"]["end"],
    "ret-gt-x": lambda m: m["ret"] > m["args"]["x"],
    "tags-equal": lambda m: m["args"]["x"][0] == m["ret"][0],
    "always-false": lambda m: False,
}


@functools.lru_cache(maxsize=None, typed=True)
def constant(x):
    """The function that returns x, the same one each time."""
    return lambda *args: x


def implementation(name, arg=None):
    return constant(arg) if name == "const" else IMPLEMENTATIONS[name]


def named(f, module, name):
    """Return a copy of a function that is module/name."""
    copy = types.FunctionType(f.__code__, f.__globals__, name, f.__defaults__, f.__closure__)
    copy.__module__, copy.__qualname__ = module, name
    return copy
