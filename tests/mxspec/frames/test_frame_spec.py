"""frame: a spec of frames, and the operations where a spec of maps is asked about a frame."""

import datetime as dt
import importlib
import json

import hypothesis
import jsonschema
import pytest
from hypothesis import given

import mxspec as s
from mxspec.frames.frame_spec import MOST_EXPLAINED
from mxspec.frames.named_frames import frame_of, rows_of_frame

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

N = "n: an int from 1 to 9 is required"
ORDER = s.keys(req_un={"item": {"tea", "cake"}, "n": s.int_in(1, 10), "note": s.nilable(str)})
ROWS = [
    {"item": "tea", "n": 3, "note": None},
    {"item": "cake", "n": 30, "note": "x"},
    {"item": "te", "n": 0, "note": None},
]
MAKERS = {
    "pandas": pd.DataFrame,
    "polars": lambda rows: pl.DataFrame(rows, infer_schema_length=None),
    "polars, lazy": lambda rows: pl.LazyFrame(rows, infer_schema_length=None),
    "pyarrow": pa.Table.from_pylist,
}


@pytest.fixture(params=MAKERS)
def make(request):
    return MAKERS[request.param]


def test_a_frame_is_asked_as_its_rows(make):
    good, bad = make(ROWS[:1]), make(ROWS)
    for spec in (ORDER, s.frame(ORDER)):
        assert [s.valid(spec, x) for x in (good, bad, make(ROWS[:0]))] == [True, False, True]
        assert s.conform(spec, good) is good
        assert s.conform(spec, bad) is s.INVALID
        assert s.explain_data(spec, good) is None
        assert s.explain_str(spec, good) == "Success!"
        assert s.explain_json(spec, good) == []


def test_explain_has_the_words_of_the_row_and_its_number(make):
    problems = s.explain_data(ORDER, make(ROWS))["problems"]
    for i in (1, 2):
        own = s.explain_data(ORDER, ROWS[i])["problems"]
        assert [each for each in problems if each["in"][0] == i] == [
            {**each, "in": [i, *each["in"]]} for each in own
        ]
    assert {each["in"][0] for each in problems} == {1, 2}
    assert [each["loc"] for each in s.explain_json(ORDER, make(ROWS))] == [[1, "n"], [2, "item"], [2, "n"]]


def test_the_words_of_a_contract_are_those_of_the_row(make):
    contract = s.infer([{"age": 18 + i % 40, "plan": ["free", "pro"][i % 3 == 0]} for i in range(2000)])
    row = {"age": 230, "plan": "fre"}
    [first, second] = s.explain_data(contract, make([row]))["problems"]
    assert [first["reason"], second["reason"]] == [
        each["reason"] for each in s.explain_data(contract, row)["problems"]
    ]
    assert first["reason"] == "above 57, the most of 2,000 rows"


def test_only_the_first_refused_rows_are_explained():
    problems = s.explain_data(ORDER, pl.DataFrame(ROWS[1:2] * 3000))["problems"]
    assert [each["in"][0] for each in problems] == [*range(MOST_EXPLAINED)]


def test_a_frame_without_a_required_column_has_the_problems_of_each_row(make):
    frame = make([{"item": "tea", "n": 3}])
    [problem] = s.explain_data(ORDER, frame)["problems"]
    assert (problem["in"], problem["pred"]) == ([0], ("contains", "note"))


def test_columns_of_a_closed_spec_are_all_there_are(make):
    closed = s.keys(req_un={"n": int}, closed=True)
    assert s.valid(closed, make([{"n": 1}]))
    [problem] = s.explain_data(closed, make([{"n": 1, "m": 2}]))["problems"]
    assert problem["in"] == [0, "m"]


CLOSED = s.keys(req_un={"n": int}, opt_un={"m": int}, closed=True)


