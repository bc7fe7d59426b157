"""Nodes by themselves: what derivatives leave of a regex, and what it has matched by then."""

import pytest

import mxspec as s
from mxspec.forms import call_text
from mxspec.regex.nodes.matched import NOTHING, Matched, TaggedMatch, plain
from mxspec.regex.nodes.reference import node_of

s.def_("nodes/ints", s.star(int))
s.def_("nodes/name", str)
INTS_TWICE = s.cat(a=s.star(int), b=s.star(int))
EMPTY = Matched(keyed=False)


def after(regex, xs, keep_equal=False):
    node = node_of(regex)
    for x in xs:
        node = node.derivative(x, keep_equal)
    return node


@pytest.mark.parametrize(
    ("regex", "xs", "left", "nullable"),
    [
        (s.cat(a=int, b=str), [], "cat(a=int, b=str)", False),
        (s.cat(a=int, b=str), [1], "cat(b=str)", False),
        (s.cat(a=int, b=str), [1, "x"], "cat()", True),
        (s.cat(a=s.maybe(int), b=str), [1], "cat(b=str)", False),
        (s.star(int), [1], "star(int)", True),
        (s.plus(int), [], "plus(int)", False),
        (s.plus(int), [1], "cat(_=plus(int))", True),
        (s.maybe(int), [], "maybe(int)", True),
        (s.maybe(int), [1], "cat()", True),
        (s.alt(n=int, ns=s.star(int)), [1], "alt(n=cat(), ns=star(int))", True),
        (s.alt(n=int, ns=s.star(int)), [1, 2], "alt(ns=star(int))", True),
        (s.amp(s.plus(int), s.is_any), [1], "amp(cat(_=plus(int)), is_any)", True),
        (s.amp(s.star(int), s.is_none), [1], "amp(star(int), is_none)", False),
        ("nodes/ints", [], "'nodes/ints'", True),
        ("nodes/ints", [1], "star(int)", True),
        (
            s.cat(a=s.star(int), b=s.star(int)),
            [1],
            "alt(_=cat(a=star(int), b=star(int)), _=cat(b=star(int)))",
            True,
        ),
    ],
)
def test_derivatives_leave_what_may_follow(regex, xs, left, nullable):
    node = after(regex, xs)
    assert call_text(node.describe()) == left
    assert node.nullable() == nullable


@pytest.mark.parametrize(
    ("regex", "xs"),
    [
        (s.cat(a=int), [1, 1]),
        (s.star(int), ["x"]),
        (s.maybe(int), [1, 1]),
        (s.alt(n=int), ["x"]),
        ("nodes/ints", ["x"]),
    ],
)
def test_there_is_no_derivative_by_what_can_not_follow(regex, xs):
    assert after(regex, xs) is None


@pytest.mark.parametrize(
    ("keep_equal", "ways"), [(True, [1, 2, 4, 8, 16]), (False, [1, 1, 1, 1, 1])], ids=["all", "the first"]
)
def test_ways_that_match_alike_double_unless_the_first_alone_is_kept(keep_equal, ways):
    lefts = [after(s.star(s.star(int)), [1] * n, keep_equal) for n in range(1, 6)]
    assert [max(call_text(left.describe()).count("_="), 1) for left in lefts] == ways


@pytest.mark.parametrize(
    ("regex", "xs", "value"),
    [
        (s.cat(), [], {}),
        (s.cat(a=s.star(int), b=s.maybe(int)), [], {}),
        (s.cat(a=s.maybe(s.star(int))), [], {"a": []}),
        (s.cat(a="nodes/ints", b="nodes/name"), [1, "x"], {"a": [1], "b": "x"}),
        (s.cat(a="nodes/ints", b="nodes/name"), ["x"], {"b": "x"}),
        (s.alt(some=s.star(int)), [], ("some", [])),
        (s.plus(s.star(int)), [], []),
        (s.maybe("nodes/ints"), [], []),
        (s.amp("nodes/ints", s.is_any), [], None),  # as in clojure
        (s.plus(s.amp(bool, s.is_any)), [True], [True, None]),  # as in clojure
        (INTS_TWICE, [1], {"a": [1]}),
    ],
)
def test_what_has_been_matched(regex, xs, value):
    assert plain(after(regex, xs).match()) == value


@pytest.mark.parametrize(
    ("match", "value"),
    [
        (NOTHING, None),
        (7, 7),
        (TaggedMatch("n", NOTHING), ("n", None)),
        (EMPTY, []),
        (Matched(keyed=True), {}),
        (Matched(keyed=False).with_item(1).with_item(Matched(keyed=True).with_item(2, "a")), [1, {"a": 2}]),
        (
            Matched(keyed=False).with_item(1).with_items(Matched(keyed=False).with_item(2).with_item(3)),
            [1, 2, 3],
        ),
    ],
)
def test_a_match_becomes_plain_values(match, value):
    assert plain(match) == value


def test_a_chain_of_matches_is_never_changed():
    one = EMPTY.with_item(1)
    assert [plain(one.with_item(2)), plain(one.with_item(3)), plain(one)] == [[1, 2], [1, 3], [1]]
