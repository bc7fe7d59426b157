"""Two versions of a file of specs, compared name by name."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import types
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from mxspec.base import names
from mxspec.base.values import identity_key, short_repr
from mxspec.changes.answers import FunctionCall
from mxspec.changes.classes import twins_of
from mxspec.changes.compatible import Compatibility, Direction, compare_versions
from mxspec.changes.equal_trees import are_equal_trees
from mxspec.changes.proof import Version, own_pair
from mxspec.changes.sameness import Sameness
from mxspec.changes.shared_state import classes_of, entries_of, hides_class
from mxspec.changes.trees import OwnModules, Tree, in_place_of, tree_of, trees_of_revision
from mxspec.changes.wire import Wire
from mxspec.errors import SpecDefinitionError, SpecError, UnknownSpecError, did_you_mean
from mxspec.functions.check import NUM_TESTS
from mxspec.predicates import is_any
from mxspec.specs.core.budget import SECONDS
from mxspec.specs.core.rewriting import walk_held
from mxspec.specs.core.spec import Predicate, Reference, Spec, specize

_ANY: Final = Predicate(is_any)

Change = Literal["added", "removed", "changed", "same", "not looked at"]


@dataclasses.dataclass(frozen=True)
class NameChange:
    """A name of two versions of a file.

    Attributes:
        name: the name.
        change: "added", "removed", "changed" or "same"; "not looked at" where the names are keywords of a
            document that no draft of JSON Schema has.
        answer: the answer of `check_compatible` for a changed name, else None.
    """

    name: str
    change: Change
    answer: Compatibility | None = None

    @property
    def is_breaking(self) -> bool:
        """True if the name was removed, or a value shows that its change breaks something."""
        return self.change == "removed" or (self.answer is not None and not self.answer)

    @property
    def is_undecided(self) -> bool:
        """True if neither a proof nor such a value was found."""
        return self.answer is not None and self.answer.verdict == "not refuted"


class SharedModulesWarning(UserWarning):
    """The warning that both versions import modules that belong to neither."""


def compare_files(
    old: str | Path,
    new: str | Path,
    only: Sequence[str] = (),
    *,
    direction: Direction = "requests",
    num_tests: int = NUM_TESTS,
    seed: int | None = 0,
    limit: float = SECONDS,
) -> list[NameChange]:
    """Return the change of each name that one of two files registers, sorted by name.

    Each file runs with its own names and modules; its modules are the ones below the folder that it is
    imported from. The files are two versions of one module, so that a function in both has one name. A file
    may define `spec` without registering it, as `mxspec infer` writes it; it is compared under the name
    "spec".

    Args:
        old, new: Python files that register specs.
        only: the names to compare, by default all.
        direction, num_tests, seed, limit: as in `check_compatible`.

    Raises:
        UnknownSpecError: a name of only is in neither file.
        SpecError: a file does not exist, raises, or ends the process; or neither file has specs.

    Warns:
        SharedModulesWarning: a module was imported that is in neither tree and not installed.
    """
    after = tree_of(Path(new))
    before = in_place_of(tree_of(Path(old)), after)
    options = {"direction": direction, "num_tests": num_tests, "seed": seed, "limit": limit}
    with names.keep_origins():
        return _compare_trees(before, after, only, options)


def compare_with_revision(
    file: str | Path,
    revision: str,
    only: Sequence[str] = (),
    *,
    direction: Direction = "requests",
    num_tests: int = NUM_TESTS,
    seed: int | None = 0,
    limit: float = SECONDS,
) -> list[NameChange]:
    """Return the change of each name of a file since a revision of its git repository.

    The whole tree of the revision is written into a temporary folder, and the file is run in it.

    Args:
        file: a Python file that registers specs, in a repository.
        revision: a branch, a tag or a commit.
        only, direction, num_tests, seed, limit: as in `compare_files`.

    Raises:
        SpecError: as in `compare_files`; or the revision, or the file in it, does not exist.
    """
    with trees_of_revision(Path(file), revision) as (before, after), names.keep_origins():
        options = {"direction": direction, "num_tests": num_tests, "seed": seed, "limit": limit}
        return _compare_trees(before, after, only, options, is_one_tree=True)


def _compare_trees(
    old: Tree, new: Tree, only: Sequence[str], options: Mapping[str, Any], *, is_one_tree: bool = False
) -> list[NameChange]:
    outside = names.current
    is_same = are_equal_trees(old, new)  # before the files run, which may write into their trees
    first = _run_file(old, outside)
    second = _run_file(new, names.Names({**outside.entries, **first.shared}))
    _check_strangers(first, second, is_one_tree)
    samenesses: dict[Any, Sameness] = {}
    versions = [_version(first, second, samenesses), _version(second, first, samenesses)]
    every = sorted({*first.specs, *second.specs})
    if not every:
        raise SpecError(
            f"neither {old.label} nor {new.label} registers a spec with s.def_, or defines one as `spec`"
        )
    for name in only:
        if name not in every:
            raise UnknownSpecError(f"neither file registers {name!r}{did_you_mean(name, every)}", spec=name)
    own = own_pair(*versions)
    sameness = Sameness(first.table, second.table, {}, by_text=True, own=own)

    def compare(name: str) -> NameChange:
        part, other = first.specs.get(name), second.specs.get(name)
        if part is None or other is None:
            return NameChange(name, "added" if part is None else "removed")
        if is_same:
            return NameChange(name, "same")
        unread = tuple(dict.fromkeys(x.unread[name] for x in (first, second) if name in x.unread))
        if unread:  # it reveals nothing about other names
            return NameChange(name, "changed", Compatibility("not refuted", unproved=unread))
        if sameness.is_same(part, other):
            return NameChange(name, "same")
        pair = (
            version.part(file.wire.of(spec))
            for version, file, spec in zip(versions, (first, second), (part, other), strict=True)
        )
        return NameChange(name, "changed", compare_versions(*pair, **options))

    return [compare(name) for name in every if not only or name in only]


def _version(file: _File, other: _File, samenesses: dict[Any, Sameness]) -> Version:
    twins = twins_of(other.classes, file.classes)
    strangers = {*other.classes} - {*file.classes} - twins.keys()
    return Version(_ANY, file.wire.names, file.modules, twins, frozenset(strangers), samenesses)


def _check_strangers(first: _File, second: _File, is_one_tree: bool) -> None:
    """Warn of modules that both versions share; raise SpecError if they belong to the new tree alone."""
    strangers = {**first.modules.strangers, **second.modules.strangers}
    tree = second.modules.tree
    if first.modules.tree.file != tree.file:
        files, others = first.modules.files(), second.modules.files()
        strangers |= {name: file for name, file in files.items() if others.get(name) == file}
    if is_one_tree and (
        inside := [name for name, place in strangers.items() if place.is_relative_to(tree.root)]
    ):
        raise SpecError(
            f"{first.modules.tree.label} imports {', '.join(sorted(inside))} from {tree.root}, as it is now; "
            "let the folder that it is imported from stand in sys.path, as by PYTHONPATH"
        )
    if strangers:
        words = ", ".join(f"{name} ({place})" for name, place in sorted(strangers.items()))
        warnings.warn(
            f"both versions import {words}, as it is now: a change of it is not seen; "
            "`mxspec diff --base REVISION FILE` runs each version in its whole tree",
            SharedModulesWarning,
            stacklevel=4,
        )


def breaking_names(changes: Iterable[NameChange]) -> list[str]:
    """Return the names of the changes that break something."""
    return [change.name for change in changes if change.is_breaking]


def changes_table(changes: Sequence[NameChange]) -> str:
    """Return changes as a table: the name, the change, the verdict, and the witness below; last what was not
    looked at.

    Example:
        >>> print(changes_table([NameChange("user/age", "changed", Compatibility("proved"))]))
        user/age  changed  proved: no valid value is refused
    """
    unread = [f"not looked at: {each.name}" for each in changes if each.change == "not looked at"]
    changes = [each for each in changes if each.change != "not looked at"]
    widths = [max((len(getattr(c, field)) for c in changes), default=0) for field in ("name", "change")]
    lines = []
    for change in changes:
        first, *more = repr(change.answer).splitlines() if change.answer is not None else [""]
        if change.change == "removed":
            first = "broken: there is no such name any more"
        lines.append(f"{change.name:{widths[0]}}  {change.change:{widths[1]}}  {first}".rstrip())
        lines += [f"{'':{sum(widths) + 4}}{line}" for line in more]
    return "\n".join([*lines, *unread])


def change_as_json(change: NameChange) -> dict[str, Any]:
    """Return a change as JSON: the name, the change, and the answer, with the witness as text, and as a value
    if JSON has it.

    Example:
        >>> change_as_json(NameChange("user/mail", "removed"))
        {'name': 'user/mail', 'change': 'removed', 'breaking': True}
    """
    answer = change.answer
    head = {"name": change.name, "change": change.change, "breaking": change.is_breaking}
    if answer is None:
        return head
    details = {"verdict": answer.verdict, "text": repr(answer), "examples": answer.examples}
    details |= {} if answer.ended_after is None else {"ended_after": answer.ended_after}
    if answer.verdict == "broken":
        witness = {"witness": short_repr(answer.witness), "old": answer.old, "new": answer.new}
        details |= {
            **witness,
            **_json_value(answer.witness),
            **({} if answer.part is None else {"part": answer.part}),
        }
    return {**head, **details}


def _json_value(witness: Any) -> dict[str, Any]:
    """Return the entry of a witness as JSON, or nothing for a value that JSON can't write."""
    is_call = isinstance(witness, FunctionCall)
    value = {"args": witness.args, "kwargs": witness.kwargs} if is_call else witness
    with contextlib.suppress(TypeError, ValueError, RecursionError):
        text = json.dumps(value, allow_nan=False)
        if identity_key(json.loads(text)) == identity_key(value):
            return {"value": json.loads(text)}
    return {}


