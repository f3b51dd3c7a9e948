"""JUnit XML for CI: a suite per item, a test case per finding. A failure fails; what could not be seen is skipped.

The element names are those that Jenkins, GitLab and GitHub actions read:
https://github.com/testmoapp/junitxml
"""

from collections.abc import Iterable, Mapping
from io import TextIOWrapper
from typing import BinaryIO
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from assessor.model.verdict import Item
from assessor.reports.formats import Row, Run, cut
from assessor.reports.words import resource_name

_TEXT = 4_000
_SKIPPED = {
    "NOT_ASSESSED": "not assessed",
    "MANUAL": "a person has to answer",
    "WAIVED": "waived",
    "NOT_APPLICABLE": "not applicable",
}


def write(run: Run, rows: Iterable[Row], out: BinaryIO) -> None:
    """The whole document. INFO rows are left out: they test nothing."""
    suites: dict[int, list[Row]] = {int(item): [] for item in Item}
    for row in rows:
        if row["status"] != "INFO":
            suites[int(row["item"])].append(row)
    text = TextIOWrapper(out, encoding="utf-8", newline="\n")
    xml = XMLGenerator(text, "utf-8", short_empty_elements=True)
    xml.startDocument()
    everything = [row for suite in suites.values() for row in suite]
    _open(xml, "testsuites", {"name": "generative AI security readiness", **_counts(everything)})
    for item in Item:
        suite = suites[int(item)]
        if not suite:
            continue
        xml.characters("\n")
        _open(
            xml,
            "testsuite",
            {
                "name": f"{int(item)} {item.title}",
                "timestamp": run["assessed_at"].rstrip("Z"),
                **_counts(suite),
            },
        )
        for row in suite:
            _case(xml, row)
        xml.endElement("testsuite")
    xml.endElement("testsuites")
    xml.characters("\n")
    xml.endDocument()
    text.flush()
    text.detach()


def _case(xml: XMLGenerator, row: Row) -> None:
    xml.characters("\n")
    name = f"{row['title']}: {resource_name(row['resource_arn'])} ({row['account_id']} {row['region']})"
    _open(xml, "testcase", {"classname": row["control_id"], "name": cut(name, 500), "time": "0"})
    status = row["status"]
    if status == "FAIL":
        _open(xml, "failure", {"type": row["severity"], "message": cut(row["observed"], _TEXT)})
        xml.characters(
            "\n".join(
                cut(f"{label}: {row[key]}", _TEXT)
                for label, key in (
                    ("fix", "remediation"),
                    ("evidence", "evidence"),
                    ("resource", "resource_arn"),
                )
                if row[key]
            )
        )
        xml.endElement("failure")
    elif status in _SKIPPED:
        said = " ".join(filter(None, (_SKIPPED[status], row["reason"], row["waiver"], row["observed"])))
        _open(xml, "skipped", {"message": cut(said, _TEXT)})
        xml.endElement("skipped")
    xml.endElement("testcase")


def _open(xml: XMLGenerator, name: str, attributes: Mapping[str, str]) -> None:
    xml.startElement(name, AttributesImpl(attributes))


def _counts(rows: Iterable[Row]) -> dict[str, str]:
    statuses = [row["status"] for row in rows]
    return {
        "tests": str(len(statuses)),
        "failures": str(statuses.count("FAIL")),
        "errors": "0",
        "skipped": str(sum(status in _SKIPPED for status in statuses)),
        "time": "0",
    }
