"""The difference of mxspec's answer from clojure.spec's, and where clojure.spec itself is wrong."""

import functools
import itertools
import json
import sys
import types

import mxspec as s
from tests.conformance.corpus import decoded, defined, same
from tests.conformance.functions import named

# Where Clojure overflows its stack, or resolves no name, a SpecError is an answer too.
MAY_RAISE = {"unresolved", "divergent", "amp-quirk", "kept"}

# mxspec's other reasons say why a predicate raised; clojure.spec would raise.
CLOJURES_REASONS = {"Insufficient input", "Extra input", "no method"}


def difference(case):
    """Return the difference of mxspec's answer from clojure.spec's, or None."""
    [(_, found)] = differences([case])
    return found


def differences(cases):
    """Yield each case with its difference; a spec with several values in a row is built once."""
    for _, rows in itertools.groupby(cases, key=lambda case: json.dumps([case["defs"], case["spec"]])):
        first, *rest = rows
        build = functools.cache(lambda case=first: defined(case))
        try:
            for case in (first, *rest):
                found = caught(difference_in_function if "impl" in case else difference_in_value, case, build)
                excused = found and not found.startswith("raised-") and leaks_markers(case)
                yield case, None if excused else found
        finally:
            for name, _ in first["defs"]:
                s.def_(name, None)


def caught(compare, case, build):
    try:
        return compare(case, build)
    except Exception as error:  # mxspec raises a SpecError, and nothing else
        return f"raised-{type(error).__name__} {error}"


def difference_in_value(case, build):
    x = decoded(case["value"])
    try:
        spec = build()
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
    if not same(s.conform(spec, x), conformed) or s.valid(spec, x) is not valid:
        return f"answers differently once it is compiled: {s.conform(spec, x)!r}, first {conformed!r}"
    return difference_in_unform(case, spec, x, conformed) or difference_in_problems(case, spec, x)


def difference_where_clojure_throws(case, valid, conformed):
    if case["group"] == "unresolved":
        return "an unknown name raises nothing"
    if case["group"] in MAY_RAISE or (conformed is s.INVALID and not valid):
        return None
    return f"a predicate that raises accepts: {conformed!r}"


def difference_in_unform(case, spec, x, conformed):
    if not case["valid"]:
        return None
    try:
        unformed = s.unform(spec, conformed)
    except s.SpecError as error:
        unformed = error
    if same(unformed, x):
        return None
    clojures = decoded(case["unform"]) if "unform" in case else s.INVALID
    if not same(clojures, x):  # where clojure does not lead back, an error that says so is right
        if says_none(case) or same(unformed, clojures) or isinstance(unformed, s.UnformError):
            return None
    elif is_merged_again(case):
        return None
    return (
        f"unforms to {unformed!r}, not to {x!r}; clojure to {case.get('unform', case.get('unform_error'))!r}"
    )


def difference_in_problems(case, spec, x):
    data = s.explain_data(spec, x)
    found = data["problems"] if data else []
    if "problems" not in case:
        expected = case["valid"] and not case.get("problems_though_valid") and not case.get("explain_error")
        return f"explains a valid value: {found}" if expected and found else None
    if agree(case, found):
        return None
    return f"explains {found}, not {case['problems']}"


def is_same_problem(expected, found):
    keys = [key for key in ("path", "via", "in", "val", "reason") if key in expected]
    if "reason" not in expected and found.get("reason") in CLOJURES_REASONS:
        return False
    return all(same(decoded(expected[key]), found.get(key)) for key in keys)


def agree(case, found):
    """True if the problems found are clojure's, or but for a fault of clojure's."""
    expected = case["problems"]
    if len(expected) == len(found) and all(map(is_same_problem, expected, found)):
        return True
    if case["spec"].get("op") == "fspec" and any(holds(problem.get("val"), "$list") for problem in expected):
        return len(found) > 0  # clojure's examples of regexes are lists, which its tuple refuses
    surplus = without(expected, found)
    if (surplus == [] and case.get("unordered", False)) or is_silent(surplus) or repeats(expected, found):
        return True
    return counts_in_set(case) and differ_by_places(expected, found)


def without(expected, found):
    """Return the problems found that are not among those expected; None if one of these is not found."""
    left = list(found)
    for problem in expected:
        match = next((i for i, other in enumerate(left) if is_same_problem(problem, other)), None)
        if match is None:
            return None
        del left[match]
    return left


def counts_in_set(case):
    """True if what conforms to a set is explained by a spec after it, in an `and` or an `amp`.

    `in` then has the number of an element in the order of that set, which neither language specifies:
    `(s/and (s/coll-of boolean? :into #{}) (s/coll-of int?))` on `[true false]` says `[0]` of either.
    """
    text = json.dumps([case["spec"], case["defs"]])
    return '"into": "set"' in text and any(f'"op": "{op}"' in text for op in ("and", "amp"))


