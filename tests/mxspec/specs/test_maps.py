"""keys, or_keys, and_keys, merge, multi_spec."""

import collections
import dataclasses
import itertools
import types
import typing

import pytest

import mxspec as s
from mxspec.specs.core.question import START, ask_spec
from tests.row_ids import row_id

s.def_("maps/age", s.int_in(0, 150))
s.def_("maps/name", str)
s.def_("maps/tag", s.or_(id=int, name=str))
PERSON = s.keys(req=["maps/name"], opt=["maps/age"])
UN = s.keys(req_un=["maps/name"], opt_un=["maps/age", "maps/tag"])
CONTACT = s.keys(req_un=[s.or_keys("maps/name", s.and_keys("maps/age", "maps/tag"))])

s.def_("multi/kind", str)
s.def_("multi/radius", s.or_(exact=int, about=float))
s.def_("multi/side", int)
CIRCLE = s.keys(req_un=["multi/kind", "multi/radius"])
SQUARE = s.keys(req_un=["multi/kind", "multi/side"])
SHAPE = s.multi_spec("kind", {"circle": CIRCLE, "square": SQUARE})
WITH_DEFAULT = s.multi_spec("kind", {"circle": CIRCLE}, default=s.keys(req_un=["multi/kind"]))
BY_LENGTH = s.multi_spec(len, {1: s.tuple_(int), 2: s.tuple_(int, str)}, retag=lambda x, tag: x)


@pytest.mark.parametrize(
    ("spec", "x", "conformed"),
    [
        (PERSON, [], s.INVALID),
        (PERSON, None, s.INVALID),
        (s.keys(), {"age": -1, 3: 4, "maps/unknown": 6}, {"age": -1, 3: 4, "maps/unknown": 6}),
        (s.keys(req=["maps/unknown"]), {"maps/unknown": object}, {"maps/unknown": object}),
        (SHAPE, {"kind": ["circle"]}, s.INVALID),
        (SHAPE, {"kind": {}}, s.INVALID),
        (SHAPE, 3, s.INVALID),
        (WITH_DEFAULT, {"kind": {}}, s.INVALID),
        (BY_LENGTH, [1], [1]),
        (BY_LENGTH, [1, "x"], [1, "x"]),
        (BY_LENGTH, 3, s.INVALID),
        (s.multi_spec("k", {1: int}), {"k": True}, s.INVALID),
        (s.multi_spec("k", {1: s.is_dict}), {"k": 1.0}, s.INVALID),
    ],
)
def test_conform(spec, x, conformed):
    assert s.conform(spec, x) == conformed
    assert (s.explain_data(spec, x) is None) == (conformed is not s.INVALID)


def test_any_mapping_will_do_and_is_left_alone():
    x = types.MappingProxyType({"name": "Bo", "tag": 3})
    assert s.conform(UN, x) == {"name": "Bo", "tag": ("id", 3)}
    assert x == {"name": "Bo", "tag": 3}
    y = {"name": "Bo"}
    assert s.conform(UN, y) is y


def test_a_map_with_a_key_that_can_not_be_hashed_is_refused():
    class Pairs(collections.abc.Mapping):
        def __iter__(self):
            return iter([["maps/age"]])

        def __len__(self):
            return 1

        def __getitem__(self, key):
            return -1

    [problem] = s.explain_data(s.keys(), Pairs())["problems"]
    assert problem["reason"] == "TypeError: unhashable type: 'list'"
    assert s.conform(s.keys(), Pairs()) is s.INVALID


def test_unform():
    assert s.unform(UN, {"name": "Bo", "tag": ("id", 3)}) == {"name": "Bo", "tag": 3}
    assert s.unform(UN, None) is None
    x = {"kind": "circle", "radius": 2}
    assert s.unform(SHAPE, s.conform(SHAPE, x)) == x
    with pytest.raises(s.UnformError, match="has no method for the tag 'star'"):
        s.unform(SHAPE, {"kind": "star"})


