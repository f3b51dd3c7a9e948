"""From a snapshot to files, stdout, the last lines on stderr and the exit code."""

import io
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from assessor.cli import console
from assessor.cli.console import Console
from assessor.cli.earlier import with_history
from assessor.cli.exits import CannotRunError, Exit, conclude
from assessor.cli.options import Assessment
from assessor.model import archive
from assessor.model.archive import ArchiveError
from assessor.model.snapshot import Snapshot
from assessor.reports import WRITERS, findings_csv, findings_json, summary, table
from assessor.reports.files import Batch, CannotWriteError, prepare
from assessor.reports.permissions import statement_line
from assessor.reports.report import Report, make_report
from assessor.reports.words import plural
from assessor.waivers import Applied

SNAPSHOT = "snapshot.json.gz"
SUMMARY = "summary.json"
_WIDTH_UNKNOWN = 100
_QUESTIONS = 8


def prepare_output(directory: Path, names: tuple[str, ...] = (SNAPSHOT, *WRITERS, SUMMARY)) -> None:
    """Make sure that the files can be written, before anything costs time. Raises `CannotRunError`."""
    try:
        prepare(directory, names)
    except CannotWriteError as error:
        raise CannotRunError(str(error)) from error


def assess(
    asked: Assessment, store: Callable[[BinaryIO], object], say: Console, stored: Snapshot | None = None
) -> Exit:
    """Evaluate the snapshot that ``store`` writes, write all files together, print the result, say how it ended.

    ``stored`` is that snapshot, where it was read from a file already. Otherwise it is read back: the findings are
    made of what is stored, not of what is in memory, and so its evaluation gives the same again.
    Raises `CannotRunError`.
    """
    try:
        with Batch(asked.output_dir) as batch:
            path = batch.add(SNAPSHOT, store)
            report = make_report(
                archive.read(path) if stored is None else stored,
                asked.controls,
                asked.parameters,
                asked.selection,
                min_coverage=asked.min_coverage,
                questions=asked.questions,
                answers=asked.answers,
                waivers=asked.waivers,
                snapshot_sha256=batch.written[0].sha256,
            )
            report = with_history(report, asked.history, say)
            for name, writer in WRITERS.items():
                batch.add(name, partial(writer, report))
            code, sentence = conclude(report, asked.fail_on, asked.min_coverage)
            encoded = summary.encoded(summary.summary(report, batch.written, code, sentence))
            batch.add(SUMMARY, lambda out: out.write(encoded))
            names = [file.name for file in batch.written]
    except (CannotWriteError, ArchiveError) as error:
        raise CannotRunError(str(error)) from error
    console.result(rendered(report, asked))
    say.note(f"files in {asked.output_dir}: {', '.join(names)}")
    for sentence_of_waivers in waiver_notes(report.waivers):
        say.note(sentence_of_waivers)
    if report.open_questions:
        shown = ", ".join(report.open_questions[:_QUESTIONS])
        more = (
            f" and {len(report.open_questions) - _QUESTIONS} more"
            if len(report.open_questions) > _QUESTIONS
            else ""
        )
        say.note(
            f"{plural(len(report.open_questions), 'question')} for people (`assessor attest questionnaire`): {shown}{more}"
        )
    if report.missing:
        say.note(
            f"not permitted: {plural(len(report.missing), 'IAM action')} (`assessor policy` prints all a scan needs); grant: "
            + statement_line(report.missing)
        )
    say.conclude(sentence, ok=code is Exit.OK)
    return code


def waiver_notes(applied: Applied) -> Iterator[str]:
    """What people have to know of their waivers: those that ended, and those that fit nothing."""
    for one in applied.expired:
        yield f"waiver ended on {one.expires.isoformat()}: {one.named}; what it covered counts again"
    for one in applied.unmatched:
        yield f"waiver fits no failure: {one.named}; remove it, or look at its resource"


def rendered(report: Report, asked: Assessment) -> str | bytes:
    """What stdout carries."""
    if asked.format in ("json", "csv"):
        out = io.BytesIO()
        writer = findings_json.write if asked.format == "json" else findings_csv.write
        writer(report, out, asked.display)
        return out.getvalue()
    coloured = console.colours(console.is_terminal())
    terminal = table.Terminal(
        width=shutil.get_terminal_size((_WIDTH_UNKNOWN, 24)).columns,
        paint=console.paint if coloured else table.plain,
    )
    if asked.format == "summary":
        return table.items_table(report, terminal) + "\n"
    return table.table(report, terminal, asked.display)
