"""Who outside can use a resource: its policy is asked as strangers would ask, never pattern-matched.

The callers: an unsigned one; an administrator of a foreign account in a foreign organization, through the
internet and through a foreign VPC endpoint; in the same way a member of each organization that is ours or named;
each account named; each service named, acting for a foreign account (the confused deputy); each identity provider named.
The keys that say who and from where are fixed to the caller's values, everything else (Referer, UserAgent, TLS,
tags) is open. What the policy does not hold - S3 Block Public Access, endpoint type, function URL authentication,
KMS grants - is passed as a `Setting`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assessor.iam.conditions import UNKNOWN
from assessor.iam.decide import BUDGET, Decision, Witness
from assessor.iam.openings import Collected, Exposure, Level, Opening, Setting
from assessor.iam.policy import Effect, Policy, StatementRef, Use, parse_policy
from assessor.iam.principals import ANONYMOUS, Caller, Kind, PrincipalKind, parse_caller
from assessor.iam.question import Question, alike, allowed_actions, resources_of, unsigned_possible
from assessor.iam.request import Given
from assessor.iam.shapes import STRANGER
from assessor.iam.strangers import (
    ENDPOINT,
    INTERNET,
    MEMBER,
    NOBODY,
    STRANGER_ORG,
    address_blocks,
    allowed_entries,
    caller_or_none,
    foreign_arns,
    is_private,
    policy_conditions,
    probe_addresses,
    service_for_stranger,
    signed_as,
)

__all__ = ["Exposure", "Level", "Opening", "Setting", "exposure", "kept_out_by", "refusals"]

GROUP_LIMIT = 100
"""Groups of actions asked about; with more the exposure is not exact."""
_OPEN = parse_policy(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
    },
    use=Use.RESOURCE,
    name="whatever lets it in",
)


def exposure(
    policy: Policy,
    *,
    resource: str,
    account: str,
    actions: Iterable[str] | None = None,
    org: str | None = None,
    setting: Setting | None = None,
    budget: int = BUDGET,
) -> Exposure:
    """Who outside ``account`` may do ``actions`` (default: all that the policy allows) on ``resource``.

    ``resource`` is the ARN of the bucket, function, API ...; what lies below it (objects, stages) is probed where
    the policy names it. ``org`` is the id of our own organization, when known.
    """
    question = Question(policy, account, setting or Setting(), budget)
    wanted = tuple(actions) if actions is not None else allowed_actions(policy, resource)
    groups = alike(question, wanted)
    found = Collected({group[0]: group for group in groups})
    for group in groups[:GROUP_LIMIT]:
        for probe in resources_of(policy, group[0], resource):
            _ask_all(question, group[0], probe, org, found)
    found.exact = found.exact and len(groups) <= GROUP_LIMIT
    openings = _restricted(question, found.merged())
    openings += [
        Opening(Level.ACCOUNT, caller.account, ("kms:grant",), resource, None, (), caller)
        for caller in map(caller_or_none, question.setting.grantees)
        if caller is not None and caller.account not in {"", account}
    ]
    openings.sort(key=lambda o: (o.level.rank, o.who))
    unreadable = tuple(str(p) for p in policy.problems)
    return Exposure(tuple(openings), tuple(dict.fromkeys((*unreadable, *found.unsupported))), found.exact)


def kept_out_by(
    opening: Opening, policy: Policy, *, account: str, setting: Setting, budget: int = BUDGET
) -> tuple[StatementRef, ...]:
    """The statements of resource control policies that keep out whom ``policy`` lets in by an opening.

    Empty where they do not, or not in every circumstance.
    """
    question = Question(policy, account, setting, budget)
    found: dict[StatementRef, None] = {}
    for action in opening.actions:
        decision = question.ask(opening.caller, action, opening.resource, opening.context)
        if decision.possible or decision.undecided:
            return ()
        found.update(dict.fromkeys(ref for ref in decision.denials if ref.use is Use.RCP))
    return tuple(found)


def refusals(
    principal: str,
    action: str,
    resource: str,
    *,
    account: str,
    rcps: tuple[tuple[Policy, ...], ...],
    budget: int = BUDGET,
) -> tuple[StatementRef, ...]:
    """The statements of resource control policies by which ``principal`` may never use a resource of ``account``.

    Whatever else lets it in (a KMS grant). Empty where it may in some circumstances: as a member of the organization,
    say. ``principal``: an ARN of another account.
    """
    caller = caller_or_none(principal)
    if caller is None:
        return ()
    question = Question(_OPEN, account, Setting(rcps=rcps), budget)
    decision = question.ask(caller, action, resource, signed_as(caller.account, None, caller.arn))
    if decision.possible or decision.undecided:
        return ()
    return tuple(ref for ref in decision.denials if ref.use is Use.RCP)


def _restricted(question: Question, openings: list[Opening]) -> list[Opening]:
    """S3: with RestrictPublicBuckets a public policy works for the owner's account and for services only."""
    public = any(o.level.public for o in openings)
    if question.setting.restrict_public_buckets and public:
        return [o for o in openings if o.level is Level.SERVICE]
    return openings


