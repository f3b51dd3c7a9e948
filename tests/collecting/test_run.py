"""A whole run against the stand-in account, over real HTTP."""

import gzip
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assessor.collecting.redaction import MARK
from assessor.collecting.request import CannotStartError, CollectRequest, Target
from assessor.collecting.run import collect, collect_with_tally
from assessor.demo import DEFAULT_ACCOUNT, Document, Faults, StandIn
from assessor.model import archive
from assessor.model.operation import Bind, Each, Operation, Scope
from assessor.model.reading import Absent, Call, Reading, Seen, Unseen, Why
from assessor.model.snapshot import Snapshot
from tests.collecting import account as of

Serve = Callable[[StandIn], StandIn]
REQUEST = CollectRequest(of.OPERATIONS, of.REGIONS, run_id="run", assessed_at="2026-11-20T03:00:00Z")
ROLE = "arn:aws:iam::444455556666:role/auditor"


@pytest.fixture(scope="module")
def held() -> Document:
    """The account, loaded once."""
    return of.document()


def of_operation(snapshot: Snapshot, operation: Operation) -> dict[Call, Reading]:
    """The readings of one operation."""
    return {call: reading for call, reading in snapshot.readings.items() if call.operation == operation.id}


def test_a_run_reads_every_page_and_every_detail(serving: Serve, held: Document) -> None:
    serving(StandIn(held))
    snapshot = collect(REQUEST)
    assert len(of_operation(snapshot, of.KEY)) == 8
    assert all(isinstance(reading, Seen) for reading in of_operation(snapshot, of.KEY).values())
    assert not [reading for reading in snapshot.readings.values() if isinstance(reading, Unseen)]
    assert snapshot.run.accounts[0].id == DEFAULT_ACCOUNT
    assert snapshot.run.accounts[0].regions == of.REGIONS
    assert snapshot.run.accounts[0].caller.startswith("arn:aws:iam::111122223333:")
    assert (snapshot.run.run_id, snapshot.run.assessed_at) == ("run", "2026-11-20T03:00:00Z")


@pytest.mark.parametrize("size", [1, 2])
def test_the_page_size_changes_nothing(serving: Serve, held: Document, size: int, tmp_path: Path) -> None:
    serving(StandIn(held))
    whole = collect(REQUEST)
    aws = serving(StandIn(held, page_size=size))
    paged = collect(REQUEST)
    assert paged == whole
    assert archive.write(paged, tmp_path / "a") == archive.write(whole, tmp_path / "b")
    pages = [call for call in aws.calls if call.operation == "GetAccountAuthorizationDetails"]
    assert len(pages) == {1: 8, 2: 4}[size]


def test_no_call_is_made_twice(serving: Serve, held: Document) -> None:
    aws = serving(StandIn(held))
    collect(REQUEST)
    made = Counter(
        (call.service, call.operation, call.region, json.dumps(call.params, sort_keys=True))
        for call in aws.calls
    )
    assert set(made.values()) == {1}
    assert made["sts", "GetCallerIdentity", "us-east-1", "{}"] == 1


def test_throttling_changes_nothing_but_the_time(serving: Serve, held: Document) -> None:
    serving(StandIn(held))
    calm = collect(REQUEST)
    aws = serving(StandIn(held, page_size=2, faults=Faults(throttle={"*": 0.4}, seed=5)))
    throttled, tally = collect_with_tally(REQUEST)
    assert throttled == calm
    assert tally.throttled > 20
    assert tally.failed == tally.skipped == 0
    assert Counter(call.status >= 400 for call in aws.calls)[True] >= tally.throttled


def test_what_is_declared_absent_is_a_fact(serving: Serve, held: Document) -> None:
    serving(StandIn(held))
    snapshot = collect(REQUEST)
    policies = of_operation(snapshot, of.BUCKET_POLICY).values()
    assert Counter(type(reading) for reading in policies) == {Seen: 2, Absent: 3}
    assert set(of_operation(snapshot, of.FUNCTION_POLICY).values()) == {Absent("ResourceNotFoundException")}
    assert set(of_operation(snapshot, of.ACCOUNT_BLOCK).values()) == {
        Absent("NoSuchPublicAccessBlockConfiguration")
    }


def test_a_denied_listing_is_unseen_with_its_grant_and_nothing_follows(
    serving: Serve, held: Document
) -> None:
    aws = serving(StandIn(held, faults=Faults(deny=("kms:ListKeys", "s3:ListBuckets", "sns:*"))))
    snapshot = collect(REQUEST)
    for operation in (of.KEYS, of.BUCKETS, of.TOPICS):
        for reading in of_operation(snapshot, operation).values():
            assert isinstance(reading, Unseen)
            assert (reading.why, reading.grant) == (Why.DENIED, operation.action)
            assert reading.partial is None
    assert not {"kms:DescribeKey", "s3:GetBucketPolicy", "sns:GetTopicAttributes"} & aws.operations()


