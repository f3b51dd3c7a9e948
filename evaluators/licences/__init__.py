"""Controls of the checklist item, in catalogue order."""

from assessor.model.control import Control

CONTROLS: tuple[Control, ...] = ()
