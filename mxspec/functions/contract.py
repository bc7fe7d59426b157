"""A call that is checked by the spec of its function: its arguments before it, its result after it."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any, Final, NoReturn

from mxspec.api.explain import explanation
from mxspec.core.parts import explain_pred, form_of, specize
from mxspec.core.problems import START
from mxspec.core.spec import Pred
from mxspec.errors import CallError, SpecDefinitionError, did_you_mean
from mxspec.functions.arguments import Parameters, first_fit
from mxspec.functions.fspec import FSpec, check_call
from mxspec.values import INVALID

ARGS: Final = "args"
RET: Final = "ret"
FN: Final = "fn"
PARTS: Final = (ARGS, RET, FN)
"""The parts of the spec of a function that a call may be checked by."""


def checked_parts(check: Collection[str]) -> frozenset[str]:
    """Return the parts of a spec that calls are checked by, which the user named.

    Raises:
        SpecDefinitionError: one of them is none.
    """
    names = [check] if isinstance(check, str) else list(check)
    for name in names:
        if name not in PARTS:
            raise SpecDefinitionError(
                f"check takes any of 'args', 'ret' and 'fn', not {name!r}{did_you_mean(str(name), PARTS)}"
            )
    return frozenset(names)


@dataclasses.dataclass(frozen=True)
class Contract:
    """The spec of a function, and the parts of it that calls are checked by.

    Attributes:
        name: the name of the function, for messages.
        parameters: its parameters.
        spec: its spec.
        check: the parts, any of PARTS. To check fn is to check args and ret too: it sees both conformed.
    """

    name: str
    parameters: Parameters
    spec: FSpec
    check: frozenset[str]

    def before(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Return what fn sees of the arguments of a call.

        Raises:
            CallError: the arguments are checked, and do not fit.
        """
        args_spec = self.spec.args
        if args_spec is None:
            return list(args)
        if FN not in self.check:
            if ARGS in self.check:
                check_call(self.name, args_spec, self.parameters, args, kwargs)
            return None
        _, conformed = first_fit(args_spec, self.parameters.views(args_spec, args, kwargs))
        if conformed is INVALID:
            check_call(self.name, args_spec, self.parameters, args, kwargs)
        return conformed

    @property
    def looks_after(self) -> bool:
        """True if the result of a call is checked too."""
        return not self.check.isdisjoint((RET, FN))

    def after(self, arguments: Any, returned: Any) -> None:
        """Check the result of a call.

        Args:
            arguments: what `before` returned.
            returned: the result.

        Raises:
            CallError: it does not fit.
        """
        conformed = specize(self.spec.ret).conform(returned)
        if conformed is INVALID:
            self._refuse(RET, self.spec.ret, returned, returned)
        fn = self.spec.fn
        if fn is not None and FN in self.check:
            relation = {"args": arguments, "ret": conformed}
            if specize(fn).conform(relation) is INVALID:
                self._refuse(FN, fn, relation, returned)

    def _refuse(self, part: str, pred: Pred, value: Any, returned: Any) -> NoReturn:
        place = START.at(part)
        problems = explain_pred(pred, value, place) or [place.problem(form_of(pred), value)]
        raise CallError(
            f"Call to {self.name} did not conform to spec.\n{explanation({'problems': problems})}",
            problems=problems,
            spec=pred,
            value=value,
            failure="instrument",
            fn=self.name,
            ret=returned,
        )
