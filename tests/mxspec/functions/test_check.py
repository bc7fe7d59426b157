import copy
import sys

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

import mxspec as s
from tests.mxspec.functions.conftest import X

SOURCE = """
import asyncio

def inc(x):
    return x + 1

def capped(x):
    return x if x < 6 else "big"

def end(start, end):
    return end

def boom(x, *, k):
    return 1 // (x - k)

def sort_in_place(xs):
    xs.sort()
    return xs[1:]

def fixed():
    return 1

def unspecced(x):
    return x

def apply_all(f, xs):
    return [f(x) for x in xs]

def apply_wrongly(f, x):
    return f(str(x))

def calls_capped(x):
    return capped(x)

def local():
    def inner(x):
        return x
    return inner

async def later(x):
    await asyncio.sleep(0)
    return x if x < 3 else None

class Counter:
    step = 2
    def bump(self, x):
        return x + self.step
    @classmethod
    def made(cls, x):
        return cls.step + x
    @staticmethod
    def plain(x):
        return x
"""


@pytest.fixture
def module(load):
    return load("checked", SOURCE)


def test_a_function_that_keeps_to_its_spec_passes(module):
    s.fdef(module.inc, args=X, ret=int, fn=lambda m: m["ret"] > m["args"]["x"])
    results = s.check(module.inc, num_tests=50, seed=42)
    assert results
    [result] = results
    assert result == {
        "spec": s.get_spec(module.inc),
        "sym": "checked/inc",
        "ret": {"result": True, "pass": True, "num_tests": 50, "tried": 50, "seed": 42},
    }
    assert repr(results) == "passed: checked/inc, 50 tests"


def test_the_smallest_failing_call_is_told(module):
    s.fdef(module.capped, args=X, ret=int)
    results = s.check(module.capped, seed=42)
    assert not results
    [result] = results
    assert (
        repr(results) == "failed: checked/capped(6): an int is required, not 'big' - failed: int at: ['ret']"
    )
    assert result["ret"]["shrunk"]["smallest"] == [6]
    assert result["ret"]["shrunk"]["call"] == "checked/capped(6)"
    assert result["ret"]["pass"] is False
    assert module.capped(*result["ret"]["fail"]) == "big"
    failure = result["failure"]
    assert (
        str(failure)
        == "Specification-based check failed\nan int is required, not 'big' - failed: int at: ['ret']"
    )
    assert failure.problems == [{"path": ["ret"], "pred": int, "val": "big", "via": [], "in": []}]
    assert failure.data == {"failure": "check-failed", "args": [6], "val": "big"}
    assert failure.value == "big"


def test_an_exception_is_the_failure_itself(module):
    s.fdef(module.boom, args=s.cat(x=int, k=int))
    results = s.check(module.boom, seed=1)
    assert isinstance(results[0]["failure"], ZeroDivisionError)
    assert repr(results).startswith("failed: checked/boom(0, k=0): raised ZeroDivisionError: integer div")


def test_a_call_that_exits_fails_and_an_interrupt_passes(module):
    def leave(x):
        if x > 5:
            sys.exit(3)
        return x

    def interrupt(x):
        raise KeyboardInterrupt

    calls = s.fspec(args=X, ret=int)
    assert repr(s.check_fn(leave, calls, seed=1)) == "failed: leave(6): raised SystemExit: 3"
    assert repr(s.check_equivalent(leave, abs, s.is_nat_int, seed=1)).startswith("failed: 6: ")
    assert s.explain_str(calls, leave) == "SystemExit: 3 - value: [6] failed: apply(leave)"
    with pytest.raises(KeyboardInterrupt):
        s.check_fn(interrupt, calls, seed=1)


def test_the_call_is_shown_as_it_was_made_even_if_it_changes_its_arguments(module):
    s.fdef(module.sort_in_place, args=s.cat(xs=s.coll_of(int)), ret=s.coll_of(int, max_count=1))
    [result] = s.check(module.sort_in_place, seed=1)
    assert result["ret"]["shrunk"]["smallest"] == [[0, 0, 0]]


