"""The universe and what is asked of it: service control policies in whatever part can be read, reach, circumstances."""

from collections.abc import Mapping
from typing import Any

import pytest

from assessor.demo.faults import Faults
from assessor.iam.build import build_universe
from assessor.iam.decide import Verdict
from assessor.model.parameters import Parameters
from assessor.model.reading import UnseenError
from assessor.model.view import View
from evaluators.derived.principals.appointed import appointed
from evaluators.derived.principals.circumstances import ordinary
from evaluators.derived.principals.reach import reach
from evaluators.derived.principals.universe import READS, Estate, estate
from tests.aws.account import NOW, snapshot_of
from tests.bench.bench_iam_matrix import estate as random_estate

ACCOUNT = "111122223333"
ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DENY_BEDROCK = {"Effect": "Deny", "Action": "bedrock:*", "Resource": "*"}


def document(*statements: Mapping[str, Any]) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def role(*statements: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A role that Lambda runs, with one policy."""
    return {
        "RoleName": "app",
        "RoleId": "AROAAPPXXXXXXXXXXXXX",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/app",
        "Path": "/",
        "AssumeRolePolicyDocument": document(
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ),
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": document(*statements)}],
        **more,
    }


def organization(**policies: Mapping[str, Any]) -> dict[str, Any]:
    """Answers of Organizations: ``root`` and ``account`` are what is attached there beside FullAWSAccess."""

    def listed(target: str) -> list[dict[str, str]]:
        names = ["full", *([target] if target in policies else [])]
        return [{"Id": f"p-{name}", "Name": name, "Type": "SERVICE_CONTROL_POLICY"} for name in names]

    def described(name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "when": {"PolicyId": f"p-{name}"},
            "answer": {
                "Policy": {"PolicySummary": {"Id": f"p-{name}", "Name": name}, "Content": {"$json": body}}
            },
        }

    kind = "SERVICE_CONTROL_POLICY"
    return {
        "sts": {"GetCallerIdentity": {"UserId": "AROAX:x", "Account": ACCOUNT, "Arn": "arn:aws:sts::1:x"}},
        "organizations": {
            "DescribeOrganization": {
                "Organization": {
                    "Id": "o-example0001",
                    "MasterAccountId": "999988887777",
                    "FeatureSet": "ALL",
                }
            },
            "ListParents": [
                {
                    "when": {"ChildId": ACCOUNT},
                    "answer": {"Parents": [{"Id": "ou-abcd-11112222", "Type": "ORGANIZATIONAL_UNIT"}]},
                },
                {"answer": {"Parents": [{"Id": "r-abcd", "Type": "ROOT"}]}},
            ],
            "ListPoliciesForTarget": [
                {"when": {"TargetId": "r-abcd", "Filter": kind}, "answer": {"Policies": listed("root")}},
                {
                    "when": {"TargetId": "ou-abcd-11112222", "Filter": kind},
                    "answer": {"Policies": listed("unit")},
                },
                {"when": {"TargetId": ACCOUNT, "Filter": kind}, "answer": {"Policies": listed("account")}},
                {"answer": {"Policies": []}},
            ],
            "DescribePolicy": [
                described("full", document(ALLOW_ALL)),
                *(described(name, body) for name, body in policies.items()),
            ],
        },
    }


def known(
    organizations: Mapping[str, Any] | None = None,
    *,
    deny: tuple[str, ...] = (),
    documents: Mapping[str, Any] | None = None,
) -> Estate:
    """The estate of an account with one role that may do everything."""
    details = {
        "RoleDetailList": [role(ALLOW_ALL)],
        "UserDetailList": [],
        "GroupDetailList": [],
        "Policies": [],
    }
    content = {"global": {"iam": {"GetAccountAuthorizationDetails": details}, **(organizations or {})}}
    snapshot = snapshot_of(content, READS, faults=Faults(deny=deny))
    parameters = Parameters({}, documents or {})
    return estate(View(snapshot, snapshot.run.accounts[0], "us-east-1", parameters))


def may_invoke(found: Estate) -> bool:
    """Whether the role may invoke a model."""
    return found.universe.can(found.universe.principals[0], "bedrock:InvokeModel").possible


def test_an_account_in_no_organization_is_bound_by_none() -> None:
    """AWS says so, and nothing is before SCP."""
    found = known()
    assert found.before_scp == ""
    assert found.universe.org == ""
    assert may_invoke(found)


@pytest.mark.parametrize("level", ["root", "unit", "account"])
def test_a_policy_at_any_level_binds(level: str) -> None:
    """Root, unit and account all have to allow; a Deny at one is enough."""
    found = known(organization(**{level: document(DENY_BEDROCK)}))
    assert found.before_scp == ""
    assert not may_invoke(found)
    assert found.universe.org == "o-example0001"


def test_an_allow_list_at_one_level_binds() -> None:
    """Where FullAWSAccess is not attached, only what is listed is allowed."""
    above = organization(unit=document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}))
    above["organizations"]["ListPoliciesForTarget"][1]["answer"]["Policies"] = [
        {"Id": "p-unit", "Name": "unit", "Type": "SERVICE_CONTROL_POLICY"}
    ]
    assert not may_invoke(known(above))


@pytest.mark.parametrize(
    "denied",
    ["organizations:ListParents", "organizations:ListPoliciesForTarget", "organizations:DescribePolicy"],
)
def test_what_cannot_be_read_is_said_and_allows(denied: str) -> None:
    """Too much may be said to be allowed, never too little; and one refusal among answers is not passed over."""
    found = known(organization(root=document(DENY_BEDROCK)), deny=(denied,))
    assert may_invoke(found)
    with pytest.raises(UnseenError) as refused:
        _ = found.before_scp
    assert refused.value.grant == denied


def test_a_refusal_further_up_is_not_passed_over_either() -> None:
    """The unit above the account is shown, what is above the unit is not."""
    above = organization(root=document(DENY_BEDROCK))
    refusal = {"code": "AccessDeniedException", "message": "not yours", "status": 400}
    above["organizations"]["ListParents"][1] = {"error": refusal}
    found = known(above)
    with pytest.raises(UnseenError) as refused:
        _ = found.before_scp
    assert refused.value.grant == "organizations:ListParents"


def test_without_the_organization_layer_answers_are_before_scp() -> None:
    """Nothing of it is answered: it is left out, and that is said."""
    above = organization(root=document(DENY_BEDROCK))
    for layer in (("organizations:List*", "organizations:DescribePolicy"), ("organizations:*",)):
        found = known(above, deny=layer)
        assert found.before_scp == "(before SCP)"
        assert may_invoke(found)


def test_what_is_known_of_a_level_that_was_not_read_whole_still_denies() -> None:
    """A Deny that was seen holds, whatever else is attached."""
    above = organization(root=document(DENY_BEDROCK))
    above["organizations"]["DescribePolicy"][0] = {
        "when": {"PolicyId": "p-full"},
        "answer": {"Policy": {"PolicySummary": {"Id": "p-full", "Name": "full"}}},
    }
    found = known(above)
    assert found.before_scp == "(before SCP)"
    assert not may_invoke(found)


def test_the_management_account_is_bound_by_none() -> None:
    """SCPs do not apply to it."""
    above = organization(root=document(DENY_BEDROCK))
    above["organizations"]["DescribeOrganization"]["Organization"]["MasterAccountId"] = ACCOUNT
    found = known(above)
    assert found.before_scp == ""
    assert may_invoke(found)


def test_policies_bind_only_where_the_organization_says_that_this_is_no_management_account() -> None:
    """Who is shown the policies of others may be the management account, which none of them binds."""
    found = known(organization(root=document(DENY_BEDROCK)), deny=("organizations:DescribeOrganization",))
    assert may_invoke(found)
    with pytest.raises(UnseenError) as refused:
        _ = found.before_scp
    assert refused.value.grant == "organizations:DescribeOrganization"


def test_an_organization_for_billing_only_has_no_policies() -> None:
    """FeatureSet CONSOLIDATED_BILLING."""
    above = organization(root=document(DENY_BEDROCK))
    above["organizations"]["DescribeOrganization"]["Organization"]["FeatureSet"] = "CONSOLIDATED_BILLING"
    assert known(above).before_scp == ""


def test_an_organization_that_uses_no_policies_lists_none_anywhere() -> None:
    """Empty at every level is "not in use"; empty at one level only is "not shown"."""
    nowhere = organization()
    nowhere["organizations"]["ListPoliciesForTarget"] = {"Policies": []}
    assert known(nowhere).before_scp == ""
    somewhere = organization()
    somewhere["organizations"]["ListPoliciesForTarget"][0]["answer"]["Policies"] = []
    assert known(somewhere).before_scp == "(before SCP)"
    assert may_invoke(known(somewhere))


@pytest.mark.parametrize("parents", ["denied", "none"])
def test_an_empty_level_of_a_chain_that_is_not_known_denies_nothing(parents: str) -> None:
    """The account's own level lists no policy and what is above it is not shown: that is before SCP, not a denial."""
    above = organization()
    above["organizations"]["ListPoliciesForTarget"] = {"Policies": []}
    if parents == "none":
        above["organizations"]["ListParents"] = {"Parents": []}
    found = known(above, deny=("organizations:ListParents",) if parents == "denied" else ())
    assert not found.bounds.complete
    assert may_invoke(found)


def test_files_stand_in_for_what_organizations_does_not_show() -> None:
    """A level that only denies has FullAWSAccess beside it; files do not overrule what was read."""
    denying = {"scp_files": [[document(DENY_BEDROCK)]]}
    hidden = known(organization(), deny=("organizations:ListParents",), documents=denying)
    assert hidden.before_scp == ""
    assert not may_invoke(hidden)
    assert may_invoke(known(organization(), documents=denying))
    assert may_invoke(known(documents=denying))
    allowing = {"scp_files": [[document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})]]}
    assert not may_invoke(known(organization(), deny=("organizations:ListParents",), documents=allowing))


