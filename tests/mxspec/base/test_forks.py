"""A forked child starts anew, whatever the other threads of its parent were at."""

import os

import pytest

from tests.processes import run_fresh

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

CHILD = """
    if not (child := os.fork()):
        signal.alarm(100)
        assert s.sample("forks/spec", 3, seed=1) == expected
        s.def_("forks/other", int)
        assert configuration.storage_directory(intent_to_write=False).home_directory == home
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    os._exit(0)
"""
START = """
    import contextlib, os, signal, threading
    from hypothesis import configuration
    from hypothesis.internal.conjecture import junkdrawer
    from hypothesis.strategies._internal import strategies
    import mxspec as s
    from mxspec.base import forks, names
    from mxspec.functions.instrument import _changing
    from mxspec.base.strategies import sampling

    s.def_("forks/spec", s.coll_of(s.or_(n=int, s=str), gen_max=3))
    expected = s.sample("forks/spec", 3, seed=1)
    home = configuration.storage_directory(intent_to_write=False).home_directory
"""


def test_locks_that_other_threads_hold_are_free_in_a_child_and_hypothesis_has_its_folder_back():
    program = """
    locks = [names._writing, sampling._lock, _changing]
    locks += [junkdrawer._stackframe_limiter_lock, strategies.label_lock]  # as Hypothesis calls them
    held = threading.Event()

    def hold():
        with contextlib.ExitStack() as stack, sampling.leave_no_files():
            for lock in locks:
                stack.enter_context(lock)
            held.set()
            threading.Event().wait()

    threading.Thread(target=hold, daemon=True).start()
    held.wait()
    """
    assert run_fresh(START + program + CHILD) == "0\n"


def test_a_lock_of_the_thread_that_forks_stays_its_own_in_a_child():
    program = """
    with forks.renewed_lock() as mine, sampling.leave_no_files():
        if not (child := os.fork()):
            pass
    if not child:
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    assert run_fresh(START + program) == "0\n"


def test_a_child_that_is_forked_while_threads_draw_and_define_draws_and_defines():
    program = """
    def use():
        while True:
            s.sample("forks/spec", 2)
            s.def_("forks/other", int)

    for _ in range(3):
        threading.Thread(target=use, daemon=True).start()
    """
    assert run_fresh(START + program + CHILD) == "0\n"
