"""Findings into AWS Security Hub, in batches, with what was refused.

``securityhub:BatchImportFindings`` takes findings of the caller's own account, at most 100 and 6 MB a call, 240 KB each:
https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html. An administrator of Security Hub
cannot import for its members: the credentials have to be those of the account that a finding is about.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from assessor.reports.formats.asff import MOST_BYTES, size

MOST_IN_BATCH = 100
MOST_BYTES_IN_BATCH = 6_000_000

_ATTEMPTS = 3
_BACKOFF = 3.0
"""Seconds that botocore waits between so many attempts, at most (one, then two)."""
_SHARE = 8
"""A request may wait for an eighth of the time that is left; three attempts then fit into it."""
_READ, _CONNECT, _LEAST = 10.0, 3.0, 1.0


class CannotPublishError(Exception):
    """Security Hub cannot be reached or does not take findings. The message is one line, for people."""


class Client(Protocol):
    """What is needed of boto3's client of Security Hub."""

    def batch_import_findings(self, *, Findings: Sequence[Mapping[str, Any]]) -> Any:  # noqa: N803 - boto3's name
        """Import or update."""


@dataclass(slots=True)
class Outcome:
    """What became of the findings: refused ones with id and reason, too_large and late ones never sent.

    error: what ended the import, "" where nothing did; late holds the ids of what it kept back.
    """

    sent: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    too_large: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    error: str = ""

    @property
    def lost(self) -> frozenset[str]:
        """Ids of all that did not arrive."""
        return frozenset((*(ident for ident, _ in self.refused), *self.too_large, *self.late))


def batches(findings: Iterable[Mapping[str, Any]], too_large: list[str]) -> Iterator[list[Mapping[str, Any]]]:
    """Batches within the limits; ids of findings that are too large alone go to ``too_large``."""
    batch: list[Mapping[str, Any]] = []
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


def attempt(
    client: Client, findings: Iterable[Mapping[str, Any]], in_time: Callable[[], bool] = lambda: True
) -> Outcome:
    """Import all findings; what goes wrong is in the outcome. A refused finding does not keep the others out.

    in_time: whether another batch may be sent; asked before each.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    outcome = Outcome()
    for batch in batches(findings, outcome.too_large):
        idents = [str(one["Id"]) for one in batch]
        if not outcome.error and not in_time():
            outcome.error = f"the time was over; {outcome.sent} findings were imported before"
        if outcome.error:
            outcome.late += idents
            continue
        try:
            answer = client.batch_import_findings(Findings=batch)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            outcome.error = _explained(code, str(error), outcome.sent)
            outcome.late += idents
            continue
        except BotoCoreError as error:
            outcome.error = f"Security Hub cannot be reached: {error}"
            outcome.late += idents
            continue
        failed = answer.get("FailedFindings", [])
        outcome.refused += [
            (str(one.get("Id")), f"{one.get('ErrorCode')}: {one.get('ErrorMessage')}") for one in failed
        ]
        outcome.sent += int(answer.get("SuccessCount", len(batch) - len(failed)))
    return outcome


def publish(client: Client, findings: Iterable[Mapping[str, Any]]) -> Outcome:
    """Import all findings; a refused one does not keep the others out. Raises `CannotPublishError`."""
    outcome = attempt(client, findings)
    if outcome.error:
        raise CannotPublishError(outcome.error)
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


@dataclass(frozen=True, slots=True)
class Sender:
    """Who imports: with the credentials at hand, or with those of a role. endpoint: of STS, for stand-ins."""

    role_arn: str = ""
    external_id: str = ""
    session_name: str = "genai-readiness-assessor"
    endpoint: str = ""


def most_seconds(left: float) -> float:
    """What one request may take at most, repeated as often as it is, when so many seconds are left."""
    return _ATTEMPTS * (_read(left) + _connect(left)) + _BACKOFF


def client_for(sender: Sender, region: str, left: float) -> Client:
    """A client that takes no longer over a request than `most_seconds` says. Raises `CannotPublishError`.

    A role is assumed here and now, which takes as long as another request may.
    """
    import botocore.session
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    config = Config(
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        connect_timeout=_connect(left),
        read_timeout=_read(left),
    )
    session: Any = botocore.session.Session()  # its clients have the methods of their services
    try:
        given: dict[str, str] = {}
        if sender.role_arn:
            request = {"RoleArn": sender.role_arn, "RoleSessionName": sender.session_name}
            if sender.external_id:
                request["ExternalId"] = sender.external_id
            sts = session.create_client("sts", config=config, endpoint_url=sender.endpoint or None)
            granted = sts.assume_role(**request)["Credentials"]
            given = {
                "aws_access_key_id": granted["AccessKeyId"],
                "aws_secret_access_key": granted["SecretAccessKey"],
                "aws_session_token": granted["SessionToken"],
            }
        client: Client = session.create_client("securityhub", region_name=region, config=config, **given)
    except (BotoCoreError, ClientError) as error:
        raise CannotPublishError(f"Security Hub cannot be reached: {error}") from error
    return client


def _read(left: float) -> float:
    return max(_LEAST, min(_READ, left / _SHARE))


def _connect(left: float) -> float:
    return min(_CONNECT, _read(left))
