"""How long the controls about principals take over an account of many roles.

    python tests/bench/bench_iam_controls.py [roles]

Prints the CPU seconds of each control, of all together, and of a second evaluation of the same snapshot (which shares
nothing with the first). The account: roles of Lambda, ECS, people and pipelines; a third of them with Bedrock in a
policy - on everything, on named models, behind a guardrail or a condition - and managed policies shared by many; ten
knowledge bases with their buckets and vector indices.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from assessor.iam.guardrail import INFERENCE
from assessor.model.control import Control
from assessor.model.evaluation import evaluate
from assessor.model.operation import Operation
from assessor.model.parameters import Parameters
from assessor.model.plan import closure
from assessor.model.reading import Absent, Call, Reading, Seen
from assessor.model.snapshot import GLOBAL, Account, Run, Snapshot, call_of
from collectors import bedrock, bedrock_agent, iam, kms, organizations, s3, s3control, s3vectors
from evaluators import BY_ID

ACCOUNT = "111122223333"
REGIONS = ("us-east-1", "eu-west-1")
CONTROLS = (
    "GAI-2.02", "GAI-3.12", "GAI-3.13", "GAI-3.15", "GAI-3.16", "GAI-3.17", "GAI-3.18", "GAI-3.20", "GAI-3.21",
    "GAI-3.22", "GAI-3.26", "GAI-4.02", "GAI-4.03", "GAI-4.15", "GAI-4.18", "GAI-5.02", "GAI-5.06", "GAI-5.08",
    "GAI-5.09", "GAI-5.15", "GAI-6.04",
)  # fmt: skip
GUARDRAIL = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/gr12345abcde:1"
VENDORS = ("anthropic", "amazon", "meta", "mistral", "cohere")


def statement(draw: random.Random, number: int) -> list[dict[str, Any]]:
    """The statements of a role's own policy, as estates have them."""
    kind = draw.random()
    own = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/table-{number}"
    found: list[dict[str, Any]] = [
        {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": own}
    ]
    if kind < 0.66:
        return found
    allow: dict[str, Any] = {"Effect": "Allow", "Action": list(INFERENCE), "Resource": "*"}
    if kind < 0.78:
        allow["Resource"] = (
            f"arn:aws:bedrock:*::foundation-model/{draw.choice(VENDORS)}.model-{number % 90}-v1:0"
        )
    elif kind < 0.84:
        allow["Action"] = "bedrock:*"
    elif kind < 0.86:
        allow["Condition"] = {"StringEquals": {"aws:SourceVpce": f"vpce-0{number % 8}"}}
    elif kind < 0.88:
        allow["Action"] = "*"
    found.append(allow)
    if kind > 0.92:
        found.append(
            {
                "Effect": "Deny",
                "Action": list(INFERENCE),
                "Resource": "*",
                "Condition": {"StringNotEquals": {"bedrock:GuardrailIdentifier": GUARDRAIL}},
            }
        )
    return found


Statements = Callable[[random.Random, int], list[dict[str, Any]]]


def details(roles: int, seed: int = 7, statement: Statements = statement) -> dict[str, Any]:
    """The answer of GetAccountAuthorizationDetails."""
    draw = random.Random(seed)
    managed = [
        {
            "PolicyName": f"managed-{n}",
            "Arn": f"arn:aws:iam::{ACCOUNT}:policy/managed-{n}",
            "DefaultVersionId": "v1",
            "PolicyVersionList": [
                {
                    "VersionId": "v1",
                    "IsDefaultVersion": True,
                    "Document": {
                        "Version": "2012-10-17",
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Action": draw.choice(
                                    ["s3:Get*", "logs:*", "ec2:Describe*", "sqs:*", "xray:Put*"]
                                ),
                                "Resource": "*",
                            }
                        ],
                    },
                }
            ],
        }
        for n in range(150)
    ]
    services = (
        "lambda.amazonaws.com",
        "ecs-tasks.amazonaws.com",
        "ec2.amazonaws.com",
        "codebuild.amazonaws.com",
    )
    listed = [
        {
            "RoleName": f"role-{n}",
            "RoleId": f"AROA{n:016d}",
            "Arn": f"arn:aws:iam::{ACCOUNT}:role/role-{n}",
            "Path": "/",
            "CreateDate": "2026-01-01T00:00:00Z",
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": {
                    "Effect": "Allow",
                    "Principal": {"Service": draw.choice(services)},
                    "Action": "sts:AssumeRole",
                },
            },
            "RolePolicyList": [
                {
                    "PolicyName": "own",
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": statement(draw, n)},
                }
            ],
            "AttachedManagedPolicies": [
                {"PolicyName": p["PolicyName"], "PolicyArn": p["Arn"]} for p in draw.sample(managed, 4)
            ],
        }
        for n in range(roles)
    ]
    return {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": listed, "Policies": managed}


def readings(reads: Iterable[Operation], iam_details: dict[str, Any]) -> tuple[Run, dict[Call, Reading]]:
    """Readings of an account in which everything but IAM and the models is empty."""
    account = Account(ACCOUNT, REGIONS)
    found: dict[Call, Reading] = {}
    for operation in closure(reads):
        if operation.each:
            continue
        for region in REGIONS if operation.scope.value == "regional" else (GLOBAL,):
            for ask in operation.asks or ({},):
                call = call_of(operation, ACCOUNT, region, ask)
                listing: dict[str, Any] = (
                    {operation.items: []} if operation.items and "." not in operation.items else {}
                )
                found[call] = Absent("none") if operation.absent else Seen(listing)
    found[call_of(iam.GET_ACCOUNT_AUTHORIZATION_DETAILS, ACCOUNT, GLOBAL, {})] = Seen(iam_details)
    found[call_of(organizations.DESCRIBE_ORGANIZATION, ACCOUNT, GLOBAL, {})] = Absent("none")
    models = [
        {"modelId": f"{vendor}.model-{n}-v1:0", "outputModalities": ["TEXT"]}
        for vendor in VENDORS
        for n in range(60)
    ]
    for region in REGIONS:
        found[call_of(bedrock.LIST_FOUNDATION_MODELS, ACCOUNT, region, {})] = Seen({"modelSummaries": models})
    return Run("bench", "2026-11-20T03:00:00Z", "bench", (account,), "account"), found


def snapshot(roles: int, controls: tuple[Control, ...]) -> Snapshot:
    """Readings of an account with IAM, models, and ten knowledge bases on buckets and vector indices."""
    run, found = readings((one for control in controls for one in control.reads), details(roles))
    found.update(retrieval())
    return Snapshot(run, found)


def retrieval(bases: int = 10) -> dict[Call, Reading]:
    """Knowledge bases of the first Region, each with a bucket, a vector index and a role, and one key for all."""
    region = REGIONS[0]
    key = f"arn:aws:kms:{region}:{ACCOUNT}:key/k-1"
    found: dict[Call, Reading] = {}

    def seen(operation: Operation, answer: dict[str, Any], where: str = region, **params: Any) -> None:
        found[call_of(operation, ACCOUNT, where, params)] = Seen(answer)

    names = [f"KB{n:08d}" for n in range(bases)]
    seen(
        bedrock_agent.LIST_KNOWLEDGE_BASES,
        {"knowledgeBaseSummaries": [{"knowledgeBaseId": n} for n in names]},
    )
    for number, name in enumerate(names):
        index = f"arn:aws:s3vectors:{region}:{ACCOUNT}:bucket/vectors-{number}/index/chunks"
        base = {
            "knowledgeBaseId": name,
            "roleArn": f"arn:aws:iam::{ACCOUNT}:role/role-{number}",
            "storageConfiguration": {"type": "S3_VECTORS", "s3VectorsConfiguration": {"indexArn": index}},
        }
        seen(bedrock_agent.GET_KNOWLEDGE_BASE, {"knowledgeBase": base}, knowledgeBaseId=name)
        seen(
            bedrock_agent.LIST_DATA_SOURCES,
            {"dataSourceSummaries": [{"knowledgeBaseId": name, "dataSourceId": "DS1"}]},
            knowledgeBaseId=name,
        )
        source = {"type": "S3", "s3Configuration": {"bucketArn": f"arn:aws:s3:::corpus-{number}"}}
        seen(
            bedrock_agent.GET_DATA_SOURCE,
            {"dataSource": {"dataSourceId": "DS1", "dataSourceConfiguration": source}},
            knowledgeBaseId=name,
            dataSourceId="DS1",
        )
        encrypted = {"sseType": "aws:kms", "kmsKeyArn": key}
        seen(s3vectors.GET_INDEX, {"index": {"encryptionConfiguration": encrypted}}, indexArn=index)
        found[
            call_of(
                s3vectors.GET_VECTOR_BUCKET_POLICY,
                ACCOUNT,
                region,
                {"vectorBucketArn": index.partition("/index/")[0]},
            )
        ] = Absent("NotFoundException")
        bucket = {"Bucket": f"corpus-{number}"}
        seen(s3.GET_BUCKET_LOCATION, {"LocationConstraint": region}, **bucket)
        for operation in (s3.GET_BUCKET_POLICY, s3.GET_BUCKET_POLICY_STATUS, s3.GET_PUBLIC_ACCESS_BLOCK):
            found[call_of(operation, ACCOUNT, region, bucket)] = Absent("none")
        seen(s3.GET_BUCKET_ACL, {"Owner": {"ID": "a"}, "Grants": []}, **bucket)
        rules = [{"ObjectOwnership": "BucketOwnerEnforced"}]
        seen(s3.GET_BUCKET_OWNERSHIP_CONTROLS, {"OwnershipControls": {"Rules": rules}}, **bucket)
        points = {"AccountId": ACCOUNT, "Bucket": bucket["Bucket"]}
        seen(s3control.LIST_ACCESS_POINTS, {"AccessPointList": []}, **points)
    described = {"KeyId": "k-1", "Arn": key, "KeyManager": "CUSTOMER", "KeyState": "Enabled"}
    seen(kms.DESCRIBE_KEY, {"KeyMetadata": described}, KeyId=key)
    delegated = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    document = {
        "Statement": [{"Effect": "Allow", "Principal": delegated, "Action": "kms:*", "Resource": "*"}]
    }
    seen(kms.GET_KEY_POLICY, {"Policy": json.dumps(document)}, KeyId=key)
    seen(kms.LIST_GRANTS, {"Grants": []}, KeyId=key)
    return found


def main(roles: int = 2_000) -> float:
    """Print the figures; the seconds of all controls together."""
    controls = tuple(BY_ID[name] for name in CONTROLS)
    read = snapshot(roles, controls)
    parameters = Parameters(
        {
            "approved_models": ["anthropic.*"],
            "governance_principals": ["role-1"],
            "admin_principals": ["role-1*"],
            "mantle_principals": [],
            "curators": [],
            "store_principals": [],
            "trusted_accounts": [],
        }
    )
    start = time.process_time()
    findings = evaluate(read, controls, parameters, strict=True)
    together = time.process_time() - start
    counts: dict[str, int] = {}
    for row in findings:
        counts[f"{row.control_id} {row.status}"] = counts.get(f"{row.control_id} {row.status}", 0) + 1
    sys.stdout.write(f"{roles} roles, {len(findings)} rows, all controls together: {together:.2f} s CPU\n")
    for control in controls:
        start = time.process_time()
        evaluate(read, [control], parameters, strict=True)
        alone = time.process_time() - start
        rows = ", ".join(
            f"{name.split()[1]} {n}" for name, n in sorted(counts.items()) if name.startswith(control.id)
        )
        sys.stdout.write(f"  {control.id} alone, the universe built for it: {alone:.2f} s ({rows})\n")
    return together


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