def test_reach_says_of_every_principal_what_the_universe_says() -> None:
    """All at once or one at a time, the answer is the same; so is it in ordinary circumstances."""
    universe = random_estate(120, seed=3)
    regions = ("us-east-1", "eu-west-1")
    for action in ("bedrock:InvokeModel", "bedrock:InvokeAgent", "aws-marketplace:Subscribe"):
        plain = reach(universe, action, regions)
        usual = ordinary(universe, NOW)
        for asked in (plain, plain.under(usual)):
            for principal in universe.principals:
                expected = asked.universe.can(principal, action, regions=regions)
                found = asked.access(principal)
                assert (found.possible, found.unknown) == (expected.possible, expected.unknown)
                if found.possible:
                    again = asked.universe.ask(principal, action, found.resource)
                    assert again.possible
                    assert asked.may(principal)


CONDITIONS: list[tuple[dict[str, Any], bool]] = [
    ({"Bool": {"aws:SecureTransport": "true"}}, True),
    ({"StringEqualsIfExists": {"aws:SourceVpce": "vpce-0aa"}}, True),
    ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, True),
    ({"StringEquals": {"aws:PrincipalOrgID": "o-example0001"}}, True),
    ({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}, True),
    ({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, False),
    ({"StringEquals": {"aws:SourceVpce": "vpce-0aa"}}, False),
    ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
    ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, False),
    ({"StringEquals": {"bedrock:GuardrailIdentifier": "x"}}, False),
    ({"StringEquals": {"aws:PrincipalTag/team": "red"}}, True),
    ({"StringEquals": {"aws:PrincipalTag/team": "blue"}}, False),
]


