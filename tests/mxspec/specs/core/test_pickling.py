"""Every spec pickles and copies to one that answers alike."""

import copy
import datetime as dt
import functools
import pickle
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from typing import Annotated, Literal

import cloudpickle
import numpy as np
import pytest

import mxspec as s
from mxspec.notation.form_makers import MAKERS

s.def_("pickling/age", s.int_in(0, 151))
s.def_("pickling/name", str)
s.def_("pickling/alias", "pickling/age")
s.def_("pickling/tree", s.or_(leaf=int, node=s.tuple_("pickling/tree", "pickling/tree")))
TREE = s.get_spec("pickling/tree")


def first(x):
    return x[0]


def second(x, _tag=None):
    return x


def ages():
    return s.gen({1, 2})


class Longer:
    """A predicate with a state."""

    def __init__(self, than):
        self.than = than

    def __call__(self, x):
        return len(x) > self.than

    def __repr__(self):
        return f"Longer({self.than})"


@dataclass
class Person:
    name: str
    friends: "list[Person]"


@s.batched(lambda words: [len(word) for word in words])
def length(word):
    return len(word)


def word(n, z=None):
    return "x" * n


def reading(x):
    return s.Reading("big" if x > 100 else "small", score=float(x), confidence=0.5)


THRESHOLD = s.conformal(range(1000), of="numbers")
moments = [dt.datetime(2019, 1, 1), dt.datetime(2020, 1, 1)]
RING = np.random.default_rng(0).normal(size=(600, 2))

