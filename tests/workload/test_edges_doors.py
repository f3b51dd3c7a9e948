"""E5, E7 to E10 and E24: the other front doors."""

from typing import Any

import pytest

from assessor.model.reading import Why
from assessor.workload.workload import Standing
from tests.workload.accounts import (
    ACCOUNT,
    BEDROCK,
    LOGS,
    OTHER,
    REGION,
    built,
    function,
    function_arn,
    merged,
    role,
    role_arn,
    when,
)

ASK = merged(function("ask", "ask-role"), role("ask-role", BEDROCK))
PLAIN = merged(function("plain", "plain-role"), role("plain-role", LOGS))


def in_region(service: str, **answers: Any) -> dict[str, Any]:
    return {REGION: {service: answers}}


# -- E5 ---------------------------------------------------------------------------------------------------
API = "arn:aws:apigateway:us-east-1::/apis/h1"
ROUTE = f"{API}/routes/r1"


def http_api(
    integration: dict[str, Any], *routes: dict[str, Any], protocol: str = "HTTP", **stage: Any
) -> dict[str, Any]:
    held = routes or ({"RouteId": "r1", "RouteKey": "POST /x", "Target": "integrations/i1"},)
    return in_region(
        "apigatewayv2",
        GetApis=[{"ApiId": "h1", "Name": "h", "ProtocolType": protocol, "RouteSelectionExpression": "x"}],
        GetStages=[when({"Items": [{"StageName": "$default", **stage}]}, ApiId="h1")],
        GetRoutes=[when({"Items": list(held)}, ApiId="h1")],
        GetIntegrations=[when({"Items": [{"IntegrationId": "i1", **integration}]}, ApiId="h1")],
    )


def test_e5_a_route_leads_to_its_function_and_its_stage_and_api_with_it() -> None:
    content = merged(http_api({"IntegrationType": "AWS_PROXY", "IntegrationUri": function_arn("ask")}), ASK)
    workload = built(content)
    for ident in (ROUTE, API, f"{API}/stages/$default"):
        assert workload.reach(ident).standing is Standing.ON_PATH
    assert [edge.rule for edge in workload.reach(ROUTE).paths[0].edges] == ["E5", "E13", "E14"]


def test_e5_a_route_without_target_leads_nowhere() -> None:
    content = merged(http_api({}, {"RouteId": "r1", "RouteKey": "$default"}), ASK)
    assert built(content).reach(ROUTE).standing is Standing.NOT_ON_PATH


@pytest.mark.parametrize("denied", ["apigatewayv2:GetIntegrations", "lambda:ListFunctions"])
def test_e5_a_denied_hop_leaves_the_route_unknown(denied: str) -> None:
    content = merged(http_api({"IntegrationType": "AWS_PROXY", "IntegrationUri": function_arn("ask")}), ASK)
    assert built(content, denied).reach(ROUTE).standing is Standing.UNKNOWN


def test_e5_denied_routes_leave_the_stage_unknown() -> None:
    content = merged(http_api({"IntegrationType": "AWS_PROXY", "IntegrationUri": function_arn("ask")}), ASK)
    found = built(content, "apigatewayv2:GetRoutes").reach(f"{API}/stages/$default")
    assert found.standing is Standing.UNKNOWN


def test_e5_a_target_that_the_request_decides_is_a_gap() -> None:
    route = {"RouteId": "r1", "RouteKey": "$default", "Target": "integrations/${request.header.x}"}
    found = built(merged(http_api({}, route), ASK)).reach(ROUTE)
    assert [gap.why for gap in found.gaps] == [Why.LINK_UNKNOWN]


def test_e5_a_stage_variable_of_an_http_api_is_resolved() -> None:
    uri = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:${{stageVariables.fn}}"
    content = merged(
        http_api({"IntegrationType": "AWS_PROXY", "IntegrationUri": uri}, StageVariables={"fn": "ask"}), ASK
    )
    assert built(content).reach(ROUTE).standing is Standing.ON_PATH


def test_e5_connect_of_a_websocket_api_stands_for_every_route() -> None:
    content = merged(
        http_api(
            {"IntegrationType": "AWS_PROXY", "IntegrationUri": function_arn("ask")},
            {"RouteId": "r0", "RouteKey": "$connect"},
            {"RouteId": "r1", "RouteKey": "ask", "Target": "integrations/i1"},
            protocol="WEBSOCKET",
        ),
        ASK,
    )
    assert built(content).reach(f"{API}/routes/r0").standing is Standing.ON_PATH


