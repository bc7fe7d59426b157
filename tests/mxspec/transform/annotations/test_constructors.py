"""Classes with code of their author: the class decides, and nothing is proved of what that code refuses."""

import dataclasses
import functools
import re
from collections.abc import Sequence
from typing import Any, Literal

import attrs
import pydantic
import pytest
from attrs import validators

import mxspec as s
from mxspec.base import names
from mxspec.changes.versions import compare_files
from mxspec.changes.wire import OwnPayload, wire
from mxspec.specs.core.generation import accepts
from mxspec.specs.core.spec import walk
from mxspec.transform.annotations.constructors import own_code
from tests.mxspec.transform.annotations.refusing_classes import PLAIN, WAYS, few
from tests.row_ids import row_id

VALUES = [*range(-100, 100)]


def owner_reads(cls, x):
    if hasattr(cls, "__pydantic_fields__"):
        try:
            pydantic.TypeAdapter(cls).validate_python(x)
        except (ValueError, TypeError):
            return False
        return True
    return s.valid(cls, s.decode(cls, x))


@pytest.mark.few(8)
@pytest.mark.parametrize("way", WAYS)
def test_what_an_author_refuses_is_never_proved(way):
    cls, _ = WAYS[way]
    refused = [n for n in VALUES if not owner_reads(cls, {"a": n})]
    assert refused
    for plain in PLAIN:
        answer = s.check_compatible(plain, cls, num_tests=60, seed=1)
        assert answer.verdict != "proved"
        if answer.verdict == "broken":
            assert owner_reads(plain, answer.witness)
            assert not owner_reads(cls, answer.witness)


@pytest.mark.parametrize("way", WAYS)
def test_a_class_that_is_received_reads_what_decode_reads(way):
    cls, _ = WAYS[way]
    sent = wire(cls)
    for x in ({"a": 1}, {"a": 51}, {"a": "1"}, {"a": None}, {}, {"b": 1}, {"a": 1, "b": 1}, {"a": 1, "z": 1}):
        assert accepts(sent, x, names.current, None) is owner_reads(cls, x), x


@pytest.mark.parametrize(("cls", "asked"), [each for each in WAYS.values() if each[1]], ids=lambda x: x)
def test_the_code_that_is_asked_has_a_name(cls, asked):
    assert [part.asked for part in walk(wire(cls)) if isinstance(part, OwnPayload)] == [asked]


def test_an_answer_names_the_code_that_is_asked():
    @dataclasses.dataclass
    class Quiet:
        a: int

        def __init__(self, a):
            self.a = a

    answer = s.check_compatible({"c": PLAIN[0]}, {"c": Quiet}, num_tests=30, seed=1)
    assert answer.unproved == ("from_type(Quiet), since Quiet.__init__ is asked at ['c']",)
    assert s.check_compatible({"c": Quiet}, {"c": PLAIN[0]}).verdict == "proved"


def test_classes_of_libraries_have_no_code_of_their_author():
    @attrs.frozen
    class Frozen:
        a: int = 0

    @attrs.define(slots=False, on_setattr=attrs.setters.validate)
    class Hooked:
        a: int = attrs.field(default=0, on_setattr=attrs.setters.frozen)

    @dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
    class Slotted:
        a: list[int] = dataclasses.field(default_factory=list)

    class Exact(Slotted):
        pass

    assert [own_code(cls) for cls in (*PLAIN[:4], Frozen, Hooked, Slotted, Exact)] == [None] * 8


def test_an_own_init_says_which_keys_are_needed():
    @dataclasses.dataclass
    class Old:
        a: int
        b: int

        def __init__(self, a, b=3):
            self.a, self.b = a, b

    @dataclasses.dataclass
    class New:
        a: int
        b: int

    assert s.check_compatible(New, Old, num_tests=30, seed=1).verdict == "not refuted"
    answer = s.check_compatible(Old, New, num_tests=30, seed=1)
    assert (answer.verdict, answer.witness) == ("broken", {"a": 0})


def test_a_hook_may_mend_a_default():
    @dataclasses.dataclass
    class Old:
        a: int

    @dataclasses.dataclass
    class New:
        a: int
        tags: list[str] = None

        def __post_init__(self):
            self.tags = self.tags or []

    assert s.check_compatible(Old, New, num_tests=30, seed=1).verdict == "not refuted"


