"""Who was seen calling a model (E16): CloudTrail's record of calls, and IAM's of services last used.

Read only where a run was asked to observe. What is not seen says nothing: the record may have been cut for time.
https://docs.aws.amazon.com/bedrock/latest/userguide/logging-using-cloudtrail.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from assessor.model.reading import Call
from assessor.model.view import View
from assessor.workload import targets
from assessor.workload.graph import Edge, Evidence, Piece, Strength
from assessor.workload.listing import listed
from collectors import cloudtrail, iam

_SERVICES = {
    "bedrock": "bedrock-runtime",
    "bedrock-mantle": "bedrock-mantle",
    "bedrock-agentcore": "bedrock-agentcore",
}


def invocations(aws: View) -> Iterator[Piece]:
    """The calls of models that CloudTrail shows in the Region; those that were refused are none."""
    for call, event in listed(aws, cloudtrail.LOOKUP_EVENTS_INVOCATIONS):
        try:
            record = json.loads(str(event.get("CloudTrailEvent") or ""))
        except (ValueError, RecursionError):
            continue
        if not isinstance(record, Mapping) or record.get("errorCode"):
            continue
        principal = _principal(record)
        asked = record.get("requestParameters")
        model = asked.get("modelId") if isinstance(asked, Mapping) else None
        if principal and isinstance(model, str) and model:
            yield from _seen(aws, principal, model, call, str(record.get("eventName") or ""))


def _principal(record: Mapping[str, Any]) -> str:
    identity = record.get("userIdentity")
    if not isinstance(identity, Mapping):
        return ""
    context = identity.get("sessionContext")
    issuer = context.get("sessionIssuer") if isinstance(context, Mapping) else None
    if isinstance(issuer, Mapping) and isinstance(issuer.get("arn"), str):
        return str(issuer["arn"])
    arn = identity.get("arn")
    return arn if isinstance(arn, str) and ":user/" in arn else ""


def _seen(aws: View, principal: str, model: str, call: Call, event: str) -> Iterator[Piece]:
    node = targets.model(aws, model[:512])
    plane = targets.plane("bedrock-runtime")
    where = "Events[].CloudTrailEvent: requestParameters.modelId"
    evidence = Evidence(call, where, model[:300])
    yield targets.role(principal)
    yield node
    yield plane
    yield Edge("E16", principal, node.id, Strength.OBSERVED, evidence, event[:60])
    # What was seen to happen is permitted, whatever can be read of the policies.
    yield Edge(
        "E14", principal, plane.id, Strength.OBSERVED, evidence, f"seen: {event[:60]} of {model[:200]}"
    )


def last_used(aws: View) -> Iterator[Piece]:
    """The services that IAM says a role has used, where its report was read and complete."""
    jobs = {
        str(answer.get("JobId", "")): str(call.request.get("Arn", ""))
        for call, answer in listed(aws, iam.GENERATE_SERVICE_LAST_ACCESSED_DETAILS, "")
    }
    for call, answer in listed(aws, iam.GET_SERVICE_LAST_ACCESSED_DETAILS, ""):
        principal = jobs.get(str(call.request.get("JobId", "")), "")
        if not principal or answer.get("JobStatus") != "COMPLETED":
            continue
        for service in answer.get("ServicesLastAccessed") or ():
            plane = _SERVICES.get(str(service.get("ServiceNamespace") or ""))
            when = str(service.get("LastAuthenticated") or "")
            if plane and when:
                where = "ServicesLastAccessed[].LastAuthenticated"
                yield targets.role(principal)
                yield targets.plane(plane)
                yield Edge("E16", principal, f"plane:{plane}", Strength.OBSERVED, Evidence(call, where, when))
