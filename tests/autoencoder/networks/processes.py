"""Processes of a user: programs with nothing set of MXNet but what a test sets, and the command line."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

SETTINGS = ("MXNET_ENGINE_TYPE", "OMP_NUM_THREADS")
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
