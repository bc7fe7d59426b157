"""Annotations that lead back to themselves: values nested as deeply as promised, and what is beyond."""

import collections
import collections.abc as c
import copy
import dataclasses
import json
import pickle
import typing as t
from typing import Annotated

import annotated_types as at
import pytest
import typing_extensions

import mxspec as s
from tests.mxspec.levels import at_frame, nested

Tagged = Annotated[t.Any, s.Valid[s.or_(id=int)]]


@dataclasses.dataclass
class Link:
    n: int
    next: "Link | None" = None


@dataclasses.dataclass(slots=True)
class Slotted:
    n: int
    next: "Slotted | None" = None


class Pair(t.NamedTuple):
    n: int
    next: "Pair | None" = None


class Keyed(t.TypedDict):
    n: Tagged
    next: "t.NotRequired[Keyed]"


def alias(name, tp):
    return typing_extensions.TypeAliasType(name, tp)


Lists = alias("Lists", list["Lists"] | Tagged)
Plain = alias("Plain", list["Plain"])
Maps = alias("Maps", dict[str, "Maps"])
Tuples = alias("Tuples", tuple["Tuples", ...])
Pairs = alias("Pairs", tuple[int, "Pairs"] | None)
Deques = alias("Deques", collections.deque["Deques"])
Bounded = alias("Bounded", Annotated[list["Bounded"], at.MaxLen(2), s.Valid[s.is_list]] | int)
Named = int | list["Named"]

# Of each annotation: the innermost value, one that does not fit, and what makes a value one level deeper.
NESTED = {
    "dataclass": (Link, Link(1), Link("x"), lambda x: Link(1, x)),
    "slots": (Slotted, Slotted(1), Slotted("x"), lambda x: Slotted(1, x)),
    "NamedTuple": (Pair, Pair(1), Pair("x"), lambda x: Pair(1, x)),
    "TypedDict": (Keyed, {"n": 1}, {"n": "x"}, lambda x: {"n": 1, "next": x}),
    "union of lists": (Lists, 1, "x", lambda x: [x]),
    "list": (Plain, [], "x", lambda x: [x]),
    "dict": (Maps, {}, "x", lambda x: {"a": x}),
    "tuple": (Tuples, (), "x", lambda x: (x,)),
    "pairs": (Pairs, None, "x", lambda x: (1, x)),
    "deque": (Deques, collections.deque(), "x", lambda x: collections.deque([x])),
    "conditions": (Bounded, 1, "x", lambda x: [x]),
    "a forward reference": (Named, 1, "x", lambda x: [x]),
}


def levels_of(name):
    """Return how many levels are promised, from a caller 100 frames deep."""
    return 300 if name in ("list", "tuple", "deque") else 100


def spec_of(tp):
    return s.from_type(tp, names={"Named": Named})


@pytest.mark.parametrize("name", NESTED)
def test_a_value_is_answered_as_deep_as_promised(name):
    tp, right, wrong, deeper = NESTED[name]
    spec, depth = spec_of(tp), levels_of(name)
    right, wrong = nested(right, deeper, depth), nested(wrong, deeper, depth)

    def ask():
        for _ in range(2):  # the second time it would be compiled
            assert s.valid(spec, right) is True
            assert s.conform(spec, wrong) is s.INVALID
            assert s.explain_data(spec, right) is None
            back = s.unform(spec, s.conform(spec, right))
            assert back is right or s.valid(spec, back)
        return s.explain_data(spec, wrong)["problems"]

    problems = at_frame(100, ask)
    assert max(len(problem["in"]) for problem in problems) >= depth
    assert " is required, not 'x'" in s.explain_str(spec, nested(NESTED[name][2], deeper, 10))


