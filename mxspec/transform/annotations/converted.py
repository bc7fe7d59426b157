"""Types that pydantic converts to: `HttpUrl`, `IPvAnyAddress`, a class with its own core schema.

The value sent and the value that a program holds differ: "1.2.3.4" and IPv4Address("1.2.3.4"). A spec accepts
the value held; `decode` makes it from the value sent, as pydantic does. A value is held if pydantic reads it
as itself, or reads what it writes for it as the value (`round_trip`): `Json[int]` is 3, read from "3".
"""

from __future__ import annotations

import dataclasses
import functools
import json
from typing import Any, Final

from mxspec.addresses import with_address
from mxspec.base.messages.reasons import decode_makes
from mxspec.base.messages.requirements import Schema
from mxspec.base.strategies import by_predicate, combine, simple
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import INVALID
from mxspec.errors import Problem
from mxspec.specs.core.generation import Context
from mxspec.specs.core.question import Place, Question, refusal
from mxspec.transform.annotations.owners import AskPydantic, comes_back, gives
from mxspec.transform.schemas.json_schema import Schemas, schema_of


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class HeldValue(AskPydantic, inherits=True):
    """A value that pydantic makes when it reads a class."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "test", functools.partial(_is_held, self.adapter))

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        if self.accepts(x):
            return []
        try:
            self.adapter.validate_python(x)
        except Exception:
            return super().explain(x, place, question) or [place.problem(self.tp, x)]
        return [place.problem(self.tp, x, reason=decode_makes(self.tp))]

    def form(self) -> Any:
        return self.tp

    def strategy(self, context: Context) -> Strategy | None:
        if self.gen_fn is not None or combine.is_registered(self.tp):
            return by_predicate.instances(self.tp)
        sent = _strategy_of_sent(self.tp, self.adapter)
        if sent is None:
            return super().strategy(context)
        return by_predicate.without_refused(combine.fmap(self._read, sent), self.tp)

    def _read(self, x: Any) -> Any:
        try:
            return self.adapter.validate_python(x)
        except Exception as error:
            return combine.RefusedInstance(error)


def held_value(tp: type) -> HeldValue:
    """Return the spec of the values that pydantic makes when it reads a class.

    Raises:
        SpecDefinitionError: pydantic is not installed, or can't validate tp.
    """
    return HeldValue(functools.partial(_is_held, tp), bare=True)


@with_address
def _is_held(adapter: Any, x: Any) -> bool:
    return gives(adapter, x, x) or comes_back(adapter, x)


def read_sent(spec: AskPydantic, x: Any) -> Any:
    """Return the value that pydantic reads from JSON, or INVALID."""
    try:
        return spec.adapter.validate_json(json.dumps(x))
    except Exception as error:
        refusal(error)
        return INVALID


# --- examples ---------------------------------------------------------------------------------------------

_HOST: Final = "[a-z]{1,9}[.](org|net)"
_V4: Final = r"([1-9][0-9]?|1[0-9][0-9])([.]([1-9][0-9]?|0)){3}"
_V6: Final = "2001:db8::[1-9a-f][0-9a-f]{0,3}"

_PATTERNS: Final = {
    **dict.fromkeys(("ipvanyaddress", "ipvanyinterface", "ipvanynetwork"), f"{_V4}|{_V6}"),
    "ipv4": _V4,
    "ipv6": _V6,
    "email": f"[a-z]{{1,9}}@{_HOST}",
}
"""The texts of a format, as pydantic names it in JSON Schema."""


def _strategy_of_sent(tp: Any, adapter: Any) -> Strategy | None:
    """Return a strategy of JSON that pydantic may read as a class, by pydantic's schema of it, or None."""
    try:
        schema: Schema = adapter.json_schema()
    except Exception:  # pydantic has no JSON for the type
        return None
    if schema.get("contentMediaType") == "application/json":
        scalars = combine.one_of([simple.ints(), simple.texts()])
        return combine.fmap(json.dumps, scalars)
    several = [_strategy_of_schema(tp, each) for each in schema.get("anyOf", [schema])]
    known = [strategy for strategy in several if strategy is not None]
    return combine.one_of(known) if known else None


def _strategy_of_schema(tp: Any, schema: Schema) -> Strategy | None:
    form = schema.get("format")
    if schema.get("type") == "integer":
        return simple.ints(schema.get("minimum"), schema.get("maximum"))
    if schema.get("type") == "number":
        return simple.floats(infinite=False, nan=False)
    if schema.get("type") != "string":
        return None
    if form in ("uri", "multi-host-uri"):
        # Each class of addresses has its own schemes.
        schemes = getattr(getattr(tp, "_constraints", None), "allowed_schemes", None) or ["https"]
        return simple.texts_with(rf"\A({'|'.join(schemes)})://{_HOST}/[a-z]{{0,9}}\Z")
    pattern = schema.get("pattern") or (f"\\A({_PATTERNS[form]})\\Z" if form in _PATTERNS else None)
    if pattern is not None:
        return simple.texts_with(pattern)
    return simple.texts(schema.get("minLength", 0), schema.get("maxLength"))


@schema_of.register
def _schema_of_held(spec: HeldValue, schemas: Schemas) -> Schema:
    """Return pydantic's own schema; but where pydantic expects JSON as text, any JSON may stand here."""
    try:
        schema = schemas.document(spec.tp.__name__, spec.adapter.json_schema)
    except Exception:  # pydantic has no JSON for the type
        return schemas.note(spec.tp.__name__)
    return {} if "contentMediaType" in schema else schema
