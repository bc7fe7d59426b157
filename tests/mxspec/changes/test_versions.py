"""Two versions of a file of specs."""

import datetime as dt
import sys
import textwrap

import pytest

import mxspec as s
from mxspec.base import names
from mxspec.changes.answers import Compatibility, FunctionCall
from mxspec.changes.versions import (
    NameChange,
    SharedModulesWarning,
    breaking_names,
    change_as_json,
    changes_table,
    compare_files,
)

pytestmark = pytest.mark.few(3)

OLD = """
    import mxspec as s

    LIMIT = 10

    def is_short(text):
        return len(text) < LIMIT

    s.def_("shop/name", s.and_(str, is_short))
    s.def_("shop/age", s.int_in(0, 151))
    s.def_("shop/user", s.keys(req_un=["shop/name"], opt_un=["shop/age"], closed=True))
    s.def_("shop/gone", int)

    @s.fdef(args=s.cat(x=s.int_in(0, 10)), ret=int)
    def price(x):
        return x
"""


@pytest.fixture
def compare(tmp_path):
    """A function that compares OLD with another text, or with itself after replacements."""

    def run(*replacements, only=(), **options):
        new = OLD
        for before, after in replacements:
            assert before in new
            new = new.replace(before, after)
        paths = tmp_path / "before.py", tmp_path / "contract.py"
        for path, text in zip(paths, (OLD, new), strict=True):
            path.write_text(textwrap.dedent(text))
        return {c.name: c for c in compare_files(*paths, only, num_tests=20, **options)}

    return run


def test_a_file_is_the_same_as_itself(compare):
    changes = compare()
    assert {change.change for change in changes.values()} == {"same"}
    assert set(changes) == {"shop/name", "shop/age", "shop/user", "shop/gone", "contract/price"}
    assert breaking_names(changes.values()) == []


def test_names_come_and_go(compare):
    changes = compare(("shop/gone", "shop/new"))
    assert (changes["shop/gone"].change, changes["shop/new"].change) == ("removed", "added")
    assert breaking_names(changes.values()) == ["shop/gone"]


def test_what_refers_to_a_changed_name_is_changed(compare):
    changes = compare(("151", "131"))
    assert changes["shop/name"].change == "same"
    assert changes["shop/age"].answer.witness == 131
    assert changes["shop/user"].answer.witness == {"age": 131, "name": ""}
    assert breaking_names(changes.values()) == ["shop/age", "shop/user"]
    wider = compare(("151", "181"))
    assert {name: wider[name].answer.verdict for name in ("shop/age", "shop/user")} == {
        "shop/age": "proved",
        "shop/user": "proved",
    }


def test_a_file_that_changes_within_a_second_is_read_anew(compare, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    for limit, change in (("131", "changed"), ("151", "same"), ("181", "changed")):
        assert compare(("151", limit))["shop/age"].change == change
    assert not sys.dont_write_bytecode
    assert {path.name for path in tmp_path.iterdir()} == {"before.py", "contract.py"}


def test_a_constant_that_a_predicate_reads_is_a_change_of_it(compare):
    changes = compare(("LIMIT = 10", "LIMIT = 12"))
    assert changes["shop/name"].answer.verdict == "not refuted"
    assert compare(("LIMIT = 10", "LIMIT = 1"))["shop/name"].answer.verdict == "broken"


def test_a_direction_turns_the_question_around(compare):
    assert compare(("151", "131"), direction="responses")["shop/age"].answer.verdict == "proved"


def test_a_function_takes_more_and_returns_less(compare):
    answer = compare(("int_in(0, 10)), ret=int", "int_in(0, 20)), ret=s.is_nat_int"))["contract/price"].answer
    assert answer.verdict == "proved"
    answer = compare(("ret=int", "ret=s.nilable(int)"))["contract/price"].answer
    assert (answer.verdict, answer.part, answer.witness) == ("broken", "ret", None)


def test_the_table_has_a_line_for_a_name_and_the_reason_below(compare):
    changes = compare(("151", "131"), ("shop/gone", "shop/new"), only=["shop/age", "shop/gone", "shop/new"])
    assert changes_table(changes.values()).splitlines() == [
        "shop/age   changed  broken: 131 fits old, but new says",
        "                    an int from 0 to 130 is required, not 131 - "
        "failed: int_in(0, 131) spec: 'shop/age'",
        "shop/gone  removed  broken: there is no such name any more",
        "shop/new   added",
    ]


def test_the_process_keeps_its_names_and_modules(compare):
    before, modules, path = dict(s.registry()), set(sys.modules), sys.path[:]
    compare()
    assert dict(s.registry()) == before
    assert not {"before", "contract"} & set(sys.modules) - modules
    assert sys.path == path


def test_modules_beside_a_file_are_those_of_its_version(tmp_path):
    for version, most in (("old", 10), ("new", 5)):
        folder = tmp_path / version
        folder.mkdir()
        (folder / "limits_of_shop.py").write_text(f"MOST = {most}")
        (folder / "contract.py").write_text(
            "import mxspec as s\nfrom limits_of_shop import MOST\ns.def_('shop/n', s.int_in(0, MOST))"
        )
    [change] = compare_files(tmp_path / "old" / "contract.py", tmp_path / "new" / "contract.py")
    assert change.answer.witness == 5
    assert "limits_of_shop" not in sys.modules


def test_names_of_other_modules_are_there_for_both(compare, tmp_path, monkeypatch):
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "far_away_specs.py").write_text("import mxspec as s\ns.def_('far/away', int)")
    monkeypatch.syspath_prepend(tmp_path / "far")
    try:
        for version in ("one", "two"):
            (tmp_path / version).mkdir()
            (tmp_path / version / "contract.py").write_text(
                "import mxspec as s\nimport far_away_specs\ns.def_('shop/n', s.nilable('far/away'))"
            )
        with pytest.warns(SharedModulesWarning, match="far_away_specs"):
            [change] = compare_files(tmp_path / "one" / "contract.py", tmp_path / "two" / "contract.py")
        assert (change.name, change.change) == ("shop/n", "same")
    finally:
        s.def_("far/away", None)
        sys.modules.pop("far_away_specs", None)


