"""How long the controls about principals take over an account of many roles.

    python tests/bench/bench_iam_controls.py [roles]

Prints the CPU seconds of each control, of all together, and of a second evaluation of the same snapshot (which shares
nothing with the first). The account: roles of Lambda, ECS, people and pipelines; a third of them with Bedrock in a
policy - on everything, on named models, behind a guardrail or a condition - and managed policies shared by many.
"""

import random
import sys
import time
from typing import Any

from assessor.iam.guardrail import INFERENCE
from assessor.model.control import Control
from assessor.model.evaluation import evaluate
from assessor.model.parameters import Parameters
from assessor.model.plan import closure
from assessor.model.reading import Absent, Call, Reading, Seen
from assessor.model.snapshot import GLOBAL, Account, Run, Snapshot, call_of
from collectors import bedrock, iam, organizations
from evaluators import BY_ID

ACCOUNT = "111122223333"
REGIONS = ("us-east-1", "eu-west-1")
CONTROLS = (
    "GAI-2.02", "GAI-3.15", "GAI-3.16", "GAI-3.17", "GAI-3.18", "GAI-3.20", "GAI-3.26", "GAI-4.02", "GAI-4.03",
    "GAI-4.15",
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


def details(roles: int, seed: int = 7) -> dict[str, Any]:
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


def snapshot(roles: int, controls: tuple[Control, ...]) -> Snapshot:
    """Readings of an account in which everything but IAM is empty."""
    account = Account(ACCOUNT, REGIONS)
    readings: dict[Call, Reading] = {}
    for operation in closure(one for control in controls for one in control.reads):
        if operation.each:
            continue
        for region in REGIONS if operation.scope.value == "regional" else (GLOBAL,):
            for ask in operation.asks or ({},):
                call = call_of(operation, ACCOUNT, region, ask)
                listing: dict[str, Any] = (
                    {operation.items: []} if operation.items and "." not in operation.items else {}
                )
                readings[call] = Absent("none") if operation.absent else Seen(listing)
    readings[call_of(iam.GET_ACCOUNT_AUTHORIZATION_DETAILS, ACCOUNT, GLOBAL, {})] = Seen(details(roles))
    readings[call_of(organizations.DESCRIBE_ORGANIZATION, ACCOUNT, GLOBAL, {})] = Absent("none")
    models = [
        {"modelId": f"{vendor}.model-{n}-v1:0", "outputModalities": ["TEXT"]}
        for vendor in VENDORS
        for n in range(60)
    ]
    for region in REGIONS:
        readings[call_of(bedrock.LIST_FOUNDATION_MODELS, ACCOUNT, region, {})] = Seen(
            {"modelSummaries": models}
        )
    return Snapshot(Run("bench", "2026-11-20T03:00:00Z", "bench", (account,), "account"), readings)


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
