"""From principals to planes, agents, functions and queues: what policies permit (E14, E22). Never certainty of use.

What a principal may call on everything leads through one node that stands for all of them, so that the graph grows
with the account and not with its square.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from assessor.iam.decide import Verdict
from assessor.iam.holders import Principal
from assessor.iam.operators import arn_like
from assessor.iam.policy import Effect, Policy, Statement
from assessor.iam.principals import PrincipalKind
from assessor.model.operation import Operation
from assessor.model.reading import UnseenError, Why
from assessor.model.view import View
from assessor.workload import names, principals, targets
from assessor.workload.callees import CALLED, CLASS_OF, CLASS_OF_SERVICE, FOLLOWED, GATHERING, Class
from assessor.workload.graph import Edge, Evidence, Gap, Graph, Kind, Node, Piece, Strength
from assessor.workload.inference import Allowed, Inference, Permission
from assessor.workload.listing import gap, listed
from assessor.workload.principals import Identities, identities

READS: tuple[Operation, ...] = principals.READS

_ASSUME = "sts:AssumeRole"
_ASKS = "bedrock:InvokeModel"
_MOST_NAMED = 64
"""Things of one class that one statement names one by one; beyond it, it is taken for all of them."""
_SERVICES = frozenset({action.partition(":")[0] for action in CALLED} | {"sts"})


def permissions(aws: View, graph: Graph) -> Iterator[Piece]:
    """What every principal of the graph may call."""
    known = identities(aws)
    yield from _Permissions(aws, graph, known).pieces()


def everyone(aws: View) -> dict[str, Allowed]:
    """What every principal of the account may call, by ARN; worked out once."""
    return aws.whole(_everyone)


def _everyone(aws: View) -> dict[str, Allowed]:
    return Inference(identities(aws).universe, aws.account.regions).everyone()


@dataclass
class _Permissions:
    aws: View
    graph: Graph
    known: Identities
    _statements: dict[int, tuple[tuple[str, Statement], ...]] = field(default_factory=dict)
    _keep: list[Policy] = field(default_factory=list)
    _members: dict[str, list[str]] = field(default_factory=dict)
    _versions: dict[str, list[str]] = field(default_factory=dict)
    _hubs: dict[str, Class] = field(default_factory=dict)
    _matched: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _unseen: dict[str, UnseenError | None] = field(default_factory=dict)
    _assumable: list[str] | None = None
    _trusted_by: dict[str, list[str]] = field(default_factory=dict)

    def pieces(self) -> Iterator[Piece]:
        """The edges from every principal that something runs as, and from the roles these may take on."""
        self._sort_members()
        wanted: dict[str, Principal] = {}
        for node in list(self.graph.of(Kind.PRINCIPAL)):
            principal = self.known.universe.find(node.id)
            if principal is not None:
                wanted[node.id] = principal
                if self.known.unseen is not None:
                    # A role that was not read may trust it by name, which is permission enough.
                    yield gap("E14", node.id, self.known.unseen, "which roles it may take on is not known")
            elif self.known.unseen is not None and _own_principal(self.aws, node.id):
                yield gap("E14", node.id, self.known.unseen, "what it may do is not known")
        allowed = everyone(self.aws)
        assumed: dict[str, Principal] = {}
        for ident, principal in wanted.items():
            yield from self._from(ident, principal, allowed.get(principal.arn))
            for piece in self._assumes(ident, principal, allowed):
                if isinstance(piece, Edge) and piece.target not in wanted:
                    role = self.known.universe.find(piece.target)
                    if role is not None:
                        assumed[piece.target] = role
                yield piece
        for ident, principal in assumed.items():
            yield from self._from(ident, principal, allowed.get(principal.arn))
        for name, one in self._hubs.items():
            hub = _hub(one)
            for member in self._members[name]:
                yield Edge(one.rule, hub, member, Strength.PERMITTED, None, "one of them")

    def _sort_members(self) -> None:
        for node in self.graph.nodes.values():
            arn = names.arn(node.id.partition("@")[0]) if "@" not in node.id else None
            if arn is None or arn.account not in ("", self.aws.account_id):
                continue
            kind = arn.resource.partition(":")[0].partition("/")[0]
            if arn.service == "lambda" and names.qualifier(node.id)[1].isdecimal():
                # Its versions stand for no more than the function, or a few would pass for many functions.
                self._versions.setdefault(names.qualifier(node.id)[0], []).append(node.id)
                continue
            name = CLASS_OF.get((arn.service, kind)) or CLASS_OF_SERVICE.get(arn.service)
            if name is not None and not (name == "flows" and "/alias/" not in node.id):
                self._members.setdefault(name, []).append(node.id)
        for members in self._members.values():
            members.sort()

    # -- planes ---------------------------------------------------------------------------------------
    def _from(self, ident: str, principal: Principal, allowed: Allowed | None) -> Iterator[Piece]:
        if allowed is not None:
            for permission in allowed.permissions:
                yield targets.plane(permission.plane)
                yield self._to_plane(ident, permission)
            if allowed.unsupported and not allowed.permissions:
                why = "; ".join(map(str, principal.problems[:2])) or "a policy uses what cannot be judged"
                yield Gap(
                    "E14",
                    ident,
                    Why.UNSUPPORTED_POLICY_CONSTRUCT,
                    f"whether it may use {allowed.unsupported[0]} cannot be told: {why}",
                    call=self.known.evidence,
                )
        yield from self._called(ident, principal)

    def _to_plane(self, ident: str, permission: Permission) -> Edge:
        shown = ", ".join(permission.actions[:3]) + (", ..." if len(permission.actions) > 3 else "")
        on = ", ".join(permission.resources) or "everything"
        note = f"{shown} on {on}{', under conditions' if permission.conditional else ''}"
        return Edge(
            "E14",
            ident,
            f"plane:{permission.plane}",
            Strength.PERMITTED,
            self._evidence("; ".join(permission.by)),
            note[:500],
            permission.broad,
        )

    def _evidence(self, value: str) -> Evidence:
        return Evidence(self.known.evidence, "policies of the principal", value[:300])

    # -- things that are called -----------------------------------------------------------------------
    def _covering(self, policy: Policy) -> tuple[tuple[str, Statement], ...]:
        known = self._statements.get(id(policy))
        if known is None:
            known = self._statements[id(policy)] = tuple(_calling(policy))
            self._keep.append(policy)
        return known

    def _called(self, ident: str, principal: Principal) -> Iterator[Piece]:
        done: set[tuple[str, str]] = set()
        for policy in principal.identity:
            for action, statement in self._covering(policy):
                one = CALLED.get(action)
                broad = _wide(statement)
                if one is not None and not broad:
                    yield from self._unlisted(one, ident)
                if not broad and (action == _ASKS.lower() or (one is not None and one.name not in GATHERING)):
                    yield from self._out_of_sight(ident, principal, action, statement)
                if one is None or not self._members.get(one.name):
                    continue
                members, every = self._named(one, statement)
                for member, asked in members.items():
                    if (
                        (action, member) not in done
                        and member != ident
                        and self._may(principal, action, asked)
                    ):
                        done.add((action, member))
                        evidence = self._evidence(str(statement.ref))
                        if member not in self.graph.nodes:
                            yield targets.function(member)
                        yield Edge(
                            one.rule,
                            ident,
                            member,
                            Strength.PERMITTED,
                            evidence,
                            _spelled(one, action),
                            broad,
                        )
                if every and self._may(principal, action, self._members[one.name][0]):
                    yield from self._hub(one, ident, action, statement, broad=broad)

    def _unlisted(self, one: Class, ident: str) -> Iterator[Gap]:
        """The gap of whoever may call things of a class while it is not known where these lead."""
        if one.name not in self._unseen:
            failures = (listed(there, op).unseen for there in self.aws.regions() for op in one.listing)
            self._unseen[one.name] = next((failure for failure in failures if failure is not None), None)
        unseen = self._unseen[one.name]
        if unseen is not None:
            yield gap(one.rule, ident, unseen, f"where {one.what.removeprefix('any ')} leads is not known")

    def _hub(
        self, one: Class, ident: str, action: str, statement: Statement, *, broad: bool
    ) -> Iterator[Piece]:
        """All things of a class. That a role may call every function of the account is a suspicion, no path."""
        self._hubs[one.name] = one
        hub = _hub(one)
        yield Node(hub, Kind.RELAY, one.what, label=one.what)
        note = _spelled(one, action)
        suspicion = broad or not one.asks
        yield Edge(
            one.rule, ident, hub, Strength.PERMITTED, self._evidence(str(statement.ref)), note, suspicion
        )

    def _named(self, one: Class, statement: Statement) -> tuple[dict[str, str], bool]:
        """The members of a class that a statement names, each as it names them; or that it covers them all."""
        if statement.resources is None or statement.not_resources or statement.problems:
            return {}, True
        members = self._members[one.name]
        found: dict[str, str] = {}
        for template in statement.resources:
            text = template.constant
            if text is None:
                text = "".join(part if isinstance(part, str) else "*" for part in template.parts)
            key = (one.name, text)
            if key not in self._matched:
                self._matched[key] = _matching(text, members)
            matched = self._matched[key]
            if text == "*" or len(matched) > _MOST_NAMED:
                return {}, True
            found.update(zip(matched, matched, strict=True))
            if one.name == "functions":
                for member, asked in self._qualified(text, members):
                    found.setdefault(member, asked)
        return found, False

    def _qualified(self, text: str, members: list[str]) -> Iterator[tuple[str, str]]:
        """What a name with a qualifier stands for beside the aliases: ``$LATEST``, and versions.

        Invoking ``$LATEST`` by its name is asked on an ARN that ends in it, and the function itself is what runs.
        """
        plain, qualifier = names.qualifier(text)
        if not qualifier:
            return
        for member in _matching(plain, members):
            if names.qualifier(member)[1]:
                continue
            latest = f"{member}:$LATEST"
            if arn_like(text).matches(latest):
                yield member, latest
            versions = self._versions.get(member, [])
            for version in [f"{member}:{qualifier}"] if qualifier.isdecimal() else versions:
                if qualifier.isdecimal() or arn_like(text).matches(version):
                    yield version, version

    def _may(self, principal: Principal, action: str, member: str) -> bool:
        verdict = self.known.universe.ask(principal, action, member)
        return verdict.possible or verdict.verdict is Verdict.UNSUPPORTED

    # -- roles taken on -------------------------------------------------------------------------------
    def _assumes(self, ident: str, principal: Principal, allowed: Mapping[str, Allowed]) -> Iterator[Piece]:
        """Roles of this account that it may take on and that may call a model; those of others are not known."""
        own: dict[str, bool] = {}
        for policy in principal.identity:
            for action, statement in self._covering(policy):
                if action != _ASSUME.lower():
                    continue
                yield from self._out_of_sight(ident, principal, action, statement)
                for role in self._roles(statement, allowed):
                    own[role] = own.get(role, True) and _wide(statement)
        for role, trusted in self._trusting(principal, allowed).items():
            own.setdefault(role, trusted)
        for role, broad in own.items():
            target = self.known.universe.find(role)
            if target is None or role in (ident, principal.arn) or not _trusts(target, principal):
                continue
            decision = self.known.universe.ask(principal, _ASSUME, role)
            if decision.possible:
                yield targets.role(role)
                evidence = self._evidence("; ".join(str(ref) for ref in decision.grants[:3]))
                yield Edge("E14", ident, role, Strength.PERMITTED, evidence, "may take on the role", broad)

    def _roles(self, statement: Statement, allowed: Mapping[str, Allowed]) -> Iterator[str]:
        reaching = self._reaching(allowed)
        if statement.resources is None or statement.not_resources:
            yield from reaching
            return
        for template in statement.resources:
            text = template.constant
            yield from reaching if text is None or text == "*" else _matching(text, reaching)

    def _reaching(self, allowed: Mapping[str, Allowed]) -> list[str]:
        """The roles that may call a model and that principals can take on at all, sorted."""
        if self._assumable is None:
            self._assumable = []
            for arn in sorted(allowed):
                role = self.known.universe.find(arn)
                if allowed[arn].permissions and role is not None:
                    trusted = tuple(_named_in_trust(role))
                    self._assumable += [arn] if trusted else []
                    for named in trusted:
                        self._trusted_by.setdefault(named, []).append(arn)
        return self._assumable

    def _trusting(self, principal: Principal, allowed: Mapping[str, Allowed]) -> dict[str, bool]:
        """Roles whose trust policy names the principal itself: in one account that is permission enough."""
        self._reaching(allowed)
        return dict.fromkeys(self._trusted_by.get(principal.arn, ()), False)

    def _out_of_sight(
        self, ident: str, principal: Principal, action: str, statement: Statement
    ) -> Iterator[Gap]:
        """What a statement names in other accounts and in Regions that were not read, unless that is denied."""
        for template in statement.resources or ():
            text = template.constant or ""
            arn = names.arn(text)
            if arn is None or not arn.account.isdecimal():
                continue
            own = arn.account == self.aws.account_id
            if own and (arn.service not in FOLLOWED or arn.region in ("", "*", *self.aws.account.regions)):
                continue
            if self.known.universe.ask(principal, action, text).denials:
                continue
            what = "take on" if action == _ASSUME.lower() else "call"
            where = (
                f"in {arn.region[:32]}, which this run did not read"
                if own
                else f"of account {arn.account}: what that may do is not known"
            )
            why = Why.LINK_UNKNOWN if own else Why.CROSS_ACCOUNT
            yield Gap(
                "E22" if arn.service in FOLLOWED else "E14",
                ident,
                why,
                f"it may {what} {text[:200]} {where}",
                call=self.known.evidence,
            )


def _calling(policy: Policy) -> Iterator[tuple[str, Statement]]:
    for statement in policy.statements:
        if statement.effect is not Effect.ALLOW:
            continue
        prefixes = {pattern.text.partition(":")[0] for pattern in statement.actions}
        if not statement.not_actions and not prefixes & (_SERVICES | {"*"}):
            continue
        for action in (*CALLED, _ASSUME.lower(), _ASKS.lower()):
            if statement.covers_action(action):
                yield action, statement


def _wide(statement: Statement) -> bool:
    return statement.not_actions or all(pattern.text == "*" for pattern in statement.actions)


def _hub(one: Class) -> str:
    return f"any:{one.name}"


def _spelled(one: Class, action: str) -> str:
    return next(name for name in one.actions if name.lower() == action)


def _matching(pattern: str, members: list[str]) -> list[str]:
    """The members (sorted) that a pattern matches; only those that share its beginning are looked at."""
    cut = min((at for at in (pattern.find("*"), pattern.find("?")) if at >= 0), default=-1)
    if cut < 0:
        at = bisect_left(members, pattern)
        return [pattern] if at < len(members) and members[at] == pattern else []
    start = pattern[:cut]
    compiled = arn_like(pattern)
    found: list[str] = []
    for at in range(bisect_left(members, start), len(members)):
        if not members[at].startswith(start):
            break
        if compiled.matches(members[at]):
            found.append(members[at])
            if len(found) > _MOST_NAMED:
                break
    return found


def _own_principal(aws: View, ident: str) -> bool:
    arn = names.arn(ident)
    return arn is not None and arn.account == aws.account_id


def _named_in_trust(role: Principal) -> Iterable[str]:
    for statement in role.trust.statements if role.trust is not None else ():
        if statement.effect is Effect.ALLOW and statement.principals is not None:
            for named in statement.principals.named:
                if named.kind is PrincipalKind.AWS:
                    yield named.value


def _trusts(role: Principal, principal: Principal) -> bool:
    account = f":iam::{principal.account}:root"
    return any(
        value in ("*", principal.arn, principal.account) or value.endswith(account)
        for value in _named_in_trust(role)
    )
