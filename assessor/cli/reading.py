"""From options to a snapshot: the one place of the command line that reads an account."""

from collections.abc import Iterable

import click

from assessor.cli.console import Console
from assessor.cli.demo_account import demo_account
from assessor.cli.exits import CannotRunError, WrongUsageError
from assessor.cli.progress import watching
from assessor.model.control import Asker
from assessor.model.operation import Operation
from assessor.model.snapshot import Snapshot
from collectors import cloudtrail

_OBSERVED = (cloudtrail.LOOKUP_EVENTS_INVOCATIONS,)
"""What ``--observe`` reads beside everything else."""


def read_account(ctx: click.Context, askers: Iterable[Asker], say: Console) -> Snapshot:
    """The snapshot that the options of ``ctx`` ask for. Raises `CannotRunError` and `WrongUsageError`."""
    scope = ctx.params["scope"]
    return read_operations(ctx, (op for one in askers for op in one.operations(scope)), say)


def read_operations(ctx: click.Context, wanted: Iterable[Operation], say: Console) -> Snapshot:
    """The snapshot of some operations, read as the options of ``ctx`` ask. Raises as `read_account`."""
    given = ctx.params
    operations = tuple(dict.fromkeys(wanted))
    regions = _named_regions(ctx)
    if given["external_id"] and not given["role_arn"]:
        raise WrongUsageError("--external-id belongs to --role-arn, which is missing")
    if not given["demo"]:
        return _collect(ctx, operations, regions, "", say)
    if given["profile"]:
        raise WrongUsageError("--demo reads an invented company, which has no profiles: leave out --profile")
    with demo_account() as account:
        say.note(f"demo: an invented company's account at {account.endpoint_url}")
        return _collect(ctx, operations, regions or account.regions, account.endpoint_url, say)


def regions_of(ctx: click.Context) -> tuple[str, ...]:
    """The Regions that are named, all of them Regions. Raises `WrongUsageError`."""
    regions = _named_regions(ctx)
    _check_regions(regions, ctx.params["profile"] or "")
    return regions


def _named_regions(ctx: click.Context) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            name.strip() for text in ctx.params["region"] for name in text.split(",") if name.strip()
        )
    )


def _collect(
    ctx: click.Context,
    operations: tuple[Operation, ...],
    regions: tuple[str, ...],
    endpoint: str,
    say: Console,
) -> Snapshot:
    from assessor.collecting.request import CannotStartError, CollectRequest
    from assessor.collecting.run import collect

    given = ctx.params
    _check_regions(regions, given["profile"] or "")
    request = CollectRequest(
        operations=operations,
        regions=regions,
        profile=given["profile"] or "",
        role_arn=given["role_arn"] or "",
        external_id=given["external_id"] or "",
        timeout=given["timeout"],
        scope=given["scope"],
        endpoint_url=endpoint,
        observed=_OBSERVED if given["observe"] else (),
        observe_for=given["observe"] or 0.0,
    )
    try:
        with watching(say) as observer:
            return collect(request, observer)
    except CannotStartError as error:
        raise CannotRunError(str(error)) from error


def _check_regions(regions: tuple[str, ...], profile: str) -> None:
    """A Region that does not exist is a mistake of usage, told apart from a run that could not start."""
    from botocore.exceptions import BotoCoreError

    from assessor.collecting.regions import check
    from assessor.collecting.request import ALL_REGIONS, CannotStartError, Target
    from assessor.collecting.sessions import Sessions

    named = [region for region in regions if region != ALL_REGIONS]
    if len(named) != len(regions) and named:
        raise WrongUsageError("--region all already takes every Region; name Regions or all, not both")
    try:
        check(Sessions().login(Target(profile=profile)), named)
    except CannotStartError as error:
        raise WrongUsageError(str(error)) from error
    except BotoCoreError:
        return  # a profile that is missing or cannot be read: signing in says so, with what to do
