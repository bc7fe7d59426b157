"""keys, or_keys, and_keys, merge."""

import collections
import dataclasses
import types
import typing

import pytest

import mxspec as s
from mxspec.core.generation import accepts
from tests.row_ids import row_id


@pytest.fixture(autouse=True)
def _names():
    s.def_("maps/age", s.int_in(0, 150))
    s.def_("maps/name", str)
    s.def_("maps/tag", s.or_(id=int, name=str))
    s.def_("maps/to-int", s.conformer(int, str))


PERSON = s.keys(req=["maps/name"], opt=["maps/age"])
UN = s.keys(req_un=["maps/name"], opt_un=["maps/age", "maps/tag"])
CONTACT = s.keys(req_un=[s.or_keys("maps/name", s.and_keys("maps/age", "maps/tag"))])


@pytest.mark.parametrize(
    ("spec", "x", "conformed"),
    [
        (PERSON, {"maps/name": "Bo"}, {"maps/name": "Bo"}),
        (PERSON, {"maps/name": "Bo", "maps/age": 3}, {"maps/name": "Bo", "maps/age": 3}),
        (PERSON, {"maps/name": "Bo", "maps/age": -3}, s.INVALID),
        (PERSON, {"maps/age": 3}, s.INVALID),
        (PERSON, {}, s.INVALID),
        (PERSON, [], s.INVALID),
        (PERSON, None, s.INVALID),
        (UN, {"name": "Bo", "tag": 3}, {"name": "Bo", "tag": ("id", 3)}),
        (UN, {"name": 3}, s.INVALID),
        (UN, {"name": "Bo", "other": object}, {"name": "Bo", "other": object}),
        (s.keys(), {"maps/age": -1}, s.INVALID),  # any registered qualified key is checked
        (s.keys(), {"age": -1, 3: 4, "maps/unknown": 6}, {"age": -1, 3: 4, "maps/unknown": 6}),
        (CONTACT, {"name": "Bo"}, {"name": "Bo"}),
        (CONTACT, {"age": 3, "tag": "x"}, {"age": 3, "tag": ("name", "x")}),
        (CONTACT, {"age": 3}, s.INVALID),
        (s.keys(req=["maps/unknown"]), {"maps/unknown": object}, {"maps/unknown": object}),
    ],
)  # fmt: skip
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


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: s.keys(req=["name"]), "a spec's name reads 'namespace/name'"),
        (lambda: s.keys(req="maps/name"), "keys takes lists of names, not 'maps/name'"),
        (lambda: s.keys(req=s.or_keys("maps/name")), "keys takes lists of names"),
        (lambda: s.or_keys(), "or_keys takes one key or more"),
        (lambda: s.and_keys("name"), "a spec's name reads"),
        (lambda: s.merge(), "merge takes one spec or more"),
    ],
)
def test_what_makes_no_sense(make, message):
    with pytest.raises(s.SpecDefinitionError, match=message):
        make()


@pytest.mark.parametrize(
    ("spec", "key_sets"),
    [
        (PERSON, [{"maps/name"}, {"maps/name", "maps/age"}]),
        (CONTACT, [{"name"}, {"age", "tag"}, {"name", "age", "tag"}]),
        (s.keys(req=["maps/name"], opt=["maps/name"]), [{"maps/name"}]),
        (s.keys(req=[s.and_keys("maps/name", "maps/age")]), [{"maps/name", "maps/age"}]),
        (s.keys(req=["maps/age", s.or_keys("maps/name")]), [{"maps/name", "maps/age"}]),
    ],
    ids=row_id,
)
def test_examples_have_every_lawful_set_of_keys(spec, key_sets):
    drawn = s.sample(spec, 100, seed=1)
    assert {frozenset(x) for x in drawn} == set(map(frozenset, key_sets))
    assert all(s.valid(spec, x) for x in drawn)


def test_keys_takes_a_generator():
    spec = s.keys(
        req=["maps/name"], gen=lambda: s.gen(s.keys(req=["maps/name"]), {"maps/name": s.gen({"Bo"})})
    )
    assert s.sample(spec, 2) == [{"maps/name": "Bo"}] * 2


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
        (s.merge(s.nilable(s.keys()), s.nilable(s.keys())), None, {}),
    ],
)
def test_merge_conforms_by_each_part(spec, x, conformed):
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


@pytest.mark.parametrize(
    "x",
    [{}, {"n": 1}, {"n": "x"}, {"n": 1, "m": 1}, {"n": 1, "m": "x"}, {"n": 1, "merged/n": "x"}, None, [1]],
)
def test_a_merge_that_is_compiled_accepts_what_its_conform_does(x):
    s.def_("merged/n", int)
    s.def_("merged/m", int)
    s.def_("other/m", str)
    parts = s.keys(req_un=["merged/n"]), s.keys(opt_un=["merged/m"]), s.keys(opt_un=["other/m"])
    for merged in (s.merge(*parts[:2]), s.merge(*parts[::2]), s.merge(*parts)):
        s.def_("merged/all", merged)
        assert s.valid("merged/all", x) == accepts(merged, x)
        assert s.valid("merged/all", x) == all(s.valid(part, x) for part in merged.preds)


@dataclasses.dataclass
class Account:
    name: str


class Pair(typing.NamedTuple):
    name: str


@pytest.mark.parametrize("x", [Account("a"), Pair("a")], ids=["dataclass", "NamedTuple"])
def test_an_instance_with_typed_fields_is_told_of_the_spec_that_takes_it(x):
    name = type(x).__name__
    reason = f"is an instance of {name}, which s.from_type({name}) takes"
    assert s.explain_data(s.keys(), x)["problems"][0]["reason"] == reason
    assert "reason" not in s.explain_data(s.keys(), Account)["problems"][0]
    assert "reason" not in s.explain_data(s.from_type(Account), Pair(1))["problems"][0]
