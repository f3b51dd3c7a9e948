"""Names of Regions are checked before anything is asked of them."""

import botocore.session
import pytest

from assessor.collecting import regions
from assessor.collecting.request import CannotStartError


@pytest.fixture(scope="module")
def session() -> botocore.session.Session:
    """A session that is only asked about Regions."""
    return botocore.session.Session()


@pytest.mark.parametrize(
    "name", ["us-east-1", "eu-central-2", "ap-southeast-7", "cn-north-1", "us-gov-west-1"]
)
def test_a_region_botocore_knows_is_one(session: botocore.session.Session, name: str) -> None:
    regions.check(session, [name])


def test_a_region_newer_than_botocore_is_taken_for_one(session: botocore.session.Session) -> None:
    assert "eu-west-9" not in regions.known(session, "aws")
    regions.check(session, ["eu-west-9"], "aws")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("us-esat-1", "us-east-1"),
        ("eu-west1", "eu-west-1"),
        ("us-east-1a", "us-east-1"),
        ("eu-cental-1", "eu-central-1"),
    ],
)
def test_a_slip_of_the_pen_is_answered_with_what_was_meant(
    session: botocore.session.Session, name: str, meant: str
) -> None:
    with pytest.raises(CannotStartError, match=f"'{name}' is not an AWS Region. Did you mean {meant}\\?"):
        regions.check(session, ["us-east-1", name], "aws")


def test_what_is_like_no_region_gets_no_suggestion(session: botocore.session.Session) -> None:
    with pytest.raises(CannotStartError, match=r"'mars' is not an AWS Region\.$"):
        regions.check(session, ["mars"], "aws")


def test_a_region_of_another_partition_is_refused(session: botocore.session.Session) -> None:
    with pytest.raises(CannotStartError, match="cn-north-1 belongs to partition aws-cn"):
        regions.check(session, ["cn-north-1"], "aws")


def test_every_partition_has_a_home_it_knows(session: botocore.session.Session) -> None:
    assert set(regions.HOME) == set(session.get_available_partitions())
    for partition, home in regions.HOME.items():
        assert home in regions.known(session, partition)
