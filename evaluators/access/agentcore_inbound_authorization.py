"""GAI-3.06: AgentCore gateways, runtimes and harnesses authorize inbound callers."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.path import first
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict
from assessor.model.view import View
from collectors import bedrock_agentcore_control
from evaluators.derived.doors import agentcore_doors
from evaluators.derived.doors.agentcore_doors import (
    GATEWAY,
    HARNESS,
    IAM,
    JWT,
    AgentCoreDoor,
    Inbound,
    inbound,
)
from evaluators.derived.doors.openness import is_open, policy_openness
from evaluators.derived.weighing import Look, Problem, weighed

_INVOKE = {
    GATEWAY: ("bedrock-agentcore:InvokeGateway",),
    agentcore_doors.RUNTIME: (
        "bedrock-agentcore:InvokeAgentRuntime",
        "bedrock-agentcore:InvokeAgentRuntimeForUser",
    ),
}


def subjects(aws: View) -> Iterator[Subject]:
    """Every gateway, runtime and harness of the Region."""
    for door in aws.derive(agentcore_doors.agentcore_doors):
        yield Subject(door.arn, door.kind, about={"door": door}, evidence=door.evidence)


@control(
    "GAI-3.06",
    slug="agentcore-inbound-authorization",
    item=Item.ACCESS,
    title="AgentCore gateways and runtimes authorize inbound callers",
    severity=Severity.CRITICAL,
    level=Level.REGION,
    kind=GATEWAY,
    subjects=subjects,
    reads=[*agentcore_doors.READS, bedrock_agentcore_control.GET_RESOURCE_POLICY],
    when_none=Status.NOT_APPLICABLE,
    none_because="This Region has no AgentCore gateway, runtime or harness.",
    why=(
        "Whoever reaches a gateway without signing in uses its tools and the data behind them with the gateway's own "
        "rights, not only a model."
    ),
    remediation="Configure a JWT authorizer bound to audience and clients.",
    fix_cli=(
        "aws bedrock-agentcore-control update-gateway --gateway-identifier $G --name $N "
        "--role-arn $ROLE --authorizer-type CUSTOM_JWT --authorizer-configuration "
        "file://jwt.json"
    ),
    answers=("S3.1", "S3.2"),
    frameworks={
        "gensec": ("GENSEC05-BP01",),
        "owasp_llm_2025": ("LLM06",),
        "mitre_atlas": ("AML.T0053", "AML.M0028"),
        "security_hub": ("BedrockAgentCore.2",),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-AGENT-01",),
    },
    parameters=(),
    edge_cases=(
        "A runtime or harness without an authorizer takes requests with an AWS signature: that is a PASS, nothing missing.",
        "AUTHENTICATE_ONLY proves who calls, not what they may do.",
        "Every version of a runtime that an endpoint has live is judged, not only the latest.",
        "A rule on a claim binds a token where the claim says for whom it was made (aud, client_id, azp, scope).",
        "A gateway with exceptionLevel DEBUG tells callers about its inside: FAIL at low where nothing else is wrong.",
        "A Region without AgentCore is NOT_ASSESSED: what may be offered there under another name is not seen.",
    ),
    workload_aware=False,
)
def agentcore_inbound_authorization(subject: Subject, aws: View) -> Verdict:
    """Every gateway, runtime and harness finds out who calls it, and for which application the token was made.

    Passes: CUSTOM_JWT bound to an audience, a client or a scope; AWS_IAM with no resource policy or with one that is
    not open; a runtime or harness without an authorizer (an AWS signature decides); AUTHENTICATE_ONLY with a policy
    engine in mode ENFORCE.

    Fails: NONE; AUTHENTICATE_ONLY without a policy engine in mode ENFORCE; CUSTOM_JWT that takes any token of its
    issuer; AWS_IAM with a resource policy that admits every account. At low: a gateway with exceptionLevel DEBUG.

    Not assessed: the Region has no AgentCore; a detail that could not be read.

    By hand::

        aws bedrock-agentcore-control get-gateway --gateway-identifier $G
        aws bedrock-agentcore-control get-agent-runtime --agent-runtime-id $R
        aws bedrock-agentcore-control get-harness --harness-id $H
        aws bedrock-agentcore-control get-resource-policy --resource-arn $ARN
    """
    door = subject.about["door"]
    assert isinstance(door, AgentCoreDoor)

    def let_in() -> Iterator[Problem | str]:
        if door.authorizer == "NONE":
            yield _NOBODY
            return
        for one in inbound(aws, door):
            yield from _judged(door, one, aws)

    looks: list[Look] = [let_in]
    return weighed(door.what, looks)


_NOBODY = Problem(Severity.CRITICAL, "its authorizer type is NONE, so anyone may call it")


def _judged(door: AgentCoreDoor, one: Inbound, aws: View) -> Iterator[Problem | str]:
    said = f"version {one.version}: " if one.version else ""
    match one.authorizer:
        case "NONE":
            yield _NOBODY
        case "AUTHENTICATE_ONLY":
            yield _engine(one)
        case value if value == JWT:
            if one.bound:
                yield f"{said}tokens are bound to {one.bound}"
            else:
                url = one.jwt.get("discoveryUrl") or "its issuer"
                yield Problem(
                    Severity.CRITICAL,
                    f"{said}it takes any token of {url}, for no audience, client or scope in particular",
                )
        case value if value == IAM:
            yield from _signed(door, said, aws)
        case other:
            said = f"authorizer type {other}, which is not known" if other else "no authorizer type"
            raise UnseenError(Why.LINK_UNKNOWN, f"AWS states {said} for {door.what}")
    if door.kind == GATEWAY and (one.settings or {}).get("exceptionLevel") == "DEBUG":
        yield Problem(Severity.LOW, "exceptionLevel DEBUG shows callers the errors of its inside")


def _engine(one: Inbound) -> Problem | str:
    mode = first(one.settings or {}, "policyEngineConfiguration.mode")
    if mode == "ENFORCE":
        return "AUTHENTICATE_ONLY with a policy engine in mode ENFORCE"
    engine = f"its policy engine is in mode {mode}" if mode else "it has no policy engine"
    return Problem(Severity.CRITICAL, f"AUTHENTICATE_ONLY proves who calls and nothing more: {engine}")


def _signed(door: AgentCoreDoor, said: str, aws: View) -> Iterator[Problem | str]:
    yield f"{said}requests need an AWS signature (AWS_IAM)"
    if door.kind == HARNESS:
        return  # a harness carries no policy of its own
    answer = aws.get(bedrock_agentcore_control.GET_RESOURCE_POLICY, resourceArn=door.arn) or {}
    policy = str(answer.get("policy") or "")
    if not policy:
        yield "no resource policy: IAM of this account decides"
        return
    what = f"the policy of {door.what}"
    found = policy_openness(
        policy, arn=door.arn, account=aws.account_id, actions=_INVOKE[door.kind], what=what
    )
    if is_open(found):
        yield Problem(Severity.CRITICAL, f"{said}its resource policy admits callers of every AWS account")
    else:
        yield "its resource policy is not open"
