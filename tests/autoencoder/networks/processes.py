"""Processes of a user who has set nothing of MXNet but what a test sets."""

import os
import subprocess
import sys
import textwrap

SETTINGS = ("MXNET_ENGINE_TYPE", "OMP_NUM_THREADS")
# Which MXNet imports where it finds it: a quarter of its time. The packages do without.
WITHOUT_SKLEARN = "import sys; sys.modules['sklearn'] = None\n"


def python(source, **environment):
    free = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return subprocess.Popen(
        [sys.executable, "-c", WITHOUT_SKLEARN + textwrap.dedent(source)],
        env=free | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def output_of(source, **environment):
    process = python(source, **environment)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out, err
