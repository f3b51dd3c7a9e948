"""What the document does not hold is none in AWS's own way: an empty list, a not-found code, a neutral setting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from assessor.demo import StandIn
from tests.demo.clients import code_of, session

DATA = {
    "accounts": {
        "111122223333": {
            "global": {"s3": {"buckets": {"kept": {}, "in-ireland": {"region": "eu-west-1"}}}},
        },
        "444455556666": {},
    }
}
ARN = "arn:aws:bedrock:us-east-1:111122223333:guardrail/x"


@pytest.fixture(scope="module")
def mine() -> boto3.Session:
    attached = session()
    StandIn(DATA).attach(attached)
    return attached


@pytest.mark.parametrize(
    ("service", "ask", "member"),
    [
        ("bedrock", lambda c: c.list_guardrails(), "guardrails"),
        ("bedrock-agent", lambda c: c.list_agents(), "agentSummaries"),
        ("ec2", lambda c: c.describe_vpc_endpoints(), "VpcEndpoints"),
        ("cloudwatch", lambda c: c.describe_alarms(), "MetricAlarms"),
        ("apigateway", lambda c: c.get_rest_apis(), "items"),
        ("iam", lambda c: c.get_account_authorization_details(), "RoleDetailList"),
        ("wafv2", lambda c: c.list_web_acls(Scope="REGIONAL"), "WebACLs"),
        ("kendra", lambda c: c.list_indices(), "IndexConfigurationSummaryItems"),
        ("logs", lambda c: c.describe_log_groups(), "logGroups"),
    ],
)
def test_a_listing_is_empty(
    mine: boto3.Session, service: str, ask: Callable[[Any], Any], member: str
) -> None:
    """The list is there, and nothing is in it."""
    answer = ask(mine.client(service))
    assert answer[member] == []
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize(
    ("service", "ask", "code"),
    [
        ("bedrock", lambda c: c.get_guardrail(guardrailIdentifier="x"), "ResourceNotFoundException"),
        ("bedrock", lambda c: c.get_resource_policy(resourceArn=ARN), "ResourceNotFoundException"),
        ("bedrock", lambda c: c.get_use_case_for_model_access(), "ResourceNotFoundException"),
        ("iam", lambda c: c.get_role(RoleName="x"), "NoSuchEntity"),
        ("kms", lambda c: c.describe_key(KeyId="x"), "NotFoundException"),
        ("sns", lambda c: c.get_topic_attributes(TopicArn="x"), "NotFound"),
        ("lambda", lambda c: c.get_policy(FunctionName="x"), "ResourceNotFoundException"),
        (
            "ec2",
            lambda c: c.describe_vpc_attribute(VpcId="v", Attribute="enableDnsSupport"),
            "InvalidVpcID.NotFound",
        ),
        ("elbv2", lambda c: c.describe_load_balancer_attributes(LoadBalancerArn="x"), "LoadBalancerNotFound"),
        ("cloudfront", lambda c: c.get_distribution_config(Id="X"), "NoSuchDistribution"),
        ("wafv2", lambda c: c.get_web_acl(ARN="arn:aws:wafv2:us-east-1:1:x"), "WAFNonexistentItemException"),
        ("s3vectors", lambda c: c.get_vector_bucket(vectorBucketName="xyz"), "NotFoundException"),
        (
            "stepfunctions",
            lambda c: c.describe_state_machine(stateMachineArn="x"),
            "StateMachineDoesNotExist",
        ),
        ("organizations", lambda c: c.describe_organization(), "AWSOrganizationsNotInUseException"),
        ("macie2", lambda c: c.get_macie_session(), "AccessDeniedException"),
        (
            "s3control",
            lambda c: c.get_public_access_block(AccountId="111122223333"),
            "NoSuchPublicAccessBlockConfiguration",
        ),
    ],
)
def test_a_thing_does_not_exist(
    mine: boto3.Session, service: str, ask: Callable[[Any], Any], code: str
) -> None:
    """The code is the service's own."""
    with pytest.raises(ClientError) as raised:
        ask(mine.client(service))
    assert code_of(raised.value) == code


