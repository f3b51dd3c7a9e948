"""Reports of any size, their texts as long as those of real ones, and one with hostile names everywhere."""

from collections.abc import Sequence
from dataclasses import replace

from assessor.model.control import Control
from assessor.model.finding import Finding, finding_id
from assessor.model.score import coverage_of, score
from assessor.model.verdict import Severity, Status
from assessor.reports.report import Report
from tests.cli import sample as account
from tests.reports import sample

_STATUSES = (
    *[Status.PASS] * 10,
    *[Status.FAIL] * 6,
    *[Status.NOT_APPLICABLE] * 2,
    Status.NOT_ASSESSED,
    Status.INFO,
)
_REGIONS = ("eu-west-1", "us-east-1", "ap-southeast-2")


def many(count: int, controls: Sequence[Control] = account.CONTROLS) -> list[Finding]:
    """Findings like those of a real account: 20 in turn pass, fail, do not apply or could not be assessed."""
    return [_one(n, controls[n % len(controls)], _STATUSES[n % len(_STATUSES)]) for n in range(count)]


def _one(n: int, control: Control, status: Status) -> Finding:
    region = _REGIONS[n % len(_REGIONS)]
    arn = f"arn:aws:bedrock:{region}:{sample.ACCOUNT}:guardrail/gr{n:08d}:{n % 9 + 1}"
    listing = f"aws bedrock list-guardrails --region {region}"
    one = f"aws bedrock get-guardrail --guardrail-identifier gr{n:08d} --guardrail-version {n % 9 + 1} --region {region}"
    more = [
        f"aws bedrock-agent list-agent-aliases --agent-id AG{n % 40:08d} --region {region}",
        f"aws iam list-policies --scope Local --path-prefix /p{n % 7}/",
    ]
    return Finding(
        finding_id=finding_id(sample.ACCOUNT, region, control.id, arn),
        account_id=sample.ACCOUNT,
        region=region,
        item=int(control.item),
        control_id=control.id,
        title=control.title,
        severity=control.severity,
        status=status,
        reason="DENIED" if status is Status.NOT_ASSESSED else "",
        resource_type=control.kind,
        resource_arn=arn,
        observed=(
            f"PROMPT_ATTACK has strength MEDIUM on input, HIGH is required. Used by agent AG{n % 40:08d} "
            f"version {n % 5} behind alias LIVE{n % 40:04d}, on a path to a model (declared)."
        ),
        evidence="; ".join((listing, *more, one)),
        grant="bedrock:GetGuardrail" if status is Status.NOT_ASSESSED else "",
        remediation=control.remediation if status is Status.FAIL else "",
        frameworks="owasp_llm_2025:LLM01 nist_ai_600_1:MS-2.7-007",
    )


def report_of(findings: Sequence[Finding], controls: Sequence[Control] = account.CONTROLS) -> Report:
    """A report of these findings and no others."""
    return replace(
        sample.report(),
        findings=list(findings),
        controls=tuple(controls),
        items=tuple(score(findings, controls)),
        coverage=coverage_of(findings, controls),
    )


HOSTILE = (
    '=HYPERLINK("http://evil.invalid","x")',
    "</script><img src=x onerror=window.pwned=1>",
    "<script>window.pwned=2</script>",
    '"><svg onload=window.pwned=3>',
    "{{ 7 * 7 }}{% raw %}",
    "\x1b[2J\x1b]0;title\x07red",
    "invoice\u202egnp.exe",
    "long" + "x" * 10_000,
    "first\nsecond\r\nthird\u2028fourth",
    "half a pair \ud800",
    "| a | [b](javascript:window.pwned=4) `c` <b>d</b> **e**",
    "a]]>b&amp;c\x00d\x0be",
)


def hostile() -> Report:
    """Every hostile text as name, observed value, evidence, grant and waiver, failed and not assessed."""
    rows = []
    for n, text in enumerate(HOSTILE):
        for status in (Status.FAIL, Status.NOT_ASSESSED, Status.WAIVED):
            made = sample.finding(
                status,
                observed=f"name {text} seen",
                arn=f"arn:aws:s3:::{n}-{text}",
                severity=Severity.HIGH,
                reason="DENIED" if status is Status.NOT_ASSESSED else "",
                grant=f"s3:{text}" if status is Status.NOT_ASSESSED else "",
            )
            rows.append(
                replace(
                    made,
                    finding_id=finding_id(sample.ACCOUNT, "us-east-1", f"{status}", text),
                    evidence=f"aws s3api get-bucket-policy --bucket '{text}'",
                    waiver=f"owner {text}" if status is Status.WAIVED else "",
                )
            )
    return sample.report(*rows)
