"""Controls of the checklist item, in catalogue order."""

from assessor.model.control import Control
from evaluators.perimeter.callers_have_no_open_egress import callers_have_no_open_egress
from evaluators.perimeter.endpoint_policy_and_groups_narrow import endpoint_policy_and_groups_narrow
from evaluators.perimeter.front_door_cannot_be_bypassed import front_door_cannot_be_bypassed
from evaluators.perimeter.front_doors_use_modern_tls import front_doors_use_modern_tls
from evaluators.perimeter.function_concurrency_capped import function_concurrency_capped
from evaluators.perimeter.http_websocket_stage_throttled import http_websocket_stage_throttled
from evaluators.perimeter.invocation_bound_to_network import invocation_bound_to_network
from evaluators.perimeter.private_endpoint_for_used_planes import private_endpoint_for_used_planes
from evaluators.perimeter.rate_based_rule_limits import rate_based_rule_limits
from evaluators.perimeter.rest_stage_throttled import rest_stage_throttled
from evaluators.perimeter.spend_watch_on_model_usage import spend_watch_on_model_usage
from evaluators.perimeter.usage_plans_meter_consumers import usage_plans_meter_consumers
from evaluators.perimeter.vector_stores_not_public import vector_stores_not_public
from evaluators.perimeter.waf_on_every_public_front_door import waf_on_every_public_front_door

CONTROLS: tuple[Control, ...] = (
    private_endpoint_for_used_planes,
    endpoint_policy_and_groups_narrow,
    invocation_bound_to_network,
    callers_have_no_open_egress,
    vector_stores_not_public,
    waf_on_every_public_front_door,
    rate_based_rule_limits,
    rest_stage_throttled,
    http_websocket_stage_throttled,
    usage_plans_meter_consumers,
    function_concurrency_capped,
    spend_watch_on_model_usage,
    front_doors_use_modern_tls,
    front_door_cannot_be_bypassed,
)
