"""Policy stores of Verified Permissions: which users they know, and whether their policies decide anything.

A store takes the users of a user pool or of another OIDC provider for its own by an identity source. Whether code asks
it, configuration does not tell. https://docs.aws.amazon.com/verifiedpermissions/latest/userguide/identity-sources.html
"""

from collections.abc import Collection, Iterator

from assessor.model.operation import Operation
from assessor.model.path import first, values
from assessor.model.reading import UnseenError, Why
from assessor.model.view import Answer, Gathered, View, gather
from collectors import verifiedpermissions
from evaluators.derived.doors.mechanisms import Mechanism
from evaluators.derived.offered import reached
from evaluators.derived.users import cedar

READS: tuple[Operation, ...] = (
    verifiedpermissions.LIST_POLICY_STORES,
    verifiedpermissions.LIST_IDENTITY_SOURCES,
    verifiedpermissions.GET_POLICY_STORE,
    verifiedpermissions.LIST_POLICIES,
    verifiedpermissions.GET_POLICY,
)

_POOLS = ("configuration.cognitoUserPoolConfiguration.userPoolArn", "details.userPoolArn")
_ISSUERS = ("configuration.openIdConnectConfiguration.issuer",)
_EFFECTS = ("Permit", "Forbid")
_SCOPE = (
    "principal",
    "resource",
    "actions[]",
    "definition.templateLinked.principal",
    "definition.templateLinked.resource",
)


def stores(aws: View) -> Gathered[str]:
    """The ids of the policy stores of the Region; none where the service is not offered."""
    return gather(
        str(store["policyStoreId"])
        for store in reached(aws.items(verifiedpermissions.LIST_POLICY_STORES))
        if store.get("policyStoreId")
    )


def held_for(aws: View, pools: Collection[str], issuers: Collection[str]) -> Iterator[Mechanism]:
    """The stores of every Region of the run that know the users of these pools or issuers, and those that know nobody.

    Raises UnseenError after what could be seen.
    """
    unseen: UnseenError | None = None
    for at in aws.regions():
        found = at.derive(stores)
        unseen = unseen or found.unseen
        for store in found.known:
            try:
                held = _held(at, store, pools, issuers)
            except UnseenError as error:
                unseen = unseen or error
                continue
            if held is not None:
                yield held
    if unseen is not None:
        raise unseen


def _held(aws: View, store: str, pools: Collection[str], issuers: Collection[str]) -> Mechanism | None:
    sources = gather(aws.items(verifiedpermissions.LIST_IDENTITY_SOURCES, policyStoreId=store))
    whom = next((name for source in sources.known for name in _known(source, pools, issuers)), "")
    if not whom:
        if sources.unseen is not None:
            raise sources.unseen
        return (
            None
            if sources.known
            else Mechanism(f"policy store {store} has no identity source", decides=False)
        )
    said = f"policy store {store} knows the users of {whom}"
    answer = aws.get(verifiedpermissions.GET_POLICY_STORE, policyStoreId=store) or {}
    mode = str(first(answer, "validationSettings.mode") or "")
    if mode == "OFF":
        return Mechanism(f"{said}, but validates nothing (mode OFF)", decides=False)
    if mode != "STRICT":
        raise UnseenError(
            Why.LINK_UNKNOWN, f"AWS states validation mode {mode or 'none'} for policy store {store}"
        )
    return _by_policies(aws, store, f"{said} (STRICT")


def _known(source: Answer, pools: Collection[str], issuers: Collection[str]) -> Iterator[str]:
    """Of these pools and issuers the ones that an identity source takes users from, in words."""
    idents = {pool.rpartition("/")[2] for pool in pools}
    for where in _POOLS:
        for arn in values(source, where):
            ident = str(arn).rpartition("/")[2]
            if ident in idents:
                yield f"user pool {ident}"
    for where in _ISSUERS:
        for issuer in values(source, where):
            if str(issuer).rstrip("/") in issuers:
                yield f"issuer {issuer}"


def _by_policies(aws: View, store: str, said: str) -> Mechanism:
    policies = gather(aws.items(verifiedpermissions.LIST_POLICIES, policyStoreId=store))
    forbids = any(policy.get("effect") == "Forbid" for policy in policies.known)
    unscoped = [
        policy for policy in policies.known if not _scoped(policy) and policy.get("effect") != "Forbid"
    ]
    if policies.unseen is not None:
        raise policies.unseen
    if not policies.known:
        return Mechanism(f"{said}), but has no policy", decides=False)
    # What one policy permits, another cannot narrow, unless it forbids.
    unseen: UnseenError | None = None
    for policy in () if forbids else unscoped:
        try:
            if _unconditional(aws, store, policy):
                ident = policy.get("policyId")
                if any(one.get("effect") not in _EFFECTS for one in policies.known):
                    raise _untold(store, "whether a policy forbids something")
                return Mechanism(
                    f"{said}), but policy {ident} permits anybody anything on everything, and none forbids",
                    decides=False,
                )
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen
    number = len(policies.known)
    said = f"{said}, {number} polic{'y' if number == 1 else 'ies'})"
    return Mechanism(said, decides=True, note="That code asks the store is for people to confirm (ATT-3.1)")


def _scoped(policy: Answer) -> bool:
    """Whether the listing names a principal, an action or a resource."""
    return any(True for where in _SCOPE for _ in values(policy, where))


def _unconditional(aws: View, store: str, policy: Answer) -> bool:
    """Whether a policy permits anybody anything, without a condition. Raises UnseenError where that is not told."""
    ident = str(policy.get("policyId") or "")
    text = ""
    if policy.get("policyType") == "STATIC":
        answer = aws.get(verifiedpermissions.GET_POLICY, policyStoreId=store, policyId=ident)
        text = str(first(answer or {}, "definition.static.statement") or "")
    read = cedar.statement(text)
    if read is None:
        raise _untold(store, f"whether policy {ident} has a condition")
    return read.effect == cedar.PERMIT and read.unlimited and not read.resource


def _untold(store: str, what: str) -> UnseenError:
    return UnseenError(Why.UNSUPPORTED_POLICY_CONSTRUCT, f"{what} in policy store {store} cannot be told")