@pytest.mark.parametrize(
    ("spec", "columns", "words"),
    [
        (CLOSED, "n", ""),
        (CLOSED, "nm", ""),
        (CLOSED, "m", "key 'n' is required"),
        (CLOSED, "nx", "no such key - value: None in: ['x']"),
        (s.keys(req_un={"n": int}), "nx", ""),
        (s.keys(req_un={"n": int}), "x", "key 'n' is required"),
        (s.or_(CLOSED, s.keys(req_un={"x": int})), "x", ""),
        (s.nilable(s.keys(req_un={"n": s.and_(int, str)})), "n", ""),
        (
            s.merge(s.keys(req_un={"n": int}), s.keys(req_un={"m": int})),
            "n",
            "key 'm' is required",
        ),
        (s.contract(CLOSED, rows=100, refuses=0.1), "mx", "key 'n' is required"),
        (s.multi_spec("n", {1: CLOSED}), "x", ""),
        (s.map_of(str, int), "x", ""),
    ],
)
def test_a_frame_without_rows_is_asked_by_its_columns(spec, columns, words):
    frame = pl.DataFrame({name: [] for name in columns})
    frames = [frame, frame.lazy(), frame.to_pandas(), frame.to_arrow()]
    for each in frames:
        assert s.valid(spec, each) is s.valid(s.frame(spec), each) is (words == "")
        assert words in s.explain_str(spec, each)
        assert (s.explain_data(spec, each) is None) is (words == "")


def test_a_conformed_frame_is_the_list_of_its_conformed_rows(make):
    tagged = s.keys(req_un={"x": s.or_(small=s.int_in(0, 10), big=int)})
    conformed = s.conform(tagged, make([{"x": 3}, {"x": 30}]))
    assert conformed == [{"x": ("small", 3)}, {"x": ("big", 30)}]
    assert s.unform(s.frame(tagged), conformed) == [{"x": 3}, {"x": 30}]


@pytest.mark.parametrize("x", [3, None, [ROWS[0]], {"item": 3}, "tea"])
def test_what_is_no_frame_is_refused(x):
    [problem] = s.explain_data(s.frame(ORDER), x)["problems"]
    assert problem["reason"].startswith("a frame of pandas, polars")
    assert not s.valid(s.frame(ORDER), x)


def test_a_spec_of_other_values_refuses_a_frame_as_before(make):
    for spec in (int, s.coll_of(int), lambda x: False):
        assert not s.valid(spec, make(ROWS))
        assert len(s.explain_data(spec, make(ROWS))["problems"]) == 1
    assert s.valid(s.is_any, make(ROWS))


def test_a_named_spec_is_asked_about_frames_too(make):
    s.def_("frames/order", ORDER)
    assert s.valid("frames/order", make(ROWS[:1]))
    assert not s.valid("frames/order", make(ROWS))
    assert s.explain_data("frames/order", make(ROWS))["problems"][0]["via"] == ["frames/order"]
    assert s.form(s.frame("frames/order")) == ("frame", "frames/order")


def test_a_frame_composes():
    day = s.keys(req_un={"day": dt.date, "orders": s.frame(ORDER)})
    assert s.valid(day, {"day": dt.date(2024, 1, 1), "orders": pd.DataFrame(ROWS[:1])})
    [problem, *_] = s.explain_data(day, {"day": dt.date(2024, 1, 1), "orders": pd.DataFrame(ROWS)})[
        "problems"
    ]
    assert problem["in"] == ["orders", 1, "n"]
    assert s.valid(s.or_(none=s.is_none, orders=s.frame(ORDER)), pl.DataFrame(ROWS[:1]))


def test_a_frame_has_a_form_a_source_and_a_schema():
    for spec in (s.frame(ORDER), s.frame(ORDER, library="polars")):
        assert s.form(s.from_form(s.form(spec))) == s.form(spec)
        names = {}
        exec(s.source(spec), names)
        assert s.form(names["spec"]) == s.form(spec)
    schema = s.json_schema(s.frame(ORDER))
    jsonschema.validate(json.loads(json.dumps(ROWS[:1])), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(ROWS, schema)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: s.frame(int), "frame takes the spec of a row, which is a map, not int"),
        (lambda: s.frame(ORDER, library="polar"), "not of 'polar'; did you mean 'polars'"),
        (lambda: s.split(ORDER, ROWS), "split takes a frame"),
        (lambda: s.split(int, pd.DataFrame()), "split takes the spec of a row"),
        (lambda: s.valid(ORDER, pd.DataFrame([[1, 2]], columns=["n", "n"])), "two columns"),
        (
            lambda: s.split(s.and_({"n": int}, lambda row: row), pl.LazyFrame({"n": [1]})),
            "collect it first",
        ),
    ],
)
def test_an_error_says_what_was_asked(call, words):
    with pytest.raises(s.SpecDefinitionError, match=words):
        call()


