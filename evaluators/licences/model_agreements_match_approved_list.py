"""GAI-2.01: Model agreements held by the account equal the approved list, and every referenced model has one."""

from collections.abc import Iterator, Mapping
from typing import Any

from assessor.model.control import Level, Subject, control
from assessor.model.reading import Call, UnseenError, Why
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
from assessor.model.view import Answer, View
from collectors import bedrock
from evaluators.derived.foundation import references
from evaluators.derived.foundation.approved import PARAMETER, approving
from evaluators.derived.foundation.references import Reference, model_arn, model_references
from evaluators.derived.offered import offered

_AMAZON = "amazon"
_HELD = "AVAILABLE"
_SHOWN = 3


def subjects(aws: View) -> Iterator[Subject]:
    """Every model whose agreement the account holds, and every model that something refers to."""
    unseen: UnseenError | None = None
    referred: dict[str, list[Reference]] = {}
    try:
        for reference in model_references(aws):
            for ident in reference.ids:
                referred.setdefault(ident, []).append(reference)
    except UnseenError as error:
        unseen = error
    summaries: dict[str, Answer] = {}
    listing: list[Call] = []
    try:
        for call, model in offered(aws.items_with_call(bedrock.LIST_FOUNDATION_MODELS)):
            listing = [call]
            summaries.setdefault(str(model.get("modelId") or ""), model)
    except UnseenError as error:
        unseen = unseen or error
    for ident in sorted({*summaries, *referred} - {""}):
        base = ident.rpartition(":")[0]
        if ident not in referred and base in summaries:
            continue  # the same model with another length of context, under the same terms
        looking = aws.afresh()
        if ident in referred or _concerns(looking, ident, summaries.get(ident, {})):
            by = referred.get(ident, [])
            evidence = (*listing, *(call for one in by[:_SHOWN] for call in one.named.evidence))
            yield Subject(
                model_arn(aws, ident),
                "AWS::Bedrock::FoundationModel",
                about={"id": ident, "summary": summaries.get(ident), "by": by, "listed": bool(listing)},
                evidence=evidence,
            )
    if unseen is not None:
        raise unseen


def _concerns(aws: View, ident: str, summary: Mapping[str, Any]) -> bool:
    """Whether the account holds an agreement for a model nothing refers to, or that cannot be said."""
    try:
        status = _status(aws, ident)
    except UnseenError:
        return True
    if status != _HELD:
        return False
    # Amazon's own models come without terms of a third party, unless one is offered.
    try:
        return not _of_amazon(summary) or _has_offer(aws, ident)
    except UnseenError:
        return True


def _status(aws: View, ident: str) -> str:
    answer = aws.get(bedrock.GET_FOUNDATION_MODEL_AVAILABILITY, modelId=ident) or {}
    return str((answer.get("agreementAvailability") or {}).get("status") or "")


def _of_amazon(summary: Mapping[str, Any]) -> bool:
    return str(summary.get("providerName") or "").lower() == _AMAZON


def _has_offer(aws: View, ident: str) -> bool:
    return any(True for _ in aws.items(bedrock.LIST_FOUNDATION_MODEL_AGREEMENT_OFFERS, modelId=ident))


@control(
    "GAI-2.01",
    slug="model-agreements-match-approved-list",
    item=Item.LICENCES,
    title="Model agreements held by the account equal the approved list, and every referenced model has one",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::Bedrock::FoundationModel",
    subjects=subjects,
    reads=(
        bedrock.LIST_FOUNDATION_MODELS,
        bedrock.GET_FOUNDATION_MODEL_AVAILABILITY,
        bedrock.LIST_FOUNDATION_MODEL_AGREEMENT_OFFERS,
        *references.READS,
    ),
    when_none=Status.NOT_APPLICABLE,
    none_because="The account holds no agreement for a model here, and nothing refers to a model.",
    why=(
        "The first invocation of a third-party model silently starts a Marketplace subscription: the company has then "
        "accepted terms nobody read, and its data goes to a model nobody chose."
    ),
    remediation=(
        "Have legal review the model's terms and add it to approved_models, or delete the agreement. Where a referenced "
        "model has no agreement, have governance accept it or point the reference to an approved model."
    ),
    fix_cli="aws bedrock delete-foundation-model-agreement --model-id $MODEL",
    answers=("S2.1", "S2.2", "S2.4"),
    frameworks={
        "owasp_llm_2025": ("LLM03",),
        "nist_ai_600_1": ("GV-6.1-007", "GV-6.1-009"),
        "iso_42001": ("A.10.3",),
        "mitre_atlas": ("AML.T0010.003",),
        "prowler_aisf": ("AISF-MODEL-02",),
    },
    parameters=(PARAMETER,),
    edge_cases=(
        "A pass proves that an agreement exists and is approved, not that anyone read it: that is ATT-2.1.",
        "A changed licence address (legalTerm.url) makes the answer to ATT-2.1 stale.",
        "A reference through an inference profile refers to every model the profile routes to.",
        "A policy that names one model refers to it; one with a wildcard does not.",
        "Models reached through the bedrock-mantle endpoint only are not listed by this API.",
    ),
)
def model_agreements_match_approved_list(subject: Subject, aws: View) -> Verdict:
    """Each model whose terms the account accepted is on the approved list, and each model in use has its agreement.

    Judged in each Region: every foundation model with an agreement (`agreementAvailability` is AVAILABLE), and every
    one that an agent, prompt, flow, application profile, router, provisioned throughput or policy names, or that was
    invoked in the last two weeks.

    Passes: the agreement is there and `approved_models` names the model (an id or ARN, either with `*`). Fails: the
    agreement is there and the list does not name the model; or something refers to the model and its agreement is
    NOT_AVAILABLE, PENDING or ERROR. Not applicable: a model of Amazon's own without an offer, which has no terms of a
    third party. Not assessed: `approved_models` is not set; every row then names a model to decide about.

    By hand:

    ```sh
    aws bedrock get-foundation-model-availability --model-id $MODEL
    aws bedrock list-foundation-model-agreement-offers --model-id $MODEL
    ```
    """
    ident = str(subject.about["id"])
    summary = subject.about["summary"]
    by = subject.about["by"]
    assert isinstance(by, list)
    if not isinstance(summary, Mapping):
        if not subject.about["listed"]:
            list(aws.items(bedrock.LIST_FOUNDATION_MODELS))  # why it is not known
        return not_assessed(
            Why.LINK_UNKNOWN, f"{_referred(by)} names {ident}, which AWS does not list in {aws.region}"
        )
    status = _status(aws, ident)
    if _of_amazon(summary) and not (status == _HELD and _has_offer(aws, ident)):
        return not_applicable(f"{ident} is Amazon's own and comes without an offer of terms")
    provider = str(summary.get("providerName") or "an unnamed provider")
    used = f", named by {_referred(by)}" if by else ", named by nothing seen here"
    observed = f"{ident} of {provider}: agreement {status or 'unknown'}{used}"
    if status != _HELD:
        if not status:
            return not_assessed(Why.ERROR, f"{observed}; AWS answered without a status")
        return failed(f"{observed}; invocations fail, or subscribe without a decision")
    entries = aws.parameters.need(PARAMETER, observed)
    entry = approving(entries, ident, subject.arn)
    if entry:
        return passed(f"{observed}; {PARAMETER} names it ({entry})")
    return failed(f"{observed}; {PARAMETER} does not name it")


def _referred(by: list[Reference]) -> str:
    said = list(dict.fromkeys(one.named.by for one in by))
    more = f" and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
    return ", ".join(said[:_SHOWN]) + more
