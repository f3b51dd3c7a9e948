"""Whether a guardrail stands between a principal and the models it may invoke, told for one way at a time.

The weakest thing within the way's reach decides: what works without a guardrail is told before what needs one.
"""

from dataclasses import dataclass, replace

from assessor.iam.guardrail import INFERENCE, Mandate, Ruling, Target, ruling
from assessor.iam.holders import Principal
from assessor.model.operation import Operation
from assessor.model.reading import UnseenError
from assessor.model.view import View, gather
from collectors import bedrock
from evaluators.derived.foundation.model_targets import MODEL, kind_of, last
from evaluators.derived.offered import surely
from evaluators.derived.principals.universe import estate
from evaluators.derived.principals.ways import Field, is_profile
from evaluators.derived.screening import enforcement
from evaluators.derived.screening.enforcement import Enforced, defect, enforced_configurations
from evaluators.derived.screening.guardrail_versions import DRAFT

READS: tuple[Operation, ...] = (
    *enforcement.READS,
    bedrock.LIST_GUARDRAILS,
    bedrock.LIST_GUARDRAILS_VERSIONS,
)


@dataclass(frozen=True, slots=True)
class Fence:
    """A guardrail that is enforced on the calls made in a Region."""

    region: str
    enforced: Enforced

    @property
    def guardrail(self) -> str:
        """Its identifier, as conditions spell it: without a version for the working draft."""
        named = self.enforced.guardrail
        return named.guardrail if named.version == DRAFT else named.arn

    def bears_on(self, target: Target) -> bool:
        """Whether it checks calls to the target: those made in its Region, to models it does not leave out."""
        if target.region != self.region:
            return False
        arns = target.routed or (target.arn,)
        if all(kind_of(arn) == MODEL for arn in arns):
            return all(self.enforced.covers(last(arn)) for arn in arns)
        # Only models have ids that a list can name.
        return self.enforced.included is None and not {target.arn, last(target.arn)} & set(
            self.enforced.excluded
        )


class Fences:
    """What is enforced, and which guardrails there are, over the Regions of a run. unseen: what could not be read."""

    def __init__(self, aws: View) -> None:
        self._universe = estate(aws).universe
        self.unseen: list[UnseenError] = []
        self.fences: list[Fence] = []
        self.guardrails: list[str] = []
        for view in aws.regions():
            self._enforced(view)
            self._listed(view)

    def _enforced(self, view: View) -> None:
        found = view.derive(enforced_configurations)
        if found.unseen is not None:
            self.unseen.append(found.unseen)
        for one in found.known:
            try:
                if defect(view, one):
                    continue
            except UnseenError as error:
                self.unseen.append(error)
                continue
            self.fences.append(Fence(view.region, one))

    def _listed(self, view: View) -> None:
        drafts = gather(surely(view.items(bedrock.LIST_GUARDRAILS)))
        if drafts.unseen is not None:
            self.unseen.append(drafts.unseen)
        for draft in drafts.known:
            arn = str(draft.get("arn") or "")
            self.guardrails.append(arn)
            ident = str(draft.get("id") or "")
            numbered = gather(view.items(bedrock.LIST_GUARDRAILS_VERSIONS, guardrailIdentifier=ident))
            self.guardrails += [
                f"{arn}:{item['version']}"
                for item in numbered.known
                if str(item.get("version") or DRAFT) != DRAFT
            ]

    def ruling(self, principal: Principal, field: Field, resource: str) -> Ruling | None:
        """What stands before the action on the resource; None for actions no guardrail condition knows."""
        if field.action not in INFERENCE:
            return None
        free = [_target(field, arn) for arn in field.unguarded(principal)]
        target = next((one for one in free if not self._full(one)), free[0] if free else None)
        target = target or _target(field, resource)
        found = ruling(self._universe.subject(principal), field.action, target, guardrails=self.guardrails)
        full = self._full(target)
        if found.mandate is Mandate.UNGUARDED and full:
            named = tuple(dict.fromkeys(fence.guardrail for fence in full))
            return replace(found, mandate=Mandate.ENFORCED, accepted=named)
        return found

    def _full(self, target: Target) -> list[Fence]:
        """What checks every call to the target in full."""
        return [one for one in self.fences if one.enforced.comprehensive and one.bears_on(target)]

    def elsewhere(self, ruled: Ruling) -> tuple[str, ...]:
        """The Regions where a guardrail is enforced, for a ruling that found a Region where none is needed."""
        if ruled.mandate is not Mandate.UNGUARDED:
            return ()
        regions = (fence.region for fence in self.fences if fence.enforced.comprehensive)
        return tuple(dict.fromkeys(one for one in regions if one != ruled.target.region))

    def selective(self, ruled: Ruling) -> bool:
        """Whether a guardrail is enforced there of which the caller chooses what it checks."""
        return ruled.mandate is Mandate.UNGUARDED and any(
            not fence.enforced.comprehensive and fence.bears_on(ruled.target) for fence in self.fences
        )


def _target(field: Field, arn: str) -> Target:
    return Target(arn, kind_of(arn), field.routed(arn) if is_profile(arn) else ())
