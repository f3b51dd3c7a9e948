"""E1 to E4 and E6: REST APIs."""

from typing import Any

import pytest

from assessor.model.reading import Why
from assessor.workload.graph import Strength
from assessor.workload.workload import Standing, Workload
from tests.workload.accounts import (
    BEDROCK,
    LOGS,
    OTHER,
    REGION,
    built,
    door,
    function,
    function_arn,
    lambda_uri,
    merged,
    proxy,
    rest_api,
    role,
    role_arn,
)

DOOR = door("api")
ASK = merged(function("ask", "ask-role"), role("ask-role", BEDROCK))
STAGE = "arn:aws:apigateway:us-east-1::/restapis/api/stages/prod"
SERVICE = "arn:aws:apigateway:us-east-1:{}"


def one(integration: dict[str, Any], *parts: dict[str, Any], **more: Any) -> Workload:
    """An API with one method of that integration, and what else there is."""
    return built(merged(rest_api("api", {"POST /x": integration}, **more), *parts))


def rules(workload: Workload, ident: str = DOOR) -> list[str]:
    return [edge.rule for path in workload.reach(ident).paths for edge in path.edges]


# -- E1 ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "uri",
    [
        lambda_uri(function_arn("ask")),
        f"arn:aws:apigateway:{REGION}:lambda:path/2021-11-15/functions/{function_arn('ask')}/response-streaming-invocations",
        lambda_uri(function_arn("ask") + ":$LATEST"),
    ],
)
def test_e1_a_function_is_found_in_every_form_of_the_address(uri: str) -> None:
    workload = one({"type": "AWS_PROXY", "uri": uri}, ASK)
    assert workload.reach(DOOR).standing is Standing.ON_PATH
    assert rules(workload) == ["E1", "E13", "E14"]


def test_e1_absent_a_mock_leads_nowhere() -> None:
    assert one({"type": "MOCK"}, ASK).reach(DOOR).standing is Standing.NOT_ON_PATH


def test_e1_a_function_that_does_not_exist_leads_nowhere() -> None:
    assert one(proxy(function_arn("gone")), ASK).reach(DOOR).standing is Standing.NOT_ON_PATH


def test_e1_a_function_of_another_account_is_a_gap() -> None:
    found = one(proxy(function_arn("ask", account=OTHER)), ASK).reach(DOOR)
    assert found.standing is Standing.UNKNOWN
    assert [gap.why for gap in found.gaps] == [Why.CROSS_ACCOUNT]
    assert OTHER in found.gaps[0].detail


def test_e1_a_function_of_a_region_that_was_not_read_is_a_gap() -> None:
    found = one(proxy(function_arn("ask", region="eu-west-1")), ASK).reach(DOOR)
    assert found.standing is Standing.UNKNOWN
    assert "eu-west-1, which this run did not read" in found.gaps[0].detail


def test_e1_a_function_of_another_region_that_was_read_is_followed() -> None:
    content = merged(
        rest_api("api", {"POST /x": proxy(function_arn("ask", region="eu-west-1"))}),
        function("ask", "ask-role", region="eu-west-1"),
        role("ask-role", BEDROCK),
    )
    assert built(content, regions=(REGION, "eu-west-1")).reach(DOOR).standing is Standing.ON_PATH


def test_e1_a_stage_variable_is_resolved_for_each_stage() -> None:
    uri = lambda_uri(f"arn:aws:lambda:{REGION}:111122223333:function:${{stageVariables.fn}}")
    content = merged(
        rest_api("api", {"POST /x": {"type": "AWS_PROXY", "uri": uri}}, stages=()),
        {
            REGION: {
                "apigateway": {
                    "GetStages": [
                        {
                            "when": {"restApiId": "api"},
                            "answer": {
                                "item": [
                                    {"stageName": "prod", "variables": {"fn": "ask"}},
                                    {"stageName": "beta", "variables": {"fn": "plain"}},
                                    {"stageName": "bare"},
                                ]
                            },
                        }
                    ]
                }
            }
        },
        ASK,
        function("plain", "plain-role"),
        role("plain-role", LOGS),
    )
    content[REGION]["apigateway"]["GetStages"] = content[REGION]["apigateway"]["GetStages"][1:]
    workload = built(content)
    assert workload.reach(door("api", stage="prod")).standing is Standing.ON_PATH
    assert workload.reach(door("api", stage="beta")).standing is Standing.NOT_ON_PATH
    bare = workload.reach(door("api", stage="bare"))
    assert bare.standing is Standing.UNKNOWN
    assert "stage variable fn is not set on stage bare" in bare.gaps[0].detail


@pytest.mark.parametrize(
    "uri",
    [
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${x}/invocations",
        "arn:aws:lambda:us-east-1:111122223333:function:",
        '\x00\u202e" onload=alert(1)',
        "https://[::1",
        "arn:" * 5_000,
    ],
)
def test_e1_hostile_addresses_are_read_as_nothing_that_leads_on(uri: str) -> None:
    workload = one({"type": "AWS_PROXY", "uri": uri}, ASK)
    assert workload.reach(DOOR).standing in {Standing.UNKNOWN, Standing.NOT_ON_PATH}


