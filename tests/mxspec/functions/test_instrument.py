"""Instrumented functions check their calls: what is checked, options, which functions can be instrumented."""

import asyncio
import functools
import inspect
import itertools
import sys
import threading
import types

import hypothesis.strategies as st
import pytest

import mxspec as s
from mxspec.errors import UnmatchedNameWarning
from tests.mxspec.functions.conftest import X, instrument, refused

# --- what is checked ----------------------------------------------------------------------------------------


def test_an_instrumented_function_refuses_wrong_arguments_and_says_which(module):
    s.fdef(module.inc, args=X, ret=int)
    assert s.instrument(module.inc) == ["instrumented/inc"]
    assert module.inc(1) == 2
    error = refused(module.inc, "x")
    assert str(error) == (
        "Call to instrumented/inc did not conform to spec.\nan int is required, not 'x' - "
        "failed: int in: [0] at: ['x']"
    )
    assert error.problems == [{"path": ["x"], "pred": int, "val": "x", "via": [], "in": [0]}]
    assert (error.value, error.data["args"], error.data["fn"]) == (["x"], ["x"], "instrumented/inc")
    assert error.data["failure"] == "instrument"
    assert error.spec is s.get_spec("instrumented/inc").args


def test_the_error_tells_where_the_call_was(module):
    instrument(module.inc, args=X)
    with pytest.raises(s.CallError) as caught:
        module.inc("x")
    caller = caught.value.data["caller"]
    assert caller["file"] == __file__
    assert caller["function"] == "test_the_error_tells_where_the_call_was"
    assert caller["line"] == caught.traceback[0].lineno + 1


@pytest.mark.parametrize(
    ("args", "kwargs", "value"),
    [
        ((1,), {}, [1, 10]),
        ((), {"y": 2, "x": 1}, [1, 2]),
        ((1, 2, 3, 4), {}, [1, 2, 3, 4]),
        ((1,), {"scale": 5}, [1, 10, 5]),
        ((1, 2, 3), {"scale": 5, "k": 6}, [1, 2, 3, 5, "k", 6]),
    ],
)
def test_arguments_are_seen_in_order_however_they_are_given(module, args, kwargs, value):
    seen = []
    s.fdef(module.add, args=lambda values: seen.append(values) or True)
    expected = module.add(*args, **kwargs)
    s.instrument(module.add)
    assert module.add(*args, **kwargs) == expected
    assert seen == [value if "scale" in kwargs else [*value, 1]]


def test_a_default_that_does_not_fit_may_be_left_out(module):
    instrument(module.half, args=s.cat(x=int, y=s.maybe(int)))
    assert module.half(1) == 1
    assert refused(module.half, 1, None).problems[0]["path"] == ["y"]


def test_a_call_the_spec_has_nothing_against_is_pythons_own_error(module):
    instrument(module.inc, args=s.star(int))
    with pytest.raises(TypeError, match="positional argument"):
        module.inc()


def test_a_spec_of_maps_sees_the_arguments_by_name(module):
    s.def_("instrumented/x", int)
    instrument(module.inc, args=s.keys(req_un=["instrumented/x"]))
    assert module.inc(x=1) == 2
    assert refused(module.inc, "a").problems[0]["in"] == ["x"]


@pytest.mark.parametrize(
    ("check", "x", "path"),
    [
        (["args"], "x", ["x"]),
        (["args"], 1, None),
        (["ret"], "x", None),  # "x" + 1 raises before there is a result
        (["ret"], 1.5, ["ret"]),
        (["args", "ret"], 1.5, ["x"]),
        ("fn", 1.5, ["x"]),
        (["fn"], 9, ["fn"]),
        (["args", "ret"], 9, None),
        (("args", "ret", "fn"), 9, ["fn"]),
        ({"args", "ret", "fn"}, 1, None),
        ([], "x", None),
    ],
)
def test_the_parts_that_are_asked_for_are_checked(module, check, x, path):
    instrument(
        module.inc, args=X, ret=int, fn=lambda call: call["ret"] <= call["args"]["x"] + 1 < 10, check=check
    )
    if path is not None:
        error = refused(module.inc, x)
        assert error.problems[0]["path"] == path
        assert error.data["fn"] == "instrumented/inc"
        assert error.data["caller"]["function"] == "refused"
    elif isinstance(x, str):
        with pytest.raises(TypeError, match="str"):
            module.inc(x)
    else:
        assert module.inc(x) == x + 1