def test_e5_a_private_integration_leads_through_a_listener_to_the_function_behind_it() -> None:
    content = merged(
        http_api(
            {
                "IntegrationType": "HTTP_PROXY",
                "ConnectionType": "VPC_LINK",
                "ConnectionId": "l",
                "IntegrationUri": LISTENER,
            }
        ),
        balancer(function_arn("ask")),
        ASK,
    )
    assert [edge.rule for edge in built(content).reach(ROUTE).paths[0].edges] == [
        "E3",
        "E9",
        "E9",
        "E9",
        "E13",
        "E14",
    ]


# -- E7 ---------------------------------------------------------------------------------------------------
def url(arn: str, name: str = "ask") -> dict[str, Any]:
    config = {
        "FunctionUrl": f"https://{name}url.lambda-url.us-east-1.on.aws/",
        "FunctionArn": arn,
        "AuthType": "NONE",
        "CreationTime": "2026-01-01T00:00:00Z",
        "LastModifiedTime": "2026-01-01T00:00:00Z",
    }
    return in_region(
        "lambda", ListFunctionUrlConfigs=[when({"FunctionUrlConfigs": [config]}, FunctionName=name)]
    )


def test_e7_a_function_url_leads_to_its_function_and_none_is_no_door() -> None:
    workload = built(merged(ASK, PLAIN, url(function_arn("ask"))))
    assert workload.reach(f"{function_arn('ask')}@url").standing is Standing.ON_PATH
    assert workload.reach(f"{function_arn('plain')}@url").standing is Standing.NOT_ON_PATH


def test_e7_the_url_of_an_alias_goes_by_the_role_of_its_version() -> None:
    alias = f"{function_arn('ask')}:live"
    content = merged(
        function("ask", "plain-role"),
        role("plain-role", LOGS),
        role("ask-role", BEDROCK),
        url(alias),
        in_region(
            "lambda",
            ListAliases=[
                when(
                    {"Aliases": [{"AliasArn": alias, "Name": "live", "FunctionVersion": "3"}]},
                    FunctionName="ask",
                )
            ],
            GetFunctionConfiguration=[
                when(
                    {"FunctionName": "ask", "FunctionArn": alias, "Role": role_arn("ask-role")},
                    FunctionName="ask",
                    Qualifier="live",
                )
            ],
        ),
    )
    assert built(content).reach(f"{alias}@url").standing is Standing.ON_PATH
    denied = built(content, "lambda:GetFunctionConfiguration").reach(f"{alias}@url")
    assert denied.standing is Standing.UNKNOWN
    assert denied.grant == "lambda:GetFunctionConfiguration"


def test_e7_denied_urls_hide_doors() -> None:
    workload = built(merged(ASK, url(function_arn("ask"))), "lambda:ListFunctionUrlConfigs")
    assert [gap.rule for gap in workload.blind] == ["E7"]
    assert workload.reach(function_arn("ask")).standing is Standing.UNKNOWN


# -- E8 ---------------------------------------------------------------------------------------------------
GRAPHQL = f"arn:aws:appsync:{REGION}:{ACCOUNT}:apis/g1"


def graphql(
    *sources: dict[str, Any],
    resolvers: tuple[dict[str, Any], ...] = (),
    functions: tuple[dict[str, Any], ...] = (),
) -> dict[str, Any]:
    return in_region(
        "appsync",
        ListGraphqlApis=[{"apiId": "g1", "name": "g", "arn": GRAPHQL, "apiType": "GRAPHQL"}],
        ListDataSources=[when({"dataSources": list(sources)}, apiId="g1")],
        ListResolvers=[when({"resolvers": list(resolvers)}, apiId="g1", typeName="Query")],
        ListFunctions=[when({"functions": list(functions)}, apiId="g1")],
    )


ASKED = {"name": "s", "type": "AWS_LAMBDA", "lambdaConfig": {"lambdaFunctionArn": function_arn("ask")}}
FIELD = f"{GRAPHQL}/types/Query/fields/ask"


