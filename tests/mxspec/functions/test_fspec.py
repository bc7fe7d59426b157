import asyncio
import inspect
import pickle
import warnings

import hypothesis.errors
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import mxspec as s
from mxspec.functions import arguments as calls
from mxspec.functions import fspec as functions
from mxspec.names.registry import name_of_function
from mxspec.strategies import trials

INT_TO_INT = s.fspec(args=s.cat(n=int), ret=int)
GROWING = s.fspec(args=s.cat(n=int), ret=int, fn=lambda m: m["ret"] > m["args"]["n"])


def inc(n):
    return n + 1


def same(n):
    return n


def oops(n):
    return "oops"


def big_above_five(n):
    return "big" if n > 5 else n


def boom(n):
    raise RuntimeError("boom")


def key_error(n):
    raise KeyError("n")


def silent(n):
    raise RuntimeError


async def awaited_inc(n):
    await asyncio.sleep(0)
    return n + 1


async def awaited_oops(n):
    return "oops"


# --- fspec --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "f", "valid"),
    [
        (INT_TO_INT, inc, True),
        (INT_TO_INT, abs, True),
        (INT_TO_INT, awaited_inc, True),
        (INT_TO_INT, oops, False),
        (INT_TO_INT, awaited_oops, False),
        (INT_TO_INT, boom, False),
        (INT_TO_INT, big_above_five, False),
        (INT_TO_INT, lambda: 1, False),
        (GROWING, inc, True),
        (GROWING, same, False),
        (INT_TO_INT, 5, False),
        (INT_TO_INT, None, False),
        (s.fspec(args=s.cat()), lambda: None, True),
        (s.fspec(args=s.cat(), ret=int), lambda: None, False),
    ],
)
def test_a_function_conforms_to_an_fspec_if_its_calls_do(spec, f, valid):
    assert s.valid(spec, f) is valid
    assert (s.conform(spec, f) is f) is valid
    assert (s.explain_data(spec, f) is None) is valid


@pytest.mark.parametrize(
    ("spec", "f", "path", "val", "reason"),
    [
        (INT_TO_INT, oops, ["ret"], "oops", None),
        (INT_TO_INT, awaited_oops, ["ret"], "oops", None),
        (INT_TO_INT, boom, [], [0], "boom"),
        (INT_TO_INT, key_error, [], [0], "KeyError: 'n'"),
        (INT_TO_INT, silent, [], [0], "RuntimeError"),
        (INT_TO_INT, big_above_five, ["ret"], "big", None),
        (GROWING, same, ["fn"], {"args": {"n": 0}, "ret": 0}, None),
        (INT_TO_INT, 5, [], 5, None),
    ],
)
def test_explain_shows_the_smallest_call_that_fails(spec, f, path, val, reason):
    [found] = s.explain_data(spec, f)["problems"]
    assert (found["path"], found["val"], found.get("reason")) == (path, val, reason)


def test_the_smallest_call_is_in_the_words():
    assert s.explain_str(s.cat(f=INT_TO_INT), [boom]) == "[0] - failed: boom; apply(boom) in: [0] at: ['f']"


def test_a_named_ret_spec_is_in_via():
    s.def_("fnspec/result", int)
    [found] = s.explain_data(s.fspec(args=s.cat(n=int), ret="fnspec/result"), oops)["problems"]
    assert found["via"] == ["fnspec/result"]


def test_explain_tries_more_calls_than_conform():
    rare = s.fspec(args=s.cat(n=s.int_in(0, 1_000_000)), ret=int)
    calls_made = []

    def counting(n):
        calls_made.append(n)
        return n

    assert s.valid(rare, counting)
    assert len(calls_made) == 21
    assert s.explain_data(rare, counting) is None
    assert len(calls_made) == 21 + 21 + 100


def test_the_same_calls_are_tried_every_time():
    seen = []

    def noting(n):
        seen.append(n)
        return n

    s.valid(INT_TO_INT, noting)
    first = list(seen)
    seen.clear()
    s.valid(INT_TO_INT, noting)
    assert seen == first


def test_a_function_that_fails_now_and_then_is_invalid_all_the_same():
    answers = iter([1, 2, "three", *range(1000)])
    assert not s.valid(INT_TO_INT, lambda n: next(answers))
    answers = iter([1, 2, "three", *range(1000)])
    assert s.explain_data(INT_TO_INT, lambda n: next(answers))["problems"][0]["val"] == "three"


