"""Controls of the checklist item, in catalogue order."""

from assessor.model.control import Control
from evaluators.governance.management_trail_is_model_change_log import management_trail_is_model_change_log

CONTROLS: tuple[Control, ...] = (management_trail_is_model_change_log,)
