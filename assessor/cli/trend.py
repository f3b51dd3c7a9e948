"""`assessor trend`: how a folder of runs developed."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from assessor.cli.console import result
from assessor.cli.exits import CannotRunError
from assessor.cli.options import console_of, verbosity_options
from assessor.history import plot as drawing
from assessor.history.runs import RunError
from assessor.history.trend import Trend, find
from assessor.history.trend import trend as trend_of
from assessor.reports.files import Batch, CannotWriteError
from assessor.reports.text import visible
from assessor.reports.words import interval, percent

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 8
"""Most runs of the table's columns: the newest ones."""


@click.command("trend", short_help="Show how a folder of runs developed.")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--format",
    type=click.Choice(("table", "json", "csv")),
    default="table",
    show_default=True,
    help="What stdout carries; csv holds one line per run and item.",
)
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE", help="Draw it as an SVG too.")
@click.option(
    "--parquet",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write runs and items as Parquet too (needs the extra parquet).",
)
@verbosity_options
@click.pass_context
def trend(
    ctx: click.Context, /, directory: Path, format: str, plot: Path | None, parquet: Path | None, **_: object
) -> int:
    """Read every run below DIRECTORY and show each item's score and coverage over time, and how long failures last."""
    say = console_of(ctx)
    try:
        runs = find(directory)
    except RunError as error:
        raise CannotRunError(str(error)) from error
    found = trend_of(runs)
    if plot is not None:
        _written(plot, drawing.svg(found.items).encode())
        say.note(f"drawn in {plot}")
    if parquet is not None:
        _written(parquet, _parquet(found.items))
        say.note(f"written to {parquet}")
    if format == "csv":
        result(found.items.to_csv(index=False, lineterminator="\r\n"))
    elif format == "json":
        result(json.dumps(as_json(found), indent=2) + "\n")
    else:
        result(as_table(found))
    return 0


def as_json(found: Trend) -> dict[str, Any]:
    """The three frames, null where there is no value."""
    return {
        "schema": 1,
        "runs": _records(found.runs),
        "items": _records(found.items),
        "failures": _records(found.mean_days),
    }


def _records(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    parsed: list[dict[str, Any]] = json.loads(frame.to_json(orient="records"))
    return parsed


def as_table(found: Trend) -> str:
    """A row an item, a column a run; then the failures."""
    from tabulate import tabulate

    moments = list(dict.fromkeys(found.items["assessed_at"]))
    shown = moments[-_SHOWN:]
    rows = []
    for number, group in found.items.groupby("item"):
        by_time = {record["assessed_at"]: record for record in _records(group)}
        title = f"{number} {visible(str(group['title'].iloc[-1]))}"
        rows.append([title, *(_cell(by_time.get(at)) for at in shown)])
    parts = []
    if len(moments) > len(shown):
        parts.append(f"The newest {len(shown)} of {len(moments)} runs; --format csv holds all.\n")
    headers = ["Item", *(visible(str(at))[:16].replace("T", "\n") for at in shown)]
    parts += [tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True), ""]
    counts = [
        [
            visible(str(one["assessed_at"])),
            percent(one["coverage"]),
            one["open"],
            one["new"],
            one["fixed"],
            one["unseen"],
        ]
        for one in _records(found.runs)[-_SHOWN:]
    ]
    parts += [
        tabulate(
            counts,
            headers=["Run", "Coverage", "Failures", "New", "Fixed", "Became unseen"],
            tablefmt="simple",
            disable_numparse=True,
        ),
        "",
    ]
    days = [
        [
            one["item"],
            one["closed"],
            _days(one["mean_days_to_close"]),
            one["open"],
            _days(one["mean_days_open"]),
        ]
        for one in _records(found.mean_days)
    ]
    if days:
        headers = ["Item", "Closed", "Mean days to close", "Open", "Mean days open"]
        parts += [tabulate(days, headers=headers, tablefmt="simple", disable_numparse=True), ""]
    return "\n".join(parts)


def _cell(record: dict[str, Any] | None) -> str:
    if record is None:
        return ""
    return f"{interval(record['score_low'], record['score_high'])}\n{percent(record['coverage'])} seen"


def _days(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _parquet(frame: "pd.DataFrame") -> bytes:
    try:
        content = frame.to_parquet(index=False)
    except ImportError as error:
        raise CannotRunError(
            "--parquet needs a library that is not installed; install genai-readiness-assessor[parquet]"
        ) from error
    return bytes(content)


def _written(path: Path, content: bytes) -> None:
    def write(out: BinaryIO) -> None:
        out.write(content)

    try:
        with Batch(path.parent) as batch:
            batch.add(path.name, write)
    except CannotWriteError as error:
        raise CannotRunError(str(error)) from error
