"""Accounts that are hard to judge, through every control about principals and through `assessor access`."""

import json
from dataclasses import replace
from functools import cache

import pytest

from assessor.model.evaluation import evaluate
from assessor.model.finding import Finding
from assessor.model.parameters import Parameters
from assessor.model.snapshot import Snapshot
from assessor.model.view import View
from assessor.reports import access
from evaluators import BY_ID
from evaluators.derived.principals import who_can
from evaluators.derived.principals.who_can import Question
from tests.aws.account import snapshot_of
from tests.evaluators.iam_accounts import (
    ACCOUNT,
    CASES,
    GUARDRAIL,
    NOVA,
    ORG,
    PROFILE,
    Case,
    allow,
    deny,
    document,
    role,
)
from tests.evaluators.test_cases import merged

CONTROLS = ("GAI-3.15", "GAI-3.16", "GAI-3.17", "GAI-3.18", "GAI-3.20", "GAI-4.03", "GAI-4.15", "GAI-4.18")
PARAMETERS = {
    "admin_principals": [],
    "approved_models": ["amazon.nova-lite-v1:0"],
    "mantle_principals": [],
}
IDS = [case.name for case in CASES]


def content(case: Case) -> dict[str, object]:
    """The account in AWS's own answers."""
    keys = [
        {
            "when": {"UserName": name},
            "answer": {
                "AccessKeyMetadata": [
                    {
                        "UserName": name,
                        "AccessKeyId": "AKIAIOSFODNN7EXAMPLE",
                        "Status": "Active",
                        "CreateDate": "{now-10d}",
                    }
                ]
            },
        }
        for name in case.keys
    ]
    usage = {"LastUsedDate": "{now-1d}", "ServiceName": "s3", "Region": "us-east-1"}
    here = {
        "bedrock": {
            "ListFoundationModels": {
                "modelSummaries": [
                    {
                        "modelArn": NOVA,
                        "modelId": "amazon.nova-lite-v1:0",
                        "outputModalities": ["TEXT"],
                    }
                ]
            },
            "ListInferenceProfiles": {
                "inferenceProfileSummaries": [
                    {
                        "inferenceProfileName": "US Nova Lite",
                        "inferenceProfileArn": PROFILE,
                        "inferenceProfileId": "us.amazon.nova-lite-v1:0",
                        "models": [{"modelArn": NOVA}],
                        "status": "ACTIVE",
                        "type": "SYSTEM_DEFINED",
                    }
                ]
            },
            "ListGuardrails": {
                "guardrails": [
                    {
                        "id": "gr1",
                        "arn": GUARDRAIL,
                        "status": "READY",
                        "name": "g",
                        "version": "DRAFT",
                        "createdAt": "{now-9d}",
                        "updatedAt": "{now-9d}",
                    }
                ]
            },
        }
    }
    found: dict[str, object] = {
        "global": {
            "iam": {
                "GetAccountAuthorizationDetails": {
                    "UserDetailList": list(case.users),
                    "GroupDetailList": list(case.groups),
                    "RoleDetailList": list(case.roles),
                    "Policies": list(case.policies),
                },
                "GetAccountSummary": {"SummaryMap": {"AccountAccessKeysPresent": 0}},
                "GetAccessKeyLastUsed": {"UserName": "ann", "AccessKeyLastUsed": usage},
                **({"ListAccessKeys": keys} if keys else {}),
            }
        },
        "us-east-1": here,
    }
    if case.organization or case.scps is not None:
        master = {"Id": ORG, "MasterAccountId": "999988887777", "FeatureSet": "ALL"}
        found = merged(
            found, {"global": {"organizations": {"DescribeOrganization": {"Organization": master}}}}
        )
    return dict(merged(found, case.more))


@cache
def snapshot(case: int) -> Snapshot:
    """What a scan reads of an account, made once."""
    given = CASES[case]
    reads = [*(operation for name in CONTROLS for operation in BY_ID[name].reads), *who_can.READS]
    return snapshot_of(content(given), reads, regions=given.regions)


