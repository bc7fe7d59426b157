"""Depth, and parts that are shared: the levels that are followed, and the error where there are too many."""

import json
import signal
import sys

import pytest

import mxspec as s
from mxspec.errors import LimitError
from tests.mxspec.any_values import VALUES
from tests.mxspec.levels import at_frame, maps, nested, pairs
from tests.row_ids import row_id

pytestmark = pytest.mark.few(6)

DEEP = 1200  # levels, more than Python's recursion limit has frames

s.def_("deep/coll", s.coll_of("deep/coll"))
s.def_("deep/pair", s.or_(leaf=int, pair=s.tuple_(int, "deep/pair")))
s.def_("deep/map", s.or_(leaf=int, map=s.map_of(str, "deep/map")))
s.def_("deep/n", int)
s.def_("deep/next", s.nilable(s.keys(req_un=["deep/n"], opt_un=["deep/next"])))
s.def_("deep/more", s.nilable(s.merge(s.keys(req_un=["deep/n"]), s.keys(opt_un=["deep/more"]))))
s.def_("deep/and", s.and_(s.coll_of("deep/and"), s.is_list))
KINDS = {"list": s.tuple_("deep/tag"), "int": int}
s.def_("deep/tag", s.multi_spec(lambda x: type(x).__name__, KINDS, retag=lambda x, _: x))
s.def_("deep/cat", s.spec(s.cat(n=int, inner=s.maybe("deep/cat"))))
s.def_("deep/options", s.spec(s.keys_star(opt_un=["deep/options"])))
s.def_("deep/json", s.or_(n=int, list=s.coll_of("deep/json", kind=list), map=s.map_of(str, "deep/json")))
s.def_("deep/plain", s.nonconforming(s.coll_of("deep/plain")))

# Of each spec: the innermost value, one that does not fit, and what makes a value one level deeper.
NESTED = {
    "deep/coll": ([], "x", lambda x: [x]),
    "deep/pair": (1, "x", lambda x: [1, x]),
    "deep/map": (1, "x", lambda x: {"a": x}),
    "deep/next": ({"n": 1}, {"n": "x"}, lambda x: {"n": 1, "next": x}),
    "deep/more": ({"n": 1}, {"n": "x"}, lambda x: {"n": 1, "more": x}),
    "deep/and": ([], "x", lambda x: [x]),
    "deep/tag": (1, None, lambda x: [x]),
    "deep/cat": ([1], ["x"], lambda x: [1, x]),
    "deep/options": ([], ["options", 1], lambda x: ["options", x]),
    "deep/json": (1, "x", lambda x: {"a": x}),
    "deep/plain": ([], "x", lambda x: [x]),
}


@pytest.mark.parametrize(("name", "count"), [*((name, 100) for name in NESTED), ("deep/coll", 300)])
def test_levels_are_followed_from_a_caller_a_hundred_frames_deep(name, count):
    innermost, wrong, deeper = NESTED[name]
    right, wrong = nested(innermost, deeper, count), nested(wrong, deeper, count)
    for _ in range(2):  # the second time it is compiled, where it can be
        assert at_frame(100, lambda: s.valid(name, right)) is True
        assert at_frame(100, lambda: s.valid(name, wrong)) is False
        assert at_frame(100, lambda: s.unform(name, s.conform(name, right))) == right
        assert at_frame(100, lambda: s.conform(name, wrong)) is s.INVALID
        assert at_frame(100, lambda: s.explain_data(name, right)) is None
        assert at_frame(100, lambda: s.explain_data(name, wrong))


@pytest.mark.parametrize("name", NESTED)
@pytest.mark.parametrize("ask", [s.valid, s.conform, s.explain_data])
def test_more_levels_than_the_stack_has_are_an_error_that_says_how_deep(name, ask):
    innermost, wrong, deeper = NESTED[name]
    for x in (innermost, wrong):
        with pytest.raises(LimitError, match=r"nested too deeply: .*\d+ (names|specs)"):
            ask(name, nested(x, deeper, DEEP))


