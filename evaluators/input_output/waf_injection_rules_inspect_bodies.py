"""GAI-4.17: WAF on model front doors blocks injection patterns and inspects realistic body sizes."""

from collections.abc import Iterator, Mapping
from typing import Any

from assessor.model.control import Level, Subject, control
from assessor.model.path import values
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict
from assessor.model.view import Answer, View
from collectors import wafv2
from evaluators.derived.doors import missed_traffic, web_acls, web_doors
from evaluators.derived.doors.guarded import Guarded, guarded_doors, in_question
from evaluators.derived.doors.missed_traffic import missed, use
from evaluators.derived.weighing import Problem, weighed

ACL = "AWS::WAFv2::WebACL"
_NEEDED = {
    "AWSManagedRulesCommonRuleSet": "the common rules",
    "AWSManagedRulesKnownBadInputsRuleSet": "the rules for known bad inputs",
}
_SQL = "AWSManagedRulesSQLiRuleSet"
_SIZE_RULE = "SizeRestrictions_BODY"
_KEY_RULES = frozenset(
    {
        "CrossSiteScripting_BODY", "EC2MetaDataSSRF_BODY", "GenericLFI_BODY", "GenericRFI_BODY",
        "JavaDeserializationRCE_BODY", "Log4JRCE_BODY", "ReactJSRCE_BODY", "SQLi_BODY", "SQLiExtendedPatterns_BODY",
    }
)  # fmt: skip
_FIXED = 8
"""KB of a body that WAF sees of load balancers and AppSync, whatever is set."""
_DEFAULT = 16
_KB = 1024
_RESOURCE = {
    web_doors.REST_STAGE: "API_GATEWAY",
    web_doors.DISTRIBUTION: "CLOUDFRONT",
    web_doors.POOL: "COGNITO_USER_POOL",
    web_doors.SERVICE: "APP_RUNNER_SERVICE",
    web_doors.GATEWAY: "AGENTCORE_GATEWAY",
}
_BLOCKS_LARGE = frozenset({"MATCH"})


def subjects(aws: View) -> Iterator[Subject]:
    """Every web ACL that stands before a door in scope."""
    for held in guarded_doors(aws):
        yield Subject(
            held.acl,
            ACL,
            region=held.region,
            about={"guarded": held},
            evidence=held.evidence,
            stands_for=tuple(door.arn for door in held.doors),
        )


