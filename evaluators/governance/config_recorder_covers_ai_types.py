"""GAI-1.01: AWS Config records the AI resource types that exist in the Region."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from assessor.model.control import Level, Subject, control
from assessor.model.operation import Operation
from assessor.model.reading import UnseenError
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from collectors import (
    apigateway,
    apigatewayv2,
    bedrock,
    bedrock_agent,
    bedrock_agentcore_control,
    cognito_identity,
    cognito_idp,
    config,
    kms,
    lambda_,
    naming,
    s3,
    wafv2,
)
from evaluators.derived import activity
from evaluators.derived.activity import active_region, own_tool
from evaluators.derived.offered import offered

_BUCKET = "AWS::S3::Bucket"


def _application(profile: object) -> bool:
    return isinstance(profile, dict) and profile.get("type") == "APPLICATION"


# What AWS Config can record of what such workloads are made of; it knows no type for agents, flows or gateways.
_TYPES: tuple[tuple[str, Operation, Callable[[object], bool] | None], ...] = (
    ("AWS::Bedrock::Guardrail", bedrock.LIST_GUARDRAILS, None),
    ("AWS::Bedrock::KnowledgeBase", bedrock_agent.LIST_KNOWLEDGE_BASES, None),
    ("AWS::Bedrock::Prompt", bedrock_agent.LIST_PROMPTS, None),
    ("AWS::Bedrock::ApplicationInferenceProfile", bedrock.LIST_INFERENCE_PROFILES, _application),
    ("AWS::BedrockAgentCore::Runtime", bedrock_agentcore_control.LIST_AGENT_RUNTIMES, None),
    ("AWS::BedrockAgentCore::BrowserCustom", bedrock_agentcore_control.LIST_BROWSERS, own_tool),
    ("AWS::Lambda::Function", lambda_.LIST_FUNCTIONS, None),
    ("AWS::ApiGateway::RestApi", apigateway.GET_REST_APIS, None),
    ("AWS::ApiGatewayV2::Api", apigatewayv2.GET_APIS, None),
    ("AWS::WAFv2::WebACL", wafv2.LIST_WEB_ACLS, None),
    ("AWS::Cognito::UserPool", cognito_idp.LIST_USER_POOLS, None),
    ("AWS::Cognito::IdentityPool", cognito_identity.LIST_IDENTITY_POOLS, None),
    ("AWS::KMS::Key", kms.LIST_KEYS, None),
)


def _recorders(aws: View) -> Iterator[Mapping[str, Any]]:
    """The account's own recorders: one that a service runs for itself (scope INTERNAL) is none."""
    for recorder in aws.items(config.DESCRIBE_CONFIGURATION_RECORDERS):
        if recorder.get("recordingScope") != "INTERNAL" and not recorder.get("servicePrincipal"):
            yield recorder


def _recorded(recorder: Mapping[str, Any], kind: str) -> bool:
    group = recorder.get("recordingGroup") or {}
    strategy = str((group.get("recordingStrategy") or {}).get("useOnly") or "")
    if strategy == "EXCLUSION_BY_RESOURCE_TYPES":
        return kind not in ((group.get("exclusionByResourceTypes") or {}).get("resourceTypes") or ())
    if strategy == "ALL_SUPPORTED_RESOURCE_TYPES" or group.get("allSupported"):
        return True
    return kind in (group.get("resourceTypes") or ())


def _in_use(aws: View, operation: Operation, counts: Callable[[object], bool] | None) -> bool:
    return any(counts is None or counts(item) for item in offered(aws.items(operation)))


def _bucket_here(aws: View) -> bool:
    """Whether a bucket that the run looked at lives in the Region."""
    return any(
        naming.bucket_region(str(answer.get("LocationConstraint") or "")) == aws.region
        for answer in offered(aws.items(s3.GET_BUCKET_LOCATION, ""))
    )


