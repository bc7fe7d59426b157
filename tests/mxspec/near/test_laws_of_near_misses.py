"""What holds for the near misses of every spec: the spec certifies them, they shrink, and they repeat."""

import hypothesis
from hypothesis import HealthCheck, given, settings

import mxspec as s
from mxspec.near.misses import near_values
from tests.mxspec.any_specs import Anything
from tests.mxspec.random_specs import specs
from tests.mxspec.typed_specs import TypedBuilding

laws = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=40)


def values_near(spec, n=60):
    try:
        return near_values(spec, n)
    except s.GeneratorError:
        hypothesis.reject()


def problems_of(spec, x):
    explanation = s.explain_data(spec, x)
    return [] if explanation is None else explanation["problems"]


@laws
@given(specs(building=Anything) | specs(building=TypedBuilding))
def test_a_wrong_value_is_wrong_and_a_right_one_is_right(spec):
    for miss in values_near(spec):
        assert s.valid(spec, miss.value) == (miss.side == "right"), miss


@laws
@given(specs(building=Anything) | specs(building=TypedBuilding))
def test_a_spec_agrees_with_itself(spec):
    try:
        assert s.check_guard(spec, spec, 60)
    except s.GeneratorError:
        hypothesis.reject()


@laws
@given(specs())
def test_the_same_seed_gives_the_same_values(spec):
    first, second = ([repr(miss) for miss in values_near(spec, 30)] for _ in range(2))
    assert first == second