@pytest.mark.parametrize("operation", of.OPERATIONS, ids=lambda operation: operation.id)
def test_denying_any_operation_denies_its_readings_only(
    serving: Serve, held: Document, operation: Operation
) -> None:
    serving(StandIn(held, faults=Faults(deny=(f"{operation.service}:{operation.name}",))))
    for call, reading in collect(REQUEST).readings.items():
        if call.operation == operation.id:
            assert isinstance(reading, Unseen)
            assert reading.why is Why.DENIED
            assert reading.grant == operation.action
        else:
            assert not isinstance(reading, Unseen)


def test_a_gated_operation_needs_no_grant(serving: Serve, held: Document) -> None:
    serving(StandIn(held, faults=Faults(gate=("bedrock:ListGuardrails", "kms:DescribeKey"))))
    snapshot = collect(REQUEST)
    for operation in (of.GUARDRAILS, of.KEY):
        for reading in of_operation(snapshot, operation).values():
            assert isinstance(reading, Unseen)
            assert (reading.why, reading.grant) == (Why.GATED, "")


@pytest.mark.parametrize(
    "code", ["UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure", "OptInRequired"]
)
def test_a_region_that_is_not_enabled_is_unsupported(serving: Serve, held: Document, code: str) -> None:
    serving(StandIn(held, faults=Faults(errors={"*:*@eu-west-1": (code, 403)})))
    readings = collect(REQUEST).readings
    there = [reading for call, reading in readings.items() if call.region == "eu-west-1"]
    assert {reading.why for reading in there if isinstance(reading, Unseen)} == {Why.UNSUPPORTED}
    assert all(isinstance(reading, Unseen) for reading in there)
    assert not [r for call, r in readings.items() if call.region != "eu-west-1" and isinstance(r, Unseen)]


def test_the_same_code_in_the_region_that_knows_the_caller_is_an_error(
    serving: Serve, held: Document
) -> None:
    serving(StandIn(held, faults=Faults(errors={"kms:*@us-east-1": ("UnrecognizedClientException", 403)})))
    readings = collect(REQUEST).readings
    assert {r.why for r in readings.values() if isinstance(r, Unseen)} == {Why.ERROR}


def test_a_listing_that_breaks_off_keeps_its_pages_and_their_details(serving: Serve, held: Document) -> None:
    class Breaking(Faults):
        """Denies the third page."""

        def fault(self, service: str, operation: str, *args: Any) -> Any:
            if operation == "ListKeys":
                self.pages = getattr(self, "pages", 0) + 1
                if self.pages == 3:
                    self.deny = ("kms:ListKeys",)
            return super().fault(service, operation, *args)

    serving(StandIn(held, page_size=1, faults=Breaking()))
    snapshot = collect(CollectRequest((of.KEY,), ("us-east-1",)))
    (listing,) = of_operation(snapshot, of.KEYS).values()
    assert isinstance(listing, Unseen)
    assert listing.why is Why.DENIED
    assert listing.partial is not None
    assert len(listing.partial["Keys"]) == 2
    assert set(listing.partial) == {"Keys", "Truncated"}
    assert len(of_operation(snapshot, of.KEY)) == 2


def test_secrets_are_in_no_reading_and_in_no_file(serving: Serve, held: Document, tmp_path: Path) -> None:
    serving(StandIn(held, page_size=1, faults=Faults(errors={"sns:ListTopics": (of.SECRET, 400)})))
    snapshot = collect(CollectRequest((of.FUNCTION_POLICY,), of.REGIONS))
    for reading in of_operation(snapshot, of.FUNCTIONS).values():
        assert isinstance(reading, Seen)
        variables = [function["Environment"]["Variables"] for function in reading.value["Functions"]]
        assert variables == [{"MODEL": MARK, "API_KEY": MARK}] * 3
    archive.write(snapshot, tmp_path / "snapshot.json.gz")
    assert of.SECRET not in gzip.decompress((tmp_path / "snapshot.json.gz").read_bytes()).decode()
    assert of.SECRET not in repr(snapshot)


