"""Who reaches a port through security groups: the world, CloudFront, named addresses, or only what lies inside.

CloudFront's addresses are those of AWS's own prefix lists. Any distribution of any customer sends from them, so that
they keep out everybody who does not take the trouble to make a distribution, and nobody else.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/LocationsOfEdgeServers.html
"""

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assessor.iam.strangers import is_private
from assessor.model.operation import Operation
from assessor.model.reading import UnseenError, Why
from assessor.model.view import View
from collectors import ec2
from evaluators.derived.network.ingress import is_world, sources

READS: tuple[Operation, ...] = (
    ec2.DESCRIBE_SECURITY_GROUPS,
    ec2.DESCRIBE_MANAGED_PREFIX_LISTS,
    ec2.GET_MANAGED_PREFIX_LIST_ENTRIES,
)

Block = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Admitted:
    """Whom groups admit to a port, in words. world: everybody. cloudfront: CloudFront's servers. named: other addresses.

    unseen: what else may be admitted is not known.
    """

    world: tuple[str, ...] = ()
    cloudfront: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    unseen: UnseenError | None = None


def admitted(aws: View, groups: list[str], port: int) -> Admitted:
    """Whom the groups admit to a TCP port."""
    world: list[str] = []
    cloudfront: list[str] = []
    named: list[str] = []
    unseen: UnseenError | None = None
    try:
        for source in sources(aws, groups, port):
            if source.world:
                world.append(f"{source.what} by {source.group}")
                continue
            try:
                for where, said in _blocks(aws, source.what, source.prefix_list):
                    {"world": world, "cloudfront": cloudfront, "named": named}[where].append(
                        f"{said} by {source.group}"
                    )
            except UnseenError as error:
                unseen = unseen or error
    except UnseenError as error:
        unseen = unseen or error
    return Admitted(tuple(world), tuple(cloudfront), tuple(named), unseen)


def cloudfronts(aws: View, blocks: Iterable[str]) -> list[str]:
    """Those of the blocks of addresses that hold an address of CloudFront's. Raises UnseenError."""
    asked = [(text, block) for text in blocks if (block := _block(text)) is not None]
    if not asked:
        return []
    known = aws.derive(_cloudfront)
    return [text for text, block in asked if _overlaps(block, known)]


def _blocks(aws: View, what: str, prefix_list: str) -> Iterator[tuple[str, str]]:
    """What a source of a group admits: ``world``, ``cloudfront`` or ``named``, and which in words."""
    if prefix_list:
        if prefix_list in aws.derive(_lists):
            yield "cloudfront", f"CloudFront's prefix list {prefix_list}"
            return
        texts = _entries(aws, prefix_list)
        of = f" in prefix list {prefix_list}"
    else:
        texts, of = [what], ""
    for text in texts:
        block = _block(text)
        if block is None or is_private(str(block.network_address)):
            continue
        if is_world(text):
            yield "world", f"{text}{of}"
        elif cloudfronts(aws, [text]):
            yield "cloudfront", f"CloudFront's addresses {text}{of}"
        else:
            yield "named", f"{text}{of}"


def _lists(aws: View) -> frozenset[str]:
    """The ids of AWS's own lists of CloudFront's addresses in this Region."""
    return frozenset(
        str(one.get("PrefixListId") or "")
        for one in aws.items(ec2.DESCRIBE_MANAGED_PREFIX_LISTS)
        if one.get("PrefixListName") in ec2.CLOUDFRONT_LISTS and one.get("OwnerId") == "AWS"
    )


def _cloudfront(aws: View) -> tuple[Block, ...]:
    texts = [text for one in sorted(aws.derive(_lists)) for text in _entries(aws, one)]
    found = tuple(block for text in texts if (block := _block(text)) is not None)
    if not found:
        raise UnseenError(Why.LINK_UNKNOWN, "the Region shows no prefix list with CloudFront's addresses")
    return found


def _entries(aws: View, prefix_list: str) -> list[str]:
    return [
        str(one.get("Cidr") or "")
        for one in aws.items(ec2.GET_MANAGED_PREFIX_LIST_ENTRIES, PrefixListId=prefix_list)
    ]


def _block(text: str) -> Block | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _overlaps(block: Block, known: tuple[Block, ...]) -> bool:
    return any(other.version == block.version and other.overlaps(block) for other in known)
