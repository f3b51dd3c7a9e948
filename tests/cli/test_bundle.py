"""`assessor bundle` and `assessor verify`: nothing is packed that cannot be had again, and every byte counts."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import evaluators
from assessor.cli import main
from assessor.reports import bundle as bundles
from tests.cli import sample

SETTINGS = (
    '[[waiver]]\ncontrol = "GAI-4.01"\nresource = "*"\nowner = "x"\nreason = "y"\nexpires = 2026-02-01\n'
)


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(evaluators, "CONTROLS", sample.CONTROLS)


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, catch_exceptions=False)


def packed(*more: str, output: str = "b.zip") -> Path:
    """A bundle of the sample account."""
    sample.stored(Path("s.json.gz"), sample.denied(sample.SUMMARY, "us-east-1"))
    run("evaluate", "s.json.gz", "--output-dir", "out", "--fail-on", "none", "-q", *more)
    done = run("bundle", "out", "--output", output)
    assert done.exit_code == 0, done.output
    return Path(output)


def test_it_holds_the_run_its_conditions_and_a_page_per_control() -> None:
    """Files are as they were in the output directory; the digest of the whole is on stdout."""
    path = packed("--set", "required_strength=MEDIUM", "--item", "4")
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        for name in ("findings.csv", "findings.json", "report.html", "snapshot.json.gz", "summary.json"):
            assert archive.read(name) == Path("out", name).read_bytes()
        settings = archive.read("assessor.toml").decode()
        manifest = json.loads(archive.read("MANIFEST.json"))
        digests = [(one["sha256"], one["name"]) for one in manifest["files"]]
        for digest, name in digests:
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
    assert names[0] == "MANIFEST.json"
    assert set(names) == {"MANIFEST.json", *(name for _, name in digests)}
    assert "controls/GAI-4.01.txt" in names
    assert "controls/GAI-7.01.txt" not in names
    assert 'required_strength = "MEDIUM"' in settings
    assert 'item = ["4"]' in settings
    lines = "".join(f"{digest}  {name}\n" for digest, name in digests)
    assert manifest["whole"] == hashlib.sha256(lines.encode()).hexdigest()
    assert run("verify", str(path)).stdout == f"{manifest['whole']}\n"


def test_the_same_run_gives_the_same_bytes() -> None:
    """No time, no owner, no order of the file system."""
    assert packed(output="a.zip").read_bytes() == packed(output="b.zip").read_bytes()


def test_an_auditor_has_the_same_findings_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Unpacked, `assessor evaluate snapshot.json.gz` gives the same findings.csv; waivers come along."""
    sample.stored(Path("s.json.gz"), sample.guardrail("g1", "us-east-1", status="FAILED"))
    Path("waivers.toml").write_text(SETTINGS)
    run("evaluate", "s.json.gz", "--output-dir", "out", "--set", "min_days=7", "-q")
    assert b"WAIVED" in Path("out/findings.csv").read_bytes()
    assert run("bundle", "out", "--output", "b.zip").exit_code == 0
    assert run("verify", "b.zip", "--evaluate").exit_code == 0
    with zipfile.ZipFile("b.zip") as archive:
        archive.extractall("unpacked")
    monkeypatch.chdir(tmp_path / "unpacked")
    run("evaluate", "snapshot.json.gz", "--output-dir", "again", "-q")
    assert Path("again/findings.csv").read_bytes() == Path("findings.csv").read_bytes()
    assert Path("again/findings.json").read_bytes() == Path("findings.json").read_bytes()


def test_findings_that_the_snapshot_does_not_give_are_not_packed() -> None:
    """A waiver that is not given, or a file that was changed since, ends it without a bundle."""
    sample.stored(Path("s.json.gz"), sample.guardrail("g1", "us-east-1", status="FAILED"))
    Path("w.toml").write_text(SETTINGS)
    run("evaluate", "s.json.gz", "--output-dir", "out", "--waivers", "w.toml", "-q")
    done = run("bundle", "out", "--output", "b.zip")
    assert done.exit_code == 1
    assert "other findings than findings.csv holds" in done.stderr
    assert run("bundle", "out", "--output", "b.zip", "--waivers", "w.toml").exit_code == 0
    Path("b.zip").unlink()
    Path("out/findings.csv").write_bytes(Path("out/findings.csv").read_bytes().replace(b"FAIL", b"PASS"))
    done = run("bundle", "out", "--output", "b.zip", "--waivers", "w.toml")
    assert done.exit_code == 1
    assert "it was changed since" in done.stderr
    assert not Path("b.zip").exists()


