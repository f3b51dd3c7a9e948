"""GAI-3.17: No long-lived Bedrock API keys exist and creating or using them is bounded."""

from collections.abc import Iterator

from assessor.iam.credentials import Token
from assessor.iam.decide import Decision
from assessor.iam.decide import Verdict as Outcome
from assessor.iam.holders import Principal
from assessor.iam.universe import Universe
from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_applicable, passed
from assessor.model.view import Answer, View
from collectors import iam
from evaluators.derived.moments import moment
from evaluators.derived.principals import universe
from evaluators.derived.principals.universe import Estate, estate

_SERVICE = "bedrock.amazonaws.com"
_CREATE = "iam:CreateServiceSpecificCredential"
_GATES = ("bedrock", "bedrock-mantle")
# Whoever may do one of these with a stolen key can take the safeguards down.
_BROAD = (
    "bedrock:DeleteGuardrail",
    "bedrock:DeleteModelInvocationLoggingConfiguration",
    "iam:PutUserPolicy",
)
_NAMED = 5


def subjects(aws: View) -> Iterator[Subject]:
    """The account, for what bounds such keys; then every active key that has not expired."""
    yield Subject(aws.root_arn, "AWS::::Account", key="bound")
    for credential in aws.items(iam.LIST_SERVICE_SPECIFIC_CREDENTIALS):
        # The request asks for Bedrock's alone; whatever else an answer holds is none of its keys.
        ours = credential.get("ServiceName", _SERVICE) == _SERVICE
        if ours and credential.get("Status") == "Active" and not _expired(credential, aws):
            yield Subject(
                _user_arn(str(credential.get("UserName", "")), aws),
                "AWS::IAM::User",
                key=str(credential.get("ServiceSpecificCredentialId", "")),
                about={"credential": credential},
                evidence=tuple(
                    c for c in aws.trail if c.operation == iam.LIST_SERVICE_SPECIFIC_CREDENTIALS.id
                ),
            )


def _expired(credential: Answer, aws: View) -> bool:
    ends = moment(credential.get("ExpirationDate"))
    return ends is not None and ends <= aws.now


def _user_arn(name: str, aws: View) -> str:
    user = _user(estate(aws).universe, name)
    return user.arn if user is not None else f"arn:{aws.account.partition}:iam::{aws.account_id}:user/{name}"


def _user(universe: Universe, name: str) -> Principal | None:
    return next((one for one in universe.principals if not one.is_role and one.name == name), None)


