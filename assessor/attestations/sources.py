"""Where each fact set comes from. One function a set; `FACT_SETS` lists them.

A Region that does not offer a service holds nothing of it. What a listing could not show is raised after what it did.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from assessor.attestations.facts import Fact, FactSet, without
from assessor.model.operation import Operation, Scope
from assessor.model.path import first, values
from assessor.model.reading import Call, UnseenError, Why
from assessor.model.view import View
from assessor.workload import build, names
from assessor.workload.build import workload
from assessor.workload.graph import Kind, Node
from assessor.workload.workload import Standing
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
from evaluators.derived.activity import activity as region_activity
from evaluators.derived.foundation import references
from evaluators.derived.foundation.references import model_references
from evaluators.derived.offered import offered
from evaluators.derived.principals import universe
from evaluators.derived.principals.universe import estate

_API = re.compile(r"/(?:restapis|apis)/([^/]+)")
_EXTERNAL_STORES = ("PINECONE", "REDIS_ENTERPRISE_CLOUD", "MONGO_DB_ATLAS")
_INSIDE_SOURCES = ("S3", "CUSTOM")
_CLASS_TAG = "data-classification"
_EDITING = (
    "bedrock:UpdateGuardrail",
    "bedrock:DeleteGuardrail",
    "bedrock:PutModelInvocationLoggingConfiguration",
    "bedrock:UpdateAgent",
)
_UNSEEN_PLANES = ("bedrock:RetrieveAndGenerate", "bedrock-mantle:CreateInference", "sagemaker:InvokeEndpoint")

Take = Callable[[View, Call, Any], Iterable[Fact]]


def _walk(*sources: tuple[Operation, str | None, Take]) -> Callable[[View], Iterator[Fact]]:
    """Facts of the items of some listings, in every Region; the first failure is raised after all that was seen."""

    def make(aws: View) -> Iterator[Fact]:
        unseen: UnseenError | None = None
        for operation, path, take in sources:
            places = [aws] if operation.scope is Scope.GLOBAL else list(aws.regions())
            for there in places:
                try:
                    for call, item in offered(there.items_with_call(operation, path)):
                        yield from take(there, call, item)
                except UnseenError as error:
                    unseen = unseen or error
        if unseen is not None:
            raise unseen

    return make


def _both(*makes: Callable[[View], Iterator[Fact]]) -> Callable[[View], Iterator[Fact]]:
    def make(aws: View) -> Iterator[Fact]:
        unseen: UnseenError | None = None
        for one in makes:
            try:
                yield from one(aws)
            except UnseenError as error:
                unseen = unseen or error
        if unseen is not None:
            raise unseen

    return make


def _plain(*path: str) -> Take:
    """One fact an item: named by the first of the paths that it has, its being there is all there is to it."""

    def take(_: View, __: Call, item: Any) -> Iterator[Fact]:
        name = next((found for p in path if (found := first(item, p))), None)
        if name:
            yield str(name), True

    return take


# -- models, guardrails, prompts, agents -----------------------------------------------------------------
def _guardrail(_: View, call: Call, answer: Any) -> Iterator[Fact]:
    request = call.request
    arn = str(answer.get("guardrailArn") or request.get("guardrailIdentifier"))
    version = str(request.get("guardrailVersion") or answer.get("version") or "")
    # The texts of topics and words are cut out of a snapshot; of a draft, updatedAt tells that they changed.
    kept = without(answer, "status", "statusReasons", "failureRecommendations", "createdAt")
    if version != "DRAFT":
        kept = without(kept, "updatedAt")
    yield f"{arn}:{version}", kept


def _prompt(_: View, call: Call, answer: Any) -> Iterator[Fact]:
    version = str(call.request.get("promptVersion") or "DRAFT")
    arn = str(answer.get("arn") or answer.get("id") or "").removesuffix(f":{version}")
    yield f"{arn}:{version}", without(answer, "createdAt", *(("updatedAt",) if version != "DRAFT" else ()))


def _agent_version(_: View, __: Call, answer: Any) -> Iterator[Fact]:
    version = answer.get("agentVersion") or {}
    yield (
        f"{version.get('agentArn') or version.get('agentId')}:{version.get('version')}",
        without(version, "agentStatus", "createdAt", "updatedAt", "failureReasons", "recommendedActions"),
    )


def _agent_alias(_: View, call: Call, alias: Any) -> Iterator[Fact]:
    routes = sorted(str(v) for v in values(alias, "routingConfiguration[].agentVersion"))
    yield f"agent {call.request.get('agentId', '')} alias {alias.get('agentAliasId')}", routes


def _runtime(_: View, __: Call, item: Any) -> Iterator[Fact]:
    yield str(item.get("agentRuntimeArn")), item.get("agentRuntimeVersion")


def _referred_models(aws: View) -> Iterator[Fact]:
    unseen: UnseenError | None = None
    for there in aws.regions():
        try:
            for reference in model_references(there):
                for ident in reference.ids or (reference.named.text,):
                    yield ident, True
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen


def _licence(_: View, call: Call, offer: Any) -> Iterator[Fact]:
    url = first(offer, "termDetails.legalTerm.url")
    yield f"licence of {call.request.get('modelId')}", url or ""


def _agreement(_: View, __: Call, answer: Any) -> Iterator[Fact]:
    if first(answer, "agreementAvailability.status") == "AVAILABLE":
        yield f"agreement for {answer.get('modelId')}", True


def _retention(aws: View, __: Call, answer: Any) -> Iterator[Fact]:
    yield f"data retention in {aws.region}", answer.get("mode")


def _legacy(_: View, __: Call, answer: Any) -> Iterator[Fact]:
    if first(answer, "modelDetails.modelLifecycle.status") == "LEGACY":
        yield str(first(answer, "modelDetails.modelId")), True


# -- functions, doors, workloads -------------------------------------------------------------------------
def _on_paths(aws: View, *kinds: Kind) -> Iterator[Node]:
    """The things on a path to a model, those only suspected included; raises where some may be hidden."""
    known = workload(aws)
    yield from known.on_paths(*kinds, standings=(Standing.ON_PATH, Standing.PINNED, Standing.SUSPECTED))
    hidden = known.blind
    if hidden:
        gap = hidden[0]
        why = Why.DENIED if gap.grant else Why.LINK_UNKNOWN
        raise UnseenError(why, gap.detail, gap.grant, gap.call)


def _code(aws: View) -> Mapping[str, str]:
    """CodeSha256 by function ARN, and by ARN with version or alias. Raises UnseenError where one cannot be read."""
    digests: dict[str, str] = {}
    for there in aws.regions():
        for function in offered(there.items(lambda_.LIST_FUNCTIONS)):
            digests[str(function.get("FunctionArn"))] = str(function.get("CodeSha256") or "")
        for version in offered(there.items(lambda_.LIST_VERSIONS_BY_FUNCTION)):
            digests[str(version.get("FunctionArn"))] = str(version.get("CodeSha256") or "")
        for alias in offered(there.items(lambda_.LIST_ALIASES)):
            arn = str(alias.get("AliasArn"))
            routed = digests.get(f"{arn.rpartition(':')[0]}:{alias.get('FunctionVersion')}", "")
            digests[arn] = f"{alias.get('FunctionVersion')} {routed}"
    return digests


def _path_functions(aws: View) -> Iterator[Fact]:
    digests = aws.whole(_code_or_none)
    unseen: UnseenError | None = None
    try:
        for node in _on_paths(aws, Kind.COMPUTE):
            if names.function_in(node.id) and digests is not None:
                yield node.id, digests.get(node.id, "")
    except UnseenError as error:
        unseen = error
    if digests is None:
        _code(aws)  # raises what hid them
    if unseen is not None:
        raise unseen


def _code_or_none(aws: View) -> Mapping[str, str] | None:
    try:
        return _code(aws)
    except UnseenError:
        return None


def _executors(aws: View) -> Iterator[Fact]:
    """The functions that act on a model's output: behind action groups and gateway targets."""
    called: list[str] = []
    unseen: UnseenError | None = None
    for there in aws.regions():
        for operation, path in (
            (bedrock_agent.GET_AGENT_ACTION_GROUP, "agentActionGroup.actionGroupExecutor.lambda"),
            (bedrock_agentcore_control.GET_GATEWAY_TARGET, "targetConfiguration.mcp.lambda.lambdaArn"),
        ):
            try:
                called += (
                    str(arn) for answer in offered(there.items(operation, "")) for arn in values(answer, path)
                )
            except UnseenError as error:
                unseen = unseen or error
    if called:
        digests = _code(aws)
        for arn in called:
            yield arn, digests.get(arn, "")
    if unseen is not None:
        raise unseen


