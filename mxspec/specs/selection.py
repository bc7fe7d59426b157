"""Specs of maps made from others: select, without, optional_keys, required_keys.

From `user = keys(req_un=["a/name", "a/age"])`, select(user, {"age"}) makes keys(req_un=["a/age"]), and
optional_keys(user, "age") makes keys(req_un=["a/name"], opt_un=["a/age"]). Each is one `Change`: a function
that decides for each key if it is required afterwards, optional, or gone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from mxspec.base.values import short_repr
from mxspec.errors import SpecDefinitionError, did_you_mean
from mxspec.specs.core.spec import Spec, specize
from mxspec.specs.key_groups import Key, KeyGroup, entry_names
from mxspec.specs.maps import Keys, Merge, RequiredKey, RequiredKeys, join_keys, key_of
from mxspec.specs.wrappers import WithMessage, Wrapper


def select(spec: Any, keys: Collection[str]) -> Spec:
    """Return a spec of maps with some keys of a spec, each as required as before (malli.util/select-keys).

    Args:
        spec: `keys`, a `merge` of `keys`, or the name of one.
        keys: a set or a list of its keys, as they are in the map, or names of their specs.

    Raises:
        SpecDefinitionError: spec is another kind of spec, lacks one of the keys, or part of a group of keys
            would be chosen.

    Example:
        >>> import mxspec as s
        >>> user = s.keys(req_un=["doc/name", "doc/age"], opt_un=["doc/mail"])
        >>> s.select(user, {"name", "mail"})
        keys(req_un=['doc/name'], opt_un=['doc/mail'])
    """
    if isinstance(keys, (str, Mapping)):
        raise SpecDefinitionError(
            f"select takes a set or a list of keys, not {short_repr(keys)}; the keys of a value are those of "
            "its own spec: select from that, and register the result under a name"
        )
    return _with_changes(spec, tuple(keys), lambda is_named, is_needed: is_needed if is_named else None)


def without(spec: Any, *keys: str) -> Spec:
    """Return a spec of maps without some of the keys of a spec (malli.util/dissoc).

    Args, errors: as in `select`. An open map may still have them.

    Example:
        >>> import mxspec as s
        >>> s.without(s.keys(req_un=["doc/name", "doc/age"]), "age")
        keys(req_un=['doc/name'])
    """
    return _with_changes(spec, keys, lambda is_named, is_needed: None if is_named else is_needed)


def optional_keys(spec: Any, *keys: str) -> Spec:
    """Return a spec of maps where some keys, or all, may be missing (malli.util/optional-keys).

    Args, errors: as in `select`. clojure.spec 2's `select` is `required_keys(optional_keys(spec), ...)`.

    Example:
        >>> import mxspec as s
        >>> s.optional_keys(s.keys(req_un=["doc/name", "doc/age"], closed=True), "age")
        keys(req_un=['doc/name'], opt_un=['doc/age'], closed=True)
    """
    return _with_changes(spec, keys, lambda is_named, is_needed: is_needed and not is_named and bool(keys))


def required_keys(spec: Any, *keys: str) -> Spec:
    """Return a spec of maps where some keys, or all, are required (malli.util/required-keys).

    Args, errors: as in `select`.

    Example:
        >>> import mxspec as s
        >>> s.required_keys(s.keys(req=["doc/name"], opt=["doc/age"]))
        keys(req=['doc/name', 'doc/age'])
    """
    return _with_changes(spec, keys, lambda is_named, is_needed: is_needed or is_named or not keys)


Change = Callable[[bool, bool], bool | None]
"""A function of "the key is named" and "it is required": True to require it, False for optional, None to drop
it.
"""


def _with_changes(spec: Any, keys: Collection[str], change: Change) -> Spec:
    """Return a spec of maps with its keys changed; one `keys` if one is enough."""
    maps = [*_maps_in(specize(spec))]
    known = {
        word: None
        for each in maps
        for name, is_qualified in _names(each)
        for word in (name, key_of(name, is_qualified))
    }
    for key in keys:
        if isinstance(key, (list, set)):
            raise SpecDefinitionError(f"keys are arguments, such as 'a', 'b', not {short_repr(key)}")
        if key not in known:
            near = did_you_mean(key, known) if isinstance(key, str) else ""
            raise SpecDefinitionError(f"{short_repr(spec)} has no key {key!r}{near}")
    changed = join_keys([_change_keys(each, keys, change) for each in maps])
    whole = changed[0] if len(changed) == 1 else Merge(tuple(changed))
    worded = specize(spec)
    return dataclasses.replace(worded, pred=whole, name=None) if isinstance(worded, WithMessage) else whole


def _maps_in(spec: Spec) -> Iterator[Keys]:
    """Yield each `keys` in a spec of maps."""
    spec = specize(spec)
    if type(spec) is Keys:
        yield spec
    elif isinstance(spec, Merge):
        for part in spec.preds:
            yield from _maps_in(part)
    elif isinstance(spec, Wrapper) and spec.keeps_keys:
        yield from _maps_in(spec.pred)
    else:
        raise SpecDefinitionError(
            f"the keys of {short_repr(spec)} can't be changed: that is possible of keys, and of a merge of "
            "such; change those inside it, and make the rest anew"
        )


def _names(spec: Keys) -> Iterator[tuple[str, bool]]:
    """Yield the name of each key, with True if the name is also the key."""
    for entries, is_qualified in (
        (spec.req, True),
        (spec.opt, True),
        (spec.req_un, False),
        (spec.opt_un, False),
    ):
        if isinstance(entries, dict):  # keys with specs in place of names
            yield from ((key, True) for key in entries)
        else:
            for entry in entries:
                yield from ((name, is_qualified) for name in entry_names(entry))


def _change_keys(spec: Keys, keys: Collection[str], change: Change) -> Keys:
    if isinstance(spec.req_un, dict) or isinstance(spec.opt_un, dict) or spec.specs:
        return _change_specs(spec, keys, change)
    fields: dict[str, list[Key]] = {}
    for suffix, is_qualified in (("", True), ("_un", False)):
        needed: list[Key] = []
        allowed: list[Key] = []
        for field, is_needed in (("req", True), ("opt", False)):
            for entry in _flat(getattr(spec, field + suffix)):
                names = [*entry_names(entry)]
                after = {
                    name: change(name in keys or key_of(name, is_qualified) in keys, is_needed)
                    for name in names
                }
                # A group stays whole if all its keys stay required. If some do, it is an error; else it falls
                # apart.
                if isinstance(entry, KeyGroup) and is_needed and set(after.values()) == {True}:
                    needed.append(entry)
                elif isinstance(entry, KeyGroup) and is_needed and True in after.values():
                    raise SpecDefinitionError(
                        f"some keys of {short_repr(entry)} can't be changed without the others, since one "
                        "may be there in place of another; name all of them, or write the keys anew"
                    )
                else:
                    needed += [name for name in names if after[name]]
                    allowed += [name for name in names if after[name] is False]
        fields["req" + suffix], fields["opt" + suffix] = needed, allowed
    return Keys(*(tuple(fields[name]) for name in ("req", "opt", "req_un", "opt_un")), closed=spec.closed)


def _change_specs(spec: Keys, keys: Collection[str], change: Change) -> Keys:
    """Change a `keys` with specs in place of names; names beside the specs become specs too."""
    if spec.req or spec.opt or any(isinstance(key, RequiredKeys) for key in spec.required_keys):
        raise SpecDefinitionError(f"{short_repr(spec)} has names beside its mappings; write the keys anew")
    entries = [(key.key, key.part, True) for key in spec.required_keys if isinstance(key, RequiredKey)]
    entries += [(key.key, key.part, False) for key in spec.optional_keys]
    after = [(key, part, change(key in keys, is_needed)) for key, part, is_needed in entries]
    needed = {key: part for key, part, is_needed in after if is_needed}
    allowed = {key: part for key, part, is_needed in after if is_needed is False}
    return Keys(req_un=needed, opt_un=allowed, closed=spec.closed)


def _flat(entries: Collection[Key]) -> Iterator[Key]:
    """Yield entries; an and_keys is replaced by its parts."""
    for entry in entries:
        if isinstance(entry, KeyGroup) and entry.call == "and_keys":
            yield from _flat(entry.parts)
        else:
            yield entry
