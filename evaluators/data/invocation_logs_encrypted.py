"""GAI-5.10: Model-invocation log destinations use customer keys."""

from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_applicable, passed
from assessor.model.view import View
from evaluators.derived.data import bucket_encryption
from evaluators.derived.data.buckets import Bucket
from evaluators.derived.watch import logging
from evaluators.derived.watch.logging import LogGroup


@control(
    "GAI-5.10",
    slug="invocation-logs-encrypted",
    item=Item.DATA,
    title="Model-invocation log destinations use customer keys",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind=logging.LOG_GROUP_KIND,
    subjects=logging.destinations,
    reads=[*logging.DESTINATION_READS, *bucket_encryption.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="Model invocation logging is off in this Region (GAI-7.01).",
    why=(
        "These logs hold every prompt and every answer in clear: whoever gets at the log group or bucket "
        "reads all of it, and with a key of AWS's nothing else stands in the way."
    ),
    remediation="Associate a key of your own with the log group, and set SSE-KMS with it on the buckets.",
    fix_cli="aws logs associate-kms-key --log-group-name $LG --kms-key-id $K",
    answers=("S5.1", "S5.2"),
    frameworks={
        "gensec": ("GENSEC01-BP04",),
        "owasp_llm_2025": ("LLM02",),
        "mitre_atlas": ("AML.M0012",),
        "iso_42001": ("A.6.2.8",),
        "prowler_aisf": ("AISF-AI-05",),
    },
    parameters=("require_cmk",),
    edge_cases=(
        "The search for a log group is by prefix and returns neighbours: only the very name counts.",
        "Three destinations can exist at once; each has its row.",
        "A key associated later does not re-encrypt what is already in the log group.",
        "A Region that does not offer Bedrock has none of this: not applicable.",
    ),
)
def invocation_logs_encrypted(subject: Subject, aws: View) -> Verdict:
    """Whether the places that hold every prompt and answer are encrypted with a key the customer controls.

    One row for each destination: log group, bucket, bucket for large bodies. A log group passes when it has a
    kmsKeyId: CloudWatch Logs takes customer keys only. A bucket passes as in GAI-5.01. With require_cmk false any
    encryption passes, and every log group and bucket has one.

    Fails for a log group without a key and for a bucket encrypted with keys of AWS. Not applicable when logging is
    off, or a destination does not exist (GAI-7.02 fails then).

    By hand:

        aws bedrock get-model-invocation-logging-configuration
        aws logs describe-log-groups --log-group-name-prefix GROUP --query logGroups[].kmsKeyId
        aws s3api get-bucket-encryption --bucket BUCKET
    """
    group, bucket = subject.about.get("group"), subject.about.get("bucket")
    if isinstance(bucket, Bucket):
        return bucket_encryption.bucket_key_verdict(aws, bucket)
    assert isinstance(group, LogGroup)
    found = logging.log_group(aws, group.name)
    if found is None:
        return not_applicable(f"There is no log group {group.name} (GAI-7.02)")
    if found.get("kmsKeyId"):
        return passed(f"Log group {group.name} is encrypted with customer key {found['kmsKeyId']}")
    if not aws.parameters.get("require_cmk"):
        return passed(f"Log group {group.name} is encrypted with a key AWS owns; require_cmk is false")
    return failed(f"Log group {group.name} has no key of yours: it is encrypted with a key AWS owns")
