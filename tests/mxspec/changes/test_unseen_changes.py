"""A change of an answer that the source of a spec does not show is never called the same."""

import contextlib
import os
import re
import sqlite3
import subprocess

import pytest

from mxspec.base import names
from mxspec.changes.versions import compare_with_revision
from mxspec.command_line.main import main
from tests.mxspec.changes.repositories import commit_tree, write_tree
from tests.mxspec.changes.unseen_changes import HEAD, LESS, unseen_changes
from tests.processes import run_command

pytestmark = pytest.mark.few(2)

CASES = unseen_changes()
COMMAND = "python -m mxspec diff --base main contract.py"
READS = f"{HEAD}MAX = int((here / 'data.txt').read_text())\n{LESS}"
MAY_READ = f"{HEAD}file = here / 'data.txt'\nMAX = int(file.read_text()) if file.exists() else 10\n{LESS}"


@pytest.fixture(autouse=True)
def no_names_of_other_tests():
    """A contract whose names are computed looks at all names of its process."""
    with names.look_up_in(names.Names({})):
        yield


def check_changed(code, text):
    """Check that a printed comparison says that shop/n has changed, with the exit code for its verdict."""
    assert re.search(r"^shop/n +changed +(broken|not refuted): ", text, re.MULTILINE), text
    assert code == (1 if "broken" in text else 3)


@pytest.mark.parametrize("name", CASES)
def test_a_change_that_the_source_does_not_show_is_not_the_same(tmp_path, monkeypatch, capsys, name):
    files, changes = CASES[name]
    commit_tree(tmp_path, files)
    write_tree(tmp_path, changes)
    monkeypatch.chdir(tmp_path)
    code = main(COMMAND.split()[3:])
    check_changed(code, capsys.readouterr().out)


# What can't be looked into is asked anew if any file has changed.
REEXAMINED = {
    *("a module by a computed name", "a late import"),
    *("a file that is read when it is asked", "a path that is read when it is asked", "a path that is kept"),
    *("a class that was registered", "a variable of the environment that is set"),
}


def test_a_tree_without_a_change_is_the_same(tmp_path):
    for name in REEXAMINED:
        write_tree(tmp_path / name, CASES[name][0])
    commit_tree(tmp_path, {})
    for name in REEXAMINED:
        with contextlib.chdir(tmp_path / name):
            changes = compare_with_revision("contract.py", "main")
        assert {change.change for change in changes} == {"same"}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_what_is_looked_into_is_the_same_beside_a_change_of_another_file(tmp_path, monkeypatch, name):
    files, _ = CASES[name]
    commit_tree(tmp_path, {**files, "README.md": "before"})
    write_tree(tmp_path, {"README.md": "after"})
    monkeypatch.chdir(tmp_path)
    changes = {each.name: each.change for each in compare_with_revision("contract.py", "main", num_tests=20)}
    assert changes["shop/n"] == ("changed" if name in REEXAMINED else "same")


# --- what git does not tell ------------------------------------------------------------------------------


def git(folder, *arguments):
    subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True)


def change_a_file(folder):
    commit_tree(folder, {"contract.py": READS, "data.txt": "10"})
    write_tree(folder, {"data.txt": "5"})


def ignore_a_file(folder):
    commit_tree(folder, {"contract.py": MAY_READ, ".gitignore": "data.txt\n"})
    write_tree(folder, {"data.txt": "5"})


def exclude_a_file(folder):
    commit_tree(folder, {"contract.py": MAY_READ})
    write_tree(folder, {".git/info/exclude": "data.txt\n", "data.txt": "5"})


def skip_a_file(folder):
    commit_tree(folder, {"contract.py": READS, "data.txt": "10"})
    git(folder, "update-index", "--skip-worktree", "data.txt")
    write_tree(folder, {"data.txt": "5"})


def assume_no_change(folder):
    commit_tree(folder, {"contract.py": READS, "data.txt": "10"})
    git(folder, "update-index", "--assume-unchanged", "data.txt")
    write_tree(folder, {"data.txt": "5"})


def skip_the_code(folder):
    commit_tree(folder, {"contract.py": HEAD + "MAX = 10\n" + LESS})
    git(folder, "update-index", "--skip-worktree", "contract.py")
    write_tree(folder, {"contract.py": HEAD + "MAX = 5\n" + LESS})


def a_link_out_of_the_tree(folder):
    write_tree(folder, {"data.txt": "5"})
    inside = folder / "inside"
    inside.mkdir()
    (inside / "data.txt").symlink_to("../data.txt")
    commit_tree(inside, {"contract.py": MAY_READ})
    return inside


def a_link_that_leads_elsewhere(folder):
    write_tree(folder, {"a.txt": "10", "b.txt": "5"})
    (folder / "data.txt").symlink_to("a.txt")
    commit_tree(folder, {"contract.py": READS})
    (folder / "data.txt").unlink()
    (folder / "data.txt").symlink_to("b.txt")


def a_submodule(folder):
    commit_tree(folder / "other", {"data.txt": "10"})
    inside = folder / "inside"
    commit_tree(inside, {"contract.py": MAY_READ.replace("here / ", "here / 'other' / ")})
    git(inside, "-c", "protocol.file.allow=always", "submodule", "add", str(folder / "other"), "other")
    git(inside, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-m", "two")
    write_tree(inside, {"other/data.txt": "5"})
    return inside


def a_database(folder):
    asked = "sqlite3.connect(here / 'data.db').execute('select n from t').fetchone()[0]"
    for n in (10, 5):
        (folder / "data.db").unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(folder / "data.db")) as base, base:
            base.execute("create table t (n)")
            base.execute(f"insert into t values ({n})")
        if n == 10:
            commit_tree(folder, {"contract.py": f"{HEAD}import sqlite3\nMAX = {asked}\n{LESS}"})


def the_mode_of_a_file(folder):
    (folder / "run").touch(0o755)
    text = f"{HEAD}import os\nMAX = 10 if os.access(here / 'run', os.X_OK) else 5\n{LESS}"
    commit_tree(folder, {"contract.py": text})
    (folder / "run").chmod(0o644)


def a_folder_without_files(folder):
    text = f"{HEAD}MAX = 5 if (here / 'strict').is_dir() else 10\n{LESS}"
    commit_tree(folder, {"contract.py": text})
    (folder / "strict").mkdir()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs links and modes of files")
@pytest.mark.parametrize(
    "change",
    [
        *(
            change_a_file,
            ignore_a_file,
            exclude_a_file,
            skip_a_file,
            assume_no_change,
            skip_the_code,
            a_submodule,
        ),
        *(a_link_out_of_the_tree, a_link_that_leads_elsewhere, a_database, a_folder_without_files),
        the_mode_of_a_file,
    ],
)
def test_what_git_does_not_tell_is_not_the_same(tmp_path, change):
    run = run_command(COMMAND, change(tmp_path) or tmp_path)
    assert run.stdout.startswith("shop/n  changed  broken: "), run.stderr
    assert run.returncode == 1
