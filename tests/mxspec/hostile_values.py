"""More values that lie, raise or change while they are asked, and contracts out of rows to ask about them."""

import collections.abc
import contextlib
import decimal
import itertools
import sys
import threading

import numpy as np

import mxspec as s
from tests.mxspec.any_values import refuse
from tests.mxspec.levels import nested

NAN, SIGNALLING = decimal.Decimal("NaN"), decimal.Decimal("sNaN")


class EndlessMapping(collections.abc.Mapping):
    """A mapping of a few or of many keys by its length, and of all numbers by its keys."""

    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length

    def __iter__(self):
        return itertools.count()

    def __getitem__(self, key):
        return key


class Raising:
    """Raises a given error whatever is asked of it."""

    def __init__(self, error):
        self.error = error

    def raise_(self, *args):
        raise self.error

    __eq__ = __lt__ = __gt__ = __le__ = __ge__ = __len__ = __iter__ = __bool__ = __float__ = __int__ = raise_
    __getitem__ = __call__ = __contains__ = __hash__ = __repr__ = __str__ = __mod__ = __index__ = raise_


class LyingLength(list):
    def __len__(self):
        return sys.maxsize


class NegativeLength(list):
    def __len__(self):
        return -1


class TextLength(dict):
    def __len__(self):
        return "many"


class OtherClass:
    """Says that it is a list."""

    __class__ = list


class OtherMap:
    __class__ = dict


class RaisingAttributes(dict):
    __getattribute__ = refuse


class NeverTheSame:
    """Has another hash each time, and is equal to nothing."""

    count = itertools.count()

    def __hash__(self):
        return next(self.count)

    def __eq__(self, other):
        return False


class ChangingKey:
    """Takes its own key out of its dict when it is compared."""

    def __init__(self, owner):
        self.owner = owner

    def __hash__(self):
        return hash("a")

    def __eq__(self, other):
        self.owner.pop("b", None)
        return False


own_deque = collections.deque()
own_deque.append(own_deque)
own_key = {}
own_key["a"] = {"a": [own_key]}
changing = {"b": 1, "c": 2}
changing[ChangingKey(changing)] = 3

VALUES = {
    "decimal nan": NAN,
    "decimal signalling nan": SIGNALLING,
    "decimals in a row": {"price": NAN, "a": SIGNALLING, "any/int": NAN},
    "decimals in a list": [NAN, SIGNALLING, decimal.Decimal(1)],
    "nan as a key": {float("nan"): 1, NAN: 2, "a": float("nan")},
    "nans": [float("nan"), float("nan")],
    "endless mapping": EndlessMapping(sys.maxsize),
    "endless mapping of three": EndlessMapping(3),
    "endless mapping in a row": {
        "a": EndlessMapping(3),
        "price": EndlessMapping(3),
        "kind": EndlessMapping(3),
    },
    "rows 250 deep": nested(1, lambda x: {"a": x}, 250),
    "lists 250 deep": nested(1, lambda x: [x], 250),
    "tuples 250 deep": nested(1, lambda x: (x,), 250),
    "ligature": {"\ufb01": 1, "fi": 2},
    "ligature tag": ("\ufb01", 1),
    "long text": "q" * 20_000,
    "long bytes": b"q" * 20_000,
    "many lines": "q\n" * 5_000,
    "long int in a row": {"price": 10**5000, "a": -(10**5000), "kind": 10**5000},
    "key error": Raising(KeyError("no")),
    "type error": Raising(TypeError("no")),
    "overflow": Raising(OverflowError("no")),
    "recursion error": Raising(RecursionError("no")),
    "stop iteration": Raising(StopIteration()),
    "attribute error": Raising(AttributeError("no")),
    "runtime error in a row": {"price": Raising(RuntimeError("no")), "a": Raising(KeyError("no"))},
    "memory error": Raising(MemoryError()),
    "list of a lying length": LyingLength([1, 2]),
    "list of a negative length": NegativeLength([1, 2]),
    "dict of a length in words": TextLength(a=1),
    "says it is a list": OtherClass(),
    "says it is a dict": OtherMap(),
    "dict without attributes": RaisingAttributes(a=1),
    "never the same": [NeverTheSame(), NeverTheSame()],
    "key never the same": {NeverTheSame(): 1},
    "dict that changes": changing,
    "deque in itself": own_deque,
    "row in itself": own_key,
    "generator": (i for i in range(3)),
    "generator of an error": (1 // 0 for _ in range(3)),
    "bool of an array": [np.zeros(2)] * 2,
}

ROWS = [{"price": decimal.Decimal(i), "a": i % 7, "kind": "xyz"[i % 3], "at": [i, i]} for i in range(60)]
DEEP_ROWS = [nested(i, lambda x: {"a": x}, 60) for i in range(60)]


def contracts():
    """Contracts out of rows of decimals, of big ints, and of deep ones: with and without bounds."""
    tables = [
        ROWS, [{"price": 10**5000 + i, "a": str(i)} for i in range(60)], DEEP_ROWS,
        [decimal.Decimal(i) for i in range(60)],
    ]  # fmt: skip
    return [s.infer(rows, refuse=0.3, ordered=ordered) for ordered in (False, True) for rows in tables]


@contextlib.contextmanager
def changed_by_another_thread():
    """Dicts and sets that another thread adds to and takes from meanwhile."""
    table, members, ends = {"a": 1, "price": 2}, {1, 2}, threading.Event()

    def change():
        for i in itertools.cycle(range(3, 300)):
            if ends.is_set():
                return
            for _ in range(40):
                table[f"k{i}"] = i
                members.add(i)
                i += 1
            for key in [*table][2:]:
                del table[key]
            members.difference_update([*members][2:])

    thread = threading.Thread(target=change)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread.start()
    try:
        yield [table, members, {"a": table}, [table], [members]]
    finally:
        ends.set()
        thread.join()
        sys.setswitchinterval(interval)
