"""Amazon Bedrock AgentCore: runtimes, gateways, tools, memories. The IAM prefix is ``bedrock-agentcore``.

https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_Operations.html
"""

from assessor.model.looks import Looks
from assessor.model.operation import Bind, Each, Operation
from collectors import naming

_PAGE = ("nextToken", "nextToken")

# -- runtimes ----------------------------------------------------------------------------------------
LIST_AGENT_RUNTIMES = Operation(
    "bedrock-agentcore-control",
    "ListAgentRuntimes",
    "bedrock-agentcore:ListAgentRuntimes",
    items="agentRuntimes",
    token=_PAGE,
)

LIST_AGENT_RUNTIME_ENDPOINTS = Operation(
    "bedrock-agentcore-control",
    "ListAgentRuntimeEndpoints",
    "bedrock-agentcore:ListAgentRuntimeEndpoints",
    items="runtimeEndpoints",
    token=_PAGE,
    each=(Each(LIST_AGENT_RUNTIMES, {"agentRuntimeId": "agentRuntimeId"}),),
)

LIST_AGENT_RUNTIME_VERSIONS = Operation(
    "bedrock-agentcore-control",
    "ListAgentRuntimeVersions",
    "bedrock-agentcore:ListAgentRuntimeVersions",
    items="agentRuntimes",
    token=_PAGE,
    each=(Each(LIST_AGENT_RUNTIMES, {"agentRuntimeId": "agentRuntimeId"}),),
)

# The latest version, and every version that an endpoint has live.
GET_AGENT_RUNTIME = Operation(
    "bedrock-agentcore-control",
    "GetAgentRuntime",
    "bedrock-agentcore:GetAgentRuntime",
    each=(
        Each(LIST_AGENT_RUNTIMES, {"agentRuntimeId": "agentRuntimeId"}),
        Each(
            LIST_AGENT_RUNTIME_ENDPOINTS,
            {"agentRuntimeId": "$.agentRuntimeId", "agentRuntimeVersion": "liveVersion"},
        ),
    ),
    redact=(Looks("environmentVariables{}"),),
)

LIST_HARNESSES = Operation(
    "bedrock-agentcore-control",
    "ListHarnesses",
    "bedrock-agentcore:ListHarnesses",
    items="harnesses",
    token=_PAGE,
)

GET_HARNESS = Operation(
    "bedrock-agentcore-control",
    "GetHarness",
    "bedrock-agentcore:GetHarness",
    each=(Each(LIST_HARNESSES, {"harnessId": "harnessId"}),),
    # Headers to a tool server are where its key travels.
    redact=(
        Looks("harness.environmentVariables{}"),
        "harness.systemPrompt[].text",
        "harness.truncation.config.summarization.summarizationSystemPrompt",
        "harness.tools[].config.remoteMcp.headers{}",
        "harness.tools[].config.agentCoreGateway.outboundAuth.oauth.customParameters{}",
    ),
)

# -- gateways ----------------------------------------------------------------------------------------
LIST_GATEWAYS = Operation(
    "bedrock-agentcore-control",
    "ListGateways",
    "bedrock-agentcore:ListGateways",
    items="items",
    token=_PAGE,
)

GET_GATEWAY = Operation(
    "bedrock-agentcore-control",
    "GetGateway",
    "bedrock-agentcore:GetGateway",
    each=(Each(LIST_GATEWAYS, {"gatewayIdentifier": "gatewayId"}),),
    redact=("protocolConfiguration.mcp.instructions",),
)

LIST_GATEWAY_TARGETS = Operation(
    "bedrock-agentcore-control",
    "ListGatewayTargets",
    "bedrock-agentcore:ListGatewayTargets",
    items="items",
    token=_PAGE,
    each=(Each(LIST_GATEWAYS, {"gatewayIdentifier": "gatewayId"}),),
)

