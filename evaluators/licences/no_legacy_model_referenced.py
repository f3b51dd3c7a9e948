"""GAI-2.04: No resource depends on a legacy or soon-to-end model."""

from collections.abc import Iterator, Mapping
from typing import Any

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_assessed, passed
from assessor.model.view import View
from collectors import bedrock
from evaluators.derived.foundation import references
from evaluators.derived.foundation.references import Reference, model_references
from evaluators.derived.moments import days_since

_KINDS = {
    "agent": "AWS::Bedrock::Agent",
    "prompt": "AWS::Bedrock::Prompt",
    "flow": "AWS::Bedrock::Flow",
    "application profile": "AWS::Bedrock::ApplicationInferenceProfile",
    "prompt router": "AWS::Bedrock::IntelligentPromptRouter",
    "provisioned throughput": "AWS::Bedrock::ProvisionedModelThroughput",
    "policy": "AWS::IAM::Role",
}


def subjects(aws: View) -> Iterator[Subject]:
    """Every reference to a foundation model, one for each model it leads to."""
    for reference in model_references(aws):
        for ident in reference.ids:
            named = reference.named
            yield Subject(
                named.arn or aws.root_arn,
                _KINDS.get(named.kind, "AWS::Bedrock::FoundationModel"),
                key=f"{named.by} {ident}",
                about={"id": ident, "by": named.by, "regions": _routed(aws, reference, ident)},
                evidence=named.evidence,
            )


def _routed(aws: View, reference: Reference, ident: str) -> tuple[str, ...]:
    """The other Regions to which a profile routes calls of the model."""
    regions = (region for region, model in reference.models if model == ident)
    return tuple(dict.fromkeys(region for region in regions if region not in ("", aws.region)))


def _anywhere(aws: View, ident: str, regions: tuple[str, ...]) -> Mapping[str, Any] | None:
    """What AWS says of a model here, or else in a Region to which calls are routed, as far as the run looks there."""
    found = _details(aws, ident)
    for region in regions:
        if found is None and region in aws.account.regions:
            found = _details(aws.at(region), ident)
    return found


def _details(aws: View, ident: str) -> Mapping[str, Any] | None:
    """What AWS says of a model: in its listing, or in the details asked for; None where neither knows it."""
    unseen: UnseenError | None = None
    try:
        for model in aws.items(bedrock.LIST_FOUNDATION_MODELS):
            if model.get("modelId") == ident:
                return dict(model)
    except UnseenError as error:
        unseen = error
    try:
        for answer in aws.items(bedrock.GET_FOUNDATION_MODEL, ""):
            details = answer.get("modelDetails") or {}
            if details.get("modelId") == ident:
                return dict(details)
    except UnseenError as error:
        unseen = unseen or error
    if unseen is not None:
        raise unseen
    return None


@control(
    "GAI-2.04",
    slug="no-legacy-model-referenced",
    item=Item.LICENCES,
    title="No resource depends on a legacy or soon-to-end model",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind="AWS::Bedrock::FoundationModel",
    subjects=subjects,
    reads=(bedrock.LIST_FOUNDATION_MODELS, bedrock.GET_FOUNDATION_MODEL, *references.READS),
    when_none=Status.NOT_APPLICABLE,
    none_because="Nothing refers to a foundation model.",
    why=("A model leaving service is an availability and re-evaluation risk rather than an exposure."),
    remediation="Move to an ACTIVE model after evaluation.",
    fix_cli=(
        "aws bedrock list-foundation-models --query "
        "\"modelSummaries[?modelLifecycle.status=='LEGACY'].modelId\""
    ),
    answers=("S2.5", "S2.4"),
    frameworks={
        "nist_ai_600_1": ("GV-1.3-002", "MP-4.1-007"),
        "iso_42001": ("A.6.2.6",),
        "finos_ccc": ("CCC.GenAI.CN07.AR01",),
        "mitre_atlas": ("AML.T0109",),
    },
    parameters=("horizon_days",),
    edge_cases=(
        "endOfLifeTime can be set while status is still ACTIVE.",
        "IAM wildcards are not references.",
        "A model that only the Regions behind a profile list is looked up there.",
    ),
    workload_aware=False,
)
def no_legacy_model_referenced(subject: Subject, aws: View) -> Verdict:
    """What the workload depends on is not about to be taken away.

    Judged is every reference: agents, prompts, flows, application profiles, routers, provisioned throughput, policies
    that name one model, and invocations of the last two weeks. Passes: the model is ACTIVE, and its end of life is not
    set or further away than `horizon_days` (default 90). Fails: it is LEGACY, or ends sooner. Not assessed: AWS
    lists the model neither in this Region nor in one of the run to which its profile routes. A wildcard in a policy is no reference.

    By hand:

    ```sh
    aws bedrock list-foundation-models --query "modelSummaries[?modelLifecycle.status=='LEGACY'].modelId"
    ```
    """
    ident = str(subject.about["id"])
    named = f"{subject.about['by']} names {ident}"
    regions = subject.about["regions"]
    assert isinstance(regions, tuple)
    details = _anywhere(aws, ident, regions)
    if details is None:
        beside = f", nor in what the run read of {', '.join(regions)}, where its calls go" if regions else ""
        return not_assessed(Why.LINK_UNKNOWN, f"{named}, which AWS does not list in {aws.region}{beside}")
    life = details.get("modelLifecycle") or {}
    status = str(life.get("status") or "")
    end = str(life.get("endOfLifeTime") or "")
    age = days_since(end, aws.now)
    horizon = int(aws.parameters.get("horizon_days"))
    said = f"{named}: {status or 'no status given'}" + (f", ends on {end[:10]}" if end else "")
    if status == "LEGACY":
        return failed(said)
    if age is not None and -age <= horizon:
        return failed(f"{said}, within {horizon} days")
    if status != "ACTIVE":
        return not_assessed(Why.ERROR, said)
    return passed(said)
