"""GAI-3.08: User pools that feed a model path enforce MFA."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_applicable, passed
from assessor.model.view import Answer, View
from collectors import cognito_idp
from evaluators.derived.doors.doors import doors_user_pools
from evaluators.derived.users import pool_clients, user_pools
from evaluators.derived.users.pool_clients import without_passwords
from evaluators.derived.users.user_pools import UserPool, described
from evaluators.derived.words import sentence

_STOPS = frozenset({"BLOCK", "MFA_REQUIRED"})
_PASSKEYS = "MULTI_FACTOR_WITH_USER_VERIFICATION"


def subjects(aws: View) -> Iterator[Subject]:
    """Every user pool in scope."""
    for pool in doors_user_pools(aws):
        yield Subject(pool.arn, "AWS::Cognito::UserPool", about={"pool": pool}, evidence=pool.evidence)


@control(
    "GAI-3.08",
    slug="cognito-mfa-enforced",
    item=Item.ACCESS,
    title="User pools that feed a model path enforce MFA",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::Cognito::UserPool",
    subjects=subjects,
    reads=[
        *user_pools.DOMAIN_READS,
        cognito_idp.GET_USER_POOL_MFA_CONFIG,
        cognito_idp.DESCRIBE_RISK_CONFIGURATION,
        *pool_clients.READS,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because="This Region has no user pool.",
    why="Stolen passwords are the usual way into a chatbot that answers from private data.",
    remediation="Require MFA with authenticator apps or passkeys.",
    fix_cli=(
        "aws cognito-idp set-user-pool-mfa-config --user-pool-id $P --mfa-configuration ON "
        "--software-token-mfa-configuration Enabled=true"
    ),
    answers=("S3.3",),
    frameworks={
        "gensec": ("GENSEC01-BP01",),
        "mitre_atlas": ("AML.T0012", "AML.M0019"),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-IAM-01", "AISF-IAM-07"),
    },
    edge_cases=(
        "MFA_IF_CONFIGURED does nothing for users without a factor.",
        "Passkeys as MULTI_FACTOR_WITH_USER_VERIFICATION satisfy MFA.",
        "Threat protection in AUDIT mode watches and stops nobody.",
        "How an external identity provider signs its users in is asked of people: ATT-3.1.",
        "A risk configuration of a single app client can weaken the pool's; it is not read.",
    ),
    workload_aware=True,
)
def cognito_mfa_enforced(subject: Subject, aws: View) -> Verdict:
    """A user pool lets nobody in with a password alone.

    Judged is each user pool that signs callers in.

    Passes: MFA ON; MFA OPTIONAL with threat protection ENFORCED whose actions for high and for medium risk are both
    MFA_REQUIRED or BLOCK.

    Fails: MFA OFF; OPTIONAL alone. At low: ON with text messages as the only factor.

    Does not apply: a pool whose clients all sign in through external identity providers only, or are machines
    (client_credentials only). The providers' own MFA is asked of people (ATT-3.1).

    By hand::

        aws cognito-idp get-user-pool-mfa-config --user-pool-id $P
        aws cognito-idp describe-user-pool --user-pool-id $P --query UserPool.UserPoolAddOns
        aws cognito-idp describe-risk-configuration --user-pool-id $P
        aws cognito-idp describe-user-pool-client --user-pool-id $P --client-id $C
    """
    pool = subject.about["pool"]
    assert isinstance(pool, UserPool)
    nobody = without_passwords(aws, pool)
    if nobody:
        return not_applicable(f"{sentence(pool.what)}: {nobody}")
    try:
        mfa = aws.get(cognito_idp.GET_USER_POOL_MFA_CONFIG, UserPoolId=pool.pool_id) or {}
    except UnseenError:
        # DescribeUserPool says the same about the switch, though not about the factors.
        if described(aws, pool).get("MfaConfiguration") == "OFF":
            return failed(f"MFA is OFF in {pool.what}")
        raise
    match str(mfa.get("MfaConfiguration") or "OFF"):
        case "ON":
            return _on(pool, mfa)
        case "OPTIONAL":
            return _optional(pool, aws)
        case other:
            return failed(f"MFA is {other} in {pool.what}")


def _on(pool: UserPool, mfa: Answer) -> Verdict:
    factors = []
    if (mfa.get("SoftwareTokenMfaConfiguration") or {}).get("Enabled"):
        factors.append("authenticator apps")
    if (mfa.get("WebAuthnConfiguration") or {}).get("FactorConfiguration") == _PASSKEYS:
        factors.append("passkeys")
    if mfa.get("EmailMfaConfiguration"):
        factors.append("e-mail")
    if mfa.get("SmsMfaConfiguration"):
        factors.append("text messages")
    if factors == ["text messages"]:
        return failed(f"MFA is ON in {pool.what}, with text messages as the only factor", Severity.LOW)
    by = f" by {', '.join(factors)}" if factors else ""
    return passed(f"MFA is ON in {pool.what}{by}")


def _optional(pool: UserPool, aws: View) -> Verdict:
    said = f"MFA is OPTIONAL in {pool.what}"
    mode = str((described(aws, pool).get("UserPoolAddOns") or {}).get("AdvancedSecurityMode") or "OFF")
    if mode != "ENFORCED":
        return failed(f"{said} and threat protection is {mode}")
    answer = aws.get(cognito_idp.DESCRIBE_RISK_CONFIGURATION, UserPoolId=pool.pool_id) or {}
    takeover = (answer.get("RiskConfiguration") or {}).get("AccountTakeoverRiskConfiguration") or {}
    actions = takeover.get("Actions") or {}
    taken = {
        level: str((actions.get(f"{level}Action") or {}).get("EventAction") or "NO_ACTION")
        for level in ("High", "Medium")
    }
    shown = f"threat protection is ENFORCED: high risk {taken['High']}, medium risk {taken['Medium']}"
    if set(taken.values()) <= _STOPS:
        return passed(f"{said}; {shown}")
    return failed(f"{said}; {shown}")
