"""Where each fact set comes from. `FACT_SETS` lists them.

A Region that does not offer a service holds nothing of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from assessor.attestations.facts import Fact, FactSet
from assessor.attestations.sources import limits, models, stores, workloads
from assessor.attestations.sources.walking import Take, both, plain, walk
from assessor.model.operation import Operation
from assessor.model.view import View
from assessor.workload import build
from collectors import (
    account,
    apigateway,
    apigatewayv2,
    bedrock,
    bedrock_agent,
    bedrock_agentcore_control,
    budgets,
    cloudwatch,
    dynamodb,
    kendra,
    lambda_,
    sagemaker,
    ssm_contacts,
    wafv2,
)
from evaluators.derived import activity
from evaluators.derived.foundation import references
from evaluators.derived.principals import universe

_EDITING = (
    "bedrock:UpdateGuardrail",
    "bedrock:DeleteGuardrail",
    "bedrock:PutModelInvocationLoggingConfiguration",
    "bedrock:UpdateAgent",
)
_UNSEEN_PLANES = ("bedrock:RetrieveAndGenerate", "bedrock-mantle:CreateInference", "sagemaker:InvokeEndpoint")


_TAGS = (
    (bedrock.LIST_TAGS_FOR_RESOURCE, "", stores.class_of_list),
    (bedrock_agent.LIST_TAGS_FOR_RESOURCE, "", stores.class_of_list),
    (bedrock_agentcore_control.LIST_TAGS_FOR_RESOURCE, "", stores.class_of_list),
)
_DOOR_READS = (
    apigateway.GET_RESOURCES,
    apigateway.GET_AUTHORIZERS,
    apigatewayv2.GET_ROUTES,
    apigatewayv2.GET_AUTHORIZERS,
    lambda_.LIST_FUNCTION_URL_CONFIGS,
)
_CODE_READS = (lambda_.LIST_FUNCTIONS, lambda_.LIST_VERSIONS_BY_FUNCTION, lambda_.LIST_ALIASES)


def _set(
    name: str, what: str, make: Callable[[View], Iterator[Fact]], *reads: Operation | Iterable[Operation]
) -> FactSet:
    flat = [op for one in reads for op in ((one,) if isinstance(one, Operation) else one)]
    return FactSet(name, what, tuple(dict.fromkeys(flat)), make)


def _listed(name: str, what: str, *sources: tuple[Operation, str | None, Take]) -> FactSet:
    return _set(name, what, walk(*sources), *(operation for operation, _, _ in sources))


FACT_SETS: Mapping[str, FactSet] = {
    one.name: one
    for one in (
        _listed("guardrails", "guardrail version", (bedrock.GET_GUARDRAIL, "", models.guardrail)),
        _listed("prompts", "prompt version", (bedrock_agent.GET_PROMPT, "", models.prompt)),
        _listed(
            "agents",
            "agent version",
            (bedrock_agent.GET_AGENT_VERSION, "", models.agent_version),
            (bedrock_agent.LIST_AGENT_ALIASES, None, models.agent_alias),
            (bedrock_agentcore_control.LIST_AGENT_RUNTIMES, None, models.runtime),
        ),
        _set("models", "model", models.referred_models, references.READS),
        _listed(
            "licences", "licence", (bedrock.LIST_FOUNDATION_MODEL_AGREEMENT_OFFERS, None, models.licence)
        ),
        _listed("agreements", "agreement", (bedrock.GET_FOUNDATION_MODEL_AVAILABILITY, "", models.agreement)),
        _listed("retention", "retention mode", (bedrock.GET_ACCOUNT_DATA_RETENTION, "", models.retention)),
        _listed("legacy_models", "legacy model", (bedrock.GET_FOUNDATION_MODEL, "", models.legacy)),
        _listed(
            "custom_models",
            "custom or imported model",
            (bedrock.LIST_CUSTOM_MODELS, None, plain("modelArn")),
            (bedrock.LIST_IMPORTED_MODELS, None, plain("modelArn")),
        ),
        _listed(
            "self_deployed",
            "self-deployed model",
            (sagemaker.LIST_ENDPOINTS, None, plain("EndpointArn")),
            (bedrock.LIST_IMPORTED_MODELS, None, plain("modelArn")),
            (bedrock.LIST_MARKETPLACE_MODEL_ENDPOINTS, None, plain("endpointArn")),
        ),
        _listed(
            "acting_agents",
            "agent with actions",
            (bedrock_agent.LIST_AGENT_ACTION_GROUPS, None, limits.acting_agent),
        ),
        _set("workloads", "way to a model", workloads.workloads, build.READS),
        _set("path_kinds", "kind of way to a model", workloads.path_kinds, build.READS),
        _set("front_doors", "front door or authorizer", workloads.doors, build.READS, _DOOR_READS),
        _set("path_functions", "function on a path", workloads.path_functions, build.READS, _CODE_READS),
        _set(
            "executors",
            "function that acts on a model's output",
            workloads.executors,
            bedrock_agent.GET_AGENT_ACTION_GROUP,
            bedrock_agentcore_control.GET_GATEWAY_TARGET,
            _CODE_READS,
        ),
        _listed(
            "sandboxes",
            "code interpreter",
            (bedrock_agentcore_control.LIST_CODE_INTERPRETERS, None, limits.interpreter),
            (bedrock_agent.GET_AGENT_ACTION_GROUP, "", limits.agent_interpreter),
        ),
        _listed(
            "state_stores",
            "state store",
            (bedrock_agentcore_control.LIST_MEMORIES, None, stores.memory),
            (dynamodb.LIST_TABLES, None, stores.table),
        ),
        _listed(
            "knowledge_bases",
            "knowledge base or index",
            (bedrock_agent.GET_KNOWLEDGE_BASE, "", plain("knowledgeBase.knowledgeBaseArn")),
            (kendra.LIST_INDICES, None, stores.kendra_index),
        ),
        _listed(
            "data_sources",
            "data source",
            (bedrock_agent.GET_DATA_SOURCE, "", stores.data_source),
            (kendra.LIST_DATA_SOURCES, None, stores.kendra_source),
        ),
        _listed(
            "external_stores",
            "store or connector outside AWS",
            (bedrock_agent.GET_KNOWLEDGE_BASE, "", stores.external_store),
            (bedrock_agent.GET_DATA_SOURCE, "", stores.connector),
        ),
        _listed("data_classes", "data class", *_TAGS),
        _set("active_regions", "Region in use", stores.active_regions, activity.READS),
        _set(
            "invokers",
            "principal that may invoke models",
            limits.principals("bedrock:InvokeModel"),
            universe.READS,
        ),
        _set(
            "editors",
            "principal that may change safety settings",
            limits.principals(*_EDITING),
            universe.READS,
        ),
        _set(
            "retrievers", "principal that may retrieve", limits.principals("bedrock:Retrieve"), universe.READS
        ),
        _set(
            "unguarded_planes",
            "principal that may call a plane guardrails do not show",
            limits.principals(*_UNSEEN_PLANES),
            universe.READS,
        ),
        _set(
            "limits",
            "limit",
            both(
                walk(
                    (wafv2.GET_WEB_ACL, "", limits.rate_rules),
                    (budgets.DESCRIBE_BUDGETS, None, limits.budget),
                    (bedrock_agentcore_control.LIST_GATEWAY_RATE_LIMITS, "", limits.rate_limits),
                ),
                limits.throttles,
            ),
            wafv2.GET_WEB_ACL,
            budgets.DESCRIBE_BUDGETS,
            bedrock_agentcore_control.LIST_GATEWAY_RATE_LIMITS,
            apigateway.GET_STAGES,
            apigatewayv2.GET_STAGES,
            apigateway.GET_USAGE_PLANS,
            build.READS,
        ),
        _listed("alarms", "alarm", (cloudwatch.DESCRIBE_ALARMS, "MetricAlarms", limits.alarm)),
        _listed(
            "contacts",
            "contact",
            (account.GET_ALTERNATE_CONTACT, "", limits.contact),
            (ssm_contacts.GET_CONTACT, "", limits.escalation),
        ),
        _set(
            "model_policy",
            "parameter",
            limits.decided("approved_models", "allowed_retention_modes"),
        ),
        _set("kill_switches", "parameter", limits.decided("kill_switches")),
    )
}
"""Every fact set, by name."""
