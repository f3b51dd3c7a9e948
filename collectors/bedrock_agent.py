"""Amazon Bedrock Agents: agents, flows, prompts, knowledge bases. The IAM prefix is ``bedrock``.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Agents_for_Amazon_Bedrock.html
"""

from assessor.model.operation import Bind, Each, Operation
from collectors import naming

_PAGE = ("nextToken", "nextToken")

# -- agents ------------------------------------------------------------------------------------------
LIST_AGENTS = Operation(
    "bedrock-agent", "ListAgents", "bedrock:ListAgents", items="agentSummaries", token=_PAGE
)

GET_AGENT = Operation(
    "bedrock-agent",
    "GetAgent",
    "bedrock:GetAgent",
    each=(Each(LIST_AGENTS, {"agentId": "agentId"}),),
    redact=(
        "agent.instruction",
        "agent.promptOverrideConfiguration.promptConfigurations[].basePromptTemplate",
    ),
)

LIST_AGENT_ALIASES = Operation(
    "bedrock-agent",
    "ListAgentAliases",
    "bedrock:ListAgentAliases",
    items="agentAliasSummaries",
    token=_PAGE,
    each=(Each(LIST_AGENTS, {"agentId": "agentId"}),),
)

GET_AGENT_ALIAS = Operation(
    "bedrock-agent",
    "GetAgentAlias",
    "bedrock:GetAgentAlias",
    each=(Each(LIST_AGENT_ALIASES, {"agentId": "$.agentId", "agentAliasId": "agentAliasId"}),),
)

LIST_AGENT_VERSIONS = Operation(
    "bedrock-agent",
    "ListAgentVersions",
    "bedrock:ListAgentVersions",
    items="agentVersionSummaries",
    token=_PAGE,
    each=(Each(LIST_AGENTS, {"agentId": "agentId"}),),
)

# What is in force is what an alias routes to. GetAgentVersion takes no DRAFT; GetAgent shows that one.
GET_AGENT_VERSION = Operation(
    "bedrock-agent",
    "GetAgentVersion",
    "bedrock:GetAgentVersion",
    each=(
        Each(
            LIST_AGENT_ALIASES,
            {
                "agentId": "$.agentId",
                "agentVersion": Bind("routingConfiguration[].agentVersion", via=naming.numbered),
            },
        ),
    ),
    redact=(
        "agentVersion.instruction",
        "agentVersion.promptOverrideConfiguration.promptConfigurations[].basePromptTemplate",
    ),
)

LIST_AGENT_ACTION_GROUPS = Operation(
    "bedrock-agent",
    "ListAgentActionGroups",
    "bedrock:ListAgentActionGroups",
    items="actionGroupSummaries",
    token=_PAGE,
    each=(
        Each(
            LIST_AGENT_ALIASES,
            {"agentId": "$.agentId", "agentVersion": "routingConfiguration[].agentVersion"},
        ),
    ),
)

GET_AGENT_ACTION_GROUP = Operation(
    "bedrock-agent",
    "GetAgentActionGroup",
    "bedrock:GetAgentActionGroup",
    each=(
        Each(
            LIST_AGENT_ACTION_GROUPS,
            {
                "agentId": "$.agentId",
                "agentVersion": "$.agentVersion",
                "actionGroupId": "actionGroupId",
            },
        ),
    ),
)

LIST_AGENT_KNOWLEDGE_BASES = Operation(
    "bedrock-agent",
    "ListAgentKnowledgeBases",
    "bedrock:ListAgentKnowledgeBases",
    items="agentKnowledgeBaseSummaries",
    token=_PAGE,
    each=(
        Each(
            LIST_AGENT_ALIASES,
            {"agentId": "$.agentId", "agentVersion": "routingConfiguration[].agentVersion"},
        ),
    ),
)

LIST_AGENT_COLLABORATORS = Operation(
    "bedrock-agent",
    "ListAgentCollaborators",
    "bedrock:ListAgentCollaborators",
    items="agentCollaboratorSummaries",
    token=_PAGE,
    each=(
        Each(
            LIST_AGENT_ALIASES,
            {"agentId": "$.agentId", "agentVersion": "routingConfiguration[].agentVersion"},
        ),
    ),
    redact=("agentCollaboratorSummaries[].collaborationInstruction",),
)

# -- flows -------------------------------------------------------------------------------------------
LIST_FLOWS = Operation("bedrock-agent", "ListFlows", "bedrock:ListFlows", items="flowSummaries", token=_PAGE)

_NODE = "definition.nodes[].configuration"
_INLINE = f"{_NODE}.prompt.sourceConfiguration.inline.templateConfiguration"
_NODE_TEXT = (
    f"{_INLINE}.text.text",
    f"{_INLINE}.chat.messages[].content[].text",
    f"{_INLINE}.chat.system[].text",
    f"{_INLINE}.chat.toolConfiguration.tools[].toolSpec.description",
    f"{_NODE}.knowledgeBase.promptTemplate.textPromptTemplate",
    f"{_NODE}.knowledgeBase.orchestrationConfiguration.promptTemplate.textPromptTemplate",
    f"{_NODE}.inlineCode.code",
)

GET_FLOW = Operation(
    "bedrock-agent",
    "GetFlow",
    "bedrock:GetFlow",
    each=(Each(LIST_FLOWS, {"flowIdentifier": "id"}),),
    redact=_NODE_TEXT,
)

