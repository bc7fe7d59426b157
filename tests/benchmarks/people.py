"""The values and specs that the benchmarks share, and the same in pydantic."""

import dataclasses
import datetime
import decimal
import enum
import uuid
from typing import Annotated, Any

from cattrs.preconf.json import make_converter
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, validate_call

import mxspec as s

DIGIT = s.def_("bench/digit", s.int_in(0, 10))
PERSON_NAMES = {
    "bench/name": str,
    "bench/age": s.int_in(0, 151),
    "bench/email": s.nilable(str),
    "bench/tags": s.coll_of(str),
}
for _name, _spec in PERSON_NAMES.items():
    s.def_(_name, _spec)
PERSON = s.def_(
    "bench/person", s.keys(req_un=["bench/name", "bench/age"], opt_un=["bench/email", "bench/tags"])
)
PEOPLE = s.def_("bench/people", s.coll_of(PERSON))
NAMED = s.def_(
    "bench/named", s.keys(req=["bench/name", "bench/age"], opt=["bench/email", "bench/tags", "bench/digit"])
)
ALL_NAMED = s.def_("bench/all-named", s.coll_of(NAMED))
INTS = s.def_("bench/ints", s.coll_of(int))
OPTIONS = s.def_("bench/options", s.star(s.cat(prop=str, val=s.alt(s=str, b=bool))))


# The same with a date and a set, which JSON has not.
MEMBER_NAMES = {**PERSON_NAMES, "bench/born": datetime.date, "bench/groups": s.coll_of(str, kind=set)}
for _name in ("bench/born", "bench/groups"):
    s.def_(_name, MEMBER_NAMES[_name])
MEMBER = s.def_(
    "bench/member", s.keys(req_un=["bench/name", "bench/born"], opt_un=["bench/email", "bench/groups"])
)


@dataclasses.dataclass
class Member:
    """The member map as a class for cattrs."""

    name: str
    born: datetime.date
    email: str | None = None
    groups: set[str] = dataclasses.field(default_factory=set)


class Person(BaseModel):
    """The person map as a pydantic model."""

    model_config = ConfigDict(strict=True)
    name: str
    age: Annotated[int, Field(ge=0, le=150)]
    email: str | None = None
    tags: list[str] = []


class Named(Person):
    """The map whose keys are names as a pydantic model."""

    model_config = ConfigDict(strict=True, alias_generator=lambda field: f"bench/{field}")
    digit: Annotated[int, Field(ge=0, le=9)] = 0


class Status(enum.Enum):
    NEW = "new"
    PAID = "paid"


@dataclasses.dataclass
class Item:
    sku: str
    price: decimal.Decimal
    count: int
    note: str | None = None


@dataclasses.dataclass
class Order:
    id: uuid.UUID
    day: datetime.date
    status: Status
    customer: Member
    items: list[Item]
    tags: set[str]
    paid_at: datetime.datetime | None = None


CONVERTER = make_converter()
for _cls in (decimal.Decimal, uuid.UUID):
    CONVERTER.register_unstructure_hook(_cls, str)
ORDERS_CLASS = s.def_("bench/orders", s.from_type(list[Order]))
MEMBER_CLASS = s.def_("bench/member-class", s.from_type(Member))
DIGIT_ADAPTER: TypeAdapter[Any] = TypeAdapter(Annotated[int, Field(strict=True, ge=0, le=9)])
PERSON_ADAPTER = TypeAdapter(Person)
PEOPLE_ADAPTER = TypeAdapter(list[Person])
NAMED_ADAPTER = TypeAdapter(Named)
ALL_NAMED_ADAPTER = TypeAdapter(list[Named])
INTS_ADAPTER: TypeAdapter[Any] = TypeAdapter(
    Annotated[list[Annotated[int, Field(strict=True)]], Field(strict=True)]
)

MEMBER_ADAPTER = TypeAdapter(Member)

MEMBER_JSON = {"name": "Suki", "born": "2019-10-11", "email": None, "groups": ["cat", "purr", "hiss"]}
MEMBER_VALUE = Member("Suki", datetime.date(2019, 10, 11), None, {"cat", "purr", "hiss"})
ORDERS_VALUE = [
    Order(
        uuid.UUID(int=i),
        datetime.date(2019, 10, 1 + i % 28),
        Status.PAID if i % 3 else Status.NEW,
        MEMBER_VALUE,
        [Item(f"sku-{i}-{j}", decimal.Decimal(i) / 4, j, "gift" if j else None) for j in range(2)],
        {"cat", f"order-{i}"},
        datetime.datetime(2019, 10, 11, 12, i % 60) if i % 3 else None,
    )
    for i in range(200)
]
PERSON_VALUE = {"name": "Suki", "age": 4, "email": None, "tags": ["cat", "purr", "hiss"]}
WRONG_PERSON = {**PERSON_VALUE, "age": 400}
NAMED_VALUE = {f"bench/{key}": x for key, x in PERSON_VALUE.items()}
WRONG_NAMED = {**NAMED_VALUE, "bench/age": "4"}
WRONG_TYPES = {
    "None for a str": {**NAMED_VALUE, "bench/name": None},
    "an int for a str or None": {**NAMED_VALUE, "bench/email": 4},
    "a str for a list": {**NAMED_VALUE, "bench/tags": "cat"},
    "an int in a list of str": {**NAMED_VALUE, "bench/tags": ["cat", 3]},
}
ALL_NAMED_VALUE = [{**NAMED_VALUE, "bench/age": i} for i in range(100)]
PEOPLE_VALUE = [{**PERSON_VALUE, "age": i} for i in range(100)]
INTS_VALUE = list(range(1000))
OPTIONS_VALUE = ["-server", "foo", "-verbose", True, "-user", "joe"]


def total(count: int, word: str) -> int:
    """A function whose calls are checked: by instrument here, by pydantic as CHECKED_BY_PYDANTIC."""
    return count


CHECKED_BY_PYDANTIC = validate_call(total)
PLAIN = total
