"""Validation beside pydantic v2, and regexes beside the derivatives that define them."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

import mxspec as s
from mxspec.specs.core.question import ask_spec
from tests.benchmarks import people as p
from tests.benchmarks.bars import Bar, Yardstick, at_most, times_as_fast
from tests.mxspec.specs.regex import reference_regex

VALIDATIONS: dict[str, tuple[str, Any, Any, Bar]] = {
    "valid of a digit": (p.DIGIT, p.DIGIT_ADAPTER, 5, at_most(1)),
    "valid of a person": (p.PERSON, p.PERSON_ADAPTER, p.PERSON_VALUE, times_as_fast(2)),
    "valid of 100 persons": (p.PEOPLE, p.PEOPLE_ADAPTER, p.PEOPLE_VALUE, times_as_fast(1.5)),
    "valid of a person of named keys, three optional": (
        p.NAMED, p.NAMED_ADAPTER, p.NAMED_VALUE, at_most(0.45),
    ),
    "valid of 100 of them": (p.ALL_NAMED, p.ALL_NAMED_ADAPTER, p.ALL_NAMED_VALUE, at_most(0.45)),
    "valid of 1,000 ints": (p.INTS, p.INTS_ADAPTER, p.INTS_VALUE, at_most(1.25)),
}  # fmt: skip
OPTIONS_REFERENCE = reference_regex.star(
    reference_regex.cat(
        prop=lambda x: isinstance(x, str),
        val=reference_regex.alt(s=lambda x: isinstance(x, str), b=lambda x: isinstance(x, bool)),
    )
)


@pytest.mark.parametrize("work", VALIDATIONS)
def test_valid(compare: Any, work: str) -> None:
    spec, adapter, x, bar = VALIDATIONS[work]
    assert s.valid(spec, x)
    assert adapter.validate_python(x) is not None
    compare(
        work,
        lambda: s.valid(spec, x),
        Yardstick.one("pydantic, strict", lambda: adapter.validate_python(x), bar),
    )


@pytest.mark.parametrize(
    ("work", "spec", "adapter", "x"),
    [
        ("explain_data of a wrong person", p.PERSON, p.PERSON_ADAPTER, p.WRONG_PERSON),
        ("explain_data of a wrong type under a name", p.NAMED, p.NAMED_ADAPTER, p.WRONG_NAMED),
        *(
            (f"explain_data of {kind}, under a name", p.NAMED, p.NAMED_ADAPTER, x)
            for kind, x in p.WRONG_TYPES.items()
        ),
        ("explain_data of a text for a digit", p.DIGIT, p.DIGIT_ADAPTER, "3"),
    ],
)
def test_explain(compare: Any, work: str, spec: str, adapter: Any, x: Any) -> None:
    data = s.explain_data(spec, x)
    assert data is not None
    # As clojure's, the problems of a str or None are two, one for each.
    assert len(data["problems"]) == 1 + ("or None" in work)
    assert len(errors_of(adapter.validate_python, x)) == 1
    compare(
        work,
        lambda: s.explain_data(spec, x),
        Yardstick.one("pydantic's errors()", lambda: errors_of(adapter.validate_python, x), at_most(1)),
    )


@pytest.mark.parametrize("spec", [p.MEMBER, p.MEMBER_CLASS])
def test_decode(compare: Any, spec: str) -> None:
    decoded = s.decode(spec, p.MEMBER_JSON)
    member = p.CONVERTER.structure(p.MEMBER_JSON, p.Member)
    assert member == p.MEMBER_ADAPTER.validate_python(p.MEMBER_JSON)
    assert decoded in (member, vars(member))
    compare(
        f"decode of a person with a date and a set, {'a map' if spec == p.MEMBER else 'a dataclass'}",
        lambda: s.decode(spec, p.MEMBER_JSON),
        Yardstick.one(
            "cattrs, structure", lambda: p.CONVERTER.structure(p.MEMBER_JSON, p.Member), at_most(2)
        ),
        Yardstick.one("pydantic, lax", lambda: p.MEMBER_ADAPTER.validate_python(p.MEMBER_JSON)),
    )


ENCODINGS: dict[str, tuple[str, Any]] = {
    "encode of 200 orders": (p.ORDERS_CLASS, p.ORDERS_VALUE),
    "encode of a person with a date and a set, a dataclass": (p.MEMBER_CLASS, p.MEMBER_VALUE),
    "encode of a person with a date and a set, a map": (p.MEMBER, vars(p.MEMBER_VALUE)),
}


@pytest.mark.parametrize("work", ENCODINGS)
def test_encode(compare: Any, work: str) -> None:
    spec, x = ENCODINGS[work]
    of_class = x if x is p.ORDERS_VALUE else p.MEMBER_VALUE
    assert s.decode(spec, s.encode(spec, x)) == x
    assert p.CONVERTER.unstructure(of_class)
    compare(
        work,
        lambda: s.encode(spec, x),
        Yardstick.one("cattrs, unstructure", lambda: p.CONVERTER.unstructure(of_class), at_most(3)),
    )


def test_instrument(compare: Any) -> None:
    s.fdef(p.total, args=s.cat(count=int, word=str))
    s.instrument(p.total)
    try:
        with pytest.raises(s.CallError):
            p.total("1", "a")  # type: ignore[arg-type]
        compare(
            "a call of an instrumented function of two arguments",
            lambda: p.total(1, "a"),
            Yardstick.one("pydantic, validate_call", lambda: p.CHECKED_BY_PYDANTIC(1, "a"), at_most(2.5)),
            Yardstick.one("the plain call", lambda: p.PLAIN(1, "a")),
        )
    finally:
        s.unstrument("tests.benchmarks.people/total")


def errors_of(validate: Callable[[Any], Any], x: Any) -> list[Any]:
    try:
        validate(x)
    except ValidationError as error:
        return list(error.errors())
    raise AssertionError("pydantic accepts it")


def test_regex(compare: Any) -> None:
    spec = s.get_spec(p.OPTIONS)
    assert spec is not None
    conformed = [
        {"prop": "-server", "val": ("s", "foo")},
        {"prop": "-verbose", "val": ("b", True)},
        {"prop": "-user", "val": ("s", "joe")},
    ]

    def by_reference() -> Any:
        return reference_regex.conform(OPTIONS_REFERENCE, p.OPTIONS_VALUE)

    def by_derivatives() -> Any:
        return ask_spec(lambda question: spec.conform(p.OPTIONS_VALUE, question), spec)

    assert s.conform(p.OPTIONS, p.OPTIONS_VALUE) == conformed
    assert by_derivatives() == conformed
    assert by_reference() == conformed
    compare(
        "conform of a regex on 6 elements",
        lambda: s.conform(p.OPTIONS, p.OPTIONS_VALUE),
        Yardstick.one("the reference, by derivatives alone", by_reference, times_as_fast(8)),
        Yardstick.one("mxspec's own derivatives", by_derivatives),
        # 15 us where a person takes 0.4 us, whatever the machine.
        Yardstick.one("valid of a person", lambda: s.valid(p.PERSON, p.PERSON_VALUE), at_most(37.5)),
    )