@pytest.mark.parametrize(
    ("source", "standing"),
    [
        (ASKED, Standing.ON_PATH),
        (
            {"name": "s", "type": "AMAZON_BEDROCK_RUNTIME", "serviceRoleArn": role_arn("ask-role")},
            Standing.ON_PATH,
        ),
        (
            {
                "name": "s",
                "type": "HTTP",
                "httpConfig": {"endpoint": "https://bedrock-runtime.us-east-1.amazonaws.com"},
            },
            Standing.ON_PATH,
        ),
        (
            {"name": "s", "type": "HTTP", "httpConfig": {"endpoint": "https://llm.example.com"}},
            Standing.UNKNOWN,
        ),
        ({"name": "s", "type": "HTTP", "httpConfig": {"endpoint": "https://["}}, Standing.UNKNOWN),
        ({"name": "s", "type": "NONE"}, Standing.NOT_ON_PATH),
        (
            {"name": "s", "type": "AMAZON_DYNAMODB", "serviceRoleArn": role_arn("ask-role")},
            Standing.NOT_ON_PATH,
        ),
    ],
)
def test_e8_a_data_source_decides_where_its_field_leads(source: dict[str, Any], standing: Standing) -> None:
    resolver = {"typeName": "Query", "fieldName": "ask", "dataSourceName": "s", "kind": "UNIT"}
    workload = built(merged(graphql(source, resolvers=(resolver,)), ASK))
    assert workload.reach(FIELD).standing is standing
    assert workload.reach(GRAPHQL).standing is standing


def test_e8_a_pipeline_leads_through_its_functions() -> None:
    resolver = {
        "typeName": "Query",
        "fieldName": "ask",
        "kind": "PIPELINE",
        "pipelineConfig": {"functions": ["f1"]},
    }
    content = merged(
        graphql(ASKED, resolvers=(resolver,), functions=({"functionId": "f1", "dataSourceName": "s"},)), ASK
    )
    assert built(content).reach(FIELD).standing is Standing.ON_PATH
    assert built(content, "appsync:ListFunctions").reach(FIELD).standing is Standing.UNKNOWN


def test_e8_a_data_source_that_only_a_nested_type_may_use_belongs_to_the_api() -> None:
    assert built(merged(graphql(ASKED), ASK)).reach(GRAPHQL).standing is Standing.ON_PATH


@pytest.mark.parametrize("denied", ["appsync:ListDataSources", "appsync:ListResolvers"])
def test_e8_a_denied_listing_leaves_the_api_unknown(denied: str) -> None:
    resolver = {"typeName": "Query", "fieldName": "ask", "dataSourceName": "s", "kind": "UNIT"}
    content = merged(
        graphql(
            {**ASKED, "lambdaConfig": {"lambdaFunctionArn": function_arn("plain")}}, resolvers=(resolver,)
        ),
        PLAIN,
    )
    assert built(content, denied).reach(GRAPHQL).standing is Standing.UNKNOWN


def test_e8_a_merged_api_is_unknown_while_its_sources_are_not_read() -> None:
    content = in_region("appsync", ListGraphqlApis=[{"apiId": "g1", "arn": GRAPHQL, "apiType": "MERGED"}])
    assert built(content).reach(GRAPHQL).standing is Standing.UNKNOWN


# -- E9 ---------------------------------------------------------------------------------------------------
ELB = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}"
BALANCER = f"{ELB}:loadbalancer/app/front/1"
LISTENER = f"{ELB}:listener/app/front/1/2"
RULE = f"{ELB}:listener-rule/app/front/1/2/3"
GROUP = f"{ELB}:targetgroup/ask/4"


def balancer(target: str, kind: str = "lambda", **action: Any) -> dict[str, Any]:
    forward = {"Type": "forward", "TargetGroupArn": GROUP, **action}
    return in_region(
        "elbv2",
        DescribeLoadBalancers=[
            {
                "LoadBalancerArn": BALANCER,
                "LoadBalancerName": "front",
                "Type": "application",
                "DNSName": "front-1.us-east-1.elb.amazonaws.com",
            }
        ],
        DescribeListeners=[
            when(
                {"Listeners": [{"ListenerArn": LISTENER, "Port": 443, "Protocol": "HTTPS"}]},
                LoadBalancerArn=BALANCER,
            )
        ],
        DescribeRules=[
            when(
                {"Rules": [{"RuleArn": RULE, "Priority": "default", "Actions": [forward]}]},
                ListenerArn=LISTENER,
            )
        ],
        DescribeTargetGroups=[{"TargetGroupArn": GROUP, "TargetGroupName": "ask", "TargetType": kind}],
        DescribeTargetHealth=[
            when({"TargetHealthDescriptions": [{"Target": {"Id": target}}]}, TargetGroupArn=GROUP)
        ],
    )


