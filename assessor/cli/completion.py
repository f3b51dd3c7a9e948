"""`assessor completion`: the script that makes a shell complete commands, options and control ids."""

import click
from click.shell_completion import get_completion_class

from assessor.cli.console import result

_SHELLS = ("bash", "zsh", "fish")


@click.command("completion", short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> int:
    """Print the completion script of SHELL: `source <(assessor completion bash)`."""
    completer = get_completion_class(shell)
    if completer is None:
        raise click.UsageError(f"this version of click knows no completion for {shell}", ctx)
    script = completer(ctx.find_root().command, {}, "assessor", "_ASSESSOR_COMPLETE").source()
    result(script if script.endswith("\n") else script + "\n")
    return 0
