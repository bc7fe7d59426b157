"""keys, or_keys, and_keys, merge."""

import collections
import dataclasses
import types
import typing

import pytest

import mxspec as s


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
        (PERSON, [], s.INVALID),
        (PERSON, None, s.INVALID),
        (s.keys(), {"age": -1, 3: 4, "maps/unknown": 6}, {"age": -1, 3: 4, "maps/unknown": 6}),
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
def test_nonsensical_arguments_are_refused(make, message):
    with pytest.raises(s.SpecDefinitionError, match=message):
        make()


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
    reason = f"is an instance of {name}, which s.from_type({name}) takes"
    assert s.explain_data(s.keys(), x)["problems"][0]["reason"] == reason
    assert "reason" not in s.explain_data(s.keys(), Account)["problems"][0]
    assert "reason" not in s.explain_data(s.from_type(Account), Pair(1))["problems"][0]
