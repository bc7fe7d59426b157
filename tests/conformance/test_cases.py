"""Every case of cases.json: the same valid, conform, unform and problems as clojure.spec."""

import itertools

import mxspec as s
from tests.conformance.corpus import cases, decoded, defined, same

CASES = sorted(cases(), key=lambda case: case["group"])
GROUPS = {group: list(rows) for group, rows in itertools.groupby(CASES, lambda case: case["group"])}

# Where Clojure overflows its stack, or resolves no name, a SpecError is an answer too.
MAY_RAISE = {"unresolved", "divergent", "amp-quirk"}


def difference(case):
    """Return the difference of mxspec's answer from clojure.spec's, or None."""
    x = decoded(case["value"])
    try:
        spec = defined(case)
        conformed = s.conform(spec, x)
        valid = s.valid(spec, x)
    except s.SpecError as error:
        return None if case.get("throws") and case["group"] in MAY_RAISE else f"raises {error!r}"
    if case.get("throws"):
        return difference_where_clojure_throws(case, valid, conformed)
    if valid is not case["valid"]:
        return f"valid is {valid}"
    if not same(conformed, decoded(case["conform"])):
        return f"conforms to {conformed!r}, not to {decoded(case['conform'])!r}"
    if "unform" in case and not same(s.unform(spec, conformed), decoded(case["unform"])):
        return f"unforms to {s.unform(spec, conformed)!r}, not to {decoded(case['unform'])!r}"
    return difference_in_problems(case, spec, x)


def difference_where_clojure_throws(case, valid, conformed):
    if case["group"] == "unresolved":
        return "an unknown name raises nothing"
    if case["group"] in MAY_RAISE or (conformed is s.INVALID and not valid):
        return None
    return f"a predicate that raises accepts: {conformed!r}"


def difference_in_problems(case, spec, x):
    data = s.explain_data(spec, x)
    found = data["problems"] if data else []
    if "problems" in case:
        agree = agree_in_any_order if case.get("unordered") else agree_in_order
        return None if agree(case["problems"], found) else f"explains {found}, not {case['problems']}"
    expected = case["valid"] and not case.get("problems_though_valid") and not case.get("explain_error")
    return f"explains a valid value: {found}" if expected and found else None


def is_same_problem(expected, found):
    keys = [key for key in ("path", "via", "in", "val", "reason") if key in expected]
    return all(same(decoded(expected[key]), found.get(key)) for key in keys)


def agree_in_order(expected, found):
    return len(expected) == len(found) and all(map(is_same_problem, expected, found))


def agree_in_any_order(expected, found):
    left = list(found)
    for problem in expected:
        match = next((i for i, other in enumerate(left) if is_same_problem(problem, other)), None)
        if match is None:
            return False
        del left[match]
    return not left


def pytest_generate_tests(metafunc):
    """A test per group, and one of a single case where it is asked for by its id, as in `-k amp-015`."""
    if "rows" in metafunc.fixturenames:
        asked = metafunc.config.getoption("keyword")
        alone = {case["id"]: [case] for case in CASES if case["id"] == asked}
        tests = GROUPS | alone
        metafunc.parametrize("rows", tests.values(), ids=tests.keys())


def test_the_corpus_is_whole():
    assert len(CASES) == 2142
    assert len(GROUPS) == 47


def test_mxspec_answers_as_clojure_spec(rows):
    differing = {case["id"]: found for case in rows if (found := difference(case)) is not None}
    assert differing == {}
