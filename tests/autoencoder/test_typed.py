"""Type checkers read the annotations of both packages where these are installed."""

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import numpy as np

import mxspec as s
from autoencoder import digits, families, model_specs

label: int = digits.read(digits.generate(4)).label
s.valid("digits/even-image", np.zeros((28, 28)))
s.instrument("shop.*", on_fail=lambda error: print(error.errors()[0]["msg"]))
digits.generate(4, size="large")

import re
from typing import Annotated, Any, Literal, TypedDict, assert_type


class Movie(TypedDict):
    title: str


data: object = {"title": "Up"}
assert_type(s.validate(Movie, data), Movie)
assert_type(s.validate(int, data), int)
assert_type(s.validate(list[int], data), list[int])
assert_type(s.validate(int | None, 3), int)
assert_type(s.validate({"name": str, "age": s.optional(int)}, {"name": "Bo"}), dict[str, str])
assert_type(s.validate(s.or_(id=int, name=str), data, conform=True), Any)
assert_type(s.valid(Literal["a"], data), bool)
s.conform(Annotated[int, s.int_in(min=1, max=5)], data)
s.keys({"name": str, "pets": s.coll_of({"n": int})}, closed=True)
s.or_(int, None, list[str]), s.or_(("a", int)), s.and_(range(5), re.compile("a+"), s.str_in("a+"))


@s.def_model_spec("typed/even", discriminate=len, generate=lambda n: "x" * n)
def even() -> s.Spec:
    return s.and_(int, s.is_even)


assert_type(even, s.Spec)
orders = s.infer([{"id": i, "spent": i % 90} for i in range(5000)])
problems: list[str | int] = [each["loc"][0] for each in s.explain_json(orders, {"id": 1})]
terms = orders.table.problems([{"id": 1, "spent": 2}])
s.check_compatible(orders, Movie)
"""


def install(environment):
    """Install what the packages consist of by setup.cfg, beside the packages that run this test."""
    build = [sys.executable, "-c", "import setuptools; setuptools.setup()", "-q"]
    build += ["egg_info", "--egg-base", environment, "build", "--build-base", environment / "build"]
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    [site] = environment.glob("lib/python*/site-packages")
    subprocess.run([*build, "--build-lib", site], cwd=ROOT, check=True)
    (site / "others.pth").write_text(sysconfig.get_path("purelib"))


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    pytest.importorskip("setuptools")
    folder = tmp_path_factory.mktemp("typed") / "environment"
    install(folder)
    return folder


def errors_of_mypy(program, python):
    """Return the number of the line and the text of each error."""
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", python, program.name]
    done = subprocess.run(command, cwd=program.parent, capture_output=True, text=True)
    lines = [line.split(":", 3) for line in done.stdout.splitlines() if ": error: " in line]
    return [(int(number), text) for _, number, _, text in lines]


def errors_of_pyright(program, python):
    """Return the number of the line, from 1, and the text of each error."""
    settings = {"typeCheckingMode": "standard", "reportUnusedExpression": False}
    (program.parent / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", python, program.name]
    done = subprocess.run(command, cwd=program.parent, capture_output=True, text=True)
    problems = json.loads(done.stdout)["generalDiagnostics"]
    return [(each["range"]["start"]["line"] + 1, each["message"]) for each in problems]


@pytest.mark.parametrize(
    ("checker", "errors_of", "message"),
    [
        # It reads numpy and both packages without a cache, which takes five times as long.
        pytest.param("mypy", errors_of_mypy, "Unexpected keyword argument", marks=pytest.mark.stress),
        pytest.param("basedpyright", errors_of_pyright, 'No parameter named "size"', marks=pytest.mark.slow),
    ],
)
def test_type_checkers_know_what_is_installed(environment, checker, errors_of, message, tmp_path):
    pytest.importorskip(checker)
    (tmp_path / "program.py").write_text(PROGRAM)
    errors = errors_of(tmp_path / "program.py", environment / "bin" / "python")
    assert [line for line, _ in errors] == [10], errors
    assert message in errors[0][1]
