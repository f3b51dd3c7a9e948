"""E11, E12, E15, E16 and E23: what stands beside a path and leads no further."""

import json
from typing import Any

import pytest

from assessor.model.view import View
from assessor.workload.build import READS, workload
from assessor.workload.graph import Kind, Strength
from assessor.workload.workload import Standing, Workload
from collectors import cloudtrail
from tests.aws.account import snapshot_of
from tests.workload.accounts import (
    ACCOUNT,
    BEDROCK,
    EVERYTHING,
    LOGS,
    REGION,
    built,
    door,
    function,
    function_arn,
    merged,
    plain_workload,
    proxy,
    rest_api,
    role,
    role_arn,
)

CHAT = door("chat")
STAGE = "arn:aws:apigateway:us-east-1::/restapis/chat/stages/prod"
OTHER_STAGE = "arn:aws:apigateway:us-east-1::/restapis/other/stages/prod"
ACL = f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/shield/1"
POOL = f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{REGION}_Pool1"


def here(service: str, **answers: Any) -> dict[str, Any]:
    return {REGION: {service: answers}}


# -- E11 --------------------------------------------------------------------------------------------------
def acl_of(stage: str) -> dict[str, Any]:
    return here(
        "wafv2",
        GetWebACLForResource=[
            {
                "when": {"ResourceArn": stage},
                "answer": {
                    "WebACL": {
                        "ARN": ACL,
                        "Name": "shield",
                        "Id": "1",
                        "DefaultAction": {},
                        "VisibilityConfig": {
                            "SampledRequestsEnabled": True,
                            "CloudWatchMetricsEnabled": True,
                            "MetricName": "m",
                        },
                    }
                },
            }
        ],
    )


def test_e11_a_web_acl_before_a_stage_of_the_workload_is_of_the_workload() -> None:
    assert built(merged(plain_workload(), acl_of(STAGE))).reach(ACL).standing is Standing.ON_PATH


def test_e11_a_web_acl_that_is_attached_to_nothing_or_to_another_api_is_not() -> None:
    other = merged(rest_api("other", {"POST /x": proxy(function_arn("health"))}), plain_workload())
    assert built(merged(other, acl_of(OTHER_STAGE))).reach(ACL).standing is Standing.NOT_ON_PATH
    assert built(other).reach(ACL).standing is Standing.NOT_ON_PATH


def test_e11_what_a_denied_association_hides_is_unknown_and_the_door_is_not() -> None:
    workload = built(plain_workload(), "wafv2:GetWebACLForResource")
    found = workload.reach(ACL)
    assert found.standing is Standing.UNKNOWN
    assert "wafv2:GetWebACLForResource" in found.grant
    assert workload.reach(CHAT).standing is Standing.ON_PATH
    assert workload.reach(role_arn("health-role")).standing is Standing.NOT_ON_PATH


def test_e11_an_id_of_waf_classic_is_no_web_acl() -> None:
    content = rest_api("chat", {"POST /chat": proxy(function_arn("ask"))}, stage={"webAclArn": "a1b2c3"})
    assert not list(built(content).graph.of(Kind.ACL))


# -- E12 --------------------------------------------------------------------------------------------------
def authorized(authorizer: dict[str, Any]) -> dict[str, Any]:
    content = plain_workload()
    resources = content[REGION]["apigateway"]["GetResources"][0]["answer"]["items"]
    resources[0]["resourceMethods"]["POST"] |= {
        "authorizationType": "COGNITO_USER_POOLS",
        "authorizerId": "a1",
    }
    return merged(
        content,
        here(
            "apigateway",
            GetAuthorizers=[
                {"when": {"restApiId": "chat"}, "answer": {"items": [{"id": "a1", **authorizer}]}}
            ],
        ),
    )


