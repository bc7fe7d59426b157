"""Where MXNet is not installed, the tests that are marked as its own are skipped; all others have to pass."""

import importlib.util

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if importlib.util.find_spec("mxnet"):
        return
    for item in items:
        if item.get_closest_marker("mxnet"):
            item.add_marker(pytest.mark.skip("needs MXNet"))
