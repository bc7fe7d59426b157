"""Specs of functions: fspec, fdef, exercise_fn."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

from mxspec.api.examples import gen as gen_of
from mxspec.api.examples import generate, sample
from mxspec.api.explain import refusal
from mxspec.api.operations import def_, valid
from mxspec.core.context import GenContext
from mxspec.core.parts import as_pred, explain_pred, form_of, specize, text_of
from mxspec.core.problems import Place
from mxspec.core.spec import Pred, Spec
from mxspec.errors import CallError, GeneratorError, Problem, SpecDefinitionError
from mxspec.functions.arguments import Parameters, first_fit, parameters_of, result_of
from mxspec.functions.locate import find_function
from mxspec.names import check_name, find, name_of_function
from mxspec.predicates import is_any, is_callable
from mxspec.strategies import combine
from mxspec.strategies.ordinary import simple
from mxspec.strategies.trials import Failure, run_trials
from mxspec.values import INVALID
from mxspec.words.reasons import message_text

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

F = TypeVar("F")

CONFORM_TRIALS: Final = 21
"""How many calls conform tries (clojure.spec.alpha/*fspec-iterations*)."""

EXPLAIN_TRIALS: Final = 100
"""How many calls explain tries; the number stands in fspec-impl of clojure.spec.alpha."""

_SEED: Final = 0  # one function is always tried on the same calls, so that a spec answers the same every time


@dataclasses.dataclass(frozen=True)
class Refusal:
    """The reason why a call does not satisfy an fspec: its exception, or a part of the fspec that refused.

    Attributes:
        role: "args", "call", "ret" or "fn".
        pred: the part of the fspec that refused; None if the call raised.
        value: the value that was refused, or the arguments of the call that raised.
        error: the exception.
    """

    role: str
    pred: Pred | None
    value: Any
    error: Exception | None = None


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class FSpec(Spec):
    """A spec of functions, which are tried out on arguments made from args."""

    args: Pred | None = None
    ret: Pred = dataclasses.field(default_factory=lambda: as_pred(is_any))
    fn: Pred | None = None

    def refusal(self, f: Callable[..., Any], parameters: Parameters, values: Any) -> Refusal | None:
        """Return the refusal of the call of f that args sees as values, or None (call-valid?, check-call)."""
        return self.refusals(f, parameters, [values])[0]

    def refusals(
        self, f: Callable[..., Any], parameters: Parameters, calls: Sequence[Any]
    ) -> list[Refusal | None]:
        """Return the refusal of each call, or None. f is called one by one; args and ret get all at once."""
        assert self.args is not None
        refusals: list[Refusal | None] = [None] * len(calls)
        arguments = specize(self.args).conform_batch(calls)
        returned: dict[int, Any] = {}
        for i, values in enumerate(calls):
            if arguments[i] is INVALID:
                refusals[i] = Refusal("args", self.args, values)
                continue
            call = parameters.call(self.args, values)
            try:
                returned[i] = result_of(f, call)
            except Exception as error:
                # A RecursionError too: it is the function's, whose calls are tried, not the question's.
                refusals[i] = Refusal("call", None, values, error)
        conformed = specize(self.ret).conform_batch(list(returned.values()))
        for i, ret in zip(returned, conformed, strict=True):
            if ret is INVALID:
                refusals[i] = Refusal("ret", self.ret, returned[i])
            elif self.fn is not None and not valid(self.fn, relation := {"args": arguments[i], "ret": ret}):
                refusals[i] = Refusal("fn", self.fn, relation)
        return refusals

    @property
    def checks_in_batches(self) -> bool:
        """True if args or ret is batched, so that `refusals` is worth calling."""
        return any(specize(pred).is_batched for pred in (self.args, self.ret) if pred is not None)

    def _tried(self, f: Callable[..., Any], n: int, *, shrink: bool) -> Failure | None:
        """Return the smallest of n calls that f fails, with its Refusal, or None if it fails none."""
        parameters = parameters_of(f)
        trials = run_trials(
            gen_of(self.args),
            lambda values: self.refusal(f, parameters, values),
            n,
            _SEED,
            text_of(self.args),
            shrink=shrink,
        )
        return trials.smallest

    def _ask_for_args(self) -> None:
        if self.args is None:
            raise SpecDefinitionError(
                f"can't conform a function to {self!r}, which has no args spec to try it on", spec=self
            )

    def conform(self, x: Any) -> Any:
        self._ask_for_args()
        if not callable(x):
            return INVALID
        if type(x) is MadeUp and x.is_for(self):
            return x
        return x if self._tried(x, CONFORM_TRIALS, shrink=False) is None else INVALID

    def explain(self, x: Any, place: Place) -> list[Problem]:
        if not callable(x):
            return [place.problem(is_callable, x)]
        self._ask_for_args()
        # The calls that conform tries come first, so that what it refused is never left unexplained.
        failed = self._tried(x, CONFORM_TRIALS, shrink=True) or self._tried(x, EXPLAIN_TRIALS, shrink=True)
        if failed is None:
            return []
        refusal: Refusal = failed.reason
        if refusal.pred is None:
            assert refusal.error is not None
            return [place.problem(("apply", x), failed.example, reason=message_text(refusal.error))]
        inside = place.at(refusal.role)
        return explain_pred(refusal.pred, refusal.value, inside) or [
            inside.problem(form_of(refusal.pred), refusal.value)
        ]

    def strategy(self, context: GenContext) -> SearchStrategy[Any] | None:
        # Built at the first draw: an fspec may return functions of itself.
        returns = functools.cache(lambda: gen_of(self.ret, context.overrides))
        functions = combine.fmap(lambda seed: MadeUp(self, returns(), seed), simple.ints(0, 0xFFFF))
        if self.fn is None:
            return functions
        # Few tries: nearly every function made up satisfies fn, or nearly none, and to ask one takes long.
        return functions.filter(lambda f: self.conform(f) is not INVALID)

    def form(self) -> Any:
        parts = {"args": self.args, "ret": self.ret, "fn": self.fn}
        return ("fspec", {role: form_of(pred) for role, pred in parts.items() if pred is not None})


class MadeUp:
    """A function that an fspec made up: it checks its arguments and returns examples of ret.

    The same arguments get the same answer again, as far as they can be told apart by hash.
    """

    def __init__(self, spec: FSpec, returns: SearchStrategy[Any], seed: int) -> None:
        self._spec = spec
        self._returns = returns
        self._seed = seed
        self._calls = itertools.count()
        self._answers: dict[Hashable, Any] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._spec.args is not None:
            check_call(repr(self), self._spec.args, _ANY_PARAMETERS, args, kwargs)
        try:
            key = (args, tuple(kwargs.items()))
            if key in self._answers:
                return self._answers[key]
        except TypeError:  # unhashable
            return self._new_answer()
        return self._answers.setdefault(key, self._new_answer())

    def _new_answer(self) -> Any:
        return generate(self._returns, seed=self._seed * 1_000_003 + next(self._calls))

    def is_for(self, spec: FSpec) -> bool:
        """True if this was made for spec, or for one that asks the same, and so fits it by construction."""
        return spec.fn is None and spec.args is self._spec.args and spec.ret is self._spec.ret

    def __repr__(self) -> str:
        return f"<function made up for {self._spec!r}>"


_ANY_PARAMETERS: Final = Parameters(rest="args", options="kwargs")


def check_call(
    name: str,
    args_spec: Pred,
    parameters: Parameters,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    **data: Any,
) -> None:
    """Raise CallError if args_spec refuses the arguments of a call."""
    view, conformed = first_fit(args_spec, parameters.views(args_spec, args, kwargs))
    if conformed is not INVALID:
        return
    head = f"Call to {name} did not conform to spec."
    raise refusal(CallError, head, args_spec, view, failure="instrument", fn=name, args=view, **data)


def fspec(
    args: Any = None,
    ret: Any = None,
    fn: Any = None,
    gen: Callable[[], SearchStrategy[Any]] | None = None,
) -> FSpec:
    """Return a spec of functions by their arguments, their result, and the relation of the two (s/fspec).

    conform tries the function on 21 calls made from args, explain on 100, always the same ones, and shows the
    smallest that fails. A function that raises does not fit, and the exception is the reason. `gen` makes
    functions that check their arguments and return examples of ret.

    Args:
        args: the spec of the arguments as one sequence, most often `s.cat(x=int, y=int)`;
            `mxspec.functions.arguments` tells the order of those of a call. A `s.keys` gets them as a dict by
            name.
        ret: the spec of the result, of an async function of the awaited one; by default anything.
        fn: a spec, or a predicate, of `{"args": conformed args, "ret": conformed ret}`.
        gen: a function of no argument that returns a strategy for such functions.

    Example:
        >>> import mxspec as s
        >>> to_int = s.fspec(args=s.cat(x=int), ret=int)
        >>> s.valid(to_int, abs), s.valid(to_int, str)
        (True, False)
        >>> s.explain(to_int, str)
        '0' - failed: int at: ['ret']
    """
    return FSpec(
        args=None if args is None else as_pred(args),
        ret=as_pred(is_any if ret is None else ret),
        fn=None if fn is None else as_pred(fn),
        gen_fn=gen,
    )


@overload
def fdef(target: Any, /, *, args: Any = ..., ret: Any = ..., fn: Any = ..., gen: Any = ...) -> str: ...


@overload
def fdef(*, args: Any = ..., ret: Any = ..., fn: Any = ..., gen: Any = ...) -> Callable[[F], F]: ...


def fdef(target: Any = None, /, *, args: Any = None, ret: Any = None, fn: Any = None, gen: Any = None) -> Any:
    """Register the spec of a function, as a call or as a decorator (s/fdef).

    That alone checks nothing: `instrument` has the arguments checked at every call, `check` and `exercise_fn`
    call the function on examples.

    Args:
        target: the function, or its name, "module/qualname". Without it, fdef is a decorator, which returns
            the function itself. A method is named by its class; args leaves out self and cls.
        args, ret, fn, gen: as in `fspec`; at least one of the first three.

    Returns:
        The name, "module/qualname"; as a decorator, the function.

    Raises:
        SpecDefinitionError: target has no name, or args, ret and fn are all missing.

    Example:
        >>> import mxspec as s
        >>> @s.fdef(args=s.cat(low=int, high=int), ret=int, fn=lambda m: m["ret"] >= m["args"]["low"])
        ... def between(low, high):
        ...     return low + abs(high - low) // 2
        >>> between("a", "b")
        Traceback (most recent call last):
        TypeError: ...
        >>> s.check(between, num_tests=100, seed=1)
        passed: mxspec.functions.fspec/between, 100 tests
    """
    if args is None and ret is None and fn is None:
        raise SpecDefinitionError("fdef says something of a function: give it args=, ret= or fn=")
    spec = fspec(args, ret, fn, gen)
    if target is not None:
        return def_(function_name(target), spec)

    def register_function(function: F) -> F:
        def_(name_of_function(function), spec)
        return function

    return register_function


def function_name(fn: object) -> str:
    """Return the name of a function, which may be its name already."""
    return check_name(fn) if isinstance(fn, str) else name_of_function(fn)


def exercise_fn(fn: Any, n: int = 10, seed: int | None = None, spec: Any = None) -> list[tuple[Any, Any]]:
    """Call fn on n examples of its args spec, and return pairs of arguments and result (s/exercise-fn).

    Args:
        fn: a function, or the name of one.
        n: the number of calls.
        seed: an int for the same calls every time.
        spec: an fspec in place of the registered one.

    Raises:
        SpecError: there is no such function.
        GeneratorError: there is no args spec, or it has no generator. An exception of fn passes as it is.

    Example:
        >>> import mxspec as s
        >>> s.exercise_fn(abs, 3, seed=1, spec=s.fspec(args=s.cat(x={-7})))
        [([-7], 7), ([-7], 7), ([-7], 7)]
    """
    name = fn if isinstance(fn, str) else None
    f = find_function(check_name(name)) if name else fn
    contract = find(name or name_of_function(fn)) if spec is None else specize(spec)
    args = getattr(contract, "args", None)
    if args is None:
        raise GeneratorError(
            f"no args spec found for {name or fn!r}, so there is nothing to call it with; s.fdef gives one",
            failure="no-args-spec",
        )
    parameters = parameters_of(f)
    return [(values, result_of(f, parameters.call(args, values))) for values in sample(args, n, seed)]
