"""GAI-1.05: Agent/tool registries require approval before a record becomes usable."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.operation import Operation
from assessor.model.reading import UnseenError
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from collectors import agent_registry_control, bedrock_agentcore_control

_KIND = "AWS::BedrockAgentCore::Registry"


def subjects(aws: View) -> Iterator[Subject]:
    """Every registry that either API lists; of the second one, those that the first does not know."""
    known: set[str] = set()
    unseen: UnseenError | None = None
    for operation, detail in (
        (bedrock_agentcore_control.LIST_REGISTRIES, bedrock_agentcore_control.GET_REGISTRY),
        (agent_registry_control.LIST_REGISTRIES, agent_registry_control.GET_REGISTRY),
    ):
        try:
            for call, one in aws.items_with_call(operation):
                arn = str(one.get("registryArn") or aws.root_arn)
                if arn not in known:
                    known.add(arn)
                    about = {"id": str(one.get("registryId")), "detail": detail}
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
        agent_registry_control.GET_REGISTRY,
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
            "and a separate agent-registry-control client); scan both. The second one approves by rules "
            "(autoApprovalRules) instead of a switch."
        ),
    ),
    workload_aware=False,
)
def agent_registry_needs_approval(subject: Subject, aws: View) -> Verdict:
    """A registry of agents and tools asks for approval before a record can be used.

    Passes: `autoApproval` is false or not set, and no rule approves by itself (`autoApprovalRules`, which registries
    of the agent-registry API have). Fails: it is true, or there is such a rule. Not applicable: there is no registry.

    By hand:

    ```sh
    aws bedrock-agentcore-control get-registry --registry-id $ID
    aws agent-registry-control get-registry --registry-id $ID
    ```
    """
    ident, detail = str(subject.about["id"]), subject.about["detail"]
    assert isinstance(detail, Operation)
    approval = (aws.get(detail, registryId=ident) or {}).get("approvalConfiguration") or {}
    rules = [str(rule) for rule in approval.get("autoApprovalRules") or ()]
    if rules:
        return failed(f"Registry {ident} approves records by itself (autoApprovalRules {', '.join(rules)})")
    switch = approval.get("autoApproval")
    if switch is True:
        return failed(f"Registry {ident} approves records by itself (autoApproval true)")
    if detail is agent_registry_control.GET_REGISTRY:
        return passed(f"Registry {ident} waits for approval (no autoApprovalRules)")
    return passed(
        f"Registry {ident} waits for approval (autoApproval {'false' if switch is False else 'not set'})"
    )
