"""GAI-6.14: Usage plans give each consumer a throttle and a quota."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.path import values
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_applicable
from assessor.model.view import Answer, View, gather
from assessor.workload import names
from collectors import apigateway
from evaluators.derived.doors import rest_doors
from evaluators.derived.doors.doors import doors_rest_methods
from evaluators.derived.doors.rest_doors import RestMethod, in_force
from evaluators.derived.doors.throttles import limits
from evaluators.derived.weighing import Problem, weighed

PLAN = "AWS::ApiGateway::UsagePlan"


def subjects(aws: View) -> Iterator[Subject]:
    """Every method in scope, once for each stage, in the name of the stage; and every plan that covers no stage."""
    return iter(gather(_methods(aws), _idle(aws)))


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


def _idle(aws: View) -> Iterator[Subject]:
    for call, plan in aws.items_with_call(apigateway.GET_USAGE_PLANS):
        if not any(values(plan, "apiStages[]")):
            arn = f"arn:{aws.account.partition}:apigateway:{aws.region}::/usageplans/{plan.get('id')}"
            yield Subject(arn, PLAN, about={"plan": plan}, evidence=(call,))


@control(
    "GAI-6.14",
    slug="usage-plans-meter-consumers",
    item=Item.PERIMETER,
    title="Usage plans give each consumer a throttle and a quota",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind=PLAN,
    subjects=subjects,
    reads=[*rest_doors.IN_FORCE_READS, apigateway.GET_USAGE_PLANS, apigateway.GET_USAGE_PLAN_KEYS],
    when_none=Status.NOT_APPLICABLE,
    none_because="This Region has no REST API with a method on a stage, and no usage plan.",
    why=(
        "Without a share for each consumer one of them uses up what was meant for all, and nobody can "
        "tell who."
    ),
    remediation="Attach the plan and require keys.",
    fix_cli=(
        "aws apigateway update-usage-plan --usage-plan-id $P --patch-operations "
        "op=add,path=/apiStages,value=$API:$S"
    ),
    answers=("S6.4", "S6.6"),
    frameworks={"owasp_llm_2025": ("LLM10",), "mitre_atlas": ("AML.M0004",), "iso_42001": ("A.6.2.6",)},
    parameters=(),
    edge_cases=(
        (
            "Four things are needed together: the plan covers the stage, has keys, has a throttle and a"
            " quota, and the method wants a key."
        ),
        "A plan that covers no stage meters nobody.",
        (
            "With apiKeySource AUTHORIZER the authorizer hands the key over, so that there may be one "
            "for each user."
        ),
        (
            "Whoever limits users one by one elsewhere (a rate rule on their token, GAI-6.10) needs no "
            "plan: without plan and key it does not apply."
        ),
        "The throttle of a method in a plan comes before the plan's own.",
    ),
    workload_aware=True,
)
def usage_plans_meter_consumers(subject: Subject, aws: View) -> Verdict:
    """Each consumer of a method has a throttle and a quota of his own.

    Judged is each method on each stage, with every usage plan that covers the stage; and every plan that covers none.

    Passes: a plan covers the stage, the method wants a key, and every such plan has keys, a throttle and a quota.

    Fails: a plan without stage, without keys, without throttle or quota; a method that wants no key although a plan
    covers its stage; one that wants a key of which no plan exists.

    Does not apply: a stage without a notion of consumers: no plan covers it and the method wants no key.

    By hand::

        aws apigateway get-usage-plans
        aws apigateway get-usage-plan-keys --usage-plan-id $PLAN
        aws apigateway get-resources --rest-api-id $API --embed methods --query 'items[].resourceMethods'
    """
    method = subject.about.get("method")
    if not isinstance(method, RestMethod):
        plan = subject.about["plan"]
        assert isinstance(plan, dict)
        return failed(f"Usage plan {plan.get('id')} covers no stage, so it meters nobody")
    force = in_force(aws, method)
    if not force.served:
        return not_applicable(f"{method.what} is defined, but the deployment that the stage serves lacks it")
    plans = [plan for plan in aws.items(apigateway.GET_USAGE_PLANS) if _covers(plan, method)]
    if not plans:
        if force.keys:
            return failed(
                f"{method.what} wants an API key, but no usage plan covers the stage: nobody is metered"
            )
        return not_applicable(
            f"{method.what} wants no API key and no usage plan covers the stage: it knows no consumers"
        )
    notes = (
        ("The authorizer hands the key over (apiKeySource AUTHORIZER)",)
        if (method.stage.api.get("apiKeySource") == "AUTHORIZER")
        else ()
    )

    def keyed() -> Iterator[Problem | str]:
        if not force.keys:
            covering = ", ".join(str(plan.get("id")) for plan in plans)
            yield Problem(Severity.MEDIUM, f"it wants no API key, so usage plan {covering} meters nobody")

    looks = [keyed, *(lambda plan=plan: _metered(plan, method, aws) for plan in plans)]
    return weighed(method.what, looks, notes)


def _covers(plan: Answer, method: RestMethod) -> bool:
    stage = method.stage
    return any(
        one.get("apiId") == stage.api_id and one.get("stage") == stage.name
        for one in values(plan, "apiStages[]")
    )


def _metered(plan: Answer, method: RestMethod, aws: View) -> Iterator[Problem | str]:
    ident = str(plan.get("id"))
    own = next(
        (
            found
            for one in values(plan, "apiStages[]")
            if one.get("apiId") == method.stage.api_id
            and one.get("stage") == method.stage.name
            and (found := (one.get("throttle") or {}).get(f"{method.path}/{method.verb}"))
        ),
        None,
    )
    throttle = limits(own or plan.get("throttle"), "rateLimit", "burstLimit")
    quota = (plan.get("quota") or {}).get("limit")
    if throttle.rate is None:
        yield Problem(Severity.MEDIUM, f"usage plan {ident} has no throttle")
    if not quota:
        yield Problem(Severity.MEDIUM, f"usage plan {ident} has no quota")
    keys = sum(1 for _ in aws.items(apigateway.GET_USAGE_PLAN_KEYS, usagePlanId=ident))
    if not keys:
        yield Problem(Severity.MEDIUM, f"usage plan {ident} has no key")
    period = str((plan.get("quota") or {}).get("period") or "period not stated").lower()
    yield f"usage plan {ident} with {keys} key{'s' if keys != 1 else ''}: {throttle}, {quota} requests a {period}"