@pytest.mark.parametrize(
    ("spec", "x", "preds"),
    [
        (PERSON, 3, [s.is_dict]),
        (PERSON, {}, [("contains", "maps/name")]),
        (UN, {"age": -1}, [("contains", "name"), ("int_in", 0, 150)]),
        (CONTACT, {}, [("or", ("contains", "name"), ("and", ("contains", "age"), ("contains", "tag")))]),
    ],
)
def test_explain(spec, x, preds):
    assert [problem["pred"] for problem in s.explain_data(spec, x)["problems"]] == preds


def test_a_value_is_explained_with_the_name_on_the_way():
    [problem] = s.explain_data(UN, {"name": "Bo", "age": -1})["problems"]
    assert (problem["path"], problem["in"], problem["via"]) == (["age"], ["age"], ["maps/age"])


# --- merge --------------------------------------------------------------------------------------------------

BOTH = s.merge(s.keys(req_un=["maps/name"]), s.keys(req_un=["maps/tag"]))


@pytest.mark.parametrize(
    ("spec", "x", "conformed"),
    [
        (BOTH, {"name": "Bo", "tag": 3}, {"name": "Bo", "tag": ("id", 3)}),
        (BOTH, {"name": "Bo"}, s.INVALID),
        (BOTH, 3, s.INVALID),
        (s.merge(BOTH), {"name": "Bo", "tag": 3}, {"name": "Bo", "tag": ("id", 3)}),
        # A later part puts the raw value back, as in clojure.
        (s.merge(s.keys(req_un=["maps/tag"]), s.keys()), {"tag": 3}, {"tag": 3}),
        (s.merge(s.is_any, s.is_any), 3, s.INVALID),
        (s.merge(s.nilable(s.keys()), s.nilable(s.keys())), None, None),
        (s.merge(s.is_any, s.is_none), None, None),
        (s.multi_spec("k", {(1, 2): s.is_dict}), {"k": [1, 2]}, {"k": [1, 2]}),
        (s.multi_spec("k", {None: s.is_any}), 3, 3),
    ],
)
def test_merge_conforms_by_each_part_and_multi_spec_by_that_of_the_tag(spec, x, conformed):
    assert s.conform(spec, x) == conformed


def test_merge_explains_all_parts_and_bare_preds_even_where_they_hold():
    assert [p["pred"] for p in s.explain_data(BOTH, {})["problems"]] == [
        ("contains", "name"),
        ("contains", "tag"),
    ]
    assert [p["pred"] for p in s.explain_data(s.merge(s.is_dict, s.keys()), {})["problems"]] == [s.is_dict]


def test_merge_unforms_and_generates_all_keys():
    x = {"name": "Bo", "tag": 3}
    assert s.unform(s.merge(s.keys(req_un=["maps/tag"])), s.conform(BOTH, x)) == x
    assert all(set(x) == {"name", "tag"} for x in s.sample(BOTH, 20, seed=1))


def test_a_key_that_is_not_listed_conforms_too_once_compiled():
    s.def_("other/pair", s.cat(p=int, q=s.star(str)))
    spec = s.keys()
    for _ in range(3):
        assert s.conform(spec, {"other/pair": [1, "x"]}) == {"other/pair": {"p": 1, "q": ["x"]}}


@dataclasses.dataclass
class Account:
    name: str


class Pair(typing.NamedTuple):
    name: str


@pytest.mark.parametrize("x", [Account("a"), Pair("a")], ids=["dataclass", "NamedTuple"])
def test_an_instance_with_typed_fields_is_told_of_the_spec_that_takes_it(x):
    name = type(x).__name__
    reason = f"s.from_type({name}) takes an instance of {name}"
    assert s.explain_data(s.keys(), x)["problems"][0]["reason"] == reason
    assert "reason" not in s.explain_data(s.keys(), Account)["problems"][0]
    assert "reason" not in s.explain_data(s.from_type(Account), Pair(1))["problems"][0]


# --- multi_spec ---------------------------------------------------------------------------------------------


def test_the_methods_may_grow():
    methods = {"circle": CIRCLE}
    spec = s.multi_spec("kind", methods)
    assert not s.valid(spec, {"kind": "star"})
    methods["star"] = s.keys()
    assert s.valid(spec, {"kind": "star"})
    del methods["star"]
    assert not s.valid(spec, {"kind": "star"})


