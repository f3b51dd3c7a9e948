"""A document answers what it declares, and moto keeps what is written beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from assessor.demo import DEFAULT_ACCOUNT, StandIn
from tests.demo.clients import REGION, client, code_of, session

OTHER = "444455556666"
DATA: dict[str, Any] = {
    "accounts": {
        DEFAULT_ACCOUNT: {
            "regions": {
                REGION: {
                    "bedrock": {"ListGuardrails": {"guardrails": []}},
                    "ec2": {"DescribeVpcs": [{"VpcId": "vpc-declared", "CidrBlock": "10.0.0.0/16"}]},
                    "kms": {
                        "GetKeyRotationStatus": [
                            {"when": {"KeyId": "declared"}, "answer": {"KeyRotationEnabled": True}}
                        ]
                    },
                }
            },
        },
        OTHER: {"global": {"s3": {"buckets": {"declared-bucket": {}}}}},
    }
}


@pytest.fixture
def aws() -> Iterator[StandIn]:
    with StandIn(DATA, moto=True) as running:
        yield running


def test_what_boto3_writes_can_be_read_back(aws: StandIn) -> None:
    """A bucket, an object, a key, a topic and a role, beside the services of the document."""
    s3, kms, sns, iam = (client(aws, name) for name in ("s3", "kms", "sns", "iam"))
    s3.create_bucket(Bucket="made")
    s3.put_object(Bucket="made", Key="a folder/é.txt", Body=b"hello")
    s3.put_bucket_versioning(Bucket="made", VersioningConfiguration={"Status": "Enabled"})
    key = kms.create_key(Description="made")["KeyMetadata"]["Arn"]
    topic = sns.create_topic(Name="made")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="a@b.example")
    trust = {"Version": "2012-10-17", "Statement": []}
    iam.create_role(RoleName="made", AssumeRolePolicyDocument=json.dumps(trust))

    assert s3.get_object(Bucket="made", Key="a folder/é.txt")["Body"].read() == b"hello"
    assert s3.get_bucket_versioning(Bucket="made")["Status"] == "Enabled"
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["made"]
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["Description"] == "made"
    assert key.split(":")[4] == topic.split(":")[4] == DEFAULT_ACCOUNT
    assert len(sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]) == 1
    assert iam.get_role(RoleName="made")["Role"]["AssumeRolePolicyDocument"] == trust
    assert client(aws, "bedrock").list_guardrails()["guardrails"] == []
    assert [vpc["VpcId"] for vpc in client(aws, "ec2").describe_vpcs()["Vpcs"]] == ["vpc-declared"]


def test_state_belongs_to_its_account(aws: StandIn) -> None:
    """Another account's client does not see it; its own buckets are the document's."""
    client(aws, "s3").create_bucket(Bucket="made")
    other = client(aws, "s3", OTHER)
    assert [bucket["Name"] for bucket in other.list_buckets()["Buckets"]] == ["declared-bucket"]
    assert client(aws, "sns", OTHER).list_topics()["Topics"] == []


def test_a_declared_operation_is_the_documents_in_every_region(aws: StandIn) -> None:
    """moto would invent a default VPC for each Region."""
    assert client(aws, "ec2", region="eu-west-1").describe_vpcs()["Vpcs"] == []
    assert len(client(aws, "ec2", account=OTHER).describe_vpcs()["Vpcs"]) == 1


def test_a_declaration_with_parameters_owns_only_what_fits(aws: StandIn) -> None:
    """The key in the document rotates; the one that was made is moto's to answer."""
    kms = client(aws, "kms")
    made = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=made)
    assert kms.get_key_rotation_status(KeyId="declared")["KeyRotationEnabled"] is True
    assert kms.get_key_rotation_status(KeyId=made)["KeyRotationEnabled"] is True


def test_a_declared_bucket_lacks_what_the_document_does_not_say(aws: StandIn) -> None:
    """moto knows nothing of it and is not asked."""
    with pytest.raises(ClientError) as raised:
        client(aws, "s3", OTHER).get_bucket_policy(Bucket="declared-bucket")
    assert code_of(raised.value) == "NoSuchBucketPolicy"


def test_what_moto_lacks_is_none_as_without_moto(aws: StandIn, capfd: pytest.CaptureFixture[str]) -> None:
    """A missing service, a missing operation and a missing write; nothing is printed about them."""
    assert client(aws, "kendra").list_indices()["IndexConfigurationSummaryItems"] == []
    assert client(aws, "bedrock-agent").list_prompts()["promptSummaries"] == []
    with pytest.raises(ClientError) as raised:
        client(aws, "bedrock").get_guardrail(guardrailIdentifier="x")
    assert code_of(raised.value) == "ResourceNotFoundException"
    with pytest.raises(ClientError) as raised:
        client(aws, "bedrock").delete_guardrail(guardrailIdentifier="x")
    assert code_of(raised.value) == "UnsupportedOperation"
    assert capfd.readouterr() == ("", "")


def test_faults_come_before_state(aws: StandIn) -> None:
    """A denied write changes nothing."""
    aws.faults.deny = ["sns:CreateTopic"]
    with pytest.raises(ClientError) as raised:
        client(aws, "sns").create_topic(Name="denied")
    assert code_of(raised.value) == "AuthorizationError"
    assert client(aws, "sns").list_topics()["Topics"] == []


def test_each_stand_in_starts_empty(aws: StandIn) -> None:
    """moto's state is the process's; a new stand-in clears what the last one left."""
    client(aws, "sns").create_topic(Name="left")
    with StandIn(DATA, moto=True) as fresh:
        assert client(fresh, "sns").list_topics()["Topics"] == []


def test_state_is_kept_without_a_socket_too() -> None:
    """An attached session writes and reads."""
    mine = session()
    StandIn(DATA, moto=True).attach(mine)
    s3 = mine.client("s3")
    s3.create_bucket(Bucket="in-process")
    s3.put_object(Bucket="in-process", Key="k", Body=b"v")
    assert s3.get_object(Bucket="in-process", Key="k")["Body"].read() == b"v"


def test_the_demo_does_without_moto() -> None:
    """Importing and serving the company loads neither moto nor Flask: both are slow, and only tests need them."""
    import subprocess
    import sys

    script = """
import sys
from assessor.demo import start
with start() as aws:
    print(sorted({"moto", "flask", "boto3", "pandas"} & set(sys.modules)), aws.endpoint_url[:16])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[] http://127.0.0.1"