def _workloads(aws: View) -> Iterator[Fact]:
    for node in _on_paths(aws, Kind.DOOR, Kind.ENTRY, Kind.AGENT):
        yield node.id, True


def _path_kinds(aws: View) -> Iterator[Fact]:
    for node in _on_paths(aws, Kind.DOOR, Kind.ENTRY):
        yield f"a way in of the kind {node.what.partition(' ')[0] or node.kind.value}", True


def _apis(aws: View) -> tuple[set[str], UnseenError | None]:
    ids: set[str] = set()
    try:
        for node in _on_paths(aws, Kind.DOOR):
            found = _API.search(node.id)
            if found:
                ids.add(found.group(1))
    except UnseenError as error:
        return ids, error
    return ids, None


def _doors(aws: View) -> Iterator[Fact]:
    unseen: UnseenError | None = None
    ids: set[str] = set()
    try:
        for node in _on_paths(aws, Kind.DOOR):
            found = _API.search(node.id)
            if found:
                ids.add(found.group(1))
            yield node.id, True
    except UnseenError as error:
        unseen = error
    try:
        yield from _walk(
            (apigateway.GET_RESOURCES, None, lambda a, c, i: _methods(a, c, i) if _id(c) in ids else ()),
            (apigateway.GET_AUTHORIZERS, None, lambda _, c, i: _rest_auth(c, i) if _id(c) in ids else ()),
            (apigatewayv2.GET_ROUTES, None, lambda a, c, i: _route(a, c, i) if _id(c) in ids else ()),
            (apigatewayv2.GET_AUTHORIZERS, None, lambda _, c, i: _http_auth(c, i) if _id(c) in ids else ()),
            (lambda_.LIST_FUNCTION_URL_CONFIGS, None, _function_url),
        )(aws)
    except UnseenError as error:
        unseen = unseen or error
    if unseen is not None:
        raise unseen


