"""GAI-4.18: Functions and services that act on model output hold least privilege."""

from collections.abc import Iterator

from assessor.iam.actions import service_actions
from assessor.iam.reach import typical
from assessor.iam.request import arn_field
from assessor.iam.universe import Access
from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, info, not_assessed, passed
from assessor.model.view import View
from evaluators.derived.compute import executors as derived
from evaluators.derived.compute.executors import CALLERS_OWN, Executor, executors
from evaluators.derived.principals import universe
from evaluators.derived.principals.statements import granted, listed, who
from evaluators.derived.principals.universe import estate

_WATCHED = ("iam", "s3", "dynamodb", "rds-data", "redshift-data", "secretsmanager", "s3vectors")
"""Services of which every write on everything counts."""
_ALSO = (
    "ssm:SendCommand",
    "ssm:StartSession",
    "lambda:InvokeFunction",
    "lambda:UpdateFunctionCode",
    "sts:AssumeRole",
    "ecs:RunTask",
    "states:StartExecution",
    "sns:Publish",
    "sqs:SendMessage",
)
_WRITES = frozenset({"Write", "Permissions management"})


def subjects(aws: View) -> Iterator[Subject]:
    """Each role that something acts with on a model's output; then what acts with no role of this account."""
    known = estate(aws)
    by_role: dict[str, list[Executor]] = {}
    others: list[Executor] = []
    failure: UnseenError | None = None
    for at in aws.regions():
        found = at.derive(executors)
        failure = failure or found.unseen
        for one in found.known:
            if one.role:
                by_role.setdefault(one.role, []).append(one)
            else:
                others.append(one)
    for role, acting in by_role.items():
        calls = dict.fromkeys((*known.evidence, *(call for one in acting for call in one.evidence)))
        yield Subject(role, "AWS::IAM::Role", about={"acting": tuple(acting)}, evidence=tuple(calls))
    for one in others:
        yield Subject(
            one.arn, one.kind, key=one.said, region=_region(one), about={"other": one}, evidence=one.evidence
        )
    if failure is not None:
        raise failure


def _region(one: Executor) -> str:
    return arn_field(one.arn, 3)


@control(
    "GAI-4.18",
    slug="executors-of-model-output-least-privilege",
    item=Item.INPUT_OUTPUT,
    title="Functions and services that act on model output hold least privilege",
    severity=Severity.HIGH,
    level=Level.ACCOUNT,
    kind="AWS::IAM::Role",
    subjects=subjects,
    reads=[*universe.READS, *derived.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="No agent, flow or gateway of the account has anything act on a model's output.",
    why='Whoever steers the model by its input steers what these roles may do: "treat the model as any other user" has teeth only here.',
    remediation="Split tools into functions of their own and name the tables, buckets and functions each may write to.",
    fix_cli="aws iam put-role-policy --role-name $ROLE --policy-name tool --policy-document file://one-table-read.json",
    answers=("S4.8",),
    frameworks={
        "gensec": ("GENSEC05-BP01",),
        "owasp_llm_2025": ("LLM06", "LLM05"),
        "mitre_atlas": ("AML.T0053", "AML.M0028"),
        "iso_42001": ("A.9.2",),
        "finos_ccc": ("CCC.GenAI.CN06.AR01",),
        "prowler_aisf": ("AISF-AGENT-02",),
    },
    edge_cases=(
        "Judged is the role of the function version that the alias or ARN names.",
        "RETURN_CONTROL hands the action to the caller: it is shown, and the caller's role is judged where it is a path role.",
        "A gateway target built on a Smithy model acts with the gateway's own role, which is judged.",
        "Targets outside AWS (OpenAPI, MCP servers) are not assessed: their credentials are seen, their rights are not.",
        "CALLER_IAM_CREDENTIALS and JWT_PASSTHROUGH act with the rights of whoever asked: the strongest pattern.",
        "Writing logs and traces, and the network interfaces of a VPC function, are no finding.",
    ),
)
def executors_of_model_output_least_privilege(subject: Subject, aws: View) -> Verdict:
    """What acts on a model's output may write only where its policies say by name.

    Judged is each role that a function acts with behind an enabled action group of a deployed agent, a Lambda node of a
    deployed flow or a target of an AgentCore gateway, and the gateway's own role where a target calls AWS APIs. Asked
    is whether an ordinary request can write to something that no policy names in IAM, S3, DynamoDB, the RDS and
    Redshift data APIs, Secrets Manager or S3 Vectors, send commands by SSM, start any state machine, invoke or change
    any function, run any task, publish or send to any topic or queue, or assume any role.

    Passes: it cannot. Fails: it can (an administrator can); the row names the actions and the statement. Not assessed:
    targets outside AWS, functions of other accounts. Shown only: control returned to the caller, targets that call a
    REST API. Not applicable: nothing acts on a model's output.

    By hand:

    ```sh
    aws bedrock-agent get-agent-action-group --agent-id $A --agent-version $V --action-group-id $G
    aws lambda get-function --function-name $FUNCTION_ARN
    aws iam simulate-principal-policy --policy-source-arn $ROLE --action-names dynamodb:PutItem s3:PutObject
    ```
    """
    other = subject.about.get("other")
    if isinstance(other, Executor):
        return _without_role(other)
    acting = subject.about["acting"]
    assert isinstance(acting, tuple)
    known = estate(aws)
    said = listed([one.said for one in acting], "executor")
    if arn_field(subject.arn, 4) != aws.account_id:
        return not_assessed(Why.CROSS_ACCOUNT, f"{subject.arn} of another account acts for {said}")
    role = known.universe.find(subject.arn)
    if role is None:
        if known.unseen is not None:
            raise known.unseen
        return info(f"{subject.arn} does not exist: nothing can act with it ({said})")
    open_ones: list[Access] = []
    unknown = False
    for action in _actions():
        if known.ordinary.probes(role, action, known.regions):
            fresh = typical(action, known.universe.account, known.universe.partition, known.regions)
            access = known.ordinary.can(role, action, fresh)
            open_ones += [access] if access.possible else []
            unknown = unknown or access.unknown
    if open_ones:
        others = [one.action for one in open_ones[1:]]
        text = f"{who(role)} ({said}) may call {granted(open_ones[0])}"
        text += f"; likewise {listed(others, 'action')}" if others else ""
        return failed(known.marked(text))
    if unknown:
        raise known.undecidable(f"what {who(role)} may write to", role)
    own = sorted({kind for one in acting for kind in one.credentials if kind in CALLERS_OWN})
    return passed(
        f"{who(role)} ({said}) may write only to what its policies name",
        *((f"The gateway acts with the caller's rights ({', '.join(own)})",) if own else ()),
    )


def _without_role(other: Executor) -> Verdict:
    credentials = f" with credentials of type {', '.join(other.credentials)}" if other.credentials else ""
    own = [kind for kind in other.credentials if kind in CALLERS_OWN]
    if other.outside and own:
        return passed(f"{other.said} acts with the rights of whoever asked ({', '.join(own)})")
    if other.outside:
        return not_assessed(
            Why.OUTSIDE_AWS,
            f"{other.said} acts outside this account{credentials}: its rights there cannot be seen",
        )
    return info(f"{other.said}: {other.why}{credentials}")


def _actions() -> Iterator[str]:
    """The writes asked about, those on IAM first."""
    for service in _WATCHED:
        for action in service_actions(service).values():
            if action.scopable and _WRITES & set(action.levels):
                yield action.name
    yield from _ALSO
