"""The page of all names, docs/api.md, out of the docstrings.

$ python -m docs.reference.api
"""

import inspect
import re
from pathlib import Path

import mxspec
from docs.reference.write import groups

PAGE = Path(__file__).parents[1] / "api.md"
# What a beginner needs, in the order of need.
FIRST = (
    "validate valid explain keys optional coll_of and_ or_ nilable int_in str_in def_ conform sample gen "
    "infer promise"
)
_CLOJURE = re.compile(r"(.*) \(([^()]+)\)\.")  # a sentence that ends with names of clojure's in parentheses

INTRODUCTION = """\
# Every name

`import mxspec as s`; then `help(s.keys)` says more of a name, with an example. The last column has the names
in clojure: `s/` is clojure.spec.alpha, `gen/` its generators, `stest/` its tests, and without any it is
clojure.core; [clojure.md](clojure.md) says what differs. `python -m docs.reference.api` writes this page,
from the docstrings.
"""


def summary(name):
    """Return the first sentence of a name's docstring, and the names in clojure that it may end with."""
    text = " ".join(inspect.getdoc(getattr(mxspec, name)).split())
    sentence = text.partition(". ")[0].removesuffix(".") + "."
    if parts := _CLOJURE.fullmatch(sentence):
        return f"{parts[1]}.", re.sub(r"([^\s;,]+)(?=[;,]|$)", r"`\1`", parts[2])
    return sentence, ""


def table(names):
    """Return the lines of a table of names."""
    rows = [(f"`{name}`", *summary(name)) for name in names]
    return [
        "| name | what it is or does | in clojure |",
        "|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def text():
    """Return the text of docs/api.md."""
    shown = dir(mxspec)
    lines = [INTRODUCTION, "## What to know first", "", *table(FIRST.split())]
    rest = []
    for group in groups(mxspec):
        is_kept = group["title"] == "Predicates"  # in one table
        names = [name for name in group["names"] if is_kept or name in shown]
        if names:
            lines += ["", f"## {group['title']}", "", *table(names)]
        rest += [name for name in group["names"] if name not in names]
    lines += ["", "## More", "", "These are there as well; completion leaves them out, as rarely needed.", ""]
    return "\n".join([*lines, *table(rest), ""])


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
