"""The syntax of a function belongs to its code, or there is none."""

import ast
import importlib.util
from pathlib import Path

import pytest

from mxspec.base.function_syntax import lambda_source, syntax_of

SOURCE = """\
import functools

@functools.cache
def first(x): return x.a

tests = [lambda x: x > 1, lambda x: x > 2, lambda: 3]

def around(n):
    def inner(x): return x + n
    return inner, lambda x: x - n
"""


@pytest.fixture
def module(tmp_path):
    def load(text):
        file = tmp_path / "functions.py"
        file.write_text(text)
        spec = importlib.util.spec_from_file_location("functions", file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


def test_each_function_has_its_own_syntax(module):
    functions = module(SOURCE)
    several = [functions.first.__wrapped__, *functions.tests, *functions.around(1)]
    assert [ast.unparse(syntax_of(f)).splitlines()[-1].strip() for f in several] == [
        *("return x.a", "lambda x: x > 1", "lambda x: x > 2", "lambda: 3", "return x + n", "lambda x: x - n")
    ]
    assert lambda_source(functions.tests[1]) == "lambda x: x > 2"


@pytest.mark.parametrize("text", [SOURCE.replace("> 2", "> 5"), "\n" + SOURCE, "def", ""])
def test_a_file_that_changed_after_its_import_tells_nothing_of_the_function(module, text):
    before = module(SOURCE).tests[1]
    assert syntax_of(before) is not None
    Path(before.__code__.co_filename).write_text(text)
    assert syntax_of(before) is None
    assert syntax_of(eval("lambda x: x > 2")) is None
