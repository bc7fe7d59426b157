"""What is said where neither a proof nor a value decides, and where a part has no example."""

import itertools
import random
from collections.abc import Callable
from typing import Annotated

import pydantic
import pytest
from pydantic_core import core_schema

import mxspec as s
from mxspec.base.strategies import sampling
from mxspec.changes.answers import AnyValue
from mxspec.specs.core.budget import Deadline
from mxspec.specs.regex.matching import Regex
from tests.mxspec.changes.blind_edits import check_blind_edit
from tests.processes import run_fresh
from tests.row_ids import row_id
from tests.suites import rows_by_suite


def is_code(x):
    return type(x) is str and hash(x) == 7


def is_other_code(x):
    return type(x) is str and hash(x) == 8


def with_code(**parts):
    return s.keys(req_un={"code": is_code, **parts})


class Checked(pydantic.BaseModel):
    x: int

    @pydantic.field_validator("x")
    @classmethod
    def _check(cls, x):
        return x


class CheckedAnew(pydantic.BaseModel):
    x: int

    @pydantic.field_validator("x")
    @classmethod
    def _check(cls, x):
        return abs(x)


TEXTS = s.and_(str, lambda text: text.isalpha())


def test_no_example_is_counted_that_does_not_fit():
    answer = s.check_compatible(is_code, is_other_code, num_tests=80)
    assert (answer.verdict, answer.examples, answer.without) == ("not refuted", 0, ("is_code",))
    assert (
        repr(answer) == "not refuted: nothing was tried; not proved: is_other_code; "
        "no example is known of is_code; s.with_gen gives one"
    )
    answer = s.check_compatible(s.coll_of(is_code), s.coll_of(is_other_code), num_tests=80)
    assert 0 < answer.examples < 80  # empty collections
    assert answer.without == ("is_code",)
    answer = s.check_compatible(TEXTS, s.and_(str, str.isalpha), num_tests=80, seed=0)
    assert answer.examples > 80
    assert answer.without == ()


def test_the_part_without_an_example_is_named_with_its_path():
    answer = s.check_compatible(with_code(n=int), s.keys(req_un={"code": is_other_code, "n": int}))
    assert answer.without == ("is_code at ['code']",)
    never = s.and_(int, lambda n: False)
    answer = s.check_compatible(s.or_(a=never, b=s.tuple_(is_code)), s.tuple_(is_other_code))
    assert set(answer.without) == {"and_(int, lambda n: False) at ['a']", "is_code at ['b', 0]"}
    wrong = s.with_gen(int, lambda: s.gen({"x"}))
    answer = s.check_compatible(s.and_(wrong, lambda n: n == 7_654_321), s.and_(int, lambda n: n < 0))
    assert answer.without == ()  # the number that the code names


@pytest.mark.parametrize(
    ("old", "new", "witness", "reason"),
    [
        (with_code(), with_code(extra=int), {}, "key 'extra' is required"),
        (
            with_code(n=s.int_in(0, 10)),
            with_code(n=s.int_in(0, 5)),
            {"n": 5},
            "an int from 0 to 4 is required, not 5 - failed: int_in(0, 5) in: ['n']",
        ),
        (
            with_code(n=s.nilable(int)),
            with_code(n=int),
            {"n": None},
            "an int is required, not None - failed: int in: ['n']",
        ),
        (
            with_code(n=s.keys(req_un={"code": is_code, "m": {"a", "b"}})),
            with_code(n=s.keys(req_un={"code": is_code, "m": {"a"}})),
            {"n": {"code": AnyValue, "m": "b"}},
            "in: ['n', 'm']",
        ),
        (with_code(), s.keys(req_un={"code": is_code}, opt_un={"n": int}), {"n": ""}, "in: ['n']"),
    ],
)
def test_a_change_beside_a_part_without_an_example_is_broken(old, new, witness, reason):
    def shape(x):
        return (
            {k: shape(y) for k, y in x.items()}
            if isinstance(x, dict)
            else AnyValue
            if type(x) is AnyValue
            else x
        )

    answer = s.check_compatible(old, new, num_tests=20, seed=0)
    assert answer.verdict == "broken"
    assert shape(answer.witness) == {"code": AnyValue, **witness}
    assert reason in answer.new
    assert "'code': <any value of is_code>" in repr(answer)


