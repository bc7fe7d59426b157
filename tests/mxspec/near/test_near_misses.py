"""What near_misses draws: the borders of each kind of spec, and the plainest value of a test that fails."""

import pytest

import mxspec as s


def misses_of(spec, n=60, side="wrong"):
    return s.sample(s.near_misses(spec, side), n, seed=0)


@pytest.mark.parametrize(
    ("args", "kind"),
    [
        (s.cat(x=int, y=str), list),
        (s.cat(x=int, rest=s.star(int)), list),
        (s.tuple_(int, str), list),
        (s.keys({"x": int}), dict),
    ],
)
def test_near_misses_of_a_function_are_arguments_of_calls(args, kind):
    assert {type(miss.value) for miss in misses_of(s.fspec(args=args))} == {kind}
