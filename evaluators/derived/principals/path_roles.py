"""The identities that a generative AI workload runs as: what the controls about "path roles" judge.

In scope ``account`` these are the roles that compute and AI services, end users of an identity pool or pods run as,
roles that such a role takes on (and so on), and IAM users with an active access key - as far as they may reach a model. The run's
scope ``workload`` narrows them to what lies on a path (`evaluators.derived.workload`). People (single sign-on, other
accounts) and what deploys (CloudFormation, CodeBuild, GitHub) are on no path.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from assessor.iam.decide import Verdict, decide
from assessor.iam.holders import Principal
from assessor.iam.policy import Effect, Statement
from assessor.iam.principals import IDENTITY_POOLS, Caller, Kind, Named, PrincipalKind
from assessor.iam.request import Layers, Request, context, everything_open
from assessor.model.control import WORKLOAD, Subject
from assessor.model.operation import Operation
from assessor.model.reading import Call
from assessor.model.verdict import Verdict as Answer
from assessor.model.verdict import info
from assessor.model.view import Gathered, View
from assessor.workload.workload import Standing
from evaluators.derived import workload
from evaluators.derived.principals import access_keys, universe
from evaluators.derived.principals.access_keys import active_keys
from evaluators.derived.principals.statements import granted, kind, named, who
from evaluators.derived.principals.universe import Estate, estate

READS: tuple[Operation, ...] = (*universe.READS, *access_keys.READS)

BEDROCK = "bedrock.amazonaws.com"
"""The service that agents, flows, knowledge bases and batch jobs run as."""

_RUN_BY: Mapping[str, str] = {
    BEDROCK: "Amazon Bedrock",
    "apigateway.amazonaws.com": "API Gateway",
    "appsync.amazonaws.com": "AppSync",
    "batch.amazonaws.com": "Batch",
    "bedrock-agentcore.amazonaws.com": "AgentCore",
    "ec2.amazonaws.com": "EC2",
    "ecs-tasks.amazonaws.com": "ECS",
    "edgelambda.amazonaws.com": "Lambda@Edge",
    "elasticmapreduce.amazonaws.com": "EMR",
    "emr-serverless.amazonaws.com": "EMR Serverless",
    "events.amazonaws.com": "EventBridge",
    "glue.amazonaws.com": "Glue",
    "iot.amazonaws.com": "IoT",
    "kendra.amazonaws.com": "Kendra",
    "lambda.amazonaws.com": "Lambda",
    "lex.amazonaws.com": "Lex",
    "lexv2.amazonaws.com": "Lex",
    "osis-pipelines.amazonaws.com": "OpenSearch Ingestion",
    "pipes.amazonaws.com": "EventBridge Pipes",
    "pods.eks.amazonaws.com": "EKS",
    "preprod.bedrock.amazonaws.com": "Amazon Bedrock",
    "qbusiness.amazonaws.com": "Amazon Q Business",
    "rds.amazonaws.com": "RDS",
    "redshift.amazonaws.com": "Redshift",
    "sagemaker.amazonaws.com": "SageMaker",
    "scheduler.amazonaws.com": "EventBridge Scheduler",
    "spotfleet.amazonaws.com": "EC2",
    "states.amazonaws.com": "Step Functions",
    "tasks.apprunner.amazonaws.com": "App Runner",
    "transfer.amazonaws.com": "Transfer Family",
}
_TAKE = "sts:AssumeRole"
_STS = frozenset({"sts"})
_PODS = ":oidc-provider/oidc.eks."

ROADS: tuple[str, ...] = (
    "bedrock:InvokeModel",
    "bedrock:InvokeModelWithResponseStream",
    "bedrock:CreateModelInvocationJob",
    "bedrock:InvokeAgent",
    "bedrock:InvokeInlineAgent",
    "bedrock:InvokeFlow",
    "bedrock:Retrieve",
    "bedrock:RetrieveAndGenerate",
    "bedrock:GenerateQuery",
    "bedrock:Rerank",
    "bedrock-mantle:CreateInference",
    "bedrock-agentcore:InvokeAgentRuntime",
    "bedrock-agentcore:InvokeGateway",
    "bedrock-agentcore:InvokeHarness",
    "sagemaker:InvokeEndpoint",
    "sagemaker:InvokeEndpointAsync",
    "sagemaker:InvokeEndpointWithResponseStream",
)
"""Actions that reach a model, or what answers with one."""
SERVICES = frozenset(action.partition(":")[0] for action in ROADS)
"""Policies that write an action of one of these mean a model; ``*`` and NotAction only make a suspicion."""


@dataclass(frozen=True, slots=True)
class PathRole:
    """An identity of the workload. runs_as: what uses it, in words. services: the service principals among that.

    suspected: it may reach a model only because it may do everything (``Action: "*"`` or NotAction).
    road: an action by which it reaches a model.
    """

    principal: Principal
    runs_as: str
    services: frozenset[str]
    suspected: bool
    road: str
    evidence: tuple[Call, ...] = ()

    @property
    def said(self) -> str:
        """``Role app (Lambda)``."""
        return f"{who(self.principal)} ({self.runs_as})"

    @property
    def only_bedrock(self) -> bool:
        """Whether only agents, flows, knowledge bases and jobs of Bedrock run as it."""
        return bool(self.services) and all(_RUN_BY.get(one) == _RUN_BY[BEDROCK] for one in self.services)


def path_roles(aws: View) -> Gathered[PathRole]:
    """The identities of the workload that may reach a model; what could not be read is raised after them.

    The calls they rest on become evidence of whoever asks.
    """
    known = estate(aws)
    found = aws.whole(_all)
    if found.unseen is not None and found.unseen.call is not None:
        aws.trail.append(found.unseen.call)
    return Gathered(found.known, known.unseen or found.unseen)


def path_role_subjects(aws: View) -> Iterator[Subject]:
    """One subject for each; ``about`` holds the `PathRole`.

    In scope ``workload`` a role that the graph puts on a path all the same - its use was seen, or its owner pinned it -
    is no suspicion.
    """
    known = estate(aws)
    for one in path_roles(aws):
        evidence = (*known.evidence, *one.evidence)
        subject = Subject(one.principal.arn, kind(one.principal), about={"role": one}, evidence=evidence)
        if one.suspected and aws.scope == WORKLOAD and workload.reach(aws, subject).standing in _ON_A_PATH:
            subject = replace(subject, about={"role": replace(one, suspected=False)})
        yield subject


_ON_A_PATH = frozenset({Standing.ON_PATH, Standing.PINNED})


def suspicion(known: Estate, role: PathRole) -> Answer:
    """The row of an identity that reaches a model only because it may do everything."""
    access = known.reach(role.road).access(role.principal)
    return info(
        f"{role.said} may reach a model only because it may do everything: {granted(access)}. That is a suspicion,"
        " no path"
    )


def _all(aws: View) -> Gathered[PathRole]:
    known = estate(aws)
    users = {key.user: key.evidence for key in reversed(active_keys(aws).known)}
    found: list[PathRole] = []
    for principal, runs_as, services in _identities(known, users):
        reached = _reached(known, principal)
        if reached is not None:
            road, suspected = reached
            evidence = (users[principal.name],) if not principal.is_role else ()
            found.append(PathRole(principal, runs_as, services, suspected, road, evidence))
    return Gathered(found, active_keys(aws).unseen)


Identity = tuple[Principal, str, frozenset[str]]


def _identities(known: Estate, users: Mapping[str, Call]) -> Iterator[Identity]:
    """Every identity that something runs as, directly or by taking on one role after the other, whatever it may do."""
    found: dict[str, Identity] = {}
    roles = [one for one in known.universe.principals if one.is_role and not one.caller.service_linked]
    for role in roles:
        words, services = _run_by(role)
        if words:
            found[role.arn] = (role, words, services)
    holders = [identity[0] for identity in found.values()]
    while holders:
        taken = _taken_on(known, [one for one in roles if one.arn not in found], holders)
        found.update((one[0].arn, one) for one in taken)
        holders = [one[0] for one in taken]
    for principal in known.universe.principals:
        if principal.arn in found:
            yield found[principal.arn]
        elif not principal.is_role and principal.name in users:
            yield principal, "an active access key", frozenset()


def _run_by(role: Principal) -> tuple[str, frozenset[str]]:
    """What runs as a role by its trust policy, in words, and the service principals among that."""
    words: dict[str, None] = {}
    services: set[str] = set()
    for entry in _trusted(role):
        value = entry.value.removesuffix(".cn")
        if entry.kind is PrincipalKind.SERVICE and value in _RUN_BY:
            if _admits(role, Caller(Kind.SERVICE, entry.value), "sts:AssumeRole"):
                services.add(value)
                words.setdefault(_RUN_BY[value])
        elif entry.kind is PrincipalKind.FEDERATED and (entry.value in IDENTITY_POOLS or _PODS in value):
            caller = Caller(Kind.FEDERATED, entry.value)
            if _admits(role, caller, "sts:AssumeRoleWithWebIdentity"):
                words.setdefault("users of an identity pool" if entry.value in IDENTITY_POOLS else "EKS")
    return ", ".join(words), frozenset(services)


def _trusted(role: Principal) -> Iterator[Named]:
    for statement in role.trust.statements if role.trust is not None else ():
        if statement.effect is not Effect.DENY and statement.principals is not None:
            yield from statement.principals.named


def _admits(role: Principal, caller: Caller, action: str) -> bool:
    """Whether the trust policy lets a service or identity provider take on the role, in any circumstances."""
    assert role.trust is not None
    if all(
        statement.effect is Effect.ALLOW and not statement.conditions for statement in role.trust.statements
    ):
        return any(statement.covers_action(action) for statement in role.trust.statements)
    request = Request(caller, action, role.arn, role.account, context({}, opened=everything_open))
    decision = decide(request, Layers(resource=role.trust))
    return decision.possible or decision.verdict is Verdict.UNSUPPORTED


def _taken_on(known: Estate, roles: list[Principal], holders: list[Principal]) -> list[Identity]:
    """Those of ``roles`` that one of the ``holders``, roles of the workload, may take on."""
    by_arn = {holder.arn: holder for holder in holders}
    takers = [(holder, statements) for holder in holders if (statements := _allowing(holder, _TAKE))]
    takers = [(holder, statements) for holder, statements in takers if named(statements, _STS)]
    found: list[Identity] = []
    for role in roles:
        candidates = (
            holder
            for entry in _trusted(role)
            for holder in _candidates(role, entry, by_arn, takers)
            if known.universe.ask(holder, _TAKE, role.arn).possible
        )
        taker = next(candidates, None)
        if taker is not None:
            found.append((role, f"taken on by role {taker.name}", frozenset()))
    return found


def _candidates(
    role: Principal,
    entry: Named,
    by_arn: Mapping[str, Principal],
    takers: list[tuple[Principal, list[Statement]]],
) -> Iterator[Principal]:
    """The holder that the trust policy names; where it names the account, those whose policies name the role.

    A holder that may do everything is not meant: it would put every role of the account on its path.
    """
    if entry.value in by_arn:
        yield by_arn[entry.value]
    elif entry.everyone or (entry.whole_account and entry.account == role.account):
        for holder, statements in takers:
            if any(statement.resource_atoms(role.arn) is not False for statement in statements):
                yield holder


def _reached(known: Estate, principal: Principal) -> tuple[str, bool] | None:
    """The road by which it reaches a model, and whether that is only a suspicion; None where it reaches none.

    An identity of which that is not known counts: whoever judges it says that it is not known.
    """
    suspected: str | None = None
    for road in ROADS:
        reach = known.reach(road)
        if not reach.granted(principal) or not reach.may(principal):
            continue
        if _meant(principal, road):
            return road, False
        suspected = suspected or road
    return None if suspected is None else (suspected, True)


def _meant(principal: Principal, road: str) -> bool:
    """Whether one of its policies that allow the road writes an action of a service with models."""
    if any(policy.problems for policy in principal.identity):
        return True
    allowing = _allowing(principal, road)
    return named(allowing, SERVICES) or any(statement.problems for statement in allowing)


def _allowing(principal: Principal, action: str) -> list[Statement]:
    """The statements of its identity policies that allow an action, on whatever."""
    return [
        statement
        for policy in principal.identity
        for statement in policy.statements
        if statement.effect is not Effect.DENY and statement.covers_action(action)
    ]