def test_a_converter_reads_what_its_type_does_not():
    old, new = attrs.make_class("C", {"a": attrs.field(type=str)}), with_field(type=int, converter=few_ints)
    answer = s.check_compatible(old, new, num_tests=60, seed=1)
    assert (answer.verdict, answer.witness) == ("broken", {"a": ""})
    assert accepts(wire(new), {"a": "7"}, names.current, None)


def few_ints(x):
    return few(int(x))


def with_field(*, more=None, **options):
    return attrs.make_class("C", {"a": attrs.field(**options), **(more or {})})


def checked(x, field, value):
    few(value)


def bounded(x, field, value):
    if not -50 <= value <= 50:
        raise ValueError(f"{x.__class__.__qualname__}.{field.name}")


def beside_b(x, field, value):
    if value < getattr(x, "b", 0) - 50:
        raise ValueError(value)


TEXT, ge = validators.instance_of(str), validators.ge
texts, ints = (functools.partial(with_field, type=tp) for tp in (str, int))
MORE = {"b": attrs.field(type=int, default=0)}


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (texts(validator=TEXT), texts(validator=validators.instance_of(str)), "proved"),
        (texts(validator=TEXT), texts(validator=TEXT, more=MORE), "proved"),
        (texts(validator=TEXT), texts(validator=validators.instance_of(bytes)), "broken"),
        (ints(validator=[ge(0), validators.lt(9)]),
         ints(validator=validators.and_(ge(0), validators.lt(9))), "proved"),
        (ints(validator=ge(0)), ints(validator=ge(1)), "broken"),
        (ints(validator=ge(0)), with_field(type=object, validator=ge(0)), "not refuted"),
        (ints(validator=ge(0), default=1),
         ints(validator=ge(0), default=-1), "broken"),
        (ints(validator=ge(0), default=1),
         ints(validator=ge(0), default=1), "proved"),
        (ints(validator=checked), ints(validator=checked), "proved"),
        (ints(validator=bounded), ints(validator=bounded, more=MORE), "proved"),
        (ints(validator=bounded, metadata={"most": 1}),
         ints(validator=bounded, metadata={"most": 2}), "not refuted"),
        (ints(validator=beside_b, more=MORE),
         ints(validator=beside_b, more=MORE | {"c": MORE["b"]}), "not refuted"),
        (ints(converter=int), ints(converter=int), "proved"),
        (ints(converter=few), ints(converter=few, more=MORE), "proved"),
        (ints(converter=int), ints(), "proved"),
        (ints(), ints(converter=int), "not refuted"),
        (ints(), ints(converter=few), "broken"),
    ],
)  # fmt: skip
def test_checks_of_attrs_that_are_equal_are_equal(old, new, verdict):
    assert s.check_compatible(old, new, num_tests=80, seed=1).verdict == verdict


MODULE = """
import dataclasses, typing
import mxspec as s
LIMIT = 50
@dataclasses.dataclass
class Money:
    cents: int
    def __init__(self, cents):
        if cents > LIMIT:
            raise ValueError("too much")
        self.cents = cents
@dataclasses.dataclass
class Order:
    price: Money
    n: typing.Annotated[int, s.Valid[s.int_in(0, 5)]]
s.def_("shop/order", Order)
"""


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [("", "", "proved"), ("LIMIT = 50", "LIMIT = 40", "broken"), ("LIMIT = 50", "LIMIT = 60", "not refuted"),
     ("cents: int\n", "cents: float\n", "not refuted")],
)  # fmt: skip
def test_the_same_code_in_two_versions_keeps_a_proof(tmp_path, before, after, verdict):
    new = MODULE.replace("int_in(0, 5)", "int_in(0, 9)").replace(before, after)
    for name, text in (("before", MODULE), ("after", new)):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    [change] = compare_files(tmp_path / "before.py", tmp_path / "after.py", num_tests=30)
    assert change.answer.verdict == verdict
    assert verdict != "not refuted" or "Money.__init__ is asked" in repr(change.answer)


