"""Text of others never leaves the place where it stands, and only a verdict ends with 0, 1 or 3.

Each hostile text of a table is put in every place of a document, a state, a contract, a row and a name: what
is printed has no unprintable character and no command to CI, and what is written has no code of others.
"""

import ast
import copy
import datetime
import importlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import mxspec as s
from mxspec import ghostwriter, odcs
from mxspec.base import names
from mxspec.base.messages.text import in_lines, in_one_line
from mxspec.command_line import ending
from mxspec.command_line.main import main
from mxspec.notation.spec_source import source
from mxspec.promises.promise import Promise
from tests.mxspec.command_line.hostile_texts import COMMAND, TEXTS, flaws
from tests.processes import run_command

hostile = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


@pytest.fixture
def run(capsys, monkeypatch, request, tmp_path):
    """Run a command in a folder of its own; return its exit code and what it prints, which has no flaw."""
    if "evil" not in request.fixturenames:  # its entry points have to be read by each command
        request.getfixturevalue("one_parser")
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
        own = re.sub(r"^::(error|warning) file=", "", out, flags=re.MULTILINE) if annotations else out
        assert not flaws(own)
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


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_json_is_json_in_any_encoding(encoding):
    data = {"é€": ["\U0001f600\U000e0001", "\x7f\x85\xa0\xad"]}
    before, sys.stdout = sys.stdout, io.TextIOWrapper(io.BytesIO(), encoding)
    try:
        with ending.guard_output("x") as output:
            print(json.dumps(data, ensure_ascii=False))
            assert json.loads(output.buffer.getvalue().decode(encoding)) == data
    finally:
        sys.stdout = before


def test_what_a_command_makes_itself_is_printed_as_it_is():
    assert printed("é: a\tb 日本\n") == "é: a\\tb 日本\n"
    before, sys.stdout = sys.stdout, io.StringIO()
    try:
        with ending.guard_output("x") as output:
            print("\r\x1b[K::error ::x", file=output.own)
            assert output.own == output  # so that tqdm hides a bar there
            assert output.getvalue() == "\r\x1b[K::error ::x\n"
            print("x", end="")
            print("y", file=output.own)
            print("::z")
            assert output.getvalue().endswith("xy\n\\u003a:z\n")
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


@pytest.mark.few(7)
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


@pytest.mark.few(7)
@pytest.mark.parametrize("write", [ghostwriter.write_tests, ghostwriter.write_negative_tests])
@hostile
def test_no_name_of_a_spec_is_code_of_a_drafted_test(text, write, tmp_path, monkeypatch, clean_names):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    shapes = []
    for number, name in enumerate(["shop/plain", f"shop/{text}", f"{text}/plain"]):
        module = f"shop_{number}"
        lines = f"s.def_({name!r}, s.int_in(0, 9))", f"s.def_({name + '-'!r}, s.spec(lambda x: True))"
        (tmp_path / f"{module}.py").write_text("\n".join(["import mxspec as s", *lines]))
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


def broken_state(folder, run):
    """Return the state of a promise that a part has broken, after one more part."""
    (folder / "broken.jsonl").write_text('{"n": 99}\n' * 700)
    for rows in ["broken.jsonl", "fit.jsonl"]:
        run("valid", "contract.py", rows, "--state", "state.json", "--unit", "1")
    state = json.loads((folder / "state.json").read_text())
    assert (len(state["history"]), state["alarm"]["at"]) == (2, state["history"][0]["name"])
    return state


@pytest.mark.parametrize(
    "place", [("of",), ("history", 0, "name"), ("alarm", "since"), ("alarm", "at")], ids=str
)
def test_a_state_forges_no_line_of_a_verdict(place, folder, run):
    state = put(broken_state(folder, run), place, False, "x\nall 5 rows fit")
    (folder / "state.json").write_text(json.dumps(state))
    code, out, err = run("take-back", "state.json", "fit")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "is not the state of a promise" in err


