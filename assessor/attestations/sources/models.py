"""Facts about models and what answers with one: guardrails, prompts, agents, licences."""

from collections.abc import Iterator
from typing import Any

from assessor.attestations.facts import Fact, without
from assessor.model.path import first, values
from assessor.model.reading import Call, UnseenError
from assessor.model.view import View
from evaluators.derived.foundation.references import model_references


def guardrail(_: View, call: Call, answer: Any) -> Iterator[Fact]:
    """A version of a guardrail."""
    request = call.request
    arn = str(answer.get("guardrailArn") or request.get("guardrailIdentifier"))
    version = str(request.get("guardrailVersion") or answer.get("version") or "")
    # The texts of topics and words are cut out of a snapshot; of a draft, updatedAt tells that they changed.
    kept = without(answer, "status", "statusReasons", "failureRecommendations", "createdAt")
    if version != "DRAFT":
        kept = without(kept, "updatedAt")
    yield f"{arn}:{version}", kept


def prompt(_: View, call: Call, answer: Any) -> Iterator[Fact]:
    """A version of a prompt."""
    version = str(call.request.get("promptVersion") or "DRAFT")
    arn = str(answer.get("arn") or answer.get("id") or "").removesuffix(f":{version}")
    yield f"{arn}:{version}", without(answer, "createdAt", *(("updatedAt",) if version != "DRAFT" else ()))


def agent_version(_: View, __: Call, answer: Any) -> Iterator[Fact]:
    """A version of an agent: its model, instruction and guardrail."""
    version = answer.get("agentVersion") or {}
    yield (
        f"{version.get('agentArn') or version.get('agentId')}:{version.get('version')}",
        without(version, "agentStatus", "createdAt", "updatedAt", "failureReasons", "recommendedActions"),
    )


def agent_alias(_: View, call: Call, alias: Any) -> Iterator[Fact]:
    """An alias of an agent and the versions behind it."""
    routes = sorted(str(v) for v in values(alias, "routingConfiguration[].agentVersion"))
    yield f"agent {call.request.get('agentId', '')} alias {alias.get('agentAliasId')}", routes


def runtime(_: View, __: Call, item: Any) -> Iterator[Fact]:
    """A runtime of AgentCore and its newest version."""
    yield str(item.get("agentRuntimeArn")), item.get("agentRuntimeVersion")


def referred_models(aws: View) -> Iterator[Fact]:
    """The models that something of the account refers to."""
    unseen: UnseenError | None = None
    for there in aws.regions():
        try:
            for reference in model_references(there):
                for ident in reference.ids or (reference.named.text,):
                    yield ident, True
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen


def licence(_: View, call: Call, offer: Any) -> Iterator[Fact]:
    """Where a model's licence is kept; its address changes with its text."""
    url = first(offer, "termDetails.legalTerm.url")
    yield f"licence of {call.request.get('modelId')}", url or ""


def agreement(_: View, __: Call, answer: Any) -> Iterator[Fact]:
    """A model whose terms are agreed to."""
    if first(answer, "agreementAvailability.status") == "AVAILABLE":
        yield f"agreement for {answer.get('modelId')}", True


def retention(aws: View, __: Call, answer: Any) -> Iterator[Fact]:
    """The data-retention mode of a Region."""
    yield f"data retention in {aws.region}", answer.get("mode")


def legacy(_: View, __: Call, answer: Any) -> Iterator[Fact]:
    """A model that is about to go."""
    if first(answer, "modelDetails.modelLifecycle.status") == "LEGACY":
        yield str(first(answer, "modelDetails.modelId")), True
