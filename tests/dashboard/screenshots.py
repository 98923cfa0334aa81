"""`make screenshots`: a picture of every page, on the sample, for a wide and a narrow window.

Those of the README are the upper parts of two of them, and lie beside the folder of all.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from intake.sample import CONSULTATION, sample_consultation
from tests.dashboard.chromium import launched
from tests.dashboard.pages import LETTERS, pages
from tests.dashboard.serving import served
from tests.system.running import System

TOPIC = "heron-lane"
WIDTHS = (1280, 390)
IN_README = ("topic", "letter")
README_HEIGHT = 1500


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sample() as system, served(system.kafka, system.clickhouse) as address:
        [(letter,)] = system.query(LETTERS, consultation=CONSULTATION, topic="market-hall")
        found = pages(CONSULTATION, TOPIC, None) | {
            "letter": pages(CONSULTATION, "market-hall", letter)["letter"]
        }
        with sync_playwright() as playwright, launched(playwright) as browser:
            for width in WIDTHS:
                page = browser.new_page(viewport={"width": width, "height": 900})
                for name, path in found.items():
                    page.goto(address + path, wait_until="networkidle")
                    to = folder / f"{name}-{width}.png"
                    page.screenshot(path=to, full_page=True)
                    sys.stdout.write(f"{to}\n")
            page = browser.new_page(viewport={"width": WIDTHS[0], "height": README_HEIGHT})
            for name in IN_README:
                page.goto(address + found[name], wait_until="networkidle")
                page.screenshot(path=folder.parent / f"{name}.png")


@contextmanager
def sample() -> Iterator[System]:
    with tempfile.TemporaryDirectory(prefix="isegoria-screenshots-") as folder:
        system = System(Path(folder))
        system.up()
        try:
            system.publish(sample_consultation().events)
            system.wait()
            yield system
        finally:
            system.cli("down")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
