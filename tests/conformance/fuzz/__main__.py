"""Ask mxspec and the real clojure.spec the same random questions.

    $ python -m tests.conformance.fuzz --cases 1000

Prints the cases on which they differ, as small as they get, and keeps them in tests/conformance/kept.json,
which the suite asks for good.
"""

import argparse
import contextlib
import hashlib
import json
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from tests.conformance.corpus import FOLDER
from tests.conformance.differences import difference
from tests.conformance.fuzz.cases import answered, random_cases
from tests.conformance.fuzz.clojure import Clojure, ClojureMissingError
from tests.conformance.fuzz.shrink import shape, shrink, size
from tests.conformance.texts import python_text

KEPT = FOLDER / "kept.json"
AT_ONCE = 400  # groups of cases; an answer of Clojure's is compared before it is forgotten
SHRUNK = 30  # cases; what is over stays as it is
PATIENCE = 10  # seconds for an answer of mxspec's


def main(arguments=None):
    summary = "Ask mxspec and the real clojure.spec the same random questions."
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.fuzz", description=summary)
    parser.add_argument("--seed", type=int, help="of the random cases; another each time if it is not given")
    parser.add_argument("--cases", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument(
        "--kept", type=Path, default=KEPT, help="the file to which those that differ are added"
    )
    options = parser.parse_args(arguments)
    seed = random.randrange(10**6) if options.seed is None else options.seed
    print(f"seed {seed}, {options.cases} cases", flush=True)
    try:
        with Clojure() as clojure:
            differing = run(clojure, seed, options.cases)
    except ClojureMissingError as error:
        print(error)
        return 2
    if differing:
        print(f"{keep(differing, options.kept)} new cases in {options.kept}")
    for case in differing:
        print(f"\n{python_text(case)}\n    mxspec {compare(case)}")
    return 1 if differing else 0


def run(clojure, seed, count):
    """Return the cases that differ, the smallest first and one of each shape."""
    started, asked, differing = time.monotonic(), 0, []
    groups = list(random_cases(seed, count))
    for start in range(0, len(groups), AT_ONCE):
        for case in answered(clojure, groups[start : start + AT_ONCE]):
            asked += 1
            if compare(case):
                differing.append(case)
    seconds = time.monotonic() - started
    print(f"{asked} answered in {seconds:.0f} s, {len(differing)} differ", flush=True)

    def ask(cases):
        return answered(clojure, [[case] for case in cases])

    differing.sort(key=size)
    small = sorted([*shrink(differing[:SHRUNK], ask, kind), *differing[SHRUNK:]], key=size, reverse=True)
    if small:
        print(dict(Counter(map(kind, small))))
    return list({(kind(case), shape(case)): case for case in small}.values())[::-1]


# --- comparison -------------------------------------------------------------------------------------------


class HangingError(BaseException):
    """mxspec gives no answer in time; no Exception, so that nothing on the way takes it for a predicate's."""


@contextlib.contextmanager
def time_limit(seconds):
    def stop(*_):
        raise HangingError

    previous = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


def compare(case):
    """Return how mxspec's answer differs, be it by coming too late, or None."""
    try:
        with time_limit(PATIENCE):
            return difference(case)
    except HangingError:
        return f"hangs: no answer in {PATIENCE} s"


def kind(case):
    """Return the first word of a difference: what shrinks has the same."""
    return (compare(case) or "").partition(" ")[0] or None


# --- kept cases -------------------------------------------------------------------------------------------


def name(case):
    """Return a name that the same question has each time."""
    question = json.dumps([case.get(key) for key in ("defs", "spec", "value", "impl")], sort_keys=True)
    return "kept-" + hashlib.sha256(question.encode()).hexdigest()[:8]


def keep(cases, file):
    """Keep those of some cases that are not yet kept, and return how many these are."""
    rows = {case["id"]: case for case in json.loads(file.read_text())} if file.exists() else {}
    before = len(rows)
    for case in cases:
        rows.setdefault(name(case), {**case, "id": name(case)})
    lines = ",\n".join(map(json.dumps, rows.values()))
    file.write_text(f"[\n{lines}\n]\n")
    return len(rows) - before


if __name__ == "__main__":
    sys.exit(main())
