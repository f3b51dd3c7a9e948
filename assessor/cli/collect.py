"""`assessor collect`: the snapshot alone."""

from functools import partial
from typing import Any

import click

from assessor.cli.console import Console, result
from assessor.cli.exits import CannotRunError
from assessor.cli.options import (
    aws_options,
    chosen_of,
    console_of,
    output_dir_option,
    parameters_file,
    selection_options,
    verbosity_options,
)
from assessor.cli.outcome import SNAPSHOT, prepare_output
from assessor.cli.reading import read_account
from assessor.model import archive
from assessor.model.reading import Unseen, Why
from assessor.model.snapshot import Snapshot
from assessor.reports.files import Batch, CannotWriteError
from assessor.reports.permissions import statement_line
from assessor.reports.words import plural


@click.command("collect", short_help="Read an account into a snapshot, and assess nothing.")
@aws_options
@selection_options
@parameters_file
@output_dir_option
@verbosity_options
@click.pass_context
def collect(ctx: click.Context, /, **_: Any) -> int:
    """Read what the chosen controls need into snapshot.json.gz, for `assessor evaluate`. Prints the file's name."""
    controls, questions, _selection = chosen_of(ctx)
    say = console_of(ctx)
    directory = ctx.params["output_dir"]
    prepare_output(directory, (SNAPSHOT,))
    snapshot = read_account(ctx, (*controls, *questions), say)
    try:
        with Batch(directory) as batch:
            batch.add(SNAPSHOT, partial(archive.write, snapshot))
    except CannotWriteError as error:
        raise CannotRunError(str(error)) from error
    result(f"{directory / SNAPSHOT}\n")
    _tell(snapshot, say)
    return 0


def _tell(snapshot: Snapshot, say: Console) -> None:
    counts = archive.tally(snapshot.readings)
    unseen = ", ".join(f"{n} {why}" for why, n in counts["unseen"].items())
    denied = sorted(
        {
            action
            for reading in snapshot.readings.values()
            if isinstance(reading, Unseen) and reading.why is Why.DENIED
            for action in reading.grant.split()
        }
    )
    if denied:
        say.note(f"not permitted: {plural(len(denied), 'IAM action')}; grant: {statement_line(denied)}")
    say.note(
        f"{plural(counts['calls'], 'call')}: {counts['seen']} seen, {counts['absent']} absent"
        + (f", not seen: {unseen}" if unseen else "")
    )