def test_a_ret_spec_that_explains_nothing_still_has_a_problem():
    class Mute(s.Spec):
        def conform(self, x):
            return s.INVALID

        def explain(self, x, place):
            return []

        def form(self):
            return "mute"

    [found] = s.explain_data(s.fspec(args=s.cat(n=int), ret=Mute()), inc)["problems"]
    assert (found["path"], found["pred"], found["val"]) == (["ret"], "mute", 1)


def test_an_fspec_without_args_can_conform_nothing():
    for ask in (s.conform, s.explain_data):
        with pytest.raises(s.SpecDefinitionError, match=r"can't conform a function to fspec\(ret=int\)"):
            ask(s.fspec(ret=int), inc)


def test_args_without_a_generator_are_an_error():
    with pytest.raises(s.GeneratorError) as caught:
        s.valid(s.fspec(args=s.cat(n=lambda n: n > 5)), inc)
    assert caught.value.data["failure"] == "no-gen"


def test_an_unknown_name_inside_is_an_error_not_a_failed_call():
    with pytest.raises(s.UnknownSpecError):
        s.valid(s.fspec(args=s.cat(n=int), ret="fnspec/unknown"), inc)


def test_a_function_that_changes_its_arguments_is_related_to_what_it_was_given():
    def pop_all(xs, groups, m):
        xs.clear()
        groups.clear()
        m[:] = 0
        return []

    spec = s.fspec(
        args=s.cat(
            xs=s.coll_of(int, min_count=1),
            groups=s.coll_of(int, kind=s.is_set, min_count=1),
            m=s.spec(lambda m: m.sum() > 0, gen=lambda: st.just(1).map(lambda _: np.ones(2))),
        ),
        fn=lambda both: both["args"]["xs"] and both["args"]["groups"] and both["args"]["m"].all(),
    )
    assert s.valid(spec, pop_all)


def test_containers_are_handed_over_as_copies_and_all_else_as_it_is():
    thing = object()
    given_ = [1, ("a", [thing]), {"k": {1, 2}}, bytearray(b"x"), np.ones(3)]
    copied = calls.fresh(given_)
    assert copied[:4] == given_[:4]
    assert copied[1][1][0] is thing
    for i in (0, 2, 3, 4):
        assert copied[i] is not given_[i] or i == 0
    assert copied[4] is not given_[4]


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (INT_TO_INT, "fspec(args=cat(n=int), ret=int)"),
        (s.fspec(args=s.cat(n=int)), "fspec(args=cat(n=int), ret=is_any)"),
        (s.fspec(ret=s.nilable(int)), "fspec(ret=nilable(int))"),
        (s.fspec(args=s.cat(), fn=inc), "fspec(args=cat(), ret=is_any, fn=inc)"),
    ],
)
def test_an_fspec_reads_as_it_was_made(spec, text):
    assert repr(spec) == text


def test_an_fspec_has_a_form():
    assert s.form(INT_TO_INT) == ("fspec", {"args": s.form(s.cat(n=int)), "ret": int})
    assert s.describe(INT_TO_INT) == ("fspec", {"args": ("cat", ("n", "int")), "ret": "int"})


def test_unform_gives_the_function_back():
    assert s.unform(INT_TO_INT, inc) is inc


def test_an_fspec_can_be_asked_within_a_property_test():
    @settings(max_examples=5, deadline=None)
    @given(st.integers())
    def within(n):
        assert s.valid(INT_TO_INT, inc)
        assert not s.valid(INT_TO_INT, oops)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        within()


def test_trying_a_function_leaves_the_event_loop_alone():
    async def ask():
        return s.valid(INT_TO_INT, awaited_inc), asyncio.get_running_loop().is_running()

    assert asyncio.run(ask()) == (True, True)


# --- functions made up by fspec -----------------------------------------------------------------------------


def test_generated_functions_return_examples_of_ret():
    for f in s.sample(INT_TO_INT, 5, seed=1):
        assert s.valid(INT_TO_INT, f)
        assert isinstance(f(1), int)
        assert s.valid(s.fspec(args=s.cat(n=int), ret=s.is_int), f)


def test_generated_functions_answer_the_same_arguments_the_same():
    f = s.generate(s.fspec(args=s.cat(x=s.is_any), ret=int), seed=4)
    assert [f(1), f(2), f("x")] == [f(1), f(2), f("x")]
    assert isinstance(f([1]), int)  # unhashable, so not remembered


