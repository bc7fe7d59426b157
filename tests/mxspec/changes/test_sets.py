"""Sets of values: what the branches of a union cover together, and what they leave out.

$ RANDOM=1 python -m pytest tests/mxspec/changes/test_sets.py
"""

import dataclasses
import datetime
import functools
import itertools
import operator
import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mxspec as s
from mxspec.base import names
from mxspec.changes.proof import Proof, Version
from mxspec.changes.search import Fillings, constants_of, values_to_try
from mxspec.specs.core.budget import Deadline
from mxspec.specs.core.spec import as_part
from tests.mxspec.changes import edits, splits
from tests.mxspec.changes.random_changes import changed
from tests.mxspec.random_specs import examples, specs
from tests.mxspec.transform.schemas import any_schemas
from tests.row_ids import row_id
from tests.suites import rows_by_suite

js = s.from_json_schema


def by_sets(old, new):
    """The answer of the sets alone: True, or a list with a witness, which is empty if they leave it open."""
    versions = Version(as_part(old), names.current, unsent=frozenset()), Version(as_part(new), names.current)
    is_proved, values = Proof(*versions).compare(*(version.spec for version in versions))
    fitting = (x for x in values if versions[0].verdict(x) is True and versions[1].verdict(x) is False)
    return is_proved or [*itertools.islice(fitting, 1)]


# --- unions -----------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Payment:
    kind: Literal["card", "cash"]
    amount: int


@dataclasses.dataclass
class Card:
    kind: Literal["card"]
    amount: int


@dataclasses.dataclass
class Cash:
    kind: Literal["cash"]
    amount: int


@dataclasses.dataclass
class SmallCash(Cash):
    amount: Annotated[int, pydantic.Field(le=100)]


def model(name, **fields):
    return pydantic.create_model(name, **{key: (tp, ...) for key, tp in fields.items()})


PAYMENT = model("Payment", kind=Literal["card", "cash"], amount=int)
CARD, CASH = model("Card", kind=Literal["card"], amount=int), model("Cash", kind=Literal["cash"], amount=int)
SMALL_CASH = model("Cash", kind=Literal["cash"], amount=Annotated[int, pydantic.Field(le=100)])
WITH_NUMBER = model("Card", kind=Literal["card"], amount=int, number=str)


def list_of(part):
    return s.coll_of(part, kind=list)


def closed(**parts):
    return s.keys(parts, closed=True)


def object_of(kind, *required, **properties):
    kinds = {"enum": kind} if isinstance(kind, list) else {"const": kind}
    return {"type": "object", "properties": {"kind": kinds, **properties}, "required": ["kind", *required]}


OPEN = object_of(["card", "cash"], "amount", amount={"type": "integer"})
OF_TAGS = [object_of(tag, "amount", amount={"type": "integer"}) for tag in ("card", "cash")]
WITH_TEXT = object_of("card", "amount", amount={"type": "integer"}, number={"type": "string"})
LISTS = {"type": "array", "items": {"type": "integer"}}


def counting(least, most=None, minimum=None, **words):
    bounds = {"minContains": least} | ({} if most is None else {"maxContains": most})
    number = {"type": "integer"} | ({} if minimum is None else {"minimum": minimum})
    return {"type": "array", "contains": number, **bounds, **words}


def counted(*counts, **words):
    return js(counting(*counts, **words))


NOON, THREE, EVENING = (datetime.datetime(2026, 1, 1, hour) for hour in (12, 15, 20))
LATER, ONE = functools.partial(operator.lt, THREE), Decimal(1)

