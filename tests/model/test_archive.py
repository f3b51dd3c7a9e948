"""The snapshot file: the same snapshot gives the same bytes, and a bad file gives one clear line."""

import gzip
import hashlib
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.model import archive
from assessor.model.archive import ArchiveError
from assessor.model.reading import Absent, Call, Reading, Seen, Unseen, Why, canonical
from assessor.model.snapshot import Account, Run, Snapshot

RUN = Run(
    "run-1",
    "2026-11-20T03:00:00Z",
    "0.1.0",
    (Account("111122223333", ("us-east-1", "eu-west-1"), "aws", "arn:aws:iam::111122223333:role/auditor"),),
    "account",
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
ANSWERS = st.dictionaries(st.text(max_size=6), JSON, max_size=4)
CODES = st.text(max_size=12)
READINGS: st.SearchStrategy[Reading] = st.one_of(
    st.builds(Seen, ANSWERS),
    st.builds(Absent, CODES),
    st.builds(Unseen, st.sampled_from(Why), CODES, CODES, CODES, st.none() | ANSWERS),
)
CALLS = st.builds(
    Call,
    st.just("111122223333"),
    st.sampled_from(["global", "us-east-1"]),
    CODES,
    st.builds(canonical, ANSWERS),
)


def call(n: int = 0) -> Call:
    """A call that is different for each number."""
    return Call("111122223333", "us-east-1", "kms:DescribeKey", canonical({"KeyId": str(n)}))


def packed(document: Any) -> io.BytesIO:
    """A file with that content."""
    return io.BytesIO(gzip.compress(json.dumps(document).encode()))


def document(**changed: Any) -> dict[str, Any]:
    """The content of a good file, changed."""
    stream = io.BytesIO()
    archive.write(Snapshot(RUN, {call(): Seen({"a": 1})}), stream)
    found: dict[str, Any] = json.loads(gzip.decompress(stream.getvalue()))
    return found | changed


@given(st.dictionaries(CALLS, READINGS, max_size=6))
def test_what_is_written_is_read_again(readings: dict[Call, Reading]) -> None:
    stream = io.BytesIO()
    snapshot = Snapshot(RUN, readings)
    digest = archive.write(snapshot, stream)
    assert digest == hashlib.sha256(stream.getvalue()).hexdigest()
    stream.seek(0)
    assert archive.read(stream) == snapshot


def test_the_same_snapshot_gives_the_same_bytes_whatever_the_order(tmp_path: Path) -> None:
    readings: dict[Call, Reading] = {call(n): Seen({"b": n, "a": {"d": 1, "c": 2}}) for n in range(50)}
    turned: dict[Call, Reading] = {
        call(n): Seen({"a": {"c": 2, "d": 1}, "b": n}) for n in reversed(range(50))
    }
    one = archive.write(Snapshot(RUN, readings), tmp_path / "one.json.gz")
    time.sleep(1.1)  # gzip's header counts in seconds
    other = archive.write(Snapshot(RUN, turned), tmp_path / "other.json.gz")
    assert one == other == archive.sha256_of(tmp_path / "one.json.gz")


def test_the_file_says_what_it_is_and_how_much_was_seen() -> None:
    readings: dict[Call, Reading] = {
        call(1): Seen({}),
        call(2): Absent("NotFoundException"),
        call(3): Unseen(Why.DENIED, "AccessDenied", "no", "kms:DescribeKey"),
        call(4): Unseen(Why.DENIED, "AccessDenied", "no", "kms:DescribeKey"),
        call(5): Unseen(Why.TIMED_OUT, partial={"Keys": [1]}),
    }
    stream = io.BytesIO()
    archive.write(Snapshot(RUN, readings), stream)
    found = json.loads(gzip.decompress(stream.getvalue()))
    assert (found["format"], found["schema"], found["tool_version"]) == (
        archive.FORMAT,
        archive.SCHEMA,
        "0.1.0",
    )
    assert found["run"]["accounts"][0]["caller"] == "arn:aws:iam::111122223333:role/auditor"
    assert found["coverage"] == {"calls": 5, "seen": 1, "absent": 1, "unseen": {"DENIED": 2, "TIMED_OUT": 1}}


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "snapshot.json.gz"
    archive.write(Snapshot(RUN, {}), path)
    before = path.read_bytes()
    with pytest.raises(TypeError):
        archive.write(Snapshot(RUN, {call(): Seen({"not": {"plain"}})}), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_was_cut_short_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "snapshot.json.gz"
    archive.write(Snapshot(RUN, {call(n): Seen({"a": n}) for n in range(100)}), path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ArchiveError, match="damaged or was cut short"):
        archive.read(path)


def test_a_changed_byte_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "snapshot.json.gz"
    archive.write(Snapshot(RUN, {call(n): Seen({"a": n}) for n in range(100)}), path)
    body = bytearray(path.read_bytes())
    body[-6] ^= 0xFF
    path.write_bytes(body)
    with pytest.raises(ArchiveError, match="damaged"):
        archive.read(path)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "not gzip-compressed"),
        (b"account,region\n", "not gzip-compressed"),
        (gzip.compress(b"not json", mtime=0), "does not hold JSON"),
        (gzip.compress(b"[" * 100_000, mtime=0), "does not hold JSON"),
        (gzip.compress(b"\xff\xfe\xff", mtime=0), "does not hold JSON"),
        (gzip.compress(b"[]", mtime=0), "not a snapshot of this tool"),
        (gzip.compress(b'{"findings": []}', mtime=0), "not a snapshot of this tool"),
    ],
)
def test_a_file_of_something_else_is_foreign(content: bytes, part: str) -> None:
    with pytest.raises(ArchiveError, match=part) as raised:
        archive.read(io.BytesIO(content))
    assert "\n" not in str(raised.value)


