"""The benchmarks end: each has a limit of time, tells why it has no figures, and has its row in the page."""

import ast
import importlib.util
import json
import re
from pathlib import Path

import pytest

from tests.benchmarks.report import QUOTATION, Report, Row, quote, rows
from tests.processes import run_command
from tests.shown_commands import PAGES, name_of
from tests.suites import rows_by_suite

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "benchmarks"
FILES = sorted(FOLDER.glob("test_*.py"))
[TARGET] = re.findall(r"^bench:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)

BENCHMARKS = """
import time
import pytest
from tests.benchmarks import conftest
from tests.benchmarks.bars import Yardstick, times_as_fast

@pytest.fixture
def without_end():
    time.sleep(100)

def test_prepared_for_ever(compare, without_end):
    compare("never reached", int)

def test_slow(compare):
    try:
        compare("a slow work", lambda: time.sleep(100))
    except Exception:  # as Hypothesis does
        time.sleep(100)

def test_wrong(compare):
    compare("a work that is wrong afterwards", int, rounds=1)
    raise ValueError("not the same\\nat all")

def test_skipped(compare):
    pytest.skip("the peer is not installed")

def test_fine(compare):
    one = lambda: time.sleep(0.01)
    compare("a fine work", one, Yardstick.one("a peer", one, times_as_fast(100)), rounds=3, calls=1)
    conftest.RUN = 0

def test_too_late(compare):
    compare("never reached", int)
"""
LOST = {
    "test_prepared_for_ever": "cut after 0.5 s",
    "a slow work": "cut after 0.5 s",
    "a work that is wrong afterwards": "not the same",
    "test_skipped": "the peer is not installed",
    "test_too_late": "the 0 minutes of all benchmarks are over",
}


def test_a_benchmark_over_its_limit_or_that_fails_loses_its_own_row_and_is_told(tmp_path):
    pytest.importorskip("pytest_benchmark")
    (tmp_path / "test_some.py").write_text(BENCHMARKS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    done = run_command(
        f"python -m pytest -q -p tests.benchmarks.conftest --limit 0.5 --benchmark-quiet "
        f"--benchmark-json={tmp_path / 'bench.json'} {tmp_path}",
        ROOT,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"^2 failed, 1 passed, 1 skipped, .*2 errors in ", done.stdout, re.MULTILINE)
    run = json.loads((tmp_path / "bench.json").read_text())
    assert {one["work"]: one["reason"] for one in run["lost"]} == LOST
    lines = re.findall(r"^\[\d/6, 0:\d\d, \d s\] (.*)$", done.stdout, re.MULTILINE)
    told = [f"{work}: {reason}" for work, reason in LOST.items()]
    assert [*lines[:4], lines[5]] == told
    fine = r"a fine work: [\d.]+ m?s; a peer: [\d.]+ m?s, [\d.]+ times as fast \(at least 100, MISSED\)"
    assert re.fullmatch(fine, lines[4])
    report = Report(run)
    assert [row.work for row in report.rows] == ["a fine work"]
    for work, reason in LOST.items():
        assert f"| {work} |  |  | {reason} |  |" in report.table()
        assert f"- {work}: {reason}" in report.bars()
    assert re.search(r"^Bars missed: 1 of 1\n- a fine work: ", report.bars())


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_each_benchmark_is_measured_by_compare_which_ends_its_rounds(file):
    for function in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
            names = [argument.arg for argument in function.args.args]
            assert "compare" in names, f"{function.name} has no limit"
            assert "benchmark" not in names, f"{function.name} measures by itself"


@pytest.mark.slow
@pytest.mark.mxnet
def test_all_benchmarks_are_found_in_one_process_which_loads_no_pytorch():
    pytest.importorskip("pytest_benchmark")
    done = run_command("python -X importtime -m pytest tests/benchmarks -q --collect-only", ROOT)
    assert done.returncode == 0, done.stdout
    assert {*re.findall(r"^(tests/benchmarks/test_\w+\.py)::", done.stdout, re.MULTILINE)} == {
        *map(name_of, FILES)
    }
    assert not re.search(r"\| +torch$", done.stderr, re.MULTILINE)


def test_what_make_bench_runs_beside_the_benchmarks_has_a_limit_of_its_own():
    tools = {*re.findall(r"-m tests\.benchmarks\.(\w+)", TARGET)}
    assert tools == {"growth", "boundaries", "report"}  # which reads a file
    for tool in tools - {"report"}:
        assert "cut_after(ENOUGH, " in (FOLDER / f"{tool}.py").read_text("utf-8")


def run_of(*works):
    """Return a run in which each of some works takes 1 s, and its yardstick 2 s."""
    yardstick = {"name": "a peer", "bar": ["times as fast", 3], "seconds": {"": [2.0]}}
    info = {"take": "min", "calls": 1, "yardsticks": [yardstick]}
    return {
        "benchmarks": [{"extra_info": {"work": work, **info}, "stats": {"data": [1.0]}} for work in works]
    }


@pytest.mark.parametrize(
    ("page", "written"),
    [
        (
            "<!-- bench one -->old<!-- end --> text",
            "<!-- bench one -->1 s, 2.00 times as fast as a peer<!-- end --> text",
        ),
        (
            "<!-- bench one of -->\nold<!-- end -->",
            "<!-- bench one of -->1 s, 2.00 times as fast as a peer<!-- end -->",
        ),
        (
            "<!-- bench -->old<!-- end -->",
            "<!-- bench -->\n| work | mxspec | yardstick | ratio | bar |\n|---|---|---|---|---|\n"
            "| one | 1 s | a peer: 2 s | 2.00 times as fast | at least 3, MISSED |\n"
            "| one of two | 1 s | a peer: 2 s | 2.00 times as fast | at least 3, MISSED |\n\n<!-- end -->",
        ),
        ("no figures", "no figures"),
    ],
)
def test_a_page_gets_the_figures_of_a_run_and_again_the_same(page, written):
    report = Report(run_of("one", "one of two"))
    assert report.written(page) == report.written(written) == written


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        ("0.50 times its time", "1 s, 0.50 times the time of a peer: by hand"),
        ("2.00 of its throughput", "1 s, 2.00 of the throughput of a peer: by hand"),
        ("2.00 times as fast", "1 s, 2.00 times as fast as a peer: by hand"),
        ("1.00 s", "1 s"),
    ],
)
def test_a_quotation_names_the_yardstick(ratio, text):
    assert quote([Row("one", "1 s", "a peer: by hand: 2 s", ratio, "")], "one") == text


