"""CloudWatch alarms that can fire and reach somebody, and what they watch.

An alarm is effective when its actions are enabled, at least one of them (its own, or of a composite alarm that it
sets off) reaches somebody, what it watches can have data, nothing mutes it now, and it has not been stuck in ALARM
or INSUFFICIENT_DATA. What it is called says nothing. Rests on ``DescribeAlarms``, ``GetAlarmMuteRule``,
``ListMetrics`` and what `evaluators.derived.watch.alarm_routes` reads.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.reading import Call, UnseenError, Why
from assessor.model.view import Answer, Gathered, View, gather
from collectors import cloudwatch, logs, naming
from evaluators.derived.moments import days_since
from evaluators.derived.watch import alarm_dimensions, alarm_routes
from evaluators.derived.watch.alarm_dimensions import GUARDRAILS, MODELS
from evaluators.derived.watch.alarm_metrics import Watch, Watched, watched
from evaluators.derived.watch.alarm_routes import Reach
from evaluators.derived.watch.composite_rules import RuleError, alarm_name, holds

LISTING_READS: tuple[Operation, ...] = (cloudwatch.DESCRIBE_ALARMS,)
READS: tuple[Operation, ...] = (
    *LISTING_READS,
    cloudwatch.LIST_ALARM_MUTE_RULES,
    cloudwatch.GET_ALARM_MUTE_RULE,
    cloudwatch.DESCRIBE_ANOMALY_DETECTORS,
    *alarm_dimensions.READS,
    *alarm_routes.READS,
)
FILTER_READS: tuple[Operation, ...] = (*LISTING_READS, logs.DESCRIBE_METRIC_FILTERS)

KIND = "AWS::CloudWatch::Alarm"
_STUCK = ("ALARM", "INSUFFICIENT_DATA")


@dataclass(frozen=True, slots=True)
class Alarm:
    """A metric alarm as it is configured. settings: its member of ``MetricAlarms``."""

    name: str
    arn: str
    settings: Answer
    watched: Watched
    evidence: tuple[Call, ...]

    @property
    def rises(self) -> bool:
        """Whether it can fire on a rise. An expression may turn its metric round, so only a plain metric is judged."""
        operator = str(self.settings.get("ComparisonOperator") or "")
        return not self.watched.plain or "Greater" in operator or not operator.startswith("LessThan")


@dataclass(frozen=True, slots=True)
class Effect:
    """Whether an alarm can fire and reach somebody.

    faults: what proves that it cannot. unseen: what could not be looked at. reach: who hears it, in words.
    """

    faults: tuple[str, ...]
    unseen: UnseenError | None
    reach: str
    notes: tuple[str, ...] = ()

    @property
    def works(self) -> bool | None:
        """True it does, False it does not, None it cannot be seen."""
        if self.faults:
            return False
        return None if self.unseen is not None else True


# -- listing ---------------------------------------------------------------------------------------
def metric_alarms(aws: View) -> Gathered[Alarm]:
    """Every metric alarm of this Region; what could not be read is raised after them."""
    return gather(_metric_alarms(aws))


def _metric_alarms(aws: View) -> Iterator[Alarm]:
    for call, settings in aws.items_with_call(cloudwatch.DESCRIBE_ALARMS, "MetricAlarms"):
        name = str(settings.get("AlarmName") or "")
        yield Alarm(name, _arn(aws, settings), settings, watched(settings), (call,))


def log_alarms(aws: View) -> Gathered[Alarm]:
    """Every alarm on a scheduled log query in this Region; it watches no metric. What could not be read is raised."""
    return gather(_log_alarms(aws))


def _log_alarms(aws: View) -> Iterator[Alarm]:
    for call, settings in aws.items_with_call(cloudwatch.DESCRIBE_ALARMS, "LogAlarms"):
        yield Alarm(str(settings.get("AlarmName") or ""), _arn(aws, settings), settings, Watched(()), (call,))


def _arn(aws: View, settings: Answer) -> str:
    own = f"arn:{aws.account.partition}:cloudwatch:{aws.region}:{aws.account_id}:alarm:{settings.get('AlarmName', '')}"
    return str(settings.get("AlarmArn") or own)


def composites(aws: View) -> Gathered[Answer]:
    """Every composite alarm of this Region; what could not be read is raised after them."""
    return gather(aws.items(cloudwatch.DESCRIBE_ALARMS, "CompositeAlarms"))


def watching(aws: View, wanted: Callable[[Watch], bool]) -> Gathered[Alarm]:
    """The alarms with a watch that fits, effective or not; what could not be read is raised after them."""
    found = aws.derive(metric_alarms)
    return Gathered((a for a in found.known if any(wanted(w) for w in a.watched.watches)), found.unseen)


def unreadable(aws: View, words: str) -> list[Alarm]:
    """The alarms with an expression that cannot be read and that speaks of ``words`` (without regard to case)."""
    return [
        alarm
        for alarm in aws.derive(metric_alarms).known
        if any(words.lower() in text.lower() for text in alarm.watched.unclear)
    ]


def guards_models(alarm: Alarm) -> bool:
    """Whether the alarm watches models, guardrails or the delivery of their logs."""
    if any(watch.namespace in (MODELS, GUARDRAILS) for watch in alarm.watched.watches):
        return True
    return any(MODELS.lower() in text.lower() for text in alarm.watched.unclear)


def topics(aws: View) -> Gathered[str]:
    """The topics that alarms on models and guardrails speak to, themselves or through composite alarms."""
    found = aws.derive(metric_alarms)
    parents = aws.derive(composites)
    actions: list[str] = []
    for alarm in found.known:
        if guards_models(alarm):
            actions += map(str, alarm.settings.get("AlarmActions") or ())
            for parent in _set_off(alarm, parents.known)[0]:
                actions += map(str, parent.get("AlarmActions") or ())
    named = dict.fromkeys(action for action in actions if naming.topic(action) is not None)
    return Gathered(named, found.unseen or parents.unseen)


def started(aws: View) -> Gathered[tuple[str, str]]:
    """What alarms on Bedrock's metrics start, with what starts it in words: themselves, or by a composite alarm.

    Alarms whose actions are off start nothing.
    """
    found = aws.derive(metric_alarms)
    parents = aws.derive(composites)
    starts: list[tuple[str, str]] = []
    for alarm in found.known:
        if not _of_bedrock(alarm):
            continue
        starts += _actions(alarm.settings, f"alarm {alarm.name}")
        for parent in _set_off(alarm, parents.known)[0]:
            starts += _actions(parent, f"composite alarm {parent.get('AlarmName')} (set off by {alarm.name})")
    return Gathered(dict.fromkeys(starts), found.unseen or parents.unseen)


def _of_bedrock(alarm: Alarm) -> bool:
    spoken = (*(watch.namespace for watch in alarm.watched.watches), *alarm.watched.unclear)
    return any(MODELS.lower() in text.lower() for text in spoken)


def _actions(settings: Answer, who: str) -> Iterator[tuple[str, str]]:
    if settings.get("ActionsEnabled", True) is not False:
        for action in settings.get("AlarmActions") or ():
            yield str(action), who


# -- effect ----------------------------------------------------------------------------------------
def effect(aws: View, alarm: Alarm) -> Effect:
    """Whether the alarm can fire and reach somebody: every condition looked at, nothing raised."""
    faults: list[str] = []
    notes: list[str] = []
    gaps: list[UnseenError] = []
    for look in (_broken, _stuck, _blind):
        try:
            fault = look(aws, alarm)
        except UnseenError as error:
            gaps.append(error)
        else:
            faults += [fault] if fault else []
    reach, unheard, unseen = _heard(aws, alarm)
    faults += unheard
    gaps += [unseen] if unseen is not None and not reach else []
    notes += _remarks(aws, alarm)
    return Effect(tuple(faults), gaps[0] if gaps else None, reach, tuple(notes))


def _broken(aws: View, alarm: Alarm) -> str:  # noqa: ARG001 - one shape for all looks
    if alarm.settings.get("EvaluationState") == "EVALUATION_ERROR":
        return "CloudWatch cannot evaluate it (EVALUATION_ERROR)"
    return ""


def _stuck(aws: View, alarm: Alarm) -> str:
    state = str(alarm.settings.get("StateValue") or "")
    days = _days_in_state(aws, alarm.settings)
    limit = aws.parameters.get("stale_days")
    if state not in _STUCK or days is None or days <= limit:
        return ""
    if state == "INSUFFICIENT_DATA":
        # Silence is no fault of the alarm as long as there is nothing to see.
        known = [w for w in alarm.watched.watches if w.namespace in (MODELS, GUARDRAILS)]
        if not any(alarm_dimensions.has_data(aws, watch) for watch in known):
            return ""
        return f"it has been in INSUFFICIENT_DATA for {days:.0f} days although there is data"
    return f"it has been in ALARM for {days:.0f} days (more than {limit}), so it tells nothing new"


def _days_in_state(aws: View, settings: Answer) -> float | None:
    since = settings.get("StateTransitionedTimestamp") or settings.get("StateUpdatedTimestamp")
    return days_since(since, aws.now)


def _blind(aws: View, alarm: Alarm) -> str:
    reasons = []
    for watch in alarm.watched.watches:
        reason = alarm_dimensions.blind_because(aws, watch)
        if not reason:
            return ""
        reasons.append(reason)
    return reasons[0] if reasons else ""


def _remarks(aws: View, alarm: Alarm) -> Iterator[str]:
    settings = alarm.settings
    if settings.get("TreatMissingData") == "breaching":
        yield "it treats missing data as a breach, so it fires whenever nothing happens"
    if settings.get("EvaluationState") in ("EVALUATION_FAILURE", "PARTIAL_DATA"):
        yield f"its evaluation state is {settings['EvaluationState']}"
    if settings.get("ThresholdMetricId") and alarm.watched.watches:
        yield from _detector(aws, alarm)


def _detector(aws: View, alarm: Alarm) -> Iterator[str]:
    """What is known of the model behind an anomaly band; a model in training is no fault."""
    try:
        held = list(aws.items(cloudwatch.DESCRIBE_ANOMALY_DETECTORS))
    except UnseenError:
        return
    wanted = {(watch.namespace, watch.metric, watch.dimensions) for watch in alarm.watched.watches}
    for detector in held:
        single = detector.get("SingleMetricAnomalyDetector") or detector
        sets = frozenset((str(d.get("Name")), str(d.get("Value"))) for d in single.get("Dimensions") or ())
        same = (str(single.get("Namespace") or ""), str(single.get("MetricName") or ""), sets) in wanted
        if same and detector.get("StateValue") not in (None, "TRAINED"):
            yield f"its anomaly model is in state {detector['StateValue']}"


# -- who hears it ----------------------------------------------------------------------------------
def _heard(aws: View, alarm: Alarm) -> tuple[str, list[str], UnseenError | None]:
    """Who hears the alarm, or why nobody does, or what could not be seen."""
    unseen: list[UnseenError] = []
    parents, unclear = _parents(aws, alarm, unseen)
    reaches = [_route(aws, alarm.name, alarm.settings, alarm.arn, unseen)]
    for parent in parents:
        name = str(parent.get("AlarmName") or "")
        silent = _silenced(aws, parent, alarm, parents)
        route = _route(aws, name, parent, _arn(aws, parent), unseen)
        reaches.append(
            Reach(False, f"composite alarm {name}: {silent}")
            if silent
            else Reach(route.heard, f"composite alarm {name}: {route.words}", route.unseen)
        )
    chosen = alarm_routes.best(reaches)
    if chosen is not None and chosen.heard:
        return chosen.words, [], None
    gap = next((r.unseen for r in reaches if r.heard is None and r.unseen is not None), None)
    gap = gap or (unseen[0] if unseen else None) or unclear
    if gap is not None:
        return "", [], gap
    return "", [reach.words for reach in reaches], None


def _parents(aws: View, alarm: Alarm, unseen: list[UnseenError]) -> tuple[list[Answer], UnseenError | None]:
    held = aws.derive(composites)
    if held.unseen is not None:
        unseen.append(held.unseen)
    return _set_off(alarm, held.known)


def _set_off(alarm: Alarm, held: list[Answer]) -> tuple[list[Answer], UnseenError | None]:
    """The composite alarms that fire when this alarm fires alone; and one whose rule cannot be read."""
    firing = {alarm.name}
    unclear: UnseenError | None = None
    found: list[Answer] = []
    for _ in range(len(held) + 1):
        before = len(firing)
        for parent in held:
            name = str(parent.get("AlarmName") or "")
            if name in firing:
                continue
            rule = str(parent.get("AlarmRule") or "")
            try:
                # A rule that holds when nothing fires does not tell of this alarm.
                tells = holds(rule, firing.__contains__) and not holds(rule, lambda _: False)
            except RuleError as error:
                if alarm.name in rule and unclear is None:
                    detail = f"the rule of composite alarm {name} cannot be read: {error}"
                    unclear = UnseenError(Why.UNSUPPORTED_POLICY_CONSTRUCT, detail)
                continue
            if tells:
                firing.add(name)
                found.append(parent)
        if len(firing) == before:
            break
    return found, unclear


def _silenced(aws: View, parent: Answer, alarm: Alarm, parents: list[Answer]) -> str:
    """Why a composite alarm's actions are suppressed, in words; "" where they are not."""
    suppressor = alarm_name(str(parent.get("ActionsSuppressor") or ""))
    if suppressor:
        if suppressor == alarm.name or suppressor in {p.get("AlarmName") for p in parents}:
            return f"its suppressor {suppressor} fires together with it"
        state = _state_of(aws, suppressor)
        if parent.get("ActionsSuppressedBy") == "Alarm" or state == "ALARM":
            return f"its actions are suppressed by {suppressor}"
    days = _days_in_state(aws, parent)
    limit = aws.parameters.get("stale_days")
    if parent.get("StateValue") == "ALARM" and days is not None and days > limit:
        return f"it has been in ALARM for {days:.0f} days (more than {limit}), so it tells nothing new"
    return ""


