"""A spec: its parts, the questions that it answers alone, and its answers as a part of a sequence.

A spec answers conform, unform and explain, each once, by plain recursion over its parts. A `Question` travels
along. A name inside a spec is a spec too: a `Reference`. Whatever else walks specs (heights, numbers of
values, schemas) is a visitor of `parts`.
"""

from __future__ import annotations

import dataclasses
import functools
import types
from collections.abc import Callable, Iterator, Sequence, Set
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, TypeVar

from mxspec.addresses import has_address, make_by_name, with_address
from mxspec.base import names
from mxspec.base.forms import call_text, predicate_text, shown_fields
from mxspec.base.lazy import lazy
from mxspec.base.messages import reasons
from mxspec.base.names import check_name
from mxspec.base.predicate_rows import UNKNOWN, PredicateRow, row_of
from mxspec.base.strategies import by_predicate
from mxspec.base.strategies.combine import Strategy
from mxspec.base.values import INVALID, identity_key, short_repr
from mxspec.errors import LimitError, Problem, SpecDefinitionError, UnformError, UnknownSpecError
from mxspec.predicates import (
    PLAIN_TYPES,
    is_any,
    is_bool,
    is_callable,
    is_empty,
    is_float,
    is_int,
    is_none,
    is_seqable,
    is_str,
    scalar_value,
)
from mxspec.specs.core.parts import Part, problems_of_pieces, specs_in, with_specs
from mxspec.specs.core.predicate_tests import HAS_NAT, test_of
from mxspec.specs.core.question import Place, Question, refusal
from mxspec.specs.core.writer import EXACT, NAMED, SCALAR_TYPES, row_expression, types_of

if TYPE_CHECKING:
    from mxspec.specs.core.batch import BatchStrategy
    from mxspec.specs.core.generation import Context
    from mxspec.specs.core.writer import Code


S = TypeVar("S")
Find = Callable[[str], "Spec | None"]

