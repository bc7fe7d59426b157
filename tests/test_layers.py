"""Arrows between rooms: a folder, or a file beside the folders, imports only from what stands above it."""

import ast
import functools
import graphlib
from pathlib import Path

import pytest

from tests.processes import run_fresh
from tests.public_names import NAMES

ROOT = Path(__file__).parent.parent

# Wings in order, each with its rooms in rows: folders and files, and "." for the wing's own files. A room may
# import from itself and from the rows above, in its wing and in the wings above; nothing else. Rooms in one
# row know nothing of each other. Modules that only hand on names have no row.
MXSPEC = {
    "": ["_version addresses", "pytest_plugin subjects", "errors predicates"],
    "base": [
        "value_types",
        "fields files forks formats function_syntax generated lazy values",
        "forms names patterns predicate_rows",
        "messages strategies",
        "own_rows",
    ],
    "specs": ["core", ".", "regex"],
    "frames": ["."],
    "questions": ["."],
    "promises": ["."],
    "models": ["."],
    "transform": ["schemas", "annotations", "."],
    "functions": ["."],
    "inference": ["."],
    "changes": ["borders", ".", "documents"],
    "near": ["."],
    "ghostwriter": ["."],
    "odcs": ["."],
    "notation": ["."],
    "command_line": ["."],
    "__main__": ["."],
}
# Folders of a wing that are no rooms: they and the files beside them ask each other.
WITHIN = {"changes.sets"}

AUTOENCODER = {
    "": [
        "data",
        "viz",
        "networks",
        "auto_encoder",
        "discriminator generator",
        "model_specs",
        "digits post",
        "families",
        "evaluation web",
        "command_line",
        "__main__",
    ],
}

# Libraries of data, which are imported inside a function where somebody has such data.
DATA = {"narwhals", "pandas", "polars", "pyarrow", "duckdb", "dask", "pyspark"}

PACKAGES = {"mxspec": MXSPEC, "autoencoder": AUTOENCODER}
# Who uses mxspec as people do: `import mxspec`, which hands on the names of all rooms.
USERS = {("mxspec", "command_line")}
# A subject whose file defines its names hands on one from below, at its first use.
HANDED_ON = {"predicates": {"base.own_rows"}}
MODULES = [path.relative_to(ROOT) for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
OF_MXSPEC = [path for path in MODULES if path.parts[0] == "mxspec"]
OF_AUTOENCODER = [path for path in MODULES if path.parts[0] == "autoencoder"]

# Where Hypothesis may be imported, and then inside a function, so that checking a value costs no such import.
HYPOTHESIS = {("mxspec", "base", "strategies")}
# What draws for people, where Pillow is installed.
PICTURES = {
    Path("mxspec", "base", "messages", "sheet.py"): {"PIL"},
    Path("mxspec", "base", "messages", "pictures.py"): {"PIL"},
}
# Where a library is imported that has to be prepared for it: mended, or told to call nobody.
PREPARED = {
    "mxnet": Path("autoencoder", "networks", "mx.py"),
    "onnxruntime": Path("autoencoder", "networks", "onnx.py"),
}


@functools.cache
def tree(path):
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imports(node):
    """All modules imported below node, in full: `from a.b import c` is of a.b.c where that is a module."""
    for statement in ast.walk(node):
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            assert statement.level == 0, "imports are absolute"
            for alias in statement.names:
                inner = f"{statement.module}.{alias.name}"
                yield inner if is_module(inner) else statement.module


@functools.cache
def is_module(name):
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def packages(node):
    return {module.partition(".")[0] for module in imports(node)}


def dotted(path):
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


@functools.cache
def floors(package):
    """The rooms of each row, from the lowest on, by their names below the package."""
    wings = PACKAGES[package].items()
    return [[f"{wing}.{name}".strip(".") for name in row.split()] for wing, rows in wings for row in rows]


def room(module):
    """The room of a module: a folder or file of a wing, or the wing itself; None where no row has it."""
    package, _, inner = module.partition(".")
    rooms = {name for row in floors(package) for name in row}
    heads = [".".join(inner.split(".")[:n]) for n in (2, 1)]
    return next((head for head in heads if head in rooms), None)


def at_import(body):
    """The statements that import when a module is: not in functions, not for the type checker alone."""
    for statement in body:
        if isinstance(statement, ast.If):
            if "TYPE_CHECKING" not in ast.unparse(statement.test):
                yield from at_import([*statement.body, *statement.orelse])
        elif isinstance(statement, (ast.Try, ast.With)):
            yield from at_import(statement.body)
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield statement


def without_types(module):
    """A module without what is imported for the type checker alone."""
    body = [
        statement
        for statement in module.body
        if not (isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test))
    ]
    return ast.Module(body, module.type_ignores)


def offences(of, paths):
    """The files in which something is wrong, and what."""
    return {str(path): wrong for path in paths if (wrong := of(path))}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_has_its_row(package):
    files = [path for path in MODULES if path.parts[0] == package and path.name != "__init__.py"]
    there = {room(dotted(path)) for path in files if not hands_on(path)}
    assert sorted(there, key=str) == sorted(name for row in floors(package) for name in row)


def test_a_folder_of_a_wing_is_a_room():
    folders = {dotted(path).partition(".")[2] for path in OF_MXSPEC if path.name == "__init__.py"}
    within = {folder for folder in folders if "." in folder}
    assert within - {name for row in floors("mxspec") for name in row} == WITHIN


def hands_on(path):
    """True if a module only hands on the names of its subject, each at its first use."""
    if "hand_on(" not in (ROOT / path).read_text(encoding="utf-8"):  # to parse all takes a second
        return False
    *body, last = tree(path).body
    kinds = {type(statement) for statement in body}
    is_late = ast.unparse(last).startswith("hand_on(__name__, {")
    return is_late and kinds == {ast.Expr, ast.ImportFrom, ast.If, ast.Assign}


