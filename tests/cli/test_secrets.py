"""No secret of the account is in any file a scan writes, nor on the terminal; every text that is declared secret is cut out."""

import gzip
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from assessor.collecting.redaction import redacted
from assessor.model.anywhere import Anywhere
from assessor.model.operation import Operation
from assessor.model.path import values
from tests.collectors.declared import constants

MARK = "MUST-NEVER"
SECRET = "hunter2-must-not-survive"
REDACTING = [operation for _, _, operation in constants() if operation.redact]


def test_a_demo_scan_keeps_no_planted_secret(tmp_path: Path) -> None:
    environment = {**os.environ, "NO_COLOR": "1"}
    program = [
        sys.executable,
        "-m",
        "assessor",
        "scan",
        "--demo",
        "--fail-on",
        "none",
        "-vv",
        "--scope",
        "account",
    ]
    done = subprocess.run(
        [*program, "--output-dir", str(tmp_path)],
        env=environment,
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr.decode()
    texts = {"stdout": done.stdout, "stderr": done.stderr}
    for path in tmp_path.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            texts[path.name] = gzip.decompress(raw) if path.suffix == ".gz" else raw
    assert "snapshot.json.gz" in texts
    for name, text in texts.items():
        assert MARK.encode() not in text.upper(), f"a planted secret is in {name}"


@pytest.mark.parametrize("operation", REDACTING, ids=lambda operation: operation.id)
def test_every_text_declared_secret_is_cut_out(operation: Operation) -> None:
    service = botocore.session.get_session().get_service_model(operation.service)
    shape = service.operation_model(operation.name).output_shape
    spared = {
        way.rpartition(".")[2]
        for path in operation.redact
        if isinstance(path, Anywhere)
        for way in path.unless
    }
    answer = _filled(shape, 0, spared)
    cut = redacted(answer, operation.redact)
    found = {path: _texts(list(_at(answer, path))) for path in operation.redact}
    assert any(SECRET in texts for texts in found.values()), f"{operation.redact} leads to no text"
    assert all(SECRET in texts for path, texts in found.items() if isinstance(path, Anywhere))
    assert all(SECRET not in text for path in operation.redact for text in _texts(list(_at(cut, path))))


def _at(answer: Any, path: str) -> Iterator[Any]:
    """What is at the path, which may be one from anywhere."""
    yield from values(answer, str(path))
    if isinstance(path, Anywhere) and isinstance(answer, dict | list):
        for inner in answer.values() if isinstance(answer, dict) else answer:
            yield from _at(inner, path)


def _filled(shape: Shape | None, depth: int, without: set[str]) -> Any:
    """An answer whose every text is the secret, but for some members."""
    if isinstance(shape, StructureShape) and depth < 12:
        members = {name: member for name, member in shape.members.items() if name not in without}
        return {name: _filled(member, depth + 1, without) for name, member in members.items()}
    if isinstance(shape, ListShape):
        return [_filled(shape.member, depth + 1, without)]
    if isinstance(shape, MapShape):
        return {"name": _filled(shape.value, depth + 1, without)}
    return SECRET


def _texts(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [text for value in node.values() for text in _texts(value)]
    if isinstance(node, list):
        return [text for value in node for text in _texts(value)]
    return [node] if isinstance(node, str) else []
