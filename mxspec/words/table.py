"""An explanation as a table, for notebooks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mxspec.errors import Problem
from mxspec.words.problems import failure_text
from mxspec.words.values import short


class Explained(dict[str, Any]):
    """The dict that explain_data returns, which a notebook shows as a table with a row for each problem."""

    def _repr_html_(self) -> str:
        problems: list[Problem] = self["problems"]
        head = "".join(
            f"<th style='text-align:left'>{title}</th>" for title in ("value", "in", "refused for")
        )
        return f"<table><tr>{head}</tr>{''.join(map(_row, problems))}</table>"


def _row(problem: Problem) -> str:
    place = " ".join(map(short, problem["in"]))
    return f"<tr>{_cells([short(problem['val']), place, failure_text(problem)])}</tr>"


def _cells(texts: Iterable[str]) -> str:
    import html

    return "".join(f"<td style='text-align:left'>{html.escape(text)}</td>" for text in texts)
