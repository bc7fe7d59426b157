"""Instrumented functions in production: patterns of names, reports in place of errors, a share of calls."""

import asyncio
import collections
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest

import mxspec as s
from mxspec.errors import UnmatchedNameWarning
from tests.mxspec.functions.conftest import X, refused

# --- patterns -----------------------------------------------------------------------------------------------


@pytest.fixture
def shop(load):
    """A package of two modules with functions that have specs, and one that has none."""
    source = "import mxspec as s\n@s.fdef\ndef {0}(x: int): return x\n@s.fdef\ndef {1}(x: int): return x\n"
    package = load("shop", source.format("open", "close"))
    package.orders = load("shop.orders", source.format("save", "save_all"))
    load("shop.orders.old", source.format("save", "drop"))
    load("shopping", source.format("go", "come"))
    return package


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("shop.*", "shop/open shop/close orders/save orders/save_all old/save old/drop"),
        ("shop", "shop/open shop/close"),
        ("shop.orders", "orders/save orders/save_all"),
        ("shop.orders.*", "orders/save orders/save_all old/save old/drop"),
        ("shop.orders/*", "orders/save orders/save_all"),
        ("shop.orders/save*", "orders/save orders/save_all"),
        ("shop.orders.save", "orders/save"),
        ("*/save", "orders/save old/save"),
        ("shop[a-z]*", "shopping/go shopping/come"),
        ("shop?", ""),
        ("shops.*", ""),
        (["shop.orders.old", "shop/open"], "old/save old/drop shop/open"),
    ],
)
@pytest.mark.filterwarnings("ignore::mxspec.errors.UnmatchedNameWarning")
def test_a_pattern_stands_for_the_functions_with_specs_that_it_matches(shop, pattern, names):
    full = {"orders": "shop.orders", "old": "shop.orders.old"}
    parts = [name.split("/") for name in names.split()]
    expected = [f"{full.get(module, module)}/{name}" for module, name in parts]
    assert s.instrument(pattern) == expected
    assert {result["sym"] for result in s.check(pattern, num_tests=2)} == set(expected)
    assert s.unstrument(pattern) == expected
    assert s.unstrument() == []


def test_a_pattern_passes_over_what_can_not_be_replaced(module):
    s.fdef(module.make(), args=X)
    s.fdef(module.inc, args=X)
    assert s.instrument("instrumented") == ["instrumented/inc"]


# --- on_fail ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "args", "result", "paths"),
    [
        ("inc", (1,), 2, []),
        ("inc", (1.5,), 2.5, [["x"]]),  # its result is wrong too, which is said only once
        ("inc", (9,), 10, [["fn"]]),
        ("half", ("x",), "x", [["x"]]),
        ("half", (None,), None, [["x"]]),
        ("cached", ([],), TypeError, [["x"]]),
        ("cached", ("x",), "x", [["x"]]),
        ("kept", ("x",), "x", [["x"]]),
    ],
)
def test_on_fail_gets_the_error_and_the_call_goes_on(module, call, args, result, paths):
    errors = []
    for name in ("inc", "half", "cached", "kept"):
        s.fdef(getattr(module, name), args=s.cat(x=int), ret=int, fn=lambda m: m["ret"] < 10)
    s.instrument(check=["args", "ret", "fn"], on_fail=errors.append)
    function = getattr(module, call)
    if result is TypeError:
        with pytest.raises(TypeError, match="unhashable"):
            function(*args)
    else:
        assert function(*args) == result
    assert [error.problems[0]["path"] for error in errors] == paths
    assert all(type(error) is s.CallError for error in errors)
    for error in errors:
        assert (error.data["fn"], error.data["caller"]["file"]) == (f"instrumented/{call}", __file__)


def test_the_error_is_the_one_that_would_have_been_raised(module):
    s.fdef(module.inc, args=X)
    s.instrument(module.inc)
    raised = refused(module.inc, 1.5)
    errors = []
    s.instrument(module.inc, on_fail=errors.append)
    assert module.inc(1.5) == 2.5
    assert (str(errors[0]), errors[0].problems) == (str(raised), raised.problems)


def test_a_spec_that_can_not_answer_is_reported_too(module):
    s.fdef(module.inc, args=s.cat(x="instrumented/unknown"))
    errors = []
    s.instrument(module.inc, on_fail=errors.append)
    assert module.inc(1) == 2
    assert [type(error) for error in errors] == [s.UnknownSpecError]