@control(
    "GAI-1.01",
    slug="config-recorder-covers-ai-types",
    item=Item.GOVERNANCE,
    title="AWS Config records the AI resource types that exist in the Region",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind="AWS::Config::ConfigurationRecorder",
    subjects=active_region,
    reads=(
        config.DESCRIBE_CONFIGURATION_RECORDERS,
        config.DESCRIBE_CONFIGURATION_RECORDER_STATUS,
        *(operation for _, operation, _ in _TYPES),
        s3.GET_BUCKET_LOCATION,
        *activity.READS,
    ),
    when_none=Status.NOT_APPLICABLE,
    none_because="The Region shows no model use.",
    why=("Without recorded configuration history there is no evidence of when a safety setting changed."),
    remediation=(
        "Start a recorder that covers all supported types, or add the missing types to the inclusion list."
    ),
    fix_cli=(
        "aws configservice put-configuration-recorder --configuration-recorder "
        "file://recorder-all-supported.json && aws configservice start-configuration-recorder"
        " --configuration-recorder-name default"
    ),
    answers=("S1.6", "S1.7", "S1.8"),
    frameworks={
        "gensec": ("GENSEC03-BP01",),
        "nist_ai_rmf": ("GOVERN 1.4",),
        "nist_ai_600_1": ("GV-1.5-003",),
        "iso_42001": ("A.6.2.8",),
        "prowler_aisf": ("AISF-GOV-01",),
    },
    parameters=(),
    edge_cases=(
        (
            "A service-linked recorder (recordingScope INTERNAL) is not a customer recorder "
            "and must not count."
        ),
        "Global IAM types are recorded in one Region only; evaluate them once per account.",
        (
            "Config does not support every Bedrock type; only compare against types the "
            "ResourceType enum knows."
        ),
    ),
    workload_aware=False,
)
def config_recorder_covers_ai_types(subject: Subject, aws: View) -> Verdict:
    """AWS Config records every type of resource of the workload that it can, and delivers what it records.

    Judged in each Region in which models are used: the account's own recorder. Passes: it is recording, its last
    delivery did not fail, and its strategy covers every type in use that AWS Config has a type for: guardrails,
    knowledge bases, prompts, application profiles, AgentCore runtimes and browsers, buckets, functions, APIs, web ACLs,
    user pools, identity pools and keys.
    Fails: no recorder, one that is stopped or fails to deliver, or a type in use that it leaves out. A recorder that a
    service runs for itself does not count. Not applicable: no model use in the Region.

    By hand:

    ```sh
    aws configservice describe-configuration-recorders
    aws configservice describe-configuration-recorder-status
    ```
    """
    del subject
    recorders = list(_recorders(aws))
    if not recorders:
        return failed("No configuration recorder of the account's own")
    states = {str(one.get("name")): one for one in aws.items(config.DESCRIBE_CONFIGURATION_RECORDER_STATUS)}
    said = []
    running = []
    for recorder in recorders:
        name = str(recorder.get("name"))
        state = states.get(name, {})
        if not state.get("recording"):
            said.append(f"recorder {name} is stopped")
        elif state.get("lastStatus") == "Failure":
            code = state.get("lastErrorCode")
            said.append(f"recorder {name} fails to deliver" + (f" ({code})" if code else ""))
        else:
            running.append(recorder)
    if not running:
        told = "; ".join(said)
        return failed(told[:1].upper() + told[1:])
    missing: list[str] = []
    unseen: UnseenError | None = None
    looks: list[tuple[str, Callable[[], bool]]] = [
        *((kind, partial(_in_use, aws, operation, counts)) for kind, operation, counts in _TYPES),
        (_BUCKET, partial(_bucket_here, aws)),
    ]
    for kind, in_use in looks:
        if any(_recorded(recorder, kind) for recorder in running):
            continue
        try:
            if in_use():
                missing.append(kind)
        except UnseenError as error:
            unseen = unseen or error
    names = ", ".join(str(recorder.get("name")) for recorder in running)
    if missing:
        return failed(f"Recorder {names} records, but leaves out {', '.join(missing)}, which are in use")
    if unseen is not None:
        raise unseen
    return passed(
        f"Recorder {names} records and delivers, and covers every type in use that AWS Config knows"
    )
