"""How good near misses are: values that a spec says are just wrong, or just right.

    $ python -m tests.measurements.guards.near_misses
    $ python -m tests.measurements.guards.near_misses parts --show 20
    $ python -m tests.measurements.guards.near_misses guards --half tuning

`parts`: which parts of random specs are broken alone. `guards`: which slips in guards the values notice,
beside other values. `pace`: milliseconds a value. `models`: what pydantic takes. `server`: which faults of a
server are found, beside Schemathesis. Of the half to tune on, `--half` shows the slips that are not noticed.
"""

import argparse
import collections
import importlib
import itertools
import statistics
import sys
import time
import warnings

import mxspec as s
from mxspec.base.forms import call_text
from mxspec.near.misses import near_values
from mxspec.near.survey import survey_of
from tests.amounts import amount
from tests.benchmarks.report import table
from tests.measurements.guards import guard_faults, measured_faults, unseen_faults, unseen_styles
from tests.measurements.guards.drawn_values import (
    changed_at_random,
    draw_in_test,
    each_made,
    of_bare_type,
    random_specs,
)
from tests.measurements.guards.guard_mutants import half_of, mutants_of
from tests.measurements.guards.guarded_specs import GUARDED, HARD
from tests.measurements.guards.near_models import MODELS
from tests.measurements.schemas.schema_versions import within

CASES = dict([*GUARDED.items()][: amount(20, 1)])


def near_misses_of(spec, n, side):
    """Return n near misses of a side, or none, with a word, where there are none."""
    try:
        return s.sample(s.near_misses(spec, side=side), n, seed=0)
    except s.GeneratorError as error:
        print(f"no near misses: {error}"[:150])
        return []


# --- parts broken alone -----------------------------------------------------------------------------------


def _condition(problem):
    path, pred = problem["path"], call_text(problem["pred"])
    if problem.get("reason") == "no method":  # the path ends with any tag
        path, pred = path[:-1], "a known tag"
    return (repr(path), len(problem["in"])), pred[:200]


def conditions(spec, x):
    """Return what explain names: pairs of a part and its condition; and True if it names one part alone.

    A part is the path of a problem, with the number of steps into the value. Below an or_ the other branches
    say why they refuse the same value, each by one condition.
    """
    problems = (s.explain_data(spec, x) or {"problems": []})["problems"]
    places = sorted((tuple(map(repr, each["in"])) for each in problems), key=len)
    is_chain = all(places[-1][: len(place)] == place for place in places)
    found = {_condition(each) for each in problems if len(each["path"]) < 7}  # recursive specs have no end
    return found, is_chain and len({part for part, _ in found}) == len(found)


def break_parts(spec, blind):
    """Return the conditions broken alone, those broken, the count of false values, and milliseconds."""
    start = time.process_time()
    survey = survey_of(spec)
    taken = (time.process_time() - start) * 1000
    judge = survey.subject.spec  # of a function's spec, that of its arguments
    alone, broken, false = set(), set(), 0
    for each in itertools.chain.from_iterable(survey.found.values()):
        found, is_alone = conditions(judge, each.value)
        false += (each.side == "right") != s.valid(judge, each.value)
        alone |= found if is_alone else set()
        broken |= found
    for x in changed_at_random(s.sample(survey.subject.drawn, 12, seed=1), blind):
        broken |= conditions(judge, x)[0]
    return alone, broken, false, taken


def measure_parts(options):
    """Print how many parts and conditions are broken alone; return the count of false values."""
    sums, reasons, times, resisting = collections.Counter(), collections.Counter(), [], []
    for spec in [*random_specs(options.specs), *(case.spec for case in CASES.values())]:
        answer, _ = within(options.limit, break_parts, spec, amount(400, 20))
        if isinstance(answer, str):
            reasons[answer.split(":")[0].removeprefix("raised ")] += 1
            continue
        alone, broken, false, taken = answer
        parts, parts_alone = ({part for part, _ in each} for each in (broken, alone))
        sums.update(
            parts=len(parts), alone=len(parts_alone), conditions=len(broken), each=len(alone), false=false
        )
        times.append(taken)
        resisting += [(pred, part, spec) for part, pred in broken - alone if part not in parts_alone]

    def share(few, many):
        return f"{sums[few] / max(sums[many], 1):.1%} of {sums[many]}"

    print(f"{len(times)} specs; not measured: {dict(reasons) or 'none'}")
    print(f"parts broken alone: {share('alone', 'parts')} that a near value or a change at random breaks")
    print(f"conditions of parts broken alone: {share('each', 'conditions')}")
    print(f"near values that are on the other side than they say: {sums['false']}")
    print(f"ms to survey a spec: median {statistics.median(times):.0f}, mean {statistics.mean(times):.0f}")
    for pred, (path, _), spec in resisting[: options.show]:
        print(f"  not broken alone: {pred} at {path} of {str(spec)[:150]}")
    return sums["false"]


