"""Scope ``workload``: what a workload-aware control makes of the doors it is given."""

from collections.abc import Mapping
from typing import Any

import pytest

from assessor.demo.faults import Faults
from assessor.model.evaluation import evaluate
from assessor.model.finding import Finding
from assessor.model.parameters import Parameters
from assessor.model.verdict import Status
from evaluators import BY_ID, CONTROLS
from evaluators.derived.workload import NARROWING, READS
from tests.aws.account import snapshot_of
from tests.workload.accounts import (
    EVERYTHING,
    LOGS,
    OTHER,
    function,
    function_arn,
    merged,
    method_arn,
    plain_workload,
    proxy,
    rest_api,
    role,
    role_arn,
)

CHAT, HEALTH = method_arn("chat"), method_arn("chat", "r2", "GET")


def rows(
    control: str, content: Mapping[str, Any], *deny: str, scope: str = "workload", **parameters: Any
) -> list[Finding]:
    one = BY_ID[control]
    read = snapshot_of(content, one.operations(scope), scope=scope, faults=Faults(deny=deny))
    return evaluate(read, [one], Parameters(parameters), strict=True)


def only(found: list[Finding]) -> Finding:
    assert len(found) == 1, found
    return found[0]


def test_the_open_door_of_the_plain_workload_fails_and_its_row_says_by_which_path() -> None:
    row = only(rows("GAI-3.01", plain_workload()))
    assert (row.status, row.resource_arn) == (Status.FAIL, CHAT)
    assert (
        "Path to Amazon Bedrock inference (bedrock-runtime) by function ask, role ask-role (permitted)"
        in row.observed
    )
    assert "aws lambda list-functions" in row.evidence
    assert "aws iam get-account-authorization-details" in row.evidence


def test_in_scope_account_the_health_check_is_judged_too() -> None:
    found = rows("GAI-3.01", plain_workload(), scope="account")
    assert {row.resource_arn for row in found} == {CHAT, HEALTH}
    assert not any("Path to" in row.observed for row in found)


def test_a_suspicion_is_shown_and_not_judged() -> None:
    content = merged(
        rest_api("chat", {"POST /chat": proxy(function_arn("ask"))}),
        function("ask", "admin"),
        role("admin", EVERYTHING),
    )
    row = only(rows("GAI-3.01", content))
    assert row.status is Status.INFO
    assert "only through a permission for everything" in row.observed
    assert "role admin" in row.observed


@pytest.mark.parametrize("denied", ["iam:GetAccountAuthorizationDetails", "lambda:ListFunctions"])
def test_a_lost_trail_is_not_assessed_with_its_grant(denied: str) -> None:
    found = rows("GAI-3.01", plain_workload(), denied)
    assert {row.resource_arn for row in found} == {CHAT, HEALTH}
    assert {(row.status, row.reason, row.grant) for row in found} == {
        (Status.NOT_ASSESSED, "LINK_UNKNOWN", denied)
    }


def test_another_accounts_function_is_not_assessed() -> None:
    row = only(rows("GAI-3.01", rest_api("chat", {"POST /chat": proxy(function_arn("ask", account=OTHER))})))
    assert (row.status, row.reason) == (Status.NOT_ASSESSED, "LINK_UNKNOWN")
    assert OTHER in row.observed


def test_when_no_door_leads_to_a_model_one_row_says_how_many_were_seen() -> None:
    content = merged(
        rest_api("chat", {"POST /chat": proxy(function_arn("ask")), "GET /x": proxy(function_arn("ask"))}),
        function("ask", "plain"),
        role("plain", LOGS),
    )
    row = only(rows("GAI-3.01", content))
    assert row.status is Status.NOT_APPLICABLE
    assert row.observed == "2 AWS::ApiGateway::Method seen, none of them on a path to a model."


def test_doors_that_could_not_be_seen_are_never_not_applicable() -> None:
    for denied in ("apigateway:*", "*"):
        found = rows("GAI-3.01", plain_workload(), denied)
        assert {row.status for row in found} == {Status.NOT_ASSESSED}


def test_the_owners_word_is_in_the_row() -> None:
    pinned = {
        row.resource_arn: row for row in rows("GAI-3.01", plain_workload(), pinned_doors=["*/methods/GET"])
    }
    assert pinned[HEALTH].status is Status.FAIL
    assert "by its owner's word (parameter pinned_doors: */methods/GET)" in pinned[HEALTH].observed
    excluded = only(rows("GAI-3.01", plain_workload(), excluded_doors=["*/restapis/chat/*"]))
    assert excluded.status is Status.INFO
    assert (
        "left out by its owner's word (parameter excluded_doors: */restapis/chat/*); it is on a path"
        in excluded.observed
    )


def test_a_function_url_and_its_function_are_not_the_same_door() -> None:
    config = {
        "FunctionUrl": "https://u.lambda-url.us-east-1.on.aws/",
        "FunctionArn": function_arn("health"),
        "AuthType": "NONE",
        "CreationTime": "2026-01-01T00:00:00Z",
        "LastModifiedTime": "2026-01-01T00:00:00Z",
    }
    url = {"when": {"FunctionName": "health"}, "answer": {"FunctionUrlConfigs": [config]}}
    content = merged(plain_workload(), {"us-east-1": {"lambda": {"ListFunctionUrlConfigs": [url]}}})
    assert only(rows("GAI-3.03", content)).status is Status.NOT_APPLICABLE


def test_a_role_is_judged_only_where_something_on_a_path_runs_as_it() -> None:
    idle = role("idle-role", {"Effect": "Allow", "Action": "bedrock:*", "Resource": "*"})
    found = {row.resource_arn: row.status for row in rows("GAI-4.03", merged(plain_workload(), idle))}
    assert found.get(role_arn("ask-role")) is Status.FAIL
    assert role_arn("idle-role") not in found


def test_every_workload_aware_control_is_narrowed_and_reads_the_graph_only_in_that_scope() -> None:
    aware = [control for control in CONTROLS if control.workload_aware]
    assert aware
    for control in CONTROLS:
        assert (control.narrowing is NARROWING) is control.workload_aware
        assert control.operations("account") == control.reads
        assert set(READS) <= set(control.operations("workload")) or not control.workload_aware
