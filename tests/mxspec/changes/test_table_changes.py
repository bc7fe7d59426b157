"""Terms of a table in two versions of a contract: a tighter one is broken, or is at the least not proved."""

import datetime

import pytest

import mxspec as s
from mxspec.changes.versions import breaking_names, compare_files

pytestmark = pytest.mark.few(5)

ROW = s.keys(
    req_un={
        "id": s.int_in(0, 10**9),
        "n": s.int_in(0, 100),
        "email": s.nilable(s.str_in(1, 9)),
        "at": s.inst_in(datetime.datetime(2025, 1, 1), datetime.datetime(2026, 1, 1)),
    },
    opt_un={"coupon": {"a", "b"}},
    closed=True,
)
SOURCE = """import mxspec as s
row = s.keys(req_un={'id': s.int_in(0, 10**9), 'email': s.nilable(s.str_in(1, 9))}, closed=True)
spec = s.contract(row, rows=5000, refuses=0.01%s)
"""


def contract(**terms):
    return s.contract(ROW, **{"rows": 5000, "refuses": 0.0013, **terms})


# A looser and a tighter contract, the verdict of the way to the tighter one, and some of its words.
TERMS = {
    "no repeat": ({}, {"unique": ["email"]}, "broken", "1 value repeats"),
    "no repeat of one more": ({"unique": ["id"]}, {"unique": ["id", "n"]}, "broken", "'n': "),
    "no repeat, of rows in order": (
        {"monotone": ["at"]},
        {"monotone": ["at"], "unique": ["n"]},
        "broken",
        "'n': ",
    ),
    "no repeat of many rows": (
        {"min_rows": 9000},
        {"min_rows": 9000, "unique": ["id"]},
        "broken",
        "9,000 times, ",
    ),
    "no repeat of many rows with ids": (
        {"min_rows": 9000, "unique": ["id"]},
        {"min_rows": 9000, "unique": ["id", "n"]},
        "not refuted",
        "no valid row is refused; not proved: no repeat in 'n'",
    ),
    "few missing": (
        {"missing": {"email": 0.5}},
        {"missing": {"email": 0.012}},
        "broken",
        "'email': missing in",
    ),
    "few missing of an optional key": ({}, {"missing": {"coupon": 0.1}}, "broken", "'coupon': missing in"),
    "none missing": (
        {"missing": {"email": 0.001}},
        {"missing": {"email": 0}},
        "broken",
        "missing in 1 of 1,000",
    ),
    "few missing, of rows with ids": (
        {"unique": ["id"], "monotone": ["at"], "missing": {"email": 0.5}},
        {"unique": ["id"], "monotone": ["at"], "missing": {"email": 0.012}},
        "broken",
        "'email': missing in",
    ),
    "less sure of what is missing": (
        {"missing": {"email": 0.3}, "confidence": 0.999},
        {"missing": {"email": 0.3}, "confidence": 0.9},
        "not refuted",
        "'email' missing in at most 30%",
    ),
    "rows": ({}, {"min_rows": 15000}, "broken", "1 rows, at least 15,000 are required"),
    "more rows": ({"min_rows": 100}, {"min_rows": 101, "unique": ["id"]}, "broken", "100 rows, at least 101"),
    "no fall": ({}, {"monotone": ["at"]}, "broken", "'at': "),
    "no fall of one more": ({"monotone": ["at"]}, {"monotone": ["at", "id"]}, "broken", "'id': "),
    "no fall, of rows with ids": (
        {"unique": ["id"]},
        {"unique": ["id"], "monotone": ["n"]},
        "broken",
        "'n': ",
    ),
    "a promise": ({}, {"refuses": 0.0001}, "not refuted", "the promise is smaller, at most 0.01%"),
    "a confidence": ({}, {"confidence": 0.9}, "not refuted", "less confidence"),
}


@pytest.mark.parametrize("direction", ["requests", "responses"])
@pytest.mark.parametrize("change", TERMS)
def test_a_tighter_term_is_broken_or_not_proved_and_a_looser_one_is_proved(change, direction):
    loose, tight, verdict, words = TERMS[change]
    pair = contract(**loose), contract(**tight)
    old, new = pair if direction == "requests" else reversed(pair)
    answer = s.check_compatible(old, new, direction=direction, num_tests=10, seed=0)
    assert (answer.verdict, words in repr(answer)) == (verdict, True)
    if verdict == "broken":
        takes, refuses = (each.table.problems(answer.witness) for each in pair)
        assert takes == []
        assert refuses != []
        assert all(s.valid(pair[0], row) for row in answer.witness[:9])
    assert s.check_compatible(new, old, direction=direction, num_tests=10, seed=0).verdict == "proved"


def test_of_a_larger_share_and_less_confidence_neither_is_proved_looser():
    """A short table with 6 of 10 missing keeps the smaller share alone, a long one with 30.5% the larger."""
    one, other = (
        contract(missing={"email": share}, confidence=confidence)
        for share, confidence in ((0.3, 0.999), (0.31, 0.9))
    )
    assert [each.table.allows_missing("email", 6, 10) for each in (one, other)] == [True, False]
    assert [each.table.allows_missing("email", 305_000, 10**6) for each in (one, other)] == [False, True]
    for old, new in ((one, other), (other, one)):
        assert s.check_compatible(old, new, num_tests=10, seed=0).verdict == "not refuted"


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (ROW, contract(unique=["id"]), "broken"),
        (contract(unique=["id"]), ROW, "proved"),
        (contract(), contract(missing={"n": 0.1}), "proved"),  # no row lacks it
        (contract(missing={"coupon": 0.1}), contract(missing={"coupon": 1.0}), "proved"),
        (contract(refuses=0.01), contract(refuses=0.02), "proved"),
    ],
)
def test_terms_that_follow_from_the_rows_are_proved(old, new, verdict):
    assert s.check_compatible(old, new, num_tests=10, seed=0).verdict == verdict


def test_a_row_that_is_refused_comes_before_a_table():
    tight = s.contract(s.keys(req_un={"id": int}), rows=50, refuses=0.1, unique=["id"])
    answer = s.check_compatible(contract(), s.and_(tight, lambda row: False), num_tests=10, seed=0)
    assert (answer.verdict, answer.part) == ("broken", None)


def test_a_diff_of_contracts_tells_terms_of_the_table(tmp_path):
    files = tmp_path / "old.py", tmp_path / "new.py"
    for file, terms in zip(files, ("", ", unique=['email']"), strict=True):
        file.write_text(SOURCE % terms)
    [change] = compare_files(*files, num_tests=10)
    assert repr(change.answer).startswith("broken: table: [{")
    assert breaking_names([change]) == ["spec"]
    assert compare_files(*reversed(files), num_tests=10)[0].answer.verdict == "proved"
