"""The web ACLs that stand before doors, each with its doors, and the traffic that goes through them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from assessor.model.control import WORKLOAD, Subject
from assessor.model.reading import Call, UnseenError
from assessor.model.view import Gathered, View
from assessor.workload.workload import Standing
from evaluators.derived.doors import web_doors
from evaluators.derived.doors.doors import doors_on_the_web, doors_rest_methods
from evaluators.derived.doors.rest_doors import RestMethod, RestStage
from evaluators.derived.doors.waf_statements import Traffic
from evaluators.derived.doors.web_acls import association
from evaluators.derived.doors.web_doors import WebDoor
from evaluators.derived.workload import reach

_JUDGED = frozenset({Standing.ON_PATH, Standing.PINNED, Standing.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Guarded:
    """A web ACL and the doors it is attached to. ``region`` is set where it is not the Region asked in."""

    acl: str
    doors: tuple[WebDoor, ...]
    region: str
    evidence: tuple[Call, ...]


def guarded_doors(aws: View) -> Gathered[Guarded]:
    """Every web ACL that is attached to a door in scope, each once."""
    doors = doors_on_the_web(aws)
    failure = doors.unseen
    found: dict[str, Guarded] = {}
    for door in doors.known:
        if door.kind == web_doors.DISTRIBUTION and door.answer.get("Enabled") is False:
            continue  # it answers nobody
        start = len(aws.trail)
        try:
            acl = association(aws, door).acl
        except UnseenError as error:
            failure = failure or error
            continue
        if not acl:
            continue
        evidence = (*door.evidence, *aws.trail[start:])
        held = found.get(acl)
        found[acl] = (
            Guarded(acl, (door,), door.region, evidence)
            if held is None
            else replace(held, doors=(*held.doors, door), evidence=(*held.evidence, *evidence))
        )
    return Gathered(found.values(), failure)


def traffic(aws: View, guarded: Guarded) -> Iterator[Traffic]:
    """What goes through the doors of a web ACL: the methods of a stage, or requests on paths that are not known.

    In scope ``workload`` methods that lead to no model do not matter.
    """
    for door in guarded.doors:
        kinds = list(_of_stage(aws, door.source)) if isinstance(door.source, RestStage) else []
        if door.kind == web_doors.GRAPHQL:
            kinds = [Traffic(door.what, ("/graphql",))]
        yield from kinds or [Traffic(door.what)]


def in_question(aws: View, guarded: Guarded) -> tuple[list[WebDoor], list[WebDoor]]:
    """The doors of a web ACL that matter, and those that may: in scope ``workload`` what leads, or may lead, to a model."""
    if aws.scope != WORKLOAD:
        return list(guarded.doors), []
    standing = [(door, reach(aws, Subject(door.arn, door.kind)).standing) for door in guarded.doors]
    sure = [door for door, one in standing if one in _JUDGED and one is not Standing.UNKNOWN]
    return sure, [door for door, one in standing if one is Standing.UNKNOWN]


def _of_stage(aws: View, stage: RestStage) -> Iterator[Traffic]:
    methods = doors_rest_methods(aws)
    if methods.unseen is not None:
        return
    for method in methods.known:
        if method.stage.arn == stage.arn and not method.mock:
            standing = _standing(aws, method)
            if standing in _JUDGED:
                # Under a custom domain WAF sees the path without the stage.
                paths = (f"/{stage.name}{method.path}", method.path)
                certain = standing is not Standing.UNKNOWN
                yield Traffic(f"{method.verb} {method.path}", paths, method.verb, certain)


def _standing(aws: View, method: RestMethod) -> Standing:
    """Whether the method is one that matters: in scope ``account`` every one is."""
    if aws.scope != WORKLOAD:
        return Standing.ON_PATH
    return reach(aws, Subject(method.arn, "AWS::ApiGateway::Method", key=method.stage.name)).standing
