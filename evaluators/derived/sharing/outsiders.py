"""Whom a resource's policy lets in from outside the account, told apart by whether the owner trusts them.

`assessor.iam.exposure` finds the ways in; here each is weighed: this account's own organization is trusted, other
accounts and organizations are when ``trusted_accounts`` names them. Where that list is not set nobody can tell.

Resource control policies of the organization keep out whom a policy lets in, on the services they act on. Whom they
keep out is told beside those who get in. Where they could not all be read an opening stands "before RCP".
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from assessor.iam.evaluate import bound_by_rcps
from assessor.iam.exposure import Exposure, Level, Opening, Setting, exposure, kept_out_by, refusals
from assessor.iam.policy import Effect, Policy, StatementRef, Use, parse_policy
from assessor.iam.principals import Kind
from assessor.iam.request import arn_field
from assessor.iam.strangers import MEMBER
from assessor.model.operation import Operation
from assessor.model.path import first
from assessor.model.reading import Absent, Seen, Unseen, UnseenError, Why
from assessor.model.view import View, unseen_error
from collectors import organizations
from evaluators.derived.principals import organization
from evaluators.derived.principals.appointed import entries_of
from evaluators.derived.principals.organization import Ceiling
from evaluators.derived.principals.statements import listed
from evaluators.derived.sharing.service_sources import foreign_sources

READS: tuple[Operation, ...] = organization.READS
TRUSTED = "trusted_accounts"

_WORDS = {
    Level.ACCOUNT: "account",
    Level.SERVICE: "service",
    Level.FEDERATED: "identity provider",
    Level.ORG: "organization",
}
_ACTIONS_NAMED = 3


@dataclass(frozen=True, slots=True)
class Outsiders:
    """The ways in through one policy.

    anyone: people nobody has named. addresses: anyone, from certain addresses. strangers: accounts and organizations
    that the owner does not trust. undecided: those of which he has not said so. trusted: those he does, and his own
    organization. services: AWS services that may be made to act for somebody else. providers: identity providers that
    are not the account's own.
    unseen: why the policy may be more open than shown. kept_out: whom the policy would let in and resource control
    policies keep out. refused: that in words, empty where there is nobody.
    """

    what: str
    anyone: tuple[Opening, ...] = ()
    addresses: tuple[Opening, ...] = ()
    strangers: tuple[Opening, ...] = ()
    undecided: tuple[Opening, ...] = ()
    trusted: tuple[Opening, ...] = ()
    services: tuple[Opening, ...] = ()
    providers: tuple[Opening, ...] = ()
    unseen: UnseenError | None = None
    kept_out: tuple[Opening, ...] = ()
    refused: str = ""

    def settled(self) -> None:
        """Raise the UnseenError for what could not be told, the unreadable before the undecided."""
        if self.unseen is not None:
            raise self.unseen
        if self.undecided:
            raise UnseenError(
                Why.PARAMETER_MISSING,
                f"parameter {TRUSTED} is not set; {self.what} admits {said(self.undecided)}",
            )

    @property
    def everyone(self) -> tuple[Opening, ...]:
        """Every way in for people and accounts; services and identity providers apart."""
        return (*self.anyone, *self.addresses, *self.strangers, *self.undecided, *self.trusted)

    def only(self, kept: Callable[[Opening], bool]) -> "Outsiders":
        """The same without the openings that are not kept."""
        return self._mapped(lambda openings: tuple(filter(kept, openings)))

    def doing(self, counts: Callable[[str], bool]) -> "Outsiders":
        """The same for some actions; openings that allow none of them fall away."""

        def narrowed(openings: tuple[Opening, ...]) -> tuple[Opening, ...]:
            left = (replace(one, actions=tuple(filter(counts, one.actions))) for one in openings)
            return tuple(one for one in left if one.actions)

        return self._mapped(narrowed)

    def _mapped(self, change: Callable[[tuple[Opening, ...]], tuple[Opening, ...]]) -> "Outsiders":
        return Outsiders(
            self.what,
            change(self.anyone),
            change(self.addresses),
            change(self.strangers),
            change(self.undecided),
            change(self.trusted),
            change(self.services),
            change(self.providers),
            unseen=self.unseen,
            kept_out=change(self.kept_out),
            refused=self.refused if change(self.kept_out) else "",
        )

    @property
    def admitted(self) -> str:
        """Whom it admits that is no problem, in words, and who is kept out all the same."""
        found = said(self.trusted) if self.trusted else "nobody outside the account"
        return f"{found}; {self.refused}" if self.refused else found


def outsiders(
    aws: View,
    text: object,
    *,
    arn: str,
    what: str,
    actions: Iterable[str] | None = None,
    setting: Setting | None = None,
    account: str = "",
    use: Use = Use.RESOURCE,
) -> Outsiders:
    """Whom the policy ``text`` of resource ``arn`` lets in; ``what`` names it in sentences.

    account: the owner of the resource, where that is not this account. Never raises UnseenError: `settled` does.
    """
    policy = parse_policy(text, use=use, name=what)
    return weighed(aws, policy, arn=arn, what=what, actions=actions, setting=setting, account=account)


def weighed(
    aws: View,
    policy: Policy,
    *,
    arn: str,
    what: str,
    actions: Iterable[str] | None = None,
    setting: Setting | None = None,
    account: str = "",
) -> Outsiders:
    """As `outsiders`, of a policy that is parsed already."""
    if not policy.problems and all(one.effect is Effect.DENY for one in policy.statements):
        return Outsiders(what)  # a policy that only denies opens nothing
    owner = account or aws.account_id
    asked = tuple(actions) if actions is not None else None

    def ask(setting: Setting) -> tuple[Exposure, tuple[Opening, ...]]:
        found = exposure(policy, resource=arn, account=owner, actions=asked, setting=setting)
        return found, (*found.openings, *foreign_sources(policy, arn, owner, asked, setting.rcps or ()))

    around = setting or Setting()
    found, openings = ask(around)
    ceiling = _ceiling(aws, openings, owner)
    kept_out: list[tuple[Opening, tuple[StatementRef, ...]]] = []
    if ceiling.levels:
        under = replace(around, rcps=ceiling.levels)
        found, left = ask(under)
        labels = {opening.label for opening in left}
        for opening in openings:
            refs = (
                () if opening.label in labels else kept_out_by(opening, policy, account=owner, setting=under)
            )
            if refs:
                kept_out.append((opening, refs))
        openings = left
    trust = _Trust(aws)
    sorts: dict[str, list[Opening]] = {}
    hidden: UnseenError | None = None
    for opening in openings:
        sort = trust.sort(opening)
        if ceiling.hidden is not None and sort != "trusted" and all(map(bound_by_rcps, opening.actions)):
            hidden = ceiling.hidden  # what was not shown of the policies above may keep it shut
            continue
        marked = opening if ceiling.complete or not _bound(opening) else replace(opening, caveat=_BEFORE)
        sorts.setdefault(sort, []).append(marked)
    return Outsiders(
        what,
        **{sort: tuple(openings) for sort, openings in sorts.items()},
        unseen=trust.unseen or hidden or _uncertain(found, what),
        kept_out=tuple(opening for opening, _ in kept_out),
        refused=_refused(kept_out),
    )


_BEFORE = "before RCP"


def _bound(opening: Opening) -> bool:
    return any(map(bound_by_rcps, opening.actions))


def _ceiling(aws: View, openings: Iterable[Opening], owner: str = "") -> Ceiling:
    """What binds the account's resources from above, where that bears on one of the openings.

    The calls it rests on become evidence of whoever asks. Of another account's resources nothing is known.
    """
    if not any(map(_bound, openings)):
        return Ceiling()
    if owner not in ("", aws.account_id):
        return Ceiling(complete=False)
    return above(aws)


def above(aws: View) -> Ceiling:
    """What binds the account's resources from above; the calls it rests on become evidence of whoever asks."""
    found = aws.whole(organization.bounds).ceiling
    aws.trail.extend(found.evidence)
    return found


