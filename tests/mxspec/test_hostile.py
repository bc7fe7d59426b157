"""All that can be asked about a value that lies, raises or changes is an answer or a SpecError."""

import contextlib
import decimal
import itertools
import os

import hypothesis
import pytest
from hypothesis import strategies as st

import mxspec as s
from tests.mxspec import any_values, hostile_values
from tests.mxspec.hostile_values import NAN, ROWS, SIGNALLING, changed_by_another_thread, contracts
from tests.mxspec.levels import nested
from tests.mxspec.random_specs import Anything, specs
from tests.suites import rows_by_suite

pytestmark = pytest.mark.few(20)

VALUES = {**hostile_values.VALUES, **any_values.VALUES}


def assertion(spec, x):
    s.check_asserts(True)
    try:
        return s.assert_(spec, x)  # noqa: PT009
    finally:
        s.check_asserts(False)


QUESTIONS = {
    **{f.__name__: f for f in (s.valid, s.conform, s.explain_data, s.explain_str, s.explain_json, s.unform)},
    "decode": s.decode,
    "decode of strings": lambda spec, x: s.decode(spec, x, strings=True, strip=True),
    "encode": s.encode,
    "assert_": assertion,
    "profile": lambda spec, x: s.profile(spec, [x]),
    "swapped": lambda spec, x: s.valid(x, spec),
    "explanation of swapped": lambda spec, x: s.explain_data(x, spec),
}
DECIMALS = s.range_of(decimal.Decimal, decimal.Decimal(0), decimal.Decimal(9))
SPECS = [
    *any_values.SPECS, *contracts(), DECIMALS, s.spec({decimal.Decimal(1), 2}), s.spec({float("nan"), "a"}),
    s.or_(("\ufb01", int), ("fi", str)), s.cat(("\ufb01", int)), s.keys(req_un={"\ufb01": int}, closed=True),
    s.int_in(10**5000, 10**5001), s.coll_of(int, count=10**5000), s.range_of(s.is_number, 0, 10),
    s.str_in(1, 3), s.str_in(pattern="a+"), s.str_in(format="date"), s.keys(opt_un={"a": "any/tree"}),
]  # fmt: skip


def answers_all(spec, x):
    """Ask everything; whatever is raised but a SpecError fails the test."""
    for ask in QUESTIONS.values():
        try:
            ask(spec, x)
        except s.SpecError as error:
            messages = [str(error), *(each["msg"] for each in error.errors())]
        else:
            continue
        assert max(map(len, messages)) < 30_000


@pytest.mark.parametrize("name", VALUES)
def test_any_question_has_an_answer_or_a_spec_error(name):
    for spec in SPECS[len(name) % 16 :: 16]:
        answers_all(spec, VALUES[name])


@pytest.mark.parametrize("step", rows_by_suite(slow=[4], stress=[1]))
@pytest.mark.parametrize("name", VALUES)
def test_any_question_to_more_specs_has_an_answer_or_a_spec_error(name, step):
    for spec in SPECS[len(name) % step :: step]:
        answers_all(spec, VALUES[name])


names = st.sampled_from([name for name in VALUES if "deep" not in name])


def run(examples):
    # The same values each time, so that no change fails by chance; RANDOM=1 draws others.
    @hypothesis.settings(
        max_examples=examples,
        database=None,
        derandomize=not os.environ.get("RANDOM"),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(specs(Anything), names, st.sampled_from([None, "a", "law/a", "kind", 0]))
    def check(spec, name, inside):
        x = VALUES[name]
        answers_all(spec, x if inside is None else [x] if inside == 0 else {inside: x})

    check()


def test_random_specs_answer():
    run(60)


@pytest.mark.parametrize("examples", rows_by_suite(slow=[500], stress=[1500]))
def test_many_random_specs_answer(examples):
    run(examples)


# --- what one question went wrong about ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "x"),
    [
        (s.map_of(str, s.map_of(str, int)), VALUES["hostile key"]),
        (s.from_type(dict[int, int]), VALUES["hostile key"]),
        (s.every_kv(str, int), [VALUES["hostile in a list"]]),
    ],
    ids=["map", "dict", "list"],
)
def test_a_profile_names_a_place_by_keys_that_refuse_to_be_compared(spec, x):
    assert s.profile(spec, [x]).invalid == 1


