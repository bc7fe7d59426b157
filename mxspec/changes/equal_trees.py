"""Equal trees of files: a program can tell one from the other by their place alone.

A contract may read any file: a table of limits, a pickle, a module that git ignores. So every file of both
trees counts, as it lies there, whether git knows it or ignores it. Left out is what no contract reads: the
repository of git, compiled code, installed packages and the caches of tools.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mxspec.changes.trees import Tree, is_of_installation

_MOST: Final = 100_000  # files; larger trees are not compared
_PIECE: Final = 1 << 20
_UNREAD: Final = frozenset(
    {".git", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", "node_modules"}
)


def are_equal_trees(old: Tree, new: Tree) -> bool:
    """True if two versions of a file stand at one place of trees with the same files, or are one file."""
    if old.file == new.file:
        return True
    if old.root == new.root or old.file.relative_to(old.root) != new.file.relative_to(new.root):
        return False
    try:
        first, second = (dict(_files(x.root)) for x in (old, new))
        return (
            max(len(first), len(second)) <= _MOST
            and first.keys() == second.keys()
            and all(_is_same_file(first[place], second[place], old.root, new.root) for place in first)
        )
    except OSError:  # an unreadable or missing file
        return False


def _files(root: Path) -> Iterator[tuple[str, str]]:
    """Yield everything in a folder at any depth, by its place there: files, links and folders."""
    waiting, count = [str(root)], 0
    while waiting and count <= _MOST:
        for entry in os.scandir(waiting.pop()):
            if entry.name in _UNREAD or _holds_packages(entry):
                continue
            count += 1
            yield os.path.relpath(entry.path, root), entry.path
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)


def _holds_packages(entry: os.DirEntry[str]) -> bool:
    """True for a folder of installed packages, or an environment that holds one."""
    return entry.is_dir() and (
        is_of_installation(Path(entry.path)) or os.path.isfile(os.path.join(entry.path, "pyvenv.cfg"))
    )


def _is_same_file(a: str, b: str, old: Path, new: Path) -> bool:
    """True if two files have the same bytes; links lead to one place of their trees, or to one file."""
    first, second = os.lstat(a), os.lstat(b)
    if stat.S_IFMT(first.st_mode) != stat.S_IFMT(second.st_mode):
        return False
    if stat.S_ISLNK(first.st_mode):
        places = [Path(a).resolve(), Path(b).resolve()]
        if places[0].is_relative_to(old) and places[1].is_relative_to(new):
            return places[0].relative_to(old) == places[1].relative_to(new)
        return places[0] == places[1]
    if stat.S_ISDIR(first.st_mode):
        return True
    is_alike = first.st_size == second.st_size and (first.st_mode ^ second.st_mode) & stat.S_IXUSR == 0
    return stat.S_ISREG(first.st_mode) and is_alike and _are_same_bytes(a, b)


def _are_same_bytes(a: str, b: str) -> bool:
    with open(a, "rb") as first, open(b, "rb") as second:
        while True:
            pieces = first.read(_PIECE), second.read(_PIECE)
            if pieces[0] != pieces[1]:
                return False
            if not pieces[0]:
                return True
