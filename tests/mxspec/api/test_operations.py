"""The operations that everybody uses."""

import pytest

import mxspec as s


@pytest.mark.parametrize(
    ("x", "is_spec", "is_regex"),
    [
        (s.spec(int), True, False),
        (s.nilable(int), True, False),
        (s.star(int), False, True),
        (s.spec(s.star(int)), True, False),
        (int, False, False),
        ("api/int", False, False),
        (None, False, False),
    ],
    ids=repr,
)
def test_specs_and_regexes_are_told_apart(x, is_spec, is_regex):
    assert (s.is_spec(x), s.is_regex(x)) == (is_spec, is_regex)


def test_a_name_given_to_spec_stays_its_name():
    s.def_("api/int", int)
    assert s.spec("api/int").name == "api/int"
    s.def_("api/ints", s.star(int))
    wrapped = s.spec("api/ints")
    assert wrapped.name == "api/ints"
    assert s.conform(s.cat(a=wrapped, b=int), [[1, 2], 3]) == {"a": [1, 2], "b": 3}


def test_with_gen_leaves_the_original_and_its_name_alone():
    s.def_("api/int", int)
    made = s.with_gen("api/int", lambda: s.gen({5}))
    assert made.name is None
    assert s.generate(made) == 5
    assert s.get_spec("api/int").gen_fn is None


def test_a_function_that_recurses_too_deep_can_not_unform():
    def endless(x):
        return endless(x)

    with pytest.raises(s.UnformError, match="nested too deeply"):
        s.unform(s.conformer(abs, endless), 1)
