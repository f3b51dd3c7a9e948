"""GAI-3.20: The bedrock-mantle endpoint is reachable only for principals that were meant to use it."""

from collections.abc import Iterator
from dataclasses import replace

from assessor.iam.universe import Access
from assessor.model.control import Level, Subject, control
from assessor.model.reading import Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_assessed, passed
from assessor.model.view import View
from evaluators.derived.principals import universe
from evaluators.derived.principals.appointed import appointed, entries_of
from evaluators.derived.principals.reach import reach
from evaluators.derived.principals.statements import granted, subject, who
from evaluators.derived.principals.universe import estate

_INFERENCE = "bedrock-mantle:CreateInference"
_LIST = "mantle_principals"


def subjects(aws: View) -> Iterator[Subject]:
    """Every principal that may infer there; the account where service control policies alone keep everybody out."""
    known = estate(aws)
    allowed = list(known.reach(_INFERENCE).everyone())
    for access in allowed:
        yield subject(access.principal, known.evidence, access=access)
    if known.unseen is not None:
        raise known.unseen
    if not allowed and known.universe.scps:
        free = reach(replace(known.universe, scps=None), _INFERENCE, known.regions)
        if any(access.possible for access in free.everyone()):
            yield Subject(aws.root_arn, "AWS::::Account", evidence=known.evidence)


@control(
    "GAI-3.20",
    slug="mantle-plane-allow-listed",
    item=Item.ACCESS,
    title="The bedrock-mantle endpoint is reachable only for principals that were meant to use it",
    severity=Severity.HIGH,
    level=Level.ACCOUNT,
    kind="AWS::IAM::Role",
    subjects=subjects,
    reads=universe.READS,
    when_none=Status.NOT_APPLICABLE,
    none_because="No principal may call bedrock-mantle:CreateInference.",
    why=(
        "The endpoint takes no guardrail and its calls are in no invocation log: whoever may use it talks to models unseen "
        "and unfiltered, whatever is written for bedrock:InvokeModel."
    ),
    remediation="Deny bedrock-mantle:* by service control policy until it is governed; allow it to the principals that need it.",
    fix_cli=(
        'aws organizations create-policy --type SERVICE_CONTROL_POLICY --name deny-mantle --description "no mantle" '
        "--content file://deny-mantle.json"
    ),
    answers=("S3.6", "S4.2"),
    frameworks={
        "gensec": ("GENSEC01-BP01", "GENSEC02-BP01"),
        "mitre_atlas": ("AML.T0040", "AML.M0019"),
        "iso_42001": ("A.9.2",),
    },
    parameters=(_LIST,),
    edge_cases=(
        'bedrock:* does not reach bedrock-mantle; "*" and AmazonBedrockMantleInferenceAccess do.',
        "A condition on bedrock:GuardrailIdentifier has no effect there: the action does not have that key.",
        "What is set up on the endpoint (projects, keys, retention) is not shown by any API of this SDK.",
        "An AgentCore gateway whose inference target connects to bedrock-mantle is another road in.",
        "Where service control policies cannot be read, the answer stands before them and says so.",
    ),
)
def mantle_plane_allow_listed(subject: Subject, aws: View) -> Verdict:
    """Only principals the owner names in `mantle_principals` may call `bedrock-mantle:CreateInference`.

    Judged is each user and role that may, on any project, in any circumstances.

    Passes: the principal is named (an ARN or a name, either with `*`); or service control policies keep out everybody
    whom identity policies would let in. Fails: the principal is not named. Not assessed: the parameter is not set; the
    row names the principal and the statement. Not applicable: no policy lets anybody in.

    By hand:

    ```sh
    aws iam simulate-principal-policy --policy-source-arn $PRINCIPAL --action-names bedrock-mantle:CreateInference
    ```
    """
    known = estate(aws)
    access = subject.about.get("access")
    if not isinstance(access, Access):
        return passed(f"Identity policies allow {_INFERENCE}; service control policies deny it to everybody")
    name = who(access.principal)
    if access.unknown:
        raise known.undecidable(f"whether {name} may call {_INFERENCE}", access.principal)
    said = known.marked(f"{name} may call {granted(access)}")
    entries = entries_of(aws, _LIST)
    entry = appointed(access.principal, entries or ())
    if entry:
        return passed(f"{said}; {_LIST} names it ({entry})")
    if entries is None:
        return not_assessed(Why.PARAMETER_MISSING, f"Parameter {_LIST} is not set. {said}")
    return failed(f"{said}; {_LIST} does not name it")
