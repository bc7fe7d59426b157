"""No proof is wrong, whatever two specs are; breaking edits whose truth is known are found."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.base import names
from mxspec.changes.borders.parts import weight
from mxspec.changes.proof import Version, is_covered
from mxspec.changes.sameness import Sameness
from mxspec.changes.search import Fillings, compare_values, constants_of, values_to_try
from mxspec.specs.core.spec import as_part
from tests.measurements.changes import random_edits
from tests.mxspec.changes.random_changes import changed
from tests.mxspec.random_specs import examples, specs
from tests.suites import rows_by_suite


def check_proofs(spec, seed):
    source = random.Random(seed)
    old = changed(as_part(spec), source, source.choice([0, 0.3]))
    new = changed(old, source, source.choice([0.1, 0.3, 0.6]))
    if source.random() < 0.2:
        new = s.or_(a=new, b=changed(old, source, 0.5))
    for first, second in ((old, new), (new, old), (old, old)):
        versions = Version(first, names.current), Version(second, names.current)
        if is_covered(*versions):
            constants = constants_of(*versions)
            fillings = Fillings(*versions, constants)
            values = values_to_try(versions[0], constants, 20, seed % 1000, fillings)
            for x in itertools.islice(values, 500):
                assert not (versions[0].verdict(x) and versions[1].verdict(x) is False), (first, second, x)


@settings(examples, max_examples=15)
@given(specs(depth=1), st.integers(0, 10**9))
def test_what_is_proved_holds(spec, seed):
    check_proofs(spec, seed)


@pytest.mark.parametrize("count", rows_by_suite(slow=[30], stress=[300]))
def test_what_is_proved_of_deeper_specs_holds(count):
    settings(examples, max_examples=count)(given(specs(depth=2), st.integers(0, 10**9))(check_proofs))()


def test_a_regex_within_a_condition_is_compared_too():
    old, new = (s.spec(s.amp(regex, s.is_any)) for regex in (s.map_of({"a", "b"}, int), s.star(int)))
    assert (s.valid(old, [{}]), s.valid(new, [{}])) == (True, False)
    assert s.check_compatible(old, new, num_tests=5, seed=0).verdict == "broken"


@settings(examples, max_examples=5)
@given(specs(depth=1), st.integers(0, 10**9))
def test_a_spec_beside_itself_breaks_nothing(spec, seed):
    spec = changed(as_part(spec), random.Random(seed), 0.3)
    twin = Version(spec, names.Names(names.current.entries))
    for versions in ((Version(spec, names.current), twin), (twin, twin)):
        assert Sameness(versions[0].table, versions[1].table, {}, by_text=True).is_same(spec, spec)
        assert compare_values(*versions, num_tests=20, seed=0).verdict != "broken"


@settings(examples, max_examples=8)
@given(specs(depth=1), st.integers(0, 10**9))
def test_what_is_proved_twice_is_not_broken_at_once(spec, seed):
    source = random.Random(seed)
    first = changed(as_part(spec), source, 0.2)
    second = s.nilable(first) if source.random() < 0.3 else changed(first, source, 0.2)
    third = s.or_(a=second, b=int) if source.random() < 0.5 else changed(second, source, 0.2)
    first, second, third = (Version(x, names.current) for x in (first, second, third))
    if is_covered(first, second) and is_covered(second, third):
        assert compare_values(first, third, num_tests=20, seed=0).verdict != "broken"


def check_edits(seeds, proved):
    """Check edits; of the harmless ones the share proved has to be proved, the others may be left open."""
    results = list(random_edits.answers(seeds, num_tests=20))
    table = random_edits.counts(results)
    breaking = sum(n for (is_breaking, _), n in table.items() if is_breaking)
    assert not table[True, "proved"]
    assert not table[False, "broken"]
    assert table[True, "broken"] >= 0.98 * breaking
    assert table[False, "proved"] >= proved * (len(results) - breaking)
    sizes = sorted(weight(answer.witness)[0] for _, answer, *_ in results if answer.verdict == "broken")
    assert sizes[len(sizes) // 2] <= 4


def test_breaking_edits_are_found_and_harmless_ones_proved():
    check_edits(range(1000, 1030), proved=0.9)


@pytest.mark.parametrize(
    "seeds", rows_by_suite(slow=[range(2000, 2150)], stress=[range(2000, 2500)]), ids=str
)
def test_more_breaking_edits_are_found(seeds):
    check_edits(seeds, proved=0.85)