@control(
    "GAI-4.17",
    slug="waf-injection-rules-inspect-bodies",
    item=Item.INPUT_OUTPUT,
    title=("WAF on model front doors blocks injection patterns and inspects realistic body sizes"),
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind=ACL,
    subjects=subjects,
    reads=[*web_acls.READS, *missed_traffic.READS, wafv2.GET_WEB_ACL],
    when_none=Status.NOT_APPLICABLE,
    none_because="No web ACL stands before a door of this Region (GAI-6.09 reports doors without one).",
    why=(
        "What a prompt carries ends up in queries and pages: the classic injections still work there, "
        "and a body that WAF sees only the start of hides them after it."
    ),
    remediation="Add the groups in blocking mode and raise the limit.",
    fix_cli=(
        "aws wafv2 update-web-acl --name $N --scope REGIONAL --id $ID --lock-token $T "
        "--default-action Allow={} --visibility-config file://v.json --rules "
        "file://rules.json --association-config "
        '"RequestBody={API_GATEWAY={DefaultSizeInspectionLimit=KB_64}}"'
    ),
    answers=("S4.9", "S6.1"),
    frameworks={
        "gensec": ("GENSEC04-BP02",),
        "owasp_llm_2025": ("LLM05",),
        "mitre_atlas": ("AML.T0049", "AML.M0033"),
        "iso_42001": ("A.6.2.4",),
        "prowler_aisf": ("AISF-INFRA-03",),
    },
    parameters=("max_prompt_kb",),
    edge_cases=(
        "A rule group shows OverrideAction, not Action: Count there neutralises the whole group.",
        "Load balancers and AppSync show WAF 8 KB of a body, whatever is set.",
        (
            "Long prompts set off SizeRestrictions_BODY: who counts it only, and nothing else refuses "
            "large bodies, has no size cap. FAIL."
        ),
        (
            "A group that never sees a path in question, because its scope-down statement leaves it out or a rule before it"
            " allows it: FAIL (in scope account where it sees no path at all). Any other scope-down is mentioned."
        ),
        (
            "A rule of one's own that refuses bodies of a size caps only sizes that WAF sees, or with OversizeHandling"
            " MATCH."
        ),
        (
            "The SQL group is asked for only where it is there: which sinks there are, configuration "
            "does not say."
        ),
        ("A rule of one's own for SQL or scripts in bodies stands beside the groups, not in their place."),
    ),
    workload_aware=True,
)
def waf_injection_rules_inspect_bodies(subject: Subject, aws: View) -> Verdict:
    """A web ACL before a door blocks known injections, in as much of the body as a prompt may fill.

    Judged is each web ACL attached to a door.

    Passes: the AWS groups for common attacks and known bad inputs are there and act, their rules on bodies are not
    counted only, and WAF sees at least `max_prompt_kb` of a body, or refuses larger ones.

    Fails: a group is missing or overridden to Count; a rule on bodies is; WAF sees less than a prompt may fill and lets
    the rest through; SizeRestrictions_BODY is counted only and nothing else refuses large bodies.

    Does not apply: no web ACL stands before a door.

    By hand::

        aws wafv2 get-web-acl --arn $ACL --query 'WebACL.[Rules,AssociationConfig]'
    """
    held = subject.about["guarded"]
    assert isinstance(held, Guarded)
    answer = aws.get(wafv2.GET_WEB_ACL, ARN=held.acl)
    if answer is None:
        raise UnseenError(Why.LINK_UNKNOWN, f"web ACL {held.acl} is named by a door, but does not exist")
    acl = answer.get("WebACL") or {}
    name = str(acl.get("Name") or held.acl)
    looks = [lambda: _groups(acl, held, aws), lambda: _size(acl, held, aws)]
    return weighed(f"web ACL {name}", looks)


def _managed(acl: Answer) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """The rules that use a managed group of AWS, each with its statement; those of Firewall Manager too."""
    for path, member in (
        ("Rules[]", "Statement"),
        ("PreProcessFirewallManagerRuleGroups[]", "FirewallManagerStatement"),
        ("PostProcessFirewallManagerRuleGroups[]", "FirewallManagerStatement"),
    ):
        for rule in values(acl, path):
            statement = (rule.get(member) or {}).get("ManagedRuleGroupStatement")
            if isinstance(statement, Mapping) and statement.get("VendorName") in (None, "AWS"):
                yield rule, statement


def _groups(acl: Answer, guarded: Guarded, aws: View) -> Iterator[Problem | str]:
    held: dict[str, list[tuple[Mapping[str, Any], Mapping[str, Any]]]] = {}
    for rule, statement in _managed(acl):
        held.setdefault(str(statement.get("Name") or ""), []).append((rule, statement))
    for group, words in _NEEDED.items():
        if group not in held:
            yield Problem(Severity.MEDIUM, f"{words} ({group}) are missing")
    unseen: UnseenError | None = None
    for group in (*_NEEDED, _SQL):
        uses = held.get(group, [])
        if not uses:
            continue
        faults = [list(_faults(group, rule, statement)) for rule, statement in uses]
        acting = [
            use(acl, rule, statement)
            for (rule, statement), wrong in zip(uses, faults, strict=True)
            if not wrong
        ]
        if not acting:
            yield from (Problem(Severity.MEDIUM, fault) for fault in faults[0])
            continue
        try:
            lost = missed(aws, guarded, acting)
        except UnseenError as error:
            unseen = unseen or error
            continue
        if lost:
            yield Problem(
                Severity.MEDIUM,
                f"{group} never sees {lost}: a scope-down statement leaves it out, or a rule before allows it",
            )
            continue
        yield f"{group} acts"
        if all(one.scope for one in acting):
            yield f"{group} looks only at what its scope-down statement selects"
    if unseen is not None:
        raise unseen


