"""The real state machine definition and the real handlers over 24 shards, some of which fail."""

import csv
import gzip
import io
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import evaluators
from assessor.cli import main
from assessor.lambda_handler.shards import Shard
from assessor.model.control import Level
from tests.lambda_.night import Night, deployed
from tests.organization.standin import company, document, ids, small

ACCOUNTS = ids(8)
REGIONS = "us-east-1,eu-west-1"
BAD = Shard(ACCOUNTS[3], "eu-west-1")
SLOW = Shard(ACCOUNTS[5], "us-east-1")


class ThrottledError(Exception):
    """As Step Functions names an invocation that Lambda refuses."""

    name = "Lambda.TooManyRequestsException"


class Faulty:
    """One shard fails for good, one is throttled at first. Called ahead of every invocation."""

    def __init__(self) -> None:
        self.attempts: Counter[Shard] = Counter()

    def before(self, name: str, event: Mapping[str, Any]) -> None:
        """Raise what the function would answer with."""
        if name != "WorkerFunction":
            return
        shard = Shard.of(event["shard"])
        self.attempts[shard] += 1
        if shard == BAD:
            raise MemoryError("the function ran out of memory")
        if shard == SLOW and self.attempts[shard] < 3:
            raise ThrottledError("Rate Exceeded.")


def report(night: Night, name: str) -> bytes:
    (key,) = (one for one in night.objects("reports/") if one.endswith(f"/{name}"))
    return night.get(key)


def rows_of(night: Night) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(report(night, "findings.csv").decode("utf-8-sig"), newline="")))


def test_a_night_with_a_failed_and_a_throttled_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    held = document(dict.fromkeys(ACCOUNTS, small()))
    settings = {"ASSESSOR_ACCOUNTS": ",".join(ACCOUNTS), "ASSESSOR_REGIONS": REGIONS}
    with deployed(held, monkeypatch, {**settings, "ASSESSOR_TOLERATED_FAILURES": "1"}) as night:
        faulty = Faulty()
        night.before = faulty.before
        ended = night.run("night-1")
        assert ended["status"] == "SUCCEEDED", ended
        answer = json.loads(ended["output"])
        assert (answer["outcome"], answer["shards"], answer["failed"], answer["missing"]) == (
            "COMPLETE",
            24,
            1,
            0,
        )
        # Throttled at first, then assessed; failing for good, then recorded.
        assert faulty.attempts[SLOW] == 3
        assert faulty.attempts[BAD] == 3
        assert sum(faulty.attempts.values()) == 22 + 3 + 3
        shards = {
            (row["account_id"], row["place"]): row
            for row in csv.DictReader(io.StringIO(report(night, "shards.csv").decode("utf-8-sig")))
        }
        assert set(shards) == {(a, p) for a in ACCOUNTS for p in ("global", "us-east-1", "eu-west-1")}
        assert Counter(row["status"] for row in shards.values()) == {"assessed": 23, "failed": 1}
        assert "MemoryError: the function ran out of memory" in shards[BAD.account, BAD.place]["error"]
        # The aggregate holds every control in every place, the failed one's rows not assessed.
        rows = rows_of(night)
        regional = {one.id for one in evaluators.CONTROLS if one.level is Level.REGION}
        once = {one.id for one in evaluators.CONTROLS} - regional
        found = {(row["account_id"], row["control_id"]) for row in rows}
        assert {(account, ident) for account in ACCOUNTS for ident in regional | once} <= found
        lost = [r for r in rows if (r["account_id"], r["region"]) == (BAD.account, BAD.place)]
        assert {row["control_id"] for row in lost} == regional
        assert {(row["status"], row["reason"]) for row in lost} == {("NOT_ASSESSED", "ERROR")}
        assert len({row["finding_id"] for row in rows}) == len(rows) == answer["findings"]
        summary = json.loads(report(night, "summary.json"))
        assert summary["shards"] == {"planned": 24, "failed": 1, "missing": 0, "cut_short": 0}
        assert [one["account_id"] for one in summary["accounts"]] == ACCOUNTS
        assert [one["shards_failed"] for one in summary["accounts"]] == [0, 0, 0, 1, 0, 0, 0, 0]
        whole = json.loads(gzip.decompress(report(night, "findings.json.gz")))
        assert [one["finding_id"] for one in whole["findings"]] == [row["finding_id"] for row in rows]
        assert b"<html" in report(night, "report.html")
        for file in summary["files"]:
            assert len(report(night, file["name"])) == file["bytes"]
        # What travels between states are pointers and counts.
        assert max(len(answer) for name, answer in night.answers) < 4_000


