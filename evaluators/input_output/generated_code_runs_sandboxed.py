"""GAI-4.20: Code interpreters, browsers and computer-use tools run isolated."""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.model.control import Level, Subject, control
from assessor.model.path import first
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, info, not_applicable, passed
from assessor.model.view import Answer, View, gather
from collectors import bedrock_agent
from collectors import bedrock_agentcore_control as agentcore
from evaluators.derived.foundation import agents, flows
from evaluators.derived.offered import surely
from evaluators.derived.principals import wide_rights
from evaluators.derived.weighing import Problem, weighed

INTERPRETER = "AWS::BedrockAgentCore::CodeInterpreterCustom"
BROWSER = "AWS::BedrockAgentCore::BrowserCustom"
AGENT = "AWS::Bedrock::Agent"
FLOW = "AWS::Bedrock::Flow"

_GONE = frozenset({"DELETING", "DELETED", "CREATE_FAILED"})
_HANDS_ON = {"ANTHROPIC.Computer": "computer use", "ANTHROPIC.Bash": "a shell"}
_MILD = {
    "AMAZON.CodeInterpreter": "runs code in a sandbox that AWS isolates",
    "ANTHROPIC.TextEditor": "edits text that the application hands it",
}


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool. kind: its type; ident: its id, or the action's signature; system: AWS provides it to everybody.

    state: of an action, ``ENABLED`` or ``DISABLED``. idle: why nobody can call it, in words.
    """

    kind: str
    ident: str
    what: str
    system: bool = False
    state: str = ""
    idle: str = ""


def subjects(aws: View) -> Iterator[Subject]:
    """Interpreters and browsers, actions of agents and code nodes of flows, as far as the Region offers them."""
    return iter(
        gather(
            surely(_custom(aws, agentcore.LIST_CODE_INTERPRETERS.name)),
            surely(_custom(aws, agentcore.LIST_BROWSERS.name)),
            surely(_actions(aws)),
            surely(_code_nodes(aws)),
        )
    )


def _custom(aws: View, listing: str) -> Iterator[Subject]:
    interpreter = listing == agentcore.LIST_CODE_INTERPRETERS.name
    operation = agentcore.LIST_CODE_INTERPRETERS if interpreter else agentcore.LIST_BROWSERS
    kind, member, words = (
        (INTERPRETER, "codeInterpreter", "code interpreter")
        if interpreter
        else (BROWSER, "browser", "browser")
    )
    for call, item in aws.items_with_call(operation):
        name = str(item.get(f"{member}Id") or "")
        system = call.request.get("type") == "SYSTEM"
        if not name or item.get("status") in _GONE or (system and interpreter):
            continue  # AWS's own interpreter has no network
        path = f"{words.replace(' ', '-')}{'' if system else '-custom'}/{name}"
        owner = "aws" if system else aws.account_id
        own = f"arn:{aws.account.partition}:bedrock-agentcore:{aws.region}:{owner}:{path}"
        tool = Tool(kind, name, f"{words} {name}", system)
        arn = str(item.get(f"{member}Arn") or own)
        yield Subject(arn, kind, about={"tool": tool}, evidence=(call,))


def _actions(aws: View) -> Iterator[Subject]:
    deployed = aws.derive(agents.deployed_agents)
    routed = {(one.agent_id, one.version): one for one in deployed.known}
    for call, answer in aws.items_with_call(bedrock_agent.GET_AGENT_ACTION_GROUP, ""):
        group = answer.get("agentActionGroup") or {}
        signature = str(group.get("parentActionSignature") or "")
        if signature not in _HANDS_ON and signature not in _MILD:
            continue
        agent, version = (str(call.request.get(name, "")) for name in ("agentId", "agentVersion"))
        version_of = routed.get((agent, version))
        if version_of is None:
            continue  # the alias that led to it is gone, or it is told below that it could not be seen
        idle = "" if version_of.reachable else "no alias of this version takes invocations"
        arn = version_of.arn
        what = f"action {signature} of agent {agent} version {version}"
        state = str(group.get("actionGroupState") or "")
        key = f"{version} {group.get('actionGroupId') or call.request.get('actionGroupId')}"
        tool = Tool(AGENT, signature, what, state=state, idle=idle)
        yield Subject(arn, AGENT, key=key, about={"tool": tool}, evidence=(call,))
    if deployed.unseen is not None:
        raise deployed.unseen


def _code_nodes(aws: View) -> Iterator[Subject]:
    found = aws.derive(flows.deployed_flows)
    unseen = found.unseen
    for flow in found.known:
        try:
            nodes = flows.flow_nodes(aws, flow)
        except UnseenError as error:
            unseen = unseen or error
            continue
        for node in nodes:
            if node.kind == "InlineCode":
                what = f"node {node.path} of flow {flow.flow_id} version {flow.version}"
                tool = Tool(FLOW, node.path, what)
                key = f"{flow.version} {node.path}"
                yield Subject(
                    flow.arn, FLOW, key=key, about={"tool": tool}, evidence=(*flow.evidence, *aws.trail[-1:])
                )
    if unseen is not None:
        raise unseen


@control(
    "GAI-4.20",
    slug="generated-code-runs-sandboxed",
    item=Item.INPUT_OUTPUT,
    title="Code interpreters, browsers and computer-use tools run isolated",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind=INTERPRETER,
    subjects=subjects,
    reads=[
        agentcore.LIST_CODE_INTERPRETERS,
        agentcore.GET_CODE_INTERPRETER,
        agentcore.LIST_BROWSERS,
        agentcore.GET_BROWSER,
        bedrock_agent.LIST_AGENT_ALIASES,
        bedrock_agent.GET_AGENT_ACTION_GROUP,
        *flows.READS,
        *wide_rights.READS,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because=(
        "This Region has no code interpreter or browser of its own, and no agent or flow that runs "
        "generated code."
    ),
    why=(
        "Generated code with a way to the internet and with credentials is remote code execution by "
        "design: whoever steers the model runs it."
    ),
    remediation="Recreate the tool in SANDBOX or VPC mode.",
    fix_cli=(
        "aws bedrock-agentcore-control create-code-interpreter --name ci --network-"
        "configuration networkMode=SANDBOX"
    ),
    answers=("S4.11", "S4.10"),
    frameworks={
        "gensec": ("GENSEC05-BP01",),
        "owasp_llm_2025": ("LLM05", "LLM06"),
        "mitre_atlas": ("AML.T0050", "AML.T0102", "AML.M0032"),
        "nist_ai_600_1": ("MS-2.6-004",),
        "iso_42001": ("A.9.3",),
        "security_hub": ("BedrockAgentCore.5", "BedrockAgentCore.6", "BedrockAgentCore.7"),
    },
    parameters=(),
    edge_cases=(
        (
            "SYSTEM tools are AWS's own and in every account: the interpreter has no network; the "
            "browser is public (INFO)."
        ),
        "An interpreter in SANDBOX mode needs an execution role only for S3.",
        "AMAZON.CodeInterpreter of an agent is isolated by AWS, InlineCode of a flow too: INFO.",
        "A disabled action runs nothing, nor does one of a version whose aliases all reject invocations.",
        "Sandboxes built by hand (Lambda, ECS, microVMs) are asked of people: ATT-4.4.",
        "A Region that does not offer AgentCore or Bedrock has none of this: not applicable.",
    ),
    workload_aware=False,
)
def generated_code_runs_sandboxed(subject: Subject, aws: View) -> Verdict:
    """Tools that run what a model wrote have no open network, no wide rights, and leave a record.

    Judged are code interpreters and browsers of the account, and the actions of agents behind an alias.

    Passes: an interpreter in mode SANDBOX or VPC with no execution role or a narrow one; a browser in mode VPC that is
    recorded; a shell or computer-use action that is DISABLED.

    Fails: mode PUBLIC; an execution role that may do something to everything of a kind; a browser that is not recorded;
    an agent's shell (ANTHROPIC.Bash) or computer use (ANTHROPIC.Computer) enabled.

    Shown only: the browser AWS provides, AMAZON.CodeInterpreter, ANTHROPIC.TextEditor, InlineCode nodes of flows.

    By hand::

        aws bedrock-agentcore-control list-code-interpreters --type CUSTOM
        aws bedrock-agentcore-control get-code-interpreter --code-interpreter-id $ID
        aws bedrock-agentcore-control get-browser --browser-id $ID
        aws bedrock-agent get-agent-action-group --agent-id $A --agent-version $V --action-group-id $G
    """
    tool = subject.about["tool"]
    assert isinstance(tool, Tool)
    if tool.kind in (INTERPRETER, BROWSER):
        return _sandbox(tool, aws)
    if tool.kind == FLOW:
        return info(f"{tool.what[:1].upper()}{tool.what[1:]} runs code that AWS isolates (InlineCode)")
    if tool.idle:
        return not_applicable(f"{tool.what[:1].upper()}{tool.what[1:]}: {tool.idle}")
    if tool.state == "DISABLED":
        return passed(f"{tool.what[:1].upper()}{tool.what[1:]} is DISABLED")
    if tool.ident in _MILD:
        return info(f"{tool.what[:1].upper()}{tool.what[1:]} {_MILD[tool.ident]}")
    if tool.state != "ENABLED":
        raise UnseenError(Why.LINK_UNKNOWN, f"AWS states state {tool.state or 'none'} for {tool.what}")
    gives = f"it gives the model {_HANDS_ON[tool.ident]}, and where that runs the application alone decides"
    return weighed(tool.what, [lambda: [Problem(Severity.HIGH, f"it is ENABLED: {gives}")]])


def _sandbox(tool: Tool, aws: View) -> Verdict:
    if tool.system:
        return info(
            f"{tool.what[:1].upper()}{tool.what[1:]} is AWS's own, in every account, and reaches the internet: whether an "
            "application uses it configuration does not say"
        )
    if tool.kind == INTERPRETER:
        answer = aws.get(agentcore.GET_CODE_INTERPRETER, codeInterpreterId=tool.ident) or {}
    else:
        answer = aws.get(agentcore.GET_BROWSER, browserId=tool.ident) or {}

    def network() -> Iterator[Problem | str]:
        mode = str(first(answer, "networkConfiguration.networkMode") or "")
        if mode == "PUBLIC":
            yield Problem(Severity.HIGH, "its network mode is PUBLIC: it reaches the internet")
        elif mode == "VPC" or (mode == "SANDBOX" and tool.kind == INTERPRETER):
            yield f"its network mode is {mode}"
        else:
            raise UnseenError(Why.LINK_UNKNOWN, f"AWS states network mode {mode or 'none'} for {tool.what}")

    def recorded() -> Iterator[Problem | str]:
        if tool.kind != BROWSER:
            return
        if first(answer, "recording.enabled") is True:
            yield f"its sessions are recorded to bucket {first(answer, 'recording.s3Location.bucket') or 'unknown'}"
        else:
            yield Problem(Severity.HIGH, "its sessions are not recorded")

    return weighed(tool.what, [network, recorded, lambda: _rights(answer, aws)])


def _rights(answer: Answer, aws: View) -> Iterator[Problem | str]:
    role = str(answer.get("executionRoleArn") or "")
    if not role:
        yield "it has no execution role"
        return
    wide = wide_rights.wide_rights(aws, role)
    if wide:
        yield Problem(Severity.HIGH, f"its execution role {role} may use {wide}")
    else:
        yield f"its execution role {role} is narrow"