def kept_from(aws: View, principal: str, action: str, arn: str) -> str:
    """The statements of resource control policies by which a principal elsewhere may never use a resource, in words."""
    if not bound_by_rcps(action):
        return ""
    found = above(aws)
    return _statements(refusals(principal, action, arn, account=aws.account_id, rcps=found.levels))


def _refused(kept_out: Sequence[tuple[Opening, tuple[StatementRef, ...]]]) -> str:
    if not kept_out:
        return ""
    who = said(opening for opening, _ in kept_out)
    refs = dict.fromkeys(ref for _, found in kept_out for ref in found)
    return f"resource control policies keep out {who} ({_statements(refs)})"


def _statements(refs: Iterable[StatementRef]) -> str:
    """``statement 1 (Org) of Perimeter``."""
    texts = [
        f"statement {ref.index + 1}" + (f" ({ref.sid})" if ref.sid else "") + f" of {ref.policy}"
        for ref in refs
    ]
    return listed(texts, "statement")


def _uncertain(found: Exposure, what: str) -> UnseenError | None:
    if not found.unsupported and found.exact:
        return None
    why = "; ".join(found.unsupported[:3]) or "it has too many conditions to try them all"
    return UnseenError(Why.UNSUPPORTED_POLICY_CONSTRUCT, f"{what} cannot be judged: {why}")


