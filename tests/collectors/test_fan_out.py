"""The plan, walked over answers made to fit: each fan-out gives rise to a call that AWS would take."""

from typing import Any

import pytest
from botocore.validate import ParamValidator

from assessor.model.operation import Bind, Each, Operation, Scope
from assessor.model.plan import Plan, Planned
from assessor.model.reading import Call, Seen, canonical
from assessor.model.snapshot import GLOBAL, Account
from collectors import naming
from tests.collectors.declared import FAN_OUTS, Free, as_bind, inputs, look, model

ACCOUNT = Account("111122223333", ("eu-west-1",))
REGION = "eu-central-1"

# What an answer holds where a declaration expects a name of a certain form.
EXAMPLES: dict[Any, str] = {
    naming.after_colon: f"arn:aws:cloudwatch:{REGION}:111122223333:alarm-mute-rule:nightly",
    naming.bucket: "s3://documents/incoming/",
    naming.bucket_region: "EU",
    naming.foundation_model: f"arn:aws:bedrock:{REGION}::foundation-model/anthropic.claude-x-v1:0",
    naming.function: f"arn:aws:lambda:{REGION}:111122223333:function:answer",
    naming.guardrail: f"arn:aws:bedrock:{REGION}:111122223333:guardrail/abcdef123456",
    naming.key: f"arn:aws:kms:{REGION}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    naming.last_name: f"arn:aws:aoss:{REGION}:111122223333:collection/abcdef1234",
    naming.log_group: f"arn:aws:logs:{REGION}:111122223333:log-group:/aws/bedrock/invocations:*",
    naming.not_draft: "3",
    naming.number: "3",
    naming.numbered: "3",
    naming.own: f"arn:aws:bedrock-agentcore:{REGION}:111122223333:browser-custom/search-abcdefghij",
    naming.region: f"arn:aws:kms:{REGION}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    naming.role_name: "arn:aws:iam::111122223333:role/service/logs",
    naming.topic: f"arn:aws:sns:{REGION}:111122223333:alerts",
    naming.vector_bucket: f"arn:aws:s3vectors:{REGION}:111122223333:bucket/vectors/index/documents",
    naming.web_acl: f"arn:aws:wafv2:{REGION}:111122223333:regional/webacl/limits/1234abcd",
}


def _value(shape: Any) -> Any:
    """Something of the shape's type, long enough for every length that AWS asks for."""
    if isinstance(shape, Free):
        return "open-content"
    match shape.type_name:
        case "string":
            return shape.enum[0] if shape.enum else "a-name-of-some-twenty-letters-or-more"
        case "boolean":
            return True
        case "integer" | "long":
            return 3
        case "double" | "float":
            return 80.0
        case "structure":
            return {
                name: _value(member)
                for name, member in shape.members.items()
                if name in shape.required_members
            }
        case "list":
            return [_value(shape.member)]
        case _:
            return {"name": _value(shape.value)}


def _put(node: dict[str, Any], path: str, value: Any) -> None:
    """Writes ``value`` where a path of the path language leads, making what is on the way."""
    *steps, last = path.split(".")
    for step in steps:
        name = step.removesuffix("[]").removesuffix("{}")
        if step.endswith("[]"):
            node = node.setdefault(name, [{}])[0]
        elif step.endswith("{}"):
            node = node.setdefault(name, {"name": {}})["name"]
        else:
            node = node.setdefault(name, {})
    if last.endswith("[]"):
        node[last.removesuffix("[]")] = [value]
    elif last.endswith("{}"):
        node[last.removesuffix("{}")] = {"name": value}
    else:
        node[last] = value


def _wanted(each: Each) -> dict[str, Any]:
    """Path -> value: everything the fan-out looks at, so that it finds a fitting item."""
    wanted: dict[str, Any] = {path: values[0] for path, values in each.where.items()}
    for bind in ([each.region] if each.region is not None else []) + list(each.bind.values()):
        long: Bind = as_bind(bind)
        if long.template:
            for name in long.template.replace("}", "{").split("{")[1::2]:
                if name not in ("partition", "region", "account"):
                    wanted.setdefault(name, _value(look(each, name)))
        elif long.via is not None:
            # The name that is sent decides; the Region of an ARN is read from any.
            wanted[long.path] = EXAMPLES[long.via]
        else:
            wanted.setdefault(long.path, _value(look(each, long.path)))
    return wanted


def _parent(each: Each) -> tuple[Planned, dict[str, Any]]:
    """A call to the parent, and the answer to it."""
    wanted = _wanted(each)
    request = {path[2:]: value for path, value in wanted.items() if path.startswith("$.")}
    answer: dict[str, Any] = {}
    where = each.items if each.items is not None else each.parent.items
    below = {path: value for path, value in wanted.items() if not path.startswith(("$.", "^."))}
    if where and "" in below:
        _put(answer, f"{where}[]", below[""])
    elif where:
        item: dict[str, Any] = {}
        for path, value in below.items():
            _put(item, path, value)
        _put(answer, f"{where}[]", item)
    else:
        for path, value in below.items():
            _put(answer, path, value)
    for path, value in wanted.items():
        if path.startswith("^."):
            _put(answer, path[2:], value)
    region = GLOBAL if each.parent.scope is Scope.GLOBAL else "eu-west-1"
    call = Call(ACCOUNT.id, region, each.parent.id, canonical({**each.parent.params, **request}))
    return Planned(each.parent, call, "us-east-1" if region == GLOBAL else region), answer


@pytest.mark.parametrize(
    ("operation", "at"),
    [(operation, at) for operation, at, _ in FAN_OUTS],
    ids=[f"{operation.id}-{at}-{each.parent.name}" for operation, at, each in FAN_OUTS],
)
def test_a_fitting_answer_gives_a_call_that_botocore_accepts(operation: Operation, at: int) -> None:
    """Bound, converted, composed and merged with the fixed members, as the engine will send it."""
    each = operation.each[at]
    alone = _only(operation, each)
    parent, answer = _parent(each)
    planned = [
        call
        for call in Plan((alone,), scope=each.only or "workload").after(parent, Seen(answer), ACCOUNT)
        if call.operation.id == operation.id
    ]
    assert planned, "no call follows"
    shape = inputs(operation) if model(operation.service, operation.name).input_shape else None
    for call in planned:
        if shape is not None:
            report = ParamValidator().validate(call.call.request, shape)
            assert not report.has_errors(), report.generate_report()
        if operation.scope is Scope.GLOBAL:
            assert call.call.region == GLOBAL
        else:
            assert call.call.region.count("-") >= 2 or each.region is not None
            assert call.call.region != GLOBAL
        if each.only:
            assert not list(Plan((alone,), scope="workload").after(parent, Seen(answer), ACCOUNT))


def _only(operation: Operation, each: Each) -> Operation:
    """The operation with one of its fan-outs."""
    return Operation(
        operation.service,
        operation.name,
        operation.action,
        items=operation.items,
        params=operation.params,
        asks=operation.asks,
        each=(each,),
        scope=operation.scope,
        region=operation.region,
        variant=operation.variant,
    )


def test_every_conversion_has_an_example() -> None:
    """And each example is one the conversion takes."""
    used = {
        bind.via
        for _, _, each in FAN_OUTS
        for bind in map(as_bind, [*each.bind.values(), *([each.region] if each.region else [])])
        if bind.via is not None
    }
    assert used <= set(EXAMPLES)
    assert all(via(text) for via, text in EXAMPLES.items())
