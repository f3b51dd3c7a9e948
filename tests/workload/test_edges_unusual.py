"""Hops spelled in unusual but legal ways, and what hands work on while it is not known to whom."""

from dataclasses import replace
from typing import Any

import pytest

from assessor.model.reading import Seen, Unseen, Why
from assessor.model.snapshot import Snapshot
from assessor.model.view import View
from assessor.workload.build import workload
from assessor.workload.graph import Edge, Graph, Strength
from assessor.workload.workload import Standing
from tests.workload.accounts import (
    ACCOUNT,
    BEDROCK,
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
    snapshot,
    when,
)
from tests.workload.test_edges_beside import event, observed
from tests.workload.test_edges_doors import (
    DISTRIBUTION,
    FIELD,
    GROUP,
    LISTENER,
    ROUTE,
    RULE,
    balancer,
    distribution,
    graphql,
    http_api,
    in_region,
)
from tests.workload.test_edges_models import GATEWAY, gateway

FRONT = door("front")
NOW = "2026-01-01T00:00:00Z"
ASK = merged(function("ask", "ask-role"), role("ask-role", BEDROCK))
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:chat"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/bus"


def fronted(integration: dict[str, Any], **more: Any) -> dict[str, Any]:
    return rest_api("front", {"POST /x": integration}, **more)


def service(name: str, what: str, region: str = REGION, **more: Any) -> dict[str, Any]:
    return {"type": "AWS", "uri": f"arn:aws:apigateway:{region}:{name}:{what}", **more}


def machine(*tasks: dict[str, Any]) -> dict[str, Any]:
    """A state machine whose tasks are these, each a state of a definition."""
    states = {f"s{n}": {"Type": "Task", **task} for n, task in enumerate(tasks)}
    head = {"stateMachineArn": MACHINE, "name": "chat", "type": "EXPRESS", "creationDate": NOW}
    described = {**head, "roleArn": role_arn("machine"), "definition": {"$json": {"States": states}}}
    return in_region("stepfunctions", ListStateMachines=[head], DescribeStateMachine=described)


ASKS_MODEL = {"Resource": "arn:aws:states:::bedrock:invokeModel", "Parameters": {"ModelId": "m.x"}}


def feeding(source: str, region: str = REGION) -> dict[str, Any]:
    """The function that asks a model, fed by a queue, stream or table."""
    mapping = {"UUID": "u1", "EventSourceArn": source, "FunctionArn": function_arn("ask"), "State": "Enabled"}
    return {region: {"lambda": {"ListEventSourceMappings": [mapping]}}}