def differ_by_places(expected, found):
    """True if the problems are the same but for their order and the numbers in `in`, one for one."""
    expected = [{**problem, "in": decoded(problem["in"])} for problem in expected]
    places = [len({tuple(problem["in"]) for problem in problems}) for problems in (expected, found)]
    surplus = without(*([without_numbers(problem) for problem in problems] for problems in (expected, found)))
    return surplus == [] and places[0] == places[1]


def without_numbers(problem):
    return {**problem, "in": ["a number" if type(key) is int else key for key in problem["in"]]}


# --- functions --------------------------------------------------------------------------------------------

MODULE = "mxf"


def difference_in_function(case, build):
    """Compare a call of an instrumented function, or without a value a check of it."""
    module = sys.modules[MODULE] = types.ModuleType(MODULE)
    module.f = named(decoded(case["impl"]), MODULE, "f")
    try:
        s.def_("mxf/f", build())
        return (difference_in_call if "value" in case else difference_in_check)(case, module)
    finally:
        s.unstrument()
        s.def_("mxf/f", None)
        del sys.modules[MODULE]


def difference_in_call(case, module):
    if case.get("raises", "RuntimeException") != "RuntimeException":
        return None  # clojure's explain raises
    s.instrument(["mxf/f"])
    try:
        returned = module.f(*decoded(case["value"]))
    except s.SpecError as error:
        if case.get("throws"):
            return None
        problems = getattr(error, "problems", None)
        agreed = problems is not None and "problems" in case and agree(case, problems)
        return None if agreed else f"explains {problems if problems else error!r}, not {outcome(case)}"
    except RuntimeError as error:
        return None if case.get("raises") else f"raises {error!r}, not {outcome(case)}"
    if case.get("throws") or ("returns" in case and same(returned, decoded(case["returns"]))):
        return None
    return f"returns {returned!r}, not {outcome(case)}"


def difference_in_check(case, module):
    if "pass" not in case:  # clojure could not draw arguments
        return None
    [result] = s.check(["mxf/f"], num_tests=5)
    passes = result.get("ret", {}).get("pass") is True
    if passes is not case["pass"]:
        if case["pass"] and counts_lazily(getattr(result.get("failure"), "problems", None)):
            return None
        return f"passes its check: {passes}, {result}"
    if "problems" in case and not agree(case, problems := result["failure"].problems):
        return f"explains {problems}, not {outcome(case)}"
    return None


def outcome(case):
    return {key: case[key] for key in ("returns", "problems", "raises", "pass") if key in case}


# --- where clojure.spec is wrong --------------------------------------------------------------------------


def leaks_markers(case):
    """True if a marker of clojure.spec's, ::s/nil or ::s/invalid, came into an answer or to a pred.

    `(s/conform (s/* (s/& int? even?)) [])` is `[::s/invalid]`, and `(s/& (s/? int?) f)` shows ::s/nil to f.
    """
    answer = [case.get("conform") if case.get("valid") else None, case.get("unform"), case.get("problems")]
    return "leaks_sentinel" in case or any(holds(answer, kind) for kind in ("$leak", "$invalid"))


def is_merged_again(case):
    """True if `?` is inside a merge: it unforms a list to a list in a list, which another part may hide."""
    text = json.dumps([case["spec"], case["defs"]])
    return '"merge"' in text and '"maybe"' in text


def says_none(case):
    """True for a `?`, which says None of no match, and for the conformer to None: no answer leads back."""
    text = json.dumps([case["spec"], case["defs"]])
    return '"maybe"' in text or '"f": "nil-out"' in text


def holds(data, kind):
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list) else []
    return (isinstance(data, dict) and kind in data) or any(holds(part, kind) for part in parts)


def counts_lazily(problems):
    """True if the problems are of `count` alone: clojure counts a lazy sequence no further than that number.

    An example of a regex is lazy: `(s/valid? (s/coll-of any? :count 2) (map identity [1 2 3]))` is true.
    """
    preds = [problem["pred"] for problem in problems or ()]
    return preds != [] and all(isinstance(pred, tuple) and pred[0] == "count" for pred in preds)


def is_silent(surplus):
    """True if clojure lacks "Extra input" alone: it can be silent where more follows an alt."""
    return bool(surplus) and all(problem.get("reason") == "Extra input" for problem in surplus)


MANY_WAYS = 8


def repeats(expected, found):
    """True if clojure has the same problems, but says one of them for each of very many ways to come to it.

    The ways double with each element of `(s/+ (s/+ int?))`.
    """
    once = [problem for i, problem in enumerate(expected) if problem not in expected[:i]]
    known = [problem for problem in found if any(is_same_problem(other, problem) for other in once)]
    many = max(map(expected.count, once), default=0) > MANY_WAYS
    return many and len(known) == len(found) and without(once, found) is not None