COVERED = [
    (Payment, s.or_(card=Card, cash=Cash)),
    (PAYMENT, s.from_type(CARD | CASH)),
    (s.coll_of(PAYMENT), s.coll_of(s.from_type(CARD | CASH))),
    (s.int_in(0, 1001), s.or_(even=s.is_even, odd=s.is_odd)),
    (s.int_in(0, 101), s.or_(low=s.int_in(0, 51), high=s.int_in(50, 200))),
    (s.float_in(0, 2, nan=False), s.or_(low=s.float_in(0, 1), high=s.float_in(1, 2))),
    (bool, s.or_(yes=s.is_true, no=s.is_false)),
    (s.str_in(0, 10), s.or_(short=s.str_in(0, 4), long=s.str_in(5, 10))),
    (str, s.or_(short=s.str_in(max_length=4), long=s.str_in(min_length=3))),
    (s.str_in(pattern="[a-z]+"), s.or_(a=s.str_in(pattern="[a-m].*"), n=s.str_in(pattern="[n-z].*"))),
    ({"a", "b", "c"}, s.or_(x={"a", "b"}, y={"c", "d"})),
    (s.inst_in(NOON, EVENING), s.or_(a=s.inst_in(NOON, THREE), b=s.inst_in(THREE, EVENING))),
    (s.and_(Decimal, s.is_pos), s.or_(a=s.range_of(Decimal, high=ONE), b=s.range_of(Decimal, ONE))),
    (s.nilable(int), s.or_(none=s.is_none, n=int)),
    (closed(a=s.optional(int)), s.or_(without=closed(), with_=closed(a=int))),
    (closed(a=bool, b=bool), s.or_(x=closed(a=s.is_true, b=bool), y=closed(a=s.is_false, b=bool))),
    (s.map_of(str, int), s.or_(empty=s.map_of(str, int, max_count=0), more=s.map_of(str, int, min_count=1))),
    (s.coll_of(int, kind=list), s.or_(few=s.coll_of(int, max_count=2), many=s.coll_of(int, min_count=2))),
    (s.tuple_(bool, int), s.or_(yes=s.tuple_(s.is_true, int), no=s.tuple_(s.is_false, int))),
    (s.star(int), s.or_(none=s.maybe(int), more=s.cat(a=int, b=s.plus(int)))),
    (s.coll_of(bool), s.coll_of(s.or_(yes=s.is_true, no=s.is_false))),
    (s.multi_spec("k", {"a": s.keys({"n": int}), "b": s.keys()}), s.keys({"k": s.or_(a={"a"}, b={"b"})})),
    (js(OPEN), js({"oneOf": OF_TAGS})),
    (js({"type": "integer", "minimum": 0}), js({"anyOf": [{"maximum": 5}, {"minimum": 6}]})),
    (js({"type": "integer"}), js({"oneOf": [{"type": "integer", "maximum": 5}, {"minimum": 6}]})),
    (js({"type": ["null", "integer"]}), js({"oneOf": [{"type": "null"}, {"type": "integer"}]})),
    (js({"type": "string"}), js({"oneOf": [{"pattern": "^a"}, {"not": {"pattern": "^a"}}]})),
    (js(LISTS), js({"anyOf": [{**LISTS, "maxItems": 3}, {**LISTS, "minItems": 3}]})),
    (js(LISTS), js({"anyOf": [{"contains": {"minimum": 0}}, {"items": {"exclusiveMaximum": 0}}]})),
    (js({**LISTS, "maxItems": 1}), js({**LISTS, "uniqueItems": True})),
    (counted(2, 5), js({"anyOf": [counting(2, 3), counting(3, 5)]})),
    (counted(2, 4, minItems=3), counted(1, 6)),
    (counted(3, minimum=0), counted(2)),
    (js({**LISTS, "minItems": 2, "maxItems": 3}), counted(2, 3)),
    (js({"items": {"not": {"type": "integer"}}, "type": "array"}), counted(0, 0)),
    (counted(0, 0), js({"items": {"not": {"type": "integer"}}})),
    (counted(20, 40), counted(19, 41)),
    (js({"type": "number"}), js({"anyOf": [{"type": "integer"}, {"not": {"type": "integer"}}]})),
    (js({"type": "object"}), js({"oneOf": [{"required": ["a"]}, {"not": {"required": ["a"]}}]})),
]


