"""What check_guard and untouched find: a guard with one fault, and what test data never meets."""

import json
import re
import subprocess
import sys
import threading

import fastapi
import numpy as np
import pydantic
import pytest
from fastapi.testclient import TestClient

import mxspec as s

ORDER = s.keys(
    {
        "code": s.str_in(min_length=2, max_length=4),
        "n": s.int_in(1, 10),
        "kind": {"cake", "tea"},
        "lines": s.coll_of(s.int_in(0, 9), min_count=1, max_count=3),
        "note": s.optional(str),
    },
    closed=True,
)

# A guard of orders, as one writes it by hand, condition by condition.
CONDITIONS = {
    "map": lambda x: isinstance(x, dict),
    "needed": lambda x: {"code", "n", "kind", "lines"} <= x.keys(),
    "known": lambda x: x.keys() <= {"code", "n", "kind", "lines", "note"},
    "code": lambda x: type(x["code"]) is str and 2 <= len(x["code"]) <= 4,
    "n": lambda x: type(x["n"]) is int and 1 <= x["n"] < 10,
    "kind": lambda x: x["kind"] in ("cake", "tea"),
    "lines": lambda x: type(x["lines"]) is list and 1 <= len(x["lines"]) <= 3,
    "line": lambda x: all(type(line) is int and 0 <= line < 9 for line in x["lines"]),
    "note": lambda x: type(x.get("note", "")) is str,
}

# A condition with a fault, and where the guard differs from the spec.
FAULTS = [
    ("n", lambda x: type(x["n"]) is int and 0 <= x["n"] < 10, "lets pass low 1 in n"),
    ("n", lambda x: type(x["n"]) is int and 1 <= x["n"] <= 10, "lets pass high 10 in n"),
    ("n", lambda x: type(x["n"]) is int and 2 <= x["n"] < 10, "refuses low 1 in n"),
    ("n", lambda x: type(x["n"]) is int and 1 <= x["n"] < 9, "refuses high 10 in n"),
    ("n", lambda x: isinstance(x["n"], int) and 1 <= x["n"] < 10, "lets pass look-alike bool for int in n"),
    ("n", lambda x: 1 <= x["n"] < 10, "lets pass look-alike float for int in n"),
    ("n", lambda x: 1 <= int(x["n"]) < 10, "lets pass look-alike str for int in n"),
    ("n", lambda x: x["n"] is None or 1 <= x["n"] < 10, "lets pass type None for int in n"),
    ("code", lambda x: type(x["code"]) is str and len(x["code"]) <= 4, "lets pass least length 2 in code"),
    ("code", lambda x: type(x["code"]) is str and len(x["code"]) >= 2, "lets pass greatest length 4 in code"),
    ("code", lambda x: 2 <= len(x["code"]) < 4, "refuses greatest length 4 in code"),
    ("kind", lambda x: x["kind"] == "tea", "refuses member 'cake' in kind"),
    ("kind", lambda x: type(x["kind"]) is str, "lets pass member 'tea' in kind"),
    ("lines", lambda x: len(x["lines"]) <= 3, "lets pass least length 1 in lines"),
    ("lines", lambda x: len(x["lines"]) >= 1, "lets pass greatest length 3 in lines"),
    ("line", lambda x: all(type(each) is int and each < 9 for each in x["lines"]),
     "lets pass low 0 in lines *"),
    ("line", lambda x: all(0 <= each < 9 for each in x["lines"]),
     "lets pass look-alike float for int in lines *"),
    ("note", lambda x: type(x["note"]) is str, "refuses missing key 'note'"),
    ("note", lambda x: True, "lets pass type None for str in note"),
    ("needed", lambda x: {"code", "n", "kind", "lines", "note"} <= x.keys(), "refuses missing key 'note'"),
    ("known", lambda x: True, "lets pass extra key"),
    ("map", lambda x: x is None or isinstance(x, dict), "lets pass type None for dict"),
]  # fmt: skip


def guard_with(name, condition):
    conditions = CONDITIONS | {name: condition}

    def guard(x):
        if x is None and conditions["map"](x):
            return True
        return all(holds(x) for holds in conditions.values())

    return guard


def lines_of(report):
    """The borders at which a guard differs."""
    sides = {"lets pass": report.missed, "refuses": report.stricter}
    return [
        f"{side} {miss.border}" + (f" in {' '.join(map(str, miss.where))}" if miss.where else "")
        for side, several in sides.items()
        for miss in several
    ]


def test_a_guard_without_a_fault_agrees():
    report = s.check_guard(guard_with("map", CONDITIONS["map"]), ORDER, json=True)
    assert report, report
    assert report.values > 100


