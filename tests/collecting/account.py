"""A small account over six services and all five protocols, and the operations that read it."""

from typing import Any

from assessor.demo import DEFAULT_ACCOUNT, Document
from assessor.model.operation import Bind, Each, Operation, Scope

SECRET = "planted-secret-7f3a"
REGIONS = ("us-east-1", "eu-west-1")

WHO = Operation("sts", "GetCallerIdentity", "sts:GetCallerIdentity", scope=Scope.GLOBAL)
ACCOUNT_BLOCK = Operation(
    "s3control",
    "GetPublicAccessBlock",
    "s3:GetAccountPublicAccessBlock",
    each=(Each(WHO, {"AccountId": "Account"}),),
    absent=("NoSuchPublicAccessBlockConfiguration",),
    scope=Scope.GLOBAL,
)
KEYS = Operation(
    "kms", "ListKeys", "kms:ListKeys", items="Keys", token=("Marker", "NextMarker"), more="Truncated"
)
KEY = Operation("kms", "DescribeKey", "kms:DescribeKey", each=(Each(KEYS, {"KeyId": "KeyId"}),))
KEY_POLICY = Operation(
    "kms",
    "GetKeyPolicy",
    "kms:GetKeyPolicy",
    each=(Each(KEYS, {"KeyId": "KeyId"}),),
    absent=("NotFoundException",),
)
PEOPLE = Operation(
    "iam",
    "GetAccountAuthorizationDetails",
    "iam:GetAccountAuthorizationDetails",
    items="RoleDetailList",
    token=("Marker", "Marker"),
    more="IsTruncated",
    scope=Scope.GLOBAL,
)
FUNCTIONS = Operation(
    "lambda",
    "ListFunctions",
    "lambda:ListFunctions",
    items="Functions",
    token=("Marker", "NextMarker"),
    redact=("Functions[].Environment.Variables{}",),
)
FUNCTION_POLICY = Operation(
    "lambda",
    "GetPolicy",
    "lambda:GetPolicy",
    each=(Each(FUNCTIONS, {"FunctionName": "FunctionName"}),),
    absent=("ResourceNotFoundException",),
)
GUARDRAILS = Operation(
    "bedrock",
    "ListGuardrails",
    "bedrock:ListGuardrails",
    items="guardrails",
    token=("nextToken", "nextToken"),
)
GUARDRAIL = Operation(
    "bedrock",
    "GetGuardrail",
    "bedrock:GetGuardrail",
    each=(Each(GUARDRAILS, {"guardrailIdentifier": "id"}),),
)
BUCKETS = Operation(
    "s3",
    "ListBuckets",
    "s3:ListAllMyBuckets",
    items="Buckets",
    token=("ContinuationToken", "ContinuationToken"),
    scope=Scope.GLOBAL,
)
BUCKET_POLICY = Operation(
    "s3",
    "GetBucketPolicy",
    "s3:GetBucketPolicy",
    each=(Each(BUCKETS, {"Bucket": "Name"}, region=Bind("BucketRegion", default="us-east-1")),),
    absent=("NoSuchBucketPolicy",),
)
TOPICS = Operation("sns", "ListTopics", "sns:ListTopics", items="Topics", token=("NextToken", "NextToken"))
TOPIC = Operation(
    "sns", "GetTopicAttributes", "sns:GetTopicAttributes", each=(Each(TOPICS, {"TopicArn": "TopicArn"}),)
)
VPCS = Operation("ec2", "DescribeVpcs", "ec2:DescribeVpcs", items="Vpcs", token=("NextToken", "NextToken"))

OPERATIONS = (
    ACCOUNT_BLOCK,
    KEY,
    KEY_POLICY,
    PEOPLE,
    FUNCTION_POLICY,
    GUARDRAIL,
    BUCKET_POLICY,
    TOPIC,
    VPCS,
)


def content() -> dict[str, Any]:
    """The account as the stand-in's document declares it."""
    return {
        "global": {"iam": {"GetAccountAuthorizationDetails": _people()}, "s3": {"buckets": _buckets()}},
        "regions": {region: _region(region) for region in REGIONS},
    }


def document(*, account: str = DEFAULT_ACCOUNT, **more: Any) -> Document:
    """A validated document of one account."""
    return Document({"accounts": {account: content() | more}})


