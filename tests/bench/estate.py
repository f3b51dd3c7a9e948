"""The account the collecting bench reads: twelve services over five protocols, each a paged listing and its details.

Every service holds the same number of things; answers are made from the request, so that an account of any size costs
nothing to declare.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from assessor.model.operation import Each, Operation

PAGE = 100
ACCOUNT = "111122223333"
_WHEN = "2026-01-02T03:04:05Z"


@dataclass(frozen=True, slots=True)
class Kind:
    """One service's things: how they are listed, and how one is described."""

    listing: Operation
    detail: Operation
    item: Callable[[str], Any]
    answer: Callable[[str], Mapping[str, Any]]


def _arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:us-east-1:{ACCOUNT}:{rest}"


def _kind(
    service: str,
    listing: tuple[str, str, str | tuple[str, str]],
    detail: tuple[str, str, str],
    item: Callable[[str], Any],
    answer: Callable[[str], Mapping[str, Any]],
    params: Mapping[str, Any] | None = None,
) -> Kind:
    name, items, pair = listing
    token = (pair, pair) if isinstance(pair, str) else pair
    parent = Operation(service, name, f"{service}:{name}", items=items, token=token, params=params or {})
    operation, member, path = detail
    child = Operation(service, operation, f"{service}:{operation}", each=(Each(parent, {member: path}),))
    return Kind(parent, child, item, answer)


KINDS: tuple[Kind, ...] = (
    _kind(
        "kms",
        ("ListKeys", "Keys", ("Marker", "NextMarker")),
        ("DescribeKey", "KeyId", "KeyId"),
        lambda n: {"KeyId": n, "KeyArn": _arn("kms", f"key/{n}")},
        lambda n: {
            "KeyMetadata": {
                "KeyId": n,
                "Arn": _arn("kms", f"key/{n}"),
                "CreationDate": _WHEN,
                "Enabled": True,
                "KeyState": "Enabled",
                "KeyUsage": "ENCRYPT_DECRYPT",
                "KeyManager": "CUSTOMER",
            }
        },
    ),
    _kind(
        "secretsmanager",
        ("ListSecrets", "SecretList", "NextToken"),
        ("DescribeSecret", "SecretId", "ARN"),
        lambda n: {"ARN": n, "Name": n, "CreatedDate": _WHEN, "LastChangedDate": _WHEN},
        lambda n: {
            "ARN": n,
            "Name": n,
            "RotationEnabled": True,
            "CreatedDate": _WHEN,
            "LastAccessedDate": _WHEN,
        },
    ),
    _kind(
        "dynamodb",
        ("ListTables", "TableNames", ("ExclusiveStartTableName", "LastEvaluatedTableName")),
        ("DescribeTable", "TableName", ""),
        lambda n: n,
        lambda n: {
            "Table": {"TableName": n, "TableStatus": "ACTIVE", "CreationDateTime": _WHEN, "ItemCount": 5}
        },
    ),
    _kind(
        "stepfunctions",
        ("ListStateMachines", "stateMachines", "nextToken"),
        ("DescribeStateMachine", "stateMachineArn", "stateMachineArn"),
        lambda n: {"stateMachineArn": n, "name": n[-9:], "type": "STANDARD", "creationDate": _WHEN},
        lambda n: {
            "stateMachineArn": n,
            "name": n[-9:],
            "definition": "{}",
            "roleArn": _arn("iam", "role/states"),
            "type": "STANDARD",
            "creationDate": _WHEN,
        },
    ),
    _kind(
        "cognito-idp",
        ("ListUserPools", "UserPools", "NextToken"),
        ("DescribeUserPool", "UserPoolId", "Id"),
        lambda n: {"Id": n, "Name": n, "LastModifiedDate": _WHEN, "CreationDate": _WHEN},
        lambda n: {"UserPool": {"Id": n, "Name": n, "MfaConfiguration": "ON", "CreationDate": _WHEN}},
        {"MaxResults": 60},
    ),
    _kind(
        "sagemaker",
        ("ListEndpoints", "Endpoints", "NextToken"),
        ("DescribeEndpoint", "EndpointName", "EndpointName"),
        lambda n: {
            "EndpointName": n,
            "EndpointArn": _arn("sagemaker", f"endpoint/{n}"),
            "CreationTime": _WHEN,
            "LastModifiedTime": _WHEN,
            "EndpointStatus": "InService",
        },
        lambda n: {
            "EndpointName": n,
            "EndpointArn": _arn("sagemaker", f"endpoint/{n}"),
            "CreationTime": _WHEN,
            "LastModifiedTime": _WHEN,
            "EndpointStatus": "InService",
            "EndpointConfigName": n,
        },
    ),
    _kind(
        "lambda",
        ("ListFunctions", "Functions", ("Marker", "NextMarker")),
        ("GetFunctionConfiguration", "FunctionName", "FunctionName"),
        lambda n: {
            "FunctionName": n,
            "FunctionArn": _arn("lambda", f"function:{n}"),
            "Runtime": "python3.13",
        },
        lambda n: {
            "FunctionName": n,
            "FunctionArn": _arn("lambda", f"function:{n}"),
            "Environment": {"Variables": {"A": "1", "B": "2"}},
        },
    ),
    _kind(
        "bedrock",
        ("ListGuardrails", "guardrails", "nextToken"),
        ("GetGuardrail", "guardrailIdentifier", "id"),
        lambda n: {
            "id": n,
            "arn": _arn("bedrock", f"guardrail/{n}"),
            "name": n,
            "status": "READY",
            "version": "DRAFT",
            "createdAt": _WHEN,
            "updatedAt": _WHEN,
        },
        lambda n: {
            "name": n,
            "guardrailId": n,
            "guardrailArn": _arn("bedrock", f"guardrail/{n}"),
            "version": "DRAFT",
            "status": "READY",
            "createdAt": _WHEN,
            "updatedAt": _WHEN,
            "blockedInputMessaging": "no",
            "blockedOutputsMessaging": "no",
            "contentPolicy": {
                "filters": [{"type": "HATE", "inputStrength": "HIGH", "outputStrength": "HIGH"}] * 6
            },
        },
    ),
    _kind(
        "bedrock-agent",
        ("ListAgents", "agentSummaries", "nextToken"),
        ("GetAgent", "agentId", "agentId"),
        lambda n: {"agentId": n, "agentName": n, "agentStatus": "PREPARED", "updatedAt": _WHEN},
        lambda n: {
            "agent": {
                "agentId": n,
                "agentName": n,
                "agentArn": _arn("bedrock", f"agent/{n}"),
                "agentVersion": "DRAFT",
                "agentStatus": "PREPARED",
                "idleSessionTTLInSeconds": 600,
                "agentResourceRoleArn": _arn("iam", "role/agent"),
                "createdAt": _WHEN,
                "updatedAt": _WHEN,
            }
        },
    ),
    _kind(
        "iam",
        ("ListRoles", "Roles", "Marker"),
        ("GetRole", "RoleName", "RoleName"),
        lambda n: {
            "Path": "/",
            "RoleName": n,
            "RoleId": n,
            "Arn": _arn("iam", f"role/{n}"),
            "CreateDate": _WHEN,
        },
        lambda n: {
            "Role": {
                "Path": "/",
                "RoleName": n,
                "RoleId": n,
                "Arn": _arn("iam", f"role/{n}"),
                "CreateDate": _WHEN,
                "AssumeRolePolicyDocument": "%7B%22Version%22%3A%222012-10-17%22%7D",
            }
        },
    ),
    _kind(
        "sns",
        ("ListTopics", "Topics", "NextToken"),
        ("GetTopicAttributes", "TopicArn", "TopicArn"),
        lambda n: {"TopicArn": n},
        lambda n: {
            "Attributes": {"TopicArn": n, "DisplayName": n, "SubscriptionsConfirmed": "3", "Policy": "{}"}
        },
    ),
    _kind(
        "s3",
        ("ListBuckets", "Buckets", "ContinuationToken"),
        ("GetBucketVersioning", "Bucket", "Name"),
        lambda n: {"Name": n, "CreationDate": _WHEN},
        lambda n: {"Status": "Enabled", "MFADelete": "Disabled"},
    ),
)

