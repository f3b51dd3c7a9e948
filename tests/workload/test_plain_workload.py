"""Field note 1 and its neighbours: what must be found with nothing but an API, a function and a role."""

import pytest

from assessor.model.reading import Why
from assessor.workload.graph import Strength
from assessor.workload.workload import Standing
from tests.workload.accounts import (
    BEDROCK,
    EVERYTHING,
    LOGS,
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
HEALTH = door("chat", "r2", "GET")


def test_the_open_door_of_a_plain_workload_is_found_with_every_hop() -> None:
    found = built(plain_workload()).reach(CHAT)
    assert found.standing is Standing.ON_PATH
    path = found.paths[0]
    assert list(path.nodes()) == [CHAT, function_arn("ask"), role_arn("ask-role"), path.target]
    assert [edge.rule for edge in path.edges] == ["E1", "E13", "E14"]
    assert path.target == "plane:bedrock-runtime"
    assert path.confidence is Strength.PERMITTED
    evidence = [edge.evidence for edge in path.edges]
    assert [one.call.name for one in evidence if one] == [
        "GetResources",
        "ListFunctions",
        "GetAccountAuthorizationDetails",
    ]
    assert [one.field for one in evidence if one][:2] == [
        "items[].resourceMethods{}.methodIntegration.uri",
        "Functions[].Role",
    ]


def test_a_health_check_on_a_function_without_rights_is_on_no_path() -> None:
    assert built(plain_workload()).reach(HEALTH).standing is Standing.NOT_ON_PATH


def test_what_lies_on_the_path_is_known_and_nothing_else() -> None:
    workload = built(plain_workload())
    assert [node.id for node in workload.functions_on_paths()] == [function_arn("ask")]
    assert [node.id for node in workload.roles_on_paths()] == [role_arn("ask-role")]
    stage = "arn:aws:apigateway:us-east-1::/restapis/chat/stages/prod"
    assert workload.reach(stage).standing is Standing.ON_PATH


def test_a_function_named_after_a_guardrail_helps_nobody_and_one_named_bedrock_harms_nobody() -> None:
    content = merged(
        plain_workload(),
        rest_api("other", {"POST /x": proxy(function_arn("bedrock-output-filter"))}),
        function("bedrock-output-filter", "bedrock-claude-role"),
        role("bedrock-claude-role", LOGS),
    )
    workload = built(content)
    assert workload.reach(door("other")).standing is Standing.NOT_ON_PATH
    assert workload.reach(CHAT).standing is Standing.ON_PATH


@pytest.mark.parametrize(
    ("denied", "grant"),
    [
        ("lambda:ListFunctions", "lambda:ListFunctions"),
        ("iam:GetAccountAuthorizationDetails", "iam:GetAccountAuthorizationDetails"),
    ],
)
def test_a_denied_hop_makes_every_door_unknown_and_names_the_grant(denied: str, grant: str) -> None:
    workload = built(plain_workload(), denied)
    for ident in (CHAT, HEALTH):
        found = workload.reach(ident)
        assert found.standing is Standing.UNKNOWN
        assert found.grant == grant
        assert [gap.why for gap in found.gaps] == [Why.DENIED]


def test_denied_methods_leave_the_stage_unknown_not_free() -> None:
    found = built(plain_workload(), "apigateway:GetResources").reach(
        "arn:aws:apigateway:us-east-1::/restapis/chat/stages/prod"
    )
    assert found.standing is Standing.UNKNOWN
    assert found.grant == "apigateway:GET"


def test_denied_doors_leave_the_role_behind_them_unknown() -> None:
    workload = built(plain_workload(), "apigateway:GetRestApis")
    found = workload.reach(role_arn("ask-role"))
    assert found.standing is Standing.UNKNOWN
    assert "which REST APIs there are is not known" in found.gaps[0].detail
    assert workload.reach(role_arn("health-role")).standing is Standing.NOT_ON_PATH


def test_everything_denied_is_known_of_nothing() -> None:
    workload = built(plain_workload(), "*")
    assert not list(workload.doors())
    assert workload.blind
    assert workload.reach(role_arn("ask-role")).standing is Standing.UNKNOWN


def test_one_admin_role_does_not_drag_three_hundred_apis_in() -> None:
    apis = [
        rest_api(f"api{n}", {"POST /x": proxy(function_arn("admin" if n % 2 else "plain"))})
        for n in range(300)
    ]
    content = merged(
        *apis,
        plain_workload(),
        function("admin", "admin-role"),
        function("plain", "plain-role"),
        role("admin-role", EVERYTHING),
        role("plain-role", LOGS),
    )
    workload = built(content)
    standings = {workload.reach(door(f"api{n}")).standing for n in range(1, 300, 2)}
    assert standings == {Standing.SUSPECTED}
    assert {workload.reach(door(f"api{n}")).standing for n in range(0, 300, 2)} == {Standing.NOT_ON_PATH}
    assert workload.reach(CHAT).standing is Standing.ON_PATH


@pytest.mark.parametrize(
    ("statement", "standing"),
    [
        (BEDROCK, Standing.ON_PATH),
        ({"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*"}, Standing.ON_PATH),
        ({"Effect": "Allow", "Action": ["*", "bedrock:InvokeModel"], "Resource": "*"}, Standing.ON_PATH),
        ({"Effect": "Allow", "Action": "bedrock:Retrieve", "Resource": "*"}, Standing.ON_PATH),
        ({"Effect": "Allow", "Action": "sagemaker:InvokeEndpoint", "Resource": "*"}, Standing.ON_PATH),
        ({"Effect": "Allow", "Action": "bedrock-mantle:*", "Resource": "*"}, Standing.ON_PATH),
        (
            {"Effect": "Allow", "Action": "bedrock:ListFoundationModels", "Resource": "*"},
            Standing.NOT_ON_PATH,
        ),
        ({"Effect": "Allow", "Action": "bedrock:ApplyGuardrail", "Resource": "*"}, Standing.NOT_ON_PATH),
        ({"Effect": "Allow", "Action": "*", "Resource": "*"}, Standing.SUSPECTED),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, Standing.SUSPECTED),
        (
            {"Effect": "Allow", "Action": ["s3:*", "bedrock:*"], "Resource": "arn:aws:s3:::bucket/*"},
            Standing.NOT_ON_PATH,
        ),
        (
            {
                "Effect": "Allow",
                "Action": "bedrock:InvokeModel",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-central-1"}},
            },
            Standing.ON_PATH,
        ),
    ],
)
def test_what_a_statement_makes_of_a_door(statement: dict[str, object], standing: Standing) -> None:
    content = merged(
        rest_api("chat", {"POST /chat": proxy(function_arn("ask"))}),
        function("ask", "ask-role"),
        role("ask-role", statement),
    )
    assert built(content).reach(CHAT).standing is standing


def test_a_deny_takes_the_path_away() -> None:
    content = merged(
        rest_api("chat", {"POST /chat": proxy(function_arn("ask"))}),
        function("ask", "ask-role"),
        role("ask-role", BEDROCK, {"Effect": "Deny", "Action": "bedrock:*", "Resource": "*"}),
    )
    assert built(content).reach(CHAT).standing is Standing.NOT_ON_PATH


def test_a_policy_that_cannot_be_judged_leaves_the_door_unknown() -> None:
    content = merged(
        rest_api("chat", {"POST /chat": proxy(function_arn("ask"))}),
        function("ask", "ask-role"),
        role("ask-role", {"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*", "Novel": "x"}),
    )
    found = built(content).reach(CHAT)
    assert found.standing is Standing.UNKNOWN
    assert [gap.why for gap in found.gaps] == [Why.UNSUPPORTED_POLICY_CONSTRUCT]
