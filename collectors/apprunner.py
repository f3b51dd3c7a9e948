"""AWS App Runner: services that answer callers. Names of environment variables are kept, values are not.

https://docs.aws.amazon.com/apprunner/latest/api/API_Operations.html
"""

from assessor.model.operation import Each, Operation

LIST_SERVICES = Operation(
    "apprunner",
    "ListServices",
    "apprunner:ListServices",
    items="ServiceSummaryList",
    token=("NextToken", "NextToken"),
)

_SOURCE = "Service.SourceConfiguration"
_CODE = f"{_SOURCE}.CodeRepository.CodeConfiguration.CodeConfigurationValues"
_IMAGE = f"{_SOURCE}.ImageRepository.ImageConfiguration"

DESCRIBE_SERVICE = Operation(
    "apprunner",
    "DescribeService",
    "apprunner:DescribeService",
    each=(Each(LIST_SERVICES, {"ServiceArn": "ServiceArn"}),),
    absent=("ResourceNotFoundException",),
    redact=(
        f"{_CODE}.RuntimeEnvironmentVariables{{}}",
        f"{_CODE}.StartCommand",
        f"{_IMAGE}.RuntimeEnvironmentVariables{{}}",
        f"{_IMAGE}.StartCommand",
    ),
)
