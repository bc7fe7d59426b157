"""Each kind of spec, and a subclass of it with a condition of its own, is right or refused by each door."""

import dataclasses
import importlib
import re
import types
import typing
from pathlib import Path

import pytest

import mxspec as s
from mxspec.base import names
from mxspec.base.values import INVALID
from mxspec.changes.sameness import Sameness
from mxspec.frames.frame_spec import FrameSpec
from mxspec.functions.fspec import FSpec
from mxspec.notation.form_makers import MAKERS
from mxspec.specs.collections import CollOf
from mxspec.specs.core.spec import Spec, as_part
from mxspec.specs.wrappers import Wrapper
from mxspec.transform.schemas.json_kinds import JsonObject
from tests.mxspec import kinds

pytestmark = pytest.mark.few(8)

MET = kinds.one_of_each_kind()
NOT_DRAWN = {"drawn", "near", "guarded"}  # Hypothesis finds no value
MAY_REFUSE = {"source", *NOT_DRAWN, "encoded"}  # a lambda, no value, a function
# Each takes 4 to 15 s: an object has hundreds of borders, frames are made, functions are called.
LONG = {JsonObject, FrameSpec, FSpec}


def test_every_kind_of_mxspec_is_asked():
    missing = [
        kind.__name__
        for kind in kinds.kinds()
        if kind not in MET and not kind.__subclasses__() and kind.__name__ not in kinds.BY_OTHERS
        if not kind.__module__.startswith("mxspec.changes")
    ]
    assert missing == []


def test_every_function_that_dispatches_on_kinds_has_a_door():
    assert kinds.visitors() == set(kinds.DOORS_OF_VISITORS)
    assert {door.__name__ for door in kinds.DOORS_OF_VISITORS.values()} <= set(kinds.DOORS)


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=pytest.mark.slow if kind in LONG else ()) for kind in MET],
    ids=lambda kind: kind.__name__,
)
def test_a_kind_and_its_subclass_are_right_or_refused_by_every_door(kind):
    own, users = kinds.cells_of_kind(MET[kind])
    has_no_json = {"decoded", "sent"} if kind is FrameSpec else set()
    assert {door for door, answer in own.items() if answer == kinds.REFUSED} <= MAY_REFUSE | has_no_json
    refused = {door for door, answer in users.items() if answer == kinds.REFUSED}
    may_refuse = {*MAY_REFUSE, *has_no_json, "sent"}  # no instances are made for a kind of a user
    assert refused == set(kinds.DOORS) if MET[kind].is_regex else "source" in refused <= may_refuse


@pytest.mark.parametrize("kind", MET, ids=lambda kind: kind.__name__)
def test_a_kind_is_taken_for_its_base_only_where_it_says_so(kind):
    assert not kind.is_asked
    assert type("Child", (kind,), {}).is_asked
    assert not type("Child", (kind,), {}, inherits=True).is_asked


# --- a kind of a user -------------------------------------------------------------------------------------


class SortedWrapper(Wrapper):
    def conform(self, x, question):
        conformed = self.pred.conform(x, question)
        return conformed if conformed is not INVALID and conformed == sorted(conformed) else INVALID


class SortedCollection(CollOf):
    head = "sorted_collection"

    def conform(self, x, question):
        conformed = super().conform(x, question)
        return conformed if conformed is not INVALID and conformed == sorted(conformed) else INVALID


INTS = s.coll_of(int, kind=list)
SORTED = [SortedWrapper(INTS), SortedCollection(as_part(int), INTS.options)]


@pytest.mark.few(1)
@pytest.mark.parametrize("spec", SORTED, ids=lambda spec: type(spec).__name__)
def test_a_subclass_keeps_its_condition(spec):
    s.def_("kinds/sorted", spec)
    for asked in (spec, "kinds/sorted"):
        assert [s.valid(asked, x) for x in ([3, 1, 2], [1, 2, 3], [3, 1, 2])] == [False, True, False]
        assert s.explain_data(asked, [3, 1, 2])["problems"][0]["pred"] == s.form(asked)
        assert "['x']" not in s.explain_str(asked, [3, 1, 2])
        assert s.explain_data(asked, ["x"])["problems"][0]["pred"] is int
    assert s.check_compatible(INTS, spec).verdict == "broken"
    assert s.check_compatible(spec, INTS).verdict == "not refuted"
    assert s.unform(spec, [1, 2]) == [1, 2]
    with pytest.raises(s.UnformError, match="does not conform to it"):
        s.unform(spec, [2, 1])


