"""E13, E14 and E22: roles, what they may call, and what starts work without a caller."""

from typing import Any

import pytest

from assessor.model.reading import Why
from assessor.workload.graph import Kind, Strength
from assessor.workload.workload import Standing, Workload
from tests.workload.accounts import (
    ACCOUNT,
    BEDROCK,
    EVERYTHING,
    LOGS,
    OTHER,
    REGION,
    built,
    door,
    function,
    function_arn,
    merged,
    proxy,
    rest_api,
    role,
    role_arn,
    when,
)

FRONT = door("front")
NOW = "2026-01-01T00:00:00Z"


def fronted(*statements: dict[str, Any], function_name: str = "front") -> dict[str, Any]:
    """An API before a function whose role has these statements."""
    return merged(
        rest_api("front", {"POST /x": proxy(function_arn(function_name))}),
        function("front", "front-role"),
        role("front-role", *statements) if statements else {},
    )


ASK = merged(function("ask", "ask-role"), role("ask-role", BEDROCK))


# -- E13 --------------------------------------------------------------------------------------------------
def test_e13_a_function_of_a_role_that_does_not_exist_leads_nowhere() -> None:
    assert built(merged(fronted(), ASK)).reach(FRONT).standing is Standing.NOT_ON_PATH


def test_e13_a_function_without_a_role_in_its_answer_is_unknown() -> None:
    content = merged(
        rest_api("front", {"POST /x": proxy(function_arn("front"))}),
        {
            REGION: {
                "lambda": {"ListFunctions": [{"FunctionName": "front", "FunctionArn": function_arn("front")}]}
            }
        },
    )
    assert [gap.why for gap in built(content).reach(FRONT).gaps] == [Why.LINK_UNKNOWN]


def test_e13_a_published_version_runs_as_the_role_it_was_published_with() -> None:
    version = {
        "FunctionName": "front",
        "FunctionArn": f"{function_arn('front')}:7",
        "Role": role_arn("ask-role"),
    }
    content = merged(
        rest_api("front", {"POST /x": proxy(f"{function_arn('front')}:7")}),
        function("front", "front-role"),
        role("front-role", LOGS),
        role("ask-role", BEDROCK),
    )
    published = {
        REGION: {"lambda": {"ListVersionsByFunction": [when({"Versions": [version]}, FunctionName="front")]}}
    }
    assert built(merged(content, published)).reach(FRONT).standing is Standing.ON_PATH
    assert built(content).reach(FRONT).standing is Standing.NOT_ON_PATH
    found = built(content, "lambda:ListVersionsByFunction").reach(FRONT)
    assert found.standing is Standing.UNKNOWN
    assert "version 7" in found.gaps[0].detail
    assert found.grant == "lambda:ListVersionsByFunction"
    assert built(content, "lambda:ListFunctions").reach(FRONT).grant == "lambda:ListFunctions"


def test_e13_an_alias_that_does_not_exist_leads_nowhere_and_denied_aliases_are_unknown() -> None:
    content = merged(
        rest_api("front", {"POST /x": proxy(f"{function_arn('front')}:live")}),
        function("front", "front-role"),
        role("front-role", BEDROCK),
    )
    assert built(content).reach(FRONT).standing is Standing.NOT_ON_PATH
    assert built(content, "lambda:ListAliases").reach(FRONT).grant == "lambda:ListAliases"


# -- E14 --------------------------------------------------------------------------------------------------
def test_e14_a_permission_names_its_statement_and_what_it_is_for() -> None:
    model = f"arn:aws:bedrock:{REGION}::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"
    found = built(fronted({"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": model})).reach(
        FRONT
    )
    edge = found.paths[0].edges[-1]
    assert (edge.rule, edge.strength, edge.broad) == ("E14", Strength.PERMITTED, False)
    assert edge.note == f"bedrock:InvokeModel on {model}"
    assert edge.evidence is not None
    assert edge.evidence.value == "identity policy own, statement 1"


