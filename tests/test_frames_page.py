"""The jobs of docs/frames.md, each run as its own program where its library is installed."""

import collections
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mxspec as s

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"```python\n# (\w+\.py)\n(.*?)```", re.DOTALL)
JOBS = dict(BLOCK.findall((ROOT / "docs" / "frames.md").read_text(encoding="utf-8")))

ROWS = [{"plan": ("free", "pro", "team")[i % 3], "age": 18 + i * i % 74} for i in range(2000)]
WRONG = [{"plan": "fre", "age": 20}, {"plan": "pro", "age": 300}]


def test_each_job_is_run_here():
    assert [*JOBS] == ["night.py", "stream.py", "checks.py"]


@pytest.fixture
def folder(tmp_path):
    """A folder with a contract, and the jobs."""
    contract = s.infer(ROWS, ordered=False)
    (tmp_path / "contract.py").write_text(s.source(contract))
    for name, text in JOBS.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def run(name, folder, code=0):
    """Run a job in a folder; return what it prints."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}
    (folder / "events").mkdir(exist_ok=True)
    quick = ("spark.sql.shuffle.partitions=2", "spark.ui.enabled=false", "spark.default.parallelism=2")
    events = ("enabled=true", "compress=false", f"dir={(folder / 'events').as_uri()}")
    settings = [*quick, *(f"spark.eventLog.{each}" for each in events)]
    environment["PYSPARK_SUBMIT_ARGS"] = " ".join([*(f"--conf {each}" for each in settings), "pyspark-shell"])
    command = [sys.executable, name]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == code, done.stderr[-3000:]
    return done.stdout + done.stderr * (code != 0)


def write(path, rows):
    polars = pytest.importorskip("polars")
    path.parent.mkdir(exist_ok=True)
    polars.DataFrame(rows).write_parquet(path)


def read(path):
    polars = pytest.importorskip("polars")
    return [row for file in sorted(path.rglob("*.parquet")) for row in polars.read_parquet(file).to_dicts()]


def nodes_of(plan):
    """The nodes of a plan of Spark, from its root."""
    yield plan
    for child in plan["children"]:
        yield from nodes_of(child)


def rows_of_spark(folder):
    """The rows that each scan of files read, and each question brought to Python, by Spark's own listener."""
    [log] = [path for path in (folder / "events").rglob("*") if path.is_file() and "status" not in path.name]
    counts, plans, sources = collections.Counter(), {}, {}
    for event in map(json.loads, log.read_text().splitlines()):
        kind = event["Event"].rpartition(".")[2]
        if kind == "SparkListenerTaskEnd":
            for each in event["Task Info"]["Accumulables"]:
                counts[each["ID"]] += int(each["Update"]) if str(each.get("Update", "")).isdigit() else 0
        elif kind in ("SparkListenerSQLExecutionStart", "SparkListenerSQLAdaptiveExecutionUpdate"):
            plans[event["executionId"]] = [*nodes_of(event["sparkPlanInfo"])]
            sources.setdefault(event["executionId"], event.get("description", ""))
    numbers = {
        execution: [
            (node["nodeName"], each["accumulatorId"])
            for node in nodes
            for each in node["metrics"]
            if each["name"] == "number of output rows"
        ]
        for execution, nodes in plans.items()
    }
    scans = {at for own in numbers.values() for name, at in own if name.startswith("Scan parquet")}
    asked = [own for execution, own in numbers.items() if sources[execution].startswith("toArrow")]
    return [counts[at] for at in sorted(scans)], [counts[own[0][1]] for own in asked]


needs_spark = pytest.mark.skipif(not shutil.which("java"), reason="Spark needs Java")


@needs_spark
@pytest.mark.slow
def test_a_night_of_spark_puts_refused_rows_into_quarantine(folder):
    pytest.importorskip("pyspark")
    write(folder / "orders" / "a.parquet", ROWS[:500] + WRONG)
    text = run("night.py", folder)
    assert sorted(read(folder / "fit"), key=str) == sorted(ROWS[:500], key=str)
    assert read(folder / "refused") == [
        {**WRONG[0], "reason": "plan: 'free', 'pro' or 'team' is required"},
        {**WRONG[1], "reason": "age: an int from 18 to 91 is required"},
    ]
    assert re.search(r"^invalid +2 +0.40%$", text, re.MULTILINE)
    assert rows_of_spark(folder) == ([502], [1, 2])


@needs_spark
@pytest.mark.stress  # the night with refused rows counts scans and rows, too
def test_a_night_without_refused_rows_is_one_scan_and_one_row_in_python(folder):
    pytest.importorskip("pyspark")
    write(folder / "orders" / "a.parquet", ROWS)
    assert "the table keeps its terms: 'plan' has 'free'" in run("night.py", folder)
    assert rows_of_spark(folder) == ([2000], [1])


@needs_spark
@pytest.mark.slow
def test_a_stream_of_spark_ends_with_a_batch_that_has_too_many_refused_rows(folder):
    pytest.importorskip("pyspark")
    write(folder / "incoming" / "0.parquet", ROWS)
    os.utime(folder / "incoming" / "0.parquet", (1, 1))  # the first by its time
    write(folder / "incoming" / "1.parquet", ROWS[:500] + WRONG * 100)
    text = run("stream.py", folder, 1)
    assert text.startswith("holds: ")
    assert re.search("RuntimeError: .*200 of 700", text)
    files = sorted((folder / "profiles").iterdir())
    assert [json.loads(file.read_text())["total"] for file in files] == [2000, 700]
    assert len(read(folder / "refused" / "batch=1")) == 200
    assert len(read(folder / "fit")) == 2500


DRIVER = """
import dagster
from checks import orders, orders_fit

run = dagster.materialize([orders, orders_fit], raise_on_error=False)
[check] = run.get_asset_check_evaluations()
print(check.passed, check.metadata["profile"].data["invalid"], check.description)
"""


@pytest.mark.slow
def test_an_asset_check_of_dagster_passes_while_the_promise_explains_the_refused_rows(folder):
    pytest.importorskip("dagster")
    (folder / "driver.py").write_text(DRIVER)
    write(folder / "orders.parquet", ROWS + WRONG)
    assert run("driver.py", folder).splitlines()[-1] == "True 2 None"
    write(folder / "orders.parquet", ROWS + WRONG * 100)
    assert run("driver.py", folder).splitlines()[-1].startswith("False 200 200 of 2,200 values are refused")