def test_two_runs_of_one_night_do_not_touch_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    held = document(dict.fromkeys(ACCOUNTS[:2], small()))
    settings = {"ASSESSOR_ACCOUNTS": ",".join(ACCOUNTS[:2]), "ASSESSOR_REGIONS": "us-east-1"}
    with deployed(held, monkeypatch, settings) as night:
        assert night.run("a")["status"] == "SUCCEEDED"
        first = {
            key: night.get(key) for key in night.objects() if not key.startswith(("state/", "map-results"))
        }
        assert night.run("b")["status"] == "SUCCEEDED"
        assert {key: night.get(key) for key in first} == first
        later = set(night.objects()) - set(first)
        runs = {json.loads(night.get(key))["run_id"] for key in night.objects("outcomes/")}
        assert len(runs) == 2
        assert len([key for key in later if key.startswith("findings/")]) == 4
        # The second draws what the first one came to.
        (page,) = (night.get(key) for key in later if key.endswith("report.html"))
        assert b"score in 2 runs since " in page
        assert not [key for key, content in first.items() if b"score in 2 runs" in content]
        # The second had something to compare with, and nothing was new in it.
        latest = json.loads(night.get("state/latest.json"))
        assert latest["run_id"].endswith("-b")
        assert latest["before"]["run_id"].endswith("-a")
        assert night.told() == []


def test_a_repeated_shard_overwrites_its_own_files_only_and_says_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = document(dict.fromkeys(ACCOUNTS[:2], small()))
    settings = {"ASSESSOR_ACCOUNTS": ",".join(ACCOUNTS[:2]), "ASSESSOR_REGIONS": "us-east-1"}
    with deployed(held, monkeypatch, settings) as night:
        night.run("a")
        before = {key: night.get(key) for key in night.objects()}
        event = next(event for name, event in night.invoked if name == "WorkerFunction")
        night.aws.calls.clear()
        answer, failed, _ = night.invoke("WorkerFunction", event)
        assert not failed, answer
        after = {key: night.get(key) for key in night.objects()}
        changed = {key for key in after if after[key] != before.get(key)}
        shard = Shard.of(event["shard"])
        assert set(after) == set(before)
        # Its own files only; how long it took and the id of its session differ, the findings do not.
        own = {f"account={shard.account}/region={shard.place}/", f"/{shard.account}.{shard.place}.json"}
        assert all(any(part in key for part in own) for key in changed)
        assert not [key for key in changed if key.startswith("findings/")]


def test_what_is_new_is_told_and_what_cannot_be_seen_is_neither_new_nor_mended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = ACCOUNTS[0]
    settings = {"ASSESSOR_ACCOUNTS": account, "ASSESSOR_REGIONS": "us-east-1", "ASSESSOR_NOTIFY_AT": "low"}
    with deployed(
        document({account: company()}), monkeypatch, {**settings, "ASSESSOR_TOLERATED_FAILURES": "9"}
    ) as night:

        def ended(name: str) -> dict[str, Any]:
            found = night.run(name)
            assert found["status"] == "SUCCEEDED"
            answer: dict[str, Any] = json.loads(found["output"])
            return answer

        first = ended("first")
        assert sum(first["failed_by_severity"].values()) > 0
        assert (first["new"], first["notify"], night.told()) == (0, False, [])
        night.before = lambda name, _: (
            (_ for _ in ()).throw(MemoryError("x")) if name == "WorkerFunction" else None
        )
        lost = ended("nothing-seen")
        assert (lost["new"], lost["mended"], lost["failed"]) == (0, 0, 2)
        night.before = lambda _name, _event: None
        again = ended("seen-again")
        assert (again["new"], again["mended"]) == (0, 0)
        # A waiver's end, or a change: here what failed before is forgotten by one finding.
        key = f"reports/dt={again['run']['assessed_at'][:10]}/run={again['run']['run_id']}/failing.jsonl.gz"
        kept = gzip.decompress(night.get(key)).splitlines(keepends=True)
        night.s3.put_object(Bucket="assessor-results", Key=key, Body=gzip.compress(b"".join(kept[1:])))
        new = ended("new")
        assert new["new"] == 1
        (message,) = night.told()
        assert json.loads(kept[0])["resource"] in message
        assert "New at or above low: 1" in message


