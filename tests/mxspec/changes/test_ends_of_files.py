"""However a file of specs ends, `mxspec diff` has exit code 2 and one line, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from mxspec.command_line.main import main
from tests.mxspec.changes.repositories import commit_tree, write_tree
from tests.processes import ROOT, run_command

pytestmark = pytest.mark.few(3)

GOOD = "import mxspec as s\ns.def_('shop/n', int)\n"
NEEDS_SIGNALS = pytest.mark.skipif(os.name == "nt", reason="needs signals")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import os\nos._exit(0)", "ends the process, with exit code 0"),
        ("import os\nos._exit(1)", "ends the process, with exit code 1"),
        ("import posix\nposix._exit(0)", "ends the process, with exit code 0"),
        ("import sys\nsys.exit(0)", "raises SystemExit: 0"),
        ("raise BaseException('a\\nb')", "raises BaseException: a"),
        ("raise GeneratorExit", "raises GeneratorExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt is raised"),
        ("class Odd(Exception):\n    def __str__(self): return 1\nraise Odd", "raises Odd"),
        ("import asyncio\nraise asyncio.CancelledError", "raises CancelledError"),
        pytest.param(
            "import os\nos.kill(os.getpid(), 9)", "ends the process, by SIGKILL", marks=NEEDS_SIGNALS
        ),
        pytest.param("import os\nos.abort()", "ends the process, by SIGABRT", marks=NEEDS_SIGNALS),
        pytest.param(
            "import os, time\nif os.fork(): os._exit(0)\ntime.sleep(60)",
            "ends the process, with exit code 0",
            marks=NEEDS_SIGNALS,
        ),
        ("x = " + "(" * 500 + ")" * 500, "can't be read as a file of specs: "),
        ("x = " + "-" * 100_000 + "1", "can't be read as a file of specs: "),
        ("def f(", "can't be read as a file of specs: "),
        ("x = 1\0", "can't be read as a file of specs: "),
        ("import os\ns.def_('shop/n', lambda x: os._exit(0))", "ends the process, with exit code 0"),
        ("import sys\ns.def_('shop/n', lambda x: sys.exit(0))", "SystemExit is raised: 0"),
        ("s.def_('shop/n', lambda x: input())", None),
    ],
)
def test_a_file_that_ends_is_exit_code_2_with_one_line(tmp_path, monkeypatch, capsys, text, words):
    write_tree(tmp_path, {"old.py": GOOD, "new.py": ("" if text[0] in "xd" else GOOD) + text})
    monkeypatch.chdir(tmp_path)
    if words is None:
        assert main(["diff", "old.py", "new.py"]) == 1
        return
    with pytest.raises(SystemExit) as end:
        main(["diff", "old.py", "new.py"])
    out, err = capsys.readouterr()
    assert (end.value.code, out, err.count("\n")) == (2, "", 1)
    assert words in err


@pytest.mark.parametrize(
    "name",
    [
        *(
            "con tract.py",
            "1.py",
            "a.b.py",
            "-x.py",
            "json.py",
            "mxspec.py",
            "é.py",
        ),
        *("__main__.py", "__init__.py", "class.py", ".py", "a\nb.py", "os.py"),
        pytest.param(os.fsdecode(b"\xff.py"), marks=NEEDS_SIGNALS),
    ],
)
@pytest.mark.slow
@pytest.mark.parametrize("text", [GOOD, "1 / 0"])
def test_a_file_of_a_strange_name_is_compared(tmp_path, name, text):
    commit_tree(tmp_path, {f"in/{name}": text})
    command = [sys.executable, "-m", "mxspec", "diff", "--base", "main", "--", f"in/{name}"]
    run = subprocess.run(
        command, cwd=tmp_path, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    if text == GOOD:
        assert (run.returncode, run.stdout, run.stderr) == (0, b"shop/n  same\n", b"")
    else:
        assert (run.returncode, run.stdout) == (2, b"")
        assert b"Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("name", "kind"),
    [("contract", "a file without a suffix"), ("contract.txt", "a file that ends with .txt")],
)
def test_a_file_of_another_name_than_a_modules_is_not_run(tmp_path, monkeypatch, capsys, name, kind):
    commit_tree(tmp_path, {name: "open('run', 'w')\n" + GOOD})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        main(["diff", "--base", "main", name])
    assert (end.value.code, (tmp_path / "run").exists()) == (2, False)
    assert f"{name} is {kind}; here specs are asked for" in capsys.readouterr().err


def test_a_file_that_ends_is_an_error_in_json_too(tmp_path):
    write_tree(tmp_path, {"old.py": GOOD, "new.py": "import os\nprint('[]')\nos.write(1, b'x')\nos._exit(0)"})
    run = run_command("python -m mxspec diff --json old.py new.py", tmp_path)
    assert run.returncode == 2
    assert "ends the process" in json.loads(run.stdout)["error"]


@pytest.mark.few(2)
@NEEDS_SIGNALS
@pytest.mark.parametrize(
    ("number", "to_group"), [(signal.SIGINT, True), (signal.SIGINT, False), (signal.SIGTERM, False)]
)
def test_a_signal_leaves_no_tree_behind(tmp_path, number, to_group):
    folder, temporary = tmp_path / "repository", tmp_path / "temporary"
    temporary.mkdir()
    wait = "import pathlib, tempfile, time\ntempfile.mkdtemp()\npathlib.Path({!r}).touch()\ntime.sleep(60)\n"
    commit_tree(folder, {"contract.py": GOOD + wait.format(str(tmp_path / "runs"))})
    run = subprocess.Popen(
        [sys.executable, "-m", "mxspec", "diff", "--base", "main", "contract.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not (tmp_path / "runs").exists():
        time.sleep(0.01)
    assert [*temporary.rglob("contract.py")]
    (os.killpg if to_group else os.kill)(run.pid, number)
    _, text = run.communicate(timeout=30)
    assert (run.returncode, text.count("\n"), "ended by" in text) == (128 + number, 1, True)
    assert [*temporary.iterdir()] == []


def test_a_comparison_leaves_nothing_in_the_temporary_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    write_tree(tmp_path, {"old.py": GOOD, "new.py": GOOD + "import tempfile\ntempfile.mkdtemp()\n"})
    assert main(["diff", str(tmp_path / "old.py"), str(tmp_path / "new.py")]) == 0
    assert {path.name for path in Path(tmp_path).iterdir()} == {"old.py", "new.py"}


def test_a_missing_library_names_what_installs_it(tmp_path):
    text = "import sys\nsys.modules['narwhals'] = None\n" + GOOD.replace("int", "s.frame({{'a': {}}})")
    write_tree(tmp_path, {"old.py": text.format("int"), "new.py": text.format("str")})
    run = run_command("python -m mxspec diff old.py new.py", tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(
        'python -m mxspec diff: a frame is read by Narwhals: pip install "mxspec[frames]" ('
    )
