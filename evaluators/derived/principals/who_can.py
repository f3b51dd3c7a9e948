"""Who can invoke what: the answer to one question about an account, for people and programs.

Every user and role against every action that reaches a model, or the few that were asked about; from where, with
which credentials, whether a guardrail stands between, and the statement that allows it. Outsiders whom a resource's
own policy lets in are told too. Pure: it reads a view.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from assessor.iam.decide import Decision, Verdict
from assessor.iam.exposure import Opening
from assessor.iam.guardrail import INFERENCE, Mandate, Ruling
from assessor.iam.holders import Principal
from assessor.iam.likeness import Likeness
from assessor.iam.network import Endpoint, NetworkClass, network_classes
from assessor.iam.operators import arn_like
from assessor.iam.patterns import glob_matches
from assessor.iam.policy import Policy, Use, parse_policy
from assessor.iam.request import arn_field
from assessor.model.operation import Operation
from assessor.model.reading import UnseenError
from assessor.model.view import View, gather
from collectors import ec2
from evaluators.derived.network.endpoint_policies import endpoint_policy
from evaluators.derived.network.planes import PLANES, plane_of
from evaluators.derived.principals import things, universe, wielded
from evaluators.derived.principals.things import INVOKED_BY, Sort, Thing
from evaluators.derived.principals.universe import Estate, estate
from evaluators.derived.principals.ways import Field, Way
from evaluators.derived.principals.wielded import Credentials, Wallet
from evaluators.derived.screening import bound
from evaluators.derived.screening.bound import Fences
from evaluators.derived.sharing import ai_policies, outsiders
from evaluators.derived.sharing.ai_policies import carriers, policy_of, takes_tokens_only

READS: tuple[Operation, ...] = tuple(
    dict.fromkeys(
        (
            *universe.READS,
            *things.READS,
            *bound.READS,
            *wielded.READS,
            *ai_policies.READS,
            *outsiders.READS,
            ec2.DESCRIBE_VPC_ENDPOINTS,
        )
    )
)

_TARGETED = {Sort.MODEL: "models", Sort.AGENT: "agents", Sort.BASE: "bases"}
_GONE = frozenset({"deleting", "deleted", "rejected", "failed", "expired"})


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, as texts with wildcards: ARNs, ids or names; nothing means everything.

    actions: IAM actions; one that reaches no model is asked about as it stands, when it holds no wildcard.
    """

    principals: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()

    @property
    def targeted(self) -> bool:
        """Whether it is about certain things."""
        return bool(self.models or self.agents or self.bases)


def _names(text: str, principal: Principal) -> bool:
    if text.startswith("arn:"):
        return arn_like(text).matches(principal.arn)
    return glob_matches(text, principal.name)


def _widened(text: str) -> str:
    """A plain word as part of a name, for when nothing is called just that."""
    plain = not text.startswith("arn:") and "*" not in text and "?" not in text
    return f"*{text}*" if plain else text


def _matches(text: str, thing: Thing) -> bool:
    return thing.matches(text)


Named = TypeVar("Named")


def _called(text: str, every: Sequence[Named], names: Callable[[str, Named], bool]) -> list[Named]:
    """What is called so; where nothing is, what has it in its name."""
    exact = [one for one in every if names(text, one)]
    return exact or [one for one in every if names(_widened(text), one)]


@dataclass(frozen=True, slots=True)
class From:
    """Whether a way is open from one place: ``internet``, a VPC endpoint's id, ``through an AWS service``."""

    place: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Told:
    """One way with all that is told of it.

    selective: an enforced guardrail checks only what the caller marks. enforced_in: Regions where one is enforced on
    the same things, although ``ruling`` found one where none is needed.
    """

    way: Way
    places: tuple[From, ...]
    ruling: Ruling | None
    selective: bool
    enforced_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holder:
    """A principal and its ways. refused: why it has none, where it was asked for by name."""

    principal: Principal
    ways: tuple[Told, ...]
    credentials: Credentials
    refused: Decision | None = None


@dataclass(frozen=True, slots=True)
class Outsider:
    """Somebody outside the account whom the policy of a thing lets in."""

    thing: str
    opening: Opening


@dataclass
class Answer:
    """The whole answer about one account.

    before_scp: service control policies may take more away than is told. unmatched: texts of the question that name
    nothing known. unseen: what could not be read, so that there may be more.
    """

    account: str
    regions: tuple[str, ...]
    before_scp: bool
    holders: list[Holder] = field(default_factory=list)
    outsiders: list[Outsider] = field(default_factory=list)
    endpoints: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    unseen: list[UnseenError] = field(default_factory=list)
    asked: int = 0


def who_can(aws: View, question: Question) -> Answer:
    """The answer to the question about the account of the view, in all its Regions. Never raises UnseenError."""
    return _Asking(aws, question).answer()