@pytest.mark.parametrize("name", ["list in itself", "list twice in itself", "dict in itself"])
@pytest.mark.parametrize("ask", [s.valid, s.conform, s.explain_data, s.explain_json])
def test_a_value_that_contains_itself_is_an_error(ask, name):
    with pytest.raises(LimitError, match="the value contains itself"):
        ask("any/tree", VALUES[name])
    with pytest.raises(s.SpecError):
        s.unform("any/tree", VALUES[name])


def test_branches_that_both_lead_back_do_not_double_the_questions():
    asked = []
    either = s.or_(a=s.tuple_("deep/either"), b=s.coll_of("deep/either"), leaf=lambda x: asked.append(x))
    s.def_("deep/either", either)
    assert s.conform("deep/either", nested(1, lambda x: [x], 60)) is s.INVALID
    assert len(asked) < 10_000


class Counted:
    """A leaf that counts how often it is looked at."""

    looks = 0


def looks(x):
    Counted.looks += isinstance(x, Counted)
    return False


# Of each: the spec, several parts of which lead back to one value, and what makes a value a level deeper.
SEVERAL_WAYS = {
    "or": (lambda t: s.or_(a=s.tuple_(t), b=s.tuple_(t), leaf=looks), lambda x: [x]),
    "or of collections": (lambda t: s.or_(a=s.coll_of(t), b=s.coll_of(t, count=1), leaf=looks),
        lambda x: [x]),
    "or of maps": (lambda t: s.or_(a=s.map_of(str, t), b=s.map_of(str, t), leaf=looks), lambda x: {"a": x}),
    "and": (lambda t: s.or_(a=s.and_(s.or_(p=s.tuple_(t), q=s.tuple_(t))), leaf=looks), lambda x: [x]),
    "regex": (lambda t: s.or_(a=s.spec(s.cat(x=t)), b=s.spec(s.star(t)), leaf=looks), lambda x: [x]),
}  # fmt: skip


@pytest.mark.parametrize("several", SEVERAL_WAYS)
@pytest.mark.parametrize("ask", [s.valid, s.conform, s.explain_data])
def test_several_ways_to_the_same_part_do_not_multiply_with_the_levels(several, ask):
    spec, deeper = SEVERAL_WAYS[several]
    s.def_("deep/several", int)
    s.def_("deep/several", spec("deep/several"))
    Counted.looks = 0
    ask("deep/several", nested(Counted(), deeper, 40))
    assert Counted.looks < 10_000  # 2 to the 40th otherwise


def test_answers_that_are_remembered_are_those_of_the_value_that_they_were_given_for():
    s.def_("deep/twice", int)
    s.def_("deep/twice", s.or_(a=s.tuple_("deep/twice", int), b=s.tuple_("deep/twice", str), leaf=int))
    x = [[[1, "x"], 2], "y"]
    assert s.conform("deep/twice", x) == ("b", [("a", [("b", [("leaf", 1), "x"]), 2]), "y"])
    assert s.unform("deep/twice", s.conform("deep/twice", x)) == x
    assert not s.valid("deep/twice", [x, None])


def test_problems_in_each_level_are_all_there():
    s.def_("deep/each", int)
    s.def_("deep/each", s.tuple_(int, s.nilable("deep/each")))
    x = nested(None, lambda x: ["x", x], 100)
    problems = s.explain_data("deep/each", x)["problems"]
    assert [problem["in"] for problem in problems if problem["val"] == "x"] == [
        [1] * i + [0] for i in range(100)
    ]


def test_a_text_of_very_many_problems_counts_the_rest():
    text = s.explain_str(s.coll_of(int), ["x"] * 5000)
    assert text.count("\n") == 1000
    assert text.endswith("... 4,000 more problems")


def test_a_predicate_that_takes_any_error_for_a_refusal_has_stack_left_to_answer():
    def is_counted(x):
        try:
            return sum(1 for _ in iter(x)) >= 0 and recursing(30)
        except Exception:
            return False

    def recursing(n):
        return n == 0 or recursing(n - 1)

    s.def_("deep/counted", s.and_(is_counted, s.coll_of("deep/counted")))
    assert s.valid("deep/counted", nested([], lambda x: [x], 200))
    # Beyond, where a predicate would have too little left, it is not asked.
    with pytest.raises(LimitError, match="leaves no room for more"):
        s.valid("deep/counted", nested([], lambda x: [x], DEEP))


