"""Kill switches an owner declares: what each is, whether it is ready, and who may pull it.

A switch is given by its ARN: an AppConfig feature flag (its configuration profile), an Automation document, a budget
action, a customer-managed policy that denies, a function, an agent's alias, a parameter.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from assessor.iam.decide import Verdict
from assessor.iam.holders import Principal
from assessor.iam.policy import Effect, Use, parse_policy
from assessor.model.operation import Operation
from assessor.model.reading import UnseenError, Why
from assessor.model.view import View
from collectors import appconfig, bedrock_agent, budgets, iam, lambda_, ssm
from evaluators.derived.offered import offered
from evaluators.derived.principals import path_roles
from evaluators.derived.principals.path_roles import ROADS
from evaluators.derived.principals.statements import who
from evaluators.derived.principals.universe import Estate, estate

READS: tuple[Operation, ...] = (
    appconfig.LIST_CONFIGURATION_PROFILES,
    appconfig.LIST_ENVIRONMENTS,
    appconfig.LIST_DEPLOYMENTS,
    bedrock_agent.LIST_AGENT_ALIASES,
    budgets.DESCRIBE_BUDGET_ACTIONS_FOR_BUDGET,
    iam.GET_ACCOUNT_AUTHORIZATION_DETAILS,
    lambda_.LIST_FUNCTIONS,
    ssm.DESCRIBE_PARAMETERS,
    ssm.LIST_DOCUMENTS,
    *path_roles.READS,
)

FLAGS = "AWS.AppConfig.FeatureFlags"
_MANAGED = "aws"
"""Where an ARN has the account: a policy that AWS manages."""
_DEPLOYED = frozenset({"COMPLETE", "BAKING"})


@dataclass(frozen=True, slots=True)
class Switch:
    """What a switch is and what pulling it takes.

    fault: why it is not ready, "" where it is. pulls: the actions of which any one pulls it, each with the ARN it is
    asked on; none where it acts by itself.
    """

    what: str
    fault: str
    pulls: tuple[tuple[str, str], ...] = ()
    alone: bool = False


def switch(aws: View, arn: str) -> Switch:
    """The switch of that ARN. Raises UnseenError: CROSS_ACCOUNT, or LINK_UNKNOWN for what is none of the kinds known."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return Switch(f"{arn!r}", "it is no ARN, so nobody can tell what it stands for")
    if parts[4] and parts[4] not in (aws.account_id, _MANAGED):
        raise UnseenError(Why.CROSS_ACCOUNT, f"switch {arn} belongs to account {parts[4]}")
    region = parts[3]
    if region and region not in aws.account.regions:
        raise UnseenError(Why.LINK_UNKNOWN, f"switch {arn} lies in a Region that this run does not read")
    for opening, look in _KINDS.items():
        if f"{parts[2]}:{parts[5]}".startswith(opening):
            return look(aws.at(region) if region else aws, arn, parts[5])
    raise UnseenError(
        Why.LINK_UNKNOWN, f"switch {arn} is of a kind that cannot be checked from configuration"
    )


def _flag(aws: View, arn: str, resource: str) -> Switch:
    application, environment, profile = _profile(resource)
    what = f"feature flag profile {profile or resource} of application {application}"
    pull = (("appconfig:StartDeployment", arn),)
    held = next(
        (
            one
            for call, one in aws.items_with_call(appconfig.LIST_CONFIGURATION_PROFILES)
            if str(one.get("ApplicationId") or call.request.get("ApplicationId")) == application
            and one.get("Id") == profile
        ),
        None,
    )
    if held is None:
        return Switch(what, "it does not exist", pull)
    if held.get("Type") != FLAGS:
        return Switch(what, f"it is of type {held.get('Type') or 'AWS.Freeform'}, not {FLAGS}", pull)
    for call, one in aws.items_with_call(appconfig.LIST_DEPLOYMENTS):
        same = call.request.get("ApplicationId") == application
        if environment and call.request.get("EnvironmentId") != environment:
            continue
        # Not every answer names the profile's id; the name of the configuration says the same.
        profiled = (
            one.get("ConfigurationProfileId") == profile
            if one.get("ConfigurationProfileId")
            else (one.get("ConfigurationName") == held.get("Name"))
        )
        if same and profiled and one.get("State") in _DEPLOYED:
            return Switch(what, "", pull)
    return Switch(what, f"it was never deployed{' there' if environment else ''}", pull)


