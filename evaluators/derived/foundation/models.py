"""The foundation models this account refers to in a Region, and what goes in and out of them.

Referred to by agents, flows, prompts, profiles, routers and provisioned throughput (``GetFoundationModel`` asks about
those), and by the ModelId of invocations counted in the last two weeks.
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_FoundationModelDetails.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.reading import Call
from assessor.model.view import Answer, Gathered, View, gather
from collectors import bedrock, naming
from evaluators.derived.watch import alarm_dimensions
from evaluators.derived.watch.alarm_dimensions import used_models

INVOKED_READS: tuple[Operation, ...] = (bedrock.LIST_FOUNDATION_MODELS, *alarm_dimensions.READS)
READS: tuple[Operation, ...] = (bedrock.GET_FOUNDATION_MODEL, *INVOKED_READS)

# The switches of invocation logging, by the modality of a model.
_SWITCHES = {
    "TEXT": "text",
    "IMAGE": "image",
    "EMBEDDING": "embedding",
    "VIDEO": "video",
    "AUDIO": "audio",
    "SPEECH": "audio",
}


@dataclass(frozen=True, slots=True)
class Model:
    """A foundation model referred to. inputs, outputs: AWS's own words (``TEXT``, ``IMAGE``, ``EMBEDDING``, ...)."""

    id: str
    inputs: frozenset[str]
    outputs: frozenset[str]
    evidence: tuple[Call, ...]

    @property
    def switches(self) -> frozenset[str]:
        """The modalities of invocation logging that its calls fall under."""
        return frozenset(_SWITCHES[word] for word in self.inputs | self.outputs if word in _SWITCHES)


def referenced_models(aws: View) -> Gathered[Model]:
    """The foundation models referred to, each once; what could not be read is raised after them."""
    found = gather(_configured(aws), _counted(aws))
    return Gathered({model.id: model for model in reversed(found.known)}.values(), found.unseen)


def invoked_models(aws: View) -> Gathered[Model]:
    """The foundation models invoked in the last two weeks; what could not be read is raised after them."""
    return gather(_counted(aws))


def _configured(aws: View) -> Iterator[Model]:
    for call, answer in aws.items_with_call(bedrock.GET_FOUNDATION_MODEL, ""):
        details = answer.get("modelDetails")
        if isinstance(details, dict):
            yield _model(details, call)


def _counted(aws: View) -> Iterator[Model]:
    named = aws.derive(used_models)
    if not named:
        return
    listed = list(aws.items_with_call(bedrock.LIST_FOUNDATION_MODELS))
    for name in named:
        for call, summary in listed:
            if _means(name, str(summary.get("modelId") or "")):
                yield _model(summary, call)
                break


def _means(named: str, model_id: str) -> bool:
    """Whether a ModelId of the metrics means that model: its id, its ARN, or a profile's id (``us.`` before it)."""
    if not model_id:
        return False
    plain = naming.last_name(named) if named.startswith("arn:") else named
    return plain is not None and (plain == model_id or plain.endswith(f".{model_id}"))


def _model(details: Answer, call: Call) -> Model:
    return Model(
        str(details.get("modelId") or ""),
        frozenset(map(str, details.get("inputModalities") or ())),
        frozenset(map(str, details.get("outputModalities") or ())),
        (call,),
    )
