"""GAI-5.22: Edge caches and execution traces do not keep prompts and answers."""

from collections.abc import Iterator, Mapping
from typing import Any

from assessor.model.control import Level, Subject, control
from assessor.model.path import values
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, not_applicable, passed
from assessor.model.view import Answer, View, gather
from assessor.workload import names
from collectors import appsync, logs, naming, stepfunctions
from evaluators.derived.doors import http_doors, rest_doors, web_doors
from evaluators.derived.doors.doors import doors_appsync, doors_http_stages, doors_rest_methods
from evaluators.derived.doors.http_doors import HttpStage, Route
from evaluators.derived.doors.rest_doors import ANY, RestMethod, applied_setting, settings_of_path
from evaluators.derived.doors.web_doors import WebDoor
from evaluators.derived.offered import offered
from evaluators.derived.weighing import Problem, weighed

MACHINE = "AWS::StepFunctions::StateMachine"
_VERBOSE = frozenset({"ALL", "INFO", "DEBUG"})
_CALLER = (
    "header.authorization",
    "context.authorizer",
    "context.identity",
    "header.cookie",
    "header.x-api-key",
)


def subjects(aws: View) -> Iterator[Subject]:
    """Methods and routes on stages, GraphQL APIs and state machines in scope."""
    return iter(gather(_methods(aws), _routes(aws), _graphql(aws), offered(_machines(aws))))


def _methods(aws: View) -> Iterator[Subject]:
    for method in doors_rest_methods(aws):
        if not method.mock:
            yield Subject(
                method.stage.arn,
                "AWS::ApiGateway::Stage",
                key=f"{method.verb} {method.path}",
                about={"method": method},
                evidence=method.evidence,
                stands_for=(names.on(method.arn, method.stage.name),),
            )


def _routes(aws: View) -> Iterator[Subject]:
    stages = doors_http_stages(aws)
    for stage in stages.known:
        for route in stage.routes:
            yield Subject(
                stage.arn,
                "AWS::ApiGatewayV2::Stage",
                key=route.key,
                about={"stage": stage, "route": route},
                evidence=(*stage.evidence, *route.evidence[-1:]),
                stands_for=(route.arn,),
            )
    if stages.unseen is not None:
        raise stages.unseen


def _graphql(aws: View) -> Iterator[Subject]:
    apis = doors_appsync(aws)
    for door in apis.known:
        if door.kind == web_doors.GRAPHQL:
            yield Subject(door.arn, door.kind, about={"api": door}, evidence=door.evidence)
    if apis.unseen is not None:
        raise apis.unseen


def _machines(aws: View) -> Iterator[Subject]:
    for call, one in aws.items_with_call(stepfunctions.LIST_STATE_MACHINES):
        arn = str(one.get("stateMachineArn") or "")
        if arn:
            yield Subject(arn, MACHINE, about={"machine": arn}, evidence=(call,))