def _profile(resource: str) -> tuple[str, str, str]:
    """Application, environment ("" for any) and profile: of the profile itself, or of it in an environment."""
    match resource.split("/"):
        case [_, application, "configurationprofile", profile, *_]:
            return application, "", profile
        case [_, application, "environment", environment, "configuration", profile]:
            return application, environment, profile
        case [_, application, *_]:
            return application, "", ""
    return "", "", ""


def _document(aws: View, arn: str, resource: str) -> Switch:
    name = resource.partition("/")[2].partition(":")[0]
    if not arn.split(":")[4]:
        raise UnseenError(Why.LINK_UNKNOWN, f"document {name} is one of AWS's own, which are not listed")
    what = f"document {name}"
    own = (
        f"arn:{aws.account.partition}:ssm:{aws.region}:{aws.account_id}:automation-definition/{name}:$DEFAULT"
    )
    pull = (("ssm:StartAutomationExecution", own),)
    held = next((one for one in aws.items(ssm.LIST_DOCUMENTS) if one.get("Name") == name), None)
    if held is None:
        return Switch(what, "it is no document of this account in its Region", pull)
    kind = held.get("DocumentType")
    return Switch(what, "" if kind == "Automation" else f"it is of type {kind}, not Automation", pull)


def _budget(aws: View, arn: str, resource: str) -> Switch:
    names = resource.split("/")
    budget, action = (names[1], names[-1]) if len(names) > 1 else ("", "")
    what = f"action {action} of budget {budget}"
    pull = (("budgets:ExecuteBudgetAction", arn),)
    for call, one in aws.items_with_call(budgets.DESCRIBE_BUDGET_ACTIONS_FOR_BUDGET):
        if call.request.get("BudgetName") == budget and one.get("ActionId") == action:
            status = one.get("Status")
            fault = "" if status == "STANDBY" else f"its status is {status}, not STANDBY"
            return Switch(what, fault, pull, alone=one.get("ApprovalModel") == "AUTOMATIC")
    return Switch(what, "it does not exist", pull)


def _policy(aws: View, arn: str, resource: str) -> Switch:
    what = f"policy {resource.rpartition('/')[2]}"
    roles = [role.principal.arn for role in path_roles.path_roles(aws).known if role.principal.is_role]
    targets = roles or [f"arn:{aws.account.partition}:iam::{aws.account_id}:role/zz99"]
    pulls = tuple(("iam:AttachRolePolicy", role) for role in targets[:3])
    for one in aws.items(iam.GET_ACCOUNT_AUTHORIZATION_DETAILS, "Policies"):
        if one.get("Arn") == arn:
            return Switch(what, "" if _denies(one) else "it denies no action that reaches a model", pulls)
    if arn.split(":")[4] == _MANAGED:
        raise UnseenError(Why.LINK_UNKNOWN, f"{what} is managed by AWS, and in use nowhere: it is not listed")
    return Switch(what, "it does not exist", pulls)


def _denies(held: Mapping[str, object]) -> bool:
    versions = held.get("PolicyVersionList")
    for version in versions if isinstance(versions, list) else ():
        if version.get("IsDefaultVersion"):
            policy = parse_policy(version.get("Document"), use=Use.IDENTITY, name=str(held.get("PolicyName")))
            return any(
                one.effect is Effect.DENY
                and not one.conditions
                and any(one.covers_action(road) for road in ROADS)
                for one in policy.statements
            )
    return False


def _function(aws: View, arn: str, resource: str) -> Switch:  # noqa: ARG001 - one shape for all kinds
    name = resource.partition(":")[2].partition(":")[0]
    own = f"arn:{aws.account.partition}:lambda:{aws.region}:{aws.account_id}:function:{name}"
    pulls = (("lambda:InvokeFunction", own), ("lambda:PutFunctionConcurrency", own))
    held = next((one for one in aws.items(lambda_.LIST_FUNCTIONS) if one.get("FunctionName") == name), None)
    if held is None:
        return Switch(f"function {name}", "it does not exist", pulls)
    state = held.get("State")
    return Switch(f"function {name}", f"it is in state {state}" if state == "Failed" else "", pulls)


def _alias(aws: View, arn: str, resource: str) -> Switch:
    names = resource.split("/")
    agent, alias = (names[1], names[2]) if len(names) > 2 else ("", "")
    what = f"alias {alias} of agent {agent}"
    pull = (("bedrock:UpdateAgentAlias", arn),)
    there = any(
        call.request.get("agentId") == agent and one.get("agentAliasId") == alias
        for call, one in aws.items_with_call(bedrock_agent.LIST_AGENT_ALIASES)
    )
    return Switch(what, "" if there else "it does not exist", pull)