def test_e14_a_boundary_takes_the_permission_away() -> None:
    content = fronted(BEDROCK)
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/limit"
    details = content["global"]["iam"]["GetAccountAuthorizationDetails"]
    details["RoleDetailList"][0]["PermissionsBoundary"] = {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": boundary,
    }
    details["Policies"] = [
        {
            "PolicyName": "limit",
            "PolicyId": "ANPA0000000000000000",
            "Arn": boundary,
            "Path": "/",
            "DefaultVersionId": "v1",
            "CreateDate": NOW,
            "UpdateDate": NOW,
            "PolicyVersionList": [
                {
                    "VersionId": "v1",
                    "IsDefaultVersion": True,
                    "CreateDate": NOW,
                    "Document": {"$json": {"Version": "2012-10-17", "Statement": [LOGS]}},
                }
            ],
        }
    ]
    assert built(content).reach(FRONT).standing is Standing.NOT_ON_PATH


def trusting(name: str, principal: str, *statements: dict[str, Any]) -> dict[str, Any]:
    return role(
        name,
        *statements,
        trust={"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"},
    )


ASSUME = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role_arn("model-role")}


@pytest.mark.parametrize(
    ("content", "standing"),
    [
        (merged(fronted(ASSUME), trusting("model-role", f"arn:aws:iam::{ACCOUNT}:root", BEDROCK)), Standing.ON_PATH),
        (merged(fronted(LOGS), trusting("model-role", role_arn("front-role"), BEDROCK)), Standing.ON_PATH),
        (merged(fronted(LOGS), trusting("model-role", f"arn:aws:iam::{ACCOUNT}:root", BEDROCK)), Standing.NOT_ON_PATH),
        (merged(fronted(ASSUME), role("model-role", BEDROCK)), Standing.NOT_ON_PATH),
        (merged(fronted(ASSUME), trusting("model-role", f"arn:aws:iam::{ACCOUNT}:root", LOGS)), Standing.NOT_ON_PATH),
        (fronted({**ASSUME, "Resource": role_arn("model-role", account=OTHER)}), Standing.UNKNOWN),
        (fronted({**ASSUME, "Resource": f"arn:aws:iam::{OTHER}:role/*"}), Standing.UNKNOWN),
    ],
)  # fmt: skip
def test_e14_a_role_that_may_be_taken_on_is_followed_one_hop(
    content: dict[str, Any], standing: Standing
) -> None:
    assert built(content).reach(FRONT).standing is standing


def test_e14_an_admin_who_may_take_on_a_model_role_stays_a_suspicion() -> None:
    content = merged(fronted(EVERYTHING), trusting("model-role", f"arn:aws:iam::{ACCOUNT}:root", BEDROCK))
    assert built(content).reach(FRONT).standing is Standing.SUSPECTED


def test_e14_denied_iam_is_a_gap_at_the_role_of_every_compute() -> None:
    workload = built(merged(fronted(LOGS), ASK), "iam:GetAccountAuthorizationDetails")
    for name in ("front-role", "ask-role"):
        assert [gap.grant for gap in workload.graph.gaps(role_arn(name))] == [
            "iam:GetAccountAuthorizationDetails"
        ]


# -- E22: what may be called by permission ------------------------------------------------------------------
CALLS = {"Effect": "Allow", "Action": "lambda:InvokeFunction"}


