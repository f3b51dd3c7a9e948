"""CloudTrail trails and what their event selectors record.

A multi-Region trail shows in every Region's ``DescribeTrails`` (as a shadow), so one Region's answer names them all.
Selectors: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assessor.model.operation import Operation
from assessor.model.reading import Call, UnseenError
from assessor.model.view import Answer, View
from collectors import cloudtrail

READS: tuple[Operation, ...] = (
    cloudtrail.DESCRIBE_TRAILS,
    cloudtrail.GET_TRAIL_STATUS,
    cloudtrail.GET_EVENT_SELECTORS,
)

MANAGEMENT = "Management"
Event = Mapping[str, str]
"""What is known of an event, by the field names of advanced selectors: ``eventCategory``, ``eventSource`` and so on."""


@dataclass(frozen=True, slots=True)
class Trail:
    """One trail, with the answer of ``DescribeTrails`` and the call that gave it."""

    arn: str
    facts: Mapping[str, Any]
    evidence: Call

    @property
    def multi_region(self) -> bool:
        """Whether it records every Region."""
        return self.facts.get("IsMultiRegionTrail") is True

    @property
    def owner(self) -> str:
        """The account it belongs to: the organization's, for an organization trail."""
        return self.arn.split(":")[4] if self.arn.count(":") >= 5 else ""

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.facts.get("Name") or self.arn.rpartition("/")[2])


def trails(aws: View, *, of_region: bool = False) -> Iterator[Trail]:
    """Every trail that records something of this account, each once, those of the organization included.

    of_region: what records the view's Region is asked, so that its own listing is needed: a trail of one Region shows
    there alone. Raises UnseenError, after those that are known, when that is missing, or no Region answered.
    """
    known: dict[str, Trail] = {}
    unseen: UnseenError | None = None
    answered = own = False
    for here in aws.regions():
        try:
            for call, facts in here.items_with_call(cloudtrail.DESCRIBE_TRAILS):
                arn = str(facts.get("TrailARN") or "")
                if arn:
                    known.setdefault(arn, Trail(arn, facts, call))
            answered = True
        except UnseenError as error:
            unseen = unseen or error
            own = own or (of_region and here.region == aws.region)
    yield from known.values()
    if (own or not answered) and unseen is not None:
        raise unseen


def trail_status(aws: View, trail: Trail) -> Answer:
    """Whether it is logging and delivering. Raises UnseenError."""
    return aws.get(cloudtrail.GET_TRAIL_STATUS, Name=trail.arn) or {}


def trail_selectors(aws: View, trail: Trail) -> Answer:
    """Its event selectors, basic or advanced. Raises UnseenError."""
    return aws.get(cloudtrail.GET_EVENT_SELECTORS, TrailName=trail.arn) or {}


def records(selectors: Answer, event: Event) -> bool:
    """Whether every event of this kind is recorded. Advanced selectors replace basic ones.

    A selector that narrows by a field the event does not fix records only some of them, which does not count.
    """
    advanced = selectors.get("AdvancedEventSelectors") or ()
    if advanced:
        return any(_advanced(one.get("FieldSelectors") or (), event) for one in advanced)
    if event.get("eventCategory") != MANAGEMENT:
        return False
    return any(_basic(one, event) for one in selectors.get("EventSelectors") or ())


def _basic(selector: Mapping[str, Any], event: Event) -> bool:
    if selector.get("IncludeManagementEvents") is False:
        return False
    if event.get("eventSource") in (selector.get("ExcludeManagementEventSources") or ()):
        return False
    kind = selector.get("ReadWriteType", "All")
    return kind == "All" or bool((kind == "ReadOnly") is (event.get("readOnly") == "true"))


def _advanced(fields: Sequence[Mapping[str, Any]], event: Event) -> bool:
    if not any(one.get("Field") == "eventCategory" for one in fields):
        return False
    return all(_passes(one, event.get(str(one.get("Field", "")))) for one in fields)


def _passes(field: Mapping[str, Any], value: str | None) -> bool:
    """Any of the operators that select must hold, and none of those that deselect."""
    if value is None:
        return False
    selected = [holds(value, text) for name, holds in _HOLDS.items() for text in field.get(name) or ()]
    deselected = [
        holds(value, text) for name, holds in _HOLDS.items() for text in field.get(f"Not{name}") or ()
    ]
    return (any(selected) or not selected) and not any(deselected)


_HOLDS: Mapping[str, Callable[[str, str], bool]] = {
    "Equals": lambda value, text: value == text,
    "StartsWith": str.startswith,
    "EndsWith": str.endswith,
}
