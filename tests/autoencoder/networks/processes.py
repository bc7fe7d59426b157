"""Processes of a user: programs with nothing set of a runtime but what a test sets, and the command line."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

SETTINGS = ("MXNET_ENGINE_TYPE", "OMP_NUM_THREADS", "ORT_DISABLE_TELEMETRY")
# Which MXNet imports where it finds it: a quarter of its time. The packages do without.
WITHOUT_SKLEARN = "import sys; sys.modules['sklearn'] = None\n"
PIPES = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}


def python(source, *options, cwd=None, **environment):
    free = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    program = [sys.executable, *options, "-c", WITHOUT_SKLEARN + textwrap.dedent(source)]
    return subprocess.Popen(program, env=free | environment, cwd=cwd, **PIPES)


def output_of(source, *options, **settings):
    process = python(source, *options, **settings)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out, err


def heed_interrupts():
    """Undo that a suite in the background of a shell ignores Ctrl-C, and its processes with it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def start(*command, cwd, options=(), environment=None, **others):
    """Start `python -m autoencoder`."""
    return subprocess.Popen(
        [sys.executable, *options, "-m", "autoencoder", *map(str, command)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), **(environment or {})},
        **PIPES | {"preexec_fn": heed_interrupts} | others,
    )


def run(*command, **options):
    """Return the exit code of `python -m autoencoder`, its output and its errors."""
    process = start(*command, **options)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@contextlib.contextmanager
def watched_proxy():
    """Listen as a proxy that answers nothing; the value is its settings, and what it was asked so far."""
    asked = []

    def listen():
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:  # closed at the end
                return
            with connection:
                asked.append(connection.recv(4096).decode("latin-1"))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=listen, daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        yield dict.fromkeys(("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"), url), asked
        listening.shutdown(socket.SHUT_RDWR)


def sockets_of(process):
    """Return the sockets that a process has open, as Linux names them."""
    names = set()
    for link in Path(f"/proc/{process.pid}/fd").iterdir():
        with contextlib.suppress(OSError):  # it was closed in the meantime
            names.add(os.readlink(link))
    return {name for name in names if name.startswith("socket:")}