class _Trust:
    """Whom the owner trusts."""

    def __init__(self, aws: View) -> None:
        self._aws = aws
        self._entries = entries_of(aws, TRUSTED)
        self.unseen: UnseenError | None = None

    def sort(self, opening: Opening) -> str:
        """The member of `Outsiders` an opening belongs to."""
        match opening.level:
            case Level.ANYONE | Level.ANY_ACCOUNT:
                return "anyone"
            case Level.IP_RANGE:
                return "addresses"
            case Level.SERVICE:
                return "services"
            case Level.FEDERATED:
                return "trusted" if arn_field(opening.who, 4) == self._aws.account_id else "providers"
            case Level.ORG if self._own(opening.who):
                return "trusted"
            case _ if opening.caller.kind is Kind.CANONICAL:
                return self.of(opening.caller.arn)
            case _:
                return self.of(opening.who)

    def of(self, who: str) -> str:
        """What the owner says of an account."""
        if who == self._aws.account_id:
            return "trusted"
        if self._entries is None:
            return "undecided"
        return "trusted" if who in self._entries else "strangers"

    def _own(self, organization: str) -> bool:
        """Whether an organization is this account's. One that nobody can place is taken as the policy means it."""
        if organization in (self._entries or ()):
            return True
        reading = self._aws.read(organizations.DESCRIBE_ORGANIZATION)
        match reading:
            case Seen(value):
                return bool(first(value, "Organization.Id") == organization)
            case Absent():
                return True
            case Unseen():
                missing = unseen_error(reading, organizations.DESCRIBE_ORGANIZATION, self._aws.trail[-1])
                self.unseen = self.unseen or UnseenError(
                    missing.why,
                    f"whether organization {organization} is this account's is not known: {missing.detail}",
                    missing.grant,
                    missing.call,
                )
                return True


def trusted(aws: View, who: str) -> bool | None:
    """Whether the owner trusts an account (or whatever id he writes down); None where he has not said."""
    answer = _Trust(aws).of(who)
    return None if answer == "undecided" else answer == "trusted"


# -- in words ----------------------------------------------------------------------------------------
def said(openings: Iterable[Opening]) -> str:
    """Whom the openings let in, in words."""
    return listed(list(dict.fromkeys(map(_who, openings))), "outsider")


def _who(opening: Opening) -> str:
    match opening.level:
        case Level.ANYONE:
            return "anyone, unsigned"
        case Level.ANY_ACCOUNT:
            return "any AWS account"
        case Level.IP_RANGE:
            return f"anyone from {opening.who}"
        case _ if opening.caller.kind is Kind.CANONICAL:
            return opening.who
        case Level.ACCOUNT if opening.caller.kind is Kind.SERVICE:
            return f"account {opening.who} through {opening.caller.arn}"
        case Level.ORG if opening.caller.account not in ("", MEMBER):
            return f"account {opening.caller.account} as a member of organization {opening.who}"
        case Level.SERVICE if opening.caller.kind is not Kind.SERVICE:
            return f"CloudFront distributions by {opening.who}"
        case _:
            return f"{_WORDS[opening.level]} {opening.who}"


def how(opening: Opening) -> str:
    """``s3:GetObject by statement 1 (Public)``: what an opening allows, and by which statement."""
    names = list(opening.actions)
    more = f" and {len(names) - _ACTIONS_NAMED} more actions" if len(names) > _ACTIONS_NAMED else ""
    refs = [ref for ref in opening.statements if ref.use in _FACING and ref.index >= 0]
    by = ", ".join(f"statement {ref.index + 1}" + (f" ({ref.sid})" if ref.sid else "") for ref in refs[:3])
    caveat = f", {opening.caveat}" if opening.caveat else ""
    return f"{', '.join(names[:_ACTIONS_NAMED])}{more}" + (f" by {by}" if by else "") + caveat


_FACING = frozenset({Use.RESOURCE, Use.TRUST, Use.ENDPOINT})
