"""Terms that are stated by hand: rows at most, how new, which values, how often, what decides a value."""

import dataclasses
import datetime as dt
import inspect
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.inference import value_terms
from mxspec.inference.delimited import Chunk
from mxspec.inference.table_terms import KINDS, TableCounts, TableTerms, TermArguments
from mxspec.specs.core.digests import spec_digest
from tests.suites import rows_by_suite

NOON = dt.datetime(2025, 3, 10, 12, tzinfo=dt.UTC)
DAYS = dt.timedelta(days=2)
BERLIN = dt.timezone(dt.timedelta(hours=1))


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(value_terms, "read_clock", lambda: NOON)


# The newest values, and the beginning of the problem; None where there is none.
NEWEST = {
    "a moment": ([dt.datetime(2025, 3, 8, 12), dt.datetime(2024, 1, 1)], None),
    "an old moment": (
        [dt.datetime(2025, 3, 8, 11, 59), dt.datetime(2024, 1, 1)],
        "the newest is 2025-03-08 11:59:00, 2 days 1 minute old, at most 2 days is required",
    ),
    "a moment in a zone": ([dt.datetime(2025, 3, 8, 13, tzinfo=BERLIN)], None),
    "an old moment in a zone": ([dt.datetime(2025, 3, 8, 12, 59, tzinfo=BERLIN)], "the newest is"),
    "a date, which is new until its day is over": ([dt.date(2025, 3, 8)], None),
    "an old date": ([dt.date(2025, 3, 7)], "the newest is 2025-03-07, 2 days 12 hours old"),
    "a text": (["2025-03-08T12:00:00Z", "2024-01-01T00:00:00Z"], None),
    "an old text": (["2025-03-08T12:00:00+01:00"], "the newest is 2025-03-08T12:00:00+01:00, 2 days 1 hour"),
    "a moment to come": ([dt.datetime(2026, 1, 1)], None),
    "the last day that there is": ([dt.date.max], None),
    "gaps": ([None, dt.date(2025, 3, 9), float("nan")], None),
    "no values": ([None], "no date or moment tells how old it is"),
    "no rows": ([], "no date or moment tells how old it is"),
    "numbers": ([20250310, 20250309], "no date or moment tells how old it is; values that are no moments: 2"),
    "a word beside": (
        ["2025-03-01", "today"],
        "the newest is 2025-03-01, 8 days 12 hours old, at most 2 days",
    ),
    "lists": ([[1]], "no date or moment"),
}


@pytest.mark.parametrize("case", NEWEST)
def test_the_newest_value_is_at_most_so_old(case):
    values, words = NEWEST[case]
    problems = TableTerms(fresh={"at": DAYS}).problems([{"at": x} for x in values])
    assert [each.startswith(f"'at': {words}") for each in problems] == ([] if words is None else [True])


def test_the_moment_of_a_check_is_an_argument():
    terms, rows = TableTerms(fresh={"at": DAYS}), [{"at": dt.date(2020, 1, 1)}]
    assert terms.problems(rows, now=dt.datetime(2020, 1, 2)) == []
    assert terms.problems(rows, now=dt.datetime(2020, 1, 2, tzinfo=BERLIN)) == []
    assert len(terms.problems(rows)) == 1


