"""Examples of sequences that match a regex."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mxspec.core.spec import INVALID, Overrides, Path, Seen, Spec, given_gen, strategy_of
from mxspec.names.registry import resolve
from mxspec.regex.derivatives import conform_all
from mxspec.regex.nodes import NOTHING, Accept, Alt, Amp, Cat, Node, Rep, opened
from mxspec.strategies import combine, sampling

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def regex_strategy(p: Any, overrides: Overrides, path: Path, seen: Seen) -> SearchStrategy[Any]:
    """A strategy of lists of elements that p matches (re-gen)."""
    op, name = opened(p)
    spec = p if isinstance(p, Spec) else None
    own_gen = given_gen(overrides, (p if isinstance(p, str) else name, name, path))
    if own_gen is not None:
        made = combine.made_by(own_gen, what=f"the override at {list(path)}")
        return made if isinstance(op, Node) else combine.fmap(lambda x: [x], made)
    if isinstance(p, str):
        spec = resolve(p)
    if spec is not None and spec.is_regex and spec.gen_fn is not None:
        return combine.made_by(spec.gen_fn, what=f"the generator of {spec!r}")
    if isinstance(op, Accept):
        return combine.just([] if op.ret is NOTHING else [op.ret])
    if isinstance(op, Cat):
        tags: Sequence[str | None] = op.ks or (None,) * len(op.ps)
        parts = [
            regex_strategy(part, overrides, path if tag is None else (*path, tag), seen)
            for part, tag in zip(op.ps, tags, strict=True)
        ]
        return combine.flat(combine.tuples(parts))
    if isinstance(op, Alt):
        return _alt_strategy(op, overrides, path, seen.entered(op))
    if isinstance(op, Rep):
        inside = seen.entered(op)
        if inside[id(op)] > inside.limit:
            return combine.just([])
        part = combine.lazy(lambda: regex_strategy(op.p2, overrides, path, inside))
        return combine.flat(combine.lists(part, max_size=5))
    if isinstance(op, Amp):
        return sampling.such_that(
            lambda xs: conform_all(op, xs) is not INVALID,
            regex_strategy(op.p1, overrides, path, seen),
            what=repr(spec or op),
        )
    return combine.fmap(lambda x: [x], strategy_of(p, overrides, path, seen))


def _alt_strategy(op: Alt, overrides: Overrides, path: Path, inside: Seen) -> SearchStrategy[Any]:
    if op.is_maybe and inside[id(op)] > inside.limit:
        return combine.just([])
    tags: Sequence[str | None] = op.ks or (None,) * len(op.ps)
    branches = [
        combine.lazy(
            lambda part=part, tag=tag: regex_strategy(  # type: ignore[misc]
                part, overrides, path if tag is None else (*path, tag), inside
            )
        )
        for part, tag in zip(op.ps, tags, strict=True)
        if tag is None or not inside.exhausted(op, path, tag)
    ]
    # Nothing is simpler than something, so shrinking goes there.
    return combine.one_of(reversed(branches) if op.is_maybe else branches)