@pytest.mark.parametrize(("old", "new"), COVERED, ids=row_id)
def test_branches_cover_a_spec_together(old, new):
    assert s.check_compatible(old, new).verdict == "proved"


@pytest.mark.parametrize(
    ("old", "new", "witness"),
    [
        (Payment, s.or_(card=Card, cash=SmallCash), {"kind": "cash", "amount": 101}),
        (PAYMENT, s.from_type(CARD | SMALL_CASH), {"kind": "cash", "amount": 101}),
        (PAYMENT, s.from_type(WITH_NUMBER | CASH), {"kind": "card", "amount": 0}),
        (s.int_in(0, 101), s.or_(low=s.int_in(0, 51), high=s.int_in(52, 200)), 51),
        (s.int_in(0, 7), s.or_(even=s.is_even, odd=s.and_(s.is_odd, s.int_in(0, 4))), 5),
        (s.float_in(0, 2), s.or_(low=s.float_in(0, 1), high=s.float_in(1.5, 2)), 1.25),
        (s.str_in(0, 10), s.or_(short=s.str_in(0, 4), long=s.str_in(6, 10)), "aaaaa"),
        ({"a", "b", "c"}, s.or_(x={"a"}, y={"c", "d"}), "b"),
        (s.inst_in(NOON, EVENING), s.or_(a=s.inst_in(NOON, THREE), b=s.and_(s.is_inst, LATER)), THREE),
        (closed(a=s.optional(int)), s.or_(without=closed(), with_=closed(a=s.int_in(0, 9))), {"a": -1}),
        (
            closed(a=bool, b=bool),
            s.or_(x=closed(a=s.is_true, b=bool), y=closed(a=s.is_false, b=s.is_true)),
            {"a": False, "b": False},
        ),
        (js(OPEN), js({"oneOf": [WITH_TEXT, OF_TAGS[1]]}), {"kind": "card", "amount": 0, "number": None}),
        (js({"type": "integer"}), js({"oneOf": [{"maximum": 5}, {"minimum": 5}]}), 5),
        (counted(1, 5), counted(2, 6), [0]),
        (counted(1, 3), counted(1, 2), [0, 0, 0]),
        (counted(2), counted(2, minimum=0), [0, -1]),
        (counted(2, 5), js({"anyOf": [counting(2, 3), counting(5, 5)]}), [0, 0, 0, 0]),
    ],
    ids=row_id,
)
def test_what_no_branch_covers_is_shown(old, new, witness):
    answer = s.check_compatible(old, new)
    assert answer.verdict == "broken"
    assert answer.witness == witness or answer.witness == pytest.approx(witness, abs=0.25)


# --- splits whose truth is known --------------------------------------------------------------------------

FORMS = [splits.as_specs, splits.as_schemas, splits.as_models]


def check_splits(form, seeds):
    for seed in seeds:
        split = splits.split_of(seed, form is splits.as_models)
        old, new = form(split)
        answer = s.check_compatible(old, new, num_tests=5, seed=0)
        assert answer.verdict == ("broken" if split.is_breaking else "proved"), (seed, answer)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_all_splits_are_decided(form):
    check_splits(form, range(40))


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_more_splits_are_decided(form):
    check_splits(form, range(1000, 1300))


# --- no proof is wrong ------------------------------------------------------------------------------------


def attack(old, new, values, seed):
    """Try to refute a proof by given values, by those at the borders of both specs and by examples."""
    if by_sets(old, new) is not True:
        return
    versions = Version(as_part(old), names.current, unsent=frozenset()), Version(as_part(new), names.current)
    constants = constants_of(*versions)
    drawn = values_to_try(versions[0], constants, 20, seed % 1000, Fillings(*versions, constants))
    for x in itertools.islice(itertools.chain(values, drawn), 300):
        assert not (versions[0].verdict(x) and versions[1].verdict(x) is False), (old, new, x)


