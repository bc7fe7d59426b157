"""The arrows between modules: each imports only what stands before it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# fmt: off
ORDER = [
    "_version", "errors", "predicates", "registry", "equality", "forms", "drawing", "strategies",
    "generators", "core", "logic", "tuples", "collection_options", "collection", "ranges", "maps", "multi",
    "nodes", "derivatives", "mismatch", "matching", "regex",
    "writer", "inlining", "conforming", "sequencing", "compiler",
    "api", "explain", "generation", "readings", "model", "bounds", "arrays",
    "typed", "records", "metadata", "annotations",
    "locating", "trials", "calls", "functions", "instrument", "check", "assertions",
    "rebuild", "pytest_plugin",
]

AUTOENCODER_ORDER = [
    "__init__", "_mxnet", "_files", "side_by_side", "data", "image_file", "viz", "labels", "layers",
    "modules", "networks", "checkpoints", "inference", "training", "runs", "images", "in_use",
    "auto_encoder", "discriminator", "generator", "model_specs", "post",
    "dense_autoencoder", "reader", "calibration", "negatives", "epochs", "recognition",
    "digit_generator", "distances", "judge", "finishing", "adversarial", "digits",
    "evaluate_reading", "evaluate_recognition", "evaluate_generator", "evaluation_pictures", "evaluation",
    "families",
    "__main__",
]
# fmt: on

# Who may import Hypothesis, and then inside a function, so that checking a value costs no such import.
MAKE_STRATEGIES = {"drawing", "strategies", "generators", "trials", "check", "pytest_plugin"}

MXSPEC = sorted(path.stem for path in (ROOT / "mxspec").glob("*.py") if path.stem != "__init__")
AUTOENCODER = sorted(path.stem for path in (ROOT / "autoencoder").glob("*.py"))


def tree(package, module):
    return ast.parse((ROOT / package / f"{module}.py").read_text(encoding="utf-8"))


def imports(node):
    """All (module, name) imported below node; name is None for a plain import."""
    for statement in ast.walk(node):
        if isinstance(statement, ast.Import):
            yield from ((alias.name, None) for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            assert statement.level == 0, "imports are absolute"
            yield from ((statement.module, alias.name) for alias in statement.names)


def packages(node):
    return {module.partition(".")[0] for module, _ in imports(node)}


def siblings(package, module):
    """The modules of package that module imports."""
    found = set()
    for imported, name in imports(tree(package, module)):
        if imported == package:
            found.add(name)
        elif imported.startswith(f"{package}."):
            found.add(imported.split(".")[1])
    return found


def at_import(module):
    """The packages imported when mxspec.module is: not in functions, not for the type checker alone."""

    def statements(body):
        for statement in body:
            if isinstance(statement, ast.If):
                if "TYPE_CHECKING" not in ast.unparse(statement.test):
                    yield from statements([*statement.body, *statement.orelse])
            elif isinstance(statement, (ast.Try, ast.With)):
                yield from statements(statement.body)
            elif isinstance(statement, (ast.Import, ast.ImportFrom)):
                yield statement

    return {name for statement in statements(tree("mxspec", module).body) for name in packages(statement)}


def in_use(module):
    """The packages that mxspec.module imports when it is imported or run."""
    without_types = tree("mxspec", module)
    without_types.body = [
        statement
        for statement in without_types.body
        if not (isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test))
    ]
    return packages(without_types)


def test_every_module_has_its_place():
    assert sorted(ORDER) == MXSPEC


@pytest.mark.parametrize("module", ORDER)
def test_a_module_imports_only_those_before_it(module):
    assert siblings("mxspec", module) <= set(ORDER[: ORDER.index(module)])


def test_every_module_of_autoencoder_has_its_place():
    assert sorted(AUTOENCODER_ORDER) == AUTOENCODER


@pytest.mark.parametrize("module", AUTOENCODER_ORDER)
def test_a_module_of_autoencoder_imports_only_those_before_it(module):
    assert siblings("autoencoder", module) <= set(AUTOENCODER_ORDER[: AUTOENCODER_ORDER.index(module)])


@pytest.mark.parametrize("module", ["__init__", *MXSPEC])
def test_mxspec_knows_no_network_and_no_pictures(module):
    assert not packages(tree("mxspec", module)) & {"autoencoder", "mxnet", "matplotlib", "PIL"}


@pytest.mark.parametrize("module", ["__init__", *MXSPEC])
def test_hypothesis_is_imported_late_and_in_few_places(module):
    assert "hypothesis" not in at_import(module)
    if module not in MAKE_STRATEGIES:
        assert "hypothesis" not in in_use(module)


@pytest.mark.parametrize("module", [module for module in AUTOENCODER if module != "_mxnet"])
def test_mxnet_is_imported_in_one_place(module):
    assert "mxnet" not in packages(tree("autoencoder", module))


def test_the_package_itself_only_hands_on_names():
    body = tree("mxspec", "__init__").body
    kinds = {type(statement) for statement in body}
    assert kinds == {ast.Expr, ast.ImportFrom, ast.Assign}
    [names] = [statement for statement in body if isinstance(statement, ast.Assign)]
    assert ast.unparse(names.targets[0]) == "__all__"


def test_all_is_what_is_imported():
    import mxspec

    imported = {name for _, name in imports(tree("mxspec", "__init__"))}
    assert set(mxspec.__all__) == imported
    assert len(mxspec.__all__) == len(set(mxspec.__all__))


def test_importing_mxspec_loads_nothing_heavy():
    program = "import sys, mxspec; print(*{name.partition('.')[0] for name in sys.modules})"
    fresh = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"hypothesis", "mxnet", "matplotlib", "numpy", "PIL", "pytest"} & set(fresh.stdout.split())
