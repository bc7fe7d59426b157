"""The reference: the page of all names, and the groups and pages that `make docs` writes."""

import contextlib
import functools
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

import mxspec as s
from docs.reference import api, faces, write
from tests.public_names import NAMES, SUBJECTS

ROOT = Path(__file__).parents[1]
PAGES = [
    "index.html",
    "mxspec.html",
    "mxspec/clojure.html",
    "mxspec/frames.html",
    "autoencoder.html",
    "autoencoder/digits.html",
    "autoencoder/networks.html",
]


def test_every_public_name_is_in_one_group():
    names = [name for group in write.groups(s) for name in group["names"]]
    assert sorted(names) == sorted(name for name in s.__all__ if not name.startswith("__"))


def test_the_groups_are_in_the_order_of_help():
    titles = [group["title"].lower() for group in write.groups(s)]
    assert len(titles) > 10
    places = [s.__doc__.index(f"\n    {title} ") for title in titles]
    assert places == sorted(places)


def test_the_page_of_all_names_is_what_the_docstrings_write():
    assert api.PAGE.read_text(encoding="utf-8") == api.text(), "run python -m docs.reference"


@functools.cache
def face_of_each_subject():
    return {faces.module_of(face.path): face for face in faces.faces()}


def test_each_subject_has_its_names_written_out_of_its_map():
    assert {*face_of_each_subject()} == {*SUBJECTS}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_names_of_a_subject_are_what_its_map_writes(subject):
    face = face_of_each_subject()[subject]
    assert face.text == faces.text_of(face), "run python -m docs.reference"


FACE = '''"""Toys.

    to play          ball Doll, which a Child has; yo_yo
"""

hand_on(__name__, {})
'''
HOMES = {
    "ball": "mxspec.toys.balls",
    "Doll": "mxspec.toys",
    "Child": "mxspec.people",
    "yo_yo": "mxspec.toys.balls",
}
HOMES |= {"which": "mxspec.questions", "helper": "mxspec.helpers"}


def written(text):
    return faces.text_of(faces.face_of(ROOT / "mxspec" / "toys.py", text, HOMES))


def test_the_names_of_a_map_are_written_once_and_kept():
    text = written(FACE)
    assert '    "Child", "Doll", "ball", "yo_yo",\n' in text
    assert "    from mxspec.toys.balls import ball, yo_yo\n" in text
    assert '        "mxspec.toys.balls": "ball yo_yo",\n' in text
    assert "mxspec.questions" not in text  # "which" is a word there
    assert written(text) == text
    more = text.replace(
        "if TYPE_CHECKING:\n", "if TYPE_CHECKING:\n    from mxspec.helpers import helper as helper\n"
    )
    assert "from mxspec.helpers import helper as helper\n" in written(more)
    assert '"mxspec.helpers": "helper",\n' in written(more)
    assert written(written(more)) == written(more)


def test_a_name_that_is_missing_or_unknown_is_named():
    with pytest.raises(ValueError, match=r"mxspec\.toys: the map has kite, which no file of mxspec defines"):
        written(FACE.replace("ball", "kite"))
    homes = {**HOMES, "ball": "mxspec.toys.balls and mxspec.toys.dances"}
    with pytest.raises(ValueError, match=r"the map has ball, of mxspec\.toys\.balls and mxspec"):
        faces.face_of(ROOT / "mxspec" / "toys.py", FACE, homes)
    with pytest.raises(ValueError, match=r"mxspec\.toys\.ball is in no row"):
        written(written(FACE).replace("to play          ball ", "to play          "))


def test_the_page_has_each_name_once_in_the_section_of_its_module():
    first, *sections = re.split(r"^## ", api.text(), flags=re.MULTILINE)[1:]
    # A line begins with a name, or has several behind a title.
    names = {
        section.partition("\n")[0]: re.findall(r"^- `(\w+)`", section, re.MULTILINE)
        + re.findall(r"(?<=: |, )`(\w+)`", "".join(re.findall(r"^- [a-z ]+:.*\n", section, re.MULTILINE)))
        for section in sections
    }
    begin = re.findall(r"^- `(\w+)`", first, re.MULTILINE)
    assert sorted(begin) == sorted(name for name in s.__all__ if not name.startswith("__"))
    listed = {name: module for module, rows in names.items() for name in rows}
    assert len(listed) == sum(map(len, names.values()))
    assert set(NAMES) - {"__version__"} <= {*begin, *listed}
    assert all(NAMES.get(name, module) == module for name, module in listed.items())


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("__")])
def test_a_name_has_a_sentence_in_a_line(name):
    sentence, _ = api.summary(name)
    assert not re.search(r"\((s|gen|stest)/", sentence)  # the parentheses at the end of the line have it
    assert re.fullmatch(r"[A-Z][^|\n]{10,140}\.", sentence)


def test_a_name_without_a_group_is_named():
    package = types.SimpleNamespace(__name__="pack", __doc__=s.__doc__, __all__=["keys", "brand_new"])
    with pytest.raises(ValueError, match=r"pack\.brand_new is in no group"):
        write.groups(package)
    package.__name__, package.__doc__ = "pack.maps", "Maps.\n\n    maps  keys\n"
    with pytest.raises(ValueError, match=r"pack\.maps\.brand_new is in no row"):
        api.section(package)


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The folder of the reference; a warning of pdoc is an error of the command."""
    pytest.importorskip("pdoc")
    folder = tmp_path_factory.mktemp("reference")
    command = [sys.executable, "-m", "docs.reference.write", str(folder)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (run.returncode, run.stderr) == (0, "")
    return folder


@pytest.mark.web
def test_a_reader_finds_keys_from_the_front_page_in_two_clicks(chromium, reference):
    with contextlib.closing(chromium.new_page()) as page:
        page.goto((reference / "index.html").as_uri())
        page.locator("main").get_by_role("link", name="Maps").click()
        page.locator("nav").get_by_role("link", name="keys()", exact=True).click()
        definition = page.locator("#keys")
        definition.get_by_text("Accept a map with certain keys").wait_for(state="visible")
        assert 0 <= definition.bounding_box()["y"] < page.viewport_size["height"]


@pytest.mark.web
def test_a_link_to_a_name_opens_its_group(chromium, reference):
    with contextlib.closing(chromium.new_page()) as page:
        page.goto((reference / "mxspec.html").as_uri() + "#keys")
        page.locator("#keys").wait_for(state="visible")
        assert page.locator("details[open]").count() == 1


@pytest.mark.web
@pytest.mark.parametrize("width", [1200, 400])
@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_the_window(chromium, reference, name, width):
    with contextlib.closing(chromium.new_page(viewport={"width": width, "height": 800})) as page:
        page.goto((reference / name).as_uri())
        page.evaluate(OPEN_ALL)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


OPEN_ALL = "document.querySelectorAll('details').forEach(group => { group.open = true })"


@pytest.mark.web
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(chromium, reference, colours):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    addresses = [path.as_uri() for path in reference.rglob("*.html")]
    assert len(addresses) > 20
    largest = (reference / "mxspec.html").as_uri()
    addresses[addresses.index(largest)] += "#keys"  # which marks one name besides
    violations = {}
    for address in addresses:
        with contextlib.closing(chromium.new_page(color_scheme=colours)) as page:
            page.goto(address)
            page.evaluate(OPEN_ALL)
            for each in axe.run(page).response["violations"]:
                violations[address, each["id"]] = len(each["nodes"])
    assert violations == {}
