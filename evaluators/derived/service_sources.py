"""Other accounts whose resources a policy lets AWS services act for: ``aws:SourceArn``, ``aws:SourceAccount``.

A service principal with a source condition is no open door; but the source may lie in somebody else's account.
https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

import re
from collections.abc import Iterator

from assessor.iam.actions import matching_actions
from assessor.iam.conditions import ABSENT, UNKNOWN, Condition
from assessor.iam.decide import decide, open_context
from assessor.iam.exposure import Level, Opening
from assessor.iam.patterns import restore
from assessor.iam.policy import Effect, Policy, Statement
from assessor.iam.principals import Caller, Kind, PrincipalKind
from assessor.iam.request import Given, Layers, Request, arn_field

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_SOURCE_ARN = "aws:sourcearn"
_SOURCES = frozenset({_SOURCE_ARN, "aws:sourceaccount", "aws:sourceowner"})


def foreign_sources(policy: Policy, arn: str, account: str) -> Iterator[Opening]:
    """One opening for every service and other account that the policy names as its source."""
    for statement in policy.statements:
        if statement.effect is Effect.DENY or statement.principals is None or statement.principals.negated:
            continue
        services = [n.value for n in statement.principals.named if n.kind is PrincipalKind.SERVICE]
        sources = {} if not services else dict(_named(statement))
        for source, source_arn in sources.items():
            if source == account:
                continue
            for service in services:
                opening = _asked(policy, statement, arn, account, (service, source, source_arn))
                if opening is not None:
                    yield opening


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


def _asked(
    policy: Policy, statement: Statement, arn: str, account: str, who: tuple[str, str, str]
) -> Opening | None:
    service, source, source_arn = who
    pattern = statement.actions[0].text if statement.actions and not statement.not_actions else "*"
    known = next(iter(matching_actions(pattern)), None)
    action = known.name if known is not None else restore(pattern.replace("*", "zz99"))
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
    decision = decide(request, Layers(resource=policy))
    if not decision.possible:
        return None
    return Opening(
        Level.ACCOUNT, source, (action,), arn, decision.allow_witness, decision.grants, caller, given
    )
