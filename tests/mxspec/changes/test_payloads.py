"""A class of fields stands for its fields wherever it is in a spec, in one process and between two files."""

import dataclasses
import itertools
import random
import textwrap
import typing

import pydantic
import pytest

import mxspec as s
from mxspec.base import names
from mxspec.changes.versions import compare_files

pytestmark = pytest.mark.few(4)

HEAD = """
import dataclasses
from typing import NamedTuple, NotRequired, TypedDict

from pydantic import BaseModel

import mxspec as s

"""
KINDS = {
    "model": "class U(BaseModel):",
    "dataclass": "@dataclasses.dataclass\nclass U:",
    "NamedTuple": "class U(NamedTuple):",
    "TypedDict": "class U(TypedDict):",
}
HOLDERS = {
    "itself": "s.def_('u/u', U)",
    "map": "s.def_('u/u', {'x': U})",
    "collection": "s.def_('u/u', s.coll_of(s.nilable(U)))",
    "annotation": "s.def_('u/u', s.from_type(list[U]))",
    "name": "s.def_('u/v', U)\ns.def_('u/u', s.tuple_('u/v', int))",
    "key": "s.def_('u/v', U)\ns.def_('u/u', s.keys(req=['u/v']))",
    "regex": "s.def_('u/u', s.cat(n=int, user=s.plus(U)))",
    "class": "class Outer(TypedDict):\n    user: U | None\ns.def_('u/u', Outer)",
    "and": "s.def_('u/u', s.and_({'x': U}, lambda x: len(getattr(x['x'], 'name', '')) < 9))",
    "function": "@s.fdef\ndef u(user: U) -> int: ...",
}


def compare(tmp_path, kind, holder, old, new):
    """Compare two files with a class of some fields."""
    for version, fields in (("old", old), ("new", new)):
        lines = textwrap.indent(fields, "    ")
        if kind == "TypedDict":
            lines = lines.replace("int = 1", "NotRequired[int]")
        text = f"{HEAD}{KINDS[kind]}\n{lines}\n{HOLDERS[holder]}\n"
        (tmp_path / f"{version}.py").write_text(text, encoding="utf-8")
    with names.look_up_in(names.Names({})):  # other tests register predicates as keys of any map
        changes = compare_files(tmp_path / "old.py", tmp_path / "new.py", num_tests=30)
    return next(each.answer for each in changes if each.name.endswith("/u"))


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_break_of_a_class_is_found_wherever_it_is(tmp_path, kind, holder):
    answer = compare(tmp_path, kind, holder, "name: str", "name: str\nmail: str")
    assert answer.verdict == "broken"
    assert "mail" in answer.new
    assert "U(" not in repr(answer.witness)


@pytest.mark.parametrize("holder", [holder for holder in HOLDERS if holder != "and"])
@pytest.mark.parametrize("kind", ["model", "dataclass", "NamedTuple"])
def test_a_new_field_with_a_default_breaks_nothing_wherever_it_is(tmp_path, kind, holder):
    assert compare(tmp_path, kind, holder, "name: str", "name: str\nn: int = 1").verdict == "proved"


# The fields of the old class and of the new one, with the kinds for which that is proved.
EDITS = [
    ("name: str\nn: int = 1", "name: str\nn: int", ""),
    ("name: str\nn: int = 1", "name: str", "model TypedDict"),  # these pass over other keys
    ("name: str", "nick: str", ""),
    ("name: str\nn: int", "name: str\nn: str", ""),
    ("name: str\nn: int", "name: str\nn: int | None", "model dataclass NamedTuple TypedDict"),
    ("name: str\nn: int | None", "name: str\nn: int", ""),
    ("name: str\nn: int", "name: str\nn: int = 1", "model dataclass NamedTuple TypedDict"),
]


