"""Random cases, and Clojure's answers to them."""

import itertools
import json
import random

from tests.conformance.fuzz.clojure import question
from tests.conformance.fuzz.specs import ClojureSpecs
from tests.conformance.fuzz.values import Values, encode

MUTATIONS = [0, 1, 1, 2]  # of the values that are drawn for one spec
LARGEST = 2_000  # characters of a value as JSON


def random_cases(seed, count):
    """Yield groups of cases that differ in their values alone, count cases in all."""
    r = random.Random(seed)
    numbers = itertools.count(1)
    while count > 0:
        draw = function_cases if r.random() < 0.12 else value_cases
        group = [{"id": f"fuzz-{seed}-{next(numbers)}", "group": "kept", **case} for case in draw(r)][:count]
        count -= len(group)
        if group:
            yield group


def value_cases(r):
    specs = ClojureSpecs(r)
    spec = specs.spec(r.choice([1, 2, 2, 3, 3, 4]))
    values = list(draw_values(r, specs, spec))
    defs = closure(specs.defs, spec, values)
    return [{"defs": defs, "spec": spec, "value": value} for value in values]


def draw_values(r, specs, spec):
    """Draw values for a spec, the later ones further from fitting it."""
    values = Values(r, specs)
    for mutations in MUTATIONS:
        x = values.any_elements() if specs.ambiguous and r.random() < 0.4 else values.fit(spec)
        for _ in range(mutations):
            x = values.mutate(x)
        if len(json.dumps(value := encode(x))) < LARGEST:
            yield value


def function_cases(r):
    """Draw a function with its spec: calls of it, instrumented, or a check of it."""
    specs = ClojureSpecs(r)
    case = {"impl": specs.implementation()}
    if r.random() < 0.3:
        spec = specs.fspec_(2)
        return [{**case, "defs": closure(specs.defs, spec), "spec": spec}]
    # Clojure hands on what is neither a list nor a vector, and nil for no arguments, so args is a regex.
    args = specs.spec(2, kind=r.choice(["cat", "cat", "cat", "alt", "star", "plus", "amp"]))
    spec = specs.fspec_(2, args=args)
    values = [x for x in draw_values(r, specs, args) if isinstance(x, dict) and {"$vec", "$list"} & x.keys()]
    defs = closure(specs.defs, spec, values)
    return [{**case, "defs": defs, "spec": spec, "value": value} for value in values]


def closure(defs, *parts):
    """Return the definitions that parts mention, and those that these mention; `a` is a key of `z/a` too."""
    todo, names = [json.dumps(parts)], set()
    while todo:
        text = todo.pop()
        for name in defs.keys() - names:
            if f'"{name}"' in text or f'"{name.partition("/")[2]}"' in text:
                names.add(name)
                todo.append(json.dumps(defs[name]))
    return [[name, defs[name]] for name in defs if name in names]


# --- answers ----------------------------------------------------------------------------------------------


def answered(clojure, groups):
    """Yield every case of some groups with Clojure's answer in it, if there was one in time."""
    for group, answers in zip(groups, clojure.ask(list(map(question, groups))), strict=True):
        for case, facts in zip(group, answers or [], strict=False):
            yield {**case, **facts, **({"unordered": True} if is_unordered(case, facts) else {})}


def is_unordered(case, facts):
    """True if the order of the problems is that of a set, or depends on what clojure's nilable adds to."""
    has_set = '"$set"' in json.dumps(case.get("value")) or '"into": "set"' in json.dumps(case["spec"])
    return has_set or nil_comes_first(facts.get("problems", []))


def nil_comes_first(problems):
    """True if nilable put its problem before those of its part: it adds it to a list, or to a vector."""
    for i, problem in enumerate(problems):
        path = problem["path"]
        if path and path[-1] == "nil":
            branch = [*path[:-1], "pred"]
            if any(later["path"][: len(branch)] == branch for later in problems[i + 1 :]):
                return True
    return False
