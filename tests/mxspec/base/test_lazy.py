"""A lazy attribute is worked out once for each instance, and no thread waits for another."""

import threading
from concurrent.futures import ThreadPoolExecutor

from mxspec.base.lazy import lazy


class Counted:
    count = 0

    @lazy
    def value(self):
        """A new object."""
        self.count += 1
        return object()


def test_it_is_worked_out_at_the_first_use_and_kept():
    counted = Counted()
    assert counted.count == 0
    assert counted.value is counted.value
    assert counted.count == 1
    assert Counted().value is not counted.value
    assert Counted.value.__doc__ == "A new object."


def test_threads_that_begin_together_do_not_wait_for_each_other_and_get_one_object():
    inside = threading.Barrier(2)

    class Slow:
        @lazy
        def value(self):
            inside.wait(timeout=60)  # raises unless both are here
            return object()

    slow = Slow()
    with ThreadPoolExecutor(2) as pool:
        a, b = pool.map(lambda x: x.value, [slow, slow])
    assert a is b
