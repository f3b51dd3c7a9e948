"""Files that people keep: TOML lists of tables, read with the line of everything that is wrong in them.

Attestations and waivers are such files. Nothing in them is trusted: what is misspelled, of the wrong type, overlong or
not TOML is an error of one line, and nothing is taken from a file with an error.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any

MOST_BYTES = 4_000_000
MOST_TEXT = 4_000
"""Most characters of one text: an answer is a sentence and a link, no document."""

_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_\"'.-]+)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*[=.]""")


class RecordError(ValueError):
    """A file that cannot be used. The message is one line: where, what is wrong, what is allowed."""


@dataclass(frozen=True, slots=True)
class Record:
    """One table of the list, and where it stands."""

    source: str
    line: int
    values: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)

    def where(self, key: str = "") -> str:
        """``attestations.toml, line 12``: of a key where it has one."""
        return f"{self.source}, line {self.lines.get(key, self.line)}"

    def wrong(self, key: str, said: str) -> RecordError:
        """An error about a key."""
        return RecordError(f"{self.where(key)}: {said}")

    def text(self, key: str, *, needed: bool = True) -> str:
        """A text, trimmed; raises RecordError where it is missing, empty, no text or too long."""
        value = self.values.get(key, "")
        if not isinstance(value, str):
            raise self.wrong(key, f"{key} must be a text, not {shown(value)}")
        if needed and not value.strip():
            raise self.wrong(key, f"{key} is {'empty' if key in self.values else 'missing'}")
        if len(value) > MOST_TEXT:
            raise self.wrong(key, f"{key} has {len(value):,} characters; at most {MOST_TEXT:,}")
        return value.strip()


def read_records(path: Path, table: str, keys: Iterable[str]) -> list[Record]:
    """The tables ``[[table]]`` of a file, in their order. Raises `RecordError`."""
    return parse_records(read_text(path), str(path), table, keys)


def read_text(path: Path) -> str:
    """The text of a file, line ends as they are. Raises `RecordError`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RecordError(f"{path}: cannot be read: {error.strerror or error}") from error
    if len(content) > MOST_BYTES:
        raise RecordError(f"{path}: {len(content):,} bytes; at most {MOST_BYTES:,}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise RecordError(f"{path}, line {line}: is not UTF-8 text; save it as UTF-8") from error


def parse_records(text: str, source: str, table: str, keys: Iterable[str]) -> list[Record]:
    """The tables of a text; ``source`` names it in messages. Raises `RecordError`."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecordError(_syntax(error, text, source)) from error
    except RecursionError as error:
        raise RecordError(f"{source}: nested too deeply") from error
    marks = list(_marks(text))
    known = tuple(keys)
    for name in document:
        if name != table:
            line = next((m.line for m in marks if m.name.partition(".")[0] == name), 1)
            raise RecordError(
                f"{source}, line {line}: unknown table or key {shown(name)}; the file holds [[{table}]]"
            )
    tables = document.get(table, [])
    first = next((m.line for m in marks if m.name == table), 1)
    if not isinstance(tables, list) or any(not isinstance(one, dict) for one in tables):
        raise RecordError(f"{source}, line {first}: {table} must be written as [[{table}]]")
    heads = [n for n, m in enumerate(marks) if m.listed and m.name == table]
    records = []
    for number, values in enumerate(tables):
        line, lines = first, {}
        if number < len(heads) and len(heads) == len(tables):
            line = marks[heads[number]].line
            end = heads[number + 1] if number + 1 < len(heads) else len(marks)
            lines = {
                m.name.removeprefix(f"{table}.").partition(".")[0]: m.line
                for m in reversed(marks[heads[number] + 1 : end])
            }
        record = Record(source, line, values, lines)
        for key in values:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
                raise record.wrong(key, f"unknown key {shown(key)}; {hint}")
        records.append(record)
    return records


def shown(value: object) -> str:
    """A value in a message: short, and nothing in it invisible."""
    if isinstance(value, (date, time)):
        return value.isoformat()
    text = repr(value) if not isinstance(value, str) else f'"{value}"'
    text = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    return text if len(text) <= 60 else text[:57] + "..."


def _syntax(error: tomllib.TOMLDecodeError, text: str, source: str) -> str:
    said = str(error)
    place = _PLACE.search(said)
    if place is None:
        return f"{source}: not valid TOML: {said}"
    line = place.group(1) or str(max(1, len(text.rstrip("\n").split("\n"))))
    return f"{source}, line {line}: not valid TOML: {said[: place.start()]}"


@dataclass(frozen=True, slots=True)
class _Mark:
    line: int
    name: str
    listed: bool = False


def _marks(text: str) -> Iterator[_Mark]:
    """The headers and keys of a valid document, those that only look like some inside a text left out."""
    inside = ""
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not inside:
            header = _HEADER.match(line)
            if header:
                name = header.group(2).replace('"', "").replace("'", "")
                yield _Mark(number, name, header.group(1) == "[[")
            else:
                key = _KEY.match(line)
                if key:
                    yield _Mark(number, next(part for part in key.groups() if part is not None))
        inside = _inside(line, inside)


def _inside(line: str, inside: str) -> str:
    """The quotes of the multi-line text that is open after a line, "" where none is."""
    at = 0
    while at < len(line):
        if inside:
            if inside == '"""' and line[at] == "\\":
                at += 2
            elif line.startswith(inside, at):
                at += 3
                inside = ""
            else:
                at += 1
        elif line[at] == "#":
            return ""
        elif line.startswith(('"""', "'''"), at):
            inside = line[at : at + 3]
            at += 3
        elif line[at] in "\"'":
            at = _past(line, at)
        else:
            at += 1
    return inside


def _past(line: str, at: int) -> int:
    """The place after a text of one line that begins at ``at``."""
    quote = line[at]
    at += 1
    while at < len(line) and line[at] != quote:
        at += 2 if quote == '"' and line[at] == "\\" else 1
    return at + 1
