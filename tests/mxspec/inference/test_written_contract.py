"""A contract as its source: what it says of its bounds, its terms, and of a table as a whole."""

import random
from pathlib import Path

import pytest

import mxspec as s
from mxspec.base.messages import reasons


def test_the_source_says_where_a_bound_rests_on_one_row_was_widened_or_will_not_last():
    drawn = random.Random(4)
    rows = [{"id": i, "plan": drawn.choice(["free", "pro"]), "spent": drawn.random()} for i in range(2000)]
    rows[1200]["plan"] = "team"
    rows[1300]["spent"] = 99.5
    source = s.source(s.infer(rows))
    assert "# 'team' is in rows[1200] alone\n            'plan': {'free', 'pro', 'team'}," in source
    assert "# the most is far from the others, see rows[1300]\n            'spent': " in source
    guard = ", so it has a guard alone\n            'id': s.range_of(int, 0, None),"
    assert f"# grows with the rows{guard}" in source
    drawn.shuffle(rows)
    assert f"# is a serial number{guard}" in s.source(s.infer(rows))
    nested = s.source(s.infer([{"order": {"id": row["id"]}} for row in rows]))
    assert "# counts up without repeats, so the bound will not last" in nested
    wide = s.source(s.infer([{f"c{i}": drawn.uniform(0, 10) for i in range(20)} for _ in range(2000)]))
    assert wide.count("# widened, the rows have ") == 20


@pytest.mark.parametrize(
    ("x", "guess"),
    [
        ("retruned", "returned"),
        ("Returned ", "returned"),
        ("returnd", "returned"),
        ("refunded", None),
        ("turned", None),
        ("itt", None),
        ("es", None),
        ("A-13", None),
        ("", None),
    ],
)
def test_a_guess_is_of_a_mistyped_value_alone(x, guess):
    status = s.contract({"returned", "sent", "it", "en", "A-12"}, rows=100, refuses=0.1)
    text = s.explain_str(status, x).partition("; did you mean ")[2]
    assert text == ("" if guess is None else f"{guess!r}? - value: {x!r}")


def test_a_path_is_refused_with_what_reads_it():
    order = s.infer([{"n": i % 90} for i in range(1000)])
    [problem] = s.explain_data(order, Path("rows.csv"))["problems"]
    assert problem["reason"] == reasons.NOT_READ
    assert "reason" not in s.explain_data(s.keys(req_un={"n": int}), "rows.csv")["problems"][0]


def test_a_written_contract_has_its_words_its_name_and_those_that_it_refers_to():
    s.infer(["free", "pro"] * 500, name="test-infer/plan")
    users = s.def_("test-infer/user", s.keys(req_un={"plan": "test-infer/plan"}))
    source, promise = s.source(users), s.promise("test-infer/plan")
    assert "s.def_('test-infer/plan', s.contract(s.spec({'free', 'pro'}), rows=1000, refuses=" in source
    s.def_("test-infer/plan", None)
    exec(source, {})
    assert s.promise("test-infer/plan") == promise
    assert s.explain_str("test-infer/plan", "por").endswith(
        "not one of the 2 values of the contract of 1,000 rows: 'free', 'pro'; did you mean 'pro'? - value: "
        "'por' spec: 'test-infer/plan'"
    )


@pytest.mark.parametrize(
    "options",
    [{"refuses": 2}, {"rows": -1}, {"bounds": 0.5}, {"missing": {"a": 2}}, {"min_rows": -1}, {"of": 3}],
)
def test_a_contract_of_senseless_terms_is_an_error(options):
    with pytest.raises(s.SpecDefinitionError):
        s.contract(int, **{"rows": 100, "refuses": 0.1, **options})


def orders(n, seed=0, missing=0.3):
    r = random.Random(seed)
    return [
        {
            "id": f"A-{i:05d}",
            "n": i,
            "age": r.randrange(18, 90),
            "coupon": None if r.random() < missing else "X",
        }
        for i in range(n)
    ]


def test_a_contract_knows_keys_without_repeats_and_shares_of_missing_values():
    table = s.infer(orders(2000)).table
    assert (table.unique, [*table.missing]) == (("id", "n"), ["coupon"])
    assert 0.3 < table.missing["coupon"] < 0.34
    assert table.problems(orders(300, seed=1)) == []
    assert table.problems(orders(300, seed=1)[:150] + orders(150)) == [
        "'id': 150 values repeat: 'A-00000' (2 times, again in row 151), 'A-00001' (2 times, again in "
        "row 152), 'A-00002' (2 times, again in row 153), ...",
        "'n': 150 values repeat: 0 (2 times, again in row 151), 1 (2 times, again in row 152), "
        "2 (2 times, again in row 153), ...",
    ]
    [problem] = table.problems(orders(300, seed=1, missing=0.6))
    assert problem.endswith("of 300 rows, at most 32% may be")
    assert s.infer(orders(50), refuse=0.5).table.unique == ()


def test_a_repeat_is_seen_though_each_sketch_has_none():
    rows = orders(1000)
    parts = [s.sketch(rows, start=0), s.sketch(rows, start=1000)]
    assert s.infer(parts[0]).table.unique == ("id", "n")
    assert s.infer(sum(parts)).table.unique == ()


def test_the_rows_that_a_table_needs_are_set_by_hand():
    contract = s.contract(s.keys(req_un={"a": int}), rows=10, refuses=0.5, min_rows=3)
    assert contract.table.problems([{"a": 1}]) == ["1 rows, at least 3 are required"]
    assert "min_rows=3" in s.source(contract)