@control(
    "GAI-5.22",
    slug="edge-does-not-copy-prompts",
    item=Item.DATA,
    title="Edge caches and execution traces do not keep prompts and answers",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::ApiGateway::Stage",
    subjects=subjects,
    reads=[
        *rest_doors.METHOD_READS,
        *http_doors.STAGE_READS,
        appsync.LIST_GRAPHQL_APIS,
        appsync.LIST_APIS,
        stepfunctions.LIST_STATE_MACHINES,
        stepfunctions.DESCRIBE_STATE_MACHINE,
        logs.DESCRIBE_LOG_GROUPS_EXECUTIONS,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because="This Region has no stage with something behind it, no GraphQL API and no state machine.",
    why=(
        "A full request trace writes every prompt and answer to an ordinary log group, and a cache may "
        "hand one user the answer of another."
    ),
    remediation="Turn tracing off.",
    fix_cli=(
        "aws apigateway update-stage --rest-api-id $API --stage-name $S --patch-operations "
        "op=replace,path=/*/*/logging/dataTrace,value=false"
    ),
    answers=("S5.1",),
    frameworks={
        "owasp_llm_2025": ("LLM02",),
        "mitre_atlas": ("AML.T0057", "AML.M0005"),
        "iso_42001": ("A.7.2",),
    },
    parameters=(),
    edge_cases=(
        "The setting of a method itself comes before the stage's.",
        (
            "A cache on a method that signs callers in may hand out another user's answer: a FAIL, "
            "unless who calls is part of its key."
        ),
        "A stage with a cache caches GET methods where nothing else is said.",
        "Data traces exist for REST and WebSocket APIs; an HTTP API has none.",
        "An ERROR log level of AppSync writes out failed requests: FAIL at low.",
        (
            "A state machine may log what goes through it to a group with a key of the customer's (as "
            "GAI-5.10)."
        ),
    ),
    workload_aware=True,
)
def edge_does_not_copy_prompts(subject: Subject, aws: View) -> Verdict:
    """What lies between the caller and the model keeps no copy of what they say.

    Judged is each method of a REST API and each route of a WebSocket or HTTP API on each stage, each GraphQL API, each
    state machine.

    Passes: no data trace; no cache, or an encrypted one on an open method or keyed by the caller; AppSync logs without
    verbose content; a state machine that does not log execution data, or to an encrypted group.

    Fails: dataTraceEnabled; a cache that is not encrypted or stands before a method that signs callers in; verbose
    content in the logs of AppSync; execution data in a group without a customer key.

    Does not apply: an HTTP API, which has no data trace.

    By hand::

        aws apigateway get-stages --rest-api-id $API --query 'item[].[cacheClusterEnabled,methodSettings]'
        aws apigatewayv2 get-stages --api-id $API --query 'Items[].[DefaultRouteSettings,RouteSettings]'
        aws appsync list-graphql-apis --query 'graphqlApis[].logConfig'
        aws stepfunctions describe-state-machine --state-machine-arn $M --query loggingConfiguration
    """
    method, stage, route = (subject.about.get(name) for name in ("method", "stage", "route"))
    if isinstance(method, RestMethod):
        return weighed(method.what, [lambda: _trace(method), lambda: _cache(method)])
    if isinstance(stage, HttpStage) and isinstance(route, Route):
        return _route(stage, route)
    api = subject.about.get("api")
    if isinstance(api, WebDoor):
        return weighed(api.what, [lambda: _verbose(api.answer)])
    arn = str(subject.about["machine"])
    return weighed(f"state machine {arn.rpartition(':')[2]}", [lambda: _executions(arn, aws)])


def _trace(method: RestMethod) -> Iterator[Problem | str]:
    setting, where = applied_setting(method)
    if setting.get("dataTraceEnabled") is True:
        yield Problem(Severity.HIGH, f"requests and answers are traced in full ({where})")
    else:
        yield f"no data trace ({where})"
    if method.verb == ANY:
        # It answers verbs that may have settings of their own.
        for verb, own in sorted(settings_of_path(method).items()):
            if verb != ANY and own.get("dataTraceEnabled") is True:
                yield Problem(Severity.HIGH, f"its {verb} requests and answers are traced in full")


def _cache(method: RestMethod) -> Iterator[Problem | str]:
    if method.stage.stage.get("cacheClusterEnabled") is not True:
        yield "no cache"
        return
    setting, where = applied_setting(method)
    cached = setting.get("cachingEnabled")
    if not (method.verb == "GET" if cached is None else cached):
        yield f"the stage's cache does not hold its answers ({where})"
        return
    if setting.get("cacheDataEncrypted") is not True:
        yield Problem(Severity.HIGH, f"its answers are cached without encryption ({where})")
    integration = method.method.get("methodIntegration") or {}
    keys = [str(one).lower() for one in integration.get("cacheKeyParameters") or ()]
    signed_in = str(method.method.get("authorizationType") or "NONE")
    if signed_in != "NONE" and not any(mark in key for key in keys for mark in _CALLER):
        yield Problem(
            Severity.HIGH,
            f"it signs callers in ({signed_in}), and its cache may hand one of them the answer of another",
        )
    else:
        yield f"its answers are cached ({where})"


def _route(stage: HttpStage, route: Route) -> Verdict:
    said = f"Route {route.key} on {stage.what}"
    if not stage.api.websocket:
        return not_applicable(f"{said}: an HTTP API has no data trace and no cache")
    own: Mapping[str, Any] = (stage.stage.get("RouteSettings") or {}).get(route.key) or {}
    default: Mapping[str, Any] = stage.stage.get("DefaultRouteSettings") or {}
    traced = own.get("DataTraceEnabled", default.get("DataTraceEnabled"))
    if traced is True:
        where = "setting of the route" if "DataTraceEnabled" in own else "default of the stage"
        return weighed(said, [lambda: [Problem(Severity.HIGH, f"messages are traced in full ({where})")]])
    return passed(f"{said}: no data trace")


def _verbose(api: Answer) -> Iterator[Problem | str]:
    level = str(next(values(api, "logConfig.fieldLogLevel"), "NONE"))
    if level == "NONE":
        yield "no field log"
    elif next(values(api, "logConfig.excludeVerboseContent"), False) is True:
        yield f"field log level {level} without verbose content"
    elif level in _VERBOSE:
        yield Problem(
            Severity.HIGH, f"field log level {level} writes requests and answers out (verbose content)"
        )
    else:
        yield Problem(Severity.LOW, f"field log level {level} writes failed requests out (verbose content)")


def _executions(arn: str, aws: View) -> Iterator[Problem | str]:
    answer = aws.get(stepfunctions.DESCRIBE_STATE_MACHINE, stateMachineArn=arn) or {}
    config = answer.get("loggingConfiguration") or {}
    level = str(config.get("level") or "OFF")
    if level == "OFF" or config.get("includeExecutionData") is not True:
        yield f"execution data is not logged (level {level})"
        return
    groups = list(values(config, "destinations[].cloudWatchLogsLogGroup.logGroupArn"))
    if not groups:
        yield f"execution data has no log group to go to (level {level})"
    for where in groups:
        group = naming.log_group(str(where)) or str(where)
        owner = naming.account(str(where))
        if owner not in (None, aws.account_id):
            raise UnseenError(Why.CROSS_ACCOUNT, f"log group {where} belongs to account {owner}")
        listed = aws.items(logs.DESCRIBE_LOG_GROUPS_EXECUTIONS, logGroupNamePrefix=group)
        held = next((one for one in listed if one.get("logGroupName") == group), None)
        if held is None:
            yield f"its log group {group} does not exist"
        elif held.get("kmsKeyId"):
            yield f"execution data is logged to {group}, encrypted with {held['kmsKeyId']}"
        else:
            yield Problem(
                Severity.HIGH,
                f"execution data (level {level}) is logged to {group}, which has no key of yours",
            )
