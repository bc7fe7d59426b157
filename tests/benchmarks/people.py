"""The values and specs that the benchmarks share, and the same in pydantic."""

import dataclasses
import datetime
from typing import Annotated, Any

from cattrs.preconf.json import make_converter
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

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


CONVERTER = make_converter()
MEMBER_CLASS = s.def_("bench/member-class", s.from_type(Member))
DIGIT_ADAPTER: TypeAdapter[Any] = TypeAdapter(Annotated[int, Field(strict=True, ge=0, le=9)])
PERSON_ADAPTER = TypeAdapter(Person)
PEOPLE_ADAPTER = TypeAdapter(list[Person])
INTS_ADAPTER: TypeAdapter[Any] = TypeAdapter(
    Annotated[list[Annotated[int, Field(strict=True)]], Field(strict=True)]
)

MEMBER_ADAPTER = TypeAdapter(Member)

MEMBER_JSON = {"name": "Suki", "born": "2019-10-11", "email": None, "groups": ["cat", "purr", "hiss"]}
PERSON_VALUE = {"name": "Suki", "age": 4, "email": None, "tags": ["cat", "purr", "hiss"]}
WRONG_PERSON = {**PERSON_VALUE, "age": 400}
PEOPLE_VALUE = [{**PERSON_VALUE, "age": i} for i in range(100)]
INTS_VALUE = list(range(1000))
OPTIONS_VALUE = ["-server", "foo", "-verbose", True, "-user", "joe"]