def test_the_error_of_a_result_shows_the_result_and_the_call(module):
    instrument(module.half, args=s.cat(x=s.is_any, y=s.is_any), ret=s.coll_of(int), check=["args", "ret"])
    error = refused(module.half, [1, "x"])
    assert (
        str(error) == "Call to instrumented/half did not conform to spec.\nan int is required, not 'x' - "
        "failed: int in: [1] at: ['ret']"
    )
    assert (error.value, error.data["ret"], error.spec) == (
        [1, "x"],
        [1, "x"],
        s.get_spec("instrumented/half").ret,
    )
    assert error.errors()[0]["loc"] == [1]


def test_fn_sees_conformed_arguments_and_results(module):
    seen = []
    tagged = s.or_(n=int, w=str)
    s.fdef(
        module.half, args=s.cat(x=tagged, y=s.is_any), ret=tagged, fn=lambda call: seen.append(call) or True
    )
    s.instrument(module.half, check=["fn"])
    module.half(1)
    assert seen == [{"args": {"x": ("n", 1), "y": None}, "ret": ("n", 1)}]


def test_a_result_is_checked_after_it_was_awaited(module):
    instrument(module.later, args=X, ret=s.is_even, check=["ret"])
    assert asyncio.run(module.later(1)) == 2
    assert refused(lambda: asyncio.run(module.later(2))).problems[0]["path"] == ["ret"]


def test_methods_have_their_results_checked(module):
    s.fdef(module.Account.rounded, args=s.cat(amount=s.is_any), ret=int)
    s.fdef(module.Account.deposit, args=s.cat(amount=s.is_any), ret=s.is_none)
    s.instrument([module.Account.rounded, module.Account.deposit], check=["ret"])
    assert module.Account.rounded(1) == 1
    assert refused(module.Account.rounded, "x").problems[0]["path"] == ["ret"]
    assert refused(module.Account().deposit, 1).problems[0]["path"] == ["ret"]
    with s.with_instrument_disabled():
        assert module.Account.rounded("x") == "x"


def test_the_checked_function_stays_in_place_while_check_runs(module):
    instrument(module.inc, args=X, ret=int, check=["ret"])
    assert s.check(module.inc, num_tests=3)
    assert refused(module.inc, 1.5).problems[0]["path"] == ["ret"]


def test_a_part_that_no_function_has_is_refused(module):
    with pytest.raises(
        s.SpecDefinitionError, match="check takes any of 'args', 'ret' and 'fn', not 'arg'; did you"
    ):
        s.instrument(module.inc, check=["arg"])


def test_calls_from_inside_the_args_spec_are_not(module):
    instrument(module.inc, args=s.cat(x=lambda x: module.inc(0.5) == 1.5 and s.is_int(x)))
    assert module.inc(1) == 2


def test_the_wrapper_looks_like_the_function(module):
    raw = module.inc
    s.fdef(raw, args=X)
    s.instrument(raw)
    assert module.inc is not raw
    assert (module.inc.__name__, module.inc.__doc__) == ("inc", "One more.")
    assert inspect.signature(module.inc) == inspect.signature(raw)
    assert s.get_spec(module.inc) is s.get_spec(raw)


# --- methods, async functions -------------------------------------------------------------------------------


def test_methods_are_checked_without_self(module):
    account, savings = module.Account(), module.Savings()
    before = dict(vars(module.Account))
    for name in ("deposit", "rounded", "opened"):
        s.fdef(before[name], args=s.cat(amount=int))
    s.fdef(module.Account.Inner.nested, args=X)
    assert s.instrument() == [
        "instrumented/Account.deposit",
        "instrumented/Account.rounded",
        "instrumented/Account.opened",
        "instrumented/Account.Inner.nested",
    ]
    assert account.deposit(amount=1) == (account, 1)
    assert savings.deposit(1) == (savings, 1)
    assert module.Account.rounded(1) == account.rounded(1) == 1
    assert module.Savings.opened(1) == (module.Savings, 1)
    assert module.Account.Inner().nested(1) == 1
    for method in (account.deposit, savings.deposit, account.rounded, module.Savings.opened):
        assert refused(method, "x").value == ["x"]
    s.unstrument()
    assert dict(vars(module.Account)) == before
    assert all(vars(module.Account)[name] is before[name] for name in before)