# --- running a file ---------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class _File:
    """A file that has run.

    Attributes:
        modules: the modules of its version.
        table: the names of it and of the process.
        wire: what is sent for its specs.
        shared: the entries that modules outside its tree have registered.
        classes: the classes of its modules.
        specs: the specs to compare, by name: the specs that it registers, and its `spec` without a name.
        unread: why a spec can't be read, by name.
    """

    modules: OwnModules
    table: names.Names
    wire: Wire
    shared: Mapping[str, Any]
    classes: list[type]
    specs: Mapping[str, Spec]
    unread: Mapping[str, str]


def _run_file(tree: Tree, outside: names.Names) -> _File:
    """Run a file with the names of a table."""
    modules = OwnModules(tree)
    with names.look_up_in(names.Names(outside.entries)):
        loaded = modules.load()
        with modules.in_force():
            entries = names.current.entries
            for entry in entries.values():
                if isinstance(entry, Spec):
                    _read_late(entry)
            new = {name: entry for name, entry in entries.items() if outside.entries.get(name) is not entry}
            shared = {name: x for name, x in new.items() if names.origins.get(name) not in modules.modules}
            specs: dict[str, Spec] = {name: Reference(name) for name in new if name not in shared}
            contract: Any = entries_of(loaded).get("spec")
            forms = [entry.form() for entry in new.values() if isinstance(entry, Spec)]
            if _may_be_contract(contract):
                with contextlib.suppress(SpecError):
                    contract = specize(contract)
            if issubclass(type(contract), Spec) and contract.form() not in forms:
                _read_late(contract)
                specs["spec"] = contract
        classes = [x for name, one in modules.modules.items() for x in classes_of(one, name)]
        with modules.in_force():
            wire = Wire(names.current)
            errors = {name: _read_late(wire.of(spec)) for name, spec in specs.items()}
        unread = {name: str(error) for name, error in errors.items() if error is not None}
        return _File(modules, names.current, wire, shared, classes, specs, unread)


def _may_be_contract(x: Any) -> bool:
    """True unless x is a spec, a name, a module, a function or a class of mxspec that a file imports, or an
    object that hides its class.
    """
    if issubclass(type(x), (types.NoneType, str, types.ModuleType, Spec)) or hides_class(x):
        return False
    return str(getattr(x, "__module__", "")).partition(".")[0] != "mxspec"


def _read_late(spec: Spec) -> SpecDefinitionError | None:
    """Make a spec read its annotations now, while its modules are loaded; return its error, if any."""
    try:
        for part in walk_held(spec, names.current.find):
            part.parts()
    except SpecDefinitionError as error:
        return error
    except SpecError:  # the comparison reports its error
        return None
    return None
