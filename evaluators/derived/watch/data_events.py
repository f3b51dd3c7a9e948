"""What records the data events of a Region: live trails and event data stores, and the selectors they hold.

Only advanced selectors can name a Bedrock resource type. Rests on ``DescribeTrails`` (shadows of multi-Region and
organization trails included), ``GetTrailStatus``, ``GetEventSelectors`` and ``GetEventDataStore``.
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.reading import UnseenError, Why
from assessor.model.view import Answer, Gathered, View, gather
from collectors import cloudtrail, naming
from evaluators.derived.watch import trails
from evaluators.derived.watch.trails import Trail, trail_selectors, trail_status

READS: tuple[Operation, ...] = (
    *trails.READS,
    cloudtrail.LIST_EVENT_DATA_STORES,
    cloudtrail.GET_EVENT_DATA_STORE,
)

_LIVE_STORE = frozenset({"ENABLED", "STARTING_INGESTION"})
_OPERATORS = ("Equals", "StartsWith", "EndsWith")
_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "Equals": lambda value, one: value == one,
    "StartsWith": str.startswith,
    "EndsWith": str.endswith,
}
_USUAL = ("eventCategory", "resources.type", "resources.ARN")


@dataclass(frozen=True, slots=True)
class Selector:
    """One advanced event selector: an event passes when every field does."""

    fields: tuple[tuple[str, Mapping[str, tuple[str, ...]]], ...]

    def passes(self, field: str, value: str) -> bool:
        """Whether an event with that value passes what is asked of the field."""
        return all(_passes(asked, value) for name, asked in self.fields if name == field)

    def records(self, resource_types: Iterable[str], arn: str) -> bool:
        """Whether data events of one of those types pass; on that resource, or with "" on every resource."""
        names = {name for name, _ in self.fields}
        return (
            {"eventCategory", "resources.type"} <= names
            and self.passes("eventCategory", "Data")
            and any(self.passes("resources.type", one) for one in resource_types)
            and (self.passes("resources.ARN", arn) if arn else "resources.ARN" not in names)
        )

    @property
    def data(self) -> bool:
        """Whether data events pass at all."""
        return any(name == "eventCategory" for name, _ in self.fields) and self.passes(
            "eventCategory", "Data"
        )

    @property
    def narrowed_by(self) -> tuple[str, ...]:
        """What else it asks of an event, in words."""
        return tuple(_said(name, asked) for name, asked in self.fields if name not in _USUAL)


def _passes(asked: Mapping[str, tuple[str, ...]], value: str) -> bool:
    """Any of the positive operators must hold, none of the negative ones may."""
    wanted = [_TESTS[name](value, one) for name in _OPERATORS for one in asked.get(name, ())]
    unwanted = [_TESTS[name](value, one) for name in _OPERATORS for one in asked.get(f"Not{name}", ())]
    return (any(wanted) or not wanted) and not any(unwanted)


def _said(name: str, asked: Mapping[str, tuple[str, ...]]) -> str:
    parts = [f"{operator} {', '.join(listed[:3])}" for operator, listed in asked.items()]
    return f"{name} {' and '.join(parts)}"


def advanced_selectors(answer: Answer) -> tuple[Selector, ...]:
    """The advanced selectors of a trail or an event data store."""
    return tuple(_selector(raw) for raw in answer.get("AdvancedEventSelectors") or ())


def _selector(raw: Answer) -> Selector:
    operators = (*_OPERATORS, *(f"Not{name}" for name in _OPERATORS))
    return Selector(
        tuple(
            (
                str(field.get("Field") or ""),
                {name: tuple(map(str, field[name])) for name in operators if field.get(name)},
            )
            for field in raw.get("FieldSelectors") or ()
        )
    )


@dataclass(frozen=True, slots=True)
class Recorder:
    """A trail or event data store that takes in events of this Region. dead: why it records nothing, "" if it does."""

    what: str
    dead: str
    selectors: tuple[Selector, ...]


def recorders(aws: View) -> Gathered[Recorder]:
    """What takes in events of this Region; a trail or store that cannot be read is raised after the others.

    Event data stores of the run's other Regions count where they cover all Regions.
    """
    return gather(_trail_recorders(aws), *(_stores(aws, there) for there in aws.regions()))


def _trail_recorders(aws: View) -> Iterator[Recorder]:
    found = gather(_covering(aws))
    made = gather(*(_trail(aws, trail) for trail in found.known))
    yield from made.known
    unseen = found.unseen or made.unseen
    if unseen is not None:
        raise unseen


def _covering(aws: View) -> Iterator[Trail]:
    """The trails that record this Region: its own, and the shadows of those that record every Region."""
    for call, facts in aws.items_with_call(cloudtrail.DESCRIBE_TRAILS):
        arn = str(facts.get("TrailARN") or "")
        home = facts.get("HomeRegion") or naming.region(arn)
        if facts.get("IsMultiRegionTrail") or home == aws.region:
            yield Trail(arn, facts, call)


def _trail(aws: View, trail: Trail) -> Iterator[Recorder]:
    kind = "organization trail" if trail.facts.get("IsOrganizationTrail") else "trail"
    what = f"{kind} {trail.name}"
    selectors = tuple(s for s in advanced_selectors(trail_selectors(aws, trail)) if s.data)
    if not selectors:
        # It records no data events, so whether it is logging is of no matter here.
        yield Recorder(what, "", ())
        return
    yield Recorder(what, _dead(trail_status(aws, trail)), selectors)


def _dead(status: Answer) -> str:
    if not status.get("IsLogging"):
        return "it is not logging"
    error = str(status.get("LatestDeliveryError") or "")
    return f"its last delivery failed ({error})" if error else ""


def _stores(aws: View, there: View) -> Iterator[Recorder]:
    own = there.region == aws.region
    found = gather(there.items(cloudtrail.LIST_EVENT_DATA_STORES))
    made = gather(*(_store(there, item, own=own) for item in found.known if item.get("EventDataStoreArn")))
    yield from made.known
    # Where the listing of event data stores is not offered there are none.
    listing = found.unseen if found.unseen is not None and found.unseen.why is not Why.UNSUPPORTED else None
    unseen = listing or made.unseen
    if unseen is not None:
        raise UnseenError(unseen.why, unseen.detail, unseen.grant, unseen.call)


def _store(aws: View, listed: Answer, *, own: bool) -> Iterator[Recorder]:
    """One store. The listing once told status and selectors too; where it still does, it is enough."""
    arn = str(listed.get("EventDataStoreArn") or "")
    answer: Answer | None
    try:
        answer = aws.get(cloudtrail.GET_EVENT_DATA_STORE, EventDataStore=arn)
    except UnseenError:
        if not (listed.get("Status") and listed.get("AdvancedEventSelectors")):
            raise
        answer = listed
    if answer is None or not (own or answer.get("MultiRegionEnabled")):
        return
    status = str(answer.get("Status") or "")
    dead = "" if status in _LIVE_STORE else f"its status is {status or 'not told'}"
    yield Recorder(f"event data store {answer.get('Name') or arn}", dead, advanced_selectors(answer))