def test_arrows_between_rooms_point_up():
    def pointing_down(path):
        package, here = path.parts[0], room(dotted(path))
        if here is None or hands_on(path):
            return set()  # the package itself, and its subjects
        rows = floors(package)
        level = next(i for i, row in enumerate(rows) if here in row)
        above = {name for row in rows[:level] for name in row}
        used = {room(module) for module in imports(tree(path)) if module.partition(".")[0] == package}
        return (
            used
            - {here}
            - above
            - HANDED_ON.get(here, set())
            - ({None} if (package, here) in USERS else set())
        )

    assert offences(pointing_down, MODULES) == {}


def test_files_of_a_room_import_each_other_in_no_circle():
    for folder in {path.parent for path in MODULES}:
        graph = {}
        for path in MODULES:
            if path.parent == folder and path.name != "__init__.py":
                used = imports(without_types(tree(path)))
                graph[dotted(path)] = {
                    module for module in used if module.rpartition(".")[0] == dotted(folder)
                }
        graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


def test_the_docstring_of_a_folder_describes_it():
    folders = [path for path in MODULES if path.name == "__init__.py"]
    first = {str(path): (ast.get_docstring(tree(path)) or "").split("\n")[0] for path in folders}
    assert {path: line for path, line in first.items() if not line.endswith(".")} == {}


def test_mxspec_knows_no_network_and_no_pictures():
    others = {"autoencoder", "mxnet", "onnxruntime", "matplotlib", "PIL"}
    assert offences(lambda path: packages(tree(path)) & others - PICTURES.get(path, set()), OF_MXSPEC) == {}


def test_hypothesis_is_imported_late_and_in_one_room():
    def importing(path):
        late = {name for statement in at_import(tree(path).body) for name in packages(statement)}
        used = late if path.parts[:3] in HYPOTHESIS else late | packages(without_types(tree(path)))
        return used & {"hypothesis"}

    assert offences(importing, OF_MXSPEC) == {}


def test_libraries_of_data_are_imported_late():
    def importing(path):
        return {name for statement in at_import(tree(path).body) for name in packages(statement)} & DATA

    assert offences(importing, MODULES) == {}


@pytest.mark.parametrize("package", PREPARED)
def test_a_library_that_has_to_be_prepared_is_imported_in_one_place(package):
    assert [path for path in OF_AUTOENCODER if package in packages(tree(path))] == [PREPARED[package]]


def test_the_package_itself_only_hands_on_names():
    *body, completion = tree(Path("mxspec/__init__.py")).body
    kinds = {type(statement) for statement in body}
    assert kinds == {ast.Expr, ast.Import, ast.ImportFrom, ast.If, ast.Assign}
    assert ast.unparse(completion).startswith("def __dir__()")
    [names] = [statement for statement in body if isinstance(statement, ast.Assign)]
    assert ast.unparse(names.targets[0]) == "__all__"


SUBJECTS = [path for path in OF_MXSPEC if hands_on(path)]


def test_subjects_only_hand_on_names():
    assert len(SUBJECTS) == 10
    for path in SUBJECTS:
        [block] = [statement for statement in tree(path).body if isinstance(statement, ast.If)]
        assert ast.unparse(block.test) == "TYPE_CHECKING"
        assert {type(statement) for statement in block.body} == {ast.ImportFrom}


@pytest.mark.parametrize("path", SUBJECTS, ids=dotted)
def test_a_subject_names_the_same_to_a_type_checker_to_a_star_and_at_the_first_use(path):
    [block] = [statement for statement in tree(path).body if isinstance(statement, ast.If)]
    imported = {alias.name: line.module for line in block.body for alias in line.names}
    # What is imported `as` itself is handed on, and is no name of mxspec.
    aside = {alias.name for line in block.body for alias in line.names if alias.asname == alias.name}
    late = ast.literal_eval(tree(path).body[-1].value.args[1])
    assert {name: module for module, names in late.items() for name in names.split()} == imported
    [names] = [statement.value for statement in tree(path).body if isinstance(statement, ast.Assign)]
    assert sorted(ast.literal_eval(names)) == sorted(set(imported) - aside)


def test_the_package_has_the_names_of_all_subjects_for_a_type_checker():
    subjects = {dotted(path).partition(".")[2] for path in SUBJECTS} | {"errors", "predicates"}
    blocks = [
        statement for statement in tree(Path("mxspec/__init__.py")).body if isinstance(statement, ast.If)
    ]
    text = "\n".join(map(ast.unparse, blocks)).splitlines()
    for subject in subjects:
        assert f"    from mxspec.{subject} import *" in text
        assert f"    __all__ += {subject}.__all__" in text
    import mxspec

    assert set(mxspec._SUBJECTS) == subjects


def test_no_module_hides_behind_a_name_of_the_package():

    modules = {path.stem for path in (ROOT / "mxspec").iterdir()}
    assert not modules & set(NAMES)


def test_inference_imports_no_training_code():
    pytest.importorskip("PIL", reason="the networks' requirements are not installed")
    program = "import sys, autoencoder.families, autoencoder.command_line.commands; print(*sys.modules)"
    assert not [name for name in run_fresh(program).split() if ".training" in name]


def test_importing_mxspec_loads_nothing_heavy():
    program = "import sys, mxspec; print(*{name.partition('.')[0] for name in sys.modules})"
    heavy = {"hypothesis", "mxnet", "matplotlib", "numpy", "PIL", "pytest", *DATA}
    assert not heavy & set(run_fresh(program).split())
