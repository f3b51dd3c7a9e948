"""`assessor access`: who can invoke which model, agent or knowledge base, from where, with what, and why."""

from pathlib import Path
from typing import Any

import click

from assessor.cli.console import Console, result
from assessor.cli.exits import CannotRunError, WrongUsageError
from assessor.cli.options import aws_options, console_of, parameter_options, parameters_of, verbosity_options
from assessor.cli.reading import read_operations
from assessor.model import archive
from assessor.model.reading import Why
from assessor.model.snapshot import Snapshot
from assessor.model.view import View

FORMATS = ("table", "csv", "json")
_FILTERS = ("principal", "model", "agent", "knowledge_base", "action")


@click.command("access", short_help="Show who can invoke what, from where, and by which statement.")
@click.argument("snapshot", required=False, type=click.Path(path_type=Path))
@click.option(
    "--principal", multiple=True, metavar="TEXT", help="Only this user or role: ARN or name; repeatable."
)
@click.option(
    "--model", multiple=True, metavar="TEXT", help="Only this model or profile: ARN, id or name; repeatable."
)
@click.option("--agent", multiple=True, metavar="TEXT", help="Only this agent: ARN, id or name; repeatable.")
@click.option(
    "--knowledge-base",
    multiple=True,
    metavar="TEXT",
    help="Only this knowledge base: ARN, id or name; repeatable.",
)
@click.option(
    "--action", multiple=True, metavar="TEXT", help="Only this IAM action (bedrock:Invoke*); repeatable."
)
@click.option(
    "--format",
    type=click.Choice(FORMATS, case_sensitive=False),
    default="table",
    show_default=True,
    help="For people, for spreadsheets or for programs.",
)
@aws_options
@parameter_options
@verbosity_options
@click.pass_context
def access(ctx: click.Context, /, snapshot: Path | None, format: str, **_: Any) -> int:
    """Show who can invoke models, agents and knowledge bases: in SNAPSHOT (a snapshot.json.gz), or in an account now.

    For every user and role: the actions and what they work on, from where (the internet, each VPC endpoint, through an
    AWS service), with which credentials, whether a guardrail stands between, and the statement that allows it. Texts
    may hold * and ?. A snapshot is read offline.
    """
    if snapshot is not None and (ctx.params["demo"] or ctx.params["profile"] or ctx.params["role_arn"]):
        raise WrongUsageError("a snapshot is read offline: leave out --demo, --profile and --role-arn")
    for name in _FILTERS:
        if any(not text.strip() for text in ctx.params[name]):
            raise WrongUsageError(f"--{name.replace('_', '-')} needs a text")
    from assessor.reports import access as report
    from evaluators.derived.principals.who_can import Question, who_can

    question = Question(
        principals=ctx.params["principal"],
        models=ctx.params["model"],
        agents=ctx.params["agent"],
        bases=ctx.params["knowledge_base"],
        actions=ctx.params["action"],
    )
    parameters = parameters_of(ctx)
    say = console_of(ctx)
    stored = _stored(ctx, snapshot, say)
    answers = [
        who_can(
            View(stored, account, account.regions[0] if account.regions else "us-east-1", parameters),
            question,
        )
        for account in stored.run.accounts
    ]
    match format:
        case "csv":
            result(report.to_csv(answers))
        case "json":
            result(report.to_json(answers))
        case _:
            result(report.text(answers))
    denied = sorted(
        {
            word
            for answer in answers
            for one in answer.unseen
            if one.why is Why.DENIED
            for word in one.grant.split()
        }
    )
    if denied:
        from assessor.reports.permissions import statement_line

        say.note(f"not permitted, so there may be more; grant: {statement_line(denied)}")
    return 0


def _stored(ctx: click.Context, path: Path | None, say: Console) -> Snapshot:
    if path is None:
        from evaluators.derived.principals.who_can import READS

        return read_operations(ctx, READS, say)
    try:
        return archive.read(path)
    except archive.ArchiveError as error:
        raise CannotRunError(str(error)) from error
