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

    `asked` is a program that fails without the addition, `is_named` tells if users know it by a name.
    """

    edits: dict[str, list[tuple[str | None, str]]]
    asked: str
    is_named: bool = False


class Part(NamedTuple):
    """What the tree has: patterns of its texts, by file. The program `asked` fails without them."""

    texts: dict[str, list[str]]
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
FILLED = '''

class _FilledCount(TermCount):
    """The number of values in a column."""

    def __init__(self, column: Any) -> None:
        self._column, self._there = column, 0

    def add(self, part: ColumnsOfChunk) -> None:
        self._there += len(part.values(self._column))

    def problems(self, rows: int) -> Iterator[str]:
        if not self._there:
            yield f"{self._column!r}: none of {rows:,} rows has a value"


@dataclasses.dataclass(frozen=True)
class Filled(ColumnTerm):
    """A column has a value in some row."""

    keyword: ClassVar[str] = "filled"

    @staticmethod
    def of(table: TableTerms) -> Iterator[Term]:
        yield from map(Filled, table.filled)

    @staticmethod
    def join(last: TableTerms, new: TableTerms) -> Any:
        return tuple(column for column in new.filled if column in last.filled)

    @property
    def least_size(self) -> int:
        return 1

    @property
    def words(self) -> str:
        return f"a value in {self.column!r}"

    def count(self, now: datetime.datetime) -> TermCount:
        return _FilledCount(self.column)

    def breaking_tables(self, rows: Table, own: TableTerms) -> Iterator[Table]:
        gaps = [row for row in rows if is_gap(row.get(self.column))]
        yield own.put_in_order(gaps, max(1, own.min_rows))

    def keep(self, table: SampledTable) -> None:
        if table.rows and all(is_gap(row.get(self.column)) for row in table.rows):
            raise table.error(f"no row has a value in {self.column!r}")
'''
LESS, IMPORT = "from mxspec.specs.comparisons import less\n", "from mxspec.specs.in_order import ascending\n"
JTD = '''"""JSON Type Definition (RFC 8927): the spec of the values that a schema describes.

    {"properties": {"n": {"type": "uint8"}}}        {"n": 3}
"""

from __future__ import annotations

from typing import Any, Final

from mxspec.base.values import short_repr
from mxspec.specs.collections import coll_of, map_of
from mxspec.specs.core.spec import Spec, as_part
from mxspec.specs.maps import keys
from mxspec.specs.ranges import str_in
from mxspec.specs.wrappers import nilable
from mxspec.transform.schemas.json_kinds import ANY, number_of_json
from mxspec.transform.schemas.places import SchemaPlace, SchemaReader

_TYPES: Final = {
    "boolean": as_part(bool),
    "string": as_part(str),
    "timestamp": str_in(format="datetime"),
    **dict.fromkeys(("float32", "float64"), number_of_json()),
    **{f"uint{n}": number_of_json(True, (0, False), (2**n, True)) for n in (8, 16, 32)},
    **{f"int{n}": number_of_json(True, (-(2 ** (n - 1)), False), (2 ** (n - 1), True)) for n in (8, 16, 32)},
}
_FORMS: Final = ("type", "enum", "elements", "values", "ref", "properties", "optionalProperties")
_WORDS: Final = (*_FORMS, "additionalProperties", "nullable", "metadata", "definitions")


def from_jtd(schema: Any) -> Spec:
    """Return the spec of the values of a JSON Type Definition, as `json.loads` reads it."""
    return _JtdReader().read(schema)


def is_jtd(schema: Any) -> bool:
    """True for a schema with a word or a type that no JSON Schema has."""
    words = {"optionalProperties", "elements", "values", "discriminator"}
    is_type = isinstance(schema, dict) and schema.get("type") in [*_TYPES.keys() - {"boolean", "string"}]
    return is_type or (isinstance(schema, dict) and bool(words & schema.keys()))


class _JtdReader(SchemaReader):
    builtin = _TYPES

    def spec(self, place: SchemaPlace) -> Spec:
        place.check(_WORDS[: None if not place.path else -1])
        definitions = place.get("definitions", {})
        definitions.check(definitions.value)
        for name in definitions.value:
            self.reserve(name, definitions)
            self.named[name] = self.spec(definitions.get(name))
        spec = self._spec_of_form(place)
        return nilable(spec) if place.value.get("nullable") is True else spec

    def _spec_of_form(self, place: SchemaPlace) -> Spec:
        forms = [word for word in _FORMS if word in place.value]
        if len(forms) > 1 and not {*forms} <= {"properties", "optionalProperties"}:
            place.fail(f"a schema has one of {' and '.join(forms)}")
        inner = place.get(forms[0]) if forms else place
        match forms:
            case []:
                return ANY
            case ["type"] if isinstance(inner.value, str) and inner.value in _TYPES:
                return _TYPES[inner.value]
            case ["enum"] if (words := place.texts("enum")) and len({*words}) == len(words):
                return as_part({*words})
            case ["elements"]:
                return coll_of(self.spec(inner), kind=list)
            case ["values"]:
                return map_of(str, self.spec(inner))
            case ["ref"] if isinstance(inner.value, str):
                return self.use(inner.value, inner)
            case ["properties" | "optionalProperties", *_]:
                required, optional = (self._specs_below(place, word) for word in _FORMS[-2:])
                is_open = place.value.get("additionalProperties") is True
                return keys(req_un=required, opt_un=optional, closed=not is_open)
        return inner.fail(f"there is no {forms[0]} {short_repr(inner.value)}")

    def _specs_below(self, place: SchemaPlace, word: str) -> dict[str, Spec]:
        inner = place.get(word, {})
        inner.check(inner.value)
        return {name: self.spec(inner.get(name)) for name in inner.value}
'''
IMPORT_OF_JTD = "from mxspec.transform.schemas.jtd import from_jtd, is_jtd\n"
ROW_OF_JTD = """\
    SchemaLanguage("a JSON Type Definition", (".jtd",), is_jtd, from_jtd),
