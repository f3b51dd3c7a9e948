"""Parameters that narrow a listing, so that a document need not be written once per filter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from assessor.demo.paging import get, put

Keep = Callable[[Mapping[str, Any], Any], bool]
Rules = Mapping[tuple[str, str], tuple[tuple[str, str, Keep], ...]]
"""(service, operation) -> (parameter, list, test of one item against the parameter's value)."""


def _equals(member: str) -> Keep:
    return lambda item, wanted: bool(item.get(member) == wanted)


def _one_of(member: str) -> Keep:
    # An empty list of identifiers means "all" in every API that has one.
    return lambda item, wanted: not wanted or item.get(member) in wanted


def _named(member: str) -> Keep:
    """Equal to a name, or the last part of an ARN."""
    return lambda item, wanted: str(wanted).rpartition("/")[2] == item.get(member)


def _prefix(member: str) -> Keep:
    return lambda item, wanted: str(item.get(member, "")).startswith(str(wanted))


def _contains(member: str) -> Keep:
    return lambda item, wanted: str(wanted) in str(item.get(member, ""))


def _filters(**members: str) -> Keep:
    def keep(item: Mapping[str, Any], wanted: Any) -> bool:
        for one in wanted:
            member = members.get(str(one.get("Name", "")).replace("-", "_"))
            if member is not None and item.get(member) not in one.get("Values", []):
                return False
        return True

    return keep


def _dimensions(item: Mapping[str, Any], wanted: Any) -> bool:
    held = {dimension["Name"]: dimension["Value"] for dimension in item.get("Dimensions", [])}
    return all(
        one["Name"] in held and one.get("Value", held[one["Name"]]) == held[one["Name"]] for one in wanted
    )


def _only(kind: str) -> Keep:
    return lambda _, wanted: kind in wanted


def _policy(item: Mapping[str, Any], wanted: Any) -> bool:
    local = str(item.get("Arn", "")).partition("iam::")[2].partition(":")[0].isdigit()
    return ("LocalManagedPolicy" if local else "AWSManagedPolicy") in wanted


def _cluster(item: Mapping[str, Any], wanted: Any) -> bool:
    """A cluster's identifier is taken as its ARN too."""
    return wanted in (item.get("DBClusterIdentifier"), item.get("DBClusterArn"))


_RULES: Rules = {
    ("appsync", "ListGraphqlApis"): (("apiType", "graphqlApis", _equals("apiType")),),
    ("auditmanager", "ListAssessments"): (("status", "assessmentMetadata", _equals("status")),),
    ("bedrock", "ListFoundationModels"): (("byProvider", "modelSummaries", _equals("providerName")),),
    ("bedrock", "ListInferenceProfiles"): (("typeEquals", "inferenceProfileSummaries", _equals("type")),),
    ("cloudwatch", "DescribeAlarms"): (
        ("AlarmTypes", "MetricAlarms", _only("MetricAlarm")),
        ("AlarmTypes", "CompositeAlarms", _only("CompositeAlarm")),
        ("AlarmTypes", "LogAlarms", _only("LogAlarm")),
        ("AlarmNames", "MetricAlarms", _one_of("AlarmName")),
        ("AlarmNames", "CompositeAlarms", _one_of("AlarmName")),
        ("AlarmNamePrefix", "MetricAlarms", _prefix("AlarmName")),
    ),
    ("cloudwatch", "ListAlarmMuteRules"): (("Statuses", "AlarmMuteRuleSummaries", _one_of("Status")),),
    ("cloudwatch", "ListMetrics"): (
        ("Namespace", "Metrics", _equals("Namespace")),
        ("MetricName", "Metrics", _equals("MetricName")),
        ("Dimensions", "Metrics", _dimensions),
    ),
    ("cloudtrail", "DescribeTrails"): (("trailNameList", "trailList", _one_of("Name")),),
    ("ec2", "DescribeSubnets"): (
        ("SubnetIds", "Subnets", _one_of("SubnetId")),
        ("Filters", "Subnets", _filters(vpc_id="VpcId")),
    ),
    ("ec2", "DescribeVpcs"): (("VpcIds", "Vpcs", _one_of("VpcId")),),
    ("ec2", "DescribeSecurityGroups"): (
        ("GroupIds", "SecurityGroups", _one_of("GroupId")),
        ("Filters", "SecurityGroups", _filters(vpc_id="VpcId")),
    ),
    ("ec2", "DescribeVpcEndpoints"): (
        ("VpcEndpointIds", "VpcEndpoints", _one_of("VpcEndpointId")),
        (
            "Filters",
            "VpcEndpoints",
            _filters(vpc_id="VpcId", service_name="ServiceName", vpc_endpoint_type="VpcEndpointType"),
        ),
    ),
    ("elbv2", "DescribeLoadBalancers"): (("LoadBalancerArns", "LoadBalancers", _one_of("LoadBalancerArn")),),
    ("elbv2", "DescribeTargetGroups"): (("TargetGroupArns", "TargetGroups", _one_of("TargetGroupArn")),),
    ("events", "ListRules"): (
        ("EventBusName", "Rules", _named("EventBusName")),
        ("NamePrefix", "Rules", _prefix("Name")),
    ),
    ("iam", "GetAccountAuthorizationDetails"): (
        ("Filter", "UserDetailList", _only("User")),
        ("Filter", "GroupDetailList", _only("Group")),
        ("Filter", "RoleDetailList", _only("Role")),
        ("Filter", "Policies", _policy),
    ),
    ("iam", "ListServiceSpecificCredentials"): (
        ("ServiceName", "ServiceSpecificCredentials", _equals("ServiceName")),
        ("UserName", "ServiceSpecificCredentials", _equals("UserName")),
    ),
    ("logs", "DescribeAccountPolicies"): (("policyType", "accountPolicies", _equals("policyType")),),
    ("logs", "DescribeLogGroups"): (
        ("logGroupNamePrefix", "logGroups", _prefix("logGroupName")),
        ("logGroupNamePattern", "logGroups", _contains("logGroupName")),
    ),
    ("logs", "DescribeMetricFilters"): (("logGroupName", "metricFilters", _equals("logGroupName")),),
    ("opensearchserverless", "BatchGetCollection"): (
        ("ids", "collectionDetails", _one_of("id")),
        ("names", "collectionDetails", _one_of("name")),
    ),
    ("opensearchserverless", "ListAccessPolicies"): (("type", "accessPolicySummaries", _equals("type")),),
    ("opensearchserverless", "ListSecurityPolicies"): (("type", "securityPolicySummaries", _equals("type")),),
    ("rds", "DescribeDBClusters"): (("DBClusterIdentifier", "DBClusters", _cluster),),
    ("rds", "DescribeDBInstances"): (
        ("DBInstanceIdentifier", "DBInstances", _equals("DBInstanceIdentifier")),
    ),
}


def narrow(
    service: str, operation: str, answer: Mapping[str, Any], params: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The answer without the items the parameters exclude."""
    result = answer
    for parameter, items, keep in _RULES.get((service, operation), ()):
        if parameter not in params:
            continue
        found = get(result, items)
        if found:
            result = put(result, items, [item for item in found if keep(item, params[parameter])])
    return result
