"""AWS WAF: web ACLs, where they are attached and what they log. CloudFront's are kept in us-east-1.

https://docs.aws.amazon.com/waf/latest/APIReference/API_Operations_AWS_WAFV2.html
"""

from assessor.model.anywhere import Anywhere
from assessor.model.operation import Bind, Each, Operation, Scope
from collectors import (
    apigateway,
    apprunner,
    appsync,
    bedrock_agentcore_control,
    cloudfront,
    cognito_idp,
    elbv2,
    naming,
)

_PAGE = ("NextMarker", "NextMarker")
_GONE = ("WAFNonexistentItemException",)
_SAME = Bind(template="{region}")
# What a request must hold, or what a rule gives the origin to know it by, is often a shared secret. Only tests of the
# path and of the method are judged.
_JUDGED = ("FieldToMatch.UriPath", "FieldToMatch.Method")
_SECRETS = (
    Anywhere("ByteMatchStatement.SearchString", unless=_JUDGED),
    Anywhere("RegexMatchStatement.RegexString", unless=_JUDGED),
    Anywhere("CustomRequestHandling.InsertHeaders[].Value"),
)
_MANAGED = "FirewallManagerRuleGroups[].FirewallManagerStatement.RuleGroupReferenceStatement.ARN"

LIST_WEB_ACLS = Operation(
    "wafv2", "ListWebACLs", "wafv2:ListWebACLs", items="WebACLs", token=_PAGE, params={"Scope": "REGIONAL"}
)

LIST_WEB_ACLS_CLOUDFRONT = Operation(
    "wafv2",
    "ListWebACLs",
    "wafv2:ListWebACLs",
    items="WebACLs",
    token=_PAGE,
    params={"Scope": "CLOUDFRONT"},
    scope=Scope.GLOBAL,
    variant="cloudfront",
)

# No web ACL is an answer without one, not an error. Some services want their own action beside WAF's.
GET_WEB_ACL_FOR_RESOURCE = Operation(
    "wafv2",
    "GetWebACLForResource",
    "wafv2:GetWebACLForResource",
    each=(
        Each(
            apigateway.GET_STAGES,
            {
                "ResourceArn": Bind(
                    template="arn:{partition}:apigateway:{region}::/restapis/{$.restApiId}/stages/{stageName}"
                )
            },
        ),
        Each(
            elbv2.DESCRIBE_LOAD_BALANCERS,
            {"ResourceArn": "LoadBalancerArn"},
            where={"Type": ("application",)},
        ),
        Each(appsync.LIST_GRAPHQL_APIS, {"ResourceArn": "arn"}),
        Each(
            cognito_idp.LIST_USER_POOLS,
            {"ResourceArn": Bind(template="arn:{partition}:cognito-idp:{region}:{account}:userpool/{Id}")},
        ),
        Each(apprunner.LIST_SERVICES, {"ResourceArn": "ServiceArn"}),
    ),
    absent=_GONE,
    redact=_SECRETS,
    also=("cognito-idp:GetWebACLForResource", "apprunner:DescribeWebAclForService"),
)

_NAMED = naming.web_acl

# Every web ACL, by its own listing and by what names it: one of another account is in no list of ours.
# Those of CloudFront are asked in us-east-1, as Regional calls: an ARN is found wherever it was asked.
GET_WEB_ACL = Operation(
    "wafv2",
    "GetWebACL",
    "wafv2:GetWebACL",
    each=(
        Each(LIST_WEB_ACLS, {"ARN": "ARN"}),
        Each(LIST_WEB_ACLS_CLOUDFRONT, {"ARN": "ARN"}, region=_SAME),
        Each(apigateway.GET_STAGES, {"ARN": Bind("webAclArn", via=_NAMED)}),
        Each(appsync.LIST_GRAPHQL_APIS, {"ARN": Bind("wafWebAclArn", via=_NAMED)}),
        Each(appsync.LIST_APIS, {"ARN": Bind("wafWebAclArn", via=_NAMED)}),
        Each(bedrock_agentcore_control.GET_GATEWAY, {"ARN": Bind("webAclArn", via=_NAMED)}),
        Each(cloudfront.LIST_DISTRIBUTIONS, {"ARN": Bind("WebACLId", via=_NAMED)}, region=_SAME),
        Each(GET_WEB_ACL_FOR_RESOURCE, {"ARN": Bind("WebACL.ARN", via=_NAMED)}),
    ),
    absent=_GONE,
    redact=_SECRETS,
)

# A rule group may hold the rate limit. Groups of vendors have no ARN in the rule and are not asked about.
GET_RULE_GROUP = Operation(
    "wafv2",
    "GetRuleGroup",
    "wafv2:GetRuleGroup",
    each=(
        Each(GET_WEB_ACL, {"ARN": "WebACL.Rules[].Statement.RuleGroupReferenceStatement.ARN"}),
        Each(GET_WEB_ACL, {"ARN": f"WebACL.PreProcess{_MANAGED}"}),
        Each(GET_WEB_ACL, {"ARN": f"WebACL.PostProcess{_MANAGED}"}),
    ),
    absent=_GONE,
    redact=_SECRETS,
)

GET_LOGGING_CONFIGURATION = Operation(
    "wafv2",
    "GetLoggingConfiguration",
    "wafv2:GetLoggingConfiguration",
    each=(
        Each(LIST_WEB_ACLS, {"ResourceArn": "ARN"}),
        Each(LIST_WEB_ACLS_CLOUDFRONT, {"ResourceArn": "ARN"}, region=_SAME),
        Each(apigateway.GET_STAGES, {"ResourceArn": Bind("webAclArn", via=_NAMED)}),
        Each(appsync.LIST_GRAPHQL_APIS, {"ResourceArn": Bind("wafWebAclArn", via=_NAMED)}),
        Each(appsync.LIST_APIS, {"ResourceArn": Bind("wafWebAclArn", via=_NAMED)}),
        Each(bedrock_agentcore_control.GET_GATEWAY, {"ResourceArn": Bind("webAclArn", via=_NAMED)}),
        Each(cloudfront.LIST_DISTRIBUTIONS, {"ResourceArn": Bind("WebACLId", via=_NAMED)}, region=_SAME),
        Each(GET_WEB_ACL_FOR_RESOURCE, {"ResourceArn": Bind("WebACL.ARN", via=_NAMED)}),
    ),
    absent=_GONE,
)

_ACL = {"WebACLArn": "ARN"}

LIST_RESOURCES_FOR_WEB_ACL = Operation(
    "wafv2",
    "ListResourcesForWebACL",
    "wafv2:ListResourcesForWebACL",
    items="ResourceArns",
    each=(
        Each(LIST_WEB_ACLS, _ACL, fixed={"ResourceType": "APPLICATION_LOAD_BALANCER"}),
        Each(LIST_WEB_ACLS, _ACL, fixed={"ResourceType": "API_GATEWAY"}),
        Each(LIST_WEB_ACLS, _ACL, fixed={"ResourceType": "APPSYNC"}),
        Each(LIST_WEB_ACLS, _ACL, fixed={"ResourceType": "COGNITO_USER_POOL"}),
        Each(LIST_WEB_ACLS, _ACL, fixed={"ResourceType": "APP_RUNNER_SERVICE"}),
        Each(LIST_WEB_ACLS, _ACL, fixed={"ResourceType": "AGENTCORE_GATEWAY"}),
    ),
    absent=_GONE,
    also=(
        "cognito-idp:ListResourcesForWebACL",
        "apprunner:ListAssociatedServicesForWebAcl",
        "bedrock-agentcore:GatewayListResourcesForWebACL",
    ),
)
