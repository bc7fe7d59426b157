"""Validation beside pydantic v2, and regexes beside the derivatives that define them.

Each group has "mxspec" and the yardstick, measured in the same run; `report.py` makes ratios of them.
"""

from collections.abc import Callable
from typing import Any

import people as p
import pytest
from pydantic import ValidationError

import mxspec as s

PAIRS: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "valid of a digit": (lambda: s.valid(p.DIGIT, 5), lambda: p.DIGIT_ADAPTER.validate_python(5)),
    "valid of a person": (
        lambda: s.valid(p.PERSON, p.PERSON_VALUE),
        lambda: p.PERSON_ADAPTER.validate_python(p.PERSON_VALUE),
    ),
    "valid of 100 persons": (
        lambda: s.valid(p.PEOPLE, p.PEOPLE_VALUE),
        lambda: p.PEOPLE_ADAPTER.validate_python(p.PEOPLE_VALUE),
    ),
    "valid of 1,000 ints": (
        lambda: s.valid(p.INTS, p.INTS_VALUE),
        lambda: p.INTS_ADAPTER.validate_python(p.INTS_VALUE),
    ),
    "explain_data of a wrong person": (
        lambda: s.explain_data(p.PERSON, p.WRONG_PERSON),
        lambda: errors(p.PERSON_ADAPTER.validate_python, p.WRONG_PERSON),
    ),
}


def errors(validate: Callable[[Any], Any], x: Any) -> list[Any]:
    try:
        validate(x)
    except ValidationError as error:
        return list(error.errors())
    raise AssertionError("pydantic accepts it")


@pytest.mark.parametrize("group", PAIRS)
@pytest.mark.parametrize("who", ["mxspec", "pydantic"])
def test_validation(benchmark: Any, group: str, who: str) -> None:
    benchmark.group = group
    run = PAIRS[group][who == "pydantic"]
    assert run() not in (False, None)
    benchmark(run)


@pytest.mark.parametrize("who", ["mxspec", "derivatives"])
def test_regex(benchmark: Any, who: str) -> None:
    benchmark.group = "conform of a regex on 6 elements"
    spec = s.get_spec(p.OPTIONS)
    run = (
        (lambda: s.conform(p.OPTIONS, p.OPTIONS_VALUE))
        if who == "mxspec"
        else (lambda: spec.conform(p.OPTIONS_VALUE))
    )
    assert run() == [
        {"prop": "-server", "val": ("s", "foo")},
        {"prop": "-verbose", "val": ("b", True)},
        {"prop": "-user", "val": ("s", "joe")},
    ]
    benchmark(run)
