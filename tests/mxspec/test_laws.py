"""Laws that hold for every spec, on random specs and values."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mxspec as s
from mxspec.base import names
from mxspec.specs.core.batch import conform_each
from mxspec.specs.core.parts import may_change
from tests.mxspec import meaning
from tests.mxspec.random_specs import examples, specs
from tests.mxspec.random_values import same, values


@examples
@given(specs(), st.integers(0, 10**6))
def test_generated_values_are_valid_and_explain_nothing(spec, seed):
    for x in s.sample(spec, 3, seed=seed):
        assert s.valid(spec, x)
        assert s.explain_data(spec, x) is None


@pytest.mark.parametrize("kind", [None, "merge", "sequence"])
@examples
@given(st.data(), st.integers(0, 10**6))
def test_unform_undoes_conform(kind, data, seed):
    spec = data.draw(specs(lossless=True, kind=kind))
    for x in s.sample(spec, 3, seed=seed):
        assert same(as_lists(s.unform(spec, s.conform(spec, x))), as_lists(x))


def as_lists(x):
    """x with a list for every tuple, and for None, which is an empty sequence to a regex."""
    if x is None or isinstance(x, (list, tuple)):
        return [as_lists(e) for e in x or ()]
    return {key: as_lists(value) for key, value in x.items()} if isinstance(x, dict) else x


@examples
@given(specs(), values)
def test_valid_conform_and_explain_agree_and_leave_the_value_alone(spec, x):
    before = copy.deepcopy(x)
    valid, conformed, problems = s.valid(spec, x), s.conform(spec, x), s.explain_data(spec, x)
    assert valid == (conformed is not s.INVALID) == (problems is None)
    assert (s.explain_str(spec, x) == "Success!") == valid
    assert same(x, before)


@examples
@given(specs(), st.integers(0, 10**6))
def test_what_may_not_change_conforms_to_itself(spec, seed):
    plain = s.get_spec(spec) if isinstance(spec, str) else s.spec(spec)
    by_names = [part for name in s.registry() if (part := names.current.find(name)) is not None]
    if not may_change(plain, names.current.find, at_names=by_names):
        for x in s.sample(spec, 3, seed=seed):
            assert same(meaning.conform(plain, x), x)


@examples
@given(specs(), st.lists(values, max_size=4), st.integers(0, 10**6))
def test_a_batch_conforms_as_its_values_one_by_one(spec, xs, seed):
    plain = s.spec(spec) if not isinstance(spec, str) else s.get_spec(spec)
    xs = [*xs, *s.sample(spec, 3, seed=seed)]
    assert same(conform_each(plain, xs), [meaning.conform(plain, x) for x in xs])


@examples
@given(specs(), st.integers(0, 10**6))
def test_a_seed_repeats(spec, seed):
    assert same(s.sample(spec, 3, seed=seed), s.sample(spec, 3, seed=seed))


@examples
@given(specs(), values, st.integers(0, 10**6))
def test_a_form_leads_back_to_a_spec_that_answers_the_same(spec, x, seed):
    again = s.from_form(s.form(spec))
    assert s.form(again) == s.form(spec)
    for value in (x, s.generate(spec, seed=seed)):
        assert same(s.conform(again, value), s.conform(spec, value))


@examples
@given(specs(), specs(), values)
def test_the_combinators_of_logic_follow_boolean_logic(a, b, x):
    assert s.valid(s.or_(a=a, b=b), x) == (s.valid(a, x) or s.valid(b, x))
    assert s.valid(s.and_(s.nonconforming(a), b), x) == (s.valid(a, x) and s.valid(b, x))
    assert s.valid(s.nilable(a), x) == (x is None or s.valid(a, x))
    assert s.valid(s.tuple_(a, b), [x, x]) == (s.valid(a, x) and s.valid(b, x))
    assert s.valid(s.coll_of(a), [x, x]) == s.valid(a, x)


@pytest.mark.parametrize(
    ("spec", "x", "unformed"),
    [
        (s.maybe(int), [], [None]),
        (s.cat(a=s.maybe(int)), [], []),
        (s.amp(s.star(int), s.is_any), [], []),
        (s.cat(a=s.maybe(s.cat(flag={"-v"}, n=int))), ["-v", 1], [["-v", 1]]),
        (s.maybe(s.star(int)), [1, 2], [[1, 2]]),
    ],
)
def test_the_exceptions_to_the_way_back_are_clojures(spec, x, unformed):
    assert s.unform(spec, s.conform(spec, x)) == unformed