def test_generated_functions_refuse_wrong_arguments():
    f = s.generate(INT_TO_INT, seed=1)
    with pytest.raises(s.CallError, match="did not conform to spec") as caught:
        f("x")
    assert caught.value.problems[0]["val"] == "x"
    assert "made up for fspec(args=cat(n=int), ret=int)" in repr(f)


def test_generated_functions_without_args_spec_take_anything():
    assert s.generate(s.fspec(ret={7}), seed=1)("x", y=2) == 7


def test_a_generated_function_takes_its_values_from_overrides():
    s.def_("fnspec/n", int)
    spec = s.fspec(args=s.cat(x=int), ret="fnspec/n")
    assert s.generate(spec, seed=1, overrides={"fnspec/n": st.just(77)})(1) == 77


def test_ret_without_a_generator_is_an_error_when_a_function_is_made():
    with pytest.raises(s.GeneratorError, match="unable to construct gen"):
        s.generate(s.fspec(args=s.cat(x=int), ret=lambda x: x > 5), seed=1)


def test_an_fspec_may_return_functions_of_itself():
    s.def_("fnspec/again", s.fspec(args=s.cat(x=int), ret="fnspec/again"))
    f = s.generate("fnspec/again", seed=1)
    assert callable(f(1)(2)(3))


def test_a_relation_filters_the_generated_functions():
    often = s.fspec(args=s.cat(n={1}), ret=s.int_in(0, 100), fn=lambda m: m["ret"] >= m["args"]["n"] - 1)
    assert s.generate(often, seed=1)(1) >= 0
    with pytest.raises(s.GeneratorError, match="found no value for fspec"):
        s.generate(s.fspec(args=s.cat(n=int), ret=int, fn=lambda m: False), seed=1)


def test_a_generator_given_by_hand_is_asked():
    spec = s.fspec(args=s.cat(n=int), ret=int, gen=lambda: st.sampled_from([inc, oops]))
    assert set(s.sample(spec, 10, seed=1)) == {inc}
    assert s.generate(s.with_gen(INT_TO_INT, lambda: st.just(same)), seed=1) is same


# --- fdef ---------------------------------------------------------------------------------------------------


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
def test_what_has_no_name_can_have_no_spec(f):
    with pytest.raises(s.SpecDefinitionError):
        name_of_function(f)


def test_fdef_needs_something_to_say():
    with pytest.raises(s.SpecDefinitionError, match="give it args=, ret= or fn="):
        s.fdef(inc)
    with pytest.raises(s.SpecDefinitionError):
        s.fdef()


def test_an_fspec_is_pickled_with_what_it_holds():
    again = pickle.loads(pickle.dumps(s.fspec(args=s.cat(n=s.is_int), ret=s.is_int)))
    assert s.valid(again, inc)


# --- from a call to the sequence and back -------------------------------------------------------------------


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
        (
            variadic,
            s.and_(s.keys(), s.is_dict),
            (1, 2),
            {"k": 3},
            [{"x": 1, "xs": [2], "flag": False, "k": 3}, {"x": 1, "xs": [2], "k": 3}],
        ),
        (options_only, s.merge(s.keys()), (1, 2), {}, [{"x": 1}, {"x": 1}]),
        # without a signature
        (max, NUMBERS, (1,), {"k": 2}, [[1, "k", 2]]),
    ],
)
def test_the_args_spec_sees_the_arguments_in_order(f, spec, args, kwargs, views):
    assert list(calls.parameters_of(f).views(spec, args, kwargs)) == views


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
        (
            variadic,
            s.amp(s.cat(x=int, xs=NUMBERS, o=KEYS), s.is_dict),
            [1, 2, 3, "k", 4],
            ([1, 2, 3], {"k": 4}),
        ),
        (variadic, s.spec(s.cat(x=int, xs=NUMBERS)), [1, "k", 4], ([1, "k", 4], {})),
        (variadic, s.cat(x=int, o=s.cat(o=KEYS)), [1, "k", 4], ([1], {"k": 4})),
        # by name
        (positional, s.keys(), {"x": 1, "y": 2, "z": 3}, ([1, 2], {"z": 3})),
        (positional, s.keys(), {"x": 1, "z": 3}, ([1], {"z": 3})),
        (variadic, s.keys(), {"x": 1, "xs": [2, 3], "k": 4}, ([1, 2, 3], {"k": 4})),
        (options_only, s.keys(), {"x": 1, "k": 4}, ([], {"x": 1, "k": 4})),
    ],
)
def test_and_the_call_is_made_of_what_the_args_spec_sees(f, spec, values, call):
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
    assert calls.tags("fncall/alias") == ("x", "a", "b")
    assert calls.tags(s.and_()) == ()
    assert not calls.ends_in_keys(s.cat())


