"""GAI-2.07: Self-deployed, imported and marketplace models carry a recorded source and licence."""

from collections.abc import Iterator, Mapping
from typing import Any

from assessor.model.control import Level, Subject, control
from assessor.model.path import first, values
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_assessed, passed
from assessor.model.view import View
from collectors import bedrock, sagemaker
from evaluators.derived.offered import offered, surely

_ENDPOINT = "AWS::SageMaker::Endpoint"
_IMPORTED = "AWS::Bedrock::ImportedModel"
_MARKETPLACE = "AWS::Bedrock::MarketplaceModelEndpoint"
# Repositories of AWS's serving containers for language models.
_SERVING = ("tgi-inference", "djl-inference", "text-generation", "vllm", "tei-", "-lmi")
_LICENCE = ("license", "licence")
_SOURCE = ("model-source",)
# An endpoint that is being changed goes on serving what it served.
_SERVES = frozenset({"InService", "Updating", "SystemUpdating", "RollingBack", "UpdateRollbackFailed"})


def subjects(aws: View) -> Iterator[Subject]:
    """Every endpoint in service, imported model and marketplace endpoint."""
    unseen: UnseenError | None = None
    marketplace: set[str] = set()
    for operation, kind, name in (
        (bedrock.LIST_MARKETPLACE_MODEL_ENDPOINTS, _MARKETPLACE, "endpointArn"),
        (bedrock.LIST_IMPORTED_MODELS, _IMPORTED, "modelArn"),
        (sagemaker.LIST_ENDPOINTS, _ENDPOINT, "EndpointArn"),
    ):
        try:
            for call, one in offered(aws.items_with_call(operation)):
                arn = str(one.get(name))
                if arn in marketplace or (kind == _ENDPOINT and one.get("EndpointStatus") not in _SERVES):
                    continue
                marketplace.add(arn)
                yield Subject(arn, kind, about={"one": one}, evidence=(call,))
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen


def _tagged(tags: Mapping[str, str]) -> str:
    """What the tags say of licence and source, where they say both."""
    low = {key.lower(): value for key, value in tags.items() if value.strip()}
    licence = next((low[key] for key in _LICENCE if key in low), "")
    source = next((low[key] for key in _SOURCE if key in low), "")
    return f"tagged license {licence}, model-source {source}" if licence and source else ""


def _carded(aws: View, said: str) -> Verdict:
    """The verdict where neither a package nor tags say anything."""
    for card in surely(aws.items(sagemaker.LIST_MODEL_CARDS)):
        if card.get("ModelCardStatus") == "Approved":
            return not_assessed(
                Why.LINK_UNKNOWN,
                f"{said}; an approved model card is there, and AWS does not list which model it is about",
            )
    return failed(f"{said}, and no approved model card is there")


def _models(aws: View, endpoint: str) -> Iterator[Mapping[str, Any]]:
    """What the endpoint runs: the models of its variants and of its inference components, as `DescribeModel` has them."""
    detail = aws.get(sagemaker.DESCRIBE_ENDPOINT, EndpointName=endpoint) or {}
    name = detail.get("EndpointConfigName")
    configuration = (
        (aws.get(sagemaker.DESCRIBE_ENDPOINT_CONFIG, EndpointConfigName=name) or {}) if name else {}
    )
    variants = list(values(configuration, "ProductionVariants[]"))
    named = [str(one["ModelName"]) for one in variants if one.get("ModelName")]
    if len(named) < len(variants) or not variants:
        for component in _components(aws, endpoint):
            specifications = [*values(component, "Specification"), *values(component, "Specifications[]")]
            for one in specifications:
                if one.get("ModelName"):
                    named.append(str(one["ModelName"]))
                elif not one.get("BaseInferenceComponentName"):
                    yield _as_model(component, one)
    for model in dict.fromkeys(named):
        yield aws.get(sagemaker.DESCRIBE_MODEL, ModelName=model) or {}


def _components(aws: View, endpoint: str) -> Iterator[Mapping[str, Any]]:
    for item in aws.items(sagemaker.LIST_INFERENCE_COMPONENTS):
        if item.get("EndpointName") == endpoint:
            name = item.get("InferenceComponentName")
            yield aws.get(sagemaker.DESCRIBE_INFERENCE_COMPONENT, InferenceComponentName=name) or {}


def _as_model(component: Mapping[str, Any], specification: Mapping[str, Any]) -> Mapping[str, Any]:
    """A component that brings its container itself, in the shape of a model."""
    image = first(specification, "Container.DeployedImage.SpecifiedImage")
    return {
        "ModelName": component.get("InferenceComponentName"),
        "ModelArn": component.get("InferenceComponentArn"),
        "PrimaryContainer": {"Image": image} if image else {},
    }


