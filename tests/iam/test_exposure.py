"""Exposure of resource policies: labelled shapes, and what surrounds the policy."""

from typing import Any

import pytest

from assessor.iam.conditions import ABSENT
from assessor.iam.decide import Verdict, decide, open_context
from assessor.iam.exposure import Exposure, Level, Setting, exposure, kept_out_by, refusals
from assessor.iam.policy import Use, parse_policy
from assessor.iam.request import Layers, Request
from tests.iam.making import ACCOUNT, OTHER, allow, deny, policy

BUCKET = "arn:aws:s3:::docs"
OBJECTS = f"{BUCKET}/*"
ORG = "o-aaaaaaaaaa"


def to(principal: Any, condition: Any = None, **more: Any) -> dict[str, Any]:
    """An Allow of reading the bucket's objects."""
    return allow("s3:GetObject", OBJECTS, condition, Principal=principal, **more)


def unless(condition: Any) -> dict[str, Any]:
    """A Deny of everything on the bucket."""
    return deny("s3:*", [BUCKET, OBJECTS], condition, Principal="*")


def ask(*statements: dict[str, Any], **more: Any) -> Exposure:
    """The exposure of a bucket policy."""
    parsed = policy(*statements, use=Use.RESOURCE, name="bucket policy")
    return exposure(parsed, resource=BUCKET, account=ACCOUNT, **more)


