"""AWS AppConfig: flags by which a workload can be switched off, and what rolls them back.

https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_Operations.html
"""

from assessor.model.operation import Bind, Each, Operation
from collectors import naming

_PAGE = ("NextToken", "NextToken")

LIST_APPLICATIONS = Operation(
    "appconfig", "ListApplications", "appconfig:ListApplications", items="Items", token=_PAGE
)

LIST_CONFIGURATION_PROFILES = Operation(
    "appconfig",
    "ListConfigurationProfiles",
    "appconfig:ListConfigurationProfiles",
    items="Items",
    token=_PAGE,
    each=(Each(LIST_APPLICATIONS, {"ApplicationId": "Id"}),),
)

LIST_ENVIRONMENTS = Operation(
    "appconfig",
    "ListEnvironments",
    "appconfig:ListEnvironments",
    items="Items",
    token=_PAGE,
    each=(Each(LIST_APPLICATIONS, {"ApplicationId": "Id"}),),
)

LIST_DEPLOYMENTS = Operation(
    "appconfig",
    "ListDeployments",
    "appconfig:ListDeployments",
    items="Items",
    token=_PAGE,
    each=(Each(LIST_ENVIRONMENTS, {"ApplicationId": "ApplicationId", "EnvironmentId": "Id"}),),
)

# The versions that were deployed. A version that is no number lies outside AppConfig's own store. The content is
# configuration of any kind, secrets included.
GET_HOSTED_CONFIGURATION_VERSION = Operation(
    "appconfig",
    "GetHostedConfigurationVersion",
    "appconfig:GetHostedConfigurationVersion",
    each=(
        Each(
            LIST_DEPLOYMENTS,
            {
                "ApplicationId": "$.ApplicationId",
                "ConfigurationProfileId": "ConfigurationProfileId",
                "VersionNumber": Bind("ConfigurationVersion", via=naming.number),
            },
            where={"State": ("COMPLETE",)},
        ),
    ),
    absent=("ResourceNotFoundException",),
    redact=("Content",),
)
