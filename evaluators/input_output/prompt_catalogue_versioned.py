"""GAI-4.14: A prompt catalogue exists and what runs is a numbered version."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from collectors import bedrock_agent, naming
from evaluators.derived.compute import invokers
from evaluators.derived.compute.invokers import invoking_function
from evaluators.derived.foundation import flows
from evaluators.derived.foundation.flows import FlowVersion, deployed_flows, flow_nodes
from evaluators.derived.offered import surely

_PROMPT = "AWS::Bedrock::Prompt"
_FLOW = "AWS::Bedrock::Flow"
_ACCOUNT = "AWS::::Account"


def subjects(aws: View) -> Iterator[Subject]:
    """Every managed prompt, every flow in use that asks with one, and a Region that calls models without any."""
    unseen: UnseenError | None = None
    prompts = 0
    listed = True
    try:
        for call, prompt in surely(aws.items_with_call(bedrock_agent.LIST_PROMPTS)):
            prompts += 1
            arn = str(prompt.get("arn") or aws.root_arn)
            yield Subject(arn, _PROMPT, about={"id": str(prompt.get("id"))}, evidence=(call,))
    except UnseenError as error:
        unseen, listed = error, False
    try:
        for flow in deployed_flows(aws):
            if not flow.only_for_tests:
                yield Subject(flow.arn, _FLOW, key=flow.version, about={"flow": flow}, evidence=flow.evidence)
    except UnseenError as error:
        unseen = unseen or error
    if listed and not prompts:
        try:
            function = aws.derive(invoking_function)
            if function:
                yield Subject(
                    aws.root_arn, _ACCOUNT, about={"function": function}, evidence=tuple(aws.trail[-2:])
                )
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen


def _missing(arn: str, aws: View) -> bool:
    """Whether the numbered version of a prompt of this account and Region is gone. Raises UnseenError."""
    named, _, version = arn.rpartition(":")
    if naming.account(named) != aws.account_id or naming.region(named) != aws.region:
        return False
    ident = naming.last_name(named)
    if not any(one.get("id") == ident for one in aws.items(bedrock_agent.LIST_PROMPTS)):
        return True
    held = aws.items(bedrock_agent.LIST_PROMPTS_VERSIONS, promptIdentifier=ident)
    return not any(str(one.get("version")) == version for one in held)


def _of_flow(flow: FlowVersion, aws: View) -> Verdict:
    wrong: list[str] = []
    unseen: UnseenError | None = None
    numbered = 0
    for node in flow_nodes(aws, flow):
        source = (node.configuration.get("prompt") or {}).get("sourceConfiguration")
        if source is None:
            continue
        arn = str((source.get("resource") or {}).get("promptArn") or "")
        if not arn:
            wrong.append(f"node {node.path} holds its prompt itself")
        elif not arn.rpartition(":")[2].isdecimal():
            wrong.append(f"node {node.path} names the draft of a prompt")
        else:
            numbered += 1
            try:
                if _missing(arn, aws):
                    wrong.append(f"node {node.path} names {naming.last_name(arn)}, which does not exist")
            except UnseenError as error:
                unseen = unseen or error
    if wrong:
        return failed(f"Flow {flow.flow_id} {flow.said}: {'; '.join(wrong[:5])}")
    if unseen is not None:
        raise unseen
    if not numbered:
        return passed(f"Flow {flow.flow_id} {flow.said} asks with no prompt of its own")
    return passed(f"Flow {flow.flow_id} {flow.said} names numbered prompts only")


@control(
    "GAI-4.14",
    slug="prompt-catalogue-versioned",
    item=Item.INPUT_OUTPUT,
    title="A prompt catalogue exists and what runs is a numbered version",
    severity=Severity.LOW,
    level=Level.REGION,
    kind="AWS::Bedrock::Prompt",
    subjects=subjects,
    reads=(bedrock_agent.LIST_PROMPTS, bedrock_agent.LIST_PROMPTS_VERSIONS, *flows.READS, *invokers.READS),
    when_none=Status.NOT_APPLICABLE,
    none_because="No managed prompt, no flow in use and no function that may invoke a model.",
    why="Good practice; direct-prompt workloads remain legitimate.",
    remediation="Create a prompt version.",
    fix_cli="aws bedrock-agent create-prompt-version --prompt-identifier $P",
    answers=("S4.7",),
    frameworks={
        "gensec": ("GENSEC04-BP01",),
        "owasp_llm_2025": ("LLM07",),
        "nist_ai_600_1": ("MS-2.8-003",),
        "iso_42001": ("A.6.2.3",),
        "prowler_aisf": ("AISF-AI-07",),
    },
    parameters=(),
    edge_cases=(
        "A prompt ARN without :version resolves to DRAFT.",
        "A number that no version of the prompt has is no version.",
    ),
    workload_aware=False,
)
def prompt_catalogue_versioned(subject: Subject, aws: View) -> Verdict:
    """Prompts stand in a catalogue, and what runs is a numbered version of one.

    Judged are every managed prompt, every flow version behind an alias (the test alias apart), and a Region whose
    functions may invoke models while it holds no prompt. Passes: the prompt has a numbered version; the flow's nodes
    name prompts by number. Fails: a prompt with its draft only; a node with its prompt inside, with a prompt's ARN
    without a number, which runs the draft, or with a number that does not exist; a Region that calls models and keeps no prompt. Prompts kept in version
    control or AppConfig are what ATT-4.5 asks about. Not applicable: none of these.

    By hand:

    ```sh
    aws bedrock-agent list-prompts --prompt-identifier $PROMPT
    ```
    """
    flow = subject.about.get("flow")
    if isinstance(flow, FlowVersion):
        return _of_flow(flow, aws)
    if subject.kind == _ACCOUNT:
        return failed(f"No managed prompt, while {subject.about['function']} calls models")
    ident = subject.about["id"]
    versions = [
        str(one.get("version"))
        for one in aws.items(bedrock_agent.LIST_PROMPTS_VERSIONS, promptIdentifier=ident)
        if str(one.get("version")).isdecimal()
    ]
    if versions:
        newest = max(versions, key=int)
        return passed(f"Prompt {ident} has {len(versions)} numbered versions, the newest version {newest}")
    return failed(f"Prompt {ident} has only its draft")
