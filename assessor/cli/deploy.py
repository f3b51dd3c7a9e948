"""`assessor deploy`: what runs it on AWS every night."""

from pathlib import Path
from typing import Any

import click

from assessor.cli.console import result
from assessor.cli.exits import CannotRunError, WrongUsageError
from assessor.cli.options import chosen_of, console_of, selection_options, verbosity_options


@click.group("deploy", short_help="Print templates, or build the package, for nightly runs on AWS.")
def deploy() -> None:
    """Print the CloudFormation templates of nightly runs, or build the package of their Lambda functions."""


@deploy.command("print", short_help="Print a CloudFormation template.")
@click.argument("name", type=click.Choice(("single", "organization", "member-role")))
@click.option(
    "--param",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="Default of one of the template's parameters; repeatable.",
)
@selection_options
@verbosity_options
@click.pass_context
def print_template(ctx: click.Context, /, name: str, given: tuple[str, ...], **_: Any) -> int:
    """Print a template: `single` assesses one account, `organization` many, `member-role` lets it into each.

    The read-only permissions in it are those of the chosen controls.
    """
    from assessor.deploy.templates import ParameterError, template

    controls, asked, _selection = chosen_of(ctx)
    values: dict[str, str] = {}
    for pair in given:
        parameter, separator, value = pair.partition("=")
        if not separator:
            raise WrongUsageError(f"--param takes NAME=VALUE, not {pair!a}")
        values[parameter.strip()] = value.strip()
    try:
        result(template(name, (*controls, *asked), values))
    except ParameterError as error:
        raise WrongUsageError(str(error)) from error
    return 0


@deploy.command("package", short_help="Build the package of the Lambda functions.")
@click.option(
    "--architecture",
    type=click.Choice(("arm64", "x86_64")),
    multiple=True,
    help="Processor to build for; repeatable. Default: both.",
)
@click.option(
    "--output-dir",
    type=click.Path(path_type=Path),
    default=Path("dist"),
    show_default=True,
    help="Where the package and its bill of materials are written.",
)
@verbosity_options
@click.pass_context
def package(ctx: click.Context, /, architecture: tuple[str, ...], output_dir: Path, **_: Any) -> int:
    """Build the package for the runtime of this Python, and its bill of materials; the same bytes every time."""
    from assessor.deploy.package import ARCHITECTURES, PackageError, build

    say = console_of(ctx)
    for one in architecture or tuple(ARCHITECTURES):
        try:
            made = build(one, output_dir)
        except PackageError as error:
            raise CannotRunError(str(error)) from error
        except OSError as error:
            raise CannotRunError(f"the package cannot be written: {error}") from error
        result(f"{made.path}\n")
        say.note(
            f"{made.runtime} on {one}: {made.packed:,} bytes, {made.unpacked:,} unpacked; sha256 {made.sha256}; "
            f"bill of materials {made.bill.name}"
        )
    return 0