@pytest.mark.parametrize(
    ("old", "new", "witness"),
    [
        (s.coll_of(with_code(n=int), min_count=1), s.coll_of(with_code(n=s.is_nat_int)), -1),
        (s.tuple_(is_code, s.int_in(0, 9)), s.tuple_(is_code, s.int_in(0, 8)), 8),
        (s.map_of(str, with_code(n=bool)), s.map_of(str, with_code(n=s.is_true)), False),
        (s.or_(a=with_code(n=bool), b=int), s.or_(a=with_code(n=s.is_true), b=int), None),
    ],
)
def test_the_place_may_be_in_a_collection(old, new, witness):
    answer = s.check_compatible(old, new, num_tests=20, seed=0)
    if witness is None:  # a choice may take it by another branch
        assert answer.verdict == "not refuted"
    else:
        assert answer.verdict == "broken"
        assert str(witness) in answer.new


def test_a_change_that_is_only_of_the_part_without_an_example_is_open():
    other = s.keys(req_un={"code": is_other_code})
    assert s.check_compatible(with_code(), other).verdict == "not refuted"
    assert s.check_compatible(with_code(n=int), s.keys(req_un={"code": is_code})).verdict == "proved"
    assert (
        s.check_compatible(s.and_(with_code(n=int), len), with_code(n=s.is_nat_int)).verdict == "not refuted"
    )


def check_blind_edits(seeds):
    """Check edits beside a part without an example; none is wrong, and most that break are shown."""
    answers = [check_blind_edit(seed, random.Random(seed)) for seed in seeds]
    assert not {("broken", "proved"), ("proved", "broken")} & {*answers}
    assert answers.count(("broken", "broken")) > answers.count(("broken", "not refuted"))


def test_what_is_broken_beside_such_a_part_is_so_for_a_value_of_it():
    check_blind_edits(range(100))


@pytest.mark.parametrize(
    "seeds", rows_by_suite(slow=[range(5000, 5400)], stress=[range(5400, 6500)]), ids=str
)
def test_more_that_is_broken_beside_such_a_part_is_so_for_a_value_of_it(seeds):
    check_blind_edits(seeds)


def test_a_comparison_of_ambiguous_regexes_ends_after_a_number_of_steps(monkeypatch):
    old = s.plus(s.plus(s.tuple_(float, s.is_list)))
    new = s.star(s.amp(s.is_any, lambda x: True))
    steps = []

    conform = Regex.conform

    def counting(self, x, question):
        try:
            return conform(self, x, question)
        finally:
            steps.append(question.steps)

    monkeypatch.setattr(sampling, "MOST_STEPS", 20_000)
    monkeypatch.setattr(Regex, "conform", counting)
    answer = s.check_compatible(old, new)
    assert (answer.verdict, answer.examples > 10) == ("not refuted", True)
    assert sum(steps) < 60_000


def draw_nothing():
    raise AssertionError("an example was drawn")


@pytest.mark.parametrize(
    ("old", "new", "witness"),
    [
        (s.int_in(0, 10), s.int_in(0, 5), {"x": 5, "y": ""}),
        (s.float_in(min=0), s.float_in(min=0, max=2.5), {"x": 3.0, "y": ""}),
        ({"a", "b"}, {"a"}, {"x": "b", "y": ""}),
        (s.coll_of(int), s.coll_of(int, max_count=3), {"x": [0, 0, 0, 0], "y": ""}),
        (s.coll_of(s.int_in(0, 10)), s.coll_of(s.int_in(0, 5)), {"x": [5], "y": ""}),
        (s.keys(req_un={"n": int}), s.keys(req_un={"n": int, "m": int}), {"x": {"n": 0}, "y": ""}),
        (s.nilable(int), int, {"x": None, "y": ""}),
    ],
    ids=row_id,
)
def test_what_the_two_specs_name_is_tried_before_anything_is_drawn(old, new, witness):
    other = s.with_gen(str, draw_nothing)
    maps = [s.keys(req_un={"x": part, "y": other}) for part in (old, new)]
    assert s.check_compatible(*maps, seed=0).witness == witness


