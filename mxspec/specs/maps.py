"""Maps with named keys: keys, merge."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import typing
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from typing import Any, ClassVar, Final

from mxspec.base import names
from mxspec.base.fields import has_typed_fields
from mxspec.base.forms import call_text
from mxspec.base.messages import reasons
from mxspec.base.messages.wrong_options import name_options
from mxspec.base.names import Names
from mxspec.base.strategies import combine
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import INVALID, class_name, plain_text, short_repr
from mxspec.errors import Problem, SpecDefinitionError, UnformError, name_recursion_limit
from mxspec.predicates import is_dict
from mxspec.specs.core.generation import NEVER, Context, branch_strategy, strategy_of
from mxspec.specs.core.lenses import KEY
from mxspec.specs.core.parts import NEEDED, ONE_OF, OPTIONAL, Part
from mxspec.specs.core.question import Place, Question, refusal
from mxspec.specs.core.spec import Find, Reference, Spec, as_part, text_of, written_spec
from mxspec.specs.core.writer import Code
from mxspec.specs.key_groups import Key, KeyGroup, OptionalKey, check_entry
from mxspec.specs.logic import And
from mxspec.specs.reading import UnreadableValue, as_dict, attempt, call_guarded
from mxspec.specs.wrappers import Wrapper


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class RequiredKey(Spec):
    """A required key, with the spec of its value: a reference, or any spec in a TypedDict."""

    part: Spec
    key: str

    by_parts: ClassVar[bool] = True

    def parts(self) -> Sequence[Part]:
        return [Part(self.part, at=self.key, lens=KEY)]

    def entries(self) -> Iterator[tuple[str, Spec]]:
        yield self.key, self.part

    def is_in(self, keys: Collection[Any]) -> bool:
        return self.key in keys

    def form(self) -> Any:
        return ("contains", self.key)

    def expression(self, code: Code, v: str) -> str:
        return f"{code.const(self.key)} in {v}"


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class RequiredKeys(Spec):
    """Any, or all, of several keys or groups of keys of a map."""

    is_any: bool
    choices: tuple[RequiredKey | RequiredKeys, ...]

    by_parts: ClassVar[bool] = True

    def parts(self) -> Sequence[Part]:
        return [Part(choice, ONE_OF if self.is_any else NEEDED) for choice in self.choices]

    def entries(self) -> Iterator[tuple[str, Spec]]:
        for choice in self.choices:
            yield from choice.entries()

    def is_in(self, keys: Collection[Any]) -> bool:
        return (any if self.is_any else all)(choice.is_in(keys) for choice in self.choices)

    def form(self) -> Any:
        return ("or" if self.is_any else "and", *(choice.form() for choice in self.choices))

    def expression(self, code: Code, v: str) -> str:
        word = " or " if self.is_any else " and "
        return f"({word.join(choice.expression(code, v) for choice in self.choices)})"


def _keys_of(entries: Any, is_qualified: bool, specs: Mapping[Any, Spec]) -> list[RequiredKey | RequiredKeys]:
    """Return the entries of a field of `keys` as specs; a spec in specs replaces a reference."""
    if isinstance(entries, dict):
        return [RequiredKey(part, key) for key, part in entries.items()]
    return [
        RequiredKeys(entry.call == "or_keys", tuple(_keys_of(entry.parts, is_qualified, specs)))
        if isinstance(entry, KeyGroup)
        else RequiredKey(specs.get(key := key_of(entry, is_qualified), Reference(entry)), key)
        for entry in entries
    ]


def key_of(name: str, is_qualified: bool) -> str:
    """Return the key in a map for the name of a spec."""
    return name if is_qualified else name.partition("/")[2]


def _meant_as_keys(unknown: Mapping[str, Any]) -> str:
    """Return the clause for options with specs as values; an empty one if a value is no spec."""
    try:
        parts = {name: x if type(x) is OptionalKey else as_part(x) for name, x in unknown.items()}
    except SpecDefinitionError:
        return ""
    several = "keys" if len(parts) > 1 else "a key"
    return f"; a map with such {several} is s.keys({call_text(parts)})" if parts else ""


@name_options(_meant_as_keys)
def keys(
    req: Sequence[Key] | Mapping[Any, Any] = (),
    opt: Sequence[str] = (),
    req_un: Sequence[Key] | Mapping[Any, Any] = (),
    opt_un: Sequence[str] | Mapping[Any, Any] = (),
    gen: Callable[[], Strategy] | None = None,
    *,
    closed: bool = False,
) -> Spec:
    """Accept a map with certain keys; the keys name the specs of their values (s/keys).

    The value under any registered qualified key is checked, listed or not. Other keys may be there too, as
    in clojure, unless the map is closed.

    Args:
        req: names of specs that must be there as keys; `or_keys` and `and_keys` group them. Or a dict from
            key to spec, which needs no names: each key must be there, unless its spec is in `optional`. Where
            a spec is taken, such a dict stands for itself.
        opt: names that may be there.
        req_un, opt_un: the same, where the key is the name without its namespace; or a mapping from key to
            spec.
        gen: a function of no argument that returns a strategy for the whole map.
        closed: if True, no other keys may be there. In a `merge` the keys of all its parts may.

    Example:
        >>> import mxspec as s
        >>> s.valid(s.keys({"age": s.int_in(0, 150), "first name": s.optional(str)}), {"age": 40})
        True
        >>> _ = s.def_("doc/age", s.int_in(0, 150))
        >>> person = s.keys(req_un=["doc/age"])
        >>> s.valid(person, {"age": 40}), s.valid(person, {"age": -1}), s.valid(person, {})
        (True, False, False)
        >>> s.explain(s.keys(opt_un=["doc/age"], closed=True), {"agee": 40})
        no such key; did you mean 'age'? - value: 40 in: ['agee']
    """
    if isinstance(req, Mapping):
        if opt or req_un or opt_un:
            raise SpecDefinitionError("a dict from key to spec is all that keys takes, beside closed and gen")
        req_un, opt_un = _split_entries(req)
        req = ()
    if isinstance(opt, Mapping):
        raise SpecDefinitionError("a mapping from key to spec goes into req_un or opt_un of keys")
    for field, entries in (("req_un", req_un), ("opt_un", opt_un)):
        marked = [*entries.values()] if isinstance(entries, dict) else []
        if any(type(part) is OptionalKey for part in marked):
            raise SpecDefinitionError(
                f"optional marks a key in the dict alone, s.keys({{...}}) without {field}; "
                "beside req_un, the keys that may be missing are those of opt_un={...}"
            )
    return Keys(*map(_check_entries, (req, opt, req_un, opt_un)), closed=bool(closed), gen_fn=gen)


def _split_entries(entries: Mapping[Any, Any]) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Return the required and the optional entries of a dict from key to spec."""
    required, optional = {}, {}
    for key, part in entries.items():
        if issubclass(type(key), (type, OptionalKey, Spec)):
            raise _key_error(key, part)
        if type(part) is _MARKED and typing.get_origin(part) is typing.NotRequired:
            part = OptionalKey(as_part(typing.get_args(part)[0]))
        if type(part) is OptionalKey:
            optional[key] = part.part
        else:
            required[key] = part
    return required, optional


