"""A group that imports a command only when it is run, and ends every run with one line and the right exit code."""

import contextlib
import difflib
import importlib
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

import click
from click.exceptions import NoArgsIsHelpError

from assessor.cli.console import forget_stdout
from assessor.reports.text import visible


class LazyGroup(click.Group):
    """Commands named in a table: their modules stay unloaded for ``--help`` and for each other."""

    def __init__(
        self, *args: Any, package: str = "", commands_by_name: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._package = package
        self._help = dict(commands_by_name or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the table's order."""
        return [*self._help, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in self._help:
            return super().get_command(ctx, cmd_name)
        attribute = cmd_name.replace("-", "_")
        module = importlib.import_module(f"{self._package}.{attribute}")
        command: click.Command = getattr(module, attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with the nearest name for a misspelled one."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], self._help, n=1)
            hint = f" Did you mean {near[0]}?" if near else " `assessor --help` lists the commands."
            raise click.UsageError(f"no such command: {args[0]}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The table's own lines; nothing is imported."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._help.items()))

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run; every error is one line on stderr, and never a traceback (but with ``-vv`` for our own mistakes)."""
        given = list(sys.argv[1:] if args is None else args)
        code = self._run(given, prog_name or "assessor", complete_var, extra)
        if not standalone_mode:
            return code
        sys.exit(code)

    def _run(
        self, args: list[str], prog_name: str, complete_var: str | None, extra: Mapping[str, Any]
    ) -> int:
        try:
            result = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
            code = int(result) if isinstance(result, int) else 0
        except (click.Abort, KeyboardInterrupt):
            say_error("interrupted; nothing was left half-written")
            code = 130
        except NoArgsIsHelpError as error:
            error.show()
            code = error.exit_code
        except click.ClickException as error:
            say_error(error.format_message(), command=_command(error))
            code = error.exit_code
        except BrokenPipeError:
            forget_stdout()
            code = 1
        except Exception as error:  # noqa: BLE001 - the last line of defence: people get a line, not a traceback
            code = _internal(error, verbose=_very_verbose(args))
        return code


def say_error(text: str, command: str = "") -> None:
    """One line on stderr, whatever the text holds."""
    hint = f" (see `{command} --help`)" if command else ""
    with contextlib.suppress(OSError):
        click.echo(f"assessor: {visible(text).strip()}{hint}", err=True)


def _command(error: click.ClickException) -> str:
    if isinstance(error, click.UsageError) and error.ctx is not None:
        return error.ctx.command_path
    return ""


def _internal(error: Exception, *, verbose: bool) -> int:
    if verbose:
        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
    where = "the traceback above" if verbose else "its output with -vv"
    say_error(
        f"internal error: {type(error).__name__}: {error}. This is a mistake in assessor, not in your account: "
        f"please report it with the command you ran and {where}"
    )
    return 1


def _very_verbose(args: Sequence[str]) -> bool:
    short = sum(a.count("v") for a in args if a.startswith("-v") and set(a[1:]) == {"v"})
    return short + sum(a == "--verbose" for a in args) >= 2