@pytest.mark.parametrize(
    ("resource", "standing"),
    [
        (function_arn("ask"), Standing.ON_PATH),
        ([function_arn("ask"), f"{function_arn('ask')}:*"], Standing.ON_PATH),
        (f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:as*", Standing.ON_PATH),
        (function_arn("gone"), Standing.NOT_ON_PATH),
        ("*", Standing.SUSPECTED),
    ],
)
def test_e22_a_function_that_a_role_may_invoke_is_followed_where_it_is_named(
    resource: Any, standing: Standing
) -> None:
    assert built(merged(fronted({**CALLS, "Resource": resource}), ASK)).reach(FRONT).standing is standing


def test_e22_a_denied_invocation_is_not_followed() -> None:
    deny = {"Effect": "Deny", "Action": "lambda:*", "Resource": "*"}
    content = merged(fronted({**CALLS, "Resource": function_arn("ask")}, deny), ASK)
    assert built(content).reach(FRONT).standing is Standing.NOT_ON_PATH


QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:work"


def mapping(state: str = "Enabled", target: str = "ask") -> dict[str, Any]:
    one = {
        "UUID": "11111111-2222-3333-4444-555555555555",
        "EventSourceArn": QUEUE,
        "FunctionArn": function_arn(target),
        "State": state,
    }
    return {REGION: {"lambda": {"ListEventSourceMappings": [one]}}}


def entries(workload: Workload) -> dict[str, Standing]:
    return {node.what: workload.reach(node.id).standing for node in workload.graph.of(Kind.ENTRY)}


def test_e22_a_queue_feeds_its_function_and_who_may_send_to_it_reaches_that_too() -> None:
    content = merged(
        fronted({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE}), mapping(), ASK
    )
    workload = built(content)
    assert entries(workload) == {"records of work": Standing.ON_PATH}
    assert [edge.rule for edge in workload.reach(FRONT).paths[0].edges] == [
        "E1",
        "E13",
        "E22",
        "E22",
        "E22",
        "E13",
        "E14",
    ]


@pytest.mark.parametrize("state", ["Disabled", "Disabling", "Deleting"])
def test_e22_a_mapping_that_is_off_starts_nothing(state: str) -> None:
    assert entries(built(merged(mapping(state), ASK))) == {}


def test_e22_denied_mappings_hide_what_starts_work() -> None:
    workload = built(merged(mapping(), ASK), "lambda:ListEventSourceMappings")
    assert workload.reach(role_arn("ask-role")).standing is Standing.UNKNOWN


def rule(state: str, target: str) -> dict[str, Any]:
    return {
        REGION: {
            "events": {
                "ListEventBuses": [{"Name": "default"}],
                "ListRules": [
                    {
                        "Name": "r",
                        "Arn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/r",
                        "State": state,
                        "EventBusName": "default",
                    }
                ],
                "ListTargetsByRule": [when({"Targets": [{"Id": "1", "Arn": target}]}, Rule="r")],
            }
        }
    }


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (rule("ENABLED", function_arn("ask")), {"rule r": Standing.ON_PATH}),
        (rule("DISABLED", function_arn("ask")), {}),
        (rule("ENABLED", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:x"), {"rule r": Standing.NOT_ON_PATH}),
        (rule("ENABLED", function_arn("ask", account=OTHER)), {"rule r": Standing.UNKNOWN}),
    ],
)
def test_e22_a_rule_that_is_enabled_starts_its_targets(
    content: dict[str, Any], found: dict[str, Standing]
) -> None:
    assert entries(built(merged(content, ASK))) == found


def test_e22_denied_targets_leave_the_rule_unknown() -> None:
    content = merged(rule("ENABLED", function_arn("ask")), ASK)
    assert entries(built(content, "events:ListTargetsByRule")) == {"rule r": Standing.UNKNOWN}


@pytest.mark.parametrize(
    ("target", "state", "found"),
    [
        (function_arn("ask"), "ENABLED", Standing.ON_PATH),
        ("arn:aws:scheduler:::aws-sdk:bedrockruntime:invokeModel", "ENABLED", Standing.ON_PATH),
        ("arn:aws:scheduler:::aws-sdk:lambda:invoke", "ENABLED", Standing.UNKNOWN),
        ("arn:aws:scheduler:::aws-sdk:ec2:stopInstances", "ENABLED", Standing.NOT_ON_PATH),
        (function_arn("ask"), "DISABLED", None),
    ],
)
def test_e22_a_schedule_starts_its_target(target: str, state: str, found: Standing | None) -> None:
    arn = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/s"
    content = {
        REGION: {
            "scheduler": {
                "ListSchedules": [{"Arn": arn, "Name": "s", "State": state, "Target": {"Arn": target}}]
            }
        }
    }
    assert entries(built(merged(content, ASK))).get("schedule s") is found


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    document = {"$json": {"Version": "2012-10-17", "Statement": list(statements)}}
    return {REGION: {"lambda": {"GetPolicy": [when({"Policy": document}, FunctionName="ask")]}}}


def admits(service: str, source: str = "") -> dict[str, Any]:
    condition = {"Condition": {"ArnLike": {"AWS:SourceArn": source}}} if source else {}
    return {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "lambda:InvokeFunction",
        "Resource": function_arn("ask"),
        **condition,
    }


TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:news"


def test_e22_a_topic_that_may_invoke_a_function_is_followed_from_who_may_publish() -> None:
    content = merged(
        fronted({"Effect": "Allow", "Action": "sns:Publish", "Resource": TOPIC}),
        policy(admits("sns.amazonaws.com", TOPIC)),
        ASK,
    )
    assert built(content).reach(FRONT).standing is Standing.ON_PATH
    without = merged(fronted({"Effect": "Allow", "Action": "sns:Publish", "Resource": TOPIC}), ASK)
    assert built(without).reach(FRONT).standing is Standing.NOT_ON_PATH


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (admits("s3.amazonaws.com", "arn:aws:s3:::uploads"), {"uploads of s3": Standing.ON_PATH}),
        (admits("cognito-idp.amazonaws.com"), {"events of cognito-idp": Standing.ON_PATH}),
        (admits("apigateway.amazonaws.com"), {}),
        (admits("bedrock.amazonaws.com"), {}),
    ],
)
def test_e22_services_that_a_policy_admits_start_work(
    statement: dict[str, Any], found: dict[str, Standing]
) -> None:
    assert entries(built(merged(policy(statement), ASK))) == found


