"""Amazon API Gateway HTTP and WebSocket APIs. Every read is allowed by the one action ``apigateway:GET``.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/resources.html
"""

from assessor.model.operation import Each, Operation

_PAGE = ("NextToken", "NextToken")
_GET = "apigateway:GET"

GET_APIS = Operation("apigatewayv2", "GetApis", _GET, items="Items", token=_PAGE)

_EVERY_API = (Each(GET_APIS, {"ApiId": "ApiId"}),)

GET_ROUTES = Operation("apigatewayv2", "GetRoutes", _GET, items="Items", token=_PAGE, each=_EVERY_API)

GET_INTEGRATIONS = Operation(
    "apigatewayv2", "GetIntegrations", _GET, items="Items", token=_PAGE, each=_EVERY_API
)

# Stage variables stay readable: integration URIs name functions through them. They may hold secrets.
GET_STAGES = Operation("apigatewayv2", "GetStages", _GET, items="Items", token=_PAGE, each=_EVERY_API)

GET_AUTHORIZERS = Operation(
    "apigatewayv2", "GetAuthorizers", _GET, items="Items", token=_PAGE, each=_EVERY_API
)

GET_DOMAIN_NAMES = Operation("apigatewayv2", "GetDomainNames", _GET, items="Items", token=_PAGE)

GET_API_MAPPINGS = Operation(
    "apigatewayv2",
    "GetApiMappings",
    _GET,
    items="Items",
    token=_PAGE,
    each=(Each(GET_DOMAIN_NAMES, {"DomainName": "DomainName"}),),
)

# Only where a domain has rules beside, or instead of, its mappings.
LIST_ROUTING_RULES = Operation(
    "apigatewayv2",
    "ListRoutingRules",
    _GET,
    items="RoutingRules",
    token=_PAGE,
    each=(
        Each(
            GET_DOMAIN_NAMES,
            {"DomainName": "DomainName"},
            where={"RoutingMode": ("ROUTING_RULE_ONLY", "ROUTING_RULE_THEN_API_MAPPING")},
        ),
    ),
)

GET_VPC_LINKS = Operation("apigatewayv2", "GetVpcLinks", _GET, items="Items", token=_PAGE)
