"""The end of a regex: everything is matched."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable
from typing import Any

from mxspec.core.asking import Request
from mxspec.core.problems import Place
from mxspec.errors import Problem
from mxspec.regex.nodes.node import Node


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class AcceptNode(Node):
    """The empty sequence alone (epsilon), after what has been matched."""

    matched: Any

    def derivative(self, x: Any, keep_equal: bool = False) -> Node | None:
        return None

    def nullable(self) -> bool:
        return True

    def match(self) -> Any:
        return self.matched

    def shape(self) -> Hashable:
        return "accept"

    def describe(self) -> Any:
        return ("cat",)

    def explain(self, rest: list[Any], place: Place) -> list[Problem | Request]:
        return []