def test_secrets_are_cut_from_the_pages_of_a_broken_listing_too(serving: Serve, held: Document) -> None:
    class Breaking(Faults):
        """Answers one page, and then with an error."""

        def fault(self, service: str, operation: str, *args: Any) -> Any:
            found = super().fault(service, operation, *args)
            if operation == "ListFunctions":
                self.errors = {"lambda:ListFunctions": ("ValidationException", 400)}
            return found

    serving(StandIn(held, page_size=2, faults=Breaking()))
    snapshot = collect(CollectRequest((of.FUNCTIONS,), ("us-east-1",)))
    (listing,) = snapshot.readings.values()
    assert isinstance(listing, Unseen)
    assert listing.partial is not None
    assert len(listing.partial["Functions"]) == 2
    assert of.SECRET not in repr(snapshot)


@pytest.mark.parametrize("redact", [(), ("Content",)], ids=["kept", "redacted"])
def test_a_stream_is_refused_unless_it_is_cut_out(serving: Serve, redact: tuple[str, ...]) -> None:
    answer = {"Content": of.SECRET, "ContentType": "application/json"}
    body = {"regions": {"us-east-1": {"appconfig": {"GetHostedConfigurationVersion": answer}}}}
    serving(StandIn(Document({"accounts": {DEFAULT_ACCOUNT: body}})))
    asked = {"ApplicationId": "abcd123", "ConfigurationProfileId": "abcd123", "VersionNumber": 1}
    version = Operation(
        "appconfig",
        "GetHostedConfigurationVersion",
        "appconfig:GetHostedConfigurationVersion",
        params=asked,
        redact=redact,
    )
    snapshot = collect(CollectRequest((version,), ("us-east-1",)))
    (reading,) = snapshot.readings.values()
    if redact:
        assert isinstance(reading, Seen)
        assert reading.value == {"Content": MARK, "ContentType": "application/json"}
    else:
        assert isinstance(reading, Unseen)
        assert (reading.why, reading.code) == (Why.ERROR, "NotPlainError")
    assert of.SECRET not in repr(snapshot)


def test_after_the_deadline_every_planned_call_is_accounted_for(serving: Serve, held: Document) -> None:
    serving(StandIn(held, page_size=1, faults=Faults(latency={"*": 0.15})))
    snapshot, tally = collect_with_tally(
        CollectRequest(of.OPERATIONS, of.REGIONS, timeout=1.5, max_workers=4)
    )
    late = [reading for reading in snapshot.readings.values() if isinstance(reading, Unseen)]
    assert {reading.why for reading in late} == {Why.TIMED_OUT}
    assert tally.planned == tally.results + tally.failed + tally.skipped == len(snapshot.readings)
    assert tally.skipped == len(late) > 0
    assert tally.results > 0
    assert any(reading.partial for reading in late)


def test_a_deadline_before_the_first_answer_gives_no_answers(serving: Serve, held: Document) -> None:
    serving(StandIn(held, faults=Faults(latency={"ec2:*": 60.0})))
    snapshot, tally = collect_with_tally(CollectRequest((of.VPCS,), of.REGIONS, timeout=0.7))
    assert tally.skipped == tally.planned == len(snapshot.readings) == 2
    assert tally.overshoot < 60.0 / 2, "the run did not wait for the answers"


def test_operations_this_botocore_does_not_know_are_unavailable(serving: Serve, held: Document) -> None:
    serving(StandIn(held))
    newer = Operation("kms", "ListQuantumKeys", "kms:ListQuantumKeys")
    service = Operation("telepathy", "ListMinds", "telepathy:ListMinds")
    snapshot = collect(CollectRequest((newer, service, of.VPCS), ("us-east-1",)))
    for operation in (newer, service):
        (reading,) = of_operation(snapshot, operation).values()
        assert isinstance(reading, Unseen)
        assert reading.why is Why.OPERATION_UNAVAILABLE
    assert [type(r) for r in of_operation(snapshot, of.VPCS).values()] == [Seen]


