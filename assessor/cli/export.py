"""`assessor export`: a run as other programs take it."""

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

import click

from assessor.cli.console import Console, result
from assessor.cli.exits import CannotRunError, Exit, WrongUsageError
from assessor.cli.options import console_of, verbosity_options
from assessor.history import runs
from assessor.history.runs import StoredRun
from assessor.publishing.changes import told
from assessor.reports import markdown
from assessor.reports.files import Batch, CannotWriteError
from assessor.reports.formats import asff, junit, ocsf, sarif
from assessor.reports.words import plural

Export = Callable[[StoredRun, BinaryIO], None]


def _ocsf(stored: StoredRun, out: BinaryIO) -> None:
    try:
        ocsf.write(stored.run, stored.findings, out)
    except ImportError as error:
        raise CannotRunError(
            "ocsf needs a library that is not installed; install genai-readiness-assessor[ocsf]"
        ) from error


FORMATS: Mapping[str, Export] = {
    "ocsf": _ocsf,
    "junit": lambda stored, out: junit.write(stored.run, stored.findings, out),
    "sarif": lambda stored, out: sarif.write(stored.run, stored.findings, out),
    "markdown": lambda stored, out: _put(
        out, markdown.summary(stored.run, stored.items, stored.findings).encode("utf-8", "backslashreplace")
    ),
}
_HUB = ("asff", "securityhub")


@click.command("export", short_help="Write a run for Security Hub, OCSF, CI or a job's page.")
@click.argument("format", type=click.Choice((*FORMATS, *_HUB)))
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Default: stdout.")
@click.option(
    "--previous",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="asff, securityhub: the run before, so that what was fixed since is archived.",
)
@click.option(
    "--region", envvar="AWS_REGION", metavar="REGION", help="asff, securityhub: the Region of Security Hub."
)
@click.option("--profile", metavar="NAME", help="securityhub: named AWS profile. Default: AWS_PROFILE.")
@verbosity_options
@click.pass_context
def export(
    ctx: click.Context,
    /,
    format: str,
    run: Path,
    output: Path | None,
    previous: Path | None,
    region: str | None,
    profile: str | None,
    **_: object,
) -> int:
    """Write RUN (a findings.json, an output directory or a bundle) in another format.

    ocsf holds every finding; junit all but information; sarif what failed, is waived or open; asff and securityhub
    what fails, and with --previous what became of earlier failures. securityhub sends them: it is the only command that
    writes to AWS, and needs securityhub:BatchImportFindings.
    """
    say = console_of(ctx)
    try:
        stored = runs.load(run)
        before = runs.load(previous) if previous is not None else None
    except runs.RunError as error:
        raise CannotRunError(str(error)) from error
    if format == "securityhub":
        return send(stored, before, region or "", profile or "", say)
    if format == "asff":
        if not region:
            raise WrongUsageError(
                "asff needs --region: findings name the Region of the hub they are imported into"
            )
        made = asff.document(one.found for one in told(stored, before, region))
        _store(output, lambda out: _put(out, made))
    else:
        _store(output, lambda out: FORMATS[format](stored, out))
    if output is not None:
        say.note(f"written to {output}")
    return Exit.OK


def send(stored: StoredRun, before: StoredRun | None, region: str, profile: str, say: Console) -> int:
    """Import the findings of the caller's account; 1 where one was refused."""
    from assessor.publishing import securityhub

    try:
        client, account, where = securityhub.connect(region, profile)
        every = [one.found for one in told(stored, before, where)]
        own = [one for one in every if one["AwsAccountId"] == account]
        outcome = securityhub.publish(client, own)
    except securityhub.CannotPublishError as error:
        raise CannotRunError(str(error)) from error
    if len(own) < len(every):
        say.note(
            f"{plural(len(every) - len(own), 'finding')} of other accounts left out: Security Hub takes findings from "
            "the account they are about; run this with credentials of each"
        )
    for ident, reason in outcome.refused:
        result(f"refused: {ident}: {reason}\n")
    for ident in outcome.too_large:
        result(f"too large: {ident}\n")
    lost = len(outcome.refused) + len(outcome.too_large)
    code = Exit.CANNOT_RUN if lost else Exit.OK
    say.conclude(
        f"exit {int(code)}: {plural(outcome.sent, 'finding')} imported into Security Hub in {where}"
        + (f", {lost} not" if lost else ""),
        ok=not lost,
    )
    return code


def _store(output: Path | None, write: Callable[[BinaryIO], object]) -> None:
    if output is None:
        out = io.BytesIO()
        write(out)
        result(out.getvalue())
        return
    try:
        with Batch(output.parent) as batch:
            batch.add(output.name, write)
    except CannotWriteError as error:
        raise CannotRunError(str(error)) from error


def _put(out: BinaryIO, content: bytes) -> None:
    out.write(content)
