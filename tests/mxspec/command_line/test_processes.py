"""What two processes do is what one after the other does, and a process that ends leaves nothing behind."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
import types
from pathlib import Path

import pytest

import mxspec as s
from mxspec.base.files import FileChangedError
from mxspec.command_line import asking
from mxspec.command_line.contracts import read_contract
from mxspec.command_line.main import main
from mxspec.inference import files
from mxspec.inference.following import follow_columns
from tests.mxspec.changes.repositories import commit_tree
from tests.processes import ROOT

NEEDS_SIGNALS = pytest.mark.skipif(os.name == "nt", reason="needs signals")
NEEDS_PROC = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks up processes in /proc")

# A contract that is read only once the file `go` is there; each process that waits for it says so.
WAITS = """
import os, pathlib, time
pathlib.Path(f"waits-{os.getpid()}").touch()
while not pathlib.Path("go").exists():
    time.sleep(0.01)
"""


def start(*command, folder, **options):
    own = {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder.parent / "temporary")}
    (folder.parent / "temporary").mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "mxspec", *map(str, command)],
        cwd=folder,
        env={**os.environ, **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def wait_until(is_so, seconds=60):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def folder(tmp_path):
    """A folder with a contract of 1,000 rows, and other rows."""
    folder = tmp_path / "folder"
    folder.mkdir()
    for n in (1000, 1100, 1210, 1331):
        rows = (f"{i * 7919 % 5003 % 90},{'ab'[i * i % 3 % 2]}" for i in range(n))
        (folder / f"{n}.csv").write_text("\n".join(["age,plan", *rows]), encoding="utf-8")
    assert main(["infer", str(folder / "1000.csv"), "-o", str(folder / "contract.py")]) == 0
    return folder


def wait_in(contract):
    contract.write_text(WAITS + contract.read_text(encoding="utf-8"), encoding="utf-8")


# --- the same contract --------------------------------------------------------------------------------------


def test_of_updates_that_overlap_one_is_written_and_the_others_are_an_error(folder):
    wait_in(folder / "contract.py")
    new = (1100, 1210, 1331)
    runs = [start("infer", "--update", "contract.py", f"{n}.csv", folder=folder) for n in new]
    wait_until(lambda: len([*folder.glob("waits-*")]) == len(runs))
    (folder / "go").touch()
    ends = [run.communicate(timeout=120) for run in runs]
    assert sorted(run.returncode for run in runs) == [0, 2, 2]
    [written] = [n for n, run in zip(new, runs, strict=True) if run.returncode == 0]
    new_rows = written - 1000  # each file begins with the rows of the contract
    assert s.promise(read_contract(folder / "contract.py")).remade == (0, new_rows)
    for run, (out, err) in zip(runs, ends, strict=True):
        if run.returncode:
            assert (out, "contract.py was written to meanwhile, and is left as it is" in err) == ("", True)
    assert [*folder.glob(".*")] == []


@pytest.mark.stress
def test_the_rows_of_updates_at_any_time_are_in_the_contract_or_told_to_be_missing(folder):
    total = 0
    for at in range(15):
        for n in (1100, 1331):
            rows = "".join(f"{(i + 7 * at + 3) % 90},{'ab'[i % 2]}\n" for i in range(n))
            (folder / f"{n}.csv").write_text(f"age,plan\n{rows}", encoding="utf-8")
        runs = [start("infer", "--update", "contract.py", f"{n}.csv", folder=folder) for n in (1100, 1331)]
        for n, run in zip((1100, 1331), runs, strict=True):
            run.communicate(timeout=120)
            assert run.returncode in (0, 2)
            total += n * (run.returncode == 0)
        assert s.promise(read_contract(folder / "contract.py")).remade == (0, total)


def test_an_edit_during_an_update_is_kept(folder):
    contract = folder / "contract.py"
    wait_in(contract)
    run = start("infer", "--update", "contract.py", "1100.csv", folder=folder)
    wait_until(lambda: [*folder.glob("waits-*")])
    edited = contract.read_text(encoding="utf-8").replace("int_in(0, 90)", "int_in(0, 120)")
    contract.write_text(edited, encoding="utf-8")
    (folder / "go").touch()
    assert (run.communicate(timeout=120)[0], run.returncode) == ("", 2)
    assert contract.read_text(encoding="utf-8") == edited
    assert "int_in(0, 120)" in edited


def edit(text):
    return text.replace("int_in(0, 90)", "int_in(0, 120)")


@pytest.mark.few(5)
@pytest.mark.parametrize(
    ("change", "is_kept"),
    [
        (lambda text: text, False),
        (lambda text: text.replace("\n", "\r\n"), False),  # as git may check it out
        (edit, True),
        (lambda text: f"{text}# and so on\n", True),
        (lambda text: text.rpartition("# as")[0], True),
        (lambda text: "", False),  # it has nothing to lose
        (lambda text: "spec = int\n", True),
        (lambda text: edit(text) * 2, True),
    ],
)
def test_infer_writes_over_its_own_contract_and_not_over_an_edited_one(change, is_kept, folder, capsys):
    contract, rows = folder / "contract.py", str(folder / "1331.csv")
    before = change(contract.read_text(encoding="utf-8")).encode()
    contract.write_bytes(before)
    command = ["infer", rows, "-o", str(contract)]
    if is_kept:
        with pytest.raises(SystemExit) as end:
            main(command)
        assert end.value.code == 2
        assert "--force writes over it, another -o beside it" in capsys.readouterr().err
        assert contract.read_bytes() == before
        command.append("--force")
    assert main(command) == 0
    assert "1,331 rows" in contract.read_text(encoding="utf-8")
    assert main(["infer", rows, "-o", str(contract)]) == 0


def test_a_contract_that_an_update_wrote_is_kept_too(folder):
    contract, rows = folder / "contract.py", str(folder / "1331.csv")
    contract.write_text(edit(contract.read_text(encoding="utf-8")), encoding="utf-8")
    assert main(["infer", "--update", str(contract), rows]) == 0
    assert main(["infer", "--update", str(contract), rows, "-o", str(contract)]) == 0
    assert "int_in(0, 120)" in contract.read_text(encoding="utf-8")
    with pytest.raises(SystemExit):
        main(["infer", rows, "-o", str(contract)])
    other = folder / "other.py"
    assert main(["infer", "--update", str(contract), rows, "-o", str(other)]) == 0
    assert main(["infer", "--update", str(contract), rows, "-o", str(other)]) == 0


@pytest.mark.parametrize("is_new", [True, False])
def test_a_state_that_is_written_to_meanwhile_is_not_replaced(is_new, folder):
    contract, state = s.infer([{"n": i} for i in range(1000)]), folder / "state.json"
    if not is_new:
        with follow_columns(contract, state):
            pass
    with pytest.raises(FileChangedError, match="was written to meanwhile"), follow_columns(contract, state):
        state.write_text("by hand", encoding="utf-8")
    assert state.read_text(encoding="utf-8") == "by hand"


# --- standard input -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("has_names", [False, True])
def test_standard_input_beyond_the_bound_is_an_error_and_leaves_no_copy(
    has_names, tmp_path, monkeypatch, capsys
):
    if has_names:  # as where a file without a name has no path
        unknown = types.SimpleNamespace(fileno=lambda: 10**6)
        monkeypatch.setattr(tempfile, "TemporaryFile", lambda: contextlib.nullcontext(unknown))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(files, "MOST_OF_INPUT", 1000)
    text = b"n\n" + b"7\n" * 499
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert main(["infer", "-", "--refuse", "0.1"]) == 0
    capsys.readouterr()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text + b"7")))
    with pytest.raises(SystemExit) as end:
        main(["infer", "-", "--refuse", "0.1"])
    assert end.value.code == 2
    assert "GB; write it to a file" in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == []


def test_a_value_from_standard_input_is_bounded(folder, monkeypatch, capsys):
    monkeypatch.setattr(asking, "MOST_TOGETHER", 10)
    monkeypatch.setattr(sys, "stdin", io.StringIO("[" + 9 * " " + "]"))
    with pytest.raises(SystemExit) as end:
        main(["explain", str(folder / "contract.py"), "-"])
    assert end.value.code == 2
    assert "too much for one value" in capsys.readouterr().err


@NEEDS_PROC
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_copy_of_standard_input_ends_with_the_process(number, tmp_path):
    (tmp_path / "folder").mkdir()
    run = start("infer", "-", folder=tmp_path / "folder", stdin=subprocess.PIPE)
    run.stdin.write("n\n" * (1 << 20))  # more than a pipe holds
    run.stdin.flush()
    run.send_signal(number)
    run.wait(60)
    assert [*(tmp_path / "temporary").iterdir()] == []


# --- the end of a process -----------------------------------------------------------------------------------


def others_of(temporary):
    """Return the numbers of the processes with this folder for temporary files."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            is_alive = (each / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
            if is_alive and f"TMPDIR={temporary}\0".encode() in (each / "environ").read_bytes():
                found.append(int(each.name))
        except OSError:
            continue
    return found