def _id(call: Call) -> str:
    request = call.request
    return str(request.get("restApiId") or request.get("ApiId") or "")


def _methods(aws: View, call: Call, resource: Any) -> Iterator[Fact]:
    for verb, method in (resource.get("resourceMethods") or {}).items():
        kept = {
            name: (method or {}).get(name)
            for name in ("authorizationType", "authorizerId", "authorizationScopes", "apiKeyRequired")
        }
        yield names.rest_method(aws, _id(call), str(resource.get("id")), verb), kept


def _rest_auth(call: Call, item: Any) -> Iterator[Fact]:
    yield f"authorizer {item.get('id')} of {_id(call)}", without(item, "name")


def _route(aws: View, call: Call, item: Any) -> Iterator[Fact]:
    kept = {
        name: item.get(name)
        for name in ("AuthorizationType", "AuthorizerId", "AuthorizationScopes", "ApiKeyRequired")
    }
    yield names.http_route(aws, _id(call), str(item.get("RouteId"))), kept


def _http_auth(call: Call, item: Any) -> Iterator[Fact]:
    yield f"authorizer {item.get('AuthorizerId')} of {_id(call)}", without(item, "Name")


def _function_url(_: View, __: Call, item: Any) -> Iterator[Fact]:
    yield f"URL of {item.get('FunctionArn')}", item.get("AuthType")


# -- data -------------------------------------------------------------------------------------------------
def _external_store(_: View, __: Call, answer: Any) -> Iterator[Fact]:
    kind = first(answer, "knowledgeBase.storageConfiguration.type")
    if kind in _EXTERNAL_STORES:
        yield f"a knowledge base's store of the kind {kind}", True


def _connector(_: View, __: Call, answer: Any) -> Iterator[Fact]:
    kind = first(answer, "dataSource.dataSourceConfiguration.type")
    if kind and kind not in _INSIDE_SOURCES:
        yield f"a data source of the kind {kind}", True


