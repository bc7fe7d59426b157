"""The examples of a contract are one table, which keeps its terms; or the term that they can't is named."""

import datetime as dt
import random
from decimal import Decimal

import pytest

import mxspec as s
from tests.mxspec.inference.test_contract_laws import infer
from tests.mxspec.random_tables import table
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
    contract = s.contract(s.keys(req_un={"n": s.int_in(0, 10)}, opt_un={"gone": s.is_none}), **terms)
    with pytest.raises(s.GeneratorError, match=words):
        s.sample(contract, n)


def test_terms_by_hand_take_no_numbers():
    contract = s.contract(s.keys(req_un={"n": s.int_in(0, 10)}), unique=["n"])
    assert repr(s.promise(contract)) == "promises nothing of such rows"
    assert "rows=" not in s.source(contract)
    assert s.explain_str(contract, {"n": 30}).startswith("above 9, the most of the contract - ")
    assert s.profile(contract, [{"n": 1}, {"n": 1}]).table == (
        "of the table, 'n': 1 value repeats: 1 (2 times, again in row 2)",
    )
    for numbers in ({"rows": 100}, {"refuses": 0.1}):
        with pytest.raises(s.SpecDefinitionError, match="state both, or neither for terms by hand"):
            s.contract(int, **numbers)


# The columns of a key with their specs, and the most rows that can have it.
KEYS = {
    "few pairs": ({"a": s.int_in(0, 4), "b": {"x", "y", "z"}}, 12),
    "a number and a wide one": ({"a": s.int_in(0, 2), "b": int}, 300),
    "three": ({"a": bool, "b": {"x", "y"}, "c": s.int_in(0, 5)}, 20),
    "texts": ({"a": s.str_in(0, 1), "b": s.str_in(pattern="[a-c]")}, 30),
}


@pytest.mark.few(3)
@pytest.mark.parametrize("case", KEYS)
def test_examples_have_keys_of_several_columns_once(case):
    parts, n = KEYS[case]
    contract = s.contract(s.keys(req_un=parts), unique=[tuple(parts)])
    for size in (n // 2, n):
        rows = s.sample(contract, size, seed=0)
        assert len({tuple(row[key] for key in parts) for row in rows}) == size
        assert all(s.valid(contract, row) for row in rows)


def test_two_keys_may_share_a_column():
    parts = dict.fromkeys("abc", s.int_in(0, 6))
    contract = s.contract(s.keys(req_un=parts), unique=[("a", "b"), ("b", "c")])
    assert contract.table.problems(s.sample(contract, 25, seed=0)) == []


def test_ids_go_on_from_the_largest():
    contract = s.infer([{"id": i * 7} for i in range(2000)], refuse=0.5)
    ids = {row["id"] for row in s.sample(contract, 500, seed=0)}
    assert len(ids) == 500
    assert 0 <= min(ids) < max(ids) <= 7 * 2500


MOMENT = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)
# The cells of a column by the number of the row, and the type of a column of polars.
OWN_TYPES = {
    "serial": (lambda i: i * 7, "Int64"),
    "from a large number": (lambda i: (1 << 63) - 3000 + i, "Int64"),
    "ints": (lambda i: i * i % 97, "Int64"),
    "wide ints": (lambda i: i * 7**18 % (1 << 62), "Int64"),
    "floats": (lambda i: i / 7, "Float64"),
    "texts": (lambda i: f"A-{i:05}", "String"),
    "decimals": (lambda i: Decimal(i * i % 97) / 4, "Decimal"),
    "days": (lambda i: (MOMENT + dt.timedelta(days=i % 900)).date(), "Date"),
    "moments": (lambda i: MOMENT + dt.timedelta(seconds=i), "Datetime"),
    "truths": (lambda i: i % 3 == 0, "Boolean"),
    "lists": (lambda i: [i * i % 97, i % 5], "List"),
}


@pytest.mark.few(3)
@pytest.mark.parametrize("case", OWN_TYPES)
def test_engines_take_examples_of_each_contract_at_their_own_types(case):
    pl, pa = map(pytest.importorskip, ("polars", "pyarrow"))
    make, name = OWN_TYPES[case]
    rows = [{"x": make(i), "gap": make(i) if i % 3 else None} for i in range(1200)]
    contract = s.infer(rows, refuse=0.5)
    space = {}
    exec(s.source(contract), space)
    for each in (contract, space["spec"]):
        examples = s.sample(each, 300, seed=1)
        frame = pl.DataFrame(examples, infer_schema_length=None)
        assert [str(dtype).partition("(")[0] for dtype in frame.schema.values()] == [name] * 2
        assert pa.Table.from_pylist(examples).num_rows == 300
        [own] = s.sample(s.frame(each, library="polars"), 1, seed=1)
        assert not {"Object", "Int128"} & {*map(str, own.schema.values())}