@pytest.fixture
def temporary(tmp_path):
    """The folder for temporary files; what runs on with it in the end is killed."""
    yield tmp_path / "temporary"
    for each in others_of(tmp_path / "temporary"):
        os.kill(each, signal.SIGKILL)


# The contract never returns, and holds Python's lock, or has a child.
HANGS = {
    "sleeps": "time.sleep(600)",
    "holds the lock": "import re; re.fullmatch('(a|a)*b', 'a' * 60)",
    "has a child": "import subprocess; subprocess.run(['sleep', '600'])",
}


@NEEDS_PROC
@pytest.mark.few(3)
@pytest.mark.parametrize("hangs", HANGS.values(), ids=HANGS)
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_a_diff_ends_the_contract_too(number, hangs, tmp_path, temporary):
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("the tests run where it is ignored, as under nohup")
    folder = tmp_path / "folder"
    text = "import mxspec as s\ns.def_('shop/n', int)\n"
    commit_tree(folder, {"contract.py": text})
    runs = f"import pathlib, time\npathlib.Path({str(tmp_path / 'runs')!r}).touch()\n{hangs}\n"
    (folder / "contract.py").write_text(text + runs, encoding="utf-8")
    run = start("diff", "--base", "main", "contract.py", folder=folder)
    wait_until((tmp_path / "runs").exists)
    assert [*temporary.rglob("contract.py")]
    run.send_signal(number)
    _, err = run.communicate(timeout=60)
    wait_until(lambda: not others_of(temporary))
    if number != signal.SIGKILL:
        assert (run.returncode, err) == (
            128 + number,
            f"python -m mxspec: ended by {signal.Signals(number).name}\n",
        )
        assert [*temporary.iterdir()] == []
    (folder / "contract.py").write_text(text, encoding="utf-8")
    run = start("diff", "--base", "main", "contract.py", folder=folder)
    assert run.communicate(timeout=60) == ("shop/n  same\n", "")
    assert [*temporary.iterdir()] == []


