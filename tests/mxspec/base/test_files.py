"""Temporary files and folders: those of dead processes are removed, and never those of living ones."""

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from mxspec.base import files
from mxspec.base.files import (
    FileChangedError,
    content_of,
    remove_abandoned,
    replace_file,
    replace_unchanged,
    temporary_path,
)
from tests.processes import ROOT

NEEDS_KERNEL = pytest.mark.skipif(
    not Path("/proc/sys/kernel/random/boot_id").exists(), reason="elsewhere, what is a day old is removed"
)
HOLDS = """
    import sys
    from pathlib import Path
    from mxspec.base.files import temporary_path

    with temporary_path(Path(sys.argv[1]), Path.{make}) as path:
        print(path.name, flush=True)
        sys.stdin.read()
"""
CONTAINER = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")


@contextlib.contextmanager
def held_by_another(folder, make="touch", within=()):
    """Yield a process that holds a temporary file or folder, and its path; kill the process in the end."""
    command = [*within, sys.executable, "-c", textwrap.dedent(HOLDS.format(make=make)), str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, **pipes) as other:
        try:
            yield other, folder / other.stdout.readline().strip()
        finally:
            other.kill()


def can_run(command):
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@NEEDS_KERNEL
@pytest.mark.parametrize("make", ["touch", "mkdir"])
@pytest.mark.parametrize("within", [(), CONTAINER], ids=["here", "in a container"])
def test_what_a_living_process_holds_is_removed_once_it_is_dead(make, within, tmp_path):
    if within and not can_run([*within, "true"]):
        pytest.skip("no namespace of process numbers can be made")
    target = tmp_path / "x.txt"
    with held_by_another(tmp_path, make, within) as (other, path):
        if path.is_dir():
            (path / "inside").mkdir()
        replace_file(target, lambda temporary: temporary.write_text("new"))
        assert path.exists()
        other.send_signal(signal.SIGKILL)
        other.wait()
        end = time.monotonic() + 60
        while path.exists():  # a container ends after its first process
            assert time.monotonic() < end
            replace_file(target, lambda temporary: temporary.write_text("newer"))
    assert [*tmp_path.iterdir()] == [target]


@pytest.mark.parametrize(("age", "stays"), [(0, True), (86_000, True), (87_000, False)])
@pytest.mark.parametrize("owner", ["unlocked", "0b1d2c3e-0000-4000-8000-000000000000"])
def test_what_may_be_of_another_machine_stays_for_a_day(owner, age, stays, tmp_path):
    path = tmp_path / f".mxspec-{owner}-0123456789abcdef.tmp"
    path.write_text("half")
    os.utime(path, (time.time() - age,) * 2)
    remove_abandoned(tmp_path)
    assert path.exists() == stays


@pytest.mark.parametrize("name", [".x.1-2.tmp", ".mxspec-.tmp", "x.tmp", ".mxspec-a-0123.tmp"])
def test_files_of_others_stay(name, tmp_path):
    (tmp_path / name).touch()
    os.utime(tmp_path / name, (0, 0))
    replace_file(tmp_path / "x.txt", lambda temporary: temporary.write_text("new"))
    assert {path.name for path in tmp_path.iterdir()} == {name, "x.txt"}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs permissions")
def test_an_error_names_the_target_of_a_folder_that_is_read_only(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError, match=r"x\.txt'$"):
        replace_file(tmp_path / "x.txt", lambda temporary: temporary.write_text("new"))
    tmp_path.chmod(0o700)


def test_an_error_names_the_target_that_is_a_folder(tmp_path):
    (tmp_path / "x").mkdir()
    with pytest.raises(OSError, match=r"[/\\]x'$"):
        replace_file(tmp_path / "x", lambda temporary: temporary.write_text("new"))
    assert [*tmp_path.rglob("*")] == [tmp_path / "x"]


@pytest.mark.skipif(files.fcntl is None, reason="needs locks")
def test_without_locks_a_name_says_so(tmp_path, monkeypatch):
    def refuse(*args):
        raise OSError("no locks here")

    monkeypatch.setattr(files.fcntl, "flock", refuse)
    with temporary_path(tmp_path, Path.touch) as path:
        monkeypatch.undo()
        assert path.name.startswith(".mxspec-unlocked-")
        remove_abandoned(tmp_path)
        assert [*tmp_path.iterdir()] == [path]
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir])
def test_threads_that_make_and_remove_do_not_take_from_each_other(make, tmp_path):
    lost = []

    def work():
        for _ in range(300):
            with temporary_path(tmp_path, make) as path:
                if not path.exists():
                    lost.append(path)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (lost, [*tmp_path.iterdir()]) == ([], [])


def test_threads_that_read_and_replace_lose_nothing(tmp_path):
    path, done = tmp_path / "count", []

    def work():
        for _ in range(50):
            before = content_of(path)
            text = str(int(before or b"0") + 1)
            with contextlib.suppress(FileChangedError):
                replace_unchanged(path, lambda temporary, text=text: temporary.write_text(text), before)
                done.append(text)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (int(path.read_text()), len({*done})) == (len(done), len(done))
