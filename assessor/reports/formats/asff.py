"""AWS Security Finding Format, within the limits of Security Hub's BatchImportFindings.

https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-attributes.html and
https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assessor.model.verdict import Status
from assessor.reports.formats import Row, Run, cut
from assessor.reports.formats.ocsf import NAME, partition

SCHEMA_VERSION = "2018-10-08"
MOST_BYTES = 240_000
"""Of one finding."""

_TYPE = "Software and Configuration Checks/AWS Security Best Practices/Generative AI readiness"
_ID, _TITLE, _DESCRIPTION, _RECOMMENDATION, _FIELD = 512, 256, 1_024, 512, 2_048
_REQUIREMENTS = 32

_COMPLIANCE = {
    Status.PASS: "PASSED",
    Status.ATTESTED: "PASSED",
    Status.FAIL: "FAILED",
    Status.WAIVED: "WARNING",
}


@dataclass(frozen=True, slots=True)
class Target:
    """Where findings are imported: the hub's Region. Its findings carry their own account."""

    region: str


def finding(run: Run, row: Row, target: Target, *, archived: bool = False) -> dict[str, Any]:
    """One finding. Its id is the same in every run, so that importing it again updates it.

    archived: it needs no more attention (fixed, gone, waived).
    """
    status = Status(row["status"])
    account, aws = row["account_id"], partition(run, row["account_id"])
    severity = {"Label": row["severity"].upper(), "Original": row["severity"]}
    made: dict[str, Any] = {
        "SchemaVersion": SCHEMA_VERSION,
        "Id": f"{NAME}/{row['finding_id']}"[:_ID],
        "ProductArn": f"arn:{aws}:securityhub:{target.region}:{account}:product/{account}/default",
        "ProductName": NAME,
        "CompanyName": NAME,
        "GeneratorId": f"{NAME}/{row['control_id']}",
        "AwsAccountId": account,
        "Types": [_TYPE],
        "CreatedAt": row["assessed_at"],
        "UpdatedAt": run["assessed_at"],
        "Severity": severity,
        # What an update may change later, and a first import may leave out:
        # https://docs.aws.amazon.com/securityhub/latest/userguide/finding-provider-fields.html
        "FindingProviderFields": {"Severity": severity, "Types": [_TYPE]},
        "Title": _filled(f"{row['control_id']} {row['title']}", _TITLE),
        "Description": _filled(row["observed"] or row["title"], _DESCRIPTION),
        "Resources": [
            {
                "Type": _type(row["resource_type"]),
                "Id": _filled(row["resource_arn"], _ID),
                "Partition": aws,
                "Region": target.region if row["region"] == "global" else row["region"],
            }
        ],
        "Compliance": _compliance(status, row),
        "RecordState": "ARCHIVED" if archived else "ACTIVE",
        "ProductFields": {
            f"{NAME}/{name}": cut(str(row[name]), _FIELD)
            for name in (
                "control_id",
                "finding_id",
                "region",
                "status",
                "reason",
                "grant",
                "evidence",
                "waiver",
                "run_id",
            )
            if row[name]
        },
    }
    if row["remediation"]:
        made["Remediation"] = {"Recommendation": {"Text": _filled(row["remediation"], _RECOMMENDATION)}}
    return made


def size(found: Mapping[str, Any]) -> int:
    """Bytes of one finding as it is sent."""
    return len(json.dumps(found).encode())


def document(findings: Iterable[Mapping[str, Any]]) -> bytes:
    """A list of findings, one a line, as ``aws securityhub batch-import-findings`` takes them."""
    return b"[\n" + b",\n".join(json.dumps(one).encode("ascii") for one in findings) + b"\n]\n"


def _compliance(status: Status, row: Row) -> dict[str, Any]:
    made: dict[str, Any] = {"Status": _COMPLIANCE.get(status, "NOT_AVAILABLE")}
    requirements = [cut(one, 128) for one in row["frameworks"].split()][:_REQUIREMENTS]
    if requirements:
        made["RelatedRequirements"] = requirements
    reason = row["reason"] or ("WAIVED" if status is Status.WAIVED else "")
    if reason:
        made["StatusReasons"] = [
            {"ReasonCode": reason, "Description": _filled(row["waiver"] or row["observed"], _DESCRIPTION)}
        ]
    return made


def _type(kind: str) -> str:
    """``AWS::S3::Bucket`` as ASFF spells it."""
    parts = [part for part in kind.split("::") if part]
    if parts == ["AWS", "Account"]:
        return "AwsAccount"
    return "".join(("Aws", *parts[1:]))[:256] if parts[:1] == ["AWS"] else "Other"


def _filled(text: str, most: int) -> str:
    """Text that is never empty: the service refuses those."""
    return cut(text, most).strip() or "-"
