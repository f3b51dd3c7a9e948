"""What a VPC endpoint's policy lets strangers do: credentials of another account, used from inside the VPC.

Whoever brings such credentials into the VPC can carry data out to models and agents of their own account, through
the endpoint that was meant to keep it in.
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assessor.iam.actions import matching_actions
from assessor.iam.conditions import ABSENT
from assessor.iam.decide import Decision, decide, open_context
from assessor.iam.policy import Effect, Policy, Use, parse_policy
from assessor.iam.principals import parse_caller
from assessor.iam.reach import probes, typical
from assessor.iam.request import Given, Layers, Request, arn_field
from assessor.iam.shapes import STRANGER
from assessor.iam.strangers import STRANGER_ORG, signed_as
from assessor.model.view import Answer, View
from evaluators.derived.network.planes import PLANES, plane_of

_CONTROL: Mapping[str, tuple[str, ...]] = {
    "bedrock": (
        "bedrock:ListFoundationModels",
        "bedrock:CreateModelCustomizationJob",
        "bedrock:GetGuardrail",
    ),
    "bedrock-agent": ("bedrock:CreateAgent", "bedrock:GetKnowledgeBase", "bedrock:StartIngestionJob"),
}
"""What is called on the planes where no model is."""
_NAMED_LIMIT = 24
_ADMINISTRATOR = parse_policy(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
    name="an administrator of another account",
)


@dataclass(frozen=True, slots=True)
class Strangers:
    """What strangers may do through an endpoint. ``anything``: whatever the endpoint carries, as with no policy.

    actions: what they may, of what was asked. unsupported: why the policy may allow more than shown.
    """

    anything: bool
    actions: tuple[str, ...]
    unsupported: tuple[str, ...] = ()


def strangers(aws: View, endpoint: Answer, policy: Policy) -> Strangers:
    """What an administrator of an account nobody named may do in that account, through the endpoint."""
    plane = plane_of(endpoint)
    service = plane if plane in {"bedrock-mantle", "bedrock-agentcore"} else "bedrock"
    allowed: list[str] = []
    unsupported: dict[str, None] = {}
    for action in _actions(plane, policy):
        for decision in _asked(aws, endpoint, policy, action):
            if decision.possible:
                allowed.append(action)
                break
            if decision.undecided:
                reasons = decision.unsupported or ("it has too many conditions to try them all",)
                unsupported.update(dict.fromkeys(reasons))
    anything = any(
        _decided(aws, endpoint, policy, f"{service}:Zz99", resource, org).possible
        for resource in _generic(aws, service)
        for org in (STRANGER_ORG, "")
    )
    return Strangers(anything, tuple(allowed), tuple(unsupported))


def _generic(aws: View, service: str) -> tuple[str, ...]:
    """A resource nobody would name."""
    return (f"arn:{aws.account.partition}:{service}:{aws.region}:{STRANGER}:zz99/zz99",)


def _actions(plane: str, policy: Policy) -> tuple[str, ...]:
    """What is called on the plane, and what the policy names."""
    found = dict.fromkeys(PLANES.get(plane) or _CONTROL.get(plane) or ("bedrock:InvokeModel",))
    named: dict[str, None] = {}
    for statement in policy.statements:
        if statement.effect is Effect.DENY or statement.not_actions:
            continue
        for pattern in statement.actions:
            if pattern.text.partition(":")[2] not in {"", "*"}:
                known = [one.name for one in matching_actions(pattern.text)]
                named.update(dict.fromkeys(known or [pattern.text.replace("*", "Zz99")]))
    return (*found, *tuple(name for name in named if name not in found)[:_NAMED_LIMIT])


def _asked(aws: View, endpoint: Answer, policy: Policy, action: str) -> Iterator[Decision]:
    """Every kind of resource of the action in the stranger's account, and what the policy's own patterns cover."""
    usual = typical(action, STRANGER, aws.account.partition, (aws.region,))
    named = probes(
        [policy],
        [],
        action,
        account=STRANGER,
        partition=aws.account.partition,
        regions=(aws.region,),
        resolve=lambda _: "zz99",
    )
    for resource in dict.fromkeys((*usual, *named)):
        for org in (STRANGER_ORG, ""):
            yield _decided(aws, endpoint, policy, action, resource, org)


def _decided(aws: View, endpoint: Answer, policy: Policy, action: str, resource: str, org: str) -> Decision:
    caller = parse_caller(f"arn:{aws.account.partition}:iam::{STRANGER}:role/stranger")
    owner = arn_field(resource, 4)
    given: Given = {
        **signed_as(STRANGER, org, caller.arn),
        "aws:SourceVpce": str(endpoint.get("VpcEndpointId") or ""),
        "aws:SourceVpc": str(endpoint.get("VpcId") or ""),
        "aws:SourceIp": ABSENT,
        "aws:VpceAccount": str(endpoint.get("OwnerId") or aws.account_id),
        "aws:RequestedRegion": aws.region,
        "aws:SecureTransport": "true",
    }
    if owner == STRANGER:
        given = {
            **given,
            "aws:ResourceAccount": STRANGER,
            "aws:ResourceOrgID": org or ABSENT,
            "aws:ResourceOrgPaths": f"{org}/r-zz99/ou-zz99-99999999/" if org else ABSENT,
        }
    request = Request(caller, action, resource, owner or STRANGER, open_context(action, given))
    return decide(request, Layers(identity=(_ADMINISTRATOR,), endpoint=policy))


def endpoint_policy(endpoint: Answer) -> Policy | None:
    """The endpoint's policy; None for the default one, which allows everything to everybody."""
    text = str(endpoint.get("PolicyDocument") or "").strip()
    if not text:
        return None
    return parse_policy(
        text, use=Use.ENDPOINT, name=f"the policy of endpoint {endpoint.get('VpcEndpointId')}"
    )
