"""The view: unseen is never an empty answer, and every look is evidence."""

import pytest

from assessor.model.operation import Each, Operation
from assessor.model.reading import Absent, Call, Reading, Seen, Unseen, UnseenError, Why
from assessor.model.snapshot import Account, Run, Snapshot, call_of
from assessor.model.view import View, gather

LIST = Operation("bedrock", "ListGuardrails", "bedrock:ListGuardrails", items="guardrails")
GET = Operation(
    "bedrock", "GetGuardrail", "bedrock:GetGuardrail", each=(Each(LIST, {"guardrailIdentifier": "id"}),)
)
ME = Account("111122223333", ("us-east-1",))


def view(readings: dict[Call, Reading]) -> View:
    run = Run("run", "2026-01-01T00:00:00Z", "0", (ME,))
    return View(Snapshot(run, readings), ME, "us-east-1")


def listing(reading: Reading) -> dict[Call, Reading]:
    return {call_of(LIST, ME.id, "us-east-1", {}): reading}


def test_a_seen_listing_yields_its_items_and_is_evidence() -> None:
    """Items come from the declared path; the call looked at stands in the trail."""
    aws = view(listing(Seen({"guardrails": [{"id": "a"}, {"id": "b"}]})))
    assert [g["id"] for g in aws.items(LIST)] == ["a", "b"]
    assert [c.operation for c in aws.trail] == ["bedrock:ListGuardrails"]


def test_a_denied_listing_raises_with_the_grant() -> None:
    """A denied listing is not an empty one."""
    aws = view(listing(Unseen(Why.DENIED, "AccessDeniedException", "no", "bedrock:ListGuardrails")))
    with pytest.raises(UnseenError) as raised:
        list(aws.items(LIST))
    assert raised.value.why is Why.DENIED
    assert raised.value.grant == "bedrock:ListGuardrails"


def test_a_partly_read_listing_yields_what_is_known_and_then_raises() -> None:
    """A broken-off listing keeps its known part and says that it is a part."""
    aws = view(listing(Unseen(Why.THROTTLED, "Throttling", partial={"guardrails": [{"id": "a"}]})))
    items = aws.items(LIST)
    assert next(items)["id"] == "a"
    with pytest.raises(UnseenError) as raised:
        next(items)
    assert raised.value.why is Why.PARTIAL_PAGE


def test_details_under_a_denied_listing_are_unseen_for_the_same_reason() -> None:
    """A call never made because its parent was denied carries the parent's reason, not an empty answer."""
    aws = view(listing(Unseen(Why.DENIED, "AccessDeniedException", "", "bedrock:ListGuardrails")))
    with pytest.raises(UnseenError) as raised:
        aws.get(GET, guardrailIdentifier="a")
    assert raised.value.why is Why.DENIED
    with pytest.raises(UnseenError):
        list(aws.items(GET, ""))


def test_a_call_that_was_never_made_is_unavailable() -> None:
    """An old snapshot under a newer control says so."""
    with pytest.raises(UnseenError) as raised:
        view({}).get(LIST)
    assert raised.value.why is Why.OPERATION_UNAVAILABLE


def test_absent_is_a_fact() -> None:
    """Absent reads as None and does not raise."""
    call = call_of(GET, ME.id, "us-east-1", {"guardrailIdentifier": "a"})
    assert view({call: Absent("ResourceNotFoundException")}).get(GET, guardrailIdentifier="a") is None


def test_one_unreadable_source_does_not_silence_the_others() -> None:
    """Gathering keeps what was found, and iterating to the end still raises."""
    aws = view(listing(Unseen(Why.ERROR, "InternalError")))
    found = gather(aws.items(LIST), iter([{"id": "z"}]))
    assert found.known == [{"id": "z"}]
    with pytest.raises(UnseenError):
        list(found)


def test_derived_sets_are_made_once_and_replay_their_evidence() -> None:
    """A derived set is computed once; each user of it still records the calls it rests on."""
    made = []

    def names(aws: View) -> list[str]:
        made.append(1)
        return [g["id"] for g in aws.items(LIST)]

    aws = view(listing(Seen({"guardrails": [{"id": "a"}]})))
    assert aws.derive(names) == aws.derive(names) == ["a"]
    assert len(made) == 1
    assert len(aws.trail) == 2


def test_what_was_never_asked_names_the_call_that_failed() -> None:
    """A detail that hangs on a denied listing was not refused itself: the listing was."""
    denied = Unseen(Why.DENIED, "AccessDeniedException", "no", "bedrock:ListGuardrails")
    for look in (
        lambda aws: aws.get(GET, guardrailIdentifier="a"),
        lambda aws: list(aws.items(GET, "")),
    ):
        with pytest.raises(UnseenError) as raised:
            look(view(listing(denied)))
        assert raised.value.detail.startswith("bedrock:ListGuardrails in us-east-1 could not be read")
        assert raised.value.call == call_of(LIST, ME.id, "us-east-1", {})
