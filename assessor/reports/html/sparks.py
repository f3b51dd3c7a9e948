"""A small drawing of each item's score over time, where earlier runs are known: no script, no style in place.

The band reaches from the low end of the score to its high end, the line is the low end. Time runs evenly from the
first run to this one; where an item had no score, the drawing has a gap.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise

from assessor.reports.report import Report
from assessor.reports.words import plural

WIDTH, HEIGHT = 200, 48
_MARGIN = 3
"""Above and below, so that a line at 0 or 100 keeps its width."""


@dataclass(frozen=True, slots=True)
class Spark:
    """One item's drawing. ``words``: what it shows, for whoever does not see it; ``since``: what stands below it."""

    bands: tuple[str, ...]
    lows: tuple[str, ...]
    now: str
    words: str
    since: str


@dataclass(frozen=True, slots=True)
class _Point:
    """An item's score in one run; None where nothing applied."""

    day: str
    at: float
    score: tuple[float, float] | None


def sparks(report: Report) -> Mapping[int, Spark]:
    """The drawings, by the item's number; none where no earlier run is known or an item never had a score."""
    if not report.history:
        return {}
    found: dict[int, Spark] = {}
    for item in report.items:
        number = int(item.item)
        now = None if item.low is None or item.high is None else (item.low, item.high)
        points = list(_placed([*_earlier(report, number), (report.snapshot.run.assessed_at, now)]))
        if any(point.score for point in points[:-1]):
            found[number] = _spark(points)
    return found


def _earlier(report: Report, number: int) -> Iterator[tuple[str, tuple[float, float] | None]]:
    for run in report.history:
        score = next((item["score"] for item in run.items if int(item["item"]) == number), None)
        known = score is not None and score["low"] is not None and score["high"] is not None
        yield run.assessed_at, (float(score["low"]), float(score["high"])) if score and known else None


def _placed(scores: Sequence[tuple[str, tuple[float, float] | None]]) -> Iterator[_Point]:
    times = [datetime.fromisoformat(when) for when, _ in scores]
    span = (times[-1] - times[0]).total_seconds() or 1.0
    for time, (_, score) in zip(times, scores, strict=True):
        yield _Point(f"{time:%Y-%m-%d}", WIDTH * (time - times[0]).total_seconds() / span, score)


def _spark(points: Sequence[_Point]) -> Spark:
    stretches = [
        list(group) for known, group in groupby(points, key=lambda one: one.score is not None) if known
    ]
    first, last = next(point for point in points if point.score), points[-1]
    return Spark(
        tuple(_band(stretch) for stretch in stretches),
        tuple(_line((one.at, one.score[0]) for one in stretch if one.score) for stretch in stretches),
        f"M{WIDTH} {_y(last.score[0])}V{_y(last.score[1])}" if last.score else "",
        _words(points, first),
        f"since {points[0].day}",
    )


def _band(stretch: Sequence[_Point]) -> str:
    scores = [(one.at, one.score) for one in stretch if one.score]
    return (
        _line([*((at, high) for at, (_, high) in scores), *((at, low) for at, (low, _) in reversed(scores))])
        + "z"
    )


def _line(points: Iterable[tuple[float, float]]) -> str:
    """Points joined, each by its distance from the one before; a single one is drawn as a dot, a line without length."""
    found = [(round(at), _y(value)) for at, value in points]
    steps = [(x - x0, y - y0) for (x0, y0), (x, y) in pairwise(found)] or [(0, 0)]
    joined = " ".join(f"{x} {y}" for x, y in steps).replace(" -", "-")
    return f"M{found[0][0]} {found[0][1]}l{joined}"


def _y(value: float) -> int:
    return round(HEIGHT - _MARGIN - (HEIGHT - 2 * _MARGIN) * value / 100)


def _words(points: Sequence[_Point], first: _Point) -> str:
    """``score in 12 runs since 2026-09-01: 40.0 to 62.5 at first, 30.0 to 35.0 at the lowest (2026-10-02), 55.0 now``."""
    scored = [point for point in points if point.score]
    lowest = min(scored, key=lambda one: one.score or (0.0, 0.0))
    last = points[-1]
    said = [f"{_interval(first.score)} at first"]
    if lowest.score not in (first.score, last.score):
        said.append(f"{_interval(lowest.score)} at the lowest ({lowest.day})")
    said.append(f"{_interval(last.score)} now" if last.score else "none now")
    return f"score in {plural(len(points), 'run')} since {points[0].day}: {', '.join(said)}"


def _interval(score: tuple[float, float] | None) -> str:
    low, high = score or (0.0, 0.0)
    return f"{low:.1f}" if low == high else f"{low:.1f} to {high:.1f}"


__all__ = ["Spark", "sparks"]
