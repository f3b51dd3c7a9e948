"""A principal as questions about it need it."""

from dataclasses import dataclass, field

from assessor.iam.principals import Caller
from assessor.iam.request import Given, Layers


@dataclass(frozen=True, slots=True)
class Subject:
    """A principal with its policies and what is known of its requests (tags, organization ...)."""

    caller: Caller
    layers: Layers
    known: Given = field(default_factory=dict)
