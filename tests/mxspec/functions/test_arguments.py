"""From a call to the sequence that an args spec sees, and back."""

import pytest

import mxspec as s
from mxspec.functions import arguments as calls
from mxspec.specs.core.spec import as_part


def positional(x, y=10, /, z=20):
    return x, y, z


def keyword_only(x, *, b, a=1):
    return x, b, a


def variadic(x, *xs, flag=False, **options):
    return x, xs, flag, options


def options_only(x, **options):
    return x, options


def with_rest(*xs, scale=1):
    return xs, scale


NUMBERS = s.star(int)
KEYS = s.keys_star(opt_un=["fncall/k"])


@pytest.mark.parametrize(
    ("f", "spec", "args", "kwargs", "views"),
    [
        (positional, NUMBERS, (1,), {}, [[1, 10, 20], [1]]),
        (positional, NUMBERS, (1, 2), {"z": 3}, [[1, 2, 3]]),
        (positional, NUMBERS, (1,), {"z": 3}, [[1, 10, 3]]),
        (positional, NUMBERS, (1, 2), {}, [[1, 2, 20], [1, 2]]),
        # what Python refuses is shown as far as it goes
        (positional, NUMBERS, (), {"z": 3}, [[]]),
        (positional, NUMBERS, (1, 2, 3, 4), {}, [[1, 2, 3, 4]]),
        (positional, NUMBERS, (1, 2, 3), {"q": 4}, [[1, 2, 3, "q", 4]]),
        (positional, NUMBERS, (1, 2, 3), {"z": 4}, [[1, 2, 3, "z", 4]]),
        (positional, NUMBERS, (1, 2, 3), {"x": 4}, [[1, 2, 3, "x", 4]]),
        (keyword_only, NUMBERS, (1,), {"a": 2, "b": 3}, [[1, 3, 2]]),
        (keyword_only, NUMBERS, (1,), {"b": 3}, [[1, 3, 1], [1, 3]]),
        (keyword_only, NUMBERS, (1,), {"a": 3}, [[1]]),
        (keyword_only, NUMBERS, (1, 5), {"b": 3}, [[1, 3, 1, 5]]),
        (keyword_only, s.cat(x=int, a=int, b=int), (1,), {"b": 3, "a": 2}, [[1, 2, 3]]),
        (keyword_only, s.cat(x=int, b=int), (1,), {"b": 3}, [[1, 3]]),
        (keyword_only, s.cat(x=int, b=int), (1,), {"b": 3, "a": 9}, [[1, 3, 9]]),
        (variadic, NUMBERS, (1, 2, 3), {"k": 4}, [[1, 2, 3, False, "k", 4]]),
        (variadic, s.cat(x=int, xs=NUMBERS, o=KEYS), (1, 2), {"k": 4}, [[1, 2, "k", 4]]),
        (variadic, s.cat(x=int, flag=bool), (1,), {}, [[1, False], [1]]),
        (options_only, s.cat(x=int, o=KEYS), (1,), {"k": 4, "j": 5}, [[1, "k", 4, "j", 5]]),
        # by name
        (positional, s.keys(), (1,), {"z": 3}, [{"x": 1, "y": 10, "z": 3}, {"x": 1, "z": 3}]),
        (variadic, s.and_(s.keys(), s.is_dict), (1, 2), {"k": 3},
         [{"x": 1, "xs": [2], "flag": False, "k": 3}, {"x": 1, "xs": [2], "k": 3}]),
        (options_only, s.merge(s.keys()), (1, 2), {}, [{"x": 1}, {"x": 1}]),
        # without a signature
        (max, NUMBERS, (1,), {"k": 2}, [[1, "k", 2]]),
    ],
)  # fmt: skip
def test_the_args_spec_sees_the_arguments_in_order(f, spec, args, kwargs, views):
    parameters = calls.parameters_of(f)
    assert list(parameters.views(spec, args, kwargs)) == views
    first = parameters.first_view(spec)
    assert first is None or first(args, kwargs) in (None, views[0])


def test_usual_calls_have_a_first_view_that_is_made_once():
    for f, args, kwargs in [
        (positional, (1, 2, 3), {}),
        (positional, (1,), {"z": 3}),
        (positional, (1,), {}),
        (keyword_only, (1,), {"b": 3}),
    ]:
        parameters = calls.parameters_of(f)
        first = parameters.first_view(NUMBERS)
        assert first is not None
        assert first(args, kwargs) == next(parameters.views(NUMBERS, args, kwargs))


