"""Files in the wrong place, missing ones and ones too many are told by what they are; nothing is done."""

import os
import shlex

import pytest

from mxspec.command_line.file_kinds import OF_ROWS, PICTURE, kind_of

CONTRACT = "import mxspec as s\nspec = s.def_('stand/order', s.keys({'n': int}))\n"
FILES = {
    "contract.py": CONTRACT,
    "other.py": CONTRACT,
    "empty.py": "",
    "stand.py": "def accept(x):\n    return True\n",
    "rows.csv": "n\n1\n",
    "more.csv": "n\n2\n",
    "rows.jsonl": '{"n": 1}\n',
    "row.json": '{"n": 1}',
    "schema.json": '{"type": "integer"}',
    "api.yaml": "openapi: 3.1.0\n",
    "empty.csv": "",
    "empty.json": "",
    "notes.txt": "tea\n",
    "book.xlsx": "PK",
    "six.png": "\x89PNG\r\n\x1a\n",
    "picture.csv": "\x89PNG\r\n\x1a\n",
}
FIRST = "the contract comes first, then the rows: "
NO_ROWS = "is a file of Python, as contracts are; here rows are asked for"
NO_CONTRACT = "here a contract "
NO_VALUE = "is asked for: mxspec explain contract.py row.json"
NO_SPECS = "; here specs are asked for: mxspec diff old.py new.py"
NO_STATE = "; here a state is asked for: the file of --state, such as state.json"

