"""Write the reference from the docstrings (`make docs`).

    $ python -m docs.reference.write build/docs

pdoc writes a page for each module, with the templates of this folder. The page of mxspec has the groups of
`help(mxspec)`, which are read from its docstring, and each of its subjects a page of its own.
"""

import importlib
import re
import sys
import warnings
from pathlib import Path
from typing import Any, get_type_hints

TEMPLATES = Path(__file__).parent
MAP = re.compile(r"A map of the names.*?(?=^The others)", re.MULTILINE | re.DOTALL)
SUBJECT = re.compile(r"^    s\.([a-z]+)  +", re.MULTILINE)  # a row of the second map, that of subjects
ROW = re.compile(r"^    ([a-z]+(?: [a-z]+)?)  +(.*(?:\n {20,}.*)*)", re.MULTILINE)


def groups(package):
    """Return the title, the id and the names of each group in the map of a package's docstring.

    Raises:
        ValueError: a name of `__all__` has no group.
    """
    rows = {
        title: [name for name in re.findall(r"\w+", words) if name in package.__all__]
        for title, words in ROW.findall(MAP.search(package.__doc__)[0])
    }
    written = {name for names in rows.values() for name in names}
    for name in package.__all__:
        if name not in written and not name.startswith("__"):
            raise ValueError(f"{package.__name__}.{name} is in no group: name it in the map in the docstring")
    return [
        {"title": title.capitalize(), "id": f"group-{title.replace(' ', '-')}", "names": names}
        for title, names in rows.items()
    ]


def subjects(package):
    """Return the modules of the subjects that the docstring of a package lists, in this order."""
    return [
        importlib.import_module(f"{package.__name__}.{name}") for name in SUBJECT.findall(package.__doc__)
    ]


def without_map(docstring):
    """Return a docstring without the map of names, which the page shows as its groups."""
    return MAP.sub("", docstring)


def plain_headings(html):
    """Return HTML with paragraphs for the titles of a docstring's parts.

    pdoc makes "Args:" a heading of the sixth level, whatever stands above it.
    """
    return re.sub(r"<h6 id=\"[^\"]*\">(.*?)</h6>", r'<p class="part">\1</p>', html)


def summary(docstring):
    """Return the first sentence of a docstring, in one line."""
    return " ".join(docstring.partition("\n\n")[0].split())


def resolve_strategies():
    """Have annotations name Hypothesis's class; the code imports it late, and for mypy alone."""
    from hypothesis.strategies import SearchStrategy

    import autoencoder.families  # noqa: F401  # whose annotations name it as well

    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in ("mxspec", "autoencoder"):
            vars(module).setdefault("SearchStrategy", SearchStrategy)
            if "Strategy" in vars(module):
                module.Strategy = SearchStrategy[Any]


def resolve_named_tuples():
    """Have the annotations of training's named tuples name classes: texts lack the names of their module."""
    from autoencoder.data.bookmark import TrainingState
    from autoencoder.networks.run import TrainingResult

    for each in (TrainingState, TrainingResult):
        each.__new__.__annotations__ = get_type_hints(each)


def write(folder):
    """Write the reference to a folder. A warning of pdoc is an error."""
    import pdoc
    import pdoc.render

    import mxspec

    resolve_strategies()
    resolve_named_tuples()
    pdoc.render.configure(docformat="google", show_source=False, template_directory=TEMPLATES)
    names = [module.__name__ for module in subjects(mxspec)]
    for module in (mxspec, *subjects(mxspec)):
        for name in module.__all__:
            getattr(module, name)  # pdoc shows names that are there, and a name is imported at its first use
    pdoc.render.env.globals |= {"groups": groups(mxspec), "subjects": names}
    pdoc.render.env.filters |= {
        "without_map": without_map,
        "plain_headings": plain_headings,
        "summary": summary,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        files = [rf"!{name}\." for name in names]  # some have the name of what they define
        pdoc.pdoc("mxspec", *names, *files, "autoencoder", output_directory=folder)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
