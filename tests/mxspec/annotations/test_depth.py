"""Depth: annotations that lead back to themselves answer values at any depth, and those within themselves."""

import collections
import collections.abc as c
import dataclasses
import typing as t
from typing import Annotated

import annotated_types as at
import pytest
import typing_extensions

import mxspec as s
from tests.mxspec.core.test_asking import DEEP, at_frame, nested

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
    "dict": (Maps, {}, "x", lambda x: {"a": x}),
    "tuple": (Tuples, (), "x", lambda x: (x,)),
    "pairs": (Pairs, None, "x", lambda x: (1, x)),
    "deque": (Deques, collections.deque(), "x", lambda x: collections.deque([x])),
    "conditions": (Bounded, 1, "x", lambda x: [x]),
    "a forward reference": (Named, 1, "x", lambda x: [x]),
}


def spec_of(tp):
    return s.from_type(tp, names={"Named": Named})


@pytest.mark.parametrize("name", NESTED)
@pytest.mark.parametrize("frame", [10, 900])
def test_a_deep_value_is_answered_from_any_frame(name, frame):
    tp, right, wrong, deeper = NESTED[name]
    spec = spec_of(tp)
    right, wrong = nested(right, deeper, DEEP), nested(wrong, deeper, DEEP)
    for _ in range(2):  # the second time it is compiled
        assert at_frame(frame, lambda: s.valid(spec, right)) is True
        assert at_frame(frame, lambda: s.valid(spec, wrong)) is False
        assert at_frame(frame, lambda: s.conform(spec, wrong)) is s.INVALID
        assert at_frame(frame, lambda: s.explain_data(spec, right)) is None
    problems = at_frame(frame, lambda: s.explain_data(spec, wrong))["problems"]
    assert max(len(problem["in"]) for problem in problems) >= DEEP


@pytest.mark.parametrize("name", NESTED)
def test_a_deep_value_conforms_and_unforms(name):
    tp, x, _, deeper = NESTED[name]
    spec = spec_of(tp)
    x = nested(x, deeper, DEEP)
    for _ in range(2):
        back = s.unform(spec, s.conform(spec, x))
        assert back is x or s.valid(spec, back)


@pytest.mark.parametrize("name", NESTED)
def test_what_is_wrong_far_inside_is_said_in_words_and_in_json(name):
    tp, _, wrong, deeper = NESTED[name]
    x = nested(wrong, deeper, 100)
    assert "'x' - failed: " in s.explain_str(spec_of(tp), x)
    assert max(len(error["loc"]) for error in s.explain_json(spec_of(tp), x)) >= 100


def test_a_hundred_thousand_levels_are_followed():
    assert s.valid(s.from_type(Link), nested(Link(1), lambda x: Link(1, x), 100_000))


def within_itself(x, put):
    put(x)
    return x


LOOPS = {
    "dataclass": (Link, within_itself(Link(1), lambda x: setattr(x, "next", x))),
    "slots": (Slotted, within_itself(Slotted(1), lambda x: setattr(x, "next", x))),
    "TypedDict": (Keyed, within_itself({"n": 1}, lambda x: x.update(next=x))),
    "list": (Lists, within_itself([], lambda x: x.append(x))),
    "dict": (Maps, within_itself({}, lambda x: x.update(a=x))),
    "tuple": (Tuples, within_itself([], lambda x: x.append((x,)))[0]),
    "deque": (Deques, within_itself(collections.deque(), lambda x: x.append(x))),
    "conditions": (Bounded, within_itself([], lambda x: x.append(x))),
}


@pytest.mark.parametrize("name", LOOPS)
def test_a_value_that_contains_itself_is_invalid_and_the_reason_says_so(name):
    tp, x = LOOPS[name]
    spec = spec_of(tp)
    if name == "tuple":  # within a list within itself, which is no tuple
        assert not s.valid(spec, x)
        return
    for _ in range(2):
        assert s.valid(spec, x) is False
        assert s.conform(spec, x) is s.INVALID
        [problem] = s.explain_data(spec, x)["problems"]
        words = f"the value contains itself: a {type(x).__name__} is met again inside itself"
        assert problem["reason"] == words
    assert words in s.explain_json(spec, x)[0]["msg"]
    assert words in s.explain_str(spec, x)


def test_a_letter_which_is_its_own_first_letter_is_answered():
    endless = s.from_type(alias("Endless", c.Sequence["Endless"]))  # noqa: F821
    ended = s.from_type(alias("Ended", int | c.Sequence["Ended"] | str))  # noqa: F821
    for _ in range(2):
        assert [s.valid(endless, x) for x in ("a", "ab", ["a"], "", [""])] == [False] * 3 + [True] * 2
        assert [s.valid(ended, x) for x in ("a", "ab", ["a", ["b", 1]], b"a", None)] == [True] * 4 + [False]
        assert s.conform(ended, ["ab"]) == s.unform(ended, ["ab"]) == ["ab"]
        assert s.explain_data(endless, "a") is not None


def test_an_alias_of_itself_is_an_error_of_the_spec():
    spec = s.from_type(alias("Itself", t.Union["Itself", int]))  # noqa: F821
    for _ in range(2):
        with pytest.raises(s.SpecError, match="refers to itself without looking into the value"):
            s.valid(spec, "x")
