"""Controls of the checklist item, in catalogue order."""

from assessor.model.control import Control
from evaluators.access.rest_api_methods_authenticated import rest_api_methods_authenticated

CONTROLS: tuple[Control, ...] = (rest_api_methods_authenticated,)
