"""One package per checklist item: the controls, pure functions over a snapshot."""
