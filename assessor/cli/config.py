"""`assessor config`: what is in force, and where each value comes from."""

import json
from typing import Any

import click
from click.core import ParameterSource

from assessor import config as settings
from assessor.cli.console import result
from assessor.cli.exits import WrongUsageError
from assessor.cli.options import (
    aws_options,
    exit_options,
    output_dir_option,
    parameter_options,
    parameters_of,
    people_options,
    selection_options,
    settings_of,
)
from assessor.model.parameters import DECLARED
from assessor.reports.text import visible

_SOURCES = {
    ParameterSource.COMMANDLINE: "flag",
    ParameterSource.ENVIRONMENT: "environment",
    ParameterSource.DEFAULT_MAP: "file",
}


@click.command("config", short_help="Show every setting in force, and where it comes from.")
@aws_options
@selection_options
@parameter_options
@people_options
@exit_options
@output_dir_option
@click.option("--format", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.pass_context
def config(ctx: click.Context, /, format: str, **_: Any) -> int:
    """Show every parameter and option in force, and where it comes from: a flag, the environment, the file, a default.

    A flag goes before the environment, the environment before the file, the file before the default.
    """
    rows = [*_parameters(ctx), *_options(ctx)]
    if format == "json":
        result(json.dumps([{"name": n, "value": v, "source": s} for n, v, s in rows], indent=2) + "\n")
        return 0
    width = max(len(name) for name, _, _ in rows)
    result("".join(f"{name:{width}}  {_shown(value)}  [{visible(source)}]\n" for name, value, source in rows))
    return 0


def _parameters(ctx: click.Context) -> list[tuple[str, Any, str]]:
    file = settings_of(ctx)
    try:
        flags = settings.assignments(ctx.params["assignments"])
        environment = settings.environment()
    except settings.ConfigError as error:
        raise WrongUsageError(str(error)) from error
    in_force = parameters_of(ctx)
    rows = []
    for parameter in DECLARED:
        name = parameter.name
        if name in flags:
            source = "flag --set"
        elif name in environment:
            source = f"environment {settings.PREFIX}{name.upper()}"
        elif name in file.parameters:
            source = f"file {file.source}"
        else:
            source = "default" if parameter.default is not None else "not set"
        rows.append((name, in_force.get(name), source))
    return rows


def _options(ctx: click.Context) -> list[tuple[str, Any, str]]:
    file = settings_of(ctx)
    rows = []
    for option in settings.RUN_OPTIONS:
        value = ctx.params.get(option.name)
        value = list(value) if isinstance(value, tuple) else value
        found = ctx.get_parameter_source(option.name)
        source = _SOURCES.get(found, "default") if found is not None else "default"
        if source == "file":
            source = f"file {file.source}"
        elif source == "flag":
            source = f"flag --{option.name.replace('_', '-')}"
        elif source == "environment":
            source = f"environment {settings.PREFIX}{option.name.upper()}"
        elif value in (None, []):
            source = "not set"
        rows.append(
            (option.name, value if value is None or isinstance(value, (list, float)) else str(value), source)
        )
    return rows


def _shown(value: Any) -> str:
    return "-" if value is None else visible(json.dumps(value, ensure_ascii=False))