# --- specs ------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Spec:
    """A spec, an immutable value; the functions of mxspec make specs, and each kind is a subclass.

    Explain is called for a value that conform refused. If it is called for a valid value too (by merge, as in
    clojure), it returns no problems, unless the spec is bare.

    Attributes:
        name: the name in the registry.
        gen_fn: a function of no argument that returns a strategy; it replaces `strategy`.
    """

    name: str | None = dataclasses.field(default=None, kw_only=True, compare=False)
    gen_fn: Callable[[], Strategy] | None = dataclasses.field(default=None, kw_only=True, compare=False)

    # The name of the function that makes specs of this kind; their forms begin with it.
    head: ClassVar[str] = ""
    # True for a sequence regex; it splices into the regex around it.
    is_regex: ClassVar[bool] = False
    # True for a subclass of a kind without `inherits=True`: visitors know its base alone, so that `as_part`
    # and `specize` put an AskKind in its place.
    is_asked: ClassVar[bool] = False
    # True if the roles of the parts decide which values fit, and what conform may change. What a kind leaves
    # open (changes, types, most_values, a schema, a reader) follows from its parts then; else it is unknown.
    by_parts: ClassVar[bool] = False
    # True if every value of strategy() is valid by construction, so that it needs no filter.
    constructive: ClassVar[bool] = False
    # True if conform may return another value, False if it never does, None if the parts decide.
    changes: ClassVar[bool | None] = None
    # True for an open map: any registered name may be a key, and is checked there.
    takes_names: ClassVar[bool] = False
    # The names of the builtin types of all valid values; None if the parts decide, or if unknown.
    types: ClassVar[frozenset[str] | None] = None
    # False if no valid value has a hash.
    has_hash: ClassVar[bool] = True
    # An upper bound on the number of different valid values; None if the parts decide.
    most_values: ClassVar[float | None] = None
    # The names of the builtin types with code by write_parts; the interpreter gets all other values.
    plain_types: ClassVar[Sequence[str]] = ()
    # True if every text, number and None is refused, with the same problems but for the value.
    refuses_scalars: ClassVar[bool] = False

    def __init_subclass__(cls, *, inherits: bool = False, **options: Any) -> None:
        """Note a subclass of a kind, which may add a condition, unless inherits is True.

        Args:
            inherits: True if all that visitors know of the base holds for this kind: its rules, its code, its
                source, its schema.
        """
        super().__init_subclass__(**options)
        cls.is_asked = not inherits and any(issubclass(b, Spec) and b is not Spec for b in cls.__bases__)
        if cls.is_asked:  # the form of the base would be read as a spec without that condition
            own = {"head": "", "form": Spec.form, "__repr__": Spec.__repr__}
            for name, default in own.items():
                if name not in vars(cls):
                    setattr(cls, name, default)
        # What holds for the conform and explain of the base may not hold for those of this kind.
        if not {"conform", "explain"}.isdisjoint(vars(cls)):
            if "refuses_scalars" not in vars(cls):
                cls.refuses_scalars = False
            if "are_alike" not in vars(cls):
                cls.are_alike = Spec.are_alike  # type: ignore[method-assign]

    def parts(self) -> Sequence[Part]:
        """Return the parts, each with its role."""
        return ()

    def example_parts(self) -> Sequence[Part]:
        """Return the parts that examples are made of."""
        return self.parts()

    def places(self, find: Find) -> Sequence[Part]:
        """Return the parts that look at a value or at pieces of it, each with its lens.

        A kind names the lens of each part in `parts`, and overrides this where the parts that see a value are
        others: the elements of a regex, the open parts of a merge. The place of a part with the default lens
        in a kind without `by_parts` is unknown, so we search for pieces that fit it.

        Args:
            find: a function from a name to its spec, or None.
        """
        parts = self.parts()
        return parts if self.by_parts else [part.as_untold() for part in parts]

    def smallest(self, of: Callable[[Spec], Any], n: int = 0) -> Any:
        """Return a smallest value with pieces that `of` makes of the parts, or raise LookupError.

        Args:
            of: a function from a part to a value of it.
            n: the least number of pieces, where the kind leaves it open.
        """
        raise LookupError

    def held_specs(self) -> Sequence[Spec]:
        """Return the specs that this is made of: the specs in its fields, in their order."""
        specs: list[Spec] = []
        for name in type(self)._spec_fields():
            specs += specs_in(getattr(self, name))
        return specs

    @classmethod
    def _spec_fields(cls) -> Sequence[str]:
        """Return the names of the fields that may hold specs, kept by the class."""
        kept: Sequence[str] | None = vars(cls).get("_held_fields")
        if kept is None:  # the first two are the name and the generator
            kept = tuple(field.name for field in dataclasses.fields(cls)[2:] if field.init)
            type.__setattr__(cls, "_held_fields", kept)
        return kept

    def made_of(self, specs: Sequence[Spec]) -> Spec:
        """Return this made of other specs, in the order of `held_specs`, without its own generator."""
        rest = iter(specs)
        fields = {f.name: with_specs(getattr(self, f.name), rest) for f in dataclasses.fields(self) if f.init}
        return dataclasses.replace(self, **{**fields, "gen_fn": None})

    def target(self, look_up: Callable[[str], S]) -> Self | S:
        """Return this spec, or for a name the result of look_up."""
        return self

    def listed_keys(self) -> Set[str]:
        """Return the keys with their own spec; only a spec of maps has some."""
        return frozenset()

    @lazy
    def references(self) -> Sequence[Reference]:
        """The names among the parts."""
        return [part.spec for part in self.parts() if isinstance(part.spec, Reference)]

    @lazy
    def size(self) -> int:
        """The number of specs in this: a spec counts as often as it is written, and a name as one."""
        return 1 + sum(1 if isinstance(part.spec, Reference) else part.spec.size for part in self.parts())

    def check_names(self, question: Question) -> None:
        """Raise an error for an unknown name among the parts, reached or not, as clojure does."""
        for reference in self.references:
            question.names.resolve(reference.to)

    def conform(self, x: Any, question: Question) -> Any:
        """Return the conformed value of x, or INVALID."""
        raise NotImplementedError

    def unform(self, x: Any, question: Question) -> Any:
        """Return the value that conforms to x."""
        return x if self.changes is False or self.by_parts else self.checked_unformed(x, x, question)

    def checked_unformed(self, x: Any, unformed: Any, question: Question) -> Any:
        """Return a value if it conforms to x, or raise UnformError."""
        again = self.conform(unformed, question)
        if again is not x and (again is INVALID or identity_key(again) != identity_key(x)):
            words = f"{short_repr(unformed)} does not conform to it"
            raise UnformError(f"{self!r} can't unform {short_repr(x)}: {words}", spec=self, value=x)
        return unformed

    @classmethod
    def has_told_fields(cls) -> bool:
        """True if visitors know the fields of this kind: it has them as a dataclass."""
        return not cls.is_asked and (Spec not in cls.__bases__ or "__dataclass_fields__" in vars(cls))

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        """Return the problems of x, in clojure.spec's order; by default, where lenses lead."""
        is_valid = self.conform(x, question) is not INVALID
        inside = [] if is_valid else problems_of_pieces(self.parts(), x, place, question)
        return inside if is_valid or inside else [place.problem(self.form(), x)]

    def are_alike(self, kind: type, find: Find) -> bool:
        """True if explain has the same problems, but for the value, for all refused values of a plain type.

        Args:
            kind: a type of `mxspec.predicates.PLAIN_TYPES`.
            find: a function from a name to its spec, or None.
        """
        return self.refuses_scalars and kind in SCALAR_TYPES

    # --- as a part of a sequence: one element. A regex, which is any number of them, overrides all of these.

    def derivative(self, x: Any, question: Question) -> Spec | None:
        """Return the regex of the elements that may follow x, or None if this can't begin with x."""
        # Many ways of an ambiguous regex check the same element with the same spec.
        derivatives: dict[int, tuple[Any, Spec | None]] = question.element.derivatives
        known = derivatives.get(id(self))
        if known is None:
            conformed = self.conform(x, question)
            known = derivatives[id(self)] = self, None if conformed is INVALID else Accept(conformed)
        return known[1]

    def nullable(self, question: Question) -> bool:
        """True if this matches the empty sequence."""
        return False

    def value(self, question: Question) -> Any:
        """Return the match if no element follows; NOTHING if a regex has matched nothing."""
        # As in clojure, the preds of an amp see None for an element that has not been read. If they accept
        # None, a repetition of the amp ends with an extra None: plus(amp(bool, is_any)) conforms [True] to
        # [True, None].
        return None

    def stuck(self, rest: list[Any], place: Place, question: Question) -> list[Problem]:
        """Return the problems of continuing with rest, or of ending here if rest is empty."""
        return self.explain(rest[0], place.under(self.name), question) if rest else place.missing(self)

    # --- examples, forms, code ------------------------------------------------------------------------------

    def strategy(self, context: Context) -> Strategy | None:
        """Return a Hypothesis strategy of valid values, or None if this kind can't make examples."""
        return None

    def as_table(self, rows: list[Any], seed: int | None = 0) -> list[Any]:
        """Return examples of this spec as the rows of one table; a contract keeps the table's terms."""
        return rows

    def table_sizes(self) -> tuple[int, int | None]:
        """Return the least and the greatest number of rows of such a table, None for any."""
        return 0, None

    def form(self) -> Any:
        """Return this spec as data: a call with the forms of its parts, or itself if no function makes it."""
        if not self.head:
            return self
        return (self.head, *(part.spec.form() for part in self.parts()))

    def expression(self, code: Code, v: str) -> str | None:
        """Return an expression that is true if v fits, or None if write_valid writes statements."""
        return None if self.plain_types else code.meaning_expression(self, v)

    def write_valid(self, code: Code, v: str) -> None:
        """Write statements that fall through if v fits."""
        with code.valid_if_plain(self, v, *self.plain_types):
            self.write_parts(code, v)

    def write_conform(self, code: Code, v: str) -> str:
        """Write statements that conform v, and return the expression for it."""
        if not {"list", "dict"}.intersection(self.plain_types[:1]):
            return code.conform_by_meaning(self, v)
        with code.conform_if_plain(self, v, self.plain_types[0]) as conformed:
            self.write_parts(code, v, conformed)
        return conformed

    def write_parts(self, code: Code, v: str, conformed: str | None = None) -> None:
        """Write the check of a value of plain_types.

        Args:
            code: the function to write into.
            v: the variable of the value.
            conformed: the variable that holds v, to be replaced by a copy with conformed parts; or None.
        """
        raise NotImplementedError

    def write_wrong_keys(self, code: Code, v: str) -> bool:
        """Write a function that returns a list of the keys of invalid values, or None if unsure.

        Returns:
            True if this kind has such a function; it is worth its lines for maps alone.
        """
        return False

    # --- many values together -------------------------------------------------------------------------------

    @property
    def reads_many(self) -> bool:
        """True if a model of this answers for many values in one call."""
        return False

    def batch_strategy(self, context: Context) -> BatchStrategy | None:
        """Return the strategy of batches of examples, or None if no function makes them."""
        return None

    # --- in an annotation -----------------------------------------------------------------------------------

    # Because of this and __iter__, Hypothesis and pydantic take a spec in Annotated[...] for a
    # GroupedMetadata of annotated-types.
    __is_annotated_types_grouped_metadata__: ClassVar[bool] = True

    def __iter__(self) -> Iterator[Any]:
        """Return an iterator over the metadata that stands for this in an annotation.

        It goes over neither valid values (see `sample`) nor the parts (see `parts`).
        """
        return annotation_parts(self)

    # Without this, `x in spec` would search that metadata for x; `valid` checks a value.
    __contains__: ClassVar[None] = None

    # --- an immutable value ---------------------------------------------------------------------------------

    def __reduce__(self) -> tuple[Any, ...]:
        if self.name is not None and names.current.find(self.name) is self:
            return registered_spec, (self.name,)  # another process has its own, under the same name
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.init}
        if has_address(type(self)):
            return functools.partial(make_by_name, type(self).__name__, **fields), ()
        return functools.partial(type(self), **fields), ()

    def __deepcopy__(self, memo: object) -> Self:
        return self  # like a function; it may hold a network

    def __repr__(self) -> str:
        try:
            form = self.form()
            if form is self:
                form = type(self).__name__, shown_fields(self)
            call = call_text(form)
        except RecursionError:
            return f"<{type(self).__name__} that is nested too deeply>"
        return f"with_gen({call}, {predicate_text(self.gen_fn)})" if self.gen_fn is not None else call


