"""A lens says where a part lies: what was put is there, and a piece that is put back changes nothing."""

import dataclasses

import pytest
from hypothesis import given

import mxspec as s
from mxspec.base import names
from mxspec.base.strategies import simple
from mxspec.base.values import INVALID
from mxspec.changes.borders.inner import spec_behind
from mxspec.specs.core.lenses import ELEMENTS, KEY
from mxspec.specs.core.parts import OPTIONAL, Part
from mxspec.specs.core.spec import Spec, as_part, specize
from mxspec.transform.schemas.json_kinds import JsonObject
from tests.row_ids import row_id


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


N = s.int_in(0, 10)
NEW = 7

# A spec, a value, the steps of the pieces that its parts look at, and the value with NEW at each.
PLACES = [
    (s.keys({"a": N, "b": s.optional(N)}), {"a": 1}, [("a",)], [{"a": 7}]),
    (s.from_type(Point), Point(1, 2), [("x",), ("y",)], [Point(7, 2), Point(1, 7)]),
    (s.tuple_(N, N), [1, 2], [(0,), (1,)], [[7, 2], [1, 7]]),
    (s.coll_of(N), [1, 2], [(0,), (1,)], [[7, 2], [1, 7]]),
    (s.coll_of(N), (1, 2), [(0,), (1,)], [(7, 2), (1, 7)]),
    (s.coll_of(N, kind=set), {1, 2}, [(0,), (1,)], [{7, 2}, {1, 7}]),
    (s.map_of(N, N), {1: 2}, [(1, 0), (1, 1)], [{7: 2}, {1: 7}]),
    (s.cat(a=N, b=s.star(str)), [1, "x"], [(0,), (1,)], [[7, "x"], [1, 7]]),
    (s.star(s.alt(n=N, t=str)), [1, "x"], [(0,), (1,)], [[7, "x"], [1, 7]]),
    (s.or_(n=N, t=str), 1, [()], [7]),
    (s.nilable(N), 1, [()], [7]),
    (s.nilable(N), None, [], []),
    (s.merge({"a": N}, {"b": N}), {"a": 1, "b": 2}, [(), ()], [7, 7]),
    (s.multi_spec("k", {"a": {"n": N}, "b": {"m": N}}), {"k": "a", "n": 1}, [()], [7]),
    (JsonObject(additional=as_part(N)), {"b": 1}, [("b",)], [{"b": 7}]),
]


@pytest.mark.parametrize(("spec", "x", "steps", "changed"), PLACES, ids=row_id)
def test_a_part_finds_its_pieces_and_puts_others_in_their_place(spec, x, steps, changed):
    parts = spec_behind(specize(spec)).places(names.current.find)
    found = [(part, *each) for part in parts for each in part.pieces(x)]
    assert sorted(each[1] for each in found) == sorted(steps)
    assert all(part.put(x, at, piece) == x for part, at, piece in found)
    several = [part.put(x, at, NEW) for part, at, _ in found]
    assert sorted(map(repr, several)) == sorted(map(repr, changed))
    assert all(type(new) is type(x) for new in several if steps[0])


@given(s.gen(s.map_of(str, s.coll_of(int, min_count=1), min_count=1)), simple.ints(-5, 5))
def test_what_is_put_is_there(x, new):
    values, elements = s.map_of(str, list).places(names.current.find)[1], s.coll_of(int).places(None)[0]
    for key, piece in values.pieces(x):
        for at, _ in elements.pieces(piece):
            changed = values.put(x, key, elements.put(piece, at, new))
            assert dict(elements.pieces(dict(values.pieces(changed))[key]))[at] == new


# --- a kind of a user -------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class OfPair(Spec):
    """A dict with a left and a right part, as somebody may write it."""

    a: Spec
    b: Spec
    named: tuple = ()
    head = "pair"
    changes = False

    def parts(self):
        return [Part(self.a, *self.named), Part(self.b, *self.named)]

    def conform(self, x, question):
        is_pair = type(x) is dict and x.keys() == {"left", "right"}
        several = [(self.a, x["left"]), (self.b, x["right"])] if is_pair else [(self.a, INVALID)]
        return INVALID if any(part.conform(y, question) is INVALID for part, y in several) else x

    def strategy(self, context):
        whole = s.keys({"left": self.a, "right": self.b}, closed=True)
        return whole.strategy(context)


def has_right(x):
    return type(x) is dict and x.keys() == {"left", "right"} and type(x["right"]) is str


@pytest.mark.parametrize("named", [(), (OPTIONAL,)], ids=["needed", "optional"])
def test_the_parts_of_a_kind_that_names_no_lens_are_looked_for(named):
    spec = OfPair(as_part(N), as_part(str), named)
    right, faulty = (
        s.check_guard(
            lambda x, n=n: has_right(x) and type(x["left"]) is int and 0 <= x["left"] < n, spec, json=True
        )
        for n in (10, 11)
    )
    assert right
    assert [str(miss.border) for miss in faulty.missed] == ["high 10"]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Opaque(Spec):
    """A pair that tells nothing of its parts."""

    a: Spec
    b: Spec
    head = "opaque"

    conform = OfPair.conform
    strategy = OfPair.strategy


def test_a_kind_that_tells_no_parts_is_not_looked_into_and_that_is_said():
    spec = Opaque(as_part(N), as_part(str))
    report = s.check_guard(spec, spec)
    assert f"the parts of {spec!r}" in report.untried
    assert not report
    assert s.check_guard(spec, spec, untried="allow")


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class OfLensedPair(OfPair):
    """A pair that says where its parts lie."""

    def parts(self):
        return [Part(self.a, at="left", lens=KEY), Part(self.b, at="right", lens=KEY)]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class OfOrder(Spec):
    """A list of elements in order."""

    pred: Spec
    head = "of_order"
    changes = False

    def parts(self):
        return [Part(self.pred, OPTIONAL, lens=ELEMENTS)]

    def conform(self, x, question):
        is_list = type(x) is list and all(self.pred.conform(y, question) is not INVALID for y in x)
        return x if is_list and x == sorted(x) else INVALID


PAIR = OfLensedPair(as_part(N), as_part(str))

# A value, and the path, the steps and the condition of each of its problems.
PLACES = [
    (PAIR, {"left": 10, "right": ""}, [(["left"], ["left"], "int_in(0, 10)")]),
    (PAIR, {"left": 10, "right": 1}, [(["left"], ["left"], "int_in(0, 10)"), (["right"], ["right"], "str")]),
    (PAIR, {"left": 1}, [([], [], "OfLensedPair(")]),
    (PAIR, 5, [([], [], "OfLensedPair(")]),
    (OfOrder(as_part(N)), [1, "a", 2, 10], [([], [1], "int_in(0, 10)"), ([], [3], "int_in(0, 10)")]),
    (OfOrder(as_part(N)), [2, 1], [([], [], "of_order(")]),
    (OfOrder(PAIR), [{"left": -1, "right": ""}], [(["left"], [0, "left"], "int_in(0, 10)")]),
    ({"a": OfOrder(as_part(N))}, {"a": [0, -1]}, [(["a"], ["a", 1], "int_in(0, 10)")]),
]


@pytest.mark.parametrize(("spec", "x", "places"), PLACES)
def test_a_kind_of_a_user_explains_its_pieces_where_its_lenses_say_that_they_lie(spec, x, places):
    problems = s.explain_data(spec, x)["problems"]
    assert [(each["path"], each["in"]) for each in problems] == [(path, in_) for path, in_, _ in places]
    assert [words for _, _, words in places if words not in s.explain_str(spec, x)] == []
