"""Earlier runs, from a directory or a bucket: for `assessor trend`, and for the page of a run that asks for them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from assessor.cli.console import Console
from assessor.cli.exits import CannotRunError, WrongUsageError
from assessor.history.runs import RunError, RunSummary, earlier
from assessor.history.trend import find, in_order
from assessor.reports.report import Report
from assessor.reports.words import plural

R = TypeVar("R", bound=Report)

OTHERS = "about other accounts, Regions, scope or controls"
"""Why scores of runs are not held against each other."""

_S3 = "s3://"


def runs_in(place: str, profile: str, *, none_is_wrong: bool = True) -> list[RunSummary]:
    """The runs in a directory or an ``s3://`` folder, the oldest first; of a bucket only summaries are read.

    none_is_wrong: whether a place without runs, or a directory that is not there, is an error.
    Raises `CannotRunError`, and `WrongUsageError` where the address is none.
    """
    try:
        if place.startswith(_S3):
            return _in_bucket(place, profile, none_is_wrong=none_is_wrong)
        directory = Path(place)
        if not none_is_wrong and not directory.exists():
            return []
        return find(directory, none_is_wrong=none_is_wrong)
    except RunError as error:
        raise CannotRunError(str(error)) from error


def _in_bucket(place: str, profile: str, *, none_is_wrong: bool) -> list[RunSummary]:
    from assessor.publishing import runs_in_s3

    try:
        folder = runs_in_s3.Place.of(place)
    except runs_in_s3.NotAnAddressError as error:
        raise WrongUsageError(str(error)) from error
    found = in_order(runs_in_s3.summaries(runs_in_s3.connect(profile), folder, profile))
    if not found and none_is_wrong:
        raise RunError(f"{folder} holds no summary.json of a run.")
    return found


def with_history(report: R, found: Sequence[RunSummary] | None, say: Console) -> R:
    """The report with the earlier runs that asked the same; says how many there are. None: nobody asked for them."""
    if found is None:
        return report
    shown, others = earlier(report.run, found)
    say.note(
        f"history: {plural(len(shown), 'earlier run')} in report.html"
        + (f"; {plural(others, 'run')} left out, {OTHERS}" if others else "")
    )
    return replace(report, history=shown)


__all__ = ["OTHERS", "runs_in", "with_history"]
