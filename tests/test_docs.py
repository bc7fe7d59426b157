"""The documents: their blocks run, their links lead somewhere, and the gallery shows every picture."""

import functools
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.autoencoder.conftest import write_small_mnist
from tests.processes import run_command
from tests.public_names import NAMES
from tests.shown_commands import (
    BLOCK,
    FILE,
    PAGES,
    blocks,
    commands,
    commands_with_outputs,
    draw_letters,
    name_of,
    whole_parser,
    write_days,
    write_files,
    write_versions,
)

ROOT = Path(__file__).parents[1]
GALLERY = ROOT / "docs" / "gallery.md"
POST = ROOT / "docs" / "post.md"
NOTEBOOK = ROOT / "docs" / "post.ipynb"

CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
RUN = {"python", "console"}  # doctest runs the first, this file the second
SHOWN = {"json", "html", "text", "toml", "yaml"}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_each_block_is_run_or_marked_as_not_runnable(page):
    for language, block in blocks(page):
        assert language in RUN | SHOWN
        lines = block.splitlines()
        assert (
            any(line.startswith("$ ") for line in lines)
            == lines[0].startswith("$ ")
            == (language == "console")
        )
        # test_recipes.py runs the blocks that begin with the name of a file.
        assert language != "python" or ">>> " in block or re.match(r"# \w+\.py\n", block)


