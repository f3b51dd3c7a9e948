"""What environment variables hint at (E15): the strength below a permission, never a verdict by itself.

The collector keeps a variable's name and what its value looked like. A value that looked like a model's id
corroborates a permission; a name alone is shown and corroborates nothing, for names are no evidence.
"""

import re
from collections.abc import Iterable, Iterator

from assessor.model.looks import Look, look_of
from assessor.model.reading import Call
from assessor.workload.graph import Edge, Evidence, Kind, Node, Piece, Strength

_NAMES = (
    (re.compile(r"KNOWLEDGE_?BASE_?(?:ID|ARN)", re.IGNORECASE), "a knowledge base"),
    (re.compile(r"GUARDRAIL_?(?:ID|ARN|IDENTIFIER)", re.IGNORECASE), "a guardrail"),
    (re.compile(r"AGENT_?(?:ALIAS_?)?(?:ID|ARN)", re.IGNORECASE), "an agent"),
    (re.compile(r"(?:BEDROCK|LLM)_?MODEL|MODEL_?(?:ID|ARN)|INFERENCE_?PROFILE", re.IGNORECASE), "a model"),
)
_IDENTIFIES = frozenset({Look.ARN, Look.NAME, Look.KEY, Look.REFERENCE, Look.TEXT})

MODEL_ID = Node("hint:model id", Kind.HINT, "a model's id in a variable")


def hinted(
    source: str, variables: Iterable[tuple[object, object]], call: Call, where: str
) -> Iterator[Piece]:
    """The hints among variables, given as names with the marks their values left."""
    for name, kept in variables:
        look = look_of(kept)
        if look is Look.MODEL:
            yield MODEL_ID
            yield _hint(source, MODEL_ID.id, call, f"{where}.{name}", str(kept), broad=False)
        elif look in _IDENTIFIES:
            what = next((said for pattern, said in _NAMES if pattern.search(str(name))), "")
            if what:
                node = Node(f"hint:{what}", Kind.HINT, f"a variable named like {what}'s")
                yield node
                yield _hint(source, node.id, call, f"{where}.{name}", str(kept), broad=True)


def _hint(source: str, target: str, call: Call, where: str, value: str, *, broad: bool) -> Edge:
    return Edge(
        "E15", source, target, Strength.INFERRED, Evidence(call, where[:200], value[:80]), broad=broad
    )
