"""What a spec is: the six operations, and the predicate spec that all others are built from.

The meaning of each operation is clojure.spec.alpha's; explain's problems come in its order.
"""

from __future__ import annotations

import copyreg
import dataclasses
import functools
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, final

from mxspec.errors import GeneratorError, SpecDefinitionError, SpecError
from mxspec.names.forms import call_text, predicate_text
from mxspec.names.registry import check_name, find, resolve
from mxspec.predicates import is_float, is_int
from mxspec.strategies import by_predicate, combine, sampling
from mxspec.values.equality import same_kind

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Problem = dict[str, Any]
Path = tuple[Any, ...]
Overrides = Mapping[Any, Any]

RECURSION_LIMIT: Final = 4
"""How often a branching spec is gone through again in generation before its plain branches alone are left
(clojure.spec.alpha/*recursion-limit*)."""


@final
class Invalid:
    """The type of INVALID, of which there is one."""

    _one: Invalid | None = None

    def __new__(cls) -> Invalid:
        if cls._one is None:
            cls._one = super().__new__(cls)
        return cls._one

    def __repr__(self) -> str:
        return "INVALID"

    def __bool__(self) -> bool:
        # 0, None and False are lawful conformed values, so a truth test is a mistake either way.
        raise TypeError("INVALID has no truth value; compare with 'is INVALID' or ask s.is_invalid(...)")

    def __reduce__(self) -> str:
        return "INVALID"


INVALID: Final = Invalid()
"""What conform answers for a value that does not fit (:clojure.spec.alpha/invalid)."""


def is_invalid(x: Any) -> bool:
    """True of INVALID alone (s/invalid?).

    Example:
        >>> import mxspec as s
        >>> s.is_invalid(s.conform(int, "3")), s.is_invalid(s.conform(int, 0))
        (True, False)
    """
    return x is INVALID


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Spec:
    """A spec: an immutable value that answers six questions. Made by the functions of mxspec, not by hand."""

    name: str | None = dataclasses.field(default=None, kw_only=True)
    gen_fn: Callable[[], SearchStrategy[Any]] | None = dataclasses.field(default=None, kw_only=True)

    # Whether every value of strategy() is valid by the way it is built, so that no filter is needed.
    constructive: ClassVar[bool] = True
    # Whether this is a sequence regex, which splices into the regex around it.
    is_regex: ClassVar[bool] = False

    def conform(self, x: Any) -> Any:
        """x as this spec sees it, or INVALID."""
        raise NotImplementedError

    @property
    def asks_together(self) -> bool:
        """Whether conform_many costs less than as many times conform; so it is if a part of this batches."""
        waiting, seen = [self], {id(self)}
        while waiting:
            spec = waiting.pop()
            if spec.batches:
                return True
            parts = [find(pred) if isinstance(pred, str) else pred for pred in spec.asked_in_turn()]
            waiting += [part for part in parts if part is not None and id(part) not in seen]
            seen.update(map(id, parts))
        return False

    @property
    def batches(self) -> bool:
        """Whether this spec, its parts aside, has a way of its own to ask about many values at once."""
        return False

    def asked_in_turn(self) -> Iterable[Pred]:
        """The parts of which conform_many asks each by its own conform_many."""
        return ()

    def conform_many(self, xs: Sequence[Any]) -> list[Any]:
        """conform of each of xs; it may be xs itself, where each conforms to itself."""
        return [self.conform(x) for x in xs]

    def gathered(self, xs: Sequence[Any]) -> Any:
        """The xs, one or more, in one array whose rows they are, if all of them fit; else None.

        None is also the answer where it takes more than such an array to tell.
        """
        return None

    def unform(self, x: Any) -> Any:
        """The value that conform made x of."""
        return x

    def explain(self, path: Path, via: Path, in_: Path, x: Any) -> list[Problem]:
        """What is wrong with x, in clojure.spec's order."""
        raise NotImplementedError

    def strategy(self, overrides: Overrides, path: Path, seen: Seen) -> SearchStrategy[Any] | None:
        """A Hypothesis strategy for values of this spec, or None where there is no way to make any."""
        raise NotImplementedError

    def recipe(self, overrides: Overrides, path: Path, seen: Seen) -> sampling.Recipe | None:
        """How to make many values at once, where that costs less than as many draws of `strategy`.

        What it makes is an example only if conform accepts it.
        """
        return None

    def form(self) -> Any:
        """This spec as data."""
        raise NotImplementedError

    def with_gen(self, gen_fn: Callable[[], SearchStrategy[Any]]) -> Self:
        """The same spec, whose examples come from gen_fn()."""
        return dataclasses.replace(self, gen_fn=gen_fn, name=None)

    def __reduce__(self) -> Any:
        if self.name is not None and find(self.name) is self:
            return resolve, (self.name,)  # another process has its own, under the same name
        return copyreg.__newobj__, (type(self),), self.__getstate__()  # type: ignore[attr-defined]

    def __getstate__(self) -> dict[str, Any]:
        # The fields; what else is in the instance was worked out from them and is worked out anew.
        made = {field.name for field in dataclasses.fields(self) if field.init}
        return {name: value for name, value in self.__dict__.items() if name in made}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.__post_init__()

    def __post_init__(self) -> None:
        """Work out from the fields what is asked often."""

    def standalone(self) -> Spec:
        """This spec, or for a sequence regex a spec that no longer splices into another."""
        return self

    def __repr__(self) -> str:
        call = call_text(self.form())
        return f"with_gen({call}, {predicate_text(self.gen_fn)})" if self.gen_fn else call


