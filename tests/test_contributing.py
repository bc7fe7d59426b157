"""CONTRIBUTING is true: the edits that it names are made in a copy of the tree, and the tests run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| (an? [^|]+?) \| (.+) \|$", PAGE, re.MULTILINE))
CODE = re.compile(r"^```python\n(# in_order\.py\n.*?)^```", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`((?:mxspec|tests|docs)/[\w/]+\.(?:py|md))`")
TEST = re.compile(r"`(tests/[\w/]+)`")
COMMAND = re.compile(r"`python -m ([\w.]+)`")


class Addition(NamedTuple):
    """What somebody adds: texts after lines that are there, by file; a new file has None for the line.

    `asked` is a program that fails without the addition.
    """

    edits: dict[str, list[tuple[str | None, str]]]
    asked: str


# A file of mxspec imports from files; and the page's own test has its kind by the page's name.
IMPORTS = "from mxspec import INVALID\nfrom mxspec.specs import ELEMENTS, OPTIONAL, Part, Spec, as_part\n"
FROM_FILES = """\
from mxspec.base.values import INVALID
from mxspec.specs.core.lenses import ELEMENTS
from mxspec.specs.core.parts import OPTIONAL, Part
from mxspec.specs.core.spec import Spec, as_part
"""
[CODE_OF_PAGE] = CODE.findall(PAGE)
assert IMPORTS in CODE_OF_PAGE
ASCENDING = (
    CODE_OF_PAGE.replace(IMPORTS, FROM_FILES).replace("in_order", "ascending").replace("InOrder", "Ascending")
)
IS_SLUG = '''

def is_slug(x: object) -> bool:
    """True for a text of small letters, digits and hyphens."""
    return isinstance(x, str) and re.fullmatch("[a-z0-9-]+", x) is not None
'''
COUNTING = '''"""The command count: how many lines a file has."""

from pathlib import Path


def run_count(file: str) -> int:
    """Print the number of lines of a file."""
    print(len(Path(file).read_text(encoding="utf-8").splitlines()))
    return 0
'''
COUNT_OPTIONS = """    text = "count the lines of a file"
    add = command("count", "counting.run_count", text, "count rows.jsonl").add_argument
    add("file", metavar="FILE", help="the file")

