"""Text of others never leaves the place where it stands, and only a verdict ends with 0, 1 or 3.

Each hostile text of a table is put in every place of a document, a state, a contract, a row and a name: what is
printed has no unprintable character and no command to CI, and what is written has no code of others.
"""

import ast
import copy
import datetime
import importlib
import io
import json
import os
import re
import sys

import pytest

import mxspec as s
from mxspec import ghostwriter, names, odcs
from mxspec.command_line import ending
from mxspec.command_line.main import main
from mxspec.messages.text import in_lines, in_one_line
from mxspec.promises.promise import Promise
from mxspec.spec_source import source
from tests.mxspec.command_line.hostile_texts import COMMAND, TEXTS, flaws
from tests.processes import run_command

hostile = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Run a command in a folder of its own; return its exit code and what it prints, which has no flaw."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)

    def run(*arguments):
        with names.look_up_in(names.Names(names.current.entries)):
            try:
                code = main([*map(str, arguments)])
            except SystemExit as end:
                code = end.code
        out, err = capsys.readouterr()
        annotations = "--github" in arguments
        assert not flaws(out.replace("::error file=", "error ") if annotations else out)
        assert not flaws(err)
        assert type(code) is int
        assert code in (0, 1, 2, 3)
        return code, out, err

    return run


# --- the printer --------------------------------------------------------------------------------------------


def printed(*texts):
    """Return what a command prints by several writes."""
    before, sys.stdout = sys.stdout, io.StringIO()
    try:
        with ending.guard_output("x") as output:
            for text in texts:
                output.write(text)
            return output.getvalue()
    finally:
        sys.stdout = before


@hostile
def test_whatever_is_printed_has_no_flaw_and_json_means_the_same(text):
    assert not flaws(printed(text))
    assert not flaws(printed("x\n  ", text, "\n", text))
    data = {text: [text, "é"]}
    assert json.loads(printed(json.dumps(data, ensure_ascii=False, indent=1))) == data
    assert "\n" not in in_one_line(text)
    assert in_lines(text).count("\n") == text.count("\n")
    assert not flaws(in_one_line(text).replace(COMMAND, "").replace("##vso", ""))


def test_what_a_command_makes_itself_is_printed_as_it_is():
    assert printed("é: a\tb 日本\n") == "é: a\\tb 日本\n"
    before, sys.stdout = sys.stdout, io.StringIO()
    try:
        with ending.guard_output("x") as output:
            print("\r\x1b[K::error ::x", file=output.own)
            assert output.own == output  # so that tqdm hides a bar there
            assert output.getvalue() == "\r\x1b[K::error ::x\n"
    finally:
        sys.stdout = before


# --- sources ------------------------------------------------------------------------------------------------

VALUES = {"datetime", "decimal", "fractions", "uuid", "zoneinfo"}


def assert_makes_specs_alone(text):
    """Check that a source imports, calls makers of mxspec and of values, and binds `spec`: nothing else."""
    tree = ast.parse(text)
    for node in tree.body:
        is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        assert isinstance(node, (ast.Import, ast.Assign)) or is_call, ast.unparse(node)
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= {*VALUES, "mxspec"}
        if isinstance(node, ast.Assign):
            assert [target.id for target in node.targets] == ["spec"]
        if is_call:
            assert ast.unparse(node.value.func) == "s.def_"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            home, _, name = called.partition(".")
            is_maker = home == "s" and name.isidentifier() and hasattr(s, name)
            assert is_maker or home in VALUES or called in ("frozenset", "set", "float"), called
        assert not isinstance(node, (ast.Lambda, ast.NamedExpr, ast.ListComp, ast.Await, ast.JoinedStr))
    for line in text.splitlines():
        assert line.isprintable()


COLUMNS = {
    "n": s.int_in(0, 10),
    "word": s.str_in(pattern="[a-z]+", max_length=9),
    "kind": s.nilable({"a", "b"}),
    "day": s.range_of(datetime.date, datetime.date(2026, 1, 1), None),
    "all": s.coll_of(s.keys(req_un={"x": float}), kind=s.is_list),
}
PROMISED = {
    "rows": 5000, "refuses": 0.01, "of": "groups by 'word'", "open": {"day": "ends later"}, "columns": 5,
    "bounds": 7, "widened": ("n",), "unique": ("n",), "monotone": ("day",), "missing": {"kind": 0.5},
    "occur": {"kind": {"a", "b"}}, "remade": (1, 100), "horizon": 70, "count_as": 900, "min_rows": 3,
}  # fmt: skip


