"""Debian's Chromium, where it is."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Playwright

PATH = shutil.which("chromium")

needed = pytest.mark.skipif(
    PATH is None,
    reason="NO BROWSER: pages were not looked at; install Debian's package chromium for it",
)


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """A browser without a window. It has no sandbox as root, where Chromium refuses one."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = playwright.chromium.launch(executable_path=PATH, args=arguments)
    try:
        yield browser
    finally:
        browser.close()