def test_a_label_is_explained_whose_tag_has_no_hash():
    labels = s.multi_spec("kind", methods={"p": s.keys()})
    assert "p" in s.explain_str(s.model_spec(labels, lambda x: x, str), {"kind": SIGNALLING})


@pytest.mark.parametrize("score", ["x", {}, VALUES["list of a lying length"], SIGNALLING], ids=type)
def test_a_profile_counts_a_reading_whose_score_is_no_number(score):
    spec = s.model_spec(int, lambda x: s.Reading(x, score=score), str, threshold=0.5)
    assert s.profile(spec, [3]).invalid == 1


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("x", [NAN, SIGNALLING], ids=str)
def test_a_contract_explains_a_decimal_that_is_not_a_number(x, ordered):
    contract = s.infer([ROWS[i * 37 % 60] for i in range(60)], refuse=0.3, ordered=ordered)
    row = {**ROWS[0], "price": x}
    assert not s.valid(contract, row)
    [problem] = s.explain_data(contract, row)["problems"]
    assert (problem["in"], "InvalidOperation" in problem["reason"]) == (["price"], True)


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("x", [NAN, SIGNALLING], ids=str)
@pytest.mark.parametrize("place", range(0, 60, 7))
def test_a_decimal_that_is_not_a_number_takes_no_row_out_of_a_contract(x, place, ordered):
    rows = [{**row, "price": x} if i == place else row for i, row in enumerate(ROWS)]
    assert all(s.valid(s.infer(rows, refuse=0.3, ordered=ordered), row) for row in rows if row["price"] is x)


@pytest.mark.parametrize("n", [10**5000, -(10**5000)], ids=["long", "long below 0"])
@pytest.mark.parametrize(
    "make",
    [
        lambda n: s.int_in(n, n + 9),
        lambda n: s.spec({n, 1}),
        lambda n: s.range_of(int, n, n + 9),
        lambda n: s.coll_of(int, count=abs(n)),
        lambda n: s.infer([{"a": n + i} for i in range(60)], refuse=0.3),
    ],
)
def test_the_source_of_an_int_of_thousands_of_digits_is_that_int(make, n):
    spec, after = make(n), {}
    exec(s.source(spec), after)
    assert s.form(after["spec"]) == s.form(spec)


def test_a_ligature_stays_one_in_text_and_in_source():
    spec, after = s.or_(("\ufb01", int), ("fi", str)), {}
    exec(s.source(spec), after)
    assert repr(spec) == "or_(('\ufb01', int), fi=str)"
    assert s.conform(after["spec"], 3) == s.conform(spec, 3) == ("\ufb01", 3)


@pytest.mark.few(4)
@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("depth", [100, 150, 200, 250, 300, 400, 900])
def test_deep_rows_make_a_contract_or_an_error_that_counts(depth, ordered):
    rows = [nested(i * 37 % 60, lambda x: {"a": x}, depth) for i in range(60)]
    for ask in (
        lambda contract: contract,
        s.source,
        s.json_schema,
        lambda contract: s.explain_data(contract, nested("x", lambda x: {"a": x}, depth)),
        lambda contract: s.generate(contract, seed=1),
    ):
        with contextlib.suppress(s.SpecError):
            assert ask(s.infer(rows, refuse=0.3, ordered=ordered)) is not None


def test_what_another_thread_changes_meanwhile_is_answered():
    table = [
        s.keys(req_un={"a": int}), s.keys(opt_un={"a": str}, closed=True), s.map_of(str, int),
        s.coll_of(int, distinct=True), s.every(str), s.merge(s.keys(), s.keys(closed=True)), contracts()[0],
        s.coll_of(s.map_of(str, str)), s.coll_of(s.coll_of(str)), s.from_type(dict[str, int]),
    ]  # fmt: skip
    with changed_by_another_thread() as values:
        for spec, x in itertools.product(table, values * 2):
            answers_all(spec, x)


def test_a_predicate_that_is_interrupted_passes_it_on():
    def interrupt(x):
        raise KeyboardInterrupt

    for ask in (s.valid, s.conform, s.explain_data):
        with pytest.raises(KeyboardInterrupt):
            ask(s.coll_of(interrupt), [1])
