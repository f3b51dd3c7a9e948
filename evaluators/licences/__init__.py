"""Controls of the checklist item, in catalogue order."""

from assessor.model.control import Control
from evaluators.licences.account_data_retention_mode import account_data_retention_mode
from evaluators.licences.ai_services_opt_out_effective import ai_services_opt_out_effective
from evaluators.licences.artifact_agreements_active import artifact_agreements_active
from evaluators.licences.model_agreements_match_approved_list import model_agreements_match_approved_list
from evaluators.licences.only_governance_can_accept_model_terms import only_governance_can_accept_model_terms

CONTROLS: tuple[Control, ...] = (
    model_agreements_match_approved_list,
    only_governance_can_accept_model_terms,
    account_data_retention_mode,
    ai_services_opt_out_effective,
    artifact_agreements_active,
)