@pytest.mark.parametrize(
    ("content", "standing"),
    [
        (balancer(function_arn("ask")), Standing.ON_PATH),
        (balancer(function_arn("plain")), Standing.NOT_ON_PATH),
        (
            balancer(
                function_arn("ask"),
                TargetGroupArn=None,
                ForwardConfig={"TargetGroups": [{"TargetGroupArn": GROUP}]},
            ),
            Standing.ON_PATH,
        ),
        (balancer("10.0.0.7", "ip"), Standing.UNKNOWN),
        (balancer("i-gone", "instance"), Standing.NOT_ON_PATH),
        (balancer("\u202e'; DROP", "lambda"), Standing.NOT_ON_PATH),
    ],
)
def test_e9_the_targets_of_a_rule_decide(content: dict[str, Any], standing: Standing) -> None:
    content[REGION]["elbv2"]["DescribeRules"][0]["answer"]["Rules"][0]["Actions"] = [
        {k: v for k, v in action.items() if v is not None}
        for action in content[REGION]["elbv2"]["DescribeRules"][0]["answer"]["Rules"][0]["Actions"]
    ]
    workload = built(merged(content, ASK, PLAIN))
    assert workload.reach(RULE).standing is standing
    assert workload.reach(BALANCER).standing is standing


@pytest.mark.parametrize(
    "denied",
    [
        "elbv2:DescribeListeners",
        "elbv2:DescribeRules",
        "elbv2:DescribeTargetHealth",
        "elbv2:DescribeTargetGroups",
    ],
)
def test_e9_a_denied_hop_leaves_the_balancer_unknown(denied: str) -> None:
    assert (
        built(merged(balancer(function_arn("plain")), PLAIN), denied).reach(BALANCER).standing
        is Standing.UNKNOWN
    )


SERVICE = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/c/ask"
TASK = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/ask:1"
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/c"


def ecs(task_role: str) -> dict[str, Any]:
    service = {
        "serviceArn": SERVICE,
        "serviceName": "ask",
        "clusterArn": CLUSTER,
        "taskDefinition": TASK,
        "loadBalancers": [{"targetGroupArn": GROUP}],
    }
    return in_region(
        "ecs",
        ListClusters=[CLUSTER],
        ListServices=[when({"serviceArns": [SERVICE]}, cluster=CLUSTER)],
        DescribeServices=[when({"services": [service]}, cluster=CLUSTER)],
        DescribeTaskDefinition=[
            when(
                {"taskDefinition": {"taskDefinitionArn": TASK, "taskRoleArn": role_arn(task_role)}},
                taskDefinition=TASK,
            )
        ],
    )


def test_e9_addresses_are_known_by_the_service_that_registers_them() -> None:
    content = merged(balancer("10.0.0.7", "ip"), role("ask-role", BEDROCK), role("plain-role", LOGS))
    assert built(merged(content, ecs("ask-role"))).reach(BALANCER).standing is Standing.ON_PATH
    assert built(merged(content, ecs("plain-role"))).reach(BALANCER).standing is Standing.NOT_ON_PATH
    denied = built(merged(content, ecs("ask-role")), "ecs:DescribeTaskDefinition").reach(BALANCER)
    assert denied.grant == "ecs:DescribeTaskDefinition"


