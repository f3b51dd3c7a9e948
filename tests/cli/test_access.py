"""`assessor access`: who can invoke what, from where, with what, and by which statement."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from assessor.demo.faults import Faults
from assessor.model import archive
from assessor.reports.access import COLUMNS
from evaluators.derived.principals.who_can import READS
from tests.aws.account import snapshot_of
from tests.cli.conftest import run

ACCOUNT = "111122223333"
GUARDRAIL = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/gr1"
MODEL = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"
PROFILE = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.amazon.nova-pro-v1:0"
BASE = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:knowledge-base/KB00000001"
ALIAS = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:agent-alias/AGENT00001/LIVE000001"
BOTH = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
Statement = Mapping[str, Any]


def allow(action: Any, resource: Any = "*", **more: Any) -> Statement:
    """An Allow."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> Statement:
    """A Deny."""
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def document(*statements: Statement) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def role(name: str, *statements: Statement, **more: Any) -> dict[str, Any]:
    """A role that Lambda takes on, with one inline policy called ``own``."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {
        "RoleName": name,
        "RoleId": f"AROA{name.upper()}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "Path": "/",
        "AssumeRolePolicyDocument": document(trust),
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": document(*statements)}],
        **more,
    }


def user(name: str, *statements: Statement, **more: Any) -> dict[str, Any]:
    """A user with one inline policy called ``own``."""
    return {
        "UserName": name,
        "UserId": f"AIDA{name.upper()}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "Path": "/",
        "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": document(*statements)}],
        **more,
    }


def account(
    *principals: Mapping[str, Any],
    groups: Iterable[Any] = (),
    policies: Iterable[Any] = (),
    here: Mapping[str, Any] | None = None,
    iam: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A declared account with one model, one profile, one agent and one knowledge base in us-east-1."""
    details = {
        "UserDetailList": [one for one in principals if "UserName" in one],
        "RoleDetailList": [one for one in principals if "RoleName" in one],
        "GroupDetailList": list(groups),
        "Policies": list(policies),
    }
    times = {"createdAt": "{now-9d}", "updatedAt": "{now-9d}"}
    region: dict[str, Any] = {
        "bedrock": {
            "ListFoundationModels": [{"modelId": "amazon.nova-pro-v1:0", "modelArn": MODEL}],
            "ListInferenceProfiles": [
                {
                    "inferenceProfileArn": PROFILE,
                    "inferenceProfileId": "us.amazon.nova-pro-v1:0",
                    "inferenceProfileName": "US Nova Pro",
                    "status": "ACTIVE",
                    "type": "SYSTEM_DEFINED",
                    "models": [{"modelArn": MODEL}, {"modelArn": MODEL.replace("us-east-1", "us-west-2")}],
                }
            ],
            "ListGuardrails": [
                {"id": "gr1", "arn": GUARDRAIL, "status": "READY", "name": "g", "version": "DRAFT", **times}
            ],
        },
        "bedrock-agent": {
            "ListAgents": [
                {
                    "agentId": "AGENT00001",
                    "agentName": "claims",
                    "agentStatus": "PREPARED",
                    "updatedAt": "{now-9d}",
                }
            ],
            "ListAgentAliases": [
                {
                    "agentAliasId": "LIVE000001",
                    "agentAliasName": "live",
                    "agentAliasStatus": "PREPARED",
                    **times,
                }
            ],
            "GetKnowledgeBase": {
                "knowledgeBase": {
                    "knowledgeBaseId": "KB00000001",
                    "name": "handbook",
                    "knowledgeBaseArn": BASE,
                    "status": "ACTIVE",
                    "roleArn": f"arn:aws:iam::{ACCOUNT}:role/kb",
                    "knowledgeBaseConfiguration": {"type": "VECTOR"},
                    **times,
                }
            },
            "ListKnowledgeBases": [
                {
                    "knowledgeBaseId": "KB00000001",
                    "name": "handbook",
                    "status": "ACTIVE",
                    "updatedAt": "{now-9d}",
                }
            ],
        },
    }
    for service, answers in (here or {}).items():
        region[service] = {**region.get(service, {}), **answers}
    return {
        "global": {"iam": {"GetAccountAuthorizationDetails": details, **(iam or {})}},
        "us-east-1": region,
    }


