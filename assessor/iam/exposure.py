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
from dataclasses import dataclass, field, replace
from enum import StrEnum

from assessor.iam.actions import matching_actions
from assessor.iam.conditions import ABSENT, UNKNOWN, Missing
from assessor.iam.decide import BUDGET, Decision, Verdict, Witness, decide, open_context
from assessor.iam.patterns import ARN_PARTS, glob_matches, restore
from assessor.iam.policy import Effect, Policy, StatementRef, Use, parse_policy
from assessor.iam.principals import ANONYMOUS, Caller, Kind, PrincipalKind, parse_caller
from assessor.iam.request import Given, Layers, Request, arn_field
from assessor.iam.shapes import STRANGER
from assessor.iam.strangers import (
    ENDPOINT,
    INTERNET,
    NOBODY,
    STRANGER_ORG,
    address_blocks,
    allowed_entries,
    caller_or_none,
    foreign_arns,
    is_private,
    policy_conditions,
    probe_addresses,
    signed_as,
)

ACTION_LIMIT = 60
RESOURCE_LIMIT = 12
SIGNED_ONLY = frozenset(
    {"kms", "secretsmanager", "sts", "bedrock", "bedrock-agentcore", "dynamodb", "lambda"}
)
"""Services that refuse unsigned requests whatever the policy says."""
_ADMINISTRATOR = (
    parse_policy(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
        name="the stranger's own administrator policy",
    ),
)


class Level(StrEnum):
    """How far a resource is open, widest first."""

    ANYONE = "ANYONE"
    ANY_ACCOUNT = "ANY_ACCOUNT"
    IP_RANGE = "IP_RANGE"
    ACCOUNT = "ACCOUNT"
    SERVICE = "SERVICE"
    FEDERATED = "FEDERATED"
    ORG = "ORG"
    PRIVATE = "PRIVATE"

    @property
    def rank(self) -> int:
        """0 for the widest."""
        return list(Level).index(self)

    @property
    def public(self) -> bool:
        """Open to people nobody has named."""
        return self in {Level.ANYONE, Level.ANY_ACCOUNT}


@dataclass(frozen=True, slots=True)
class Opening:
    """One way in: who (an account, service, organization or address range), to do what, with a witness."""

    level: Level
    who: str
    actions: tuple[str, ...]
    resource: str
    witness: Witness | None
    statements: tuple[StatementRef, ...]
    caller: Caller = ANONYMOUS
    context: Given = field(default_factory=dict, compare=False, repr=False)

    @property
    def label(self) -> str:
        """``ACCOUNT:222222222222``, ``ANYONE``."""
        return f"{self.level}:{self.who}" if self.who else str(self.level)


@dataclass(frozen=True, slots=True)
class Exposure:
    """Every way in that was found, widest first.

    ``unsupported`` names what could not be read: the resource may then be more open than shown. ``exact`` is
    False where a search was cut off.
    """

    openings: tuple[Opening, ...]
    unsupported: tuple[str, ...] = ()
    exact: bool = True

    @property
    def level(self) -> Level:
        """The widest level; PRIVATE when nothing was found (and nothing was unreadable)."""
        return self.openings[0].level if self.openings else Level.PRIVATE

    @property
    def labels(self) -> tuple[str, ...]:
        """Each opening's label once; ``PRIVATE`` when there are none."""
        return tuple(dict.fromkeys(o.label for o in self.openings)) or (str(Level.PRIVATE),)

    def at(self, *levels: Level) -> tuple[Opening, ...]:
        """The openings of some levels."""
        return tuple(o for o in self.openings if o.level in levels)


@dataclass(frozen=True, slots=True)
class Setting:
    """What surrounds the policy.

    restrict_public_buckets: S3 Block Public Access, of the bucket or the account. internet: False for an API
    Gateway endpoint of type PRIVATE. url_auth: AuthType of a Lambda function URL (NONE or AWS_IAM).
    grantees: principals that hold KMS grants. rcps: resource control policies of the account, by level.
    fixed: keys that every request carries as stated, or never carries (through no access point: ABSENT).
    """

    restrict_public_buckets: bool = False
    internet: bool = True
    url_auth: str | None = None
    grantees: tuple[str, ...] = ()
    rcps: tuple[tuple[Policy, ...], ...] | None = None
    fixed: tuple[tuple[str, str | Missing], ...] = ()


