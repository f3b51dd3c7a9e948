"""`assessor evaluate`: the findings of a snapshot, offline."""

import shutil
from pathlib import Path
from typing import Any, BinaryIO

import click

from assessor.cli.exits import CannotRunError
from assessor.cli.options import (
    assessment_of,
    console_of,
    exit_options,
    parameter_options,
    people_options,
    report_options,
    selection_options,
    verbosity_options,
)
from assessor.cli.outcome import assess, prepare_output
from assessor.model import archive


@click.command("evaluate", short_help="Assess a snapshot again, offline.")
@click.argument("snapshot", type=click.Path(path_type=Path))
@selection_options
@parameter_options
@people_options
@exit_options
@report_options
@verbosity_options
@click.pass_context
def evaluate(ctx: click.Context, /, snapshot: Path, **_: Any) -> int:
    """Assess SNAPSHOT (a snapshot.json.gz) again: the same findings, byte for byte, without network or credentials."""
    asked = assessment_of(ctx)
    say = console_of(ctx)
    try:
        stored = archive.read(snapshot)
    except archive.ArchiveError as error:
        raise CannotRunError(str(error)) from error
    prepare_output(asked.output_dir)

    def copy(out: BinaryIO) -> None:
        with snapshot.open("rb") as source:
            shutil.copyfileobj(source, out)

    return assess(asked, copy, say, stored)
