"""Files that appear together, or not at all."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from assessor.reports.files import Batch, CannotWriteError, prepare


def add(batch: Batch, name: str, content: bytes) -> None:
    """Add a file."""
    batch.add(name, lambda out: out.write(content))


def a_and(directory: Path, write: Callable[[BinaryIO], object]) -> None:
    """A batch of a good file and one more."""
    with Batch(directory) as batch:
        add(batch, "a", b"new")
        batch.add("b", write)


def test_files_appear_only_when_all_are_complete(tmp_path: Path) -> None:
    """Inside the block the directory shows the old files; after it, the new ones."""
    (tmp_path / "a").write_bytes(b"old")
    with Batch(tmp_path) as batch:
        add(batch, "a", b"new")
        add(batch, "b", b"new too")
        assert (tmp_path / "a").read_bytes() == b"old"
        assert not (tmp_path / "b").exists()
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"a": b"new", "b": b"new too"}
    assert [file.bytes for file in batch.written] == [3, 7]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
def test_an_interruption_leaves_the_old_files_and_no_others(
    tmp_path: Path, error: type[BaseException]
) -> None:
    """Neither half a file nor a temporary one is left."""
    (tmp_path / "a").write_bytes(b"old")

    def broken(out: BinaryIO) -> None:
        out.write(b"half")
        raise error

    with pytest.raises(error):
        a_and(tmp_path, broken)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"a": b"old"}


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    """The write fails: one message that names the file and what to do."""
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")

    def onto_full_disk(out: BinaryIO) -> None:
        with full.open("wb") as other:
            other.write(b"x" * 100_000)

    with pytest.raises(CannotWriteError, match=r"cannot write .*b: No space left.*--output-dir"):
        a_and(tmp_path, onto_full_disk)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_during_the_renaming_is_held_back_until_it_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No mixture of two runs: all files are new, and then the interruption arrives."""
    rename = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        os.kill(os.getpid(), signal.SIGINT)
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        a_and(tmp_path, lambda out: out.write(b"new"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_preparing_makes_the_directory_and_leaves_it_empty(tmp_path: Path) -> None:
    """The proof that files can be written is taken away again."""
    prepare(tmp_path / "x" / "y", ["a"])
    assert list((tmp_path / "x" / "y").iterdir()) == []


def test_preparing_refuses_what_cannot_be_written(tmp_path: Path) -> None:
    """A file in the way of the directory, a directory in the way of a file."""
    (tmp_path / "file").touch()
    with pytest.raises(CannotWriteError, match="--output-dir"):
        prepare(tmp_path / "file" / "out", [])
    (tmp_path / "a").mkdir()
    with pytest.raises(CannotWriteError, match="is a directory"):
        prepare(tmp_path, ["a"])