@pytest.mark.few(1)
@pytest.mark.parametrize("text", HOSTILE_NUMBERS, ids=lambda text: text[:9])
def test_a_hostile_state_is_an_error_by_name_or_a_state_and_never_a_fault(text, folder, run):
    state, promised, refused = folder / "state.json", broken_state(folder, run), 0
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
                assert "a fault of" not in err
                assert (code == 2) == (err != "")
                assert err == "" or (out == "" and err.count("\n") == 1 and state.read_text() == changed)
                refused += code == 2
    assert refused > 30


# --- exceptions of others -----------------------------------------------------------------------------------

RAISED = {
    "exits 0": "sys.exit(0)",
    "exits 1": "sys.exit(1)",
    "exits with words": f"sys.exit('{COMMAND}')",
    "Ctrl-C": "raise KeyboardInterrupt",
    "a generator's end": "raise GeneratorExit",
    "its own": "raise type('Own', (BaseException,), {'__str__': lambda self: sys.exit(0)})",
    "words that raise": "raise type('X', (BaseException,), {'__str__': lambda x: 1 / 0, '__module__': 7})",
    "several lines": "raise BaseException('x\\n::stop-commands::x\\x1b[2J' * 500)",
}
FAULTS = {
    **RAISED,
    "a fault": "1 / 0",
    "an error of imports": "raise type('Own', (ImportError,), {'name': property(lambda x: sys.exit(0))})",
    "recursion": "(lambda f: f(f))(lambda f: f(f))",
    "no memory": "raise MemoryError",
    "a warning": "raise UserWarning('x')",
    "an error of mxspec": "raise s.SpecError('x\\n::y')",
}
COMMANDS = [
    "valid own.py fit.jsonl", "valid own.py fit.jsonl --json", "valid own.py fit.jsonl --state state.json",
    "split own.py fit.jsonl --good good.jsonl", "profile own.py fit.jsonl", "explain own.py row.json",
    "sample own.py", "guard own.py contract_module:accept", "guard contract.py own:accept",
    "infer fit.jsonl --update own.py -o new.py", "specs --import own", "explain x/y row.json --import own",
    "sample x/y --import own", "write own", "write own --negative", "diff own.py contract.py",
    "diff contract.py own.py", "diff contract.py own.py --github", "diff contract.py own.py --json",
]  # fmt: skip


ASKING = [each for each in COMMANDS if "own.py" in each and "row" not in each and "own.py --" not in each]
"""These ask a predicate of the file, each once: what they print for programs, the table above has."""


def write_own(folder, monkeypatch, text):
    """Write a module and contract `own`, as a new one for Python."""
    (folder / "own.py").write_text(f"import sys\nimport mxspec as s\n{text}\n")
    (folder / "contract_module.py").write_text("def accept(x):\n    return True\n")
    monkeypatch.delitem(sys.modules, "own", raising=False)
    importlib.invalidate_caches()


