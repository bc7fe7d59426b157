"""What follows from what: the table of facts, held against values."""

import contextlib
import datetime as dt
import functools
import itertools
import operator

import pytest

import mxspec as s
from mxspec.base.predicate_rows import ROWS, TESTS, row_of
from mxspec.changes import facts
from mxspec.changes.borders.constants import LEAVES
from mxspec.changes.sameness import is_same_object
from tests.executed import execute

NAMED = [pred for pred, row in ROWS.items() if pred is not object and row.members is None]
BOUNDS = [
    functools.partial(compare, x)
    for compare in TESTS
    if compare.__module__ == "_operator"
    for x in (0, 1, 0.5)
]
TYPES = [bool, str, list, tuple, dict, set, frozenset, bytes, complex, dt.date]
PREDICATES = [*NAMED, *BOUNDS, *TYPES]


@functools.cache
def values():
    drawn = []
    for pred in NAMED:
        with contextlib.suppress(s.GeneratorError):
            drawn += s.sample(pred, 15, seed=0)
    return [*LEAVES, *drawn]


def accepted(pred):
    return [x for x in values() if s.valid(s.spec(pred), x)]


def test_what_follows_holds_of_all_values():
    known = {pred: (row_of(pred), accepted(pred)) for pred in PREDICATES}
    count = 0
    for (old, (first, xs)), (new, (second, _)) in itertools.product(known.items(), repeat=2):
        if facts.follows([first], second):
            count += 1
            assert [x for x in xs if not s.valid(s.spec(new), x)] == [], (old, new)
    assert count > 200


@pytest.mark.parametrize("pred", PREDICATES)
def test_a_predicate_follows_from_itself(pred):
    known = row_of(pred)
    assert facts.follows([known], known)


def test_bounds_of_ints_are_whole():
    above = row_of(functools.partial(operator.lt, 0))
    from_one = row_of(functools.partial(operator.le, 1))
    assert facts.follows([row_of(int), above], from_one)
    assert not facts.follows([row_of(float), above], from_one)


def version_of(source):
    """The function f of a version of a module."""
    names = {}
    execute(source, names)
    return names["f"]


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        ("def f(x): return x > 3", "\n\ndef f(x):\n    return x > 3", True),
        (
            "def f(x: int): return x > 3",
            "from __future__ import annotations\ndef f(x: int): return x > 3",
            True,
        ),
        ("def f(x): return x > 3", "def f(x): return x > 4", False),
        ("def f(x): return x > 3", "def f(x): return x > 3.0", False),
        ("N = 3\ndef f(x): return x > N", "N = 3\ndef f(x): return x > N", True),
        ("N = 3\ndef f(x): return x > N", "N = 4\ndef f(x): return x > N", False),
        ("N = [3]\ndef f(x): return x > N[0]", "N = [3]\ndef f(x): return x > N[0]", False),  # it may change
        ("def g(x): return x\ndef f(x): return g(x)", "def g(x): return x\ndef f(x): return g(x)", True),
        ("def g(x): return x\ndef f(x): return g(x)", "def g(x): return 1\ndef f(x): return g(x)", False),
        ("f = lambda x, n=3: x > n", "f = lambda x, n=4: x > n", False),
        ("def f(x): return [y for y in x if y > 3]", "def f(x): return [y for y in x if y > 4]", False),
        ("import math\ndef f(x): return math.isnan(x)", "import math\ndef f(x): return math.isnan(x)", True),
        ("def f(x): return f(x - 1) if x else True", "def f(x): return f(x - 1) if x else True", True),
        ("len = None\ndef f(x): return len(x)", "def f(x): return len(x)", False),
        ("def f(x):\n import math\n return x", "def f(x):\n import math\n return x", True),
        ("def f(x):\n from .json import a\n return a", "def f(x):\n from .json import a\n return a", False),
        ("def f(x):\n import mxspec\n return x", "def f(x):\n import mxspec\n return x", False),
        (
            "class A:\n def f(self): return __n\n_A__n = 1\nf = A.f",
            "class A:\n def f(self): return __n\n_A__n = 2\nf = A.f",
            False,
        ),
    ],
)
def test_functions_of_two_versions_are_compared_by_their_code(old, new, is_same):
    assert is_same_object(version_of(old), version_of(new)) is is_same


def test_functions_without_text_are_not_the_same_if_their_code_has_names():
    for text, is_same in (("lambda x: x > 3", True), ("lambda x: len(x) > 3", False)):
        old, new = eval(text, {}), eval(text, {})
        assert is_same_object(old, new) is is_same
