"""How fast the matrix is: 2,000 roles x 5 policies x 2 actions x 300 models, against one request at a time.

    python tests/bench/bench_iam_matrix.py [roles]

Prints figures; asserts nothing but that both ways agree on the sample. One-at-a-time evaluation is measured on a
sample of cells and extrapolated to the whole matrix.
"""

import random
import sys
import time

from assessor.iam.build import build_universe
from assessor.iam.decide import Verdict
from assessor.iam.matrix import Matrix
from assessor.iam.universe import Universe

ACCOUNT = "111111111111"
ACTIONS = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")
REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-northeast-1")
VENDORS = ("anthropic", "amazon", "meta", "mistral", "cohere", "deepseek")
GUARDRAIL = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/gr12345abcde"
SAMPLE = 3_000


def models() -> list[str]:
    """300 ARNs: foundation models of five Regions, profiles, provisioned and imported models."""
    found = [
        f"arn:aws:bedrock:{r}::foundation-model/{v}.model-{n}-v1:0"
        for r in REGIONS
        for v in VENDORS
        for n in range(7)
    ]
    found += [
        f"arn:aws:bedrock:{r}:{ACCOUNT}:inference-profile/us.{v}.model-{n}-v1:0"
        for r in REGIONS
        for v in VENDORS
        for n in range(2)
    ]
    found += [f"arn:aws:bedrock:{r}:{ACCOUNT}:provisioned-model/pm{n}" for r in REGIONS for n in range(3)]
    found += [f"arn:aws:bedrock:{r}:{ACCOUNT}:imported-model/im{n}" for r in REGIONS for n in range(3)]
    return found[:300]


def document(draw: random.Random) -> dict[str, object]:
    """A policy as estates have them: most unrelated to Bedrock, some wide, some conditional."""
    kind = draw.random()
    statement: dict[str, object] = {"Effect": "Allow", "Resource": "*"}
    if kind < 0.55:
        statement["Action"] = draw.choice(["s3:Get*", "logs:*", "dynamodb:Query", "ec2:Describe*", "sqs:*"])
    elif kind < 0.7:
        statement["Action"] = "bedrock:InvokeModel*"
        statement["Resource"] = f"arn:aws:bedrock:*::foundation-model/{draw.choice(VENDORS)}.*"
    elif kind < 0.78:
        statement["Action"] = draw.choice(["bedrock:*", "*"])
    elif kind < 0.86:
        statement["Action"] = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
        statement["Resource"] = f"arn:aws:bedrock:{draw.choice(REGIONS)}:*:*"
        statement["Condition"] = {"StringEquals": {"aws:SourceVpce": f"vpce-0{draw.randrange(6)}"}}
    elif kind < 0.93:
        statement |= {"Effect": "Deny", "Action": "bedrock:InvokeModel*"}
        statement["Condition"] = {
            "StringNotEquals": {"bedrock:GuardrailIdentifier": f"{GUARDRAIL}:{draw.randrange(1, 4)}"}
        }
    elif kind < 0.97:
        statement |= {"Effect": "Deny", "Action": "bedrock:*"}
        statement["Condition"] = {"StringNotEquals": {"aws:RequestedRegion": draw.sample(REGIONS, 2)}}
    else:
        statement |= {"Action": "bedrock:InvokeModel"}
        statement["Condition"] = {"StringEquals": {"aws:PrincipalTag/team": draw.choice(["red", "blue"])}}
    return {"Version": "2012-10-17", "Statement": [statement]}


def estate(roles: int, seed: int = 7) -> Universe:
    """Roles with four attached managed policies out of 150 and one inline policy of their own each."""
    draw = random.Random(seed)
    policies = [
        {
            "PolicyName": f"managed-{n}",
            "Arn": f"arn:aws:iam::{ACCOUNT}:policy/managed-{n}",
            "DefaultVersionId": "v1",
            "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": True, "Document": document(draw)}],
        }
        for n in range(150)
    ]
    listed = [
        {
            "RoleName": f"role-{n}",
            "RoleId": f"AROA{n:016d}",
            "Arn": f"arn:aws:iam::{ACCOUNT}:role/role-{n}",
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                },
            },
            "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": document(draw)}],
            "AttachedManagedPolicies": [
                {"PolicyName": p["PolicyName"], "PolicyArn": p["Arn"]} for p in draw.sample(policies, 4)
            ],
            "Tags": [{"Key": "team", "Value": draw.choice(["red", "blue", "green"])}],
        }
        for n in range(roles)
    ]
    details = {"RoleDetailList": listed, "UserDetailList": [], "GroupDetailList": [], "Policies": policies}
    return build_universe(details, account=ACCOUNT)


def main(roles: int = 2_000) -> float:
    """Print the figures; the ratio of both ways."""
    start = time.process_time()
    universe = estate(roles)
    built = time.process_time() - start
    arns = models()
    start = time.process_time()
    matrix = Matrix(universe, arns)
    rows = {(p.arn, a): matrix.row(p, a) for p in universe.principals for a in ACTIONS}
    fast = time.process_time() - start
    cells = len(rows) * len(arns)
    draw = random.Random(11)
    sample = [
        (draw.choice(universe.principals), draw.choice(ACTIONS), draw.randrange(len(arns)))
        for _ in range(SAMPLE)
    ]
    start = time.process_time()
    answers = [universe.ask(p, a, arns[n]).verdict for p, a, n in sample]
    slow = time.process_time() - start
    for (principal, name, number), verdict in zip(sample, answers, strict=True):
        row = rows[principal.arn, name]
        bit = 1 << number
        said = (
            Verdict.ALLOWED
            if row.allowed & bit
            else Verdict.CONDITIONAL
            if row.conditional & bit
            else Verdict.UNSUPPORTED
            if row.unsupported & bit
            else Verdict.DENIED
        )
        assert said is verdict, (principal.arn, name, arns[number], said, verdict)
    whole = slow / SAMPLE * cells
    sys.stdout.write(
        f"universe of {roles} roles, 5 policies each: built in {built:.2f} s CPU\n"
        f"matrix of {cells:,} cells: {fast:.2f} s CPU, {matrix.decisions} sets of conditions decided\n"
        f"one at a time: {slow / SAMPLE * 1e6:.0f} us per cell on a sample of {SAMPLE:,} cells, "
        f"extrapolated {whole:.0f} s CPU for the whole matrix\n"
        f"ratio {whole / fast:.0f}; the sample agrees in every cell\n"
    )
    return whole / fast


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