@pytest.mark.parametrize("kind", ["function", "stub", "replacement"])
def test_async_functions_are_checked_when_they_are_awaited(module, kind):
    s.fdef(module.later, args=X, ret={2})
    options = {
        "function": {},
        "stub": {"stub": [module.later]},
        "replacement": {"replace": {module.later: lambda x: 2}},
    }
    s.instrument(module.later, **options[kind])
    assert inspect.iscoroutinefunction(module.later)
    assert asyncio.run(module.later(1)) == 2
    assert refused(lambda: asyncio.run(module.later("x"))).value == ["x"]


def test_a_wrapped_function_is_found_by_its_name(module):
    s.fdef(module.cached, args=X)
    raw = module.cached
    s.instrument(module.cached)
    assert module.cached(1) == 1
    refused(module.cached, "x")
    s.unstrument()
    assert module.cached is raw


def test_a_wrapped_cache_can_be_cleared(module):
    instrument(module.cached, args=X)
    for _ in range(2):
        module.cached(1)
    assert module.cached.cache_info().hits == 1
    module.cached.cache_clear()
    assert module.cached.cache_info().hits == 0


def test_other_methods_of_a_wrapper_stay(module):
    instrument(module.kept, args=X)
    refused(module.kept, "x")
    assert (module.kept(1), module.kept.clear()) == (1, "cleared")


def test_a_coroutine_made_of_a_generator_can_still_be_awaited(module):
    instrument(module.step, args=X)

    async def wait(x):
        return await module.step(x)

    assert asyncio.run(wait(1)) == 1
    refused(lambda: asyncio.run(wait("x")))


@pytest.mark.parametrize("name", ["inc", "later", "talk", "talk_later", "step", "cached"])
def test_the_kind_of_a_function_is_kept(module, name):
    raw = getattr(module, name)
    kinds = (inspect.isgeneratorfunction, inspect.isasyncgenfunction, inspect.iscoroutinefunction)
    instrument(raw, args=X)
    assert [kind(getattr(module, name)) for kind in kinds] == [kind(raw) for kind in kinds]
    assert inspect.signature(getattr(module, name)) == inspect.signature(raw)


def test_dependencies_of_fastapi_that_yield_are_checked(load):
    fastapi = pytest.importorskip("fastapi")
    testclient = pytest.importorskip("fastapi.testclient")
    module = load("dependencies", DEPENDENCIES)
    for dependency in (module.session, module.session_later, module.user):
        instrument(dependency, args=s.cat(n=s.int_in(0, 10)))
    app = fastapi.FastAPI()

    @app.get("/")
    def root(
        a: int = fastapi.Depends(module.session),
        b: int = fastapi.Depends(module.session_later),
        c: int = fastapi.Depends(module.user),
    ) -> list[int]:
        return [a, b, c]

    client = testclient.TestClient(app)
    assert client.get("/?n=3").json() == [3, 4, 5]
    assert sorted(module.closed) == ["session", "session_later"]
    assert refused(client.get, "/?n=12").value == [12]


DEPENDENCIES = """
closed = []

def session(n: int):
    yield n
    closed.append("session")

async def session_later(n: int):
    yield n + 1
    closed.append("session_later")

async def user(n: int):
    return n + 2
"""


def test_a_generator_function_stays_one_and_is_checked_at_its_first_element(module):
    instrument(module.talk, args=X)
    assert inspect.isgeneratorfunction(module.talk)
    refused(next, module.talk("x"))
    talk = module.talk(1)
    assert [next(talk), talk.send(2), talk.throw(KeyError)] == [1, 2, "caught"]
    with pytest.raises(StopIteration) as end:
        next(talk)
    assert end.value.value == "done"


def test_an_async_generator_function_stays_one_too(module):
    instrument(module.talk_later, args=X)
    assert inspect.isasyncgenfunction(module.talk_later)

    async def listen():
        with pytest.raises(s.CallError):
            await anext(module.talk_later("x"))
        talk = module.talk_later(1)
        heard = [await anext(talk), await talk.asend(2), await talk.athrow(KeyError)]
        rest = [x async for x in talk]
        closed = module.talk_later(3)
        await anext(closed)
        await closed.aclose()
        return heard, rest

    assert asyncio.run(listen()) == ([1, 2, "caught"], [])
    assert module.endings == [1, 3]


