"""One account judged through every control about principals: groups, a boundary, a NotAction deny, an API key.

The account, all in one snapshot:

* ``ann`` is in the group ``admins``, which holds ``"Action": "*"``; she has an access key.
* ``bob`` is in the same group, within a permissions boundary that allows one model and one bucket; he has a key too.
* ``app`` runs Lambda functions with ``bedrock:*`` and a Deny with NotAction: nothing but reading and applying guardrails
  works without guardrail ``gr1``, version 1.
* ``batch`` runs on ECS with the same ``bedrock:*`` and a Deny with NotAction that spares the streaming call.
* ``BedrockAPIKey-7xyz`` is the user AWS makes for a Bedrock API key that never expires.
"""

from functools import cache
from typing import Any

import pytest

from assessor.iam.conditions import ABSENT
from assessor.iam.decide import Verdict as Decided
from assessor.model.evaluation import evaluate
from assessor.model.finding import Finding
from assessor.model.parameters import Parameters
from assessor.model.snapshot import Account, Snapshot
from assessor.model.view import View
from evaluators import BY_ID
from evaluators.derived.principals.universe import estate
from tests.aws.account import snapshot_of

ACCOUNT = "111122223333"
GUARDRAIL = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/gr1"
NOVA = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"
KEY = "bedrock:GuardrailIdentifier"
CONTROLS = (
    "GAI-2.02",
    "GAI-3.15",
    "GAI-3.16",
    "GAI-3.17",
    "GAI-3.18",
    "GAI-3.20",
    "GAI-3.26",
    "GAI-4.03",
    "GAI-4.15",
)


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(service: str) -> dict[str, Any]:
    """A trust policy."""
    return document({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})


def managed(arn: str, *statements: dict[str, Any]) -> dict[str, Any]:
    """A managed policy with an old version beside the default one, which must not count."""
    name = arn.rpartition("/")[2]
    old = document({"Effect": "Allow", "Action": "*", "Resource": "*"})
    return {
        "PolicyName": name,
        "Arn": arn,
        "DefaultVersionId": "v2",
        "PolicyVersionList": [
            {"VersionId": "v1", "IsDefaultVersion": False, "Document": old},
            {"VersionId": "v2", "IsDefaultVersion": True, "Document": document(*statements)},
        ],
    }


def attached(arn: str) -> list[dict[str, str]]:
    """An attachment."""
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn}]


def user(name: str, **more: Any) -> dict[str, Any]:
    """A user."""
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return {"UserName": name, "UserId": f"AIDA{name.upper():X<16.16}", "Arn": arn, "Path": "/", **more}


def role(name: str, service: str, *statements: dict[str, Any]) -> dict[str, Any]:
    """A role with one inline policy."""
    return {
        "RoleName": name,
        "RoleId": f"AROA{name.upper():X<16}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "Path": "/",
        "AssumeRolePolicyDocument": trust(service),
        "RolePolicyList": [{"PolicyName": "work", "PolicyDocument": document(*statements)}],
    }


def key(name: str, ident: str) -> dict[str, Any]:
    """An active access key, ten days old."""
    held = {"UserName": name, "AccessKeyId": ident, "Status": "Active", "CreateDate": "{now-10d}"}
    return {"when": {"UserName": name}, "answer": {"AccessKeyMetadata": [held]}}


ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
LIMITED = "arn:aws:iam::aws:policy/AmazonBedrockLimitedAccess"
EDGE = f"arn:aws:iam::{ACCOUNT}:policy/edge"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
BEDROCK = {"Sid": "Bedrock", "Effect": "Allow", "Action": "bedrock:*", "Resource": "*"}
WITHOUT = {"StringNotEquals": {KEY: f"{GUARDRAIL}:1"}}
READS = ["bedrock:ApplyGuardrail", "bedrock:Get*", "bedrock:List*"]


def fence(*spared: str) -> dict[str, Any]:
    """A Deny of everything but reading, and what is spared, without the guardrail."""
    return {
        "Sid": "Fence",
        "Effect": "Deny",
        "NotAction": [*READS, *spared],
        "Resource": "*",
        "Condition": WITHOUT,
    }


