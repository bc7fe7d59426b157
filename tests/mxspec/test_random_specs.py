"""The generator of random specs draws all kinds, for each user those that its door understands."""

import random

import pytest
from hypothesis import find

from mxspec.specs.core.spec import as_part
from mxspec.specs.regex.combinators import Cat
from tests.conformance.corpus import BUILDERS, built
from tests.conformance.fuzz.specs import ClojureSpecs
from tests.mxspec.random_specs import Anything, Building, Laborious, TypedBuilding, specs

# What Building has as Python's leaves, or not at all.
PLAIN = {"fspec", "conformer", "int-in", "inst-in", "double-in"}


def kinds_of(data):
    """Yield the kinds of clojure.spec in a spec as data."""
    if isinstance(data, dict):
        yield data.get("op")
        for part in data.values():
            yield from kinds_of(part)
    elif isinstance(data, list):
        for part in data:
            yield from kinds_of(part)


@pytest.mark.parametrize(
    ("building", "others"),
    [
        (Building, PLAIN | {"keys*"}),
        (Anything, PLAIN | {"keys*"}),
        (TypedBuilding, PLAIN | {"keys*"}),
        (Laborious, PLAIN),
        (ClojureSpecs, {"inst-in"}),
    ],
)
def test_each_kind_is_drawn(building, others):
    several = [building(random.Random(i)).spec(3) for i in range(400)]
    assert {kind for data in several for kind in kinds_of(data)} - {None} == BUILDERS.keys() - others
    for data in several if building is not ClojureSpecs else ():
        as_part(built(data))


def parts_of(spec):
    return [spec, *(each for part in spec.held_specs() for each in parts_of(part))]


def test_a_spec_shrinks_to_its_least_parts():
    spec = find(specs(), lambda spec: any(type(part) is Cat for part in parts_of(as_part(spec))))
    assert len(parts_of(as_part(spec))) <= 5, spec
