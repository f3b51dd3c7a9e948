"""Amazon EC2: Regions, networks, endpoints and the instances behind load balancers.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Each, Operation, Scope

_PAGE = ("NextToken", "NextToken")

# Regions that are not enabled are listed too: their OptInStatus says so.
DESCRIBE_REGIONS = Operation(
    "ec2",
    "DescribeRegions",
    "ec2:DescribeRegions",
    items="Regions",
    params={"AllRegions": True},
    scope=Scope.GLOBAL,
)

DESCRIBE_VPCS = Operation("ec2", "DescribeVpcs", "ec2:DescribeVpcs", items="Vpcs", token=_PAGE)

DESCRIBE_SUBNETS = Operation("ec2", "DescribeSubnets", "ec2:DescribeSubnets", items="Subnets", token=_PAGE)

DESCRIBE_SECURITY_GROUPS = Operation(
    "ec2", "DescribeSecurityGroups", "ec2:DescribeSecurityGroups", items="SecurityGroups", token=_PAGE
)

DESCRIBE_ROUTE_TABLES = Operation(
    "ec2", "DescribeRouteTables", "ec2:DescribeRouteTables", items="RouteTables", token=_PAGE
)

DESCRIBE_NAT_GATEWAYS = Operation(
    "ec2", "DescribeNatGateways", "ec2:DescribeNatGateways", items="NatGateways", token=_PAGE
)

DESCRIBE_VPC_ENDPOINTS = Operation(
    "ec2", "DescribeVpcEndpoints", "ec2:DescribeVpcEndpoints", items="VpcEndpoints", token=_PAGE
)

# One attribute a call; asked only of networks that hold an endpoint whose private name depends on them.
DESCRIBE_VPC_ATTRIBUTE = Operation(
    "ec2",
    "DescribeVpcAttribute",
    "ec2:DescribeVpcAttribute",
    each=(
        Each(
            DESCRIBE_VPC_ENDPOINTS,
            {"VpcId": "VpcId"},
            where={"VpcEndpointType": ("Interface",)},
            fixed={"Attribute": "enableDnsSupport"},
        ),
        Each(
            DESCRIBE_VPC_ENDPOINTS,
            {"VpcId": "VpcId"},
            where={"VpcEndpointType": ("Interface",)},
            fixed={"Attribute": "enableDnsHostnames"},
        ),
    ),
)

DESCRIBE_INSTANCES = Operation(
    "ec2", "DescribeInstances", "ec2:DescribeInstances", items="Reservations", token=_PAGE
)

DESCRIBE_MANAGED_PREFIX_LISTS = Operation(
    "ec2", "DescribeManagedPrefixLists", "ec2:DescribeManagedPrefixLists", items="PrefixLists", token=_PAGE
)

# Of the lists that security groups name, and of the addresses from which CloudFront reaches origins: AWS keeps those
# under fixed names, https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
CLOUDFRONT_LISTS = (
    "com.amazonaws.global.cloudfront.origin-facing",
    "com.amazonaws.global.ipv6.cloudfront.origin-facing",
)

GET_MANAGED_PREFIX_LIST_ENTRIES = Operation(
    "ec2",
    "GetManagedPrefixListEntries",
    "ec2:GetManagedPrefixListEntries",
    items="Entries",
    token=_PAGE,
    each=(
        Each(
            DESCRIBE_MANAGED_PREFIX_LISTS,
            {"PrefixListId": "PrefixListId"},
            where={"PrefixListName": CLOUDFRONT_LISTS, "OwnerId": ("AWS",)},
        ),
        Each(
            DESCRIBE_SECURITY_GROUPS,
            {"PrefixListId": "PrefixListId"},
            items="SecurityGroups[].IpPermissions[].PrefixListIds",
        ),
    ),
)
