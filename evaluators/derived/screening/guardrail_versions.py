"""One guardrail version: how it is named, and what AWS says it is.

Rests on ``GetGuardrail`` and ``ListGuardrails``, which lists working drafts without an identifier and the versions
of one guardrail with it: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetGuardrail.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.reading import Absent, Seen, UnseenError, Why
from assessor.model.snapshot import call_of
from assessor.model.view import Answer, View
from collectors import bedrock

DRAFT = "DRAFT"
"""The version AWS takes where none is named: the working draft, which anybody with UpdateGuardrail changes."""

READS: tuple[Operation, ...] = (
    bedrock.LIST_GUARDRAILS,
    bedrock.LIST_GUARDRAILS_VERSIONS,
    bedrock.GET_GUARDRAIL,
    bedrock.GET_GUARDRAIL_REFERENCED,
)

_FILTERING = frozenset({"READY", "UPDATING", "VERSIONING"})
_POLICIES = (
    "contentPolicy",
    "topicPolicy",
    "wordPolicy",
    "sensitiveInformationPolicy",
    "contextualGroundingPolicy",
    "automatedReasoningPolicy",
)


@dataclass(frozen=True, slots=True, order=True)
class GuardrailVersion:
    """A guardrail's ARN (without version) and the version meant: a number or ``DRAFT``."""

    guardrail: str
    version: str

    @property
    def arn(self) -> str:
        """The ARN with its version, as policies name it; the working draft carries ``DRAFT``."""
        return f"{self.guardrail}:{self.version}"

    @property
    def id(self) -> str:
        """The guardrail's id."""
        return self.guardrail.rpartition("/")[2]

    @property
    def region(self) -> str:
        """The Region it lives in."""
        return _field(self.guardrail, 3)

    @property
    def account(self) -> str:
        """The account that owns it."""
        return _field(self.guardrail, 4)

    @property
    def number(self) -> int:
        """The version as a number; 0 for the working draft."""
        return int(self.version) if self.version.isdecimal() else 0


def _field(arn: str, at: int) -> str:
    return next(iter(arn.split(":")[at : at + 1]), "")


def guardrail_arn(aws: View, identifier: str) -> str:
    """The ARN of a guardrail named by id or ARN; an id names one of the account's own in this Region."""
    if identifier.startswith("arn:"):
        return identifier
    return f"arn:{aws.account.partition}:bedrock:{aws.region}:{aws.account_id}:guardrail/{identifier}"


def written(text: str) -> GuardrailVersion | None:
    """A guardrail as policies write it, ``arn:...:guardrail/id`` with or without ``:version``; None if it is none."""
    parts = text.split(":")
    if len(parts) not in (6, 7) or parts[0] != "arn" or not parts[5].startswith("guardrail/"):
        return None
    return GuardrailVersion(":".join(parts[:6]), parts[6] if len(parts) == 7 and parts[6] else DRAFT)


def definition(aws: View, meant: GuardrailVersion) -> Answer | None:
    """What AWS says this version is, or None when it does not exist.

    Raises UnseenError: CROSS_ACCOUNT where another account owns it and does not let this one read it, LINK_UNKNOWN
    where it lives in a Region that is not part of the run.
    """
    if meant.account != aws.account_id:
        return _foreign(aws, meant)
    if meant.region not in aws.account.regions:
        raise UnseenError(
            Why.LINK_UNKNOWN, f"guardrail {meant.arn} lies in {meant.region}, which is not part of this run"
        )
    home = aws.at(meant.region)
    if meant.version not in versions(home, meant.id):
        return None
    return home.get(bedrock.GET_GUARDRAIL, guardrailIdentifier=meant.id, guardrailVersion=meant.version)


def _foreign(aws: View, meant: GuardrailVersion) -> Answer | None:
    params = {"guardrailIdentifier": meant.guardrail, "guardrailVersion": meant.version}
    operation = bedrock.GET_GUARDRAIL_REFERENCED
    # Only what names it in this account's own configuration is asked about; a policy's text is not.
    if call_of(operation, aws.account_id, aws.region, params) in aws.snapshot.readings:
        reading = aws.read(operation, **params)
        if isinstance(reading, Seen):
            return reading.value
        if isinstance(reading, Absent):
            return None
    raise UnseenError(
        Why.CROSS_ACCOUNT,
        f"guardrail {meant.arn} belongs to account {meant.account}, which does not let this one read it",
    )


def versions(aws: View, guardrail_id: str) -> Iterator[str]:
    """Every version of one of the account's own guardrails, ``DRAFT`` included; none if it does not exist.

    Raises UnseenError after what is known.
    """
    for draft in aws.items(bedrock.LIST_GUARDRAILS):
        if draft.get("id") == guardrail_id:
            for item in aws.items(bedrock.LIST_GUARDRAILS_VERSIONS, guardrailIdentifier=guardrail_id):
                yield str(item.get("version", DRAFT))
            return


def exists(aws: View, meant: GuardrailVersion) -> bool:
    """Whether this version exists. Listing suffices for the account's own; raises UnseenError as `definition`."""
    if meant.account == aws.account_id and meant.region in aws.account.regions:
        return meant.version in versions(aws.at(meant.region), meant.id)
    return definition(aws, meant) is not None


def filters(answer: Answer) -> bool:
    """Whether the version is in a state in which AWS applies it.

    A draft that is being changed or copied to a version keeps working; one that is being created or deleted, or
    that failed, does not.
    """
    return answer.get("status", "READY") in _FILTERING


def policies(answer: Answer) -> tuple[str, ...]:
    """The members of the answer that hold a policy; none means that the guardrail does nothing."""
    return tuple(name for name in _POLICIES if _filled(answer.get(name)))


def _filled(policy: object) -> bool:
    # A tier or a threshold beside an empty list is not a policy.
    return isinstance(policy, dict) and any(isinstance(member, list) and member for member in policy.values())