ANY_KIND = s.map_of(str, int, kind=s.is_coll)


@pytest.mark.parametrize(
    "old",
    [
        s.every_kv(str, int),
        ANY_KIND,
        dataclasses.replace(ANY_KIND, options=dataclasses.replace(ANY_KIND.options, kind=None)),
    ],
    ids=["every_kv", "any kind", "no kind"],
)
def test_a_map_that_may_be_a_list_of_entries_is_no_dict_for_sure(old):
    assert s.valid(old, [["a", 1]])
    assert by_sets(old, s.map_of(str, int)) is not True
    assert s.check_compatible(old, s.map_of(str, int)).verdict == "broken"


def attack_changed(spec, seed):
    """Attack proofs of random changes of a spec, of unions of them, and of the way back."""
    source = random.Random(seed)
    old = changed(as_part(spec), source, source.choice([0, 0.3]))
    new = changed(old, source, source.choice([0.1, 0.3, 0.6]))
    if source.random() < 0.4:
        new = s.or_(a=new, b=changed(old, source, 0.5))
    for pair in ((old, new), (new, old), (old, old)):
        attack(*pair, [], seed)


@settings(examples, max_examples=6)
@given(specs(depth=1), st.integers(0, 10**9))
def test_no_value_refutes_a_proof(spec, seed):
    attack_changed(spec, seed)


@pytest.mark.parametrize("count", rows_by_suite(slow=[60], stress=[600]))
def test_no_value_refutes_a_proof_of_deeper_specs(count):
    settings(examples, max_examples=count)(given(specs(depth=2), st.integers(0, 10**9))(attack_changed))()


def attack_schemas(first, second, values, seed):
    """Attack the proofs of unions that two schemas make, some of which cover the first."""
    both = [{"allOf": [first, second]}, {"allOf": [first, {"not": second}]}]
    new = [second, {"anyOf": [second, first]}, {"anyOf": both}, {"oneOf": both}, both[0]][seed % 5]
    try:
        old, new = js(first), js(new)
    except s.SpecError:  # a reference that leads to itself
        return
    attack(old, new, values, seed)
    attack(new, old, values, seed)


some_values = st.lists(any_schemas.values, min_size=10, max_size=30)


@settings(examples, max_examples=6)
@given(any_schemas.parts, any_schemas.parts, some_values, st.integers(0, 10**6))
def test_no_value_refutes_a_proof_of_json_schemas(first, second, values, seed):
    attack_schemas(first, second, values, seed)


@pytest.mark.parametrize("count", rows_by_suite(slow=[100], stress=[1000]))
def test_no_value_refutes_a_proof_of_larger_json_schemas(count):
    drawn = given(any_schemas.schemas, any_schemas.schemas, some_values, st.integers(0, 10**6))
    settings(examples, max_examples=count)(drawn(attack_schemas))()


def check_edits(seeds, is_json):
    """Check the answers of the sets alone, and return the share of the edits that they decide."""
    decided = 0
    for seed in seeds:
        edit = edits.edit_of(seed, is_json)
        with edits.specs_of(edit) as (old, new):
            answer = by_sets(old, new)
        assert answer is not True or not edit.is_breaking, (seed, edit)
        assert answer is True or not answer or edit.is_breaking, (seed, edit)
        decided += bool(answer)
    return decided / len(seeds)


def test_the_sets_decide_most_edits_of_one_place():
    assert check_edits(range(7000, 7060), is_json=True) == 1
    assert check_edits(range(7000, 7060), is_json=False) >= 0.85


@pytest.mark.slow
def test_the_sets_decide_most_of_more_edits():
    assert check_edits(range(8000, 8300), is_json=True) >= 0.99
    assert check_edits(range(8000, 8300), is_json=False) >= 0.85


