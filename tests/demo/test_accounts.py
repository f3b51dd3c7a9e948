"""Several accounts behind one endpoint, and the roles that lead from one to another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from assessor.demo import StandIn
from tests.demo.clients import ONCE, REGION, client, code_of

HUB, MEMBER, OPEN = "111122223333", "444455556666", "777788889999"
DATA = {
    "accounts": {
        HUB: {"name": "hub", "regions": {REGION: {"kms": {"ListAliases": [{"AliasName": "alias/hub"}]}}}},
        MEMBER: {
            "roles": {"Auditor": {"external_id": "secret-7"}, "Plain": {}},
            "regions": {
                REGION: {"kms": {"ListAliases": [{"AliasName": "alias/member"}]}},
                "eu-west-1": {"kms": {"ListAliases": [{"AliasName": "alias/member-eu"}]}},
            },
        },
        OPEN: {},
    }
}


@pytest.fixture(scope="module")
def aws() -> Iterator[StandIn]:
    with StandIn(DATA) as running:
        yield running


def assume(aws: StandIn, role: str, **more: str) -> dict[str, Any]:
    answer = client(aws, "sts").assume_role(RoleArn=role, RoleSessionName="assess", **more)
    return dict(answer["Credentials"])


def service_as(aws: StandIn, credentials: dict[str, Any], service: str, region: str = REGION) -> Any:
    assumed = boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        region_name=region,
    )
    return assumed.client(service, endpoint_url=aws.endpoint_url, config=ONCE)


def aliases(kms: Any) -> list[str]:
    return [alias["AliasName"] for alias in kms.list_aliases()["Aliases"]]


def test_an_access_key_belongs_to_its_account(aws: StandIn) -> None:
    """The account in the key decides what is seen, and who the caller is."""
    assert aliases(client(aws, "kms", HUB)) == ["alias/hub"]
    assert aliases(client(aws, "kms", MEMBER)) == ["alias/member"]
    assert aliases(client(aws, "kms", MEMBER, "eu-west-1")) == ["alias/member-eu"]
    assert aliases(client(aws, "kms", HUB, "eu-west-1")) == []
    assert client(aws, "sts", MEMBER).get_caller_identity()["Account"] == MEMBER


def test_an_assumed_role_sees_its_own_account(aws: StandIn) -> None:
    """The credentials of a session work in every Region, and the session says its name."""
    credentials = assume(aws, f"arn:aws:iam::{MEMBER}:role/Auditor", ExternalId="secret-7")
    assert aliases(service_as(aws, credentials, "kms")) == ["alias/member"]
    assert aliases(service_as(aws, credentials, "kms", "eu-west-1")) == ["alias/member-eu"]
    identity = service_as(aws, credentials, "sts").get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{MEMBER}:assumed-role/Auditor/assess"
    assert identity["Account"] == MEMBER


@pytest.mark.parametrize(
    ("role", "external_id"),
    [
        (f"arn:aws:iam::{MEMBER}:role/Auditor", {}),
        (f"arn:aws:iam::{MEMBER}:role/Auditor", {"ExternalId": "guessed"}),
        (f"arn:aws:iam::{MEMBER}:role/NoSuchRole", {"ExternalId": "secret-7"}),
        ("arn:aws:iam::999999999999:role/Auditor", {"ExternalId": "secret-7"}),
        (f"arn:aws:iam::{MEMBER}:user/Auditor-no-role-at-all", {}),
    ],
)
def test_a_wrong_role_or_external_id_is_denied(aws: StandIn, role: str, external_id: dict[str, str]) -> None:
    """STS does not say which of the two was wrong."""
    with pytest.raises(ClientError) as raised:
        assume(aws, role, **external_id)
    assert code_of(raised.value) == "AccessDenied"


def test_an_account_without_declared_roles_accepts_any(aws: StandIn) -> None:
    """A document that says nothing about roles does not stand in the way; paths in ARNs are ignored."""
    credentials = assume(aws, f"arn:aws:iam::{OPEN}:role/some/path/Anything")
    assert service_as(aws, credentials, "sts").get_caller_identity()["Account"] == OPEN
    assert assume(aws, f"arn:aws:iam::{MEMBER}:role/Plain", ExternalId="ignored")["AccessKeyId"]


def test_a_key_of_an_unknown_account_is_refused(aws: StandIn) -> None:
    """Its credentials are of no account: not a denial, and not an empty account."""
    with pytest.raises(ClientError) as raised:
        client(aws, "kms", "999999999999").list_keys()
    assert code_of(raised.value) == "InvalidClientTokenId"


def test_the_call_log_names_account_and_region(aws: StandIn) -> None:
    """Each request is logged once, with what it asked."""
    before = len(aws.calls)
    client(aws, "kms", MEMBER, "eu-west-1").list_aliases(Limit=3)
    (call,) = aws.calls[before:]
    assert (call.name, call.account, call.region, call.status) == (
        "kms:ListAliases",
        MEMBER,
        "eu-west-1",
        200,
    )
    assert call.params == {"Limit": 3}
    assert "kms:ListAliases" in aws.operations()