_MARKED: Final = type(typing.NotRequired[int])


def _key_error(key: Any, part: Any) -> SpecDefinitionError:
    """Return the error of a dict from key to spec with a spec for a key."""
    if type(key) is OptionalKey:
        return SpecDefinitionError("optional goes around the spec of a value: {'age': s.optional(int)}")
    of_key, of_value = text_of(key), text_of(part)
    return SpecDefinitionError(
        f"the keys of a dict of specs are keys, not {of_key}; a map of any keys is "
        f"s.map_of({of_key}, {of_value})"
    )


def _check_entries(entries: Sequence[Key] | Mapping[Any, Any]) -> Any:
    if isinstance(entries, Mapping):
        return {plain_text(key): as_part(part) for key, part in entries.items()}
    if isinstance(entries, (str, KeyGroup)):
        words = "a map with one key is s.keys({'name': str})"
        raise SpecDefinitionError(f"keys takes lists of names, not {short_repr(entries)}; {words}")
    return tuple(map(check_entry, entries))


@written_spec.register
def _spec_of_dict(entries: dict, bare: bool) -> Spec:  # type: ignore[type-arg]
    entries = dict(dict.items(entries))  # the methods of a subclass may do anything
    if not entries:
        raise SpecDefinitionError("{} names no key; any map is s.is_dict, and no key s.keys(closed=True)")
    with name_recursion_limit("the dict of specs", None, SpecDefinitionError):
        return keys(entries)


