"""Values on both sides of the borders of a part, for each kind of spec.

edges_of(int_in(0, 10), 3) yields -1, 0, 9 and 10, each with its bound, and "3", 3.0 and True, each with its
type. The spec later decides whether such a value is wrong, so a useless value only costs time.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from mxspec.base.lazy import LateModule
from mxspec.base.strategies.sampling import Effort
from mxspec.base.values import is_numpy_scalar, repr_of
from mxspec.changes.borders.constants import neighbours
from mxspec.changes.borders.inner import fits, is_leaf
from mxspec.changes.borders.leaf_borders import (
    MOST_ALIKE,
    TRIED,
    Border,
    Edge,
    alike,
    at_leaf,
    constants_near,
    edges_up_to_error,
    forms_of,
)
from mxspec.changes.borders.operands import operands_of
from mxspec.changes.borders.parts import weight
from mxspec.changes.borders.texts import edits_of
from mxspec.frames.frame_spec import FrameSpec
from mxspec.models.boundary import find_boundary
from mxspec.models.model_spec import ModelSpec
from mxspec.near.presence import PartUnderKey, keys_of_relation, keys_within, presence_of, presences
from mxspec.near.sites import Examples, relations_of
from mxspec.predicates import is_int
from mxspec.questions.examples import sample_within
from mxspec.specs.arrays import ArraySpec
from mxspec.specs.collections import Every, HomogeneousMap, Tuple
from mxspec.specs.core.lenses import parts_of, with_part
from mxspec.specs.core.spec import AskKind, Predicate, Spec, text_of
from mxspec.specs.logic import And, Or
from mxspec.specs.maps import Keys
from mxspec.specs.multi_specs import MultiSpec
from mxspec.specs.regex.matching import Regex
from mxspec.specs.wrappers import Nilable
from mxspec.transform.schemas.json_kinds import OneOf

np: Any = LateModule("numpy")

_FEW: Final = 4
_MOST_OPERANDS: Final = 20


def edges_of(spec: Spec, x: Any, examples: Examples) -> Iterator[Edge]:
    """Yield values near the borders of a spec; x is its current value."""
    for several in kinds_of_edges(spec, x, examples):
        yield from edges_up_to_error(several)


Edges = Iterator[Iterable[Edge]]


@functools.singledispatch
def kinds_of_edges(spec: Spec, x: Any, examples: Examples) -> Edges:
    """Yield values near the conditions of a kind itself, not of its parts; an error ends its group."""
    if is_leaf(spec):
        yield from at_leaf(spec, x)
        return
    yield alike(x)
    yield _changed_parts(TRIED, x, [])
    yield ((TRIED, new) for new in constants_near((spec,)))


@kinds_of_edges.register
def _of_nilable(spec: Nilable, x: Any, examples: Examples) -> Edges:
    yield [(Border("None"), None)]
    yield alike(x)


@kinds_of_edges.register
def _of_one_of(spec: OneOf, x: Any, examples: Examples) -> Edges:
    yield alike(x)


@kinds_of_edges.register
def _of_or(spec: Or, x: Any, examples: Examples) -> Edges:
    yield alike(x)
    yield from ([(Border("branch", tag), y)] for tag, part in spec.branches for y in examples.of(part)[:1])


@kinds_of_edges.register
def _of_multi_spec(spec: MultiSpec, x: Any, examples: Examples) -> Edges:
    yield _tags(spec, x)


@kinds_of_edges.register
def _of_keys(spec: Keys, x: Any, examples: Examples) -> Edges:
    yield alike(x)
    yield _maps_with_other_keys(spec, x)


@kinds_of_edges.register
def _of_model(spec: ModelSpec, x: Any, examples: Examples) -> Edges:
    yield examples.keep(spec, lambda: [*_of_models(spec, examples)])


@kinds_of_edges.register
def _of_array(spec: ArraySpec, x: Any, examples: Examples) -> Edges:
    yield _arrays(spec, x)
    yield alike(x)


@kinds_of_edges.register(Tuple)
@kinds_of_edges.register(Every)
def _of_collection(spec: Tuple | Every, x: Any, examples: Examples) -> Edges:
    yield alike(x)
    yield _counts(spec, x, examples)


@kinds_of_edges.register
def _of_and(spec: And, x: Any, examples: Examples) -> Edges:
    if is_leaf(spec):
        yield from at_leaf(spec, x)
    relations = relations_of(spec)
    keys = keys_within(spec) if relations else []
    for pred in relations:
        yield _presences(pred, keys, x, examples)
        yield _variants(pred, keys, x, examples)
        yield itertools.islice(_relation_at_operands(pred, x), _MOST_OPERANDS)
        yield ((Border("relation", text_of(pred)), new) for new in _with_other_pieces(keys, x, examples))
    yield from (_relation(pred, x) for pred in relations)


@kinds_of_edges.register
def _of_frame(spec: FrameSpec, x: Any, examples: Examples) -> Edges:
    yield [(Border("type", "None"), None), (Border("type", "list"), []), (Border("type", "dict"), {})]


@kinds_of_edges.register
def _of_regex(spec: Regex, x: Any, examples: Examples) -> Edges:
    yield alike(x)
    yield _orders(x)


@kinds_of_edges.register
def _of_asked(spec: AskKind, x: Any, examples: Examples) -> Edges:
    yield from kinds_of_edges.dispatch(Spec)(spec, x, examples)
    yield from kinds_of_edges(spec.of, x, examples)


# --- maps and collections ---------------------------------------------------------------------------------


def _maps_with_other_keys(spec: Keys, x: Any) -> Iterator[Edge]:
    if type(x) is not dict:
        return
    for group in (*spec.required_keys, *spec.optional_keys)[:MOST_ALIKE]:
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
    """Yield values without a tag, with a tag that has no method, and with the tag of a different method."""
    tags = [*spec.methods]
    strange = [
        new
        for tag in tags
        for new in (*(new for _, new in edits_of(tag)), *neighbours(tag), str(tag))
        if new not in tags
    ]
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
    if fresh and most <= 100:  # with the plainest elements, which keep a sum small
        plainest = min((y[1] for y in more) if is_map else more, key=weight)
        plain = [(y[0], plainest) for y in more] if is_map else more if is_distinct else [plainest] * 101
        yield Border("greatest length", most), kind(plain[: int(most) + 1])
    yield from ((Border("least length", least), kind((xs or more)[:n])) for n in (least - 1, least) if n >= 0)
    yield from (
        (Border("greatest length", most), kind(more[: int(n)])) for n in (most + 1, most) if most <= 100
    )
    yield Border("count"), kind([])
    if type(x) in (list, tuple) and xs:
        yield from ((Border("count", "one less"), x[:-1]), (Border("count", "one more"), x + x[:1]))
    if is_distinct and xs and not is_map:
        yield from ((Border("repeat"), kind([*xs[:-1], xs[0]])), (Border("repeat"), kind([*xs, xs[-1]])))
    if is_distinct and not is_map:
        for pair in (("a", "A"), ("a", " a"), ("\u00e9", "e\u0301"), (1, -1), ([0], [0, 0])):
            yield Border("repeat", f"{pair[0]!r} and {pair[1]!r}"), kind([*xs[2:], *pair])
    if not isinstance(spec, HomogeneousMap) and not is_tuple and isinstance(x, (list, tuple)) and len(xs) > 1:
        yield Border("order", "reversed"), kind(xs[::-1])


def _orders(x: Any) -> Iterator[Edge]:
    """Yield sequences with an element fewer or more, in a different order, or with one of a wrong type."""
    if x is None:
        return
    xs = [*x]
    places = {len(xs) // 2: "middle", len(xs) - 1: "last", 0: "first"} if xs else {}
    for i, at in places.items():
        yield (
            Border("order", f"two exchanged, {at}"),
            [*xs[:i], *xs[i + 1 : i + 2], *xs[i : i + 1], *xs[i + 2 :]],
        )
    for i, at in places.items():
        yield Border("count", f"without the {at}"), [*xs[:i], *xs[i + 1 :]]
        yield Border("count", f"the {at} twice"), [*xs[: i + 1], *xs[i:]]
        yield Border("count", f"up to the {at}"), xs[: i + 1]
        others = (new for _, new in alike(xs[i]) if not is_numpy_scalar(new))
        yield from ((Border("type", "of an element"), [*xs[:i], new, *xs[i + 1 :]]) for new in others)
    yield from ((Border("order", "reversed"), xs[::-1]), (Border("count", "one more"), [*xs, None]))
    yield from ((Border("count", "one more"), [*xs, ...]), (Border("count", "none"), []))


def _changed_parts(border: Border, x: Any, others: Iterable[Any]) -> Iterator[Edge]:
    """Yield copies of x with one part replaced by a neighbour, by None, or by a value in others."""
    for step, part in parts_of(x):
        for new in (*neighbours(part), *(new for _, new in edits_of(part)), None, *others):
            if type(new) is not type(part) or new != part:
                with contextlib.suppress(Exception):
                    yield border, with_part(x, step, new)


def _with_other_pieces(keys: list[PartUnderKey], x: Any, examples: Examples) -> Iterator[Any]:
    """Yield copies of x with a different value under a key, with a key that x lacks, or without a key."""
    for keyed in keys:
        for new in (*keyed.members(), *examples.of(keyed.part.spec)[:_FEW]):
            with contextlib.suppress(Exception):
                yield keyed.with_piece(x, new)
        with contextlib.suppress(Exception):
            yield from [keyed.without(x)] if keyed.is_optional else []


def _presences(pred: Spec, keys: list[PartUnderKey], x: Any, examples: Examples) -> Iterator[Edge]:
    """Yield copies of x with and without each pair of the optional keys that a relation reads.

    The first copies have none of the other such keys, the next ones have the same as x.
    """
    bare = x
    for keyed in keys_of_relation(pred, keys):
        with contextlib.suppress(Exception):
            bare = keyed.without(bare)
    for some, has in presences(pred, keys):
        for whole in (bare, x):
            new = whole
            with contextlib.suppress(Exception):
                for keyed, is_there in zip(some, has, strict=True):
                    new = keyed.with_example(new, examples) if is_there else keyed.without(new)
                yield presence_of(some, has), new


def _variants(pred: Spec, keys: list[PartUnderKey], x: Any, examples: Examples) -> Iterator[Edge]:
    """Yield copies of x with a leaf in another form, or with a member, with and without a relation's key.

    A function that compares two texts may ignore their case, and one that compares moments may ignore their
    offsets. A function that requires a key for one member may forbid it for another.
    """
    text, named = text_of(pred), keys_of_relation(pred, keys)
    bare = full = x
    for keyed in (each for each in keys if each.is_optional):
        with contextlib.suppress(Exception):
            bare = keyed.without(bare)
    for keyed in named:
        with contextlib.suppress(Exception):
            full = keyed.with_example(full, examples)
    for few, keyed in itertools.product((each for each in keys if each.members()), named):
        for member, whole in itertools.product(few.members(), (bare, x)):
            with contextlib.suppress(Exception):
                new = few.with_piece(whole, member)
                words = f"{few} {member!r}"
                yield Border("variant", f"{text} ({words} with {keyed})"), keyed.with_example(new, examples)
                yield Border("variant", f"{text} ({words} without {keyed})"), keyed.without(new)
    for whole in (x, full) if full is not x else (x,):
        for k, (leaf, put) in enumerate(leaves_of(whole), 1):
            for words, new in forms_of(leaf):
                yield Border("variant", f"{text} ({words} at leaf {k})"), put(new)
    together = full
    for k, (leaf, _) in enumerate(leaves_of(full)):
        if isinstance(leaf, datetime.datetime):
            put = [*leaves_of(together)][k][1]
            together = put(leaf.replace(tzinfo=None if leaf.tzinfo else datetime.UTC))
    if together is not full:
        yield Border("variant", f"{text} (all moments with a zone, or none)"), together


def _relation_at_operands(pred: Spec, x: Any) -> Iterator[Edge]:
    """Yield copies of x with one part, at any depth, set to the value that the relation compares it with."""
    for leaf, put in leaves_of(x):
        operands = operands_of(pred.pred, leaf, put) if isinstance(pred, Predicate) else []
        near = {repr_of(new): new for x in operands for new in neighbours(x) if type(new) is type(leaf)}
        yield from ((Border("relation", text_of(pred)), put(new)) for new in near.values())


def _relation(pred: Spec, x: Any) -> Iterator[Edge]:
    """Yield copies of x with one part, at any depth, joined with another, or near a constant."""
    border = Border("relation", text_of(pred))
    leaves = [*leaves_of(x)]
    others = [] if not isinstance(pred, Predicate) else constants_near((pred,))[:20]
    for (leaf, put), (other, _) in itertools.product(leaves, leaves):
        if type(leaf) is type(other) is str and leaf is not other:
            yield border, put(leaf + other)
    for leaf, put in leaves:
        yield from ((border, put(new)) for new in (*neighbours(leaf), *others) if type(new) is type(leaf))
    yield from _changed_parts(border, x, ())
    if type(x) is list:
        yield from ((border, new) for new in (x[:-1], x[::-1], x + x, x[:0], [*x[:1], *x[:1], *x[2:]]))


def leaves_of(x: Any, most: int = 24) -> Iterator[tuple[Any, Callable[[Any], Any]]]:
    """Yield the leaves of a value at any depth, each with a function that replaces it."""
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
                if is_float or int(of(limit)) + way * (new != limit) == new:  # an unsigned dtype lacks -1
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
    """Yield values with neighbouring labels, of a different kind, on both sides of a boundary, and noise."""
    labels = examples.of(spec.label_spec)
    several = {(type(new), repr(new)): new for new in [*_labels_near(spec.label_spec, labels), *labels]}
    if spec.others is not None:
        for label in several.values():
            if fits(spec.label_spec, label) and not is_numpy_scalar(label):
                yield from _of_another_kind(spec, label)
    if spec.generate is not None:
        latents = [] if spec.latent is None else [_first_latent(spec)]
        for new in several.values():
            with contextlib.suppress(Exception):  # the model can't generate a value for this label
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


def _of_another_kind(spec: ModelSpec, label: Any) -> Iterator[Edge]:
    """Yield the values that spec.others returns for a label and in which discriminate finds no label."""
    assert spec.others is not None
    with contextlib.suppress(Exception):  # it has no values for this label
        for x in spec.others(label):
            if (spec.input is None or fits(spec.input, x)) and spec.read(x).label is None:
                yield Border("another kind", f"like {label!r}"), x


def _labels_near(spec: Spec, labels: list[Any]) -> Iterator[Any]:
    """Yield numbers at the borders of a spec of labels; none if no label is an int."""
    if any(map(is_int, labels)):
        edges = itertools.chain.from_iterable(map(edges_up_to_error, at_leaf(spec, labels[0])))
        yield from (new for _, new in edges if is_int(new))
        yield from range(10)


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
