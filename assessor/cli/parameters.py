"""`assessor parameters`: what the parameter file may hold, as a file to start from."""

import json
import textwrap
from collections.abc import Iterator
from typing import Any

import click

from assessor.cli.console import result
from assessor.config import RUN_OPTIONS
from assessor.model.parameters import DECLARED, Parameter


@click.command("parameters", short_help="List what assessor.toml may hold.")
def parameters() -> int:
    """Print an assessor.toml that sets nothing: every parameter with its meaning and default, commented out."""
    result("\n".join(template()) + "\n")
    return 0


def template() -> Iterator[str]:
    """The lines of the file."""
    yield "# What only you can decide. Uncomment a line to set it; what stays unset keeps the default shown."
    yield "# A control that needs a parameter without a default says so and lists what it found."
    yield ""
    yield "# --- parameters of controls ---"
    for parameter in DECLARED:
        yield from entry(parameter)
    yield ""
    yield "# --- options of the command line ---"
    for option in RUN_OPTIONS:
        yield from entry(option)


def entry(parameter: Parameter) -> Iterator[str]:
    """The lines of one parameter, its default behind a ``#``."""
    choices = f" ({', '.join(parameter.choices)})" if parameter.choices else ""
    default = "" if parameter.default is not None else " No default."
    yield ""
    yield from textwrap.wrap(
        f"{parameter.what[:1].upper()}{parameter.what[1:]}{choices}.{default}",
        100,
        initial_indent="# ",
        subsequent_indent="# ",
    )
    yield f"#{parameter.name} = {_toml(parameter)}"


def _toml(parameter: Parameter) -> str:
    value: Any = parameter.default
    if value is None:
        value = list(parameter.choices[:1]) if parameter.kind is list else parameter.kind()
    return json.dumps(value)  # texts, numbers, booleans and lists of texts are spelled alike in TOML
