"""GAI-7.20: Handlers, runtimes and self-hosted endpoints deploy with a way back."""

from collections.abc import Iterable, Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.path import first, values
from assessor.model.reading import Why
from assessor.model.verdict import (
    Item,
    Severity,
    Status,
    Verdict,
    failed,
    info,
    not_applicable,
    not_assessed,
    passed,
)
from assessor.model.view import Answer, View, gather
from collectors import apigateway, apprunner, cloudwatch, lambda_, sagemaker
from collectors import bedrock_agentcore_control as agentcore
from evaluators.derived.compute import computes, function_calls, handlers
from evaluators.derived.compute.computes import (
    DEFAULT,
    ModelEndpoint,
    RuntimeEndpoint,
    model_endpoints,
    runtime_endpoints,
    services,
)
from evaluators.derived.compute.function_calls import Caller, Hidden, calls
from evaluators.derived.compute.handlers import Handler
from evaluators.derived.doors import rest_doors, web_doors
from evaluators.derived.doors.doors import doors_app_runner, doors_handlers, doors_rest_stages
from evaluators.derived.doors.rest_doors import RestStage
from evaluators.derived.doors.web_doors import WebDoor
from evaluators.derived.offered import surely
from evaluators.derived.words import sentence

RUNTIME_ENDPOINT = "AWS::BedrockAgentCore::RuntimeEndpoint"
MODEL_ENDPOINT = "AWS::SageMaker::Endpoint"
CONTAINERS = "AWS::ECS::Service"
_ENOUGH = 2


def subjects(aws: View) -> Iterator[Subject]:
    """Functions, calls that hide which function they mean, runtimes, model endpoints, REST stages and containers."""
    return iter(
        gather(
            _functions(aws),
            _hidden(aws),
            surely(_runtimes(aws)),
            surely(_endpoints(aws)),
            _stages(aws),
            surely(_containers(aws)),
            _app_runner(aws),
        )
    )


def _functions(aws: View) -> Iterator[Subject]:
    doors: dict[str, list[str]] = {}
    for one in calls(aws).hidden:
        doors.setdefault(one.function, []).append(one.door)
    for handler in doors_handlers(aws):
        yield Subject(
            handler.arn,
            handlers.KIND,
            about={"handler": handler},
            evidence=handler.evidence,
            stands_for=(*handler.stands_for, *doors.get(handler.arn, ())),
        )


def _hidden(aws: View) -> Iterator[Subject]:
    for one in calls(aws).hidden:
        if not one.function and one.call.region == aws.region:
            yield Subject(
                one.arn,
                one.kind,
                one.stage,
                about={"hidden": one},
                evidence=(one.call,),
                stands_for=(one.door,),
            )


def _runtimes(aws: View) -> Iterator[Subject]:
    for one in runtime_endpoints(aws):
        yield Subject(
            one.arn,
            RUNTIME_ENDPOINT,
            about={"runtime": one},
            evidence=one.evidence,
            stands_for=(one.runtime_arn,),
        )


def _endpoints(aws: View) -> Iterator[Subject]:
    for one in model_endpoints(aws):
        yield Subject(
            one.arn,
            MODEL_ENDPOINT,
            about={"endpoint": one},
            evidence=one.evidence,
            stands_for=one.stands_for,
        )


def _stages(aws: View) -> Iterator[Subject]:
    for stage in doors_rest_stages(aws):
        yield Subject(stage.arn, web_doors.REST_STAGE, about={"stage": stage}, evidence=stage.evidence)


def _containers(aws: View) -> Iterator[Subject]:
    for call, service in services(aws):
        if service.get("serviceArn"):
            yield Subject(
                str(service["serviceArn"]), CONTAINERS, about={"service": service}, evidence=(call,)
            )


def _app_runner(aws: View) -> Iterator[Subject]:
    for door in doors_app_runner(aws):
        yield Subject(door.arn, door.kind, about={"runner": door}, evidence=door.evidence)