def parameters(case: Case) -> Parameters:
    """The owner's lists, and the service control policies above the account."""
    if case.scps is None:
        return Parameters(PARAMETERS)
    listing = all(one["Effect"] == "Deny" for one in case.scps)
    level = document(*([allow("*")] if listing else []), *case.scps)
    return Parameters(PARAMETERS, {"scp_files": [[level]]})


@cache
def findings(number: int) -> tuple[Finding, ...]:
    """Every row."""
    controls = [BY_ID[name] for name in CONTROLS]
    return tuple(evaluate(snapshot(number), controls, parameters(CASES[number]), strict=True))


def told(row: Finding, wanted: str) -> str:
    """Status of a row as the case writes it: with its reason, or its severity where the case gives one."""
    if row.status.value == "NOT_ASSESSED":
        return f"NOT_ASSESSED {row.reason}"
    return f"{row.status.value} {row.severity.value}" if " " in wanted else row.status.value


@pytest.mark.parametrize("number", range(len(CASES)), ids=IDS)
def test_every_control_says_what_is_true(number: int) -> None:
    """Status of each row, and what it says."""
    case = CASES[number]
    wrong = {}
    for (control, who), wanted in case.rows.items():
        rows = [
            row
            for row in findings(number)
            if row.control_id == control and row.resource_arn == f"arn:aws:iam::{ACCOUNT}:{who}"
        ]
        rows = [row for row in rows if row.resource_type != "AWS::IAM::ServiceSpecificCredential"]
        found = told(rows[0], wanted) if rows else ""
        if found != wanted:
            wrong[control, who] = (wanted, found, [row.observed for row in rows])
        for part in case.said.get((control, who), ()):
            assert any(part in row.observed for row in rows), (control, part, [row.observed for row in rows])
    assert wrong == {}


@pytest.mark.parametrize("number", range(len(CASES)), ids=IDS)
def test_access_says_what_is_true(number: int) -> None:
    """Verdict and mandate of every way, for each principal and action of the case; all formats can be written."""
    case = CASES[number]
    read = snapshot(number)
    view = View(read, read.run.accounts[0], case.regions[0], parameters(case))
    answer = who_can.who_can(view, Question())
    found: dict[tuple[str, str], set[str]] = {}
    for holder in answer.holders:
        for way in holder.ways:
            mandate = f" {way.ruling.mandate}" if way.ruling is not None else ""
            key = (holder.principal.arn.split(":", 5)[5], way.way.action)
            found.setdefault(key, set()).add(f"{way.way.decision.verdict}{mandate}")
    assert {key: found.get(key, set()) for key in case.access} == {k: set(v) for k, v in case.access.items()}
    assert access.text([answer]).startswith(f"Account {ACCOUNT}")
    assert access.to_csv([answer])
    assert access.to_json([answer])


def test_there_are_many() -> None:
    """Sixty and more, no two of one name."""
    assert len(CASES) >= 60
    assert len(set(IDS)) == len(CASES)


def test_what_is_left_out_of_everything_is_named() -> None:
    """Every knowledge base but the one whose own policy refuses it; every model but those a Deny covers."""
    refused = next(case for case in CASES if case.name == "the account in NotPrincipal is not its roles")
    wide = replace(refused, roles=(role("app", allow(["bedrock:Retrieve", "bedrock:InvokeModel"]), DENIED),))
    reads = who_can.READS
    read = snapshot_of(content(wide), reads, regions=wide.regions)
    answer = who_can.who_can(
        View(read, read.run.accounts[0], "us-east-1", Parameters(PARAMETERS)), Question()
    )
    text = access.text([answer])
    assert "Retrieve on every knowledge base but knowledge-base/KB00000001 (us-east-1)" in text
    assert "every inference profile but amazon.nova-lite-v1:0 (us-east-1)" in text
    assert json.loads(access.to_json([answer]))["accounts"][0]["principals"][0]["access"][0]["but"] == [
        NOVA,
        PROFILE,
    ]


DENIED = deny("bedrock:InvokeModel", NOVA)
