"""Smaller cases that still differ: each step is asked of Clojure again, many steps in one go."""

import json
import random

from tests.mxspec.random_specs import REGEXES

SIMPLE = [{"pred": "any?"}, {"pred": "int?"}, {"pred": "string?"}]
SIMPLE_VALUES = [None, 0, 1, "a", {"$vec": []}, {"$map": []}]
CANDIDATES = 30  # steps of one case in one round
ROUNDS = 60
IDLE = 2  # rounds without a smaller case, after which one is left as it is

QUESTION = ("id", "group", "defs", "spec", "value", "impl")
LISTS = {"args", "preds", "methods", "set", "req", "opt", "req-un", "opt-un", "or", "and"}
FIXED = {"map-of", "every-kv", "int-in"}  # kinds with args of a fixed number


def size(case):
    return len(json.dumps([case[key] for key in ("defs", "spec", "value", "impl") if key in case]))


def shrink(cases, ask, kind):
    """Return each case as small as steps make it.

    Args:
        cases: differing cases, with Clojure's answers in them.
        ask: returns cases with Clojure's answers, without those that it does not answer.
        kind: returns the kind of difference of an answered case, or None; it stays the same.
    """
    r = random.Random(0)
    kinds = {case["id"]: kind(case) for case in cases}
    smallest = {case["id"]: case for case in cases}
    idle = dict.fromkeys(smallest, 0)
    for _ in range(ROUNDS):
        left = [case for name, case in smallest.items() if idle[name] < IDLE]
        if not left:
            break
        improved = set()
        for step in sorted(ask([step for case in left for step in steps(case, r)]), key=size):
            name = step["id"]
            if name not in improved and kind(step) == kinds[name]:
                improved.add(name)
                smallest[name] = step
        for case in left:
            idle[case["id"]] = 0 if case["id"] in improved else idle[case["id"]] + 1
    return list(smallest.values())


def steps(case, r):
    """Return some of the cases that are one step smaller, of every size."""
    question = {key: case[key] for key in QUESTION if key in case}
    smaller = [{**question, **change} for change in changes(question)]
    smaller = [step for step in smaller if size(step) < size(question)]
    return r.sample(smaller, min(CANDIDATES, len(smaller)))


def changes(case):
    """Yield what may take the place of some parts of a case."""
    defs = case["defs"]
    for i, (name, data) in enumerate(defs):
        yield {"defs": defs[:i] + defs[i + 1 :]}
        yield from ({"defs": [*defs[:i], [name, spec], *defs[i + 1 :]]} for spec in simpler_specs(data))
        spec = replaced(case["spec"], {"ref": name}, data)
        if spec != case["spec"]:
            yield {"spec": spec, "defs": defs[:i] + defs[i + 1 :]}
    for spec in simpler_specs(case["spec"]):
        if "impl" not in case or spec.get("op") == "fspec":
            yield {"spec": spec}
    if "impl" in case and "value" in case:
        args = (spec for spec in simpler_specs(case["spec"]["args"]) if spec.get("op") in REGEXES)
        yield from ({"spec": {**case["spec"], "args": spec}} for spec in args)
    for value in simpler_values(case["value"]) if "value" in case else []:
        if "impl" not in case or (isinstance(value, dict) and {"$vec", "$list"} & value.keys()):
            yield {"value": value}


def replaced(data, old, new):
    if data == old:
        return new
    if isinstance(data, dict):
        return {key: replaced(part, old, new) for key, part in data.items()}
    return [replaced(part, old, new) for part in data] if isinstance(data, list) else data


def is_spec(data):
    return isinstance(data, dict) and bool({"op", "pred", "ref", "fn", "set"} & data.keys())


def is_pair(data):
    """True for a tag, or a dispatch value, with its spec."""
    return isinstance(data, list) and len(data) == 2 and is_spec(data[1])


def simpler_specs(data):
    """Yield a spec with one part in its place, left out, or made simple."""
    if "op" in data:
        yield from SIMPLE
    for key, part in data.items():
        rest = {other: content for other, content in data.items() if other != key}
        if data.get("op") == "fspec" and key == "args":
            continue  # it has one example, or the answer would depend on those that are drawn
        if is_spec(part):
            yield part
            yield from ({**data, key: spec} for spec in simpler_specs(part))
            if key in ("ret", "fn"):
                yield rest
        elif key == "opts":
            yield from ({**rest, "opts": {k: v for k, v in part.items() if k != name}} for name in part)
        elif key in LISTS and data.get("op") not in ("int-in", "inst-in"):
            yield from (
                inner[1] if is_pair(inner) else inner for inner in part if is_pair(inner) or is_spec(inner)
            )
            may_lose = data.get("op") not in FIXED and len(part) > 1
            yield from ({**data, key: parts} for parts in simpler_lists(part, may_lose))


def simpler_lists(parts, may_lose):
    for i, part in enumerate(parts):
        before, after = parts[:i], parts[i + 1 :]
        if may_lose:
            yield [*before, *after]
        if is_spec(part):
            yield from ([*before, spec, *after] for spec in simpler_specs(part))
        elif is_pair(part):
            yield from ([*before, [part[0], spec], *after] for spec in simpler_specs(part[1]))


def simpler_values(data):
    """Yield a value with one part in its place, left out, or made simple."""
    yield from SIMPLE_VALUES
    if not isinstance(data, dict) or not {"$vec", "$list", "$map", "$set"} & data.keys():
        return
    [(kind, parts)] = data.items()
    yield from ([entry[1] for entry in parts] if kind == "$map" else parts)
    yield from ({kind: parts[: len(parts) // 2]}, {kind: parts[len(parts) // 2 :]})
    for i, part in enumerate(parts):
        before, after = parts[:i], parts[i + 1 :]
        yield {kind: [*before, *after]}
        if kind == "$map":
            yield from ({kind: [*before, [part[0], x], *after]} for x in simpler_values(part[1]))
        elif kind != "$set":
            yield from ({kind: [*before, x, *after]} for x in simpler_values(part))


# --- shapes -----------------------------------------------------------------------------------------------


def shape(case):
    """Return what small cases of one cause have in common: their specs without leaves and tags."""
    names = [bare(data) for _, data in case["defs"]]
    return json.dumps([bare(case["spec"]), names, "impl" in case, "value" in case])


def bare(data):
    if is_spec(data) and data.get("op") in (None, "conformer", "int-in", "double-in"):
        return "ref" if "ref" in data else "leaf"
    if isinstance(data, dict):
        return {key: part if key == "op" else bare(part) for key, part in data.items()}
    return list(map(bare, data)) if isinstance(data, list) else None
