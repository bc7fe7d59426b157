"""The owner of a class, which says what it reads: pydantic, msgspec or cattrs; and values that it accepts.

pydantic reads a model, a dataclass, a NamedTuple and a TypedDict, msgspec a struct, and cattrs a class of
attrs. cattrs converts no scalars here, as `decode` does not, and reads no other keys, as the class itself;
nor does pydantic for a dataclass. For a TypedDict pydantic is strict; msgspec reads one of typing before
Python 3.12, which pydantic leaves to typing_extensions.
"""

import contextlib
import copy
import dataclasses
import datetime
import enum
import functools
import random
import sys
import time
import typing

import attrs
import cattrs
import msgspec
import pydantic
from cattrs.strategies import configure_union_passthrough

import mxspec as s
from mxspec.changes.shared_state import classes_of
from mxspec.changes.wire import wire
from mxspec.transform.annotations.records import is_typed_dict

MENU = (
    *(None, 0, -1, 1, 2**40, 1.5, True, False, "", "a", "0", "1.5", "2020-01-01", b"", [], {}, [0], [None]),
    *(["a"], {"a": 0}, {"a": "a"}, datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 1, 1)),
)
UNREADABLE = (cattrs.errors.StructureHandlerNotFoundError, pydantic.PydanticUserError)
OTHER_KEY = "a key that no class has"


class NoOwnerError(Exception):
    """A class that its owner can't read."""


class Owner:
    """The owner of a class.

    Args:
        cls: the class.
        modules: the modules of its release.
    """

    def __init__(self, cls, modules):
        self.cls, self.modules = cls, modules
        with modules.in_force():
            try:
                self.read = _reader_of(cls)
            except Exception as error:
                raise NoOwnerError(f"{type(error).__name__}: {error}"[:100]) from error

    def accepts(self, x):
        """True if the owner makes an instance of a dict."""
        with self.modules.in_force():
            try:
                _read_through(self.read(copy.deepcopy(x)))
            except UNREADABLE as error:
                raise NoOwnerError(f"{type(error).__name__}: {error}"[:100]) from error
            except Exception:
                return False
        return True

    def plain(self, x):
        """Return a value with the values of enums for their members.

        Raises:
            NoOwnerError: it holds another object of the package, which another release does not know.
        """
        if isinstance(x, enum.Enum):
            return self.plain(x.value)
        if type(x) in (list, tuple, set, frozenset):
            return type(x)(map(self.plain, x))
        if type(x) is dict:
            return {self.plain(key): self.plain(part) for key, part in x.items()}
        if type(x).__module__ in self.modules.modules:
            raise NoOwnerError(f"{type(x).__name__} is an object of the package")
        return x

    def values(self, seconds=20):
        """Yield values that the owner accepts: examples, and examples with other parts."""
        rng, end = random.Random(self.cls.__qualname__), time.process_time() + seconds
        with self.modules.in_force(), contextlib.suppress(s.SpecError):
            pool = [x for x in map(self.plain, s.sample(wire(self.cls), 40, seed=0)) if self.accepts(x)]
            parts = [*MENU, *(part for x in pool for _, part in parts_of(x))]
            yield from pool
            while pool and time.process_time() < end:
                x = mutant(rng.choice(pool), parts, rng)
                if self.accepts(x):
                    pool.append(x)
                    yield x


def _reader_of(cls):
    if issubclass(cls, pydantic.BaseModel):
        return cls.model_validate
    is_of_typing = is_typed_dict(cls) and type(cls).__module__ == "typing"
    if issubclass(cls, msgspec.Struct) or (is_of_typing and sys.version_info < (3, 12)):
        msgspec.json.Decoder(cls)  # which raises for a type that msgspec does not support
        return lambda x: msgspec.convert(x, cls)
    if attrs.has(cls):
        attrs.resolve_types(cls)
        converter = cattrs.Converter(forbid_extra_keys=True, detailed_validation=False)
        configure_union_passthrough(typing.Union[str, bool, int, float, None], converter)  # noqa: UP007
        for scalar in (str, int, float, bool):
            converter.register_structure_hook(scalar, _read_scalar)
        return lambda x: converter.structure(x, cls)
    return functools.partial(pydantic.TypeAdapter(cls).validate_python, strict=is_typed_dict(cls) or None)


def _read_through(x):
    """Read all parts: pydantic validates the elements of an Iterable when somebody asks for them."""
    if type(x) is dict:
        x = x.values()
    elif isinstance(x, pydantic.BaseModel):
        x = vars(x).values()
    elif type(x) not in (list, tuple) and type(x).__name__ != "ValidatorIterator":
        return
    for part in x:
        _read_through(part)


def _read_scalar(x, tp):
    if issubclass(tp, enum.Enum):
        return tp(x)
    if type(x) is not tp and (tp, type(x)) != (float, int):
        raise TypeError(tp)
    return x


def close_dataclasses(modules):
    """Let pydantic refuse other keys for the dataclasses of modules, as their constructors do."""
    for name, module in modules.items():
        for cls in classes_of(module, name):
            if dataclasses.is_dataclass(cls) and not hasattr(cls, "__pydantic_fields__"):
                with contextlib.suppress(AttributeError, TypeError):
                    cls.__pydantic_config__ = pydantic.ConfigDict(extra="forbid")


# --- values with other parts --------------------------------------------------------------------------------


def parts_of(x, path=()):
    """Yield the parts of a value, each after the path to it."""
    yield path, x
    for key, part in x.items() if type(x) is dict else enumerate(x) if type(x) is list else ():
        yield from parts_of(part, (*path, key))


def mutant(x, parts, rng):
    """Return a value with one part replaced, left out or added."""
    path, part = rng.choice([*parts_of(x)])
    new = rng.choice(parts)
    if type(part) is dict and rng.random() < 0.5:
        gone = rng.choice([*part, OTHER_KEY])
        new = {**part, OTHER_KEY: new} if gone == OTHER_KEY else {k: v for k, v in part.items() if k != gone}
    return _with_part(x, path, new)


def _with_part(x, path, part):
    if not path:
        return part
    again = copy.copy(x)
    again[path[0]] = _with_part(again[path[0]], path[1:], part)
    return again
