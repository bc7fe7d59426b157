"""Types that pydantic converts to: what is held is valid, what is sent is decoded."""

import datetime
import ipaddress
import json
from typing import Annotated, Any, Literal

import pydantic
import pytest
from pydantic_core import core_schema

import mxspec as s
from tests.row_ids import row_id

row = pytest.mark.parametrize


class Code(str):
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return core_schema.no_info_after_validator_function(cls.made_of, core_schema.str_schema())

    @classmethod
    def made_of(cls, x: str) -> Any:
        if not x.isupper():
            raise ValueError("no capitals")
        return cls(x)


class Unreadable:
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        raise RuntimeError("not today")


LOCAL = ipaddress.ip_address("127.0.0.1")
URL = pydantic.HttpUrl("https://example.org/")

# An annotation, the JSON that is sent, the value of it, and values that are none.
CONVERTED = [
    (pydantic.Json[int], "3", 3, ["3", "x", None]),
    (pydantic.Json[list[int]], "[1, 2]", [1, 2], ["[1, 2]", ["1"]]),
    (pydantic.IPvAnyAddress, "127.0.0.1", LOCAL, ["127.0.0.1", "x", 1]),
    (pydantic.Base64Bytes, "aGk=", b"hi", ["aGk=", 1]),
    (pydantic.HttpUrl, "https://example.org", URL, ["https://example.org", pydantic.AnyUrl("ftp://a.org")]),
    (pydantic.ByteSize, "3kb", pydantic.ByteSize(3000), ["3kb", 3000, -1]),
    (Code, "AB", Code("AB"), [Code("ab"), "AB", 1]),
    (ipaddress.IPv4Address, "127.0.0.1", LOCAL, ["127.0.0.1"]),
    (ipaddress.IPv4Network, "127.0.0.0/8", ipaddress.ip_network("127.0.0.0/8"), [LOCAL]),
]


@row(("tp", "sent", "held", "others"), CONVERTED, ids=row_id)
def test_what_is_held_is_valid_and_what_is_sent_is_decoded(tp, sent, held, others):
    spec = s.from_type(tp)
    assert s.valid(spec, held)
    assert s.valid(list[tp], [held])
    assert s.decode(list[tp], [sent]) == [held]
    assert type(s.decode(spec, sent)) is type(held)
    for x in others:
        assert not s.valid(spec, x)
        assert s.explain_data(spec, x)["problems"]


@row(("tp", "sent", "held", "others"), CONVERTED, ids=row_id)
def test_examples_are_valid_and_come_back_from_json(tp, sent, held, others):
    for x in s.sample(s.from_type(tp), 20, seed=1):
        assert s.valid(s.from_type(tp), x)
        assert s.decode(tp, json.loads(json.dumps(s.encode(tp, x)))) == x


def test_a_secret_has_examples_and_no_json():
    [secret] = s.sample(pydantic.SecretStr, 1, seed=3)
    assert s.valid(pydantic.SecretStr, secret)
    assert not s.valid(pydantic.SecretStr, "secret")
    with pytest.raises(s.EncodeError, match="SecretStr"):
        s.encode(pydantic.SecretStr, pydantic.SecretStr("secret"))


def test_a_class_that_pydantic_cannot_read_is_an_error_with_its_name():
    with pytest.raises(s.SpecDefinitionError, match="Unreadable"):
        s.valid(Unreadable, Unreadable())


@pydantic.dataclasses.dataclass
class Held:
    n: pydantic.Json[int]
    at: pydantic.IPvAnyAddress


def test_a_field_of_a_dataclass_holds_the_value():
    assert s.valid(Held, Held("3", "127.0.0.1"))
    assert s.decode(Held, {"n": "3", "at": "127.0.0.1"}) == Held("3", "127.0.0.1")
    broken = Held("3", "127.0.0.1")
    broken.n = "3"
    assert [p["in"] for p in s.explain_data(Held, broken)["problems"]] == [["n"]]


# --- decode keeps what the owner says --------------------------------------------------------------------

Strict = Annotated[int, pydantic.Field(strict=True)]


class Cat(pydantic.BaseModel):
    kind: Literal["cat"] = "cat"
    n: int = 0


class Dog(pydantic.BaseModel):
    kind: Literal["dog"] = "dog"
    n: int = 0


Pet = Annotated[Cat | Dog, pydantic.Field(discriminator="kind")]


class StrictDay(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(strict=True)
    day: datetime.date
    n: int


DAY = datetime.date(2020, 1, 1)


@row(
    ("tp", "sent", "read"),
    [
        (Strict, 3.0, 3.0),
        (Annotated[int, pydantic.Field(multiple_of=1)], 3.0, 3),
        (list[Strict], [3.0, 4], [3.0, 4]),
        (Annotated[datetime.date, pydantic.Field(strict=True)], "2020-01-01", DAY),
        (Pet, {"kind": "dog", "n": 1}, Dog(n=1)),
        (Pet, {"n": 1}, {"n": 1}),
        (list[Pet], [{"kind": "cat"}], [Cat()]),
        (StrictDay, {"day": "2020-01-01", "n": 1}, StrictDay(day=DAY, n=1)),
        (StrictDay, {"day": "2020-01-01", "n": "1"}, {"day": "2020-01-01", "n": "1"}),
    ],
    ids=row_id,
)
def test_decode_keeps_strict_and_the_discriminator(tp, sent, read):
    decoded = s.decode(s.from_type(tp), sent)
    assert decoded == read
    assert type(decoded) is type(read)
