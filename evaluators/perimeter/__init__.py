"""Controls of the checklist item, in catalogue order."""

from assessor.model.control import Control
from evaluators.perimeter.http_websocket_stage_throttled import http_websocket_stage_throttled
from evaluators.perimeter.rest_stage_throttled import rest_stage_throttled

CONTROLS: tuple[Control, ...] = (rest_stage_throttled, http_websocket_stage_throttled)
