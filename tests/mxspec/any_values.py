"""Values that lie, raise or never end, and specs of every kind to ask about them."""

import collections
import enum
import itertools
import types
import typing
import unittest.mock

import numpy as np

import mxspec as s
from tests.mxspec.levels import nested
from tests.public_names import NAMES


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


class NoWords:
    """Has no repr and no str, nor has what it raises."""

    def __repr__(self):
        raise NoWordsError

    __str__ = __repr__


class NoWordsError(Exception):
    def __str__(self):
        raise RuntimeError("no")

    __repr__ = __str__


class WordlessStr(str):
    __repr__ = __str__ = __format__ = refuse


class WordlessInt(int):
    __repr__ = __str__ = __format__ = refuse


class Endless(list):
    def __iter__(self):
        return itertools.repeat(1)


class LyingMap(collections.abc.Mapping):
    """A map that says it has keys, and has none."""

    def __len__(self):
        return 2

    def __iter__(self):
        return iter(["a", "kind"])

    def __getitem__(self, key):
        raise KeyError(key)


class EndlessMap(dict):
    def items(self):
        return itertools.repeat(("a", 1))


class LyingItems(dict):
    def items(self):
        return [1, 2, 3]


class Equal:
    """Is equal to anything."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1


class OddMeta(type):
    def __getattr__(cls, name):
        raise RuntimeError(name)

    __repr__ = __instancecheck__ = refuse


def odd_class():
    """Return a class of it, which is no global of this module, as pytest asks those for attributes."""
    return OddMeta("Odd", (), {})


class Letter(str, enum.Enum):  # noqa: UP042  # of StrEnum, str is the plain string's
    A = "a"


class Number(enum.IntEnum):
    ONE = 1


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
    "3000 deep": nested([], lambda x: [x], 3000),
    "endless iterator": itertools.count(),
    "array": np.zeros(3),
    "array of objects": np.array([[1], None], dtype=object),
    "array in a list": [np.zeros(3), 1],
    "array under a tag": {"kind": np.zeros(3), "a": np.zeros(3)},
    "unhashable tag": {"kind": {}},
    "type": Hostile,
    "nan": float("nan"),
    "no words": NoWords(),
    "no words inside": [NoWords(), {"a": NoWords(), "kind": NoWords(), "any/int": WordlessStr("x")}],
    "an error without words": NoWordsError(),
    "str without words": WordlessStr("a"),
    "key without words": {WordlessStr("any/int"): "x", WordlessStr("b"): 1},
    "int without words": WordlessInt(3),
    "tag without words": (WordlessStr("a"), WordlessInt(1)),
    "endless list": Endless([1]),
    "endless list in a list": [Endless([1])],
    "endless map": EndlessMap(a=1),
    "lying map": LyingMap(),
    "lying items": LyingItems(a=1),
    "equal to all": [Equal(), Equal()],
    "odd class": odd_class(),
    "of an odd class": odd_class()(),
    "long int": 10**5000,
    "long ints": {"a": -(10**5000), "any/int": [10**5000], 10**5000: 1},
    "long range": range(10**30),
    "member": Letter.A,
    "member that is an int": Number.ONE,
    "mock": unittest.mock.Mock(),
    "magic mock": unittest.mock.MagicMock(),
    "generator": (i for i in [1]),
    "memory": memoryview(b"ab"),
    "deque": collections.deque([1]),
    "view of keys": {"a": 1}.keys(),
    "read-only map": types.MappingProxyType({"a": 1}),
    "array of no dimension": np.array(3),
    "array of nan": np.array([np.nan]),
    "array of records": np.zeros(2, dtype=[("a", "i4"), ("b", "O")]),
    "array of what has no words": np.array([NoWords(), None], dtype=object),
    "masked": np.ma.masked_array([1], [True]),
    "numpy's numbers": [np.float64(1), np.int64(3), np.bool_(True), np.str_("a"), np.datetime64("NaT")],
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
    s.array(), s.array((None,), "float32", 0, 1, True), s.coll_of(s.array(min=0)), s.int_in(0, 10**5000),
    s.fspec(args=s.cat(x=int), ret=int), s.model_spec(s.is_odd, lambda x: x, str), s.spec({10**5000, "a"}),
    s.model_spec({1}, lambda x: s.Reading(x, confidence=0.5, reason="no"), str, min_confidence=0.9),
    s.from_type(list[int]), s.from_type(dict[str, int]), s.from_type(int | str), s.from_type(set[int]),
    s.from_type(typing.Literal["a", 1]), s.from_type(tuple[int, ...]), s.from_type(Letter), s.spec(Number),
    *(getattr(s, name) for name in NAMES if name.startswith("is_") and "range" not in name),
]  # fmt: skip
