"""Maps with named keys: keys, merge."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mxspec.core.context import GenContext
from mxspec.core.parts import as_pred, explain_pred, form_of, specize, strategy_of
from mxspec.core.problems import Place, explains_errors, refuses_errors
from mxspec.core.spec import Pred, Spec
from mxspec.errors import Problem, SpecDefinitionError
from mxspec.names.registry import check_name, find
from mxspec.predicates import is_dict
from mxspec.specs.logic import branch_strategy
from mxspec.strategies import combine
from mxspec.values.invalid import INVALID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@dataclasses.dataclass(frozen=True)
class KeyGroup:
    """Keys of which any (or_keys) or all (and_keys) must be there."""

    call: str
    parts: tuple[str | KeyGroup, ...]

    def __repr__(self) -> str:
        return f"{self.call}({', '.join(map(repr, self.parts))})"

    def names(self) -> Iterator[str]:
        for part in self.parts:
            yield from _names(part)

    def holds(self, x: Mapping[Any, Any], key: Callable[[str], str]) -> bool:
        combine = any if self.call == "or_keys" else all
        return combine(_holds(part, x, key) for part in self.parts)

    def form(self, key: Callable[[str], str]) -> Any:
        return (self.call.removesuffix("_keys"), *(_contains(part, key) for part in self.parts))


Key = str | KeyGroup


def or_keys(*parts: Key) -> KeyGroup:
    """At least one of the keys, in the req of `keys`.

    Example:
        >>> import mxspec as s
        >>> s.valid(s.keys(req=[s.or_keys("doc/phone", "doc/mail")]), {"doc/mail": "x"})
        True
    """
    return _group("or_keys", parts)


def and_keys(*parts: Key) -> KeyGroup:
    """All of the keys, as one of the choices of `or_keys`.

    Example:
        >>> import mxspec as s
        >>> s.or_keys("doc/secret", s.and_keys("doc/user", "doc/password"))
        or_keys('doc/secret', and_keys('doc/user', 'doc/password'))
    """
    return _group("and_keys", parts)


def _group(call: str, parts: tuple[Key, ...]) -> KeyGroup:
    if not parts:
        raise SpecDefinitionError(f"{call} takes one key or more")
    for part in parts:
        if not isinstance(part, KeyGroup):
            check_name(part)
    return KeyGroup(call, parts)


def _names(part: Key) -> Iterator[str]:
    if isinstance(part, KeyGroup):
        yield from part.names()
    else:
        yield part


def _holds(part: Key, x: Mapping[Any, Any], key: Callable[[str], str]) -> bool:
    return part.holds(x, key) if isinstance(part, KeyGroup) else key(part) in x


def _contains(part: Key, key: Callable[[str], str]) -> Any:
    return part.form(key) if isinstance(part, KeyGroup) else ("contains", key(part))


def qualified(name: str) -> str:
    """The key of a qualified entry: the name itself."""
    return name


def unqualified(name: str) -> str:
    """The key of an unqualified entry: the name without its namespace."""
    return name.partition("/")[2]


def keys(
    req: Sequence[Key] = (),
    opt: Sequence[str] = (),
    req_un: Sequence[Key] = (),
    opt_un: Sequence[str] = (),
    gen: Callable[[], SearchStrategy[Any]] | None = None,
) -> Spec:
    """A map with certain keys, whose values fit the specs that the keys name (s/keys).

    The value under any registered qualified key is checked, listed or not.

    Args:
        req: names of specs that must be there as keys; `or_keys` and `and_keys` group them.
        opt: names that may be there.
        req_un, opt_un: the same, where the key is the name without its namespace.
        gen: a function of no argument that returns a strategy for the whole map.

    Example:
        >>> import mxspec as s
        >>> _ = s.def_("doc/age", s.int_in(0, 150))
        >>> person = s.keys(req_un=["doc/age"])
        >>> s.valid(person, {"age": 40}), s.valid(person, {"age": -1}), s.valid(person, {})
        (True, False, False)
    """
    return Keys(*map(_checked, (req, opt, req_un, opt_un)), gen_fn=gen)


def _checked(entries: Sequence[Key]) -> tuple[Key, ...]:
    if isinstance(entries, (str, KeyGroup)):
        raise SpecDefinitionError(f"keys takes lists of names, not {entries!r}")
    return tuple(entry if isinstance(entry, KeyGroup) else check_name(entry) for entry in entries)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Keys(Spec):
    req: tuple[Key, ...] = ()
    opt: tuple[Key, ...] = ()
    req_un: tuple[Key, ...] = ()
    opt_un: tuple[Key, ...] = ()
    spec_names: Mapping[str, str] = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        named = {name: name for entry in (*self.req, *self.opt) for name in _names(entry)}
        named.update(
            (unqualified(name), name) for entry in (*self.req_un, *self.opt_un) for name in _names(entry)
        )
        object.__setattr__(self, "spec_names", named)

    def _spec_at(self, key: Any) -> str | None:
        """The name of the registered spec for the value under key, if there is one."""
        try:
            name = self.spec_names.get(key, key)
        except TypeError:
            return None
        return name if isinstance(name, str) and find(name) is not None else None

    def _missing(self, x: Mapping[Any, Any]) -> Iterator[Any]:
        for entries, key in ((self.req, qualified), (self.req_un, unqualified)):
            for entry in entries:
                if not _holds(entry, x, key):
                    yield _contains(entry, key)

    @refuses_errors
    def conform(self, x: Any) -> Any:
        if not is_dict(x) or next(self._missing(x), None) is not None:
            return INVALID
        return self._rebuilt(x, lambda name, value: specize(name).conform(value))

    def unform(self, x: Any) -> Any:
        # None stands for the empty map: keys_star conforms to it where there are no keys at all.
        return None if x is None else self._rebuilt(x, lambda name, value: specize(name).unform(value))

    def _rebuilt(self, x: Mapping[Any, Any], convert: Callable[[str, Any], Any]) -> Any:
        made: Any = x
        for key, value in x.items():
            name = self._spec_at(key)
            if name is None:
                continue
            converted = convert(name, value)
            if converted is INVALID:
                return INVALID
            if converted is not value:
                made = dict(x) if made is x else made
                made[key] = converted
        return made

    @explains_errors
    def explain(self, x: Any, place: Place) -> list[Problem]:
        if not is_dict(x):
            return [place.problem(is_dict, x)]
        found = [place.problem(missing, x) for missing in self._missing(x)]
        for key, value in x.items():
            name = self._spec_at(key)
            if name is not None and specize(name).conform(value) is INVALID:
                found += explain_pred(name, value, place.at(key).into(key))
        return found

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        inside = context.entered(self)
        required: dict[str, Any] = {}
        optional: dict[str, Any] = {}
        grouped: list[tuple[KeyGroup, Callable[[str], str]]] = []
        for entries, key in ((self.req, qualified), (self.req_un, unqualified)):
            for entry in entries:
                # The keys of a group are required or not as the draw has it, so each needs its strategy.
                if isinstance(entry, KeyGroup):
                    grouped.append((entry, key))
                for name in _names(entry):
                    required[key(name)] = strategy_of(name, inside.at(key(name)))
        for entries, key in ((self.opt, qualified), (self.opt_un, unqualified)):
            for name in (name for entry in entries for name in _names(entry)):
                if not inside.exhausted(self, key(name)) and key(name) not in required:
                    optional[key(name)] = branch_strategy(name, inside.at(key(name)))
        if not grouped:
            return combine.records(required, optional)
        in_groups = {key(name) for group, key in grouped for name in group.names()}
        always = {key: made for key, made in required.items() if key not in in_groups}
        sometimes = {key: made for key, made in required.items() if key in in_groups}
        chosen = combine.tuples([_choice(group, key) for group, key in grouped])
        return chosen.flatmap(
            lambda choices: combine.records(
                {**always, **{key: sometimes[key] for keys in choices for key in keys}}, optional
            )
        )

    def form(self) -> Any:
        given = {
            field: list(entries)
            for field in ("req", "opt", "req_un", "opt_un")
            if (entries := getattr(self, field))
        }
        return ("keys", *([given] if given else []))


def _choice(part: Key, key: Callable[[str], str]) -> SearchStrategy[Any]:
    """A strategy of lists of keys that satisfy part: all of an and_keys, one or more of an or_keys."""
    if not isinstance(part, KeyGroup):
        return combine.just([key(part)])
    if part.call == "and_keys":
        return combine.flat(combine.tuples([_choice(inner, key) for inner in part.parts]))
    inner = [_choice(choice, key) for choice in part.parts]
    return combine.subsets(inner, min_size=1).flatmap(lambda some: combine.flat(combine.tuples(some)))


def merge(*specs: Any) -> Spec:
    """A map that fits all of specs, each of which sees the whole map (s/merge).

    Unlike and_, it generates maps with the keys of all.

    Example:
        >>> import mxspec as s
        >>> _ = s.def_("doc/name", str), s.def_("doc/age", s.int_in(0, 150))
        >>> person = s.merge(s.keys(req=["doc/name"]), s.keys(req=["doc/age"]))
        >>> s.valid(person, {"doc/name": "Bo", "doc/age": 3}), s.valid(person, {"doc/name": "Bo"})
        (True, False)
    """
    if not specs:
        raise SpecDefinitionError("merge takes one spec or more")
    return Merge(tuple(map(as_pred, specs)))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Merge(Spec):
    constructive: ClassVar[bool] = False
    preds: tuple[Pred, ...]

    @refuses_errors
    def conform(self, x: Any) -> Any:
        conformed = [specize(pred).conform(x) for pred in self.preds]
        return INVALID if any(part is INVALID for part in conformed) else _merged(conformed)

    def unform(self, x: Any) -> Any:
        return _merged([specize(pred).unform(x) for pred in reversed(self.preds)])

    def explain(self, x: Any, place: Place) -> list[Problem]:
        return [found for pred in self.preds for found in explain_pred(pred, x, place)]

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        parts = [strategy_of(pred, context) for pred in self.preds]
        return combine.fmap(_merged, combine.tuples(parts))

    def form(self) -> Any:
        return ("merge", *map(form_of, self.preds))


def _merged(parts: Sequence[Any]) -> Any:
    """The maps in one, later ones winning; None counts for an empty map."""
    if len(parts) == 1:
        return parts[0]
    if not all(part is None or is_dict(part) for part in parts):
        return INVALID
    made: dict[Any, Any] = {}
    for part in parts:
        made.update(part or {})
    return made
