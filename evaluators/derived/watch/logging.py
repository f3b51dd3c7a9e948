"""Model invocation logging: whether it is on in a Region, what it delivers and where to.

Rests on ``GetModelInvocationLoggingConfiguration``: an answer without ``loggingConfig`` means that it is off.
https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from assessor.model.control import Subject
from assessor.model.operation import Operation
from assessor.model.path import first
from assessor.model.reading import Call
from assessor.model.snapshot import call_of
from assessor.model.view import Answer, View
from collectors import bedrock, logs, naming
from evaluators.derived.data import buckets
from evaluators.derived.data.buckets import Bucket, Use
from evaluators.derived.offered import offered

READS: tuple[Operation, ...] = (bedrock.GET_MODEL_INVOCATION_LOGGING_CONFIGURATION,)
DESTINATION_READS: tuple[Operation, ...] = (*READS, logs.DESCRIBE_LOG_GROUPS, *buckets.READS)

LOG_GROUP_KIND = "AWS::Logs::LogGroup"
MODALITIES = ("text", "image", "embedding", "video", "audio")
RECORDS = "records"
LARGE = "large bodies"


@dataclass(frozen=True, slots=True)
class LogGroup:
    """The log group that gets the records, and the role that writes them."""

    name: str
    arn: str
    role_arn: str


@dataclass(frozen=True, slots=True)
class Logging:
    """Invocation logging of one Region.

    delivers: modality -> whether it is delivered; a modality that the answer does not mention is left out.
    buckets: the S3 destination and the one for bodies too large for the log group, by what they get; one bucket
        may be both.
    """

    group: LogGroup | None = None
    buckets: tuple[Bucket, ...] = ()
    delivers: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    large_bodies: str = ""
    records: str = ""
    evidence: tuple[Call, ...] = ()

    @property
    def on(self) -> bool:
        """Whether records go anywhere: a bucket for large bodies alone holds none."""
        return self.group is not None or bool(self.records)

    @property
    def what(self) -> str:
        """Where records go, in words."""
        parts = [f"log group {self.group.name}"] if self.group is not None else []
        parts += [f"bucket {self.records}"] if self.records else []
        parts += [f"bucket {self.large_bodies} for large bodies"] if self.large_bodies else []
        return ", ".join(parts)


def invocation_logging(aws: View) -> Logging:
    """Invocation logging of this Region. Raises UnseenError."""
    operation = bedrock.GET_MODEL_INVOCATION_LOGGING_CONFIGURATION
    answer = aws.get(operation) or {}
    evidence = (call_of(operation, aws.account_id, aws.region, {}),)
    config = answer.get("loggingConfig")
    if not isinstance(config, dict):
        return Logging(evidence=evidence)
    records = str(first(config, "s3Config.bucketName") or "")
    large = str(first(config, "cloudWatchConfig.largeDataDeliveryS3Config.bucketName") or "")
    delivers = {
        modality: config[f"{modality}DataDeliveryEnabled"]
        for modality in MODALITIES
        if isinstance(config.get(f"{modality}DataDeliveryEnabled"), bool)
    }
    return Logging(
        group=_group(aws, config),
        buckets=tuple(buckets.merged(aws, _uses(aws, config, evidence))),
        delivers=MappingProxyType(delivers),
        large_bodies=large,
        records=records,
        evidence=evidence,
    )


def _group(aws: View, config: Answer) -> LogGroup | None:
    named = str(first(config, "cloudWatchConfig.logGroupName") or "")
    if not named:
        return None
    name = naming.log_group(named) or named
    arn = f"arn:{aws.account.partition}:logs:{aws.region}:{aws.account_id}:log-group:{name}"
    return LogGroup(name, arn, str(first(config, "cloudWatchConfig.roleArn") or ""))


def _uses(aws: View, config: Answer, evidence: tuple[Call, ...]) -> Iterator[tuple[str, Use]]:
    for path, what in (("s3Config", RECORDS), ("cloudWatchConfig.largeDataDeliveryS3Config", LARGE)):
        place = first(config, path)
        if isinstance(place, dict) and place.get("bucketName"):
            prefix = str(place.get("keyPrefix") or "").strip("/")
            written = f"{prefix}/" if prefix else ""
            # Bedrock puts every object below this prefix (see the bucket policy in the page above).
            written += f"AWSLogs/{aws.account_id}/BedrockModelInvocationLogs/"
            yield str(place["bucketName"]), Use(f"invocation log {what}", (written,), evidence=evidence)


def destinations(aws: View) -> Iterator[Subject]:
    """The destinations in use in this Region, one subject each; none when logging is off. Raises UnseenError.

    Where Bedrock is not offered nothing is logged. ``about`` holds ``group`` (a `LogGroup`) or ``bucket`` (a
    `Bucket`), and ``logging`` (the `Logging`).
    """
    return offered(_destinations(aws))


def _destinations(aws: View) -> Iterator[Subject]:
    logging = aws.derive(invocation_logging)
    if not logging.on:
        return
    if logging.group is not None:
        about = {"group": logging.group, "logging": logging}
        yield Subject(logging.group.arn, LOG_GROUP_KIND, about=about, evidence=logging.evidence)
    for bucket in logging.buckets:
        subject = buckets.subject(aws, bucket)
        about = {**subject.about, "logging": logging}
        yield Subject(
            subject.arn, subject.kind, subject.key, subject.region, MappingProxyType(about), subject.evidence
        )


def log_group(aws: View, name: str) -> Answer | None:
    """What CloudWatch Logs says of the log group of that very name; None when there is none. Raises UnseenError.

    The search is by prefix and returns neighbours too.
    """
    for group in aws.items(logs.DESCRIBE_LOG_GROUPS, logGroupNamePrefix=name):
        if group.get("logGroupName") == name:
            return group if isinstance(group, dict) else None
    return None