@written_spec.register
def _spec_of_optional(key: OptionalKey, bare: bool) -> Spec:
    raise SpecDefinitionError(
        f"{key!r} marks a key of a map that may be missing; None or a value is nilable({key.part!r})"
    )


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Keys(Spec):
    """A map that has the required keys. Under the name of any registered spec the value fits that.

    Attributes:
        beside: the keys of the other parts of a merge, which a closed map may have too.
        specs: the specs of keys, in place of what their names stand for; see `made_of`.
        required_keys: the required keys and groups of them.
        optional_keys: the keys that may be there.
        key_specs: the specs of the required and the optional keys, by key.
    """

    req: tuple[Key, ...] = ()
    opt: tuple[Key, ...] = ()
    req_un: tuple[Key, ...] | dict[Any, Spec] = ()
    opt_un: tuple[Key, ...] | dict[Any, Spec] = ()
    closed: bool = dataclasses.field(default=False, kw_only=True)
    beside: frozenset[str] = dataclasses.field(default=frozenset(), kw_only=True)
    specs: Mapping[Any, Spec] = dataclasses.field(default_factory=dict, kw_only=True)
    required_keys: tuple[RequiredKey | RequiredKeys, ...] = dataclasses.field(init=False)
    optional_keys: tuple[RequiredKey, ...] = dataclasses.field(init=False)
    key_specs: Mapping[str, Spec] = dataclasses.field(init=False)

    types: ClassVar[frozenset[str] | None] = frozenset({"dict"})
    plain_types: ClassVar[Sequence[str]] = ("dict",)
    has_hash: ClassVar[bool] = False
    most_values: ClassVar[float | None] = float("inf")
    refuses_scalars: ClassVar[bool] = True

    by_parts: ClassVar[bool] = True
    constructive: ClassVar[bool] = True

    def __post_init__(self) -> None:
        fields = ((self.req, True), (self.opt, True), (self.req_un, False), (self.opt_un, False))
        req, opt, req_un, opt_un = (_keys_of(*field, self.specs) for field in fields)
        listed = {key: part for each in (*req, *opt, *req_un, *opt_un) for key, part in each.entries()}
        optional = [RequiredKey(part, key) for each in (*opt, *opt_un) for key, part in each.entries()]
        object.__setattr__(self, "required_keys", (*req, *req_un))
        object.__setattr__(self, "optional_keys", tuple(optional))
        object.__setattr__(self, "key_specs", listed)

    def parts(self) -> Sequence[Part]:
        parts: list[Part] = []
        for required in self.required_keys:
            parts += required.parts() if isinstance(required, RequiredKey) else [Part(required)]
        optional = [Part(key.part, OPTIONAL, key.key, lens=KEY) for key in self.optional_keys]
        return [*parts, *optional]

    def places(self, find: Find) -> Sequence[Part]:
        needed = {key.key for key in self.required_keys if isinstance(key, RequiredKey)}
        roles = {key: NEEDED if key in needed else OPTIONAL for key in self.key_specs}
        return [Part(part, roles[key], key, KEY) for key, part in self.key_specs.items()]

    def smallest(self, of: Callable[[Spec], Any], n: int = 0) -> Any:
        needed: dict[str, Spec] = {}
        for group in self.required_keys:
            is_choice = not isinstance(group, RequiredKey) and group.is_any
            several = [group] if isinstance(group, RequiredKey) else group.choices[: 1 if is_choice else None]
            needed |= {key: part for one in several for key, part in one.entries()}
        return {key: of(part) for key, part in needed.items()}

    def held_specs(self) -> Sequence[Spec]:
        return [*self.key_specs.values()]

    def made_of(self, specs: Sequence[Spec]) -> Spec:
        by_key = dict(zip(self.key_specs, specs, strict=True))
        own: dict[str, Any] = {
            field: {key: by_key[key] for key in entries}
            for field in ("req_un", "opt_un")
            if isinstance(entries := getattr(self, field), dict)
        }
        return dataclasses.replace(self, **own, specs=by_key, gen_fn=None)

    # The predicate in the problem of a value that is not a map.
    kind: ClassVar[Any] = staticmethod(is_dict)

    def _entries(self, x: Any) -> dict[Any, Any] | None:
        """Return x as a dict, or None if it is not a map; raise UnreadableValue if a method of x raised."""
        return as_dict(x) if call_guarded(is_dict, x) else None

    def spec_at(self, key: Any, question: Question) -> Spec | None:
        """Return the spec of the value under a key: of a listed key or a registered name, else None."""
        if type(key) is not str:
            if not issubclass(type(key), str):
                return self.key_specs.get(key)
            key = plain_text(key)
        part = self.key_specs.get(key)
        if part is None:
            part = Reference(key)
        return part if is_known(part, question.names) else None

    def _key_faults(self, x: Mapping[Any, Any]) -> tuple[list[Any], list[tuple[Any, Any]]]:
        """Return the forms of the keys that x lacks, and the items of x that a closed map refuses."""
        try:
            missing = [required.form() for required in self.required_keys if not required.is_in(x)]
            items = list(x.items()) if self.closed else ()
            listed = self.key_specs
            return missing, [item for item in items if item[0] not in listed and item[0] not in self.beside]
        except Exception as error:
            raise UnreadableValue(refusal(error)) from None

    def conform(self, x: Any, question: Question) -> Any:
        try:
            entries = self._entries(x)
            if entries is None or self._key_faults(entries) != ([], []):
                return INVALID
        except UnreadableValue:
            return INVALID
        changed = {}
        for key, value in list(entries.items()):
            spec = self.spec_at(key, question)
            if spec is not None:
                conformed = spec.conform(value, question)
                if conformed is INVALID:
                    return INVALID
                if conformed is not value:
                    changed[key] = conformed
        return {**entries, **changed} if changed else x

    @property
    def changes(self) -> bool | None:  # type: ignore[override]
        return True if self.takes_names else None

    @property
    def takes_names(self) -> bool:  # type: ignore[override]
        return not self.closed

    def unform(self, x: Any, question: Question) -> Any:
        # If there are no keys, keys_star conforms to None, and unforms to an empty list.
        if x is None or (type(x) is list and not x):
            return x
        entries, _ = attempt(self._entries, x)
        if entries is None:
            raise UnformError(f"{self!r} unforms a map, not {short_repr(x)}", spec=self, value=x)
        changed = {}
        for key, value in list(entries.items()):
            spec = self.spec_at(key, question)
            if spec is not None:
                unformed = spec.unform(value, question)
                if unformed is not value:
                    changed[key] = unformed
        return {**entries, **changed} if changed else x

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        entries, reason = attempt(self._entries, x)
        faults, why = (None, None) if entries is None else attempt(self._key_faults, entries)
        if entries is None or faults is None:
            return [place.problem(self.kind, x, reason=reason or why or self._other_spec(x))]
        missing, strays = faults
        problems = [place.problem(form, x) for form in missing]
        for key, value in list(entries.items()):
            spec = self.spec_at(key, question)
            if spec is not None and spec.conform(value, question) is INVALID:
                problems += spec.explain(value, place.part(key).under(spec.name), question)
        for key, value in strays:
            absent = [name for name in (*self.key_specs, *self.beside) if name not in entries]
            pred = ("closed", *self.key_specs, *sorted(self.beside - self.key_specs.keys()))
            reason = reasons.no_such_key(key, absent)
            problems.append(place.into(key).problem(pred, value, reason=reason))
        return problems

    def _other_spec(self, x: Any) -> str | None:
        """Return the reason that names what takes x, a path or of a class with typed fields; else None."""
        if self.kind is is_dict and issubclass(type(x), os.PathLike):
            return reasons.NOT_READ
        if self.kind is not is_dict or not attempt(lambda x: call_guarded(has_typed_fields, type(x)), x)[0]:
            return None
        return reasons.fits_from_type(f"an instance of {class_name(x)}", class_name(x))

    def strategy(self, context: Context) -> Strategy | None:
        inside = context.enter(self)
        required: dict[str, Any] = {}
        optional: dict[str, Any] = {}
        sometimes: dict[str, Any] = {}
        choices: list[Strategy] = []
        for entry in self.required_keys:
            if isinstance(entry, RequiredKey):
                required[entry.key] = strategy_of(entry.part, inside.at(entry.key))
                continue
            # The draw decides which keys of a group are there, so each key needs its strategy.
            have = self._open_keys(entry, inside)
            sometimes |= {
                key: branch_strategy(ref, inside.at(key)) for key, ref in entry.entries() if key in have
            }
            choices.append(_choice(entry, have))
        for entry in self.optional_keys:
            part = inside.at(entry.key)
            is_open = not inside.is_exhausted(self, entry.key) and part.height(entry.part) < NEVER
            if is_open and entry.key not in required and entry.key not in sometimes:
                optional[entry.key] = branch_strategy(entry.part, part)
        if not choices:
            return combine.records(required, optional)
        return combine.tuples(choices).flatmap(
            lambda chosen: combine.records(
                {**{key: sometimes[key] for keys in chosen for key in keys}, **required}, optional
            )
        )

    def _open_keys(self, group: RequiredKeys, inside: Context) -> set[str]:
        """Return the keys of a group for examples; past the limit only keys of least height."""
        heights = {key: inside.at(key).height(ref) for key, ref in group.entries()}
        finite = {key for key, height in heights.items() if height < NEVER}
        left = {key for key in finite if not inside.is_exhausted(self, key)}
        if group.is_in(left):
            return left
        lowest = next(
            (height for height in sorted(heights.values()) if group.is_in(_keys_up_to(heights, height))),
            NEVER,
        )
        return finite & _keys_up_to(heights, lowest)

    def write_parts(self, code: Code, v: str, conformed: str | None = None) -> None:
        others = self._write_keys(
            code, v, lambda part, value, key: code.write_part(part, value, conformed, v, code.const(key))
        )
        if self.closed:
            code.refuse_if(others)
        elif conformed is None:
            code.refuse_if(f"{others} and not {code.meaning_expression(self, v)}")
        else:
            with code.block(f"if {others}:"):
                code.conform_by_meaning(self, v, conformed)

    def _write_keys(self, code: Code, v: str, write_value: Callable[[Spec, str, str], None]) -> str:
        """Write the lookups of all listed keys in a plain dict v; write_value writes the check of a value.

        Returns:
            An expression that is true if v has another key that matters: a registered name, or any key if
            this is closed.
        """
        required = dict.fromkeys(entry.key for entry in self.required_keys if isinstance(entry, RequiredKey))
        for entry in self.required_keys:
            if isinstance(entry, RequiredKeys):
                code.refuse_if(f"not {entry.expression(code, v)}")
        count = str(len(required))
        if required.keys() != self.key_specs.keys():
            count = code.name("n")
            code.line(f"{count} = {len(required)}")
        # A person takes 12 % less time by these lookups than by `get`, one without optional keys 28 %.
        values = {key: code.name("e") for key in self.key_specs}
        if required:
            with code.block("try:"):
                for key in required:
                    code.line(f"{values[key]} = {v}[{code.const(key)}]")
            with code.block("except KeyError:"):
                code.line(code.refuse)
        for key, part in self.key_specs.items():
            is_known = not isinstance(part, Reference) or code.source.is_name(part.to)
            with contextlib.ExitStack() as block:
                if key not in required:
                    block.enter_context(code.block(f"if {code.const(key)} in {v}:"))
                    code.line(f"{count} += 1")
                    code.line(f"{values[key]} = {v}[{code.const(key)}]")
                if is_known:
                    write_value(part, values[key], key)
        listed = code.const(self.beside.union(self.key_specs), "listed")
        if self.closed:
            return f"not {v}.keys() <= {listed}" if self.beside else f"len({v}) != {count}"
        return f"len({v}) != {count} and {code.source.helper(has_name)}({v}, {listed})"

    def listed_keys(self) -> Set[str]:
        return self.key_specs.keys()

    def write_wrong_keys(self, code: Code, v: str) -> bool:
        # "explain_data of a wrong person" takes 1.3 us by this, 9 us without.
        code.line("wrong = []")
        with code.block(f"if type({v}) is not dict:"):
            code.line("return None")

        def write_value(part: Spec, value: str, key: str) -> None:
            with code.block(f"if not {code.test(part, value)}:"):
                code.line(f"wrong.append({code.const(key)})")

        code.refuse_if(self._write_keys(code, v, write_value))
        code.line("return wrong")
        return True

    def form(self) -> Any:
        entries: dict[str, Any] = {
            field: {key: part.form() for key, part in keys.items()} if isinstance(keys, dict) else list(keys)
            for field in ("req", "opt", "req_un", "opt_un")
            if (keys := getattr(self, field))
        }
        options: dict[str, Any] = {**entries, "closed": True} if self.closed else entries
        listed = {key: part.form() for key, part in self.specs.items()}
        named = {key for field in entries.values() if type(field) is dict for key in field}
        others = {key: form for key, form in listed.items() if key not in named and type(form) is not str}
        options = {**options, "specs": others} if others else options  # no function makes such a map
        return ("keys", *([options] if options else []))