@pytest.mark.parametrize("kind", ["itself", "data", "model", "argument"])
@pytest.mark.parametrize(
    ("base", "old", "new", "verdict", "name"),
    [
        ("Enum", "A = 1", "A = 1; B = 2", "proved", None),
        ("Enum", "A = 1; B = 2", "A = 1", "broken", "B"),
        ("Enum", "A = 1", "A = 5", "broken", "A"),
        ("Enum", "A = 'a'; B = 'b'", "B = 'b'; A = 'a'", "proved", None),
        ("Enum", "A = 'a'; B = 'b'", "A = 'b'; B = 'a'", "not refuted", None),
        ("Enum", "OLD = 'a'", "NEW = 'a'", "not refuted", None),
        ("Enum", "A = 'a'", "A = 'a'; OLD = 'a'", "proved", None),
        ("StrEnum", "S = 's'", "S = 'small'", "broken", "S"),
        ("IntEnum", "A = 1; B = 2", "A = 10; B = 20", "broken", "A"),
        ("Enum", "A = 1", "A = True", "broken", "A"),
        ("Enum", "A = 1", "A = 1.0", "broken", "A"),
        ("Enum", "A = (1, 'x')", "A = (1, 'x')", "proved", None),
        ("Flag", "A = 1", "A = 1; B = 2", "not refuted", None),
    ],
)
def test_a_member_of_an_enum_is_read_by_its_value_and_proved_by_its_name_too(
    tmp_path, kind, base, old, new, verdict, name
):
    text = (
        "import dataclasses, enum, pydantic, mxspec as s\nclass Kind(enum.{}):\n    {}\n"
        "    {}\n" + _HOLDERS_OF_KIND[kind]
    )
    for version, members in (("old", old), ("new", new)):
        (tmp_path / f"{version}.py").write_text(text.format(base, members, f"# {version}"))
    with names.look_up_in(names.Names({})):
        changes = compare_files(tmp_path / "old.py", tmp_path / "new.py", num_tests=20)
    [answer] = [change.answer for change in changes if change.answer is not None] or [None]
    assert ("proved" if answer is None else answer.verdict) == verdict  # without an answer, it is the same
    if name is not None:
        assert f"Kind.{name}" in repr(answer.witness)


_HOLDERS_OF_KIND = {
    "itself": "s.def_('shop/kinds', s.coll_of(Kind, count=1))",
    "data": "@dataclasses.dataclass\nclass Thing:\n    kind: Kind\ns.def_('shop/thing', Thing)",
    "model": "class Thing(pydantic.BaseModel):\n    kind: Kind\ns.def_('shop/thing', Thing)",
    "argument": "@s.fdef\ndef sell(kind: Kind) -> None: ...",
}


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("x: int", "x: float", "proved"),
        ("x: float", "x: int", "broken"),
        ("x: int", "x: int = 0\n    y: int = 0", "proved"),
        ("x: int", "x: int\n    y: int", "broken"),
        ("x: int\n    y: int = 0", "x: int", "broken"),
    ],
)
def test_a_dataclass_of_both_files_is_read_by_its_fields(tmp_path, old, new, verdict):
    text = (
        "import dataclasses, mxspec as s\n@dataclasses.dataclass\nclass Point:\n    {}\n"
        "s.def_('shop/point', s.nilable(s.from_type(Point)))"
    )
    for version, fields in (("old", old), ("new", new)):
        (tmp_path / f"{version}.py").write_text(text.format(fields))
    [change] = compare_files(tmp_path / "old.py", tmp_path / "new.py", num_tests=30)
    assert change.answer.verdict == verdict


