"""Who refers to which model in a Region: agents, prompts, flows, profiles, routers, throughput, policies, invocations.

A reference names a foundation model, or an inference profile that routes to some. A wildcard is no reference. Rests on
the details of what is deployed (the versions that aliases route to, and working drafts, which the test alias reaches),
on statements that allow an invocation of exactly one model, and on the ModelId of invocations counted in two weeks.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assessor.iam.holders import Principal
from assessor.iam.policy import Effect
from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import Call, UnseenError
from assessor.model.view import Gathered, View, gather
from collectors import bedrock, bedrock_agent, naming
from evaluators.derived.offered import surely
from evaluators.derived.principals import universe
from evaluators.derived.principals.universe import estate
from evaluators.derived.watch import alarm_dimensions
from evaluators.derived.watch.alarm_dimensions import used_models

READS: tuple[Operation, ...] = (
    bedrock_agent.GET_AGENT,
    bedrock_agent.GET_AGENT_VERSION,
    bedrock_agent.GET_PROMPT,
    bedrock_agent.GET_FLOW,
    bedrock_agent.GET_FLOW_VERSION,
    bedrock.LIST_INFERENCE_PROFILES,
    bedrock.LIST_PROMPT_ROUTERS,
    bedrock.LIST_PROVISIONED_MODEL_THROUGHPUTS,
    *alarm_dimensions.READS,
    *universe.READS,
)

_MODEL = "foundation-model"
_PROFILES = ("inference-profile", "application-inference-profile")
_INVOKING = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")
_NODE = "definition.nodes[].configuration"
_IN_NODE = (
    f"{_NODE}.prompt.sourceConfiguration.inline.modelId",
    f"{_NODE}.knowledgeBase.modelId",
)


@dataclass(frozen=True, slots=True)
class Named:
    """One reference as it is written: ``text`` is a model's or profile's id or ARN, ``by`` who refers to it, in words.

    arn: the resource that refers. kind: ``agent``, ``prompt``, ``flow``, ``application profile``, ``prompt router``,
    ``provisioned throughput``, ``policy`` or ``invocations``.
    """

    text: str
    kind: str
    by: str
    arn: str
    evidence: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference resolved: the ids of the foundation models it may lead to, as ``(Region, id)``.

    profile: ARN or id of the inference profile it goes through, "" where it names the model itself.
    """

    named: Named
    models: tuple[tuple[str, str], ...]
    profile: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """The model ids, each once."""
        return tuple(dict.fromkeys(ident for _, ident in self.models))


def model_arn(aws: View, ident: str) -> str:
    """The ARN of a foundation model in the view's Region."""
    return f"arn:{aws.account.partition}:bedrock:{aws.region}::{_MODEL}/{ident}"


def model_references(aws: View) -> Gathered[Reference]:
    """Every reference of this Region; what could not be read is raised after those that were found."""
    return aws.derive(_found)


def _found(aws: View) -> Gathered[Reference]:
    routes, unseen = _routes(aws)
    named = gather(
        *(
            surely(source(aws))
            for source in (
                _agents,
                _agent_versions,
                _prompts,
                _flows,
                _flow_versions,
                _profiles,
                _routers,
                _throughput,
                _invoked,
                _policies,
            )
        )
    )
    found = list(dict.fromkeys(_resolved(aws, one, routes) for one in named.known))
    return Gathered(found, named.unseen or unseen)


def models_named(aws: View, text: str) -> tuple[str, ...]:
    """The ids of the foundation models that an id or ARN means: a model's, a profile's or provisioned throughput's.

    Raises UnseenError where it names what could not be listed.
    """
    routes, unseen = aws.derive(_known_routes)
    found = _resolved(aws, Named(text, "", "", "", ()), routes).ids
    if not found and unseen is not None and (_is_profile(text) or ":provisioned-model/" in text):
        raise unseen
    return found


def _known_routes(aws: View) -> tuple[Mapping[str, tuple[str, ...]], UnseenError | None]:
    routes, unseen = _routes(aws)
    bought: dict[str, tuple[str, ...]] = {}
    try:
        for one in surely(aws.items(bedrock.LIST_PROVISIONED_MODEL_THROUGHPUTS)):
            if one.get("provisionedModelArn") and one.get("foundationModelArn"):
                bought[str(one["provisionedModelArn"])] = (str(one["foundationModelArn"]),)
    except UnseenError as error:
        unseen = unseen or error
    return {**routes, **bought}, unseen


def _routes(aws: View) -> tuple[Mapping[str, tuple[str, ...]], UnseenError | None]:
    """The models of each inference profile, by its ARN and by its id."""
    routes: dict[str, tuple[str, ...]] = {}
    try:
        for profile in surely(aws.items(bedrock.LIST_INFERENCE_PROFILES)):
            models = tuple(str(arn) for arn in values(profile, "models[].modelArn"))
            for name in ("inferenceProfileArn", "inferenceProfileId"):
                if profile.get(name):
                    routes[str(profile[name])] = models
    except UnseenError as error:
        return routes, error
    return routes, None


