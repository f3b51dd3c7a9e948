"""Controls of the checklist item, in catalogue order."""

from assessor.model.control import Control
from evaluators.monitoring.ai_alarms_are_effective import ai_alarms_are_effective
from evaluators.monitoring.alarm_on_guardrail_interventions import alarm_on_guardrail_interventions
from evaluators.monitoring.alarm_on_invocation_errors import alarm_on_invocation_errors
from evaluators.monitoring.alarm_on_invocation_volume import alarm_on_invocation_volume
from evaluators.monitoring.alarm_on_latency import alarm_on_latency
from evaluators.monitoring.andon_cord_ready import andon_cord_ready
from evaluators.monitoring.bedrock_data_events_recorded import bedrock_data_events_recorded
from evaluators.monitoring.compute_can_roll_back import compute_can_roll_back
from evaluators.monitoring.escalation_contacts_set import escalation_contacts_set
from evaluators.monitoring.front_door_access_logged import front_door_access_logged
from evaluators.monitoring.front_door_alarms import front_door_alarms
from evaluators.monitoring.incident_response_object_exists import incident_response_object_exists
from evaluators.monitoring.invocation_logging_delivers import invocation_logging_delivers
from evaluators.monitoring.model_invocation_logging_on import model_invocation_logging_on
from evaluators.monitoring.orchestration_can_roll_back import orchestration_can_roll_back
from evaluators.monitoring.safety_config_changes_alerted import safety_config_changes_alerted

CONTROLS: tuple[Control, ...] = (
    model_invocation_logging_on,
    invocation_logging_delivers,
    bedrock_data_events_recorded,
    alarm_on_invocation_volume,
    alarm_on_invocation_errors,
    alarm_on_latency,
    alarm_on_guardrail_interventions,
    ai_alarms_are_effective,
    front_door_alarms,
    safety_config_changes_alerted,
    front_door_access_logged,
    incident_response_object_exists,
    escalation_contacts_set,
    andon_cord_ready,
    orchestration_can_roll_back,
    compute_can_roll_back,
)
