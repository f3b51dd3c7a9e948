"""Other accounts whose resources a policy lets AWS services act for: ``aws:SourceArn``, ``aws:SourceAccount``.

A service principal with a source condition is no open door; but the source may lie in somebody else's account.
https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from assessor.iam.actions import matching_actions
from assessor.iam.conditions import ABSENT, UNKNOWN, Condition
from assessor.iam.decide import Witness, decide, open_context
from assessor.iam.exposure import Level, Opening
from assessor.iam.patterns import restore
from assessor.iam.policy import Effect, Policy, Statement
from assessor.iam.principals import Caller, Kind, PrincipalKind
from assessor.iam.question import resources_of
from assessor.iam.request import Given, Layers, Request, arn_field
from assessor.iam.strangers import STRANGER_ORG

Levels = tuple[tuple[Policy, ...], ...]
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_SOURCE_ARN = "aws:sourcearn"
_SOURCES = frozenset({_SOURCE_ARN, "aws:sourceaccount", "aws:sourceowner"})


def foreign_sources(
    policy: Policy, arn: str, account: str, actions: Iterable[str] | None = None, rcps: Levels = ()
) -> Iterator[Opening]:
    """One opening for every service and other account that the policy names as its source.

    actions: what they may do; by default anything the policy names. rcps: the resource control policies that bind
    ``account``. A source that is let in as a member of some organization only is that organization.
    """
    asked = None if actions is None else tuple(actions)
    layers = Layers(resource=policy, rcps=rcps)
    for statement in policy.statements:
        if statement.effect is Effect.DENY or statement.principals is None or statement.principals.negated:
            continue
        services = [n.value for n in statement.principals.named if n.kind is PrincipalKind.SERVICE]
        sources = {} if not services else dict(_named(statement))
        for source, source_arn in sources.items():
            if source == account:
                continue
            for service in services:
                openings = (
                    _asked(layers, action, resource, account, (service, source, source_arn))
                    for action in _actions(statement, asked)
                    for resource in resources_of(policy, action, arn)
                )
                yield from _joined([one for one in openings if one is not None])


def _actions(statement: Statement, asked: tuple[str, ...] | None) -> Iterator[str]:
    """The actions to ask about: of those wanted the ones that the statement covers, or one for each it names."""
    if asked is not None:
        yield from (action for action in asked if statement.covers_action(action))
        return
    for pattern in () if statement.not_actions else statement.actions:
        known = next(iter(matching_actions(pattern.text)), None)
        yield known.name if known is not None else restore(pattern.text.replace("*", "zz99"))
    if statement.not_actions or not statement.actions:
        yield "zz99:Zz99"


def _joined(openings: list[Opening]) -> Iterator[Opening]:
    """The first opening with what all of them allow."""
    if openings:
        actions = dict.fromkeys(action for one in openings for action in one.actions)
        yield replace(openings[0], actions=tuple(actions))


def _named(statement: Statement) -> Iterator[tuple[str, str]]:
    """Accounts in the statement's source conditions, each with an ARN of theirs that it accepts, "" for any."""
    for condition in statement.conditions:
        if condition.key in _SOURCES and not condition.operator.negated:
            yield from _of(condition)


def _of(condition: Condition) -> Iterator[tuple[str, str]]:
    for template in condition.values:
        text = template.constant or ""
        owner = arn_field(text, 4) if text.startswith("arn:") else text
        if _ACCOUNT.fullmatch(owner):
            instance = restore(text.replace("*", "zz99").replace("?", "z"))
            yield owner, instance if condition.key == _SOURCE_ARN else ""


def _asked(layers: Layers, action: str, arn: str, account: str, who: tuple[str, str, str]) -> Opening | None:
    service, source, source_arn = who
    caller = Caller(Kind.SERVICE, service)
    given: Given = {
        "aws:SourceAccount": source,
        "aws:SourceArn": source_arn or UNKNOWN,
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": service,
        "aws:PrincipalAccount": ABSENT,
        "aws:PrincipalArn": ABSENT,
    }
    request = Request(caller, action, arn, account, open_context(action, given))
    decision = decide(request, layers)
    if not decision.possible:
        return None
    level, name = Level.ACCOUNT, source
    org = _organization(decision.allow_witness)
    if org:
        outside = decide(request.within(_OUTSIDE), layers)
        if not outside.possible and not outside.undecided:
            level, name = Level.ORG, org
    return Opening(level, name, (action,), arn, decision.allow_witness, decision.grants, caller, given)


_OUTSIDE: Given = {
    "aws:SourceOrgID": STRANGER_ORG,
    "aws:SourceOrgPaths": f"{STRANGER_ORG}/r-zz99/ou-zz99-99999999/",
}


def _organization(witness: Witness | None) -> str:
    """The organization a source must be of, by the witness; empty where it says nothing of that."""
    for key, values in (witness.values if witness is not None else {}).items():
        if key.lower() in {"aws:sourceorgid", "aws:sourceorgpaths"}:
            return values[0].partition("/")[0]
    return ""
