"""YAML is read as its version 1.2 says, and means what the same document of JSON means."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.changes.documents.changes import compare_documents
from mxspec.changes.documents.yaml_values import values_of_yaml

pytest.importorskip("yaml")

# The rows of the core schema: https://yaml.org/spec/1.2.2/#1032-tag-resolution
SCALARS = [
    (None, ["null", "Null", "NULL", "~", ""]),
    (True, ["true", "True", "TRUE"]),
    (False, ["false", "False", "FALSE"]),
    (0, ["0", "-0", "+0", "00", "0o0", "0x0"]),
    (12, ["12", "+12", "012", "0o14", "0xC", "0xc"]),
    (-7, ["-7", "-007"]),
    (0.5, [".5", "0.5", "+.5", "5e-1", "0.05e+1"]),
    (100.0, ["1e2", "100.", "1.E2", "+100.0"]),
]
TEXTS = [
    *("on", "off", "yes", "no", "y", "n", "On", "NO", "Yes", "nULL", "TRue", "null!", "~x", "<<x", "="),
    *("1_000", "10:30", "1:2:3", "0b11", "0o8", "0xG", "0X1", "0O7", "12abc", "1.2.3", "+-1", "2026-01-01"),
    *("--", ".", "..", "e5", "1e", ".e1", ".inF", "nan", "inf", "Infinity", "2026-01-01T10:00:00Z"),
]


@pytest.mark.parametrize(("value", "text"), [(x, text) for x, texts in SCALARS for text in texts])
def test_a_plain_scalar_is_read_by_the_core_schema(value, text):
    read = values_of_yaml(f"a: {text}\n".encode())["a"]
    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize("text", TEXTS)
def test_all_else_is_text(text):
    assert values_of_yaml(f"a: {text}".encode()) == {"a": text}
    assert values_of_yaml(f'"{text}"'.encode()) == text


@pytest.mark.parametrize("key", ["200", "true", "null", "~", "1_000", "on", "0x1F", "1.0", "-.inf"])
def test_a_key_is_text_as_it_is_written(key):
    assert values_of_yaml(f"{key}: 1".encode()) == {key: 1}
    with pytest.raises(ValueError, match="stands twice in an object"):
        values_of_yaml(f"{key}: 1\n'{key}': 2".encode())


WRONG = {
    "infinity": ("a: .inf", ".inf is no JSON"),
    "not a number": ("a: .NaN", ".NaN is no JSON"),
    "too large": ("a: 1e999", "1e999 is too large"),
    "too long": (f"a: {'1' * 5000}", "a number of 5,000 digits is too long"),
    "too long in another base": (f"a: 0x{'1' * 5000}", "digits is too long"),
    "bytes": ("a: !!binary aGk=", "the tag 'tag:yaml.org,2002:binary' is none of JSON's"),
    "bytes as a key": ("!!binary aGk=: 1", "the tag 'tag:yaml.org,2002:binary' is none of JSON's"),
    "a set": ("!!set {a, b}", "the tag 'tag:yaml.org,2002:set' is none of JSON's"),
    "a tag of somebody": ("a: !python/object:os.system x", "the tag '!python/object:os.system' is none"),
    "a tag that does not fit": ("a: !!int x", "'x' is no int"),
    "a list as a key": ("? [a]\n: 1", "a key is a string"),
    "an object as a key": ("{{a: 1}: 1}", "a key is a string"),
    "an alias of a list as a key": ("a: &a [1]\n*a : 1", "a key is a string"),
    "an alias of nothing": ("a: *b", r"the alias \*b has no anchor before it"),
    "what contains itself": ("&a [*a]", r"the alias \*a has no anchor before it"),
    "two documents": ("--- 1\n--- 2", "it holds several documents"),
    "an older version": ("%YAML 1.1\n--- on", "it is YAML 1.1; YAML 1.2 is read"),
    "a merge of text": ("<<: a", "<< merges an object"),
    "many tags": (
        "".join(f"%TAG !a{i}! tag:x:\n" for i in range(101)) + "--- 1",
        "it has more than 100 %TAG",
    ),
    "depth": ("{a: " * 950 + "1" + "}" * 950, "nested too deep"),
    "depth in blocks": ("- " * 950 + "1", "nested too deep"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_json_lacks_is_an_error_that_names_it(name):
    text, words = WRONG[name]
    with pytest.raises(ValueError, match=words):
        values_of_yaml(text.encode())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("b: &b {x: 1, y: 2}\na: {<<: *b, y: 3}", {"b": {"x": 1, "y": 2}, "a": {"x": 1, "y": 3}}),
        ("a: {y: 3, <<: [{x: 1}, {x: 2, z: 4}]}", {"a": {"x": 1, "z": 4, "y": 3}}),
        ("'<<': 1", {"<<": 1}),
        ("a: &a [1]\nb: *a", {"a": [1], "b": [1]}),
        ("&k a: &v b\n*v : *k", {"a": "b", "b": "a"}),
        ("%YAML 1.2\n--- on", "on"),
        ("a: !!str 1\nb: !!float 1\nc: !!null ''\nd: ! 1", {"a": "1", "b": 1.0, "c": None, "d": "1"}),
    ],
)
def test_merges_aliases_and_tags_of_json(text, value):
    read = values_of_yaml(text.encode())
    assert json.dumps(read, sort_keys=True) == json.dumps(value, sort_keys=True)


def test_a_value_behind_two_aliases_is_two_values():
    read = values_of_yaml(b"a: &a {x: 1}\nb: *a")
    assert read["a"] is not read["b"]


# --- the same document in both ----------------------------------------------------------------------------

words = st.sampled_from([*TEXTS, "a", "b c", "#", "a: b", "", "null", "12", "'", '"', "\n", "é", "\x85", "|"])
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)
PLAIN = re.compile(r"(?!(?:[-+.0-9]|0[ox])?[0-9.]*(?:[eE][-+]?[0-9]+)?$)[A-Za-z0-9_.+][A-Za-z0-9_.+:]*(?<!:)")


def block_yaml(x, indent=0):
    """Return a document in blocks, with no quotes where YAML 1.2 needs none; its author is this test."""
    pad = "  " * indent
    if isinstance(x, dict) and x:
        return "".join(
            f"\n{pad}{text_of(key, is_key=True)}: {block_yaml(y, indent + 1)}" for key, y in x.items()
        )
    if isinstance(x, list) and x:
        return "".join(f"\n{pad}- {block_yaml(y, indent + 1)}" for y in x)
    return text_of(x)


def text_of(x, *, is_key=False):
    reserved = {"null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE"}
    is_plain = isinstance(x, str) and PLAIN.fullmatch(x) and not re.match(r"[-+.0-9]", x)
    if is_plain and (is_key or x not in reserved):
        return x
    return json.dumps(x, ensure_ascii=True)


@settings(max_examples=150)
@given(documents)
def test_a_document_in_yaml_is_the_same_document_in_json(document):
    text = block_yaml(document)
    read = values_of_yaml(f"---{text if text.startswith(chr(10)) else f' {text}'}\n".encode())
    assert json.dumps(read, sort_keys=True) == json.dumps(document, sort_keys=True)


INT = {"type": "integer"}
PAIRS = {
    "words that were booleans": ({"enum": ["on", "off"]}, {"enum": ["yes", "no"]}),
    "a country": ({"enum": ["SE", "NO", "no"]}, {"enum": ["SE", "NO"]}),
    "numbers and their texts": ({"enum": [200, "200"]}, {"enum": [200]}),
    "numbers with bars": ({"enum": ["1_000", "10:30"]}, {"enum": [1000, 630]}),
    "keys that look like numbers": ({"properties": {"200": INT}}, {"properties": {"200": INT, "0x1": INT}}),
    "true as a key": ({"properties": {"true": INT}}, {"properties": {"true": {"type": "number"}}}),
    "a wider bound": ({**INT, "maximum": 5}, {**INT, "maximum": 9}),
    "nothing": ({"enum": ["null", None]}, {"enum": [None, "null"]}),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_verdict_on_yaml_is_that_on_json(name, tmp_path):
    for word, schema in zip(("old", "new"), PAIRS[name], strict=True):
        (tmp_path / f"{word}.json").write_text(json.dumps(schema))
        (tmp_path / f"{word}.yaml").write_text(f"---{block_yaml(schema)}\n")
    answers = [
        compare_documents(tmp_path / f"old.{kind}", tmp_path / f"new.{kind}") for kind in ("json", "yaml")
    ]
    assert [repr(change) for change in answers[0]] == [repr(change) for change in answers[1]]


def test_a_document_of_json_is_read_as_one_under_the_name_of_yaml(tmp_path):
    text = json.dumps(
        {"enum": ["\U0001f600", "on"]}
    )  # a pair of surrogates, which the parser of YAML refuses
    for name in ("old.yaml", "new.yaml"):
        (tmp_path / name).write_text(text)
    [change] = compare_documents(tmp_path / "old.yaml", tmp_path / "new.yaml")
    assert change.change == "same"


def test_a_repeated_key_is_an_error_by_the_command_too(tmp_path):
    (tmp_path / "a.yaml").write_text("properties: {200: {}, '200': {}}")
    with pytest.raises(s.SpecError, match="the key '200' stands twice in an object"):
        compare_documents(tmp_path / "a.yaml", tmp_path / "a.yaml")
