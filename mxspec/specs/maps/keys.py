"""Maps with named keys: keys."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mxspec.codegen.code import Code
from mxspec.codegen.expressions import Types
from mxspec.core.asking import CONFORM, UNFORM, Steps
from mxspec.core.context import GenContext
from mxspec.core.heights import NEVER, Ask
from mxspec.core.parts import (
    branch_strategy,
    explain_pred,
    explaining_pred,
    specize,
    strategy_of,
)
from mxspec.core.problems import Place, explains_errors_in_steps, refuses_errors_in_steps
from mxspec.core.spec import Spec
from mxspec.errors import Problem, SpecDefinitionError
from mxspec.names.registry import check_name, find
from mxspec.predicates import is_dict
from mxspec.specs.collections.rebuilding import converting_values, items_of
from mxspec.specs.maps.key_groups import (
    Key,
    KeyGroup,
    can_hold,
    holds,
    lowest,
    missing_form,
    names_in,
    qualified,
    unqualified,
)
from mxspec.strategies import combine
from mxspec.values.invalid import INVALID
from mxspec.words.reasons import no_such_key

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def keys(
    req: Sequence[Key] = (),
    opt: Sequence[str] = (),
    req_un: Sequence[Key] = (),
    opt_un: Sequence[str] = (),
    gen: Callable[[], SearchStrategy[Any]] | None = None,
    *,
    closed: bool = False,
) -> Spec:
    """Accept a map with certain keys, whose values fit the specs that the keys name (s/keys).

    The value under any registered qualified key is checked, listed or not. Other keys may be there too, as
    in clojure, unless the map is closed.

    Args:
        req: names of specs that must be there as keys; `or_keys` and `and_keys` group them.
        opt: names that may be there.
        req_un, opt_un: the same, where the key is the name without its namespace.
        gen: a function of no argument that returns a strategy for the whole map.
        closed: if True, no other keys may be there. In a `merge` the keys of all its parts may.

    Example:
        >>> import mxspec as s
        >>> _ = s.def_("doc/age", s.int_in(0, 150))
        >>> person = s.keys(req_un=["doc/age"])
        >>> s.valid(person, {"age": 40}), s.valid(person, {"age": -1}), s.valid(person, {})
        (True, False, False)
        >>> s.explain(s.keys(opt_un=["doc/age"], closed=True), {"agee": 40})
        40 - failed: no such key; did you mean 'age'? in: ['agee']
    """
    return Keys(*map(_checked, (req, opt, req_un, opt_un)), closed=bool(closed), gen_fn=gen)


def _checked(entries: Sequence[Key]) -> tuple[Key, ...]:
    if isinstance(entries, (str, KeyGroup)):
        raise SpecDefinitionError(f"keys takes lists of names, not {entries!r}")
    return tuple(entry if isinstance(entry, KeyGroup) else check_name(entry) for entry in entries)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Keys(Spec):
    looks_inside: ClassVar[bool] = True

    req: tuple[Key, ...] = ()
    opt: tuple[Key, ...] = ()
    req_un: tuple[Key, ...] = ()
    opt_un: tuple[Key, ...] = ()
    closed: bool = dataclasses.field(default=False, kw_only=True)
    # The keys of the other parts of a merge, which a closed map may have too.
    beside: frozenset[str] = dataclasses.field(default=frozenset(), kw_only=True)
    spec_names: Mapping[str, str] = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        named = {name: name for entry in (*self.req, *self.opt) for name in names_in(entry)}
        named.update(
            (unqualified(name), name) for entry in (*self.req_un, *self.opt_un) for name in names_in(entry)
        )
        object.__setattr__(self, "spec_names", named)

    def _spec_at(self, key: Any) -> str | None:
        """Return the name of the registered spec for the value under key, if there is one."""
        try:
            name = self.spec_names.get(key, key)
        except TypeError:
            return None
        return name if isinstance(name, str) and find(name) is not None else None

    def _missing(self, x: Mapping[Any, Any]) -> Iterator[Any]:
        for entries, key in self._required():
            for entry in entries:
                if not holds(entry, x, key):
                    yield missing_form(entry, key)

    def _strays(self, x: Mapping[Any, Any]) -> Iterator[Any]:
        """Yield the keys of x that a closed map has not."""
        if self.closed:
            yield from (key for key in x if key not in self.spec_names and key not in self.beside)

    @refuses_errors_in_steps
    def conforming(self, x: Any) -> Steps:
        if not is_dict(x) or next(self._missing(x), INVALID) is not INVALID:
            return INVALID
        if next(self._strays(x), INVALID) is not INVALID:
            return INVALID
        return (yield from self._rebuilding(x, CONFORM))

    def unforming(self, x: Any) -> Steps:
        # None stands for the empty map: keys_star conforms to it where there are no keys at all.
        return None if x is None else (yield from self._rebuilding(x, UNFORM))

    def _rebuilding(self, x: Mapping[Any, Any], op: str) -> Steps:
        named = ((key, value, self._spec_at(key)) for key, value in items_of(x))
        parts = ((key, value, specize(name)) for key, value, name in named if name is not None)
        return converting_values(x, parts, op)

    @explains_errors_in_steps
    def explaining(self, x: Any, place: Place) -> Steps:
        if not is_dict(x):
            return [place.problem(is_dict, x)]
        problems = [place.problem(missing, x) for missing in self._missing(x)]
        for key, value in items_of(x):
            name = self._spec_at(key)
            if name is not None and (yield CONFORM, specize(name), value) is INVALID:
                problems += yield from explaining_pred(name, value, place.part(key))
        for key in self._strays(x):
            absent = [name for name in (*self.spec_names, *self.beside) if name not in x]
            pred = ("closed", *self.spec_names, *sorted(self.beside - self.spec_names.keys()))
            problems.append(place.into(key).problem(pred, x[key], reason=no_such_key(key, absent)))
        return problems

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        inside = context.entered(self)
        required: dict[str, Any] = {}
        optional: dict[str, Any] = {}
        sometimes: dict[str, Any] = {}
        choices: list[SearchStrategy[Any]] = []
        for entries, key in self._required():
            for entry in entries:
                if isinstance(entry, str):
                    required[key(entry)] = strategy_of(entry, inside.at(key(entry)))
                    continue
                # The keys of a group are required or not as the draw has it, so each needs its strategy.
                have = self._open_keys(entry, key, inside)
                sometimes |= {key(n): branch_strategy(n, inside.at(key(n))) for n in have}
                choices.append(_choice(entry, key, have))
        for entries, key in ((self.opt, qualified), (self.opt_un, unqualified)):
            for name in (name for entry in entries for name in names_in(entry)):
                part = inside.at(key(name))
                is_open = not inside.exhausted(self, key(name)) and part.height(name) < NEVER
                if is_open and key(name) not in required and key(name) not in sometimes:
                    optional[key(name)] = branch_strategy(name, inside.at(key(name)))
        if not choices:
            return combine.records(required, optional)
        return combine.tuples(choices).flatmap(
            lambda chosen: combine.records(
                {**{key: sometimes[key] for keys in chosen for key in keys}, **required}, optional
            )
        )

    def _open_keys(self, group: KeyGroup, key: Callable[[str], str], inside: GenContext) -> Collection[str]:
        """Return the names in a group that examples may hold; past the limit only those that end soonest."""
        heights = {name: inside.at(key(name)).height(name) for name in group.names()}
        finite = {name for name, height in heights.items() if height < NEVER}
        left = {name for name in finite if not inside.exhausted(self, key(name))}
        if can_hold(group, left):
            return left
        limit = lowest(group, heights.__getitem__)
        return {name for name in finite if heights[name] <= limit}

    def least_height(self, context: GenContext, ask: Ask) -> float:
        def height(part: Key, key: Callable[[str], str]) -> float:
            return lowest(part, lambda name: ask(name, context.at(key(name))))

        for entries, key in ((self.opt, qualified), (self.opt_un, unqualified)):
            for name in (name for entry in entries for name in names_in(entry)):
                ask(name, context.at(key(name)))
        heights = [height(entry, key) for entries, key in self._required() for entry in entries]
        return NEVER if context.hashed else 1 + max(heights, default=0)

    def may_change(self, code: Code) -> bool:
        return any(code.may_change(name) for name in self.spec_names.values() if code.look_up(name))

    def valid_expression(self, code: Code, v: str) -> None:
        return None

    def write_valid(self, code: Code, v: str) -> None:
        with code.valid_if_plain(self, v, "dict"):
            strangers = self._write_keys(code, v, lambda name, value, key: code.valid(name, value))
            code.refuse_if(strangers if self.closed else f"{strangers} and not {code.by_conform(self, v)}")

    def write_conform(self, code: Code, v: str) -> str:
        with code.conform_if_plain(self, v, "dict") as conformed:
            code.line(f"{conformed} = {v}")

            def write_value(name: str, value: str, key: str) -> None:
                code.put(code.conform(name, value), value, conformed, v, repr(key))

            strangers = self._write_keys(code, v, write_value)
            if self.closed:
                code.refuse_if(strangers)
            else:
                with code.block(f"if {strangers}:"):
                    code.conform_by_itself(self, v, conformed)
        return conformed

    def _write_keys(self, code: Code, v: str, write_value: Callable[[str, str, str], None]) -> str:
        """Write what looks up every listed key of a plain dict v.

        Args:
            code: where to.
            v: the dict.
            write_value: writes what is done with a value, from the name of its spec, its variable and key.

        Returns:
            An expression that is true if v has a key that is not listed but is a registered name, whose value
            counts too; if this is closed, any key that is not listed.
        """
        required: set[str] = set()
        for entries, key_of in self._required():
            required |= {key_of(entry) for entry in entries if isinstance(entry, str)}
            for group in entries:
                if isinstance(group, KeyGroup):
                    code.refuse_if(f"not {group.expression(v, key_of)}")
        count = str(len(required))
        if required != self.spec_names.keys():
            count = code.name("n")
            code.line(f"{count} = {len(required)}")
        for key, name in self.spec_names.items():
            value = code.name("e")
            code.line(f"{value} = {v}.get({key!r}, MISSING)")
            if key in required:
                code.refuse_if(f"{value} is MISSING")
                if code.look_up(name):
                    write_value(name, value, key)
            else:
                with code.block(f"if {value} is not MISSING:"):
                    code.line(f"{count} += 1")
                    if code.look_up(name):
                        write_value(name, value, key)
        listed = code.const(self.beside.union(self.spec_names), "listed")
        if self.closed:
            return f"not {v}.keys() <= {listed}" if self.beside else f"len({v}) != {count}"
        return f"len({v}) != {count} and {code.source.function(has_name)}({v}, {listed})"

    def write_wrong_part(self, code: Code, v: str) -> bool:
        code.line("wrong = []")
        with code.block(f"if type({v}) is not dict:"):
            code.line("return None")

        def write_value(name: str, value: str, key: str) -> None:
            with code.block(f"if not {code.test(name, value)}:"):
                code.line(f"wrong.append({key!r})")

        # The problems of several come in the order of the map, which is not the order of the keys here.
        code.refuse_if(f"{self._write_keys(code, v, write_value)} or len(wrong) > 1")
        code.line("return wrong")
        return True

    def explain_part(self, x: Any, key: Any, place: Place) -> list[Problem]:
        return explain_pred(self.spec_names[key], x[key], place.part(key))

    def _required(self) -> tuple[tuple[tuple[Key, ...], Callable[[str], str]], ...]:
        return ((self.req, qualified), (self.req_un, unqualified))

    def builtin_types(self, code: Code) -> Types:
        return frozenset({"dict"})

    def form(self) -> Any:
        entries_by_field = {
            field: list(entries)
            for field in ("req", "opt", "req_un", "opt_un")
            if (entries := getattr(self, field))
        }
        options: dict[str, Any] = {**entries_by_field, "closed": True} if self.closed else entries_by_field
        return ("keys", *([options] if options else []))


def _choice(part: Key, key: Callable[[str], str], have: Collection[str]) -> SearchStrategy[Any]:
    """Return a strategy of lists of keys that satisfy part: all of an and_keys, one or more of an or_keys.

    Args:
        part: a name or a group.
        key: a function from the name of a spec to its key.
        have: the names that may be chosen.
    """
    if not isinstance(part, KeyGroup):
        return combine.just([key(part)])
    if part.call == "and_keys":
        return combine.flat(combine.tuples([_choice(inner, key, have) for inner in part.parts]))
    inner = [_choice(choice, key, have) for choice in part.parts if can_hold(choice, have)]
    return combine.subsets(inner, min_size=1).flatmap(lambda some: combine.flat(combine.tuples(some)))


def has_name(x: Mapping[Any, Any], listed: Collection[str]) -> bool:
    """True if x has a key that is not listed and is a registered name."""
    return any(isinstance(key, str) and key not in listed and find(key) is not None for key in x)
