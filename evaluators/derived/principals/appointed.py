"""Principals that the owner names in a parameter: administrators, governance, users of an endpoint."""

from collections.abc import Iterable

from assessor.iam.holders import Principal
from assessor.iam.operators import arn_like
from assessor.iam.patterns import glob_matches
from assessor.model.view import View


def appointed(principal: Principal, entries: Iterable[str]) -> str:
    """The entry that names the principal: its ARN or its name, either with wildcards; empty where none does."""
    for entry in entries:
        if entry.startswith("arn:"):
            matches = arn_like(entry).matches(principal.arn)
        else:
            matches = glob_matches(entry, principal.name)
        if matches:
            return entry
    return ""


def entries_of(aws: View, parameter: str) -> list[str] | None:
    """The entries of a parameter; None where the owner has not decided (an empty list is a decision: nobody)."""
    value = aws.parameters.get(parameter)
    return None if value is None else [str(entry) for entry in value]
