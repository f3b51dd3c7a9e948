"""The authorization corpus: cases with expected decisions, as requests and layers of the engine."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

from assessor.iam.conditions import ABSENT
from assessor.iam.policy import Policy, Use, parse_policy
from assessor.iam.principals import parse_caller
from assessor.iam.request import Given, Layers, Request, context

PATH = Path(__file__).parent / "corpus.json"
FURTHER = Path(__file__).parent / "further.json"
COMPLETIONS = 64


@dataclass(frozen=True)
class Case:
    """One case: what is asked, under which policies, and what is expected."""

    id: str
    request: Request
    layers: Layers
    decision: str
    open: str | None
    candidates: dict[str, list[Any]]

    @property
    def group(self) -> str:
        """The part of the id before the number."""
        return self.id.rpartition("-")[0]

    @property
    def expected_open(self) -> str:
        """The open verdict; a case without open keys has only one completion."""
        if self.open is not None:
            return self.open
        return "ALLOWED" if self.decision == "ALLOWED" else "DENIED"

    def completions(self) -> Iterator[Request]:
        """The request with the open keys absent or at the corpus's own sample values."""
        choices: list[list[Given]] = [
            [{key: ABSENT}, *({key: value} for value in values)] for key, values in self.candidates.items()
        ]
        for number, chosen in enumerate(product(*choices)):
            if number >= COMPLETIONS:
                return
            request = self.request
            for given in chosen:
                request = request.within(given)
            yield request


@lru_cache(maxsize=2)
def load(path: Path = PATH) -> tuple[Case, ...]:
    """Every case of the corpus, or of another file in its format."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    policies = raw["policies"]
    parsed: dict[tuple[int, Use], Policy] = {}

    def policy(index: int, use: Use) -> Policy:
        if (index, use) not in parsed:
            parsed[index, use] = parse_policy(policies[index], use=use, name=f"policy {index}")
        return parsed[index, use]

    def levels(value: list[list[int]] | None, use: Use) -> tuple[tuple[Policy, ...], ...] | None:
        return None if value is None else tuple(tuple(policy(i, use) for i in level) for level in value)

    def one(value: int | None, use: Use) -> Policy | None:
        return None if value is None else policy(value, use)

    cases = []
    for case in raw["cases"]:
        trust = case["action"].startswith("sts:")
        session = one(case.get("session"), Use.SESSION)
        layers = Layers(
            identity=tuple(policy(i, Use.IDENTITY) for i in case["identity"]),
            boundary=one(case.get("boundary"), Use.BOUNDARY),
            session=None if session is None else (session,),
            resource=one(case.get("resource_policy"), Use.TRUST if trust else Use.RESOURCE),
            scps=levels(case.get("scps"), Use.SCP),
            rcps=levels(case.get("rcps"), Use.RCP),
            endpoint=one(next(iter(case.get("vpce") or []), None), Use.ENDPOINT),
        )
        candidates = case.get("open") or {}
        request = Request(
            parse_caller(case["principal"]),
            case["action"],
            case["resource"],
            case["resource_account"],
            context(case["context"], opened=candidates),
        )
        cases.append(
            Case(
                case["id"],
                request,
                layers,
                case["expect"]["decision"],
                case["expect"].get("open"),
                candidates,
            )
        )
    return tuple(cases)


def groups() -> list[str]:
    """The groups of cases, in order."""
    return list(dict.fromkeys(case.group for case in load()))