def test_a_file_in_the_bucket_sets_parameters_and_a_broken_one_ends_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = {"ASSESSOR_ACCOUNTS": ACCOUNTS[0], "ASSESSOR_REGIONS": "us-east-1"}
    with deployed(document({ACCOUNTS[0]: small()}), monkeypatch, settings) as night:

        def put(text: str) -> None:
            night.s3.put_object(Bucket="assessor-results", Key="config/assessor.toml", Body=text.encode())

        put("min_days = 123\n")
        assert night.run("a")["status"] == "SUCCEEDED"
        assert json.loads(report(night, "summary.json"))["run"]["parameters"]["min_days"] == 123
        put("min_dayz = 1\n")
        ended = night.run("b")
        assert ended["status"] == "FAILED"
        assert ended["error"] == "ConfigError"
        assert "did you mean min_days" in ended["cause"]


def test_all_controls_over_the_company(monkeypatch: pytest.MonkeyPatch, all_controls: None) -> None:
    account = ACCOUNTS[0]
    settings = {"ASSESSOR_ACCOUNTS": account, "ASSESSOR_REGIONS": REGIONS}
    with deployed(document({account: company()}), monkeypatch, settings) as night:
        assert night.run("a")["status"] == "SUCCEEDED"
        rows = rows_of(night)
        # The shards say together what one scan of both Regions says.
        role = f"arn:aws:iam::{account}:role/GenAIReadinessAssessor"
        words = [
            "scan",
            "--role-arn",
            role,
            "--output-dir",
            "alone",
            "--fail-on",
            "none",
            "--min-coverage",
            "0",
        ]
        env = {"AWS_ENDPOINT_URL": night.aws.endpoint_url}
        regions = [word for region in REGIONS.split(",") for word in ("--region", region)]
        done = CliRunner().invoke(main, [*words, *regions], env=env, catch_exceptions=False)
        assert done.exit_code == 0, done.stderr
    alone = list(csv.DictReader(io.StringIO(Path("alone/findings.csv").read_text(encoding="utf-8-sig"))))
    said = {
        row["finding_id"]: (row["control_id"], row["region"], row["resource_arn"], row["status"])
        for row in rows
    }
    expected = {
        row["finding_id"]: (row["control_id"], row["region"], row["resource_arn"], row["status"])
        for row in alone
    }
    assert len(said) > 150
    assert said == expected


def test_a_failed_shard_that_is_not_tolerated_ends_the_execution_as_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = document(dict.fromkeys(ACCOUNTS[:4], small()))
    settings = {"ASSESSOR_ACCOUNTS": ",".join(ACCOUNTS[:4]), "ASSESSOR_REGIONS": REGIONS}
    with deployed(held, monkeypatch, settings) as night:
        night.before = Faulty().before
        ended = night.run("night-1")
        assert ended["status"] == "FAILED"
        assert ended["error"] == "IncompleteRun"
        # The report is there all the same, and people are told.
        assert json.loads(report(night, "summary.json"))["shards"]["failed"] == 1
        (message,) = night.told()
        assert "INCOMPLETE: 12 shards planned, 1 failed, 0 missing" in message
        assert not night.objects("state/")


def test_a_shard_that_leaves_nothing_is_missing_and_the_run_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    held = document(dict.fromkeys(ACCOUNTS[:4], small()))
    settings = {
        "ASSESSOR_ACCOUNTS": ",".join(ACCOUNTS[:4]),
        "ASSESSOR_REGIONS": REGIONS,
        "ASSESSOR_TOLERATED_FAILURES": "9",
    }
    with deployed(held, monkeypatch, settings) as night:

        def loses(name: str, _: Mapping[str, Any]) -> None:
            if name == "AggregateFunction":
                for key in night.objects("shards/"):
                    if key.endswith(f"{BAD.account}.{BAD.place}.json"):
                        night.s3.delete_object(Bucket="assessor-results", Key=key)

        night.before = loses
        assert night.run("night-1")["status"] == "FAILED"
        assert json.loads(report(night, "summary.json"))["shards"]["missing"] == 1
        lost = [r for r in rows_of(night) if (r["account_id"], r["region"]) == (BAD.account, BAD.place)]
        assert {row["status"] for row in lost} == {"NOT_ASSESSED"}
        assert "left neither findings nor a record" in lost[0]["observed"]
