"""The items' intervals over time, as an SVG with seven small panels: no library, no script, light and dark."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from assessor.reports.text import visible

if TYPE_CHECKING:
    import pandas as pd

_WIDTH, _PANEL, _LEFT, _RIGHT, _TOP = 760, 92, 230, 96, 46
_HEIGHT = 60  # of the curve in its panel

_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1c2024}.m{fill:#57606a;font-size:11px}.h{font-size:15px;font-weight:600}"
    ".band{fill:#6a45a8;opacity:.3}.low{fill:none;stroke:#17702f;stroke-width:1.8}"
    ".cov{fill:none;stroke:#57606a;stroke-dasharray:3 3}.axis{stroke:#d9dde2}.bg{fill:#fff}.dot{fill:#17702f}"
    "@media (prefers-color-scheme:dark){text{fill:#e3e6ea}.m{fill:#a5adb8}.bg{fill:#15181c}.axis{stroke:#343a42}"
    ".low{stroke:#7fd497}.dot{fill:#7fd497}.band{fill:#c9b3fa}.cov{stroke:#a5adb8}}"
)


def svg(items: "pd.DataFrame") -> str:
    """The frame of a trend's items, drawn: the band from low to high, the low end's line, coverage dashed."""
    moments = sorted({str(at) for at in items["assessed_at"]})
    places = _places(moments)
    panels = [group.to_dict("records") for _, group in items.sort_values("assessed_at").groupby("item")]
    height = _TOP + _PANEL * len(panels) + 30
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}" '
            f'role="img" aria-label="Scores of the items over {len(moments)} runs">'
        ),
        f"<style>{_STYLE}</style>",
        f'<rect class="bg" width="{_WIDTH}" height="{height}"/>',
        '<text class="h" x="16" y="24">Readiness over time</text>',
        f'<text class="m" x="{_LEFT}" y="24">band: score, low to high; dashed: coverage</text>',
    ]
    for n, rows in enumerate(panels):
        parts += _panel(rows, places, _TOP + n * _PANEL)
    foot = _TOP + _PANEL * len(panels) + 12
    parts.append(f'<text class="m" x="{_LEFT}" y="{foot}">{escape(visible(moments[0][:10]))}</text>')
    if len(moments) > 1:
        parts.append(
            f'<text class="m" x="{_WIDTH - _RIGHT}" y="{foot}" text-anchor="end">{escape(visible(moments[-1][:10]))}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _places(moments: Sequence[str]) -> dict[str, float]:
    """When -> where, by the time that passed."""
    times = [datetime.fromisoformat(at).timestamp() for at in moments]
    span = times[-1] - times[0] or 1.0
    room = _WIDTH - _LEFT - _RIGHT
    return {at: _LEFT + room * (time - times[0]) / span for at, time in zip(moments, times, strict=True)}


def _panel(rows: Sequence[Mapping[Any, Any]], places: dict[str, float], top: int) -> Iterator[str]:
    last = rows[-1]
    yield f'<text x="16" y="{top + 24}">{last["item"]} {escape(visible(str(last["title"])))}</text>'
    yield f'<text class="m" x="16" y="{top + 42}">{escape(visible(str(last["readiness"])).capitalize())}</text>'
    for share in (0, 100):
        y = _y(top, share)
        yield f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    for stretch in _stretches(rows, "score_low"):
        low = [(places[row["assessed_at"]], _y(top, row["score_low"])) for row in stretch]
        high = [(places[row["assessed_at"]], _y(top, row["score_high"])) for row in stretch]
        yield f'<polygon class="band" points="{_points([*low, *reversed(high)])}"/>'
        yield f'<polyline class="low" points="{_points(low)}"/>'
        yield f'<circle class="dot" cx="{low[-1][0]:.1f}" cy="{low[-1][1]:.1f}" r="2.5"/>'
    for stretch in _stretches(rows, "coverage"):
        line = [(places[row["assessed_at"]], _y(top, row["coverage"])) for row in stretch]
        yield f'<polyline class="cov" points="{_points(line)}"/>'
    if _known(last["score_low"]):
        said = f"{last['score_low']:.1f}-{last['score_high']:.1f}"
        yield f'<text x="{_WIDTH - _RIGHT + 10}" y="{_y(top, last["score_low"]) + 4:.1f}">{said}</text>'


def _stretches(rows: Sequence[Mapping[Any, Any]], name: str) -> Iterator[list[Mapping[Any, Any]]]:
    """Runs in a row that have the value: where there was none, the line is broken."""
    stretch: list[Mapping[Any, Any]] = []
    for row in rows:
        if _known(row[name]):
            stretch.append(row)
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _known(value: Any) -> bool:
    return value is not None and value == value  # noqa: PLR0124 - pandas stores "nothing" as a number unlike itself


def _y(top: int, share: float) -> float:
    return top + 8 + _HEIGHT * (1 - share / 100)


def _points(found: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in found)
