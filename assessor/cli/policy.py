"""`assessor policy`: the permissions a scan needs, and no more."""

import json
from typing import Any

import click

from assessor.cli.console import result
from assessor.cli.options import chosen_of, console_of, selection_options, verbosity_options
from assessor.reports import permissions

_LIST_REGIONS = "ec2:DescribeRegions"


@click.command("policy", short_help="Print the read-only IAM policy a scan needs.")
@selection_options
@click.option(
    "--format",
    type=click.Choice(("json", "cloudformation"), case_sensitive=False),
    default="json",
    show_default=True,
    help="A policy document, or a template with managed policies that fit IAM's limit.",
)
@verbosity_options
@click.pass_context
def policy(ctx: click.Context, /, format: str, **_: Any) -> int:
    """Print the IAM policy for the chosen controls: the actions of every call they need, grouped by service."""
    controls, questions, _selection = chosen_of(ctx)
    actions = permissions.actions_for((*controls, *questions))
    document = permissions.policy(actions) if format == "json" else permissions.cloudformation(actions)
    result(json.dumps(document, indent=2) + "\n")
    say = console_of(ctx)
    say.note(permissions.size_hint(actions))
    if _LIST_REGIONS not in actions:
        say.note(f"--region all needs {_LIST_REGIONS} too")
    return 0