# -- E2 ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("service", "target"),
    [
        ("bedrock-runtime:path/model/amazon.nova-lite-v1:0/invoke", "foundation-model/amazon.nova-lite-v1:0"),
        (
            "bedrock-runtime:path/model/us.anthropic.claude-sonnet-4/converse",
            "inference-profile/us.anthropic",
        ),
        ("bedrock-agent-runtime:path/knowledgebases/KB1/retrieve", "knowledge-base/KB1"),
        ("runtime.sagemaker:path/endpoints/llm/invocations", "endpoint/llm"),
        ("bedrock-runtime:path/model/{id}/invoke", "plane:bedrock-runtime"),
    ],
)
def test_e2_a_direct_call_of_a_service_arrives_at_its_model(service: str, target: str) -> None:
    integration = {"type": "AWS", "uri": SERVICE.format(service), "credentials": role_arn("ask-role")}
    found = one(integration, ASK).reach(DOOR)
    assert found.standing is Standing.ON_PATH
    workload = one(integration, ASK)
    targets = {path.target for path in workload.found(workload.graph.nodes[DOOR]).paths}
    assert any(target in one_target for one_target in targets)


def test_e2_the_acting_role_lies_on_the_path() -> None:
    integration = {
        "type": "AWS",
        "uri": SERVICE.format("bedrock-runtime:path/model/m.x/invoke"),
        "credentials": role_arn("ask-role"),
    }
    assert [node.id for node in one(integration, ASK).roles_on_paths()] == [role_arn("ask-role")]


def test_e2_the_callers_own_credentials_are_no_role() -> None:
    integration = {
        "type": "AWS",
        "uri": SERVICE.format("bedrock-runtime:path/model/m.x/invoke"),
        "credentials": "arn:aws:iam::*:user/*",
    }
    workload = one(integration)
    assert workload.reach(DOOR).standing is Standing.ON_PATH
    assert workload.roles_on_paths() == []


def test_e2_a_service_without_models_leads_nowhere_whatever_its_role_may_do() -> None:
    integration = {
        "type": "AWS",
        "uri": SERVICE.format("dynamodb:action/Query"),
        "credentials": role_arn("ask-role"),
    }
    assert one(integration, ASK).reach(DOOR).standing is Standing.NOT_ON_PATH


def test_e2_a_state_machine_named_in_a_template_is_followed_and_one_that_is_not_is_a_gap() -> None:
    machine = "arn:aws:states:us-east-1:111122223333:stateMachine:ask"
    states = {
        REGION: {
            "stepfunctions": {
                "ListStateMachines": [
                    {
                        "stateMachineArn": machine,
                        "name": "ask",
                        "type": "EXPRESS",
                        "creationDate": "2026-01-01T00:00:00Z",
                    }
                ],
                "DescribeStateMachine": {
                    "stateMachineArn": machine,
                    "name": "ask",
                    "type": "EXPRESS",
                    "creationDate": "2026-01-01T00:00:00Z",
                    "roleArn": role_arn("ask-role"),
                    "definition": '{"States": {"A": {"Resource": "arn:aws:states:::bedrock:invokeModel", "Parameters": {"ModelId": "m.x"}}}}',
                },
            }
        }
    }
    uri = SERVICE.format("states:action/StartSyncExecution")
    named = {
        "type": "AWS",
        "uri": uri,
        "requestTemplates": {"application/json": f'{{"stateMachineArn": "{machine}"}}'},
    }
    assert one(named, states, ASK).reach(DOOR).standing is Standing.ON_PATH
    chosen = one(
        {"type": "AWS", "uri": uri, "requestTemplates": {"application/json": "$input.body"}}, states, ASK
    )
    assert chosen.reach(DOOR).standing is Standing.UNKNOWN
    assert "decided by the request" in chosen.reach(DOOR).gaps[0].detail


# -- E3, E4 -----------------------------------------------------------------------------------------------
def test_e3_an_unknown_vpc_link_is_a_gap_and_a_denied_one_names_its_grant() -> None:
    integration = {
        "type": "HTTP_PROXY",
        "uri": "http://x/",
        "connectionType": "VPC_LINK",
        "connectionId": "link1",
    }
    content = rest_api("api", {"POST /x": integration})
    absent = built(content).reach(DOOR)
    assert absent.standing is Standing.UNKNOWN
    assert "VPC link link1" in absent.gaps[0].detail
    denied = built(content, "apigateway:GetVpcLinks").reach(DOOR)
    assert denied.grant == "apigateway:GET"


