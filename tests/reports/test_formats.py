"""OCSF, ASFF, JUnit, SARIF and Markdown: valid for their readers, and harmless whatever names say."""

import hashlib
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import botocore.session
import jsonschema
import pytest
from botocore.validate import ParamValidator
from markdown_it import MarkdownIt
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from py_ocsf_models.objects.cloud import Cloud

from assessor.history.runs import StoredRun, parse
from assessor.reports import findings_json, markdown
from assessor.reports.formats import asff, junit, ocsf, sarif
from assessor.reports.report import Report
from assessor.reports.text import visible
from evaluators import CONTROLS
from tests.reports.many import HOSTILE, hostile, many, report_of
from tests.reports.sample import rich_report

REPORTS: Mapping[str, Callable[[], Report]] = {
    "rich": rich_report,
    "hostile": hostile,
    "many": lambda: report_of(many(300, CONTROLS), CONTROLS),
}


def stored(report: Report) -> StoredRun:
    """The report as it is stored."""
    out = io.BytesIO()
    findings_json.write(report, out)
    document = json.loads(out.getvalue())
    for row in document["findings"]:  # the sample's ids are no digests, as those of real findings are
        row["finding_id"] = hashlib.sha256(row["finding_id"].encode()).hexdigest()[:20]
    return parse(json.dumps(document).encode(), "test")


@pytest.fixture(params=list(REPORTS))
def run(request: pytest.FixtureRequest) -> StoredRun:
    """A run of every status, one of hostile names, and a large one."""
    return stored(REPORTS[request.param]())


def written(writer: Any, run: StoredRun) -> bytes:
    """What a writer writes."""
    out = io.BytesIO()
    writer(run.run, run.findings, out)
    return out.getvalue()


def texts(value: Any) -> Sequence[str]:
    """Every text in a document."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts(one)]
    return []


def recognisable(run: StoredRun, said: str) -> bool:
    """Whether the start of each hostile name that the run holds is there, in letters and digits at least."""
    words = [
        re.sub(r"[^A-Za-z0-9]", "", visible(name))[:6]
        for name in HOSTILE
        if any(name in row["observed"] for row in run.findings)
    ]
    plain = re.sub(r"[^A-Za-z0-9]", "", said)
    return all(word in plain for word in words)


def test_ocsf_validates_and_keeps_every_finding(run: StoredRun) -> None:
    """Each event is a Compliance Finding of the schema's models, with its cloud; ids are the findings'."""
    events = json.loads(written(ocsf.write, run))
    assert [event["finding_info"]["uid"] for event in events] == [row["finding_id"] for row in run.findings]
    for event, row in zip(events, run.findings, strict=True):
        made = ComplianceFinding.model_validate({k: v for k, v in event.items() if k != "cloud"})
        Cloud.model_validate(event["cloud"])
        assert made.class_uid == 2003
        assert made.type_uid == 200301
        assert event["category_uid"] == 2
        assert event["compliance"]["status_id"] == {"PASS": 1, "FAIL": 3}.get(
            row["status"], event["compliance"]["status_id"]
        )
        if row["status"] in {"NOT_ASSESSED", "MANUAL"}:
            assert event["compliance"]["status_id"] == 0
        assert all(text.isprintable() for text in texts(event))
    assert recognisable(run, json.dumps(events))


@cache
def _batch_shape() -> Any:
    service = botocore.session.Session().get_service_model("securityhub")
    return service.operation_model("BatchImportFindings").input_shape


def _enums(value: Any, shape: Any) -> None:
    """Every text that the API restricts to a list is in it."""
    if shape.type_name == "structure":
        for name, member in value.items():
            _enums(member, shape.members[name])
    elif shape.type_name == "list":
        for member in value:
            _enums(member, shape.member)
    elif shape.type_name == "string":
        if shape.enum:
            assert value in shape.enum
        if "pattern" in shape.metadata:
            assert re.search(shape.metadata["pattern"], value)


@pytest.mark.parametrize("archived", [False, True])
def test_asff_fits_the_api(run: StoredRun, archived: bool) -> None:
    """botocore's shape, its enums and patterns, and the documented limits of each field."""
    target = asff.Target("eu-west-1")
    for row in run.findings:
        found = asff.finding(run.run, row, target, archived=archived)
        report = ParamValidator().validate({"Findings": [found]}, _batch_shape())
        assert not report.has_errors(), report.generate_report()
        _enums({"Findings": [found]}, _batch_shape())
        assert len(found["Title"]) <= 256
        assert len(found["Description"]) <= 1024
        assert len(found["Id"]) <= 512
        assert len(found["GeneratorId"]) <= 512
        assert len(found["Resources"][0]["Id"]) <= 512
        assert len(found["ProductFields"]) <= 50
        assert all(len(key) <= 128 and len(value) <= 2048 for key, value in found["ProductFields"].items())
        assert len(found["Compliance"].get("RelatedRequirements", [])) <= 32
        assert asff.size(found) <= 240_000
        assert found["RecordState"] == ("ARCHIVED" if archived else "ACTIVE")
        assert all(text.isprintable() for text in texts(found))


