"""Forms, their text, and the way back: repr reads as the call that made the spec."""

import datetime as dt
import functools
import linecache
import operator
import typing

import pytest

import mxspec as s
from mxspec import forms
from mxspec.values import stable_order

s.def_("form/int", int)
s.def_("form/str", str)
DAY = dt.datetime(2019, 10, 11)


def positive(x):
    return x > 0


CALLS = [
    ("and_(int, is_even)", s.and_(int, s.is_even)),
    ("and_(int, lambda x: x > 3)", s.and_(int, lambda x: x > 3)),
    ("and_()", s.and_()),
    ("or_(id=int, name='form/str')", s.or_(id=int, name="form/str")),
    ("or_(('a tag', int), b={1, 2})", s.or_(("a tag", int), b={2, 1})),
    ("nilable('form/int')", s.nilable("form/int")),
    ("conformer(int)", s.conformer(int)),
    ("conformer(int, str)", s.conformer(int, str)),
    ("nonconforming(or_(a=int))", s.nonconforming(s.or_(a=int))),
    ("spec(int)", s.spec(int)),
    ("spec({'a', 'b'})", s.spec({"b", "a"})),
    ("spec(set())", s.spec(set())),
    ("spec(positive)", s.spec(positive)),
    ("spec(partial(lt, 3))", s.spec(functools.partial(operator.lt, 3))),
    ("spec(partial(int, base=2))", s.spec(functools.partial(int, base=2))),
    ("tuple_(int, spec(str))", s.tuple_(int, s.spec(str))),
    ("coll_of(int)", s.coll_of(int)),
    (
        "coll_of(int, kind=is_list, min_count=1, distinct=True)",
        s.coll_of(int, kind=s.is_list, min_count=1, distinct=True),
    ),
    (
        "coll_of(int, kind='form/int', into=set, gen_max=5)",
        s.coll_of(int, kind="form/int", into=set, gen_max=5),
    ),
    ("every(int, count=3)", s.every(int, count=3)),
    ("every_kv(str, int)", s.every_kv(str, int)),
    ("every_kv(str, int, into=list)", s.every_kv(str, int, into=list)),
    ("map_of(str, int)", s.map_of(str, int)),
    ("map_of(str, int, max_count=3, conform_keys=True)", s.map_of(str, int, conform_keys=True, max_count=3)),
    ("map_of(str, int, kind=is_coll)", s.map_of(str, int, kind=s.is_coll)),
    ("keys()", s.keys()),
    ("keys(req=['form/int'], opt_un=['form/str'])", s.keys(req=["form/int"], opt_un=["form/str"])),
    (
        "keys(req_un=[or_keys('form/int', and_keys('form/str', 'form/x'))])",
        s.keys(req_un=[s.or_keys("form/int", s.and_keys("form/str", "form/x"))]),
    ),
    (
        "keys(req_un={'a b': int}, opt_un={'c': 'form/str'}, closed=True)",
        s.keys(req_un={"a b": int}, opt_un={"c": "form/str"}, closed=True),
    ),
    ("keys_star(opt=['form/int'])", s.keys_star(opt=["form/int"])),
    ("merge(keys(req=['form/int']), 'form/str')", s.merge(s.keys(req=["form/int"]), "form/str")),
    (
        "multi_spec('kind', methods={'a': keys(), 1: 'form/int'})",
        s.multi_spec("kind", {"a": s.keys(), 1: "form/int"}),
    ),
    ("multi_spec(len, methods={}, retag='n', default=int)", s.multi_spec(len, {}, retag="n", default=int)),
    ("cat()", s.cat()),
    ("cat(a=int, b=star(str))", s.cat(a=int, b=s.star(str))),
    ("alt(n=int, s=str)", s.alt(n=int, s=str)),
    ("plus(maybe(int))", s.plus(s.maybe(int))),
    ("amp(star(int), len, positive)", s.amp(s.star(int), len, positive)),
    ("spec(star(int))", s.spec(s.star(int))),
    ("int_in(0, 10)", s.int_in(0, 10)),
    ("str_in(max_length=3, format='date')", s.str_in(max_length=3, format="date")),
    ("range_of(is_number, 0, 9.5)", s.range_of(s.is_number, 0, 9.5)),
    ("float_in()", s.float_in()),
    ("float_in(min=0, nan=False)", s.float_in(0, nan=False)),
    ("float_in(max=1, infinite=False)", s.float_in(max=1, infinite=False)),
    (
        "inst_in(datetime.datetime(2019, 10, 11, 0, 0), datetime.datetime(2020, 1, 1, 0, 0))",
        s.inst_in(DAY, dt.datetime(2020, 1, 1)),
    ),
    ("model_spec(int, len, str)", s.model_spec(int, len, str)),
]


@pytest.mark.parametrize(("call", "spec"), CALLS, ids=[call for call, _ in CALLS])
def test_repr_is_the_call_that_made_the_spec(call, spec):
    assert repr(spec) == call


@pytest.mark.parametrize("spec", [spec for _, spec in CALLS], ids=repr)
def test_a_form_leads_back_to_its_spec(spec):
    again = s.from_form(s.form(spec))
    assert type(again) is type(spec)
    assert s.form(again) == s.form(spec)
    assert repr(again) == repr(spec)


