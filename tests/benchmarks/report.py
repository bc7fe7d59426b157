"""From the JSON file of pytest-benchmark to a Markdown table and the bars that are missed.

    $ python -m tests.benchmarks.report build/bench.json

With --write, the pages get the figures of this run: the table between `<!-- bench -->` and `<!-- end -->`,
and between `<!-- bench valid of a person -->` and `<!-- end -->` mxspec's time of this work and the ratio to
its first yardstick. The beginning of a work's name will do.
"""

import argparse
import json
import re
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks.bars import Bar, at_most, times_as_fast
from tests.shown_commands import PAGES

TAKES = {"median": statistics.median, "min": min}
UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"))
MISSED = "MISSED"
BESIDE = {
    "times its time": "times the time of",
    "times as fast": "times as fast as",
    "of its throughput": "of the throughput of",
}
QUOTATION = re.compile(r"(<!-- bench(?: ([^>]+))? -->)(.*?)(<!-- end -->)", re.DOTALL)


class Row(NamedTuple):
    """What a benchmark found beside one yardstick; the ratio says why there are no figures."""

    work: str
    mxspec: str
    yardstick: str
    ratio: str
    bar: str


def rows(benchmarks: Sequence[dict[str, Any]]) -> Iterator[Row]:
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
            name = f"{yardstick['name']}, {fastest}" if fastest else yardstick["name"]
            yield Row(
                info["work"],
                time_text(ours),
                f"{name}: {time_text(theirs)}",
                shown_by.shown(ours, theirs),
                "" if bar is None else f"{bar}{'' if bar.reached(ours, theirs) else f', {MISSED}'}",
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
    return "\n".join([line(head), "|" + "---|" * len(head), *map(line, rows)])


def line(cells: Sequence[str]) -> str:
    """A row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


class Report:
    """The rows of a run."""

    def __init__(self, run: dict[str, Any]) -> None:
        self.rows = list(rows(run["benchmarks"]))
        self.lost = [Row(one["work"], "", "", one["reason"], "") for one in run.get("lost", [])]

    def table(self) -> str:
        return table(Row._fields, [*self.rows, *self.lost])

    def bars(self) -> str:
        """The bars that are missed, and what has no figures."""
        bars = [row for row in self.rows if row.bar]
        missed = [row for row in bars if row.bar.endswith(MISSED)]
        lines = [f"Bars missed: {len(missed)} of {len(bars)}"]
        lines += [f"- {row.work}: {row.ratio} ({row.bar.removesuffix(', ' + MISSED)})" for row in missed]
        if self.lost:
            lines += [
                f"Without figures: {len(self.lost)}",
                *(f"- {row.work}: {row.ratio}" for row in self.lost),
            ]
        return "\n".join(lines)

    def written(self, page: str) -> str:
        """Return a page with the figures of this run."""

        def replacement(quotation: re.Match[str]) -> str:
            begin, work, _, end = quotation.groups()
            return f"{begin}{quote(self.rows, work)}{end}" if work else f"{begin}\n{self.table()}\n\n{end}"

        return QUOTATION.sub(replacement, page)


def quote(rows: Sequence[Row], work: str) -> str:
    """Return mxspec's time of a work, and the ratio to its first yardstick, which has a name.

    Raises:
        KeyError: if there are no figures of this work.
    """
    named = [row for row in rows if row.work == work]
    for row in named or [row for row in rows if row.work.startswith(work)]:
        peer = row.yardstick.rpartition(": ")[0]
        value, _, kind = row.ratio.partition(" ")
        return f"{row.mxspec}, {value} {BESIDE[kind]} {peer}" if kind in BESIDE else row.mxspec
    raise KeyError(f"a page quotes {work!r}, of which this run has no figures; run it again")


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Print the ratios of a run of the benchmarks.")
    parser.add_argument("file", type=Path, help="what pytest --benchmark-json wrote")
    parser.add_argument("--write", action="store_true", help="put the figures into the pages that quote them")
    arguments = parser.parse_args(argv)
    report = Report(json.loads(arguments.file.read_text("utf-8")))
    print(f"{report.table()}\n\n{report.bars()}")
    if arguments.write:
        pages = {page: page.read_text("utf-8") for page in PAGES}
        try:
            written = {page: report.written(text) for page, text in pages.items()}
        except KeyError as error:
            parser.error(error.args[0])
        for page in PAGES:
            if written[page] != pages[page]:
                page.write_text(written[page], "utf-8")


if __name__ == "__main__":
    main()
