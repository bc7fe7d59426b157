"""The page in a real browser: Playwright drives a Chromium that is there (`make test-web`)."""

import contextlib
import re
import threading

import numpy as np
import pytest

import mxspec as s
from autoencoder import digits, families
from autoencoder.web.studio import Studio
from tests.autoencoder.web.browser import SCRIBBLE, THREE, draw, expect, opened, serving
from tests.autoencoder.web.conftest import png

pytestmark = pytest.mark.web


@pytest.fixture(scope="module")
def url(studio):
    """The address of a server in a thread of its own."""
    with serving(studio) as url:
        yield url


@pytest.fixture
def page(chromium, url):
    """The page, ready; what goes wrong in it fails the test, and so does a request to anybody else."""
    with contextlib.closing(chromium.new_page(viewport={"width": 1120, "height": 900})) as page:
        wrong = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on(
            "request",
            lambda sent: wrong.append(sent.url) if not sent.url.startswith((url, "data:")) else None,
        )
        page.goto(url)
        page.wait_for_selector("html[data-ready]", state="attached")
        yield page
        assert wrong == []


def upload(page, name, content):
    page.locator("#upload").set_input_files({"name": name, "mimeType": "image/png", "buffer": content})


def said_of(page, spec):
    return page.locator(f'#specs li[data-spec="{spec}"]')


def test_a_drawn_3_is_odd_and_a_scribble_is_neither_odd_nor_even(page):
    expect(page.locator("#reading")).to_have_text("Nothing is drawn yet.")
    draw(page, THREE)
    read = re.compile(r"^Read as 3, \d\d(\.\d)? % sure among the labels$")
    expect(page.locator("#reading")).to_have_text(read)
    expect(said_of(page, "digits/odd-image")).to_have_class("yes")
    expect(said_of(page, "digits/odd-image")).to_contain_text("✓")
    expect(said_of(page, "digits/even-image")).to_have_class("no")
    expect(said_of(page, "digits/even-image")).to_contain_text("does not fit: read as 3")
    expect(said_of(page, "digits/even-image")).to_contain_text("but even is required")
    for name in ("shown", "again", "difference"):
        expect(page.locator(f"#{name}")).to_be_visible()
    expect(page.locator("#again-caption")).to_have_text("drawn again, as 3")

    page.get_by_role("button", name="Erase").click()
    expect(page.locator("#reading")).to_have_text("Nothing is drawn yet.")
    assert page.locator("#specs li.yes, #specs li.no").count() == 0
    expect(page.locator("#shown")).to_be_hidden()

    draw(page, SCRIBBLE)
    expect(page.locator("#reading")).to_have_text("This is none of the labels.")
    expect(page.locator("#specs li.no")).to_have_count(4)
    expect(said_of(page, "digits/image")).to_contain_text("not recognised")

    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#reading")).to_have_text(re.compile("^Read as 3"))


def test_it_answers_while_one_draws(page):
    box = page.locator("#canvas").bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.15 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.85 * box["height"], steps=8)
    expect(page.locator("#reading")).to_have_text(re.compile("^Read as 1"))  # the button is still down
    page.mouse.up()


def test_a_finger_draws(chromium, url):
    with opened(chromium, url, viewport={"width": 390, "height": 844}, has_touch=True) as page:
        box = page.locator("#canvas").bounding_box()
        touch = page.context.new_cdp_session(page)
        x = box["x"] + box["width"] / 2
        for kind, share in [
            ("touchStart", 0.15),
            *(("touchMove", 0.15 + n / 20) for n in range(15)),
            ("touchEnd", 0),
        ]:
            points = [] if kind == "touchEnd" else [{"x": x, "y": box["y"] + share * box["height"]}]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        expect(page.locator("#reading")).to_have_text(re.compile("^Read as 1"))
        assert page.locator("body").bounding_box()["width"] <= 390  # nothing sticks out


def test_a_picture_is_uploaded_and_can_be_drawn_on(page, six):
    upload(page, "six.png", six)
    expect(page.locator("#reading")).to_have_text(re.compile("^Read as 6"))
    expect(said_of(page, "digits/even-image")).to_have_class("yes")
    expect(page.locator("#canvas")).to_have_attribute("aria-label", "Drawing area, with the picture six.png")
    draw(page, SCRIBBLE)
    expect(page.locator("#reading")).to_have_text("This is none of the labels.")


def test_a_photograph_of_more_bytes_than_the_server_takes_is_made_smaller(page, client):
    paper = 1 - np.kron(digits.generate(6).reshape(28, 28), np.ones((90, 90)))
    noise = np.random.default_rng(0).normal(0, 0.04, paper.shape)
    photograph = png(np.clip(0.8 * paper + noise, 0, 1))
    assert client.post("/look", content=photograph).status_code == 413
    upload(page, "photograph.png", photograph)
    expect(page.locator("#reading")).to_have_text(re.compile("^Read as 6"))


