"""report.html: what it holds, how large it is, and that nothing in it can act."""

import base64
import hashlib
import io
import re
import tracemalloc
from dataclasses import replace
from functools import wraps
from html.parser import HTMLParser

import pytest

from assessor.history.runs import SHOWN
from assessor.model.parameters import Parameters
from assessor.model.verdict import Status
from assessor.model.view import View
from assessor.reports import html
from assessor.reports.html import view
from assessor.reports.permissions import statement_line
from assessor.reports.report import Report, Selection, make_report
from assessor.workload import build
from assessor.workload.workload import Workload
from evaluators import CONTROLS
from tests.reports.many import HOSTILE, hostile, many, report_of
from tests.reports.sample import rich_report
from tests.reports.test_sparks import before
from tests.reports.wide import thinned, wide_report
from tests.workload.accounts import plain_workload, snapshot


def written(report: Report) -> str:
    """The page, as text."""
    out = io.BytesIO()
    html.write(report, out)
    return out.getvalue().decode("utf-8")


class Reader(HTMLParser):
    """Tags, attributes and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag."""
        given = dict(attrs)
        self.tags.append((tag, given))
        if given.get("id"):
            self.ids.append(str(given["id"]))

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.texts.append(data)


@pytest.mark.parametrize(("count", "limit"), [(400, 250_000), (5_000, 3_000_000)])
def test_the_page_stays_small(count: int, limit: int) -> None:
    """400 findings of all controls take less than 250 KB, 5,000 less than 3 MB, and all of them are shown."""
    page = written(report_of(many(count, CONTROLS), CONTROLS))
    assert len(page.encode()) < limit
    assert len(re.findall(r"<li[^>]*><b>[^<]*</b> <i>", page)) == count


def test_a_real_account_stays_small() -> None:
    """400 findings of the invented company, paths drawn, take less than 250 KB; thirty nights before them add few."""
    report = thinned(wide_report(), 400)
    page = written(report)
    assert page.count("<figcaption>") > 3
    assert len(re.findall(r"<li[^>]*><b>[^<]*</b> <i>", page)) == 400
    assert len(page.encode()) < 250_000
    nights = before(report, *((n * 37 % 61 + 0.5, n * 37 % 61 + 38.5) for n in range(SHOWN)))
    drawn = written(replace(report, history=nights))
    assert drawn.count("class=spark ") >= 6
    assert len(drawn.encode()) - len(page.encode()) < 7_000


def test_a_large_account_stays_below_three_megabytes() -> None:
    """The company in twenty Regions: as many rows as a page shows."""
    report = wide_report(further=18)
    page = written(report)
    assert len(report.findings) > 5_000
    assert len(re.findall(r"<li[^>]*><b>[^<]*</b> <i>", page)) > 4_900
    assert len(page.encode()) < 3_000_000