def _data_source(_: View, call: Call, answer: Any) -> Iterator[Fact]:
    source = answer.get("dataSource") or {}
    ident = source.get("dataSourceId") or call.request.get("dataSourceId")
    base = source.get("knowledgeBaseId") or call.request.get("knowledgeBaseId")
    yield f"data source {ident} of {base}", True
    bucket = first(source, "dataSourceConfiguration.s3Configuration.bucketArn")
    if bucket:
        yield str(bucket), True


def _kendra_index(aws: View, _: Call, item: Any) -> Iterator[Fact]:
    yield f"Kendra index {item.get('Id')} in {aws.region}", True


def _kendra_source(aws: View, call: Call, item: Any) -> Iterator[Fact]:
    yield f"Kendra data source {item.get('Id')} of {call.request.get('IndexId')} in {aws.region}", True


def _table(aws: View, _: Call, name: Any) -> Iterator[Fact]:
    yield f"table {name} in {aws.region}", True


def _memory(_: View, __: Call, item: Any) -> Iterator[Fact]:
    yield str(item.get("arn") or item.get("id")), True


def _data_class(tags: Any) -> Iterator[Fact]:
    pairs = (
        tags.items()
        if isinstance(tags, Mapping)
        else ((tag.get("key"), tag.get("value")) for tag in tags or ())
    )
    for key, value in pairs:
        if str(key).lower() == _CLASS_TAG:
            yield f"data class {value}", True


def _class_of_list(_: View, __: Call, answer: Any) -> Iterator[Fact]:
    yield from _data_class(answer.get("tags"))


def _active_regions(aws: View) -> Iterator[Fact]:
    unseen: UnseenError | None = None
    for there in aws.regions():
        try:
            if there.derive(region_activity).active:
                yield there.region, True
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen


# -- people, limits, alarms ---------------------------------------------------------------------------------
def _principals(*actions: str) -> Callable[[View], Iterator[Fact]]:
    def make(aws: View) -> Iterator[Fact]:
        known = estate(aws)
        for action in actions:
            for access in known.reach(action).everyone():
                yield access.principal.arn, True
        if known.unseen is not None:
            raise known.unseen

    return make


def _rate_rules(_: View, __: Call, answer: Any) -> Iterator[Fact]:
    acl = answer.get("WebACL") or {}
    rules = [
        {"priority": rule.get("Priority"), "statement": rule["Statement"]["RateBasedStatement"]}
        for rule in acl.get("Rules") or ()
        if "RateBasedStatement" in (rule.get("Statement") or {})
    ]
    if rules:
        yield f"rate rules of {acl.get('ARN')}", rules


def _throttles(aws: View) -> Iterator[Fact]:
    ids, unseen = _apis(aws)

    def rest(_: View, call: Call, stage: Any) -> Iterator[Fact]:
        settings = {
            key: [value.get("throttlingRateLimit"), value.get("throttlingBurstLimit")]
            for key, value in (stage.get("methodSettings") or {}).items()
        }
        if _id(call) in ids:
            yield f"throttles of {_id(call)} stage {stage.get('stageName')}", settings

    def http(_: View, call: Call, stage: Any) -> Iterator[Fact]:
        every = {"": stage.get("DefaultRouteSettings") or {}, **(stage.get("RouteSettings") or {})}
        settings = {
            key: [value.get("ThrottlingRateLimit"), value.get("ThrottlingBurstLimit")]
            for key, value in every.items()
        }
        if _id(call) in ids:
            yield f"throttles of {_id(call)} stage {stage.get('StageName')}", settings

    def plan(_: View, __: Call, item: Any) -> Iterator[Fact]:
        if any(stage.get("apiId") in ids for stage in item.get("apiStages") or ()):
            yield (
                f"usage plan {item.get('id')}",
                [item.get("throttle"), item.get("quota"), item.get("apiStages")],
            )

    try:
        yield from _walk(
            (apigateway.GET_STAGES, None, rest),
            (apigatewayv2.GET_STAGES, None, http),
            (apigateway.GET_USAGE_PLANS, None, plan),
        )(aws)
    except UnseenError as error:
        unseen = unseen or error
    if unseen is not None:
        raise unseen