TABLE = [
    (s.spec(int), [1, True]),
    (s.spec({1, None}), [1, 1.0]),
    (s.spec(Longer(1)), ["xx", "x"]),
    (s.spec(functools.partial(isinstance, 3)), [int, str]),
    (s.with_gen(int, ages), [1, "x"]),
    (s.and_(int, s.is_even), [2, 3]),
    (s.and_("pickling/age", Longer), [2]),
    (s.or_(a=int, b="pickling/name"), [1, "x", None]),
    (s.or_(("no name", s.is_none)), [None, 1]),
    (s.int_in(0, 10), [3, 10]),
    (s.str_in(1, 9, pattern="[a-z]+"), ["ab", "A", 3]),
    (s.range_of(s.is_number, 0, 9.5), [3, 9.5, 10, "x"]),
    (s.record_of(s.Profile, {"valid": int}), [s.Profile("x", 3), s.Profile("x", "y"), 3]),
    (s.keys(req_un={"a b": int}, opt_un={"c": "pickling/age"}, closed=True),
     [{"a b": 1}, {"a b": 1, "c": 200}]),
    (s.float_in(), [0.5, float("nan")]),
    (s.float_in(0, 1), [0.5, 2.0]),
    (s.float_in(infinite=False, nan=False), [0.5, float("inf"), float("nan")]),
    (s.inst_in(*moments), moments),
    (s.keys(req=["pickling/age", s.or_keys("pickling/name", s.and_keys("a/b", "a/c"))]), [{}, {"a/b": 1}]),
    (s.less("a", "b"), [{"a": 1, "b": 2}, {"a": 2, "b": 1}]),
    (s.keys(req_un=["pickling/name"], opt_un=["pickling/age"], gen=ages), [{"name": "x", "age": 200}]),
    (s.frame(s.keys(req_un=["pickling/age"]), library="polars"), [[{"age": 3}], 3]),
    (s.keys_star(req_un=["pickling/name"], opt=["pickling/age"]), [["name", "x"], ["name", 1], []]),
    (s.merge(s.keys(req=["pickling/age"]), s.is_dict), [{"pickling/age": 1}, {}]),
    (s.cat(), [[], [1]]),
    (s.cat(a=int, more=s.keys_star(opt_un=["pickling/age"])), [[1, "age", 3], [1, "age", "x"]]),
    (s.cat(a=s.star(int), b=s.maybe(s.cat(c=str, d="pickling/age"))), [[1, "x", 3], ["x"]]),
    (s.alt(a=int, b=s.plus(s.is_bool)), [[1], [True, False], []]),
    (s.star(s.alt(n=int, more="pickling/age")), [[1], ["x"]]),
    (s.plus(int), [[1], []]),
    (s.maybe(int), [[1], []]),
    (s.amp(s.star(int), Longer(1)), [[1, 2], [1]]),
    (s.spec(s.star(int)), [[1], [[1]]]),
    (s.spec(s.cat(a=int), gen=ages), [[1], []]),
    (s.tuple_(int, "pickling/name"), [[1, "x"], [1, 1]]),
    (s.coll_of(int, kind=list, min_count=1, max_count=3, distinct=True), [[1], [1, 1], (1,)]),
    (s.coll_of(s.nilable(int), into=set), [[1, None]]),
    (s.coll_of(int, kind=s.spec(s.is_list), gen=ages), [[1], ()]),
    (s.every(int, count=2), [[1, 2], [1]]),
    (s.map_of(str, s.or_(a=int, b=str), conform_keys=True, max_count=1), [{"k": 1}, {1: 1}]),
    (s.every_kv(str, int), [{"k": 1}, {1: 1}]),
    (s.nilable("pickling/age"), [None, 3, "x"]),
    (s.conformer(int, str), ["3", "x"]),
    (s.conformer(first), [[1], []]),
    (s.nonconforming(s.or_(a=int)), [1, "x"]),
    (s.with_message(int, "a whole number is needed"), [1, "x"]),
    (s.multi_spec("kind", {"a": s.keys(req=["pickling/age"])}),
     [{"kind": "a"}, {"kind": "a", "pickling/age": 1}]),
    (s.multi_spec(len, {1: s.tuple_(int)}, retag=second, default=str), [[1], ["x"], "abc"]),
    (s.fspec(args=s.cat(x={1, 2}), ret=int), [abs, len]),
    (s.fspec(args=s.cat(x={1, 2}), fn=first), [abs]),
    (s.array((None, 2), "float32", 0, 1, True), [np.zeros((1, 2), "float32"), np.zeros(2), None]),
    (s.array([(2,), (3,)], np.floating), [np.zeros(3), np.zeros(4)]),
    (s.model_spec({1, 2}, length, word, input=str), ["x", "xxx", 1]),
    (s.model_spec({"big"}, reading, word, min_confidence=0.4, threshold=THRESHOLD), [101, 2000, 3]),
    (s.model_spec({"big"}, reading, word, latent=ages, threshold=300), [101, 2000]),
    (s.model_spec("pickling/age", length, input=s.coll_of(int)), [[1], "x"]),
    (s.from_examples(RING, of="points"), [np.zeros(2), np.full(2, 9.0), None]),
    (s.from_type(dict[str, list[int | None]]), [{"a": [1, None]}, {"a": ["x"]}]),
    (s.from_type(tuple[Literal["a", 1], ...]), [("a", 1), (True,)]),
    (s.from_type(Annotated[list[int], s.Valid[s.coll_of("pickling/age")]]), [[1], [200]]),
    (s.from_type(Person), [Person("x", []), Person("x", [3])]),
    (s.from_type("list[Ages]", names={"list[Ages]": list[int]}), [[1], ["x"]]),
    (s.from_json_schema({"items": {"$ref": "#"}, "maxItems": 2}), [[[1]], [1, 2, 3]]),
    (s.get_spec("pickling/age"), [3, 200]),
    (s.nilable(TREE), [[1, [2, 3]], [1]]),
]  # fmt: skip

