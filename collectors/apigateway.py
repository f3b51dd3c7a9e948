"""Amazon API Gateway REST APIs. Every read is allowed by the one action ``apigateway:GET``.

https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html
"""

from assessor.model.operation import Each, Operation

_PAGE = ("position", "position")
_GET = "apigateway:GET"

GET_ACCOUNT = Operation("apigateway", "GetAccount", _GET)

GET_REST_APIS = Operation("apigateway", "GetRestApis", _GET, items="items", token=_PAGE)

_EVERY_API = (Each(GET_REST_APIS, {"restApiId": "id"}),)

# Without ``embed`` the methods and their integrations are left out.
GET_RESOURCES = Operation(
    "apigateway",
    "GetResources",
    _GET,
    items="items",
    token=_PAGE,
    params={"embed": ["methods"]},
    each=_EVERY_API,
)

# Stage variables stay readable: integration URIs name functions through them. They may hold secrets.
GET_STAGES = Operation("apigateway", "GetStages", _GET, items="item", each=_EVERY_API)

GET_AUTHORIZERS = Operation("apigateway", "GetAuthorizers", _GET, items="items", token=_PAGE, each=_EVERY_API)

GET_DEPLOYMENTS = Operation("apigateway", "GetDeployments", _GET, items="items", token=_PAGE, each=_EVERY_API)

# The summary is what a stage really serves: a method edited since then is not in force. A canary serves a second one.
GET_DEPLOYMENT = Operation(
    "apigateway",
    "GetDeployment",
    _GET,
    params={"embed": ["apisummary"]},
    each=(
        Each(GET_STAGES, {"restApiId": "$.restApiId", "deploymentId": "deploymentId"}),
        Each(GET_STAGES, {"restApiId": "$.restApiId", "deploymentId": "canarySettings.deploymentId"}),
    ),
    absent=("NotFoundException",),
)

GET_MODELS = Operation("apigateway", "GetModels", _GET, items="items", token=_PAGE, each=_EVERY_API)

GET_REQUEST_VALIDATORS = Operation(
    "apigateway", "GetRequestValidators", _GET, items="items", token=_PAGE, each=_EVERY_API
)

GET_USAGE_PLANS = Operation("apigateway", "GetUsagePlans", _GET, items="items", token=_PAGE)

GET_USAGE_PLAN_KEYS = Operation(
    "apigateway",
    "GetUsagePlanKeys",
    _GET,
    items="items",
    token=_PAGE,
    each=(Each(GET_USAGE_PLANS, {"usagePlanId": "id"}),),
    redact=("items[].value",),
)

GET_DOMAIN_NAMES = Operation("apigateway", "GetDomainNames", _GET, items="items", token=_PAGE)

GET_BASE_PATH_MAPPINGS = Operation(
    "apigateway",
    "GetBasePathMappings",
    _GET,
    items="items",
    token=_PAGE,
    each=(
        # A private domain name is told from others of the same name by its id.
        Each(
            GET_DOMAIN_NAMES,
            {"domainName": "domainName", "domainNameId": "domainNameId"},
            where={"endpointConfiguration.types[]": ("PRIVATE",)},
        ),
        Each(
            GET_DOMAIN_NAMES,
            {"domainName": "domainName"},
            where={"endpointConfiguration.types[]": ("EDGE", "REGIONAL")},
        ),
    ),
)

GET_VPC_LINKS = Operation("apigateway", "GetVpcLinks", _GET, items="items", token=_PAGE)
