"""Which metrics an alarm watches: a plain metric, metric math, an anomaly band, Metrics Insights, PromQL.

Only what reaches the value that is compared counts: a metric listed beside it watches nothing.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assessor.model.view import Answer

Dimensions = frozenset[tuple[str, str]]

_IDENTIFIER = re.compile(r"\b[a-z][A-Za-z0-9_]*\b")
_TEXT = re.compile(r"\"[^\"]*\"|'[^']*'")
_METRICS = re.compile(r"\bMETRICS\s*\(\s*(?:\"([^\"]*)\"|'([^']*)')?\s*\)")
_SEARCH = re.compile(r"\bSEARCH\s*\(\s*(?:'([^']*)'|\"((?:[^\"\\]|\\.)*)\")")
_SEARCH_SCHEMA = re.compile(r"^\s*\{\s*\"?([^,}\"]+)\"?\s*((?:,[^}]*)?)\}\s*(.*)$", re.DOTALL)
_SEARCH_TERM = re.compile(r"^\s*\"?([\w.-]+)\"?\s*=\s*\"?([^\"]*)\"?\s*$")
_INSIGHTS = re.compile(
    r"""^\s*SELECT\s+\w+\s*\(\s*"?(?P<metric>[^")]+?)"?\s*\)\s+
        FROM\s+(?:SCHEMA\s*\(\s*(?P<schema>"[^"]+"|[^\s,)]+)\s*(?P<names>(?:,[^)]*)?)\)|(?P<namespace>"[^"]+"|\S+))
        (?:\s+WHERE\s+(?P<where>.+?))?
        (?:\s+GROUP\s+BY\s+.+?)?(?:\s+ORDER\s+BY\s+.+?)?(?:\s+LIMIT\s+\d+)?\s*;?\s*$""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_EQUALS = re.compile(r"^\s*\"?([\w.-]+)\"?\s*=\s*'([^']*)'\s*$")
_SELECTOR = re.compile(r"([A-Za-z_:][\w:]*)?\s*\{((?:[^{}\"]|\"(?:[^\"\\]|\\.)*\")*)\}")
_LABEL = re.compile(r"^\s*\"?([^\"=!~]+?)\"?\s*(=~|!~|!=|=)\s*\"((?:[^\"\\]|\\.)*)\"\s*$")
_COMMA = re.compile(r",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")
_SERVICE_LABELS = frozenset({"@instrumentation.@name", "@instrumentation.cloudwatch.source"})
_OWN_LABELS = frozenset(
    {"@aws.account", "@aws.region", "@resource.cloud.account.id", "@resource.cloud.region"}
)
_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Watch:
    """One metric that an alarm watches.

    dimensions: name and value pairs; with ``every`` the metric is taken over all values of the names in ``schema``.
    schema: the dimension names a query selects by; None where it takes any.
    account: whose metric it is; "" for the alarm's own account.
    """

    namespace: str
    metric: str
    dimensions: Dimensions = frozenset()
    every: bool = False
    schema: frozenset[str] | None = None
    account: str = ""

    def value(self, name: str) -> str | None:
        """The value of a dimension, None where it has no such dimension."""
        return next((value for key, value in self.dimensions if key == name), None)

    @property
    def what(self) -> str:
        """The metric in words."""
        parts = [f"{name}={value}" for name, value in sorted(self.dimensions)]
        if self.every:
            over = ", ".join(sorted(self.schema)) if self.schema else "everything"
            parts.append(f"all of {over}")
        return f"{self.namespace} {self.metric}" + (f" ({', '.join(parts)})" if parts else "")


@dataclass(frozen=True, slots=True)
class Watched:
    """What an alarm watches, and the expressions in it that could not be read.

    plain: what is compared (with a threshold or a band) is one metric as it is, no expression over metrics.
    """

    watches: tuple[Watch, ...]
    unclear: tuple[str, ...] = ()
    plain: bool = False


def watched(alarm: Answer) -> Watched:
    """The metrics of one of ``MetricAlarms``."""
    query = ((alarm.get("EvaluationCriteria") or {}).get("PromQLCriteria") or {}).get("Query")
    if query:
        return _collected(_promql(str(query)))
    queries = {str(q.get("Id", "")): q for q in alarm.get("Metrics") or () if isinstance(q, dict)}
    if not queries:
        if not alarm.get("MetricName"):
            return Watched(())
        name, namespace = str(alarm["MetricName"]), str(alarm.get("Namespace") or "")
        return Watched((Watch(namespace, name, _dimensions(alarm)),), plain=True)
    band = str(alarm.get("ThresholdMetricId") or "")
    returned = [q for q in queries.values() if q.get("ReturnData", True) and q.get("Id") != band]
    starts = returned or [queries[band]] if band in queries else returned
    found = [thing for start in starts for thing in _reached(start, queries, 0)]
    plain = len(starts) == 1 and "MetricStat" in starts[0]
    whole = _collected(found)
    return Watched(whole.watches, whole.unclear, plain)


def _collected(found: Any) -> Watched:
    things = list(found)
    watches = tuple(dict.fromkeys(t for t in things if isinstance(t, Watch)))
    return Watched(watches, tuple(dict.fromkeys(t for t in things if isinstance(t, str))))


def _dimensions(holder: Mapping[str, Any]) -> Dimensions:
    return frozenset(
        (str(d.get("Name", "")), str(d.get("Value", ""))) for d in holder.get("Dimensions") or ()
    )


def _reached(query: Answer, queries: Mapping[str, Any], depth: int) -> Iterator[Watch | str]:
    """The metrics that a query's value depends on; text for what cannot be read."""
    stat = query.get("MetricStat")
    if isinstance(stat, dict):
        metric = stat.get("Metric") or {}
        yield Watch(
            str(metric.get("Namespace") or ""),
            str(metric.get("MetricName") or ""),
            _dimensions(metric),
            account=str(query.get("AccountId") or ""),
        )
        return
    expression = str(query.get("Expression") or "")
    if depth > _DEPTH:
        yield expression
        return
    if expression.lstrip().upper().startswith("SELECT"):
        yield _insights(expression, str(query.get("AccountId") or ""))
        return
    for match in _SEARCH.finditer(expression):
        yield _search(match.group(1) or (match.group(2) or "").replace('\\"', '"'))
    for match in _METRICS.finditer(expression):
        part = match.group(1) or match.group(2) or ""
        for name, other in queries.items():
            if part in name and "MetricStat" in other:
                yield from _reached(other, queries, depth + 1)
    for name in dict.fromkeys(_IDENTIFIER.findall(_TEXT.sub("", expression))):
        if name in queries and name != query.get("Id"):
            yield from _reached(queries[name], queries, depth + 1)


def _insights(expression: str, account: str) -> Watch | str:
    match = _INSIGHTS.match(expression)
    if match is None:
        return expression
    schema: frozenset[str] | None = None
    if match["schema"]:
        names = (match["names"] or "").split(",")
        schema = frozenset(name.strip().strip('"') for name in names if name.strip())
    namespace = (match["schema"] or match["namespace"]).strip('"')
    dimensions: set[tuple[str, str]] = set()
    if match["where"]:
        for term in re.split(r"\s+AND\s+", match["where"], flags=re.IGNORECASE):
            pair = _EQUALS.match(term)
            if pair is None:
                return expression
            dimensions.add((pair.group(1), pair.group(2)))
    # A term on the account or on a tag narrows by something that is no dimension.
    if any(name.startswith(("AWS.", "tag.")) for name, _ in dimensions):
        return expression
    return Watch(namespace, match["metric"].strip(), frozenset(dimensions), not dimensions, schema, account)


def _search(text: str) -> Watch | str:
    match = _SEARCH_SCHEMA.match(text)
    if match is None:
        return text
    namespace, names, rest = match.groups()
    schema = frozenset(name.strip().strip('"') for name in names.split(",") if name.strip())
    metric = ""
    dimensions: set[tuple[str, str]] = set()
    for term in re.findall(r"\"?[\w.-]+\"?\s*=\s*\"[^\"]*\"|\"[^\"]*\"|\S+", rest):
        if term.upper() == "AND":
            continue
        pair = _SEARCH_TERM.match(term)
        if pair is not None and pair.group(1) == "MetricName":
            metric = pair.group(2)
        elif pair is not None:
            dimensions.add((pair.group(1), pair.group(2)))
        elif not metric and re.fullmatch(r"\"?\w+\"?", term) and term.upper() not in ("OR", "NOT"):
            metric = term.strip('"')
        else:
            return text
    if not metric:
        return text
    return Watch(namespace.strip(), metric, frozenset(dimensions), not dimensions, schema)


def _promql(query: str) -> Iterator[Watch | str]:
    """The selectors of a query. AWS's own metrics carry their service in a label of the instrumentation scope.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-PromQL-Querying.html
    """
    selectors = list(_SELECTOR.finditer(query))
    if not selectors:
        yield query
    for selector in selectors:
        yield _selected(selector.group(1) or "", selector.group(2), query)


def _selected(metric: str, inside: str, query: str) -> Watch | str:
    service = ""
    dimensions: set[tuple[str, str]] = set()
    for part in _COMMA.split(inside):
        text = part.strip()
        if not text:
            continue
        label = _LABEL.match(text)
        if label is None:
            metric = text.strip('"')
            continue
        name, operator, value = label.groups()
        name = name.strip()
        if name in _OWN_LABELS:
            continue
        if operator != "=":
            return query
        if name == "__name__":
            metric = value
        elif name in _SERVICE_LABELS:
            service = value.lower().removeprefix("cloudwatch.").replace(".", "/")
        elif not name.startswith("@"):
            dimensions.add((name, value))
        else:
            return query
    if not metric or not service.startswith("aws/"):
        return query
    return Watch(_namespace(service), metric, frozenset(dimensions), not dimensions)


def _namespace(service: str) -> str:
    """A CloudWatch namespace from a service label, which is in lower case."""
    known = {name.lower(): name for name in ("AWS/Bedrock", "AWS/Bedrock/Guardrails")}
    return known.get(service, service)