def test_a_page_that_quotes_a_work_without_figures_is_told():
    with pytest.raises(KeyError, match="quotes 'two', of which this run has no figures"):
        Report(run_of("one")).written("<!-- bench two -->old<!-- end -->")


def rows_of_the_page():
    """Return the rows of the table that the last run left in the page of benchmarks."""
    quotations = QUOTATION.findall((FOLDER / "README.md").read_text("utf-8"))
    [text] = [text for _, work, text, _ in quotations if not work]
    head, _, *lines = [line[2:-2].split(" | ") for line in text.strip().splitlines()]
    assert head == [*Row._fields]
    return [Row(*cells) for cells in lines]


def test_each_figure_that_a_page_quotes_is_one_of_the_table():
    quotations = [found for page in PAGES for found in QUOTATION.findall(page.read_text("utf-8")) if found[1]]
    assert quotations
    for _, work, text, _ in quotations:
        assert text == quote(rows_of_the_page(), work)


def without_numbers(work):
    """Return the name of a work without the sizes in it, which are others in the smallest run."""
    return re.sub(r"\d[\d,]*", "n", work)


# One starts Spark, the other a dozen processes that train.
LONG = [FOLDER / "test_engines.py", FOLDER / "test_training.py"]


@pytest.mark.mxnet
@pytest.mark.parametrize(
    "file", rows_by_suite(slow=[file for file in FILES if file not in LONG], stress=LONG), ids=name_of
)
def test_each_benchmark_runs_in_its_smallest_size_and_has_rows_in_the_page(file, tmp_path):
    pytest.importorskip("pytest_benchmark")
    target = tmp_path / "bench.json"
    command = f"python -m pytest {file} -q -p no:cacheprovider --benchmark-json={target}"
    done = run_command(command, ROOT, SMALLEST="1")
    assert done.returncode == 0, done.stdout + done.stderr
    skipped = {*re.findall(r"^SKIPPED \[\d+\] [^ ]+: (.*)$", done.stdout, re.MULTILINE)}
    assert skipped <= (set() if importlib.util.find_spec("torch") else {"PyTorch is not installed"})
    benchmarks = json.loads(target.read_text())["benchmarks"]
    assert f" {len(benchmarks)} passed" in f" {done.stdout.splitlines()[-1]}"
    table = [*rows(benchmarks)]
    assert {row.work for row in table} == {each["extra_info"]["work"] for each in benchmarks} != set()
    in_the_page = {without_numbers(row.work) for row in rows_of_the_page()}
    assert {without_numbers(row.work) for row in table} <= in_the_page
