"""From the JSON file of pytest-benchmark to a Markdown table.

$ python -m tests.benchmarks.report build/bench.json
"""

import argparse
import json
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.bars import Bar, at_most, times_as_fast

HEAD = ("work", "mxspec", "yardstick", "ratio", "bar", "reached")
TAKES = {"median": statistics.median, "min": min}
UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"))


def rows(benchmarks: Sequence[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """One row for each yardstick of each benchmark."""
    for benchmark in benchmarks:
        info = benchmark["extra_info"]
        take, calls = TAKES[info["take"]], info["calls"]
        ours = take(benchmark["stats"]["data"]) / calls
        for yardstick in info["yardsticks"]:
            found = {name: take(seconds) / calls for name, seconds in yardstick["seconds"].items()}
            fastest = min(found, key=found.__getitem__)
            theirs = found[fastest]
            bar = Bar(*yardstick["bar"]) if yardstick["bar"] else None
            shown_by = bar or (at_most(1) if ours > theirs else times_as_fast(1))
            name = yardstick["name"] + (f", best of {len(found)}: {fastest}" if len(found) > 1 else "")
            yield (
                info["work"],
                time_text(ours),
                f"{name}: {time_text(theirs)}",
                shown_by.shown(ours, theirs),
                str(bar or ""),
                "" if bar is None else "yes" if bar.reached(ours, theirs) else "NO",
            )


def time_text(seconds: float) -> str:
    """A time with three digits.

    >>> [time_text(x) for x in (12.3456, 0.00123456, 1.23456e-7)]
    ['12.3 s', '1.23 ms', '0.123 us']
    """
    scale, unit = next((one for one in UNITS if seconds >= one[0]), UNITS[-1])
    return f"{seconds / scale:.3g} {unit}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table.

    >>> print(table(["n", "time"], [["10", "1 us"]]))
    | n | time |
    |---|---|
    | 10 | 1 us |
    """
    lines = [head, *rows]
    text = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([text[0], "|" + "---|" * len(head), *text[1:]])


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Print the ratios of a run of the benchmarks.")
    parser.add_argument("file", type=Path, help="what pytest --benchmark-json wrote")
    benchmarks = json.loads(parser.parse_args(argv).file.read_text())["benchmarks"]
    print(table(HEAD, list(rows(benchmarks))))


if __name__ == "__main__":
    main()
