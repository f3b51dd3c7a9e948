"""How a principal that may do something everywhere is judged: as an administrator, or as one with too wide a policy.

Somebody has to administer an account. Who may, only its owner knows (parameter ``admin_principals``): without the list a
principal whose right comes from ``Action: "*"`` or NotAction is named and not judged. A policy that writes the service's
own actions is no administrator's: it fails with or without the list.
"""

from collections.abc import Iterable

from assessor.iam.universe import Access
from assessor.model.reading import Why
from assessor.model.verdict import Verdict, failed, not_assessed, passed
from assessor.model.view import View
from evaluators.derived.principals.appointed import appointed, entries_of
from evaluators.derived.principals.statements import named, statements_of

PARAMETER = "admin_principals"


def wide(aws: View, access: Access, services: Iterable[str], said: str) -> Verdict:
    """The verdict on a principal that may use an action of ``services`` on everything; ``said`` tells how."""
    entries = entries_of(aws, PARAMETER)
    entry = appointed(access.principal, entries or ())
    if entry:
        return passed(f"{said}; it is an administrator ({PARAMETER} names {entry})")
    meant = named(statements_of(access.principal, access.decision.grants), services)
    if entries is None and not meant:
        return not_assessed(
            Why.PARAMETER_MISSING,
            f"Parameter {PARAMETER} is not set. {said}; its policies allow everything, so it may be an administrator",
        )
    return failed(said)
