"""What the account says about things the document does not hold: nothing, or that they do not exist.

AWS has three ways of saying "there is none" - an empty list, a not-found error and a neutral setting - and a
reader must tell them apart, so the stand-in must not answer them all alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.model import ListShape

from assessor.demo import models
from assessor.demo.faults import Fault
from assessor.demo.paging import get, paging_of, put
from assessor.demo.shapes import neutral

_READS = ("BatchGet", "Check", "Describe", "Generate", "Get", "Head", "List", "Lookup", "Search", "Simulate")
_NOT_FOUND = ("NotFound", "NoSuch", "DoesNotExist", "NonExist", "Nonexist", "NotInUse")
# S3 and its control plane model almost no errors, so the absent sub-resources are listed here.
_S3_ABSENT: Mapping[str, str] = {
    "GetBucketCors": "NoSuchCORSConfiguration",
    "GetBucketEncryption": "ServerSideEncryptionConfigurationNotFoundError",
    "GetBucketLifecycleConfiguration": "NoSuchLifecycleConfiguration",
    "GetBucketOwnershipControls": "OwnershipControlsNotFoundError",
    "GetBucketPolicy": "NoSuchBucketPolicy",
    "GetBucketPolicyStatus": "NoSuchBucketPolicy",
    "GetBucketReplication": "ReplicationConfigurationNotFoundError",
    "GetBucketTagging": "NoSuchTagSet",
    "GetBucketWebsite": "NoSuchWebsiteConfiguration",
    "GetObjectLockConfiguration": "ObjectLockConfigurationNotFoundError",
    "GetPublicAccessBlock": "NoSuchPublicAccessBlockConfiguration",
}
_OWNER_ONLY: Mapping[str, Any] = {
    "Owner": {"ID": "owner"},
    "Grants": [{"Grantee": {"Type": "CanonicalUser", "ID": "owner"}, "Permission": "FULL_CONTROL"}],
}
_ABSENT: Mapping[tuple[str, str], Fault] = {
    ("s3control", "GetPublicAccessBlock"): Fault(
        "NoSuchPublicAccessBlockConfiguration", 404, "The public access block configuration was not found"
    ),
    ("s3control", "GetAccessPoint"): Fault(
        "NoSuchAccessPoint", 404, "The specified accesspoint does not exist"
    ),
    ("s3control", "GetAccessPointPolicy"): Fault(
        "NoSuchAccessPointPolicy", 404, "The specified accesspoint does not have a policy"
    ),
    ("macie2", "GetMacieSession"): Fault("AccessDeniedException", 403, "Macie is not enabled"),
    ("organizations", "DescribeOrganization"): Fault(
        "AWSOrganizationsNotInUseException", 400, "Your account is not a member of an organization."
    ),
    ("organizations", "DescribeEffectivePolicy"): Fault(
        "EffectivePolicyNotFoundException", 400, "There is no effective policy of this type for the account."
    ),
    ("securityhub", "DescribeHub"): Fault(
        "InvalidAccessException", 401, "Account is not subscribed to AWS Security Hub"
    ),
    ("cloudtrail", "GetInsightSelectors"): Fault(
        "InsightNotEnabledException", 400, "The trail does not have Insights enabled."
    ),
    ("ec2", "DescribeVpcAttribute"): Fault("InvalidVpcID.NotFound", 400, "The vpc ID does not exist"),
    ("sns", "GetTopicAttributes"): Fault("NotFound", 404, "Topic does not exist"),
    ("sns", "ListSubscriptionsByTopic"): Fault("NotFound", 404, "Topic does not exist"),
}
# What these name is optional in the model, since there are two ways to name it.
_NAMED_OPTIONALLY = {
    ("bedrock", "GetUseCaseForModelAccess"),
    ("iam", "GetServiceLastAccessedDetails"),
    ("s3vectors", "GetIndex"),
    ("s3vectors", "GetVectorBucket"),
    ("s3vectors", "GetVectorBucketPolicy"),
    ("wafv2", "GetRuleGroup"),
    ("wafv2", "GetWebACL"),
}
_NEUTRAL: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("bedrock", "GetAccountDataRetention"): {"mode": "inherit"},
    ("bedrock", "GetModelInvocationLoggingConfiguration"): {},
    ("auditmanager", "GetAccountStatus"): {"status": "INACTIVE"},
    ("bedrock-agentcore-control", "GetTokenVault"): {
        "tokenVaultId": "default",
        "kmsConfiguration": {"keyType": "ServiceManagedKey"},
        "lastModifiedDate": datetime.fromtimestamp(0, UTC),
    },
    ("cloudfront", "ListDistributions"): {
        "DistributionList": {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": 0}
    },
    ("lambda", "GetAccountSettings"): {
        "AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000},
        "AccountUsage": {"TotalCodeSize": 0, "FunctionCount": 0},
    },
    ("lambda", "GetFunctionConcurrency"): {},
    ("lambda", "GetFunctionRecursionConfig"): {"RecursiveLoop": "Terminate"},
    ("macie2", "GetAutomatedDiscoveryConfiguration"): {"status": "DISABLED"},
    ("service-quotas", "GetAutoManagementConfiguration"): {"OptInStatus": "DISABLED"},
    ("apigateway", "GetAccount"): {"throttleSettings": {"rateLimit": 10000.0, "burstLimit": 5000}},
    ("wafv2", "GetWebACLForResource"): {},
    ("cognito-idp", "DescribeRiskConfiguration"): {"RiskConfiguration": {}},
    ("cloudtrail", "GetEventSelectors"): {
        "EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True}]
    },
    ("ec2", "DescribeVpcEndpointServices"): {"ServiceNames": [], "ServiceDetails": []},
}


@cache
def is_listing(service: str, operation: str) -> bool:
    """Whether "none" means an empty list for this operation."""
    model = models.operation_model(service, operation)
    output, inputs = model.output_shape, model.input_shape
    if output is None:
        return False
    required = set(inputs.required_members) if inputs else set()
    if operation.startswith("List") or paging_of(service, operation).token_out:
        return True
    lists = any(isinstance(member, ListShape) for member in output.members.values())
    batch = all(isinstance(inputs.members[name], ListShape) for name in required) if inputs else True
    return lists and batch


@cache
def empty(service: str, operation: str) -> dict[str, Any]:
    """An answer with nothing in it: required members neutral, lists empty."""
    shape = models.operation_model(service, operation).output_shape
    if shape is None:
        return {}
    found: dict[str, Any] = neutral(shape)
    for name, member in shape.members.items():
        if isinstance(member, ListShape):
            found.setdefault(name, [])
    how = paging_of(service, operation)
    for path in how.items:
        if get(found, path) is None:
            found = put(found, path, [])
    # A required token would send the reader round for ever.
    if how.token_out and get(found, how.token_out) == "" and "." not in how.token_out:
        found.pop(how.token_out)
    return found


@cache
def not_found(service: str, operation: str) -> Fault:
    """The service's own way of saying that the thing asked for does not exist."""
    model = models.operation_model(service, operation)
    candidates = [
        shape
        for shape in [*model.error_shapes, *models.service_model(service).error_shapes]
        if any(word in str(shape.name) for word in _NOT_FOUND)
    ]
    # Among several, the general one says least that could be untrue.
    candidates.sort(key=lambda shape: not str(shape.name).startswith(("ResourceNotFound", "NoSuchEntity")))
    if not candidates:
        return Fault("ResourceNotFoundException", 404, "The resource does not exist")
    own = {shape.name for shape in model.error_shapes}
    shape = next((candidate for candidate in candidates if candidate.name in own), candidates[0])
    error = shape.metadata.get("error", {})
    status = error.get("httpStatusCode") or (400 if models.protocol_of(service) == "json" else 404)
    return Fault(str(error.get("code", shape.name)), int(status), "The resource does not exist")


