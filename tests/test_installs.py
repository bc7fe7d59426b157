"""What README and the pages of the documents say to install is what their examples need."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.fresh import make_environment
from tests.suites import rows_by_suite

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [
    *sorted((ROOT / "docs").glob("*.md")),
    *(ROOT / name / "README.md" for name in ("mxspec", "autoencoder")),
]
PROMPT = re.compile(r"^>>> ", re.MULTILINE)
LINE = re.compile(r'pip install "?\.(?:\[[\w,]+\])?"?(?: [\w-]+)*')


def top_of(page):
    """The text of a page above its first example; all of it if there is none."""
    return PROMPT.split(page.read_text("utf-8"))[0]


def line_of(page):
    """The first line that a page says to install, above its first example."""
    return next(iter(LINE.findall(top_of(page))), None)


RUN = [page for page in PAGES if PROMPT.search(page.read_text("utf-8"))]


@pytest.mark.parametrize("page", RUN, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_with_examples_says_at_its_top_what_to_install(page):
    assert line_of(page), (
        f'say above the first example of {page.name}: To run the examples: `pip install "."`'
    )


def test_readme_says_what_its_first_examples_need_and_what_the_others_do():
    assert LINE.findall(README.read_text("utf-8"))[:2] == ["pip install .", 'pip install ".[onnx]"']


def sessions():
    """Each line that is to be installed, and the examples that are to run then: texts by name."""
    text = README.read_text("utf-8")
    texts = {line: {"README.md": text} for line in LINE.findall(text)}
    texts["pip install ."] = {"README.md": text.partition("pip install .")[0]}
    for page in RUN:
        texts.setdefault(line_of(page), {})[str(page.relative_to(ROOT))] = page.read_text("utf-8")
    return texts


# Where CI is set, Hypothesis adds a line to what it says of a failure, which the pages do not have.
PROGRAM = """
import doctest, sys
import mxspec
from hypothesis import settings
assert "site-packages" in mxspec.__file__, mxspec.__file__
settings.register_profile("page", settings(), print_blob=False)
settings.load_profile("page")
flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
failed, tried = doctest.testfile(sys.argv[1], module_relative=False, optionflags=flags)
sys.exit(failed > 0 or tried == 0)
"""


# The lines of README, and the largest other sets without networks; the others take as long each.
SLOW = [
    "pip install .",
    'pip install ".[onnx]"',
    'pip install ".[frames]"',
    'pip install ".[pydantic,schema]"',
]
OTHERS = [line for line in sessions() if line not in SLOW]


def test_the_slow_lines_are_lines_of_pages():
    assert sessions().keys() > {*SLOW}


@pytest.mark.parametrize("line", rows_by_suite(slow=SLOW, stress=OTHERS))
def test_examples_run_where_nothing_is_installed_but_what_their_page_says(line, tmp_path):
    """A clone, a fresh environment, the line as it is printed, and the pages in other folders."""
    clone, variables = make_environment(tmp_path)
    subprocess.run(f"{line} --quiet", shell=True, cwd=clone, env=variables, check=True)
    failures = {}
    for name, text in sessions()[line].items():
        page = tmp_path / name.replace("/", "-")
        page.write_text(text, "utf-8")
        run = ["python", "-I", "-c", PROGRAM, page]
        done = subprocess.run(run, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
        if done.returncode:
            failures[name] = done.stdout + done.stderr
    assert not failures, "\n".join(failures.values())
