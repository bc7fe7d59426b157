"""Examples of sequences that match a regex."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mxspec.core.context import GenContext
from mxspec.core.parts import strategy_of
from mxspec.core.spec import Spec
from mxspec.names.registry import resolve
from mxspec.regex.derivatives import conform_all
from mxspec.regex.nodes import NOTHING, Accept, Alt, Amp, Cat, Node, Rep, opened
from mxspec.strategies import combine, sampling
from mxspec.values.invalid import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def regex_strategy(p: Any, context: GenContext) -> SearchStrategy[Any]:
    """A strategy of lists of elements that p matches (re-gen)."""
    op, name = opened(p)
    spec = p if isinstance(p, Spec) else None
    own_gen = context.override((p if isinstance(p, str) else name, name, context.path))
    if own_gen is not None:
        made = combine.as_strategy(own_gen, what=f"the override at {list(context.path)}")
        return made if isinstance(op, Node) else combine.fmap(lambda x: [x], made)
    if isinstance(p, str):
        spec = resolve(p)
    if spec is not None and spec.is_regex and spec.gen_fn is not None:
        return combine.as_strategy(spec.gen_fn, what=f"the generator of {spec!r}")
    if isinstance(op, Accept):
        return combine.just([] if op.ret is NOTHING else [op.ret])
    if isinstance(op, Cat):
        tags: Sequence[str | None] = op.ks or (None,) * len(op.ps)
        parts = [
            regex_strategy(part, context if tag is None else context.at(tag))
            for part, tag in zip(op.ps, tags, strict=True)
        ]
        return combine.flat(combine.tuples(parts))
    if isinstance(op, Alt):
        return _alt_strategy(op, context.entered(op))
    if isinstance(op, Rep):
        inside = context.entered(op)
        if inside.times(op) > inside.limit:
            return combine.just([])
        part = combine.lazy(lambda: regex_strategy(op.p2, inside))
        return combine.flat(combine.lists(part, max_size=5))
    if isinstance(op, Amp):
        return sampling.such_that(
            lambda xs: conform_all(op, xs) is not INVALID,
            regex_strategy(op.p1, context),
            what=repr(spec or op),
        )
    return combine.fmap(lambda x: [x], strategy_of(p, context))


def _alt_strategy(op: Alt, inside: GenContext) -> SearchStrategy[Any]:
    if op.is_maybe and inside.times(op) > inside.limit:
        return combine.just([])
    tags: Sequence[str | None] = op.ks or (None,) * len(op.ps)
    branches = [
        combine.lazy(functools.partial(regex_strategy, part, inside if tag is None else inside.at(tag)))
        for part, tag in zip(op.ps, tags, strict=True)
        if tag is None or not inside.exhausted(op, tag)
    ]
    # Nothing is simpler than something, so shrinking goes there.
    return combine.one_of(reversed(branches) if op.is_maybe else branches)
