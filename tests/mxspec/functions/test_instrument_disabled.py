"""with_instrument_disabled in blocks that are suspended, or that end elsewhere than they began."""

import asyncio
import concurrent.futures
import contextlib
import contextvars

import pluggy
import pytest

import mxspec as s
from tests.mxspec.functions.conftest import X, instrument, refused


@pytest.fixture
def half(module):
    instrument(module.half, args=X)
    return lambda x: module.half(x)


def unchecked(half):
    with s.with_instrument_disabled():
        yield half("first")
        yield half("second")


def test_a_block_around_a_yield_is_for_the_caller_until_the_generator_leaves_it(half):
    generator = unchecked(half)
    assert [next(generator), half("x"), next(generator), half("x")] == ["first", "x", "second", "x"]
    assert list(generator) == []
    refused(half, "x")


def test_it_is_so_in_an_async_generator(half):
    async def unchecked_later():
        with s.with_instrument_disabled():
            await asyncio.sleep(0)
            yield half("first")

    async def listen():
        async for x in unchecked_later():
            assert (x, half("x")) == ("first", "x")
        refused(half, "x")

    asyncio.run(listen())


def test_no_other_thread_or_task_is_in_the_block_of_a_suspended_generator(half):
    async def ask():
        refused(half, "x")

    async def both():
        task = asyncio.create_task(ask())
        next(generator)
        await task
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            pool.submit(refused, half, "x").result()
        assert half("x") == "x"

    generator = unchecked(half)
    asyncio.run(both())
    refused(half, "x")


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
    with manager():
        assert half("x") == "x"
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
