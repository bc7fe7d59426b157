"""Specs of functions: fspec, fdef, exercise_fn."""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import functools
import inspect
import itertools
import weakref
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, ClassVar, Final, TypeVar, overload

from mxspec.base import names
from mxspec.base.messages.reasons import message_text
from mxspec.base.strategies import combine, simple
from mxspec.base.strategies.combine import Strategy
from mxspec.base.strategies.sampling import Failure, run_trials
from mxspec.base.values import INVALID, is_hashable, short_repr
from mxspec.errors import CallError, GeneratorError, LimitError, Problem, SpecDefinitionError, SpecError
from mxspec.functions import hints
from mxspec.functions.arguments import ANY_PARAMETERS, Parameters, copy_call, parameters_of, result_of, tags
from mxspec.functions.locations import find_function, function_name, locate
from mxspec.predicates import is_any, is_callable
from mxspec.questions.examples import gen as gen_of
from mxspec.questions.examples import generate, sample, strategy_with
from mxspec.questions.operations import conform, def_, explained_error, problems_at, valid
from mxspec.specs.core.generation import Context
from mxspec.specs.core.question import START, Place, Question, has_room
from mxspec.specs.core.spec import Spec, as_part, specize, text_of

F = TypeVar("F")
Error = TypeVar("Error", bound=SpecError)

CONFORM_TRIALS: Final = 21
"""The number of calls that conform tries (clojure.spec.alpha/*fspec-iterations*)."""

EXPLAIN_TRIALS: Final = 100
"""The number of calls that explain tries, from fspec-impl of clojure.spec.alpha."""

MOST_NESTED: Final = 5
"""The greatest depth at which functions are tried that other functions return."""

_SEED: Final = 0  # a function is always tried on the same calls, so that the verdict is repeatable

_nested: contextvars.ContextVar[int] = contextvars.ContextVar("functions_tried_within_each_other", default=0)


