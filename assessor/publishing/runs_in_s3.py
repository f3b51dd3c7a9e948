"""The summaries of runs that lie in an S3 bucket, as the nightly run keeps them or as a person copied them there.

Only names and ``summary.json`` files are asked for: ``s3:ListBucket`` and ``s3:GetObject``, with the caller's own
credentials and never with a role of the account that is assessed.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any

from assessor.history.runs import SUMMARY, RunError, RunSummary, parse_summary

SCHEME = "s3://"
REPORTS = "reports/"
"""Where the nightly run keeps what it says of each night; beside it lie findings and snapshots, many of them."""

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_AT_ONCE = 8
_CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "TokenRefreshRequired",
        "RequestExpired",
        "RequestTimeTooSkewed",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidAccessKeyId",
        "AuthFailure",
        "SignatureDoesNotMatch",
    }
)
"""Codes that are about who asks, not about what is asked."""


class NotAnAddressError(ValueError):
    """This is no ``s3://bucket/prefix``. The message is one line, for people."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of a bucket. ``prefix`` ends with a slash, or is empty for the whole bucket."""

    bucket: str
    prefix: str

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.prefix}"

    @classmethod
    def of(cls, address: str) -> "Place":
        """From ``s3://bucket/prefix``. Raises `NotAnAddressError`."""
        bucket, _, prefix = address.removeprefix(SCHEME).partition("/")
        if not address.startswith(SCHEME) or _BUCKET.fullmatch(bucket) is None:
            raise NotAnAddressError(f"{address} names no bucket: write s3://BUCKET or s3://BUCKET/PREFIX")
        folder = prefix.strip("/")
        return cls(bucket, f"{folder}/" if folder else "")


def connect(profile: str = "") -> Any:
    """A client with the credentials of a profile or the environment. Raises `RunError`."""
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    from assessor.collecting.identity import advice
    from assessor.collecting.request import Target
    from assessor.collecting.sessions import CONNECT_TIMEOUT, READ_TIMEOUT, USER_AGENT, Sessions

    try:
        session = Sessions().login(Target(profile=profile))
        config = Config(
            retries={"mode": "standard", "total_max_attempts": 8},
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
            max_pool_connections=_AT_ONCE,
            user_agent=USER_AGENT,
        )
        return session.create_client("s3", config=config)
    except BotoCoreError as error:
        raise RunError(advice(error, profile)) from error


def summaries(s3: Any, place: Place, profile: str = "", since: str = "") -> Iterator[RunSummary]:
    """The runs below a folder, in the order of their names, read a few at a time.

    since: a day (``2026-11-20``); of the nights' layout only later ones are listed. profile: named in advice only.
    Raises `RunError` where the bucket is not there, cannot be read, or holds a summary that is none.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    from assessor.collecting.identity import advice

    def read(key: str) -> RunSummary | None:
        try:
            content = s3.get_object(Bucket=place.bucket, Key=key)["Body"].read()
        except ClientError as error:
            if _code(error) == "NoSuchKey":  # it was removed since it was listed
                return None
            raise
        return parse_summary(content, f"{SCHEME}{place.bucket}/{key}")

    try:
        keys = _keys(s3, place, since)
        with ThreadPoolExecutor(_AT_ONCE) as readers:
            while batch := list(islice(keys, 4 * _AT_ONCE)):
                yield from (one for one in readers.map(read, batch) if one is not None)
    except ClientError as error:
        raise RunError(_refusal(error, place, profile)) from error
    except BotoCoreError as error:
        raise RunError(advice(error, profile)) from error


def _keys(s3: Any, place: Place, since: str) -> Iterator[str]:
    """The names of summaries, page by page; of the nights' layout the reports alone are listed."""
    prefix = place.prefix
    nightly = s3.list_objects_v2(Bucket=place.bucket, Prefix=f"{prefix}{REPORTS}dt=", MaxKeys=1)
    if nightly.get("Contents"):
        prefix += REPORTS
    request = {"Bucket": place.bucket, "Prefix": prefix}
    if since:
        request["StartAfter"] = f"{prefix}dt={since}"
    while True:
        answer = s3.list_objects_v2(**request)
        for one in answer.get("Contents", ()):
            if one["Key"].rpartition("/")[2] == SUMMARY:
                yield one["Key"]
        if not answer.get("IsTruncated"):
            return
        request["ContinuationToken"] = answer["NextContinuationToken"]


def _refusal(error: Any, place: Place, profile: str) -> str:
    from assessor.collecting.errors import readable
    from assessor.collecting.identity import advice

    code = _code(error)
    said = readable(str(error.response.get("Error", {}).get("Message", "")))
    if code in _CREDENTIALS:
        return advice(error, profile)
    if code == "NoSuchBucket":
        return f"There is no bucket named {place.bucket}. Look at the name, or list yours with `aws s3 ls`."
    if code in ("AccessDenied", "AllAccessDisabled", "403"):
        key = ", and kms:Decrypt on the bucket's key" if "kms" in said.lower() else ""
        bucket = f"arn:aws:s3:::{place.bucket}"
        return (
            f"{place} may not be read by these credentials: they need s3:ListBucket on {bucket} and s3:GetObject on "
            f"{bucket}/{place.prefix}*{key}."
        )
    return f"{place} cannot be read ({error.operation_name}): {code}: {said}"


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


__all__ = ["SCHEME", "NotAnAddressError", "Place", "connect", "summaries"]
