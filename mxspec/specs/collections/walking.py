"""Loops over the elements of lists and the entries of dicts, as code."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Final

from mxspec.codegen.code import Code
from mxspec.core.spec import Pred


def write_elements(code: Code, v: str, pred: Pred, conformed: str | None = None) -> None:
    """Write what asks pred about each element of a list or tuple.

    Args:
        code: where to.
        v: the variable that holds it.
        pred: what an element satisfies.
        conformed: the variable for v with its elements conformed, where these are wanted; v is a list then.
    """
    element = code.name("e")
    if conformed is not None:
        code.line(f"{conformed} = {v}")
        i = code.name("i")
        with _walk(code, f"for {i}, {element} in enumerate({{}}):", v):
            code.put(code.conform(pred, element), element, conformed, v, i)
    elif code.expression(pred, element) != "True":
        with _walk(code, f"for {element} in {{}}:", v):
            code.valid(pred, element)


def write_members(code: Code, v: str, pred: Pred) -> None:
    """Write what asks pred about each member of a set, which raises if pred adds to it."""
    member = code.name("e")
    if code.expression(pred, member) != "True":
        with code.block(f"for {member} in {v}:"):
            code.valid(pred, member)


def write_entries(code: Code, v: str, key_pred: Pred, value_pred: Pred, conformed: str | None = None) -> None:
    """Write what asks about each key and each value of a dict; of conformed as `write_elements` has it."""
    key, value = code.name("e"), code.name("e")
    if conformed is not None:
        code.line(f"{conformed} = {v}")
    with code.block(f"for {key}, {value} in {v}.items():"):
        if conformed is None:
            code.valid(key_pred, key)
            code.valid(value_pred, value)
        else:
            code.conform(key_pred, key)
            code.put(code.conform(value_pred, value), value, conformed, v, key)


@contextlib.contextmanager
def _walk(code: Code, head: str, v: str) -> Iterator[None]:
    """Write a loop over a list or tuple v, whose place in head is {}: over a copy where it might never end.

    A predicate may add to the list that it is asked about. To copy 1,000 ints takes a tenth of the time that
    checking them does, and what checks ints calls no predicate.
    """
    at = len(code.lines)
    with code.block(head.format(v)):
        yield
    if any(_CALLS.search(line) for line in code.lines[at + 1 :]):
        code.lines[at] = code.lines[at].replace(head.format(v), head.format(f"{v}[:]"))


_CALLS: Final = re.compile(r"\b(?:k|valid|conform)\d+\(")  # of what may be anybody's function
