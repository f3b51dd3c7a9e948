"""Three small controls and an account for them, for tests of what happens around controls."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assessor.model import archive
from assessor.model.control import Control, Level, Subject, control
from assessor.model.operation import Each, Operation, Scope
from assessor.model.reading import Call, Reading, Seen, Unseen, Why
from assessor.model.snapshot import Account, Run, Snapshot, call_of
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View

LIST_GUARDRAILS = Operation(
    "bedrock",
    "ListGuardrails",
    "bedrock:ListGuardrails",
    items="guardrails",
    token=("nextToken", "nextToken"),
)
GET_GUARDRAIL = Operation(
    "bedrock",
    "GetGuardrail",
    "bedrock:GetGuardrail",
    each=(Each(LIST_GUARDRAILS, {"guardrailIdentifier": "id"}),),
)
LOGGING = Operation(
    "bedrock", "GetModelInvocationLoggingConfiguration", "bedrock:GetModelInvocationLoggingConfiguration"
)
SUMMARY = Operation("iam", "GetAccountSummary", "iam:GetAccountSummary", scope=Scope.GLOBAL)


def _guardrails(aws: View) -> Iterator[Subject]:
    for found in aws.items(LIST_GUARDRAILS):
        yield Subject(found["arn"], "AWS::Bedrock::Guardrail", about={"id": found["id"]})


def _account(aws: View) -> Iterator[Subject]:
    yield Subject(aws.root_arn, "AWS::::Account")


@control(
    "GAI-4.01",
    slug="guardrail-ready",
    item=Item.INPUT_OUTPUT,
    title="Guardrail is ready",
    severity=Severity.HIGH,
    kind="AWS::Bedrock::Guardrail",
    subjects=_guardrails,
    reads=[LIST_GUARDRAILS, GET_GUARDRAIL],
    when_none=Status.FAIL,
    none_because="There is no guardrail.",
    why="Nothing else stands between a prompt and a model.",
    remediation="Create a guardrail.",
    fix_cli="aws bedrock create-guardrail",
    frameworks={"owasp_llm_2025": ("LLM01",)},
    parameters=("required_strength",),
)
def guardrail_ready(subject: Subject, aws: View) -> Verdict:
    """PASS: the status is READY. FAIL: it is anything else."""
    answer = aws.get(GET_GUARDRAIL, guardrailIdentifier=subject.about["id"]) or {}
    said = f"{answer.get('name')}: status {answer.get('status')}"
    return passed(said) if answer.get("status") == "READY" else failed(said)


@control(
    "GAI-7.01",
    slug="logging-on",
    item=Item.MONITORING,
    title="Model invocation logging is on",
    severity=Severity.MEDIUM,
    kind="AWS::::Account",
    subjects=_account,
    reads=[LOGGING],
    when_none=Status.FAIL,
    none_because="There is nothing to ask.",
    why="Without a log nobody can say what happened.",
    remediation="Turn logging on.",
    fix_cli="aws bedrock put-model-invocation-logging-configuration",
)
def logging_on(_: Subject, aws: View) -> Verdict:
    """PASS: a configuration exists. FAIL: none does."""
    config = (aws.get(LOGGING) or {}).get("loggingConfig")
    return passed("logging delivers to CloudWatch Logs") if config else failed("logging is not configured")


@control(
    "GAI-3.01",
    slug="root-mfa",
    item=Item.ACCESS,
    title="The root user signs in with MFA",
    severity=Severity.CRITICAL,
    level=Level.ACCOUNT,
    kind="AWS::::Account",
    subjects=_account,
    reads=[SUMMARY],
    when_none=Status.FAIL,
    none_because="There is nothing to ask.",
    why="The root user can do everything.",
    remediation="Enrol a device.",
    fix_cli="aws iam enable-mfa-device",
)
def root_mfa(_: Subject, aws: View) -> Verdict:
    """PASS: AccountMFAEnabled is 1. FAIL: it is 0."""
    enabled = (aws.get(SUMMARY) or {}).get("SummaryMap", {}).get("AccountMFAEnabled")
    return passed("AccountMFAEnabled 1") if enabled == 1 else failed(f"AccountMFAEnabled {enabled}")


CONTROLS: tuple[Control, ...] = (root_mfa, guardrail_ready, logging_on)
ACCOUNT = Account(
    "111122223333", ("eu-west-1", "us-east-1"), "aws", "arn:aws:iam::111122223333:user/assessor"
)
RUN = Run("20260101T000000Z-abcdef", "2026-01-01T00:00:00Z", "0.1.0", (ACCOUNT,))


def guardrail(ident: str, region: str, **more: Any) -> dict[Call, Reading]:
    """The readings of one guardrail's details."""
    answer = {"guardrailId": ident, "name": ident, "status": "READY", **more}
    return {call_of(GET_GUARDRAIL, ACCOUNT.id, region, {"guardrailIdentifier": ident}): Seen(answer)}