OPERATIONS: tuple[Operation, ...] = tuple(kind.detail for kind in KINDS)


def name_of(service: str, number: int) -> str:
    """The name of a service's thing."""
    match service:
        case "sns":
            return _arn("sns", f"thing-{number:06d}")
        case "stepfunctions":
            return _arn("states", f"stateMachine:thing-{number:06d}")
        case "secretsmanager":
            return _arn("secretsmanager", f"secret:thing-{number:06d}")
        case "bedrock" | "bedrock-agent":
            return f"t{number:09d}"
        case "cognito-idp":
            return f"us-east-1_{number:09d}"
        case _:
            return f"thing-{number:06d}"


def answer(service: str, operation: str, params: Mapping[str, Any], things: int) -> Mapping[str, Any]:
    """What an account with so many things of each kind answers."""
    for kind in KINDS:
        if kind.listing.service != service:
            continue
        if kind.listing.name == operation and kind.listing.token is not None:
            start = int(params.get(kind.listing.token[0]) or 0)
            stop = min(things, start + PAGE)
            page: dict[str, Any] = {
                str(kind.listing.items): [kind.item(name_of(service, n)) for n in range(start, stop)]
            }
            if stop < things:
                page[kind.listing.token[1]] = str(stop)
                if service == "iam":
                    page["IsTruncated"] = True
            return page
        if kind.detail.name == operation:
            return kind.answer(str(params[next(iter(kind.detail.each[0].bind))]))
    if (service, operation) == ("sts", "GetCallerIdentity"):
        return {
            "UserId": "AIDA",
            "Account": ACCOUNT,
            "Arn": _arn("iam", "user/bench").replace("us-east-1", ""),
        }
    raise KeyError(f"{service}:{operation}")


def requests_of(things: int) -> tuple[int, int]:
    """The requests a scan must send, and how many of them follow one another."""
    pages = max(1, -(-things // PAGE))
    return len(KINDS) * (pages + things) + 1, pages + 2
