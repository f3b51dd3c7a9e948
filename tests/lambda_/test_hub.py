"""Security Hub is told by each account for itself, is told of what was mended, and costs no shard anything."""

import gzip
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assessor.demo import Faults
from assessor.lambda_handler import hub as hub_module
from assessor.lambda_handler import single, worker
from tests.lambda_.hub import REGION, Hub, error, listening, refusing, takes_all
from tests.lambda_.night import HOME, Context, Night, deployed
from tests.organization.standin import company, document, ids

FIRST, SECOND = ids(2)


@pytest.fixture
def hub() -> Iterator[Hub]:
    with listening() as one:
        yield one


def asked(hub: Hub, *accounts: str, **more: str) -> dict[str, str]:
    """The settings of a deployment that tells that hub."""
    return {
        "ASSESSOR_ACCOUNTS": ",".join(accounts),
        "ASSESSOR_REGIONS": "us-east-1",
        "ASSESSOR_SECURITY_HUB": REGION,
        "AWS_ENDPOINT_URL_SECURITYHUB": hub.url,
        **more,
    }


def ran(night: Night, name: str) -> dict[str, Any]:
    """A night that ended well, and what its aggregate answered."""
    ended = night.run(name)
    assert ended["status"] == "SUCCEEDED", ended
    answer: dict[str, Any] = json.loads(ended["output"])
    return answer


def summary(night: Night, answer: Mapping[str, Any]) -> dict[str, Any]:
    run = answer["run"]
    found: dict[str, Any] = json.loads(
        night.get(f"reports/dt={run['assessed_at'][:10]}/run={run['run_id']}/summary.json")
    )
    return found


def failures(night: Night, answer: Mapping[str, Any], account: str) -> set[str]:
    """The ids that Security Hub knows an account's failures by."""
    rows = []
    for key in night.objects("findings/"):
        if f"account={account}/" in key and answer["run"]["run_id"] in key:
            rows += [json.loads(line) for line in gzip.decompress(night.get(key)).splitlines()]
    return {f"genai-readiness-assessor/{row['finding_id']}" for row in rows if row["status"] == "FAIL"}


def test_every_account_imports_its_own_failures_with_its_own_credentials(
    monkeypatch: pytest.MonkeyPatch, hub: Hub
) -> None:
    held = document({FIRST: company(), SECOND: company()})
    with deployed(held, monkeypatch, asked(hub, FIRST, SECOND)) as night:
        answer = ran(night, "a")
        told = summary(night, answer)["security_hub"]
        for account in (FIRST, SECOND):
            failed = failures(night, answer, account)
            assert failed
            assert hub.states(account) == dict.fromkeys(failed, ("ACTIVE", "FAILED"))
        assert told == {
            "imported": len(hub.held),
            "archived": 0,
            "lost": 0,
            "shards_untold": 0,
            "reasons": [],
        }
        assert {account for account, _ in hub.calls} == {FIRST, SECOND}
        # The next night the same findings are updated, not doubled.
        before = set(hub.held)
        ran(night, "b")
        assert set(hub.held) == before


def test_without_the_parameter_nothing_is_sent_or_said(monkeypatch: pytest.MonkeyPatch, hub: Hub) -> None:
    settings = asked(hub, FIRST, ASSESSOR_SECURITY_HUB="")
    with deployed(document({FIRST: company()}), monkeypatch, settings) as night:
        answer = ran(night, "a")
        assert summary(night, answer)["security_hub"] is None
        records = [json.loads(night.get(key)) for key in night.objects("shards/")]
        assert records
        assert not [name for one in records for name in one if name.startswith("hub")]
        assert not night.objects("hub/")
    assert hub.calls == []