def test_e9_an_instance_goes_by_the_role_of_its_profile() -> None:
    profile = f"arn:aws:iam::{ACCOUNT}:instance-profile/web"
    content = merged(
        balancer("i-1", "instance"),
        role("ask-role", BEDROCK),
        in_region(
            "ec2",
            DescribeInstances=[
                {
                    "Instances": [
                        {"InstanceId": "i-1", "VpcId": "vpc-1", "IamInstanceProfile": {"Arn": profile}}
                    ]
                }
            ],
        ),
    )
    entry = content["global"]["iam"]["GetAccountAuthorizationDetails"]["RoleDetailList"][0]
    entry["InstanceProfileList"] = [
        {
            "InstanceProfileName": "web",
            "InstanceProfileId": "AIPA0000000000000000",
            "Arn": profile,
            "Path": "/",
            "CreateDate": "2026-01-01T00:00:00Z",
            "Roles": [],
        }
    ]
    workload = built(content)
    assert workload.reach(BALANCER).standing is Standing.ON_PATH
    assert [node.label for node in workload.networks_of_callers()] == ["vpc-1"]
    assert built(content, "ec2:DescribeInstances").reach(BALANCER).standing is Standing.UNKNOWN


def test_e9_a_lattice_service_leads_to_the_targets_of_its_groups() -> None:
    service = f"arn:aws:vpc-lattice:{REGION}:{ACCOUNT}:service/svc-1"
    group = f"arn:aws:vpc-lattice:{REGION}:{ACCOUNT}:targetgroup/tg-1"
    content = merged(
        in_region(
            "vpc-lattice",
            ListServices=[{"arn": service, "id": "svc-1", "name": "s"}],
            ListTargetGroups=[
                {"arn": group, "id": "tg-1", "name": "t", "type": "LAMBDA", "serviceArns": [service]}
            ],
            ListTargets=[when({"items": [{"id": function_arn("ask")}]}, targetGroupIdentifier=group)],
        ),
        ASK,
    )
    assert built(content).reach(service).standing is Standing.ON_PATH
    assert built(content, "vpc-lattice:ListTargets").reach(service).standing is Standing.UNKNOWN


def test_e9_an_app_runner_service_is_door_and_compute_in_one() -> None:
    arn = f"arn:aws:apprunner:{REGION}:{ACCOUNT}:service/chat/1"
    described = {
        "ServiceName": "chat",
        "ServiceId": "1",
        "ServiceArn": arn,
        "CreatedAt": "2026-01-01T00:00:00Z",
        "UpdatedAt": "2026-01-01T00:00:00Z",
        "Status": "RUNNING",
        "SourceConfiguration": {},
        "InstanceConfiguration": {"InstanceRoleArn": role_arn("ask-role")},
        "AutoScalingConfigurationSummary": {},
        "NetworkConfiguration": {},
    }
    content = merged(
        in_region(
            "apprunner",
            ListServices=[{"ServiceArn": arn, "ServiceName": "chat", "Status": "RUNNING"}],
            DescribeService=[when({"Service": described}, ServiceArn=arn)],
        ),
        role("ask-role", BEDROCK),
    )
    assert built(content).reach(arn).standing is Standing.ON_PATH
    assert built(content, "apprunner:DescribeService").reach(arn).standing is Standing.UNKNOWN


# -- E10 --------------------------------------------------------------------------------------------------
DISTRIBUTION = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"


def distribution(host: str, *, enabled: bool = True, used: str = "o1") -> dict[str, Any]:
    one = {
        "Id": "E1", "ARN": DISTRIBUTION, "Status": "Deployed", "LastModifiedTime": "2026-01-01T00:00:00Z", "DomainName": "d1.cloudfront.net",
        "Aliases": {"Quantity": 0}, "Origins": {"Quantity": 1, "Items": [{"Id": "o1", "DomainName": host}]},
        "DefaultCacheBehavior": {"TargetOriginId": used, "ViewerProtocolPolicy": "https-only"}, "CacheBehaviors": {"Quantity": 0},
        "CustomErrorResponses": {"Quantity": 0}, "Comment": "", "PriceClass": "PriceClass_All", "Enabled": enabled,
        "ViewerCertificate": {}, "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
        "WebACLId": "", "HttpVersion": "http2", "IsIPV6Enabled": True, "Staging": False,
    }  # fmt: skip
    return {
        "global": {
            "cloudfront": {
                "ListDistributions": {
                    "DistributionList": {
                        "Marker": "",
                        "MaxItems": 100,
                        "IsTruncated": False,
                        "Quantity": 1,
                        "Items": [one],
                    }
                }
            }
        }
    }