def test_a_directory_without_a_run_is_wrong_usage() -> None:
    """The message says which directory is meant."""
    Path("empty").mkdir()
    done = run("bundle", "empty")
    assert done.exit_code == 2
    assert "Give the directory that a scan or evaluate wrote into" in done.stderr


def _places(size: int) -> list[int]:
    return sorted({*range(90), *range(0, size, max(size // 400, 1)), *range(size - 300, size)})


@pytest.mark.parametrize(
    "change",
    [
        lambda data, at: data[:at] + data[at + 1 :],
        lambda data, at: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :],
        lambda data, at: data[:at] + b"\x00" + data[at:],
    ],
    ids=["deleted", "changed", "added"],
)
def test_one_byte_is_enough(change: Callable[[bytes, int], bytes]) -> None:
    """Wherever it is: header, content, manifest or directory. verify says where, or that this is no bundle."""
    good = packed().read_bytes()
    bad = Path("bad.zip")
    said = set()
    for at in _places(len(good)):
        bad.write_bytes(change(good, at))
        try:
            problems = bundles.verify(bad).problems
        except bundles.BundleError as error:
            problems = (str(error),)
        assert problems, at
        said.add(problems[0].split(":")[0].split(",")[0])
    for name in ("findings.csv", "report.html", "snapshot.json.gz", "MANIFEST.json"):
        assert any(name in one for one in said)


def test_the_place_is_named() -> None:
    """A changed file by its name, with exit 1 and nothing but the problems on stdout."""
    path = packed()
    good = path.read_bytes()
    at = good.index(b"Create a guardrail.") if b"Create a guardrail." in good else good.index(b"finding_id")
    path.write_bytes(good[:at] + good[at + 1 :])
    done = run("verify", str(path))
    assert done.exit_code == 1
    assert ": changed, or bytes are missing in it" in done.stdout
    assert "is not as it was made" in done.stderr


def test_missing_and_extra_files_are_named() -> None:
    """Also where the archive itself is sound."""
    path = packed()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile("less.zip", "w") as less:
        for info in source.infolist():
            if info.filename != "controls.csv":
                less.writestr(info, source.read(info))
        less.writestr("more.txt", "x")
    problems = bundles.verify(Path("less.zip")).problems
    assert any(one.startswith("controls.csv: missing") for one in problems)
    assert any(one.startswith("more.txt: extra") for one in problems)


def test_another_bundle_is_told_by_the_digest_kept_apart() -> None:
    """A bundle that was made anew, manifest and all, verifies; its digest does not."""
    whole = run("verify", str(packed(output="a.zip"))).stdout.strip()
    assert run("verify", "a.zip", "--sha256", whole.upper()).exit_code == 0
    packed("--item", "4", output="b.zip")
    done = run("verify", "b.zip", "--sha256", whole)
    assert done.exit_code == 1
    assert "this is another bundle" in done.stdout


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"not a zip", b"PK\x03\x04" + b"\xff" * 60, b"\x1f\x8b" * 50]
)
def test_what_is_no_bundle_is_said_in_one_line(content: bytes) -> None:
    """Exit 1, no traceback."""
    Path("x.zip").write_bytes(content)
    done = run("verify", "x.zip")
    assert done.exit_code == 1
    assert "internal error" not in done.stderr
    assert run("verify", "absent.zip").exit_code == 1


def test_a_newer_bundle_asks_for_an_upgrade(tmp_path: Path) -> None:
    """Not for a repair."""
    path = packed()
    path.write_bytes(path.read_bytes().replace(b'"schema": 1', b'"schema": 9', 1))
    done = run("verify", str(path))
    assert done.exit_code == 1
    assert "newer version" in done.stderr
