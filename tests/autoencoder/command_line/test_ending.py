"""A command ends in order: by Ctrl-C, SIGTERM, a full disk, a closed output, and under odd settings."""

import contextlib
import errno
import io
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from autoencoder import model_specs
from autoencoder.networks.mx import is_installed
from mxspec.command_line.ending import PrintedStream
from tests.autoencoder.networks.processes import run, start

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs signals")
needs_mxnet = pytest.mark.skipif(not is_installed(), reason="needs MXNet")

TRAIN = ["train", "all", "--epochs", "1000"]
SAMPLE = ["sample", "mnist/mnist-image", "-n", "2", "--seed", "1", "-o", "x.png"]


def end_by(number, process):
    """Send a signal; return the exit code, the last output, and how long it took."""
    began = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    return process.returncode, err, time.monotonic() - began


ENDS = [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "SIGTERM")]


@needs_mxnet
@pytest.mark.parametrize(("number", "code", "name"), ENDS[:1])
def test_a_training_ends_by_a_signal_with_one_line_and_the_old_set(number, code, name, small_mnist, tmp_path):
    options = ["--data-dir", small_mnist, "--model-dir", "model", "--output", "results"]
    process = start(*TRAIN, *options, cwd=tmp_path)
    for line in process.stdout:
        if "epoch 2:" in line:
            break
    ended, err, seconds = end_by(number, process)
    assert (ended, err) == (code, f"python -m autoencoder: ended by {name}\n")
    assert seconds < 20  # 2 on a machine that does nothing else; the slow test asks for that
    # What stays is what --resume goes on from, and unfinished files, which the next training removes.
    assert not list((tmp_path / "model").glob("[!.]*"))


@pytest.mark.stress
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks up whether a process has begun")
@pytest.mark.parametrize(("number", "code", "name"), ENDS)
@pytest.mark.parametrize(
    "command",
    [TRAIN, ["train", "digits"], ["post"], ["evaluate"], ["specs"], [*SAMPLE[:3], "100000", "-o", "x.png"]],
    ids=" ".join,
)
def test_every_command_ends_in_two_seconds_whenever_it_is_asked_to(command, number, code, name, tmp_path):
    for delay in (0, 0.3, 1, 2, 4):
        process = start(*command, cwd=tmp_path)
        while not is_attentive(process):
            time.sleep(0.01)
        time.sleep(delay)
        ended, err, seconds = end_by(number, process)
        if ended == 0:
            continue  # it was done
        assert (ended, err.splitlines()[-1]) == (code, f"python -m autoencoder: ended by {name}")
        assert "Traceback" not in err
        assert seconds < 2


def is_attentive(process):
    """True once a process handles SIGTERM; before, Python is not begun, and ends as it always does."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    [caught] = re.findall(r"^SigCgt:\s*(\w+)", status, re.MULTILINE)
    return bool(int(caught, 16) >> signal.SIGTERM - 1 & 1)


@pytest.mark.stress
def test_a_process_that_ignores_a_signal_keeps_ignoring_it(tmp_path):
    """As a command that nohup, or a shell in the background, has started."""
    ignore = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)}
    process = start(*SAMPLE, cwd=tmp_path, **ignore)
    time.sleep(0.5)
    code, err, _ = end_by(signal.SIGINT, process)
    assert (code, err) == (0, "")


# --- standard output ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("error", "is_well"), [(errno.EPIPE, True), (errno.ENOSPC, False)])
def test_stdout_discards_output_after_an_error(error, is_well, capsys):
    class Broken(io.StringIO):
        def write(self, text):
            raise OSError(error, "broken")

    output = PrintedStream(Broken(), "name")
    assert output.is_well
    print("lost", file=output, flush=True)
    print("lost as well", file=output, flush=True)
    assert output.is_well == is_well
    gone = "name: standard output is gone (broken); continuing without it\n"
    assert capsys.readouterr().err == ("" if is_well else gone)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts what this process has open")
def test_a_reader_that_is_gone_leaves_nothing_open(capsys):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        before = os.listdir("/proc/self/fd")
        print("lost", file=PrintedStream(stream, "name"), flush=True)
        assert os.listdir("/proc/self/fd") == before
    assert capsys.readouterr().err == ""


@pytest.mark.stress
@needs_mxnet
def test_nothing_is_lost_where_the_reader_goes_away(small_mnist, tmp_path):
    process = start("train", "discriminator", "--epochs", 3, "--data-dir", small_mnist, cwd=tmp_path)
    process.stdout.readline()
    process.stdout.close()  # as head does
    err = process.stderr.read()
    assert (process.wait(60), err) == (0, "")
    assert (tmp_path / "model" / "discriminator-0003.params").exists()


def closed(*numbers):
    return {"preexec_fn": lambda: [os.close(number) for number in numbers], "stdout": None, "stderr": None}


@pytest.mark.stress
@pytest.mark.parametrize(
    ("streams", "code"),
    [
        ({"stdout": "/dev/full"}, 2),
        ({"stdout": "/dev/null"}, 0),
        (closed(1), 0),
        (closed(2), 0),
        (closed(0, 1, 2), 0),
    ],
    ids=["full", "null", "out closed", "error closed", "all closed"],
)
def test_a_picture_is_drawn_even_if_standard_output_is_closed_or_full(streams, code, tmp_path):
    with contextlib.ExitStack() as files:
        for key, value in streams.items():
            if isinstance(value, str):
                streams = streams | {key: files.enter_context(Path(value).open("w"))}
        process = start(*SAMPLE, cwd=tmp_path, **streams)
        process.communicate(timeout=60)
    assert process.returncode == code
    assert Image.open(tmp_path / "x.png").size == (84, 42)


# --- disks and folders --------------------------------------------------------------------------------------


def limited(size):
    """A limit on the size of files is as much of a full disk as a test can have everywhere."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.mark.stress