def test_a_predicate_may_answer_otherwise_about_the_instance_of_another_version(tmp_path):
    text = (
        "import dataclasses, mxspec as s\n@dataclasses.dataclass\nclass Point:\n    x: int\n"
        "    def size(self):\n        return {}\n"
        "s.def_('shop/point', s.and_(s.from_type(Point), lambda point: point.size() > 3, s.is_any))"
    )
    (tmp_path / "old.py").write_text(text.format("self.x"))
    (tmp_path / "new.py").write_text(text.format("-self.x").replace(", s.is_any", ""))
    [change] = compare_files(tmp_path / "old.py", tmp_path / "new.py", num_tests=30)
    assert change.answer.verdict == "broken"


CONTRACT = """
    import datetime
    import mxspec as s

    spec = s.keys(
        req_un={
            'age': s.int_in(18, 92),
            'day': s.range_of(datetime.date, datetime.date(2024, 1, 1), datetime.date(2024, 3, 1)),
            'mode': s.nilable({'fast', 'slow'}),
            'mail': s.str_in(pattern='[a-z]+@[a-z]+'),
        },
        closed=True,
    )
"""


@pytest.mark.parametrize(
    ("before", "after", "change", "witness"),
    [
        ("'fast', 'slow'", "'fast', 'slow'", "same", None),
        ("18, 92", "0, 92", "proved", None),
        ("s.nilable({'fast', 'slow'})", "{'fast', 'slow'}", "broken", ("mode", None)),
        ("datetime.date(2024, 3, 1)", "datetime.date(2024, 2, 28)", "broken", ("day", dt.date(2024, 3, 1))),
        ("18, 92", "19, 92", "broken", ("age", 18)),
        ("closed=True,", "", "proved", None),
    ],
)
def test_a_contract_without_a_name_is_compared(tmp_path, before, after, change, witness):
    for version, text in (("old", CONTRACT), ("new", CONTRACT.replace(before, after))):
        (tmp_path / f"{version}.py").write_text(textwrap.dedent(text))
    [result] = compare_files(tmp_path / "old.py", tmp_path / "new.py", num_tests=30)
    assert (result.name, change) == ("spec", result.answer.verdict if result.change == "changed" else "same")
    if witness is not None:
        assert result.answer.witness[witness[0]] == witness[1]


@pytest.mark.parametrize(
    ("old", "new", "witness"),
    [
        ("{'a': int}", "{'a': str}", {"a": 0}), ("int", "str", 0), ("list[int]", "list[str]", [0]),
        ("{'a', 'b'}", "{'a'}", "b"),
        ("dataclasses.make_dataclass('U', [('n', int)])", "{'n': str}", {"n": 0}),
        ("lambda x: x == 1", "lambda x: x == 2", 1),
    ],
)  # fmt: skip
def test_a_contract_is_whatever_is_taken_for_a_spec(tmp_path, old, new, witness):
    for version, text in (("old", old), ("new", new)):
        (tmp_path / f"{version}.py").write_text(f"import dataclasses\nspec = {text}\n")
    [change] = compare_files(tmp_path / "old.py", tmp_path / "new.py", num_tests=30)
    assert (change.name, change.answer.witness) == ("spec", witness)
    assert change_as_json(change)["value"] == witness


@pytest.mark.parametrize(
    "text", ["from mxspec import spec", "import json as spec", "spec = 3", "spec = None"]
)
def test_what_is_no_spec_is_no_contract(tmp_path, text):
    (tmp_path / "contract.py").write_text(text)
    with pytest.raises(s.SpecError, match="registers a spec"):
        compare_files(tmp_path / "contract.py", tmp_path / "contract.py")


@pytest.mark.parametrize(
    ("witness", "entry"),
    [
        ({"a": [0, None, "x"]}, {"value": {"a": [0, None, "x"]}}), ({0: 1}, {}), (dt.date(2024, 1, 1), {}),
        (float("nan"), {}), (b"", {}), (FunctionCall("f", (1,), {}), {"value": {"args": [1], "kwargs": {}}}),
    ],
)  # fmt: skip
def test_a_witness_is_json_if_json_has_it(witness, entry):
    change = NameChange("a/b", "changed", Compatibility("broken", witness, "Success!", "failed"))
    details = change_as_json(change)
    assert {key: x for key, x in details.items() if key == "value"} == entry
    assert isinstance(details["witness"], str)


