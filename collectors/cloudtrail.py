"""AWS CloudTrail: trails, event data stores and what they record. A trail answers in its home Region.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Each, Operation

# Shadow trails included: the trail that records this Region may live in another one, or in the organization.
DESCRIBE_TRAILS = Operation(
    "cloudtrail",
    "DescribeTrails",
    "cloudtrail:DescribeTrails",
    items="trailList",
    params={"includeShadowTrails": True},
)

GET_TRAIL_STATUS = Operation(
    "cloudtrail",
    "GetTrailStatus",
    "cloudtrail:GetTrailStatus",
    each=(Each(DESCRIBE_TRAILS, {"Name": "TrailARN"}, region="HomeRegion"),),
)

GET_EVENT_SELECTORS = Operation(
    "cloudtrail",
    "GetEventSelectors",
    "cloudtrail:GetEventSelectors",
    each=(Each(DESCRIBE_TRAILS, {"TrailName": "TrailARN"}, region="HomeRegion"),),
)

LIST_EVENT_DATA_STORES = Operation(
    "cloudtrail",
    "ListEventDataStores",
    "cloudtrail:ListEventDataStores",
    items="EventDataStores",
    token=("NextToken", "NextToken"),
)

# The listing leaves most members out; selectors and status come from here.
GET_EVENT_DATA_STORE = Operation(
    "cloudtrail",
    "GetEventDataStore",
    "cloudtrail:GetEventDataStore",
    each=(Each(LIST_EVENT_DATA_STORES, {"EventDataStore": "EventDataStoreArn"}),),
)

GET_INSIGHT_SELECTORS = Operation(
    "cloudtrail",
    "GetInsightSelectors",
    "cloudtrail:GetInsightSelectors",
    each=(
        Each(DESCRIBE_TRAILS, {"TrailName": "TrailARN"}, region="HomeRegion"),
        Each(LIST_EVENT_DATA_STORES, {"EventDataStore": "EventDataStoreArn"}),
    ),
    absent=("InsightNotEnabledException",),
)

# The last ninety days of management events of the two inference planes. Two requests a second at most: a control
# that reads this says so.
LOOKUP_EVENTS = Operation(
    "cloudtrail",
    "LookupEvents",
    "cloudtrail:LookupEvents",
    items="Events",
    token=("NextToken", "NextToken"),
    asks=(
        {
            "LookupAttributes": [
                {"AttributeKey": "EventSource", "AttributeValue": "bedrock-mantle.amazonaws.com"}
            ]
        },
    ),
)

# Who calls which model, newest first. Accounts in use have more of it than anybody waits for: a run that is asked to
# observe reads as far as its time allows, and what it has not read is not known.
LOOKUP_EVENTS_INVOCATIONS = Operation(
    "cloudtrail",
    "LookupEvents",
    "cloudtrail:LookupEvents",
    items="Events",
    token=("NextToken", "NextToken"),
    params={"MaxResults": 50},
    asks=(
        {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "InvokeModel"}]},
        {
            "LookupAttributes": [
                {"AttributeKey": "EventName", "AttributeValue": "InvokeModelWithResponseStream"}
            ]
        },
        {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "Converse"}]},
        {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "ConverseStream"}]},
    ),
    variant="invocations",
)
