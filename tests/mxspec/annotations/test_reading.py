"""Specs of annotations read as the call that made them, and pickle."""

import copy
import pickle
import typing as t
from typing import Annotated

import pytest

import mxspec as s
from tests.mxspec.annotations.annotated import Tree


@pytest.mark.parametrize(
    ("tp", "text"),
    [
        (list[int], "from_type(list[int])"),
        (int | None, "from_type(int | None)"),
        (t.Literal["a", None], "from_type(Literal['a', None])"),
        (Tree, "from_type(Tree)"),
        (tuple[int, ...], "from_type(tuple[int, ...])"),
        (Annotated[int, s.Valid["x/y"]], "from_type(Annotated[int, Valid['x/y']])"),
    ],
)
def test_a_spec_reads_as_the_call_that_made_it_and_pickles(tp, text):
    spec = s.from_type(tp)
    assert repr(spec) == text
    assert s.form(spec) == ("from_type", tp)
    assert repr(pickle.loads(pickle.dumps(spec))) == repr(copy.deepcopy(spec)) == text


def test_a_generator_is_kept_by_name_and_copy():
    spec = s.with_gen(s.from_type(list[int]), list)
    assert repr(spec) == "with_gen(from_type(list[int]), list)"
    s.def_("annotations-kept/xs", s.from_type(list[int]))
    assert pickle.loads(pickle.dumps(s.get_spec("annotations-kept/xs"))).name == "annotations-kept/xs"
    assert s.explain_data("annotations-kept/xs", ["a"])["problems"][0]["via"] == ["annotations-kept/xs"]
