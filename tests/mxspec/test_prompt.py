"""The package at the prompt: what completes, what help says, what an unknown name is answered with."""

import inspect
import json
import pickle
import pydoc
import re

import pytest

import mxspec as s
from tests.processes import run_fresh
from tests.public_names import NAMES, SUBJECTS

s.def_("prompt/name", str)


def test_the_package_completes_to_the_names_to_begin_with_and_not_to_its_modules():
    assert dir(s) == s.__all__
    assert 36 <= len([name for name in dir(s) if name != "__version__"]) <= 45
    assert {"validate", "keys", "coll_of", "infer", "sample", "ValidationError"} <= set(dir(s))
    assert not {"remember", "abbrev_result", "is_even", "Reading", "SpecError"} & set(dir(s))
    assert not {"core", "specs", "words", "errors", "annotations"} & set(dir(s))
    assert s.specs  # which is there all the same


def test_without_docstrings_the_package_completes_to_the_same_names():
    program = "import mxspec as s; assert not s.__doc__; print(len(dir(s)))"
    assert int(run_fresh(program, "-OO")) == len(dir(s))


def test_help_lists_the_functions_that_complete():
    listed = pydoc.plain(pydoc.render_doc(s)).partition("\nFUNCTIONS\n")[2].partition("\nDATA\n")[0]
    functions = set(re.findall(r"^    (\w+)\(", listed, re.MULTILINE))
    assert functions == {name for name in s.__all__ if inspect.isfunction(getattr(s, name))}


def test_help_opens_with_a_map_of_the_names_to_begin_with_and_one_of_subjects():
    text = pydoc.plain(pydoc.render_doc(s))
    assert text.index("A map of the names") < text.index("PACKAGE CONTENTS")
    first, subjects = s.__doc__.split("The others are by subject")
    rows = re.findall(r"^    [a-z]+(?: [a-z]+)?  +(.*)$", first, re.MULTILINE)
    words = set(re.findall(r"\w+", " ".join(rows)))
    assert words - {"a", "type", "set", "function"} == set(s.__all__) - {"__version__"}
    rows = dict(re.findall(r"^    s\.([a-z]+)  +(.*)$", subjects, re.MULTILINE))
    assert sorted(f"mxspec.{subject}" for subject in rows) == sorted(SUBJECTS)
    for subject, row in rows.items():
        named = {word for word in re.findall(r"\w+", row) if word in NAMES}
        assert named <= set(SUBJECTS[f"mxspec.{subject}"].__all__)


@pytest.fixture
def installed(tmp_path):
    """A folder with an installed package that says which module registers the names of a namespace."""
    folder = tmp_path / "zoo-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Name: zoo\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[mxspec.specs]\nzoo = zoo_specs.animals\n")
    (tmp_path / "zoo_specs").mkdir()
    (tmp_path / "zoo_specs" / "__init__.py").touch()
    (tmp_path / "zoo_specs" / "animals.py").write_text("import mxspec as s\ns.def_('zoo/cat', str)\n")
    return tmp_path


PROGRAM = """
import mxspec as s
def ask(name):
    try:
        print(s.valid(name, "meow"))
    except s.UnknownSpecError as error:
        print(error)
ask("zoo/cat")
ask("zoos/cat")
import zoo_specs.animals
ask("zoo/cat")
ask("zoo/cta")
"""


def test_an_unknown_name_of_a_known_package_suggests_the_import(installed):
    program = f"import sys; sys.path.insert(0, {str(installed)!r})\n{PROGRAM}"
    assert run_fresh(program).splitlines() == [
        "no spec is registered under 'zoo/cat'; import zoo_specs.animals, which registers the names of zoo/",
        "no spec is registered under 'zoos/cat'",
        "True",
        "no spec is registered under 'zoo/cta'; did you mean 'zoo/cat'?",
    ]


def test_an_explanation_is_a_dict_that_a_notebook_shows_as_a_table():
    data = s.explain_data(s.map_of(str, s.int_in(0, 10)), {"<b>": 12, "c": "x & y"})
    assert data == {"problems": data["problems"], "spec": data["spec"], "value": data["value"]}
    assert repr(data) == repr(dict(data))
    assert pickle.loads(pickle.dumps({**data, "spec": None})) == {**data, "spec": None}
    assert pickle.loads(pickle.dumps(s.explain_data("prompt/name", 3))) == s.explain_data("prompt/name", 3)
    assert json.loads(json.dumps(s.explain_data("prompt/name", [1]), default=repr))["value"] == [1]
    table = data._repr_html_()
    assert table.count("<tr>") == 3
    assert "<td style='text-align:left'>&#x27;&lt;b&gt;&#x27; 1</td>" in table
    assert "&#x27;x &amp; y&#x27;" in table
    assert "<td style='text-align:left'>an int from 0 to 9 is required</td>" in table
