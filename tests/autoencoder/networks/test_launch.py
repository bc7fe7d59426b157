"""A group of processes on this machine begins and ends as one."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from autoencoder import auto_encoder, discriminator
from autoencoder.__main__ import main
from autoencoder.data.storage import FileSet
from autoencoder.networks import checkpoint
from autoencoder.networks import workers as launching
from autoencoder.networks.workers import LaunchError, launch
from tests.autoencoder.networks.post_networks import parameters
from tests.autoencoder.networks.processes import start

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks processes up in /proc")

WAITS = "import time; time.sleep(60)"


@pytest.fixture
def serving(monkeypatch):
    """Servers that wait, in the place of MXNet's."""
    monkeypatch.setattr(launching, "_SERVE", WAITS)


def pids(tmp_path, script):
    """A script whose process leaves its id in a file."""
    return f"import os, pathlib\npathlib.Path({str(tmp_path)!r}, f'{{os.getpid()}}.pid').touch()\n" + script


def alive(tmp_path):
    there = [int(path.stem) for path in tmp_path.glob("*.pid")]
    assert there
    return [pid for pid in there if Path(f"/proc/{pid}").exists()]


def test_all_end_when_the_workers_are_done(serving, tmp_path, capfd):
    script = pids(
        tmp_path, "import sys; print(os.environ['DMLC_ROLE'], os.environ['DMLC_NUM_WORKER'], sys.argv)"
    )
    launch(script, ["--x"], 2, 1, tmp_path / "logs" / "x")
    assert capfd.readouterr().out.splitlines() == 2 * ["worker 2 ['-c', '--x']"]
    names = ["x-scheduler.log", "x-server-0.log", "x-worker-0.log", "x-worker-1.log"]
    assert sorted(path.name for path in (tmp_path / "logs").iterdir()) == names
    assert not alive(tmp_path)
    assert "DMLC_ROLE" not in os.environ


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            "import sys; sys.exit('no such data')",
            "ended with exit code 1, .*: no such data; see .*worker-..log",
        ),
        ("raise ValueError('bad')", "ended with exit code 1, .*: ValueError: bad; see"),
        ("os.kill(os.getpid(), 9)", "ended by SIGKILL, and with it the training: it printed no error"),
    ],
)
def test_a_worker_that_dies_ends_all(script, words, serving, tmp_path):
    one_waits = f"try:\n  open('first', 'x')\nexcept FileExistsError:\n  {script}\n{WAITS}"
    script = pids(tmp_path, f"os.chdir({str(tmp_path)!r})\n{one_waits}")
    with pytest.raises(LaunchError, match=f"worker . {words}"):
        launch(script, [], 3, 1, tmp_path / "x")
    assert not alive(tmp_path)


def test_a_server_that_dies_ends_all(tmp_path, monkeypatch):
    monkeypatch.setattr(launching, "_SERVE", "import sys; sys.exit('the port is taken')")
    words = r"(scheduler|server 0) ended with exit code 1, .*: the port is taken"
    with pytest.raises(LaunchError, match=words):
        launch(WAITS, [], 2, 1, tmp_path / "x")


def test_no_process_outlives_a_parent_that_is_killed(tmp_path):
    parent = (
        "from pathlib import Path\nfrom autoencoder.networks import workers\n"
        f"workers._SERVE = {pids(tmp_path, WAITS)!r}\n"
        f"workers.launch({pids(tmp_path, WAITS)!r}, [], 2, 1, Path('x'))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen([sys.executable, "-c", parent], cwd=tmp_path, env=environment) as process:
        until = time.monotonic() + 60
        while len(list(tmp_path.glob("*.pid"))) < 4 and time.monotonic() < until:
            time.sleep(0.05)
        process.kill()
    until = time.monotonic() + 10
    while alive(tmp_path) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(tmp_path)


# --- with MXNet ---------------------------------------------------------------------------------------------


def train(tmp_path, small_mnist, name, *options):
    folders = ["--data-dir", small_mnist, "--model-dir", tmp_path / name, "--output", tmp_path / "out" / name]
    return main(["train", *map(str, [*options, *folders, "--epochs", 3])])


@pytest.mark.stress
@pytest.mark.mxnet
@pytest.mark.parametrize(("workers", "servers"), [(2, 1), (3, 2)])
@pytest.mark.parametrize("module", [discriminator, auto_encoder], ids=lambda module: module.network().name)
def test_workers_end_with_the_parameters_of_one_process(
    module, workers, servers, small_mnist, tmp_path, capfd
):
    name = module.network().name
    assert train(tmp_path, small_mnist, "alone", name) == 0
    alone = capfd.readouterr().out.splitlines()
    assert train(tmp_path, small_mnist, "group", name, "--workers", workers, "--servers", servers) == 0
    lines = capfd.readouterr().out.splitlines()
    digests = re.findall(rf"{name}: worker \d has the parameters (\w+)", "\n".join(lines))
    assert len(digests) == workers
    assert len(set(digests)) == 1
    epochs = [line for line in alone if " epoch " in line]
    assert [line for line in lines if " epoch " in line] == epochs
    one, other = (
        parameters(checkpoint.load_module(tmp_path / part / name, 3, module.network()))
        for part in ("alone", "group")
    )
    for key, value in one.items():
        np.testing.assert_allclose(other[key], value, rtol=0, atol=1e-3)
    assert FileSet.of(tmp_path / "group").names() == FileSet.of(tmp_path / "alone").names()


@pytest.mark.stress
@pytest.mark.mxnet
@pytest.mark.parametrize("role", ["worker-1", "server-0", "scheduler"])
def test_a_killed_member_of_a_real_group_ends_it_in_ten_seconds(role, small_mnist, tmp_path):
    options = ["--epochs", 100_000, "--workers", 2, "--data-dir", small_mnist]
    process = start("train", "discriminator", *options, cwd=tmp_path)
    for line in process.stdout:
        if "epoch 3:" in line:
            break
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    order = ["scheduler", "server-0", "worker-0", "worker-1"]
    os.kill(int(children[order.index(role)]), signal.SIGKILL)
    began = time.monotonic()
    _, err = process.communicate(timeout=60)
    assert time.monotonic() - began < 10
    assert process.returncode == 2
    assert f"{role.replace('-', ' ')} ended by SIGKILL, and with it the training" in err
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
