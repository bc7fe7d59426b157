"""Lenses: where a part of a spec lies in a value, and how another piece is put there.

The part int of `s.keys({"n": int})` has the lens KEY: its piece of {"n": 3} is 3, at the step ("n",), and
`put` makes {"n": 4} of it. A lens is a value, so a kind names one for each of its parts and writes no walk.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, Final

from mxspec.base.fields import class_fields, has_typed_fields
from mxspec.base.values import INVALID, repr_of
from mxspec.specs.core.question import ask_spec

if TYPE_CHECKING:
    from mxspec.specs.core.parts import Part

Steps = tuple[Any, ...]
"""The keys and indices that lead to a piece, as in a problem."""

Pieces = list[tuple[Steps, Any]]


class Lens:
    """Where a part lies. This one is not told: it looks for pieces that fit the part, at the first level.

    Attributes:
        is_told: True if it is known where the part lies; else problems may be anywhere around it.
        is_same: True if the part sees the value itself.
        is_many: True if a value may have any number of pieces.
    """

    is_told = False
    is_same = False
    is_many = False

    def pieces(self, part: Part, x: Any) -> Pieces:
        """Return the pieces of a value that the part looks at, each after its steps."""
        return [((), x)] if _fits(part, x) else [((at,), y) for at, y in parts_of(x) if _fits(part, y)]

    def put(self, part: Part, x: Any, steps: Steps, new: Any) -> Any:
        """Return a value of the same kind with a new piece; raise any exception if it can't be there."""
        return with_part(x, steps[0], new) if steps else new

    def fill(self, part: Part, x: Any, piece: Any) -> Any:
        """Return a value with a piece where it has none, or raise LookupError."""
        raise LookupError

    def loose(self, x: Any) -> int:
        """Return how many of the last steps change with the piece, as the key of a map."""
        return 0

    def where(self, part: Part) -> Steps:
        """Return the steps to all pieces; "*" is any."""
        return ("*",)


class _Same(Lens):
    """The value itself; a branch has it if it fits."""

    is_told = is_same = True

    def pieces(self, part: Part, x: Any) -> Pieces:
        return [((), x)] if not part.is_choice or _fits(part, x) else []

    def put(self, part: Part, x: Any, steps: Steps, new: Any) -> Any:
        return new

    def fill(self, part: Part, x: Any, piece: Any) -> Any:
        return piece

    def where(self, part: Part) -> Steps:
        return ()


class _Key(Lens):
    """The value under a key, or in a field of a class."""

    is_told = True

    def pieces(self, part: Part, x: Any) -> Pieces:
        piece = x.get(part.at, _MISSING) if isinstance(x, dict) else getattr(x, str(part.at), _MISSING)
        return [] if piece is _MISSING else [((part.at,), piece)]

    def fill(self, part: Part, x: Any, piece: Any) -> Any:
        if type(x) is not dict:
            raise LookupError
        return {**x, part.at: piece}

    def where(self, part: Part) -> Steps:
        return (part.at,)


class _Index(_Key):
    """The element at an index."""

    def pieces(self, part: Part, x: Any) -> Pieces:
        at: Any = part.at
        return [((at,), x[at])] if isinstance(x, (list, tuple)) and at < len(x) else []


class _Elements(Lens):
    """Any element of a collection; only_fitting, the elements that fit the part, as in a regex."""

    is_told = is_many = True

    def __init__(self, *, only_fitting: bool = False) -> None:
        self.only_fitting = only_fitting

    def pieces(self, part: Part, x: Any) -> Pieces:
        several = [((i,), y) for i, (_, y) in enumerate(_steps_to_elements(x))]
        return [each for each in several if _fits(part, each[1])] if self.only_fitting else several

    def put(self, part: Part, x: Any, steps: Steps, new: Any) -> Any:
        if self.only_fitting:
            return [*x[: steps[0]], new, *x[steps[0] + 1 :]]
        return with_part(x, _steps_to_elements(x)[steps[0]][0], new)

    def fill(self, part: Part, x: Any, piece: Any) -> Any:
        if self.only_fitting or type(x) not in (list, tuple):
            raise LookupError
        return type(x)([piece])

    def loose(self, x: Any) -> int:
        return 0 if isinstance(x, (list, tuple)) else 1  # explain numbers the members of a set in its order


