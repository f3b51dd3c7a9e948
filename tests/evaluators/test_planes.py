"""Endpoints as EC2 spells them, in every partition."""

import pytest

from evaluators.derived.network.planes import crossing, plane_of
from evaluators.perimeter.private_endpoint_for_used_planes import _available


@pytest.mark.parametrize(
    ("name", "plane"),
    [
        ("com.amazonaws.us-east-1.bedrock-runtime", "bedrock-runtime"),
        ("com.amazonaws.us-gov-west-1.bedrock-runtime-fips", "bedrock-runtime"),
        ("cn.com.amazonaws.cn-north-1.bedrock-agent-runtime", "bedrock-agent-runtime"),
        ("com.amazonaws.us-east-1.bedrock-agentcore.gateway", "bedrock-agentcore"),
        ("com.amazonaws.us-east-1.bedrock-mantle", "bedrock-mantle"),
        ("com.amazonaws.us-east-1.bedrock", "bedrock"),
        ("com.amazonaws.us-east-1.s3", ""),
        ("com.amazonaws.vpce.us-east-1.vpce-svc-0bedrock", ""),
    ],
)
def test_the_plane_is_the_last_part_of_the_service_name(name: str, plane: str) -> None:
    assert plane_of({"ServiceName": name}) == plane


def test_states_are_compared_without_case() -> None:
    for state in ("available", "Available"):
        assert _available([{"VpcId": "vpc-1", "State": state}], "vpc-1", "us-east-1") is not None
    assert _available([{"VpcId": "vpc-1", "State": "pending"}], "vpc-1", "us-east-1") is None


def test_an_endpoint_crosses_when_its_service_is_elsewhere() -> None:
    assert crossing({"ServiceRegion": "us-west-2"}, "us-east-1")
    assert not crossing({"ServiceRegion": "us-east-1"}, "us-east-1")
    assert not crossing({}, "us-east-1")