def test_a_disabled_macie_says_so_with_the_code_of_a_denial(mine: boto3.Session) -> None:
    """Only its message tells the fact from a denial."""
    with pytest.raises(ClientError, match="Macie is not enabled"):
        mine.client("macie2").get_macie_session()


@pytest.mark.parametrize(
    ("service", "ask", "expected"),
    [
        ("bedrock", lambda c: c.get_model_invocation_logging_configuration(), {}),
        ("bedrock", lambda c: c.get_account_data_retention(), {"mode": "inherit"}),
        ("wafv2", lambda c: c.get_web_acl_for_resource(ResourceArn="arn:aws:elasticloadbalancing:x"), {}),
        ("lambda", lambda c: c.get_function_concurrency(FunctionName="f"), {}),
    ],
)
def test_a_setting_is_neutral(
    mine: boto3.Session, service: str, ask: Callable[[Any], Any], expected: dict[str, Any]
) -> None:
    """A setting nobody made is no error."""
    answer = ask(mine.client(service))
    del answer["ResponseMetadata"]
    assert answer == expected


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("get_bucket_policy", "NoSuchBucketPolicy"),
        ("get_bucket_policy_status", "NoSuchBucketPolicy"),
        ("get_public_access_block", "NoSuchPublicAccessBlockConfiguration"),
        ("get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError"),
        ("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"),
        ("get_bucket_ownership_controls", "OwnershipControlsNotFoundError"),
        ("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"),
        ("get_bucket_tagging", "NoSuchTagSet"),
        ("get_bucket_cors", "NoSuchCORSConfiguration"),
        ("get_bucket_website", "NoSuchWebsiteConfiguration"),
        ("get_bucket_replication", "ReplicationConfigurationNotFoundError"),
    ],
)
def test_a_bucket_lacks_what_nobody_gave_it(mine: boto3.Session, operation: str, code: str) -> None:
    """S3's codes are in no model, and each sub-resource has its own; a missing bucket is another matter."""
    s3 = mine.client("s3")
    with pytest.raises(ClientError) as raised:
        getattr(s3, operation)(Bucket="kept")
    assert code_of(raised.value) == code
    with pytest.raises(ClientError) as raised:
        getattr(s3, operation)(Bucket="missing")
    assert code_of(raised.value) == "NoSuchBucket"


def test_a_bucket_has_a_home_an_owner_and_no_versions(mine: boto3.Session) -> None:
    """What every bucket answers without being told; another account's client is answered too."""
    s3 = mine.client("s3")
    assert s3.get_bucket_location(Bucket="kept").get("LocationConstraint") is None
    assert s3.get_bucket_location(Bucket="in-ireland")["LocationConstraint"] == "eu-west-1"
    assert "Status" not in s3.get_bucket_versioning(Bucket="kept")
    assert [grant["Permission"] for grant in s3.get_bucket_acl(Bucket="kept")["Grants"]] == ["FULL_CONTROL"]
    assert {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]} == {"kept", "in-ireland"}
    other = session("444455556666")
    StandIn(DATA).attach(other)
    assert other.client("s3").list_buckets()["Buckets"] == []


@pytest.mark.parametrize(
    ("service", "write"),
    [
        ("s3", lambda c: c.put_bucket_policy(Bucket="kept", Policy="{}")),
        ("s3", lambda c: c.delete_bucket(Bucket="kept")),
        ("kms", lambda c: c.create_key()),
        ("iam", lambda c: c.delete_role(RoleName="x")),
        ("bedrock", lambda c: c.delete_guardrail(guardrailIdentifier="x")),
        ("ec2", lambda c: c.delete_vpc(VpcId="x")),
    ],
)
def test_a_write_is_refused(mine: boto3.Session, service: str, write: Callable[[Any], Any]) -> None:
    """A document cannot change, and nothing that claims to only read should write."""
    with pytest.raises(ClientError, match="read-only") as raised:
        write(mine.client(service))
    assert code_of(raised.value) == "UnsupportedOperation"
