"""Which web ACL stands before a door, and whether the door answers the internet at all.

A stage, an AppSync API, a distribution and an AgentCore gateway name their web ACL themselves; of load balancers,
user pools and App Runner services WAF is asked. What counts is a WAFv2 web ACL: an id or ARN of WAF Classic is none.
https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works-resources.html
"""

import re
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.path import first
from assessor.model.view import View
from collectors import apprunner, bedrock_agentcore_control, naming, wafv2
from evaluators.derived.doors import web_doors
from evaluators.derived.doors.rest_doors import RestStage
from evaluators.derived.doors.web_doors import WebDoor

READS: tuple[Operation, ...] = (
    *web_doors.READS,
    wafv2.GET_WEB_ACL_FOR_RESOURCE,
    bedrock_agentcore_control.GET_GATEWAY,
    apprunner.DESCRIBE_SERVICE,
)

_WAF = re.compile(r"arn:[^:]+:wafv2:")
_NAMED = {
    web_doors.REST_STAGE: "webAclArn",
    web_doors.GRAPHQL: "wafWebAclArn",
    web_doors.EVENTS: "wafWebAclArn",
    web_doors.DISTRIBUTION: "WebACLId",
}


@dataclass(frozen=True, slots=True)
class Association:
    """The web ACL of a door. ``acl``: its WAFv2 ARN, "" where there is none. ``classic``: an id of WAF Classic.

    fails_open: the door lets requests through while WAF cannot be reached.
    """

    acl: str = ""
    classic: str = ""
    fails_open: bool = False

    @property
    def owner(self) -> str:
        """The account of the web ACL."""
        return naming.account(self.acl) or ""


def association(aws: View, door: WebDoor) -> Association:
    """The web ACL attached to the door itself. Raises UnseenError."""
    if not door.can_hold:
        return Association()
    if door.kind in _NAMED:
        return _association(door.answer.get(_NAMED[door.kind]))
    if door.kind == web_doors.GATEWAY:
        gateway = (
            aws.get(bedrock_agentcore_control.GET_GATEWAY, gatewayIdentifier=door.answer.get("gatewayId"))
            or {}
        )
        mode = (gateway.get("wafConfiguration") or {}).get("failureMode")
        return _association(gateway.get("webAclArn"), fails_open=mode == "FAIL_OPEN")
    answer = aws.get(wafv2.GET_WEB_ACL_FOR_RESOURCE, ResourceArn=door.arn) or {}
    return _association(first(answer, "WebACL.ARN"))


def _association(named: object, *, fails_open: bool = False) -> Association:
    text = str(named or "")
    if _WAF.match(text):
        return Association(text, fails_open=fails_open)
    return Association(classic=text)


def inward(aws: View, door: WebDoor) -> str:
    """Why the door does not answer the internet, in words; "" where it does. Raises UnseenError."""
    stage = door.source
    if isinstance(stage, RestStage) and stage.private:
        return "its API is PRIVATE"
    if door.kind == web_doors.GRAPHQL and door.answer.get("visibility") == "PRIVATE":
        return "its visibility is PRIVATE"
    if door.kind == web_doors.BALANCER and door.answer.get("Scheme") == "internal":
        return "its scheme is internal"
    if door.kind == web_doors.DISTRIBUTION and door.answer.get("Enabled") is False:
        return "it is disabled"
    if door.kind == web_doors.SERVICE:
        answer = aws.get(apprunner.DESCRIBE_SERVICE, ServiceArn=door.arn) or {}
        if first(answer, "Service.NetworkConfiguration.IngressConfiguration.IsPubliclyAccessible") is False:
            return "its ingress is private"
    return ""