MISTAKES = [
    # files that are swapped
    *((f"{command} rows.csv contract.py{options}", f"{FIRST}contract.py rows.csv") for command, options in (
        ("valid", ""), ("profile", ""), ("split", " --good g.csv"), ("flag", " -o g.csv"), ("explain", ""),
        ("infer --update", ""),
    )),
    ("valid six.png contract.py", f"{FIRST}contract.py six.png"),
    ("valid days contract.py", f"{FIRST}contract.py days"),
    ("valid - contract.py", f"{FIRST}contract.py -"),
    ("explain row.json contract.py", f"{FIRST}contract.py row.json"),
    ("guard stand:accept contract.py", "the spec comes first, then the guard: contract.py stand:accept"),
    # files that are missing, and files that are not there
    ("valid rows.csv", "; rows.csv is a file of rows; see "),
    ("valid contract.py", "; contract.py is a file of Python; see "),
    ("profile rows.csv", "it takes CONTRACT, then ROWS; rows.csv is a file of rows; see "),
    ("split contract.py --good g.csv", "it takes CONTRACT, then ROWS; contract.py is a file of Python; "),
    ("flag contract.py rows.csv", "the following arguments are required: -o; see "),
    ("split contract.py rows.csv", "split writes --good FILE, --bad FILE, or both"),
    ("infer", "the following arguments are required: ROWS; see "),
    ("infer --update contract.py", "it takes ROWS; contract.py is a file of Python; see "),
    ("diff contract.py", "diff compares two files, or --base REVISION and one; contract.py is one"),
    ("explain contract.py", "; contract.py is a file of Python; see "),
    ("guard contract.py", "it takes SPEC, then MODULE:NAME; contract.py is a file of Python; see "),
    ("sample", "the following arguments are required: SPEC; see "),
    ("take-back state.json", "it takes STATE, then NAME; state.json is a file of JSON; see "),
    ("valid contract.py mor.csv", "there is no file mor.csv; did you mean 'more.csv'?"),
    ("valid oter.py rows.csv", "there is no file oter.py; did you mean 'other.py'?"),
    ("valid contract rows.csv", "did you mean 'contract.py'?"),
    ("sample contract", "contract is neither a contract, which ends with .py, nor a name such as shop/order"),
    ("sample oter.py", "there is no file oter.py; did you mean 'other.py'?"),
    ("explain contract.py ro.json", "there is no file ro.json; did you mean 'row.json'?"),
    ("guard oter.py stand:accept", "there is no file oter.py; did you mean 'other.py'?"),
    ("guard contract.py stands:accept", "No module named 'stands'"),
    ("diff contract.py oter.py", "there is no file oter.py; did you mean 'other.py'?"),
    ("diff --base main oter.py", "there is no file oter.py; did you mean 'other.py'?"),
    ("take-back ro.json x", "there is no file ro.json; did you mean 'row.json'?"),
    # files too many
    ("valid contract.py other.py", f"other.py {NO_ROWS}"),
    ("valid contract.py rows.csv other.py", f"other.py {NO_ROWS}"),
    ("infer rows.csv contract.py", f"contract.py {NO_ROWS}"),
    (
        "sample contract.py rows.csv",
        "it takes SPEC; contract.py is a file of Python; rows.csv is a file of rows",
    ),
    ("explain contract.py row.json six.png", "unrecognized arguments: six.png; it takes SPEC, then "),
    (
        "guard contract.py stand:accept rows.csv",
        "unrecognized arguments: rows.csv; it takes SPEC, then MODULE",
    ),
    ("take-back state.json x row.json", "unrecognized arguments: row.json; it takes STATE, then NAME; "),
    (
        "diff contract.py other.py stand.py",
        "stand.py is a file of Python; here names to compare are asked for",
    ),
    # files of another kind in the place of a contract
    *((f"{command} {file}{rest}", f"{file} is {kind}; {NO_CONTRACT}") for command, rest in (
        ("valid", " rows.csv"), ("profile", " rows.csv"), ("split", " rows.csv --bad g.csv"),
        ("flag", " rows.csv -o g.csv"), ("infer --update", " rows.csv"), ("explain", " row.json"),
        ("sample", ""), ("guard", " stand:accept"),
    ) for file, kind in (
        ("more.csv", "a file of rows"), ("schema.json", "a file of JSON"), ("six.png", "a picture"),
        ("days", "a folder"), ("notes.txt", "a file that ends with .txt"),
    )),
    *((f"{command} empty.py{rest}", "empty.py defines no `spec`; write `spec") for command, rest in (
        ("valid", " rows.csv"), ("profile", " rows.csv"), ("sample", ""), ("guard", " stand:accept"),
    )),
    # ... of rows
    *((f"{command}{file}{rest}", f"{file} is {words}") for command, rest in (
        ("valid contract.py ", ""), ("profile contract.py ", ""), ("split contract.py ", " --good g.csv"),
        ("flag contract.py ", " -o g.csv"), ("infer ", ""),
    ) for file, words in (
        ("six.png", "a picture; here rows are asked for"),
        ("picture.csv", "a picture; here rows are asked for"),
        ("api.yaml", "a schema or another document; here rows are asked for"),
        ("book.xlsx", "a workbook; here rows are asked for: export it as CSV or Parquet"),
        ("schema.json", "a JSON dict, not a list of rows"), ("empty.json", "not JSON: it is empty"),
    )),
    ("valid contract.py empty.csv", "there are no rows in empty.csv, so nothing is checked"),
    ("valid contract.py nothing", "the folder nothing has no files of rows"),
    # ... of a value
    *((f"explain contract.py {file}", f"{file} is {words}") for file, words in (
        (
            "rows.csv",
            "a file of rows; here a file of JSON is asked for: mxspec valid contract.py rows.csv tells",
        ),
        (
            "rows.jsonl",
            "a file of rows; here a file of JSON is asked for: mxspec valid contract.py rows.jsonl",
        ),
        ("six.png", f"a picture; here a file of JSON {NO_VALUE}"),
        ("other.py", f"a file of Python; here a file of JSON {NO_VALUE}"),
        ("days", f"a folder; here a file of JSON {NO_VALUE}"),
        ("empty.json", "no JSON, so contract.py can't be asked about it: it is empty"),
        ("notes.txt", "no JSON, so contract.py can't be asked about it: "),
    )),
    # ... of a guard, of a module, of a namespace
    ("guard contract.py stand.py", "stand.py is a file of Python; a guard is MODULE:NAME: stand:accept"),
    ("guard contract.py stand.py:accept", "is in a file of Python; a guard is MODULE:NAME: stand:accept"),
    ("guard contract.py rows.csv", "a guard is MODULE:NAME, as shop.orders:accept, not rows.csv"),
    ("write contract.py", "contract.py is a file of Python; here its module is asked for: contract"),
    ("write stand.csv", "No module named 'stand.csv'"),
    ("write row.json", "row.json is a file of JSON; here specs are asked for: a module that registers them"),
    ("specs --import contract.py", "contract.py is a file of Python; here its module is asked for: contract"),
    ("specs contract.py", "here namespaces are asked for: mxspec specs --import contract"),
    ("specs rows.csv", "rows.csv is a file of rows; here namespaces are asked for: mxspec specs shop"),
    # ... of versions
    *((f"diff contract.py {file}", f"{file} is {kind}{NO_SPECS}") for file, kind in (
        ("rows.csv", "a file of rows"), ("six.png", "a picture"), ("days", "a folder"),
        ("notes.txt", "a file that ends with .txt"),
    )),
    ("diff six.png contract.py", f"six.png is a picture{NO_SPECS}"),
    ("diff --base main rows.csv", f"rows.csv is a file of rows{NO_SPECS}"),
    (
        "diff contract.py schema.json",
        "contract.py is a file of Python, and schema.json is a file of JSON: diff",
    ),
    (
        "diff api.yaml contract.py",
        "contract.py is a file of Python, and api.yaml is a schema or another document",
    ),
    # ... of a state, which is written to
    *((f"{command} {file}{rest}", f"{file} is {kind}{NO_STATE}") for command, rest in (
        ("take-back", " x"), ("valid contract.py rows.csv --promise 0.1 --state", ""),
        ("profile contract.py rows.csv --state", ""),
        ("profile contract.py rows.csv --html p.html --trend", ""),
    ) for file, kind in (
        ("more.csv", "a file of rows"), ("other.py", "a file of Python"), ("six.png", "a picture"),
        ("days", "a folder"),
    )),
    ("take-back row.json x", 'it has no "state": "a promise"; name another file to start anew'),
    # ... of what is written
    *((f"{command} {file}", f"{file} names {kind}, which {command.split()[-1]} does not write")
      for command in (
        "split contract.py rows.csv --good", "split contract.py rows.csv --bad",
        "flag contract.py rows.csv -o", "valid contract.py rows.csv --junit",
        "profile contract.py rows.csv --html",
    ) for file, kind in (
        ("other.py", "a file of Python"), ("new.py", "a file of Python"), ("g.png", "a picture"),
        ("days", "a folder"),
    )),
    ("infer rows.csv -o more.csv", "-o more.csv names a file of rows, which -o does not write"),
    ("infer rows.csv -o g.png", "-o g.png names a picture, which -o does not write"),
    ("infer rows.csv -o new", "-o new is not the name of a contract, which ends with .py: -o new.py"),
    ("infer rows.csv -o new.txt", "-o new.txt is not the name of a contract, which ends with .py"),
    ("infer rows.csv -o days", "-o days names a folder, which -o does not write"),
    ("valid contract.py rows.csv --junit more.csv", "names a file of rows, which --junit does not write"),
    ("infer rows.csv -o rows.csv", "-o rows.csv would be written over rows.csv, which it comes from"),
    ("infer --update contract.py rows.csv", "contract.py is no contract that infer wrote"),
    ("write stand -o rows.csv", "rows.csv is there already; --force writes over it, another -o beside it"),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of files of all kinds."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_bytes(text.encode("latin-1"))
    for name in ("days", "nothing"):
        (tmp_path / name).mkdir()
    (tmp_path / "days" / "monday.csv").write_text("n\n1\n")
    return tmp_path


@pytest.mark.few(30)
@pytest.mark.parametrize(("command", "words"), MISTAKES, ids=[command for command, _ in MISTAKES])
def test_a_file_in_the_wrong_place_is_told_by_what_it_is(command, words, folder, refused, clean_names):
    assert words in refused(*shlex.split(command))
    assert {*os.listdir(folder)} - {"__pycache__"} == {*FILES, "days", "nothing"}
    assert all((folder / name).read_bytes() == text.encode("latin-1") for name, text in FILES.items())


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("-", "standard input"),
        ("duckdb:///shop.db#orders", "a table of a warehouse"),
        ("orders.CSV", "a file of rows"),
        ("orders.parquet", "a file of rows"),
        ("orders.jsonl.zst", "a file of rows"),
        ("orders.gz", "a file that ends with .gz"),
        ("contract.py.gz", "a file that ends with .gz"),
        ("contract.ipynb", "a file that ends with .ipynb"),
        ("CONTRACT.PY", "a file of Python"),
        ("user.avsc", "a schema or another document"),
        ("six.jpeg", "a picture"),
        ("picture.csv", "a picture"),
        ("days", "a folder"),
        ("stand/order", ""),
        ("contract", ""),
    ],
)
def test_a_kind_follows_from_the_name_or_the_first_bytes(file, kind, folder):
    assert kind_of(file) == kind


def test_rows_whose_first_column_is_named_like_a_picture_are_rows(tmp_path):
    (tmp_path / "rows.csv").write_text("GIF8,n\n1,2\n")
    (tmp_path / "no-rows.csv").write_bytes(b"GIF89a\x01\x00")
    assert [kind_of(str(tmp_path / name)) for name in ("rows.csv", "no-rows.csv")] == [OF_ROWS, PICTURE]
