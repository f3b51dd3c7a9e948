"""Reading the YAML of a document, more strictly than YAML itself."""

from __future__ import annotations

from typing import Any, ClassVar

import yaml

from assessor.demo.shapes import InvalidDocumentError

_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_MERGE = "tag:yaml.org,2002:merge"
# libyaml's loader is ten times faster, and not compiled everywhere.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]
    """A safe loader without dates: a policy's ``Version: 2012-10-17`` is text.

    Which members are timestamps, the service's model says.
    """

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
        for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
    }


def parse(text: str) -> Any:
    """The value of a YAML text; ``InvalidDocumentError`` says in which line it is not YAML or repeats a key."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _refuse_repeated_keys(node)
        return loader.construct_document(node)
    except yaml.YAMLError as error:
        raise InvalidDocumentError(f"document: {error}") from error
    finally:
        loader.dispose()


def _refuse_repeated_keys(root: yaml.Node) -> None:
    """YAML would keep the last of two equal keys and lose the first without a word."""
    waiting, visited = [root], set()
    while waiting:
        node = waiting.pop()
        # An anchored node is reached once for every alias.
        if id(node) in visited:
            continue
        visited.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            seen: set[Any] = set()
            for key, value in node.value:
                waiting.append(value)
                if key.tag != _MERGE and isinstance(key, yaml.ScalarNode):
                    if key.value in seen:
                        line = key.start_mark.line + 1
                        raise InvalidDocumentError(f"line {line}: the key {key.value!r} is repeated")
                    seen.add(key.value)
