"""The boundaries between digits that find_boundary comes to, and in which time: a Markdown table.

$ python -m tests.benchmarks.boundaries
"""

import contextlib
import statistics
import time

import autoencoder.digits  # noqa: F401  # which registers digits/image
import mxspec as s
from tests.amounts import amount
from tests.benchmarks.limit import Cut, cut_after
from tests.benchmarks.report import line, table, time_text

LABELS = range(amount(10, 2))
LIMIT = 2.0  # seconds for a pair
ENOUGH = 90.0  # seconds for all of them
BAR = 45  # pairs that are crossed within the limit, at least


def find(label: int, towards: int) -> tuple[s.Boundary, float]:
    """Return the boundary between two digits, and the seconds that it took to find."""
    start = time.perf_counter()
    boundary = s.find_boundary("digits/image", label, towards)
    return boundary, time.perf_counter() - start


def main() -> None:
    find(0, 1)  # which loads the networks
    print(table(["", *(f"read as {towards}" for towards in LABELS)], []), flush=True)
    pairs = {}
    with contextlib.suppress(Cut), cut_after(ENOUGH, "cut"):
        for label in LABELS:
            others = [towards for towards in LABELS if towards != label]
            pairs |= {(label, towards): find(label, towards) for towards in others}
            cells = [_cell(pairs.get((label, towards))) for towards in LABELS]
            print(line([f"{label} is drawn", *cells]), flush=True)
    seconds = [seconds for _, seconds in pairs.values()]
    crossed = sum(boundary.is_crossed and seconds <= LIMIT for boundary, seconds in pairs.values())
    median, longest = time_text(statistics.median(seconds)), time_text(max(seconds))
    whole = len(LABELS) * (len(LABELS) - 1)
    print(f"\n{crossed} of {whole} pairs are crossed within {LIMIT:g} s each (bar: {BAR}).")
    print(f"Half of all pairs take {median} or less, the longest takes {longest}.")
    if len(pairs) < whole:
        print(f"Cut after {ENOUGH:g} s: {whole - len(pairs)} pairs have no figures.")


def _cell(outcome: tuple[s.Boundary, float] | None) -> str:
    if outcome is None:
        return ""
    boundary, seconds = outcome
    return time_text(seconds) if boundary.is_crossed else "-"


if __name__ == "__main__":
    main()