# The terms, the values of two columns, and the problems.
TERMS = {
    "rows at most": ({"max_rows": 2}, [1, 2, 3], [], ["3 rows, at most 2 may be"]),
    "rows between": ({"min_rows": 1, "max_rows": 3}, [1, 2, 3], [], []),
    "all occur": ({"occur": {"a": {"x", "y"}}}, ["x", "y", None], [], []),
    "one does not occur": (
        {"occur": {"a": {"x", "y"}}},
        ["x", "x", None],
        [],
        ["'a': none of 3 rows has 'y'"],
    ),
    "True is no 1": ({"occur": {"a": {1}}}, [True, None], [], ["'a': none of 2 rows has 1"]),
    "many do not occur": (
        {"occur": {"a": set(range(12))}},
        [],
        [],
        ["'a': none of 0 rows has 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"],
    ),
    "few rows may be without": (
        {"occur": {"a": {"x": 3, "y": 4}}},
        ["z"] * 3,
        [],
        ["'a': none of 3 rows has 'x'"],
    ),
    "a share": ({"shares": {"a": {"x": (0.4, 0.6)}}}, ["x", "y", None], [], []),
    "a small share": (
        {"shares": {"a": {"x": (0.4, 0.6)}}},
        ["x"] + ["y"] * 30 + [None],
        [],
        ["'a': 'x' in 1 of 31 rows with a value, 40% to 60% may be"],
    ),
    "a large share": (
        {"shares": {"a": {"x": (0.4, 0.6)}}},
        ["x"] * 30,
        [],
        ["'a': 'x' in 30 of 30 rows with a value, 40% to 60% may be"],
    ),
    "no share at all": (
        {"shares": {"a": {"x": (0.0, 0.0)}}},
        ["x"],
        [],
        ["'a': 'x' in 1 of 1 rows with a value, 0% to 0% may be"],
    ),
    "one for each": ({"depends": {"b": "a"}}, [1, 1, 2, None, None], ["x", "x", "y", "z", "w"], []),
    "two for one": (
        {"depends": {"b": "a"}},
        [1, 2, 1, 1],
        ["x", "y", None, "z"],
        ["'b': not one for each 'a': 'x' and 'z' for 1 (row 4)"],
    ),
    "a pair once": ({"unique": (("a", "b"),)}, [1, 1, 2, None, None], ["x", "y", "x", "x", "x"], []),
    "a pair twice": (
        {"unique": (("a", "b"), "b")},
        [1, 2, 1, None],
        ["x", "y", "x", None],
        [
            "'a' and 'b': 1 value repeats: (1, 'x') (2 times, again in row 3)",
            "'b': 1 value repeats: 'x' (2 times, again in row 3)",
        ],
    ),
    "two for a pair": (
        {"depends": {"b": ("a", "b")}},
        [1, 1],
        ["x", "y"],
        [],
    ),
}


@pytest.mark.parametrize("case", TERMS)
def test_a_term_says_what_breaks_it_by_rows_by_chunks_and_by_frames(case):
    terms, a, b, problems = TERMS[case]
    table = TableTerms(**terms)
    b = b or [None] * len(a)
    rows = [{"a": x, "b": y} for x, y in zip(a, b, strict=True)]
    counts = TableCounts(table)
    for x, y in zip(a, b, strict=True):
        counts.add(Chunk([1], {"a": [x], "b": [y]}))
    assert table.problems(rows) == counts.problems() == problems
    assert table.words
    if a and True not in a:
        frame = pytest.importorskip("polars").DataFrame(rows)
        assert table.problems(frame) == table.problems(frame.lazy()) == problems


