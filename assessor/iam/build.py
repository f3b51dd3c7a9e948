"""From IAM's own answer to the universe of principals. Pure; never raises on what the answer holds.

Rests on GetAccountAuthorizationDetails (IAM API reference). A managed policy that is attached but whose document
is not in the answer, and a document that cannot be read, leave what depends on them UNSUPPORTED: a gap in the
readings is never "no access".
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from assessor.iam.holders import Held, Principal, Source
from assessor.iam.policy import Policy, Unsupported, Use, parse_policy
from assessor.iam.principals import Caller, Kind
from assessor.iam.request import arn_field
from assessor.iam.universe import Universe


def build_universe(
    details: Mapping[str, Any],
    *,
    account: str,
    scps: Iterable[Iterable[object]] | None = None,
    rcps: Iterable[Iterable[Policy]] = (),
    org: str | None = None,
    partition: str = "aws",
    management: bool = False,
) -> Universe:
    """The universe of the merged answer of GetAccountAuthorizationDetails.

    ``details`` has UserDetailList, GroupDetailList, RoleDetailList and Policies; documents are URL-encoded text,
    JSON text or objects. ``scps``: documents by level, root first; ``rcps``: resource control policies, parsed.
    ``management``: the account is its organization's management account, which neither binds. Entries that cannot be
    read become problems of the universe; nothing is raised.
    """
    builder = _Builder(details, account)
    principals = [*builder.users(), *builder.roles()]
    levels = None
    if scps is not None:
        levels = tuple(
            tuple(
                document
                if isinstance(document, Policy)
                else parse_policy(document, use=Use.SCP, name=f"SCP {i}.{j}")
                for j, document in enumerate(level, 1)
            )
            for i, level in enumerate(scps, 1)
        )
    above = tuple(tuple(level) for level in rcps)
    problems = tuple(builder.problems)
    return Universe(account, tuple(principals), levels, org, partition, management, problems, above)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(container: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = container.get(name)
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list | tuple) else []


class _Builder:
    def __init__(self, details: Mapping[str, Any], account: str) -> None:
        self.details = details
        self.account = account
        self.problems: list[Unsupported] = []
        self.managed = {_text(p.get("Arn")): p for p in _list(details, "Policies")}
        self.groups = {_text(g.get("GroupName")): g for g in _list(details, "GroupDetailList")}
        self._parsed: dict[tuple[str, Use], Policy] = {}
        self._group_held: dict[str, tuple[Held, ...]] = {}
        for name in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"):
            if not isinstance(details.get(name), list | tuple):
                self.problems.append(Unsupported("is not in the answer", name))

    def document(self, arn: str, use: Use) -> Policy:
        """The default version of a managed policy; without its document, a policy that nothing is known of."""
        known = self._parsed.get((arn, use))
        if known is None:
            known = self._parsed[arn, use] = self._document(arn, use)
        return known

    def _document(self, arn: str, use: Use) -> Policy:
        entry = self.managed.get(arn)
        if entry is None:
            problem = Unsupported("the document of this managed policy is not in the reading", arn)
            return Policy(arn, use, problems=(problem,), arn=arn)
        name = _text(entry.get("PolicyName")) or arn
        default = entry.get("DefaultVersionId")
        for version in _list(entry, "PolicyVersionList"):
            current = version.get("IsDefaultVersion") is True or version.get("VersionId") == default
            if current and "Document" in version:
                return parse_policy(version["Document"], use=use, name=name, arn=arn)
        problem = Unsupported("its default version is not in the reading", arn)
        return Policy(name, use, problems=(problem,), arn=arn)

    def _held(self, entry: Mapping[str, Any], inline: str, group: str = "") -> Iterator[Held]:
        use = Use.GROUP if group else Use.IDENTITY
        owner = _text(entry.get("Arn"))
        for policy in _list(entry, inline):
            name = _text(policy.get("PolicyName"))
            source = Source.GROUP_INLINE if group else Source.INLINE
            yield Held(
                parse_policy(policy.get("PolicyDocument"), use=use, name=name, arn=owner), source, group
            )
        for attached in _list(entry, "AttachedManagedPolicies"):
            source = Source.GROUP_ATTACHED if group else Source.ATTACHED
            yield Held(self.document(_text(attached.get("PolicyArn")), Use.IDENTITY), source, group)

    def group(self, name: str) -> tuple[Held, ...]:
        """What the members of a group hold by it."""
        known = self._group_held.get(name)
        if known is None:
            entry = self.groups.get(name)
            if entry is None:
                problem = Unsupported("this group is not in the reading", name)
                known = (Held(Policy(name, Use.GROUP, problems=(problem,)), Source.GROUP_INLINE, name),)
            else:
                known = tuple(self._held(entry, "GroupPolicyList", name))
            self._group_held[name] = known
        return known

    def _boundary(self, entry: Mapping[str, Any]) -> Policy | None:
        boundary = entry.get("PermissionsBoundary")
        if not isinstance(boundary, Mapping) or not boundary.get("PermissionsBoundaryArn"):
            return None
        return self.document(_text(boundary["PermissionsBoundaryArn"]), Use.BOUNDARY)

    def users(self) -> Iterator[Principal]:
        """Every user."""
        for entry in _list(self.details, "UserDetailList"):
            names = entry.get("GroupList")
            groups = tuple(n for n in names if isinstance(n, str)) if isinstance(names, list | tuple) else ()
            held = [*self._held(entry, "UserPolicyList"), *(h for g in groups for h in self.group(g))]
            arn = _text(entry.get("Arn"))
            caller = Caller(Kind.USER, arn, arn_field(arn, 4) or self.account)
            yield self._principal(entry, caller, _text(entry.get("UserName")), "UserId", held, groups=groups)

    def roles(self) -> Iterator[Principal]:
        """Every role."""
        for entry in _list(self.details, "RoleDetailList"):
            arn = _text(entry.get("Arn"))
            name = _text(entry.get("RoleName"))
            caller = Caller(Kind.ROLE, arn, arn_field(arn, 4) or self.account, arn)
            trust = parse_policy(
                entry.get("AssumeRolePolicyDocument"), use=Use.TRUST, name=f"trust policy of {name}", arn=arn
            )
            used = entry.get("RoleLastUsed")
            last = used if isinstance(used, Mapping) else {}
            yield self._principal(
                entry,
                caller,
                name,
                "RoleId",
                list(self._held(entry, "RolePolicyList")),
                trust=trust,
                last_used=_text(last.get("LastUsedDate")),
                last_region=_text(last.get("Region")),
            )

    def _principal(
        self,
        entry: Mapping[str, Any],
        caller: Caller,
        name: str,
        id_member: str,
        held: list[Held],
        **more: Any,
    ) -> Principal:
        if not caller.arn or not name:
            self.problems.append(
                Unsupported(f"an entry of {id_member.removesuffix('Id')}DetailList without an ARN")
            )
        boundary = self._boundary(entry)
        unique = tuple({id(h.policy): h for h in reversed(held)}.values())[::-1]
        problems = [p for h in unique for p in h.policy.unsupported]
        problems += boundary.unsupported if boundary is not None else ()
        tags = {_text(t.get("Key")): _text(t.get("Value")) for t in _list(entry, "Tags")}
        return Principal(
            caller,
            name,
            _text(entry.get(id_member)),
            _text(entry.get("Path")) or "/",
            _text(entry.get("CreateDate")),
            unique,
            boundary,
            tags=MappingProxyType(tags),
            tags_told="Tags" in entry,
            problems=tuple(dict.fromkeys(problems)),
            **more,
        )