@pytest.mark.parametrize(
    ("host", "options", "standing"),
    [
        ("askurl.lambda-url.us-east-1.on.aws", {}, Standing.ON_PATH),
        ("ASKURL.lambda-url.us-east-1.on.aws.", {}, Standing.ON_PATH),
        ("otherurl.lambda-url.us-east-1.on.aws", {}, Standing.UNKNOWN),
        ("assets.s3.us-east-1.amazonaws.com", {}, Standing.NOT_ON_PATH),
        ("www.example.com", {}, Standing.UNKNOWN),
        ("askurl.lambda-url.us-east-1.on.aws", {"enabled": False}, Standing.NOT_ON_PATH),
        ("askurl.lambda-url.us-east-1.on.aws", {"used": "another"}, Standing.NOT_ON_PATH),
    ],
)
def test_e10_a_distribution_leads_to_the_origins_that_it_uses(
    host: str, options: dict[str, Any], standing: Standing
) -> None:
    content = merged(distribution(host, **options), ASK, url(function_arn("ask")))
    assert built(content).reach(DISTRIBUTION).standing is standing


def test_e10_denied_distributions_hide_doors() -> None:
    assert "E10" in {gap.rule for gap in built(ASK, "cloudfront:ListDistributions").blind}


# -- E24 --------------------------------------------------------------------------------------------------
POOL = f"{REGION}:11111111-2222-3333-4444-555555555555"
POOL_ARN = f"arn:aws:cognito-identity:{REGION}:{ACCOUNT}:identitypool/{POOL}"


def identity_pool(roles: dict[str, Any]) -> dict[str, Any]:
    return in_region(
        "cognito-identity",
        ListIdentityPools=[{"IdentityPoolId": POOL, "IdentityPoolName": "p"}],
        DescribeIdentityPool=[
            when(
                {"IdentityPoolId": POOL, "IdentityPoolName": "p", "AllowUnauthenticatedIdentities": True},
                IdentityPoolId=POOL,
            )
        ],
        GetIdentityPoolRoles=[when({"IdentityPoolId": POOL, **roles}, IdentityPoolId=POOL)],
    )


@pytest.mark.parametrize(
    ("roles", "standing"),
    [
        ({"Roles": {"unauthenticated": role_arn("ask-role")}}, Standing.ON_PATH),
        (
            {
                "RoleMappings": {
                    "x": {
                        "Type": "Rules",
                        "RulesConfiguration": {
                            "Rules": [
                                {
                                    "Claim": "c",
                                    "MatchType": "Equals",
                                    "Value": "v",
                                    "RoleARN": role_arn("ask-role"),
                                }
                            ]
                        },
                    }
                }
            },
            Standing.ON_PATH,
        ),
        ({"Roles": {"authenticated": role_arn("plain-role")}}, Standing.NOT_ON_PATH),
        ({}, Standing.NOT_ON_PATH),
        ({"Roles": {"authenticated": role_arn("ask-role", account=OTHER)}}, Standing.UNKNOWN),
    ],
)
def test_e24_an_identity_pool_is_a_door_to_its_roles(roles: dict[str, Any], standing: Standing) -> None:
    content = merged(identity_pool(roles), role("ask-role", BEDROCK), role("plain-role", LOGS))
    assert built(content).reach(POOL_ARN).standing is standing


@pytest.mark.parametrize(
    ("kind", "region", "standing"),
    [
        ("Token", REGION, Standing.ON_PATH),
        ("Rules", REGION, Standing.NOT_ON_PATH),
        ("Token", "eu-west-1", Standing.UNKNOWN),
    ],
)
def test_e24_the_roles_of_groups_are_handed_out_where_the_token_chooses(
    kind: str, region: str, standing: Standing
) -> None:
    pool = f"{region}_AAAAAAAAA"
    provider = f"cognito-idp.{region}.amazonaws.com/{pool}:client1"
    group = {"GroupName": "g", "UserPoolId": pool, "RoleArn": role_arn("ask-role")}
    content = merged(
        identity_pool({"RoleMappings": {provider: {"Type": kind, "AmbiguousRoleResolution": "Deny"}}}),
        in_region(
            "cognito-idp",
            ListUserPools=[{"Id": pool, "Name": "u"}],
            ListGroups=[
                when({"Groups": [group, {"GroupName": "none", "UserPoolId": pool}]}, UserPoolId=pool)
            ],
        ),
        role("ask-role", BEDROCK),
    )
    assert built(content).reach(POOL_ARN).standing is standing
    if standing is Standing.ON_PATH:
        for denied in ("ListGroups", "ListUserPools"):
            assert built(content, f"cognito-idp:{denied}").reach(POOL_ARN).standing is Standing.UNKNOWN


