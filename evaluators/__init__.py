"""The controls, in the checklist's order: one package per item, one module per control."""

from assessor.model.control import Control
from evaluators import access, data, governance, input_output, licences, monitoring, perimeter
from evaluators.derived.workload import narrowed

CONTROLS: tuple[Control, ...] = tuple(
    narrowed(
        (
            *governance.CONTROLS,
            *licences.CONTROLS,
            *access.CONTROLS,
            *input_output.CONTROLS,
            *data.CONTROLS,
            *perimeter.CONTROLS,
            *monitoring.CONTROLS,
        )
    )
)
"""Every control; ids are stable and never reused."""

BY_ID = {control.id: control for control in CONTROLS}