def test_a_subclass_keeps_its_condition_wherever_a_spec_is_taken():
    spec = SORTED[0]

    fields = dataclasses.make_dataclass("Fields", [("xs", typing.Annotated[list, spec])])
    around = [
        (s.multi_spec("kind", {"a": s.keys(req_un={"xs": spec})}), lambda x: {"kind": "a", "xs": x}),
        (s.multi_spec(len, {3: spec}, retag=lambda x, tag: x), lambda x: x),
        ({"xs": spec}, lambda x: {"xs": x}),
        (s.from_type(fields), fields),
        (s.coll_of(s.is_any, kind=spec), lambda x: x),
        (s.map_of(str, spec), lambda x: {"a": x}),
        (s.cat(xs=spec), lambda x: [x]),
        (s.model_spec(spec, list, tuple), tuple),
        (s.with_gen(spec, lambda: s.gen(INTS)), lambda x: x),
        (s.fspec(args=s.cat(x=int), ret=spec), lambda x: lambda _: x),
    ]
    for whole, put in around:
        assert [s.valid(whole, put(x)) for x in ([3, 1, 2], [1, 2, 3]) * 2] == [False, True] * 2, whole


@pytest.mark.parametrize("around", [lambda x: x, s.coll_of, s.nilable, lambda x: s.keys(req_un={"a": x})])
@pytest.mark.parametrize("spec", SORTED, ids=lambda spec: type(spec).__name__)
def test_the_source_of_a_subclass_is_refused_by_name(spec, around):
    with pytest.raises(s.SpecDefinitionError, match=type(spec).__name__ + "|sorted_collection"):
        s.source(around(spec))


BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
CONTRIBUTING = Path(__file__).parents[4] / "docs" / "CONTRIBUTING.md"


def test_a_kind_made_as_contributing_says_is_right_by_every_door(monkeypatch):
    [code] = BLOCK.findall(CONTRIBUTING.read_text())
    module = types.ModuleType("in_order")
    exec(code, vars(module))
    spec = module.in_order(int)
    values = [[1, 2, 3], [3, 1, 2], [1, "a"], []]
    without = kinds.cells(spec, values, [*kinds.DOORS])
    refused = {door for door, answer in without.items() if answer != kinds.RIGHT}
    assert refused == {"form", "source", *NOT_DRAWN}
    makers = {**MAKERS, "in_order": module.in_order}  # the lines in two other files
    for reader in ("mxspec.notation.form_makers", "mxspec.notation.spec_source"):
        monkeypatch.setattr(importlib.import_module(reader), "MAKERS", makers)
    monkeypatch.setattr(s, "in_order", module.in_order, raising=False)
    answers = kinds.cells(spec, values, [*kinds.DOORS])
    assert {door for door, answer in answers.items() if answer != kinds.RIGHT} == NOT_DRAWN
    assert s.check_compatible(INTS, spec).verdict == "broken"
    assert [s.valid(s.coll_of(spec), [x]) for x in values] == [True, False, False, True]


# --- what decides if two specs are the same ---------------------------------------------------------------


def is_code(x):
    return False


def held_elsewise(spec):
    """Yield a spec with another spec in one of its fields, for each field that holds one."""
    other = as_part(is_code)
    for field in dataclasses.fields(spec):
        held = getattr(spec, field.name, None)
        if isinstance(held, Spec):
            changed = other
        elif isinstance(held, tuple) and held and isinstance(held[0], Spec):
            changed = (other, *held[1:])
        elif (
            isinstance(held, tuple) and held and isinstance(held[0], tuple) and isinstance(held[0][-1], Spec)
        ):
            changed = ((*held[0][:-1], other), *held[1:])
        else:
            continue
        if field.init:
            yield field.name, dataclasses.replace(spec, **{field.name: changed})


@pytest.mark.parametrize(
    "kind", [kind for kind in MET if kind.__name__ != "ForwardRef"], ids=lambda kind: kind.__name__
)
def test_two_specs_that_hold_others_are_not_the_same(kind):
    for name, twin in held_elsewise(MET[kind]):
        for by_text in (True, False):
            sameness = Sameness(names.current, names.current, {}, by_text=by_text)
            assert not sameness.is_same(MET[kind], twin), name


def test_the_fields_that_hold_specs_are_found():
    assert (
        sum(len([*held_elsewise(spec)]) for kind, spec in MET.items() if kind.__name__ != "ForwardRef") > 30
    )