def _budget(_: View, __: Call, item: Any) -> Iterator[Fact]:
    yield (
        f"budget {item.get('BudgetName')}",
        [
            item.get("BudgetLimit"),
            item.get("TimeUnit"),
            item.get("CostFilters"),
            item.get("FilterExpression"),
        ],
    )


def _rate_limits(_: View, call: Call, item: Any) -> Iterator[Fact]:
    yield (
        f"rate limits of gateway {call.request.get('gatewayIdentifier')}",
        without(item, "createdAt", "updatedAt"),
    )


def _alarm(_: View, __: Call, item: Any) -> Iterator[Fact]:
    of_models = {
        str(namespace)
        for path in ("Namespace", "Metrics[].MetricStat.Metric.Namespace")
        for namespace in values(item, path)
    }
    if any(namespace.startswith("AWS/Bedrock") for namespace in of_models):
        kept = (
            "ActionsEnabled", "MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period",
            "EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData", "Metrics",
            "ThresholdMetricId", "EvaluationCriteria",
        )  # fmt: skip
        yield str(item.get("AlarmArn")), {name: item.get(name) for name in kept}


def _contact(_: View, __: Call, answer: Any) -> Iterator[Fact]:
    kind = first(answer, "AlternateContact.AlternateContactType")
    if kind:
        yield f"alternate contact {kind}", True


def _escalation(_: View, __: Call, answer: Any) -> Iterator[Fact]:
    yield str(answer.get("ContactArn")), [answer.get("Type"), answer.get("Plan")]


def _interpreter(_: View, __: Call, item: Any) -> Iterator[Fact]:
    arn = str(item.get("codeInterpreterArn") or "")
    if ":aws:code-interpreter/" not in arn:
        yield arn, True


def _agent_interpreter(_: View, call: Call, answer: Any) -> Iterator[Fact]:
    signature = first(answer, "agentActionGroup.parentActionSignature")
    if signature == "AMAZON.CodeInterpreter":
        yield f"code interpreter of agent {call.request.get('agentId')}", True


def _acting_agent(_: View, call: Call, __: Any) -> Iterator[Fact]:
    yield f"actions of agent {call.request.get('agentId')}", True


def _decided(*parameters: str) -> Callable[[View], Iterator[Fact]]:
    def make(aws: View) -> Iterator[Fact]:
        for name in parameters:
            value = aws.parameters.get(name)
            if value is not None:
                yield f"parameter {name}", sorted(value) if isinstance(value, list) else value

    return make


