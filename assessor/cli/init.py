"""`assessor init`: a draft of assessor.toml from what the account shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from assessor import config
from assessor.cli.console import result
from assessor.cli.exits import CannotRunError, WrongUsageError
from assessor.cli.options import aws_options, console_of, verbosity_options
from assessor.cli.parameters import entry
from assessor.cli.reading import read_operations
from assessor.model import archive
from assessor.model.parameters import DECLARED, Parameter
from assessor.model.snapshot import Snapshot
from assessor.reports.files import Batch, CannotWriteError
from assessor.reports.text import visible

_LIVE = ("demo", "profile", "role_arn")


@dataclass(frozen=True, slots=True)
class Found:
    """What the account shows for one parameter: values with who or what names them, and what could not be seen."""

    values: tuple[tuple[str, str], ...] = ()
    unseen: str = ""


@click.command("init", short_help="Draft assessor.toml from what an account shows.")
@click.argument("snapshot", required=False, type=click.Path(path_type=Path))
@aws_options
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=config.DEFAULT_FILE,
    show_default=True,
    help="The file to write.",
)
@click.option("--force", is_flag=True, help="Replace the file when it is there.")
@click.option(
    "--fill",
    is_flag=True,
    help="Take what was found as decided. Without it, every value waits behind a # for you to decide.",
)
@verbosity_options
@click.pass_context
def init(
    ctx: click.Context, /, snapshot: Path | None, output: Path, *, force: bool, fill: bool, **_: Any
) -> int:
    """Write a commented draft of the parameter file, from SNAPSHOT (a snapshot.json.gz) or an account read now.

    What only you can decide is listed with what the account shows today: the models that are referenced, the Regions in
    use, who may accept terms. That something is there does not mean that you approve of it: strike what you do not.
    """
    if snapshot is not None and any(ctx.params[name] for name in _LIVE):
        raise WrongUsageError("a snapshot is read offline: leave out --demo, --profile and --role-arn")
    if output.exists() and not force:
        raise WrongUsageError(f"{output} is there already; --force replaces it, --output writes elsewhere")
    stored = _stored(ctx, snapshot)
    from assessor.cli.inventory import inventory

    found = inventory(stored)
    text = "".join(f"{line}\n" for line in draft(stored, {n: Found(*f) for n, f in found.items()}, fill=fill))
    config.parse(text, str(output))  # what we write can be read
    try:
        with Batch(output.parent) as batch:
            batch.add(output.name, lambda out: out.write(text.encode()))
    except (CannotWriteError, OSError) as error:
        raise CannotRunError(str(error).partition(" Choose a writable")[0]) from error
    result(f"{output}\n")
    console_of(ctx).note(
        "what was found is in force: strike what you do not approve"
        if fill
        else "nothing in it is in force yet: take the # away from what you decide"
    )
    return 0


def _stored(ctx: click.Context, path: Path | None) -> Snapshot:
    if path is None:
        from assessor.cli.inventory import READS

        return read_operations(ctx, READS, console_of(ctx))
    try:
        return archive.read(path)
    except archive.ArchiveError as error:
        raise CannotRunError(str(error)) from error


def draft(snapshot: Snapshot, found: dict[str, Found], *, fill: bool) -> Iterator[str]:
    """The lines of the file: what nobody can guess first, with what was found; then what has a default."""
    run = snapshot.run
    accounts = ", ".join(f"{a.id} ({', '.join(a.regions)})" for a in run.accounts)
    yield f"# Drafted from {visible(accounts)}, as it was on {visible(run.assessed_at)}."
    yield "# What was found is what there is, not what you approve: strike what you do not."
    yield ""
    yield "# --- what only you can decide ---"
    for parameter in DECLARED:
        if parameter.default is None or parameter.name in found:
            yield from _decision(parameter, found.get(parameter.name, Found()), fill=fill)
    yield ""
    yield "# --- what has a default: take the # away to change it ---"
    for parameter in DECLARED:
        if parameter.default is not None and parameter.name not in found:
            yield from entry(parameter)


def _decision(parameter: Parameter, found: Found, *, fill: bool) -> Iterator[str]:
    lines = list(entry(parameter))
    yield from lines[:-1]
    if found.unseen:
        yield f"# Not all of it could be seen: {visible(found.unseen)}"
    if not found.values:
        yield "# Nothing was found."
        yield lines[-1]
        return
    off = "" if fill else "#"
    yield f"{off}{parameter.name} = ["
    width = max(len(_toml(value)) for value, _ in found.values)
    for value, because in found.values:
        said = f"  {' ' * (width - len(_toml(value)))}# {visible(because)}" if because else ""
        yield f"{off}    {_toml(value)},{said}"
    yield f"{off}]"


def _toml(value: str) -> str:
    import tomlkit

    return tomlkit.item(value).as_string()


__all__ = ["Found", "draft", "init"]
