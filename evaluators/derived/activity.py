"""Is generative AI in use in this Region? Active, inactive by probes that were answered, or unknown.

Rests on the listings named in `SOURCES`, on CloudWatch ``ListMetrics`` for ``AWS/Bedrock`` (it lists metrics that had
data in the last two weeks), and on functions whose role may invoke a model. A Region in which every probe was refused
is unknown, never inactive.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assessor.model.control import Subject
from assessor.model.operation import Operation
from assessor.model.reading import UnseenError, Why
from assessor.model.view import View
from collectors import bedrock, bedrock_agent, bedrock_agentcore_control, cloudwatch, ec2
from evaluators.derived.compute import invokers
from evaluators.derived.compute.invokers import invoking_function


@dataclass(frozen=True, slots=True)
class Activity:
    """Whether the Region uses models, and the fact that says so."""

    active: bool
    because: str


def _every_item(item: object) -> bool:
    return item is not None


def _application_profile(item: object) -> bool:
    return isinstance(item, dict) and item.get("type") == "APPLICATION"


def _bedrock_endpoint(item: object) -> bool:
    """An interface endpoint of a Bedrock plane, in whatever state: somebody meant to call models from here."""
    if not isinstance(item, dict) or str(item.get("VpcEndpointType", "")).lower() != "interface":
        return False
    plane = str(item.get("ServiceName", "")).rpartition(".")[2]
    return plane.startswith("bedrock")


def own_tool(item: object) -> bool:
    """A browser or code interpreter of the account: those AWS provides are listed in every account."""
    if not isinstance(item, dict):
        return False
    arn = str(item.get("browserArn") or item.get("codeInterpreterArn") or "")
    return ":aws:browser/" not in arn and ":aws:code-interpreter/" not in arn


def _invocations(item: object) -> bool:
    return isinstance(item, dict) and item.get("MetricName") == "Invocations"


SOURCES: tuple[tuple[Operation, str, Callable[[object], bool]], ...] = (
    (bedrock.LIST_GUARDRAILS, "a guardrail", _every_item),
    (bedrock_agent.LIST_AGENTS, "an agent", _every_item),
    (bedrock_agent.LIST_KNOWLEDGE_BASES, "a knowledge base", _every_item),
    (bedrock_agent.LIST_FLOWS, "a flow", _every_item),
    (bedrock.LIST_CUSTOM_MODELS, "a custom model", _every_item),
    (bedrock.LIST_IMPORTED_MODELS, "an imported model", _every_item),
    (bedrock.LIST_PROVISIONED_MODEL_THROUGHPUTS, "provisioned throughput", _every_item),
    (bedrock.LIST_INFERENCE_PROFILES, "an application inference profile", _application_profile),
    (bedrock.LIST_ENFORCED_GUARDRAILS_CONFIGURATION, "an enforced guardrail", _every_item),
    (bedrock_agentcore_control.LIST_AGENT_RUNTIMES, "an AgentCore runtime", _every_item),
    (bedrock_agentcore_control.LIST_GATEWAYS, "an AgentCore gateway", _every_item),
    (bedrock_agentcore_control.LIST_HARNESSES, "an AgentCore harness", _every_item),
    (bedrock_agentcore_control.LIST_MEMORIES, "an AgentCore memory", _every_item),
    (bedrock_agentcore_control.LIST_CODE_INTERPRETERS, "an AgentCore code interpreter", own_tool),
    (bedrock_agentcore_control.LIST_BROWSERS, "an AgentCore browser", own_tool),
    (ec2.DESCRIBE_VPC_ENDPOINTS, "a Bedrock interface endpoint", _bedrock_endpoint),
    (cloudwatch.LIST_METRICS, "AWS/Bedrock Invocations metrics", _invocations),
)

READS: tuple[Operation, ...] = (*(operation for operation, _, _ in SOURCES), *invokers.READS)


def activity(aws: View) -> Activity:
    """Active at the first sign of use; inactive when every probe answered with nothing. Raises UnseenError.

    A probe whose service is not offered in the Region found nothing to see there; it counts as answered as
    long as another probe really answered.
    """
    unseen: UnseenError | None = None
    unsupported: UnseenError | None = None
    answered = 0
    for operation, what, counts in SOURCES:
        try:
            if any(counts(item) for item in aws.items(operation)):
                return Activity(True, f"{what} is there")
            answered += 1
        except UnseenError as error:
            if error.why is Why.UNSUPPORTED:
                unsupported = unsupported or error
            else:
                unseen = unseen or error
    try:
        function = aws.derive(invoking_function)
    except UnseenError as error:
        function, unseen = "", unseen or error
    if function:
        return Activity(True, f"{function} is there")
    if unseen is not None:
        raise UnseenError(
            unseen.why, f"whether the Region is in use is unknown: {unseen.detail}", unseen.grant, unseen.call
        )
    if not answered and unsupported is not None:
        raise unsupported
    return Activity(False, "every probe answered and none shows model use")


def active_region(aws: View) -> Iterator[Subject]:
    """One subject, the account in this Region, if the Region is active; none if it is not. Raises UnseenError."""
    found = aws.derive(activity)
    if found.active:
        yield Subject(aws.root_arn, "AWS::::Account", about={"because": found.because})