SERVICE = {"Service": "cloudtrail.amazonaws.com"}
OUR_ACCOUNT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
STRANGER_ROLE = f"arn:aws:iam::{OTHER}:role/ext"
SHAPES: list[tuple[str, list[dict[str, Any]], tuple[str, ...]]] = [
    ("everyone", [to("*")], ("ANYONE",)),
    ("everyone, as AWS *", [to({"AWS": "*"})], ("ANYONE",)),
    ("our account", [to(OUR_ACCOUNT)], ("PRIVATE",)),
    ("our role", [to({"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"})], ("PRIVATE",)),
    ("another account", [to({"AWS": OTHER})], (f"ACCOUNT:{OTHER}",)),
    ("an account of nines", [to({"AWS": "999999999999"})], ("ACCOUNT:999999999999",)),
    ("another account's role", [to({"AWS": STRANGER_ROLE})], (f"ACCOUNT:{OTHER}",)),
    ("a deleted principal", [to({"AWS": "AROAEXAMPLEEXAMPLE"})], ("PRIVATE",)),
    ("a canonical user", [to({"CanonicalUser": "0123456789abcdef0123"})], ("ACCOUNT:canonical user 0123456789abcdef",)),
    ("in our organization", [to("*", {"StringEquals": {"aws:PrincipalOrgID": ORG}})], (f"ORG:{ORG}",)),
    ("organization, if the key exists", [to("*", {"StringEqualsIfExists": {"aws:PrincipalOrgID": ORG}})], ("ANYONE",)),
    ("any organization", [to("*", {"StringLike": {"aws:PrincipalOrgID": "o-*"}})], ("ANY_ACCOUNT",)),
    ("an organization path", [to("*", {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{ORG}/r-ab12/*"}})], (f"ORG:{ORG}",)),
    ("all organization paths", [to("*", {"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": f"{ORG}/*"}})], ("ANYONE",)),
    ("not another organization", [to("*", {"StringNotEquals": {"aws:PrincipalOrgID": "o-bbbbbbbbbb"}})], ("ANYONE",)),
    ("our account by condition", [to("*", {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}})], ("PRIVATE",)),
    ("a foreign account by condition", [to("*", {"StringEquals": {"aws:PrincipalAccount": OTHER}})], (f"ACCOUNT:{OTHER}",)),
    ("a foreign role by condition", [to("*", {"ArnEquals": {"aws:PrincipalArn": STRANGER_ROLE}})], (f"ACCOUNT:{OTHER}",)),
    ("through our endpoint", [to("*", {"StringEquals": {"aws:SourceVpce": "vpce-0aa"}})], ("PRIVATE",)),
    ("through any endpoint", [to("*", {"StringLike": {"aws:SourceVpce": "vpce-*"}})], ("ANYONE",)),
    ("through our VPC", [to("*", {"StringEquals": {"aws:SourceVpc": "vpc-0aa"}})], ("PRIVATE",)),
    ("from an address range", [to("*", {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})], ("IP_RANGE:203.0.113.0/24",)),
    ("from everywhere", [to("*", {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})], ("ANYONE",)),
    ("from two halves", [to("*", {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}})], ("ANYONE",)),
    ("from a /8", [to("*", {"IpAddress": {"aws:SourceIp": "54.0.0.0/8"}})], ("ANYONE",)),
    ("from all of IPv6", [to("*", {"IpAddress": {"aws:SourceIp": "::/0"}})], ("ANYONE",)),
    ("from private addresses", [to("*", {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})], ("PRIVATE",)),
    ("not from a range", [to("*", {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}})], ("ANYONE",)),
    ("with a Referer", [to("*", {"StringLike": {"aws:Referer": "https://example.com/*"}})], ("ANYONE",)),
    ("with a secret user agent", [to("*", {"StringEquals": {"aws:UserAgent": "s3cret"}})], ("ANYONE",)),
    ("over TLS", [to("*", {"Bool": {"aws:SecureTransport": "true"}})], ("ANYONE",)),
    ("with a principal tag", [to("*", {"StringEquals": {"aws:PrincipalTag/t": "x"}})], ("ANYONE",)),
    ("all but one account", [allow("s3:GetObject", OBJECTS, NotPrincipal={"AWS": f"arn:aws:iam::{OTHER}:root"})], ("ANYONE",)),
    ("everyone, but denied outside the organization", [to("*"), unless({"StringNotEquals": {"aws:PrincipalOrgID": ORG}})], (f"ORG:{ORG}",)),
    ("everyone, but denied outside the endpoint", [to("*"), unless({"StringNotEquals": {"aws:SourceVpce": "vpce-0aa"}})], ("PRIVATE",)),
    ("everyone, but denied outside, if the key exists", [to("*"), unless({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG}})], (f"ORG:{ORG}",)),
    ("everyone, denied to others than two principals", [to("*"), deny("s3:*", OBJECTS, NotPrincipal={"AWS": [f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:iam::{ACCOUNT}:role/app"]})], ("PRIVATE",)),
    ("everyone, but reading denied", [to("*"), unless(None)], ("PRIVATE",)),
    ("a service", [to(SERVICE)], ("SERVICE:cloudtrail.amazonaws.com",)),
    ("a service for our account", [to(SERVICE, {"StringEquals": {"aws:SourceAccount": ACCOUNT}})], ("PRIVATE",)),
    ("a service for our resource", [to(SERVICE, {"ArnLike": {"aws:SourceArn": f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*"}})], ("PRIVATE",)),
    ("a service for anybody's resource", [to(SERVICE, {"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/*"}})], ("SERVICE:cloudtrail.amazonaws.com",)),
    ("a service for our account, if the key exists", [to(SERVICE, {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}})], ("PRIVATE",)),
    ("a service in our organization", [to(SERVICE, {"StringEquals": {"aws:SourceOrgID": ORG}})], ("PRIVATE",)),
]  # fmt: skip


@pytest.mark.parametrize(("statements", "labels"), [s[1:] for s in SHAPES], ids=[s[0] for s in SHAPES])
def test_shapes(statements: list[dict[str, Any]], labels: tuple[str, ...]) -> None:
    """The widest level and everyone named; nothing depends on whether our own organization is known."""
    for org in (None, ORG):
        found = ask(*statements, org=org)
        assert found.labels == labels
        assert found.exact
        assert not found.unsupported


@pytest.mark.parametrize("statements", [s[1] for s in SHAPES], ids=[s[0] for s in SHAPES])
def test_every_opening_has_a_witness_that_replays(statements: list[dict[str, Any]]) -> None:
    """Asked again with the witness, as that caller, the answer is yes; and a statement is named."""
    parsed = policy(*statements, use=Use.RESOURCE, name="bucket policy")
    mine = policy(allow())
    for opening in exposure(parsed, resource=BUCKET, account=ACCOUNT).openings:
        assert opening.witness is not None
        assert any(ref.policy == "bucket policy" for ref in opening.statements)
        action = opening.actions[0]
        known = open_context(action, opening.context).with_values(opening.witness.given)
        asked = Request(opening.caller, action, opening.resource, ACCOUNT, known.closed())
        assert decide(asked, Layers(identity=(mine,), resource=parsed)).verdict is Verdict.ALLOWED


def test_block_public_access_closes_a_public_policy_but_not_its_services() -> None:
    """RestrictPublicBuckets leaves services and the owner's account; a policy that is not public is untouched."""
    blocked = Setting(restrict_public_buckets=True)
    assert ask(to("*"), setting=blocked).labels == ("PRIVATE",)
    assert ask(to("*"), to(SERVICE), setting=blocked).labels == ("SERVICE:cloudtrail.amazonaws.com",)
    assert ask(to({"AWS": OTHER}), setting=blocked).labels == (f"ACCOUNT:{OTHER}",)


def test_what_the_policy_does_and_where_is_reported() -> None:
    """Writing and reading are told apart; a prefix is found."""
    found = ask(
        allow("s3:Put*", f"{BUCKET}/upload/*", Principal="*"), actions=["s3:GetObject", "s3:PutObject"]
    )
    assert found.level is Level.ANYONE
    (opening,) = found.openings
    assert opening.actions == ("s3:PutObject",)
    assert opening.resource.startswith(f"{BUCKET}/upload/")


def api(*statements: dict[str, Any], **more: Any) -> Exposure:
    """The exposure of an API Gateway policy."""
    arn = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:a1b2c3"
    parsed = policy(*statements, use=Use.RESOURCE, name="api")
    return exposure(parsed, resource=f"{arn}/*", account=ACCOUNT, **more)


def test_an_api_gateway_policy() -> None:
    """The short form of its ARNs; the usual private-API shape; an endpoint of type PRIVATE has no internet."""
    everyone = allow("execute-api:Invoke", "execute-api:/prod/*", Principal="*")
    assert api(everyone).labels == ("ANYONE",)
    whole = allow("execute-api:Invoke", "execute-api:/*", Principal="*")
    fence = deny(
        "execute-api:Invoke",
        "execute-api:/*",
        {"StringNotEquals": {"aws:SourceVpce": "vpce-0aa"}},
        Principal="*",
    )
    assert api(whole, fence).labels == ("PRIVATE",)
    ranged = allow(
        "execute-api:Invoke", "execute-api:/*", {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, Principal="*"
    )
    assert api(ranged).labels == ("ANYONE",)
    assert api(ranged, setting=Setting(internet=False)).labels == ("PRIVATE",)
    assert api(whole, setting=Setting(internet=False)).labels == ("ANYONE",)


def function(*statements: dict[str, Any], **more: Any) -> Exposure:
    """The exposure of a Lambda function's policy."""
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:chat"
    parsed = policy(*statements, use=Use.RESOURCE, name="function")
    return exposure(parsed, resource=arn, account=ACCOUNT, **more)


def test_a_function_url() -> None:
    """AuthType NONE is open to anyone; AWS_IAM with the same statement is not, as the condition fails."""
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:chat"
    url = allow(
        "lambda:InvokeFunctionUrl",
        arn,
        {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
        Principal="*",
    )
    assert function(url, setting=Setting(url_auth="NONE")).labels == ("ANYONE",)
    assert function(url, setting=Setting(url_auth="AWS_IAM")).labels == ("PRIVATE",)
    signed = allow("lambda:InvokeFunctionUrl", arn, Principal="*")
    assert function(signed, setting=Setting(url_auth="AWS_IAM")).labels == ("ANY_ACCOUNT",)
    gateway = allow(
        "lambda:InvokeFunction",
        arn,
        {"ArnLike": {"aws:SourceArn": f"arn:aws:execute-api:us-east-1:{ACCOUNT}:a1b2c3/*"}},
        Principal={"Service": "apigateway.amazonaws.com"},
    )
    assert function(gateway).labels == ("PRIVATE",)


def key(*statements: dict[str, Any], **more: Any) -> Exposure:
    """The exposure of a key policy."""
    arn = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
    parsed = policy(*statements, use=Use.RESOURCE, name="key")
    return exposure(parsed, resource=arn, account=ACCOUNT, actions=["kms:Decrypt"], **more)


def test_a_key_policy() -> None:
    """KMS takes signed requests only; CallerAccount closes it; grants open it."""
    wide = allow("kms:*", Principal={"AWS": "*"})
    assert key(wide).labels == ("ANY_ACCOUNT",)
    ours = allow("kms:*", condition={"StringEquals": {"kms:CallerAccount": ACCOUNT}}, Principal={"AWS": "*"})
    assert key(ours).labels == ("PRIVATE",)
    service = allow(
        "kms:*", condition={"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}, Principal="*"
    )
    assert key(service).labels == ("ANY_ACCOUNT",)
    granted = Setting(grantees=(STRANGER_ROLE, f"arn:aws:iam::{ACCOUNT}:role/app"))
    assert key(ours, setting=granted).labels == (f"ACCOUNT:{OTHER}",)


def test_a_trust_policy() -> None:
    """Accounts, the external id and identity providers; services are no confused deputies there."""
    arn = f"arn:aws:iam::{ACCOUNT}:role/target"

    def trust(principal: Any, action: str = "sts:AssumeRole", condition: Any = None) -> tuple[str, ...]:
        statement: dict[str, Any] = {"Effect": "Allow", "Action": action, "Principal": principal}
        if condition is not None:
            statement["Condition"] = condition
        parsed = policy(statement, use=Use.TRUST, name="trust")
        return exposure(parsed, resource=arn, account=ACCOUNT, actions=[action]).labels

    assert trust({"AWS": OTHER}, condition={"StringEquals": {"sts:ExternalId": "x"}}) == (f"ACCOUNT:{OTHER}",)
    assert trust({"Service": "lambda.amazonaws.com"}) == ("PRIVATE",)
    assert trust("*") == ("ANY_ACCOUNT",)
    provider = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
    assert trust({"Federated": provider}, "sts:AssumeRoleWithWebIdentity") == (f"FEDERATED:{provider}",)


def test_a_policy_that_cannot_be_read_is_not_called_private() -> None:
    """The reasons are there; what could be read is still reported."""
    odd = to("*", {"StringResembles": {"a:b": "x"}})
    assert ask(odd).unsupported
    assert exposure(parse_policy("{", use=Use.RESOURCE), resource=BUCKET, account=ACCOUNT).unsupported
    both = ask(odd, to({"AWS": OTHER}))
    assert both.unsupported
    assert f"ACCOUNT:{OTHER}" in both.labels


def test_an_rcp_closes_what_the_policy_opens() -> None:
    """A resource control policy of the account counts."""
    perimeter = policy(
        deny("s3:*", condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG}}, Principal="*"),
        use=Use.RCP,
    )
    found = ask(to("*"), setting=Setting(rcps=((perimeter,),)), org=ORG)
    assert found.labels == (f"ORG:{ORG}",)


def test_every_action_at_once_is_as_open_as_each() -> None:
    """``Action: "*"`` and NotAction are asked about with what the resource's service knows."""
    star = allow("*", OBJECTS, Principal="*")
    assert ask(star).labels == ("ANYONE",)
    rest = {k: v for k, v in star.items() if k != "Action"} | {"NotAction": "s3:PutObject"}
    found = ask(rest)
    assert found.labels == ("ANYONE",)
    assert "s3:PutObject" not in found.openings[0].actions
    group = policy(allow("*", "*", Principal="*"), use=Use.RESOURCE)
    assert exposure(
        group, resource=f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:g", account=ACCOUNT
    ).level.public


def test_what_surrounds_a_policy_can_fix_keys_of_every_request() -> None:
    """A statement for access points opens nothing to who does not come through one."""
    delegated = to("*", {"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}})
    assert ask(delegated).labels == ("ANYONE",)
    direct = Setting(fixed=(("s3:DataAccessPointAccount", ABSENT),))
    assert ask(delegated, setting=direct).labels == ("PRIVATE",)


def test_whatever_service_is_found_where_everybody_is_admitted() -> None:
    """A service that only a condition names, or none names, is asked about as one that is a principal."""
    any_service = to("*", {"Bool": {"aws:PrincipalIsAWSService": "true"}})
    assert ask(any_service).labels == ("SERVICE:of any kind",)
    ours = to(
        "*", {"Bool": {"aws:PrincipalIsAWSService": "true"}, "StringEquals": {"aws:SourceAccount": ACCOUNT}}
    )
    assert ask(ours).labels == ("PRIVATE",)
    named = to("*", {"StringEquals": {"aws:PrincipalServiceName": "cloudtrail.amazonaws.com"}})
    assert ask(named).labels == ("SERVICE:cloudtrail.amazonaws.com",)
    spared = deny(
        "s3:*",
        [BUCKET, OBJECTS],
        {
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
        Principal="*",
    )
    assert ask(to("*"), spared).labels == ("SERVICE:of any kind", f"ORG:{ORG}")
    one_bucket = to("*", {"ArnLike": {"aws:SourceArn": "arn:aws:s3:*:*:our-logs"}})
    assert ask(one_bucket).labels == ("PRIVATE",), "there is one bucket of a name in the world"


def test_an_account_that_gets_in_as_a_member_only_is_its_organization() -> None:
    """Named with a condition on the organization it is no more than the organization."""
    member = to({"AWS": OTHER}, {"StringEquals": {"aws:PrincipalOrgID": ORG}})
    (opening,) = ask(member).openings
    assert (opening.label, opening.caller.account) == (f"ORG:{ORG}", OTHER)
    path = to(
        {"AWS": [OTHER, "333333333333"]}, {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{ORG}/*"}}
    )
    assert [one.caller.account for one in ask(path).openings] == [OTHER, "333333333333"]
    assert ask(to({"AWS": OTHER}, {"StringNotEquals": {"aws:PrincipalOrgID": ORG}})).labels == (
        f"ACCOUNT:{OTHER}",
    )


def test_addresses_hide_no_wider_opening() -> None:
    """A statement for an address range does not end the search for one that any account passes."""
    ranged = to("*", {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
    signed = to("*", {"StringLike": {"aws:PrincipalAccount": "9982*"}})
    assert ask(ranged, signed).level is Level.ANY_ACCOUNT


def test_the_last_of_many_actions_and_resources_is_asked_about() -> None:
    """However many there are, one of every kind is."""
    closed = [allow("s3:GetObject", f"{BUCKET}/a{n}/*", Principal=OUR_ACCOUNT) for n in range(60)]
    last = allow("s3:GetObject", f"{BUCKET}/last/*", Principal="*")
    assert ask(*closed, last).level is Level.ANYONE
    every = allow("s3:*", OBJECTS, Principal=OUR_ACCOUNT)
    written = allow("s3:WriteGetObjectResponse", OBJECTS, Principal={"AWS": OTHER})
    assert ask(every, written).labels == (f"ACCOUNT:{OTHER}",)


def test_an_rcp_spares_whom_it_names_and_says_whom_it_keeps_out() -> None:
    """An account it exempts, a service of the organization; the statement that keeps out is named."""
    perimeter = policy(
        deny(
            "s3:*",
            condition={
                "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG, "aws:PrincipalAccount": OTHER},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
            Principal="*",
        ),
        deny(
            "s3:*",
            condition={
                "StringNotEqualsIfExists": {"aws:SourceOrgID": ORG},
                "Null": {"aws:SourceAccount": "false"},
                "Bool": {"aws:PrincipalIsAWSService": "true"},
            },
            Principal="*",
        ),
        use=Use.RCP,
        name="perimeter",
    )
    setting = Setting(rcps=((perimeter,),))
    found = ask(to("*"), setting=setting)
    assert found.labels == (f"ACCOUNT:{OTHER}", f"ORG:{ORG}")
    assert ask(to(SERVICE), setting=setting).labels == ("PRIVATE",)
    parsed = policy(to("*"), to(SERVICE), use=Use.RESOURCE)
    openings = exposure(parsed, resource=BUCKET, account=ACCOUNT).openings
    refs = [kept_out_by(one, parsed, account=ACCOUNT, setting=setting) for one in openings]
    assert [[(ref.policy, ref.index) for ref in one] for one in refs] == [
        [("perimeter", 0)],
        [("perimeter", 1)],
    ]
    named = policy(to({"AWS": OTHER}), use=Use.RESOURCE)
    (opening,) = exposure(named, resource=BUCKET, account=ACCOUNT).openings
    assert kept_out_by(opening, named, account=ACCOUNT, setting=setting) == ()
    stranger = "arn:aws:iam::444444444444:role/x"
    assert refusals(stranger, "s3:GetObject", BUCKET, account=ACCOUNT, rcps=((perimeter,),)) == ()
    shut = policy(
        deny("s3:*", Principal="*", condition={"StringNotEquals": {"aws:PrincipalAccount": OTHER}}),
        use=Use.RCP,
    )
    assert refusals(stranger, "s3:GetObject", BUCKET, account=ACCOUNT, rcps=((shut,),))
    assert not refusals(STRANGER_ROLE, "s3:GetObject", BUCKET, account=ACCOUNT, rcps=((shut,),))
    assert not refusals("not an arn", "s3:GetObject", BUCKET, account=ACCOUNT, rcps=((shut,),))


@pytest.mark.parametrize("action", ["lambda:InvokeFunction", "bedrock:InvokeModel", "kms:RetireGrant"])
def test_rcps_do_not_act_on_every_service(action: str) -> None:
    """Neither Lambda nor Bedrock supports them; retiring a grant is exempt."""
    everything = policy(deny(action, Principal="*"), use=Use.RCP)
    parsed = policy(allow(action, Principal={"AWS": OTHER}), use=Use.RESOURCE)
    setting = Setting(rcps=((everything,),))
    found = exposure(parsed, resource="*", account=ACCOUNT, actions=[action], setting=setting)
    assert found.labels == (f"ACCOUNT:{OTHER}",)


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov", "aws-cn"])
def test_strangers_come_from_the_partition_of_the_resource(partition: str) -> None:
    """A pattern for any account of a partition lets strangers of that partition in, and their resources."""
    arn = f"arn:{partition}:sns:some-region-1:{ACCOUNT}:topic"

    def labels(principal: Any, condition: Any) -> tuple[str, ...]:
        parsed = policy(
            allow("sns:Publish", arn, condition, Principal=principal), use=Use.RESOURCE, name="topic"
        )
        return exposure(parsed, resource=arn, account=ACCOUNT, actions=["sns:Publish"]).labels

    anybody = {"ArnLike": {"aws:PrincipalArn": f"arn:{partition}:iam::*:role/*"}}
    assert labels({"AWS": "*"}, anybody) == ("ANY_ACCOUNT",)
    any_rule = {"ArnLike": {"aws:SourceArn": f"arn:{partition}:events:some-region-1:*:rule/*"}}
    assert labels({"Service": "events.amazonaws.com"}, any_rule) == ("SERVICE:events.amazonaws.com",)
    our_rule = {"ArnLike": {"aws:SourceArn": f"arn:{partition}:events:some-region-1:{ACCOUNT}:rule/*"}}
    assert labels({"Service": "events.amazonaws.com"}, our_rule) == ("PRIVATE",)