DETAILS: dict[str, Any] = {
    "UserDetailList": [
        user("ann", GroupList=["admins"]),
        user(
            "bob",
            GroupList=["admins"],
            PermissionsBoundary={
                "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
                "PermissionsBoundaryArn": EDGE,
            },
        ),
        user("BedrockAPIKey-7xyz", AttachedManagedPolicies=attached(LIMITED)),
    ],
    "GroupDetailList": [
        {
            "GroupName": "admins",
            "GroupId": "AGPAADMINSXXXXXXXXXX",
            "Arn": f"arn:aws:iam::{ACCOUNT}:group/admins",
            "Path": "/",
            "AttachedManagedPolicies": attached(ADMIN),
        }
    ],
    "RoleDetailList": [
        role("app", "lambda.amazonaws.com", BEDROCK, fence()),
        role(
            "batch",
            "ecs-tasks.amazonaws.com",
            BEDROCK,
            fence("bedrock:InvokeModelWithResponseStream"),
        ),
    ],
    "Policies": [
        managed(ADMIN, EVERYTHING),
        managed(
            EDGE,
            {"Sid": "OneModel", "Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": NOVA},
            {"Sid": "OneBucket", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::notes/*"},
        ),
        managed(
            LIMITED,
            {
                "Sid": "BedrockAPIs",
                "Effect": "Allow",
                "Action": [
                    "bedrock:Get*",
                    "bedrock:List*",
                    "bedrock:CallWithBearerToken",
                    "bedrock:InvokeModel*",
                ],
                "Resource": "*",
            },
        ),
    ],
}
CONTENT: dict[str, Any] = {
    "global": {
        "iam": {
            "GetAccountAuthorizationDetails": DETAILS,
            "GetAccountSummary": {"SummaryMap": {"AccountAccessKeysPresent": 0}},
            "ListAccessKeys": [key("ann", "AKIAIOSFODNN7EXAMPLE"), key("bob", "AKIAI44QH8DHBEXAMPLE")],
            "GetAccessKeyLastUsed": {
                "UserName": "ann",
                "AccessKeyLastUsed": {"LastUsedDate": "{now-1d}", "ServiceName": "s3", "Region": "us-east-1"},
            },
            "ListServiceSpecificCredentials": {
                "ServiceSpecificCredentials": [
                    {
                        "UserName": "BedrockAPIKey-7xyz",
                        "Status": "Active",
                        "CreateDate": "{now-40d}",
                        "ServiceSpecificCredentialId": "ACCAEXAMPLE123EXAMPLE",
                        "ServiceName": "bedrock.amazonaws.com",
                    }
                ]
            },
        }
    },
    "us-east-1": {
        "bedrock": {
            "ListFoundationModels": {
                "modelSummaries": [
                    {"modelArn": NOVA, "modelId": "amazon.nova-lite-v1:0", "outputModalities": ["TEXT"]}
                ]
            }
        },
        "bedrock-agent": {
            "ListKnowledgeBases": {
                "knowledgeBaseSummaries": [
                    {
                        "knowledgeBaseId": "KB00000001",
                        "name": "any",
                        "status": "ACTIVE",
                        "updatedAt": "{now-9d}",
                    }
                ]
            }
        },
    },
}
PARAMETERS = {
    "governance_principals": ["model-governance"],
    "admin_principals": ["break-glass"],
    "mantle_principals": [],
    "approved_models": ["amazon.nova-lite-v1:0"],
}


@cache
def account() -> Snapshot:
    """The snapshot, made once."""
    reads = [operation for name in CONTROLS for operation in BY_ID[name].reads]
    return snapshot_of(CONTENT, reads)


@cache
def findings(*, decided: bool) -> tuple[Finding, ...]:
    """Every row; ``decided``: whether the owner has set the lists."""
    parameters = Parameters(PARAMETERS if decided else {})
    return tuple(evaluate(account(), [BY_ID[name] for name in CONTROLS], parameters, strict=True))


def rows(control: str, who: str, *, decided: bool = True) -> list[Finding]:
    """The rows of a control about a principal (``user/ann``) or the account (``root``)."""
    return [
        row
        for row in findings(decided=decided)
        if row.control_id == control and row.resource_arn.endswith(f":{who}")
    ]


ANN, BOB, API = "user/ann", "user/bob", "user/BedrockAPIKey-7xyz"
APP, BATCH, ROOT = "role/app", "role/batch", "root"
BY_GROUP = "managed policy AdministratorAccess of group admins"

EXPECTED: list[tuple[str, str, str, str, list[str]]] = [
    # Action * through a group reaches the member.
    ("GAI-2.02", ANN, "FAIL", "high", ["aws-marketplace:Subscribe", BY_GROUP]),
    ("GAI-3.15", ANN, "FAIL", "high", ["every foundation model of us-east-1", BY_GROUP]),
    ("GAI-3.18", ANN, "FAIL", "high", ["an active access key", BY_GROUP]),
    ("GAI-3.20", ANN, "FAIL", "high", ["bedrock-mantle:CreateInference", BY_GROUP]),
    ("GAI-3.26", ANN, "FAIL", "high", ["every knowledge base", BY_GROUP]),
    ("GAI-4.03", ANN, "INFO", "high", ["because it may do everything", BY_GROUP]),
    # The boundary leaves one model of all that, and one model is what he is said to reach.
    ("GAI-3.15", BOB, "PASS", "high", [f"bedrock:InvokeModel on {NOVA}", BY_GROUP]),
    ("GAI-3.18", BOB, "FAIL", "high", [f"bedrock:InvokeModel on {NOVA}"]),
    ("GAI-4.03", BOB, "INFO", "high", [NOVA]),
    # A Deny with NotAction makes the guardrail mandatory, and closes what else it covers.
    (
        "GAI-4.03",
        APP,
        "PASS",
        "high",
        [f"must pass {GUARDRAIL}:1", "statement 2 (Fence) of inline policy work"],
    ),
    ("GAI-3.15", APP, "PASS", "high", [f"when {KEY}={GUARDRAIL}:1"]),
    ("GAI-3.16", APP, "FAIL", "medium", ["foundation-model/*", f"when {KEY}={GUARDRAIL}:1", "(Bedrock)"]),
    ("GAI-4.15", APP, "PASS", "high", ["may change no guardrail"]),
    # One call that is spared is the way around.
    ("GAI-4.03", BATCH, "FAIL", "high", ["bedrock:InvokeModelWithResponseStream", "statement 1 (Bedrock)"]),
    ("GAI-3.15", BATCH, "FAIL", "high", ["bedrock:InvokeModelWithResponseStream", "every foundation model"]),
    # The user of an API key.
    (
        "GAI-3.15",
        API,
        "FAIL",
        "high",
        ["statement 1 (BedrockAPIs) of managed policy AmazonBedrockLimitedAccess"],
    ),
    (
        "GAI-3.17",
        API,
        "FAIL",
        "critical",
        ["An active Bedrock API key of user BedrockAPIKey-7xyz", "never expires"],
    ),
    ("GAI-3.17", ROOT, "FAIL", "medium", ["ann", "BedrockAPIKey-7xyz"]),
]


@pytest.mark.parametrize(
    ("control", "who", "status", "severity", "said"),
    EXPECTED,
    ids=[f"{control} {who}" for control, who, *_ in EXPECTED],
)
def test_a_principal_is_judged_by_what_it_can_do(
    control: str, who: str, status: str, severity: str, said: list[str]
) -> None:
    """Status, severity, and in the row the action, the resource, the statement and the circumstances."""
    (row,) = rows(control, who)
    assert (row.status.value, row.severity.value) == (status, severity), row.observed
    for part in said:
        assert part in row.observed
    assert row.evidence.startswith("aws iam ")


@pytest.mark.parametrize(
    ("control", "who"),
    [
        ("GAI-2.02", BOB),
        ("GAI-3.20", BOB),
        ("GAI-3.26", BOB),
        ("GAI-3.20", APP),
        ("GAI-3.18", API),
        ("GAI-4.03", API),
    ],
)
def test_what_a_principal_cannot_do_gives_no_row(control: str, who: str) -> None:
    """The boundary, a service prefix that is not in the policy, a user without an access key."""
    assert rows(control, who) == []


@pytest.mark.parametrize("control", ["GAI-2.02", "GAI-3.15", "GAI-3.20", "GAI-3.26"])
def test_without_the_owners_lists_the_administrator_is_named_and_not_failed(control: str) -> None:
    """NOT_ASSESSED(PARAMETER_MISSING), with who and by what."""
    (row,) = rows(control, ANN, decided=False)
    assert (row.status.value, row.reason) == ("NOT_ASSESSED", "PARAMETER_MISSING")
    assert "is not set" in row.observed
    assert BY_GROUP in row.observed


def test_every_witness_replays() -> None:
    """The circumstances a row names make the call work; with the guardrail left out it does not."""
    aws = View(account(), Account(ACCOUNT, ("us-east-1",)), "us-east-1")
    universe = estate(aws).universe
    app = universe.find(f"arn:aws:iam::{ACCOUNT}:role/app")
    assert app is not None
    found = universe.ask(app, "bedrock:InvokeModel", NOVA)
    assert found.verdict is Decided.CONDITIONAL
    assert found.allow_witness is not None
    assert (
        universe.ask(app, "bedrock:InvokeModel", NOVA, given=found.allow_witness.given).verdict
        is Decided.ALLOWED
    )
    assert universe.ask(app, "bedrock:InvokeModel", NOVA, given={KEY: ABSENT}).verdict is Decided.DENIED


def test_the_old_version_of_a_policy_does_not_count() -> None:
    """The boundary's first version allowed everything; its default version does not."""
    assert not rows("GAI-2.02", BOB)
    (row,) = rows("GAI-3.18", BOB)
    assert "s3" not in row.observed