# --- examples ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_examples_are_frames_of_a_library(library):
    frames = s.sample(s.frame(ORDER, library=library), 20, seed=1)
    assert {type(each).__module__.partition(".")[0] for each in frames} == {library}
    rows = [row for each in frames for row in rows_of_frame(frame_of(each))]
    assert len(rows) > 20
    assert all(s.valid(ORDER, row) for row in rows)


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_examples_of_rows_are_the_rows_of_one_frame(library):
    contract = s.infer([{"n": i % 50, "x": None if i % 3 else i % 11 / 4} for i in range(2000)])
    frame = s.sample(contract, 300, seed=1, library=library)
    assert type(frame).__module__.partition(".")[0] == library
    assert [*rows_of_frame(frame_of(frame))] == s.sample(contract, 300, seed=1)
    assert len(s.sample(contract, 0, library=library)) == 0
    with pytest.raises(s.SpecDefinitionError, match="takes the spec of a row"):
        s.sample(int, 3, library=library)


def test_decode_of_a_frame_is_an_error(make):
    for spec in (ORDER, s.frame(ORDER)):
        with pytest.raises(s.SpecDefinitionError, match="decode reads rows, not a frame"):
            s.decode(spec, make(ROWS))


def test_examples_of_any_cells_are_frames():
    row = s.keys(req_un={"x": s.or_(a=str, b=int, c=s.is_none, d=bool)}, opt_un={"y": float})
    for library in ("pandas", "polars"):
        assert all(s.valid(row, each) for each in s.sample(s.frame(row, library=library), 20, seed=1))


def test_a_property_of_frames_shrinks_rows_and_values():
    seen = []

    @hypothesis.settings(database=None, max_examples=200)
    @given(s.gen(s.frame(s.keys(req_un={"n": s.int_in(0, 1000), "word": str}), library="polars")))
    def no_large_n(frame):
        seen.append(frame)
        assert not (frame["n"] > 17).any()

    with pytest.raises(AssertionError):
        no_large_n()
    assert seen[-1].rows() == [(18, "")]


# --- split ------------------------------------------------------------------------------------------------


def test_split_returns_both_parts_in_the_library_of_the_frame(make):
    frame = make(ROWS)
    fit, rest = s.split(ORDER, frame)
    assert type(fit) is type(rest) is type(frame)
    assert [*rows_of_frame(frame_of(fit))] == ROWS[:1]
    refused = [*rows_of_frame(frame_of(rest))]
    reasons = [row.pop("reason") for row in refused]
    assert refused == ROWS[1:]
    assert reasons == [N, f"item: 'cake' or 'tea' is required; {N}"]


def test_reasons_are_those_of_explain():
    contract = s.infer([{"age": 18 + i % 40, "plan": ["free", "pro"][i % 3 == 0]} for i in range(2000)])
    _, rest = s.split(contract, pd.DataFrame([{"age": 230, "plan": "free"}, {"age": 20, "plan": "fre"}]))
    assert rest["reason"].to_list() == [
        "age: above 57, the most of 2,000 rows",
        "plan: not one of the 2 values of 2,000 rows: 'free', 'pro'; did you mean 'free'?",
    ]


def test_a_column_named_reason_stays():
    row = s.keys(req_un={"reason": int})
    _, rest = s.split(row, pl.DataFrame({"reason": ["a"], "reason_2": [1]}))
    assert rest.columns == ["reason", "reason_2", "reason_3"]


def test_the_index_of_pandas_stays():
    fit, rest = s.split(ORDER, pd.DataFrame(ROWS, index=[7, 7, 9]))
    assert [*fit.index, *rest.index] == [7, 7, 9]


def test_columns_of_pandas_may_have_numbers_for_names():
    row = s.keys(req_un={0: s.int_in(0, 10), 1: str})
    frame = pd.DataFrame([[3, "a"], [30, "b"]])
    assert (
        s.explain_str(row, frame)
        == "an int from 0 to 9 is required, not 30 - failed: int_in(0, 10) in: [1, 0] at: [0]"
    )
    assert [len(each) for each in s.split(row, frame)] == [1, 1]


