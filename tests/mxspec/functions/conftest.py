"""Modules with functions to check and to instrument, and a registry in which nothing else is."""

import asyncio
import sys
import types

import pytest

import mxspec as s
from mxspec.base import names

X = s.cat(x=int)

SOURCE = '''
import functools
import types

def inc(x):
    """One more."""
    return x + 1

def add(x, y=10, *rest, scale=1, **options):
    return (x, y, rest, scale, options)

def half(x, y=None):
    return x

def unspecced(x):
    return x

def twice(x):
    return inc(inc(x))

def apply(f, x):
    return f(x)

def make():
    def inner(x):
        return x
    return inner

async def later(x):
    return x + 1

@functools.lru_cache
def cached(x):
    return x

def talk(x):
    try:
        heard = yield x
        yield heard
    except KeyError:
        yield "caught"
    return "done"

@types.coroutine
def step(x):
    yield
    return x

class Memory:
    """A function that keeps its results, as joblib's does."""

    def __init__(self, function):
        functools.update_wrapper(self, function)

    def __call__(self, x):
        return self.__wrapped__(x)

    def clear(self):
        return "cleared"

@Memory
def kept(x):
    return x

async def talk_later(x):
    try:
        heard = yield x
        yield heard
    except KeyError:
        yield "caught"
    finally:
        endings.append(x)

endings = []

class Account:
    limit = 3

    def deposit(self, amount):
        return self, amount

    @staticmethod
    def rounded(amount):
        return amount

    @classmethod
    def opened(cls, amount):
        return cls, amount

    @property
    def balance(self):
        return 0

    class Inner:
        def nested(self, x):
            return x

class Savings(Account):
    pass
'''


@pytest.fixture
def load(monkeypatch):
    """Make a module of a name and a source, that can be imported until the test ends."""
    monkeypatch.setattr(names, "current", names.Names({}))

    def load_module(name, source):
        module = types.ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        exec(source, module.__dict__)
        return module

    yield load_module
    s.unstrument()


@pytest.fixture
def module(load):
    return load("instrumented", SOURCE)


def instrument(function, /, *, check=("args",), **parts):
    """Give a function a spec of these parts, and instrument it."""
    name = s.fdef(function, **parts)
    assert s.instrument(function, check=check) == [name]


def refused(call, *args, **kwargs):
    with pytest.raises(s.CallError) as caught:
        call(*args, **kwargs)
    return caught.value


# --- functions to try, and specs of them ---

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