def test_a_caller_at_the_end_of_the_stack_gets_an_answer_or_an_error():
    limit = sys.getrecursionlimit()
    errors = 0
    for frame in range(limit - 60, limit - 2, 3):
        try:
            assert at_frame(frame, lambda: s.valid("deep/json", {"a": [1, {"b": 2}]}))
        except (s.SpecError, RecursionError):
            errors += 1
    assert errors


def test_a_spec_that_refers_to_itself_without_looking_into_the_value_is_an_error():
    s.def_("deep/itself", s.or_(a=int))
    s.def_("deep/itself", s.or_(a="deep/itself"))
    with pytest.raises(s.SpecError, match="refers to itself without looking into the value"):
        s.valid("deep/itself", [1])


def test_levels_without_end_are_an_error_that_names_the_limit():
    s.def_("deep/endless", s.and_(int))
    s.def_("deep/endless", s.and_(s.conformer(lambda x: [x]), "deep/endless"))
    with pytest.raises(LimitError, match=r"nested too deeply: .* recursion limit of 1,000"):
        s.valid("deep/endless", 1)


# --- a value that holds one part many times ----------------------------------------------------------------

s.def_("shared/tree", s.or_(n=int, l=s.coll_of("shared/tree")))
s.def_("shared/pair", s.or_(n=int, pair=s.tuple_("shared/pair", "shared/pair")))
s.def_("shared/map", s.or_(n=int, m=s.map_of(str, "shared/map")))
s.def_("shared/node", s.keys(opt_un=["shared/left", "shared/right"]))
s.def_("shared/left", s.or_(n=int, node="shared/node"))
s.def_("shared/right", "shared/left")
s.def_("shared/regex", s.alt(n=int, pair=s.spec(s.cat(a="shared/regex", b="shared/regex"))))
s.def_("shared/worded", s.with_message(s.or_(n=int, l=s.coll_of("shared/worded")), "a tree"))
JSON = s.from_type("Json", names={"Json": int | list["Json"] | dict[str, "Json"]})  # noqa: F821
SHARED = [
    *("shared/tree", "shared/pair", "shared/map", "shared/node", "shared/worded", JSON),
    *(s.spec("shared/regex"), s.coll_of("shared/regex"), s.coll_of(s.is_any, distinct=True)),
]


@pytest.fixture
def alarm():
    """Ends what would take 2 ** 40 steps; what is asked here takes a hundredth of that time."""

    def stop(*args):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    "x", [pairs(1), pairs("x"), maps(1), maps("x")], ids=["1", "x", "maps of 1", "maps of x"]
)
@pytest.mark.parametrize("spec", SHARED, ids=row_id)
@pytest.mark.usefixtures("alarm")
def test_every_question_about_a_shared_value_ends(spec, x):
    is_valid = s.valid(spec, x)
    conformed = s.conform(spec, x)
    assert (conformed is not s.INVALID) == is_valid
    assert (s.explain_data(spec, x) is None) == is_valid
    assert len(s.explain_str(spec, x)) < 1e6
    errors = s.explain_json(spec, x)
    assert bool(errors) != is_valid
    assert len(errors) < 5000
    assert json.dumps(errors[:1])
    if is_valid:
        assert s.valid(spec, s.unform(spec, conformed))


def test_some_of_them_are_valid():
    assert s.valid("shared/tree", pairs(1))
    assert s.valid(s.spec("shared/regex"), [pairs(1)])
    assert s.valid("shared/node", maps(1))


def test_values_that_python_shares_are_explained_each():
    s.def_("shared/n", int)
    problems = s.explain_data(s.coll_of("shared/n"), ["x"] * 5000)["problems"]
    assert {problem["pred"] for problem in problems} == {int}
