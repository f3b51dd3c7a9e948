"""What the named TLS policies of AWS accept: no name that this SDK knows is missing, and names that say a version mean it."""

import re

import botocore.session
import pytest

from evaluators.derived.doors import tls

_SESSION = botocore.session.get_session()


def enum(service: str, shape: str) -> set[str]:
    """The values of an enum in botocore's model."""
    return set(_SESSION.get_service_model(service).shape_for(shape).metadata["enum"])


def test_every_security_policy_of_api_gateway_is_known() -> None:
    """A policy that a newer SDK brings is a row that nobody assesses until it is entered here."""
    assert set(tls.API_GATEWAY) == enum("apigateway", "SecurityPolicy")
    assert enum("apigatewayv2", "SecurityPolicy") <= set(tls.API_GATEWAY)


def test_every_minimum_version_of_cloudfront_is_known() -> None:
    """As above."""
    assert set(tls.CLOUDFRONT) == enum("cloudfront", "MinimumProtocolVersion")


@pytest.mark.parametrize("policy", sorted(tls.LOAD_BALANCING))
def test_a_load_balancers_policy_that_names_its_oldest_version_accepts_that(policy: str) -> None:
    """``TLS13-1-2-...`` starts at 1.2, ``FS-1-1-...`` at 1.1; the three names without a version start at 1.0."""
    named = re.search(r"-(?:TLS13|TLS|FS)-(\d)-(\d)-", policy)
    wanted = f"TLS {named[1]}.{named[2]}" if named else "TLS 1.0"
    assert tls.LOAD_BALANCING[policy] == wanted


def test_the_policies_without_a_version_in_their_name_are_those_three() -> None:
    """What the test above takes for old is counted."""
    bare = {one for one in tls.LOAD_BALANCING if not re.search(r"-(?:TLS13|TLS|FS)-\d-\d-", one)}
    assert bare == {
        "ELBSecurityPolicy-2015-05",
        "ELBSecurityPolicy-2016-08",
        "ELBSecurityPolicy-FS-2018-06",
    }
    assert len(tls.LOAD_BALANCING) == 46


def test_only_versions_before_tls_1_2_are_old() -> None:
    """RFC 8996 deprecates 1.0 and 1.1."""
    known = {*tls.API_GATEWAY.values(), *tls.CLOUDFRONT.values(), *tls.LOAD_BALANCING.values()}
    assert known - tls.OLD == {"TLS 1.2", "TLS 1.3"}
    assert tls.API_GATEWAY[tls.LEGACY_DEFAULT] in tls.OLD
    assert tls.API_GATEWAY[tls.PRIVATE_DEFAULT] not in tls.OLD
