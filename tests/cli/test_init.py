"""`assessor init` and `assessor config`: a draft that decides nothing, and where every value comes from."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from assessor.cli.inventory import READS
from assessor.demo.faults import Faults
from assessor.model import archive
from assessor.model.parameters import DECLARED
from tests.aws.account import snapshot_of
from tests.cli.conftest import run

HOSTILE = 'role/x"\n]\napproved_models = ["*"]\n#'


def content(name: str = "app") -> dict[str, Any]:
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:root"}, "Action": "sts:AssumeRole"}
    ]}  # fmt: skip
    allow = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "aws-marketplace:Subscribe", "Resource": "*"},
        {"Effect": "Allow", "Action": "bedrock:InvokeModel",
         "Resource": "arn:aws:bedrock:us-east-1::foundation-model/acme.reason-v1:0"},
    ]}  # fmt: skip
    role = {
        "RoleName": name, "RoleId": "AROAAPPXXXXXXXXX", "Arn": f"arn:aws:iam::111122223333:role/{name}", "Path": "/",
        "CreateDate": "2026-01-01T00:00:00Z", "AssumeRolePolicyDocument": trust,
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": allow}],
        "AttachedManagedPolicies": [], "InstanceProfileList": [], "Tags": [],
    }  # fmt: skip
    return {
        "global": {
            "iam": {
                "GetAccountAuthorizationDetails": {
                    "UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [role], "Policies": [],
                }
            }
        },
        "us-east-1": {"bedrock": {"GetAccountDataRetention": {"mode": "aws_review"}}},
    }  # fmt: skip


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    return stored(tmp_path, content())


def stored(where: Path, held: dict[str, Any], *denied: str) -> Path:
    path = where / "s.json.gz"
    with path.open("wb") as out:
        archive.write(snapshot_of(held, READS, faults=Faults(deny=denied) if denied else None), out)
    return path


def test_the_draft_lists_what_was_found_and_sets_nothing(snapshot: Path) -> None:
    done = run("init", snapshot)
    assert (done.exit_code, done.stdout) == (0, "assessor.toml\n")
    text = Path("assessor.toml").read_text("utf-8")
    assert tomllib.loads(text) == {}
    assert '#    "acme.reason-v1:0",  # a policy of role app' in text
    assert '#    "arn:aws:iam::111122223333:role/app",  # may call aws-marketplace:Subscribe' in text
    assert '#    "999988887777",  # role app trusts it' in text
    assert '#    "aws_review",  # the mode in us-east-1' in text
    assert all(f"\n#{p.name} = " in text for p in DECLARED)


def test_filled_it_takes_what_was_found_as_decided_and_can_be_used(snapshot: Path) -> None:
    assert run("init", snapshot, "--fill").exit_code == 0
    held = tomllib.loads(Path("assessor.toml").read_text("utf-8"))
    assert held == {
        "allowed_retention_modes": ["aws_review"],
        "approved_models": ["acme.reason-v1:0"],
        "governance_principals": ["arn:aws:iam::111122223333:role/app"],
        "trusted_accounts": ["999988887777"],
    }
    shown = {one["name"]: one for one in json.loads(run("config", "--format", "json").stdout)}
    assert shown["approved_models"] == {
        "name": "approved_models", "value": ["acme.reason-v1:0"], "source": "file assessor.toml",
    }  # fmt: skip


def test_taking_every_mark_away_gives_the_filled_file(snapshot: Path) -> None:
    run("init", snapshot)
    run("init", snapshot, "--fill", "--output", "filled.toml")
    filled = tomllib.loads(Path("filled.toml").read_text("utf-8"))
    lines = Path("assessor.toml").read_text("utf-8").split("\n# --- what has a default")[0].split("\n")
    bare = "\n".join(re.sub(r'^#(?=\w+ = |    "|\])', "", line) for line in lines)
    held = tomllib.loads(bare)
    assert {name: value for name, value in held.items() if value} == filled


def test_a_file_that_is_there_is_never_overwritten(snapshot: Path) -> None:
    Path("assessor.toml").write_text("min_days = 7\n", "utf-8")
    done = run("init", snapshot)
    assert (done.exit_code, "--force" in done.stderr) == (2, True)
    assert Path("assessor.toml").read_text("utf-8") == "min_days = 7\n"
    assert run("init", snapshot, "--force").exit_code == 0
    assert tomllib.loads(Path("assessor.toml").read_text("utf-8")) == {}


def test_a_hostile_name_stays_in_its_place(tmp_path: Path) -> None:
    run("init", stored(tmp_path, content(HOSTILE)), "--fill")
    held = tomllib.loads(Path("assessor.toml").read_text("utf-8"))
    assert held["approved_models"] == ["acme.reason-v1:0"]
    assert held["governance_principals"] == [f"arn:aws:iam::111122223333:role/{HOSTILE}"]


def test_what_could_not_be_seen_is_said_and_not_taken_for_nothing(tmp_path: Path) -> None:
    run("init", stored(tmp_path, content(), "bedrock-agent:ListAgents"))
    text = Path("assessor.toml").read_text("utf-8")
    said = text[: text.index("#approved_models")].rsplit("\n\n", 1)[1]
    assert "# Not all of it could be seen: " in said
    assert "not authorized to perform: bedrock-agent:ListAgents" in said


def test_init_needs_one_source(snapshot: Path) -> None:
    assert run("init", snapshot, "--demo").exit_code == 2
    assert run("init", "none.json.gz").exit_code == 1


def test_config_tells_flag_environment_file_and_default_apart() -> None:
    Path("assessor.toml").write_text('min_days = 7\nmax_rate = 5\nmax_burst = 6\nfail_on = "low"\n', "utf-8")
    done = run(
        "config", "--format", "json", "--set", "max_rate=3", "--min-coverage", "10",
        env={"ASSESSOR_MAX_RATE": "4", "ASSESSOR_MAX_BURST": "8", "ASSESSOR_SCOPE": "account"},
    )  # fmt: skip
    shown = {one["name"]: (one["value"], one["source"]) for one in json.loads(done.stdout)}
    assert shown["max_rate"] == (3, "flag --set")
    assert shown["max_burst"] == (8, "environment ASSESSOR_MAX_BURST")
    assert shown["min_days"] == (7, "file assessor.toml")
    assert shown["max_days"] == (400, "default")
    assert shown["curators"] == (None, "not set")
    assert shown["fail_on"] == ("low", "file assessor.toml")
    assert shown["min_coverage"] == (10.0, "flag --min-coverage")
    assert shown["scope"] == ("account", "environment ASSESSOR_SCOPE")
    assert shown["output_dir"] == ("assessor-output", "default")


def test_config_refuses_what_a_run_would_refuse() -> None:
    Path("assessor.toml").write_text("\nmin_dais = 7\n", "utf-8")
    done = run("config")
    assert (done.exit_code, done.stderr.strip()) == (
        2,
        'assessor: assessor.toml, line 2: unknown key "min_dais"; did you mean min_days?',
    )