def _faults(group: str, rule: Mapping[str, Any], statement: Mapping[str, Any]) -> Iterator[str]:
    if "Count" in (rule.get("OverrideAction") or {}):
        yield f"{group} only counts (OverrideAction Count)"
        return
    counted = _counted(statement) & _KEY_RULES
    if counted:
        yield f"{group} only counts {', '.join(sorted(counted))}"


def _counted(statement: Mapping[str, Any]) -> set[str]:
    names = {
        str(one.get("Name"))
        for one in statement.get("RuleActionOverrides") or ()
        if "Count" in (one.get("ActionToUse") or {}) or "Allow" in (one.get("ActionToUse") or {})
    }
    return names | {str(one.get("Name")) for one in statement.get("ExcludedRules") or ()}


def _size(acl: Answer, guarded: Guarded, aws: View) -> Iterator[Problem | str]:
    most = aws.parameters.get("max_prompt_kb")
    sure, perhaps = ({door.kind for door in doors} for doors in in_question(aws, guarded))
    counted = any(
        statement.get("Name") == "AWSManagedRulesCommonRuleSet" and _SIZE_RULE in _counted(statement)
        for _, statement in _managed(acl)
    )
    unknown = ""
    found: dict[str, None] = {}
    for kind in sorted(sure | perhaps):
        seen = _seen(acl, kind)
        capped = _caps(acl, seen)
        said = f"WAF sees {seen} KB of a body at a {kind.rpartition('::')[2]}"
        problems = []
        if seen < most and not capped:
            problems.append(f"{said}, less than the {most} KB a prompt may fill, and lets the rest through")
        if counted and not capped:
            problems.append(f"{_SIZE_RULE} is counted only, and no other rule refuses large bodies")
        if not problems:
            yield said if seen >= most else f"{said} and refuses larger ones"
        elif kind in sure:
            found.update(dict.fromkeys(problems))
        else:
            unknown = problems[0]
    yield from (Problem(Severity.MEDIUM, problem) for problem in found)
    if unknown:
        raise UnseenError(Why.LINK_UNKNOWN, f"{unknown}; whether that door leads to a model is not known")


def _seen(acl: Answer, kind: str) -> int:
    """KB of a body that WAF sees at a door of that kind."""
    resource = _RESOURCE.get(kind)
    if resource is None:
        return _FIXED
    limits = ((acl.get("AssociationConfig") or {}).get("RequestBody") or {}).get(resource) or {}
    stated = str(limits.get("DefaultSizeInspectionLimit") or "").removeprefix("KB_")
    return int(stated) if stated.isdecimal() else _DEFAULT


def _caps(acl: Answer, seen: int) -> bool:
    """Whether bodies larger than WAF sees are refused: by the common rules' own rule or by one of the account's."""
    for rule, statement in _managed(acl):
        acts = "Count" not in (rule.get("OverrideAction") or {}) and _SIZE_RULE not in _counted(statement)
        everywhere = "ScopeDownStatement" not in statement
        if statement.get("Name") == "AWSManagedRulesCommonRuleSet" and acts and everywhere:
            return True
    return any(
        "Block" in (rule.get("Action") or {}) and _refuses(rule.get("Statement") or {}, seen)
        for rule in values(acl, "Rules[]")
    )


def _refuses(statement: Mapping[str, Any], seen: int) -> bool:
    """Whether a statement matches every body larger than the KB that WAF sees of it."""
    size = statement.get("SizeConstraintStatement") or {}
    where = _body(size)
    if where is not None:
        least = size.get("Size") if isinstance(size.get("Size"), int) else None
        within = least is not None and (
            (size.get("ComparisonOperator") == "GT" and least < seen * _KB)
            or (size.get("ComparisonOperator") == "GE" and least <= seen * _KB)
        )
        if within or where.get("OversizeHandling") in _BLOCKS_LARGE:
            return where.get("OversizeHandling") != "NO_MATCH"
    return any(
        (_body(statement.get(name) or {}) or {}).get("OversizeHandling") in _BLOCKS_LARGE
        for name in ("SqliMatchStatement", "XssMatchStatement")
    )


def _body(match: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a statement says of the body it looks at; None where it looks at something else."""
    where = match.get("FieldToMatch") or {}
    found = where.get("Body")
    return found if found is not None else where.get("JsonBody")
