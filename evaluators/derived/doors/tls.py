"""The oldest version of TLS that each named policy of AWS accepts. Names as AWS documents them; one that is not here is unknown.

Sources, as they stood in October 2026:

- API Gateway: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html
- Elastic Load Balancing ("Protocols by policy", both pages): https://docs.aws.amazon.com/elasticloadbalancing/latest/
  application/describe-ssl-policies.html and .../network/describe-ssl-policies.html. TLS-1-0-2015-04 is on neither page any
  more, but may still be in use.
- CloudFront: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html
"""

from collections.abc import Mapping

AS_OF = "2026-10"
"""When the pages were read."""

OLD = frozenset({"SSL 3.0", "TLS 1.0", "TLS 1.1"})
"""Versions that are no longer safe (RFC 8996)."""

_V1_0, _V1_1, _V1_2, _V1_3 = "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"

LEGACY_DEFAULT = "TLS_1_0"
"""What an edge-optimized or Regional REST API without a policy of its own has."""

PRIVATE_DEFAULT = "TLS_1_2"
"""What a private REST API without one has."""

API_GATEWAY: Mapping[str, str] = {
    "TLS_1_0": _V1_0,
    "TLS_1_2": _V1_2,
    "SecurityPolicy_TLS13_1_3_2025_09": _V1_3,
    "SecurityPolicy_TLS13_1_3_FIPS_2025_09": _V1_3,
    "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09": _V1_2,
    "SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09": _V1_2,
    "SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09": _V1_2,
    "SecurityPolicy_TLS13_1_2_Ext2_PQ_2025_09": _V1_2,
    "SecurityPolicy_TLS13_1_2_Ext2_FIPS_PQ_2025_09": _V1_2,
    "SecurityPolicy_TLS13_1_2_PQ_2025_09": _V1_2,
    "SecurityPolicy_TLS13_1_2_2021_06": _V1_2,
    "SecurityPolicy_TLS13_2025_EDGE": _V1_3,
    "SecurityPolicy_TLS12_PFS_2025_EDGE": _V1_2,
    "SecurityPolicy_TLS12_2018_EDGE": _V1_2,
}
"""``securityPolicy`` of REST APIs and custom domain names."""

CLOUDFRONT: Mapping[str, str] = {
    "SSLv3": "SSL 3.0",
    "TLSv1": _V1_0,
    "TLSv1_2016": _V1_0,
    "TLSv1.1_2016": _V1_1,
    "TLSv1.2_2018": _V1_2,
    "TLSv1.2_2019": _V1_2,
    "TLSv1.2_2021": _V1_2,
    "TLSv1.2_2025": _V1_2,
    "TLSv1.3_2025": _V1_3,
}
"""``MinimumProtocolVersion`` of distributions."""

_BY_OLDEST: Mapping[str, tuple[str, ...]] = {
    _V1_0: (
        "2015-05",
        "2016-08",
        "FS-2018-06",
        "TLS-1-0-2015-04",
        "TLS13-1-0-2021-06",
        "TLS13-1-0-FIPS-2023-04",
        "TLS13-1-0-FIPS-PQ-2025-09",
        "TLS13-1-0-PQ-2025-09",
    ),
    _V1_1: (
        "FS-1-1-2019-08",
        "TLS-1-1-2017-01",
        "TLS13-1-1-2021-06",
        "TLS13-1-1-FIPS-2023-04",
    ),
    _V1_2: (
        "FS-1-2-2019-08",
        "FS-1-2-Res-2019-08",
        "FS-1-2-Res-2020-10",
        "TLS-1-2-2017-01",
        "TLS-1-2-Ext-2018-06",
        "TLS13-1-2-2021-06",
        "TLS13-1-2-Ext0-FIPS-2023-04",
        "TLS13-1-2-Ext0-FIPS-PQ-2025-09",
        "TLS13-1-2-Ext0-RFC9151-FIPS-2023-07",
        "TLS13-1-2-Ext1-2021-06",
        "TLS13-1-2-Ext1-FIPS-2023-04",
        "TLS13-1-2-Ext1-FIPS-PQ-2025-09",
        "TLS13-1-2-Ext1-PQ-2025-09",
        "TLS13-1-2-Ext2-2021-06",
        "TLS13-1-2-Ext2-FIPS-2023-04",
        "TLS13-1-2-Ext2-FIPS-PQ-2025-09",
        "TLS13-1-2-Ext2-PQ-2025-09",
        "TLS13-1-2-FIPS-2023-04",
        "TLS13-1-2-FIPS-PQ-2025-09",
        "TLS13-1-2-PQ-2025-09",
        "TLS13-1-2-RFC9151-FIPS-2023-07",
        "TLS13-1-2-RFC9151-INTEROP1-FIPS-2023-07",
        "TLS13-1-2-RFC9151-INTEROP2-FIPS-2023-07",
        "TLS13-1-2-RFC9151-INTEROP3-FIPS-2023-07",
        "TLS13-1-2-RFC9151-INTEROP4-FIPS-2023-07",
        "TLS13-1-2-Res-2021-06",
        "TLS13-1-2-Res-FIPS-2023-04",
        "TLS13-1-2-Res-FIPS-PQ-2025-09",
        "TLS13-1-2-Res-PQ-2025-09",
    ),
    _V1_3: (
        "TLS13-1-3-2021-06",
        "TLS13-1-3-FIPS-2023-04",
        "TLS13-1-3-FIPS-PQ-2025-09",
        "TLS13-1-3-PQ-2025-09",
        "TLS13-1-3-RFC9151-FIPS-2023-07",
    ),
}

LOAD_BALANCING: Mapping[str, str] = {
    f"ELBSecurityPolicy-{name}": version for version, listed in _BY_OLDEST.items() for name in listed
}
"""``SslPolicy`` of listeners."""