@dataclass(frozen=True, slots=True)
class _Question:
    policy: Policy
    account: str
    setting: Setting
    budget: int

    def ask(self, caller: Caller, action: str, resource: str, given: Given) -> Decision:
        layers = Layers(identity=_ADMINISTRATOR, resource=self.policy, rcps=self.setting.rcps)
        known = {**given, **dict(self.setting.fixed)}
        request = Request(caller, action, resource, self.account, open_context(action, known))
        return decide(request, layers, budget=self.budget)


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
    question = _Question(policy, account, setting or Setting(), budget)
    wanted = tuple(actions) if actions is not None else _allowed_actions(policy, resource)
    found = _Collected()
    for action in wanted:
        for probe in _resources(policy, action, resource):
            _ask_all(question, action, probe, org, found)
    openings = _restricted(question, found.merged())
    openings += [
        Opening(Level.ACCOUNT, caller.account, ("kms:grant",), resource, None, (), caller)
        for caller in map(caller_or_none, question.setting.grantees)
        if caller is not None and caller.account not in {"", account}
    ]
    openings.sort(key=lambda o: (o.level.rank, o.who))
    unreadable = tuple(str(p) for p in policy.problems)
    return Exposure(tuple(openings), tuple(dict.fromkeys((*unreadable, *found.unsupported))), found.exact)


class _Collected:
    """Openings by level and name; the first witness stays, actions add up."""

    def __init__(self) -> None:
        self.openings: dict[tuple[Level, str], Opening] = {}
        self.unsupported: dict[str, None] = {}
        self.exact = True

    def note(self, decision: Decision) -> bool:
        """Keep what a decision says about its own certainty; whether the request can be allowed."""
        self.exact = self.exact and decision.exact
        if decision.verdict is Verdict.UNSUPPORTED:
            self.unsupported.update(dict.fromkeys(decision.unsupported))
        if not decision.exact and decision.verdict is Verdict.CONDITIONAL and decision.allow_witness is None:
            self.exact = False
        return decision.allow_witness is not None

    def add(self, opening: Opening) -> None:
        key = (opening.level, opening.who)
        known = self.openings.get(key)
        if known is None:
            self.openings[key] = opening
        else:
            self.openings[key] = replace(
                known,
                actions=tuple(dict.fromkeys((*known.actions, *opening.actions))),
                statements=tuple(dict.fromkeys((*known.statements, *opening.statements))),
            )

    def merged(self) -> list[Opening]:
        return list(self.openings.values())


def _restricted(question: _Question, openings: list[Opening]) -> list[Opening]:
    """S3: with RestrictPublicBuckets a public policy works for the owner's account and for services only."""
    public = any(o.level.public for o in openings)
    if question.setting.restrict_public_buckets and public:
        return [o for o in openings if o.level is Level.SERVICE]
    return openings


# -- what to ask about ------------------------------------------------------------------------------
def _allowed_actions(policy: Policy, resource: str) -> tuple[str, ...]:
    """What the statements name; of ``*`` and NotAction what the service of the resource knows."""
    found: dict[str, None] = {}
    service = arn_field(resource, 2)
    for statement in policy.statements:
        if statement.effect is Effect.DENY:
            continue
        if statement.not_actions or any(pattern.text == "*" for pattern in statement.actions):
            own = [a.name for a in matching_actions(f"{service}:*")] or [f"{service}:Zz99"]
            found.update(dict.fromkeys(name for name in own if statement.covers_action(name)))
            continue
        for pattern in statement.actions:
            known = [a.name for a in matching_actions(pattern.text)]
            found.update(dict.fromkeys(known or [restore(pattern.text)]))
    return tuple(found)[:ACTION_LIMIT]


