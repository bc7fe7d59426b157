"""Facts of a value, the spec of facts, and the facts of a spec."""

import datetime
import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mxspec as s
from mxspec.transform.schemas.facts import ValueFacts, facts_of_form
from mxspec.transform.schemas.places import SchemaPlace
from tests.row_ids import row_id

ENDS = {
    int: st.integers(),
    float: st.floats(allow_nan=False),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    datetime.date: st.dates(),
    datetime.datetime: st.datetimes(),
    datetime.time: st.times(),
    s.is_number: st.integers(),
}
TEXTS = [{}, {"min_length": 2}, {"max_length": 3, "pattern": "a*"}, {"format": "date", "least": "2026-01-01"}]


@st.composite
def facts(draw):
    """Draw facts of a kind with bounds, one of them, or none."""
    kind = draw(st.sampled_from([*ENDS]))
    low, high = sorted(draw(st.tuples(ENDS[kind], ENDS[kind])))
    if kind is datetime.datetime and low < high and draw(st.booleans()):
        return ValueFacts(kind, low, end=high)
    return ValueFacts(kind, draw(st.sampled_from([low, None])), draw(st.sampled_from([high, None])))


@given(st.one_of(facts(), st.sampled_from([ValueFacts(str, text=text) for text in TEXTS])))
def test_facts_come_back_from_their_spec(own):
    assert facts_of_form(s.form(own.spec())) == own


@pytest.mark.parametrize(
    ("own", "right", "wrong"),
    [
        (ValueFacts(int, -2, 2), [-2, 2], [-3, 3, 1.0, True]),
        (ValueFacts(bytes, size=2), [b"ab"], [b"a", b"abc", "ab"]),
        (ValueFacts(Decimal, precision=3, scale=1), [Decimal("-99.9")], [Decimal("1.25"), Decimal(100), 1]),
        (
            ValueFacts(datetime.datetime, zone=True),
            [datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)],
            [datetime.datetime(2026, 1, 2), datetime.date(2026, 1, 2)],
        ),
        (
            ValueFacts(datetime.datetime, zone=False),
            [datetime.datetime(2026, 1, 2)],
            [datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)],
        ),
    ],
    ids=row_id,
)
def test_the_spec_of_facts_accepts_their_values(own, right, wrong):
    for spec in (own.spec(), pickle.loads(pickle.dumps(own.spec()))):
        assert [x for x in right if not s.valid(spec, x)] == []
        assert [x for x in wrong if s.valid(spec, x)] == []
        assert all(s.valid(spec, x) for x in s.sample(spec, 20, seed=1))


@pytest.mark.parametrize(
    "spec",
    [
        s.and_(int, s.is_even),
        s.float_in(0, 1, nan=False, infinite=False),
        {1},
        s.coll_of(int),
        ValueFacts(bytes, size=2).spec(),
        ValueFacts(Decimal, precision=3).spec(),
        ValueFacts(datetime.datetime, zone=True).spec(),
    ],
    ids=row_id,
)
def test_a_spec_that_says_more_has_no_facts(spec):
    assert facts_of_form(s.form(spec)) is None


def test_an_error_says_its_path():
    place = SchemaPlace({"a": [{"b": 3}]}, whole="the contract")
    with pytest.raises(s.SpecDefinitionError, match=r"^a\[0\]\.b: wrong$"):
        place.get("a").elements()[0].get("b").fail("wrong")
    with pytest.raises(s.SpecDefinitionError, match=r"^the contract: 'c' is missing in "):
        place.get("c")
    with pytest.raises(s.SpecDefinitionError, match=r"^a: mxspec reads no a here$"):
        place.check({"b"})
