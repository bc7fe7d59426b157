"""What a contract lets into a column, and in which words it refuses the rest."""

import json
import pickle
import re

import pytest

import mxspec as s
from mxspec.inference.coins import coin_of
from mxspec.inference.sketch import SHARE
from tests.mxspec.inference.columns import COLUMNS, ROWS, column, title_of
from tests.mxspec.meaning import execute

pytestmark = pytest.mark.few(5)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_contract_refuses_what_its_rows_do_not_have_and_works_as_any_other_spec(name):
    make, wrong, words = COLUMNS[name]
    rows = column(make)
    contract = s.infer(rows)
    assert all(s.valid(contract, row) for row in rows)
    assert all(s.valid(contract, row) for row in s.sample(contract, 20, seed=0))
    without_values = re.sub(r" - value: .*?(?= in: \[| at: \[|\n|$)", "", s.explain_str(contract, wrong))
    assert without_values == words.replace("ROWS", "2,000 rows")
    again, defined = pickle.loads(pickle.dumps(contract)), execute(contract)
    assert [s.valid(again, wrong), s.valid(defined, wrong), s.valid(contract, wrong)] == [False] * 3
    assert s.promise(again) == s.promise(defined) == s.promise(contract)
    own = s.explain_str(contract, wrong).replace("2,000 rows", "the contract of 2,000 rows")
    assert s.explain_str(defined, wrong) == own  # it may have been edited since the rows
    assert defined.table == contract.table
    comments = " ".join(line[2:] for line in s.source(contract).splitlines() if line.startswith("# "))
    own = s.promise(contract)
    promised, notes = " ".join(f"{own!r}\n{own.explained}".split("\n")), set(own.open.values())
    assert comments.startswith(promised)
    assert comments.removeprefix(promised).strip() in {"", *notes}  # the note of a column stands beside it
    assert s.form(defined) == s.form(s.from_form(s.form(contract))) == s.form(contract)
    for row in rows[:50]:
        assert s.valid(defined, row)
        assert same(s.unform(contract, s.conform(contract, row)), row)
    json.dumps(s.json_schema(contract), default=str)


def same(a, b):
    return a == b or (a != a and b != b) or repr(a) == repr(b)


def test_floats_that_may_be_missing_are_one_line():
    contract = s.infer(column(lambda r: {"x": r.choice([float("nan"), float(r.randrange(10))])}))
    assert "'x': s.nonconforming(s.or_(nan=s.is_nan, float=s.float_in(min=0.0, max=9.0)))" in s.source(
        contract
    ).replace(
        "float=s.float_in(min=0.0, max=9.0), nan=s.is_nan", "nan=s.is_nan, float=s.float_in(min=0.0, max=9.0)"
    )


def test_a_constant_of_the_base_rows_is_a_range_where_others_have_other_values():
    rows = [7] * 2000
    rows[1234] = 9
    contract = s.infer(rows)
    assert (s.form(contract), s.promise(contract).bounds) == (("int_in", 7, 10), 1)


def test_a_set_that_keeps_growing_is_none_and_costs_few_rows():
    base = {i for i in range(4000) if coin_of(i) % SHARE == 0}
    contract = s.infer([f"c{i % 20}" if i in base or i % 5 else f"x{i}" for i in range(4000)], refuse=0.02)
    assert s.form(contract) == ("str_in", {"pattern": r"[a-z]\d+"})
    assert s.promise(contract).bounds <= 25
    assert "# no set: new values keep coming" in s.source(contract)


LONG = "9" * 100


def han(drawn):
    return chr(drawn.randrange(0x4E00, 0x9FFF))


# The text of a row, the pattern of all, and texts that do not fit it.
@pytest.mark.parametrize(
    ("make", "pattern", "wrong"),
    [
        (title_of, "[A-Z]([A-Za-z é]*[a-zé])?", ["A ", " A", "ab", "A1", "AÃ©", "A\nA", "a"]),
        (
            lambda r: f"{title_of(r)} {LONG} ",  # which has an accent, and a blank at its end
            r"[A-Z]([\s\S]*[ ])?", [f"9{LONG} ", f"A{LONG}"],
        ),
        (
            lambda r: f"T{chr(r.randrange(32, 127))}{LONG}",
            "[A-Z]([ -~]*[0-9])?", [f"T{LONG} ", f" T{LONG}", f"t{LONG}", f"TÃ©{LONG}", f"T\n{LONG}"],
        ),
        (lambda r: f"T\n{r.getrandbits(30)}{LONG}", r"[A-Z]([\t\n\r -~]*[0-9])?", [f"TÃ©{LONG}"]),
        (lambda r: f"{han(r)}{r.choice(' ab')}{han(r)}", r"[^\s]([\s\S]*[^\s])?", ["xx ", " xx"]),
        (lambda r: r.choice([han(r), " "]) + han(r) + r.choice([han(r), "\t"]), None, []),
    ],
)  # fmt: skip
def test_free_text_has_the_letters_and_signs_of_its_rows_and_no_blanks_around_it(make, pattern, wrong):
    rows = column(make)
    contract = s.infer(rows, refuse=0.02)
    assert s.form(contract)[1].get("pattern") == pattern
    assert all(s.valid(contract, row) for row in rows)
    assert not any(s.valid(s.str_in(pattern=pattern), text) for text in wrong)
    assert s.sketch(rows[:700]) + s.sketch(rows[700:], start=700) == s.sketch(rows)


def test_one_row_with_a_letter_of_another_kind_sets_a_bound_and_leaves_the_rest():
    rows = column(lambda r: f"Ab {r.getrandbits(30)}{LONG}")
    assert s.form(s.infer(rows))[1]["pattern"] == "[A-Z]([ -~]*[0-9])?"
    rows[1234] = f"é {rows[1234]}"  # which is not of ASCII, and has no blanks around it
    contract = s.infer(rows)
    assert s.form(contract)[1]["pattern"] == r"[A-Zé]([\s\S]*[0-9])?"
    assert s.promise(contract).bounds - s.promise(s.infer(rows[:1234] + rows[1235:])).bounds <= 2


def test_a_set_has_up_to_two_hundred_strings_and_as_many_new_ones_as_the_promise_affords():
    names = [f"{i:x}{'abc'[i % 3] * (i % 7)}" for i in range(180)]
    rows = column(lambda r: r.choice(names), 12000)
    assert s.form(s.infer(rows)) == set(names)
    assert s.form(s.infer(column(lambda r: r.choice([*names, *map(str.upper, names)]), 12000)))[0] == "str_in"
    few = column(lambda r: names[min(60, int(r.expovariate(0.07)))], 1600)
    strict, loose = (s.form(s.infer(few, refuse=refuse, ordered=False)) for refuse in (0.02, 0.3))
    assert strict[0] == "str_in"
    assert type(loose) is set


def test_what_few_rows_state_is_no_restriction():
    rows = [{"note": "-" * (i % 90), **({"rare": i} if i % 400 == 0 else {})} for i in range(ROWS)]
    contract = s.infer(rows)
    assert s.valid(contract, {"note": "a", "rare": 10**9})
    assert not s.valid(contract, {"note": "a", "rare": "x"})


def test_a_union_has_a_branch_for_each_type():
    contract = s.infer(column(lambda r: r.choice([r.randrange(9), "a", "b"])))
    assert s.conform(contract, 3) == ("int", 3)
    assert s.conform(contract, "a") == ("str", "a")
    assert not s.valid(contract, "c")
    assert not s.valid(contract, 9)
