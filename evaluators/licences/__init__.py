"""Controls of the checklist item, in catalogue order."""

from assessor.model.control import Control
from evaluators.licences.account_data_retention_mode import account_data_retention_mode
from evaluators.licences.ai_services_opt_out_effective import ai_services_opt_out_effective
from evaluators.licences.anthropic_use_case_form_on_file import anthropic_use_case_form_on_file
from evaluators.licences.artifact_agreements_active import artifact_agreements_active
from evaluators.licences.cross_region_inference_stays_in_geography import (
    cross_region_inference_stays_in_geography,
)
from evaluators.licences.model_agreements_match_approved_list import model_agreements_match_approved_list
from evaluators.licences.no_legacy_model_referenced import no_legacy_model_referenced
from evaluators.licences.only_governance_can_accept_model_terms import only_governance_can_accept_model_terms
from evaluators.licences.self_deployed_model_has_source_record import self_deployed_model_has_source_record

CONTROLS: tuple[Control, ...] = (
    model_agreements_match_approved_list,
    only_governance_can_accept_model_terms,
    anthropic_use_case_form_on_file,
    no_legacy_model_referenced,
    account_data_retention_mode,
    ai_services_opt_out_effective,
    self_deployed_model_has_source_record,
    cross_region_inference_stays_in_geography,
    artifact_agreements_active,
)
