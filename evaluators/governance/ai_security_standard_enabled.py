"""GAI-1.02: A managed AI baseline (Security Hub AI Security Best Practices standard or an AI conformance pack) is on."""

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_applicable, passed
from assessor.model.view import View
from collectors import config, securityhub
from evaluators.derived import activity
from evaluators.derived.activity import active_region
from evaluators.derived.offered import surely

_STANDARD = "/ai-security-best-practices/"
_PACKS = "config-conforms.amazonaws.com"
# A rule is EVALUATING while it runs on demand; it is in force all the same.
_IN_FORCE = frozenset({"ACTIVE", "EVALUATING"})


@control(
    "GAI-1.02",
    slug="ai-security-standard-enabled",
    item=Item.GOVERNANCE,
    title=(
        "A managed AI baseline (Security Hub AI Security Best Practices standard or an AI "
        "conformance pack) is on"
    ),
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind="AWS::SecurityHub::Standard",
    subjects=active_region,
    reads=(securityhub.GET_ENABLED_STANDARDS, config.DESCRIBE_CONFIG_RULES, *activity.READS),
    when_none=Status.NOT_APPLICABLE,
    none_because="The Region shows no model use.",
    why=(
        "A continuously evaluated baseline is the automated half of the quarterly review the "
        "checklist asks for."
    ),
    remediation="Enable the AI Security Best Practices standard in each active Region.",
    fix_cli=(
        "aws securityhub batch-enable-standards --standards-subscription-requests "
        "StandardsArn=arn:aws:securityhub:$REGION::standards/ai-security-best-"
        "practices/v/1.0.0"
    ),
    answers=("S1.4", "S1.5", "S1.7"),
    frameworks={
        "gensec": ("GENSEC03-BP01",),
        "nist_ai_rmf": ("GOVERN 1.5",),
        "nist_ai_600_1": ("MS-2.7-009",),
        "iso_42001": ("A.6.2.6",),
        "prowler_aisf": ("AISF-DETECT-04",),
    },
    parameters=(),
    edge_cases=(
        ("INCOMPLETE means the controls are on but not evaluated: treat as FAIL and name the reason code."),
        (
            "Enabled Foundational Security standard alone does not contain the "
            "Bedrock/AgentCore controls list in full."
        ),
    ),
    workload_aware=False,
)
def ai_security_standard_enabled(subject: Subject, aws: View) -> Verdict:
    """Something of AWS's own evaluates the AI resources of the Region continuously.

    Passes: the Security Hub standard AI Security Best Practices is READY, or an ACTIVE Config rule of AWS's for
    Bedrock or AgentCore runs through a conformance pack. Fails: neither, or the standard is on but not evaluated
    (INCOMPLETE, FAILED; the row names AWS's reason). An account that is not subscribed to Security Hub has no
    standard. Not applicable: no model use in the Region, or the Region does not offer Security Hub and no such rule runs
    there.

    By hand:

    ```sh
    aws securityhub get-enabled-standards
    aws configservice describe-config-rules --query "ConfigRules[?starts_with(Source.SourceIdentifier, 'BEDROCK')]"
    ```
    """
    del subject
    unseen: UnseenError | None = None
    offers_it = True
    said = "The standard AI Security Best Practices is not enabled"
    try:
        for one in aws.items(securityhub.GET_ENABLED_STANDARDS):
            if _STANDARD not in str(one.get("StandardsArn")):
                continue
            status = str(one.get("StandardsStatus"))
            if status == "READY":
                return passed("The standard AI Security Best Practices is READY")
            code = (one.get("StandardsStatusReason") or {}).get("StatusReasonCode")
            said = f"The standard AI Security Best Practices is {status}" + (f" ({code})" if code else "")
    except UnseenError as error:
        offers_it = error.why is not Why.UNSUPPORTED
        unseen = error if offers_it else None
        said = "Whether the standard AI Security Best Practices is on could not be seen"
    if not offers_it:
        said = "The Region does not offer Security Hub, and so not the standard AI Security Best Practices"
    try:
        rules = aws.items(config.DESCRIBE_CONFIG_RULES)
        for rule in rules if offers_it else surely(rules):
            source = rule.get("Source") or {}
            identifier = str(source.get("SourceIdentifier") or "")
            if (
                source.get("Owner") == "AWS"
                and identifier.upper().startswith("BEDROCK")
                and rule.get("ConfigRuleState") in _IN_FORCE
                and rule.get("CreatedBy") == _PACKS
            ):
                return passed(f"Config rule {identifier} is active through a conformance pack. {said}")
    except UnseenError as error:
        unseen = unseen or error
    if unseen is not None:
        raise unseen
    none = f"{said}, and no conformance pack runs a rule for Bedrock or AgentCore"
    return failed(none) if offers_it else not_applicable(none)
