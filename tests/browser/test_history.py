"""The score over time in Chromium: accessible, within the first screen, whole on a telephone and on paper."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assessor.history.runs import SHOWN
from assessor.reports.report import Report
from evaluators import CONTROLS
from tests.browser.test_page import DARK, LIGHT, NARROW, Where, opened, squeezed, violations
from tests.reports.many import many, report_of
from tests.reports.test_sparks import before

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Stored = Callable[[Report], str]

SPARKS = ".items svg.spark"


@pytest.fixture(scope="module")
def developed() -> Report:
    """Four hundred findings after thirty nights: up, down, and a night without a score."""
    report = report_of(many(400, CONTROLS), CONTROLS)
    nights = [(20.0 + n % 17 * 3, 45.0 + n % 17 * 3) if n != 12 else None for n in range(SHOWN)]
    return replace(report, history=before(report, *nights))


@pytest.mark.parametrize("where", [LIGHT, DARK, NARROW], ids=["light", "dark", "narrow"])
def test_axe_finds_nothing(browser: "Browser", stored: Stored, developed: Report, where: Where) -> None:
    """0 violations with the drawings in the page."""
    with opened(browser, stored(developed), **where) as page:
        assert page.locator(SPARKS).count() == 7
        assert violations(page) == []


def test_each_row_says_its_development(browser: "Browser", stored: Stored, developed: Report) -> None:
    """In the accessible name of the link that the row is, once."""
    with opened(browser, stored(developed), java_script_enabled=False) as page:
        told = page.locator(".items").aria_snapshot()
    links = re.findall(r"link [\"'].*", told)
    assert len(links) == 7
    assert all(link.count("score in 31 runs since ") == link.count("at first") == 1 for link in links)


@pytest.mark.parametrize("width", [1280, 980, 800, 390, 320])
def test_the_drawings_have_room(browser: "Browser", stored: Stored, developed: Report, width: int) -> None:
    """They are seen at any width, are as wide as they are meant to be, and nothing scrolls sideways."""
    with opened(browser, stored(developed), viewport={"width": width, "height": 900}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for n in range(7):
            box = page.locator(SPARKS).nth(n).bounding_box()
            assert box is not None
            assert box["width"] >= 90
            assert box["height"] == 24
            if width == 1280:
                assert box["y"] + box["height"] <= 900


def test_paper_shows_them(browser: "Browser", stored: Stored, developed: Report) -> None:
    """Each row with the day its drawing begins."""
    from pypdf import PdfReader

    with opened(browser, stored(developed)) as page:
        printed = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
    text = squeezed("".join(one.extract_text() for one in printed.pages))
    assert text.count(squeezed(f"since {developed.history[0].assessed_at[:10]}")) == 7
