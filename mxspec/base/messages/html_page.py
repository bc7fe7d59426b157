"""Pieces of a page of HTML: text of others escaped, tables with captions, and small pictures with words.

A page is one file that loads nothing and runs no script. Each picture is an image with a text for those who
do not see it. A wide table scrolls within its own region, which the keyboard reaches; on a phone its cells
stand below each other. Roles are written out, since a table that is shown as blocks has none.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Final

from mxspec.base.messages.text import in_lines, in_one_line

_LONGEST: Final = 300  # characters of a text

STYLE: Final = """
.mxspec { color: #1b1b1f; background: #fff; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
.mxspec table { border-collapse: collapse; margin: 1rem 0; }
.mxspec caption { text-align: start; font-weight: 600; padding: .3rem 0; }
.mxspec th, .mxspec td { border-bottom: 1px solid #b9b9c3; padding: .4rem .8rem; text-align: start;
  vertical-align: top; min-width: 5rem; }
.mxspec ul { margin: 0; padding-inline-start: 1.1rem; }
.mxspec pre { white-space: pre-wrap; }
.mxspec .wide { overflow-x: auto; }
.mxspec .refused { color: #9b1c1c; }
@media (max-width: 40rem) {
  .mxspec table, .mxspec caption, .mxspec tbody, .mxspec tr, .mxspec th, .mxspec td { display: block; }
  .mxspec td svg { display: block; }
  .mxspec th, .mxspec td { border: 0; padding: .1rem 0; }
  .mxspec thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .mxspec tr { border-bottom: 1px solid #b9b9c3; padding: .5rem 0; }
  .mxspec td:empty { display: none; }
  .mxspec td::before { content: attr(data-name) ": "; color: #5b5b66; }
}
"""
_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>body {{ margin: 0 auto; max-width: 75rem; padding: 1rem; }}
{style}</style>
</head>
<body class="mxspec">
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""


def html_text(x: str, longest: int = _LONGEST) -> str:
    """Return text for HTML: escaped, in one line, and cut.

    Example:
        >>> html_text("<b>&" + chr(10)), html_text("abcdef", 3)
        ('&lt;b&gt;&amp;\\\\n', 'abc...')
    """
    line = in_one_line(x if len(x) <= longest else f"{x[:longest]}...")
    return html.escape(line)


def html_block(x: str) -> str:
    """Return text of several lines as a block of HTML."""
    return f"<pre>{html.escape(in_lines(x))}</pre>"


def html_list(texts: Iterable[str]) -> str:
    """Return texts as a list of HTML, or nothing for none."""
    items = "".join(f"<li>{html_text(text)}</li>" for text in texts)
    return f"<ul>{items}</ul>" if items else ""


def html_table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of HTML with a caption; the first cell of a row is its head.

    Args:
        caption, heads: texts.
        rows: the cells, as HTML.
    """
    names = [html_text(text) for text in heads]
    head = "".join(f'<th scope="col" role="columnheader">{name}</th>' for name in names)
    body = "\n".join(_row_html(names[1:], *cells) for cells in rows)
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{html_text(caption)}">\n'
        f'<table role="table"><caption>{html_text(caption)}</caption>\n'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{body}\n</tbody></table></div>'
    )


def _row_html(names: Sequence[str], first: str, *cells: str) -> str:
    several = (
        f'<td role="cell" data-name="{name}">{cell}</td>' for name, cell in zip(names, cells, strict=True)
    )
    return f'<tr role="row"><th scope="row" role="rowheader">{first}</th>{"".join(several)}</tr>'


def html_page(title: str, body: str) -> str:
    """Return a whole page of HTML."""
    return _PAGE.format(title=html_text(title), style=STYLE, body=body)


def html_part(body: str) -> str:
    """Return HTML for a notebook, with its style."""
    return f'<style>{STYLE}</style><div class="mxspec">{body}</div>'


# --- pictures -----------------------------------------------------------------------------------------------

_WIDTH: Final = 180
_HEIGHT: Final = 44
_BAR, _BOUND, _BEYOND = "#2a5db0", "#d9e6f7", "#9b1c1c"


def html_bars(
    heights: Sequence[float],
    words: str,
    *,
    inside: tuple[float, float] | None = None,
    line: float | None = None,
) -> str:
    """Return a picture of bars, of equal width.

    Args:
        heights: the heights of the bars, from 0 to 1.
        words: the picture in words.
        inside: the first and the last place of a range behind the bars, from 0 to 1; bars beyond it have
            another colour.
        line: the height of a horizontal line, from 0 to 1.
    """
    width = _WIDTH / max(1, len(heights))
    shapes = []
    if inside is not None:
        start, end = (max(0.0, min(1.0, x)) * _WIDTH for x in inside)
        shapes.append(_box(start, 0, max(1.0, end - start), _HEIGHT, _BOUND))
    for i, share in enumerate(heights):
        height = max(1.0, share * _HEIGHT) if share else 0.0
        middle = (i + 0.5) / len(heights)
        is_beyond = inside is not None and not inside[0] <= middle <= inside[1]
        shapes.append(_box(i * width, _HEIGHT - height, width * 0.9, height, _BEYOND if is_beyond else _BAR))
    if line is not None:
        shapes.append(_box(0, _HEIGHT - min(1.0, line) * _HEIGHT - 1, _WIDTH, 1, _BEYOND))
    return (
        f'<svg role="img" aria-label="{html_text(words)}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}">{"".join(shapes)}</svg>'
    )


def _box(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'
