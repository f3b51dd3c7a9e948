"""`assessor paths`: from every front door to the models behind it, with the evidence of each hop."""

import json
from pathlib import Path
from typing import Any

import click

from assessor.cli.console import result
from assessor.cli.exits import CannotRunError, WrongUsageError
from assessor.cli.options import aws_options, console_of, parameter_options, parameters_of, verbosity_options
from assessor.cli.reading import read_operations
from assessor.model import archive
from assessor.model.parameters import Parameters
from assessor.model.snapshot import Account, Snapshot
from assessor.model.view import View

FORMATS = ("text", "json", "mermaid", "dot")


@click.command("paths", short_help="Show every front door with its way to a model.")
@click.argument("snapshot", required=False, type=click.Path(path_type=Path))
@aws_options
@parameter_options
@click.option(
    "--format",
    type=click.Choice(FORMATS, case_sensitive=False),
    default="text",
    show_default=True,
    help="For people, for programs, or as a diagram for documents.",
)
@click.option(
    "--models",
    is_flag=True,
    help="Which models, agents, knowledge bases and guardrails are used, and by whom.",
)
@click.option("--all", "everything", is_flag=True, help="Show the doors that lead to no model too.")
@verbosity_options
@click.pass_context
def paths(
    ctx: click.Context, /, snapshot: Path | None, format: str, models: bool, everything: bool, **_: Any
) -> int:
    """Show every front door of SNAPSHOT (a snapshot.json.gz), or of an account that is read now.

    Each with its hops and their evidence, who signs its callers in, its web ACL, guardrails and models, and what is
    not known. A snapshot is read offline.
    """
    if models and format not in ("text", "json"):
        raise WrongUsageError("--models is a list: use --format text or json")
    if snapshot is not None and (ctx.params["demo"] or ctx.params["profile"] or ctx.params["role_arn"]):
        raise WrongUsageError("a snapshot is read offline: leave out --demo, --profile and --role-arn")
    parameters = parameters_of(ctx)
    stored = _stored(ctx, snapshot)
    views = [_view(stored, account, parameters) for account in stored.run.accounts]
    result(_models(views, format) if models else _paths(views, format, everything=everything))
    return 0


def _stored(ctx: click.Context, path: Path | None) -> Snapshot:
    if path is None:
        from assessor.workload.build import READS

        return read_operations(ctx, READS, console_of(ctx))
    try:
        return archive.read(path)
    except archive.ArchiveError as error:
        raise CannotRunError(str(error)) from error


def _view(snapshot: Snapshot, account: Account, parameters: Parameters) -> View:
    return View(snapshot, account, account.regions[0] if account.regions else "us-east-1", parameters)


def _paths(views: list[View], format: str, *, everything: bool) -> str:
    from assessor.reports import diagrams
    from assessor.reports import paths as report
    from assessor.workload.build import workload

    known = [workload(view) for view in views]
    if format == "mermaid":
        return diagrams.mermaid(known, everything=everything)
    if format == "dot":
        return diagrams.dot(known, everything=everything)
    pairs = list(zip((view.account for view in views), known, strict=True))
    if format == "json":
        return report.encoded(report.document(*pair, everything=everything) for pair in pairs)
    return "\n".join(report.text(*pair, everything=everything) for pair in pairs)


def _models(views: list[View], format: str) -> str:
    from assessor.reports import inventory
    from assessor.workload.build import workload

    found = [(view.account, inventory.inventory(view, workload(view))) for view in views]
    if format == "json":
        return json.dumps({"schema": 1, "accounts": [one for _, one in found]}, indent=2) + "\n"
    return "\n".join(inventory.text(account, one) for account, one in found)
