"""AWS Config: what is recorded, and which rules and packs judge it.

https://docs.aws.amazon.com/config/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Operation

_PAGE = ("NextToken", "NextToken")

DESCRIBE_CONFIGURATION_RECORDERS = Operation(
    "config",
    "DescribeConfigurationRecorders",
    "config:DescribeConfigurationRecorders",
    items="ConfigurationRecorders",
)

DESCRIBE_CONFIGURATION_RECORDER_STATUS = Operation(
    "config",
    "DescribeConfigurationRecorderStatus",
    "config:DescribeConfigurationRecorderStatus",
    items="ConfigurationRecordersStatus",
)

DESCRIBE_CONFIG_RULES = Operation(
    "config",
    "DescribeConfigRules",
    "config:DescribeConfigRules",
    items="ConfigRules",
    token=_PAGE,
    # Parameters of custom rules are free text.
    redact=("ConfigRules[].InputParameters",),
)

DESCRIBE_CONFORMANCE_PACKS = Operation(
    "config",
    "DescribeConformancePacks",
    "config:DescribeConformancePacks",
    items="ConformancePackDetails",
    token=_PAGE,
    redact=("ConformancePackDetails[].ConformancePackInputParameters[].ParameterValue",),
)
