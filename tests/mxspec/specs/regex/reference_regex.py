"""Regexes of elements as clojure.spec defines them, by derivatives and nothing else.

The derivative of a regex by an element is the regex of what may follow it (Brzozowski 1964; Might, Darais,
Spiewak 2011). This is the reference that mxspec's own matching is tested and measured against, so it stays
near to the `deriv` of clojure.spec.alpha: nothing is compiled, equal alternatives are not shared, and what
has been matched is copied for each element that is added to it.

    >>> options = star(cat(name=str.isalpha, value=maybe(str.isdigit)))
    >>> conform(options, ["a", "1", "b"])
    [{'name': 'a', 'value': '1'}, {'name': 'b'}]
    >>> conform(options, ["1"])
    INVALID
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from mxspec import INVALID

NOTHING = object()  # what an optional part has matched when it matched nothing (:clojure.spec.alpha/nil)


class Accept(NamedTuple):
    """Matches nothing more; ret is what was matched."""

    ret: Any


class Cat(NamedTuple):
    """Parts one after the other; ret is what came before them, a dict where there are tags."""

    parts: tuple[Any, ...]
    tags: tuple[str, ...] | None
    ret: Any


class Alt(NamedTuple):
    """Any of the parts, the first being preferred."""

    parts: tuple[Any, ...]
    tags: tuple[str, ...] | None


class Rep(NamedTuple):
    """First, then any number of again; the two are the same object where no repetition has begun."""

    first: Any
    again: Any
    ret: list[Any]
    splice: bool


def cat(**parts: Any) -> Any:
    return Cat(tuple(parts.values()), tuple(parts), {})


def alt(**parts: Any) -> Any:
    return Alt(tuple(parts.values()), tuple(parts))


def star(part: Any) -> Any:
    return Rep(part, part, [], splice=False)


def plus(part: Any) -> Any:
    return Cat((part, Rep(part, part, [], splice=True)), None, [])


def maybe(part: Any) -> Any:
    return Alt((part, Accept(NOTHING)), None)


def conform(p: Any, xs: Iterable[Any]) -> Any:
    """Return p's match of xs, or INVALID. Whatever is not a node is a predicate of one element."""
    for x in xs:
        p = deriv(p, x)
        if p is None:
            return INVALID
    return _plain(matched(p)) if is_nullable(p) else INVALID


def deriv(p: Any, x: Any) -> Any:
    """The regex of what may follow x where p may begin with it, else None."""
    if isinstance(p, Accept):
        return None
    if isinstance(p, Cat):
        if not p.parts:
            return None
        head, *rest = p.parts
        went_on = _cat([deriv(head, x), *rest], p.tags, p.ret)
        if not is_nullable(head):
            return went_on
        tag, tags = (p.tags[0], p.tags[1:]) if p.tags else (None, None)
        return _either(went_on, deriv(_cat(rest, tags, _with_match(head, p.ret, tag)), x))
    if isinstance(p, Alt):
        return _alt([deriv(part, x) for part in p.parts], p.tags)
    if isinstance(p, Rep):
        went_on = _rep(deriv(p.first, x), p)
        # clojure also begins anew a repetition that has matched nothing yet, and overflows its stack.
        if p.first is p.again or not is_nullable(p.first):
            return went_on
        return _either(went_on, deriv(Rep(p.again, p.again, _with_match(p.first, p.ret), p.splice), x))
    return Accept(x) if p(x) else None


def is_nullable(p: Any) -> bool:
    """Return True if p can match the empty sequence."""
    if isinstance(p, Cat):
        return all(map(is_nullable, p.parts))
    if isinstance(p, Alt):
        return any(map(is_nullable, p.parts))
    if isinstance(p, Rep):
        return p.first is p.again or is_nullable(p.first)
    return isinstance(p, Accept)


def matched(p: Any) -> Any:
    """Return the match of p, if nothing follows."""
    if isinstance(p, Accept):
        return p.ret
    if isinstance(p, Cat):
        return _with_match(p.parts[0], p.ret, p.tags[0] if p.tags else None) if p.parts else p.ret
    if isinstance(p, Rep):
        return _with_match(p.first, p.ret)
    for i, part in enumerate(p.parts):
        if is_nullable(part):
            ret = matched(part)
            return (p.tags[i], _plain(ret)) if p.tags else ret
    return NOTHING


def _with_match(p: Any, ret: Any, tag: str | None = None) -> Any:
    """ret, and what p has matched where it is anything."""
    if isinstance(p, Cat | Rep):
        more = matched(p)
        if not more:
            return ret
        return ret + more if isinstance(p, Rep) and p.splice else _added(ret, more, tag)
    if isinstance(p, Accept | Alt):
        more = matched(p)
        return ret if more is NOTHING else _added(ret, more, tag)
    return ret


def _added(ret: Any, more: Any, tag: str | None) -> Any:
    return [*ret, more] if tag is None else {**ret, tag: more}


def _plain(ret: Any) -> Any:
    return None if ret is NOTHING else ret


# --- without derivatives ------------------------------------------------------------------------------------


def parses(p: Any, xs: Sequence[Any], i: int = 0) -> Iterator[int]:
    """Yield the end of every way to match a part of xs from i on by p as it is written, by backtracking.

    >>> list(parses(cat(a=star(str.isalpha), b=star(str.isalpha)), ["x"]))
    [0, 1, 1]
    """
    if isinstance(p, Accept):
        yield i
    elif isinstance(p, Cat):
        head, *rest = p.parts or (Accept(None),)
        for end in parses(head, xs, i):
            yield from parses(p._replace(parts=tuple(rest)), xs, end) if rest else (end,)
    elif isinstance(p, Alt):
        for part in p.parts:
            yield from parses(part, xs, i)
    elif isinstance(p, Rep):
        yield i
        for end in parses(p.again, xs, i):
            if end > i:
                yield from parses(p, xs, end)
    elif i < len(xs) and p(xs[i]):
        yield i + 1


# --- nodes of what derivatives have left; None is the regex that matches nothing, not even no element ------


def _cat(parts: Sequence[Any], tags: tuple[str, ...] | None, ret: Any) -> Any:
    if any(part is None for part in parts):
        return None
    while parts and isinstance(parts[0], Accept):
        ret = _added(ret, parts[0].ret, tags[0] if tags else None)
        parts, tags = parts[1:], tags[1:] if tags else None
        if not parts:
            return Accept(ret)
    return Cat(tuple(parts), tags, ret)


def _rep(first: Any, p: Rep) -> Any:
    if first is None:
        return None
    if isinstance(first, Accept):
        return Rep(p.again, p.again, [*p.ret, first.ret], p.splice)
    return p._replace(first=first)


def _alt(parts: Sequence[Any], tags: tuple[str, ...] | None) -> Any:
    live = [i for i, part in enumerate(parts) if part is not None]
    if not live:
        return None
    if len(live) > 1:
        return Alt(tuple(parts[i] for i in live), tuple(tags[i] for i in live) if tags else None)
    only = parts[live[0]]
    if tags is None:
        return only
    tag = tags[live[0]]
    return Accept((tag, _plain(only.ret))) if isinstance(only, Accept) else Alt((only,), (tag,))


def _either(a: Any, b: Any) -> Any:
    return _alt([a, b], None)