# --- traps ------------------------------------------------------------------------------------------------
@pytest.fixture
def trees():
    """A tree of bools, the same as a union of two maps, and one in which only leaves may hold False."""
    own = {
        "tree": closed(v=bool, kids=s.optional(list_of("sets/tree"))),
        "split": s.or_(
            yes=closed(v=s.is_true, kids=s.optional(list_of("sets/split"))),
            no=closed(v=s.is_false, kids=s.optional(list_of("sets/split"))),
        ),
        "leaves": s.or_(
            yes=closed(v=s.is_true, kids=s.optional(list_of("sets/leaves"))), no=closed(v=s.is_false)
        ),
        "endless": closed(next="sets/endless"),
        "loop": s.or_(a="sets/loop", b=int),
        "x": int,
    }
    for name in own:
        s.def_(f"sets/{name}", s.is_any)  # so that each may name the others
    for name, spec in own.items():
        s.def_(f"sets/{name}", spec)
    yield
    for name in own:
        s.def_(f"sets/{name}", None)


def test_branches_cover_a_recursive_spec_together(trees):
    assert by_sets("sets/tree", "sets/split") is by_sets("sets/split", "sets/tree") is True
    assert by_sets("sets/leaves", "sets/split") is True
    assert by_sets("sets/endless", int) in (True, [])


class HashableMap(dict[str, int]):
    def __hash__(self):
        return 1


EITHER = s.or_(i=int, t=str)  # conform tags its values, and puts them into a dict without a hash


@pytest.mark.parametrize(
    ("old", "new", "is_proved", "accept_a_set"),
    [
        (s.int_in(0, 5), int, True, [True, True]),
        (s.int_in(0, 5), EITHER, False, [True, False]),
        (EITHER, EITHER, True, [False, False]),
    ],
    ids=["wider", "tagged", "equal"],
)
def test_maps_in_collections_of_any_kind_are_decided(clean_names, old, new, is_proved, accept_a_set):
    s.def_("sets/other", EITHER)  # which may be a key of any open map
    for name, part in (("a", old), ("b", new)):
        s.def_(f"sets/{name}", s.is_any)
        s.def_(f"sets/{name}", s.keys(req_un={"v": part}, opt_un={"kids": s.coll_of(f"sets/{name}")}))
    lists = [s.coll_of(f"sets/{name}") for name in "ab"]
    assert (by_sets(*lists) is True) is is_proved
    assert [s.valid(each, {HashableMap(v=1)}) for each in lists] == accept_a_set


def test_what_is_assumed_of_a_recursive_spec_is_forgotten_if_it_fails(trees):
    assert by_sets("sets/tree", "sets/leaves") == [{"v": False, "kids": []}]
    deep = closed(a="sets/tree", b=list_of("sets/tree"))
    assert by_sets(deep, closed(a="sets/split", b=list_of("sets/leaves")))[0]["b"]


def test_a_name_that_leads_to_itself_is_left_open(trees):
    assert by_sets("sets/loop", int) == by_sets(int, "sets/loop") == []


