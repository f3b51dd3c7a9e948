"""`assessor attest` and the answers in a run, as people meet them."""

import csv
import io
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assessor.attestations.questions import ATTESTATIONS
from assessor.cli import main
from assessor.model import archive
from tests.attestations.test_state import account, read

YES = ("--answer", "yes", "--person", "Jo", "--evidence", "https://example.com/1", "--date", "2026-11-01")


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("ASSESSOR_", "AWS_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    stored(account(), "now.json.gz")


def stored(content: object, name: str, *denied: str) -> None:
    with Path(name).open("wb") as out:
        archive.write(read(content, *denied), out)  # type: ignore[arg-type]


def run(*args: str) -> Result:
    return CliRunner().invoke(main, list(args), catch_exceptions=False)


def evaluated(*args: str, snapshot: str = "now.json.gz") -> tuple[Result, dict[str, dict[str, str]]]:
    done = run("evaluate", snapshot, "--format", "json", "--output-dir", "out", *args)
    rows = json.loads(done.stdout)["findings"] if done.stdout else []
    return done, {row["control_id"]: row for row in rows}


def test_an_answer_is_attested_until_the_guardrail_it_was_given_on_changes() -> None:
    assert run("attest", "answer", "att-4.1", *YES, "--snapshot", "now.json.gz").exit_code == 0
    _, rows = evaluated("--control", "ATT-4.1")
    assert rows["ATT-4.1"]["status"] == "ATTESTED"
    stored(account("LOW"), "later.json.gz")
    _, rows = evaluated("--control", "ATT-4.1", snapshot="later.json.gz")
    assert (rows["ATT-4.1"]["status"], rows["ATT-4.1"]["reason"]) == ("MANUAL", "STALE")
    assert "guardrail/gr1:2 has changed" in rows["ATT-4.1"]["observed"]


def test_questions_come_with_their_item_and_not_with_other_controls() -> None:
    _, rows = evaluated("--item", "1")
    assert {ident for ident in rows if ident.startswith("ATT")} == {f"ATT-1.{n}" for n in range(1, 7)}
    _, rows = evaluated("--control", "GAI-7.01")
    assert set(rows) == {"GAI-7.01"}


def test_only_questions_chosen_is_no_lack_of_coverage() -> None:
    done, rows = evaluated("--control", "ATT-1.1,ATT-2.1")
    assert done.exit_code == 0
    assert {row["reason"] for row in rows.values()} == {"MISSING"}


def test_the_summary_names_the_open_questions_of_each_item() -> None:
    evaluated("--item", "1")
    summary = json.loads(Path("out/summary.json").read_text(encoding="utf-8"))
    assert summary["items"][0]["open_questions"] == [f"ATT-1.{n}" for n in range(1, 7)]
    assert summary["items"][0]["readiness"] in {"UNKNOWN", "NOT READY"}
    assert summary["attestations"] == {
        "asked": 6,
        "answers_in_file": 0,
        "open": [f"ATT-1.{n}" for n in range(1, 7)],
    }


def test_no_fails_and_a_high_one_sets_the_exit_code() -> None:
    assert run("attest", "answer", "ATT-3.1", "--answer", "no", "--person", "Jo").exit_code == 0
    done, rows = evaluated("--control", "ATT-3.1")
    assert (rows["ATT-3.1"]["status"], done.exit_code) == ("FAIL", 3)


def test_an_honest_no_can_be_waived() -> None:
    run("attest", "answer", "ATT-3.1", "--answer", "no", "--person", "Jo")
    until = "2099-01-01"
    Path("waivers.toml").write_text(
        f'[[waiver]]\ncontrol = "ATT-3.1"\nresource = "*"\nowner = "A"\nreason = "B"\nexpires = {until}\n',
        "utf-8",
    )
    done, _ = evaluated("--control", "ATT-3.1")
    assert (done.exit_code, "line 6" in done.stderr) == (2, True)


def test_an_answer_that_rests_on_the_configuration_needs_a_snapshot() -> None:
    done = run("attest", "answer", "ATT-4.1", *YES)
    assert done.exit_code == 2
    assert "give --snapshot" in done.stderr
    assert not Path("attestations.toml").exists()


def test_facts_that_could_not_be_seen_are_said_when_answering() -> None:
    stored(account(), "blind.json.gz", "bedrock:GetGuardrail")
    done = run("attest", "answer", "ATT-4.1", *YES, "--snapshot", "blind.json.gz")
    assert done.exit_code == 0
    assert "guardrails of 111122223333 could not be seen" in done.stderr
    _, rows = evaluated("--control", "ATT-4.1", snapshot="blind.json.gz")
    assert rows["ATT-4.1"]["status"] == "NOT_ASSESSED"
    _, rows = evaluated("--control", "ATT-4.1")
    assert rows["ATT-4.1"]["reason"] == "STALE"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("ATT-9.9", *YES), "unknown attestation"),
        (("ATT-1.4", "--answer", "yes", "--person", "Jo"), "evidence"),
        (("ATT-1.4", "--answer", "not-applicable", "--person", "Jo"), "note"),
        (("ATT-1.4", *YES[:-1], "2999-01-01"), "still to come"),
        (("ATT-1.4", *YES[:-1], "soon"), "--date takes a day"),
        (("ATT-1.4", *YES, "--review-days", "900"), "from 1 to 90"),
        (("ATT-4.1", *YES, "--snapshot", "now.json.gz", "--account", "999999999999"), "holds no account"),
    ],
)
def test_what_cannot_be_answered_is_one_line_and_writes_nothing(args: tuple[str, ...], said: str) -> None:
    Path("attestations.toml").write_text("# mine\n", "utf-8")
    done = run("attest", "answer", *args)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert Path("attestations.toml").read_text("utf-8") == "# mine\n"


