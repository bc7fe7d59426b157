# ruff: noqa: PT009  (assert_ is mxspec's here, not unittest's)
import pytest

import mxspec as s
from mxspec.errors import LimitError


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    monkeypatch.setattr("mxspec.questions.operations._checked", None)
    monkeypatch.delenv("MXSPEC_CHECK_ASSERTS", raising=False)


def test_assertions_are_off_at_first():
    assert not s.is_check_asserts()
    assert s.assert_(int, "x") == "x"


@pytest.mark.parametrize(
    ("text", "on"), [("true", True), ("1", True), ("YES", True), ("on", True), ("false", False), ("", False)]
)
def test_the_environment_variable_turns_them_on_from_the_start(monkeypatch, text, on):
    monkeypatch.setenv("MXSPEC_CHECK_ASSERTS", text)
    assert s.is_check_asserts() is on


def test_check_asserts_wins_over_the_environment_variable(monkeypatch):
    monkeypatch.setenv("MXSPEC_CHECK_ASSERTS", "true")
    assert s.check_asserts(False) is False
    assert s.assert_(int, "x") == "x"


def test_a_value_that_does_not_fit_is_explained():
    s.check_asserts(True)
    spec = s.cat(a=int, b=str)
    with pytest.raises(s.SpecAssertionError) as caught:
        s.assert_(spec, [1, 2])
    assert (
        str(caught.value)
        == "Spec assertion failed\na string is required, not 2 - failed: str in: [1] at: ['b']"
    )
    assert caught.value.problems == [{"path": ["b"], "pred": str, "val": 2, "via": [], "in": [1]}]
    assert (caught.value.spec, caught.value.value) == (spec, [1, 2])
    assert caught.value.data == {"failure": "assertion-failed"}


def test_a_value_within_itself_is_an_error_that_says_so():
    s.check_asserts(True)
    s.def_("asserting/lists", s.coll_of("asserting/lists"))
    x = []
    x.append(x)
    with pytest.raises(LimitError, match="the value contains itself"):
        s.assert_("asserting/lists", x)


def test_via_does_not_begin_with_the_name_of_the_spec():
    s.def_("asserting/n", int)
    s.check_asserts(True)
    with pytest.raises(s.SpecAssertionError) as caught:
        s.assert_("asserting/n", "x")
    assert caught.value.problems[0]["via"] == []


def test_an_unknown_name_is_an_error_only_when_assertions_are_on():
    assert s.assert_("asserting/nothing", 1) == 1
    s.check_asserts(True)
    with pytest.raises(s.UnknownSpecError):
        s.assert_("asserting/nothing", 1)
