"""Observable facts about how wide policies are: no verdict, numbers and the statements responsible."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assessor.iam.actions import Action, matching_actions, service_actions, services
from assessor.iam.policy import Effect, Policy, Statement, StatementRef


@dataclass(frozen=True, slots=True)
class Grant:
    """One statement that allows one known action.

    everywhere: on ``*`` (or NotResource). conditional: it has conditions. named: the policy writes an action of this
    service, not just ``*`` or NotAction.
    """

    statement: StatementRef
    action: Action
    everywhere: bool
    conditional: bool
    named: bool

    @property
    def loose(self) -> bool:
        """On everything, without a condition, although the action could be limited to certain resources."""
        return self.everywhere and not self.conditional and self.action.scopable


def grants(policies: Iterable[Policy], service: str | None = None) -> Iterator[Grant]:
    """Every Allow of a known action (of one service, or of all in the data), as written: denials do not count."""
    for policy in policies:
        for statement in policy.statements:
            if statement.effect is Effect.ALLOW:
                yield from _grants(statement, service)


def _grants(statement: Statement, service: str | None) -> Iterator[Grant]:
    everywhere = statement.resources is None or statement.not_resources
    everywhere = everywhere or any(t.constant == "*" for t in statement.resources or ())
    for action, named in _actions(statement, service):
        yield Grant(statement.ref, action, everywhere, bool(statement.conditions), named)


def _actions(statement: Statement, service: str | None) -> Iterator[tuple[Action, bool]]:
    if statement.not_actions:
        for name in (service,) if service is not None else services():
            for full, action in service_actions(name).items():
                if statement.covers_action(full):
                    yield action, False
        return
    seen: dict[str, tuple[Action, bool]] = {}
    for pattern in statement.actions:
        prefix = pattern.text.partition(":")[0]
        if service is not None and prefix not in {"*", service}:
            continue
        for action in matching_actions(pattern.text, service if prefix == "*" else prefix):
            known = seen.get(action.name)
            seen[action.name] = (action, prefix != "*" or (known is not None and known[1]))
    yield from seen.values()


def names_service(policies: Iterable[Policy], prefixes: Iterable[str]) -> tuple[StatementRef, ...]:
    """The Allow statements that write an action of one of the services (not just ``*`` or NotAction)."""
    wanted = frozenset(prefixes)
    return tuple(
        statement.ref
        for policy in policies
        for statement in policy.statements
        if statement.effect is Effect.ALLOW
        and not statement.not_actions
        and any(pattern.text.partition(":")[0] in wanted for pattern in statement.actions)
    )
