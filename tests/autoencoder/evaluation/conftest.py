"""Evaluations that draw few pictures."""

import pytest

from autoencoder.evaluation import plots


@pytest.fixture(autouse=True, scope="package")
def _few_pictures():
    """Show few pictures of each kind: to lay out many takes Matplotlib most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plots, "SHOWN", 4)
        patch.setattr(plots, "SAMPLES", 2)
        patch.setattr(plots, "REAL", 2)
        yield
