"""Elastic Load Balancing: load balancers, listeners, rules and targets.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Operations.html
"""

from assessor.model.looks import Looks
from assessor.model.operation import Each, Operation

_PAGE = ("Marker", "NextMarker")

DESCRIBE_LOAD_BALANCERS = Operation(
    "elbv2",
    "DescribeLoadBalancers",
    "elasticloadbalancing:DescribeLoadBalancers",
    items="LoadBalancers",
    token=_PAGE,
)

DESCRIBE_LOAD_BALANCER_ATTRIBUTES = Operation(
    "elbv2",
    "DescribeLoadBalancerAttributes",
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    items="Attributes",
    each=(Each(DESCRIBE_LOAD_BALANCERS, {"LoadBalancerArn": "LoadBalancerArn"}),),
)

DESCRIBE_LISTENERS = Operation(
    "elbv2",
    "DescribeListeners",
    "elasticloadbalancing:DescribeListeners",
    items="Listeners",
    token=_PAGE,
    each=(Each(DESCRIBE_LOAD_BALANCERS, {"LoadBalancerArn": "LoadBalancerArn"}),),
    redact=("Listeners[].DefaultActions[].AuthenticateOidcConfig.ClientSecret",),
)

DESCRIBE_RULES = Operation(
    "elbv2",
    "DescribeRules",
    "elasticloadbalancing:DescribeRules",
    items="Rules",
    token=_PAGE,
    # Listeners of network load balancers have no rules to ask for.
    each=(Each(DESCRIBE_LISTENERS, {"ListenerArn": "ListenerArn"}, where={"Protocol": ("HTTP", "HTTPS")}),),
    # A header or query parameter that a rule asks for may be the secret by which it knows its distribution.
    redact=(
        "Rules[].Actions[].AuthenticateOidcConfig.ClientSecret",
        Looks("Rules[].Conditions[].HttpHeaderConfig.Values[]"),
        Looks("Rules[].Conditions[].HttpHeaderConfig.RegexValues[]"),
        Looks("Rules[].Conditions[].QueryStringConfig.Values[].Value"),
    ),
)

DESCRIBE_TARGET_GROUPS = Operation(
    "elbv2",
    "DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetGroups",
    items="TargetGroups",
    token=_PAGE,
)

DESCRIBE_TARGET_HEALTH = Operation(
    "elbv2",
    "DescribeTargetHealth",
    "elasticloadbalancing:DescribeTargetHealth",
    items="TargetHealthDescriptions",
    each=(Each(DESCRIBE_TARGET_GROUPS, {"TargetGroupArn": "TargetGroupArn"}),),
)
