"""A browser, a server for it, and a hand that draws."""

import contextlib
import os
import shutil
import threading

BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]

# Of the paper: right and down, 0 to 1.
THREE = [
    (0.30, 0.28), (0.40, 0.18), (0.55, 0.16), (0.66, 0.24), (0.66, 0.36), (0.56, 0.45), (0.44, 0.48),
    (0.56, 0.50), (0.68, 0.58), (0.70, 0.72), (0.60, 0.83), (0.44, 0.85), (0.30, 0.78),
]  # fmt: skip
SCRIBBLE = [
    (0.2, 0.2), (0.8, 0.8), (0.3, 0.7), (0.7, 0.15), (0.2, 0.5), (0.85, 0.45), (0.4, 0.9), (0.5, 0.1),
    (0.15, 0.8), (0.9, 0.2), (0.1, 0.35), (0.6, 0.6),
]  # fmt: skip


def launch(playwright):
    """Return the browser that the environment variable CHROMIUM names, or one that is there."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    # Chromium's sandbox does not start for root, as whom CI runs.
    return playwright.chromium.launch(
        executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else []
    )


@contextlib.contextmanager
def serving(studio, host="127.0.0.1", **options):
    """Serve a studio from a thread; the value is its address."""
    from autoencoder.web.app import create_app
    from autoencoder.web.serve import address, listen, server

    listening = listen(host, 0)
    running = server(create_app(studio, host), **options)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield address(listening, host)
    finally:
        running.should_exit = True
        thread.join()
        listening.close()


@contextlib.contextmanager
def opened(browser, url, **options):
    """Open a page and wait until it is ready."""
    with contextlib.closing(browser.new_page(**options)) as page:
        page.goto(url)
        page.wait_for_selector("html[data-ready]", state="attached")
        yield page


def expect(locator):
    """Expect something of a part of the page within 20 seconds."""
    from playwright import sync_api

    sync_api.expect.set_options(timeout=20_000)
    return sync_api.expect(locator)


def draw(page, points):
    """Draw a line on the paper with the mouse."""
    page.locator("#canvas").scroll_into_view_if_needed()
    box = page.locator("#canvas").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()
