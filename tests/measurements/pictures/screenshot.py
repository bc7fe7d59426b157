"""Pictures of the page for README (`make screenshots`).

$ python -m tests.measurements.pictures.screenshot results
"""

import sys
from pathlib import Path

from autoencoder import digits
from autoencoder.web.studio import Studio
from tests.autoencoder.web.browser import THREE, draw, expect, launch, opened, serving

SIZE = {"width": 1120, "height": 780}


def main(folder):
    """Draw a 3 on the page, in light and dark mode, and write draw.png and draw-dark.png."""
    from playwright.sync_api import sync_playwright  # which only this needs, of what pytest looks through

    with serving(Studio(digits.family, "digits/odd-image", seed=1)) as url, sync_playwright() as playwright:
        browser = launch(playwright)
        for name, scheme in [("draw", "light"), ("draw-dark", "dark")]:
            with opened(browser, url, viewport=SIZE, color_scheme=scheme) as page:
                draw(page, THREE)
                expect(page.locator("#specs li.no")).to_have_count(1)
                page.wait_for_timeout(500)  # until the last stroke is answered and colours have faded over
                page.screenshot(path=Path(folder) / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