WAYS = {
    "pickle": lambda x: pickle.loads(pickle.dumps(x)),
    "protocol 2": lambda x: pickle.loads(pickle.dumps(x, protocol=2)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "cloudpickle": lambda x: cloudpickle.loads(cloudpickle.dumps(x)),
}
each_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def attempt(ask, *arguments):
    """The text of an answer, or of the error that there is none."""
    try:
        return repr(ask(*arguments))
    except (s.SpecError, TypeError) as error:
        return repr(error)


def answers(spec, xs):
    return [
        repr(spec),
        repr(s.form(spec)),
        spec.name,
        [[attempt(ask, spec, x) for ask in (s.valid, s.conform, s.explain_data)] for x in xs],
        [attempt(s.unform, spec, s.conform(spec, x)) for x in xs if s.valid(spec, x)],
    ]


@pytest.mark.parametrize(("spec", "xs"), TABLE, ids=[repr(spec) for spec, _ in TABLE])
def test_a_copy_answers_alike(spec, xs):
    copies = [way(spec) for way in WAYS.values()]
    expected = answers(spec, xs)
    copies += [way(spec) for way in WAYS.values()]  # now that it is compiled
    assert [answers(again, xs) for again in copies] == [expected] * len(copies)


@pytest.mark.parametrize(
    "spec", [spec for spec, _ in TABLE if not isinstance(spec, s.fspec().__class__)], ids=repr
)
def test_a_pickled_spec_has_the_same_examples(spec):
    expected = attempt(s.sample, spec, 2, 1)
    assert attempt(s.sample, WAYS["pickle"](spec), 2, 1) == expected


def test_the_table_has_every_combinator():
    heads = {s.form(spec)[0] for spec, _ in TABLE if isinstance(s.form(spec), tuple)}
    assert heads == set(MAKERS)


@each_way
@pytest.mark.parametrize(
    "x",
    [
        s.INVALID, s.Reading(3, confidence=0.5, score=2.0, threshold=THRESHOLD, reason="why"), THRESHOLD,
        s.Valid["pickling/age"], s.Valid[s.int_in(0, 10)], s.or_keys("a/b", s.and_keys("a/c", "a/d")),
        s.conform(s.or_(a=int), 3), s.UnknownSpecError("message", spec="a/b", value=3, failure="some"),
    ],
    ids=lambda x: type(x).__name__,
)  # fmt: skip
def test_objects_of_specs_can_be_copied(way, x):
    again = way(x)
    assert (type(again), repr(again)) == (type(x), repr(x))
    assert repr(vars(again) if hasattr(again, "__dict__") else 0) == repr(
        vars(x) if hasattr(x, "__dict__") else 0
    )


@each_way
def test_a_registered_spec_goes_by_its_name_and_so_do_those_in_it(way):
    assert way(TREE) is TREE
    assert way(s.get_spec("pickling/age")) is s.get_spec("pickling/age")
    outer = way(s.tuple_(TREE, s.get_spec("pickling/age"), "pickling/alias"))
    assert outer.preds[0] is TREE
    assert outer.preds[1] is s.get_spec("pickling/age")
    assert outer.preds[2].to == "pickling/alias"


def test_a_spec_that_was_unregistered_is_pickled_by_value():
    s.def_("pickling/gone", s.int_in(0, 3))
    gone = s.get_spec("pickling/gone")
    s.def_("pickling/gone", str)
    again = pickle.loads(pickle.dumps(gone))
    assert (s.valid(again, 2), s.valid(again, "x")) == (True, False)


def test_a_name_unknown_to_another_process_is_an_error_with_a_remedy():
    s.def_("pickling/elsewhere", int)
    data = pickle.dumps(s.get_spec("pickling/elsewhere"))
    s.def_("pickling/elsewhere", None)
    with pytest.raises(s.UnknownSpecError, match="import the module that registers it first"):
        pickle.loads(data)


def closure(limit):
    def below(x):
        return x < limit

    return below


NAMELESS = [
    s.spec(lambda x: x > 1), s.and_(int, lambda x: x > 1), s.tuple_(closure(3)),
    s.conformer(lambda x: x + 1, lambda x: x - 1), s.with_gen(int, lambda: s.gen({1})),
    s.coll_of(int, gen=lambda: s.gen(s.tuple_(int))), s.model_spec({1}, lambda x: x, lambda x: x),
]  # fmt: skip


@pytest.mark.parametrize("spec", NAMELESS, ids=repr)
def test_functions_without_a_name_go_by_cloudpickle_and_not_by_pickle(spec):
    with pytest.raises((pickle.PicklingError, AttributeError), match=r"Can't (pickle|get local object)"):
        pickle.dumps(spec)
    for again in (copy.copy(spec), copy.deepcopy(spec), WAYS["cloudpickle"](spec)):
        for x in (1, 2, [2], [4]):
            assert repr(s.conform(again, x)) == repr(s.conform(spec, x))
        if "gen" in repr(spec):
            assert s.generate(again, seed=1) == s.generate(spec, seed=1)


def test_a_fresh_process_answers_as_this_one():
    # Not those by name, whose module it does not import.
    values = [(spec, xs[:1]) for spec, xs in TABLE if "pickling/" not in repr(spec)] + [
        (spec, [2]) for spec in NAMELESS
    ]
    expected = [[attempt(s.conform, spec, x) for x in xs] for spec, xs in values]
    program = """
        import pickle, sys
        import mxspec as s

        def attempt(spec, x):
            try:
                return repr(s.conform(spec, x))
            except (s.SpecError, TypeError) as error:
                return repr(error)

        values = pickle.load(sys.stdin.buffer)
        print([[attempt(spec, x) for x in xs] for spec, xs in values])
    """
    process = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        input=cloudpickle.dumps(values),
        capture_output=True,
        check=True,
    )
    assert process.stdout.decode().strip() == repr(expected)
