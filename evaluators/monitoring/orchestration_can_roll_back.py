"""GAI-7.19: Agents, flows, prompts and guardrails run from numbered versions with a predecessor to return to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assessor.model.control import Level, Subject, control
from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import Call, UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_assessed, passed
from assessor.model.view import Answer, View, gather
from collectors import bedrock, bedrock_agent
from evaluators.derived.foundation import flows
from evaluators.derived.foundation.agents import DRAFT, TEST_ALIAS
from evaluators.derived.offered import offered
from evaluators.derived.screening import guardrails
from evaluators.derived.screening.guardrail_versions import versions
from evaluators.derived.screening.guardrails import InUse

AGENT_ALIAS = "AWS::Bedrock::AgentAlias"
FLOW_ALIAS = "AWS::Bedrock::FlowAlias"
PROMPT = "AWS::Bedrock::Prompt"
GUARDRAIL = "AWS::Bedrock::Guardrail"

_READS: tuple[Operation, ...] = (
    bedrock_agent.LIST_AGENTS,
    bedrock_agent.LIST_AGENT_ALIASES,
    bedrock_agent.LIST_FLOWS,
    bedrock_agent.LIST_AGENT_VERSIONS,
    bedrock_agent.GET_AGENT_ALIAS,
    bedrock_agent.LIST_FLOW_VERSIONS,
    bedrock_agent.LIST_PROMPTS,
    bedrock_agent.LIST_PROMPTS_VERSIONS,
    bedrock.LIST_GUARDRAILS_VERSIONS,
    *flows.READS,
    *guardrails.READS,
)


@dataclass(frozen=True, slots=True)
class Live:
    """What runs: an alias of an agent or flow, with the versions it routes to."""

    owner: str
    alias: str
    routes: tuple[str, ...]
    status: str = ""
    test: bool = False


def subjects(aws: View) -> Iterator[Subject]:
    """Aliases of agents and flows, prompts, and guardrail versions in use; none where Bedrock is not offered."""
    return iter(gather(*(offered(make(aws)) for make in (_agents, _flows, _prompts, _guardrails))))


def _arn(aws: View, resource: str) -> str:
    return f"arn:{aws.account.partition}:bedrock:{aws.region}:{aws.account_id}:{resource}"


def _agents(aws: View) -> Iterator[Subject]:
    held: dict[str, list[tuple[Call, Answer]]] = {}
    found = gather(aws.items_with_call(bedrock_agent.LIST_AGENT_ALIASES))
    for call, item in found.known:
        held.setdefault(str(call.request.get("agentId", "")), []).append((call, item))
    for agent, aliases in held.items():
        deployed = [one for one in aliases if one[1].get("agentAliasId") != TEST_ALIAS]
        # Of a listing that broke off the rest may hold a deployed one.
        for call, item in deployed or (aliases if found.unseen is None else ()):
            alias = str(item.get("agentAliasId") or "")
            live = Live(
                agent,
                alias,
                tuple(map(str, values(item, "routingConfiguration[].agentVersion"))),
                str(item.get("agentAliasStatus") or ""),
                alias == TEST_ALIAS,
            )
            arn = _arn(aws, f"agent-alias/{agent}/{alias}")
            yield Subject(arn, AGENT_ALIAS, about={"live": live}, evidence=(call,))
    yield from _without_alias(aws, bedrock_agent.LIST_AGENTS, "agentId", set(held), found.unseen)


def _flows(aws: View) -> Iterator[Subject]:
    held: dict[str, list[tuple[Call, Answer]]] = {}
    found = gather(aws.items_with_call(bedrock_agent.LIST_FLOW_ALIASES))
    for call, item in found.known:
        flow = str(item.get("flowId") or call.request.get("flowIdentifier", ""))
        held.setdefault(flow, []).append((call, item))
    for flow, aliases in held.items():
        deployed = [one for one in aliases if one[1].get("id") != TEST_ALIAS]
        for call, item in deployed or (aliases if found.unseen is None else ()):
            alias = str(item.get("id") or "")
            routes = tuple(map(str, values(item, "routingConfiguration[].flowVersion")))
            live = Live(flow, alias, routes, test=alias == TEST_ALIAS)
            arn = _arn(aws, f"flow/{flow}/alias/{alias}")
            yield Subject(arn, FLOW_ALIAS, about={"live": live}, evidence=(call,))
    yield from _without_alias(aws, bedrock_agent.LIST_FLOWS, "id", set(held), found.unseen)


def _without_alias(
    aws: View, operation: Operation, member: str, held: set[str], unseen: UnseenError | None
) -> Iterator[Subject]:
    """Agents or flows that no alias was listed for: only the built-in test alias leads to them."""
    if unseen is not None:
        raise unseen
    kind, path = (
        (AGENT_ALIAS, "agent-alias/{}/{}") if member == "agentId" else (FLOW_ALIAS, "flow/{}/alias/{}")
    )
    for call, item in aws.items_with_call(operation):
        owner = str(item.get(member) or "")
        if owner and owner not in held:
            live = Live(owner, TEST_ALIAS, (DRAFT,), test=True)
            yield Subject(
                _arn(aws, path.format(owner, TEST_ALIAS)), kind, about={"live": live}, evidence=(call,)
            )


def _prompts(aws: View) -> Iterator[Subject]:
    for call, item in aws.items_with_call(bedrock_agent.LIST_PROMPTS):
        prompt = str(item.get("id") or "")
        arn = str(item.get("arn") or _arn(aws, f"prompt/{prompt}"))
        # A summary may carry the version behind the ARN.
        plain = ":".join(arn.split(":")[:6])
        yield Subject(plain, PROMPT, about={"prompt": prompt}, evidence=(call,))


def _guardrails(aws: View) -> Iterator[Subject]:
    found = aws.derive(guardrails.guardrails_in_use)
    for one in found.known:
        yield Subject(one.guardrail.arn, GUARDRAIL, about={"guardrail": one}, evidence=one.evidence)
    if found.unseen is not None:
        raise found.unseen


@control(
    "GAI-7.19",
    slug="orchestration-can-roll-back",
    item=Item.MONITORING,
    title=(
        "Agents, flows, prompts and guardrails run from numbered versions with a predecessor to return to"
    ),
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind=AGENT_ALIAS,
    subjects=subjects,
    reads=_READS,
    when_none=Status.NOT_APPLICABLE,
    none_because="No agent, flow or prompt in this Region, and no guardrail in use.",
    why=(
        "When somebody changes an agent, a prompt or a guardrail for the worse, the way back is an older version; what "
        "runs from the working draft changes under its users' feet and has no way back."
    ),
    remediation="Make a version, point an alias or reference at its number, and keep the version before it.",
    fix_cli="aws bedrock-agent create-agent-alias --agent-id $A --agent-alias-name prod",
    answers=("S7.8", "S1.7"),
    frameworks={
        "nist_ai_600_1": ("MS-2.8-003",),
        "nist_ai_rmf": ("MANAGE 2.4",),
        "mitre_atlas": ("AML.T0081",),
        "iso_42001": ("A.6.2.5",),
        "finos_ccc": ("CCC.GenAI.CN07.AR01",),
    },
    edge_cases=(
        "The built-in test alias counts only where an agent or flow has no other.",
        "The history of an alias shows what it routed to before.",
        "A prompt counts by the versions it has, and by what a deployed flow names of it.",
        "Version 1 has no predecessor: it passes as a first release.",
        "A Region that does not offer Bedrock has none of this: not applicable.",
    ),
)
def orchestration_can_roll_back(subject: Subject, aws: View) -> Verdict:
    """Whether what runs is a numbered version and an older one still exists.

    One row for each alias of an agent or flow, each prompt and each guardrail version in use. Passes when the live
    reference is a number and an older numbered version still exists, or when it is the first.

    Fails when only the working draft is used, an alias has lost its version (DISSOCIATED) or does not exist as a
    version any more, or every older version has been deleted.

    By hand:

        aws bedrock-agent list-agent-aliases --agent-id AGENT; aws bedrock-agent list-agent-versions --agent-id AGENT
        aws bedrock-agent list-flow-versions --flow-identifier FLOW
        aws bedrock-agent list-prompts --prompt-identifier PROMPT
        aws bedrock list-guardrails --guardrail-identifier GUARDRAIL
    """
    live, used = subject.about.get("live"), subject.about.get("guardrail")
    if isinstance(live, Live):
        return _agent_alias(aws, live) if subject.kind == AGENT_ALIAS else _flow_alias(aws, live)
    if isinstance(used, InUse):
        return _guardrail(aws, used)
    return _prompt(aws, subject.arn, str(subject.about["prompt"]))


def _agent_alias(aws: View, live: Live) -> Verdict:
    what = f"Alias {live.alias} of agent {live.owner}"
    if live.status == "DISSOCIATED":
        return failed(f"{what} has lost the version it routed to (DISSOCIATED)")
    draft = _on_draft(what, live)
    if draft is not None:
        return draft
    listed = _numbers(aws.items(bedrock_agent.LIST_AGENT_VERSIONS, agentId=live.owner), "agentVersion")
    bare = _way_back(what, live.routes, listed, [])
    try:
        history = aws.get(bedrock_agent.GET_AGENT_ALIAS, agentId=live.owner, agentAliasId=live.alias) or {}
    except UnseenError:
        if bare.status is Status.FAIL:
            return bare
        raise
    before = values(history, "agentAlias.agentAliasHistoryEvents[].routingConfiguration[].agentVersion")
    past = sorted({int(version) for version in before if str(version).isdecimal()} - listed)
    notes = [f"it once routed to version {past[-1]}, which is deleted"] if past else []
    return _way_back(what, live.routes, listed, notes)


def _flow_alias(aws: View, live: Live) -> Verdict:
    what = f"Alias {live.alias} of flow {live.owner}"
    draft = _on_draft(what, live)
    if draft is not None:
        return draft
    items = aws.items(bedrock_agent.LIST_FLOW_VERSIONS, flowIdentifier=live.owner)
    return _way_back(what, live.routes, _numbers(items, "version"), [])


def _on_draft(what: str, live: Live) -> Verdict | None:
    if live.test:
        return failed(f"{what} is the built-in test alias and the only one: the working draft is what runs")
    if not live.routes:
        return failed(f"{what} routes to no version")
    if any(not route.isdecimal() for route in live.routes):
        return failed(f"{what} routes to {', '.join(live.routes)}, the working draft")
    return None


def _prompt(aws: View, arn: str, prompt: str) -> Verdict:
    what = f"Prompt {prompt}"
    listed = _numbers(aws.items(bedrock_agent.LIST_PROMPTS_VERSIONS, promptIdentifier=prompt), "version")
    if not listed:
        return failed(f"{what} has only a working draft")
    named = gather(_named_by_flows(aws, arn))
    drafts = [said for version, said in named.known if not version.isdecimal()]
    if drafts:
        return failed(f"{drafts[0]} names the working draft of prompt {prompt}")
    if named.unseen is not None:
        raise named.unseen
    routes = tuple(dict.fromkeys(version for version, _ in named.known)) or (str(max(listed)),)
    said = "is named by no deployed flow; its newest version counts" if not named.known else ""
    return _way_back(what, routes, listed, [said] if said else [])


def _named_by_flows(aws: View, arn: str) -> Iterator[tuple[str, str]]:
    """The versions of the prompt that deployed flows name, and by which node; no number means the draft."""
    deployed = aws.derive(flows.deployed_flows)
    yield from gather(*(_nodes(aws, flow, arn) for flow in deployed.known if not flow.only_for_tests))
    if deployed.unseen is not None:
        raise deployed.unseen


def _nodes(aws: View, flow: flows.FlowVersion, arn: str) -> Iterator[tuple[str, str]]:
    for node in flows.flow_nodes(aws, flow):
        source = (node.configuration.get("prompt") or {}).get("sourceConfiguration") or {}
        named = str((source.get("resource") or {}).get("promptArn") or "")
        parts = named.split(":")
        if ":".join(parts[:6]) == arn:
            yield parts[6] if len(parts) > 6 else DRAFT, f"Node {node.path} of flow {flow.flow_id}"


def _guardrail(aws: View, used: InUse) -> Verdict:
    meant = used.guardrail
    what = f"Guardrail {meant.id} (used by {used.users})"
    if not meant.version.isdecimal():
        return failed(f"{what} is used as its working draft")
    if meant.account != aws.account_id:
        return not_assessed(
            Why.CROSS_ACCOUNT, f"{what} belongs to account {meant.account}, which lists its versions"
        )
    if meant.region not in aws.account.regions:
        return not_assessed(Why.LINK_UNKNOWN, f"{what} lies in {meant.region}, which is not part of this run")
    home = aws.at(meant.region)
    listed = {int(version) for version in versions(home, meant.id) if version.isdecimal()}
    return _way_back(what, (meant.version,), listed, [])


def _numbers(items: Iterable[Answer], member: str) -> set[int]:
    return {int(v) for item in items if (v := str(item.get(member) or "")).isdecimal()}


def _way_back(what: str, routes: tuple[str, ...], listed: set[int], notes: list[str]) -> Verdict:
    """Whether each version that runs exists and has an older one; the verdict on the first that has not."""
    current = [int(route) for route in routes]
    gone = [number for number in current if number not in listed]
    if gone:
        return failed(f"{what} runs version {gone[0]}, which does not exist", None, *notes)
    stuck = [number for number in current if number > 1 and not any(other < number for other in listed)]
    if stuck:
        return failed(f"{what} runs version {stuck[0]} and every older version is deleted", None, *notes)
    first = min(current)
    older = [other for other in listed if other < first]
    if not older:
        return passed(
            f"{what} runs version {first}, the first release: there is nothing to return to yet", *notes
        )
    return passed(f"{what} runs version {first}; version {max(older)} is there to return to", *notes)