def _resources(policy: Policy, action: str, resource: str) -> tuple[str, ...]:
    """The resource itself, and an instance of every resource below it that an Allow for the action names."""
    base = resource.rstrip("*")
    probes: dict[str, None] = {}
    for statement in policy.statements:
        if statement.effect is Effect.DENY or not statement.covers_action(action):
            continue
        for template in statement.resources or ():
            text = template.constant
            if text is None or statement.not_resources:
                continue
            if text.startswith("execute-api:/"):
                text = base.rstrip("/") + text[len("execute-api:") :]
            instance = _instance(text, resource)
            if instance.startswith(base):
                probes.setdefault(instance)
    probes.setdefault(_instance(resource, resource))
    if action.lower().startswith("s3:") and "object" in action.lower() and "/" not in resource:
        probes.setdefault(f"{resource}/zz99-object")
    return tuple(probes)[:RESOURCE_LIMIT]


def _instance(pattern: str, resource: str) -> str:
    """A concrete ARN of a pattern, with the fields of ``resource`` where the pattern leaves them open."""
    if pattern == "*":
        pattern = resource
    parts = pattern.split(":", ARN_PARTS - 1)
    own = resource.split(":", ARN_PARTS - 1)
    if len(parts) == ARN_PARTS and len(own) == ARN_PARTS:
        for number in range(ARN_PARTS - 1):
            if glob_matches(parts[number], own[number]):
                parts[number] = own[number]
        if parts[-1] != own[-1] and glob_matches(parts[-1], own[-1].rstrip("*")):
            parts[-1] = own[-1]
        pattern = ":".join(parts)
    return pattern.replace("*", "zz99").replace("?", "z")


# -- callers ----------------------------------------------------------------------------------------
def _ask_all(question: _Question, action: str, resource: str, org: str | None, found: _Collected) -> None:
    reached = _ask_strangers(question, action, resource, found)
    if reached is not Level.ANYONE and reached is not Level.ANY_ACCOUNT:
        _ask_organizations(question, action, resource, org, found)
        _ask_accounts(question, action, resource, found)
        _ask_canonical(question, action, resource, found)
    _ask_services(question, action, resource, found)
    _ask_providers(question, action, resource, found)


def _setting_keys(question: _Question) -> Given:
    auth = question.setting.url_auth
    return {} if auth is None else {"lambda:FunctionUrlAuthType": auth}


def _unsigned_possible(question: _Question, action: str) -> bool:
    service = action.partition(":")[0].lower()
    if action.lower() == "lambda:invokefunctionurl":
        return question.setting.url_auth in {None, "NONE"}
    return service not in SIGNED_ONLY


def _ask_strangers(question: _Question, action: str, resource: str, found: _Collected) -> Level | None:
    stranger = parse_caller(f"arn:aws:iam::{STRANGER}:role/stranger")
    orgs: list[str] = [STRANGER_ORG, ""]
    callers: list[tuple[Level, Caller, Given]] = [
        (Level.ANYONE if _unsigned_possible(question, action) else Level.ANY_ACCOUNT, ANONYMOUS, NOBODY)
    ]
    callers += [(Level.ANY_ACCOUNT, stranger, signed_as(STRANGER, org, stranger.arn)) for org in orgs]
    for level, caller, who in callers:
        reached = _ask_networks(question, _Asked(level, "", caller, action, resource), who, found)
        if reached is not None:
            return reached
    return None


@dataclass(frozen=True, slots=True)
class _Asked:
    level: Level
    who: str
    caller: Caller
    action: str
    resource: str


def _ask_networks(question: _Question, asked: _Asked, who: Given, found: _Collected) -> Level | None:
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


def _ask_addresses(question: _Question, asked: _Asked, context: Given, found: _Collected) -> Level | None:
    blocks = address_blocks(question.policy)
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
        if (Level.IP_RANGE, str(block)) in found.openings and asked.level is Level.ORG:
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
_MEMBER = "888888888888"


def _ask_organizations(
    question: _Question, action: str, resource: str, org: str | None, found: _Collected
) -> None:
    named = {
        match
        for condition in policy_conditions(question.policy)
        if condition.key in _ORG_KEYS
        for template in condition.values
        for match in _ORG_ID.findall(template.constant or "")
    }
    for name in sorted(named | ({org} if org else set())):
        caller = parse_caller(f"arn:aws:iam::{_MEMBER}:role/member")
        paths = {"aws:PrincipalOrgPaths": UNKNOWN}
        who = {**signed_as(_MEMBER, name, caller.arn), **paths}
        _ask_networks(question, _Asked(Level.ORG, name, caller, action, resource), who, found)