@pytest.mark.parametrize(("old", "new", "proved"), EDITS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_field_is_edited(tmp_path, kind, old, new, proved):
    verdict = compare(tmp_path, kind, "itself", old, new).verdict
    assert verdict == ("proved" if kind in proved.split() else "broken")


def test_a_default_that_is_gone_is_not_proved_of_record_of(tmp_path):
    text = "import dataclasses, mxspec as s\n@dataclasses.dataclass\nclass U:\n    a: int\n    b: int{}\n"
    for version, default in (("old", " = 1"), ("new", "")):
        file = tmp_path / f"{version}.py"
        file.write_text(
            text.format(default) + "s.def_('u/u', s.record_of(U, {'a': int}))\n", encoding="utf-8"
        )
    [change] = compare_files(tmp_path / "old.py", tmp_path / "new.py", num_tests=20)
    assert change.answer.verdict == "not refuted"


@dataclasses.dataclass
class Old:
    a: int
    b: int = 0


@dataclasses.dataclass
class New:
    a: int
    b: int


class OldModel(pydantic.BaseModel):
    a: int


class NewModel(pydantic.BaseModel):
    a: int
    b: int = 0


s.def_("payloads/old", Old)
s.def_("payloads/new", New)


@pytest.mark.parametrize(
    ("old", "new", "witness"),
    [
        ({"x": Old}, {"x": New}, {"x": {"a": 0}}), ({"x": New}, {"x": Old}, None),
        ({"x": OldModel}, {"x": NewModel}, None), ({"x": s.nilable(NewModel)}, {"x": NewModel}, {"x": None}),
        (s.map_of(str, list[Old]), s.map_of(str, list[New]), {"": [{"a": 0}]}),
        ({"x": "payloads/new"}, {"x": "payloads/old"}, None),
        ({"x": "payloads/old"}, {"x": "payloads/new"}, {"x": {"a": 0}}),
        ("payloads/old", "payloads/new", {"a": 0}),
        (s.keys(req_un=["payloads/old"]), s.keys(req_un={"old": New}), {"old": {"a": 0}}),
    ],
)  # fmt: skip
def test_in_one_process_too(old, new, witness):
    answer = s.check_compatible(old, new, seed=0)
    assert (answer.verdict, answer.witness) == ("proved" if witness is None else "broken", witness)
    assert s.valid("payloads/old", Old(1))  # the names of the process are as they were


def test_what_is_proved_of_a_dataclass_is_decoded():
    dicts: list[dict[str, typing.Any]] = [{"a": 0}, {"a": 0, "b": 0}]
    for old, new in [(Old, New), (New, Old)]:
        breaking = [x for x in dicts if s.valid(old, s.decode(old, x)) and not s.valid(new, s.decode(new, x))]
        assert s.check_compatible(old, new).verdict == ("broken" if breaking else "proved")


# --- the law: what is proved, no value that was accepted contradicts ----------------------------------------

TYPES = {"int": int, "str": str, "int | None": int | None, "list[int]": list[int]}
VALUES = [0, "", None, [0]]


def draw_fields(drawing):
    """Some fields, each with its type and its default, or none."""
    names = drawing.sample("abc", drawing.randint(1, 3))
    return {name: (drawing.choice([*TYPES]), drawing.random() < 0.4) for name in sorted(names)}


def edit_fields(drawing, fields):
    """Fields that differ in one or two."""
    fields = dict(fields)
    for _ in range(drawing.randint(1, 2)):
        name = drawing.choice("abc")
        if drawing.random() < 0.3:
            fields.pop(name, None)
        else:
            fields[name] = (drawing.choice([*TYPES]), drawing.random() < 0.5)
    return dict(sorted(fields.items()))


def make_class(kind, fields):
    """A class of some fields; those with a default come last."""
    rows = sorted(fields.items(), key=lambda row: row[1][1])
    if kind == "model":
        return pydantic.create_model("U", **{n: (TYPES[t], None if d else ...) for n, (t, d) in rows})
    if kind == "dataclass":
        field = dataclasses.field
        more = [(n, TYPES[t], *([field(default=None)] if d else [])) for n, (t, d) in rows]
        return dataclasses.make_dataclass("U", more)
    hints = {n: typing.NotRequired[TYPES[t]] if d else TYPES[t] for n, (t, d) in rows}
    return typing.TypedDict("U", hints)


def is_read(kind, cls, x):
    """True if the owner of a class takes a dict."""
    if kind != "model":
        return s.valid(cls, s.decode(cls, x))
    try:
        cls.model_validate(x)
    except pydantic.ValidationError:
        return False
    return True


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("kind", ["model", "dataclass", "TypedDict"])
def test_no_dict_that_was_read_contradicts_a_proof(kind, seed):
    drawing = random.Random(seed)
    fields = draw_fields(drawing)
    edited = edit_fields(drawing, fields)
    old, new = make_class(kind, fields), make_class(kind, edited)
    # Nobody sends a model a key that it does not list.
    keys = [*fields] if kind == "model" else "abc"
    dicts = [
        {key: x for key, x in zip(keys, values, strict=True) if x is not ...}
        for values in itertools.product([*VALUES, ...], repeat=len(keys))
    ]
    breaking = [x for x in dicts if is_read(kind, old, x) and not is_read(kind, new, x)]
    answer = s.check_compatible({"x": old}, {"x": new}, num_tests=20, seed=0)
    assert answer.verdict == "broken" if breaking else answer.verdict != "broken", (answer, breaking[:1])
