"""S3 buckets as the workload names them: where each lives, what it holds, what may be asked of it.

A bucket answers in its own Region, wherever it is named from. GetBucketLocation says which:
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
"""

from collections.abc import Iterable
from dataclasses import dataclass

from assessor.model.control import Subject
from assessor.model.operation import Operation
from assessor.model.reading import Call, UnseenError, Why
from assessor.model.view import Answer, View
from collectors import naming, s3

KIND = "AWS::S3::Bucket"
READS: tuple[Operation, ...] = (s3.GET_BUCKET_LOCATION,)


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that reads from or writes to a bucket.

    what: in words (``source of data source DS1 of knowledge base KB1``).
    prefixes: the key prefixes it touches; ("",) for the whole bucket.
    owner: the account the configuration says the bucket belongs to, "" where it does not say.
    """

    what: str
    prefixes: tuple[str, ...] = ("",)
    owner: str = ""
    evidence: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket and everything known to use it."""

    name: str
    arn: str
    uses: tuple[Use, ...] = ()

    @property
    def owner(self) -> str:
        """The account the configuration says it belongs to, "" where none says so."""
        return next((use.owner for use in self.uses if use.owner), "")

    @property
    def what(self) -> str:
        """The bucket and what it is used for, in words; the first few uses where there are many."""
        shown = [use.what for use in self.uses[:3]]
        if len(self.uses) > len(shown):
            shown.append(f"{len(self.uses) - len(shown)} more uses")
        return f"bucket {self.name} ({', '.join(shown)})" if shown else f"bucket {self.name}"

    @property
    def evidence(self) -> tuple[Call, ...]:
        """The calls that named it."""
        return tuple(dict.fromkeys(call for use in self.uses for call in use.evidence))


def bucket_arn(aws: View, name: str) -> str:
    """The ARN of a bucket in the account's partition."""
    return f"arn:{aws.account.partition}:s3:::{name}"


def merged(aws: View, found: Iterable[tuple[str, Use]]) -> list[Bucket]:
    """The buckets named, each once with all its uses, in the order they were found."""
    uses: dict[str, list[Use]] = {}
    for name, use in found:
        uses.setdefault(name, []).append(use)
    return [Bucket(name, bucket_arn(aws, name), tuple(dict.fromkeys(held))) for name, held in uses.items()]


def home(aws: View, bucket: Bucket) -> View | None:
    """A view in the Region the bucket lives in; None when there is no such bucket.

    Raises UnseenError, with CROSS_ACCOUNT where the bucket belongs to another account that does not let us look.
    """
    answer = ask(aws, bucket, s3.GET_BUCKET_LOCATION)
    if answer is None:
        return None
    return aws.at(naming.bucket_region(str(answer.get("LocationConstraint") or "")) or aws.region)


def ask(aws: View, bucket: Bucket, operation: Operation) -> Answer | None:
    """The answer of an operation about the bucket, None where it has no such configuration. Raises UnseenError."""
    try:
        return aws.get(operation, Bucket=bucket.name)
    except UnseenError as error:
        if error.why is Why.DENIED and bucket.owner not in ("", aws.account_id):
            said = (
                f"bucket {bucket.name} belongs to account {bucket.owner}, which does not let this caller look"
            )
            raise UnseenError(Why.CROSS_ACCOUNT, f"{said}: {error.detail}", "", error.call) from error
        raise


def subject(aws: View, bucket: Bucket) -> Subject:
    """The bucket as something to ask about. Its row carries its own Region, as far as that can be seen."""
    try:
        at = home(aws, bucket)
    except UnseenError:
        at = None
    region = aws.region if at is None else at.region
    return Subject(
        bucket.arn,
        KIND,
        region=region,
        about={"bucket": bucket},
        evidence=bucket.evidence,
    )