@pytest.mark.parametrize(
    "authorizer",
    [
        {"type": "COGNITO_USER_POOLS", "providerARNs": [POOL]},
        {
            "type": "JWT",
            "jwtConfiguration": {
                "issuers": [{"issuer": f"https://cognito-idp.{REGION}.amazonaws.com/{REGION}_Pool1"}]
            },
        },
    ],
)
def test_e12_the_user_pool_behind_an_authorizer_signs_the_workloads_callers_in(
    authorizer: dict[str, Any],
) -> None:
    workload = built(authorized(authorizer))
    assert [node.id for node in workload.user_pools_on_paths() if ":userpool/" in node.id] == [POOL]
    assert (
        workload.reach(f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{REGION}_Other").standing
        is Standing.NOT_ON_PATH
    )


@pytest.mark.parametrize(
    "issuer",
    [
        "https://login.example.com/\u202e",
        "https://cognito-idp.us-east-1.amazonaws.com.evil.example/us-east-1_Pool1",
    ],
)
def test_e12_another_issuer_is_no_user_pool(issuer: str) -> None:
    workload = built(authorized({"type": "JWT", "jwtConfiguration": {"issuers": [{"issuer": issuer}]}}))
    assert workload.reach(POOL).standing is Standing.NOT_ON_PATH


def test_e12_denied_authorizers_leave_every_pool_unknown_and_the_door_as_it_is() -> None:
    workload = built(
        authorized({"type": "COGNITO_USER_POOLS", "providerARNs": [POOL]}), "apigateway:GetAuthorizers"
    )
    assert workload.reach(POOL).standing is Standing.UNKNOWN
    assert workload.reach(CHAT).standing is Standing.ON_PATH


def test_e12_a_policy_store_that_knows_the_pools_users_belongs_to_the_path() -> None:
    source = {
        "identitySourceId": "i1",
        "policyStoreId": "PS1",
        "principalEntityType": "User",
        "createdDate": "2026-01-01T00:00:00Z",
        "lastUpdatedDate": "2026-01-01T00:00:00Z",
        "configuration": {
            "cognitoUserPoolConfiguration": {"userPoolArn": POOL, "clientIds": [], "issuer": "x"}
        },
    }
    store = f"arn:aws:verifiedpermissions::{ACCOUNT}:policy-store/PS1"
    content = merged(
        authorized({"type": "COGNITO_USER_POOLS", "providerARNs": [POOL]}),
        here(
            "verifiedpermissions",
            ListPolicyStores=[{"policyStoreId": "PS1", "arn": store, "createdDate": "2026-01-01T00:00:00Z"}],
            ListIdentitySources=[{"when": {"policyStoreId": "PS1"}, "answer": {"identitySources": [source]}}],
        ),
    )
    assert built(content).reach(store).standing is Standing.ON_PATH


# -- E15 --------------------------------------------------------------------------------------------------
def with_variables(variables: dict[str, str], *statements: dict[str, Any]) -> Workload:
    content = merged(
        rest_api("chat", {"POST /chat": proxy(function_arn("ask"))}),
        function("ask", "ask-role", Environment={"Variables": variables}),
        role("ask-role", *statements),
    )
    return built(content)


@pytest.mark.parametrize(
    ("variables", "standing"),
    [
        ({}, Standing.SUSPECTED),
        ({"MODEL": "anthropic.claude-3-haiku-20240307-v1:0"}, Standing.ON_PATH),
        ({"X": "us.anthropic.claude-sonnet-4-20250514-v1:0"}, Standing.ON_PATH),
        ({"BEDROCK_MODEL_ID": "anything"}, Standing.SUSPECTED),
        ({"MODEL_ID": ""}, Standing.SUSPECTED),
        ({"GUARDRAIL_ID": "\u202eabc"}, Standing.SUSPECTED),
    ],
)
def test_e15_a_models_id_in_a_variable_corroborates_and_a_name_alone_does_not(
    variables: dict[str, str], standing: Standing
) -> None:
    assert with_variables(variables, EVERYTHING).reach(CHAT).standing is standing


def test_e15_a_hint_alone_makes_no_path() -> None:
    variables = {"BEDROCK_MODEL_ID": "anthropic.claude-3-haiku-20240307-v1:0"}
    assert with_variables(variables, LOGS).reach(CHAT).standing is Standing.NOT_ON_PATH


def test_e15_the_value_of_a_variable_is_nowhere_in_the_graph() -> None:
    workload = with_variables({"BEDROCK_MODEL_ID": "anthropic.claude-3-haiku-20240307-v1:0"}, BEDROCK)
    hints = [edge for edge in workload.graph.edges() if edge.rule == "E15"]
    assert [edge.strength for edge in hints] == [Strength.INFERRED]
    assert "claude" not in repr(hints)


# -- E16 --------------------------------------------------------------------------------------------------
def event(role_name: str, model: str = "amazon.nova-lite-v1:0", **more: Any) -> dict[str, Any]:
    record = {
        "eventName": "InvokeModel",
        "userIdentity": {
            "type": "AssumedRole",
            "sessionContext": {"sessionIssuer": {"arn": role_arn(role_name)}},
        },
        "requestParameters": {"modelId": model},
        **more,
    }
    return {"EventId": "e1", "EventName": "InvokeModel", "CloudTrailEvent": json.dumps(record)}


def observed(content: dict[str, Any], *events: Any) -> Workload:
    held = merged(content, here("cloudtrail", LookupEvents=list(events)))
    read = snapshot_of(held, (*READS, cloudtrail.LOOKUP_EVENTS_INVOCATIONS), scope="workload")
    return workload(View(read, read.run.accounts[0], REGION))


ADMIN = merged(
    rest_api("chat", {"POST /chat": proxy(function_arn("ask"))}),
    function("ask", "ask-role"),
    role("ask-role", EVERYTHING),
)


def test_e16_a_call_that_was_seen_makes_a_path_of_a_suspicion() -> None:
    assert observed(ADMIN).reach(CHAT).standing is Standing.SUSPECTED
    found = observed(ADMIN, event("ask-role")).reach(CHAT)
    assert found.standing is Standing.ON_PATH
    assert found.paths[0].confidence is Strength.OBSERVED


@pytest.mark.parametrize(
    "told",
    [
        event("ask-role", errorCode="AccessDenied"),
        event("another-role"),
        {"EventId": "e1", "CloudTrailEvent": "{not json"},
        {"EventId": "e1", "CloudTrailEvent": "[]"},
        {"EventId": "e1", "CloudTrailEvent": '{"userIdentity": [], "requestParameters": {"modelId": "m.x"}}'},
        {"EventId": "e1"},
    ],
)
def test_e16_what_was_refused_or_cannot_be_read_shows_nothing(told: dict[str, Any]) -> None:
    assert observed(ADMIN, told).reach(CHAT).standing is Standing.SUSPECTED


def test_e16_without_observing_nothing_is_looked_up() -> None:
    assert cloudtrail.LOOKUP_EVENTS_INVOCATIONS not in READS


# -- E23 --------------------------------------------------------------------------------------------------
def test_e23_the_network_of_a_caller_is_known_and_its_endpoints_with_it() -> None:
    content = merged(
        rest_api("chat", {"POST /chat": proxy(function_arn("ask")), "GET /h": proxy(function_arn("health"))}),
        function("ask", "ask-role", VpcConfig={"VpcId": "vpc-1", "SubnetIds": ["subnet-1"]}),
        function("health", "health-role", VpcConfig={"VpcId": "vpc-2", "SubnetIds": ["subnet-2"]}),
        role("ask-role", BEDROCK),
        role("health-role", LOGS),
        here(
            "ec2",
            DescribeVpcEndpoints=[
                {
                    "VpcEndpointId": "vpce-1",
                    "VpcId": "vpc-1",
                    "VpcEndpointType": "Interface",
                    "ServiceName": "com.amazonaws.us-east-1.bedrock-runtime",
                }
            ],
        ),
    )
    workload = built(content)
    assert [node.label for node in workload.networks_of_callers()] == ["vpc-1"]
    endpoint = f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc-endpoint/vpce-1"
    assert workload.reach(endpoint).standing is Standing.ON_PATH


def test_e23_a_subnet_is_of_the_vpc_that_holds_it_or_unknown() -> None:
    runtime = f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:runtime/chat-a1"
    detail = {
        "agentRuntimeArn": runtime,
        "agentRuntimeName": "chat",
        "agentRuntimeId": "chat-a1",
        "agentRuntimeVersion": "1",
        "createdAt": "2026-01-01T00:00:00Z",
        "lastUpdatedAt": "2026-01-01T00:00:00Z",
        "roleArn": role_arn("ask-role"),
        "status": "READY",
        "lifecycleConfiguration": {},
        "networkConfiguration": {
            "networkMode": "VPC",
            "networkModeConfig": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]},
        },
    }
    content = merged(
        here(
            "bedrock-agentcore-control",
            ListAgentRuntimes=[
                {
                    "agentRuntimeArn": runtime,
                    "agentRuntimeId": "chat-a1",
                    "agentRuntimeVersion": "1",
                    "agentRuntimeName": "chat",
                    "description": "",
                    "lastUpdatedAt": "2026-01-01T00:00:00Z",
                    "status": "READY",
                }
            ],
            GetAgentRuntime=[{"when": {"agentRuntimeId": "chat-a1"}, "answer": detail}],
        ),
        here("ec2", DescribeSubnets=[{"SubnetId": "subnet-1", "VpcId": "vpc-9"}]),
        role("ask-role", BEDROCK),
    )
    assert [node.label for node in built(content).networks_of_callers()] == ["vpc-9"]
    denied = built(content, "ec2:DescribeSubnets")
    assert denied.networks_of_callers() == []
    assert any("the VPC of subnet subnet-1 is not known" in gap.detail for gap in denied.graph.gaps(runtime))
