"""Controls of the checklist item, in catalogue order."""

from assessor.model.control import Control
from evaluators.input_output.denied_topics_defined import denied_topics_defined
from evaluators.input_output.harmful_content_filters_block import harmful_content_filters_block
from evaluators.input_output.prompt_attack_filter_blocks import prompt_attack_filter_blocks
from evaluators.input_output.sensitive_information_filtered_on_output import (
    sensitive_information_filtered_on_output,
)

CONTROLS: tuple[Control, ...] = (
    prompt_attack_filter_blocks,
    harmful_content_filters_block,
    denied_topics_defined,
    sensitive_information_filtered_on_output,
)
