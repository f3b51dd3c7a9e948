"""GAI-3.14: A fine-grained authorization mechanism exists on each model path."""

from collections.abc import Callable, Iterable, Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import (
    Item,
    Severity,
    Status,
    Verdict,
    failed,
    not_applicable,
    not_assessed,
    passed,
)
from assessor.model.view import View, gather
from collectors import cognito_identity
from evaluators.derived.doors import sign_ins, signed_doors
from evaluators.derived.doors.mechanisms import Mechanism
from evaluators.derived.doors.sign_ins import SignedDoor, SignIn, apart, machines_only
from evaluators.derived.users import group_roles, identity_pools, policy_engines, policy_stores
from evaluators.derived.users.group_roles import RoleMapping, by_groups, chosen, only_in_code, role_mappings
from evaluators.derived.users.identity_pools import GUEST, USER, pool, pool_subjects
from evaluators.derived.users.policy_engines import engine_of
from evaluators.derived.users.policy_stores import held_for
from evaluators.derived.words import sentence

_CODE = "Code behind the door may tell users apart by itself: ATT-3.1 asks"


def subjects(aws: View) -> Iterator[Subject]:
    """Every door in scope, once for each stage where it has stages, and every identity pool."""
    return iter(gather(_doors(aws), pool_subjects(aws)))


def _doors(aws: View) -> Iterator[Subject]:
    for door in aws.derive(signed_doors.signed_doors):
        yield Subject(
            door.arn,
            door.kind,
            key=door.key,
            about={"door": door},
            evidence=door.evidence,
            stands_for=door.stands_for,
        )


