"""`assessor diff`: what changed between two runs."""

import json
from collections.abc import Iterator
from pathlib import Path

import click

from assessor.cli.console import result
from assessor.cli.exits import CannotRunError, Exit
from assessor.cli.options import console_of, verbosity_options
from assessor.history import runs
from assessor.history.difference import WORDS, Change, Changed, Difference, compare
from assessor.model.verdict import Severity
from assessor.reports.markdown import escaped
from assessor.reports.text import visible
from assessor.reports.words import plural, resource_name

_LISTED = (Change.NEW, Change.UNSEEN, Change.FIXED, Change.GONE, Change.ACCEPTED, Change.SEEN, Change.OPEN)
_TOLD = 20
_FAIL_ON = {"none": (), "new": (Change.NEW,), "unseen": (Change.NEW, Change.UNSEEN)}


@click.command("diff", short_help="Say what changed between two runs.")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--fail-on",
    type=click.Choice(tuple(_FAIL_ON)),
    default="none",
    show_default=True,
    help="Exit 3 when something fails anew; with unseen also when something can no longer be seen.",
)
@click.option(
    "--severity",
    type=click.Choice([one.value for one in Severity]),
    default=Severity.LOW.value,
    show_default=True,
    help="The least severity that counts for --fail-on.",
)
@click.option(
    "--format",
    type=click.Choice(("text", "markdown", "json")),
    default="text",
    show_default=True,
    help="For people, for a job's page, or for programs.",
)
@verbosity_options
@click.pass_context
def diff(
    ctx: click.Context, /, old: Path, new: Path, fail_on: str, severity: str, format: str, **_: object
) -> int:
    """Compare two runs: OLD and NEW are findings.json files, output directories or bundles.

    Findings are told apart by their ids. What can no longer be seen is never counted as fixed.
    """
    try:
        difference = compare(runs.load(old), runs.load(new))
    except runs.RunError as error:
        raise CannotRunError(str(error)) from error
    if format == "json":
        result(json.dumps(as_json(difference), indent=2) + "\n")
    else:
        lines = as_markdown(difference) if format == "markdown" else as_text(difference)
        result("\n".join(lines) + "\n")
    limit = Severity(severity).rank
    counted = sum(one.rank <= limit for change in _FAIL_ON[fail_on] for one in difference.of(change))
    code = Exit.FINDINGS if counted else Exit.OK
    console_of(ctx).conclude(
        f"exit {int(code)}: {plural(counted, 'finding')} for --fail-on {fail_on}"
        if counted
        else "exit 0: nothing for --fail-on " + fail_on,
        ok=code is Exit.OK,
    )
    return code


def as_json(difference: Difference) -> dict[str, object]:
    """The whole difference; findings without a change are counted only."""
    return {
        "schema": 1,
        "old": {"run_id": difference.old.id, "assessed_at": difference.old.assessed_at},
        "new": {"run_id": difference.new.id, "assessed_at": difference.new.assessed_at},
        "counts": {change.value: len(difference.of(change)) for change in Change},
        "severity_changed": [one.row["finding_id"] for one in difference.severity_changed],
        "findings": [
            one.as_json() for change in Change if change is not Change.SAME for one in difference.of(change)
        ],
    }


def as_text(difference: Difference) -> Iterator[str]:
    """Counts in words, then what is worth reading."""
    yield f"From {visible(difference.old.assessed_at)} ({visible(difference.old.id)})"
    yield f"to   {visible(difference.new.assessed_at)} ({visible(difference.new.id)})"
    yield ""
    for change in Change:
        count = len(difference.of(change))
        if count:
            yield f"{count:6,} {change.value}: {WORDS[change]}"
    for change in _LISTED:
        found = difference.of(change)
        if found and change is not Change.OPEN:
            yield ""
            yield f"{change.value.capitalize()} ({len(found)})"
            yield from (f"  {_line(one)}" for one in found[:_TOLD])
            if len(found) > _TOLD:
                yield f"  ... and {len(found) - _TOLD} more (--format json lists all)"
    if difference.severity_changed:
        yield ""
        yield "Still open, with another severity"
        yield from (
            f"  {one.severity_before} -> {one.row['severity']}  {_line(one)}"
            for one in difference.severity_changed[:_TOLD]
        )


def as_markdown(difference: Difference) -> Iterator[str]:
    """A summary for the page of a job, names escaped."""
    yield "## Changes since the last assessment"
    yield ""
    yield "| Findings | | |"
    yield "| ---: | --- | --- |"
    for change in Change:
        count = len(difference.of(change))
        if count:
            yield f"| {count:,} | {change.value} | {WORDS[change]} |"
    for change in (Change.NEW, Change.UNSEEN, Change.FIXED):
        found = difference.of(change)
        if found:
            yield ""
            yield f"### {change.value.capitalize()}"
            yield ""
            for one in found[:_TOLD]:
                row = one.row
                yield (
                    f"- **{row['severity']}** {escaped(row['control_id'])} {escaped(row['title'])}: "
                    f"{escaped(resource_name(row['resource_arn']))} ({escaped(row['region'])})"
                )
            if len(found) > _TOLD:
                yield f"- and {len(found) - _TOLD} more"


def _line(one: Changed) -> str:
    row = one.row
    moved = f" [{one.before or '-'} -> {one.after or '-'}]"
    return (
        f"{row['severity']:8} {row['control_id']}  {visible(resource_name(row['resource_arn']))} "
        f"({row['account_id']} {row['region']}){moved}"
    )
