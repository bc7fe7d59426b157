"""The page about a profile: what it shows, for whom, and that text of others stays text."""

import copy
import html.parser
import pickle
import re
from pathlib import Path

import pytest

import mxspec as s
from mxspec.command_line.main import main
from mxspec.inference.report import profile_html
from mxspec.promises.state_file import update_state
from tests.processes import refuse_by

EVIL = "</td><script>alert(1)</script>\"' onload=x \u202e\x1b[2J"
ROWS = [{"n": i % 50, "plan": ["free", "pro"][i % 2], EVIL: EVIL + str(i), "gap": None if i % 4 else 1.5}
        for i in range(400)]  # fmt: skip
REFUSED = [{**row, "n": 300 + i} if i % 40 == 0 else {**row, "plan": EVIL} if i % 40 == 1 else row
           for i, row in enumerate(ROWS)]  # fmt: skip
SPEC = s.contract(
    s.keys(
        req_un={"n": s.int_in(0, 60), "plan": {"free", "pro"}, EVIL: str, "gap": s.nilable(float)},
        opt_un={"more": s.coll_of(int)},
    ),
    rows=400,
    refuses=0.02,
    missing={"gap": 0.8},
)


class Page(html.parser.HTMLParser):
    """The elements of a page, each with its attributes, and its text."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self.open = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "rect"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        self.texts.append(text)

    def of(self, tag):
        return [attrs for own, attrs in self.elements if own == tag]


@pytest.fixture
def page(tmp_path):
    profile = s.profile(SPEC, REFUSED)
    for night in range(5):
        part = s.profile(SPEC, ROWS if night != 3 else REFUSED)
        update_state(tmp_path / "state.json", {None: part}, s.promise(SPEC), f"night {night} {EVIL[:20]}")
    profile.report(tmp_path / "page.html", rows=REFUSED, state=tmp_path / "state.json")
    return (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_page_shows_columns_reasons_terms_the_promise_and_the_nights(page):
    text = " ".join(Page(page).texts)
    for words in (
        "an int from 0 to 59", "300", "free' or 'pro", "75% missing", "coll_of(int)", "or absent",
        "380", "95.00%", "from 0 to 660", "refuses at most 2%", "the table keeps its terms", "night 3",
        "a sample of 400 rows",
    ):  # fmt: skip
        assert words in text, words


def test_text_of_others_stays_text_and_nothing_is_loaded(page):
    elements = Page(page).elements
    tags = {tag for tag, _ in elements}
    assert tags <= {
        *(
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "main",
            "h1",
            "h2",
            "p",
            "div",
            "table",
            "caption",
        ),
        *("thead", "tbody", "tr", "th", "td", "ul", "li", "span", "br", "svg", "rect"),
    }
    for _, attributes in elements:
        assert not {"src", "href", "onload", "srcset", "style"} & {*attributes}
    assert not re.search(r"url\(|@import|https?:", page)
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "&lt;script&gt;" in page


def test_a_reader_of_the_screen_hears_every_table_and_picture(page):
    read = Page(page)
    assert read.of("html") == [{"lang": "en"}]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in read.of("meta")
    assert len(read.of("table")) == len(read.of("caption")) == 4
    assert all(each["scope"] in ("col", "row") for each in read.of("th"))
    pictures = [each["aria-label"] for each in read.of("svg") if each["role"] == "img"]
    assert len(pictures) == len(read.of("svg")) == 4
    assert pictures[0] == "histogram of 400 values from 0 to 660; accepted from 0 to 59"
    regions = [each for each in read.of("div") if each.get("role") == "region"]
    assert all(each["tabindex"] == "0" and each["aria-label"] for each in regions)


def contrast(a, b):
    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(a), light(b)))
    return (high + 0.05) / (low + 0.05)


def test_texts_and_bars_stand_out(page):
    text, refused = re.findall(r"color: (#\w{6})", page)[:1], re.findall(r"refused {\s*color: (#\w{6})", page)
    bars = set(re.findall(r'fill="(#\w{6})"', page)) - {"#d9e6f7"}
    assert all(contrast(colour, "#ffffff") >= 4.5 for colour in [*text, *refused, *bars])
    assert all(contrast(colour, "#d9e6f7") >= 3 for colour in bars)


def test_more_rows_are_a_sample_of_all_of_them(tmp_path):
    spec = {"n": s.int_in(0, 100_000)}
    rows = ({"n": i} for i in range(100_000))
    s.profile(spec, [{"n": 1}]).report(tmp_path / "page.html", rows=rows)
    page = (tmp_path / "page.html").read_text()
    [words] = re.findall(r"histogram of ([\d,]+) values from (\d+) to (\d+)", page)
    assert 2000 <= int(words[0].replace(",", "")) <= 4000
    assert int(words[1]) < 100 < 99_900 < int(words[2])
    [heights] = [[float(x) for x in re.findall(r'height="([\d.]+)" fill="#2a5db0"', page)]]
    assert len(heights) == 24
    assert min(heights) > 0.9 * max(heights)


@pytest.mark.parametrize("library", ["polars", "pandas", "pyarrow", "lazy polars", "duckdb", "path"])
def test_pictures_are_drawn_of_frames_and_files(library, tmp_path):
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"n": range(40), "plan": ["free"] * 39 + ["fre"]})
    spec = s.keys(req_un={"n": s.int_in(0, 50), "plan": {"free"}})
    frame.write_parquet(tmp_path / "rows.parquet")
    if library in ("pandas", "pyarrow", "duckdb"):
        pytest.importorskip(library)
    make = {
        "polars": lambda: frame, "pandas": frame.to_pandas, "pyarrow": frame.to_arrow,
        "lazy polars": frame.lazy,
        "duckdb": lambda: pytest.importorskip("duckdb").from_arrow(frame.to_arrow()),
        "path": lambda: tmp_path / "rows.parquet",
    }  # fmt: skip
    rows = make[library]()
    s.profile(spec, rows).report(tmp_path / "page.html", rows=rows)
    page = (tmp_path / "page.html").read_text()
    assert "histogram of 40 values from 0 to 39; accepted from 0 to 49" in page
    assert "&#x27;fre&#x27;" in page


def test_a_contract_of_infer_shows_its_own_rows_and_notebooks_show_all():
    contract = s.infer(ROWS[:300], refuse=0.05)
    own = contract._repr_html_()
    assert "histogram of" in own
    assert "refuses at most" in own
    profile = s.profile(contract, REFUSED)
    again = pickle.loads(pickle.dumps(profile))
    assert (again.asked, again == profile, copy.copy(profile) == profile) == (None, True, True)
    for shown in (own, profile._repr_html_(), again._repr_html_(), (profile + profile)._repr_html_()):
        assert "<script" not in Page(shown).texts
        assert {tag for tag, _ in Page(shown).elements}.isdisjoint({"script", "html", "body"})
    assert "Columns" not in again._repr_html_()
    change = s.check_compatible(s.int_in(0, 9), s.int_in(0, 5))
    assert "an int from 0 to 4 is required, not 5 - failed: int_in(0, 5)" in "".join(
        Page(change._repr_html_()).texts
    )


def test_a_split_says_how_many_rows_fit_and_why_others_do_not():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"n": [1, 200, 300], "plan": [EVIL, "free", "pro"]})
    parts = s.split({"n": s.int_in(0, 60)}, frame)
    assert isinstance(parts, tuple)
    texts = "|".join(text for text in Page(parts._repr_html_()).texts if text.strip())
    assert (
        "Rows|verdict|number|fit|1|do not fit|2|Reasons|reason|number|n: an int from 0 to 59 is required|2"
        in texts
    )
    assert "two lazy frames" in s.split({"n": s.int_in(0, 60)}, frame.lazy())._repr_html_()
    assert 'do not fit</th><td role="cell" data-name="number">0' in s.split({"n": int}, frame)._repr_html_()


def test_a_reason_within_a_cell_is_of_its_column():
    spec = s.keys(req_un={"a": s.keys(req_un={"n": int}), "b": int, "a1": s.int_in(0, 9)})
    page = s.profile(spec, [{"a": {"n": "x"}, "b": 1, "a1": 12}])._repr_html_()
    cells = "|".join(text for text in Page(page).texts if text.strip())
    assert "a.n: an int is required (1)|{'n': 'x'}" in cells
    assert "|b|an int|none|a1|an int from 0 to 8|an int from 0 to 8 is required (1)|12" in cells


def test_a_page_of_rows_that_are_no_maps_has_no_columns():
    page = profile_html(s.profile(s.int_in(0, 151), [3, 200]), s.spec(s.int_in(0, 151)))
    assert "an int from 0 to 150 is required" in page
    assert "Columns" not in page


def test_a_state_that_is_not_there_is_an_error_and_no_page_is_written(tmp_path):
    with pytest.raises(s.SpecDefinitionError, match="has no state of a promise yet"):
        s.profile({"n": int}, [{"n": 1}]).report(tmp_path / "page.html", state=tmp_path / "state.json")
    assert not (tmp_path / "page.html").exists()


def test_the_command_writes_the_page_of_its_files(tmp_path, monkeypatch, capsys):
    pl = pytest.importorskip("polars")
    monkeypatch.chdir(tmp_path)
    frame = pl.DataFrame({"n": range(400)})
    for i, name in enumerate(("a.csv", "b.csv")):
        frame[200 * i : 200 * i + 200].write_csv(name)
    Path("contract.py").write_text("import mxspec as s\nspec = s.keys(req_un={'n': s.int_in(0, 399)})\n")
    assert main(["valid", "contract.py", "a.csv", "--state", "state.json", "--promise", "0.02"]) == 0
    page_of = ["--html", "page.html", "--trend", "state.json"]
    assert main(["profile", "contract.py", "a.csv", "b.csv", *page_of]) == 0
    assert "an int from 0 to 398 is required" in capsys.readouterr().out
    page = Path("page.html").read_text()
    assert "histogram of 400 values from 0 to 399; accepted from 0 to 398" in page
    assert "Part by part" in page
    refused = refuse_by(main, capsys)
    assert "would be written over a.csv" in refused("profile", "contract.py", "a.csv", "--html", "a.csv")
    assert "add --html FILE" in refused("profile", "contract.py", "a.csv", "--trend", "state.json")
    assert Path("a.csv").read_text().startswith("n\n0\n")


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1200])
def test_a_page_fits_a_phone_and_axe_finds_nothing(page, tmp_path, chromium, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    words = []
    shown = chromium.new_page(viewport={"width": width, "height": 844})
    shown.on("console", lambda message: words.append(message.text))
    shown.goto(Path(tmp_path, "page.html").as_uri())
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.locator("script").count() == 0
    assert shown.get_by_role("img").count() == shown.locator("svg").count() == 4
    assert axe.Axe().run(shown).response["violations"] == []
    assert words == []
    shown.close()
