"""Examples of pydantic models: drawn from the specs of the fields, made by the model."""

import contextlib
import pickle
import warnings
from decimal import Decimal
from typing import Annotated, Any, Optional

import annotated_types
import pydantic
import pytest
from hypothesis import find, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.errors import UnmatchedNameWarning
from tests.mxspec.random_models import Builder, Random, model, safe_value
from tests.suites import rows_by_suite

LETTERS = "^[a-z]+$"


class Customer(pydantic.BaseModel):
    name: str = pydantic.Field(pattern=LETTERS)
    mail: str | None = pydantic.Field(default=None, pattern=LETTERS)
    age: int | None = pydantic.Field(default=None, ge=1000, le=1010)
    credit: Decimal = pydantic.Field(max_digits=6, decimal_places=2, ge=0)


class Order(pydantic.BaseModel):
    customer: Customer
    tags: list[Annotated[str, annotated_types.MaxLen(2)]] = []
    shop: str = pydantic.Field(default="a", alias="SHOP", pattern=LETTERS)
    code: str = pydantic.Field(default="", validation_alias=pydantic.AliasPath("codes", 0))


class Node(pydantic.BaseModel):
    label: int
    above: Optional["Node"] = None
    below: list["Node"] = []


class Even(pydantic.BaseModel):
    n: int

    @pydantic.field_validator("n")
    @classmethod
    def check(cls, n: int) -> int:
        if n % 2:
            raise ValueError("odd")
        return n


class Orders(pydantic.RootModel[list[Order]]):
    pass


class Again(Customer):
    model_config = pydantic.ConfigDict(revalidate_instances="always")


class Unknown:
    def __init__(self, x: int, *, _y: Any) -> None:
        self.x = x


class Holder(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)

    held: Unknown


@pytest.mark.filterwarnings("error::hypothesis.errors.HypothesisWarning")
@pytest.mark.parametrize("cls", [Customer, Order, Node, Even, Orders, Again], ids=lambda cls: cls.__name__)
def test_examples_of_a_model_are_instances_that_it_validates(cls):
    for example in s.sample(cls, 15, seed=1):
        assert type(example) is cls
        assert s.valid(cls, example)
        assert cls.model_validate(example.model_dump(by_alias=False), by_name=True) == example


@pytest.mark.parametrize(
    ("cls", "names"),
    [
        (Customer, ["name", "mail", "age", "credit"]),
        (Order, ["tags", "shop", "code"]),
        (Node, ["above", "below"]),
    ],
)
def test_every_field_takes_several_values(cls, names):
    examples = s.sample(cls, 30, seed=1)
    assert [name for name in names if len({repr(getattr(x, name)) for x in examples}) < 2] == []


def constant_fields(seed: int) -> list[str]:
    """Return optional fields of a random model: constant in 100 examples, not in its values."""
    r = Random(seed)
    description = model(r)
    cls = Builder().type_of(description)
    if not hasattr(cls, "model_fields"):  # a dataclass of pydantic is a record
        return []
    if "function-plain" in repr(cls.__pydantic_core_schema__):  # it may refuse all values of the type
        return []
    accepted = []
    for _ in range(40):
        with contextlib.suppress(ValueError, TypeError):
            accepted.append(cls.model_validate(safe_value(r, description)))
    optional = {name for name, field in cls.model_fields.items() if not field.is_required()}
    wanted = {name for name in optional if len({repr(getattr(x, name)) for x in accepted}) > 1}
    if not wanted:
        return []
    try:
        examples = s.sample(cls, 100, seed=1)
    except s.GeneratorError:  # a validator refuses almost all values, which the error says
        return []
    for example in examples:
        cls.model_validate(example)
    return sorted(name for name in wanted if len({repr(getattr(x, name)) for x in examples}) < 2)


