"""From the three ways a request can name its target to one: a path, as if every client used the path style."""

from __future__ import annotations

import re
from collections.abc import Mapping

CONTROL_PREFIX = "/v20180820/"
"""The path all S3 Control operations begin with; no bucket can be called that."""
ACCOUNT_HEADER = "x-amz-account-id"

_ABSOLUTE = re.compile(r"https?://([^/?]*)(.*)", re.DOTALL)
_S3_HOST = re.compile(
    r"(?P<bucket>.+?)\.(?:(?:s3[a-z0-9.-]*\.amazonaws\.com(?:\.cn)?)|(?:s3\.)?(?:127\.0\.0\.1|localhost))"
)
_ACCOUNT = re.compile(r"(\d{12})\.")


def path_style(target: str, headers: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """The target as a path, and the headers with the account id S3 Control clients put into the host.

    A proxied request names its host in the target. A virtual-host S3 request names the bucket in the host
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html); botocore does so for AWS's own
    endpoints and for names, but not for an IP address. S3 Control names the account there.
    """
    host = headers.get("host", "")
    absolute = _ABSOLUTE.fullmatch(target)
    if absolute is not None:
        host, target = absolute.groups()
    if not target.startswith("/"):
        target = "/" + target
    if "/s3/aws4_request" not in headers.get("authorization", ""):
        return target, headers
    host = host.partition(":")[0]
    if target.startswith(CONTROL_PREFIX):
        account = _ACCOUNT.match(host)
        if account is not None and ACCOUNT_HEADER not in headers:
            return target, {**headers, ACCOUNT_HEADER: account[1]}
        return target, headers
    bucket = _S3_HOST.fullmatch(host)
    if bucket is not None:
        return f"/{bucket['bucket']}{target}", headers
    return target, headers