def test_a_file_of_a_newer_version_asks_for_an_upgrade() -> None:
    newer = document(schema=archive.SCHEMA + 1, tool_version="9.0.0")
    with pytest.raises(ArchiveError, match=r"newer version \(9\.0\.0, schema 2\).*Upgrade"):
        archive.read(packed(newer))


@pytest.mark.parametrize(
    "changed",
    [
        {"schema": None},
        {"schema": "1"},
        {"run": None},
        {"run": {"run_id": "r"}},
        {"readings": None},
        {"readings": [{}]},
        {"readings": [[1]]},
        {"readings": [{"account": 1, "region": "r", "operation": "o", "params": "{}", "seen": {}}]},
        {"readings": [{"account": "1", "region": "r", "operation": "o", "params": "{}", "seen": []}]},
        {
            "readings": [
                {
                    "account": "1",
                    "region": "r",
                    "operation": "o",
                    "params": "{}",
                    "unseen": {"why": "BORED", "code": "", "message": "", "grant": ""},
                }
            ]
        },
    ],
)
def test_an_incomplete_file_is_damaged(changed: dict[str, Any]) -> None:
    with pytest.raises(ArchiveError, match="damaged"):
        archive.read(packed(document(**changed)))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"nowhere\.json\.gz cannot be read: No such file"):
        archive.read(tmp_path / "nowhere.json.gz")


def test_a_large_snapshot_comes_back_whole(tmp_path: Path) -> None:
    answer = {
        "KeyMetadata": {
            "KeyId": "k" * 36,
            "Arn": "a" * 80,
            "CreationDate": "2026-01-01T00:00:00Z",
            "Tags": [{"Key": "a", "Value": "b"}] * 5,
        }
    }
    path = tmp_path / "snapshot.json.gz"
    archive.write(Snapshot(RUN, {call(n): Seen(answer) for n in range(20_000)}), path)
    readings = archive.read(path).readings
    assert readings == {call(n): Seen(answer) for n in range(20_000)}