@pytest.mark.parametrize(
    ("spec", "x", "path", "reason"),
    [
        (SHAPE, {"kind": "star"}, ["star"], "no method"),
        (BY_LENGTH, 3, [], "TypeError: object of type 'int' has no len()"),
        (SHAPE, {"kind": "square"}, ["square"], None),
    ],
)
def test_explain_names_the_tag_on_the_way(spec, x, path, reason):
    [problem] = s.explain_data(spec, x)["problems"]
    assert (problem["path"], problem.get("reason")) == (path, reason)


def test_examples_carry_the_tags_of_their_methods():
    assert {x["kind"] for x in s.sample(SHAPE, 40, seed=1)} == {"circle", "square"}
    assert {x["kind"] for x in s.sample(WITH_DEFAULT, 40, seed=1)} == {"circle", "default"}
    assert {len(x) for x in s.sample(BY_LENGTH, 40, seed=1)} == {1, 2}
    assert s.sample(s.multi_spec("k", {None: s.spec({7})}), 2) == [7, 7]


def test_several_wrong_values_are_explained_in_the_order_of_the_map():
    spec = s.def_("maps/several", s.keys(req_un={"a": int, "b": s.coll_of(int), "c": s.int_in(0, 9)}))
    values = {"a": "x", "b": ["y"], "c": 12}
    for order in itertools.permutations(values):
        for fits in ((), *itertools.combinations(order, 1)):
            x = {key: {"a": 1, "b": [], "c": 1}[key] if key in fits else values[key] for key in order}
            told = s.explain_data(spec, x)["problems"]
            assert told == ask_spec(lambda q, x=x: s.get_spec(spec).explain(x, START.under(spec), q), spec)
            assert [problem["path"][0] for problem in told] == [key for key in order if key not in fits]


class SlyKey:
    """A key that its dict takes for "name", until it is compared."""

    def __init__(self, error):
        self.error = error

    def __hash__(self):
        return hash("name")

    def __eq__(self, other):
        raise self.error


class Filled(dict):
    """A dict that has every key when it is read."""

    def __missing__(self, key):
        return "Bo"


@pytest.mark.parametrize(
    "x",
    [
        {"name": "Bo"},
        {"name": "Bo", "age": 3, "tag": "x"},
        {"name": "Bo", "age": "3", "tag": 1.5, "other": 1},
        {"name": "Bo", "maps/age": "old"},  # the key is the name of a spec
        {"age": 3},
        {SlyKey(KeyError("name")): "Bo"},
        {SlyKey(ValueError("name")): "Bo", "age": 3},
        Filled(),
        Filled(name="Bo"),
        collections.defaultdict(str),
        types.MappingProxyType({"name": "Bo", "age": 3}),
    ],
    ids=row_id,
)
@pytest.mark.parametrize("spec", [UN, PERSON, CONTACT, s.keys(req_un=["maps/name"], closed=True)])
def test_compiled_code_finds_the_keys_that_the_interpreter_finds(spec, x):
    name = s.def_("maps/compiled", spec)
    named = s.get_spec(name)
    conformed = ask_spec(lambda q: named.conform(x, q), named)
    for _ in range(2):
        assert s.valid(name, x) is (conformed is not s.INVALID)
        assert s.conform(name, x) == conformed or conformed is s.conform(name, x)
        problems = ask_spec(lambda q: named.explain(x, START.under(name), q), named)
        assert (s.explain_data(name, x) or {"problems": []})["problems"] == problems


def test_a_name_that_changes_changes_the_code_of_the_keys_that_have_it():
    s.def_("maps/changing", int)
    name = s.def_("maps/changes", s.keys(req=["maps/name"], opt=["maps/changing"]))
    x = {"maps/name": "Bo", "maps/changing": 3}
    answers = [s.valid(name, x)]
    for spec in (str, None, s.is_pos_int):
        s.def_("maps/changing", spec)
        answers.append(s.valid(name, x))
    assert answers == [True, False, True, True]
