"""Random specs, and values that know nothing of their borders: what near misses are measured with."""

import contextlib
import datetime as dt
import random
from decimal import Decimal

import hypothesis
import numpy as np
from hypothesis import strategies as st

import mxspec as s
from tests.measurements.guards.guarded_specs import is_float, is_int
from tests.mxspec.random_specs import Anything, Building, TypedBuilding, as_data, specs

LEAVES = [None, True, False, 0, 1, -1, 2, 10**9, 0.5, 1.0, -1.0, float("nan"), float("inf"), "", "a", "A"]
LEAVES += ["1", "\n", b"a", [], [0], (), {}, {"a": 0}, set(), dt.date(2025, 1, 1), dt.datetime(2025, 1, 1)]
LEAVES += [Decimal(1), np.int64(1), np.float32(0.5), np.zeros(2), [None, None], object]


PLAIN = hypothesis.settings(
    phases=[hypothesis.Phase.generate],
    database=None,
    deadline=None,
    derandomize=True,
    suppress_health_check=[*hypothesis.HealthCheck],
)


def draw_in_test(strategy, n, take):
    """Have a test of Hypothesis draw n values, and call take with each."""

    @hypothesis.settings(PLAIN, max_examples=n)
    @hypothesis.given(strategy)
    def test(x):
        take(x)

    test()


# --- values -----------------------------------------------------------------------------------------------


def _other_leaf(x, dice):
    """Return a leaf, or one that is a step away from x."""
    if dice.random() < 0.5 and is_int(x):
        return x + dice.choice([-1000, -1, 1, 1000])
    if dice.random() < 0.5 and is_float(x):
        return x * dice.choice([-1.0, 0.5, 2.0, 1000.0])
    if dice.random() < 0.5 and isinstance(x, str):
        i = dice.randint(0, len(x))
        return x[:i] + dice.choice(["", "a", "Z", "0", "_", x]) + x[i + dice.randint(0, 1) :]
    return dice.choice(LEAVES)


def _changed(x, dice):
    """Return x with a part replaced, left out or repeated at random."""
    way = dice.random()
    if type(x) is dict and x and way < 0.9:
        key = dice.choice([*x])
        if way < 0.1:
            return {other: x[other] for other in x if other != key}
        if way < 0.2:
            return {(_changed(other, dice) if other == key else other): x[other] for other in x}
        return {**x, f"{key}_": 0} if way < 0.25 else {**x, key: _changed(x[key], dice)}
    if type(x) in (list, tuple, set) and x and way < 0.9:
        kind, xs, i = type(x), [*x], dice.randrange(len(x))
        inner = [] if way < 0.1 else [xs[i], xs[i]] if way < 0.2 else [_changed(xs[i], dice)]
        return kind([*xs[:i], *inner, *xs[i + 1 :]])
    return _other_leaf(x, dice)


def changed_at_random(examples, n):
    """Return n copies of examples with a change at random, a few with two."""
    dice, found = random.Random(0), []
    while len(found) < n:
        x = dice.choice(examples)
        with contextlib.suppress(TypeError):  # a list in a set
            for _ in range(dice.choice([1, 1, 1, 2])):
                x = _changed(x, dice)
            found.append(x)
    return found


def each_made(functions, values):
    """Return what functions make of values, where they can."""
    found = []
    for function in functions:
        for x in values:
            with contextlib.suppress(Exception):  # x has not the part
                found.append(function(x))
    return found


def of_bare_type(x):
    """Return a strategy of the values with the keys and the types of x."""
    match x:
        case dict():
            return st.fixed_dictionaries({key: of_bare_type(part) for key, part in x.items()})
        case list():
            return st.lists(st.one_of([*map(of_bare_type, x)] or [st.none()]), max_size=6)
        case set():
            return st.sets(st.one_of([*map(of_bare_type, x)] or [st.none()]), max_size=6)
        case np.ndarray():
            return st.floats(-2, 2).map(lambda scale: (x * scale).astype(x.dtype))
    return st.none() if x is None else st.from_type(type(x))


# --- specs ------------------------------------------------------------------------------------------------


class Realistic(Building):
    """Draws specs with lambdas, patterns, arrays, models, closed maps and tags."""

    more_kinds = ("record", "record", "tagged", "event", "constrained", "constrained")
    leaves = tuple(
        as_data(leaf)
        for leaf in (
            *(s.str_in("[A-Z]{2}-[0-9]{3}"), s.str_in(2, 5), s.str_in(format="date"), {"a", "b"}, {1, 2, 4}),
            *(s.and_(int, lambda n: n % 3 == 0), s.and_(float, lambda x: -1 < x < 5), s.int_in(min=3, max=9)),
            *(s.range_of(dt.date, dt.date(2020, 1, 1)), s.range_of(Decimal, Decimal(0), Decimal(9)), bool),
            *(s.array((2, None), "float32", min=0, max=1), s.and_(str, lambda text: text.startswith("x-"))),
            *(s.float_in(-1, 1), s.coll_of(s.int_in(0, 20), kind=set, min_count=1, max_count=4)),
            s.model_spec(s.int_in(0, 5), len, lambda n: "a" * n, input=s.str_in(0, 9)),
        )
    )

    def record_(self, depth, own):
        r = self.random
        fields = {name: self.made(depth) for name in "xyz"[: len(self.tags())]}
        more = {"more": s.optional(self.made(depth))} if r.random() < 0.5 else {}
        return as_data(s.keys(fields | more, closed=r.random() < 0.5))

    def tagged_(self, depth, own):
        methods = {tag: {"kind": str, "of": self.made(depth)} for tag in self.tags()}
        return as_data(s.multi_spec("kind", methods))

    def event_(self, depth, own):
        methods = {n: s.tuple_(int, *(self.made(depth) for _ in range(n))) for n in (1, 2)}
        return as_data(s.multi_spec(lambda x: x[0], methods, retag=lambda x, n: [n, *x[1:]]))

    def constrained_(self, depth, own):
        few = s.coll_of(self.made(depth), kind=list, min_count=1, max_count=3)
        even = s.and_(s.coll_of(int, gen_max=4), lambda xs: len(xs) % 2 == 0)
        return as_data(self.random.choice([few, even]))


def random_specs(count):
    """Return so many different specs, of each building about as many."""
    found = {}
    buildings = (Building, Anything, TypedBuilding, Realistic)
    several = st.one_of([specs(building=each) for each in buildings])
    draw_in_test(several, 2 * count, lambda spec: found.setdefault(repr(spec), spec))
    return random.Random(0).sample([*found.values()], min(count, len(found)))
