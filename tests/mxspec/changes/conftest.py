"""A process with no more modules than a comparison at a terminal has."""

import sys

import pytest

USED = {
    *sys.stdlib_module_names,
    *("__main__", "_pytest", "annotated_types", "attr", "attrs", "hypothesis", "msgspec", "mxspec", "numpy"),
    *("pluggy", "pydantic", "pydantic_core", "pytest", "tests", "typing_extensions", "typing_inspection"),
}


@pytest.fixture(autouse=True, scope="package")
def _few_modules():
    """Hide modules of other tests: a comparison looks for what a file sets in any module of the process."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in sys.modules if name.partition(".")[0] not in USED]:
            patch.delitem(sys.modules, name)
        yield