@pytest.mark.parametrize("name", NESTED)
@pytest.mark.parametrize("ask", [s.valid, s.conform, s.explain_data], ids=lambda ask: ask.__name__)
def test_a_value_beyond_is_an_error_that_names_the_limit(name, ask):
    tp, _, wrong, deeper = NESTED[name]
    spec = spec_of(tp)
    with pytest.raises(s.SpecError, match=r"nested too deeply: \d.* (specs deep|inside)"):
        ask(spec, nested(wrong, deeper, 2000))
    assert s.valid(spec, nested(wrong, deeper, 3)) is False  # and nothing is left of it


@pytest.mark.parametrize("name", NESTED)
def test_a_spec_that_leads_back_to_itself_can_be_copied_pickled_sampled_and_written_as_a_schema(name):
    tp, right, _, deeper = NESTED[name]
    spec = spec_of(tp)
    assert copy.deepcopy(spec) is spec
    assert repr(pickle.loads(pickle.dumps(spec))) == repr(spec)
    assert s.valid(pickle.loads(pickle.dumps(spec)), deeper(right))
    assert all(s.valid(spec, x) for x in s.sample(spec, 5, seed=1))
    assert "$ref" in json.dumps(s.json_schema(spec))


def within_itself(x, put):
    put(x)
    return x


LOOPS = {
    "dataclass": (Link, within_itself(Link(1), lambda x: setattr(x, "next", x))),
    "slots": (Slotted, within_itself(Slotted(1), lambda x: setattr(x, "next", x))),
    "TypedDict": (Keyed, within_itself({"n": 1}, lambda x: x.update(next=x))),
    "list": (Lists, within_itself([], lambda x: x.append(x))),
    "dict": (Maps, within_itself({}, lambda x: x.update(a=x))),
    "deque": (Deques, within_itself(collections.deque(), lambda x: x.append(x))),
    "conditions": (Bounded, within_itself([], lambda x: x.append(x))),
}


@pytest.mark.parametrize("name", LOOPS)
@pytest.mark.parametrize("ask", [s.valid, s.conform, s.explain_data, s.explain_str, s.explain_json])
def test_a_value_that_contains_itself_is_an_error_that_says_so(name, ask):
    tp, x = LOOPS[name]
    spec = spec_of(tp)
    for _ in range(2):
        with pytest.raises(s.SpecError, match="the value contains itself, or the spec refers to itself"):
            ask(spec, x)


def test_a_list_in_a_tuple_that_contains_itself_is_not_a_tuple():
    assert not s.valid(s.from_type(Tuples), within_itself([], lambda x: x.append((x,))))


def test_values_that_share_parts_are_asked_about_in_proportion_to_the_parts():
    x = nested([], lambda x: [x, x], 60)
    assert s.valid(s.from_type(Plain), x)
    assert s.unform(s.from_type(Lists), s.conform(s.from_type(Lists), x)) is x
    assert s.valid(s.from_type(Link), Link(1, None))


def test_a_letter_which_is_its_own_first_letter_is_answered():
    endless = s.from_type(alias("Endless", c.Sequence["Endless"]))  # noqa: F821
    ended = s.from_type(alias("Ended", int | c.Sequence["Ended"] | str))  # noqa: F821
    names = {"A": c.Sequence["B"], "B": c.Sequence["A"] | str}  # noqa: F821
    for _ in range(2):
        assert [s.valid(endless, x) for x in ("a", "ab", ["a"], "", [""])] == [False] * 3 + [True] * 2
        assert [s.valid(ended, x) for x in ("a", "ab", ["a", ["b", 1]], b"a", None)] == [True] * 4 + [False]
        assert s.valid(s.from_type(tuple["B", "A"], names=names), ("a", "a"))  # noqa: F821
        assert s.conform(ended, ["ab"]) == s.unform(ended, ["ab"]) == ["ab"]
        [problem] = s.explain_data(endless, "語")["problems"]
        assert problem["reason"] == "a letter is its own first letter"


def test_an_alias_of_itself_is_an_error_of_the_spec():
    spec = s.from_type(alias("Itself", t.Union["Itself", int]))  # noqa: F821
    for _ in range(2):
        with pytest.raises(s.SpecError, match="refers to itself without looking into the value"):
            s.valid(spec, "x")
