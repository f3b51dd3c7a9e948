"""GAI-7.14: Front doors and their WAF write access logs."""

import re
from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.path import first, values
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, not_applicable
from assessor.model.view import View, gather
from collectors import cloudfront, elbv2, logs, naming, wafv2
from evaluators.derived.doors import http_doors, web_acls, web_doors
from evaluators.derived.doors.doors import doors_http_stages, doors_on_the_web
from evaluators.derived.doors.http_doors import HttpStage
from evaluators.derived.doors.web_acls import association
from evaluators.derived.doors.web_doors import WebDoor
from evaluators.derived.weighing import Problem, weighed
from evaluators.derived.words import sentence

HTTP_STAGE = "AWS::ApiGatewayV2::Stage"
ACL = "AWS::WAFv2::WebACL"
_WITH_LOGS = frozenset({web_doors.REST_STAGE, web_doors.BALANCER, web_doors.DISTRIBUTION})
_IDENTITY = re.compile(r"\$context\.(?:identity\.|authorizer\.|authorize\.)")
_HOME = {"aws-cn": "cn-northwest-1"}


def subjects(aws: View) -> Iterator[Subject]:
    """Stages, load balancers and distributions in scope, and the web ACLs before doors in scope."""
    return iter(gather(_doors(aws), _stages(aws), _acls(aws)))


def _doors(aws: View) -> Iterator[Subject]:
    doors = doors_on_the_web(aws)
    for door in doors.known:
        if door.kind in _WITH_LOGS:
            yield Subject(
                door.arn, door.kind, region=door.region, about={"door": door}, evidence=door.evidence
            )
    if doors.unseen is not None:
        raise doors.unseen


def _stages(aws: View) -> Iterator[Subject]:
    stages = doors_http_stages(aws)
    for stage in stages.known:
        yield Subject(
            stage.arn,
            HTTP_STAGE,
            about={"stage": stage},
            evidence=stage.evidence,
            stands_for=tuple(route.arn for route in stage.routes) or (stage.api.arn,),
        )
    if stages.unseen is not None:
        raise stages.unseen


def _acls(aws: View) -> Iterator[Subject]:
    doors = doors_on_the_web(aws)
    unseen = doors.unseen
    seen: set[str] = set()
    for door in doors.known:
        try:
            acl = association(aws, door).acl
        except UnseenError as error:
            unseen = unseen or error
            continue
        if acl and acl not in seen:
            seen.add(acl)
            region = "global" if ":global/" in acl else naming.region(acl) or ""
            yield Subject(acl, ACL, region=region, about={"acl": acl}, evidence=door.evidence)
    if unseen is not None:
        raise unseen


