"""GAI-2.06: Organization opt-out from AI-service data use is in effect."""

import json
from collections.abc import Iterator
from typing import Any

from assessor.model.control import Level, Subject, control
from assessor.model.reading import Absent, UnseenError, Why
from assessor.model.verdict import (
    Item,
    Severity,
    Status,
    Verdict,
    failed,
    not_applicable,
    not_assessed,
    passed,
)
from assessor.model.view import View
from collectors import organizations

_POLICY = "AISERVICES_OPT_OUT_POLICY"
_NO_POLICY = "EffectivePolicyNotFoundException"


def subjects(aws: View) -> Iterator[Subject]:
    """The account."""
    yield Subject(aws.root_arn, "AWS::::Account")


def _assigned(node: Any) -> str:
    """``optOut`` or ``optIn``, whether or not the operator of inheritance is still there."""
    value = node.get("opt_out_policy") if isinstance(node, dict) else None
    return str(value.get("@@assign") if isinstance(value, dict) else value or "")


@control(
    "GAI-2.06",
    slug="ai-services-opt-out-effective",
    item=Item.LICENCES,
    title="Organization opt-out from AI-service data use is in effect",
    severity=Severity.MEDIUM,
    level=Level.ACCOUNT,
    kind="AWS::Organizations::Policy",
    subjects=subjects,
    reads=(organizations.DESCRIBE_ORGANIZATION, organizations.DESCRIBE_EFFECTIVE_POLICY),
    when_none=Status.NOT_APPLICABLE,
    none_because="There is no account to ask about.",
    why="Covers the helper AI services around the workload (not Bedrock itself).",
    remediation="Attach an opt-out policy at the root.",
    fix_cli="aws organizations attach-policy --policy-id $P --target-id $ROOT",
    answers=("S2.1",),
    frameworks={
        "nist_ai_600_1": ("GV-6.1-009",),
        "iso_42001": ("A.10.3",),
        "prowler_aisf": ("AISF-DATA-06",),
    },
    parameters=(),
    edge_cases=(
        (
            "A member account may read its own effective policy; TargetId is only for "
            "management/delegated callers."
        ),
        (
            "Inherited child policies can flip a default: parse the effective document, never"
            " the attached one."
        ),
    ),
    workload_aware=False,
)
def ai_services_opt_out_effective(subject: Subject, aws: View) -> Verdict:
    """The organization's opt-out from the use of content by AWS's AI services is in effect for this account.

    It covers the services around the workload (transcription, translation and the like), not Bedrock itself. Judged is
    the effective policy, after inheritance. Passes: `services.default` is optOut and no service is optIn. Fails: no
    effective policy, or optIn for the default or a service. Not applicable: the account is in no organization, or in
    one with consolidated billing only.

    By hand:

    ```sh
    aws organizations describe-effective-policy --policy-type AISERVICES_OPT_OUT_POLICY
    ```
    """
    del subject
    organization: UnseenError | None = None
    try:
        found = aws.get(organizations.DESCRIBE_ORGANIZATION)
        if found is None:
            return not_applicable("The account is in no organization")
        if (found.get("Organization") or {}).get("FeatureSet") == "CONSOLIDATED_BILLING":
            return not_applicable("The organization has consolidated billing only, and no policies")
    except UnseenError as error:
        organization = error
    reading = aws.read(organizations.DESCRIBE_EFFECTIVE_POLICY, PolicyType=_POLICY)
    if isinstance(reading, Absent):
        if organization is not None:
            raise organization  # an organization with consolidated billing only has no policies
        if reading.code == _NO_POLICY:
            return failed("No opt-out policy is in effect")
        return not_applicable("The account is in no organization")
    answer = aws.get(organizations.DESCRIBE_EFFECTIVE_POLICY, PolicyType=_POLICY) or {}
    try:
        services = json.loads(str((answer.get("EffectivePolicy") or {}).get("PolicyContent") or "{}")).get(
            "services"
        )
    except (ValueError, AttributeError):
        return not_assessed(Why.ERROR, "The effective opt-out policy is not JSON as AWS documents it")
    modes = (
        {str(name): _assigned(node) for name, node in services.items()} if isinstance(services, dict) else {}
    )
    inside = sorted(name for name, mode in modes.items() if mode == "optIn")
    if inside:
        return failed(f"The effective policy says optIn for {', '.join(inside)}")
    if modes.get("default") == "optOut":
        return passed("The effective policy says optOut for every AI service")
    outside = sorted(name for name, mode in modes.items() if mode == "optOut")
    return failed(f"The effective policy has no default; optOut only for {', '.join(outside) or 'nothing'}")
