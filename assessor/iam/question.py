"""What a resource's policy is asked about: its actions, in groups that get one answer, and what lies below it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from assessor.iam.actions import key_valid, matching_actions
from assessor.iam.decide import Decision, decide, open_context
from assessor.iam.evaluate import ALWAYS_ALLOWED, bound_by_rcps
from assessor.iam.openings import Setting
from assessor.iam.patterns import ARN_PARTS, glob_matches, restore
from assessor.iam.policy import Effect, Policy, parse_policy
from assessor.iam.principals import Caller
from assessor.iam.request import Given, Layers, Request, arn_field
from assessor.iam.strangers import policy_conditions

RESOURCE_LIMIT = 48
"""Resources asked about with one action, unless more statements name some."""
SIGNED_ONLY = frozenset(
    {
        "aoss", "bedrock", "bedrock-agentcore", "bedrock-mantle", "dynamodb", "ecr", "kms", "lambda", "logs",
        "neptune-graph", "s3vectors", "sagemaker", "secretsmanager", "sts",
    }
)  # fmt: skip
"""Services that refuse unsigned requests whatever the policy says."""
_ADMINISTRATOR = (
    parse_policy(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
        name="the stranger's own administrator policy",
    ),
)


@dataclass(frozen=True, slots=True)
class Question:
    """A resource's policy, what surrounds it, and the account that owns the resource."""

    policy: Policy
    account: str
    setting: Setting
    budget: int

    @property
    def facing(self) -> tuple[Policy, ...]:
        """The resource's policy, and the resource control policies above it."""
        return (self.policy, *(policy for level in self.setting.rcps or () for policy in level))

    def ask(self, caller: Caller, action: str, resource: str, given: Given) -> Decision:
        """Whether a caller, an administrator at home, may do something; ``given``: who he is and from where."""
        layers = Layers(identity=_ADMINISTRATOR, resource=self.policy, rcps=self.setting.rcps)
        known = {**given, **dict(self.setting.fixed)}
        request = Request(caller, action, resource, self.account, open_context(action, known))
        return decide(request, layers, budget=self.budget)


def unsigned_possible(question: Question, action: str) -> bool:
    """Whether a request without a signature is not refused whatever the policy says."""
    service = action.partition(":")[0].lower()
    if action.lower() == "lambda:invokefunctionurl":
        return question.setting.url_auth in {None, "NONE"}
    return service not in SIGNED_ONLY


def allowed_actions(policy: Policy, resource: str) -> tuple[str, ...]:
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
    return tuple(found)


def alike(question: Question, actions: Iterable[str]) -> list[tuple[str, ...]]:
    """The actions in groups that get the same answer, whoever asks: one of each is asked about.

    Alike are actions of a service that the same statements cover and in whose requests the same keys can be.
    """
    statements = [statement for policy in question.facing for statement in policy.statements]
    keys = dict.fromkeys(key for c in policy_conditions(*question.facing) for key in c.keys)
    groups: dict[tuple[object, ...], list[str]] = {}
    for action in dict.fromkeys(actions):
        same = (
            action.partition(":")[0].lower(),
            tuple(statement.covers_action(action) for statement in statements),
            tuple(key_valid(key, action) for key in keys),
            unsigned_possible(question, action),
            bound_by_rcps(action),
            action.lower() in ALWAYS_ALLOWED,
            _on_objects(action),
        )
        groups.setdefault(same, []).append(action)
    return [tuple(group) for group in groups.values()]


def _on_objects(action: str) -> bool:
    return action.lower().startswith("s3:") and "object" in action.lower()


def _in_turn(groups: Iterable[Iterable[str]]) -> Iterator[str]:
    """The first of every group, then the second of every group, and so on; each text once."""
    rounds = zip_longest(*groups)
    yield from dict.fromkeys(text for texts in rounds for text in texts if text is not None)


def resources_of(policy: Policy, action: str, resource: str) -> tuple[str, ...]:
    """The resource itself, and an instance of every resource below it that an Allow for the action names."""
    base = resource.rstrip("*")
    named: list[list[str]] = []
    for statement in policy.statements:
        if statement.effect is Effect.DENY or not statement.covers_action(action) or statement.not_resources:
            continue
        below: list[str] = []
        for template in statement.resources or ():
            text = template.constant
            if text is None:
                continue
            if text.startswith("execute-api:/"):
                text = base.rstrip("/") + text[len("execute-api:") :]
            instance = _instance(text, resource)
            if instance.startswith(base):
                below.append(instance)
        named.append(below)
    own = [_instance(resource, resource)]
    if _on_objects(action) and "/" not in resource:
        own.append(f"{resource}/zz99-object")
    statements = sum(map(bool, named))
    asked = tuple(_in_turn(named))[: max(RESOURCE_LIMIT, statements)]
    return tuple(dict.fromkeys((*asked, *own)))


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
