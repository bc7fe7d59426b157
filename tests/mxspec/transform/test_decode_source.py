"""What the code of a spec decodes is what the readers decode, and what is left is the same object."""

import contextlib
import dataclasses
import datetime as dt
import json
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec import names
from mxspec.transform.decode import Decoding, readers_of
from mxspec.transform.decode_source import make_decoder
from mxspec.values import short_repr
from tests.mxspec.any_values import SPECS, VALUES
from tests.mxspec.random_specs import TYPES, TypedBuilding, examples, specs
from tests.mxspec.random_values import json_values, types_in
from tests.mxspec.transform.test_encode_source import CODED, TRIP, Item, Order, Titled, Tree
from tests.row_ids import row_id


def answer(read, x, readers):
    try:
        return read(x, Decoding(names.current, readers, {}))
    except s.LimitError as error:
        return error


def decodes_the_same(spec, x, is_small=True):
    """True if the spec has code; it reads x as the readers do."""
    readers = readers_of(s.spec(spec), names.current, False, False, False)
    read = make_decoder(readers)
    if read is None:
        return False
    made, expected = answer(read, x, readers), answer(readers.whole, x, readers)
    assert (made is x) == (expected is x), spec
    assert short_repr(made) == short_repr(expected), spec
    if is_small:
        assert repr(made) == repr(expected), spec
        assert types_in(made) == types_in(expected), spec
    return True


LEADS_BACK = (Tree, "code/node")


@pytest.mark.parametrize(("spec", "x"), CODED, ids=row_id)
def test_the_usual_kinds_have_code_that_reads_what_was_written(spec, x):
    sent = json.loads(json.dumps(s.encode(spec, x)))
    assert decodes_the_same(spec, sent) == (spec not in LEADS_BACK)
    assert decodes_the_same(spec, x) == (spec not in LEADS_BACK)


ORDER = {
    "id": str(uuid.UUID(int=3)), "day": "2019-10-11", "status": "new", "first": None, "tags": ["a"],
    "seen": {}, "items": [{"sku": "a", "price": "1.50", "note": None}], "paid": None, "weight": 1.5,
}  # fmt: skip


@pytest.mark.parametrize("key", [*ORDER, "other"])
@pytest.mark.parametrize(
    "value", [None, 1, "x", [], [1], {}, {"sku": "a"}, {1: 2}, ["a", 1], "2019-10-11", [True, 1], [[]]]
)
def test_a_wrong_or_missing_part_is_read_as_by_the_readers(key, value):
    wrong = {**ORDER, key: value}
    assert decodes_the_same(Order, wrong)
    assert decodes_the_same(s.coll_of(Order), [ORDER, wrong])
    assert decodes_the_same(Order, {name: part for name, part in wrong.items() if name != key})
    assert decodes_the_same(Item | None, value)
    assert decodes_the_same(TRIP, {"day": value, "tags": value, "note": value, "code/day": value})
    assert decodes_the_same(TRIP, {"day": "2019-10-11", key: value})


@dataclasses.dataclass
class Holder:
    day: dt.date
    titled: Titled


def test_a_class_with_code_of_its_own_is_made_by_its_reader():
    sent = {"day": "2019-10-11", "titled": {"name": "a"}}
    assert decodes_the_same(Holder, sent)
    for _ in range(3):
        assert s.decode(Holder, sent) == Holder(dt.date(2019, 10, 11), Titled("a"))


def test_a_definition_makes_new_code():
    s.def_("code/read", dt.date)
    spec = s.def_("code/reads", s.coll_of("code/read"))
    assert s.decode(spec, ["2019-10-11"]) == [dt.date(2019, 10, 11)]
    s.def_("code/read", str)
    assert s.decode(spec, ["2019-10-11"]) == ["2019-10-11"]
    open_ = s.def_("code/open-map", s.keys())
    assert s.decode(open_, {"code/later": "2019-10-11"}) == {"code/later": "2019-10-11"}
    s.def_("code/later", dt.date)
    assert s.decode(open_, {"code/later": "2019-10-11"}) == {"code/later": dt.date(2019, 10, 11)}
    s.def_("code/later", None)


def test_a_value_that_contains_itself_is_read_as_by_the_readers():
    x = {"value": 1, "right": None}
    x["left"] = x
    for _ in range(3):
        assert repr(s.decode(Tree, x)) == repr(s.decode(Tree, x, strip=True))


@settings(examples, max_examples=15)
@given(specs(TypedBuilding) | specs(), st.integers(0, 10**6), st.data())
def test_code_reads_json_and_values_of_other_specs_as_the_readers_do(spec, seed, data):
    xs = [data.draw(json_values), ORDER]
    for other in (spec, data.draw(st.sampled_from(TYPES)), data.draw(specs(TypedBuilding))):
        with contextlib.suppress(s.GeneratorError):
            for x in s.sample(other, 2, seed=seed):
                xs.append(x)
                with contextlib.suppress(s.EncodeError):
                    xs.append(s.encode(other, x))
    for around, put in [
        (spec, lambda x: x),
        (s.coll_of(spec), lambda x: [x, x]),
        (s.keys(opt_un={"a": spec}), lambda x: {"a": x, "b": 1}),
        (s.nilable(spec), lambda x: x),
    ]:
        for x in xs:
            decodes_the_same(around, put(x))


@pytest.mark.parametrize("name", [name for name in VALUES if name != "generator"])
def test_code_reads_any_value_as_the_readers_do(name):
    for spec in (*SPECS, *TYPES, Item, TRIP):
        decodes_the_same(spec, VALUES[name], is_small=False)
