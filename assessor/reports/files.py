"""Files of one run, written together: all of them, or none.

Each is written under a temporary name in its own directory, forced to disk, and only when every one is complete are
they renamed. A disk that fills up or an interrupted run leaves the previous files as they were.
"""

import contextlib
import hashlib
import os
import secrets
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self


class CannotWriteError(Exception):
    """The output directory or a file in it cannot be written. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Written:
    """One file of the run."""

    name: str
    bytes: int
    sha256: str

    def as_json(self) -> dict[str, Any]:
        """For ``summary.json``."""
        return {"name": self.name, "bytes": self.bytes, "sha256": self.sha256}


def prepare(directory: Path, names: Iterable[str]) -> None:
    """Make the directory and prove that files can be written into it, before anything is asked of AWS.

    Raises `CannotWriteError`.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        probe = _temporary(directory / "probe")
        try:
            with probe.open("xb") as stream:
                stream.write(b"probe")
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot(directory, error) from error
    for name in names:
        if (directory / name).is_dir():
            raise CannotWriteError(
                f"{directory / name} is a directory; a file of that name has to be written there. "
                "Remove it or choose another --output-dir."
            )


class Batch:
    """Files that appear together when the ``with`` block ends well, and not at all when it does not."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.written: list[Written] = []
        self._temporary: dict[str, Path] = {}

    def __enter__(self) -> Self:
        return self

    def add(self, name: str, write: Callable[[BinaryIO], object]) -> Path:
        """Write one file under its temporary name, which is returned. Raises `CannotWriteError`."""
        path = _temporary(self.directory / name)
        self._temporary[name] = path
        try:
            with path.open("xb") as stream:
                write(stream)
                stream.flush()
                os.fsync(stream.fileno())
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            self.written.append(Written(name, path.stat().st_size, digest))
        except OSError as error:
            raise _cannot(self.directory / name, error) from error
        return path

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._commit()
        finally:
            for path in self._temporary.values():
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)

    def _commit(self) -> None:
        with _uninterrupted():
            for name, path in self._temporary.items():
                try:
                    path.replace(self.directory / name)
                except OSError as error:
                    raise _cannot(self.directory / name, error) from error
            _sync_directory(self.directory)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold Ctrl-C back for the moment of renaming, so that no mixture of two runs is left behind."""
    if threading.current_thread() is not threading.main_thread():  # signals only ever reach the main thread
        yield
        return
    held: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: held.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)
        if held:
            signal.raise_signal(signal.SIGINT)


def _sync_directory(directory: Path) -> None:
    # Not every file system can; the files themselves are on disk already.
    with contextlib.suppress(OSError):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")


def _cannot(path: Path, error: OSError) -> CannotWriteError:
    return CannotWriteError(
        f"cannot write {path}: {error.strerror or error}. Choose a writable place with --output-dir."
    )