@functools.singledispatch
def annotation_parts(spec: Spec) -> Iterator[Any]:
    """Return an iterator over the strategy of a spec for Hypothesis and its schema for pydantic."""
    return iter(())


@with_address
def registered_spec(name: str) -> Spec:
    """Return the spec of a name, for pickle, or raise UnknownSpecError."""
    spec: Spec | None = names.current.find(name)
    if spec is None:
        raise UnknownSpecError(
            f"no spec is registered under {name!r} in this process; a registered spec pickles by its name, "
            "so import the module that registers it first",
            spec=name,
        )
    return spec


def name_of(x: Any) -> Any:
    """Return the name of a spec that has one, and anything else as it is."""
    return x.name if issubclass(type(x), Spec) and x.name is not None else x


def walk(spec: Spec, leads_on: Callable[[Spec], bool] = lambda spec: True) -> Iterator[Spec]:
    """Yield a spec and all specs that it leads to, references included, once each."""
    waiting, seen = [spec], set()
    while waiting:
        spec = waiting.pop()
        if id(spec) not in seen:
            seen.add(id(spec))
            yield spec
            waiting += [part.spec for part in spec.parts()] if leads_on(spec) else []


# --- the end of a sequence --------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Accept(Spec):
    """The end of a regex: it matches only the empty sequence, and holds the match."""

    matched: Any = dataclasses.field(compare=False)
    head: ClassVar[str] = "accept"
    is_regex: ClassVar[bool] = True

    def held_specs(self) -> Sequence[Spec]:
        return ()

    def derivative(self, x: Any, question: Question) -> Spec | None:
        return None

    def nullable(self, question: Question) -> bool:
        return True

    def value(self, question: Question) -> Any:
        return self.matched

    def stuck(self, rest: list[Any], place: Place, question: Question) -> list[Problem]:
        return []


