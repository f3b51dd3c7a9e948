"""Which principals may call a model, and through which plane: IAM's answer for every principal at once.

A permission is judged on the resources that policies name and on one of every type the action takes; a condition
leaves it possible. Before service control policies.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assessor.iam.actions import action as action_facts
from assessor.iam.actions import resource_types
from assessor.iam.holders import Principal
from assessor.iam.matrix import Matrix
from assessor.iam.operators import arn_like
from assessor.iam.policy import Effect, Policy, Statement
from assessor.iam.universe import Universe

ACTIONS: Mapping[str, tuple[str, ...]] = {
    "bedrock-runtime": (
        "bedrock:InvokeModel",
        "bedrock:InvokeModelWithResponseStream",
        "bedrock:CreateModelInvocationJob",
    ),
    "bedrock-agent-runtime": (
        "bedrock:InvokeAgent",
        "bedrock:InvokeInlineAgent",
        "bedrock:InvokeFlow",
        "bedrock:Retrieve",
        "bedrock:RetrieveAndGenerate",
        "bedrock:AgenticRetrieveStream",
        "bedrock:GenerateQuery",
        "bedrock:Rerank",
    ),
    "bedrock-mantle": ("bedrock-mantle:CreateInference",),
    "bedrock-agentcore": (
        "bedrock-agentcore:InvokeAgentRuntime",
        "bedrock-agentcore:InvokeAgentRuntimeForUser",
        "bedrock-agentcore:InvokeAgentRuntimeWithWebSocketStream",
        "bedrock-agentcore:InvokeAgentRuntimeWithWebSocketStreamForUser",
        "bedrock-agentcore:InvokeHarness",
        "bedrock-agentcore:InvokeGateway",
    ),
    "sagemaker-runtime": (
        "sagemaker:InvokeEndpoint",
        "sagemaker:InvokeEndpointAsync",
        "sagemaker:InvokeEndpointWithResponseStream",
    ),
}
"""The actions whose answer is a model's, by plane. Converse and StartAsyncInvoke are allowed by InvokeModel:
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html
"""

_EVERY = tuple(action for actions in ACTIONS.values() for action in actions)
_PREFIXES = frozenset(action.partition(":")[0] for action in _EVERY)
_CHUNK = 64
"""Principals judged together: their resources are shared, and the work stays in proportion to their number."""

_SHOWN = 6
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")


@dataclass(frozen=True, slots=True)
class Permission:
    """That a principal may call a plane.

    broad: only because of ``Action: "*"`` or NotAction. conditional: only in some circumstances, everywhere. by: the
    statements that allow it. resources: what they name, as written.
    """

    plane: str
    actions: tuple[str, ...]
    broad: bool
    conditional: bool
    by: tuple[str, ...]
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a principal may call, and on what it could not be judged."""

    permissions: tuple[Permission, ...] = ()
    unsupported: tuple[str, ...] = ()


