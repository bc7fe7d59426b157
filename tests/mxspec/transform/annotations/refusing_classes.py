"""Classes with a field `a: int` whose author refuses an int of more than 50, each in another way."""

import abc
import dataclasses
import typing

import attrs
import msgspec
import pydantic


def few(x):
    if isinstance(x, int) and x > 50:
        raise ValueError("more than 50")
    return x


class Calling(type):
    def __call__(cls, a):
        return super().__call__(few(a))


class CallingStruct(type(msgspec.Struct)):
    def __call__(cls, a):
        return super().__call__(few(a))


class Descriptor:
    def __get__(self, x, cls=None):
        return self if x is None else vars(x)["_a"]

    def __set__(self, x, value):
        vars(x)["_a"] = few(value)


class Initialised:
    def __init__(self, a):
        self.a = few(a)


class Created:
    def __new__(cls, a):
        few(a)
        return super().__new__(cls)


class Setting:
    def __setattr__(self, name, value):
        super().__setattr__(name, few(value))


class Reading:
    def __getattribute__(self, name):
        return "read" if name == "a" else super().__getattribute__(name)


class Pair(typing.NamedTuple):
    a: int


@dataclasses.dataclass
class Plain:
    a: int


@attrs.define
class PlainAttrs:
    a: int


class PlainStruct(msgspec.Struct):
    a: int


class PlainModel(pydantic.BaseModel):
    a: int


class PlainTyped(typing.TypedDict):
    a: int


@pydantic.dataclasses.dataclass
class PlainOfPydantic:
    a: int


PLAIN = [Plain, Pair, PlainAttrs, PlainStruct, PlainModel, PlainTyped, PlainOfPydantic]


def with_members(make, *bases, annotation=int, **members):
    """A class named C with the field a, made by a decorator."""
    metaclass = members.pop("metaclass", type)
    space = {"__annotations__": {"a": annotation}, "__module__": __name__, **members}
    return make(metaclass("C", bases, space))


def few_arguments(self, a):
    self.a = few(a)


def few_after(self, *rest):
    few(self.a)


def wrapped(cls):
    made = cls.__init__

    def __init__(self, *arguments, **by_name):
        made(self, *arguments, **by_name)
        few(self.a)

    cls.__init__ = __init__
    return cls


def with_attribute(cls, attribute):
    cls.a = attribute
    return cls


def fails():
    raise ValueError("no default")


dataclass, define = dataclasses.dataclass, attrs.define
in_dicts = attrs.define(slots=False)
some = attrs.define(init=False)


@attrs.define
class Defaulting:
    a: int
    b: int = attrs.field()

    @b.default
    def _b(self):
        return few(self.a)


@attrs.define
class WrongDefault:
    a: int
    b: str = attrs.field(init=False, default=3)


@dataclass
class Unset:
    a: int
    b: int = dataclasses.field(init=False)


@dataclass
class Failing:
    a: int
    b: int = dataclasses.field(default_factory=fails)


@dataclass
class Other:
    a: int
    b: int = dataclasses.field(default_factory=str)


@dataclass
class Sub(Plain):
    def __init__(self, a):
        super().__init__(few(a))


class Undecorated(Plain):
    def __init__(self, a):
        super().__init__(few(a))


class SubPair(Pair):
    def __new__(cls, a):
        return super().__new__(cls, few(a))


class InitialisedPair(Pair):
    def __init__(self, a):
        few(a)


class CalledPair(Pair, metaclass=Calling):
    pass


class ReadPair(Pair):
    a = property(lambda self: few(self[0]))


class Struct(msgspec.Struct):
    a: int

    def __post_init__(self):
        few(self.a)


class CalledStruct(msgspec.Struct, metaclass=CallingStruct):
    a: int


class FailingStruct(msgspec.Struct):
    a: int
    b: int = msgspec.field(default_factory=fails)


class OtherModel(PlainModel):
    def __init__(self, a):
        super().__init__(a=few(a))


class CreatedModel(PlainModel):
    def __new__(cls, *arguments, **by_name):
        few(51)
        return super().__new__(cls)


class ModelAfter(PlainModel):
    def model_post_init(self, context):
        few(self.a)


class FailingModel(PlainModel):
    b: int = pydantic.Field(default_factory=fails)


