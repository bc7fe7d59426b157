"""A predicate is one row: words, schema, code, examples, JSON and proofs follow from it, and agree."""

import contextlib
import functools
import math
import operator
import re

import jsonschema
import pytest
from hypothesis import given, settings

import mxspec as s
from mxspec.base.messages.requirements import schema_of_form
from mxspec.base.names import current
from mxspec.base.predicate_rows import LIMITS, ROWS, UNKNOWN, PredicateRow, row_of
from mxspec.changes.facts import follows
from mxspec.specs.compiled import CompiledSpec
from tests.mxspec.random_predicate_rows import VALUES, accepts, predicate_of, rows
from tests.row_ids import row_id

# --- a new predicate is one row -----------------------------------------------------------------------------

EMAIL = r"[a-z0-9.]+@[a-z0-9]+(\.[a-z]+)+"


def is_port(x):
    return s.is_int(x) and 1 <= x <= 65535


def is_email(x):
    return isinstance(x, str) and re.fullmatch(EMAIL, x) is not None


@pytest.fixture(autouse=True)
def with_two_rows_more(monkeypatch):
    port = PredicateRow("port", "a port", (int,), (bool,), low=(1, False), high=(65535, False))
    monkeypatch.setitem(ROWS, is_port, port)
    monkeypatch.setitem(ROWS, is_email, PredicateRow("email", "an e-mail address", (str,), pattern=EMAIL))


@pytest.mark.parametrize(
    ("pred", "x", "is_valid"),
    [(is_port, 80, True), (is_port, 0, False), (is_port, True, False), (is_port, "80", False),
     (is_email, "a@b.org", True), (is_email, "a@b", False), (is_email, 3, False)],
)  # fmt: skip
def test_a_new_row_is_asked(pred, x, is_valid):
    assert s.valid(pred, x) is s.valid(s.coll_of(pred), [x]) is is_valid


def test_a_new_row_has_words_and_a_type_of_error():
    [port, email] = s.explain_json(s.tuple_(is_port, is_email), [0, "x"])
    assert (port["type"], port["msg"]) == ("port", "a port is required")
    assert (email["type"], email["msg"]) == ("email", "an e-mail address is required")


def test_a_new_row_has_a_json_schema():
    assert schema_of_form(is_port) == {"type": "integer", "minimum": 1, "maximum": 65535}
    assert s.json_schema(is_email).items() >= {"type": "string", "pattern": f"^{EMAIL}$"}.items()


def test_a_new_row_has_code():
    assert "(x >= 1 and x <= 65535 if type(x) is int" in CompiledSpec(s.nilable(is_port), current).source


@pytest.mark.parametrize(
    "spec",
    [is_port, is_email, s.and_(is_port, lambda n: n > 65000), s.and_(int, is_port),
     s.and_(int, is_port, s.is_even), s.and_(is_port, s.is_odd),
     s.coll_of(is_port, kind=set, min_count=3), s.map_of(is_email, is_port, min_count=2)],
    ids=row_id,
)  # fmt: skip
def test_a_new_row_makes_examples(spec):
    assert len([x for x in s.sample(spec, 30, seed=1) if s.valid(spec, x)]) == 30


def test_a_new_row_says_how_many_values_there_are(monkeypatch):
    few = PredicateRow("few", "a few", (int,), (bool,), low=(0, True), high=(4, True))
    monkeypatch.setitem(ROWS, few_ints := predicate_of(few), few)
    with pytest.raises(s.GeneratorError, match="it asks for 4 elements that differ, and there are 3 at most"):
        s.sample(s.coll_of(few_ints, distinct=True, count=4))
    assert set(s.generate(s.coll_of(few_ints, distinct=True, count=3), seed=1)) == {1, 2, 3}


def test_a_new_row_is_decoded():
    spec = s.keys(req_un={"port": is_port, "email": is_email})
    texts = {"port": "80", "email": "a@b.org"}
    assert s.decode(spec, texts, strings=True) == {"port": 80, "email": "a@b.org"}
    assert s.decode(is_port, 80.0) == 80


@pytest.mark.parametrize(
    ("old", "new", "verdict", "witness"),
    [(is_port, s.int_in(0, 70000), "proved", None), (s.int_in(1, 1000), is_port, "proved", None),
     (is_port, s.is_pos_int, "proved", None), (is_port, int, "proved", None), (is_email, str, "proved", None),
     (is_email, is_email, "proved", None), (s.is_pos_int, is_port, "broken", 65536),
     (s.is_odd, is_port, "broken", -1)],
    ids=row_id,
)  # fmt: skip
def test_changes_to_and_from_a_new_row_are_decided(old, new, verdict, witness):
    answer = s.check_compatible(old, new)
    assert answer.verdict == verdict
    if witness is not None:
        assert answer.witness == witness