def answer(service: str, operation: str) -> dict[str, Any] | Fault:
    """The answer to a request for something undeclared (S3 buckets apart, see ``of_bucket``).

    Writes are refused: a document does not change, and success would be a lie.
    """
    if not operation.startswith(_READS):
        return _refused(service, operation)
    absent = _ABSENT.get((service, operation))
    if absent is not None:
        return absent
    fixed = _NEUTRAL.get((service, operation))
    if fixed is not None:
        return dict(fixed)
    if (service, operation) in _NAMED_OPTIONALLY:
        return not_found(service, operation)
    if is_listing(service, operation):
        return empty(service, operation)
    inputs = models.operation_model(service, operation).input_shape
    if inputs is not None and inputs.required_members:
        return not_found(service, operation)
    return empty(service, operation)


def _refused(service: str, operation: str) -> Fault:
    return Fault("UnsupportedOperation", 400, f"The stand-in account is read-only: {service}:{operation}")


def of_bucket(operation: str, known: bool) -> dict[str, Any] | Fault:
    """The answer of S3 about a bucket that says nothing of its own for this operation."""
    if not operation.startswith(_READS):
        return _refused("s3", operation)
    if not known:
        return Fault("NoSuchBucket", 404, "The specified bucket does not exist")
    if operation == "GetBucketAcl":
        return dict(_OWNER_ONLY)
    code = _S3_ABSENT.get(operation)
    if code is not None:
        return Fault(code, 404, "The configuration does not exist")
    return empty("s3", operation)