@pytest.mark.parametrize(
    "event",
    [
        'document.querySelector("#paper").dispatchEvent(new DragEvent("drop", { dataTransfer: files }))',
        'document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: files }))',
    ],
    ids=["dropped", "pasted"],
)
def test_a_picture_is_dropped_or_pasted(page, six, event):
    page.evaluate(
        f"""(bytes) => {{
          const files = new DataTransfer();
          files.items.add(new File([new Uint8Array(bytes)], "six.png", {{ type: "image/png" }}));
          {event};
        }}""",
        list(six),
    )
    expect(page.locator("#reading")).to_have_text(re.compile("^Read as 6"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no picture", "this is not a picture that can be read"),
        (bytes(5 * 2**20), "a body has 4,194,304 bytes at most; make the picture smaller"),
        (png(np.ones((9, 9))), "Nothing is drawn in x.png."),
    ],
    ids=["no picture", "a large file, no picture", "nothing on it"],
)
def test_a_file_without_a_digit_clears_what_was_there_and_undo_brings_it_back(chromium, url, content, words):
    with opened(chromium, url) as page:
        draw(page, THREE)
        expect(page.locator("#reading")).to_have_text(re.compile("^Read as 3"))
        upload(page, "x.png", content)
        expect(page.locator("#reading")).to_contain_text(words)
        expect(page.locator("#hint")).to_be_visible()
        expect(page.locator("#canvas")).to_have_attribute("aria-label", "Drawing area, empty")
        expect(page.locator("#shown")).to_be_hidden()
        assert page.locator("#specs li.yes, #specs li.no").count() == 0
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#reading")).to_have_text(re.compile("^Read as 3"))


@pytest.fixture
def slow_page(chromium, six):
    """A page whose server reads the picture of a 6 when it is told to; and what tells it."""
    released, reading = threading.Event(), threading.Event()

    class Slow(Studio):
        def look(self, content):
            if content == six:
                reading.set()
                released.wait(20)
            return super().look(content)

        def draw_one(self, *arguments):
            released.wait(20)
            return super().draw_one(*arguments)

    with serving(Slow(digits.family, "digits/odd-image", seed=1)) as url, opened(chromium, url) as page:
        page.released, page.reading = released, reading
        yield page
        released.set()


def test_of_two_uploads_the_last_wins_and_a_sign_of_work_is_shown_until_then(slow_page, six):
    four = png(digits.generate(4).reshape(28, 28))
    draw(slow_page, THREE)
    expect(slow_page.locator("#specs li.yes")).to_have_count(3)
    expect(slow_page.locator("#answers[data-asking]")).to_have_count(0)
    upload(slow_page, "six.png", six)
    expect(slow_page.locator("#reading")).to_have_text("Reading six.png…")
    expect(slow_page.locator("#answers[data-asking]")).to_have_count(1)
    assert slow_page.locator("#specs li.yes, #specs li.no").count() == 0
    assert slow_page.reading.wait(20)
    upload(slow_page, "four.png", four)
    expect(slow_page.locator("#reading")).to_have_text(re.compile("^Read as 4"))
    slow_page.released.set()
    slow_page.wait_for_timeout(1000)  # the slower answer comes, and changes nothing
    expect(slow_page.locator("#reading")).to_have_text(re.compile("^Read as 4"))
    expect(slow_page.locator("#canvas")).to_have_attribute(
        "aria-label", "Drawing area, with the picture four.png"
    )
    expect(slow_page.locator("#answers[data-asking]")).to_have_count(0)


def test_a_stroke_after_an_upload_wins(slow_page, six):
    upload(slow_page, "six.png", six)
    assert slow_page.reading.wait(20)
    draw(slow_page, THREE)
    expect(slow_page.locator("#reading")).to_have_text(re.compile("^Read as 3"))
    slow_page.released.set()
    slow_page.wait_for_timeout(1000)
    expect(slow_page.locator("#reading")).to_have_text(re.compile("^Read as 3"))
    expect(slow_page.locator("#canvas")).to_have_attribute("aria-label", "Drawing area, with your drawing")


def test_a_stroke_after_a_request_for_a_sample_wins(slow_page):
    slow_page.get_by_role("button", name="Draw one").click()
    draw(slow_page, THREE)
    expect(slow_page.locator("#reading")).to_have_text(re.compile("^Read as 3"))
    before = ink(slow_page)
    slow_page.released.set()
    slow_page.wait_for_timeout(1000)
    assert ink(slow_page) == before


