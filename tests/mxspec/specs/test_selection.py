"""Map specs made of other ones, and the words of names."""

import datetime as dt
from typing import Annotated

import pytest
from pydantic import BaseModel

import mxspec as s
from tests.row_ids import row_id

USER = s.keys(req=["pick/id"], req_un=["pick/name", "pick/age"], opt_un=["pick/mail"], closed=True)
CONTACT = s.keys(req_un=["pick/name", s.or_keys("pick/phone", s.and_keys("pick/street", "pick/town"))])


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (s.select(USER, {"name", "mail"}), "keys(req_un=['pick/name'], opt_un=['pick/mail'], closed=True)"),
        (s.select(USER, ["pick/id", "pick/age"]), "keys(req=['pick/id'], req_un=['pick/age'], closed=True)"),
        (s.without(USER, "name", "age", "mail"), "keys(req=['pick/id'], closed=True)"),
        (s.optional_keys(USER, "age"),
         "keys(req=['pick/id'], req_un=['pick/name'], opt_un=['pick/age', 'pick/mail'], closed=True)"),
        (s.optional_keys(USER),
         "keys(opt=['pick/id'], opt_un=['pick/name', 'pick/age', 'pick/mail'], closed=True)"),
        (s.required_keys(s.keys(opt=["pick/id"], opt_un=["pick/age"]), "age"),
         "keys(opt=['pick/id'], req_un=['pick/age'])"),
        (s.required_keys(s.optional_keys(USER), "name"),
         "keys(opt=['pick/id'], req_un=['pick/name'], opt_un=['pick/age', 'pick/mail'], closed=True)"),
        (s.without(CONTACT, "name"),
         "keys(req_un=[or_keys('pick/phone', and_keys('pick/street', 'pick/town'))])"),
        (s.without(CONTACT, "phone", "street", "town"), "keys(req_un=['pick/name'])"),
        (s.optional_keys(s.merge(s.keys(req=["pick/id"]), s.keys(req_un=["pick/age"])), "age"),
         "keys(req=['pick/id'], opt_un=['pick/age'])"),
        (s.optional_keys(s.merge(s.keys(req_un=["pick/age"]), s.keys(req_un=["old/age"]))),
         "merge(keys(opt_un=['pick/age']), keys(opt_un=['old/age']))"),
        (s.without(s.with_message(s.keys(req=["pick/id", "pick/x"]), "a user"), "pick/x"),
         "with_message(keys(req=['pick/id']), 'a user')"),
    ],
    ids=row_id,
)  # fmt: skip
def test_the_form_shows_the_keys(spec, text):
    fields = ("req", "opt", "req_un", "opt_un")
    assert {field: getattr(s.from_form(s.form(spec)), field, None) for field in fields} == {
        field: getattr(spec, field, None) for field in fields
    }
    assert sorted(repr(spec)) == sorted(text)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: s.select(USER, {"nme"}), "has no key 'nme'; did you mean 'name'"),
        (lambda: s.select(USER, {"name": {"first"}}), "select from that, and register the result"),
        (lambda: s.select(USER, "name"), "takes a set or a list of keys, not 'name'"),
        (lambda: s.without(USER, ["name"]), "keys are arguments, such as 'a', 'b', not"),
        (lambda: s.without(CONTACT, "phone"), "one may be there in place of another"),
        (lambda: s.optional_keys(s.and_(USER, len)), "change those inside it"),
        (lambda: s.optional_keys("pick/unknown"), "no spec is registered"),
    ],
    ids=row_id,
)
def test_what_has_no_such_keys_says_why(ask, words):
    with pytest.raises(s.SpecError, match=words):
        ask()


def test_words_go_to_doc_json_schema_and_pydantic():
    s.def_("pick/seats", s.int_in(1, 9), doc="how many are booked")
    s.def_("pick/places", "pick/seats")
    trip = s.keys(req_un=["pick/seats"])
    assert s.doc("pick/seats") == s.doc("pick/places") == "how many are booked"
    assert s.json_schema(trip)["$defs"]["pick.seats"]["description"] == "how many are booked"

    class Trip(BaseModel):
        seats: Annotated[int, s.Valid["pick/seats"]]

    assert Trip.model_json_schema()["properties"]["seats"]["description"] == "how many are booked"
    s.def_("pick/seats", s.int_in(1, 9))
    assert s.doc("pick/seats") is None
    with pytest.raises(s.UnknownSpecError):
        s.doc("pick/seets")


def test_the_words_of_functions_are_their_docstrings():
    @s.fdef(args=s.cat(day=dt.date))
    def is_free(day):
        """True if seats are left."""

    @s.def_model_spec("pick/short", discriminate=len, generate=lambda n: "x" * n)
    def short():
        """Words that are short."""
        return s.int_in(0, 4)

    assert s.doc(is_free) == "True if seats are left."
    assert s.doc(short) == "Words that are short."