# --- names ------------------------------------------------------------------------------------------------

_PENDING: Final = object()


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Reference(Spec):
    """A name. It is looked up for each question, so it may be registered later or again, and may recur.

    Only names make specs recursive. So references count the depth, and they remember answers: a value with
    shared parts takes time in proportion to its different parts.
    """

    to: str

    by_parts: ClassVar[bool] = True
    constructive: ClassVar[bool] = True

    def target(self, look_up: Callable[[str], S]) -> S:  # never itself
        return look_up(self.to)

    def held_specs(self) -> Sequence[Spec]:
        return ()  # a name stays, whatever it stands for

    @property
    def is_regex(self) -> bool:  # type: ignore[override]
        spec = names.current.find(self.to)
        return spec is not None and spec.is_regex

    def parts(self) -> Sequence[Part]:
        spec = names.current.find(self.to)
        return () if spec is None else (Part(spec),)

    def conform(self, x: Any, question: Question) -> Any:
        known = question.answers.get((self.to, id(x)))
        if known is None:
            spec = question.names.resolve(self.to)
            known = question.answers[self.to, id(x)] = [x, _PENDING]
            question.enter(self.to)
            known[1] = spec.conform(x, question)
            question.depth -= 1
        elif known[1] is _PENDING:
            raise self._circle()
        return known[1]

    def unform(self, x: Any, question: Question) -> Any:
        known = question.answers.get(("unform", self.to, id(x)))
        if known is None:
            spec = question.names.resolve(self.to)
            known = question.answers["unform", self.to, id(x)] = [x, _PENDING]
            question.enter(self.to)
            known[1] = spec.unform(x, question)
            question.depth -= 1
        elif known[1] is _PENDING:
            raise self._circle()
        return known[1]

    def _circle(self) -> LimitError:
        return LimitError(
            f"{self.to!r} leads back to itself with the same value: the value contains itself, or the spec "
            "refers to itself without looking into the value",
            spec=self.to,
        )

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        spec = question.names.find(self.to)
        if spec is None:
            return [place.problem(self.to, x)]
        if question.is_explained(self.to, x):
            return [place.problem(self.to, x, reason=reasons.AS_BEFORE)]
        question.enter(self.to)
        problems: list[Problem] = spec.explain(x, place.under(spec.name), question)
        question.depth -= 1
        return problems

    def are_alike(self, kind: type, find: Find) -> bool:
        spec = find(self.to)
        return spec is not None and spec.are_alike(kind, find)

    # The regex of a name splices into the regex around it.

    def derivative(self, x: Any, question: Question) -> Spec | None:
        spec = question.names.resolve(self.to)
        if not spec.is_regex:
            conformed = self.conform(x, question)
            return None if conformed is INVALID else Accept(conformed)
        if self.to in question.element.deriving:
            raise LimitError(
                f"{self.to!r} refers to itself before it has matched an element, which never ends; "
                "star and plus repeat a part",
                spec=self.to,
            )
        question.element.deriving.add(self.to)
        after: Spec | None = spec.derivative(x, question)
        question.element.deriving.discard(self.to)
        return after

    def nullable(self, question: Question) -> bool:
        return bool(question.names.resolve(self.to).nullable(question))

    def value(self, question: Question) -> Any:
        return question.names.resolve(self.to).value(question)

    def stuck(self, rest: list[Any], place: Place, question: Question) -> list[Problem]:
        spec: Spec = question.names.resolve(self.to)
        place = place.under(spec.name)
        if spec.is_regex:
            return spec.stuck(rest, place, question)
        # Count explanations to bound them. As in clojure, the name is in via once more.
        return self.explain(rest[0], place, question) if rest else place.missing(self)

    def strategy(self, context: Context) -> Strategy | None:
        return self.target(names.current.resolve).strategy(context)  # type: ignore[no-any-return]

    def form(self) -> Any:
        return self.to


