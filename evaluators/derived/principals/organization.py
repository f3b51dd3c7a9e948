"""The policies of the organization above the account, level by level, as far as they can be read.

Service control policies bind its principals, resource control policies its resources.

Organizations shows them to the management account and to delegated administrators only; the owner can hand service
control policies over as files (parameter ``scp_files``). None of them bind the management account.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.iam.policy import Effect, Policy, Use, parse_policy
from assessor.model.operation import Operation
from assessor.model.reading import Absent, Call, Seen, Unseen, UnseenError
from assessor.model.view import Answer, View, unseen_error
from collectors import organizations

READS: tuple[Operation, ...] = (
    organizations.DESCRIBE_ORGANIZATION,
    organizations.LIST_PARENTS,
    organizations.LIST_PARENTS_SECOND,
    organizations.LIST_PARENTS_THIRD,
    organizations.LIST_PARENTS_FOURTH,
    organizations.LIST_PARENTS_FIFTH,
    organizations.LIST_PARENTS_SIXTH,
    organizations.LIST_POLICIES_FOR_TARGET,
    organizations.DESCRIBE_POLICY,
)

_STEPS = READS[1:7]
_SHOWN = ("Parents", "Policies", "Policy")
_SCP, _RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
_USES = {_SCP: Use.SCP, _RCP: Use.RCP}
_FULL_ACCESS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The resource control policies that bind the account's resources, of which only denials count.

    levels: those that could be read and judged, root first. complete: whether these are all. evidence: the calls by
    which they were read. hidden: as in `Bounds`.
    """

    levels: tuple[tuple[Policy, ...], ...] = ()
    complete: bool = True
    evidence: tuple[Call, ...] = ()
    hidden: UnseenError | None = None

    @property
    def before(self) -> str:
        """``(before RCP)`` where some of them could not be read, else empty.

        Raises UnseenError where only some questions about them were refused.
        """
        if self.hidden is not None:
            raise self.hidden
        return "" if self.complete else "(before RCP)"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What binds every principal of the account from above.

    scps: policies by level, root first; empty where none bind the account, None where nothing is known of them.
    complete: whether these are all. organization: its id, "" for none, None where not known; asked: whether AWS
    answered that. evidence: the calls by which the policies that bind it were read. ceiling: what binds its resources.
    hidden: what was refused, where other questions about the policies above the account were answered: what is
    missing is then a permission, not the organization layer.
    """

    scps: tuple[tuple[Policy, ...], ...] | None
    complete: bool
    organization: str | None
    management: bool = False
    asked: bool = True
    evidence: tuple[Call, ...] = ()
    hidden: UnseenError | None = None
    ceiling: Ceiling = Ceiling()


def bounds(aws: View) -> Bounds:
    """The policies of the organization that bind this account, as far as they are known. Never raises."""
    start = len(aws.trail)
    described = aws.read(organizations.DESCRIBE_ORGANIZATION)
    if isinstance(described, Absent):
        return Bounds((), complete=True, organization="")
    organization: str | None = None
    if isinstance(described, Seen):
        detail = described.value.get("Organization") or {}
        organization = detail.get("Id") or None
        if detail.get("MasterAccountId") == aws.account_id:
            return Bounds((), complete=True, organization=organization, management=True)
        if detail.get("FeatureSet") == "CONSOLIDATED_BILLING":
            return Bounds((), complete=True, organization=organization)
    else:
        # Whether this is the management account, which none of them binds, is not known: who is shown the policies of
        # others is that account, or one it trusts.
        given = _given(aws)
        _read(aws)
        hidden = _hidden(aws, start) if given is None else None
        nothing = Ceiling(complete=False, hidden=_hidden(aws, start))
        return Bounds(given, given is not None, None, asked=False, hidden=hidden, ceiling=nothing)
    ceiling = _ceiling(aws)
    levels, complete, calls = _read(aws)
    if not complete:
        given = _given(aws)
        if given is not None:
            return Bounds(given, complete=True, organization=organization, ceiling=ceiling)
    if complete and not any(levels):
        # Every entity has a policy attached once the organization uses them: here it does not.
        return Bounds((), complete=True, organization=organization, ceiling=ceiling)
    hidden = None if complete else _hidden(aws, start)
    evidence = calls if levels else ()
    return Bounds(levels or None, complete, organization, evidence=evidence, hidden=hidden, ceiling=ceiling)


def _given(aws: View) -> tuple[tuple[Policy, ...], ...] | None:
    levels = aws.parameters.documents.get("scp_files")
    if not levels:
        return None
    found: list[tuple[Policy, ...]] = []
    for number, level in enumerate(levels, 1):
        policies = [
            parse_policy(document, use=Use.SCP, name=f"{number}.{place} of scp_files")
            for place, document in enumerate(level, 1)
        ]
        if not any(_may_allow(policy) for policy in policies):
            policies.append(_full_access())
        found.append(tuple(policies))
    return tuple(found)


def _may_allow(policy: Policy) -> bool:
    return bool(policy.problems) or any(
        statement.effect is not Effect.DENY for statement in policy.statements
    )


def _full_access() -> Policy:
    return parse_policy(_FULL_ACCESS, use=Use.SCP, name="FullAWSAccess")


# -- as Organizations gives them -----------------------------------------------------------------------
def _read(aws: View) -> tuple[tuple[tuple[Policy, ...], ...], bool, tuple[Call, ...]]:
    """The levels that could be read, whether they are all of them, and the calls they came from.

    A policy that could not be read may allow anything and deny nothing: what is said is then too much, not too little.
    """
    start = len(aws.trail)
    targets, complete = _targets(aws)
    levels: list[tuple[Policy, ...]] = []
    for target in targets:
        policies, whole = _level(aws, target, _SCP)
        complete = complete and whole
        if policies is not None:
            levels.append(policies if whole else (*policies, _full_access()))
    if not all(levels) and (any(levels) or not complete):
        # AWS keeps at least one policy attached everywhere: an empty level was not shown, it is not empty.
        complete, levels = False, [level for level in levels if level]
    return tuple(levels), complete, _answered(aws, start)


def _ceiling(aws: View) -> Ceiling:
    """The resource control policies; what of them cannot be judged is left out, as it may deny nothing."""
    start = len(aws.trail)
    targets, complete = _targets(aws)
    levels: list[tuple[Policy, ...]] = []
    for target in targets:
        policies, whole = _level(aws, target, _RCP)
        sound = tuple(policy for policy in policies or () if not policy.unsupported)
        complete = complete and whole and len(sound) == len(policies or ())
        if sound:
            levels.append(sound)
    hidden = None if complete else _hidden(aws, start)
    return Ceiling(tuple(levels), complete, _answered(aws, start), hidden)


def _hidden(aws: View, start: int) -> UnseenError | None:
    """What was refused since then, where something of the policies above was shown."""
    readings = [(call, aws.snapshot.reading(call)) for call in aws.trail[start:]]
    shown = (reading.value for _, reading in readings if isinstance(reading, Seen))
    if not any(answer.get(member) for answer in shown for member in _SHOWN):
        return None
    for call, reading in readings:
        if isinstance(reading, Unseen):
            operation = next(one for one in READS if one.id == call.operation)
            return unseen_error(reading, operation, call)
    return None


def _answered(aws: View, start: int) -> tuple[Call, ...]:
    answered = (call for call in aws.trail[start:] if isinstance(aws.snapshot.reading(call), Seen))
    return tuple(dict.fromkeys(answered))


def _targets(aws: View) -> tuple[list[str], bool]:
    """The root, the units down to the account, and the account; and whether the chain is whole."""
    chain = [aws.account_id]
    for step in _STEPS:
        reading = aws.read(step, ChildId=chain[0])
        parents = reading.value.get("Parents") or () if isinstance(reading, Seen) else ()
        parent: Answer | None = next(iter(parents), None)
        if parent is None or not parent.get("Id"):
            return chain, False
        chain.insert(0, str(parent["Id"]))
        if parent.get("Type") == "ROOT":
            return chain, True
    return chain, False


def _level(aws: View, target: str, kind: str) -> tuple[tuple[Policy, ...] | None, bool]:
    """The policies of a kind attached to one entity, None where they could not be listed; and whether that is all."""
    reading = aws.read(organizations.LIST_POLICIES_FOR_TARGET, TargetId=target, Filter=kind)
    if not isinstance(reading, Seen):
        return None, False
    policies = list(_policies(aws, reading.value, _USES[kind]))
    known = tuple(policy for policy in policies if policy is not None)
    return known, len(known) == len(policies)


def _policies(aws: View, listed: Answer, use: Use) -> Iterator[Policy | None]:
    for summary in listed.get("Policies") or ():
        reading = aws.read(organizations.DESCRIBE_POLICY, PolicyId=str(summary.get("Id", "")))
        detail = reading.value.get("Policy") or {} if isinstance(reading, Seen) else {}
        name = str(summary.get("Name") or summary.get("Id") or "")
        content = detail.get("Content")
        yield (
            parse_policy(content, use=use, name=name, arn=str(summary.get("Arn", ""))) if content else None
        )
