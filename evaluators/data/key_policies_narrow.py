"""GAI-5.15: Key policies admit only trusted principals and services."""

from collections.abc import Iterator

from assessor.iam.conditions import ABSENT
from assessor.iam.exposure import Opening, Setting
from assessor.iam.holders import Principal
from assessor.iam.policy import Effect, Policy, Use, parse_policy
from assessor.iam.principals import PrincipalKind
from assessor.iam.request import arn_field
from assessor.model.control import Level, Subject, control
from assessor.model.path import first, values
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, not_applicable
from assessor.model.view import Answer, View, gather
from collectors import kms
from evaluators.data.keys_rotate import InUse, subjects
from evaluators.derived.data import key_facts, keys
from evaluators.derived.principals import universe
from evaluators.derived.principals.administrators import PARAMETER as ADMINISTRATORS
from evaluators.derived.principals.appointed import appointed, entries_of
from evaluators.derived.principals.breadth import breadth
from evaluators.derived.principals.statements import listed, who
from evaluators.derived.principals.universe import estate
from evaluators.derived.sharing import outsiders
from evaluators.derived.sharing.outsiders import TRUSTED, Outsiders, how, said
from evaluators.derived.weighing import Problem, weighed

_CONTEXT = "kms:encryptioncontext"
_VIA = "kms:ViaService"
_UNBOUND = frozenset(
    {
        "Decrypt",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "ReEncryptFrom",
        "ReEncryptTo",
    }
)
"""Operations of a grant that an encryption context can constrain."""
_CONSTRAINTS = ("EncryptionContextSubset", "EncryptionContextEquals", "SourceArn")
_EVERY_ACTION = ("kms:Zz99", "kms:PutKeyPolicy")


@control(
    "GAI-5.15",
    slug="key-policies-narrow",
    item=Item.DATA,
    title="Key policies admit only trusted principals and services",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind=key_facts.KIND,
    subjects=subjects,
    reads=[*keys.READS, *universe.READS, *outsiders.READS, kms.GET_KEY_POLICY, kms.LIST_GRANTS],
    when_none=Status.NOT_APPLICABLE,
    none_because="Nothing in this Region names a customer key.",
    why="Whoever may use the key reads what it encrypts wherever a copy turns up: an open key is no encryption at all.",
    remediation=(
        "Name the roles and services that use the key, bind services by aws:SourceAccount or the encryption context,"
        " and keep kms:* to administrators."
    ),
    fix_cli="aws kms put-key-policy --key-id $K --policy-name default --policy file://key.json",
    answers=("S5.3", "S5.4"),
    frameworks={
        "gensec": ("GENSEC01-BP03",),
        "mitre_atlas": ("AML.M0005",),
        "iso_42001": ("A.7.2",),
        "prowler_aisf": ("AISF-INFRA-07",),
    },
    parameters=(TRUSTED, ADMINISTRATORS),
    edge_cases=(
        "A statement for this account's root leaves the decision to IAM: not open.",
        "Everybody with kms:CallerAccount of this account, or its organization, is not everybody.",
        "Everybody through one service (kms:ViaService) passes with a note: any account may, but only through it.",
        "A service that is bound by the encryption context or its source acts for this account only.",
        "Grants count: to a principal of another account they are as good as a statement.",
        "A grant to an AWS service without a constraint on the encryption context or source: FAIL at medium.",
        "kms:* for a role that may do everything anyway is no finding; for others admin_principals decides.",
        "A grant list that broke off is a partial answer: the row is not assessed unless something is proven.",
        "Resource control policies that could be read keep out whom policy or grant lets in: told. Unseen ones never help.",
        "What a Region does not offer names no key there.",
    ),
)
def key_policies_narrow(subject: Subject, aws: View) -> Verdict:
    """The policy and grants of a key let nobody use or manage it that its owner does not trust.

    Judged is each customer key that the workload's buckets, logs, agents, guardrails, stores, secrets and topics name;
    in account scope every customer key. Asked as strangers would: another account, each account named, each service
    acting for somebody else.

    Passes: only this account, its organization and `trusted_accounts` are admitted; services are bound by source or
    encryption context; kms:* goes to administrators (roles that may do everything, or `admin_principals`). Fails: any
    account may use or manage the key; an account that `trusted_accounts` does not name may, by policy or grant; kms:*
    goes to somebody who is no administrator. At medium: a service may use it for any account, or by a grant that nothing
    constrains. Not assessed: the lists that would decide are not set. Not applicable: the key is managed by AWS or does
    not exist.

    By hand::

        aws kms get-key-policy --key-id $K --policy-name default
        aws kms list-grants --key-id $K
    """
    used = subject.about["key"]
    assert isinstance(used, InUse)
    at = aws.at(used.region)
    key = key_facts.key_facts(at, used.refs[0])
    if not key.exists:
        return not_applicable(f"Key {key.arn} does not exist (GAI-5.14)")
    if not key.customer:
        return not_applicable(f"Key {key.arn} is managed by AWS, and so is its policy")
    more = f" and {len(used.uses) - 3} more" if len(used.uses) > 3 else ""
    what = f"key {key.arn} ({', '.join(used.uses[:3])}{more})"
    looks = [lambda: _policy(at, key.arn), lambda: _grants(at, key.arn), lambda: _managers(at, key.arn)]
    return weighed(what, looks, (key.caveat,) if key.caveat else ())