# --- from what a user writes to a spec --------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Predicate(Spec):
    """A predicate, a type or a set as a spec.

    Attributes:
        pred: the user's predicate.
        bare: True if it was written inside another spec, without s.spec(...) around it. clojure.spec can't
            explain it in merge and in the methods of multi_spec, and always reports it there.
        test: the function that tests a value.
    """

    pred: Any
    bare: bool = False
    test: Callable[[Any], Any] = dataclasses.field(init=False)

    changes: ClassVar[bool | None] = False
    constructive: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "test", test_of(self.pred))

    def held_specs(self) -> Sequence[Spec]:
        return ()  # its fields hold values

    def conform(self, x: Any, question: Question) -> Any:
        try:
            if type(x) in PLAIN_TYPES:
                return x if self.test(x) else INVALID
            return self.read_scalar(x)
        except Exception as error:  # an exception is a refusal; explain gives the reason
            refusal(error)
            return INVALID

    def read_scalar(self, x: Any) -> Any:
        """Return x, or the Python value that a scalar of numpy or pandas holds, if it passes; else INVALID.

        A scalar itself passes a predicate that does not require a number or a text, a class that it is an
        instance of, and a user's function that requires it.
        """
        value = scalar_value(x)
        if value is x:
            return x if self.test(x) else INVALID
        pred = self.pred
        is_of_class = isinstance(pred, type) and pred not in (*EXACT, *HAS_NAT) and isinstance(x, pred)
        if pred in _SCALARS_TOO or is_of_class:
            return x if self.test(x) else INVALID
        if self.test(value):
            return value
        is_own = callable(pred) and not isinstance(pred, (type, functools.partial)) and row_of(pred) is None
        return x if is_own and self.test(x) else INVALID

    def accepts(self, x: Any) -> bool:
        """True if x, or a value inside it, passes."""
        return self.read_scalar(x) is not INVALID

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        reason = None
        try:
            fits = self.test(x) if type(x) in PLAIN_TYPES else self.read_scalar(x) is not INVALID
            if fits and not self.bare:
                return []
        except Exception as error:
            reason = refusal(error)
        if (x is None or x is False) and isinstance(self.pred, (set, frozenset)):
            reason = reasons.NO_MEMBERS if any(each is x for each in [*self.pred]) else None
        return [place.problem(self.pred, x, reason=reason)]

    def are_alike(self, kind: type, find: Find) -> bool:
        # The test of a plain class calls no method of a user, so it gives no reason.
        return type(self.pred) is type or any(self.pred is test for test in _TYPE_TESTS)

    @lazy
    def row(self) -> PredicateRow:
        """The conditions of the predicate, UNKNOWN if they are not known."""
        return row_of(self.pred) or UNKNOWN

    @property
    def types(self) -> frozenset[str] | None:  # type: ignore[override]
        return types_of(self.row)

    @property
    def has_hash(self) -> bool:  # type: ignore[override]
        return self.row.has_hash

    @property
    def most_values(self) -> float:  # type: ignore[override]
        return self.row.most_values

    def members(self) -> Sequence[Any] | None:
        """Return all values, one of each that are equal; None if they are many, or unknown."""
        return self.row.values

    def strategy(self, context: Context) -> Strategy | None:
        return by_predicate.for_predicate(self.pred, context.hashed)

    def expression(self, code: Code, v: str) -> str:
        call = self.test_call(code, v)
        if isinstance(self.pred, (set, frozenset)):
            if self.pred and all(type(element) is str for element in self.pred):
                return f"({v} in {code.const(self.pred)} if type({v}) is str else {call})"
            return call
        plain = row_expression(self.row, v, call)
        if plain is None and isinstance(self.pred, type):
            cls = code.const(self.pred)
            test = f"type({v}) is {cls}" if self.pred in HAS_NAT else f"isinstance({v}, {cls})"
            return f"({test} or {call})"
        return plain or call

    def test_call(self, code: Code, v: str) -> str:
        """Return a call that is true if v passes; the named predicates read scalars themselves."""
        test = code.source.test(self.test)
        if test in NAMED:
            return f"{test}({v})"
        return f"({test}({v}) if type({v}) in PLAIN_TYPES else {code.source.method(self, 'accepts')}({v}))"

    def form(self) -> Any:
        return self.pred if self.bare else ("spec", self.pred)

    def __repr__(self) -> str:
        gen = f", gen={predicate_text(self.gen_fn)}" if self.gen_fn is not None else ""
        return call_text(self.pred) if self.bare and not gen else f"spec({call_text(self.pred)}{gen})"


