"""How long ``assessor access`` takes over an account of many roles that may do nearly everything.

    python -m tests.bench.bench_access [roles]

Prints the CPU seconds of the answer and of each format. The account: a third of the roles hold ``Action: "*"`` or every
service with models, some on a condition, behind a guardrail or within a Deny; 300 models and 60 inference profiles in
each of two Regions, three VPC endpoints each.
"""

import json
import random
import sys
import time
from typing import Any

from assessor.iam.guardrail import INFERENCE
from assessor.model.parameters import Parameters
from assessor.model.reading import Seen
from assessor.model.snapshot import Snapshot, call_of
from assessor.model.view import View
from assessor.reports import access
from collectors import bedrock, ec2
from evaluators.derived.principals.who_can import READS, Question, who_can
from tests.bench import bench_iam_controls as roles_of_many_kinds
from tests.bench.bench_iam_controls import ACCOUNT, GUARDRAIL, REGIONS, VENDORS, readings

_OPEN = json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]})


def statement(draw: random.Random, number: int) -> list[dict[str, Any]]:
    """The statements of a role's own policy in a wide estate."""
    own = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/table-{number}"
    found: list[dict[str, Any]] = [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": own}]
    if draw.random() < 0.66:
        return found
    allow: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    kind = draw.random()
    if kind < 0.2:
        allow["Action"] = ["bedrock:*", "bedrock-agentcore:*", "bedrock-mantle:*", "sagemaker:*"]
    elif kind < 0.3:
        allow["Condition"] = {"StringEquals": {"aws:SourceVpce": f"vpce-0{number % 8}"}}
    elif kind < 0.4:
        allow["Condition"] = {"StringEquals": {"aws:PrincipalTag/team": f"team-{number % 50}"}}
    found.append(allow)
    if kind > 0.7:
        fence = {"StringNotEquals": {"bedrock:GuardrailIdentifier": GUARDRAIL}}
        found.append({"Effect": "Deny", "NotAction": ["iam:*", "s3:*"], "Resource": "*", "Condition": fence})
    elif kind > 0.6:
        models = f"arn:aws:bedrock:*::foundation-model/{draw.choice(VENDORS)}.*"
        found.append({"Effect": "Deny", "Action": list(INFERENCE), "Resource": models})
    return found


def snapshot(roles: int) -> Snapshot:
    """Readings of the account."""
    run, found = readings(READS, roles_of_many_kinds.details(roles, statement=statement))
    for region in REGIONS:
        names = [f"us.{vendor}.model-{n}-v1:0" for vendor in VENDORS for n in range(12)]
        profiles = [
            {
                "inferenceProfileId": name,
                "inferenceProfileArn": f"arn:aws:bedrock:{region}:{ACCOUNT}:inference-profile/{name}",
                "models": [
                    {"modelArn": f"arn:aws:bedrock:{one}::foundation-model/{name.partition('.')[2]}"}
                    for one in REGIONS
                ],
            }
            for name in names
        ]
        for ask in bedrock.LIST_INFERENCE_PROFILES.asks or ({},):
            call = call_of(bedrock.LIST_INFERENCE_PROFILES, ACCOUNT, region, ask)
            found[call] = Seen({"inferenceProfileSummaries": profiles})
        endpoints = [
            {
                "VpcEndpointId": f"vpce-0{n}",
                "VpcId": "vpc-1",
                "ServiceName": f"com.amazonaws.{region}.bedrock-runtime",
                "State": "available",
                "VpcEndpointType": "Interface",
                "PolicyDocument": _OPEN,
            }
            for n in range(3)
        ]
        found[call_of(ec2.DESCRIBE_VPC_ENDPOINTS, ACCOUNT, region, {})] = Seen({"VpcEndpoints": endpoints})
    return Snapshot(run, found)


def main(roles: int = 2_000) -> float:
    """Print the figures; the seconds of the answer."""
    read = snapshot(roles)
    view = View(read, read.run.accounts[0], REGIONS[0], Parameters({}))
    start = time.process_time()
    answer = who_can(view, Question())
    seconds = time.process_time() - start
    ways = sum(len(holder.ways) for holder in answer.holders)
    sys.stdout.write(f"{roles} roles, {ways} ways: {seconds:.2f} s CPU\n")
    for name, write in (("text", access.text), ("CSV", access.to_csv), ("JSON", access.to_json)):
        start = time.process_time()
        write([answer])
        sys.stdout.write(f"  {name}: {time.process_time() - start:.2f} s CPU\n")
    return seconds


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
