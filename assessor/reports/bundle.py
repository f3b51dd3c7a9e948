"""The evidence bundle: everything an auditor keeps of one run, in one file that accounts for its every byte.

A ZIP archive whose files are stored as they are, in a fixed order, without times or owners: the same run gives the same
bytes everywhere. ``MANIFEST.json`` comes first and names the SHA-256 of each file, and of the whole: the digest of the
lines that ``sha256sum`` would print for them. Whoever keeps that digest elsewhere can tell whether the bundle, manifest
included, is still the one that was made.

Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

import hashlib
import json
import struct
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

MANIFEST = "MANIFEST.json"
FORMAT = "genai-readiness-assessor/bundle"
SCHEMA = 1

_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_LOCAL, _CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
_CHUNK = 1 << 20
_MOST_MANIFEST = 1 << 24
_LONGEST = 0xFFFFFFFE  # bytes of a file and of the whole; more would need another form of the archive

Source = Path | bytes


class BundleError(Exception):
    """The bundle cannot be made or read. The message is one line, for people."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the bundle."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What looking at a bundle gave. ``problems`` is empty where every byte is the one that was written."""

    entries: tuple[Entry, ...]
    whole: str
    problems: tuple[str, ...]
    run: Mapping[str, Any]


def write(out: BinaryIO, files: Mapping[str, Source], run: Mapping[str, Any]) -> str:
    """Write the bundle to a stream that can seek; the digest of the whole. Raises `BundleError`, OSError."""
    entries = [_entry(name, source) for name, source in files.items()]
    manifest = _manifest(entries, run)
    if len(manifest) + sum(entry.bytes + 4096 for entry in entries) > _LONGEST:
        raise BundleError("the files are larger than 4 GB together, more than a bundle holds.")
    _pack(out, manifest, ((entry, _chunks(files[entry.name])) for entry in entries))
    return whole_of(entries)


def whole_of(entries: Sequence[Entry]) -> str:
    """The digest of the whole: of the lines that ``sha256sum`` prints for the files, in the manifest's order."""
    lines = "".join(f"{entry.sha256}  {entry.name}\n" for entry in entries)
    return hashlib.sha256(lines.encode()).hexdigest()


def verify(path: Path) -> Verified:
    """Look at every byte. Raises `BundleError` where the file cannot be read or is no bundle at all."""
    try:
        with path.open("rb") as stream:
            return _Check(stream, path.stat().st_size).verified()
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error.strerror or error}.") from error


def read(path: Path, name: str) -> bytes:
    """One file of a bundle. Raises `BundleError`."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(name)
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise BundleError(
            f"{path} is no bundle that holds {name}; `assessor verify` says what is wrong."
        ) from error


def extract(path: Path, directory: Path) -> None:
    """All files of a bundle, into a directory. Raises `BundleError`. Verify first: names are taken from the archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(directory)
    except (OSError, zipfile.BadZipFile) as error:
        raise BundleError(f"{path} cannot be unpacked: {error}.") from error


# -- writing ------------------------------------------------------------------------------------------
def _entry(name: str, source: Source) -> Entry:
    if isinstance(source, bytes):
        return Entry(name, len(source), hashlib.sha256(source).hexdigest())
    size = source.stat().st_size
    if size > _LONGEST:
        raise BundleError(f"{source} is larger than 4 GB, more than a bundle holds.")
    with source.open("rb") as stream:
        return Entry(name, size, hashlib.file_digest(stream, "sha256").hexdigest())


def _manifest(entries: Sequence[Entry], run: Mapping[str, Any]) -> bytes:
    document = {
        "format": FORMAT,
        "schema": SCHEMA,
        "run": run,
        "whole": whole_of(entries),
        "files": [{"name": e.name, "bytes": e.bytes, "sha256": e.sha256} for e in entries],
    }
    return json.dumps(document, indent=1, sort_keys=True).encode("ascii") + b"\n"


def _pack(out: IO[bytes], manifest: bytes, files: Iterable[tuple[Entry, Iterable[bytes]]]) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        archive.writestr(_info(MANIFEST), manifest)
        for entry, content in files:
            with archive.open(_info(entry.name), "w") as target:
                for chunk in content:
                    target.write(chunk)


