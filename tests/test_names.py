"""Names and sentences: what every file of the packages keeps to."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ["mxspec", "autoencoder"]
FILES = [path.relative_to(ROOT) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]

# Names that say that something happened, not what the thing is.
VAGUE = {"found", "given", "got", "made", "said", "told"}
# Names that another library gave to the parameters of a method that is overridden.
OVERRIDDEN = {Path("autoencoder", "post.py"): {"got"}}  # doctest's

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def tree(path):
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def is_module(name):
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def modules(node):
    """The names that stand for modules: `import x`, and `from package import module`."""
    for statement in ast.walk(node):
        if isinstance(statement, ast.Import):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                if is_module(f"{statement.module}.{alias.name}"):
                    yield alias.asname or alias.name


def locals_of(function):
    """The parameters of a function, and the names that it binds other than by imports."""
    for node in ast.walk(function):
        if isinstance(node, ast.FunctionDef) and node is not function:
            yield node.name
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_local_name_hides_an_imported_module(path):
    module = tree(path)
    names = {name for node in ast.walk(module) if isinstance(node, FUNCTIONS) for name in locals_of(node)}
    assert not names & set(modules(module))


@pytest.mark.parametrize("path", FILES, ids=str)
def test_local_names_describe_their_values(path):
    functions = [node for node in ast.walk(tree(path)) if isinstance(node, FUNCTIONS)]
    names = {name.strip("_") for function in functions for name in locals_of(function)}
    assert not names & (VAGUE - OVERRIDDEN.get(path, set()))


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_docstring_begins_as_a_question(path):
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = [ast.get_docstring(node) or "" for node in ast.walk(tree(path)) if isinstance(node, documented)]
    assert not [doc for doc in docs if re.match(r"(What|Whether|How)\b", doc)]