def _state_of(aws: View, name: str) -> str:
    listed = [a.settings for a in aws.derive(metric_alarms).known] + aws.derive(composites).known
    return next((str(a.get("StateValue") or "") for a in listed if a.get("AlarmName") == name), "")


def _route(aws: View, name: str, settings: Answer, arn: str, unseen: list[UnseenError]) -> Reach:
    """What the actions of one alarm come to."""
    actions = [str(action) for action in settings.get("AlarmActions") or ()]
    # PutMetricAlarm: actions are enabled unless it says otherwise.
    if settings.get("ActionsEnabled", True) is False:
        return Reach(False, "its actions are disabled")
    if not actions:
        other = settings.get("OKActions") or settings.get("InsufficientDataActions")
        return Reach(
            False, "it has actions for other states, none for ALARM" if other else "it has no action"
        )
    chosen = alarm_routes.best(alarm_routes.reach_of(aws, action, arn) for action in actions)
    if chosen is None or chosen.heard is False:
        return chosen or Reach(False, "it has no action")
    muted = _muted(aws, name)
    if isinstance(muted, UnseenError):
        unseen.append(muted)
        return Reach(None, chosen.words, muted)
    return Reach(False, f"it is muted by {muted}") if muted else chosen


def _muted(aws: View, name: str) -> "str | UnseenError":
    """The rule that mutes the alarm now, "" when none does, or why that cannot be seen."""
    rules = aws.derive(active_mutes)
    for rule in rules.known:
        if name in rule[1]:
            return rule[0]
    return rules.unseen or ""


