"""What an account shows of the things only its owner can decide: a start for the parameter file.

Nothing here approves anything: it lists what is there, with who or what names it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import unquote

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import UnseenError
from assessor.model.snapshot import GLOBAL, Snapshot
from assessor.model.view import View
from collectors import artifact, bedrock, iam, naming
from evaluators.derived import activity
from evaluators.derived.activity import activity as region_activity
from evaluators.derived.foundation import references
from evaluators.derived.foundation.references import model_references
from evaluators.derived.offered import offered
from evaluators.derived.principals import universe
from evaluators.derived.principals.universe import estate

READS: tuple[Operation, ...] = tuple(
    dict.fromkeys(
        (
            *references.READS,
            *activity.READS,
            *universe.READS,
            bedrock.GET_ACCOUNT_DATA_RETENTION,
            artifact.LIST_CUSTOMER_AGREEMENTS,
        )
    )
)

Entry = tuple[str, str]
Listing = Callable[[View], Iterable[Entry]]
_SHOWN = 3


def inventory(snapshot: Snapshot) -> Mapping[str, tuple[tuple[Entry, ...], str]]:
    """Parameter -> (values with what names them, what could not be seen), over all accounts of a snapshot."""
    return {name: _collected(snapshot, listing) for name, listing in _LISTINGS.items()}


def _collected(snapshot: Snapshot, listing: Listing) -> tuple[tuple[Entry, ...], str]:
    found: dict[str, dict[str, None]] = {}
    unseen: dict[str, None] = {}
    for account in snapshot.run.accounts:
        aws = View(snapshot, account, account.regions[0] if account.regions else GLOBAL)
        try:
            for value, because in listing(aws):
                found.setdefault(value, {})[because] = None
        except UnseenError as error:
            unseen[error.detail] = None
    entries = []
    for value in sorted(found):
        said = list(found[value])
        more = f" and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
        entries.append((value, ", ".join(said[:_SHOWN]) + more))
    return tuple(entries), "; ".join(unseen)


def _in_regions(listing: Listing) -> Listing:
    """The listing in every Region; the first failure is raised after all that was found."""

    def every(aws: View) -> Iterator[Entry]:
        unseen: UnseenError | None = None
        for there in aws.regions():
            try:
                yield from listing(there)
            except UnseenError as error:
                unseen = unseen or error
        if unseen is not None:
            raise unseen

    return every


def _models(aws: View) -> Iterator[Entry]:
    for reference in model_references(aws):
        for name in reference.ids or (reference.named.text,):
            yield name, reference.named.by


def _regions(aws: View) -> Iterator[Entry]:
    if aws.derive(region_activity).active:
        yield aws.region, "in use"
    for reference in model_references(aws):
        for region, _ in reference.models:
            if reference.profile and region:
                yield region, f"a profile of {reference.named.by} routes there"


def _modes(aws: View) -> Iterator[Entry]:
    answer = aws.get(bedrock.GET_ACCOUNT_DATA_RETENTION) or {}
    if answer.get("mode"):
        yield str(answer["mode"]), f"the mode in {aws.region}"


def _may(action: str) -> Listing:
    def listing(aws: View) -> Iterator[Entry]:
        known = estate(aws)
        for access in known.reach(action).everyone():
            yield access.principal.arn, f"may call {action}"
        if known.unseen is not None:
            raise known.unseen

    return listing


def _administrators(aws: View) -> Iterator[Entry]:
    known = estate(aws)
    for principal in known.universe.principals:
        if principal.caller.service_linked:
            continue
        access = known.reach("iam:CreateUser").access(principal)
        model = known.reach("bedrock:InvokeModel").access(principal)
        if access.possible and model.possible:
            yield principal.arn, "may create users and invoke models"
    if known.unseen is not None:
        raise known.unseen


def _trusted(aws: View) -> Iterator[Entry]:
    answer = aws.get(iam.GET_ACCOUNT_AUTHORIZATION_DETAILS) or {}
    for role in values(answer, "RoleDetailList[]"):
        for statement in _statements(role.get("AssumeRolePolicyDocument")):
            principal = statement.get("Principal") if isinstance(statement, dict) else None
            named = principal.get("AWS", ()) if isinstance(principal, dict) else ()
            for text in [named] if isinstance(named, str) else named:
                account = naming.account(str(text)) or (str(text) if str(text).isdecimal() else "")
                if account and account != aws.account_id:
                    yield account, f"role {role.get('RoleName')} trusts it"


def _statements(document: object) -> list[object]:
    """The statements of a policy document, as a mapping or as URL-encoded JSON; none where it is neither."""
    if isinstance(document, str):
        try:
            document = json.loads(unquote(document))
        except ValueError:
            return []
    found = document.get("Statement") if isinstance(document, dict) else None
    return found if isinstance(found, list) else [found]


def _agreements(aws: View) -> Iterator[Entry]:
    for agreement in offered(aws.items(artifact.LIST_CUSTOMER_AGREEMENTS)):
        if agreement.get("state") == "ACTIVE" and agreement.get("name"):
            yield str(agreement["name"]), "active"


_LISTINGS: Mapping[str, Listing] = {
    "approved_models": _in_regions(_models),
    "approved_regions": _in_regions(_regions),
    "allowed_retention_modes": _in_regions(_modes),
    "governance_principals": _may("aws-marketplace:Subscribe"),
    "admin_principals": _administrators,
    "mantle_principals": _may("bedrock-mantle:CreateInference"),
    "trusted_accounts": _trusted,
    "required_agreements": _agreements,
}
