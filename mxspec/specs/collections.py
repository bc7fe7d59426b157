"""Collections: tuple_, every, coll_of, every_kv, map_of."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, ClassVar, Final, TypedDict, Unpack

from mxspec.addresses import reduce_by_name
from mxspec.base.forms import call_text
from mxspec.base.messages.reasons import elements_make_no, fits_from_type
from mxspec.base.messages.wrong_options import name_options, no_option, option_hints
from mxspec.base.strategies import combine, sampling
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import INVALID, are_distinct, hashable, identity_key, short_repr
from mxspec.errors import LimitError, Problem, SpecDefinitionError, UnformError
from mxspec.predicates import is_coll, is_dict, is_indexed, is_list, is_nat_int, is_set, is_tuple
from mxspec.specs import reading
from mxspec.specs.core.generation import (
    NEVER,
    Context,
    branch_strategy,
    filter_valid,
    most_values,
    strategy_of,
)
from mxspec.specs.core.lenses import ELEMENTS, ENTRY_KEYS, ENTRY_VALUES, INDEX
from mxspec.specs.core.parts import NEEDED, OPTIONAL, Part
from mxspec.specs.core.question import Model, Place, Question
from mxspec.specs.core.spec import Predicate, Reference, Spec, as_part, specize
from mxspec.specs.core.writer import SCALAR_TYPES, Code, exact_type

CHECK_LIMIT: Final = 101
"""The number of elements that `every` looks at (clojure.spec.alpha/*coll-check-limit*)."""

MOST_WRONG: Final = 10
"""The number of refused parts that compiled code finds; of more the interpreter explains no part twice."""

ERROR_LIMIT: Final = 20
"""The number of refused elements of `every` that explain reports (clojure.spec.alpha/*coll-error-limit*)."""

GEN_MAX: Final = 20
"""The default size of the largest generated collection."""

# The size of the largest generated collection of a recursive spec, at the top and nested.
_OUTER_MAX: Final = 5
_INNER_MAX: Final = 2


@name_options()
def tuple_(*preds: Any) -> Spec:
    """Accept a list of one element for each pred (s/tuple).

    Example:
        >>> import mxspec as s
        >>> s.conform(s.tuple_(int, s.or_(a=str, b=int)), [1, 2])
        [1, ('b', 2)]
    """
    if not preds:
        raise SpecDefinitionError("tuple_ takes one pred or more")
    return Tuple(tuple(map(as_part, preds)))


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Tuple(Spec):
    preds: tuple[Spec, ...]

    head: ClassVar[str] = "tuple_"
    by_parts: ClassVar[bool] = True
    constructive: ClassVar[bool] = True
    into: ClassVar[type] = list
    # The predicate in the problem of a value that is not a list.
    kind: ClassVar[Any] = staticmethod(is_list)
    types: ClassVar[frozenset[str] | None] = frozenset({"list"})
    plain_types: ClassVar[Sequence[str]] = ("list",)
    has_hash: ClassVar[bool] = False

    def parts(self) -> Sequence[Part]:
        return [Part(pred, at=i, lens=INDEX) for i, pred in enumerate(self.preds)]

    def smallest(self, of: Callable[[Spec], Any], n: int = 0) -> Any:
        return self.into(map(of, self.preds))

    def _is_kind(self, x: Any) -> bool:
        return is_list(x)

    def _elements(self, x: Any) -> list[Any] | None:
        """Return the elements of x, or None if it is not a list of this length."""
        if not reading.call_guarded(self._is_kind, x) or reading.call_guarded(len, x) != len(self.preds):
            return None
        read = [*reading.elements(x)]
        return read if len(read) == len(self.preds) else None

    def conform(self, x: Any, question: Question) -> Any:
        self.check_names(question)
        xs, _ = reading.attempt(self._elements, x)
        if xs is None:
            return INVALID
        conformed = []
        for pred, element in zip(self.preds, xs, strict=True):
            conformed.append(pred.conform(element, question))
            if conformed[-1] is INVALID:
                return INVALID
        return x if reading.keep_unchanged(xs, conformed) is xs else self.into(conformed)

    def unform(self, x: Any, question: Question) -> Any:
        xs, _ = reading.attempt(self._elements, x)
        if xs is None:
            what = f"{self.into.__name__} of {len(self.preds)}"
            raise UnformError(f"{self!r} unforms a {what}, not {short_repr(x)}", spec=self, value=x)
        unformed = []
        for pred, element in zip(self.preds, xs, strict=True):
            unformed.append(pred.unform(element, question))
        return x if reading.keep_unchanged(xs, unformed) is xs else self.into(unformed)

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        xs, reason = reading.attempt(self._elements, x)
        if xs is None:
            if reason is None and self._is_kind(x):
                return [place.problem(("count", len(self.preds)), x)]
            return [place.problem(self.kind, x, reason=reason or self._other_spec(x))]
        problems: list[Problem] = []
        for i, (pred, element) in enumerate(zip(self.preds, xs, strict=True)):
            if pred.conform(element, question) is INVALID:
                problems += pred.explain(element, place.part(i).under(pred.name), question)
        return problems

    def _other_spec(self, x: Any) -> str | None:
        """Return the reason that names the spec for x, if x is a Python tuple; else None."""
        if type(x) is not tuple:
            return None
        types = [pred.pred if isinstance(pred, Predicate) else None for pred in self.preds]
        are_types = all(isinstance(tp, type) for tp in types)
        annotation = f"tuple[{', '.join(map(call_text, types)) if are_types else '...'}]"
        length = "" if len(x) == len(types) else f" of {len(types)}, not {len(x)}"
        return fits_from_type(f"a tuple{length}", annotation)

    def strategy(self, context: Context) -> Strategy | None:
        parts = [strategy_of(pred, context.at(i)) for i, pred in enumerate(self.preds)]
        return combine.fmap(self.into, combine.tuples(parts))

    def write_parts(self, code: Code, v: str, conformed: str | None = None) -> None:
        code.refuse_if(f"len({v}) != {len(self.preds)}")
        names = [code.name("e") for _ in self.preds]
        if names:
            code.line(f"{', '.join(names)}, = {v}")
        if conformed is None:
            for pred, name in zip(self.preds, names, strict=True):
                code.valid(pred, name)
            return
        pairs = [(code.conform(pred, name), name) for pred, name in zip(self.preds, names, strict=True)]
        if differ := [f"{part} is not {name}" for part, name in pairs if part != name]:
            with code.block(f"if {' or '.join(differ)}:"):
                code.line(f"{conformed} = [{', '.join(part for part, _ in pairs)}]")


# --- the options of collections of like elements ----------------------------------------------------------


class CollectionOptions(TypedDict, total=False):
    """The options of every, coll_of, every_kv and map_of besides the pred.

    kind: a pred that the collection satisfies, such as `s.is_list`.
    count, min_count, max_count: the number of elements.
    distinct: if True, all elements must differ.
    into: list, tuple, set, frozenset or dict, the type of examples and of the conformed value of coll_of.
    gen_max: the size of the largest generated collection, by default 20.
    gen: a function of no argument that returns a strategy for the whole collection.
    """

    kind: Any
    count: int | None
    min_count: int | None
    max_count: int | None
    distinct: bool
    into: Any
    gen_max: int
    gen: Callable[[], Strategy] | None


@dataclasses.dataclass(frozen=True)
class Options:
    __reduce_ex__ = reduce_by_name

    kind: Spec | None = None
    count: int | None = None
    min_count: int | None = None
    max_count: int | None = None
    distinct: bool = False
    into: type | None = None
    gen_max: int = GEN_MAX
    conform_keys: bool = False

    # The fields that hold specs, see `Spec.held_specs`.
    spec_fields: ClassVar[Sequence[str]] = ("kind",)

    def form(self) -> dict[str, Any]:
        """Return the options that differ from their defaults, as a part of a form."""
        return {
            field.name: self.kind.form() if field.name == "kind" and self.kind else value
            for field in dataclasses.fields(self)
            if (value := getattr(self, field.name)) != field.default
        }

    def size_fault(self, n: int) -> Any:
        """Return the form that refuses a collection of n elements, or None if its size is right."""
        if self.count is not None and n != self.count:
            return ("count", self.count)
        least, most = self.sizes()
        return None if least <= n <= most else ("count", self.min_count or 0, self.max_count)

    def sizes(self) -> tuple[int, float]:
        """Return the least and the greatest number of elements, infinity if there is none."""
        least, most = max(self.min_count or 0, self.count or 0), self.max_count
        return least, min(math.inf if limit is None else limit for limit in (most, self.count))

    def example_size(self) -> tuple[int, int]:
        """Return the least and the greatest number of elements to generate."""
        least, most = self.sizes()
        usual = self.gen_max if self.min_count is None else max(self.gen_max, 2 * least)
        return least, usual if most == math.inf else int(most)


def check_options(options: CollectionOptions, conform_keys: bool = False) -> Options:
    """Return the checked options; raise SpecDefinitionError if one is unknown or makes no sense."""
    known = CollectionOptions.__annotations__
    unknown = {name: value for name, value in options.items() if name not in known}
    if unknown:
        hints = option_hints("collection", unknown, known)
        raise SpecDefinitionError(no_option("a collection", unknown, hints))
    kind, into = options.get("kind"), options.get("into")
    into_type = into if into is None or isinstance(into, type) else type(into)
    if into_type is not None and into_type not in reading.BUILTIN:
        raise SpecDefinitionError(
            f"into is one of list, tuple, set, frozenset and dict, not {short_repr(into)}"
        )
    numbers = {name: options.get(name) for name in ("count", "min_count", "max_count", "gen_max")}
    for name, number in numbers.items():
        if number is not None and not is_nat_int(number):
            raise SpecDefinitionError(f"{name} is an int from 0, not {short_repr(number)}")
    plain = {name: int.__int__(n) for name, n in numbers.items() if isinstance(n, int)}
    low, high = plain.get("min_count", 0), plain.get("max_count", math.inf)
    if low > high:
        raise SpecDefinitionError(
            f"min_count is at most max_count, not {short_repr(low)} and {short_repr(high)}"
        )
    checked: dict[str, Any] = {**plain, "distinct": bool(options.get("distinct", False)), "into": into_type}
    return Options(None if kind is None else as_part(kind), conform_keys=conform_keys, **checked)


def every(pred: Any, **options: Unpack[CollectionOptions]) -> Spec:
    """Accept a collection if some of its elements fit; conform none of them (s/every).

    It checks at most 101 elements, spread over a sequence, so that a large collection costs no more than a
    small one; explain checks all elements and reports 20 problems.

    Args:
        pred: the spec of an element.
        options: kind, count, min_count, max_count, distinct, into, gen_max and gen, as in clojure.spec.

    Raises:
        SpecDefinitionError: an option is unknown or makes no sense.

    Example:
        >>> import mxspec as s
        >>> s.valid(s.every(int, min_count=1), [1, 2]), s.valid(s.every(int, min_count=1), [])
        (True, False)
    """
    return Every(as_part(pred), check_options(options), gen_fn=options.get("gen"))


def coll_of(pred: Any, **options: Unpack[CollectionOptions]) -> Spec:
    """Accept a collection if every element fits, and conform all of them (s/coll-of).

    A sequence that makes its elements on demand, such as a range, may be too long to check. Past a length of
    100,000,000, coll_of checks the first 1,000 elements and raises SpecError if they are valid.

    Args:
        pred: the spec of an element.
        options: the options of `every`; into is also the type of the conformed value.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.coll_of(s.or_(id=int, name=str)), [1, "x"])
        [('id', 1), ('name', 'x')]
        >>> s.valid(s.coll_of(int, distinct=True), [1, 1])
        False
    """
    return CollOf(as_part(pred), check_options(options), gen_fn=options.get("gen"))


_COLLECTIONS: Final = frozenset([list, tuple, dict, set, frozenset])


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Every(Spec):
    """A homogeneous collection; conform checks some elements and returns the value itself."""

    pred: Spec
    options: Options

    head: ClassVar[str] = "every"
    by_parts: ClassVar[bool] = True
    constructive: ClassVar[bool] = True
    changes: ClassVar[bool | None] = False
    most_values: ClassVar[float | None] = float("inf")
    # How many elements explain reports.
    error_limit: ClassVar[float] = ERROR_LIMIT

    def parts(self) -> Sequence[Part]:
        role = NEEDED if self.options.example_size()[0] else OPTIONAL
        # The entries of a dict are lists; the first element needs a hash.
        return [Part(self.pred, role, lens=ELEMENTS, is_hashed=self._example_type() in (set, frozenset))]

    def smallest(self, of: Callable[[Spec], Any], n: int = 0) -> Any:
        least, most = self.options.sizes()
        into = self._example_type() or list
        size = int(max(least, min(n, most)))
        if size > combine.MOST:
            raise LookupError
        return reading.collect([of(self.pred)] * size, into)

    def conform(self, x: Any, question: Question) -> Any:
        try:
            if self._fault(x, question) is not None:
                return INVALID
            for element in some_elements(x):
                if self.pred.conform(element, question) is INVALID:
                    return INVALID
        except reading.UnreadableValue:
            return INVALID
        return x

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        problems: list[Problem] = []
        refused = 0
        try:
            fault = self._fault(x, question)
            if isinstance(fault, Spec):
                return fault.explain(x, place.under(fault.name), question)
            if fault is not None:
                return [place.problem(fault, x)]
            for i, element in enumerate(self._explained_elements(x)):
                if self.pred.conform(element, question) is INVALID:
                    at = place.into(self._key(i, element))
                    problems += self.pred.explain(element, at.under(self.pred.name), question)
                    refused += 1
                    if refused == self.error_limit:
                        break
        except reading.UnreadableValue as error:
            return [place.problem(self.form(), x, reason=str(error))]
        except reading.TooManyError:
            if not problems:
                raise
        return problems or self._explain_rebuilt(x, place, question)

    def _explained_elements(self, x: Any) -> Iterable[Any]:
        # In a collection that is too long, the elements that valid checks.
        return self._walk(x) if reading.call_guarded(len, x) <= reading.MOST else some_elements(x)

    def _walk(self, x: Any) -> Iterable[Any]:
        return reading.elements(x)

    def _explain_rebuilt(self, x: Any, place: Place, question: Question) -> list[Problem]:
        """Return the problems of a collection of valid elements."""
        return []

    def _fault(self, x: Any, question: Question) -> Any:
        """Return the form, or the spec of the kind, that refuses the collection as a whole, or None."""
        if isinstance(self.pred, Reference):
            question.names.resolve(self.pred.to)  # an unknown name is an error in an empty collection too
        o = self.options
        if o.kind is not None and o.kind.conform(x, question) is INVALID:
            return o.kind
        if o.kind is None and type(x) in SCALAR_TYPES:  # explain of a text in its place: 3.8 us, not 5.5
            return is_coll
        # To look at an iterator is to use it up, and it may have no end.
        if type(x) not in _COLLECTIONS and reading.call_guarded(
            lambda x: isinstance(x, Iterator) or (o.kind is None and not is_coll(x)), x
        ):
            return is_coll
        fault = o.size_fault(reading.call_guarded(len, x))
        if fault is None and o.distinct and not reading.call_guarded(_check_distinct, reading.elements(x)):
            return ("distinct",)
        return fault

    def _key(self, i: int, element: Any) -> Any:
        """Return the step in `in` that leads to an element."""
        return i

    @property
    def refuses_scalars(self) -> bool:  # type: ignore[override]
        kind = self.options.kind
        return kind is None or (isinstance(kind, Predicate) and kind_type(kind) is not None)

    @property
    def has_hash(self) -> bool:  # type: ignore[override]
        kind = self.options.kind
        return self._example_type() is not dict and (kind is None or kind.has_hash)

    def strategy(self, context: Context) -> Strategy | None:
        inside = context.enter(self)
        into = self._example_type()
        if context.hashed:
            into = frozenset if into is set else tuple if into is None and self.options.kind is None else into
        keys: dict[Any, Callable[[Any], Any]] = {dict: lambda entry: hashable(entry[0])}
        keys |= dict.fromkeys((set, frozenset), lambda x: x)
        unique_by = keys.get(into, identity_key if self.options.distinct else None)
        least, most = self._example_size(inside)
        if unique_by is not None:
            key = self._key_and_value()[0] if into is dict and self._key_and_value() else self.pred
            most = combine.limit_different(repr(self), least, most, most_values(key, context.names))
        element = self._elements(inside, into) if most else combine.just(None)
        return self._collect(combine.lists(element, least, most, unique_by, what=repr(self)), into, context)

    def _collect(self, many: Strategy, into: type | None, context: Context) -> Strategy:
        """Return the strategy of collections of a type, from a strategy of lists."""
        if into is None and self.options.kind is not None:
            # Only the kind knows how to make such a collection: use the types of its examples.
            empty = strategy_of(self.options.kind, context)
            return self._filter_elements(combine.fmap(_collect_like, combine.tuples([empty, many])))
        of_type = many if into in (None, list) else combine.fmap(lambda xs: reading.collect(xs, into), many)
        return of_type if self.options.kind is None else self._filter_elements(of_type)

    def _filter_elements(self, strategy: Strategy) -> Strategy:
        return filter_valid(self, strategy, repr(self))

    def _example_type(self) -> type | None:
        """Return the type of examples; None is a list, unless the kind decides."""
        kind = self.options.kind
        return kind_type(kind) if self.options.into is None and kind is not None else self.options.into

    def _example_size(self, inside: Context) -> tuple[int, int]:
        """Return the least and the greatest number of elements; few within others of the same spec."""
        least, most = self.options.example_size()
        if not least and any(inside.part_context(part).height(part.spec) == NEVER for part in self.parts()):
            return 0, 0
        turns = inside.times(self) - 1
        if inside.leads_back(self):
            usual = _INNER_MAX if turns else _OUTER_MAX
            most = min(most, max(least, usual if turns <= inside.limit else 0))
        return least, most

    def _elements(self, inside: Context, into: type | None) -> Strategy:
        """Return the strategy of the elements, hashable if needed."""
        # A part that leads back here is built at its first draw, or building would have no end.
        make = branch_strategy if inside.leads_back(self) else strategy_of
        if into in (set, frozenset):
            return make(self.pred, inside.hashable())
        if into is not dict:
            return make(self.pred, inside)
        entry = self._key_and_value()
        if not entry:
            return sampling.such_that(
                reading.is_entry, make(self.pred, inside), what=f"an entry out of {self.pred!r}"
            )
        key, value = entry
        return combine.tuples([make(key, inside.at(0).hashable()), make(value, inside.at(1))])

    def _key_and_value(self) -> tuple[Spec, ...]:
        """Return the parts of a key and of a value, or nothing if the elements are not pairs of these."""
        return ()

    def write_size(self, code: Code, v: str) -> None:
        """Write that v is refused for its size, or for equal elements."""
        o = self.options
        tests = [f"len({v}) != {code.const(o.count)}"] * (o.count is not None)
        tests += [f"len({v}) < {code.const(o.min_count)}"] * bool(o.min_count)
        tests += [f"len({v}) > {code.const(o.max_count)}"] * (o.max_count is not None)
        if o.distinct and not self._key_and_value():  # the entries of a dict always are distinct
            tests.append(f"not {code.const(are_distinct)}({v})")
        if tests:
            code.refuse_if(" or ".join(tests))

    def form(self) -> Any:
        options = self.options.form()
        return (self.head, self.pred.form(), *([options] if options else []))


class CollOf(Every, inherits=True):
    """A homogeneous collection; conform checks and conforms all elements."""

    head: ClassVar[str] = "coll_of"
    error_limit: ClassVar[float] = float("inf")
    refuses_scalars = Every.refuses_scalars

    def conform(self, x: Any, question: Question) -> Any:
        try:
            if self._fault(x, question) is not None:
                return INVALID
            xs, conformed = [], []
            for element in self._walk(x):
                xs.append(element)
                conformed.append(self.pred.conform(element, question))
                if conformed[-1] is INVALID:
                    return INVALID
            return self._rebuild(x, xs, conformed)
        except reading.UnreadableValue:
            return INVALID

    def unform(self, x: Any, question: Question) -> Any:
        if x is None:
            return None
        unformed: list[Any] = []
        try:
            xs: list[Any] = [*self._walk(x)]
        except reading.UnreadableValue as error:
            raise UnformError(f"{self!r} can't unform {short_repr(x)}: {error}", spec=self, value=x) from None
        # Where conform leaves the keys of a map alone, unform does too.
        entry = self.pred if is_dict(x) and self.leaves_keys() else None
        for element in xs:
            if isinstance(entry, Tuple) and len(entry.preds) == 2 and reading.is_entry(element):
                unformed.append([element[0], entry.preds[1].unform(element[1], question)])
            else:
                unformed.append(self.pred.unform(element, question))
        rebuilt = self._rebuild(x, xs, unformed)
        if rebuilt is INVALID:
            reason = elements_make_no(self.options.into or reading.type_of(x))
            raise UnformError(f"{self!r} can't unform {short_repr(x)}: {reason}", spec=self, value=x)
        return rebuilt

    def _rebuild(self, x: Any, before: list[Any], after: list[Any]) -> Any:
        """Return x with other elements, in the type that into requires; INVALID if they can't be in one."""
        into = self.options.into
        is_same = reading.keep_unchanged(before, after) is before
        if is_list(x) and into in (None, list):
            return x if is_same else after
        if is_dict(x) and self.leaves_keys():
            if not all(isinstance(entry, (list, tuple)) and len(entry) == 2 for entry in after):
                return INVALID
            if all(entry[1] is value[1] for entry, value in zip(before, after, strict=True)):
                return x
            return {**reading.as_dict(x), **{b[0]: a[1] for b, a in zip(before, after, strict=True)}}
        rebuilt = reading.collect(after, into or reading.type_of(x))
        return INVALID if rebuilt is None else rebuilt

    def leaves_keys(self) -> bool:
        """True if the keys of a map stay: as in clojure, if into is a map or kind is set."""
        o = self.options
        return not o.conform_keys and (o.into is dict or (o.into is None and o.kind is not None))

    def _explain_rebuilt(self, x: Any, place: Place, question: Question) -> list[Problem]:
        if self.conform(x, question) is not INVALID:
            return []
        return [
            place.problem(self.form(), x, reason=elements_make_no(self.options.into or reading.type_of(x)))
        ]

    @property
    def changes(self) -> bool | None:  # type: ignore[override]
        # The kind is checked, and its result is not used.
        return None if self.options.into is None else True

    @property
    def plain_types(self) -> Sequence[str]:  # type: ignore[override]
        # Only conform finds out if the conformed elements fit into a set or a dict.
        o = self.options
        if o.kind is not None:
            kind = kind_type(o.kind)
            is_plain = kind in (list, tuple) or (kind in _SETS and self.pred.changes is False)
            return (kind.__name__,) if kind is not None and is_plain and o.into in (None, kind) else ()
        if o.into not in (None, list, tuple):
            return ()
        return ("tuple", "list") if o.into is tuple else ("list", "tuple")  # conform builds the first

    def write_parts(self, code: Code, v: str, conformed: str | None = None) -> None:
        self.write_size(code, v)
        is_set = self.options.kind is not None and kind_type(self.options.kind) in _SETS
        write_elements(code, v, self.pred, conformed, is_set=is_set)

    def write_wrong_keys(self, code: Code, v: str) -> bool:
        # explain of 1,000 maps, the last one wrong, takes 0.1 ms by this, 1.5 ms without.
        is_of_models = code.source.target(self.pred).reads_many
        if type(self) is not CollOf or "list" not in self.plain_types or is_of_models:
            return False
        with code.block(f"if type({v}) is not list:"):
            code.line("return None")
        self.write_size(code, v)
        code.line("wrong = []")
        i, element = code.name("i"), code.name("e")
        with _walk(code, f"for {i}, {element} in enumerate({{}}):", v):
            code.line(f"if not {code.test(self.pred, element)}:")
            code.line(f"    wrong.append({i})")
            code.line(f"    if len(wrong) > {MOST_WRONG}:")
            code.line("        return None")
        code.line("return wrong")
        return True


_SETS: Final = (set, frozenset)


def _check_distinct(xs: Iterable[Any]) -> bool:
    try:
        return are_distinct(xs)
    except RecursionError:
        words = "nested too deeply to be compared: an element contains itself, or has too many levels"
        raise LimitError(words, value=xs) from None


def some_elements(x: Any) -> Iterable[Any]:
    """Return the elements that `every` looks at."""
    if reading.call_guarded(is_indexed, x) and not reading.call_guarded(is_tuple, x):
        # islice with a step would walk through all of x.
        step = max(1, reading.call_guarded(len, x) // CHECK_LIMIT)
        return reading.call_guarded(lambda x: [x[i] for i in range(0, len(x), step)], x)
    return islice(reading.elements(x), CHECK_LIMIT)


def kind_type(kind: Spec) -> type | None:
    """Return the builtin type of a kind, or None."""
    kind = specize(kind)
    pred = kind.pred if isinstance(kind, Predicate) else None
    types = ((is_list, list), (is_tuple, tuple), (is_set, set), (is_dict, dict), (frozenset, frozenset))
    return next((type_ for test, type_ in types if pred is test or pred is type_), None)


def _collect_like(pair: tuple[Any, list[Any]]) -> Any:
    """Return elements as a collection like an example; INVALID if they don't fit into one."""
    example, many = pair
    like = reading.collect(many, reading.type_of(example))
    return INVALID if like is None else like


def every_kv(key_pred: Any, value_pred: Any, **options: Unpack[CollectionOptions]) -> Spec:
    """Accept a map if some of its entries fit; conform none of them (s/every-kv).

    Args:
        key_pred: the spec of a key.
        value_pred: the spec of a value.
        options: the options of `every`; into is dict by default.

    Example:
        >>> import mxspec as s
        >>> s.valid(s.every_kv(str, int), {"a": 1}), s.valid(s.every_kv(str, int), {"a": "b"})
        (True, False)
    """
    entry = Tuple((as_part(key_pred), as_part(value_pred)))
    return HomogeneousMap(entry, check_options(_with_defaults(options, into=dict)), gen_fn=options.get("gen"))


def map_of(
    key_pred: Any, value_pred: Any, *, conform_keys: bool = False, **options: Unpack[CollectionOptions]
) -> Spec:
    """Accept a map if every entry fits, and conform every value (s/map-of).

    Args:
        key_pred: the spec of a key.
        value_pred: the spec of a value.
        conform_keys: if True, keys are conformed too.
        options: the options of `every`; kind is a Mapping and into is dict by default.

    Example:
        >>> import mxspec as s
        >>> s.conform(s.map_of(str, s.nilable(int)), {"a": 1, "b": None})
        {'a': 1, 'b': None}
    """
    entry = Tuple((as_part(key_pred), as_part(value_pred)))
    map_options = check_options(_with_defaults(options, kind=is_dict, into=dict), conform_keys)
    return MapOf(entry, map_options, gen_fn=options.get("gen"))


def _with_defaults(options: CollectionOptions, **defaults: Any) -> Any:
    """Return options with defaults for those that are missing or None."""
    return {**defaults, **{name: x for name, x in options.items() if x is not None}}


class HomogeneousMap(Every, inherits=True):
    """A homogeneous map; the problems of an entry are under its key."""

    head: ClassVar[str] = "every_kv"

    def parts(self) -> Sequence[Part]:
        role = NEEDED if self.options.example_size()[0] else OPTIONAL
        key, value = self._key_and_value()
        is_dict = self._example_type() is dict
        key_part = Part(key, role, at=0, lens=ENTRY_KEYS, is_hashed=is_dict)
        return [key_part, Part(value, role, at=1, lens=ENTRY_VALUES)]

    def smallest(self, of: Callable[[Spec], Any], n: int = 0) -> Any:
        (key, value), (least, most) = self._key_and_value(), self.options.sizes()
        size = int(max(least, min(n, most)))
        return {of(key): of(value)} if size == 1 else {f"{i}": of(value) for i in range(size)}

    def _key(self, i: int, element: Any) -> Any:
        try:
            return reading.call_guarded(
                lambda x: x[0] if isinstance(x, (list, tuple)) and x else None, element
            )
        except reading.UnreadableValue:
            return None

    def _key_and_value(self) -> tuple[Spec, ...]:
        assert isinstance(self.pred, Tuple)
        return self.pred.preds

    def form(self) -> Any:
        options = self.options.form()
        # The defaults.
        if options.get("into") is dict:
            del options["into"]
        if self.head == "map_of" and options.get("kind") is is_dict:
            del options["kind"]
        return (self.head, *(part.form() for part in self._key_and_value()), *([options] if options else []))


class MapOf(HomogeneousMap, CollOf, inherits=True):
    head: ClassVar[str] = "map_of"

    @property
    def plain_types(self) -> Sequence[str]:  # type: ignore[override]
        # Only where conform turns a dict into a dict, value by value.
        kind = self.options.kind.pred if isinstance(self.options.kind, Predicate) else None
        is_plain = kind is is_dict or (isinstance(kind, type) and issubclass(dict, kind))
        return ("dict",) if is_plain and self.options.into is dict and not self.options.conform_keys else ()

    @property
    def changes(self) -> bool | None:  # type: ignore[override]
        return None if self.plain_types else True

    def write_parts(self, code: Code, v: str, conformed: str | None = None) -> None:
        self.write_size(code, v)
        key, value = self._key_and_value()
        k, e = code.name("e"), code.name("e")
        with code.block(f"for {k}, {e} in {v}.items():"):
            code.valid(key, k)
            code.write_part(value, e, conformed, v, k)


# --- loops, as code ---------------------------------------------------------------------------------------

_FEW: Final = 30  # elements


def write_elements(
    code: Code, v: str, part: Spec, conformed: str | None = None, *, is_set: bool = False
) -> None:
    """Write the check of each element of v by part; a set raises if a predicate adds to it."""
    spec = code.source.target(part)
    if isinstance(spec, Model) and not is_set:
        # All in one call: 59 ms for 10,000 images; the interpreter makes two calls and takes 77 ms.
        code.refuse_if(f"not all({code.source.method(spec, 'accepts_each')}({v}))")
        return
    element = code.name("e")
    if conformed is not None:
        i = code.name("i")
        with _walk(code, f"for {i}, {element} in enumerate({{}}):", v):
            code.write_part(part, element, conformed, v, i)
    elif code.expression(part, element) != "True":
        exact = exact_type(spec.row) if isinstance(spec, Predicate) else None
        # Counting the types of 1,000 ints takes 10 us, a loop over them 14; a loop over few is faster.
        counted = f"if len({v}) < {_FEW} or [*map(type, {v})].count({exact}) != len({v}):"
        with code.block(counted) if exact else contextlib.nullcontext():
            walk = _walk(code, f"for {element} in {{}}:", v)
            with code.block(f"for {element} in {v}:") if is_set else walk:
                code.valid(part, element)


@contextlib.contextmanager
def _walk(code: Code, head: str, v: str) -> Iterator[None]:
    """Write a loop over a list or tuple v, at {} in head; over a copy if the loop might never end.

    A predicate may append to the list, and the loop would go on. A copy of 1,000 ints takes a tenth of the
    time of their check, and the check of ints needs none, since it calls no predicate.
    """
    at = len(code.lines)
    with code.block(head.format(v)):
        yield
    if any(_CALLS.search(line) for line in code.lines[at + 1 :]):
        code.lines[at] = code.lines[at].replace(head.format(v), head.format(f"{v}[:]"))


_CALLS: Final = re.compile(r"\b(?:k|valid|conform)\d+\(")  # calls of functions that may be a user's