@given(
    st.lists(st.tuples(st.sampled_from([1, True, 1.5, None, "x", (1,)]), st.integers(0, 2)), max_size=9),
    st.data(),
)
def test_chunks_say_of_what_decides_a_value_what_pairs_say(pairs, data):
    cut = data.draw(st.integers(0, len(pairs)))
    counts = TableCounts(TableTerms(depends={"b": "a"}))
    for part in (pairs[:cut], pairs[cut:]):
        counts.add(Chunk(range(len(part)), {"a": [a for a, _ in part], "b": [b for _, b in part]}))
    of = {(repr(a), b) for a, b in pairs if a is not None}
    assert bool(counts.problems()) == (len(of) > len({a for a, _ in of}))


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"fresh": {"at": 2}}, "fresh= takes a column with an age"),
        ({"fresh": {"at": dt.timedelta(-1)}}, "fresh= takes"),
        ({"fresh": "at"}, "fresh= takes"),
        ({"occur": {"plan": "free"}}, "occur= takes a column with its values"),
        ({"occur": {"plan": {"free": -1}}}, "occur= takes values, or each with a number of rows"),
        ({"occur": {"plan": {None}}}, "occur= takes values, and None is a missing one; try missing="),
        ({"shares": {"plan": {"free": 0.4}}}, "shares= takes"),
        ({"shares": {"plan": {float("nan"): (0, 1)}}}, "shares= takes values, and nan is a missing one"),
        ({"shares": {"plan": {"free": (0.6, 0.4)}}}, "shares= takes"),
        ({"shares": {"plan": {"free"}}}, "shares= takes"),
        ({"depends": "city"}, "depends= takes"),
        ({"depends": {"city": ()}}, "depends= takes"),
        ({"min_rows": 3, "max_rows": 2}, "max_rows= is a number from min_rows=3, not 2"),
        ({"unique": "id"}, "unique= takes several columns"),
        ({"unique": ((),)}, r"unique= takes columns, or tuples of columns .*, not \(\)"),
        ({"unique": (("id", "id"),)}, "unique= takes columns, or tuples of columns"),
        ({"unique": ({"id"},)}, "unique= takes columns, or tuples of columns"),
        ({"monotone": "id"}, "monotone= takes several columns"),
    ],
)
def test_a_senseless_term_is_an_error(terms, words):
    with pytest.raises(s.SpecDefinitionError, match=words):
        s.contract(int, **terms)


# --- a contract with such terms -----------------------------------------------------------------------------

ROW = s.keys(
    req_un={
        "id": s.int_in(0, 10**9),
        "plan": {"free", "pro", "team"},
        "zip": s.int_in(0, 20),
        "city": s.str_in(1, 9),
        "at": s.inst_in(dt.datetime(2025, 1, 1), dt.datetime(2026, 1, 1)),
        "boss": s.nilable(s.int_in(0, 10**9)),
    }
)
# The argument that states a term, and the words of the term.
ALL_WITH_WORDS = {
    "max_rows": (500, "at most 500 rows"),
    "fresh": ({"at": DAYS}, "the newest 'at' at most 2 days old"),
    "occur": ({"plan": {"free", "pro"}}, "'plan' has 'free' and 'pro'"),
    "shares": ({"plan": {"team": (0.05, 0.1)}}, "'plan' is 'team' in 5% to 10%"),
    "depends": ({"city": "zip"}, "one 'city' for each 'zip'"),
    "inside": ({"boss": "id"}, "each 'boss' in 'id'"),
}
ALL = {name: argument for name, (argument, _) in ALL_WITH_WORDS.items()}


def test_the_source_of_a_contract_states_its_terms():
    contract = s.contract(ROW, **ALL)
    source = s.source(contract)
    space = {}
    exec(source, space)
    assert space["spec"].table == contract.table
    assert contract.table.words == "; ".join(words for _, words in ALL_WITH_WORDS.values())
    assert repr(s.promise(contract)) == "promises nothing of such rows"


EACH = {**ALL, "unique": ["id"], "monotone": ["id"], "missing": {"zip": 0.5}, "min_rows": 3}


def test_each_kind_of_term_has_a_row_an_argument_and_a_turn():
    assert sorted(EACH) == sorted(kind.keyword for kind in KINDS)
    fields = {field.name for field in dataclasses.fields(TableTerms)} - {"confidence"}
    shown = inspect.signature(s.contract).parameters
    assert {*EACH} == fields == {*TermArguments.__annotations__} <= {*shown}
    assert len({*KINDS.values()}) == len(KINDS)


def test_an_argument_that_no_kind_of_term_has_is_an_error():
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'uniqe'; did you mean 'unique'\?"):
        s.contract(ROW, uniqe=["id"])