def contract(**options):
    return s.contract(s.keys(req_un=COLUMNS, closed=True), **{**PROMISED, **options})


def places(x, path=()):
    """Yield the path to each key and each value of a document, with True for a key."""
    for key, value in x.items() if isinstance(x, dict) else enumerate(x) if isinstance(x, list) else ():
        yield (*path, key), False
        if isinstance(x, dict):
            yield (*path, key), True
        yield from places(value, (*path, key))


def put(document, path, is_key, value):
    """Return a document with another value, or another key, in a place."""
    changed = copy.deepcopy(document)
    part = changed
    for step in path[:-1]:
        part = part[step]
    if is_key:
        part[value] = part.pop(path[-1])
    else:
        part[path[-1]] = value
    return changed


def test_the_document_has_all_places():
    assert [*places({"a": [1]})] == [(("a",), False), (("a",), True), (("a", 0), False)]
    document = odcs.to_odcs(contract())
    assert s.form(odcs.from_odcs(document)) == s.form(contract())
    assert_makes_specs_alone(source(odcs.from_odcs(document)))


@hostile
def test_no_text_of_a_document_of_data_is_code(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    document, read = odcs.to_odcs(contract()), 0
    for path, is_key in places(document):
        try:
            spec = odcs.from_odcs(put(document, path, is_key, text))
        except s.SpecError:
            continue
        text_of_spec = source(spec)
        assert_makes_specs_alone(text_of_spec)
        again = {}
        exec(text_of_spec, again)
        assert source(again["spec"]) == text_of_spec
        read += 1
    assert read > 20
    assert not os.listdir(tmp_path)


NUMBERS = [10**400, -1, 0, 1.5, float("nan"), float("inf"), True, None, [], [[]], {}, {"x": [1]}, "1"]


@pytest.mark.parametrize("value", NUMBERS, ids=lambda x: short_id(x))
def test_any_value_in_a_document_is_a_contract_with_a_source_or_an_error_by_name(value):
    document = odcs.to_odcs(contract())
    for path, is_key in places(document):
        if not is_key:
            try:
                spec = odcs.from_odcs(put(document, path, is_key, value))
            except s.SpecError:
                continue
            assert_makes_specs_alone(source(spec))


def short_id(x):
    return "10**400" if x == 10**400 else str(x)


@hostile
def test_texts_of_a_contract_are_one_printable_line_or_an_error(text):
    for options in ({"of": text}, {"open": {"n": text}}):
        if text.isprintable():
            assert_makes_specs_alone(source(contract(**options)))
        else:
            with pytest.raises(s.SpecDefinitionError, match="one printable line"):
                contract(**options)
            with pytest.raises(s.SpecDefinitionError, match="one printable line"):
                Promise(0.01, 0.99, 5000, **options)


@hostile
def test_keys_values_and_remarks_of_a_contract_are_no_code(text):
    form = s.keys(req_un={text: {text, "b"}, "b": s.with_message(int, f"x{text}")})
    own = s.contract(
        form, rows=5000, refuses=0.01, open={text: "ends later"}, unique=(text,), widened=(text,)
    )
    object.__setattr__(own, "notes", {(): text, ("b",): text, (text,): text})
    written = source(own)
    assert_makes_specs_alone(written)
    again = {}
    exec(written, again)
    object.__setattr__(own, "notes", {})
    assert source(again["spec"]) == source(own)


@pytest.mark.parametrize(
    "options",
    [
        *({name: x} for name in ("columns", "count_as", "horizon", "bounds") for x in ("x", -1, 1.5, True)),
        *({"remade": x} for x in ("ab", (1,), (2, 1), ("x", 1), (-1, 1), [[1], 2])),
        *({"open": x} for x in ("ab", [1], 7, {"n": 1})),
        *({"of": x} for x in (7, None, b"rows")),
    ],
    ids=str,
)
def test_an_argument_of_another_type_is_an_error(options):
    with pytest.raises(s.SpecDefinitionError):
        contract(**options)
    with pytest.raises(s.SpecDefinitionError):
        Promise(0.01, 0.99, 5000, **options)


# --- tests that are drafted ---------------------------------------------------------------------------------


def shape(text):
    """Return the statements of a file without its texts and the names of its tests."""
    tree = ast.parse(re.sub(r"\bNAME_\d+\b(?! =)", "'text'", text))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = "text"
        if isinstance(node, ast.FunctionDef):
            node.name = "test"
        if isinstance(node, ast.Name):
            node.id = re.sub(r"^accepts_\w+$", "name", node.id)
    return [ast.dump(node) for node in tree.body if not isinstance(node, ast.Assign)]


@pytest.mark.parametrize("write", [ghostwriter.write_tests, ghostwriter.write_negative_tests])
@hostile
def test_no_name_of_a_spec_is_code_of_a_drafted_test(text, write, tmp_path, monkeypatch, clean_names):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    shapes = []
    for number, name in enumerate(["shop/plain", f"shop/{text}", f"{text}/plain"]):
        module = f"shop_{number}"
        (tmp_path / f"{module}.py").write_text(f"import mxspec as s\ns.def_({name!r}, s.int_in(0, 9))\n")
        monkeypatch.delitem(sys.modules, module, raising=False)
        importlib.invalidate_caches()
        try:
            written = write(module)
        except s.SpecError:
            assert number
            continue
        assert all(line.isprintable() for line in written.splitlines())
        compile(written, "x", "exec")
        assert repr(name)[1:-1] in written or json.dumps(name, ensure_ascii=False) in written
        shapes.append(shape(written.replace(module, "shop_0")))
    assert all(each == shapes[0] for each in shapes)


@pytest.mark.parametrize("module", ["no word", "x; print()", "class", "x\nprint()"])
def test_a_module_that_no_import_can_name_gets_no_tests(module, tmp_path, run):
    (tmp_path / f"{module}.py").write_text("import mxspec as s\nspec = s.int_in(0, 9)\n")
    code, _, err = run("write", module)
    assert (code, err.count("\n")) == (2, 1)
    assert "no name of Python's syntax" in err


# --- states -------------------------------------------------------------------------------------------------

ROWS = [{"n": i % 10} for i in range(500)]
CONTRACT = (
    "import mxspec as s\nspec = s.contract(s.keys(req_un={'n': s.int_in(0, 10)}), rows=5000, refuses=0.01)\n"
)


@pytest.fixture
def folder(tmp_path):
    """A folder with a contract, rows that fit, rows that do not, and a module."""
    (tmp_path / "contract.py").write_text(CONTRACT)
    (tmp_path / "open.py").write_text(CONTRACT.replace("0.01)", "0.01, open={'n': 'rises'}, columns=1)"))
    (tmp_path / "fit.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    (tmp_path / "bad.jsonl").write_text("\n".join(map(json.dumps, [{"n": 99}, *ROWS[:400]])))
    (tmp_path / "row.json").write_text('{"n": 3}')
    return tmp_path


HOSTILE_NUMBERS = [
    "1" + "0" * 400,
    "-1",
    "NaN",
    "Infinity",
    "1e400",
    "1e-320",
    "0.5",
    "null",
    "true",
    '"x"',
    "{}",
]
HOSTILE_NUMBERS += [
    "[" * 5000 + "]" * 5000,
    '"x\\n::stop-commands::x"',
    '"\\ud800\\u001b[2J"',
    "[]",
    "1" + "0" * 5000,
]


@pytest.mark.few(4)
@pytest.mark.parametrize("text", HOSTILE_NUMBERS, ids=lambda text: text[:9])
def test_a_hostile_state_is_an_error_by_name_or_a_state_and_never_a_fault(text, folder, run):
    state, refused = folder / "state.json", 0
    (folder / "broken.jsonl").write_text('{"n": 99}\n' * 700)
    for rows in ["broken.jsonl", "fit.jsonl"]:
        run("valid", "contract.py", rows, "--state", state, "--unit", "1")
    promised = json.loads(state.read_text())
    assert (len(promised["history"]), promised["alarm"]["at"]) == (2, promised["history"][0]["name"])
    state.unlink()
    run("profile", "open.py", "fit.jsonl", "--state", state)
    commands = (
        (["take-back", state, "fit"], promised),
        (["valid", "contract.py", "fit.jsonl", "--unit", "1", "--state", state], promised),
        (["profile", "open.py", "bad.jsonl", "--state", state], json.loads(state.read_text())),
    )
    for command, whole in commands:
        for path, is_key in places(whole):
            if not is_key or text.startswith('"'):
                mark = "a mark of its own"
                changed = json.dumps(put(whole, path, is_key, mark)).replace(json.dumps(mark), text)
                state.write_text(changed)
                code, out, err = run(*command)
                assert "raises" not in err
                assert (code == 2) == (err != "")
                assert err == "" or (out == "" and err.count("\n") == 1 and state.read_text() == changed)
                refused += code == 2
    assert refused > 30
