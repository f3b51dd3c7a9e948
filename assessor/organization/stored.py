"""Findings on disk, one JSON object a line: the contract's fields, and the two that scoring needs beside them.

The same lines are the data of the Athena table, so a field's name is a column's name.
"""

import gzip
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, overload

from assessor.model.finding import Finding
from assessor.model.snapshot import Run
from assessor.model.verdict import Severity, Status

_FIELDS = tuple(field.name for field in fields(Finding))
_MEMBERS = itemgetter(*_FIELDS)
_SEVERITIES = {one.value: one for one in Severity}
_STATUSES = {one.value: one for one in Status}
_NUMBERS = {"item": "int", "listing_unseen": "boolean"}

COLUMNS: Mapping[str, str] = {
    **{name: _NUMBERS.get(name, "string") for name in _FIELDS},
    "run_id": "string",
    "assessed_at": "string",
    "tool_version": "string",
}
"""Field -> its type as AWS Glue spells it (https://docs.aws.amazon.com/athena/latest/ug/data-types.html)."""


def line(finding: Finding, run: Run) -> bytes:
    """One finding. Pure ASCII."""
    values = {name: getattr(finding, name) for name in _FIELDS}
    values |= {"run_id": run.run_id, "assessed_at": run.assessed_at, "tool_version": run.tool_version}
    return json.dumps(values, separators=(",", ":")).encode("ascii") + b"\n"


def parse(text: bytes | str) -> Finding:
    """The finding of a line. Raises ValueError, KeyError or TypeError for anything else."""
    values = json.loads(str(text, "utf-8") if isinstance(text, bytes) else text)
    values["severity"] = _SEVERITIES[values["severity"]]
    values["status"] = _STATUSES[values["status"]]
    return Finding(*_MEMBERS(values))


def write(findings: Iterable[Finding], run: Run, out: BinaryIO) -> int:
    """Write findings compressed, the same findings as the same bytes; how many."""
    count = 0
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0, compresslevel=6) as packed:
        buffered = io.BufferedWriter(packed, 1 << 18)
        for finding in findings:
            buffered.write(line(finding, run))
            count += 1
        buffered.flush()
    return count


def read(source: BinaryIO) -> Iterator[Finding]:
    """The findings of a compressed stream, one by one. Raises OSError, EOFError or ValueError where it is damaged."""
    with gzip.GzipFile(fileobj=source, mode="rb") as packed:
        for text in packed:
            yield parse(text)


def of_file(path: Path) -> Callable[[], Iterator[Finding]]:
    """Reads a file anew each time it is asked."""

    def findings() -> Iterator[Finding]:
        with path.open("rb") as stream:
            yield from read(stream)

    return findings


class StoredFindings(Sequence[Finding]):
    """The findings of many files as one sequence that is read anew each time: memory holds one row.

    sources: what gives each file's findings, in their order. count: how many there are together.
    """

    def __init__(self, sources: Sequence[Callable[[], Iterator[Finding]]], count: int) -> None:
        self._sources = sources
        self._count = count

    def __len__(self) -> int:
        """How many findings there are."""
        return self._count

    def __iter__(self) -> Iterator[Finding]:
        """Every finding, file by file."""
        for source in self._sources:
            yield from source()

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Finding]: ...
    def __getitem__(self, index: int | slice) -> Finding | Sequence[Finding]:
        """A finding by number; all before it are read on the way."""
        wanted = range(self._count)[index]
        if isinstance(wanted, int):
            return next(row for number, row in enumerate(self) if number == wanted)
        numbers = set(wanted)
        found = {number: row for number, row in enumerate(self) if number in numbers}
        return [found[number] for number in wanted]


def json_of(content: bytes) -> dict[str, Any]:
    """A small document. Raises ValueError or TypeError where it is none."""
    value = json.loads(content)
    if not isinstance(value, dict):
        raise TypeError("a document was expected")
    return value


def encoded(value: Any) -> bytes:
    """A small document as it is stored: ASCII, indented."""
    return json.dumps(value, indent=2).encode("ascii") + b"\n"


__all__ = ["COLUMNS", "StoredFindings", "encoded", "json_of", "line", "of_file", "parse", "read", "write"]