@pytest.mark.parametrize("name", EACH)
def test_none_states_no_term_about_columns_in_a_map_and_no_most_rows(name):
    if isinstance(EACH[name], dict) or name == "max_rows":
        assert s.contract(ROW, **{name: None}).table == TableTerms()
    else:
        with pytest.raises(s.SpecDefinitionError, match=f"{name}= "):
            s.contract(ROW, **{name: None})


COLUMNS = [name for name in EACH if "rows" not in name]


@pytest.mark.parametrize("name", [*COLUMNS, "a key of several columns"])
@pytest.mark.parametrize(
    "spec", [ROW, s.nilable(ROW), s.and_(ROW, lambda row: True), s.keys(opt_un={"idd": int})]
)
def test_a_term_about_a_column_that_is_not_there_is_an_error(name, spec):
    own = {"gone": EACH[name][next(iter(EACH[name]))]} if isinstance(EACH.get(name), dict) else ["gone"]
    terms = {"unique": [("idd", "gone")]} if name not in EACH else {name: own}
    with pytest.raises(s.SpecDefinitionError, match=r"= is about a column '(gone|idd)', and the spec has '"):
        s.contract(spec, **terms)


@pytest.mark.parametrize("spec", [int, s.tuple_(int, int), s.coll_of(int), {"a"}])
def test_a_term_about_a_column_of_what_has_none_is_an_error(spec):
    with pytest.raises(s.SpecDefinitionError, match="and the spec has no columns"):
        s.contract(spec, monotone=["at"])


@pytest.mark.parametrize("spec", [dict, s.map_of(str, int), lambda row: True, "terms/unknown"])
def test_a_term_is_taken_where_the_columns_are_not_known(spec):
    assert s.contract(spec, monotone=["at"]).table.words == "no fall in 'at'"


@pytest.mark.parametrize("name", EACH)
def test_a_contract_with_a_term_is_another_contract(name):
    contract = s.contract(ROW, **{name: EACH[name]})
    assert spec_digest(contract) != spec_digest(s.contract(ROW))


@pytest.mark.few(3)
@pytest.mark.parametrize("seed", rows_by_suite([0], slow=[1, 2]))
@pytest.mark.parametrize("names", [*((name,) for name in ALL), (*ALL,)])
def test_examples_keep_the_terms(names, seed):
    contract = s.contract(ROW, unique=["id"], **{name: ALL[name] for name in names})
    for n in (20, 300):
        rows = s.sample(contract, n, seed=seed)
        assert contract.table.problems(rows) == []
        assert all(s.valid(contract, row) for row in rows)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"max_rows": 9}, "at most 9 rows, not 20"),
        ({"occur": {"plan": {"gone"}}}, "does not fit"),
        ({"occur": {"zip": set(range(30))}}, "20 rows can't have 0, 1"),
        ({"fresh": {"zip": DAYS}}, "no value of 'zip' is at most 2 days old"),
    ],
)
def test_a_term_that_examples_cannot_keep_is_an_error(terms, words):
    with pytest.raises(s.GeneratorError, match=words):
        s.sample(s.contract(ROW, **terms), 20, seed=0)


@pytest.mark.parametrize("terms", [{"min_rows": 3, "max_rows": 9}, {"occur": {"plan": {"free", "pro"}}}])
def test_frames_of_examples_have_as_many_rows_as_the_terms_ask_for(terms):
    pytest.importorskip("polars")
    contract = s.contract(ROW, **terms)
    frames = s.frame(contract, library="polars")
    for frame in s.sample(frames, 12, seed=0):
        assert contract.table.problems(frame) == []
    check_examples(s.gen(frames), contract)


def check_examples(strategy, contract):
    @settings(max_examples=10, database=None)
    @given(strategy)
    def check(frame):
        assert contract.table.problems(frame) == []

    check()


