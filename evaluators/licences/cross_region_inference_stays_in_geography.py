"""GAI-2.08: Cross-Region inference and guardrail profiles stay inside the approved geographies."""

from collections.abc import Iterator

from assessor.iam.holders import Principal
from assessor.iam.patterns import glob_matches
from assessor.iam.universe import Universe
from assessor.model.control import Level, Subject, control
from assessor.model.path import values
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_assessed, passed
from assessor.model.view import View
from collectors import bedrock, naming
from evaluators.derived.foundation import references
from evaluators.derived.foundation.references import Reference, model_references
from evaluators.derived.offered import offered
from evaluators.derived.principals import path_roles
from evaluators.derived.principals.universe import estate

_LIST = "approved_regions"
_INVOKE = "bedrock:InvokeModel"
_SHOWN = 3
_PROFILE = "AWS::Bedrock::ApplicationInferenceProfile"
_GUARDRAIL = "AWS::Bedrock::Guardrail"
# The geography at the start of a guardrail profile's id, and what the Regions in it start with.
_GEOGRAPHIES = {
    "us": "us-", "us-gov": "us-gov-", "eu": "eu-", "apac": "ap-", "ap": "ap-", "jp": "ap-northeast-", "au": "ap-southeast-",
    "ca": "ca-", "sa": "sa-", "me": "me-", "in": "ap-south-",
}  # fmt: skip


def subjects(aws: View) -> Iterator[Subject]:
    """The profiles that something refers to or a path role may invoke, and the guardrails that work across Regions."""
    unseen: UnseenError | None = None
    profiles: dict[str, list[Reference]] = {}
    try:
        for reference in model_references(aws):
            if reference.profile:
                profiles.setdefault(reference.profile, []).append(reference)
    except UnseenError as error:
        unseen = error
    for name, by in profiles.items():
        arn = f"arn:{aws.account.partition}:bedrock:{aws.region}:{aws.account_id}:inference-profile/{name}"
        yield Subject(
            name if name.startswith("arn:") else arn,
            _PROFILE,
            about={"by": by},
            evidence=tuple(call for one in by[:3] for call in one.named.evidence),
        )
    try:
        named = {naming.last_name(name) or name for name in profiles}
        yield from (one for one in _invocable(aws) if naming.last_name(one.arn) not in named)
    except UnseenError as error:
        unseen = unseen or error
    try:
        for call, answer in offered(aws.items_with_call(bedrock.GET_GUARDRAIL, "")):
            profile = (answer.get("crossRegionDetails") or {}).get("guardrailProfileArn")
            if profile:
                version = call.request.get("guardrailVersion") or answer.get("version")
                arn = f"{answer.get('guardrailArn')}:{version}"
                yield Subject(arn, _GUARDRAIL, about={"profile": str(profile)}, evidence=(call,))
    except UnseenError as error:
        unseen = unseen or error
    if unseen is not None:
        raise unseen


def _invocable(aws: View) -> Iterator[Subject]:
    """Profiles that route to any Region, which nothing names, and the path roles that may invoke them."""
    approved = aws.parameters.get(_LIST)
    if not approved or "*" in approved:
        return
    worldwide = [
        (call, profile, [str(model) for model in values(profile, "models[].modelArn")])
        for call, profile in offered(aws.items_with_call(bedrock.LIST_INFERENCE_PROFILES))
        if profile.get("type") == "SYSTEM_DEFINED"
    ]
    worldwide = [one for one in worldwide if any(naming.region(model) is None for model in one[2])]
    if not worldwide:
        return
    known = estate(aws)
    roles = path_roles.path_roles(aws)
    for call, profile, models in worldwide:
        arn = str(profile.get("inferenceProfileArn") or "")
        may = [
            role.said
            for role in roles.known
            if not role.suspected and _may_invoke(known.universe, role.principal, arn, models)
        ]
        if may:
            yield Subject(arn, _PROFILE, about={"may": may}, evidence=(call, *known.evidence))
    if roles.unseen is not None:
        raise roles.unseen


def _may_invoke(universe: Universe, principal: Principal, profile: str, models: list[str]) -> bool:
    """Whether the role may call the profile, and through it each model it routes to, the one without a Region too."""
    through = {"bedrock:InferenceProfileArn": profile}
    return universe.ask(principal, _INVOKE, profile).possible and all(
        universe.ask(principal, _INVOKE, model, given=through).possible for model in models
    )


