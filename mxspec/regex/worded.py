"""Regexes that say in the words of their author why they do not match: with_message."""

from __future__ import annotations

import dataclasses
from typing import Any

from mxspec.codegen.expressions import Types
from mxspec.core.asking import Steps
from mxspec.core.parts import form_of, specize
from mxspec.core.problems import Place
from mxspec.core.spec import Pred, Spec
from mxspec.lazy import lazy
from mxspec.names.registry import find
from mxspec.regex.loops import Ambiguous, Beginning, Loop, Match
from mxspec.regex.nodes.node import Node
from mxspec.regex.nodes.reference import node_of
from mxspec.regex.regex import Regex
from mxspec.specs.worded import Worded, checked_message, in_words


def with_message(spec: Any, message: str) -> Spec:
    """Return the same spec, which refuses a value in words of its author's.

    The message is the `reason` of its problems, and all that `explain` and the `msg` of `errors()` say of
    them. It holds for the parts of the spec too, except for those with a message of their own: the innermost
    speaks. A sequence regex still splices into others.

    Args:
        spec: a spec, a predicate, a type, a set or a name.
        message: a sentence for whoever sent the value.

    Raises:
        SpecDefinitionError: message is not some text.

    Example:
        >>> import mxspec as s
        >>> age = s.with_message(s.int_in(0, 151), "an age is given in whole years")
        >>> s.explain(s.coll_of(age), [40, 4.5])
        4.5 - failed: an age is given in whole years in: [1]
        >>> command = s.cat(verb=str, ages=s.with_message(s.plus(int), "say one age or more"))
        >>> s.explain(command, ["add", "x"])
        'x' - failed: say one age or more in: [1] at: ['ages']
    """
    message = checked_message(message)
    if isinstance(spec, str) and find(spec) is None:
        return Worded(spec, message)
    resolved = specize(spec)
    part: Pred = spec if isinstance(spec, str) else resolved
    return WordedRegex(part, message) if resolved.is_regex else Worded(part, message)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class WordedRegex(Regex):
    """A regex, whose message takes the place of the reasons for which it does not match."""

    re: Pred
    message: str

    @lazy
    def node(self) -> Node:
        return node_of(self.re)

    def explaining(self, x: Any, place: Place) -> Steps:
        problems = yield from super().explaining(x, place)
        return in_words(problems, self.message, self.form())

    def toward(self, steps: list[Any]) -> Pred | None:
        return self.re

    def beginning(self, loop: Loop) -> Beginning:
        return loop.beginning(self.re)

    def write_match(self, loop: Loop, otherwise: str, after: tuple[Types, ...]) -> str:
        return loop.match(self.re, otherwise, after)

    def write_optional(self, loop: Loop, follow: tuple[Types, ...]) -> Match:
        regex = loop.regex(self.re)
        if regex is None:
            raise Ambiguous
        return regex.write_optional(loop, follow)

    def form(self) -> Any:
        return ("with_message", form_of(self.re), self.message)
