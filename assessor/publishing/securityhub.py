"""Findings into AWS Security Hub, in batches, with what was refused.

``securityhub:BatchImportFindings`` takes findings of the caller's own account, at most 100 and 6 MB a call, 240 KB each:
https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from assessor.reports.formats.asff import MOST_BYTES, size

MOST_IN_BATCH = 100
MOST_BYTES_IN_BATCH = 6_000_000


class CannotPublishError(Exception):
    """Security Hub cannot be reached or does not take findings. The message is one line, for people."""


class Client(Protocol):
    """What is needed of boto3's client of Security Hub."""

    def batch_import_findings(self, *, Findings: Sequence[dict[str, Any]]) -> Any:  # noqa: N803 - boto3's name
        """Import or update."""


@dataclass(slots=True)
class Outcome:
    """What became of the findings: refused ones with id and reason, too_large ones never sent."""

    sent: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    too_large: list[str] = field(default_factory=list)


def batches(findings: Iterable[dict[str, Any]], too_large: list[str]) -> Iterator[list[dict[str, Any]]]:
    """Batches within the limits; ids of findings that are too large alone go to ``too_large``."""
    batch: list[dict[str, Any]] = []
    total = 0
    for one in findings:
        bytes_of_it = size(one)
        if bytes_of_it > MOST_BYTES:
            too_large.append(one["Id"])
            continue
        if batch and (len(batch) == MOST_IN_BATCH or total + bytes_of_it > MOST_BYTES_IN_BATCH):
            yield batch
            batch, total = [], 0
        batch.append(one)
        total += bytes_of_it
    if batch:
        yield batch


def publish(client: Client, findings: Iterable[dict[str, Any]]) -> Outcome:
    """Import all findings; a refused one does not keep the others out. Raises `CannotPublishError`."""
    from botocore.exceptions import BotoCoreError, ClientError

    outcome = Outcome()
    for batch in batches(findings, outcome.too_large):
        try:
            answer = client.batch_import_findings(Findings=batch)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise CannotPublishError(_explained(code, str(error), outcome.sent)) from error
        except BotoCoreError as error:
            raise CannotPublishError(f"Security Hub cannot be reached: {error}") from error
        failed = answer.get("FailedFindings", [])
        outcome.refused += [
            (str(one.get("Id")), f"{one.get('ErrorCode')}: {one.get('ErrorMessage')}") for one in failed
        ]
        outcome.sent += int(answer.get("SuccessCount", len(batch) - len(failed)))
    return outcome


def _explained(code: str, message: str, sent: int) -> str:
    before = f" {sent} findings were imported before." if sent else ""
    if code in {"AccessDeniedException", "AccessDenied"}:
        return f"not permitted: grant securityhub:BatchImportFindings to the caller.{before}"
    if code == "InvalidAccessException":
        return f"Security Hub is not enabled in this Region: enable it, or name its Region with --region.{before}"
    return f"Security Hub refused: {message}{before}"


def connect(region: str, profile: str) -> tuple[Client, str, str]:
    """A client, the caller's account and the Region. Raises `CannotPublishError`."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        session = boto3.session.Session(profile_name=profile or None, region_name=region or None)
        config = Config(retries={"mode": "standard", "total_max_attempts": 10})
        account = str(session.client("sts", config=config).get_caller_identity()["Account"])
        client: Client = session.client("securityhub", config=config)
    except (BotoCoreError, ClientError) as error:
        raise CannotPublishError(f"Security Hub cannot be reached: {error}") from error
    return client, account, str(session.region_name)