def _document(at: View, arn: str) -> Policy:
    answer = at.get(kms.GET_KEY_POLICY, KeyId=arn) or {}
    text = str(answer.get("Policy") or "")
    return parse_policy(text, use=Use.RESOURCE, name=f"the policy of key {arn}")


def _policy(at: View, arn: str) -> Iterator[Problem | str]:
    policy = _document(at, arn)
    found = outsiders.weighed(at, policy, arn=arn, what=policy.name)
    through = []
    for opening in found.anyone:
        if _only_through_a_service(at, policy, arn, opening):
            through.append(opening)
        else:
            yield Problem(Severity.HIGH, f"its policy admits {said([opening])} ({how(opening)})")
    for opening in found.addresses:
        yield Problem(Severity.HIGH, f"its policy admits {said([opening])} ({how(opening)})")
    yield from _accounts(found, "its policy")
    free = [one for one in found.services if not _by_context(one)]
    if free:
        yield Problem(
            Severity.MEDIUM,
            f"its policy lets {said(free)} use it for any account: neither source nor encryption context is bound"
            f" ({how(free[0])})",
        )
    for opening in found.providers:
        yield Problem(
            Severity.HIGH,
            f"its policy admits sessions of {said([opening])} from whatever account ({how(opening)})",
        )
    found.settled()
    yield f"its policy admits {found.admitted}"
    if through:
        service = (
            through[0].witness.values.get(_VIA, ("a service",))[0] if through[0].witness else "a service"
        )
        yield f"any account may use it, but only through {service}"


def _accounts(found: Outsiders, what: str) -> Iterator[Problem]:
    for opening in found.strangers:
        yield Problem(
            Severity.HIGH, f"{what} admits {said([opening])}, which {TRUSTED} does not name ({how(opening)})"
        )


def _only_through_a_service(at: View, policy: Policy, arn: str, opening: Opening) -> bool:
    """Whether nobody gets in who does not come through an AWS service."""
    direct = outsiders.weighed(
        at,
        policy,
        arn=arn,
        what=policy.name,
        actions=opening.actions,
        setting=Setting(fixed=((_VIA, ABSENT),)),
    )
    return not direct.anyone


def _by_context(opening: Opening) -> bool:
    named = () if opening.witness is None else opening.witness.values
    return any(key.lower().startswith(_CONTEXT) for key in named)


