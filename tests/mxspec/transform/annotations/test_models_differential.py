"""Random pydantic models: mxspec says valid and proved only where pydantic itself agrees."""

import pytest

from tests.mxspec.transform.annotations.models_beside_pydantic import ask_about_models


def test_twenty_models():
    tally = ask_about_models(3, 20, values=8, edits=2, share=0.06)
    assert tally.wrong == []
    assert min(tally[key] for key in ("valid payload", "refused", "proved", "broken", "sampled")) > 0


@pytest.mark.parametrize(
    ("seed", "number"),
    [
        pytest.param(1, 40, marks=pytest.mark.slow),
        *(pytest.param(seed, 500, marks=pytest.mark.stress) for seed in (1, 2)),
    ],
)
def test_more_models(seed, number):
    tally = ask_about_models(seed, number)
    assert tally.wrong == []
    assert tally["models"] > 0.9 * number
    assert tally["proved"] > 0.4 * number