LIST_FLOW_ALIASES = Operation(
    "bedrock-agent",
    "ListFlowAliases",
    "bedrock:ListFlowAliases",
    items="flowAliasSummaries",
    token=_PAGE,
    each=(Each(LIST_FLOWS, {"flowIdentifier": "id"}),),
)

LIST_FLOW_VERSIONS = Operation(
    "bedrock-agent",
    "ListFlowVersions",
    "bedrock:ListFlowVersions",
    items="flowVersionSummaries",
    token=_PAGE,
    each=(Each(LIST_FLOWS, {"flowIdentifier": "id"}),),
)

# GetFlowVersion takes no DRAFT; GetFlow shows that one.
GET_FLOW_VERSION = Operation(
    "bedrock-agent",
    "GetFlowVersion",
    "bedrock:GetFlowVersion",
    each=(
        Each(
            LIST_FLOW_ALIASES,
            {
                "flowIdentifier": "$.flowIdentifier",
                "flowVersion": Bind("routingConfiguration[].flowVersion", via=naming.numbered),
            },
        ),
    ),
    redact=_NODE_TEXT,
)

# -- prompts -----------------------------------------------------------------------------------------
LIST_PROMPTS = Operation(
    "bedrock-agent", "ListPrompts", "bedrock:ListPrompts", items="promptSummaries", token=_PAGE
)

LIST_PROMPTS_VERSIONS = Operation(
    "bedrock-agent",
    "ListPrompts",
    "bedrock:ListPrompts",
    items="promptSummaries",
    token=_PAGE,
    each=(Each(LIST_PROMPTS, {"promptIdentifier": "id"}),),
    variant="versions",
)

# The working draft and every numbered version: flows and code name versions, and a draft may be named too.
GET_PROMPT = Operation(
    "bedrock-agent",
    "GetPrompt",
    "bedrock:GetPrompt",
    each=(
        Each(LIST_PROMPTS, {"promptIdentifier": "id"}),
        Each(
            LIST_PROMPTS_VERSIONS,
            {"promptIdentifier": "id", "promptVersion": Bind("version", via=naming.not_draft)},
        ),
    ),
    redact=(
        "variants[].templateConfiguration.text.text",
        "variants[].templateConfiguration.chat.messages[].content[].text",
        "variants[].templateConfiguration.chat.system[].text",
        "variants[].templateConfiguration.chat.toolConfiguration.tools[].toolSpec.description",
    ),
)

# -- knowledge bases ---------------------------------------------------------------------------------
LIST_KNOWLEDGE_BASES = Operation(
    "bedrock-agent",
    "ListKnowledgeBases",
    "bedrock:ListKnowledgeBases",
    items="knowledgeBaseSummaries",
    token=_PAGE,
)

GET_KNOWLEDGE_BASE = Operation(
    "bedrock-agent",
    "GetKnowledgeBase",
    "bedrock:GetKnowledgeBase",
    each=(Each(LIST_KNOWLEDGE_BASES, {"knowledgeBaseId": "knowledgeBaseId"}),),
)

LIST_DATA_SOURCES = Operation(
    "bedrock-agent",
    "ListDataSources",
    "bedrock:ListDataSources",
    items="dataSourceSummaries",
    token=_PAGE,
    each=(Each(LIST_KNOWLEDGE_BASES, {"knowledgeBaseId": "knowledgeBaseId"}),),
)

_PARSING = "dataSource.vectorIngestionConfiguration.parsingConfiguration"

GET_DATA_SOURCE = Operation(
    "bedrock-agent",
    "GetDataSource",
    "bedrock:GetDataSource",
    each=(Each(LIST_DATA_SOURCES, {"knowledgeBaseId": "knowledgeBaseId", "dataSourceId": "dataSourceId"}),),
    redact=(f"{_PARSING}.bedrockFoundationModelConfiguration.parsingPrompt.parsingPromptText",),
)

LIST_INGESTION_JOBS = Operation(
    "bedrock-agent",
    "ListIngestionJobs",
    "bedrock:ListIngestionJobs",
    items="ingestionJobSummaries",
    token=_PAGE,
    each=(Each(LIST_DATA_SOURCES, {"knowledgeBaseId": "knowledgeBaseId", "dataSourceId": "dataSourceId"}),),
)

LIST_VPC_CONFIGURATIONS = Operation(
    "bedrock-agent",
    "ListVpcConfigurations",
    "bedrock:ListVpcConfigurations",
    items="items",
    token=_PAGE,
    each=(Each(LIST_KNOWLEDGE_BASES, {"knowledgeBaseId": "knowledgeBaseId"}),),
)

GET_RESOURCE_POLICY = Operation(
    "bedrock-agent",
    "GetResourcePolicy",
    "bedrock:GetResourcePolicy",
    each=(Each(GET_KNOWLEDGE_BASE, {"resourceArn": "knowledgeBase.knowledgeBaseArn"}),),
    absent=("ResourceNotFoundException",),
)

LIST_TAGS_FOR_RESOURCE = Operation(
    "bedrock-agent",
    "ListTagsForResource",
    "bedrock:ListTagsForResource",
    each=(
        Each(GET_AGENT, {"resourceArn": "agent.agentArn"}),
        Each(LIST_FLOWS, {"resourceArn": "arn"}),
        Each(LIST_PROMPTS, {"resourceArn": "arn"}),
        Each(GET_KNOWLEDGE_BASE, {"resourceArn": "knowledgeBase.knowledgeBaseArn"}),
    ),
)