def test_what_was_waived_is_archived_once_and_what_cannot_be_seen_stays(
    monkeypatch: pytest.MonkeyPatch, hub: Hub
) -> None:
    with deployed(document({FIRST: company()}), monkeypatch, asked(hub, FIRST)) as night:
        answer = ran(night, "a")
        (row, *_) = [
            row
            for key in night.objects("hub/")
            for row in json.loads(night.get(key))["rows"]
            if row["region"] == "us-east-1"
        ]
        ident = f"genai-readiness-assessor/{row['finding_id']}"
        in_a_month = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
        waiver = (
            f'[[waiver]]\ncontrol = "{row["control_id"]}"\nresource = "{row["resource_arn"]}"\n'
            f'reason = "accepted until the move"\nowner = "a@example.com"\nexpires = {in_a_month}\n'
        )
        night.s3.put_object(Bucket="assessor-results", Key="config/waivers.toml", Body=waiver.encode())
        second = summary(night, ran(night, "b"))["security_hub"]
        assert hub.states(FIRST)[ident] == ("ARCHIVED", "WARNING")
        assert second["archived"] >= 1
        hub.calls.clear()
        third = summary(night, ran(night, "c"))["security_hub"]
        assert third["archived"] == 0
        # A night without sight of the account leaves everything as it is.
        others = {k: v for k, v in hub.states(FIRST).items() if v[0] == "ACTIVE"}
        assert others
        night.aws._answerer.faults = Faults(deny=["sts:AssumeRole"])
        calls = len(hub.calls)
        blind = summary(night, ran(night, "d"))["security_hub"]
        assert len(hub.calls) == calls
        assert {k: v for k, v in hub.states(FIRST).items() if v[0] == "ACTIVE"} == others
        assert blind["lost"] == len(others)
        assert "could not be entered" in blind["reasons"][0]
    assert answer["outcome"] == "COMPLETE"


def test_a_refused_finding_is_recorded_told_and_sent_again(monkeypatch: pytest.MonkeyPatch, hub: Hub) -> None:
    with deployed(document({FIRST: company()}), monkeypatch, asked(hub, FIRST)) as night:
        ran(night, "a")
        ident = next(iter(hub.states(FIRST)))
        hub.held.clear()
        for key in night.objects("hub/"):
            night.s3.delete_object(Bucket="assessor-results", Key=key)
        hub.answer = refusing(ident)
        answer = ran(night, "b")
        told = summary(night, answer)["security_hub"]
        assert (told["lost"], told["shards_untold"], answer["hub_untold"]) == (1, 1, 1)
        assert told["reasons"] == [f"{ident}: InvalidInput: no"]
        assert told["imported"] == len(hub.held) > 0
        remembered = {
            row["finding_id"] for key in night.objects("hub/") for row in json.loads(night.get(key))["rows"]
        }
        assert ident.split("/")[1] not in remembered
        hub.answer = takes_all
        assert summary(night, ran(night, "c"))["security_hub"]["lost"] == 0
        assert ident in hub.states(FIRST)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (error(403, "AccessDeniedException"), "not permitted: grant securityhub:BatchImportFindings"),
        (error(401, "InvalidAccessException"), "Security Hub is not enabled"),
        (error(500, "InternalException"), "Security Hub refused"),
        (lambda *_: (200, {"SuccessCount": "many"}), "Error"),
    ],
)
def test_a_hub_that_takes_nothing_costs_no_shard_anything(
    monkeypatch: pytest.MonkeyPatch, hub: Hub, answer: Any, said: str
) -> None:
    hub.answer = answer
    with deployed(document({FIRST: company()}), monkeypatch, asked(hub, FIRST)) as night:
        ended = ran(night, "a")
        assert (ended["outcome"], ended["failed"], ended["missing"]) == ("COMPLETE", 0, 0)
        assert ended["hub_untold"] > 0
        told = summary(night, ended)["security_hub"]
        assert said in told["reasons"][0]
        assert told["shards_untold"] == ended["hub_untold"]
        records = [json.loads(night.get(key)) for key in night.objects("shards/")]
        assert {one["status"] for one in records} == {"assessed"}
        # Each was invoked once: Step Functions has nothing to repeat.
        assert [name for name, _ in night.invoked].count("WorkerFunction") == len(records)