class _EntryKeys(Lens):
    """Any key of a map."""

    is_told = is_many = True

    def pieces(self, part: Part, x: Any) -> Pieces:
        return [((key, 0), key) for key in x] if isinstance(x, dict) else []

    def put(self, part: Part, x: Any, steps: Steps, new: Any) -> Any:
        return with_part(x, (steps[0],), new)

    def loose(self, x: Any) -> int:
        return 2


class EntryValues(Lens):
    """Any value of a map; tail is the rest of a problem's path after the key."""

    is_told = is_many = True

    def __init__(self, *tail: int) -> None:
        self.tail = tail

    def pieces(self, part: Part, x: Any) -> Pieces:
        return [((key, *self.tail), y) for key, y in x.items()] if isinstance(x, dict) else []

    def put(self, part: Part, x: Any, steps: Steps, new: Any) -> Any:
        return {**x, steps[0]: new}


@dataclasses.dataclass(frozen=True)
class Retold(Lens):
    """The value itself, by the method of a tag."""

    has: Callable[[Any], bool]
    tag: Callable[[Any], Any]
    is_told = is_same = True

    def pieces(self, part: Part, x: Any) -> Pieces:
        return [((), x)] if self.has(x) else []

    def put(self, part: Part, x: Any, steps: Steps, new: Any) -> Any:
        return new

    def fill(self, part: Part, x: Any, piece: Any) -> Any:
        return self.tag(piece)

    def where(self, part: Part) -> Steps:
        return ()


UNTOLD: Final = Lens()
SAME: Final = _Same()
KEY: Final = _Key()
INDEX: Final = _Index()
ELEMENTS: Final = _Elements()
MATCHES: Final = _Elements(only_fitting=True)
ENTRY_KEYS: Final = _EntryKeys()
ENTRY_VALUES: Final = EntryValues(1)
JSON_VALUES: Final = EntryValues()

_MISSING: Final = object()


def _fits(part: Part, x: Any) -> bool:
    """True if a value fits a part; an error counts as a refusal."""
    try:
        return ask_spec(lambda question: part.spec.conform(x, question) is not INVALID, part.spec)
    except Exception:
        return False


# --- the parts of plain values ----------------------------------------------------------------------------


def _steps_to_elements(x: Any) -> list[tuple[Hashable, Any]]:
    return parts_of(x) if isinstance(x, (list, tuple, set, frozenset)) else []


def parts_of(x: Any) -> list[tuple[Hashable, Any]]:
    """Return the parts of a value, each after its step; the step to a key of a dict is a tuple."""
    if type(x) in (list, tuple):
        return [*enumerate(x)]
    if isinstance(x, (set, frozenset)):
        return [(part, part) for part in sorted(x, key=repr_of)]
    if type(x) is dict:
        return [*x.items(), *(((key,), key) for key in x)]
    fields = class_fields(x) if has_typed_fields(type(x)) else ()
    return [(field.name, getattr(x, field.name)) for field in fields if field.is_argument]


def with_part(x: Any, step: Any, new: Any) -> Any:
    """Return a value with a new part at a step; raise any exception if the part can't be there."""
    if type(x) in (list, tuple):
        return type(x)([*x[:step], new, *x[step + 1 :]])
    if isinstance(x, (set, frozenset)):
        return type(x)((x - {step}) | {new})
    if type(x) is not dict:
        return _with_field(x, step, new)
    if isinstance(step, tuple) and step not in x:
        return {(new if (key,) == step else key): part for key, part in x.items()}
    return {**x, step: new}


def _with_field(x: Any, name: str, new: Any) -> Any:
    """Return a record with a new value in a field; its class may refuse the value."""
    if hasattr(x, "_replace"):
        return x._replace(**{name: new})
    if dataclasses.is_dataclass(x):
        return dataclasses.replace(x, **{name: new})  # type: ignore[type-var]
    fields = [field for field in class_fields(x) if field.is_argument]
    values = {field.argument: new if field.name == name else getattr(x, field.name) for field in fields}
    return type(x)(**values)  # an attrs class, or a msgspec struct
