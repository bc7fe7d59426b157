"""multi_spec."""

import pytest

import mxspec as s

s.def_("multi/kind", str)
s.def_("multi/radius", s.or_(exact=int, about=float))
s.def_("multi/side", int)
CIRCLE = s.keys(req_un=["multi/kind", "multi/radius"])
SQUARE = s.keys(req_un=["multi/kind", "multi/side"])
SHAPE = s.multi_spec("kind", {"circle": CIRCLE, "square": SQUARE})
WITH_DEFAULT = s.multi_spec("kind", {"circle": CIRCLE}, default=s.keys(req_un=["multi/kind"]))
BY_LENGTH = s.multi_spec(len, {1: s.tuple_(int), 2: s.tuple_(int, str)}, retag=lambda x, tag: x)


@pytest.mark.parametrize(
    ("spec", "x", "conformed"),
    [
        (SHAPE, {"kind": ["circle"]}, s.INVALID),
        (SHAPE, {"kind": {}}, s.INVALID),
        (SHAPE, 3, s.INVALID),
        (WITH_DEFAULT, {"kind": {}}, s.INVALID),
        (BY_LENGTH, [1], [1]),
        (BY_LENGTH, [1, "x"], [1, "x"]),
        (BY_LENGTH, 3, s.INVALID),
        (s.multi_spec("k", {1: int}), {"k": True}, s.INVALID),
        (s.multi_spec("k", {1: s.is_dict}), {"k": 1.0}, s.INVALID),
        (s.multi_spec("k", {(1, 2): s.is_dict}), {"k": [1, 2]}, {"k": [1, 2]}),
        (s.multi_spec("k", {None: s.is_any}), 3, 3),
    ],
)
def test_conform(spec, x, conformed):
    assert s.conform(spec, x) == conformed


def test_unform():
    x = {"kind": "circle", "radius": 2}
    assert s.unform(SHAPE, s.conform(SHAPE, x)) == x
    with pytest.raises(s.UnformError, match="has no method for the tag 'star'"):
        s.unform(SHAPE, {"kind": "star"})


def test_the_methods_may_grow():
    methods = {"circle": CIRCLE}
    spec = s.multi_spec("kind", methods)
    assert not s.valid(spec, {"kind": "star"})
    methods["star"] = s.keys()
    assert s.valid(spec, {"kind": "star"})
    del methods["star"]
    assert not s.valid(spec, {"kind": "star"})


@pytest.mark.parametrize(
    ("spec", "x", "path", "reason"),
    [
        (SHAPE, {"kind": "star"}, ["star"], "no method"),
        (BY_LENGTH, 3, [], "TypeError: object of type 'int' has no len()"),
        (SHAPE, {"kind": "square"}, ["square"], None),
    ],
)
def test_explain(spec, x, path, reason):
    [problem] = s.explain_data(spec, x)["problems"]
    assert (problem["path"], problem.get("reason")) == (path, reason)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("kind", [CIRCLE]), "methods is a mapping from tag to spec, not"),
        ((len, {}), "with a function for dispatch, say with retag= how a value gets its tag"),
    ],
)
def test_nonsensical_arguments_are_refused(args, message):
    with pytest.raises(s.SpecDefinitionError, match=message):
        s.multi_spec(*args)


def test_examples_carry_the_tags_of_their_methods():
    assert {x["kind"] for x in s.sample(SHAPE, 40, seed=1)} == {"circle", "square"}
    assert {x["kind"] for x in s.sample(WITH_DEFAULT, 40, seed=1)} == {"circle", "default"}
    assert {len(x) for x in s.sample(BY_LENGTH, 40, seed=1)} == {1, 2}
    assert s.sample(s.multi_spec("k", {None: s.spec({7})}), 2) == [7, 7]


def test_a_multi_spec_without_methods_has_no_examples():
    with pytest.raises(s.GeneratorError, match="unable to construct gen"):
        s.gen(s.multi_spec("kind", {}))
