"""Random pydantic models: mxspec says valid and proved only where pydantic itself agrees."""

import pytest

from tests.mxspec.annotations.models_beside_pydantic import ask_about_models


def test_forty_models():
    tally = ask_about_models(3, 40, values=8, edits=2, share=0.06)
    assert tally.wrong == []
    assert min(tally[key] for key in ("valid payload", "refused", "proved", "broken", "sampled")) > 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 3))
def test_a_thousand_models(seed):
    tally = ask_about_models(seed, 500)
    assert tally.wrong == []
    assert tally["models"] > 450
    assert tally["proved"] > 200