def test_functions_keep_their_kind_and_report(module):
    errors = []
    kinds = ("later", "talk", "step", "talk_later")
    for name in kinds:
        s.fdef(getattr(module, name), args=X)
    s.instrument(on_fail=errors.append)
    assert asyncio.run(module.later(1.5)) == 2.5
    talk = module.talk("a")
    assert errors[1:] == []  # a generator function is checked when its first element is asked for
    assert [next(talk), talk.send("b")] == ["a", "b"]

    async def talk_and_step():
        return [x async for x in module.talk_later("c")], await module.step("d")

    assert asyncio.run(talk_and_step()) == (["c", None], "d")
    assert [error.value for error in errors] == [[1.5], ["a"], ["c"], ["d"]]


def test_methods_of_a_class_report(module):
    errors = []
    for name in ("deposit", "rounded", "opened"):
        s.fdef(f"instrumented/Account.{name}", args=s.cat(amount=int))
    s.instrument("instrumented.Account.*", on_fail=errors.append)
    account = module.Account()
    assert account.deposit("x") == (account, "x")
    assert module.Account.rounded("y") == "y"
    assert module.Savings.opened("z") == (module.Savings, "z")
    assert [error.value for error in errors] == [["x"], ["y"], ["z"]]


def test_an_on_fail_that_raises_is_logged_and_the_call_goes_on(module, caplog):
    def report(error):
        raise OSError("no such host")

    s.fdef(module.inc, args=X)
    s.instrument(module.inc, on_fail=report)
    assert module.inc(1.5) == 2.5
    [record] = caplog.records
    assert (record.name, record.levelno) == ("mxspec", logging.ERROR)
    assert "Call to instrumented/inc did not conform to spec." in record.getMessage()
    assert record.exc_info[0] is OSError


def test_what_ends_a_process_passes_through_on_fail(module):
    def leave(error):
        raise SystemExit(3)

    s.fdef(module.inc, args=X)
    s.instrument(module.inc, on_fail=leave)
    with pytest.raises(SystemExit):
        module.inc(1.5)


def test_functions_that_on_fail_calls_are_not_checked(module):
    seen = []
    s.fdef(module.inc, args=X)
    s.instrument(module.inc, on_fail=lambda error: seen.append(module.inc(0.5)))
    assert module.inc(1.5) == 2.5
    assert seen == [1.5]


@pytest.mark.parametrize(
    "options",
    [{"on_fail": 3}, {"share": 1.5}, {"share": -1}, {"share": True}, {"share": "x"}, {"share": float("nan")}],
)
def test_options_that_make_no_sense_are_refused(module, options):
    s.fdef(module.inc, args=X)
    with pytest.raises(s.SpecDefinitionError, match=r"on_fail is a function|share is a number from 0 to 1"):
        s.instrument(module.inc, **options)


def test_on_fail_is_not_awaited(module):
    async def report(error):
        pass

    with pytest.raises(s.SpecDefinitionError, match="not async"):
        s.instrument(on_fail=report)


# --- share --------------------------------------------------------------------------------------------------


def reported(module, n=1000, **options):
    """The calls among n that are reported."""
    errors = []
    s.fdef(module.half, args=s.cat(x=str))
    s.instrument(module.half, on_fail=errors.append, **options)
    assert [module.half(i) for i in range(n)] == list(range(n))
    return [error.value[0] for error in errors]


@pytest.mark.parametrize(
    ("share", "least", "most"), [(0, 0, 0), (0.01, 1, 40), (0.5, 400, 600), (1, 1000, 1000)]
)
def test_a_share_of_the_calls_is_checked(module, share, least, most):
    assert least <= len(reported(module, share=share, seed=1)) <= most


def test_a_seed_checks_the_same_calls_again(module):
    first = reported(module, share=0.1, seed=7)
    assert first == reported(module, share=0.1, seed=7)
    assert first != reported(module, share=0.1, seed=8)
    assert reported(module, share=0.1) != reported(module, share=0.1)


def test_without_on_fail_the_calls_that_are_checked_raise(module):
    s.fdef(module.half, args=s.cat(x=str))
    s.instrument(module.half, share=0.5, seed=1)
    counts = collections.Counter()
    for _ in range(100):
        try:
            module.half(1)
        except s.CallError:
            counts["refused"] += 1
    assert 20 < counts["refused"] < 80


