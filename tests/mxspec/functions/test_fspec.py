"""Functions as values of an fspec: they conform if calls of them do; and those that an fspec makes up."""

import asyncio
import warnings

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

import mxspec as s
from mxspec.errors import LimitError
from mxspec.functions import arguments as calls
from tests.mxspec.functions.conftest import (
    GROWING,
    INT_TO_INT,
    awaited_inc,
    awaited_oops,
    big_above_five,
    boom,
    inc,
    key_error,
    oops,
    same,
    silent,
)


@pytest.mark.parametrize(
    ("spec", "f", "valid"),
    [
        (INT_TO_INT, abs, True),
        (INT_TO_INT, awaited_inc, True),
        (INT_TO_INT, awaited_oops, False),
        (INT_TO_INT, lambda: 1, False),
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
    words = "boom - value: [0] failed: apply(boom) in: [0] at: ['f']"
    assert s.explain_str(s.cat(f=INT_TO_INT), [boom]) == words


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
        def conform(self, x, question):
            return s.INVALID

        def explain(self, x, place, question):
            return []

        def form(self):
            return "mute"

    [found] = s.explain_data(s.fspec(args=s.cat(n=int), ret=Mute()), inc)["problems"]
    assert (found["path"], found["pred"], found["val"]) == (["ret"], "mute", 1)


def test_a_function_that_recurses_too_deeply_does_not_fit():
    def endless(n):
        return endless(n)

    [problem] = s.explain_data(INT_TO_INT, endless)["problems"]
    assert "recursion" in problem["reason"]


def test_an_error_inside_a_spec_is_not_a_refusal():
    class Broken(s.Spec):
        def conform(self, x, question):
            raise AttributeError("a mistake in the spec")

        def form(self):
            return "broken"

    for spec in (s.fspec(args=s.cat(n=int), ret=Broken()), s.fspec(args=s.cat(n={1}), fn=Broken())):
        for ask in (s.valid, s.explain_data, lambda spec, f: s.check_fn(f, spec)):
            with pytest.raises(AttributeError, match="a mistake in the spec"):
                ask(spec, inc)


def test_a_function_that_returns_itself_without_end_is_an_error_that_says_so():
    s.def_("fnspec/endless", s.fspec(args=s.cat(), ret="fnspec/endless"))

    def again():
        return again

    with pytest.raises(LimitError, match=r"functions that return functions are tried 5 deep"):
        s.valid("fnspec/endless", again)


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


def test_fn_sees_the_original_arguments_of_a_function_that_changes_them():
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
    args = [1, ("a", [thing]), {"k": {1, 2}}, bytearray(b"x"), np.ones(3)]
    copies, _ = calls.copy_call((args, {}))
    assert copies[:4] == args[:4]
    assert copies[1][1][0] is thing
    assert all(copies[i] is not args[i] for i in (1, 2, 3, 4))


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
    @settings(max_examples=5)
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


# --- functions that an fspec makes up -----------------------------------------------------------------------


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
    assert repr(f) == "<stub function of fspec(args=cat(n=int), ret=int)>"


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