def active_mutes(aws: View) -> Gathered[tuple[str, frozenset[str]]]:
    """The mute rules in force now, with the names of the alarms they silence.

    Where the Region does not offer mute rules, none can be in force.
    """
    found = gather(_active_mutes(aws))
    return Gathered(found.known, None if _no_mute_rules(found.unseen) else found.unseen)


def _no_mute_rules(unseen: UnseenError | None) -> bool:
    """Whether the Region has no such thing as a mute rule: their listing says so, not one rule that is listed."""
    listing = cloudwatch.LIST_ALARM_MUTE_RULES.id
    return (
        unseen is not None
        and unseen.why is Why.UNSUPPORTED
        and unseen.call is not None
        and unseen.call.operation == listing
    )


def _active_mutes(aws: View) -> Iterator[tuple[str, frozenset[str]]]:
    for item in aws.items(cloudwatch.LIST_ALARM_MUTE_RULES):
        if item.get("Status") != "ACTIVE":
            continue
        name = naming.after_colon(str(item.get("AlarmMuteRuleArn") or "")) or ""
        rule = aws.get(cloudwatch.GET_ALARM_MUTE_RULE, AlarmMuteRuleName=name)
        if rule is not None:
            targets = (rule.get("MuteTargets") or {}).get("AlarmNames") or ()
            yield f"mute rule {name}", frozenset(map(str, targets))


# -- metric filters --------------------------------------------------------------------------------
def on_metric_filters(aws: View, log_group: str) -> Gathered[tuple[Answer, Alarm]]:
    """The metric filters of a log group, each with the alarms on the metrics it makes, effective or not."""
    return gather(_on_metric_filters(aws, log_group))


def _on_metric_filters(aws: View, log_group: str) -> Iterator[tuple[Answer, Alarm]]:
    alarms = aws.derive(metric_alarms)
    for item in aws.items(logs.DESCRIBE_METRIC_FILTERS, logGroupName=log_group):
        made = {
            (str(t.get("metricNamespace") or ""), str(t.get("metricName") or ""))
            for t in item.get("metricTransformations") or ()
        }
        for alarm in alarms.known:
            if any((watch.namespace, watch.metric) in made for watch in alarm.watched.watches):
                yield item, alarm
    if alarms.unseen is not None:
        raise alarms.unseen