def stored(path: Path, content: Mapping[str, Any], *denied: str) -> Path:
    """The snapshot of a declared account, as a file."""
    archive.write(snapshot_of(content, READS, faults=Faults(deny=denied)), path)
    return path


def said(path: Path, *args: str) -> str:
    """What the command prints for people."""
    result = run("access", path, *args)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def told(path: Path, *args: str) -> dict[str, Any]:
    """The account in the JSON answer."""
    result = run("access", path, "--format", "json", *args)
    assert result.exit_code == 0, result.stderr
    [one] = json.loads(result.stdout)["accounts"]
    return dict(one)


def ways(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What the JSON says of one principal, by action."""
    [one] = [one for one in found["principals"] if one["principal"].endswith(f"/{name}")]
    return {way["action"]: way for way in one["access"]}


# -- the demo ------------------------------------------------------------------------------------------
def test_the_demo_answers_in_words(snapshot: SnapshotAssertion) -> None:
    """The invented company: who reaches which model, by which statement, and what stands between."""
    result = run("access", "--demo")
    assert result.exit_code == 0
    assert "invented company" in result.stderr
    assert result.stdout == snapshot


def test_the_demo_in_one_sentence_of_a_security_engineer() -> None:
    """A filter for a role and a model: action, statement, network and guardrail, and that SCPs were not readable."""
    text = run("access", "--demo", "--principal", "claims-chat-role", "--model", "claude-sonnet-4-5").stdout
    assert "may take away some of what follows (before SCP)" in text
    assert (
        "can call bedrock:InvokeModel and InvokeModelWithResponseStream on anthropic.claude-sonnet-4-5"
        in text
    )
    assert "by statement 1 of inline policy invoke-with-guardrail" in text
    assert f"must pass guardrail arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/gr0claims001:2" in text


def test_a_live_run_reads_only_what_the_question_needs() -> None:
    """No bucket, trail or alarm is asked about."""
    services = {operation.service for operation in READS}
    assert services <= {
        "iam", "organizations", "sts", "bedrock", "bedrock-agent", "bedrock-agentcore-control", "ec2", "sagemaker",
    }  # fmt: skip


# -- who, what, by which statement ---------------------------------------------------------------------
def test_everything_through_a_group_a_boundary_a_denial_by_not_action_and_an_api_key_user(
    tmp_path: Path,
) -> None:
    """The four shapes that text matching gets wrong, end to end."""
    everything = {
        "PolicyName": "All",
        "Arn": f"arn:aws:iam::{ACCOUNT}:policy/All",
        "DefaultVersionId": "v1",
        "PolicyVersionList": [
            {"VersionId": "v1", "IsDefaultVersion": True, "Document": document(allow("*"))}
        ],
    }
    reading = {
        "PolicyName": "Readers",
        "Arn": f"arn:aws:iam::{ACCOUNT}:policy/Readers",
        "DefaultVersionId": "v1",
        "PolicyVersionList": [
            {
                "VersionId": "v1",
                "IsDefaultVersion": True,
                "Document": document(allow(["s3:*", "bedrock:Retrieve"])),
            }
        ],
    }
    group = {
        "GroupName": "admins",
        "GroupId": "AGPA1",
        "Arn": f"arn:aws:iam::{ACCOUNT}:group/admins",
        "Path": "/",
        "AttachedManagedPolicies": [{"PolicyName": "All", "PolicyArn": everything["Arn"]}],
    }
    boundary = {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": reading["Arn"],
    }
    path = stored(
        tmp_path / "s.json.gz",
        account(
            user("ann", GroupList=["admins"]) | {"UserPolicyList": []},
            role("bounded", allow("*"), PermissionsBoundary=boundary),
            role("fenced", allow("*"), {"Effect": "Deny", "NotAction": "bedrock:Retrieve", "Resource": "*"}),
            user("key", allow(["bedrock:InvokeModel", "bedrock:CallWithBearerToken"])),
            groups=[group],
            policies=[everything, reading],
            iam={
                "ListServiceSpecificCredentials": [
                    {
                        "UserName": "key",
                        "Status": "Active",
                        "ServiceUserName": "x",
                        "CreateDate": "{now-9d}",
                        "ServiceSpecificCredentialId": "ACCA1",
                        "ServiceName": "bedrock.amazonaws.com",
                    }
                ]
            },
        ),
    )
    found = told(path)
    ann = ways(found, "ann")["bedrock:InvokeModel"]
    assert ann["statement"] == "statement 1 of managed policy All of group admins"
    assert ann["guardrail"]["mandate"] == "UNGUARDED"
    assert set(ways(found, "bounded")) == {"bedrock:Retrieve"}
    assert set(ways(found, "fenced")) == {"bedrock:Retrieve"}
    [keys] = [
        one["credentials"]["api_keys"] for one in found["principals"] if one["principal"].endswith("/key")
    ]
    assert keys[0] == {"token": "LONG_TERM", "can_be_used_at": ["bedrock-runtime"], "exists": 1}
    assert "1 active long-term Bedrock API key, which works at bedrock-runtime" in said(path)


def test_a_model_behind_a_profile_is_reached_through_it_only(tmp_path: Path) -> None:
    """The model alone is refused, the profile works."""
    through = {"Condition": {"StringLike": {"bedrock:InferenceProfileArn": PROFILE}}}
    path = stored(
        tmp_path / "s.json.gz",
        account(
            role("app", allow(BOTH, PROFILE), allow(BOTH, "arn:aws:bedrock:*::foundation-model/*", **through))
        ),
    )
    assert ways(told(path), "app")["bedrock:InvokeModel"]["on"] == [PROFILE]
    assert "inference-profile/us.amazon.nova-pro-v1:0" in said(path, "--model", "amazon.nova-pro-v1:0")


def test_a_profile_without_its_models_is_no_way(tmp_path: Path) -> None:
    """Both authorizations are needed."""
    path = stored(tmp_path / "s.json.gz", account(role("app", allow(BOTH, PROFILE))))
    assert told(path)["principals"] == []


def test_one_region_is_not_every_model(tmp_path: Path) -> None:
    """A policy for one Region's models says so."""
    path = tmp_path / "s.json.gz"
    content = account(role("app", allow(BOTH, "arn:aws:bedrock:us-east-1::foundation-model/*")))
    archive.write(snapshot_of(content, READS, regions=("us-east-1", "eu-west-1")), path)
    assert "InvokeModelWithResponseStream on every model in us-east-1\n" in said(path)


def test_models_by_pattern_are_named_from_what_the_region_offers(tmp_path: Path) -> None:
    """``amazon.*`` is the Amazon model there is."""
    path = stored(
        tmp_path / "s.json.gz",
        account(role("app", allow("bedrock:InvokeModel", "arn:aws:bedrock:*::foundation-model/amazon.*"))),
    )
    assert MODEL in ways(told(path), "app")["bedrock:InvokeModel"]["on"]


# -- guardrails ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("statements", "mandate", "words"),
    [
        ([allow(BOTH)], "UNGUARDED", "no guardrail is needed"),
        (
            [allow(BOTH, Condition={"StringEquals": {"bedrock:GuardrailIdentifier": f"{GUARDRAIL}:1"}})],
            "MANDATORY",
            f"must pass guardrail {GUARDRAIL}:1",
        ),
        (
            [allow(BOTH), deny(BOTH, Condition={"Null": {"bedrock:GuardrailIdentifier": "true"}})],
            "MANDATORY_ANY",
            "must pass a guardrail, but any would do",
        ),
        (
            [
                allow(BOTH),
                deny(
                    BOTH,
                    Condition={
                        "StringNotEquals": {
                            "bedrock:GuardrailIdentifier": f"{GUARDRAIL}:1",
                            "aws:PrincipalTag/env": "dev",
                        }
                    },
                ),
            ],
            "UNGUARDED",
            "no guardrail is needed",
        ),
        (
            [allow(BOTH), deny(BOTH, Condition={"StringNotEquals": {"bedrock:GuardrailIdentifier": "gr1"}})],
            "LOCKED_OUT",
            "locked out: no guardrail there could be satisfies its conditions",
        ),
    ],
)
def test_guardrails_in_words(tmp_path: Path, statements: list[Statement], mandate: str, words: str) -> None:
    """Each mandate, with the statement it rests on."""
    path = stored(
        tmp_path / "s.json.gz", account(role("app", *statements, Tags=[{"Key": "env", "Value": "dev"}]))
    )
    assert ways(told(path), "app")["bedrock:InvokeModel"]["guardrail"]["mandate"] == mandate
    assert words in said(path)


