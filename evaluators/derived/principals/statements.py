"""Answers about principals in words a security engineer uses: who, what, on what, by which statement, when."""

import re
from collections.abc import Iterable, Iterator

from assessor.iam.decide import Decision, Verdict, Witness
from assessor.iam.holders import Principal, Source
from assessor.iam.policy import Effect, Statement, StatementRef, Use
from assessor.iam.universe import Access
from assessor.model.control import Subject
from assessor.model.reading import Call

_FRESH = re.compile(r"(?i)zz99[\w.:-]*")
_GRANTING = frozenset({Use.IDENTITY, Use.GROUP})
_SHOWN = 3


def who(principal: Principal) -> str:
    """``Role app``, ``User alice``."""
    return f"{'Role' if principal.is_role else 'User'} {principal.name}"


def kind(principal: Principal) -> str:
    """The CloudFormation type."""
    return "AWS::IAM::Role" if principal.is_role else "AWS::IAM::User"


def resource(arn: str) -> str:
    """A resource as a policy would write it: names we made up, to ask about anything at all, become ``*``."""
    return _FRESH.sub("*", arn)


def by(principal: Principal, refs: Iterable[StatementRef]) -> str:
    """The statements of the principal's own policies among some, with how it came to hold them.

    Boundaries and service control policies allow too, but they grant nothing: they are left out here.
    """
    found = list(dict.fromkeys(_said(principal, ref) for ref in refs if ref.use in _GRANTING))
    return listed(found, "statement") if found else "its policies"


def against(principal: Principal, refs: Iterable[StatementRef]) -> str:
    """The statements that deny, of whichever layer; empty where none does."""
    return listed(list(dict.fromkeys(_said(principal, ref) for ref in refs)), "statement")


def _said(principal: Principal, ref: StatementRef) -> str:
    name = ref.policy or "(unnamed)"
    policy = f"{ref.use} {name}"
    if ref.use in _GRANTING:
        for held in principal.held:
            if held.policy.name == ref.policy and held.policy.use is ref.use:
                inline = held.source in {Source.INLINE, Source.GROUP_INLINE}
                policy = f"{'inline' if inline else 'managed'} policy {name}"
                policy += f" of group {held.group}" if held.group else ""
                break
    if ref.index < 0:
        return policy
    sid = f" ({ref.sid})" if ref.sid else ""
    return f"statement {ref.index + 1}{sid} of {policy}"


def listed(texts: list[str], more: str) -> str:
    """The first few texts, and how many there are besides."""
    rest = len(texts) - _SHOWN
    return ", ".join(texts[:_SHOWN]) + (
        f" and {rest} more {more}{'s' if rest > 1 else ''}" if rest > 0 else ""
    )


def when(decision: Decision) -> str:
    """The circumstances of a conditional answer, as one example; empty where it always holds."""
    if decision.verdict is Verdict.ALLOWED or decision.allow_witness is None:
        return ""
    return witnessed(decision.allow_witness)


def witnessed(witness: Witness | None) -> str:
    """As `when`, of a witness alone."""
    text = "always" if witness is None else str(witness)
    return "" if text == "always" else f" when {_FRESH.sub('*', text)}"


def granted(access: Access) -> str:
    """``bedrock:InvokeModel on arn:... by statement 1 (All) of managed policy Models``, with circumstances."""
    place = "" if access.resource == "*" else f" on {resource(access.resource)}"
    return f"{access.action}{place}{when(access.decision)}, by {by(access.principal, access.decision.grants)}"


def statements_of(principal: Principal, refs: Iterable[StatementRef]) -> Iterator[Statement]:
    """The statements of the principal's own policies behind references."""
    wanted = {(ref.policy, ref.use, ref.index) for ref in refs}
    for policy in principal.identity:
        for statement in policy.statements:
            if (statement.ref.policy, statement.ref.use, statement.ref.index) in wanted:
                yield statement


def granted_by_any(principal: Principal, action: str) -> bool:
    """Whether any of its policies allows an action on anything, or cannot be read; nothing else needs deciding."""
    return any(
        bool(policy.problems)
        or any(s.effect is not Effect.DENY and s.covers_action(action) for s in policy.statements)
        for policy in principal.identity
    )


def named(statements: Iterable[Statement], services: Iterable[str]) -> bool:
    """Whether one of the statements allows and writes an action of one of the services, not just ``*``."""
    prefixes = frozenset(services)
    return any(
        statement.effect is Effect.ALLOW
        and not statement.not_actions
        and any(pattern.text.partition(":")[0] in prefixes for pattern in statement.actions)
        for statement in statements
    )


def subject(principal: Principal, evidence: tuple[Call, ...], **about: object) -> Subject:
    """The subject of a row about a principal."""
    return Subject(principal.arn, kind(principal), about={"principal": principal, **about}, evidence=evidence)
