"""Controls of the checklist item, in catalogue order."""

from assessor.model.control import Control
from evaluators.licences.account_data_retention_mode import account_data_retention_mode
from evaluators.licences.only_governance_can_accept_model_terms import only_governance_can_accept_model_terms

CONTROLS: tuple[Control, ...] = (
    only_governance_can_accept_model_terms,
    account_data_retention_mode,
)
