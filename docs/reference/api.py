"""The page of all names, docs/api.md, out of the docstrings.

`python -m docs.reference` writes it.
"""

import inspect
import re
from pathlib import Path

import mxspec
from docs.reference.faces import ROW
from docs.reference.write import groups, subjects

PAGE = Path(__file__).parents[1] / "api.md"
_CLOJURE = re.compile(r"(.*) \(([^()]+)\)\.")  # a sentence that ends with names of clojure's in parentheses
_TITLE = re.compile(r"^ {4}(\S.*?)  +", re.MULTILINE)  # of a row in the map of a module

INTRODUCTION = """\
# Every name

`import mxspec as s`; then `help(s.keys)` says more, with an example. In parentheses is the name in clojure:
`s/` is clojure.spec.alpha, `gen/` its generators, `stest/` its tests, no prefix clojure.core;
[clojure.md](clojure.md) says what differs. `python -m docs.reference` writes this page.

## To begin with

`help(s)`, completion and `from mxspec import *` list these. The others follow by subject: each is a
module, and its names work as names of `mxspec` too.
"""

# Subjects whose names are clojure's, with the namespace there: who looks for one knows what it does.
IN_SHORT = {"mxspec.predicates": "", "mxspec.clojure": "s/"}


def summary(name, module=mxspec):
    """Return the first sentence of a name's docstring, and the names in clojure that it may end with."""
    text = " ".join(inspect.getdoc(getattr(module, name)).split())
    sentence = text.partition(". ")[0].removesuffix(".") + "."
    if parts := _CLOJURE.fullmatch(sentence):
        return f"{parts[1]}.", re.sub(r"([^\s;,]+)(?=[;,]|$)", r"`\1`", parts[2])
    return sentence, ""


def items(names, module=mxspec):
    """Return the lines of a list of names, each with its sentence and its names in clojure."""
    lines = []
    for name in names:
        sentence, in_clojure = summary(name, module)
        lines.append(f"- `{name}`: {sentence}" + f" ({in_clojure})" * bool(in_clojure))
    return lines


def rows_in_short(module):
    """Return the lines of a map of names, each with those in clojure that do not follow from it."""
    lines, examples = [], []
    for row in ROW.finditer(module.__doc__):
        names, comma, text = row[1].partition(",")
        words = []
        for name in names.split():
            body = name.removeprefix("is_").rstrip("_").replace("_", "-") + "?" * name.startswith("is_")
            own = f"`{IN_SHORT[module.__name__]}{body}`"
            _, in_clojure = summary(name, module)
            examples += [f"`{name}` is {own}"] * (in_clojure == own)
            words.append(f"`{name}`" + f" ({in_clojure or 'not in clojure'})" * (in_clojure != own))
        lines.append(f"- {_TITLE.match(row[0])[1]}: {', '.join(words)}{comma}{text}")
    return [f"In clojure {examples[0]}, and so on; other names are in parentheses.", "", *lines]


def section(module):
    """Return the lines of a subject: its sentence, and a list of its names that are not above.

    Raises:
        ValueError: a name of `__all__` is not in the map of the module's docstring.
    """
    title, _, rows = module.__doc__.partition("\n")
    names = [*dict.fromkeys(name for name in re.findall(r"\w+", rows) if name in module.__all__)]
    if missing := sorted({*module.__all__} - {*names}):
        raise ValueError(
            f"{module.__name__}.{missing[0]} is in no row: name it in the map in the module's docstring"
        )
    rest = [name for name in names if name not in mxspec.__all__]
    lines = ["", f"## {module.__name__}", "", title]
    if module.__name__ in IN_SHORT:
        return [*lines, *rows_in_short(module)]
    return [*lines, "", *items(rest, module)]


def text():
    """Return the text of docs/api.md."""
    first = [name for group in groups(mxspec) for name in group["names"]]
    lines = [INTRODUCTION, *items(first)]
    for module in subjects(mxspec):
        lines += section(module)
    return "\n".join([*lines, ""])


def write():
    """Write the page."""
    PAGE.write_text(text(), encoding="utf-8")
