"""GAI-3.16: A policy denies models outside the approved list."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from assessor.iam.guardrail import INFERENCE, Mandate, Target, ruling
from assessor.iam.operators import arn_like
from assessor.iam.patterns import glob_matches
from assessor.iam.universe import Access
from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import (
    Item,
    Severity,
    Status,
    Verdict,
    failed,
    not_applicable,
    not_assessed,
    passed,
)
from assessor.model.view import View
from evaluators.derived.foundation import model_targets
from evaluators.derived.foundation.model_targets import Offer, last, offer, targets
from evaluators.derived.principals import path_roles
from evaluators.derived.principals.path_roles import PathRole, path_role_subjects, suspicion
from evaluators.derived.principals.statements import by, granted, listed, resource, witnessed
from evaluators.derived.principals.universe import Estate, estate

_LIST = "approved_models"
_BATCH = "bedrock:CreateModelInvocationJob"
_MANTLE = "bedrock-mantle:CreateInference"
_ANY_MODEL = "zz99.any-model"
_NO_CALL = frozenset({Mandate.NO_ACCESS, Mandate.LOCKED_OUT})


def subjects(aws: View) -> Iterator[Subject]:
    """Every identity of the workload that may reach a model."""
    yield from path_role_subjects(aws)


@control(
    "GAI-3.16",
    slug="model-selection-enforced-by-policy",
    item=Item.ACCESS,
    title="A policy denies models outside the approved list",
    severity=Severity.MEDIUM,
    level=Level.ACCOUNT,
    kind="AWS::IAM::Role",
    subjects=subjects,
    reads=[*path_roles.READS, *model_targets.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="No role that a workload runs as may reach a model.",
    why="A list of approved models that no policy enforces is a wish: a changed model id in the code is enough to leave it.",
    remediation="Deny bedrock:InvokeModel* outside the approved models and profiles, best by service control policy.",
    fix_cli=(
        "aws organizations create-policy --type SERVICE_CONTROL_POLICY --name approved-models "
        '--description "approved models only" --content file://approved-models.json'
    ),
    answers=("S1.3", "S3.6"),
    frameworks={
        "gensec": ("GENSEC01-BP01",),
        "owasp_llm_2025": ("LLM03",),
        "nist_ai_600_1": ("GV-6.1-007",),
        "iso_42001": ("A.9.2",),
        "mitre_atlas": ("AML.M0019",),
        "prowler_aisf": ("AISF-MODEL-02",),
    },
    parameters=(_LIST,),
    edge_cases=(
        "An inference profile is approved when it is listed, or when every model it routes to is.",
        "A Deny on foundation models of one Region leaves profiles that route elsewhere: both are asked about.",
        "bedrock-mantle takes any model and counts; its own key is bedrock-mantle:Model.",
        "Provisioned, imported and custom models count: list them by ARN where they are approved.",
        "The management account ignores service control policies.",
        (
            "Where service control policies cannot be read and the role's own policies do not limit it, the answer is not "
            "known."
        ),
    ),
    workload_aware=True,
)
def model_selection_enforced_by_policy(subject: Subject, aws: View) -> Verdict:
    """No identity a workload runs as can invoke a model that is not in `approved_models`, whichever policy sees to it.

    Asked of every kind of target in every Region of the run, batch jobs and the bedrock-mantle endpoint included: what
    the policies name, and one of every kind that nobody named. Entries of `approved_models` are ids or ARNs of models
    and inference profiles, with `*` for any text.

    Passes: only approved ones work. Fails: another does; the row says which, by which statement. Not assessed:
    `approved_models` is not set or empty (the row says what the role may invoke); service control policies could not be
    read and the role's own policies leave another model open. Not applicable: the role invokes no model itself. Shown
    only: a role that reaches models because it may do everything.

    By hand:

    ```sh
    aws iam simulate-principal-policy --policy-source-arn $ROLE --action-names bedrock:InvokeModel \
      --resource-arns arn:aws:bedrock:$REGION::foundation-model/$OTHER_MODEL
    ```
    """
    role = subject.about["role"]
    assert isinstance(role, PathRole)
    known = estate(aws)
    if role.suspected:
        return suspicion(known, role)
    asked = _Asked(aws, known, role)
    approved = [str(entry) for entry in aws.parameters.get(_LIST) or ()]
    if not approved:
        shown = asked.inventory()
        if shown or asked.pending is None:
            return _without_list(role, shown)
    other = asked.unapproved(approved)
    if other and known.scp_unread:
        return not_assessed(
            Why.ORG_LAYER_UNKNOWN,
            f"{role.said} may call {other}, unless a service control policy that could not be read denies it "
            "(before SCP)",
        )
    if other:
        return failed(known.marked(f"{role.said} may call {other}, which {_LIST} does not hold"))
    if asked.pending is not None:
        raise asked.pending
    if asked.usable:
        return passed(f"{role.said} may invoke approved models only: {listed(list(asked.usable), 'target')}")
    return not_applicable(f"{role.said} invokes no model itself in the Regions of this run")


def _without_list(role: PathRole, shown: list[str]) -> Verdict:
    if not shown:
        return not_applicable(f"{role.said} invokes no model itself in the Regions of this run")
    return not_assessed(
        Why.PARAMETER_MISSING,
        f"Parameter {_LIST} is not set. {role.said} may invoke {listed(shown, 'target')}",
    )


@dataclass
class _Asked:
    """What one role may invoke, asked target by target."""

    aws: View
    known: Estate
    role: PathRole
    pending: UnseenError | None = None
    usable: dict[str, None] = field(default_factory=dict)

    def _targets(self) -> Iterator[tuple[str, Target, Offer]]:
        for at in self.aws.regions():
            found = offer(at)
            for action in (*INFERENCE, _BATCH):
                for target in targets(self.known.reach(action), self.role.principal, found):
                    yield action, target, found

    def _mantle(self) -> Access | None:
        reach = self.known.reach(_MANTLE)
        if not reach.may(self.role.principal):
            return None
        return reach.access(self.role.principal)

    def _unknown(self) -> None:
        what = f"whether {self.role.principal.name} may invoke a model that is not approved"
        self.pending = self.pending or self.known.undecidable(what, self.role.principal)

    def inventory(self) -> list[str]:
        """What it may invoke, as its policies write it."""
        if any(self.known.reach(action).access(self.role.principal).unknown for action in INFERENCE):
            self._unknown()
        shown = dict.fromkeys(resource(target.arn) for _, target, _ in self._targets())
        mantle = self._mantle()
        if mantle is not None and mantle.possible:
            shown[f"{_MANTLE} (any model)"] = None
        return list(shown)

    def unapproved(self, approved: list[str]) -> str:
        """A call on something that is not approved, in words; empty where there is none among what could be asked."""
        principal = self.role.principal
        for action, target, found in self._targets():
            left = _left(target, approved)
            if left is None:
                # A profile is of no use without a right to its model, nor a model that only some profile reaches.
                works = ruling(self.known.universe.subject(principal), action, target).mandate not in _NO_CALL
                self.usable |= {resource(target.arn): None} if works else {}
                continue
            if found.profiles_unseen is not None and target.routed and not _routes_known(target, found):
                self.pending = self.pending or found.profiles_unseen
                continue
            answer = ruling(self.known.universe.subject(principal), action, left)
            if answer.mandate is Mandate.UNKNOWN:
                self._unknown()
            elif answer.mandate not in _NO_CALL:
                grants = self.known.universe.ask(principal, action, target.arn).grants
                statements = by(principal, grants)
                return f"{action} on {resource(target.arn)}{witnessed(answer.witness)}, by {statements}"
        for action in INFERENCE:
            if self.known.reach(action).access(principal).unknown:
                self._unknown()
        return self._unapproved_there()

    def _unapproved_there(self) -> str:
        mantle = self._mantle()
        if mantle is None:
            return ""
        given = {"bedrock-mantle:Model": _ANY_MODEL}
        decision = self.known.universe.ask(self.role.principal, _MANTLE, mantle.resource, given=given)
        if decision.possible:
            return f"{granted(Access(mantle.principal, _MANTLE, mantle.resource, decision))}, with any model"
        if decision.undecided:
            self._unknown()
        return ""


def _left(target: Target, approved: list[str]) -> Target | None:
    """The target with those of its models that are not approved; None where it is approved."""
    if _listed(target.arn, approved):
        return None
    if not target.routed:
        return target
    left = tuple(arn for arn in target.routed if not _listed(arn, approved))
    return replace(target, routed=left) if left else None


def _listed(arn: str, approved: list[str]) -> bool:
    return any(
        arn_like(entry).matches(arn) if entry.startswith("arn:") else glob_matches(entry, last(arn))
        for entry in approved
    )


def _routes_known(target: Target, found: Offer) -> bool:
    """Whether AWS said where a profile routes, or nobody named it: some profile routes to what may be invoked."""
    return target.arn in found.routes or "zz99" in last(target.arn)
