"""With which Bedrock API keys a principal can call a model.

A key is usable when both its gate (CallWithBearerToken, with the kind of token pinned) and the inference action are
not denied; each endpoint has its own gate and its own key (Amazon Bedrock User Guide, "API keys").
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from assessor.iam.decide import Decision
from assessor.iam.holders import Principal
from assessor.iam.universe import Access, Universe


class Endpoint(StrEnum):
    """The endpoints that take API keys, by IAM prefix."""

    RUNTIME = "bedrock"
    MANTLE = "bedrock-mantle"


class Token(StrEnum):
    """Kinds of API keys. Long-term ones belong to users only."""

    SHORT_TERM = "SHORT_TERM"
    LONG_TERM = "LONG_TERM"


_INFERENCE = {
    Endpoint.RUNTIME: ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"),
    Endpoint.MANTLE: ("bedrock-mantle:CreateInference",),
}


@dataclass(frozen=True, slots=True)
class KeyUse:
    """Whether an API key of one kind works at one endpoint: its gate, and the inference behind it."""

    endpoint: Endpoint
    token: Token
    gate: Decision
    inference: Access

    @property
    def usable(self) -> bool:
        """Whether both are allowed in some circumstances."""
        return self.gate.possible and self.inference.possible

    @property
    def unknown(self) -> bool:
        """Whether it depends on what could not be read."""
        gate_unknown = bool(self.gate.unsupported) and not self.gate.possible
        return (gate_unknown and (self.inference.possible or self.inference.unknown)) or (
            self.gate.possible and self.inference.unknown
        )


def key_use(
    universe: Universe,
    principal: Principal,
    endpoint: Endpoint,
    token: Token,
    resources: Iterable[str] | None = None,
) -> KeyUse:
    """Whether the principal could call a model with an API key of a kind; ``resources`` as in `Universe.can`."""
    given = {f"{endpoint}:BearerTokenType": str(token)}
    gate = universe.ask(principal, f"{endpoint}:CallWithBearerToken", given=given)
    asked = tuple(resources) if resources is not None else None
    attempts = [universe.can(principal, action, asked, given=given) for action in _INFERENCE[endpoint]]
    best = next((a for a in attempts if a.possible), next((a for a in attempts if a.unknown), attempts[0]))
    return KeyUse(endpoint, token, gate, best)
