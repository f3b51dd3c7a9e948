"""E17 to E21: state machines, agents, flows, knowledge bases, AgentCore."""

import json
from typing import Any

import pytest

from assessor.model.reading import Why
from assessor.workload.graph import Kind
from assessor.workload.workload import Standing
from tests.workload.accounts import (
    ACCOUNT,
    BEDROCK,
    LOGS,
    REGION,
    built,
    function,
    function_arn,
    merged,
    role,
    role_arn,
    when,
)

ASK = merged(function("ask", "ask-role"), role("ask-role", BEDROCK))
NOW = "2026-01-01T00:00:00Z"


def here(service: str, **answers: Any) -> dict[str, Any]:
    return {REGION: {service: answers}}


# -- E17 --------------------------------------------------------------------------------------------------
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m"
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/nightly"


def machine(definition: Any) -> dict[str, Any]:
    """A rule that starts a state machine of that definition."""
    text = definition if isinstance(definition, str) else json.dumps(definition)
    return merged(
        here(
            "stepfunctions",
            ListStateMachines=[
                {"stateMachineArn": MACHINE, "name": "m", "type": "STANDARD", "creationDate": NOW}
            ],
            DescribeStateMachine=[
                when(
                    {
                        "stateMachineArn": MACHINE,
                        "name": "m",
                        "type": "STANDARD",
                        "creationDate": NOW,
                        "roleArn": role_arn("plain-role"),
                        "definition": text,
                    },
                    stateMachineArn=MACHINE,
                )
            ],
        ),
        here(
            "events",
            ListEventBuses=[
                {"Name": "default", "Arn": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"}
            ],
            ListRules=[{"Name": "nightly", "Arn": RULE, "State": "ENABLED", "EventBusName": "default"}],
            ListTargetsByRule=[when({"Targets": [{"Id": "1", "Arn": MACHINE}]}, Rule="nightly")],
        ),
        role("plain-role", LOGS),
        ASK,
    )


def task(resource: str, **parameters: Any) -> dict[str, Any]:
    return {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": resource, "Parameters": parameters}}}


@pytest.mark.parametrize(
    ("definition", "standing"),
    [
        (task("arn:aws:states:::bedrock:invokeModel", ModelId="m.x"), Standing.ON_PATH),
        (task("arn:aws:states:::bedrock:invokeModel.sync"), Standing.ON_PATH),
        (task("arn:aws:states:::aws-sdk:bedrockruntime:converse", ModelId="m.x"), Standing.ON_PATH),
        (task("arn:aws:states:::aws-sdk:bedrockagentruntime:retrieve", KnowledgeBaseId="KB1"), Standing.ON_PATH),
        (task("arn:aws:states:::lambda:invoke", FunctionName="ask"), Standing.ON_PATH),
        (task("arn:aws:states:::lambda:invoke", FunctionName=function_arn("ask")), Standing.ON_PATH),
        (task(function_arn("ask")), Standing.ON_PATH),
        ({"States": {"M": {"Type": "Map", "ItemProcessor": task("arn:aws:states:::bedrock:invokeModel")}}}, Standing.ON_PATH),
        ({"QueryLanguage": "JSONata", "States": {"A": {"Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "{% $f %}"}}}}, Standing.UNKNOWN),
        (task("arn:aws:states:::lambda:invoke", **{"FunctionName.$": "$.f"}), Standing.UNKNOWN),
        (task("arn:aws:states:::ecs:runTask.sync", TaskDefinition="x"), Standing.UNKNOWN),
        (task(f"arn:aws:states:{REGION}:{ACCOUNT}:activity:work"), Standing.UNKNOWN),
        (task("arn:aws:states:::http:invoke", ApiEndpoint="https://llm.example.com/v1"), Standing.UNKNOWN),
        (task("arn:aws:states:::dynamodb:putItem", TableName="t"), Standing.NOT_ON_PATH),
        (task("arn:aws:states:::aws-sdk:bedrock:listFoundationModels"), Standing.NOT_ON_PATH),
        ({"Comment": "arn:aws:states:::bedrock:invokeModel", "States": {}}, Standing.NOT_ON_PATH),
        ("{not json", Standing.UNKNOWN),
        ("[" * 5_000 + "]" * 5_000, Standing.UNKNOWN),
        ('{"Resource": {"Resource": 7}}', Standing.NOT_ON_PATH),
    ],
)  # fmt: skip
def test_e17_the_tasks_of_a_definition_decide(definition: Any, standing: Standing) -> None:
    assert built(machine(definition)).reach(RULE).standing is standing


def test_e17_a_machine_that_starts_itself_ends() -> None:
    content = machine(task("arn:aws:states:::states:startExecution", StateMachineArn=MACHINE))
    assert built(content).reach(RULE).standing is Standing.NOT_ON_PATH


def test_e17_a_denied_definition_leaves_the_rule_unknown() -> None:
    found = built(machine(task(function_arn("ask"))), "stepfunctions:DescribeStateMachine").reach(RULE)
    assert found.standing is Standing.UNKNOWN
    assert found.grant == "states:DescribeStateMachine"


# -- E18 --------------------------------------------------------------------------------------------------
ALIAS = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:agent-alias/AGENT00001/ALIAS00001"
VERSION = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:agent/AGENT00001@1"


def agent(**detail: Any) -> dict[str, Any]:
    version = {
        "agentId": "AGENT00001", "agentName": "a", "agentArn": VERSION.partition("@")[0], "version": "1", "agentStatus": "PREPARED", "idleSessionTTLInSeconds": 60,
        "agentResourceRoleArn": role_arn("agent-role"), "createdAt": NOW, "updatedAt": NOW, "foundationModel": "amazon.nova-lite-v1:0", **detail,
    }  # fmt: skip
    return here(
        "bedrock-agent",
        ListAgents=[{"agentId": "AGENT00001", "agentName": "a", "agentStatus": "PREPARED", "updatedAt": NOW}],
        ListAgentAliases=[
            when(
                {
                    "agentAliasSummaries": [
                        {
                            "agentAliasId": "ALIAS00001",
                            "agentAliasName": "live",
                            "agentAliasStatus": "PREPARED",
                            "createdAt": NOW,
                            "updatedAt": NOW,
                            "routingConfiguration": [{"agentVersion": "1"}],
                        }
                    ]
                },
                agentId="AGENT00001",
            )
        ],
        GetAgentVersion=[when({"agentVersion": version}, agentId="AGENT00001", agentVersion="1")],
        ListAgentActionGroups=[
            when(
                {
                    "actionGroupSummaries": [
                        {
                            "actionGroupId": "GROUP00001",
                            "actionGroupName": "g",
                            "actionGroupState": "ENABLED",
                            "updatedAt": NOW,
                        }
                    ]
                },
                agentId="AGENT00001",
                agentVersion="1",
            )
        ],
        GetAgentActionGroup=[
            when(
                {
                    "agentActionGroup": {
                        "agentId": "AGENT00001",
                        "agentVersion": "1",
                        "actionGroupId": "GROUP00001",
                        "actionGroupName": "g",
                        "createdAt": NOW,
                        "updatedAt": NOW,
                        "actionGroupState": "ENABLED",
                        "actionGroupExecutor": {"lambda": function_arn("tool")},
                    }
                },
                actionGroupId="GROUP00001",
            )
        ],
        ListAgentKnowledgeBases=[
            when(
                {
                    "agentKnowledgeBaseSummaries": [
                        {"knowledgeBaseId": "KBBASE0001", "knowledgeBaseState": "ENABLED", "updatedAt": NOW}
                    ]
                },
                agentId="AGENT00001",
                agentVersion="1",
            )
        ],
    )


def asked(resource: str = ALIAS) -> dict[str, Any]:
    """A function behind a URL whose role may invoke one agent."""
    config = {
        "FunctionUrl": "https://u.lambda-url.us-east-1.on.aws/",
        "FunctionArn": function_arn("caller"),
        "AuthType": "NONE",
        "CreationTime": NOW,
        "LastModifiedTime": NOW,
    }
    return merged(
        function("caller", "caller-role"),
        function("tool", "tool-role"),
        role("caller-role", {"Effect": "Allow", "Action": "bedrock:InvokeAgent", "Resource": resource}),
        role("tool-role", LOGS),
        role("agent-role", LOGS),
        here(
            "lambda", ListFunctionUrlConfigs=[when({"FunctionUrlConfigs": [config]}, FunctionName="caller")]
        ),
    )


URL = f"{function_arn('caller')}@url"


@pytest.mark.parametrize(
    "resource", [ALIAS, f"arn:aws:bedrock:{REGION}:{ACCOUNT}:agent-alias/AGENT00001/*", "*"]
)
def test_e18_an_agent_is_followed_to_its_model_and_to_all_it_uses(resource: str) -> None:
    workload = built(
        merged(
            agent(guardrailConfiguration={"guardrailIdentifier": "gr1", "guardrailVersion": "2"}),
            asked(resource),
        )
    )
    paths = workload.found(workload.graph.nodes[URL]).paths
    assert f"arn:aws:bedrock:{REGION}::foundation-model/amazon.nova-lite-v1:0" in {
        path.target for path in paths
    }
    assert workload.reach(f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail/gr1:2").standing is Standing.ON_PATH
    assert function_arn("tool") in {node.id for node in workload.functions_on_paths()}
    assert (
        workload.reach(f"arn:aws:bedrock:{REGION}:{ACCOUNT}:knowledge-base/KBBASE0001").standing
        is Standing.ON_PATH
    )


def test_e18_an_agent_whose_details_are_denied_still_asks_a_model() -> None:
    workload = built(merged(agent(), asked()), "bedrock-agent:GetAgentVersion")
    assert workload.reach(VERSION).standing is Standing.ON_PATH
    assert [gap.grant for gap in workload.graph.gaps(VERSION)] == ["bedrock:GetAgentVersion"]


def test_e18_collaborators_in_a_circle_end() -> None:
    content = merged(
        agent(),
        asked(),
        here(
            "bedrock-agent",
            ListAgentCollaborators=[
                when(
                    {
                        "agentCollaboratorSummaries": [
                            {
                                "agentId": "AGENT00001",
                                "agentVersion": "1",
                                "collaboratorId": "COLLAB0001",
                                "agentDescriptor": {"aliasArn": ALIAS},
                                "collaborationInstruction": "x",
                                "relayConversationHistory": "DISABLED",
                                "collaboratorName": "self",
                                "createdAt": NOW,
                                "lastUpdatedAt": NOW,
                            }
                        ]
                    },
                    agentId="AGENT00001",
                    agentVersion="1",
                )
            ],
        ),
    )
    assert built(content).reach(URL).standing is Standing.ON_PATH


# -- E19 --------------------------------------------------------------------------------------------------
FLOW_ALIAS = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:flow/FLOW000001/alias/FALIAS0001"


def flow(*configurations: dict[str, Any]) -> dict[str, Any]:
    nodes = [
        {"name": f"n{n}", "type": "Prompt", "configuration": one} for n, one in enumerate(configurations)
    ]
    arn = FLOW_ALIAS.partition("/alias")[0]
    return here(
        "bedrock-agent",
        ListFlows=[
            {
                "name": "f",
                "id": "FLOW000001",
                "arn": arn,
                "status": "Prepared",
                "createdAt": NOW,
                "updatedAt": NOW,
                "version": "DRAFT",
            }
        ],
        ListFlowAliases=[
            when(
                {
                    "flowAliasSummaries": [
                        {
                            "name": "live",
                            "id": "FALIAS0001",
                            "flowId": "FLOW000001",
                            "arn": FLOW_ALIAS,
                            "routingConfiguration": [{"flowVersion": "1"}],
                            "createdAt": NOW,
                            "updatedAt": NOW,
                        }
                    ]
                },
                flowIdentifier="FLOW000001",
            )
        ],
        GetFlowVersion=[
            when(
                {
                    "name": "f",
                    "executionRoleArn": role_arn("flow-role"),
                    "id": "FLOW000001",
                    "arn": arn,
                    "status": "Prepared",
                    "createdAt": NOW,
                    "version": "1",
                    "definition": {"nodes": nodes},
                },
                flowVersion="1",
            )
        ],
    )


PROMPT = {
    "prompt": {
        "sourceConfiguration": {
            "inline": {
                "modelId": "amazon.nova-lite-v1:0",
                "templateType": "TEXT",
                "templateConfiguration": {"text": {"text": "x"}},
            }
        },
        "guardrailConfiguration": {"guardrailIdentifier": "gr1", "guardrailVersion": "1"},
    }
}
INVOKER = {"Effect": "Allow", "Action": "bedrock:InvokeFlow", "Resource": FLOW_ALIAS}


@pytest.mark.parametrize(
    ("configuration", "target"),
    [
        (PROMPT, "foundation-model/amazon.nova-lite-v1:0"),
        ({"prompt": {"sourceConfiguration": {"resource": {"promptArn": f"arn:aws:bedrock:{REGION}:{ACCOUNT}:prompt/PROMPT0001:1"}}}}, "plane:bedrock-runtime"),
        ({"knowledgeBase": {"knowledgeBaseId": "KBBASE0001"}}, "knowledge-base/KBBASE0001"),
        ({"loop": {"definition": {"nodes": [{"name": "in", "type": "Prompt", "configuration": PROMPT}]}}}, "foundation-model/amazon.nova-lite-v1:0"),
        ({"lambdaFunction": {"lambdaArn": function_arn("ask")}}, "plane:bedrock-runtime"),
    ],
)  # fmt: skip
def test_e19_the_nodes_of_a_flow_are_followed(configuration: dict[str, Any], target: str) -> None:
    content = merged(flow(configuration), asked(), role("flow-role", LOGS), ASK)
    content["global"]["iam"]["GetAccountAuthorizationDetails"]["RoleDetailList"][0]["RolePolicyList"][0][
        "PolicyDocument"
    ]["$json"]["Statement"] = [INVOKER]
    workload = built(content)
    version = workload.graph.nodes[f"{FLOW_ALIAS.partition('/alias')[0]}@1"]
    assert any(target in path.target for path in workload.found(version).paths)


def test_e19_a_denied_version_leaves_a_gap_at_the_flow() -> None:
    workload = built(flow(PROMPT), "bedrock-agent:GetFlowVersion")
    version = f"{FLOW_ALIAS.partition('/alias')[0]}@1"
    assert [gap.grant for gap in workload.graph.gaps(version)] == ["bedrock:GetFlowVersion"]


# -- E20 --------------------------------------------------------------------------------------------------
BASE = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:knowledge-base/KBBASE0001"


def knowledge_base(**configuration: Any) -> dict[str, Any]:
    base = {
        "knowledgeBaseId": "KBBASE0001", "name": "kb", "knowledgeBaseArn": BASE, "roleArn": role_arn("kb-role"), "status": "ACTIVE", "createdAt": NOW, "updatedAt": NOW,
        "knowledgeBaseConfiguration": {"type": "VECTOR", "vectorKnowledgeBaseConfiguration": {"embeddingModelArn": f"arn:aws:bedrock:{REGION}::foundation-model/amazon.titan-embed-text-v2:0"}},
        "storageConfiguration": {"type": "OPENSEARCH_SERVERLESS", "opensearchServerlessConfiguration": {"collectionArn": f"arn:aws:aoss:{REGION}:{ACCOUNT}:collection/c1", "vectorIndexName": "i", "fieldMapping": {"vectorField": "v", "textField": "t", "metadataField": "m"}}},
        **configuration,
    }  # fmt: skip
    source = {
        "knowledgeBaseId": "KBBASE0001",
        "dataSourceId": "DSOURCE001",
        "name": "d",
        "status": "AVAILABLE",
        "createdAt": NOW,
        "updatedAt": NOW,
        "dataSourceConfiguration": {"type": "S3", "s3Configuration": {"bucketArn": "arn:aws:s3:::docs"}},
    }
    return here(
        "bedrock-agent",
        ListKnowledgeBases=[
            {"knowledgeBaseId": "KBBASE0001", "name": "kb", "status": "ACTIVE", "updatedAt": NOW}
        ],
        GetKnowledgeBase=[when({"knowledgeBase": base}, knowledgeBaseId="KBBASE0001")],
        ListDataSources=[
            when(
                {
                    "dataSourceSummaries": [
                        {
                            "knowledgeBaseId": "KBBASE0001",
                            "dataSourceId": "DSOURCE001",
                            "name": "d",
                            "status": "AVAILABLE",
                            "updatedAt": NOW,
                        }
                    ]
                },
                knowledgeBaseId="KBBASE0001",
            )
        ],
        GetDataSource=[when({"dataSource": source}, dataSourceId="DSOURCE001")],
    )


def test_e20_the_stores_of_a_knowledge_base_on_a_path_are_on_it() -> None:
    content = merged(agent(), asked(), knowledge_base(), role("kb-role", LOGS))
    workload = built(content)
    assert {node.id for node in workload.stores_on_paths()} == {
        f"arn:aws:aoss:{REGION}:{ACCOUNT}:collection/c1",
        "arn:aws:s3:::docs",
    }
    assert {edge.target for edge in workload.graph.out(BASE) if edge.rule == "E20"} >= {
        f"arn:aws:bedrock:{REGION}::foundation-model/amazon.titan-embed-text-v2:0"
    }
    assert workload.reach("arn:aws:s3:::elsewhere").standing is Standing.NOT_ON_PATH


def test_e20_a_knowledge_base_that_nothing_asks_is_on_no_path() -> None:
    assert built(knowledge_base()).reach("arn:aws:s3:::docs").standing is Standing.NOT_ON_PATH


@pytest.mark.parametrize(
    "denied", ["bedrock:GetKnowledgeBase", "bedrock:GetDataSource", "bedrock:ListDataSources"]
)
def test_e20_a_denied_reading_leaves_a_gap_at_the_knowledge_base(denied: str) -> None:
    workload = built(merged(agent(), asked(), knowledge_base()), denied.replace("bedrock:", "bedrock-agent:"))
    assert denied in {gap.grant for gap in workload.graph.gaps(BASE)}


# -- E21 --------------------------------------------------------------------------------------------------
GATEWAY = f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:gateway/gw-1"


def gateway(target: dict[str, Any]) -> dict[str, Any]:
    return merged(
        here(
            "bedrock-agentcore-control",
            ListGateways=[
                {
                    "gatewayId": "gw-1",
                    "name": "g",
                    "status": "READY",
                    "createdAt": NOW,
                    "updatedAt": NOW,
                    "authorizerType": "NONE",
                    "protocolType": "MCP",
                }
            ],
            GetGateway=[
                when(
                    {
                        "gatewayArn": GATEWAY,
                        "gatewayId": "gw-1",
                        "createdAt": NOW,
                        "updatedAt": NOW,
                        "status": "READY",
                        "name": "g",
                        "protocolType": "MCP",
                        "authorizerType": "NONE",
                        "roleArn": role_arn("plain-role"),
                    },
                    gatewayIdentifier="gw-1",
                )
            ],
            ListGatewayTargets=[
                when(
                    {
                        "items": [
                            {
                                "targetId": "TARGET0001",
                                "name": "t",
                                "status": "READY",
                                "createdAt": NOW,
                                "updatedAt": NOW,
                            }
                        ]
                    },
                    gatewayIdentifier="gw-1",
                )
            ],
            GetGatewayTarget=[
                when(
                    {
                        "gatewayArn": GATEWAY,
                        "targetId": "TARGET0001",
                        "createdAt": NOW,
                        "updatedAt": NOW,
                        "status": "READY",
                        "name": "t",
                        "targetConfiguration": target,
                        "credentialProviderConfigurations": [],
                    },
                    targetId="TARGET0001",
                )
            ],
        ),
        role("plain-role", LOGS),
        ASK,
    )


@pytest.mark.parametrize(
    ("target", "standing"),
    [
        ({"mcp": {"lambda": {"lambdaArn": function_arn("ask"), "toolSchema": {"inlinePayload": []}}}}, Standing.ON_PATH),
        ({"mcp": {"lambda": {"lambdaArn": function_arn("gone"), "toolSchema": {"inlinePayload": []}}}}, Standing.NOT_ON_PATH),
        ({"inference": {"connector": {"source": {"connectorId": "bedrock-mantle"}}}}, Standing.ON_PATH),
        ({"inference": {"provider": {"endpoint": "https://api.openai.com/v1"}}}, Standing.ON_PATH),
        ({"mcp": {"mcpServer": {"endpoint": "https://mcp.example.com/"}}}, Standing.UNKNOWN),
        ({"mcp": {"openApiSchema": {"inlinePayload": "{}"}}}, Standing.UNKNOWN),
        ({"mcp": {"mcpServer": {"endpoint": "\u202e[["}}}, Standing.UNKNOWN),
    ],
)  # fmt: skip
def test_e21_the_targets_of_a_gateway_decide(target: dict[str, Any], standing: Standing) -> None:
    assert built(gateway(target)).reach(GATEWAY).standing is standing


def test_e21_denied_targets_leave_the_gateway_unknown() -> None:
    content = gateway(
        {"mcp": {"lambda": {"lambdaArn": function_arn("gone"), "toolSchema": {"inlinePayload": []}}}}
    )
    found = built(content, "bedrock-agentcore-control:GetGatewayTarget").reach(GATEWAY)
    assert found.standing is Standing.UNKNOWN
    assert [gap.why for gap in found.gaps] == [Why.DENIED]


def test_e21_a_harness_names_its_model_whoever_provides_it() -> None:
    arn = f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:harness/h-1"
    detail = {
        "harnessId": "h-1", "harnessName": "h", "arn": arn, "status": "READY", "executionRoleArn": role_arn("plain-role"), "createdAt": NOW, "updatedAt": NOW, "harnessVersion": "1",
        "model": {"openAiModelConfig": {"modelId": "gpt-\u202e5", "apiKeyArn": f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:token-vault/default/apikeycredentialprovider/x"}},
        "systemPrompt": [], "tools": [], "skills": [], "allowedTools": [], "truncation": {"strategy": "none"}, "environment": {"agentCoreRuntimeEnvironment": {"agentRuntimeArn": "x", "agentRuntimeName": "x", "lifecycleConfiguration": {}, "networkConfiguration": {"networkMode": "PUBLIC"}}},
    }  # fmt: skip
    content = merged(
        here(
            "bedrock-agentcore-control",
            ListHarnesses=[
                {
                    "harnessId": "h-1",
                    "harnessName": "h",
                    "arn": arn,
                    "status": "READY",
                    "createdAt": NOW,
                    "updatedAt": NOW,
                }
            ],
            GetHarness=[when({"harness": detail}, harnessId="h-1")],
        ),
        role("plain-role", LOGS),
    )
    workload = built(content)
    assert workload.reach(arn).standing is Standing.ON_PATH
    assert [node.kind for node in workload.graph.of(Kind.MODEL)] == [Kind.MODEL]
    assert built(content, "bedrock-agentcore-control:GetHarness").reach(arn).standing is Standing.UNKNOWN