def test_e22_a_policy_open_to_others_is_a_door_and_one_for_this_account_is_not() -> None:
    def doors(principal: Any) -> list[str]:
        statement = {
            "Effect": "Allow",
            "Principal": principal,
            "Action": "lambda:InvokeFunction",
            "Resource": function_arn("ask"),
        }
        return [node.what for node in built(merged(policy(statement), ASK)).doors()]

    assert doors("*") == ["function ask, invoked by anyone"]
    assert doors({"AWS": OTHER}) == [f"function ask, invoked by account {OTHER}"]
    assert doors({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}) == []


def test_e22_a_policy_that_cannot_be_read_or_is_denied() -> None:
    hostile = {REGION: {"lambda": {"GetPolicy": [when({"Policy": "\u202e{"}, FunctionName="ask")]}}}
    assert entries(built(merged(hostile, ASK))) == {}
    assert "E22" in {gap.rule for gap in built(ASK, "lambda:GetPolicy").blind}


@pytest.mark.parametrize(
    ("action", "denied"),
    [
        ("sqs:SendMessage", "lambda:ListEventSourceMappings"),
        ("dynamodb:PutItem", "lambda:ListEventSourceMappings"),
        ("states:StartExecution", "stepfunctions:ListStateMachines"),
        ("events:PutEvents", "events:ListEventBuses"),
        ("sns:Publish", "lambda:GetPolicy"),
    ],
)
def test_e22_who_may_hand_work_on_is_unknown_while_it_is_not_known_where_to(action: str, denied: str) -> None:
    content = fronted({"Effect": "Allow", "Action": action, "Resource": "*"})
    assert built(content).reach(FRONT).standing is Standing.NOT_ON_PATH
    found = built(content, denied).reach(FRONT)
    assert found.standing is Standing.UNKNOWN
    assert found.grant
    assert built(fronted(LOGS), denied).reach(FRONT).standing is Standing.NOT_ON_PATH
