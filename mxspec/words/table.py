"""An explanation as a table, for notebooks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mxspec.errors import Problem
from mxspec.words.problems import Hints, failure_text
from mxspec.words.values import short


class Explained(dict[str, Any]):
    """The dict that explain_data returns, which a notebook shows as a table with a row for each problem."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        problems: list[Problem] = self["problems"]
        head = "".join(
            f"<th style='text-align:left'>{title}</th>" for title in ("value", "in", "refused for")
        )
        hints = Hints(self["spec"])
        return f"<table><tr>{head}</tr>{''.join(_row(problem, hints) for problem in problems)}</table>"


def _row(problem: Problem, hints: Hints) -> str:
    place = " ".join(map(short, problem["in"]))
    return f"<tr>{_cells([hints.short(problem['val']), place, failure_text(problem, hints)])}</tr>"


def _cells(texts: Iterable[str]) -> str:
    import html

    return "".join(f"<td style='text-align:left'>{html.escape(text)}</td>" for text in texts)
