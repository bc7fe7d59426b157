"""Processes of their own, for what is true of a fresh one alone."""

import os
import subprocess
import sys
import textwrap


def run_fresh(program, *options, **environment):
    """Return what a new Python process prints that runs a program, which must not fail."""
    command = [sys.executable, *options, "-c", textwrap.dedent(program)]
    path = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | path | environment
    )
    assert run.returncode == 0, run.stderr
    return run.stdout
