"""Amazon CloudWatch Observability Admin: rules that switch telemetry on for new resources.

https://docs.aws.amazon.com/cloudwatch/latest/observabilityadmin/API_Operations.html
"""

from assessor.model.operation import Operation

LIST_TELEMETRY_RULES = Operation(
    "observabilityadmin",
    "ListTelemetryRules",
    "observabilityadmin:ListTelemetryRules",
    items="TelemetryRuleSummaries",
    token=("NextToken", "NextToken"),
)