class DataModel(PlainModel):
    b: int = pydantic.Field(default_factory=lambda data: few(data["a"]))


@pydantic.dataclasses.dataclass
class CreatedOfPydantic:
    a: int

    def __new__(cls, *arguments, **by_name):
        few(51)
        return super().__new__(cls)


@pydantic.dataclasses.dataclass
class AfterOfPydantic:
    a: int

    def __post_init__(self):
        few(self.a)


class Abstract(abc.ABC):
    @abc.abstractmethod
    def act(self):
        pass


WAYS = {
    "__init__": (with_members(dataclass, __init__=few_arguments), "C.__init__"),
    "inherited __init__": (with_members(dataclass(init=False), Initialised), "C.__init__"),
    "init=False without one": (with_members(dataclass(init=False)), "C.__init__"),
    "__init__ of a subclass": (Sub, "Sub.__init__"),
    "__init__ of a bare subclass": (Undecorated, "Undecorated.__init__"),
    "replaced __init__": (wrapped(with_members(dataclass)), "C.__init__"),
    "__new__": (with_members(dataclass, __new__=Created.__new__, Created=Created), "C.__new__"),
    "inherited __new__": (with_members(dataclass, Created), "C.__new__"),
    "__setattr__": (with_members(dataclass, Setting), "C.__setattr__"),
    "__getattribute__": (with_members(dataclass, Reading), "C.__getattribute__"),
    "descriptor": (with_attribute(with_members(dataclass), Descriptor()), "C.a"),
    "property": (
        with_attribute(
            with_members(dataclass), property(lambda x: x._a, lambda x, a: setattr(x, "_a", few(a)))
        ),
        "C.a",
    ),
    "metaclass": (with_members(dataclass, metaclass=Calling), "Calling.__call__"),
    "__post_init__": (with_members(dataclass, __post_init__=few_after), "C.__post_init__"),
    "default that fails": (Failing, None),
    "default of another type": (Other, None),
    "field that nobody sets": (Unset, "Unset.b"),
    "abstract": (with_members(dataclass, Abstract, metaclass=abc.ABCMeta), "C.act, which is abstract,"),
    "NamedTuple: __new__": (SubPair, "SubPair.__new__"),
    "NamedTuple: __init__": (InitialisedPair, "InitialisedPair.__init__"),
    "NamedTuple: metaclass": (CalledPair, "Calling.__call__"),
    "NamedTuple: property": (ReadPair, "ReadPair.a"),
    "attrs: __init__": (with_members(define, __init__=few_arguments), "C.__init__"),
    "attrs: init=False": (with_members(some, __init__=few_arguments), "C.__init__"),
    "attrs: __new__": (with_members(define, Created), "C.__new__"),
    "attrs: __setattr__": (with_members(define, Setting), "C.__setattr__"),
    "attrs: __setattr__ without slots": (with_members(in_dicts, Setting), "C.__setattr__"),
    "attrs: metaclass": (with_members(define, metaclass=Calling), "Calling.__call__"),
    "attrs: before": (
        with_members(define, __attrs_pre_init__=lambda self, a: few(a)),
        "C.__attrs_pre_init__",
    ),
    "attrs: after": (with_members(define, __attrs_post_init__=few_after), "C.__attrs_post_init__"),
    "attrs: converter": (with_members(define, a=attrs.field(converter=few)), "the converter of C.a"),
    "attrs: validator": (
        with_members(define, a=attrs.field(validator=lambda x, field, a: few(a))),
        "the validator of C.a",
    ),
    "attrs: default": (Defaulting, "the default of Defaulting.b"),
    "attrs: default of another type": (WrongDefault, "WrongDefault.b"),
    "Struct: __post_init__": (Struct, "Struct.__post_init__"),
    "Struct: metaclass": (CalledStruct, "CallingStruct.__call__"),
    "Struct: default that fails": (FailingStruct, None),
    "model: __init__": (OtherModel, None),
    "model: __new__": (CreatedModel, None),
    "model: after": (ModelAfter, None),
    "model: default that fails": (FailingModel, None),
    "model: default of the others": (DataModel, None),
    "pydantic's dataclass: __new__": (CreatedOfPydantic, None),
    "pydantic's dataclass: after": (AfterOfPydantic, None),
}
"""By the way: the class, and the code that is asked; None if pydantic is asked, or a default never fits."""
