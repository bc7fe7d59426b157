"""Type checkers read the annotations of both packages where these are installed."""

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
"""


def install(environment):
    """Install what the packages consist of by setup.cfg, beside the packages that run this test."""
    build = [sys.executable, "-c", "import setuptools; setuptools.setup()", "-q"]
    build += ["egg_info", "--egg-base", environment, "build", "--build-base", environment / "build"]
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    [site] = environment.glob("lib/python*/site-packages")
    subprocess.run([*build, "--build-lib", site], cwd=ROOT, check=True)
    (site / "others.pth").write_text(sysconfig.get_path("purelib"))


@pytest.mark.slow
def test_a_strict_type_checker_knows_what_is_installed(tmp_path):
    pytest.importorskip("mypy")
    pytest.importorskip("setuptools")
    environment = tmp_path / "environment"
    install(environment)
    (tmp_path / "program.py").write_text(PROGRAM)
    mypy = [sys.executable, "-m", "mypy", "--strict", "--python-executable", environment / "bin" / "python"]
    done = subprocess.run([*mypy, "program.py"], cwd=tmp_path, capture_output=True, text=True)
    errors = [line for line in done.stdout.splitlines() if "error:" in line]
    assert len(errors) == 1, done.stdout + done.stderr
    assert "program.py:10: error: Unexpected keyword argument" in errors[0]