def _grants(at: View, arn: str) -> Iterator[Problem | str]:
    listed_grants = gather(at.items(kms.LIST_GRANTS, KeyId=arn))
    undecided: list[str] = []
    nobody: list[str] = []
    for grant in listed_grants.known:
        grantee = str(grant.get("GranteePrincipal") or grant.get("GranteeServicePrincipal") or "")
        source = str(first(grant, "Constraints.SourceArn") or "")
        owner = arn_field(grantee, 4) or arn_field(source, 4)
        if owner == at.account_id:
            continue
        named = list(map(str, values(grant, "Operations[]")))
        if not owner:
            nobody += [] if grantee else [str(grant.get("GrantId") or "without an id")]
            loose = _UNBOUND.intersection(named)
            if grantee and loose and not _constrained(grant):
                yield Problem(
                    Severity.MEDIUM,
                    f"a grant lets {grantee} use it ({', '.join(sorted(loose))}) for whatever it encrypts: no encryption"
                    " context or source constrains it",
                )
            continue
        operations = ", ".join(named) or "use"
        kept = _kept_from(at, grantee, named, arn)
        if kept:
            yield f"resource control policies keep out the grantee {grantee} ({kept})"
            continue
        trust = outsiders.trusted(at, owner)
        if trust is None:
            undecided.append(f"account {owner} ({operations})")
        elif not trust:
            yield Problem(
                Severity.HIGH,
                f"a grant gives {grantee} of account {owner}, which {TRUSTED} does not name, {operations}"
                + f" {outsiders.above(at).before}".rstrip(),
            )
    if listed_grants.unseen is not None:
        raise listed_grants.unseen
    if nobody:
        raise UnseenError(Why.ERROR, f"AWS does not say to whom {listed(nobody, 'grant')} of key {arn} goes")
    if undecided:
        raise UnseenError(
            Why.PARAMETER_MISSING,
            f"parameter {TRUSTED} is not set; grants of key {arn} admit {listed(undecided, 'grant')}",
        )


def _constrained(grant: Answer) -> bool:
    """Whether a grant holds for one encryption context or one source only."""
    constraints = grant.get("Constraints") or {}
    return any(constraints.get(name) for name in _CONSTRAINTS)


def _kept_from(at: View, grantee: str, operations: list[str], arn: str) -> str:
    """The statements of resource control policies that keep a grantee from all of it; empty where not from all."""
    use = [one for one in operations if one != "RetireGrant"] or ["Decrypt"]
    found = [outsiders.kept_from(at, grantee, f"kms:{one}", arn) for one in use]
    return found[0] if all(found) else ""


def _managers(at: View, arn: str) -> Iterator[Problem | str]:
    """Principals of this account that the policy lets do everything with the key."""
    policy = _document(at, arn)
    known = estate(at)
    entries = entries_of(at, ADMINISTRATORS)
    undecided: list[str] = []
    unclear: list[Principal] = []
    for principal in _named(at, policy):
        decision = known.universe.ask(principal, "kms:PutKeyPolicy", arn, resource_policy=policy)
        if decision.undecided and not appointed(principal, entries or ()):
            unclear.append(principal)
        if not decision.possible or appointed(principal, entries or ()):
            continue
        if breadth(known, principal).everything is not None:
            continue
        if entries is None:
            undecided.append(who(principal))
        else:
            yield Problem(
                Severity.HIGH,
                f"its policy gives {who(principal)} kms:*, and {ADMINISTRATORS} does not name it",
            )
    if undecided:
        raise UnseenError(
            Why.PARAMETER_MISSING,
            f"parameter {ADMINISTRATORS} is not set; the policy of key {arn} gives kms:* to"
            f" {listed(undecided, 'principal')}",
        )
    if known.unseen is not None and any(True for _ in _arns(policy)):
        raise known.unseen
    if unclear:
        raise known.undecidable(f"whether {who(unclear[0])} may do everything with key {arn}", unclear[0])


def _arns(policy: Policy) -> Iterator[str]:
    """The users and roles that statements name for every action on the key."""
    for statement in policy.statements:
        if statement.effect is Effect.DENY or statement.principals is None or statement.principals.negated:
            continue
        if all(statement.covers_action(action) for action in _EVERY_ACTION):
            for entry in statement.principals.named:
                if entry.kind is PrincipalKind.AWS and not entry.whole_account and not entry.everyone:
                    yield entry.value


def _named(at: View, policy: Policy) -> Iterator[Principal]:
    known = estate(at).universe
    for arn in dict.fromkeys(_arns(policy)):
        found = known.find(arn)
        if found is not None and found.account == at.account_id:
            yield found
