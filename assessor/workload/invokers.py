"""Who may invoke functions by the functions' own policies (E22): topics, buckets and other services, other accounts.

A topic or bucket can call a function only where its policy lets it, so the policy shows what a subscription or a
notification configures elsewhere. Whether there is one, it does not show: the strength is that of a permission.
https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

from collections.abc import Iterator

from assessor.iam.policy import Effect, Statement, Use, parse_policy
from assessor.iam.principals import PrincipalKind
from assessor.model.operation import Operation
from assessor.model.reading import Call
from assessor.model.view import View
from assessor.workload import names, targets
from assessor.workload.graph import EVERYWHERE, Edge, Evidence, Kind, Node, Piece, Strength
from assessor.workload.listing import gap, listed
from collectors import lambda_

READS: tuple[Operation, ...] = (lambda_.GET_POLICY,)

_INVOKE = "lambda:InvokeFunction"
_BY_URL = "lambda:invokedviafunctionurl"
_ELSEWHERE = frozenset(
    {"apigateway.amazonaws.com", "elasticloadbalancing.amazonaws.com", "events.amazonaws.com"}
)
"""Services whose own configuration says what they call, so that it is read there."""

_INSIDE = frozenset({"bedrock.amazonaws.com", "bedrock-agentcore.amazonaws.com"})


def invokers(aws: View) -> Iterator[Piece]:
    """Everything but the usual doors that functions of the Region let invoke them."""
    policies = listed(aws, lambda_.GET_POLICY, "")
    if policies.unseen is not None:
        yield gap("E22", EVERYWHERE, policies.unseen, "what else may invoke functions is not known")
    for call, answer in policies:
        name, alias = str(call.request.get("FunctionName", "")), str(call.request.get("Qualifier") or "")
        arn = names.function_in(name) or names.function(aws, name)
        function = targets.function(f"{arn}:{alias}" if alias else arn)
        policy = parse_policy(answer.get("Policy"), use=Use.RESOURCE, name=function.what)
        for statement in policy.statements:
            by_url = any(condition.key == _BY_URL for condition in statement.conditions)
            if statement.effect is Effect.ALLOW and statement.covers_action(_INVOKE) and not by_url:
                yield from _invoked_by(aws, function, statement, call)


def _invoked_by(aws: View, function: Node, statement: Statement, call: Call) -> Iterator[Piece]:
    named = statement.principals.named if statement.principals is not None else ()
    sources = tuple(_sources(statement))
    for principal in named:
        if principal.kind is PrincipalKind.SERVICE:
            if principal.value not in _ELSEWHERE | _INSIDE:
                for source in sources or ("",):
                    yield from _service(aws, function, principal.value, source, statement, call)
        elif principal.kind is PrincipalKind.AWS and not _own(aws, principal.value):
            door = names.on(function.id, "invoke")
            who = "anyone" if principal.value == "*" else f"account {principal.value[:80]}"
            yield Node(door, Kind.DOOR, f"{function.what}, invoked by {who}", aws.region, function.label)
            yield function
            yield _permitted(door, function.id, statement, call)


def _service(
    aws: View, function: Node, service: str, source: str, statement: Statement, call: Call
) -> Iterator[Piece]:
    node = targets.node(source) if source else None
    if node is None or node.kind is not Kind.RELAY:
        ident = source or names.on(function.id, service)
        what = f"{names.last(source) or 'events'} of {service.partition('.')[0]}"
        node = Node(
            f"{ident}@invokes" if source else ident,
            Kind.ENTRY,
            what,
            aws.region,
            names.last(source) or service,
        )
    yield node
    yield function
    yield _permitted(node.id, function.id, statement, call)


def _permitted(source: str, target: str, statement: Statement, call: Call) -> Edge:
    where = f"Policy.Statement[{statement.ref.index}]"
    return Edge("E22", source, target, Strength.PERMITTED, Evidence(call, where, statement.ref.sid[:100]))


def _sources(statement: Statement) -> Iterator[str]:
    for condition in statement.conditions:
        if condition.key == "aws:sourcearn" and not condition.operator.negated:
            yield from (value.constant for value in condition.values if value.constant)


def _own(aws: View, principal: str) -> bool:
    arn = names.arn(principal)
    return principal == aws.account_id or (arn is not None and arn.account == aws.account_id)