def slug(heading):
    """Return the anchor that a heading gets."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@functools.cache
def anchors(page):
    return {
        slug(line.lstrip("#")) for line in page.read_text(encoding="utf-8").splitlines() if line[:1] == "#"
    }


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_each_link_leads_somewhere(page):
    links = ["".join(link) for link in _LINK.findall(page.read_text(encoding="utf-8"))]
    for link in links:
        if not link.startswith(("https://", "mailto:")):
            file, _, anchor = link.partition("#")
            target = (page.parent / file).resolve() if file else page
            assert target.exists(), link
            assert not anchor or target.is_dir() or anchor in anchors(target), link


def test_the_page_of_documents_has_each_page_once():
    folder = ROOT / "docs"
    rows = [line for line in (folder / "README.md").read_text("utf-8").splitlines() if line[:1] == "|"]
    links = [link for line in rows for link, _ in _LINK.findall(line)]
    pages = {path.name for path in folder.glob("*.md")} - {"README.md"}
    assert sorted(link for link in links if "/" not in link and link.endswith(".md")) == sorted(pages)


def code_of(page):
    """Return the blocks of a page, and what stands between backticks in its sentences."""
    text = page.read_text("utf-8")
    return [block for _, block in BLOCK.findall(text)] + CODE.findall(BLOCK.sub("", text))


def test_each_public_name_stands_in_a_page_where_somebody_needs_it():
    pages = {*(ROOT / "docs").glob("*.md"), ROOT / "README.md"} - {ROOT / "docs" / "api.md"}
    shown = {word for page in pages for text in code_of(page) for word in re.findall(r"\w+", text)}
    assert sorted({*NAMES} - shown) == []


WORDS = 30_000


def test_all_pages_together_are_of_so_many_words():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "results").glob("*.md")]
    assert sum(len(page.read_text("utf-8").split()) for page in pages) <= WORDS


def test_the_gallery_shows_every_picture_with_its_command():
    pictures = {path.name for path in (ROOT / "results").iterdir() if path.suffix in {".png", ".jpg"}}
    shown = re.findall(r"<img src=\"\.\./results/([^\"]+)\" alt=\"[^\"]+\"", GALLERY.read_text("utf-8"))
    assert sorted(shown) == sorted(pictures)


# Beginnings of commands that are not run here, and the reason.
FASHION = "it is for networks of another data set, which train for an hour and a half"
NOT_RUN = {
    "make ": "the Makefile has its target, as a test below says; each takes minutes",
    "git clone <address of this repository> ": "the address is the reader's",
    "python3 -m venv ": "it makes an environment; noxfile.py runs README in one",
    "pip install ": "it fills that environment, likewise",
    "python -m tests.benchmarks.report ": "it needs a run of make bench; tests/test_benchmarks.py asks it",
    "mxspec draw": "it serves until it is ended, as the test of --help has it",
    "python -m autoencoder train digits --data-dir fashion-mnist ": FASHION,
    "python -m autoencoder valid fashion/shoe ": FASHION,
    "python -m autoencoder evaluate --data-dir fashion-mnist ": FASHION,
    "curl ": "it asks a page that is served; tests/autoencoder/web/test_app.py asks the same addresses",
}
PROGRAMS = ("mxspec ", "python -m autoencoder ")
COMMANDS = sorted({line for page in PAGES for line in commands(page) if line.startswith(PROGRAMS)})


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_one_that_is_there(command):
    words = shlex.split(command, comments=True)
    whole_parser().parse_args(words[1:] if words[0] == "mxspec" else words[3:])


TARGET = re.compile(r"make ([a-z-]+)")
SENTENCES = "".join(BLOCK.sub("", page.read_text("utf-8")) for page in PAGES)
MENTIONED = sorted({" ".join(text.split()) for text in CODE.findall(SENTENCES)})


@pytest.mark.parametrize("text", [text for text in MENTIONED if text.startswith(PROGRAMS)])
def test_each_command_in_a_sentence_is_one_that_is_there_with_its_options(text):
    top = whole_parser()
    [names] = [action.choices for action in top._actions if isinstance(action.choices, dict)]
    name, *words = text.removeprefix("python -m autoencoder").removeprefix("mxspec").split()
    options = names.get(name, top)._option_string_actions
    assert name in {*names, *top._option_string_actions}
    assert {word for word in words if word.startswith("-") and word != "-"} <= {*options}


def test_each_target_of_make_that_a_page_names_is_there():
    targets = {*re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)}
    shown = [text for page in PAGES for text in commands(page)] + MENTIONED
    named = {match[1] for text in shown if (match := TARGET.match(text))}
    assert len(named) > 10
    assert named <= targets


FILE_NAME = re.compile(r"(?<![\w./-])\w+\.(?:csv|json|jsonl|py|png|yaml)\b")
WRITTEN = re.compile(r"(?:> |-o |--good |--bad |--picture |--state )([\w.]+)")


def missing_files(page):
    """Return the files in commands with a shown output that nothing above them in the page makes."""
    shown = [block for _, block in blocks(page) if FILE.match(block)]
    files, missing = {name for block in shown for name in FILE_NAME.findall(block)}, []
    for command, output in commands_with_outputs(page):
        files |= {*WRITTEN.findall(command)}
        missing += [name for name in FILE_NAME.findall(command) if output and name not in files]
    return missing


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_each_page_that_shows_an_output_brings_the_files_of_its_commands(page):
    assert missing_files(page) == []


def test_a_file_that_nobody_has_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```console\n$ mxspec valid contract.py today.csv\n2 rows do not fit\n```\n", "utf-8")
    assert missing_files(page) == ["contract.py", "today.csv"]


def is_run(command):
    return not command.startswith(tuple(NOT_RUN))


# tests/test_tutorials.py runs the tutorials, with the files that they show.
WITH_COMMANDS = [
    page for page in PAGES if any(map(is_run, commands(page))) and not page.name.startswith("tutorial_")
]


def run_commands(page, folder, **environment):
    """Run the commands of a page in a folder with the files that it asks for; check what they print."""
    draw_letters(folder / "letters", "AC", 20)
    draw_letters(folder / "pictures", "abcde", 200)
    shutil.copy(folder / "pictures" / "a" / "0.png", folder / "a.png")
    if page.parent.name == "autoencoder":
        shutil.rmtree(folder / "letters")  # which is what its first command makes
    write_days(folder)
    write_versions(folder)
    write_files(page, folder)
    for command, output in commands_with_outputs(page):
        if not is_run(command):
            continue
        if command.startswith("mxspec infer ") and "-o contract.py" in command:
            (folder / "contract.py").unlink(missing_ok=True)  # the page makes it
        done = run_command(command, folder, **environment)
        refused = {"valid", "explain", "diff"} & {*shlex.split(command)} and done.returncode == 1
        assert done.returncode == 0 or refused, f"{command}\n{done.stdout}{done.stderr}"
        # Figures of a training differ from one processor to another, and samples without a seed each time.
        assert page == POST or done.stdout.splitlines()[: len(output)] == output, command


@pytest.mark.slow
@pytest.mark.mxnet
@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name_of)
def test_the_commands_of_a_page_run_one_after_the_other(page, tmp_path):
    few = {"MXNET_DATA_DIR": str(write_small_mnist(tmp_path / "images"))} if page == POST else {}
    run_commands(page, tmp_path, **few)


@pytest.mark.stress
@pytest.mark.mxnet
def test_the_commands_of_the_post_train_on_all_images(tmp_path):
    run_commands(POST, tmp_path)


LONG_FLOAT = re.compile(r"\d+\.\d{5,}(e-\d+)?")


@pytest.mark.slow
def test_the_notebook_reproduces_its_outputs_in_a_clone_with_an_installed_package(tmp_path, monkeypatch):
    """The package is as a wheel has it, without images to train with; the kernel runs in docs."""
    for name in ("mxspec", "autoencoder"):
        shutil.copytree(ROOT / name, tmp_path / "installed" / name, ignore=shutil.ignore_patterns("train-*"))
    shutil.copytree(
        ROOT / "autoencoder" / "data" / "mnist", tmp_path / "clone" / "autoencoder" / "data" / "mnist"
    )
    docs = tmp_path / "clone" / "docs"
    docs.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "installed"))
    monkeypatch.delenv("MXNET_DATA_DIR", raising=False)
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    written, again = (nbformat.read(NOTEBOOK, as_version=4) for _ in range(2))
    resources = {"metadata": {"path": str(docs)}}
    nbclient.NotebookClient(again, timeout=600, kernel_name="python3", resources=resources).execute()
    assert [texts(cell) for cell in again.cells] == [texts(cell) for cell in written.cells]


def texts(cell):
    """Return the texts that a cell of a notebook shows, with the four digits that all processors share."""
    outputs = cell.get("outputs", [])
    return [
        LONG_FLOAT.sub(
            lambda number: f"{float(number[0]):.4g}",
            output["text"] if "text" in output else output["data"]["text/plain"],
        )
        for output in outputs
        if "text" in output or "text/plain" in output.get("data", {})
    ]
