"""Without MXNet the suite is what answers, on ONNX Runtime; what trains is skipped."""

import importlib.util
from collections.abc import Generator
from typing import Any

import pytest
from _pytest.doctest import MultipleDoctestFailures

HAS_MXNET = importlib.util.find_spec("mxnet") is not None
MISSING = "mxspec[mxnet]"  # names the error that says so

# In these files a test that needs MXNet is marked; in all others it is one that asks for MXNet.
ANSWERS = (
    "README.md",
    "autoencoder/data/",
    "autoencoder/digits.py",
    "autoencoder/model_specs.py",
    "autoencoder/models.py",
    "autoencoder/post.py",
    "autoencoder/viz.py",
    "tests/autoencoder/data/",
    "tests/autoencoder/test_digits.py",
    "tests/autoencoder/test_model_specs.py",
    "tests/autoencoder/test_models.py",
    "tests/autoencoder/test_post.py",
    "tests/autoencoder/test_viz.py",
)


def asks_for_mxnet(error: BaseException) -> bool:
    if isinstance(error, MultipleDoctestFailures):
        errors = [failure.exc_info[1] for failure in error.failures if hasattr(failure, "exc_info")]
    else:
        errors = [error]
    return any(isinstance(error, ImportError) and MISSING in str(error) for error in errors)


class WithoutMXNet:
    """A plugin, which sees the doctests of autoencoder too; the hooks of a conftest see its own folder."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, Any, Any]:
        if item.get_closest_marker("mxnet"):
            pytest.skip("it needs MXNet")
        return (yield from self._skip(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        return (yield from self._skip(item))

    def _skip(self, item: pytest.Item) -> Generator[None, Any, Any]:
        file = item.path.relative_to(item.config.rootpath).as_posix()
        try:
            return (yield)
        except Exception as error:
            if asks_for_mxnet(error) and not file.startswith(ANSWERS):
                pytest.skip("it asks for MXNet")
            raise


def pytest_configure(config: pytest.Config) -> None:
    if not HAS_MXNET:
        config.pluginmanager.register(WithoutMXNet())
