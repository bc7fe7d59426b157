"""every, coll_of, every_kv, map_of, tuple_."""

import collections
import itertools

import pytest

import mxspec as s
from mxspec.specs.collections import CHECK_LIMIT, ERROR_LIMIT

ID_OR_NAME = s.or_(id=int, name=str)


class Numbers(collections.abc.Sequence):
    """A sequence that goes on for ever, whatever it says of its length."""

    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        return i


@pytest.mark.parametrize(
    ("spec", "x", "conformed"),
    [
        (s.coll_of(ID_OR_NAME), {1}, {("id", 1)}),
        (s.coll_of(ID_OR_NAME), frozenset({1}), frozenset({("id", 1)})),
        (s.coll_of(int), range(3), (0, 1, 2)),
        (s.coll_of(int), "12", s.INVALID),
        (s.coll_of(int, into=set()), [1, 1], {1}),
        (s.coll_of(int, into=frozenset), [1], frozenset({1})),
        (s.coll_of(s.tuple_(str, int), into=dict), [["a", 1]], {"a": 1}),
        (s.coll_of(s.is_any, into=dict), [1], s.INVALID),
        (s.coll_of(s.is_any, into=set), [{}], s.INVALID),
        (s.coll_of(s.tuple_(str, int)), {"a": 1}, {"a": 1}),
        (s.map_of(str, int), {"a": 1}, {"a": 1}),
    ],
)
def test_conform(spec, x, conformed):
    answer = s.conform(spec, x)
    assert answer == conformed
    assert type(answer) is type(conformed)
    assert (s.explain_data(spec, x) is None) == (conformed is not s.INVALID)


@pytest.mark.parametrize(
    ("spec", "x", "into"),
    [(s.coll_of(s.is_any, into=dict), [1], "dict"), (s.coll_of(s.is_any, into=set), [{}], "set")],
)
def test_elements_that_do_not_go_into_the_collection_are_explained(spec, x, into):
    [problem] = s.explain_data(spec, x)["problems"]
    assert (problem["val"], problem["reason"]) == (x, f"its elements make no {into}")


@pytest.mark.parametrize("x", [[1, 2], (1, 2), {1, 2}, {1: 2}])
def test_a_collection_that_conforms_to_itself_is_not_copied(x):
    spec = s.map_of(int, int) if isinstance(x, dict) else s.every(int)
    assert s.conform(spec, x) is x
    if isinstance(x, list):
        assert s.conform(s.coll_of(int), x) is x


def test_conform_leaves_its_input_alone():
    x, m = [1, "a"], {"a": 1}
    s.conform(s.coll_of(ID_OR_NAME), x)
    s.conform(s.map_of(str, ID_OR_NAME), m)
    assert (x, m) == ([1, "a"], {"a": 1})


@pytest.mark.parametrize(
    ("spec", "x"),
    [(s.coll_of(ID_OR_NAME), {1, "x"}), (s.map_of(ID_OR_NAME, ID_OR_NAME, conform_keys=True), {1: "x"})],
)
def test_unform_gives_the_value_back(spec, x):
    unformed = s.unform(spec, s.conform(spec, x))
    assert unformed == x
    assert type(unformed) is type(x)


def test_none_unforms_to_itself():
    assert s.unform(s.coll_of(int), None) is None


@pytest.mark.parametrize(
    ("spec", "x", "pred", "in_"),
    [
        (s.coll_of(int, kind=s.is_list), (1,), s.is_list, []),
        (s.coll_of(int, min_count=1, max_count=2), [], ("count", 1, 2), []),
        (s.map_of(str, int), {1: 1}, str, [1, 0]),
        (s.every_kv(str, int), [1], s.is_list, [None]),
    ],
)
def test_explain(spec, x, pred, in_):
    [problem] = s.explain_data(spec, x)["problems"]
    assert (problem["pred"], problem["in"]) == (pred, in_)


# --- how much is looked at ----------------------------------------------------------------------------------


def count_checks(spec, x):
    seen = []

    def look(element):
        seen.append(element)
        return True

    s.valid(spec(look), x)
    return len(seen)


@pytest.mark.parametrize(
    ("x", "checks"),
    [
        (list(range(50)), 50),
        (list(range(1000)), 112),  # every ninth, as in clojure
        (tuple(range(1000)), CHECK_LIMIT),
        (set(range(1000)), CHECK_LIMIT),
        (range(10**12), 102),
    ],
    ids=["short", "list", "tuple", "set", "range"],
)
def test_every_looks_at_some(x, checks):
    assert count_checks(s.every, x) == checks


def test_coll_of_looks_at_all():
    assert count_checks(s.coll_of, list(range(1000))) == 1000


def test_explain_of_every_reports_twenty_and_of_coll_of_all():
    x = ["x"] * 50
    assert len(s.explain_data(s.every(int), x)["problems"]) == ERROR_LIMIT
    assert len(s.explain_data(s.coll_of(int), x)["problems"]) == 50


def test_a_collection_without_end_is_looked_at_as_far_as_it_says_it_goes():
    assert s.conform(s.coll_of(int), Numbers(3)) == (0, 1, 2)
    assert s.conform(s.star(int), Numbers(3)) == [0, 1, 2]


