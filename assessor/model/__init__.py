"""The vocabulary: readings, snapshot, controls, findings, scores. Pure; imports nothing else of ours."""
