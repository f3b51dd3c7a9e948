"""`assessor trend`: how a folder of runs developed."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from assessor.cli.console import Console, result
from assessor.cli.earlier import OTHERS, runs_in
from assessor.cli.exits import CannotRunError
from assessor.cli.options import console_of, verbosity_options
from assessor.history import plot as drawing
from assessor.history.runs import RunError, RunSummary, alike
from assessor.history.trend import Trend
from assessor.history.trend import trend as trend_of
from assessor.reports.files import Batch, CannotWriteError
from assessor.reports.text import visible
from assessor.reports.words import interval, percent, plural

if TYPE_CHECKING:
    import pandas as pd

_NAMED = 8
_SHOWN = 8
"""Most runs of the table's columns: the newest ones."""


@click.command("trend", short_help="Show how a folder of runs developed.")
@click.argument("runs", metavar="DIR|s3://BUCKET/PREFIX")
@click.option("--account", metavar="ID", help="Only runs about this account alone.")
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
@click.option("--profile", metavar="NAME", help="s3: named AWS profile. Default: AWS_PROFILE.")
@verbosity_options
@click.pass_context
def trend(
    ctx: click.Context,
    /,
    runs: str,
    account: str | None,
    format: str,
    plot: Path | None,
    parquet: Path | None,
    profile: str | None,
    **_: object,
) -> int:
    """Show each item's score and coverage over time, and how long failures last, from every run below a directory.

    Of a bucket (s3://) only the summary.json of each run is read, which tells scores and counts: what is new or fixed
    and how long failures last takes the findings, so copy them first (`aws s3 sync`). Runs that asked something else
    than the newest one are left out.
    """
    say = console_of(ctx)
    shown = _comparable(runs_in(runs, profile or ""), account, say)
    try:
        found = trend_of(shown)
    except RunError as error:
        raise CannotRunError(str(error)) from error
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


def _comparable(runs: Sequence[RunSummary], account: str | None, say: Console) -> list[RunSummary]:
    """The runs that asked what the newest one did; of one account, where it is named. Raises `CannotRunError`."""
    wanted = [one for one in runs if account is None or one.accounts == {account}]
    if not wanted:
        known = sorted({ident for one in runs if len(one.accounts) == 1 for ident in one.accounts})
        named = f"; there are runs about {', '.join(known[:_NAMED])}" if known else ""
        raise CannotRunError(f"there is no run about account {account} alone{named}")
    same = [one for one in wanted if alike(one, wanted[-1])]
    if len(same) < len(runs):
        others = plural(len(runs) - len(same), "run")
        say.note(f"{others} left out, {OTHERS} than the newest; --account chooses")
    return same


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
            *("-" if one[name] is None else one[name] for name in ("new", "fixed", "unseen")),
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
