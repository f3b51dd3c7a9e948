"""The invented company: AWS could answer all of it, it hangs together, and it is strong and weak where it says."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

import assessor.demo
import collectors
from assessor.demo import DEFAULT_ACCOUNT, Document, StandIn, company, models, start
from assessor.demo.shapes import missing
from assessor.model.operation import Operation
from assessor.model.reading import Absent, Seen, Unseen
from assessor.model.snapshot import Snapshot
from tests.aws.account import snapshot_of
from tests.demo import generated
from tests.demo.clients import session

REGIONS = ("us-east-1", "eu-west-1")
NEVER_STORED = "THIS-VALUE-MUST-NEVER-BE-STORED"
# Operations of the first release that the company leaves undeclared, since it has none of what they read.
NOTHING_OF_THE_KIND = {
    ("ecs", "DescribeServices"),
    ("ecs", "DescribeTaskDefinition"),
    ("neptune-graph", "GetGraph"),
    ("opensearch", "DescribeDomain"),
    ("organizations", "DescribeEffectivePolicy"),
    ("rds", "DescribeDBClusters"),
    ("rds", "DescribeDBInstances"),
}


def declared_operations() -> list[Operation]:
    found: dict[str, Operation] = {}
    for module in pkgutil.iter_modules(collectors.__path__):
        for value in vars(importlib.import_module(f"collectors.{module.name}")).values():
            if isinstance(value, Operation):
                found[value.id] = value
    return list(found.values())


@pytest.fixture(scope="module")
def document() -> Document:
    return company()


@pytest.fixture(scope="module")
def mine(document: Document) -> boto3.Session:
    attached = session()
    StandIn(document).attach(attached)
    return attached


@pytest.fixture(scope="module")
def snapshot(document: Document) -> Snapshot:
    return snapshot_of({}, declared_operations(), regions=REGIONS, document=document)


def test_every_answer_is_whole(document: Document) -> None:
    """Beyond what the loader checks: all members are there that AWS always gives."""
    lacking = [
        path
        for key, entries in document._entries.items()
        for entry in entries
        if entry.error is None
        for path in missing(models.operation_model(key[2], key[3]).output_shape, entry.answer, "/".join(key))
    ]
    assert lacking == []


def test_it_is_one_account_in_two_regions(document: Document) -> None:
    """What a demo run assesses follows from the document; an account it does not hold has no Regions."""
    assert document.regions(DEFAULT_ACCOUNT) == set(REGIONS)
    assert document.regions("999999999999") == set()
    assert document.accounts[DEFAULT_ACCOUNT].name == "Brightwater Mutual"


def test_it_answers_what_the_first_release_reads(document: Document) -> None:
    """Every operation of a must-have control is declared, or there is a reason why not."""
    assert generated.operations_of_the_first_release() - document.operations() == NOTHING_OF_THE_KIND


def test_a_scan_finds_every_detail_it_follows(snapshot: Snapshot) -> None:
    """No list names a thing whose details are missing: whatever is absent is a setting or a policy, never a thing."""
    gaps = [
        f"{call.operation} {dict(call.request)}: {reading}"
        for call, reading in snapshot.readings.items()
        if isinstance(reading, Unseen)
    ]
    assert gaps == []
    absent = {call.operation for call, reading in snapshot.readings.items() if isinstance(reading, Absent)}
    assert absent <= {
        "account:GetAlternateContact",
        "bedrock-agent:GetResourcePolicy",
        "bedrock-agentcore-control:GetResourcePolicy",
        "bedrock:GetResourcePolicy",
        "bedrock:GetUseCaseForModelAccess",
        "cloudtrail:GetInsightSelectors",
        "cognito-idp:DescribeRiskConfiguration",
        "cognito-idp:DescribeRiskConfiguration/clients",
        "lambda:GetPolicy",
        "macie2:GetMacieSession",
        "organizations:DescribeEffectivePolicy",
        "s3control:GetAccessPointPolicy",
        "s3:GetBucketLifecycleConfiguration",
        "s3:GetBucketPolicy",
        "s3:GetBucketPolicyStatus",
        "s3:GetObjectLockConfiguration",
        "s3:GetBucketOwnershipControls",
        "s3:GetPublicAccessBlock",
        "s3vectors:GetVectorBucketPolicy",
        "wafv2:GetLoggingConfiguration",
    }
    assert sum(isinstance(reading, Seen) for reading in snapshot.readings.values()) > 500


def test_secrets_are_planted_for_the_redaction_to_catch() -> None:
    """A provider's key, a client secret and a webhook: each would be found again by its marker."""
    text = Path(assessor.demo.__file__).with_name("company.yaml").read_text(encoding="utf-8")
    assert text.count(NEVER_STORED) == 3


