"""A set of files is put in place as one, whenever the process ends."""

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import threading

import pytest

from autoencoder.data.storage import MANIFEST, CheckpointError, FileSet, FolderInUseError, edition, seal
from mxspec.base.files import replace_file

OLD = {"labels.json": b"old labels", "a-0003.params": b"old a", "b-0003.params": b"old b"}
NEW = {"labels.json": b"new labels", "a-0003.params": b"new a", "b-0005.params": b"new b"}
SHARED = {"kept.json": b"kept"}

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs signals")


def publish(folder, contents, drop="(?!kept).*"):
    with edition(folder) as new:
        new.drop(drop)
        for name, content in contents.items():
            new.write(name, lambda path, content=content: path.write_bytes(content))


def contents(folder):
    """The set that a folder holds; the manifest vouches for each file."""
    files = FileSet.of(folder)
    return {name: files.read(name, CheckpointError) for name in files.names()}


@pytest.fixture
def folder(tmp_path):
    publish(tmp_path, OLD | SHARED)
    return tmp_path


def in_a_process_that_dies(step, nth, work):
    """Do some work in a process that is killed just before, or after, the nth call of a function of os."""
    child = os.fork()
    if child == 0:
        original, calls = getattr(os, step.removeprefix("after ")), []

        def die(*args, **options):
            calls.append(args)
            if len(calls) == nth and not step.startswith("after "):
                os.kill(os.getpid(), signal.SIGKILL)
            result = original(*args, **options)
            if len(calls) == nth:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        setattr(os, step.removeprefix("after "), die)
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


STEPS = ["replace", "after replace", "fsync", "after fsync"]


@pytest.mark.parametrize("step", STEPS)
def test_a_process_killed_at_any_step_leaves_the_old_set_or_the_new_one(step, folder):
    seen = []
    for nth in range(1, 100):
        publish(folder, OLD)
        code = in_a_process_that_dies(step, nth, lambda: publish(folder, NEW))
        seen.append(contents(folder))
        assert seen[-1] in (OLD | SHARED, NEW | SHARED)
        if code == 0:
            break
        assert code == -signal.SIGKILL
    assert len(seen) > 5
    assert seen == sorted(seen, key=lambda found: found == NEW | SHARED)  # the old ones, then the new ones
    assert seen[0] != seen[-1]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("nth", range(1, 9, 2))
def test_the_next_training_removes_leftovers_and_renames_new_files(step, nth, folder):
    in_a_process_that_dies(step, nth, lambda: publish(folder, NEW))
    is_new = contents(folder) == NEW | SHARED
    publish(folder, {"c.json": b"c"}, drop="nothing")
    expected = (NEW if is_new else OLD) | SHARED | {"c.json": b"c"}
    assert contents(folder) == expected
    there = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != MANIFEST}
    assert expected.items() <= there.items()
    assert not {name for name in there.keys() - expected if name.startswith(".")}
    assert there.keys() - expected <= OLD.keys() | NEW.keys()


