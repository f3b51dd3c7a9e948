"""The templates as they are printed: complete, parameterised, least privilege, their schedule and views checked."""

import base64
import json
import re
from typing import Any

import pytest
from cfnlint.decode import decode_str
from click.testing import CliRunner

import evaluators
from assessor.attestations.questions import ATTESTATIONS
from assessor.cli import main
from assessor.deploy import machine, tables
from assessor.deploy.schedule import ScheduleError, check
from assessor.deploy.templates import LIST_REGIONS, NAMES, ParameterError, template
from assessor.model.control import Asker
from assessor.reports.permissions import MANAGED_LIMIT, actions_for, size

ASKERS: tuple[Asker, ...] = (*evaluators.CONTROLS, *ATTESTATIONS)


def parsed(name: str, **given: str) -> dict[str, Any]:
    document, errors = decode_str(template(name, ASKERS, given))
    assert not errors, errors
    plain: dict[str, Any] = json.loads(json.dumps(document))
    return plain


def statements(resource: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        one["Fn::If"][1] if "Fn::If" in one else one
        for policy in resource["Properties"].get("Policies", ())
        for one in policy["PolicyDocument"]["Statement"]
    ]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_unfilled(name: str) -> None:
    text = template(name, ASKERS)
    assert "@@" not in text
    assert "# include" not in text
    document = parsed(name)
    known = set(document["Resources"]) | set(document["Parameters"])
    for reference in re.findall(r'"Ref": "(\w+)"|"Fn::GetAtt": \["(\w+)"', json.dumps(document)):
        assert set(reference) - {""} <= known, reference


@pytest.mark.parametrize("name", ["single", "member-role"])
def test_the_reading_policies_allow_what_the_controls_read_and_no_more(name: str) -> None:
    document = parsed(name)
    policies = [one for one in document["Resources"].values() if one["Type"] == "AWS::IAM::ManagedPolicy"]
    documents = [one["Properties"]["PolicyDocument"] for one in policies]
    assert all(size(one) <= MANAGED_LIMIT for one in documents)
    allowed = {action for one in documents for s in one["Statement"] for action in s["Action"]}
    assert allowed == {*actions_for(ASKERS), LIST_REGIONS}
    role = document["Resources"]["Role" if name == "member-role" else "FunctionRole"]
    assert len(role["Properties"]["ManagedPolicyArns"]) == len(policies) <= 10


@pytest.mark.parametrize("name", ["single", "organization"])
def test_our_own_roles_hold_no_wildcards_but_where_aws_knows_nothing_narrower(name: str) -> None:
    wide = []
    for key, resource in parsed(name)["Resources"].items():
        if resource["Type"] == "AWS::IAM::Role":
            for one in statements(resource):
                assert not [action for action in listed(one["Action"]) if "*" in action], key
                if one["Resource"] == "*":
                    wide += [(key, action) for action in listed(one["Action"])]
    allowed = {"organizations:ListAccounts"}
    assert all(action in allowed or action.startswith("logs:") for _, action in wide), wide


