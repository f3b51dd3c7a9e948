"""`assessor verify`: whether a bundle is still the one that was made, and whether it gives its findings again."""

import io
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click

from assessor import config, waivers
from assessor.attestations import answers
from assessor.cli.bundle import SETTINGS
from assessor.cli.console import result
from assessor.cli.exits import CannotRunError, Exit
from assessor.cli.options import console_of, verbosity_options
from assessor.cli.outcome import SNAPSHOT
from assessor.cli.selection import catalogue, questions, select
from assessor.model import archive
from assessor.model.archive import ArchiveError
from assessor.records import RecordError
from assessor.reports import bundle as bundles
from assessor.reports import findings_csv
from assessor.reports.bundle import BundleError
from assessor.reports.report import make_report
from assessor.reports.text import visible


@click.command("verify", short_help="Say whether a bundle is, byte for byte, the one that was made.")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--sha256", metavar="DIGEST", help="The digest of the whole, as kept apart from the bundle.")
@click.option(
    "--evaluate", is_flag=True, help="Assess the snapshot again too, offline, and compare findings.csv."
)
@verbosity_options
@click.pass_context
def verify(ctx: click.Context, /, bundle: Path, sha256: str | None, evaluate: bool, **_: object) -> int:
    """Look at every byte of BUNDLE; exit 1 and say where when one is missing, changed or added.

    A manifest vouches for its files, not for itself: give the digest that was kept apart with --sha256.
    """
    say = console_of(ctx)
    try:
        found = bundles.verify(bundle)
        problems = list(found.problems)
        if sha256 is not None and sha256.strip().lower() != found.whole:
            problems.append(
                f"the digest of the whole is {found.whole}, not {visible(sha256)}: this is another bundle"
            )
        if evaluate and not problems:
            problems += _other_findings(bundle)
    except BundleError as error:
        raise CannotRunError(str(error)) from error
    if problems:
        for problem in problems:
            result(f"{problem}\n")
        say.conclude(f"exit 1: {bundle} is not as it was made", ok=False)
        return Exit.CANNOT_RUN
    result(f"{found.whole}\n")
    again = "; assessed again, its snapshot gives the same findings.csv" if evaluate else ""
    say.conclude(f"exit 0: {len(found.entries)} files, each as the manifest says{again}", ok=True)
    return Exit.OK


def _other_findings(bundle: Path) -> list[str]:
    """What is wrong with the bundle's findings.csv, when its snapshot is assessed under its conditions."""
    with tempfile.TemporaryDirectory() as unpacked:
        directory = Path(unpacked)
        bundles.extract(bundle, directory)
        try:
            settings = config.load(directory / SETTINGS)
            parameters = config.parameters(settings, (), {})
            given = settings.options
            controls, asked, selection = select(
                given.get("item", []), given.get("control", []), given.get("severity", [])
            )
            snapshot = archive.read(directory / SNAPSHOT)
            now = datetime.now(UTC)  # an answer may have been given after the account was read
            known = frozenset((*(one.id for one in catalogue()), *(one.id for one in questions())))
            said, owned = directory / answers.DEFAULT_FILE, directory / waivers.DEFAULT_FILE
            report = make_report(
                snapshot,
                controls,
                parameters,
                selection,
                min_coverage=given.get("min_coverage", 0.0),
                snapshot_sha256=archive.sha256_of(directory / SNAPSHOT),
                questions=asked,
                answers=answers.load(said, now) if said.exists() else (),
                waivers=waivers.load(owned, known, now) if owned.exists() else (),
            )
        except (ArchiveError, config.ConfigError, RecordError, click.ClickException, OSError) as error:
            message = error.format_message() if isinstance(error, click.ClickException) else str(error)
            return [f"the snapshot cannot be assessed again: {visible(message)}"]
        made = io.BytesIO()
        findings_csv.write(report, made)
        if made.getvalue() == (directory / "findings.csv").read_bytes():
            return []
        return [
            (
                "findings.csv: assessed again, the snapshot gives other findings (this is version "
                f"{report.tool_version}; the bundle was made with the one that its manifest names)"
            )
        ]