"""
EXAMPLE_OF_JTD = """\
    "a JSON Type Definition": Example(
        [
            ({"type": "uint8"}, [0, 255, 3.0], [256, 0.5, "a"]),
            ({"enum": ["a", "b"], "nullable": True}, ["a", None], ["c"]),
            (
                {"definitions": {"n": {"optionalProperties": {"next": {"ref": "n"}}}}, "ref": "n"},
                [{}, {"next": {"next": {}}}],
                [{"next": 3}],
            ),
        ],
        [
            ({"type": "uint8"}, {"type": "int16"}, "proved"),
            ({"type": "int16"}, {"type": "uint8"}, "broken"),
            ({"elements": {}}, {"values": {}}, "broken"),
        ],
    ),
"""
ADDITIONS = {
    "a predicate": Addition(
        {
            "mxspec/predicates.py": [
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
            "docs/validate.md": [("`is_inst_in_range` ", "`is_slug` ")],
        },
        """
        assert s.valid(s.is_slug, "a-1") and not s.valid(s.is_slug, "A")
        assert s.explain_json(s.is_slug, "A")[0]["msg"] == "a slug is required"
        assert s.json_schema(s.is_slug)["pattern"]
        assert all(s.valid(s.is_slug, x) for x in s.sample(s.is_slug, 20))
        """,
        is_named=True,
    ),
    "a kind of spec": Addition(
        {
            "mxspec/specs/in_order.py": [(None, ASCENDING)],
            "mxspec/specs/__init__.py": [
                ("    values           and_ ", "ascending "),
                ("if TYPE_CHECKING:\n", "    from mxspec.specs.in_order import Ascending as Ascending\n"),
            ],
            "mxspec/notation/form_makers.py": [
                (LESS, IMPORT),
                ("        float_in,\n", "        ascending,\n"),
            ],
            "tests/mxspec/kinds.py": [("SPECS = [\n", "    s.ascending(int),\n")],
            "docs/validate.md": [("`and_` asks for several things at once, ", "`ascending` for order, ")],
        },
        """
        assert s.valid(s.ascending(int), [1, 2]) and not s.valid(s.ascending(int), [2, 1])
        assert s.form(pickle.loads(pickle.dumps(s.ascending(int)))) == ("ascending", int)
        assert "mxspec.specs.in_order" not in str(pickle.dumps(s.ascending(int)))
        assert "s.ascending(int)" in s.source(s.ascending(int))
        """,
        is_named=True,
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
        is_named=True,
    ),
    "a term of a table": Addition(
        {
            "mxspec/inference/value_terms.py": [("_of(self._counts, self._there, rows)\n", FILLED)],
            "mxspec/inference/table_terms.py": [
                (
                    "from mxspec.frames.named_frames import NamedFrame, frame_of, is_frame\n",
                    "from mxspec.inference.value_terms import Filled\n",
                ),
                ("    Missing: 3,\n", "    Filled: 11,\n"),
                ("    inside: Mapping[Any, Any] | None\n", "    filled: Sequence[Any] | None\n"),
                (
                    "    inside: Mapping[Any, Any] = dataclasses.field(default_factory=dict)\n",
                    "    filled: tuple[Any, ...] = ()\n",
                ),
            ],
            "tests/mxspec/inference/test_value_terms.py": [
                (
                    "    \"max_rows\": (500, \"at most 500 rows\"),\n",
                    "    \"filled\": ([\"boss\"], \"a value in 'boss'\"),\n",
                )
            ],
            "docs/contract.md": [
                ('`{"city": ("country", "zip")}` |\n', '| is a column empty | `filled=("boss",)` |\n')
            ],
        },
        """
        row = s.keys(req_un={"boss": s.nilable(int)})
        contract = s.contract(row, filled=["boss"])
        assert contract.table.problems([{"boss": None}]) == ["'boss': none of 1 rows has a value"]
        assert "filled=" in s.source(contract)
        assert s.check_compatible(s.contract(row), contract).verdict == "broken"
        assert s.check_compatible(contract, s.contract(row)).verdict == "proved"
        """,
    ),
    "a format of texts": Addition(
        {
            "mxspec/base/formats.py": [
                (
                    '        "url": _text_format(_URL, "a URL", "uri"),\n',
                    '        "mac": _text_format("[0-9a-f]{2}(:[0-9a-f]{2}){5}", "a MAC address", "mac"),\n',
                )
            ],
            "mxspec/specs/ranges.py": [('"email", "url", "ipv4", ', '"mac", ')],
            "mxspec/changes/borders/texts.py": [
                ("_OF_FORMATS: Final = {\n", '    "mac": "00:1b:44:11:3a:b7 00:1B:44:11:3A:B7",\n')
            ],
            "tests/mxspec/specs/test_kinds_of_data.py": [
                (
                    '     ["2019/12/31 10:29", "2020/1/1 00:00"]),\n',
                    '    (s.str_in(format="mac"), ["00:1b:44:11:3a:b7"], ["00:1b", "00-1b-44-11-3a-b7"]),\n',
                )
            ],
        },
        """
        mac = s.str_in(format="mac")
        assert s.explain_json(mac, "x")[0]["msg"] == "a string that is a MAC address is required"
        assert s.json_schema(mac)["format"] == "mac"
        rows = [{"at": x} for x in s.sample(mac, 2000, seed=1)]
        assert "format='mac'" in s.source(s.infer(rows))
        assert s.frame({"at": mac}).fallbacks(__import__("polars").DataFrame(rows)) == {}
        """,
    ),
    "a language of schemas": Addition(
        {
            "mxspec/transform/schemas/jtd.py": [(None, JTD)],
            "mxspec/transform/schemas/languages.py": [
                ("import avro_sides, from_avro, is_avro\n", IMPORT_OF_JTD),
                ("is_avro, from_avro, avro_sides),\n", ROW_OF_JTD),
            ],
            "tests/mxspec/transform/schemas/test_languages.py": [("EXAMPLES = {\n", EXAMPLE_OF_JTD)],
            "docs/change.md": [("responses` the other way round |\n", "| a JSON Type Definition | all |\n")],
        },
        """
        from mxspec.transform.schemas.jtd import from_jtd
        assert s.valid(from_jtd({"elements": {"type": "int8"}}), [3])
        """,
    ),
}  # fmt: skip
PARTS = {
    "an engine of frames, which Narwhals reads": Part(
        {
            "mxspec/frames/engines.py": [
                r"def _rename_duckdb\(.*?\n\n\n",
                r"def _join_duckdb\(.*?\n\n\n",
                r"def _batches_of_duckdb\(.*?\n\n\n",
                r'    "duckdb": Engine\(\n.*?\n    \),\n',
            ],
            "tests/mxspec/frames/frames_of_tables.py": [
                r"def in_duckdb\(.*?\n\n\n",
                '    "duckdb": in_duckdb,\n',
                '    "in_duckdb": .*?\n',
            ],
            "docs/frames.md": ["DuckDB, (?=Dask, Spark and Ibis)"],
        },
        """
        import duckdb
        frame = duckdb.sql('select 3 as "a b", 1.5::double as x')
        assert s.valid({"a b": int, "x": float}, frame) and not s.valid({"a b": str}, frame)
        """,
    ),
}


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


def test_a_row_names_four_files_at_most_beside_a_page_and_a_predicate_takes_four_places():
    assert ADDITIONS.keys() <= ROWS.keys()
    files = {title: {*addition.edits} for title, addition in ADDITIONS.items()}
    files |= {title: {*part.texts} for title, part in PARTS.items()}
    for title, own in files.items():
        assert set(FILE.findall(ROWS[title])) == own, title
        assert len([file for file in own if not file.startswith("docs/")]) <= 4, title
    places = {title: sum(map(len, addition.edits.values())) for title, addition in ADDITIONS.items()}
    assert places["a predicate"] - 1 == 4  # and its name in a page
    assert max(places.values()) <= 7, places


def program(tree, text):
    """Run a program that uses the copy; return its process."""
    head = f"import pickle\nimport mxspec as s\nassert s.__file__.startswith({str(tree)!r})\n"
    (tree / "asked.py").write_text(head + re.sub(r"^ +", "", text, flags=re.MULTILINE))
    ran = run(tree, "asked")
    (tree / "asked.py").unlink()
    return ran


def run_tests(tree, files):
    """Run files of tests of the copy; return their process."""
    return run(tree, "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", *files)


def files_of(title):
    """The files of tests that a row names."""
    return [f"{test}.py" for test in TEST.findall(ROWS[title])]


def add(tree, title):
    """Make the edits of an addition in a copy, and run its commands."""
    for path, edits in ADDITIONS[title].edits.items():
        for line, new in edits:
            text = (tree / path).read_text(encoding="utf-8") if line else ""
            assert line is None or text.count(line) == 1, (path, line)
            (tree / path).write_text(text.replace(line, line + new) if line else new, encoding="utf-8")
    for command in COMMAND.findall(ROWS[title]):
        ran = run(tree, command)
        assert ran.returncode == 0, ran.stderr


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no checkout")
@pytest.mark.parametrize("title", ADDITIONS)
def test_the_edits_are_all_that_an_addition_takes(title, tree):
    addition = ADDITIONS[title]
    assert program(tree, addition.asked).returncode != 0
    add(tree, title)
    ran = program(tree, addition.asked)
    assert ran.returncode == 0, ran.stderr
    own = [path for path in addition.edits if re.search(r"/test_\w+\.py", path)]
    ran = run_tests(tree, [*own, *files_of(title)])
    assert ran.returncode == 0, ran.stdout[-3000:]


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no checkout")
def test_additions_with_a_name_pass_the_tests_of_names(tree):
    """All in one copy, since these tests are the same for each."""
    for title in [title for title, addition in ADDITIONS.items() if addition.is_named]:
        add(tree, title)
    ran = run_tests(tree, files_of("a name or a command"))
    assert ran.returncode == 0, ran.stdout[-3000:]


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no checkout")
@pytest.mark.parametrize("title", PARTS)
def test_what_the_tree_has_takes_no_more_than_an_addition(title, tree):
    """Take a part of the tree away, see the tests of its row fail, and put it back."""
    part = PARTS[title]
    whole = {path: (tree / path).read_text(encoding="utf-8") for path in part.texts}
    for path, patterns in part.texts.items():
        for pattern in patterns:
            text = (tree / path).read_text(encoding="utf-8")
            text, count = re.subn(pattern, "", text, flags=re.DOTALL)
            assert count == 1, (path, pattern)
            (tree / path).write_text(text, encoding="utf-8")
    assert program(tree, part.asked).returncode != 0
    for path in whole:
        if path.startswith("tests/"):
            (tree / path).write_text(whole[path], encoding="utf-8")
    assert run_tests(tree, files_of(title)).returncode == 1
    for path, text in whole.items():
        (tree / path).write_text(text, encoding="utf-8")
    assert program(tree, part.asked).returncode == 0
    ran = run_tests(tree, files_of(title))
    assert ran.returncode == 0, ran.stdout[-3000:]