def _resolved(aws: View, one: Named, routes: Mapping[str, tuple[str, ...]]) -> Reference:
    known = routes.get(one.text) or routes.get(naming.last_name(one.text) or "")
    if known:
        return Reference(one, tuple(_model(arn) for arn in known if naming.foundation_model(arn)), one.text)
    plain = naming.foundation_model(one.text)
    if plain is not None:
        return Reference(one, ((naming.region(one.text) or aws.region, plain),))
    # A system profile that is not listed: its id is the model's behind a geography.
    ident = naming.last_name(one.text) if one.text.startswith("arn:") else one.text
    geography, _, model = (ident or "").partition(".")
    if geography and "." in model:
        return Reference(one, ((aws.region, model),), one.text)
    return Reference(one, (), one.text if _is_profile(one.text) else "")


def _model(arn: str) -> tuple[str, str]:
    return naming.region(arn) or "", naming.foundation_model(arn) or ""


def _is_profile(text: str) -> bool:
    return any(f":{kind}/" in text for kind in _PROFILES)


def _agents(aws: View) -> Iterator[Named]:
    for call, answer in aws.items_with_call(bedrock_agent.GET_AGENT, ""):
        agent = answer.get("agent") or {}
        yield from _named(
            agent.get("foundationModel"),
            "agent",
            f"agent {agent.get('agentId', '')} (draft)",
            agent.get("agentArn"),
            call,
        )


def _agent_versions(aws: View) -> Iterator[Named]:
    for call, answer in aws.items_with_call(bedrock_agent.GET_AGENT_VERSION, ""):
        version = answer.get("agentVersion") or {}
        by = f"agent {version.get('agentId', '')} version {version.get('version', '')}"
        yield from _named(version.get("foundationModel"), "agent", by, version.get("agentArn"), call)


def _prompts(aws: View) -> Iterator[Named]:
    for call, answer in aws.items_with_call(bedrock_agent.GET_PROMPT, ""):
        by = f"prompt {answer.get('id', '')} version {answer.get('version', '')}"
        for text in values(answer, "variants[].modelId"):
            yield from _named(text, "prompt", by, answer.get("arn"), call)


def _flows(aws: View) -> Iterator[Named]:
    for call, answer in aws.items_with_call(bedrock_agent.GET_FLOW, ""):
        yield from _of_nodes(answer, f"flow {answer.get('id', '')} (draft)", call)


def _flow_versions(aws: View) -> Iterator[Named]:
    for call, answer in aws.items_with_call(bedrock_agent.GET_FLOW_VERSION, ""):
        yield from _of_nodes(answer, f"flow {answer.get('id', '')} version {answer.get('version', '')}", call)


def _of_nodes(answer: Mapping[str, object], by: str, call: Call) -> Iterator[Named]:
    for path in _IN_NODE:
        for text in values(answer, path):
            yield from _named(text, "flow", by, answer.get("arn"), call)


def _profiles(aws: View) -> Iterator[Named]:
    for call, profile in aws.items_with_call(bedrock.LIST_INFERENCE_PROFILES):
        if profile.get("type") == "APPLICATION":
            arn = str(profile.get("inferenceProfileArn") or "")
            yield from _named(arn, "application profile", f"application profile {_last(arn)}", arn, call)


def _routers(aws: View) -> Iterator[Named]:
    for call, router in aws.items_with_call(bedrock.LIST_PROMPT_ROUTERS):
        if router.get("type") == "default":
            continue  # AWS's own, listed in every account
        arn = str(router.get("promptRouterArn") or "")
        for path in ("models[].modelArn", "fallbackModel.modelArn"):
            for text in values(router, path):
                yield from _named(text, "prompt router", f"prompt router {_last(arn)}", arn, call)


def _throughput(aws: View) -> Iterator[Named]:
    for call, one in aws.items_with_call(bedrock.LIST_PROVISIONED_MODEL_THROUGHPUTS):
        arn = str(one.get("provisionedModelArn") or "")
        by = f"provisioned throughput {_last(arn)}"
        yield from _named(one.get("foundationModelArn"), "provisioned throughput", by, arn, call)


def _invoked(aws: View) -> Iterator[Named]:
    named = aws.derive(used_models)
    call = aws.trail[-1]
    for text in named:
        yield from _named(text, "invocations", "invocations of the last two weeks", aws.root_arn, call)


def _policies(aws: View) -> Iterator[Named]:
    known = estate(aws)
    call = known.evidence[0]
    for principal in known.universe.principals:
        if principal.caller.service_linked:
            continue
        kind = "role" if principal.is_role else "user"
        for text in dict.fromkeys(_named_in_policies(principal)):
            if (naming.region(text) or aws.region) == aws.region:
                yield from _named(text, "policy", f"a policy of {kind} {principal.name}", principal.arn, call)
    if known.unseen is not None:
        raise known.unseen


def _named_in_policies(principal: Principal) -> Iterator[str]:
    for held in principal.held:
        for statement in held.policy.statements:
            if statement.effect is not Effect.ALLOW or statement.not_resources:
                continue
            if not any(statement.covers_action(action) for action in _INVOKING):
                continue
            for template in statement.resources or ():
                text = template.constant
                if text and not set(text) & set("*?") and (f":{_MODEL}/" in text or _is_profile(text)):
                    yield text


def _named(text: object, kind: str, by: str, arn: object, call: Call) -> Iterator[Named]:
    if isinstance(text, str) and text:
        yield Named(text, kind, by, str(arn or ""), (call,))


def _last(arn: str) -> str:
    return naming.last_name(arn) or arn
