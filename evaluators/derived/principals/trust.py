"""Who may take on a role by its trust policy, asked as strangers would: services for somebody else, foreign tokens.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.iam.decide import decide
from assessor.iam.holders import Principal
from assessor.iam.policy import Effect, Policy
from assessor.iam.principals import IDENTITY_POOLS, Caller, Kind, Named, PrincipalKind
from assessor.iam.request import Given, Layers, Request, context, everything_open
from assessor.iam.strangers import foreign_arns, service_for_stranger

Levels = tuple[tuple[Policy, ...], ...]
BEDROCK_SERVICES = frozenset({"bedrock.amazonaws.com", "bedrock-agentcore.amazonaws.com"})
ASSUMING = ("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML")
_GITHUB = "token.actions.githubusercontent.com"


@dataclass(frozen=True, slots=True)
class Loose:
    """An identity provider whose tokens open a role to people nobody chose; ``whose`` says to whom."""

    provider: str
    whose: str


def entries(trust: Policy | None) -> Iterator[Named]:
    """The entries of every Principal element that allows."""
    for statement in trust.statements if trust is not None else ():
        if statement.effect is not Effect.DENY and statement.principals is not None:
            yield from statement.principals.named


def services(role: Principal) -> tuple[str, ...]:
    """The AWS services that the trust policy names."""
    named = (one.value for one in entries(role.trust) if one.kind is PrincipalKind.SERVICE)
    return tuple(dict.fromkeys(named))


def bedrock_services(role: Principal) -> tuple[str, ...]:
    """Those of them that are Bedrock's."""
    return tuple(name for name in services(role) if name.removesuffix(".cn") in BEDROCK_SERVICES)


def for_anybody(role: Principal, service: str, rcps: Levels = ()) -> bool | None:
    """Whether a service may take the role on for another account's resource; None where that cannot be judged.

    rcps: the resource control policies that bind the role.
    """
    assert role.trust is not None
    undecided = False
    above = [policy for level in rcps for policy in level]
    for arn in foreign_arns(role.trust, *above):
        given = service_for_stranger(service, arn)
        decision = _asked(role, Caller(Kind.SERVICE, service), "sts:AssumeRole", given, rcps)
        if decision:
            return True
        undecided = undecided or decision is None
    return None if undecided else False


def loose_providers(role: Principal, rcps: Levels = ()) -> Iterator[Loose]:
    """The web identity providers whose tokens are not limited to certain holders."""
    for provider in dict.fromkeys(
        one.value for one in entries(role.trust) if one.kind is PrincipalKind.FEDERATED
    ):
        if ":saml-provider/" in provider:
            continue
        host = provider.partition(":oidc-provider/")[2] or provider
        given, whose = _stranger(host)
        if _asked(role, Caller(Kind.FEDERATED, provider), "sts:AssumeRoleWithWebIdentity", given, rcps):
            yield Loose(provider, whose)


def _stranger(host: str) -> tuple[Given, str]:
    """The claims of a token that somebody unknown may hold, and who that is."""
    if host in IDENTITY_POOLS:
        return {
            f"{host}:aud": "us-east-1:99999999-9999-4999-8999-999999999999"
        }, "any identity pool of any account"
    if host == _GITHUB:
        claims: Given = {
            f"{host}:sub": "repo:zz99-stranger/zz99-stranger:ref:refs/heads/main",
            f"{host}:aud": "sts.amazonaws.com",
            f"{host}:repository": "zz99-stranger/zz99-stranger",
            f"{host}:repository_owner": "zz99-stranger",
            f"{host}:repository_id": "999999999",
            f"{host}:repository_owner_id": "999999999",
            f"{host}:job_workflow_ref": "zz99-stranger/zz99-stranger/.github/workflows/a.yml@refs/heads/main",
            f"{host}:actor": "zz99-stranger",
        }
        return claims, "any repository on GitHub"
    if "oidc.eks." in host:
        return {f"{host}:sub": "system:serviceaccount:zz99:zz99"}, "any pod of the cluster"
    return {f"{host}:sub": "zz99-stranger"}, "any identity of the provider"


def _asked(role: Principal, caller: Caller, action: str, given: Given, rcps: Levels) -> bool | None:
    assert role.trust is not None
    request = Request(caller, action, role.arn, role.account, context(given, opened=everything_open))
    decision = decide(request, Layers(resource=role.trust, rcps=rcps))
    if decision.possible:
        return True
    return None if decision.undecided else False