@pytest.mark.few(8)
@pytest.mark.parametrize("raised", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_raises_is_an_error_of_one_line(command, raised, folder, monkeypatch, run):
    write_own(folder, monkeypatch, raised)
    before = sorted(os.listdir(folder))
    code, out, err = run(*command.split())
    assert (code, err.count("\n")) == (2, 1)
    assert "1" not in out or "--github" in command or "--json" in command
    assert [name for name in sorted(os.listdir(folder)) if name != "__pycache__"] == before


@pytest.mark.few(3)
@pytest.mark.parametrize("raised", RAISED.values(), ids=RAISED)
@pytest.mark.parametrize("command", ASKING)
def test_a_predicate_that_raises_what_is_no_error_is_an_error_of_one_line(
    command, raised, folder, monkeypatch, run
):
    write_own(
        folder,
        monkeypatch,
        f"def raises(x):\n    {raised}\n\n"
        "spec = s.contract(s.keys(req_un={'n': s.and_(int, raises)}), rows=5000, refuses=0.01)",
    )
    code, _, err = run(*command.split())
    assert (code, err.count("\n")) == (2, 1)


@pytest.mark.parametrize("returned", [None, True, False, 4, -1, 7, 0.0, "0", 10**400], ids=short_id)
def test_what_is_no_exit_code_is_an_error(returned, monkeypatch, run):
    monkeypatch.setattr("mxspec.command_line.contracts.run_take_back", lambda **options: returned)
    code, out, err = run("take-back", "state.json", "monday")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "an exit code is 0, 1, 2 or 3" in err


def test_a_fault_in_code_that_a_command_runs_is_no_verdict(folder, monkeypatch, run):
    write_own(folder, monkeypatch, "spec = s.with_gen(s.spec(int), lambda: 1 / 0)")
    code, out, err = run("sample", "own.py")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "ZeroDivisionError: division by zero, a fault of mxspec or of code that it runs" in err


def test_the_environment_asks_for_the_traceback(folder, monkeypatch, run):
    write_own(folder, monkeypatch, "spec = lambda x: sys.exit(0)")
    assert run("valid", "own.py", "fit.jsonl")[2].endswith("MXSPEC_TRACEBACK=1 prints where\n")
    monkeypatch.setenv("MXSPEC_TRACEBACK", "1")
    code, _, err = run("valid", "own.py", "fit.jsonl")
    assert (code, "Traceback" in err, "own.py" in err) == (2, True, True)


# --- entry points of others ---------------------------------------------------------------------------------

EVIL = """
import sys
import mxspec as s

class Unhashable:
    __hash__ = None
    def __call__(self, commands):
        {raised}

def half(commands):
    commands["valid"].set_defaults(run="nowhere.run")
    commands["valid"].add_argument("--needed", required=True)
    {raised}

unhashable, number = Unhashable(), 7

def late(commands):
    commands.group("evil", "evil")
    commands.add("rob", "run_rob", "rob", "rob")

def run_rob():
    {raised}
"""


@pytest.fixture
def evil(folder):
    """A folder with an installed package, and functions in its entry points that raise in all ways."""
    points = [
        "late = evil:late",
        "number = evil:number",
        "none = evil:no_such",
        "broken = !!",
        "no = no_such:x",
    ]
    for number, raised in enumerate(FAULTS.values()):
        (folder / f"at_import_{number}.py").write_text(f"import sys\nimport mxspec as s\n{raised}")
        (folder / f"when_called_{number}.py").write_text(EVIL.format(raised=raised))
        points += [f"i{number} = at_import_{number}:x", f"c{number} = when_called_{number}:half"]
        points += [f"u{number} = when_called_{number}:unhashable"]
    (folder / "evil.py").write_text(EVIL.format(raised="sys.exit(0)"))
    info = folder / "evil-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: evil\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "\n".join(["[mxspec.commands]", *points, "[mxspec.specs]", "x = !!"])
    )
    return folder


VERDICTS = {
    "valid contract.py fit.jsonl": 0,
    "valid contract.py bad.jsonl": 1,
    "explain contract.py row.json": 0,
    "diff contract.py contract.py": 0,
    "diff contract.py none.py": 2,
    "sample x/y": 2,
    "rob": 2,
}


@pytest.mark.few(3)
@pytest.mark.parametrize("command", VERDICTS)
def test_no_entry_point_changes_a_verdict(command, evil, run):
    code, _, err = run(*command.split())
    assert code == VERDICTS[command]
    left_out = [line for line in err.splitlines() if "left out" in line]
    assert len(left_out) == 3 * len(FAULTS) + 3
    assert err.count("\n") == len(left_out) + (code == 2)


