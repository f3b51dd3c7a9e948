"""The models the owner approved: entries of the parameter ``approved_models``."""

from collections.abc import Iterable

from assessor.iam.operators import arn_like
from assessor.iam.patterns import glob_matches
from collectors import naming

PARAMETER = "approved_models"


def approving(entries: Iterable[str], *names: str) -> str:
    """The entry that approves a model by one of its names (id or ARN, either with wildcards); empty where none does.

    An entry that is no ARN is held against the id at the end of an ARN too.
    """
    for entry in entries:
        for name in names:
            if entry.startswith("arn:"):
                if arn_like(entry).matches(name):
                    return entry
            elif glob_matches(entry, name) or glob_matches(entry, naming.last_name(name) or name):
                return entry
    return ""
