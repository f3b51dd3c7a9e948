from assessor.model.grants import Lacking
from assessor.model.operation import Each, Operation
from assessor.model.reading import Call, Seen, Unseen, Why
from assessor.model.snapshot import Account, Run, Snapshot

LISTING = Operation("s3", "ListBuckets", "s3:ListAllMyBuckets", items="Buckets")
DETAIL = Operation("s3", "GetBucketPolicy", "s3:GetBucketPolicy", each=(Each(LISTING, {"Bucket": "Name"}),))
OTHER = Operation("kms", "ListKeys", "kms:ListKeys", items="Keys")
RUN = Run("r", "2026-01-01T00:00:00Z", "t", (Account("1", ("us-east-1",)),))


def _lacking(*readings: tuple[Operation, Seen | Unseen]) -> Lacking:
    held = {Call("1", "us-east-1", operation.id): reading for operation, reading in readings}
    return Lacking(Snapshot(RUN, held), "1")


def test_a_refused_listing_also_lacks_what_would_have_followed() -> None:
    lacking = _lacking((LISTING, Unseen(Why.DENIED)), (OTHER, Seen({"Keys": []})))
    assert lacking.actions([DETAIL, OTHER]) == ("s3:ListAllMyBuckets", "s3:GetBucketPolicy")


def test_an_answered_listing_without_items_lacks_nothing() -> None:
    assert _lacking((LISTING, Seen({"Buckets": []}))).actions([DETAIL]) == ()


def test_what_failed_for_another_reason_is_no_lack_of_permission() -> None:
    assert _lacking((LISTING, Unseen(Why.TIMED_OUT))).actions([DETAIL]) == ()


def test_a_refused_detail_is_named_alone() -> None:
    lacking = _lacking((LISTING, Seen({"Buckets": [{"Name": "b"}]})), (DETAIL, Unseen(Why.DENIED)))
    assert lacking.actions([DETAIL]) == ("s3:GetBucketPolicy",)
