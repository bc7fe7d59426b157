"""The options of msgspec's structs: mxspec reads, explains and compares what msgspec reads."""

import itertools
import typing

import msgspec
import pytest

import mxspec as s
from mxspec.base import names
from mxspec.changes.wire import wire
from mxspec.specs.core.generation import accepts

FIELDS = [("a_b", int), ("c", int, 0)]


def struct(name="C", fields=FIELDS, **options):
    return msgspec.defstruct(name, fields, **options)


OPTIONS = {
    "none": {},
    "forbid": {"forbid_unknown_fields": True},
    "tag": {"tag": "x"},
    "tag field": {"tag": "x", "tag_field": "kind"},
    "tag of an int": {"tag": 3},
    "rename": {"rename": "camel"},
    "list": {"array_like": True},
    "closed list": {"array_like": True, "forbid_unknown_fields": True},
    "list with a tag": {"array_like": True, "tag": "x"},
    "keywords": {"kw_only": True},
    "defaults left out": {"omit_defaults": True},
    "another default": {"fields": [*FIELDS, ("d", str, "")]},
    "another field": {"fields": [*FIELDS, ("d", str)], "kw_only": True},
    "another in a list": {"fields": [*FIELDS, ("d", str)], "kw_only": True, "array_like": True},
    "one field": {"fields": [("a_b", int)]},
    "limit": {"fields": [("a_b", typing.Annotated[int, msgspec.Meta(ge=1)]), ("c", int, 0)]},
}
STRUCTS = {key: struct(**options) for key, options in OPTIONS.items()}
UNIONS = {
    "one of two": struct("A", tag="x") | struct("B", tag="y"),
    "optional": struct("A", tag="x") | None,
}
MAPS = [
    *(
        {},
        {"a_b": 1},
        {"a_b": 0, "c": 2},
        {"aB": 1},
        {"aB": 0, "c": 1},
        {"a_b": 1, "z": 1},
        {"aB": 1, "z": 0},
    ),
    *({"a_b": 1, "type": "x"}, {"a_b": 1, "type": "y"}, {"a_b": 1, "kind": "x"}, {"a_b": 1, "type": 3}),
    *({"a_b": 1, "type": True}, {"a_b": 1, "d": "q"}, {"a_b": 1, "d": 1}, {"a_b": True}, {"a_b": "1"}),
]
LISTS = [
    *([], [1], [1, 2], [1, 2, 3], [1, 2, "d"], [1, 2, "d", 4]),
    *(["x"], ["x", 1], ["x", 1, 2], ["x", 1, 2, 3], ["y", 1]),
]
VALUES = [*MAPS, *LISTS, 3, None]


def read(tp, x):
    try:
        return msgspec.convert(x, tp)
    except msgspec.ValidationError:
        return s.INVALID


@pytest.mark.parametrize("key", [*STRUCTS, *UNIONS])
def test_a_struct_reads_what_msgspec_reads(key):
    tp = {**STRUCTS, **UNIONS}[key]
    sent = wire(tp)
    for x in VALUES:
        expected, decoded = read(tp, x), s.decode(tp, x)
        is_read = expected is not s.INVALID
        assert s.valid(tp, decoded) is is_read, x
        assert decoded == expected or not is_read, x
        assert (s.explain_data(tp, x) is None) is s.valid(tp, x), x
        assert accepts(sent, x, names.current, None) is is_read, x


@pytest.mark.few(30)
@pytest.mark.parametrize(("old", "new"), [*itertools.permutations(STRUCTS, 2)])
def test_a_change_of_options_is_what_msgspec_says(old, new):
    before, after = STRUCTS[old], STRUCTS[new]
    answer = s.check_compatible(before, after, num_tests=40, seed=1)
    if answer.verdict == "broken":
        assert read(before, answer.witness) is not s.INVALID
        assert read(after, answer.witness) is s.INVALID
    if answer.verdict == "proved":
        keys = {*after.__struct_encode_fields__} - {*before.__struct_encode_fields__}
        keys |= {after.__struct_config__.tag_field}  # nobody sends a key, or an element, that is new
        size = len(before.__struct_fields__) + (before.__struct_config__.tag is not None)
        for x in VALUES:
            is_sent = keys.isdisjoint(x) if type(x) is dict else type(x) is not list or len(x) <= size
            assert not is_sent or read(before, x) is s.INVALID or read(after, x) is not s.INVALID, x
    answer = s.check_compatible(before, after, direction="responses", num_tests=40, seed=1)
    if answer.verdict == "broken":
        assert read(after, answer.witness) is not s.INVALID
        assert read(before, answer.witness) is s.INVALID


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("another default", "one field", "proved"),
        ("another default", "forbid", "broken"),
        ("none", "another default", "proved"),
        ("none", "another field", "broken"),
        ("none", "rename", "broken"),
        ("none", "list", "broken"),
        ("list", "closed list", "not refuted"),
        ("closed list", "list", "proved"),
        ("list", "another in a list", "broken"),
    ],
)
def test_verdicts_on_options(old, new, verdict):
    assert s.check_compatible(STRUCTS[old], STRUCTS[new], num_tests=60, seed=1).verdict == verdict


def test_a_list_is_written_whole():
    old, new = (struct(fields=[("a", int), ("b", int, *default)], array_like=True) for default in ([], [0]))
    assert s.check_compatible(new, old, num_tests=40, seed=1).witness == [0]
    assert s.check_compatible(old, new, direction="responses", num_tests=40, seed=1).verdict != "broken"


def test_a_union_of_structs_needs_its_tag():
    one, two, three = (
        typing.Union[tuple(struct(name, tag=name) for name in "ABC"[:n])] for n in (1, 2, 3)  # noqa: UP007
    )  # fmt: skip
    assert s.check_compatible(two, three).verdict == "proved"
    assert s.check_compatible(three, two, num_tests=40, seed=1).witness == {"a_b": 0, "type": "C"}
    assert s.check_compatible(one, two, num_tests=40, seed=1).witness == {"a_b": 0}


def test_a_misspelt_key_is_named_where_another_is_missing():
    assert [p["in"] for p in s.explain_data(STRUCTS["none"], {"ab": 1})["problems"]] == [[], ["ab"]]
    assert s.explain_str(STRUCTS["none"], {"a_b": "1", "ab": 1}).startswith(
        "an int is required, not '1'; s.decode(int, x, strings=True) reads it - failed: int in: ['a_b']"
    )