@pytest.mark.few(10)
@pytest.mark.parametrize(("name", "condition", "line"), FAULTS)
def test_a_guard_with_a_fault_is_told_its_border(name, condition, line):
    report = s.check_guard(guard_with(name, condition), ORDER, json=True)
    assert not report
    assert line in lines_of(report)


# --- kinds of guards --------------------------------------------------------------------------------------


class Sale(pydantic.BaseModel):
    n: int = pydantic.Field(ge=1, lt=10)


class CarelessSale(pydantic.BaseModel):
    n: int = pydantic.Field(ge=1, le=10)


SALE = {"n": s.int_in(1, 10)}
HIGH = "lets pass high 10 in n"


def served(model):
    """A client of a web service that takes a model."""
    app = fastapi.FastAPI()

    @app.post("/sales")
    def sell(sale: model):
        return sale

    client = TestClient(app)
    return lambda x: client.post("/sales", json=x).status_code == 200


async def sells_later(x):
    return type(x["n"]) is int and 1 <= x["n"] <= 10


def sells(x):
    return type(x["n"]) is int and 1 <= x["n"] <= 10


def check_sale(x):
    if not (isinstance(x, dict) and type(x.get("n")) is int and 1 <= x["n"] <= 10):
        raise ValueError("no sale")


@s.batched(lambda xs: [isinstance(x, dict) and type(x.get("n")) is int and 1 <= x["n"] <= 10 for x in xs])
def sell_many(x):
    return sell_many.batch([x])[0]


SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer", "minimum": 1, "maximum": 10}},
    "required": ["n"],
}
ASK = {"lax": True, "json": True}
GUARDS = {
    "a function": (sells, ASK),
    "a coroutine function": (sells_later, ASK),
    "several at a time": (sells_later, ASK | {"workers": 8}),
    "in threads": (sells, ASK | {"workers": 4}),
    "a batched function": (sell_many, ASK),
    "a function that raises": (check_sale, ASK | {"raises": ValueError}),
    "a web service": (served(CarelessSale), ASK),
    "a pydantic model": (CarelessSale, ASK),
    "a JSON Schema": (s.from_json_schema(SCHEMA), ASK),
    "a second spec": ({"n": s.int_in(1, 11)}, ASK),
}


@pytest.mark.parametrize("kind", GUARDS)
def test_each_kind_of_guard_is_asked(kind):
    guard, options = GUARDS[kind]
    assert HIGH in lines_of(s.check_guard(guard, SALE, **options))


@pytest.mark.parametrize("guard", [Sale, served(Sale), s.from_type(Sale)], ids=["model", "service", "spec"])
def test_a_model_agrees_with_a_spec_that_says_the_same(guard):
    spec = guard if isinstance(guard, s.Spec) else SALE
    assert s.check_guard(guard, spec, **ASK)


def test_without_lax_what_a_model_converts_is_found():
    assert "lets pass look-alike str for int in n" in lines_of(s.check_guard(Sale, SALE, json=True))
    assert "look-alike" not in str(s.check_guard(Sale, SALE, **ASK))


def test_workers_ask_at_the_same_time():
    inside, two_are_inside = threading.Semaphore(1), threading.Event()

    def guard(x):
        is_first = inside.acquire(blocking=False)
        if is_first:
            two_are_inside.wait(timeout=20)
            inside.release()
        else:
            two_are_inside.set()
        return s.valid(SALE, x)

    assert s.check_guard(guard, SALE, 40, workers=2, seed=1)
    assert two_are_inside.is_set()


def test_a_network_is_a_guard():
    """A network that reads more than its spec accepts, asked with images beside the labels."""
    labels = s.model_spec(s.int_in(1, 4), lambda x: round(float(x.max())), lambda n: np.full((2,), float(n)))
    report = s.check_guard(lambda x: 1 <= round(float(x.max())) <= 4, labels)
    assert "lets pass label 4" in lines_of(report)


WORDS = {"tea": 1, "cake": 2}


