"""The invented company grown to any number of Regions: real findings of every control, real paths, real calls."""

import json
from collections.abc import Sequence
from dataclasses import replace

from assessor.attestations.questions import ATTESTATIONS
from assessor.demo import DEFAULT_ACCOUNT, company, source
from assessor.demo.document import Document
from assessor.model.control import Asker
from assessor.model.parameters import Parameters
from assessor.model.score import coverage_of, score
from assessor.reports.report import Report, Selection, make_report
from evaluators import CONTROLS
from tests.aws.account import NOW, snapshot_of

REGIONS = ("us-east-1", "eu-west-1")
MORE = (
    *("us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-central-1", "eu-central-2"),
    *("eu-west-2", "eu-west-3", "eu-north-1", "eu-south-1", "ap-south-1", "ap-northeast-1", "ap-northeast-2"),
    *("ap-northeast-3", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-east-1", "af-south-1"),
)


def wide_report(further: int = 0) -> Report:
    """The company's report; ``further`` Regions hold what its first one does."""
    regions = (*REGIONS, *MORE[:further])
    document = _grown(regions) if further else company()
    askers: tuple[Asker, ...] = (*CONTROLS, *ATTESTATIONS)
    operations = dict.fromkeys(operation for one in askers for operation in one.operations("workload"))
    return make_report(
        snapshot_of({}, operations, regions=regions, scope="workload", document=document),
        CONTROLS,
        Parameters(),
        Selection(),
        min_coverage=50.0,
        snapshot_sha256="0" * 64,
        questions=ATTESTATIONS,
    )


def _grown(regions: Sequence[str]) -> Document:
    from assessor.demo import _COMPANY

    data = json.loads(json.dumps(source.parse(_COMPANY.read_text(encoding="utf-8")), default=str))
    held = data["accounts"][DEFAULT_ACCOUNT]["regions"]
    first = json.dumps(held[REGIONS[0]])
    for region in regions[len(REGIONS) :]:
        held[region] = json.loads(first.replace(REGIONS[0], region))
        held[region].get("s3", {}).pop("buckets", None)  # names of buckets are global
    return Document(data, NOW)


def thinned(report: Report, count: int) -> Report:
    """So many of its findings, taken evenly: a smaller account with the same mixture."""
    step = len(report.findings) / count
    findings = [report.findings[int(n * step)] for n in range(count)]
    return replace(
        report,
        findings=findings,
        items=tuple(score(findings, report.controls, report.min_coverage, report.questions)),
        coverage=coverage_of(findings, report.controls),
    )