def test_a_function_short_of_time_leaves_the_import_and_says_so(
    monkeypatch: pytest.MonkeyPatch, hub: Hub
) -> None:
    """Eight seconds are enough to judge what could be read, and not for a request that may be repeated."""
    with deployed(document({FIRST: company()}), monkeypatch, asked(hub, FIRST)) as night:
        ran(night, "a")
        event = next(
            event
            for name, event in night.invoked
            if name == "WorkerFunction" and event["shard"]["place"] == "us-east-1"
        )
        calls = len(hub.calls)
        worker.handler(event, Context(seconds=8.0))
        (key,) = (key for key in night.objects("shards/") if key.endswith(f"{FIRST}.us-east-1.json"))
        record = json.loads(night.get(key))
    assert len(hub.calls) == calls
    assert record["status"] == "assessed"
    assert record["hub_error"] == "there was no time left for it"
    assert record["hub_lost"] > 0


def test_a_function_that_ends_in_the_middle_leaves_an_assessed_shard(
    monkeypatch: pytest.MonkeyPatch, hub: Hub
) -> None:
    """The record is kept before the import begins."""
    with deployed(document({FIRST: company()}), monkeypatch, asked(hub, FIRST)) as night:

        def killed(*_: Any) -> Any:
            raise SystemExit

        monkeypatch.setattr(hub_module, "_tell", killed)
        event = {
            "run": {"run_id": "20261124T020000Z-x", "assessed_at": "2026-11-24T02:00:00Z"},
            "shard": {"account": FIRST, "place": "us-east-1"},
        }
        with pytest.raises(SystemExit):
            worker.handler(event, Context())
        (key,) = night.objects("shards/")
        record = json.loads(night.get(key))
    assert record["status"] == "assessed"
    assert record["hub_error"] == "the function ended before the import did"


def test_a_later_run_is_not_contradicted_by_an_earlier_one(monkeypatch: pytest.MonkeyPatch, hub: Hub) -> None:
    """Two runs of a night may end in another order than they began."""
    with deployed(document({FIRST: company()}), monkeypatch, asked(hub, FIRST)) as night:
        shard = {"account": FIRST, "place": "us-east-1"}
        late = {"run_id": "20261124T030000Z-b", "assessed_at": "2026-11-24T03:00:00Z"}
        early = {"run_id": "20261124T020000Z-a", "assessed_at": "2026-11-24T02:00:00Z"}
        worker.handler({"run": late, "shard": shard}, Context())
        calls, kept = len(hub.calls), night.get(f"hub/{FIRST}.us-east-1.json")
        assert calls > 0
        worker.handler({"run": early, "shard": shard}, Context())
        (key,) = (key for key in night.objects("shards/") if early["run_id"] in key)
        record = json.loads(night.get(key))
        assert (len(hub.calls), night.get(f"hub/{FIRST}.us-east-1.json")) == (calls, kept)
    assert "a later run has told" in record["hub_error"]


def test_the_single_function_tells_the_hub_of_its_own_account(
    monkeypatch: pytest.MonkeyPatch, hub: Hub
) -> None:
    settings = asked(hub, ASSESSOR_ROLE_NAME="", ASSESSOR_ACCOUNTS="")
    with deployed(document({}, company()), monkeypatch, settings) as night:
        answer = single.handler({"time": "2026-11-24T02:00:00Z"}, Context(seconds=120.0))
        told = summary(night, answer)["security_hub"]
        notice = night.get(answer["notice"]).decode()
    assert answer["outcome"] == "COMPLETE"
    assert told["imported"] == len(hub.states(HOME)) == len(hub.held) > 0
    assert f"Security Hub: {told['imported']} imported, 0 archived" in notice