def test_hostile_names_are_planted_for_the_reports_to_survive(snapshot: Snapshot) -> None:
    """Markup and formulas reach the readings as AWS would give them."""
    text = str([reading.value for reading in snapshot.readings.values() if isinstance(reading, Seen)])
    for hostile in ("=HYPERLINK(", "<script>", "@SUM(1+1)", "<img src=x onerror="):
        assert hostile in text


def test_enforcement_logging_and_alarms_are_in_one_region_only(mine: boto3.Session) -> None:
    """An answer of one Region says nothing about the other."""

    def regional(region: str) -> tuple[int, bool, int]:
        bedrock = mine.client("bedrock", region_name=region)
        enforced = bedrock.list_enforced_guardrails_configuration()["guardrailsConfig"]
        logging = bedrock.get_model_invocation_logging_configuration().get("loggingConfig")
        alarms = mine.client("cloudwatch", region_name=region).describe_alarms()["MetricAlarms"]
        return len(enforced), logging is not None, len(alarms)

    assert regional("us-east-1") == (1, True, 10)
    assert regional("eu-west-1") == (0, False, 0)


def test_an_alarm_may_exist_without_effect(mine: boto3.Session) -> None:
    """One is disabled, one tells a topic nobody confirmed, one only has a name; the others work."""
    alarms = {a["AlarmName"]: a for a in mine.client("cloudwatch").describe_alarms()["MetricAlarms"]}
    assert alarms["model-errors"]["ActionsEnabled"] is False
    assert alarms["bedrock-guardrail-alarm"]["Namespace"] == "AWS/EC2"
    topic = alarms["model-latency"]["AlarmActions"][0]
    subscriptions = mine.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [one["SubscriptionArn"] for one in subscriptions] == ["PendingConfirmation"]


def test_good_and_weak_stand_side_by_side(mine: boto3.Session) -> None:
    """The demo shows passes and failures of every kind of resource."""
    kms, s3, wafv2 = (mine.client(name) for name in ("kms", "s3", "wafv2"))
    rotating = [
        kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
        for key in kms.list_keys()["Keys"]
    ]
    assert rotating == [True, False, False]
    versioned = [
        s3.get_bucket_versioning(Bucket=name).get("Status")
        for name in ("brightwater-policy-docs", "brightwater-broker-uploads", "brightwater-eu-faq")
    ]
    assert versioned == ["Enabled", None, "Suspended"]
    attached = {
        acl["Name"]: wafv2.list_resources_for_web_acl(WebACLArn=acl["ARN"], ResourceType="API_GATEWAY")[
            "ResourceArns"
        ]
        for acl in wafv2.list_web_acls(Scope="REGIONAL")["WebACLs"]
    }
    assert attached["claims-edge"]
    assert attached["unattached"] == []
    guardrail = mine.client("bedrock").get_guardrail(guardrailIdentifier="gr0broker002", guardrailVersion="1")
    assert {f["inputStrength"] for f in guardrail["contentPolicy"]["filters"]} == {"LOW", "NONE"}


def test_relative_times_are_true_whenever_it_is_loaded() -> None:
    """The demo does not age: the legacy model ends in the future, the old key stays old."""
    then = datetime(2031, 5, 1, tzinfo=UTC)
    path = Path(assessor.demo.__file__).with_name("company.yaml")
    entries = Document.load(path, then).entries(
        DEFAULT_ACCOUNT, "us-east-1", "bedrock", "ListFoundationModels"
    )
    summaries: list[Any] = next(entries).answer["modelSummaries"]
    (legacy,) = [m["modelLifecycle"] for m in summaries if m["modelLifecycle"]["status"] == "LEGACY"]
    assert legacy["legacyTime"] < then < legacy["endOfLifeTime"]


@pytest.fixture
def served() -> Iterator[StandIn]:
    aws = start(page_size=2)
    yield aws
    aws.stop()


def test_it_can_be_served_in_small_pages(served: StandIn) -> None:
    """`start` serves the company over HTTP; its roles can be assumed with their external id."""
    mine = session()
    pages = mine.client("iam", endpoint_url=served.endpoint_url).get_paginator(
        "get_account_authorization_details"
    )
    roles = [role["RoleName"] for page in pages.paginate() for role in page["RoleDetailList"]]
    assert len(roles) == len(set(roles)) == 17
    sts = mine.client("sts", endpoint_url=served.endpoint_url)
    assumed = sts.assume_role(
        RoleArn=f"arn:aws:iam::{DEFAULT_ACCOUNT}:role/GenAIReadinessAuditor",
        RoleSessionName="demo",
        ExternalId="brightwater-audit-7",
    )
    assert assumed["AssumedRoleUser"]["Arn"].endswith("assumed-role/GenAIReadinessAuditor/demo")