def readings(changes: Mapping[Call, Reading] | None = None) -> dict[Call, Reading]:
    """An account with one guardrail in us-east-1, logging there, none in eu-west-1, and MFA on the root user."""

    def at(operation: Operation, region: str) -> Call:
        return call_of(operation, ACCOUNT.id, region, {})

    arn = "arn:aws:bedrock:us-east-1:111122223333:guardrail/g1"
    made: dict[Call, Reading] = {
        at(LIST_GUARDRAILS, "us-east-1"): Seen({"guardrails": [{"id": "g1", "arn": arn}]}),
        at(LIST_GUARDRAILS, "eu-west-1"): Seen({"guardrails": []}),
        at(LOGGING, "us-east-1"): Seen({"loggingConfig": {"textDataDeliveryEnabled": True}}),
        at(LOGGING, "eu-west-1"): Seen({}),
        at(SUMMARY, "us-east-1"): Seen({"SummaryMap": {"AccountMFAEnabled": 1}}),
        **guardrail("g1", "us-east-1"),
    }
    made.update(changes or {})
    return made


def denied(operation: Operation, region: str) -> dict[Call, Reading]:
    """``operation`` refused in ``region``."""
    reading = Unseen(Why.DENIED, "AccessDeniedException", "no", " ".join(operation.actions))
    return {call_of(operation, ACCOUNT.id, region, {}): reading}


def everything_denied() -> dict[Call, Reading]:
    """What is read when only sts:GetCallerIdentity is allowed."""
    made: dict[Call, Reading] = {}
    for operation in (LIST_GUARDRAILS, LOGGING, SUMMARY):
        for region in ACCOUNT.regions:
            made |= denied(operation, region)
    return made


def snapshot(changes: Mapping[Call, Reading] | None = None) -> Snapshot:
    """The account's snapshot."""
    return Snapshot(RUN, readings(changes))


def stored(path: Path, changes: Mapping[Call, Reading] | None = None) -> Path:
    """The snapshot, in a file."""
    archive.write(snapshot(changes), path)
    return path


DOCUMENT: Mapping[str, Any] = {
    "accounts": {
        ACCOUNT.id: {
            "global": {"iam": {"GetAccountSummary": {"SummaryMap": {"AccountMFAEnabled": 1}}}},
            "regions": {
                "us-east-1": {
                    "bedrock": {
                        "ListGuardrails": {
                            "guardrails": [
                                {
                                    "id": "g1",
                                    "arn": "arn:aws:bedrock:us-east-1:111122223333:guardrail/g1",
                                    "name": "support",
                                    "status": "READY",
                                    "version": "DRAFT",
                                    "createdAt": "{now-9d}",
                                    "updatedAt": "{now-9d}",
                                }
                            ]
                        },
                        "GetGuardrail": [
                            {
                                "when": {"guardrailIdentifier": "g1"},
                                "answer": {
                                    "name": "support",
                                    "guardrailId": "g1",
                                    "guardrailArn": "arn:aws:bedrock:us-east-1:111122223333:guardrail/g1",
                                    "version": "DRAFT",
                                    "status": "READY",
                                    "createdAt": "{now-9d}",
                                    "updatedAt": "{now-9d}",
                                    "blockedInputMessaging": "no",
                                    "blockedOutputsMessaging": "no",
                                },
                            }
                        ],
                    }
                },
                "eu-west-1": {"bedrock": {"ListGuardrails": {"guardrails": []}}},
            },
        }
    }
}
"""The same account, as the stand-in serves it."""
