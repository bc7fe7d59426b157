"""The pytest plugin by the name for `pytest_plugins = ["mxspec.pytest_plugin"]`."""

from _mxspec_pytestplugin import (
    pytest_addoption,
    pytest_assertrepr_compare,
    pytest_configure,
    pytest_runtest_makereport,
    pytest_terminal_summary,
    pytest_unconfigure,
)

__all__ = [
    "pytest_addoption",
    "pytest_assertrepr_compare",
    "pytest_configure",
    "pytest_runtest_makereport",
    "pytest_terminal_summary",
    "pytest_unconfigure",
]