def test_the_policy_names_the_style_and_the_script_by_their_hashes() -> None:
    """Nothing may be loaded, and nothing else may run."""
    page = written(rich_report())
    policy = re.search(r'Content-Security-Policy content="([^"]+)"', page)
    assert policy is not None
    said = policy.group(1).replace("&#39;", "'")
    assert said.startswith("default-src 'none'; ")
    assert "unsafe" not in said
    for tag in ("style", "script"):
        text = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert len(text) == 1
        digest = base64.b64encode(hashlib.sha256(text[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in said


def test_nothing_is_loaded_and_nothing_is_styled_or_scripted_in_place() -> None:
    """No address but those of the page itself, no style attribute, no event attribute."""
    for tag, given in Reader(written(hostile())).tags:
        assert tag not in {"img", "iframe", "link", "object", "form"}
        for name, value in given.items():
            assert name != "style"
            assert not name.startswith("on")
            if name in {"href", "src", "action", "xlink:href"}:
                assert str(value).startswith("#")


def test_ids_are_unique_and_links_lead_somewhere() -> None:
    """Every number of a call, every item and every drawing can be reached."""
    read = Reader(written(report_of(many(400, CONTROLS), CONTROLS)))
    assert len(read.ids) == len(set(read.ids))
    targets = {str(given["href"])[1:] for _, given in read.tags if given.get("href")}
    assert targets <= set(read.ids)


def test_groups_come_in_the_order_of_work() -> None:
    """Failed, not assessed, to ask; then, folded with their counts, what needs no work."""
    page = written(rich_report())
    fourth = page[page.index("id=item4") : page.index("id=item5")]
    groups = re.findall(r'<(div|details) class="group x-(\w+)', fourth)
    assert groups == [
        ("div", "FAIL"),
        ("div", "NOT_ASSESSED"),
        ("div", "MANUAL"),
        ("details", "PASS"),
        ("details", "ATTESTED"),
        ("details", "WAIVED"),
        ("details", "NOT_APPLICABLE"),
        ("details", "INFO"),
    ]
    assert "</svg>Passed <small>1</small>" in fourth


def test_the_missing_permissions_are_one_statement_to_paste() -> None:
    """The box names every reason, and the statement is what the other files say."""
    report = rich_report()
    texts = "".join(Reader(written(report)).texts)
    assert report.missing
    assert statement_line(report.missing) in texts
    assert "only you can say what is allowed; set the parameter" in texts


def test_what_is_common_is_said_once() -> None:
    """A control is explained where it first needs work; calls that all its rows share stand under it."""
    page = written(report_of(many(200)))
    for words in ("Nothing else stands between a prompt and a model.", "Create a guardrail."):
        assert page.count(words) == 1
    assert page.count("aws bedrock list-guardrails --region us-east-1") == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_shown_and_not_obeyed(text: str) -> None:
    """They can be recognised, on one line, with everything invisible spelled out, and make no markup."""
    page = written(hostile())
    assert text not in page or not re.search(r"[<>&\x00-\x1f\u2028\u202e\ud800]", text)
    start = html.shown(text)[:40].split(" ")[0]
    assert start in " ".join(Reader(page).texts)
    for char in ("\x1b", "\u202e", "\u2028", "\x00"):
        assert char not in page
    assert "xxxx… (" in page


def test_rows_beyond_the_limit_are_in_the_csv_and_the_page_says_so() -> None:
    """Every control is there, what failed first; memory does not grow with what is not shown."""
    findings = many(40_000, CONTROLS)
    report = report_of(findings, CONTROLS)
    page = written(report)
    shown = len(re.findall(r"<li[^>]*><b>[^<]*</b> <i>", page))
    assert 0.9 * view.ROW_LIMIT < shown <= view.ROW_LIMIT
    assert f"{shown:,} findings of 40,000 are shown" in page
    assert "more of this control in findings.csv" in page
    failing = {row.control_id for row in findings if row.status is Status.FAIL}
    made = view.page(report)
    assert failing == {
        block.control_id
        for section in made.sections
        for group in section.groups
        if group.status is Status.FAIL
        for block in group.blocks
    }
    assert all(
        section.score.counts == item.counts for section, item in zip(made.sections, report.items, strict=True)
    )


def test_memory_is_bounded() -> None:
    """Three times the rows beyond the limit take no more memory."""

    def peak(count: int) -> int:
        report = report_of(many(count))
        written(report_of(many(10)))
        tracemalloc.start()
        html.write(report, io.BufferedWriter(_Nowhere()))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(60_000) < 1.2 * peak(20_000)


class _Nowhere(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        return len(data)  # type: ignore[arg-type]


def test_an_account_that_answers_nothing_has_a_page() -> None:
    """No finding passes, every item says why, and the page still holds."""
    page = written(report_of([]))
    assert page.count("No chosen control asks about this item.") == 7
    assert "no score, coverage -" in page


def test_the_page_is_the_same_every_time() -> None:
    """The same run gives the same bytes."""
    assert written(rich_report()) == written(rich_report())


def test_calls_that_follow_one_another_are_one_link() -> None:
    """Three or more of them."""
    assert html.runs((1, 3, 4, 5, 8, 9)) == [(1, 1), (3, 5), (8, 8), (9, 9)]
    assert html.runs(()) == []


def test_the_page_draws_the_graph_that_the_controls_were_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    """A graph of a large account takes seconds: it is built once in a run, and the page is the same."""
    built: list[str] = []
    real = build.__dict__["_built"]

    @wraps(real)
    def counting(aws: View) -> Workload:
        built.append(aws.account_id)
        made: Workload = real(aws)
        return made

    monkeypatch.setattr(build, "_built", counting)
    aware = [control for control in CONTROLS if control.workload_aware]
    report = make_report(
        snapshot(plain_workload()), aware, Parameters(), Selection(), min_coverage=50.0, snapshot_sha256=""
    )
    page = written(report)
    assert page.count("<figcaption>") == 1
    assert len(built) == 1
    assert written(replace(report, derived={})) == page
    assert len(built) == 2