@needs_mxnet
@pytest.mark.parametrize("size", [100, 100_000])
def test_a_full_disk_is_a_line_and_leaves_the_old_set(size, small_mnist, tmp_path):
    command = ["train", "discriminator", "--epochs", "1", "--data-dir", small_mnist, "--seed"]
    assert run(*command, "1", cwd=tmp_path)[0] == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "model").iterdir()}
    code, _, err = run(*command, "2", cwd=tmp_path, preexec_fn=lambda: limited(size))
    assert code == 2
    assert len(err.splitlines()) == 1
    assert "File too large" in err or "is the disk full?" in err
    after = {path.name: path.read_bytes() for path in (tmp_path / "model").iterdir()}
    assert {name: content for name, content in after.items() if not name.startswith(".")} == before


@pytest.mark.stress
@needs_mxnet
@pytest.mark.skipif(not Path("/proc/mounts").exists(), reason="needs a folder that nobody can write to")
@pytest.mark.parametrize("option", ["--model-dir", "--output"])
def test_a_folder_that_can_not_be_written_to_is_a_line(option, small_mnist, tmp_path):
    code, out, err = run("train", "generator", "--data-dir", small_mnist, option, "/proc/model", cwd=tmp_path)
    assert (code, len(err.splitlines())) == (2, 1)
    assert "/proc/model" in err
    assert "epoch" not in out  # before anything was trained


# --- settings -----------------------------------------------------------------------------------------------


@pytest.mark.stress
@pytest.mark.parametrize(
    ("options", "environment"),
    [
        ("-O", {}),
        ("-OO", {}),
        ("-W error", {}),
        ("-W error", {"AUTOENCODER_RUNTIME": "onnx"}),
        ("", {"HOME": "/nonexistent", "XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": ""}),
        ("", {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}),
        ("", {"OMP_NUM_THREADS": "10000"}),
    ],
)
def test_odd_settings_work(options, environment, tmp_path):
    if "onnx" in environment.values():
        pytest.importorskip("onnxruntime")
    code, out, err = run(*SAMPLE, cwd=tmp_path, options=options.split(), environment=environment)
    expected = s_labels()
    assert (code, out, err) == (0, f"x.png: read as {expected}\n", "")


def s_labels():
    import mxspec as s

    images = s.sample("mnist/mnist-image", 2, 1)
    return " ".join(str(label) for label in model_specs.discriminate_many(images))


@pytest.mark.stress
@pytest.mark.parametrize("runtime", ["mxnet", "onnx"])
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        *[("OMP_NUM_THREADS", value, "a number of threads, 1 or more") for value in ("0", "-1", "abc", "٣")],
        ("MXNET_ENGINE_TYPE", "nonsense", "NaiveEngine, ThreadedEngine or ThreadedEnginePerDevice"),
    ],
)
def test_settings_that_can_not_be_used_are_a_line(name, value, words, runtime, tmp_path):
    if runtime == "mxnet" and not is_installed():
        pytest.skip("needs MXNet")
    if runtime == "onnx":
        pytest.importorskip("onnxruntime")
    code, _, err = run(*SAMPLE, cwd=tmp_path, environment={name: value, "AUTOENCODER_RUNTIME": runtime})
    assert (code, err) == (2, f"python -m autoencoder sample: {name} is {words}, not {value!r}\n")


IN_A_CALLBACK = """
import gc, os, signal, time
from mxspec.command_line import ending

def interrupt(phase, info):
    gc.callbacks.clear()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(0.1)

with ending.end_by_signals("it"):
    gc.callbacks.append(interrupt)
    gc.collect()
    time.sleep(60)
"""


def test_a_signal_in_a_callback_of_the_garbage_collector_is_a_line_as_well():
    done = subprocess.run([sys.executable, "-c", IN_A_CALLBACK], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (143, "it: ended by SIGTERM\n")
