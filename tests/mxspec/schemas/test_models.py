"""The schemas of models: what goes in, in words what comes out, and examples."""

import numpy as np
import pytest

import mxspec as s
from tests.mxspec.schemas.test_json_schema import body, validator


def test_the_schema_of_a_model_is_its_input_a_note_and_examples():
    spec = s.model_spec(
        {"dark", "bright"},
        lambda x: "bright" if x.mean() > 0.5 else "dark",
        lambda label: np.full((2, 2), 0.9 if label == "bright" else 0.1, "float32"),
        input=s.array((2, 2), "float32", min=0, max=1),
    )
    schema = body(spec)
    assert schema["items"]["items"] == {"type": "number", "minimum": 0, "maximum": 1}
    assert "gives it a label that fits {'bright', 'dark'}" in schema["description"]
    assert len(schema["examples"]) == 3
    for example in schema["examples"]:
        assert example in ([[0.9, 0.9], [0.9, 0.9]], [[0.1, 0.1], [0.1, 0.1]])
        assert validator(spec).is_valid(example)


def test_examples_of_a_model_of_text_are_text():
    spec = s.model_spec(s.int_in(1, 4), len, lambda n: "x" * n, input=str)
    assert {*body(spec)["examples"]} <= {"x", "xx", "xxx"}


@pytest.mark.parametrize(("dtype", "example"), [("float32", [0.3333, 0.6667]), ("int64", [12345678, 2])])
def test_numbers_of_an_example_have_a_few_decimals(dtype, example):
    x = np.array([1 / 3, 2 / 3] if dtype == "float32" else [12345678, 2], dtype)
    spec = s.model_spec({"a"}, lambda _: "a", lambda _: x, input=s.array((2,), dtype))
    assert body(spec)["examples"] == [example] * 3


def test_an_example_that_rounding_would_spoil_stays_as_it_is():
    spec = s.model_spec({"a"}, lambda x: "a", lambda _: np.array([0.12341]), input=s.array((1,), max=0.12341))
    assert body(spec)["examples"] == [[0.1234]] * 3
    spec = s.model_spec({"a"}, lambda x: "a", lambda _: np.array([0.12341]), input=s.array((1,), min=0.12341))
    assert body(spec)["examples"] == [[0.12341]] * 3


def test_a_model_without_examples_has_a_schema_without_them():
    spec = s.model_spec({"a"}, lambda x: "b", lambda label: 1, input=int)
    assert body(spec).keys() == {"type", "description"}


def test_the_schema_of_learnt_arrays_has_their_shape_and_examples():
    rng = np.random.default_rng(0)
    spec = s.from_examples(rng.normal(size=(900, 2)), of="points", alpha=0.05)
    schema = body(spec)
    assert schema["description"] == "anomaly score within 95% of 450 points"
    assert all(validator(spec).is_valid(example) for example in schema["examples"])
    assert len(schema["examples"]) == 3
