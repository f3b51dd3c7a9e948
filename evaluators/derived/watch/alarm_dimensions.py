"""Whether what an alarm watches can ever have data: metrics that exist, and those AWS documents.

``ListMetrics`` shows what had data in the last two weeks. A metric of failures may never have had any, so the
documented dimensions of a documented metric are accepted too:
https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-runtime-metrics.html
https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-guardrails-cw-metrics.html
"""

from collections.abc import Iterable, Mapping

from assessor.model.operation import Operation
from assessor.model.view import View
from collectors import cloudwatch
from evaluators.derived.watch.alarm_metrics import Dimensions, Watch

READS: tuple[Operation, ...] = (cloudwatch.LIST_METRICS,)

MODELS = "AWS/Bedrock"
GUARDRAILS = "AWS/Bedrock/Guardrails"
EVERY_MODEL = "across all model ids"
"""The value of ModelId, in lower case, under which metrics for all models together are published."""

DELIVERY_FAILURES = {
    "log group": "ModelInvocationLogsCloudWatchDeliveryFailure",
    "bucket": "ModelInvocationLogsS3DeliveryFailure",
    "large bodies": "ModelInvocationLargeDataS3DeliveryFailure",
}
_DELIVERY = frozenset(DELIVERY_FAILURES.values()) | frozenset(
    name.replace("Failure", "Success") for name in DELIVERY_FAILURES.values()
)
_MODEL_METRICS = (
    frozenset(
        {
            "CacheReadInputTokenCount", "CacheWriteInputTokenCount", "EstimatedTPMQuotaUsage", "InputTokenCount",
            "InvocationClientErrors", "InvocationLatency", "InvocationServerErrors", "InvocationThrottles",
            "Invocations", "LegacyModelInvocations", "OutputImageCount", "OutputTokenCount", "TimeToFirstToken",
        }
    )
    | _DELIVERY
)  # fmt: skip
_GUARDRAIL_METRICS = frozenset(
    {
        "InvocationClientErrors", "InvocationLatency", "InvocationServerErrors", "InvocationThrottles",
        "Invocations", "InvocationsIntervened", "TextUnitCount",
    }
)  # fmt: skip
_METRICS: Mapping[str, frozenset[str]] = {MODELS: _MODEL_METRICS, GUARDRAILS: _GUARDRAIL_METRICS}
_SETS: Mapping[str, tuple[frozenset[str], ...]] = {
    MODELS: (
        frozenset(),
        frozenset({"ModelId"}),
        frozenset({"ModelId", "ImageSize", "BucketedStepSize"}),
    ),
    GUARDRAILS: (
        frozenset({"GuardrailArn", "GuardrailVersion"}),
        frozenset({"Operation"}),
        frozenset({"GuardrailContentSource"}),
        frozenset({"GuardrailPolicyType"}),
    ),
}

Metrics = Mapping[tuple[str, str], frozenset[Dimensions]]
"""(namespace, metric) -> the dimension sets that had data."""


def recent_metrics(aws: View) -> Metrics:
    """The Bedrock metrics of this Region that had data in the last two weeks. Raises UnseenError."""
    found: dict[tuple[str, str], set[Dimensions]] = {}
    for item in aws.items(cloudwatch.LIST_METRICS):
        dimensions = frozenset(
            (str(d.get("Name", "")), str(d.get("Value", ""))) for d in item.get("Dimensions") or ()
        )
        key = (str(item.get("Namespace", "")), str(item.get("MetricName", "")))
        found.setdefault(key, set()).add(dimensions)
    return {key: frozenset(sets) for key, sets in found.items()}


def used_models(aws: View) -> tuple[str, ...]:
    """The values of ModelId under which invocations were counted in the last two weeks. Raises UnseenError."""
    return _models(aws.derive(recent_metrics), ("Invocations",))


def _models(metrics: Metrics, names: Iterable[str]) -> tuple[str, ...]:
    found = {
        value
        for name in names
        for dimensions in metrics.get((MODELS, name), ())
        for key, value in dimensions
        if key == "ModelId" and value.lower() != EVERY_MODEL
    }
    return tuple(sorted(found))


def has_data(aws: View, watch: Watch) -> bool:
    """Whether the metric had data in the last two weeks. Raises UnseenError."""
    held = aws.derive(recent_metrics).get((watch.namespace, watch.metric), frozenset())
    if watch.every:
        return any(watch.schema is None or {name for name, _ in sets} == watch.schema for sets in held)
    if watch.schema is not None:
        return any(watch.dimensions <= sets and {name for name, _ in sets} == watch.schema for sets in held)
    return watch.dimensions in held


def blind_because(aws: View, watch: Watch) -> str:
    """Why the metric can never have data, in words; "" where it can, or where its namespace is none of Bedrock's.

    Raises UnseenError where only the listing could tell.
    """
    known = _METRICS.get(watch.namespace)
    if known is None or watch.account not in ("", aws.account_id):
        return ""
    names = watch.schema if watch.schema is not None else frozenset(name for name, _ in watch.dimensions)
    documented = watch.metric in known and (
        names in _SETS[watch.namespace] or (watch.every and watch.schema is None)
    )
    if documented and not _by_model(watch):
        return ""
    if has_data(aws, watch):
        return ""
    if watch.metric not in known:
        return f"{watch.namespace} has no metric {watch.metric}"
    if not documented:
        shown = ", ".join(sorted(names)) or "none"
        return f"{watch.namespace} {watch.metric} is never published with the dimensions {shown}"
    model = watch.value("ModelId") or ""
    seen = _models(aws.derive(recent_metrics), _MODEL_METRICS)
    if not seen or model in seen:
        return ""
    return f"nothing was published under ModelId {model} in the last two weeks, but under {_shown(seen)}"


def _by_model(watch: Watch) -> bool:
    """Whether it turns on the id of one model, which only the listing can confirm."""
    model = watch.value("ModelId")
    return watch.namespace == MODELS and model is not None and model.lower() != EVERY_MODEL


def covers_model(watch: Watch, model: str) -> bool:
    """Whether a watch on a metric of the runtime sees the calls of that model; "" asks for every model."""
    if watch.namespace != MODELS:
        return False
    if watch.every or not watch.dimensions:
        return True
    names = {name for name, _ in watch.dimensions}
    own = watch.value("ModelId") or ""
    if own.lower() == EVERY_MODEL:
        return True
    return bool(model) and names == {"ModelId"} and own == model


def _shown(names: Iterable[str], limit: int = 5) -> str:
    held = list(names)
    more = f" and {len(held) - limit} more" if len(held) > limit else ""
    return ", ".join(held[:limit]) + more
