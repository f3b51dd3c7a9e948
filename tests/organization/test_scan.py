import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assessor.cli import main
from assessor.demo import DEFAULT_ACCOUNT, Faults
from assessor.model.verdict import Status
from assessor.organization import parts, pool
from tests.organization.standin import ROLE, company, document, ids, serving, small

CONTROLS = ("GAI-3.01", "GAI-4.01", "GAI-4.05", "GAI-5.01", "GAI-7.01")


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judging in the test's own process, which is quicker to start."""
    monkeypatch.setattr(pool, "_MOST", 0)


def run(env: Mapping[str, str], *args: str | Path, controls: tuple[str, ...] = CONTROLS) -> Result:
    chosen = [word for control in controls for word in ("--control", control)]
    words = ["scan", *map(str, args), *chosen, "--fail-on", "none", "--min-coverage", "0", "-v"]
    return CliRunner().invoke(main, words, env=dict(env), catch_exceptions=False)


def rows(directory: Path = Path("out")) -> list[dict[str, str]]:
    with (directory / "findings.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def summary(directory: Path = Path("out")) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((directory / "summary.json").read_text())
    return found


def accounts_file(*lines: str) -> Path:
    path = Path("accounts.csv")
    path.write_text("account_id,role_arn\n# ours\n" + "\n".join(lines) + "\n")
    return path


BOTH = ("--region", "us-east-1", "--region", "eu-west-1", "--output-dir", "out")


def test_every_account_of_the_file_is_in_one_report_with_leading_zeros_kept() -> None:
    accounts = ids(4)
    with serving(document(dict.fromkeys(accounts, small()))) as (_, env):
        done = run(env, "--accounts", accounts_file(*accounts), *BOTH)
    assert done.exit_code == 0, done.stderr
    found = rows()
    assert list(dict.fromkeys(row["account_id"] for row in found)) == accounts
    cells = {(r["account_id"], r["control_id"]) for r in found}
    assert cells == {(account, control) for account in accounts for control in CONTROLS}
    for account in accounts:
        held = Path("out/accounts") / account
        assert {path.name for path in held.iterdir()} == {parts.SNAPSHOT, parts.FINDINGS, parts.PART}
    assert [one["account_id"] for one in summary()["accounts"]] == accounts
    assert summary()["counts"] == {s.value: sum(r["status"] == s for r in found) for s in Status}


def test_one_account_of_many_is_assessed_as_if_it_were_scanned_alone() -> None:
    account = ids(1)[0]
    with serving(document({account: company()})) as (_, env):
        many = run(env, "--accounts", accounts_file(account), *BOTH, controls=())
        role = f"arn:aws:iam::{account}:role/{ROLE}"
        alone = run(env, "--role-arn", role, *BOTH[:4], "--output-dir", "alone", controls=())
    assert (many.exit_code, alone.exit_code) == (0, 0), many.stderr + alone.stderr
    said, expected = rows(), rows(Path("alone"))
    of_the_run = ("run_id", "assessed_at")
    for row in (*said, *expected):
        for name in of_the_run:
            row.pop(name)
    assert len(said) > 100
    assert said == expected
    assert summary()["items"] == summary(Path("alone"))["items"]
    assert summary()["by_place"] == summary(Path("alone"))["by_place"]
    assert summary()["run"]["coverage"] == summary(Path("alone"))["run"]["coverage"]
    assert summary()["run"]["calls"] == summary(Path("alone"))["run"]["calls"]


def test_an_account_that_cannot_be_entered_is_not_assessed_in_every_control_and_region() -> None:
    first, shut = ids(2)
    closed = {**small(), "roles": {"Another": None}}
    with serving(document({first: small(), shut: closed})) as (_, env):
        done = run(env, "--accounts", accounts_file(first, shut), *BOTH)
    assert done.exit_code == 0, done.stderr
    there = [row for row in rows() if row["account_id"] == shut]
    assert {row["control_id"] for row in there} == set(CONTROLS)
    said = {(row["status"], row["reason"], row["grant"]) for row in there}
    assert said == {("NOT_ASSESSED", "DENIED", "sts:AssumeRole")}
    places = {(row["control_id"], row["region"]) for row in there}
    assert {("GAI-4.01", "us-east-1"), ("GAI-4.01", "eu-west-1")} <= places
    line = next(one for one in summary()["accounts"] if one["account_id"] == shut)
    assert line["entered"] is False
    assert "may not assume" in line["refused"]
    assert "1 account could not be entered" in done.stderr


def test_a_role_and_an_external_id_are_used_as_named() -> None:
    first, second = ids(2)
    ours = {**small(), "roles": {"Audit": {"external_id": "secret-7"}}}
    other = {**small(), "roles": {"Other": {"external_id": "secret-7"}}}
    with serving(document({first: ours, second: other})) as (_, env):
        file = accounts_file(first, f"{second},arn:aws:iam::{second}:role/Other")
        done = run(env, "--accounts", file, "--role-name", "Audit", "--external-id", "secret-7", *BOTH)
        without = run(env, "--accounts", file, "--role-name", "Audit", *BOTH[:4], "--output-dir", "w")
    assert [one["entered"] for one in summary()["accounts"]] == [True, True], done.stderr
    assert [one["entered"] for one in summary(Path("w"))["accounts"]] == [False, False], without.stderr


def organization(*accounts: tuple[str, str]) -> dict[str, Any]:
    listed = [
        {
            "Id": account,
            "Arn": f"arn:aws:organizations::{DEFAULT_ACCOUNT}:account/o-abcdefghij/{account}",
            "Email": "a@example.com",
            "Name": f"=cmd {account}",
            "State": state,
            "JoinedMethod": "CREATED",
        }
        for account, state in accounts
    ]
    return {**small(), "global": {"organizations": {"ListAccounts": {"Accounts": listed}}}}


def test_the_organization_lists_active_accounts_and_records_the_others() -> None:
    members = ids(25)
    states = [
        (DEFAULT_ACCOUNT, "ACTIVE"),
        *((one, "ACTIVE") for one in members[:-1]),
        (members[-1], "SUSPENDED"),
    ]
    held = document(dict.fromkeys(members, small()), organization(*states))
    with serving(held) as (aws, env):
        done = run(env, "--organization", *BOTH)
    assert done.exit_code == 0, done.stderr
    assert summary()["accounts_not_read"] == [{"account_id": members[-1], "reason": "SUSPENDED"}]
    read = [one["account_id"] for one in summary()["accounts"]]
    assert read == sorted([DEFAULT_ACCOUNT, *members[:-1]])
    assert all(one["entered"] for one in summary()["accounts"])
    assumed = [call.params["RoleArn"] for call in aws.calls if call.operation == "AssumeRole"]
    assert sorted(assumed) == [f"arn:aws:iam::{one}:role/{ROLE}" for one in members[:-1]]
    assert "1 account of the organization not active" in done.stderr


def test_an_organization_that_cannot_be_listed_ends_the_run_with_what_to_grant() -> None:
    with serving(document({}), Faults(deny=["organizations:*"])) as (_, env):
        done = run(env, "--organization", *BOTH)
    assert done.exit_code == 1
    assert "organizations:ListAccounts" in done.stderr
    assert not Path("out/findings.csv").exists()


def test_clients_and_connections_are_shared_yet_every_call_is_signed_for_its_account() -> None:
    accounts = ids(6)
    with serving(document(dict.fromkeys(accounts, small()))) as (aws, env):
        run(env, "--accounts", accounts_file(*accounts), *BOTH)
        by_account = {
            account: sorted((c.name, c.region) for c in aws.calls if c.account == account)
            for account in accounts
        }
    assert len(by_account[accounts[0]]) > 5
    assert all(calls == by_account[accounts[0]] for calls in by_account.values())


def test_a_run_that_was_interrupted_goes_on_with_the_accounts_that_are_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    accounts = ids(5)
    real = parts.keep
    kept: list[str] = []

    def interrupted(snapshot: Any, directory: Path) -> None:
        if len(kept) == 2:
            raise KeyboardInterrupt
        real(snapshot, directory)
        kept.append(directory.name)

    with serving(document(dict.fromkeys(accounts, small()))) as (aws, env):
        file = accounts_file(*accounts)
        with monkeypatch.context() as patched:
            patched.setattr(parts, "keep", interrupted)
            first = run(env, "--accounts", file, *BOTH)
        assert first.exit_code == 130
        assert not Path("out/findings.csv").exists()
        aws.calls.clear()
        second = run(env, "--accounts", file, *BOTH, "--resume")
        asked = {call.account for call in aws.calls} - {DEFAULT_ACCOUNT}
    assert second.exit_code == 0, second.stderr
    assert asked == set(accounts) - set(kept)
    assert "resumed: 2 of 5 accounts are done" in second.stderr
    assert {row["account_id"] for row in rows()} == set(accounts)
    assert len({row["run_id"] for row in rows()}) == 1
    # The same again has nothing left to read.
    with serving(document(dict.fromkeys(accounts, small()))) as (aws, env):
        run(env, "--accounts", file, *BOTH, "--resume")
        assert {call.account for call in aws.calls} == {DEFAULT_ACCOUNT}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("--scope", "account"), "scope"),
        (("--set", "max_days=1"), "parameter"),
        (("--role-name", "Other"), "role"),
        (("--control", "GAI-5.03"), "selection of controls"),
    ],
)
def test_a_run_is_not_resumed_under_other_conditions(changed: tuple[str, str], said: str) -> None:
    account = ids(1)[0]
    with serving(document({account: small()})) as (_, env):
        file = accounts_file(account)
        assert run(env, "--accounts", file, *BOTH).exit_code == 0
        done = run(env, "--accounts", file, *BOTH, "--resume", *changed)
    assert done.exit_code == 2
    assert f"another {said}" in done.stderr