def test_a_lazy_frame_gives_the_requirement_behind_a_name_as_rows_do():
    s.def_("test-split/plan", {"free", "pro"})
    spec, rows = s.keys(req_un=["test-split/plan"]), {"plan": ["pro", "fre"]}
    eager, lazy = (s.split(spec, frame)[1] for frame in (pl.DataFrame(rows), pl.LazyFrame(rows)))
    assert [*eager["reason"]] == [*lazy.collect()["reason"]] == ["plan: 'free' or 'pro' is required"]


def test_many_refused_rows_have_short_reasons(monkeypatch):
    monkeypatch.setattr(importlib.import_module("mxspec.frames.split"), "MOST_REASONS", 1)
    _, rest = s.split(ORDER, pl.DataFrame(ROWS))
    assert rest["reason"].to_list() == [N, f"item: 'cake' or 'tea' is required; {N}"]


ORDERS = s.keys(req_un={"plan": {"free", "pro"}, "n": s.int_in(1, 10)})


@pytest.mark.slow
def test_a_table_of_ibis_is_asked_in_its_engine():
    ibis = pytest.importorskip("ibis")
    rows = [{"plan": "free", "n": 3}, {"plan": "fre", "n": 3}, {"plan": "pro", "n": 30}]
    source = ibis.duckdb.connect()
    source.raw_sql(
        "create table orders as select * from (values ('free', 3), ('fre', 3), ('pro', 30)) t(plan, n)"
    )
    table = source.table("orders")
    assert not s.valid(ORDERS, table)
    assert s.profile(ORDERS, table) == s.profile(ORDERS, rows)
    assert {each["in"][-1] for each in s.explain_data(ORDERS, table)["problems"]} == {"plan", "n"}
    fit, rest = s.split(ORDERS, table)
    assert type(fit) is type(table)
    assert [*rows_of_frame(frame_of(fit))] == rows[:1]
    assert {row["reason"] for row in rows_of_frame(frame_of(rest))} == {
        "plan: 'free' or 'pro' is required",
        N,
    }
    source.raw_sql(
        "create table sums as select i % 500 as id, sum(i) as total from range(2000) t(i) group by i"
    )
    sums = source.table("sums")
    assert s.valid(s.infer(sums, ordered=False), sums)


def in_ibis(engine, query):
    source = getattr(pytest.importorskip("ibis"), engine).connect()
    source.raw_sql(f"create table cells as {query}")
    return source.table("cells")


FLOATS = "select 0.5 as x union all select 1.0 union all select 1e308 * 10 union all select null"


@pytest.mark.slow
@pytest.mark.parametrize("spec", [float, int, s.float_in(0, 3), s.float_in(0.5, infinite=False), {0.5, 1.0}])
def test_floats_of_an_engine_without_nan_fit_as_rows_do(spec):
    table = in_ibis("sqlite", FLOATS)
    rows = [{"x": 0.5}, {"x": 1.0}, {"x": float("inf")}, {"x": None}]
    for own in (spec, s.nilable(spec)):
        fits = [s.valid({"x": own}, row) or (spec is int and row["x"] == 1) for row in rows]
        profile = s.profile({"x": own}, table)
        assert (profile.valid, profile.invalid) == (sum(fits), 4 - sum(fits))
        assert len(s.flag({"x": own}, table).execute()) == 4


@pytest.mark.slow
@pytest.mark.parametrize("limit", [2**63 - 1, 2**63, 2**63 + 7, 2**64 - 1, 2**64, 2**70])
def test_bounds_beyond_64_bits_are_asked_of_a_warehouse(limit):
    cells = [3, 2**63 - 1, 2**63, 2**63 + 7, 2**64 - 1]
    table = in_ibis("duckdb", " union all ".join(f"select {x}::ubigint as x" for x in cells))
    for spec in (s.int_in(min=limit), s.int_in(max=limit), {3, limit}):
        assert s.profile({"x": spec}, table).valid == sum(s.valid(spec, x) for x in cells)


@pytest.mark.slow
def test_a_type_that_ibis_does_not_know_is_an_error_by_name():
    table = in_ibis("duckdb", "select '101'::bit as x, to_days(3) as v, 1 as n")
    with pytest.raises(s.SpecDefinitionError, match="'x' has a type that Ibis does not know, BIT; cast it"):
        s.valid({"x": str}, table)
    with pytest.raises(s.SpecDefinitionError, match="Ibis can't bring the cells"):
        s.explain({"n": s.int_in(2, 3)}, table)
    assert s.valid({"n": int}, table)


