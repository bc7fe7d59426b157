"""What holds for the near misses of every spec: the spec certifies them, they shrink, and they repeat."""

import os
import zlib

import hypothesis
from hypothesis import HealthCheck, given, settings

import mxspec as s
from mxspec.functions.fspec import FSpec
from mxspec.near.misses import near_values
from mxspec.specs.core.spec import specize
from tests.mxspec.random_specs import Anything, TypedBuilding, specs

# The same specs each time, so that no change fails by chance. RANDOM=1 draws others, as `make fuzz` does.
IS_RANDOM = bool(os.environ.get("RANDOM"))
laws = settings(
    deadline=None,
    derandomize=not IS_RANDOM,
    max_examples=500 if IS_RANDOM else 8,
    suppress_health_check=[*HealthCheck],
)


def values_near(spec):
    hypothesis.assume(not isinstance(specize(spec), FSpec))  # of which the values are arguments
    try:
        return near_values(spec, 40)
    except s.GeneratorError:
        hypothesis.reject()


@laws
@given(specs(building=Anything) | specs(building=TypedBuilding))
def test_a_value_is_on_the_side_that_it_says_and_comes_again_and_a_spec_agrees_with_itself(spec):
    values = values_near(spec)
    for miss in values:
        assert s.valid(spec, miss.value) == (miss.side == "right"), miss
    assert [*map(repr, values_near(spec))] == [*map(repr, values)]
    report = s.check_guard(spec, spec, 40)
    assert (report.missed, report.stricter) == ((), ())
    assert bool(report) is (report.untried == ())


@laws
@given(specs(depth=2), specs(depth=2), specs(depth=2))
def test_a_fault_of_one_part_is_blamed_on_that_part(first, faulty, last):
    spec = s.keys(req_un={"first": first, "faulty": faulty, "last": last})

    def guard(x):
        return s.valid(spec, x) and zlib.crc32(repr(x["faulty"]).encode()) % 3 > 0

    try:
        report = s.check_guard(guard, spec, 30)
    except s.GeneratorError:
        hypothesis.reject()
    assert {miss.path[0] for miss in report.stricter if miss.path} <= {"faulty"}, report
    assert report.missed == ()
