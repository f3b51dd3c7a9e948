"""`assessor scan`: read an account and assess it."""

from functools import partial
from typing import Any

import click

from assessor.cli.accounts import asks_for_many, organization_options
from assessor.cli.options import (
    assessment_of,
    aws_options,
    console_of,
    exit_options,
    parameter_options,
    people_options,
    report_options,
    selection_options,
    verbosity_options,
)
from assessor.cli.outcome import assess, prepare_output
from assessor.cli.reading import read_account, regions_of
from assessor.model import archive


@click.command("scan", short_help="Read an account and assess it.")
@aws_options
@organization_options
@selection_options
@parameter_options
@people_options
@exit_options
@report_options
@verbosity_options
@click.pass_context
def scan(ctx: click.Context, /, **_: Any) -> int:
    """Read an account, assess it and write report.html, the CSV and JSON files and snapshot.json.gz.

    Only what the chosen controls need is read, and nothing is changed. With --organization or --accounts every account
    is a part of one report; its own files lie in accounts/<id>/.
    """
    asked = assessment_of(ctx)
    say = console_of(ctx)
    if asks_for_many(ctx):
        from assessor.cli.organization import scan_many

        return scan_many(ctx, asked, regions_of(ctx), say)
    prepare_output(asked.output_dir)
    snapshot = read_account(ctx, (*asked.controls, *asked.questions), say)
    return assess(asked, partial(archive.write, snapshot), say)
