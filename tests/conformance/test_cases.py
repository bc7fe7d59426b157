"""Every case of the corpus: the same valid, conform, unform and problems as clojure.spec."""

import itertools

import mxspec as s
from tests.conformance.corpus import built, cases, decoded
from tests.conformance.differences import differences
from tests.conformance.fuzz import clojure
from tests.conformance.fuzz.cases import random_cases
from tests.conformance.texts import python_text

CASES = sorted(cases(), key=lambda case: case["group"])
GROUPS = {group: list(rows) for group, rows in itertools.groupby(CASES, lambda case: case["group"])}


def pytest_generate_tests(metafunc):
    """A test per group, and one of a single case where it is asked for by its id, as in `-k amp-015`."""
    if "rows" in metafunc.fixturenames:
        asked = metafunc.config.getoption("keyword")
        alone = {case["id"]: [case] for case in CASES if case["id"] == asked}
        tests = GROUPS | alone
        metafunc.parametrize("rows", tests.values(), ids=tests.keys())


def test_the_corpus_is_whole():
    assert len(GROUPS["random"]) == 5942
    assert (
        len([case for case in CASES if case["group"] != "random" and not case["id"].startswith("kept-")])
        == 2142
    )
    assert len(GROUPS) == 48 + len({case["group"] for case in CASES if case["id"].startswith("kept-")})


def test_mxspec_answers_as_clojure_spec(rows):
    differing = [f"{case['id']}: {found}\n{python_text(case)}" for case, found in differences(rows) if found]
    assert not differing, "\n".join([f"{len(differing)} of {len(rows)} cases differ", *differing[:20]])


def test_a_random_case_is_a_spec_and_a_value_of_mxspec_and_a_question_for_clojure():
    for case in itertools.chain.from_iterable(random_cases(seed=1, count=300)):
        for name, data in case["defs"]:
            s.def_(name, built(data))
        built(case["spec"])
        decoded(case.get("value"))
        for name, _ in case["defs"]:
            s.def_(name, None)
        assert python_text({**case, "valid": False})
        assert clojure.question([case]).isprintable()