def test_a_bound_function_loses_its_first_parameter():
    assert [p.name for p in calls.parameters_of(Account.deposit, bound=True).positional] == ["amount"]
    assert calls.parameters_of(lambda *xs: xs, bound=True).rest == "xs"
    assert calls.parameters_of(lambda: 1, bound=True) == calls.Parameters()


# --- exercise_fn --------------------------------------------------------------------------------------------


def test_exercise_fn_pairs_arguments_with_what_is_returned():
    s.fdef(inc, args=s.cat(n=int), ret=int)
    pairs = s.exercise_fn(inc)
    assert len(pairs) == 10
    assert all(returned == args[0] + 1 for args, returned in pairs)
    assert s.exercise_fn(f"{__name__}/inc", 3, seed=1) == s.exercise_fn(inc, 3, seed=1)


@pytest.mark.parametrize(
    ("f", "pairs"), [(Account().deposit, [([1], 1)]), (awaited_inc, [([1], 2)]), (keyword_only, [([1], 1)])]
)
def test_exercise_fn_takes_a_spec_of_its_own(f, pairs):
    if f is keyword_only:
        f = lambda *, n: n  # noqa: E731
    assert s.exercise_fn(f, 1, spec=s.fspec(args=s.cat(n={1}))) == pairs


def test_exercise_fn_calls_by_name():
    s.def_("fnspec/a", {1})
    s.def_("fnspec/b", {2})
    spec = s.fspec(args=s.keys(req_un=["fnspec/a", "fnspec/b"]))
    assert s.exercise_fn(lambda b, *, a: (a, b), 1, spec=spec) == [({"a": 1, "b": 2}, (1, 2))]


@pytest.mark.parametrize("spec", [None, s.fspec(ret=int)])
def test_exercise_fn_needs_an_args_spec(spec):
    with pytest.raises(s.GeneratorError, match="no args spec found"):
        s.exercise_fn(positional, spec=spec)


def test_exercise_fn_needs_a_function():
    s.fdef("fndef/ghost", args=s.cat())
    with pytest.raises(s.SpecError, match="there is no function fndef/ghost"):
        s.exercise_fn("fndef/ghost")
    with pytest.raises(RuntimeError, match="boom"):
        s.exercise_fn(boom, spec=INT_TO_INT)


# --- trials -------------------------------------------------------------------------------------------------


def test_trials_count_to_the_first_failure_and_shrink():
    found = trials.run_trials(st.integers(), lambda n: "odd" if n % 2 and n > 10 else None, 1000, 1, "ints")
    assert found.smallest == trials.Failure(11, "odd")
    assert found.first.example % 2
    assert 0 < found.tried <= 1000


def test_trials_without_shrinking_stop_at_the_first_failure():
    found = trials.run_trials(
        st.integers(), lambda n: "large" if n > 1000 else None, 1000, 1, "ints", shrink=False
    )
    assert found.smallest == found.first


def test_a_strategy_without_values_is_an_error_that_names_it():
    with pytest.raises(s.GeneratorError, match="found no value for nothing"):
        trials.run_trials(st.integers().filter(lambda n: False), lambda n: None, 10, 1, "nothing")


def test_a_strategy_that_runs_dry_is_one_too():
    drawn = []
    strategy = st.integers().filter(lambda n: not drawn and not drawn.append(n))
    with pytest.raises(s.GeneratorError, match="found no value for few"):
        trials.run_trials(strategy, lambda n: None, 10, 1, "few")


def test_what_hypothesis_cannot_repeat_before_any_failure_is_its_own_error():
    turn = iter(range(100_000))

    @st.composite
    def unsteady(draw):
        return draw(st.integers(0, 100) if next(turn) % 2 else st.text(min_size=3))

    with pytest.raises(hypothesis.errors.Flaky):
        trials.run_trials(unsteady(), lambda x: None, 100, 1, "unsteady")


def test_the_public_names_keep_clojures_meaning_of_their_numbers():
    assert (functions.CONFORM_TRIALS, functions.EXPLAIN_TRIALS) == (21, 100)
    assert inspect.signature(s.exercise_fn).parameters["n"].default == 10