def test_an_upload_gives_way_to_a_sample_and_the_page_says_what_is_on_the_paper(slow_page, six):
    upload(slow_page, "six.png", six)
    assert slow_page.reading.wait(20)
    slow_page.get_by_role("button", name="Show me one of digits/odd-image").click()
    expect(slow_page.locator("#reading")).to_have_text("Nothing is drawn yet.")
    slow_page.released.set()
    expect(slow_page.locator("#reading")).to_have_text(re.compile("^Read as [13579]"))


def test_the_keyboard_draws_and_erases(page):
    page.locator("#canvas").focus()
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    for _ in range(26):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator("#reading")).to_have_text(re.compile("^Read as 1"))
    expect(page.locator("#nib")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.locator("#reading")).to_have_text("Nothing is drawn yet.")
    page.keyboard.press("Control+z")  # and nothing is left to undo
    expect(page.locator("#reading")).to_have_text("Nothing is drawn yet.")


def test_all_that_acts_is_reached_by_keyboard_and_has_a_name(page):
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        if not page.locator(":focus").count():
            break  # past the last
        seen.append(page.locator(":focus").evaluate("node => node.id || node.ariaLabel || node.textContent"))
    assert {
        "canvas", "erase", "undo", "upload", "pen", "spec", "label", "draw-one", "plain", "style-1", "fits",
        "but-not", "find", "swap", "Show me one of digits/odd-image",
    } <= {*seen}  # fmt: skip
    snapshot = page.locator("body").aria_snapshot()
    assert not re.search(r"^\s*- (button|slider|combobox|img|link)\s*$", snapshot, re.MULTILINE), snapshot


def test_one_is_drawn_of_the_spec_that_is_chosen(page):
    said_of(page, "digits/even-image").get_by_role("button").click()
    expect(page.locator("#reading")).to_have_text(re.compile("^Read as [02468]"))
    expect(said_of(page, "digits/even-image")).to_have_class("yes")
    assert page.locator("#spec").input_value() == "digits/even-image"
    page.locator("#label").select_option("8")
    page.get_by_role("button", name="Draw one").click()
    expect(page.locator("#reading")).to_have_text(re.compile("^Read as 8"))


def ink(page):
    """The pixels of the paper, as one can see them."""
    return page.locator("#canvas").screenshot()


def test_a_slider_changes_the_style_of_the_picture(page):
    page.locator("#label").select_option("7")
    page.get_by_role("button", name="Draw one").click()
    expect(page.locator("#reading")).to_have_text(re.compile("^Read as 7"))
    page.get_by_role("button", name="Plain style").click()
    expect(page.locator("#style-1")).to_have_value("0")
    expect(page.locator("#reading")).to_have_text(re.compile("^Read as 7"))
    page.wait_for_load_state("networkidle")
    plain = ink(page)
    page.locator("#style-1").focus()
    with page.expect_response(re.compile("/one/digits/odd-image.*label=7")):
        page.keyboard.press("End")
    expect(page.locator("#main-sliders output").first).to_have_text("3.00")
    meanings = page.locator("#main-sliders label span").all_text_contents()
    assert meanings == ["slant", "thickness", "width", "4"]
    for _ in range(100):
        if ink(page) != plain:
            break
        page.wait_for_timeout(50)
    assert ink(page) != plain


def test_the_style_of_a_drawing_is_taken_by_the_sliders(page):
    draw(page, THREE)
    expect(page.locator("#mine")).to_be_enabled()
    page.get_by_role("button", name="Style of my drawing").click()
    expect(page.locator("#style-1")).not_to_have_value("0")
    expect(page.locator("#reading")).to_have_text(re.compile("^Read as 3"))


def test_a_counterexample_is_found_downloaded_and_put_on_the_paper(page, client):
    page.locator("#fits").select_option("digits/image")
    page.locator("#but-not").select_option("digits/even-image")
    page.get_by_role("button", name="Find a counterexample").click()
    expect(page.locator("#counter-said")).to_contain_text("but even is required")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download PNG").click()
    assert download.value.suggested_filename == "digits-image-not-digits-even-image.png"
    content = download.value.path().read_bytes()
    assert client.post("/valid/digits/image", content=content).status_code == 200
    assert client.post("/valid/digits/even-image", content=content).status_code == 422
    page.get_by_role("button", name="Put it on the paper").click()
    expect(said_of(page, "digits/even-image")).to_have_class("no")
    expect(said_of(page, "digits/odd-image")).to_have_class("yes")


