"""Filters narrow a listing as the services do, so that one declaration serves every way of asking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assessor.demo import StandIn
from tests.demo.clients import holding, session

VPCS = [{"VpcId": "vpc-1"}, {"VpcId": "vpc-2"}]
GROUPS = [{"GroupId": "sg-1", "VpcId": "vpc-1"}, {"GroupId": "sg-2", "VpcId": "vpc-2"}]
ENDPOINTS = [
    {"VpcEndpointId": "vpce-1", "VpcId": "vpc-1", "ServiceName": "bedrock", "VpcEndpointType": "Interface"},
    {"VpcEndpointId": "vpce-2", "VpcId": "vpc-1", "ServiceName": "s3", "VpcEndpointType": "Gateway"},
]
METRICS = [
    {
        "Namespace": "AWS/Bedrock",
        "MetricName": "Invocations",
        "Dimensions": [{"Name": "ModelId", "Value": "a"}],
    },
    {
        "Namespace": "AWS/Bedrock",
        "MetricName": "Invocations",
        "Dimensions": [{"Name": "ModelId", "Value": "b"}],
    },
    {"Namespace": "AWS/EC2", "MetricName": "CPU", "Dimensions": []},
]
RULES = [{"Name": "on-default", "EventBusName": "default"}, {"Name": "on-mine", "EventBusName": "mine"}]
ALARMS = {
    "MetricAlarms": [{"AlarmName": "m-1"}, {"AlarmName": "m-2"}],
    "CompositeAlarms": [{"AlarmName": "c-1"}],
}
DETAILS = {
    "UserDetailList": [{"UserName": "u"}],
    "RoleDetailList": [{"RoleName": "r"}],
    "Policies": [{"Arn": "arn:aws:iam::aws:policy/A"}, {"Arn": "arn:aws:iam::111122223333:policy/B"}],
}
CLUSTER = {"DBClusterIdentifier": "c-1", "DBClusterArn": "arn:aws:rds:us-east-1:111122223333:cluster:c-1"}

Case = tuple[str, str, Any, Callable[[Any], dict[str, Any]], str, list[str]]
CASES: list[Case] = [
    ("ec2", "DescribeVpcs", VPCS, lambda c: c.describe_vpcs(VpcIds=["vpc-2"]), "Vpcs.VpcId", ["vpc-2"]),
    (
        "ec2",
        "DescribeSecurityGroups",
        GROUPS,
        lambda c: c.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": ["vpc-1"]}]),
        "SecurityGroups.GroupId",
        ["sg-1"],
    ),
    (
        "ec2",
        "DescribeVpcEndpoints",
        ENDPOINTS,
        lambda c: c.describe_vpc_endpoints(
            Filters=[
                {"Name": "vpc-id", "Values": ["vpc-1"]},
                {"Name": "vpc-endpoint-type", "Values": ["Interface"]},
            ]
        ),
        "VpcEndpoints.VpcEndpointId",
        ["vpce-1"],
    ),
    (
        "cloudwatch",
        "ListMetrics",
        METRICS,
        lambda c: c.list_metrics(Namespace="AWS/Bedrock", Dimensions=[{"Name": "ModelId", "Value": "b"}]),
        "Metrics.MetricName",
        ["Invocations"],
    ),
    (
        "cloudwatch",
        "ListMetrics",
        METRICS,
        lambda c: c.list_metrics(Dimensions=[{"Name": "ModelId"}]),
        "Metrics.Namespace",
        ["AWS/Bedrock", "AWS/Bedrock"],
    ),
    (
        "cloudwatch",
        "DescribeAlarms",
        ALARMS,
        lambda c: c.describe_alarms(AlarmTypes=["CompositeAlarm"]),
        "MetricAlarms.AlarmName",
        [],
    ),
    (
        "cloudwatch",
        "DescribeAlarms",
        ALARMS,
        lambda c: c.describe_alarms(AlarmNames=["m-2", "c-9"]),
        "MetricAlarms.AlarmName",
        ["m-2"],
    ),
    (
        "iam",
        "GetAccountAuthorizationDetails",
        DETAILS,
        lambda c: c.get_account_authorization_details(Filter=["LocalManagedPolicy"]),
        "Policies.Arn",
        ["arn:aws:iam::111122223333:policy/B"],
    ),
    (
        "iam",
        "GetAccountAuthorizationDetails",
        DETAILS,
        lambda c: c.get_account_authorization_details(Filter=["Role"]),
        "UserDetailList.UserName",
        [],
    ),
    (
        "events",
        "ListRules",
        RULES,
        lambda c: c.list_rules(EventBusName="arn:aws:events:us-east-1:111122223333:event-bus/mine"),
        "Rules.Name",
        ["on-mine"],
    ),
    (
        "events",
        "ListRules",
        RULES,
        lambda c: c.list_rules(EventBusName="default", NamePrefix="on-"),
        "Rules.Name",
        ["on-default"],
    ),
    (
        "rds",
        "DescribeDBClusters",
        [CLUSTER, {"DBClusterIdentifier": "c-2"}],
        lambda c: c.describe_db_clusters(DBClusterIdentifier=CLUSTER["DBClusterArn"]),
        "DBClusters.DBClusterIdentifier",
        ["c-1"],
    ),
    (
        "logs",
        "DescribeLogGroups",
        [{"logGroupName": "/aws/bedrock/a"}, {"logGroupName": "/aws/lambda/b"}],
        lambda c: c.describe_log_groups(logGroupNamePrefix="/aws/bedrock/"),
        "logGroups.logGroupName",
        ["/aws/bedrock/a"],
    ),
    (
        "opensearchserverless",
        "ListSecurityPolicies",
        [{"type": "network", "name": "n"}, {"type": "encryption", "name": "e"}],
        lambda c: c.list_security_policies(type="encryption"),
        "securityPolicySummaries.name",
        ["e"],
    ),
]


@pytest.mark.parametrize(("service", "operation", "answer", "ask", "where", "expected"), CASES)
def test_a_parameter_narrows_the_listing(
    service: str,
    operation: str,
    answer: Any,
    ask: Callable[[Any], dict[str, Any]],
    where: str,
    expected: list[str],
) -> None:
    """What the parameter excludes is not in the answer; the declaration itself is left as it was."""
    mine = session()
    aws = StandIn(holding(service, operation, answer))
    aws.attach(mine)
    items, member = where.split(".")
    assert [item[member] for item in ask(mine.client(service)).get(items, [])] == expected
    (entry,) = aws.document.entries("111122223333", "us-east-1", service, operation)
    held = answer if isinstance(answer, dict) else {items: answer}
    assert {name: len(entry.answer[name]) for name in held} == {name: len(held[name]) for name in held}


def test_narrowing_comes_before_paging() -> None:
    """A page of one holds the first item that fits, not the first item."""
    mine = session()
    StandIn(holding("ec2", "DescribeVpcs", VPCS), page_size=1).attach(mine)
    answer = mine.client("ec2").describe_vpcs(VpcIds=["vpc-2"])
    assert [vpc["VpcId"] for vpc in answer["Vpcs"]] == ["vpc-2"]
    assert "NextToken" not in answer
