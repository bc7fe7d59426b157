"""Values at the borders of a part: for each kind of spec, what lies on both sides of what it asks.

edges_of(int_in(0, 10), 3) yields -1, 0, 9 and 10 with their bounds, "3", 3.0 and True with the type that they
are not. Whether such a value is wrong, the spec says later; so a useless value costs time and does no harm.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import enum
import functools
import itertools
import math
import uuid
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from mxspec.api.examples import sample_within
from mxspec.borders.constants import Constants, neighbours
from mxspec.borders.parts import parts_of, with_part
from mxspec.core.spec import Predicate, Spec, text_of, walk
from mxspec.errors import SpecError
from mxspec.frames.frame_spec import FrameSpec
from mxspec.lazy import LateModule
from mxspec.models.boundary import find_boundary
from mxspec.models.model_spec import ModelSpec
from mxspec.near.operands import operands_of
from mxspec.near.sites import MISSING, Examples, fits, is_leaf, relations_of, unwrap
from mxspec.predicate_rows import PredicateRow, row_of
from mxspec.predicates import is_number
from mxspec.schemas.json_kinds import SchemaPredicate
from mxspec.specs.arrays import ArraySpec
from mxspec.specs.collections import Every, HomogeneousMap, Tuple
from mxspec.specs.logic import And, Or
from mxspec.specs.maps import Keys
from mxspec.specs.multi_specs import MultiSpec
from mxspec.specs.ranges import Range, StrIn
from mxspec.specs.wrappers import Conformer, Nilable
from mxspec.strategies.narrowing import bounds_of
from mxspec.strategies.sampling import Effort

np: Any = LateModule("numpy")

_LONGEST: Final = 10_000  # of a text or a list that is made
_MOST_CONSTANTS: Final = 60
_MOST_OPERANDS: Final = 40


@dataclasses.dataclass(frozen=True)
class Border:
    """A border: what a spec asks of a part, and where.

    Attributes:
        kind: "low", "high", "multiple", "least length", "greatest length", "member", "type", "look-alike",
            "None", "pattern", "missing key", "extra key", "renamed key", "tag", "branch", "count", "repeat",
            "order", "shape", "dtype", "value", "label", "boundary", "noise", "condition" or "relation".
        at: the bound, the length, the member, the key, the name of the other type, the text of the condition.
    """

    kind: str
    at: Any = None

    def __str__(self) -> str:
        at = self.at if isinstance(self.at, str) and self.kind in _WORDS else repr(self.at)
        return self.kind if self.at is None else f"{self.kind} {at}"


_WORDS: Final = ("type", "look-alike", "condition", "relation", "pattern", "order", "branch")

Edge = tuple[Border, Any]
"""A border, and a value near it."""


def edges_of(spec: Spec, x: Any, examples: Examples) -> Iterator[Edge]:
    """Yield values near the borders of a part, which is x now."""
    for several in _kinds_of_edges(spec, x, examples):
        with contextlib.suppress(Exception):  # x is of another type than a border is for
            yield from several


def _kinds_of_edges(spec: Spec, x: Any, examples: Examples) -> Iterator[Iterable[Edge]]:
    match spec:
        case Nilable():
            yield [(Border("None"), None)]
        case Or():
            yield from (
                [(Border("branch", tag), y)] for tag, part in spec.branches for y in examples.of(part)[:1]
            )
        case MultiSpec():
            yield _tags(spec, x)
        case Keys():
            yield _alike(x)
            yield _keys(spec, x)
        case ModelSpec():
            yield examples.once(spec, lambda: [*_of_models(spec, examples)])
        case ArraySpec():
            yield _arrays(spec, x)
            yield _alike(x)
        case Tuple() | Every():
            yield _alike(x)
            yield _counts(spec, x, examples)
        case And() if not isinstance(spec, Range) and not is_leaf(spec):
            yield from (_relation(pred, x) for pred in relations_of(spec))
        case FrameSpec():
            yield [(Border("type", "None"), None), (Border("type", "list"), []), (Border("type", "dict"), {})]
        case _ if spec.is_regex:
            yield _alike(x)
            yield _orders(x)
        case _ if is_leaf(spec):
            yield from _at_leaf(spec, x)
        case _:  # a kind that only answers
            yield _alike(x)
            yield _changed_parts(Border("condition"), x, [])
            yield ((Border("condition"), new) for new in _constants((spec,)))


# --- leaves -----------------------------------------------------------------------------------------------


def _at_leaf(spec: Spec, x: Any) -> Iterator[Iterable[Edge]]:
    preds = list(_preds_of(spec))
    inverse: Callable[[Any], Any] | None = None
    for pred in preds:
        row = pred.row if isinstance(pred, (Range, SchemaPredicate)) else _row_of(pred)
        edges = _at_row(row, x) if row is not None else iter(())
        if inverse is None:
            yield edges
            yield _at_operands(pred, x)
        else:  # it sees what a conformer made of the value
            back = inverse
            yield ((border, back(new)) for border, new in [*edges, *_of_conformed(pred)])
        if isinstance(pred, Conformer):
            inverse = pred.unf or str
    yield _alike(x)
    if len(preds) > 1:
        yield _without_each(tuple(preds))
    if isinstance(x, str):
        patterns = [each.pattern or each.format for each in preds if isinstance(each, StrIn)]
        border = Border("pattern", next(filter(None, patterns))) if any(patterns) else Border("condition")
        yield ((border, new) for new in _edits(x))
    if not all(map(_is_known, preds)):
        tried = (*neighbours(x), *_constants(tuple(preds)))
        yield ((Border("condition"), new) for new in tried if type(new) is type(x))


def _preds_of(spec: Spec) -> Iterator[Spec]:
    inner = unwrap(spec)
    if isinstance(inner, And) and not isinstance(inner, Range):
        for pred in inner.preds:
            yield from _preds_of(pred)
    else:
        yield inner


def _is_known(pred: Spec) -> bool:
    """True for a range, and a predicate whose conditions are known."""
    return isinstance(pred, Range) or (isinstance(pred, Predicate) and row_of(pred.pred) is not None)


def _row_of(pred: Spec) -> PredicateRow | None:
    return bounds_of(pred.pred)[0] if isinstance(pred, Predicate) else None


def _at_row(row: PredicateRow, x: Any) -> Iterator[Edge]:
    for kind, bound in (("low", row.low), ("high", row.high)):
        if bound is not None:
            border = Border(kind, bound[0])
            yield from ((border, new) for new in neighbours(bound[0]) if type(new) is type(x))
            if type(bound[0]) is not type(x) and is_number(x):
                yield from ((border, new) for new in neighbours(type(x)(bound[0])) if type(new) is type(x))
    if row.factor is not None:
        steps = (1, -1, row.factor, -row.factor)
        yield from ((Border("multiple", row.factor), x + step) for step in steps)
    for kind, limit, beyond in (("least length", row.least, -1), ("greatest length", row.most, 1)):
        for n in (limit + beyond, limit) if isinstance(limit, int) and limit < _LONGEST else ():
            yield from ((Border(kind, limit), new) for new in _of_length(x, n) if n >= 0)
    members = row.members or ()
    for member in members:
        yield Border("member", member), member
        strange = (y for y in (*neighbours(member), *_edits(member)) if y not in members)
        yield from ((Border("member", member), y) for y in strange)
    if row.zones and isinstance(x, datetime.datetime):
        other = None if x.tzinfo else datetime.UTC
        yield Border("type", "a time zone more" if other else "no time zone"), x.replace(tzinfo=other)


def _of_length(x: Any, n: int) -> Iterator[Any]:
    """Yield x with another length; a cut may break other conditions, so there are several."""
    if len(x) > n:
        yield from (x[:n], x[len(x) - n :], x[: n - n // 2] + x[len(x) - n // 2 :])
    else:
        filler = x or ("a" if isinstance(x, str) else b"a" if isinstance(x, bytes) else [0])
        yield (x + filler * n)[:n]


def _edits(x: Any) -> Iterator[str]:
    """Yield texts that differ from x in a letter, the classic slips of a pattern."""
    if type(x) is str:
        yield from (x[:-1], x[1:], x + "\n", " " + x, x + " ", x + "a", x + "0", x.swapcase(), "", x + x)
        for i in dict.fromkeys((0, len(x) // 2, len(x) - 1)) if x else ():
            yield from (x[:i] + letter + x[i + 1 :] for letter in ("_", "9", "0", "a", "Z", "\u0663"))
            yield x[:i] + x[i] + x[i:]
        yield from (x.replace(letter, "", 1) for letter in "-@.:/T" if letter in x)


@functools.lru_cache(2000)
def _without_each(preds: tuple[Spec, ...]) -> list[Edge]:
    """Return values that fit all preds but one, drawn from the others."""
    found: list[Edge] = []
    for i, pred in enumerate(preds[1:], 1):
        effort = Effort()
        effort.most = 5000
        with contextlib.suppress(SpecError):
            drawn = sample_within(And((*preds[:i], *preds[i + 1 :])), 20, 0, effort)
            several = [new for new in drawn if not fits(pred, new)][:3]
            found += [(Border("condition", text_of(pred)), new) for new in several]
    return found


@functools.lru_cache(2000)
def _constants(specs: tuple[Spec, ...]) -> list[Any]:
    several = itertools.islice(itertools.chain.from_iterable(map(walk, specs)), 30)
    return Constants(several).values[:_MOST_CONSTANTS]


def _at_operands(pred: Spec, x: Any) -> Iterator[Edge]:
    """Yield what a function compares x with, and its neighbours."""
    if isinstance(pred, Predicate) and not isinstance(pred, SchemaPredicate):
        found = operands_of(pred.pred, x, lambda spy: spy)
        several = itertools.chain.from_iterable(map(neighbours, found))
        yield from (
            (Border("condition", text_of(pred)), new) for new in itertools.islice(several, _MOST_OPERANDS)
        )


def _of_conformed(pred: Spec) -> Iterator[Edge]:
    yield from ((Border("condition", text_of(pred)), new) for new in _constants((pred,)))


# --- values that look alike -------------------------------------------------------------------------------

_ALIKE: Final[list[tuple[Any, Callable[[Any], list[Any]]]]] = [
    (type(None), lambda x: [0, "", False, [], {}, "None"]),
    (bool, lambda x: [int(x), str(x).lower(), np.bool_(x)]),
    (enum.Enum, lambda x: [x.value, x.name]),
    (int, lambda x: [str(x), float(x) if abs(x) < 2**53 else 0.5, bool(x), Decimal(x), np.int64(x % 2**62)]),
    (
        float,
        lambda x: [
            str(x),
            *([int(x)] if math.isfinite(x) else []),
            np.float64(x),
            math.nan,
            math.inf,
            -math.inf,
        ],
    ),
    (
        str,
        lambda x: [x.encode("utf-8", "replace"), [x], {x}, *([int(x)] if x.isdecimal() else []), np.str_(x)],
    ),
    (bytes, lambda x: [x.decode("latin-1")]),
    (Decimal, lambda x: [str(x), float(x), Decimal("NaN")]),
    (
        datetime.datetime,
        lambda x: [x.isoformat(), x.replace(tzinfo=None if x.tzinfo else datetime.UTC), x.date()],
    ),
    (datetime.date, lambda x: [x.isoformat(), datetime.datetime(x.year, x.month, x.day)]),
    (datetime.timedelta, lambda x: [x.total_seconds(), str(x)]),
    (uuid.UUID, lambda x: [str(x), x.int]),
    (
        (list, tuple),
        lambda x: [(tuple if type(x) is list else list)(x), dict(enumerate(x)), *x[:1], "".join(map(str, x))],
    ),
    ((set, frozenset), lambda x: [[*x], tuple(x)]),
    (dict, lambda x: [[*x.items()], [*x.keys()], [x]]),
]
_OTHER: Final[tuple[Any, ...]] = (None, "", [], {})


def _alike(x: Any) -> Iterator[Edge]:
    """Yield values of other types that look like x."""
    own = "array" if hasattr(x, "dtype") and hasattr(x, "shape") else type(x).__name__
    alike = next((other(x) for kind, other in _ALIKE if isinstance(x, kind)), [])
    if hasattr(x, "dtype") and hasattr(x, "shape"):
        kinds = ("float64", "float32", "int64", "uint8", "object")
        with np.errstate(all="ignore"):
            alike = [x.tolist(), *(x.astype(kind) for kind in kinds if x.dtype != kind)]
        yield from ((Border("dtype", str(getattr(new, "dtype", "list"))), new) for new in alike)
        alike = []
    for new in alike:
        same = type(new) is type(x)
        yield (
            Border("value", repr(new)) if same else Border("look-alike", f"{type(new).__name__} for {own}"),
            new,
        )
    for new in _OTHER:
        if type(new) is not type(x):
            yield Border("type", f"{'None' if new is None else type(new).__name__} for {own}"), new


# --- maps and collections ---------------------------------------------------------------------------------


def _keys(spec: Keys, x: Any) -> Iterator[Edge]:
    if type(x) is not dict:
        return
    for group in (*spec.required_keys, *spec.optional_keys):
        keys = [key for key, _ in group.entries()]
        yield (
            Border("missing key", keys[0] if len(keys) == 1 else tuple(keys)),
            {k: y for k, y in x.items() if k not in keys},
        )
        for key in keys:
            others = (
                (f"{key}_", key.upper(), key.title(), key.replace("_", "-"))
                if isinstance(key, str)
                else (str(key),)
            )
            for other in dict.fromkeys(others):
                if key in x and other not in (*x, *spec.key_specs):
                    yield Border("renamed key", key), {(other if k == key else k): y for k, y in x.items()}
    yield from (
        (Border("extra key"), {**x, key: y})
        for key in ("other", *[f"{key}_" for key in [*spec.key_specs][:1]])
        for y in (0, None)
    )


def _tags(spec: MultiSpec, x: Any) -> Iterator[Edge]:
    """Yield a value with a tag of no method, without one, and with the tag of another method."""
    tags = [*spec.methods]
    strange = [new for tag in tags for new in (*_edits(tag), *neighbours(tag), str(tag)) if new not in tags]
    keys = [spec.dispatch] if isinstance(spec.dispatch, str) else [key for key, _ in parts_of(x)]
    for key in keys:
        if type(x) is dict:
            yield Border("tag"), {k: part for k, part in x.items() if k != key}
        for new in (None, *strange[:12], *tags):
            border = Border("tag", new) if new in tags else Border("tag")
            with contextlib.suppress(Exception):
                yield border, with_part(x, key, new)
    if callable(spec.dispatch):
        yield from _changed_parts(Border("tag"), x, [])


def _counts(spec: Any, x: Any, examples: Examples) -> Iterator[Edge]:
    kind, is_tuple, is_map = type(x), isinstance(spec, Tuple), isinstance(x, dict)
    xs = [*(x.items() if is_map else x)]
    least, most = (len(spec.preds),) * 2 if is_tuple else spec.options.sizes()
    is_distinct = is_map or isinstance(x, (set, frozenset)) or (not is_tuple and spec.options.distinct)
    part = spec.preds[-1] if is_tuple and spec.preds else None if is_tuple else spec.pred
    drawn: list[Any] = examples.of(part) if part is not None else [None]
    fresh = [tuple(each) if is_map else each for each in drawn]
    more = [*xs, *(y for y in fresh if y not in xs)] if is_distinct else [*xs, *(xs or fresh) * 100]
    yield from ((Border("least length", least), kind((xs or more)[:n])) for n in (least - 1, least) if n >= 0)
    yield from (
        (Border("greatest length", most), kind(more[: int(n)])) for n in (most + 1, most) if most <= 100
    )
    yield Border("count"), kind([])
    if is_distinct and xs and not is_map:
        yield from ((Border("repeat"), kind([*xs[:-1], xs[0]])), (Border("repeat"), kind([*xs, xs[-1]])))
    if not isinstance(spec, HomogeneousMap) and not is_tuple and isinstance(x, (list, tuple)) and len(xs) > 1:
        yield Border("order", "reversed"), kind(xs[::-1])


def _orders(x: Any) -> Iterator[Edge]:
    """Yield a sequence with an element less or more, out of order, or of another type."""
    if x is None:
        return
    xs = [*x]
    for i in dict.fromkeys((0, len(xs) // 2, len(xs) - 1)) if xs else ():
        yield Border("count", "one less"), [*xs[:i], *xs[i + 1 :]]
        yield Border("count", "one twice"), [*xs[: i + 1], *xs[i:]]
        yield Border("order", "two exchanged"), [*xs[:i], *xs[i + 1 : i + 2], *xs[i : i + 1], *xs[i + 2 :]]
        yield from (
            (Border("type", "of an element"), [*xs[:i], new, *xs[i + 1 :]]) for _, new in _alike(xs[i])
        )
    yield from ((Border("order", "reversed"), xs[::-1]), (Border("count", "one more"), [*xs, None]))
    yield from ((Border("count", "one more"), [*xs, object()]), (Border("count", "none"), []))


def _changed_parts(border: Border, x: Any, others: Iterable[Any]) -> Iterator[Edge]:
    """Yield x with one part in place of which stands a neighbour, None, or one of others."""
    for step, part in parts_of(x):
        for new in (*neighbours(part), *_edits(part), None, *others):
            if type(new) is not type(part) or new != part:
                with contextlib.suppress(Exception):
                    yield border, with_part(x, step, new)


def _relation(pred: Spec, x: Any) -> Iterator[Edge]:
    """Yield x with one part changed, at any depth, to what the relation compares it with."""
    border = Border("relation", text_of(pred))
    others = _constants((pred,))[:20] if isinstance(pred, Predicate) else []
    for leaf, put in leaves_of(x):
        found = operands_of(pred.pred, leaf, put) if isinstance(pred, Predicate) else []
        near = itertools.chain.from_iterable(map(neighbours, [*found, leaf]))
        yield from ((border, put(new)) for new in near if type(new) is type(leaf))
        yield from ((border, put(new)) for new in others if type(new) is type(leaf))
    yield from _changed_parts(border, x, ())
    if type(x) is list:
        yield from ((border, new) for new in (x[:-1], x[::-1], x + x, x[:0]))


def leaves_of(x: Any, most: int = 24) -> Iterator[tuple[Any, Callable[[Any], Any]]]:
    """Yield the leaves of a value at any depth, each with a function that puts another one in its place."""
    waiting: list[tuple[Any, Callable[[Any], Any]]] = [(x, lambda new: new)]
    for _ in range(most):
        if not waiting:
            return
        part, put = waiting.pop(0)
        inner = parts_of(part) if isinstance(part, (dict, list, tuple)) or hasattr(part, "__dict__") else []
        inner = [each for each in inner if not (type(part) is dict and isinstance(each[0], tuple))]
        if not inner and not isinstance(part, (dict, list, tuple)):
            yield part, put

        def deeper(put: Callable[[Any], Any], part: Any, step: Any) -> Callable[[Any], Any]:
            return lambda new: put(with_part(part, step, new))

        waiting += [(each, deeper(put, part, step)) for step, each in inner]


# --- arrays and models ------------------------------------------------------------------------------------


def _arrays(spec: ArraySpec, x: Any) -> Iterator[Edge]:
    spots = [(0,) * x.ndim, tuple(n - 1 for n in x.shape)] if x.size else []
    of, is_float = x.dtype.type, x.dtype.kind == "f"
    limits: list[tuple[str, Any, int]] = [("low", spec.min, -1), ("high", spec.max, 1)]
    for kind, limit, way in limits:
        if limit is not None:
            beyond = np.nextafter(of(limit), of(way * math.inf)) if is_float else limit + way
            for spot, new in itertools.product(spots, (beyond, limit)):
                yield Border(kind, limit), _with_cell(x, spot, new)
    for spot, new in itertools.product(spots, (math.nan, math.inf, -math.inf) if is_float else ()):
        yield Border("value", repr(new)), _with_cell(x, spot, new)
    for axis in range(x.ndim) if x.size else ():
        yield Border("shape", f"one more on axis {axis}"), np.concatenate([x, x.take([-1], axis)], axis)
        yield Border("shape", f"one less on axis {axis}"), x.take(range(x.shape[axis] - 1), axis)
    others = (x[None], x[..., None], x.ravel(), x[0] if x.ndim and len(x) else x, x.T)
    yield from ((Border("shape", str(new.shape)), new) for new in others)


def _with_cell(x: Any, spot: tuple[int, ...], new: Any) -> Any:
    changed = x.copy()
    changed[spot] = new
    return changed


def _of_models(spec: ModelSpec, examples: Examples) -> Iterator[Edge]:
    """Yield values of labels next to those of the spec, values on both sides of a boundary, and noise."""
    labels = examples.of(spec.label_spec)
    if spec.generate is not None:
        latents = [] if spec.latent is None else [_first_latent(spec)]
        own = [
            new for label in labels[:1] for several in _at_leaf(spec.label_spec, label) for _, new in several
        ]
        several = {(type(new), repr(new)): new for new in [*own, *range(10)]}
        for new in several.values():
            with contextlib.suppress(Exception):  # it makes no value of such a label
                yield Border("label", new), spec.make((new, *latents))
    if spec.latent is not None:
        for label in labels[:2]:
            with contextlib.suppress(Exception):
                boundary = find_boundary(spec, label, max_examples=100)
                yield from (
                    (Border("boundary", label), new) for new in (*boundary.strip[-2:], boundary.value)
                )
    inputs = [] if spec.input is None else examples.of(spec.input)
    yield from ((Border("noise"), x) for x in (*inputs, *_noise(inputs or examples.of(spec)[:1])))


def _first_latent(spec: ModelSpec) -> Any:
    source = spec.latents()
    return sample_within(source, 1, 0, Effort())[0]


def _noise(xs: list[Any]) -> Iterator[Any]:
    source = np.random.default_rng(0)
    for x in xs[:1]:
        if hasattr(x, "dtype") and x.dtype.kind == "f":
            yield from (
                source.uniform(0, 1, x.shape).astype(x.dtype),
                np.zeros_like(x),
                np.ones_like(x),
                1 - x,
            )


__all__ = ["MISSING", "Border", "Edge", "edges_of", "leaves_of"]