GET_GATEWAY_TARGET = Operation(
    "bedrock-agentcore-control",
    "GetGatewayTarget",
    "bedrock-agentcore:GetGatewayTarget",
    each=(Each(LIST_GATEWAY_TARGETS, {"gatewayIdentifier": "$.gatewayIdentifier", "targetId": "targetId"}),),
    redact=(
        "targetConfiguration.http.passthrough.staticQueryParameters{}",
        "credentialProviderConfigurations[].credentialProvider.oauthCredentialProvider.customParameters{}",
    ),
)

LIST_GATEWAY_RATE_LIMITS = Operation(
    "bedrock-agentcore-control",
    "ListGatewayRateLimits",
    "bedrock-agentcore:ListGatewayRateLimits",
    items="rateLimits",
    token=_PAGE,
    each=(Each(LIST_GATEWAYS, {"gatewayIdentifier": "gatewayId"}),),
)

# -- policies ----------------------------------------------------------------------------------------
LIST_POLICY_ENGINES = Operation(
    "bedrock-agentcore-control",
    "ListPolicyEngines",
    "bedrock-agentcore:ListPolicyEngines",
    items="policyEngines",
    token=_PAGE,
)

GET_POLICY_ENGINE = Operation(
    "bedrock-agentcore-control",
    "GetPolicyEngine",
    "bedrock-agentcore:GetPolicyEngine",
    each=(Each(LIST_POLICY_ENGINES, {"policyEngineId": "policyEngineId"}),),
)

LIST_POLICIES = Operation(
    "bedrock-agentcore-control",
    "ListPolicies",
    "bedrock-agentcore:ListPolicies",
    items="policies",
    token=_PAGE,
    each=(Each(LIST_POLICY_ENGINES, {"policyEngineId": "policyEngineId"}),),
)

# -- tools and memory --------------------------------------------------------------------------------
LIST_CODE_INTERPRETERS = Operation(
    "bedrock-agentcore-control",
    "ListCodeInterpreters",
    "bedrock-agentcore:ListCodeInterpreters",
    items="codeInterpreterSummaries",
    token=_PAGE,
    asks=({"type": "CUSTOM"}, {"type": "SYSTEM"}),
)

GET_CODE_INTERPRETER = Operation(
    "bedrock-agentcore-control",
    "GetCodeInterpreter",
    "bedrock-agentcore:GetCodeInterpreter",
    each=(Each(LIST_CODE_INTERPRETERS, {"codeInterpreterId": "codeInterpreterId"}),),
)

LIST_BROWSERS = Operation(
    "bedrock-agentcore-control",
    "ListBrowsers",
    "bedrock-agentcore:ListBrowsers",
    items="browserSummaries",
    token=_PAGE,
    asks=({"type": "CUSTOM"}, {"type": "SYSTEM"}),
)

GET_BROWSER = Operation(
    "bedrock-agentcore-control",
    "GetBrowser",
    "bedrock-agentcore:GetBrowser",
    each=(Each(LIST_BROWSERS, {"browserId": "browserId"}),),
)

LIST_MEMORIES = Operation(
    "bedrock-agentcore-control",
    "ListMemories",
    "bedrock-agentcore:ListMemories",
    items="memories",
    token=_PAGE,
)

_STRATEGY = "memory.strategies[]"
_EXTRACTION = f"{_STRATEGY}.configuration.extraction.customExtractionConfiguration"
_CONSOLIDATION = f"{_STRATEGY}.configuration.consolidation.customConsolidationConfiguration"
_REFLECTION = f"{_STRATEGY}.configuration.reflection.customReflectionConfiguration"
_INSTRUCTION = (
    "memoryRecordSchema.metadataSchema[].extractionConfig.llmExtractionConfig.llmExtractionInstruction"
)