def test_asff_ids_are_stable_and_open_is_never_passed() -> None:
    """The same finding has the same id in every run; what was not seen is NOT_AVAILABLE with its reason."""
    run = stored(rich_report())
    target = asff.Target("us-east-1")
    later = {**run.run, "run_id": "later", "assessed_at": "2027-01-01T00:00:00Z"}
    for row in run.findings:
        first, second = asff.finding(run.run, row, target), asff.finding(later, row, target)
        assert (first["Id"], first["ProductArn"]) == (second["Id"], second["ProductArn"])
        assert second["UpdatedAt"] > first["UpdatedAt"]
        if row["status"] in {"NOT_ASSESSED", "MANUAL"}:
            assert first["Compliance"]["Status"] == "NOT_AVAILABLE"
            assert first["Compliance"]["StatusReasons"][0]["ReasonCode"] == row["reason"]


def test_junit_is_well_formed_and_counts_add_up(run: StoredRun) -> None:
    """Seven suites at most; failures fail, what could not be seen is skipped, and nothing is counted twice."""
    root = ET.fromstring(written(junit.write, run).decode())
    cases = root.findall("testsuite/testcase")
    rows = [row for row in run.findings if row["status"] != "INFO"]
    assert len(cases) == len(rows) == int(root.attrib["tests"])
    failed = sum(row["status"] == "FAIL" for row in rows)
    assert len(root.findall(".//failure")) == failed == int(root.attrib["failures"])
    assert len(root.findall(".//skipped")) == int(root.attrib["skipped"])
    assert sum(int(suite.attrib["tests"]) for suite in root.findall("testsuite")) == len(rows)
    said = " ".join(text for one in root.iter() for text in (*one.attrib.values(), one.text or ""))
    assert recognisable(run, said)


def test_sarif_validates_against_its_schema(run: StoredRun) -> None:
    """Failures have a level, what is open has none, waivers are suppressions; lines are those of findings.csv."""
    document = json.loads(written(sarif.write, run))
    schema = json.loads(Path(__file__).with_name("data").joinpath("sarif-2.1.0.json").read_bytes())
    jsonschema.Draft4Validator(schema).validate(document)
    found = document["runs"][0]
    rules = [rule["id"] for rule in found["tool"]["driver"]["rules"]]
    kept = [row for row in run.findings if row["status"] in {"FAIL", "WAIVED", "NOT_ASSESSED", "MANUAL"}]
    assert len(found["results"]) == len(kept)
    for result, row in zip(found["results"], kept, strict=True):
        assert rules[result["ruleIndex"]] == result["ruleId"] == row["control_id"]
        line = result["locations"][0]["physicalLocation"]["region"]["startLine"]
        assert run.findings[line - 2] is row
        assert (result["level"] == "none") == (row["status"] in {"NOT_ASSESSED", "MANUAL"})
        assert ("suppressions" in result) == (row["status"] == "WAIVED")
    assert all(text.isprintable() for text in texts(document))
    assert recognisable(run, json.dumps(document))


def test_markdown_renders_no_name_as_markup(run: StoredRun) -> None:
    """Rendered as GitHub does, HTML switched on: no link, image, script or emphasis comes of a name."""
    text = markdown.summary(run.run, run.items, run.findings)
    rendered = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text)
    assert not re.search(r"<(script|img|a |svg|b>|em)", rendered)
    assert "<table>" in rendered
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x1b\u202e\u2028]", text)
    assert not re.search(r"(?<!\\)\]\(|https?://", text)
    assert recognisable(run, "".join(ET.fromstring(f"<x>{rendered}</x>".replace("<br>", "")).itertext()))


def test_markdown_shows_seven_rows_the_failures_and_what_is_unseen() -> None:
    """The worst failure first, at most thirty of them."""
    text = markdown.summary(*_of(rich_report()))
    assert len(re.findall(r"^\| \d ", text, re.MULTILINE)) == 7
    assert text.index("**critical**") < text.index("**high**") < text.index("**low**")
    assert "What could not be assessed" in text
    many_failures = markdown.summary(*_of(report_of(many(300, CONTROLS), CONTROLS)))
    assert many_failures.count("\n- **") == 30
    assert "more in findings.csv" in many_failures


def _of(report: Report) -> tuple[Any, Any, Any]:
    run = stored(report)
    return run.run, run.items, run.findings