_TYPE_TESTS: Final = (is_none, is_bool, is_int, is_float, is_str)

_SCALARS_TOO: Final = (is_any, object, is_seqable, is_empty, is_callable)
"""The predicates that see a scalar as it is."""


# --- kinds that no visitor knows --------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class AskKind(Spec):
    """A spec of a kind that no visitor knows: it answers itself, and nothing else is read from it.

    A subclass of CollOf may refuse more than CollOf does. The visitors of specs (compiled code, proofs,
    schemas, sources, readers) know CollOf and would drop that condition.
    """

    of: Spec

    def __post_init__(self) -> None:
        if self.of.is_regex:
            name, base = type(self.of).__name__, type(self.of).__bases__[0].__name__
            raise SpecDefinitionError(
                f"{name} is a subclass of {base}, a regex, and a regex around it reads its elements one by "
                "one; make the regex of s.cat, s.alt, s.star and s.amp(regex, condition), or the spec of a "
                "whole sequence by a subclass of Spec"
            )

    def parts(self) -> Sequence[Part]:
        return [part._replace(spec=as_part(part.spec)) for part in self.of.parts()]

    def places(self, find: Find) -> Sequence[Part]:
        return [part._replace(spec=as_part(part.spec)) for part in self.of.places(find)]

    def held_specs(self) -> Sequence[Spec]:
        return ()  # when remade, it might lose its condition

    def conform(self, x: Any, question: Question) -> Any:
        return self.of.conform(x, question)

    def unform(self, x: Any, question: Question) -> Any:
        return self.checked_unformed(x, self.of.unform(x, question), question)

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        if self.of.conform(x, question) is not INVALID:
            return []
        # The explain of a base knows nothing of a condition that the subclass has in its conform.
        order: Any = type(self.of).__mro__
        explains = next(i for i, c in enumerate(order) if "explain" in vars(c))
        conforms = next(i for i, c in enumerate(order) if "conform" in vars(c))
        is_own = (
            order[explains] is Spec or explains <= conforms
        )  # the default calls the conform of the subclass
        knows_all = is_own or order[explains].conform(self.of, x, question) is INVALID
        return (knows_all and self.of.explain(x, place, question)) or [place.problem(self.form(), x)]

    def strategy(self, context: Context) -> Strategy | None:
        return self.of.strategy(context)

    def form(self) -> Any:
        return self.of.form()

    def __repr__(self) -> str:
        return repr(self.of)