ENTRY_OF_B = {"type": "object", "propertyNames": {"enum": ["a", "b"]}}
ONLY_A = {"type": "object", "properties": {"a": True}, "additionalProperties": False}
A_AND_INT_B = {**ONLY_A, "properties": {"a": True, "b": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # A time with a zone is neither before nor after one without, and NaN is on no side of 0.
        (
            s.is_inst,
            s.or_(a=s.inst_in(datetime.datetime.min, NOON), b=s.inst_in(NOON, datetime.datetime.max)),
        ),
        (
            s.is_decimal,
            s.or_(a=s.and_(s.is_decimal, s.is_neg), b=s.and_(s.is_decimal, s.is_pos), c=s.is_zero),
        ),
        (float, s.or_(a=s.float_in(max=0), b=s.float_in(min=0))),
        # An entry is under a key that another branch lists.
        (js(ENTRY_OF_B), js({"anyOf": [ONLY_A, A_AND_INT_B]})),
        (js({**ENTRY_OF_B, "maxProperties": 1}), js({"anyOf": [ONLY_A, A_AND_INT_B]})),
        (s.keys(opt=["sets/x"]), s.or_(a=s.keys(closed=True), b=s.keys({"b": int}))),
        # The set of a class has more than its plainest instances.
        (Sequence, s.or_(a=s.coll_of(s.is_any), b=s.is_list)),
        (s.is_ident, s.str_in(pattern=r"[!-~]*")),
        ({1, 2}, s.or_(a=s.from_type(Literal[1]), b=s.from_type(Literal[2]))),
        (s.is_dict, s.or_(a=dict, b=s.map_of(int, int, kind=dict))),
        (js({"minimum": 1e23, "type": "number"}), js({"minimum": 10**23, "type": "number"})),
        (s.coll_of(list), s.or_(a=s.coll_of(list, into=set), b=s.coll_of(int))),
    ],
    ids=row_id,
)
def test_what_is_no_proof_stays_none(old, new, trees):
    answer = s.check_compatible(old, new, num_tests=20, seed=0)
    assert by_sets(old, new) is not True
    assert answer.verdict != "proved"


def test_a_model_that_no_model_has_read_proves_nothing_of_texts():
    @dataclasses.dataclass
    class Word:
        text: str

    answer = s.check_compatible(Word, model("Word", text=str), num_tests=5, seed=0)
    assert answer.verdict != "proved"  # "\ud800" is refused


def in_order(values, *pairs):
    """Maps of values by keys, some of which are in an order: "ab" for a < b, "a=b" for a <= b."""
    return s.and_(closed(**values), *(s.less(pair[0], pair[-1], or_equal="=" in pair) for pair in pairs))


INTS, DATES = dict.fromkeys("abcd", int), dict.fromkeys("abcd", datetime.date)
GAPS = {"a": s.nilable(int), "c": s.optional(int), "d": float}


@pytest.mark.parametrize(
    ("values", "old", "new", "is_proved"),
    [
        (INTS, ["ab", "bc"], ["ac"], True),
        (INTS, ["ab", "b=c"], ["ac"], True),
        (INTS, ["a=b", "b=c"], ["ac"], False),
        (INTS, ["a=b", "b=c"], ["a=c"], True),
        (INTS, ["a=b", "bd", "d=c"], ["ac", "ad"], True),
        (INTS, ["ab", "bc"], ["ca"], False),
        (INTS, ["ab", "cb"], ["ac"], False),
        (DATES, ["ab", "bc"], ["ac"], True),
        (INTS | GAPS, ["ab", "bc"], ["ac"], True),
        (INTS | {"b": s.nilable(int)}, ["ab", "bc"], ["ac"], False),
        (INTS | {"b": s.optional(int)}, ["ab", "bc"], ["ac"], False),
        (INTS | {"b": float}, ["ab", "bc"], ["ac"], False),  # NaN
        (INTS | {"b": s.float_in(nan=False)}, ["ab", "bc"], ["ac"], True),
        (INTS | {"b": s.is_any}, ["ab", "bc"], ["ac"], False),
        (INTS | {"a": s.is_any}, ["ab", "bc"], ["ac"], False),  # it may compare with b alone
    ],
)
def test_comparisons_make_up_others(values, old, new, is_proved):
    answer = by_sets(in_order(values, *old), in_order(values, *new))
    assert (answer is True) is is_proved


