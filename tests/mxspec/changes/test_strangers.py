"""An instance of a class that only one version of a file has, inside a map or another value."""

import pytest

from mxspec.base import names
from mxspec.changes.versions import compare_files

pytestmark = [
    pytest.mark.few(4),
    pytest.mark.filterwarnings("ignore:.*could not find any"),  # of Hypothesis, of few examples
]

HEAD = """
import attrs, dataclasses, msgspec
import mxspec as s
class Plain:
    def __init__(self, x: int = 0):
        self.x = x
@attrs.define
class Attrs:
    x: int
class Struct(msgspec.Struct):
    x: int
class Items(list):
    pass
class Word(str):
    pass
"""


@pytest.fixture
def compare(tmp_path):
    """A function that compares two specs of a class C, which each file defines for itself."""

    def run(name, old, new, change=""):
        for version, spec in (("old", old), ("new", new)):
            text = (
                HEAD.replace("    x: int\n", f"    x: int\n{change * (version == 'new')}") + f"C = {name}\n"
            )
            (tmp_path / f"{version}.py").write_text(f"{text}# {version}\ns.def_('shop/n', {spec})\n")
        with names.look_up_in(names.Names({})):  # a name of another test may be a key of an open map
            [answer] = compare_files(tmp_path / "old.py", tmp_path / "new.py", num_tests=20)
        return answer.answer

    return run


CLASSES = ["Plain", "Attrs", "Struct", "Items", "Word"]
HARMLESS = [
    ("s.keys(req_un={'p': C})", "s.keys(req_un={'p': s.nilable(C)})"),
    ("s.map_of(str, C)", "s.map_of(str, s.nilable(C))"),
    ("s.keys(req_un={'p': C, 'n': s.int_in(0, 5)})", "s.keys(req_un={'p': C, 'n': s.int_in(0, 9)})"),
    ("s.coll_of(s.keys(req_un={'p': C}))", "s.coll_of(s.nilable(s.keys(req_un={'p': C})))"),
    ("s.cat(a=C)", "s.cat(a=s.nilable(C))"),
]


@pytest.mark.parametrize("change", ["", "    y: int = 1\n"])
@pytest.mark.parametrize(("old", "new"), HARMLESS)
@pytest.mark.parametrize("name", CLASSES)
def test_a_harmless_change_around_a_class_is_not_broken(compare, name, old, new, change):
    answer = compare(name, old, new, change)
    # The classes that attrs makes are not always known to hold the same.
    assert answer.verdict == "proved" or (name == "Attrs" and answer.verdict == "not refuted")


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize(
    ("old", "new", "witness"),
    [
        (
            "s.keys(req_un={'p': C, 'n': s.int_in(0, 9)})",
            "s.keys(req_un={'p': C, 'n': s.int_in(0, 5)})",
            {"p": "<any value of {}>", "n": "5"},
        ),
        ("s.keys(req_un={'p': s.nilable(C)})", "s.keys(req_un={'p': C})", {"p": "None"}),
        ("s.keys(req_un={'p': C})", "s.keys(req_un={'p': C, 'q': int})", {"p": "<any value of {}>"}),
    ],
)
def test_a_breaking_change_around_a_class_is_shown_in_a_dict(compare, name, old, new, witness):
    answer = compare(name, old, new)
    assert answer.verdict == "broken"
    assert type(answer.witness) is dict
    shown = {key: repr(x) for key, x in answer.witness.items()}
    of_fields = name in ("Attrs", "Struct") and isinstance(
        answer.witness["p"], dict
    )  # which are sent as dicts
    expected = {key: x.format(name) for key, x in witness.items()}
    assert shown == (expected | {"p": "{'x': 0}"} if of_fields else expected)
