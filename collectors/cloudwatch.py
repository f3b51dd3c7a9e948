"""Amazon CloudWatch: alarms, what silences them, and which Bedrock metrics exist.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Bind, Each, Operation
from collectors import naming

_PAGE = ("NextToken", "NextToken")

# Without AlarmTypes only metric alarms are listed. The answer holds three lists: MetricAlarms, CompositeAlarms
# and LogAlarms.
DESCRIBE_ALARMS = Operation(
    "cloudwatch",
    "DescribeAlarms",
    "cloudwatch:DescribeAlarms",
    token=_PAGE,
    params={"AlarmTypes": ["CompositeAlarm", "LogAlarm", "MetricAlarm"]},
)

# The summaries do not name the alarms a rule silences; GetAlarmMuteRule does.
LIST_ALARM_MUTE_RULES = Operation(
    "cloudwatch",
    "ListAlarmMuteRules",
    "cloudwatch:ListAlarmMuteRules",
    items="AlarmMuteRuleSummaries",
    token=_PAGE,
    params={"Statuses": ["ACTIVE", "SCHEDULED"]},
)

GET_ALARM_MUTE_RULE = Operation(
    "cloudwatch",
    "GetAlarmMuteRule",
    "cloudwatch:GetAlarmMuteRule",
    each=(
        Each(
            LIST_ALARM_MUTE_RULES,
            {"AlarmMuteRuleName": Bind("AlarmMuteRuleArn", via=naming.after_colon)},
        ),
    ),
    absent=("ResourceNotFoundException",),
)

LIST_METRICS = Operation(
    "cloudwatch",
    "ListMetrics",
    "cloudwatch:ListMetrics",
    items="Metrics",
    token=_PAGE,
    asks=({"Namespace": "AWS/Bedrock"}, {"Namespace": "AWS/Bedrock/Guardrails"}),
)

DESCRIBE_ANOMALY_DETECTORS = Operation(
    "cloudwatch",
    "DescribeAnomalyDetectors",
    "cloudwatch:DescribeAnomalyDetectors",
    items="AnomalyDetectors",
    token=_PAGE,
    params={"AnomalyDetectorTypes": ["METRIC_MATH", "SINGLE_METRIC"]},
)