_TAGS = (
    (bedrock.LIST_TAGS_FOR_RESOURCE, "", _class_of_list),
    (bedrock_agent.LIST_TAGS_FOR_RESOURCE, "", _class_of_list),
    (bedrock_agentcore_control.LIST_TAGS_FOR_RESOURCE, "", _class_of_list),
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
    return _set(name, what, _walk(*sources), *(operation for operation, _, _ in sources))


FACT_SETS: Mapping[str, FactSet] = {
    one.name: one
    for one in (
        _listed("guardrails", "guardrail version", (bedrock.GET_GUARDRAIL, "", _guardrail)),
        _listed("prompts", "prompt version", (bedrock_agent.GET_PROMPT, "", _prompt)),
        _listed(
            "agents",
            "agent version",
            (bedrock_agent.GET_AGENT_VERSION, "", _agent_version),
            (bedrock_agent.LIST_AGENT_ALIASES, None, _agent_alias),
            (bedrock_agentcore_control.LIST_AGENT_RUNTIMES, None, _runtime),
        ),
        _set("models", "model", _referred_models, references.READS),
        _listed("licences", "licence", (bedrock.LIST_FOUNDATION_MODEL_AGREEMENT_OFFERS, None, _licence)),
        _listed("agreements", "agreement", (bedrock.GET_FOUNDATION_MODEL_AVAILABILITY, "", _agreement)),
        _listed("retention", "retention mode", (bedrock.GET_ACCOUNT_DATA_RETENTION, "", _retention)),
        _listed("legacy_models", "legacy model", (bedrock.GET_FOUNDATION_MODEL, "", _legacy)),
        _listed(
            "custom_models",
            "custom or imported model",
            (bedrock.LIST_CUSTOM_MODELS, None, _plain("modelArn")),
            (bedrock.LIST_IMPORTED_MODELS, None, _plain("modelArn")),
        ),
        _listed(
            "self_deployed",
            "self-deployed model",
            (sagemaker.LIST_ENDPOINTS, None, _plain("EndpointArn")),
            (bedrock.LIST_IMPORTED_MODELS, None, _plain("modelArn")),
            (bedrock.LIST_MARKETPLACE_MODEL_ENDPOINTS, None, _plain("endpointArn")),
        ),
        _listed(
            "acting_agents",
            "agent with actions",
            (bedrock_agent.LIST_AGENT_ACTION_GROUPS, None, _acting_agent),
        ),
        _set("workloads", "way to a model", _workloads, build.READS),
        _set("path_kinds", "kind of way to a model", _path_kinds, build.READS),
        _set("front_doors", "front door or authorizer", _doors, build.READS, _DOOR_READS),
        _set("path_functions", "function on a path", _path_functions, build.READS, _CODE_READS),
        _set(
            "executors",
            "function that acts on a model's output",
            _executors,
            bedrock_agent.GET_AGENT_ACTION_GROUP,
            bedrock_agentcore_control.GET_GATEWAY_TARGET,
            _CODE_READS,
        ),
        _listed(
            "sandboxes",
            "code interpreter",
            (bedrock_agentcore_control.LIST_CODE_INTERPRETERS, None, _interpreter),
            (bedrock_agent.GET_AGENT_ACTION_GROUP, "", _agent_interpreter),
        ),
        _listed(
            "state_stores",
            "state store",
            (bedrock_agentcore_control.LIST_MEMORIES, None, _memory),
            (dynamodb.LIST_TABLES, None, _table),
        ),
        _listed(
            "knowledge_bases",
            "knowledge base or index",
            (bedrock_agent.GET_KNOWLEDGE_BASE, "", _plain("knowledgeBase.knowledgeBaseArn")),
            (kendra.LIST_INDICES, None, _kendra_index),
        ),
        _listed(
            "data_sources",
            "data source",
            (bedrock_agent.GET_DATA_SOURCE, "", _data_source),
            (kendra.LIST_DATA_SOURCES, None, _kendra_source),
        ),
        _listed(
            "external_stores",
            "store or connector outside AWS",
            (bedrock_agent.GET_KNOWLEDGE_BASE, "", _external_store),
            (bedrock_agent.GET_DATA_SOURCE, "", _connector),
        ),
        _listed("data_classes", "data class", *_TAGS),
        _set("active_regions", "Region in use", _active_regions, activity.READS),
        _set(
            "invokers", "principal that may invoke models", _principals("bedrock:InvokeModel"), universe.READS
        ),
        _set("editors", "principal that may change safety settings", _principals(*_EDITING), universe.READS),
        _set("retrievers", "principal that may retrieve", _principals("bedrock:Retrieve"), universe.READS),
        _set(
            "unguarded_planes",
            "principal that may call a plane guardrails do not show",
            _principals(*_UNSEEN_PLANES),
            universe.READS,
        ),
        _set(
            "limits",
            "limit",
            _both(
                _walk(
                    (wafv2.GET_WEB_ACL, "", _rate_rules),
                    (budgets.DESCRIBE_BUDGETS, None, _budget),
                    (bedrock_agentcore_control.LIST_GATEWAY_RATE_LIMITS, "", _rate_limits),
                ),
                _throttles,
            ),
            wafv2.GET_WEB_ACL,
            budgets.DESCRIBE_BUDGETS,
            bedrock_agentcore_control.LIST_GATEWAY_RATE_LIMITS,
            apigateway.GET_STAGES,
            apigatewayv2.GET_STAGES,
            apigateway.GET_USAGE_PLANS,
            build.READS,
        ),
        _listed("alarms", "alarm", (cloudwatch.DESCRIBE_ALARMS, "MetricAlarms", _alarm)),
        _listed(
            "contacts",
            "contact",
            (account.GET_ALTERNATE_CONTACT, "", _contact),
            (ssm_contacts.GET_CONTACT, "", _escalation),
        ),
        _set(
            "model_policy",
            "parameter",
            _decided("approved_models", "allowed_retention_modes"),
        ),
        _set("kill_switches", "parameter", _decided("kill_switches")),
    )
}
"""Every fact set, by name."""
