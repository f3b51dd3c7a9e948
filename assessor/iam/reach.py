"""Resources worth asking about when the question is "on anything".

First instances of what the policies themselves name, and of every resource type of the action. Where patterns of
several statements have to be met or avoided at once (an Allow on ``*`` with a Deny on NotResource), a resource of
every reachable combination is searched, within the ARN formats of the action.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from assessor.iam.actions import action as action_facts
from assessor.iam.actions import resource_types
from assessor.iam.operators import Family, Relation, Test, arn_like
from assessor.iam.patterns import ARN_PARTS, Chars, Step, Steps, literal_steps, restore
from assessor.iam.policy import Effect, Policy, Statement
from assessor.iam.samples import combinations_within
from assessor.iam.templates import Template, Unresolved

PROBE_LIMIT = 64
_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
Resolve = Callable[[str], "str | Unresolved | None"]


def formats(action: str, account: str, partition: str, regions: Sequence[str]) -> tuple[str, ...]:
    """The ARN formats of the action's resource types; what is left open in them is written ``${}``."""
    facts = action_facts(action)
    if facts is None:
        return ()
    kinds = resource_types(action.partition(":")[0])
    found: dict[str, None] = {}
    for name in sorted(facts.resource_types, key=lambda name: name not in facts.required_types):
        for region in regions if name in kinds else ():
            known = {"Partition": partition, "Region": region, "Account": account}
            found.setdefault(_PLACEHOLDER.sub(lambda m, k=known: k.get(m[1], "${}"), kinds[name].arn))  # type: ignore[misc]
    return tuple(found)


def typical(action: str, account: str, partition: str, regions: Sequence[str]) -> tuple[str, ...]:
    """One resource of every type of the action; none where the action has no types."""
    return tuple(text.replace("${}", "zz99") for text in formats(action, account, partition, regions))


def covering(policies: Iterable[Policy], action: str) -> list[Statement]:
    """The statements about an action."""
    return [s for policy in policies for s in policy.statements if s.covers_action(action)]


def probes(
    policies: Iterable[Policy],
    limits: Iterable[Policy],
    action: str,
    *,
    account: str,
    partition: str,
    regions: Sequence[str],
    resolve: Resolve,
) -> tuple[str, ...]:
    """Resources to ask about. ``policies`` are those that can grant, ``limits`` those that can only take away."""
    own = list(policies)
    granting = [s for s in covering(own, action) if s.effect is not Effect.DENY]
    if not granting and not any(policy.problems for policy in own):
        return ()
    usual = typical(action, account, partition, regions)
    found: dict[str, None] = {}
    for statement in (*granting, *covering(limits, action), *covering(own, action)):
        for template in statement.resources or ():
            filled = template.fill(resolve)
            if isinstance(filled, str) and filled != "*":
                pattern = arn_like(filled)
                found.update(dict.fromkeys(arn for arn in usual if pattern.matches(arn)))
                found.update(dict.fromkeys(_instances(filled, account, partition, regions)))
    found.update(dict.fromkeys(usual or ("*",)))
    return tuple(found)[:PROBE_LIMIT]


def combined(
    policies: Iterable[Policy],
    action: str,
    *,
    account: str,
    partition: str,
    regions: Sequence[str],
    resolve: Resolve,
) -> tuple[str, ...]:
    """A resource of every combination of what the statements cover, within the formats of the action."""
    groups: dict[tuple[Test, ...], None] = {}
    for statement in covering(policies, action):
        texts = [text for t in statement.resources or () if isinstance(text := _filled(t, resolve), str)]
        if texts and "*" not in texts:
            groups.setdefault(tuple(Test(Family.ARN, Relation.EQUAL, text) for text in texts))
    shapes = tuple(_steps(text) for text in formats(action, account, partition, regions))
    if len(groups) < 2 or not shapes:
        return ()
    return combinations_within(shapes, tuple(groups))


def _filled(template: Template, resolve: Resolve) -> str | None:
    text = template.fill(resolve)
    return text if isinstance(text, str) else None


def _steps(text: str) -> Steps:
    """An ARN format as steps: what is open is any text of at least one character."""
    steps: list[Step] = []
    for number, piece in enumerate(text.split("${}")):
        if number:
            steps += (Step(Chars.NAME), Step(Chars.NAME_OR_COLON, repeated=True))
        steps += literal_steps(piece)
    return tuple(steps)


def _instances(pattern: str, account: str, partition: str, regions: Sequence[str]) -> Iterator[str]:
    if "${" in pattern:
        return  # a variable that the document's version leaves as text: nothing is called so
    parts = pattern.split(":", ARN_PARTS - 1)
    if len(parts) < ARN_PARTS or parts[0] != "arn":
        if len(parts) == 1 or parts[0] != "arn":
            return
        parts += ["*"] * (ARN_PARTS - len(parts))
    for region in regions if "*" in parts[3] or "?" in parts[3] else (parts[3],):
        fitted = region if arn_like(parts[3]).matches(region) else parts[3]
        owner = account if "*" in parts[4] else parts[4]
        name = partition if "*" in parts[1] else parts[1]
        text = ":".join((parts[0], name, parts[2], fitted, owner, parts[5]))
        yield restore(text.replace("*", "zz99").replace("?", "z"))
