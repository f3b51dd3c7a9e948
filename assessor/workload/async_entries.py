"""What starts work without a caller: event source mappings, bucket notifications, rules and schedules (E22).

What is disabled starts nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from assessor.model.operation import Operation
from assessor.model.reading import Call, Why
from assessor.model.view import View
from assessor.workload import names, targets
from assessor.workload.containers import task_roles
from assessor.workload.graph import EVERYWHERE, Gap, Kind, Node, Piece, declared
from assessor.workload.listing import gap, listed
from assessor.workload.state_machines import PLANES
from collectors import events, lambda_, s3, scheduler

READS: tuple[Operation, ...] = (
    lambda_.LIST_EVENT_SOURCE_MAPPINGS,
    events.LIST_EVENT_BUSES,
    events.LIST_RULES,
    events.LIST_TARGETS_BY_RULE,
    scheduler.LIST_SCHEDULES,
    s3.GET_BUCKET_NOTIFICATION_CONFIGURATION,
)

_OFF = frozenset({"Disabled", "Disabling", "Deleting"})
_UNIVERSAL = ":scheduler:::aws-sdk:"


def event_source_mappings(aws: View) -> Iterator[Piece]:
    """Every event source mapping: a queue, stream or table whose records a function is given."""
    mappings = listed(aws, lambda_.LIST_EVENT_SOURCE_MAPPINGS)
    if mappings.unseen is not None:
        yield gap("E22", EVERYWHERE, mappings.unseen, "which queues and streams feed functions is not known")
    for call, mapping in mappings:
        if mapping.get("State") in _OFF:
            continue
        ident = str(mapping.get("UUID", ""))
        arn = str(
            mapping.get("EventSourceMappingArn") or names.own(aws, "lambda", f"event-source-mapping:{ident}")
        )
        source = str(mapping.get("EventSourceArn") or "")
        what = f"records of {names.last(source)}" if source else "records of an event source"
        yield Node(arn, Kind.ENTRY, what, aws.region, ident)
        function = str(mapping.get("FunctionArn") or "")
        yield from targets.leads("E22", arn, function, call, "EventSourceMappings[].FunctionArn")
        fed = targets.node(source)
        if fed is not None:
            yield fed
            yield declared("E22", fed.id, arn, call, "EventSourceMappings[].EventSourceArn", source)


def bucket_notifications(aws: View) -> Iterator[Piece]:
    """The notifications of the buckets that a run has read."""
    for call, answer in listed(aws, s3.GET_BUCKET_NOTIFICATION_CONFIGURATION, ""):
        bucket = str(call.request.get("Bucket", ""))
        entry = names.on(names.bucket(aws, bucket), "notifications")
        for members, name in (
            ("LambdaFunctionConfigurations", "LambdaFunctionArn"),
            ("QueueConfigurations", "QueueArn"),
            ("TopicConfigurations", "TopicArn"),
        ):
            for one in answer.get(members) or ():
                yield Node(entry, Kind.ENTRY, f"new objects in bucket {bucket}", "", bucket)
                yield from targets.leads("E22", entry, str(one.get(name) or ""), call, f"{members}[].{name}")


def rules(aws: View) -> Iterator[Piece]:
    """Every rule that is enabled, with its targets."""
    every = listed(aws, events.LIST_RULES)
    if every.unseen is not None:
        yield gap("E22", EVERYWHERE, every.unseen, "which EventBridge rules there are is not known")
    for call, rule in every:
        if str(rule.get("State") or "").startswith("DISABLED"):
            continue
        bus, name = str(rule.get("EventBusName") or "default"), str(rule.get("Name", ""))
        arn = str(rule.get("Arn") or names.own(aws, "events", f"rule/{name}"))
        yield Node(arn, Kind.ENTRY, f"rule {name}", aws.region, name)
        named = targets.node(names.own(aws, "events", f"event-bus/{bus}"))
        if named is not None:
            yield named
            yield declared("E22", named.id, arn, call, "Rules[].EventBusName", bus)
        held = listed(
            aws, events.LIST_TARGETS_BY_RULE, Rule=rule.get("Name"), EventBusName=rule.get("EventBusName")
        )
        if held.unseen is not None:
            yield gap("E22", arn, held.unseen, "its targets are not known")
        for target_call, target in held:
            yield from _target(aws, arn, target, target_call)


def _target(aws: View, arn: str, target: Mapping[str, Any], call: Call) -> Iterator[Piece]:
    task = str((target.get("EcsParameters") or {}).get("TaskDefinitionArn") or "")
    if task:
        yield Node(task, Kind.COMPUTE, f"task definition {names.last(task)}", aws.region, names.last(task))
        yield declared("E22", arn, task, call, "Targets[].EcsParameters.TaskDefinitionArn", task)
        yield from task_roles(aws, task, task)
        return
    yield from targets.leads("E22", arn, str(target.get("Arn") or ""), call, "Targets[].Arn")


def schedules(aws: View) -> Iterator[Piece]:
    """Every schedule that is enabled. What a universal target is called with, the listing does not tell."""
    every = listed(aws, scheduler.LIST_SCHEDULES)
    if every.unseen is not None:
        yield gap("E22", EVERYWHERE, every.unseen, "which schedules there are is not known")
    for call, schedule in every:
        if schedule.get("State") == "DISABLED":
            continue
        arn = str(schedule.get("Arn", ""))
        name = str(schedule.get("Name") or names.last(arn))
        yield Node(arn, Kind.ENTRY, f"schedule {name}", aws.region, name)
        target = str((schedule.get("Target") or {}).get("Arn") or "")
        where = "Schedules[].Target.Arn"
        if _UNIVERSAL in target:
            service = target.partition(_UNIVERSAL)[2].partition(":")[0].lower()
            plane = PLANES.get(service, "")
            if plane:
                yield targets.plane(plane)
                yield declared("E22", arn, f"plane:{plane}", call, where, target)
            elif service in {"lambda", "sfn", "sqs", "sns", "eventbridge"}:
                detail = f"what it calls by {target.partition(_UNIVERSAL)[2][:60]} is not in the listing"
                yield Gap("E22", arn, Why.LINK_UNKNOWN, detail, call=call)
            continue
        yield from targets.leads("E22", arn, target, call, where)
