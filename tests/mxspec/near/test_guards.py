"""What check_guard and untouched find: a guard with one fault, and what test data never meets."""

import pydantic
import pytest

import mxspec as s


class Order(pydantic.BaseModel):
    item: str = pydantic.Field(min_length=1, max_length=3)
    n: int = pydantic.Field(1, ge=1, le=10)


@pytest.mark.parametrize(
    "spec", [s.int_in(1, 5), s.fspec(args=s.cat(n=s.int_in(1, 5))), s.from_type(Order)], ids=str
)
def test_a_spec_agrees_with_itself(spec):
    assert s.check_guard(spec, spec)
