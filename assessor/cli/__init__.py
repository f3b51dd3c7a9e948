"""The command line. Each command is a module of its own, imported when it is asked for.

A new command is a line in `COMMANDS` and a module with a click command of that name (dashes become underscores).
"""

from collections.abc import Mapping

import click

from assessor import __version__
from assessor.cli.group import LazyGroup

COMMANDS: Mapping[str, str] = {
    "scan": "Read an account and assess it.",
    "collect": "Read an account into a snapshot, and assess nothing.",
    "evaluate": "Assess a snapshot again, offline.",
    "paths": "Show every front door with its way to a model.",
    "access": "Show who can invoke what, from where, and by which statement.",
    "diff": "Say what changed between two runs.",
    "trend": "Show how a folder of runs developed.",
    "export": "Write a run for Security Hub, OCSF, CI or a job's page.",
    "bundle": "Pack a run into one file that an auditor can verify.",
    "verify": "Say whether a bundle is, byte for byte, the one that was made.",
    "controls": "List the controls, or explain one.",
    "attest": "Ask, answer and check what only people can answer.",
    "init": "Draft assessor.toml from what an account shows.",
    "config": "Show every setting in force, and where it comes from.",
    "parameters": "List what assessor.toml may hold.",
    "policy": "Print the read-only IAM policy a scan needs.",
    "deploy": "Print templates, or build the package, for nightly runs on AWS.",
    "completion": "Print the completion script of a shell.",
}
"""Command -> one line of help, in the order they are listed."""


@click.command(
    "assessor",
    cls=LazyGroup,
    package="assessor.cli",
    commands_by_name=COMMANDS,
    epilog="Exit codes: 0 nothing failed at or above --fail-on; 1 could not run; 2 usage; 3 findings at or above "
    "--fail-on; 4 coverage below --min-coverage; 130 interrupted.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, prog_name="assessor", message="%(prog)s %(version)s")
def main() -> None:
    """Say where an AWS account stands against the generative AI security readiness checklist.

    Everything is read, nothing is changed. `assessor scan --demo` tries it without an AWS account.
    """
