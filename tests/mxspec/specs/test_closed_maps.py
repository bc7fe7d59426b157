"""Maps that have certain keys and no others: keys(closed=True)."""

import types

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mxspec as s

s.def_("closed/name", str)
s.def_("closed/age", s.nilable(s.int_in(0, 150)))
s.def_("closed/tag", s.or_(id=int, name=str))
s.def_("closed/user", s.keys(req_un=["closed/name"], opt_un=["closed/age"], closed=True))
s.def_("closed/tagged", s.keys(opt_un=["closed/tag"]))
USER, BO = "closed/user", {"name": "Bo"}
QUALIFIED = s.keys(req=["closed/name"], closed=True)
GROUP = s.keys(req_un=[s.or_keys("closed/name", s.and_keys("closed/age", "closed/tag"))], closed=True)
MERGED = s.merge(USER, "closed/tagged")
NESTED = s.merge(s.and_(s.merge(USER, "closed/tagged"), len), s.keys(req=["closed/name"]))


@pytest.mark.parametrize(
    ("spec", "x", "conformed"),
    [
        (USER, BO, BO),
        (USER, {**BO, "age": 3}, {**BO, "age": 3}),
        (USER, {**BO, "agee": 3}, s.INVALID),
        (USER, {**BO, 3: 3}, s.INVALID),
        (USER, {**BO, None: 3}, s.INVALID),
        (USER, {"age": 3}, s.INVALID),
        (USER, types.MappingProxyType(BO), types.MappingProxyType(BO)),
        (USER, types.MappingProxyType({**BO, "x": 1}), s.INVALID),
        (s.keys(closed=True), {}, {}),
        (s.keys(closed=True), {"a": 1}, s.INVALID),
        (QUALIFIED, {"closed/name": "Bo"}, {"closed/name": "Bo"}),
        (QUALIFIED, {"closed/name": "Bo", "closed/age": 3}, s.INVALID),  # registered, but not listed
        (GROUP, {"age": 3, "tag": 1}, {"age": 3, "tag": ("id", 1)}),
        (GROUP, {**BO, "x": 1}, s.INVALID),
        (MERGED, {**BO, "tag": 1}, {**BO, "tag": 1}),
        (MERGED, {**BO, "tag": "a", "age": None}, {**BO, "tag": "a", "age": None}),
        (MERGED, {**BO, "x": 1}, s.INVALID),
        (MERGED, types.MappingProxyType({**BO, "x": 1}), s.INVALID),
        (NESTED, {**BO, "tag": 1, "closed/name": ""}, {**BO, "tag": 1, "closed/name": ""}),
        (NESTED, {**BO, "closed/name": "", "x": 1}, s.INVALID),
        (s.merge(s.keys(closed=True), s.map_of(str, int)), {"a": 1}, s.INVALID),
        (s.keys_star(req_un=["closed/name"], closed=True), ["name", "Bo"], BO),
        (s.keys_star(req_un=["closed/name"], closed=True), ["name", "Bo", "x", 1], s.INVALID),
    ],
)
def test_a_closed_map_has_no_other_keys(spec, x, conformed):
    if spec is MERGED and conformed is not s.INVALID:
        conformed = {**conformed, "tag": s.conform("closed/tag", x["tag"])}
    for _ in range(3):  # as it is, and compiled
        assert s.valid(spec, x) == (conformed is not s.INVALID)
        assert (s.explain_data(spec, x) is None) == (conformed is not s.INVALID)
    result = s.conform(spec, x)
    assert dict(result) == dict(conformed) if conformed is not s.INVALID else result is s.INVALID


@pytest.mark.parametrize(
    ("spec", "x", "words"),
    [
        (USER, {**BO, "agee": 3},
         "no such key; did you mean 'age'? - value: 3 in: ['agee'] spec: 'closed/user'"),
        (USER, {**BO, "age": 3, "agee": 3}, "no such key - value: 3 in: ['agee'] spec: 'closed/user'"),
        (USER, {**BO, 3: 4}, "no such key - value: 4 in: [3] spec: 'closed/user'"),
        (
            USER,
            {"nme": "Bo"},
            "no such key; did you mean 'name'? - value: 'Bo' in: ['nme'] spec: 'closed/user'\n"
            "key 'name' is required; did you mean 'nme'? - value: {'nme': 'Bo'} spec: 'closed/user'",
        ),
        (MERGED, {**BO, "tagg": 1},
         "no such key; did you mean 'tag'? - value: 1 in: ['tagg'] spec: 'closed/user'"),
    ],
)  # fmt: skip
def test_a_stray_key_is_named_with_the_key_that_was_meant(spec, x, words):
    assert s.explain_str(spec, x) == words


def test_a_stray_key_is_an_error_of_its_own_in_json():
    [error] = s.explain_json(USER, {**BO, "agee": 3})
    assert (error["type"], error["loc"], error["input"]) == ("extra_forbidden", ["agee"], 3)
    assert error["msg"] == "no such key; did you mean 'age'?"


def test_form_and_rebuilding_keep_it():
    spec = s.get_spec(USER)
    assert s.form(spec) == ("keys", {"req_un": ["closed/name"], "opt_un": ["closed/age"], "closed": True})
    assert repr(spec) == "keys(req_un=['closed/name'], opt_un=['closed/age'], closed=True)"
    again = s.from_form(s.form(MERGED))
    assert s.valid(again, {**BO, "tag": 1})
    assert not s.valid(s.from_form(s.form(spec)), {**BO, "x": 1})
    star = s.keys_star(req_un=["closed/name"], closed=True)
    assert s.form(s.from_form(s.form(star))) == s.form(star)
    assert s.describe(s.keys(closed=True)) == ("keys", {"closed": True})


@pytest.mark.parametrize("spec", [USER, MERGED, NESTED, GROUP])
def test_a_closed_map_has_examples_and_a_schema_that_is_closed_too(spec):
    check = jsonschema.Draft202012Validator(s.json_schema(spec))
    for x in s.sample(spec, 30, seed=0):
        assert s.valid(spec, x)
        assert check.is_valid(x)
        assert not check.is_valid({**x, "x": 1})


KEYS = st.dictionaries(
    st.sampled_from(["name", "age", "tag", "x", "closed/name", 3]),
    st.sampled_from(["Bo", 3, None, -1]),
    max_size=4,
)


@given(KEYS)
def test_without_stray_keys_a_closed_map_accepts_the_same_as_the_open_map(x):
    for spec, keys in ((USER, {"name", "age"}), (MERGED, {"name", "age", "tag"})):
        open_spec = s.keys(
            req_un=["closed/name"], opt_un=[f"closed/{key}" for key in sorted(keys - {"name"})]
        )
        expected = s.valid(open_spec, x) and x.keys() <= keys
        assert s.valid(spec, x) == expected
        assert (s.conform(spec, x) is not s.INVALID) == expected
        assert (s.explain_data(spec, x) is None) == expected


def test_a_merge_sees_a_name_that_is_closed_later():
    s.def_("closed/later", s.keys(opt_un=["closed/age"]))
    merged = s.merge("closed/later", s.keys(opt_un=["closed/name"]))
    assert all(s.valid(merged, {"name": "", "x": 1}) for _ in range(3))
    s.def_("closed/later", s.keys(opt_un=["closed/age"], closed=True))
    assert not s.valid(merged, {"name": "", "x": 1})
    assert s.valid(merged, {"name": "", "age": 1})