# A looser and a tighter contract, the verdict of the way to the tighter one, and some of its words.
CHANGES = {
    "rows at most": ({"max_rows": 9}, {"max_rows": 8}, "broken", "9 rows, at most 8 may be"),
    "rows at most, new": ({}, {"max_rows": 9}, "broken", "10 rows, at most 9 may be"),
    "many rows at most": ({}, {"max_rows": 10**6}, "not refuted", "at most 1,000,000 rows"),
    "a key of two": ({}, {"unique": [("zip", "plan")]}, "broken", "'zip' and 'plan': 1 value repeats"),
    "a key of fewer": (
        {"unique": [("zip", "plan")]},
        {"unique": ["zip"]},
        "broken",
        "'zip': 1 value repeats",
    ),
    "fresh": ({}, {"fresh": {"at": DAYS}}, "broken", "'at': the newest is"),
    "fresher": ({"fresh": {"at": DAYS * 999}}, {"fresh": {"at": DAYS}}, "broken", "'at': the newest is"),
    "a value": ({}, {"occur": {"plan": {"free"}}}, "broken", "'plan': none of 1 rows has 'free'"),
    "one more value": (
        {"occur": {"plan": {"free"}}},
        {"occur": {"plan": {"free", "pro"}}},
        "not refuted",
        "'plan' has 'free' and 'pro'",
    ),
    "a value of fewer rows": (
        {"occur": {"plan": {"free": 9}}},
        {"occur": {"plan": {"free": 5}}},
        "broken",
        "none of 5 rows has 'free'",
    ),
    "a share": ({}, {"shares": {"plan": {"free": (0.1, 0.9)}}}, "broken", "'plan': 'free' in "),
    "a smaller share": (
        {"shares": {"plan": {"free": (0.1, 0.9)}}},
        {"shares": {"plan": {"free": (0.2, 0.9)}}},
        "not refuted",
        "'plan' is 'free' in 20% to 90%",
    ),
    "one for each": ({}, {"depends": {"city": "zip"}}, "broken", "'city': not one for each 'zip'"),
    "one for each of fewer": (
        {"depends": {"city": ("zip", "plan")}},
        {"depends": {"city": "zip"}},
        "broken",
        "'city': not one for each 'zip'",
    ),
}


@pytest.mark.few(6)
@pytest.mark.parametrize("change", CHANGES)
def test_a_tighter_term_is_broken_or_not_proved_and_a_looser_one_is_proved(change):
    loose, tight, verdict, words = CHANGES[change]
    old, new = s.contract(ROW, **loose), s.contract(ROW, **tight)
    answer = s.check_compatible(old, new, num_tests=10, seed=0)
    assert (answer.verdict, words in repr(answer)) == (verdict, True)
    if verdict == "broken":
        assert old.table.problems(answer.witness) == []
        assert new.table.problems(answer.witness) != []
    assert s.check_compatible(new, old, num_tests=10, seed=0).verdict == "proved"


def test_a_wider_share_with_less_confidence_does_not_follow():
    wide = s.contract(ROW, shares={"plan": {"free": (0.1, 0.9)}}, confidence=0.9)
    close = s.contract(ROW, shares={"plan": {"free": (0.1, 0.8)}}, confidence=0.999)
    answers = [s.check_compatible(*pair, num_tests=10, seed=0) for pair in ((close, wide), (wide, close))]
    assert [each.verdict for each in answers] == ["not refuted"] * 2


def test_a_profile_says_if_the_terms_are_kept(tmp_path):
    contract = s.contract(s.keys(req_un={"plan": str}), occur={"plan": {"free"}})
    rows = [{"plan": random.Random(i).choice(["pro", "team"])} for i in range(5)]
    line = "of the table, 'plan': none of 5 rows has 'free'"
    assert s.profile(contract, rows).table == (line,)
    assert s.profile(contract, [*rows, {"plan": "free"}]).table == (
        "the table keeps its terms: 'plan' has 'free'",
    )