"""
TEST_OF_COUNT = '''"""The command count."""

from mxspec.command_line.main import main


def test_count_prints_the_number_of_lines(tmp_path, capsys):
    (tmp_path / "rows.txt").write_text("a\\nb\\n")
    assert main(["count", str(tmp_path / "rows.txt")]) == 0
    assert capsys.readouterr().out == "2\\n"
'''
COMPILED, LESS = ("mxspec.specs.compiled", "compiled_source"), "from mxspec.specs.comparisons import less\n"
IMPORT = "from mxspec.specs.in_order import ascending\n"
IMPORT_OF_CLASS = "from mxspec.specs.in_order import Ascending as Ascending\n"  # handed on
ADDITIONS = {
    "a predicate": Addition(
        {
            "mxspec/predicates.py": [
                ('    "is_simple_ident", ', '"is_slug", '),
                ("is_qualified_ident is_uri", " is_slug"),
                ("    return isinstance(x, uuid.UUID)\n", IS_SLUG),
            ],
            "mxspec/base/predicate_rows.py": [
                (
                    '    p.is_uuid: PredicateRow("uuid_type", "a UUID", (uuid.UUID,)),\n',
                    '    p.is_slug: PredicateRow("slug", "a slug", (str,), pattern="[a-z0-9-]+"),\n',
                )
            ],
            "tests/mxspec/test_predicates.py": [
                ("ROWS = [\n", '    (s.is_slug, ["a", "a-1"], ["A", "", 1]),\n'),
            ],
        },
        """
        assert s.valid(s.is_slug, "a-1") and not s.valid(s.is_slug, "A")
        assert s.explain_json(s.is_slug, "A")[0]["msg"] == "a slug is required"
        assert s.json_schema(s.is_slug)["pattern"]
        assert all(s.valid(s.is_slug, x) for x in s.sample(s.is_slug, 20))
        """,
    ),
    "a kind of spec": Addition(
        {
            "mxspec/specs/in_order.py": [(None, ASCENDING)],
            "mxspec/specs/__init__.py": [
                ("    values           and_ ", "ascending "),
                ("    from {} import {}\n".format(*COMPILED), f"    {IMPORT}    {IMPORT_OF_CLASS}"),
                ('    "float_in", "from_type", ', '"ascending", '),
                (
                    '        "{}": "{}",\n'.format(*COMPILED),
                    '        "mxspec.specs.in_order": "ascending Ascending",\n',
                ),
            ],
            "mxspec/notation/form_makers.py": [
                (LESS, IMPORT),
                ("        float_in,\n", "        ascending,\n"),
            ],
            "tests/mxspec/kinds.py": [("SPECS = [\n", "    s.ascending(int),\n")],
        },
        """
        assert s.valid(s.ascending(int), [1, 2]) and not s.valid(s.ascending(int), [2, 1])
        assert s.form(pickle.loads(pickle.dumps(s.ascending(int)))) == ("ascending", int)
        assert "mxspec.specs.in_order" not in str(pickle.dumps(s.ascending(int)))
        assert "s.ascending(int)" in s.source(s.ascending(int))
        """,
    ),
    "a command": Addition(
        {
            "mxspec/command_line/counting.py": [(None, COUNTING)],
            "mxspec/command_line/parser.py": [
                ('    """Add the commands for specs by name."""\n', COUNT_OPTIONS),
            ],
            "docs/command_line.md": [
                ("([more](frames.md#a-page-to-look-at)) |\n", "| `mxspec count rows.jsonl` | counts |\n"),
            ],
            "tests/mxspec/command_line/test_counting.py": [(None, TEST_OF_COUNT)],
        },
        """
        from mxspec.command_line.main import main
        assert main(["count", "setup.cfg"]) == 0
        """,
    ),
}  # fmt: skip


@pytest.fixture
def tree(tmp_path):
    """A copy of the tree, as it is committed."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.splitlines():
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def run(tree, *arguments):
    """Run a module of the copy; return its process."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        timeout=500,
    )


def test_at_most_four_files_are_named():
    assert ADDITIONS.keys() <= ROWS.keys()
    for title, addition in ADDITIONS.items():
        assert set(FILE.findall(ROWS[title])) == {*addition.edits}, title
        assert len(addition.edits) <= 4, title


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no checkout")
@pytest.mark.parametrize("title", ADDITIONS)
def test_the_edits_are_all_that_an_addition_takes(title, tree):
    for path, edits in ADDITIONS[title].edits.items():
        for line, new in edits:
            text = (tree / path).read_text(encoding="utf-8") if line else ""
            assert line is None or text.count(line) == 1, (path, line)
            (tree / path).write_text(text.replace(line, line + new) if line else new, encoding="utf-8")
    program = f"import pickle\nimport mxspec as s\nassert s.__file__.startswith({str(tree)!r})\n"
    (tree / "asked.py").write_text(program + re.sub(r"^ +", "", ADDITIONS[title].asked, flags=re.MULTILINE))
    for command in ("asked", *COMMAND.findall(ROWS[title])):
        ran = run(tree, command)
        assert ran.returncode == 0, ran.stderr
    (tree / "asked.py").unlink()
    ran = run(
        tree,
        "pytest",
        "-q",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        *(f"{test}.py" for test in TEST.findall(ROWS["an addition"] + ROWS[title])),
        *(path for path, edits in ADDITIONS[title].edits.items() if edits[0][0] is None and "tests/" in path),
    )
    assert ran.returncode == 0, ran.stdout[-3000:]