def is_known(part: Spec, table: Names | names.Uses) -> bool:
    """True unless part is a name that nothing is registered under."""
    return not isinstance(part, Reference) or table.find(part.to) is not None


def _keys_up_to(heights: Mapping[str, float], most: float) -> set[str]:
    return {key for key, height in heights.items() if height <= most}


def _choice(part: RequiredKey | RequiredKeys, have: Collection[str]) -> Strategy:
    """Return a strategy of lists of keys: all keys of an and_keys, one or more in `have` of an or_keys."""
    if isinstance(part, RequiredKey):
        return combine.just([part.key])
    if not part.is_any:
        return combine.flat(combine.tuples([_choice(inner, have) for inner in part.choices]))
    inner = [_choice(choice, have) for choice in part.choices if choice.is_in(have)]
    return combine.subsets(inner, min_size=1).flatmap(lambda some: combine.flat(combine.tuples(some)))


def has_name(x: Mapping[Any, Any], listed: Collection[str]) -> bool:
    """True if x has a key that is not listed and is a registered name now."""
    find = names.current.find
    return any(isinstance(key, str) and key not in listed and find(key) is not None for key in x)


@name_options()
def merge(*specs: Any) -> Spec:
    """Accept a map that all specs accept; each sees the whole map (s/merge).

    Unlike and_, it generates maps with the keys of all specs. If one of specs is a closed `keys`, a map has
    the keys of all of them and no others.

    Example:
        >>> import mxspec as s
        >>> _ = s.def_("doc/name", str), s.def_("doc/age", s.int_in(0, 150))
        >>> person = s.merge(s.keys(req=["doc/name"]), s.keys(req=["doc/age"]))
        >>> s.valid(person, {"doc/name": "Bo", "doc/age": 3}), s.valid(person, {"doc/name": "Bo"})
        (True, False)
        >>> closed = s.merge(s.keys(req_un=["doc/name"], closed=True), s.keys(req_un=["doc/age"]))
        >>> s.valid(closed, {"name": "Bo", "age": 3}), s.valid(closed, {"name": "Bo", "age": 3, "x": 1})
        (True, False)
    """
    if not specs:
        raise SpecDefinitionError("merge takes one spec or more")
    return Merge(tuple(map(as_part, specs)))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Merge(Spec):
    preds: tuple[Spec, ...]

    head: ClassVar[str] = "merge"
    by_parts: ClassVar[bool] = True
    constructive: ClassVar[bool] = False
    changes: ClassVar[bool | None] = True
    has_hash: ClassVar[bool] = False
    most_values: ClassVar[float | None] = float("inf")

    def parts(self) -> Sequence[Part]:
        return [Part(pred) for pred in self.preds]

    def places(self, find: Find) -> Sequence[Part]:
        return [Part(part) for part in self.open_parts(find)]

    def smallest(self, of: Callable[[Spec], Any], n: int = 0) -> Any:
        several = [
            part.smallest(of) for each in self.preds for part in _keys_within(each, names.current.find)
        ]
        return {key: x for each in several for key, x in each.items()}

    def open_parts(self, find: Find) -> Sequence[Spec]:
        """Return the parts; a closed one allows the keys of the others too."""
        maps = [spec for pred in self.preds for spec in _keys_within(pred, find)]
        if not any(spec.closed for spec in maps):
            return self.preds
        keys = frozenset(key for spec in maps for key in spec.key_specs)
        return [_with_keys(pred, keys, find) for pred in self.preds]

    def conform(self, x: Any, question: Question) -> Any:
        conformed = []
        for pred in self.open_parts(question.names.find):
            conformed.append(pred.conform(x, question))
            if conformed[-1] is INVALID:
                return INVALID
        return _merge_maps(conformed)

    def unform(self, x: Any, question: Question) -> Any:
        # Each part has conformed the whole map, and the values of the last part have won.
        return self.preds[-1].unform(x, question)

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        problems: list[Problem] = []
        for pred in self.open_parts(question.names.find):
            problems += pred.explain(x, place.under(pred.name), question)
        return problems

    def strategy(self, context: Context) -> Strategy | None:
        parts = [strategy_of(pred, context) for pred in self.preds]
        return combine.fmap(_merge_maps, combine.tuples(parts))

    def expression(self, code: Code, v: str) -> str | None:
        specs = [code.source.target(pred) for pred in self._parts_to_write(code)]
        return None if all(isinstance(spec, Keys) for spec in specs) else code.meaning_expression(self, v)

    def write_valid(self, code: Code, v: str) -> None:
        for spec in join_keys([code.source.target(pred) for pred in self._parts_to_write(code)]):
            code.valid(spec, v)

    def _parts_to_write(self, code: Code) -> Sequence[Spec]:
        return self.open_parts(lambda name: code.source.target(Reference(name)))