@control(
    "GAI-7.20",
    slug="compute-can-roll-back",
    item=Item.MONITORING,
    title="Handlers, runtimes and self-hosted endpoints deploy with a way back",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind=handlers.KIND,
    subjects=subjects,
    reads=[
        *handlers.READS,
        *function_calls.READS,
        *computes.READS,
        *rest_doors.STAGE_READS,
        apprunner.LIST_SERVICES,
        lambda_.LIST_VERSIONS_BY_FUNCTION,
        agentcore.LIST_AGENT_RUNTIME_VERSIONS,
        apigateway.GET_DEPLOYMENTS,
        sagemaker.DESCRIBE_ENDPOINT,
        cloudwatch.DESCRIBE_ALARMS,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because="This Region has no function, runtime, model endpoint, REST API or container service.",
    why=(
        "When new code turns a model against its users the first need is the version of yesterday. What runs its newest "
        "code, whatever it is, has none to return to."
    ),
    remediation="Publish a version and point an alias at it.",
    fix_cli=(
        "aws lambda publish-version --function-name $FN && "
        "aws lambda create-alias --function-name $FN --name live --function-version 1"
    ),
    answers=("S7.8",),
    frameworks={
        "nist_ai_600_1": ("MS-2.8-003",),
        "nist_ai_rmf": ("MANAGE 2.4",),
        "iso_42001": ("A.6.2.5",),
    },
    edge_cases=(
        "An integration's address without a qualifier means $LATEST; so does an alias that points at it.",
        "The endpoint DEFAULT of a runtime follows its newest version: it is not pinned.",
        (
            "A stage variable that the stage sets is followed, a canary's own as well; one that it does not set hides "
            "what is called: NOT_ASSESSED."
        ),
        "A function that nothing calls by its configuration is not judged.",
        "An older version than the one in use may be gone after a rollback: two published versions are enough.",
        "Alarms of a SageMaker endpoint must exist: one that was deleted rolls nothing back.",
        "Containers roll back by task definition revision or image: shown, not judged.",
        "What calls a function by its policy only (topics, other accounts) does not show what it names.",
    ),
    workload_aware=True,
)
def compute_can_roll_back(subject: Subject, aws: View) -> Verdict:
    """What computes on a path to a model can be put back to what ran before.

    Judged are functions, endpoints of AgentCore runtimes, SageMaker endpoints and stages of REST APIs.

    Passes: everything that calls the function by its configuration - integrations, URLs, load balancers, AppSync, agents,
    flows, gateways, state machines, queues, rules, schedules - names an alias or version, and two versions or more are
    published; an endpoint of the runtime names a version, and two or more exist; the last deployment of the SageMaker
    endpoint rolls back by alarms that exist; the REST API has another deployment than the one the stage serves.

    Fails: a call without a qualifier or an alias on $LATEST; a runtime's DEFAULT endpoint only, or a gateway that calls
    it; one version only; no alarm; one deployment only.

    Does not apply: a function that nothing calls. Containers are shown (INFO). Not assessed: a stage variable that is not
    set hides the qualifier.

    By hand::

        aws apigateway get-integration --rest-api-id $API --resource-id $R --http-method POST --query uri
        aws lambda list-aliases --function-name $FN; aws lambda list-versions-by-function --function-name $FN
        aws bedrock-agentcore-control list-agent-runtime-endpoints --agent-runtime-id $RUNTIME
        aws sagemaker describe-endpoint --endpoint-name $E --query LastDeploymentConfig.AutoRollbackConfiguration
        aws apigateway get-deployments --rest-api-id $API
    """
    match subject.about:
        case {"handler": Handler() as handler}:
            return _function(aws, handler)
        case {"hidden": Hidden() as one}:
            return not_assessed(
                Why.LINK_UNKNOWN,
                f"{sentence(one.what)}: stage variable {one.variable} is not set, so that which function it calls, and "
                "which version, is not known",
            )
        case {"runtime": RuntimeEndpoint() as runtime}:
            return _runtime(aws, runtime)
        case {"endpoint": ModelEndpoint() as endpoint}:
            return _endpoint(aws, endpoint)
        case {"stage": RestStage() as stage}:
            return _stage(aws, stage)
        case {"runner": WebDoor() as door}:
            return info(f"{sentence(door.what)} is put back by deploying the image or commit of before")
    service = subject.about["service"]
    assert isinstance(service, dict)
    return _service(service)


# -- functions ---------------------------------------------------------------------------------------
def _function(aws: View, handler: Handler) -> Verdict:
    known = calls(aws)
    mine = known.of(handler.arn)
    aws.trail.extend(one.call for one in mine if one.call is not None)
    said = sentence(handler.what)
    latest = [one for one in mine if not one.qualifier]
    if latest:
        return failed(
            f"{said} is called without an alias or version, which means $LATEST, by {_listed(latest)}"
        )
    hidden = [one for one in known.hidden if one.function == handler.arn]
    missed = known.missed(aws.region)
    if not mine and not hidden:
        if missed is not None:
            raise missed
        return not_applicable(f"Nothing calls {handler.what} by its configuration")
    named, fault = _targets(aws, handler, mine)
    if fault:
        return failed(f"{said}: {fault}")
    published = [
        version
        for one in aws.items(lambda_.LIST_VERSIONS_BY_FUNCTION, FunctionName=handler.name)
        if (version := str(one.get("Version") or "")).isdecimal()
    ]
    if len(published) < _ENOUGH:
        there = f"only version {published[0]} is published" if published else "no version is published"
        return failed(f"{said}: {there}, so that there is none to return to")
    if hidden:
        aws.trail.extend(one.call for one in hidden)
        return not_assessed(
            Why.LINK_UNKNOWN,
            f"{said}: stage variable {hidden[0].variable}, which is not set, hides what {hidden[0].what} calls",
        )
    if missed is not None:
        raise missed
    return passed(f"{said} is called by {'; '.join(named)}; {len(published)} versions are published")


def _targets(aws: View, handler: Handler, mine: Iterable[Caller]) -> tuple[list[str], str]:
    """What the calls name, in words, and what is wrong with one of them ("" if nothing). Raises UnseenError."""
    named: list[str] = []
    by_qualifier: dict[str, list[Caller]] = {}
    for one in mine:
        by_qualifier.setdefault(one.qualifier, []).append(one)
    for qualifier, who in by_qualifier.items():
        if qualifier.isdecimal():
            named.append(f"version {qualifier} ({_listed(who)})")
            continue
        aliases = {
            str(one.get("Name") or ""): one
            for one in aws.items(lambda_.LIST_ALIASES, FunctionName=handler.name)
        }
        alias = aliases.get(qualifier)
        if alias is None:
            return named, f"alias {qualifier}, which {_listed(who)} calls, does not exist"
        version = str(alias.get("FunctionVersion") or "")
        if not version.isdecimal():
            return (
                named,
                f"alias {qualifier}, which {_listed(who)} calls, points at {version or 'no version'}",
            )
        shares = first(alias, "RoutingConfig.AdditionalVersionWeights") or {}
        also = f", beside version {', '.join(shares)}" if shares else ""
        named.append(f"alias {qualifier} on version {version}{also} ({_listed(who)})")
    return named, ""


def _listed(who: list[Caller]) -> str:
    words = list(dict.fromkeys(one.what for one in who))
    return ", ".join(words[:3]) + (f" and {len(words) - 3} more" if len(words) > 3 else "")


# -- the rest ----------------------------------------------------------------------------------------
def _runtime(aws: View, one: RuntimeEndpoint) -> Verdict:
    said = f"Endpoint {one.name} of AgentCore runtime {one.runtime}"
    if one.name == DEFAULT:
        why = "is the only one" if one.only else f"is what {', '.join(one.called_by[:3])} calls"
        return failed(f"{said} {why}: it follows the newest version (now {one.version or 'not stated'})")
    if not one.version:
        return not_assessed(Why.LINK_UNKNOWN, f"{said}: AWS states no live version")
    versions = {
        str(version.get("agentRuntimeVersion") or "")
        for version in aws.items(agentcore.LIST_AGENT_RUNTIME_VERSIONS, agentRuntimeId=one.runtime)
    }
    if len(versions) < _ENOUGH:
        return failed(f"{said} is on version {one.version}, the only one: there is none to return to")
    return passed(f"{said} is pinned to version {one.version}; {len(versions)} versions exist")


def _endpoint(aws: View, one: ModelEndpoint) -> Verdict:
    said = f"SageMaker endpoint {one.name}"
    answer = aws.get(sagemaker.DESCRIBE_ENDPOINT, EndpointName=one.name) or {}
    where = "LastDeploymentConfig.AutoRollbackConfiguration.Alarms[].AlarmName"
    named = [str(name) for name in values(answer, where)]
    if not named:
        return failed(f"{said}: its last deployment names no alarm that would roll it back")
    for members in ("MetricAlarms", "CompositeAlarms", "LogAlarms"):
        for alarm in aws.items(cloudwatch.DESCRIBE_ALARMS, members):
            if alarm.get("AlarmName") in named:
                return passed(f"{said} rolls its last deployment back by alarm {alarm['AlarmName']}")
    return failed(f"{said} rolls back by alarm {', '.join(named)}, which does not exist")


def _stage(aws: View, stage: RestStage) -> Verdict:
    said = sentence(stage.what)
    live = str(stage.stage.get("deploymentId") or "")
    others = {
        str(one.get("id") or "") for one in aws.items(apigateway.GET_DEPLOYMENTS, restApiId=stage.api_id)
    } - {live, ""}
    if not others:
        return failed(
            f"{said} serves deployment {live or '(none)'}, the only one: there is none to return to"
        )
    return passed(f"{said} serves deployment {live or '(none)'}; {len(others)} more can be put in its place")


def _service(service: Answer) -> Verdict:
    name = str(service.get("serviceName") or service.get("serviceArn") or "")
    revision = str(service.get("taskDefinition") or "").rpartition("/")[2]
    runs = f" (it runs {revision})" if revision else ""
    breaks = first(service, "deploymentConfiguration.deploymentCircuitBreaker.rollback") is True
    alarms = first(service, "deploymentConfiguration.alarms.rollback") is True
    by = [word for word, on in (("its circuit breaker", breaks), ("alarms", alarms)) if on]
    alone = (
        f"; {' and '.join(by)} put a failed deployment back"
        if by
        else "; nothing puts a failed deployment back"
    )
    return info(f"ECS service {name} is put back by task definition revision{runs}{alone}")
