"""Controls of the checklist item, in catalogue order."""

from assessor.model.control import Control
from evaluators.data.sensitive_information_filtered_on_input import sensitive_information_filtered_on_input

CONTROLS: tuple[Control, ...] = (sensitive_information_filtered_on_input,)