@pytest.mark.parametrize(
    ("others", "missed", "untried"),
    [
        (lambda n: ["?" * n], ["another kind like 1", "another kind like 2"], ()),
        (
            lambda n: ["tea", 7, "?" * n],
            ["another kind like 1", "another kind like 2"],
            (),
        ),  # one is no text
        (lambda n: ["?"][n - 1 :], ["another kind like 1"], ()),
        ({1: ["?"]}.__getitem__, ["another kind like 1"], ()),  # it knows nothing of 2
        (lambda n: ["tea"], [], ("values of another kind",)),
        (lambda n: [], [], ("values of another kind",)),
        (None, [], ()),
    ],
)
def test_values_of_another_kind_are_those_in_which_a_model_reads_no_label(others, missed, untried):
    words = s.model_spec({1, 2}, WORDS.get, {1: "tea", 2: "cake"}.__getitem__, input=str, others=others)
    report = s.check_guard(lambda x: x in WORDS or x in ("?", "??"), words)
    assert sorted(str(miss.border) for miss in report.missed) == missed
    assert report.untried == untried
    assert "another kind" not in {miss.border.kind for miss in report.stricter}


def test_others_is_a_function_from_a_label():
    with pytest.raises(s.SpecDefinitionError, match=r"^others is a function from a label to .*, not 5$"):
        s.model_spec({1}, len, str, others=5)


@pytest.mark.parametrize(
    "spec", [s.int_in(1, 5), s.fspec(args=s.cat(n=s.int_in(1, 5))), s.from_type(Sale), ORDER, {"a": SALE}]
)
def test_a_spec_agrees_with_itself(spec):
    assert s.check_guard(spec, spec)


@pytest.mark.parametrize("spec", [ORDER, s.coll_of(int), s.str_in(max_length=3), s.is_any])
def test_with_json_only_what_json_keeps_is_asked(spec):
    asked = []
    s.check_guard(lambda x: asked.append(x) or True, spec, json=True)
    assert asked
    assert [repr(x) for x in asked if repr(json.loads(json.dumps(x))) != repr(x)] == []


# --- the report -------------------------------------------------------------------------------------------


def passes_all(n):
    return True


GOLDEN = """\
differs: 5 of 5 conditions broken alone
  passes_all, asked ... values at ... borders of int_in(1, 10)
  lets pass None - type None for int
  lets pass '' - type str for int
  lets pass 0 - low 1
  lets pass 10 - high 10"""


def test_a_report_has_a_line_for_each_border():
    report = s.check_guard(passes_all, s.int_in(1, 10))
    first, head, *lines = repr(report).splitlines()
    assert first == GOLDEN.splitlines()[0]
    assert head == f"  passes_all, asked {report.values} values at {report.borders} borders of int_in(1, 10)"
    assert {*GOLDEN.splitlines()[2:]} <= {*lines}
    assert lines[:2] == [
        f"  {report.score}",
        "  your guard looks like: any in place of int_in(1, 10)",
    ]
    assert len(lines) - 2 == len(report.missed) == len({*lines}) - 2
    assert report.stricter == ()


def test_a_report_of_many_borders_ends():
    spec = {f"key_{i}": s.int_in(1, 10) for i in range(9)}
    text = repr(s.check_guard(lambda x: True, spec, 400))
    assert len(text.splitlines()) == 25
    assert text.splitlines()[-1].startswith("  lets pass ")
    assert text.endswith(" more")


def test_a_guard_that_agrees_says_so():
    report = s.check_guard(SALE, SALE)
    assert repr(report).splitlines() == [
        "agrees: 7 of 7 conditions broken alone",
        f"  {{'n': int_in(1, 10)}}, asked {report.values} values at {report.borders} borders of "
        "{'n': int_in(1, 10)}",
        "  9 of 9 mutants told apart",
    ]


@pytest.mark.parametrize("spec", [SALE, s.array((2,), "float32", max=1), s.fspec(args=s.cat(x=int))])
def test_a_report_is_json(spec):
    report = s.check_guard(lambda x: True, spec, 60)
    data = json.loads(json.dumps(report.to_dict()))
    assert not data["agrees"]
    assert len(data["missed"]) == len(report.missed) > 0
    assert {*data["missed"][0]} == {"value", "repr", "path", "border", "problem", "lax"}


def test_a_report_as_json_tells_values_apart_that_json_writes_alike():
    report = s.check_guard(lambda x: type(x) is not int and x == 1, {1}).to_dict()
    assert {row["repr"] for row in report["missed"]} == {"1.0", "True"}
    report = s.check_guard(lambda x: type(x) is int and x == 1, {1}).to_dict()
    assert [(row["value"], row["repr"]) for row in report["stricter"]] == [(1, "np.int64(1)")]


def test_a_digit_of_another_script_is_called_so():
    def accept(x):
        return re.fullmatch(r"[A-Z]{3}-\d{4}", x) is not None  # \d is a digit of any script

    report = s.check_guard(accept, s.str_in(r"[A-Z]{3}-\d{4}"))
    borders = {miss.border.at.partition(" (")[2]: miss.value for miss in report.missed}
    assert {words[: words.index(" part 3")] for words in borders} == {"a digit beyond ASCII in"}
    assert not borders.popitem()[1].isascii()