def test_a_test_of_calls_notices_a_definition():
    s.def_("fncall/part", int)
    accepts = calls.test_of_calls(s.cat(x="fncall/part"), calls.parameters_of(lambda x: x))
    assert accepts((1,), {})
    assert not accepts(("a",), {})
    s.def_("fncall/part", str)
    assert accepts(("a",), {})
    assert not accepts((1,), {})


@pytest.mark.parametrize(
    ("f", "spec", "values", "call"),
    [
        (positional, NUMBERS, [1, 2], ([1, 2], {})),
        (positional, NUMBERS, None, ([], {})),
        (keyword_only, NUMBERS, [1, 2, 3], ([1], {"b": 2, "a": 3})),
        (keyword_only, s.cat(x=int, a=int, b=int), [1, 2, 3], ([1], {"a": 2, "b": 3})),
        (keyword_only, s.cat(x=int, b=int), [1, 2], ([1], {"b": 2})),
        (keyword_only, NUMBERS, [1, 2, 3, 4], ([1, 4], {"b": 2, "a": 3})),
        (with_rest, s.cat(xs=NUMBERS), [1, 2, 3], ([1, 2, 3], {})),
        (with_rest, s.cat(xs=NUMBERS, scale=int), [1, 2, 3], ([1, 2], {"scale": 3})),
        (with_rest, NUMBERS, [], ([], {})),
        (options_only, s.cat(x=int, o=KEYS), [1, "k", 4], ([1], {"k": 4})),
        (options_only, s.cat(x=int, o=KEYS), [1, "k"], ([1, "k"], {})),
        (options_only, NUMBERS, [1, 2, 3], ([1, 2, 3], {})),
        (variadic, s.amp(s.cat(x=int, xs=NUMBERS, o=KEYS), s.is_dict), [1, 2, 3, "k", 4],
         ([1, 2, 3], {"k": 4})),
        (variadic, s.spec(s.cat(x=int, xs=NUMBERS)), [1, "k", 4], ([1, "k", 4], {})),
        (variadic, s.cat(x=int, o=s.cat(o=KEYS)), [1, "k", 4], ([1], {"k": 4})),
        # by name
        (positional, s.keys(), {"x": 1, "y": 2, "z": 3}, ([1, 2], {"z": 3})),
        (positional, s.keys(), {"x": 1, "z": 3}, ([1], {"z": 3})),
        (variadic, s.keys(), {"x": 1, "xs": [2, 3], "k": 4}, ([1, 2, 3], {"k": 4})),
        (options_only, s.keys(), {"x": 1, "k": 4}, ([], {"x": 1, "k": 4})),
    ],
)  # fmt: skip
def test_the_call_is_built_from_the_arguments_as_the_spec_sees_them(f, spec, values, call):
    assert calls.parameters_of(f).call(spec, values) == call


@pytest.mark.parametrize(
    ("f", "args", "kwargs"),
    [
        (positional, (1, 2), {"z": 3}),
        (keyword_only, (1,), {"b": 2, "a": 3}),
        (variadic, (1, 2, 3), {"flag": True}),
        (options_only, (1,), {"a": 2}),
        (with_rest, (1, 2), {"scale": 3}),
    ],
)
def test_there_and_back_is_the_same_call(f, args, kwargs):
    parameters = calls.parameters_of(f)
    again = parameters.call(NUMBERS, next(parameters.views(NUMBERS, args, kwargs)))
    assert f(*again[0], **again[1]) == f(*args, **kwargs)


def test_names_lead_to_the_cat_they_stand_for():
    s.def_("fncall/args", s.cat(x=int, a=int, b=int))
    s.def_("fncall/alias", "fncall/args")
    assert calls.tags(as_part("fncall/alias")) == ("x", "a", "b")
    assert calls.tags(s.and_()) == ()
    assert not calls.ends_in_keys(s.cat())


class Account:
    def deposit(self, amount):
        return amount


def test_a_bound_function_loses_its_first_parameter():
    assert [p.name for p in calls.parameters_of(Account.deposit, bound=True).positional] == ["amount"]
    assert calls.parameters_of(lambda *xs: xs, bound=True).rest == "xs"
    assert calls.parameters_of(lambda: 1, bound=True) == calls.Parameters()
