"""Declared accounts for the graph: small parts in AWS's own answers, put together."""

from collections.abc import Mapping
from typing import Any

from assessor.demo.faults import Faults
from assessor.model.parameters import Parameters
from assessor.model.snapshot import Snapshot
from assessor.model.view import View
from assessor.workload.build import READS, workload
from assessor.workload.workload import Workload
from tests.aws.account import snapshot_of

ACCOUNT = "111122223333"
REGION = "us-east-1"
OTHER = "444455556666"

BEDROCK = {"Effect": "Allow", "Action": "bedrock:*", "Resource": "*"}
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
LOGS = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}


def merged(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """Contents put together: mappings by key, lists one after the other."""
    found: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            known = found.get(key)
            if isinstance(known, Mapping) and isinstance(value, Mapping):
                found[key] = merged(known, value)
            elif isinstance(known, list) and isinstance(value, list):
                found[key] = [*known, *value]
            else:
                found[key] = value
    return found


def when(answer: Any, **params: Any) -> dict[str, Any]:
    """An answer for a call with these parameters."""
    return {"when": params, "answer": answer}


def function_arn(name: str, *, account: str = ACCOUNT, region: str = REGION) -> str:
    return f"arn:aws:lambda:{region}:{account}:function:{name}"


def role_arn(name: str, *, account: str = ACCOUNT) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def lambda_uri(target: str, region: str = REGION) -> str:
    return f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{target}/invocations"


def role(name: str, *statements: Mapping[str, Any], trust: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A role with one inline policy."""
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    trusted = trust or {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    entry = {
        "RoleName": name,
        "RoleId": f"AROA{name.upper().replace('-', ''):0<17}"[:21],
        "Path": "/",
        "Arn": role_arn(name),
        "CreateDate": "2026-01-01T00:00:00Z",
        "AssumeRolePolicyDocument": {"$json": {"Version": "2012-10-17", "Statement": [trusted]}},
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": {"$json": document}}]
        if statements
        else [],
        "AttachedManagedPolicies": [],
        "InstanceProfileList": [],
    }
    return {"global": {"iam": {"GetAccountAuthorizationDetails": {"RoleDetailList": [entry]}}}}


def function(name: str, role_name: str, *, region: str = REGION, **more: Any) -> dict[str, Any]:
    """A function that runs as a role."""
    arn = function_arn(name, region=region)
    configuration = {"FunctionName": name, "FunctionArn": arn, "Role": role_arn(role_name), **more}
    return {region: {"lambda": {"ListFunctions": [configuration]}}}


def rest_api(
    api: str,
    methods: Mapping[str, Mapping[str, Any]],
    *,
    stages: tuple[str, ...] = ("prod",),
    region: str = REGION,
    stage: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A REST API. ``methods``: ``POST /chat`` -> its integration."""
    resources: dict[str, dict[str, Any]] = {}
    for key, integration in methods.items():
        verb, _, path = key.partition(" ")
        one = resources.setdefault(
            path, {"id": f"r{len(resources) + 1}", "path": path, "resourceMethods": {}}
        )
        one["resourceMethods"][verb] = {
            "httpMethod": verb,
            "authorizationType": "NONE",
            "methodIntegration": dict(integration),
        }
    held = [{"stageName": name, "deploymentId": "d1", **(stage or {})} for name in stages]
    return {
        region: {
            "apigateway": {
                "GetRestApis": [{"id": api, "name": api, **more}],
                "GetStages": [{"when": {"restApiId": api}, "answer": {"item": held}}],
                "GetResources": [{"when": {"restApiId": api}, "answer": {"items": list(resources.values())}}],
            }
        }
    }


def proxy(target: str, **more: Any) -> dict[str, Any]:
    """The integration with a function."""
    return {"type": "AWS_PROXY", "uri": lambda_uri(target), **more}


def method_arn(api: str, resource: str = "r1", verb: str = "POST", *, region: str = REGION) -> str:
    return f"arn:aws:apigateway:{region}::/restapis/{api}/resources/{resource}/methods/{verb}"


def door(
    api: str, resource: str = "r1", verb: str = "POST", stage: str = "prod", *, region: str = REGION
) -> str:
    """The id of a method on a stage."""
    return f"{method_arn(api, resource, verb, region=region)}@{stage}"


def plain_workload() -> dict[str, Any]:
    """Field note 1: a REST API without authorizer, a function, a role with bedrock:*; and a health check beside."""
    return merged(
        rest_api(
            "chat",
            {"POST /chat": proxy(function_arn("ask")), "GET /health": proxy(function_arn("health"))},
        ),
        function("ask", "ask-role"),
        function("health", "health-role"),
        role("ask-role", BEDROCK, LOGS),
        role("health-role", LOGS),
    )


def snapshot(
    content: Mapping[str, Any],
    *deny: str,
    regions: tuple[str, ...] = (REGION,),
    gate: tuple[str, ...] = (),
    errors: Mapping[str, tuple[str, int]] | None = None,
) -> Snapshot:
    """What a run in scope ``workload`` reads of the account for the graph."""
    faults = Faults(deny=deny, gate=gate, errors=errors or {})
    return snapshot_of(content, READS, regions=regions, scope="workload", faults=faults)


def built(
    content: Mapping[str, Any], *deny: str, parameters: Mapping[str, Any] | None = None, **more: Any
) -> Workload:
    """The workload of an account, with some operations denied."""
    read = snapshot(content, *deny, **more)
    account = read.run.accounts[0]
    return workload(View(read, account, account.regions[0], Parameters(parameters or {})))
