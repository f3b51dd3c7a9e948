"""The options that make a scan one of many accounts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from assessor.cli.exits import WrongUsageError
from assessor.organization.members import ROLE

F = TypeVar("F", bound=Callable[..., Any])


def organization_options(function: F) -> F:
    """The options that make a scan one of many accounts."""
    decorators = (
        click.option("--organization", is_flag=True, help="Every active account of the organization."),
        click.option(
            "--accounts",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="These accounts: one id a line, or id,role-arn.",
        ),
        click.option(
            "--role-name",
            metavar="NAME",
            help=f"Role to assume in each account. Default: {ROLE}.",
        ),
        click.option("--resume", is_flag=True, help="Go on with an interrupted run over many accounts."),
    )
    for decorator in reversed(decorators):
        function = decorator(function)
    return function


def asks_for_many(ctx: click.Context) -> bool:
    """Whether the options of a scan ask for many accounts. Raises `WrongUsageError` where they contradict."""
    given = ctx.params
    many = bool(given["organization"] or given["accounts"])
    if given["organization"] and given["accounts"]:
        raise WrongUsageError(
            "--organization takes every account; name them with --accounts, or leave that out"
        )
    for option, name in (("--resume", "resume"), ("--role-name", "role_name")):
        if given[name] and not many:
            raise WrongUsageError(f"{option} belongs to --organization or --accounts, and neither is given")
    if not many:
        return False
    for option, name in (("--demo", "demo"), ("--role-arn", "role_arn"), ("--observe", "observe")):
        if given[name]:
            raise WrongUsageError(f"{option} does not go with --organization and --accounts")
    return True


__all__ = ["asks_for_many", "organization_options"]
