"""The snapshot as one file: ``snapshot.json.gz``, from which every finding can be had again, offline.

The same snapshot gives the same bytes: readings are in a stable order, members of answers sorted, and the
gzip header carries neither time nor name. The file's SHA-256 therefore names its content.
"""

import gzip
import hashlib
import io
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from assessor.model.reading import Absent, Call, Reading, Seen, Unseen, Why
from assessor.model.snapshot import Account, Run, Snapshot

SCHEMA = 1
FORMAT = "genai-readiness-assessor/snapshot"

_MAGIC = b"\x1f\x8b"


class ArchiveError(Exception):
    """The file is no snapshot this version can read. The message is one line, for people."""


def write(snapshot: Snapshot, target: Path | str | BinaryIO) -> str:
    """Write a snapshot to a path or a binary stream; the SHA-256 of the bytes written, in hex.

    A path is written under a temporary name first and then renamed: a run that is cut short leaves no half file.
    """
    if not isinstance(target, (str, Path)):
        return _write(snapshot, target)
    path = Path(target)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as stream:
            digest = _write(snapshot, stream)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return digest


def read(source: Path | str | BinaryIO) -> Snapshot:
    """The snapshot in a file. Raises `ArchiveError` when it is damaged, foreign or of a newer schema."""
    name = str(source) if isinstance(source, (str, Path)) else "the snapshot"
    try:
        packed = Path(source).read_bytes() if isinstance(source, (str, Path)) else source.read()
    except OSError as error:
        raise ArchiveError(f"{name} cannot be read: {error.strerror or error}.") from error
    if not packed.startswith(_MAGIC):
        raise ArchiveError(f"{name} is not a snapshot: it is not gzip-compressed.")
    try:
        document = json.loads(gzip.decompress(packed))
    except (EOFError, OSError, zlib.error) as error:
        raise ArchiveError(f"{name} is damaged or was cut short: {error}.") from error
    except (ValueError, RecursionError) as error:
        raise ArchiveError(
            f"{name} is not a snapshot: it does not hold JSON ({_one_line(error)})."
        ) from error
    return _snapshot(document, name)


def sha256_of(path: Path | str) -> str:
    """The SHA-256 of a file in hex, as ``sha256sum`` prints it."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def tally(readings: Mapping[Call, Reading]) -> dict[str, Any]:
    """How many calls were seen, absent and unseen, the last by reason."""
    seen = absent = 0
    unseen: dict[str, int] = {}
    for reading in readings.values():
        match reading:
            case Seen():
                seen += 1
            case Absent():
                absent += 1
            case Unseen(why=why):
                unseen[why.value] = unseen.get(why.value, 0) + 1
    return {"calls": len(readings), "seen": seen, "absent": absent, "unseen": dict(sorted(unseen.items()))}


# -- writing ---------------------------------------------------------------------------------------------
class _Hashing(io.RawIOBase):
    """Passes bytes on and keeps their digest."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.digest.update(data)
        self._stream.write(data)
        return len(data)


def _write(snapshot: Snapshot, stream: BinaryIO) -> str:
    hashing = _Hashing(stream)
    with gzip.GzipFile(filename="", mode="wb", fileobj=hashing, mtime=0, compresslevel=6) as packed:
        buffered = io.BufferedWriter(packed, 1 << 18)
        for part in _parts(snapshot):
            # JSON may hold half a surrogate pair; it is kept, and read back, as it is.
            buffered.write(part.encode("utf-8", "surrogatepass"))
        buffered.flush()
    return hashing.digest.hexdigest()


def _parts(snapshot: Snapshot) -> Iterator[str]:
    run = snapshot.run
    head = {
        "format": FORMAT,
        "schema": SCHEMA,
        "tool_version": run.tool_version,
        "run": {
            "run_id": run.run_id,
            "assessed_at": run.assessed_at,
            "scope": run.scope,
            "accounts": [
                {
                    "id": account.id,
                    "partition": account.partition,
                    "caller": account.caller,
                    "regions": list(account.regions),
                }
                for account in run.accounts
            ],
        },
        "coverage": tally(snapshot.readings),
    }
    yield _json(head)[:-1] + ',"readings":['
    separator = "\n"
    # One reading a line: the file can be searched with zgrep and compared with diff.
    for call, reading in snapshot.items():
        yield separator + _json(_entry(call, reading))
        separator = ",\n"
    yield "\n]}\n"


def _entry(call: Call, reading: Reading) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "account": call.account,
        "region": call.region,
        "operation": call.operation,
        "params": call.params,
    }
    match reading:
        case Seen(value):
            entry["seen"] = value
        case Absent(code):
            entry["absent"] = code
        case Unseen():
            entry["unseen"] = {
                "why": reading.why.value,
                "code": reading.code,
                "message": reading.message,
                "grant": reading.grant,
                **({} if reading.partial is None else {"partial": reading.partial}),
            }
    return entry


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


# -- reading ---------------------------------------------------------------------------------------------
def _snapshot(document: Any, name: str) -> Snapshot:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ArchiveError(f"{name} is not a snapshot of this tool.")
    schema = document.get("schema")
    if not isinstance(schema, int) or schema < 1:
        raise ArchiveError(f"{name} is damaged: it has no schema number.")
    if schema > SCHEMA:
        raise ArchiveError(
            f"{name} was written by a newer version ({_one_line(document.get('tool_version'))}, schema {schema}); "
            f"this one reads up to schema {SCHEMA}. Upgrade to evaluate it."
        )
    try:
        readings = dict(_reading(entry) for entry in document["readings"])
        return Snapshot(_run(document), readings)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ArchiveError(
            f"{name} is damaged: a reading or the run is incomplete ({_one_line(error)})."
        ) from error


def _run(document: Mapping[str, Any]) -> Run:
    run = document["run"]
    return Run(
        run_id=_text(run["run_id"]),
        assessed_at=_text(run["assessed_at"]),
        tool_version=_text(document["tool_version"]),
        accounts=tuple(
            Account(
                _text(account["id"]),
                tuple(_text(region) for region in account["regions"]),
                _text(account["partition"]),
                _text(account["caller"]),
            )
            for account in run["accounts"]
        ),
        scope=_text(run["scope"]),
    )


def _reading(entry: Mapping[str, Any]) -> tuple[Call, Reading]:
    call = Call(
        _text(entry["account"]), _text(entry["region"]), _text(entry["operation"]), _text(entry["params"])
    )
    if "seen" in entry:
        return call, Seen(_mapping(entry["seen"]))
    if "absent" in entry:
        return call, Absent(_text(entry["absent"]))
    unseen = entry["unseen"]
    partial = unseen.get("partial")
    return call, Unseen(
        Why(unseen["why"]),
        _text(unseen["code"]),
        _text(unseen["message"]),
        _text(unseen["grant"]),
        None if partial is None else _mapping(partial),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text expected, {type(value).__name__} found")
    return value


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"an answer expected, {type(value).__name__} found")
    return value


def _one_line(value: object) -> str:
    return " ".join(str(value).split())[:120]


__all__ = ["FORMAT", "SCHEMA", "ArchiveError", "read", "sha256_of", "tally", "write"]