# --- what a user writes -----------------------------------------------------------------------------------


@with_address
def as_part(x: Any) -> Spec:
    """Return an argument of a combinator as a part: a spec, a reference, or a predicate marked as bare."""
    kind = type(x)  # `__class__` may raise
    if issubclass(kind, Spec):
        x = asked_kind(x) if kind.is_asked else x
        if not isinstance(x, Reference) and x.size > MOST_PARTS:
            raise SpecDefinitionError(
                f"a spec of {x.size:,} parts, each counted as often as it is written, is too large; register "
                "a part that is written more than once with s.def_, and write its name"
            )
        return x  # type: ignore[no-any-return]
    if issubclass(kind, str):
        return Reference(check_name(x, is_part=True))
    return written_spec.dispatch(kind)(x, True)


def asked_kind(spec: Spec) -> Spec:
    """Return the spec that replaces a spec of a kind that no visitor knows, the same one each time."""
    kept = vars(spec)
    if "_asked_kind" not in kept:
        kept["_asked_kind"] = AskKind(spec, name=spec.name, gen_fn=spec.gen_fn)
    return kept["_asked_kind"]  # type: ignore[no-any-return]


MOST_PARTS: Final = 1_000_000
"""The greatest number of parts in a spec, each counted as often as it is written.

An `or_` of one spec twice checks a value with it twice, an `or_` of that `or_` twice 4 times, and so on. A
name may be looked up only later, remembers its answers, and counts as one part.
"""