@NEEDS_SIGNALS
@pytest.mark.slow
def test_a_diff_under_nohup_goes_on_after_the_terminal_is_gone(tmp_path):
    commit_tree(tmp_path / "folder", {"contract.py": f"{WAITS}import mxspec as s\ns.def_('shop/n', int)\n"})
    ignore = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)}
    run = start("diff", "--base", "main", "contract.py", folder=tmp_path / "folder", **ignore)
    wait_until(lambda: [*tmp_path.rglob("waits-*")])
    run.send_signal(signal.SIGHUP)
    while run.poll() is None:
        for each in tmp_path.rglob("waits-*"):
            (each.parent / "go").touch()
        time.sleep(0.01)
    assert (run.returncode, run.communicate()) == (0, ("shop/n  same\n", ""))


@NEEDS_PROC
@pytest.mark.stress
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("command", ["diff", "infer -", "infer -o", "infer --update", "split", "flag"])
def test_a_command_that_ends_at_any_moment_leaves_nothing_behind(command, number, tmp_path, temporary):
    polars = pytest.importorskip("polars")
    folder = tmp_path / "folder"
    text = "import mxspec as s\nspec = s.keys(req_un={'n': s.int_in(0, 40)})\n"
    commit_tree(folder, {"old.py": text})
    rows = polars.DataFrame({"n": [i % 41 for i in range(200_000)]})
    rows.write_parquet(folder / "rows.parquet")
    commands = {
        "diff": ["diff", "--base", "main", "old.py"],
        "infer -": ["infer", "-", "-o", "new.py", "--force"],
        "infer -o": ["infer", "rows.parquet", "-o", "new.py", "--force"],
        "infer --update": ["infer", "--update", "new.py", "rows.parquet"],
        "split": ["split", "old.py", "rows.parquet", "--good", "good.parquet", "--bad", "bad.parquet"],
        "flag": ["flag", "old.py", "rows.parquet", "-o", "flagged.parquet"],
    }
    rows.reverse().write_parquet(folder / "first.parquet")
    assert main(["infer", str(folder / "first.parquet"), "-o", str(folder / "new.py"), "--force"]) == 0
    first = (folder / "new.py").read_bytes()

    def begin():
        (folder / "new.py").write_bytes(first)  # an update counts the same rows once
        with (folder / "rows.parquet").open("rb") as content:
            return start(*commands[command], folder=folder, stdin=content)

    began = time.monotonic()
    begin().communicate(timeout=120)
    whole = time.monotonic() - began
    for part in range(40):
        run = begin()
        time.sleep(whole * part / 40)
        run.send_signal(number)
        run.communicate(timeout=60)
        wait_until(lambda: not others_of(temporary))
        if number != signal.SIGKILL and run.returncode > 0:
            assert run.returncode in (1, 128 + number)  # 1: done before
        assert s.valid(read_contract(folder / "new.py"), {"n": 40})
        for each in folder.glob("*.parquet"):
            assert polars.read_parquet(each).height in (200_000, 195_122, 4_878)
    run = begin()
    run.communicate(timeout=120)
    assert run.returncode in (0, 1)
    assert [*temporary.iterdir(), *folder.glob(".mxspec*")] == []
