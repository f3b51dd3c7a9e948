"""Controls of the checklist item, in catalogue order."""

from assessor.model.control import Control
from evaluators.input_output.agents_and_flows_carry_guardrails import agents_and_flows_carry_guardrails
from evaluators.input_output.contextual_grounding_on_rag_paths import contextual_grounding_on_rag_paths
from evaluators.input_output.denied_topics_defined import denied_topics_defined
from evaluators.input_output.executors_of_model_output_least_privilege import (
    executors_of_model_output_least_privilege,
)
from evaluators.input_output.generated_code_runs_sandboxed import generated_code_runs_sandboxed
from evaluators.input_output.guardrail_enforced_for_account import guardrail_enforced_for_account
from evaluators.input_output.guardrail_ready_in_active_region import guardrail_ready_in_active_region
from evaluators.input_output.guardrails_referenced_by_number import guardrails_referenced_by_number
from evaluators.input_output.harmful_content_filters_block import harmful_content_filters_block
from evaluators.input_output.model_evaluation_recent import model_evaluation_recent
from evaluators.input_output.path_code_scanned import path_code_scanned
from evaluators.input_output.path_roles_must_pass_a_guardrail import path_roles_must_pass_a_guardrail
from evaluators.input_output.prompt_attack_filter_blocks import prompt_attack_filter_blocks
from evaluators.input_output.prompt_catalogue_versioned import prompt_catalogue_versioned
from evaluators.input_output.requests_validated_at_the_edge import requests_validated_at_the_edge
from evaluators.input_output.runtime_roles_cannot_change_safety_config import (
    runtime_roles_cannot_change_safety_config,
)
from evaluators.input_output.sensitive_information_filtered_on_output import (
    sensitive_information_filtered_on_output,
)
from evaluators.input_output.waf_injection_rules_inspect_bodies import waf_injection_rules_inspect_bodies

CONTROLS: tuple[Control, ...] = (
    guardrail_ready_in_active_region,
    guardrail_enforced_for_account,
    path_roles_must_pass_a_guardrail,
    guardrails_referenced_by_number,
    prompt_attack_filter_blocks,
    harmful_content_filters_block,
    denied_topics_defined,
    sensitive_information_filtered_on_output,
    contextual_grounding_on_rag_paths,
    agents_and_flows_carry_guardrails,
    requests_validated_at_the_edge,
    waf_injection_rules_inspect_bodies,
    model_evaluation_recent,
    prompt_catalogue_versioned,
    runtime_roles_cannot_change_safety_config,
    executors_of_model_output_least_privilege,
    generated_code_runs_sandboxed,
    path_code_scanned,
)
