"""A value that holds one part many times is answered in proportion to its different parts."""

import json
import signal

import pytest

import mxspec as s
from tests.row_ids import row_id

s.def_("shared/tree", s.or_(n=int, l=s.coll_of("shared/tree")))
s.def_("shared/pair", s.or_(n=int, pair=s.tuple_("shared/pair", "shared/pair")))
s.def_("shared/map", s.or_(n=int, m=s.map_of(str, "shared/map")))
s.def_("shared/node", s.keys(opt_un=["shared/left", "shared/right"]))
s.def_("shared/left", s.or_(n=int, node="shared/node"))
s.def_("shared/right", "shared/left")
s.def_("shared/regex", s.alt(n=int, pair=s.spec(s.cat(a="shared/regex", b="shared/regex"))))
s.def_("shared/worded", s.with_message(s.or_(n=int, l=s.coll_of("shared/worded")), "a tree"))
JSON = s.from_type("Json", names={"Json": int | list["Json"] | dict[str, "Json"]})  # noqa: F821
SPECS = [
    *("shared/tree", "shared/pair", "shared/map", "shared/node", "shared/worded", JSON),
    *(s.spec("shared/regex"), s.coll_of("shared/regex"), s.coll_of(s.is_any, distinct=True)),
]


def pairs(leaf):
    for _ in range(60):
        leaf = [leaf, leaf]
    return leaf


def maps(leaf):
    for _ in range(60):
        leaf = {"left": leaf, "right": leaf}
    return leaf


@pytest.fixture(autouse=True)
def _alarm():
    """Ends what would take 2 ** 60 steps; what is asked here takes a hundredth of that time."""

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
@pytest.mark.parametrize("spec", SPECS, ids=row_id)
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
