"""Controls of the checklist item, in catalogue order."""

from assessor.model.control import Control
from evaluators.governance.agent_registry_needs_approval import agent_registry_needs_approval
from evaluators.governance.ai_inventory_tags import ai_inventory_tags
from evaluators.governance.ai_security_standard_enabled import ai_security_standard_enabled
from evaluators.governance.audit_manager_genai_assessment import audit_manager_genai_assessment
from evaluators.governance.config_recorder_covers_ai_types import config_recorder_covers_ai_types
from evaluators.governance.management_trail_is_model_change_log import management_trail_is_model_change_log
from evaluators.governance.wa_genai_lens_review_fresh import wa_genai_lens_review_fresh

CONTROLS: tuple[Control, ...] = (
    config_recorder_covers_ai_types,
    ai_security_standard_enabled,
    management_trail_is_model_change_log,
    ai_inventory_tags,
    agent_registry_needs_approval,
    wa_genai_lens_review_fresh,
    audit_manager_genai_assessment,
)
