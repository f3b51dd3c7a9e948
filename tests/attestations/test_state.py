"""Whether an answer still holds: what makes it stale, and which ones only."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest

from assessor.attestations import state
from assessor.attestations.answers import Answer, Given
from assessor.attestations.questions import ATTESTATIONS
from assessor.demo.faults import Faults
from assessor.model.finding import Finding
from assessor.model.parameters import Parameters
from assessor.model.plan import closure
from assessor.model.score import Readiness, coverage_of, score
from assessor.model.snapshot import Snapshot
from assessor.model.verdict import Item, Status
from tests.aws.account import snapshot_of

ARN = "arn:aws:bedrock:us-east-1:111122223333:guardrail/gr1"
ACCOUNT = "111122223333"
OPERATIONS = closure(op for one in ATTESTATIONS for op in one.operations("workload"))


def guardrail(version: str, **more: Any) -> dict[str, Any]:
    return {
        "guardrailId": "gr1", "guardrailArn": ARN, "version": version, "status": "READY", "name": "any",
        "createdAt": "{now-9d}", "updatedAt": "{now-9d}", "blockedInputMessaging": "no", "blockedOutputsMessaging": "no",
        **more,
    }  # fmt: skip


def summary(version: str) -> dict[str, Any]:
    return {
        "id": "gr1", "arn": ARN, "status": "READY", "name": "any", "version": version,
        "createdAt": "{now-9d}", "updatedAt": "{now-9d}",
    }  # fmt: skip


def account(strength: str = "HIGH", *, versions: tuple[str, ...] = ("1", "2")) -> dict[str, Any]:
    """An account with two versions of a guardrail, a prompt, an alarm, a table and a memory."""
    filters = {"filters": [{"type": "PROMPT_ATTACK", "inputStrength": strength, "outputStrength": "NONE"}]}
    details = [
        {
            "when": {"guardrailIdentifier": "gr1", "guardrailVersion": version},
            "answer": guardrail(version, contentPolicy=filters if version == "2" else {"filters": []}),
        }
        for version in versions
    ]
    prompt = {
        "id": "PROMPT0001", "arn": "arn:aws:bedrock:us-east-1:111122223333:prompt/PROMPT0001", "name": "any",
        "version": "DRAFT", "createdAt": "{now-9d}", "updatedAt": "{now-9d}",
    }  # fmt: skip
    return {
        "us-east-1": {
            "bedrock": {
                "ListGuardrails": [
                    {
                        "when": {"guardrailIdentifier": "gr1"},
                        "answer": {"guardrails": [summary(version) for version in versions]},
                    },
                    {"answer": {"guardrails": [summary("DRAFT")]}},
                ],
                "GetGuardrail": details,
                "GetAccountDataRetention": {"mode": "none"},
            },
            "bedrock-agent": {
                "ListPrompts": {"promptSummaries": [prompt]},
                "GetPrompt": {**prompt, "variants": []},
            },
            "dynamodb": {"ListTables": {"TableNames": ["sessions"]}},
            "cloudwatch": {
                "DescribeAlarms": {
                    "MetricAlarms": [
                        {
                            "AlarmName": "a", "AlarmArn": "arn:aws:cloudwatch:us-east-1:111122223333:alarm:a",
                            "Namespace": "AWS/Bedrock", "MetricName": "Invocations", "Threshold": 10.0,
                            "StateValue": "OK", "ActionsEnabled": True,
                        }
                    ]
                }
            },
        }
    }  # fmt: skip


def read(content: Mapping[str, Any], *denied: str) -> Snapshot:
    return snapshot_of(content, OPERATIONS, scope="workload", faults=Faults(deny=denied) if denied else None)


def answered(snapshot: Snapshot, parameters: Parameters | None = None) -> tuple[Answer, ...]:
    """Every question answered yes today on that snapshot."""
    known = state.KnownFacts(state.view_of(snapshot, snapshot.run.accounts[0], parameters or Parameters()))
    return tuple(
        Answer(
            question=one, account=ACCOUNT, given=Given.YES, person="Jo", role=one.owner, when=date(2026, 11, 1),
            evidence="https://example.com", note="", days=one.days,
            facts={d.facts: known.of(d).digests for d in one.rests_on},
        )
        for one in ATTESTATIONS
    )  # fmt: skip


@cache
def before() -> tuple[Snapshot, tuple[Answer, ...]]:
    snapshot = read(account())
    return snapshot, answered(snapshot)


def rows(
    snapshot: Snapshot, given: tuple[Answer, ...], parameters: Parameters | None = None
) -> dict[str, Finding]:
    found = state.findings(snapshot, ATTESTATIONS, given, parameters or Parameters())
    return {row.control_id: row for row in found}


def stale(found: Mapping[str, Finding]) -> set[str]:
    return {ident for ident, row in found.items() if row.reason == "STALE"}


def test_without_answers_every_question_is_open_once_for_the_account() -> None:
    found = state.findings(before()[0], ATTESTATIONS, (), Parameters())
    assert [row.control_id for row in found] == [one.id for one in ATTESTATIONS]
    assert {(row.status, row.reason) for row in found} == {(Status.MANUAL, "MISSING")}
    assert {row.resource_arn for row in found} == {"arn:aws:iam::111122223333:root"}
    assert {row.region for row in found} == {"global"}
    assert all("Nobody has answered" in row.observed for row in found)


def test_answers_given_on_this_configuration_hold() -> None:
    snapshot, given = before()
    found = rows(snapshot, given)
    assert {
        ident: (row.status, row.observed) for ident, row in found.items() if row.status is not Status.ATTESTED
    } == {}
    assert (
        "Answered yes by Jo (Security testing) on 2026-11-01; holds until 2027-04-30."
        in found["ATT-4.1"].observed
    )
    assert found["ATT-4.1"].evidence.startswith("https://example.com; aws bedrock get-guardrail")


def test_changing_one_guardrail_version_turns_exactly_those_stale_that_depend_on_it() -> None:
    found = rows(read(account("LOW")), before()[1])
    assert stale(found) == {"ATT-1.5", "ATT-4.1"}
    assert f"Since then: guardrail version {ARN}:2 has changed." in found["ATT-4.1"].observed
    others = {row.status for ident, row in found.items() if ident not in {"ATT-1.5", "ATT-4.1"}}
    assert others == {Status.ATTESTED}


def test_a_new_and_a_vanished_version_are_named() -> None:
    more = rows(read(account(versions=("1", "2", "3"))), before()[1])
    assert f"guardrail version {ARN}:3 is new" in more["ATT-1.5"].observed
    fewer = rows(read(account(versions=("2",))), before()[1])
    assert f"guardrail version {ARN}:1 is gone" in fewer["ATT-1.5"].observed


@pytest.mark.parametrize(
    ("service", "operation", "answer", "expected"),
    [
        ("dynamodb", "ListTables", {"TableNames": ["sessions", "more"]}, {"ATT-3.2"}),
        ("dynamodb", "ListTables", {"TableNames": []}, {"ATT-3.2"}),
        ("bedrock", "GetAccountDataRetention", {"mode": "provider_data_share"}, {"ATT-2.1"}),
        ("cloudwatch", "DescribeAlarms", {"MetricAlarms": []}, {"ATT-7.4"}),
        ("bedrock-agent", "ListPrompts", {"promptSummaries": []}, {"ATT-1.5", "ATT-4.1", "ATT-4.5"}),
        (
            "bedrock",
            "ListImportedModels",
            {"modelSummaries": [{"modelArn": "arn:aws:bedrock:us-east-1:111122223333:imported-model/x",
                                 "modelName": "x", "creationTime": "{now-1d}"}]},
            {"ATT-1.6", "ATT-2.2"},
        ),
    ],
)  # fmt: skip
def test_a_change_of_configuration_reaches_the_answers_that_rest_on_it(
    service: str, operation: str, answer: Mapping[str, Any], expected: set[str]
) -> None:
    content = account()
    content["us-east-1"].setdefault(service, {})[operation] = answer
    assert stale(rows(read(content), before()[1])) == expected


def test_what_changes_by_itself_makes_nothing_stale() -> None:
    content = account()
    content["us-east-1"]["cloudwatch"]["DescribeAlarms"]["MetricAlarms"][0]["StateValue"] = "ALARM"
    assert stale(rows(read(content), before()[1])) == set()


def test_a_changed_policy_on_models_makes_the_answer_about_policies_stale() -> None:
    snapshot, _ = before()
    given = answered(snapshot, Parameters({"approved_models": ["a", "b"]}))
    assert stale(rows(snapshot, given, Parameters({"approved_models": ["b", "a"]}))) == set()
    found = rows(snapshot, given, Parameters({"approved_models": ["a", "c"]}))
    assert stale(found) == {"ATT-1.2"}
    assert "Since then: parameter approved_models has changed." in found["ATT-1.2"].observed


def test_facts_that_cannot_be_seen_leave_the_answer_open_and_name_the_grant() -> None:
    found = rows(read(account(), "bedrock:GetGuardrail"), before()[1])
    for ident in ("ATT-1.5", "ATT-4.1"):
        row = found[ident]
        assert (row.status, row.reason, row.grant) == (Status.NOT_ASSESSED, "DENIED", "bedrock:GetGuardrail")
        assert "could not be compared" in row.observed


def test_a_change_that_was_seen_is_stale_even_where_more_is_hidden() -> None:
    content = account()
    content["us-east-1"]["bedrock-agent"]["ListPrompts"] = {"promptSummaries": []}
    row = rows(read(content, "bedrock:GetGuardrail"), before()[1])["ATT-4.1"]
    assert (row.status, row.reason) == (Status.MANUAL, "STALE")


@pytest.mark.parametrize("operation", sorted({f"{op.service}:{op.name}" for op in OPERATIONS}))
def test_losing_one_permission_never_makes_an_answer_hold(operation: str) -> None:
    """Neither those that held nor those that were stale: of the changed account, nothing becomes attested."""
    changed = account("LOW")
    seen = rows(read(changed), before()[1])
    found = rows(read(changed, operation), before()[1])
    for ident, row in found.items():
        if row.status is Status.ATTESTED:
            assert seen[ident].status is Status.ATTESTED


def test_an_answer_without_recorded_facts_does_not_hold() -> None:
    given = tuple(replace(one, facts={}) for one in before()[1])
    found = rows(before()[0], given)
    assert stale(found) == {one.id for one in ATTESTATIONS if one.rests_on}
    assert "no guardrail version was recorded" in found["ATT-4.1"].observed


def test_no_is_a_failure_that_stands_whatever_the_date() -> None:
    old = tuple(replace(one, given=Given.NO, when=date(2020, 2, 29)) for one in before()[1])
    found = rows(before()[0], old)
    assert {row.status for row in found.values()} == {Status.FAIL}
    assert found["ATT-3.1"].severity.value == "high"
    assert found["ATT-4.1"].severity.value == "medium"


def test_an_expired_answer_is_open_again_and_says_until_when_it_held() -> None:
    old = tuple(replace(one, when=date(2024, 2, 29)) for one in before()[1])
    found = rows(before()[0], old)
    assert {row.reason for row in found.values()} == {"EXPIRED"}
    assert "held until 2024-08-27 (180 days)" in found["ATT-4.1"].observed


def test_an_answer_for_another_account_is_none_for_this_one() -> None:
    other = tuple(replace(one, account="999999999999") for one in before()[1])
    assert {row.reason for row in rows(before()[0], other).values()} == {"MISSING"}
    everywhere = replace(before()[1][3], account="")
    assert rows(before()[0], (everywhere,))["ATT-1.4"].status is Status.ATTESTED


def test_a_question_that_does_not_arise_is_not_applicable_and_says_why() -> None:
    one = replace(before()[1][20], given=Given.NOT_APPLICABLE, note="no store outside AWS")
    row = rows(before()[0], (one,))[one.question.id]
    assert row.status is Status.NOT_APPLICABLE
    assert "no store outside AWS" in row.observed


def test_readiness_waits_for_people_and_coverage_does_not() -> None:
    open_rows = state.findings(before()[0], ATTESTATIONS, (), Parameters())
    item = score(open_rows, (), 50.0, ATTESTATIONS)[0]
    assert item.item is Item.GOVERNANCE
    assert item.readiness is Readiness.UNKNOWN
    assert item.open_questions == tuple(f"ATT-1.{n}" for n in range(1, 7))
    assert (item.low, item.high) == (0.0, 100.0)
    assert coverage_of(open_rows, ()) is None
    held = state.findings(before()[0], ATTESTATIONS, before()[1], Parameters())
    assert score(held, (), 50.0, ATTESTATIONS)[0].low == 100.0
    assert score(held, (), 50.0, ATTESTATIONS)[0].open_questions == ()


def test_ids_of_rows_are_the_same_in_every_run() -> None:
    ids = [row.finding_id for row in state.findings(before()[0], ATTESTATIONS, (), Parameters())]
    again = [
        row.finding_id
        for row in state.findings(read(account("LOW")), ATTESTATIONS, before()[1], Parameters())
    ]
    assert ids == again
    assert len(set(ids)) == len(ids)