@pytest.mark.parametrize(
    ("old", "new", "unproved"),
    [
        (Callable[[int], int], Callable[[str], int], ("collections.abc.Callable[[str], int]",)),
        ({"f": Callable[[int], int]}, {"f": Callable}, None),
        ({"f": Callable}, {"f": Callable[..., int]}, ("collections.abc.Callable[..., int] at ['f']",)),
        (Callable[[int], int], Callable[[int], int], None),
        ({"a": int, "c": is_code}, {"a": int, "c": is_other_code}, ("is_other_code at ['c']",)),
        (Checked, CheckedAnew, ("int with CheckedAnew._check at ['x']",)),
    ],
)
def test_a_part_without_a_proof_is_named(old, new, unproved):
    answer = s.check_compatible(old, new, num_tests=20, seed=0)
    assert answer.verdict == ("proved" if unproved is None else "not refuted")
    assert answer.unproved == (unproved or ())


class Coerced(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(coerce_numbers_to_str=True)
    n: str
    url: pydantic.HttpUrl


class Coded:
    """A type of which neither Hypothesis nor JSON Schema has an example."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source, handler):
        return core_schema.no_info_plain_validator_function(cls.read)

    @classmethod
    def read(cls, x):
        raise ValueError("no code is known")


def _model_with(field, **more):
    return pydantic.create_model("User", url=(field, ...), **more)


@pytest.mark.parametrize("field", [Coded, pydantic.HttpUrl, pydantic.AnyUrl, pydantic.IPvAnyAddress])
@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ({"n": (str, ...)}, {"n": (int, ...)}, "n"),
        ({}, {"mail": (str, ...)}, "mail"),
        ({"n": (int | None, ...)}, {"n": (int, ...)}, "n"),
        ({"n": (str, ...)}, {"n": (Annotated[str, pydantic.Field(max_length=3)], ...)}, "n"),
    ],
)
def test_a_field_of_a_converting_type_leaves_the_others_to_compare(field, old, new, key):
    answer = s.check_compatible(_model_with(field, **old), _model_with(field, **new), num_tests=5, seed=0)
    assert answer.verdict == "broken"
    url = answer.witness["url"]
    assert isinstance(url, AnyValue) is (field is Coded)
    if field is not Coded:
        pydantic.TypeAdapter(field).validate_python(url)
    assert key in answer.new


def test_a_field_without_an_example_is_named():
    answer = s.check_compatible(_model_with(Coded), _model_with(pydantic.HttpUrl))
    assert (answer.verdict, answer.without) == ("not refuted", ("Coded at ['url']",))
    old = _model_with(pydantic.HttpUrl, n=(int, ...))
    assert s.check_compatible(old, Coerced, num_tests=5, seed=0).verdict == "not refuted"  # it takes numbers


def _deep(leaf, depth=7):
    part = leaf
    for i in range(depth):
        part = s.keys(req_un={f"{key}{i}": s.or_(a=s.coll_of(part), b=s.nilable(part)) for key in "xy"})
    return part


def test_the_work_on_a_pair_ends_at_a_deadline(monkeypatch):
    asked = itertools.count()
    monkeypatch.setattr(Deadline, "clock", lambda: next(asked) / 30)  # sixty steps are two seconds
    hard = [s.and_(_deep(s.and_(str, f)), len) for f in (str.isdigit, str.isdecimal)]
    answer = s.check_compatible(*hard, num_tests=10_000)
    assert answer.verdict == "not refuted"
    assert answer.unproved
    assert next(asked) < 180


SECRET = 12345


def test_what_a_function_compares_a_value_with_is_tried():
    """It stands in no constant of the code, and a part beside it has no example."""

    def is_code(x):
        return isinstance(x, str) and hash(x) % 1_000_003 == 17

    new = {"code": is_code, "age": s.and_(int, lambda n: n != SECRET)}
    answer = s.check_compatible({"code": is_code, "age": int}, new)
    assert answer.verdict == "broken"
    assert answer.witness["age"] == SECRET


# Sets of texts have another order in each process.
IN_A_PROCESS = """
    import mxspec as s
    for item in ({"ink", "pen", "cap"}, s.coll_of({"red", "green", "blue"}, min_count=1)):
        old, new = ({"item": item, "n": s.int_in(1, most)} for most in (60, 51))
        print(s.check_compatible(old, new, seed=0))
        print([miss.value for miss in s.check_guard(lambda x: x["n"] < 51, old, 60).missed])
"""


def test_every_process_gives_the_same_answer():
    assert len({run_fresh(IN_A_PROCESS, PYTHONHASHSEED=seed) for seed in "03"}) == 1
