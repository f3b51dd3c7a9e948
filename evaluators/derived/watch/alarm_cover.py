"""Is a metric watched by an alarm that works, and for every model in use.

The three answers are kept apart: watched, proven not to be, and not to be seen from what could be read.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.reading import UnseenError, Why
from assessor.model.view import View
from evaluators.derived.watch import alarm_dimensions, alarms
from evaluators.derived.watch.alarm_dimensions import MODELS
from evaluators.derived.watch.alarm_metrics import Watch
from evaluators.derived.watch.alarms import Alarm, Effect

READS: tuple[Operation, ...] = alarms.READS

Fits = Callable[[Alarm], bool]


@dataclass(frozen=True, slots=True)
class Cover:
    """Whether something is watched. works: True, False or None (not to be seen); words: by what, or why not."""

    works: bool | None
    words: str
    unseen: UnseenError | None = None
    alarms: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def own_watch(aws: View, watch: Watch, namespace: str, metrics: Iterable[str]) -> bool:
    """Whether a watch is on one of those metrics of this very account."""
    return watch.namespace == namespace and watch.metric in metrics and watch.account in ("", aws.account_id)


def cover(aws: View, fits: Fits, what: str, spoken: Iterable[str]) -> Cover:
    """The best answer among the alarms that fit.

    what: the metric in words. spoken: metric names; an alarm with an expression that cannot be read counts as
    unknown when it speaks of one of them and of a Bedrock namespace.
    """
    listed = aws.derive(alarms.metric_alarms)
    fitting = [(alarm, alarms.effect(aws, alarm)) for alarm in listed.known if fits(alarm)]
    for alarm, found in fitting:
        if found.works:
            return Cover(
                True,
                f"alarm {alarm.name} watches {what}: {found.reach}",
                alarms=(alarm.name,),
                notes=found.notes,
            )
    unknown = next((found.unseen for _, found in fitting if found.works is None), None)
    unknown = unknown or listed.unseen or _unread(aws, spoken)
    if unknown is not None:
        return Cover(None, f"whether an alarm watches {what} cannot be seen", unknown)
    if not fitting:
        return Cover(False, f"no alarm watches {what}")
    return Cover(False, f"{_broken(fitting)}; no other alarm watches {what}")


def _unread(aws: View, spoken: Iterable[str]) -> UnseenError | None:
    for name in spoken:
        for alarm in alarms.unreadable(aws, name):
            if any(MODELS.lower() in text.lower() for text in alarm.watched.unclear):
                detail = f"the expression of alarm {alarm.name} cannot be read"
                return UnseenError(Why.UNSUPPORTED_POLICY_CONSTRUCT, detail, "", alarm.evidence[0])
    return None


def _broken(fitting: list[tuple[Alarm, Effect]]) -> str:
    shown = [f"alarm {alarm.name} does not work: {'; '.join(found.faults)}" for alarm, found in fitting[:3]]
    return ". ".join(shown) + (f". {len(fitting) - 3} more do not either" if len(fitting) > 3 else "")


def model_cover(aws: View, metrics: frozenset[str], *, alone: bool = False, rising: bool = False) -> Cover:
    """Whether alarms that work watch one of these metrics of the runtime for every model in use.

    One alarm over all models will do, or one for each model that was invoked in the last two weeks. alone: the alarm
    must rest on these metrics only (a rate has the invocations as its denominator and does not watch their number).
    rising: a plain alarm must fire on a rise.
    """
    what = f"{MODELS} {' or '.join(sorted(metrics))}"

    def fits(alarm: Alarm, model: str) -> bool:
        watches = alarm.watched.watches
        if alone and any(watch.metric not in metrics for watch in watches):
            return False
        if rising and not alarm.rises:
            return False
        return any(
            own_watch(aws, watch, MODELS, metrics) and alarm_dimensions.covers_model(watch, model)
            for watch in watches
        )

    whole = cover(aws, lambda alarm: fits(alarm, ""), f"{what} of every model", metrics)
    if whole.works:
        return whole
    try:
        models = alarm_dimensions.used_models(aws)
    except UnseenError as error:
        some = cover(aws, lambda alarm: _any_model(aws, alarm, fits), what, metrics)
        if some.works is False or whole.works is None:
            return some if some.works is False else whole
        return Cover(None, f"which models are used cannot be seen, so neither can {what} of each", error)
    if not models:
        some = cover(aws, lambda alarm: _any_model(aws, alarm, fits), what, metrics)
        note = "no model was invoked in the last two weeks"
        return Cover(some.works, some.words, some.unseen, some.alarms, (*some.notes, note))
    return _each(aws, models, fits, whole, what, metrics)


def _any_model(aws: View, alarm: Alarm, fits: Callable[[Alarm, str], bool]) -> bool:  # noqa: ARG001 - as called
    own = {watch.value("ModelId") or "" for watch in alarm.watched.watches}
    return any(fits(alarm, model) for model in own | {""})


def _each(
    aws: View,
    models: tuple[str, ...],
    fits: Callable[[Alarm, str], bool],
    whole: Cover,
    what: str,
    metrics: frozenset[str],
) -> Cover:
    def sees(model: str) -> Fits:
        return lambda alarm: fits(alarm, model)

    held = [cover(aws, sees(model), f"{what} of {model}", metrics) for model in models]
    bad = [found for found in held if found.works is False]
    if bad:
        more = f"; the same holds for {len(bad) - 1} more of {len(models)} models" if len(bad) > 1 else ""
        return Cover(False, bad[0].words + more)
    unknown = next((found for found in held if found.works is None), None)
    if unknown is not None:
        return whole if whole.works is None else unknown
    names = tuple(dict.fromkeys(name for found in held for name in found.alarms))
    words = (
        held[0].words
        if len(held) == 1
        else f"alarms {', '.join(names[:5])} watch {what} of all {len(models)} models in use"
    )
    notes = tuple(dict.fromkeys(note for found in held for note in found.notes))
    return Cover(True, words, alarms=names, notes=notes)
