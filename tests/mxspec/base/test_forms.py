"""Forms, their text, and the way back: repr reads as the call that made the spec."""

import datetime as dt
import functools
import linecache
import operator
import typing

import pytest

import mxspec as s
from mxspec.base import forms
from mxspec.base.values import stable_order
from tests.public_names import NAMES

s.def_("form/int", int)
s.def_("form/str", str)


def positive(x):
    return x > 0


# What repr says of a spec is the call that makes it.
CALLS = [
    "and_(int, is_even)", "and_()", "or_(id=int, name='form/str')", "or_(('a tag', int), b={1, 2})",
    "nilable('form/int')", "conformer(int)", "conformer(int, str)", "nonconforming(or_(a=int))", "spec(int)",
    "spec({'a', 'b'})", "spec(set())", "spec(positive)", "spec(partial(lt, 3))", "spec(partial(int, base=2))",
    "tuple_(int, spec(str))", "coll_of(int)", "coll_of(int, kind=is_list, min_count=1, distinct=True)",
    "coll_of(int, kind='form/int', into=set, gen_max=5)", "every(int, count=3)", "every_kv(str, int)",
    "every_kv(str, int, into=list)", "map_of(str, int)", "map_of(str, int, max_count=3, conform_keys=True)",
    "map_of(str, int, kind=is_coll)", "keys()", "keys(req=['form/int'], opt_un=['form/str'])",
    "keys(req_un=[or_keys('form/int', and_keys('form/str', 'form/x'))])",
    "keys(req_un={'a b': int}, opt_un={'c': 'form/str'}, closed=True)", "keys_star(opt=['form/int'])",
    "merge(keys(req=['form/int']), 'form/str')", "multi_spec('kind', methods={'a': keys(), 1: 'form/int'})",
    "multi_spec(len, methods={}, retag='n', default=int)", "cat()", "cat(a=int, b=star(str))",
    "alt(n=int, s=str)", "plus(maybe(int))", "amp(star(int), len, positive)", "spec(star(int))",
    "int_in(0, 10)", "str_in(max_length=3, format='date')", "range_of(is_number, 0, 9.5)", "float_in()",
    "float_in(min=0, nan=False)", "float_in(max=1, infinite=False)",
    "inst_in(datetime.datetime(2019, 10, 11, 0, 0), datetime.datetime(2020, 1, 1, 0, 0))",
    "model_spec(int, len, str)",
]  # fmt: skip
SCOPE = {name: getattr(s, name) for name in NAMES}
SCOPE |= {"datetime": dt, "lt": operator.lt, "partial": functools.partial, "positive": positive}
SPECS_BY_CALL = {call: eval(call, SCOPE) for call in CALLS}


@pytest.mark.parametrize("call", CALLS)
def test_repr_is_the_call_that_made_the_spec_and_its_form_leads_back_to_it(call):
    spec = SPECS_BY_CALL[call]
    assert repr(spec) == call
    again = s.from_form(s.form(spec))
    assert type(again) is type(spec)
    assert s.form(again) == s.form(spec)
    assert repr(again) == call


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
        ("form/int", "int"),
        (int, "int"),
        ({1}, {1}),
        (s.spec(s.is_even), "is_even"),
        (s.with_gen(int, lambda: s.gen({1})), "int"),
        (s.spec(s.star(int)), ("spec", ("star", "int"))),
        (lambda x: x > 3, "lambda x: x > 3"),
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
    exec(code := compile(path.read_text(), str(path), "exec"), scope)
    known = scope["f"]
    assert forms.predicate_text(known) == "lambda x: x > 3"
    path.write_text("f = lambda x: x >\n")
    linecache.checkcache(str(path))
    exec(code, scope)
    assert forms.predicate_text(scope["f"]) == "lambda"
    assert forms.predicate_text(known) == "lambda x: x > 3"
