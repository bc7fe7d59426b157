"""A function that specs write themselves into.

The meaning of a spec is its `conform`. Its code is the same meaning as straight statements for plain lists
and dicts, written by the methods of each kind beside its conform; whatever is not plain, and every kind that
writes no code, is handed to conform as it is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any, Final, Protocol, TypeVar

from mxspec.codegen.expressions import Types
from mxspec.codegen.lines import Source, Writer
from mxspec.names.registry import find, resolve

T = TypeVar("T")

# A spec is written into the code of the one around it, as a call costs time, until one of these is reached;
# from there on it is called. Python nests no more than 20 loops and 100 indentations. And without a bound of
# sizes two parts that are one spec would be written twice, their own parts four times, and so on.
MOST_NESTED: Final = 12  # specs within each other
MOST_LINES: Final = 300  # of one function, after which no more is begun
MOST_LETTERS: Final = 1000  # of an expression for a part


class Written(Protocol):
    """The methods of a spec that write its code; `mxspec.core.spec.Spec` documents them."""

    @property
    def own_function(self) -> bool: ...
    def conform(self, x: Any) -> Any: ...
    def may_change(self, code: Code) -> bool: ...
    def valid_expression(self, code: Code, v: str) -> str | None: ...
    def write_valid(self, code: Code, v: str) -> None: ...
    def write_conform(self, code: Code, v: str) -> str: ...
    def builtin_types(self, code: Code) -> Types: ...


class Functions(Protocol):
    """The functions of one compilation."""

    source: Source
    uses: dict[str, Any]
    changing: dict[int, bool]
    large: set[int]

    def keep(self, spec: Any) -> int:
        """Return the id of spec, which no other object is given from now on."""

    # How many calls were written of functions that lead back to themselves.
    calls_back: int
    # How often what is being written may ask about one value, or about one part of it.
    times: int

    def call(self, spec: Any, kind: str, v: str) -> str:
        """Return a call of the function for valid or conform of spec, for the value v."""

    def remember(self) -> None:
        """Have the function that is being written remember its answers, for as long as the question takes."""


class Code(Writer):
    """The statements of one function of a value `x`.

    Args:
        functions: the other functions that are compiled with it.
        refuse: the statement that ends the function where the value does not fit.

    In all methods, v is the name of the variable that holds the value in question.
    """

    def __init__(self, functions: Functions, refuse: str) -> None:
        super().__init__(functions.source)
        self.refuse = refuse
        self._functions = functions
        # The specs that are being written into each other: one that comes back to itself is called instead.
        self._inside: list[int] = []
        # Those that are asked if they may change a value, and those of them that are assumed not to.
        self._compared: list[int] = []
        self._assumed: set[int] = set()

    def spec(self, pred: Any) -> Any:
        """Return the spec behind a name, noted as something that the code depends on."""
        if not isinstance(pred, str):
            return pred
        return self._functions.uses[pred] if self.look_up(pred) else resolve(pred)

    def look_up(self, name: str) -> bool:
        """True if name stands for a spec; the code depends on the answer."""
        uses = self._functions.uses
        if name not in uses:  # once, so that all parts agree where the name is redefined meanwhile
            uses[name] = find(name)
        return uses[name] is not None

    # --- questions and expressions ------------------------------------------------------------------------

    def may_change(self, pred: Any) -> bool:
        """True if conform may answer something else than the value itself."""
        spec: Written = self.spec(pred)
        key = self._functions.keep(spec)
        known = self._functions.changing
        if key in known:
            return known[key]
        if key in self._compared:
            # A recursive part changes something only if another part does.
            self._assumed.add(key)
            return False
        self._compared.append(key)
        try:
            answer = spec.may_change(self)
        finally:
            self._compared.pop()
            self._assumed.discard(key)
        if answer or not self._assumed:  # else it is known once those are that it was assumed of
            known[key] = answer
        return answer

    def _is_called(self, spec: Written) -> bool:
        """True if spec is called here, not written."""
        if id(spec) in self._inside:
            return True
        if not self._inside:
            return False
        return len(self._inside) >= MOST_NESTED or id(spec) in self._functions.large

    def expression(self, pred: Any, v: str) -> str | None:
        """Return an expression that is true if v fits, or None where that takes statements."""
        spec: Written = self.spec(pred)
        if self._is_called(spec):
            return self.call_valid(spec, v)
        with self._writing(spec):
            text = spec.valid_expression(self, v)
        if text is not None and len(text) > MOST_LETTERS and self._inside:
            self._functions.large.add(self._functions.keep(spec))
            return self.call_valid(spec, v)
        return text

    def test(self, pred: Any, v: str) -> str:
        """Return an expression that is true if v fits, a call where that takes statements."""
        return self.expression(pred, v) or self.call_valid(pred, v)

    def by_conform(self, spec: Written, v: str) -> str:
        """Return an expression that asks spec's own conform whether v fits."""
        return f"({self.own_conform(spec)}({v}) is not INVALID)"

    def own_conform(self, spec: Written) -> str:
        """Return the name of spec's own conform."""
        return self.source.method(spec, "conform")

    def call_valid(self, pred: Any, v: str) -> str:
        """Return a call that is true if v fits."""
        return self._functions.call(self.spec(pred), "valid", v)

    def call_conform(self, pred: Any, v: str) -> str:
        """Return a call that conforms v."""
        return self._functions.call(self.spec(pred), "conform", v)

    def of_one_value(self, parts: Iterable[T]) -> Iterator[T]:
        """Yield parts that are asked about one value, each of which is to be written before the next.

        Where two of them lead back here, the questions would be twice as many with each level, and the
        function remembers its answers.
        """
        leading_back = 0
        functions, times, before_all = self._functions, 0, self._functions.times
        for part in parts:
            before, functions.times = functions.calls_back, 1
            yield part
            times += functions.times
            leading_back += functions.calls_back > before
            if leading_back > 1:
                functions.remember()
        functions.times = max(before_all, times)

    # --- statements ---------------------------------------------------------------------------------------

    def refuse_if(self, condition: str) -> None:
        """Write that the value does not fit under a condition."""
        with self.block(f"if {condition}:"):
            self.line(self.refuse)

    def valid(self, pred: Any, v: str) -> None:
        """Write statements that fall through where v fits."""
        spec: Written = self.spec(pred)
        expression = self.expression(spec, v)
        if expression is None and self._inside and len(self.lines) > MOST_LINES:
            expression = self.call_valid(spec, v)
        if expression is None:
            with self._writing(spec):
                spec.write_valid(self, v)
        elif expression != "True":
            self.refuse_if(f"not {expression}")

    def conform(self, pred: Any, v: str) -> str:
        """Write statements that conform v; return the expression for it, v itself where nothing changes."""
        spec: Written = self.spec(pred)
        if not self.may_change(spec):
            self.valid(spec, v)
            return v
        is_full = bool(self._inside) and len(self.lines) > MOST_LINES
        if self._is_called(spec) or spec.own_function or is_full:
            conformed = self.name("c")
            self.line(f"{conformed} = {self.call_conform(spec, v)}")
            self.refuse_if(f"{conformed} is INVALID")
            return conformed
        with self._writing(spec):
            return spec.write_conform(self, v)

    def conform_by_itself(self, spec: Written, v: str, conformed: str | None = None) -> str:
        """Write that spec's own conform conforms v, into a variable of that name, and return the name."""
        conformed = conformed or self.name("c")
        self.line(f"{conformed} = {self.own_conform(spec)}({v})")
        self.refuse_if(f"{conformed} is INVALID")
        return conformed

    @contextlib.contextmanager
    def valid_if_plain(self, spec: Written, v: str, *types: str) -> Iterator[None]:
        """Write what looks into a value of just these types; leave any other to spec's own conform."""
        with self.block(f"if {' or '.join(f'type({v}) is {name}' for name in types)}:"):
            yield
        with self.block(f"elif not {self.by_conform(spec, v)}:"):
            self.line(self.refuse)

    @contextlib.contextmanager
    def conform_if_plain(self, spec: Written, v: str, type_name: str) -> Iterator[str]:
        """The same for conform: what is written inside starts from v and puts what differs into a copy.

        Yields:
            The name of the variable for the conformed value.
        """
        conformed = self.name("c")
        with self.block(f"if type({v}) is {type_name}:"):
            yield conformed
        with self.block("else:"):
            self.conform_by_itself(spec, v, conformed)

    def put(self, part: str, value: str, whole: str, v: str, at: str) -> None:
        """Write that a part which conform changed goes into a copy of v, made when the first one differs.

        Args:
            part: the conformed part.
            value: the part as it was; the same name where conform never changes it.
            whole: the variable that holds v, or the copy of it.
            v: the list or dict.
            at: the index or key of the part.
        """
        if part == value:
            return
        with self.block(f"if {part} is not {value}:"):
            with self.block(f"if {whole} is {v}:"):
                self.line(f"{whole} = {v}.copy()")
            self.line(f"{whole}[{at}] = {part}")

    @contextlib.contextmanager
    def _writing(self, spec: Written) -> Iterator[None]:
        self._inside.append(id(spec))
        try:
            yield
        finally:
            self._inside.pop()
