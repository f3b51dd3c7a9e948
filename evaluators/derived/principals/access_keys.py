"""The access keys of IAM users: long-lived credentials that whoever finds them can use from anywhere.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.reading import Call
from assessor.model.view import Gathered, View, gather
from collectors import iam

READS: tuple[Operation, ...] = (iam.LIST_ACCESS_KEYS,)


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An active access key. created: ISO 8601 time, "" where AWS gives none."""

    user: str
    id: str
    created: str
    evidence: Call


def active_keys(aws: View) -> Gathered[AccessKey]:
    """The active access keys of every user; what could not be read is raised after them. Its calls are evidence."""
    return aws.derive(_all)


def _all(aws: View) -> Gathered[AccessKey]:
    return gather(_listed(aws))


def _listed(aws: View) -> Iterator[AccessKey]:
    for call, key in aws.items_with_call(iam.LIST_ACCESS_KEYS):
        if key.get("Status") == "Active":
            yield AccessKey(
                str(key.get("UserName") or call.request.get("UserName", "")),
                str(key.get("AccessKeyId", "")),
                str(key.get("CreateDate") or ""),
                call,
            )
