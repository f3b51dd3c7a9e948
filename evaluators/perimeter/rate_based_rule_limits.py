"""GAI-6.10: The web ACL has a rate-based rule that really limits model traffic."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.reading import Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_assessed, passed
from assessor.model.view import View
from collectors import naming, wafv2
from evaluators.derived.doors import fronts, rate_rules, rest_doors, web_acls, web_doors
from evaluators.derived.doors.guarded import Guarded, guarded_doors, traffic
from evaluators.derived.doors.rate_rules import Outcome, limited, rules_in_order
from evaluators.derived.doors.waf_statements import Reach

_SHOWN = 3


def subjects(aws: View) -> Iterator[Subject]:
    """Every web ACL that stands before a door in scope, once."""
    for one in guarded_doors(aws):
        yield Subject(
            one.acl,
            "AWS::WAFv2::WebACL",
            region=one.region,
            about={"guarded": one},
            evidence=one.evidence,
            stands_for=tuple(door.arn for door in one.doors),
        )


@control(
    "GAI-6.10",
    slug="rate-based-rule-limits",
    item=Item.PERIMETER,
    title="The web ACL has a rate-based rule that really limits model traffic",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::WAFv2::WebACL",
    subjects=subjects,
    reads=[
        *web_acls.READS,
        *rate_rules.READS,
        *rest_doors.METHOD_READS,
        *fronts.READS,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because="No web ACL stands before a door of this Region (GAI-6.09 says which doors lack one).",
    why="A web ACL without an effective rate rule limits nothing: one caller may still use up the whole budget.",
    remediation="Add a rate-based rule that blocks, without a scope-down or with one that covers the model's path.",
    fix_cli=(
        "aws wafv2 update-web-acl --name $N --scope REGIONAL --id $ID --lock-token $T "
        "--default-action Allow={} --visibility-config file://v.json --rules file://rate.json"
    ),
    answers=("S6.5", "S6.4"),
    frameworks={
        "owasp_llm_2025": ("LLM10",),
        "mitre_atlas": ("AML.T0029", "AML.T0034.000", "AML.M0004"),
        "nist_ai_600_1": ("MS-2.7-009",),
        "iso_42001": ("A.6.2.6",),
        "prowler_aisf": ("AISF-INFRA-03",),
    },
    parameters=("max_requests_per_5min",),
    edge_cases=(
        "A limit counts within its own window (60 to 600 seconds): it is normalised to five minutes.",
        "FORWARDED_IP without a proxy before the door counts by a header that callers write: FAIL at medium.",
        "Requests without a custom key are not counted at all: FAIL at medium.",
        "IP behind a proxy counts the proxy: everybody behind it is limited together.",
        "CONSTANT throttles everyone together.",
        "Count and Monetize limit nothing; neither does a group whose reference overrides its action with Count.",
        "The presence of the action's member counts, empty as it may be.",
    ),
    workload_aware=True,
)
def rate_based_rule_limits(subject: Subject, aws: View) -> Verdict:
    """A rule of the web ACL stops callers that ask too often, on every path that leads to a model.

    Judged is each web ACL that stands before a door: its own rules, those of its rule groups and of Firewall
    Manager, in the order WAF tries them.

    Passes: for every method behind the door there is a rate-based rule with action Block, Captcha or Challenge,
    whose limit, normalised to five minutes, is at most ``max_requests_per_5min``, whose scope-down covers the
    method, and before which no rule allows the same traffic.

    Fails: no such rule; action Count, by itself or by override; a higher limit; a scope-down that misses the path.
    At medium: callers can get round the rule.

    Not assessed: the scope-down, or an Allow before the rule, uses what cannot be evaluated (regular expressions,
    labels, headers); the web ACL belongs to another account.

    By hand::

        aws wafv2 get-web-acl --arn $ACL
        aws wafv2 get-rule-group --arn $GROUP
    """
    one = subject.about["guarded"]
    assert isinstance(one, Guarded)
    owner = naming.account(one.acl)
    if owner != aws.account_id:
        return not_assessed(
            Why.CROSS_ACCOUNT, f"Web ACL {one.acl} before {_doors(one)} belongs to account {owner}"
        )
    answer = aws.get(wafv2.GET_WEB_ACL, ARN=one.acl)
    if answer is None:
        return not_assessed(Why.LINK_UNKNOWN, f"Web ACL {one.acl} before {_doors(one)} is gone")
    rules = rules_in_order(aws, answer.get("WebACL") or {})
    if rules.unseen is not None:
        raise rules.unseen
    most = float(aws.parameters.get("max_requests_per_5min"))
    proxied = _proxied(one, aws) if _asks_for_proxy(rules.known) else False
    worst: tuple[Outcome, list[Outcome]] | None = None
    for kind in traffic(aws, one):
        found = limited(rules.known, kind, most=most, trusted_proxy=proxied)
        if worst is None or _rank(found[0]) > _rank(worst[0]):
            worst = found
    assert worst is not None
    return _verdict(one, *worst)


def _rank(one: Outcome) -> tuple[int, bool]:
    return ((Reach.ALL, Reach.UNKNOWN, Reach.NONE).index(one.reach), not one.evadable)


def _verdict(one: Guarded, best: Outcome, every: list[Outcome]) -> Verdict:
    said = f"Web ACL {one.acl} before {_doors(one)}"
    if best.reach is Reach.ALL:
        return passed(f"{said}: {best.why}")
    if best.reach is Reach.UNKNOWN:
        return not_assessed(best.reason, f"{said}: {best.why}")
    reasons = list(dict.fromkeys(outcome.why for outcome in every)) or [best.why]
    more = f"; and {len(reasons) - _SHOWN} more rules" if len(reasons) > _SHOWN else ""
    severity = Severity.MEDIUM if best.evadable else None
    return failed(f"{said} limits nothing: {'; '.join(reasons[:_SHOWN])}{more}", severity)


def _doors(one: Guarded) -> str:
    said = [door.what for door in one.doors]
    more = f" and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
    return f"{', '.join(said[:_SHOWN])}{more}"


def _asks_for_proxy(rules: "list[rate_rules.Rule]") -> bool:
    return any((rule.rate or {}).get("AggregateKeyType") == "FORWARDED_IP" for rule in rules)


def _proxied(one: Guarded, aws: View) -> bool:
    """Whether every door of the web ACL has a distribution before it."""
    return all(door.kind != web_doors.DISTRIBUTION and bool(fronts.fronts(aws, door)) for door in one.doors)
