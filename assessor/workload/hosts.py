"""From host names to nodes: what an HTTP back end or a CloudFront origin is, when every door is known (E4, E10)."""

import re
from collections.abc import Iterator

from assessor.model.reading import Why
from assessor.workload import targets
from assessor.workload.graph import Edge, Gap, Graph, Piece, Strength, Toward

# A plane by its own name, or by the name of an interface endpoint: vpce-....bedrock-runtime.us-east-1.vpce.amazonaws.com
_PLANE = re.compile(
    r"(?:vpce-[a-z0-9-]+\.)?"
    r"(?P<plane>bedrock-runtime|bedrock-agent-runtime|bedrock-agentcore|bedrock-mantle|runtime(?:-fips)?\.sagemaker)"
    r"(?:-fips)?\.[a-z0-9-]+\.(?:vpce\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)"
)
_OURS = re.compile(
    r"(?:execute-api|lambda-url|elb)\.[a-z0-9-]+\.(?:vpce\.)?(?:amazonaws\.com(?:\.cn)?|on\.aws)$"
    r"|\.elb\.amazonaws\.com(?:\.cn)?$|\.cloudfront\.net$|\.awsapprunner\.com$"
    r"|\.appsync-api\.[a-z0-9-]+\.amazonaws\.com$|\.lambda-url\.[a-z0-9-]+\.on\.aws$"
    r"|\.gateway\.bedrock-agentcore\.[a-z0-9-]+\.amazonaws\.com$"
    r"|\.vpce-svc-[a-z0-9]+\.[a-z0-9-]+\.vpce\.amazonaws\.com(?:\.cn)?$"
)
_INSTANCE = re.compile(r"\.compute(?:-1)?\.(?:amazonaws\.com(?:\.cn)?|internal)$")
"""An instance's public name; behind it answers whatever was put there."""
_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


def resolve(graph: Graph) -> Iterator[Piece]:
    """The edges, and gaps, of every hop to a host name."""
    for one in graph.pending():
        host = one.host.lower().rstrip(".")
        known = [node for node in graph.hosts.get(_plain(host), ()) if node != one.source]
        for node in known:
            yield Edge(one.rule, one.source, node, Strength.DECLARED, one.evidence)
        if known:
            continue
        plane = _PLANE.fullmatch(host)
        if plane is not None:
            name = "sagemaker-runtime" if plane["plane"].endswith(".sagemaker") else plane["plane"]
            yield targets.plane(name)
            yield Edge(one.rule, one.source, f"plane:{name}", Strength.DECLARED, one.evidence)
        elif _OURS.search(host):
            yield _lost(one, "is a door of AWS that is not among those read in this account")
        elif not host.endswith(_AWS) or _INSTANCE.search(host):
            yield _lost(one, "is a back end outside the account's doors")


def _plain(host: str) -> str:
    """The dual-stack name of a load balancer is its other name with a word before it."""
    return host.removeprefix("dualstack.")


def _lost(one: Toward, said: str) -> Gap:
    detail = f"{one.host[:120]} {said}: what it leads to is not known"
    return Gap(one.rule, one.source, Why.LINK_UNKNOWN, detail, call=one.evidence.call)
