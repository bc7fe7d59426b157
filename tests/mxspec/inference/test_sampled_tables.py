"""The examples of a contract are one table, which keeps its terms; or the term that they can't is named."""

import random

import pytest

import mxspec as s
from tests.mxspec.any_tables import table
from tests.mxspec.inference.test_contract_laws import infer
from tests.suites import rows_by_suite

SEEDS = rows_by_suite(range(3), slow=range(3, 30), stress=range(30, 80))


def contract_with_terms(seed):
    """A contract of a random table with an id and a column that never falls, and one by hand."""
    drawn = random.Random(seed)
    rows = [{**row, "at": i // 3, "id": i * 7919 % 100_003} for i, row in enumerate(table(seed))]
    own = infer(rows)
    row = s.keys(req_un={"id": s.int_in(0, drawn.choice([1000, 10**6])), "at": s.int_in(0, 5000)})
    by_hand = s.contract(
        row, unique=["id"], monotone=["at", "id"][: drawn.randint(1, 2)], missing={"at": 0.0}
    )
    return own, by_hand


@pytest.mark.few(1)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_examples_of_a_contract_keep_its_terms(seed):
    for contract in contract_with_terms(seed):
        for n in (5, 300):
            rows = s.sample(contract, n, seed=seed)
            assert len(rows) == n
            assert [row for row in rows if not s.valid(contract, row)] == []
            assert contract.table.problems(rows) == []
            assert rows == s.sample(contract, n, seed=seed)


@pytest.mark.few(2)
@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_the_frames_of_a_contract_keep_its_terms(library):
    pytest.importorskip(library)
    row = s.keys(req_un={"id": s.int_in(0, 1000), "at": s.int_in(0, 50), "note": s.nilable(str)})
    contract = s.contract(row, unique=["id"], monotone=["at"], missing={"note": 0.1})
    frames = [
        s.sample(contract, 300, seed=1, library=library),
        *s.sample(s.frame(contract, library=library), 9),
    ]
    for each in frames:
        assert s.valid(s.frame(contract), each)
        assert contract.table.problems(each) == []


@pytest.mark.parametrize(
    ("terms", "n", "words"),
    [
        (
            {"unique": ["n"]},
            20,
            "no value of 'n' may repeat, and only 10 different ones are drawn for 20 rows",
        ),
        ({"min_rows": 100}, 20, "a table of this contract has at least 100 rows, not 20"),
        ({"missing": {"gone": 0.1}}, 20, "too many values of 'gone' are missing, and none is drawn"),
    ],
)
def test_a_term_that_examples_cannot_keep_is_named(terms, n, words):
    contract = s.contract(s.keys(req_un={"n": s.int_in(0, 10)}), **terms)
    with pytest.raises(s.GeneratorError, match=words):
        s.sample(contract, n)


def test_terms_by_hand_take_no_numbers():
    contract = s.contract(s.keys(req_un={"n": s.int_in(0, 10)}), unique=["n"])
    assert repr(s.promise(contract)) == "promises nothing of such rows"
    assert "rows=" not in s.source(contract)
    assert s.explain_str(contract, {"n": 30}).startswith("30 - failed: above 9, the most of the contract in")
    assert s.profile(contract, [{"n": 1}, {"n": 1}]).table == (
        "of the table, 'n': 1 value repeats: 1 (2 times, again in row 2)",
    )
    for numbers in ({"rows": 100}, {"refuses": 0.1}):
        with pytest.raises(s.SpecDefinitionError, match="state both, or neither for terms by hand"):
            s.contract(int, **numbers)
