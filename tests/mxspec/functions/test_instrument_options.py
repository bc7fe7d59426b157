"""Options of instrument: other specs, stubs and replacements; and to have no calls checked for a while."""

import asyncio
import contextlib
import contextvars
import functools
import threading

import hypothesis.strategies as st
import pluggy
import pytest

import mxspec as s
from tests.mxspec.functions.conftest import X, instrument, refused


def test_a_spec_can_be_overridden(module):
    s.fdef(module.half, args=X)
    for key in (module.half, "instrumented/half"):
        s.instrument(module.half, spec={key: s.fspec(args=s.cat(x=str))})
        assert module.half("x") == "x"
        refused(module.half, 1)


def test_an_override_makes_up_for_a_missing_spec_also_by_name(module):
    s.def_("instrumented/string", s.fspec(args=s.cat(x=str)))
    assert s.instrument(spec={module.unspecced: "instrumented/string"}) == ["instrumented/unspecced"]
    refused(module.unspecced, 1)


def test_a_spec_that_is_none_of_functions_is_an_error(module):
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


def test_a_stub_checks_its_arguments_and_makes_up_its_answer(module):
    s.def_("instrumented/answer", int)
    s.fdef(module.inc, args=X, ret="instrumented/answer")
    s.instrument(module.inc, stub=[module.inc], gen={"instrumented/answer": st.just(77)})
    assert module.inc(1) == 77
    refused(module.inc, "x")


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


# --- blocks that generators are suspended in ----------------------------------------------------------------


@pytest.fixture
def half(module):
    instrument(module.half, args=X)
    return lambda x: module.half(x)


def unchecked(half):
    with s.with_instrument_disabled():
        yield half("first")
        yield half("second")


def test_a_suspended_generator_leaves_its_caller_checked(half):
    generator = unchecked(half)
    assert next(generator) == "first"
    refused(half, "x")
    assert next(generator) == "second"
    refused(half, "x")
    assert list(generator) == []
    refused(half, "x")


def test_a_suspended_async_generator_does_too(half):
    async def unchecked_later():
        with s.with_instrument_disabled():
            await asyncio.sleep(0)
            yield half("first")
            yield half("second")

    async def listen():
        heard = []
        async for x in unchecked_later():
            heard.append(x)
            refused(half, "x")
        return heard

    assert asyncio.run(listen()) == ["first", "second"]


def test_blocks_may_end_in_another_order_than_they_began(half):
    generator = unchecked(half)
    next(generator)
    with s.with_instrument_disabled():
        generator.close()
        assert half("x") == "x"
    refused(half, "x")


def test_a_generator_may_be_closed_in_another_context(half):
    generator = unchecked(half)
    contextvars.copy_context().run(next, generator)
    generator.close()
    refused(half, "x")


def test_a_task_that_outlives_the_block_is_checked_again(half):
    async def late(ended):
        unchecked = half("x")
        await ended.wait()
        refused(half, "x")
        return unchecked

    async def both():
        ended = asyncio.Event()
        with s.with_instrument_disabled():
            task = asyncio.create_task(late(ended))
            await asyncio.sleep(0)
        ended.set()
        return await task

    assert asyncio.run(both()) == "x"


@contextlib.contextmanager
def quiet():
    with s.with_instrument_disabled():
        yield


@contextlib.contextmanager
def quieter():
    with contextlib.ExitStack() as stack:
        stack.enter_context(quiet())
        yield


@pytest.mark.parametrize("manager", [quiet, quieter])
def test_a_context_manager_made_of_it_is_for_its_caller(half, manager):
    def generate():
        with manager():
            yield half("first")

    with manager():
        assert half("x") == "x"
    refused(half, "x")
    generator = generate()
    assert next(generator) == "first"
    refused(half, "x")


def test_an_async_context_manager_made_of_it_is_for_its_caller(half):
    @contextlib.asynccontextmanager
    async def quiet_later():
        with s.with_instrument_disabled():
            yield

    async def ask():
        async with quiet_later():
            assert half("x") == "x"
        refused(half, "x")

    asyncio.run(ask())


@pytest.fixture
def unchecked_test(half):
    with s.with_instrument_disabled():
        yield


def test_a_fixture_made_of_it_is_for_its_test(half, unchecked_test):
    assert half("x") == "x"


def test_a_wrapper_of_a_hook_made_of_it_is_for_the_hook(half):
    class Plugin:
        @pluggy.HookimplMarker("hooks")(wrapper=True)
        def ask(self):
            with s.with_instrument_disabled():
                return (yield)

    class Asked:
        @pluggy.HookimplMarker("hooks")
        def ask(self):
            return half("x")

    manager = pluggy.PluginManager("hooks")
    for plugin in (Plugin(), Asked()):
        manager.register(plugin)
    assert manager.hook.ask() == ["x"]
    refused(half, "x")
