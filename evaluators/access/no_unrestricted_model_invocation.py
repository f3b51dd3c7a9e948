"""GAI-3.15: No principal can invoke every model without limits."""

from collections.abc import Iterator

from assessor.iam.holders import Principal
from assessor.iam.request import arn_field
from assessor.iam.universe import Access
from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict, passed
from assessor.model.view import View
from evaluators.derived.foundation.model_targets import MODEL, NO_MODELS, kind_of
from evaluators.derived.moments import days_since
from evaluators.derived.principals import administrators, universe
from evaluators.derived.principals.administrators import wide
from evaluators.derived.principals.statements import granted, listed, subject, who
from evaluators.derived.principals.universe import Estate, estate

_ACTIONS = (
    "bedrock:InvokeModel",
    "bedrock:InvokeModelWithResponseStream",
    "bedrock:CreateModelInvocationJob",
    "bedrock:InvokeAgent",
    "bedrock:InvokeFlow",
)
# No policy can limit it to resources: what it invokes is limited by the caller's InvokeModel.
_UNSCOPABLE = "bedrock:InvokeInlineAgent"
_WORDS = {
    MODEL: "foundation model",
    "inference-profile": "inference profile",
    "application-inference-profile": "application inference profile",
    "agent-alias": "agent",
    "flow": "flow",
}
_UNUSED_DAYS = 90


def subjects(aws: View) -> Iterator[Subject]:
    """Every user and role that may invoke something, in any circumstances."""
    known = estate(aws)
    for principal in known.universe.principals:
        if not principal.caller.service_linked and any(
            known.reach(action).may(principal) for action in (*_ACTIONS, _UNSCOPABLE)
        ):
            yield subject(principal, known.evidence)
    if known.unseen is not None:
        raise known.unseen


@control(
    "GAI-3.15",
    slug="no-unrestricted-model-invocation",
    item=Item.ACCESS,
    title="No principal can invoke every model without limits",
    severity=Severity.HIGH,
    level=Level.ACCOUNT,
    kind="AWS::IAM::Role",
    subjects=subjects,
    reads=universe.READS,
    when_none=Status.NOT_APPLICABLE,
    none_because="No principal may invoke a model, an agent or a flow.",
    why=(
        "Whoever gets hold of such a principal chooses the most expensive model in any Region; wildcard invocation is the "
        "root of cost, residency and licence surprises."
    ),
    remediation="List the ARNs of the models, profiles, agents and flows the workload uses.",
    fix_cli=(
        "aws iam put-role-policy --role-name $ROLE --policy-name invoke "
        "--policy-document file://invoke-named-models.json"
    ),
    answers=("S3.1", "S3.6"),
    frameworks={
        "gensec": ("GENSEC01-BP01",),
        "owasp_llm_2025": ("LLM10",),
        "mitre_atlas": ("AML.T0040", "AML.M0019"),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-IAM-02",),
    },
    parameters=(administrators.PARAMETER,),
    edge_cases=(
        "Every foundation model of one Region is still every model; so is every inference profile, agent or flow.",
        "Converse, StartAsyncInvoke and bidirectional streaming have no permission of their own: they use InvokeModel.",
        "Boundaries, denials, groups and NotAction are taken into account: judged is what works, not what is written.",
        (
            "A condition that an ordinary request meets (aws:SecureTransport, IfExists on an optional key, a Region) does "
            "not restrict; one on the model, the guardrail, the network or a second factor does."
        ),
        "A role not used for 90 days is annotated, not excused.",
        "bedrock:InvokeInlineAgent cannot be limited to resources and is not judged by itself.",
        "Session policies are not in the configuration; service control policies are where they can be read.",
    ),
)
def no_unrestricted_model_invocation(subject: Subject, aws: View) -> Verdict:
    """What each user and role may invoke is limited to named models, profiles, agents and flows, or by a condition.

    Asked is whether an ordinary request - signed, over TLS, from the internet, without a guardrail or second factor -
    can invoke a model (profile, agent, flow) that no policy of the account names. `bedrock:InvokeModel`,
    `InvokeModelWithResponseStream`, `CreateModelInvocationJob`, `InvokeAgent` and `InvokeFlow` are asked about.

    Passes: it cannot; or the principal is named in `admin_principals`. Fails: it can, through a policy that writes
    Bedrock's actions (`bedrock:*`, AmazonBedrockFullAccess) or, where `admin_principals` is set and does not name it,
    through `Action: "*"`. Not assessed: it can through `Action: "*"` or NotAction and `admin_principals` is not set; or
    a policy cannot be judged. Not applicable: nobody may invoke anything.

    By hand:

    ```sh
    aws iam simulate-principal-policy --policy-source-arn $PRINCIPAL --action-names bedrock:InvokeModel \
      --resource-arns arn:aws:bedrock:$REGION::foundation-model/any.model
    ```
    """
    principal = subject.about["principal"]
    assert isinstance(principal, Principal)
    known = estate(aws)
    open_ones = [(action, arn) for action in _ACTIONS for arn in _unrestricted(known, principal, action)]
    if open_ones:
        action, arn = open_ones[0]
        access = known.ordinary_reach(action).decided(principal, arn)
        more = [one for one in dict.fromkeys(one for one, _ in open_ones) if one != action]
        said = f"{who(principal)} may invoke every {_word(access)} of {_places(known, access)}: {granted(access)}"
        said += f"; likewise {', '.join(more)}" if more else ""
        notes = filter(None, (known.before_scp, _unused(principal, aws)))
        return wide(aws, access, ("bedrock",), " ".join((said, *notes)))
    if any(known.ordinary_reach(action).row(principal).unsupported for action in _ACTIONS):
        raise known.undecidable(f"whether {who(principal)} may invoke every model", principal)
    limited = [action for action in (*_ACTIONS, _UNSCOPABLE) if known.reach(action).may(principal)]
    best = known.reach(limited[0]).access(principal)
    if not best.possible:
        raise known.undecidable(f"whether {who(principal)} may invoke a model", principal)
    others = f"; likewise {', '.join(limited[1:])}" if len(limited) > 1 else ""
    return passed(
        f"{who(principal)} may invoke what its policies name or their conditions allow: {granted(best)}{others}"
    )


def _unrestricted(known: Estate, principal: Principal, action: str) -> Iterator[str]:
    """One thing of every kind that nobody named, as far as an ordinary request can use the action on it."""
    kinds: dict[str, str] = {}
    for arn in known.ordinary_reach(action).everything(principal):
        if kind_of(arn) not in NO_MODELS:
            kinds.setdefault(kind_of(arn), arn)
    yield from kinds.values()


def _word(access: Access) -> str:
    kind = kind_of(access.resource)
    return _WORDS.get(kind, kind.replace("-", " "))


def _places(known: Estate, access: Access) -> str:
    """The Regions in which it may use the action on everything of that kind."""
    reach = known.ordinary_reach(access.action)
    kind = kind_of(access.resource)
    found = [arn_field(arn, 3) for arn in reach.everything(access.principal) if kind_of(arn) == kind]
    return listed(list(dict.fromkeys(found)), "Region")


def _unused(principal: Principal, aws: View) -> str:
    if not principal.is_role:
        return ""
    days = days_since(principal.last_used, aws.now)
    if days is None:
        return "(IAM has no record of the role being used)"
    return f"(the role was last used {int(days)} days ago)" if days > _UNUSED_DAYS else ""