def test_async_functions_are_awaited(module):
    s.fdef(module.later, args=X, ret=int)
    assert (
        repr(s.check(module.later, seed=1))
        == "failed: checked/later(3): an int is required, not None - failed: int at: ['ret']"
    )


def test_the_same_seed_makes_the_same_calls(module):
    seen = []
    spec = s.fspec(args=X)
    first = s.check_fn(lambda x: seen.append(x), spec, num_tests=20)
    made = list(seen)
    seen.clear()
    s.check_fn(lambda x: seen.append(x), spec, num_tests=20, seed=first["ret"]["seed"])
    assert seen == made


def test_few_possible_calls_are_all_tried_once(module):
    s.fdef(module.fixed, args=s.cat(), ret=int)
    [result] = s.check(module.fixed)
    assert (result["ret"]["num_tests"], result["ret"]["tried"]) == (1000, 1)


def test_a_function_that_fails_only_sometimes_fails(module):
    answers = iter([1, 2, "three", *range(10_000)])
    result = s.check_fn(lambda x: next(answers), s.fspec(args=X, ret=int), seed=1)
    assert result["failure"].value == "three"


# --- what is checked ----------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::mxspec.errors.UnmatchedNameWarning")
def test_functions_without_an_fspec_are_passed_over(module):
    results = s.check([module.unspecced, "checked/unspecced"])
    assert results == []
    assert not results
    assert repr(results) == "nothing to check: no function with an fspec"


def test_without_names_check_takes_all_checkable_functions(module):
    s.fdef(module.inc, args=X, ret=int)
    s.fdef(module.Counter.bump, args=X)
    s.fdef("checked/ghost", args=X)
    s.def_("checked/callback", s.fspec(args=X))
    assert [result["sym"] for result in s.check(num_tests=10)] == ["checked/inc"]
    assert s.checkable_fns(spec={"checked/end": s.fspec(args=X)}) == {"checked/inc", "checked/end"}


def test_a_local_function_is_checked_where_it_is_given(module):
    inner = module.local()
    s.fdef(inner, args=X, ret=int)
    assert s.check(inner, num_tests=20)
    with pytest.raises(s.SpecError, match="there is no function"):
        s.check("checked/local.<locals>.inner")


def test_a_name_of_no_function_is_an_error(module):
    s.fdef("checked/ghost", args=X)
    with pytest.raises(s.SpecError, match="there is no function checked/ghost") as caught:
        s.check("checked/ghost")
    assert caught.value.data["failure"] == "no-fn"


def test_methods_are_checked_bound(module):
    for name in ("bump", "made", "plain"):
        s.fdef(vars(module.Counter)[name], args=X, ret=int)
    counter = module.Counter()
    assert s.check([counter.bump, module.Counter.made, "checked/Counter.made", counter.plain], num_tests=10)
    for unbound in (module.Counter.bump, "checked/Counter.bump"):
        [result] = s.check(unbound)
        assert result["failure"].data["failure"] == "no-fn"
        assert repr(result) == "failed: checked/Counter.bump needs an instance; check the method of one"


def test_a_local_method_is_checked_bound(module):
    class Local:
        @s.fdef(args=X, ret=int)
        def method(self, x):
            return x

    assert s.check(Local().method, num_tests=10)


def test_a_spec_can_be_overridden(module):
    s.fdef(module.inc, args=X, ret=str)
    assert s.check(module.inc, num_tests=10, spec={module.inc: s.fspec(args=X, ret=int)})
    assert s.check(module.unspecced, num_tests=10, spec={"checked/unspecced": s.fspec(args=X, ret=int)})


def test_an_instrumented_function_is_checked_as_it_is_without(module):
    raw = module.capped
    s.fdef(raw, args=s.cat(x=s.int_in(0, 3)), ret=int)
    s.instrument(raw, replace={raw: lambda x: "replaced"})
    assert s.check(module.capped, num_tests=10)
    assert s.check("checked/capped", num_tests=10, spec={raw: s.fspec(args=X, ret=s.is_any)})
    assert module.capped is not raw
    assert module.capped(1) == "replaced"
    with pytest.raises(s.CallError):
        module.capped(4)