# -- callers ----------------------------------------------------------------------------------------
def _ask_all(question: Question, action: str, resource: str, org: str | None, found: Collected) -> None:
    reached = _ask_strangers(question, action, resource, found)
    if reached is None or not reached.public:
        _ask_organizations(question, action, resource, org, found)
        _ask_accounts(question, action, resource, found)
        _ask_canonical(question, action, resource, found)
    _ask_services(question, action, resource, reached, found)
    _ask_providers(question, action, resource, found)


def _partition(resource: str) -> str:
    """The partition of what is asked about: nobody comes from another one."""
    return resource.split(":")[1] if resource.startswith("arn:") else "aws"


def _setting_keys(question: Question) -> Given:
    auth = question.setting.url_auth
    return {} if auth is None else {"lambda:FunctionUrlAuthType": auth}


def _ask_strangers(question: Question, action: str, resource: str, found: Collected) -> Level | None:
    stranger = parse_caller(f"arn:{_partition(resource)}:iam::{STRANGER}:role/stranger")
    orgs: list[str] = [STRANGER_ORG, ""]
    callers: list[tuple[Level, Caller, Given]] = [
        (Level.ANYONE if unsigned_possible(question, action) else Level.ANY_ACCOUNT, ANONYMOUS, NOBODY)
    ]
    callers += [(Level.ANY_ACCOUNT, stranger, signed_as(STRANGER, org, stranger.arn)) for org in orgs]
    widest: Level | None = None
    for level, caller, who in callers:
        reached = _ask_networks(question, _Asked(level, "", caller, action, resource), who, found)
        if reached is not None and reached.public:
            return reached
        widest = widest or reached
    return widest


@dataclass(frozen=True, slots=True)
class _Asked:
    level: Level
    who: str
    caller: Caller
    action: str
    resource: str


def _ask_networks(question: Question, asked: _Asked, who: Given, found: Collected) -> Level | None:
    """Through the internet, address by address, and through a foreign endpoint; the level that was reached."""
    base: Given = {**who, **_setting_keys(question)}
    reached: Level | None = None
    if question.setting.internet:
        context = {**base, **INTERNET, "aws:SourceIp": UNKNOWN}
        decision = question.ask(asked.caller, asked.action, asked.resource, context)
        if found.note(decision):
            reached = _ask_addresses(question, asked, context, found)
            if reached is asked.level:
                return reached
    context = {**base, **ENDPOINT}
    decision = question.ask(asked.caller, asked.action, asked.resource, context)
    if found.note(decision):
        found.add(_opening(asked, decision, context))
        return asked.level
    return reached