def test_a_malformed_file_stops_every_command_with_its_line_and_is_left_alone() -> None:
    broken = '[[attestation]]\nid = "ATT-1.4"\nanswer = \n'
    Path("attestations.toml").write_text(broken, "utf-8")
    for args in (
        ("attest", "answer", "ATT-1.4", *YES),
        ("attest", "list"),
        ("attest", "verify"),
        ("attest", "questionnaire"),
        ("evaluate", "now.json.gz"),
    ):
        done = run(*args)
        assert done.exit_code == 2, args
        assert "attestations.toml, line 3: not valid TOML" in done.stderr
    assert Path("attestations.toml").read_text("utf-8") == broken
    assert not Path("attestations.sha256").exists()


def test_a_file_that_is_named_and_missing_is_an_error() -> None:
    assert run("evaluate", "now.json.gz", "--attestations", "none.toml").exit_code == 2
    assert run("evaluate", "now.json.gz", "--waivers", "none.toml").exit_code == 2


def test_verify_tells_an_edit_by_hand_from_what_was_written() -> None:
    run("attest", "answer", "ATT-1.4", *YES)
    assert run("attest", "verify").exit_code == 0
    path = Path("attestations.toml")
    path.write_text(path.read_text("utf-8").replace("Jo", "Al"), "utf-8")
    done = run("attest", "verify")
    assert (done.exit_code, "is not the file" in done.stderr) == (3, True)
    assert run("attest", "verify", "--write").exit_code == 0
    assert run("attest", "verify").exit_code == 0


def test_the_rights_of_the_file_are_kept() -> None:
    Path("attestations.toml").write_text("# mine\n", "utf-8")
    Path("attestations.toml").chmod(0o600)
    run("attest", "answer", "ATT-1.4", *YES)
    assert Path("attestations.toml").stat().st_mode & 0o777 == 0o600


def test_the_questionnaire_holds_what_is_open_and_is_harmless() -> None:
    run("attest", "answer", "ATT-1.4", *YES)
    done = run("attest", "questionnaire", "--output-dir", "q", "--snapshot", "now.json.gz")
    assert done.stdout == "q/questionnaire.md\nq/questionnaire.csv\n"
    content = Path("q/questionnaire.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\n") == content.count(b"\r\n")
    found = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row["id"] for row in found] == [one.id for one in ATTESTATIONS if one.id != "ATT-1.4"]
    assert all(row["answer"] == "" for row in found)
    page = Path("q/questionnaire.md").read_text("utf-8")
    assert page.count("\n### ATT-") == 25
    assert page.count("\n- Open because: Nobody has answered.") == 25


def test_a_hostile_name_of_the_account_is_text_in_the_questionnaire() -> None:
    run("attest", "answer", "ATT-3.2", *YES, "--snapshot", "now.json.gz")
    content = account()
    content["us-east-1"]["dynamodb"]["ListTables"]["TableNames"] = ["[x](https://evil.example) <b>|`\u202e"]
    stored(content, "later.json.gz")
    run("attest", "questionnaire", "--output-dir", "q", "--snapshot", "later.json.gz")
    page = Path("q/questionnaire.md").read_text("utf-8")
    line = next(one for one in page.split("\n") if "evil" in one)
    assert "\\[x\\](https:/\\/evil.example) \\<b\\>\\|\\`\\\\u202e" in line


def test_list_says_where_each_question_stands() -> None:
    run("attest", "answer", "ATT-1.4", *YES)
    shown = json.loads(run("attest", "list", "--format", "json").stdout)
    assert {one["id"]: one["status"] for one in shown}["ATT-1.4"] == "ATTESTED"
    open_ones = json.loads(
        run("attest", "list", "--format", "json", "--open", "--snapshot", "now.json.gz").stdout
    )
    assert len(open_ones) == 25