# --- options ------------------------------------------------------------------------------------------------


def test_an_override_makes_up_for_a_missing_spec_also_by_name(module):
    s.def_("instrumented/string", s.fspec(args=s.cat(x=str)))
    with pytest.warns(
        UnmatchedNameWarning, match="instrumented/string can't be instrumented: nothing is there"
    ):
        names = s.instrument(spec={module.unspecced: "instrumented/string"})
    assert names == ["instrumented/unspecced"]
    refused(module.unspecced, 1)


def test_a_spec_of_other_values_than_functions_is_an_error(module):
    with pytest.raises(s.SpecDefinitionError, match="is not an fspec"):
        s.instrument(module.inc, spec={module.inc: int})


@pytest.mark.parametrize("option", ["stub", "replace"])
def test_options_for_a_function_without_a_spec_are_an_error(module, option):
    given = {"stub": {"stub": module.inc}, "replace": {"replace": {module.inc: abs}}}[option]
    with pytest.raises(s.UnknownSpecError, match="Fn at instrumented/inc is not spec'ed") as caught:
        s.instrument(module.inc, **given)
    assert caught.value.data["failure"] == "no-fspec"


def test_options_for_other_functions_are_ignored(module):
    s.fdef(module.inc, args=X)
    assert s.instrument(module.inc, stub=[module.half]) == ["instrumented/inc"]


def test_a_stub_of_a_method_gets_no_self(module):
    made = s.fspec(args=s.cat(amount=int), ret=int, gen=lambda: st.just(abs))
    s.def_("instrumented/Account.deposit", made)
    s.def_("instrumented/Account.rounded", made)
    s.instrument(stub=["instrumented/Account.deposit", "instrumented/Account.rounded"])
    assert module.Account().deposit(-3) == 3
    assert module.Account.rounded(-3) == 3


def test_a_replacement_is_called_after_the_check(module):
    s.fdef(module.inc, args=X)
    s.fdef(module.Account.deposit, args=s.cat(amount=int))
    s.instrument(
        replace={module.inc: lambda x: ("replaced", x), module.Account.deposit: lambda self, amount: amount}
    )
    assert module.inc(1) == ("replaced", 1)
    assert module.Account().deposit(2) == 2
    refused(module.inc, "x")
    s.unstrument()
    assert module.inc(1) == 2


def test_checking_can_be_disabled_for_a_block(module):
    instrument(module.half, args=X)
    with s.with_instrument_disabled():
        assert module.half("x") == "x"
        with s.with_instrument_disabled():
            pass
        assert module.half("x") == "x"
    refused(module.half, "x")


def test_it_is_enabled_again_after_an_exception(module):
    instrument(module.half, args=X)
    with pytest.raises(ZeroDivisionError), s.with_instrument_disabled():
        1 / 0  # noqa: B018
    refused(module.half, "x")


def test_other_threads_go_on_checking(module):
    instrument(module.half, args=X)
    caught = []
    with s.with_instrument_disabled():
        thread = threading.Thread(target=lambda: caught.append(refused(module.half, "x")))
        thread.start()
        thread.join()
    assert len(caught) == 1


def test_other_tasks_go_on_checking(module):
    instrument(module.half, args=X)

    async def disabled(started):
        with s.with_instrument_disabled():
            started.set()
            await asyncio.sleep(0.01)
            return module.half("x")

    async def both():
        started = asyncio.Event()
        task = asyncio.create_task(disabled(started))
        await started.wait()
        refused(module.half, "x")
        return await task

    assert asyncio.run(both()) == "x"