def test_a_call_is_checked_in_all_its_parts_or_in_none(module):
    s.fdef(module.inc, args=X, ret=str)
    s.fdef(module.later, args=X, ret=str)
    errors = []
    s.instrument("instrumented", check=["args", "ret"], share=0.5, seed=1, on_fail=errors.append)
    for _ in range(100):
        module.inc(1)
        asyncio.run(module.later(1))
    assert {tuple(error.problems[0]["path"]) for error in errors} == {("ret",)}
    assert 60 < len(errors) < 140


def test_a_share_is_right_from_many_threads(module):
    errors = []
    s.fdef(module.half, args=s.cat(x=str))
    s.instrument(module.half, share=0.2, seed=3, on_fail=errors.append)
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(module.half, range(2000))) == list(range(2000))
    # The calls of all threads share one sequence of draws.
    assert len(errors) == len(reported(module, 2000, share=0.2, seed=3))


# --- names of nothing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("ask", [s.instrument, s.unstrument, s.check], ids=lambda ask: ask.__name__)
@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("instrumentd", "'instrumentd' names no function with a spec; did you mean 'instrumented'?"),
        ("instrumentd.*", "'instrumentd.*' names no function with a spec; did you mean 'instrumented.*'?"),
        (
            "instrumented/hlf",
            "'instrumented/hlf' names no function with a spec; did you mean 'instrumented/half'?",
        ),
    ],
)
def test_a_name_or_a_pattern_of_nothing_warns_with_the_nearest(module, ask, word, message):
    s.fdef(module.half, args=X)
    with pytest.warns(UnmatchedNameWarning) as caught:
        assert list(ask(word)) == []
    assert [(str(each.message), each.filename) for each in caught] == [(message, __file__)]


def test_a_spec_of_a_function_that_is_not_there_warns(module):
    s.fdef("instrumented/ghost", args=X)
    with pytest.warns(UnmatchedNameWarning, match="ghost can't be instrumented: nothing is there"):
        s.instrument()


def test_of_many_names_of_nothing_the_last_warning_counts_the_others(module):
    with pytest.warns(UnmatchedNameWarning) as caught:
        s.instrument([f"no.such.module{i}" for i in range(1000)])
    assert len(caught) == 5
    assert str(caught[-1].message).endswith("; and 995 more")


def test_what_names_something_does_not_warn(module, recwarn):
    s.fdef(module.half, args=X)
    s.instrument("instrumented")
    s.instrument("instrumented.*", stub=[module.half])
    s.unstrument("instrumented")
    s.unstrument("instrumented")
    s.check(module.half, num_tests=1)
    s.def_("reports/a", int)
    spec = s.tuple_("reports/a", s.or_(x=int))
    s.sample(spec, overrides={"reports/a": lambda: s.gen({1}), (1, "x"): lambda: s.gen({2})})
    assert not recwarn.list


@pytest.mark.parametrize("key", ["reports/aa", ("x", 1), (3,)], ids=str)
@pytest.mark.usefixtures("clean_names")
def test_overrides_for_no_part_warn(key):
    s.def_("reports/a", int)
    with pytest.warns(UnmatchedNameWarning, match="in overrides leads to no part"):
        s.gen(s.tuple_("reports/a", int), {key: lambda: s.gen({1})})


def test_overrides_by_what_is_neither_a_name_nor_a_path_warn():
    with pytest.warns(UnmatchedNameWarning, match="overrides has no use for <class 'int'>, which is neither"):
        s.gen(s.tuple_(int), {int: lambda: s.gen({1})})


def test_overrides_for_a_spec_that_is_a_part_reach_it_and_others_warn():
    part = s.spec(int)
    with pytest.warns(UnmatchedNameWarning) as caught:
        examples = s.sample(s.tuple_(part), 3, overrides={part: s.gen({7}), s.spec(str): s.gen({""})})
    assert (examples, [str(w.message) for w in caught]) == (
        [[7]] * 3,
        ["spec(str) in overrides leads to no part"],
    )


def test_what_is_no_spec_error_comes_as_one_with_its_cause(module, monkeypatch):
    def fail(*args):
        raise OSError("no disk")

    s.fdef(module.half, args=X)
    monkeypatch.setattr(s.get_spec(module.half).__class__, "conform_arguments", fail)
    errors = []
    s.instrument(module.half, on_fail=errors.append)
    assert module.half(4) == module.half.__wrapped__(4)
    [error] = errors
    assert "OSError: no disk" in error.errors()[0]["msg"]
    assert isinstance(error.__cause__, OSError)
