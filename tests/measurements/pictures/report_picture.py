"""The picture of the page about a profile, for the documentation (`make screenshots`).

$ python -m tests.measurements.pictures.report_picture results/report.png
"""

import datetime as dt
import random
import sys
import tempfile
from pathlib import Path

import mxspec as s
from mxspec.promises.state_file import update_state
from tests.autoencoder.web.browser import launch

NIGHTS = 30
SIZE = {"width": 1000, "height": 1120}


def orders(source, n):
    """Draw n orders."""
    return [
        {
            "plan": source.choice(["free", "pro", "pro", "team"]),
            "age": min(91, max(18, round(source.gauss(40, 12)))),
            "price": None if source.random() < 0.1 else round(source.expovariate(0.05), 2),
            "ordered": dt.date(2025, 1, 1) + dt.timedelta(days=source.randrange(300)),
        }
        for _ in range(n)
    ]


def main(target):
    """Write the page of 3,000 orders and of 30 nights, and photograph it without its date."""
    from playwright.sync_api import sync_playwright  # which only this needs, of what pytest looks through

    source = random.Random(0)
    contract = s.infer(orders(source, 5000), refuse=0.02)
    rows = orders(source, 3000)
    rows[::90] = ({**row, "age": source.randrange(100, 300)} for row in rows[::90])
    rows[7::200] = ({**row, "plan": "fre"} for row in rows[7::200])
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page, state = Path(folder, "page.html"), Path(folder, "state.json")
        for night in range(NIGHTS):
            some = [*orders(source, 400), *rows[: 90 * (night > 25) : 90]]
            update_state(state, {None: s.profile(contract, some)}, s.promise(contract), f"night {night + 1}")
        s.profile(contract, rows).report(page, rows=rows, state=state)
        browser = launch(playwright)
        shown = browser.new_page(viewport=SIZE)
        shown.goto(page.as_uri())
        shown.evaluate("document.querySelector('main > p').remove()")
        shown.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