def _opening(
    asked: _Asked, decision: Decision, context: Given, level: Level | None = None, who: str = ""
) -> Opening:
    witness = decision.allow_witness
    where = {
        name: value
        for name in ("aws:SourceIp", "aws:SourceVpce")
        if isinstance(value := context.get(name), str)
    }
    if witness is not None and where:
        witness = Witness({**{k: (v,) for k, v in where.items()}, **witness.values}, witness.absent)
    return Opening(
        level or asked.level,
        who or asked.who,
        (asked.action,),
        asked.resource,
        witness,
        decision.grants,
        asked.caller,
        context,
    )


def _ask_addresses(question: Question, asked: _Asked, context: Given, found: Collected) -> Level | None:
    blocks = address_blocks(*question.facing)
    for address in probe_addresses(blocks):
        pinned = {**context, "aws:SourceIp": address}
        decision = question.ask(asked.caller, asked.action, asked.resource, pinned)
        if found.note(decision):
            found.add(_opening(asked, decision, pinned))
            return asked.level
    reached: Level | None = None
    for block in blocks:
        inside = str(block[min(9, block.num_addresses - 1)])
        if is_private(inside):
            continue
        if (Level.IP_RANGE, str(block), "") in found.openings and asked.level is Level.ORG:
            continue
        pinned = {**context, "aws:SourceIp": inside}
        decision = question.ask(asked.caller, asked.action, asked.resource, pinned)
        if found.note(decision):
            level = Level.IP_RANGE if asked.level in {Level.ANYONE, Level.ANY_ACCOUNT} else asked.level
            who = str(block) if level is Level.IP_RANGE else asked.who
            found.add(_opening(asked, decision, pinned, level, who))
            reached = level
    return reached


_ORG_ID = re.compile(r"\bo-[a-z0-9]{4,32}", re.ASCII)
_ORG_KEYS = {"aws:principalorgid", "aws:principalorgpaths"}


def _ask_organizations(
    question: Question, action: str, resource: str, org: str | None, found: Collected
) -> None:
    named = {
        match
        for condition in policy_conditions(*question.facing)
        if condition.key in _ORG_KEYS
        for template in condition.values
        for match in _ORG_ID.findall(template.constant or "")
    }
    for name in sorted(named | ({org} if org else set())):
        caller = parse_caller(f"arn:{_partition(resource)}:iam::{MEMBER}:role/member")
        paths = {"aws:PrincipalOrgPaths": UNKNOWN}
        who = {**signed_as(MEMBER, name, caller.arn), **paths}
        _ask_networks(question, _Asked(Level.ORG, name, caller, action, resource), who, found)


def _ask_named(question: Question, asked: _Asked, who: Given, found: Collected) -> None:
    """For callers the policy names: the network is open too, as they may well come from where it wants.

    An account that gets in as a member of some organization only is that organization.
    """
    context = {**who, **_setting_keys(question)}
    decision = question.ask(asked.caller, asked.action, asked.resource, context)
    if not found.note(decision):
        return
    org = _organization_of(decision.allow_witness)
    if asked.level is Level.ACCOUNT and org and not _gets_in_without(question, asked, context):
        found.add(_opening(asked, decision, context, Level.ORG, org))
    else:
        found.add(_opening(asked, decision, context))


def _organization_of(witness: Witness | None) -> str:
    """The organization that a caller must be a member of, by the witness; empty where it says nothing of that."""
    for key, values in (witness.values if witness is not None else {}).items():
        if key.lower() in _ORG_KEYS:
            return next((match for value in values for match in _ORG_ID.findall(value)), "")
    return ""


def _gets_in_without(question: Question, asked: _Asked, context: Given) -> bool:
    """Whether the caller may get in as a member of another organization, or of none."""
    for org in (STRANGER_ORG, ""):
        keys = signed_as(asked.caller.account, org, asked.caller.arn)
        other = {**context, **{key: keys[key] for key in ("aws:PrincipalOrgID", "aws:PrincipalOrgPaths")}}
        decision = question.ask(asked.caller, asked.action, asked.resource, other)
        if decision.possible or decision.undecided:
            return True
    return False