@pytest.mark.filterwarnings("error::hypothesis.errors.HypothesisWarning")
@pytest.mark.parametrize(
    "seeds", rows_by_suite([range(8)], slow=[range(8, 60)], stress=[range(60, 200)]), ids=str
)
def test_a_field_that_takes_several_values_takes_several_in_examples(seeds):
    assert {seed: names for seed in seeds if (names := constant_fields(seed))} == {}


def test_overrides_reach_into_a_model_by_the_names_of_fields():
    with warnings.catch_warnings():
        warnings.simplefilter("error", UnmatchedNameWarning)
        [order] = s.sample(Order, 1, seed=1, overrides={("customer", "name"): st.just("bo")})
        [holder] = s.sample(Holder, 1, seed=1, overrides={("held",): st.just(Unknown(3, _y=0))})
    assert (order.customer.name, holder.held.x) == ("bo", 3)
    with pytest.warns(UnmatchedNameWarning, match="'nmae'.* in overrides leads to no part"):
        s.sample(Order, 1, seed=1, overrides={("customer", "nmae"): st.just("bo")})


def test_the_last_refusal_of_the_model_is_the_reason():
    never = pydantic.create_model(
        "Never", n=(Annotated[int, annotated_types.Gt(5), annotated_types.Lt(3)], ...)
    )
    with pytest.raises(s.GeneratorError, match="no value is within all of its bounds"):
        s.sample(never, 1)

    class Refusing(pydantic.BaseModel):
        n: int

        @pydantic.model_validator(mode="after")
        def check(self) -> "Refusing":
            raise ValueError("never")

    with pytest.raises(s.GeneratorError, match=r"Refusing refused 100 values in a row, the last: .*never"):
        s.sample(Refusing, 1)


class Logged(pydantic.BaseModel):
    name: str = pydantic.Field(pattern=LETTERS)

    def __init__(self, **data: Any) -> None:
        super().__init__(**data)


class Doubled(pydantic.BaseModel):
    n: int

    def __init__(self, half: int) -> None:
        super().__init__(n=2 * half)


def test_a_model_with_an_init_of_its_own_gets_the_arguments_of_that():
    assert all(x.name.islower() for x in s.sample(Logged, 10, seed=1))
    assert all(x.n % 2 == 0 for x in s.sample(Doubled, 10, seed=1))


def test_a_strategy_that_is_registered_with_hypothesis_is_kept():
    class Registered(pydantic.BaseModel):
        n: int

    st.register_type_strategy(Registered, st.just(Registered(n=77)))
    assert {x.n for x in s.sample(Registered, 5, seed=1)} == {77}


def test_examples_shrink_to_the_required_fields():
    smallest = find(s.gen(Order), lambda order: True, settings=settings(database=None, max_examples=50))
    assert smallest.model_dump(exclude_unset=True) == {"customer": {"name": "a", "credit": Decimal(0)}}


def test_a_model_is_the_same_spec_by_every_door():
    spec = s.from_type(Order)
    assert s.form(spec) == Order
    assert s.form(s.coll_of(Order)) == ("coll_of", Order)
    assert s.sample(pickle.loads(pickle.dumps(spec)), 3, seed=2) == s.sample(Order, 3, seed=2)
    assert not s.valid(Order, {"customer": {}})
    assert s.explain_data(Order, 3)["problems"][0]["pred"] is Order


def optional(tp: Any, **constraints: Any) -> Any:
    return Annotated[Optional[tp], pydantic.Field(**constraints)]  # noqa: UP045


@pytest.mark.parametrize(
    "annotation",
    [
        optional(str, pattern=LETTERS),
        optional(Decimal, max_digits=4, decimal_places=1),
        optional(int, ge=1000, le=1010),
        optional(str, min_length=3, max_length=3),
        optional(list[int], min_length=4, max_length=4),
    ],
    ids=str,
)
def test_an_optional_annotation_with_constraints_has_all_its_examples(annotation):
    spec = s.from_type(annotation)
    examples = s.sample(spec, 60, seed=1)
    assert (None in examples) is s.valid(spec, None)
    assert len(set(map(repr, examples))) > 5
