"""Processes of their own, for what is true of a fresh one alone, and commands in this one."""

import importlib
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run_fresh(program, *options, **environment):
    """Return what a new Python process prints that runs a program, which must not fail."""
    command = [sys.executable, *options, "-c", textwrap.dedent(program)]
    path = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | path | environment
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def run_command(command, folder, **environment):
    """Run a command line in a folder, where `python` and what it imports are those of this process."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        command,
        shell=True,
        cwd=folder,
        env={**own, "PATH": path, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )


def ask_by(main, capsys):
    """Return a function that runs a command; it returns the exit code and the output, of --json as data."""

    def run(*argv):
        code = main([str(argument) for argument in argv])
        text = capsys.readouterr().out
        return code, json.loads(text) if "--json" in argv else text

    return run


def refuse_by(main, capsys):
    """Return a function that runs a command that is wrong use, and returns the one line that says so."""

    def run(*argv):
        with pytest.raises(SystemExit) as stopped:
            main([*map(str, argv)])
        assert stopped.value.code == 2
        errors = capsys.readouterr().err.splitlines()
        [line] = [line for line in errors if not line.startswith("models: ")]
        return line

    return run


def import_target(name):
    """Return what a dotted name stands for in its module."""
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)
