"""GAI-4.04: Every reference to a guardrail uses a numbered version."""

from collections.abc import Iterator, Mapping

from assessor.model.control import Level, Subject, control
from assessor.model.operation import Operation
from assessor.model.verdict import (
    Item,
    Severity,
    Status,
    Verdict,
    failed,
    info,
    passed,
)
from assessor.model.view import View
from collectors import bedrock, lambda_
from evaluators.derived.moments import moment
from evaluators.derived.screening import guardrails
from evaluators.derived.screening.guardrail_versions import DRAFT, GuardrailVersion, exists
from evaluators.derived.screening.guardrails import Reference, Source, guardrail_references

READS: tuple[Operation, ...] = (*guardrails.READS, lambda_.LIST_FUNCTIONS)

_KINDS: Mapping[Source, str] = {
    Source.ACCOUNT: "AWS::Bedrock::EnforcedGuardrailConfiguration",
    Source.ORGANIZATION: "AWS::Organizations::Policy",
    Source.AGENT: "AWS::Bedrock::Agent",
    Source.FLOW: "AWS::Bedrock::Flow",
    Source.IAM: "AWS::IAM::Policy",
    Source.METRICS: "AWS::CloudWatch::Metric",
}


def subjects(aws: View) -> Iterator[Subject]:
    """Every reference; then functions whose environment hints at one."""
    found = aws.derive(guardrail_references)
    for reference in found.known:
        yield Subject(
            reference.by,
            _KINDS[reference.source],
            f"{reference.where}/{reference.meant.guardrail if reference.meant else ''}",
            about={"reference": reference},
            evidence=reference.evidence,
        )
    yield from _hints(aws)
    if found.unseen is not None:
        raise found.unseen


def _hints(aws: View) -> Iterator[Subject]:
    for call, function in aws.items_with_call(lambda_.LIST_FUNCTIONS):
        names = sorted((function.get("Environment") or {}).get("Variables") or ())
        hints = [name for name in names if "GUARDRAIL" in name.upper() and "VERSION" in name.upper()]
        if hints:
            yield Subject(
                str(function.get("FunctionArn", "")),
                "AWS::Lambda::Function",
                "environment",
                about={"hint": " and ".join(hints[:3])},
                evidence=(call,),
            )


@control(
    "GAI-4.04",
    slug="guardrails-referenced-by-number",
    item=Item.INPUT_OUTPUT,
    title="Every reference to a guardrail uses a numbered version",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind="AWS::Bedrock::Guardrail",
    subjects=subjects,
    reads=READS,
    when_none=Status.NOT_APPLICABLE,
    none_because="Nothing refers to a guardrail.",
    why=(
        "A reference to the draft, or to any version, lets whoever may update the guardrail weaken production at once, "
        "without a release; a reference to a version that is gone breaks the path or leaves it without its guardrail."
    ),
    remediation="Publish a version and refer to its number.",
    fix_cli='aws bedrock create-guardrail-version --guardrail-identifier $G --description "release 3"',
    answers=("S4.2", "S7.8"),
    frameworks={
        "gensec": ("GENSEC02-BP01",),
        "nist_ai_600_1": ("MS-2.8-003",),
        "iso_42001": ("A.6.2.5",),
        "mitre_atlas": ("AML.T0081",),
    },
    parameters=(),
    edge_cases=(
        ("Environment variables named *GUARDRAIL*VERSION* are hints (INFERRED): report separately."),
        "DRAFT newer than the used version = unreviewed change pending (INFO).",
    ),
    workload_aware=False,
)
def guardrails_referenced_by_number(subject: Subject, aws: View) -> Verdict:
    """Every reference to a guardrail names a version by number, and that version exists.

    One row per reference: the account's and the organization's enforcement, every agent version and flow node behind
    an alias, every IAM condition on `bedrock:GuardrailIdentifier`. A function whose environment has a name that
    speaks of a guardrail version is shown as INFO: its value is not kept, and what the code sends is not in any
    configuration.

    Passes: the version is a number and exists. Fails: it is `DRAFT`, left out, a pattern that several versions match,
    or a version or guardrail that does not exist. Behind the built-in test alias a draft weighs less. Not assessed:
    the guardrail belongs to an account that does not let this one read it.

    By hand:

    ```sh
    aws bedrock-agent list-agent-versions --agent-id $A --query 'agentVersionSummaries[].guardrailConfiguration'
    aws bedrock list-guardrails --guardrail-identifier $G --query 'guardrails[].version'
    ```
    """
    hint = subject.about.get("hint")
    if hint is not None:
        return info(f"Its environment has {hint}: the code passes the version, which no configuration shows")
    reference = subject.about["reference"]
    assert isinstance(reference, Reference)
    meant = reference.meant
    who = _capital(reference.said)
    lesser = Severity.LOW if reference.only_for_tests else None
    if reference.pattern:
        return failed(f"{who} accepts any version that matches {_value(reference)}", lesser)
    assert meant is not None
    if not reference.text.isdecimal():
        named = (
            "the working draft" if reference.text in ("", DRAFT) else f"version {reference.text}, no number,"
        )
        how = "" if reference.text else " (no version is given)"
        return failed(f"{who} names {named} of guardrail {meant.guardrail}{how}", lesser)
    if not exists(aws, meant):
        return failed(
            f"{who} names version {meant.version} of guardrail {meant.guardrail}, which does not exist",
            lesser,
        )
    return passed(
        f"{who} names version {meant.version} of guardrail {meant.guardrail}", *_pending(aws, meant)
    )


def _pending(aws: View, meant: GuardrailVersion) -> Iterator[str]:
    """A working draft that was changed after the version in use was made: said, never held against anybody."""
    if meant.account != aws.account_id or meant.region != aws.region:
        return
    updated = {
        str(item.get("version")): item
        for item in aws.items(bedrock.LIST_GUARDRAILS_VERSIONS, guardrailIdentifier=meant.id)
    }
    draft = moment(updated.get(DRAFT, {}).get("updatedAt"))
    made = moment(updated.get(meant.version, {}).get("createdAt"))
    if draft is not None and made is not None and draft > made:
        yield "The working draft was changed after this version was made: a change waits for review"


def _value(reference: Reference) -> str:
    """The value of the condition: what follows the policy's name or ARN."""
    return "arn:" + reference.where.rpartition("/arn:")[2]


def _capital(said: str) -> str:
    return said[:1].upper() + said[1:]