@pytest.mark.parametrize(
    ("form", "x", "conformed"),
    [
        (int, 1, 1),
        ({1, 2}, 3, s.INVALID),
        ("form/int", 1, 1),
        (("spec", int), 1, 1),
        (("cat", ("a", int), ("b", ("star", "form/str"))), [1, "x"], {"a": 1, "b": ["x"]}),
        (("or_", ("spec", int), ("nilable", str)), "x", ("nilable", "x")),  # tags that are names of functions
        (("coll_of", ("nilable", int), {"max_count": 1}), [1, 2], s.INVALID),
        (("multi_spec", "k", {"methods": {1: ("keys",)}, "default": ("nilable", int)}), {"k": 1}, {"k": 1}),
    ],
)
def test_a_form_can_be_written_by_hand(form, x, conformed):
    assert s.conform(s.from_form(form), x) == conformed


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (("coll_off", int), r"'coll_off' makes no spec; did you mean 'coll_of'\?"),
        (("cat", int), "is not a form of cat"),
        (("nilable",), "is not a form of nilable"),
        (("int_in", 5, 5), "int_in takes two ints in ascending order"),
        (("coll_of", int, {"kinds": list}), "a collection has no option 'kinds'"),
        ((), "is not a predicate"),
        (None, "is not a predicate"),
    ],
)
def test_a_form_that_makes_no_sense(form, message):
    with pytest.raises(s.SpecDefinitionError, match=message):
        s.from_form(form)


def test_a_form_with_an_unknown_name():
    with pytest.raises(s.UnknownSpecError, match="form/nothing"):
        s.from_form("form/nothing")


def test_a_spec_with_its_own_generator_says_so():
    def ones():
        return s.gen({1})

    assert repr(s.with_gen(s.nilable(int), ones)) == "with_gen(nilable(int), ones)"
    assert repr(s.spec(int, gen=ones)) == "spec(int, gen=ones)"
    assert repr(s.with_gen(int, lambda: s.gen({1}))) == "spec(int, gen=lambda: s.gen({1}))"
    assert s.form(s.with_gen(s.nilable(int), ones)) == ("nilable", int)


@pytest.mark.parametrize(
    ("spec", "described"),
    [
        (s.and_(int, s.is_even), ("and_", "int", "is_even")),
        (s.or_(a=int, b="form/int"), ("or_", ("a", "int"), ("b", "form/int"))),
        (s.coll_of(int, kind=s.is_list), ("coll_of", "int", {"kind": "is_list"})),
        ("form/int", ("spec", "int")),
        (s.nilable(lambda x: x > 3), ("nilable", "lambda x: x > 3")),
        (s.int_in(0, 10), ("int_in", 0, 10)),
    ],
)
def test_describe_is_plain_data(spec, described):
    assert s.describe(spec) == described


# --- the text of predicates ---------------------------------------------------------------------------------

TWO, LONGER = (lambda x: x > 1), (lambda x: x > 2)
THREE, NOTHING, PAIR = (lambda x: 3), (lambda x: None), (lambda x, y=[lambda: 3]: (1, 2))  # constants
OUTER = lambda x: lambda y: y > x  # noqa: E731
SPREAD = s.spec(
    lambda x: (
        x > 3
        and x < 9
    )
)  # fmt: skip
FROM_TEXT = eval("lambda x: x > 3")


class Callable:
    def __call__(self, x):
        return True

    def __repr__(self):
        return "Callable()"


@pytest.mark.parametrize(
    ("pred", "text"),
    [
        (TWO, "lambda x: x > 1"),
        (LONGER, "lambda x: x > 2"),
        (THREE, "lambda x: 3"),
        (NOTHING, "lambda x: None"),
        (PAIR, "lambda x, y=[lambda: 3]: (1, 2)"),
        (OUTER, "lambda x: lambda y: y > x"),
        (OUTER(1), "lambda y: y > x"),
        (SPREAD.pred, "lambda x: x > 3 and x < 9"),
        (FROM_TEXT, "lambda"),
        (Callable(), "Callable()"),
        (str.isdigit, "isdigit"),
        (list[int], "list[int]"),
        (typing.Optional[int], "Optional[int]"),  # noqa: UP045
        (functools.partial(max, 0), "partial(max, 0)"),
    ],
)
def test_a_predicate_is_called_by_its_name_or_its_source(pred, text):
    assert forms.predicate_text(pred) == text


def test_the_elements_of_a_set_have_an_order_even_where_they_do_not_compare():
    assert stable_order(iter([1, "b", "a", None])) == [None, 1, "a", "b"]
    assert stable_order({3, 1, 2}) == [1, 2, 3]


def test_a_lambda_in_a_file_that_stopped_being_python_has_no_source(tmp_path, monkeypatch):
    path = tmp_path / "changing.py"
    path.write_text("f = lambda x: x > 3\n")
    scope = {}
    exec(compile(path.read_text(), str(path), "exec"), scope)
    assert forms.predicate_text(scope["f"]) == "lambda x: x > 3"
    path.write_text("f = lambda x: x >\n")
    linecache.checkcache(str(path))
    assert forms.predicate_text(scope["f"]) == "lambda"
