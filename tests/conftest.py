"""Where MXNet or ONNX Runtime is not installed, tests that need it are skipped; all others have to pass."""

import collections
import gc
import importlib.util
import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# Where CI is set, Hypothesis adds a line to what it says of a failure, which the documents do not have. No
# test fails because the machine has other things to do. RANDOM=1 asks about more examples, as make fuzz does.
settings.register_profile(
    "suite",
    settings(),
    max_examples=100 if os.environ.get("RANDOM") else 30,
    print_blob=False,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")

# The suite starts hundreds of processes; without byte code each would compile all modules again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # or onnxruntime calls home, which some tests import

# Hardly anything that is collected is garbage, and to look for it takes 15% of the time until the first test.
# In the tests it takes 9% at Python's own threshold, with Hypothesis's count of it, and 2.5% at this one.
gc.disable()
gc.set_threshold(20_000, 10, 10)

LEFT_OUT = ("slow", "stress", "web")  # by default

SHOWS_ONNX = "autoencoder/README.md"
SHOWS_PILLOW = "mxspec/base/messages/pictures.py"


@pytest.hookimpl(tryfirst=True)  # before -m "not slow" is asked
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    leave_few(items)
    if addressed := [item.nodeid for item in items if " at 0x" in item.nodeid]:
        raise pytest.UsageError(f"{addressed[0]} has another name in each process; try ids=row_id")
    has_mxnet, has_onnx, has_pillow = map(importlib.util.find_spec, ("mxnet", "onnxruntime", "PIL"))
    for item in items:
        if item.get_closest_marker("mxnet") and not has_mxnet:
            item.add_marker(pytest.mark.skip("needs MXNet"))
        if item.path == config.rootpath / SHOWS_ONNX and not has_onnx:
            item.add_marker(pytest.mark.skip("needs ONNX Runtime"))
        if item.path == config.rootpath / SHOWS_PILLOW and not has_pillow:
            item.add_marker(pytest.mark.skip("needs Pillow"))


def leave_few(items: list[pytest.Item]) -> None:
    """Mark rows as slow, but for a few of each table that are spread evenly, as the marker `few` says.

    Rows that another marker leaves out already are not looked at.
    """
    tables = collections.defaultdict(list)
    for item in items:
        if item.get_closest_marker("few") and not any(map(item.get_closest_marker, LEFT_OUT)):
            tables[item.nodeid.partition("[")[0]].append(item)
    for rows in tables.values():
        [few] = rows[0].get_closest_marker("few").args  # type: ignore[union-attr]
        for i, item in enumerate(rows):
            if len(rows) > few and i * few // len(rows) == (i - 1) * few // len(rows):
                item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    # Thousands of tests stay to the end; the garbage collector need not look through them again and again.
    # Of 515 tests of deep and of many values it takes off 30% of the time.
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser, Chromium."""
    from tests.autoencoder.web.browser import launch

    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except sync_api.Error as error:
            pytest.skip(f"there is no Chromium ({str(error).splitlines()[0]}); apt-get install chromium")
        yield browser
        browser.close()
