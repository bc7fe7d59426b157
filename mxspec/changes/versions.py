"""Two versions of a file of specs: what each registers, and which of the changes break something."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import importlib.util
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

from mxspec import names
from mxspec.changes.classes import twins_of
from mxspec.changes.compatible import Compatibility, Direction, compare_versions
from mxspec.changes.proof import Version
from mxspec.changes.sameness import Sameness
from mxspec.core.spec import Predicate, Reference, Spec
from mxspec.errors import SpecError, UnknownSpecError, did_you_mean
from mxspec.functions.check import NUM_TESTS
from mxspec.predicates import is_any

_ANY: Final = Predicate(is_any)

Change = Literal["added", "removed", "changed", "same"]


@dataclasses.dataclass(frozen=True)
class NameChange:
    """A name of two versions of a file.

    Attributes:
        name: the name.
        change: "added", "removed", "changed" or "same".
        answer: of a changed one, what `check_compatible` answers.
    """

    name: str
    change: Change
    answer: Compatibility | None = None

    @property
    def is_breaking(self) -> bool:
        """True if a value that the old version accepts may find no spec, or one that refuses it."""
        return self.change == "removed" or (self.answer is not None and not self.answer)


def compare_files(
    old: str | Path,
    new: str | Path,
    only: Sequence[str] = (),
    *,
    direction: Direction = "requests",
    num_tests: int = NUM_TESTS,
    seed: int | None = 0,
) -> list[NameChange]:
    """Return what became of each name that one of two files registers, by name.

    Both files are run, each with the names of its own imports and with none of the other's. They stand for
    two versions of one module, so that a function of both has one name. A spec that a file defines as `spec`
    and that has no name, as `mxspec infer` writes it, is compared by that word.

    Args:
        old, new: Python files that register specs.
        only: the names to compare, by default all.
        direction, num_tests, seed: as in `check_compatible`.

    Raises:
        UnknownSpecError: one of only is in neither.
        SpecError: a file is not there, or it raises; or there are no specs in either.
    """
    paths = Path(old), Path(new)
    for path in paths:
        _import_others(path)
    outside = names.current.entries
    files = [_run_file(path, paths[1].stem) for path in paths]
    first, second = (
        Version(_ANY, file.table, is_apart=True, twins=twins_of(other.classes, file.classes))
        for file, other in zip(files, reversed(files), strict=True)
    )
    own = {
        name for file in files for name, entry in file.table.entries.items() if outside.get(name) is not entry
    }
    before, after = (
        file.contract | {name: Reference(name) for name in own if name in file.table.entries}
        for file in files
    )
    every = sorted({*before, *after})
    if not every:
        raise SpecError(f"neither {old} nor {new} registers a spec, or defines one as `spec`")
    for name in only:
        if name not in every:
            raise UnknownSpecError(f"neither file registers {name!r}{did_you_mean(name, every)}", spec=name)

    def compare(name: str) -> NameChange:
        part, other = before.get(name), after.get(name)
        if part is None or other is None:
            return NameChange(name, "added" if part is None else "removed")
        if Sameness(first.table, second.table, second.twins, by_text=True).is_same(part, other):
            return NameChange(name, "same")
        answer = compare_versions(
            first.part(part), second.part(other), direction=direction, num_tests=num_tests, seed=seed
        )
        return NameChange(name, "changed", answer)

    return [compare(name) for name in every if not only or name in only]


def breaking_names(changes: Iterable[NameChange]) -> list[str]:
    """Return the names of the changes that break something."""
    return [change.name for change in changes if change.is_breaking]


def changes_table(changes: Sequence[NameChange]) -> str:
    """Return changes as a table: the name, what became of it, the verdict, and below it the witness.

    Example:
        >>> print(changes_table([NameChange("user/age", "changed", Compatibility("proved"))]))
        user/age  changed  proved: no valid value is refused
    """
    widths = [max((len(getattr(c, field)) for c in changes), default=0) for field in ("name", "change")]
    lines = []
    for change in changes:
        first, *more = repr(change.answer).splitlines() if change.answer is not None else [""]
        if change.change == "removed":
            first = "broken: there is no such name any more"
        lines.append(f"{change.name:{widths[0]}}  {change.change:{widths[1]}}  {first}".rstrip())
        lines += [f"{'':{sum(widths) + 4}}{line}" for line in more]
    return "\n".join(lines)


# --- running a file ---------------------------------------------------------------------------------------


def _import_others(path: Path) -> None:
    """Import the modules that a file imports and that do not stand beside it; they run only once."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, SyntaxError, ValueError) as error:
        raise SpecError(f"{path} can't be read as a file of specs: {error}") from error
    for node in tree.body:
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.append(node.module)
        for module in modules:
            if not _is_beside(path, module.partition(".")[0]):
                with contextlib.suppress(ImportError):  # the file itself says so, or catches it
                    importlib.import_module(module)


def _is_beside(path: Path, module: str) -> bool:
    return (path.parent / f"{module}.py").is_file() or (path.parent / module).is_dir()


class _File(NamedTuple):
    """A file that has run: the names of it and of this process, its classes, and its `spec` without a name.

    The classes are those of the modules beside it, too.
    """

    table: names.Names
    classes: list[type]
    contract: dict[str, Spec]


def _run_file(path: Path, module: str) -> _File:
    """Run a file as a module."""
    with _clean_modules(path.parent, module) as modules:
        spec = importlib.util.spec_from_file_location(module, path)
        assert spec is not None
        assert spec.loader is not None
        loaded = importlib.util.module_from_spec(spec)
        sys.modules[module] = loaded
        with names.look_up_in(names.Names(names.current.entries)):
            try:
                spec.loader.exec_module(loaded)
            except Exception as error:
                raise SpecError(f"{path} raises {type(error).__name__}: {error}") from error
            classes = [
                x
                for one in (loaded, *modules())
                for x in vars(one).values()
                if isinstance(x, type) and x.__module__ == one.__name__
            ]
            spec_of_file = vars(loaded).get("spec")
            forms = [entry.form() for entry in names.current.entries.values() if isinstance(entry, Spec)]
            if not isinstance(spec_of_file, Spec) or spec_of_file.form() in forms:
                return _File(names.current, classes, {})
            return _File(names.current, classes, {"spec": spec_of_file})


@contextlib.contextmanager
def _clean_modules(folder: Path, module: str) -> Iterator[Callable[[], list[types.ModuleType]]]:
    """Let the modules of a folder be imported inside the block, and take them out of sys.modules after it.

    It yields a function that returns those which have been imported. No byte code is written, or Python would
    run it for a later version of the same second and size.
    """
    before, path, writes_no_code = dict(sys.modules), sys.path[:], sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    sys.modules.pop(module, None)
    sys.path.insert(0, str(folder.resolve()))

    def modules() -> list[types.ModuleType]:
        return [
            loaded
            for name, loaded in list(sys.modules.items())
            if before.get(name) is not loaded
            and (file := getattr(loaded, "__file__", None))
            and folder.resolve() in Path(file).resolve().parents
        ]

    try:
        yield modules
    finally:
        sys.path[:], sys.dont_write_bytecode = path, writes_no_code
        imported = modules()
        for name in [name for name, loaded in sys.modules.items() if loaded in imported]:
            del sys.modules[name]
        if module in before:
            sys.modules[module] = before[module]
