"""mxspec's regexes against the reference: the same answer to any sequence, for any regex."""

from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mxspec as s
from tests.mxspec.specs.regex import reference_regex as reference

# Types, by which a regex may be told to need no derivatives, and sets, by which it may not.
ELEMENTS = {
    "int": (int, lambda x: type(x) is int, [0, 1]),
    "str": (str, lambda x: type(x) is str, ["a", "b"]),
    "bool": (bool, lambda x: type(x) is bool, [True]),
    "a": ({"a"}, lambda x: x == "a", ["a"]),
    "any": (s.is_any, lambda x: True, [0, "a", True]),
}


class Grammar(NamedTuple):
    """One regex for mxspec, for the reference, and as a strategy of what it should match.

    `answered` tells whether clojure.spec has an answer: it overflows its stack where what is repeated may be
    nothing.
    """

    spec: Any
    reference: Any
    matching: st.SearchStrategy[list[Any]]
    answered: bool = True


def element(name):
    spec, is_one, values = ELEMENTS[name]
    return Grammar(spec, is_one, st.sampled_from(values).map(lambda x: [x]))


def flat(strategy):
    return strategy.map(lambda parts: [x for part in parts for x in part])


def repeated(grammar):
    some = flat(st.lists(grammar.matching, max_size=3))
    answered = grammar.answered and not reference.is_nullable(grammar.reference)
    return Grammar(s.star(grammar.spec), reference.star(grammar.reference), some, answered)


def repeated_once(grammar):
    some = flat(st.lists(grammar.matching, min_size=1, max_size=3))
    answered = grammar.answered and not reference.is_nullable(grammar.reference)
    return Grammar(s.plus(grammar.spec), reference.plus(grammar.reference), some, answered)


def optional(grammar):
    some = grammar.matching | st.just([])
    return Grammar(s.maybe(grammar.spec), reference.maybe(grammar.reference), some, grammar.answered)


def in_a_row(grammars):
    tagged = dict(zip("pqr", grammars, strict=False))
    return Grammar(
        s.cat(**{tag: grammar.spec for tag, grammar in tagged.items()}),
        reference.cat(**{tag: grammar.reference for tag, grammar in tagged.items()}),
        flat(st.tuples(*(grammar.matching for grammar in grammars))),
        all(grammar.answered for grammar in grammars),
    )


def one_of(grammars):
    tagged = dict(zip("xyz", grammars, strict=False))
    return Grammar(
        s.alt(**{tag: grammar.spec for tag, grammar in tagged.items()}),
        reference.alt(**{tag: grammar.reference for tag, grammar in tagged.items()}),
        st.one_of([grammar.matching for grammar in grammars]),
        all(grammar.answered for grammar in grammars),
    )


def regexes(parts):
    return (
        st.lists(parts, max_size=3).map(in_a_row)
        | st.lists(parts, min_size=1, max_size=3).map(one_of)
        | parts.map(repeated)
        | parts.map(repeated_once)
        | parts.map(optional)
    )


GRAMMARS = regexes(st.recursive(st.sampled_from(list(ELEMENTS)).map(element), regexes, max_leaves=5))
VALUES = st.sampled_from([0, 1, "a", "b", True])
LONGEST = 6  # the reference keeps equal alternatives, and these may double with each element


@given(st.data(), GRAMMARS)
def test_mxspec_conforms_as_the_reference_does(data, grammar):
    xs = data.draw(grammar.matching | st.lists(VALUES, max_size=LONGEST))[:LONGEST]
    expected = reference.conform(grammar.reference, xs)
    assert s.valid(grammar.spec, xs) == (expected is not s.INVALID)
    # mxspec drops equal alternatives, which shows in what a repetition of nothing conforms to.
    if grammar.answered:
        assert s.conform(grammar.spec, xs) == expected
    # A second time it is compiled.
    assert s.valid(grammar.spec, xs) == (expected is not s.INVALID)


@given(st.data(), GRAMMARS)
def test_a_sequence_is_valid_if_there_is_a_parse_of_it(data, grammar):
    xs = data.draw(grammar.matching | st.lists(VALUES, max_size=LONGEST))[:LONGEST]
    is_parsed = len(xs) in set(reference.parses(grammar.reference, xs))
    assert s.valid(grammar.spec, xs) == is_parsed
    assert s.valid(s.spec(grammar.spec), xs) == is_parsed


@pytest.mark.parametrize("xs", [[0, "a", 0], [0, "a", "a"], [0, 0, "a", 0]])
def test_the_match_of_an_alternative_is_one_item_of_a_plus(xs):
    # clojure.spec's add-ret splices what a repetition has matched, but adds the match of an alt as one item.
    # The ways of an ambiguous regex are an untagged alt to it, even if they match alike from here on.
    part = s.cat(p=s.maybe(str), q=s.cat(p=s.is_any))
    of_reference = reference.cat(
        p=reference.maybe(lambda x: type(x) is str), q=reference.cat(p=lambda x: True)
    )
    expected = reference.conform(reference.star(reference.plus(of_reference)), xs)
    assert [type(x) for x in expected[0]].count(list) == 1
    assert s.conform(s.star(s.plus(part)), xs) == expected
