"""A report with something of everything."""

from dataclasses import replace

from assessor.model.finding import Finding
from assessor.model.parameters import Parameters
from assessor.model.score import coverage_of, score
from assessor.model.verdict import Severity, Status
from assessor.reports.report import Report, Selection, make_report
from tests.cli import sample

ACCOUNT = sample.ACCOUNT.id


def report(*more: Finding) -> Report:
    """The sample account's report, with further findings scored along."""
    made = make_report(
        sample.snapshot(sample.denied(sample.SUMMARY, "us-east-1")),
        sample.CONTROLS,
        Parameters(),
        Selection(),
        min_coverage=50.0,
        snapshot_sha256="0" * 64,
    )
    findings = [*made.findings, *more]
    return replace(
        made,
        findings=findings,
        tool_version="1.2.3",
        items=tuple(score(findings, sample.CONTROLS)),
        coverage=coverage_of(findings, sample.CONTROLS),
    )


def finding(
    status: Status,
    control_id: str = "GAI-4.01",
    *,
    observed: str = "status FAILED.",
    arn: str = "arn:aws:bedrock:us-east-1:111122223333:guardrail/g2",
    severity: Severity = Severity.HIGH,
    reason: str = "",
    grant: str = "",
    region: str = "us-east-1",
) -> Finding:
    """One finding of a sample control."""
    of = next(control for control in sample.CONTROLS if control.id == control_id)
    return Finding(
        finding_id=f"{control_id}/{arn}/{status}/{reason}"[:40],
        account_id=ACCOUNT,
        region=region,
        item=int(of.item),
        control_id=control_id,
        title=of.title,
        severity=severity,
        status=status,
        reason=reason,
        resource_type=of.kind,
        resource_arn=arn,
        observed=observed,
        evidence="aws bedrock list-guardrails --region us-east-1",
        grant=grant,
        remediation=of.remediation if status is Status.FAIL else "",
        frameworks="",
    )


def rich_report() -> Report:
    """Every status, a missing parameter, a hostile name and a name wider than it is long."""
    return report(
        finding(
            Status.FAIL,
            observed="guardrail \u202egnp.exe\x1b[2J is FAILED.",
            arn="arn:aws:bedrock:us-east-1:1:x\x1b[1m",
        ),
        finding(
            Status.FAIL, severity=Severity.CRITICAL, observed="見積もり" * 40, arn="arn:aws:s3:::" + "b" * 63
        ),
        finding(Status.FAIL, "GAI-7.01", severity=Severity.LOW, observed="a word " * 80),
        finding(
            Status.NOT_ASSESSED,
            "GAI-7.01",
            reason="PARAMETER_MISSING",
            observed="parameter allowed_retention_modes is not set; found: default, none.",
        ),
        finding(Status.NOT_ASSESSED, reason="LINK_UNKNOWN", arn="arn:aws:lambda:us-east-1:1:function:chat"),
        finding(Status.MANUAL, reason="MISSING", arn="m"),
        finding(Status.NOT_APPLICABLE, arn="n"),
        finding(Status.INFO, arn="i"),
        finding(Status.WAIVED, arn="w"),
        finding(Status.ATTESTED, arn="t"),
    )
