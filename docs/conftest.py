"""A document may define the specs of the package anew: afterwards they are as they were."""

import importlib
from collections.abc import Iterator

import pytest

import mxspec as s


@pytest.fixture(autouse=True)
def _restore_specs() -> Iterator[None]:
    importlib.import_module("autoencoder.model_specs")  # its specs are among those that are kept
    before = {name: (spec, s.doc(name)) for name, spec in s.registry().items()}
    yield
    for name, (spec, doc) in before.items():
        if s.get_spec(name) is not spec:
            s.def_(name, spec, doc=doc)