def test_the_same_seed_asks_the_same():
    first, second = (s.check_guard(passes_all, s.int_in(1, 10), seed=3) for _ in range(2))
    assert repr(first) == repr(second)


def test_one_line_in_pytest_fails_with_the_list(tmp_path):
    (tmp_path / "test_it.py").write_text(
        "import mxspec as s\n\n"
        "def test_guard():\n"
        "    assert s.check_guard(lambda n: type(n) is int and 1 <= n <= 10, s.int_in(1, 10))\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "lets pass 10 - high 10" in ran.stdout


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda: s.check_guard(lambda x: 1, SALE),
            s.SpecDefinitionError,
            "but a guard answers True or False",
        ),
        (lambda: s.check_guard(3, SALE), s.SpecDefinitionError, "a guard is a function of one value"),
        (
            lambda: s.check_guard(sells, SALE, 0),
            s.SpecDefinitionError,
            "the number of values is an int from 1",
        ),
        (lambda: s.check_guard(sells, s.spec({3 + 4j}), 1, json=True), s.GeneratorError, "JSON keeps none"),
        (lambda: s.check_guard(sells, SALE, workers=0), s.SpecDefinitionError, "workers is an int from 1"),
        (lambda: s.check_guard(sells, SALE, raises=3), s.SpecDefinitionError, "raises is a class"),
        (lambda: s.check_guard(check_sale, SALE, raises=OSError), ValueError, "no sale"),
        (lambda: s.check_guard(sells, s.spec(lambda x: x)), s.GeneratorError, "unable to construct gen"),
        (lambda: s.check_guard(served(Sale), SALE), s.SpecDefinitionError, "json=True"),
        (lambda: s.check_guard("near/nothing", SALE), s.UnknownSpecError, "near/nothing"),
    ],
)
def test_an_error_names_the_limit(call, error, words):
    with pytest.raises(error) as caught:
        call()
    assert words in str(caught.value)


# --- the borders of test data -----------------------------------------------------------------------------

# A spec, the values of a test, and the borders that they never meet.
UNTOUCHED = [
    (s.int_in(1, 10), [1, 9], []),
    (s.int_in(1, 10), [5], ["low 1", "high 10"]),
    (s.int_in(1, 10), [1, 9, 10, "x"], []),  # what spec refuses is left out
    (s.int_in(1, 10), [], ["low 1", "high 10"]),
    ({"cake", "tea"}, ["tea"], ["member 'cake'"]),
    (s.str_in(min_length=2, max_length=4), ["ab", "abc"], ["greatest length 4"]),
    (s.coll_of(s.int_in(0, 9), min_count=1, max_count=2), [[0], [8]],
     ["greatest length 2", "element after the first"]),
    (s.and_(s.keys({"a": s.optional({1}), "b": s.optional({2})}), lambda x: "a" in x or "b" in x),
     [{"a": 1}, {"a": 1, "b": 2}], ["missing key 'a'", "presence with 'b', without 'a'"]),
    (s.nilable(s.int_in(1, 3)), [1, 2], ["None"]),
    (s.or_(n={5}, t={"a"}), [5], ["branch t", "member 'a'"]),
    ({"n": s.int_in(1, 10), "note": s.optional({"x"})}, [{"n": 1, "note": "x"}, {"n": 9, "note": "x"}],
     ["missing key 'note'"]),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "values", "borders"), UNTOUCHED)
def test_borders_that_no_value_meets_are_listed(spec, values, borders):
    misses = s.untouched(spec, values)
    assert sorted({str(miss.border) for miss in misses}) == sorted(borders)
    assert all(miss.side == "right" and s.valid(spec, miss.value) for miss in misses)


@pytest.mark.parametrize(("spec", "values", "borders"), UNTOUCHED)
def test_the_values_that_are_listed_meet_them(spec, values, borders):
    more = [*values, *(miss.value for miss in s.untouched(spec, values))]
    assert s.untouched(spec, more) == []


def test_a_promise_says_how_many_near_misses_a_guard_catches():
    spec = s.keys(req_un={"n": s.int_in(1, 10)}, closed=True)
    promise = s.check_promise(lambda x: s.valid(spec, x), s.near_misses(spec), catch=0.9)
    assert promise.refuses_at_least > 0.9
    with pytest.raises(s.PromiseError, match="must be refused") as refuted:
        s.check_promise(lambda x: isinstance(x, dict), s.near_misses(spec), catch=0.9)
    assert refuted.value.data["verdict"] == "refuted"