@pytest.mark.parametrize("program", ["mxspec", "autoencoder"])
def test_no_entry_point_changes_a_verdict_of_a_process(program, evil):
    if program == "autoencoder" and "alone" in {Path(folder).name for folder in sys.path}:
        pytest.skip("mxspec is by itself here")
    done = run_command(
        f"python -m {program} valid contract.py fit.jsonl",
        evil,
        PYTHONPATH=os.pathsep.join([str(evil), *sys.path]),
    )
    assert (done.returncode, done.stdout) == (0, "all 500 rows fit\n")
    assert not flaws(done.stderr)
    done = run_command(f"python -m {program} rob", evil, PYTHONPATH=os.pathsep.join([str(evil), *sys.path]))
    assert (done.returncode, done.stdout) == (2, "")


def test_a_file_of_entry_points_without_syntax_is_a_line(evil, run):
    (evil / "evil-1.0.dist-info" / "entry_points.txt").write_text("[mxspec.commands]\nno equals sign\n")
    code, out, err = run("valid", "contract.py", "fit.jsonl")
    assert (code, out) == (0, "all 500 rows fit\n")
    assert err.count("\n") == err.count("left out") == 1


# --- names of columns and files -----------------------------------------------------------------------------


@pytest.mark.few(2)
@hostile
def test_no_name_of_a_column_controls_what_is_printed_or_written(text, folder, run):
    rows = [{text: i % 7, f"{text}y": text, "b": [i]} for i in range(2000)]
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    wrong = [
        {**rows[0], text: text},
        {**rows[0], f"{text}y": 7},
        {**rows[0], text: 99},
        {"b": []},
        *rows[:500],
    ]
    (folder / "wrong.jsonl").write_text("\n".join(map(json.dumps, wrong)))
    assert run("infer", "rows.jsonl", "-o", "inferred.py")[0] == 0
    written = (folder / "inferred.py").read_text("utf-8")
    assert_makes_specs_alone(written)
    code, out, _ = run("infer", "rows.jsonl")
    # The file names its pool, and its comments how to renew it.
    code_of = [re.sub(r"^(#| +pool=).*\n", "", source, flags=re.MULTILINE) for source in (out, written)]
    assert code_of[0] == code_of[1] if code == 0 else "##vso" in text
    inferred = ["inferred.py", "wrong.jsonl"]
    reports = {option: f"report.{option}" for option in ("junit", "prometheus", "openlineage")}
    options = [each for option, file in reports.items() for each in (f"--{option}", file)]
    code, out, _ = run("valid", *inferred, *options)
    assert (code, out.count("\n")) == (1, 5 + 3 + 4 + 1)
    for file in reports.values():
        assert all(line.isprintable() for line in (folder / file).read_text("utf-8").split("\n"))
    (folder / "many.jsonl").write_text("\n".join(map(json.dumps, wrong[:3] * 99)))
    for rows in ("many.jsonl", "rows.jsonl"):  # broken, for the same reasons as before
        code, out, _ = run("valid", "inferred.py", rows, "--most=0", "--unit=1", "--state", "state.json")
        assert (code, "often since then: " in out) == (1, True)
    code, out, _ = run("valid", *inferred, "--json")
    assert code == 1
    assert [each["errors"][0]["loc"] for each in json.loads(out)["refused"][:2]] == [
        [in_json(text)],
        [in_json(f"{text}y")],
    ]
    assert run("profile", *inferred)[1].count("\n") == 3 + 4
    assert json.loads(run("profile", *inferred, "--json")[1])["invalid"] == 4
    assert run("split", *inferred, "--good", "good.jsonl", "--bad", "refused.jsonl")[0] == 1
    assert len((folder / "refused.jsonl").read_text("utf-8").split("\n")) == 5
    assert run("flag", *inferred, "-o", "flagged.jsonl")[0] == 1
    assert len((folder / "flagged.jsonl").read_text("utf-8").split("\n")) == len(wrong) + 1
    assert run("infer", "rows.jsonl", "--update", "inferred.py", "-o", "next.py")[0] == 0