def _people() -> dict[str, Any]:
    role = {
        "Path": "/",
        "RoleId": "AROA000000000000000{0}",
        "RoleName": "role-{0}",
        "Arn": f"arn:aws:iam::{DEFAULT_ACCOUNT}:role/role-{{0}}",
        "CreateDate": "{{now-2d}}",
    }
    group = {
        "Path": "/",
        "GroupId": "AGPA000000000000000{0}",
        "GroupName": "group-{0}",
        "Arn": f"arn:aws:iam::{DEFAULT_ACCOUNT}:group/group-{{0}}",
    }
    return {
        "RoleDetailList": [{k: v.format(n) for k, v in role.items()} for n in range(5)],
        "GroupDetailList": [{k: v.format(n) for k, v in group.items()} for n in range(3)],
        "UserDetailList": [],
        "Policies": [],
    }


def _buckets() -> dict[str, Any]:
    allow = '{"Version":"2012-10-17","Statement":[]}'
    return {
        f"bucket-{n}": {"region": REGIONS[n % 2]}
        | ({"GetBucketPolicy": {"Policy": allow}} if n % 3 == 0 else {})
        for n in range(5)
    }


def _region(region: str) -> dict[str, Any]:
    def arn(service: str, rest: str) -> str:
        return f"arn:aws:{service}:{region}:{DEFAULT_ACCOUNT}:{rest}"

    keys = [f"00000000-0000-0000-0000-00000000000{n}" for n in range(4)]
    return {
        "kms": {
            "ListKeys": [{"KeyId": key, "KeyArn": arn("kms", f"key/{key}")} for key in keys],
            "DescribeKey": [
                {
                    "when": {"KeyId": key},
                    "answer": {"KeyMetadata": {"KeyId": key, "CreationDate": "{now-90d}", "Enabled": True}},
                }
                for key in keys
            ],
            "GetKeyPolicy": [
                {"when": {"KeyId": keys[0]}, "answer": {"Policy": "{}", "PolicyName": "default"}}
            ]
            + [{"when": {"KeyId": key}, "error": {"code": "NotFoundException"}} for key in keys[1:]],
        },
        "lambda": {
            "ListFunctions": [
                {
                    "FunctionName": f"function-{n}",
                    "FunctionArn": arn("lambda", f"function:function-{n}"),
                    "Environment": {"Variables": {"MODEL": "claude", "API_KEY": f"{SECRET}-{n}"}},
                }
                for n in range(3)
            ],
            "GetPolicy": [
                {
                    "when": {"FunctionName": f"function-{n}"},
                    "error": {"code": "ResourceNotFoundException", "status": 404},
                }
                for n in range(3)
            ],
        },
        "bedrock": {
            "ListGuardrails": [
                {
                    "id": f"guardrail{n}",
                    "arn": arn("bedrock", f"guardrail/guardrail{n}"),
                    "name": f"guardrail-{n}",
                    "status": "READY",
                    "version": "1",
                    "createdAt": "{now-9d}",
                    "updatedAt": "{now-1d}",
                }
                for n in range(2)
            ],
            "GetGuardrail": [
                {
                    "when": {"guardrailIdentifier": f"guardrail{n}"},
                    "answer": {
                        "name": f"guardrail-{n}",
                        "guardrailId": f"guardrail{n}",
                        "guardrailArn": arn("bedrock", f"guardrail/guardrail{n}"),
                        "version": "1",
                        "status": "READY",
                        "createdAt": "{now-9d}",
                        "updatedAt": "{now-1d}",
                        "blockedInputMessaging": "no",
                        "blockedOutputsMessaging": "no",
                    },
                }
                for n in range(2)
            ],
        },
        "sns": {
            "ListTopics": [{"TopicArn": arn("sns", f"topic-{n}")} for n in range(3)],
            "GetTopicAttributes": [
                {
                    "when": {"TopicArn": arn("sns", f"topic-{n}")},
                    "answer": {"Attributes": {"DisplayName": f"topic {n}"}},
                }
                for n in range(3)
            ],
        },
        "ec2": {"DescribeVpcs": [{"VpcId": f"vpc-{n}", "IsDefault": n == 0} for n in range(3)]},
    }
