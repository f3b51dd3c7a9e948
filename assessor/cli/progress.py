"""Progress on stderr while an account is read: a bar for people at a terminal, nothing for anybody else."""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from assessor.cli.console import Console
from assessor.model.finding import command
from assessor.model.reading import Call, Reading, Unseen


class Telling:
    """An observer that says, when asked to, which calls were not answered."""

    def __init__(self, say: Console) -> None:
        self._say = say

    def planned(self, calls: int) -> None:
        """More calls are needed."""

    def done(self, call: Call, reading: Reading) -> None:
        """A call has its reading."""
        if isinstance(reading, Unseen):
            code = f" ({reading.code})" if reading.code else ""
            self._say.detail(f"unseen {reading.why.value}{code}: {command(call)} in account {call.account}")

    def throttled(self, call: Call) -> None:
        """A call will be made again."""

    def finished(self, complete: bool) -> None:
        """The account is read, as far as it could be."""
        if not complete:
            self._say.note("the time limit cut reading short; what was not answered is not assessed")


class Bar(Telling):
    """The same, with a bar: calls answered of calls known to be needed."""

    def __init__(self, say: Console, progress: Any) -> None:
        super().__init__(say)
        self._progress = progress
        self._task = progress.add_task("reading", total=0, slowed="")
        self._planned = 0
        self._slowed = 0

    def planned(self, calls: int) -> None:
        """The bar grows longer."""
        self._planned += calls
        self._progress.update(self._task, total=self._planned)

    def done(self, call: Call, reading: Reading) -> None:
        """The bar fills."""
        super().done(call, reading)
        self._progress.advance(self._task)

    def throttled(self, call: Call) -> None:  # noqa: ARG002 - every observer is told which call
        """AWS asks for patience; so do we."""
        self._slowed += 1
        self._progress.update(self._task, slowed=f"{self._slowed} throttled")


def wants_bar(say: Console, environ: Mapping[str, str] | None = None) -> bool:
    """A bar needs somebody who watches: a terminal, not a CI job's log, and no wish for quiet."""
    given = os.environ if environ is None else environ
    return say.verbosity >= 0 and sys.stderr.isatty() and not given.get("CI") and given.get("TERM") != "dumb"


@contextlib.contextmanager
def watching(say: Console) -> Iterator[Telling]:
    """The observer of one run."""
    if not wants_bar(say):
        yield Telling(say)
        return
    from rich.console import Console as Screen
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[slowed]}"),
    )
    # rich honours NO_COLOR and FORCE_COLOR itself.
    with Progress(*columns, console=Screen(stderr=True), transient=True) as progress:
        yield Bar(say, progress)
