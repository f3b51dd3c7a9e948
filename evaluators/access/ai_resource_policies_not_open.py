"""GAI-3.23: Resource policies on AI resources name trusted principals only."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict, not_applicable
from assessor.model.view import View
from evaluators.derived.sharing import ai_policies, outsiders
from evaluators.derived.sharing.ai_policies import Carrier, carriers, policy_of, takes_tokens_only
from evaluators.derived.sharing.outsiders import TRUSTED, Outsiders, how, said
from evaluators.derived.weighing import Problem, weighed


def subjects(aws: View) -> Iterator[Subject]:
    """Every resource that can carry a policy."""
    for carrier in aws.derive(carriers):
        yield Subject(carrier.arn, carrier.kind, about={"carrier": carrier}, evidence=carrier.evidence)


@control(
    "GAI-3.23",
    slug="ai-resource-policies-not-open",
    item=Item.ACCESS,
    title="Resource policies on AI resources name trusted principals only",
    severity=Severity.CRITICAL,
    level=Level.REGION,
    kind="AWS::Bedrock::KnowledgeBase",
    subjects=subjects,
    reads=[*ai_policies.READS, *outsiders.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because=(
        "This Region holds no guardrail, custom model, knowledge base, AgentCore runtime or gateway that could carry"
        " a policy."
    ),
    why=(
        "An open policy gives any AWS account your knowledge base to read, your runtime or gateway to call, your"
        " guardrail to probe until it lets something through."
    ),
    remediation="Name accounts or roles in the policy, or limit it to your organization by aws:PrincipalOrgID.",
    fix_cli="aws bedrock put-resource-policy --resource-arn $ARN --resource-policy file://policy.json",
    answers=("S3.1", "S3.4"),
    frameworks={
        "gensec": ("GENSEC01-BP03",),
        "owasp_llm_2025": ("LLM08",),
        "mitre_atlas": ("AML.T0085.000", "AML.M0005"),
        "iso_42001": ("A.10.2",),
    },
    parameters=(TRUSTED,),
    edge_cases=(
        "A guardrail that the organization enforces must let its members apply it: bound to the organization it passes.",
        "Which organization a condition means is compared with the account's own, where that can be seen.",
        "AgentCore takes policies for runtimes, their endpoints, gateways and memories; others carry none.",
        "A runtime or gateway that takes tokens lets no AWS signature in: a wildcard for invoking it opens nothing.",
        "A Deny outside the organization or network closes what an Allow for everybody opens.",
        "A service that a Region does not offer holds nothing there.",
    ),
)
def ai_resource_policies_not_open(subject: Subject, aws: View) -> Verdict:
    """The policy on a guardrail, model, knowledge base or AgentCore resource admits nobody the owner does not trust.

    Asked as strangers would: an account in no organization of ours, over the internet and through its own VPC
    endpoint, each account the policy names, each AWS service acting for somebody else.

    Passes: whoever the policy admits is in this account, its organization or `trusted_accounts`. Fails: any AWS
    account is admitted, or everybody from certain addresses, or an account `trusted_accounts` does not name. At
    medium: an AWS service is admitted without saying for whom it acts. Not assessed: the policy names another account
    and `trusted_accounts` is not set; AWS refuses to say. Not applicable: the resource carries no policy.

    By hand::

        aws bedrock get-resource-policy --resource-arn $GUARDRAIL_ARN
        aws bedrock-agent get-resource-policy --resource-arn $KNOWLEDGE_BASE_ARN
        aws bedrock-agentcore-control get-resource-policy --resource-arn $RUNTIME_OR_GATEWAY_ARN
    """
    carrier = subject.about["carrier"]
    assert isinstance(carrier, Carrier)
    text = policy_of(aws, carrier)
    if not text:
        return not_applicable(f"No policy is attached to {carrier.what}: IAM of this account decides")
    what = f"the policy of {carrier.what}"
    found = outsiders.outsiders(aws, text, arn=carrier.arn, what=what)

    def admitted() -> Iterator[Problem | str]:
        known = _without_tokens(aws, carrier, found)
        yield from _problems(known)
        known.settled()
        yield f"it admits {known.admitted}"
        if known is not found:
            yield "callers sign in with a token, no AWS account does (GAI-3.06)"

    return weighed(what, [admitted])


def _without_tokens(aws: View, carrier: Carrier, found: Outsiders) -> Outsiders:
    """Where callers bring a token, what is open to AWS accounts is not the invoking."""
    if not (found.everyone and takes_tokens_only(aws, carrier)):
        return found
    return found.doing(lambda action: not action.lower().startswith(_INVOKING))


_INVOKING = "bedrock-agentcore:invoke"


def _problems(found: Outsiders) -> Iterator[Problem]:
    for opening in (*found.anyone, *found.addresses):
        yield Problem(Severity.CRITICAL, f"it admits {said([opening])} ({how(opening)})")
    for opening in found.strangers:
        yield Problem(
            Severity.CRITICAL, f"it admits {said([opening])}, which {TRUSTED} does not name ({how(opening)})"
        )
    for opening in found.services:
        yield Problem(Severity.MEDIUM, f"it admits {said([opening])} on behalf of anybody ({how(opening)})")
