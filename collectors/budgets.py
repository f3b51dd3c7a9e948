"""AWS Budgets: who is told when spending rises, and what acts by itself. Reads need ``budgets:ViewBudget``.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Operations_AWS_Budgets.html
"""

from assessor.model.operation import Bind, Each, Operation, Scope
from collectors import sts

_PAGE = ("NextToken", "NextToken")
_VIEW = "budgets:ViewBudget"

DESCRIBE_BUDGETS = Operation(
    "budgets",
    "DescribeBudgets",
    _VIEW,
    items="Budgets",
    token=_PAGE,
    params={"ShowFilterExpression": True},
    each=(Each(sts.GET_CALLER_IDENTITY, {"AccountId": "Account"}),),
    # An account without budgets may be told so.
    absent=("NotFoundException",),
    scope=Scope.GLOBAL,
)

_EVERY_BUDGET = (
    Each(DESCRIBE_BUDGETS, {"AccountId": Bind(template="{account}"), "BudgetName": "BudgetName"}),
)

DESCRIBE_NOTIFICATIONS_FOR_BUDGET = Operation(
    "budgets",
    "DescribeNotificationsForBudget",
    _VIEW,
    items="Notifications",
    token=_PAGE,
    each=_EVERY_BUDGET,
    absent=("NotFoundException",),
    scope=Scope.GLOBAL,
)

# The notification itself is what names it.
DESCRIBE_SUBSCRIBERS_FOR_NOTIFICATION = Operation(
    "budgets",
    "DescribeSubscribersForNotification",
    _VIEW,
    items="Subscribers",
    token=_PAGE,
    each=(
        Each(
            DESCRIBE_NOTIFICATIONS_FOR_BUDGET,
            {"AccountId": "$.AccountId", "BudgetName": "$.BudgetName", "Notification": ""},
        ),
    ),
    absent=("NotFoundException",),
    scope=Scope.GLOBAL,
)

DESCRIBE_BUDGET_ACTIONS_FOR_BUDGET = Operation(
    "budgets",
    "DescribeBudgetActionsForBudget",
    "budgets:DescribeBudgetActionsForBudget",
    items="Actions",
    token=_PAGE,
    each=_EVERY_BUDGET,
    absent=("NotFoundException",),
    scope=Scope.GLOBAL,
)