class Seen(dict[int, int]):
    """How often each branching spec has been entered on the way down, by the spec's id."""

    def __init__(self, limit: int, counts: Mapping[int, int] | None = None) -> None:
        super().__init__(counts or {})
        self.limit = limit

    def entered(self, spec: object) -> Seen:
        """A copy that counts one more entry of spec."""
        return Seen(self.limit, {**self, id(spec): self.get(id(spec), 0) + 1})

    def exhausted(self, spec: object, path: Path, step: Any) -> bool:
        """Whether another turn through spec by this step would pass the limit."""
        return self.get(id(spec), 0) > self.limit and step in path


Pred = Spec | str
"""What a combinator keeps of each pred it was given: a spec, or a name that is looked up when it is used."""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Predicate(Spec):
    """A predicate, a type or a set as a spec."""

    pred: Any
    # A bare predicate was written inside another spec, without s.spec(...) around it. clojure.spec reports
    # it in merge and in the methods of multi_spec whether it holds or not, because it has no explain* there.
    bare: bool = False
    test: Callable[[Any], Any] = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "test", test_of(self.pred))

    def conform(self, x: Any) -> Any:
        try:
            return x if self.test(x) else INVALID
        except RecursionError:
            raise
        except Exception:
            # A predicate that raises on a value has not accepted it; explain carries the exception.
            return INVALID

    def explain(self, path: Path, via: Path, in_: Path, x: Any) -> list[Problem]:
        try:
            if self.test(x):
                return []
        except RecursionError:
            raise
        except Exception as error:
            return [problem(path, self.pred, x, via, in_, reason=exception_text(error))]
        return [problem(path, self.pred, x, via, in_)]

    def strategy(self, overrides: Overrides, path: Path, seen: Seen) -> SearchStrategy[Any] | None:
        return by_predicate.for_predicate(self.pred)

    def form(self) -> Any:
        return self.pred if self.bare else ("spec", self.pred)

    def __repr__(self) -> str:
        gen = f", gen={predicate_text(self.gen_fn)}" if self.gen_fn else ""
        return call_text(self.pred) if self.bare and not gen else f"spec({call_text(self.pred)}{gen})"


def test_of(pred: Any) -> Callable[[Any], Any]:
    """The function that decides whether a value satisfies a type, a set or a callable."""
    if isinstance(pred, (set, frozenset)):
        return member_test(pred)
    if pred is int:
        return is_int  # bool is an int to Python, not to a reader of a spec
    if pred is float:
        return is_float
    if isinstance(pred, type):
        return lambda x: isinstance(x, pred)
    if hasattr(pred, "__origin__") or isinstance(pred, types.UnionType):
        raise SpecDefinitionError(f"{pred!r} is a type annotation; say s.from_type({pred!r})")
    if callable(pred):
        return pred  # type: ignore[no-any-return]
    raise SpecDefinitionError(
        f"{pred!r} is no predicate; give a callable, a type, a set, a spec or the name of one"
    )


test_of.__test__ = False  # type: ignore[attr-defined]  # pytest collects by prefix


def member_test(elements: set[Any] | frozenset[Any]) -> Callable[[Any], bool]:
    """Membership as clojure has it: 1, 1.0 and True differ, and None and False are never members."""
    own = {e: e for e in elements if e is not None and e is not False}

    def is_member(x: Any) -> bool:
        try:
            found = own.get(x, INVALID)
        except TypeError:  # unhashable, so it is in no set
            return False
        return found is not INVALID and same_kind(found, x)

    return is_member


def exception_text(error: BaseException) -> str:
    """An exception as a reason: its class and what it says."""
    try:
        said = str(error)
    except Exception:
        said = ""
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def problem(path: Path, pred: Any, val: Any, via: Path, in_: Path, reason: str | None = None) -> Problem:
    """One problem dict, its keys in clojure.spec's order."""
    made = {"path": list(path), "pred": pred, "val": val, "via": list(via), "in": list(in_)}
    if reason is not None:
        made["reason"] = reason
    return made