def _parameter(aws: View, arn: str, resource: str) -> Switch:
    name = resource.removeprefix("parameter").removeprefix("/")
    held = any(
        str(one.get("Name") or "").removeprefix("/") == name for one in aws.items(ssm.DESCRIBE_PARAMETERS)
    )
    return Switch(f"parameter {name}", "" if held else "it does not exist", (("ssm:PutParameter", arn),))


_KINDS: Mapping[str, Callable[[View, str, str], Switch]] = {
    "appconfig:application/": _flag,
    "ssm:document/": _document,
    "ssm:automation-definition/": _document,
    "budgets:budget/": _budget,
    "iam:policy/": _policy,
    "lambda:function:": _function,
    "bedrock:agent-alias/": _alias,
    "ssm:parameter/": _parameter,
}


# -- who may pull ------------------------------------------------------------------------------------
def operator(aws: View, held: Switch) -> str:
    """Somebody who may pull the switch and is no identity of the workload, in words; "" where nobody may.

    Raises UnseenError.
    """
    known = estate(aws)
    paths = path_roles.path_roles(aws)
    mine = {role.principal.arn for role in paths.known}
    unclear = False
    for principal in known.universe.principals:
        if principal.caller.service_linked or principal.arn in mine:
            continue
        found = _may(known, principal, held)
        if found:
            return known.marked(f"{who(principal)} may pull it ({found})")
        unclear = unclear or found is None
    if known.unseen is not None:
        raise known.unseen
    if unclear:
        raise known.undecidable(f"whether anybody may pull {held.what}")
    return ""


def _may(known: Estate, principal: Principal, held: Switch) -> str | None:
    """The action by which it may, "" where it may not, None where that cannot be judged."""
    unclear = False
    for action, arn in held.pulls:
        decision = known.universe.ask(principal, action, arn)
        if decision.possible:
            return action
        unclear = unclear or decision.verdict is Verdict.UNSUPPORTED
    return None if unclear else ""


# -- what could be one -------------------------------------------------------------------------------
def candidates(aws: View) -> str:
    """What could be declared as a switch, in words. Never raises: what cannot be listed is left out."""
    found: list[str] = []
    for there in aws.regions():
        found += _listed(offered(_flags(there)))
        found += _listed(offered(_documents(there)))
        found += _listed(offered(_aliases(there)))
    found += _listed(_actions(aws))
    if not found:
        return "nothing that could be one was seen"
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f"candidates are {', '.join(found[:_SHOWN])}{more}"


_SHOWN = 8


def _listed(things: Iterator[str]) -> list[str]:
    found: list[str] = []
    try:
        found.extend(things)
    except UnseenError:
        return found
    return found


def _flags(aws: View) -> Iterator[str]:
    for call, one in aws.items_with_call(appconfig.LIST_CONFIGURATION_PROFILES):
        if one.get("Type") == FLAGS:
            application = one.get("ApplicationId") or call.request.get("ApplicationId")
            path = f"application/{application}/configurationprofile/{one.get('Id')}"
            yield f"arn:{aws.account.partition}:appconfig:{aws.region}:{aws.account_id}:{path}"


def _documents(aws: View) -> Iterator[str]:
    for one in aws.items(ssm.LIST_DOCUMENTS):
        if one.get("DocumentType") == "Automation":
            yield f"arn:{aws.account.partition}:ssm:{aws.region}:{aws.account_id}:document/{one.get('Name')}"


def _aliases(aws: View) -> Iterator[str]:
    for call, one in aws.items_with_call(bedrock_agent.LIST_AGENT_ALIASES):
        path = f"agent-alias/{call.request.get('agentId')}/{one.get('agentAliasId')}"
        yield f"arn:{aws.account.partition}:bedrock:{aws.region}:{aws.account_id}:{path}"


def _actions(aws: View) -> Iterator[str]:
    for call, one in aws.items_with_call(budgets.DESCRIBE_BUDGET_ACTIONS_FOR_BUDGET):
        path = f"budget/{call.request.get('BudgetName')}/action/{one.get('ActionId')}"
        yield f"arn:{aws.account.partition}:budgets::{aws.account_id}:{path}"
