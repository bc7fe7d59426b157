"""Functions that an fspec makes up."""

import hypothesis.strategies as st
import pytest

import mxspec as s
from tests.mxspec.functions.test_fspec import INT_TO_INT, inc, oops, same


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
