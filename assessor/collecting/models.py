"""AWS's own service models as a run needs them: the operations it asks, and no documentation.

botocore keeps a whole model for each service and makes one method per operation for each client. Of Amazon EC2's 700
operations a run asks ten; without the others, and without the texts that document them, a scan of fifty services in
two Regions takes 150 MB and two seconds of CPU less.
"""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from botocore.loaders import JSONFileLoader

from assessor.model.operation import Operation

_OURS = (("ec2", "DescribeRegions"), ("organizations", "ListAccounts"))
"""What is asked before a run, to learn where to read."""
_WHOLE = frozenset({"sts"})
"""Services that botocore asks too, for credentials."""
_MODEL = ("service-2.json", "service-2.json.gz")
"""Beside it lie amendments by botocore's makers (``service-2.sdk-extras.json``), which are small."""


class LeanModels(JSONFileLoader):
    """Reads the models from disk.

    operations: everything that clients will be asked for. Services that none of them belongs to stay whole.
    """

    def __init__(self, operations: Iterable[Operation] = ()) -> None:
        self._kept: dict[str, set[str]] = {}
        for operation in operations:
            self._kept.setdefault(operation.service, set()).add(operation.name)
        for service, name in _OURS:
            if service in self._kept:
                self._kept[service].add(name)

    def load_file(self, file_path: str) -> Any:
        """The JSON in ``file_path``, which names a file without its ending; None where there is none."""
        for ending, opened in ((".json", open), (".json.gz", gzip.open)):
            path = Path(f"{file_path}{ending}")
            if path.is_file():
                with opened(path, "rb") as stream:
                    return self._pruned(path, json.load(stream, object_hook=_without_documentation))
        return None

    def _pruned(self, path: Path, model: Any) -> Any:
        # botocore/data/<service>/<version>/service-2.json.gz
        service = path.parent.parent.name
        if path.name not in _MODEL or service in _WHOLE or service not in self._kept:
            return model
        kept = self._kept[service]
        operations = {name: one for name, one in model["operations"].items() if name in kept}
        return {**model, "operations": operations, "shapes": _reached(operations, model["shapes"])}


def _without_documentation(node: dict[str, Any]) -> dict[str, Any]:
    # botocore looks for some of the texts, though not into them; a member of that name is a mapping and no text.
    if isinstance(node.get("documentation"), str):
        node["documentation"] = ""
    return node


def _reached(operations: Any, shapes: dict[str, Any]) -> dict[str, Any]:
    """The shapes that operations are made of."""
    found: dict[str, Any] = {}
    waiting = [operations]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            name = node.get("shape")
            if isinstance(name, str) and name in shapes and name not in found:
                found[name] = shapes[name]
                waiting.append(shapes[name])
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return found


__all__ = ["LeanModels"]