def test_the_worker_may_assume_the_member_role_and_nothing_else() -> None:
    document = parsed("organization")
    assumed = [
        (key, one["Resource"])
        for key, resource in document["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
        for one in statements(resource)
        if "sts:AssumeRole" in listed(one["Action"])
    ]
    assert assumed == [("WorkerRole", {"Fn::Sub": "arn:${AWS::Partition}:iam::*:role/${MemberRoleName}"})]


def test_the_member_role_trusts_one_role_with_an_external_id_and_an_organization() -> None:
    trust = parsed("member-role")["Resources"]["Role"]["Properties"]["AssumeRolePolicyDocument"]
    (one,) = trust["Statement"]
    condition = one["Condition"]
    assert set(condition["StringEquals"]) == {"sts:ExternalId", "aws:PrincipalOrgID"}
    assert "role/${WorkerRoleName}" in condition["ArnEquals"]["aws:PrincipalArn"]["Fn::Sub"]
    worker = parsed("organization")["Parameters"]["WorkerRoleName"]["Default"]
    assert parsed("member-role")["Parameters"]["WorkerRoleName"]["Default"] == worker


def test_the_functions_have_the_handlers_that_exist_and_the_bucket_is_closed() -> None:
    import importlib

    for name in ("single", "organization"):
        resources = parsed(name)["Resources"]
        functions = [one for one in resources.values() if one["Type"] == "AWS::Lambda::Function"]
        for one in functions:
            module, _, attribute = one["Properties"]["Handler"].rpartition(".")
            assert callable(getattr(importlib.import_module(module), attribute))
            assert one["Properties"]["Timeout"] <= 900
        bucket = resources["Bucket"]
        assert all(bucket["Properties"]["PublicAccessBlockConfiguration"].values())
        assert bucket["DeletionPolicy"] == "Retain"
        deny = resources["BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"][0]
        assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_the_definition_has_a_time_limit_a_retry_and_a_catch_where_it_needs_them() -> None:
    definition = json.loads(machine.filled(lambda name: "7" if name == "MaxConcurrency" else name))
    inner = definition["States"]["AssessShards"]["ItemProcessor"]["States"]
    tasks = {**{k: v for k, v in definition["States"].items() if v["Type"] == "Task"}, **inner}
    assert len(tasks) == 5
    for name, task in tasks.items():
        assert task["TimeoutSeconds"] > 0, name
        assert all(retry["JitterStrategy"] == "FULL" for retry in task["Retry"]), name
    assert inner["AssessShard"]["Catch"][0]["ErrorEquals"] == ["States.ALL"]
    assert definition["States"]["AssessShards"]["MaxConcurrency"] == 7
    assert not re.search(r"JSONata|ItemBatcher|aws-sdk", json.dumps(definition))
    joined = machine.joined()["Fn::Join"][1]
    assert any(part == {"Fn::GetAtt": ["WorkerFunction", "Arn"]} for part in joined)
    text = "".join(part if isinstance(part, str) else "7" for part in joined)
    assert json.loads(text)["StartAt"] == "Plan"


def test_a_view_is_what_athena_keeps_a_view_as() -> None:
    view = parsed("single")["Resources"]["NightlyView"]["Properties"]["TableInput"]["ViewOriginalText"]
    before, encoded, after = view["Fn::Join"][1]
    document = json.loads(encoded["Fn::Base64"]["Fn::Sub"].replace("${DatabaseName}", "db"))
    assert (before, after) == ("/* Presto View: ", " */")
    assert document["originalSql"] == tables.NIGHTLY_SQL
    assert [one["name"] for one in document["columns"]] == list(tables.NIGHTLY)
    assert base64.b64encode(json.dumps(document).encode())


def test_a_parameter_is_set_and_a_wrong_one_is_said() -> None:
    assert (
        parsed("single", Regions="eu-west-1,us-east-1")["Parameters"]["Regions"]["Default"]
        == "eu-west-1,us-east-1"
    )
    assert (
        parsed("member-role", AuditAccountId="111122223333")["Parameters"]["AuditAccountId"]["Default"]
        == "111122223333"
    )
    for name, value, said in (
        ("Region", "x", "no parameter 'Region'; it has CodeBucket"),
        ("Scope", "all", "takes workload, account"),
        ("Regions", "US", "has to match"),
        ("KeepFindingsDays", "many", "whole number"),
        ("Schedule", "cron(0 2 * * * *)", "exactly one of day of month and day of week"),
        ("Schedule", "cron(0 26 * * ? *)", "hours runs from 0 to 23"),
    ):
        with pytest.raises(ParameterError, match=re.escape(said)):
            template("single", ASKERS, {name: value})
    with pytest.raises(ParameterError, match="secret"):
        template("organization", ASKERS, {"ExternalId": "x" * 9})


@pytest.mark.parametrize("name", ["single", "organization"])
def test_the_templates_own_schedule_is_one(name: str) -> None:
    check(parsed(name)["Parameters"]["Schedule"]["Default"])


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 day)",
        "rate(12 hours)",
        "cron(0/15 8-17 ? * MON-FRI *)",
        "cron(5 0 L * ? 2027)",
        "cron(0 9 ? JAN,JUL 2#1 *)",
    ],
)
def test_schedules_that_aws_takes(expression: str) -> None:
    check(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "0 2 * * ? *",
        "cron(0 2 * * ?)",
        "cron(0 2 ? * ? *)",
        "cron(60 2 * * ? *)",
        "cron(0 2 * * MON *)",
        "cron(0 2 32 * ? *)",
        "cron(0 2 * FOO ? *)",
        "cron(5-1 2 * * ? *)",
        "cron(*/0 2 * * ? *)",
        "rate(0 days)",
        "rate(1 days)",
        "rate(2 day)",
        "rate(1 week)",
        "cron(0 2 * * ? *) ",
    ],
)
def test_schedules_that_aws_refuses(expression: str) -> None:
    with pytest.raises(ScheduleError):
        check(expression)


def test_the_command_prints_what_the_module_makes() -> None:
    done = CliRunner().invoke(main, ["deploy", "print", "member-role", "--param", "RoleName=Audit"])
    assert done.exit_code == 0
    assert done.stdout == template("member-role", ASKERS, {"RoleName": "Audit"})
    wrong = CliRunner().invoke(main, ["deploy", "print", "single", "--param", "Scope"])
    assert wrong.exit_code == 2
    narrow = CliRunner().invoke(main, ["deploy", "print", "member-role", "--control", "GAI-4.05"])
    assert "kendra" not in narrow.stdout
