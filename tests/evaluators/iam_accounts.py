"""Accounts that are hard to judge: how policies go wrong, each with what is true of it, worked out by hand.

In every account the role ``app`` runs Lambda functions and the user ``ann`` has an access key, unless the account says
otherwise; one model is approved, and no administrator, curator or user of the second endpoint is named.
"""

from dataclasses import dataclass, field
from typing import Any

ACCOUNT = "111122223333"
ORG = "o-exampleorg1"
NOVA = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"
MODELS = "arn:aws:bedrock:*::foundation-model/*"
PROFILE = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.amazon.nova-lite-v1:0"
BASE = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:knowledge-base/KB00000001"
GUARDRAIL = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/gr1"
K = "bedrock:GuardrailIdentifier"
ANY_CALL = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
NOT_GR1 = {"StringNotEquals": {K: f"{GUARDRAIL}:1"}}
INVOKE, STREAM, RETRIEVE = "bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", "bedrock:Retrieve"
MANTLE = "bedrock-mantle:CreateInference"
Statement = dict[str, Any]
APP, WORKER, ANN, ROOT = "role/app", "role/worker", "user/ann", "root"


def allow(
    action: Any = "bedrock:InvokeModel*", resource: Any = "*", condition: Any = None, **more: Any
) -> Statement:
    """An Allow statement."""
    return _statement("Allow", action, resource, condition, more)


def deny(action: Any, resource: Any = "*", condition: Any = None, **more: Any) -> Statement:
    """A Deny statement."""
    return _statement("Deny", action, resource, condition, more)


def _statement(effect: str, action: Any, resource: Any, condition: Any, more: dict[str, Any]) -> Statement:
    found: Statement = {"Effect": effect, **more}
    if "NotAction" not in more:
        found["Action"] = action
    if "NotResource" not in more and resource is not None:
        found["Resource"] = resource
    if condition is not None:
        found["Condition"] = condition
    return found


def document(*statements: Statement, version: str = "2012-10-17") -> dict[str, Any]:
    """A policy document."""
    return {"Version": version, "Statement": list(statements)}


def trusts(principal: Any, action: Any = "sts:AssumeRole", condition: Any = None) -> dict[str, Any]:
    """A trust policy."""
    return document(allow(action, None, condition, Principal=principal))


LAMBDA = {"Service": "lambda.amazonaws.com"}


def role(name: str, *statements: Statement, trust: Any = None, **more: Any) -> dict[str, Any]:
    """A role with one inline policy."""
    return {
        "RoleName": name,
        "RoleId": f"AROA{name.upper():X<16}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "Path": "/",
        "AssumeRolePolicyDocument": trust or trusts(LAMBDA),
        "RolePolicyList": [{"PolicyName": "work", "PolicyDocument": document(*statements)}]
        if statements
        else [],
        **more,
    }


def user(name: str, *statements: Statement, **more: Any) -> dict[str, Any]:
    """A user with one inline policy."""
    own = [{"PolicyName": "own", "PolicyDocument": document(*statements)}] if statements else []
    return {
        "UserName": name,
        "UserId": f"AIDA{name.upper():X<16}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "Path": "/",
        "UserPolicyList": own,
        **more,
    }


def group(name: str, *statements: Statement) -> dict[str, Any]:
    """A group with one inline policy."""
    return {
        "GroupName": name,
        "GroupId": f"AGPA{name.upper():X<16}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:group/{name}",
        "Path": "/",
        "GroupPolicyList": [{"PolicyName": "shared", "PolicyDocument": document(*statements)}],
    }


def managed(name: str, *statements: Statement) -> dict[str, Any]:
    """A customer managed policy."""
    return {
        "PolicyName": name,
        "Arn": f"arn:aws:iam::{ACCOUNT}:policy/{name}",
        "DefaultVersionId": "v1",
        "PolicyVersionList": [
            {"VersionId": "v1", "IsDefaultVersion": True, "Document": document(*statements)}
        ],
    }


def bound(name: str) -> dict[str, Any]:
    """A permissions boundary by a customer managed policy."""
    return {
        "PermissionsBoundary": {
            "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
            "PermissionsBoundaryArn": f"arn:aws:iam::{ACCOUNT}:policy/{name}",
        }
    }


@dataclass(frozen=True)
class Case:
    """One account.

    rows: (control, principal) -> status, with the reason of NOT_ASSESSED, "" for no row. access: (principal, action)
    -> what ``assessor access`` says of it, one text for each way: verdict and mandate; nothing for no way.
    said: (control, principal) -> parts of the row's text. keys: users with an active access key.
    """

    name: str
    rows: dict[tuple[str, str], str]
    roles: tuple[dict[str, Any], ...] = ()
    users: tuple[dict[str, Any], ...] = ()
    groups: tuple[dict[str, Any], ...] = ()
    policies: tuple[dict[str, Any], ...] = ()
    access: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    said: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    scps: tuple[Statement, ...] | None = None
    keys: tuple[str, ...] = ("ann",)
    regions: tuple[str, ...] = ("us-east-1",)
    more: dict[str, Any] = field(default_factory=dict)
    organization: str = ""


