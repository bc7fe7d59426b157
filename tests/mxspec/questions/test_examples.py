"""gen, sample, generate, exercise."""

import hypothesis
import pytest
from hypothesis import strategies as st

import mxspec as s
from tests.processes import run_fresh

s.def_("gen/int", int)
TREE = s.or_(leaf=int, node=s.tuple_("gen/tree", "gen/tree"))
s.def_("gen/tree", s.or_(leaf=int))
s.def_("gen/tree", TREE)


def test_without_a_seed_the_values_differ():
    assert s.sample(int, 20) != s.sample(int, 20)


IN_A_PROCESS = """
    import os, mxspec as s
    print(s.sample(s.tuple_({'a', 'b', 'c'}, int), 5, seed=1))
    for spec in (int, str, float, bool, {1}, s.is_uuid, s.nilable(int), s.coll_of(int), s.star(int),
                 s.is_any, s.from_type(dict[str, str]), s.is_char):
        s.sample(spec, 10); s.generate(spec); s.exercise(spec, 3)
    s.valid(s.fspec(args=s.cat(x=str), ret=str), str)
    s.check_fn(str, s.fspec(args=s.cat(x=str), ret=str), num_tests=5)
    print(os.listdir())
"""


def test_in_every_process_a_seed_means_the_same_and_nothing_warns_or_leaves_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    expected = f"{s.sample(s.tuple_({'a', 'b', 'c'}, int), 5, seed=1)}\n[]\n"
    assert run_fresh(IN_A_PROCESS, "-W", "error", PYTHONHASHSEED="1") == expected


@pytest.mark.parametrize("n", [0, 1, 25])
def test_sample_draws_n_and_values_repeat(n):
    assert s.sample({7}, n) == [7] * n


def test_generate_is_one_sample():
    assert s.generate({7}) == 7
    assert s.generate("gen/int", seed=4) == s.generate("gen/int", seed=4)
    assert s.generate("gen/int", overrides={"gen/int": st.just(3)}) == 3


def test_the_examples_shrink():
    @hypothesis.settings(database=None)
    @hypothesis.given(s.gen(s.coll_of(s.nilable(int))))
    def check(xs):
        assert len(xs) < 3

    with pytest.raises(AssertionError) as raised:
        check()
    assert "xs=[None, None, None]" in "\n".join(raised.value.__notes__)


@pytest.mark.parametrize(
    ("spec", "falsified", "simplest"),
    [
        (int, lambda x: x > 100, 101),
        (str, lambda x: len(x) > 1, "00"),
        (float, lambda x: x > 100, 101.0),
        (s.int_in(3, 1000), lambda x: True, 3),
        pytest.param("gen/tree", s.is_list, [0, 0], marks=pytest.mark.slow),
        (s.or_(s=str, i=int), lambda x: True, ""),
        (s.star(int), lambda xs: any(xs), [1]),
        (s.keys(opt=["gen/int"]), lambda m: True, {}),
    ],
)
def test_examples_shrink_to_the_simplest_value(spec, falsified, simplest):
    assert hypothesis.find(s.gen(spec), falsified, settings=hypothesis.settings(database=None)) == simplest


def test_a_sample_can_be_drawn_inside_a_property_and_leaves_it_alone():
    drawn = []

    @hypothesis.settings(database=None, max_examples=10)
    @hypothesis.given(st.integers())
    def check(x):
        drawn.append(s.sample({7}, 3, seed=1))

    check()
    assert drawn
    assert all(xs == [7, 7, 7] for xs in drawn)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (s.tuple_(int, s.is_even), r"unable to construct gen at: \[1\] for: is_even; give one with"),
        (s.and_(), "object"),
        (s.coll_of({None}), r"unable to construct gen at: \[\] for: \{None\}"),
        (s.conformer(int), r"unable to construct gen at: \[\] for: conformer\(int\)"),
        (s.nilable(s.is_even), r"at: \['pred'\] for: is_even"),
        (s.map_of(str, lambda x: x), r"at: \[1\] for: lambda x: x"),
    ],
)
def test_the_message_of_a_missing_generator(spec, message):
    if message == "object":  # an and_ of nothing accepts everything
        assert len(s.sample(spec)) == 10
        return
    with pytest.raises(s.GeneratorError, match=message):
        s.sample(spec, 40, seed=1)


def test_an_unknown_name_is_found_when_the_strategy_is_made():
    with pytest.raises(s.UnknownSpecError):
        s.gen(s.coll_of("gen/nothing"))


def test_an_override_inside_an_and_is_filtered_by_the_others():
    spec = s.and_("gen/int", s.is_even)
    assert set(s.sample(spec, 30, seed=1, overrides={"gen/int": s.gen({1, 2, 3, 4})})) == {2, 4}
    assert set(s.sample(s.and_(s.with_gen(int, lambda: s.gen({1, 2})), s.is_even), 10)) == {2}


def test_values_that_need_many_bytes_are_found():
    xs = s.sample(st.binary(min_size=5000, max_size=5000), 2, seed=1)
    assert list(map(len, xs)) == [5000, 5000]


def test_a_value_that_never_fits_is_given_up():
    with pytest.raises(s.GeneratorError, match=r"found no value for .*: all were refused"):
        s.sample(st.integers().filter(lambda n: False))


def test_a_branch_may_be_defined_after_the_strategy_is_made(clean_names):
    strategy = s.gen(s.or_(later="examples/later"))
    s.def_("examples/later", s.tuple_({7}, "examples/inside"))
    s.def_("examples/inside", {8})
    assert s.sample(strategy, 2, seed=1) == [[7, 8], [7, 8]]
