"""Which web ACL stands before which door (E11). It leads to no model by itself.

What a resource says of its own web ACL comes first; WAF's own answer covers those that do not say.
https://docs.aws.amazon.com/waf/latest/APIReference/API_GetWebACLForResource.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from assessor.model.operation import Operation
from assessor.model.reading import Call
from assessor.model.view import View
from assessor.workload import names
from assessor.workload.graph import EVERYWHERE, Gap, Kind, Node, Piece, declared
from assessor.workload.listing import gap, listed
from collectors import apigateway, appsync, bedrock_agentcore_control, cloudfront, naming, wafv2

READS: tuple[Operation, ...] = (
    wafv2.LIST_WEB_ACLS,
    wafv2.GET_WEB_ACL_FOR_RESOURCE,
    wafv2.LIST_RESOURCES_FOR_WEB_ACL,
)


def _protected(source: str, acl: str, call: Call, where: str) -> Iterator[Piece]:
    """The edge, where the text is a web ACL's ARN: a stage may still carry an id of WAF Classic."""
    found = names.arn(acl)
    if found is not None and found.service == "wafv2":
        # ...:regional/webacl/<name>/<id>
        label = acl.split("/")[-2] if acl.count("/") > 1 else names.last(acl)
        yield Node(acl, Kind.ACL, f"web ACL {label}", naming.region(acl) or "", label)
        yield declared("E11", source, acl, call, where, acl)


def web_acls(aws: View) -> Iterator[Piece]:
    """The web ACLs before the doors of the Region."""
    for call, stage in listed(aws, apigateway.GET_STAGES):
        arn = names.rest_stage(aws, str(call.request.get("restApiId", "")), str(stage.get("stageName", "")))
        yield from _protected(arn, str(stage.get("webAclArn") or ""), call, "item[].webAclArn")
    for operation, ident in ((appsync.LIST_GRAPHQL_APIS, "arn"), (appsync.LIST_APIS, "apiArn")):
        for call, api in listed(aws, operation):
            arn = str(api.get(ident) or names.own(aws, "appsync", f"apis/{api.get('apiId')}"))
            yield from _protected(
                arn, str(api.get("wafWebAclArn") or ""), call, f"{operation.items}[].wafWebAclArn"
            )
    for call, gateway in listed(aws, bedrock_agentcore_control.GET_GATEWAY, ""):
        arn = names.gateway(aws, str(gateway.get("gatewayId") or call.request.get("gatewayIdentifier", "")))
        yield from _protected(arn, str(gateway.get("webAclArn") or ""), call, "webAclArn")
    yield from _asked(aws)
    yield from _listed(aws)


def _asked(aws: View) -> Iterator[Piece]:
    answers = listed(aws, wafv2.GET_WEB_ACL_FOR_RESOURCE, "")
    for call, answer in answers:
        acl: Mapping[str, Any] = answer.get("WebACL") or {}
        source = str(call.request.get("ResourceArn", ""))
        yield from _protected(source, str(acl.get("ARN") or ""), call, "WebACL.ARN")
    if answers.unseen is not None:
        yield _unknown(answers.unseen)


def _listed(aws: View) -> Iterator[Piece]:
    resources = listed(aws, wafv2.LIST_RESOURCES_FOR_WEB_ACL)
    for call, resource in resources:
        yield from _protected(str(resource), str(call.request.get("WebACLArn", "")), call, "ResourceArns[]")
    if resources.unseen is not None:
        yield _unknown(resources.unseen)


def _unknown(unseen: Any) -> Gap:
    return gap("E11", EVERYWHERE, unseen, "which doors a web ACL stands before is not known")


def distribution_acls(aws: View) -> Iterator[Piece]:
    """The web ACLs before the account's distributions."""
    for call, one in listed(aws, cloudfront.LIST_DISTRIBUTIONS):
        own = f"arn:{aws.account.partition}:cloudfront::{aws.account_id}:distribution/{one.get('Id', '')}"
        acl = str(one.get("WebACLId") or "")
        yield from _protected(str(one.get("ARN") or own), acl, call, "DistributionList.Items[].WebACLId")
