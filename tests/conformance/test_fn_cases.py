"""Every scenario of fn_cases.json: what clojure.spec did with functions, step by step."""

import pytest

import mxspec as s
from tests.conformance.fn_corpus import STEPS, Scenario, agree_on_error, agree_on_return, scenarios

# What Clojure's own exceptions are here; all others are mxspec's.
OF_THE_FUNCTION = {"RuntimeException": RuntimeError, "ArityException": TypeError}


@pytest.mark.filterwarnings("ignore::mxspec.errors.UnmatchedNameWarning")  # clojure says nothing
@pytest.mark.parametrize("data", [pytest.param(data, id=data["id"]) for data in scenarios()])
def test_functions_behave_step_by_step_as_in_clojure(data):
    scenario = Scenario(data)
    try:
        for step in data["steps"]:
            raises = step["outcome"].get("raises")
            if raises is None:
                agree_on_return(scenario, step, STEPS[step["do"]](scenario, step))
                continue
            with pytest.raises(OF_THE_FUNCTION.get(raises["class"], s.SpecError)) as caught:
                STEPS[step["do"]](scenario, step)
            agree_on_error(raises, caught.value)
    finally:
        scenario.close()