QUEUE = feeding(f"arn:aws:sqs:{REGION}:{ACCOUNT}:q")
TABLE = feeding(f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t/stream/2026-01-01")
RULES = in_region(
    "events",
    ListEventBuses=[{"Name": "bus", "Arn": BUS}],
    ListRules=[
        when(
            {
                "Rules": [
                    {
                        "Name": "r",
                        "Arn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/bus/r",
                        "EventBusName": "bus",
                        "State": "ENABLED",
                    }
                ]
            },
            EventBusName="bus",
        )
    ],
    ListTargetsByRule=[
        when({"Targets": [{"Id": "1", "Arn": function_arn("ask")}]}, Rule="r", EventBusName="bus")
    ],
)


@pytest.mark.parametrize(
    ("name", "what", "standing"),
    [
        ("bedrock", "path/model/m.x/invoke", Standing.ON_PATH),
        ("bedrock", "action/InvokeModel", Standing.ON_PATH),
        ("own.bedrock-runtime", "path/model/m.x/invoke", Standing.ON_PATH),
        ("own.runtime.sagemaker", "path/endpoints/llm/invocations", Standing.ON_PATH),
        ("s3", "path/bucket/key", Standing.NOT_ON_PATH),
        ("dynamodb", "action/GetItem", Standing.NOT_ON_PATH),
        ("dynamodb", "action/PutItem", Standing.UNKNOWN),
    ],
)
def test_e2_any_bedrock_service_is_one_and_a_subdomain_is_none(
    name: str, what: str, standing: Standing
) -> None:
    assert built(fronted(service(name, what))).reach(FRONT).standing is standing


@pytest.mark.parametrize(
    ("named", "variables", "standing"),
    [
        (MACHINE, {}, Standing.ON_PATH),
        (f"{MACHINE[:-4]}${{stageVariables.m}}", {"m": "chat"}, Standing.ON_PATH),
        ("${stageVariables.m}", {"m": MACHINE}, Standing.ON_PATH),
        (f"{MACHINE[:-4]}${{stageVariables.m}}", {}, Standing.UNKNOWN),
        (f"{MACHINE[:-4]}$context.authorizer.m", {}, Standing.UNKNOWN),
        (f"{MACHINE[:-1]}$input.path('$.t')", {}, Standing.UNKNOWN),
    ],
)
def test_e2_a_machine_whose_name_the_stage_sets_is_followed_and_one_the_request_completes_is_unknown(
    named: str, variables: dict[str, str], standing: Standing
) -> None:
    templates = {"application/json": f'{{"stateMachineArn": "{named}"}}'}
    starts = service("states", "action/StartExecution", requestTemplates=templates)
    content = merged(fronted(starts, stage={"variables": variables}), machine(ASKS_MODEL))
    assert built(content).reach(FRONT).standing is standing


QUEUE_URL = {"integration.request.querystring.QueueUrl": f"'https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/q'"}


@pytest.mark.parametrize(
    "starts",
    [
        service("sqs", f"path/{ACCOUNT}/q"),
        service("sqs", "action/SendMessage", requestParameters=QUEUE_URL),
    ],
)
def test_e2_a_queue_leads_to_the_function_it_feeds_and_is_unknown_where_mappings_are_denied(
    starts: dict[str, Any],
) -> None:
    content = merged(fronted(starts), QUEUE, ASK)
    assert built(content).reach(FRONT).standing is Standing.ON_PATH
    denied = built(content, "lambda:ListEventSourceMappings").reach(FRONT)
    assert denied.standing is Standing.UNKNOWN
    assert denied.grant == "lambda:ListEventSourceMappings"


def test_e2_a_queue_of_another_region_is_that_regions() -> None:
    there = feeding(f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q", "eu-west-1")
    starts = fronted(service("sqs", f"path/{ACCOUNT}/q", "eu-west-1"))
    assert built(merged(starts, there, ASK), regions=(REGION, "eu-west-1")).reach(FRONT).paths
    assert built(merged(starts, ASK)).reach(FRONT).standing is Standing.UNKNOWN


def test_e2_a_table_leads_to_the_function_its_stream_feeds() -> None:
    starts = service(
        "dynamodb", "action/PutItem", requestTemplates={"application/json": '{"TableName": "t"}'}
    )
    assert built(merged(fronted(starts), TABLE, ASK)).reach(FRONT).standing is Standing.ON_PATH


def test_e2_a_topic_without_a_known_subscriber_is_unknown_for_a_queue_may_be_one() -> None:
    topic = {"integration.request.querystring.TopicArn": f"'arn:aws:sns:{REGION}:{ACCOUNT}:t'"}
    found = built(fronted(service("sns", "action/Publish", requestParameters=topic))).reach(FRONT)
    assert found.standing is Standing.UNKNOWN
    assert "queues are subscribed" in found.gaps[0].detail


def test_e1_an_integration_whose_address_aws_left_out_is_unknown() -> None:
    assert built(fronted({"type": "AWS_PROXY"})).reach(FRONT).standing is Standing.UNKNOWN
    assert built(http_api({"IntegrationType": "AWS_PROXY"})).reach(ROUTE).standing is Standing.UNKNOWN


@pytest.mark.parametrize(
    ("host", "standing"),
    [
        ("vpce-0a1b-c2.bedrock-runtime.us-east-1.vpce.amazonaws.com", Standing.ON_PATH),
        ("runtime-fips.sagemaker.us-east-1.amazonaws.com", Standing.ON_PATH),
        ("ec2-203-0-113-9.compute-1.amazonaws.com", Standing.UNKNOWN),
        ("ec2-203-0-113-9.eu-west-1.compute.amazonaws.com", Standing.UNKNOWN),
        ("vpce-0a1b.execute-api.us-east-1.vpce.amazonaws.com", Standing.UNKNOWN),
        ("vpce-0a1b.vpce-svc-0c2d.us-east-1.vpce.amazonaws.com", Standing.UNKNOWN),
        ("g-1.gateway.bedrock-agentcore.us-east-1.amazonaws.com", Standing.UNKNOWN),
        ("x.cn-north-1.elb.amazonaws.com.cn", Standing.UNKNOWN),
        ("vpce-0a1b.s3.us-east-1.vpce.amazonaws.com", Standing.NOT_ON_PATH),
        ("x.s3-website-us-east-1.amazonaws.com", Standing.NOT_ON_PATH),
    ],
)
def test_e4_e10_a_host_of_aws_is_a_plane_or_a_store_or_unknown(host: str, standing: Standing) -> None:
    address = {"type": "HTTP_PROXY", "uri": f"https://{host}/x"}
    assert built(fronted(address)).reach(FRONT).standing is standing
    assert built(distribution(host)).reach(DISTRIBUTION).standing is standing


def instance(**more: Any) -> dict[str, Any]:
    return in_region(
        "ec2", DescribeInstances=[{"Instances": [{"InstanceId": "i-1", "VpcId": "vpc-1", **more}]}]
    )


def test_e4_an_instance_answers_under_its_public_name_and_goes_by_its_profile() -> None:
    name = "ec2-203-0-113-9.compute-1.amazonaws.com"
    profile = f"arn:aws:iam::{ACCOUNT}:instance-profile/p"
    roles = role("ask-role", BEDROCK)
    roles["global"]["iam"]["GetAccountAuthorizationDetails"]["RoleDetailList"][0]["InstanceProfileList"] = [
        {
            "Arn": profile,
            "InstanceProfileName": "p",
            "InstanceProfileId": "AIPA11111111111111111",
            "Path": "/",
            "CreateDate": NOW,
            "Roles": [],
        }
    ]
    here = instance(PublicDnsName=name, IamInstanceProfile={"Arn": profile})
    assert built(merged(distribution(name), here, roles)).reach(DISTRIBUTION).standing is Standing.ON_PATH
    bare = merged(distribution(name), instance(PublicDnsName=name))
    assert built(bare).reach(DISTRIBUTION).standing is Standing.NOT_ON_PATH


@pytest.mark.parametrize("denied", ["ecs:ListClusters", "ecs:ListServices", "ecs:DescribeServices"])
def test_e9_an_instance_may_run_containers_of_a_service_that_was_not_read(denied: str) -> None:
    service_arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/c/s"
    task = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/t:1"
    cluster = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/c"
    containers = in_region(
        "ecs",
        ListClusters=[cluster],
        ListServices=[when({"serviceArns": [service_arn]}, cluster=cluster)],
        DescribeServices={
            "failures": [],
            "services": [
                {
                    "serviceArn": service_arn,
                    "serviceName": "s",
                    "loadBalancers": [{"targetGroupArn": GROUP}],
                    "taskDefinition": task,
                }
            ],
        },
        DescribeTaskDefinition={
            "taskDefinition": {"taskDefinitionArn": task, "taskRoleArn": role_arn("ask-role")}
        },
    )
    content = merged(balancer("i-1", "instance"), instance(), containers, ASK)
    assert built(content).reach(RULE).standing is Standing.ON_PATH
    assert built(content, denied).reach(RULE).standing is Standing.UNKNOWN


def subtype(name: str, **parameters: str) -> dict[str, Any]:
    return {"IntegrationType": "AWS_PROXY", "IntegrationSubtype": name, "RequestParameters": parameters}


def test_e5_a_service_integration_is_completed_by_the_stage() -> None:
    starts = subtype("StepFunctions-StartExecution", StateMachineArn="${stageVariables.m}")
    content = merged(http_api(starts, StageVariables={"m": MACHINE}), machine(ASKS_MODEL))
    assert built(content).reach(ROUTE).standing is Standing.ON_PATH
    assert built(merged(http_api(starts), machine(ASKS_MODEL))).reach(ROUTE).standing is Standing.UNKNOWN


@pytest.mark.parametrize(
    ("name", "standing"),
    [("AppConfig-GetConfiguration", Standing.NOT_ON_PATH), ("Bedrock-InvokeModel", Standing.UNKNOWN)],
)
def test_e5_a_service_that_nobody_has_heard_of_is_unknown(name: str, standing: Standing) -> None:
    assert built(http_api(subtype(name))).reach(ROUTE).standing is standing


@pytest.mark.parametrize("denied", ["events:ListEventBuses", "events:ListRules", "events:ListTargetsByRule"])
def test_e5_a_bus_whose_rules_are_denied_leaves_the_route_unknown(denied: str) -> None:
    content = merged(http_api(subtype("EventBridge-PutEvents", EventBusName="bus")), RULES, ASK)
    assert built(content).reach(ROUTE).standing is Standing.ON_PATH
    found = built(content, denied).reach(ROUTE)
    assert found.standing is Standing.UNKNOWN
    assert found.grant == denied


@pytest.mark.parametrize(
    ("source", "standing"),
    [
        ({"type": "AMAZON_DYNAMODB", "dynamodbConfig": {"tableName": "t", "awsRegion": REGION}}, True),
        ({"type": "AMAZON_DYNAMODB", "dynamodbConfig": {"tableName": "u", "awsRegion": REGION}}, False),
        ({"type": "HTTP", "httpConfig": {"endpoint": "https://lambda.us-east-1.amazonaws.com/"}}, True),
        ({"type": "HTTP", "httpConfig": {"endpoint": "https://sqs.us-east-1.amazonaws.com/"}}, True),
        ({"type": "HTTP", "httpConfig": {"endpoint": "https://s3.us-east-1.amazonaws.com/"}}, False),
    ],
)
def test_e8_a_table_feeds_a_function_and_a_service_does_what_the_role_may_ask_of_it(
    source: dict[str, Any], standing: bool
) -> None:
    source = {"name": "s", "serviceRoleArn": role_arn("source-role"), **source}
    resolver = {"typeName": "Query", "fieldName": "ask", "dataSourceName": "s", "kind": "UNIT"}
    may = {
        "Effect": "Allow",
        "Action": ["lambda:InvokeFunction", "sqs:SendMessage"],
        "Resource": [function_arn("ask"), f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"],
    }
    content = merged(graphql(source, resolvers=(resolver,)), role("source-role", may), TABLE, QUEUE, ASK)
    expected = Standing.ON_PATH if standing else Standing.NOT_ON_PATH
    assert built(content).reach(FIELD).standing is expected


def test_e8_a_function_that_aws_left_out_is_unknown() -> None:
    resolver = {"typeName": "Query", "fieldName": "ask", "dataSourceName": "s", "kind": "UNIT"}
    content = graphql({"name": "s", "type": "AWS_LAMBDA"}, resolvers=(resolver,))
    assert [gap.why for gap in built(content).reach(FIELD).gaps] == [Why.LINK_UNKNOWN]


API_HOST = f"inner.execute-api.{REGION}.amazonaws.com"


@pytest.mark.parametrize(
    ("task", "standing"),
    [
        (
            {"Resource": "arn:aws:states:::apigateway:invoke", "Parameters": {"ApiEndpoint": API_HOST}},
            Standing.ON_PATH,
        ),
        (
            {"Resource": "arn:aws:states:::apigateway:invoke", "Parameters": {"ApiEndpoint.$": "$.api"}},
            Standing.UNKNOWN,
        ),
        (
            {
                "Resource": "arn:aws:states:::events:putEvents",
                "Parameters": {"Entries": [{"EventBusName": "bus"}]},
            },
            Standing.ON_PATH,
        ),
        (
            {"Resource": "arn:aws:states:::aws-sdk:eventbridge:putEvents", "Parameters": {"Entries": [{}]}},
            Standing.NOT_ON_PATH,
        ),
        (
            {"Resource": "arn:aws:states:::events:putEvents", "Parameters": {"Entries.$": "$.all"}},
            Standing.UNKNOWN,
        ),
        (
            {"Resource": "arn:aws:states:::dynamodb:putItem", "Parameters": {"TableName": "t"}},
            Standing.ON_PATH,
        ),
        (
            {"Resource": "arn:aws:states:::dynamodb:getItem", "Parameters": {"TableName": "t"}},
            Standing.NOT_ON_PATH,
        ),
        (
            {
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "444455556666:function:ask"},
            },
            Standing.UNKNOWN,
        ),
        (
            {
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": f"{ACCOUNT}:function:ask"},
            },
            Standing.ON_PATH,
        ),
        ({"Resource": "arn:aws:states:::bedrock:createModelCustomizationJob.sync"}, Standing.NOT_ON_PATH),
        ({"Resource": "arn:aws:states:::aws-sdk:bedrock:createModelInvocationJob"}, Standing.ON_PATH),
        ({"Resource": "arn:aws:states:::glue:startJobRun.sync"}, Standing.UNKNOWN),
        ({"Resource": "arn:aws:states:::bedrock:invokeModel"}, Standing.ON_PATH),
    ],
)
def test_e17_what_a_task_hands_on_is_followed(task: dict[str, Any], standing: Standing) -> None:
    starts = service(
        "states", "action/StartExecution", requestTemplates={"application/json": f'{{"a": "{MACHINE}"}}'}
    )
    inner = rest_api("inner", {"POST /y": service("bedrock-runtime", "path/model/m.x/invoke")})
    content = merged(
        rest_api("front", {"POST /x": starts}),
        inner,
        machine(task),
        role("machine", LOGS),
        RULES,
        TABLE,
        ASK,
    )
    assert built(content).reach(FRONT).standing is standing


@pytest.mark.parametrize("definition", ["null", "[]", '"x"', "{", " "])
def test_e17_a_definition_that_is_none_is_unknown(definition: str) -> None:
    starts = service(
        "states", "action/StartExecution", requestTemplates={"application/json": f'{{"a": "{MACHINE}"}}'}
    )
    content = merged(fronted(starts), machine(ASKS_MODEL), role("machine", LOGS))
    content[REGION]["stepfunctions"]["DescribeStateMachine"]["definition"] = definition
    assert built(content).reach(FRONT).standing is Standing.UNKNOWN


@pytest.mark.parametrize("asked", ["a text", ["a list"], 7, None])
def test_e16_a_record_of_another_shape_is_passed_over(asked: Any) -> None:
    told = event("ask-role", requestParameters=asked)
    assert not any(edge.rule == "E16" for edge in observed(ASK, told).graph.edges())


def may(action: str, resource: str, *others: dict[str, Any]) -> dict[str, Any]:
    """An API before a function that may do one thing more than log."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return merged(
        rest_api("front", {"POST /x": proxy(function_arn("front"))}),
        function("front", "front-role"),
        role("front-role", LOGS, statement, *others),
    )


@pytest.mark.parametrize(
    ("action", "resource", "why"),
    [
        ("lambda:InvokeFunction", function_arn("ask", account=OTHER), Why.CROSS_ACCOUNT),
        ("states:StartExecution", f"arn:aws:states:{REGION}:{OTHER}:stateMachine:m", Why.CROSS_ACCOUNT),
        ("bedrock:InvokeModel", f"arn:aws:bedrock:{REGION}:{OTHER}:inference-profile/p", Why.CROSS_ACCOUNT),
        ("bedrock:InvokeAgent", f"arn:aws:bedrock:{REGION}:{OTHER}:agent-alias/A/B", Why.CROSS_ACCOUNT),
        ("sts:AssumeRole", role_arn("r", account=OTHER), Why.CROSS_ACCOUNT),
        ("lambda:InvokeFunction", function_arn("ask", region="eu-west-1"), Why.LINK_UNKNOWN),
    ],
)
def test_e14_e22_what_a_role_may_call_out_of_sight_is_unknown_unless_it_is_denied(
    action: str, resource: str, why: Why
) -> None:
    found = built(may(action, resource)).reach(FRONT)
    assert found.standing is Standing.UNKNOWN
    assert why in {gap.why for gap in found.gaps}
    denied = {"Effect": "Deny", "Action": action, "Resource": "*"}
    assert built(may(action, resource, denied)).reach(FRONT).standing is Standing.NOT_ON_PATH


@pytest.mark.parametrize(
    ("qualifier", "standing"),
    [
        ("*", Standing.ON_PATH),
        ("$LATEST", Standing.ON_PATH),
        ("7", Standing.ON_PATH),
        ("8", Standing.NOT_ON_PATH),
        ("gone", Standing.NOT_ON_PATH),
    ],
)
def test_e22_a_permission_for_what_is_behind_a_function_s_name(qualifier: str, standing: Standing) -> None:
    versions = [
        {"FunctionName": "ask", "FunctionArn": f"{function_arn('ask')}:{n}", "Role": role_arn("ask-role")}
        for n in (7, *range(100, 200))
    ]
    held = in_region("lambda", ListVersionsByFunction=[when({"Versions": versions}, FunctionName="ask")])
    content = merged(may("lambda:InvokeFunction", f"{function_arn('ask')}:{qualifier}"), ASK, held)
    assert built(content).reach(FRONT).standing is standing
    if qualifier.isdecimal():
        assert built(content, "lambda:ListVersionsByFunction").reach(FRONT).standing is Standing.UNKNOWN


def test_e22_the_versions_of_one_function_are_not_every_function() -> None:
    versions = [
        {"FunctionName": "ask", "FunctionArn": f"{function_arn('ask')}:{n}", "Role": role_arn("ask-role")}
        for n in range(200)
    ]
    held = in_region("lambda", ListVersionsByFunction=[when({"Versions": versions}, FunctionName="ask")])
    content = merged(may("lambda:InvokeFunction", f"{function_arn('ask')}*"), ASK, held)
    assert built(content).reach(FRONT).standing is Standing.ON_PATH


@pytest.mark.parametrize(
    ("length", "standing"), [(3, Standing.ON_PATH), (4, Standing.UNKNOWN), (16, Standing.UNKNOWN)]
)
def test_e22_a_chain_of_functions_beyond_eight_hops_is_unknown_all_along(
    length: int, standing: Standing
) -> None:
    parts = [rest_api("front", {"POST /x": proxy(function_arn("f0"))})]
    for n in range(length):
        onward = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": function_arn(f"f{n + 1}")}
        parts += [function(f"f{n}", f"r{n}"), role(f"r{n}", BEDROCK if n == length - 1 else onward)]
    known = built(merged(*parts))
    assert known.reach(FRONT).standing is standing
    for n in (0, length - 1):
        assert known.reach(role_arn(f"r{n}")).standing is standing


def test_of_two_hops_between_the_same_two_the_one_that_is_no_suspicion_stands() -> None:
    sure = Edge("E14", "a", "b", Strength.PERMITTED)
    pair = (sure, replace(sure, strength=Strength.OBSERVED, broad=True))
    for order in (pair, pair[::-1]):
        graph = Graph()
        for edge in order:
            graph.link(edge)
        assert [edge.weak for edge in graph.out("a")] == [False]


RUNTIME = f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:runtime/r1"


def runtime(live: str = "1") -> dict[str, Any]:
    """A runtime whose latest version runs as one role and whose live version as another."""
    one = {
        "agentRuntimeArn": RUNTIME, "agentRuntimeName": "r1", "agentRuntimeId": "r1", "createdAt": NOW, "lastUpdatedAt": NOW,
        "networkConfiguration": {"networkMode": "PUBLIC"}, "status": "READY", "lifecycleConfiguration": {},
    }  # fmt: skip
    endpoint = {
        "name": "live", "id": "live", "liveVersion": live, "status": "READY", "createdAt": NOW, "lastUpdatedAt": NOW,
        "agentRuntimeArn": RUNTIME, "agentRuntimeEndpointArn": f"{RUNTIME}/runtime-endpoint/live",
    }  # fmt: skip
    listed = {
        "agentRuntimeArn": RUNTIME, "agentRuntimeId": "r1", "agentRuntimeVersion": "2", "agentRuntimeName": "r1",
        "description": "", "lastUpdatedAt": NOW, "status": "READY",
    }  # fmt: skip
    return in_region(
        "bedrock-agentcore-control",
        ListAgentRuntimes=[listed],
        ListAgentRuntimeEndpoints=[when({"runtimeEndpoints": [endpoint]}, agentRuntimeId="r1")],
        GetAgentRuntime=[
            when(
                {**one, "agentRuntimeVersion": "1", "roleArn": role_arn("ask-role")},
                agentRuntimeId="r1",
                agentRuntimeVersion="1",
            ),
            when({**one, "agentRuntimeVersion": "2", "roleArn": role_arn("new-role")}, agentRuntimeId="r1"),
        ],
    )


def test_e13_a_runtime_goes_by_the_version_that_is_live() -> None:
    content = merged(runtime(), ASK, role("new-role", LOGS))
    assert built(content).reach(f"{RUNTIME}@invoke").standing is Standing.ON_PATH
    for denied, grant in (
        ("ListAgentRuntimeEndpoints", "bedrock-agentcore:ListAgentRuntimeEndpoints"),
        ("GetAgentRuntime", "bedrock-agentcore:GetAgentRuntime"),
    ):
        found = built(content, f"bedrock-agentcore-control:{denied}").reach(f"{RUNTIME}@invoke")
        assert found.standing is Standing.UNKNOWN
        assert found.grant == grant


@pytest.mark.parametrize("kind", ["mcp", "http"])
def test_e21_a_connector_that_names_no_model_is_unknown(kind: str) -> None:
    target = {kind: {"connector": {"source": {"connectorId": "something"}}}}
    found = built(gateway(target)).reach(GATEWAY)
    assert found.standing is Standing.UNKNOWN
    assert "connector something" in found.gaps[0].detail


def test_e21_a_target_of_a_kind_nobody_knows_is_unknown() -> None:
    read = snapshot(
        gateway({"mcp": {"lambda": {"lambdaArn": function_arn("ask"), "toolSchema": {"inlinePayload": []}}}})
    )
    call, target = next((c, r) for c, r in read.items() if c.name == "GetGatewayTarget")
    assert isinstance(target, Seen)
    unheard_of: list[dict[str, Any]] = [{}, {"novel": {"x": "y"}}, {"mcp": {"novel": {}}}]
    for configuration in unheard_of:
        other = Seen({**target.value, "targetConfiguration": configuration})
        account = read.run.accounts[0]
        known = workload(View(Snapshot(read.run, {**dict(read.items()), call: other}), account, REGION))
        assert known.reach(GATEWAY).standing is Standing.UNKNOWN


def test_e9_the_rules_of_a_listener_without_protocol_are_asked_for() -> None:
    content = balancer(function_arn("ask"))
    del content[REGION]["elbv2"]["DescribeListeners"][0]["answer"]["Listeners"][0]["Protocol"]
    assert built(merged(content, ASK)).reach(LISTENER).standing in {Standing.ON_PATH, Standing.UNKNOWN}


def test_e14_a_role_that_was_not_read_may_trust_one_that_was() -> None:
    trusts = {"Effect": "Allow", "Principal": {"AWS": role_arn("front-role")}, "Action": "sts:AssumeRole"}
    content = merged(
        rest_api("front", {"POST /x": proxy(function_arn("front"))}),
        function("front", "front-role"),
        role("front-role", LOGS),
        role("model-role", BEDROCK, trust=trusts),
    )
    assert built(content).reach(FRONT).standing is Standing.ON_PATH
    read = snapshot(content)
    call, whole = next((c, r) for c, r in read.items() if c.name == "GetAccountAuthorizationDetails")
    assert isinstance(whole, Seen)
    half = {**whole.value, "RoleDetailList": whole.value["RoleDetailList"][:1]}
    broken = Snapshot(read.run, {**dict(read.items()), call: Unseen(Why.PARTIAL_PAGE, partial=half)})
    account = read.run.accounts[0]
    assert workload(View(broken, account, REGION)).reach(FRONT).standing is Standing.UNKNOWN