def in_json(text):
    """Return a text as an error in JSON has it."""
    whole = text if len(text) <= 1000 else f"{text[:1000]}... ({len(text):,} characters)"
    return whole.encode("utf-8", "backslashreplace").decode()


@pytest.mark.few(1)
@hostile
def test_no_name_of_a_file_controls_what_is_printed(text, folder, run):
    name = text.replace("/", "").replace("\0", "").encode("utf-8", "replace").decode()[:60] + "\udcff"
    contract, rows = f"{name}.py", f"{name}.jsonl"
    (folder / contract).write_text(CONTRACT)
    (folder / rows).write_text('{"n": 99}\n' + '{"n": 1}\n' * 400)
    for command in (
        ["valid", contract, rows], ["valid", contract, rows, "--state", f"{name}.json"],
        ["valid", contract, rows, "--json"], ["split", contract, rows, "--good", f"{name}good.jsonl"],
        ["flag", contract, rows, "-o", f"{name}flagged.jsonl"],
        ["valid", rows, contract], ["profile", contract, rows, "--json"], ["take-back", f"{name}.json", "x"],
        ["valid", contract, f"{name}.none"], ["diff", contract, contract],
        ["diff", contract, rows, "--github"],
        ["explain", contract, rows], ["explain", f"{name}/x", rows], ["guard", contract, f"{name}:x"],
        ["write", name], ["specs", name, "--import", name], [name], ["valid", f"--{name}"],
        ["valid", contract, rows, f"--sep={name}"],
    ):  # fmt: skip
        code, _, err = run(*command)
        assert err.count("\n") == (code == 2)
    for _ in range(2):  # it reads what it wrote
        assert run("valid", contract, rows, "--state", "state.json")[0] == 0


DOCUMENTS = {
    "swagger": {"swagger": f"2.0\n{COMMAND}\x1b[2J"},
    "openapi": {"openapi": f"9.0\n{COMMAND}\x1b[2J", "paths": {}},
    "a dialect": {"openapi": "3.1.0", "jsonSchemaDialect": f"\n{COMMAND}\x1b[2J", "paths": {}},
    "a schema": {"$schema": f"\n{COMMAND}\x1b[2J"},
    "a keyword": {"type": "object", "properties": {f"x\n{COMMAND}\x1b[2J": {"typo": 1, f"\n{COMMAND}": 2}}},
    "a type": {"type": f"x\n{COMMAND}\x1b[2J"},
    "a reference": {"$ref": f"#/x\n{COMMAND}\x1b[2J"},
    "a tool": {"tools": [{"name": f"x\n{COMMAND}\x1b[2J", "inputSchema": {"type": f"\n{COMMAND}"}}]},
}


@pytest.mark.few(8)
@pytest.mark.parametrize("options", [[], ["--github"], ["--json"]], ids=str)
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_no_text_of_a_document_controls_what_diff_prints(document, options, folder, run):
    (folder / "old.json").write_text(json.dumps({"type": "object"}))
    (folder / "new.json").write_text(json.dumps(document))
    for files in (["old.json", "new.json"], ["new.json", "old.json"], ["new.json", "new.json"]):
        code, out, err = run("diff", *files, *options)
        assert err.count("\n") == (code == 2)
        if "--json" in options:
            json.loads(out)
        if "--github" in options:
            assert all(line.startswith(("::error file=", "::warning file=")) for line in out.splitlines())


def test_a_repository_may_have_blanks_around_its_name(tmp_path, run, monkeypatch):
    home = tmp_path / " home "
    home.mkdir()
    (home / "a.json").write_text('{"type": "object"}')
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        user = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
        subprocess.run(["git", *user, *arguments], cwd=home, check=True)
    assert run("diff", "--base", "HEAD", home / "a.json")[:2] == (0, "1 part is the same\n")
