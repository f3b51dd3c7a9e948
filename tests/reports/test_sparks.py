"""The score over time on the page: drawn where earlier runs are known, and nothing of it where they are not."""

import base64
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from assessor.history.runs import SHOWN, RunSummary
from assessor.reports import html
from assessor.reports.findings_json import item_json
from assessor.reports.html.sparks import HEIGHT, WIDTH, sparks
from assessor.reports.report import Report
from evaluators import CONTROLS
from tests.reports.many import many, report_of
from tests.reports.sample import rich_report

Score = tuple[float, float] | None


def before(report: Report, *scores: Score) -> list[RunSummary]:
    """Earlier runs, a day apart, the last a day before the report; all items have the same score."""
    now = datetime.fromisoformat(report.snapshot.run.assessed_at)
    return [
        RunSummary(
            f"run {n}",
            {
                **report.run,
                "run_id": f"earlier-{n}",
                "assessed_at": f"{now - timedelta(days=len(scores) - n):%Y-%m-%dT%H:%M:%SZ}",
            },
            [
                {
                    **item_json(item),
                    "score": {"low": score[0] if score else None, "high": score[1] if score else None},
                }
                for item in report.items
            ],
        )
        for n, score in enumerate(scores)
    ]


def with_scores(*scores: Score) -> Report:
    """The rich report after runs with these scores."""
    report = rich_report()
    return replace(report, history=before(report, *scores))


def written(report: Report) -> str:
    """The page."""
    out = io.BytesIO()
    html.write(report, out)
    return out.getvalue().decode()


def points(d: str) -> list[tuple[float, float]]:
    """The points of a path, whose steps are distances."""
    start, _, steps = d.removesuffix("z").removeprefix("M").partition("l")
    numbers = [float(text) for text in re.findall(r"-?\d+", f"{start} {steps}")]
    return list(
        accumulate(zip(numbers[::2], numbers[1::2], strict=True), lambda a, b: (a[0] + b[0], a[1] + b[1]))
    )


def scored(report: Report) -> Sequence[int]:
    """Numbers of the items that have a score."""
    return [int(item.item) for item in report.items if item.low is not None]


def test_without_history_the_page_holds_nothing_of_it() -> None:
    """Not even its style: the bytes are those of a page that knows of no history."""
    page = written(rich_report())
    assert not re.search(r"spark|class=over|History", page)
    unscored = written(with_scores(None, None))
    assert unscored == page


def test_every_item_has_a_line_and_says_what_it_shows() -> None:
    """Seven rows, each with a drawing whose text names the first interval, the lowest and the one of now."""
    report = with_scores((40.0, 62.5), (10.0, 20.0), (50.0, 50.0))
    page = written(report)
    drawn = re.findall(r'<svg class=spark [^>]*role=img aria-label="([^"]+)">', page)
    assert len(drawn) == len(report.items) == 7
    fourth = next(item for item in report.items if int(item.item) == 4)
    assert drawn[3] == (
        "score in 4 runs since 2025-12-29: 40.0 to 62.5 at first, "
        + ("10.0 to 20.0 at the lowest (2025-12-30), " if (fourth.low or 0.0) > 10.0 else "")
        + f"{fourth.low} to {fourth.high} now"
    )
    assert "3 earlier runs that asked the same" in page


def test_the_line_is_the_low_end_and_the_band_reaches_to_the_high_end() -> None:
    """From the left edge to the right one by time, better is higher; the stroke at the right is this run."""
    report = with_scores((20.0, 60.0), (40.0, 80.0))
    for item in report.items:
        drawing = sparks(report)[int(item.item)]
        (low,) = map(points, drawing.lows)
        (band,) = map(points, drawing.bands)
        if item.low is None:
            assert drawing.now == ""
            continue
        assert [x for x, _ in low] == [0.0, WIDTH / 2, WIDTH]
        assert low[0][1] > low[1][1]
        assert band[:3] == [(x, band[n][1]) for n, (x, _) in enumerate(low)]
        assert band[3:] == low[::-1]
        assert all(high <= lower for (_, high), (_, lower) in zip(band, low, strict=False))
        assert all(0 <= y <= HEIGHT for _, y in band)


def test_a_run_without_a_score_leaves_a_gap() -> None:
    """The line breaks there; a run alone between two gaps is a dot, and an item that has no score now says so."""
    report = with_scores((20.0, 60.0), None, (40.0, 80.0), None)
    with_score, without = scored(report)[0], [n for n in range(1, 8) if n not in scored(report)]
    drawing = sparks(report)[with_score]
    assert len(drawing.lows) == len(drawing.bands) == 3
    assert len(set(points(drawing.lows[0]))) == 1
    for number in without:
        assert sparks(report)[number].words.endswith("none now")


def test_the_policy_admits_the_drawings_style_by_its_hash() -> None:
    """One style, no script, nothing in place."""
    page = written(with_scores((20.0, 60.0)))
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert ".spark" in style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page.replace("&#39;", "'")
    assert " style=" not in page
    assert page.count("<script>") == 1


def test_thirty_nights_keep_the_page_small() -> None:
    """400 findings after thirty nights stay below 250 KB."""
    report = report_of(many(400, CONTROLS), CONTROLS)
    nights = before(report, *((n * 37 % 61 + 0.5, n * 37 % 61 + 38.5) for n in range(SHOWN)))
    page = written(replace(report, history=nights))
    assert page.count("class=spark ") == 7
    assert len(page.encode()) < 250_000


def test_nothing_of_an_earlier_run_becomes_markup() -> None:
    """Its texts are not drawn; its numbers are numbers and its time is a time, whatever the file says of them."""
    report = rich_report()
    (earlier,) = before(report, (20.0, 60.0))
    texts: dict[str, Any] = {"title": "<img src=x>", "readiness": "<script>1</script>", "blockers": ["<b>"]}
    hostile = RunSummary(
        "</script>", {**earlier.run, "run_id": "<i>"}, [{**item, **texts} for item in earlier.items]
    )
    assert written(replace(report, history=[hostile])) == written(replace(report, history=[earlier]))
