"""What a stranger wrote is read in so many steps, and compared within a clock that the answer names."""

import itertools
import math

import pytest

import mxspec as s
from mxspec.specs.core import budget
from mxspec.specs.core.budget import Budget, Deadline, OutOfTimeError, spend, within_budget


def clock(monkeypatch, *seconds):
    """Let the clock show these seconds, and the last of them for ever."""
    shown = itertools.chain(seconds, itertools.repeat(seconds[-1]))
    monkeypatch.setattr(Deadline, "clock", lambda: next(shown))


def test_steps_without_a_budget_cost_nothing():
    spend(10**12)


def test_a_call_of_the_library_has_steps_and_inside_a_budget_no_further_ones(monkeypatch):
    monkeypatch.setattr(budget, "MOST_STEPS", 10)
    with within_budget(), within_budget():
        spend(6)
        with pytest.raises(s.LimitError, match="takes more than 10 steps"):
            spend(6)
    spend(6)


def test_a_clock_ends_work_at_the_next_look_and_the_error_says_what_gives_more(monkeypatch):
    clock(monkeypatch, 0, 1, 3)
    with Budget(Deadline(2)).in_force():
        spend(1000)
        with pytest.raises(OutOfTimeError, match=r"^out of time \(2 s; limit=10 or --limit 10 gives more\)$"):
            spend(1000)


def test_a_deadline_remembers_that_it_left_work_out(monkeypatch):
    clock(monkeypatch, 0, 1, 1.9, 2.1)
    deadline = Deadline(2)
    assert (deadline.is_after(0.6), deadline.has_ended) == (False, False)
    assert (deadline.is_over, deadline.has_ended) == (False, False)
    assert (deadline.is_over, deadline.has_ended) == (True, True)


@pytest.mark.parametrize(("drawn", "over"), [(1.5, False), (2.0, False), (4.5, True)])
def test_draws_count_only_after_they_took_as_long_as_the_limit(monkeypatch, drawn, over):
    clock(monkeypatch, 0, 0, drawn, drawn, drawn)
    deadline = Deadline(2)
    with deadline.drawing(), deadline.drawing():
        assert deadline.is_over is over
    assert deadline.is_over is over


@pytest.mark.parametrize("limit", [0, -1, math.inf, math.nan, True, "2", None])
def test_a_limit_is_a_positive_number_of_seconds(limit):
    with pytest.raises(s.SpecDefinitionError, match="limit is a positive number of seconds, not "):
        s.check_compatible(int, int, limit=limit)


# --- comparisons ------------------------------------------------------------------------------------------


def deep(leaf, depth=7):
    part = leaf
    for i in range(depth):
        part = s.keys(req_un={f"{key}{i}": s.or_(a=s.coll_of(part), b=s.nilable(part)) for key in "xy"})
    return part


HARD = [s.and_(deep(s.and_(str, f)), len) for f in (str.isdigit, str.isdecimal)]


def test_an_answer_that_a_clock_ended_says_so_and_how_to_have_more(monkeypatch):
    steps = itertools.count()
    monkeypatch.setattr(Deadline, "clock", lambda: next(steps) / 30)
    answer = s.check_compatible(*HARD, limit=1)
    assert (answer.verdict, answer.ended_after) == ("not refuted", 1)
    assert repr(answer).endswith("; out of time (1 s; limit=5 or --limit 5 gives more)")


def test_an_answer_that_no_clock_ended_names_none(monkeypatch):
    monkeypatch.setattr(Deadline, "clock", lambda: 0.0)
    answer = s.check_compatible(s.and_(str, str.isalpha), s.and_(str, lambda text: text.isalpha()))
    assert (answer.verdict, answer.ended_after) == ("not refuted", None)
    assert "out of time" not in repr(answer)


def test_a_function_whose_argument_was_out_of_time_says_so(monkeypatch):
    monkeypatch.setattr(Deadline, "clock", itertools.count().__next__)
    calls = [s.fspec(args=s.cat(x=spec), ret=int) for spec in HARD]
    answer = s.check_compatible(*calls, limit=1)
    assert (answer.verdict, answer.ended_after) == ("not refuted", 1)
