"""The principals of one account, and what may be asked of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assessor.iam.conditions import ABSENT, Missing, Values
from assessor.iam.decide import BUDGET, Decision, Verdict, decide
from assessor.iam.holders import Principal
from assessor.iam.policy import Policy, StatementRef, Unsupported, Use
from assessor.iam.principals import Caller, Kind, PrincipalKind
from assessor.iam.reach import Resolve, combined, probes
from assessor.iam.request import Context, Given, Layers, Request, arn_field
from assessor.iam.subject import Subject
from assessor.iam.templates import UNRESOLVED, Unresolved


@dataclass(frozen=True, slots=True)
class Access:
    """That a principal can do something: the best decision found, and the resource it was found for."""

    principal: Principal
    action: str
    resource: str
    decision: Decision

    @property
    def possible(self) -> bool:
        """Whether it is allowed in some circumstances."""
        return self.decision.possible

    @property
    def unknown(self) -> bool:
        """Whether it depends on what could not be read."""
        return self.decision.verdict is Verdict.UNSUPPORTED

    @property
    def statements(self) -> tuple[StatementRef, ...]:
        """The statements that allow it."""
        return self.decision.grants


@dataclass(frozen=True)
class Universe:
    """The principals of one account. ``org``: its organization's id, None when not known.

    scps: levels, root first; None when they are not known or do not apply (answers are then "before SCP").
    rcps: the resource control policies that bind the account's resources, as far as they are known.
    """

    account: str
    principals: tuple[Principal, ...]
    scps: tuple[tuple[Policy, ...], ...] | None = None
    org: str | None = None
    partition: str = "aws"
    management: bool = False
    problems: tuple[Unsupported, ...] = ()
    rcps: tuple[tuple[Policy, ...], ...] = ()

    def find(self, arn: str) -> Principal | None:
        """The principal of an ARN: its own, or of a session of it."""
        return self._index.get(arn) or self._index.get(_role_key(arn))

    @property
    def _index(self) -> Mapping[str, Principal]:
        cached = self.__dict__.get("_by_arn")
        if cached is None:
            cached = {}
            for principal in self.principals:
                cached[principal.arn] = principal
                if principal.is_role:
                    cached[f"{principal.account}:{principal.name}"] = principal
            self.__dict__["_by_arn"] = cached
        found: Mapping[str, Principal] = cached
        return found

    @property
    def before_scp(self) -> bool:
        """Whether answers do not take service control policies into account although there may be some."""
        return self.scps is None and not self.management

    # -- what is known of a request -------------------------------------------------------------
    def layers(self, principal: Principal) -> Layers:
        """The policies on the principal's side."""
        scps = None if self.management else self.scps
        rcps = None if self.management else self.rcps
        return Layers(identity=principal.identity, boundary=principal.boundary, scps=scps, rcps=rcps)

    def facts(self, principal: Principal) -> "dict[str, Values | Missing]":
        """The context keys that the readings fix for every request of a principal, lower-cased."""
        role = principal.is_role
        known: dict[str, Values | Missing] = {
            "aws:principalarn": (principal.arn,),
            "aws:principalaccount": (principal.account,),
            "aws:principaltype": ("AssumedRole" if role else "User",),
            "aws:principalisawsservice": ("false",),
            "aws:principalservicename": ABSENT,
            "aws:principalservicenameslist": ABSENT,
            "aws:sourcearn": ABSENT,
            "aws:sourceaccount": ABSENT,
            "aws:sourceorgid": ABSENT,
            "aws:sourceorgpaths": ABSENT,
            "kms:calleraccount": (principal.account,),
        }
        if role:
            known["aws:username"] = ABSENT
        else:
            known["aws:username"] = (principal.name,)
            known["aws:userid"] = (principal.id,)
            known["aws:rolesessionname"] = ABSENT
        if self.org is not None:
            known["aws:principalorgid"] = (self.org,) if self.org else ABSENT
        if not principal.taggable_sessions:
            for key, value in principal.tags.items():
                known[f"aws:principaltag/{key.lower()}"] = (value,)
        return known

    def context(
        self, principal: Principal, action: str, resource: str = "*", given: Given | None = None
    ) -> Context:
        """The context of a request: the facts, the Region and account of the resource, everything else open."""
        known: dict[str, Any] = dict(self.facts(principal))
        region = arn_field(resource, 3)
        if region and region != "*":
            known["aws:requestedregion"] = (region,)
        owner = arn_field(resource, 4)
        if owner:
            known["aws:resourceaccount"] = (owner,)
            if owner == self.account and self.org is not None:
                known["aws:resourceorgid"] = (self.org,) if self.org else ABSENT
        subject = Subject(principal.caller, Layers(), known, tags_fixed=not principal.taggable_sessions)
        return subject.context(action, given)

    def subject(self, principal: Principal) -> Subject:
        """The principal as `assessor.iam.guardrail` asks about it."""
        known: dict[str, Any] = dict(self.facts(principal))
        return Subject(
            principal.caller, self.layers(principal), known, tags_fixed=not principal.taggable_sessions
        )

    # -- questions ------------------------------------------------------------------------------
    def ask(
        self,
        principal: Principal,
        action: str,
        resource: str = "*",
        *,
        resource_policy: Policy | None = None,
        endpoint: Policy | None = None,
        given: Given | None = None,
        budget: int = BUDGET,
    ) -> Decision:
        """Whether the principal may do ``action`` on ``resource``.

        ``resource_policy``: the resource's own policy. For ``sts:AssumeRole`` on a role of this account it is the
        role's trust policy. A KMS key without its policy makes the answer UNSUPPORTED: only the key policy says
        whether IAM counts.
        """
        policy = resource_policy or self._own_policy(action, resource)
        owner = arn_field(resource, 4) or self.account
        layers = replace(self.layers(principal), resource=policy, endpoint=endpoint)
        if owner != self.account:
            layers = replace(layers, rcps=None)
        known = self.context(principal, action, resource, given)
        best: Decision | None = None
        for caller in _callers(principal, policy):
            decision = decide(Request(caller, action, resource, owner, known), layers, budget=budget)
            if best is None or _better(decision, best):
                best = decision
        assert best is not None
        return best

    def _own_policy(self, action: str, resource: str) -> Policy | None:
        service = action.partition(":")[0].lower()
        if service == "sts":
            target = self.find(resource) if ":role/" in resource else None
            return target.trust if target is not None else None
        if service == "kms" and ":key/" in resource:
            return Policy(resource, Use.RESOURCE, problems=(Unsupported("the key policy was not given"),))
        return None

    def can(
        self,
        principal: Principal,
        action: str,
        resources: Iterable[str] | None = None,
        *,
        regions: Sequence[str] = ("us-east-1",),
        resource_policy: Policy | None = None,
        given: Given | None = None,
        budget: int = BUDGET,
    ) -> Access:
        """Whether the principal may do ``action`` on anything.

        Asked of ``resources``; by default of whatever its own policies name and of one resource of every type of
        the action in ``regions``. The best answer counts. ``resource_policy`` is the policy of those resources.
        """
        asked = tuple(resources) if resources is not None else self.probes(principal, action, regions)
        nothing = Decision(Verdict.DENIED, missing=("identity policy",))
        best = Access(principal, action, "*", nothing)

        def ask_all(listed: Iterable[str], best: Access) -> Access:
            for resource in listed:
                decision = self.ask(
                    principal, action, resource, resource_policy=resource_policy, given=given, budget=budget
                )
                if best.decision is nothing or _better(decision, best.decision):
                    best = Access(principal, action, resource, decision)
                if best.decision.verdict is Verdict.ALLOWED:
                    break
            return best

        best = ask_all(asked, best)
        if resources is None and asked and not best.possible and not best.unknown:
            best = ask_all(self.combinations(principal, action, regions), best)
        return best

    def who_can(
        self,
        action: str,
        resources: Iterable[str] | None = None,
        *,
        regions: Sequence[str] = ("us-east-1",),
        resource_policy: Policy | None = None,
        given: Given | None = None,
    ) -> tuple[Access, ...]:
        """Every principal that may do ``action`` in some circumstances, or of which it is not known."""
        asked = tuple(resources) if resources is not None else None
        found = (
            self.can(p, action, asked, regions=regions, resource_policy=resource_policy, given=given)
            for p in self.principals
        )
        return tuple(access for access in found if access.possible or access.unknown)

    def assumable(self, principal: Principal) -> tuple[Access, ...]:
        """The roles of this account that the principal may assume, or of which it is not known."""
        found = (
            Access(principal, "sts:AssumeRole", role.arn, self.ask(principal, "sts:AssumeRole", role.arn))
            for role in self.principals
            if role.is_role and role is not principal
        )
        return tuple(access for access in found if access.possible or access.unknown)

    def probes(self, principal: Principal, action: str, regions: Sequence[str]) -> tuple[str, ...]:
        """Resources worth asking about: instances of what the policies name, and of every type of the action."""
        if action.lower().startswith("sts:assumerole"):
            return tuple(p.arn for p in self.principals if p.is_role)
        return probes(
            principal.identity,
            self._limits(principal),
            action,
            account=self.account,
            partition=self.partition,
            regions=regions,
            resolve=self._filler(principal),
        )

    def combinations(self, principal: Principal, action: str, regions: Sequence[str]) -> tuple[str, ...]:
        """Resources at which patterns of several statements meet: asked about where `probes` show no access."""
        return combined(
            (*principal.identity, *self._limits(principal)),
            action,
            account=self.account,
            partition=self.partition,
            regions=regions,
            resolve=self._filler(principal),
        )

    def _limits(self, principal: Principal) -> tuple[Policy, ...]:
        """Policies that can only take away: boundary and SCPs."""
        layers = self.layers(principal)
        scps = tuple(policy for level in layers.scps or () for policy in level)
        return scps if layers.boundary is None else (layers.boundary, *scps)

    def _filler(self, principal: Principal) -> Resolve:
        facts = self.facts(principal)

        def resolve(key: str) -> str | Unresolved | None:
            value = facts.get(key)
            if value is None:
                return "zz99"
            return UNRESOLVED if isinstance(value, Missing) else value[0]

        return resolve