@control(
    "GAI-3.14",
    slug="fine-grained-authorization-layer",
    item=Item.ACCESS,
    title="A fine-grained authorization mechanism exists on each model path",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind="AWS::ApiGateway::Method",
    subjects=subjects,
    reads=[
        *signed_doors.READS,
        *sign_ins.READS,
        *group_roles.READS,
        *identity_pools.READS,
        *policy_stores.READS,
        *policy_engines.READS,
        cognito_identity.GET_PRINCIPAL_TAG_ATTRIBUTE_MAP,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because="This Region has no door at which people may stand: no API, URL, rule, service, gateway or identity pool.",
    why=(
        "Where signing in is all there is, every user may do everything: one stolen password opens each tool and each "
        "store the path leads to."
    ),
    remediation="Create a policy store bound to the pool.",
    fix_cli="aws verifiedpermissions create-policy-store --validation-settings mode=STRICT",
    answers=("S3.2", "S3.3"),
    frameworks={
        "gensec": ("GENSEC01-BP03",),
        "owasp_llm_2025": ("LLM06",),
        "mitre_atlas": ("AML.M0019",),
        "iso_42001": ("A.9.2",),
        "finos_ccc": ("CCC.GenAI.CN06.AR01",),
    },
    edge_cases=(
        "A store whose policy permits anybody anything on everything, with nothing that forbids, is open: FAIL.",
        "A policy without a scope may have a condition: its statement is read before it is called open.",
        "That a store knows the users is seen; that code asks it is not: the row says so.",
        "A role that a group names has effect only where an identity pool chooses roles by it.",
        "A gateway in mode ENFORCE enforces nothing while its engine has no policy in force, or only LOG_ONLY ones.",
        "Lambda authorizers, token triggers and AppSync resolvers are code: NOT_ASSESSED, which ATT-3.1 answers.",
        "A door that asks nobody who he is fails: nothing can depend on a user nobody knows.",
        "A pool that has only client_credentials clients signs machines in; so does AWS_IAM.",
    ),
    workload_aware=True,
)
def fine_grained_authorization_layer(subject: Subject, aws: View) -> Verdict:
    """On each path that people use, something decides by user, group or attribute what they may do.

    Judged is each door at which people may stand: method and stage, route, function URL, AppSync API, forwarding rule,
    App Runner service, AgentCore door, identity pool.

    Passes, with at least one of: a Verified Permissions store in mode STRICT with a policy, whose identity source is
    the door's user pool or issuer; scopes (of a load balancer or AgentCore door also claims) that a method, route or
    door asks for; an identity pool that chooses roles by the pool's groups or claims; a gateway's policy engine in mode
    ENFORCE with a policy in force; AppSync's defaultAction DENY.

    Fails: none of them; a store with mode OFF, without policies or without identity source; a store or engine that
    permits anybody everything; a door that signs nobody in.

    Does not apply: only machines come this way (AWS_IAM, client_credentials).

    Not assessed: code decides (a Lambda authorizer, a function that writes claims, groups whose roles nothing but code
    can use, AppSync resolvers), which ATT-3.1 asks about; callers from inside a network; a user pool of another account.

    By hand::

        aws verifiedpermissions list-identity-sources --policy-store-id $STORE
        aws verifiedpermissions get-policy-store --policy-store-id $STORE --query validationSettings
        aws verifiedpermissions list-policies --policy-store-id $STORE
        aws apigateway get-resources --rest-api-id $API --embed methods --query 'items[].resourceMethods'
        aws cognito-idp list-groups --user-pool-id $P --query 'Groups[].[GroupName,RoleArn]'
        aws cognito-identity get-identity-pool-roles --identity-pool-id $I --query RoleMappings
        aws bedrock-agentcore-control get-gateway --gateway-identifier $G --query policyEngineConfiguration
    """
    ident = subject.about.get("pool")
    if isinstance(ident, str):
        return _identity_pool(ident, aws)
    door = subject.about["door"]
    assert isinstance(door, SignedDoor)
    verdicts: list[Verdict] = []
    unseen: UnseenError | None = None
    ways = gather(door.look(aws))
    for way in (one for every in ways.known for one in apart(every)):
        try:
            verdicts.append(_way(sentence(door.what), way, aws))
        except UnseenError as error:
            unseen = unseen or error
    unseen = unseen or ways.unseen
    if unseen is not None and not any(verdict.status is Status.FAIL for verdict in verdicts):
        raise unseen
    if not verdicts:
        return not_applicable(f"{sentence(door.what)} is defined, but nothing serves it")
    return min(verdicts, key=lambda verdict: _GRAVEST.index(verdict.status))


_GRAVEST = [Status.FAIL, Status.NOT_ASSESSED, Status.PASS, Status.NOT_APPLICABLE]


def _way(what: str, way: SignIn, aws: View) -> Verdict:
    if way.anonymous:
        return failed(
            f"{what}: {way.said}: nobody is asked who he is, so nothing can depend on it", None, _CODE
        )
    if way.inside:
        return not_assessed(
            Why.LINK_UNKNOWN,
            f"{what}: {way.inside}, and it signs nobody in: who its callers are is not told (ATT-3.1)",
        )
    machine = machines_only(aws, way)
    if machine:
        return not_applicable(f"{what} is for machines only: {machine}")
    said = f"{what}: {way.said}{f' ({way.whom})' if way.whom else ''}"
    if way.limits:
        return passed(f"{said}, which asks for {' and '.join(way.limits)}")
    sources = [engine_of(aws, way.gateway)]
    if way.pools or way.issuers:
        sources.append(held_for(aws, way.pools, way.issuers))
    sources += [by_groups(aws, one) for one in way.pools]
    return _decided(said, sources, lambda: _in_code(way, aws))


def _in_code(way: SignIn, aws: View) -> Iterator[str]:
    if way.code:
        yield way.code
    for one in way.pools:
        yield from only_in_code(aws, one)


def _decided(
    said: str, sources: Iterable[Iterator[Mechanism]], elsewhere: Callable[[], Iterable[str]]
) -> Verdict:
    """A pass by the first mechanism in force; otherwise, when everything was seen, what stands in its place.

    elsewhere: what decides where configuration does not show it, in words.
    """
    idle: list[str] = []
    unseen: UnseenError | None = None
    for source in sources:
        try:
            for found in source:
                if found.decides:
                    return passed(f"{said}; {found.said}", *((found.note,) if found.note else ()))
                idle.append(found.said)
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen
    besides = f"; {'; '.join(dict.fromkeys(idle))}" if idle else ""
    inside = list(elsewhere())
    if inside:
        return not_assessed(
            Why.LINK_UNKNOWN,
            f"{said}; {'; '.join(inside)}{besides}: what users may do is not decided here (ATT-3.1)",
        )
    return failed(
        f"{said}; nothing decides by user, group or attribute what a caller may do{besides}", None, _CODE
    )


def _identity_pool(ident: str, aws: View) -> Verdict:
    found = pool(aws, ident)
    if found.roles is None:
        assert found.unseen is not None
        raise found.unseen
    mappings = [one for one in aws.derive(role_mappings).known if one.identity_pool == ident]
    said = f"Identity pool {ident}"
    if not found.role(USER) and not mappings:
        if found.detail is None:
            assert found.unseen is not None
            raise found.unseen
        if found.role(GUEST) and found.detail.get("AllowUnauthenticatedIdentities") is True:
            return failed(f"{said} gives a role to guests only: nobody is asked who he is")
        return not_applicable(f"{said} gives nobody a role")
    said = f"{said} gives signed-in users {found.role(USER) or 'roles by mapping'}"
    return _decided(said, [_chosen(aws, one) for one in mappings], lambda: _beside(ident, mappings, aws))


def _beside(ident: str, mappings: Iterable[RoleMapping], aws: View) -> Iterator[str]:
    """What tells the users of an identity pool apart beside its mappings, in words."""
    for call, answer in aws.items_with_call(cognito_identity.GET_PRINCIPAL_TAG_ATTRIBUTE_MAP, ""):
        if call.request.get("IdentityPoolId") == ident and (
            answer.get("PrincipalTags") or answer.get("UseDefaults") is True
        ):
            yield "users bring session tags, by which policies may tell them apart (GAI-3.13)"
            break
    for one in mappings:
        if one.pool and one.kind == "Token":
            yield from only_in_code(aws, one.pool)


def _chosen(aws: View, mapping: RoleMapping) -> Iterator[Mechanism]:
    yield chosen(aws, mapping)