# --- guards -----------------------------------------------------------------------------------------------


def values_by_source(name, n):
    """Return values by their source, each source with as many values but for the last ones."""
    spec, _, mend = GUARDED[name]
    valid = s.sample(spec, n, seed=0)
    bare = [y for i, x in enumerate(valid[:20]) for y in s.sample(of_bare_type(x), n // 20, seed=i)]
    changed = changed_at_random(valid, 20 * n)
    near = {f"{k} near values": near_values(spec, n=k, seed=0) for k in (n, n // 2)}
    near[f"{n // 2} near misses of each side"] = [
        each for side in ("wrong", "right") for each in near_misses_of(spec, n // 2, side)
    ]
    return {source: [each.value for each in several] for source, several in near.items()} | {
        f"{n} valid draws": valid,
        f"{n} of the bare type": bare,
        f"{n // 2} valid, {n // 2} of the bare type": valid[: n // 2] + bare[::2],
        f"{n} changed at random": changed[:n],
        f"{20 * n} changed at random": changed + each_made([mend] if mend else [], changed),
        "made by hand": each_made(HARD.get(name, []), valid[:10]),
    }


def passes(guard, x):
    try:
        return bool(guard(x))
    except Exception:  # a guard refuses by any
        return False


def measure_guards(options):
    """Print how many slips each source of values notices; return at how many values a guard is not equal."""
    noticed, mutants, unequal = collections.defaultdict(set), [], 0
    for name, (spec, guard, _) in CASES.items():
        several = mutants_of(guard, half_of(name, GUARDED), options.mutants)
        mutants += several
        for source, values in values_by_source(name, options.values).items():
            verdicts = [(x, passes(guard, x)) for x in values]
            differ = [x for x, verdict in verdicts if s.valid(spec, x) != verdict]
            unequal += len(differ)
            for x in differ[:1]:
                print(f"the guard {name} is not equal to its spec, at a value of {source}: {x!r}"[:300])
            noticed[source] |= {
                each for each in several if any(passes(each.guard, x) != verdict for x, verdict in verdicts)
            }
        for n, word in ((options.values, f"check_guard, {options.values} values"), (None, "check_guard")):
            noticed[word] |= {each for each in several if not s.check_guard(each.guard, spec, n)}
    everything = set().union(*noticed.values())
    halves = {half: {each for each in everything if each.half == half} for half in ("tuning", "measured")}
    halves["both"] = everything
    rows = [
        [
            source,
            *(
                f"{len(own & found)}/{len(own)} {len(own & found) / max(len(own), 1):.1%}"
                for own in halves.values()
            ),
        ]
        for source, found in noticed.items()
    ]
    print(table(["values of a guard", *halves], rows))
    print(f"{len(mutants)} guards with a slip; no value notices {len(mutants) - len(everything)}")
    for each in mutants:
        if each.half == options.half and each not in noticed[f"{options.values} near values"]:
            by = "; ".join(source for source, found in noticed.items() if each in found)
            print(f"  {each.name}: {each.slip[:150]} ({by or 'no value'})")
    return unequal


def measure_faults(options):
    """Print how many faults written by hand are noticed; return the count of right guards called wrong."""
    halves = {"tuning": guard_faults.CASES, "measured": measured_faults.CASES}
    halves["unseen"] = unseen_faults.CASES | unseen_styles.CASES
    cases = [
        (half, *each)
        for half, several in halves.items()
        for each in [*several.items()][: amount(99, 2)]
        if options.half in (None, half)
    ]
    noticed, called_wrong, not_looked_into = collections.Counter(), 0, 0
    for half, name, case in cases:
        report = s.check_guard(case.right, case.spec)
        called_wrong += report.differs
        not_looked_into += bool(report.untried)
        if not report:
            print(f"{name}, right: {report}"[:700])
        for words, (guard, x) in case.faults.items():
            is_fault = passes(taking(guard), x) != s.valid(case.spec, x)
            assert is_fault, f"{name}, {words}: not a fault"
            report = s.check_guard(guard, case.spec)
            is_noticed = report.differs
            noticed.update({(half, case.kind, is_noticed), (half, "all", is_noticed)})
            if not is_noticed:
                print(f"{name} ({half}): {words}; {'listed' if report.untried else 'not listed'}")
    kinds = sorted({kind for _, kind, _ in noticed}, key=lambda kind: kind == "all")
    rows = [
        [kind, *(f"{noticed[half, kind, True]}/{noticed[half, kind, True] + noticed[half, kind, False]}"
                 for half in halves)]
        for kind in kinds
    ]  # fmt: skip
    print(table(["faults noticed", *halves], rows))
    print(f"{len(cases)} right guards: {called_wrong} called wrong, {not_looked_into} not looked into")
    return called_wrong


def taking(guard):
    """A guard as a function: a model of pydantic takes what it validates."""
    return guard if not hasattr(guard, "model_validate") else lambda x: guard.model_validate(x) is not None


# --- pace and models --------------------------------------------------------------------------------------


def measure_pace(options):
    """Print the milliseconds of a near miss and of a valid draw, the least of three turns of each."""
    n, found = options.values // 2, collections.defaultdict(list)
    for spec, *_ in CASES.values():
        ways = {f"near miss, {side}": s.near_misses(spec, side=side) for side in ("wrong", "right")}
        asks = {("near value", "all at once"): lambda spec=spec: near_values(spec, n=n, seed=0)}
        for word, strategy in [*ways.items(), ("valid draw", s.gen(spec))]:
            asks[word, "in a test"] = lambda each=strategy: draw_in_test(each, n, id)
            asks[word, "by sample"] = lambda each=strategy: s.sample(each, n, seed=0)
        times = collections.defaultdict(list)
        for _ in range(amount(3, 1)):
            for key, ask in asks.items():
                start = time.process_time()
                ask()
                times[key].append((time.process_time() - start) * 1000 / n)
        for key, several in times.items():
            found[key].append(min(several))
    rows = [[*key, f"{statistics.median(each):.2f}", f"{max(each):.2f}"] for key, each in found.items()]
    print(table(["value", "drawn", "median ms", "most ms"], rows))


def measure_models(options):
    """Print what pydantic says of near misses of its models; return the count of contradictions.

    Those are wrong values that pydantic takes when strict, or without the label `lax`, and right values that
    it refuses. It does not take numpy's numbers when strict.
    """
    rows, contradictions = [], 0
    for model in MODELS[: amount(10, 1)]:
        wrong, right = (near_misses_of(model, options.values, side) for side in ("wrong", "right"))

        def taken(several, strict, model=model):
            def take(x):
                return model.model_validate(x, strict=strict) is not None

            return [each for each in several if passes(take, each.value)]

        strict, lax = taken(wrong, True), taken(wrong, False)
        without_label = sum(not each.lax for each in lax)
        idle = sum(each.lax for each in wrong) - (len(lax) - without_label)
        refused = [len(right) - len(taken(right, mode)) for mode in (False, True)]
        contradictions += len(strict) + without_label + refused[0]
        counts = (len(wrong), len(strict), len(lax), without_label, idle, len(right), *refused)
        rows.append([model.__name__, *map(str, counts)])
    head = ["model", "wrong values", "strict takes", "lax takes", "without label", "label, not taken"]
    print(table([*head, "right values", "lax refuses", "strict refuses"], rows))
    return contradictions


def measure_server(options):
    """Print what finds the faults of a server; return the count of false alarms of check_guard."""
    return importlib.import_module("tests.measurements.guards.faulty_server").measure(options.values)


MEASURES = {"parts": measure_parts, "guards": measure_guards, "faults": measure_faults, "pace": measure_pace}
MEASURES |= {"models": measure_models, "server": measure_server}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m tests.measurements.guards.near_misses", description=__doc__
    )
    parser.add_argument("measures", nargs="*", metavar="measure", help=", ".join(MEASURES))
    parser.add_argument("--specs", type=int, default=amount(500, 4), help="random ones")
    parser.add_argument("--limit", type=float, default=20, help="seconds of the processor for a spec")
    parser.add_argument("--values", type=int, default=amount(200, 20), help="of each source")
    parser.add_argument("--mutants", type=int, default=amount(16, 1), help="of each guard")
    parser.add_argument(
        "--half",
        choices=["tuning", "measured", "unseen"],
        help="the faults to ask, or whose unnoticed slips are shown",
    )
    parser.add_argument("--show", type=int, default=0, help="parts that no near value breaks alone")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    contradictions = 0
    # Each other measure is asked for by a command of a docstring, which runs in its smallest size, too.
    for word in options.measures or amount([*MEASURES], ["pace", "models"]):
        print(f"\n{word}:", flush=True)
        contradictions += MEASURES[word](options) or 0
    sys.exit(f"{contradictions} contradictions" if contradictions else 0)