def test_what_is_enforced_counts_where_it_is_enforced(tmp_path: Path) -> None:
    """Enforced in one Region, not in the other: both are told."""
    content = account(
        role("app", allow(BOTH)),
        here={
            "bedrock": {
                "ListEnforcedGuardrailsConfiguration": [
                    {"configId": "c1", "guardrailArn": GUARDRAIL, "guardrailId": "gr1", "guardrailVersion": "1"}
                ],
                "ListGuardrails": [
                    {
                        "when": {"guardrailIdentifier": "gr1"},
                        "answer": {
                            "guardrails": [
                                {
                                    "id": "gr1", "arn": GUARDRAIL, "status": "READY", "name": "g", "version": "1",
                                    "createdAt": "{now-9d}", "updatedAt": "{now-9d}",
                                }
                            ]
                        },
                    },
                    {
                        "answer": {
                            "guardrails": [
                                {
                                    "id": "gr1", "arn": GUARDRAIL, "status": "READY", "name": "g", "version": "DRAFT",
                                    "createdAt": "{now-9d}", "updatedAt": "{now-9d}",
                                }
                            ]
                        }
                    },
                ],
                "GetGuardrail": {
                    "guardrailId": "gr1", "guardrailArn": GUARDRAIL, "name": "g", "version": "1", "status": "READY",
                    "createdAt": "{now-9d}", "updatedAt": "{now-9d}",
                    "blockedInputMessaging": "no", "blockedOutputsMessaging": "no",
                },
            }
        },
    )  # fmt: skip
    path = tmp_path / "s.json.gz"
    archive.write(snapshot_of(content, READS), path)
    assert f"guardrail {GUARDRAIL}:1 is enforced on every call" in said(
        path, "--action", "bedrock:InvokeModel"
    )
    archive.write(snapshot_of(content, READS, regions=("eu-west-1", "us-east-1")), path)
    text = said(path, "--action", "bedrock:InvokeModel")
    assert "no guardrail is needed in eu-west-1; one is enforced in us-east-1" in text