def answers(conform: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A spec's conform that refuses a value whose own methods raise (len, iteration, comparison, ...).

    Two errors pass: a SpecError, which is about the spec, and a RecursionError, since whoever goes on
    after one may come to the same depth again by exponentially many ways. It ends the whole question.
    """

    @functools.wraps(conform)
    def answered(self: Any, x: Any) -> Any:
        try:
            return conform(self, x)
        except (SpecError, RecursionError):
            raise
        except Exception:
            return INVALID

    return answered


Explain = Callable[[Any, Path, Path, Path, Any], list[Problem]]


def explains(explain: Explain) -> Explain:
    """A spec's explain that has what a value's own methods raise for a reason, as `answers` refuses it."""

    @functools.wraps(explain)
    def explained(self: Any, path: Path, via: Path, in_: Path, x: Any) -> list[Problem]:
        try:
            return explain(self, path, via, in_, x)
        except (SpecError, RecursionError):
            raise
        except Exception as error:
            return [problem(path, self.form(), x, via, in_, reason=exception_text(error))]

    return explained


# --- from what a user writes to a spec -------------------------------------------------------------------


def as_pred(x: Any) -> Pred:
    """What a combinator keeps of an argument: a spec, a name, or a predicate marked as bare."""
    if isinstance(x, Spec):
        return x
    if isinstance(x, str):
        return check_name(x)
    return Predicate(x, bare=True)


def specize(x: Any) -> Spec:
    """The spec that x is or names; an unknown name is an UnknownSpecError."""
    if isinstance(x, Spec):
        return x
    if isinstance(x, str):
        found: Spec = resolve(x)
        return found
    return Predicate(x)


def find_name(x: Any) -> str | None:
    """The name that x is or is registered under (spec-name)."""
    return x if isinstance(x, str) else x.name if isinstance(x, Spec) else None


def explain_pred(pred: Pred, path: Path, via: Path, in_: Path, x: Any) -> list[Problem]:
    """The problems of x by pred as a part of another spec (explain-1)."""
    spec = find(pred) if isinstance(pred, str) else pred
    if spec is None:
        return [problem(path, pred, x, via, in_)]
    if isinstance(spec, Predicate) and spec.bare:
        return spec.explain(path, via, in_, x) or [problem(path, spec.pred, x, via, in_)]
    named: list[Problem] = spec.explain(path, (*via, spec.name) if spec.name else via, in_, x)
    return named


def form_of(pred: Pred) -> Any:
    """pred as a part of another form."""
    return pred if isinstance(pred, str) else pred.form()


def strategy_of(pred: Any, overrides: Overrides, path: Path, seen: Seen) -> SearchStrategy[Any]:
    """The strategy of pred as a part of another, with overrides and filters (gensub).

    Raises GeneratorError where there is none.
    """
    spec = specize(pred)
    by_hand = given_gen(overrides, (spec.name or spec, path), spec.gen_fn)
    made = (
        combine.made_by(by_hand, what=f"the generator of {spec!r}")
        if by_hand is not None
        else spec.strategy(overrides, path, seen)
    )
    if made is None:
        raise GeneratorError(
            f"unable to construct gen at: {list(path)} for: {text_of(pred)}; "
            "give one with s.with_gen(spec, lambda: strategy) or in overrides",
            spec=pred,
            failure="no-gen",
            path=list(path),
        )
    if spec.constructive and by_hand is None:
        return made
    return sampling.such_that(lambda x: spec.conform(x) is not INVALID, made, what=text_of(pred))


def recipe_of(pred: Any, overrides: Overrides, path: Path, seen: Seen) -> sampling.Recipe | None:
    """The recipe of pred, unless its examples are given by hand."""
    spec = specize(pred)
    by_hand = given_gen(overrides, (spec.name or spec, path), spec.gen_fn)
    return spec.recipe(overrides, path, seen) if by_hand is None else None


def given_gen(overrides: Overrides, keys: Iterable[Any], otherwise: Any = None) -> Any:
    """The first of the overrides under keys. Strategies have no truth value, so `or` is not for them."""
    return next((overrides[key] for key in keys if key in overrides), otherwise)


def text_of(pred: Any) -> str:
    """What a message calls pred."""
    if isinstance(pred, Predicate):
        return predicate_text(pred.pred) if not isinstance(pred.pred, (set, frozenset)) else repr(pred)
    return repr(pred) if isinstance(pred, (Spec, str)) else predicate_text(pred)
