"""Values that grow from run to run, at their end alone: a file remembers which were checked.

`check_promise` may run again, with more values, as long as they form one sequence. For a guard that refuses a
little more than the limit, other sequences break the bound: if new values are sorted in, or put first, each
run may have a luckier beginning. So a state has the number of checked values, and a digest of them; other
values in their place are an error."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import itertools
import os
import pathlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mxspec.base.value_types import VALUE_TYPES
from mxspec.base.values import class_name, is_numpy_scalar, short_repr
from mxspec.errors import SpecDefinitionError
from mxspec.promises.state_file import locked_state, read_state, write_state
from mxspec.specs.maps import keys
from mxspec.specs.ranges import int_in

VALUES: Final = "growing values"

_STATE: Final = keys(req_un={"n": int_in(1, 2**53), "digest": str}, closed=True)

# The repr of these shows their content.
_PLAIN: Final[tuple[type, ...]] = (type(None), enum.Enum, *VALUE_TYPES)


class GrowingValues:
    """The values of a run, compared with earlier runs by a digest in a file.

    Args:
        path: the file, missing before the first run.

    Raises:
        SpecDefinitionError: the file is not such a state.

    Example:
        >>> import tempfile
        >>> folder = tempfile.mkdtemp()
        >>> for values in (["a", "b"], ["a", "b", "c"], ["a", "aa", "b", "c"]):
        ...     grown = GrowingValues(pathlib.Path(folder, "names.json"))
        ...     asked = [*grown.compare(values)]
        ...     grown.keep(len(asked))
        Traceback (most recent call last):
        ...
        mxspec.errors.SpecDefinitionError: the first 3 values are not those that were asked before; add new
        values at the end, since the promise is about one sequence, or remove ...names.json to start anew
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = pathlib.Path(path)
        self._before = read_state(self.path, VALUES, _STATE)
        self._contents: list[bytes] = []

    def compare(self, values: Iterable[Any]) -> Iterator[Any]:
        """Yield values, once the first of them are known to equal the values of earlier runs.

        Raises:
            SpecDefinitionError: they differ, or the content of a value is unknown.
        """
        left = iter(values)
        first = [*itertools.islice(left, self._before["n"] if self._before else 0)]
        self._contents += map(content_digest, first)
        self._check(self._before)
        yield from first
        for x in left:
            self._contents.append(content_digest(x))
            yield x

    def keep(self, n: int | None = None) -> None:
        """Remember the first n values, all by default, after the values of earlier runs.

        Raises:
            SpecDefinitionError: another run has checked other values in the meantime.
        """
        with locked_state(self.path) as content:
            before = read_state(self.path, VALUES, _STATE)
            if before != self._before:
                self._check(before)
            n = max(len(self._contents) if n is None else n, before["n"] if before else 0)
            if n:
                write_state(self.path, VALUES, {"n": n, "digest": self._digest(n)}, content)

    def _digest(self, n: int) -> str:
        return hashlib.sha256(b"".join(self._contents[:n])).hexdigest()

    def _check(self, before: Mapping[str, Any] | None) -> None:
        n, there = (before["n"] if before else 0), len(self._contents)
        if before is None or (there >= n and self._digest(n) == before["digest"]):
            return
        words = f"the first {n:,} values are not those"
        if there < n:
            words = f"these are {there:,} values, and not the {n:,}"
        raise SpecDefinitionError(
            f"{words} that were asked before; add new values at the end, since the promise is about one "
            f"sequence, or remove {self.path} to start anew"
        )


def content_digest(x: Any) -> bytes:
    """Return the digest of the content of a value, the same in every process.

    Raises:
        SpecDefinitionError: the content is unknown.

    Example:
        >>> content_digest({"a": 1, "b": [2.0]}) == content_digest({"b": [2.0], "a": 1})
        True
        >>> content_digest([1, 2]) == content_digest([12])
        False
        >>> content_digest(object())
        Traceback (most recent call last):
        ...
        mxspec.errors.SpecDefinitionError: state= compares values by their content, and that of <object ...>
        can't be told; give texts, numbers, dates, arrays, dataclasses, or lists and dicts of them
    """
    if isinstance(x, Mapping):
        parts = sorted(content_digest(key) + content_digest(item) for key, item in x.items())
    elif isinstance(x, (set, frozenset)):
        parts = sorted(map(content_digest, x))
    elif isinstance(x, (list, tuple)):
        parts = [*map(content_digest, x)]
    elif dataclasses.is_dataclass(x) and not isinstance(x, type):
        parts = [content_digest(getattr(x, field.name)) for field in dataclasses.fields(x)]
    elif hasattr(x, "tobytes") and hasattr(x, "dtype") and not x.dtype.hasobject:
        parts = [f"{x.dtype} {x.shape}".encode(), x.tobytes()]
    elif isinstance(x, _PLAIN) or is_numpy_scalar(x):
        parts = [repr(x).encode("utf-8", "replace")]
    else:
        raise SpecDefinitionError(
            f"state= compares values by their content, and that of {short_repr(x)} can't be told; give "
            "texts, numbers, dates, arrays, dataclasses, or lists and dicts of them"
        )
    return hashlib.sha256(b"\0".join([class_name(x).encode(), *parts])).digest()