def test_a_new_row_is_written_as_source():
    text = s.source(s.coll_of(is_port))
    names = {}
    exec(text, names)
    assert f"import {__name__}" in text
    assert s.valid(names["spec"], [80])
    assert not s.valid(names["spec"], [0])


# --- proof, examples, code, schema and JSON agree -----------------------------------------------------------


def json_values(values):
    return [
        x
        for x in values
        if x is None or type(x) in (bool, int, str, list, dict) or (type(x) is float and math.isfinite(x))
    ]


@functools.cache
def named_values():
    drawn = []
    for pred in ROWS:
        with contextlib.suppress(s.GeneratorError):
            drawn += s.sample(pred, 10, seed=0)
    return [*VALUES, *drawn]


@contextlib.contextmanager
def registered(*several):
    """Predicates of rows, with the rows in the table."""
    preds = {predicate_of(row): row for row in several}
    ROWS.update(preds)
    try:
        yield preds
    finally:
        for pred in preds:
            del ROWS[pred]


@settings(max_examples=30)
@given(rows(), rows())
def test_proof_code_and_examples_agree_about_any_row(old, new):
    with registered(old, new) as preds:
        first, second = preds
        drawn = []
        with contextlib.suppress(s.GeneratorError):  # of rows that accept nothing
            drawn = s.sample(first, 5, seed=1)
        assert [x for x in drawn if not accepts(old, x)] == []
        values = [*VALUES, *drawn]
        own = [x for x in values if first(x)]
        compiled = CompiledSpec(s.nonconforming(s.spec(first)), current)
        assert [x for x in values if compiled.valid(x)] == own
        if follows([old], new):
            assert [x for x in own if not second(x)] == []
        assert row_of(first).most_values >= len({x for x in own if type(x) is int})


@settings(max_examples=100)
@given(rows())
def test_schema_and_decode_agree_about_any_row(row):
    is_exact = not row.remainder or row.factor == 2  # JSON Schema says "multiple" alone, or "no multiple"
    with registered(row) as preds:
        [pred] = preds
        check = jsonschema.Draft202012Validator(s.json_schema(pred))
        for x in json_values(VALUES):
            assert check.is_valid(x) or not s.valid(pred, x)
            if is_exact and check.is_valid(x):
                assert s.valid(pred, s.decode(pred, x))
            if type(x) in (int, float) and s.valid(pred, x):
                assert s.decode(pred, repr(x), strings=True) == x


INEXACT = {
    s.is_callable, s.is_ratio, s.is_uuid, s.is_inst, s.is_nan, s.is_infinite, s.is_decimal, bytes, s.is_bytes,
}  # fmt: skip
"""Predicates with values that JSON has as text, or with conditions that JSON Schema has no keyword for."""


ALL = [*ROWS]  # here, before an example of the documents adds a function whose names end with it


@pytest.mark.parametrize("pred", ALL, ids=row_id)
def test_proof_schema_and_decode_agree_about_every_row_of_the_house(pred):
    check = jsonschema.Draft202012Validator(s.json_schema(pred))
    values = json_values(named_values())
    assert [x for x in values if s.valid(pred, x) and not check.is_valid(x)] == []
    if pred not in INEXACT:
        wrong = []
        for x in values:
            if check.is_valid(x):
                try:
                    s.decode(pred, x)
                except s.SpecError:
                    wrong.append(x)
        assert wrong == []
    own = [x for x in named_values() if s.valid(pred, x)]
    for other in ALL:
        if follows([ROWS[pred]], ROWS[other]):
            assert [x for x in own if not s.valid(other, x)] == []


@pytest.mark.parametrize(
    ("name", "tighter"),
    [("gt", 3), ("ge", 3), ("lt", 1), ("le", 1), ("multiple_of", 4), ("min_length", 3), ("max_length", 1)],
)
def test_a_limit_bounds_values_schema_and_proof_alike(name, tighter):
    pred, narrower = (functools.partial(LIMITS[name], limit) for limit in (2, tighter))
    check = jsonschema.Draft202012Validator(schema_of_form((name, 2)))
    kind = (str, list) if name.endswith("length") else (int, float)
    values = [x for x in json_values(VALUES) if isinstance(x, kind)]
    assert [x for x in values if type(x) is not bool and check.is_valid(x) != s.valid(pred, x)] == []
    assert follows([row_of(int), row_of(narrower)], row_of(pred))
    assert not follows([row_of(int), row_of(pred)], row_of(narrower))


def test_an_unknown_predicate_follows_from_nothing():
    unknown = s.spec(lambda x: x > 3)
    assert unknown.row is UNKNOWN
    assert not follows([unknown.row], unknown.row)
    assert follows([unknown.row, row_of(int)], row_of(int))


def test_a_set_and_a_partial_are_rows():
    assert row_of({"b", "a", None}).members == ("a", "b")
    assert row_of(functools.partial(operator.ge, 3)) == PredicateRow(high=(3, False))
    assert row_of(functools.partial(operator.ge)) is row_of(lambda x: x) is None