_ACCOUNT_ID = re.compile(r"(?<!\d)\d{12}(?!\d)", re.ASCII)
_ACCOUNT_KEYS = {
    "aws:principalaccount",
    "aws:principalarn",
    "kms:calleraccount",
    "aws:sourceowner",
    "aws:userid",
}


def _ask_accounts(question: Question, action: str, resource: str, found: Collected) -> None:
    callers: dict[str, dict[str, Caller]] = {}
    for named in allowed_entries(question.policy):
        caller = caller_or_none(named.value) if named.kind is PrincipalKind.AWS else None
        if named.account and named.account != question.account:
            group = callers.setdefault(named.account, {})
            if caller is not None and caller.kind is not Kind.ROOT:
                group.setdefault(caller.arn, caller)
        elif caller is not None and caller.account == "cloudfront":
            callers.setdefault("cloudfront", {}).setdefault(caller.arn, caller)
    for condition in policy_conditions(*question.facing):
        if condition.key in _ACCOUNT_KEYS:
            for template in condition.values:
                for account in _ACCOUNT_ID.findall(template.constant or ""):
                    if account != question.account:
                        callers.setdefault(account, {})
    for account, group in sorted(callers.items()):
        generic = parse_caller(f"arn:{_partition(resource)}:iam::{account}:role/administrator")
        for caller in (*group.values(), generic):
            arn = UNKNOWN if caller is generic else caller.arn
            who: Given = {**signed_as(account, None, caller.arn), "aws:PrincipalArn": arn}
            level = Level.SERVICE if account == "cloudfront" else Level.ACCOUNT
            name = caller.name if account == "cloudfront" else account
            _ask_named(question, _Asked(level, name, caller, action, resource), who, found)


def _ask_canonical(question: Question, action: str, resource: str, found: Collected) -> None:
    for named in allowed_entries(question.policy):
        if named.kind is PrincipalKind.CANONICAL:
            caller = Caller(Kind.CANONICAL, named.value)
            asked = _Asked(Level.ACCOUNT, f"canonical user {named.value[:16]}", caller, action, resource)
            _ask_named(question, asked, {}, found)


_SERVICE_KEYS = {"aws:principalservicename", "aws:principalservicenameslist"}
_SOME_SERVICE = "zz99.amazonaws.com"


def _ask_services(
    question: Question, action: str, resource: str, reached: Level | None, found: Collected
) -> None:
    """Each service that is named, as principal or by condition; where everybody is, some service too."""
    if question.policy.use is Use.TRUST:
        return
    names = {n.value: n.value for n in allowed_entries(question.policy) if n.kind is PrincipalKind.SERVICE}
    public = reached is not None and reached.public
    if question.setting.internet and not public and _everybody(question.policy):
        names |= {
            text: text
            for condition in policy_conditions(question.policy)
            for template in condition.values
            if condition.key in _SERVICE_KEYS and (text := template.constant) is not None and "*" not in text
        }
        names[_SOME_SERVICE] = "of any kind"
    for name, said in names.items():
        caller = Caller(Kind.SERVICE, name)
        for arn in foreign_arns(*question.facing):
            who = {**service_for_stranger(name, arn), **_setting_keys(question)}
            decision = question.ask(caller, action, resource, who)
            if found.note(decision):
                found.add(_opening(_Asked(Level.SERVICE, said, caller, action, resource), decision, who))
                break


def _everybody(policy: Policy) -> bool:
    """Whether a statement that may allow is for everybody, or for all but some."""
    return any(
        one.effect is not Effect.DENY
        and one.principals is not None
        and (one.principals.negated or any(entry.everyone for entry in one.principals.named))
        for one in policy.statements
    )


def _ask_providers(question: Question, action: str, resource: str, found: Collected) -> None:
    for name in dict.fromkeys(
        n.value for n in allowed_entries(question.policy) if n.kind is PrincipalKind.FEDERATED
    ):
        caller = Caller(Kind.FEDERATED, name)
        decision = question.ask(caller, action, resource, {})
        if found.note(decision):
            found.add(_opening(_Asked(Level.FEDERATED, name, caller, action, resource), decision, {}))
