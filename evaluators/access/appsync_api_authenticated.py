"""GAI-3.04: AppSync APIs that reach a model do not rely on API keys."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.path import values
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import (
    Item,
    Severity,
    Status,
    Verdict,
    failed,
    not_applicable,
    not_assessed,
    passed,
)
from assessor.model.view import View
from collectors import appsync
from evaluators.derived.doors import web_doors
from evaluators.derived.doors.doors import doors_appsync
from evaluators.derived.doors.web_doors import WebDoor

_KEY = "API_KEY"
_WAYS = frozenset({"AWS_IAM", "AMAZON_COGNITO_USER_POOLS", "OPENID_CONNECT", "AWS_LAMBDA"})
"""Ways to sign in, beside API_KEY."""
_LEADING_NOWHERE = frozenset(
    {
        "AMAZON_DYNAMODB",
        "AMAZON_ELASTICSEARCH",
        "AMAZON_OPENSEARCH_SERVICE",
        "NONE",
        "RELATIONAL_DATABASE",
    }
)
"""Data sources behind which there can be no model; a kind that AWS adds may lead to one."""
_MODES = (
    "eventConfig.connectionAuthModes[].authType",
    "eventConfig.defaultPublishAuthModes[].authType",
    "eventConfig.defaultSubscribeAuthModes[].authType",
)


def subjects(aws: View) -> Iterator[Subject]:
    """Every AppSync API in scope."""
    for door in doors_appsync(aws):
        yield Subject(door.arn, door.kind, about={"door": door}, evidence=door.evidence)


@control(
    "GAI-3.04",
    slug="appsync-api-authenticated",
    item=Item.ACCESS,
    title="AppSync APIs that reach a model do not rely on API keys",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind=web_doors.GRAPHQL,
    subjects=subjects,
    reads=[appsync.LIST_GRAPHQL_APIS, appsync.LIST_APIS, appsync.LIST_DATA_SOURCES],
    when_none=Status.NOT_APPLICABLE,
    none_because="This Region has no AppSync API.",
    why=(
        "An API key of AppSync is a shared secret that is usually written into a client: whoever reads "
        "the client calls the model."
    ),
    remediation="Use Cognito, OIDC, IAM or Lambda authorization.",
    fix_cli=(
        "aws appsync update-graphql-api --api-id $API --name $N --authentication-type "
        "AMAZON_COGNITO_USER_POOLS --user-pool-config "
        "userPoolId=$P,awsRegion=$R,defaultAction=DENY"
    ),
    answers=("S3.1", "S3.3"),
    frameworks={
        "gensec": ("GENSEC01-BP01",),
        "mitre_atlas": ("AML.T0040", "AML.M0019"),
        "iso_42001": ("A.9.2",),
    },
    parameters=(),
    edge_cases=(
        (
            "AMAZON_BEDROCK_RUNTIME is a data source by itself: there is no function between the API "
            "and the model."
        ),
        ("userPoolConfig.defaultAction ALLOW admits every user of the pool: mentioned beside the verdict."),
        "An additional API_KEY opens only fields that the schema marks; the schema is not read.",
        "An Event API whose channels use a key only by their own settings is not decided here.",
        "A merged API takes its data sources from other APIs: it is judged as it stands.",
    ),
    workload_aware=True,
)
def appsync_api_authenticated(subject: Subject, aws: View) -> Verdict:
    """An AppSync API finds out who calls it by more than a shared key.

    Judged is every GraphQL and Event API with a data source that can lead to a model: Bedrock, Lambda, HTTP, EventBridge.

    Passes: API_KEY is neither the default nor an additional way to sign in.

    Fails: API_KEY is the default way; of an Event API, one of the ways to connect, publish or subscribe.

    Does not apply: a PRIVATE API; one without such a data source.

    Not assessed: API_KEY is an additional way only. Which fields it opens stands in the schema.

    By hand::

        aws appsync list-graphql-apis --query 'graphqlApis[].[apiId,authenticationType,additionalAuthenticationProviders]'
        aws appsync list-apis --query 'apis[].[apiId,eventConfig.authProviders]'
        aws appsync list-data-sources --api-id $API
    """
    door = subject.about["door"]
    assert isinstance(door, WebDoor)
    api = door.answer
    if api.get("visibility") == "PRIVATE":
        return not_applicable(f"{door.what} is PRIVATE: it is reached through VPC endpoints only")
    if api.get("apiType") != "MERGED":
        sources = {
            str(one.get("type") or "not stated")
            for one in aws.items(appsync.LIST_DATA_SOURCES, apiId=api.get("apiId"))
        }
        if sources <= _LEADING_NOWHERE:
            held = f"only data sources of type {', '.join(sorted(sources))}" if sources else "no data source"
            return not_applicable(f"{door.what} has {held}, and none of that leads to a model")
    return _event_api(door) if door.kind == web_doors.EVENTS else _graphql(door)


def _graphql(door: WebDoor) -> Verdict:
    api = door.answer
    default = str(api.get("authenticationType") or "")
    others = [str(one) for one in values(api, "additionalAuthenticationProviders[].authenticationType")]
    if default == _KEY:
        return failed(f"{door.what} is called with an API key by default")
    if not default:
        return not_assessed(Why.LINK_UNKNOWN, f"AWS states no way to sign in for {door.what}")
    if _KEY in others:
        return not_assessed(
            Why.LINK_UNKNOWN,
            f"{door.what} signs callers in by {default} and takes an API key for the fields that its schema marks; "
            "whether those reach a model is not known",
        )
    _known(door, [default, *others])
    notes = []
    if "ALLOW" in values(api, "userPoolConfig.defaultAction"):
        notes.append("Every user of the user pool is admitted (defaultAction ALLOW)")
    return passed(
        f"{door.what} signs callers in by {', '.join(dict.fromkeys((default, *others)))}, not by API key",
        *notes,
    )


def _event_api(door: WebDoor) -> Verdict:
    keyed = [mode.split(".")[1].partition("[")[0] for mode in _MODES if _KEY in values(door.answer, mode)]
    if keyed:
        return failed(f"{door.what} takes an API key ({', '.join(keyed)})")
    ways = list(dict.fromkeys(map(str, values(door.answer, "eventConfig.authProviders[].authType"))))
    if _KEY in ways:
        return not_assessed(
            Why.LINK_UNKNOWN,
            f"{door.what} takes an API key where a channel says so; its channels are not read",
        )
    if not ways:
        return not_assessed(Why.LINK_UNKNOWN, f"AWS states no way to sign in for {door.what}")
    _known(door, ways)
    return passed(f"{door.what} signs callers in by {', '.join(ways)}, not by API key")


def _known(door: WebDoor, ways: list[str]) -> None:
    """Raises UnseenError for a way to sign in of which nothing is known."""
    unknown = [way for way in ways if way not in _WAYS]
    if unknown:
        raise UnseenError(Why.LINK_UNKNOWN, f"AWS states {unknown[0]} for {door.what}, which is not known")
