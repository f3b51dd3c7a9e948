"""Reading the YAML of a document, more strictly than YAML itself."""

from __future__ import annotations

from typing import Any, ClassVar

import yaml

from assessor.demo.shapes import InvalidDocumentError

_TIMESTAMP = "tag:yaml.org,2002:timestamp"
# libyaml's loader is ten times faster, and not compiled everywhere.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]
    """A safe loader without dates, and without silently repeated keys.

    A policy's ``Version: 2012-10-17`` is text; which members are timestamps, the service's model says.
    """

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
        for first, resolvers in _SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        """A mapping; ``InvalidDocumentError`` with the line when a key comes twice, as the first would be lost."""
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = getattr(key_node, "value", None)
            if isinstance(key, str) and key_node.tag != "tag:yaml.org,2002:merge":
                if key in seen:
                    line = key_node.start_mark.line + 1
                    raise InvalidDocumentError(f"line {line}: the key {key!r} is repeated")
                seen.add(key)
        return super().construct_mapping(node, deep=deep)


def parse(text: str) -> Any:
    """The value of a YAML text; ``InvalidDocumentError`` says where it is not YAML."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from the safe loader
    except yaml.YAMLError as error:
        raise InvalidDocumentError(f"document: {error}") from error