@pytest.mark.parametrize("make", [s.coll_of, s.every])
def test_an_iterator_is_refused_as_a_collection_and_not_consumed(make):
    spec = make(int, kind=s.is_any)
    numbers, endless = iter([1, 2]), itertools.count()
    for x in (numbers, endless):
        assert not s.valid(spec, x)
        assert s.explain_data(spec, x)["problems"][0]["pred"] is s.is_coll
    assert list(numbers) == [1, 2]
    assert next(endless) == 0


# --- examples -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        (s.coll_of(int), list),
        (s.coll_of(int, into=set), set),
        (s.coll_of(int, kind=s.is_tuple), tuple),
        (s.coll_of(int, kind=set), set),
        (s.coll_of(s.tuple_(int, int), kind=s.is_dict), dict),
        (s.coll_of(int, kind=s.is_sequential), (list, tuple)),
        (s.coll_of(int, into=frozenset), frozenset),
        (s.coll_of(int, kind="coll/kind"), list),
        (s.map_of(str, int), dict),
        (s.every_kv(str, int), dict),
        (s.every_kv(str, int, into=list), list),
        (s.coll_of(bool, distinct=True, max_count=2), list),
    ],
    ids=repr,
)
def test_examples_are_of_the_kind(spec, kind):
    s.def_("coll/kind", s.is_list)
    drawn = s.sample(spec, 20, seed=1)
    assert all(isinstance(x, kind) and s.valid(spec, x) for x in drawn)
    assert len(set(map(len, drawn))) > 1


LAZY = [range(2**62), Numbers(2**62)]


@pytest.mark.parametrize("x", LAZY, ids=["range", "sequence"])
def test_every_looks_at_some_of_a_sequence_without_end(x):
    assert s.valid(s.every(int), x)
    assert s.explain_data(s.every(int), x) is None
    assert not s.valid(s.every(str), x)
    assert s.explain_data(s.every(str), x) is not None


@pytest.mark.parametrize("x", LAZY, ids=["range", "sequence"])
@pytest.mark.parametrize("spec", [s.coll_of(int), s.star(int), s.coll_of(int, distinct=True)], ids=repr)
def test_a_sequence_that_can_not_be_walked_through_is_an_error_that_names_the_limit(spec, x):
    for ask in (s.valid, s.conform, s.explain_data):
        with pytest.raises(s.SpecError, match="more than 100,000,000"):
            ask(spec, x)


@pytest.mark.parametrize("x", LAZY, ids=["range", "sequence"])
@pytest.mark.parametrize(
    "spec", [s.coll_of(str), s.coll_of(int, max_count=9), s.star(str), s.tuple_(int)], ids=repr
)
def test_a_sequence_that_can_not_be_walked_through_may_be_refused(spec, x):
    assert not s.valid(spec, x)


# --- tuple_ -------------------------------------------------------------------------------------------------


PAIR = s.tuple_(int, s.or_(id=int, name=str))


def test_a_tuple_that_conforms_to_itself_is_not_copied_or_changed():
    x, y = [1, 2], [1, "x"]
    assert s.conform(s.tuple_(int, int), x) is x
    assert s.conform(PAIR, y) is not y
    assert y == [1, "x"]


@pytest.mark.parametrize("x", [[1], "ab", None, (1, ("id", 2))])
def test_a_value_that_can_not_be_unformed_is_an_error(x):
    with pytest.raises(s.UnformError, match="unforms a list of 2, not"):
        s.unform(PAIR, x)


def test_an_or_pair_can_be_checked_as_a_list():
    spec = s.and_(s.or_(a=int), s.tuple_({"a"}, int))
    assert s.conform(spec, 1) == ("a", 1)


@pytest.mark.parametrize(
    ("spec", "x", "reason"),
    [
        (s.tuple_(float, s.nilable(int)), (1.0, 2), "s.from_type(tuple[...]) takes a tuple"),
        (s.tuple_(float, float), (1.0, 2.0), "s.from_type(tuple[float, float]) takes a tuple"),
        (s.tuple_(float, float), (1.0,), "s.from_type(tuple[float, float]) takes a tuple of 2, not 1"),
    ],
)
def test_a_python_tuple_is_told_of_the_spec_that_takes_it(spec, x, reason):
    assert s.explain_data(spec, x)["problems"][0]["reason"] == reason
    assert s.explain_json(spec, x)[0]["msg"] == f"a list is required; {reason}"
    assert s.explain_str(spec, x) == f"a list is required, not {x!r}; {reason} - failed: is_list"
    assert "reason" not in s.explain_data(spec, [1.0])["problems"][0]
    assert s.valid(s.from_type(tuple[float, float]), (1.0, 2.0))


@pytest.mark.parametrize("options", [{"min_count": 5}, {"max_count": 2}], ids=str)
def test_a_count_out_of_its_bounds_has_no_example(options):
    spec = s.coll_of(int, count=3, **options)
    assert not any(s.valid(spec, [0] * n) for n in range(7))
    with pytest.raises(s.GeneratorError, match="has no example"):
        s.sample(spec, 1)
    sizes = s.json_schema(spec)
    assert sizes["minItems"] > sizes["maxItems"]
