"""Tests in a real browser. They run with ``make browser-test`` and nowhere else: they need Debian's Chromium.

Without ``BROWSER_TESTS=1`` in the environment nothing here is collected.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assessor.reports import html
from assessor.reports.report import Report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")

collect_ignore_glob = [] if os.environ.get("BROWSER_TESTS") == "1" else ["test_*.py"]


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Chromium, headless, with nothing of its own on the network."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is missing: apt-get install chromium, or name another one with CHROMIUM=")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def stored(tmp_path: Path) -> Callable[[Report], str]:
    """A report's page as a file, and the file's address."""

    def store(report: Report) -> str:
        path = tmp_path / "report.html"
        with path.open("wb") as out:
            html.write(report, out)
        return path.as_uri()

    return store