@pytest.mark.parametrize("step", ["replace", "fsync", "unlink"])
@pytest.mark.parametrize("nth", [1, 3, 4, 5, 6, 8])
def test_an_error_at_any_step_leaves_the_old_set_or_the_new_one(step, nth, folder, monkeypatch):
    original, calls = getattr(os, step), []

    def fail(*args, **options):
        calls.append(args)
        if len(calls) == nth:
            raise OSError("no space left on device")
        return original(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, step, fail)
        with contextlib.suppress(OSError):
            publish(folder, NEW)
    assert contents(folder) in (OLD | SHARED, NEW | SHARED)
    publish(folder, OLD)
    assert contents(folder) == OLD | SHARED
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_all_is_on_the_disk_before_it_is_put_in_its_place(folder, monkeypatch):
    synced, fsync, replace = set(), os.fsync, os.replace

    def sync(descriptor):
        synced.add(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    def put(source, target):
        assert os.stat(source).st_ino in synced, f"{source} may be lost"
        if target == folder / MANIFEST:  # which names the others, by what is in the folder
            assert os.stat(folder).st_ino in synced
        replace(source, target)
        synced.discard(os.stat(folder).st_ino)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", put)
    publish(folder, NEW)
    monkeypatch.undo()
    assert os.stat(folder).st_ino in synced
    assert contents(folder) == NEW | SHARED


def test_an_error_of_the_work_leaves_nothing_behind(folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    with pytest.raises(TypeError):
        publish(folder, {"labels.json": b"other", "a-0003.params": None})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_new_folder_is_removed_after_a_failure(tmp_path):
    with pytest.raises(ZeroDivisionError), edition(tmp_path / "model"):
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


def test_the_set_is_read_while_it_gets_its_plain_names(folder):
    """By a reader that looked at the manifest just before, or reads all the time."""
    stopped, wrong = threading.Event(), []

    def look():
        while not stopped.is_set():
            try:
                if contents(folder) not in (OLD | SHARED, NEW | SHARED):
                    wrong.append(contents(folder))
            except CheckpointError as error:  # it read by a manifest that was replaced meanwhile
                if "as manifest.json says" not in str(error) and "no such file" not in str(error):
                    wrong.append(error)

    reader = threading.Thread(target=look)
    reader.start()
    for _ in range(10):
        publish(folder, NEW)
        publish(folder, OLD)
    stopped.set()
    reader.join()
    assert not wrong


def test_other_files_in_the_folder_do_not_count(folder):
    (folder / "a-0009.params").write_bytes(b"from elsewhere")
    assert "a-0009.params" not in FileSet.of(folder)


def test_a_folder_without_a_manifest_is_refused_until_it_is_sealed_as_it_is(tmp_path):
    kept = {"a-symbol.json", "a-0011.params", "a-0011.onnx", "labels.json"}
    for name in (*kept, "notes.txt"):
        (tmp_path / name).write_text(name)
    words = f"a-0011.onnx but no manifest.json, .* python -m autoencoder seal --model-dir {tmp_path}"
    for use in (FileSet.of, lambda folder: publish(folder, {"b-0001.params": b"b"})):
        with pytest.raises(CheckpointError, match=words):
            use(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == kept | {"notes.txt"}
    assert seal(tmp_path) == sorted(kept)
    publish(tmp_path, {"b-0001.params": b"b"}, drop="nothing")
    assert contents(tmp_path).keys() == kept | {"b-0001.params"}


@pytest.mark.parametrize(("names", "words"), [([], "has no files"), ([MANIFEST], "has a manifest.json; to")])
def test_a_folder_that_has_nothing_to_seal_is_an_error(names, words, tmp_path):
    for name in names:
        (tmp_path / name).write_text("{}")
    with pytest.raises(CheckpointError, match=words):
        seal(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == names


def test_two_trainings_in_one_folder_are_told_apart(folder):
    words = "is written to by another training; wait for its end, or choose another folder by --model-dir"
    with edition(folder), pytest.raises(FolderInUseError, match=words), edition(folder):
        pass
    publish(folder, NEW)
    assert contents(folder) == NEW | SHARED


HELD = """
    import sys, time
    from autoencoder.data.storage import edition
    with edition(sys.argv[1]) as new:
        new.write("a-0003.params", lambda path: path.write_bytes(b"half"))
        print("held", flush=True)
        time.sleep(60)
"""


def test_a_killed_training_holds_no_folder(folder):
    command = [sys.executable, "-c", textwrap.dedent(HELD), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(FolderInUseError):
            publish(folder, NEW)
        other.kill()
    assert contents(folder) == OLD | SHARED
    publish(folder, NEW)
    assert contents(folder) == NEW | SHARED


def test_replacing_a_file_keeps_a_link_and_the_permissions(tmp_path):
    target, link = tmp_path / "there" / "file", tmp_path / "link"
    replace_file(target, lambda temporary: temporary.write_text("old"))
    target.chmod(0o640)
    link.symlink_to(target)
    replace_file(link, lambda temporary: temporary.write_text("new"))
    assert link.is_symlink()
    assert (target.read_text(), target.stat().st_mode & 0o777) == ("new", 0o640)
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["file", "link", "there"]
