"""A principal as questions about it need it."""

from dataclasses import dataclass, field

from assessor.iam.actions import key_valid
from assessor.iam.principals import Caller
from assessor.iam.request import Context, Given, Layers, context

TAG = "aws:principaltag/"


@dataclass(frozen=True, slots=True)
class Subject:
    """A principal with its policies and what is known of its requests (tags, organization ...).

    tags_fixed: the tags in ``known`` are all it has, and no session can bring others.
    """

    caller: Caller
    layers: Layers
    known: Given = field(default_factory=dict)
    tags_fixed: bool = False

    def context(self, action: str, given: Given | None = None) -> Context:
        """The context of a request: what is known, what is given, everything else the action can have open."""

        def opened(key: str) -> bool:
            if self.tags_fixed and key.startswith(TAG):
                return False
            return key_valid(key, action)

        lowered = {key.lower(): value for key, value in self.known.items()}
        lowered.update({key.lower(): value for key, value in (given or {}).items()})
        return context(lowered, opened=opened)
