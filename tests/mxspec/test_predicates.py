"""The named predicates, each on values that it accepts and values that it refuses."""

import collections
import datetime
import decimal
import fractions
import uuid

import numpy as np
import pytest

import mxspec as s
from mxspec.predicates import TaggedValue
from tests.public_names import NAMES
from tests.row_ids import row_id

NAN, INF = float("nan"), float("inf")
NOW = datetime.datetime(2019, 10, 11)
HALF = fractions.Fraction(1, 2)
PAIR = TaggedValue(("tag", 1))

ROWS = [
    (s.is_any, [None, 0, "", [], object()], []),
    (s.is_some, [0, False, "", []], [None]),
    (s.is_none, [None], [0, False, "", []]),
    (s.is_true, [True], [1, 1.0, "true", None]),
    (s.is_false, [False], [0, None, ""]),
    (s.is_bool, [True, False], [0, 1, None, "True"]),
    (s.is_number, [0, 1.5, NAN, HALF, decimal.Decimal(1), np.float32(1), np.int64(1)], [True, "1", 1j, None]),
    (s.is_int, [0, -1, 10**30], [True, 1.0, "1", None, HALF]),
    (s.is_pos_int, [1, 10**30], [0, -1, True, 1.5]),
    (s.is_neg_int, [-1], [0, 1, False, -1.5]),
    (s.is_nat_int, [0, 1], [-1, False, 0.0]),
    (s.is_float, [0.0, NAN, INF], [0, "0.0", None, decimal.Decimal(1)]),
    (s.is_decimal, [decimal.Decimal("1.5")], [1.5, 1]),
    (s.is_rational, [1, HALF, decimal.Decimal(1)], [1.5, True]),
    (s.is_ratio, [HALF], [fractions.Fraction(2, 1), 0.5, 2]),
    (s.is_infinite, [INF, -INF], [1.0, NAN, 1, "inf"]),
    (s.is_nan, [NAN], [INF, 0.0, None, "nan"]),
    (s.is_even, [0, 2, -4], [1, -3, 2.0, True, "2", None]),
    (s.is_odd, [1, -3], [0, 2, 1.0, True, None]),
    (s.is_pos, [1, 0.1, HALF, INF], [0, -1, NAN, True, "1", None]),
    (s.is_neg, [-1, -0.1, -INF], [0, 1, NAN, None]),
    (s.is_zero, [0, 0.0, -0.0], [1, False, None, ""]),
    (s.is_str, ["", "a"], [b"a", None, ["a"]]),
    (s.is_char, ["a", "\U0001f600"], ["", "ab", 97]),
    (s.is_ident, ["number", "mnist/number"], ["", "a b", "a/b/c", "/", None]),
    (s.is_simple_ident, ["number", "a-b"], ["a/b", "", "a b", 1]),
    (s.is_qualified_ident, ["mnist/number"], ["number", "a/", "/b", "a/b/c", "a/b\n", 1]),
    (s.is_uri, ["http://example.com", "mailto:a@b"], ["example.com", "", "http://a b", "1a:x", None]),
    (s.is_uuid, [uuid.UUID(int=1)], ["00000000-0000-0000-0000-000000000001", 1]),
    (s.is_inst, [NOW], [NOW.date(), 0, "2019-10-11"]),
    (s.is_bytes, [b"", bytearray(b"a")], ["a", [1]]),
    (s.is_coll, [[], (), {}, set(), range(2), collections.deque(), PAIR], ["a", b"a", 1, None, iter([])]),
    (s.is_sequential, [[], (), range(2), collections.deque()], [{}, set(), "a", b"a", None]),
    (s.is_indexed, [[], ()], [{}, "a"]),
    (s.is_list, [[], PAIR], [(), {}, "a", None]),
    (s.is_tuple, [(), (1,)], [[], PAIR, "a"]),
    (s.is_dict, [{}, collections.OrderedDict(), collections.ChainMap()], [[], set(), None]),
    (s.is_set, [set(), frozenset(), {}.keys()], [[], {}, None]),
    (s.is_associative, [{}, []], [(), set(), "a"]),
    (s.is_seqable, [None, [], {}, "a", iter([])], [1, 1.5]),
    (s.is_empty, [None, [], (), {}, set(), "", b""], [[1], "a", 0, False, iter([])]),
    (s.is_callable, [len, int, lambda: 0], [1, "len", None]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("predicate", "x"), [(p, x) for p, accepted, _ in ROWS for x in accepted], ids=lambda x: row_id(x)[:30]
)
def test_accepts(predicate, x):
    assert predicate(x) is True


@pytest.mark.parametrize(
    ("predicate", "x"), [(p, x) for p, _, refused in ROWS for x in refused], ids=lambda x: row_id(x)[:30]
)
def test_refuses(predicate, x):
    assert predicate(x) is False


def test_every_predicate_has_its_row():
    public = {getattr(s, name) for name in NAMES if name.startswith("is_")}
    # These are no predicates of a value, or take bounds, and are tested beside what they are about.
    elsewhere = {
        s.is_check_asserts,
        s.is_invalid,
        s.is_spec,
        s.is_regex,
        s.is_int_in_range,
        s.is_inst_in_range,
    }
    assert public - elsewhere == {row[0] for row in ROWS}


@pytest.mark.parametrize(
    "predicate", [row[0] for row in ROWS if row[2] and row[0] is not s.is_callable], ids=row_id
)
def test_a_predicate_is_a_spec_and_explains_itself(predicate):
    refused = next(row[2][0] for row in ROWS if row[0] is predicate)
    assert not s.valid(predicate, refused)
    assert s.explain_data(predicate, refused)["problems"][0]["pred"] is predicate
