"""The writer of compiled functions: each kind of spec writes its own code into it.

`valid` of tuple_(int, str) becomes

    if type(x) is list:
        if len(x) != 2:
            return False
        e1, e2, = x
        if not (type(e1) is int or is_int(e1)):
            return False
        if not (type(e2) is str or isinstance(e2, str)):
            return False
    elif not (k3(x) is not INVALID):
        return False
    return True

The `conform` of a spec defines its meaning; call it the interpreter (k3 above). Compiled code has the same
meaning, as straight statements for plain lists and dicts. It calls the interpreter for other values and for
kinds without code. `mxspec.specs.compiled` decides which specs are compiled, and when.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import itertools
import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, Final

from mxspec import predicates as p
from mxspec.base.messages.text import in_one_line
from mxspec.base.names import Names
from mxspec.base.predicate_rows import PredicateRow
from mxspec.base.values import is_long, repr_of
from mxspec.predicates import TaggedValue
from mxspec.specs.core.parts import ONE_OF, OPTIONAL, may_change

# A call costs time, so the code of a part is inlined until one of these limits is reached; from there on it
# is called. Python allows at most 20 nested loops and 100 indentations. And without a limit on the size, a
# spec that occurs twice would be written twice, its parts four times, and so on.
MOST_NESTED: Final = 12  # nested specs
MOST_LINES: Final = 300  # in one function before its next part is called
MOST_LETTERS: Final = 1000  # in an expression for a part


# --- predicates as expressions ----------------------------------------------------------------------------

NAMED: Final = {name: fn for name, fn in vars(p).items() if name.startswith("is_")}
"""The functions that the source calls by their names."""

_NAMES_BY_ID: Final = {id(fn): name for name, fn in NAMED.items()}

SCALAR_TYPES: Final = frozenset({str, bytes, int, float, bool, type(None)})
"""The plain types of values that have no parts."""

Types = frozenset[str] | None
"""The builtin types of values; None is any type."""

_TYPE_NAMES: Final[dict[Any, str]] = {
    str: "str",
    int: "int",
    float: "float",
    bool: "bool",
    type(None): "none",
    **dict.fromkeys((dict, Mapping), "dict"),
    **dict.fromkeys((list, TaggedValue), "list"),
    datetime.datetime: "inst",
}


def row_expression(row: PredicateRow, v: str, call: str) -> str | None:
    """Return an expression that tests v by a row, or None if the call of its predicate is as fast."""
    exact = exact_type(row)
    # The exact type comes first: most values have it, and its test is the fastest.
    if exact is not None:
        return f"(type({v}) is {exact} or {call})"
    if row.classes == (int,):
        tests = _int_tests(row, v)
        return tests and f"({tests} if type({v}) is int else {call})"
    values = row.values or ()
    if len(values) == 1 and row.classes in ((bool,), (type(None),)):
        return f"({v} is {values[0]} or {call})"
    return "True" if row.classes == (object,) and row.is_of_classes and not row.excluded else None


def _int_tests(row: PredicateRow, v: str) -> str | None:
    """Return the conditions of a row for an int; None if one is not about ints, or too long to write."""
    rest = dataclasses.replace(row, low=None, high=None, factor=None)
    limits = [limit for _, limit in row.ends]
    limits += [limit for limit in (row.factor, row.remainder) if limit is not None]
    if not rest.is_of_classes or not all(type(x) is int and not is_long(x) for x in limits):
        return None
    tests = [f"{v} % {row.factor} == {row.remainder}"] if row.factor is not None else []
    tests += [f"{v} {end.sign} {limit}" for end, limit in row.ends]
    return " and ".join(tests) or None


def exact_type(row: PredicateRow) -> str | None:
    """Return the name of the builtin type that a row accepts all instances of, or None."""
    [cls, *others] = row.classes
    is_plain = not others and row.is_of_classes and row.excluded in ((), (bool,))
    return cls.__name__ if is_plain and cls in EXACT else None


EXACT: Final = (int, str, float, bool, complex, bytes)
"""The types that most values have exactly; numpy has subclasses of some."""


def types_of(row: PredicateRow) -> Types:
    """Return the builtin types of the values of a row."""
    kinds = row.classes if row.members is None else (*map(type, row.members),)
    return union(frozenset({_TYPE_NAMES[cls]}) if cls in _TYPE_NAMES else None for cls in kinds)


def union(types: Iterable[Types]) -> Types:
    """Return the union of some types; with None, any type, it is None."""
    names: frozenset[str] = frozenset()
    for some in types:
        if some is None:
            return None
        names |= some
    return names


# --- what follows from the parts --------------------------------------------------------------------------


def expanded_size(spec: Any, table: Names) -> tuple[float, bool]:
    """Return the number of specs in a spec, and True if one of them leads back to itself.

    Each part counts as often as it is written; a part that leads back counts once. The number is infinite if
    a name is unknown.
    """
    sizes: dict[int, float] = {}
    above: set[int] = set()
    leads_back = False

    def size(spec: Any) -> float:
        nonlocal leads_back
        spec = spec.target(table.find)
        if spec is None:
            return math.inf
        # The spec is inside itself, and counts once there.
        if id(spec) in above:
            leads_back = True
            return 1
        if id(spec) not in sizes:
            above.add(id(spec))
            sizes[id(spec)] = 1 + sum(size(part.spec) for part in spec.parts())
            above.discard(id(spec))
        return sizes[id(spec)]

    return size(spec), leads_back


# --- lines ------------------------------------------------------------------------------------------------


class SourceModule:
    """The functions of one spec and the constants that they use; the functions call each other.

    Args:
        table: the table to look names up in.
        ask: the interpreter, a function from a spec and a value to the conformed value.
        counts: True if functions may call themselves. Then they count their levels and calls. Beyond LEVELS
            or CALLS they raise a RecursionError, and the interpreter answers: it checks the stack and
            remembers its answers. A person with two friends, also persons, takes 1.3 us; the interpreter
            takes 16.

    Attributes:
        constants: the constants, by their names in the source.
        uses: the names that were looked up, and their specs.
    """

    def __init__(self, table: Names, ask: Callable[[Any, Any], Any], counts: bool = False) -> None:
        self.table = table
        self.ask = ask
        self._counts = counts
        self.constants: dict[str, Any] = {}
        self.uses: dict[str, Any] = {}
        self.large: set[int] = set()  # the ids of specs that are not to be written twice
        self._texts: list[str] = []
        self._counters: dict[str, Iterator[int]] = {}
        self._names: dict[Hashable, str] = {}
        self._functions: dict[tuple[str, int], str] = {}
        self._changing: dict[int, bool] = {}

    def __str__(self) -> str:
        return "\n\n\n".join(self._texts) + "\n"

    def new_name(self, prefix: str) -> str:
        return f"{prefix}{next(self._counters.setdefault(prefix, itertools.count(1)))}"

    def const(self, value: Any, prefix: str = "k") -> str:
        """Return the text that stands for value: a literal, or else the name of a constant."""
        if value is None or type(value) in (bool, str) or (type(value) is int and not is_long(value)):
            return repr(value)  # by exact types: the repr of a subclass may be any text
        return self._constant(id(value), value, prefix)

    def meaning(self, spec: Any) -> str:
        """Return the name of a function that conforms a value by the interpreter."""
        ask = self.ask  # the function is kept, and with it would be the table of this
        return self._constant(("meaning", id(spec)), lambda x: ask(spec, x), "k")

    def method(self, owner: object, name: str) -> str:
        """Return the name of a bound method; each lookup of it makes a new object."""
        return self._constant((id(owner), name), getattr(owner, name), "k")

    def test(self, function: Any) -> str:
        """Return the name of a test of values: a named predicate's own name, or a constant's."""
        return _NAMES_BY_ID.get(id(function)) or self.const(function)

    def helper(self, function: Any) -> str:
        """Return the name of a function of mxspec; the source calls it by that name."""
        self.constants[function.__name__] = function
        return str(function.__name__)

    def _constant(self, key: Hashable, value: Any, prefix: str) -> str:
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = self.new_name(prefix)
            self.constants[name] = value  # this also keeps its id from being used again
        return name

    def target(self, spec: Any) -> Any:
        """Return a spec itself, or the spec of a reference; the code then depends on that name."""
        return spec.target(self._look_up)

    def _look_up(self, name: str) -> Any:
        self.table.find_noted(name, self.uses)
        return self.table.resolve(name)

    def is_name(self, name: str) -> bool:
        """True if name stands for a spec; the code depends on the answer."""
        return self.table.find_noted(name, self.uses) is not None

    def may_change(self, spec: Any) -> bool:
        """True if conform may return something other than the value itself."""
        spec = self.target(spec)
        if id(spec) not in self._changing:
            self.const(spec)
            self._changing[id(spec)] = may_change(spec, self._look_up)
        return self._changing[id(spec)]

    def types(self, spec: Any, above: tuple[int, ...] = ()) -> Types:
        """Return the builtin types of the valid values of a spec; regexes tell parts apart by them."""
        spec = self.target(spec)
        if id(spec) in above:
            return None
        above = (*above, id(spec))
        if spec.types is not None or spec.is_regex:
            own: Types = spec.types
            return own
        parts = [part for part in spec.parts() if not part.is_piece] if spec.by_parts else []
        if not parts or len(parts) < len(spec.parts()):
            return None
        if parts[0].role == ONE_OF:
            return union(self.types(part.spec, above) for part in parts)
        first = self.types(parts[0].spec, above)
        return first | {"none"} if first is not None and parts[0].role == OPTIONAL else first

    def function(self, spec: Any, kind: str) -> str:
        """Return the name of the function for "valid" or "conform" of spec; write it at the first call."""
        name = self._functions.get((kind, id(spec)))
        if name is None:
            self.const(spec)
            name = self._functions[kind, id(spec)] = self.new_name(kind)
            lines = self._valid(spec) if kind == "valid" else self._conform(spec)
            self.add(name, lines, comment_of(spec))
        return name

    def call(self, spec: Any, kind: str, v: str) -> str:
        """Return a call of the function for "valid" or "conform" of spec."""
        return f"{self.function(self.target(spec), kind)}({v}{', levels - 1, calls' if self._counts else ''})"

    def add(self, name: str, lines: list[str], comment: str) -> None:
        arguments = _COUNTERS if self._counts else "x"
        counting = _COUNTING if self._counts else []
        self._texts.append("\n".join([f"def {name}({arguments}):  # {comment}", *counting, *lines]))

    def _valid(self, spec: Any) -> list[str]:
        code = Code(self, refuse="return False")
        with code.block("try:"):
            code.valid(spec, "x")
            code.line("return True")
        self.write_exceptions(code, f"return {code.meaning_expression(spec, 'x')}")
        return code.lines

    def _conform(self, spec: Any) -> list[str]:
        code = Code(self, refuse="return INVALID")
        with code.block("try:"):
            code.line("met = SCALARS.last")
            if not self.may_change(spec):
                code.refuse_if(f"not {code.test(spec, 'x')}")
                conformed = "x"
            else:
                conformed = spec.write_conform(code, "x") if spec.is_regex else code.conform(spec, "x")
            # The interpreter conforms the scalars of numpy that were met.
            with code.block("if met is SCALARS.last:"):
                code.line(f"return {conformed}")
            code.line(f"return {self.meaning(spec)}(x)")
        self.write_exceptions(code, f"return {self.meaning(spec)}(x)")
        return code.lines

    def write_exceptions(self, code: Code, otherwise: str) -> None:
        """Write a handler: the interpreter decides about an exception of a predicate or the value.

        The interpreter has already answered with the limit; if each level tried again, each would double the
        time.
        """
        with code.block(f"except {'(LimitError, RecursionError)' if self._counts else 'LimitError'}:"):
            code.line("raise")
        with code.block("except Exception:"):
            code.line(otherwise)


LEVELS: Final = 50
"""The greatest number of levels of functions that call themselves."""

CALLS: Final = 10_000
"""The greatest number of their calls in one answer; two parts of one value double them at each level."""

_COUNTERS: Final = f"x, levels={LEVELS}, calls=None"
_COUNTING: Final = f"""\
    if calls is None:
        calls = [{CALLS}]
    calls[0] -= 1
    if not levels or not calls[0]:
        raise RecursionError""".splitlines()


def comment_of(spec: Any) -> str:
    """Return the text of spec on one line, without characters that would end the line or the source."""
    return in_one_line(" ".join(repr_of(spec).split()))


class Code:
    """The statements of one function of a value `x`.

    In all methods, v is the name of the variable that holds the value in question.

    Args:
        source: the module of the function.
        refuse: the statement for an invalid value; it ends the function.
    """

    def __init__(self, source: SourceModule, refuse: str) -> None:
        self.source = source
        self.refuse = refuse
        self.lines: list[str] = []
        self._indentation = 1
        self._inside: list[int] = []  # the ids of the specs that are being written into each other

    def line(self, text: str) -> None:
        """Write a line, indented by the blocks around it."""
        self.lines.append("    " * self._indentation + text)

    @contextlib.contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Write head, and indent the lines of the block below it."""
        self.line(head)
        self._indentation += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.line("pass")
        self._indentation -= 1

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        """Remove the lines of the block if it raises."""
        lines, indentation = len(self.lines), self._indentation
        try:
            yield
        except Exception:
            del self.lines[lines:]
            self._indentation = indentation
            raise

    def name(self, prefix: str) -> str:
        return self.source.new_name(prefix)

    def const(self, value: Any, prefix: str = "k") -> str:
        return self.source.const(value, prefix)

    def _is_called(self, spec: Any) -> bool:
        """True if a spec is called here, not written."""
        return id(spec) in self._inside or len(self._inside) >= MOST_NESTED

    @contextlib.contextmanager
    def _writing(self, spec: Any) -> Iterator[None]:
        self._inside.append(id(spec))
        try:
            yield
        finally:
            self._inside.pop()

    # --- expressions ----------------------------------------------------------------------------------------

    def expression(self, part: Any, v: str) -> str | None:
        """Return an expression that is true if v fits a part, or None if that takes statements."""
        spec = self.source.target(part)
        if self._is_called(spec) or (self._inside and id(spec) in self.source.large):
            return self.call_valid(spec, v)
        with self._writing(spec):
            text: str | None = spec.expression(self, v)
        # A long expression becomes a function, and is called wherever the spec occurs again.
        if text is not None and len(text) > MOST_LETTERS and self._inside:
            self.source.large.add(id(spec))
            return self.call_valid(spec, v)
        return text

    def test(self, part: Any, v: str) -> str:
        """Return an expression that is true if v fits; a call if that takes statements."""
        return self.expression(part, v) or self.call_valid(part, v)

    def meaning_expression(self, spec: Any, v: str) -> str:
        """Return an expression that is true if v fits by the interpreter."""
        return f"({self.source.meaning(spec)}({v}) is not INVALID)"

    def call_valid(self, part: Any, v: str) -> str:
        """Return a call that is true if v fits."""
        return self.source.call(part, "valid", v)

    def call_conform(self, part: Any, v: str) -> str:
        """Return a call that conforms v."""
        return self.source.call(part, "conform", v)

    # --- statements -----------------------------------------------------------------------------------------

    def refuse_if(self, condition: str) -> None:
        """Write that the value does not fit under a condition."""
        with self.block(f"if {condition}:"):
            self.line(self.refuse)

    def valid(self, part: Any, v: str) -> None:
        """Write statements that fall through if v fits."""
        spec = self.source.target(part)
        expression = self.expression(spec, v)
        if expression is None and self._inside and len(self.lines) > MOST_LINES:
            expression = self.call_valid(spec, v)
        if expression is None:
            with self._writing(spec):
                spec.write_valid(self, v)
        elif expression != "True":
            self.refuse_if(f"not {expression}")

    def conform(self, part: Any, v: str) -> str:
        """Write statements that conform v; return the expression for it, v itself if nothing changes."""
        spec = self.source.target(part)
        if not self.source.may_change(spec):
            self.valid(spec, v)
            return v
        is_full = self._inside and len(self.lines) > MOST_LINES
        if is_full or self._is_called(spec) or spec.is_regex:  # the code of a regex is a separate loop
            conformed = self.name("c")
            self.line(f"{conformed} = {self.call_conform(spec, v)}")
            self.refuse_if(f"{conformed} is INVALID")
            return conformed
        with self._writing(spec):
            text: str = spec.write_conform(self, v)
        return text

    def conform_by_meaning(self, spec: Any, v: str, conformed: str | None = None) -> str:
        """Write a call of the interpreter that conforms v into a variable, and return its name."""
        conformed = conformed or self.name("c")
        self.line(f"{conformed} = {self.source.meaning(spec)}({v})")
        self.refuse_if(f"{conformed} is INVALID")
        return conformed

    @contextlib.contextmanager
    def valid_if_plain(self, spec: Any, v: str, *types: str) -> Iterator[None]:
        """Write the block for values of exactly these types; the interpreter gets all others."""
        with self.block(f"if {' or '.join(f'type({v}) is {name}' for name in types)}:"):
            yield
        # "explain_data of a str for a list" takes 1.2 us by this, 2 us without.
        scalar = f"type({v}) in SCALAR_TYPES or " if spec.refuses_scalars else ""
        with self.block(f"elif {scalar}not {self.meaning_expression(spec, v)}:"):
            self.line(self.refuse)

    @contextlib.contextmanager
    def conform_if_plain(self, spec: Any, v: str, type_name: str) -> Iterator[str]:
        """Do the same for conform, in a variable that holds v first; yield its name."""
        conformed = self.name("c")
        with self.block(f"if type({v}) is {type_name}:"):
            self.line(f"{conformed} = {v}")
            yield conformed
        with self.block("else:"):
            self.conform_by_meaning(spec, v, conformed)

    def write_part(self, part: Any, value: str, whole: str | None, v: str, at: str) -> None:
        """Write the check of a part of v, in the variable value; with whole, store a changed one in a copy.

        The variable whole holds v, until the first change replaces it by the copy; at is the index or key.
        """
        if whole is None:
            self.valid(part, value)
        elif (conformed := self.conform(part, value)) != value:
            with self.block(f"if {conformed} is not {value}:"):
                with self.block(f"if {whole} is {v}:"):
                    self.line(f"{whole} = {v}.copy()")
                self.line(f"{whole}[{at}] = {conformed}")