class _Asking:
    def __init__(self, aws: View, question: Question) -> None:
        self._aws = aws
        self._question = question
        self._known: Estate = estate(aws)
        self._answer = Answer(aws.account_id, aws.account.regions, not self._known.bounds.complete)
        if self._known.unseen is not None:
            self._answer.unseen.append(self._known.unseen)
        self._things = self._listed()
        self._policies = self._carried()
        self._endpoints = list(self._private())
        facing = (place.endpoint for _, _, place in self._endpoints)
        self._likeness = Likeness(
            self._known.universe, (*self._policies.values(), *(one for one in facing if one is not None))
        )
        self._of_kind: dict[tuple[int, Hashable], tuple[Told, ...]] = {}

    def answer(self) -> Answer:
        answer = self._answer
        every = [one for one in self._known.universe.principals if not one.caller.service_linked]
        asked = [one for text in self._question.principals for one in _called(text, every, _names)]
        wanted = list({one.arn: one for one in (asked if self._question.principals else every)}.values())
        answer.asked = len(wanted)
        fields = list(self._fields())
        fences = Fences(self._aws) if any(one.action in INFERENCE for one in fields) else None
        wallet = Wallet(self._aws)
        for principal in wanted:
            told = [one for each in fields for one in self._told_alike(principal, each, fences)]
            if told or self._question.principals:
                refused = None if told else self._refusal(principal, fields)
                answer.holders.append(Holder(principal, tuple(told), wallet.of(principal), refused))
        self._outsiders(fields)
        answer.unseen += [*(fences.unseen if fences is not None else ()), *wallet.unseen]
        answer.unmatched += self._unmatched()
        return answer

    # -- what there is ----------------------------------------------------------------------------
    def _listed(self) -> list[Thing]:
        found: list[Thing] = []
        for view in self._aws.regions():
            here = view.derive(things.things)
            found += here.known
            if here.unseen is not None:
                self._answer.unseen.append(here.unseen)
        return found

    def _carried(self) -> dict[str, Policy]:
        """The policies of things that carry one."""
        found: dict[str, Policy] = {}
        for view in self._aws.regions():
            for carrier in view.derive(carriers).known:
                try:
                    text = policy_of(view, carrier)
                    if text and not takes_tokens_only(view, carrier):
                        found[carrier.arn] = parse_policy(text, use=Use.RESOURCE, name=f"of {carrier.what}")
                except UnseenError as error:
                    self._answer.unseen.append(error)
        return found

    def _private(self) -> Iterator[tuple[str, str, NetworkClass]]:
        """The interface endpoints of Bedrock planes: Region, plane and class."""
        for view in self._aws.regions():
            listed = gather(view.items(ec2.DESCRIBE_VPC_ENDPOINTS))
            if listed.unseen is not None:
                self._answer.unseen.append(listed.unseen)
            for one in listed.known:
                plane = plane_of(one)
                if not plane or str(one.get("State") or "").lower() in _GONE:
                    continue
                end = Endpoint(
                    str(one.get("VpcEndpointId") or ""), str(one.get("VpcId") or ""), endpoint_policy(one)
                )
                self._answer.endpoints.append(end.id)
                yield view.region, plane, network_classes(endpoints=[end])[1]

    # -- what is asked about ----------------------------------------------------------------------
    def _fields(self) -> Iterator[Field]:
        for action in self._actions():
            wanted = self._wanted(action)
            if wanted is None or wanted:
                policies = {arn: one for arn, one in self._policies.items() if self._fits(arn, action)}
                everybody = bool(self._question.principals)
                yield Field(self._known, action, self._things, wanted, policies, everybody)

    def _actions(self) -> list[str]:
        texts = self._question.actions
        if not texts:
            return list(INVOKED_BY)
        found = dict.fromkeys(one for one in INVOKED_BY if any(_fits(text, one) for text in texts))
        exact = [text for text in texts if "*" not in text and "?" not in text and ":" in text]
        found.update(dict.fromkeys(text for text in exact if text.lower() not in {f.lower() for f in found}))
        return list(found)

    def _wanted(self, action: str) -> tuple[str, ...] | None:
        """The things that the question is about, for one action; None for whatever there is."""
        if not self._question.targeted:
            return None
        sorts = INVOKED_BY.get(action, ())
        found: dict[str, None] = {}
        for sort, name in _TARGETED.items():
            texts: tuple[str, ...] = getattr(self._question, name)
            if sort in sorts:
                for text in texts:
                    found.update(dict.fromkeys(self._named(text, sorts)))
            elif texts and _beside(action) is sort:
                found["*" if sort is Sort.BASE else self._project()] = None
        return tuple(found)

    def _named(self, text: str, sorts: Sequence[Sort]) -> Iterator[str]:
        fitting = [one for one in self._things if one.sort in sorts]
        known = [one.arn for one in _called(text, fitting, _matches)]
        yield from known
        if known or "*" in text or "?" in text:
            return
        partition, account = self._aws.account.partition, self._aws.account_id
        if text.startswith("arn:"):
            yield text
            return
        for region in self._aws.account.regions:
            if Sort.MODEL in sorts:
                yield f"arn:{partition}:bedrock:{region}::foundation-model/{text}"
            elif Sort.AGENT in sorts:
                yield f"arn:{partition}:bedrock:{region}:{account}:agent-alias/{text}/zz99"
            elif Sort.BASE in sorts:
                yield f"arn:{partition}:bedrock:{region}:{account}:knowledge-base/{text}"

    def _project(self) -> str:
        region = next(iter(self._aws.account.regions), "us-east-1")
        return f"arn:{self._aws.account.partition}:bedrock-mantle:{region}:{self._aws.account_id}:project/default"

    def _fits(self, arn: str, action: str) -> bool:
        """Whether a thing with a policy is one the action is used on."""
        kinds = {Sort.BASE: ":knowledge-base/", Sort.RUNTIME: ":runtime/", Sort.GATEWAY: ":gateway/"}
        return any(kinds.get(sort, " ") in arn for sort in INVOKED_BY.get(action, ()))

    def _unmatched(self) -> Iterator[str]:
        principals = self._known.universe.principals
        for text in self._question.principals:
            if not _called(text, principals, _names):
                yield f"no user or role is called {text}"
        for sort, name in _TARGETED.items():
            fitting = [one for one in self._things if one.sort in _related(sort)]
            for text in getattr(self._question, name):
                if not _called(text, fitting, _matches):
                    guess = "" if "*" in text or "?" in text else "; asked about as if it were there"
                    yield f"no {sort} in these Regions is called {text}{guess}"

    # -- what is told -----------------------------------------------------------------------------
    def _told_alike(self, principal: Principal, asked: Field, fences: Fences | None) -> Iterator[Told]:
        """As `_told`; worked out once for all principals that get the same answer."""
        key = (id(asked), self._likeness.key(principal, asked.action))
        found = self._of_kind.get(key)
        if found is None:
            found = self._of_kind[key] = tuple(self._told(principal, asked, fences))
            yield from found
            return
        for told in found:
            yield replace(told, way=replace(told.way, principal=principal))

    def _told(self, principal: Principal, asked: Field, fences: Fences | None) -> Iterator[Told]:
        ways = list(asked.ways(principal))
        for way in ways:
            ruled = fences.ruling(principal, asked, way.resource) if fences is not None else None
            selective = fences is not None and ruled is not None and fences.selective(ruled)
            elsewhere = fences.elsewhere(ruled) if fences is not None and ruled is not None else ()
            yield Told(way, tuple(self._places(way, asked)), ruled, selective, elsewhere)
        if not ways and fences is not None and self._known.reach(asked.action).granted(principal):
            locked = fences.ruling(principal, asked, next(iter(asked.resources), "*"))
            if locked is not None and locked.mandate is Mandate.LOCKED_OUT:
                decision = Decision(Verdict.DENIED, denials=locked.statements)
                way = Way(principal, asked.action, locked.target.arn, (), (), decision)
                yield Told(way, (), locked, selective=False)

    def _places(self, way: Way, asked: Field) -> Iterator[From]:
        internet, service = network_classes()
        region = arn_field(way.resource, 3)
        endpoints = [
            place
            for where, plane, place in self._endpoints
            if way.action in PLANES.get(plane, ()) and region in {"", "*", where}
        ]
        always = way.decision.verdict is Verdict.ALLOWED
        for place in (internet, *endpoints, service):
            if always and place.endpoint is None:
                yield From(place.name, Verdict.ALLOWED)
                continue
            decision = self._known.universe.ask(
                way.principal,
                way.action,
                way.resource,
                resource_policy=asked.policies.get(way.resource),
                endpoint=place.endpoint,
                given=place.given,
            )
            yield From(place.name, decision.verdict)

    def _refusal(self, principal: Principal, fields: Sequence[Field]) -> Decision | None:
        """Why a principal that was asked for by name can do none of it: the decision that says most."""
        best: Decision | None = None
        for asked in fields:
            for resource in asked.resources[:1]:
                decision = self._known.universe.ask(principal, asked.action, resource)
                if best is None or (decision.denials and not best.denials):
                    best = decision
        return best

    def _outsiders(self, fields: Sequence[Field]) -> None:
        if self._question.principals:
            return
        for asked in fields:
            for arn, policy in asked.policies.items():
                if arn not in asked.resources:
                    continue
                let = outsiders.weighed(self._aws, policy, arn=arn, what=policy.name, actions=(asked.action,))
                self._answer.outsiders += [Outsider(arn, opening) for opening in let.everyone]
                if let.unseen is not None:
                    self._answer.unseen.append(let.unseen)


def _fits(text: str, action: str) -> bool:
    return glob_matches(text.lower(), action.lower())


def _beside(action: str) -> Sort | None:
    """What an action without things of its own is about, when certain things are asked about."""
    return {
        "bedrock:RetrieveAndGenerate": Sort.BASE,
        "bedrock-mantle:CreateInference": Sort.MODEL,
    }.get(action)


def _related(sort: Sort) -> frozenset[Sort]:
    return frozenset({Sort.MODEL, Sort.PROFILE}) if sort is Sort.MODEL else frozenset({sort})