def _info(name: str) -> zipfile.ZipInfo:
    """Without time, owner or system: the first moment a ZIP archive can name."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.create_system = 3
    info.external_attr = 0o100644 << 16
    return info


def _chunks(source: Source) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


# -- verifying ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Found:
    """One file as it stands in the archive: where its header begins, where its content does, and how long it is."""

    name: str
    header: int
    start: int
    bytes: int
    sha256: str


class _Check:
    """One look at a bundle: its files in turn, against the manifest; then the archive's own bytes."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self._size = size
        self._problems: list[str] = []
        self._broken: list[str] = []
        """Where the walk from file to file could not go on."""

    def verified(self) -> Verified:
        """Everything that is wrong, as far as it can be told."""
        found = list(self._walk())
        if not found or found[0].name != MANIFEST:
            raise BundleError(
                f"this is no evidence bundle: it does not begin with {MANIFEST}, or that is damaged."
            )
        manifest = self._bytes(found[0])
        entries, run = self._entries(manifest)
        if entries:
            self._files(entries, found[1:])
        self._problems += self._broken
        if not self._problems:
            self._archive(manifest, entries, found)
        return Verified(tuple(entries), whole_of(entries), tuple(self._problems), run)

    def _walk(self) -> Iterator[_Found]:
        """The files one after another, as their headers say."""
        at, last = 0, ""
        while True:
            self._stream.seek(at)
            raw = self._stream.read(_LOCAL_HEADER.size)
            if raw[:4] == _CENTRAL:
                return
            if len(raw) < _LOCAL_HEADER.size or raw[:4] != _LOCAL:
                after = f"after {last}" if last else "at the beginning"
                self._broken.append(
                    f"byte {at:,}: the archive is broken {after}: bytes are missing, added or changed there or before"
                )
                return
            fields = _LOCAL_HEADER.unpack(raw)
            size, name_length, extra = fields[7], fields[9], fields[10]
            name = self._stream.read(name_length).decode("utf-8", "replace")
            start = at + _LOCAL_HEADER.size + name_length + extra
            if start + size > self._size:
                self._broken.append(f"byte {at:,}: {_shown(name)} is cut short")
                return
            yield _Found(name, at, start, size, self._digest(start, size))
            at, last = start + size, _shown(name)

    def _entries(self, manifest: bytes) -> tuple[list[Entry], Mapping[str, Any]]:
        """What the manifest names; nothing where it is damaged."""
        try:
            document = json.loads(manifest)
            if document["format"] != FORMAT:
                raise BundleError("this is no evidence bundle of this tool.")
            if document["schema"] > SCHEMA:
                raise BundleError("the bundle was made by a newer version; upgrade to verify it.")
            entries = [
                Entry(str(one["name"]), int(one["bytes"]), str(one["sha256"])) for one in document["files"]
            ]
            run = dict(document["run"])
        except (ValueError, KeyError, TypeError, RecursionError):
            self._problems.append(f"{MANIFEST}: damaged, it cannot be read; nothing else can be told")
            return [], {}
        if document.get("whole") != whole_of(entries):
            self._problems.append(
                f"{MANIFEST}: changed, its digest of the whole is not that of the files it names"
            )
        elif manifest != _manifest(entries, run):
            self._problems.append(f"{MANIFEST}: changed, it is not as it was written")
        return entries, run

    def _files(self, entries: Sequence[Entry], found: Sequence[_Found]) -> None:
        there = {one.name: one for one in found}
        named = {entry.name for entry in entries}
        for entry in entries:
            one = there.get(entry.name)
            if one is None and self._broken:
                break  # nothing is known of what comes behind the break
            if one is None:
                self._problems.append(f"{_shown(entry.name)}: missing, or not where the archive says")
            elif one.bytes != entry.bytes:
                self._problems.append(
                    f"{_shown(entry.name)}: changed, {one.bytes:,} bytes instead of {entry.bytes:,}"
                )
            elif one.sha256 != entry.sha256:
                self._problems.append(
                    f"{_shown(entry.name)}: changed, or bytes are missing in it (SHA-256 {one.sha256[:16]}..., "
                    f"the manifest says {entry.sha256[:16]}...)"
                )
        self._problems += [
            f"{_shown(one.name)}: extra, the manifest does not name it"
            for one in found
            if one.name not in named
        ]
        if len(there) != len(found):
            self._problems.append("a file is there twice")

    def _archive(self, manifest: bytes, entries: Sequence[Entry], found: Sequence[_Found]) -> None:
        """Everything between the files: written again from what was verified, it has to be the same."""
        contents = (
            (entry, _read(self._stream, one.start, one.bytes))
            for entry, one in zip(entries, found[1:], strict=True)
        )
        with tempfile.TemporaryFile() as again:
            _pack(again, manifest, contents)
            self._compare(again, found)

    def _compare(self, again: IO[bytes], found: Sequence[_Found]) -> None:
        self._stream.seek(0)
        again.seek(0)
        at = 0
        while True:
            ours, theirs = again.read(_CHUNK), self._stream.read(_CHUNK)
            if ours == theirs:
                if not ours:
                    return
                at += len(ours)
                continue
            offset = at + next(
                (n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b),
                min(len(ours), len(theirs)),
            )
            where = next(
                (f"in the header of {_shown(one.name)}" for one in found if one.header <= offset < one.start),
                "in the archive's directory",
            )
            self._problems.append(f"byte {offset:,}: changed, missing or added {where}")
            return

    def _digest(self, start: int, size: int) -> str:
        digest = hashlib.sha256()
        for chunk in _read(self._stream, start, size):
            digest.update(chunk)
        return digest.hexdigest()

    def _bytes(self, one: _Found) -> bytes:
        if one.bytes > _MOST_MANIFEST:
            raise BundleError(f"this is no evidence bundle: its {MANIFEST} is too large.")
        return b"".join(_read(self._stream, one.start, one.bytes))


def _read(stream: BinaryIO, start: int, size: int) -> Iterator[bytes]:
    stream.seek(start)
    while size > 0 and (chunk := stream.read(min(size, _CHUNK))):
        size -= len(chunk)
        yield chunk


def _shown(name: str) -> str:
    from assessor.reports.text import visible

    return visible(name)[:120]
