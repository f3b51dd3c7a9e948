"""Who strangers are: the keys that say who they are and where they come from, and the addresses they use."""

import ipaddress
from collections.abc import Iterator

from assessor.iam.conditions import ABSENT, Condition
from assessor.iam.operators import Family, network
from assessor.iam.patterns import ARN_PARTS, glob_matches
from assessor.iam.policy import Effect, Policy
from assessor.iam.principals import Caller, Named, parse_caller
from assessor.iam.request import Given
from assessor.iam.shapes import STRANGER

STRANGER_ORG = "o-zz99stranger"
PARTITIONS = ("aws", "aws-us-gov", "aws-cn")
MEMBER = "998244353903"
"""Some account of an organization that is asked about as a whole."""
FOREIGN_ENDPOINT = "vpce-0zz99stranger"
FOREIGN_VPC = "vpc-0zz99stranger"
PUBLIC_PREFIX = 8
"""An IPv4 block at least this wide open to strangers counts as public (Block Public Access draws it there)."""
PUBLIC_PREFIX_6 = 16


def signed_as(account: str, org: str | None, arn: str) -> Given:
    """The keys that say who a signed caller is. An org of None is not known, "" is none."""
    orgs: Given = {"aws:PrincipalOrgID": ABSENT, "aws:PrincipalOrgPaths": ABSENT}
    if org:
        orgs = {"aws:PrincipalOrgID": org, "aws:PrincipalOrgPaths": f"{org}/r-zz99/ou-zz99-99999999/"}
    elif org is None:
        orgs = {}
    return {
        "aws:PrincipalAccount": account,
        "aws:PrincipalArn": arn,
        "aws:userid": "AROAZZ99STRANGER:session",
        "aws:PrincipalType": "AssumedRole",
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalServiceName": ABSENT,
        "aws:PrincipalServiceNamesList": ABSENT,
        "aws:SourceOwner": account,
        "aws:SourceAccount": ABSENT,
        "aws:SourceArn": ABSENT,
        "aws:SourceOrgID": ABSENT,
        "aws:SourceOrgPaths": ABSENT,
        "kms:CallerAccount": account,
        **orgs,
    }


def service_for_stranger(name: str, arn: str) -> Given:
    """The keys of a request that a service makes for a stranger's resource ``arn``: the confused deputy."""
    return {
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": name,
        "aws:PrincipalAccount": ABSENT,
        "aws:PrincipalArn": ABSENT,
        "aws:PrincipalOrgID": ABSENT,
        "aws:PrincipalOrgPaths": ABSENT,
        "aws:SourceAccount": STRANGER,
        "aws:SourceOwner": STRANGER,
        "aws:SourceArn": arn,
        "aws:SourceOrgID": STRANGER_ORG,
        "aws:SourceOrgPaths": f"{STRANGER_ORG}/r-zz99/ou-zz99-99999999/",
        "aws:SourceVpc": ABSENT,
        "aws:SourceVpce": ABSENT,
        "aws:VpcSourceIp": ABSENT,
        "aws:SourceIp": _OF_A_SERVICE,
        "kms:CallerAccount": STRANGER,
    }


_OF_A_SERVICE = "52.94.133.131"
"""An address that services call from: of no customer's network."""


NOBODY: Given = {
    "aws:PrincipalAccount": "anonymous",
    "aws:PrincipalArn": ABSENT,
    "aws:PrincipalOrgID": ABSENT,
    "aws:PrincipalOrgPaths": ABSENT,
    "aws:userid": "anonymous",
    "aws:username": ABSENT,
    "aws:PrincipalType": "Anonymous",
    "aws:PrincipalIsAWSService": "false",
    "aws:PrincipalServiceName": ABSENT,
    "aws:PrincipalServiceNamesList": ABSENT,
    "aws:SourceOwner": ABSENT,
    "aws:SourceAccount": ABSENT,
    "aws:SourceArn": ABSENT,
    "aws:SourceOrgID": ABSENT,
    "aws:SourceOrgPaths": ABSENT,
    "aws:ViaAWSService": "false",
    "kms:CallerAccount": ABSENT,
}
INTERNET: Given = {"aws:SourceVpc": ABSENT, "aws:SourceVpce": ABSENT, "aws:VpcSourceIp": ABSENT}
ENDPOINT: Given = {
    "aws:SourceVpc": FOREIGN_VPC,
    "aws:SourceVpce": FOREIGN_ENDPOINT,
    "aws:SourceIp": ABSENT,
    "aws:VpceAccount": STRANGER,
    "aws:VpceOrgID": STRANGER_ORG,
}


_PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "fc00::/7")
)


def is_private(text: str) -> bool:
    """Whether an address is never seen from the internet."""
    where = ipaddress.ip_address(text)
    return any(where.version == block.version and where in block for block in _PRIVATE)


def address_blocks(*policies: Policy) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """The address blocks that conditions on aws:SourceIp name."""
    found: dict[ipaddress.IPv4Network | ipaddress.IPv6Network, None] = {}
    for condition in policy_conditions(*policies):
        if condition.operator.family is Family.IP and condition.key == "aws:sourceip":
            for template in condition.values:
                block = network(template.constant or "")
                if block is not None:
                    found.setdefault(block)
    return list(found)


def policy_conditions(*policies: Policy) -> Iterator[Condition]:
    """Every condition of some policies."""
    for policy in policies:
        for statement in policy.statements:
            yield from statement.conditions


def probe_addresses(blocks: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> Iterator[str]:
    """One public address of every /8, outside narrower blocks of the policy where that can be; some of IPv6."""
    if not blocks:
        yield "198.51.100.9"
        return
    narrow = [b for b in blocks if b.prefixlen > (PUBLIC_PREFIX if b.version == 4 else PUBLIC_PREFIX_6)]
    tails = ("77.77.77", "200.13.5", "13.201.9", "129.3.250", "31.96.64", "250.250.1")
    firsts = [198, 54, 3, *(n for n in range(1, 224) if n not in {10, 127, 198, 54, 3})]
    for first in firsts:
        yield _outside([f"{first}.{tail}" for tail in tails], narrow)
    for head in ("2600", "2a00", "2001", "2400", "2800", "2c0f"):
        yield _outside([f"{head}:77::{tail}" for tail in ("77", "1:2")], narrow)


def _outside(candidates: list[str], narrow: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> str:
    for text in candidates:
        where = ipaddress.ip_address(text)
        if not any(where.version == block.version and where in block for block in narrow):
            return text
    return candidates[0]


def allowed_entries(policy: Policy) -> Iterator[Named]:
    """The entries of every Principal element that allows."""
    for statement in policy.statements:
        if (
            statement.effect is not Effect.DENY
            and statement.principals is not None
            and not statement.principals.negated
        ):
            yield from statement.principals.named


def caller_or_none(text: str) -> Caller | None:
    """A caller, or None for text that names none."""
    try:
        return parse_caller(text)
    except ValueError:
        return None


def foreign_arns(*policies: Policy) -> list[str]:
    """ARNs of things that are not ours, close to what the policies' patterns on aws:SourceArn accept."""
    found: dict[str, None] = {}
    for condition in policy_conditions(*policies):
        if condition.key != "aws:sourcearn":
            continue
        for template in condition.values:
            text = template.constant or ""
            parts = text.split(":", ARN_PARTS - 1)
            if len(parts) < ARN_PARTS:
                parts += ["*"] * (ARN_PARTS - len(parts))
            if not glob_matches(parts[4], STRANGER) and parts[4]:
                continue
            if not parts[4] and not parts[5].startswith("*"):
                continue
            service = "s3" if "*" in parts[2] else parts[2]
            if service == "s3" and parts[5][:1] not in {"*", "?"} and "*" not in parts[5].partition("/")[0]:
                continue  # there is one bucket of a name in the world
            account = "" if service == "s3" or not parts[4] else STRANGER
            region = "" if service == "s3" else "us-east-1" if "*" in parts[3] else parts[3]
            rest = parts[5].replace("*", "zz99-stranger").replace("?", "z")
            partition = next((one for one in PARTITIONS if glob_matches(parts[1], one)), parts[1])
            found.setdefault(f"arn:{partition}:{service}:{region}:{account}:{rest}")
    found.setdefault(f"arn:aws:service:us-east-1:{STRANGER}:zz99-stranger")
    return list(found)
