"""Controls of the checklist item, in catalogue order."""

from assessor.model.control import Control
from evaluators.licences.account_data_retention_mode import account_data_retention_mode

CONTROLS: tuple[Control, ...] = (account_data_retention_mode,)
