"""GAI-3.10: Nobody can mint an identity for a model path unattended."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.path import first
from assessor.model.verdict import Item, Severity, Status, Verdict, not_applicable
from assessor.model.view import Answer, View
from evaluators.derived.doors.doors import doors_user_pools
from evaluators.derived.users import user_pools
from evaluators.derived.users.user_pools import UserPool, told
from evaluators.derived.weighing import Problem, weighed


def subjects(aws: View) -> Iterator[Subject]:
    """Every user pool in scope."""
    for pool in doors_user_pools(aws):
        yield Subject(pool.arn, "AWS::Cognito::UserPool", about={"pool": pool}, evidence=pool.evidence)


@control(
    "GAI-3.10",
    slug="self-registration-controlled",
    item=Item.ACCESS,
    title="Nobody can mint an identity for a model path unattended",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::Cognito::UserPool",
    subjects=subjects,
    reads=user_pools.DOMAIN_READS,
    when_none=Status.NOT_APPLICABLE,
    none_because="This Region has no user pool.",
    why=(
        'Where anybody may sign himself up, or register a client, "authenticated" means "anyone": the '
        "model is free for all, and nobody is behind a name."
    ),
    remediation="Close sign-up or gate it; turn open DCR off.",
    fix_cli=(
        "aws cognito-idp update-user-pool --user-pool-id $P --admin-create-user-config "
        "AllowAdminCreateUserOnly=true"
    ),
    answers=("S3.3", "S6.4"),
    frameworks={
        "owasp_llm_2025": ("LLM10",),
        "mitre_atlas": ("AML.T0012", "AML.T0021", "AML.M0019"),
        "iso_42001": ("A.9.2",),
    },
    parameters=("public_workloads",),
    edge_cases=(
        (
            "Dynamic client registration that is open with client_credentials gives machine tokens to "
            "anybody: critical."
        ),
        "A pool that does not say otherwise lets users sign up.",
        ("A trigger without a verified attribute, or the other way round, is half a check: FAIL at medium."),
        "What the PreSignUp function checks is code: it is asked of people (ATT-3.1).",
        (
            "A pool that public_workloads names is open on purpose: its doors must be limited instead "
            "(GAI-6.10, GAI-6.14)."
        ),
    ),
    workload_aware=True,
)
def self_registration_controlled(subject: Subject, aws: View) -> Verdict:
    """Users of a pool are made by an administrator, or their sign-up is checked; clients do not register themselves.

    Judged is each user pool that signs callers in.

    Passes: only administrators create users; or users sign up with a PreSignUp trigger and a verified attribute. Open
    dynamic client registration is off.

    Fails: self sign-up with neither (at medium with only one of the two); open client registration, critical when
    client_credentials is among its grants.

    Does not apply: a pool that `public_workloads` names.

    By hand::

        aws cognito-idp describe-user-pool --user-pool-id $P --query \
          'UserPool.[AdminCreateUserConfig,LambdaConfig.PreSignUp,AutoVerifiedAttributes,DcrConfiguration]'
    """
    pool = subject.about["pool"]
    assert isinstance(pool, UserPool)
    if pool.pool_id in aws.parameters.get("public_workloads"):
        return not_applicable(
            f"{pool.what[:1].upper()}{pool.what[1:]} is public by its owner's word (public_workloads): its doors must be limited (GAI-6.10, GAI-6.14)"
        )
    answer = told(aws, pool)
    return weighed(pool.what, [lambda: _sign_up(answer), lambda: _registration(answer)])


def _sign_up(answer: Answer) -> Iterator[Problem | str]:
    if first(answer, "AdminCreateUserConfig.AllowAdminCreateUserOnly") is True:
        yield "only administrators create users"
        return
    trigger = first(answer, "LambdaConfig.PreSignUp")
    verified = [str(one) for one in answer.get("AutoVerifiedAttributes") or ()]
    if trigger and verified:
        yield f"users sign up with trigger {trigger} and a verified {' or '.join(verified)}"
    elif trigger:
        yield Problem(
            Severity.MEDIUM, f"users sign up with trigger {trigger}, but without a verified attribute"
        )
    elif verified:
        yield Problem(
            Severity.MEDIUM, f"users sign up with a verified {' or '.join(verified)}, but without a trigger"
        )
    else:
        yield Problem(
            Severity.HIGH, "users sign up by themselves, with neither a PreSignUp trigger nor verification"
        )


def _registration(answer: Answer) -> Iterator[Problem | str]:
    dcr = answer.get("DcrConfiguration") or {}
    if dcr.get("OpenDcrEnabled") is not True or dcr.get("EnableStatus") == "Disabled":
        yield "clients do not register themselves"
        return
    grants = [str(one) for one in dcr.get("OpenDcrGrantTypes") or ()]
    if "client_credentials" in grants:
        yield Problem(
            Severity.CRITICAL, "anybody may register a client and get machine tokens (client_credentials)"
        )
    else:
        yield Problem(
            Severity.HIGH, f"anybody may register a client (grants {', '.join(grants) or 'not stated'})"
        )