def test_an_endpoint_that_does_not_exist_is_unsupported_where_the_service_is_not_listed(
    serving: Serve, held: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    serving(StandIn(held))
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false")
    real = socket.getaddrinfo

    def resolve(host: str, *args: Any, **more: Any) -> Any:
        if "amazonaws.com" in host:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    # Kendra is not offered in eu-north-1, KMS is: an unknown name means different things.
    monkeypatch.setenv("AWS_ENDPOINT_URL_KENDRA", "https://kendra.eu-north-1.amazonaws.com")
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", "https://kms.eu-north-1.amazonaws.com")
    indexes = Operation("kendra", "ListIndices", "kendra:ListIndices")
    snapshot = collect(CollectRequest((indexes, of.KEYS), ("eu-north-1",)))
    (kendra,) = of_operation(snapshot, indexes).values()
    (kms,) = of_operation(snapshot, of.KEYS).values()
    assert isinstance(kendra, Unseen)
    assert isinstance(kms, Unseen)
    assert kendra.why is Why.UNSUPPORTED
    assert kms.why is Why.ERROR


def test_an_answer_that_cannot_be_followed_is_not_taken_for_an_empty_listing(
    serving: Serve, held: Document
) -> None:
    def broken(found: str) -> str:
        raise KeyError(found)

    serving(StandIn(held))
    child = Operation(
        "kms", "DescribeKey", "kms:DescribeKey", each=(Each(of.KEYS, {"KeyId": Bind("KeyId", via=broken)}),)
    )
    (reading,) = collect(CollectRequest((child,), ("us-east-1",))).readings.values()
    assert isinstance(reading, Unseen)
    assert (reading.why, reading.code) == (Why.ERROR, "NotFollowed")
    assert reading.partial is not None
    assert len(reading.partial["Keys"]) == 4


def test_a_region_that_is_none_in_an_answer_is_an_error_of_that_call_only(
    serving: Serve, held: Document
) -> None:
    serving(StandIn(held))
    child = Operation(
        "kms",
        "DescribeKey",
        "kms:DescribeKey",
        each=(Each(of.KEYS, {"KeyId": "KeyId"}, region=Bind("KeyId", via=lambda _: "not a/region")),),
    )
    readings = collect(CollectRequest((child, of.VPCS), ("us-east-1",))).readings
    assert Counter(type(r) for c, r in readings.items() if c.name == "DescribeKey") == {Unseen: 4}
    assert {r.why for r in readings.values() if isinstance(r, Unseen)} == {Why.ERROR}


# -- accounts and Regions --------------------------------------------------------------------------------
def two_accounts(**auditor: Any) -> Document:
    """The caller's account and another one with a role to assume."""
    return Document(
        {"accounts": {DEFAULT_ACCOUNT: {}, "444455556666": of.content() | {"roles": {"auditor": auditor}}}}
    )


def test_a_role_is_assumed_with_its_external_id(serving: Serve) -> None:
    aws = serving(StandIn(two_accounts(external_id="ext-1")))
    snapshot = collect(CollectRequest((of.KEY,), ("us-east-1",), role_arn=ROLE, external_id="ext-1"))
    assert snapshot.run.accounts[0].id == "444455556666"
    assert snapshot.run.accounts[0].caller.endswith(":assumed-role/auditor/genai-readiness-assessor")
    assert len(of_operation(snapshot, of.KEY)) == 4
    assert {call.account for call in aws.calls if call.service == "kms"} == {"444455556666"}
    (assumed,) = [call for call in aws.calls if call.operation == "AssumeRole"]
    assert assumed.params["ExternalId"] == "ext-1"


def test_a_role_that_refuses_says_who_may_not_assume_what(serving: Serve) -> None:
    serving(StandIn(two_accounts(external_id="ext-1")))
    with pytest.raises(
        CannotStartError, match=r"user/assessor may not assume .*role/auditor.*trust policy.*external id"
    ):
        collect(CollectRequest((of.KEY,), ("us-east-1",), role_arn=ROLE, external_id="wrong"))


def test_assume_role_is_repeated_when_throttled(serving: Serve) -> None:
    class Throttling(Faults):
        """Throttles the first two."""

        def fault(self, service: str, operation: str, *args: Any) -> Any:
            self.asked = getattr(self, "asked", 0) + (operation == "AssumeRole")
            self.throttle = {"sts:AssumeRole": 1.0 if self.asked < 3 else 0.0}
            return super().fault(service, operation, *args)

    aws = serving(StandIn(two_accounts(), faults=Throttling()))
    collect(CollectRequest((of.VPCS,), ("us-east-1",), role_arn=ROLE))
    assert [call.status for call in aws.calls if call.operation == "AssumeRole"] == [400, 400, 200]


def test_several_accounts_are_read_in_one_run(serving: Serve) -> None:
    both = {DEFAULT_ACCOUNT: of.content(), "444455556666": of.content() | {"roles": {"auditor": {}}}}
    aws = serving(StandIn(Document({"accounts": both})))
    snapshot = collect(
        CollectRequest(
            (of.KEY,), ("us-east-1",), accounts=(Target(), Target(role_arn=ROLE, regions=of.REGIONS))
        )
    )
    assert [(one.id, one.regions) for one in snapshot.run.accounts] == [
        (DEFAULT_ACCOUNT, ("us-east-1",)),
        ("444455556666", of.REGIONS),
    ]
    assert Counter(call.account for call in of_operation(snapshot, of.KEY)) == {
        DEFAULT_ACCOUNT: 4,
        "444455556666": 8,
    }
    assert Counter(call.account for call in aws.calls if call.operation == "DescribeKey")["444455556666"] == 8


def test_an_account_that_cannot_be_entered_is_denied_not_dropped(serving: Serve) -> None:
    serving(StandIn(Document({"accounts": {DEFAULT_ACCOUNT: of.content()}})))
    snapshot, tally = collect_with_tally(
        CollectRequest((of.KEY, of.PEOPLE), ("us-east-1",), accounts=(Target(), Target(role_arn=ROLE)))
    )
    assert [one.id for one in snapshot.run.accounts] == [DEFAULT_ACCOUNT, "444455556666"]
    there = [reading for call, reading in snapshot.readings.items() if call.account == "444455556666"]
    assert len(there) == 2
    assert {(r.why, r.grant) for r in there if isinstance(r, Unseen)} == {(Why.DENIED, "sts:AssumeRole")}
    assert tally.planned == tally.results + tally.failed + tally.skipped == len(snapshot.readings)


def test_all_means_every_enabled_region(serving: Serve) -> None:
    enabled = [
        {"RegionName": name, "OptInStatus": "opt-in-not-required"} for name in ("us-east-1", "eu-west-1")
    ]
    body = of.content()
    body["regions"]["us-east-1"]["ec2"]["DescribeRegions"] = enabled
    serving(StandIn(Document({"accounts": {DEFAULT_ACCOUNT: body}})))
    snapshot = collect(CollectRequest((of.VPCS,), ("all",)))
    assert snapshot.run.accounts[0].regions == ("eu-west-1", "us-east-1")
    assert len(of_operation(snapshot, of.VPCS)) == 2


def test_all_without_the_right_to_list_regions_is_an_error(serving: Serve, held: Document) -> None:
    serving(StandIn(held, faults=Faults(deny=("ec2:DescribeRegions",))))
    with pytest.raises(CannotStartError, match=r"ec2:DescribeRegions, or name the Regions"):
        collect(CollectRequest((of.VPCS,), ("all",)))


def test_the_environments_region_is_the_default(
    serving: Serve, held: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving(StandIn(held))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert collect(CollectRequest((of.VPCS,))).run.accounts[0].regions == ("eu-west-1",)
    monkeypatch.delenv("AWS_REGION")
    assert collect(CollectRequest((of.VPCS,))).run.accounts[0].regions == ("eu-central-1",)


def test_no_region_at_all_is_said(serving: Serve, held: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    serving(StandIn(held))
    monkeypatch.delenv("AWS_REGION")
    with pytest.raises(CannotStartError, match=r"No Region was named.*AWS_REGION"):
        collect(CollectRequest((of.VPCS,)))


def test_a_home_region_that_is_not_enabled_is_asked_elsewhere_who_the_caller_is(
    serving: Serve, held: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving(StandIn(held, faults=Faults(errors={"*:*@ap-east-1": ("InvalidClientTokenId", 403)})))
    monkeypatch.setenv("AWS_REGION", "ap-east-1")
    snapshot = collect(CollectRequest((of.VPCS,), ("ap-east-1",)))
    (reading,) = snapshot.readings.values()
    assert isinstance(reading, Unseen)
    assert reading.why is Why.UNSUPPORTED


def test_a_global_operation_is_asked_once_for_all_regions(serving: Serve, held: Document) -> None:
    aws = serving(StandIn(held))
    collect(CollectRequest((of.PEOPLE,), of.REGIONS))
    assert of.PEOPLE.scope is Scope.GLOBAL
    assert [call.region for call in aws.calls if call.service == "iam"] == ["us-east-1"]


def test_an_observer_hears_of_every_call(serving: Serve, held: Document) -> None:
    class Listening:
        """Counts what it is told."""

        def __init__(self) -> None:
            self.calls = self.slowed = 0
            self.heard: list[Call] = []
            self.complete: bool | None = None

        def planned(self, calls: int) -> None:
            self.calls += calls

        def done(self, call: Call, reading: Reading) -> None:
            self.heard.append(call)

        def throttled(self, call: Call) -> None:
            self.slowed += 1

        def finished(self, complete: bool) -> None:
            self.complete = complete

    serving(StandIn(held, faults=Faults(throttle={"kms:*": 0.3}, seed=1)))
    observer = Listening()
    snapshot, tally = collect_with_tally(REQUEST, observer)
    assert sorted(observer.heard, key=repr) == sorted(snapshot.readings, key=repr)
    assert observer.calls == len(snapshot.readings) == tally.planned
    assert observer.slowed == tally.throttled > 0
    assert observer.complete is True