def test_a_key_of_text_is_tried_before_others():
    old, new = s.keys(req_un={"a": int}), s.keys(req_un={"a": int}, closed=True)
    assert all(type(key) is str for key in s.check_compatible(old, new, seed=0).witness)


def test_a_contract_that_is_named_too_is_compared_once(tmp_path):
    text = textwrap.dedent(CONTRACT) + "s.def_('shop/order', spec)"
    (tmp_path / "contract.py").write_text(text)
    [change] = compare_files(tmp_path / "contract.py", tmp_path / "contract.py")
    assert (change.name, change.change) == ("shop/order", "same")


def test_what_can_not_be_compared_is_said(compare, tmp_path):
    (tmp_path / "empty.py").touch()
    with pytest.raises(s.SpecError, match=r"neither .* nor .* registers a spec"):
        compare_files(tmp_path / "empty.py", tmp_path / "empty.py")
    with pytest.raises(
        s.UnknownSpecError, match=r"neither file registers 'shop/nam'; did you mean 'shop/name'"
    ):
        compare(only=["shop/nam"])
    with pytest.raises(s.SpecError, match=r"nothing\.py can't be read"):
        compare_files(tmp_path / "nothing.py", tmp_path / "contract.py")
    with pytest.raises(s.SpecError, match="raises ZeroDivisionError"):
        compare(("LIMIT = 10", "LIMIT = 1 / 0"))


LAZY = """
import dataclasses
import importlib.machinery
import importlib.util
import sys
import types
import weakref

import mxspec as s

class Proxy:
    def __getattr__(self, name):
        return getattr(self.load(), name)
    @property
    def __class__(self):
        return self.load().__class__
    def load(self):
        {load}

class Asked:
    def __getattribute__(self, name):
        {load}

class Metaclass(type):
    def __getattribute__(cls, name):
        {load}

class Odd(metaclass=Metaclass):
    pass

class Gone:
    pass

class Module(types.ModuleType):
    def __getattribute__(self, name):
        {load}

lazy, asked, gone, spec = Proxy(), Asked(), weakref.proxy(Gone()), Proxy()
sys.modules["a_lazy_module"] = Module("a_lazy_module")
sys.modules["a_lazy_object"] = Proxy()

def is_some(x):
    return lazy is not None and x > 0

def is_known(x):
    return x != 7

@dataclasses.dataclass
class Pet:
    name: str
    legs: int = 4

s.def_("pets/pet", Pet)
s.def_("pets/known", s.and_(int, is_known))
s.def_("pets/some", s.and_(int, is_some))
s.def_("pets/legs", s.int_in(0, 5))
"""


@pytest.mark.parametrize(
    "load",
    ["import a_module_that_is_not_there", "raise RuntimeError('loaded')", "raise AttributeError('loaded')",
     "1 / 0", "return object.__getattribute__(None, 'nothing')"],
)  # fmt: skip
def test_lazy_proxies_in_a_file_are_left_alone(tmp_path, monkeypatch, load):
    for name in ("a_lazy_module", "a_lazy_object"):
        monkeypatch.setitem(sys.modules, name, None)
    paths = tmp_path / "before.py", tmp_path / "after.py"
    for path, legs in zip(paths, (5, 9), strict=True):
        text = LAZY.replace("int_in(0, 5)", f"int_in(0, {legs})").format(load=load)
        path.write_text(text, encoding="utf-8")
    changes = {each.name: each for each in compare_files(*paths, num_tests=20)}
    assert changes["pets/legs"].answer.verdict == "proved"
    assert {name: each.change for name, each in changes.items()} == {
        "pets/pet": "same",
        "pets/known": "same",
        "pets/some": "changed",  # it uses what can't be looked into
        "pets/legs": "changed",
    }
    assert changes["pets/some"].answer.verdict == "not refuted"


CLASSES = """
    import dataclasses
    import typing
    import mxspec as s

    if typing.TYPE_CHECKING:
        from elsewhere import Unknown

    @dataclasses.dataclass
    class Odd:
        part: "Unknown"
        count: int

    @dataclasses.dataclass
    class Plain:
        count: int

    s.def_("shop/odd", Odd)
    s.def_("shop/plain", Plain)
"""


def test_a_class_that_cannot_be_read_leaves_the_others_to_be_compared(tmp_path):
    paths = tmp_path / "before.py", tmp_path / "contract.py"
    for path, number in zip(paths, ("int", "str"), strict=True):
        path.write_text(textwrap.dedent(CLASSES.replace("int", number)))
    odd, plain = compare_files(*paths)
    assert (odd.answer.verdict, plain.answer.verdict) == ("not refuted", "broken")
    assert "names 'Unknown', which is not in its module" in repr(odd.answer)
    with pytest.raises(s.SpecDefinitionError, match="direction"):
        compare_files(*paths, direction="sideways")