@control(
    "GAI-7.14",
    slug="front-door-access-logged",
    item=Item.MONITORING,
    title="Front doors and their WAF write access logs",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind=web_doors.REST_STAGE,
    subjects=subjects,
    reads=[
        *web_acls.READS,
        *http_doors.STAGE_READS,
        elbv2.DESCRIBE_LOAD_BALANCER_ATTRIBUTES,
        cloudfront.GET_DISTRIBUTION_CONFIG,
        wafv2.GET_LOGGING_CONFIGURATION,
        logs.DESCRIBE_DELIVERY_SOURCES,
        logs.DESCRIBE_DELIVERIES,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because=(
        "This Region has no stage, load balancer or distribution that writes access logs, and no web "
        "ACL before a door."
    ),
    why=(
        "Without them nobody can say who sent a prompt: the model's own log names the function, not the"
        " caller."
    ),
    remediation="Turn logging on.",
    fix_cli=(
        "aws apigateway update-stage --rest-api-id $API --stage-name $S --patch-operations "
        "op=replace,path=/accessLogSettings/destinationArn,value=$LG_ARN"
    ),
    answers=("S7.1",),
    frameworks={"gensec": ("GENSEC01-BP04",), "mitre_atlas": ("AML.M0024",), "iso_42001": ("A.6.2.8",)},
    parameters=(),
    edge_cases=(
        (
            "Load balancers and distributions may deliver logs through CloudWatch Logs instead of their"
            " own setting; a source counts with a delivery."
        ),
        "A format without the caller ($context.identity, $context.authorizer) is a FAIL at low.",
        ("A web ACL that does not redact the authorization header writes tokens into its log: FAIL at low."),
        "A log filter that drops by default keeps a part only: mentioned.",
        (
            "Function URLs, AppSync, user pools, App Runner and AgentCore have no access log of this "
            "kind; their web ACL's is judged."
        ),
        "The log of another account's web ACL is not seen from here.",
    ),
    workload_aware=True,
)
def front_door_access_logged(subject: Subject, aws: View) -> Verdict:
    """Each door writes who called it, and its web ACL what it saw.

    Judged is each stage, application load balancer and distribution, and each web ACL that stands before a door.

    Passes: access logs are on, with the caller in the format of a stage; the web ACL logs and redacts the authorization
    header.

    Fails: no access log; a web ACL without log. At low: a format without the caller; tokens in the web ACL's log.

    Does not apply: a disabled distribution.

    By hand::

        aws apigateway get-stages --rest-api-id $API --query 'item[].accessLogSettings'
        aws elbv2 describe-load-balancer-attributes --load-balancer-arn $LB
        aws cloudfront get-distribution-config --id $D --query DistributionConfig.Logging
        aws logs describe-delivery-sources
        aws wafv2 get-logging-configuration --resource-arn $ACL
    """
    stage = subject.about.get("stage")
    if isinstance(stage, HttpStage):
        settings = stage.stage.get("AccessLogSettings") or {}
        where, form = str(settings.get("DestinationArn") or ""), str(settings.get("Format") or "")
        return weighed(stage.what, [lambda: _stage(where, form)])
    acl = subject.about.get("acl")
    if isinstance(acl, str):
        return weighed(
            f"web ACL {acl.split('/')[-2] if acl.count('/') > 1 else acl}", [lambda: _acl(acl, aws)]
        )
    door = subject.about["door"]
    assert isinstance(door, WebDoor)
    if door.kind == web_doors.DISTRIBUTION and door.answer.get("Enabled") is False:
        return not_applicable(f"{sentence(door.what)} is disabled")
    if door.kind == web_doors.REST_STAGE:
        settings = door.answer.get("accessLogSettings") or {}
        where, form = str(settings.get("destinationArn") or ""), str(settings.get("format") or "")
        return weighed(door.what, [lambda: _stage(where, form)])
    return weighed(door.what, [lambda: _logged(door, aws)])


def _stage(where: str, form: str) -> Iterator[Problem | str]:
    if not where:
        yield Problem(Severity.MEDIUM, "it writes no access log")
    elif not _IDENTITY.search(form):
        yield Problem(Severity.LOW, f"its access log goes to {where}, but does not say who called")
    else:
        yield f"its access log goes to {where} and says who called"


def _logged(door: WebDoor, aws: View) -> Iterator[Problem | str]:
    own = _own_log(door, aws)
    if own:
        yield own
        return
    home = aws
    if door.kind == web_doors.DISTRIBUTION:
        name = _HOME.get(aws.account.partition, "us-east-1")
        if name not in aws.account.regions:
            raise UnseenError(
                Why.LINK_UNKNOWN, f"log deliveries of CloudFront live in {name}, which is not read"
            )
        home = aws.at(name)
    delivered = {str(one.get("deliverySourceName") or "") for one in home.items(logs.DESCRIBE_DELIVERIES)}
    for source in home.items(logs.DESCRIBE_DELIVERY_SOURCES):
        kind = str(source.get("logType") or "")
        if (
            door.arn in values(source, "resourceArns[]")
            and source.get("name") in delivered
            and "ACCESS" in kind
        ):
            yield f"its access log is delivered by source {source.get('name')}"
            return
    yield Problem(Severity.MEDIUM, "it writes no access log")


def _own_log(door: WebDoor, aws: View) -> str:
    """Where the door's own setting sends the log, in words; "" where it is off. Raises UnseenError."""
    if door.kind == web_doors.DISTRIBUTION:
        answer = aws.get(cloudfront.GET_DISTRIBUTION_CONFIG, Id=door.answer.get("Id")) or {}
        logging = first(answer, "DistributionConfig.Logging") or {}
        if logging.get("Enabled") is True and logging.get("Bucket"):
            return f"its access log goes to {logging['Bucket']}"
        return ""
    held = {
        str(one.get("Key")): str(one.get("Value") or "")
        for one in aws.items(elbv2.DESCRIBE_LOAD_BALANCER_ATTRIBUTES, LoadBalancerArn=door.arn)
    }
    if held.get("access_logs.s3.enabled") == "true":
        return f"its access log goes to bucket {held.get('access_logs.s3.bucket') or 'unknown'}"
    return ""


def _acl(acl: str, aws: View) -> Iterator[Problem | str]:
    owner = naming.account(acl)
    if owner not in (None, aws.account_id):
        raise UnseenError(Why.CROSS_ACCOUNT, f"web ACL {acl} belongs to account {owner}: its log is not seen")
    answer = aws.get(wafv2.GET_LOGGING_CONFIGURATION, ResourceArn=acl) or {}
    config = answer.get("LoggingConfiguration") or {}
    where = [str(one) for one in config.get("LogDestinationConfigs") or ()]
    if not where:
        yield Problem(Severity.MEDIUM, "it writes no log")
        return
    redacted = {str(one).lower() for one in values(config, "RedactedFields[].SingleHeader.Name")}
    if "authorization" in redacted:
        yield f"its log goes to {', '.join(where)} without the authorization header"
    else:
        yield Problem(
            Severity.LOW, f"its log goes to {', '.join(where)} with the authorization header of every caller"
        )
    if first(config, "LoggingFilter.DefaultBehavior") == "DROP":
        yield "it keeps only what its filter names (DefaultBehavior DROP)"
