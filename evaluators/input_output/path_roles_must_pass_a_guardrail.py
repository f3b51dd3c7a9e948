"""GAI-4.03: Roles on model paths cannot invoke a model without an approved guardrail."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
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
from evaluators.derived.principals.path_roles import PathRole, path_role_subjects, suspicion
from evaluators.derived.principals.universe import estate
from evaluators.derived.screening import mandates
from evaluators.derived.screening.mandates import Outcome, Standing, standing

_BESIDE = (
    ("bedrock-mantle:CreateInference", "no guardrail is possible there"),
    ("bedrock:InvokeInlineAgent", "the caller chooses the guardrail"),
    ("bedrock:RetrieveAndGenerate", "the caller chooses the guardrail"),
)
_APPLY = "bedrock:ApplyGuardrail"


def subjects(aws: View) -> Iterator[Subject]:
    """Every identity of the workload that may reach a model."""
    yield from path_role_subjects(aws)


@control(
    "GAI-4.03",
    slug="path-roles-must-pass-a-guardrail",
    item=Item.INPUT_OUTPUT,
    title="Roles on model paths cannot invoke a model without an approved guardrail",
    severity=Severity.HIGH,
    level=Level.ACCOUNT,
    kind="AWS::IAM::Role",
    subjects=subjects,
    reads=mandates.READS,
    when_none=Status.NOT_APPLICABLE,
    none_because="No role that a workload runs as may reach a model.",
    why=(
        "Where no guardrail is enforced for the account, a role that may leave it out lets whoever takes over its code talk "
        "to the model unfiltered."
    ),
    remediation=(
        "Deny bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream on * unless bedrock:GuardrailIdentifier equals "
        "the ARN and version of the approved guardrail."
    ),
    fix_cli=(
        "aws iam put-role-policy --role-name $ROLE --policy-name require-guardrail "
        "--policy-document file://deny-without-guardrail.json"
    ),
    answers=("S4.2",),
    frameworks={
        "gensec": ("GENSEC02-BP01",),
        "owasp_llm_2025": ("LLM01",),
        "mitre_atlas": ("AML.M0020", "AML.T0054"),
        "iso_42001": ("A.9.2",),
    },
    edge_cases=(
        (
            "A Deny with StringNotEquals and the full ARN with version is the sound form. Null alone demands some guardrail: "
            "any would do, which fails at medium severity."
        ),
        "StringEqualsIfExists, ForAllValues and ForAnyValue on the key let calls without a guardrail pass.",
        (
            "A Deny that lists InvokeModel only leaves streaming open; one on foundation-model/* leaves provisioned, "
            "imported and custom models open; bedrock:Converse* is no IAM action."
        ),
        "Roles that only Bedrock runs as (agents, flows, knowledge bases) are judged by GAI-4.12.",
        "Where an enforced guardrail covers what the role may invoke, the role passes and the row says so.",
        "A condition that accepts the working draft passes here and fails GAI-4.04.",
        (
            "Where service control policies cannot be read and the role's own policies demand nothing, the answer is not "
            "known: the Deny may stand in one of them."
        ),
    ),
    workload_aware=True,
)
def path_roles_must_pass_a_guardrail(subject: Subject, aws: View) -> Verdict:
    """No identity a workload runs as can invoke a model without a guardrail that was chosen for it.

    Asked is not what a policy says but what works: with the key `bedrock:GuardrailIdentifier` absent, may the role
    invoke anything - a model, an inference profile with the models behind it, provisioned, imported and custom models -
    in any Region of the run, with or without streaming?

    Passes: nothing works without one of the guardrails the policies name; or an enforced guardrail that checks all of
    the messages covers what does. Fails: something works without a guardrail (the row says what, by which statement and
    when). Fails at medium severity: any guardrail would do, or the enforced one lets the caller choose what is checked.
    Not applicable: the role invokes embedding models only, or only Bedrock runs as it. Shown only: a role that reaches
    models because it may do everything.

    By hand:

    ```sh
    aws iam simulate-principal-policy --policy-source-arn $ROLE --action-names bedrock:InvokeModel \
      bedrock:InvokeModelWithResponseStream --resource-arns arn:aws:bedrock:$REGION::foundation-model/$MODEL
    aws bedrock list-enforced-guardrails-configuration --region $REGION
    ```
    """
    role = subject.about["role"]
    assert isinstance(role, PathRole)
    known = estate(aws)
    if role.suspected:
        return suspicion(known, role)
    if role.only_bedrock:
        return not_applicable(
            f"{role.said} is used by Bedrock alone: agents, flows and knowledge bases name their guardrail themselves "
            "(GAI-4.12)"
        )
    found = [standing(at, role) for at in aws.regions()]
    return _judged(aws, role, found)


def _judged(aws: View, role: PathRole, found: list[Standing]) -> Verdict:
    worst = min(found, key=lambda one: list(Outcome).index(one.outcome))
    where = ", ".join(one.region for one in found if one.outcome is worst.outcome)
    known = estate(aws)
    match worst.outcome:
        case Outcome.UNGUARDED | Outcome.ANY if known.scp_unread:
            return not_assessed(
                Why.ORG_LAYER_UNKNOWN,
                f"{role.said}: {worst.said}, unless a service control policy that could not be read denies it (before SCP)",
            )
        case Outcome.UNGUARDED:
            return failed(f"{known.marked(f'{role.said}: {worst.said}')}. Regions: {where}")
        case Outcome.ANY | Outcome.SELECTIVE:
            return failed(f"{known.marked(f'{role.said}: {worst.said}')}. Regions: {where}", Severity.MEDIUM)
        case Outcome.UNKNOWN:
            assert worst.unseen is not None
            raise UnseenError(worst.unseen.why, worst.said, worst.unseen.grant, worst.unseen.call)
    bound = [one for one in found if one.outcome.passes]
    if bound:
        mandatory = any(one.outcome is Outcome.MANDATORY for one in bound)
        return passed(f"{role.said}: {_held(bound)}", *_notes(aws, role, mandatory=mandatory))
    if any(one.outcome is Outcome.EMBEDDINGS for one in found):
        return not_applicable(
            f"{role.said} may invoke embedding models only, to which guardrails do not apply"
        )
    said = f"{role.said} may not invoke a model in the Regions of this run itself"
    return not_applicable(". ".join((said, *_notes(aws, role, mandatory=False))))


def _held(bound: list[Standing]) -> str:
    """What every call must pass, Regions that say the same told together."""
    told: dict[tuple[Outcome, str], list[str]] = {}
    for one in bound:
        told.setdefault((one.outcome, one.said), []).append(one.region)
    parts = []
    for (outcome, said), regions in told.items():
        text = "every invocation must pass" if outcome is Outcome.MANDATORY else "covered by"
        parts.append(f"{text} {said} in {', '.join(regions)}")
    return "; ".join(parts)


def _notes(aws: View, role: PathRole, *, mandatory: bool) -> tuple[str, ...]:
    """Ways to a model that the condition on InvokeModel does not close; a right without which guarded calls fail."""
    known = estate(aws)
    notes: list[str] = []
    if mandatory and not known.reach(_APPLY).may(role.principal):
        notes.append(f"It lacks {_APPLY}, without which calls that name a guardrail fail")
    open_ones = [
        f"{action} ({why})" for action, why in _BESIDE if known.reach(action).access(role.principal).possible
    ]
    if open_ones:
        notes.append(f"Beside it the role may call {', '.join(open_ones)}")
    return tuple(notes)
