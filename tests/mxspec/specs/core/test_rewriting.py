"""Every kind of spec is made of what it holds, and a change reaches all that a spec leads to."""

import dataclasses
import inspect

import pytest

import mxspec as s
from mxspec.base import names
from mxspec.changes.sameness import Sameness
from mxspec.functions.hints import HintSpec
from mxspec.specs.core.rewriting import Rewriting, RewrittenReference, walk_held, with_parts
from mxspec.specs.core.spec import Accept, AskKind, Predicate, Reference, Spec, as_part
from mxspec.specs.maps import RequiredKey, RequiredKeys
from mxspec.specs.regex.matching import Either
from tests.mxspec import kinds

INT, STR = as_part(int), as_part(str)
KEY = RequiredKey(INT, "a")
s.def_("rewriting/n", int)


def double(n: int) -> int:
    return 2 * n


class Rest(s.specs.logic.And):
    """A kind of a user."""


OTHERS = [
    *(Accept(1), AskKind(Rest((INT, STR))), Either((INT, STR)), KEY, RequiredKeys(True, (KEY,))),
    *(HintSpec(int, {}, lambda: INT), RewrittenReference(Reference("rewriting/n"), lambda: INT)),
    s.coll_of(int, kind=s.or_(list, set)),
    *(s.keys(req=["rewriting/n"], opt_un=["rewriting/n"]), s.keys(req_un=[s.or_keys("rewriting/n")])),
    *(s.keys({"x": int, "y": s.optional(str)}, closed=True), s.amp(s.plus(int), len, s.nilable(list))),
    s.multi_spec("k", {"a": s.keys({"x": int}), "b": dict}, default=s.keys()),
    s.fspec(args=s.cat(n=int), ret=s.coll_of(int), fn=s.and_(dict, len)),
    s.with_gen(s.tuple_(int, s.or_(n=int, t=str)), lambda: s.gen(s.tuple_(int, int))),
    s.from_json_schema({"properties": {"next": {"$ref": "#"}}}),
    s.from_avro({"type": "record", "name": "T", "fields": [{"name": "next", "type": ["null", "T"]}]}),
]
SPECS = [*kinds.one_of_each_kind().values(), *OTHERS]


def test_every_kind_is_made_of_others():
    met = {type(part) for spec in SPECS for part in walk_held(spec)}
    missing = [kind for kind in kinds.kinds() if kind not in met and not kind.__subclasses__()]
    assert [kind.__name__ for kind in missing if not kind.__module__.startswith("mxspec.changes")] == []


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{type(spec).__name__} {repr(spec)[:30]}")
def test_a_spec_made_of_what_it_holds_is_the_same(spec):
    same = Sameness(names.current, names.current, {})
    for part in walk_held(spec):
        held = part.held_specs()
        assert with_parts(part, held) is part
        if held:
            again = part.made_of(held)
            assert again is held[0] or again.gen_fn is None
            assert again is held[0] or [*map(id, again.held_specs())] == [*map(id, held)]
            assert type(again) is not type(part) or not part.has_told_fields() or same.is_same(part, again)


@pytest.mark.parametrize("spec", OTHERS, ids=lambda spec: f"{type(spec).__name__} {repr(spec)[:30]}")
def test_other_kinds_answer_alike_when_made_anew(spec):
    if spec.held_specs() and not isinstance(spec, (Either, RequiredKey, RequiredKeys)):
        kinds.held(kinds.Case(spec, kinds.draw(spec)))


def test_a_spec_holds_each_spec_in_its_fields():
    """What a spec made of others leads to is made of those, whatever it calls its fields."""
    for spec in SPECS:
        others = [Predicate(lambda x, i=i: True) for i in range(len(spec.held_specs()))]
        if others:
            again = spec.made_of(others)
            fields = {id(x) for x in others if any(x is y for y in walk_held(again))}
            assert fields == {*map(id, others)}, spec


INTS = Rewriting(
    lambda spec, new: as_part(float) if isinstance(spec, Predicate) else new,
    lambda spec: isinstance(spec, Predicate) and spec.pred is int,
    names.current.find,
)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{type(spec).__name__} {repr(spec)[:30]}")
def test_a_change_reaches_everything(spec):
    new = INTS.of(spec)
    old = walk_held(spec, names.current.find)
    is_plain = not any(isinstance(x, Predicate) and x.pred is int for x in old)
    assert (new is spec) is is_plain
    assert not [x for x in walk_held(new, lambda x: x if isinstance(x, Spec) else names.current.find(x))
                if isinstance(x, Predicate) and x.pred is int]  # fmt: skip


def test_a_change_keeps_what_is_shared():
    star = INTS.of(s.star(int))
    assert star.held_specs()[0] is star.held_specs()[1]
    part = s.or_(n=int, t=str)
    first, second = INTS.of(s.tuple_(part, part)).held_specs()
    assert first is second


def test_a_change_of_a_map_takes_the_place_of_its_names():
    spec = INTS.of(s.keys(req_un=["rewriting/n"]))
    merged = s.merge(spec, s.keys(opt_un=["kinds/tree"]))
    for whole in (spec, merged):
        for _ in range(3):  # the second question compiles
            assert [s.valid(whole, x) for x in ({"n": 0.5}, {"n": "x"}, {})] == [True, False, False]
    assert s.form(spec) == s.form(s.keys(req_un=["rewriting/n"]))
    with pytest.raises(s.SpecDefinitionError):
        s.required_keys(INTS.of(s.keys(req=["rewriting/n"])))
    floats = with_parts(s.keys(req=["rewriting/n"]), [as_part(float)])
    assert s.form(floats)[1]["specs"] == {"rewriting/n": float}
    with pytest.raises(s.SpecDefinitionError):
        s.from_form(s.form(floats))


def test_no_kind_holds_what_it_does_not_say():
    """A field that holds a spec in a form of its own needs a `held_specs` of its own."""
    for spec in SPECS:
        fields = [getattr(spec, f.name, None) for f in dataclasses.fields(spec) if f.init]
        deep = [x for x in fields if dataclasses.is_dataclass(x) and not isinstance(x, (Spec, type))]
        hidden = [y for x in deep for f in dataclasses.fields(x) if isinstance(y := getattr(x, f.name), Spec)]
        assert all(any(x is y for y in spec.held_specs()) for x in hidden), spec
        assert inspect.isfunction(type(spec).held_specs)
