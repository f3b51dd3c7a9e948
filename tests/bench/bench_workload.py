"""The workload graph of a large account at 1x, 4x and 16x: 500 REST APIs of 20 methods, 2,000 functions, 1,000 roles.

Run as a program: ``python -m tests.bench.bench_workload [factor ...]``. Measured is CPU time of building the graph and
of narrowing, that is of asking where every method, stage, function and role stands; readings are made beforehand.
"""

import random
import sys
import time
from typing import Any

from assessor.model.operation import Operation
from assessor.model.parameters import Parameters
from assessor.model.reading import Absent, Call, Reading, Seen, canonical
from assessor.model.snapshot import GLOBAL, Account, Run, Snapshot
from assessor.model.view import View
from assessor.workload.build import READS, workload
from assessor.workload.graph import Kind
from assessor.workload.workload import Standing
from collectors import apigateway, iam, lambda_
from tests.bench.bench_iam_matrix import document

ACCOUNT = "111122223333"
REGION = "us-east-1"
APIS, METHODS, FUNCTIONS, ROLES = 500, 20, 2_000, 1_000


class Readings:
    """Answers under the calls that a run makes."""

    def __init__(self) -> None:
        self.held: dict[Call, Reading] = {}

    def put(self, operation: Operation, answer: dict[str, Any], region: str = REGION, **params: Any) -> None:
        """One answer."""
        call = Call(ACCOUNT, region, operation.id, canonical({**operation.params, **params}))
        self.held[call] = Seen(answer)

    def lack(self, operation: Operation, **params: Any) -> None:
        """One thing that does not exist."""
        call = Call(ACCOUNT, REGION, operation.id, canonical({**operation.params, **params}))
        self.held[call] = Absent("ResourceNotFoundException")


def estate(factor: int) -> Snapshot:
    """An account ``factor`` times the size of the goal: one function in five may call a model, one role is admin."""
    draw = random.Random(factor)
    readings = Readings()
    for operation in READS:
        if not operation.each:
            region = GLOBAL if operation.scope.value == "global" else REGION
            for ask in operation.asks or ({},):
                readings.put(operation, {}, region, **ask)
    roles = [
        {
            "RoleName": f"role-{n}",
            "RoleId": f"AROA{n:017d}",
            "Arn": f"arn:aws:iam::{ACCOUNT}:role/role-{n}",
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            "RolePolicyList": [
                {"PolicyName": "own", "PolicyDocument": document(draw)},
                {
                    "PolicyName": "calls",
                    "PolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [
                            {
                                "Effect": "Allow",
                                "Action": "lambda:InvokeFunction",
                                "Resource": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f-{draw.randrange(FUNCTIONS)}",
                            }
                        ],
                    },
                },
            ],
            "AttachedManagedPolicies": [],
        }
        for n in range(ROLES * factor)
    ]
    readings.put(iam.GET_ACCOUNT_AUTHORIZATION_DETAILS, {"RoleDetailList": roles}, GLOBAL)
    functions = [
        {
            "FunctionName": f"f-{n}",
            "FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f-{n}",
            "Role": f"arn:aws:iam::{ACCOUNT}:role/role-{draw.randrange(ROLES * factor)}",
            "VpcConfig": {"VpcId": f"vpc-{n % 7}", "SubnetIds": ["subnet-1"]},
        }
        for n in range(FUNCTIONS * factor)
    ]
    readings.put(lambda_.LIST_FUNCTIONS, {"Functions": functions})
    for function in functions:
        name = function["FunctionName"]
        readings.put(lambda_.LIST_ALIASES, {"Aliases": []}, FunctionName=name)
        readings.put(lambda_.LIST_FUNCTION_URL_CONFIGS, {"FunctionUrlConfigs": []}, FunctionName=name)
        readings.lack(lambda_.GET_POLICY, FunctionName=name)
    apis = [{"id": f"api{n}", "name": f"api-{n}"} for n in range(APIS * factor)]
    readings.put(apigateway.GET_REST_APIS, {"items": apis})
    for api in apis:
        readings.put(apigateway.GET_STAGES, {"item": [{"stageName": "prod"}]}, restApiId=api["id"])
        readings.put(apigateway.GET_AUTHORIZERS, {"items": []}, restApiId=api["id"])
        resources = [
            {
                "id": f"r{n}",
                "path": f"/p{n}",
                "resourceMethods": {
                    "POST": {
                        "authorizationType": "NONE",
                        "methodIntegration": {
                            "type": "AWS_PROXY",
                            "uri": f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
                            f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f-{draw.randrange(FUNCTIONS * factor)}"
                            "/invocations",
                        },
                    }
                },
            }
            for n in range(METHODS)
        ]
        readings.put(apigateway.GET_RESOURCES, {"items": resources}, restApiId=api["id"])
    account = Account(ACCOUNT, (REGION,))
    return Snapshot(Run("bench", "2026-11-20T03:00:00Z", "bench", (account,), "workload"), readings.held)


def measure(factor: int) -> tuple[float, float, dict[str, int]]:
    """CPU seconds of the graph and of narrowing, and how many things stand where."""
    read = estate(factor)
    account = read.run.accounts[0]
    start = time.process_time()
    known = workload(View(read, account, REGION, Parameters()))
    built = time.process_time() - start
    start = time.process_time()
    standings: dict[str, int] = {}
    for node in known.graph.nodes.values():
        if node.kind in {Kind.DOOR, Kind.COMPUTE, Kind.PRINCIPAL, Kind.NETWORK}:
            standing = known.reach(node.id).standing
            standings[standing] = standings.get(standing, 0) + 1
    return built, time.process_time() - start, standings


def main(factors: tuple[int, ...] = (1, 4, 16)) -> list[float]:
    """Print the figures; the seconds of each factor, whole."""
    found: list[float] = []
    for factor in factors:
        built, narrowed, standings = measure(factor)
        assert standings[Standing.ON_PATH]
        assert standings[Standing.NOT_ON_PATH]
        found.append(built + narrowed)
        counts = ", ".join(f"{number:,} {standing}" for standing, number in sorted(standings.items()))
        sys.stdout.write(
            f"{factor:>3}x: {APIS * factor:,} APIs x {METHODS} methods, {FUNCTIONS * factor:,} functions, "
            f"{ROLES * factor:,} roles: graph {built:.2f} s, narrowing {narrowed:.2f} s CPU ({counts})\n"
        )
        if len(found) > 1:
            sys.stdout.write(f"     {found[-1] / found[0] / (factor / factors[0]):.2f} x of linear\n")
    return found


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or (1, 4, 16))