# -- from where ----------------------------------------------------------------------------------------
def endpoint(name: str, policy: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An interface endpoint for inference."""
    found = {
        "VpcEndpointId": name,
        "VpcEndpointType": "Interface",
        "VpcId": "vpc-1",
        "ServiceName": "com.amazonaws.us-east-1.bedrock-runtime",
        "State": "Available",
    }
    return found if policy is None else found | {"PolicyDocument": {"$json": policy}}


def test_only_through_one_endpoint(tmp_path: Path) -> None:
    """A Deny outside an endpoint leaves that endpoint alone."""
    elsewhere = {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
    path = stored(
        tmp_path / "s.json.gz",
        account(
            role("app", allow(BOTH, MODEL), deny(BOTH, Condition=elsewhere)),
            here={
                "ec2": {"DescribeVpcEndpoints": {"VpcEndpoints": [endpoint("vpce-1"), endpoint("vpce-2")]}}
            },
        ),
    )
    places = ways(told(path), "app")["bedrock:InvokeModel"]["from"]
    assert places == {
        "internet": "DENIED",
        "vpce-1": "ALLOWED",
        "vpce-2": "DENIED",
        "through an AWS service": "DENIED",
    }
    assert "only through vpce-1" in said(path)


def test_an_endpoints_own_policy_counts(tmp_path: Path) -> None:
    """What the endpoint does not let through is said."""
    other = {"Effect": "Allow", "Principal": "*", "Action": "bedrock:ListFoundationModels", "Resource": "*"}
    path = stored(
        tmp_path / "s.json.gz",
        account(
            role("app", allow(BOTH, MODEL)),
            here={"ec2": {"DescribeVpcEndpoints": {"VpcEndpoints": [endpoint("vpce-1", document(other))]}}},
        ),
    )
    assert "from anywhere else, not through vpce-1" in said(path)


# -- resource policies ---------------------------------------------------------------------------------
def test_a_knowledge_bases_own_policy_lets_in_and_keeps_out(tmp_path: Path) -> None:
    """A role it names, an account outside, and nobody of those it refuses."""
    statements = [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/reader"}, "Action": "bedrock:Retrieve", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "bedrock:Retrieve", "Resource": "*"},
        {"Effect": "Deny", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/refused"}, "Action": "*", "Resource": "*"},
    ]  # fmt: skip
    path = stored(
        tmp_path / "s.json.gz",
        account(
            role("reader", allow("s3:GetObject")),
            role("refused", allow("bedrock:Retrieve", BASE)),
            here={
                "bedrock-agent": {
                    "GetResourcePolicy": {
                        "resourceArn": BASE, "revisionId": "1", "policy": {"$json": document(*statements)}
                    },
                }
            },
        ),
    )  # fmt: skip
    found = told(path, "--knowledge-base", "handbook")
    assert [one["principal"].rpartition("/")[2] for one in found["principals"]] == ["reader"]
    assert [one["who"] for one in found["outsiders"]] == ["ACCOUNT:222222222222"]
    assert "account 222222222222 can call bedrock:Retrieve by statement 2" in said(path)


# -- filters -------------------------------------------------------------------------------------------
def names(found: Mapping[str, Any]) -> list[str]:
    """The principals in an answer."""
    return [one["principal"].rpartition("/")[2] for one in found["principals"]]


def test_filters_narrow_the_answer(tmp_path: Path) -> None:
    """By principal (name, ARN, pattern, part of a name), agent, knowledge base, model and action."""
    path = stored(
        tmp_path / "s.json.gz",
        account(
            role("model-app", allow("bedrock:InvokeModel", MODEL)),
            role("agent-app", allow("bedrock:InvokeAgent", ALIAS)),
            role("base-app", allow("bedrock:Retrieve", BASE)),
        ),
    )
    assert names(told(path)) == ["model-app", "agent-app", "base-app"]
    assert names(told(path, "--principal", "agent-app")) == ["agent-app"]
    assert names(told(path, "--principal", f"arn:aws:iam::{ACCOUNT}:role/m*")) == ["model-app"]
    assert names(told(path, "--principal", "*-app", "--action", "bedrock:Retrieve*"))[0] == "model-app"
    assert names(told(path, "--principal", "base")) == ["base-app"]
    assert names(told(path, "--agent", "claims")) == ["agent-app"]
    assert names(told(path, "--agent", "AGENT00001")) == ["agent-app"]
    assert names(told(path, "--knowledge-base", BASE)) == ["base-app"]
    assert names(told(path, "--model", "*nova-pro*")) == ["model-app"]
    assert names(told(path, "--model", "anthropic.none-v1:0")) == []
    assert names(told(path, "--action", "BEDROCK:invoke*")) == ["model-app", "agent-app"]


def test_a_principal_that_can_do_none_of_it_is_told_why(tmp_path: Path) -> None:
    """Asked for by name: no policy, or the statement that denies."""
    path = stored(
        tmp_path / "s.json.gz",
        account(
            role("idle", allow("s3:GetObject")),
            role("shut", allow("bedrock:*"), deny("bedrock:*", Sid="Never"), deny("bedrock-mantle:*")),
        ),
    )
    assert "can invoke none of it: no policy allows it" in said(path, "--principal", "idle")
    assert "statement 2 (Never) of inline policy own denies it" in said(path, "--principal", "shut")


def test_what_a_filter_does_not_find_is_said(tmp_path: Path) -> None:
    """A name nobody has, a model the Region does not list."""
    path = stored(tmp_path / "s.json.gz", account(role("app", allow("bedrock:InvokeModel"))))
    assert "no user or role is called nobody" in said(path, "--principal", "nobody")
    text = said(path, "--model", "acme.future-v9:0")
    assert "no model in these Regions is called acme.future-v9:0; asked about as if it were there" in text
    assert "acme.future-v9:0 (us-east-1)" in text


def test_an_action_that_reaches_no_model_is_asked_about_as_it_stands(tmp_path: Path) -> None:
    """Any IAM action can be asked for by its full name."""
    path = stored(tmp_path / "s.json.gz", account(role("ops", allow("bedrock:DeleteGuardrail", GUARDRAIL))))
    assert ways(told(path, "--action", "bedrock:DeleteGuardrail"), "ops")["bedrock:DeleteGuardrail"][
        "on"
    ] == [GUARDRAIL]


# -- what could not be seen ----------------------------------------------------------------------------
def test_a_refused_crawl_is_no_empty_answer(tmp_path: Path) -> None:
    """Nobody is named, and it is said why and what to grant."""
    path = stored(
        tmp_path / "s.json.gz", account(role("app", allow("*"))), "iam:GetAccountAuthorizationDetails"
    )
    result = run("access", path)
    assert "Nobody was asked about." in result.stdout
    assert "iam:GetAccountAuthorizationDetails in global could not be read" in result.stdout
    assert '"iam:GetAccountAuthorizationDetails"' in result.stderr


def test_refused_listings_are_told_and_what_policies_name_is_found_all_the_same(tmp_path: Path) -> None:
    """Models that cannot be listed are named by policies."""
    path = stored(
        tmp_path / "s.json.gz",
        account(role("app", allow("bedrock:InvokeModel", MODEL))),
        "bedrock:ListFoundationModels",
        "ec2:DescribeVpcEndpoints",
    )
    found = told(path)
    assert ways(found, "app")["bedrock:InvokeModel"]["on"] == [MODEL]
    assert {one["grant"] for one in found["not_seen"]} >= {
        "bedrock:ListFoundationModels",
        "ec2:DescribeVpcEndpoints",
    }


def test_before_scp_is_said_only_where_policies_may_be_missing(tmp_path: Path) -> None:
    """An account outside any organization has none above it."""
    content = account(role("app", allow("bedrock:InvokeModel")))
    alone = stored(tmp_path / "alone.json.gz", content)
    assert told(alone)["before_scp"] is False
    assert "before SCP" not in said(alone)
    member = stored(tmp_path / "member.json.gz", content, "organizations:*")
    assert told(member)["before_scp"] is True
    assert "(before SCP)" in said(member)


def test_a_policy_that_cannot_be_judged_is_neither_yes_nor_no(tmp_path: Path) -> None:
    """UNSUPPORTED, in words."""
    odd = {"Condition": {"StringSounds": {"aws:username": "x"}}}
    path = stored(tmp_path / "s.json.gz", account(role("odd", allow("bedrock:Retrieve", BASE, **odd))))
    assert ways(told(path), "odd")["bedrock:Retrieve"]["decision"] == "UNSUPPORTED"
    assert "may or may not call bedrock:Retrieve" in said(path)


# -- formats -------------------------------------------------------------------------------------------
HOSTILE = "=cmd|'/c calc'!A1\x1b[31m\u202egnp"


def test_hostile_names_are_shown_and_never_obeyed(tmp_path: Path) -> None:
    """Escapes become visible in the text, formulas are text in the CSV."""
    statement = {**allow("bedrock:InvokeModel", MODEL), "Sid": "=1+1"}
    odd = user("x", statement) | {"UserName": HOSTILE, "Arn": f"arn:aws:iam::{ACCOUNT}:user/x"}
    odd["UserPolicyList"][0]["PolicyName"] = f"{HOSTILE}\n"
    path = stored(tmp_path / "s.json.gz", account(odd))
    text = said(path)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\x1b[31m\\u202egnp" in text
    raw = run("access", path, "--format", "csv").stdout_bytes.decode("utf-8-sig")
    assert "\x1b" not in raw
    for line in csv.reader(io.StringIO(raw, newline="")):
        assert not any(cell[:1] in tuple("=+-@\t\r") for cell in line)


def test_csv_is_one_line_for_each_principal_and_action(tmp_path: Path) -> None:
    """RFC 4180 with a byte order mark and CRLF."""
    path = stored(tmp_path / "s.json.gz", account(role("app", allow(BOTH, MODEL))))
    data = run("access", path, "--format", "csv").stdout_bytes
    assert data.startswith(b"\xef\xbb\xbfaccount_id,principal,")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert [row["action"] for row in rows] == BOTH
    assert tuple(rows[0]) == COLUMNS
    assert rows[0] | {"statement": ""} == {
        **dict.fromkeys(COLUMNS, ""),
        "account_id": ACCOUNT,
        "principal": f"arn:aws:iam::{ACCOUNT}:role/app",
        "principal_type": "role",
        "action": "bedrock:InvokeModel",
        "decision": "ALLOWED",
        "on": MODEL,
        "from_internet": "ALLOWED",
        "from_services": "ALLOWED",
        "credentials": "role sessions",
        "guardrail": "UNGUARDED",
        "guardrail_note": "no guardrail is needed",
        "before_scp": "no",
    }


def test_the_same_snapshot_gives_the_same_answer(tmp_path: Path) -> None:
    """Twice the same bytes, in every format."""
    path = stored(tmp_path / "s.json.gz", account(role("b", allow("*")), role("a", allow(BOTH, MODEL))))
    for format in ("table", "csv", "json"):
        first, second = (run("access", path, "--format", format).stdout_bytes for _ in range(2))
        assert first == second


# -- usage ---------------------------------------------------------------------------------------------
def test_a_snapshot_is_offline(tmp_path: Path) -> None:
    """A snapshot and an account at once is a mistake."""
    path = stored(tmp_path / "s.json.gz", account())
    for flags in (["--demo"], ["--profile", "p"], ["--role-arn", "arn:aws:iam::111122223333:role/r"]):
        result = run("access", path, *flags)
        assert result.exit_code == 2
        assert "a snapshot is read offline" in result.stderr


def test_an_empty_filter_is_a_mistake(tmp_path: Path) -> None:
    """A variable that was not set would otherwise ask about everybody."""
    path = stored(tmp_path / "s.json.gz", account())
    result = run("access", path, "--principal", "")
    assert result.exit_code == 2
    assert "--principal needs a text" in result.stderr


def test_an_unreadable_snapshot_is_one_line(tmp_path: Path) -> None:
    """Exit 1, nothing on stdout."""
    result = run("access", tmp_path / "none.json.gz")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "none.json.gz" in result.stderr
