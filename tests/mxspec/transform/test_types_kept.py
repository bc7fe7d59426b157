"""The type of a constant or a value is kept in a source and in JSON, or an error says that it is lost."""

import decimal
import enum

import numpy as np
import pytest

import mxspec as s
from tests.row_ids import row_id


class Size(enum.IntEnum):
    SMALL = 1
    LARGE = 2


class Word(enum.StrEnum):
    A = "a"


def compiled(source):
    scope = {}
    exec(source, scope)
    return scope["spec"]


CONSTANTS = [
    *(
        np.int64(1),
        np.uint8(3),
        np.float32(0.1),
        np.float64(0.1),
        np.bool_(True),
        np.str_("a"),
        np.bytes_(b"a"),
    ),
    *(np.float64("inf"), np.complex64(1j), Size.SMALL, Word.A, 1, 1.0, "a", True, decimal.Decimal(1)),
]


@pytest.mark.parametrize(
    "constant", [x for x in CONSTANTS if not isinstance(x, np.complexfloating)], ids=row_id
)
def test_a_constant_in_a_source_keeps_its_type(constant):
    [member] = s.form(compiled(s.source(s.spec({constant}))))
    assert type(member) is type(constant)
    assert member == constant


def test_a_scalar_without_a_source_is_an_error():
    with pytest.raises(s.SpecDefinitionError, match=r"np\.datetime64.*pickle|np\.datetime64.*Python's"):
        s.source(s.spec({np.datetime64("2020-01-01")}))


def test_bounds_and_types_of_numpy_are_written_as_such():
    source = s.source(s.range_of(np.float64, np.float64(0), np.float64(1)))
    assert "numpy.float64(0.0)" in source
    assert s.valid(compiled(source), np.float64(0.5))
    assert repr(s.spec({np.int64(1), Size.SMALL})) == "spec({np.int64(1)})"
    assert s.explain_str(s.spec({"a"}), np.int64(3)) == "'a' is required, not np.int64(3) - failed: {'a'}"


# A spec, a value that fits, and True if JSON leads back to it.
ENCODED = [
    (s.or_(n=int, size=Size), 1, True), (s.or_(n=int, size=Size), Size.SMALL, False),
    (s.from_type(int | Size), Size.SMALL, False), (s.or_(word=str, of=Word), Word.A, False),
    (Size, Size.SMALL, True), (Word, Word.A, True), (s.map_of(Word, int), {Word.A: 1}, True),
    (s.map_of(str, int), {Word.A: 1}, False), (s.coll_of(int), [1, Size.SMALL], False), (str, Word.A, False),
    (s.is_number, np.float32(0.5), False), (float, np.float64(0.5), False),
    (np.float32, np.float32(0.5), True),
    (s.coll_of(Size, kind=set), {Size.SMALL}, True), (s.coll_of(int, kind=set), {Size.SMALL}, False),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "x", "comes_back"), ENCODED, ids=row_id)
def test_json_leads_back_to_a_value_of_the_same_type_or_is_refused(spec, x, comes_back):
    assert s.valid(spec, x)
    if not comes_back:
        with pytest.raises(s.EncodeError, match="come back"):
            s.encode(spec, x)
        return
    decoded = s.decode(spec, s.encode(spec, x))
    assert decoded == x
    assert type(decoded) is type(x)
