"""What the code of a spec decodes is what the readers decode, and what is left is the same object."""

import contextlib
import dataclasses
import datetime as dt
import json
import sys
import types
import typing
import uuid

import annotated_types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.base import names
from mxspec.base.values import short_repr
from mxspec.transform.decode import Decoding, readers_of
from mxspec.transform.decode_source import make_decoder
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
    if type(made) is type(expected) is s.LimitError:
        return True  # each says how deep it came
    assert (made is x) == (expected is x), spec
    assert short_repr(made) == short_repr(expected), spec
    if is_small:
        assert repr(made) == repr(expected), spec
        assert types_in(made) == types_in(expected), spec
    return True


@pytest.mark.parametrize(("spec", "x"), CODED, ids=row_id)
def test_the_usual_kinds_have_code_that_reads_what_was_written(spec, x):
    sent = json.loads(json.dumps(s.encode(spec, x)))
    assert decodes_the_same(spec, sent)
    assert decodes_the_same(spec, x)


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


# --- classes that lead back to themselves -----------------------------------------------------------------


@dataclasses.dataclass
class Leaf:
    day: dt.date | None = None
    text: "str" = ""


@dataclasses.dataclass
class Wrong:
    """A class with defaults that do not fit."""

    next: "Wrong | None" = None
    n: int = None
    many: list[int] = dataclasses.field(default_factory=lambda: [None])


FIELDS = {
    "int": st.integers(), "str": st.text(max_size=2), "float": st.floats() | st.integers(),
    "bool": st.booleans(), "dt.date": st.sampled_from(["2019-10-11", "x"]),
    "dt.date | None": st.sampled_from(["2019-10-11", None]), "uuid.UUID": st.just(str(uuid.UUID(int=3))),
    "typing.Literal['a']": st.just("a"), "typing.Annotated[int, annotated_types.Ge(0)]": st.integers(-1),
    "list[dt.date]": st.just(["2019-10-11"]), "list[int]": st.lists(st.integers(), max_size=2),
    "dict[str, int]": st.just({"a": 1}), "set[str]": st.just(["a"]), "tuple[int, str]": st.just([1, "a"]),
    "Leaf": st.just({"day": "2019-10-11"}), "Leaf | None": st.none() | st.just({"text": "a"}),
}  # fmt: skip
AROUND = [
    "{}",
    "list[{}]",
    "{} | None",
    "list[{} | None]",
    "dict[str, {}]",
    "list[list[{}]]",
    "tuple[{}, ...]",
]
DEFAULTS = {
    "bool": "1 / 0",
    "int": "0",
    "str": "''",
    "dt.date | None": "None",
    "Leaf | None": "None",
    "list[int]": "None",
}


@st.composite
def recursive_classes(draw):
    """Two dataclasses that hold each other, with JSON of the first."""
    named = st.sampled_from(["One", "Two"])
    fields = {}
    for cls in ("One", "Two"):
        plain = [(f"f{i}", tp) for i, tp in enumerate(draw(st.lists(st.sampled_from([*FIELDS]), max_size=3)))]
        inner = [
            (f"g{i}", draw(st.sampled_from(AROUND)).format(draw(named)))
            for i in range(draw(st.integers(1, 2)))
        ]
        fields[cls] = [(name, tp, draw(st.booleans())) for name, tp in (*plain, *inner)]
    lines = []
    for cls, several in fields.items():
        lines += ["@dataclasses.dataclass(kw_only=True)", f"class {cls}:"]
        for name, tp, has_default in several:
            default = DEFAULTS.get(tp, "None" if tp.endswith("None") else "[]" if tp[:4] == "list" else None)
            own = f"dataclasses.field(default_factory=lambda: {default})"
            lines.append(f"    {name}: {tp!r}" + (f" = {own}" if has_default and default is not None else ""))
    name = f"recursive_{draw(st.integers(0, 10**9))}"
    module = sys.modules[name] = types.ModuleType(name)
    vars(module).update({**globals(), "typing": typing, "annotated_types": annotated_types, "__name__": name})
    exec("\n".join(lines), vars(module))

    def json_of(tp, depth):
        if draw(st.integers(0, 14)) == 0:
            return draw(json_values)
        if tp in FIELDS:
            return draw(FIELDS[tp])
        if tp in fields:
            several = [each for each in fields[tp] if not (each[2] and draw(st.booleans()))]
            return {name: json_of(tp, depth - 1) for name, tp, _ in several} | ({"z": 1} if depth > 8 else {})
        if tp.endswith(" | None"):
            return json_of(tp[: -len(" | None")], depth) if depth > 0 and draw(st.booleans()) else None
        if tp.startswith("dict"):
            return {"a": json_of(tp[10:-1], depth)} if depth > 0 else {}
        inner = tp[6:-6] if tp.startswith("tuple") else tp[5:-1]
        return [json_of(inner, depth) for _ in range(draw(st.integers(0, 2)) if depth > 0 else 0)]

    return module, json_of("One", 3)


def check_recursive_class(module, x):
    try:
        specs = [module.One, module.One | None, list[module.One]]
        assert decodes_the_same(specs[0], x)
        for spec, put in zip(specs[1:], (lambda x: x, lambda x: [x, x]), strict=True):
            decodes_the_same(s.from_type(spec), put(x))
        if isinstance(x, dict):
            for key, value in x.items():  # inside itself it stays as it is
                assert decodes_the_same(module.One, {**x, key: x if value is None else [x, {**x, key: None}]})
            around = {**x}
            around |= {key: around if value is None else [around] for key, value in x.items()}
            assert decodes_the_same(module.One, around, is_small=False)
    finally:
        del sys.modules[module.__name__]


@settings(examples, max_examples=25)
@given(recursive_classes())
def test_code_reads_a_class_that_leads_back_to_itself_as_the_readers_do(case):
    check_recursive_class(*case)


@pytest.mark.slow
@settings(examples, max_examples=600)
@given(recursive_classes())
def test_code_reads_more_classes_that_lead_back_to_themselves_as_the_readers_do(case):
    check_recursive_class(*case)


def test_a_default_that_does_not_fit_leaves_the_json():
    for x in ({"next": {}}, {"next": {"n": 1, "many": []}}, {"next": {"n": 1}, "n": 1, "many": [1]}):
        assert decodes_the_same(Wrong, x)
    assert s.decode(Wrong, {"next": {"n": 1, "many": []}, "n": 1}).next == Wrong(n=1, many=[])
    for _ in range(3):
        assert s.decode(Wrong, {"next": {"n": 1}, "n": 1}).next == {"n": 1}


@dataclasses.dataclass
class Failing:
    """A class with a default that fails."""

    n: int
    next: "Failing | None" = None
    many: list[int] = dataclasses.field(default_factory=lambda: [][0])


def test_a_default_that_fails_leaves_the_json():
    for x in ({"n": 1}, {"n": 1, "many": []}, {"n": 1, "many": [], "next": {"n": 1}}):
        assert decodes_the_same(Failing, x)
        assert decodes_the_same(list[Failing], [x])
    for _ in range(3):
        assert s.decode(Failing, {"n": 1}) == {"n": 1}
        assert s.decode(Failing, {"n": 1, "many": [], "next": {"n": 1}}).next == {"n": 1}


def test_one_map_that_is_met_many_times_is_read_once():
    x = None
    for _ in range(60):
        x = {"value": 1, "left": x, "right": x}
    for _ in range(3):
        tree = s.decode(Tree, x)
    assert tree.left is tree.right
    assert tree.left.left.value == 1