UNSURE = "NOT_ASSESSED UNSUPPORTED_POLICY_CONSTRUCT"
FREE, FENCED = ("ALLOWED UNGUARDED",), ("CONDITIONAL MANDATORY",)


def of_role(
    name: str,
    statements: list[Statement],
    unrestricted: str,
    selection: str,
    guardrail: str,
    safety: str,
    access: tuple[str, ...],
    **more: Any,
) -> Case:
    """An account about ``app``: GAI-3.15, 3.16, 4.03 and 4.15, and who may invoke a model."""
    attributes = more.pop("attributes", {})
    rows = {
        ("GAI-3.15", APP): unrestricted,
        ("GAI-3.16", APP): selection,
        ("GAI-4.03", APP): guardrail,
        ("GAI-4.15", APP): safety,
        **more.pop("rows", {}),
    }
    told = {(APP, INVOKE): access, **more.pop("access_too", {})}
    others = more.pop("others", ())
    return Case(name, rows, roles=(role("app", *statements, **attributes), *others), access=told, **more)


def of_user(
    name: str, statements: list[Statement], rows: dict[str, str], access: tuple[str, ...], **more: Any
) -> Case:
    """An account about ``ann``."""
    attributes = more.pop("attributes", {})
    told = {(ANN, INVOKE): access, **more.pop("access_too", {})}
    found = {(control, ROOT if control == "GAI-3.17" else ANN): status for control, status in rows.items()}
    return Case(name, found, users=(user("ann", *statements, **attributes),), access=told, **more)


def fence(condition: Any, action: Any = None, resource: Any = "*") -> list[Statement]:
    """Everything of Bedrock's inference, and a Deny without the right guardrail."""
    return [allow(), deny(ANY_CALL if action is None else action, resource, condition)]


def gr1(pattern: str, operator: str = "StringNotLike") -> Any:
    """A condition on the guardrail."""
    return {operator: {K: pattern}}


KEY_USER = ["bedrock:CallWithBearerToken", "bedrock:InvokeModel*"]
LONG = {"StringEquals": {"bedrock:BearerTokenType": "LONG_TERM"}}
GATES = ["bedrock:CallWithBearerToken", "bedrock-mantle:CallWithBearerToken"]
PER_TAG = "arn:aws:bedrock:*::foundation-model/${aws:PrincipalTag/vendor}.*"
ONLY_NOVA = "arn:aws:bedrock:*::foundation-model/amazon.nova-lite-v1:0"
IN_TEAM = {"StringEquals": {"aws:PrincipalTag/team": "red"}}


def kb_policy(*statements: Statement) -> dict[str, Any]:
    """A knowledge base with a policy of its own."""
    return {
        "us-east-1": {
            "bedrock-agent": {
                "ListKnowledgeBases": {
                    "knowledgeBaseSummaries": [
                        {
                            "knowledgeBaseId": "KB00000001",
                            "name": "kb",
                            "status": "ACTIVE",
                            "updatedAt": "{now-9d}",
                        }
                    ]
                },
                "GetKnowledgeBase": {
                    "knowledgeBase": {
                        "knowledgeBaseId": "KB00000001",
                        "name": "kb",
                        "knowledgeBaseArn": BASE,
                        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/kb",
                        "knowledgeBaseConfiguration": {"type": "VECTOR"},
                        "status": "ACTIVE",
                        "createdAt": "{now-9d}",
                        "updatedAt": "{now-9d}",
                    }
                },
                "GetResourcePolicy": {"policy": {"$json": document(*statements)}},
            }
        }
    }


def token(**more: Any) -> dict[str, Any]:
    """An active Bedrock API key of ann."""
    held = {
        "UserName": "ann",
        "Status": "Active",
        "CreateDate": "{now-40d}",
        "ServiceSpecificCredentialId": "ACCAEXAMPLE123EXAMPLE",
        "ServiceName": "bedrock.amazonaws.com",
        **more,
    }
    return {"global": {"iam": {"ListServiceSpecificCredentials": {"ServiceSpecificCredentials": [held]}}}}


def endpoint(policy: Any) -> dict[str, Any]:
    """An interface endpoint of bedrock-runtime."""
    return {
        "us-east-1": {
            "ec2": {
                "DescribeVpcEndpoints": {
                    "VpcEndpoints": [
                        {
                            "VpcEndpointId": "vpce-0aa",
                            "VpcEndpointType": "Interface",
                            "VpcId": "vpc-0aa",
                            "ServiceName": "com.amazonaws.us-east-1.bedrock-runtime",
                            "State": "Available",
                            "PolicyDocument": {"$json": policy},
                        }
                    ]
                }
            }
        }
    }


THROUGH = {"StringEquals": {"aws:SourceVpce": "vpce-0aa"}}
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:tool"
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"