@settings(examples, max_examples=40)
@given(st.lists(st.tuples(st.permutations("abcd"), st.booleans()), min_size=2, max_size=4), st.integers(0, 3))
def test_no_map_in_order_refutes_a_proof(pairs, gaps):
    written = [("=" if or_equal else "").join(keys[:2]) for keys, or_equal in pairs]
    values = {key: s.optional(s.nilable(int)) if i < gaps else int for i, key in enumerate("abcd")}
    old, new = in_order(values, *written[1:]), in_order(values, written[0])
    if by_sets(old, new) is True:
        for several in itertools.product([None, 0, 1, 2], repeat=4):
            x = {key: y for key, y in zip("abcd", several, strict=True) if y is not None}
            assert not s.valid(old, x) or s.valid(new, x)


def test_an_unknown_predicate_is_the_same_in_all_branches():
    def is_code(x):
        return x.isupper()

    old = closed(kind={"a", "b"}, code=s.and_(str, is_code))
    new = [closed(kind={kind}, code=s.and_(str, is_code)) for kind in "ab"]
    assert by_sets(old, s.or_(*zip("ab", new, strict=True))) is True
    assert by_sets(closed(kind={"a", "b"}, code=str), s.or_(*zip("ab", new, strict=True))) is not True


def test_a_large_union_of_maps_is_decided():
    def versions(gap):
        tags = [f"t{i}" for i in range(60)]
        fields = {f"f{i}": s.optional(s.int_in(0, 100 + i)) for i in range(30)}
        old = closed(kind=set(tags), **fields)
        new = [closed(kind={tag}, **fields) for tag in tags]
        new[30] = closed(kind={tags[30]}, **{**fields, "f7": s.optional(s.int_in(0, 107 - gap))})
        return old, s.or_(*zip(tags, new, strict=True))

    assert by_sets(*versions(0)) is True
    assert by_sets(*versions(1)) == [{"kind": "t30", "f7": 106}]


def hard_pair(covers):
    """Maps of twelve keys, of which one has to be None in the new version, unless it covers all others."""
    keys = [f"k{i}" for i in range(12)]
    new = [closed(**{key: s.is_none if key == each else s.nilable(bool) for key in keys}) for each in keys]
    new += [closed(**dict.fromkeys(keys, bool))] * covers
    return closed(**dict.fromkeys(keys, s.nilable(bool))), s.or_(*((f"t{i}", x) for i, x in enumerate(new)))


def test_steps_end_a_difference_and_leave_the_rest_its_time():
    assert s.check_compatible(*hard_pair(covers=False), seed=0).verdict == "broken"


def test_steps_are_in_proportion_to_the_limit_which_the_answer_names(monkeypatch):
    monkeypatch.setattr(Deadline, "clock", lambda: 0.0)  # so that no time ends the work
    answer = s.check_compatible(*hard_pair(covers=True), num_tests=1, seed=0, limit=0.001)
    assert (answer.verdict, answer.ended_after) == ("not refuted", 0.001)
    assert repr(answer).endswith("out of time (0.001 s; limit=0.005 or --limit 0.005 gives more)")
    assert s.check_compatible(*hard_pair(covers=True), num_tests=1, seed=0).verdict == "proved"


def test_the_time_of_differences_is_within_the_limit(monkeypatch):
    looks = itertools.count()
    monkeypatch.setattr(Deadline, "clock", lambda: next(looks))
    answer = s.check_compatible(*hard_pair(covers=True), num_tests=1, seed=0)
    assert (answer.verdict, answer.ended_after) == ("not refuted", 2.0)
    assert next(looks) < 100


def test_a_part_that_ended_proves_nothing_of_what_holds_it():
    old, new = hard_pair(covers=True)
    versions = [Version(as_part(x), names.current, unsent=frozenset()) for x in (old, new)]
    versions[0] = dataclasses.replace(versions[0], deadline=Deadline(0.001))
    proof = Proof(*versions)
    assert not proof.compare(*(version.spec for version in versions))[0]
    pairs = [(list_of(old), list_of(new)), (closed(a=old), closed(a=new)), (old, new)]
    assert not any(proof.covers_part(as_part(a), as_part(b)) for a, b in pairs)
