"""GAI-3.11: App clients issue short, revocable tokens through safe flows."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from assessor.model.control import Level, Subject, control
from assessor.model.path import first
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import Answer, View
from evaluators.derived.doors.doors import doors_user_pools
from evaluators.derived.users import pool_clients, user_pools
from evaluators.derived.users.pool_clients import PoolClient, machine, settings

_PASSWORD = frozenset({"ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"})
_MINUTES = {"seconds": 1 / 60, "minutes": 1.0, "hours": 60.0, "days": 1440.0}
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def subjects(aws: View) -> Iterator[Subject]:
    """Every app client of the user pools in scope, in the name of its pool."""
    pools = doors_user_pools(aws)
    unseen = pools.unseen
    for pool in pools.known:
        try:
            for client in pool_clients.pool_clients(aws, pool):
                yield Subject(
                    pool.arn,
                    "AWS::Cognito::UserPoolClient",
                    key=client.ident,
                    about={"client": client},
                    evidence=(*pool.evidence, *client.evidence),
                    stands_for=(pool.arn,),
                )
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen


@control(
    "GAI-3.11",
    slug="app-client-token-hygiene",
    item=Item.ACCESS,
    title="App clients issue short, revocable tokens through safe flows",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind="AWS::Cognito::UserPoolClient",
    subjects=subjects,
    reads=[*user_pools.READS, *pool_clients.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="This Region has no user pool with an app client.",
    why=(
        "A token that lives for days, or that cannot be revoked, keeps an intruder in long after he was"
        " found."
    ),
    remediation="Tighten the client.",
    fix_cli=(
        "aws cognito-idp update-user-pool-client --user-pool-id $P --client-id $C --access-"
        "token-validity 60 --token-validity-units AccessToken=minutes --enable-token-"
        "revocation --prevent-user-existence-errors ENABLED"
    ),
    answers=("S3.3", "S3.5", "S3.7"),
    frameworks={
        "mitre_atlas": ("AML.T0091.000", "AML.M0019"),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-IAM-03",),
    },
    parameters=("max_access_token_minutes",),
    edge_cases=(
        ("A validity without a unit counts hours for access tokens; without a value it is 60 minutes."),
        (
            "Clients that only machines use (client_credentials) need no password flow, and are not "
            "asked about it."
        ),
        (
            "Flows of the hosted login do not count where the client may not use them "
            "(AllowedOAuthFlowsUserPoolClient false)."
        ),
        (
            "http://localhost is for development and allowed by Cognito itself; schemes of apps "
            "(myapp://) are no http."
        ),
        (
            "What Cognito does not state is what was usual when the client was made: no revocation, "
            "LEGACY errors."
        ),
        "A client that registered itself is named as such (ClientType DCR).",
    ),
    workload_aware=True,
)
def app_client_token_hygiene(subject: Subject, aws: View) -> Verdict:
    """An app client gives out access tokens that are short and can be revoked, by flows that do not leak them.

    Judged is each client of the user pools that sign callers in; the row stands in the name of the pool.

    Passes: no implicit flow, no plain password flow, access tokens no longer than `max_access_token_minutes`, revocation
    on, errors that do not tell which users exist, https callbacks.

    Fails: any of these broken.

    By hand::

        aws cognito-idp list-user-pool-clients --user-pool-id $P
        aws cognito-idp describe-user-pool-client --user-pool-id $P --client-id $C
    """
    client = subject.about["client"]
    assert isinstance(client, PoolClient)
    held = settings(aws, client)
    if not held:
        raise UnseenError(Why.LINK_UNKNOWN, f"AWS describes nothing of {client.what}")
    most = aws.parameters.get("max_access_token_minutes")
    faults = list(_faults(held, most))
    said = f"{client.what[:1].upper()}{client.what[1:]}"
    notes = ("It registered itself (ClientType DCR)",) if held.get("ClientType") == "DCR" else ()
    if faults:
        return failed(f"{said}: {'; '.join(faults)}", None, *notes)
    return passed(f"{said}: access tokens live {_minutes(held):g} minutes and can be revoked", *notes)


def _minutes(held: Answer) -> float:
    value = held.get("AccessTokenValidity")
    if not isinstance(value, (int, float)) or not value:
        return 60.0
    unit = str(first(held, "TokenValidityUnits.AccessToken") or "hours")
    return float(value) * _MINUTES.get(unit, 60.0)


def _faults(held: Answer, most: float) -> Iterator[str]:
    # An answer may leave the switch out; flows and addresses then count as they stand.
    hosted = held.get("AllowedOAuthFlowsUserPoolClient") is not False
    if hosted and "implicit" in (held.get("AllowedOAuthFlows") or ()):
        yield "it hands tokens out in the address of the page (implicit flow)"
    passwords = sorted(_PASSWORD & set(held.get("ExplicitAuthFlows") or ()))
    if passwords and not machine(held):
        yield f"it takes plain passwords ({', '.join(passwords)})"
    minutes = _minutes(held)
    if minutes > most:
        yield f"access tokens live {minutes:g} minutes, more than {most:g}"
    if held.get("EnableTokenRevocation") is not True:
        yield "tokens cannot be revoked (EnableTokenRevocation is not on)"
    if held.get("PreventUserExistenceErrors") != "ENABLED" and not machine(held):
        yield "errors tell which users exist (PreventUserExistenceErrors is not ENABLED)"
    if hosted:
        plain = [str(url) for url in held.get("CallbackURLs") or () if _plain(str(url))]
        if plain:
            yield f"it sends tokens to {', '.join(plain[:3])}, without TLS"


def _plain(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() == "http" and (parts.hostname or "") not in _LOCAL
