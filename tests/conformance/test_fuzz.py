"""The fuzz itself: what it draws, how it shrinks, and what it says where there is no Clojure."""

import functools
import json

import pytest

import mxspec as s
from tests.conformance.corpus import built, decoded
from tests.conformance.differences import difference
from tests.conformance.fuzz import __main__ as fuzz
from tests.conformance.fuzz import clojure
from tests.conformance.fuzz.cases import random_cases
from tests.conformance.fuzz.shrink import shrink
from tests.conformance.fuzz.specs import KINDS
from tests.conformance.texts import python_text

INT, ANY = {"pred": "int?"}, {"pred": "any?"}


@functools.cache
def cases():
    return [case for group in random_cases(seed=1, count=2000) for case in group]


def ops(data):
    """Yield the kinds of all specs in some data."""
    if isinstance(data, dict):
        if "op" in data:
            yield data["op"]
        data = list(data.values())
    for part in data if isinstance(data, list) else []:
        yield from ops(part)


def test_a_seed_repeats_and_another_differs():
    assert [*random_cases(7, 100)] == [*random_cases(7, 100)] != [*random_cases(8, 100)]


def test_every_kind_is_drawn_and_regexes_in_regexes():
    kinds = {op for case in cases() for op in ops([case["defs"], case["spec"]])}
    assert kinds >= KINDS.keys() - {"leaf", "ref"} | {"conformer", "int-in", "double-in"}
    nested = {(case["spec"].get("op"), op) for case in cases() for op in ops(list(case["spec"].values()))}
    assert nested >= {("amp", "amp"), ("alt", "amp"), ("plus", "alt"), ("star", "plus"), ("cat", "keys*")}


def test_each_case_is_a_spec_and_a_value_of_mxspec_and_text_for_both():
    for case in cases():
        for name, data in case["defs"]:
            s.def_(name, built(data))
        built(case["spec"])
        decoded(case.get("value"))
        for name, _ in case["defs"]:
            s.def_(name, None)
        assert python_text({**case, "valid": False})
        assert clojure.question([case]).isprintable()


def test_a_difference_is_shrunk_to_a_minimal_case():
    spec = {"op": "cat", "args": [["p", ANY], ["q", {"op": "star", "arg": {"op": "plus", "arg": INT}}]]}
    value = {"$vec": [3, {"$vec": [1, {"$map": [["a", 42]]}]}, "x"]}
    case = {"id": "1", "group": "kept", "defs": [["z/a", ANY]], "spec": spec, "value": value}

    def kind(case):
        return "explains" if "plus" in ops(case["spec"]) and "42" in json.dumps(case["value"]) else None

    assert shrink([case], list, kind) == [
        {"id": "1", "group": "kept", "defs": [], "spec": {"op": "plus", "arg": INT}, "value": 42}
    ]


INTO_SET = {"op": "coll-of", "arg": {"pred": "boolean?"}, "opts": {"into": "set"}}
IN_SET = {"op": "and", "args": [INTO_SET, {"op": "coll-of", "arg": INT}]}
IN_LIST = {
    "op": "and",
    "args": [{"op": "coll-of", "arg": {"pred": "boolean?"}}, {"op": "coll-of", "arg": INT}],
}


@pytest.mark.parametrize(
    ("spec", "problems", "agrees"),
    [
        (IN_SET, [(0, True), (1, False)], True),
        (IN_SET, [(1, True), (0, False)], True),
        (IN_SET, [(0, False), (1, True)], True),
        (IN_SET, [(0, True), (0, False)], False),  # two elements in one place
        (IN_SET, [(0, True), (1, True)], False),
        (IN_SET, [(0, True)], False),
        (IN_LIST, [(0, True), (1, False)], True),
        (IN_LIST, [(1, True), (0, False)], False),
    ],
)
def test_the_order_of_a_set_alone_is_no_difference(spec, problems, agrees):
    case = {"id": "1", "group": "kept", "defs": [], "spec": spec, "value": {"$vec": [True, False]}}
    answers = [{"path": [], "via": [], "in": [at], "val": val} for at, val in problems]
    found = difference({**case, "valid": False, "conform": {"$invalid": True}, "problems": answers})
    assert (found is None) is agrees


def test_a_case_is_kept_once(tmp_path):
    file = tmp_path / "kept.json"
    cases = [{"id": str(n), "defs": [], "spec": INT, "value": n % 2} for n in range(4)]
    assert (fuzz.keep(cases, file), fuzz.keep(cases, file)) == (2, 0)
    assert [case["value"] for case in json.loads(file.read_text())] == [0, 1]


def test_without_java_the_error_says_how_to_install_it(monkeypatch, capsys):
    monkeypatch.setattr(clojure, "newest_java", lambda: None)
    assert fuzz.main(["--cases", "1"]) == 2
    assert "apt install clojure libtest-check-clojure" in capsys.readouterr().out


def test_a_question_that_clojure_does_not_answer_in_time_leaves_the_others(monkeypatch):
    try:
        clojure.command()
    except clojure.ClojureMissingError as error:
        pytest.skip(str(error).partition(".")[0])
    sleeping = "{:defs [] :spec (s/spec (fn [x] (Thread/sleep 60000))) :values [1]}"
    monkeypatch.setattr(clojure, "PATIENCE", 1)
    cases = [{"defs": [], "spec": INT, "value": value} for value in (1, "a")]
    with clojure.Clojure() as process:
        first, nothing, second = process.ask([clojure.question(cases), sleeping, clojure.question(cases[:1])])
    assert [answer["valid"] for answer in first] == [True, False]
    assert nothing is None
    assert second == [{"valid": True, "conform": 1, "unform": 1}]