def _ask_networks_named(question: _Question, asked: _Asked, who: Given, found: _Collected) -> None:
    """For callers the policy names: the network is open too, as they may well come from where it wants."""
    context = {**who, **_setting_keys(question)}
    decision = question.ask(asked.caller, asked.action, asked.resource, context)
    if found.note(decision):
        found.add(_opening(asked, decision, context))


_ACCOUNT_ID = re.compile(r"(?<!\d)\d{12}(?!\d)", re.ASCII)
_ACCOUNT_KEYS = {
    "aws:principalaccount",
    "aws:principalarn",
    "kms:calleraccount",
    "aws:sourceowner",
    "aws:userid",
}


def _ask_accounts(question: _Question, action: str, resource: str, found: _Collected) -> None:
    callers: dict[str, dict[str, Caller]] = {}
    for named in allowed_entries(question.policy):
        caller = caller_or_none(named.value) if named.kind is PrincipalKind.AWS else None
        if named.account and named.account != question.account:
            group = callers.setdefault(named.account, {})
            if caller is not None and caller.kind is not Kind.ROOT:
                group.setdefault(caller.arn, caller)
        elif caller is not None and caller.account == "cloudfront":
            callers.setdefault("cloudfront", {}).setdefault(caller.arn, caller)
    for condition in policy_conditions(question.policy):
        if condition.key in _ACCOUNT_KEYS:
            for template in condition.values:
                for account in _ACCOUNT_ID.findall(template.constant or ""):
                    if account != question.account:
                        callers.setdefault(account, {})
    for account, group in sorted(callers.items()):
        generic = parse_caller(f"arn:aws:iam::{account}:role/administrator")
        for caller in (*group.values(), generic):
            arn = UNKNOWN if caller is generic else caller.arn
            who: Given = {**signed_as(account, None, caller.arn), "aws:PrincipalArn": arn}
            level = Level.SERVICE if account == "cloudfront" else Level.ACCOUNT
            name = caller.name if account == "cloudfront" else account
            _ask_networks_named(question, _Asked(level, name, caller, action, resource), who, found)


def _ask_canonical(question: _Question, action: str, resource: str, found: _Collected) -> None:
    for named in allowed_entries(question.policy):
        if named.kind is PrincipalKind.CANONICAL:
            caller = Caller(Kind.CANONICAL, named.value)
            asked = _Asked(Level.ACCOUNT, f"canonical user {named.value[:16]}", caller, action, resource)
            _ask_networks_named(question, asked, {}, found)


def _ask_services(question: _Question, action: str, resource: str, found: _Collected) -> None:
    if question.policy.use is Use.TRUST:
        return
    for name in dict.fromkeys(
        n.value for n in allowed_entries(question.policy) if n.kind is PrincipalKind.SERVICE
    ):
        caller = Caller(Kind.SERVICE, name)
        for arn in foreign_arns(question.policy):
            who: Given = {
                "aws:PrincipalIsAWSService": "true",
                "aws:PrincipalServiceName": name,
                "aws:PrincipalAccount": ABSENT,
                "aws:PrincipalArn": ABSENT,
                "aws:PrincipalOrgID": ABSENT,
                "aws:PrincipalOrgPaths": ABSENT,
                "aws:SourceAccount": STRANGER,
                "aws:SourceOwner": STRANGER,
                "aws:SourceArn": arn,
                "aws:SourceOrgID": STRANGER_ORG,
                "aws:SourceOrgPaths": f"{STRANGER_ORG}/r-zz99/ou-zz99-99999999/",
                "kms:CallerAccount": STRANGER,
                **_setting_keys(question),
            }
            decision = question.ask(caller, action, resource, who)
            if found.note(decision):
                found.add(_opening(_Asked(Level.SERVICE, name, caller, action, resource), decision, who))
                break


def _ask_providers(question: _Question, action: str, resource: str, found: _Collected) -> None:
    for name in dict.fromkeys(
        n.value for n in allowed_entries(question.policy) if n.kind is PrincipalKind.FEDERATED
    ):
        caller = Caller(Kind.FEDERATED, name)
        decision = question.ask(caller, action, resource, {})
        if found.note(decision):
            found.add(_opening(_Asked(Level.FEDERATED, name, caller, action, resource), decision, {}))
