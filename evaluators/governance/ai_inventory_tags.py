"""GAI-1.04: AI resources carry owner, data-classification and compliance-status tags."""

from collections.abc import Iterator, Mapping

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_assessed, passed
from assessor.model.view import View
from collectors import bedrock, bedrock_agent, bedrock_agentcore_control
from evaluators.derived.offered import offered

_LIST = "required_tag_keys"
_SOURCES = (
    bedrock.LIST_TAGS_FOR_RESOURCE,
    bedrock_agent.LIST_TAGS_FOR_RESOURCE,
    bedrock_agentcore_control.LIST_TAGS_FOR_RESOURCE,
)
_KINDS = {
    "guardrail": "AWS::Bedrock::Guardrail",
    "application-inference-profile": "AWS::Bedrock::ApplicationInferenceProfile",
    "prompt-router": "AWS::Bedrock::IntelligentPromptRouter",
    "custom-model": "AWS::Bedrock::CustomModel",
    "imported-model": "AWS::Bedrock::ImportedModel",
    "provisioned-model": "AWS::Bedrock::ProvisionedModelThroughput",
    "agent": "AWS::Bedrock::Agent",
    "flow": "AWS::Bedrock::Flow",
    "prompt": "AWS::Bedrock::Prompt",
    "knowledge-base": "AWS::Bedrock::KnowledgeBase",
    "runtime": "AWS::BedrockAgentCore::Runtime",
    "gateway": "AWS::BedrockAgentCore::Gateway",
    "memory": "AWS::BedrockAgentCore::Memory",
    "harness": "AWS::BedrockAgentCore::Harness",
    "browser-custom": "AWS::BedrockAgentCore::BrowserCustom",
    "code-interpreter-custom": "AWS::BedrockAgentCore::CodeInterpreterCustom",
}


def subjects(aws: View) -> Iterator[Subject]:
    """Every resource whose tags were asked for: those that can carry some."""
    unseen: UnseenError | None = None
    for operation in _SOURCES:
        try:
            for call, answer in offered(aws.items_with_call(operation, "")):
                arn = str(call.request.get("resourceARN") or call.request.get("resourceArn"))
                kind = arn.split(":", 5)[-1].partition("/")[0]
                yield Subject(
                    arn,
                    _KINDS.get(kind, "AWS::Bedrock::Guardrail"),
                    about={"tags": _tags(answer.get("tags"))},
                    evidence=(call,),
                )
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen


def _tags(held: object) -> dict[str, str]:
    """Tags by key: AWS gives them as a mapping or as a list of pairs."""
    if isinstance(held, Mapping):
        return {str(key): str(value or "") for key, value in held.items()}
    listed = held if isinstance(held, list) else []
    return {str(tag.get("key")): str(tag.get("value") or "") for tag in listed}


@control(
    "GAI-1.04",
    slug="ai-inventory-tags",
    item=Item.GOVERNANCE,
    title="AI resources carry owner, data-classification and compliance-status tags",
    severity=Severity.LOW,
    level=Level.REGION,
    kind="AWS::Bedrock::Guardrail",
    subjects=subjects,
    reads=_SOURCES,
    when_none=Status.NOT_APPLICABLE,
    none_because="No resource that can carry tags.",
    why=(
        "Tags are the documentation system the account itself can prove; absent tags break "
        "ownership but do not open a hole."
    ),
    remediation="Tag the resource; enforce with a tag policy.",
    fix_cli=(
        "aws bedrock tag-resource --resource-arn $ARN --tags key=owner,value=$TEAM key=data-"
        "classification,value=$CLASS"
    ),
    answers=("S1.6", "S1.7"),
    frameworks={
        "nist_ai_rmf": ("GOVERN 1.6",),
        "nist_ai_600_1": ("GV-1.6-001", "GV-1.6-003"),
        "iso_42001": ("A.4.2",),
        "prowler_aisf": ("AISF-GOV-05",),
    },
    parameters=("required_tag_keys",),
    edge_cases=(
        "Foundation models and SYSTEM_DEFINED inference profiles are not yours to tag: skip.",
        "Guardrail tags live on the guardrail ARN, not on versions.",
    ),
    workload_aware=False,
)
def ai_inventory_tags(subject: Subject, aws: View) -> Verdict:
    """Agents, guardrails, knowledge bases and their like say whose they are, what data they hold and how they stand.

    Judged is every guardrail, application profile, prompt router, custom or imported model, provisioned throughput,
    agent, flow, prompt, knowledge base and AgentCore runtime, gateway, harness, memory, browser or code interpreter. Passes: every key of `required_tag_keys`
    is there with a value. Fails: one is missing or empty. Not assessed: `required_tag_keys` is empty; each row then
    says which keys the resource carries. Not applicable: no such resource.
    Models and profiles that AWS provides are not yours to tag.

    By hand:

    ```sh
    aws bedrock list-tags-for-resource --resource-arn $ARN
    ```
    """
    tags = subject.about["tags"]
    assert isinstance(tags, dict)
    required = [str(key) for key in aws.parameters.get(_LIST)]
    if not required:
        held = ", ".join(sorted(key for key, value in tags.items() if value.strip())) or "no tag"
        return not_assessed(Why.PARAMETER_MISSING, f"Parameter {_LIST} names no key. It carries {held}")
    missing = [key for key in required if not tags.get(key, "").strip()]
    if missing:
        return failed(f"It lacks {', '.join(missing)}")
    return passed(f"It carries {', '.join(required)}")