@dataclass
class Inference:
    """Asks a universe about inference; ``regions`` are those of the run."""

    universe: Universe
    regions: Sequence[str]
    _covers: dict[int, tuple[tuple[str, Statement], ...]] = field(default_factory=dict)
    _stripped: dict[int, Policy] = field(default_factory=dict)
    _keep: list[Policy] = field(default_factory=list)

    def everyone(self, principals: Iterable[Principal] | None = None) -> dict[str, Allowed]:
        """Each principal's answer by ARN; those that may call nothing are left out."""
        found: dict[str, Allowed] = {}
        chunk: list[tuple[Principal, tuple[str, ...]]] = []
        for principal in self.universe.principals if principals is None else principals:
            covered = self._covered(principal)
            if covered:
                chunk.append((principal, covered))
            if len(chunk) == _CHUNK:
                found.update(self._judged(chunk))
                chunk = []
        found.update(self._judged(chunk))
        return found

    def covering(self, policy: Policy) -> tuple[tuple[str, Statement], ...]:
        """The statements of a policy that may allow an inference action, each with that action."""
        known = self._covers.get(id(policy))
        if known is None:
            known = self._covers[id(policy)] = tuple(_covering(policy))
            self._keep.append(policy)
        return known

    def _covered(self, principal: Principal) -> tuple[str, ...]:
        held: dict[str, None] = {}
        for policy in principal.identity:
            if policy.problems:
                return _EVERY
            held.update(dict.fromkeys(action for action, _ in self.covering(policy)))
        return tuple(held)

    def _judged(self, chunk: list[tuple[Principal, tuple[str, ...]]]) -> Iterator[tuple[str, Allowed]]:
        if not chunk:
            return
        regions = list(dict.fromkeys([*self.regions, *self._named_regions(p for p, _ in chunk)]))
        resources: dict[str, None] = {"*": None}
        for principal, covered in chunk:
            for action in covered:
                resources.update(dict.fromkeys(self.universe.probes(principal, action, regions)))
        matrix = Matrix(self.universe, tuple(resources))
        valid = {action: _valid(matrix, action) for action in _EVERY}
        for principal, covered in chunk:
            yield principal.arn, self._of(principal, covered, matrix, valid)

    def _of(
        self, principal: Principal, covered: tuple[str, ...], matrix: Matrix, valid: Mapping[str, int]
    ) -> Allowed:
        narrow: Principal | None = None
        permissions: list[Permission] = []
        unsupported: list[str] = []
        for plane, actions in ACTIONS.items():
            sure: list[str] = []
            broad: list[str] = []
            always = False
            for action in actions:
                if action not in covered:
                    continue
                row = matrix.row(principal, action)
                if row.possible & valid[action]:
                    narrow = narrow or self._narrowed(principal)
                    wide = narrow is not principal
                    kept = wide and not matrix.row(narrow, action).possible & valid[action]
                    (broad if kept else sure).append(action)
                    always = always or bool(row.allowed & valid[action])
                elif row.unsupported & valid[action]:
                    unsupported.append(action)
            if sure or broad:
                permissions.append(self._permission(principal, plane, sure, broad, conditional=not always))
        return Allowed(tuple(permissions), tuple(unsupported))

    def _permission(
        self, principal: Principal, plane: str, sure: list[str], broad: list[str], *, conditional: bool
    ) -> Permission:
        actions = tuple(sure or broad)
        by: dict[str, None] = {}
        resources: dict[str, None] = {}
        for policy in principal.identity:
            for action, statement in self.covering(policy):
                if action not in actions or (sure and not _named(statement)):
                    continue
                by.setdefault(str(statement.ref))
                negated = "everything but " if statement.not_resources else ""
                for template in statement.resources or ():
                    resources.setdefault(negated + (template.constant or "a name that the request decides"))
        return Permission(
            plane, actions, not sure, conditional, tuple(by)[:_SHOWN], tuple(resources)[:_SHOWN]
        )

    def _narrowed(self, principal: Principal) -> Principal:
        """The principal without what it may do only by ``*`` or NotAction; itself where there is none of that."""
        held = tuple(replace(one, policy=self.stripped(one.policy)) for one in principal.held)
        same = all(new.policy is old.policy for new, old in zip(held, principal.held, strict=True))
        return principal if same else replace(principal, held=held)

    def stripped(self, policy: Policy) -> Policy:
        """A policy whose Allow statements are cut to the actions they write; the same object where that is all."""
        known = self._stripped.get(id(policy))
        if known is None:
            kept = tuple(cut for s in policy.statements if (cut := _cut(s)) is not None)
            known = policy if kept == policy.statements else replace(policy, statements=kept)
            self._stripped[id(policy)] = known
            self._keep.append(policy)
        return known

    def _named_regions(self, principals: Iterable[Principal]) -> Iterator[str]:
        """Regions that conditions speak of: a permission for another Region than the run's is one too."""
        for principal in principals:
            for policy in principal.identity:
                for _, statement in self.covering(policy):
                    for condition in statement.conditions:
                        if condition.key == "aws:requestedregion":
                            for value in condition.values:
                                if value.constant and _REGION.fullmatch(value.constant):
                                    yield value.constant


def _covering(policy: Policy) -> Iterator[tuple[str, Statement]]:
    for statement in policy.statements:
        if statement.effect is Effect.DENY:
            continue
        if not statement.not_actions and not statement.problems:
            prefixes = {pattern.text.partition(":")[0] for pattern in statement.actions}
            if not prefixes & (_PREFIXES | {"*"}):
                continue
        for action in _EVERY:
            if statement.covers_action(action):
                yield action, statement


def _named(statement: Statement) -> bool:
    """Whether it writes an inference action's service, not just ``*``."""
    return not statement.not_actions and any(
        pattern.text.partition(":")[0] in _PREFIXES for pattern in statement.actions
    )


def _cut(statement: Statement) -> Statement | None:
    if statement.effect is not Effect.ALLOW:
        return statement
    if statement.not_actions:
        return None
    kept = tuple(pattern for pattern in statement.actions if pattern.text != "*")
    if not kept:
        return None
    return statement if kept == statement.actions else replace(statement, actions=kept)


def _valid(matrix: Matrix, action: str) -> int:
    """The resources that the action can be asked on: of its types, or only ``*`` where it has none."""
    facts = action_facts(action)
    kinds = resource_types(action.partition(":")[0])
    if facts is None or not facts.resource_types:
        return sum(1 << n for n, arn in enumerate(matrix.resources) if arn == "*")
    patterns = [arn_like(kinds[name].pattern) for name in facts.resource_types if name in kinds]
    return sum(
        1 << n for n, arn in enumerate(matrix.resources) if any(pattern.matches(arn) for pattern in patterns)
    )
