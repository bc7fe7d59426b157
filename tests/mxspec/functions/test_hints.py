"""fdef of a function alone: its args and ret are those of its type hints."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import pickle
import typing
from collections.abc import AsyncIterator, Generator, Iterator
from typing import Annotated, Self, TypedDict, Unpack

import hypothesis.strategies as st
import pytest
from hypothesis import given

import mxspec as s
from tests.mxspec.functions.conftest import refused

UNSET = object()


class Options(TypedDict, total=False):
    depth: int


def plain(a: int, b: str) -> int:
    return a


def some(a, b: str = "x") -> None:
    return None


def none(a, b=1):
    return a


def nothing() -> int:
    return 1


def default(a: int = None, b: str = UNSET, c: list[int] = ()):  # noqa: RUF013
    return a


def every(a: int, /, b: int, *args: str, flag: bool, other: int = 3, **kwargs: float) -> str:
    return "x"


def any_rest(*args, flag: int, **kwargs):
    return args


def unpacked(**options: Unpack[Options]):
    return options


P = typing.ParamSpec("P")


def forward(*args: P.args, **kwargs: P.kwargs):
    return args


def guard(x: object) -> typing.TypeGuard[int]:
    return type(x) is int


def spec_as_hint(x: s.int_in(0, 10), y: Annotated[int, s.Valid[s.is_even]]):
    return x


def awaitable(x: int) -> typing.Awaitable[int]:
    return awaited(x)


async def awaited(x: int) -> str:
    return str(x)


def numbers(n: int) -> Iterator[int]:
    yield from range(n)


def generator(n: int) -> Generator[int, None, str]:
    yield n
    return "end"


async def numbers_later(n: int) -> AsyncIterator[int]:
    yield n


@contextlib.contextmanager
def opened(path: str) -> Iterator[int]:
    yield 1


@functools.lru_cache
def cached(x: int) -> int:
    return x


class Account:
    def __init__(self, owner: str, limit: int = 0) -> None:
        self.owner = owner

    @s.fdef
    def deposit(self, amount: int, to: Account | None = None) -> Self:
        return self

    @staticmethod
    @s.fdef
    def rounded(amount: float) -> int:
        return round(amount)

    @s.fdef
    @staticmethod
    def truncated(self: float) -> int:  # whatever its parameter is called
        return int(self)

    @classmethod
    @s.fdef
    def named(klass, owner: str) -> Account:
        return klass(owner)

    @s.fdef
    @classmethod
    def empty(cls) -> Self:
        return cls("")


@pytest.mark.parametrize(
    ("f", "text"),
    [
        (plain, "fspec(args=cat(a=int, b=str), ret=int)"),
        (some, "fspec(args=cat(a=is_any, b=str), ret=is_none)"),
        (none, "fspec(args=cat(a=is_any, b=is_any), ret=is_any)"),
        (nothing, "fspec(args=cat(), ret=int)"),
        (forward, "fspec(args=cat(args=spec(star(is_any)), kwargs=map_of(str, is_any)), ret=is_any)"),
        (guard, "fspec(args=cat(x=is_any), ret=bool)"),
        (
            spec_as_hint,
            "fspec(args=cat(x=int_in(0, 10), y=from_type(Annotated[int, Valid[is_even]])), ret=is_any)",
        ),
        (awaited, "fspec(args=cat(x=int), ret=str)"),
        (generator, "fspec(args=cat(n=int), ret=Generator)"),
        (numbers_later, "fspec(args=cat(n=int), ret=AsyncIterator)"),
        (opened, "fspec(args=cat(path=str), ret=is_any)"),
        (cached, "fspec(args=cat(x=int), ret=int)"),
        (Account, "fspec(args=cat(owner=str, limit=int), ret=Account)"),
        (Account.__init__, "fspec(args=cat(owner=str, limit=int), ret=is_none)"),
        (Account.rounded, "fspec(args=cat(amount=from_type(float)), ret=int)"),
        (Account.truncated, "fspec(args=cat(self=from_type(float)), ret=int)"),
        (Account.named, "fspec(args=cat(owner=str), ret=Account)"),
        (Account.empty, "fspec(args=cat(), ret=Account)"),
        (Account("x").deposit, None),
    ],
)
def test_the_spec_of_a_function_is_that_of_its_hints(f, text):
    assert s.fdef(f) is f
    if text is not None:
        assert repr(s.get_spec(f)) == text


class Pet:
    def feed(self, n):
        return n

    @classmethod
    def named(klass, n):
        return n


@pytest.mark.parametrize(("f", "name"), [(Pet.feed, "self"), (Pet.named, "klass"), (Pet().feed, "self")])
@pytest.mark.usefixtures("clean_names")
def test_an_args_spec_of_a_method_that_begins_with_what_binds_it_is_an_error(f, name):
    with pytest.raises(s.SpecDefinitionError, match=f"begins with '{name}', which no caller gives"):
        s.fdef(f, args=s.cat((name, s.is_any), ("n", int)))
    s.fdef(f, args=s.cat(n=int, other=s.is_any))


@pytest.mark.usefixtures("clean_names")
def test_a_function_outside_of_a_class_may_take_self():
    s.fdef(plain, args=s.cat(self=int, b=str))


@pytest.mark.parametrize(
    ("f", "args", "kwargs", "path"),
    [
        (plain, (1, "x"), {}, None),
        (plain, (), {"b": "x", "a": 1}, None),
        (plain, (True, "x"), {}, ["a"]),
        (plain, (1,), {"b": 2}, ["b"]),
        (plain, (1,), {}, ["b"]),
        (plain, (1, "x", 3), {}, []),
        (plain, (1, "x"), {"c": 3}, []),
        (default, (), {}, None),
        (default, (), {"b": "x"}, None),
        (default, (None, UNSET, ()), {}, None),
        (default, (), {"b": object()}, ["b"]),
        (default, ("x",), {}, ["a"]),
        (every, (1, 2), {"flag": True}, None),
        (every, (1,), {"b": 2, "flag": True}, None),
        (every, (1, 2, "x", "y"), {"flag": True, "k": 1.5, "a": 2}, None),
        (every, (1, 2, 3), {"flag": True}, ["args"]),
        (every, (1, 2), {"flag": 1}, ["flag"]),
        (every, (1, 2), {"flag": True, "other": "x"}, ["other"]),
        (every, (1, 2), {"flag": True, "k": "x"}, ["kwargs", 1]),
        (any_rest, (1, "x", None), {"flag": 1, "k": object()}, None),
        (any_rest, (1, 2), {"flag": "x"}, ["flag"]),
        (any_rest, (), {"flag": "x", "k": 1}, ["flag"]),
        (unpacked, (), {"depth": 1, "more": 2}, None),
        (unpacked, (), {"depth": "x"}, ["options", "depth"]),
        (spec_as_hint, (9, 2), {}, None),
        (spec_as_hint, (10, 2), {}, ["x"]),
        (spec_as_hint, (9, 3), {}, ["y"]),
        (cached, (1,), {}, None),
        (cached, ("x",), {}, ["x"]),
    ],
)
def test_an_instrumented_function_checks_the_arguments_by_their_hints(f, args, kwargs, path):
    s.fdef(f)
    s.instrument(f, check=["args", "ret"])
    try:
        checking = globals()[f.__name__]
        if path is None:
            checking(*args, **kwargs)
        else:
            assert refused(checking, *args, **kwargs).problems[0]["path"][: len(path)] == path
    finally:
        s.unstrument(f)


@pytest.mark.parametrize(
    "f",
    [
        plain, some, nothing, every, awaited, guard, awaitable, numbers, generator, numbers_later, opened,
        Account,
    ],
)  # fmt: skip
def test_a_function_that_keeps_to_its_hints_passes_its_check(f):
    s.fdef(f)
    assert s.check(f, num_tests=30, seed=1)


def test_methods_are_checked_without_self_or_cls():
    names = [f"{__name__}/Account.{name}" for name in ("deposit", "rounded", "named", "empty")]
    assert s.instrument(names, check=["args", "ret"]) == names
    try:
        account = Account.named("Suki")
        assert account.deposit(1, account) is account
        assert (Account.rounded(1.4), type(Account.empty())) == (1, Account)
        for call in (lambda: account.deposit(1, "x"), lambda: Account.rounded("x"), lambda: Account.named(3)):
            refused(call)
    finally:
        s.unstrument(names)


def test_a_result_that_is_not_of_its_hint_is_refused():
    @s.fdef
    def shout(text: str) -> str:
        return text.upper() if text else None

    assert repr(s.check(shout, seed=1)) == (
        f"failed: {__name__}/test_a_result_that_is_not_of_its_hint_is_refused.<locals>.shout(''): "
        "a string is required, not None - failed: str at: ['ret']"
    )


def test_what_is_given_stands_in_place_of_the_hint():
    def shorten(text: str, length: int) -> str:
        return text[:length]

    s.fdef(shorten, args=s.cat(text=str, length=s.int_in(1, 9)))
    assert repr(s.get_spec(shorten)) == "fspec(args=cat(text=str, length=int_in(1, 9)), ret=str)"
    s.fdef(shorten, ret=s.is_any, fn=lambda call: len(call["ret"]) <= call["args"]["length"])
    assert repr(s.get_spec(shorten).args) == "cat(text=str, length=int)"
    assert not s.check(shorten, seed=1)  # of a negative length
    s.fdef(none, ret=int)
    assert s.get_spec(none).args is None  # as there are no hints, and clojure has none either


@s.fdef
def refer(x: Later, many: list[Later]) -> Later:
    return x


@s.fdef()
def refer_to_nothing(x: Missing):  # noqa: F821
    return x


class Later:
    pass


def test_names_in_hints_may_be_defined_later():
    assert s.valid(s.get_spec(refer).args, [Later(), [Later()]])
    assert (
        repr(s.get_spec(refer))
        == f"fspec(args=cat(x=Later, many=from_type(list[{__name__}.Later])), ret=Later)"
    )
    assert pickle.loads(pickle.dumps(s.get_spec(refer))) is s.get_spec(refer)


def test_a_name_that_is_never_defined_is_an_error_that_names_the_parameter():
    assert repr(s.get_spec(refer_to_nothing)) == "fspec(args=hints_of(refer_to_nothing), ret=is_any)"
    with pytest.raises(s.SpecDefinitionError, match=r"'x' of .* names 'Missing'"):
        s.check(refer_to_nothing)


@pytest.mark.parametrize(
    ("hints", "words"),
    [
        ({"a": 3}, "the hint of parameter 'a' of .*/plain is no spec: 3 is not an annotation"),
        ({"b": "a b"}, "the hint of parameter 'b' of .*/plain is no spec: SyntaxError"),
        ({"a": "int | 3"}, "the hint of parameter 'a' of .*/plain is no spec: TypeError"),
        ({"return": "Unpack[int]"}, "the hint of the result of .*/plain is no spec: .*; or give ret="),
    ],
)
def test_a_hint_that_is_no_spec_is_refused_at_once_by_its_parameter(monkeypatch, hints, words):
    monkeypatch.setattr(plain, "__annotations__", hints)
    with pytest.raises(s.SpecDefinitionError, match=words):
        s.fdef(plain)


def test_a_name_stands_for_the_function_there():
    name = f"{__name__}/plain"
    assert s.fdef(name) == name
    assert repr(s.get_spec(name)) == "fspec(args=cat(a=int, b=str), ret=int)"
    with pytest.raises(s.SpecError, match="there is no function"):
        s.fdef(f"{__name__}/planet")


def test_a_function_without_a_signature_needs_args():
    with pytest.raises(s.SpecDefinitionError, match=r"builtins/dict has no signature .* give args="):
        s.fdef(dict)


@given(st.lists(st.text()), st.dictionaries(st.text(), st.floats()), st.booleans())
def test_any_arguments_of_the_hinted_types_are_accepted(args, kwargs, flag):
    kwargs = {key: value for key, value in kwargs.items() if key not in ("b", "flag", "other")}
    s.fdef(every)
    s.instrument(every)
    try:
        globals()["every"](1, 2, *args, flag=flag, **kwargs)
    finally:
        s.unstrument(every)


def test_an_async_function_is_asked_for_what_it_returns_when_awaited():
    async def late(x: int) -> str:
        return x

    s.fdef(late)
    assert not s.check(late, num_tests=5)
    assert asyncio.run(late(1)) == 1


def test_a_cat_may_take_the_rest_as_a_list_and_the_options_as_a_dict():
    spec = s.fspec(args=s.cat(a=int, rest=s.spec(s.star(str)), options=s.map_of(str, int)))

    def f(a, *rest, **options):
        return a, rest, options

    calls = s.exercise_fn(f, 20, seed=1, spec=spec)
    assert all(ret == (a, tuple(rest), options) for (a, rest, options), ret in calls)
    assert any(rest and options for (a, rest, options), _ in calls)
