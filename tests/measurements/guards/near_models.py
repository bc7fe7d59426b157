"""Ten pydantic models, as applications have them, of which near misses are asked."""

import datetime as dt
import enum
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

# fmt: off


class Plan(enum.Enum):
    FREE, TEAM = "free", "team"

class SignUp(BaseModel):
    name: str = Field(min_length=3, max_length=20, pattern="^[a-z]+$")
    age: int | None = Field(None, ge=18, le=130)
    terms: Literal[True]

class Line(BaseModel):
    model_config = ConfigDict(extra="forbid")
    sku: str = Field(pattern=r"^[A-Z]{3}-\d{4}$")
    quantity: int = Field(gt=0, lt=100)

class Cart(BaseModel):
    lines: list[Line] = Field(min_length=1, max_length=5)
    coupon: str | None = None

class Invoice(BaseModel):
    amount: Decimal = Field(gt=0, le=10_000, decimal_places=2)
    currency: Literal["EUR", "USD"]
    due: dt.date

class Sensor(BaseModel):
    celsius: float = Field(ge=-40, le=85, allow_inf_nan=False)
    at: dt.datetime
    status: Literal["ok", "lost"] = "ok"

class Account(BaseModel):
    id: UUID
    plan: Plan
    seats: Annotated[int, Field(ge=1, multiple_of=5)]

class Card(BaseModel):
    kind: Literal["card"]
    number: str = Field(pattern="^[0-9]{16}$")

class Cash(BaseModel):
    kind: Literal["cash"]
    cents: int = Field(ge=1)

class Payment(BaseModel):
    method: Card | Cash = Field(discriminator="kind")
    note: str = Field("", max_length=10)

class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    ports: dict[str, Annotated[int, Field(ge=1, le=65535)]]
    tags: set[Literal["a", "b", "c"]] = set()
    ratio: tuple[float, float] = (0.0, 1.0)

class Range(BaseModel):
    low: int
    high: int

    @model_validator(mode="after")
    def is_in_order(self):
        assert self.low < self.high
        return self

class Tag(BaseModel):
    label: str
    weight: float = Field(1.0, ge=0, le=1)

    @field_validator("label")
    @classmethod
    def is_lower(cls, label):
        assert label == label.lower()
        return label


MODELS = [Line, SignUp, Cart, Invoice, Sensor, Account, Payment, Settings, Range, Tag]
