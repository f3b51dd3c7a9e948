"""GAI-3.21: Roles assumed by Bedrock services pin account and source."""

from collections.abc import Iterator

from assessor.iam.holders import Principal
from assessor.iam.principals import PrincipalKind
from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict
from assessor.model.view import View
from evaluators.derived.principals import path_roles
from evaluators.derived.principals.statements import listed, subject, who
from evaluators.derived.principals.trust import (
    ASSUMING,
    bedrock_services,
    entries,
    for_anybody,
    loose_providers,
)
from evaluators.derived.principals.universe import estate
from evaluators.derived.sharing import outsiders
from evaluators.derived.sharing.outsiders import TRUSTED, how, said
from evaluators.derived.weighing import Problem, weighed


def subjects(aws: View) -> Iterator[Subject]:
    """Roles that Bedrock's services take on; then roles of the workload that others than AWS services may take on."""
    known = estate(aws)
    seen: set[str] = set()
    for principal in known.universe.principals:
        if principal.is_role and not principal.caller.service_linked and bedrock_services(principal):
            seen.add(principal.arn)
            yield subject(principal, known.evidence)
    on_paths = path_roles.path_roles(aws)
    for one in on_paths.known:
        role = one.principal
        if role.is_role and role.arn not in seen and not one.suspected and _more_than_services(role):
            yield subject(role, (*known.evidence, *one.evidence))
    unseen = known.unseen or on_paths.unseen
    if unseen is not None:
        raise unseen


def _more_than_services(role: Principal) -> bool:
    return any(one.kind is not PrincipalKind.SERVICE for one in entries(role.trust))


@control(
    "GAI-3.21",
    slug="service-role-trust-is-confused-deputy-safe",
    item=Item.ACCESS,
    title="Roles assumed by Bedrock services pin account and source",
    severity=Severity.MEDIUM,
    level=Level.ACCOUNT,
    kind="AWS::IAM::Role",
    subjects=subjects,
    reads=[*path_roles.READS, *outsiders.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="Bedrock takes on no role of this account.",
    why=(
        "Without a source condition somebody else's agent or job can make Bedrock act with your role, and read your"
        " documents with it."
    ),
    remediation="Add aws:SourceAccount and aws:SourceArn to the trust policy, and take out principals nobody needs.",
    fix_cli="aws iam update-assume-role-policy --role-name $ROLE --policy-document file://trust.json",
    answers=("S3.1", "S3.4"),
    frameworks={
        "gensec": ("GENSEC01-BP03",),
        "mitre_atlas": ("AML.M0019",),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-IAM-05",),
    },
    parameters=(TRUSTED,),
    edge_cases=(
        "Roles of the workload that Lambda or ECS takes on need no source condition: only other principals are judged.",
        "A source condition with IfExists holds: Bedrock sends the source. One for another account does not.",
        "GitHub's tokens without a sub claim that names the repository open the role to everybody on GitHub.",
        "A Cognito trust without the identity pool in aud opens the role to any pool of any account.",
        "Resource control policies of the organization that could be read count as the trust policy's own conditions do.",
        "This account's root in the trust policy leaves the decision to IAM: not open.",
        "Service-linked roles are AWS's own and not judged.",
    ),
)
def service_role_trust_is_confused_deputy_safe(subject: Subject, aws: View) -> Verdict:
    """Nobody outside can take on a role that Bedrock works with, neither himself nor through an AWS service.

    Judged is each role that `bedrock.amazonaws.com` or `bedrock-agentcore.amazonaws.com` may take on, and each role of
    the workload that its trust policy opens to more than AWS services.

    Passes: Bedrock is refused when it acts for another account's resource (`aws:SourceAccount` or `aws:SourceArn` of
    this account), and no account that `trusted_accounts` does not name may take the role on. Fails: Bedrock is not
    refused; every AWS account may take the role on, or one that nobody trusts; tokens of a web identity provider are
    not limited to certain holders. Not assessed: another account is named and `trusted_accounts` is not set.

    By hand::

        aws iam get-role --role-name $ROLE --query Role.AssumeRolePolicyDocument
    """
    role = subject.about["principal"]
    assert isinstance(role, Principal)
    return weighed(
        f"the trust policy of {who(role)}",
        [lambda: _services(aws, role), lambda: _others(aws, role), lambda: _tokens(aws, role)],
    )


def _services(aws: View, role: Principal) -> Iterator[Problem | str]:
    named = bedrock_services(role)
    unclear: list[str] = []
    free = []
    kept = []
    for service in named:
        anybody = for_anybody(role, service)
        if (
            anybody
            and outsiders.above(aws).levels
            and for_anybody(role, service, outsiders.above(aws).levels) is False
        ):
            anybody = False
            kept.append(service)
        if anybody:
            free.append(service)
        elif anybody is None:
            unclear.append(service)
    if free:
        yield Problem(
            Severity.MEDIUM,
            f"{listed(free, 'service')} may take it on for any account's resource: no source condition holds"
            f"{_before(aws)}",
        )
    if unclear:
        raise UnseenError(
            Why.UNSUPPORTED_POLICY_CONSTRUCT,
            f"whether {listed(unclear, 'service')} may take {role.name} on for another account cannot be judged",
        )
    if kept:
        yield f"no source condition holds {listed(kept, 'service')}, but resource control policies do"
    if named:
        yield f"{listed(list(named), 'service')} takes it on for this account's resources only"


def _others(aws: View, role: Principal) -> Iterator[Problem | str]:
    if role.trust is None:
        raise UnseenError(Why.UNSUPPORTED_POLICY_CONSTRUCT, f"the trust policy of {role.name} is not known")
    what = f"the trust policy of {who(role)}"
    found = outsiders.weighed(aws, role.trust, arn=role.arn, what=what, actions=ASSUMING)
    for opening in found.anyone:
        yield Problem(Severity.MEDIUM, f"{said([opening])} may take it on ({how(opening)})")
    for opening in found.addresses:
        yield Problem(Severity.MEDIUM, f"{said([opening])} may take it on ({how(opening)})")
    for opening in found.strangers:
        yield Problem(
            Severity.MEDIUM,
            f"{said([opening])}, which {TRUSTED} does not name, may take it on ({how(opening)})",
        )
    found.settled()
    yield f"it admits {found.admitted}"


def _tokens(aws: View, role: Principal) -> Iterator[Problem | str]:
    for loose in loose_providers(role):
        if loose.provider not in {one.provider for one in loose_providers(role, outsiders.above(aws).levels)}:
            yield f"resource control policies keep tokens of {loose.provider} from opening it to {loose.whose}"
            continue
        yield Problem(Severity.MEDIUM, f"tokens of {loose.provider} open it to {loose.whose}{_before(aws)}")


def _before(aws: View) -> str:
    return f" {outsiders.above(aws).before}".rstrip()
