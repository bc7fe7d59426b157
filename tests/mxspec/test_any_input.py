"""Whatever comes in, valid, conform and explain answer: they do not raise, hang or change anything."""

import itertools

import numpy as np
import pytest

import mxspec as s


class Hostile:
    """Everything that can be asked of it raises."""

    def refuse(self, *args):
        raise RuntimeError("no")

    __eq__ = __hash__ = __len__ = __bool__ = __iter__ = __repr__ = __contains__ = refuse
    __getitem__ = __call__ = __lt__ = __gt__ = refuse

    def __getattr__(self, name):
        raise RuntimeError(name)

    @property
    def __class__(self):
        raise RuntimeError("class")


def refuse(self, *args):
    raise RuntimeError("no")


class HostileList(list):
    __len__ = __iter__ = __getitem__ = __eq__ = __bool__ = __contains__ = refuse
    __hash__ = None


class HostileDict(dict):
    __len__ = __iter__ = __getitem__ = __contains__ = items = get = keys = refuse


class HostileKey(str):
    __eq__ = refuse
    __hash__ = str.__hash__


def nested(depth):
    x = []
    for _ in range(depth):
        x = [x]
    return x


own_list, twice, own_dict = [], [], {}
own_list.append(own_list)
twice += [twice, twice]
own_dict["a"] = own_dict["any/int"] = own_dict

VALUES = {
    "hostile": Hostile(),
    "hostile in a list": [Hostile()],
    "hostile in a dict": {"a": Hostile(), "any/int": Hostile(), "kind": Hostile()},
    "hostile list": HostileList([1]),
    "hostile list in a list": [HostileList([1])],
    "hostile dict": HostileDict(a=1),
    "hostile dict in a list": [HostileDict(a=1)],
    "hostile key": {HostileKey("a"): 1},
    "list in itself": own_list,
    "list twice in itself": twice,
    "dict in itself": own_dict,
    "3000 deep": nested(3000),
    "endless iterator": itertools.count(),
    "array": np.zeros(3),
    "array of objects": np.array([[1], None], dtype=object),
    "array in a list": [np.zeros(3), 1],
    "array under a tag": {"kind": np.zeros(3), "a": np.zeros(3)},
    "unhashable tag": {"kind": {}},
    "type": Hostile,
    "nan": float("nan"),
    "surrogate": "\ud800",
    "mock of a collection": type("Sized", (), {"__len__": lambda self: -1, "__iter__": lambda self: self})(),
}

s.def_("any/int", int)
s.def_("any/tree", s.or_(leaf=int))
s.def_(
    "any/tree",
    s.or_(
        leaf=int,
        coll=s.coll_of("any/tree"),
        pair=s.tuple_("any/tree", "any/tree"),
        map=s.map_of(s.is_any, "any/tree"),
        seq=s.cat(x=s.spec(s.star("any/tree"))),
        kind=s.multi_spec(lambda x: x["a"]["a"] and 1, {1: s.map_of(str, "any/tree")}, retag=lambda x, _: x),
    ),
)
SPECS = [
    int, float, str, list, {1, "a", (1,)}, lambda x: x > 3, lambda x: x == 3, lambda x: x["a"], len,
    "any/tree", s.nilable("any/tree"), s.nilable(int), s.or_(a=s.coll_of(int), b=s.tuple_(int)),
    s.and_(s.is_any, s.coll_of(int)), s.nonconforming(s.coll_of(int)), s.conformer(int),
    s.coll_of(int), s.coll_of(s.is_any, distinct=True), s.coll_of(s.is_any, kind=s.is_any),
    s.coll_of(int, into=set), s.coll_of(s.is_any, into=dict), s.coll_of({1}, count=1), s.every(int),
    s.map_of(str, int), s.map_of(s.is_any, s.is_any, conform_keys=True), s.every_kv(str, int),
    s.tuple_(int), s.tuple_(s.is_any), s.keys(req=["any/int"]), s.keys(opt_un=["any/int"]), s.keys(),
    s.keys(req_un=[s.or_keys("any/a", "any/int")]), s.merge(s.keys(), s.keys(req_un=["any/int"])),
    s.multi_spec("kind", {"a": int}), s.multi_spec(lambda x: x, {"a": int}, retag="k", default=s.spec(str)),
    s.multi_spec(len, {1: s.coll_of(int)}, retag=lambda x, _: x), s.star(int), s.cat(a=s.is_any, b=int),
    s.plus("any/tree"), s.alt(a=int, b=s.star(s.is_any)), s.amp(s.star(s.is_any), len), s.maybe(int),
    s.keys_star(opt=["any/int"]), s.spec(s.star(int)), s.int_in(0, 3), s.float_in(0, 1),
    s.model_spec(int, len, str), s.model_spec(int, lambda x: x.label, str),
    *(getattr(s, name) for name in s.__all__ if name.startswith("is_") and "range" not in name),
]  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_every_spec_answers(name):
    x = VALUES[name]
    for spec in SPECS:
        valid = s.valid(spec, x)
        assert isinstance(valid, bool)
        assert (s.conform(spec, x) is not s.INVALID) == valid
        explained = s.explain_data(spec, x)
        # What bare preds of a merge and the sample that every takes leave open is no matter here.
        assert (explained is None) == valid
        words = s.explain_str(spec, x)
        assert isinstance(words, str)
        assert len(words) < 200_000


@pytest.mark.parametrize("name", ["list in itself", "list twice in itself", "dict in itself"])
def test_a_value_that_contains_itself_is_no_tree(name):
    x = VALUES[name]
    assert not s.valid("any/tree", x)
    assert s.conform("any/tree", x) is s.INVALID
    words = f"the value contains itself: a {type(x).__name__} is met again inside itself"
    assert words in s.explain_str("any/tree", x)
    with pytest.raises(s.UnformError):
        s.unform("any/tree", x)


@pytest.mark.parametrize(
    ("spec", "name", "reason"),
    [
        (s.coll_of(int), "hostile list", "RuntimeError: no"),
        (s.keys(req_un=["any/int"]), "hostile dict", "RuntimeError: no"),
        (s.star(int), "hostile list", "RuntimeError: no"),
        (s.tuple_(int), "hostile", "RuntimeError: class"),
        (s.int_in(0, 3), "hostile", "RuntimeError: class"),
        (int, "hostile", "RuntimeError: class"),
    ],
)
def test_what_a_value_raises_is_the_reason(spec, name, reason):
    [problem] = s.explain_data(spec, VALUES[name])["problems"]
    assert problem["reason"] == reason


def test_the_branch_after_a_hostile_one_is_tried():
    assert s.conform(s.or_(numbers=s.coll_of(int), other=s.is_any), HostileList([1]))[0] == "other"


def test_iterators_are_not_used_up():
    numbers = iter([1, 2, 3])
    for spec in SPECS:
        s.explain_data(spec, numbers)
    # A predicate or conformer of the user may use it up; the specs themselves do not.
    for spec in (s.coll_of(int, kind=s.is_any), s.every(int, kind=s.is_any), s.star(int), s.map_of(int, int)):
        numbers = iter([1, 2, 3])
        assert not s.valid(spec, numbers)
        assert s.explain_data(spec, numbers) is not None
        assert list(numbers) == [1, 2, 3]