@with_address
def specize(x: Any) -> Spec:
    """Return the spec that x is or names.

    Raises:
        UnknownSpecError: x is a name that nothing is registered under.
        SpecDefinitionError: x is neither a spec, a name, a predicate, an annotation nor a dict of specs.
    """
    kind = type(x)
    read = _READERS.get(kind)  # before all else: `valid(int, 3)` takes a fifth less time
    if read is not None:
        return read(x, False)
    if issubclass(kind, Spec):
        if kind.is_asked:
            return asked_kind(x)
        return x.target(names.current.resolve) if issubclass(kind, Reference) else x  # type: ignore[no-any-return]
    if issubclass(kind, str):
        return names.current.resolve(x)  # type: ignore[no-any-return]
    return written_spec.dispatch(kind)(x, False)


@functools.singledispatch
def written_spec(x: Any, bare: bool) -> Spec:
    """Return the spec of a value that is neither a spec nor a name: the one entry for all calls.

    Each kind is read where its specs are: annotations, dicts, ranges, regular expressions. A value without a
    method here is a predicate.

    Args:
        x: a predicate, a type, a set, an annotation, a dict of specs, and so on.
        bare: as in `Predicate`.
    """
    return Predicate(x, bare=bare)


_READERS: Final = written_spec.registry


for _kind in (type, types.FunctionType, types.BuiltinFunctionType, functools.partial, set, frozenset):
    written_spec.register(_kind, Predicate)

UNKEPT: Final = frozenset({*_READERS, dict} - {object})
"""The kinds that make their spec anew at each question, so that it is never compiled."""


def is_written_spec(x: object) -> bool:
    """True for a dict of specs, an annotation and so on: what stands for a spec, and is not a function.

    Example:
        >>> import mxspec as s
        >>> is_written_spec({"a": int}), is_written_spec(list[int]), is_written_spec(len)
        (True, True, False)
    """
    return written_spec.dispatch(type(x)) not in (Predicate, _READERS[object])


@written_spec.register(type(None))
def _spec_of_none(x: None, bare: bool) -> Spec:
    if bare:
        return Predicate(is_none, bare=True)
    raise SpecDefinitionError("None is a spec inside of others only, as in s.or_(int, None); say s.is_none")


def text_of(x: Any) -> str:
    """Return the text of a spec, a predicate or a name for messages."""
    if isinstance(x, Predicate) and type(x).form is Predicate.form:  # others have their own words
        return predicate_text(x.pred) if not isinstance(x.pred, (set, frozenset)) else repr(x)
    return repr(x) if isinstance(x, (Spec, str)) else predicate_text(x)