@pytest.mark.parametrize(("condition", "met"), CONDITIONS)
def test_a_condition_restricts_when_an_ordinary_request_does_not_meet_it(
    condition: dict[str, Any], met: bool
) -> None:
    """The organization is not known here: its members are in it."""
    allow = {"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*", "Condition": condition}
    details = {"RoleDetailList": [role(allow, Tags=[{"Key": "team", "Value": "red"}])]}
    universe = ordinary(build_universe(details, account=ACCOUNT), NOW)
    model = "arn:aws:bedrock:us-east-1::foundation-model/any.model"
    decision = universe.ask(universe.principals[0], "bedrock:InvokeModel", model)
    assert decision.possible is met
    if not met:
        assert decision.verdict is Verdict.DENIED


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        (f"arn:aws:iam::{ACCOUNT}:role/app", True),
        ("app", True),
        ("a*", True),
        ("arn:aws:iam::*:role/a*", True),
        ("arn:aws:iam::*:role/b*", False),
        ("role/app", False),
        ("APP", False),
        ("", False),
    ],
)
def test_an_owner_names_principals_by_arn_or_name(entry: str, named: bool) -> None:
    """Exactly or with wildcards, case-sensitively."""
    principal = build_universe({"RoleDetailList": [role(ALLOW_ALL)]}, account=ACCOUNT).principals[0]
    assert bool(appointed(principal, [entry])) is named
