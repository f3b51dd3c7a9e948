"""boto3 clients of a stand-in, and documents of one answer."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from assessor.demo import DEFAULT_ACCOUNT, StandIn
from assessor.demo.answers import access_key_of

REGION = "us-east-1"
ONCE = Config(retries={"total_max_attempts": 1}, inject_host_prefix=False)
SECRET = "stand-in-secret"


def session(account: str = DEFAULT_ACCOUNT, region: str = REGION) -> boto3.Session:
    return boto3.Session(
        aws_access_key_id=access_key_of(account), aws_secret_access_key=SECRET, region_name=region
    )


def client(
    aws: StandIn, service: str, account: str = DEFAULT_ACCOUNT, region: str = REGION, **more: Any
) -> Any:
    return session(account, region).client(service, endpoint_url=aws.endpoint_url, config=ONCE, **more)


def holding(
    service: str, operation: str, answers: Any, region: str = REGION, account: str = DEFAULT_ACCOUNT
) -> dict[str, Any]:
    return {"accounts": {account: {"regions": {region: {service: {operation: answers}}}}}}


def code_of(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])