def test_an_interval_is_a_length_of_time_unless_it_has_months():
    duckdb = pytest.importorskip("duckdb")
    days = duckdb.sql("select to_days(i::int) as d from range(4) t(i)")
    assert s.valid({"d": dt.timedelta}, days)
    assert s.valid({"d": s.range_of(dt.timedelta, dt.timedelta(0), dt.timedelta(days=3))}, days)
    assert s.explain_data({"d": int}, days)["problems"][1]["val"] == dt.timedelta(days=1)
    assert not s.valid({"d": dt.timedelta}, duckdb.sql("select to_months(i::int) as d from range(4) t(i)"))


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["postgres", "snowflake", "bigquery"])
def test_the_rows_to_refuse_are_a_query_for_a_warehouse(dialect):
    ibis = pytest.importorskip("ibis")
    table = ibis.table({"plan": "string", "n": "int64"}, name="orders")
    _, rest = s.split(ORDERS, table)
    query = ibis.to_sql(rest, dialect=dialect)
    assert "IN (" in query
    assert N in query
    with pytest.raises(s.SpecDefinitionError, match="can't be asked"):
        s.split(s.keys(req_un={"plan": s.str_in(pattern="[a-z]+")}), table)


def test_a_frame_that_narwhals_does_not_read_is_an_error():
    class DataFrame:
        columns = ("plan", "n")

    for ask in (s.valid, s.explain_data, s.conform, s.profile):
        for spec in (ORDERS, s.frame(ORDERS)):
            with pytest.raises(s.SpecDefinitionError, match="Narwhals reads no DataFrame"):
                ask(spec, DataFrame())
    with pytest.raises(s.SpecDefinitionError, match="Narwhals reads no DataFrame"):
        s.infer(DataFrame())
    assert not s.valid(int, DataFrame())
    assert s.valid(s.is_any, DataFrame())


# --- profile and promises ---------------------------------------------------------------------------------


def test_the_profile_of_a_frame_is_that_of_its_rows(make):
    of_rows, of_frame = s.profile(ORDER, ROWS), s.profile(ORDER, make(ROWS))
    assert of_frame == of_rows == s.profile(s.frame(ORDER), make(ROWS))
    assert dict(of_frame.reasons) == {
        "n: an int from # to # is required": 2,
        "item: 'cake' or 'tea' is required": 1,
    }
    assert of_frame + of_rows == s.profile(ORDER, make(ROWS * 2))
    assert repr(of_frame).splitlines()[0] == "profile of 3 values by a contract of 3 columns"


def test_a_promise_asks_the_rows_of_a_frame_in_their_order(make):
    rows = ROWS[1:2] + ROWS[:1] * 1500
    promise = s.check_promise(ORDER, make(rows))
    assert promise == s.check_promise(ORDER, rows)
    assert (promise.rows, promise.refused) == (930, 1)
    with pytest.raises(s.PromiseError, match="refuses 2 of 2 values that must pass, the shortest: "):
        s.check_promise(ORDER, make(ROWS[1:] + ROWS[:1] * 1500))
    seen = []
    s.check_promise(lambda row: seen.append(row) or row["n"] < 40, make(rows))
    assert seen == rows[: len(seen)]


def test_whole_floats_of_a_frame_are_also_ints_to_a_promise_and_a_conformed_row():
    by_item = s.or_(
        tea=s.keys(req_un={"item": {"tea"}, "n": int, "size": int}),
        cake=s.keys(req_un={"item": {"cake"}, "n": float, "size": float}),
    )
    rows = [{"item": "tea", "n": 3.0, "size": 1.0}, {"item": "cake", "n": 1.0, "size": 2.5}] * 300
    frame = pd.DataFrame(rows)
    assert s.check_promise(by_item, frame).rows == 496
    assert s.conform(s.frame(by_item), frame)[:2] == [
        ("tea", {**rows[0], "n": 3, "size": 1}),
        ("cake", rows[1]),
    ]


def test_a_contract_profiles_in_few_words():
    row = {f"column_{i}": i for i in range(30)}
    profile = s.profile(s.infer([row] * 1000), pl.DataFrame([row]))
    assert repr(profile).startswith("profile of 1 values by a contract of 30 columns")
