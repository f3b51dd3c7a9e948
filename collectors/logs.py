"""Amazon CloudWatch Logs: the groups that hold invocation records and trails, and what guards them.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Bind, Each, Operation
from collectors import bedrock, cloudtrail, naming, stepfunctions

_PAGE = ("nextToken", "nextToken")
_INVOCATION_GROUP = "loggingConfig.cloudWatchConfig.logGroupName"

# Narrowed to the groups that hold invocation records or a trail: an account may have thousands of others.
# A prefix may match more than the group meant; the name in the answer decides.
DESCRIBE_LOG_GROUPS = Operation(
    "logs",
    "DescribeLogGroups",
    "logs:DescribeLogGroups",
    items="logGroups",
    token=_PAGE,
    each=(
        Each(bedrock.GET_MODEL_INVOCATION_LOGGING_CONFIGURATION, {"logGroupNamePrefix": _INVOCATION_GROUP}),
        Each(
            cloudtrail.DESCRIBE_TRAILS,
            {"logGroupNamePrefix": Bind("CloudWatchLogsLogGroupArn", via=naming.log_group)},
            region=Bind("CloudWatchLogsLogGroupArn", via=naming.region),
        ),
        Each(bedrock.GET_MODEL_INVOCATION_LOGGING_CONFIGURATION, {}, only="account"),
    ),
)

DESCRIBE_METRIC_FILTERS = Operation(
    "logs",
    "DescribeMetricFilters",
    "logs:DescribeMetricFilters",
    items="metricFilters",
    token=_PAGE,
    each=(
        Each(bedrock.GET_MODEL_INVOCATION_LOGGING_CONFIGURATION, {"logGroupName": _INVOCATION_GROUP}),
        Each(
            cloudtrail.DESCRIBE_TRAILS,
            {"logGroupName": Bind("CloudWatchLogsLogGroupArn", via=naming.log_group)},
            region=Bind("CloudWatchLogsLogGroupArn", via=naming.region),
        ),
    ),
    absent=("ResourceNotFoundException",),
)

GET_DATA_PROTECTION_POLICY = Operation(
    "logs",
    "GetDataProtectionPolicy",
    "logs:GetDataProtectionPolicy",
    each=(
        Each(
            bedrock.GET_MODEL_INVOCATION_LOGGING_CONFIGURATION,
            {"logGroupIdentifier": _INVOCATION_GROUP},
        ),
    ),
    absent=("ResourceNotFoundException",),
)

DESCRIBE_ACCOUNT_POLICIES = Operation(
    "logs",
    "DescribeAccountPolicies",
    "logs:DescribeAccountPolicies",
    items="accountPolicies",
    token=_PAGE,
    asks=({"policyType": "DATA_PROTECTION_POLICY"},),
    absent=("ResourceNotFoundException",),
)

DESCRIBE_RESOURCE_POLICIES = Operation(
    "logs",
    "DescribeResourcePolicies",
    "logs:DescribeResourcePolicies",
    items="resourcePolicies",
    token=_PAGE,
)

DESCRIBE_DELIVERY_SOURCES = Operation(
    "logs",
    "DescribeDeliverySources",
    "logs:DescribeDeliverySources",
    items="deliverySources",
    token=_PAGE,
)

DESCRIBE_DELIVERIES = Operation(
    "logs", "DescribeDeliveries", "logs:DescribeDeliveries", items="deliveries", token=_PAGE
)

LIST_LOG_ANOMALY_DETECTORS = Operation(
    "logs",
    "ListLogAnomalyDetectors",
    "logs:ListLogAnomalyDetectors",
    items="anomalyDetectors",
    token=_PAGE,
)

# The groups to which state machines write what goes through them.
DESCRIBE_LOG_GROUPS_EXECUTIONS = Operation(
    "logs",
    "DescribeLogGroups",
    "logs:DescribeLogGroups",
    items="logGroups",
    token=_PAGE,
    each=(
        Each(
            stepfunctions.DESCRIBE_STATE_MACHINE,
            {
                "logGroupNamePrefix": Bind(
                    "loggingConfiguration.destinations[].cloudWatchLogsLogGroup.logGroupArn",
                    via=naming.log_group,
                )
            },
        ),
    ),
    variant="executions",
)