@dataclasses.dataclass(frozen=True)
class Refusal:
    """The reason why a call does not satisfy an fspec: its exception, or a part of the fspec that refused.

    Attributes:
        role: "args", "call", "ret" or "fn".
        pred: the failed part of the fspec; None if the call raised.
        value: the refused value, or the arguments of the call that raised.
        error: the exception.
    """

    role: str
    pred: Spec | None
    value: Any
    error: BaseException | None = None

    def as_error(self, error: type[Error], head: str, place: Place, **data: Any) -> Error:
        """Return an error of a class: the first line, and below it why the value was refused."""
        return explained_error(error, head, self.pred, self.value, place, **data)

    def as_call_error(self, name: str, **data: Any) -> CallError:
        """Return the error for a call of a named function, or for the call's result."""
        place = START if self.role == "args" else START.at(self.role)
        head = f"Call to {name} did not conform to spec."
        return self.as_error(CallError, head, place, failure="instrument", fn=name, **data)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class FSpec(Spec):
    """A spec of functions; it tries a function on generated arguments.

    Attributes:
        args, ret, fn: as in `fspec`.
        parameters: the parameters of the function that it was registered for, if any.
        makes: what a call of that function returns instead of its result, such as a coroutine.
    """

    args: Spec | None = None
    ret: Spec = dataclasses.field(default_factory=lambda: as_part(is_any))
    fn: Spec | None = None
    parameters: Parameters | None = None
    makes: str = ""

    changes: ClassVar[bool | None] = False
    constructive: ClassVar[bool] = True

    def conform_arguments(
        self, name: str, parameters: Parameters, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Return the conformed arguments of a call of the named function, or raise CallError."""
        if self.args is None:
            return list(args)
        views = []
        for view in parameters.views(self.args, args, kwargs):
            views.append(view)
            conformed = conform(self.args, view)
            if conformed is not INVALID:
                return conformed
        whole = views[0]
        raise Refusal("args", self.args, whole).as_call_error(name, args=whole)

    def result_refusal(self, arguments: Any, returned: Any) -> Refusal | None:
        """Return the refusal of the result of a call with conformed arguments, or None."""
        conformed = conform(self.ret, returned)
        if conformed is INVALID:
            return Refusal("ret", self.ret, returned)
        relation = {"args": arguments, "ret": conformed}
        if self.fn is not None and not valid(self.fn, relation):
            return Refusal("fn", self.fn, relation)
        return None

    def check_result(self, name: str, arguments: Any, returned: Any) -> None:
        """Raise CallError if ret or fn refuse the result of a call of the function of that name."""
        refusal = self.result_refusal(arguments, returned)
        if refusal is not None:
            raise refusal.as_call_error(name, ret=returned)

    def refusal(self, f: Callable[..., Any], parameters: Parameters, values: Any) -> Refusal | None:
        """Return the refusal of a call of f with values for args, or None (call-valid?, check-call)."""
        assert self.args is not None
        arguments = conform(self.args, values)
        if arguments is INVALID:
            return Refusal("args", self.args, values)
        call = copy_call(parameters.call(self.args, values))
        try:
            returned = result_of(f, call)
        except (Exception, SystemExit) as error:  # sys.exit in a function does not end its check
            # A RecursionError is the function's own, unless little of the stack was left for it.
            if isinstance(error, RecursionError) and not has_room():
                raise
            return Refusal("call", None, values, error)
        return self.result_refusal(arguments, returned)

    def _failure(self, f: Callable[..., Any], n: int, *, shrink: bool) -> Failure | None:
        """Return the smallest failing call among n, with its Refusal, or None."""
        if self.args is None:
            raise SpecDefinitionError(
                f"can't conform a function to {self!r}, which has no args spec to try it on", spec=self
            )
        if _nested.get() == MOST_NESTED:
            words = f"functions that return functions are tried {MOST_NESTED} deep; {self!r} goes deeper"
            raise LimitError(words, spec=self)
        parameters, args = parameters_of(f), self.args
        token = _nested.set(_nested.get() + 1)
        try:
            test = functools.partial(self.refusal, f, parameters)
            return run_trials(
                parameters.callable_values(args, gen_of(args)), test, n, _SEED, text_of(args), shrink=shrink
            ).smallest
        finally:
            _nested.reset(token)

    def conform(self, x: Any, question: Question) -> Any:
        if not callable(x):
            return INVALID
        if type(x) is StubFunction and x.is_for(self):
            return x
        return x if self._failure(x, CONFORM_TRIALS, shrink=False) is None else INVALID

    def explain(self, x: Any, place: Place, question: Question) -> list[Problem]:
        if not callable(x):
            return [place.problem(is_callable, x)]
        # The calls of conform come first, so that explain always explains its refusal.
        for n in (CONFORM_TRIALS, EXPLAIN_TRIALS):
            failure = self._failure(x, n, shrink=True)
            if failure is not None:
                refusal: Refusal = failure.reason
                if refusal.error is not None:
                    return [place.problem(("apply", x), failure.example, reason=message_text(refusal.error))]
                assert refusal.pred is not None
                place = place.at(refusal.role).under(specize(refusal.pred).name)
                problems = problems_at(place, refusal.pred, refusal.value)
                return problems or [place.problem(refusal.pred.form(), refusal.value)]
        return []

    def strategy(self, context: Context) -> Strategy | None:
        # Built at the first draw: an fspec may return functions of itself.
        returns = functools.cache(lambda: strategy_with(self.ret, context.overrides))
        functions = combine.fmap(lambda seed: StubFunction(self, returns(), seed), simple.ints(0, 0xFFFF))
        if self.fn is None:
            return functions
        # Few tries: mostly, either almost all stubs satisfy fn or almost none do, and each test takes long.
        return functions.filter(lambda f: valid(self, f))

    def form(self) -> Any:
        parts = {"args": self.args, "ret": self.ret, "fn": self.fn}
        return ("fspec", {role: part.form() for role, part in parts.items() if part is not None})


class StubFunction:
    """A function that checks its arguments with an fspec, and returns examples of its ret.

    The same hashable arguments get the same answer again.
    """

    def __init__(self, spec: FSpec, returns: Strategy, seed: int) -> None:
        self._spec = spec
        self._returns = returns
        self._seed = seed
        self._calls = itertools.count()
        self._answers: dict[Hashable, Any] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._spec.conform_arguments(repr(self), ANY_PARAMETERS, args, kwargs)
        key = (args, tuple(kwargs.items()))
        if is_hashable(key) and key in self._answers:
            return self._answers[key]
        answer = generate(self._returns, seed=self._seed * 1_000_003 + next(self._calls))
        return self._answers.setdefault(key, answer) if is_hashable(key) else answer

    def is_for(self, spec: FSpec) -> bool:
        """True if this was made for spec or an equal spec, and so is valid without a trial."""
        return spec.fn is None and spec.args is self._spec.args and spec.ret is self._spec.ret

    def __repr__(self) -> str:
        return f"<stub function of {self._spec!r}>"


def fspec(
    args: Any = None, ret: Any = None, fn: Any = None, gen: Callable[[], Strategy] | None = None
) -> FSpec:
    """Return a spec of functions by their arguments, their result, and the relation of the two (s/fspec).

    conform tries the function on 21 calls made from args, explain on 100, always the same ones, and shows the
    smallest that fails. A function that raises does not fit; its exception is the reason. `gen` makes
    functions that check their arguments and return examples of ret.

    Args:
        args: the spec of the arguments as one sequence, most often `s.cat(x=int, y=int)`;
            `mxspec.functions.arguments` has the order of a call's arguments. An `s.keys` gets them as a dict
            by name.
        ret: the spec of the result, for an async function of the awaited result; by default anything.
        fn: a spec, or a predicate, of `{"args": conformed args, "ret": conformed ret}`.
        gen: a function of no argument that returns a strategy for such functions.

    Example:
        >>> import mxspec as s
        >>> to_int = s.fspec(args=s.cat(x=int), ret=int)
        >>> s.valid(to_int, abs), s.valid(to_int, str)
        (True, False)
        >>> s.explain(to_int, str)
        an int is required, not '0'; s.decode(int, x, strings=True) reads it - failed: int at: ['ret']
    """
    return FSpec(
        args=None if args is None else as_part(args),
        ret=as_part(is_any if ret is None else ret),
        fn=None if fn is None else as_part(fn),
        gen_fn=gen,
    )


@overload
def fdef(target: str, /, *, args: Any = ..., ret: Any = ..., fn: Any = ..., gen: Any = ...) -> str: ...


@overload
def fdef(target: F, /) -> F: ...


@overload
def fdef(target: Any, /, *, args: Any, ret: Any = ..., fn: Any = ..., gen: Any = ...) -> str: ...


@overload
def fdef(target: Any, /, *, ret: Any, fn: Any = ..., gen: Any = ...) -> str: ...


@overload
def fdef(target: Any, /, *, fn: Any, gen: Any = ...) -> str: ...


@overload
def fdef(*, args: Any = ..., ret: Any = ..., fn: Any = ..., gen: Any = ...) -> Callable[[F], F]: ...


def fdef(target: Any = None, /, *, args: Any = None, ret: Any = None, fn: Any = None, gen: Any = None) -> Any:
    """Register the spec of a function, as a call or as a decorator (s/fdef; malli's m/=>).

    Registering alone checks nothing. `instrument` checks the arguments at every call; `check` and
    `exercise_fn` call the function with examples.

    If args or ret is missing, it comes from the type hints of the function, if it has any: `from_type` of
    each hint, anything for a parameter without one. Names in hints may be defined later, up to the first use.
    A parameter with a default takes the default too. self and cls are left out; all of `*args` are one list,
    and all of `**kwargs` one dict. The hint of an async function is for the awaited result. Of the result of
    a generator function only the class is checked, since reading its elements would consume it. A wrapper of
    another kind than the wrapped function, as `contextlib.contextmanager` makes it, may return anything.

    Args:
        target: the function, or its name, "module/qualname". Without it, fdef is a decorator, which returns
            the function itself. A method is named by its class; args leaves out self and cls.
        args, ret, fn, gen: as in `fspec`.

    Returns:
        The name, "module/qualname". As a decorator, or for a function without other arguments, the function.

    Raises:
        SpecDefinitionError: target is nameless, a hint is not a spec, or args of a method begins with self;
            the message names the parameter.
        SpecError: target names a function that does not exist, and is the only argument.

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
        >>> @s.fdef
        ... def shout(text: str, times: int = 1) -> str:
        ...     return text.upper() + "!" * times
        >>> s.get_spec(shout)
        fspec(args=cat(text=str, times=int), ret=str)
    """
    if target is None:
        return functools.partial(_register_function, args=args, ret=ret, fn=fn, gen=gen)
    if isinstance(target, str):
        name, place = function_name(target), locate(target)
        if place is None and args is None and ret is None and fn is None:
            find_function(name)  # raises
        function = None if place is None else place.raw_object
        return def_(name, _keep(function, _spec_with_hints(function, args, ret, fn, gen)))
    is_bare = args is None and ret is None and fn is None and gen is None
    _register_function(target, args=args, ret=ret, fn=fn, gen=gen)
    return target if is_bare else function_name(target)


def _register_function(function: F, **parts: Any) -> F:
    """Register the spec of a function, and return the function."""
    name, words = names.name_of_function(function), inspect.getdoc(function)
    def_(name, _keep(function, _spec_with_hints(function, **parts)), doc=words)
    return function


def _spec_with_hints(function: Any, args: Any, ret: Any, fn: Any, gen: Any) -> FSpec:
    """Return an fspec of its parts; the hints of a function, if any, supply the missing parts."""
    is_alone = args is None and ret is None and fn is None
    if function is not None and (is_alone or hints.has_hints(function)):
        args = hints.arguments_spec(function) if args is None else args
        ret = hints.result_spec(function) if ret is None else ret
    spec = fspec(args, ret, fn, gen)
    if function is None:
        return spec
    bound = hints.bound_name(function)
    if bound is not None and spec.args is not None and tags(spec.args)[:1] == (bound,):
        raise SpecDefinitionError(
            f"the args spec of {names.name_of_function(function)} begins with {bound!r}, which no caller "
            "gives a method: leave it out, as in args=s.cat(n=int)"
        )
    return dataclasses.replace(
        spec, parameters=hints.caller_parameters(function), makes=hints.kind_of_call(function)
    )


_specs: weakref.WeakKeyDictionary[Any, FSpec] = weakref.WeakKeyDictionary()
"""The last spec that `fdef` gave to a function. Two functions of the same name keep one each."""


def _keep(function: Any, spec: FSpec) -> FSpec:
    """Keep the spec of a function for `spec_of_function`, and return it."""
    with contextlib.suppress(TypeError):  # a callable that weak references can't hold, or no function
        _specs[getattr(function, "__func__", function)] = spec
    return spec


def spec_of_function(function: Any) -> FSpec | None:
    """Return the spec of a function: from `fdef`, or else from its hints; None if it has neither.

    None too for a function with the hints of a predicate, one argument and a bool.
    """
    if not inspect.isroutine(function):
        return None
    spec = _find_kept_spec(function)
    if spec is not None or not hints.has_hints(function) or hints.is_predicate(function):
        return spec
    return _spec_with_hints(function, None, None, None, None)


def spec_of_calls(function: Any) -> FSpec | None:
    """Return the spec of a function as in `spec_of_function`; without `fdef` and hints, of its parameters.

    None without a signature.
    """
    if not inspect.isroutine(function) or hints.caller_parameters(function) is None:
        return None
    return _find_kept_spec(function) or _spec_with_hints(function, None, None, None, None)


def _find_kept_spec(function: Any) -> FSpec | None:
    """Return the spec that `fdef` gave to a function, or to one that it wraps."""
    plain = getattr(function, "__func__", function)
    while plain is not None:
        with contextlib.suppress(TypeError):  # a callable that weak references can't hold
            if plain in _specs:
                return _specs[plain]
        plain = getattr(plain, "__wrapped__", None)
    return None


def exercise_fn(fn: Any, n: int = 10, seed: int | None = None, spec: Any = None) -> list[tuple[Any, Any]]:
    """Call fn on n examples of its args spec, and return pairs of arguments and result (s/exercise-fn).

    Args:
        fn: a function, or the name of one.
        n: the number of calls.
        seed: an int for the same calls every time.
        spec: an fspec to use instead of the registered one.

    Raises:
        SpecError: the function does not exist.
        GeneratorError: no args spec, or no generator for it. An exception of fn passes unchanged.

    Example:
        >>> import mxspec as s
        >>> s.exercise_fn(abs, 3, seed=1, spec=s.fspec(args=s.cat(x={-7})))
        [([-7], 7), ([-7], 7), ([-7], 7)]
    """
    name = fn if isinstance(fn, str) else None
    f = find_function(names.check_name(name)) if name else fn
    contract = names.current.find(name or names.name_of_function(fn)) if spec is None else specize(spec)
    args = getattr(contract, "args", None)
    if args is None:
        raise GeneratorError(
            f"no args spec found for {short_repr(name or fn)}, so there is nothing to call it with; "
            "s.fdef gives one",
            failure="no-args-spec",
        )
    parameters = parameters_of(f)
    strategy = parameters.callable_values(args, gen_of(args))
    calls = [(values, parameters.call(args, values)) for values in sample(strategy, n, seed)]
    return [(values, result_of(f, copy_call(call))) for values, call in calls]