def tool() -> dict[str, Any]:
    """A function that an agent acts with, as ``app``."""
    moment = {"createdAt": "{now-9d}", "updatedAt": "{now-9d}"}
    alias = {
        "agentAliasId": "LIVE000001",
        "agentAliasName": "any",
        "agentAliasStatus": "PREPARED",
        "routingConfiguration": [{"agentVersion": "3"}],
        **moment,
    }
    group = {"actionGroupId": "GROUP00001", "actionGroupName": "orders", "actionGroupState": "ENABLED"}
    return {
        "us-east-1": {
            "bedrock-agent": {
                "ListAgents": {
                    "agentSummaries": [
                        {
                            "agentId": "AGENT00001",
                            "agentName": "any",
                            "agentStatus": "PREPARED",
                            "updatedAt": "{now-9d}",
                        }
                    ]
                },
                "ListAgentAliases": {"agentAliasSummaries": [alias]},
                "ListAgentActionGroups": {"actionGroupSummaries": [{**group, "updatedAt": "{now-9d}"}]},
                "GetAgentActionGroup": {
                    "agentActionGroup": {
                        "agentId": "AGENT00001",
                        "agentVersion": "3",
                        **group,
                        **moment,
                        "actionGroupExecutor": {"lambda": FUNCTION},
                    }
                },
            },
            "lambda": {
                "GetFunction": {
                    "Configuration": {
                        "FunctionName": "tool",
                        "FunctionArn": FUNCTION,
                        "Role": f"arn:aws:iam::{ACCOUNT}:role/app",
                    }
                }
            },
        }
    }


def of_executor(name: str, statements: list[Statement], status: str, *said: str, **more: Any) -> Case:
    """An account in which ``app`` acts on a model's output: GAI-4.18."""
    attributes = more.pop("attributes", {})
    return Case(
        name,
        {("GAI-4.18", APP): status},
        roles=(role("app", *statements, **attributes),),
        said={("GAI-4.18", APP): said},
        more=tool(),
        **more,
    )


