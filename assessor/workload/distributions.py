"""CloudFront: from a distribution to its origins (E10). A distribution that is disabled serves nobody."""

from collections.abc import Iterator

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.snapshot import GLOBAL
from assessor.model.view import View
from assessor.workload.graph import EVERYWHERE, Answers, Evidence, Kind, Node, Piece, Toward
from assessor.workload.listing import gap, listed
from collectors import cloudfront

READS: tuple[Operation, ...] = (cloudfront.LIST_DISTRIBUTIONS,)

_ITEMS = "DistributionList.Items[]"


def distributions(aws: View) -> Iterator[Piece]:
    """Every distribution of the account."""
    every = listed(aws, cloudfront.LIST_DISTRIBUTIONS)
    if every.unseen is not None:
        yield gap("E10", EVERYWHERE, every.unseen, "which CloudFront distributions there are is not known")
    for call, one in every:
        ident = str(one.get("Id", ""))
        own = f"arn:{aws.account.partition}:cloudfront::{aws.account_id}:distribution/{ident}"
        arn = str(one.get("ARN") or own)
        yield Node(arn, Kind.DOOR, f"CloudFront distribution {ident}", GLOBAL, ident)
        for host in (one.get("DomainName"), *values(one, "Aliases.Items[]")):
            if host:
                yield Answers(str(host), arn)
        if one.get("Enabled") is False:
            continue
        used = set(values(one, "DefaultCacheBehavior.TargetOriginId"))
        used |= set(values(one, "CacheBehaviors.Items[].TargetOriginId"))
        for group in values(one, "OriginGroups.Items[]"):
            if group.get("Id") in used:
                used |= set(values(group, "Members.Items[].OriginId"))
        for origin in values(one, "Origins.Items[]"):
            host = str(origin.get("DomainName") or "")
            if host and origin.get("Id") in used:
                where = f"{_ITEMS}.Origins.Items[].DomainName"
                yield Toward("E10", arn, host, Evidence(call, where, host[:300]))