def test_a_record_of_specs_asks_the_code_of_its_class_too(tmp_path):
    text = """
import dataclasses
import mxspec as s
@dataclasses.dataclass
class U:
    a: int{init}
s.def_("u/u", s.record_of(U, {{"a": s.int_in(0, {n})}}))
"""
    init = "\n    def __init__(self, a):\n        self.a = a if a < 3 else 1 / 0"
    (tmp_path / "before.py").write_text(text.format(init="", n=5), encoding="utf-8")
    (tmp_path / "after.py").write_text(text.format(init=init, n=9), encoding="utf-8")
    [change] = compare_files(tmp_path / "before.py", tmp_path / "after.py", num_tests=30)
    assert change.answer.verdict != "proved"


def test_decode_of_an_abstract_class_leaves_the_map():
    cls, _ = WAYS["abstract"]
    spec = s.coll_of(cls)
    for _ in range(3):
        assert s.decode(spec, [{"a": 1}] * 3) == [{"a": 1}] * 3


# --- validators of attrs that a spec says -------------------------------------------------------------------

SOME = (
    0,
    -1,
    1,
    2.5,
    True,
    False,
    "",
    "a",
    "abc",
    None,
    b"a",
    [],
    [1],
    ["a"],
    (),
    (1,),
    {},
    {"a": 1},
    {1},
    3j,
)
# The annotation of a field, its validator, and True if its spec says all that the validator asks.
SAID = [
    (str, validators.instance_of(str), True),
    (int, validators.instance_of(int), True),
    (int, validators.instance_of((str, int)), True),
    (int, validators.instance_of(str), False),
    (float, validators.instance_of(float), False),  # a float may be an int
    (float, validators.instance_of((float, int)), True),
    (Any, validators.instance_of(str), True),
    (str | None, validators.optional(validators.instance_of(str)), True),
    (str | None, validators.instance_of(str), False),
    (str, validators.optional(validators.instance_of(str)), False),
    (list[int], validators.instance_of(list), True),
    (Sequence[int], validators.instance_of(list), False),
    (list[str], validators.deep_iterable(validators.instance_of(str), validators.instance_of(list)), True),
    (list[str], validators.deep_iterable(validators.instance_of(int)), False),
    (list[int], validators.deep_iterable(validators.ge(0)), False),
    (int, validators.ge(0), True),
    (int | None, validators.optional([validators.ge(0), validators.lt(5)]), True),
    (str | int, validators.ge(0), False),
    (Literal["a", "b"], validators.in_(["a"]), True),
    (str, validators.in_(["a", 1]), True),
    (str, validators.matches_re("a+"), True),
    (str, validators.matches_re("a", func=re.match), False),
    (str, validators.max_len(1), True),
    (dict[str, int], validators.min_len(1), True),
    (Any, validators.min_len(1), False),
    (str, validators.not_(validators.in_(["a"])), False),
    (int, lambda instance, attribute, value: None, False),
]


@pytest.mark.parametrize(("hint", "validator", "is_said"), SAID, ids=row_id)
def test_a_validator_that_a_spec_says_is_not_asked(hint, validator, is_said):
    cls = attrs.make_class("Checked", {"a": attrs.field(type=hint, validator=validator)})
    sent = wire(cls)
    assert any(isinstance(part, OwnPayload) for part in walk(sent)) is not is_said
    for x in SOME:
        assert accepts(sent, {"a": x}, names.current, None) is owner_reads(cls, {"a": x}), x


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (validators.ge(0), validators.ge(-1), "proved"),
        (validators.ge(-1), validators.ge(0), "broken"),
        (validators.ge(0), None, "proved"),
        (None, validators.lt(100), "broken"),
        (validators.in_([1, 2]), validators.in_([2, 1, 3]), "proved"),
        (validators.in_([1, 2]), validators.in_([2]), "broken"),
    ],
    ids=row_id,
)
def test_validators_of_attrs_are_compared_by_what_they_accept(old, new, verdict):
    olds, news = (
        attrs.make_class("Checked", {"a": attrs.field(type=int, validator=each)}) for each in (old, new)
    )
    assert s.check_compatible(olds, news, num_tests=50, seed=0).verdict == verdict


def test_an_instance_that_cannot_be_copied_has_been_checked_once():
    @dataclasses.dataclass
    class Tagged(str):
        tag: str

        def __new__(cls, *, tag):
            return str.__new__(cls, tag)

        def __post_init__(self):
            self.size = len(self.tag)

    assert s.valid(Tagged, Tagged(tag="a"))