_ORDER = {Verdict.ALLOWED: 0, Verdict.CONDITIONAL: 1, Verdict.UNSUPPORTED: 2, Verdict.DENIED: 3}


def _better(one: Decision, other: Decision) -> bool:
    """Whether ``one`` says more access than ``other``; a conditional that was never seen allowed ranks low."""

    def rank(decision: Decision) -> tuple[int, bool]:
        return (_ORDER[decision.verdict], not decision.possible)

    return rank(one) < rank(other)


def _role_key(arn: str) -> str:
    """``account:role-name`` of a session's ARN."""
    resource = arn_field(arn, 5)
    if arn_field(arn, 2) == "sts" and resource.startswith("assumed-role/"):
        return f"{arn_field(arn, 4)}:{resource.split('/')[1]}"
    return arn


def _callers(principal: Principal, policy: Policy | None) -> Iterator[Caller]:
    """The principal, and those sessions of a role that the resource's policy names."""
    yield principal.caller
    if policy is None or not principal.is_role:
        return
    key = f"{principal.account}:{principal.name}"
    sessions = {
        named.value
        for statement in policy.statements
        if statement.principals is not None
        for named in statement.principals.named
        if named.kind is PrincipalKind.AWS
        and ":assumed-role/" in named.value
        and _role_key(named.value) == key
    }
    for session in sorted(sessions):
        yield Caller(Kind.SESSION, session, principal.account, principal.arn)
