"""Specs of functions by their names, and calls of a function by its spec."""

import pytest

import mxspec as s
from mxspec.base.names import name_of_function
from tests.mxspec.functions.conftest import INT_TO_INT, awaited_inc, boom


def inc(n):
    return n + 1


def test_fdef_as_a_decorator_returns_the_very_function():
    def f(x):
        return x

    assert s.fdef(args=s.cat(x=int))(f) is f


def test_fdef_as_a_call_returns_the_name():
    name = s.fdef(inc, args=s.cat(n=int), ret=int, fn=lambda m: m["ret"] == m["args"]["n"] + 1)
    assert name == f"{__name__}/inc"
    assert s.get_spec(inc) is s.get_spec(f"{__name__}/inc")
    assert s.get_spec(inc).name == name


def test_fdef_takes_the_name_of_a_function_that_need_not_be_there():
    assert s.fdef("fndef/ghost", ret=int) == "fndef/ghost"
    assert s.valid(s.get_spec("fndef/ghost").ret, 3)


class Account:
    @s.fdef(args=s.cat(amount=s.is_pos_int), ret=int)
    def deposit(self, amount):
        return amount

    @staticmethod
    @s.fdef(args=s.cat(amount=int))
    def rounded(amount):
        return amount

    @s.fdef(args=s.cat(amount=int))
    @classmethod
    def opened(cls, amount):
        return cls, amount


def local_function():
    def inner(x):
        return x

    return inner


@pytest.mark.parametrize(
    ("f", "name"),
    [
        (Account.deposit, f"{__name__}/Account.deposit"),
        (Account().deposit, f"{__name__}/Account.deposit"),
        (Account.rounded, f"{__name__}/Account.rounded"),
        (vars(Account)["rounded"], f"{__name__}/Account.rounded"),
        (Account.opened, f"{__name__}/Account.opened"),
        (vars(Account)["opened"], f"{__name__}/Account.opened"),
        (Account, f"{__name__}/Account"),
        (local_function(), f"{__name__}/local_function.<locals>.inner"),
        (len, "builtins/len"),
    ],
)
def test_a_function_is_named_by_its_module_and_where_it_stands_in_it(f, name):
    assert name_of_function(f) == name
    assert s.is_qualified_ident(name)


@pytest.mark.parametrize("f", [lambda x: x, 5, Account(), None.__class__.__doc__])
def test_a_function_without_a_name_can_not_have_a_spec(f):
    with pytest.raises(
        s.SpecDefinitionError, match=r"lambdas of a module share one name|is not a function with a"
    ):
        name_of_function(f)


def test_fdef_with_nothing_else_returns_the_function_so_that_it_is_a_decorator():
    assert s.fdef(inc) is inc
    assert s.fdef()(inc) is inc
    assert repr(s.get_spec(inc)) == "fspec(args=cat(n=is_any), ret=is_any)"


@pytest.mark.parametrize(
    ("f", "pairs"), [(Account().deposit, [([1], 1)]), (awaited_inc, [([1], 2)]), (lambda *, n: n, [([1], 1)])]
)
def test_exercise_fn_takes_a_spec_of_its_own(f, pairs):
    assert s.exercise_fn(f, 1, spec=s.fspec(args=s.cat(n={1}))) == pairs


def test_exercise_fn_calls_by_name():
    s.def_("fnspec/a", {1})
    s.def_("fnspec/b", {2})
    spec = s.fspec(args=s.keys(req_un=["fnspec/a", "fnspec/b"]))
    assert s.exercise_fn(lambda b, *, a: (a, b), 1, spec=spec) == [({"a": 1, "b": 2}, (1, 2))]


@pytest.mark.parametrize("spec", [None, s.fspec(ret=int)])
def test_exercise_fn_needs_an_args_spec(spec):
    with pytest.raises(s.GeneratorError, match="no args spec found"):
        s.exercise_fn(local_function, spec=spec)


def test_exercise_fn_needs_a_function():
    s.fdef("fndef/ghost", args=s.cat())
    with pytest.raises(s.SpecError, match="there is no function fndef/ghost"):
        s.exercise_fn("fndef/ghost")
    with pytest.raises(RuntimeError, match="boom"):
        s.exercise_fn(boom, spec=INT_TO_INT)
