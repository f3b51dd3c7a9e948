"""The state machine's definition, as the text it is deployed as.

It is kept as JSON with names in it. CloudFormation puts the names' values in with Fn::Join: Fn::Sub would have to be
told of every ``$`` of the Amazon States Language.
"""

import json
import re
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

_NAME = re.compile(r"\$\{([A-Za-z0-9:.]+)\}|\"@@([A-Za-z0-9]+)@@\"")


def text() -> str:
    """The definition with its names, without white space."""
    content = resources.files("assessor.deploy").joinpath("data", "organization.asl.json").read_text("utf-8")
    return json.dumps(json.loads(content), separators=(",", ":"))


def filled(value_of: Callable[[str], str]) -> str:
    """The definition with the value of every name."""
    return _NAME.sub(lambda found: value_of(found.group(1) or found.group(2)), text())


def joined() -> Mapping[str, Any]:
    """The definition as a property of a template: Fn::Join over its parts, names as Ref and Fn::GetAtt."""
    parts: list[Any] = []
    whole, at = text(), 0
    for found in _NAME.finditer(whole):
        parts.append(whole[at : found.start()])
        name = found.group(1) or found.group(2)
        resource, dot, attribute = name.partition(".")
        parts.append({"Fn::GetAtt": [resource, attribute]} if dot else {"Ref": name})
        at = found.end()
    parts.append(whole[at:])
    return {"Fn::Join": ["", parts]}


__all__ = ["filled", "joined", "text"]
