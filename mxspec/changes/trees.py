"""A file of specs in its own tree: the modules that belong to it, and the tree of a revision of git.

Two versions of shop/contract.py both have the line `from shop.limits import MAX`, and each means the limits
in its tree. So a version keeps the modules below its root. While it is in force, `sys.modules` has these
modules, and no others under their names. Late imports and data files come from the tree, too, and a version
runs in its working folder. Installed modules are imported once, for both versions: a contract that changes
one changes it for both, and what uses the part that it has set is not the same. Each of two files imports the
modules beside it separately; they share modules from elsewhere, and a line in the answer lists these.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import functools
import importlib
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
import sysconfig
import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from mxspec.base.files import temporary_folder
from mxspec.base.messages.reasons import exception_text
from mxspec.changes.shared_state import Touched, entries_of, notice_changes
from mxspec.errors import SpecError

_SHARED: Final = ("mxspec", "autoencoder")  # this package, and one with a program that may run the comparison
_INSTALLED: Final = frozenset({"site-packages", "dist-packages"})


@dataclasses.dataclass(frozen=True)
class Tree:
    """The place of a version of a file.

    Attributes:
        file: the file.
        label: its name in messages.
        root: the folder below which all modules are its own.
        path: the entries of sys.path for it.
        package: the package that the file stands in, or an empty string.
        module: the name to import the file by.
        folder: the working folder that it is run in, None for the process's.
    """

    file: Path
    label: str
    root: Path
    path: tuple[str, ...]
    package: str
    module: str
    folder: Path | None = None


def tree_of(file: Path) -> Tree:
    """Return the tree of a file: the folder that its package stands in, or its own folder.

    Raises:
        SpecError: the file can't be read, or is not Python.
    """
    file = file.resolve()
    root, module = _place_of(file)
    return Tree(file, str(file), root, _with_folder(file, root, sys.path), module.rpartition(".")[0], module)


def in_place_of(old: Tree, new: Tree) -> Tree:
    """Return the tree of an old file, to be imported by the name of the new one if that is possible.

    So before.py and after.py stand for two versions of one module, and a function in both has one name.
    """
    is_beside = old.package == new.package or not old.package
    return dataclasses.replace(old, module=new.module) if is_beside else old


def _place_of(file: Path) -> tuple[Path, str]:
    """Return the folder to import a file from, and its dotted name there."""
    try:
        source = ast.parse(file.read_bytes(), str(file))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        reason = str(error) or "it is nested too deep"
        raise SpecError(f"{file} can't be read as a file of specs: {reason}") from error
    levels = [node.level for node in ast.walk(source) if isinstance(node, ast.ImportFrom)]
    folder, parts = file.parent, [] if file.stem == "__init__" else [file.stem.replace(".", "_")]
    # A relative import makes its folder a package, with an __init__.py or without.
    while (folder / "__init__.py").is_file() or len(parts) <= max(levels, default=0):
        if folder == folder.parent:
            break
        folder, parts = folder.parent, [folder.name, *parts]
    if len(parts) == 1 and (parts[0] in _SHARED or _is_installed_module(parts[0])):
        parts = [f"{parts[0]}_"]  # so that json.py, a contract, does not stand for Python's module
    return folder, ".".join(parts)


def _is_installed_module(name: str) -> bool:
    places = _places_of(sys.modules.get(name))
    return name in sys.stdlib_module_names or any(map(is_of_installation, places))


def _with_folder(file: Path, root: Path, path: Sequence[str]) -> tuple[str, ...]:
    """Return a path that begins with the root; the folder of a module in a package comes last.

    If the folder shop came first, `import types` would import shop/types.py, not Python's module.
    """
    return tuple(dict.fromkeys([str(root), *path, str(file.parent)]))


@functools.lru_cache(maxsize=10_000)
def is_of_installation(file: Path) -> bool:
    """True if a file belongs to Python, or to an installed package."""
    return not _INSTALLED.isdisjoint(file.parts) or any(map(file.is_relative_to, _folders_of_python()))


@functools.cache  # sysconfig reads its paths anew each time, half of the time of a diff with 2,000 modules
def _folders_of_python() -> tuple[Path, ...]:
    return Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("platstdlib"))


# --- a revision of git --------------------------------------------------------------------------------------


@contextlib.contextmanager
def checkout(file: Path, revision: str) -> Iterator[tuple[Path, Path, Path]]:
    """Yield the tree of a revision in a temporary folder, the tree of now, and the path of a file in both.

    Raises:
        SpecError: git is missing, or does not know the revision; or the revision does not contain the file.
    """
    file = file.resolve()
    here = file.parent
    top = Path(_run_git(here, "rev-parse", "--show-toplevel").removesuffix("\n")).resolve()
    _run_git(
        here, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", what=f"no revision {revision!r}"
    )
    inside = file.relative_to(top)
    with temporary_folder() as folder:
        base = folder.resolve() / top.name
        # A separate index leaves the repository and its work tree untouched.
        index = {**os.environ, "GIT_INDEX_FILE": str(folder / "index")}
        _run_git(top, "read-tree", f"{revision}^{{commit}}", environment=index)
        _run_git(top, "checkout-index", "--all", f"--prefix={base}/", environment=index)
        if not (base / inside).is_file():
            raise SpecError(
                f"{inside} is not in {revision}; a new file breaks nobody, and one that has moved is "
                "compared by `mxspec diff OLD NEW`"
            )
        yield base, top, inside


@contextlib.contextmanager
def trees_of_revision(file: Path, revision: str) -> Iterator[tuple[Tree, Tree]]:
    """Yield the tree of a file at a revision of its git repository, in a temporary folder, and as it is now.

    Raises:
        SpecError: git is missing, or does not know the revision; or the revision does not contain the file.
    """
    with checkout(file, revision) as (base, top, inside):
        now = [Path(entry or ".").resolve() for entry in (*sys.path, "", str(top))]
        path = [str(entry) for entry in now if entry.exists()]
        before = [
            str(base / Path(entry).relative_to(top)) if _is_module_folder(Path(entry), top) else entry
            for entry in path
        ]
        yield (
            _tree_in(base, inside, before, f"{inside} of {revision}", _folder_in(base, top)),
            _tree_in(top, inside, path, str(inside)),
        )


def _folder_in(base: Path, top: Path) -> Path | None:
    """Return the place of the working folder in the tree of a revision, where `open("a.json")` reads."""
    now = Path.cwd()
    if not now.is_relative_to(top):
        return None
    folder = base / now.relative_to(top)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _tree_in(top: Path, inside: Path, path: Sequence[str], label: str, folder: Path | None = None) -> Tree:
    root, module = _place_of(top / inside)
    folders = _with_folder(top / inside, root, path)
    return Tree(top / inside, label, top, folders, module.rpartition(".")[0], module, folder)


def _is_module_folder(entry: Path, top: Path) -> bool:
    """True if an entry of sys.path holds modules of a tree, rather than packages installed in it."""
    return entry.is_relative_to(top) and not is_of_installation(entry)


def _run_git(folder: Path, *arguments: str, what: str = "", environment: dict[str, str] | None = None) -> str:
    try:
        run = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
    except OSError as error:
        raise SpecError(f"--base asks git, which can't be run: {error}") from error
    if run.returncode:
        raise SpecError(f"git says of {folder}: {what or run.stderr.strip() or arguments[0]}")
    return run.stdout


# --- the modules of a version -------------------------------------------------------------------------------


class OwnModules:
    """The modules of one version.

    Attributes:
        tree: its tree.
        modules: the modules that were imported from it, by name.
        strangers: the files of modules that were imported from elsewhere and are not installed, by name.
        touched: what the file set in modules that are not its own.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.modules: dict[str, types.ModuleType] = {}
        self.strangers: dict[str, Path] = {}
        self.touched: Touched = set()

    def load(self) -> types.ModuleType:
        """Import the file as a module, and return it; what it prints goes to standard error.

        Raises:
            SpecError: it raises, or ends the process.
        """
        importlib.invalidate_caches()
        hidden = {name: module for name, module in sys.modules.items() if self._is_replaced(name, module)}
        for name in hidden:
            del sys.modules[name]
        try:
            changes = notice_changes(self.touched, self._is_own)
            with self.in_force(), contextlib.redirect_stdout(sys.stderr), changes:
                try:
                    return self._import()
                except KeyboardInterrupt:
                    raise
                except BaseException as error:
                    reason = exception_text(error).partition("\n")[0]
                    raise SpecError(f"{self.tree.label} raises {reason}") from error
        finally:
            sys.modules.update(hidden)

    def _import(self) -> types.ModuleType:
        name = self.tree.module
        if self.tree.package:
            importlib.import_module(self.tree.package)
        if name in sys.modules:  # the package imports it
            return sys.modules[name]
        loader = importlib.machinery.SourceFileLoader(name, str(self.tree.file))  # whatever its suffix is
        spec = importlib.util.spec_from_file_location(name, self.tree.file, loader=loader)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        if self.tree.package:
            setattr(sys.modules[self.tree.package], name.rpartition(".")[2], module)
        return module

    def _is_replaced(self, name: str, module: object) -> bool:
        """True if the tree has a module of the same name as this module of the process."""
        first, root = name.partition(".")[0], self.tree.root
        if (
            first in _SHARED
            or any(map(is_of_installation, _places_of(module)))
            or first in sys.builtin_module_names
        ):
            return False
        stands_there = (root / first).is_dir() or (root / f"{first}.py").is_file()
        return stands_there or self._is_own(name, module) or first == self.tree.module.partition(".")[0]

    def _is_own(self, name: str, module: object) -> bool:
        is_shared = name.partition(".")[0] in _SHARED
        return not is_shared and any(_is_below(place, self.tree.root) for place in _places_of(module))

    def files(self) -> dict[str, Path]:
        """Return the files of these modules by name, except empty ones."""
        places = {name: place for name, x in self.modules.items() for place in _places_of(x)}
        return {name: place for name, place in places.items() if place.is_file() and place.stat().st_size}

    @contextlib.contextmanager
    def in_force(self) -> Iterator[None]:
        """Put these modules into sys.modules, and the folders of the tree into sys.path, inside the block.

        The block runs in the working folder of the tree.

        No byte code is written, or Python would run it for a later version of the same second and size.
        """
        outer = {name: sys.modules.get(name) for name in self.modules}
        path, writes_no_code = sys.path[:], sys.dont_write_bytecode
        sys.modules.update(self.modules)
        sys.path[:], sys.dont_write_bytecode = self.tree.path, True
        before, count = {} if self.modules else dict(sys.modules), len(sys.modules)
        here = Path.cwd() if self.tree.folder is not None else None
        if self.tree.folder is not None:
            os.chdir(self.tree.folder)
        try:
            yield
        finally:
            if here is not None:
                os.chdir(here)
            if len(sys.modules) != count:
                self._take_in(before)
            sys.path[:], sys.dont_write_bytecode = path, writes_no_code
            for name in self.modules:
                module = outer.get(name)
                if module is None:
                    sys.modules.pop(name, None)
                else:
                    sys.modules[name] = module

    def _take_in(self, before: dict[str, types.ModuleType]) -> None:
        """Record the modules that the block imported."""
        for name, module in list(sys.modules.items()):
            if self._is_own(name, module):
                self.modules[name] = module
            elif before and name not in before and name.partition(".")[0] not in _SHARED:
                for place in _places_of(module):
                    if not is_of_installation(place):
                        self.strangers[name] = place


def _places_of(module: object) -> list[Path]:
    """Return the file of a module, or the folders of a package without an __init__.py."""
    entries = entries_of(module)
    file = entries.get("__file__")
    try:
        return [*map(_resolve, [file] if file else entries.get("__path__", []))]
    except Exception:  # sys.modules may hold any object
        return []


@functools.lru_cache(maxsize=10_000)
def _is_below(place: Path, root: Path) -> bool:
    return place.is_relative_to(root) and not is_of_installation(place)


@functools.lru_cache(maxsize=10_000)
def _resolve(place: str) -> Path:
    return Path(place).resolve()
