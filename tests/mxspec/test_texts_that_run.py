"""Whatever stands in a spec, its text is never run: neither in compiled functions nor in written source."""

import collections
import contextlib
import dataclasses
import datetime as dt
import functools
import math
import operator
import typing

import pytest

import mxspec as s
from mxspec.base import names
from mxspec.notation.spec_source import source
from tests.mxspec import texts_that_run
from tests.mxspec.texts_that_run import RAN, Real, Whole

pytestmark = pytest.mark.usefixtures("clean_names")
Pair = collections.namedtuple("Pair", "a b")

OWN_ZONE = dt.timezone(dt.timedelta(0), texts_that_run.Text("x"))

# From a function that makes strings of a subclass to a spec, and values that the spec takes and refuses.
OF_STRINGS = {
    "keys(req)": (lambda t: s.keys(req=[t("b/a")]), {"b/a": 1}, {"b/a": "x"}),
    "keys(opt)": (lambda t: s.keys(opt=[t("b/a")], closed=True), {"b/a": 1}, {"a": 1}),
    "keys(req_un)": (lambda t: s.keys(req_un=[t("b/a")]), {"a": 1}, {"a": "x"}),
    "keys(opt_un)": (lambda t: s.keys(opt_un=[t("b/a")]), {"a": 1}, {"a": "x"}),
    "keys(req_un={})": (lambda t: s.keys(req_un={t("a"): int}), {"a": 1}, {"a": "x"}),
    "keys(opt_un={})": (lambda t: s.keys(opt_un={t("a"): int}, closed=True), {"a": 1}, {"another": 1}),
    "or_keys": (lambda t: s.keys(req_un=[s.or_keys(t("b/a"), s.and_keys(t("b/a")))]), {"a": 1}, {}),
    "keys_star": (lambda t: s.keys_star(req_un=[t("b/a")]), ["a", 1], ["a", "x"]),
    "merge": (lambda t: s.merge(s.keys(req_un={t("a"): int}), s.keys()), {"a": 1}, {"a": "x"}),
    "a name": (lambda t: s.coll_of(t("b/a")), [1], ["x"]),
    "or_": (lambda t: s.or_((t("a"), int), (t("b"), str)), 1, None),
    "cat": (lambda t: s.cat((t("a"), int), (t("b"), s.maybe(int))), [1], ["x"]),
    "alt": (lambda t: s.star(s.alt((t("a"), int), (t("b"), str))), [1, "x"], [None]),
    "a set": (lambda t: s.spec({t("a"), t("c")}), "a", "another"),
    "Literal": (lambda t: s.from_type(typing.Literal[t("a"), 1]), 1, "another"),
    "str_in": (lambda t: s.str_in(pattern=t("[a-z]+"), format=t("%Y")), None, "x"),
    "with_message": (lambda t: s.with_message(int, t("say one")), 1, "x"),
    "multi_spec": (lambda t: s.multi_spec(t("a"), {t("c"): s.keys()}), {"a": "c"}, {"a": "another"}),
    "TypedDict": (lambda t: s.from_type(typing.TypedDict("T", {t("a"): int})), {"a": 1}, {"a": "x"}),
    "record_of": (lambda t: s.record_of(Pair, {t("a"): int}), Pair(1, 2), Pair("x", 2)),
    "dataclass": (lambda t: s.from_type(dataclasses.make_dataclass("D", [("a", int)])), None, {"a": 1}),
    "an alias": (lambda t: s.def_(t("b/c"), t("b/a"), doc=t("words")), 1, "x"),
    "select": (lambda t: s.select(s.keys(req_un=["b/a", "b/d"]), {t("a")}), {"a": 1}, {}),
    "partial": (lambda t: s.and_(str, functools.partial(operator.contains, t("xax"))), "a", "b"),
}  # fmt: skip


@pytest.mark.parametrize("make", ["text", "named", "member"])
@pytest.mark.parametrize("place", OF_STRINGS)
def test_a_string_of_a_subclass_stands_for_its_letters(place, make):
    s.def_("b/a", int), s.def_("b/d", int)
    write, fits, differs = OF_STRINGS[place]
    plain, spec = write(str), write(getattr(texts_that_run, make))
    RAN.clear()
    for x in (fits, differs):
        for ask in (s.valid, s.conform, s.explain_str):
            assert_same(ask, plain, spec, x)
    if fits is not None:
        assert s.valid(spec, fits)
    assert not s.valid(spec, differs)
    s.compiled_source(spec)
    with contextlib.suppress(s.SpecDefinitionError):  # what has no literal can't be written
        exec(source(spec), {})
    assert RAN == []


def assert_same(ask, plain, spec, x):
    """Ask twice, first the interpreter and then what is compiled."""
    for _ in range(2):
        answer, expected = ask(spec, x), ask(plain, x)
        assert ask is s.explain_str or answer == expected
        assert type(answer) is type(expected)


@pytest.mark.parametrize(
    ("spec", "fits", "differs"),
    [
        (s.int_in(Whole(0), Whole(3)), 1, 3),
        (s.float_in(Real(0), Real(3)), 1.0, 4.0),
        (s.range_of(s.is_number, Whole(0), Real(3)), 1, 4),
        (s.str_in(Whole(1), Whole(2)), "a", "abc"),
        (s.coll_of(int, min_count=Whole(1), max_count=Whole(2), gen_max=Whole(3)), [1], []),
        (s.coll_of(int, count=Whole(1)), [1], []),
        (s.spec({Whole(1), Real(2.5)}), 1, 2),
        (s.keys(req_un={Whole(1): int, Real(2.5): int}), {1: 1, 2.5: 2}, {1: 1}),
        (s.from_type(typing.Literal[Whole(1)]), None, 2),
        (s.from_type(typing.Annotated[int, slice(Whole(0), None)]), None, "x"),
        (s.array((Whole(2),), min=Whole(0), max=Real(1)), None, [0.5]),
        (s.inst_in(dt.datetime(2019, 1, 1), dt.datetime(2020, 1, 1)), dt.datetime(2019, 5, 5), 1),
        (s.and_(int, functools.partial(operator.le, Whole(3))), 3, 2),
    ],
    ids=range(13),
)
def test_a_number_of_a_subclass_stands_for_its_amount(spec, fits, differs):
    RAN.clear()
    for _ in range(2):
        assert fits is None or s.valid(spec, fits)
        assert not s.valid(spec, differs)
        s.conform(spec, fits), s.explain_str(spec, differs)
    s.compiled_source(spec)
    with contextlib.suppress(s.SpecDefinitionError):
        exec(source(spec), {})
    assert RAN == []


@pytest.mark.parametrize(
    "pred",
    [
        functools.partial(math.isclose, 1, **{texts_that_run.CODE: 1}),
        functools.partial(math.isclose, 1, **{f"b=1, **{{}}), {texts_that_run.CODE}, dict(c": 1}),
        s.range_of(dt.datetime, dt.datetime(2019, 1, 1, tzinfo=OWN_ZONE)),
        {texts_that_run.Member.A},
    ],
    ids=range(4),
)  # fmt: skip
def test_what_has_no_literal_is_not_written_as_source(pred):
    RAN.clear()
    with contextlib.suppress(s.SpecDefinitionError):
        exec(source(s.spec(pred)), {})
    assert RAN == []


def test_names_in_the_registry_are_plain():
    s.def_(texts_that_run.Text("b/a"), int)
    s.def_("b/c", texts_that_run.Text("b/a"))
    assert {type(name) for name in names.current.entries} == {str}
    assert type(s.get_spec("b/c")) is str
