"""GAI-1.05: Agent/tool registries require approval before a record becomes usable."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_assessed, passed
from assessor.model.view import View
from collectors import agent_registry_control, bedrock_agentcore_control

_KIND = "AWS::BedrockAgentCore::Registry"


def subjects(aws: View) -> Iterator[Subject]:
    """Every registry that either API lists; of the second one, those that the first does not know."""
    known: set[str] = set()
    unseen: UnseenError | None = None
    for operation, detailed in (
        (bedrock_agentcore_control.LIST_REGISTRIES, True),
        (agent_registry_control.LIST_REGISTRIES, False),
    ):
        try:
            for call, one in aws.items_with_call(operation):
                arn = str(one.get("registryArn") or aws.root_arn)
                if arn not in known:
                    known.add(arn)
                    about = {"id": str(one.get("registryId")), "detailed": detailed}
                    yield Subject(arn, _KIND, about=about, evidence=(call,))
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen


@control(
    "GAI-1.05",
    slug="agent-registry-needs-approval",
    item=Item.GOVERNANCE,
    title="Agent/tool registries require approval before a record becomes usable",
    severity=Severity.LOW,
    level=Level.REGION,
    kind="AWS::BedrockAgentCore::Registry",
    subjects=subjects,
    reads=(
        bedrock_agentcore_control.LIST_REGISTRIES,
        bedrock_agentcore_control.GET_REGISTRY,
        agent_registry_control.LIST_REGISTRIES,
    ),
    when_none=Status.NOT_APPLICABLE,
    none_because="No registry of agents or tools exists here.",
    why=("Auto-approval turns the catalogue into a free-for-all, but only where a registry is in use."),
    remediation="Turn auto-approval off so records wait for review.",
    fix_cli=(
        "aws bedrock-agentcore-control update-registry --registry-id $ID --approval-"
        "configuration autoApproval=false"
    ),
    answers=("S1.3", "S1.6"),
    frameworks={
        "gensec": ("GENSEC05-BP01",),
        "nist_ai_rmf": ("GOVERN 1.6",),
        "iso_42001": ("A.6.1.3",),
        "prowler_aisf": ("AISF-AGENT-04",),
        "mitre_atlas": ("AML.T0104",),
    },
    parameters=(),
    edge_cases=(
        (
            "Two registry APIs coexist in botocore 1.44.5 (inside bedrock-agentcore-control "
            "and a separate agent-registry-control client); scan both."
        ),
    ),
    workload_aware=False,
)
def agent_registry_needs_approval(subject: Subject, aws: View) -> Verdict:
    """A registry of agents and tools asks for approval before a record can be used.

    Passes: `autoApproval` is false or not set. Fails: it is true. Not assessed: a registry that only the
    agent-registry API lists, which shows no approval setting. Not applicable: there is no registry.

    By hand:

    ```sh
    aws bedrock-agentcore-control get-registry --registry-id $ID
    ```
    """
    ident = str(subject.about["id"])
    if not subject.about["detailed"]:
        return not_assessed(
            Why.OPERATION_UNAVAILABLE,
            f"Registry {ident} is listed by the agent-registry API only, without its approval",
        )
    answer = aws.get(bedrock_agentcore_control.GET_REGISTRY, registryId=ident) or {}
    approval = (answer.get("approvalConfiguration") or {}).get("autoApproval")
    if approval is True:
        return failed(f"Registry {ident} approves records by itself (autoApproval true)")
    return passed(
        f"Registry {ident} waits for approval (autoApproval {'false' if approval is False else 'not set'})"
    )