def test_nothing_to_resume_is_a_mistake_of_usage() -> None:
    with serving(document({})) as (_, env):
        done = run(env, "--accounts", accounts_file(ids(1)[0]), *BOTH, "--resume")
    assert done.exit_code == 2
    assert "no run to resume" in done.stderr


def test_the_deadline_leaves_every_account_in_the_report_and_resume_reads_the_rest() -> None:
    accounts = ids(12)
    with serving(document(dict.fromkeys(accounts, small())), Faults(latency={"*": 0.4})) as (aws, env):
        file = accounts_file(*accounts)
        late = run(env, "--accounts", file, *BOTH, "--timeout", "1")
        assert late.exit_code == 0, late.stderr
        assert {row["account_id"] for row in rows()} == set(accounts)
        cut = [one for one in summary()["accounts"] if not one["complete"]]
        assert cut
        assert "TIMED_OUT" in {row["reason"] for row in rows()}
        aws.faults = Faults()
        aws._answerer.faults = aws.faults
        whole = run(env, "--accounts", file, *BOTH, "--resume")
    assert whole.exit_code == 0, whole.stderr
    assert all(one["complete"] for one in summary()["accounts"])
    assert "TIMED_OUT" not in {row["reason"] for row in rows()}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--resume",), "belongs to --organization or --accounts"),
        (("--role-name", "x"), "belongs to --organization or --accounts"),
        (("--organization", "--demo"), "--demo does not go with"),
        (("--organization", "--role-arn", "arn:aws:iam::111122223333:role/x"), "--role-arn does not go with"),
        (("--organization", "--accounts", "x"), "--organization takes every account"),
        (("--accounts", "missing.csv", "--region", "us-east-1"), "cannot be read"),
        (("--organization", "--region", "us-esat-1"), "Did you mean us-east-1"),
    ],
)
def test_options_that_contradict_are_a_mistake_of_usage(words: tuple[str, ...], said: str) -> None:
    with serving(document({})) as (_, env):
        done = run(env, *words)
    assert done.exit_code == 2
    assert said in done.stderr