def test_e3_a_vpc_link_leads_to_its_load_balancer() -> None:
    balancer = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/net/inner/1"
    integration = {
        "type": "HTTP_PROXY",
        "uri": "http://x/",
        "connectionType": "VPC_LINK",
        "connectionId": "link1",
    }
    content = merged(
        rest_api("api", {"POST /x": integration}),
        {REGION: {"apigateway": {"GetVpcLinks": [{"id": "link1", "targetArns": [balancer]}]}}},
    )
    edges = list(built(content).graph.out(DOOR))
    assert [(edge.rule, edge.target, edge.strength) for edge in edges] == [
        ("E3", balancer, Strength.DECLARED)
    ]


@pytest.mark.parametrize(
    ("address", "standing"),
    [
        ("https://bedrock-runtime.eu-west-1.amazonaws.com/model/x/invoke", Standing.ON_PATH),
        ("https://dynamodb.us-east-1.amazonaws.com/", Standing.NOT_ON_PATH),
        ("https://llm.example.com/v1", Standing.UNKNOWN),
        ("https://bedrock-runtime.eu-west-1.amazonaws.com.evil.example/", Standing.UNKNOWN),
        ("https://abc123.execute-api.us-east-1.amazonaws.com/prod", Standing.UNKNOWN),
        ("http://${stageVariables.host}/", Standing.UNKNOWN),
    ],
)
def test_e4_an_http_back_end_is_known_by_its_host_or_not_at_all(address: str, standing: Standing) -> None:
    workload = one({"type": "HTTP_PROXY", "uri": address}, ASK)
    assert workload.reach(DOOR).standing is standing
    if standing is Standing.UNKNOWN:
        assert {gap.why for gap in workload.reach(DOOR).gaps} == {Why.LINK_UNKNOWN}


def test_e4_another_api_of_the_account_is_followed_and_a_circle_ends() -> None:
    content = merged(
        rest_api(
            "front",
            {
                "POST /x": {
                    "type": "HTTP_PROXY",
                    "uri": "https://api.execute-api.us-east-1.amazonaws.com/prod/y",
                }
            },
        ),
        rest_api(
            "api",
            {
                "POST /y": proxy(function_arn("ask")),
                "GET /z": {
                    "type": "HTTP_PROXY",
                    "uri": "https://front.execute-api.us-east-1.amazonaws.com/prod/x",
                },
            },
        ),
        ASK,
    )
    workload = built(content)
    assert workload.reach(door("front")).standing is Standing.ON_PATH
    assert rules(workload, door("front")) == ["E4", "E6", "E6", "E1", "E13", "E14"]


# -- E6 ---------------------------------------------------------------------------------------------------
def domain(mapping: dict[str, str]) -> dict[str, Any]:
    return {
        REGION: {
            "apigateway": {
                "GetDomainNames": [
                    {"domainName": "api.example.com", "endpointConfiguration": {"types": ["REGIONAL"]}}
                ],
                "GetBasePathMappings": [
                    {"when": {"domainName": "api.example.com"}, "answer": {"items": [mapping]}}
                ],
            }
        }
    }


DOMAIN = "arn:aws:apigateway:us-east-1::/domainnames/api.example.com"


def test_e6_a_domain_leads_to_its_stage() -> None:
    workload = one(proxy(function_arn("ask")), ASK, domain({"restApiId": "api", "stage": "prod"}))
    assert workload.reach(DOMAIN).standing is Standing.ON_PATH


def test_e6_a_domain_of_no_known_type_is_unknown() -> None:
    content = domain({"restApiId": "api", "stage": "prod"})
    del content[REGION]["apigateway"]["GetDomainNames"][0]["endpointConfiguration"]
    found = one(proxy(function_arn("ask")), ASK, content).reach(DOMAIN)
    assert found.standing is Standing.UNKNOWN
    assert "of which type it is" in found.gaps[0].detail


def test_e6_a_domain_of_an_api_that_is_not_there_leads_nowhere() -> None:
    workload = one(proxy(function_arn("ask")), ASK, domain({"restApiId": "gone", "stage": "prod"}))
    assert workload.reach(DOMAIN).standing is Standing.NOT_ON_PATH


@pytest.mark.parametrize("denied", ["apigateway:GetBasePathMappings", "apigateway:GetStages"])
def test_e6_a_domain_whose_api_cannot_be_seen_is_unknown(denied: str) -> None:
    content = merged(
        rest_api("api", {"POST /x": proxy(function_arn("ask"))}),
        ASK,
        domain({"restApiId": "api", "stage": "prod"}),
    )
    assert built(content, denied).reach(DOMAIN).standing is Standing.UNKNOWN


def test_e6_denied_stages_leave_the_api_unknown() -> None:
    content = merged(rest_api("api", {"POST /x": proxy(function_arn("ask"))}), ASK)
    found = built(content, "apigateway:GetStages").reach("arn:aws:apigateway:us-east-1::/restapis/api")
    assert found.standing is Standing.UNKNOWN
    assert "its stages are not known" in found.gaps[0].detail