def _of_guardrail(profile: str, aws: View) -> Verdict:
    name = naming.last_name(profile) or profile
    observed = f"Guardrail profile {name} may evaluate content in its whole geography"
    approved = [str(entry) for entry in aws.parameters.need(_LIST, observed)]
    geography = name.partition(".")[0]
    start = _GEOGRAPHIES.get(geography)
    if start is None:
        return not_assessed(Why.LINK_UNKNOWN, f"{observed}, which is not known")
    fitting = [entry for entry in approved if entry == "*" or entry.startswith(start)]
    if fitting:
        return passed(f"{observed}; {_LIST} approves {', '.join(fitting[:3])} in it")
    return failed(f"{observed}; {_LIST} approves no Region in it")


@control(
    "GAI-2.08",
    slug="cross-region-inference-stays-in-geography",
    item=Item.LICENCES,
    title="Cross-Region inference and guardrail profiles stay inside the approved geographies",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind="AWS::Bedrock::ApplicationInferenceProfile",
    subjects=subjects,
    reads=(bedrock.GET_GUARDRAIL, *references.READS, *path_roles.READS),
    when_none=Status.NOT_APPLICABLE,
    none_because="Nothing refers to an inference profile, and no guardrail works across Regions.",
    why="Residency promise rather than exposure; high where a law fixes the location.",
    remediation=("Reference the geography-bound profile and deny others with bedrock:InferenceProfileArn."),
    fix_cli="aws bedrock list-inference-profiles --type-equals SYSTEM_DEFINED",
    answers=("S2.1", "S2.4"),
    frameworks={"nist_ai_600_1": ("GV-1.1-001",), "iso_42001": ("A.7.2",), "nist_ai_rmf": ("GOVERN 1.1",)},
    parameters=("approved_regions",),
    edge_cases=(
        "Application profiles copy a system profile: expand to its models.",
        "A profile that routes to any Region (global.*) is judged too where only a wildcard lets a path role invoke it.",
        (
            "STANDARD guardrail tier needs a cross-Region profile, so 4.10 and this control "
            "trade off - report both together."
        ),
    ),
    workload_aware=False,
)
def cross_region_inference_stays_in_geography(subject: Subject, aws: View) -> Verdict:
    """Prompts, outputs and what guardrails evaluate stay in Regions you approve.

    Judged is every inference profile that an agent, prompt, flow, router, policy or application profile names, and every
    guardrail version with a cross-Region profile; and a profile that routes to any Region where a path role may invoke
    it, whatever its policy names. Passes: every Region the profile may route to is in
    `approved_regions` (`*` stands for any text); a guardrail profile's geography holds an approved Region, for AWS does
    not list the Regions of those. Fails: the profile may route to a Region that is not approved, or to any Region.
    Not assessed: the parameter is not set, or AWS does not list the profile's models.

    By hand:

    ```sh
    aws bedrock list-inference-profiles --type-equals SYSTEM_DEFINED
    ```
    """
    if subject.kind == _GUARDRAIL:
        return _of_guardrail(str(subject.about["profile"]), aws)
    may = subject.about.get("may")
    if isinstance(may, list):
        more = f" and {len(may) - _SHOWN} more" if len(may) > _SHOWN else ""
        said = f"{', '.join(may[:_SHOWN])}{more} may invoke {naming.last_name(subject.arn)}"
        return failed(f"{said}, which routes to any Region, not approved")
    by = subject.about["by"]
    assert isinstance(by, list)
    listed = {
        str(profile.get(name))
        for profile in aws.items(bedrock.LIST_INFERENCE_PROFILES)
        for name in ("inferenceProfileArn", "inferenceProfileId")
    }
    name = by[0].profile
    if name not in listed and (naming.last_name(name) or "") not in listed:
        return not_assessed(Why.LINK_UNKNOWN, f"{by[0].named.by} names {name}, which AWS does not list here")
    regions = sorted({region for one in by for region, _ in one.models})
    shown = ", ".join(region or "any Region" for region in regions) or "no Region that is known"
    observed = f"{by[0].named.by} names {naming.last_name(name) or name}, which routes to {shown}"
    approved = [str(entry) for entry in aws.parameters.need(_LIST, observed)]
    if not regions:
        return not_assessed(Why.LINK_UNKNOWN, observed)
    outside = [
        one
        for one in regions
        if not any(glob_matches(entry, one) for entry in approved if one or entry == "*")
    ]
    if outside:
        told = ", ".join(region or "any Region" for region in outside)
        return failed(f"{observed}; it routes to {told}, not approved")
    return passed(f"{observed}; all approved")
