"""What a refused operation proves: nothing, unless nothing of its service is offered in the Region."""

import pytest

from assessor.model.operation import Operation
from assessor.model.reading import Absent, Call, Reading, Seen, Unseen, UnseenError, Why
from assessor.model.snapshot import Account, Run, Snapshot, call_of
from assessor.model.view import View
from evaluators.derived.offered import distributed, offered, reached, surely

GUARDRAILS = Operation("bedrock", "ListGuardrails", "bedrock:ListGuardrails", items="guardrails")
MODELS = Operation("bedrock", "ListFoundationModels", "bedrock:ListFoundationModels", items="modelSummaries")
AGENTS = Operation("bedrock-agent", "ListAgents", "bedrock:ListAgents", items="agentSummaries")
ME = Account("111122223333", ("us-east-1", "eu-west-1"))
REFUSED = Unseen(Why.UNSUPPORTED, "UnknownOperationException")


def view(readings: dict[tuple[Operation, str], Reading]) -> View:
    held: dict[Call, Reading] = {
        call_of(operation, ME.id, region, {}): reading for (operation, region), reading in readings.items()
    }
    return View(Snapshot(Run("run", "2026-01-01T00:00:00Z", "0", (ME,)), held), ME, "us-east-1")


@pytest.mark.parametrize(
    "answer",
    [
        Seen({"modelSummaries": []}),
        Absent("ResourceNotFoundException"),
        Unseen(Why.DENIED, "AccessDeniedException"),
        Unseen(Why.THROTTLED, "ThrottlingException"),
        Unseen(Why.ERROR, "500", partial={"modelSummaries": []}),
    ],
)
def test_a_service_that_answers_anything_is_offered(answer: Reading) -> None:
    """A denial is an answer too, so that losing a permission changes nothing."""
    aws = view({(GUARDRAILS, "us-east-1"): REFUSED, (MODELS, "us-east-1"): answer})
    with pytest.raises(UnseenError) as raised:
        list(surely(aws.items(GUARDRAILS)))
    assert raised.value.why is Why.UNSUPPORTED
    assert list(offered(aws.items(GUARDRAILS))) == []


@pytest.mark.parametrize("other", [REFUSED, Unseen(Why.ERROR, "500"), Unseen(Why.TIMED_OUT)])
def test_a_service_that_answers_nothing_has_nothing(other: Unseen) -> None:
    """A failure on the way says nothing of the service."""
    aws = view({(GUARDRAILS, "us-east-1"): REFUSED, (MODELS, "us-east-1"): other})
    assert list(surely(aws.items(GUARDRAILS))) == []


def test_what_another_region_answers_is_no_answer_of_this_one() -> None:
    """Regions differ in what they offer."""
    aws = view({(GUARDRAILS, "us-east-1"): REFUSED, (MODELS, "eu-west-1"): Seen({"modelSummaries": []})})
    assert list(surely(aws.items(GUARDRAILS))) == []


def test_agents_rest_on_bedrock_and_not_the_other_way_round() -> None:
    """Where agents are answered for, Bedrock is there; where Bedrock is, agents need not be."""
    nothing: Reading = Seen({"agentSummaries": []})
    with pytest.raises(UnseenError):
        list(
            surely(
                view({(GUARDRAILS, "us-east-1"): REFUSED, (AGENTS, "us-east-1"): nothing}).items(GUARDRAILS)
            )
        )
    guardrails: Reading = Seen({"guardrails": []})
    aws = view({(AGENTS, "us-east-1"): REFUSED, (GUARDRAILS, "us-east-1"): guardrails})
    assert list(surely(aws.items(AGENTS))) == []


def test_a_denial_is_never_nothing() -> None:
    """Only what is not offered may be taken for empty."""
    aws = view({(GUARDRAILS, "us-east-1"): Unseen(Why.DENIED, "AccessDeniedException")})
    for take in (offered, surely):
        with pytest.raises(UnseenError):
            list(take(aws.items(GUARDRAILS)))


def test_a_service_that_answers_that_it_does_not_know_an_operation_is_reached() -> None:
    aws = view({(GUARDRAILS, "us-east-1"): REFUSED})
    with pytest.raises(UnseenError) as raised:
        list(reached(aws.items(GUARDRAILS)))
    assert raised.value.code == "UnknownOperationException"


@pytest.mark.parametrize("code", ["EndpointConnectionError", "UnrecognizedClientException", "OptInRequired"])
def test_a_service_without_an_endpoint_or_in_a_region_that_is_not_enabled_lists_nothing(code: str) -> None:
    aws = view({(GUARDRAILS, "us-east-1"): Unseen(Why.UNSUPPORTED, code)})
    assert list(reached(aws.items(GUARDRAILS))) == []


def test_cloudfront_may_be_missing_only_where_the_partition_lacks_it() -> None:
    aws = view({(GUARDRAILS, "us-east-1"): REFUSED})
    assert list(distributed("aws-us-gov", aws.items(GUARDRAILS))) == []
    for partition in ("aws", "aws-cn"):
        with pytest.raises(UnseenError):
            list(distributed(partition, aws.items(GUARDRAILS)))
