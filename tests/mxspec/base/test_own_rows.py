"""A user's predicate with a row has all that the predicates of mxspec have, by a stranger's hand."""

import datetime
import re

import pytest
from hypothesis import strategies as st

import mxspec as s
from mxspec.base.messages.explanations import ERROR_TYPES
from mxspec.base.names import current
from mxspec.base.predicate_rows import ROWS
from mxspec.specs.compiled import CompiledSpec
from tests.row_ids import row_id


@s.predicate_row("a port", int, ge=1, le=65535, type="port")
def is_port(x):
    return s.is_int(x) and 1 <= x <= 65535


@s.predicate_row("a code of a product", str, pattern="[A-Z]{2}-[0-9]{3}")
def is_code(x):
    return isinstance(x, str) and re.fullmatch("[A-Z]{2}-[0-9]{3}", x, re.ASCII) is not None


@s.predicate_row("a share", float, ge=0, lt=1)
def is_share(x):
    return type(x) is float and 0 <= x < 1


@s.predicate_row("a day of this century", datetime.date, ge=datetime.date(2001, 1, 1))
def is_recent(x):
    return isinstance(x, datetime.date) and x >= datetime.date(2001, 1, 1)


@s.predicate_row("a short list", list, min_length=1, max_length=3)
def is_short(x):
    return isinstance(x, list) and 1 <= len(x) <= 3


@s.predicate_row("a number with a check digit", str, pattern="[0-9]{3,6}", exact=False)
def has_check_digit(x):
    return re.fullmatch("[0-9]{3,6}", x) is not None and sum(map(int, x)) % 10 == 0


@s.predicate_row("a prime", int, gt=1, exact=False, gen=lambda: st.sampled_from([2, 3, 4, 5]))
def is_prime(x):
    return s.is_int(x) and x > 1 and all(x % n for n in range(2, x))


PREDICATES = [is_port, is_code, is_share, is_recent, is_short, has_check_digit, is_prime]


@pytest.mark.parametrize(
    ("pred", "x", "message"),
    [(is_port, 0, "a port is required"), (is_code, "AB-12", "a code of a product is required"),
     (has_check_digit, "123", "a number with a check digit is required")],
)  # fmt: skip
def test_its_words_are_in_explanations(pred, x, message):
    [error] = s.explain_json({"a": pred}, {"a": x})
    assert (error["loc"], error["msg"]) == (["a"], message)
    assert error["type"] in ({"port"} if pred is is_port else ERROR_TYPES)


@pytest.mark.parametrize(
    ("pred", "schema"),
    [
        (is_port, {"type": "integer", "minimum": 1, "maximum": 65535}),
        (is_code, {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"}),
        (is_share, {"type": "number", "minimum": 0, "exclusiveMaximum": 1}),
        (is_short, {"type": "array", "minItems": 1, "maxItems": 3}),
        (is_prime, {"type": "integer", "minimum": 2}),
    ],
)
def test_it_has_a_json_schema(pred, schema):
    assert s.json_schema(pred).items() >= schema.items()


@pytest.mark.parametrize("pred", PREDICATES, ids=row_id)
def test_it_has_valid_examples_of_its_own(pred):
    for spec in (pred, s.coll_of(pred, kind=list, min_count=2), s.and_(pred, lambda x: True)):
        assert all(s.valid(spec, x) for x in s.sample(spec, 20, seed=1))
    assert len({repr(x) for x in s.sample(pred, 20, seed=1)}) > 1


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (is_port, s.int_in(0, 70000), "proved"),
        (s.int_in(1, 1000), is_port, "proved"),
        (s.int_in(0, 1000), is_port, "broken"),
        (is_share, float, "proved"),
        (is_code, s.str_in(r"[A-Z]+-\d+"), "proved"),
        (is_prime, s.is_pos_int, "proved"),
        (is_prime, is_prime, "proved"),
        (has_check_digit, str, "proved"),
    ],
    ids=row_id,
)
def test_what_follows_from_it_is_proved(old, new, verdict):
    assert s.check_compatible(old, new).verdict == verdict


@pytest.mark.parametrize(
    ("old", "new"), [(s.int_in(2, 9), is_prime), (s.str_in("[0-9]{3}"), has_check_digit)]
)
def test_nothing_is_proved_valid_by_a_row_that_is_a_part_of_what_it_asks(old, new):
    assert s.check_compatible(old, new).verdict == "broken"


def test_a_frame_asks_its_engine():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"port": [80, 0, 443], "share": [0.5, 1.0, 0.0]})
    spec = s.frame({"port": is_port, "share": is_share})
    assert not s.valid(spec, frame)
    assert s.valid(spec, frame[[0, 2]])
    assert s.valid(s.frame({"n": is_prime}), pl.DataFrame({"n": [2, 3, 7]}))
    assert not s.valid(s.frame({"n": is_prime}), pl.DataFrame({"n": [2, 3, 8]}))


def test_it_is_compiled_decoded_and_written_as_source():
    assert "1 and x <= 65535" in CompiledSpec(s.nilable(is_port), current).source
    assert s.decode({"port": is_port}, {"port": "80"}, strings=True) == {"port": 80}
    names = {}
    exec(s.source(s.coll_of(is_port)), names)
    assert s.valid(names["spec"], [80])
    assert not s.valid(names["spec"], [0])


@pytest.mark.parametrize(
    "x", [None, True, 0, 1, 2, 4, 65535, 65536, 1.0, "AB-123", "123", "127", [], [1], [1] * 4]
)
@pytest.mark.parametrize("pred", PREDICATES, ids=row_id)
def test_a_compiled_spec_answers_as_the_function(pred, x):
    try:
        expected = bool(pred(x))
    except Exception:
        expected = False
    assert s.valid(pred, x) is CompiledSpec(s.spec(pred), current).valid(x) is expected


def even(x):
    return s.is_int(x) and x % 2 == 0


@pytest.mark.parametrize(
    ("row", "pred", "words"),
    [
        (lambda: s.predicate_row("even", int), even, "even refuses 1, which its row accepts"),
        (lambda: s.predicate_row("even", int, gt=0, exact=False), even, "even accepts 0, which its row ref"),
        (lambda: s.predicate_row("even", str, exact=False), even, "even accepts 0, which its row refuses"),
        (lambda: s.predicate_row("a port", int), is_port, "has a row, 'a port'"),
        (lambda: s.predicate_row("an int", int), s.is_int, "has a row, 'an int'"),
        (lambda: s.predicate_row("an int", int), len, "a row is of a function, not of <built-in"),
        (lambda: s.predicate_row("", int), even, "a row has words"),
        (lambda: s.predicate_row("even", 3), even, "the kind of a row is a type or several, not 3"),
        (lambda: s.predicate_row("even", int, ge=1, gt=0), even, "one bound of each side, not gt=0 too"),
        (
            lambda: s.predicate_row("even", int, multiple_of=0),
            even,
            "multiple_of of a row is a number above 0",
        ),
        (lambda: s.predicate_row("even", str, max_length=-1), even, "max_length of a row is not -1"),
        (lambda: s.predicate_row("even", str, pattern="("), even, "'\\(' is not a regular expression: miss"),
        (lambda: s.predicate_row("even", int, min=3), even, "predicate_row takes words, kind, ge, gt"),
    ],
)
def test_a_row_that_is_not_that_of_the_function_is_refused(row, pred, words):
    before = dict(ROWS)
    with pytest.raises(s.SpecDefinitionError, match=words):
        row()(pred)
    assert before == ROWS
