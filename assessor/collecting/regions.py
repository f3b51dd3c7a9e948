"""Which Regions a run reads, checked before anything is asked of them."""

import difflib
import re
from collections.abc import Sequence
from typing import Any

import botocore.session
from botocore.exceptions import UnknownRegionError

from assessor.collecting.request import CannotStartError

HOME = {
    "aws": "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-iso-f": "us-isof-south-1",
    "aws-eusc": "eusc-de-east-1",
}
"""The Region of each partition that can always be asked who the caller is."""

_AREA = re.compile(r"(?:[a-z]+-)+(?:north|south|east|west|central|(?:north|south)(?:east|west))-\d")


def known(session: botocore.session.Session, partition: str) -> list[str]:
    """The Regions of a partition that the installed botocore knows."""
    return list(session.get_available_regions("ec2", partition))


def check(session: botocore.session.Session, names: Sequence[str], partition: str = "") -> None:
    """Raise `CannotStartError` for a name that is no Region, or none of the partition (when one is given).

    A Region newer than botocore is taken for one when its name is formed like one.
    """
    every = {p: known(session, p) for p in session.get_available_partitions()}
    for name in names:
        found = next((p for p, regions in every.items() if name in regions), "") or _formed(session, name)
        if not found:
            regions = every.get(partition) or [one for regions in every.values() for one in regions]
            near = difflib.get_close_matches(name, regions, n=5, cutoff=0.6)
            # Two letters that changed places are the likeliest slip.
            near.sort(key=lambda one: sorted(one) != sorted(name))
            hint = f" Did you mean {near[0]}?" if near else ""
            raise CannotStartError(f"{name!r} is not an AWS Region.{hint}")
        if partition and found != partition:
            raise CannotStartError(
                f"Region {name} belongs to partition {found}, but these credentials belong to {partition}: "
                "use credentials of that partition, or another Region."
            )


def _formed(session: botocore.session.Session, name: str) -> str:
    if not _AREA.fullmatch(name):
        return ""
    try:
        return str(session.get_partition_for_region(name))
    except UnknownRegionError:
        return ""


def enabled(ec2: Any) -> tuple[str, ...]:
    """The Regions that are enabled for the account, in the order of their names. Raises botocore's errors.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
    """
    answer = ec2.describe_regions(AllRegions=False)
    return tuple(sorted(region["RegionName"] for region in answer["Regions"]))
