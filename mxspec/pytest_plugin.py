"""The pytest plugin by the name for `pytest_plugins = ["mxspec.pytest_plugin"]`."""

from _mxspec_pytestplugin import pytest_addoption, pytest_assertrepr_compare, pytest_runtest_makereport

__all__ = ["pytest_addoption", "pytest_assertrepr_compare", "pytest_runtest_makereport"]