def test_it_is_instrumented_again_when_the_check_raises(module):
    s.fdef(module.inc, args=s.cat(x=s.and_(int, lambda x: False)))
    s.instrument(module.inc)
    with pytest.raises(s.GeneratorError, match="found no value"):
        s.check(module.inc)
    with pytest.raises(s.CallError):
        module.inc(1)


def test_a_bound_method_of_an_instrumented_class_is_checked_without_the_wrapper(module):
    s.fdef(module.Counter.bump, args=X, ret=int)
    s.instrument("checked/Counter.bump", replace={"checked/Counter.bump": lambda self, x: "replaced"})
    assert s.check(module.Counter().bump, num_tests=10)
    assert module.Counter().bump(1) == "replaced"


def test_a_call_that_another_instrumented_function_refuses_is_a_failure(module):
    s.fdef(module.calls_capped, args=X)
    s.fdef(module.capped, args=s.cat(x=s.int_in(0, 3)))
    s.instrument(module.capped)
    results = s.check(module.calls_capped, seed=1)
    assert results[0]["failure"].data["fn"] == "checked/capped"
    assert s.summarize_results(results) == {"total": 1, "instrument": 1}


def test_functions_of_functions_are_given_made_up_ones(module):
    number = s.fspec(args=s.cat(n=int), ret=int)
    s.fdef(module.apply_all, args=s.cat(f=number, xs=s.coll_of(int)), ret=s.coll_of(int))
    s.fdef(module.apply_wrongly, args=s.cat(f=number, x=int), ret=int)
    assert s.check(module.apply_all, num_tests=20, seed=1)
    [wrong] = s.check(module.apply_wrongly, num_tests=20, seed=1)
    assert wrong["failure"].problems[0]["val"] == "0"


# --- what can't be checked ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "spec", "kind"),
    [
        (abs, s.fspec(ret=int), "no-args-spec"),
        (None, s.fspec(args=X), "no-fn"),
        (abs, int, "no-fspec"),
        (abs, None, "no-fspec"),
        (abs, "checked/unknown", "no-fspec"),
        (abs, s.fspec(args=s.cat(x=lambda x: x > 5)), "no-gen"),
    ],
)
def test_a_missing_spec_is_reported_as_the_failure(f, spec, kind):
    result = s.check_fn(f, spec, num_tests=10)
    assert not result
    assert result["failure"].data["failure"] == kind
    assert repr(result).startswith("failed: function: ")
    assert s.summarize_results([result]) == {"total": 1, kind: 1}


def test_a_generator_that_is_missing_deep_inside_is_one_too():
    s.def_("checking/tree", s.or_(leaf=int, node=s.coll_of("checking/tree", max_count=2)))
    late = s.fspec(args=s.cat(f=s.fspec(args=s.cat(), ret=lambda x: x > 5)))
    result = s.check_fn(abs, late, num_tests=10)
    assert result["failure"].data["failure"] == "no-gen"
    assert result["ret"] == {"result": result["failure"]}


def test_arguments_that_their_spec_accepts_only_once_are_told():
    asked = []
    fickle = s.cat(x=s.spec(lambda x: asked.append(x) or len(asked) % 3, gen=lambda: st.just(1)))
    result = s.check_fn(abs, s.fspec(args=fickle), num_tests=5, seed=1)
    assert result["failure"].data["failure"] == "check-failed"


# --- results ------------------------------------------------------------------------------------------------


def test_results_are_summed_up_by_kind(module, capsys):
    s.fdef(module.inc, args=X, ret=int)
    s.fdef(module.capped, args=X, ret=int)
    s.fdef(module.boom, args=s.cat(x=int, k=int))
    results = s.check([module.inc, module.capped, module.boom], num_tests=200, seed=1)
    assert s.summarize_results(results) == {
        "total": 3,
        "check-passed": 1,
        "check-failed": 1,
        "check-threw": 1,
    }
    printed = capsys.readouterr().out
    assert "{'sym': 'checked/inc'}" in printed
    assert "ZeroDivisionError" in printed


