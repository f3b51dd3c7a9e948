"""GAI-2.03: First-time-use details are on file where Anthropic models are referenced."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_assessed, passed
from assessor.model.view import View
from collectors import bedrock, organizations
from evaluators.derived.foundation import references
from evaluators.derived.foundation.references import Reference, model_references

_PROVIDER = "anthropic."


def subjects(aws: View) -> Iterator[Subject]:
    """The account, where something refers to a model of Anthropic."""
    found: list[Reference] = []
    unseen: UnseenError | None = None
    for there in aws.regions():
        try:
            for reference in model_references(there):
                if any(ident.startswith(_PROVIDER) for ident in reference.ids):
                    found.append(reference)  # noqa: PERF401 - what came before a failure must be kept
        except UnseenError as error:
            unseen = unseen or error
    if found:
        evidence = tuple(call for one in found[:3] for call in one.named.evidence)
        yield Subject(
            aws.root_arn, "AWS::::Account", about={"by": found, "unseen": unseen}, evidence=evidence
        )
    if unseen is not None:
        raise unseen


@control(
    "GAI-2.03",
    slug="anthropic-use-case-form-on-file",
    item=Item.LICENCES,
    title="First-time-use details are on file where Anthropic models are referenced",
    severity=Severity.LOW,
    level=Level.ACCOUNT,
    kind="AWS::::Account",
    subjects=subjects,
    reads=(bedrock.GET_USE_CASE_FOR_MODEL_ACCESS, organizations.DESCRIBE_ORGANIZATION, *references.READS),
    when_none=Status.NOT_APPLICABLE,
    none_because="No model of Anthropic is referred to.",
    why=("Invocation fails rather than leaks when the form is missing; the value is documentary."),
    remediation="Submit the form once per account or from the management account.",
    fix_cli="aws bedrock put-use-case-for-model-access --form-data fileb://form.json",
    answers=("S2.2", "S2.4"),
    frameworks={"nist_ai_600_1": ("GV-6.1-009",), "iso_42001": ("A.10.3",)},
    parameters=(),
    edge_cases=(
        "formData is personal/business data: keep presence + hash only, never the blob.",
        "Requirement does not apply to models used through bedrock-mantle.",
    ),
    workload_aware=False,
)
def anthropic_use_case_form_on_file(subject: Subject, aws: View) -> Verdict:
    """Where a model of Anthropic is referred to, the details asked for before its first use are on file.

    Passes: AWS holds the form, in any Region of the run. Fails: it holds none. Not assessed: it holds none for a member
    of an organization in which such models were invoked, for the management account may have filed it for all; or no
    Region of the run offers the operation. Whether
    there is a form is kept, what it says is not. Models reached through bedrock-mantle do not need it. Not applicable:
    nothing refers to a model of Anthropic.

    By hand:

    ```sh
    aws bedrock get-use-case-for-model-access
    ```
    """
    by = subject.about["by"]
    assert isinstance(by, list)
    models = sorted({ident for one in by for ident in one.ids if ident.startswith(_PROVIDER)})
    named = f"{', '.join(models[:3])}, named by {by[0].named.by}"
    unseen: UnseenError | None = None
    refused: UnseenError | None = None
    answered = False
    for there in aws.regions():
        try:
            answer = there.get(bedrock.GET_USE_CASE_FOR_MODEL_ACCESS)
        except UnseenError as error:
            if error.why is Why.UNSUPPORTED:
                refused = refused or error
            else:
                unseen = unseen or error
            continue
        answered = True
        if (answer or {}).get("formData"):
            return passed(f"First-use details are on file; they are needed for {named}")
    if unseen is None and not answered:
        unseen = refused  # no Region of the run could be asked
    if unseen is not None:
        raise unseen
    if any(one.named.kind == "invocations" for one in by):
        organization = aws.get(organizations.DESCRIBE_ORGANIZATION)
        management = str(((organization or {}).get("Organization") or {}).get("MasterAccountId") or "")
        if organization is not None and management != aws.account_id:
            return not_assessed(
                Why.ORG_LAYER_UNKNOWN,
                f"No first-use details here for {named}; it is invoked, so management account {management} may hold them",
            )
    hidden = subject.about["unseen"]
    if isinstance(hidden, UnseenError):
        raise hidden  # whether such a model was invoked, and so a form lies elsewhere, is not known
    return failed(f"No first-use details are on file for {named}")