def join_keys(specs: list[Any]) -> list[Any]:
    """Return several `keys` as one, if they agree on the specs of their keys.

    Each `keys` looks at all keys of a map, since any key may be a name: 1,000 of them are a million looks.
    """
    name_by_key: dict[str, str] = {}
    for spec in specs:
        parts = [
            (key, part.to if isinstance(part, Reference) else part) for key, part in spec.key_specs.items()
        ]
        differ = any(name_by_key.setdefault(key, part) != part for key, part in parts)
        is_named = not (isinstance(spec.req_un, dict) or isinstance(spec.opt_un, dict) or spec.specs)
        if spec.closed or differ or not is_named:
            return specs
    fields = ("req", "opt", "req_un", "opt_un")
    return [Keys(*(tuple(key for spec in specs for key in getattr(spec, field)) for field in fields))]


def _inner(spec: Spec) -> Sequence[Spec]:
    """Return the parts of a spec that see the same map as it does."""
    if isinstance(spec, (Merge, And)):
        return spec.preds
    return [spec.pred] if isinstance(spec, Wrapper) and spec.keeps_keys else []


def _target(spec: Spec, find: Find) -> Spec:
    return find(spec.to) or spec if isinstance(spec, Reference) else spec


def _keys_within(spec: Spec, find: Find) -> Iterator[Keys]:
    """Yield the `keys` that see the same map as a spec does."""
    spec = _target(spec, find)
    if isinstance(spec, Keys):
        yield spec
    for inner in _inner(spec):
        yield from _keys_within(inner, find)


def _with_keys(part: Spec, keys: frozenset[str], find: Find) -> Spec:
    """Return a part with these keys allowed in its closed maps too."""
    spec = _target(part, find)
    if not any(each.closed for each in _keys_within(spec, find)):
        return part
    if isinstance(spec, Keys):
        return dataclasses.replace(spec, beside=spec.beside | keys)
    inner = [_with_keys(inner, keys, find) for inner in _inner(spec)]
    if isinstance(spec, Wrapper):
        return dataclasses.replace(spec, pred=inner[0])
    return dataclasses.replace(spec, preds=tuple(inner))  # type: ignore[call-arg]


def _merge_maps(parts: Sequence[Any]) -> Any:
    """Return the union of maps; later values win, and None is an empty map, or None if all are."""
    if len(parts) == 1 or all(part is None for part in parts):
        return parts[0]
    if not all(part is None or is_dict(part) for part in parts):
        return INVALID
    merged: dict[Any, Any] = {}
    for part in parts:
        merged.update(part or {})
    return merged
