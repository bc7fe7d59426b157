"""Counts of the calls that a question takes, and random specs that take many."""

import sys

from hypothesis import strategies as st

import mxspec as s
from tests.mxspec.any_specs import Anything


class TooManyCallsError(BaseException):
    """The error for a question that takes too many calls; mxspec catches what is an Exception."""


def count_calls(ask, most):
    """Return the number of calls of Python functions in ask(), which may raise a SpecError.

    Raises:
        TooManyCallsError: there are more than most.
    """
    calls = 0

    def count(frame, event, arg):
        nonlocal calls
        calls += event == "call"
        if calls > most:
            raise TooManyCallsError

    outer = sys.getprofile()
    sys.setprofile(count)
    try:
        ask()
    except s.SpecError:
        pass
    finally:
        sys.setprofile(outer)
    return calls


class Laborious(Anything):
    """Draws specs that may ask much: parts that contradict each other, and regexes of regexes."""

    more_kinds = (*Anything.more_kinds, "sequence", "conformer", *2 * ["conjunction", "repetition"])

    def conjunction(self):
        return s.and_(self.part(), self.part())

    def repetition(self):
        kind = self.draw(st.sampled_from(["amp", "cat", "alt", "star", "plus", "maybe"]))
        if kind == "amp":
            return s.amp(s.star(self.part()), self.part())
        if kind in ("cat", "alt"):
            return getattr(s, kind)(p=self.part(), q=self.part())
        return getattr(s, kind)(self.part())
