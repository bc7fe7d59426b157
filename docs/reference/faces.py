"""The names of each subject, written out of the map in the docstring of its module.

    numbers          is_number is_int     ->  __all__, the imports for checkers, the table of hand_on

A row of the map has its names first. Behind a comma or a semicolon it is text, in which a word with a capital
letter or an underscore is a name, if a file of mxspec defines it. The modules are read, and not imported.
"""

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
MAP = re.compile(r"\n\n((?: {4}.*\n)+)")
ROW = re.compile(r"^    \S.*?  +(.*(?:\n {20,}.*)*)", re.MULTILINE)  # behind its title
MARK = "# `python -m docs.reference` writes these names from the map above, and keeps an import with `as`.\n"
WIDTH = 108


class Face(NamedTuple):
    """A module that hands on names.

    Attributes:
        path: its file.
        text: its text.
        start, end: the lines that are written, the last one excluded.
        names: its names, in the order of the map.
        homes: the module that defines each name, and each that is handed on besides.
        others: the names handed on besides.
    """

    path: Path
    text: str
    start: int
    end: int
    names: list[str]
    homes: dict[str, str]
    others: list[str]


def module_of(path: Path) -> str:
    """Return the name of the module of a file."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def definitions() -> dict[str, str]:
    """Return the module of each name that one file of mxspec defines; of others, those of all."""
    homes: dict[str, str] = {}
    for path in sorted((ROOT / "mxspec").rglob("*.py")):
        tree, module = ast.parse(path.read_text(encoding="utf-8")), module_of(path)
        for name in {name for node in tree.body for name in defined_by(node)}:
            homes[name] = f"{homes[name]} and {module}" if name in homes else module
    return homes


def defined_by(node: ast.stmt) -> list[str]:
    """Return the names that a statement defines."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def names_in_map(docstring: str, module: str, homes: dict[str, str]) -> list[str]:
    """Return the names in the first map of a docstring, in order.

    Raises:
        ValueError: no file defines one of them, or several files do.
    """
    names = []
    for row in ROW.findall(MAP.search(docstring)[1]):
        first, *texts = re.split("[,;]", row)
        names += re.findall(r"\w+", first)
        names += [word for text in texts for word in re.findall(r"\w*[A-Z_]\w*", text)]
    if unknown := [name for name in names if name not in homes]:
        raise ValueError(f"{module}: the map has {unknown[0]}, which no file of mxspec defines")
    if twice := [name for name in names if " " in homes[name]]:
        raise ValueError(
            f"{module}: the map has {twice[0]}, of {homes[twice[0]]}; a name stands for one thing"
        )
    return [*dict.fromkeys(names)]


def faces() -> Iterator[Face]:
    """Yield the modules that call `hand_on`.

    Raises:
        ValueError: the map has a name that no file defines, or lacks one of `__all__`.
    """
    homes = definitions()
    for path in sorted({*(ROOT / "mxspec").glob("*.py"), *(ROOT / "mxspec").glob("*/__init__.py")}):
        text = path.read_text(encoding="utf-8")
        if re.search(r"^hand_on\(", text, re.MULTILINE):
            yield face_of(path, text, homes)


def face_of(path: Path, text: str, homes: dict[str, str]) -> Face:
    """Return a module that calls `hand_on`, by its text and by the module that defines each name."""
    tree, module = ast.parse(text), module_of(path)
    names = names_in_map(ast.get_docstring(tree, clean=False), module, homes)
    parts = [
        each for each in tree.body if re.match(r"if TYPE_CHECKING|__all__ =|hand_on\(", source(text, each))
    ]
    lines = text.splitlines(keepends=True)
    start = parts[0].lineno - 1
    while lines[start - 1].startswith("#"):
        start -= 1
    listed = [each.value for each in parts if isinstance(each, ast.Assign)]
    if missing := [name for each in listed for name in ast.literal_eval(each) if name not in names]:
        raise ValueError(f"{module}.{missing[0]} is in no row: name it in the map, or not in `__all__`")
    imports = [
        (node.module, alias)
        for part in parts
        for node in ast.walk(part)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    others = {alias.name: home for home, alias in imports if alias.asname}
    own = {name: homes[name] for name in names if homes[name] != module}
    return Face(path, text, start, parts[-1].end_lineno, names, {**own, **others}, [*others])


def source(text: str, node: ast.stmt) -> str:
    """Return the first line of a statement."""
    return text.splitlines()[node.lineno - 1]


def text_of(face: Face) -> str:
    """Return the text of a module with its names as they have to be."""
    lines = face.text.splitlines(keepends=True)
    return "".join([*lines[: face.start], *blocks(face), *lines[face.end :]])


def blocks(face: Face) -> Iterator[str]:
    """Yield the imports of a module, its `__all__` and its call of `hand_on`."""
    modules = sorted({*face.homes.values()})
    yield MARK
    if modules:
        yield "if TYPE_CHECKING:\n"
    for module in modules:
        names = sorted((name for name, home in face.homes.items() if home == module), key=in_order)
        yield import_of(module, [name for name in names if name not in face.others])
        yield from (f"    from {module} import {name} as {name}\n" for name in names if name in face.others)
    yield "\n# fmt: off\n" if modules else "# fmt: off\n"
    names = " ".join(f'"{name}",' for name in sorted(face.names))
    own = textwrap.fill(names, WIDTH, initial_indent="    ", subsequent_indent="    ")
    yield f"__all__ = [\n{own}\n]\n# fmt: on\n\n"
    rows = [row_of(face, module) for module in modules]
    yield (
        f"hand_on(\n    __name__,\n    {{\n{''.join(rows)}    }},\n)\n" if rows else "hand_on(__name__, {})\n"
    )


def in_order(name: str) -> tuple[int, str]:
    """Return what sorts names as imports are: constants, classes, functions."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def import_of(module: str, names: list[str]) -> str:
    """Return the import of some names, "" without any."""
    if not names:
        return ""
    line = f"    from {module} import {', '.join(names)}\n"
    if len(line) <= WIDTH + 3:
        return line
    return "\n".join([f"    from {module} import (", *(f"        {name}," for name in names), "    )\n"])


def row_of(face: Face, module: str) -> str:
    """Return the row of a module in the table of `hand_on`."""
    names = " ".join(sorted((name for name, home in face.homes.items() if home == module), key=in_order))
    first, *others = textwrap.wrap(names, WIDTH - 14 - len(module))
    rows = [f'        "{module}": "{first}', *(f'        "{line}' for line in others)]
    return ' "\n'.join(rows) + '",\n'


def write() -> None:
    """Write the names of all subjects."""
    for face in [*faces()]:
        face.path.write_text(text_of(face), encoding="utf-8")