CASES = (
    # -- Action "*", groups, boundaries ---------------------------------------------------------------
    Case(
        "everything through a group is the member's",
        {
            ("GAI-3.15", ANN): "FAIL",
            ("GAI-3.16", ANN): "INFO",
            ("GAI-3.18", ANN): "FAIL",
            ("GAI-3.20", ANN): "FAIL",
            ("GAI-4.03", ANN): "INFO",
            ("GAI-4.15", ANN): "INFO",
        },
        users=(user("ann", GroupList=["all"]),),
        groups=(group("all", allow("*")),),
        access={(ANN, INVOKE): FREE, (ANN, MANTLE): ("ALLOWED",)},
        said={("GAI-3.15", ANN): ("inline policy shared of group all",)},
    ),
    Case(
        "the user's own Deny beats what the group gives, and leaves the other prefixes",
        {
            ("GAI-3.15", ANN): "",
            ("GAI-3.18", ANN): "FAIL",
            ("GAI-3.20", ANN): "FAIL",
        },
        users=(user("ann", deny("bedrock:*"), GroupList=["all"]),),
        groups=(group("all", allow("*")),),
        access={
            (ANN, INVOKE): (),
            (ANN, MANTLE): ("ALLOWED",),
            (ANN, "sagemaker:InvokeEndpoint"): ("ALLOWED",),
        },
    ),
    of_role(
        "a boundary leaves one model of everything in Bedrock",
        [allow("bedrock:*")],
        "PASS",
        "PASS",
        "FAIL",
        "PASS",
        FREE,
        policies=(managed("edge", allow("bedrock:InvokeModel", NOVA)),),
        attributes=bound("edge"),
        said={("GAI-4.03", APP): (NOVA,)},
    ),
    of_role(
        "a boundary of everything but IAM leaves Bedrock whole",
        [allow("bedrock:*")],
        "FAIL",
        "FAIL",
        "FAIL",
        "FAIL",
        FREE,
        policies=(managed("edge", allow(None, NotAction="iam:*")),),
        attributes=bound("edge"),
    ),
    of_role(
        "a guardrail in the boundary is mandatory, and shuts what has no guardrail",
        [allow("bedrock:*")],
        "PASS",
        "FAIL",
        "PASS",
        "PASS",
        FENCED,
        policies=(managed("edge", allow("bedrock:*", "*", {"StringEquals": {K: f"{GUARDRAIL}:1"}})),),
        attributes=bound("edge"),
        said={("GAI-4.03", APP): (f"{GUARDRAIL}:1",)},
    ),
    of_role(
        "a boundary alone grants nothing",
        [],
        "",
        "",
        "",
        "",
        (),
        policies=(managed("edge", allow("*")),),
        attributes=bound("edge"),
    ),
    of_role(
        "an explicit Deny in the boundary counts",
        [allow("bedrock:*")],
        "FAIL",
        "FAIL",
        "FAIL",
        "FAIL",
        FREE,
        policies=(managed("edge", allow("*"), deny("bedrock:Invoke*", NotResource=ONLY_NOVA)),),
        # Batch jobs are not among Invoke*.
        said={("GAI-3.15", APP): ("bedrock:CreateModelInvocationJob",), ("GAI-4.03", APP): (NOVA,)},
        attributes=bound("edge"),
    ),
    # -- NotAction, NotResource -----------------------------------------------------------------------
    of_role(
        "NotAction that spares InvokeModel from the fence leaves it free",
        [allow("bedrock:*"), deny(None, "*", NOT_GR1, NotAction=INVOKE)],
        "FAIL",
        "FAIL",
        "FAIL",
        "PASS",
        FREE,
        access_too={(APP, STREAM): FENCED},
    ),
    of_role(
        "NotAction allows whatever it does not list",
        [allow(None, NotAction=["iam:*", "s3:*"])],
        "FAIL",
        "INFO",
        "INFO",
        "INFO",
        FREE,
        rows={("GAI-3.20", APP): "FAIL"},
    ),
    of_role(
        "NotResource in an Allow covers models nobody thought of",
        [allow(NotResource="arn:aws:bedrock:*::foundation-model/anthropic.*")],
        "FAIL",
        "FAIL",
        "FAIL",
        "PASS",
        FREE,
    ),
    of_role(
        "NotResource in a Deny leaves one model",
        [allow(), deny(ANY_CALL, NotResource=ONLY_NOVA)],
        "PASS",
        "PASS",
        "FAIL",
        "PASS",
        FREE,
    ),
    of_role(
        "NotResource in a Deny of one call leaves the other",
        [allow(), deny(INVOKE, NotResource=ONLY_NOVA)],
        "FAIL",
        "FAIL",
        "FAIL",
        "PASS",
        FREE,
        said={("GAI-3.16", APP): (STREAM,)},
    ),
    of_role(
        "a profile is of no use without its model",
        [allow(), deny(ANY_CALL, NotResource=[ONLY_NOVA, "arn:aws:bedrock:*:*:inference-profile/*"])],
        # Every profile is no limit (GAI-3.15), although only those of one model work.
        "FAIL",
        "PASS",
        "FAIL",
        "PASS",
        FREE,
    ),
    # -- resource policies ----------------------------------------------------------------------------
    of_role(
        "a Deny with NotPrincipal hits whom it does not list",
        [allow(RETRIEVE, BASE)],
        "",
        "NOT_APPLICABLE",
        "NOT_APPLICABLE",
        "PASS",
        (),
        access_too={(APP, RETRIEVE): ()},
        more=kb_policy(
            deny("bedrock:*", BASE, NotPrincipal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"}),
        ),
    ),
    of_role(
        "a Deny with NotPrincipal spares whom it lists",
        [allow(RETRIEVE, BASE)],
        "",
        "NOT_APPLICABLE",
        "NOT_APPLICABLE",
        "PASS",
        (),
        access_too={(APP, RETRIEVE): ("ALLOWED",)},
        more=kb_policy(
            deny("bedrock:*", BASE, NotPrincipal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}),
        ),
    ),
    of_role(
        "a Deny with NotPrincipal hits everybody with a boundary",
        [allow(RETRIEVE, BASE)],
        "",
        "NOT_APPLICABLE",
        "NOT_APPLICABLE",
        "PASS",
        (),
        access_too={(APP, RETRIEVE): ()},
        policies=(managed("edge", allow("*")),),
        attributes=bound("edge"),
        more=kb_policy(
            deny("bedrock:*", BASE, NotPrincipal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}),
        ),
    ),
    of_role(
        "the account in NotPrincipal is not its roles",
        [allow(RETRIEVE, BASE)],
        "",
        "NOT_APPLICABLE",
        "NOT_APPLICABLE",
        "PASS",
        (),
        access_too={(APP, RETRIEVE): ()},
        more=kb_policy(deny("bedrock:*", BASE, NotPrincipal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})),
    ),
    of_role(
        "a resource's policy that names the role needs no policy of the role",
        [],
        "",
        "",
        "",
        "",
        (),
        access_too={(APP, RETRIEVE): ("ALLOWED",)},
        more=kb_policy(allow(RETRIEVE, BASE, Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"})),
    ),
    of_role(
        "a resource's policy that names the account leaves it to IAM",
        [],
        "",
        "",
        "",
        "",
        (),
        access_too={(APP, RETRIEVE): ()},
        more=kb_policy(allow(RETRIEVE, BASE, Principal={"AWS": ACCOUNT})),
    ),
    of_role(
        "a part of a name with a wildcard is nobody's",
        [],
        "",
        "",
        "",
        "",
        (),
        access_too={(APP, RETRIEVE): ()},
        more=kb_policy(allow(RETRIEVE, BASE, Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"})),
    ),
    # -- service control policies ---------------------------------------------------------------------
    of_role(
        "a service control policy keeps all but one Region",
        [allow()],
        "FAIL",
        "FAIL",
        "FAIL",
        "PASS",
        FREE,
        regions=("us-east-1", "eu-west-1"),
        scps=(deny("bedrock:*", "*", {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}),),
        said={("GAI-4.03", APP): ("Regions: us-east-1",), ("GAI-3.15", APP): ("of us-east-1",)},
    ),
    of_role(
        "a service control policy makes the guardrail mandatory",
        [allow()],
        "PASS",
        "FAIL",
        "PASS",
        "PASS",
        FENCED,
        scps=(deny(ANY_CALL, "*", NOT_GR1),),
        said={("GAI-4.03", APP): ("service control policy",)},
    ),
    of_role(
        "a service control policy that wants any guardrail takes any",
        [allow()],
        "PASS",
        "FAIL",
        "FAIL medium",
        "PASS",
        ("CONDITIONAL MANDATORY_ANY",),
        scps=(deny(ANY_CALL, "*", {"Null": {K: "true"}}),),
    ),
    Case(
        "a service control policy spares one role by name",
        {
            ("GAI-3.15", APP): "FAIL",
            ("GAI-3.15", "role/other"): "",
            ("GAI-4.03", APP): "FAIL",
            ("GAI-4.03", "role/other"): "",
        },
        roles=(role("app", allow()), role("other", allow())),
        access={(APP, INVOKE): FREE, ("role/other", INVOKE): ()},
        scps=(deny("bedrock:*", "*", {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}}),),
    ),
    of_role(
        "a service control policy that allows a list leaves nothing else",
        [allow("*")],
        "",
        "",
        "",
        "",
        (),
        scps=(allow(["s3:*", "logs:*"]),),
    ),
    of_role(
        "a service control policy does not bind what a service does with its own role",
        [],
        "",
        "",
        "",
        "",
        (),
        others=(
            role(
                "AWSServiceRoleForBedrock",
                allow("bedrock:*"),
                Arn=f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/bedrock.amazonaws.com/AWSServiceRoleForBedrock",
                Path="/aws-service-role/bedrock.amazonaws.com/",
                trust=trusts({"Service": "bedrock.amazonaws.com"}),
            ),
        ),
        rows={("GAI-4.03", "role/aws-service-role/bedrock.amazonaws.com/AWSServiceRoleForBedrock"): ""},
        scps=(deny("bedrock:*"),),
    ),
    # -- role chains ----------------------------------------------------------------------------------
    *(
        Case(
            f"a role taken on {how}",
            {("GAI-4.03", APP): "", ("GAI-4.03", WORKER): status, ("GAI-3.16", WORKER): status},
            roles=(
                role("app", allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/worker")),
                role("worker", allow(), trust=trust),
                role("other", allow("s3:GetObject"), trust=trusts({"AWS": "222222222222"})),
            ),
            access={(WORKER, INVOKE): FREE, (APP, INVOKE): ()},
        )
        for how, trust, status in (
            ("by name", trusts({"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}), "FAIL"),
            ("through the account", trusts({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), "FAIL"),
            (
                "with an external id",
                trusts({"AWS": ACCOUNT}, condition={"StringEquals": {"sts:ExternalId": "x"}}),
                "FAIL",
            ),
            (
                "by everybody whose name fits",
                trusts(
                    {"AWS": "*"},
                    condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/a*"}},
                ),
                "FAIL",
            ),
            ("by another role only", trusts({"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"}), ""),
            (
                "through the account but for this role",
                document(
                    allow("sts:AssumeRole", None, Principal={"AWS": ACCOUNT}),
                    deny("sts:AssumeRole", None, Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}),
                ),
                "",
            ),
            (
                "by everybody whose name fits, which it does not",
                trusts(
                    {"AWS": "*"},
                    condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/b*"}},
                ),
                "",
            ),
        )
    ),
    # -- organization keys ----------------------------------------------------------------------------
    of_role(
        "IfExists on the organization holds without one",
        [
            allow(
                "bedrock:InvokeModel*", "*", {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-another123"}}
            )
        ],
        "FAIL",
        "FAIL",
        "FAIL",
        "PASS",
        FREE,
    ),
    of_role(
        "IfExists on another organization does not hold within ours",
        [
            allow(
                "bedrock:InvokeModel*", "*", {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-another123"}}
            )
        ],
        "",
        "",
        "",
        "",
        (),
        organization=ORG,
        scps=(allow("*"),),
    ),
    of_role(
        "our own organization always holds",
        [allow("bedrock:InvokeModel*", "*", {"StringEquals": {"aws:PrincipalOrgID": ORG}})],
        "FAIL",
        "FAIL",
        "FAIL",
        "PASS",
        FREE,
        organization=ORG,
        scps=(allow("*"),),
    ),
    of_role(
        "ForAllValues on the organization's paths holds when there are none",
        [allow(condition={"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-another123/*"}})],
        "FAIL",
        "FAIL",
        "FAIL",
        "PASS",
        ("CONDITIONAL UNGUARDED",),
    ),
    # -- guardrail conditions -------------------------------------------------------------------------
    of_role(
        "ForAllValues in an Allow passes a call without a guardrail",
        [allow(condition={"ForAllValues:StringEquals": {K: f"{GUARDRAIL}:1"}})],
        "FAIL",
        "FAIL",
        "FAIL",
        "PASS",
        ("CONDITIONAL UNGUARDED",),
    ),
    of_role(
        "ForAllValues in a Deny refuses a call without a guardrail",
        fence({"ForAllValues:StringNotEquals": {K: f"{GUARDRAIL}:1"}}),
        "PASS",
        "FAIL",
        "PASS",
        "PASS",
        FENCED,
    ),
    of_role(
        "ForAnyValue in a Deny lets a call without a guardrail through",
        fence({"ForAnyValue:StringNotEquals": {K: f"{GUARDRAIL}:1"}}),
        "FAIL",
        "FAIL",
        "FAIL",
        "PASS",
        ("CONDITIONAL UNGUARDED",),
    ),
    of_role(
        "IfExists in an Allow passes a call without a guardrail",
        [allow(condition={"StringEqualsIfExists": {K: f"{GUARDRAIL}:1"}})],
        "FAIL",
        "FAIL",
        "FAIL",
        "PASS",
        ("CONDITIONAL UNGUARDED",),
    ),
    of_role(
        "IfExists in a Deny refuses a call without a guardrail as well",
        fence({"StringNotEqualsIfExists": {K: f"{GUARDRAIL}:1"}}),
        "PASS",
        "FAIL",
        "PASS",
        "PASS",
        FENCED,
    ),
    of_role(
        "every numbered version, and no draft",
        fence(gr1(f"{GUARDRAIL}:*")),
        "PASS",
        "FAIL",
        "PASS",
        "PASS",
        FENCED,
        said={("GAI-4.03", APP): ("versions made later pass too",)},
    ),
    of_role(
        "the first nine versions",
        fence(gr1(f"{GUARDRAIL}:?")),
        "PASS",
        "FAIL",
        "PASS",
        "PASS",
        FENCED,
    ),
    of_role(
        "a pattern that takes the draft in",
        fence(gr1(f"{GUARDRAIL}*", "ArnNotLike")),
        "PASS",
        "FAIL",
        "PASS",
        "PASS",
        FENCED,
        said={("GAI-4.03", APP): ("the working draft passes too",)},
    ),
    of_role(
        "a version wildcard that is no wildcard locks everybody out",
        fence(gr1(f"{GUARDRAIL}:*", "StringNotEquals")),
        "",
        "",
        "",
        "",
        ("DENIED LOCKED_OUT",),
    ),
    of_role(
        "a bare id is nobody's guardrail",
        fence(gr1("gr1", "StringNotEquals")),
        "",
        "",
        "",
        "",
        ("DENIED LOCKED_OUT",),
    ),
    of_role(
        "two conditions in one Deny must both hold",
        fence({"Null": {K: "false"}, "StringNotEquals": {K: f"{GUARDRAIL}:1"}}),
        "FAIL",
        "FAIL",
        "FAIL",
        "PASS",
        ("CONDITIONAL UNGUARDED",),
    ),
    of_role(
        "the same two in statements of their own",
        [
            allow(),
            deny(ANY_CALL, "*", {"Null": {K: "true"}}),
            deny(ANY_CALL, "*", NOT_GR1),
        ],
        "PASS",
        "FAIL",
        "PASS",
        "PASS",
        FENCED,
    ),
    of_role(
        "Converse is no action to deny",
        [allow(), deny(["bedrock:Converse", "bedrock:ConverseStream"], "*", NOT_GR1)],
        "FAIL",
        "FAIL",
        "FAIL",
        "PASS",
        FREE,
    ),
    of_role(
        "a misspelt key is never there",
        fence({"StringNotEquals": {"bedrock:GuardrailId": f"{GUARDRAIL}:1"}}),
        "",
        "",
        "",
        "",
        (),
    ),
    of_role(
        "a fence around foundation models leaves every other kind",
        fence(NOT_GR1, resource=MODELS),
        "FAIL",
        "FAIL",
        "FAIL",
        "PASS",
        ("ALLOWED UNGUARDED", "CONDITIONAL UNGUARDED"),
        said={("GAI-4.03", APP): ("without a guardrail",)},
    ),
    of_role(
        "a second policy without the condition undoes the first",
        [allow(condition={"StringEquals": {K: f"{GUARDRAIL}:1"}}), allow(INVOKE, NOVA)],
        "PASS",
        "FAIL",
        "FAIL",
        "PASS",
        ("ALLOWED UNGUARDED", "CONDITIONAL UNGUARDED"),
        said={("GAI-4.03", APP): (NOVA, "statement 2")},
    ),
    # -- inference profiles ---------------------------------------------------------------------------
    of_role(
        "models through one profile only",
        [
            allow(resource=PROFILE),
            allow(resource=ONLY_NOVA, condition={"StringEquals": {"bedrock:InferenceProfileArn": PROFILE}}),
        ],
        "PASS",
        "PASS",
        "FAIL",
        "PASS",
        FREE,
        said={("GAI-4.03", APP): ("inference-profile/us.amazon.nova-lite-v1:0",)},
    ),
    of_role(
        "a profile without its model is no way",
        [allow(resource=PROFILE)],
        "PASS",
        "NOT_APPLICABLE",
        "NOT_APPLICABLE",
        "PASS",
        (),
    ),
    of_role(
        "a model that is refused without a profile is called through one",
        [allow(), deny(ANY_CALL, MODELS, {"Null": {"bedrock:InferenceProfileArn": "true"}})],
        "FAIL",
        "FAIL",
        "FAIL",
        "PASS",
        FREE,
    ),
    of_role(
        "a model that only somebody else's profile reaches is out of reach",
        [
            allow(resource=PROFILE),
            allow(
                resource=ONLY_NOVA,
                condition={"StringLike": {"bedrock:InferenceProfileArn": "arn:aws:bedrock:*:222222222222:*"}},
            ),
        ],
        "PASS",
        "NOT_APPLICABLE",
        "NOT_APPLICABLE",
        "PASS",
        (),
    ),
    # -- API keys -------------------------------------------------------------------------------------
    of_user(
        "a Bedrock API key that never ends",
        [allow(KEY_USER)],
        {"GAI-3.15": "FAIL", "GAI-3.17": "FAIL medium", "GAI-3.18": ""},
        FREE,
        keys=(),
        more=token(),
    ),
    of_user(
        "long-term keys are refused at the one endpoint the user may use",
        [allow(KEY_USER), deny("bedrock:CallWithBearerToken", "*", LONG)],
        {"GAI-3.15": "FAIL", "GAI-3.17": "PASS", "GAI-3.18": "FAIL"},
        FREE,
    ),
    of_user(
        "one Deny for both gates knows the key of one",
        [
            allow([*KEY_USER, "bedrock-mantle:*"]),
            deny(GATES, "*", LONG),
        ],
        {"GAI-3.17": "FAIL medium", "GAI-3.20": "FAIL"},
        FREE,
    ),
    of_user(
        "values of the token's kind tell capitals apart",
        [
            allow(KEY_USER),
            deny(
                "bedrock:CallWithBearerToken", "*", {"StringEquals": {"bedrock:BearerTokenType": "long_term"}}
            ),
        ],
        {"GAI-3.17": "FAIL medium"},
        FREE,
    ),
    of_user(
        "unless the operator does not",
        [
            allow(KEY_USER),
            deny(
                "bedrock:CallWithBearerToken",
                "*",
                {"StringEqualsIgnoreCase": {"bedrock:BearerTokenType": "long_term"}},
            ),
        ],
        {"GAI-3.17": "PASS"},
        FREE,
    ),
    of_user(
        "a limit on the age of keys is none on keys that never end",
        [
            allow("iam:CreateServiceSpecificCredential"),
            deny(
                "iam:CreateServiceSpecificCredential",
                "*",
                {"NumericGreaterThan": {"iam:ServiceSpecificCredentialAgeDays": "30"}},
            ),
        ],
        {"GAI-3.15": "", "GAI-3.17": "FAIL medium", "GAI-3.18": "PASS"},
        (),
    ),
    # -- who and from where ---------------------------------------------------------------------------
    of_user(
        "a second factor keeps the key alone out",
        [allow(condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})],
        {"GAI-3.15": "PASS", "GAI-3.18": "FAIL medium"},
        ("CONDITIONAL UNGUARDED",),
    ),
    of_user(
        "a second factor that is asked of who has one keeps nobody out",
        [allow(condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}})],
        {"GAI-3.15": "FAIL", "GAI-3.18": "FAIL"},
        ("CONDITIONAL UNGUARDED",),
    ),
    of_role(
        "a tag that sessions may bring",
        [allow(condition=IN_TEAM)],
        "PASS",
        "FAIL",
        "FAIL",
        "PASS",
        ("CONDITIONAL UNGUARDED",),
        attributes={
            "Tags": [{"Key": "team", "Value": "blue"}],
            "trust": trusts(LAMBDA, ["sts:AssumeRole", "sts:TagSession"]),
        },
    ),
    of_role(
        "a tag that the role does not have",
        [allow(condition=IN_TEAM)],
        "",
        "",
        "",
        "",
        (),
        attributes={"Tags": [{"Key": "team", "Value": "blue"}]},
    ),
    of_role(
        "a tag in the resource is filled in",
        [allow(resource=PER_TAG)],
        "PASS",
        "FAIL",
        "FAIL",
        "PASS",
        FREE,
        attributes={"Tags": [{"Key": "vendor", "Value": "anthropic"}]},
        said={("GAI-3.16", APP): ("anthropic.",)},
    ),
    of_role(
        "a tag in the resource that the role lacks",
        [allow(resource=PER_TAG)],
        "",
        "",
        "",
        "",
        (),
        attributes={"Tags": []},
    ),
    of_role(
        "only through an endpoint whose policy refuses it",
        [allow(condition=THROUGH)],
        "PASS",
        "FAIL",
        "FAIL",
        "PASS",
        ("CONDITIONAL UNGUARDED",),
        more=endpoint(document(allow("bedrock:ListFoundationModels", Principal="*"))),
    ),
    of_role(
        "not but through the endpoint, where the key is",
        [allow(), deny(ANY_CALL, "*", {"StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-0aa"}})],
        "PASS",
        "FAIL",
        "FAIL",
        "PASS",
        ("CONDITIONAL UNGUARDED",),
        more=endpoint(document(allow("*", Principal="*"))),
    ),
    # -- documents ------------------------------------------------------------------------------------
    of_role(
        "an operator nobody knows in a Deny",
        [allow(), deny(ANY_CALL, "*", {"StringResembles": {K: "gr1"}})],
        UNSURE,
        UNSURE,
        UNSURE,
        "PASS",
        ("UNSUPPORTED UNKNOWN",),
    ),
    of_role(
        "a wildcard in the service of an action",
        [allow("bedrock*:*")],
        UNSURE,
        UNSURE,
        UNSURE,
        UNSURE,
        ("UNSUPPORTED UNKNOWN",),
    ),
    of_role(
        "a wildcard in the service beside what is written out",
        [allow([INVOKE, "bedrock-*:*"], NOVA)],
        "PASS",
        UNSURE,
        "FAIL",
        UNSURE,
        FREE,
    ),
    of_role(
        "an effect in small letters",
        [{**allow(), "Effect": "allow"}],
        UNSURE,
        UNSURE,
        UNSURE,
        "PASS",
        ("UNSUPPORTED UNKNOWN",),
    ),
    of_role(
        "a policy that is attached and was not shown",
        [],
        UNSURE,
        UNSURE,
        UNSURE,
        UNSURE,
        ("UNSUPPORTED UNKNOWN",),
        attributes={
            "AttachedManagedPolicies": [
                {"PolicyName": "gone", "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/gone"}
            ]
        },
    ),
    of_role(
        "actions are read in any case of letters",
        [allow("BEDROCK:invokemodel*", NOVA)],
        "PASS",
        "PASS",
        "FAIL",
        "PASS",
        FREE,
    ),
    of_role(
        "variables of the old language are plain text",
        [],
        "",
        "",
        "",
        "",
        (),
        attributes={
            "Tags": [{"Key": "vendor", "Value": "amazon"}],
            "RolePolicyList": [
                {
                    "PolicyName": "old",
                    "PolicyDocument": document(allow(resource=PER_TAG), version="2008-10-17"),
                }
            ],
        },
    ),
    of_role(
        "the fence of the documentation covers one Region",
        [
            allow(
                resource="arn:aws:bedrock:us-east-1::foundation-model/*",
                condition={"StringEquals": {K: f"{GUARDRAIL}:1"}},
            ),
            deny(ANY_CALL, "arn:aws:bedrock:us-east-1::foundation-model/*", NOT_GR1),
        ],
        "PASS",
        "FAIL",
        "PASS",
        "PASS",
        FENCED,
        regions=("us-east-1", "us-west-2"),
    ),
    of_role(
        "the same fence beside a wider policy",
        [
            allow("bedrock:*"),
            deny(ANY_CALL, "arn:aws:bedrock:us-east-1::foundation-model/*", NOT_GR1),
        ],
        "FAIL",
        "FAIL",
        "FAIL",
        "FAIL",
        ("ALLOWED UNGUARDED", "CONDITIONAL UNGUARDED"),
        regions=("us-east-1", "us-west-2"),
        said={("GAI-4.03", APP): ("us-west-2",)},
    ),
    # -- what changes safety --------------------------------------------------------------------------
    of_role(
        "a role that may edit its own policies",
        [
            allow(resource=NOVA),
            allow("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/${{aws:PrincipalTag/x}}*"),
        ],
        "PASS",
        "PASS",
        "FAIL",
        "FAIL",
        FREE,
        attributes={"Tags": [{"Key": "x", "Value": "ap"}]},
        said={("GAI-4.15", APP): ("iam:PutRolePolicy",)},
    ),
    of_role(
        "a role that may edit the policies of others",
        [allow(resource=NOVA), allow("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/batch-*")],
        "PASS",
        "PASS",
        "FAIL",
        "PASS",
        FREE,
    ),
    of_role(
        "a role that may change guardrails on a condition",
        [
            allow(resource=NOVA),
            allow("bedrock:UpdateGuardrail", "*", {"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        ],
        "PASS",
        "PASS",
        "FAIL",
        "FAIL",
        FREE,
    ),
    # -- what acts on a model's output ----------------------------------------------------------------
    of_executor("a tool that writes to one table", [allow("dynamodb:*Item", TABLE)], "PASS"),
    of_executor(
        "a tool that writes to every bucket but one",
        [allow("s3:PutObject", NotResource="arn:aws:s3:::payroll/*")],
        "FAIL",
        "s3:PutObject",
    ),
    of_executor(
        "a tool whose boundary knows one table",
        [allow("*")],
        "PASS",
        policies=(managed("edge", allow("dynamodb:*", TABLE)),),
        attributes=bound("edge"),
    ),
    of_executor(
        "a tool of which NotAction refuses all but one service",
        [allow("*"), deny(None, NotAction="dynamodb:*")],
        "FAIL",
        "dynamodb:",
    ),
    of_executor(
        "and NotResource all but one table of it",
        [allow("*"), deny(None, NotAction="dynamodb:*"), deny("dynamodb:*", NotResource=TABLE)],
        "PASS",
    ),
    of_executor("a tool that may take on any role", [allow("sts:AssumeRole")], "FAIL", "sts:AssumeRole"),
    of_executor(
        "a tool that calls any function through one endpoint only",
        [allow("lambda:InvokeFunction", condition=THROUGH)],
        "PASS",
    ),
    of_executor(
        "a tool under a service control policy that refuses its writes",
        [allow("s3:*")],
        "PASS",
        scps=(deny(["s3:Put*", "s3:Delete*", "s3:Create*", "s3:Replicate*", "s3:*"], "*"),),
    ),
    of_executor(
        "a tool of a policy nobody can read",
        [allow("s3:*", condition={"StringResembles": {"aws:SourceIp": "x"}})],
        UNSURE,
    ),
)
