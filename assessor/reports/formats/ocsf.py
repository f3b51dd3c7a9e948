"""OCSF Compliance Finding events (class 2003), validated by py-ocsf-models when they are made.

https://schema.ocsf.io/classes/compliance_finding. Needs the extra ``ocsf``.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, BinaryIO

from assessor.model.verdict import Status
from assessor.reports.formats import Row, Run, cut
from assessor.reports.rows import commands

NAME = "genai-readiness-assessor"
_TEXT = 4_000

_COMPLIANCE = {
    Status.PASS: "Pass",
    Status.ATTESTED: "Pass",
    Status.FAIL: "Fail",
    Status.WAIVED: "Warning",
    Status.NOT_ASSESSED: "Unknown",
    Status.MANUAL: "Unknown",
    Status.NOT_APPLICABLE: "Other",
    Status.INFO: "Other",
}


def write(run: Run, rows: Iterable[Row], out: BinaryIO) -> None:
    """A JSON array, one event a line, as the rows come. Raises ImportError where the extra is missing."""
    out.write(b"[")
    for n, row in enumerate(rows):
        out.write(b",\n" if n else b"\n")
        out.write(json.dumps(event(run, row)).encode("ascii"))
    out.write(b"\n]\n")


def event(run: Run, row: Row) -> dict[str, Any]:
    """One finding as an event of profile ``cloud``."""
    from py_ocsf_models.events.findings.activity_id import ActivityID
    from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
    from py_ocsf_models.events.findings.compliance_finding_type_id import ComplianceFindingTypeID
    from py_ocsf_models.events.findings.severity_id import SeverityID
    from py_ocsf_models.events.findings.status_id import StatusID
    from py_ocsf_models.objects.account import Account, TypeID
    from py_ocsf_models.objects.cloud import Cloud
    from py_ocsf_models.objects.compliance import Compliance
    from py_ocsf_models.objects.compliance_status import StatusID as ComplianceStatusID
    from py_ocsf_models.objects.finding_info import FindingInformation
    from py_ocsf_models.objects.metadata import Metadata
    from py_ocsf_models.objects.product import Product
    from py_ocsf_models.objects.remediation import Remediation
    from py_ocsf_models.objects.resource_details import ResourceDetails

    status = Status(row["status"])
    at = datetime.fromisoformat(row["assessed_at"])
    said = cut(row["observed"], _TEXT)
    suppressed = status is Status.WAIVED
    made = ComplianceFinding(
        activity_id=ActivityID.Create,
        activity_name=ActivityID.Create.name,
        type_uid=ComplianceFindingTypeID.Create,
        type_name="Compliance Finding: Create",
        severity_id=SeverityID[row["severity"].capitalize()],
        severity=row["severity"].capitalize(),
        status_id=StatusID.Suppressed if suppressed else StatusID.New,
        status="Suppressed" if suppressed else "New",
        status_code=status.value,
        status_detail=cut(row["waiver"] or row["reason"], _TEXT) or None,
        message=said,
        time=int(at.timestamp() * 1000),
        time_dt=at,
        metadata=Metadata(
            product=Product(name=NAME, vendor_name=NAME, version=row["tool_version"]),
            profiles=["cloud", "datetime"],
            uid=f"{row['run_id']}/{row['finding_id']}",
            event_code=row["control_id"],
        ),
        finding_info=FindingInformation(
            uid=row["finding_id"],
            title=cut(row["title"], 256),
            desc=said,
            created_time=int(at.timestamp() * 1000),
            created_time_dt=at,
            types=["AWS generative AI security readiness"],
            data_sources=[cut(part, _TEXT) for part in commands(row["evidence"])[0]],
        ),
        compliance=Compliance(
            control=row["control_id"],
            desc=cut(row["title"], _TEXT),
            requirements=row["frameworks"].split() or None,
            standards=["AWS generative AI security readiness checklist"],
            status_id=ComplianceStatusID[_COMPLIANCE[status]],
        ),
        remediation=Remediation(desc=cut(row["remediation"], _TEXT)) if row["remediation"] else None,
        resources=[
            ResourceDetails(
                uid=cut(row["resource_arn"], 2_048),
                type=row["resource_type"],
                region=row["region"],
                cloud_partition=partition(run, row["account_id"]),
            )
        ],
    )
    document: dict[str, Any] = made.model_dump(mode="json", exclude_none=True)
    document["compliance"]["status"] = _COMPLIANCE[status]
    cloud = Cloud(
        provider="AWS",
        region=row["region"],
        account=Account(
            name=row["account_id"], uid=row["account_id"], type="AWS Account", type_id=TypeID.AWS_Account
        ),
    )
    document["cloud"] = cloud.model_dump(mode="json", exclude_none=True)
    return document


def partition(run: Run, account: str) -> str:
    """The partition of one of the run's accounts."""
    found = (one["partition"] for one in run["accounts"] if one["account_id"] == account)
    return str(next(found, "aws"))