def test_many_threads_may_call_and_instrument_at_once(module):
    s.fdef(module.inc, args=X)
    raw, wrong = module.inc, []

    def call(n):
        for i in range(200):
            try:
                if module.inc(i) != i + 1:
                    wrong.append(i)
            except s.SpecError as error:
                wrong.append(error)
            if i % 50 == n:
                s.instrument(raw)
                s.unstrument(raw)

    threads = [threading.Thread(target=functools.partial(call, n)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert module.inc is raw


# --- which functions, and how they are put back -------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::mxspec.errors.UnmatchedNameWarning")
def test_names_without_a_spec_or_a_function_are_passed_over(module):
    s.fdef("instrumented/ghost", args=X)
    s.fdef("nowhere.at.all/ghost", args=X)
    s.fdef("instrumented/inc.ghost", args=X)
    s.def_("instrumented/half", int)
    names = ["instrumented/ghost", "nowhere.at.all/ghost", "instrumented/inc.ghost", "instrumented/half"]
    assert s.instrument(["instrumented/unspecced", *names, module.unspecced]) == []
    assert s.instrument() == []


def test_a_function_inside_another_can_not_be_instrumented(module):
    inner = module.make()
    s.fdef(inner, args=X)
    for given in (inner, "instrumented/make.<locals>.inner"):
        with pytest.raises(s.SpecError, match="it stands inside another function"):
            s.instrument(given)
    assert s.instrument() == []


def test_a_function_that_is_gone_can_not_be_instrumented(module):
    inc = module.inc
    s.fdef(inc, args=X)
    del module.inc
    with pytest.raises(s.SpecError, match="nothing is there by that name"):
        s.instrument(inc)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Account", "it is a class"),
        ("Account.balance", "is a property; s.check_fn"),
        ("Account.limit", "not a function: 3"),
    ],
)
def test_classes_and_other_values_can_not_be_instrumented(module, name, why):
    s.fdef(f"instrumented/{name}", args=X)
    with pytest.raises(s.SpecError, match=why):
        s.instrument(f"instrumented/{name}")
    with pytest.warns(UnmatchedNameWarning, match=why):
        assert s.instrument() == []


def test_a_method_of_a_builtin_type_can_not_be_replaced(module):
    s.fdef("builtins/str.upper", args=s.cat())
    with pytest.raises(s.SpecError, match=r"does not let upper be replaced"):
        s.instrument("builtins/str.upper")


def test_instrumentable_fns_are_those_with_a_spec_that_can_be_found(module):
    s.fdef(module.inc, args=X)
    s.fdef(module.make(), args=X)
    assert s.instrumentable_fns() == {"instrumented/inc"}
    more = s.instrumentable_fns(
        spec={"instrumented/half": s.fspec(ret=int)}, stub=[module.add], replace={module.apply: abs}
    )
    assert more == {f"instrumented/{name}" for name in ("inc", "half", "add", "apply")}


def test_unstrument_puts_the_very_function_back(module):
    raw = module.inc
    s.fdef(raw, args=X)
    s.instrument(raw)
    assert s.unstrument(module.inc) == ["instrumented/inc"]
    assert module.inc is raw
    assert s.unstrument(raw) == []


def test_an_attribute_set_to_something_else_stays(module):
    instrument(module.inc, args=X)
    other = module.inc = lambda x: x
    assert s.unstrument() == []
    assert module.inc is other


def test_a_replaced_function_is_instrumented_in_its_turn(module):
    instrument(module.inc, args=X)
    other = module.inc = lambda x: "other"
    s.instrument("instrumented/inc")
    assert module.inc(1) == "other"
    refused(module.inc, "x")
    s.unstrument()
    assert module.inc is other


def test_modules_that_import_the_function_are_checked_too(module):
    early, late, renamed = (types.ModuleType(f"instrumented.{i}") for i in range(3))
    early.inc = renamed.increment = module.inc
    s.fdef(module.inc, args=X)
    raw = module.inc
    sys.modules |= {m.__name__: m for m in (early, late, renamed)}
    try:
        s.instrument("instrumented/inc")
        late.inc = module.inc
        assert early.inc is module.inc
        refused(early.inc, "x")
        assert renamed.increment is raw
        s.unstrument()
        assert early.inc is late.inc is raw
    finally:
        for m in (early, late, renamed):
            del sys.modules[m.__name__]


def test_names_come_once_and_in_order(module):
    fns = [module.inc, module.half, module.twice]
    for fn in fns:
        s.fdef(fn, args=X)
    names = [f"instrumented/{fn.__name__}" for fn in fns]
    assert s.instrument(itertools.chain(reversed(fns), fns)) == names[::-1]
    assert s.unstrument(tuple(names)) == names