def test_a_counterexample_is_dragged_out_as_a_file(page, client):
    page.locator("#but-not").select_option("digits/odd-image")
    page.get_by_role("button", name="Find a counterexample").click()
    expect(page.locator("#counter-image")).to_be_visible()
    # Where it leads is for another program; what that program gets is in the drag's data.
    with page.expect_event("console") as told:
        page.locator("#counter-image").evaluate(
            """image => image.addEventListener("dragstart", (event) =>
                   console.log(event.dataTransfer.getData("DownloadURL")))"""
        )
        page.locator("#counter-image").drag_to(page.locator("footer"))
    kind, name, address = told.value.text.split(":", 2)
    assert (kind, name) == ("image/png", "digits-image-not-digits-odd-image.png")
    response = page.request.get(address)
    assert client.post("/valid/digits/image", content=response.body()).status_code == 200
    assert client.post("/valid/digits/odd-image", content=response.body()).status_code == 422


def test_the_page_reports_a_missing_counterexample(page):
    page.locator("#fits").select_option("digits/odd-over-2-image")
    page.locator("#but-not").select_option("digits/image")
    page.get_by_role("button", name="Find a counterexample").click()
    expect(page.locator("#counter-said")).to_contain_text(
        re.compile(r"None of \d+ pictures fits digits/odd-over-2")
    )
    expect(page.locator("#found")).to_be_hidden()


def luminance(colour):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in np.array(colour) / 255]
    return np.dot([0.2126, 0.7152, 0.0722], linear)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_the_contrast_that_wcag_asks_for(chromium, url, scheme):
    with opened(chromium, url, color_scheme=scheme) as page:
        draw(page, THREE)
        expect(page.locator("#specs li.no")).to_have_count(1)
        page.wait_for_timeout(300)  # until colours have faded over
        pairs = page.evaluate(
            """() => [...document.querySelectorAll(
              "h1, h2, p, label, button, .button, figcaption, .said, .name, .mark, a, select, summary")]
            .filter((node) => node.checkVisibility() && node.textContent.trim())
            .map((node) => {
              const colour = (of) => getComputedStyle(of).backgroundColor;
              let ground = node;
              while (colour(ground) === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
              return [node.outerHTML.slice(0, 60), getComputedStyle(node).color, colour(ground)];
            })"""
        )
    assert len(pairs) > 30
    for words, *colours in pairs:
        light, dark = sorted(
            (luminance([int(part) for part in re.findall(r"\d+", colour)[:3]]) for colour in colours),
            reverse=True,
        )
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (words, colours)


def test_a_page_of_another_address_is_not_answered(chromium, url):
    """A name that leads to this computer, as a stranger's name server may have it."""
    with contextlib.closing(chromium.new_page()) as page:
        assert page.goto(url.replace("127.0.0.1", "localhost")).status == 200
        response = page.request.get(url, headers={"Host": "evil.example"})
        assert response.status == 400


@pytest.mark.parametrize(("path", "code"), [("", 200), ("about", 403), ("sample/digits/image.png", 403)])
def test_a_page_of_another_site_may_link_to_the_page_and_to_nothing_else(chromium, url, path, code):
    with contextlib.closing(chromium.new_page()) as page:
        page.goto(f"data:text/html,<a href='{url}{path}'>there</a>")  # a site of its own
        with page.expect_navigation() as answer:
            page.get_by_role("link").click()
        assert answer.value.status == code


def test_a_spec_of_the_users_own_has_its_reading_above_its_answer_and_other_styles_than_the_sliders(chromium):
    name = s.def_model_spec(
        "own/thin",
        {"thin"},
        lambda image: "bold" if image.mean() > 0.13 else "thin",
        lambda label, z: digits.generate(1, [*z]),
        input="digits/input",
        latent=lambda: s.gen(s.array((3,), min=-1, max=1)),
    )
    try:
        with serving(Studio(digits.family, name)) as url, opened(chromium, url) as page:
            page.get_by_role("button", name="Draw one").click()
            expect(page.locator("#reading")).to_have_text("Read as thin")
            expect(said_of(page, name)).to_have_class("yes")
            expect(page.locator("#style-1")).to_have_value("0")
            draw(page, SCRIBBLE)
            expect(page.locator("#reading")).to_have_text("Read as bold")
            expect(said_of(page, name)).to_have_class("no")
    finally:
        s.def_(name, None)


def test_networks_of_the_post_have_no_styles_and_no_confidence(chromium):
    with (
        serving(Studio(families.FAMILIES["mnist"], "mnist/odd-mnist-image")) as url,
        opened(chromium, url) as page,
    ):
        page.get_by_role("button", name="Draw one").click()
        expect(page.locator("#reading")).to_have_text(re.compile("^Read as [13579]$"))
        expect(page.locator("#style")).to_be_hidden()
        four = png(digits.generate(4).reshape(28, 28))
        upload(page, "4.png", four)
        expect(page.locator("#reading")).to_have_text("Read as 4")