@control(
    "GAI-3.17",
    slug="no-long-lived-bedrock-api-keys",
    item=Item.ACCESS,
    title="No long-lived Bedrock API keys exist and creating or using them is bounded",
    severity=Severity.HIGH,
    level=Level.ACCOUNT,
    kind="AWS::IAM::User",
    subjects=subjects,
    reads=[iam.LIST_SERVICE_SPECIFIC_CREDENTIALS, *universe.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="The account has no IAM user, and no principal may create credentials.",
    why="A long-lived key opens the models to whoever finds it, from anywhere, until somebody notices.",
    remediation=(
        "Delete the key and use role credentials; deny iam:CreateServiceSpecificCredential and "
        "CallWithBearerToken of both endpoints by service control policy."
    ),
    fix_cli=(
        "aws iam delete-service-specific-credential --user-name $U --service-specific-credential-id $ID"
    ),
    answers=("S3.5",),
    frameworks={
        "gensec": ("GENSEC01-BP01",),
        "mitre_atlas": ("AML.T0055", "AML.T0091.000", "AML.M0019"),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-IAM-03",),
    },
    edge_cases=(
        "Short-term keys are derived from a session and never listed: only CallWithBearerToken bounds them.",
        "A deny on bedrock:CallWithBearerToken leaves bedrock-mantle:CallWithBearerToken open.",
        "A key whose status is Expired or Inactive, or whose expiry has passed, is not a finding.",
        "Service control policies count where they can be read; otherwise the row says that it is before SCP.",
    ),
)
def no_long_lived_bedrock_api_keys(subject: Subject, aws: View) -> Verdict:
    """Nobody holds a long-term Bedrock API key, and no IAM user may create or use one.

    Judged is each active credential for ``bedrock.amazonaws.com``, and the account as a whole for what bounds them.

    Passes (account): no IAM user may create such a credential or call with one
    (``bedrock:CallWithBearerToken``, ``bedrock-mantle:CallWithBearerToken`` with a token of type LONG_TERM). Roles
    that may create one for a user are named.

    Fails: each active key (critical where it never expires, or where its user may also delete guardrails, switch
    invocation logging off or write policies). At medium: IAM users may create or use such keys.

    Does not apply: no IAM user exists and no principal may create credentials.

    By hand::

        aws iam list-service-specific-credentials --all-users --service-name bedrock.amazonaws.com
        aws iam simulate-principal-policy --policy-source-arn $USER --action-names bedrock:CallWithBearerToken
    """
    credential = subject.about.get("credential")
    if isinstance(credential, dict):
        return _key(credential, aws)
    return _bound(aws)


def _key(credential: Answer, aws: View) -> Verdict:
    name = str(credential.get("UserName", ""))
    since = credential.get("CreateDate") or "an unknown day"
    said = f"An active Bedrock API key of user {name}, created {since}"
    ends = credential.get("ExpirationDate")
    if not ends:
        return failed(f"{said}, never expires", Severity.CRITICAL)
    said = f"{said}, is valid until {ends}"
    known = estate(aws)
    user = _user(known.universe, name)
    if user is None:
        why = known.unseen.detail if known.unseen is not None else "IAM does not list the user"
        return failed(said, None, f"What else the user may do is not known: {why}")
    for action in _BROAD:
        if known.universe.can(user, action).possible:
            return failed(f"{said}, and the user may call {action}", Severity.CRITICAL)
    return failed(said)


def _bound(aws: View) -> Verdict:
    known = estate(aws)
    users = [one for one in known.universe.principals if not one.is_role]
    before = f" {known.before_scp}" if known.before_scp else ""
    unsure: list[str] = []
    using = [one.name for one in users if _may_use(known, one, unsure)]
    creating = [one.name for one in users if _may_create(known, one, unsure)]
    if using or creating:
        said = [f"{_names(using)} may call models with a long-term API key"] if using else []
        said += [f"{_names(creating)} may create one"] if creating else []
        return failed(
            f"IAM users are not kept from Bedrock API keys: {', '.join(said)}{before}", Severity.MEDIUM
        )
    if known.unseen is not None:
        raise known.unseen
    roles = [one.name for one in known.universe.principals if one.is_role and _may_create(known, one, unsure)]
    if unsure:
        raise known.undecidable(f"whether {_names(unsure)} may create or use a Bedrock API key")
    if not users and not roles:
        return not_applicable("The account has no IAM user, and no role may create credentials")
    by = f"; a key can only be created through {_names(roles)} {before}" if roles else ""
    whom = f"None of {len(users)} IAM users may" if users else "The account has no IAM user that could"
    return passed(f"{whom} create or use a long-term Bedrock API key{by}")


def _may_use(known: Estate, user: Principal, unsure: list[str]) -> bool:
    for gate in _GATES:
        reach = known.reach_with(
            f"{gate}:CallWithBearerToken", f"{gate}:BearerTokenType", (str(Token.LONG_TERM),)
        )
        if reach.granted(user) and _possible(reach.access(user).decision, user, unsure):
            return True
    return False


def _may_create(known: Estate, principal: Principal, unsure: list[str]) -> bool:
    reach = known.reach_with(_CREATE, "iam:ServiceSpecificCredentialServiceName", (_SERVICE,))
    return reach.granted(principal) and _possible(reach.access(principal).decision, principal, unsure)


def _possible(decision: Decision, principal: Principal, unsure: list[str]) -> bool:
    if decision.verdict is Outcome.UNSUPPORTED and principal.name not in unsure:
        unsure.append(principal.name)
    return decision.possible


def _names(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
