"""AgentCore gateways, runtimes and harnesses as doors: how each finds out who calls it.

A gateway names its kind of authorizer. A runtime or harness without an authorizer takes requests with an AWS signature,
which IAM decides on. https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/inbound-auth.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assessor.model.operation import Operation
from assessor.model.path import first
from assessor.model.reading import Call, UnseenError, Why
from assessor.model.view import Answer, Gathered, View, gather
from collectors import bedrock_agentcore_control as agentcore

RUNNING_READS: tuple[Operation, ...] = (
    agentcore.LIST_AGENT_RUNTIMES,
    agentcore.LIST_AGENT_RUNTIME_ENDPOINTS,
    agentcore.GET_AGENT_RUNTIME,
    agentcore.LIST_HARNESSES,
    agentcore.GET_HARNESS,
)
READS: tuple[Operation, ...] = (agentcore.LIST_GATEWAYS, agentcore.GET_GATEWAY, *RUNNING_READS)

GATEWAY = "AWS::BedrockAgentCore::Gateway"
RUNTIME = "AWS::BedrockAgentCore::Runtime"
HARNESS = "AWS::BedrockAgentCore::Harness"

IAM = "AWS_IAM"
JWT = "CUSTOM_JWT"

# Claims by which a token says for which application it was made, whatever the identity provider calls them.
_BINDING = frozenset({"aud", "azp", "appid", "cid", "client_id", "scope", "scp"})


@dataclass(frozen=True, slots=True)
class AgentCoreDoor:
    """A gateway, runtime or harness. ``authorizer``: what the listing says of a gateway's, "" of everything else."""

    kind: str
    arn: str
    ident: str
    authorizer: str
    evidence: tuple[Call, ...]

    @property
    def what(self) -> str:
        """The door in words."""
        return f"AgentCore {self.kind.rpartition('::')[2].lower()} {self.ident}"


@dataclass(frozen=True, slots=True)
class Inbound:
    """How callers are let in. jwt: the ``customJWTAuthorizer``; version: of the runtime, "" otherwise."""

    authorizer: str
    jwt: Answer
    version: str = ""
    settings: Any = None

    @property
    def bound(self) -> str:
        """To what tokens are bound beside their issuer, in words; "" where any token of the issuer will do."""
        words = []
        for member, name in (
            ("allowedAudience", "audience"),
            ("allowedClients", "client"),
            ("allowedScopes", "scope"),
        ):
            held = [str(one) for one in self.jwt.get(member) or ()]
            if held:
                words.append(f"{name} {', '.join(held[:3])}{' and more' if len(held) > 3 else ''}")
        for claim in self.jwt.get("customClaims") or ():
            name = str(claim.get("inboundTokenClaimName") or "")
            if name.lower() in _BINDING:
                words.append(f"claim {name}")
        return "; ".join(words)


def agentcore_doors(aws: View) -> Gathered[AgentCoreDoor]:
    """Every gateway, runtime and harness of the Region; what cannot be listed is raised after the rest."""
    return gather(_gateways(aws), _runtimes(aws), _harnesses(aws))


def agentcore_running(aws: View) -> Gathered[AgentCoreDoor]:
    """Every runtime and harness of the Region: what runs there, and is a door as well."""
    return gather(_runtimes(aws), _harnesses(aws))


def _own(aws: View, resource: str) -> str:
    return f"arn:{aws.account.partition}:bedrock-agentcore:{aws.region}:{aws.account_id}:{resource}"


def _gateways(aws: View) -> Iterator[AgentCoreDoor]:
    for call, item in aws.items_with_call(agentcore.LIST_GATEWAYS):
        name = str(item.get("gatewayId") or "")
        if name:
            kind = str(item.get("authorizerType") or "")
            yield AgentCoreDoor(GATEWAY, _own(aws, f"gateway/{name}"), name, kind, (call,))


def _runtimes(aws: View) -> Iterator[AgentCoreDoor]:
    for call, item in aws.items_with_call(agentcore.LIST_AGENT_RUNTIMES):
        name = str(item.get("agentRuntimeId") or "")
        if name:
            arn = str(item.get("agentRuntimeArn") or _own(aws, f"runtime/{name}"))
            yield AgentCoreDoor(RUNTIME, arn, name, "", (call,))


def _harnesses(aws: View) -> Iterator[AgentCoreDoor]:
    for call, item in aws.items_with_call(agentcore.LIST_HARNESSES):
        name = str(item.get("harnessId") or "")
        if name:
            yield AgentCoreDoor(
                HARNESS, str(item.get("arn") or _own(aws, f"harness/{name}")), name, "", (call,)
            )


def inbound(aws: View, door: AgentCoreDoor) -> Iterator[Inbound]:
    """How the door lets callers in; of a runtime for each version that an endpoint has live. Raises UnseenError."""
    if door.kind == GATEWAY:
        answer = aws.get(agentcore.GET_GATEWAY, gatewayIdentifier=door.ident) or {}
        kind, jwt = str(answer.get("authorizerType") or door.authorizer), _jwt(answer)
        if kind == JWT and not jwt:
            raise UnseenError(Why.LINK_UNKNOWN, f"AWS does not state which tokens {door.what} takes")
        yield Inbound(kind, jwt, settings=answer)
    elif door.kind == HARNESS:
        answer = (aws.get(agentcore.GET_HARNESS, harnessId=door.ident) or {}).get("harness") or {}
        yield _by_signature(door, answer)
    else:
        yield from _versions(aws, door)


def _versions(aws: View, door: AgentCoreDoor) -> Iterator[Inbound]:
    """The latest version, which the endpoint DEFAULT follows, then those that other endpoints have live."""
    unseen: UnseenError | None = None
    seen: set[str] = set()
    try:
        latest = aws.get(agentcore.GET_AGENT_RUNTIME, agentRuntimeId=door.ident) or {}
        seen.add(str(latest.get("agentRuntimeVersion") or ""))
        yield _by_signature(door, latest)
    except UnseenError as error:
        unseen = error
    for endpoint in aws.items(agentcore.LIST_AGENT_RUNTIME_ENDPOINTS, agentRuntimeId=door.ident):
        version = str(endpoint.get("liveVersion") or "")
        if version and version not in seen:
            seen.add(version)
            answer = aws.get(
                agentcore.GET_AGENT_RUNTIME, agentRuntimeId=door.ident, agentRuntimeVersion=version
            )
            yield _by_signature(door, answer or {})
    if unseen is not None:
        raise unseen


def _by_signature(door: AgentCoreDoor, answer: Answer) -> Inbound:
    """Of what has no authorizer type: a JWT authorizer where there is one, an AWS signature where there is none.

    Raises UnseenError for an authorizer of another kind, and for an answer that says nothing.
    """
    jwt = _jwt(answer)
    if not answer or (answer.get("authorizerConfiguration") and not jwt):
        raise UnseenError(Why.LINK_UNKNOWN, f"AWS does not state how {door.what} authorizes callers")
    return Inbound(JWT if jwt else IAM, jwt, str(answer.get("agentRuntimeVersion") or ""), answer)


def _jwt(answer: Answer) -> Answer:
    return first(answer, "authorizerConfiguration.customJWTAuthorizer") or {}
