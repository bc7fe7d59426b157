"""The tutorials: each is followed in an environment where nothing is installed, by the clock.

    $ python -m pytest -m slow -s tests/test_tutorials.py

prints the seconds of each, beside a bar of three minutes; results/tutorials.md keeps them.
"""

import doctest
import re
import subprocess
import time

import pytest

from tests.fresh import ROOT, make_environment
from tests.shown_commands import blocks
from tests.test_installs import PROGRAM

TUTORIALS = sorted((ROOT / "docs").glob("tutorial_*.md"))
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
FILE = re.compile(r"# (\w+\.py)\n")
BAR = 180  # seconds, with the time that it takes to read
WORDS_A_SECOND = 200 / 60


def shown_commands(block):
    """Yield the commands of a block, each with the output that is shown; None if none is."""
    for text in block.removeprefix("$ ").split("\n$ "):
        command, _, output = text.partition("\n")
        yield command, output or None


def follow(page, clone, folder, variables):
    """Do what a page says, from top to bottom, in a folder; stop at what differs from what it shows."""

    def run(command, where=folder):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.run(command, cwd=where, env=variables, check=False, **pipes)

    is_asked = False
    for language, block in blocks(page):
        if language == "python" and (file := FILE.match(block)):
            (folder / file[1]).write_text(block, "utf-8")
        elif language == "python" and not is_asked:  # the examples of a page are one session
            is_asked, done = True, run(["python", "-I", "-c", PROGRAM, page])
            assert done.returncode == 0, done.stdout
        for command, output in shown_commands(block) if language == "console" else ():
            where = clone if command.startswith("pip install ") else folder
            done = run(["bash", "-c", command], where)
            assert done.returncode == 0 or (output and done.returncode == 1), f"{command}\n{done.stdout}"
            if output:
                assert doctest.OutputChecker().check_output(output, done.stdout, FLAGS), done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.stem)
def test_a_tutorial_shows_what_happens_in_a_fresh_environment(page, tmp_path, capsys):
    clone, variables = make_environment(tmp_path)
    folder = tmp_path / "folder"
    folder.mkdir()
    start = time.monotonic()
    follow(page, clone, folder, variables)
    seconds, words = time.monotonic() - start, len(page.read_text("utf-8").split())
    with capsys.disabled():
        whole = seconds + words / WORDS_A_SECOND
        print(f"\n| {page.stem} | {words} | {seconds:.0f} s | {whole:.0f} s of {BAR} s |")


def test_there_are_three_tutorials_of_some_three_hundred_words():
    assert len(TUTORIALS) == 3
    for page in TUTORIALS:
        assert len(page.read_text("utf-8").split()) < 350
