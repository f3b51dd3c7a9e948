"""Amazon SNS: the topics that alarms, budgets and anomaly subscriptions speak to, and who listens.

https://docs.aws.amazon.com/sns/latest/api/API_Operations.html
"""

from assessor.model.operation import Bind, Each, Operation
from collectors import budgets, ce, cloudwatch, events, naming

_TOPIC = {"TopicArn": Bind(via=naming.topic)}
_HERE = Bind(via=naming.region)

# A topic may lie in another Region than what speaks to it; the ARN says where.
_EVERY_TOPIC = (
    Each(cloudwatch.DESCRIBE_ALARMS, _TOPIC, items="MetricAlarms[].AlarmActions", region=_HERE),
    Each(cloudwatch.DESCRIBE_ALARMS, _TOPIC, items="MetricAlarms[].OKActions", region=_HERE),
    Each(cloudwatch.DESCRIBE_ALARMS, _TOPIC, items="CompositeAlarms[].AlarmActions", region=_HERE),
    Each(cloudwatch.DESCRIBE_ALARMS, _TOPIC, items="LogAlarms[].AlarmActions", region=_HERE),
    Each(
        budgets.DESCRIBE_SUBSCRIBERS_FOR_NOTIFICATION,
        {"TopicArn": Bind("Address", via=naming.topic)},
        where={"SubscriptionType": ("SNS",)},
        region=Bind("Address", via=naming.region),
    ),
    Each(
        ce.GET_ANOMALY_SUBSCRIPTIONS,
        {"TopicArn": Bind("Address", via=naming.topic)},
        items="AnomalySubscriptions[].Subscribers",
        where={"Type": ("SNS",)},
        region=Bind("Address", via=naming.region),
    ),
)

# SNS writes its codes without "Exception" on the wire.
_GONE = ("NotFound",)

GET_TOPIC_ATTRIBUTES = Operation(
    "sns", "GetTopicAttributes", "sns:GetTopicAttributes", each=_EVERY_TOPIC, absent=_GONE
)

# A subscriber's endpoint may be a person's address or a URL that carries a secret; its protocol says enough.
LIST_SUBSCRIPTIONS_BY_TOPIC = Operation(
    "sns",
    "ListSubscriptionsByTopic",
    "sns:ListSubscriptionsByTopic",
    items="Subscriptions",
    token=("NextToken", "NextToken"),
    each=_EVERY_TOPIC,
    absent=_GONE,
    redact=("Subscriptions[].Endpoint",),
)

# The topics that EventBridge rules speak to, apart from the rest: who asks about alarms need not list every rule.
_OF_RULES = (
    Each(
        events.LIST_TARGETS_BY_RULE,
        {"TopicArn": Bind("Arn", via=naming.topic)},
        region=Bind("Arn", via=naming.region),
    ),
)

GET_TOPIC_ATTRIBUTES_RULES = Operation(
    "sns", "GetTopicAttributes", "sns:GetTopicAttributes", each=_OF_RULES, absent=_GONE, variant="rules"
)

LIST_SUBSCRIPTIONS_BY_TOPIC_RULES = Operation(
    "sns",
    "ListSubscriptionsByTopic",
    "sns:ListSubscriptionsByTopic",
    items="Subscriptions",
    token=("NextToken", "NextToken"),
    each=_OF_RULES,
    absent=_GONE,
    redact=("Subscriptions[].Endpoint",),
    variant="rules",
)
