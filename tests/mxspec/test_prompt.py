"""The package at the prompt: what completes, what help says, what an unknown name is answered with."""

import json
import pickle
import pydoc
import re

import pytest

import mxspec as s
from tests.processes import run_fresh

s.def_("prompt/name", str)


def test_the_package_completes_to_the_names_that_people_use_and_not_to_its_modules():
    assert 75 <= len(dir(s)) <= 90
    assert set(dir(s)) < set(s.__all__)
    assert {"validate", "keys", "coll_of", "is_even", "infer", "check_promise", "ValidationError"} <= set(
        dir(s)
    )
    assert not {"remember", "abbrev_result", "is_seqable", "Reading"} & set(dir(s))
    assert not {"core", "specs", "words", "errors", "annotations"} & set(dir(s))
    assert s.specs  # which is there all the same


def test_without_docstrings_the_package_completes_to_all_names():
    program = "import mxspec as s; assert not s.__doc__; print(set(dir(s)) == set(s.__all__))"
    assert run_fresh(program, "-OO") == "True\n"


def test_help_lists_the_functions_that_complete():
    listed = pydoc.plain(pydoc.render_doc(s)).partition("\nFUNCTIONS\n")[2].partition("\nDATA\n")[0]
    functions = set(re.findall(r"^    (\w+)\(", listed, re.MULTILINE))
    assert {"validate", "keys", "infer"} <= functions <= set(dir(s))


def test_help_opens_with_a_map_of_names_that_are_there():
    text = pydoc.plain(pydoc.render_doc(s))
    assert text.index("A map of the names") < text.index("PACKAGE CONTENTS")
    rows = re.findall(r"^    [a-z]+(?: [a-z]+)?  +(.*)$", s.__doc__, re.MULTILINE)
    assert len(rows) > 10
    names = set(re.findall(r"\b[a-z]+(?:_[a-z]+)*_?\b|\b[A-Z]\w+", "\n".join(rows)))
    words = {"and", "about", "the", "spec", "a", "type", "set", "function", "errors", "its", "kinds", "all"}
    words |= {"under", "names", "of", "clojure", "core", "draws", "those", "that", "are", "pictures"}
    assert names - words <= set(s.__all__)
    assert {"keys", "explain_json", "json_schema", "sample", "def_model_spec", "instrument"} <= names


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
    assert "<td style='text-align:left'>int_in(0, 10)</td>" in table