GET_MEMORY = Operation(
    "bedrock-agentcore-control",
    "GetMemory",
    "bedrock-agentcore:GetMemory",
    each=(Each(LIST_MEMORIES, {"memoryId": "id"}),),
    redact=(
        f"{_EXTRACTION}.semanticExtractionOverride.appendToPrompt",
        f"{_EXTRACTION}.userPreferenceExtractionOverride.appendToPrompt",
        f"{_EXTRACTION}.episodicExtractionOverride.appendToPrompt",
        f"{_CONSOLIDATION}.semanticConsolidationOverride.appendToPrompt",
        f"{_CONSOLIDATION}.summaryConsolidationOverride.appendToPrompt",
        f"{_CONSOLIDATION}.userPreferenceConsolidationOverride.appendToPrompt",
        f"{_CONSOLIDATION}.episodicConsolidationOverride.appendToPrompt",
        f"{_REFLECTION}.episodicReflectionOverride.appendToPrompt",
        f"{_STRATEGY}.{_INSTRUCTION}",
        f"{_REFLECTION}.episodicReflectionOverride.{_INSTRUCTION}",
        f"{_STRATEGY}.configuration.reflection.episodicReflectionConfiguration.{_INSTRUCTION}",
    ),
)

# -- identity ----------------------------------------------------------------------------------------
# A Region has one vault, called default; without a name that one is meant.
GET_TOKEN_VAULT = Operation(
    "bedrock-agentcore-control",
    "GetTokenVault",
    "bedrock-agentcore:GetTokenVault",
    absent=("ResourceNotFoundException",),
)

LIST_API_KEY_CREDENTIAL_PROVIDERS = Operation(
    "bedrock-agentcore-control",
    "ListApiKeyCredentialProviders",
    "bedrock-agentcore:ListApiKeyCredentialProviders",
    items="credentialProviders",
    token=_PAGE,
)

GET_API_KEY_CREDENTIAL_PROVIDER = Operation(
    "bedrock-agentcore-control",
    "GetApiKeyCredentialProvider",
    "bedrock-agentcore:GetApiKeyCredentialProvider",
    each=(Each(LIST_API_KEY_CREDENTIAL_PROVIDERS, {"name": "name"}),),
)

# -- registries, evaluation, tags --------------------------------------------------------------------
LIST_REGISTRIES = Operation(
    "bedrock-agentcore-control",
    "ListRegistries",
    "bedrock-agentcore:ListRegistries",
    items="registries",
    token=_PAGE,
)

GET_REGISTRY = Operation(
    "bedrock-agentcore-control",
    "GetRegistry",
    "bedrock-agentcore:GetRegistry",
    each=(Each(LIST_REGISTRIES, {"registryId": "registryId"}),),
)

LIST_ONLINE_EVALUATION_CONFIGS = Operation(
    "bedrock-agentcore-control",
    "ListOnlineEvaluationConfigs",
    "bedrock-agentcore:ListOnlineEvaluationConfigs",
    items="onlineEvaluationConfigs",
    token=_PAGE,
)

GET_RESOURCE_POLICY = Operation(
    "bedrock-agentcore-control",
    "GetResourcePolicy",
    "bedrock-agentcore:GetResourcePolicy",
    each=(
        Each(LIST_AGENT_RUNTIMES, {"resourceArn": "agentRuntimeArn"}),
        Each(LIST_AGENT_RUNTIME_ENDPOINTS, {"resourceArn": "agentRuntimeEndpointArn"}),
        Each(GET_GATEWAY, {"resourceArn": "gatewayArn"}),
        Each(LIST_MEMORIES, {"resourceArn": "arn"}),
    ),
    absent=("ResourceNotFoundException",),
)

LIST_TAGS_FOR_RESOURCE = Operation(
    "bedrock-agentcore-control",
    "ListTagsForResource",
    "bedrock-agentcore:ListTagsForResource",
    each=(
        Each(LIST_AGENT_RUNTIMES, {"resourceArn": "agentRuntimeArn"}),
        Each(GET_GATEWAY, {"resourceArn": "gatewayArn"}),
        Each(LIST_HARNESSES, {"resourceArn": "arn"}),
        Each(LIST_MEMORIES, {"resourceArn": "arn"}),
        Each(LIST_BROWSERS, {"resourceArn": Bind("browserArn", via=naming.own)}),
        Each(LIST_CODE_INTERPRETERS, {"resourceArn": Bind("codeInterpreterArn", via=naming.own)}),
    ),
)
