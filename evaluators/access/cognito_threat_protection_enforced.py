"""GAI-3.09: User pools that feed a model path run threat protection in enforced mode."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.operation import Operation
from assessor.model.path import first
from assessor.model.reading import Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_applicable, not_assessed
from assessor.model.view import Answer, View
from collectors import cognito_idp
from evaluators.derived.doors.doors import doors_user_pools
from evaluators.derived.users import pool_clients, user_pools
from evaluators.derived.users.user_pools import UserPool, told
from evaluators.derived.weighing import Problem, weighed

_COMPROMISED = "CompromisedCredentialsRiskConfiguration"
_TAKEOVER = "AccountTakeoverRiskConfiguration"


def subjects(aws: View) -> Iterator[Subject]:
    """Every user pool in scope."""
    for pool in doors_user_pools(aws):
        yield Subject(pool.arn, "AWS::Cognito::UserPool", about={"pool": pool}, evidence=pool.evidence)


@control(
    "GAI-3.09",
    slug="cognito-threat-protection-enforced",
    item=Item.ACCESS,
    title="User pools that feed a model path run threat protection in enforced mode",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind="AWS::Cognito::UserPool",
    subjects=subjects,
    reads=[
        *user_pools.DOMAIN_READS,
        *pool_clients.READS,
        cognito_idp.DESCRIBE_RISK_CONFIGURATION,
        cognito_idp.DESCRIBE_RISK_CONFIGURATION_CLIENTS,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because="This Region has no user pool.",
    why=(
        "Passwords stolen elsewhere are tried here by the million. Without threat protection nothing "
        "stands in their way, and the model answers to whoever holds one."
    ),
    remediation="Move to PLUS and enforce.",
    fix_cli=(
        "aws cognito-idp update-user-pool --user-pool-id $P --user-pool-tier PLUS --user-"
        "pool-add-ons AdvancedSecurityMode=ENFORCED"
    ),
    answers=("S3.3",),
    frameworks={
        "mitre_atlas": ("AML.T0012", "AML.M0019"),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-IAM-07",),
    },
    parameters=(),
    edge_cases=(
        (
            "An old pool may report a mode without the PLUS tier: the mode is believed, the mismatch is"
            " mentioned."
        ),
        "A risk configuration of an app client comes before the pool's: every client is asked.",
        "AUDIT watches and stops nobody.",
        "ENFORCED that lets compromised passwords in, but stops risky sign-ins, is a FAIL at low.",
        "The mode for custom authentication is a setting of its own: mentioned beside the verdict.",
    ),
    workload_aware=True,
)
def cognito_threat_protection_enforced(subject: Subject, aws: View) -> Verdict:
    """A user pool stops sign-ins with compromised passwords.

    Judged is each user pool that signs callers in, and each of its app clients with a risk configuration of its own.

    Passes: mode ENFORCED with the PLUS tier, and compromised credentials are blocked.

    Fails: OFF or AUDIT; ENFORCED with NO_ACTION everywhere, in the pool or for a client. At low: compromised credentials
    are let in, but risky sign-ins are stopped.

    Does not apply: a pool whose clients all sign in through external identity providers, or are machines.

    By hand::

        aws cognito-idp describe-user-pool --user-pool-id $P --query 'UserPool.[UserPoolTier,UserPoolAddOns]'
        aws cognito-idp describe-risk-configuration --user-pool-id $P
        aws cognito-idp describe-risk-configuration --user-pool-id $P --client-id $C
    """
    pool = subject.about["pool"]
    assert isinstance(pool, UserPool)
    nobody = pool_clients.without_passwords(aws, pool)
    if nobody:
        return not_applicable(f"{pool.what[:1].upper()}{pool.what[1:]}: {nobody}")
    answer = told(aws, pool)
    mode = str(first(answer, "UserPoolAddOns.AdvancedSecurityMode") or "OFF")
    if mode not in ("OFF", "AUDIT", "ENFORCED"):
        return not_assessed(Why.LINK_UNKNOWN, f"AWS states mode {mode} for {pool.what}, which is not known")
    if mode != "ENFORCED":
        return failed(f"Threat protection of {pool.what} is {mode}")
    looks = [lambda: _pool(pool, aws), lambda: _clients(pool, aws)]
    return weighed(f"threat protection of {pool.what} is ENFORCED", looks, tuple(_notes(answer)))


def _notes(answer: Answer) -> Iterator[str]:
    tier = str(answer.get("UserPoolTier") or "")
    if tier and tier != "PLUS":
        yield f"The pool's tier is {tier}, which has no threat protection: check that it is in force"
    custom = first(answer, "UserPoolAddOns.AdvancedSecurityAdditionalFlows.CustomAuthMode")
    if custom and custom != "ENFORCED":
        yield f"For custom authentication it is {custom}"


def _pool(pool: UserPool, aws: View) -> Iterator[Problem | str]:
    yield from _judged(_risk(aws, cognito_idp.DESCRIBE_RISK_CONFIGURATION, UserPoolId=pool.pool_id), "")


def _clients(pool: UserPool, aws: View) -> Iterator[Problem | str]:
    for client in pool_clients.pool_clients(aws, pool):
        if pool_clients.machine(pool_clients.settings(aws, client)):
            continue
        operation = cognito_idp.DESCRIBE_RISK_CONFIGURATION_CLIENTS
        own = _risk(aws, operation, UserPoolId=pool.pool_id, ClientId=client.ident)
        # A client without settings of its own has those of the pool.
        if own.get(_COMPROMISED) or own.get(_TAKEOVER):
            yield from _judged(own, f"client {client.ident}: ")


def _risk(aws: View, operation: Operation, **asked: str) -> Answer:
    return (aws.get(operation, **asked) or {}).get("RiskConfiguration") or {}


def _judged(risk: Answer, whose: str) -> Iterator[Problem | str]:
    compromised = str(first(risk, f"{_COMPROMISED}.Actions.EventAction") or "NO_ACTION")
    takeover = {
        level: str(first(risk, f"{_TAKEOVER}.Actions.{level}Action.EventAction") or "NO_ACTION")
        for level in ("High", "Medium", "Low")
    }
    acting = [f"{level.lower()} risk {action}" for level, action in takeover.items() if action != "NO_ACTION"]
    if compromised == "BLOCK":
        yield f"{whose}compromised credentials BLOCK" + (f", {', '.join(acting)}" if acting else "")
    elif acting:
        yield Problem(
            Severity.LOW, f"{whose}compromised credentials {compromised}, though {', '.join(acting)}"
        )
    else:
        yield Problem(
            Severity.MEDIUM, f"{whose}NO_ACTION for compromised credentials and for every level of risk"
        )
