"""The planes on which models are called, by what a role may do: each has an endpoint service of its own.

https://docs.aws.amazon.com/bedrock/latest/userguide/vpc-interface-endpoints.html
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from assessor.iam.holders import Principal
from assessor.iam.policy import Effect
from assessor.iam.request import arn_field
from assessor.model.reading import UnseenError
from assessor.model.view import Answer, View
from evaluators.derived.principals.statements import named
from evaluators.derived.principals.universe import Estate

PLANES: Mapping[str, tuple[str, ...]] = {
    "bedrock-runtime": ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"),
    "bedrock-agent-runtime": (
        "bedrock:InvokeAgent",
        "bedrock:InvokeInlineAgent",
        "bedrock:InvokeFlow",
        "bedrock:Retrieve",
        "bedrock:RetrieveAndGenerate",
        "bedrock:GenerateQuery",
        "bedrock:Rerank",
    ),
    "bedrock-agentcore": (
        "bedrock-agentcore:InvokeAgentRuntime",
        "bedrock-agentcore:InvokeGateway",
        "bedrock-agentcore:InvokeHarness",
    ),
    "bedrock-mantle": ("bedrock-mantle:CreateInference",),
}
"""The actions that are called on each plane."""

_SERVICES = frozenset({"bedrock", "bedrock-agentcore", "bedrock-mantle"})
_PLANE = re.compile(r"\.(bedrock(?:-[a-z]+)*?)(?:\.gateway)?(?:-fips)?$")


class Use(Enum):
    """How a role may use a plane: a policy means it, that cannot be judged, or it may do everything anyway.

    In the order in which one outweighs the other.
    """

    MEANT = "meant"
    UNKNOWN = "unknown"
    SUSPECTED = "suspected"


@dataclass(frozen=True, slots=True)
class Used:
    """That a role may use a plane in a Region. ``unseen``: why it is not known, for UNKNOWN."""

    use: Use
    action: str
    unseen: UnseenError | None = None


def planes_of(aws: View, known: Estate, role: str) -> dict[str, Used]:
    """The planes that a role may use in this Region, before what an endpoint's own policy allows."""
    uses = {plane: use_of(aws, known, role, actions) for plane, actions in PLANES.items()}
    return {plane: used for plane, used in uses.items() if used is not None}


def use_of(aws: View, known: Estate, role: str, actions: Iterable[str]) -> Used | None:
    """How a role may use any of some actions in this Region, the weightiest use first; None where it may not."""
    principal = known.universe.find(role) if role else None
    if principal is None:
        return Used(Use.UNKNOWN, "", known.unseen) if role and known.unseen is not None else None
    uses = [used for action in actions if (used := _used(aws, known, principal, action)) is not None]
    return next((used for wanted in Use for used in uses if used.use is wanted), None)


def _used(aws: View, known: Estate, principal: Principal, action: str) -> Used | None:
    reach = known.reach(action)
    if not reach.granted(principal) or not reach.may(principal):
        return None
    access = reach.access(principal)
    if access.unknown and not access.possible:
        return Used(
            Use.UNKNOWN, action, known.undecidable(f"whether role {principal.name} may call {action}")
        )
    here = {aws.region, "", "*"}
    if not any(arn_field(arn, 3) in here for arn in (*reach.on(principal), access.resource)):
        return None
    return Used(Use.MEANT if _meant(principal, action) else Use.SUSPECTED, action)


def _meant(principal: Principal, action: str) -> bool:
    """Whether a statement that allows the action writes one of Bedrock's services, and not just ``*``."""
    allowing = [
        statement
        for policy in principal.identity
        for statement in policy.statements
        if statement.effect is not Effect.DENY and statement.covers_action(action)
    ]
    return named(allowing, _SERVICES)


def plane_of(endpoint: Answer) -> str:
    """The plane of an endpoint's service name: ``bedrock-runtime`` of ``com.amazonaws.eu-west-1.bedrock-runtime-fips``."""
    found = _PLANE.search(str(endpoint.get("ServiceName", "")))
    return found.group(1) if found else ""


def crossing(endpoint: Answer, region: str) -> bool:
    """Whether the endpoint leads to the service of another Region."""
    return endpoint.get("ServiceRegion") not in (None, "", region)


__all__ = ["PLANES", "Use", "Used", "crossing", "plane_of", "planes_of", "use_of"]
