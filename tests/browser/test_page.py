"""report.html in Chromium: accessible, usable by keyboard, whole on paper, and deaf to what names say."""

import io
import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from assessor.demo import start
from assessor.model import archive
from assessor.model.parameters import Parameters
from assessor.model.verdict import Status
from assessor.reports.html import shown
from assessor.reports.html.drawing import maps
from assessor.reports.report import Report, Selection, make_report
from evaluators import CONTROLS
from tests.reports.many import HOSTILE, hostile, many, report_of
from tests.reports.sample import rich_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Stored = Callable[[Report], str]
Where = dict[str, Any]

LIGHT: Where = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"}
DARK: Where = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}
NARROW: Where = {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"}


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The invented company's report: real findings, real paths."""
    from assessor.collecting.request import CollectRequest
    from assessor.collecting.run import collect

    operations = tuple(dict.fromkeys(op for control in CONTROLS for op in control.operations("workload")))
    with start() as aws, pytest.MonkeyPatch.context() as patched:
        for name, value in aws.environment().items():
            patched.setenv(name, value)
        snapshot = collect(
            CollectRequest(
                operations=operations, regions=("us-east-1", "eu-west-1"), endpoint_url=aws.endpoint_url
            )
        )
    path = tmp_path_factory.mktemp("company") / "snapshot.json.gz"
    archive.write(snapshot, path)
    return make_report(
        archive.read(path),
        CONTROLS,
        Parameters(),
        Selection(),
        min_coverage=50.0,
        snapshot_sha256=archive.sha256_of(path),
    )


@contextmanager
def opened(browser: "Browser", address: str, **where: Any) -> Iterator["Page"]:
    """The page, watched: whatever it says on the console or asks of anybody is an error in the end."""
    context = browser.new_context(**{**LIGHT, **where})
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    yield page
    assert said == []
    assert set(asked) == {address}
    context.close()


def violations(page: "Page") -> list[str]:
    """What axe-core finds wrong, best practices among it."""
    source = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    page.evaluate(source)
    found = page.evaluate("axe.run(document)")
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("where", [LIGHT, DARK, NARROW], ids=["light", "dark", "narrow"])
@pytest.mark.parametrize("unfolded", [False, True], ids=["as it opens", "unfolded"])
def test_axe_finds_nothing(
    browser: "Browser", stored: Stored, company: Report, where: Where, unfolded: bool
) -> None:
    """0 violations of any axe rule, in both schemes and on a telephone."""
    with opened(browser, stored(company), **where) as page:
        if unfolded:
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert violations(page) == []


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_it_never_scrolls_sideways(browser: "Browser", stored: Stored, company: Report, width: int) -> None:
    """Everything reflows, drawings scroll in their own frame."""
    with opened(browser, stored(company), viewport={"width": width, "height": 800}) as page:
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_reads_without_javascript(browser: "Browser", stored: Stored) -> None:
    """Every finding is in the page, what needs work is visible, and no dead control is shown."""
    report = rich_report()
    with opened(browser, stored(report), java_script_enabled=False) as page:
        visible = squeezed(page.inner_text("body"))
        for row in report.findings:
            if row.status in (Status.FAIL, Status.NOT_ASSESSED, Status.MANUAL):
                assert squeezed(shown(row.observed)) in visible
        assert not page.is_visible("#tools")
        assert page.locator("button:visible").count() == 0
        page.locator("details.group summary").first.click()
        assert page.locator("details.group").first.get_attribute("open") is not None


def test_the_first_screen_says_what_matters(browser: "Browser", stored: Stored, company: Report) -> None:
    """Account, caller, time, digest and all seven items without scrolling."""
    with opened(browser, stored(company)) as page:
        for query in (".facts", *(f".items li:nth-child({n})" for n in range(1, 8))):
            box = page.locator(query).first.bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= 900
        facts = page.inner_text(".facts")
        run = company.snapshot.run
        for text in (
            run.accounts[0].id,
            run.accounts[0].caller,
            run.assessed_at,
            company.snapshot_sha256,
            "us-east-1",
        ):
            assert text in facts


def test_a_keyboard_is_enough(browser: "Browser", stored: Stored, company: Report) -> None:
    """Skip link, items, search, folding: each is reached by Tab, shows its focus and answers Enter or Space."""
    with opened(browser, stored(company)) as page:

        def focused() -> str:
            outline = page.evaluate(
                "(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle; })()"
            )
            assert outline != "none"
            return str(page.evaluate("document.activeElement.outerHTML")).split(">", 1)[0]

        page.keyboard.press("Tab")
        assert "skip" in focused()
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#findings"
        page.reload()
        page.evaluate("location.hash = ''")
        page.keyboard.press("Tab")
        for number in range(1, 8):
            page.keyboard.press("Tab")
            assert f"#item{number}" in focused()
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#item7"
        page.focus("#q")
        focused()
        page.keyboard.type("guardrail", delay=5)
        until(page, "document.getElementById('told').textContent !== ''")
        page.keyboard.press("Tab")
        assert "checkbox" in focused()
        page.keyboard.press("Space")
        page.locator("summary:visible").first.focus()
        before = page.evaluate("document.activeElement.parentElement.open")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.parentElement.open") is not before


def test_nothing_that_has_the_focus_lies_under_the_toolbar(
    browser: "Browser", stored: Stored, company: Report
) -> None:
    """The bar that stays on top leaves room for what is jumped to."""
    with opened(browser, stored(company)) as page:
        for number in range(1, 8):
            page.locator(f".items a[href='#item{number}']").click()
            top = page.evaluate(f"document.getElementById('item{number}').getBoundingClientRect().top")
            bar = page.evaluate("document.getElementById('tools').getBoundingClientRect().bottom")
            assert top >= bar - 1 or bar > 300


def test_search_and_filters_hide_rows_and_say_how_many(browser: "Browser", stored: Stored) -> None:
    """All words must be there; a group without a row left goes with them; clearing brings all back."""
    with opened(browser, stored(report_of(many(400, CONTROLS), CONTROLS))) as page:
        rows = page.locator(".c li")
        assert rows.count() == 400
        page.fill("#q", "gr00000041")
        until(page, "document.getElementById('told').textContent === '1 of 400 shown'")
        assert page.locator(".c li:visible").count() == 1
        page.fill("#q", "nothing like this")
        until(page, "document.getElementById('told').textContent === '0 of 400 shown'")
        assert page.locator(".group:visible").count() == 0
        page.fill("#q", "")
        until(page, "document.getElementById('told').textContent === ''")
        page.uncheck("input[value=critical]")
        critical = page.evaluate(
            "[...document.querySelectorAll('.c')].filter(c => c.querySelector('.v').textContent === 'critical')"
            ".reduce((n, c) => n + c.querySelectorAll('li').length, 0)"
        )
        assert page.inner_text("#told") == f"{400 - critical} of 400 shown"
        page.check("input[value=critical]")
        assert page.locator(".c li[hidden]").count() == 0


def test_five_thousand_findings_are_usable(browser: "Browser", stored: Stored) -> None:
    """The page opens, and a search answers, within two seconds each."""
    address = stored(report_of(many(5_000, CONTROLS), CONTROLS))
    began = time.monotonic()
    with opened(browser, address) as page:
        loaded = time.monotonic() - began
        began = time.monotonic()
        page.fill("#q", "gr00004321")
        until(page, "document.getElementById('told').textContent === '1 of 5000 shown'")
        searched = time.monotonic() - began
    assert loaded < 4
    assert searched < 2


def test_links_to_folded_rows_and_calls_arrive(browser: "Browser", stored: Stored, company: Report) -> None:
    """The number of a call leads to its command."""
    with opened(browser, stored(company)) as page:
        link = page.locator(".c li span a").first
        number = link.inner_text().split("-", maxsplit=1)[0]
        link.click()
        assert page.evaluate("location.hash") == f"#e{number}"
        assert page.inner_text(f"#e{number}").startswith("aws ")


def test_the_statement_can_be_copied(browser: "Browser", stored: Stored) -> None:
    """The button selects the statement and says what it did."""
    with opened(browser, stored(rich_report())) as page:
        page.click("[data-copy=grant]")
        until(page, "document.querySelector('[data-copy]').textContent !== 'Copy'")
        assert page.evaluate("getSelection().toString().trim()") == page.inner_text("#grant").strip()


@pytest.mark.parametrize("scripting", [True, False])
def test_injected_markup_is_refused(browser: "Browser", stored: Stored, scripting: bool) -> None:
    """No name runs, none becomes an element, and all can be read."""
    with opened(browser, stored(hostile()), java_script_enabled=scripting) as page:
        page.wait_for_timeout(300)
        if scripting:
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            assert page.evaluate("window.pwned") is None
        assert page.locator("img, iframe, object, svg[onload]").count() == 0
        assert page.locator("script").count() == 1
        said = squeezed(page.text_content("main") or "")
        for name in HOSTILE:
            assert squeezed(shown(f"name {name} seen"))[:60] in said


def test_the_policy_stops_what_escaping_would_let_through(browser: "Browser", stored: Stored) -> None:
    """A script, a style, a handler and a picture put into the page afterwards do nothing."""
    context = browser.new_context(**LIGHT)
    page = context.new_page()
    page.goto(stored(rich_report()))
    page.evaluate(
        """() => {
        window.refused = [];
        document.addEventListener("securitypolicyviolation", e => window.refused.push(e.effectiveDirective));
        const add = (tag, set) => { const e = document.createElement(tag); set(e); document.body.append(e); };
        add("script", e => { e.textContent = "window.pwned = 1"; });
        add("script", e => { e.src = "data:text/javascript,window.pwned=2"; });
        add("style", e => { e.textContent = "body { display: none }"; });
        add("img", e => { e.src = "data:image/gif;base64,R0lGODlhAQABAAAAACw="; });
        add("p", e => { e.setAttribute("style", "position: fixed"); e.innerHTML = "<b onclick='pwned = 3'>x</b>"; });
        add("iframe", e => { e.src = "data:text/html,x"; });
        document.querySelector("p > b[onclick]").click();
        }"""
    )
    until(page, "window.refused.length >= 7")
    refused = set(page.evaluate("window.refused"))
    assert page.evaluate("window.pwned") is None
    assert page.is_visible("h1")
    assert {
        "script-src-elem",
        "style-src-elem",
        "img-src",
        "style-src-attr",
        "script-src-attr",
        "frame-src",
    } <= refused
    context.close()


def test_paper_shows_every_failure_and_every_row_not_assessed(
    browser: "Browser", stored: Stored, company: Report
) -> None:
    """Also when a search hides them on the screen; A4, and with the seven items."""
    from pypdf import PdfReader

    with opened(browser, stored(company)) as page:
        page.fill("#q", "nothing like this")
        until(page, "document.getElementById('told').textContent.startsWith('0 of')")
        printed = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
    assert round(float(printed.pages[0].mediabox.width)) == 595
    text = squeezed("".join(one.extract_text() for one in printed.pages))
    expected = [
        row for row in company.findings if row.status in (Status.FAIL, Status.NOT_ASSESSED, Status.MANUAL)
    ]
    assert len(expected) > 20
    missing = [row.observed for row in expected if squeezed(shown(row.observed)) not in text]
    assert missing == []
    for item in company.items:
        assert squeezed(item.item.title) in text


def test_paths_are_drawn_with_the_evidence_of_each_hop(
    browser: "Browser", stored: Stored, company: Report
) -> None:
    """Every drawn line has its number, and the list below says what it rests on."""
    with opened(browser, stored(company)) as page:
        figures = page.locator("figure")
        assert figures.count() == sum(len(one.drawings) for one in maps(company)) > 3
        for n in range(figures.count()):
            figure = figures.nth(n)
            hops = figure.locator(".hops li").count()
            assert figure.locator("path").count() == figure.locator("text.k").count() == hops > 0
            overlapping = figure.locator("text.k").evaluate_all(
                "all => { const at = all.map(e => [+e.getAttribute('x'), +e.getAttribute('y')]);"
                "return at.some((a, i) => at.some((b, j) => i < j && Math.hypot(a[0]-b[0], a[1]-b[1]) < 8)); }"
            )
            assert not overlapping


def until(page: "Page", condition: str) -> None:
    """Wait until a condition holds; asked from outside, since the page's policy lets nothing be evaluated within."""
    end = time.monotonic() + 5
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(20)


def squeezed(text: str) -> str:
    """Without white space, hyphens and ligatures: lines, pages and fonts make of them what they like."""
    return re.sub(r"[\s\u00ad\u200b-]", "", unicodedata.normalize("NFKC", text))
