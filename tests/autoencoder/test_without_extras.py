"""Where the libraries of an extra are missing, each module of autoencoder works or names the extra."""

import pytest

from tests.processes import run_fresh

PICTURES, PAGE = "PIL scipy tqdm", "fastapi uvicorn anyio starlette"

PROGRAM = """
import importlib, pkgutil, sys
import autoencoder
sys.modules.update(dict.fromkeys({absent!r}.split()))
for module in pkgutil.walk_packages(autoencoder.__path__, "autoencoder.", onerror=lambda name: None):
    try:
        importlib.import_module(module.name)
    except ImportError as error:
        print(module.name, error)
"""


@pytest.mark.parametrize(
    "absent", [f"{PICTURES} {PAGE} matplotlib mxnet onnxruntime onnx sklearn", PICTURES, PAGE]
)
def test_each_module_can_be_imported_or_names_the_extra(absent):
    lines = run_fresh(PROGRAM.format(absent=absent)).splitlines()
    assert lines
    assert [line for line in lines if 'pip install "mxspec[' not in line] == []