def _of_endpoint(one: Mapping[str, Any], aws: View) -> Verdict:
    models = list(_models(aws, str(one.get("EndpointName"))))
    if not models:
        return not_assessed(
            Why.LINK_UNKNOWN, "The endpoint names no model, and no inference component of it is listed"
        )
    known: list[str] = []
    unsure = ""
    for model in models:
        containers = [*values(model, "PrimaryContainer"), *values(model, "Containers[]")]
        named = f"model {model.get('ModelName')}"
        package = next((str(c["ModelPackageName"]) for c in containers if c.get("ModelPackageName")), "")
        if package:
            known.append(f"{named} comes from {package}")
            continue
        tags: dict[str, str] = {}
        for arn in filter(None, (model.get("ModelArn"), one.get("EndpointArn"))):
            for tag in aws.items(sagemaker.LIST_TAGS, ResourceArn=arn):
                tags.setdefault(str(tag.get("Key")), str(tag.get("Value") or ""))
        told = _tagged(tags)
        if told:
            known.append(f"{named} is {told}")
            continue
        images = [str(c.get("Image") or "") for c in containers]
        if not any(word in image for image in images for word in _SERVING):
            unsure = f"{named} runs {', '.join(images) or 'no image'}, which may not be a generative model"
            continue
        return _carded(aws, f"{named} has no package, no license and model-source tags")
    return not_assessed(Why.LINK_UNKNOWN, unsure) if unsure else passed("; ".join(known))


@control(
    "GAI-2.07",
    slug="self-deployed-model-has-source-record",
    item=Item.LICENCES,
    title="Self-deployed, imported and marketplace models carry a recorded source and licence",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind="AWS::SageMaker::Endpoint",
    subjects=subjects,
    reads=(
        sagemaker.LIST_ENDPOINTS,
        sagemaker.DESCRIBE_ENDPOINT,
        sagemaker.DESCRIBE_ENDPOINT_CONFIG,
        sagemaker.LIST_INFERENCE_COMPONENTS,
        sagemaker.DESCRIBE_INFERENCE_COMPONENT,
        sagemaker.DESCRIBE_MODEL,
        sagemaker.LIST_MODEL_CARDS,
        sagemaker.LIST_TAGS,
        bedrock.LIST_IMPORTED_MODELS,
        bedrock.LIST_MARKETPLACE_MODEL_ENDPOINTS,
        bedrock.LIST_TAGS_FOR_RESOURCE,
    ),
    when_none=Status.NOT_APPLICABLE,
    none_because="No self-deployed model is in service.",
    why="An open-weights licence breach is a legal, not a runtime, exposure.",
    remediation="Create and approve a model card, tag the model.",
    fix_cli=(
        "aws sagemaker add-tags --resource-arn $ARN --tags Key=license,Value=$LICENCE "
        "Key=model-source,Value=$URL"
    ),
    answers=("S2.3", "S2.4"),
    frameworks={
        "owasp_llm_2025": ("LLM03",),
        "nist_ai_600_1": ("GV-1.6-003",),
        "iso_42001": ("A.10.3",),
        "mitre_atlas": ("AML.M0023", "AML.T0010.003"),
        "prowler_aisf": ("AISF-ML-04",),
    },
    parameters=(),
    edge_cases=(
        "JumpStart models show a Marketplace/public-hub model package ARN.",
        "Inference components hide the model: resolve through ListInferenceComponents.",
        "An adapter rests on the model of its base component, which is judged.",
        "An endpoint that is being updated or rolled back serves all the same.",
    ),
    workload_aware=False,
)
def self_deployed_model_has_source_record(subject: Subject, aws: View) -> Verdict:
    """A model the account runs itself has a record of where it comes from and under which licence.

    Judged are SageMaker endpoints that serve (the models of their variants and inference components), imported models and marketplace endpoints. Passes: the model comes from a
    model package or the marketplace, which name source and terms, or the tags `license` and `model-source` are set on it.
    Fails: a generative model with neither, where no model card is approved. Not assessed: a card is approved, and the
    listing does not say for which model; or the container is not one that serves language models, so that the model
    may not be generative. Not applicable: nothing is self-deployed.

    By hand:

    ```sh
    aws sagemaker describe-model --model-name $MODEL
    aws sagemaker list-tags --resource-arn $ARN
    ```
    """
    one = subject.about["one"]
    assert isinstance(one, Mapping)
    if subject.kind == _MARKETPLACE:
        source = str(one.get("modelSourceIdentifier") or "")
        return passed(f"It comes from {source}") if source else _carded(aws, "It names no source")
    if subject.kind == _ENDPOINT:
        return _of_endpoint(one, aws)
    tags = {
        str(tag.get("key")): str(tag.get("value") or "")
        for tag in aws.items(bedrock.LIST_TAGS_FOR_RESOURCE, resourceARN=subject.arn)
    }
    told = _tagged(tags)
    return passed(f"It is {told}") if told else _carded(aws, "It has no license and model-source tags")
