"""GAI-3.18: IAM users with access keys cannot invoke models."""

from collections.abc import Iterator

from assessor.iam.holders import Principal
from assessor.iam.universe import Access
from assessor.model.control import Level, Subject, control
from assessor.model.reading import Seen, UnseenError
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from collectors import iam
from evaluators.derived.moments import days_since
from evaluators.derived.principals import access_keys, universe
from evaluators.derived.principals.access_keys import AccessKey, active_keys
from evaluators.derived.principals.statements import granted
from evaluators.derived.principals.universe import Estate, estate

_INVOKE = (
    "bedrock:InvokeModel",
    "bedrock:InvokeModelWithResponseStream",
    "bedrock:CreateModelInvocationJob",
    "bedrock:InvokeAgent",
    "bedrock:InvokeInlineAgent",
    "bedrock:InvokeFlow",
    "bedrock-mantle:CreateInference",
    "sagemaker:InvokeEndpoint",
    "sagemaker:InvokeEndpointAsync",
    "sagemaker:InvokeEndpointWithResponseStream",
)
_OLD_DAYS = 90


def subjects(aws: View) -> Iterator[Subject]:
    """The root user where it has an access key; every user with an active one."""
    failure: UnseenError | None = None
    try:
        summary = (aws.get(iam.GET_ACCOUNT_SUMMARY) or {}).get("SummaryMap") or {}
        if summary.get("AccountAccessKeysPresent"):
            yield Subject(aws.root_arn, "AWS::::Account", key="root", evidence=tuple(aws.trail[-1:]))
    except UnseenError as error:
        failure = error
    known = estate(aws)
    keys = active_keys(aws)
    users: dict[str, list[AccessKey]] = {}
    for key in keys.known:
        users.setdefault(key.user, []).append(key)
    for name, held in users.items():
        principal = next((p for p in known.universe.principals if not p.is_role and p.name == name), None)
        arn = principal.arn if principal else f"arn:{aws.account.partition}:iam::{aws.account_id}:user/{name}"
        calls = tuple(dict.fromkeys(key.evidence for key in held))
        yield Subject(
            arn,
            "AWS::IAM::User",
            about={"principal": principal, "keys": tuple(held)},
            evidence=(*known.evidence, *calls),
        )
    failure = failure or known.unseen or keys.unseen
    if failure is not None:
        raise failure


@control(
    "GAI-3.18",
    slug="no-iam-users-with-keys-can-invoke",
    item=Item.ACCESS,
    title="IAM users with access keys cannot invoke models",
    severity=Severity.HIGH,
    level=Level.ACCOUNT,
    kind="AWS::IAM::User",
    subjects=subjects,
    reads=[*universe.READS, *access_keys.READS, iam.GET_ACCESS_KEY_LAST_USED, iam.GET_ACCOUNT_SUMMARY],
    when_none=Status.NOT_APPLICABLE,
    none_because="No IAM user has an active access key, and the root user has none.",
    why="Leaked access keys are the usual origin of model-hijack bills: they work from anywhere until somebody notices.",
    remediation="Replace the keys with roles (IAM Identity Center, OIDC, instance profiles) and deactivate them.",
    fix_cli="aws iam update-access-key --user-name $U --access-key-id $K --status Inactive",
    answers=("S3.5",),
    frameworks={
        "gensec": ("GENSEC01-BP01",),
        "mitre_atlas": ("AML.T0012", "AML.T0055", "AML.T0034"),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-IAM-03",),
    },
    edge_cases=(
        "What a user may do by its groups counts, within its permissions boundary.",
        "Critical where a key was last used for Bedrock or is older than 90 days.",
        (
            "Medium where only a second factor, a VPC endpoint, an address range or the like makes the call work: a key "
            "found on the internet does not."
        ),
        "Inactive keys are no finding. Access keys of the root user are, and cannot be limited by policies.",
        "bedrock, bedrock-mantle and SageMaker endpoints all count.",
    ),
)
def no_iam_users_with_keys_can_invoke(subject: Subject, aws: View) -> Verdict:
    """No IAM user with an active access key may invoke a model.

    Judged is each user with an active key, and the root user if it has one. Asked is whether the user may invoke
    anything: models, agents and flows of Bedrock, the bedrock-mantle endpoint, SageMaker endpoints.

    Passes: it may not. Fails: it may; critical where a key was last used for Bedrock or is older than 90 days; medium
    where an ordinary request from the internet does not work, only one from certain places or with a second factor. The
    root user's key is a critical failure. Not applicable: nobody has a key.

    By hand:

    ```sh
    aws iam list-access-keys --user-name $U
    aws iam get-access-key-last-used --access-key-id $K
    aws iam simulate-principal-policy --policy-source-arn $USER_ARN --action-names bedrock:InvokeModel
    ```
    """
    if subject.key == "root":
        return failed(
            "The root user has an access key, which no identity policy limits: it may invoke every model",
            Severity.CRITICAL,
        )
    known = estate(aws)
    keys = subject.about["keys"]
    assert isinstance(keys, tuple)
    principal = subject.about["principal"]
    if not isinstance(principal, Principal):
        raise known.unseen or known.undecidable(f"what user {keys[0].user} may do")
    ordinary = [found for action in _INVOKE if (found := _ordinary(known, principal, action)) is not None]
    best = [known.reach(action).access(principal) for action in _INVOKE]
    possible = ordinary or [one for one in best if one.possible]
    shown = _shown(keys)
    if not possible:
        if any(one.unknown for one in best):
            raise known.undecidable(f"whether user {principal.name} may invoke a model", principal)
        return passed(f"User {principal.name} has {shown} and may not invoke a model")
    said = f"User {principal.name} has {shown} and may call {granted(possible[0])}"
    said = known.marked(said)
    if not ordinary:
        return failed(f"{said}; an ordinary request from the internet does not work", Severity.MEDIUM)
    grave = [reason for key in keys if (reason := _grave(key, aws))]
    return failed("; ".join((said, *grave)), Severity.CRITICAL if grave else None)


def _ordinary(known: Estate, principal: Principal, action: str) -> Access | None:
    reach = known.ordinary_reach(action)
    on = reach.on(principal)
    return reach.decided(principal, on[0]) if on else None


def _shown(keys: tuple[AccessKey, ...]) -> str:
    return "an active access key" if len(keys) == 1 else f"{len(keys)} active access keys"


def _grave(key: AccessKey, aws: View) -> str:
    """Why a key is worse than any: in words, empty where nothing says so."""
    reading = aws.read(iam.GET_ACCESS_KEY_LAST_USED, AccessKeyId=key.id)
    used = reading.value.get("AccessKeyLastUsed") or {} if isinstance(reading, Seen) else {}
    if str(used.get("ServiceName", "")).lower().startswith("bedrock"):
        return (
            f"a key was last used for {used['ServiceName']} on {used.get('LastUsedDate', 'an unknown day')}"
        )
    age = days_since(key.created, aws.now)
    return f"a key is {int(age)} days old" if age is not None and age > _OLD_DAYS else ""
