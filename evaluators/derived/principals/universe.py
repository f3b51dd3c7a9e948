"""Who can do what in this account: its users and roles with every policy that binds them, built once for all controls.

Rests on ``GetAccountAuthorizationDetails``, and on the service control policies above the account: as Organizations
gives them, or as the owner hands them over (parameter ``scp_files``). Where there may be some that nobody showed us,
answers are "before SCP": more may be said to be allowed than is, never less.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from assessor.iam.build import build_universe
from assessor.iam.conditions import Missing, Values
from assessor.iam.evaluate import bound_by_rcps
from assessor.iam.holders import Principal
from assessor.iam.universe import Universe
from assessor.model.operation import Operation
from assessor.model.reading import Call, Seen, Unseen, UnseenError, Why
from assessor.model.view import View, unseen_error
from collectors import iam
from evaluators.derived.principals import organization
from evaluators.derived.principals.circumstances import OrdinaryUniverse, ordinary, pinned
from evaluators.derived.principals.organization import Bounds
from evaluators.derived.principals.reach import Reach, reach

READS: tuple[Operation, ...] = (iam.GET_ACCOUNT_AUTHORIZATION_DETAILS, *organization.READS)

_LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


@dataclass(frozen=True)
class Estate:
    """The principals of an account, as far as they are known.

    unseen: why the crawl is not complete, None when it is. What a known principal may do holds all the same: where
    it depends on a document that is missing, the universe says UNSUPPORTED.
    evidence: the crawl, and the calls that gave the service control policies.
    ordinary: the same principals, every request an ordinary one.
    """

    universe: Universe
    unseen: UnseenError | None
    evidence: tuple[Call, ...]
    bounds: Bounds
    ordinary: OrdinaryUniverse
    regions: tuple[str, ...]
    _reaches: dict[str, Reach] = field(default_factory=dict, repr=False, compare=False)

    @property
    def before_scp(self) -> str:
        """``(before SCP)`` where service control policies may bind the account and could not all be read, else empty.

        Raises UnseenError where only some of them were refused: the organization layer may be left out, but not half.
        """
        if self.bounds.hidden is not None:
            raise self.bounds.hidden
        return "" if self.bounds.complete else "(before SCP)"

    def marked(self, text: str) -> str:
        """The text, with `before_scp` behind it. Raises UnseenError as that does."""
        return f"{text} {self.before_scp}".rstrip()

    def before(self, action: str) -> str:
        """As `before_scp`, for an action on which resource control policies may act too."""
        rcp = self.bounds.ceiling.before if bound_by_rcps(action) else ""
        return " ".join(filter(None, (self.before_scp, rcp)))

    @property
    def scp_unread(self) -> bool:
        """Whether the account may be a member of an organization, and its policies could not all be read.

        Unless AWS told of no organization, where it was asked: then the layer is left out and the answer says so.
        """
        return not self.bounds.complete and (bool(self.bounds.organization) or not self.bounds.asked)

    def reach(self, action: str) -> Reach:
        """Every principal against everything worth asking about with one action; made once for all controls."""
        found = self._reaches.get(action)
        if found is None:
            found = self._reaches[action] = reach(self.universe, action, self.regions)
        return found

    def ordinary_reach(self, action: str) -> Reach:
        """As `reach`, for ordinary requests: what is possible here no condition really restricts."""
        return self._under(action, "ordinary", lambda: self.ordinary)

    def reach_with(self, action: str, key: str, value: Values | Missing) -> Reach:
        """As `reach`, with one condition key fixed in every request."""
        return self._under(action, f"{key} {value}", lambda: pinned(self.universe, {key: value}))

    def _under(self, action: str, name: str, circumstances: Callable[[], Universe]) -> Reach:
        key = f"{action} {name}"
        found = self._reaches.get(key)
        if found is None:
            found = self._reaches[key] = self.reach(action).under(circumstances())
        return found

    def undecidable(self, what: str, principal: Principal | None = None) -> UnseenError:
        """What to raise where an answer depends on a policy that cannot be judged: ``what`` depends on it.

        With the principal whose policy it is, the message says which part of which policy.
        """
        where = principal.unjudged if principal is not None else ()
        which = f": {where[0]}" if where else ""
        more = f" (and {len(where) - 1} more)" if len(where) > 1 else ""
        return UnseenError(
            Why.UNSUPPORTED_POLICY_CONSTRUCT,
            f"{what} depends on a policy that could not be judged{which}{more}",
            call=self.evidence[0],
        )


def estate(aws: View) -> Estate:
    """The account's principals; the calls they rest on become evidence of whoever asks. Never raises."""
    found = aws.whole(_built)
    aws.trail.extend(found.evidence)
    return found


def _built(aws: View) -> Estate:
    operation = iam.GET_ACCOUNT_AUTHORIZATION_DETAILS
    reading = aws.read(operation)
    call = aws.trail[-1]
    details: dict[str, object] = {}
    unseen: UnseenError | None = None
    if isinstance(reading, Seen):
        details = {name: reading.value.get(name) or [] for name in _LISTS}
    elif isinstance(reading, Unseen):
        unseen = unseen_error(reading, operation, call)
        details = dict(reading.partial or {})
    bounds = aws.whole(organization.bounds)
    universe = build_universe(
        details,
        account=aws.account_id,
        scps=bounds.scps,
        rcps=bounds.ceiling.levels,
        org=bounds.organization,
        partition=aws.account.partition,
        management=bounds.management,
    )
    return Estate(
        universe,
        unseen,
        (call, *bounds.evidence),
        bounds,
        ordinary(universe, aws.now),
        aws.account.regions,
    )
