"""Subjects: each name lives in its module and works as a name of mxspec, and a module says what to call."""

import importlib
import inspect
import pydoc
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import mxspec as s
from tests.processes import run_command, run_fresh
from tests.public_names import NAMES, SUBJECTS


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_the_same_in_mxspec_and_in_its_module(name):
    value = getattr(importlib.import_module(NAMES[name]), name)
    assert getattr(s, name) is value
    assert not isinstance(value, ModuleType)


def test_each_name_is_imported_from_mxspec_without_a_warning():
    program = f"import warnings; from mxspec import {', '.join(NAMES)}; print(len(dir()), callable(is_even))"
    count, is_there = run_fresh(program, "-W", "error").split()
    assert int(count) >= len(NAMES)
    assert is_there == "True"


def test_a_star_imports_the_names_to_begin_with():
    program = "from mxspec import *; print(*(name for name in dir() if name[:2] != '__'))"
    names = run_fresh(program).split()
    assert sorted([*names, "__version__"]) == sorted(s.__all__)
    assert 36 <= len(names) <= 45


@pytest.mark.parametrize("module", SUBJECTS)
def test_a_subject_completes_to_its_names_which_its_map_and_help_list(module):
    subject = importlib.import_module(module)
    assert dir(subject) == sorted(subject.__all__)
    first_map = re.search(r"\n\n((?: {4}.*\n)+)", subject.__doc__)[1]
    assert set(subject.__all__) <= set(re.findall(r"\w+", first_map))
    listed = pydoc.plain(pydoc.render_doc(subject))
    functions = {name for name in subject.__all__ if inspect.isfunction(getattr(subject, name))}
    assert functions <= set(re.findall(r"^    (\w+)(?:\(| = )", listed, re.MULTILINE))


def test_no_file_hides_a_name_of_its_folder():
    program = """
        import importlib, pkgutil, types
        import mxspec
        for folder in "changes frames functions inference models near promises specs transform".split():
            package = importlib.import_module(f"mxspec.{folder}")
            for each in pkgutil.iter_modules(package.__path__):
                importlib.import_module(f"{package.__name__}.{each.name}")
            print(*(n for n in package.__all__ if isinstance(getattr(package, n), types.ModuleType)))
    """
    assert run_fresh(program).split() == []


def test_a_subject_imports_none_of_its_files():
    program = """
        import sys, mxspec
        before = set(sys.modules)
        import mxspec.clojure, mxspec.promises, mxspec.models, mxspec.near, mxspec.inference
        print(*sorted(set(sys.modules) - before))
    """
    assert run_fresh(program).split() == ["mxspec.clojure", "mxspec.inference", "mxspec.near"]


@pytest.mark.parametrize("module", SUBJECTS)
def test_a_module_that_is_called_says_what_to_call(module):
    with pytest.raises(TypeError, match=rf"^{module} is a module, which is not called; .*\bs\.\w+") as caught:
        sys.modules[module](int, 3)
    [*calls] = re.findall(r"\bs\.(\w+)", str(caught.value))
    assert set(calls) <= set(NAMES)


def test_another_name_of_a_subject_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"^module 'mxspec.frames' has no attribute 'zebra'$"):
        getattr(s.frames, "zebra")  # noqa: B009


@pytest.mark.slow
@pytest.mark.parametrize("command", ["mypy --strict", "basedpyright --level error"])
def test_a_type_checker_knows_all_names(command, tmp_path):
    pytest.importorskip(command.split()[0])
    names = [f"mxspec.{name}" for name in NAMES] + [f"{module}.{n}" for n, module in NAMES.items()]
    (tmp_path / "names.py").write_text(f"import mxspec\n\nNAMES = [{', '.join(names)}]\n")
    mypy_path = str(Path(s.__file__).parents[1])
    run = run_command(f"python -m {command} names.py", tmp_path, MYPYPATH=mypy_path)
    assert run.returncode == 0, run.stdout + run.stderr
