"""Whether the identities a workload runs as must pass a guardrail in every call: the question of GAI-4.03.

Asked of every action, every kind of target and every Region of the run, never of a policy's text. What is enforced for
the account or organization counts for the calls it covers. The seam between GAI-4.02 and GAI-4.03 is
`every_path_role_must_pass_a_guardrail`: what the first asks of the second.
https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions-id.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from assessor.iam.conditions import ABSENT
from assessor.iam.guardrail import INFERENCE, KEY, Mandate, Ruling, Target, ruling
from assessor.iam.holders import Principal
from assessor.iam.shapes import STRANGER
from assessor.model.operation import Operation
from assessor.model.reading import UnseenError
from assessor.model.view import Gathered, View, gather
from evaluators.derived.foundation import model_targets
from evaluators.derived.foundation.model_targets import MODEL, Offer, kind_of, last, offer, targets
from evaluators.derived.principals import path_roles
from evaluators.derived.principals.path_roles import PathRole
from evaluators.derived.principals.reach import Reach
from evaluators.derived.principals.statements import against, by, listed, resource, witnessed
from evaluators.derived.principals.universe import Estate, estate
from evaluators.derived.screening import enforcement
from evaluators.derived.screening.enforcement import Enforced, defect, enforced_configurations

READS: tuple[Operation, ...] = tuple(
    dict.fromkeys((*path_roles.READS, *enforcement.READS, *model_targets.READS))
)

_STRANGERS = tuple(f":bedrock:us-east-1:{STRANGER}:guardrail/zz99stranger{version}" for version in (":1", ""))


class Outcome(StrEnum):
    """What stands between a role and a model in one Region, the weakest first."""

    UNGUARDED = "no guardrail is needed"
    ANY = "any guardrail would do"
    SELECTIVE = "the caller chooses what the enforced guardrail checks"
    UNKNOWN = "not known"
    ENFORCED = "a guardrail is enforced"
    MANDATORY = "a guardrail is mandatory"
    EMBEDDINGS = "it invokes embedding models only"
    NO_ACCESS = "it invokes no model"

    @property
    def passes(self) -> bool:
        """Whether every call that works passes a guardrail that was chosen."""
        return self in {Outcome.ENFORCED, Outcome.MANDATORY}

    @property
    def fails(self) -> bool:
        """Whether some call works without one."""
        return self in {Outcome.UNGUARDED, Outcome.ANY, Outcome.SELECTIVE}


@dataclass(frozen=True, slots=True)
class Standing:
    """How one identity stands in one Region. said: the fact in words. unseen: for UNKNOWN, what could not be seen."""

    outcome: Outcome
    region: str
    said: str = ""
    unseen: UnseenError | None = None


def judged_here(role: PathRole) -> bool:
    """Whether GAI-4.03 judges the role: agents, flows and knowledge bases name their guardrail themselves (GAI-4.12)."""
    return not role.suspected and not role.only_bedrock


def standing(aws: View, role: PathRole) -> Standing:
    """How the role stands in this Region. Never raises; the calls it rests on become evidence of whoever asks."""
    return aws.derive(_standings)[role.principal.arn]


def _standings(aws: View) -> Mapping[str, Standing]:
    known = estate(aws)
    roles = path_roles.path_roles(aws).known
    fences = _fences(aws)
    here = offer(aws)
    return {
        role.principal.arn: _Judged(known, role.principal, here, fences).standing()
        for role in roles
        if not role.only_bedrock
    }


def every_path_role_must_pass_a_guardrail(aws: View) -> str:
    """A sentence naming the roles when each of them must pass a guardrail in this Region; the empty text otherwise.

    One role that need not is enough for the empty text, and so is the absence of any role that may invoke a model
    here. Raises UnseenError when no role is known that need not, and something about the roles could not be read.
    """
    return aws.derive(_carried)


def _carried(aws: View) -> str:
    roles = path_roles.path_roles(aws)
    unknown: UnseenError | None = roles.unseen
    names: list[str] = []
    for role in roles.known:
        if not judged_here(role):
            continue
        found = standing(aws, role)
        if found.outcome.fails:
            return ""
        if found.outcome is Outcome.UNKNOWN:
            unknown = unknown or found.unseen
        elif found.outcome.passes:
            names.append(role.principal.name)
    if unknown is not None:
        raise unknown
    if not names:
        return ""
    return f"Every workload role that may invoke a model must pass a guardrail ({listed(names, 'role')})"


# -- what is enforced ----------------------------------------------------------------------------------
def _fences(aws: View) -> Gathered[Enforced]:
    """The enforced configurations of this Region that work."""
    found = aws.derive(enforced_configurations)
    sound = gather(*(_if_sound(aws, one) for one in found.known))
    return Gathered(sound.known, found.unseen or sound.unseen)


def _if_sound(aws: View, one: Enforced) -> Iterator[Enforced]:
    if not defect(aws, one):
        yield one


def _covers(one: Enforced, target: Target) -> bool:
    """Whether it applies to every model that the target reaches. Only models have ids that a list can name."""
    arns = target.routed or (target.arn,)
    if all(kind_of(arn) == MODEL for arn in arns):
        return all(one.covers(last(arn)) for arn in arns)
    return one.included is None and not {target.arn, last(target.arn)} & set(one.excluded)


# -- one role in one Region ----------------------------------------------------------------------------
@dataclass
class _Judged:
    known: Estate
    principal: Principal
    here: Offer
    fences: Gathered[Enforced]
    pending: UnseenError | None = None
    selective: str = ""
    enforced: dict[str, None] = field(default_factory=dict)

    def standing(self) -> Standing:
        """The weakest that holds anywhere."""
        asked = [(action, target) for action in INFERENCE for target in self._targets(action)]
        text = [(action, target) for action, target in asked if self._embeds(target) is not True]
        for action, target in text:
            said = self._unguarded(action, target)
            if said:
                return self._as(Outcome.UNGUARDED, said)
        for action, target in text:
            said = self._any(action, target)
            if said:
                return self._as(Outcome.ANY, said)
        if self.pending is not None:
            return Standing(Outcome.UNKNOWN, self.here.region, self.pending.detail, self.pending)
        if self.selective:
            return self._as(Outcome.SELECTIVE, self.selective)
        if not text:
            return self._as(Outcome.EMBEDDINGS if asked else Outcome.NO_ACCESS, "")
        return self._bound(text)

    def _as(self, outcome: Outcome, said: str) -> Standing:
        return Standing(outcome, self.here.region, said)

    def _targets(self, action: str) -> tuple[Target, ...]:
        reach = self.known.reach(action)
        row = reach.row(self.principal)
        if row.unsupported or (reach.granted(self.principal) and reach.access(self.principal).unknown):
            self._unknown(action)
        return targets(reach, self.principal, self.here)

    def _unknown(self, action: str) -> None:
        what = f"whether {self.principal.name} may call {action} without a guardrail"
        self.pending = self.pending or self.known.undecidable(what, self.principal)

    def _embeds(self, target: Target) -> bool | None:
        """Whether it reaches embedding models only, to which guardrails do not apply; None where that is not known."""
        arns = target.routed or (target.arn,)
        answers = [kind_of(arn) == MODEL and self.here.only_embeds(last(resource(arn))) for arn in arns]
        if False in answers:
            return False
        return True if all(answers) else None

    def _possible(self, reach: Reach, target: Target) -> bool:
        """Whether the matrix leaves it open; what it was not asked about is left open."""
        number = reach.number(target.arn)
        row = reach.row(self.principal)
        return number is None or bool((row.possible | row.unsupported) >> number & 1)

    def _unguarded(self, action: str, target: Target) -> str:
        """What is possible without a guardrail, in words; empty where nothing is, or where one is enforced."""
        if not self._possible(self.known.reach_with(action, KEY, ABSENT), target):
            return ""
        covering = [one for one in self.fences.known if _covers(one, target)]
        full = next((one for one in covering if one.comprehensive), None)
        if full is not None:
            self.enforced[full.said] = None
            return ""
        found = ruling(self.known.universe.subject(self.principal), action, target)
        if found.mandate is Mandate.UNKNOWN:
            self._unknown(action)
        if found.mandate is not Mandate.UNGUARDED:
            return ""
        if covering:
            self.selective = f"{covering[0].said} lets the caller choose what is checked"
            return ""
        if self.fences.unseen is not None:
            self.pending = self.pending or self.fences.unseen
            return ""
        if self._embeds(target) is None:
            self.pending = self.pending or self.here.models_unseen
            return ""
        return (
            f"{action} on {resource(target.arn)} works without a guardrail{witnessed(found.witness)}, "
            f"by {by(self.principal, found.statements)}"
        )

    def _any(self, action: str, target: Target) -> str:
        """What is possible with a guardrail nobody here chose, in words."""
        partition = self.known.universe.partition
        strangers = (self.known.reach_with(action, KEY, (f"arn:{partition}{rest}",)) for rest in _STRANGERS)
        if not any(self._possible(reach, target) for reach in strangers):
            return ""
        if any(one.comprehensive and _covers(one, target) for one in self.fences.known):
            return ""
        found = ruling(self.known.universe.subject(self.principal), action, target)
        if found.mandate is Mandate.UNKNOWN:
            self._unknown(action)
        if found.mandate is not Mandate.MANDATORY_ANY:
            return ""
        if self.fences.unseen is not None:
            self.pending = self.pending or self.fences.unseen
            return ""
        denials = against(self.principal, found.statements)
        return f"{action} on {resource(target.arn)} needs a guardrail, but any would do" + (
            f" ({denials})" if denials else ""
        )

    def _bound(self, asked: list[tuple[str, Target]]) -> Standing:
        """What every call must pass: a guardrail of the request, or an enforced one."""
        subject = self.known.universe.subject(self.principal)
        for action, target in asked:
            if self.enforced and not self._must(action, target):
                continue
            found = ruling(subject, action, target)
            if found.mandate is Mandate.MANDATORY:
                return self._as(Outcome.MANDATORY, self._mandatory(found))
        if self.enforced:
            return self._as(Outcome.ENFORCED, listed(list(self.enforced), "configuration"))
        return self._as(Outcome.NO_ACCESS, "")

    def _must(self, action: str, target: Target) -> bool:
        return not self._possible(self.known.reach_with(action, KEY, ABSENT), target)

    def _mandatory(self, found: Ruling) -> str:
        statements = against(self.principal, found.statements)
        said = f"{listed([resource(one) for one in found.accepted], 'guardrail')}"
        if statements:
            said += f" ({statements})"
        if found.drafts:
            said += "; the working draft passes too, which anybody with UpdateGuardrail changes (GAI-4.04)"
        elif found.open_ended:
            said += "; versions made later pass too"
        if self.enforced:
            said += f"; beside it, {listed(list(self.enforced), 'configuration')}"
        return said