def test_a_summary_can_be_ones_own(module, capsys):
    s.fdef(module.inc, args=X, ret=int)
    s.summarize_results(s.check(module.inc, num_tests=10), summary=lambda result: result["sym"])
    assert capsys.readouterr().out == "'checked/inc'\n"


def test_an_abbreviated_result_has_why_but_not_how(module):
    s.fdef(module.capped, args=X, ret=int)
    [result] = s.check(module.capped, seed=1)
    short = s.abbrev_result(result)
    assert short["spec"] == ("fspec", {"args": ("cat", ("x", "int")), "ret": "int"})
    assert short["sym"] == "checked/capped"
    assert {"failure", "args", "val", "problems", "spec", "value"} == short["failure"].keys()
    assert "ret" not in short
    assert s.abbrev_result(s.check_fn(abs, None))["spec"] is None
    raised = s.check_fn(module.boom, s.fspec(args=s.cat(x=int, k=int)), seed=1)
    assert s.abbrev_result(raised)["failure"] is raised["failure"]


def test_a_result_is_copied_with_all_it_says(module):
    s.fdef(module.inc, args=X, ret=int)
    result = s.check(module.inc, num_tests=10)
    assert copy.copy(result) == result
    assert repr(copy.copy(result[0])) == repr(result[0])


def test_a_function_is_checked_within_a_property_test(module):
    s.fdef(module.inc, args=X, ret=int)

    @settings(max_examples=3)
    @given(st.integers())
    def within(n):
        assert s.check(module.inc, num_tests=5)

    within()


# --- the names of parameters ------------------------------------------------------------------------------


@s.fdef(ret=int)
def with_options(x: int, y: int = 3, *, z: int = 1, **opts: int) -> int:
    assert z != 1 or "z" not in opts
    return x


@s.fdef(args=s.cat(x=int, opts=s.map_of({"x", "a"}, int)), ret=int)
def with_few_options(x, **opts):
    assert opts.keys() <= {"a"}
    return x


@s.fdef(args=s.cat(x=int, opts=s.map_of({"x", "a"}, int)), ret=int)
def by_position(x, /, **opts):
    return -1 if "x" in opts else x


@pytest.mark.parametrize("fn", [with_options, with_few_options])
def test_options_have_no_name_of_a_parameter(fn):
    assert s.check(fn, num_tests=100, seed=1)
    assert len(s.exercise_fn(fn, 50, seed=1)) == 50
    assert s.valid(s.fspec(args=s.get_spec(f"{__name__}/{fn.__name__}").args, ret=int), fn)


def test_a_parameter_by_position_alone_leaves_its_name_to_the_options():
    spec = s.fspec(args=s.get_spec(f"{__name__}/by_position").args, ret=s.is_nat_int)
    assert not s.check_fn(by_position, spec, num_tests=500, seed=1)


def test_a_property_is_told():
    class Box:
        @property
        @s.fdef(ret=int)
        def size(self) -> int:
            return 3

    with pytest.raises(s.SpecError, match=r"Box[.]size is a property"):
        s.check(Box.size)
    with pytest.raises(s.SpecError, match=r"Box[.]size is a property"):
        s.instrument(Box.size)
    with pytest.raises(s.SpecDefinitionError, match="write @property above"):
        s.fdef(ret=int)(Box.size)


def test_a_dict_names_callables_without_a_name_of_their_own():
    upper = s.fspec(args=s.cat(x=str), ret=s.and_(str, lambda x: x.upper() == x))
    functions = {"shop/upper": str.upper, "shop/same": lambda x: x}
    passed, failed = s.check(functions, spec=dict.fromkeys(functions, upper), seed=1, num_tests=50)
    assert (passed["sym"], bool(passed)) == ("shop/upper", True)
    assert (failed["sym"], bool(failed)) == ("shop/same", False)
    with pytest.raises(s.SpecDefinitionError, match="a spec's name reads 'namespace/name'"):
        s.check({"upper it": str.upper})
