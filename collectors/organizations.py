"""AWS Organizations: the policies above the account. Most answers come only to the management account.

https://docs.aws.amazon.com/organizations/latest/APIReference/API_Operations.html
"""

from collections.abc import Mapping

from assessor.model.operation import Each, Operation, Scope
from collectors import sts

_PAGE = ("NextToken", "NextToken")
_NONE = ("AWSOrganizationsNotInUseException",)

DESCRIBE_ORGANIZATION = Operation(
    "organizations",
    "DescribeOrganization",
    "organizations:DescribeOrganization",
    absent=_NONE,
    scope=Scope.GLOBAL,
)

DESCRIBE_EFFECTIVE_POLICY = Operation(
    "organizations",
    "DescribeEffectivePolicy",
    "organizations:DescribeEffectivePolicy",
    asks=(
        {"PolicyType": "BEDROCK_POLICY"},
        {"PolicyType": "AISERVICES_OPT_OUT_POLICY"},
        {"PolicyType": "S3_POLICY"},
    ),
    absent=(*_NONE, "EffectivePolicyNotFoundException"),
    scope=Scope.GLOBAL,
)

# An account lies in a unit or the root, units in units, five deep at most: six steps reach the root.
LIST_PARENTS = Operation(
    "organizations",
    "ListParents",
    "organizations:ListParents",
    items="Parents",
    token=_PAGE,
    each=(Each(sts.GET_CALLER_IDENTITY, {"ChildId": "Account"}),),
    absent=_NONE,
    scope=Scope.GLOBAL,
)

LIST_PARENTS_SECOND = Operation(
    "organizations",
    "ListParents",
    "organizations:ListParents",
    items="Parents",
    token=_PAGE,
    each=(Each(LIST_PARENTS, {"ChildId": "Id"}, where={"Type": ("ORGANIZATIONAL_UNIT",)}),),
    absent=_NONE,
    scope=Scope.GLOBAL,
    variant="second",
)

LIST_PARENTS_THIRD = Operation(
    "organizations",
    "ListParents",
    "organizations:ListParents",
    items="Parents",
    token=_PAGE,
    each=(Each(LIST_PARENTS_SECOND, {"ChildId": "Id"}, where={"Type": ("ORGANIZATIONAL_UNIT",)}),),
    absent=_NONE,
    scope=Scope.GLOBAL,
    variant="third",
)

LIST_PARENTS_FOURTH = Operation(
    "organizations",
    "ListParents",
    "organizations:ListParents",
    items="Parents",
    token=_PAGE,
    each=(Each(LIST_PARENTS_THIRD, {"ChildId": "Id"}, where={"Type": ("ORGANIZATIONAL_UNIT",)}),),
    absent=_NONE,
    scope=Scope.GLOBAL,
    variant="fourth",
)

LIST_PARENTS_FIFTH = Operation(
    "organizations",
    "ListParents",
    "organizations:ListParents",
    items="Parents",
    token=_PAGE,
    each=(Each(LIST_PARENTS_FOURTH, {"ChildId": "Id"}, where={"Type": ("ORGANIZATIONAL_UNIT",)}),),
    absent=_NONE,
    scope=Scope.GLOBAL,
    variant="fifth",
)

LIST_PARENTS_SIXTH = Operation(
    "organizations",
    "ListParents",
    "organizations:ListParents",
    items="Parents",
    token=_PAGE,
    each=(Each(LIST_PARENTS_FIFTH, {"ChildId": "Id"}, where={"Type": ("ORGANIZATIONAL_UNIT",)}),),
    absent=_NONE,
    scope=Scope.GLOBAL,
    variant="sixth",
)

_SCP: Mapping[str, str] = {"Filter": "SERVICE_CONTROL_POLICY"}
_RCP: Mapping[str, str] = {"Filter": "RESOURCE_CONTROL_POLICY"}

LIST_POLICIES_FOR_TARGET = Operation(
    "organizations",
    "ListPoliciesForTarget",
    "organizations:ListPoliciesForTarget",
    items="Policies",
    token=_PAGE,
    each=(
        Each(sts.GET_CALLER_IDENTITY, {"TargetId": "Account"}, fixed=_SCP),
        Each(sts.GET_CALLER_IDENTITY, {"TargetId": "Account"}, fixed=_RCP),
        Each(LIST_PARENTS, {"TargetId": "Id"}, fixed=_SCP),
        Each(LIST_PARENTS, {"TargetId": "Id"}, fixed=_RCP),
        Each(LIST_PARENTS_SECOND, {"TargetId": "Id"}, fixed=_SCP),
        Each(LIST_PARENTS_SECOND, {"TargetId": "Id"}, fixed=_RCP),
        Each(LIST_PARENTS_THIRD, {"TargetId": "Id"}, fixed=_SCP),
        Each(LIST_PARENTS_THIRD, {"TargetId": "Id"}, fixed=_RCP),
        Each(LIST_PARENTS_FOURTH, {"TargetId": "Id"}, fixed=_SCP),
        Each(LIST_PARENTS_FOURTH, {"TargetId": "Id"}, fixed=_RCP),
        Each(LIST_PARENTS_FIFTH, {"TargetId": "Id"}, fixed=_SCP),
        Each(LIST_PARENTS_FIFTH, {"TargetId": "Id"}, fixed=_RCP),
        Each(LIST_PARENTS_SIXTH, {"TargetId": "Id"}, fixed=_SCP),
        Each(LIST_PARENTS_SIXTH, {"TargetId": "Id"}, fixed=_RCP),
    ),
    absent=(*_NONE, "TargetNotFoundException"),
    scope=Scope.GLOBAL,
)

DESCRIBE_POLICY = Operation(
    "organizations",
    "DescribePolicy",
    "organizations:DescribePolicy",
    each=(Each(LIST_POLICIES_FOR_TARGET, {"PolicyId": "Id"}),),
    absent=(*_NONE, "PolicyNotFoundException"),
    scope=Scope.GLOBAL,
)
