"""What people see: results on stdout, everything else on stderr."""

import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import click

from assessor.cli.exits import CannotRunError
from assessor.reports.text import visible


@dataclass(frozen=True, slots=True)
class Console:
    """verbosity: -1 says errors and the conclusion only, 0 the usual, 1 what went unseen, 2 everything."""

    verbosity: int = 0

    def note(self, text: str) -> None:
        """Something worth knowing."""
        if self.verbosity >= 0:
            _err(text)

    def detail(self, text: str) -> None:
        """Something asked for with ``-v``."""
        if self.verbosity >= 1:
            _err(text)

    def conclude(self, text: str, *, ok: bool) -> None:
        """The last line; a quiet run says it only where the exit code needs explaining."""
        if self.verbosity >= 0 or not ok:
            _err(text)


def _err(text: str) -> None:
    # stderr may be closed; a run does not fail because nobody listens.
    with contextlib.suppress(OSError, ValueError):
        click.echo(visible(text), err=True)


def result(text: str | bytes) -> None:
    """Write the result to stdout. A reader that has gone away (``| head``) is no error, and neither is none at all.

    What the terminal's encoding does not hold is escaped rather than refused.
    Raises `CannotRunError` when stdout is there and cannot be written.
    """
    if sys.stdout is None:  # closed by whoever started us
        return
    if isinstance(text, str):
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        text = text.encode(encoding, "backslashreplace")
    try:
        click.echo(text, nl=False)
        sys.stdout.flush()
    except BrokenPipeError:
        forget_stdout()
    except OSError as error:
        forget_stdout()
        raise CannotRunError(f"the result cannot be written to stdout: {error.strerror or error}") from error


def forget_stdout() -> None:
    """Python flushes stdout once more when it ends; what cannot be written by then is no second error."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def is_terminal() -> bool:
    """Whether stdout is one."""
    return sys.stdout is not None and sys.stdout.isatty()


def colours(stream_is_terminal: bool, environ: Mapping[str, str] | None = None) -> bool:
    """Whether to colour: NO_COLOR forbids (https://no-color.org), FORCE_COLOR asks, else a real terminal decides."""
    given = os.environ if environ is None else environ
    if given.get("NO_COLOR"):
        return False
    if given.get("FORCE_COLOR"):
        return True
    return stream_is_terminal and given.get("TERM") != "dumb"


def paint(text: str, colour: str) -> str:
    """Colour one text."""
    return click.style(text, fg=colour, bold=True)
