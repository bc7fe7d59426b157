"""The function-spec scenarios of the corpus: their functions, and their steps as calls of mxspec."""

import json
import sys
import types

import mxspec as s
from tests.conformance.corpus import FOLDER, built, decoded, same
from tests.conformance.functions import IMPLEMENTATIONS, named

NAMESPACE = "fnt"


def scenarios():
    return json.loads((FOLDER / "fn_cases.json").read_text())


class Scenario:
    """The namespace of a scenario, filled."""

    def __init__(self, data):
        self.module = types.ModuleType(NAMESPACE)
        sys.modules[NAMESPACE] = self.module
        for name, spec in data["defs"]:
            s.def_(name, built(spec))
        for name, facts in data["functions"].items():
            if facts["impl"] is not None:
                setattr(self.module, name, named(IMPLEMENTATIONS[facts["impl"]], NAMESPACE, name))
            if "fdef" in facts:
                s.def_(full(name), built(facts["fdef"]))
        self.specs = {name: facts.get("fdef") for name, facts in data["functions"].items()}

    def close(self):
        s.unstrument()
        s.check_asserts(False)
        del sys.modules[NAMESPACE]
        for name in self.specs:
            s.def_(full(name), None)


def full(name):
    return f"{NAMESPACE}/{name}"


# --- steps --------------------------------------------------------------------------------------------------


def instrument(scenario, step):
    options = dict(step["opts"])
    given = {}
    if "stub" in options:
        given["stub"] = list(map(full, options["stub"]))
    if "gen" in options:
        given["gen"] = {name: s.gen(built(spec)) for name, spec in options["gen"].items()}
    if "replace" in options:
        given["replace"] = {full(name): IMPLEMENTATIONS[impl] for name, impl in options["replace"].items()}
    if "spec" in options:
        given["spec"] = {full(name): built(data) for name, data in options["spec"].items()}
    return s.instrument(step["names"] and list(map(full, step["names"])), **given)


def unstrument(scenario, step):
    return s.unstrument(step["names"] and list(map(full, step["names"])))


def call(scenario, step):
    return getattr(scenario.module, step["f"])(*map(decoded, step["args"]))


def check(scenario, step):
    given = {key: step[key] for key in ("num_tests", "seed") if key in step}
    if "gen" in step:
        given["gen"] = {name: s.gen(built(spec)) for name, spec in step["gen"].items()}
    return s.check(list(map(full, step["names"])), **given)


def exercise_fn(scenario, step):
    return s.exercise_fn(full(step["f"]), *([step["n"]] if step["n"] else []))


def conform_function(scenario, step):
    return conformed(built(step["spec"]), IMPLEMENTATIONS[step["impl"]])


def conform_value(scenario, step):
    return conformed(built(step["spec"]), decoded(step["value"]))


def conformed(spec, x):
    return spec, x, s.conform(spec, x)


def assertion(scenario, step):
    s.check_asserts(step["enabled"])
    return s.assert_(built(step["spec"]), decoded(step["value"]))  # noqa: PT009


STEPS = {
    "instrument": instrument,
    "unstrument": unstrument,
    "call": call,
    "check": check,
    "exercise-fn": exercise_fn,
    "conform-fn": conform_function,
    "conform-value": conform_value,
    "assert": assertion,
}


# --- outcomes -----------------------------------------------------------------------------------------------


def agree_on_problems(expected, problems):
    assert len(problems) == len(expected)
    for wanted, got in zip(expected, problems, strict=True):
        for key in ("path", "via", "in", "val", "reason"):
            assert (key in got) is (key in wanted)
            assert key not in wanted or same(decoded(wanted[key]), got[key])


def agree_on_error(expected, error):
    """The error is of the kind, and carries the facts, that clojure's has."""
    data = expected.get("data", {})
    if "failure" in data:
        assert error.data["failure"] == data["failure"]
    if "problems" in data:
        assert str(error).startswith(expected["message"])
        agree_on_problems(data["problems"], error.problems)
    if "fn" in data:
        assert error.data["fn"] == data["fn"]
        args = [{"$fn": True} if callable(x) else x for x in error.data["args"]]
        assert same(args, [x if x == {"$fn": True} else decoded(x) for x in data["args"]["$vec"]])
        assert error.value == error.data["args"]


def agree_on_checks(expected, results):
    assert len(results) == len(expected["results"])
    for wanted, got in zip(expected["results"], results, strict=True):
        assert got.get("sym") == wanted["sym"]
        assert sorted(s.abbrev_result(got)) == sorted(wanted["abbrev_keys"])
        ret = got.get("ret", {})
        assert ret.get("pass") == wanted.get("pass")
        if isinstance(wanted.get("num_tests"), int):
            assert ret["num_tests"] == wanted["num_tests"]
        if "smallest" in wanted:
            assert ret["shrunk"]["smallest"] == decoded(wanted["smallest"])
        assert ("failure" in got) is ("failure" in wanted) is not bool(got)
        if "failure" in got:
            agree_on_error(wanted["failure"], got["failure"])
            facts = wanted["failure"].get("data", {})
            if "test_args" in facts:
                assert got["failure"].data["args"] == decoded(facts["test_args"])
                assert same(got["failure"].data["val"], decoded(facts["test_val"]))
    assert s.summarize_results(results) == expected["summary"]


def agree_on_return(scenario, step, got):
    wanted = step["outcome"].get("returns")
    kind = step["do"]
    if kind in ("instrument", "unstrument"):
        assert got == list(map(full, wanted["names"]))
    elif kind == "check":
        agree_on_checks(wanted, got)
    elif kind == "exercise-fn":
        assert len(got) == wanted["count"]
        f = getattr(scenario.module, step["f"])
        assert all(isinstance(args, list) and ret == f(*args) for args, ret in got)
    elif kind.startswith("conform"):
        spec, x, conformed_x = got
        assert s.valid(spec, x) is wanted["valid"]
        assert (conformed_x is x) is wanted["valid"]
        data = s.explain_data(spec, x)
        agree_on_problems(wanted.get("problems", []), data["problems"] if data else [])
    elif "returns_valid_for_ret" in step["outcome"]:
        assert s.valid(built(scenario.specs[step["f"]]["ret"]), got)
    else:
        assert same(got, decoded(wanted))