def test_e24_denied_roles_leave_the_pool_unknown() -> None:
    content = merged(identity_pool({"Roles": {}}), role("ask-role", BEDROCK))
    assert (
        built(content, "cognito-identity:GetIdentityPoolRoles").reach(POOL_ARN).standing is Standing.UNKNOWN
    )


def test_e24_a_bedrock_key_is_a_door_while_it_is_active() -> None:
    user = {
        "UserName": "ci",
        "UserId": "AIDA0000000000000000",
        "Path": "/bots/",
        "Arn": f"arn:aws:iam::{ACCOUNT}:user/bots/ci",
        "CreateDate": "2026-01-01T00:00:00Z",
        "UserPolicyList": [
            {
                "PolicyName": "own",
                "PolicyDocument": {"$json": {"Version": "2012-10-17", "Statement": [BEDROCK]}},
            }
        ],
    }

    def key(status: str) -> dict[str, Any]:
        one = {
            "UserName": "ci",
            "Status": status,
            "CreateDate": "2026-01-01T00:00:00Z",
            "ServiceSpecificCredentialId": f"ACCA{status.upper():0<17}"[:21],
            "ServiceName": "bedrock.amazonaws.com",
        }
        return {
            "global": {
                "iam": {
                    "ListServiceSpecificCredentials": [one],
                    "GetAccountAuthorizationDetails": {"UserDetailList": [user]},
                }
            }
        }

    active = [node for node in built(key("Active")).doors() if "@ACCA" in node.id]
    assert [built(key("Active")).reach(node.id).standing for node in active] == [Standing.ON_PATH]
    assert not [node for node in built(key("Inactive")).doors() if "@ACCA" in node.id]


def test_e24_an_access_key_is_a_door_while_it_is_active() -> None:
    user = {
        "UserName": "dev",
        "UserId": "AIDA0000000000000000",
        "Path": "/",
        "Arn": f"arn:aws:iam::{ACCOUNT}:user/dev",
        "CreateDate": "2026-01-01T00:00:00Z",
        "UserPolicyList": [
            {
                "PolicyName": "own",
                "PolicyDocument": {"$json": {"Version": "2012-10-17", "Statement": [BEDROCK]}},
            }
        ],
    }
    keys = [
        {
            "UserName": "dev",
            "AccessKeyId": f"AKIA{status.upper():0<16}",
            "Status": status,
            "CreateDate": "2026-01-01T00:00:00Z",
        }
        for status in ("Active", "Inactive")
    ]
    content = {
        "global": {
            "iam": {
                "GetAccountAuthorizationDetails": {"UserDetailList": [user]},
                "ListAccessKeys": [when({"AccessKeyMetadata": keys}, UserName="dev")],
            }
        }
    }
    workload = built(content)
    assert [(node.label, workload.reach(node.id).standing) for node in workload.doors()] == [
        ("dev", Standing.ON_PATH)
    ]
    assert workload.reach(f"arn:aws:iam::{ACCOUNT}:user/dev").standing is Standing.ON_PATH
    assert (
        built(content, "iam:ListAccessKeys").reach(f"arn:aws:iam::{ACCOUNT}:user/dev").standing
        is Standing.UNKNOWN
    )


def test_e3_what_registers_itself_in_cloud_map_is_known_by_the_service_that_does_or_not_at_all() -> None:
    registry = f"arn:aws:servicediscovery:{REGION}:{ACCOUNT}:service/srv-1"
    content = merged(
        http_api(
            {
                "IntegrationType": "HTTP_PROXY",
                "ConnectionType": "VPC_LINK",
                "ConnectionId": "l",
                "IntegrationUri": registry,
            }
        ),
        role("ask-role", BEDROCK),
    )
    assert built(content).reach(ROUTE).standing is Standing.UNKNOWN
    service = ecs("ask-role")
    held = service[REGION]["ecs"]["DescribeServices"][0]["answer"]["services"][0]
    held["serviceRegistries"] = [{"registryArn": registry}]
    assert built(merged(content, service)).reach(ROUTE).standing is Standing.ON_PATH
